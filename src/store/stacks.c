#include "store/stacks.h"

#include "base/error.h"

static uint32_t node_hash(StackId parent, FrameId frame) {
    return (uint32_t)hash_mix((uint64_t)parent << 32 | frame);
}

static uint32_t hash_of_node(const void *owner, uint32_t id) {
    StackNode n = stacks_get((const Stacks *)owner, id);
    return node_hash(n.parent, n.frame);
}

void stacks_init(Stacks *stacks) {
    column_init(&stacks->node, sizeof(StackNode), 10);
    column_init(&stacks->last_child, sizeof(StackId), 10);
    hash_init(&stacks->index);
    column_push(&stacks->node); /* id 0, the empty stack */
    column_push(&stacks->last_child);
}

void stacks_free(Stacks *stacks) {
    column_free(&stacks->node);
    column_free(&stacks->last_child);
    hash_free(&stacks->index);
}

static StackId find_or_add(Stacks *stacks, StackId parent, FrameId frame) {
    const HashIndex *t = &stacks->index;
    uint32_t hash = node_hash(parent, frame);
    StackId id;
    for (uint32_t i = hash_first(t, hash); (id = t->slot[i]) != 0; i = hash_next(t, i)) {
        StackNode n = stacks_get(stacks, id);
        if (n.parent == parent && n.frame == frame)
            return id;
    }
    if (stacks->node.count >= UINT32_MAX)
        panic("more than 4 billion stacks");
    id = (StackId)stacks->node.count;
    COLUMN_PUSH(&stacks->node, StackNode) = (StackNode){parent, frame};
    column_push(&stacks->last_child);
    hash_insert(&stacks->index, hash, id, hash_of_node, stacks);
    return id;
}

/* A stack usually goes where the one before it went: the last child of each node is tried before
 * the hash, and nodes made together lie together, so that the try costs no cache miss. */
StackId stacks_push(Stacks *stacks, StackId parent, FrameId frame) {
    StackId *hint = (StackId *)column_at(&stacks->last_child, parent);
    StackId child = *hint;
    if (child && stacks_get(stacks, child).frame == frame)
        return child;
    return *hint = find_or_add(stacks, parent, frame);
}

uint32_t stacks_depth(const Stacks *stacks, StackId id) {
    uint32_t depth = 0;
    for (; id; id = stacks_get(stacks, id).parent)
        depth++;
    return depth;
}

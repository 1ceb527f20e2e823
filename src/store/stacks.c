#include "store/stacks.h"

#include "base/error.h"

static uint32_t node_hash(StackId parent, FrameId frame) {
    return (uint32_t)hash_mix((uint64_t)parent << 32 | frame);
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

static void index_child(Stacks *stacks, StackId id) {
    StackNode n = stacks_get(stacks, id);
    hash_insert(&stacks->index, node_hash(n.parent, n.frame), id);
}

/* Tells the parent of its new child `id`. */
static void link_child(Stacks *stacks, StackId *last, StackId id) {
    if (*last && !(*last & STACKS_MANY))
        index_child(stacks, *last);
    if (*last)
        index_child(stacks, id);
    *last = id | (*last ? STACKS_MANY : 0);
}

static StackId find(const Stacks *stacks, StackId parent, FrameId frame) {
    const HashIndex *t = &stacks->index;
    StackId id;
    uint32_t hash = node_hash(parent, frame);
    for (uint32_t i = hash_first(t, hash); (id = hash_candidate(t, hash, &i)) != 0;
         i = hash_next(t, i)) {
        StackNode n = stacks_get(stacks, id);
        if (n.parent == parent && n.frame == frame)
            break;
    }
    return id;
}

StackId stacks_append(Stacks *stacks, StackId parent, FrameId frame) {
    if (stacks->node.count >= STACKS_MANY)
        panic("more than 2 billion stacks");
    COLUMN_PUSH(&stacks->node, StackNode) = (StackNode){parent, frame};
    return (StackId)stacks->node.count - 1;
}

/* A stack usually goes where the one before it went: the last child of each node is tried
 * before the index, and nodes made together lie together, so that the try costs no cache miss.
 * What is under a new node is new as well and asks for nothing. */
StackId stacks_push(Stacks *stacks, StackId parent, FrameId frame) {
    StackId *last = (StackId *)column_at(&stacks->last_child, parent);
    StackId child = *last & ~STACKS_MANY;
    if (child && stacks_get(stacks, child).frame == frame)
        return child;
    if (*last & STACKS_MANY) {
        StackId id = find(stacks, parent, frame);
        if (id) {
            *last = id | STACKS_MANY;
            return id;
        }
    }
    StackId id = stacks_append(stacks, parent, frame);
    column_push(&stacks->last_child);
    link_child(stacks, last, id);
    return id;
}

void stacks_reindex(Stacks *stacks) {
    column_clear(&stacks->last_child);
    hash_clear(&stacks->index);
    for (uint64_t i = 0; i < stacks->node.count; i++)
        column_push(&stacks->last_child);
    for (uint64_t i = 1; i < stacks->node.count; i++) {
        StackId parent = stacks_get(stacks, (StackId)i).parent;
        link_child(stacks, (StackId *)column_at(&stacks->last_child, parent), (StackId)i);
    }
}

uint32_t stacks_depth(const Stacks *stacks, StackId id) {
    uint32_t depth = 0;
    for (; id; id = stacks_get(stacks, id).parent)
        depth++;
    return depth;
}

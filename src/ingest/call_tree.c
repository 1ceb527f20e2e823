#include "ingest/call_tree.h"

static const CallNode unset = {.parent = CALL_ROOT, .frame = CALL_NO_FRAME};

void call_tree_init(CallTree *tree, CallFrame *frame_of, void *context) {
    *tree = (CallTree){.frame_of = frame_of, .context = context, .epoch = 1};
    column_init(&tree->node, sizeof(CallNode), 10);
    column_init(&tree->path, sizeof(uint32_t), 8);
}

void call_tree_free(CallTree *tree) {
    column_free(&tree->node);
    column_free(&tree->path);
    mem_resize(tree->noted, tree->noted_n * sizeof *tree->noted, 0);
}

void call_tree_clear(CallTree *tree) {
    column_clear(&tree->node);
    tree->noted = mem_resize(tree->noted, tree->noted_n * sizeof *tree->noted, 0);
    tree->noted_n = 0;
}

static CallNode *node_at(const CallTree *tree, uint32_t number) {
    return (CallNode *)column_at(&tree->node, number);
}

static CallNode *node_for(CallTree *tree, uint32_t number) {
    while (tree->node.count <= number)
        COLUMN_PUSH(&tree->node, CallNode) = unset;
    return node_at(tree, number);
}

void call_tree_set(CallTree *tree, uint32_t number, uint32_t parent, uint32_t frame) {
    *node_for(tree, number) = (CallNode){.parent = parent, .frame = frame};
    if (number < tree->noted_n)
        tree->noted[number] = 0;
}

void call_tree_set_parent(CallTree *tree, uint32_t number, uint32_t parent) {
    CallNode *node = node_for(tree, number);
    node->parent = parent;
    node->epoch = 0;
    if (number < tree->noted_n)
        tree->noted[number] = 0;
}

void call_tree_base(CallTree *tree, StackId base) {
    tree->base = base;
    tree->base_pair = 0;
    tree->epoch++;
}

/* The numbers from this one up to one whose stack is known go into path. False: it is a circle,
 * or longer than any stack may be. */
static bool climb(CallTree *tree, uint32_t number) {
    column_clear(&tree->path);
    while (number < tree->node.count && node_at(tree, number)->epoch != tree->epoch) {
        if (tree->path.count == STACKS_MAX_DEPTH)
            return false;
        COLUMN_PUSH(&tree->path, uint32_t) = number;
        number = node_at(tree, number)->parent;
    }
    return true;
}

StackId call_tree_stack(CallTree *tree, Rows *rows, uint32_t number, bool *cut) {
    if (number >= tree->node.count)
        return tree->base;
    if (node_at(tree, number)->epoch != tree->epoch) {
        if (!climb(tree, number))
            *cut = true;
        for (uint64_t i = tree->path.count; i-- > 0;) {
            CallNode *node = node_at(tree, COLUMN_AT(&tree->path, uint32_t, i));
            bool known = node->parent < tree->node.count &&
                         node_at(tree, node->parent)->epoch == tree->epoch;
            const CallNode *parent = known ? node_at(tree, node->parent) : NULL;
            FrameId frame = tree->frame_of(tree->context, node->frame);
            node->stack = parent ? parent->stack : tree->base;
            node->depth = parent ? parent->depth : 1;
            node->epoch = tree->epoch;
            if (frame == CALL_NO_FRAME)
                continue;
            if (node->depth >= STACKS_MAX_DEPTH - 1) {
                *cut = true;
                continue;
            }
            node->stack = stacks_push(&rows->part.dict.stacks, node->stack, frame);
            node->depth++;
        }
    }
    *cut = *cut || node_at(tree, number)->depth >= STACKS_MAX_DEPTH - 1;
    return node_at(tree, number)->stack;
}

void call_tree_note_pair(CallTree *tree, uint32_t number, PairId pair) {
    if (number >= tree->node.count) {
        tree->base_pair = pair;
        return;
    }
    if (number >= tree->noted_n) { /* one more for each new node would be a copy each */
        uint64_t n = tree->node.count + tree->node.count / 2;
        uint32_t cap = n < UINT32_MAX ? (uint32_t)n : UINT32_MAX;
        tree->noted =
            mem_resize(tree->noted, tree->noted_n * sizeof *tree->noted, cap * sizeof *tree->noted);
        tree->noted_n = cap;
    }
    tree->noted[number] = (uint64_t)tree->epoch << 32 | pair;
}

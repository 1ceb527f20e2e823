/* Stacks: a trie of frames, root first. A StackId names the whole path from the root to its
 * frame; ids are given in order of first appearance and never change. Id 0 is the empty stack.
 * A parent's id is always smaller than its children's. Owner: the Dict. Thread: as Names. */
#pragma once

#include "base/sizes.h"
#include "store/frames.h"

typedef uint32_t StackId;

/* Frames; formats cut deeper stacks and complain. */
enum { STACKS_MAX_DEPTH = SIZED(1 << 16, 50) };

typedef struct StackNode {
    StackId parent;
    FrameId frame;
} StackNode;

typedef struct Stacks {
    Column node; /* StackNode by id */
    /* -- writer only. Most nodes have one child, which last_child alone finds; where there are
     * several, it is the one found last, STACKS_MANY is set, and all are in the index. */
    Column last_child; /* StackId, maybe with STACKS_MANY */
    HashIndex index;
} Stacks;

#define STACKS_MANY 0x80000000u

void stacks_init(Stacks *stacks);
void stacks_free(Stacks *stacks);
/* The stack `parent` with `frame` called on top of it. */
StackId stacks_push(Stacks *stacks, StackId parent, FrameId frame);
/* Asks memory for what stacks_push will read of this parent. */
static inline void stacks_fetch(const Stacks *stacks, StackId parent) {
    __builtin_prefetch(column_at(&stacks->last_child, parent));
}
/* A node that the caller knows to be new: for a writer that keeps an index of its own and never
 * calls stacks_push. */
StackId stacks_append(Stacks *stacks, StackId parent, FrameId frame);
/* Makes last_child and index anew from nodes that came from elsewhere (a mapped file). */
void stacks_reindex(Stacks *stacks);
uint32_t stacks_depth(const Stacks *stacks, StackId id); /* frames; 0 for the empty stack */

static inline StackNode stacks_get(const Stacks *stacks, StackId id) {
    return COLUMN_AT(&stacks->node, StackNode, id);
}

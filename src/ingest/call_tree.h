/* CallTree: stacks as many formats write them: nodes that name their parent and a frame, in any
 * order, sometimes behind the samples that refer to them. Nodes are numbered from 0 in the
 * order in which they are set; which frame a node's number means is said only when it is asked
 * for a stack, for tables of frames may come last. Owner: the parser. Thread: one. Failure: a
 * parent that is not there counts as the root; a circle, or a stack that is too deep, is cut,
 * and call_tree_stack says so. */
#pragma once

#include "ingest/rows.h"

enum { CALL_ROOT = UINT32_MAX };

typedef struct CallNode {
    uint32_t parent; /* number, or CALL_ROOT */
    uint32_t frame;  /* what `frame_of` understands */
    StackId stack;   /* in epoch */
    uint32_t epoch;
    uint32_t depth; /* of stack */
} CallNode;

/* The frame that is meant, or CALL_NO_FRAME: the node stands for its parent's stack. */
typedef FrameId CallFrame(void *context, uint32_t frame);
#define CALL_NO_FRAME UINT32_MAX

typedef struct CallTree {
    Column node; /* CallNode */
    StackId base;
    uint32_t epoch;
    PairId base_pair;
    uint64_t
        *noted; /* by number: epoch and PairId, in a word of their own: they are asked for most */
    uint32_t noted_n;
    Column path; /* scratch: numbers on the way up */
    CallFrame *frame_of;
    void *context;
} CallTree;

void call_tree_init(CallTree *tree, CallFrame *frame_of, void *context);
void call_tree_free(CallTree *tree);
void call_tree_clear(CallTree *tree); /* no nodes */
/* Node `number` (nodes before it that were never set are roots without a frame). */
void call_tree_set(CallTree *tree, uint32_t number, uint32_t parent, uint32_t frame);
void call_tree_set_parent(CallTree *tree, uint32_t number, uint32_t parent);
/* Stacks asked for from now on stand on this one: a process's frame. */
void call_tree_base(CallTree *tree, StackId base);
/* The base for CALL_ROOT and numbers that are not there. *cut is set when it was too deep. */
StackId call_tree_stack(CallTree *tree, Rows *rows, uint32_t number, bool *cut);

/* Where all rows on one base share a context: the pair noted of a stack, 0 if none was yet. To
 * be noted behind call_tree_stack of the same number. */
static inline PairId call_tree_pair(const CallTree *tree, uint32_t number) {
    if (number >= tree->noted_n)
        return number >= tree->node.count ? tree->base_pair : 0;
    uint64_t noted = tree->noted[number];
    return noted >> 32 == tree->epoch ? (PairId)noted : 0;
}

void call_tree_note_pair(CallTree *tree, uint32_t number, PairId pair);

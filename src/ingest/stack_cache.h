/* Stack cache: what the stacks built before are called, keyed by their frames. A stack that was
 * seen before costs one comparison of a few dozen ids, not a step through the trie for each
 * frame. Of bounded size: when it is full it starts anew.
 * Owner: a parser, beside the Part whose ids it gives. Thread: one at a time. OOM aborts. */
#pragma once

#include "store/batch.h"

enum {
    STACK_CACHE_SLOTS = 1 << 16,
    STACK_CACHE_IDS = 4 << 20, /* of all stacks in the cache: 16 MiB */
    STACK_CACHE_DEPTH = 512,   /* deeper stacks are not kept */
    STEP_CACHE_SLOTS = 1 << 17,
};

typedef struct StackSlot {
    uint64_t hash;
    uint32_t first, n; /* its frames in `id`, leaf first; n 0: empty slot */
    StackId root, stack;
    ContextId context; /* of the sample that was here last, */
    PairId pair;       /* and the pair that made */
} StackSlot;

/* One step of the trie; parent and child 0: empty. */
typedef struct StepSlot {
    StackId parent;
    FrameId frame;
    StackId child;
} StepSlot;

typedef struct StackCache {
    StackSlot *slot;
    StepSlot *step;
    FrameId *id;
    uint32_t used;
} StackCache;

void stack_cache_init(StackCache *cache);
void stack_cache_free(StackCache *cache);
/* The pair of a sample: `frame` lies leaf first above `root`. */
PairId stack_cache_pair(StackCache *cache, Part *part, StackId root, const FrameId *frame,
                        uint32_t n, ContextId context);

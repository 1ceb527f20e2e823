/* Pair cache: what whole samples met before came to, keyed by their frames and context and
 * verified by comparing all of them. The frames are ids: addresses are gone, so most stacks are
 * known where hardly any text is, and one look-up replaces a walk of one step a frame.
 * Direct-mapped and of fixed size; deeper stacks than fit a slot are walked each time.
 * Owner: a parser. Thread: one at a time. Failure: a miss. OOM aborts. */
#pragma once

#include <string.h>

#include "store/pairs.h"

enum { PAIR_CACHE_SLOTS = 1 << 14, PAIR_CACHE_FRAMES = 60 };

typedef struct PairSlot {
    uint32_t n; /* of frames, plus 1; 0: empty */
    ContextId context;
    PairId pair;
    uint32_t unused;
    FrameId frame[PAIR_CACHE_FRAMES]; /* leaf first */
} PairSlot;

typedef struct PairCache {
    PairSlot *slot;
} PairCache;

void pair_cache_init(PairCache *cache);
void pair_cache_free(PairCache *cache);

/* The slot of a sample, on its way to the processor. NULL: too deep. */
PairSlot *pair_cache_slot(const PairCache *cache, const FrameId *frame, uint32_t n,
                          ContextId context);
/* 0: a miss. */
PairId pair_cache_get(const PairSlot *slot, const FrameId *frame, uint32_t n,
                      ContextId context);
void pair_cache_put(PairSlot *slot, const FrameId *frame, uint32_t n, ContextId context,
                    PairId pair);

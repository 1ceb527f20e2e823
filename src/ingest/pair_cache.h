/* Pair cache: the pairs of samples met before, by the stack of their callers, their leaf frame
 * and their context. It is exact, direct-mapped and of fixed size: one look-up replaces a step
 * down the trie and one in the map of pairs.
 * Owner: a parser. Thread: one at a time. Failure: a miss. */
#pragma once

#include "base/sizes.h"
#include "store/pairs.h"

enum { PAIR_CACHE_LOG2 = CACHE_LOG2(16) };

typedef struct PairSlot {
    StackId callers;
    FrameId leaf; /* 0: a sample without frames */
    ContextId context;
    PairId pair; /* 0: empty */
} PairSlot;

typedef struct PairCache {
    PairSlot *slot; /* of a mem_table, zeroed; not owned */
} PairCache;

/* The slot of a sample, on its way to the processor. */
static inline PairSlot *pair_cache_slot(const PairCache *cache, StackId callers, FrameId leaf,
                                        ContextId context) {
    uint64_t h = (((uint64_t)callers << 32 | leaf) ^ (uint64_t)context * 0xd6e8feb86659fd93u) *
                 0x9e3779b97f4a7c15u;
    PairSlot *slot = &cache->slot[(h ^ h >> 29) * 0xbf58476d1ce4e5b9u >> (64 - PAIR_CACHE_LOG2)];
    __builtin_prefetch(slot);
    return slot;
}

/* 0: a miss. */
static inline PairId pair_cache_get(const PairSlot *slot, StackId callers, FrameId leaf,
                                    ContextId context) {
    bool same = slot->callers == callers && slot->leaf == leaf && slot->context == context;
    return same ? slot->pair : 0;
}

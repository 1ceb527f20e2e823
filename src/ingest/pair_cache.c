#include "ingest/pair_cache.h"

#include "base/arena.h"
#include "ingest/text_same.h"

_Static_assert(sizeof(PairSlot) == 256, "four cache lines");

void pair_cache_init(PairCache *cache) {
    cache->slot = mem_table(PAIR_CACHE_SLOTS * sizeof *cache->slot);
}

void pair_cache_free(PairCache *cache) {
    mem_table_free(cache->slot, PAIR_CACHE_SLOTS * sizeof *cache->slot);
    cache->slot = NULL;
}

/* Two sums that do not wait for one another; the multipliers are odd and unrelated. */
static inline uint64_t hash_of(const FrameId *frame, uint32_t n, ContextId context) {
    uint64_t a = context, b = n;
    uint32_t i = 0;
    for (; i + 2 <= n; i += 2) {
        a = (a ^ frame[i]) * 0x9e3779b97f4a7c15u;
        b = (b ^ frame[i + 1]) * 0xd6e8feb86659fd93u;
    }
    if (i < n)
        a = (a ^ frame[i]) * 0x9e3779b97f4a7c15u;
    a ^= (b >> 31 | b << 33) ^ a >> 32;
    return a * 0xbf58476d1ce4e5b9u;
}

PairSlot *pair_cache_slot(const PairCache *cache, const FrameId *frame, uint32_t n,
                          ContextId context) {
    if (n > PAIR_CACHE_FRAMES)
        return NULL;
    PairSlot *slot = &cache->slot[hash_of(frame, n, context) >> 50];
    for (uint32_t at = 0; at < 4 + n; at += 16)
        __builtin_prefetch((const uint32_t *)slot + at);
    return slot;
}

PairId pair_cache_get(const PairSlot *slot, const FrameId *frame, uint32_t n,
                      ContextId context) {
    bool same = slot->n == n + 1 && slot->context == context &&
                text_same((const char *)slot->frame, (const char *)frame, n * sizeof *frame);
    return same ? slot->pair : 0;
}

void pair_cache_put(PairSlot *slot, const FrameId *frame, uint32_t n, ContextId context,
                    PairId pair) {
    slot->n = n + 1;
    slot->context = context;
    slot->pair = pair;
    memcpy(slot->frame, frame, n * sizeof *frame);
}

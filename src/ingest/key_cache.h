/* Key cache: what texts or stacks met before came to, by their keys (text_key.h). No text is
 * kept: a slot has 96 bits of the key, and others chose it, so eight times as many fit the
 * processor's caches as with texts. Of fixed size; sets of four slots in one line of cache
 * memory, of which the one written longest ago goes.
 * Owner: a parser, who has the slots of all its caches in one table, for memory on huge pages
 * (with pages of 4 KiB asking for a slot waited for its address, 3 % of all time).
 * Thread: one at a time. Failure: a miss. */
#pragma once

#include <string.h>
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include "ingest/text_key.h"

enum { KEY_CACHE_WAYS = 4 };

typedef struct KeySlot {
    uint64_t a;
    uint32_t b;
    uint32_t value; /* 0: empty */
} KeySlot;

typedef struct KeyCache {
    KeySlot *slot; /* of a mem_table, zeroed; not owned */
    uint32_t log2; /* of how many slots there are, at least that of KEY_CACHE_WAYS */
} KeyCache;

/* The set of a key. */
static inline KeySlot *key_cache_set(const KeyCache *cache, TextKey key) {
    uint32_t set = (uint32_t)(key.b >> 32) >> (32 - cache->log2);
    return &cache->slot[set & ~(KEY_CACHE_WAYS - 1u)];
}

static inline void key_cache_fetch(const KeyCache *cache, TextKey key) {
    __builtin_prefetch(key_cache_set(cache, key));
}

/* 0: a miss. Which slot it is cannot be foreseen, so nothing branches on it. */
#if defined(__SSE2__)

/* The four slots' first words side by side, then their second ones, and so on: each kind is
 * compared at once (half the instructions of one slot after the other, and a twentieth of a
 * load's). */
static inline uint32_t key_cache_get(const KeyCache *cache, TextKey key) {
    const __m128i *s = (const __m128i *)key_cache_set(cache, key);
    __m128i a = _mm_cvtsi64_si128((long long)key.a), b = _mm_cvtsi32_si128((int)(uint32_t)key.b);
    __m128i low = _mm_unpacklo_epi32(s[0], s[1]), low2 = _mm_unpacklo_epi32(s[2], s[3]);
    __m128i high = _mm_unpackhi_epi32(s[0], s[1]), high2 = _mm_unpackhi_epi32(s[2], s[3]);
    __m128i hit = _mm_cmpeq_epi32(_mm_unpacklo_epi64(low, low2), _mm_shuffle_epi32(a, 0x00));
    hit = _mm_and_si128(hit,
                        _mm_cmpeq_epi32(_mm_unpackhi_epi64(low, low2), _mm_shuffle_epi32(a, 0x55)));
    hit = _mm_and_si128(
        hit, _mm_cmpeq_epi32(_mm_unpacklo_epi64(high, high2), _mm_shuffle_epi32(b, 0x00)));
    __m128i value = _mm_and_si128(hit, _mm_unpackhi_epi64(high, high2));
    value = _mm_or_si128(value, _mm_shuffle_epi32(value, 0x4e));
    value = _mm_or_si128(value, _mm_shuffle_epi32(value, 0xb1));
    return (uint32_t)_mm_cvtsi128_si32(value);
}

#else

static inline uint32_t key_cache_get(const KeyCache *cache, TextKey key) {
    const KeySlot *s = key_cache_set(cache, key);
    uint32_t value = 0;
    for (uint32_t i = 0; i < KEY_CACHE_WAYS; i++) {
        uint64_t other = (s[i].a ^ key.a) | (s[i].b ^ (uint32_t)key.b);
        value |= s[i].value & ((uint32_t)(other != 0) - 1);
    }
    return value;
}

#endif

static inline void key_cache_put(KeyCache *cache, TextKey key, uint32_t value) {
    KeySlot *s = key_cache_set(cache, key);
    memmove(s + 1, s, (KEY_CACHE_WAYS - 1) * sizeof *s);
    s[0] = (KeySlot){key.a, (uint32_t)key.b, value};
}

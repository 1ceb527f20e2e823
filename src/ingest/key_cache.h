/* Key cache: what texts or stacks met before came to, by their keys (text_key.h). No text is
 * kept: a slot has 96 bits of the key, and others chose it, so eight times as many fit the
 * processor's caches as with texts. Of fixed size; sets of four slots in one line of cache
 * memory, of which the one written longest ago goes.
 * Owner: a parser, who has the slots of all its caches in one table, for memory on huge pages
 * (with pages of 4 KiB asking for a slot waited for its address, 3 % of all time).
 * Thread: one at a time. Failure: a miss. */
#pragma once

#include <string.h>

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
static inline uint32_t key_cache_get(const KeyCache *cache, TextKey key) {
    const KeySlot *s = key_cache_set(cache, key);
    uint32_t value = 0;
    for (uint32_t i = 0; i < KEY_CACHE_WAYS; i++) {
        uint64_t other = (s[i].a ^ key.a) | (s[i].b ^ (uint32_t)key.b);
        value |= s[i].value & ((uint32_t)(other != 0) - 1);
    }
    return value;
}

static inline void key_cache_put(KeyCache *cache, TextKey key, uint32_t value) {
    KeySlot *s = key_cache_set(cache, key);
    memmove(s + 1, s, (KEY_CACHE_WAYS - 1) * sizeof *s);
    s[0] = (KeySlot){key.a, (uint32_t)key.b, value};
}

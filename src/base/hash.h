/* Hashing, and HashIndex: an open-addressing table of ids whose items live elsewhere.
 * The owner of the items hashes and compares; id 0 is "empty slot", so items start at id 1.
 * A slot has the item's hash beside its id, so that an item is only looked at when it most likely
 * is the one, and growing looks at none: with ids alone, a million distinct symbols took 1.8
 * times as long to load, all of it cache misses.
 * 8 bytes a slot, at most 2/3 full. Not thread-safe: only the writer of the items may touch it.
 *   for (uint32_t i = hash_first(t, h); (id = hash_candidate(t, h, &i)); i = hash_next(t, i))
 *       if (same(id))
 *           return id;
 *   hash_insert(t, h, new_id);  */
#pragma once

#include <stddef.h>
#include <stdint.h>

typedef struct HashSlot {
    uint32_t id, hash;
} HashSlot;

typedef struct HashIndex {
    HashSlot *slot; /* cap entries, a power of two; never NULL after hash_init */
    uint32_t cap, count;
} HashIndex;

typedef uint32_t HashOf(const void *owner, uint32_t id);

void hash_init(HashIndex *t);
void hash_clear(HashIndex *t); /* forgets the ids, keeps the memory */
void hash_free(HashIndex *t);
/* Of an empty table: room for `count` ids without growing. */
void hash_reserve(HashIndex *t, uint32_t count);
void hash_insert(HashIndex *t, uint32_t hash, uint32_t id);
/* Forgets what it knew and takes in the ids 1 … ids-1. */
void hash_refill(HashIndex *t, uint64_t ids, HashOf *hash_of, const void *owner);

static inline size_t hash_index_bytes(const HashIndex *t) {
    return (size_t)t->cap * sizeof(HashSlot);
}

uint64_t hash_bytes(const void *data, size_t n);

static inline uint64_t hash_mix(uint64_t x) {
    x ^= x >> 32;
    x *= 0xd6e8feb86659fd93u;
    x ^= x >> 32;
    x *= 0xd6e8feb86659fd93u;
    return x ^ (x >> 32);
}

static inline uint32_t hash_first(const HashIndex *t, uint32_t hash) {
    return hash & (t->cap - 1);
}

static inline uint32_t hash_next(const HashIndex *t, uint32_t i) {
    return (i + 1) & (t->cap - 1);
}

/* From slot *i on, the next id with this hash, and its place in *i; 0: none. */
static inline uint32_t hash_candidate(const HashIndex *t, uint32_t hash, uint32_t *i) {
    while (t->slot[*i].id && t->slot[*i].hash != hash)
        *i = hash_next(t, *i);
    return t->slot[*i].id;
}

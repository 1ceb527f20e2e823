/* Hashing, and HashIndex: an open-addressing table of ids whose items live elsewhere.
 * The owner of the items hashes and compares; id 0 is "empty slot", so items start at id 1.
 * 4 bytes a slot, at most 2/3 full. Not thread-safe: only the writer of the items may touch it.
 *   for (uint32_t i = hash_first(t, h); (id = t->slot[i]); i = hash_next(t, i)) if (same(id)) return id;
 *   hash_insert(t, h, new_id, hash_of, owner);  */
#pragma once

#include <stddef.h>
#include <stdint.h>

typedef struct HashIndex {
    uint32_t *slot; /* cap entries, a power of two; never NULL after hash_init */
    uint32_t cap, count;
} HashIndex;

typedef uint32_t HashOf(const void *owner, uint32_t id);

void hash_init(HashIndex *t);
void hash_clear(HashIndex *t); /* forgets the ids, keeps the memory */
void hash_free(HashIndex *t);
/* Of an empty table: room for `count` ids without growing. */
void hash_reserve(HashIndex *t, uint32_t count);
/* hash_of is asked for the hash of the ids already inside when the table grows. */
void hash_insert(HashIndex *t, uint32_t hash, uint32_t id, HashOf *hash_of, const void *owner);
/* Forgets what it knew and takes in the ids 1 … ids-1. */
void hash_refill(HashIndex *t, uint64_t ids, HashOf *hash_of, const void *owner);

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

#include "base/hash.h"

#include <string.h>

#include "base/arena.h"
#include "base/error.h"

enum { HASH_FIRST_CAP = 16, LARGE = 64 * 1024 };

/* Large ones are read at random places, and lie on huge pages where the system has them. */
static HashSlot *new_slots(uint32_t cap) {
    size_t bytes = cap * sizeof(HashSlot);
    return bytes < LARGE ? mem_resize(NULL, 0, bytes) : mem_table(bytes);
}

void hash_init(HashIndex *t) {
    *t = (HashIndex){new_slots(HASH_FIRST_CAP), HASH_FIRST_CAP, 0};
}

void hash_clear(HashIndex *t) {
    memset(t->slot, 0, hash_index_bytes(t));
    t->count = 0;
}

void hash_free(HashIndex *t) {
    if (hash_index_bytes(t) < LARGE)
        mem_resize(t->slot, hash_index_bytes(t), 0);
    else
        mem_table_free(t->slot, hash_index_bytes(t));
    *t = (HashIndex){0};
}

void hash_reserve(HashIndex *t, uint32_t count) {
    uint32_t cap = t->cap;
    while ((uint64_t)cap * 2 < ((uint64_t)count + 1) * 3)
        cap *= 2;
    if (t->count || cap == t->cap)
        return;
    hash_free(t);
    *t = (HashIndex){new_slots(cap), cap, 0};
}

static void place(HashIndex *t, HashSlot slot) {
    uint32_t i = hash_first(t, slot.hash);
    while (t->slot[i].id)
        i = hash_next(t, i);
    t->slot[i] = slot;
}

static void grow(HashIndex *t) {
    if (t->cap > UINT32_MAX / 2)
        panic("hash index full: %u ids", t->count);
    HashIndex old = *t;
    t->cap *= 2;
    t->slot = new_slots(t->cap);
    for (uint32_t i = 0; i < old.cap; i++) {
        if (old.slot[i].id)
            place(t, old.slot[i]);
    }
    hash_free(&old);
}

void hash_insert(HashIndex *t, uint32_t hash, uint32_t id) {
    if (((uint64_t)t->count + 1) * 3 > (uint64_t)t->cap * 2)
        grow(t);
    place(t, (HashSlot){id, hash});
    t->count++;
}

void hash_refill(HashIndex *t, uint64_t ids, HashOf *hash_of, const void *owner) {
    hash_clear(t);
    for (uint64_t id = 1; id < ids; id++)
        hash_insert(t, hash_of(owner, (uint32_t)id), (uint32_t)id);
}

static inline uint64_t load8(const unsigned char *p) {
    uint64_t x;
    memcpy(&x, p, 8);
    return x;
}

static inline uint64_t load4(const unsigned char *p) {
    uint32_t x;
    memcpy(&x, p, 4);
    return x;
}

/* Both halves of the 128-bit product: every input bit reaches every output bit. */
static inline uint64_t fold(uint64_t a, uint64_t b) {
    __extension__ typedef unsigned __int128 Wide;
    Wide product = (Wide)a * b;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

/* Digits of the square roots of 2, 3 and 5, made odd. */
static const uint64_t K0 = 0x6a09e667f3bcc909u, K1 = 0xbb67ae8584caa73bu, K2 = 0x3c6ef372fe94f82bu;

/* Sixteen bytes a multiplication; what is left over is read as two loads that may overlap. */
uint64_t hash_bytes(const void *data, size_t n) {
    const unsigned char *p = data;
    uint64_t h = K0 ^ n, a = 0, b = 0;
    size_t left = n;
    for (; left > 16; left -= 16, p += 16)
        h = fold(load8(p) ^ K1, load8(p + 8) ^ h);
    if (left >= 8) {
        a = load8(p);
        b = load8(p + left - 8);
    } else if (left >= 4) {
        a = load4(p);
        b = load4(p + left - 4);
    } else if (left > 0) {
        a = (uint64_t)p[0] << 16 | (uint64_t)p[left >> 1] << 8 | p[left - 1];
    }
    return fold(fold(a ^ K1, b ^ h) ^ K2, K0);
}

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/hash.h"

typedef struct Items {
    uint64_t *key; /* by id, from 1 */
    uint32_t weak; /* bits of the hash that are kept, to provoke collisions */
} Items;

static uint32_t hash_of_key(const Items *items, uint64_t key) {
    return (uint32_t)hash_mix(key) & items->weak;
}

static uint32_t hash_of(const void *owner, uint32_t id) {
    const Items *items = owner;
    return hash_of_key(items, items->key[id]);
}

static uint32_t find(const HashIndex *t, const Items *items, uint64_t key) {
    uint32_t id;
    uint32_t hash = hash_of_key(items, key);
    for (uint32_t i = hash_first(t, hash); (id = hash_candidate(t, hash, &i));
         i = hash_next(t, i)) {
        if (items->key[id] == key)
            return id;
    }
    return 0;
}

static void finds_what_was_inserted(void **state) {
    (void)state;
    static const uint32_t weak[] = {UINT32_MAX, 0xff, 0};
    for (size_t r = 0; r < sizeof weak / sizeof weak[0]; r++) {
        uint32_t n = weak[r] == UINT32_MAX ? 20000 : 600;
        size_t bytes = (n + 1) * sizeof(uint64_t);
        Items items = {mem_resize(NULL, 0, bytes), weak[r]};
        HashIndex t;
        hash_init(&t);
        for (int round = 0; round < 2; round++) {
            for (uint32_t id = 1; id <= n; id++) {
                items.key[id] = (uint64_t)id * 3 + (uint64_t)round;
                assert_int_equal(find(&t, &items, items.key[id]), 0);
                hash_insert(&t, hash_of(&items, id), id);
            }
            assert_int_equal(t.count, n);
            assert_true((uint64_t)t.count * 3 <= (uint64_t)t.cap * 2);
            for (uint32_t id = 1; id <= n; id++)
                assert_int_equal(find(&t, &items, items.key[id]), id);
            assert_int_equal(find(&t, &items, 1ull << 40), 0);
            hash_clear(&t);
            assert_int_equal(find(&t, &items, items.key[1]), 0);
        }
        hash_free(&t);
        mem_resize(items.key, bytes, 0);
    }
}

/* Every length, every byte: changing one changes the hash, and reading stays inside. */
static void every_byte_counts(void **state) {
    (void)state;
    for (size_t n = 0; n < 80; n++) {
        unsigned char *p = mem_resize(NULL, 0, n ? n : 1); /* exact, for AddressSanitizer */
        for (size_t i = 0; i < n; i++)
            p[i] = (unsigned char)(i * 7);
        uint64_t h = hash_bytes(p, n);
        assert_true(h == hash_bytes(p, n));
        for (size_t i = 0; i < n; i++) {
            for (int bit = 0; bit < 8; bit++) {
                p[i] ^= (unsigned char)(1 << bit);
                assert_true(hash_bytes(p, n) != h);
                p[i] ^= (unsigned char)(1 << bit);
            }
        }
        mem_resize(p, n ? n : 1, 0);
    }
    unsigned char zeros[64] = {0};
    for (size_t n = 0; n < 64; n++)
        assert_true(hash_bytes(zeros, n) != hash_bytes(zeros, n + 1));
}

/* 50 000 like-named symbols into 2^16 buckets by the low bits and by the high ones: a random
 * function leaves 2^16 · e^(-50000/65536) = 30 560 buckets empty, give or take 120. */
static void spreads_evenly(void **state) {
    (void)state;
    for (int shift = 0; shift <= 48; shift += 16) {
        unsigned char *hit = mem_resize(NULL, 0, 1 << 16);
        for (int i = 0; i < 50000; i++) {
            char name[64];
            int n = snprintf(name, sizeof name, "java::util::Lambda$%d.apply", i);
            hit[hash_bytes(name, (size_t)n) >> shift & 0xffff] = 1;
        }
        int empty = 0;
        for (int i = 0; i < 1 << 16; i++)
            empty += !hit[i];
        assert_in_range(empty, 29900, 31200);
        mem_resize(hit, 1 << 16, 0);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_what_was_inserted),
        cmocka_unit_test(every_byte_counts),
        cmocka_unit_test(spreads_evenly),
    };
    return cmocka_run_group_tests_name("base/hash", tests, NULL, NULL);
}

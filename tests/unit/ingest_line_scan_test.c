#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ingest/format.h"
#include "ingest/line_cache.h"
#include "ingest/line_scan.h"

static uint32_t next_random(uint32_t *seed) {
    *seed ^= *seed << 13;
    *seed ^= *seed >> 17;
    *seed ^= *seed << 5;
    return *seed;
}

static void every_newline_is_found(void **state) {
    (void)state;
    enum { N = 5000 };
    static char text[N + FORMAT_CHUNK_PAD];
    static uint32_t ends[N + 2], portable[N + 2];
    uint32_t seed = 12345;
    for (uint32_t round = 0; round < 300; round++) {
        uint32_t n = next_random(&seed) % (round < 200 ? 300 : N);
        uint32_t rarity = 1 + next_random(&seed) % 120; /* 1: all newlines */
        for (uint32_t i = 0; i < sizeof text; i++) {
            uint32_t r = next_random(&seed);
            /* newlines behind the text as well, and bytes that differ from one in a bit */
            text[i] = r % rarity == 0 ? '\n' : (char)("\x8a\x0b\x00\x4a\xff xyz"[r >> 8 & 7]);
        }
        uint32_t count = line_scan(text, n, ends);
        assert_int_equal(line_scan_portable(text, n, portable), count);
        uint32_t k = 0;
        for (uint32_t i = 0; i < n; i++) {
            if (text[i] != '\n')
                continue;
            assert_true(k < count);
            assert_int_equal(ends[k], i);
            assert_int_equal(portable[k], i);
            k++;
        }
        assert_int_equal(k, count);
    }
}

static void cached_lines_are_compared_as_a_whole(void **state) {
    (void)state;
    LineCache cache;
    line_cache_init(&cache);
    static char line[LINE_CACHE_MAX + 8], other[LINE_CACHE_MAX + 8];
    for (size_t n = LINE_CACHE_MIN; n <= LINE_CACHE_MAX; n = n * 5 / 4 + 1) {
        memset(line, 'a', sizeof line);
        LineSlot *slot = line_cache_slot(&cache, line, n);
        line_cache_put(&cache, slot, line, n, (uint32_t)n);
        assert_true(line_cache_hit(slot, line, n));
        assert_int_equal(slot->value, n);
        assert_false(line_cache_hit(slot, line, n + 1));
        /* any one byte that differs is seen, wherever it is */
        for (size_t i = 0; i < n; i++) {
            memcpy(other, line, n);
            other[i] = 'b';
            assert_false(line_cache_hit(slot, other, n));
        }
    }
    line_cache_free(&cache);
}

static void a_line_too_long_for_the_cache_is_never_a_hit(void **state) {
    (void)state;
    LineCache cache;
    line_cache_init(&cache);
    static char line[LINE_CACHE_MAX + 8];
    memset(line, 'a', sizeof line);
    LineSlot *slot = line_cache_slot(&cache, line, LINE_CACHE_MAX + 1);
    line_cache_put(&cache, slot, line, LINE_CACHE_MAX + 1, 5);
    assert_false(line_cache_hit(slot, line, LINE_CACHE_MAX + 1));
    line_cache_free(&cache);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_newline_is_found),
        cmocka_unit_test(cached_lines_are_compared_as_a_whole),
        cmocka_unit_test(a_line_too_long_for_the_cache_is_never_a_hit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

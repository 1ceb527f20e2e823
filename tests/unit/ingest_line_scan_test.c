#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ingest/format.h"
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

static void records_end_at_the_first_empty_line(void **state) {
    (void)state;
    enum { N = 2000 };
    static char text[N + FORMAT_CHUNK_PAD];
    uint32_t seed = 4711, found = 0;
    for (uint32_t round = 0; round < 4000; round++) {
        uint32_t n = next_random(&seed) % (round < 3000 ? 300 : N);
        uint32_t rarity = 2 + next_random(&seed) % 120;
        for (uint32_t i = 0; i < sizeof text; i++)
            text[i] = next_random(&seed) % rarity == 0 ? '\n' : 'x';
        RecordEnds want = {UINT32_MAX, UINT32_MAX, UINT32_MAX}, got, portable;
        for (uint32_t i = 0; i < n && want.blank == UINT32_MAX; i++) {
            if (text[i] != '\n')
                continue;
            if (want.first == UINT32_MAX)
                want.first = i;
            else if (want.second == UINT32_MAX)
                want.second = i;
            if (i > 0 && text[i - 1] == '\n')
                want.blank = i;
        }
        bool ends = want.blank != UINT32_MAX;
        assert_int_equal(record_scan(text, n, &got), ends);
        assert_int_equal(record_scan_portable(text, n, &portable), ends);
        if (!ends)
            continue;
        found++;
        assert_memory_equal(&got, &want, sizeof want);
        assert_memory_equal(&portable, &want, sizeof want);
    }
    assert_in_range(found, 500, 3900);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_newline_is_found),
        cmocka_unit_test(records_end_at_the_first_empty_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

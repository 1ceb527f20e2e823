/* Keys must be equal exactly where what they stand for is; checked against frame_line_split. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "ingest/format.h"
#include "ingest/key_cache.h"
#include "ingest/perf_line.h"
#include "ingest/text_key.h"

static TextKeys keys[2]; /* as the processor allows, portable */

static int make_keys(void **state) {
    (void)state;
    text_keys_init(&keys[0], false);
    text_keys_init(&keys[1], true);
    return 0;
}

static bool same(TextKey a, TextKey b) {
    return a.a == b.a && a.b == b.b;
}

/* Of exactly this size with its pad, so that a sanitizer sees what is read beyond. */
static char *padded(const char *s, size_t n) {
    char *copy = mem_resize(NULL, 0, n + FORMAT_CHUNK_PAD);
    memcpy(copy, s, n);
    return copy;
}

static TextKey line_key(const TextKeys *k, const char *line) {
    uint32_t n = (uint32_t)strlen(line);
    char *text = padded(line, n);
    text[n] = '\n';
    TextKey key;
    frame_keys(k, &(LineRun){text, text, text, &n, 1, NULL}, &key);
    mem_resize(text, n + FORMAT_CHUNK_PAD, 0);
    return key;
}

/* The same with other lines before it, which may be looked at. */
static TextKey later_line_key(const TextKeys *k, const char *line) {
    static const char before[] = "\tffffffff81234567 some_function+0x12 ([kernel.kallsyms])\n"
                                 "\t    7f0123456789 (other) thing) (/lib/x.so)\n";
    uint32_t b = sizeof before - 1, n = b + (uint32_t)strlen(line);
    char *text = mem_resize(NULL, 0, n + 1 + FORMAT_CHUNK_PAD);
    memcpy(text, before, b);
    memcpy(text + b, line, n - b);
    text[n] = '\n';
    TextKey key;
    frame_keys(k, &(LineRun){text, text + b, text, &n, 1, NULL}, &key);
    mem_resize(text, n + 1 + FORMAT_CHUNK_PAD, 0);
    return key;
}

/* ---- texts --------------------------------------------------------------------------------
 */

static void every_byte_of_a_text_counts(void **state) {
    (void)state;
    char text[1024 + FORMAT_CHUNK_PAD];
    for (size_t i = 0; i < sizeof text; i++)
        text[i] = (char)(i * 7 + i / 13);
    static const size_t sizes[] = {0, 1, 15, 16, 17, 127, 128, 129, 255, 256, 257, 1000};
    for (int way = 0; way < 2; way++) {
        for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
            size_t n = sizes[s];
            TextKey key = text_key(&keys[way], text, n, 7);
            assert_true(same(key, text_key(&keys[way], text, n, 7)));
            assert_false(same(key, text_key(&keys[way], text, n, 8)));
            if (n)
                assert_false(same(key, text_key(&keys[way], text, n - 1, 7)));
            for (size_t i = 0; i < n + 40; i++) {
                text[i] ^= (char)(1 << i % 8);
                assert_int_equal(same(key, text_key(&keys[way], text, n, 7)), i >= n);
                text[i] ^= (char)(1 << i % 8);
            }
        }
    }
}

/* 96 of the bits are compared: each must take both values, independently of its neighbour. */
static void bits_of_keys_are_even(void **state) {
    (void)state;
    enum { TEXTS = 4096 };
    for (int way = 0; way < 2; way++) {
        uint32_t ones[128] = {0}, pairs[128] = {0};
        for (uint32_t i = 0; i < TEXTS; i++) {
            char text[16 + FORMAT_CHUNK_PAD] = {0};
            snprintf(text, sizeof text, "f%u", i);
            TextKey key = text_key(&keys[way], text, strlen(text), 1);
            for (uint32_t bit = 0; bit < 128; bit++) {
                uint64_t word[2] = {key.a, key.b};
                uint32_t next = (bit + 1) % 128;
                uint32_t x = word[bit / 64] >> bit % 64 & 1;
                uint32_t y = word[next / 64] >> next % 64 & 1;
                ones[bit] += x;
                pairs[bit] += x ^ y;
            }
        }
        for (uint32_t bit = 0; bit < 128; bit++) {
            assert_in_range(ones[bit], TEXTS / 2 - 250, TEXTS / 2 + 250);
            assert_in_range(pairs[bit], TEXTS / 2 - 250, TEXTS / 2 + 250);
        }
    }
}

static void secrets_differ(void **state) {
    (void)state;
    TextKeys other;
    char text[16 + FORMAT_CHUNK_PAD] = "some text";
    for (int way = 0; way < 2; way++) {
        text_keys_init(&other, way);
        assert_false(same(text_key(&other, text, 9, 0), text_key(&keys[way], text, 9, 0)));
    }
}

/* ---- frame lines --------------------------------------------------------------------------
 */

static void offsets_and_addresses_do_not_count(void **state) {
    (void)state;
    static const char *const group[][4] = {
        {"\t    7f0123456789 main+0x12 (/usr/lib/libc.so.6)",
         "\t          401234 main+0x0 (/usr/lib/libc.so.6)",
         "\t               1 main+0x123456789abc (/usr/lib/libc.so.6)", NULL},
        {"\tffffffff81234567 do_idle+0x12 ([kernel.kallsyms])",
         "\tffff888812345678 do_idle+0xf ([kernel.kallsyms])", NULL, NULL},
        {"\t    7f0123456789 a::(anonymous namespace)::b()+0x12 (/usr/lib/libc.so.6)",
         "\t    7f012345678a a::(anonymous namespace)::b()+0x13 (/usr/lib/libc.so.6)", NULL, NULL},
        {"\t    7f0123456789 f+0x12 (inlined)", "\t    7f0123456780 f+0x9 (inlined)", NULL, NULL},
        {"\t    7f0123456789 [unknown] (/tmp/perf-1.map)",
         "\t    7f0123456780 [unknown] (/tmp/perf-1.map)", NULL, NULL},
    };
    for (int way = 0; way < 2; way++) {
        for (size_t g = 0; g < sizeof group / sizeof *group; g++) {
            TextKey key = later_line_key(&keys[way], group[g][0]);
            assert_false(text_key_none(key));
            for (int i = 1; group[g][i]; i++)
                assert_true(same(key, later_line_key(&keys[way], group[g][i])));
            for (size_t other = 0; other < g; other++)
                assert_false(same(key, later_line_key(&keys[way], group[other][0])));
        }
    }
}

static void lines_of_other_forms_have_no_key(void **state) {
    (void)state;
    static const char *const line[] = {
        "",
        "\t    7f0123456789 a (b",                          /* short */
        "     7f0123456789 main+0x12 (/usr/lib/libc.so.6)", /* no tab */
        "\t    7f012345678 main+0x12 (/usr/lib/libc.so.6)", /* columns */
        "\t    7f01 3456789 main+0x12 (/usr/lib/libc.so.6)",
        "\t    7f0123G56789 main+0x12 (/usr/lib/libc.so.6)",
        "\t                 main+0x12 (/usr/lib/libc.so.6)",
        "\t    7f0123456789  main+0x12 (/usr/lib/libc.so.6)",
        "\t    7f0123456789\tmain+0x12 (/usr/lib/libc.so.6)",
        "java 1 [000] 1.000000: cycles: here is a long text",
    };
    for (int way = 0; way < 2; way++) {
        for (size_t i = 0; i < sizeof line / sizeof *line; i++) {
            assert_true(text_key_none(line_key(&keys[way], line[i])));
            assert_true(text_key_none(later_line_key(&keys[way], line[i])));
        }
    }
}

static bool same_frame(const FrameLine *a, const FrameLine *b) {
    return str_eq(a->symbol, b->symbol) && str_eq(a->module, b->module) &&
           a->inlined == b->inlined && frame_kind_of(a) == frame_kind_of(b);
}

static uint32_t random_state = 12345;

static uint32_t random_below(uint32_t n) {
    random_state = random_state * 1664525 + 1013904223;
    return (uint32_t)((uint64_t)(random_state >> 8) * n >> 24);
}

/* Lines put together from what makes them hard to read. */
static void random_line(char *out, size_t cap) {
    static const char *const address[] = {"    7f0123456789", "ffffffff81234567",
                                          "ffffffffffffffff", "               0",
                                          "8000000000000000", "          40123a"};
    static const char *const piece[] = {"main",
                                        "+0x1f",
                                        "+0x2e",
                                        " (",
                                        ")",
                                        "(",
                                        " ",
                                        "[unknown]",
                                        "/usr/lib/libc.so.6",
                                        "[kernel.kallsyms]",
                                        "(inlined)",
                                        " (inlined)",
                                        "->",
                                        "a::b",
                                        "\r",
                                        "\t",
                                        "+0x",
                                        "0x12",
                                        "deleted",
                                        "([",
                                        "(/",
                                        "anonymous namespace"};
    snprintf(out, cap, "\t%s ", address[random_below(6)]);
    for (uint32_t i = 1 + random_below(7); i > 0; i--)
        strncat(out, piece[random_below(sizeof piece / sizeof *piece)], cap - strlen(out) - 1);
    if (random_below(2))
        strncat(out, "+0x12 (/bin/java)", cap - strlen(out) - 1);
}

/* Two lines of one key are one frame, also if only the offsets' digits differ. */
static void one_key_is_one_frame(void **state) {
    (void)state;
    uint32_t met = 0;
    for (uint32_t i = 0; i < 60000; i++) {
        char a[400], b[400];
        random_line(a, sizeof a);
        if (random_below(3)) {
            memcpy(b, a, sizeof b);
            for (char *at = b + 18; (at = strstr(at, "+0x")) != NULL; at += 3) {
                if (at[3] && random_below(2))
                    at[3] = "0123456789abcdef"[random_below(16)];
            }
            if (random_below(2))
                b[16] = b[16] == '1' ? '2' : '1';
        } else {
            random_line(b, sizeof b);
        }
        FrameLine fa, fb;
        for (int way = 0; way < 2; way++) {
            TextKey ka = later_line_key(&keys[way], a), kb = later_line_key(&keys[way], b);
            if (!text_key_none(ka))
                assert_true(frame_line_split((Str){a, strlen(a)}, &fa));
            if (text_key_none(ka) || !same(ka, kb))
                continue;
            met += strcmp(a, b) != 0;
            assert_true(frame_line_split((Str){b, strlen(b)}, &fb));
            if (!same_frame(&fa, &fb))
                fail_msg("one key for\n%s\n%s", a, b);
        }
    }
    assert_in_range(met, 1000, 200000);
}

static void long_lines_count_to_the_end(void **state) {
    (void)state;
    static char line[4200];
    for (int way = 0; way < 2; way++) {
        for (size_t n = 200; n < 4096; n = n * 3 / 2) {
            memset(line, 0, sizeof line);
            memset(line, 'x', n);
            memcpy(line, "\t    7f0123456789 ", 18);
            line[17] = ' ';
            line[18] = 'y';
            TextKey key = line_key(&keys[way], line);
            assert_false(text_key_none(key));
            for (size_t i = 18; i < n; i += 13) {
                line[i] ^= 1;
                assert_false(same(key, line_key(&keys[way], line)));
                line[i] ^= 1;
            }
        }
        memset(line, 'x', 4100);
        memcpy(line, "\t    7f0123456789 ", 18);
        assert_true(text_key_none(line_key(&keys[way], line)));
    }
}

/* ---- the cache ----------------------------------------------------------------------------
 */

/* It may forget, but never mistakes a key that differs in any of the bits it has. */
static void a_cache_never_mistakes_a_key(void **state) {
    (void)state;
    _Alignas(64) KeySlot slot[16] = {0};
    KeyCache cache = {slot, 4};
    for (uint64_t i = 1; i < 2000; i++) {
        TextKey key = {i * 0x9e3779b97f4a7c15u, i * 0xd6e8feb86659fd93u};
        assert_int_equal(key_cache_get(&cache, key), 0);
        key_cache_put(&cache, key, (uint32_t)i);
        assert_int_equal(key_cache_get(&cache, key), i);
        for (uint32_t bit = 0; bit < 96; bit++) {
            TextKey near = key;
            *(bit < 64 ? &near.a : &near.b) ^= 1ull << bit % 64;
            assert_int_equal(key_cache_get(&cache, near), 0);
        }
    }
    uint32_t known = 0;
    for (uint64_t i = 1; i < 2000; i++) {
        uint32_t value =
            key_cache_get(&cache, (TextKey){i * 0x9e3779b97f4a7c15u, i * 0xd6e8feb86659fd93u});
        assert_true(value == 0 || value == i);
        known += value != 0;
    }
    assert_int_equal(known, 16);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_byte_of_a_text_counts),
        cmocka_unit_test(bits_of_keys_are_even),
        cmocka_unit_test(secrets_differ),
        cmocka_unit_test(offsets_and_addresses_do_not_count),
        cmocka_unit_test(lines_of_other_forms_have_no_key),
        cmocka_unit_test(one_key_is_one_frame),
        cmocka_unit_test(long_lines_count_to_the_end),
        cmocka_unit_test(a_cache_never_mistakes_a_key),
    };
    return cmocka_run_group_tests(tests, make_keys, NULL);
}

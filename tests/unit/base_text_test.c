/* str, buf, json */
#include <math.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/json.h"
#include "base/str.h"

static void assert_str(Str s, const char *expected) {
    char text[512];
    assert_true(s.n < sizeof text);
    memcpy(text, s.s, s.n);
    text[s.n] = 0;
    assert_string_equal(text, expected);
}

static void slices_are_clamped(void **state) {
    (void)state;
    static const struct {
        size_t from, to;
        const char *expected;
    } rows[] = {{0, 5, "hello"}, {1, 3, "el"}, {0, 99, "hello"},        {3, 2, ""},
                {9, 12, ""},     {5, 5, ""},   {SIZE_MAX, SIZE_MAX, ""}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_str(str_slice(STR("hello"), rows[i].from, rows[i].to), rows[i].expected);
    assert_str(str_slice((Str){0}, 0, 3), "");
}

static void finds_and_compares(void **state) {
    (void)state;
    Str s = STR("a::b::c");
    assert_int_equal(str_find(s, STR("::")), 1);
    assert_int_equal(str_find(s, STR("::c")), 4);
    assert_int_equal(str_find(s, STR("x")), s.n);
    assert_int_equal(str_find(s, STR("a::b::cd")), s.n);
    assert_int_equal(str_find(s, STR("")), 0);
    assert_int_equal(str_find((Str){0}, STR("a")), 0);
    assert_int_equal(str_find_char(s, ':'), 1);
    assert_int_equal(str_rfind_char(s, ':'), 5);
    assert_int_equal(str_rfind_char(s, 'x'), s.n);
    assert_true(str_starts(s, STR("a::")));
    assert_false(str_starts(STR("a"), STR("ab")));
    assert_true(str_ends(s, STR("::c")));
    assert_false(str_ends(STR("c"), STR("::c")));
    assert_true(str_eq((Str){0}, STR("")));
    assert_false(str_eq(STR("ab"), STR("ac")));
    assert_true(str_eq_c(STR("ab"), "ab"));
    assert_true(str_cmp(STR("ab"), STR("abc")) < 0);
    assert_true(str_cmp(STR("b"), STR("abc")) > 0);
    assert_true(str_cmp(STR("\xff"), STR("a")) > 0);
    assert_int_equal(str_cmp(STR("x"), STR("x")), 0);
    assert_str(str_trim(STR(" \t x y\r\n")), "x y");
    assert_str(str_trim(STR("  ")), "");
}

static void cuts(void **state) {
    (void)state;
    Str rest = STR("a,,b");
    assert_str(str_cut(&rest, ','), "a");
    assert_str(str_cut(&rest, ','), "");
    assert_str(str_cut(&rest, ','), "b");
    assert_int_equal(rest.n, 0);
    assert_str(str_cut(&rest, ','), "");
}

static void reads_integers(void **state) {
    (void)state;
    static const struct {
        const char *text;
        bool ok;
        int64_t value;
    } rows[] = {
        {"0", true, 0},
        {"-17", true, -17},
        {"+5", true, 5},
        {"9223372036854775807", true, INT64_MAX},
        {"-9223372036854775808", true, INT64_MIN},
        {"9223372036854775808", false, 0},
        {"-9223372036854775809", false, 0},
        {"99999999999999999999", false, 0},
        {"", false, 0},
        {"-", false, 0},
        {"1 ", false, 0},
        {" 1", false, 0},
        {"1x", false, 0},
        {"0x10", false, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        int64_t value = 42;
        assert_int_equal(str_to_i64(str_of(rows[i].text), &value), rows[i].ok);
        assert_int_equal(value, rows[i].ok ? rows[i].value : 42);
    }
}

static void reads_doubles(void **state) {
    (void)state;
    static const struct {
        const char *text;
        bool ok;
        double value;
    } rows[] = {
        {"0", true, 0},         {"-1.5", true, -1.5}, {"1e3", true, 1000}, {".5", true, 0.5},
        {"2.", true, 2},        {"0.1", true, 0.1},   {"1e-400", true, 0}, {"1e400", false, 0},
        {"nan", false, 0},      {"inf", false, 0},    {"0x1p3", false, 0}, {"", false, 0},
        {" 1", false, 0},       {"1 ", false, 0},     {"1.2.3", false, 0}, {"e5", false, 0},
        {"34.25", true, 34.25}, {"--1", false, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        double value = 42;
        assert_int_equal(str_to_double(str_of(rows[i].text), &value), rows[i].ok);
        assert_true(value == (rows[i].ok ? rows[i].value : 42));
    }
    assert_false(str_to_double((Str){"12", 0}, &(double){0}));
    assert_true(str_to_double((Str){"12", 1}, &(double){0})); /* not read beyond its end */
}

static void copies_into_an_arena(void **state) {
    (void)state;
    Arena arena;
    arena_init(&arena, 0);
    assert_string_equal(str_copy(&arena, (Str){"abcdef", 3}).s, "abc");
    assert_string_equal(str_copy(&arena, (Str){0}).s, "");
    Str s = str_format(&arena, "%s-%d-%0500d", "x", 7, 1);
    assert_int_equal(s.n, 504);
    assert_int_equal(s.s[504], 0);
    arena_free(&arena);
}

static void utf8_is_strict(void **state) {
    (void)state;
    static const struct {
        const char *text;
        uint32_t expected[6]; /* up to a 0 */
    } rows[] = {
        {"az", {'a', 'z'}},
        {"\u00e9\u20ac\U0001f525", {0xe9, 0x20ac, 0x1f525}},
        {"\x80", {0xfffd}},
        {"\xc0\xaf", {0xfffd, 0xfffd}},             /* overlong */
        {"\xe0\x80\xaf", {0xfffd, 0xfffd, 0xfffd}}, /* overlong */
        {"\xed\xa0\x80", {0xfffd, 0xfffd, 0xfffd}}, /* surrogate */
        {"\xf4\x90\x80\x80", {0xfffd, 0xfffd, 0xfffd, 0xfffd}},
        {"\xf4\x8f\xbf\xbf", {0x10ffff}},
        {"\xe2\x82", {0xfffd, 0xfffd}}, /* cut */
        {"\xe2\x82\x41", {0xfffd, 0xfffd, 'A'}},
        {"\xff\xfe", {0xfffd, 0xfffd}},
    };
    for (size_t r = 0; r < sizeof rows / sizeof rows[0]; r++) {
        Str s = str_of(rows[r].text);
        size_t k = 0;
        for (size_t i = 0; i < s.n; k++)
            assert_int_equal(utf8_next(s, &i), rows[r].expected[k]);
        assert_int_equal(rows[r].expected[k], 0);
    }
    for (uint32_t c = 1; c < 0x110000; c += 61) {
        char out[4];
        size_t n = utf8_put(out, c), i = 0;
        bool surrogate = c >= 0xd800 && c < 0xe000;
        assert_int_equal(utf8_next((Str){out, n}, &i), surrogate ? 0xfffd : c);
        assert_int_equal(i, n);
    }
}

static void buf_grows_and_prints(void **state) {
    (void)state;
    Buf b = {0};
    assert_int_equal(buf_str(&b).n, 0);
    buf_put(&b, (Str){0});
    assert_string_equal(b.s, "");
    for (int i = 0; i < 3000; i++)
        buf_printf(&b, "%d,", i % 10);
    assert_int_equal(b.n, 6000);
    assert_int_equal(strlen(b.s), 6000);
    buf_clear(&b);
    assert_string_equal(b.s, "");
    buf_printf(&b, "%0300d", 5); /* longer than what is free */
    assert_int_equal(strlen(b.s), 300);
    buf_clear(&b);
    buf_u64(&b, UINT64_MAX);
    buf_putc(&b, ' ');
    buf_i64(&b, INT64_MIN);
    buf_putc(&b, ' ');
    buf_u64(&b, 0);
    assert_string_equal(b.s, "18446744073709551615 -9223372036854775808 0");
    memcpy(buf_reserve(&b, 1000), "!", 2);
    assert_true(b.cap - b.n > 1000);
    buf_free(&b);
    assert_null(b.s);
}

static void buf_groups_digits(void **state) {
    (void)state;
    static const struct {
        uint64_t value;
        const char *expected;
    } rows[] = {{0, "0"},
                {999, "999"},
                {1000, "1\u2009000"},
                {1234567, "1\u2009234\u2009567"},
                {100000, "100\u2009000"}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        Buf b = {0};
        buf_grouped(&b, rows[i].value);
        assert_string_equal(b.s, rows[i].expected);
        buf_free(&b);
    }
}

static void shell_words_are_quoted(void **state) {
    (void)state;
    static const struct {
        const char *text, *expected;
    } rows[] = {{"", "''"},
                {"a b", "'a b'"},
                {"it's", "'it'\\''s'"},
                {"$(rm) `x` \\ \"", "'$(rm) `x` \\ \"'"},
                {"'", "''\\'''"}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        Buf b = {0};
        buf_shell(&b, str_of(rows[i].text));
        assert_string_equal(b.s, rows[i].expected);
        buf_free(&b);
    }
}

static void json_strings_are_escaped(void **state) {
    (void)state;
    static const struct {
        Str text;
        const char *expected;
    } rows[] = {
        {{"", 0}, "\"\""},
        {{"a\"b\\c/d", 7}, "\"a\\\"b\\\\c/d\""},
        {{"\n\r\t\x01\x1f", 5}, "\"\\n\\r\\t\\u0001\\u001f\""},
        {{"a\0b", 3}, "\"a\\u0000b\""},
        {{"\x7f", 1}, "\"\x7f\""},
        {{"caf\xc3\xa9 \xf0\x9f\x94\xa5", 10}, "\"caf\xc3\xa9 \xf0\x9f\x94\xa5\""},
        {{"x\xffy\xc3", 4}, "\"x\ufffdy\ufffd\""},
        {{"\xef\xbf\xbd", 3}, "\"\ufffd\""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        Buf b = {0};
        buf_json(&b, rows[i].text);
        assert_string_equal(b.s, rows[i].expected);
        buf_free(&b);
    }
}

static void write_sample(JsonWriter *w) {
    json_object(w);
    json_key(w, "a");
    json_u64(w, 1);
    json_key(w, "list");
    json_array(w);
    json_array(w);
    json_i64(w, -2);
    json_double(w, 1.25, 1);
    json_array_end(w);
    json_object(w);
    json_key(w, "k");
    json_str(w, STR("v"));
    json_key(w, "n");
    json_double(w, NAN, 2);
    json_object_end(w);
    json_array_end(w);
    json_key(w, "none");
    json_object(w);
    json_object_end(w);
    json_key(w, "b");
    json_bool(w, true);
    json_key(w, "z");
    json_null(w);
    json_object_end(w);
}

static void json_compact_and_pretty(void **state) {
    (void)state;
    static const char *const expected[] = {"{\"a\":1,\"list\":[[-2,1.2],{\"k\":\"v\",\"n\":"
                                           "null}],\"none\":{},\"b\":true,\"z\":null}",
                                           "{\n"
                                           "  \"a\": 1,\n"
                                           "  \"list\": [\n"
                                           "    [-2,1.2],\n"
                                           "    {\"k\":\"v\",\"n\":null}\n"
                                           "  ],\n"
                                           "  \"none\": {},\n"
                                           "  \"b\": true,\n"
                                           "  \"z\": null\n"
                                           "}"};
    for (int pretty = 0; pretty < 2; pretty++) {
        Buf b = {0};
        JsonWriter w;
        json_begin(&w, &b, pretty);
        write_sample(&w);
        assert_string_equal(b.s, expected[pretty]);
        assert_int_equal(w.depth, 0);
        buf_free(&b);
    }
}

static void json_nests_to_32(void **state) {
    (void)state;
    Buf b = {0};
    JsonWriter w;
    json_begin(&w, &b, false);
    for (int i = 0; i < 32; i++)
        json_array(&w);
    for (int i = 0; i < 32; i++)
        json_array_end(&w);
    assert_int_equal(b.n, 64);
    buf_free(&b);
}

static void too_deep(JsonWriter *w) {
    for (int i = 0; i < 33; i++)
        json_array(w);
}

static void value_without_key(JsonWriter *w) {
    json_object(w);
    json_null(w);
}

static void key_in_array(JsonWriter *w) {
    json_array(w);
    json_key(w, "k");
}

static void wrong_end(JsonWriter *w) {
    json_array(w);
    json_object_end(w);
}

static void key_without_value(JsonWriter *w) {
    json_object(w);
    json_key(w, "k");
    json_object_end(w);
}

static void json_misuse_aborts(void **state) {
    (void)state;
    static void (*const rows[])(JsonWriter *) = {too_deep, value_without_key, key_in_array,
                                                 wrong_end, key_without_value};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        pid_t child = fork();
        assert_true(child >= 0);
        if (child == 0) {
            signal(SIGABRT, SIG_DFL);
            close(STDERR_FILENO);
            Buf b = {0};
            JsonWriter w;
            json_begin(&w, &b, false);
            rows[i](&w);
            _exit(0);
        }
        int status = 0;
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
    }
}

static void fits_without_half_a_letter(void **state) {
    (void)state;
    assert_str(str_fit(STR("hello"), 9), "hello");
    assert_str(str_fit(STR("hello"), 2), "he");
    assert_str(str_fit(STR("a\u20acb"), 4), "a\u20ac");
    assert_str(str_fit(STR("a\u20acb"), 3), "a");
    assert_str(str_fit(STR("\x80\x80\x80"), 2), "");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(slices_are_clamped),
        cmocka_unit_test(finds_and_compares),
        cmocka_unit_test(cuts),
        cmocka_unit_test(fits_without_half_a_letter),
        cmocka_unit_test(reads_integers),
        cmocka_unit_test(reads_doubles),
        cmocka_unit_test(copies_into_an_arena),
        cmocka_unit_test(utf8_is_strict),
        cmocka_unit_test(buf_grows_and_prints),
        cmocka_unit_test(buf_groups_digits),
        cmocka_unit_test(shell_words_are_quoted),
        cmocka_unit_test(json_strings_are_escaped),
        cmocka_unit_test(json_compact_and_pretty),
        cmocka_unit_test(json_nests_to_32),
        cmocka_unit_test(json_misuse_aborts),
    };
    return cmocka_run_group_tests_name("base/text", tests, NULL, NULL);
}

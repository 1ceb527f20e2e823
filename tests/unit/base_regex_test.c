#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/regex.h"

static void matches(void **state) {
    (void)state;
    static const struct {
        const char *pattern;
        unsigned flags;
        const char *text;
        bool expected;
    } rows[] = {
        {"do_sys", REGEX_PLAIN, "__x64_do_sys_open", true},
        {"^do_sys", REGEX_PLAIN, "__x64_do_sys_open", false},
        {"GC|young", REGEX_PLAIN, "collect_young", true},
        {"", REGEX_PLAIN, "anything", true},
        {"a", REGEX_PLAIN, "", false},
        {"java", REGEX_PLAIN, "JAVA", false},
        {"java", REGEX_IGNORE_CASE, "JAVA", true},
        {"Java", REGEX_IGNORE_CASE, "JAVA", true},
        {"java", REGEX_SMART_CASE, "JAVA", true},
        {"Java", REGEX_SMART_CASE, "JAVA", false},
        {"Java", REGEX_SMART_CASE, "Java", true},
        {"\\Sava", REGEX_SMART_CASE, "JAVA", true},
        {"\\p{Lu}ava", REGEX_SMART_CASE, "JAVA", true},
        {"ava\\", REGEX_PLAIN, NULL, false},  /* a bad pattern: see below */
        {"^.$", REGEX_PLAIN, "\u20ac", true}, /* one character, not three bytes */
        {"\u00e9", REGEX_IGNORE_CASE, "\u00c9", true},
        {"\\bmain$", REGEX_PLAIN, "\xff\xfe main", true}, /* what is not UTF-8 is stepped over */
        {"a.b", REGEX_PLAIN,
         "a\xff"
         "b",
         false},
        {"^(?=.*alloc)(?!.*free)", REGEX_PLAIN, "mem_alloc_page", true},
        {"^(?=.*alloc)(?!.*free)", REGEX_PLAIN, "alloc_free", false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (!rows[i].text)
            continue;
        Error err = {0};
        Regex *re = regex_new(str_of(rows[i].pattern), rows[i].flags, &err);
        assert_non_null(re);
        if (regex_match(re, str_of(rows[i].text)) != rows[i].expected)
            fail_msg("/%s/ on \"%s\"", rows[i].pattern, rows[i].text);
        assert_int_equal(regex_limited(re), 0);
        regex_free(re);
    }
    Regex *re = regex_new((Str){0}, 0, NULL);
    assert_true(regex_match(re, (Str){0}));
    regex_free(re);
    regex_free(NULL);
}

static void text_needs_no_zero_behind(void **state) {
    (void)state;
    Regex *re = regex_new((Str){"abX", 2}, REGEX_PLAIN, NULL);
    assert_true(regex_match(re, (Str){"ab", 2}));
    assert_false(regex_match(re, (Str){"ab", 1}));
    assert_true(regex_match(re, (Str){"\0ab", 3}));
    regex_free(re);
}

static void bad_patterns_say_where(void **state) {
    (void)state;
    static const struct {
        const char *pattern, *words;
    } rows[] = {
        {"abc(def", "missing closing parenthesis at character 7"},
        {"[a", "missing terminating ] for character class at character 2"},
        {"\u20ac\u20ac)", "unmatched closing parenthesis at character 2"},
        {"*", "quantifier does not follow a repeatable item at character 1"},
        {"ava\\", "\\ at end of pattern at character 4"},
        {"\xff", NULL},
        {"\\C", NULL},
        {"((((a{1000}){1000}){1000}){1000})", NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        Error err = {0};
        assert_null(regex_new(str_of(rows[i].pattern), REGEX_PLAIN, &err));
        assert_int_equal(err.kind, ERROR_USAGE);
        assert_non_null(strstr(err.message, " at character "));
        if (rows[i].words)
            assert_string_equal(err.message, rows[i].words);
        assert_null(regex_new(str_of(rows[i].pattern), REGEX_PLAIN, NULL));
    }
}

static void endless_patterns_stop(void **state) {
    (void)state;
    static const char *const patterns[] = {"^(a+)+$", "^(a|aa)+$", "^(.*?,){20}P", "(x+x+)+y"};
    Buf text = {0};
    for (int i = 0; i < 200; i++)
        buf_puts(&text, "a");
    buf_puts(&text,
             "!,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx P y");
    for (size_t i = 0; i < sizeof patterns / sizeof patterns[0]; i++) {
        Regex *re = regex_new(str_of(patterns[i]), REGEX_PLAIN, NULL);
        assert_non_null(re);
        for (int n = 0; n < 100000; n++) /* by the limit alone this would take minutes */
            assert_false(regex_match(re, buf_str(&text)));
        if (regex_limited(re) < 1 || regex_limited(re) > 64)
            fail_msg("/%s/ struck the limit %u times", patterns[i], regex_limited(re));
        regex_free(re);
    }
    buf_free(&text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(matches),
        cmocka_unit_test(text_needs_no_zero_behind),
        cmocka_unit_test(bad_patterns_say_where),
        cmocka_unit_test(endless_patterns_stop),
    };
    return cmocka_run_group_tests_name("base/regex", tests, NULL, NULL);
}

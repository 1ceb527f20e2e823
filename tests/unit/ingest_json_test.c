#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/hash.h"
#include "ingest/decimal.h"
#include "ingest/json_pull.h"
#include "unit/ingest_helper.h"

/* Tokens as letters: { } [ ] and k: s: n: with their text, t f 0, $ end, ! broken, ? too short.
 */
static void put_token(Buf *out, JsonPull *p, JsonToken token) {
    static const char letter[] = {'$', '{', '}', '[', ']', 'k', 's', 'n', 't', 'f', '0'};
    if (token == JSON_BROKEN) {
        buf_putc(out, p->ended ? '?' : '!');
        return;
    }
    buf_putc(out, letter[token]);
    if (token == JSON_KEY || token == JSON_STRING || token == JSON_NUMBER) {
        buf_putc(out, ':');
        buf_put(out, p->text);
        buf_putc(out, ' ');
    }
}

static void put_tokens(Buf *out, JsonPull *p) {
    JsonToken token;
    do {
        token = json_pull_next(p);
        put_token(out, p, token);
    } while (token != JSON_END && token != JSON_BROKEN);
}

static void expect_tokens(Str text, const char *want) {
    Buf got = {0};
    JsonPull p;
    json_pull_open_text(&p, text);
    put_tokens(&got, &p);
    json_pull_close(&p);
    assert_string_equal(got.s, want);
    buf_clear(&got);
    Error err = {0};
    Source *source = source_open(temp_file(text), CODEC_AUTO, &err);
    assert_non_null(source);
    json_pull_open(&p, source, NULL, &err);
    put_tokens(&got, &p);
    json_pull_close(&p);
    source_close(source);
    temp_remove();
    assert_string_equal(got.s, want);
    buf_free(&got);
}

static void tokens_come_one_by_one(void **state) {
    (void)state;
    static const struct {
        const char *text, *want;
    } cases[] = {
        {"", "?"},
        {"  \n", "?"},
        {"1", "n:1 $"},
        {"\"\"", "s: $"},
        {"{}", "{}$"},
        {" [ ] ", "[]$"},
        {"{\"a\":1,\"b\":[true,false,null],\"c\":{}}", "{k:a n:1 k:b [tf0]k:c {}}$"},
        {"[-1.5e+3,0,\"x\"]", "[n:-1.5e+3 n:0 s:x ]$"},
        {"[1,]", "[n:1 ]$"},
        {"{\"a\":1,}", "{k:a n:1 }$"},
        {"[NaN,Infinity,-Infinity]", "[000]$"},
        {"[,]", "[!"},
        {"[1 2]", "[n:1 !"},
        {"[1,,2]", "[n:1 !"},
        {"{1:2}", "{!"},
        {"{\"a\" 1}", "{k:a !"},
        {"{\"a\":}", "{k:a !"},
        {"{\"a\"}", "{k:a !"},
        {"[}", "[!"},
        {"{]", "{!"},
        {"]", "!"},
        {"1 2", "n:1 !"},
        {"[1", "[?"},
        {"[1,2", "[n:1 ?"},
        {"[\"ab", "[?"},
        {"[tru]", "[!"},
        {"[-]", "[!"},
        {"{\"a\":[1,{\"b\":\"]}\"}]", "{k:a [n:1 {k:b s:]} }]?"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        expect_tokens(str_of(cases[i].text), cases[i].want);
}

static void strings_lose_their_escapes(void **state) {
    (void)state;
    static const struct {
        const char *text, *want;
    } cases[] = {
        {"\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "s:\"\\/\b\f\n\r\t $"},
        {"\"\\u0041\\u00fc\\u20ac\"", "s:A\xc3\xbc\xe2\x82\xac $"},
        {"\"\\ud83d\\udd25!\"", "s:\xf0\x9f\x94\xa5! $"},
        {"\"\\ud83d!\\udd25\"", "s:\xef\xbf\xbd!\xef\xbf\xbd $"},
        {"\"\\ud83d\\ud83d\\udd25\"", "s:\xef\xbf\xbd\xf0\x9f\x94\xa5 $"},
        {"\"\\u12g4\\q\"", "s:\\u12g4q $"},
        {"\"\xff\xfe\"", "s:\xff\xfe $"},
        {"\"a\nb\"", "s:a\nb $"},
        {"{\"\\u006bey\":\"\\\\\"}", "{k:key s:\\ }$"},
        {"\"0123456789abcde\\\"0123456789abcdef\\\\\"", "s:0123456789abcde\"0123456789abcdef\\ $"},
        {"\"\\\"", "?"},
        {"\"\\u00", "?"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        expect_tokens(str_of(cases[i].text), cases[i].want);
}

/* A string, a number's list and blanks each longer than what is read at once. */
static void tokens_may_lie_across_reads(void **state) {
    (void)state;
    Buf text = {0}, want = {0};
    buf_puts(&text, "{\"long\":\"");
    buf_puts(&want, "{k:long s:");
    for (int i = 0; i < 700000; i++) {
        buf_putc(&text, (char)('a' + i % 26));
        buf_putc(&want, (char)('a' + i % 26));
        if (i % 1013 == 0) {
            buf_puts(&text, "\\\"");
            buf_putc(&want, '"');
        }
    }
    buf_puts(&text, "\",\"list\":[");
    buf_puts(&want, " k:list [");
    for (int i = 0; i < 200000; i++) {
        buf_printf(&text, i ? ",%d" : "%d", i * 7919);
        buf_printf(&want, "n:%d ", i * 7919);
    }
    buf_puts(&text, "]");
    for (int i = 0; i < 600000; i++)
        buf_putc(&text, ' ');
    buf_puts(&text, "}");
    buf_puts(&want, "]}$");
    expect_tokens(buf_str(&text), want.s);
    buf_free(&text);
    buf_free(&want);
}

/* `n` objects within one another, with what looks like an end in strings. */
static void put_nest(Buf *text, int n) {
    for (int i = 0; i < n; i++)
        buf_puts(text, i % 2 ? "{\"}\\\"]\":[" : "{\"\\\\\":[1,\"]\\\\\\\"}\",");
    for (int i = 0; i < n; i++)
        buf_puts(text, "null]}");
}

static void what_is_passed_over_may_be_anything(void **state) {
    (void)state;
    for (int n = 1; n < 9000; n = n * 3 + 1) {
        Buf nest = {0}, text = {0}, got = {0};
        put_nest(&nest, n);
        buf_puts(&text, "[");
        buf_put(&text, buf_str(&nest));
        buf_puts(&text, ", ");
        buf_put(&text, buf_str(&nest));
        buf_puts(&text, ",7]");
        Error err = {0};
        Source *source = source_open(temp_file(buf_str(&text)), CODEC_AUTO, &err);
        JsonPull p;
        Str raw;
        json_pull_open(&p, source, NULL, &err);
        assert_int_equal(json_pull_next(&p), JSON_ARRAY);
        assert_int_equal(json_pull_next(&p), JSON_OBJECT);
        json_pull_skip(&p, JSON_OBJECT);
        assert_int_equal(json_pull_next(&p), JSON_OBJECT);
        assert_true(json_pull_raw(&p, &raw));
        assert_true(str_eq(raw, buf_str(&nest)));
        put_tokens(&got, &p);
        assert_string_equal(got.s, "n:7 ]$");
        json_pull_close(&p);
        source_close(source);
        temp_remove();
        buf_free(&nest);
        buf_free(&text);
        buf_free(&got);
    }
}

/* Raw text at every place of a block of 64 bytes, cut everywhere. */
static void raw_ends_where_the_value_does(void **state) {
    (void)state;
    Str value = STR("{\"a\\\\\":\"}\\\"]\",\"b\":[[],{}]}");
    for (size_t before = 0; before < 130; before++) {
        Buf text = {0};
        buf_puts(&text, "[");
        for (size_t i = 0; i < before; i++)
            buf_putc(&text, ' ');
        buf_put(&text, value);
        buf_puts(&text, ",1]");
        JsonPull p;
        Str raw;
        json_pull_open_text(&p, buf_str(&text));
        json_pull_next(&p);
        json_pull_next(&p);
        assert_true(json_pull_raw(&p, &raw) && str_eq(raw, value));
        assert_int_equal(json_pull_next(&p), JSON_NUMBER);
        for (size_t n = before + 2; n < before + 1 + value.n; n++) {
            json_pull_reset(&p, str_slice(buf_str(&text), 0, n), NULL);
            json_pull_next(&p);
            assert_int_equal(json_pull_next(&p), JSON_OBJECT);
            assert_false(json_pull_raw(&p, &raw));
            assert_true(p.ended);
            assert_int_equal(json_pull_next(&p), JSON_BROKEN);
        }
        json_pull_close(&p);
        buf_free(&text);
    }
}

/* Numbers of every length and look, as many as fill the window several times. */
static void put_number(Buf *out, uint32_t i) {
    static const char *const odd[] = {"null",  "1e3",    "-0",          "12345678901234567890",
                                      "\"7\"", "2.5E-2", "0.000000001", "1.99999999999",
                                      "{}",    "[1]"};
    uint64_t random = hash_mix(i);
    uint32_t digits = 1 + (uint32_t)(random % 18), fraction = (uint32_t)(random >> 8) % 12;
    if (random >> 16 & 1)
        fraction = 0;
    if (i % 97 == 13) {
        buf_puts(out, odd[i / 97 % (sizeof odd / sizeof *odd)]);
        return;
    }
    if ((random >> 20) % 7 == 0)
        buf_putc(out, '-');
    if ((random >> 24) % 4)
        digits = 1 + digits % 5;
    for (uint32_t k = 0; k < digits + fraction; k++) {
        if (k == digits)
            buf_putc(out, '.');
        buf_putc(out, (char)('0' + (hash_mix(random + k) % (k ? 10 : 9)) + !k));
    }
}

static const char *blank_before(uint32_t i) {
    static const char *const blank[] = {" ", "\n    ", "\r\n", "", "                       "};
    return i % 50 < 25 ? "" : blank[i % 5];
}

/* What json_pull_item alone gives. */
static int64_t slow_value(JsonPull *p, JsonToken token, int scale) {
    int64_t value = INT64_MAX;
    if (!json_pull_scaled_of(p, token, scale, &value))
        value = INT64_MAX;
    return value;
}

/* scale -1: whole numbers. */
static void expect_list(JsonPull *p, JsonPull *slow, int scale, uint32_t n) {
    enum { BLOCK = 100 };
    int64_t block[BLOCK];
    JsonToken token;
    uint32_t fast = 0;
    for (uint32_t i = 0; i < n;) {
        uint32_t got = scale < 0 ? json_pull_integers(p, block, BLOCK)
                                 : json_pull_decimals(p, scale, block, BLOCK);
        fast += got;
        if (got == 0) {
            assert_true(json_pull_item(p, &token));
            block[got++] = slow_value(p, token, scale < 0 ? 0 : scale);
        }
        for (uint32_t k = 0; k < got; k++, i++) {
            assert_true(json_pull_item(slow, &token));
            assert_int_equal(block[k], slow_value(slow, token, scale < 0 ? 0 : scale));
        }
    }
    assert_false(json_pull_item(p, &token));
    assert_int_equal(token, JSON_ARRAY_END);
    assert_in_range(fast, n / 4, n); /* else nothing was compared */
}

static void lists_of_numbers_are_read_as_one_by_one(void **state) {
    (void)state;
    enum { NUMBERS = 60000 };
    Buf text = {0};
    Error err = {0};
    for (uint32_t i = 0; i < NUMBERS; i++) {
        buf_puts(&text, i ? "," : "[");
        buf_puts(&text, blank_before(i));
        put_number(&text, i);
    }
    buf_puts(&text, "]");
    const char *path = temp_file(buf_str(&text));
    for (int scale = -1; scale <= 9; scale++) {
        JsonPull p, slow;
        Source *source = source_open(path, CODEC_AUTO, &err);
        json_pull_open(&p, source, NULL, &err);
        json_pull_open_text(&slow, buf_str(&text));
        assert_true(json_pull_expect(&p, JSON_ARRAY) && json_pull_expect(&slow, JSON_ARRAY));
        expect_list(&p, &slow, scale, NUMBERS);
        json_pull_close(&p);
        json_pull_close(&slow);
        source_close(source);
    }
    temp_remove();
    buf_free(&text);
}

/* A text that goes on in memory behind its end, where numbers could be read on. */
static void a_text_ends_where_it_ends(void **state) {
    (void)state;
    static const char text[] =
        "[1,22,333,4444,55555,666666,7777777,88888888,9,10,11,12,13,14,15,16,17,"
        "18,19,20,21,22,23,24,25,26,27,28,29,30,31,32,33,34,35,36,37,38,39,40,"
        "41,42,43,44,45,46,47,48,49,50,51,52,53,54,55,56,57,58,59,60,61,62]";
    for (size_t n = 1; n < sizeof text - 70; n++) {
        JsonPull in, p, plain;
        int64_t block[64], sum = 0, want = 0;
        JsonToken token;
        json_pull_open_text(&in, (Str){text, sizeof text - 1});
        json_pull_open_text(&p, (Str){0});
        json_pull_open_text(&plain, (Str){text, n});
        json_pull_reset(&p, (Str){text, n}, &in);
        json_pull_next(&p);
        json_pull_next(&plain);
        for (;;) {
            uint32_t got = json_pull_integers(&p, block, 64);
            if (!got && !json_pull_item(&p, &token))
                break;
            if (!got)
                block[got++] = slow_value(&p, token, 0);
            while (got)
                sum += block[--got];
        }
        assert_true(p.ended);
        while (json_pull_item(&plain, &token))
            want += slow_value(&plain, token, 0);
        assert_int_equal(sum, want);
        json_pull_close(&in);
        json_pull_close(&p);
        json_pull_close(&plain);
    }
}

/* Behind numbers that nearly fill a block of them, commas alone: more than there is room for. */
static void commas_alone_are_no_numbers(void **state) {
    (void)state;
    for (uint32_t numbers = 150; numbers < 300; numbers++) {
        for (int scale = -1; scale <= 6; scale += 7) {
            Buf text = {0};
            int64_t block[JSON_SMALL_MOST];
            JsonPull p;
            JsonToken token;
            uint32_t n = 0, got;
            for (uint32_t i = 0; i < numbers; i++)
                buf_puts(&text, i ? scale < 0 ? ",7" : ",7.5" : "[7");
            for (int i = 0; i < 400; i++)
                buf_putc(&text, ',');
            json_pull_open_text(&p, buf_str(&text));
            json_pull_next(&p);
            do {
                got = scale < 0 ? json_pull_integers(&p, block, JSON_SMALL_MOST)
                                : json_pull_decimals(&p, scale, block, JSON_SMALL_MOST);
                n += got;
            } while (got);
            assert_int_equal(n, numbers);
            assert_false(json_pull_item(&p, &token));
            assert_true(p.broken);
            json_pull_close(&p);
            buf_free(&text);
        }
    }
}

/* Members come as key and value do, wherever the memory ends. */
static void members_are_keys_and_values(void **state) {
    (void)state;
    Str text =
        STR("{\"ph\":\"X\",\"ts\":12345.678,\"name\":\"a \\\"quoted\\\" one\", \"dur\": 7,"
            "\"a key that is longer than most keys are\":1,\"neg\":-12.5,\"no\":null,\"big\":"
            "123456789012345678901234567890123,\"at\":18446744073709551615.5,\"e\":1e2,"
            "\"args\":{\"x\":[1,2,\"}\"]},\"yes\" :true,\"long\":\"0123456789012345678901234567890"
            "1234567890123456789012345678901234567890123456789\",\"tid\":4711}");
    for (size_t n = text.n; n > 1; n--) {
        JsonPull p, slow;
        JsonMember m;
        json_pull_open_text(&p, str_slice(text, 0, n));
        json_pull_open_text(&slow, str_slice(text, 0, n));
        json_pull_next(&p);
        json_pull_next(&slow);
        while (json_pull_member(&p, &m)) {
            int64_t value = INT64_MAX, want = INT64_MAX;
            Decimal d = {0}, wanted = {0};
            assert_true(json_pull_next(&slow) == JSON_KEY);
            Str key = slow.text;
            key.n = key.n < JSON_KEY_MOST ? key.n : JSON_KEY_MOST;
            assert_true(str_eq(m.key, key));
            JsonToken token = json_pull_next(&slow);
            assert_int_equal(m.token, token);
            assert_int_equal(p.offset, slow.offset);
            if (token == JSON_STRING || token == JSON_NUMBER)
                assert_true(str_eq(m.text, slow.text));
            if (token == JSON_NUMBER) {
                assert_int_equal(json_member_decimal(&m, &d), decimal_read(slow.text, &wanted));
                assert_memory_equal(&d.value, &wanted.value, sizeof d.value);
                assert_int_equal(d.power, wanted.power);
                assert_int_equal(d.negative, wanted.negative);
            }
            assert_int_equal(json_member_scaled(&p, &m, 3, &value),
                             json_pull_scaled_of(&slow, token, 3, &want));
            assert_int_equal(value, want);
        }
        if (n == text.n)
            assert_int_equal(json_pull_next(&slow), JSON_OBJECT_END);
        while (n < text.n && json_pull_next(&slow) != JSON_BROKEN)
            ;
        assert_int_equal(p.broken, n < text.n);
        assert_int_equal(p.ended, slow.ended);
        json_pull_close(&p);
        json_pull_close(&slow);
    }
}

static void nesting_is_bounded(void **state) {
    (void)state;
    for (int extra = 0; extra < 2; extra++) {
        Buf text = {0};
        for (int i = 0; i < JSON_PULL_LEVELS + extra; i++)
            buf_puts(&text, "[");
        JsonPull p;
        json_pull_open_text(&p, buf_str(&text));
        int opened = 0;
        while (json_pull_next(&p) == JSON_ARRAY)
            opened++;
        assert_int_equal(opened, JSON_PULL_LEVELS);
        assert_int_equal(p.ended, extra == 0);
        json_pull_close(&p);
        buf_free(&text);
    }
}

static void decimals_are_exact(void **state) {
    (void)state;
    static const struct {
        const char *text;
        int scale;
        bool ok;
        int64_t want;
    } cases[] = {
        {"0", 0, true, 0},
        {"12", 3, true, 12000},
        {"-12.5", 6, true, -12500000},
        {"1523985024593.6038", 6, true, 1523985024593603800},
        {"0.0004", 3, true, 0},
        {"0.0005", 3, true, 1},
        {"-0.0005", 3, true, -1},
        {"1e3", 0, true, 1000},
        {"1.5E-3", 6, true, 1500},
        {"2e-400", 3, true, 0},
        {"0e99999", 3, true, 0},
        {"50.37085399962962", 6, true, 50370854},
        {"123456789.123456789123456789", 9, true, 123456789123456789},
        {"9.9999999999999999999", 0, true, 10},
        {"4611686018427387903", 0, true, 4611686018427387903},
        {"4611686018427387904", 0, false, 0},
        {"1000000000000000000000", 0, false, 0},
        {"1000000000000000000000e-9", 0, true, 1000000000000},
        {"1e30", 0, false, 0},
        {"", 0, false, 0},
        {"-", 0, false, 0},
        {".", 0, false, 0},
        {"1x", 0, false, 0},
        {"1e", 0, false, 0},
        {"1e+", 0, false, 0},
        {"1.2.3", 0, false, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int64_t got = 0;
        bool ok = decimal_scaled(str_of(cases[i].text), cases[i].scale, &got);
        if (ok != cases[i].ok || (ok && got != cases[i].want))
            fail_msg("%s: %d, %lld", cases[i].text, ok, (long long)got);
    }
}

static void a_head_shows_its_paths(void **state) {
    (void)state;
    static const char *const path[] = {"a", "a.b", "a.b.c", "b", "a.b.c.d"};
    static const struct {
        const char *text;
        uint32_t want;
        bool array;
    } cases[] = {
        {"{\"a\":{\"b\":{\"c\":1}}}", 7, false},
        {"[{\"a\":[{\"b\":2}]}]", 3, true},
        {" \n[{\"b\":[1,2,{\"a\":3}],\"a\"", 9, true},
        {"{\"a\":{\"b\":[[[[[[[{\"c\":1}]]]]]]]}}", 3, false},
        {"{\"x\":{\"a\":1},\"b\":\"un", 8, false},
        {"a;b 1", 0, false},
        {"", 0, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        bool array;
        uint32_t got = json_pull_paths(str_of(cases[i].text), path, 5, &array);
        if (got != cases[i].want || array != cases[i].array)
            fail_msg("%s: %x", cases[i].text, got);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tokens_come_one_by_one),
        cmocka_unit_test(strings_lose_their_escapes),
        cmocka_unit_test(tokens_may_lie_across_reads),
        cmocka_unit_test(what_is_passed_over_may_be_anything),
        cmocka_unit_test(raw_ends_where_the_value_does),
        cmocka_unit_test(nesting_is_bounded),
        cmocka_unit_test(lists_of_numbers_are_read_as_one_by_one),
        cmocka_unit_test(a_text_ends_where_it_ends),
        cmocka_unit_test(commas_alone_are_no_numbers),
        cmocka_unit_test(members_are_keys_and_values),
        cmocka_unit_test(decimals_are_exact),
        cmocka_unit_test(a_head_shows_its_paths),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

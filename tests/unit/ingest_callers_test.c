/* Records known by their callers must mean what they mean line by line: the same text is read
 * by parsers that remember in different ways, warm and cold, and by one that reads every line.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "ingest/perf_script.h"
#include "unit/ingest_helper.h"

static const PerfScriptOptions ways[] = {
    {.by_line = true, .small = true}, /* the one that others are compared with */
    {0},
    {.portable = true},
    {.small = true},
    {.portable = true, .by_line = true},
};

enum { WAYS = sizeof ways / sizeof *ways };

static const Format *format;
static FormatParser *warm[WAYS];

static int make_parsers(void **state) {
    (void)state;
    format = format_named("perf script");
    for (int i = 0; i < WAYS; i++)
        warm[i] = format->parser_new(&ways[i]);
    return 0;
}

static int free_parsers(void **state) {
    (void)state;
    for (int i = 0; i < WAYS; i++)
        format->parser_free(warm[i]);
    return 0;
}

/* Everything that comes of a text, read as one chunk. */
static Buf dump(FormatParser *parser, Str text) {
    Dict dict;
    Profile profile;
    Batch batch;
    Remap remap = {0};
    Buf out = {0};
    dict_init(&dict);
    profile_init(&profile, &dict);
    batch_init(&batch);
    /* of exactly this size, so that a sanitizer sees what is read behind the pad */
    char *copy = mem_resize(NULL, 0, text.n + FORMAT_CHUNK_PAD);
    memcpy(copy, text.s, text.n);
    FormatChunk chunk = {{copy, text.n}, 0, true};
    format->parse(parser, &chunk, &batch);
    profile_absorb(&profile, &batch, &remap);
    profile_dump(&profile, &out);
    mem_resize(copy, text.n + FORMAT_CHUNK_PAD, 0);
    remap_free(&remap);
    batch_free(&batch);
    profile_free(&profile);
    dict_free(&dict);
    return out;
}

static void expect_one_meaning(const char *what, Str text) {
    Buf want = dump(warm[0], text);
    for (int i = 1; i < WAYS; i++) {
        Buf got = dump(warm[i], text);
        if (!str_eq(buf_str(&got), buf_str(&want))) {
            size_t at = 0;
            while (at < got.n && at < want.n && got.s[at] == want.s[at])
                at++;
            while (at > 0 && want.s[at - 1] != '\n')
                at--;
            fail_msg("%s, way %d\n got %.200s\nwant %.200s\nof\n%.2000s", what, i, got.s + at,
                     want.s + at, text.s);
        }
        buf_free(&got);
    }
    buf_free(&want);
}

#define HEADER(comm, ids, time) comm "  " ids " [002] " time ":   10101558 cycles: \n"
#define LEAF "\t    7f0123456789 leaf+0x12 (/usr/lib/libc.so.6)\n"
#define OTHER_LEAF "\t    7f0123456799 other+0x22 (/usr/lib/libc.so.6)\n"
#define CALLERS                                                                                    \
    "\tffffffff81234567 do_it+0x7 ([kernel.kallsyms])\n"                                           \
    "\t    7f0223456789 app::(anonymous namespace)::run(int)+0xff1 (/opt/app/libx.so)\n"           \
    "\t          401234 main+0x34 (/usr/bin/server)\n"
#define RECORD(time) HEADER("server", "11/12", time) LEAF CALLERS "\n"

/* ---- texts --------------------------------------------------------------------------------
 */

static void callers_are_known_again(void **state) {
    (void)state;
    Str text = STR(RECORD("1.000001") RECORD("1.000002"));
    for (int i = 0; i < WAYS; i++) {
        FormatParser *parser = format->parser_new(&ways[i]);
        Buf out = dump(parser, text);
        buf_free(&out);
        uint64_t first = perf_script_known(parser);
        out = dump(parser, text);
        buf_free(&out);
        assert_int_equal(perf_script_known(parser) - first, ways[i].by_line ? 0 : 2);
        format->parser_free(parser);
    }
}

static void what_stands_around_callers_counts(void **state) {
    (void)state;
    static const char *const text[] = {
        RECORD("1.000001") RECORD("1.000002"),
        HEADER("java", "11/12", "2.000001") LEAF CALLERS "\n", /* another root */
        HEADER("server", "11/13", "2.000002") OTHER_LEAF CALLERS "\n",
        HEADER("server", "11/12", "2.000003") CALLERS "\n",
        HEADER("server", "11/12", "2.000004") LEAF LEAF CALLERS "\n",
        HEADER("server", "11/12", "2.000005") LEAF "\n",
        HEADER("server", "11/12", "2.000006") "\n",
        HEADER("server", "11/12", "2.000007") LEAF CALLERS LEAF "\n",
        /* no empty line, or one that is not quite empty */
        HEADER("server", "11/12", "2.000008") LEAF CALLERS HEADER("server", "11/12", "2.000009")
            LEAF CALLERS "\n",
        HEADER("server", "11/12", "2.000010") LEAF CALLERS " \n" RECORD("2.000011"),
        HEADER("server", "11/12", "2.000012") LEAF CALLERS "\r\n" RECORD("2.000013"),
        HEADER("server", "11/12", "2.000014") LEAF CALLERS,
        HEADER("server", "11/12", "2.000015") LEAF CALLERS "\n\n\n" RECORD("2.000016"),
        "\n\n" RECORD("2.000017"),
        /* lines that are no frames, at each place */
        HEADER("server", "11/12", "3.000001") "  file.c:12\n" LEAF CALLERS "\n",
        HEADER("server", "11/12", "3.000002") LEAF "  file.c:12\n" CALLERS "\n",
        HEADER("server", "11/12", "3.000003") LEAF CALLERS "  file.c:12\n\n",
        HEADER("server", "11/12", "3.000004") LEAF CALLERS "# what\n\n",
        "# what\n" RECORD("3.000005"),
        HEADER("server", "11/12", "3.000006") LEAF CALLERS "what is this\n\n",
        HEADER("server", "11/12", "3.000007") "\tzz what is this (/bin/a) indeed\n" CALLERS "\n",
        HEADER("server", "11/12", "3.000008") LEAF "\tzz what is this (/bin/a)\n" CALLERS "\n",
        HEADER("server", "11/12", "3.000009") LEAF HEADER("java", "21/22", "3.000010") CALLERS "\n",
        HEADER("server", "11/12", "3.000011") LEAF CALLERS
        "server 11/12 [000] 3.5: PERF_RECORD_LOST lost 17\n" LEAF CALLERS "\n",
        "server 11/12 [000] 3.5: PERF_RECORD_LOST lost 17\n" LEAF CALLERS "\n" RECORD("3.000012"),
        "what is this\n" LEAF CALLERS "\n" RECORD("3.000013"),
        LEAF CALLERS "\n" RECORD("3.000014"),
        "server 11/12 [000] 3.6: cycles: 7f01 f+0x1 (/bin/a)\n" LEAF CALLERS "\n",
        "server 11/12 [000] 3.7: sched:sched_switch: prev=x next=y\n" LEAF CALLERS "\n",
        "server 11 cycles: \n" LEAF CALLERS "\n",
        /* names that are several frames */
        HEADER("java", "21/22",
               "4.000001") "\t    7f0123456789 a->b->c+0x12 (/tmp/perf-1.map)\n" CALLERS "\n",
        HEADER("java", "21/22", "4.000002") LEAF
        "\t    7f0123456789 a->b->c+0x12 (/tmp/perf-1.map)\n" CALLERS "\n",
        HEADER("java", "21/22", "4.000003") "\t    7f0123456789 c+0x12 (/tmp/perf-1.map)\n" CALLERS
                                            "\n",
        /* one text for user and kernel */
        HEADER("a", "1/1", "5.000001") "\tffffffff81234567 [unknown] ([unknown])\n"
                                       "\t    7f0123456789 [unknown] ([unknown])\n\n",
        HEADER("a", "1/1", "5.000002") "\t    7f0123456789 [unknown] ([unknown])\n"
                                       "\tffffffff81234567 [unknown] ([unknown])\n\n",
        HEADER("a", "1/1", "5.000003") "\t    7f0123456789 f+0x1 (inlined)\n" CALLERS "\n",
    };
    Buf all = {0};
    enum { TEXTS = sizeof text / sizeof *text };
    for (size_t i = 0; i < TEXTS; i++) {
        for (int again = 0; again < 3; again++)
            expect_one_meaning("a text", str_of(text[i]));
        buf_puts(&all, text[i]);
        buf_puts(&all, "\n");
    }
    expect_one_meaning("all texts", buf_str(&all));
    expect_same_any_way(buf_str(&all));
    for (size_t i = 0; i + 1 < TEXTS; i++) { /* in pairs, both orders */
        Buf two = {0};
        buf_puts(&two, text[TEXTS - 1 - i]);
        buf_puts(&two, text[i]);
        buf_puts(&two, text[TEXTS - 1 - i]);
        expect_one_meaning("two texts", buf_str(&two));
        buf_free(&two);
    }
    buf_free(&all);
}

static void every_byte_counts(void **state) {
    (void)state;
    static const char other[] = "\n\t x(0)\rf:";
    static const char head[] = RECORD("1.000001") RECORD("1.000002");
    static const char record[] = RECORD("1.000003");
    static const char behind[] = RECORD("1.000004");
    enum { HEAD = sizeof head - 1, MIDDLE = sizeof record - 1, BEHIND = sizeof behind - 1 };
    char text[HEAD + MIDDLE + 1 + BEHIND + 1];
    for (size_t i = 0; i < MIDDLE; i++) {
        memcpy(text, head, HEAD);
        for (size_t k = 0; k < sizeof other - 1; k++) {
            memcpy(text + HEAD, record, MIDDLE);
            memcpy(text + HEAD + MIDDLE, behind, BEHIND + 1);
            text[HEAD + i] = other[k];
            expect_one_meaning("a byte changed", str_of(text));
            memcpy(text + HEAD + i + 1, record + i, MIDDLE - i);
            memcpy(text + HEAD + MIDDLE + 1, behind, BEHIND + 1);
            expect_one_meaning("a byte more", str_of(text));
        }
        memcpy(text + HEAD, record, i);
        memcpy(text + HEAD + i, record + i + 1, MIDDLE - i - 1);
        memcpy(text + HEAD + MIDDLE - 1, behind, BEHIND + 1);
        expect_one_meaning("a byte less", str_of(text));
        expect_one_meaning("cut", (Str){head, HEAD - i});
    }
    assert_true(perf_script_known(warm[1]) > 10000); /* or nothing was tested */
    assert_int_equal(perf_script_known(warm[0]), 0);
}

static void deep_stacks_are_cut_alike(void **state) {
    (void)state;
    Buf text = {0};
    for (int depth = STACKS_MAX_DEPTH - 3; depth < STACKS_MAX_DEPTH + 3; depth++) {
        text.n = 0;
        for (int again = 0; again < 3; again++) {
            buf_printf(&text, HEADER("server", "11/12", "1.00000%d") LEAF, again);
            for (int i = 1; i < depth; i++)
                buf_printf(&text, "\t%16x f%d+0x1 (/bin/a)\n", 0x400000 + i, i % 100);
            buf_puts(&text, "\n");
        }
        expect_one_meaning("deep", buf_str(&text));
    }
    buf_free(&text);
}

/* Callers that never repeat are not asked for any more, and are again when they do. */
static void habits_change_nothing(void **state) {
    (void)state;
    FormatParser *parser = format->parser_new(NULL);
    Buf text = {0};
    for (int i = 0; i < 30000; i++) {
        bool repeat = i > 8000;
        buf_printf(&text, HEADER("server", "11/12", "%d.000001") LEAF CALLERS, 10 + i);
        buf_printf(&text, "\t%16x start+0x1 (/usr/bin/server)\n\n", repeat ? 1 : 0x400000 + i);
    }
    expect_one_meaning("habits", buf_str(&text));
    Buf out = dump(parser, buf_str(&text));
    assert_in_range(perf_script_known(parser), 5000, 21000); /* it rested at first */
    buf_free(&out);
    buf_free(&text);
    format->parser_free(parser);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(callers_are_known_again),
        cmocka_unit_test(what_stands_around_callers_counts),
        cmocka_unit_test(every_byte_counts),
        cmocka_unit_test(deep_stacks_are_cut_alike),
        cmocka_unit_test(habits_change_nothing),
    };
    return cmocka_run_group_tests(tests, make_parsers, free_parsers);
}

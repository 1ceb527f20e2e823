#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "app/collapse.h"
#include "unit/ingest_helper.h"

typedef struct CollapseCase {
    const char *name, *text;
    CollapseOptions options;
    const char *out;
    const char *note; /* part of the notes; NULL: there are none */
} CollapseCase;

static const CollapseCase cases[] = {
    {"counts and order",
     "java 1 1.0: cycles: \n\t1 leaf (/x)\n\t2 main (/x)\n\n"
     "java 1 1.0: cycles: \n\t1 leaf (/x)\n\t2 main (/x)\n\n"
     "ab 1 1.0: cycles: \n\t1 f (/x)\n\n",
     {0},
     "ab;f 1\njava;main;leaf 2\n",
     NULL},
    {"periods are weights",
     "java 1 1.0:   7 cycles: \n\t1 f (/x)\n\njava 1 1.0:  5 cycles: \n\t1 f (/x)\n\n"
     "java 1 1.0:  0 cycles: \n\t1 f (/x)\n\n",
     {0},
     "java;f 13\n",
     NULL},
    {"only the first event",
     "java 1 1.0: cycles: \n\t1 f (/x)\n\njava 1 1.0: faults: \n\t1 g (/x)\n\n",
     {0},
     "java;f 1\n",
     "other events than cycles"},
    {"an event by name",
     "java 1 1.0: cycles: \n\t1 f (/x)\n\njava 1 1.0: faults: \n\t1 g (/x)\n\n",
     {.event = "faults"},
     "java;g 1\n",
     "other events than faults"},
    {"the last sample needs a blank line",
     "java 1 1.0: cycles: \n\t1 f (/x)\n\njava 1 1.0: cycles: \n\t1 g (/x)\n",
     {0},
     "java;f 1\n",
     "last sample"},
    {"process names",
     "V8 Worker 27409/28744 [000] 1.0: cycles: \n\n",
     {.tid = true},
     "V8_Worker-27409/28744 1\n",
     NULL},
    {"a tid alone is no pid", "java 4711 1.0: cycles: \n\n", {.pid = true}, "java-? 1\n", NULL},
    {"a tid of 0 is none",
     "swapper 0/0 1.0: cycles: \n\n",
     {.pid = true, .tid = true},
     "swapper-?/0 1\n",
     NULL},
    {"names of one byte go on to the next number",
     "a 4711 [000] 1.0: 77 cycles: \n\t1 f (/x)\n\n",
     {.tid = true},
     "a_4711_[000]_1.0:-?/77;f 77\n",
     NULL},
    {"arguments are cut",
     "ab 1 1.0: cycles: \n\t1 (anonymous namespace)::f(int) (/x)\n"
     "\t1 a(anonymous namespace)::f(int) (/x)\n\t1 g(char) const (/x)\n"
     "\t1 net/http.(*Client).Do (/x)\n\t1 \"q'uoted;x (/x)\n\n",
     {0},
     "ab;quoted:x;net/http.(*Client).Do;g;a(anonymous namespace)::f 1\n",
     NULL},
    {"unknown frames take the module's name",
     "ab 1 1.0: cycles: \n\t1 [unknown] (/lib/libc.so)\n\t1 [unknown] ([unknown])\n\n",
     {0},
     "ab;[unknown];[libc.so] 1\n",
     NULL},
    {"or the address, too",
     "ab 1 1.0: cycles: \n\t7f1 [unknown] (/lib/libc.so)\n\t7f2 [unknown] ([unknown])\n\n",
     {.addrs = true},
     "ab;[unknown <7f2>];[libc.so <7f1>] 1\n",
     NULL},
    {"java's symbols",
     "java 1 1.0: cycles: \n\t1 La/b;::f->Lc;::g+0x1f (/tmp/perf-12.map)\n"
     "\t1 [unknown] (/x/Labc)\n\n",
     {.jit = true},
     "java;[Labc];a/b:::f_[j];Lc:::g_[i] 1\n",
     NULL},
    {"the kernel",
     "ab 1 1.0: cycles: \n\t1 a ([unknown])\n\t1 b ([kernel.kallsyms])\n\t1 c (/x/vmlinux)\n"
     "\t1 d (/x/vmlinux-6)\n\n",
     {.kernel = true},
     "ab;d;c_[k];b_[k];a 1\n",
     NULL},
    {"deleted modules",
     "ab 1 1.0: cycles: \n\t1 f (/tmp/foo (deleted))\n\n",
     {0},
     "ab;f  1\n",
     NULL},
    {"offsets are cut at the end only",
     "ab 1 1.0: cycles: \n\t1 operator+0x (/x)\n\t1 operator+<c>+0x1f (/x)\n\n",
     {0},
     "ab;operator+<c>;operator+0x 1\n",
     NULL},
    {"no function but an address",
     "ab 1 1.0: cycles: \n\t7f01 (/bin/f)\n\n",
     {0},
     "ab;1 1\n",
     NULL},
    {"lines of other kinds",
     "# cmdline : perf record\nab 1 1.0: cycles: \nwhat is this\n\t1 f (/x)\n\n",
     {0},
     "ab;f 1\n",
     "1 lines are neither"},
    {"carriage returns hide blank lines",
     "ab 1 1.0: cycles: \r\n\t1 f (/x)\r\n\r\n",
     {0},
     "",
     "last sample"},
    {"process names that read like frames",
     "ab;f 1 1.0: cycles: \n\nab 1 1.0: cycles: \n\t1 f (/x)\n\n",
     {0},
     "ab;f 2\n",
     NULL},
    {"an event line without a blank before it",
     "ab 1 1.0: cycles: \n\t1 f (/x)\ncd 1 1.0: cycles: \n\t1 g (/x)\n\n",
     {0},
     "cd;g;f 1\n",
     NULL},
};

/* What the script would make of these is nothing, or nonsense. */
static void what_is_no_script_is_refused(void **state) {
    static const struct {
        Str text;
        const char *words;
    } table[] = {
        {STR(""), "the input is empty"},
        {STR("\n\n"), "blank lines"},
        {STR("a;b;c 7\na;b 3\n"), "the format folded stacks is no text"},
        {STR("FLR\0\0\2\0\1\0\0\0\0\0\0\0\0"), "the format Java Flight Recorder is no text"},
        {STR("{\"traceEvents\": [{\"name\": \"f 12 \", \"ph\": \"X\"}]}"),
         "the format trace events is no text"},
        {STR("{\"a 12 b\": [1, 2"), "ends in the middle"},
        {STR("\177ELF\2\1\1\0\0\0\0\0\n\n"), "program or library"},
        {STR("java\n\t    7f0b751af848 f (/x)\n\n"), "no line that begins a sample"},
        {STR("Dear all,\nthis is a letter.\n\n"), "no line that begins a sample"},
        {STR("\x1f\x8b\x08\0\0\0"), "ends in the middle"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        Buf out = {0}, notes = {0};
        Error err = {0};
        bool ok = collapse_run(temp_file(table[i].text), &(CollapseOptions){0}, &out, &notes, &err);
        temp_remove();
        if (ok)
            fail_msg("not refused, but for \"%s\": %s", table[i].words, out.n ? out.s : "nothing");
        assert_int_equal(out.n, 0);
        if (!strstr(err.message, table[i].words))
            fail_msg("\"%s\" does not say \"%s\"", err.message, table[i].words);
        buf_free(&out);
        buf_free(&notes);
    }
}

static void texts_collapse_as_the_script_does(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const CollapseCase *c = &cases[i];
        Buf out = {0}, notes = {0};
        Error err = {0};
        bool ok = collapse_run(temp_file(str_of(c->text)), &c->options, &out, &notes, &err);
        temp_remove();
        assert_true(ok);
        if (!str_eq_c(buf_str(&out), c->out))
            fail_msg("%s:\n got %s\nwant %s", c->name, out.s, c->out);
        if (c->note ? !notes.n || !strstr(notes.s, c->note) : notes.n > 0)
            fail_msg("%s: notes %s", c->name, notes.n ? notes.s : "missing");
        buf_free(&out);
        buf_free(&notes);
    }
}

static void reference_files_are_matched_to_the_byte(void **state) {
    (void)state;
    static const char *const names[] = {
        "perf-cycles-instructions-01", "perf-dd-stacks-01",           "perf-funcab-cmd-01",
        "perf-funcab-pid-01",          "perf-iperf-stacks-pidtid-01", "perf-java-faults-01",
        "perf-java-stacks-01",         "perf-java-stacks-02",         "perf-js-stacks-01",
        "perf-mirageos-stacks-01",     "perf-numa-stacks-01",         "perf-rust-Yamakaky-dcpu",
        "perf-vertx-stacks-01",
    };
    static const struct {
        const char *name;
        CollapseOptions options;
    } options[] = {
        {"pid", {.pid = true}},
        {"tid", {.tid = true}},
        {"kernel", {.kernel = true}},
        {"jit", {.jit = true}},
        {"all", {.kernel = true, .jit = true}},
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        for (size_t k = 0; k < sizeof options / sizeof *options; k++) {
            char name[256], path[1024];
            Buf want = {0}, out = {0}, notes = {0};
            Error err = {0};
            snprintf(name, sizeof name, "perf-script/flamegraph/%s.txt", names[i]);
            if (!data_path(name, path, sizeof path))
                skip();
            snprintf(name, sizeof name, "perf-script/flamegraph/collapsed/%s-collapsed-%s.txt",
                     names[i], options[k].name);
            assert_true(data_read(name, &want));
            assert_true(collapse_run(path, &options[k].options, &out, &notes, &err));
            if (!str_eq(buf_str(&out), buf_str(&want)))
                fail_msg("%s differs", name);
            buf_free(&want);
            buf_free(&out);
            buf_free(&notes);
        }
    }
}

static void a_missing_file_is_an_error(void **state) {
    (void)state;
    Buf out = {0}, notes = {0};
    Error err = {0};
    assert_false(collapse_run("/nowhere/at all", &(CollapseOptions){0}, &out, &notes, &err));
    assert_int_equal(err.kind, ERROR_IO);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_collapse_as_the_script_does),
        cmocka_unit_test(what_is_no_script_is_refused),
        cmocka_unit_test(reference_files_are_matched_to_the_byte),
        cmocka_unit_test(a_missing_file_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

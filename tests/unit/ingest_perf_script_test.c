#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "unit/ingest_helper.h"

/* ---- what a text means --------------------------------------------------------------------
 */

enum { CASE_ROWS = 6 };

typedef struct TextCase {
    const char *name, *text;
    const char *samples[CASE_ROWS]; /* see sample_text */
    const char *complaints;         /* "kind count, …" */
} TextCase;

static const TextCase cases[] = {
    {"frames are root first",
     "java 1 [000] 1.000000: cycles: \n"
     "\tffffffff81234567 leaf+0x1 ([kernel.kallsyms])\n"
     "\t          401234 main+0x2 (/bin/java)\n"
     "\n",
     {"java|cycles|main@/bin/java;leaf@[kernel.kallsyms]_[k]"},
     ""},
    {"no blank line is needed",
     "a 1 1.000000: cycles: \n\t  1 f (/bin/a)\na 1 2.000000: cycles: \n\t  2 g (/bin/a)\n",
     {"a|cycles|f@/bin/a", "a|cycles|g@/bin/a"},
     ""},
    {"a sample may have no stack",
     "a 1 1.000000: cycles: \n\nb 1 2.000000: cycles: \n\n",
     {"a|cycles|", "b|cycles|"},
     ""},
    {"samples on one line",
     "            perf 12 [000] 1.000000:  1 cycles:  ffffffff81234567 f+0x1 "
     "([kernel.kallsyms])\n"
     "     Web Content 13 [000] 2.000000:  1 cycles:  7f01 a::b() (/lib/libxul.so)\n"
     "            perf 12 [000] 3.000000:  1 page-faults:      7f990011 7f01 f (/bin/a)\n",
     {"perf|cycles|f@[kernel.kallsyms]_[k]", "Web Content|cycles|a::b()@/lib/libxul.so",
      "perf|page-faults|f@/bin/a"},
     ""},
    {"samples on one line without modules",
     "java 11 1.000000: cycles:  ffffffff8104f45a native_write_msr+0xa\n"
     "java 11 2.000000: cycles:            401136 std::list<int (*)(int)>::size() const\n"
     "java 11 3.000000: cycles:      7f8e9c0d1e2f [unknown]\n"
     "java 11 4.000000:            401136 main+0x1 (/bin/x)\n"
     "java 11 5.000000: cycles: 401136 main\n",
     {"java|cycles|native_write_msr_[k]", "java|cycles|std::list<int (*)(int)>::size() const",
      "java|cycles|[unknown]", "java||main@/bin/x", "java|cycles|"},
     ""},
    {"what stands behind the frame of such a line",
     "a 1 1.000000: cycles:            401136 f(int)+0x1 (/bin/a b) 0x55/0x66/P/-/-/0\n"
     "a 1 2.000000: cycles:            401136 f(int)+0x1 insn: 48 89 e5\n"
     "a 1 3.000000: cycles:            401136 f(int)  0x55/0x66/P/-/-/0 \n"
     "a 1 4.000000: sched:sched_switch:            401136 f(int)\n",
     {"a|cycles|f(int)@/bin/a b", "a|cycles|f(int)", "a|cycles|f(int)", "a|sched:sched_switch|"},
     ""},
    {"what was accessed is no frame",
     "a 1 1.000000: cpu/mem-loads,ldlat=30/P: ffff9f37a0f0c8c0        68100142 |OP LOAD|LVL L1 "
     "hit|SNP None|TLB L1 or L2 hit|LCK No|                5  ffffffff8f0b1234 "
     "update_load_avg+0x14 ([kernel.kallsyms])\n"
     "a 1 2.000000: page-faults:      7f8e9c0d1e2f data+0x8 (/lib/d.so)\n"
     "\t          401136 main+0x1 (/bin/x)\n"
     "\t          401236 start+0x1 (/bin/x)\n"
     "\n",
     {"a|cpu/mem-loads,ldlat=30/P|update_load_avg@[kernel.kallsyms]_[k]",
      "a|page-faults|start@/bin/x;main@/bin/x"},
     ""},
    {"branches begin where their frame is",
     "a 1 1.000000:  1 branches:u:      7f8e9c0d1e2f main+0x1 (/bin/a) =>      7f8e9c0d1e30 foo+0x0 "
     "(/bin/a)\n"
     "a 1 2.000000:  1 branches:u:      7f8e9c0d1e2f main+0x1 (/bin/a) =>                0 [unknown] "
     "([unknown])\n"
     "a 1 3.000000: sched:sched_switch: prev_comm=a ==> next_comm=b\n",
     {"a|branches:u|main@/bin/a", "a|branches:u|main@/bin/a", "a|sched:sched_switch|"},
     ""},
    {"how memory was accessed is no frame, nor are instructions a cycle",
     "a 1 1.000000: cpu/mem-loads/P:         68100142 |OP LOAD|LVL L1 hit|SNP None|\n"
     "a 1 2.000000: cycles:            401136 main+0x1 (/bin/a)  \t IPC: 0.53 (8/15) \n",
     {"a|cpu/mem-loads/P|", "a|cycles|main@/bin/a"},
     ""},
    {"addresses alone, their tabs made blanks",
     "a 1 1.000000: cycles: \n                  401136\n                  401137\n\n",
     {"a|cycles|[unknown];[unknown]"},
     ""},
    {"source lines of inlined frames",
     "a 1 1.000000: cycles: \n"
     "\t          401234 add\n"
     "  add.h:12 (inlined)\n"
     "\t          401234 main+0x5 (/bin/a)\n"
     "  main.cc:99\n"
     "\n",
     {"a|cycles|main@/bin/a;add_[i]"},
     ""},
    {"what stands behind callers",
     "a 1 [000] 1.000000: cycles: \n\t          401234 main+0x5 (/bin/a)\n       10e2f3a40 4K\n"
     "a 1 [000] 2.000000: cycles: \n\t          401234 main+0x5 (/bin/a)\n ilen: 3 insn: 48 89\n"
     "a 1 [000] 3.000000: cycles: \n\t          401234 main+0x5 (/bin/a)\n"
     "main+0x1/f+0x2/P/-/-/0  f+0x9/g+0x1/M/-/-/1 \n",
     {"a|cycles|main@/bin/a", "a|cycles|main@/bin/a", "a|cycles|main@/bin/a"},
     ""},
    {"tracepoints have a text",
     "bash 1 [000] 1.000000: sched:sched_switch: prev_comm=bash prev_pid=1 (x)\n"
     "\t  1 __schedule ([kernel.kallsyms])\n"
     "\n"
     "bash 1 [000] 2.000000: sched:sched_wakeup: comm=a pid=2\n",
     {"bash|sched:sched_switch|__schedule@[kernel.kallsyms]_[k]", "bash|sched:sched_wakeup|"},
     ""},
    {"inlined frames and source lines",
     "a 1 1.000000: cycles: \n"
     "\t  401234 add (inlined)\n"
     "  add.h:12\n"
     "\t  401234 main+0x5 (/bin/a)\n"
     "  main.cc:99\n"
     "\n",
     {"a|cycles|main@/bin/a;add_[i]"},
     ""},
    {"inlining in Java's symbols",
     "java 1 1.000000: cycles: \n"
     "\t    7fa4b8c7d768 Lx;::leaf (/tmp/perf-1.map)\n"
     "\t    7fa4b8c7d768 La;::f->Lb;::g->Lc;::h (/tmp/perf-1.map)\n"
     "\n",
     {"java|cycles|La;::f@/tmp/perf-1.map_[j];Lb;::g@/tmp/perf-1.map_[i];"
      "Lc;::h@/tmp/perf-1.map_[i];Lx;::leaf@/tmp/perf-1.map_[j]"},
     ""},
    {"frames may start at the left edge",
     "java 1 cycles:\nffffffff8103d0ca a ([kernel.kallsyms])\n7f01 b (/bin/java)\n\n"
     "java 1 cycles:\n7f01 b (/bin/java)\n\n",
     {"java|cycles|b@/bin/java;a@[kernel.kallsyms]_[k]", "java|cycles|b@/bin/java"},
     ""},
    {"comments, blank lines and carriage returns",
     "# ========\r\n# captured on: today\r\n# ========\r\n#\r\n\r\n\r\n"
     "a 1 1.000000: cycles: \r\n\t               1 f+0x1 (/bin/a)\r\n\r\n"
     "a 1 2.000000: cycles: \r\n\t               1 f+0x1 (/bin/a)\r\n   \r\n",
     {"a|cycles|f@/bin/a", "a|cycles|f@/bin/a"},
     ""},
    {"what perf says beside samples",
     "a 1/1 [000] 0.500000: PERF_RECORD_COMM exec: a:1/1\n"
     "a 1/1 [000] 0.500000: PERF_RECORD_MMAP2 1/1: [0x1(0x2) @ 0 08:01 1 1]: r-xp /bin/a\n"
     "a 1/1 [000] 1.000000: cycles: \n\t  1 f (/bin/a)\n\n"
     "a 1/1 [000] 1.500000: PERF_RECORD_LOST lost 17\n"
     "a 1/1 [000] 1.500000: PERF_RECORD_NAMESPACES 1/1 - nr_namespaces: 7\n"
     "\t\t[0/net: 3/0xf0000081, 1/uts: 3/0xeffffffe]\n"
     "a 1/1 [000] 2.000000: cycles: \n\t  1 f (/bin/a)\n\n",
     {"a|cycles|f@/bin/a", "a|cycles|f@/bin/a"},
     "lost 17"},
    {"who lost nothing has nothing to say",
     "a 1/1 [000] 0.500000: PERF_RECORD_LOST lost 0\n"
     "a 1/1 [000] 1.000000: cycles: \n\t  1 f (/bin/a)\n\n"
     "a 1/1 [000] 1.500000: PERF_RECORD_LOST lost 3\n",
     {"a|cycles|f@/bin/a"},
     "lost 3"},
    {"what cannot be read is said",
     "a 1 1.000000: cycles: \n\t  1 f (/bin/a)\n\t  zz what (/bin/a)\n\t  2 g (/bin/a)\n\n"
     "hello there\n\t  3 h (/bin/a)\n\n"
     "a 1 2.000000: cycles: \n\n",
     {"a|cycles|g@/bin/a;f@/bin/a", "a|cycles|"},
     "header 2, frame 1"},
    {"no time",
     "a 1 cycles: \n\t  1 f (/bin/a)\n\nb 1 cycles: \n\t  1 f (/bin/a)\n\n",
     {"a|cycles|f@/bin/a", "b|cycles|f@/bin/a"},
     ""},
    {"some without a time",
     "a 1 cycles: \n\t  1 f (/bin/a)\n\nb 1 5.000000: cycles: \n\t  1 f (/bin/a)\n\n"
     "c 1 cycles: \n\t  1 f (/bin/a)\n\n",
     {"a|cycles|f@/bin/a", "b|cycles|f@/bin/a", "c|cycles|f@/bin/a"},
     "time 2"},
    {"registers and branches",
     "a 1 1.000000: cycles: \n\t  1 f (/bin/a)\n  0x55/0x66/P/-/-/0 0x77/0x88/M/-/-/0\n"
     "  ABI:2    AX:0x0    BX:0x1\n\n",
     {"a|cycles|f@/bin/a"},
     ""},
    {"cut in a frame",
     "a 1 1.000000: cycles: \n\t  1 f (/bin/a)\n\t  2 g (/bi",
     {"a|cycles|f@/bin/a"},
     "truncated 1"},
    {"cut in an event line",
     "a 1 1.000000: cycles: \n\t  1 f (/bin/a)\n\na 1 2.0000",
     {"a|cycles|f@/bin/a"},
     "truncated 1"},
    {"cut before the event's modifier",
     "a 1 1.000000: cycles:u: \n\t  1 f (/bin/a)\n\na 1 2.000000: cycles:",
     {"a|cycles:u|f@/bin/a"},
     "truncated 1"},
    {"only the last newline is missing",
     "a 1 1.000000: cycles: \n\t  1 f (/bin/a)",
     {"a|cycles|f@/bin/a"},
     ""},
};

static void complaints_text(const Profile *profile, Buf *out) {
    for (int kind = 0; kind < COMPLAINT_KINDS; kind++) {
        if (profile->complaints.of[kind].count)
            buf_printf(out, "%s%s %llu", out->n ? ", " : "", complaint_name((ComplaintKind)kind),
                       (unsigned long long)profile->complaints.of[kind].count);
    }
}

static void texts_mean_what_they_say(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const TextCase *c = &cases[i];
        Loaded loaded;
        load_text(&loaded, 0, 0, str_of(c->text));
        uint64_t want = 0;
        while (want < CASE_ROWS && c->samples[want])
            want++;
        if (loaded.profile.building.samples != want)
            fail_msg("%s: %llu samples (%s)", c->name,
                     (unsigned long long)loaded.profile.building.samples, loaded.error.message);
        for (uint64_t k = 0; k < want; k++) {
            Buf got = sample_text(&loaded, k);
            if (!str_eq_c(buf_str(&got), c->samples[k]))
                fail_msg("%s: sample %llu\n got %s\nwant %s", c->name, (unsigned long long)k, got.s,
                         c->samples[k]);
            buf_free(&got);
        }
        Buf complaints = {0};
        buf_puts(&complaints, "");
        complaints_text(&loaded.profile, &complaints);
        if (!str_eq_c(buf_str(&complaints), c->complaints))
            fail_msg("%s: complaints \"%s\"", c->name, complaints.s);
        buf_free(&complaints);
        loaded_free(&loaded);
    }
}

static void texts_mean_the_same_any_way(void **state) {
    (void)state;
    Buf all = {0};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        expect_same_any_way(str_of(cases[i].text));
        buf_puts(&all, cases[i].text);
        buf_puts(&all, "\n");
    }
    expect_same_any_way(buf_str(&all));
    buf_free(&all);
}

static void a_text_may_be_cut_anywhere(void **state) {
    (void)state;
    Buf all = {0};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        /* a time seen late gives itself to earlier rows: no prefix then */
        if (strcmp(cases[i].name, "some without a time") != 0 &&
            strcmp(cases[i].name, "no time") != 0 &&
            strcmp(cases[i].name, "frames may start at the left edge") != 0)
            buf_puts(&all, cases[i].text);
        buf_puts(&all, "\n\n");
    }
    for (size_t n = 0; n <= all.n; n++)
        expect_prefix(buf_str(&all), n);
    buf_free(&all);
}

static void offsets_point_at_the_line(void **state) {
    (void)state;
    Str text = STR("a 1 1.000000: cycles: \n\t  1 f (/bin/a)\n\nb 1 2.000000: cycles: \n"
                   "\t  zz what\n\nb 1 3.000000: cycles: \n\t  1 f (/bin/a)\n\n");
    Loaded loaded;
    load_text(&loaded, 0, 30, text);
    const Complaint *c = &loaded.profile.complaints.of[COMPLAINT_FRAME];
    assert_int_equal(c->count, 1);
    assert_int_equal(c->example[0].offset, str_find(text, STR("\t  zz")));
    assert_string_equal(c->example[0].excerpt, "   zz what");
    loaded_free(&loaded);
}

static void periods_are_weights(void **state) {
    (void)state;
    Loaded loaded;
    load_text(&loaded, 0, 0,
              STR("a 1 [001] 1.000000:  10 cycles: \n\na 1 [002] 2.000000:  20 cycles: \n\n"
                  "a 1 3.000000: faults: \n\n"));
    const Profile *p = &loaded.profile;
    assert_true(p->building.has_weight);
    static const uint64_t weight[] = {10, 20, 1};
    static const uint16_t cpu[] = {1, 2, CPU_NONE};
    for (uint64_t i = 0; i < 3; i++) {
        assert_int_equal(COLUMN_AT(&p->weight, uint64_t, i), weight[i]);
        assert_int_equal(COLUMN_AT(&p->cpu, uint16_t, i), cpu[i]);
    }
    assert_int_equal(contexts_get_event(&loaded.dict.contexts, 1).weight, WEIGHT_PERIOD);
    assert_int_equal(contexts_get_event(&loaded.dict.contexts, 2).weight, WEIGHT_SAMPLES);
    loaded_free(&loaded);
}

static void stacks_too_deep_lose_their_root(void **state) {
    (void)state;
    Buf text = {0};
    buf_puts(&text, "a 1 1.000000: cycles: \n");
    for (int i = 0; i < STACKS_MAX_DEPTH + 50; i++)
        buf_printf(&text, "\t%16x f%d (/bin/a)\n", 0x400000 + i, i);
    buf_puts(&text, "\na 1 2.000000: cycles: \n\t  1 f0 (/bin/a)\n\n");
    for (uint32_t workers = 0; workers <= 2; workers += 2) {
        Loaded loaded;
        load_text(&loaded, workers, 0, buf_str(&text));
        assert_int_equal(loaded.profile.building.samples, 2);
        Pair pair = pairs_get(&loaded.profile.pairs, 1);
        assert_int_equal(stacks_depth(&loaded.dict.stacks, pair.stack), STACKS_MAX_DEPTH);
        StackNode leaf = stacks_get(&loaded.dict.stacks, pair.stack);
        assert_true(str_eq_c(dict_symbol(&loaded.dict, leaf.frame), "f0"));
        assert_int_equal(loaded.profile.complaints.of[COMPLAINT_TOO_DEEP].count, 1);
        loaded_free(&loaded);
    }
    buf_free(&text);
}

/* ---- real files ---------------------------------------------------------------------------
 */

static const struct {
    const char *name;
    uint64_t samples;
} real[] = {
    {"perf-script/flamegraph/example-perf-stacks.txt.gz", 1315},
    {"perf-script/flamegraph/perf-cycles-instructions-01.txt", 444},
    {"perf-script/flamegraph/perf-dd-stacks-01.txt", 11},
    {"perf-script/flamegraph/perf-funcab-cmd-01.txt", 169},
    {"perf-script/flamegraph/perf-funcab-pid-01.txt", 228},
    {"perf-script/flamegraph/perf-iperf-stacks-pidtid-01.txt", 201},
    {"perf-script/flamegraph/perf-java-faults-01.txt", 23},
    {"perf-script/flamegraph/perf-java-stacks-01.txt", 46},
    {"perf-script/flamegraph/perf-java-stacks-02.txt", 2},
    {"perf-script/flamegraph/perf-js-stacks-01.txt", 2},
    {"perf-script/flamegraph/perf-mirageos-stacks-01.txt", 53},
    {"perf-script/flamegraph/perf-numa-stacks-01.txt", 200},
    {"perf-script/flamegraph/perf-rust-Yamakaky-dcpu.txt", 58},
    {"perf-script/flamegraph/perf-vertx-stacks-01.txt", 286},
    {"perf-script/flamescope/perf.test01", 9},
    {"perf-script/speedscope/forks.linux-perf.txt", 561},
    {"perf-script/speedscope/one-sample.linux-perf.txt", 1},
    {"perf-script/speedscope/rust-mangled.linux-perf.txt", 96},
    {"perf-script/speedscope/simple-with-header.linux-perf.txt", 136},
    {"perf-script/speedscope/simple-with-pid.linux-perf.txt", 137},
    {"perf-script/speedscope/system-wide.linux-perf.txt", 556},
};

static void real_files_load_the_same_any_way(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof real / sizeof *real; i++) {
        Buf text = {0};
        if (!data_read(real[i].name, &text))
            skip();
        Loaded loaded;
        load_text(&loaded, 0, 0, buf_str(&text));
        if (loaded.profile.building.samples != real[i].samples)
            fail_msg("%s: %llu samples", real[i].name,
                     (unsigned long long)loaded.profile.building.samples);
        if (complaints_total(&loaded.profile.complaints))
            fail_msg("%s: complaints", real[i].name);
        loaded_free(&loaded);
        expect_same_any_way(buf_str(&text));
        for (size_t cut = 1; cut <= 10; cut++)
            expect_prefix(buf_str(&text), text.n * cut / 11);
        buf_free(&text);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_mean_what_they_say),
        cmocka_unit_test(texts_mean_the_same_any_way),
        cmocka_unit_test(a_text_may_be_cut_anywhere),
        cmocka_unit_test(offsets_point_at_the_line),
        cmocka_unit_test(periods_are_weights),
        cmocka_unit_test(stacks_too_deep_lose_their_root),
        cmocka_unit_test(real_files_load_the_same_any_way),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

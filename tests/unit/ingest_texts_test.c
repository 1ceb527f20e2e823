#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "unit/ingest_helper.h"

/* Loads a text that is to be recognised, and compares its samples with `want`. */
static void expect_text(const char *format, Str text, const char *const *want, uint64_t n,
                        uint64_t complaints) {
    Loaded loaded;
    load_text(&loaded, 0, 0, text);
    assert_int_equal(loaded.status.state, LOAD_DONE);
    assert_string_equal(loaded.status.format, format);
    assert_int_equal(loaded.profile.building.samples, n);
    assert_int_equal(complaints_total(&loaded.profile.complaints), complaints);
    for (uint64_t i = 0; i < n; i++) {
        Buf got = sample_text(&loaded, i);
        assert_string_equal(got.s, want[i]);
        buf_free(&got);
    }
    loaded_free(&loaded);
    expect_same_any_way(text);
}

/* A line that is cut may still be one, so only the number of samples is bounded. */
static void expect_cuts(const char *format, Str text, uint64_t samples) {
    for (size_t n = 0; n < text.n; n++) {
        Loaded loaded;
        load(&loaded, 0,
             &(LoadOptions){.path = temp_file(str_slice(text, 0, n)), .format = format});
        temp_remove();
        assert_int_equal(loaded.status.state, LOAD_DONE);
        if (loaded.profile.building.samples > samples)
            fail_msg("%s cut behind byte %zu has more samples", format, n);
        loaded_free(&loaded);
    }
}

#define SIMPLEPERF                                                                                 \
    "sample:\n  event_type: cpu-cycles\n  time: 1234567\n  event_count: 40\n  thread_id: 9\n"      \
    "  thread_name: Render Thread\n  vaddr_in_file: 4c5e\n  file: [kernel.kallsyms]\n"             \
    "  symbol: read: fast\n  callchain:\n    vaddr_in_file: 5\n    file: /lib/libc.so\n"           \
    "    symbol: main\n    vaddr_in_file: 6\n    file: [JIT app cache]\n    symbol: A.run\n"

static void simpleperf_samples(void **state) {
    (void)state;
    static const char *const want[] = {
        "Render Thread|cpu-cycles|A.run@[JIT app cache]_[j];main@/lib/libc.so;"
        "read: fast@[kernel.kallsyms]_[k]",
        "[unknown]|faults|f"};
    Str text = STR(SIMPLEPERF "lost_situation:\n  lost_count: 3\nsample:\r\n  event_type: "
                              "faults\r\n  time: 12\r\n  symbol: f\r\n");
    expect_text("simpleperf", text, want, 2, 3);
    Loaded loaded;
    load_text(&loaded, 0, 0, text);
    assert_int_equal(loaded.profile.complaints.of[COMPLAINT_LOST].count, 3);
    assert_int_equal(COLUMN_AT(&loaded.profile.time_ns, int64_t, 0), 1234567);
    assert_int_equal(COLUMN_AT(&loaded.profile.weight, uint64_t, 0), 40);
    loaded_free(&loaded);
    expect_cuts("simpleperf", text, 2);
}

static void simpleperf_says_what_is_amiss(void **state) {
    (void)state;
    static const char *const want[] = {"t|e|f", "t|e|f"};
    expect_text("simpleperf",
                STR("sample:\n  event_type: e\n  time: 5\n  thread_name: t\n  symbol: f\n"
                    "sample:\n  event_type: e\n  time: x\n  thread_name: t\n  symbol: f\n"
                    "  what is this\n"),
                want, 2, 3); /* a time that is none twice: as a number, and of the sample */
}

#define FRAME(address, rest) "\t" address " " rest "\n"
#define KERNEL_AT "ffffffff81a3b1c0"
#define USER_AT "    7f0b751af848"

/* What `perf script -F comm,ip,sym` and some fields more print. */
static void perf_script_stacks(void **state) {
    (void)state;
    static const char *const want[] = {"java||main@/bin/java;read_[k]", "a b|cycles:u|g;f_[i]",
                                       "[unknown]||[unknown]", "c||f@m"};
    Str text = STR(
        "java \n" FRAME(KERNEL_AT, "read")
            FRAME(USER_AT, "main+0x1 (/bin/java)") "\na b [003] cycles:u: \n" FRAME(
                USER_AT, "g->f") "\n\n" FRAME(USER_AT, "[unknown]") "\nc 47/48 \n" FRAME(USER_AT,
                                                                                         "f (m)"));
    expect_text("perf script stacks", text, want, 4, 0);
    expect_cuts("perf script stacks", text, 4);
    Loaded loaded;
    load_text(&loaded, 0, 0, text);
    assert_false(loaded.status.format_has_time);
    assert_int_equal(COLUMN_AT(&loaded.profile.cpu, uint16_t, 1), 3);
    Context context = contexts_get(
        &loaded.dict.contexts,
        pairs_get(&loaded.profile.pairs, COLUMN_AT(&loaded.profile.pair, PairId, 3)).context);
    assert_int_equal(context.pid, 47);
    assert_int_equal(context.tid, 48);
    loaded_free(&loaded);
}

/* -F ip,sym: a blank line stands where the process would. */
static void perf_script_stacks_without_processes(void **state) {
    (void)state;
    static const char *const want[] = {"[unknown]||main;f", "[unknown]||main"};
    expect_text(
        "perf script stacks",
        STR("\n" FRAME(USER_AT, "f") FRAME(USER_AT, "main") "\n\n" FRAME(USER_AT, "main") "\n"),
        want, 2, 0);
}

/* Frames below what is no title are another text's, and those below an event are a sample's. */
static void what_is_no_perf_script_stack(void **state) {
    static const char *const none[] = {
        "one\ntwo\n" FRAME(USER_AT, "f") "\n",
        "one\n\t7f0b751af848 f\n\n",
        "one\n" FRAME("                ", "f") "\n",
        "one\n two\n" FRAME(USER_AT, "f"),
    };
    (void)state;
    for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
        Loaded loaded;
        load_text(&loaded, 0, 0, str_of(none[i]));
        assert_int_equal(loaded.status.state, LOAD_FAILED);
        loaded_free(&loaded);
    }
    Loaded loaded;
    load_text(&loaded, 0, 0,
              STR("a\n" FRAME(USER_AT, "f") "\na 1 2.5: cycles:\n" FRAME(USER_AT, "f") "\n"));
    assert_string_equal(loaded.status.format, "perf script");
    loaded_free(&loaded);
}

static void bpftrace_maps(void **state) {
    (void)state;
    static const char *const want[] = {
        "[unknown]||sys_read;vfs_read", "[unknown]||sys_read;vfs_read",
        "java|reads|main@/bin/java;read@/lib/libc.so.6;sys_read_[k];vfs_read_[k]", "node||f",
        "[unknown]||"};
    Str text = STR("Attaching 1 probe...\n@[\n    vfs_read+142\n    sys_read+0x55\n]: 2\n"
                   "@reads[\n    vfs_read+142\n    sys_read+85\n,\n"
                   "    7f001 read+12 (/lib/libc.so.6)\n    55d0 main+3 (/bin/java)\n"
                   ", java, 4711]: 1\n@[node,\n    f+1\n]: 1\n@total: 9\n@[]: 1\n");
    expect_text("bpftrace stacks", text, want, 5, 0);
    expect_cuts("bpftrace stacks", text, 5);
    static const char *const rest[] = {"[unknown]||f"};
    expect_text("bpftrace stacks", STR("@[\n    f+1\n]: 1\n@[\n    g\n]: x\nnoise\n@[\n    g\n"),
                rest, 1, 3);
    /* maps of what a program remembers are no samples */
    expect_text(
        "bpftrace stacks",
        STR("@[\n    f+1\n]: 1\n\n@start[4711]: 58231904412345\n@start[4712]: 58231904412399\n"
            "@names[java, 7]: 3\n"),
        rest, 1, 3);
    /* and a stack without frames is an empty key */
    static const char *const none[] = {"[unknown]||f", "bash||", "java||", "[unknown]||"};
    expect_text("bpftrace stacks",
                STR("@[\n    f\n]: 1\n@[, bash]: 1\n@[java, ]: 1\n@[, ]: 1\n@[a, b]: 1\n"), none, 4,
                1);
}

static void dtrace_aggregations(void **state) {
    (void)state;
    static const char *const want[] = {
        "[unknown]||f@a.out", "[unknown]||f@a.out",
        "[unknown]||_start@a.out;write@libc.so.1;sys_write@unix_[k];zfs_write@zfs_[k]",
        "java||thread_start@unix_[k]", "[unknown]||0x7f12"};
    Str text = STR("CPU     ID                    FUNCTION:NAME\n 30  76446       :tick-10ms \n\n\n"
                   "\n              a.out`f+0x451\n                2\n\n"
                   "              zfs`zfs_write+0x1\n              unix`sys_write\n\n"
                   "              libc.so.1`write+0xa\n              a.out`_start+0x7a\n"
                   "                1\n\n  java\n              unix`thread_start+0xb\n\n"
                   "                1\n\n              0x7f12\n                1\n");
    expect_text("DTrace stacks", text, want, 5, 0);
    expect_cuts("DTrace stacks", text, 5);
    static const char *const rest[] = {"[unknown]||f@m"};
    expect_text("DTrace stacks", STR("  m`f+0x1\n  1\n  2\n\n  m`g\n"), rest, 1, 2);
}

/* @[ustack(), execname] and @[stack(), pid, execname]. */
static void dtrace_keys_behind_stacks(void **state) {
    (void)state;
    static const char *const want[] = {"bash||main@a.out;f@a.out", "my app||sys_read@unix_[k]",
                                       "my app||sys_read@unix_[k]", "sh 1||f@a.out"};
    Str text = STR("\n              a.out`f+0x451\n              a.out`main+0x4\n"
                   "  bash                                       1\n\n"
                   "              unix`sys_read+0x1\n\n"
                   "     77  my app                              2\n"
                   "  sh 1\n              a.out`f\n   1234     1\n");
    expect_text("DTrace stacks", text, want, 4, 0);
    Loaded loaded;
    load_text(&loaded, 0, 0, text);
    Pair last = pairs_get(&loaded.profile.pairs, COLUMN_AT(&loaded.profile.pair, PairId, 3));
    assert_int_equal(contexts_get(&loaded.dict.contexts, last.context).pid, 1234);
    loaded_free(&loaded);
}

/* @[pid, execname, ustack()], @[execname, pid, tid, ustack()], @[pid, ustack()]; ^C is the
 * terminal's. */
static void dtrace_keys_before_stacks(void **state) {
    (void)state;
    static const char *const want[] = {"java||f@m", "my app 2||f@m", "[pid=77]||f@m",
                                       "[unknown]||f@m"};
    static const int32_t pid[] = {1234, 5, 77, -1}, tid[] = {-1, 6, -1, -1};
    Str text = STR("CPU     ID                    FUNCTION:NAME\n^C\n\n"
                   "     1234  java                                              \n"
                   "              m`f+0x1\n                1\n"
                   "  my app 2                                                  5        6\n"
                   "              m`f+0x1\n                1\n"
                   "       77\n              m`f+0x1\n                1\n"
                   "\n              m`f+0x1\n                1\n");
    expect_text("DTrace stacks", text, want, 4, 0);
    Loaded loaded;
    load_text(&loaded, 0, 0, text);
    for (uint64_t i = 0; i < 4; i++) {
        Pair pair = pairs_get(&loaded.profile.pairs, COLUMN_AT(&loaded.profile.pair, PairId, i));
        Context context = contexts_get(&loaded.dict.contexts, pair.context);
        assert_int_equal(context.pid, pid[i]);
        assert_int_equal(context.tid, tid[i]);
    }
    loaded_free(&loaded);
}

#define MAC_HEAD "Analysis of sampling rg (pid 64) every 1 millisecond\nCall graph:\n"

static void mac_samples(void **state) {
    (void)state;
    static const char *const want[] = {"com.apple.main-thread||start@libdyld.dylib;a b@rg",
                                       "com.apple.main-thread||start@libdyld.dylib;c",
                                       "com.apple.main-thread||start@libdyld.dylib",
                                       "worker||???@rg", "rg||"};
    Str text = STR(MAC_HEAD "    3 Thread_15   DispatchQueue_1: com.apple.main-thread  (serial)\n"
                            "    + 3 start  (in libdyld.dylib) + 1  [0x7f]\n"
                            "    +     1 a b  (in rg) + 41  [0x10]\n    +     1 c + 8  [0x1]\n"
                            "    1 Thread_16: worker\n"
                            "    + 1 ???  (in rg) load address 0x1 + 0x2  [0x3]\n"
                            "    1 Thread_17\n\nTotal number in stack:\n    5  x\n");
    expect_text("macOS sample", text, want, 5, 0);
    expect_cuts("macOS sample", text, 5);
    Loaded loaded;
    load_text(&loaded, 0, 0, text);
    Context context = contexts_get(
        &loaded.dict.contexts,
        pairs_get(&loaded.profile.pairs, COLUMN_AT(&loaded.profile.pair, PairId, 3)).context);
    assert_int_equal(context.pid, 64);
    assert_int_equal(context.tid, 16);
    loaded_free(&loaded);
    static const char *const rest[] = {"rg||f", "rg||f"};
    expect_text("macOS sample", STR(MAC_HEAD "    1 Thread_1\n    + 2 f\n    + no number\n"), rest,
                2, 3);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(simpleperf_samples),
        cmocka_unit_test(simpleperf_says_what_is_amiss),
        cmocka_unit_test(bpftrace_maps),
        cmocka_unit_test(dtrace_keys_before_stacks),
        cmocka_unit_test(dtrace_keys_behind_stacks),
        cmocka_unit_test(dtrace_aggregations),
        cmocka_unit_test(mac_samples),
        cmocka_unit_test(perf_script_stacks),
        cmocka_unit_test(perf_script_stacks_without_processes),
        cmocka_unit_test(what_is_no_perf_script_stack),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "ingest/perf_line.h"

#define NO_TIME TIME_NONE

static void expect_text(const char *line, const char *what, Str got, const char *want) {
    if (str_eq_c(got, want))
        return;
    fail_msg("line \"%s\"\n  %s is \"%.*s\", not \"%s\"", line, what, (int)got.n, got.s, want);
}

static void expect_number(const char *line, const char *what, int64_t got, int64_t want) {
    if (got != want)
        fail_msg("line \"%s\"\n  %s is %lld, not %lld", line, what, (long long)got,
                 (long long)want);
}

/* ---- event lines --------------------------------------------------------------------------
 */

typedef struct EventCase {
    const char *line;
    const char *comm;
    int32_t pid, tid;
    int32_t cpu; /* -1: none */
    int64_t time;
    uint64_t period;
    const char *event, *rest;
} EventCase;

static const EventCase event_cases[] = {
    /* what the files in the data folder have */
    {"java 4711 [002] 12.345678: cycles: ", "java", -1, 4711, 2, 12345678000, 0, "cycles", ""},
    {"dd 29776 666709.771979:   10101010 cpu-clock: ", "dd", -1, 29776, -1, 666709771979000,
     10101010, "cpu-clock", ""},
    {"iperf 27409/28744 [000] 441995.133575: cpu-clock: ", "iperf", 27409, 28744, 0,
     441995133575000, 0, "cpu-clock", ""},
    {"java 19983 cycles:", "java", -1, 19983, -1, NO_TIME, 0, "cycles", ""},
    {"java  3236 cpu-clock: ", "java", -1, 3236, -1, NO_TIME, 0, "cpu-clock", ""},
    {"node-v011 31912 cpu-clock: ", "node-v011", -1, 31912, -1, NO_TIME, 0, "cpu-clock", ""},
    {"simple-terminat     9/9     198791.127353: cpu-clock: ", "simple-terminat", 9, 9, -1,
     198791127353000, 0, "cpu-clock", ""},
    {"trace    6061 150520.991529:   16949152 task-clock:ppp: ", "trace", -1, 6061, -1,
     150520991529000, 16949152, "task-clock:ppp", ""},
    {"swapper     0 [003] 203265.377022:    1001001 cpu-clock: ", "swapper", -1, 0, 3,
     203265377022000, 1001001, "cpu-clock", ""},
    {"noploop 9 [1] 1.5:       cycles: ", "noploop", -1, 9, 1, 1500000000, 0, "cycles", ""},
    /* times */
    {"a 1 [000] 12.345678901: cycles:u: ", "a", -1, 1, 0, 12345678901, 0, "cycles:u", ""},
    {"a 1 [000]     0.000000: cycles: ", "a", -1, 1, 0, 0, 0, "cycles", ""},
    {"a 1 9223372035.999999: cycles: ", "a", -1, 1, -1, 9223372035999999000, 0, "cycles", ""},
    /* which fields are printed */
    {"a 1 2 cycles:", "a", -1, 1, -1, NO_TIME, 2, "cycles", ""},
    {"a 7/8 2 cycles:", "a", 7, 8, -1, NO_TIME, 2, "cycles", ""},
    {"a 7/8 [011] 2 cycles:u:", "a", 7, 8, 11, NO_TIME, 2, "cycles:u", ""},
    {"a 7 [011] cycles:", "a", -1, 7, 11, NO_TIME, 0, "cycles", ""},
    {"12.345678: cycles: ", "", -1, -1, -1, 12345678000, 0, "cycles", ""},
    {"[003] 12.345678: cycles: ", "", -1, -1, 3, 12345678000, 0, "cycles", ""},
    {"a 12.345678: cycles: ", "a", -1, -1, -1, 12345678000, 0, "cycles", ""},
    {"a 1 [000] 12.345678:", "a", -1, 1, 0, 12345678000, 0, "", ""},
    {"a 1 [000] 12.345678:      77 ", "a", -1, 1, 0, 12345678000, 77, "", ""},
    {" 1234 [000] 12.345678: cycles: ", "", -1, 1234, 0, 12345678000, 0, "cycles", ""},
    {"a -1 [000] 12.345678: cycles: ", "a", -1, -1, 0, 12345678000, 0, "cycles", ""},
    {":-1 -1/-1 [000] 12.345678: cycles: ", ":-1", -1, -1, 0, 12345678000, 0, "cycles", ""},
    {"a 1 [000] KH 12.345678: cycles: ", "a", -1, 1, 0, 12345678000, 0, "cycles", ""},
    {"a 1 U     12.345678: cycles: ", "a", -1, 1, -1, 12345678000, 0, "cycles", ""},
    {"a 7/8 [001] g 12.345678: cycles: ", "a", 7, 8, 1, 12345678000, 0, "cycles", ""},
    {"thread U 12.345678: cycles: ", "thread U", -1, -1, -1, 12345678000, 0, "cycles", ""},
    {"taskset   428 [-01] 12.345678: cycles: ", "taskset", -1, 428, -1, 12345678000, 0, "cycles",
     ""},
    {"a 1 [-x1] 12.345678: cycles: ", "a 1 [-x1]", -1, -1, -1, 12345678000, 0, "cycles", ""},
    {"a 1 [002] 2024-05-01 12:34:56.620971   12.345678: cycles: ", "a", -1, 1, 2, 12345678000, 0,
     "cycles", ""},
    {"a 1 [002] K 2024-05-01 12:34:56.620971 12.345678: 5 cycles: ", "a", -1, 1, 2, 12345678000, 5,
     "cycles", ""},
    {"a 12:34:56.620971 12.345678: cycles: ", "a 12:34:56.620971", -1, -1, -1, 12345678000, 0,
     "cycles", ""},
    {"a 1 12.345678:            401136 main+0x1 (/bin/x)", "a", -1, 1, -1, 12345678000, 0, "",
     "401136 main+0x1 (/bin/x)"},
    {"a\t1\t[000]\t12.345678:\t5\tcycles:\t", "a", -1, 1, 0, 12345678000, 5, "cycles", ""},
    {"a 1 [000] 12.345678: cycles: \r", "a", -1, 1, 0, 12345678000, 0, "cycles", ""},
    {"a 1 [70000] 12.345678: cycles: ", "a", -1, 1, -1, 12345678000, 0, "cycles", ""},
    /* process names */
    {"V8 WorkerThread 27409/28744 [000] 1.000000: 1 cycles:ppp: ", "V8 WorkerThread", 27409, 28744,
     0, 1000000000, 1, "cycles:ppp", ""},
    {"kworker/0:1-events    12 [000] 1.000000: cycles: ", "kworker/0:1-events", -1, 12, 0,
     1000000000, 0, "cycles", ""},
    {"kworker/u8:2-ev 12/13 [000] 1.000000: cycles: ", "kworker/u8:2-ev", 12, 13, 0, 1000000000, 0,
     "cycles", ""},
    {"Web Content  99 [001] 1.000000: cycles: ", "Web Content", -1, 99, 1, 1000000000, 0, "cycles",
     ""},
    {"7z 12 [000] 1.000000: cycles: ", "7z", -1, 12, 0, 1000000000, 0, "cycles", ""},
    {"[migration/0] 12 [000] 1.000000: cycles: ", "[migration/0]", -1, 12, 0, 1000000000, 0,
     "cycles", ""},
    {"a b 12 [x] 4711 [002] 1.000000: cycles: ", "a b 12 [x]", -1, 4711, 2, 1000000000, 0, "cycles",
     ""},
    {"a 12 [3] 4711 [002] 1.000000: cycles: ", "a 12 [3]", -1, 4711, 2, 1000000000, 0, "cycles",
     ""},
    {"a: b 4711 [002] 1.000000: cycles: ", "a: b", -1, 4711, 2, 1000000000, 0, "cycles", ""},
    {"a: b 4711 cycles:", "a: b", -1, 4711, -1, NO_TIME, 0, "cycles", ""},
    {"HPU_0xffffffc01 5 [000] 1.000000: cycles: ", "HPU_0xffffffc01", -1, 5, 0, 1000000000, 0,
     "cycles", ""},
    {":4711 4711 [000] 1.000000: cycles: ", ":4711", -1, 4711, 0, 1000000000, 0, "cycles", ""},
    {"4711 4711 [000] 1.000000: cycles: ", "4711", -1, 4711, 0, 1000000000, 0, "cycles", ""},
    {"(sd-pam) 5 [000] 1.000000: cycles: ", "(sd-pam)", -1, 5, 0, 1000000000, 0, "cycles", ""},
    {"cafe 12 [000] 1.000000: cycles: ", "cafe", -1, 12, 0, 1000000000, 0, "cycles", ""},
    {"CPU 0/KVM 12 [000] 1.000000: cycles: ", "CPU 0/KVM", -1, 12, 0, 1000000000, 0, "cycles", ""},
    /* events */
    {"a 1 [000] 1.000000: cpu-clock:pppH: ", "a", -1, 1, 0, 1000000000, 0, "cpu-clock:pppH", ""},
    {"a 1 [000] 1.000000: cpu/event=0x3c,umask=0x0/u: ", "a", -1, 1, 0, 1000000000, 0,
     "cpu/event=0x3c,umask=0x0/u", ""},
    {"a 1 [000] 1.000000:   5 raw 0x1a8: ", "a", -1, 1, 0, 1000000000, 5, "raw 0x1a8", ""},
    {"a 1 [000] 1.000000: cpu_core/cycles/P: ", "a", -1, 1, 0, 1000000000, 0, "cpu_core/cycles/P",
     ""},
    {"bash 1 [000] 1.000000: sched:sched_switch: prev_comm=bash prev_pid=1 ==> next: x", "bash", -1,
     1, 0, 1000000000, 0, "sched:sched_switch", "prev_comm=bash prev_pid=1 ==> next: x"},
    {"bash 1 [000] 1.000000: syscalls:sys_enter_read: fd: 0x3, at 5.000000: y", "bash", -1, 1, 0,
     1000000000, 0, "syscalls:sys_enter_read", "fd: 0x3, at 5.000000: y"},
    {"bash 1 sched:sched_switch: prev_comm=x", "bash", -1, 1, -1, NO_TIME, 0, "sched:sched_switch",
     "prev_comm=x"},
    /* samples on one line; the name is padded on the left then */
    {"            perf 12345 [000] 1.000000:          1 cycles:  ffff81 write_msr "
     "([kernel.kallsyms])",
     "perf", -1, 12345, 0, 1000000000, 1, "cycles", "ffff81 write_msr ([kernel.kallsyms])"},
    {"     Web Content 1/2 1.000000: cycles:u:   7f01 a::b() (/lib/libxul.so)", "Web Content", 1, 2,
     -1, 1000000000, 0, "cycles:u", "7f01 a::b() (/lib/libxul.so)"},
    {"a 1 [000] 1.000000:   7f01 std::sort (/bin/a)", "a", -1, 1, 0, 1000000000, 0, "",
     "7f01 std::sort (/bin/a)"},
};

static void event_lines(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof event_cases / sizeof *event_cases; i++) {
        const EventCase *c = &event_cases[i];
        EventLine got;
        Str comm;
        int32_t pid, tid;
        if (!event_line_split(str_of(c->line), &got))
            fail_msg("line \"%s\" is no event line", c->line);
        event_line_thread(got.thread, &comm, &pid, &tid);
        expect_text(c->line, "comm", comm, c->comm);
        expect_number(c->line, "pid", pid, c->pid);
        expect_number(c->line, "tid", tid, c->tid);
        expect_number(c->line, "cpu", got.cpu == CPU_NONE ? -1 : got.cpu, c->cpu);
        expect_number(c->line, "time", got.time_ns, c->time);
        expect_number(c->line, "period", (int64_t)got.period, (int64_t)c->period);
        expect_text(c->line, "event", got.event, c->event);
        expect_text(c->line, "rest", got.rest, c->rest);
    }
}

static void lines_that_are_no_event(void **state) {
    (void)state;
    static const char *const lines[] = {
        "",
        "hello",
        "hello world:",
        "a 1",
        "ffffffff8103d0ca native_write_msr_safe ([kernel.kallsyms])",
        "a 1 12.345678",
        "a x cycles:",
        "1234 cycles:",        /* who? */
        "a 1 99999999999.5:x", /* no token */
        "[   12.345678] usb 1-1: new device",
        "12.3456789012: nothing has ten digits",
    };
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        EventLine got;
        if (event_line_split(str_of(lines[i]), &got))
            fail_msg("line \"%s\" is no event line", lines[i]);
    }
}

/* ---- frame lines --------------------------------------------------------------------------
 */

typedef struct FrameCase {
    const char *line;
    const char *symbol, *module;
    uint32_t kind;
} FrameCase;

static const FrameCase frame_cases[] = {
    {"\t          414b3b fsnotify (/lib/modules/4.1.0-virtual/build/vmlinux)", "fsnotify",
     "/lib/modules/4.1.0-virtual/build/vmlinux", FRAME_KERNEL},
    {"\t               0 [unknown] ([unknown])", "[unknown]", "[unknown]", FRAME_USER},
    {"ffffffff8103d0ca native_write_msr_safe ([kernel.kallsyms])", "native_write_msr_safe",
     "[kernel.kallsyms]", FRAME_KERNEL},
    {"\t             d70 _start+0xffff018fd5dce000 (/usr/lib/ld-2.24.so)", "_start",
     "/usr/lib/ld-2.24.so", FRAME_USER},
    /* modules */
    {"\t7f01 f (/opt/My App (x86)/bin/f)", "f", "/opt/My App (x86)/bin/f", FRAME_USER},
    {"\t7f01 f (/tmp/foo (deleted))", "f", "/tmp/foo (deleted)", FRAME_USER},
    {"\t7f01 f(int) (/tmp/foo (deleted))", "f(int)", "/tmp/foo (deleted)", FRAME_USER},
    {"\t7f01 f (/usr/lib/libstdc++.so.6.0.30)", "f", "/usr/lib/libstdc++.so.6.0.30", FRAME_USER},
    {"\t7f01 f+0x1 (/bin/a+0x7f01)", "f", "/bin/a", FRAME_USER},
    {"\t7f01 f ()", "f", "", FRAME_USER},
    {"\t7f01 f (/tmp/a)b)", "f", "/tmp/a)b", FRAME_USER},
    {"\t7f01 f (/tmp/a(b)", "f", "/tmp/a(b", FRAME_USER},
    {"\t7f01 f (/bin/f)\r", "f", "/bin/f", FRAME_USER},
    {"    7f01 f (/bin/f)  ", "f", "/bin/f", FRAME_USER},
    {"\t7f01\tf\t(/bin/f)", "f", "/bin/f", FRAME_USER},
    /* symbols */
    {"\t7f01 operator+ (/bin/f)", "operator+", "/bin/f", FRAME_USER},
    {"\t7f01 std::operator+<char>+0x10 (/bin/f)", "std::operator+<char>", "/bin/f", FRAME_USER},
    {"\t7f01 a::operator()(int) const+0x1f (/bin/f)", "a::operator()(int) const", "/bin/f",
     FRAME_USER},
    {"\t7f01 (anonymous namespace)::f(int, char)+0x2 (/bin/f)",
     "(anonymous namespace)::f(int, char)", "/bin/f", FRAME_USER},
    {"\t7f01 void f<(lambda at a.cc:3:4)>((lambda) const&) (/bin/f)",
     "void f<(lambda at a.cc:3:4)>((lambda) const&)", "/bin/f", FRAME_USER},
    {"\t7f01 LazyCompile:*run /app/x.js:39+0x5 (/tmp/perf-31912.map)",
     "LazyCompile:*run /app/x.js:39", "/tmp/perf-31912.map", FRAME_JIT},
    {"            13a80b608e0a RegExp:[&<>\\\"\\'] (/tmp/perf-7539.map)", "RegExp:[&<>\\\"\\']",
     "/tmp/perf-7539.map", FRAME_JIT},
    {"\t7f01 x+0xzz (/bin/f)", "x+0xzz", "/bin/f", FRAME_USER},
    {"\t7f01 +0x1f (/bin/f)", "+0x1f", "/bin/f", FRAME_USER},
    {"\t7f01 net/http.(*Client).Do (/bin/f)", "net/http.(*Client).Do", "/bin/f", FRAME_USER},
    {"\t7f01  (/bin/f)", "(/bin/f)", "", FRAME_USER},
    {"\t7f01 f", "f", "", FRAME_USER},
    {"\t7f01", "[unknown]", "", FRAME_USER},
    /* inlined */
    {"\t7f01 add (inlined)", "add", "", FRAME_INLINED},
    {"\t7f01 add(int, int)+0x5 (inlined)", "add(int, int)", "", FRAME_INLINED},
    {"\t7f01 call<f (int)> (inlined)", "call<f (int)>", "", FRAME_INLINED},
    {"\t7f01 add (/bin/f) (inlined)", "add", "/bin/f", FRAME_INLINED},
    /* kinds */
    {"\tffffffff81 f ([guest.kernel.kallsyms])", "f", "[guest.kernel.kallsyms]", FRAME_KERNEL},
    {"\tffffffff81 f ([kernel.kallsyms]_stext)", "f", "[kernel.kallsyms]_stext", FRAME_KERNEL},
    {"\tffffffff81 f ([nf_conntrack])", "f", "[nf_conntrack]", FRAME_KERNEL},
    {"\tffffffff81 f (/lib/modules/6.1/kernel/fs/ext4.ko.xz)", "f",
     "/lib/modules/6.1/kernel/fs/ext4.ko.xz", FRAME_KERNEL},
    {"\tffffffff81 f (/usr/lib/debug/boot/vmlinux-6.1)", "f", "/usr/lib/debug/boot/vmlinux-6.1",
     FRAME_KERNEL},
    {"\tffffffff81 f (bpf_prog_6deef7357e7b4530_f)", "f", "bpf_prog_6deef7357e7b4530_f",
     FRAME_KERNEL},
    {"\tffffffffad14d115 [unknown] ([unknown])", "[unknown]", "[unknown]", FRAME_KERNEL},
    {"\tffffffffffffffff [unknown] ([unknown])", "[unknown]", "[unknown]", FRAME_USER},
    {"\t 606258d4c544155 [unknown] ([unknown])", "[unknown]", "[unknown]", FRAME_USER},
    {"\t7ffc00 f ([vdso])", "f", "[vdso]", FRAME_USER},
    {"\t7ffc00 f ([heap])", "f", "[heap]", FRAME_USER},
    {"\t7ffc00 f ([stack])", "f", "[stack]", FRAME_USER},
    {"\tffffffffff600000 f ([vsyscall])", "f", "[vsyscall]", FRAME_USER},
    {"\t7ffc00 f ([anon:libc_malloc])", "f", "[anon:libc_malloc]", FRAME_USER},
    {"\t7ffc00 f (//anon)", "f", "//anon", FRAME_USER},
    {"\t7ffc00 f (/home/x/.debug/jit/java-jit-1/jitted-4711-12.so)", "f",
     "/home/x/.debug/jit/java-jit-1/jitted-4711-12.so", FRAME_JIT},
    {"\t7ffc00 f (/home/vmlinux/bin/f)", "f", "/home/vmlinux/bin/f", FRAME_USER},
};

static void frame_lines(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof frame_cases / sizeof *frame_cases; i++) {
        const FrameCase *c = &frame_cases[i];
        FrameLine got;
        if (!frame_line_split(str_of(c->line), &got))
            fail_msg("line \"%s\" is no frame line", c->line);
        expect_text(c->line, "symbol", got.symbol, c->symbol);
        expect_text(c->line, "module", got.module, c->module);
        expect_number(c->line, "kind", frame_kind_of(&got), c->kind);
    }
}

static void lines_that_are_no_frame(void **state) {
    (void)state;
    static const char *const lines[] = {
        "",
        "   ",
        "\tzebra f (/bin/f)",
        "  file.c:123",
        "\t0x7f01 f (/bin/f)",
        "\t12345678901234567 f (/bin/f)",
        "  ??:0",
    };
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        FrameLine got;
        if (frame_line_split(str_of(lines[i]), &got))
            fail_msg("line \"%s\" is no frame line", lines[i]);
    }
}

static void notes_between_frames(void **state) {
    (void)state;
    static const struct {
        const char *line;
        bool note;
    } table[] = {
        {"  file.c:123", true},
        {"  /usr/src/a b/file.c:123", true},
        {"  libc.so.6[21b97]", true},
        {"  main+26", true},
        {"  ??:0", true},
        {"  ABI:2    AX:0x0    BX:0x1", true},
        {"  0x55/0x66/P/-/-/0 0x77/0x88/M/-/-/0", true},
        {"  add.h:12 (inlined)", true},
        {"  what is this (inlined)", false},
        {"file.c:123", false},
        {"  what is this", false},
        {"", false},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        if (frame_line_is_note(str_of(table[i].line)) != table[i].note)
            fail_msg("line \"%s\"", table[i].line);
    }
}

static void fields_behind_frames(void **state) {
    (void)state;
    static const struct {
        const char *line;
        bool field;
    } table[] = {
        {"       10e2f3a40", true},
        {"       10e2f3a40 4K", true},
        {"       10e2f3a40 N/A 2M", true},
        {" ilen: 3 insn: 48 89 e5", true},
        {" insn: 48 89 e5", true},
        {"main+0x1/f+0x2/P/-/-/0  f+0x9/g+0x1/M/X/A/12", true},
        {"10e2f3a40", false},
        {"                  401136", false},
        {"                401136", false},
        {"ffffffff8104f45a1", false},
        {"       10e2f3a40 f", false},
        {"       10e2f3a40 f (/bin/a)", false},
        {"     dd 12 [000] 1.0: cycles: ", false},
        {"a/b/c/d/e/f/g 1 1.0: cycles: ", false},
        {"ilen: 3", false},
        {"", false},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        if (frame_line_is_field(str_of(table[i].line)) != table[i].field)
            fail_msg("line \"%s\"", table[i].line);
    }
}

static void inlined_java_symbols_are_cut(void **state) {
    (void)state;
    static const struct {
        const char *symbol, *parts; /* joined with ; */
    } table[] = {
        {"La;::b", "La;::b;"},
        {"La::b->Lc::d", "La::b;Lc::d;"},
        {"a->b->c", "a;b;c;"},
        {"Foo::operator->", "Foo::operator->;"},
        {"Foo::operator->*", "Foo::operator->*;"},
        {"Foo::operator->() const", "Foo::operator->() const;"},
        {"decltype (x->y)", "decltype (x->y);"},
        {"f() -> int", "f() -> int;"},
        {"->a", "->a;"},
        {"a->", "a->;"},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        char joined[128] = "";
        Str rest = str_of(table[i].symbol);
        while (rest.n) {
            Str part = frame_inline_cut(&rest);
            strncat(joined, part.s, part.n);
            strcat(joined, ";");
        }
        expect_text(table[i].symbol, "parts", str_of(joined), table[i].parts);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(event_lines),
        cmocka_unit_test(lines_that_are_no_event),
        cmocka_unit_test(frame_lines),
        cmocka_unit_test(lines_that_are_no_frame),
        cmocka_unit_test(notes_between_frames),
        cmocka_unit_test(fields_behind_frames),
        cmocka_unit_test(inlined_java_symbols_are_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* perf.data: user stacks that were recorded as raw memory. The test records itself: its registers,
 * its stack and what lies where in its memory, as perf does, and its own functions must come out.
 */
#define _GNU_SOURCE /* names of registers */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "ingest/perf_data_record.h"
#include "unit/ingest_helper.h"
#include "unit/perf_data_helper.h"

#define SECOND 1000000000ull
#define LAYOUT                                                                                     \
    (SAMPLE_IP | SAMPLE_TID | SAMPLE_TIME | SAMPLE_ID | SAMPLE_CPU | SAMPLE_PERIOD |               \
     SAMPLE_CALLCHAIN | SAMPLE_REGS_USER | SAMPLE_STACK_USER)

enum {
    REGISTERS = 20,
    ALL_REGISTERS = 0xff0fff, /* of x86-64, but for segments */
    AT_BP = 6,                /* where they stand among those */
    AT_SP = 7,
    AT_IP = 8,
    STACK_MOST = 60000, /* a record has 65535 at most */
    FEATURE_ARCH = 6,
};

#if defined __has_attribute
#if __has_attribute(noipa)
#define ALONE __attribute__((noinline, noipa))
#endif
#endif
#ifndef ALONE
#define ALONE __attribute__((noinline))
#endif

/* What perf copies when it samples a thread. */
typedef struct Moment {
    uint64_t reg[REGISTERS];
    char stack[STACK_MOST];
    uint32_t stack_n;
    int frames; /* as the compiler's library counts them */
} Moment;

static Moment moment;

#if defined __x86_64__ && defined HAVE_DW
#include <ucontext.h>
#include <unwind.h>

static uint64_t stack_end(void) {
    char line[512];
    uint64_t start, end, found = 0;
    FILE *maps = fopen("/proc/self/maps", "r");
    assert_non_null(maps);
    while (fgets(line, sizeof line, maps)) {
        if (strstr(line, "[stack]") && sscanf(line, "%lx-%lx", &start, &end) == 2)
            found = end;
    }
    fclose(maps);
    return found;
}

/* Byte by byte, where the sanitizer does not look: between variables lies what it forbids. */
__attribute__((no_sanitize("address"))) static void copy_stack(uint64_t from, uint64_t to) {
    const volatile char *at;
    memcpy(&at, &from, sizeof at);
    moment.stack_n = to - from < STACK_MOST ? (uint32_t)(to - from) : STACK_MOST;
    for (uint32_t i = 0; i < moment.stack_n; i++)
        moment.stack[i] = at[i];
}

static void take_moment(const ucontext_t *u, uint64_t end) {
    static const int order[REGISTERS] = {
        REG_RAX, REG_RBX, REG_RCX, REG_RDX, REG_RSI, REG_RDI, REG_RBP, REG_RSP, REG_RIP, REG_EFL,
        REG_EFL, REG_EFL, REG_R8,  REG_R9,  REG_R10, REG_R11, REG_R12, REG_R13, REG_R14, REG_R15};
    for (int i = 0; i < REGISTERS; i++)
        moment.reg[i] = (uint64_t)u->uc_mcontext.gregs[order[i]];
    copy_stack(moment.reg[AT_SP], end);
}

static _Unwind_Reason_Code count_frame(struct _Unwind_Context *context, void *none) {
    (void)none;
    moment.frames += _Unwind_GetIP(context) != 0;
    return _URC_NO_REASON;
}

ALONE static void innermost_function(uint64_t end) {
    ucontext_t u;
    moment.frames = 0;
    _Unwind_Backtrace(count_frame, NULL);
    getcontext(&u);
    take_moment(&u, end);
    __asm__ volatile("" ::: "memory"); /* the call above is not the last thing done */
}

ALONE static void middle_function(uint64_t end, int room) {
    volatile char some[64];
    some[room] = 1;
    innermost_function(end);
    __asm__ volatile("" ::"m"(some[room]));
}

ALONE static void outer_function(uint64_t end) {
    middle_function(end, 3);
    __asm__ volatile("" ::: "memory");
}

static uint64_t end_for_handler;

ALONE static void signal_handler(int signal) {
    (void)signal;
    innermost_function(end_for_handler);
    __asm__ volatile("" ::: "memory");
}

ALONE static void function_with_a_signal(uint64_t end) {
    struct sigaction act = {.sa_handler = signal_handler}, before;
    end_for_handler = end;
    assert_int_equal(sigaction(SIGUSR1, &act, &before), 0);
    raise(SIGUSR1);
    assert_int_equal(sigaction(SIGUSR1, &before, NULL), 0);
}

/* All code of this process. */
static void put_maps(PerfGen *g) {
    char line[1024], file[512], rights[8];
    uint64_t start, end, offset;
    FILE *maps = fopen("/proc/self/maps", "r");
    assert_non_null(maps);
    while (fgets(line, sizeof line, maps)) {
        file[0] = 0;
        if (sscanf(line, "%lx-%lx %7s %lx %*s %*s %511s", &start, &end, rights, &offset, file) >=
                4 &&
            rights[2] == 'x' && file[0])
            gen_mmap(g, 8, start, end - start, offset, file, 1);
    }
    fclose(maps);
}

typedef struct Wanted {
    const char *const *name; /* in this order, the outermost first; the last is the innermost */
    int frames;              /* 0: any number */
    uint64_t unwound;        /* complaints about what is not */
    uint64_t cut;
} Wanted;

static void expect_stack(PerfGen *g, const PerfGenSample *sample, const Wanted *want) {
    Loaded l;
    PerfGenSample s = *sample;
    s.misc = MODE_USER;
    s.pid = s.tid = 8;
    s.time = SECOND;
    g->event[0].user_regs = ALL_REGISTERS;
    gen_sample(g, &s);
    Buf file = gen_file(g);
    load_text(&l, 0, 0, buf_str(&file));
    assert_int_equal(l.profile.time_ns.count, 1);
    Buf text = sample_text(&l, 0);
    const char *at = text.s;
    for (size_t i = 0; want->name && want->name[i]; i++) {
        const char *found = strstr(at, want->name[i]);
        if (!found)
            fail_msg("%s is not behind the others in %s", want->name[i], text.s);
        at = found + strlen(want->name[i]);
    }
    if (want->name)
        assert_null(strchr(at, ';')); /* nothing is called by it */
    int frames = 1;
    for (const char *c = text.s; *c; c++)
        frames += *c == ';';
    if (want->frames && frames != want->frames)
        fail_msg("%d frames instead of %d: %s", frames, want->frames, text.s);
    const Complaints *c = &l.profile.complaints;
    if (c->of[COMPLAINT_NOT_UNWOUND].count != want->unwound ||
        c->of[COMPLAINT_STACK_CUT].count != want->cut ||
        complaints_total(c) != want->unwound + want->cut)
        fail_msg("%d not unwound, %d cut, of %d complaints: %s",
                 (int)c->of[COMPLAINT_NOT_UNWOUND].count, (int)c->of[COMPLAINT_STACK_CUT].count,
                 (int)complaints_total(c), text.s);
    buf_free(&text);
    loaded_free(&l);
    buf_free(&file);
    gen_free(g);
}

static PerfGenSample sample_of_moment(void) {
    return (PerfGenSample){.ip = moment.reg[AT_IP],
                           .abi = REGS_64,
                           .regs = moment.reg,
                           .stack_n = STACK_MOST,
                           .stack_used = moment.stack_n,
                           .stack = moment.stack};
}

static void begin(PerfGen *g) {
    gen_init(g, PERF_FORM_PIPE, false, LAYOUT);
    put_maps(g);
}

static const char *const calls[] = {"main@", "outer_function@", "middle_function@",
                                    "innermost_function@", NULL};

static void its_own_functions(void **state) {
    PerfGen g;
    (void)state;
    outer_function(stack_end());
    begin(&g);
    PerfGenSample s = sample_of_moment();
    expect_stack(&g, &s, &(Wanted){calls, moment.frames, 0, 0});
}

/* The handler was called by nobody: what is behind it was interrupted. */
static void through_a_signal(void **state) {
    static const char *const names[] = {"main@", "function_with_a_signal@", "signal_handler@",
                                        "innermost_function@", NULL};
    PerfGen g;
    (void)state;
    function_with_a_signal(stack_end());
    begin(&g);
    PerfGenSample s = sample_of_moment();
    expect_stack(&g, &s, &(Wanted){names, moment.frames, 0, 0});
}

/* Behind the kernel's part, whose addresses the kernel found itself. */
static void behind_the_kernels_part(void **state) {
    static const uint64_t chain[] = {(uint64_t)-128, 0xffffffff80000010u, 0xffffffff80000020u};
    PerfGen g;
    (void)state;
    outer_function(stack_end());
    begin(&g);
    gen_ksymbol(&g, 0xffffffff80000000u, 0x1000, "in_the_kernel", 1);
    PerfGenSample s = sample_of_moment();
    s.ip = chain[1];
    s.chain = chain;
    s.chain_n = 3;
    const char *const names[] = {"outer_function@", "middle_function@", "innermost_function@",
                                 "in_the_kernel@",  "in_the_kernel@",   NULL};
    expect_stack(&g, &s, &(Wanted){names, moment.frames + 2, 0, 0});
}

/* However little was recorded: what it tells is there, and that there is more is said. */
static void a_stack_that_is_cut(void **state) {
    (void)state;
    outer_function(stack_end());
    for (uint32_t used = 8; used < 300; used += 56) {
        static const char *const last[] = {"innermost_function@", NULL};
        PerfGen g;
        begin(&g);
        PerfGenSample s = sample_of_moment();
        s.stack_used = used;
        expect_stack(&g, &s, &(Wanted){last, 0, 0, 1});
    }
}

/* What is not understood is told: code of 32 bits, other machines, the other byte order, no
 * registers, code that nobody knows. */
static void what_is_not_unwound(void **state) {
    enum { THIRTY_TWO_BITS, OTHER_MACHINE, OTHER_ORDER, NO_REGISTERS, NO_CODE, WAYS };
    (void)state;
    outer_function(stack_end());
    for (int way = 0; way < WAYS; way++) {
        PerfGen g;
        gen_init(&g, PERF_FORM_PIPE, way == OTHER_ORDER, LAYOUT);
        gen_feature(&g, FEATURE_ARCH, way == OTHER_MACHINE ? "aarch64" : "x86_64");
        if (way != NO_CODE)
            put_maps(&g);
        PerfGenSample s = sample_of_moment();
        s.abi = way == THIRTY_TWO_BITS ? 1 : way == NO_REGISTERS ? 0 : REGS_64;
        expect_stack(&g, &s, &(Wanted){NULL, 1, 1, 0});
    }
}

/* Code made at run time keeps frame pointers, if anything; one that leads nowhere is none. */
static void by_frame_pointers(void **state) {
    enum { CODE = 0x10000, OTHER = 0x20000, STACK = 0x7000000, WORDS = 12 };
    /* what lies at the pointers: that of the caller, and where it goes on */
    const uint64_t good[WORDS] = {0, 1, STACK + 6 * 8, CODE + 0x20, 0, 0, 0, CODE + 0x30};
    const uint64_t lost[WORDS] = {0, 1, STACK + 6 * 8, CODE + 0x20, 0, 0, 5, OTHER + 0x30};
    static const struct {
        uint64_t bp;
        bool lost;
        int frames;
        uint64_t unwound;
    } table[] = {{STACK + 2 * 8, false, 3, 0},
                 {STACK + 2 * 8, true, 2, 1},
                 {STACK - 8, false, 1, 1},
                 {STACK + WORDS * 8, false, 1, 1}};
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        PerfGen g;
        uint64_t reg[REGISTERS] = {0};
        reg[AT_BP] = table[i].bp;
        reg[AT_SP] = STACK;
        reg[AT_IP] = CODE + 0x10;
        gen_init(&g, PERF_FORM_PIPE, false, LAYOUT);
        gen_mmap(&g, 8, CODE, 0x1000, 0, "//anon", 1);
        expect_stack(&g,
                     &(PerfGenSample){.ip = CODE + 0x10,
                                      .abi = REGS_64,
                                      .regs = reg,
                                      .stack_n = sizeof good,
                                      .stack_used = sizeof good,
                                      .stack = table[i].lost ? lost : good},
                     &(Wanted){NULL, table[i].frames, table[i].unwound, 0});
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(its_own_functions),       cmocka_unit_test(through_a_signal),
        cmocka_unit_test(behind_the_kernels_part), cmocka_unit_test(a_stack_that_is_cut),
        cmocka_unit_test(what_is_not_unwound),     cmocka_unit_test(by_frame_pointers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#else

/* Told, and nothing else. */
static void nothing_is_unwound(void **state) {
    Loaded l;
    PerfGen g;
    (void)state;
    gen_init(&g, PERF_FORM_PIPE, false, LAYOUT);
    g.event[0].user_regs = ALL_REGISTERS;
    gen_sample(&g, &(PerfGenSample){.misc = MODE_USER,
                                    .pid = 8,
                                    .tid = 8,
                                    .ip = 1,
                                    .time = SECOND,
                                    .abi = REGS_64,
                                    .regs = moment.reg,
                                    .stack_n = 64,
                                    .stack_used = 64});
    Buf file = gen_file(&g);
    load_text(&l, 0, 0, buf_str(&file));
    assert_int_equal(l.profile.complaints.of[COMPLAINT_NOT_UNWOUND].count, 1);
    loaded_free(&l);
    buf_free(&file);
    gen_free(&g);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(nothing_is_unwound)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
#endif

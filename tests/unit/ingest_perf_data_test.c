/* perf.data, read directly: files that the test writes itself, in both byte orders and all
 * forms. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "ingest/perf_data_record.h"
#include "ingest/perf_folder.h"
#include "unit/ingest_helper.h"
#include "unit/perf_data_helper.h"

#define USUAL                                                                                      \
    (SAMPLE_IP | SAMPLE_TID | SAMPLE_TIME | SAMPLE_ID | SAMPLE_CPU | SAMPLE_PERIOD |               \
     SAMPLE_CALLCHAIN)
#define MARK_KERNEL ((uint64_t)-128)
#define MARK_USER ((uint64_t)-512)
#define SECOND 1000000000ull

enum { KERNEL_CODE = 0x1000, USER_CODE = 0x400000 };
static const uint64_t kernel_at = 0xffffffff80000000u;

/* A recording with two processes, a fork, another name, code that is mapped later, and rounds.
 */
static void record_story(PerfGen *g) {
    static const uint64_t deep[] = {MARK_KERNEL, 0xffffffff80000010u, 0xffffffff80001010u,
                                    MARK_USER,   USER_CODE + 0x10,    USER_CODE + 0x20};
    static const uint64_t flat[] = {MARK_USER, USER_CODE + 0x10};
    gen_ksymbol(g, kernel_at, KERNEL_CODE, "bpf_prog_1", 0);
    gen_ksymbol(g, kernel_at + KERNEL_CODE, KERNEL_CODE, "bpf_prog_2", 0);
    gen_comm(g, 10, 10, "parent", SECOND);
    gen_mmap(g, 10, USER_CODE, 0x1000, 0, "/nowhere/first", SECOND + 1);
    gen_sample(g, &(PerfGenSample){.misc = MODE_KERNEL,
                                   .pid = 10,
                                   .tid = 10,
                                   .time = SECOND + 10,
                                   .period = 5,
                                   .cpu = 1,
                                   .chain = deep,
                                   .chain_n = 6});
    gen_fork(g, 20, 20, 10, SECOND + 20);
    gen_sample(g, &(PerfGenSample){.misc = MODE_USER,
                                   .pid = 20,
                                   .tid = 20,
                                   .time = SECOND + 30,
                                   .period = 7,
                                   .cpu = 2,
                                   .chain = flat,
                                   .chain_n = 2});
    /* another processor's piece of the round: older than what stands before it */
    gen_sample(g, &(PerfGenSample){.event = g->events - 1,
                                   .misc = MODE_USER,
                                   .pid = 20,
                                   .tid = 20,
                                   .time = SECOND + 50,
                                   .period = 9,
                                   .chain = flat,
                                   .chain_n = 2});
    gen_round(g);
    gen_comm(g, 20, 20, "child", SECOND + 40);
    gen_mmap(g, 20, USER_CODE, 0x1000, 0, "/nowhere/second", SECOND + 41);
    gen_round(g);
    gen_lost(g, 3, SECOND + 60);
    gen_begin(g, 63, 0); /* of a kernel to come */
    gen_text(g, "what is it");
    gen_end(g, 0, 0, SECOND + 61);
    gen_exit(g, 20, 20, SECOND + 70);
    gen_round(g);
}

/* Before their names, chains are written leaf last. */
static const char *const story[] = {
    ("parent|cpu-clock:u|first+0x20@/nowhere/first;first+0x10@/nowhere/first;"
     "bpf_prog_2@bpf_prog_2_[k];bpf_prog_1@bpf_prog_1_[k]"),
    "parent|cpu-clock:u|first+0x10@/nowhere/first",
    "child|second|second+0x10@/nowhere/second",
};

static Buf story_file(PerfForm form, bool big) {
    PerfGen g;
    gen_init(&g, form, big, USUAL);
    g.events = 2;
    g.event[0].name = "cpu-clock:u";
    g.event[1].name = "second";
    record_story(&g);
    Buf file = gen_file(&g);
    gen_free(&g);
    return file;
}

static void expect_story(const Loaded *l) {
    expect_loaded(l, story, 3);
    static const uint64_t time[] = {10, 30, 50}, weight[] = {5, 7, 9}, cpu[] = {1, 2, 0};
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(COLUMN_AT(&l->profile.time_ns, int64_t, i), SECOND + time[i]);
        assert_int_equal(COLUMN_AT(&l->profile.weight, uint64_t, i), weight[i]);
        assert_int_equal(COLUMN_AT(&l->profile.cpu, uint16_t, i), cpu[i]);
    }
    const Complaints *c = &l->profile.complaints;
    assert_int_equal(c->of[COMPLAINT_LOST].count, 3);
    assert_int_equal(complaints_total(c), 3);
    assert_string_equal(l->status.format, "perf.data");
}

static void both_byte_orders_in_a_file_and_a_pipe(void **state) {
    (void)state;
    for (int form = PERF_FORM_FILE; form <= PERF_FORM_PIPE; form++) {
        for (int big = 0; big < 2; big++) {
            Loaded l;
            Buf file = story_file((PerfForm)form, big);
            load_text(&l, 0, 0, buf_str(&file));
            expect_story(&l);
            loaded_free(&l);
            buf_free(&file);
        }
    }
}

/* Also compressed and through a pipe, where names at the end of a file must be waited for. */
static void the_same_whatever_brings_the_bytes(void **state) {
    (void)state;
    for (int form = PERF_FORM_FILE; form <= PERF_FORM_PIPE; form++) {
        Buf file = story_file((PerfForm)form, form == PERF_FORM_FILE);
        expect_same_any_way(buf_str(&file));
        buf_free(&file);
    }
}

/* The first perf.data files: no names in them, and times of samples alone. */
static void old_files(void **state) {
    (void)state;
    for (int big = 0; big < 2; big++) {
        PerfGen g;
        Loaded l;
        uint64_t chain[] = {MARK_USER, USER_CODE};
        gen_init(&g, PERF_FORM_OLD, big, SAMPLE_IP | SAMPLE_TID | SAMPLE_TIME | SAMPLE_CALLCHAIN);
        g.no_id_all = true;
        gen_comm(&g, 4, 4, "old", 0);
        gen_mmap(&g, 4, USER_CODE, 0x1000, 0, "/old/program", 0);
        gen_sample(&g, &(PerfGenSample){.misc = MODE_USER,
                                        .pid = 4,
                                        .tid = 4,
                                        .time = SECOND,
                                        .chain = chain,
                                        .chain_n = 2});
        Buf file = gen_file(&g);
        load_text(&l, 0, 0, buf_str(&file));
        expect_loaded(&l, (const char *[]){"old|cpu-clock:HG|program+0x0@/old/program"}, 1);
        assert_int_equal(COLUMN_AT(&l.profile.weight, uint64_t, 0), 1000); /* as asked for */
        loaded_free(&l);
        buf_free(&file);
        gen_free(&g);
    }
}

/* ---- layouts ------------------------------------------------------------------------------
 */

static void every_layout_of_samples(void **state) {
    (void)state;
    static const uint64_t bit[] = {
        SAMPLE_ADDR,   SAMPLE_ID,  SAMPLE_STREAM_ID, SAMPLE_CPU,        SAMPLE_READ,
        SAMPLE_PERIOD, SAMPLE_RAW, SAMPLE_IP,        SAMPLE_IDENTIFIER, SAMPLE_BRANCH_STACK};
    uint64_t chain[] = {MARK_USER, USER_CODE, USER_CODE + 1};
    for (uint32_t set = 0; set < 1u << 10; set++) {
        PerfGen g;
        Loaded l;
        uint64_t type = SAMPLE_TID | SAMPLE_TIME | SAMPLE_CALLCHAIN;
        for (int i = 0; i < 10; i++)
            type |= set >> i & 1 ? bit[i] : 0;
        gen_init(&g, PERF_FORM_PIPE, set % 3 == 0, type);
        g.event[0].read_format = set % 5 ? 3 : 16; /* without ids it is no counter's sample */
        gen_comm(&g, 4, 4, "some", 1);
        gen_mmap(&g, 4, USER_CODE, 0x1000, 0, "/some/program", 2);
        gen_sample(&g, &(PerfGenSample){.misc = MODE_USER,
                                        .pid = 4,
                                        .tid = 4,
                                        .time = SECOND,
                                        .period = 77,
                                        .cpu = 3,
                                        .chain = chain,
                                        .chain_n = 3,
                                        .raw = "raw",
                                        .raw_n = 4});
        Buf file = gen_file(&g);
        load_text(&l, 0, 0, buf_str(&file));
        expect_loaded(&l,
                      (const char *[]){"some|cpu-clock:HG|program+0x1@/some/program;"
                                       "program+0x0@/some/program"},
                      1);
        assert_int_equal(COLUMN_AT(&l.profile.cpu, uint16_t, 0), type & SAMPLE_CPU ? 3 : CPU_NONE);
        assert_int_equal(COLUMN_AT(&l.profile.weight, uint64_t, 0),
                         type & SAMPLE_PERIOD ? 77 : 1000);
        assert_int_equal(complaints_total(&l.profile.complaints), 0);
        loaded_free(&l);
        buf_free(&file);
        gen_free(&g);
    }
}

/* With `perf record -e '{a,b}:S'` a sample is one of each counter that has grown. */
static void samples_of_groups(void **state) {
    (void)state;
    PerfGen g;
    Loaded l;
    gen_init(&g, PERF_FORM_PIPE, false,
             SAMPLE_IP | SAMPLE_TID | SAMPLE_TIME | SAMPLE_READ | SAMPLE_ID);
    g.events = g.count = 2;
    g.event[0].name = "a";
    g.event[1].name = "b";
    for (int i = 0; i < 2; i++)
        g.event[i].read_format = READ_GROUP | READ_ID | READ_LOST | READ_TIME_ENABLED;
    PerfGenSample s = {.misc = MODE_USER, .pid = 4, .tid = 4, .ip = 9, .time = SECOND};
    s.values[0] = 10;
    gen_sample(&g, &s);
    s.time++;
    s.values[0] = 30;
    s.values[1] = 4;
    gen_sample(&g, &s);
    Buf file = gen_file(&g);
    load_text(&l, 0, 0, buf_str(&file));
    expect_loaded(&l,
                  (const char *[]){":4|a|[unknown]@[unknown]", ":4|a|[unknown]@[unknown]",
                                   ":4|b|[unknown]@[unknown]"},
                  3);
    static const uint64_t grown[] = {10, 20, 4};
    for (int i = 0; i < 3; i++)
        assert_int_equal(COLUMN_AT(&l.profile.weight, uint64_t, i), grown[i]);
    loaded_free(&l);
    buf_free(&file);
    gen_free(&g);
}

/* Where threads inherit counters, each has values of its own under the same id, and may end before
 * another gets its number. */
static void groups_that_threads_inherit(void **state) {
    (void)state;
    static const struct {
        int32_t tid;
        uint64_t value, grown, of_all; /* grown, if it were one counter of all threads */
    } table[] = {{4, 1000, 1000, 1000}, {5, 300, 300, 300}, {4, 1010, 10, 710},
                 {5, 350, 50, 350},     {4, 1015, 5, 665},  {5, 20, 20, 20}};
    enum { ROWS = sizeof table / sizeof *table };
    for (int way = 0; way < 4; way++) {
        PerfGen g;
        Loaded l;
        bool inherit = way & 1;
        gen_init(&g, PERF_FORM_PIPE, way & 2,
                 SAMPLE_IP | SAMPLE_TID | SAMPLE_TIME | SAMPLE_READ | SAMPLE_ID);
        g.inherit = inherit;
        g.count = 1;
        g.event[0].read_format = READ_GROUP | READ_ID;
        for (int i = 0; i < ROWS; i++)
            gen_sample(&g, &(PerfGenSample){.misc = MODE_USER,
                                            .pid = 4,
                                            .tid = table[i].tid,
                                            .ip = 9,
                                            .time = SECOND + (uint64_t)i,
                                            .values = {table[i].value}});
        Buf file = gen_file(&g);
        load_text(&l, 0, 0, buf_str(&file));
        assert_int_equal(l.profile.building.samples, ROWS);
        for (int i = 0; i < ROWS; i++)
            assert_int_equal(COLUMN_AT(&l.profile.weight, uint64_t, i),
                             inherit ? table[i].grown : table[i].of_all);
        loaded_free(&l);
        buf_free(&file);
        gen_free(&g);
    }
}

static void what_callchains_say(void **state) {
    (void)state;
    static const struct {
        uint64_t chain[8];
        uint32_t n;
        const char *frames;
    } table[] = {
        {{MARK_USER, 1}, 2, "[unknown]@[unknown]"},
        {{1, 2}, 2, "[unknown]@[unknown];[unknown]@[unknown]"}, /* the user's, without a mark */
        {{MARK_USER}, 1, ""},
        {{0}, 0, ""},
        {{MARK_KERNEL, 0xffffffff80000000u}, 2, "bpf_prog_1@bpf_prog_1_[k]"},
        {{MARK_KERNEL, 0xffffffff90000000u}, 2, "[unknown]@[unknown]_[k]"},
        {{MARK_KERNEL, 0xffffffff80000000u, MARK_USER, 1},
         4,
         "[unknown]@[unknown];bpf_prog_1@bpf_prog_1_[k]"},
        {{(uint64_t)-32, 0xffffffff80000000u}, 2, "[unknown]@[unknown]_[k]"}, /* hypervisor */
        {{MARK_KERNEL, 0xffffffff80000000u, (uint64_t)-2048, 5},              /* a guest called */
         4,
         "[unknown]@[unknown];bpf_prog_1@bpf_prog_1_[k]"},
        {{MARK_KERNEL, 0xffffffff80000000u, (uint64_t)-77, 5}, 4, ""}, /* no such mark */
        {{(uint64_t)-77, 0xffffffff80000000u}, 2, ""},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        PerfGen g;
        Loaded l;
        char want[256];
        gen_init(&g, PERF_FORM_PIPE, i % 2, USUAL);
        gen_ksymbol(&g, kernel_at, KERNEL_CODE, "bpf_prog_1", 0);
        for (int again = 0; again < 2; again++)
            gen_sample(&g, &(PerfGenSample){.misc = MODE_USER,
                                            .pid = 4,
                                            .tid = 4,
                                            .time = SECOND,
                                            .chain = table[i].chain,
                                            .chain_n = table[i].n});
        Buf file = gen_file(&g);
        load_text(&l, 0, 0, buf_str(&file));
        snprintf(want, sizeof want, ":4|cpu-clock:HG|%s", table[i].frames);
        expect_loaded(&l, (const char *[]){want, want}, 2);
        loaded_free(&l);
        buf_free(&file);
        gen_free(&g);
    }
}

/* --call-graph lbr: the processor's calls stand in for what the kernel found of the user's part;
 * where it led to first is the function that was sampled. */
static void calls_that_the_processor_remembered(void **state) {
    (void)state;
    static uint64_t call[3][3] = {
        {0x400110, 0x400200, 9}, {0x400310, 0x400100, 9}, {0x400410, 0x400300, 9}};
    static const struct {
        uint32_t calls, mode;
        uint64_t chain[4];
        uint32_t n;
        bool no_calls; /* branches of another kind */
        const char *frames;
    } table[] = {
        {3,
         MODE_USER,
         {MARK_USER, 0x400234, 0x400999},
         3,
         false,
         "p+0x410@/p;p+0x310@/p;p+0x110@/p;p+0x200@/p"},
        {1, MODE_USER, {0}, 0, false, "p+0x110@/p;p+0x200@/p"},
        {1,
         MODE_KERNEL,
         {MARK_KERNEL, 0xffffffff80000000u, MARK_USER, 0x400234},
         4,
         false,
         "p+0x110@/p;p+0x200@/p;bpf_prog_1@bpf_prog_1_[k]"},
        {1, MODE_KERNEL, {MARK_KERNEL, 0xffffffff80000000u}, 2, false, "bpf_prog_1@bpf_prog_1_[k]"},
        {0, MODE_USER, {MARK_USER, 0x400234}, 2, false, "p+0x234@/p"},
        {2, MODE_USER, {MARK_USER, 0x400234}, 2, true, "p+0x234@/p"},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table * 2; i++) {
        PerfGen g;
        Loaded l;
        char want[256];
        size_t row = i / 2;
        gen_init(&g, PERF_FORM_PIPE, i % 2, USUAL | SAMPLE_BRANCH_STACK);
        g.event[0].branch_type =
            (table[row].no_calls ? 0 : BRANCH_CALL_STACK) | (row ? BRANCH_HW_INDEX : 0);
        gen_ksymbol(&g, kernel_at, KERNEL_CODE, "bpf_prog_1", 0);
        gen_mmap(&g, 4, USER_CODE, 0x1000, 0, "/p", 1);
        for (int again = 0; again < 20; again++)
            gen_sample(&g, &(PerfGenSample){.misc = (uint16_t)table[row].mode,
                                            .pid = 4,
                                            .tid = 4,
                                            .time = SECOND,
                                            .chain = table[row].chain,
                                            .chain_n = table[row].n,
                                            .branch = call,
                                            .branch_n = table[row].calls});
        Buf file = gen_file(&g);
        load_text(&l, 0, 0, buf_str(&file));
        snprintf(want, sizeof want, ":4|cpu-clock:HG|%s", table[row].frames);
        const char *rows[20];
        for (int again = 0; again < 20; again++)
            rows[again] = want;
        expect_loaded(&l, rows, 20);
        assert_int_equal(complaints_total(&l.profile.complaints), 0);
        loaded_free(&l);
        buf_free(&file);
        gen_free(&g);
    }
}

static void put_deferred(PerfGen *g, int32_t tid, uint64_t cookie, const uint64_t *chain,
                         uint32_t n, uint64_t time) {
    gen_begin(g, RECORD_CALLCHAIN_DEFERRED, MODE_USER);
    gen_u64(g, &g->data, cookie);
    gen_u64(g, &g->data, n);
    for (uint32_t i = 0; i < n; i++)
        gen_u64(g, &g->data, chain[i]);
    gen_end(g, tid, tid, time);
}

/* The user's part follows when the thread leaves the kernel, for all samples since it entered. */
static void a_users_part_that_follows(void **state) {
    (void)state;
    enum { THREADS = 300 };
    static const uint64_t users[] = {MARK_USER, USER_CODE + 0x10, USER_CODE + 0x20};
    static const char *const joined =
        ":4|cpu-clock:HG|p+0x20@/p;p+0x10@/p;bpf_prog_1@bpf_prog_1_[k]";
    static const char *const alone = "bpf_prog_1@bpf_prog_1_[k]";
    for (int big = 0; big < 2; big++) {
        PerfGen g;
        Loaded l;
        char other[64], late[64];
        uint64_t chain[] = {MARK_KERNEL, kernel_at, CHAIN_USER_DEFERRED, 0x300000001};
        PerfGenSample s = {.misc = MODE_KERNEL, .time = SECOND, .chain = chain, .chain_n = 4};
        gen_init(&g, PERF_FORM_PIPE, big, USUAL);
        gen_ksymbol(&g, kernel_at, KERNEL_CODE, "bpf_prog_1", 0);
        gen_mmap(&g, 4, USER_CODE, 0x1000, 0, "/p", 1);
        s.pid = s.tid = 4;
        gen_sample(&g, &s);
        s.time++;
        gen_sample(&g, &s);
        s.pid = s.tid = 5; /* whose own does not come */
        gen_sample(&g, &s);
        put_deferred(&g, 4, chain[3], users, 3, SECOND + 9);
        s.pid = s.tid = 4;
        s.time = SECOND + 10; /* in the kernel again, for long */
        chain[3]++;
        gen_sample(&g, &s);
        for (int32_t tid = 100; tid < 100 + THREADS; tid++)
            put_deferred(&g, tid, chain[3], users, 3, SECOND + 11);
        for (int i = 0; i < 4; i++)
            gen_round(&g);
        put_deferred(&g, 4, chain[3], users, 3, SECOND + 20);
        put_deferred(&g, 4, chain[3], users, 3, SECOND + 21);
        g.data.s[g.record + (big ? 20 : 19)] = 1; /* more addresses than there are */
        Buf file = gen_file(&g);
        load_text(&l, 0, 0, buf_str(&file));
        snprintf(other, sizeof other, ":5|cpu-clock:HG|%s", alone);
        snprintf(late, sizeof late, ":4|cpu-clock:HG|%s", alone);
        expect_loaded(&l, (const char *[]){joined, joined, other, late}, 4);
        assert_int_equal(l.profile.complaints.of[COMPLAINT_DEFERRED].count, 2);
        assert_int_equal(complaints_total(&l.profile.complaints), 2);
        loaded_free(&l);
        buf_free(&file);
        gen_free(&g);
    }
}

/* --call-graph dwarf: what is said is of the samples that have raw memory, not of those of the
 * kernel's own threads, nor of those that were unwound while they were recorded. */
static void raw_memory_is_counted_where_there_is_some(void **state) {
    (void)state;
    static const uint64_t chain[] = {MARK_USER, 1, 2};
    static uint64_t branch[2][3] = {{1, 2, 3}, {4, 5, 6}};
    static const struct {
        uint32_t chain_n, branch_n;
        uint64_t abi;
        uint32_t stack_n, stack_used;
        const char *frames;
        bool counted;
    } table[] = {
        {3, 0, 0, 0, 0, "[unknown]@[unknown];[unknown]@[unknown]", false},
        {3, 2, 2, 0, 0, "[unknown]@[unknown];[unknown]@[unknown]", false},
        {3, 2, 2, 64, 0, "[unknown]@[unknown];[unknown]@[unknown]", false},
        {0, 2, 2, 64, 16, "[unknown]@[unknown]", true},
        {0, 0, 2, 64, 64, "[unknown]@[unknown]", true},
        {0, 2, 0, 64, 8, "[unknown]@[unknown]", true},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table * 4; i++) {
        PerfGen g;
        Loaded l;
        char want[256];
        gen_init(&g, i & 1 ? PERF_FORM_PIPE : PERF_FORM_FILE, i % 3 == 0,
                 USUAL | SAMPLE_RAW | SAMPLE_BRANCH_STACK | SAMPLE_REGS_USER | SAMPLE_STACK_USER);
        size_t row = i / 4;
        g.event[0].branch_type = i & 2 ? BRANCH_HW_INDEX | BRANCH_COUNTERS : 0;
        g.event[0].user_regs = 0xff0fff;
        if (i & 2 && !table[row].branch_n) /* whether there is an index then is not said */
            g.event[0].branch_type = BRANCH_COUNTERS;
        gen_sample(&g, &(PerfGenSample){.misc = MODE_USER,
                                        .pid = 4,
                                        .tid = 4,
                                        .ip = 1,
                                        .time = SECOND,
                                        .chain = chain,
                                        .chain_n = table[row].chain_n,
                                        .raw = "raw",
                                        .raw_n = 4,
                                        .branch = branch,
                                        .branch_n = table[row].branch_n,
                                        .abi = table[row].abi,
                                        .stack_n = table[row].stack_n,
                                        .stack_used = table[row].stack_used});
        Buf file = gen_file(&g);
        load_text(&l, 0, 0, buf_str(&file));
        snprintf(want, sizeof want, ":4|cpu-clock:HG|%s", table[row].frames);
        expect_loaded(&l, (const char *[]){want}, 1);
        assert_int_equal(l.profile.complaints.of[COMPLAINT_NOT_UNWOUND].count, table[row].counted);
        assert_int_equal(complaints_total(&l.profile.complaints), table[row].counted);
        loaded_free(&l);
        buf_free(&file);
        gen_free(&g);
    }
}

/* Sizes that lead behind the record: the sample stays, and nothing is said of its memory. */
static void sizes_behind_the_chain_are_not_believed(void **state) {
    (void)state;
    enum { PARTS = 3 };
    static const uint64_t size[] = {UINT64_MAX, (uint64_t)1 << 63, UINT64_MAX / 24 + 1, 1 << 20, 9};
    for (size_t i = 0; i < sizeof size / sizeof *size * PARTS; i++) {
        PerfGen g;
        Loaded l;
        uint64_t branch[1][3] = {{1, 2, 3}}, chain[] = {MARK_USER, 1};
        size_t part = i % PARTS;
        gen_init(&g, PERF_FORM_PIPE, false,
                 USUAL | SAMPLE_BRANCH_STACK | SAMPLE_REGS_USER | SAMPLE_STACK_USER);
        g.event[0].user_regs = part == 1 ? UINT64_MAX : 1;
        gen_sample(&g, &(PerfGenSample){.misc = MODE_USER,
                                        .pid = 4,
                                        .tid = 4,
                                        .time = SECOND,
                                        .chain = chain,
                                        .chain_n = 2,
                                        .branch = branch,
                                        .branch_n = 1,
                                        .abi = 1,
                                        .stack_n = 8,
                                        .stack_used = 8});
        /* from its end: how much was filled, 8 bytes, their size, registers */
        size_t at = part == 0 ? g.data.n - 24 - 8 * (1 + 1 + 4) : part == 1 ? 0 : g.data.n - 24;
        if (at)
            memcpy(g.data.s + at, &size[i / PARTS], 8);
        else { /* registers that are not all there */
            g.data.n -= 8 * (i / PARTS + 4);
            gen_plain_end(&g);
        }
        Buf file = gen_file(&g);
        load_text(&l, 0, 0, buf_str(&file));
        expect_loaded(&l, (const char *[]){":4|cpu-clock:HG|[unknown]@[unknown]"}, 1);
        assert_int_equal(complaints_total(&l.profile.complaints), 0);
        loaded_free(&l);
        buf_free(&file);
        gen_free(&g);
    }
}

/* ---- in time ------------------------------------------------------------------------------
 */

static void ids_are_used_again(void **state) {
    (void)state;
    PerfGen g;
    Loaded l;
    uint64_t chain[] = {MARK_USER, USER_CODE};
    gen_init(&g, PERF_FORM_PIPE, false, USUAL);
    PerfGenSample s = {
        .misc = MODE_USER, .pid = 8, .tid = 8, .chain = chain, .chain_n = 2, .time = 50};
    gen_comm(&g, 8, 8, "first", 10);
    gen_mmap(&g, 8, USER_CODE, 0x1000, 0, "/first", 11);
    gen_sample(&g, &s);
    gen_exit(&g, 8, 8, 60);
    s.time = 70; /* on its way out */
    gen_sample(&g, &s);
    gen_fork(&g, 8, 8, 1, 80);
    s.time = 90;
    gen_sample(&g, &s);
    gen_mmap(&g, 8, USER_CODE, 0x1000, 0, "/second", 95);
    s.time = 96;
    gen_sample(&g, &s);
    /* a piece out of the middle is other memory now, in which nothing is known */
    gen_mmap(&g, 8, USER_CODE - 0x100, 0x400, 0, "//anon", 97);
    gen_mmap(&g, 8, USER_CODE + 0x200, 0x10, 0, "/third", 98);
    chain[1] = USER_CODE + 0x208;
    s.time = 100;
    gen_sample(&g, &s);
    chain[1] = USER_CODE + 0x500;
    s.time = 101;
    gen_sample(&g, &s);
    Buf file = gen_file(&g);
    load_text(&l, 0, 0, buf_str(&file));
    expect_loaded(&l,
                  (const char *[]){
                      "first|cpu-clock:HG|first+0x0@/first", "first|cpu-clock:HG|first+0x0@/first",
                      ":8|cpu-clock:HG|[unknown]@[unknown]", ":8|cpu-clock:HG|second+0x0@/second",
                      ":8|cpu-clock:HG|third+0x8@/third", ":8|cpu-clock:HG|second+0x500@/second"},
                  6);
    loaded_free(&l);
    buf_free(&file);
    gen_free(&g);
}

/* No record said that the id went to another process: its samples do. */
static void a_sample_is_of_the_process_it_says(void **state) {
    (void)state;
    PerfGen g;
    Loaded l;
    uint64_t chain[] = {MARK_USER, USER_CODE};
    gen_init(&g, PERF_FORM_PIPE, false, USUAL);
    PerfGenSample s = {.misc = MODE_USER, .tid = 10, .chain = chain, .chain_n = 2, .time = 50};
    static const int32_t pids[] = {10, 522, 10};
    for (size_t i = 0; i < 3; i++, s.time++) {
        s.pid = pids[i];
        gen_sample(&g, &s);
    }
    Buf file = gen_file(&g);
    load_text(&l, 0, 0, buf_str(&file));
    assert_int_equal(l.profile.building.samples, 3);
    for (size_t i = 0; i < 3; i++) {
        Pair pair = pairs_get(&l.profile.pairs, COLUMN_AT(&l.profile.pair, PairId, i));
        Context context = contexts_get(&l.dict.contexts, pair.context);
        assert_true(context.pid == pids[i] && context.tid == 10);
    }
    loaded_free(&l);
    buf_free(&file);
    gen_free(&g);
}

/* The first thread may end long before the others, which go on to begin new ones. */
static void a_process_outlives_its_first_thread(void **state) {
    (void)state;
    enum { THREADS = 3000 };
    static const uint64_t chain[] = {MARK_USER, USER_CODE + 0x10};
    PerfGen g;
    Loaded l;
    uint64_t time = SECOND;
    gen_init(&g, PERF_FORM_PIPE, false, USUAL);
    gen_mmap(&g, 10, USER_CODE, 0x1000, 0, "/p", time++);
    gen_thread(&g, 10, 11, 10, time++);
    gen_exit(&g, 10, 10, time++);
    for (int32_t tid = 1000; tid < 1000 + THREADS; tid++) {
        gen_thread(&g, 10, tid, 11, time++);
        gen_sample(&g, &(PerfGenSample){.misc = MODE_USER,
                                        .pid = 10,
                                        .tid = tid,
                                        .time = time++,
                                        .chain = chain,
                                        .chain_n = 2});
        gen_exit(&g, 10, tid, time++);
    }
    Buf file = gen_file(&g);
    load_text(&l, 0, 0, buf_str(&file));
    assert_int_equal(l.profile.building.samples, THREADS);
    for (uint64_t i = 0; i < THREADS; i++) {
        Buf text = sample_text(&l, i);
        if (!strstr(text.s, "p+0x10@/p"))
            fail_msg("sample %llu is %s", (unsigned long long)i, text.s);
        buf_free(&text);
    }
    loaded_free(&l);
    buf_free(&file);
    gen_free(&g);
}

/* A round of so many samples of one processor, and then a name that another one tells, which is
 * older than all of them. */
static void load_long_round(Loaded *l, uint32_t samples) {
    enum { PIECE = 1000 };
    PerfGen g;
    gen_init(&g, PERF_FORM_PIPE, false, SAMPLE_IP | SAMPLE_TID | SAMPLE_TIME);
    for (int i = 0; i < PIECE; i++)
        gen_sample(&g, &(PerfGenSample){.misc = MODE_USER, .pid = 8, .tid = 8, .time = SECOND});
    Buf file = gen_file(&g);
    const char *path = temp_file(buf_str(&file));
    FILE *more = fopen(path, "ab");
    assert_non_null(more);
    for (uint32_t n = PIECE; n < samples; n += PIECE)
        assert_int_equal(fwrite(g.data.s, 1, g.data.n, more), g.data.n);
    buf_clear(&g.data);
    gen_comm(&g, 8, 8, "named", SECOND - 9);
    gen_comm(&g, 8, 8, "named", SECOND - 8);
    gen_round(&g);
    assert_int_equal(fwrite(g.data.s, 1, g.data.n, more), g.data.n);
    assert_int_equal(fclose(more), 0);
    load_path(l, 0, 0, path);
    temp_remove();
    buf_free(&file);
    gen_free(&g);
}

static void rounds_of_millions(void **state) {
    (void)state;
    static const struct {
        uint32_t samples, late;
        const char *first;
    } table[] = {{1200000, 0, "named|cpu-clock:HG|[unknown]@[unknown]"},
                 {2200000, 2, ":8|cpu-clock:HG|[unknown]@[unknown]"}};
    for (int i = 0; i < 2; i++) {
        Loaded l;
        load_long_round(&l, table[i].samples);
        assert_int_equal(l.profile.building.samples, table[i].samples);
        assert_int_equal(l.profile.complaints.of[COMPLAINT_LIMIT].count, table[i].late);
        assert_int_equal(complaints_total(&l.profile.complaints), table[i].late);
        Buf text = sample_text(&l, 0);
        assert_string_equal(text.s, table[i].first);
        buf_free(&text);
        loaded_free(&l);
    }
}

/* Records of one long round, every other one of which is of a processor whose times are later: as
 * long as any of a block's waits, the block is held. The file is mostly holes. */
static void a_round_of_many_bytes(void **state) {
    (void)state;
    enum { RAW = 60000, RECORDS = 5200, LATER = 1000000 };
    static const char raw[RAW];
    PerfGen g;
    Loaded l;
    gen_init(&g, PERF_FORM_PIPE, false, SAMPLE_TID | SAMPLE_TIME | SAMPLE_RAW);
    Buf file = gen_file(&g);
    const char *path = temp_file(buf_str(&file));
    FILE *out = fopen(path, "r+b");
    assert_non_null(out);
    assert_int_equal(fseek(out, 0, SEEK_END), 0);
    for (uint64_t i = 0; i < RECORDS; i++) {
        enum { HEAD = 8 + 8 + 8 + 4 }; /* up to the raw part's bytes */
        buf_clear(&g.data);
        gen_sample(&g, &(PerfGenSample){.misc = MODE_USER,
                                        .pid = 4,
                                        .tid = 4,
                                        .time = SECOND + i + (i % 2 ? LATER : 0),
                                        .raw = raw,
                                        .raw_n = RAW});
        assert_int_equal(fwrite(g.data.s, 1, HEAD, out), HEAD);
        assert_int_equal(fseek(out, (long)g.data.n - HEAD, SEEK_CUR), 0);
    }
    buf_clear(&g.data);
    gen_round(&g);
    assert_int_equal(fwrite(g.data.s, 1, g.data.n, out), g.data.n);
    assert_int_equal(fclose(out), 0);
    load_path(&l, 0, 0, path);
    temp_remove();
    assert_int_equal(l.profile.building.samples, RECORDS);
    assert_int_equal(complaints_total(&l.profile.complaints), 0);
    loaded_free(&l);
    buf_free(&file);
    gen_free(&g);
}

/* A tracepoint's text: who stops, why, and who runs then. */
static void put_switch(PerfGen *g, int32_t from, int32_t to, uint64_t state, uint64_t time) {
    uint64_t chain[] = {MARK_USER, (uint64_t)from};
    PerfGen raw;
    gen_init(&raw, PERF_FORM_PIPE, g->big, 0);
    for (int i = 0; i < 3; i++)
        gen_u64(&raw, &raw.data, 0);
    gen_u32(&raw, &raw.data, (uint32_t)from);
    gen_u32(&raw, &raw.data, 120);
    gen_u64(&raw, &raw.data, state);
    gen_u64(&raw, &raw.data, 0);
    gen_u64(&raw, &raw.data, 0);
    gen_u32(&raw, &raw.data, (uint32_t)to);
    gen_u32(&raw, &raw.data, 120);
    gen_sample(g, &(PerfGenSample){.misc = MODE_KERNEL,
                                   .pid = from,
                                   .tid = from,
                                   .time = time,
                                   .period = 1,
                                   .chain = chain,
                                   .chain_n = 2,
                                   .raw = raw.data.s,
                                   .raw_n = (uint32_t)raw.data.n});
    gen_free(&raw);
}

static void time_off_the_processor(void **state) {
    (void)state;
    enum { RUNNING = 0, SLEEPING = 1, ZOMBIE = 0x20 };
    for (int big = 0; big < 2; big++) {
        PerfGen g;
        Loaded l;
        gen_init(&g, PERF_FORM_PIPE, big, USUAL | SAMPLE_RAW);
        g.event[0].type = 2;
        g.event[0].name = "sched:sched_switch";
        put_switch(&g, 5, 6, SLEEPING, 100);
        put_switch(&g, 6, 0, SLEEPING, 200);
        put_switch(&g, 0, 5, RUNNING, 350); /* 5 waited 250 */
        put_switch(&g, 5, 6, ZOMBIE, 400);  /* 6 waited 200; 5 is no more */
        put_switch(&g, 6, 0, SLEEPING, 500);
        put_switch(&g, 0, 7, RUNNING, 900); /* 6 waits until the end */
        Buf file = gen_file(&g);
        load_text(&l, 0, 0, buf_str(&file));
        static const struct {
            int32_t tid;
            uint64_t time, weight;
        } want[] = {{5, 350, 250}, {0, 350, 1}, {6, 400, 200},
                    {5, 400, 1},   {0, 900, 1}, {6, 900, 400}};
        assert_int_equal(l.profile.building.samples, 6);
        for (int i = 0; i < 6; i++) {
            Pair pair = pairs_get(&l.profile.pairs, COLUMN_AT(&l.profile.pair, PairId, i));
            assert_int_equal(contexts_get(&l.dict.contexts, pair.context).tid, want[i].tid);
            assert_int_equal(COLUMN_AT(&l.profile.time_ns, int64_t, i), want[i].time);
            assert_int_equal(COLUMN_AT(&l.profile.weight, uint64_t, i), want[i].weight);
        }
        Context c = contexts_get(&l.dict.contexts, 1);
        assert_int_equal(contexts_get_event(&l.dict.contexts, c.event).weight, WEIGHT_TIME_NS);
        loaded_free(&l);
        buf_free(&file);
        gen_free(&g);
    }
}

/* Until 4.19 an ended thread's state was told as what is now that of a parked one. */
static void threads_that_ended(void **state) {
    (void)state;
    enum { PARKED = 0x40 };
    for (int ends = 0; ends < 2; ends++) {
        PerfGen g;
        Loaded l;
        gen_init(&g, PERF_FORM_PIPE, false, USUAL | SAMPLE_RAW);
        g.event[0].type = 2;
        g.event[0].name = "sched:sched_switch";
        put_switch(&g, 6, 5, 1, 90);
        put_switch(&g, 5, 6, 1, 100);
        if (ends)
            gen_exit(&g, 6, 6, 150);
        put_switch(&g, 6, 5, PARKED, 200);
        put_switch(&g, 5, 0, 1, 1000);
        Buf file = gen_file(&g);
        load_text(&l, 0, 0, buf_str(&file));
        uint64_t waited = 0;
        for (uint64_t i = 0; i < l.profile.building.samples; i++) {
            Pair pair = pairs_get(&l.profile.pairs, COLUMN_AT(&l.profile.pair, PairId, i));
            Context c = contexts_get(&l.dict.contexts, pair.context);
            bool weighs = contexts_get_event(&l.dict.contexts, c.event).weight == WEIGHT_TIME_NS;
            if (c.tid == 6 && weighs)
                waited += COLUMN_AT(&l.profile.weight, uint64_t, i);
        }
        assert_int_equal(waited, ends ? 10 + 1 : 10 + 800); /* the last is but a sample */
        loaded_free(&l);
        buf_free(&file);
        gen_free(&g);
    }
}

/* perf record --off-cpu: what another thread's sample says in its raw part of the one that waited;
 * older perfs added waits up, in samples without a time. */
static void time_off_the_processor_by_bpf(void **state) {
    (void)state;
    enum { BPF_OUTPUT = 10, WAIT = 5000000 };
    static const uint64_t chain[] = {MARK_USER, USER_CODE + 0x10, USER_CODE + 0x20};
    static const char *const want = "waits|offcpu-time|p+0x20@/p;p+0x10@/p";
    for (int way = 0; way < 4; way++) {
        PerfGen g, raw;
        Loaded l;
        bool big = way & 1, added_up = way & 2;
        gen_init(&g, PERF_FORM_PIPE, big, added_up ? USUAL : USUAL - SAMPLE_CALLCHAIN + SAMPLE_RAW);
        gen_init(&raw, PERF_FORM_PIPE, big, 0);
        g.event[0].config = BPF_OUTPUT;
        g.event[0].name = "offcpu-time";
        gen_comm(&g, 10, 11, "waits", 1);
        gen_mmap(&g, 10, USER_CODE, 0x1000, 0, "/p", 2);
        gen_u32(&raw, &raw.data, 10);
        gen_u32(&raw, &raw.data, 11);
        gen_u64(&raw, &raw.data, WAIT);
        gen_u64(&raw, &raw.data, 3);
        for (int i = 0; i < 3; i++)
            gen_u64(&raw, &raw.data, chain[i]);
        gen_u64(&raw, &raw.data, 1); /* control group */
        gen_u32(&raw, &raw.data, 0);
        PerfGenSample s = {.misc = MODE_KERNEL, .pid = 99, .tid = 99, .time = SECOND, .period = 1};
        if (added_up)
            s = (PerfGenSample){.misc = MODE_USER,
                                .pid = 10,
                                .tid = 11,
                                .time = ~0ull << 32,
                                .period = WAIT,
                                .chain = chain,
                                .chain_n = 3};
        s.raw = raw.data.s;
        s.raw_n = (uint32_t)raw.data.n;
        gen_sample(&g, &s);
        gen_sample(&g, &s);
        s.raw_n = 8 * 5 + 4; /* less than its chain */
        if (!added_up)
            gen_sample(&g, &s);
        Buf file = gen_file(&g);
        load_text(&l, 0, 0, buf_str(&file));
        expect_loaded(&l, (const char *[]){want, want}, 2);
        assert_int_equal(COLUMN_AT(&l.profile.weight, uint64_t, 1), WAIT);
        Context c = contexts_get(&l.dict.contexts, 1);
        assert_int_equal(c.tid, 11);
        assert_int_equal(contexts_get_event(&l.dict.contexts, c.event).weight, WEIGHT_TIME_NS);
        assert_int_equal(l.profile.complaints.of[COMPLAINT_RECORD].count, !added_up);
        loaded_free(&l);
        buf_free(&file);
        gen_free(&g);
        gen_free(&raw);
    }
}

/* ---- compressed ---------------------------------------------------------------------------
 */

static Buf packed_story(size_t most) {
    PerfGen g;
    gen_init(&g, PERF_FORM_FILE, false, USUAL);
    g.events = 2;
    g.event[0].name = "cpu-clock:u";
    g.event[1].name = "second";
    gen_pack_from(&g);
    record_story(&g);
    gen_pack(&g, most);
    Buf file = gen_file(&g);
    gen_free(&g);
    return file;
}

static void compressed_records(void **state) {
    (void)state;
    if (!codec_available(CODEC_ZSTD, CODEC_AUTO)) {
        Buf file = packed_story(4000);
        Loaded l;
        load_text(&l, 0, 0, buf_str(&file));
        assert_int_equal(l.status.state, LOAD_DONE);
        assert_int_equal(l.profile.complaints.of[COMPLAINT_DAMAGED].count, 1);
        loaded_free(&l);
        buf_free(&file);
        return;
    }
    for (size_t most = 1; most < 900; most += most / 3 + 1) {
        Loaded l;
        Buf file = packed_story(most);
        load_text(&l, 0, 0, buf_str(&file));
        expect_story(&l);
        loaded_free(&l);
        buf_free(&file);
    }
}

/* What is no record takes away the rest of what was compressed with it, and no more. */
static void damage_within_compressed_records(void **state) {
    (void)state;
    if (!codec_available(CODEC_ZSTD, CODEC_AUTO))
        skip();
    for (int packed = 0; packed < 2; packed++) {
        PerfGen g;
        Loaded l;
        PerfGenSample s = {.misc = MODE_USER, .pid = 4, .tid = 4, .time = SECOND};
        gen_init(&g, PERF_FORM_FILE, false, USUAL);
        gen_sample(&g, &s);
        gen_pack_from(&g);
        gen_sample(&g, &s);
        gen_sample(&g, &s);
        g.data.s[g.record + 6] = 7; /* less than the head of a record */
        gen_sample(&g, &s);
        gen_pack(&g, 60000);
        if (packed) {
            gen_pack_from(&g);
            gen_sample(&g, &s);
            gen_pack(&g, 60000);
        }
        gen_sample(&g, &s);
        Buf file = gen_file(&g);
        load_text(&l, 0, 0, buf_str(&file));
        assert_int_equal(l.profile.building.samples, 3 + packed);
        assert_int_equal(l.profile.complaints.of[COMPLAINT_DAMAGED].count, 1);
        assert_int_equal(complaints_total(&l.profile.complaints), 1);
        loaded_free(&l);
        buf_free(&file);
        gen_free(&g);
    }
}

/* Newer perfs say how long the compressed data is, and pad it. `extra` bytes are packed besides, in
 * records that nobody knows. */
static Buf packed2_story(size_t most, size_t extra, bool overlong, size_t *packed) {
    PerfGen g;
    gen_init(&g, PERF_FORM_FILE, false, USUAL);
    g.events = 2;
    g.event[0].name = "cpu-clock:u";
    g.event[1].name = "second";
    gen_pack_from(&g);
    for (size_t n; extra; extra -= n) {
        n = extra < 4096 ? extra : 4096;
        gen_begin(&g, 63, 0);
        for (size_t i = 0; i < n; i++)
            buf_putc(&g.data, (char)(i * 7));
        gen_end(&g, 0, 0, 1);
    }
    record_story(&g);
    *packed = gen_pack2(&g, most, overlong);
    gen_sample(&g, &(PerfGenSample){.misc = MODE_USER, .pid = 20, .tid = 20, .time = 3 * SECOND});
    Buf file = gen_file(&g);
    gen_free(&g);
    return file;
}

static void compressed_records_that_say_their_length(void **state) {
    (void)state;
    if (!codec_available(CODEC_ZSTD, CODEC_AUTO))
        skip();
    for (size_t most = 1, packed; most < 900; most += most / 3 + 1) {
        Loaded l;
        Buf file = packed2_story(most, 0, false, &packed);
        load_text(&l, 0, 0, buf_str(&file));
        assert_int_equal(l.profile.building.samples, 4); /* and the one behind them */
        assert_int_equal(complaints_total(&l.profile.complaints), 3);
        loaded_free(&l);
        buf_free(&file);
    }
}

/* Records longer than 64 KiB: alone, its size is 0; of several, it is what is left. */
static void compressed_records_too_long_for_their_size(void **state) {
    (void)state;
    if (!codec_available(CODEC_ZSTD, CODEC_AUTO))
        skip();
    enum { NEAR = 64000, LONGEST = UINT16_MAX - 16 };
    size_t packed;
    Buf near = packed2_story(60000, NEAR, true, &packed);
    size_t from = NEAR + LONGEST - packed - 20;
    buf_free(&near);
    for (size_t extra = from; extra < from + 40; extra++) {
        Loaded l;
        Buf file = packed2_story(60000, extra, true, &packed);
        load_text(&l, 0, 0, buf_str(&file));
        assert_int_equal(l.profile.building.samples, 4);
        assert_int_equal(complaints_total(&l.profile.complaints), 3);
        loaded_free(&l);
        buf_free(&file);
    }
    Loaded l;
    Buf file = packed2_story(60000, 300000, true, &packed); /* five in one */
    load_text(&l, 0, 0, buf_str(&file));
    assert_int_equal(l.profile.building.samples, 4);
    assert_int_equal(complaints_total(&l.profile.complaints), 3);
    expect_same_any_way(buf_str(&file));
    loaded_free(&l);
    buf_free(&file);
}

/* ---- a folder -----------------------------------------------------------------------------
 */

static void put_file(const char *folder, const char *name, Str bytes) {
    char path[700];
    Error err = {0};
    path_join(path, sizeof path, folder, name);
    assert_true(file_write_all(path, bytes, &err));
}

/* What threads wrote into files of their own is one recording, in the order of time. */
static void a_folder_of_files(void **state) {
    (void)state;
    static const uint64_t chain[] = {MARK_USER, USER_CODE + 0x10};
    enum { HAS_FOLDER_AT = 72 + 3 }; /* byte of feature 24, its lowest bit */
    char folder[512], path[600], command[640];
    const char *tmp = getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp";
    PerfGen data, part[2];
    snprintf(folder, sizeof folder, "%s/flamescope-folder-XXXXXX", tmp);
    assert_non_null(mkdtemp(folder));
    gen_init(&data, PERF_FORM_FILE, false, USUAL);
    gen_comm(&data, 10, 10, "first", SECOND);
    gen_mmap(&data, 10, USER_CODE, 0x1000, 0, "/nowhere/lib", SECOND + 1);
    for (int i = 0; i < 2; i++)
        gen_init(&part[i], PERF_FORM_FILE, false, USUAL);
    PerfGenSample s = {.misc = MODE_USER, .pid = 10, .tid = 10, .chain = chain, .chain_n = 2};
    for (s.time = SECOND + 30; s.time <= SECOND + 50; s.time += 20)
        gen_sample(&part[0], &s);
    gen_round(&part[0]);
    gen_comm(&part[1], 10, 10, "second", SECOND + 40);
    Buf file = gen_file(&data);
    file.s[HAS_FOLDER_AT] |= 1;
    put_file(folder, "data", buf_str(&file));
    put_file(folder, "data.0", buf_str(&part[0].data));
    put_file(folder, "data.1", buf_str(&part[1].data));
    path_join(path, sizeof path, folder, "data");
    for (int whole = 1; whole >= 0; whole--) {
        const char *want[] = {"first|cpu-clock:HG|lib+0x10@/nowhere/lib",
                              whole ? "second|cpu-clock:HG|lib+0x10@/nowhere/lib"
                                    : "first|cpu-clock:HG|lib+0x10@/nowhere/lib"};
        Loaded l;
        load_path(&l, 0, 0, folder);
        expect_loaded(&l, want, 2);
        uint64_t bytes = file.n + part[0].data.n + (whole ? part[1].data.n : 0);
        assert_int_equal(l.status.bytes_read, bytes); /* of all of them */
        assert_int_equal(l.status.size, bytes);
        assert_int_equal(perf_folder_bytes(path), bytes);
        loaded_free(&l);
        load_path(&l, 2, 0, path); /* its first file by name, on threads */
        expect_loaded(&l, want, 2);
        loaded_free(&l);
        snprintf(path, sizeof path, "%s/data.1", folder);
        unlink(path);
        path_join(path, sizeof path, folder, "data");
    }
    snprintf(command, sizeof command, "rm -r '%s'", folder);
    assert_int_equal(system(command), 0);
    buf_free(&file);
    gen_free(&data);
    gen_free(&part[0]);
    gen_free(&part[1]);
}

/* ---- while it is being recorded -----------------------------------------------------------
 */

/* What has come through a pipe is seen before more comes, and nobody has to wait for more. */
static void a_slow_pipe(void **state) {
    (void)state;
    int end[2];
    char path[64];
    Dict dict;
    Profile profile;
    Error err = {0};
    LoadStatus status;
    Buf file = story_file(PERF_FORM_PIPE, false);
    assert_int_equal(pipe(end), 0);
    snprintf(path, sizeof path, "/dev/fd/%d", end[0]);
    dict_init(&dict);
    profile_init(&profile, &dict);
    Jobs *jobs = jobs_new(2);
    Loader *loader = loader_start(jobs, &profile, &(LoadOptions){.path = path}, &err);
    assert_non_null(loader);
    assert_int_equal(write(end[1], file.s, file.n), file.n);
    for (int i = 0; i < 1000 && profile_view(&profile).samples < 3; i++)
        usleep(10000);
    assert_int_equal(profile_view(&profile).samples, 3); /* a round later all are known */
    loader_status(loader, &status);
    assert_int_equal(status.state, LOAD_RUNNING);
    loader_cancel(loader);
    loader_wait(loader);
    loader_status(loader, &status);
    assert_int_equal(status.state, LOAD_CANCELLED);
    loader_free(loader);
    jobs_free(jobs);
    profile_free(&profile);
    dict_free(&dict);
    buf_free(&file);
    close(end[0]);
    close(end[1]);
}

/* ---- a recording that goes on -------------------------------------------------------------
 */

/* What perf has written of a file so far: neither what follows the records nor how many they are.
 */
typedef struct Growing {
    Dict dict;
    Profile profile;
    Jobs *jobs;
    Loader *loader;
    Buf file; /* as it will be */
    size_t data_at, data_end, written;
    int fd;
} Growing;

static void grow(Growing *g, size_t until) {
    assert_int_equal(pwrite(g->fd, g->file.s + g->written, until - g->written, (off_t)g->written),
                     until - g->written);
    g->written = until;
}

static void growing_begin(Growing *g) {
    enum { SIZE_AT = 48, SIZE = 8 };
    Error err = {0};
    static const char none[SIZE];
    *g = (Growing){.file = story_file(PERF_FORM_FILE, false)};
    g->data_at = (size_t)perf_get64((uint8_t *)g->file.s + 40, false);
    g->data_end = g->data_at + (size_t)perf_get64((uint8_t *)g->file.s + SIZE_AT, false);
    const char *path = temp_file(STR(""));
    g->fd = open(path, O_WRONLY);
    assert_true(g->fd >= 0);
    dict_init(&g->dict);
    profile_init(&g->profile, &g->dict);
    g->jobs = jobs_new(2);
    g->loader =
        loader_start(g->jobs, &g->profile, &(LoadOptions){.path = path, .follow = true}, &err);
    assert_non_null(g->loader);
    usleep(30000); /* it has met the end of nothing */
    char *head = mem_resize(NULL, 0, g->data_at);
    memcpy(head, g->file.s, g->data_at);
    memcpy(head + SIZE_AT, none, SIZE);
    assert_int_equal(pwrite(g->fd, head, g->data_at, 0), g->data_at);
    mem_resize(head, g->data_at, 0);
    g->written = g->data_at;
}

static LoadStatus growing_status(const Growing *g) {
    LoadStatus status;
    loader_status(g->loader, &status);
    return status;
}

/* A round later all three are known. */
static void expect_shown(Growing *g) {
    for (int i = 0; i < 1000 && profile_view(&g->profile).samples < 3; i++)
        usleep(10000);
    assert_int_equal(profile_view(&g->profile).samples, 3);
    assert_int_equal(growing_status(g).state, LOAD_RUNNING);
}

static void growing_end(Growing *g, LoadState want, uint64_t complaints) {
    loader_wait(g->loader);
    LoadStatus status = growing_status(g);
    assert_int_equal(status.state, want);
    assert_int_equal(complaints_total(&g->profile.complaints), complaints);
    loader_free(g->loader);
    jobs_free(g->jobs);
    profile_free(&g->profile);
    dict_free(&g->dict);
    buf_free(&g->file);
    close(g->fd);
    temp_remove();
}

enum { STORY_LOST = 3 };

static void a_recording_that_goes_on(void **state) {
    enum { TABLE = 16 };
    static const char hole[TABLE];
    (void)state;
    Growing g;
    growing_begin(&g);
    grow(&g, g.data_at + 7);
    usleep(30000);
    grow(&g, g.data_end);
    expect_shown(&g);
    /* as perf ends: names, with a hole for their places, those, and then the header */
    assert_int_equal(pwrite(g.fd, hole, TABLE, (off_t)g.data_end), TABLE);
    g.written += TABLE;
    grow(&g, g.file.n);
    usleep(50000);
    g.written = g.data_end;
    grow(&g, g.file.n);
    expect_shown(&g);
    g.written = 0;
    grow(&g, g.data_at);
    growing_end(&g, LOAD_DONE, STORY_LOST);
}

static void a_recording_that_ends_at_once(void **state) {
    (void)state;
    Growing g;
    growing_begin(&g);
    grow(&g, g.data_end - 8);
    g.written = 0;
    grow(&g, g.file.n);
    growing_end(&g, LOAD_DONE, STORY_LOST);
}

static void a_recording_that_is_let_go(void **state) {
    (void)state;
    for (int i = 0; i < 4; i++) {
        Growing g;
        growing_begin(&g);
        grow(&g, i & 2 ? g.file.n : g.data_end); /* perf was killed before the header */
        expect_shown(&g);
        if (i & 1)
            loader_cancel(g.loader);
        else
            loader_end(g.loader);
        uint64_t odd = i == 2; /* what follows the records was taken for one */
        growing_end(&g, i & 1 ? LOAD_CANCELLED : LOAD_DONE, STORY_LOST + odd);
    }
}

/* One that is followed though it has ended is read with its names. */
static void a_recording_that_was_over(void **state) {
    (void)state;
    Loaded l;
    Buf file = story_file(PERF_FORM_FILE, true);
    load(&l, 2, &(LoadOptions){.path = temp_file(buf_str(&file)), .follow = true});
    expect_story(&l);
    loaded_free(&l);
    buf_free(&file);
    temp_remove();
}

/* What a filter of the recorder left out was not lost. */
static void lost_samples(void **state) {
    (void)state;
    for (int big = 0; big < 2; big++) {
        PerfGen g;
        Loaded l;
        gen_init(&g, PERF_FORM_PIPE, big, USUAL);
        gen_lost(&g, 3, 1);
        for (int filter = 0; filter < 2; filter++) {
            gen_begin(&g, RECORD_LOST_SAMPLES, filter ? 1 << 15 : 0);
            gen_u64(&g, &g.data, filter ? 1000 : 20);
            gen_end(&g, 0, 0, 2);
        }
        Buf file = gen_file(&g);
        load_text(&l, 0, 0, buf_str(&file));
        assert_int_equal(l.profile.complaints.of[COMPLAINT_LOST].count, 23);
        assert_int_equal(complaints_total(&l.profile.complaints), 23);
        loaded_free(&l);
        buf_free(&file);
        gen_free(&g);
    }
}

/* What the kernel says as it happens, perf says again at the end, of samples alone; those that the
 * processor gave and the kernel could not take are others. */
static void losses_that_are_told_twice(void **state) {
    (void)state;
    static const struct {
        uint64_t noticed, of_kernel, counted, all;
    } table[] = {
        {30, 0, 30, 30}, {30, 0, 20, 30}, {30, 0, 50, 50}, {0, 0, 50, 50}, {30, 7, 50, 57}};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        PerfGen g;
        Loaded l;
        gen_init(&g, PERF_FORM_PIPE, i % 2, USUAL);
        gen_lost(&g, table[i].noticed, SECOND);
        for (int part = 0; part < 3; part++) { /* of several counters, at the end */
            bool of_kernel = part == 0;
            gen_begin(&g, RECORD_LOST_SAMPLES, 0);
            gen_u64(&g, &g.data, of_kernel ? table[i].of_kernel : table[i].counted / 2);
            gen_end(&g, 0, 0, of_kernel ? SECOND : 0);
        }
        Buf file = gen_file(&g);
        load_text(&l, 0, 0, buf_str(&file));
        assert_int_equal(l.profile.complaints.of[COMPLAINT_LOST].count, table[i].all);
        assert_int_equal(complaints_total(&l.profile.complaints), table[i].all);
        loaded_free(&l);
        buf_free(&file);
        gen_free(&g);
    }
}

/* ---- what stands between records ---------------------------------------------------------
 */

/* Traces of processors and descriptions of tracepoints follow a record and are none. */
static void bytes_that_are_no_records(void **state) {
    (void)state;
    enum { TRACING_DATA = 66, AUXTRACE = 71 };
    for (int big = 0; big < 2; big++) {
        PerfGen g;
        Loaded l;
        uint64_t chain[] = {MARK_USER, 1};
        PerfGenSample s = {
            .misc = MODE_USER, .pid = 4, .tid = 4, .time = 9, .chain = chain, .chain_n = 2};
        gen_init(&g, PERF_FORM_PIPE, big, USUAL);
        gen_begin(&g, TRACING_DATA, 0);
        gen_u32(&g, &g.data, 11); /* and padding to 16 */
        gen_u32(&g, &g.data, 0);
        gen_plain_end(&g);
        for (int i = 0; i < 16; i++)
            buf_putc(&g.data, (char)0xee);
        gen_sample(&g, &s);
        gen_begin(&g, AUXTRACE, 0);
        gen_u64(&g, &g.data, 700000);
        gen_plain_end(&g);
        for (int i = 0; i < 700000; i++)
            buf_putc(&g.data, (char)i);
        gen_sample(&g, &s);
        Buf file = gen_file(&g);
        load_text(&l, 0, 0, buf_str(&file));
        assert_int_equal(l.profile.building.samples, 2);
        const Complaint *c = &l.profile.complaints.of[COMPLAINT_NOT_DECODED];
        assert_int_equal(c->count, 1);
        assert_string_equal(c->example[0].excerpt, "700000 bytes");
        assert_int_equal(complaints_total(&l.profile.complaints), 1);
        loaded_free(&l);
        load_text(&l, 0, 0, str_slice(buf_str(&file), 0, file.n - 100000));
        assert_int_equal(l.profile.building.samples, 1);
        assert_int_equal(l.profile.complaints.of[COMPLAINT_TRUNCATED].count, 1);
        loaded_free(&l);
        buf_free(&file);
        gen_free(&g);
    }
}

/* A recorder that was killed has not said how much it wrote, nor what stands behind that. */
static void a_recorder_that_was_killed(void **state) {
    (void)state;
    Loaded l;
    PerfGen g;
    gen_init(&g, PERF_FORM_FILE, false, USUAL);
    g.events = 2;
    record_story(&g);
    Buf file = gen_file(&g);
    uint64_t data_at = perf_get64((uint8_t *)file.s + 40, false);
    memset(file.s + 48, 0, 8);
    load_text(&l, 0, 0, str_slice(buf_str(&file), 0, (size_t)data_at + g.data.n));
    assert_int_equal(l.profile.building.samples, 3);
    assert_int_equal(complaints_total(&l.profile.complaints), 3); /* those lost */
    loaded_free(&l);
    buf_free(&file);
    gen_free(&g);
}

/* ---- damage -------------------------------------------------------------------------------
 */

/* Whatever the file ends with, what was whole stays; without its names, other names. */
static void expect_some_of(const Loaded *l, size_t n) {
    if (l->status.state == LOAD_FAILED) {
        assert_true(l->error.message[0]);
        return;
    }
    assert_true(l->profile.building.samples <= n);
    for (uint64_t i = 0; i < l->profile.building.samples; i++) {
        Buf text = sample_text(l, i);
        assert_true(text.n > 0);
        buf_free(&text);
    }
}

static void cut_anywhere(void **state) {
    (void)state;
    for (int way = 0; way < 4; way++) {
        Buf file = way == 3 ? packed_story(100) : story_file((PerfForm)(way % 2), way == 2);
        uint64_t before = 0;
        for (size_t n = 0; n < file.n; n++) {
            Loaded l;
            load_text(&l, 0, 0, str_slice(buf_str(&file), 0, n));
            expect_some_of(&l, 3);
            if (l.status.state == LOAD_DONE) {
                uint64_t rows = l.profile.building.samples;
                assert_true(rows >= before || n < 8);
                before = rows;
            }
            loaded_free(&l);
        }
        buf_free(&file);
    }
}

static void damaged_anywhere(void **state) {
    (void)state;
    static const unsigned char with[] = {0, 0xff, 0x7f, 0x80, 1};
    for (int way = 0; way < 3; way++) {
        Buf file = way == 2 ? packed_story(100) : story_file((PerfForm)way, way == 1);
        for (size_t i = 8; i < file.n; i++) {
            Loaded l;
            char was = file.s[i];
            file.s[i] = (char)with[i % sizeof with];
            load_text(&l, 0, 0, buf_str(&file));
            expect_some_of(&l, 6);
            loaded_free(&l);
            file.s[i] = was;
        }
        buf_free(&file);
    }
}

static void damage_is_said_with_its_place(void **state) {
    (void)state;
    static const struct {
        size_t at; /* of the byte that is damaged, or of the end */
        int byte;  /* -1: the file ends there */
        const char *words;
    } table[] = {
        {10, -1, "the size of the header was expected at byte 10"},
        {50, -1, "a header of 104 bytes was expected at byte 16"},
        {150, -1, "an event was expected at byte 104"},
        {16, 10, "the size of an event was expected at byte 16"},
        {24 + 7, 0x7f, "an event"},
        {40 + 7, 0x7f, "the place of the records was expected at byte 40"},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        Loaded l;
        Buf file = story_file(PERF_FORM_FILE, false);
        if (table[i].byte < 0)
            file.n = table[i].at;
        else
            file.s[table[i].at] = (char)table[i].byte;
        load_text(&l, 0, 0, buf_str(&file));
        assert_int_equal(l.status.state, LOAD_FAILED);
        if (!strstr(l.error.message, table[i].words))
            fail_msg("\"%s\" does not say \"%s\"", l.error.message, table[i].words);
        loaded_free(&l);
        buf_free(&file);
    }
}

static void bad_records_are_counted(void **state) {
    (void)state;
    PerfGen g;
    Loaded l;
    uint64_t chain[] = {MARK_USER, 1};
    PerfGenSample s = {
        .misc = MODE_USER, .pid = 8, .tid = 8, .chain = chain, .chain_n = 2, .time = SECOND};
    gen_init(&g, PERF_FORM_PIPE, false, USUAL);
    g.events = 2;
    gen_sample(&g, &s);
    size_t second = g.data.n;
    gen_sample(&g, &s);
    g.data.s[second + 8 + 48] = 100; /* addresses, of which there are 2 */
    g.event[1].id = 999;             /* which nothing declares */
    s.event = 1;
    gen_sample(&g, &s);
    g.event[1].id = 71;
    gen_sample(&g, &s);
    size_t fifth = g.data.n;
    gen_sample(&g, &s);
    g.data.s[fifth + 6] = 7; /* less than the head of a record */
    gen_sample(&g, &s);
    Buf file = gen_file(&g);
    load_text(&l, 0, 0, buf_str(&file));
    assert_int_equal(l.profile.building.samples, 2);
    const Complaint *c = &l.profile.complaints.of[COMPLAINT_RECORD];
    assert_int_equal(c->count, 3);
    size_t before = file.n - g.data.n;
    bool seen = false; /* complaints come as records are read or as their turn is */
    for (uint32_t i = 0; i < c->examples; i++)
        seen |= c->example[i].offset == (int64_t)(before + second);
    assert_true(seen);
    assert_non_null(strstr(c->example[0].excerpt, "less than 8 bytes") ?: strstr(
                        c->example[1].excerpt, "shorter than its parts") ?: strstr(
                        c->example[0].excerpt, "shorter than its parts"));
    loaded_free(&l);
    buf_free(&file);
    gen_free(&g);
}

/* ---- real files ---------------------------------------------------------------------------
 */

static void real_files(void **state) {
    (void)state;
    static const struct {
        const char *name;
        uint64_t samples, unwound, elsewhere; /* it says on which machine, and no build ids */
    } table[] = {{"perf-data/perf.data.true.v1", 0, 0, 0},
                 {"perf-data/perf.data.true.v2", 1, 1, 1}};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        char path[1024];
        Loaded l;
        if (!data_path(table[i].name, path, sizeof path))
            skip();
        load_path(&l, 0, 0, path);
        assert_int_equal(l.status.state, LOAD_DONE);
        assert_string_equal(l.status.format, "perf.data");
        assert_int_equal(l.profile.building.samples, table[i].samples);
        assert_int_equal(l.profile.complaints.of[COMPLAINT_NOT_UNWOUND].count, table[i].unwound);
        assert_int_equal(l.profile.complaints.of[COMPLAINT_SYMBOLS].count, table[i].elsewhere);
        assert_int_equal(complaints_total(&l.profile.complaints),
                         table[i].unwound + table[i].elsewhere);
        loaded_free(&l);
    }
}

/* ---- what the fuzzer starts from: FLAMESCOPE_SEEDS=FOLDER writes it instead of testing -----
 */

static void write_seed(const char *folder, const char *name, PerfGen *g) {
    char path[1024];
    Error err = {0};
    Buf file = gen_file(g);
    path_join(path, sizeof path, folder, name);
    if (!file_write_all(path, buf_str(&file), &err))
        fprintf(stderr, "%s\n", err.message);
    buf_free(&file);
    gen_free(g);
}

static int write_seeds(const char *folder) {
    static const char *const form[] = {"file", "pipe", "old"};
    PerfGen g;
    for (int i = 0; i < 6; i++) {
        char name[64];
        snprintf(name, sizeof name, "%s-%s", form[i / 2], i % 2 ? "big" : "little");
        gen_init(&g, (PerfForm)(i / 2), i % 2, USUAL);
        g.events = i / 2 == PERF_FORM_OLD ? 1 : 2;
        record_story(&g);
        write_seed(folder, name, &g);
    }
    gen_init(&g, PERF_FORM_PIPE, false, USUAL);
    gen_pack_from(&g);
    record_story(&g);
    gen_pack(&g, 200);
    write_seed(folder, "packed", &g);
    gen_init(&g, PERF_FORM_PIPE, false, USUAL);
    gen_pack_from(&g);
    record_story(&g);
    gen_pack2(&g, 200, false);
    write_seed(folder, "packed2", &g);
    gen_init(&g, PERF_FORM_PIPE, false, USUAL | SAMPLE_RAW);
    g.event[0].type = 2;
    g.event[0].name = "sched:sched_switch";
    put_switch(&g, 5, 6, 1, 100);
    put_switch(&g, 6, 5, 1, 200);
    write_seed(folder, "switch", &g);
    gen_init(&g, PERF_FORM_PIPE, false, SAMPLE_TID | SAMPLE_TIME | SAMPLE_READ | SAMPLE_ID);
    g.events = g.count = 2;
    g.event[0].read_format = g.event[1].read_format = READ_GROUP | READ_ID;
    gen_sample(&g, &(PerfGenSample){.pid = 4, .tid = 4, .time = SECOND, .values = {5, 6}});
    write_seed(folder, "group", &g);
    uint64_t chain[] = {MARK_USER, 0x400123}, call[2][3] = {{0x400110, 0x400100}, {0x400210}};
    gen_init(&g, PERF_FORM_PIPE, false,
             USUAL | SAMPLE_BRANCH_STACK | SAMPLE_REGS_USER | SAMPLE_STACK_USER);
    g.event[0].branch_type = BRANCH_CALL_STACK | BRANCH_HW_INDEX | BRANCH_COUNTERS;
    g.event[0].user_regs = 3;
    gen_sample(&g, &(PerfGenSample){.misc = MODE_USER,
                                    .pid = 4,
                                    .tid = 4,
                                    .time = SECOND,
                                    .chain = chain,
                                    .chain_n = 2,
                                    .branch = call,
                                    .branch_n = 2,
                                    .abi = 2,
                                    .stack_n = 8,
                                    .stack_used = 8});
    write_seed(folder, "calls", &g);
    uint64_t deferring[] = {MARK_KERNEL, kernel_at, CHAIN_USER_DEFERRED, 7};
    gen_init(&g, PERF_FORM_PIPE, false, USUAL);
    gen_sample(&g, &(PerfGenSample){.misc = MODE_KERNEL,
                                    .pid = 4,
                                    .tid = 4,
                                    .time = SECOND,
                                    .chain = deferring,
                                    .chain_n = 4});
    put_deferred(&g, 4, 7, chain, 2, SECOND + 1);
    write_seed(folder, "deferred", &g);
    uint64_t waited[] = {(uint64_t)11 << 32 | 10, 5000000, 2, MARK_USER, 0x400123, 1};
    gen_init(&g, PERF_FORM_PIPE, false, USUAL - SAMPLE_CALLCHAIN + SAMPLE_RAW);
    g.event[0].config = 10;
    g.event[0].name = "offcpu-time";
    gen_sample(&g, &(PerfGenSample){
                       .pid = 4, .tid = 4, .time = SECOND, .raw = waited, .raw_n = sizeof waited});
    write_seed(folder, "off-cpu", &g);
    return 0;
}

int main(void) {
    if (getenv("FLAMESCOPE_SEEDS"))
        return write_seeds(getenv("FLAMESCOPE_SEEDS"));
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_byte_orders_in_a_file_and_a_pipe),
        cmocka_unit_test(the_same_whatever_brings_the_bytes),
        cmocka_unit_test(old_files),
        cmocka_unit_test(every_layout_of_samples),
        cmocka_unit_test(samples_of_groups),
        cmocka_unit_test(groups_that_threads_inherit),
        cmocka_unit_test(what_callchains_say),
        cmocka_unit_test(calls_that_the_processor_remembered),
        cmocka_unit_test(a_users_part_that_follows),
        cmocka_unit_test(raw_memory_is_counted_where_there_is_some),
        cmocka_unit_test(sizes_behind_the_chain_are_not_believed),
        cmocka_unit_test(ids_are_used_again),
        cmocka_unit_test(a_sample_is_of_the_process_it_says),
        cmocka_unit_test(a_process_outlives_its_first_thread),
        cmocka_unit_test(rounds_of_millions),
        cmocka_unit_test(a_round_of_many_bytes),
        cmocka_unit_test(time_off_the_processor),
        cmocka_unit_test(threads_that_ended),
        cmocka_unit_test(time_off_the_processor_by_bpf),
        cmocka_unit_test(compressed_records),
        cmocka_unit_test(damage_within_compressed_records),
        cmocka_unit_test(compressed_records_that_say_their_length),
        cmocka_unit_test(compressed_records_too_long_for_their_size),
        cmocka_unit_test(a_folder_of_files),
        cmocka_unit_test(a_slow_pipe),
        cmocka_unit_test(a_recording_that_goes_on),
        cmocka_unit_test(a_recording_that_ends_at_once),
        cmocka_unit_test(a_recording_that_is_let_go),
        cmocka_unit_test(a_recording_that_was_over),
        cmocka_unit_test(lost_samples),
        cmocka_unit_test(losses_that_are_told_twice),
        cmocka_unit_test(bytes_that_are_no_records),
        cmocka_unit_test(a_recorder_that_was_killed),
        cmocka_unit_test(cut_anywhere),
        cmocka_unit_test(damaged_anywhere),
        cmocka_unit_test(damage_is_said_with_its_place),
        cmocka_unit_test(bad_records_are_counted),
        cmocka_unit_test(real_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

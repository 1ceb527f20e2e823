#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "unit/ingest_helper.h"
#include "unit/jfr_helper.h"

#define NUMBER(field, value)                                                                       \
    { field, value, NULL, NULL, 0 }
#define TEXT(field, value)                                                                         \
    { field, 0, value, NULL, 0 }
#define VALUES(...) ((JfrGenValue[]){__VA_ARGS__, {NULL, 0, NULL, NULL, 0}})

enum { TICKS = 1000000, VIRTUAL = 0x40000000 };
static const int64_t EPOCH = 1700000000000000000;

static void load_gen(Loaded *out, const JfrGen *g) {
    load_text(out, 0, 0, buf_str(&g->out));
}

static uint64_t weight_at(const Loaded *l, uint64_t row) {
    return COLUMN_AT(&l->profile.weight, uint64_t, row);
}

static int64_t time_at(const Loaded *l, uint64_t row) {
    return COLUMN_AT(&l->profile.time_ns, int64_t, row);
}

static Context context_at(const Loaded *l, uint64_t row) {
    Pair pair = pairs_get(&l->profile.pairs, COLUMN_AT(&l->profile.pair, PairId, row));
    return contexts_get(&l->dict.contexts, pair.context);
}

static uint64_t complaints_of(const Loaded *l, ComplaintKind kind) {
    return l->profile.complaints.of[kind].count;
}

/* A chunk with one thread (5), one method (1) on a stack (1); events are the caller's. */
static void begin_small(JfrGen *g, JfrGenWays ways, int64_t start_ns, int64_t start_ticks,
                        int64_t ticks_per_s) {
    static const JfrGenFrame frame[] = {{1, 1}};
    jfr_gen_begin(g, ways, start_ns, start_ticks, ticks_per_s);
    jfr_gen_constant(g, "java.lang.Thread", 5,
                     VALUES(TEXT("osName", "t"), NUMBER("osThreadId", 5)));
    jfr_gen_constant(g, "jdk.types.FrameType", 1, VALUES(TEXT("description", "JIT compiled")));
    jfr_gen_constant(g, "jdk.types.Symbol", 1, VALUES(TEXT("string", "A")));
    jfr_gen_constant(g, "jdk.types.Symbol", 2, VALUES(TEXT("string", "f")));
    jfr_gen_constant(g, "java.lang.Class", 1, VALUES(NUMBER("name", 1)));
    jfr_gen_constant(g, "jdk.types.Method", 1, VALUES(NUMBER("type", 1), NUMBER("name", 2)));
    jfr_gen_constant(g, "jdk.types.StackTrace", 1, VALUES({"frames", 0, NULL, frame, 1}));
}

static void sample(JfrGen *g, uint64_t ticks, uint64_t thread, uint64_t stack) {
    jfr_gen_event(g, "jdk.ExecutionSample",
                  VALUES(NUMBER("startTime", ticks), NUMBER("sampledThread", thread),
                         NUMBER("stackTrace", stack)));
}

/* ---- what is in a file --------------------------------------------------------------------
 */

#define JAVA "shop/Cart.add_[0];shop/Cart.add_[j];java/util/Map$Entry.get_[i]"
#define NATIVE "shop/Cart.h\xc3\xa9\xf0\x9f\x9a\x80llo_[j];JVM::call_[c];memset;vfs_read_[k]"
#define SLEPT "shop/Cart.h\xc3\xa9\xf0\x9f\x9a\x80llo_[j];JVM::call_[c];memset;vfs_read_[w]"

static const struct {
    const char *text;
    int64_t us; /* since the chunk's start */
    uint64_t weight;
    int32_t tid;
} world[JFR_GEN_WORLD_ROWS] = {
    {"main|jdk.ExecutionSample|" JAVA, 10, 1, 41},
    {"main|jdk.JavaMonitorEnter|" JAVA ";shop.Cart_[class]", 30, 30000, 41},
    {"VM Thread|jdk.ExecutionSample|" NATIVE, 20, 1, 60},
    {"[virtual 9]|jdk.ExecutionSample|", 21, 1, VIRTUAL + 9},
    {"VM Thread|jdk.ExecutionSample (wall clock)|shop/Cart.add_[0];shop/Cart.add_[j];"
     "java/util/Map$Entry.get_[w]",
     15, 1, 60},
    {"main|jdk.NativeMethodSample|" NATIVE, 30, 1, 41},
    {"main|profiler.WallClockSample|" SLEPT, 40, 1, 41},
    {"main|profiler.WallClockSample|" SLEPT, 140, 1, 41},
    {"main|profiler.WallClockSample|" SLEPT, 240, 1, 41},
    {"main|profiler.WallClockSample|" SLEPT, 340, 1, 41},
    {"VM Thread|profiler.WallClockSample|" JAVA, 40, 1, 60},
    {"VM Thread|profiler.WallClockSample|" JAVA, 5040, 1, 60},
    {"VM Thread|profiler.WallClockSample|" JAVA, 10040, 1, 60},
    {"main|jdk.ObjectAllocationInNewTLAB|" JAVA ";java.util.Map$Entry_[class]", 50, 1 << 20, 41},
    {"main|jdk.ObjectAllocationOutsideTLAB|" JAVA ";int[][]_[class]", 51, 5000000000, 41},
    {"main|jdk.ObjectAllocationSample|" JAVA ";shop.Cart[]_[class]", 52, 77, 41},
    {"VM Thread|jdk.ThreadPark|" JAVA, 1053, 1000000, 60},
    {"main|profiler.LiveObject|" JAVA ";shop.Cart_[class]", 54, 24, 41},
    {"VM Thread|profiler.Malloc|" NATIVE, 55, 4096, 60},
    {"[no thread]|jdk.CPUTimeSample|" JAVA, 56, 10000000, -1},
    {"main|jdk.ExecutionSample|" JAVA, 60, 1, 41},
    {"main|jdk.ExecutionSample|" NATIVE, 61, 1, 41},
    {"main|jdk.ExecutionSample|" JAVA, 62, 1, 41},
    {"main|jdk.ExecutionSample|" NATIVE, 63, 1, 41},
    {"main|jdk.ExecutionSample|" JAVA, 64, 1, 41},
    {"main|jdk.ExecutionSample|" NATIVE, 65, 1, 41},
};

static void rows_are_what_was_written(void **state) {
    (void)state;
    JfrGen g = {0};
    Loaded l;
    jfr_gen_world(&g, (JfrGenWays){0}, 0);
    load_gen(&l, &g);
    assert_int_equal(l.status.state, LOAD_DONE);
    assert_string_equal(l.status.format, "Java Flight Recorder");
    assert_true(l.status.format_has_time);
    assert_int_equal(l.profile.building.samples, JFR_GEN_WORLD_ROWS);
    for (uint64_t i = 0; i < JFR_GEN_WORLD_ROWS; i++) {
        Buf got = sample_text(&l, i);
        assert_string_equal(got.s, world[i].text);
        buf_free(&got);
        assert_int_equal(time_at(&l, i), EPOCH + world[i].us * 1000);
        assert_int_equal(weight_at(&l, i), world[i].weight);
        assert_int_equal(context_at(&l, i).tid, world[i].tid);
        assert_int_equal(context_at(&l, i).pid, 4711);
    }
    assert_int_equal(complaints_total(&l.profile.complaints), 0);
    loaded_free(&l);
    jfr_gen_free(&g);
}

static void events_keep_their_units(void **state) {
    (void)state;
    static const struct {
        const char *name;
        WeightKind weight;
    } want[] = {{"jdk.ExecutionSample", WEIGHT_SAMPLES},
                {"jdk.JavaMonitorEnter", WEIGHT_TIME_NS},
                {"jdk.ExecutionSample (wall clock)", WEIGHT_SAMPLES},
                {"jdk.NativeMethodSample", WEIGHT_SAMPLES},
                {"profiler.WallClockSample", WEIGHT_SAMPLES},
                {"jdk.ObjectAllocationInNewTLAB", WEIGHT_BYTES},
                {"jdk.ObjectAllocationOutsideTLAB", WEIGHT_BYTES},
                {"jdk.ObjectAllocationSample", WEIGHT_BYTES},
                {"jdk.ThreadPark", WEIGHT_TIME_NS},
                {"profiler.LiveObject", WEIGHT_BYTES},
                {"profiler.Malloc", WEIGHT_BYTES},
                {"jdk.CPUTimeSample", WEIGHT_TIME_NS}};
    enum { WANT = sizeof want / sizeof *want };
    JfrGen g = {0};
    Loaded l;
    jfr_gen_world(&g, (JfrGenWays){0}, 0);
    load_gen(&l, &g);
    assert_int_equal(l.dict.contexts.event.count, WANT + 1);
    for (EventId i = 0; i < WANT; i++) {
        Event e = contexts_get_event(&l.dict.contexts, i + 1);
        assert_true(str_eq_c(names_get(&l.dict.names, e.name), want[i].name));
        assert_int_equal(e.weight, want[i].weight);
    }
    loaded_free(&l);
    jfr_gen_free(&g);
}

static void however_it_is_written(void **state) {
    (void)state;
    Buf want = {0};
    for (uint32_t i = 0; i < JFR_GEN_WAYS; i++) {
        JfrGen g = {0};
        Loaded l;
        jfr_gen_world(&g, jfr_gen_ways(i), 0);
        load_gen(&l, &g);
        Buf got = loaded_dump(&l);
        if (i == 0)
            buf_put(&want, buf_str(&got));
        /* with a chunk whose size nobody wrote, no end of input is the right one */
        Str all = buf_str(&got), expected = buf_str(&want);
        if (jfr_gen_ways(i).unsized)
            all = str_slice(all, 0, str_find(all, STR("complaint")));
        if (jfr_gen_ways(i).unsized)
            expected = str_slice(expected, 0, str_find(expected, STR("complaint")));
        if (!str_eq(all, expected))
            fail_msg("ways %u: %s", i, got.s);
        buf_free(&got);
        loaded_free(&l);
        jfr_gen_free(&g);
    }
    buf_free(&want);
}

static void several_chunks_any_way(void **state) {
    (void)state;
    JfrGen g = {0};
    Loaded l;
    static const uint32_t ways[] = {0, 1, 254, 16, 37, 72, 142};
    enum { CHUNKS = sizeof ways / sizeof *ways };
    for (uint32_t i = 0; i < CHUNKS; i++)
        jfr_gen_world(&g, jfr_gen_ways(ways[i]), i);
    load_gen(&l, &g);
    assert_int_equal(l.profile.building.samples, CHUNKS * JFR_GEN_WORLD_ROWS);
    assert_int_equal(complaints_total(&l.profile.complaints), 0);
    loaded_free(&l);
    expect_same_any_way(buf_str(&g.out));
    jfr_gen_free(&g);
}

/* The same keys mean other things in the next chunk, and a name that comes later counts. */
static void constants_are_of_their_chunk(void **state) {
    (void)state;
    JfrGen g = {0};
    Loaded l;
    begin_small(&g, (JfrGenWays){0}, EPOCH, 0, TICKS);
    sample(&g, 1, 5, 1);
    jfr_gen_end(&g);
    begin_small(&g, (JfrGenWays){.scattered = true}, EPOCH, 0, TICKS);
    sample(&g, 2, 5, 1);
    jfr_gen_constant(&g, "jdk.types.Symbol", 2, VALUES(TEXT("string", "g")));
    jfr_gen_constant(&g, "java.lang.Thread", 5,
                     VALUES(TEXT("javaName", "u"), NUMBER("osThreadId", 6)));
    jfr_gen_end(&g);
    load_gen(&l, &g);
    Buf first = sample_text(&l, 0), second = sample_text(&l, 1);
    assert_string_equal(first.s, "t|jdk.ExecutionSample|A.f_[j]");
    assert_string_equal(second.s, "u|jdk.ExecutionSample|A.g_[j]");
    buf_free(&first);
    buf_free(&second);
    assert_int_equal(complaints_total(&l.profile.complaints), 0);
    loaded_free(&l);
    jfr_gen_free(&g);
}

/* With the JDK, Native is a Java method, and what runs is called runnable. */
static void names_of_the_jdk(void **state) {
    (void)state;
    JfrGen g = {0};
    Loaded l;
    begin_small(&g, (JfrGenWays){0}, EPOCH, 0, TICKS);
    jfr_gen_constant(&g, "jdk.types.FrameType", 1, VALUES(TEXT("description", "Native")));
    jfr_gen_constant(&g, "jdk.types.ThreadState", 1, VALUES(TEXT("name", "STATE_RUNNABLE")));
    jfr_gen_event(&g, "jdk.ExecutionSample",
                  VALUES(NUMBER("startTime", 1), NUMBER("sampledThread", 5),
                         NUMBER("stackTrace", 1), NUMBER("state", 1)));
    jfr_gen_end(&g);
    load_gen(&l, &g);
    Buf got = sample_text(&l, 0);
    assert_string_equal(got.s, "t|jdk.ExecutionSample|A.f");
    buf_free(&got);
    loaded_free(&l);
    jfr_gen_free(&g);
}

static void times_are_exact(void **state) {
    (void)state;
    static const struct {
        int64_t start_ns, start_ticks, per_s, ticks, want;
    } cases[] = {
        {1700000000000000000, 0, 1000000000, 123, 1700000000000000123},
        {1700000000000000000, 5, 3, 6, 1700000000333333333},
        {1700000000000000000, 5, 3, 7, 1700000000666666666},
        {1700000000000000000, 5, 3, 4, 1699999999666666666}, /* before the start: rounded down */
        {1700000000000000000, 1840418505, 2200000000, 1840418506, 1700000000000000000},
        {1700000000000000000, 1840418505, 2200000000, 4040418505, 1700000001000000000},
        {0, 0, 2400000001, 9000000000000000001, 3749999998437500001},
        {1700000000000000000, INT64_MAX - 10, 1000, INT64_MAX, 1700000000010000000},
        {7, INT64_MIN, 1000000000, INT64_MIN + 3, 10},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        JfrGen g = {0};
        Loaded l;
        begin_small(&g, (JfrGenWays){0}, cases[i].start_ns, cases[i].start_ticks, cases[i].per_s);
        sample(&g, (uint64_t)cases[i].ticks, 5, 1);
        jfr_gen_end(&g);
        load_gen(&l, &g);
        assert_int_equal(l.profile.building.samples, 1);
        assert_int_equal(time_at(&l, 0), cases[i].want);
        loaded_free(&l);
        jfr_gen_free(&g);
    }
}

static void the_first_event_is_the_one_to_look_at(void **state) {
    (void)state;
    JfrGen g = {0};
    Loaded l;
    begin_small(&g, (JfrGenWays){0}, EPOCH, 0, TICKS);
    jfr_gen_event(&g, "profiler.Malloc", VALUES(NUMBER("startTime", 1), NUMBER("size", 3)));
    sample(&g, 2, 5, 1);
    sample(&g, 3, 5, 1);
    jfr_gen_end(&g);
    begin_small(&g, (JfrGenWays){0}, EPOCH, 0, TICKS);
    jfr_gen_event(&g, "profiler.Malloc", VALUES(NUMBER("startTime", 4), NUMBER("size", 3)));
    sample(&g, 5, 5, 1);
    jfr_gen_end(&g);
    load_gen(&l, &g);
    static const int64_t order[] = {2, 1, 3, 4, 5};
    assert_int_equal(l.profile.building.samples, 5);
    for (uint64_t i = 0; i < 5; i++)
        assert_int_equal(time_at(&l, i), EPOCH + order[i] * 1000);
    loaded_free(&l);
    jfr_gen_free(&g);
}

static void expect_text(const Loaded *l, uint64_t row, const char *want) {
    Buf got = sample_text(l, row);
    assert_string_equal(got.s, want);
    buf_free(&got);
}

/* A thread that stays as it is is written once for several samples, an object for several. */
static void samples_of_datadog(void **state) {
    (void)state;
    enum { TWO_AND_A_HALF = 0x40200000 };
    JfrGen g = {0};
    Loaded l;
    begin_small(&g, (JfrGenWays){0}, EPOCH, 0, TICKS);
    jfr_gen_constant(&g, "jdk.types.ThreadState", 3, VALUES(TEXT("name", "PARKED")));
    jfr_gen_event(&g, "datadog.MethodSample",
                  VALUES(NUMBER("startTime", 1), NUMBER("eventThread", 5), NUMBER("stackTrace", 1),
                         NUMBER("state", 3), NUMBER("weight", 2)));
    jfr_gen_event(&g, "datadog.ObjectSample",
                  VALUES(NUMBER("startTime", 2), NUMBER("eventThread", 5), NUMBER("stackTrace", 1),
                         NUMBER("objectClass", 1), NUMBER("size", 100),
                         NUMBER("weight", TWO_AND_A_HALF)));
    jfr_gen_end(&g);
    load_gen(&l, &g);
    assert_int_equal(l.profile.building.samples, 3);
    expect_text(&l, 0, "t|datadog.MethodSample|A.f_[w]");
    expect_text(&l, 1, "t|datadog.MethodSample|A.f_[w]");
    expect_text(&l, 2, "t|datadog.ObjectSample|A.f_[j];A_[class]");
    assert_int_equal(weight_at(&l, 2), 250);
    assert_int_equal(complaints_total(&l.profile.complaints), 0);
    loaded_free(&l);
    jfr_gen_free(&g);
}

static void put_setting(JfrGen *g, const char *name, const char *value) {
    jfr_gen_event(g, "jdk.ActiveSetting", VALUES(TEXT("name", name), TEXT("value", value)));
}

static void put_batch(JfrGen *g, uint64_t samples, uint64_t span) {
    jfr_gen_event(g, "profiler.WallClockSample",
                  VALUES(NUMBER("startTime", 0), NUMBER("sampledThread", 5),
                         NUMBER("stackTrace", 1), NUMBER("samples", samples),
                         NUMBER("timeSpan", span)));
}

static void expect_batch(const Loaded *l, uint64_t row, uint64_t samples, int64_t step_ns,
                         int32_t pid) {
    for (uint64_t i = 0; i < samples; i++) {
        assert_int_equal(time_at(l, row + i), EPOCH + (int64_t)i * step_ns);
        assert_int_equal(context_at(l, row + i).pid, pid);
    }
}

/* async-profiler tells its process and settings in its first chunk only. */
static void what_a_chunk_does_not_say_the_one_before_did(void **state) {
    (void)state;
    static const struct {
        uint64_t pid; /* 0: no event tells it */
        const char *wall, *interval;
        int64_t step_ns;
        int32_t want_pid;
    } chunk[] = {{7, "20000000", "1000000", 20000000, 7},
                 {0, NULL, NULL, 20000000, 7},
                 {7, NULL, NULL, 20000000, 7},
                 {0, NULL, "3000000", 3000000, 7},
                 {8, NULL, NULL, 50000000, 8},
                 {0, NULL, NULL, 50000000, 8},
                 {0, "2000000000", "1000000", 2000000000, 8},
                 {0, "0", "1000000", 50000000, 8}};
    enum { CHUNKS = sizeof chunk / sizeof *chunk };
    JfrGen g = {0};
    Loaded l;
    for (uint32_t i = 0; i < CHUNKS; i++) {
        begin_small(&g, (JfrGenWays){0}, EPOCH, 0, TICKS);
        put_batch(&g, 3, 0);
        if (chunk[i].wall)
            put_setting(&g, "wall", chunk[i].wall);
        if (chunk[i].interval)
            put_setting(&g, "interval", chunk[i].interval);
        if (chunk[i].pid)
            jfr_gen_event(&g, "jdk.JVMInformation", VALUES(NUMBER("pid", chunk[i].pid)));
        jfr_gen_end(&g);
    }
    load_gen(&l, &g);
    assert_int_equal(l.profile.building.samples, 3 * CHUNKS);
    for (uint32_t i = 0; i < CHUNKS; i++)
        expect_batch(&l, 3 * i, 3, chunk[i].step_ns, chunk[i].want_pid);
    assert_int_equal(complaints_total(&l.profile.complaints), 0);
    loaded_free(&l);
    jfr_gen_free(&g);
}

/* A span is from the first sample to the last. */
static void a_batch_ends_with_its_last_sample(void **state) {
    (void)state;
    JfrGen g = {0};
    Loaded l;
    begin_small(&g, (JfrGenWays){0}, EPOCH, 0, TICKS);
    put_batch(&g, 5, 200);
    jfr_gen_end(&g);
    load_gen(&l, &g);
    expect_batch(&l, 0, 5, 50000, -1);
    loaded_free(&l);
    jfr_gen_free(&g);
}

/* The JDK's stack is that of the caller, async-profiler's has the method already. */
static void a_traced_method_is_the_leaf(void **state) {
    (void)state;
    JfrGen g = {0};
    Loaded l;
    begin_small(&g, (JfrGenWays){0}, EPOCH, 0, TICKS);
    jfr_gen_constant(&g, "jdk.types.Symbol", 3, VALUES(TEXT("string", "traced")));
    jfr_gen_constant(&g, "jdk.types.Method", 2, VALUES(NUMBER("type", 1), NUMBER("name", 3)));
    for (uint64_t method = 0; method < 4; method++)
        jfr_gen_event(&g, "jdk.MethodTrace",
                      VALUES(NUMBER("startTime", 1), NUMBER("eventThread", 5),
                             NUMBER("stackTrace", method != 3), NUMBER("duration", 9),
                             NUMBER("method", method == 3 ? 2 : method)));
    jfr_gen_end(&g);
    load_gen(&l, &g);
    expect_text(&l, 0, "t|jdk.MethodTrace|A.f_[j]");
    expect_text(&l, 1, "t|jdk.MethodTrace|A.f_[j]");
    expect_text(&l, 2, "t|jdk.MethodTrace|A.f_[j];A.traced_[j]");
    expect_text(&l, 3, "t|jdk.MethodTrace|A.traced_[j]");
    assert_int_equal(weight_at(&l, 0), 9000);
    assert_int_equal(time_at(&l, 0), EPOCH + 10000);
    loaded_free(&l);
    jfr_gen_free(&g);
}

/* Their ids begin with 1, as those of a container's threads do. */
static void virtual_threads_are_none_of_the_system(void **state) {
    (void)state;
    static const struct {
        uint64_t os, java;
        const char *name, *text;
        int32_t tid;
    } thread[] = {
        {5, 1, "main", "main|jdk.ExecutionSample|", 5},
        {0, 5, "", "[virtual 5]|jdk.ExecutionSample|", VIRTUAL + 5},
        {0, 6, "request", "request|jdk.ExecutionSample|", VIRTUAL + 6},
        {0, 7, "request", "request|jdk.ExecutionSample|", VIRTUAL + 7},
        {0, VIRTUAL, "old", "old|jdk.ExecutionSample|", -1},
        {0, UINT64_MAX, "odd", "odd|jdk.ExecutionSample|", -1},
        {0, 0, "", "[unnamed]|jdk.ExecutionSample|", 0},
    };
    enum { THREADS = sizeof thread / sizeof *thread };
    JfrGen g = {0};
    Loaded l;
    begin_small(&g, (JfrGenWays){0}, EPOCH, 0, TICKS);
    for (uint64_t i = 0; i < THREADS; i++) {
        jfr_gen_constant(&g, "java.lang.Thread", 10 + i,
                         VALUES(NUMBER("osThreadId", thread[i].os),
                                NUMBER("javaThreadId", thread[i].java),
                                TEXT("javaName", thread[i].name)));
        sample(&g, i, 10 + i, 0);
    }
    jfr_gen_end(&g);
    load_gen(&l, &g);
    for (uint64_t i = 0; i < THREADS; i++) {
        expect_text(&l, i, thread[i].text);
        assert_int_equal(context_at(&l, i).tid, thread[i].tid);
    }
    loaded_free(&l);
    jfr_gen_free(&g);
}

/* Only where they are all that there is: most events of the JDK have stacks but are no samples. */
static void stacks_that_nobody_reads_are_said(void **state) {
    (void)state;
    for (int with_sample = 0; with_sample < 2; with_sample++)
        for (int metadata_last = 0; metadata_last < 2; metadata_last++) {
            JfrGen g = {0};
            Loaded l;
            begin_small(&g, (JfrGenWays){.metadata_last = metadata_last}, EPOCH, 0, TICKS);
            for (int chunk = 0; chunk < 2; chunk++) {
                for (int i = 0; i < 3; i++)
                    jfr_gen_event(&g, "test.Stacked",
                                  VALUES(NUMBER("startTime", 1), NUMBER("eventThread", 5)));
                if (with_sample && chunk)
                    sample(&g, 1, 5, 1);
                jfr_gen_end(&g);
                if (!chunk)
                    begin_small(&g, g.ways, EPOCH, 0, TICKS);
            }
            load_gen(&l, &g);
            assert_int_equal(l.profile.building.samples, with_sample);
            assert_int_equal(complaints_of(&l, COMPLAINT_RECORD), with_sample ? 0 : 6);
            loaded_free(&l);
            jfr_gen_free(&g);
        }
}

/* ---- what is wrong with a file ------------------------------------------------------------
 */

static void what_is_missing_is_counted(void **state) {
    (void)state;
    static const JfrGenFrame frame[] = {{99, 1}, {1, 99}};
    JfrGen g = {0};
    Loaded l;
    begin_small(&g, (JfrGenWays){0}, EPOCH, 0, TICKS);
    jfr_gen_constant(&g, "jdk.types.StackTrace", 2, VALUES({"frames", 0, NULL, frame, 2}));
    sample(&g, 1, 5, 77);
    sample(&g, 2, 5, 77);
    sample(&g, 3, 8, 2);
    sample(&g, 4, 5, 0);
    jfr_gen_event(&g, "jdk.DataLoss", VALUES(NUMBER("startTime", 1), NUMBER("amount", 100)));
    jfr_gen_end(&g);
    load_gen(&l, &g);
    static const char *const want[] = {
        "t|jdk.ExecutionSample|[unknown]", "t|jdk.ExecutionSample|[unknown]",
        "[tid=8]|jdk.ExecutionSample|A.f;[unknown]", "t|jdk.ExecutionSample|"};
    assert_int_equal(l.profile.building.samples, 4);
    for (uint64_t i = 0; i < 4; i++) {
        Buf got = sample_text(&l, i);
        assert_string_equal(got.s, want[i]);
        buf_free(&got);
    }
    assert_int_equal(context_at(&l, 2).tid, 8);
    assert_int_equal(complaints_of(&l, COMPLAINT_FRAME), 3);
    assert_int_equal(complaints_of(&l, COMPLAINT_LOST), 1);
    assert_true(l.profile.complaints.of[COMPLAINT_FRAME].example[0].offset > 68);
    loaded_free(&l);
    jfr_gen_free(&g);
}

static void times_that_cannot_be(void **state) {
    (void)state;
    static const int64_t per_s[] = {0, -5, INT64_MIN, 1, 1};
    static const uint64_t ticks[] = {1, 1, 1, INT64_MAX, (uint64_t)INT64_MIN};
    for (size_t i = 0; i < sizeof per_s / sizeof *per_s; i++) {
        JfrGen g = {0};
        Loaded l;
        begin_small(&g, (JfrGenWays){0}, EPOCH, 0, TICKS);
        sample(&g, 1, 5, 1);
        jfr_gen_end(&g);
        begin_small(&g, (JfrGenWays){0}, EPOCH, 0, per_s[i]);
        sample(&g, ticks[i], 5, 1);
        jfr_gen_event(&g, "jdk.ThreadPark",
                      VALUES(NUMBER("startTime", ticks[i]), NUMBER("duration", INT64_MAX)));
        jfr_gen_end(&g);
        load_gen(&l, &g);
        assert_int_equal(l.profile.building.samples, 3);
        assert_true(complaints_of(&l, COMPLAINT_TIME) >= 1);
        loaded_free(&l);
        jfr_gen_free(&g);
    }
}

static void a_stack_may_not_be_too_deep(void **state) {
    (void)state;
    enum { FRAMES = STACKS_MAX_DEPTH + 5 };
    JfrGenFrame *frame = mem_resize(NULL, 0, FRAMES * sizeof *frame);
    for (uint32_t i = 0; i < FRAMES; i++)
        frame[i] = (JfrGenFrame){1, 1};
    JfrGen g = {0};
    Loaded l;
    begin_small(&g, (JfrGenWays){0}, EPOCH, 0, TICKS);
    jfr_gen_constant(&g, "jdk.types.StackTrace", 2, VALUES({"frames", 0, NULL, frame, FRAMES}));
    sample(&g, 1, 5, 2);
    jfr_gen_end(&g);
    load_gen(&l, &g);
    assert_int_equal(l.profile.building.samples, 1);
    assert_int_equal(complaints_of(&l, COMPLAINT_TOO_DEEP), 1);
    loaded_free(&l);
    jfr_gen_free(&g);
    mem_resize(frame, FRAMES * sizeof *frame, 0);
}

static void an_event_is_no_million_samples(void **state) {
    (void)state;
    JfrGen g = {0};
    Loaded l;
    begin_small(&g, (JfrGenWays){0}, EPOCH, 0, TICKS);
    jfr_gen_event(&g, "profiler.WallClockSample",
                  VALUES(NUMBER("startTime", 1), NUMBER("samples", 1000000000)));
    jfr_gen_end(&g);
    load_gen(&l, &g);
    assert_int_equal(l.profile.building.samples, 1);
    assert_int_equal(complaints_of(&l, COMPLAINT_COUNT), 1);
    loaded_free(&l);
    jfr_gen_free(&g);
}

static void put64(Buf *b, size_t at, uint64_t value) {
    for (int i = 0; i < 8; i++)
        b->s[at + (size_t)i] = (char)(value >> (56 - 8 * i));
}

/* A chunk that is written piece by piece has metadata again once a new type is known. */
static void metadata_may_come_again(void **state) {
    (void)state;
    JfrGen g = {0};
    Loaded l;
    begin_small(&g, (JfrGenWays){.metadata_last = true}, EPOCH, 0, TICKS);
    /* metadata (type 0: when, how long, its number) of seven strings and one class, of which there
     * are no events */
    static const char first[] = "\72\0\1\0\1\7"
                                "\3\4"
                                "root"
                                "\3\5"
                                "class"
                                "\3\2"
                                "id"
                                "\3\1"
                                "9"
                                "\3\4"
                                "name"
                                "\3\1"
                                "x"
                                "\3\10"
                                "metadata"
                                "\0\0\1\6\0\1\1\2\2\3\4\5\0";
    enum { HEADER_BYTES = 68 };
    sample(&g, 1, 5, 1);
    jfr_gen_end(&g);
    Buf text = {0};
    buf_put(&text, (Str){g.out.s, HEADER_BYTES});
    buf_put(&text, (Str){first, sizeof first - 1});
    buf_put(&text, str_slice(buf_str(&g.out), HEADER_BYTES, g.out.n));
    put64(&text, 8, text.n);
    load_text(&l, 0, 0, buf_str(&text));
    assert_int_equal(l.profile.building.samples, 1);
    assert_int_equal(complaints_total(&l.profile.complaints), 0);
    loaded_free(&l);
    buf_free(&text);
    jfr_gen_free(&g);
}

/* Types that lie within themselves cannot be read, but what follows them can. */
static void types_without_end(void **state) {
    (void)state;
    JfrGen g = {0};
    Loaded l;
    begin_small(&g, (JfrGenWays){0}, EPOCH, 0, TICKS);
    sample(&g, 1, 5, 1);
    jfr_gen_end(&g);
    begin_small(&g, (JfrGenWays){.scattered = true}, EPOCH, 0, TICKS);
    /* a checkpoint of one test.Endless (34 + 10): its constant has no bytes that could be right
     */
    static const char endless[] = {10, 1, 1, 0, 0, 0, 1, 44, 1, 7};
    buf_put(&g.events, (Str){endless, sizeof endless});
    /* and one of test.Many, lists of lists of nothing: 4 billion of them in five bytes */
    static const char many[] = {16, 1, 1, 0, 0, 0, 1, 45, 1, 7, 0, -1, -1, -1, -1, 15};
    buf_put(&g.events, (Str){many, sizeof many});
    sample(&g, 2, 5, 1);
    jfr_gen_end(&g);
    load_gen(&l, &g);
    assert_int_equal(l.profile.building.samples, 2);
    assert_int_equal(complaints_of(&l, COMPLAINT_RECORD), 1);
    Buf got = sample_text(&l, 1);
    assert_string_equal(got.s, "t|jdk.ExecutionSample|A.f_[j]");
    buf_free(&got);
    loaded_free(&l);
    jfr_gen_free(&g);
}

static void sizes_that_lie(void **state) {
    (void)state;
    static const struct {
        uint64_t size; /* of the first of three chunks */
        uint64_t rows;
    } cases[] = {{0, 78},       {1, 78},        {67, 78}, {68, 52}, {(uint64_t)-1, 78},
                 {1 << 20, 78}, {INT64_MAX, 78}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        JfrGen g = {0};
        Loaded l;
        for (uint32_t k = 0; k < 3; k++)
            jfr_gen_world(&g, (JfrGenWays){0}, k);
        put64(&g.out, 8, cases[i].size);
        load_gen(&l, &g);
        assert_int_equal(l.status.state, LOAD_DONE);
        assert_int_equal(l.profile.building.samples, cases[i].rows);
        assert_int_equal(
            complaints_of(&l, COMPLAINT_TRUNCATED) + complaints_of(&l, COMPLAINT_RECORD), 1);
        loaded_free(&l);
        jfr_gen_free(&g);
    }
}

static void what_lies_between_chunks(void **state) {
    (void)state;
    JfrGen g = {0};
    Loaded l;
    jfr_gen_world(&g, (JfrGenWays){0}, 0);
    size_t first = g.out.n;
    buf_puts(&g.out, "some text FLR");
    jfr_gen_world(&g, (JfrGenWays){0}, 1);
    size_t third = g.out.n;
    jfr_gen_world(&g, (JfrGenWays){0}, 2);
    g.out.s[third + 5] = 9; /* version 9 */
    jfr_gen_world(&g, (JfrGenWays){0}, 3);
    buf_puts(&g.out, "FLR");
    load_gen(&l, &g);
    assert_int_equal(l.profile.building.samples, 3 * JFR_GEN_WORLD_ROWS);
    const Complaint *record = &l.profile.complaints.of[COMPLAINT_RECORD];
    assert_int_equal(record->count, 2);
    assert_int_equal(complaints_of(&l, COMPLAINT_TRUNCATED), 1);
    assert_int_equal(record->example[0].offset, first);
    assert_int_equal(record->example[1].offset, third);
    assert_string_equal(record->example[1].excerpt,
                        "a chunk of version 9.1; only 2, JDK 11 and later, is known here");
    loaded_free(&l);
    jfr_gen_free(&g);
}

static void other_versions_are_refused(void **state) {
    (void)state;
    JfrGen g = {0};
    Loaded l;
    jfr_gen_world(&g, (JfrGenWays){0}, 0);
    g.out.s[5] = 1;
    load_gen(&l, &g);
    assert_int_equal(l.status.state, LOAD_FAILED);
    assert_string_equal(l.error.message,
                        "a chunk of version 1.1; only 2, JDK 11 and later, is known here");
    loaded_free(&l);
    jfr_gen_free(&g);
}

static void an_event_of_no_size(void **state) {
    (void)state;
    JfrGen g = {0};
    Loaded l;
    begin_small(&g, (JfrGenWays){.checkpoints_first = true}, EPOCH, 0, TICKS);
    sample(&g, 1, 5, 1);
    buf_putc(&g.events, 0);
    buf_putc(&g.events, 0);
    sample(&g, 2, 5, 1);
    jfr_gen_end(&g);
    begin_small(&g, (JfrGenWays){0}, EPOCH, 0, TICKS);
    sample(&g, 3, 5, 1);
    jfr_gen_end(&g);
    load_gen(&l, &g);
    assert_int_equal(l.profile.building.samples, 2);
    assert_int_equal(time_at(&l, 1), EPOCH + 3000);
    assert_int_equal(complaints_of(&l, COMPLAINT_RECORD), 1);
    loaded_free(&l);
    jfr_gen_free(&g);
}

/* More than anybody would hold in memory, in a chunk that does not know how long it is. */
static void an_event_of_two_gigabytes(void **state) {
    (void)state;
    JfrGen g = {0};
    Loaded l;
    begin_small(&g, (JfrGenWays){.unsized = true, .checkpoints_first = true}, EPOCH, 0, TICKS);
    sample(&g, 1, 5, 1);
    static const char size_and_type[] = {-1, -1, -1, -1, 7, 30};
    buf_put(&g.events, (Str){size_and_type, sizeof size_and_type});
    sample(&g, 2, 5, 1);
    jfr_gen_end(&g);
    load_gen(&l, &g);
    assert_int_equal(l.status.state, LOAD_DONE);
    assert_int_equal(l.profile.building.samples, 1);
    assert_int_equal(complaints_of(&l, COMPLAINT_TOO_LONG), 1);
    assert_int_equal(complaints_of(&l, COMPLAINT_TRUNCATED), 1);
    loaded_free(&l);
    jfr_gen_free(&g);
}

/* Rows of whole chunks are the same; of the one that is cut there may be some, and nobody is
 * left in doubt. */
static void cut_anywhere(void **state) {
    (void)state;
    JfrGen g = {0};
    jfr_gen_world(&g, jfr_gen_ways(64 + 8), 0);
    size_t first = g.out.n;
    jfr_gen_world(&g, jfr_gen_ways(128 + 16), 1);
    for (size_t n = 0; n < g.out.n; n += n < 80 ? 1 : 7) {
        Loaded l;
        load(&l, 0,
             &(LoadOptions){.path = temp_file(str_slice(buf_str(&g.out), 0, n)),
                            .format = "Java Flight Recorder"});
        temp_remove();
        uint64_t rows = l.profile.building.samples;
        assert_int_equal(l.status.state, LOAD_DONE);
        assert_true(n < first || rows >= JFR_GEN_WORLD_ROWS);
        assert_true(rows <= JFR_GEN_WORLD_ROWS * (n <= first ? 1 : 2));
        assert_int_equal(complaints_of(&l, COMPLAINT_TRUNCATED) > 0, n > 0 && n != first);
        loaded_free(&l);
    }
    jfr_gen_free(&g);
}

/* Any byte may be anything: loads end, and nothing is read that is not there. */
static void damaged_anywhere(void **state) {
    (void)state;
    static const uint8_t flips[] = {0xff, 0x80, 0x01, 0x7f};
    JfrGen g = {0};
    jfr_gen_world(&g, (JfrGenWays){0}, 0);
    jfr_gen_world(&g, jfr_gen_ways(4), 1);
    for (size_t at = 8; at < g.out.n; at += 3) {
        Loaded l;
        g.out.s[at] ^= (char)flips[at / 3 % 4];
        load_gen(&l, &g);
        assert_int_equal(l.status.state, LOAD_DONE);
        loaded_free(&l);
        g.out.s[at] ^= (char)flips[at / 3 % 4];
    }
    jfr_gen_free(&g);
}

/* ---- files of others ----------------------------------------------------------------------
 */

static void reference_files_load(void **state) {
    (void)state;
    static const struct {
        const char *name;
        uint64_t samples;
        uint32_t events;
        int64_t first_ns;
    } files[] = {{"jfr/shop.jfr", 3382, 1, 1795415530544034834},
                 {"jfr/heavy.jfr", 430, 4, 1726599065608398375}};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        Buf bytes = {0};
        if (!data_read(files[i].name, &bytes))
            skip();
        Loaded l;
        load_text(&l, 0, 0, buf_str(&bytes));
        assert_int_equal(l.profile.building.samples, files[i].samples);
        assert_int_equal(l.dict.contexts.event.count, files[i].events + 1);
        assert_int_equal(l.profile.building.first_ns, files[i].first_ns);
        assert_int_equal(complaints_total(&l.profile.complaints), 0);
        loaded_free(&l);
        expect_same_any_way(buf_str(&bytes));
        buf_free(&bytes);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_what_was_written),
        cmocka_unit_test(events_keep_their_units),
        cmocka_unit_test(however_it_is_written),
        cmocka_unit_test(several_chunks_any_way),
        cmocka_unit_test(constants_are_of_their_chunk),
        cmocka_unit_test(names_of_the_jdk),
        cmocka_unit_test(times_are_exact),
        cmocka_unit_test(the_first_event_is_the_one_to_look_at),
        cmocka_unit_test(samples_of_datadog),
        cmocka_unit_test(what_a_chunk_does_not_say_the_one_before_did),
        cmocka_unit_test(a_batch_ends_with_its_last_sample),
        cmocka_unit_test(a_traced_method_is_the_leaf),
        cmocka_unit_test(virtual_threads_are_none_of_the_system),
        cmocka_unit_test(stacks_that_nobody_reads_are_said),
        cmocka_unit_test(what_is_missing_is_counted),
        cmocka_unit_test(times_that_cannot_be),
        cmocka_unit_test(a_stack_may_not_be_too_deep),
        cmocka_unit_test(an_event_is_no_million_samples),
        cmocka_unit_test(metadata_may_come_again),
        cmocka_unit_test(types_without_end),
        cmocka_unit_test(sizes_that_lie),
        cmocka_unit_test(what_lies_between_chunks),
        cmocka_unit_test(other_versions_are_refused),
        cmocka_unit_test(an_event_of_no_size),
        cmocka_unit_test(an_event_of_two_gigabytes),
        cmocka_unit_test(cut_anywhere),
        cmocka_unit_test(damaged_anywhere),
        cmocka_unit_test(reference_files_load),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

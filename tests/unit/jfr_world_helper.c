/* The contents of a chunk: a little of everything. */
#include "unit/jfr_helper.h"

#define NUMBER(field, value)                                                                       \
    { field, value, NULL, NULL, 0 }
#define TEXT(field, value)                                                                         \
    { field, 0, value, NULL, 0 }
#define END                                                                                        \
    { NULL, 0, NULL, NULL, 0 }
#define VALUES(...) ((JfrGenValue[]){__VA_ARGS__, END})

static const char *const frame_types[] = {"Interpreted", "JIT compiled", "Inlined",    "Native",
                                          "C++",         "Kernel",       "C1 compiled"};
static const char *const states[] = {"STATE_DEFAULT", "STATE_RUNNABLE", "STATE_SLEEPING"};

/* Symbols have their keys from 1 on, classes from 100, methods from 200. */
static const char *const symbols[] = {"shop/Cart",
                                      "add",
                                      "java/util/Map$Entry",
                                      "get",
                                      "",
                                      "memset",
                                      "JVM::call",
                                      "vfs_read",
                                      "[[I",
                                      "[Lshop/Cart;",
                                      "h\xc3\xa9\xf0\x9f\x9a\x80llo"};
static const struct {
    uint64_t class, name;
} methods[] = {{100, 2}, {101, 4}, {102, 6}, {102, 7}, {102, 8}, {100, 11}};

static void constants(JfrGen *g, uint32_t seed) {
    for (uint64_t i = 0; i < sizeof frame_types / sizeof *frame_types; i++)
        jfr_gen_constant(g, "jdk.types.FrameType", i, VALUES(TEXT("description", frame_types[i])));
    for (uint64_t i = 0; i < sizeof states / sizeof *states; i++)
        jfr_gen_constant(g, "jdk.types.ThreadState", i, VALUES(TEXT("name", states[i])));
    for (uint64_t i = 0; i < sizeof symbols / sizeof *symbols; i++)
        jfr_gen_constant(g, "jdk.types.Symbol", i + 1, VALUES(TEXT("string", symbols[i])));
    static const uint64_t names[] = {1, 3, 5, 9, 10};
    for (uint64_t i = 0; i < sizeof names / sizeof *names; i++)
        jfr_gen_constant(g, "java.lang.Class", 100 + i, VALUES(NUMBER("name", names[i])));
    for (uint64_t i = 0; i < sizeof methods / sizeof *methods; i++)
        jfr_gen_constant(g, "jdk.types.Method", 200 + i,
                         VALUES(NUMBER("type", methods[i].class), NUMBER("name", methods[i].name)));
    jfr_gen_constant(g, "java.lang.Thread", 41 + seed,
                     VALUES(TEXT("osName", "java"), NUMBER("osThreadId", 41 + seed),
                            TEXT("javaName", "main"), NUMBER("javaThreadId", 1)));
    jfr_gen_constant(g, "java.lang.Thread", 60,
                     VALUES(TEXT("osName", "VM Thread"), NUMBER("osThreadId", 60)));
    jfr_gen_constant(g, "java.lang.Thread", 61, VALUES(NUMBER("javaThreadId", 9)));
}

/* Leaf first. */
static void stacks(JfrGen *g) {
    static const JfrGenFrame java[] = {{201, 2}, {200, 1}, {200, 0}},
                             native[] = {{204, 5}, {202, 3}, {203, 4}, {205, 6}};
    jfr_gen_constant(g, "jdk.types.StackTrace", 1, VALUES({"frames", 0, NULL, java, 3}));
    jfr_gen_constant(g, "jdk.types.StackTrace", 2, VALUES({"frames", 0, NULL, native, 4}));
}

static void sampled(JfrGen *g, const char *event, uint64_t t, uint64_t thread, uint64_t stack,
                    uint64_t state) {
    jfr_gen_event(g, event,
                  VALUES(NUMBER("startTime", t), NUMBER("sampledThread", thread),
                         NUMBER("stackTrace", stack), NUMBER("state", state)));
}

#define WHO(t, thread, stack)                                                                      \
    NUMBER("startTime", t), NUMBER("eventThread", thread), NUMBER("stackTrace", stack)

static void events(JfrGen *g, uint64_t t, uint64_t thread) {
    jfr_gen_event(g, "jdk.JVMInformation", VALUES(TEXT("jvmName", "x"), NUMBER("pid", 4711)));
    jfr_gen_event(g, "jdk.ActiveSetting", VALUES(TEXT("name", "wall"), TEXT("value", "5000000")));
    jfr_gen_event(g, "jdk.JavaMonitorEnter",
                  VALUES(WHO(t, thread, 1), NUMBER("duration", 30), NUMBER("monitorClass", 100)));
    sampled(g, "jdk.ExecutionSample", t + 10, thread, 1, 0);
    sampled(g, "jdk.ExecutionSample", t + 20, 60, 2, 0);
    sampled(g, "jdk.ExecutionSample", t + 21, 61, 0, 0);
    sampled(g, "jdk.ExecutionSample", t + 15, 60, 1, 2); /* of the wall clock, in old files */
    sampled(g, "jdk.NativeMethodSample", t + 30, thread, 2, 1);
    jfr_gen_event(g, "profiler.WallClockSample",
                  VALUES(NUMBER("startTime", t + 40), NUMBER("sampledThread", thread),
                         NUMBER("stackTrace", 2), NUMBER("state", 2), NUMBER("samples", 4),
                         NUMBER("timeSpan", 300)));
    jfr_gen_event(g, "profiler.WallClockSample",
                  VALUES(NUMBER("startTime", t + 40), NUMBER("sampledThread", 60),
                         NUMBER("stackTrace", 1), NUMBER("state", 1), NUMBER("samples", 3)));
    jfr_gen_event(g, "jdk.ObjectAllocationInNewTLAB",
                  VALUES(WHO(t + 50, thread, 1), NUMBER("objectClass", 101),
                         NUMBER("allocationSize", 16), NUMBER("tlabSize", 1 << 20)));
    jfr_gen_event(g, "jdk.ObjectAllocationOutsideTLAB",
                  VALUES(WHO(t + 51, thread, 1), NUMBER("objectClass", 103),
                         NUMBER("allocationSize", 5000000000)));
    jfr_gen_event(g, "jdk.ObjectAllocationSample",
                  VALUES(WHO(t + 52, thread, 1), NUMBER("objectClass", 104), NUMBER("weight", 77)));
    jfr_gen_event(g, "jdk.ThreadPark",
                  VALUES(WHO(t + 53, 60, 1), NUMBER("duration", 1000), NUMBER("parkedClass", 0)));
    jfr_gen_event(g, "profiler.LiveObject",
                  VALUES(WHO(t + 99, thread, 1), NUMBER("objectClass", 100),
                         NUMBER("allocationSize", 24), NUMBER("allocationTime", t + 54)));
    jfr_gen_event(g, "profiler.Malloc", VALUES(WHO(t + 55, 60, 2), NUMBER("size", 4096)));
    jfr_gen_event(g, "jdk.CPUTimeSample",
                  VALUES(WHO(t + 56, 0, 1), NUMBER("samplingPeriod", 10000000)));
    for (uint64_t i = 0; i < 6; i++)
        sampled(g, "jdk.ExecutionSample", t + 60 + i, thread, 1 + i % 2, 0);
}

void jfr_gen_world(JfrGen *g, JfrGenWays ways, uint32_t seed) {
    int64_t start = 1700000000000000000 + (int64_t)seed * 1000000000;
    jfr_gen_begin(g, ways, start, 1000, 1000000);
    if (seed % 2) {
        events(g, 1000, 41 + seed);
        stacks(g);
        constants(g, seed);
    } else {
        constants(g, seed);
        stacks(g);
        events(g, 1000, 41 + seed);
    }
    jfr_gen_end(g);
}

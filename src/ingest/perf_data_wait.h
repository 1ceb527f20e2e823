/* Perf data wait: time off the processor. A sample of sched:sched_switch is taken where a
 * thread stops to run; it is kept here until the thread runs again, and weighs the time
 * between. Those of perf record --off-cpu are taken where it runs again, by another thread: whose
 * they are, how long it waited and its chain lie in their raw part, or, where perf added them up,
 * in the sample itself. Owner: a load. Thread: one at a time. Memory: a copy of the callchain for
 * each thread that waits. Facts: the fields of the tracepoint as the kernel lays them out
 * (include/trace/events/ sched.h): next_pid is only believed where prev_pid is the sample's
 * thread; perf's evsel.c, __set_offcpu_sample. */
#pragma once

#include "base/column.h"
#include "ingest/id_map.h"
#include "ingest/perf_data_record.h"
#include "ingest/stack_walk.h"

typedef struct PerfWait {
    bool waiting;
    PairWish place; /* as of when it stopped, in the ids of `epoch` */
    uint64_t epoch;
    PerfSample sample; /* its chain lies in `chain` */
    const PerfAttr *attr;
    uint32_t mode;
    int64_t offset; /* in the input, of the record */
    Buf chain;
} PerfWait;

typedef struct PerfWaits {
    Column wait;    /* PerfWait */
    IdMap by_tid;   /* to its place + 1 */
    bool ends_seen; /* it is recorded when threads run again */
} PerfWaits;

void perf_waits_init(PerfWaits *w);
void perf_waits_free(PerfWaits *w);
bool perf_is_switch(const PerfAttr *attr);
/* Of perf record --off-cpu: its period is in ns. */
static inline bool perf_is_off_cpu(const PerfAttr *attr) {
    enum { SOFTWARE = 1, BPF_OUTPUT = 10 };
    return attr->config == BPF_OUTPUT && attr->type == SOFTWARE &&
           str_eq(attr->name, STR("offcpu-time"));
}
/* Takes what the raw part says, if there should be one; false: it is too short. */
bool perf_off_cpu_read(PerfSample *sample, const PerfAttr *attr, bool swapped);
/* The thread that runs after the one that a sample is of; -1: it does not say. */
int32_t perf_switch_next(const PerfSample *sample, bool swapped);
/* The thread that stops has ended: it will not run again. ended: so a record before said;
 * until 4.19 the state of such a thread was what now is that of one that is parked. */
bool perf_switch_is_last(const PerfSample *sample, bool ended, bool swapped);
/* Keeps the sample; what its thread still waited for is lost, so ask perf_wait_of before. */
PerfWait *perf_wait_begin(PerfWaits *w, const PerfSample *sample, const PerfAttr *attr,
                          uint32_t mode, int64_t offset);
/* What a thread waits for, or NULL. */
PerfWait *perf_wait_of(PerfWaits *w, int32_t tid);

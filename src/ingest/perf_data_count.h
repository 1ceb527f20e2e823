/* Perf data count: numbers of which the growth is wanted: what counters have counted so far, and
 * samples that were lost, which are told more than once. Owner: a load. Thread: one at a time.
 * Memory: 24 to 48 bytes a counter, and a thread of it where those count on their own.
 * Facts: include/uapi/linux/perf_event.h; since Linux 6.12 samples of counters that threads inherit
 * have the thread's own value; since 6.1 perf asks each counter at the end what it lost. */
#pragma once

#include "base/column.h"
#include "ingest/id_map.h"
#include "ingest/perf_data_record.h"

typedef struct PerfCounters {
    Column value;    /* uint64_t, when it was last sampled */
    IdMap by_id;     /* to its number, from 1, */
    IdMap by_thread; /* and that of a thread's to its place in value + 1 */
    uint32_t ids;
} PerfCounters;

void perf_counters_init(PerfCounters *c);
void perf_counters_free(PerfCounters *c);
/* How much a counter has grown since it was seen last. tid: whose own value it is; 0: of all. */
uint64_t perf_counter_growth(PerfCounters *c, const PerfCount *count, int32_t tid);

typedef struct PerfLost {
    uint64_t noticed, counted; /* by RECORD_LOST; by what perf writes of the counters at the end */
    uint64_t told;             /* of both, which are the same ones */
} PerfLost;

/* How many more are lost by a record (RECORD_LOST or RECORD_LOST_SAMPLES), of that time, that says
 * `lost`. Those that the kernel could not take, of which it says the time, come on top. */
uint64_t perf_lost_more(PerfLost *l, uint32_t type, uint64_t time, uint64_t lost);

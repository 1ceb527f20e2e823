/* Perf data defer: the user's part of callchains that the kernel leaves out of samples (perf record
 * --call-graph fp,defer) and tells in a record of its own, when the thread goes back to the user's
 * code. A sample and that record name the same cookie. Such records wait for their turn with all
 * others; while they do, they are found here by the samples before them. What comes later than
 * that, because the thread slept long, is not found: its samples are without their user's part.
 * Owner: a load. Thread: one at a time. Memory: 48 to 96 bytes a record of that kind that waits.
 * Facts: include/uapi/linux/perf_event.h; perf's callchain.c, sample__merge_deferred_callchain. */
#pragma once

#include "base/buf.h"
#include "ingest/perf_data_record.h"

typedef struct PerfDeferral {
    uint64_t cookie;
    const uint8_t *chain; /* in the record; NULL: the slot is free */
    uint32_t chain_n;
    int32_t tid;
} PerfDeferral;

typedef struct PerfDeferrals {
    PerfDeferral *slot;
    uint32_t cap, count; /* cap is a power of two; at most half is used */
} PerfDeferrals;

void perf_deferrals_free(PerfDeferrals *d);
/* A record that is held from now on until perf_deferrals_drop; one that is damaged is passed over.
 */
void perf_deferrals_add(PerfDeferrals *d, const PerfRecord *r, const PerfAttr *attr, bool swapped);
void perf_deferrals_drop(PerfDeferrals *d, const PerfRecord *r, const PerfAttr *attr, bool swapped);

/* Its user's part is in another record. */
static inline bool perf_sample_defers(const PerfSample *s, bool swapped) {
    return s->chain_n >= 2 &&
           perf_get64(s->chain + (s->chain_n - 2) * 8, swapped) == CHAIN_USER_DEFERRED;
}

/* Puts the sample's chain together in the room, where it lies until that is used again, with bytes
 * that may be read behind it. False: the record is not there, and the chain goes without. */
bool perf_deferrals_join(const PerfDeferrals *d, PerfSample *s, bool swapped, Buf *room);

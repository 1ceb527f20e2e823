/* Perf data order: records that wait until all that was recorded before them has been read.
 * Each processor writes its records in the order of time, and perf copies a piece of each in
 * turn; at the end of such a round nothing older than the newest of the round before can come
 * any more. So a record leaves, oldest first, once the round behind its own ends.
 * Owner: a load. Thread: one at a time. Memory: 80 bytes a record that waits, beside the blocks
 * they lie in; whoever adds says when it is time to let some go. */
#pragma once

#include "ingest/perf_data_input.h"

typedef struct PerfWaiting {
    uint64_t time;
    PerfRecord record;
} PerfWaiting;

typedef struct PerfOrder {
    PerfWaiting *item, *scratch;
    size_t n, cap;
    size_t *run; /* where those that are in order begin */
    size_t runs, run_cap;
    uint64_t newest; /* time of all that came */
    uint64_t limit;  /* no older ones come any more */
} PerfOrder;

void perf_order_free(PerfOrder *o);
void perf_order_add(PerfOrder *o, uint64_t time, const PerfRecord *record);
/* A round ends: how many of o->item, from the first on and oldest first, are due. */
size_t perf_order_round(PerfOrder *o);
/* As that, when nothing older than `limit` can come any more. */
size_t perf_order_until(PerfOrder *o, uint64_t limit);
/* The round is longer than there is memory for: the older half is due, come what may. */
size_t perf_order_half(PerfOrder *o);
/* All are due. */
size_t perf_order_all(PerfOrder *o);
/* Forgets the first n. */
void perf_order_drop(PerfOrder *o, size_t n);

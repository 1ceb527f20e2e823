/* Part and Batch: what a worker makes of a chunk.
 * A Part is a worker's own dictionary and pairs; it lives through many chunks, so that caches
 * keyed by its ids stay warm. A Batch is the rows of one chunk in the ids of a Part.
 * (Measured: with a dictionary for each 1 MiB chunk the line cache starts cold every time.)
 * Owner: the format's worker owns the Part; the loader owns Batches and reuses them.
 * Thread: a worker writes; after it handed the batch over, the absorber reads the batch and
 * the part's entries that the batch refers to, while the worker may already append more. */
#pragma once

#include "store/complaints.h"
#include "store/dict.h"
#include "store/pairs.h"

#define TIME_NONE INT64_MIN /* a sample whose time the input does not say */

enum { CPU_NONE = UINT16_MAX };

typedef struct Part {
    Dict dict;
    Pairs pairs;
    uint64_t epoch; /* changes when part_reset threw its ids away */
} Part;

typedef struct Batch {
    const Part *part;
    uint32_t profile; /* which profile of the file these rows belong to; 0 in most formats */
    bool has_weight;  /* some row carries a weight of its own */
    EventId chosen;   /* of part: to be shown first, however rare it is; 0: nothing is said */
    bool settle; /* ids of the part end behind it: it is to be absorbed before its giver goes on */
    Column time_ns; /* int64_t; TIME_NONE allowed */
    Column pair;    /* PairId of part */
    Column cpu;     /* uint16_t; CPU_NONE allowed */
    Column weight;  /* uint64_t; filled only if has_weight, then for every row (1 if unsaid) */
    Complaints complaints;
} Batch;

void part_init(Part *part);
void part_free(Part *part);
/* Throws all ids away (memory bound); earlier batches of it must have been absorbed. */
void part_reset(Part *part);
size_t part_bytes(const Part *part);

void batch_init(Batch *batch);
void batch_clear(Batch *batch, const Part *part); /* ready for the next chunk */
void batch_free(Batch *batch);
/* weight 0: none said. */
void batch_add(Batch *batch, int64_t time_ns, PairId pair, uint16_t cpu, uint64_t weight);

/* A row and, for each of n rows, what batch_add would do; for who adds many. */
typedef struct BatchRow {
    int64_t time_ns;
    uint64_t weight;
    PairId pair;
    uint16_t cpu;
} BatchRow;

void batch_add_run(Batch *batch, const BatchRow *row, uint32_t n);

/* Rows of no processor and no weight of their own, for who makes their times and pairs in place:
 * room for up to `most`, then how many of them were filled, from the first on. */
typedef struct BatchSpace {
    int64_t *time_ns;
    PairId *pair;
    uint32_t n; /* 1 at least */
} BatchSpace;

BatchSpace batch_space(Batch *batch, uint32_t most);
void batch_spaced(Batch *batch, uint32_t n);

static inline uint64_t batch_rows(const Batch *batch) {
    return batch->pair.count;
}

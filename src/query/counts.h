/* Counts: samples of a time range by slot, kept from one question to the next. Moving to
 * another range takes the cheapest of: adding and taking away what entered and left; the
 * difference of two snapshots and the edges; starting over. With `cpus` only samples on the
 * cpus that pass are counted, and snapshots cannot help; with `weighted` weights are summed
 * beside the samples, likewise. Owner: the answer lane. Thread: one at a time. */
#pragma once

#include "query/index.h"
#include "query/mask.h"

typedef struct CountWish {
    const Index *index;
    const ProfileView *view;
    bool whole;
    int64_t t0_ns, t1_ns;
    bool weighted;
    const Mask *cpus; /* NULL: every cpu */
} CountWish;

typedef struct Counts {
    uint64_t index_id; /* what `count` is about; 0: nothing yet */
    uint64_t cpus_version;
    bool by_cpu, weighted;
    uint32_t cap;
    uint32_t *count;   /* by slot */
    uint64_t *weight;  /* by slot; only when weighted */
    uint64_t from, to; /* positions that are counted */
    /* behind the positions: samples not in time order */
    uint64_t tail_to;                /* all below this (from index->samples) were counted, or … */
    uint64_t *tail, tails, tail_cap; /* … these */
} Counts;

void counts_free(Counts *c);
void counts_set(Counts *c, const CountWish *wish);
size_t counts_bytes(const Counts *c);

/* How many positions lie between two. */
static inline uint64_t counts_distance(uint64_t a, uint64_t b) {
    return a < b ? b - a : a - b;
}

/* Samples counted, cpus apart. */
static inline uint64_t counts_samples(const Counts *c, const Index *index) {
    return c->to - c->from + c->tails + (c->tail_to ? c->tail_to - index->samples : 0);
}

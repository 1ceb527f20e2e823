/* Chart: the samples of one thread in time order, as a flame chart draws them, and which threads
 * there are in a range. An aside (aside.h). Stacks are as they were recorded; with transforms in
 * force, what these leave of them: the frames of the tree that flame graph and chart then share.
 * A sample that a transform drops has no frames and leaves a gap; it is counted, and so are those
 * that keep no frame and those that the tree does not know yet. Threads and the interval are told
 * by all samples, whatever the transforms leave.
 * Consecutive samples share the frames that they have in common from the root. Where samples are
 * missing nothing is known: between two that lie farther apart than CHART_GAP intervals nothing
 * is shared, and the first of them lasts one interval. The interval is the median time between
 * samples of this thread or of the busiest one, whichever is less: a thread that mostly sleeps
 * does not tell how often it would have been sampled.
 * Cost: counts of the range, then a look at each position of it until CHART_SAMPLES were found.
 * With transforms it waits for their tree, and then costs as much.
 * Owner: the engine. Thread: a worker. Failure: none; a range without samples has no threads. */
#pragma once

#include "query/aside.h"

enum {
    CHART_SAMPLES = 1 << 16,
    CHART_FRAMES = 1 << 24, /* boxes before merging: beyond, a chart is cut */
    CHART_THREADS = 50,
    CHART_GAP = 3,
    CHART_BUSY = 4096, /* samples of the busiest thread that are looked at, the first ones */
};

typedef struct ChartWish {
    bool chosen; /* pid and tid; else the thread with the most samples */
    int32_t pid, tid;
    Query query; /* as chart_wish takes it */
} ChartWish;

/* From there downwards are the tids of those whose number is not said. */
enum { CHART_UNNUMBERED = -2 };

typedef struct ChartThread {
    int32_t pid, tid;
    NameId comm;
    uint64_t samples; /* in the range, after chips */
} ChartThread;

/* Sample i spans [time[i], chart_end(i)). Its frames from the root are those of the sample
 * before it, up to depth `shared`, then its own. */
typedef struct ChartSample {
    int64_t time_ns;
    uint32_t depth;  /* frames of its stack; 0: nothing is left, what is drawn is a gap */
    uint32_t shared; /* with the sample before; 0 behind a gap */
    uint32_t own;    /* where in `frame` those behind the shared ones begin */
    StackId stack;   /* as it was recorded */
} ChartSample;

typedef struct Chart {
    ChartWish wish;
    ChartThread thread;  /* whose samples these are; samples 0: it has none here */
    bool cut;            /* the first ones only: up to until_ns */
    int64_t until_ns;    /* end of what is shown */
    int64_t interval_ns; /* 0: no two samples differ in time */
    uint32_t count, frames, max_depth;
    /* of the count: without frames, and why */
    uint32_t dropped;      /* by a transform */
    uint32_t not_arranged; /* the tree does not know them yet */
    uint32_t bare;         /* recorded without any, or merged away to the last one */
    Tree *tree; /* held: whose frames these are, some synthetic. NULL: all are the Dict's */
    const ChartSample *sample;
    const FrameId *frame;
    uint32_t leaves;       /* power of two */
    const uint32_t *least; /* tree of minima over `shared`, 2 × leaves entries; [1] is all's */
    ChartThread top[CHART_THREADS]; /* most samples first, then by pid and tid */
    uint32_t tops, threads;         /* entries of top; how many there are at all */
} Chart;

extern const AsideKind chart_aside;

/* What a query selects, of the thread with the most samples: its times, event, idle mode, chips and
 * transforms; the rest of it, the tree's direction too, does not count for a chart. */
ChartWish chart_wish(const Query *query, const ProfileView *view);
int64_t chart_end(const Chart *c, uint32_t sample);
/* The first sample at or after t; count: there is none. */
uint32_t chart_from(const Chart *c, int64_t t);
/* The first sample from `from` on, or the last up to `to`, that shares less than `depth` frames
 * with the one before it: where a box of that depth begins. count: there is none; sample 0
 * shares nothing. */
uint32_t chart_next_break(const Chart *c, uint32_t from, uint32_t depth);
uint32_t chart_last_break(const Chart *c, uint32_t to, uint32_t depth);
/* Frame `depth` (1 is the first above the root) of a sample that breaks there. */
static inline FrameId chart_frame(const Chart *c, uint32_t sample, uint32_t depth) {
    return c->frame[c->sample[sample].own + depth - 1 - c->sample[sample].shared];
}
/* Likewise of any sample that is so deep. */
FrameId chart_frame_at(const Chart *c, uint32_t sample, uint32_t depth);

/* Hottest: which stacks have the most samples in a short range of time; what a cell of the heat
 * map is called when the pointer is on it. An aside (aside.h).
 * Cost: a pass over the samples of the range, at most HOTTEST_SAMPLES of them.
 * Owner: the engine. Thread: a worker. Failure: none; a range without samples has no stacks. */
#pragma once

#include "query/aside.h"

enum { HOTTEST_STACKS = 5, HOTTEST_SAMPLES = 1 << 20 };

typedef struct HottestWish {
    int64_t t0_ns, t1_ns; /* half-open */
    EventId event;
    uint8_t idle; /* IdleMode */
    Filter filter;
} HottestWish;

typedef struct HottestStack {
    StackId stack;
    uint64_t samples;
} HottestStack;

typedef struct Hottest {
    uint64_t samples;       /* in the range that pass the chips */
    uint32_t stacks, count; /* distinct ones; entries of stack */
    bool cut;               /* there were more than HOTTEST_SAMPLES: the first ones stand for all */
    HottestStack stack[HOTTEST_STACKS]; /* most samples first, then first id */
} Hottest;

extern const AsideKind hottest_aside;

/* Quiet: whether the processor is ours alone. A virtual processor is half a core, and a neighbour
 * on the other half makes everything up to twice as slow, CPU time too, for milliseconds or
 * minutes. So a fixed piece of work in registers, 20 µs, is timed before and after what is
 * measured: where it took as long as it can, the figure between is left out. It touches no memory,
 * so it disturbs nothing itself. The best time is that of a quiet moment, from the environment
 * (QUIET_NS, from quiet_bench at the start of a whole run) or the best that this process saw. One
 * thread. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/clock.h"

#define QUIET_WITHIN 1.15

/* Nanoseconds of the work. */
static inline double quiet_probe(void) {
    uint64_t a = 1, b = 2, c = 3, d = 4, e = 5, f = 6;
    int64_t began = clock_thread_cpu_ns();
    for (uint64_t i = 0; i < 20000; i++) {
        a = a * 5 + 1;
        b ^= b << 3;
        c += c >> 2;
        d = (d + i) ^ 7;
        e += d & 3;
        f = f * 3 + i;
        __asm__ volatile("" : : "r"(a), "r"(b), "r"(c), "r"(d), "r"(e), "r"(f));
    }
    return (double)(clock_thread_cpu_ns() - began);
}

typedef struct Quiet {
    double best, last;
    uint32_t asked, were; /* pieces, and how many of them were undisturbed */
} Quiet;

static inline void quiet_begin(Quiet *q) {
    const char *known = getenv("QUIET_NS");
    if (q->best == 0)
        q->best = known ? atof(known) : 1e18;
    q->last = quiet_probe();
    q->best = q->last < q->best ? q->last : q->best;
}

/* Behind a piece; the next begins here. */
static inline bool quiet_since(Quiet *q) {
    double before = q->last;
    quiet_begin(q);
    bool was = before <= q->best * QUIET_WITHIN && q->last <= q->best * QUIET_WITHIN;
    q->asked++;
    q->were += was;
    return was;
}

/* Keeps the quiet ones of n figures, if they are a tenth at least; returned is how many are left.
 */
static inline int quiet_keep(double *value, const bool *was, int n) {
    int kept = 0;
    for (int i = 0; i < n; i++)
        kept += was[i];
    if (kept < (n + 9) / 10)
        return n;
    kept = 0;
    for (int i = 0; i < n; i++)
        if (was[i])
            value[kept++] = value[i];
    return kept;
}

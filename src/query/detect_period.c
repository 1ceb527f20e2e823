/* The beat of a series of starts. Beats may be missing (a task that had to wait is not seen), so
 * each distance between neighbours is tried as the period: the one wins that most starts fit,
 * among these the one with the fewest missing beats. */
#include <stdlib.h>

#include "query/detect_parts.h"

enum { MOST_TRIED = 256 }; /* starts; the beat of those goes for the rest */

typedef struct Beat {
    double period, first;
    uint32_t on; /* starts that fit */
    int64_t beats; /* from the first to the last of them */
} Beat;

/* Fits a line through the starts that lie near the beat of `period` from `anchor` on; narrows
 * the beat as it goes along, so that a small error does not add up. */
static Beat fit(const int64_t *start, uint32_t count, uint32_t anchor, double period,
                double tolerance) {
    double n = 0, sum_i = 0, sum_t = 0, sum_ii = 0, sum_it = 0;
    Beat beat = {.period = period, .first = 0};
    int64_t last = 0;
    for (uint32_t k = anchor; k < count; k++) {
        double t = (double)(start[k] - start[anchor]) - beat.first;
        double i = (double)(int64_t)(t / beat.period + 0.5);
        double off = t - i * beat.period;
        if ((off < 0 ? -off : off) > tolerance)
            continue;
        t += beat.first;
        n++;
        sum_i += i;
        sum_t += t;
        sum_ii += i * i;
        sum_it += i * t;
        last = (int64_t)i;
        double det = n * sum_ii - sum_i * sum_i;
        if (det > 0) {
            beat.period = (n * sum_it - sum_i * sum_t) / det;
            beat.first = (sum_t - beat.period * sum_i) / n;
        }
        if (beat.period <= 0)
            return (Beat){0};
    }
    beat.on = (uint32_t)n;
    beat.beats = last + 1;
    return beat;
}

int64_t period_of(const int64_t *start, uint32_t count, int64_t tolerance_ns) {
    Beat best = {0};
    uint32_t tried = count < MOST_TRIED ? count : MOST_TRIED;
    for (uint32_t i = 0; i + 1 < tried; i++) {
        double period = (double)(start[i + 1] - start[i]);
        double tolerance = period * DETECT_PERIOD_PERCENT / 100;
        if (period < 4 * (double)tolerance_ns)
            continue;
        tolerance = tolerance > (double)tolerance_ns ? tolerance : (double)tolerance_ns;
        for (uint32_t anchor = 0; anchor < 2 && anchor + 2 < tried; anchor++) {
            Beat beat = fit(start, tried, anchor, period, tolerance);
            if (beat.on > best.on || (beat.on == best.on && beat.period > best.period))
                best = beat;
        }
    }
    bool most = best.on * 10ull >= tried * 8ull, dense = best.on * 2 >= best.beats;
    if (best.on < DETECT_PERIOD_COUNT || !most || !dense)
        return 0;
    return (int64_t)(best.period + 0.5);
}

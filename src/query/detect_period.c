/* The beat of a series of starts. Beats may be missing (a task that had to wait is not seen)
 * and starts may lie off it (something else), so each distance between neighbours is tried as
 * the period. What speaks for a beat is how close to it the starts are: two starts are on a
 * beat of their own; each further one is there by chance in four times the deviation out of a
 * period. */
#include <math.h>
#include <stdlib.h>

#include "query/detect_parts.h"

enum { MOST_TRIED = 256 }; /* starts that the beat is looked for in; then it goes for all */

/* Fits a line through the starts near the beat from `anchor` on, one a beat; narrows the beat
 * as it goes along, so that a small error does not add up. on[]: which starts fit. */
static Beat fit(const int64_t *start, uint32_t count, uint32_t anchor, double period,
                double tolerance, bool *on) {
    double n = 0, sum_i = 0, sum_t = 0, sum_ii = 0, sum_it = 0, first = 0;
    Beat beat = {0};
    int64_t last = -1;
    for (uint32_t k = 0; k < count; k++)
        on[k] = false;
    for (uint32_t k = anchor; k < count; k++) {
        double t = (double)(start[k] - start[anchor]);
        int64_t i = (int64_t)((t - first) / period + 0.5);
        double off = t - first - (double)i * period;
        if (i <= last || fabs(off) > tolerance)
            continue;
        on[k] = true;
        last = i;
        n++;
        sum_i += (double)i;
        sum_t += t;
        sum_ii += (double)i * (double)i;
        sum_it += (double)i * t;
        double det = n * sum_ii - sum_i * sum_i;
        if (det <= 0)
            continue;
        period = (n * sum_it - sum_i * sum_t) / det;
        first = (sum_t - period * sum_i) / n;
        if (period <= 0)
            return beat;
    }
    beat = (Beat){.period_ns = (int64_t)(period + 0.5), .on = (uint32_t)n, .beats = last + 1};
    double square = 0;
    for (uint32_t k = anchor; k < count; k++) {
        double t = (double)(start[k] - start[anchor]) - first;
        double off = t - period * (double)(int64_t)(t / period + 0.5);
        square += on[k] ? off * off : 0;
    }
    beat.deviation_ns = n > 0 ? sqrt(square / n) : 0;
    return beat;
}

/* In nats; off the beat and missing ones speak against it. */
static double speaks_for(const Beat *b, uint32_t count, int64_t blur_ns) {
    double blur = (double)blur_ns, deviation = b->deviation_ns > blur ? b->deviation_ns : blur;
    if (b->on < DETECT_PERIOD_COUNT || b->on * 100ull < count * (uint64_t)DETECT_ON_BEAT_PERCENT ||
        b->on * INT64_C(100) < b->beats * DETECT_BEATS_PERCENT)
        return 0;
    return (b->on - 2) * log((double)b->period_ns / (4 * deviation)) - (count - b->on) -
           (double)(b->beats - b->on) / 2;
}

Beat beat_of(const int64_t *start, uint32_t count, int64_t blur_ns, bool *on) {
    Beat best = {0};
    double period = 0, most = 0;
    uint32_t anchor = 0, tried = count < MOST_TRIED ? count : MOST_TRIED;
    for (uint32_t i = 0; count >= DETECT_PERIOD_COUNT && i + 1 < tried; i++) {
        double distance = (double)(start[i + 1] - start[i]);
        if (distance < 8 * (double)blur_ns)
            continue;
        for (uint32_t from = 0; from < 2; from++) {
            Beat beat =
                fit(start, tried, from, distance, distance * DETECT_PERIOD_PERCENT / 100, on);
            beat.score = speaks_for(&beat, tried, blur_ns);
            if (beat.score <= most)
                continue;
            most = beat.score;
            period = distance;
            anchor = from;
        }
    }
    if (period > 0) {
        best = fit(start, count, anchor, period, period * DETECT_PERIOD_PERCENT / 100, on);
        best.score = speaks_for(&best, count, blur_ns);
    }
    if (best.score >= DETECT_BEAT_SCORE)
        return best;
    for (uint32_t k = 0; k < count; k++)
        on[k] = false;
    return (Beat){0};
}

/* Stretches of time in a series for which more speaks than chance. A running sum adds, bin by
 * bin, the log-likelihood of "unusual" against "usual"; a stretch runs from where the sum
 * leaves zero to its peak, and is over when the sum has fallen by as much as a stretch needs:
 * so a stretch may have holes, and two stretches have as much between them as within. */
#include <math.h>
#include <stdlib.h>

#include "query/detect_parts.h"

static const int64_t MS = 1000000;

/* The running sum. */
typedef struct Climb {
    Stretches *out;
    double least; /* nats that a stretch needs, and that end it when they are lost again */
    double sum, peak;
    uint32_t from, to; /* of the stretch up to its peak */
} Climb;

static void end_climb(Arena *arena, Climb *c) {
    if (c->peak >= c->least)
        stretches_add(arena, c->out, (Stretch){c->from, c->to, c->peak, 1, 1, true});
    c->sum = c->peak = 0;
}

static void climb(Arena *arena, Climb *c, uint32_t bin, double step) {
    if (c->sum <= 0 && step <= 0)
        return;
    if (c->sum <= 0)
        c->from = bin;
    c->sum += step;
    if (c->sum > c->peak) {
        c->peak = c->sum;
        c->to = bin + 1;
    }
    if (c->sum <= 0 || c->sum < c->peak - c->least)
        end_climb(arena, c);
}

/* ---- frames ----------------------------------------------------------------------------- */

/* n samples, x of them with the feature: how much more likely at its own share than at p. */
double scan_share(double x, double n, double p) {
    double q = n > 0 ? x / n : 0;
    if (q <= p || p <= 0)
        return 0;
    return x * log(q / p) + (n > x ? (n - x) * log((1 - q) / (1 - p)) : 0);
}

double scan_evidence(double x, double n, double p, double m) {
    double share = scan_share(x, n, p), usual = m * p;
    double rate = x > usual && usual > 0 ? x * log(x / usual) - x + usual : 0;
    return share < rate ? share : rate;
}

static double odds(double share) {
    return share < 1 ? share / (1 - share) : HUGE_VAL;
}

static void judge_feature(const Series *s, uint32_t f, Stretch *at) {
    double x = (double)series_sum(s->of[f], at->from, at->to);
    double n = (double)series_sum(s->shown, at->from, at->to);
    double all = (double)s->total, p = (double)s->sum[f] / all;
    at->score = scan_evidence(x, n, p, all / s->bins * (at->to - at->from));
    at->blur = x > 0 ? (at->to - at->from) / x / 2 : 1;
    at->share = n > 0 ? x / n : 0;
    at->strong = at->score >= DETECT_SCORE && at->share * 100 >= DETECT_SHARE_PERCENT &&
                 odds(at->share) >= DETECT_ODDS * odds(p);
}

/* Both the feature's share of a bin's samples and its rate must be above the usual: a share
 * alone may rise because all else stops, a rate alone because everything grows. */
static void scan_feature(Series *s, uint32_t f, Stretches *out) {
    double all = (double)s->total, p = (double)s->sum[f] / all;
    double q = DETECT_ODDS * p / (1 - p + DETECT_ODDS * p), usual = (double)s->sum[f] / s->bins;
    double yes = log(q / p), no = log((1 - q) / (1 - p)), drift = usual * (q / p - 1);
    const uint32_t *x = s->of[f], *n = s->shown;
    Climb c = {.out = out, .least = DETECT_BEAT_STRETCH};
    for (uint32_t b = 0; b < s->bins; b++) {
        double share = x[b] * yes + (n[b] - x[b]) * no, rate = x[b] * yes - drift;
        climb(s->arena, &c, b, share < rate ? share : rate);
    }
    end_climb(s->arena, &c);
    stretches_join(out);
    double strong = 0, weak = 0;
    for (uint32_t i = 0; i < out->count; i++) {
        judge_feature(s, f, &out->at[i]);
        *(out->at[i].strong ? &strong : &weak) += out->at[i].score;
    }
    for (uint32_t i = 0; i < out->count; i++)
        out->at[i].strong = out->at[i].strong && weak * DETECT_CLUSTER_DIVISOR <= strong;
}

/* ---- numbers of samples ----------------------------------------------------------------- */

double scan_number(double x, double m) {
    return x < DETECT_BURST_RATIO * m || m <= 0 ? 0 : x * log(x / m) - x + m;
}

static double usual_in(const float *usual, const Stretch *at) {
    double m = 0;
    for (uint32_t b = at->from; b < at->to; b++)
        m += (double)usual[b];
    return m;
}

static void scan_bursts(Series *s, const float *usual, Stretches *out) {
    const double gain = log(DETECT_BURST_RATIO);
    Climb c = {.out = out, .least = DETECT_SCORE};
    for (uint32_t b = 0; b < s->bins; b++)
        climb(s->arena, &c, b, s->shown[b] * gain - usual[b] * (DETECT_BURST_RATIO - 1.0));
    end_climb(s->arena, &c);
    stretches_join(out);
    for (uint32_t i = 0; i < out->count; i++)
        out->at[i].score = scan_number((double)series_sum(s->shown, out->at[i].from, out->at[i].to),
                                       usual_in(usual, &out->at[i]));
}

static bool is_gap(const uint32_t *series, const float *usual, const Stretch *at) {
    double x = (double)series_sum(series, at->from, at->to);
    return x * DETECT_GAP_DIVISOR <= usual_in(usual, at);
}

static void scan_gaps(Series *s, const uint32_t *series, const float *usual, Stretches *out) {
    const double loss = log(DETECT_GAP_DIVISOR), gain = 1 - 1.0 / DETECT_GAP_DIVISOR;
    Stretches any = {0};
    Climb c = {.out = &any, .least = DETECT_SCORE};
    for (uint32_t b = 0; b < s->bins; b++)
        climb(s->arena, &c, b, usual[b] * gain - series[b] * loss);
    end_climb(s->arena, &c);
    stretches_join(&any);
    for (uint32_t i = 0; i < any.count; i++)
        if (series_ns(s, any.at[i].to - any.at[i].from) >= DETECT_GAP_MS * MS &&
            is_gap(series, usual, &any.at[i]))
            stretches_add(s->arena, out, any.at[i]);
}

/* ---- one thread only -------------------------------------------------------------------- */

/* A bin's votes: at least `margin` of its busy samples are of its leader. Each of those speaks
 * for a stretch of that leader as much as chance would not have it; each other speaks against,
 * as unlikely as DETECT_SINGLE_PERCENT says. */
static void scan_single(Series *s, Groups *groups) {
    double yes = -log(s->usual_same), no = log(100.0 / (100 - DETECT_SINGLE_PERCENT));
    Stretches all = {0};
    Climb c = {.out = &all, .least = DETECT_SCORE};
    uint32_t leader = NO_THREAD, n = 0;
    uint32_t *who = NULL;
    if (s->usual_same * 100 > DETECT_SEVERAL_PERCENT)
        return;
    who = ARENA_ARRAY(s->arena, uint32_t, s->bins);
    for (uint32_t b = 0; b <= s->bins; b++) {
        if (c.sum <= 0 && b < s->bins)
            leader = s->lead[b];
        bool same = b < s->bins && s->lead[b] == leader && s->busy[b];
        uint32_t of_leader = same ? s->margin[b] : 0;
        if (b == s->bins)
            end_climb(s->arena, &c);
        else
            climb(s->arena, &c, b, of_leader * yes - (s->busy[b] - of_leader) * no);
        for (; n < all.count; n++)
            who[n] = leader;
    }
    for (uint32_t i = 0; i < n; i++) {
        Stretches of_one = {0};
        uint32_t thread = who[i];
        if (thread == NO_THREAD)
            continue;
        for (uint32_t k = i; k < n; k++) {
            if (who[k] != thread)
                continue;
            who[k] = NO_THREAD;
            if (series_ns(s, all.at[k].to - all.at[k].from) >= DETECT_SINGLE_MS * MS)
                stretches_add(s->arena, &of_one, all.at[k]);
        }
        if (of_one.count)
            groups_add(s, groups, (Group){.source = OF_SINGLE, .thread = thread}, &of_one);
    }
}

bool scan_all(Series *s, Groups *groups) {
    for (uint32_t f = 0; f < s->features; f++) {
        Stretches found = {0};
        if (cancelled(s->token))
            return false;
        if (s->sum[f] == 0 || s->sum[f] == s->total)
            continue;
        scan_feature(s, f, &found);
        groups_add(s, groups, (Group){.source = OF_FEATURE, .feature = f}, &found);
    }
    if (s->total == 0 || cancelled(s->token))
        return !cancelled(s->token);
    Stretches bursts = {0}, gaps = {0}, quiet = {0};
    const float *all = series_baseline(s, s->recorded);
    s->usual = series_baseline(s, s->shown);
    scan_bursts(s, s->usual, &bursts);
    groups_add(s, groups, (Group){.source = OF_BURST}, &bursts);
    scan_gaps(s, s->recorded, all, &gaps);
    groups_add(s, groups, (Group){.source = OF_GAP}, &gaps);
    scan_gaps(s, s->shown, s->usual, &quiet);
    groups_add(s, groups, (Group){.source = OF_GAP}, &quiet);
    scan_single(s, groups);
    return !cancelled(s->token);
}

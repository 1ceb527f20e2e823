/* One pass over the samples: counts by bin. */
#include <stdlib.h>
#include <string.h>

#include "query/detect_parts.h"

static const int64_t MS = 1000000;

enum { POLL = 1 << 14 }; /* samples between two looks at the token: well under 1 ms */

/* 10 ms, 20, 50, 100 … so that DETECT_BINS reach over the span. */
static int64_t bin_for(uint64_t span_ns) {
    static const int step[] = {1, 2, 5};
    int64_t unit = 10 * MS;
    for (int k = 0;; k = (k + 1) % 3) {
        if ((span_ns - 1) / (uint64_t)(unit * step[k]) < DETECT_BINS)
            return unit * step[k];
        if (k == 2)
            unit *= 10;
    }
}

static uint32_t thread_of(const Context *c) {
    return c->tid >= 0 ? (uint32_t)c->tid : NO_THREAD;
}

static void know_pairs(Series *s) {
    const Profile *profile = s->wish->profile;
    uint32_t pairs = s->wish->view.pairs;
    s->pair = ARENA_ARRAY(s->arena, PairFacts, pairs);
    s->by_cpu = true;
    for (uint32_t p = 0; p < pairs; p++) {
        Context c = contexts_get(&profile->dict->contexts, pairs_get(&profile->pairs, p).context);
        s->pair[p] = (PairFacts){0, thread_of(&c), mask_bits(&s->mask)[p]};
        if (p && s->pair[p].thread != NO_THREAD)
            s->by_cpu = false;
    }
}

bool series_bin(Series *s) {
    const ProfileView *view = &s->wish->view;
    if (!view->has_time || view->samples == 0)
        return true;
    mask_set(&s->mask, s->wish->profile, s->wish->event, s->wish->idle, &s->wish->filter, NULL);
    mask_extend(&s->mask, view);
    know_pairs(s);
    uint64_t span = (uint64_t)view->last_ns - (uint64_t)view->first_ns + 1;
    int64_t origin = profile_origin(view);
    s->bin_ns = bin_for(span ? span : UINT64_MAX);
    /* Bins begin at the origin's beat, as the heat map's cells do. */
    uint64_t before = ((uint64_t)view->first_ns - (uint64_t)origin) / (uint64_t)s->bin_ns;
    s->t0_ns = (int64_t)((uint64_t)origin + before * (uint64_t)s->bin_ns);
    s->bins = (uint32_t)(((uint64_t)view->last_ns - (uint64_t)s->t0_ns) / (uint64_t)s->bin_ns) + 1;
    s->recorded = ARENA_ARRAY(s->arena, uint32_t, s->bins);
    s->shown = ARENA_ARRAY(s->arena, uint32_t, s->bins);
    s->busy = ARENA_ARRAY(s->arena, uint32_t, s->bins);
    s->lead = ARENA_ARRAY(s->arena, uint32_t, s->bins);
    s->margin = ARENA_ARRAY(s->arena, uint32_t, s->bins);
    return !cancelled(s->token);
}

/* ---- the pass --------------------------------------------------------------------------- */

typedef struct Pass {
    Series *s;
    int64_t from_ns; /* of the bin at hand */
    uint32_t bin;
    uint32_t recorded, shown, busy, lead, margin;
    uint64_t touched; /* features with a count in of[] */
    uint32_t of[DETECT_FEATURES];
    uint64_t of_cpu[1 << 16]; /* busy samples, where no threads are known */
} Pass;

/* Votes struck out against each other: of two counts with different leaders the larger is left
 * over by what it is larger. */
static void merge_votes(Series *s, const Pass *p) {
    uint32_t *lead = &s->lead[p->bin], *margin = &s->margin[p->bin];
    s->busy[p->bin] += p->busy;
    if (*lead == p->lead || *margin == 0) {
        *lead = p->lead;
        *margin += p->margin;
    } else if (*margin >= p->margin) {
        *margin -= p->margin;
    } else {
        *lead = p->lead;
        *margin = p->margin - *margin;
    }
}

static void flush(Pass *p) {
    Series *s = p->s;
    s->recorded[p->bin] += p->recorded;
    s->shown[p->bin] += p->shown;
    s->total += p->shown;
    if (p->busy)
        merge_votes(s, p);
    p->recorded = p->shown = p->busy = p->margin = 0;
    for (; p->touched; p->touched &= p->touched - 1) {
        uint32_t f = (uint32_t)__builtin_ctzll(p->touched);
        s->of[f][p->bin] += p->of[f];
        s->sum[f] += p->of[f];
        p->of[f] = 0;
    }
}

static inline void vote(Pass *p, uint32_t thread) {
    p->busy++;
    if (p->margin && p->lead != thread) {
        p->margin--;
        return;
    }
    p->lead = thread;
    p->margin++;
}

static inline void take(Pass *p, int64_t time_ns, PairId id, uint16_t cpu) {
    Series *s = p->s;
    const PairFacts *pair = &s->pair[id];
    if (!(pair->bits & MASK_EVENT))
        return;
    uint64_t since = (uint64_t)time_ns - (uint64_t)p->from_ns;
    if (since >= (uint64_t)s->bin_ns) { /* also when it lies before */
        flush(p);
        p->bin = (uint32_t)(((uint64_t)time_ns - (uint64_t)s->t0_ns) / (uint64_t)s->bin_ns);
        p->from_ns = (int64_t)((uint64_t)s->t0_ns + p->bin * (uint64_t)s->bin_ns);
    }
    p->recorded++;
    if (!(pair->bits & MASK_SHOWN) || (s->mask.by_cpu && !mask_cpu_passes(&s->mask, cpu)))
        return;
    p->shown++;
    p->touched |= pair->features;
    for (uint64_t bits = pair->features; bits; bits &= bits - 1)
        p->of[__builtin_ctzll(bits)]++;
    if (pair->bits & MASK_IDLE)
        return;
    if (s->by_cpu)
        p->of_cpu[cpu]++;
    vote(p, s->by_cpu ? cpu : pair->thread);
}

static double same_cpu(const Pass *p) {
    double all = 0, same = 0;
    for (uint32_t cpu = 0; cpu < CPU_NONE; cpu++) {
        all += (double)p->of_cpu[cpu];
        same += (double)p->of_cpu[cpu] * (double)p->of_cpu[cpu];
    }
    return all > 0 ? same / (all * all) : 1;
}

bool series_count(Series *s) {
    const Profile *profile = s->wish->profile;
    uint64_t samples = s->wish->view.samples, n, n_pair, n_cpu;
    Pass *p = ARENA_NEW(s->arena, Pass);
    p->s = s;
    p->from_ns = s->t0_ns;
    for (uint32_t f = 0; f < s->features; f++)
        s->of[f] = ARENA_ARRAY(s->arena, uint32_t, s->bins);
    for (uint64_t i = 0; i < samples; i += n) {
        uint64_t end = samples - i > POLL ? i + POLL : samples;
        const int64_t *time = column_span(&profile->time_ns, i, end, &n);
        const PairId *pair = column_span(&profile->pair, i, i + n, &n_pair);
        n = n_pair;
        const uint16_t *cpu = column_span(&profile->cpu, i, i + n, &n_cpu);
        n = n_cpu;
        if (cancelled(s->token))
            return false;
        for (uint64_t k = 0; k < n; k++)
            take(p, time[k], pair[k], cpu[k]);
    }
    flush(p);
    if (s->by_cpu)
        s->usual_same = same_cpu(p);
    return true;
}

int64_t series_ns(const Series *s, uint32_t bins) {
    return bins <= (uint64_t)(INT64_MAX / s->bin_ns) ? bins * s->bin_ns : INT64_MAX;
}

uint64_t series_sum(const uint32_t *series, uint32_t from, uint32_t to) {
    uint64_t sum = 0;
    for (uint32_t b = from; b < to; b++)
        sum += series[b];
    return sum;
}

/* ---- what is usual ---------------------------------------------------------------------- */

static int compare_floats(const void *a, const void *b) {
    float x = *(const float *)a, y = *(const float *)b;
    return x < y ? -1 : x > y;
}

/* The median of all cells that are not empty, in samples a bin. */
static float median_rate(float *cell, uint32_t n, uint32_t cell_bins) {
    uint32_t kept = 0;
    for (uint32_t i = 0; i < n; i++)
        if (cell[i] > 0)
            cell[kept++] = cell[i];
    qsort(cell, kept, sizeof(*cell), compare_floats);
    return kept ? cell[kept / 2] / (float)cell_bins : 0;
}

/* Cells have some ten samples, so that a median says something; it is taken over 90 s around
 * each half minute, or 90 cells if these are longer. */
float *series_baseline(const Series *s, const uint32_t *series) {
    enum { CELL_SAMPLES = 10, BLOCK_CELLS = 30 };
    const int64_t cell_ns = 100 * MS, block_ns = 30000 * MS;
    float *usual = ARENA_ARRAY(s->arena, float, s->bins);
    uint64_t total = series_sum(series, 0, s->bins);
    uint64_t cell = (uint64_t)(cell_ns / s->bin_ns);
    uint64_t least = total ? (uint64_t)s->bins * CELL_SAMPLES / total + 1 : s->bins;
    cell = cell > least ? cell : least;
    cell = cell < s->bins ? cell : s->bins;
    uint64_t block = (uint64_t)(block_ns / s->bin_ns) / cell;
    block = (block > BLOCK_CELLS ? block : BLOCK_CELLS) * cell;
    float *cells = ARENA_ARRAY(s->arena, float, 3 * (block / cell) + 1);
    for (uint64_t at = 0; at < s->bins; at += block) {
        uint64_t from = at > block ? at - block : 0, to = at + 2 * block;
        uint32_t n = 0;
        from = to > s->bins ? (s->bins > 3 * block ? s->bins - 3 * block : 0) : from;
        for (uint64_t b = from; b + cell <= s->bins && b < from + 3 * block; b += cell)
            cells[n++] = (float)series_sum(series, (uint32_t)b, (uint32_t)(b + cell));
        float rate = median_rate(cells, n, (uint32_t)cell);
        for (uint64_t b = at; b < at + block && b < s->bins; b++)
            usual[b] = rate;
    }
    return usual;
}

/* Which frames deserve a series: those whose samples crowd into few windows of time. About half
 * a million samples, drawn evenly in order of arrival, are walked frame by frame. In each
 * window a frame that occurs far more often than it should scores by how unlikely that is; two
 * lengths of windows catch the short and the long. From the best, frames are taken that differ:
 * a frame that mostly comes with one already taken, and at the same times, says nothing new. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "query/detect_parts.h"

enum {
    CANDIDATES = 256,   /* frames that are compared with each other */
    WINDOW_SAMPLES = 8, /* a shorter window has nothing to count */
    LEAST_IN_WINDOW = 3,
    LEAST_SAMPLES = 6, /* of a frame, in all: fewer never reach DETECT_SCORE */
    TIMES_BITS = 512,  /* parts of the recording, to compare when frames score */
    POLL = 1 << 10,    /* walks between two looks at the token */
    SAME_PERCENT = 75, /* of times and samples in common: the same pattern */
};

typedef struct FrameState {
    uint32_t total;     /* scouts with this frame */
    uint32_t walk;      /* the last walk that met it */
    uint32_t window[2]; /* 1 + the window that count[] is about */
    uint32_t count[2];
    float score[2];
    uint32_t crowded[2]; /* scouts in windows that scored */
} FrameState;

typedef struct Candidate {
    FrameId frame;
    uint32_t total;
    float score;
    uint64_t times[TIMES_BITS / 64];
} Candidate;

typedef struct Scout {
    Series *s;
    uint32_t *first; /* by bin: its first scout; bins + 1 entries */
    PairId *scout;   /* in order of bins */
    uint32_t scouts;
    uint32_t *of_pair; /* scouts */
    StackId *next;     /* by stack: itself or the nearest caller that ends in a candidate */
    FrameState *frame;
    uint32_t frames, walk;
    uint32_t window_bins[2];
    Candidate *candidate;
    uint32_t candidates;
    uint32_t *both;         /* candidates × candidates: scouts that have both, … */
    uint32_t *below;        /* … the first nearer the leaf */
    uint16_t *candidate_of; /* by frame: 1 + which, or 0 */
} Scout;

/* ---- drawing ---------------------------------------------------------------------------- */

/* One row of each `stride`, at a place that the hash decides: in step with nothing. */
static uint64_t drawn_row(uint64_t nth, uint64_t stride) {
    return nth * stride + (stride > 1 ? hash_mix(nth + 1) % stride : 0);
}

static bool passes(const Series *s, uint64_t row, PairId *pair) {
    const Profile *profile = s->wish->profile;
    *pair = COLUMN_AT(&profile->pair, PairId, row);
    if (!(s->pair[*pair].bits & MASK_SHOWN))
        return false;
    return !s->mask.by_cpu || mask_cpu_passes(&s->mask, COLUMN_AT(&profile->cpu, uint16_t, row));
}

static uint32_t bin_of(const Series *s, uint64_t row) {
    int64_t time = COLUMN_AT(&s->wish->profile->time_ns, int64_t, row);
    return (uint32_t)(((uint64_t)time - (uint64_t)s->t0_ns) / (uint64_t)s->bin_ns);
}

/* Sorts the drawn samples by bin, counting. */
static bool draw_scouts(Scout *c) {
    Series *s = c->s;
    uint64_t samples = s->wish->view.samples;
    uint64_t stride = (samples - 1) / DETECT_SCOUTS + 1, draws = samples / stride;
    PairId pair;
    c->first = ARENA_ARRAY(s->arena, uint32_t, s->bins + 2ull);
    for (uint64_t i = 0; i < draws; i++) {
        uint64_t row = drawn_row(i, stride);
        if (i % POLL == 0 && cancelled(s->token))
            return false;
        if (passes(s, row, &pair))
            c->first[bin_of(s, row) + 2]++;
    }
    for (uint32_t b = 0; b < s->bins; b++)
        c->first[b + 2] += c->first[b + 1];
    c->scouts = c->first[s->bins + 1];
    c->scout = ARENA_ARRAY(s->arena, PairId, c->scouts);
    c->of_pair = ARENA_ARRAY(s->arena, uint32_t, s->wish->view.pairs);
    for (uint64_t i = 0; i < draws; i++) {
        uint64_t row = drawn_row(i, stride);
        if (i % POLL == 0 && cancelled(s->token))
            return false;
        if (!passes(s, row, &pair))
            continue;
        c->scout[c->first[bin_of(s, row) + 1]++] = pair;
        c->of_pair[pair]++;
    }
    return true;
}

/* ---- walking ---------------------------------------------------------------------------- */

/* The distinct frames of a pair's stack, from the leaf, at most DETECT_SCOUT_DEPTH; once there
 * are candidates, only those. */
static uint32_t walk_frames(Scout *c, PairId pair, FrameId *out) {
    const Profile *profile = c->s->wish->profile;
    const Stacks *stacks = &profile->dict->stacks;
    uint32_t n = 0;
    c->walk++;
    StackId at = pairs_get(&profile->pairs, pair).stack;
    for (uint32_t steps = 0; at && steps < DETECT_SCOUT_DEPTH; steps++) {
        at = c->next ? c->next[at] : at;
        StackNode node = stacks_get(stacks, at);
        if (at == 0)
            break;
        at = node.parent;
        if (c->frame[node.frame].walk == c->walk)
            continue;
        c->frame[node.frame].walk = c->walk;
        out[n++] = node.frame;
    }
    return n;
}

static bool count_totals(Scout *c) {
    FrameId met[DETECT_SCOUT_DEPTH];
    for (PairId p = 0; p < c->s->wish->view.pairs; p++) {
        if (p % POLL == 0 && cancelled(c->s->token))
            return false;
        if (!c->of_pair[p])
            continue;
        uint32_t n = walk_frames(c, p, met);
        for (uint32_t k = 0; k < n; k++)
            c->frame[met[k]].total += c->of_pair[p];
    }
    return true;
}

/* How unlikely the frame's count in its window is, less what one of so many windows reaches by
 * chance. */
static void close_window(Scout *c, FrameState *f, int k, FrameId id) {
    const Series *s = c->s;
    uint32_t w = f->window[k] - 1, bins = c->window_bins[k];
    uint64_t from = (uint64_t)w * bins, to = from + bins;
    to = to < s->bins ? to : s->bins;
    double x = f->count[k], windows = (double)(s->bins - 1) / bins + 1;
    double n = (double)(c->first[to] - c->first[from]), usual = c->scouts / windows;
    double m = (n > usual ? n : usual) * f->total / c->scouts;
    f->count[k] = 0;
    if (x < LEAST_IN_WINDOW || x < 2 * m)
        return;
    double score = x * log(x / m) - x + m - log(windows + 1);
    if (score <= 0)
        return;
    f->score[k] += (float)score;
    f->crowded[k] += (uint32_t)x;
    if (c->candidate_of && c->candidate_of[id])
        for (uint64_t b = from * TIMES_BITS / s->bins; b <= (to - 1) * TIMES_BITS / s->bins; b++)
            c->candidate[c->candidate_of[id] - 1].times[b / 64] |= 1ull << (b % 64);
}

/* Leaves in each frame's score what its windows say; all of them, or the candidates' times. */
static bool score_frames(Scout *c) {
    FrameId met[DETECT_SCOUT_DEPTH];
    for (uint32_t b = 0; b < c->s->bins; b++) {
        if (b % POLL == 0 && cancelled(c->s->token))
            return false;
        for (uint32_t i = c->first[b]; i < c->first[b + 1]; i++) {
            if (i % POLL == 0 && cancelled(c->s->token))
                return false;
            uint32_t n = walk_frames(c, c->scout[i], met);
            for (uint32_t k = 0; k < 2 * n; k++) {
                FrameState *f = &c->frame[met[k / 2]];
                uint32_t window = b / c->window_bins[k % 2] + 1;
                if (f->window[k % 2] != window && f->count[k % 2])
                    close_window(c, f, k % 2, met[k / 2]);
                f->window[k % 2] = window;
                f->count[k % 2]++;
            }
        }
    }
    for (FrameId id = 0; id < c->frames; id++)
        for (int k = 0; k < 2; k++)
            if (c->frame[id].count[k])
                close_window(c, &c->frame[id], k, id);
    return true;
}

/* ---- choosing --------------------------------------------------------------------------- */

static int best_first(const void *a, const void *b) {
    const Candidate *x = a, *y = b;
    if (x->score != y->score)
        return x->score < y->score ? 1 : -1;
    return x->frame < y->frame ? -1 : x->frame > y->frame;
}

/* A frame that is hardly ever seen elsewhere is worth more than one that always comes in
 * clusters of all sizes. */
static float worth(const FrameState *f, int k) {
    float crowded = f->total ? (float)f->crowded[k] / (float)f->total : 0;
    return f->score[k] * crowded * crowded;
}

static void gather_candidates(Scout *c) {
    Arena *arena = c->s->arena;
    uint32_t n = 0;
    for (int pass = 0; pass < 2; pass++) {
        n = 0;
        for (FrameId id = 1; id < c->frames; id++) {
            const FrameState *f = &c->frame[id];
            float score = worth(f, 0) > worth(f, 1) ? worth(f, 0) : worth(f, 1);
            if (score <= 0 || f->total < LEAST_SAMPLES)
                continue;
            if (pass)
                c->candidate[n] = (Candidate){.frame = id, .total = f->total, .score = score};
            n++;
        }
        if (!pass)
            c->candidate = ARENA_ARRAY(arena, Candidate, n);
    }
    qsort(c->candidate, n, sizeof(*c->candidate), best_first);
    c->candidates = n < CANDIDATES ? n : CANDIDATES;
    c->candidate_of = ARENA_ARRAY(arena, uint16_t, c->frames);
    for (uint32_t i = 0; i < c->candidates; i++)
        c->candidate_of[c->candidate[i].frame] = (uint16_t)(i + 1);
}

static void link_candidates(Scout *c) {
    const Column *nodes = &c->s->wish->profile->dict->stacks.node;
    uint32_t stacks = c->s->wish->view.stacks;
    StackId *next = ARENA_ARRAY(c->s->arena, StackId, stacks);
    uint64_t n;
    for (uint64_t i = 0; i < stacks; i += n) {
        const StackNode *node = column_span(nodes, i, stacks, &n);
        for (uint64_t k = 0; k < n; k++)
            if (i + k)
                next[i + k] =
                    c->candidate_of[node[k].frame] ? (StackId)(i + k) : next[node[k].parent];
    }
    c->next = next;
}

static bool count_both(Scout *c) {
    uint32_t pairs = c->s->wish->view.pairs, met_by[DETECT_SCOUT_DEPTH];
    FrameId met[DETECT_SCOUT_DEPTH];
    c->both = ARENA_ARRAY(c->s->arena, uint32_t, CANDIDATES * CANDIDATES);
    c->below = ARENA_ARRAY(c->s->arena, uint32_t, CANDIDATES * CANDIDATES);
    for (PairId p = 0; p < pairs; p++) {
        if (p % POLL == 0 && cancelled(c->s->token))
            return false;
        if (!c->of_pair[p])
            continue;
        uint32_t n = walk_frames(c, p, met);
        for (uint32_t k = 0; k < n; k++)
            met_by[k] = c->candidate_of[met[k]] - 1u;
        for (uint32_t i = 0; i < n; i++)
            for (uint32_t k = 0; k < n; k++) {
                c->both[met_by[i] * CANDIDATES + met_by[k]] += c->of_pair[p];
                c->below[met_by[i] * CANDIDATES + met_by[k]] += i < k ? c->of_pair[p] : 0;
            }
    }
    return true;
}

static bool same_times(const Candidate *a, const Candidate *b) {
    uint32_t both = 0, any = 0;
    for (uint32_t i = 0; i < TIMES_BITS / 64; i++) {
        both += (uint32_t)__builtin_popcountll(a->times[i] & b->times[i]);
        any += (uint32_t)__builtin_popcountll(a->times[i] | b->times[i]);
    }
    return both * 100 >= any * SAME_PERCENT;
}

/* Whether a frame taken has the same pattern. One that has more of it in fewer samples is
 * new: it may be the pattern, and the other one where that is called from. */
static bool says_new(const Scout *c, uint32_t i, const uint32_t *taken, uint32_t n) {
    const Candidate *a = &c->candidate[i];
    for (uint32_t k = 0; k < n; k++) {
        const Candidate *b = &c->candidate[taken[k]];
        uint64_t both = c->both[i * CANDIDATES + taken[k]];
        uint64_t smaller = a->total < b->total ? a->total : b->total;
        bool purer = a->score * (float)b->total * 20 > b->score * (float)a->total * 21 &&
                     a->total * 20ull < b->total * 19ull;
        if (both * 100 >= smaller * SAME_PERCENT && same_times(a, b) && !purer)
            return false;
    }
    return true;
}

/* The deepest frame that has nearly all of the candidate's samples and hardly any others: the
 * one that people would name. */
static FrameId telling_frame(const Scout *c, uint32_t i) {
    uint64_t total = c->candidate[i].total;
    uint32_t best = i;
    for (uint32_t k = 0; k < c->candidates; k++) {
        bool deeper = 2ull * c->below[k * CANDIDATES + best] > c->both[k * CANDIDATES + best];
        if (deeper && c->both[i * CANDIDATES + k] * 50ull >= total * 49 &&
            c->candidate[k].total * 49ull <= total * 50)
            best = k;
    }
    return c->candidate[best].frame;
}

/* A stack has the features of its parent and its own; parents have smaller ids. */
static void mark_pairs(Series *s) {
    const Profile *profile = s->wish->profile;
    uint32_t stacks = s->wish->view.stacks, frames = s->wish->view.frames;
    uint64_t *bits = ARENA_ARRAY(s->arena, uint64_t, stacks), n;
    uint64_t *of_frame = ARENA_ARRAY(s->arena, uint64_t, frames);
    for (uint32_t f = 0; f < s->features; f++)
        of_frame[s->frame[f]] |= 1ull << f;
    for (uint64_t i = 0; i < stacks; i += n) {
        const StackNode *node = column_span(&profile->dict->stacks.node, i, stacks, &n);
        for (uint64_t k = 0; k < n; k++)
            if (i + k)
                bits[i + k] = bits[node[k].parent] | of_frame[node[k].frame];
    }
    for (PairId p = 0; p < s->wish->view.pairs; p++)
        s->pair[p].features = bits[pairs_get(&profile->pairs, p).stack];
}

static int compare_keys(const void *a, const void *b) {
    const uint64_t *x = a, *y = b;
    return x[0] < y[0] ? -1 : x[0] > y[0];
}

/* Two busy scouts taken blindly: how often are they of one thread? */
static double same_thread(const Scout *c) {
    const Series *s = c->s;
    uint32_t contexts = s->wish->view.contexts;
    uint64_t(*key)[2] = (uint64_t(*)[2])ARENA_ARRAY(s->arena, uint64_t, 2ull * contexts + 2);
    double all = 0, same = 0;
    for (PairId p = 0; p < s->wish->view.pairs; p++) {
        ContextId context = pairs_get(&s->wish->profile->pairs, p).context;
        key[context][0] = s->pair[p].thread;
        key[context][1] += s->pair[p].bits & MASK_IDLE ? 0 : c->of_pair[p];
    }
    qsort(key, contexts, sizeof(*key), compare_keys);
    for (uint32_t i = 0; i < contexts;) {
        double of_thread = 0;
        uint64_t thread = key[i][0];
        for (; i < contexts && key[i][0] == thread; i++)
            of_thread += (double)key[i][1];
        all += of_thread;
        same += of_thread * of_thread;
    }
    return all > 0 ? same / (all * all) : 1;
}

static void set_windows(Scout *c) {
    const int64_t short_ns = 200000000, long_ns = 2000000000;
    uint32_t bins = c->s->bins;
    uint64_t least = (uint64_t)bins * WINDOW_SAMPLES / c->scouts + 1;
    uint64_t w = (uint64_t)(short_ns / c->s->bin_ns);
    w = w > least ? w : least;
    uint64_t v = (uint64_t)(long_ns / c->s->bin_ns);
    v = v > 4 * w ? v : 4 * w;
    c->window_bins[0] = (uint32_t)(w < bins ? w : bins);
    c->window_bins[1] = (uint32_t)(v < bins ? v : bins);
}

bool scout_features(Series *s) {
    Scout c = {.s = s, .frames = s->wish->view.frames};
    uint32_t taken[DETECT_FEATURES];
    if (!draw_scouts(&c))
        return false;
    if (c.scouts == 0)
        return true;
    s->usual_same = same_thread(&c);
    c.frame = ARENA_ARRAY(s->arena, FrameState, c.frames);
    set_windows(&c);
    if (!count_totals(&c) || !score_frames(&c))
        return false;
    gather_candidates(&c);
    link_candidates(&c);
    if (!score_frames(&c) || !count_both(&c)) /* once more, for the candidates' times */
        return false;
    for (uint32_t i = 0; i < c.candidates && s->features < DETECT_FEATURES; i++) {
        if (!says_new(&c, i, taken, s->features))
            continue;
        s->frame[s->features] = telling_frame(&c, i);
        taken[s->features++] = i;
    }
    mark_pairs(s);
    return !cancelled(s->token);
}

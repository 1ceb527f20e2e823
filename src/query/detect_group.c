/* From groups of stretches to findings. The group for which most speaks is taken first. Every
 * other one counts only for what those before it leave unexplained: where it lies inside a
 * stretch that was taken it must stand out within that, and where one that was taken lies
 * inside it, it must do without those bins. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "query/detect_parts.h"

enum {
    INSIDE_PERCENT = 70,  /* of a stretch lie in another one: it is inside */
    SAME_PERCENT = 70,    /* … and this much of the other in it: they are the same */
    EDGE_BINS = 10,       /* what is left of a burst beside others is their edge if shorter */
    TELLING_PERCENT = 30, /* share of a frame from which on it is named */
};

typedef struct Merge {
    Series *s;
    Group taken[DETECT_MOST];
    uint32_t count;
} Merge;

/* How a stretch lies to the groups that were taken. */
typedef struct Overlap {
    uint32_t covered;     /* bins */
    const Stretch *outer; /* the stretch that it is inside of, or NULL */
    uint32_t group;       /* whose */
    bool same;            /* outer is hardly longer */
} Overlap;

static uint32_t length(const Stretch *s) {
    return s->to - s->from;
}

static uint32_t common(const Stretch *a, const Stretch *b) {
    uint32_t from = a->from > b->from ? a->from : b->from, to = a->to < b->to ? a->to : b->to;
    return from < to ? to - from : 0;
}

/* The first stretch that ends behind `bin`. */
static uint32_t first_behind(const Group *g, uint32_t bin) {
    uint32_t lo = 0, hi = g->count;
    while (lo < hi) {
        uint32_t mid = lo + (hi - lo) / 2;
        if (g->stretch[mid].to > bin)
            hi = mid;
        else
            lo = mid + 1;
    }
    return lo;
}

static Overlap overlap_of(const Merge *m, const Stretch *at) {
    Overlap o = {0};
    for (uint32_t g = 0; g < m->count; g++) {
        const Group *group = &m->taken[g];
        uint32_t covered = 0;
        for (uint32_t i = first_behind(group, at->from);
             i < group->count && group->stretch[i].from < at->to; i++) {
            const Stretch *with = &group->stretch[i];
            uint32_t bins = common(at, with);
            covered += bins;
            if (bins * 100ull < length(at) * (uint64_t)INSIDE_PERCENT ||
                (o.outer && length(o.outer) <= length(with)))
                continue;
            o.outer = with;
            o.group = g;
            o.same = bins * 100ull >= length(with) * (uint64_t)SAME_PERCENT;
        }
        o.covered = covered > o.covered ? covered : o.covered;
    }
    return o;
}

/* ---- what is left ----------------------------------------------------------------------- */

typedef struct Sums {
    double x, n, bins;
} Sums;

static Sums sums_of(const Series *s, const uint32_t *x, const Stretch *at) {
    return (Sums){(double)series_sum(x, at->from, at->to),
                  (double)series_sum(s->shown, at->from, at->to), length(at)};
}

/* The next bins from *at on, below `to`, that no stretch taken covers. */
static bool next_free(const Merge *m, uint32_t *at, uint32_t to, Stretch *free) {
    while (*at < to) {
        uint32_t skip_to = *at, next = to;
        for (uint32_t g = 0; g < m->count; g++) {
            const Group *group = &m->taken[g];
            uint32_t i = first_behind(group, *at);
            if (i == group->count)
                continue;
            if (group->stretch[i].from <= *at && group->stretch[i].to > skip_to)
                skip_to = group->stretch[i].to;
            else if (group->stretch[i].from > *at && group->stretch[i].from < next)
                next = group->stretch[i].from;
        }
        if (skip_to > *at) {
            *at = skip_to;
            continue;
        }
        *free = (Stretch){.from = *at, .to = next};
        *at = next;
        return true;
    }
    return false;
}

/* Inside of an outer stretch a share is held against that of the rest of it; elsewhere it has
 * to do with the bins that are free. */
static double left_of_feature(const Merge *m, const Group *g, const Stretch *at,
                              const Stretch *outer) {
    const Series *s = m->s;
    const uint32_t *x = s->of[g->feature];
    double p = (double)s->sum[g->feature] / (double)s->total;
    Sums rest = {0};
    Stretch free;
    if (outer) {
        Sums in = sums_of(s, x, at), out = sums_of(s, x, outer);
        double there = out.n > in.n ? (out.x - in.x) / (out.n - in.n) : 0;
        return scan_share(in.x, in.n, there > p ? there : p);
    }
    for (uint32_t b = at->from; next_free(m, &b, at->to, &free);) {
        Sums part = sums_of(s, x, &free);
        rest.x += part.x;
        rest.n += part.n;
        rest.bins += part.bins;
    }
    return scan_evidence(rest.x, rest.n, p, (double)s->total / s->bins * rest.bins);
}

/* Of numbers of samples only the longest free piece is left. */
static double left_of_number(const Merge *m, const Group *g, Stretch *at) {
    Stretch free, longest = {.from = at->from, .to = at->from};
    for (uint32_t b = at->from; next_free(m, &b, at->to, &free);)
        longest = length(&free) > length(&longest) ? free : longest;
    double whole = length(at), x = (double)series_sum(m->s->shown, longest.from, longest.to);
    at->from = longest.from;
    at->to = longest.to;
    if (length(&longest) < EDGE_BINS)
        return 0;
    return g->source == OF_BURST
               ? scan_number(x, (double)m->s->usual[longest.from] * length(&longest))
               : at->score * length(&longest) / whole;
}

/* What speaks for a stretch beside those taken. *same: the group that has the same one. */
static double left_of(const Merge *m, const Group *g, Stretch *at, uint32_t *same) {
    Overlap o = overlap_of(m, at);
    *same = o.same ? o.group : DETECT_MOST;
    if (!o.covered)
        return at->score;
    if (g->source == OF_BURST)
        return left_of_number(m, g, at);
    if (o.same || (o.outer && g->source != OF_FEATURE))
        return 0;
    double left = g->source == OF_FEATURE  ? left_of_feature(m, g, at, o.outer)
                  : g->source == OF_SINGLE ? at->score * (length(at) - o.covered) / length(at)
                                           : left_of_number(m, g, at);
    return left < at->score ? left : at->score;
}

/* Gaps with most of the stretches that group `with` has: they are one finding, and a gap. */
static void confirm(Group *with, const Group *g, uint32_t same) {
    with->gap =
        with->gap || (g->source == OF_GAP && same * 100ull >= g->count * (uint64_t)INSIDE_PERCENT &&
                      same * 100ull >= with->count * (uint64_t)SAME_PERCENT);
}

/* A group beside those taken: what is left of it, which is all of it as long as that is most.
 * `room` is for as many stretches as it has. */
static Group rest_of(Merge *m, const Group *g, Stretch *room, uint32_t *same) {
    Group rest = *g;
    rest.stretch = room;
    rest.count = 0;
    rest.score = 0;
    for (uint32_t i = 0; i < g->count; i++) {
        Stretch at = g->stretch[i];
        uint32_t of;
        at.score = left_of(m, g, &at, &of);
        if (of < DETECT_MOST)
            same[of]++;
        if (at.score < (g->period_ns ? DETECT_BEAT_STRETCH : DETECT_SCORE))
            continue;
        rest.score += at.score;
        rest.stretch[rest.count++] = at;
    }
    bool numbers = g->source == OF_GAP || g->source == OF_BURST;
    if (rest.count && 2 * rest.score >= g->score - g->beat_score && !numbers) {
        rest.stretch = g->stretch;
        rest.count = g->count;
        rest.score += g->beat_score;
    } else if (rest.count) {
        group_find_beat(m->s, &rest);
    }
    return rest;
}

/* One thread alone says more than what it does; numbers of samples say least, they are left to
 * explain what nothing else does. */
static int turn_of(const Group *g) {
    static const int turn[] = {[OF_SINGLE] = 0, [OF_FEATURE] = 1, [OF_GAP] = 2, [OF_BURST] = 3};
    return turn[g->source];
}

static bool comes_before(const Group *a, const Group *a_whole, const Group *b,
                         const Group *b_whole) {
    if (turn_of(a) != turn_of(b))
        return turn_of(a) < turn_of(b);
    return a->score != b->score ? a->score > b->score : a_whole->score > b_whole->score;
}

/* Takes the strongest again and again. What is left of a group only shrinks as more are taken,
 * so one that is still the first after it was looked at anew is the strongest. */
static bool take_all(Merge *m, const Groups *groups) {
    const Group *whole = groups->group;
    uint32_t *seen = ARENA_ARRAY(m->s->arena, uint32_t, groups->count);
    Group *rest = ARENA_ARRAY(m->s->arena, Group, groups->count);
    Stretch **room = ARENA_ARRAY(m->s->arena, Stretch *, groups->count);
    for (uint32_t i = 0; i < groups->count; i++) {
        rest[i] = whole[i];
        room[i] = ARENA_ARRAY(m->s->arena, Stretch, whole[i].count);
    }
    while (m->count < DETECT_MOST) {
        uint32_t same[DETECT_MOST] = {0}, best = UINT32_MAX;
        for (uint32_t i = 0; i < groups->count; i++)
            if (rest[i].count && (best == UINT32_MAX ||
                                  comes_before(&rest[i], &whole[i], &rest[best], &whole[best])))
                best = i;
        if (best == UINT32_MAX)
            return true;
        if (cancelled(m->s->token))
            return false;
        if (seen[best] < m->count) {
            rest[best] = rest_of(m, &whole[best], room[best], same);
            seen[best] = m->count;
            for (uint32_t k = 0; k < m->count; k++)
                confirm(&m->taken[k], &whole[best], same[k]);
            continue;
        }
        if (rest[best].score >= DETECT_GROUP_SCORE)
            m->taken[m->count++] = rest[best];
        rest[best].count = 0;
    }
    return true;
}

/* ---- findings --------------------------------------------------------------------------- */

static int64_t time_of(const Series *s, uint32_t bin) {
    return (int64_t)((uint64_t)s->t0_ns + bin * (uint64_t)s->bin_ns);
}

static uint64_t group_sum(const Group *g, const uint32_t *series) {
    uint64_t sum = 0;
    for (uint32_t i = 0; i < g->count; i++)
        sum += series_sum(series, g->stretch[i].from, g->stretch[i].to);
    return sum;
}

static double group_usual(const Series *s, const Group *g) {
    double sum = 0;
    for (uint32_t i = 0; i < g->count; i++)
        for (uint32_t b = g->stretch[i].from; b < g->stretch[i].to; b++)
            sum += (double)s->usual[b];
    return sum;
}

/* What grew most in a group that is not about a frame. */
static uint32_t feature_of(const Series *s, const Group *g, uint64_t samples) {
    uint32_t best = NO_FEATURE;
    double most = DETECT_SCORE;
    if (g->source == OF_FEATURE)
        return g->feature;
    for (uint32_t f = 0; f < s->features; f++) {
        double x = (double)group_sum(g, s->of[f]), n = (double)samples;
        double p = (double)s->sum[f] / (double)s->total;
        double speaks = scan_evidence(x, n, p, n);
        if (speaks > most && x * 100 >= n * TELLING_PERCENT) {
            most = speaks;
            best = f;
        }
    }
    return best;
}

static int compare_times(const void *a, const void *b) {
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return x < y ? -1 : x > y;
}

static int64_t typical_length(const Series *s, const Group *g) {
    int64_t *bins = ARENA_ARRAY(s->arena, int64_t, g->count);
    for (uint32_t i = 0; i < g->count; i++)
        bins[i] = length(&g->stretch[i]);
    qsort(bins, g->count, sizeof(*bins), compare_times);
    return series_ns(s, (uint32_t)bins[g->count / 2]);
}

static uint8_t kind_of(const Group *g, const Finding *f) {
    if (g->source == OF_SINGLE)
        return FINDING_SINGLE;
    if (g->source == OF_GAP || g->gap)
        return FINDING_GAP;
    if (f->typical_ns > DETECT_SHORT_MS * INT64_C(1000000))
        return FINDING_PHASE;
    if (f->period_ns)
        return FINDING_PERIODIC;
    bool takes_over = f->frame_samples * 100 >= f->samples * DETECT_PAUSE_PERCENT;
    return g->source == OF_FEATURE && takes_over ? FINDING_PAUSE : FINDING_BURST;
}

static void write_ranges(const Series *s, const Group *g, Finding *f, Arena *keep) {
    const Stretch *best = g->stretch;
    f->count = g->count;
    f->ranges = g->count < DETECT_RANGES ? g->count : DETECT_RANGES;
    f->range = ARENA_ARRAY(keep, FindingRange, f->ranges);
    for (uint32_t i = 0; i < g->count; i++) {
        const Stretch *at = &g->stretch[i];
        if (i < f->ranges)
            f->range[i] = (FindingRange){time_of(s, at->from), time_of(s, at->to)};
        best = at->score > best->score ? at : best;
    }
    f->t0_ns = time_of(s, best->from);
    f->t1_ns = time_of(s, best->to);
}

/* Bins begin at the origin or behind it. */
static int64_t since_origin(const Series *s, uint32_t bin, int64_t origin_ns) {
    uint64_t since = (uint64_t)time_of(s, bin) - (uint64_t)origin_ns;
    return since < INT64_MAX ? (int64_t)since : INT64_MAX;
}

static void write_period(const Series *s, const Group *g, Finding *f, int64_t origin_ns) {
    f->period_ns = g->period_ns;
    if (f->period_ns)
        f->phase_ns = since_origin(s, g->stretch[0].from, origin_ns) % f->period_ns;
}

static Finding write_finding(Series *s, const Group *g, int64_t origin_ns, Arena *keep) {
    Finding f = {.score = g->score, .tid = -1, .cpu = -1};
    write_ranges(s, g, &f, keep);
    f.typical_ns = typical_length(s, g);
    write_period(s, g, &f, origin_ns);
    f.samples = group_sum(g, s->shown);
    f.expected = (uint64_t)(group_usual(s, g) + 0.5);
    uint32_t feature = feature_of(s, g, f.samples);
    if (feature != NO_FEATURE) {
        f.frame = s->frame[feature];
        f.frame_samples = group_sum(g, s->of[feature]);
        f.frame_expected =
            (uint64_t)((double)f.samples * (double)s->sum[feature] / (double)s->total + 0.5);
    }
    f.kind = kind_of(g, &f);
    if (f.kind == FINDING_SINGLE)
        *(s->by_cpu ? &f.cpu : &f.tid) = (int32_t)g->thread;
    return f;
}

static int stronger_first(const void *a, const void *b) {
    const Group *x = a, *y = b;
    if (x->score != y->score)
        return x->score < y->score ? 1 : -1;
    if (x->stretch[0].from != y->stretch[0].from)
        return x->stretch[0].from < y->stretch[0].from ? -1 : 1;
    return x->source != y->source ? (int)x->source - (int)y->source
                                  : (x->feature > y->feature) - (x->feature < y->feature);
}

bool group_findings(Series *s, Groups *groups, DetectList *list, Arena *keep) {
    Merge *m = ARENA_NEW(s->arena, Merge);
    m->s = s;
    if (!take_all(m, groups))
        return false;
    qsort(m->taken, m->count, sizeof(*m->taken), stronger_first);
    for (uint32_t i = 0; i < m->count; i++) {
        if (cancelled(s->token))
            return false;
        list->finding[list->count++] = write_finding(s, &m->taken[i], list->origin_ns, keep);
    }
    return true;
}

/* Stretches of one source become groups: those of like length that would do alone, or that lie
 * on a beat together. */
#include <stdlib.h>

#include "query/detect_parts.h"

void stretches_add(Arena *arena, Stretches *s, Stretch stretch) {
    if (s->count == s->cap) {
        uint32_t cap = s->cap ? s->cap * 2 : 64;
        Stretch *more = ARENA_ARRAY(arena, Stretch, cap);
        for (uint32_t i = 0; i < s->count; i++)
            more[i] = s->at[i];
        s->at = more;
        s->cap = cap;
    }
    s->at[s->count++] = stretch;
}

void stretches_join(Stretches *s) {
    uint32_t kept = 0;
    for (uint32_t i = 0; i < s->count; i++) {
        Stretch *last = &s->at[kept - (kept > 0)], next = s->at[i];
        if (kept && (next.from - last->to) * 100ull <=
                        (next.to - last->from) * (uint64_t)DETECT_HOLE_PERCENT) {
            last->to = next.to;
            last->score += next.score;
        } else {
            s->at[kept++] = next;
        }
    }
    s->count = kept;
}

static int shorter_first(const void *a, const void *b) {
    const Stretch *x = a, *y = b;
    uint32_t n = x->to - x->from, m = y->to - y->from;
    if (n != m)
        return n < m ? -1 : 1;
    return x->from < y->from ? -1 : x->from > y->from;
}

static int earlier_first(const void *a, const void *b) {
    const Stretch *x = a, *y = b;
    return x->from < y->from ? -1 : x->from > y->from;
}

/* The end of the like lengths that begin at `from`, shortest first: where they jump by this
 * factor, or have grown by its square, others begin. */
static uint32_t like_lengths(const Stretches *s, uint32_t from) {
    const uint64_t factor = 4, first = s->at[from].to - s->at[from].from;
    for (uint32_t i = from + 1; i < s->count; i++) {
        uint64_t before = s->at[i - 1].to - s->at[i - 1].from, n = s->at[i].to - s->at[i].from;
        if (n >= before * factor || n >= first * factor * factor)
            return i;
    }
    return s->count;
}

static void add_group(Series *s, Groups *g, Group kind, const Stretch *at, uint32_t count,
                      const bool *on) {
    kind.stretch = ARENA_ARRAY(s->arena, Stretch, count);
    kind.count = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (!on[i])
            continue;
        kind.score += at[i].score;
        kind.stretch[kind.count++] = at[i];
    }
    if (kind.count == 0)
        return;
    if (g->count == g->cap) {
        uint32_t cap = g->cap ? g->cap * 2 : 64;
        Group *more = ARENA_ARRAY(s->arena, Group, cap);
        for (uint32_t i = 0; i < g->count; i++)
            more[i] = g->group[i];
        g->group = more;
        g->cap = cap;
    }
    g->group[g->count++] = kind;
}

/* Whether the stretches that are on have a beat and are not just some of many: either each
 * would do alone, or they are most of what the source has. */
static bool is_beat(const Beat *beat, const Stretch *at, uint32_t count, const bool *on,
                    double everything) {
    double least = DETECT_BEAT_SCORE, of_beat = 0, share = 0;
    bool strong = true;
    for (uint32_t i = 0; i < count; i++) {
        if (!on[i])
            continue;
        if (at[i].score < DETECT_SCORE)
            least += DETECT_BEAT_WEAK * (DETECT_SCORE - at[i].score) /
                     (DETECT_SCORE - DETECT_BEAT_STRETCH);
        of_beat += at[i].score;
        share += at[i].share / beat->on;
        strong = strong && at[i].strong;
    }
    if (share * 100 < DETECT_RARE_PERCENT && beat->on < DETECT_RARE_COUNT)
        return false;
    return beat->period_ns && beat->score >= least &&
           (strong || of_beat >= DETECT_CLUSTER_DIVISOR * (everything - of_beat));
}

/* The beat of stretches in order of time, and which are on it: of their starts, or of their
 * middles where the ends are vague. */
static Beat like_beat(Series *s, const Stretch *at, uint32_t count, bool *on) {
    int64_t *start = ARENA_ARRAY(s->arena, int64_t, count);
    int64_t *middle = ARENA_ARRAY(s->arena, int64_t, count);
    bool *other = ARENA_ARRAY(s->arena, bool, count);
    double blur = 0;
    for (uint32_t i = 0; i < count; i++) {
        start[i] = series_ns(s, at[i].from);
        middle[i] = start[i] + series_ns(s, at[i].to - at[i].from) / 2;
        blur += at[i].blur / count;
    }
    int64_t blur_ns = (int64_t)((blur > 1 ? blur : 1) * (double)s->bin_ns);
    Beat by_start = beat_of(start, count, blur_ns, on);
    Beat by_middle = beat_of(middle, count, blur_ns, other);
    if (by_middle.score <= by_start.score)
        return by_start;
    for (uint32_t i = 0; i < count; i++)
        on[i] = other[i];
    return by_middle;
}

static void add_like(Series *s, Groups *g, Group kind, Stretch *at, uint32_t count,
                     double everything) {
    bool *on = ARENA_ARRAY(s->arena, bool, count);
    qsort(at, count, sizeof(*at), earlier_first);
    Beat beat = like_beat(s, at, count, on);
    bool is = is_beat(&beat, at, count, on, everything);
    for (uint32_t i = 0; i < count; i++)
        on[i] = (is && on[i]) || at[i].strong;
    kind.period_ns = is ? beat.period_ns : 0;
    kind.score = kind.beat_score = is ? beat.score : 0;
    add_group(s, g, kind, at, count, on);
}

void group_find_beat(Series *s, Group *g) {
    bool *on = ARENA_ARRAY(s->arena, bool, g->count);
    Beat beat = like_beat(s, g->stretch, g->count, on);
    bool is = is_beat(&beat, g->stretch, g->count, on, 0);
    g->period_ns = is ? beat.period_ns : 0;
    g->score += is ? beat.score : 0;
    g->beat_score = is ? beat.score : 0;
}

void groups_add(Series *s, Groups *groups, Group kind, Stretches *stretches) {
    double everything = 0;
    if (stretches->count == 0)
        return;
    for (uint32_t i = 0; i < stretches->count; i++)
        everything += stretches->at[i].score;
    qsort(stretches->at, stretches->count, sizeof(*stretches->at), shorter_first);
    for (uint32_t from = 0; from < stretches->count;) {
        uint32_t to = like_lengths(stretches, from);
        add_like(s, groups, kind, stretches->at + from, to - from, everything);
        from = to;
    }
}

#include "query/slice.h"

#include <string.h>

#include "query/mask.h"

typedef struct Scan {
    const Profile *profile;
    const Query *query;
    const Mask *mask;
    bool weighted, timed, weights;
    bool whole;   /* every time, else those of [t0, t1), or with … */
    bool outside; /* … all others */
    int64_t t0_ns, t1_ns;
    Slice *out; /* or */
    SliceVisit *visit;
    void *context;
} Scan;

static void tell(const Scan *s, uint64_t sample, const int64_t *time, PairId pair) {
    SliceSample told = {.time_ns = s->timed ? *time : 0,
                        .weight = s->weights ? COLUMN_AT(&s->profile->weight, uint64_t, sample) : 1,
                        .pair = pair,
                        .cpu = COLUMN_AT(&s->profile->cpu, uint16_t, sample)};
    s->visit(s->context, &told);
}

static bool in_time(const Scan *s, int64_t t) {
    return s->whole || (t >= s->t0_ns && t < s->t1_ns) != s->outside;
}

/* One run of samples whose columns are read side by side. */
static void scan_run(const Scan *s, uint64_t first, uint64_t n, const int64_t *time,
                     const PairId *pair) {
    const uint8_t *bits = mask_bits(s->mask);
    for (uint64_t k = 0; k < n; k++) {
        uint8_t is = bits[pair[k]];
        if (!(is & MASK_EVENT) || !in_time(s, time[k]))
            continue;
        if (s->out)
            s->out->samples++;
        if (!(is & MASK_SHOWN) ||
            (s->mask->by_cpu &&
             !mask_cpu_passes(s->mask, COLUMN_AT(&s->profile->cpu, uint16_t, first + k))))
            continue;
        if (s->visit) {
            tell(s, first + k, &time[k], pair[k]);
            continue;
        }
        uint64_t weight = s->weighted ? COLUMN_AT(&s->profile->weight, uint64_t, first + k) : 1;
        s->out->shown++;
        s->out->count[pair[k]] += weight;
        s->out->total += weight;
    }
}

static bool scan_all(Scan *s, const ProfileView *view, Error *err) {
    Mask mask;
    mask_init(&mask);
    const Query *q = s->query;
    bool fine = mask_set(&mask, s->profile, q->event, q->idle, &q->filter, err);
    if (fine) {
        mask_extend(&mask, view);
        s->mask = &mask;
        uint64_t n, n_pair;
        for (uint64_t i = 0; i < view->samples; i += n) {
            const int64_t *time = column_span(&s->profile->time_ns, i, view->samples, &n);
            const PairId *pair = column_span(&s->profile->pair, i, i + n, &n_pair);
            n = n_pair;
            scan_run(s, i, n, time, pair);
        }
    }
    mask_free(&mask);
    return fine;
}

bool slice_scan(const Profile *profile, const ProfileView *view, const Query *query, Arena *arena,
                Slice *out, Error *err) {
    memset(out, 0, sizeof(*out));
    out->pairs = view->pairs;
    out->count = ARENA_ARRAY(arena, uint64_t, view->pairs);
    Scan scan = {.profile = profile,
                 .query = query,
                 .weighted = query->weighted && view->has_weight,
                 .whole = query->whole,
                 .t0_ns = query->t0_ns,
                 .t1_ns = query->t1_ns,
                 .out = out};
    return scan_all(&scan, view, err);
}

bool slice_visit(const Profile *profile, const ProfileView *view, const Query *query,
                 SliceVisit *visit, void *context, Error *err) {
    Scan scan = {.profile = profile,
                 .query = query,
                 .timed = view->has_time,
                 .weights = view->has_weight,
                 .whole = query->whole,
                 .t0_ns = query->t0_ns,
                 .t1_ns = query->t1_ns,
                 .visit = visit,
                 .context = context};
    return scan_all(&scan, view, err);
}

bool slice_visit_baseline(const Profile *profile, const ProfileView *view, const Query *query,
                          SliceVisit *visit, void *context, Error *err) {
    const Query *q = query;
    bool rest = q->baseline == BASELINE_REST;
    Scan scan = {.profile = profile,
                 .query = q,
                 .timed = view->has_time,
                 .weights = view->has_weight,
                 .whole = q->baseline == BASELINE_WHOLE ||
                          (q->baseline == BASELINE_FILE && q->baseline_whole_file),
                 .outside = rest,
                 .t0_ns = rest ? q->t0_ns : q->b0_ns,
                 .t1_ns = rest ? q->t1_ns : q->b1_ns,
                 .visit = visit,
                 .context = context};
    if (q->baseline == BASELINE_NONE || (rest && q->whole)) /* nothing is left of the whole */
        return true;
    return scan_all(&scan, view, err);
}

/* ---- events -------------------------------------------------------------------------------- */

enum { LOOKED_AT = 1024, SHARE_NEEDED = 10 }; /* one in ten */

static EventId event_of(const Profile *profile, uint64_t sample) {
    Pair pair = pairs_get(&profile->pairs, COLUMN_AT(&profile->pair, PairId, sample));
    return contexts_get(&profile->dict->contexts, pair.context).event;
}

/* One sample of each of `n` equal parts of the first `whole`: not always at the same place within,
 * since events may take turns. */
static uint64_t place_of(uint64_t i, uint64_t n, uint64_t whole) {
    uint64_t step = whole / n;
    return i * whole / n + (i * 0x9E3779B97F4A7C15u >> 32) % step;
}

static bool is_common(const Profile *profile, EventId event, uint64_t n, uint64_t whole) {
    uint64_t met = 0;
    for (uint64_t i = 0; i < n && met * SHARE_NEEDED < n; i++)
        met += event_of(profile, place_of(i, n, whole)) == event;
    return met * SHARE_NEEDED >= n;
}

static EventId most_common(const Profile *profile, uint32_t events, uint64_t n, uint64_t whole) {
    Arena arena;
    arena_init(&arena, 0);
    uint32_t *met = ARENA_ARRAY(&arena, uint32_t, events);
    EventId most = 0;
    for (uint64_t i = 0; i < n; i++)
        met[event_of(profile, place_of(i, n, whole))]++;
    for (EventId e = 1; e < events; e++)
        if (met[e] > met[most])
            most = e;
    arena_free(&arena);
    return most;
}

/* Decided over a power of two of samples, that a profile which is loading or being recorded
 * changes its mind when it has doubled, if ever. */
EventId query_default_event(const Profile *profile, const ProfileView *view) {
    if (view->samples == 0)
        return 0;
    if (view->chosen)
        return view->chosen;
    uint64_t whole = 1;
    while (whole <= view->samples / 2)
        whole *= 2;
    uint64_t n = whole < LOOKED_AT ? whole : LOOKED_AT;
    EventId first = event_of(profile, 0);
    return is_common(profile, first, n, whole) ? first
                                               : most_common(profile, view->events, n, whole);
}

bool query_event_named(const Profile *profile, const ProfileView *view, Str name, EventId *out) {
    const Dict *dict = profile->dict;
    if (str_eq_c(name, "all")) {
        *out = EVENT_ALL;
        return true;
    }
    for (uint32_t id = 0; id < view->events; id++) {
        Str known = names_get(&dict->names, contexts_get_event(&dict->contexts, id).name);
        if (str_eq(known, name) && (id || name.n)) {
            *out = id;
            return true;
        }
    }
    return false;
}

uint32_t query_weight_kind(const Dict *dict, const ProfileView *view, EventId event) {
    uint32_t common = WEIGHT_SAMPLES;
    if (!view->has_weight)
        return WEIGHT_SAMPLES;
    if (event != EVENT_ALL)
        return event < view->events ? contexts_get_event(&dict->contexts, event).weight
                                    : (uint32_t)WEIGHT_SAMPLES;
    for (EventId e = 0; e < view->events; e++) {
        uint32_t kind = contexts_get_event(&dict->contexts, e).weight;
        if (kind == WEIGHT_SAMPLES || kind == common)
            continue;
        if (common != WEIGHT_SAMPLES)
            return WEIGHT_MIXED;
        common = kind;
    }
    return common;
}

/* Whether time weights are of much the same size, so that a sample stands for as much as any other:
 * nine of ten within a factor of eight, and four fifths of the sum. Those of calls and waits are
 * not, where many short ones come to less than one long. */
static bool are_alike(const Profile *profile, const ProfileView *view, EventId event) {
    enum { SIZES = 65, NEAR = 3 };
    double of_size[SIZES] = {0}, sum[SIZES] = {0}, all = 0, whole_sum = 0;
    uint64_t n = view->samples < LOOKED_AT ? view->samples : LOOKED_AT;
    for (uint64_t i = 0; i < n; i++) {
        uint64_t at = place_of(i, n, view->samples),
                 weight = COLUMN_AT(&profile->weight, uint64_t, at);
        if (!weight || event_of(profile, at) != event)
            continue;
        int size = 64 - __builtin_clzll(weight);
        of_size[size]++;
        sum[size] += (double)weight;
        all++;
        whole_sum += (double)weight;
    }
    for (uint32_t i = NEAR - 1; i < SIZES; i++)
        if ((of_size[i] + of_size[i - 1] + of_size[i - 2]) * 10 >= all * 9 &&
            (sum[i] + sum[i - 1] + sum[i - 2]) * 5 >= whole_sum * 4)
            return true;
    return false;
}

bool query_by_weight(const Profile *profile, const ProfileView *view, EventId event,
                     Weighing asked) {
    if (!view->has_weight)
        return false;
    uint32_t kind = query_weight_kind(profile->dict, view, event);
    if (kind == WEIGHT_COUNT || asked == WEIGHING_WEIGHTS)
        return true;
    if (asked != WEIGHING_USUAL || event == EVENT_ALL)
        return false;
    return kind == WEIGHT_BYTES ? !view->has_time
                                : kind == WEIGHT_TIME_NS && !are_alike(profile, view, event);
}

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
                        .weight =
                            s->weights ? COLUMN_AT(&s->profile->weight, uint64_t, sample) : 1,
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

bool slice_scan(const Profile *profile, const ProfileView *view, const Query *query,
                Arena *arena, Slice *out, Error *err) {
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

EventId query_default_event(const Profile *profile, const ProfileView *view) {
    if (view->samples == 0)
        return 0;
    Pair first = pairs_get(&profile->pairs, COLUMN_AT(&profile->pair, PairId, 0));
    return contexts_get(&profile->dict->contexts, first.context).event;
}

bool query_event_named(const Profile *profile, const ProfileView *view, Str name,
                       EventId *out) {
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

bool query_by_weight(const Profile *profile, const ProfileView *view, EventId event,
                     bool asked) {
    if (!view->has_weight)
        return false;
    bool one = event != EVENT_ALL && event < view->events;
    return asked ||
           (one && contexts_get_event(&profile->dict->contexts, event).weight == WEIGHT_COUNT);
}

#include "app/question.h"

#include <string.h>

EventId state_event(const State *state, const Profile *profile, const ProfileView *view) {
    EventId id;
    if (state->event[0] && query_event_named(profile, view, str_of(state->event), &id))
        return id;
    return query_default_event(profile, view);
}

bool state_weighted(const State *state, const Profile *profile, const ProfileView *view) {
    return query_by_weight(profile, view, state_event(state, profile, view),
                           (Weighing)state->weighted);
}

static void count_rows(Query *q, ReadFile a, ReadFile b) {
    if (q->baseline != BASELINE_FILE || !b.profile)
        return;
    const Dict *dict = b.profile->dict; /* of both */
    bool counts_a = query_weight_kind(dict, a.view, q->event) == WEIGHT_COUNT;
    bool counts_b = query_weight_kind(dict, b.view, q->event) == WEIGHT_COUNT;
    if (counts_b && (counts_a || !a.view->has_weight))
        q->weighted = true;
    else if (counts_a && b.view->has_weight && q->event == EVENT_ALL)
        q->weighted = false; /* its weights are no counts: all that is common are rows */
}

void state_query(const State *s, ReadFile a, ReadFile b, Query *q) {
    memset(q, 0, sizeof *q);
    q->whole = !s->selection.on;
    if (s->selection.on) {
        q->t0_ns = s->selection.t0_ns;
        q->t1_ns = s->selection.t1_ns;
    }
    q->event = state_event(s, a.profile, a.view);
    q->weighted = state_weighted(s, a.profile, a.view);
    q->idle = s->idle;
    q->filter = s->filter;
    memcpy(q->search, s->search, sizeof q->search);
    q->tree.transforms = s->transforms;
    if (s->view_kind == VIEW_INVERTED)
        q->tree.direction = TREE_INVERTED;
    if (s->view_kind == VIEW_SANDWICH)
        transforms_add(&q->tree.transforms, TRANSFORM_FOCUS_FUNCTION, GROUP_PROCESS,
                       str_of(s->function), NULL);
    if (!state_compares(s))
        return;
    q->baseline = s->baseline_kind;
    q->elided = s->elided;
    q->baseline_whole_file = !s->baseline.on;
    q->b0_ns = s->baseline.t0_ns;
    q->b1_ns = s->baseline.t1_ns;
    count_rows(q, a, b);
}

bool state_callers_query(const State *s, ReadFile a, ReadFile b, Query *q) {
    if (s->view_kind != VIEW_SANDWICH || !s->function[0])
        return false;
    state_query(s, a, b, q);
    q->tree.transforms = s->transforms;
    q->tree.direction = TREE_INVERTED;
    return transforms_add(&q->tree.transforms, TRANSFORM_CALLERS_OF, GROUP_PROCESS,
                          str_of(s->function), NULL);
}

void state_heat_spec(const State *s, const Profile *profile, const ProfileView *view,
                     PinnedFrame *pin, HeatSpec *spec) {
    memset(spec, 0, sizeof *spec);
    spec->rows = s->rows;
    spec->column_ns = s->column_ns;
    spec->event = state_event(s, profile, view);
    spec->idle = s->idle;
    spec->filter = s->filter;
    spec->row_kind = s->row_kind;
    spec->value_kind = s->value_kind;
    if (s->value_kind <= HEAT_WEIGHT)
        spec->value_kind =
            query_by_weight(profile, view, spec->event,
                            s->value_kind == HEAT_WEIGHT ? WEIGHING_WEIGHTS : (Weighing)s->weighted)
                ? HEAT_WEIGHT
                : HEAT_SAMPLES;
    if (s->value_kind == HEAT_SHARE)
        linking_match(pin, s, profile->dict, view->frames, 0, &spec->match);
}

uint32_t count_kind(const Dict *dict, const ProfileView *view, EventId event, bool weighted) {
    return weighted ? query_weight_kind(dict, view, event) : (uint32_t)WEIGHT_SAMPLES;
}

bool weight_fits(const Dict *dict, const ProfileView *view, EventId event, uint32_t kind,
                 Error *err) {
    uint32_t has = query_weight_kind(dict, view, event);
    if (kind == WEIGHT_SAMPLES || kind == WEIGHT_PERIOD || kind == has || event == EVENT_ALL)
        return true;
    Str name = names_get(&dict->names, contexts_get_event(&dict->contexts, event).name);
    const char *what = weight_name(has), * or = name.n ? "" : "this event";
    if (has == WEIGHT_SAMPLES)
        return error_set(err, ERROR_USAGE, "%.*s%s has no weight, so no %s", (int)name.n, name.s,
                         or, weight_name(kind));
    return error_set(err, ERROR_USAGE, "the weight of %.*s%s is %s, not %s", (int)name.n, name.s,
                     or, what, weight_name(kind));
}

/* Actions on the list of what is unusual. */
#include "app/actions.h"

bool can_findings(const App *app) {
    const DetectList *list = can_time(app) ? findings_list(app->session.engine) : NULL;
    return list && list->count;
}

bool can_finding(const App *app) {
    Range r;
    return can_findings(app) &&
           findings_range(&app->findings, findings_list(app->session.engine), &r);
}

bool do_findings(App *app, Str args, Error *err) {
    (void)args, (void)err;
    app->findings.open = !app->findings.open;
    return true;
}

/* Its range against everything else, and both on screen. */
static bool show(App *app, Error *err) {
    Range r;
    if (!findings_range(&app->findings, findings_list(app->session.engine), &r))
        return error_set(err, ERROR_USAGE, "nothing unusual was found");
    State *s = &app->state;
    app->findings.open = true;
    s->selection = r;
    compare_set_kind(app, BASELINE_REST);
    if (s->view.on && (r.t0_ns < s->view.t0_ns || r.t1_ns > s->view.t1_ns))
        s->view = (Range){0};
    return true;
}

static bool step(App *app, int by, Error *err) {
    if (!findings_step(&app->findings, findings_list(app->session.engine), by))
        return error_set(err, ERROR_USAGE, "nothing unusual was found");
    return show(app, err);
}

bool do_findings_next(App *app, Str args, Error *err) {
    (void)args;
    return step(app, 1, err);
}

bool do_findings_previous(App *app, Str args, Error *err) {
    (void)args;
    return step(app, -1, err);
}

/* "N" or "N.RANGE", both from 1. */
bool do_findings_go(App *app, Str args, Error *err) {
    const DetectList *list = findings_list(app->session.engine);
    Str rest = args;
    Str first = str_cut(&rest, '.');
    int64_t n, range = 1;
    if (!str_to_i64(first, &n) || n < 1 || n > list->count ||
        (rest.n && !str_to_i64(rest, &range)) || range < 1 || range > list->finding[n - 1].ranges)
        return error_set(err, ERROR_USAGE, "there is no finding %.*s", (int)args.n, args.s);
    app->findings.chosen = app->findings.show = true;
    app->findings.at = (uint32_t)n - 1;
    app->findings.range = (uint32_t)range - 1;
    return show(app, err);
}

/* A task that comes back with this period becomes a horizontal line. */
bool do_findings_column(App *app, Str args, Error *err) {
    (void)args;
    const DetectList *list = findings_list(app->session.engine);
    int64_t period = list->finding[app->findings.at].period_ns;
    if (period < 10000000 || period > 3600000000000)
        return error_set(err, ERROR_USAGE,
                         period ? "a column cannot be that long" : "this one has no period");
    app->state.column_ns = period;
    return true;
}

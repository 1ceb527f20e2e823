#include "app/live.h"

#include <stdio.h>

#include "app/program.h"

/* How many columns are in view when it begins to follow time and was of everything. */
enum { EDGE_COLUMNS = 60 };

static int64_t end_of_time(const HeatGrid *g) {
    return g->origin_ns + (int64_t)g->columns * g->spec.column_ns;
}

static void set_edge(App *app, const HeatGrid *g, int64_t span) {
    Live *l = &app->live;
    l->t1_ns = end_of_time(g);
    l->t0_ns = l->t1_ns - span;
    app->state.view = (Range){true, l->t0_ns, l->t1_ns};
}

void live_follow_edge(App *app) {
    const HeatGrid *g = app_grid(app);
    const Range *view = &app->state.view;
    app->live.edge = !app->live.edge && g && g->columns;
    if (app->live.edge)
        set_edge(app, g, view->on ? view->t1_ns - view->t0_ns : EDGE_COLUMNS * g->spec.column_ns);
}

static void move_edge(App *app) {
    Live *l = &app->live;
    const HeatGrid *g = app_grid(app);
    const Range *view = &app->state.view;
    if (!view->on || view->t0_ns != l->t0_ns || view->t1_ns != l->t1_ns)
        l->edge = false; /* moved by hand */
    else if (g && g->columns && end_of_time(g) != l->t1_ns)
        set_edge(app, g, l->t1_ns - l->t0_ns);
}

/* What it said last, which is why it ended when it did not end well. */
static void tell_end(App *app, const Process *p) {
    const char *path = app->state.file[0];
    if (process_status(p) == 0) {
        app_notice(app, "Recorded into %.*s", 200, path);
        return;
    }
    Str words = process_words(p);
    app_notice(app, "perf ended with status %d: %.*s", process_status(p), (int)(words.n < 200 ? words.n : 200), words.s);
}

static void poll_recorder(App *app) {
    Live *l = &app->live;
    if (!l->recorder || process_running(l->recorder))
        return;
    tell_end(app, l->recorder);
    l->recorder = NULL;
    session_end_load(&app->session, 0);
}

void live_stop(App *app) {
    if (app->live.recorder)
        process_interrupt(app->live.recorder); /* it writes what it has; then the load ends */
    else
        session_end_load(&app->session, 0);
}

void live_update(App *app) {
    poll_recorder(app);
    if (app->live.edge)
        move_edge(app);
}

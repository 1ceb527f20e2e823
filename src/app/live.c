#include "app/live.h"

#include <string.h>

#include "app/program.h"
#include "app/record.h"

/* How many columns are in view when it begins to follow time and was of everything. */
enum { EDGE_COLUMNS = 60 };

static int64_t end_of_time(const HeatGrid *g) {
    return g->origin_ns + (int64_t)g->columns * g->spec.column_ns;
}

static void set_edge(App *app, const HeatGrid *g, int64_t span) {
    int64_t end = end_of_time(g);
    app->state.view = app->live.edge = (Range){true, end - span, end};
}

void live_follow_edge(App *app) {
    const HeatGrid *g = app_grid(app);
    const Range *view = &app->state.view;
    bool begin = !app->live.edge.on && g && g->columns;
    app->live.edge.on = false;
    if (begin)
        set_edge(app, g, view->on ? view->t1_ns - view->t0_ns : EDGE_COLUMNS * g->spec.column_ns);
}

static void move_edge(App *app) {
    Range *edge = &app->live.edge;
    const HeatGrid *g = app_grid(app);
    if (!range_same(edge, &app->state.view))
        edge->on = false; /* moved by hand */
    else if (g && g->columns && end_of_time(g) != edge->t1_ns)
        set_edge(app, g, edge->t1_ns - edge->t0_ns);
}

static bool shows_recording(const App *app) {
    return app->live.recorder && !strcmp(app->session.slot[0].path, app->live.recording);
}

static void poll_recorder(App *app) {
    Live *l = &app->live;
    Buf words = {0};
    if (!l->recorder || process_running(l->recorder))
        return;
    record_ended_well(process_status(l->recorder), process_words(l->recorder), l->recording,
                      &words);
    words.s[0] = words.s[0] == 'r' ? 'R' : words.s[0];
    app_notice(app, "%s", words.s);
    buf_free(&words);
    if (shows_recording(app))
        session_end_load(&app->session, 0);
    l->recorder = NULL;
}

void live_stop(App *app) {
    if (shows_recording(app))
        process_interrupt(app->live.recorder); /* it writes what it has; then the load ends */
    else
        session_end_load(&app->session, 0);
}

void live_update(App *app) {
    poll_recorder(app);
    if (app->live.edge.on)
        move_edge(app);
}

/* What the window wants to know: the state's questions and those of the pointer, put to the engine
 * once a frame. */
#include "app/heat_cell.h"
#include "app/program.h"
#include "app/question.h"
#include "query/hottest.h"

static HottestWish hottest_wish(const Query *q, const Range *cell) {
    return (HottestWish){.t0_ns = cell->t0_ns,
                         .t1_ns = cell->t1_ns,
                         .event = q->event,
                         .idle = q->idle,
                         .filter = q->filter};
}

/* Of the cell under the pointer. */
static void ask_hottest(App *app, const Query *q) {
    const Range *cell = &app->heat.hover;
    HottestWish w = hottest_wish(q, cell);
    bool whose =
        heat_lane_filter(app_grid(app), &app->session.dict, app->heat.hover_row, &w.filter);
    engine_ask_aside(app->session.engine, ASIDE_HOTTEST, 0, cell->on && whose ? &w : NULL);
}

static void ask_pinned(App *app, const Query *q) {
    const State *s = &app->state;
    HottestWish w = hottest_wish(q, &s->cell);
    uint32_t column, row;
    bool wanted = heat_cell_find(app_grid(app), &app->session.dict, s, &column, &row) &&
                  heat_lane_filter(app_grid(app), &app->session.dict, row, &w.filter);
    engine_ask_aside(app->session.engine, ASIDE_PINNED, 0, wanted ? &w : NULL);
}

static FrameId hovered_frame(const App *app) {
    const FlameBox *b = &app->flame.hover.box;
    const ChartBox *c = &app->chart.hover.box;
    if (app->table.hover.on)
        return app->table.hover.row.frame;
    if (app->chart.hover.on)
        return c->merged ? 0 : c->frame;
    return app->flame.hover.on && b->depth && !b->merged ? b->frame : 0;
}

/* What is lit on the heat map: pinned, hovered or searched. */
static void ask_link(App *app, const HeatSpec *spec) {
    const ProfileView *view = &app->session.slot[0].view;
    FrameId hovered = hovered_frame(app);
    const HeatGrid *grid = app_grid(app);
    LinkWish w = {.spec = *spec};
    bool lit = view->has_time && linking_match(&app->pinned, &app->state, &app->session.dict,
                                               view->frames, hovered, &app->lit);
    if (lit && spec->value_kind == HEAT_SHARE && link_match_same(&app->lit, &spec->match))
        lit = false;                                     /* the map says so already */
    if (grid && grid->spec.row_kind == spec->row_kind) { /* columns and rows as they were made */
        link_wish_of(grid, &app->lit, &w);
        w.spec.event = spec->event;
        w.spec.idle = spec->idle;
        w.spec.filter = spec->filter;
    }
    w.spec.match = app->lit;
    w.t0_ns = app->heat.t0_ns;
    w.t1_ns = app->heat.t1_ns;
    engine_ask_aside(app->session.engine, ASIDE_LINK, 0, lit ? &w : NULL);
}

static void ask_second_heat(App *app, const HeatSpec *of_a) {
    const SessionSlot *slot = &app->session.slot[1];
    HeatSpec spec = *of_a;
    if (!slot->open)
        return;
    spec.slot = 1;
    heat_spec_fit(&spec, &slot->view);
    engine_ask_heat(app->session.engine, &spec);
}

static void ask_callers(App *app) {
    Query q;
    bool wanted = state_callers_query(&app->state, app_file(app, 0), app_file(app, 1), &q);
    engine_ask(app->session.engine, ANSWER_SECOND, wanted ? &q : NULL);
}

/* What is unusual, once all is read: a load that goes on would only have it looked for again. */
static void ask_findings(App *app, const Query *q) {
    const SessionSlot *slot = &app->session.slot[0];
    FindingsWish w = {.event = q->event, .idle = q->idle, .filter = q->filter};
    engine_ask_aside(app->session.engine, ASIDE_FINDINGS, 0,
                     slot->settled && slot->view.has_time ? &w : NULL);
}

static void ask_chart(App *app, const Query *q) {
    const State *s = &app->state;
    const ProfileView *view = &app->session.slot[0].view;
    ChartWish w = chart_wish(q, view);
    w.chosen = s->chart_chosen;
    w.pid = s->chart_pid;
    w.tid = s->chart_tid;
    bool wanted = s->view_kind == VIEW_CHART && view->has_time;
    engine_ask_aside(app->session.engine, ASIDE_CHART, 0, wanted ? &w : NULL);
}

static void ask_functions(App *app, const Query *q) {
    bool wanted = app->state.view_kind == VIEW_TABLE || app->state.view_kind == VIEW_SANDWICH ||
                  (app->findings.open && app->findings.chosen);
    if (!wanted) {
        engine_ask_aside(app->session.engine, ASIDE_FUNCTIONS, 0, NULL);
        return;
    }
    Query wish = functions_wish(q);
    engine_ask_aside(app->session.engine, ASIDE_FUNCTIONS, 0, &wish);
}

void app_ask(App *app) {
    if (!app->session.slot[0].open)
        return;
    Query q;
    HeatSpec spec;
    app_query(app, &q);
    app_heat_spec(app, &spec);
    int64_t fitted = heat_spec_fit(&spec, &app->session.slot[0].view) ? spec.column_ns : 0;
    if (fitted && fitted != app->fitted_column_ns)
        app_notice(app, "Columns made longer: a heat map has at most %d M cells",
                   HEAT_MAX_CELLS >> 20);
    app->fitted_column_ns = fitted;
    engine_ask(app->session.engine, ANSWER_MAIN, &q);
    ask_callers(app);
    engine_ask_heat(app->session.engine, &spec);
    ask_second_heat(app, &spec);
    ask_hottest(app, &q);
    ask_pinned(app, &q);
    ask_link(app, &spec);
    ask_findings(app, &q);
    ask_functions(app, &q);
    ask_chart(app, &q);
    /* start at once: the answer is then there for the next frame, not for the one after it */
    engine_poll(app->session.engine, app->last_input.now_ns, session_loading(&app->session));
}

/* Actions on the table of functions and on the flame chart. */
#include <string.h>

#include "app/actions.h"

bool can_table(const App *app) {
    return app->session.slot[0].open && app->state.view_kind == VIEW_TABLE;
}

bool can_chart(const App *app) {
    return app->session.slot[0].open && app->state.view_kind == VIEW_CHART;
}

/* -- table */

/* NULL while there are none, or the rows that were drawn are of others. */
static const Functions *functions_of(const App *app) {
    uint64_t number;
    const Functions *f = table_functions(app->session.engine, &number);
    return app->table.made_of == number ? f : NULL;
}

#define DOES(name, call)                                                                           \
    bool name(App *app, Str args, Error *err) {                                                    \
        (void)args, (void)err;                                                                     \
        call;                                                                                      \
        return true;                                                                               \
    }
DOES(do_table_up, table_pane_move(&app->table, functions_of(app), -1))
DOES(do_table_down, table_pane_move(&app->table, functions_of(app), 1))
DOES(do_table_page_up, table_pane_move_page(&app->table, functions_of(app), -1))
DOES(do_table_page_down, table_pane_move_page(&app->table, functions_of(app), 1))
DOES(do_table_first, table_pane_move(&app->table, functions_of(app), -(int64_t)UINT32_MAX))
DOES(do_table_last, table_pane_move(&app->table, functions_of(app), UINT32_MAX))

bool do_table_choose(App *app, Str args, Error *err) {
    const Functions *f = functions_of(app);
    (void)args;
    if (!f || !app->table.cursor)
        return error_set(err, ERROR_USAGE, "no function is marked");
    Buf text = {0};
    table_exact(functions_symbol(f, &app->session.dict, app->table.cursor), &text);
    bool ok = do_search_set(app, buf_str(&text), err);
    buf_free(&text);
    return ok;
}

/* Numbers begin with the largest, names with the first. */
bool do_table_sort(App *app, Str args, Error *err) {
    State *s = &app->state;
    Str rest = args;
    Str name = str_cut(&rest, ' ');
    rest = str_trim(rest);
    uint8_t order = (uint8_t)((s->table_order + 1) % FUNCTION_ORDERS);
    const Functions *f = functions_of(app);
    if (!name.n && order == FUNCTIONS_BY_DELTA && !(f && f->has_b))
        order = FUNCTIONS_BY_NAME;
    if (name.n && !function_order_named(name, &order))
        return error_set(err, ERROR_USAGE, "a table is sorted by total, self, delta or name");
    if (rest.n && !str_eq_c(rest, "up") && !str_eq_c(rest, "down"))
        return error_set(err, ERROR_USAGE, "an order is up or down");
    s->table_order = order;
    s->table_ascending = rest.n ? str_eq_c(rest, "up") : order == FUNCTIONS_BY_NAME;
    return true;
}

bool do_table_reverse(App *app, Str args, Error *err) {
    (void)args, (void)err;
    app->state.table_ascending = !app->state.table_ascending;
    return true;
}

bool do_table_filter(App *app, Str args, Error *err) {
    if (args.n >= SEARCH_TEXT)
        return error_set(err, ERROR_LIMIT, "a filter has at most %d characters", SEARCH_TEXT - 1);
    state_put(app->state.table_filter, SEARCH_TEXT, args);
    return true;
}

bool do_table_filter_ask(App *app, Str args, Error *err) {
    (void)args, (void)err;
    ui_set_focus(&app->ui, ui_id("table filter"), false);
    return true;
}

/* -- chart */

static const Chart *chart_of(const App *app) {
    uint64_t number;
    return chart_newest(app->session.engine, &number);
}

/* A tid alone means the thread with the most samples that has it. */
bool do_chart_thread(App *app, Str args, Error *err) {
    const Chart *c = chart_of(app);
    int64_t tid;
    if (!args.n) {
        app->state.chart_chosen = false;
        app->state.chart_pid = app->state.chart_tid = 0;
        return true;
    }
    if (thread_parse(args, &app->state))
        return true;
    if (!str_to_i64(args, &tid))
        return error_set(err, ERROR_USAGE, "a thread is PID/TID or TID, not %.*s", (int)args.n,
                         args.s);
    for (uint32_t i = 0; c && i < c->tops; i++) {
        if (c->top[i].tid != tid)
            continue;
        app->state.chart_chosen = true;
        app->state.chart_pid = c->top[i].pid;
        app->state.chart_tid = c->top[i].tid;
        return true;
    }
    return error_set(err, ERROR_USAGE, "no thread %.*s is among those with most samples",
                     (int)args.n, args.s);
}

static bool step_thread(App *app, int step) {
    const Chart *c = chart_of(app);
    uint32_t at = 0;
    if (!c || !c->tops)
        return true;
    while (at < c->tops && (c->top[at].pid != c->thread.pid || c->top[at].tid != c->thread.tid))
        at++;
    at = at == c->tops ? 0 : (at + c->tops + (uint32_t)step) % c->tops;
    app->state.chart_chosen = true;
    app->state.chart_pid = c->top[at].pid;
    app->state.chart_tid = c->top[at].tid;
    return true;
}

bool do_chart_next(App *app, Str args, Error *err) {
    (void)args, (void)err;
    return step_thread(app, 1);
}

bool do_chart_previous(App *app, Str args, Error *err) {
    (void)args, (void)err;
    return step_thread(app, -1);
}

/* Around the pointer while it is over the chart. */
static void zoom_chart(App *app, double factor) {
    Rect body = app->chart.body;
    double around = 0.5;
    if (rect_has(body, app->ui.x, app->ui.y))
        around = (double)((app->ui.x - body.x) / body.w);
    chart_pane_change(&app->chart, factor, around, 0);
}

DOES(do_chart_in, zoom_chart(app, 0.75))
DOES(do_chart_out, zoom_chart(app, 1 / 0.75))
DOES(do_chart_left, chart_pane_change(&app->chart, 1, 0.5, -0.15))
DOES(do_chart_right, chart_pane_change(&app->chart, 1, 0.5, 0.15))
DOES(do_chart_fit, chart_pane_fit(&app->chart))
DOES(do_chart_up, chart_pane_scroll(&app->chart, -1))
DOES(do_chart_down, chart_pane_scroll(&app->chart, 1))
DOES(do_chart_page_up, chart_pane_scroll(&app->chart, -chart_pane_page(&app->chart)))
DOES(do_chart_page_down, chart_pane_scroll(&app->chart, chart_pane_page(&app->chart)))

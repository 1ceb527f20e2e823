/* Actions on time: selection, view, and the heat map's shape. */
#include <stdio.h>
#include <string.h>

#include "app/actions.h"

bool can_time(const App *app) {
    return app->session.slot[0].open && app->session.slot[0].view.has_time;
}

bool can_selection(const App *app) {
    return can_time(app) && app->state.selection.on;
}

static bool parse_ns(Str args, Range *out, Error *err) {
    return range_parse_ns(args, out) ||
           error_set(err, ERROR_USAGE, "not a range of ns: %.*s", (int)args.n, args.s);
}

bool do_select(App *app, Str args, Error *err) {
    const ProfileView *view = &app->session.slot[0].view;
    Range r;
    if (!range_parse(args, app_origin(app), view->first_ns, view->last_ns, &r, err))
        return false;
    if (r.t1_ns <= r.t0_ns)
        return error_set(err, ERROR_USAGE, "the range %.*s is empty", (int)args.n, args.s);
    app->state.selection = r;
    return true;
}

bool do_select_ns(App *app, Str args, Error *err) {
    return parse_ns(args, &app->state.selection, err);
}

bool do_select_clear(App *app, Str args, Error *err) {
    (void)args, (void)err;
    app->state.selection = (Range){0};
    return true;
}

/* A view of everything is none: it follows a load that goes on. */
static void set_view(App *app, Range r) {
    app->state.view = r.on ? r : (Range){0};
}

static bool move_selection(App *app, int64_t rows, int64_t columns, bool extend) {
    if (!extend && playback_nudge(app, app->state.downwards ? -rows : rows, columns))
        return true;
    const HeatGrid *grid = app_grid(app);
    int64_t cells = rows + columns * (grid ? heat_slices(grid) : 1);
    Range moved;
    if (!heat_select_move(&app->state, grid, app->state.downwards ? cells - 2 * rows : cells,
                          extend, &moved))
        return true;
    app->state.selection = moved;
    const Range *view = &app->state.view;
    int64_t at = extend || cells > 0 ? moved.t1_ns : moved.t0_ns; /* the view follows this end */
    int64_t by = at > view->t1_ns ? at - view->t1_ns : at < view->t0_ns ? at - view->t0_ns : 0;
    if (view->on && by)
        set_view(app, heat_view_change(&app->state, grid, 1, 0.5,
                                       (double)by / (double)(view->t1_ns - view->t0_ns)));
    return true;
}

#define MOVE(name, rows, columns, extend)                                                          \
    bool name(App *app, Str args, Error *err) {                                                    \
        (void)args, (void)err;                                                                     \
        return move_selection(app, rows, columns, extend);                                         \
    }
MOVE(do_select_up, 1, 0, false)
MOVE(do_select_down, -1, 0, false)
MOVE(do_select_left, 0, -1, false)
MOVE(do_select_right, 0, 1, false)
MOVE(do_extend_up, 1, 0, true)
MOVE(do_extend_down, -1, 0, true)
MOVE(do_extend_left, 0, -1, true)
MOVE(do_extend_right, 0, 1, true)

/* -- view */

bool do_time_all(App *app, Str args, Error *err) {
    (void)args, (void)err;
    app->state.view = (Range){0};
    return true;
}

bool do_time_view(App *app, Str args, Error *err) {
    Range r = {0};
    if (!parse_ns(args, &r, err))
        return false;
    const HeatGrid *grid = app_grid(app);
    if (grid) {
        State asked = app->state;
        asked.view = r;
        r = heat_view_change(&asked, grid, 1, 0.5, 0);
    }
    set_view(app, r);
    return true;
}

bool do_time_fit(App *app, Str args, Error *err) {
    (void)args, (void)err;
    const HeatGrid *grid = app_grid(app);
    if (!grid)
        return true;
    int64_t w = grid->spec.column_ns,
            span = app->state.selection.t1_ns - app->state.selection.t0_ns;
    int64_t margin = span / 4 > w ? span / 4 : w;
    State asked = app->state;
    asked.view =
        (Range){true, app->state.selection.t0_ns - margin, app->state.selection.t1_ns + margin};
    set_view(app, heat_view_change(&asked, grid, 1, 0.5, 0));
    return true;
}

static bool change_view(App *app, double factor, double move) {
    const HeatGrid *grid = app_grid(app);
    if (!grid || !grid->columns)
        return true;
    double around = 0.5; /* zoom at the pointer while it is over the map */
    Rect plot = app->heat.plot;
    if (rect_has(plot, app->ui.x, app->ui.y))
        around = (double)((app->ui.x - plot.x) / plot.w);
    set_view(app, heat_view_change(&app->state, grid, factor, around, move));
    return true;
}

#define VIEW_CHANGE(name, factor, move)                                                            \
    bool name(App *app, Str args, Error *err) {                                                    \
        (void)args, (void)err;                                                                     \
        return change_view(app, factor, move);                                                     \
    }
VIEW_CHANGE(do_time_in, 0.75, 0)
VIEW_CHANGE(do_time_out, 1 / 0.75, 0)
VIEW_CHANGE(do_time_left, 1, -0.15)
VIEW_CHANGE(do_time_right, 1, 0.15)

/* -- the heat map's shape */

bool do_rows(App *app, Str args, Error *err) {
    int64_t n;
    if (!str_to_i64(args, &n) || n < 1 || n > 1000)
        return error_set(err, ERROR_USAGE, "rows must be 1 to 1000, not %.*s", (int)args.n, args.s);
    app->state.rows = (uint32_t)n;
    return true;
}

static const uint32_t usual_rows[] = {1, 5, 10, 20, 25, 40, 50, 100, 200, 500, 1000};
static const int64_t usual_columns[] = {10000000,     20000000,      50000000,     100000000,
                                        200000000,    500000000,     1000000000,   2000000000,
                                        5000000000,   10000000000,   15000000000,  30000000000,
                                        60000000000,  120000000000,  300000000000, 600000000000,
                                        900000000000, 1800000000000, 3600000000000};

static bool step_rows(App *app, int step) {
    int n = (int)(sizeof usual_rows / sizeof *usual_rows);
    uint32_t now = app->state.rows;
    for (int i = step > 0 ? 0 : n - 1; i >= 0 && i < n; i += step) {
        if (step > 0 ? usual_rows[i] > now : usual_rows[i] < now) {
            app->state.rows = usual_rows[i];
            break;
        }
    }
    return true;
}

static bool step_column(App *app, int step) {
    int n = (int)(sizeof usual_columns / sizeof *usual_columns);
    int64_t now = app->state.column_ns;
    for (int i = step > 0 ? 0 : n - 1; i >= 0 && i < n; i += step) {
        if (step > 0 ? usual_columns[i] > now : usual_columns[i] < now) {
            app->state.column_ns = usual_columns[i];
            break;
        }
    }
    return true;
}

bool do_rows_more(App *app, Str args, Error *err) {
    (void)args, (void)err;
    return step_rows(app, 1);
}

bool do_rows_fewer(App *app, Str args, Error *err) {
    (void)args, (void)err;
    return step_rows(app, -1);
}

bool do_column(App *app, Str args, Error *err) {
    int64_t ns;
    if (!span_parse(args, &ns) || ns < 10000000 || ns > 3600000000000)
        return error_set(err, ERROR_USAGE, "a column must span 10ms to 1h, not %.*s", (int)args.n,
                         args.s);
    app->state.column_ns = ns;
    return true;
}

bool do_column_longer(App *app, Str args, Error *err) {
    (void)args, (void)err;
    return step_column(app, 1);
}

bool do_column_shorter(App *app, Str args, Error *err) {
    (void)args, (void)err;
    return step_column(app, -1);
}

bool do_heat_by(App *app, Str args, Error *err) {
    uint8_t kind = (uint8_t)((app->state.row_kind + 1) % ROW_KINDS);
    if (args.n && !row_kind_named(args, &kind))
        return error_set(err, ERROR_USAGE, "rows cannot be by \"%.*s\"", (int)args.n, args.s);
    state_set_row_kind(&app->state, kind);
    return true;
}

/* By key, weight is left out: it has a command of its own. */
bool do_heat_value(App *app, Str args, Error *err) {
    uint8_t kind = (uint8_t)((app->state.value_kind + 1) % VALUE_KINDS);
    kind = kind == HEAT_WEIGHT ? HEAT_CPUS : kind;
    if (args.n && !value_kind_named(args, &kind))
        return error_set(err, ERROR_USAGE, "cells cannot show \"%.*s\"", (int)args.n, args.s);
    app->state.value_kind = kind;
    return true;
}

bool do_scale(App *app, Str args, Error *err) {
    HeatScale scale = (HeatScale)((app->state.scale + 1) % SCALE_COUNT);
    if (args.n && !heat_scale_named(args, &scale))
        return error_set(err, ERROR_USAGE, "there is no scale \"%.*s\"", (int)args.n, args.s);
    app->state.scale = (uint8_t)scale;
    return true;
}

bool do_palette(App *app, Str args, Error *err) {
    HeatPalette palette = (HeatPalette)((app->state.heat_palette + 1) % HEAT_PALETTE_COUNT);
    if (args.n && !heat_palette_named(args, &palette))
        return error_set(err, ERROR_USAGE, "there is no heat map palette \"%.*s\"", (int)args.n,
                         args.s);
    app->state.heat_palette = (uint8_t)palette;
    return true;
}

bool do_downwards(App *app, Str args, Error *err) {
    (void)args, (void)err;
    app->state.downwards = !app->state.downwards;
    return true;
}

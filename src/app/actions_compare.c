/* Actions on what the selection is compared with. */
#include <stdio.h>
#include <string.h>

#include "app/actions.h"

bool can_swap(const App *app) {
    return can_time(app) && app->state.selection.on && app->state.baseline_kind == BASELINE_RANGE &&
           app->state.baseline.on;
}

bool can_compared(const App *app) {
    return can_file(app) && state_compares(&app->state);
}

bool can_second(const App *app) {
    return can_file(app) && app->state.file[1][0];
}

/* The range kept is on the clock of the file that it was chosen in. */
void compare_set_kind(App *app, uint8_t kind) {
    State *s = &app->state;
    if ((kind == BASELINE_FILE) != (s->baseline_kind == BASELINE_FILE))
        s->baseline = (Range){0};
    s->baseline_kind = kind;
    if (kind == BASELINE_NONE)
        s->elided = false;
}

bool do_compare(App *app, Str args, Error *err) {
    static const char *const wanting[] = {"", "drag a second range with Ctrl first",
                                          "select a range first", "select a range first",
                                          "open a second profile first"};
    State *s = &app->state;
    uint8_t kind = s->baseline_kind;
    if (args.n) {
        if (!baseline_kind_named(args, &kind))
            return error_set(err, ERROR_USAGE, "compare with range, rest, whole, file or none");
        if (!state_can_compare(&app->state, kind))
            return error_set(err, ERROR_USAGE, "%s", wanting[kind]);
    } else { /* the next one that is possible */
        bool any = false;
        for (uint8_t k = BASELINE_RANGE; k <= BASELINE_FILE; k++)
            any |= state_can_compare(&app->state, k);
        if (!any)
            return error_set(err, ERROR_USAGE, "%s", wanting[BASELINE_REST]);
        do
            kind = (uint8_t)((kind + 1) % (BASELINE_FILE + 1));
        while (!state_can_compare(&app->state, kind));
    }
    compare_set_kind(app, kind);
    return true;
}

static void set_baseline(App *app, Range r) {
    app->state.baseline = r;
    app->state.baseline_kind = BASELINE_RANGE;
}

bool do_baseline(App *app, Str args, Error *err) {
    const ProfileView *view = &app->session.slot[0].view;
    Range r;
    if (!range_parse(args, app_origin(app), view->first_ns, view->last_ns, &r, err))
        return false;
    if (r.t1_ns <= r.t0_ns)
        return error_set(err, ERROR_USAGE, "the range %.*s is empty", (int)args.n, args.s);
    set_baseline(app, r);
    return true;
}

bool do_baseline_ns(App *app, Str args, Error *err) {
    Range r;
    if (!range_parse_ns(args, &r))
        return error_set(err, ERROR_USAGE, "not a range of ns: %.*s", (int)args.n, args.s);
    set_baseline(app, r);
    return true;
}

bool do_range_save(App *app, Str args, Error *err) {
    (void)args;
    Range *saved = app->state.saved, now = app->state.selection;
    for (int i = 0; i < STATE_RANGES; i++) {
        if (saved[i].on && (saved[i].t0_ns != now.t0_ns || saved[i].t1_ns != now.t1_ns))
            continue;
        bool again = saved[i].on;
        if (again) {
            memmove(&saved[i], &saved[i + 1], (STATE_RANGES - 1 - (size_t)i) * sizeof *saved);
            saved[STATE_RANGES - 1] = (Range){0};
        } else {
            saved[i] = now;
        }
        app_notice(
            app, again ? "This range is forgotten"
                       : "This range is remembered: compare with it by the menu beside the views");
        return true;
    }
    return error_set(err, ERROR_LIMIT, "at most %d ranges are remembered", STATE_RANGES);
}

bool do_compare_saved(App *app, Str args, Error *err) {
    int64_t n;
    if (!str_to_i64(args, &n) || n < 1 || n > STATE_RANGES || !app->state.saved[n - 1].on)
        return error_set(err, ERROR_USAGE, "there is no remembered range %.*s", (int)args.n,
                         args.s);
    set_baseline(app, app->state.saved[n - 1]);
    return true;
}

bool do_baseline_file(App *app, Str args, Error *err) {
    Range r = {0};
    if (args.n && !range_parse_ns(args, &r))
        return error_set(err, ERROR_USAGE, "not a range of ns: %.*s", (int)args.n, args.s);
    app->state.baseline = r;
    app->state.baseline_kind = BASELINE_FILE;
    return true;
}

bool do_time_view_b(App *app, Str args, Error *err) {
    Range r = {0};
    if (args.n && !range_parse_ns(args, &r))
        return error_set(err, ERROR_USAGE, "not a range of ns: %.*s", (int)args.n, args.s);
    const HeatGrid *grid = engine_heat(app->session.engine, 1);
    if (grid && r.on) {
        State asked = app->state;
        asked.view = r;
        r = heat_view_change(&asked, grid, 1, 0.5, 0);
    }
    app->state.view_b = r.on ? r : (Range){0};
    return true;
}

bool do_compare_swap(App *app, Str args, Error *err) {
    (void)args, (void)err;
    Range a = app->state.selection;
    app->state.selection = app->state.baseline;
    app->state.baseline = a;
    return true;
}

bool do_compare_elided(App *app, Str args, Error *err) {
    (void)args, (void)err;
    app->state.elided = !app->state.elided;
    return true;
}

bool do_compare_colors(App *app, Str args, Error *err) {
    DiffPalette palette = app->state.diff_palette == DIFF_SAFE ? DIFF_RED_BLUE : DIFF_SAFE;
    if (args.n && !diff_palette_named(args, &palette))
        return error_set(err, ERROR_USAGE, "differential colours are red-blue or safe");
    app->state.diff_palette = (uint8_t)palette;
    if (!args.n)
        app_notice(app, "Differential colours: %s", diff_palette_name(palette));
    return true;
}

bool do_compare_open(App *app, Str args, Error *err) {
    char path[STATE_PATH];
    Error why = {0};
    if (!args.n || args.n >= sizeof path)
        return error_set(err, ERROR_USAGE, "name a profile to compare with");
    snprintf(path, sizeof path, "%.*s", (int)args.n, args.s);
    if (!app_open(app, 1, path, &why))
        return error_set(err, why.kind, "%s: %s", path, why.message);
    app->state.baseline = app->state.view_b = (Range){0}; /* what they were of is closed */
    compare_set_kind(app, BASELINE_FILE);
    return true;
}

bool do_compare_close(App *app, Str args, Error *err) {
    (void)args, (void)err;
    save_wait(&app->saver, app->session.jobs); /* it may read the profile that closes now */
    session_close(&app->session, 1);
    memset(app->state.file[1], 0, STATE_PATH);
    app->state.view_b = (Range){0};
    if (app->state.baseline_kind == BASELINE_FILE)
        compare_set_kind(app, BASELINE_NONE);
    return true;
}

/* Actions on what is counted and on the flame graph. */
#include <stdio.h>
#include <string.h>

#include "app/actions.h"
#include "app/chart_find.h"
#include "app/question.h"

bool can_file(const App *app) {
    return app->session.slot[0].open;
}

bool can_weight(const App *app) {
    return can_file(app) && query_weight_kind(&app->session.dict, &app->session.slot[0].view,
                                              app_event(app)) != WEIGHT_SAMPLES;
}

bool can_zoomed(const App *app) {
    return can_file(app) && app->state.zoom[0];
}

bool can_search(const App *app) {
    return can_file(app) && app->state.search[0];
}

/* -- counting */

bool do_event(App *app, Str args, Error *err) {
    const SessionSlot *slot = &app->session.slot[0];
    uint32_t events = slot->view.events;
    EventId id;
    if (!args.n) { /* next: each in turn, then all */
        EventId now = app_event(app);
        id = now == EVENT_ALL ? 1 : now + 1 < events ? now + 1 : events > 2 ? EVENT_ALL : now;
    } else if (!query_event_named(&slot->profile, &slot->view, args, &id)) {
        return error_set(err, ERROR_USAGE, "there is no event \"%.*s\"", (int)args.n, args.s);
    }
    Str name = STR("all");
    if (id != EVENT_ALL)
        name = names_get(&app->session.dict.names,
                         contexts_get_event(&app->session.dict.contexts, id).name);
    state_put(app->state.event, sizeof app->state.event, name);
    return true;
}

/* What needs no saying stays unsaid: it goes on with what is usual for each event. */
static uint8_t weighing(const App *app, bool weights) {
    const SessionSlot *slot = &app->session.slot[0];
    if (weights == query_by_weight(&slot->profile, &slot->view, app_event(app), WEIGHING_USUAL))
        return WEIGHING_USUAL;
    return weights ? WEIGHING_WEIGHTS : WEIGHING_SAMPLES;
}

bool do_weight(App *app, Str args, Error *err) {
    const ProfileView *view = &app->session.slot[0].view;
    const Dict *dict = &app->session.dict;
    EventId event = app_event(app);
    uint32_t kind = app_weighted(app) ? WEIGHT_SAMPLES : WEIGHT_PERIOD;
    if (args.n && !weight_named(args, &kind))
        return error_set(err, ERROR_USAGE, "weight is samples, period, time, bytes or counts");
    if (!weight_fits(dict, view, event, kind, err))
        return false;
    if (kind == WEIGHT_SAMPLES && query_weight_kind(dict, view, event) == WEIGHT_COUNT)
        return error_set(err, ERROR_USAGE, "only its counts say how many samples there are");
    app->state.weighted = weighing(app, kind != WEIGHT_SAMPLES);
    return true;
}

bool do_idle(App *app, Str args, Error *err) {
    if (!args.n)
        app->state.idle = app->state.idle == IDLE_KEEP ? IDLE_HIDE : IDLE_KEEP;
    else if (str_eq_c(args, "hide"))
        app->state.idle = IDLE_HIDE;
    else if (str_eq_c(args, "keep"))
        app->state.idle = IDLE_KEEP;
    else if (str_eq_c(args, "flamescope"))
        app->state.idle = IDLE_FLAMESCOPE;
    else
        return error_set(err, ERROR_USAGE, "idle is hide, keep or flamescope");
    return true;
}

bool do_filter_add(App *app, Str args, Error *err) {
    Error why = {0};
    Filter filter = app->state.filter;
    if (!filter_parse(args, &filter, &why)) {
        if (app->panels.asking_filter)
            app->panels.filter_error = why;
        return error_set(err, why.kind, "%s", why.message);
    }
    app->state.filter = filter;
    app->panels.asking_filter = false;
    app->panels.filter[0] = 0;
    return true;
}

static bool term_index(const App *app, Str args, uint32_t *i, Error *err) {
    int64_t n;
    if (!str_to_i64(args, &n) || n < 0 || n >= app->state.filter.count)
        return error_set(err, ERROR_USAGE, "there is no chip number %.*s", (int)args.n, args.s);
    *i = (uint32_t)n;
    return true;
}

bool do_filter_toggle(App *app, Str args, Error *err) {
    uint32_t i = 0;
    if (!term_index(app, args, &i, err))
        return false;
    app->state.filter.term[i].off = !app->state.filter.term[i].off;
    return true;
}

bool do_filter_invert(App *app, Str args, Error *err) {
    uint32_t i = 0;
    if (!term_index(app, args, &i, err))
        return false;
    if (app->state.filter.term[i].kind == FILTER_MIN)
        return error_set(err, ERROR_USAGE, "a least share has no opposite");
    app->state.filter.term[i].negated = !app->state.filter.term[i].negated;
    return true;
}

bool do_filter_remove(App *app, Str args, Error *err) {
    uint32_t i = 0;
    if (!term_index(app, args, &i, err))
        return false;
    Filter *f = &app->state.filter;
    memmove(&f->term[i], &f->term[i + 1], (f->count - i - 1) * sizeof *f->term);
    memset(&f->term[--f->count], 0, sizeof *f->term);
    return true;
}

bool do_filter_ask(App *app, Str args, Error *err) {
    (void)args, (void)err;
    app->panels.asking_filter = true;
    app->panels.filter_error = (Error){0};
    ui_set_focus(&app->ui, ui_id("filter field"), false);
    return true;
}

/* -- shape */

/* The kind of view whose tree it draws. */
static uint8_t tree_of(uint8_t kind) {
    return kind == VIEW_INVERTED || kind == VIEW_SANDWICH ? kind : VIEW_FLAME;
}

bool do_shape(App *app, Str args, Error *err) {
    uint8_t kind = (uint8_t)((app->state.view_kind + 1) % VIEW_COUNT);
    if (!args.n && kind == VIEW_SANDWICH && !app->state.function[0])
        kind = (uint8_t)((kind + 1) % VIEW_COUNT); /* of no function there is none */
    if (args.n && !view_kind_named(args, &kind))
        return error_set(err, ERROR_USAGE, "there is no view \"%.*s\"", (int)args.n, args.s);
    if (kind != app->state.view_kind)
        app->flame.scroll = 0;
    if (tree_of(kind) != tree_of(app->state.view_kind))
        memset(app->state.zoom, 0, STATE_ZOOM); /* paths of one tree mean nothing in the other */
    app->state.view_kind = kind;
    return true;
}

bool do_order(App *app, Str args, Error *err) {
    (void)err;
    app->state.heaviest_first = args.n ? str_eq_c(args, "heaviest") : !app->state.heaviest_first;
    return true;
}

bool do_colors(App *app, Str args, Error *err) {
    FlamePalette palette = (FlamePalette)((app->state.flame_palette + 1) % FLAME_PALETTE_COUNT);
    if (args.n && !flame_palette_named(args, &palette))
        return error_set(err, ERROR_USAGE, "there is no flame graph palette \"%.*s\"", (int)args.n,
                         args.s);
    app->state.flame_palette = (uint8_t)palette;
    if (!args.n)
        app_notice(app, "Flame graph colours: %s", flame_palette_name(palette));
    return true;
}

/* -- zoom */

static bool zoom_to_node(App *app, uint32_t node, Error *err) {
    char text[STATE_ZOOM];
    if (!flame_zoom_text(app_answer(app), &app->session.dict, node, text, sizeof text))
        return error_set(err, ERROR_LIMIT, "the path to this frame is too long to zoom into");
    state_put(app->state.zoom, STATE_ZOOM, str_of(text));
    return true;
}

/* "a;b;c": the first path whose symbols match, from below the root. */
static bool zoom_to_path(App *app, Str path, Error *err) {
    const Answer *a = app_answer(app);
    Arena *arena = &app->frame_arena;
    PathFrame *frames = ARENA_ARRAY(arena, PathFrame, path.n + 1);
    uint32_t n = 0, matched = 0;
    for (Str rest = path; rest.n;)
        frames[n++].symbol = str_cut(&rest, ';');
    uint32_t node = tree_find(a->tree, &app->session.dict, frames, n, &matched);
    if (matched < n)
        return error_set(err, ERROR_USAGE, "there is no frame %.*s below %s",
                         (int)frames[matched].symbol.n, frames[matched].symbol.s,
                         matched ? "the path before it" : "the root");
    return zoom_to_node(app, node, err);
}

bool do_zoom(App *app, Str args, Error *err) {
    const Answer *a = app_answer(app);
    if (!a)
        return error_set(err, ERROR_USAGE, "there is no flame graph yet");
    if (args.n)
        return zoom_to_path(app, args, err);
    const FlameBox *b = flame_pane_box(&app->flame, app->flame.cursor);
    return !b || !flame_pane_is_of(&app->flame, a) || zoom_to_node(app, b->node, err);
}

bool do_zoom_key(App *app, Str args, Error *err) {
    const Answer *a = app_answer(app);
    uint64_t key;
    if (!a || !str_to_u64(args, &key))
        return error_set(err, ERROR_USAGE, "there is no such frame");
    const FlameBox *b = flame_pane_box(&app->flame, key);
    if (!b || !flame_pane_is_of(&app->flame, a))
        return error_set(err, ERROR_USAGE, "there is no frame with number %.*s", (int)args.n,
                         args.s);
    return zoom_to_node(app, b->node, err);
}

bool do_zoom_out(App *app, Str args, Error *err) {
    (void)args, (void)err;
    char *zoom = app->state.zoom;
    size_t n = strlen(zoom);
    if (n)
        n--; /* the last frame's own line end */
    while (n && zoom[n - 1] != '\n')
        n--;
    memset(zoom + n, 0, STATE_ZOOM - n);
    return true;
}

bool do_zoom_reset(App *app, Str args, Error *err) {
    (void)args, (void)err;
    memset(app->state.zoom, 0, STATE_ZOOM);
    return true;
}

/* -- cursor, scroll, search */

#define CURSOR(name, dx, dy)                                                                       \
    bool name(App *app, Str args, Error *err) {                                                    \
        (void)args, (void)err;                                                                     \
        flame_pane_move_cursor(&app->flame, dx, app->flame.hanging ? -(dy) : dy);                  \
        return true;                                                                               \
    }
CURSOR(do_cursor_up, 0, 1)
CURSOR(do_cursor_down, 0, -1)
CURSOR(do_cursor_left, -1, 0)
CURSOR(do_cursor_right, 1, 0)

bool do_scroll_up(App *app, Str args, Error *err) {
    (void)args, (void)err;
    flame_pane_scroll(&app->flame, app->flame.hanging ? -1 : 1);
    return true;
}

bool do_scroll_down(App *app, Str args, Error *err) {
    (void)args, (void)err;
    flame_pane_scroll(&app->flame, app->flame.hanging ? 1 : -1);
    return true;
}

bool do_search_focus(App *app, Str args, Error *err) {
    (void)args, (void)err;
    ui_set_focus(&app->ui, ui_id(app_shows_browser(app) ? "folder filter" : "search"), false);
    return true;
}

bool do_search_set(App *app, Str args, Error *err) {
    if (args.n >= SEARCH_TEXT)
        return error_set(err, ERROR_LIMIT, "a search has at most %d characters", SEARCH_TEXT - 1);
    memset(app->state.search, 0, SEARCH_TEXT);
    memcpy(app->state.search, args.s, args.n);
    return true;
}

/* The chart's marks are what the search was when it was drawn last. */
static bool next_in_chart(App *app, int step) {
    const Chart *c = chart_pane_shown(&app->chart, app->session.engine);
    bool known = c && !strcmp(app->chart.marks.text, app->state.search);
    if (known && !chart_find_next(&app->chart, c, &app->session.dict, step))
        app_notice(app, "No frame of this thread matches");
    return true;
}

static bool next_match(App *app, int step) {
    if (app->state.view_kind == VIEW_CHART)
        return next_in_chart(app, step);
    const Answer *a = app_answer(app);
    bool known = a && !strcmp(a->query.search, app->state.search); /* else it is still coming */
    if (known && !flame_pane_next_match(&app->flame, step))
        app_notice(app, "No visible frame matches");
    return true;
}

bool do_search_next(App *app, Str args, Error *err) {
    (void)args, (void)err;
    return next_match(app, 1);
}

bool do_search_previous(App *app, Str args, Error *err) {
    (void)args, (void)err;
    return next_match(app, -1);
}

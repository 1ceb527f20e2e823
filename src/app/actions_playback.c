/* Actions on playback, and its step in a frame. */
#include <string.h>

#include "app/actions.h"

bool can_play(const App *app) {
    return can_time(app) && app->session.slot[0].view.samples > 0;
}

bool can_playing(const App *app) {
    return app->playback.on && can_time(app);
}

static int64_t now(const App *app) {
    return app->last_input.now_ns;
}

static Range recording(const App *app) {
    const ProfileView *view = &app->session.slot[0].view;
    return (Range){true, view->first_ns, view->last_ns + 1};
}

void playback_end(App *app) {
    app->playback.on = app->playback.playing = app->playback.held = false;
}

/* -- a frame */

static bool overlaps(const Range *a, const Range *b) {
    return a->t0_ns < b->t1_ns && b->t0_ns < a->t1_ns;
}

/* A view of a part turns over like a page where the window leaves it; one that somebody moved away
 * from the window stays. */
static void follow(App *app, const Range *before, const Range *r) {
    Range *view = &app->state.view;
    const HeatGrid *grid = app_grid(app);
    bool inside = r->t0_ns >= view->t0_ns && r->t1_ns <= view->t1_ns;
    if (!view->on || !grid || inside || !overlaps(before, view))
        return;
    if (r->t1_ns - r->t0_ns > view->t1_ns - view->t0_ns && overlaps(r, view))
        return; /* longer than what is shown */
    int64_t span = view->t1_ns - view->t0_ns, t0 = r->t0_ns - span / 20;
    State asked = app->state;
    asked.view = (Range){true, t0, t0 + span};
    *view = heat_view_change(&asked, grid, 1, 0.5, 0);
}

void playback_show(App *app) {
    Playback *p = &app->playback;
    bool ended;
    Range r = playback_range(p, now(app), &ended), before = app->state.selection;
    app->state.selection = p->set = r;
    if (!range_same(&before, &r))
        follow(app, &before, &r);
    if (ended)
        playback_play(p, false, now(app));
}

static bool in_hand(const App *app) {
    uint8_t drag = (uint8_t)app->heat.drag;
    return drag == HEAT_DRAG_SELECT || drag == HEAT_DRAG_RANGE || app->play_bar.scrubs;
}

/* A click on the map is a place to go to; a drag says also how long the window is. */
static void take_selection(App *app) {
    Playback *p = &app->playback;
    const Range *r = &app->state.selection;
    const HeatGrid *grid = app_grid(app);
    int64_t span = r->t1_ns - r->t0_ns;
    bool click = grid && span <= grid->spec.column_ns / heat_slices(grid) + 1;
    playback_rebase(p, now(app));
    if (!click && span > 0 && span < p->bounds.t1_ns - p->bounds.t0_ns)
        p->window_ns = span;
    playback_seek(p, r->t0_ns, now(app));
}

int64_t playback_step(App *app) {
    Playback *p = &app->playback;
    if (!p->on)
        return INT64_MAX;
    if (!can_play(app) || !app->state.selection.on) {
        playback_end(app);
        return INT64_MAX;
    }
    Range bounds = recording(app);
    p->steps = app->reduced_motion;
    if (!p->part && !range_same(&bounds, &p->bounds))
        playback_set_bounds(p, bounds, now(app));
    if (in_hand(app)) {
        p->held = true;
        p->set = app->state.selection;
        return now(app) + 30000000; /* letting go is seen in the frame behind it */
    }
    bool chosen = !range_same(&p->set, &app->state.selection);
    if (p->held || chosen)
        take_selection(app);
    if (p->playing || p->held || chosen)
        playback_show(app);
    p->held = false;
    if (!p->playing)
        return INT64_MAX;
    return p->steps ? now(app) + 1000000000 - (now(app) - p->start_ns) % 1000000000 : now(app);
}

/* -- commands */

/* What was selected before stays a step back. */
static void begin(App *app) {
    Playback *p = &app->playback;
    State before = app->state;
    playback_begin(p, recording(app), &app->state.selection, app->state.column_ns, now(app));
    app->overlay = OVERLAY_NONE;
    playback_show(app);
    if (!state_same(&before, &app->state))
        history_push(&app->history, &before, CMD_PLAY, false, now(app));
}

bool do_play(App *app, Str args, Error *err) {
    Playback *p = &app->playback;
    (void)args, (void)err;
    if (!p->on)
        begin(app);
    playback_play(p, !p->playing, now(app));
    return true;
}

bool do_play_end(App *app, Str args, Error *err) {
    (void)args, (void)err;
    playback_end(app);
    return true;
}

bool do_play_loop(App *app, Str args, Error *err) {
    (void)args, (void)err;
    playback_rebase(&app->playback, now(app));
    app->playback.loop = !app->playback.loop;
    return true;
}

static bool change_speed(App *app, int step) {
    Playback *p = &app->playback;
    int64_t best = p->speed;
    for (int i = 0; i < PLAY_SPEEDS; i++) {
        int64_t s = play_speeds[step > 0 ? i : PLAY_SPEEDS - 1 - i];
        if (step > 0 ? s > p->speed : s < p->speed) {
            best = s;
            break;
        }
    }
    playback_set_speed(p, best, now(app));
    return true;
}

bool do_play_faster(App *app, Str args, Error *err) {
    (void)args, (void)err;
    return change_speed(app, 1);
}

bool do_play_slower(App *app, Str args, Error *err) {
    (void)args, (void)err;
    return change_speed(app, -1);
}

bool do_play_speed(App *app, Str args, Error *err) {
    double times;
    if (!str_to_double(args, &times) || !(times >= 0.1 && times <= 100))
        return error_set(err, ERROR_USAGE, "a speed is 0.1 to 100, not %.*s", (int)args.n, args.s);
    playback_set_speed(&app->playback, (int64_t)(times * PLAY_SPEED_ONE + 0.5), now(app));
    return true;
}

bool do_play_window(App *app, Str args, Error *err) {
    int64_t ns;
    if (!span_parse(args, &ns))
        return error_set(err, ERROR_USAGE, "a window is a span as 500ms or 2s, not %.*s",
                         (int)args.n, args.s);
    if (!playback_set_window(&app->playback, ns, now(app)))
        return error_set(err, ERROR_USAGE, "the window must be shorter than the recording");
    playback_show(app);
    return true;
}

bool do_play_seek(App *app, Str args, Error *err) {
    int64_t t0;
    if (!str_to_i64(args, &t0))
        return error_set(err, ERROR_USAGE, "not a time in ns: %.*s", (int)args.n, args.s);
    playback_seek(&app->playback, t0, now(app));
    playback_show(app);
    return true;
}

bool playback_nudge(App *app, int64_t cells, int64_t columns) {
    Playback *p = &app->playback;
    const HeatGrid *grid = app_grid(app);
    if (!can_playing(app) || !grid)
        return false;
    int64_t column = grid->spec.column_ns;
    playback_rebase(p, now(app));
    playback_seek(p, p->at_ns + columns * column + cells * (column / heat_slices(grid)), now(app));
    playback_show(app);
    return true;
}

/* As a film is looked at picture by picture: it pauses. */
static bool single_step(App *app, int64_t cells, int64_t columns) {
    if (!app->playback.on)
        begin(app);
    playback_play(&app->playback, false, now(app));
    return playback_nudge(app, cells, columns) || true;
}

bool do_play_next(App *app, Str args, Error *err) {
    (void)args, (void)err;
    return single_step(app, 0, 1);
}

bool do_play_previous(App *app, Str args, Error *err) {
    (void)args, (void)err;
    return single_step(app, 0, -1);
}

bool do_play_next_cell(App *app, Str args, Error *err) {
    (void)args, (void)err;
    return single_step(app, 1, 0);
}

bool do_play_previous_cell(App *app, Str args, Error *err) {
    (void)args, (void)err;
    return single_step(app, -1, 0);
}

/* Actions on scenes, callouts, the stage and the tour. */
#include <stdio.h>
#include <string.h>

#include "app/actions.h"

bool can_scene(const App *app) {
    return app->scenes.count > 0;
}

bool can_now(const App *app) {
    return scenes_now(&app->scenes) != NULL;
}

bool can_present(const App *app) {
    return app->present.on || can_file(app);
}

bool can_staged(const App *app) {
    return app->present.on;
}

/* -- scenes */

bool do_scene_save(App *app, Str args, Error *err) {
    if (!scene_save(app, args, err))
        return false;
    app->strip.hidden = false;
    app_notice(app, "Scene %u saved: F2 gives it words", app->scenes.at + 1);
    return true;
}

bool do_scene_update(App *app, Str args, Error *err) {
    (void)args;
    if (!scene_update(app, err))
        return false;
    app_notice(app, "Scene %u shows this now", app->scenes.at + 1);
    return true;
}

static bool number(Str args, uint32_t most, uint32_t *out, Error *err) {
    int64_t n;
    if (!str_to_i64(str_trim(args), &n) || n < 1 || n > most)
        return error_set(err, ERROR_USAGE, "there is no number %.*s among %u", (int)args.n, args.s,
                         most);
    *out = (uint32_t)n - 1;
    return true;
}

static bool show(App *app, uint32_t at, Error *err) {
    app->present.arrived_ns = app->last_input.now_ns;
    return scene_show(app, at, !app->reduced_motion, err);
}

bool do_scene_show(App *app, Str args, Error *err) {
    uint32_t at = 0;
    return number(args, app->scenes.count, &at, err) && show(app, at, err);
}

static bool step(App *app, int by, Error *err) {
    Scenes *s = &app->scenes;
    if (s->at >= s->count)
        return show(app, by > 0 ? 0 : s->count - 1, err);
    if (by < 0 ? s->at == 0 : s->at + 1 == s->count) {
        app_notice(app, by < 0 ? "This is the first scene" : "This is the last scene");
        return true;
    }
    return show(app, s->at + (uint32_t)by, err);
}

bool do_scene_next(App *app, Str args, Error *err) {
    (void)args;
    return step(app, 1, err);
}

bool do_scene_previous(App *app, Str args, Error *err) {
    (void)args;
    return step(app, -1, err);
}

bool do_scene_first(App *app, Str args, Error *err) {
    (void)args;
    return show(app, 0, err);
}

bool do_scene_last(App *app, Str args, Error *err) {
    (void)args;
    return show(app, app->scenes.count - 1, err);
}

/* "N" moves the one shown last, "M N" number M. */
bool do_scene_move(App *app, Str args, Error *err) {
    Str first = str_cut(&args, ' ');
    uint32_t from = app->scenes.at, to = 0;
    if (args.n && !number(first, app->scenes.count, &from, err))
        return false;
    if (!number(args.n ? args : first, app->scenes.count, &to, err))
        return false;
    scenes_move(&app->scenes, from, to);
    return true;
}

bool do_scene_delete(App *app, Str args, Error *err) {
    uint32_t at = app->scenes.at;
    if (args.n && !number(args, app->scenes.count, &at, err))
        return false;
    scenes_remove(&app->scenes, at);
    app->strip.edited = NULL;
    return true;
}

bool do_scene_title(App *app, Str args, Error *err) {
    if (args.n >= SCENE_TITLE)
        return error_set(err, ERROR_LIMIT, "this title is too long");
    state_put(scenes_now(&app->scenes)->title, SCENE_TITLE, args);
    app->scenes.version++;
    return true;
}

/* Lines are parted by "|". */
bool do_scene_note(App *app, Str args, Error *err) {
    Buf note = {0};
    while (args.n) {
        Str line = str_trim(str_cut(&args, '|'));
        buf_put(&note, line);
        if (args.n)
            buf_putc(&note, '\n');
    }
    bool fits = note.n < SCENE_NOTE;
    if (fits) {
        state_put(scenes_now(&app->scenes)->note, SCENE_NOTE, buf_str(&note));
        app->scenes.version++;
    }
    buf_free(&note);
    return fits || error_set(err, ERROR_LIMIT, "this note is too long");
}

bool do_scene_edit(App *app, Str args, Error *err) {
    (void)args, (void)err;
    app->strip.editing = !app->strip.editing;
    app->strip.edited = NULL;
    return true;
}

bool do_scene_strip(App *app, Str args, Error *err) {
    (void)args, (void)err;
    app->strip.hidden = !app->strip.hidden;
    return true;
}

bool do_scene_open(App *app, Str args, Error *err) {
    char path[STATE_PATH];
    if (!args.n || args.n >= sizeof path)
        return error_set(err, ERROR_USAGE, "which file of scenes?");
    snprintf(path, sizeof path, "%.*s", (int)args.n, args.s);
    return scenes_open(app, path, err);
}

/* -- callouts */

CalloutPanes app_callout_panes(const App *app) {
    bool flames = app->state.view_kind != VIEW_TABLE && app->state.view_kind != VIEW_CHART;
    return (CalloutPanes){can_time(app) ? &app->heat : NULL, flames ? &app->flame : NULL};
}

/* What is meant now, before the pointer goes on to type. */
bool do_callout_add(App *app, Str args, Error *err) {
    Wishes none = {.arena = &app->frame_arena};
    int64_t wake = 0;
    View v = app_view(app, &none, &wake);
    CalloutPanes at = app_callout_panes(app);
    if (!callout_make(&v, &at, args, &app->strip.about, err))
        return false;
    if (args.n)
        return do_callout_put(app, args, err);
    app->strip.asking = true;
    memset(app->strip.callout, 0, sizeof app->strip.callout);
    return true;
}

bool do_callout_put(App *app, Str args, Error *err) {
    if (!scenes_now(&app->scenes) && !do_scene_save(app, STR(""), err))
        return false;
    Scene *scene = scenes_now(&app->scenes);
    if (scene->callouts == SCENE_CALLOUTS)
        return error_set(err, ERROR_LIMIT, "a scene has at most %d callouts", SCENE_CALLOUTS);
    if (args.n >= CALLOUT_TEXT)
        return error_set(err, ERROR_LIMIT, "this text is too long for a callout");
    Callout *c = &scene->callout[scene->callouts++];
    *c = app->strip.about;
    state_put(c->text, CALLOUT_TEXT, args);
    app->scenes.version++;
    return true;
}

bool do_callout_remove(App *app, Str args, Error *err) {
    Scene *scene = scenes_now(&app->scenes);
    uint32_t at = scene->callouts - 1;
    if (!scene->callouts || (args.n && !number(args, scene->callouts, &at, err)))
        return error_set(err, ERROR_USAGE, "this scene has no such callout");
    memmove(scene->callout + at, scene->callout + at + 1,
            (scene->callouts - at - 1) * sizeof(Callout));
    scene->callouts--;
    app->scenes.version++;
    return true;
}

/* -- the stage */

static void leave(App *app) {
    app->present.on = false;
    app->present.pointing = POINT_NONE;
    app->present.black = false;
    app->present.points = app->present.typed = 0;
    app->fullscreen = app->present.was_fullscreen;
}

bool do_present(App *app, Str args, Error *err) {
    (void)args;
    Present *p = &app->present;
    if (p->on) {
        leave(app);
        return true;
    }
    p->on = true;
    p->was_fullscreen = app->fullscreen;
    p->began_ns = p->arrived_ns = app->last_input.now_ns;
    app->fullscreen = true;
    app->overlay = OVERLAY_NONE;
    app->strip.editing = app->strip.asking = false;
    if (!app->scenes.count)
        return true;
    return show(app, app->scenes.at < app->scenes.count ? app->scenes.at : 0, err);
}

bool do_black(App *app, Str args, Error *err) {
    (void)args, (void)err;
    app->present.black = !app->present.black;
    return true;
}

static bool point(App *app, Pointing what) {
    app->present.pointing = app->present.pointing == what ? POINT_NONE : (uint8_t)what;
    return true;
}

bool do_spotlight(App *app, Str args, Error *err) {
    (void)args, (void)err;
    return point(app, POINT_SPOTLIGHT);
}

bool do_magnifier(App *app, Str args, Error *err) {
    (void)args, (void)err;
    return point(app, POINT_MAGNIFIER);
}

bool do_pen(App *app, Str args, Error *err) {
    (void)args, (void)err;
    return point(app, POINT_PEN);
}

bool do_show_keys(App *app, Str args, Error *err) {
    (void)args, (void)err;
    app->present.show_keys = !app->present.show_keys;
    return true;
}

bool do_stage_theme(App *app, Str args, Error *err) {
    (void)args, (void)err;
    app->present.theme = (uint8_t)((app->present.theme + 1) % THEME_COUNT);
    return true;
}

bool do_go(App *app, Str args, Error *err) {
    uint32_t wanted = app->present.typed;
    (void)args;
    app->present.typed = 0;
    if (!app->scenes.count)
        return error_set(err, ERROR_USAGE, "there are no scenes");
    if (!wanted)
        return step(app, 1, err);
    if (wanted > app->scenes.count)
        return error_set(err, ERROR_USAGE, "there are %u scenes", app->scenes.count);
    return show(app, wanted - 1, err);
}

/* What was done last goes first; then back to the scene as it was saved; then off the stage. */
bool present_escape(App *app, Error *err) {
    Present *p = &app->present;
    const Scene *now = scenes_now(&app->scenes);
    if (p->typed)
        p->typed = 0;
    else if (p->black)
        p->black = false;
    else if (p->points)
        p->points = 0;
    else if (p->pointing)
        p->pointing = POINT_NONE;
    else if (app->playback.on)
        playback_end(app);
    else if (now && !app->show.moving && !scene_is_shown(now, &app->state))
        return scene_show(app, app->scenes.at, true, err);
    else
        leave(app);
    return true;
}

/* -- the tour */

bool can_tour(const App *app) {
    return app->tour.on;
}

bool do_tour(App *app, Str args, Error *err) {
    (void)args;
    return tour_begin(app, err);
}

bool do_tour_next(App *app, Str args, Error *err) {
    (void)args, (void)err;
    tour_step(app, 1);
    return true;
}

bool do_tour_back(App *app, Str args, Error *err) {
    (void)args, (void)err;
    tour_step(app, -1);
    return true;
}

bool do_tour_end(App *app, Str args, Error *err) {
    (void)args, (void)err;
    tour_end(app);
    return true;
}

#include "app/reel.h"

#include <stdio.h>
#include <string.h>

#include "app/program.h"
#include "base/wake.h"

enum { STILL = 3 }; /* a widget answers from its second frame on */

/* -- the stage, and what was there before */

static void set_stage(App *app) {
    Reel *r = &app->reel;
    Present *p = &app->present;
    ReelBefore *b = &r->before;
    *b = (ReelBefore){app->state,  app->playback, p->on,          p->black,  p->show_keys, p->theme,
                      p->pointing, p->points,     app->scenes.at, app->ui.x, app->ui.y};
    p->on = true;
    p->black = p->show_keys = false;
    p->theme = r->wish.theme;
    p->pointing = POINT_NONE;
    p->points = 0;
    p->wordless = r->wish.format == REEL_HTML || !r->wish.scenes;
    app->overlay = OVERLAY_NONE;
}

/* Files that scenes closed are opened again. */
static bool reopen(App *app, const State *s, Error *err) {
    bool ok = true;
    app->showing = true;
    if (strcmp(s->file[0], app->state.file[0]) != 0)
        ok = app_open(app, 0, s->file[0], err);
    if (ok && strcmp(s->file[1], app->state.file[1]) != 0)
        ok = s->file[1][0] ? app_open(app, 1, s->file[1], err)
                           : app_run(app, CMD_COMPARE_CLOSE, STR(""), err);
    app->showing = false;
    return ok;
}

static void leave_stage(App *app) {
    Present *p = &app->present;
    const ReelBefore *b = &app->reel.before;
    p->on = b->on;
    p->black = b->black;
    p->show_keys = b->show_keys;
    p->theme = b->theme;
    p->pointing = b->pointing;
    p->points = b->points;
    p->wordless = false;
    app->ui.x = b->x;
    app->ui.y = b->y;
    app->scenes.at = b->scene;
    if (reopen(app, &b->state, NULL))
        app->state = b->state;
    app->playback = b->play;
    app->playback.playing = false;
    app->show.moving = app->show.check = false;
}

/* -- the walk */

static void finish(App *app, const Error *why) {
    Reel *r = &app->reel;
    jobs_wait(app->session.jobs, &r->ticket);
    r->on = r->busy = false;
    r->error = why ? *why : (Error){0};
    mem_resize(r->image.rgba, r->image.rgba ? r->image.stride * r->image.h : 0, 0);
    r->image = (Image){0};
    buf_free(&r->state);
    reel_file_free(&r->file);
    leave_stage(app);
    if (why) {
        const char *name = why->kind == ERROR_IO ? path_name(why->file) : "";
        app_notice(app, "%s%s%s", name, name[0] ? ": " : "", why->message);
        return;
    }
    char whole[STATE_PATH + 128];
    path_absolute(whole, sizeof whole, r->path);
    app_notice(app, r->lacks.n ? "Saved %s; no longer there: %s" : "Saved %s", whole, r->lacks.s);
}

static bool show_scene(App *app, uint32_t at, Error *err) {
    if (!scene_show(app, at, false, err))
        return false;
    app->show.check = false; /* the reel tells it */
    return true;
}

/* The last picture is of the recording's end, whatever rounding there was. */
static void show_moment(App *app, uint32_t at) {
    Reel *r = &app->reel;
    Playback play = r->wish.play;
    bool ended;
    play.playing = true;
    play.start_ns = 0;
    int64_t t0 =
        playback_range(&play, (int64_t)((__int128)at * 1000000000 / r->wish.fps), &ended).t0_ns;
    if (at + 1 == r->file.count)
        t0 = play.bounds.t1_ns - play.window_ns;
    app->playback = r->wish.play;
    playback_seek(&app->playback, t0, app->last_input.now_ns);
    playback_show(app);
}

static bool go(App *app, uint32_t at, Error *err) {
    Reel *r = &app->reel;
    r->at = at;
    r->still = 0;
    if (r->wish.scenes)
        return show_scene(app, at, err);
    show_moment(app, at);
    return true;
}

static bool fill_file(App *app, const char *path, Error *err) {
    Reel *r = &app->reel;
    ReelFile *f = &r->file;
    memset(f, 0, sizeof *f);
    f->format = r->wish.format;
    f->stem = r->wish.scenes ? "scene" : "frame";
    f->dark = theme_get((ThemeKind)r->wish.theme)->dark;
    f->count = r->wish.scenes ? app->scenes.count : r->wish.pictures;
    f->numerator = r->wish.scenes ? (uint16_t)(r->wish.seconds * 100) : 1;
    f->denominator = (uint16_t)(r->wish.scenes ? 100 : r->wish.fps);
    f->scale = app->last_input.window[0].scale > 0 ? (double)app->last_input.window[0].scale : 1;
    snprintf(f->path, sizeof f->path, "%s", path);
    Str title = str_fit(str_of(path_name(app->state.file[0])), sizeof f->title - 1);
    state_put(f->title, sizeof f->title, title);
    snprintf(r->path, sizeof r->path, "%s", path);
    return reel_file_begin(f, err);
}

bool reel_begin(App *app, const ReelWish *wish, const char *path, Error *err) {
    Reel *r = &app->reel;
    if (r->on)
        return error_set(err, ERROR_USAGE, "%s is still being saved", r->path);
    if (wish->scenes && !app->scenes.count)
        return error_set(err, ERROR_USAGE, "there are no scenes yet: Ctrl+B saves one");
    r->wish = *wish;
    r->error = r->trouble = (Error){0};
    buf_clear(&r->lacks);
    if (!fill_file(app, path, err)) {
        reel_file_free(&r->file);
        return false;
    }
    set_stage(app);
    r->on = true;
    Error why = {0};
    if (go(app, 0, &why))
        return true;
    finish(app, &why);
    return error_set(err, why.kind, "%s", why.message);
}

bool reel_scenes(App *app, ReelFormat format, const char *path, Error *err) {
    ReelWish wish = {.format = format, .scenes = true, .seconds = 4, .theme = app->present.theme};
    return reel_begin(app, &wish, path, err);
}

void reel_stop(App *app) {
    Error why = {0};
    error_set(&why, ERROR_CANCELLED, "Stopped: nothing was saved");
    finish(app, &why);
}

void reel_free(App *app) {
    Reel *r = &app->reel;
    if (r->on)
        reel_stop(app);
    buf_free(&r->lacks);
}

/* -- a frame */

/* Buttons that were down come up; nothing is pointed at. */
const FrameInput *reel_input(App *app, const FrameInput *in, FrameInput *calm) {
    if (!app->reel.on)
        return in;
    InputEvent *kept = ARENA_ARRAY(&app->frame_arena, InputEvent, in->events + 1);
    uint32_t n = 0;
    for (uint32_t i = 0; i < in->events; i++) {
        const InputEvent *e = &in->event[i];
        bool escape = e->kind == INPUT_KEY && e->key == KEY_ESC;
        if (escape || e->kind == INPUT_CLOSE || e->kind == INPUT_UP)
            kept[n++] = *e;
    }
    kept[n++] = (InputEvent){.kind = INPUT_LEAVE};
    *calm = *in;
    calm->event = kept;
    calm->events = n;
    return calm;
}

static void write_job(void *arg, uint32_t worker) {
    App *app = arg;
    Reel *r = &app->reel;
    const Scene *scene = r->wish.scenes ? app->scenes.scene[r->at] : NULL;
    (void)worker;
    bool ok = reel_file_add(&r->file, &r->image, r->state.s, scene ? scene->title : "",
                            scene ? scene->note : "", &r->trouble);
    if (ok && r->last)
        reel_file_end(&r->file, &r->trouble);
    wake();
}

static void note_lacks(App *app) {
    Reel *r = &app->reel;
    Buf words = {0};
    if (r->wish.scenes)
        scene_misfits(app, &app->state, &words);
    if (words.n)
        buf_printf(&r->lacks, "%sscene %u: %s", r->lacks.n ? "; " : "", r->at + 1, words.s);
    buf_free(&words);
}

static bool take(App *app, Error *err) {
    Reel *r = &app->reel;
    if (!export_window_image(app, &r->image, &r->state, err))
        return false;
    note_lacks(app);
    r->last = r->at + 1 == r->file.count;
    r->busy = true;
    jobs_submit(app->session.jobs, JOB_QUERY, write_job, app, &r->ticket);
    return true;
}

static bool took(App *app, Error *err) {
    Reel *r = &app->reel;
    r->busy = false;
    mem_resize(r->image.rgba, r->image.stride * r->image.h, 0);
    r->image = (Image){0};
    if (r->trouble.kind) {
        *err = r->trouble;
        return false;
    }
    return r->last || go(app, r->at + 1, err);
}

bool reel_step(App *app, bool moves) {
    Reel *r = &app->reel;
    Error why = {0};
    if (!r->on)
        return false;
    if (r->busy) {
        if (!jobs_done(&r->ticket))
            return true;
        if (!took(app, &why))
            finish(app, &why);
        else if (r->last)
            finish(app, NULL);
        return true;
    }
    if (app->load_error.kind) {
        why = app->load_error;
        finish(app, &why);
        return true;
    }
    r->still = moves || !app_settled(app) ? 0 : r->still + 1;
    if (r->still >= STILL && !take(app, &why))
        finish(app, &why);
    return true;
}

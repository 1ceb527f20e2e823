#include "app/export.h"

#include <stdio.h>
#include <string.h>

#include "app/program.h"
#include "base/wake.h"
#include "picture/export_text.h"
#include "query/slice.h"
#include "ui/raster.h"

static size_t image_bytes(const Image *image) {
    return image->stride * image->h;
}

static bool paint(App *app, Image *image, Buf *state, Error *err) {
    uint32_t w = app->last_input.window[0].w, h = app->last_input.window[0].h;
    if (!w || !h)
        return error_set(err, ERROR_USAGE, "nothing was drawn yet");
    *image = (Image){.w = w, .h = h, .stride = (size_t)w * 4};
    image->rgba = mem_resize(NULL, 0, image_bytes(image));
    RasterTarget target = {.pixel = (uint32_t *)(void *)image->rgba, .w = w, .h = h, .stride = w};
    raster_draw(&target, &app->draw, app->fonts);
    State shown = app->state; /* without paths: a picture is passed on */
    memset(shown.file, 0, sizeof shown.file);
    buf_clear(state);
    state_format(&shown, state);
    return true;
}

static bool write_image(Image *image, const Buf *state, const char *path, Error *err) {
    const char *facts[] = {"Software", "FlameScope", "FlameScope state", state->s ? state->s : "", NULL};
    bool ok = image_write_png(path, image, facts, err);
    mem_resize(image->rgba, image_bytes(image), 0);
    *image = (Image){0};
    return ok;
}

bool export_window_png(App *app, const char *path, Error *err) {
    Image image;
    Buf state = {0};
    bool ok = paint(app, &image, &state, err) && write_image(&image, &state, path, err);
    buf_free(&state);
    return ok;
}

bool export_folded_file(const Profile *profile, const Query *query, const char *path, Error *err) {
    ProfileView view = profile_view(profile);
    Arena arena;
    arena_init(&arena, 1 << 20);
    Slice slice;
    Buf text = {0};
    bool ok = slice_scan(profile, &view, query, &arena, &slice, err);
    if (ok) {
        export_folded(profile, &slice, &text);
        ok = file_write_all(path, buf_str(&text), err);
    }
    buf_free(&text);
    arena_free(&arena);
    return ok;
}

/* -- saving from the window */

static void save_job(void *context, uint32_t worker) {
    Saver *s = context;
    (void)worker;
    if (s->image.rgba)
        write_image(&s->image, &s->state, s->path, &s->error);
    else
        export_folded_file(s->profile, &s->query, s->path, &s->error);
    wake();
}

static bool save_begin(App *app, const char *path, Error *err) {
    Saver *s = &app->saver;
    if (s->busy)
        return error_set(err, ERROR_USAGE, "%s is still being saved", s->path);
    snprintf(s->path, sizeof s->path, "%s", path);
    s->error = (Error){0};
    return true;
}

bool save_png(App *app, const char *path, Error *err) {
    Saver *s = &app->saver;
    if (!save_begin(app, path, err) || !paint(app, &s->image, &s->state, err))
        return false;
    s->busy = true;
    jobs_submit(app->session.jobs, JOB_QUERY, save_job, s, &s->ticket);
    return true;
}

bool save_folded(App *app, const char *path, Error *err) {
    Saver *s = &app->saver;
    if (!save_begin(app, path, err))
        return false;
    app_query(app, &s->query);
    s->profile = &app->session.slot[0].profile;
    s->busy = true;
    jobs_submit(app->session.jobs, JOB_BACKGROUND, save_job, s, &s->ticket);
    return true;
}

bool save_poll(Saver *s) {
    if (!s->busy || !jobs_done(&s->ticket))
        return false;
    s->busy = false;
    return true;
}

void save_wait(Saver *s, Jobs *jobs) {
    if (s->busy)
        jobs_wait(jobs, &s->ticket);
}

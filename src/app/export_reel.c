#include "app/export_reel.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "app/look.h"
#include "app/program.h"
#include "base/thread.h"

enum { EXIT_DONE = 0, EXIT_INPUT = 1, EXIT_USAGE = 2, FPS = 20, PICTURES_MOST = 100000 };
#define SECONDS 10.0      /* of a playback */
#define SCENE_SECONDS 4.0 /* of a scene */

static ReelFormat reel_format(ExportFormat format) {
    return format == EXPORT_FRAMES ? REEL_FRAMES
           : format == EXPORT_APNG ? REEL_APNG
           : format == EXPORT_PDF  ? REEL_PDF
                                   : REEL_HTML;
}

bool reel_options_fit(const Options *o, ExportFormat format, Error *err) {
    static const char *const playing[] = {"play", "fps", "speed", "window"};
    static const char *const shown[] = {"range",  "baseline", "event",     "weight",     "idle",
                                        "filter", "view",     "transform", "search",     "pin",
                                        "zoom",   "rows",     "heat-rows", "heat-value", "column",
                                        "scale",  "palette",  "state"};
    if (!o->out || !strcmp(o->out, "-"))
        return error_set(err, ERROR_USAGE, "--to %s needs to know where to write: -o %s",
                         export_format_name(format), format == EXPORT_FRAMES ? "FOLDER" : "FILE");
    if (format == EXPORT_PDF && !o->scenes)
        return error_set(err, ERROR_USAGE, "a PDF is of the scenes: --scenes");
    if (format == EXPORT_PDF && !pdf_available())
        return error_set(err, ERROR_USAGE,
                         "this program was built without PDF: it needs libcairo2-dev");
    for (size_t i = 0; o->scenes && i < sizeof playing / sizeof *playing; i++)
        if (options_given(o, playing[i]))
            return error_set(err, ERROR_USAGE, "--%s is about a playback, --scenes is not",
                             playing[i]);
    for (size_t i = 0; o->scenes && i < sizeof shown / sizeof *shown; i++)
        if (options_given(o, shown[i]))
            return error_set(err, ERROR_USAGE,
                             "a scene says itself what it shows: --%s means nothing with --scenes",
                             shown[i]);
    if (o->scenes && o->seconds > 0 && format != EXPORT_APNG)
        return error_set(err, ERROR_USAGE,
                         "with --scenes, --seconds means something for apng alone");
    if (o->speed > 0 && o->seconds > 0)
        return error_set(err, ERROR_USAGE, "--speed and --seconds say the same: give one of them");
    return true;
}

/* -- what to show */

/* Pictures stand so many a second; the first is of the beginning, the last of the end. */
static bool place_playback(App *app, const Options *o, ReelWish *wish, Error *err) {
    const ProfileView *view = &app->session.slot[0].view;
    Range bounds = {true, view->first_ns, view->last_ns + 1};
    Playback *p = &wish->play;
    if (!view->has_time || !view->samples)
        return error_set(err, ERROR_USAGE, "a playback needs times, and this profile has none");
    if (o->play &&
        !range_parse(str_of(o->play), app_origin(app), view->first_ns, view->last_ns, &bounds, err))
        return false;
    if (bounds.t1_ns <= bounds.t0_ns)
        return error_set(err, ERROR_USAGE, "the range %s is empty", o->play);
    playback_begin(p, bounds, &app->state.selection, app->state.column_ns, 0);
    p->part = true;
    if (o->window_ns && !playback_set_window(p, o->window_ns, 0))
        return error_set(err, ERROR_USAGE, "the window must be shorter than what is played");
    playback_seek(p, bounds.t0_ns, 0);
    double way = (double)(bounds.t1_ns - bounds.t0_ns - p->window_ns) / 1e9;
    double seconds = o->seconds > 0 ? o->seconds : o->speed > 0 ? way / o->speed : SECONDS;
    wish->fps = o->fps ? o->fps : FPS;
    double pictures = ceil(seconds * wish->fps - 1e-6);
    if (pictures > PICTURES_MOST)
        return error_set(err, ERROR_LIMIT,
                         "these would be more than %d pictures: a higher --speed, or fewer --fps",
                         PICTURES_MOST);
    wish->pictures = pictures < 2 ? 2 : (uint32_t)pictures;
    if (o->speed > 0)
        wish->pictures++;
    p->speed = (int64_t)(way * wish->fps / (wish->pictures - 1) * PLAY_SPEED_ONE + 0.5);
    if (o->speed > 0)
        p->speed = (int64_t)(o->speed * PLAY_SPEED_ONE + 0.5);
    return true;
}

static bool make_wish(App *app, const Options *o, ExportFormat format, ReelWish *wish, Error *err) {
    *wish =
        (ReelWish){.format = reel_format(format), .scenes = o->scenes, .theme = app->state.theme};
    wish->seconds = o->seconds > 0 ? o->seconds : SCENE_SECONDS;
    if (!o->scenes)
        return place_playback(app, o, wish, err);
    if (!options_given(o, "theme"))
        wish->theme = THEME_PROJECTOR;
    if (app->scene_file.refused)
        return error_set(err, ERROR_FORMAT, "%s: %s", app->scene_file.path,
                         app->scene_file.error.message);
    return app->scenes.count ||
           error_set(err, ERROR_FORMAT, "there are no scenes in %s", app->scene_file.path);
}

/* -- frames of nobody's window */

static void frame(App *app, FrameInput *in) {
    FrameOutput out;
    while (app_work(app))
        continue;
    in->now_ns += 500000000; /* whatever moves has arrived by the next */
    app_frame(app, in, &out);
}

static void settle(App *app, FrameInput *in) {
    for (int still = 0; still < 3;) {
        frame(app, in);
        still = app_settled(app) ? still + 1 : 0;
    }
}

static int say(const char *path, const Error *err) {
    fprintf(stderr, "flamescope: %s: %s\n", err->file[0] ? err->file : path, err->message);
    return err->kind == ERROR_USAGE ? EXIT_USAGE : EXIT_INPUT;
}

static bool open_all(App *app, const Options *o, FrameInput *in, Error *err) {
    if (o->scenes_file && !file_exists(o->scenes_file))
        return error_set(err, ERROR_IO, "there is no file %s", o->scenes_file);
    if ((o->scenes_file && !scenes_open(app, o->scenes_file, err)) ||
        !look_open(app, o, o->path[0], err))
        return false;
    settle(app, in);
    app_loading(app, err);
    if (!err->kind)
        *err = app->pending_error;
    return !err->kind && look_weight(o, &app->state, &app->session.slot[0].profile, err);
}

static bool walk(App *app, const Options *o, ExportFormat format, FrameInput *in, Error *err) {
    ReelWish wish;
    if (!make_wish(app, o, format, &wish, err) || !reel_begin(app, &wish, o->out, err))
        return false;
    while (app->reel.on)
        frame(app, in);
    *err = app->reel.error;
    if (app->reel.lacks.n)
        fprintf(stderr, "flamescope: no longer there: %s\n", app->reel.lacks.s);
    return !err->kind;
}

int run_reel(const Options *o, const CliHost *host, ExportFormat format) {
    Error err = {0};
    const Fonts *fonts = host->fonts(o->dejavu, &err);
    if (!fonts)
        return say(o->path[0], &err);
    uint32_t readers = o->threads ? o->threads : thread_cpu_count();
    App *app = app_new(&(AppOptions){.fonts = fonts, .headless = true, .readers = readers});
    app->session.use_cache = !o->no_cache;
    app->session.inlined = o->inlined;
    FrameInput in = {.windows = 1};
    in.window[0] = (WindowInput){.w = o->w ? o->w : 1280,
                                 .h = o->h ? o->h : 800,
                                 .scale = (float)o->pixel_ratio,
                                 .focused = true};
    bool ok = open_all(app, o, &in, &err) && walk(app, o, format, &in, &err);
    int code = ok ? EXIT_DONE : say(o->path[0], &err);
    uint64_t n = app->session.slot[0].view.complaints;
    if (ok && n)
        fprintf(stderr, "flamescope: %s: %llu complaint%s: info tells them\n", o->path[0],
                (unsigned long long)n, n == 1 ? "" : "s");
    app_free(app);
    return code;
}

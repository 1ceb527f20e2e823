#include "app/export_verb.h"

#include <stdio.h>
#include <string.h>

#include "app/cache.h"
#include "app/export.h"
#include "app/export_reel.h"
#include "app/look.h"
#include "app/question.h"
#include "base/thread.h"

enum { EXIT_DONE = 0, EXIT_INPUT = 1, EXIT_USAGE = 2 };

static int exit_for(const Error *err) {
    return err->kind == ERROR_USAGE ? EXIT_USAGE : EXIT_INPUT;
}

static int fail_at(const char *path, const Error *err) {
    fprintf(stderr, "flamescope: %s: %s\n", path, err->message);
    return exit_for(err);
}

static int fail_writing(const Error *err) {
    if (err->file[0])
        fprintf(stderr, "flamescope: %s: %s\n", err->file, err->message);
    else
        fprintf(stderr, "flamescope: %s\n", err->message);
    return EXIT_INPUT;
}

static int write_out(const Options *o, const Buf *bytes) {
    Error err = {0};
    if (file_write_all(o->out ? o->out : "-", buf_str(bytes), &err))
        return EXIT_DONE;
    return fail_writing(&err);
}

/* -- which option means something where; the others of `export` do everywhere */

#define IN(format) (1u << EXPORT_##format)

/* Those that can show what a selection is compared with. */
#define FORMATS_COMPARING (IN(PNG) | IN(SVG) | IN(HTML) | IN(SPEEDSCOPE) | IN(PPROF))

/* Pictures of the stage; a page of scenes is made of them, too. */
#define FORMATS_STAGED (IN(FRAMES) | IN(APNG) | IN(PDF))

typedef struct Meaning {
    const char *option;
    unsigned formats;
} Meaning;

static const Meaning meanings[] = {
    {"size", IN(PNG) | IN(SVG) | FORMATS_STAGED},
    {"pixel-ratio", IN(PNG) | FORMATS_STAGED},
    {"dejavu", IN(PNG) | FORMATS_STAGED},
    {"range", ~IN(HEATMAP_JSON)},
    {"baseline", FORMATS_COMPARING | FORMATS_STAGED},
    {"view", IN(PNG) | IN(SVG) | IN(HTML) | FORMATS_STAGED},
    {"transform", ~IN(HEATMAP_JSON)},
    {"search", IN(PNG) | IN(SVG) | IN(HTML) | IN(HEATMAP_JSON) | FORMATS_STAGED},
    {"heat-rows", IN(PNG) | IN(HEATMAP_JSON) | FORMATS_STAGED},
    {"heat-value", IN(PNG) | IN(HEATMAP_JSON) | FORMATS_STAGED},
    {"zoom", IN(PNG) | IN(SVG) | IN(HTML) | FORMATS_STAGED},
    {"pin", IN(PNG) | IN(SVG) | FORMATS_STAGED},
    {"rows", IN(PNG) | IN(HTML) | IN(HEATMAP_JSON) | FORMATS_STAGED},
    {"column", IN(PNG) | IN(HTML) | IN(HEATMAP_JSON) | FORMATS_STAGED},
    {"scale", IN(PNG) | IN(HTML) | FORMATS_STAGED},
    {"palette", IN(PNG) | IN(SVG) | IN(HTML) | FORMATS_STAGED},
    {"theme", IN(PNG) | IN(SVG) | IN(HTML) | FORMATS_STAGED},
    {"scenes", FORMATS_STAGED | IN(HTML)},
    {"play", IN(FRAMES) | IN(APNG)},
    {"fps", IN(FRAMES) | IN(APNG)},
    {"speed", IN(FRAMES) | IN(APNG)},
    {"seconds", IN(FRAMES) | IN(APNG)},
    {"window", IN(FRAMES) | IN(APNG)},
};

static void list_formats(unsigned which, Buf *out) {
    int left = 0;
    for (int i = 0; i < EXPORT_FORMATS; i++)
        left += (int)(which >> i & 1);
    for (int i = 0; i < EXPORT_FORMATS; i++) {
        if (!(which >> i & 1))
            continue;
        buf_puts(out, export_format_name((ExportFormat)i));
        if (--left)
            buf_puts(out, left == 1 ? " and " : ", ");
    }
}

static bool wanted_format(const Options *o, ExportFormat *out, Error *err) {
    if (o->to && export_format_named(str_of(o->to), out))
        return true;
    Buf known = {0};
    list_formats(~0u, &known);
    error_set(err, ERROR_USAGE, "%s--to can be %s",
              o->to ? "" : "export needs to know what to write: ", known.s);
    buf_free(&known);
    return false;
}

/* False, with words, where an option means nothing for the format. */
static bool options_fit(const Options *o, Error *err) {
    ExportFormat format;
    if (!wanted_format(o, &format, err))
        return false;
    ExportFormat like = format == EXPORT_HTML && o->scenes ? EXPORT_PDF : format;
    for (size_t i = 0; i < sizeof meanings / sizeof *meanings; i++) {
        const Meaning *m = &meanings[i];
        if ((m->formats >> like & 1) || !options_given(o, m->option))
            continue;
        Buf right = {0};
        list_formats(m->formats, &right);
        error_set(err, ERROR_USAGE, "--%s means nothing for %s; it does for %s", m->option,
                  export_format_name(format), right.s);
        buf_free(&right);
        return false;
    }
    if (FORMATS_STAGED >> like & 1)
        return reel_options_fit(o, format, err);
    if ((o->shown.view_kind == VIEW_TABLE || o->shown.view_kind == VIEW_CHART) &&
        (format == EXPORT_SVG || format == EXPORT_HTML))
        return error_set(err, ERROR_USAGE, "a table or a chart is drawn by png alone");
    if (o->shown.view_kind == VIEW_SANDWICH && format != EXPORT_PNG && format != EXPORT_SVG)
        return error_set(err, ERROR_USAGE, "a sandwich is two graphs: only png and svg draw it");
    if (format == EXPORT_SVG && options_given(o, "pin") && o->shown.view_kind != VIEW_SANDWICH)
        return error_set(err, ERROR_USAGE,
                         "--pin means something for svg with --view sandwich "
                         "alone, whose function it names");
    return true;
}

/* -- from samples alone */

/* The range and the event of the command line, once the profile is known. */
static bool place_state(const Options *o, const Loaded *l, State *s, Error *err) {
    ProfileView view = profile_view(&l->profile);
    EventId event;
    if (!look_state(o, s, err))
        return false;
    snprintf(s->file[0], sizeof s->file[0], "%s", o->path[0]);
    if (s->idle == IDLE_FLAMESCOPE && !s->event[0])
        strcpy(s->event, "all"); /* as FlameScope counts */
    if (s->event[0] && !query_event_named(&l->profile, &view, str_of(s->event), &event))
        return error_set(err, ERROR_USAGE, "there is no event \"%s\"", s->event);
    if (!look_weight(o, s, &l->profile, err))
        return false;
    if ((o->range || s->selection.on) && !view.has_time)
        return error_set(err, ERROR_USAGE, "a range needs times, and this profile has none");
    return !o->range || range_parse(str_of(o->range), profile_origin(&view), view.first_ns,
                                    view.last_ns, &s->selection, err);
}

/* What is compared with. A second file that the state or the option names is read here. */
static bool place_baseline(const Options *o, Loaded *l, State *s, Profile *second, bool *read,
                           Error *err) {
    ProfileView view = profile_view(&l->profile);
    if (o->baseline)
        s->baseline_kind = look_baseline_kind(o->baseline);
    if (o->baseline && s->baseline_kind == BASELINE_FILE)
        snprintf(s->file[1], sizeof s->file[1], "%s", o->baseline);
    if (o->baseline && s->baseline_kind == BASELINE_RANGE && !view.has_time)
        return error_set(err, ERROR_USAGE, "a range needs times, and this profile has none");
    if (o->baseline && s->baseline_kind == BASELINE_RANGE &&
        !range_parse(str_of(o->baseline), profile_origin(&view), view.first_ns, view.last_ns,
                     &s->baseline, err))
        return false;
    if (o->baseline && !state_can_compare(s, s->baseline_kind))
        return error_set(err, ERROR_USAGE, "--baseline %s needs a --range", o->baseline);
    *read = s->baseline_kind == BASELINE_FILE && state_can_compare(s, BASELINE_FILE);
    if (!*read)
        return true;
    Error why = {0};
    *read = loaded_beside(l, s->file[1], second, &why);
    if (!*read)
        return error_set(err, why.kind, "%s: %s", s->file[1], why.message);
    Buf text = {0};
    loaded_complaints(second, s->file[1], &text);
    if (text.n)
        fputs(text.s, stderr);
    buf_free(&text);
    return true;
}

/* An empty result is right, but seldom what was meant. */
static void note_nothing(const char *path) {
    fprintf(stderr, "flamescope: %s: the range, event, filter and transforms leave no sample\n",
            path);
}

static bool bytes_of(const Options *o, Loaded *l, ExportFormat format, Buf *out, Error *err) {
    ExportSource *source = mem_resize(NULL, 0, sizeof *source);
    State *state = mem_resize(NULL, 0, sizeof *state);
    Profile *second = mem_resize(NULL, 0, sizeof *second);
    bool read = false;
    bool ok = place_state(o, l, state, err) && (!(FORMATS_COMPARING >> format & 1) ||
                                                place_baseline(o, l, state, second, &read, err));
    if (ok) {
        export_source(&l->profile, read ? second : NULL, state, format, source);
        if (!options_given(o, "theme") && !o->state)
            source->theme = "auto";
        HeatSpec spec = source->heat;
        bool map = format == EXPORT_HEATMAP_JSON || format == EXPORT_HTML;
        if (map && source->view.has_time && heat_spec_fit(&spec, &source->view))
            fprintf(stderr, "flamescope: columns made longer: a heat map has at most %d cells\n",
                    HEAT_MAX_CELLS);
        ok = export_bytes(format, source, out, err);
        if (ok && !out->n && source->view.samples)
            note_nothing(o->path[0]);
    }
    if (read)
        profile_free(second);
    mem_resize(second, sizeof *second, 0);
    mem_resize(state, sizeof *state, 0);
    mem_resize(source, sizeof *source, 0);
    return ok;
}

static int run_samples(const Options *o, ExportFormat format) {
    Loaded l;
    Error err = {0};
    CacheKey key = {0};
    ReadHow how = {o->threads, o->inlined};
    if (o->no_cache ? !loaded_open(&l, o->path[0], how, &err)
                    : !cache_loaded_open(&l, o->path[0], how, &key, &err))
        return fail_at(o->path[0], &err);
    Buf bytes = {0};
    loaded_complaints(&l.profile, o->path[0], &bytes);
    if (bytes.n)
        fputs(bytes.s, stderr);
    buf_clear(&bytes);
    int code =
        bytes_of(o, &l, format, &bytes, &err) ? write_out(o, &bytes) : fail_at(o->path[0], &err);
    buf_free(&bytes);
    cache_keep(&l, &key);
    loaded_close(&l);
    return code;
}

/* -- what the window shows, without one */

/* Lets it load and answer until nothing changes any more. */
static void headless_settle(App *app, FrameInput *in) {
    FrameOutput out;
    for (int still = 0; still < 4;) { /* a few quiet frames let motions end */
        bool worked = false;
        while (app_work(app))
            worked = true;
        in->now_ns += 500000000;
        app_frame(app, in, &out);
        still = worked || !app_settled(app) ? 0 : still + 1;
    }
}

static int write_svg(App *app, const Options *o) {
    SvgFile file;
    Buf bytes = {0};
    const Answer *a = app_answer(app);
    if (state_compares(&app->state) && !(a->elided || a->b.u32 || a->b.u64)) {
        fprintf(stderr, "flamescope: this cannot be compared with %s\n",
                o->baseline ? o->baseline : "B");
        return EXIT_INPUT;
    }
    svg_file_make(app, a, (SvgSize){o->w, o->h}, &file);
    export_svg(&file.flame, &bytes);
    svg_file_free(&file);
    int code = write_out(o, &bytes);
    buf_free(&bytes);
    return code;
}

static int write_png(App *app, const Options *o) {
    Error err = {0};
    return export_window_png(app, o->out ? o->out : "-", &err) ? EXIT_DONE : fail_writing(&err);
}

static void say_complaints(const App *app, const char *path) {
    const SessionSlot *slot = &app->session.slot[0];
    uint64_t n = slot->view.complaints;
    if (n)
        fprintf(stderr, "flamescope: %s: %llu complaint%s: info tells them\n", path,
                (unsigned long long)n, n == 1 ? "" : "s");
}

static bool can_compare(const App *app, Error *err) {
    const Answer *a = app_answer(app);
    if (app->state.baseline_kind != BASELINE_FILE || !a || !a->in_profile || a->in_baseline)
        return true;
    const SessionSlot *slot = &app->session.slot[1];
    return export_lacks_event(&slot->profile, &slot->view, a->query.event, app->state.file[1], err);
}

/* What was asked for and is not in the picture. */
static void note_missing(const App *app, const char *path) {
    const Answer *a = app_answer(app);
    if (!a || !a->in_profile || app->state.view_kind == VIEW_SANDWICH)
        return;
    Arena arena;
    arena_init(&arena, 0);
    if (!prefix_total(&a->a, a->tree, 0))
        note_nothing(path);
    else if (app->state.zoom[0] && !flame_zoom_node(&app->state, a, &app->session.dict, &arena))
        fprintf(stderr, "flamescope: %s: there is no frame to zoom into at this path\n", path);
    arena_free(&arena);
}

static int run_picture(const Options *o, ExportFormat format, const CliHost *host) {
    Error err = {0};
    const Fonts *fonts = format == EXPORT_PNG ? host->fonts(o->dejavu, &err) : fonts_fixed();
    if (!fonts)
        return fail_writing(&err);
    uint32_t readers = o->threads ? o->threads : thread_cpu_count();
    App *app = app_new(&(AppOptions){.fonts = fonts, .headless = true, .readers = readers});
    app->session.use_cache = !o->no_cache;
    app->session.inlined = o->inlined;
    int code = EXIT_DONE;
    FrameInput in = {.windows = 1};
    in.window[0] = (WindowInput){.w = o->w ? o->w : 1920,
                                 .h = o->h ? o->h : 1080,
                                 .scale = (float)o->pixel_ratio,
                                 .focused = true};
    if (!look_open(app, o, o->path[0], &err))
        code = fail_at(o->path[0], &err);
    if (code == EXIT_DONE) {
        headless_settle(app, &in);
        app_loading(app, &err);
        if (!err.kind)
            err = app->pending_error;
        if (!err.kind && can_compare(app, &err))
            look_weight(o, &app->state, &app->session.slot[0].profile, &err);
        if (err.kind)
            code = fail_at(err.file[0] ? err.file : o->path[0], &err);
        else if (app->notice[0])
            fprintf(stderr, "flamescope: %s\n", app->notice);
    }
    if (code == EXIT_DONE) {
        say_complaints(app, o->path[0]);
        note_missing(app, o->path[0]);
        code = format == EXPORT_PNG ? write_png(app, o) : write_svg(app, o);
    }
    app_free(app);
    return code;
}

int run_export(const Options *o, const CliHost *host) {
    ExportFormat format;
    Error err = {0};
    if (!wanted_format(o, &format, &err) || !options_fit(o, &err)) {
        fprintf(stderr, "flamescope: %s\nflamescope: --help shows what there is\n", err.message);
        return EXIT_USAGE;
    }
    if ((FORMATS_STAGED >> format & 1) || (format == EXPORT_HTML && o->scenes))
        return run_reel(o, host, format);
    return format == EXPORT_PNG || format == EXPORT_SVG ? run_picture(o, format, host)
                                                        : run_samples(o, format);
}

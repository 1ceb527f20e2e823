#include "app/cli.h"

#include <stdio.h>
#include <string.h>

#include "app/cache.h"
#include "app/collapse.h"
#include "app/dump.h"
#include "app/export.h"
#include "app/info.h"
#include "app/options.h"
#include "app/pack_verb.h"
#include "app/program.h"
#include "app/replay.h"
#include "base/clock.h"
#include "base/thread.h"
#include "picture/export_text.h"
#include "query/slice.h"

enum { EXIT_DONE = 0, EXIT_INPUT = 1, EXIT_USAGE = 2 };

static int complain_and(int code, const Error *err) {
    if (err->file[0] && code == EXIT_INPUT)
        fprintf(stderr, "flamescope: %s: %s\n", err->file, err->message);
    else
        fprintf(stderr, "flamescope: %s\n", err->message);
    return code;
}

static int exit_for(const Error *err) {
    return err->kind == ERROR_USAGE ? EXIT_USAGE : EXIT_INPUT;
}

static int fail_at(const char *path, const Error *err) {
    fprintf(stderr, "flamescope: %s: %s\n", path, err->message);
    return exit_for(err);
}

static int wrong_usage(const char *words) {
    fprintf(stderr, "flamescope: %s\nflamescope: --help shows what there is\n", words);
    return EXIT_USAGE;
}

static int write_out(const Options *o, const Buf *text) {
    Error err = {0};
    if (file_write_all(o->out ? o->out : "-", buf_str(text), &err))
        return EXIT_DONE;
    return complain_and(EXIT_INPUT, &err);
}

static void say_complaints(const Loaded *l, const char *path) {
    Buf text = {0};
    loaded_complaints(l, path, &text);
    if (text.n)
        fputs(text.s, stderr);
    buf_free(&text);
}

/* -- info */

static int run_info(const Options *o) {
    Loaded l;
    Error err = {0};
    if (!loaded_open(&l, o->path[0], o->threads, &err))
        return fail_at(o->path[0], &err);
    Buf text = {0};
    if (o->json)
        info_json(&l, &text);
    else
        info_text(&l, o->path[0], &text);
    say_complaints(&l, o->path[0]);
    int code = write_out(o, &text);
    buf_free(&text);
    loaded_close(&l);
    return code;
}

/* -- exports without a picture */

static bool text_query(const Options *o, const Loaded *l, const ProfileView *view, Query *q, Error *err) {
    memset(q, 0, sizeof *q);
    q->whole = true;
    q->idle = o->shown.idle;
    q->filter = o->shown.filter;
    q->event = query_default_event(&l->profile, view);
    if (o->shown.idle == IDLE_FLAMESCOPE && !o->shown.event[0])
        q->event = EVENT_ALL; /* as FlameScope counts */
    if (o->shown.event[0] && !query_event_named(&l->profile, view, str_of(o->shown.event), &q->event))
        return error_set(err, ERROR_USAGE, "there is no event \"%s\"", o->shown.event);
    q->weighted = query_by_weight(&l->profile, view, q->event, o->shown.weighted);
    if (!o->range)
        return true;
    Range r;
    if (!view->has_time)
        return error_set(err, ERROR_USAGE, "--range needs times, and this profile has none");
    if (!range_parse(str_of(o->range), profile_origin(view), view->first_ns, view->last_ns, &r, err))
        return false;
    q->whole = false;
    q->t0_ns = r.t0_ns;
    q->t1_ns = r.t1_ns;
    return true;
}

static bool export_heat(const Options *o, const Loaded *l, const ProfileView *view, const Query *q, Buf *out, Error *err) {
    if (!view->has_time)
        return error_set(err, ERROR_FORMAT, "this profile carries no times, so it has no heat map");
    HeatSpec spec = {.rows = o->shown.rows, .column_ns = o->shown.column_ns, .event = q->event, .idle = q->idle,
                     .filter = q->filter, .value_kind = q->weighted ? HEAT_WEIGHT : HEAT_SAMPLES};
    if (heat_spec_fit(&spec, view))
        fprintf(stderr, "flamescope: columns made longer: a heat map has at most %d cells\n", HEAT_MAX_CELLS);
    Arena arena;
    arena_init(&arena, 1 << 20);
    export_heatmap_json(heat_build(&l->profile, view, &spec, &arena), out);
    arena_free(&arena);
    return true;
}

static bool export_text(const Options *o, const Loaded *l, Buf *out, Error *err) {
    ProfileView view = profile_view(&l->profile);
    Query q;
    if (!text_query(o, l, &view, &q, err))
        return false;
    if (!strcmp(o->to, "heatmap-json"))
        return export_heat(o, l, &view, &q, out, err);
    Arena arena;
    arena_init(&arena, 1 << 20);
    Slice slice;
    bool ok = slice_scan(&l->profile, &view, &q, &arena, &slice, err);
    if (ok)
        export_folded(&l->profile, &slice, out);
    arena_free(&arena);
    return ok;
}

static int run_export_text(const Options *o) {
    Loaded l;
    Error err = {0};
    CacheKey key = {0};
    if (o->no_cache ? !loaded_open(&l, o->path[0], o->threads, &err)
                    : !cache_loaded_open(&l, o->path[0], o->threads, &key, &err))
        return fail_at(o->path[0], &err);
    say_complaints(&l, o->path[0]);
    Buf text = {0};
    int code = export_text(o, &l, &text, &err) ? write_out(o, &text) : fail_at(o->path[0], &err);
    buf_free(&text);
    cache_keep(&l, &key);
    loaded_close(&l);
    return code;
}

/* -- headless app: pictures and replay */

/* Options that say how things look become the state; the file and range come afterwards. */
static bool apply_look(App *app, const Options *o, Error *err) {
    app->state = o->shown;
    if (o->state && !state_parse(str_of(o->state), &app->state, err))
        return false;
    if (o->range)
        snprintf(app->pending_range, sizeof app->pending_range, "%s", o->range);
    return true;
}

static bool open_with_look(App *app, const Options *o, const char *path, Error *err) {
    if (!app_open(app, 0, path, err))
        return false;
    /* opening forgets what belonged to another file; here it was meant for this one */
    State opened = app->state;
    if (!apply_look(app, o, err))
        return false;
    memcpy(app->state.file, opened.file, sizeof opened.file);
    app->state.mode = opened.mode;
    return true;
}

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

static int run_export_png(const Options *o, const CliHost *host) {
    Error err = {0};
    const Fonts *fonts = host->fonts(o->dejavu, &err);
    if (!fonts)
        return complain_and(EXIT_INPUT, &err);
    App *app = app_new(&(AppOptions){.fonts = fonts, .headless = true});
    app->session.use_cache = !o->no_cache;
    int code = EXIT_DONE;
    FrameInput in = {.windows = 1};
    in.window[0] = (WindowInput){.w = o->w ? o->w : 1920, .h = o->h ? o->h : 1080, .scale = (float)o->pixel_ratio, .focused = true};
    if (!open_with_look(app, o, o->path[0], &err))
        code = fail_at(o->path[0], &err);
    if (code == EXIT_DONE) {
        headless_settle(app, &in);
        app_loading(app, &err);
        if (err.kind)
            code = fail_at(o->path[0], &err);
        else if (app->notice[0])
            fprintf(stderr, "flamescope: %s\n", app->notice);
    }
    if (code == EXIT_DONE && !export_window_png(app, o->out ? o->out : "-", &err))
        code = complain_and(EXIT_INPUT, &err);
    app_free(app);
    return code;
}

static int run_export(const Options *o, const CliHost *host) {
    if (!o->to)
        return wrong_usage("export needs --to png, folded or heatmap-json");
    if (!strcmp(o->to, "png"))
        return run_export_png(o, host);
    if (!strcmp(o->to, "folded") || !strcmp(o->to, "heatmap-json"))
        return run_export_text(o);
    return wrong_usage("--to is png, folded or heatmap-json");
}

static int run_replay(const Options *o, const CliHost *host) {
    Error err = {0};
    Buf script = {0}, out = {0};
    if (!file_read_all(o->path[0], &script, 1 << 24, &err))
        return complain_and(EXIT_INPUT, &err);
    const Fonts *fonts = fonts_fixed();
    if (replay_wants_pictures(buf_str(&script)))
        fonts = host->fonts(o->dejavu, &err);
    if (!fonts)
        return complain_and(EXIT_INPUT, &err);
    App *app = app_new(&(AppOptions){.fonts = fonts, .headless = true});
    int code = EXIT_DONE;
    if (!apply_look(app, o, &err))
        code = complain_and(EXIT_USAGE, &err);
    else if (o->paths > 1 && !open_with_look(app, o, o->path[1], &err))
        code = fail_at(o->path[1], &err);
    ReplayOptions replay = {.file = o->path[0], .script = buf_str(&script)};
    if (code == EXIT_DONE && !replay_run(app, &replay, &out, &err))
        code = complain_and(exit_for(&err), &err);
    int written = write_out(o, &out); /* what was dumped before a failure is still told */
    app_free(app);
    buf_free(&script);
    buf_free(&out);
    return code ? code : written;
}

/* -- the window */

static void stats_since_start(App *app, Buf *out) {
    dump_stats(app, clock_process_start_ns(), out);
}

static void write_json(App *app, const char *path, void (*dump)(App *, Buf *)) {
    Buf text = {0};
    Error err = {0};
    dump(app, &text);
    if (!file_write_all(path, buf_str(&text), &err))
        complain_and(EXIT_INPUT, &err);
    buf_free(&text);
}

static int run_window(const Options *o, const CliHost *host) {
    Error err = {0};
    const Fonts *fonts = host->fonts(false, &err);
    if (!fonts)
        return complain_and(EXIT_INPUT, &err);
    App *app = app_new(&(AppOptions){.fonts = fonts,
                                       .workers = o->threads ? o->threads : thread_cpu_count(),
                                       .examples = host->examples});
    app->session.use_cache = !o->no_cache;
    int code = EXIT_DONE;
    if (!apply_look(app, o, &err)) {
        code = complain_and(EXIT_USAGE, &err);
    } else if (!o->paths) {
        app_open(app, 0, app->examples, NULL);
    } else if (!open_with_look(app, o, o->path[0], &err)) {
        code = fail_at(o->path[0], &err);
    }
    if (code == EXIT_DONE) {
        code = host->window(app, fonts, o->w, o->h, o->software, o->gpu, &err);
        if (err.kind)
            complain_and(code, &err);
    }
    if (o->stats && code == EXIT_DONE)
        write_json(app, o->stats, stats_since_start);
    if (o->dump && code == EXIT_DONE)
        write_json(app, o->dump, dump_state);
    app_free(app);
    return code;
}

static int run_collapse(const Options *o) {
    CollapseOptions c = {.pid = o->pid || o->tid, .tid = o->tid, .kernel = o->kernel || o->all, .jit = o->jit || o->all};
    Error err = {0};
    Buf text = {0}, notes = {0};
    if (!collapse_run(o->path[0], &c, &text, &notes, &err)) {
        buf_free(&text);
        return fail_at(o->path[0], &err);
    }
    if (notes.n)
        fputs(notes.s, stderr);
    int code = write_out(o, &text);
    buf_free(&text);
    buf_free(&notes);
    return code;
}

static int run_pack(const Options *o) {
    PackVerb verb = {.path = o->path[0], .out = o->out, .threads = o->threads};
    Error err = {0};
    Buf notes = {0};
    if (!o->out || !strcmp(o->out, "-"))
        return wrong_usage("pack needs -o FILE.fscope, the file to write");
    bool ok = pack_verb(&verb, &notes, &err);
    if (notes.n)
        fputs(notes.s, stderr);
    buf_free(&notes);
    return ok ? EXIT_DONE : fail_at(o->path[0], &err);
}

static int print_and_done(void (*fill)(Verb, Buf *), Verb verb) {
    Buf text = {0};
    fill(verb, &text);
    fputs(text.s, stdout);
    buf_free(&text);
    return EXIT_DONE;
}

int cli_main(int argc, char **argv, const CliHost *host) {
    Options *o = &(Options){0};
    Error err = {0};
    if (!options_parse(argc, argv, o, &err))
        return wrong_usage(err.message);
    if (o->help)
        return print_and_done(options_help, o->verb);
    if (o->keys) {
        Buf table = {0};
        commands_table(&table);
        fputs(table.s, stdout);
        buf_free(&table);
        return EXIT_DONE;
    }
    if (o->version) {
        printf("flamescope %s\n", FLAMESCOPE_VERSION);
        return EXIT_DONE;
    }
    if (o->verb != VERB_WINDOW && o->paths == 0)
        return wrong_usage(o->verb == VERB_REPLAY ? "replay needs a script" : "a profile is needed");
    uint32_t most = o->verb == VERB_REPLAY ? 2 : 1;
    if (o->paths > most)
        return wrong_usage(o->verb == VERB_WINDOW ? "one profile at a time" : "too many files");
    switch (o->verb) {
    case VERB_INFO:
        return run_info(o);
    case VERB_EXPORT:
        return run_export(o, host);
    case VERB_COLLAPSE:
        return run_collapse(o);
    case VERB_REPLAY:
        return run_replay(o, host);
    case VERB_PACK:
        return run_pack(o);
    default:
        return run_window(o, host);
    }
}

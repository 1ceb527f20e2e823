#include "app/cli.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "app/collapse.h"
#include "app/completion.h"
#include "app/dump.h"
#include "app/export_verb.h"
#include "app/info.h"
#include "app/look.h"
#include "app/manual.h"
#include "app/option_table.h"
#include "app/pack_verb.h"
#include "app/program.h"
#include "app/replay.h"
#include "base/clock.h"
#include "base/thread.h"

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
    loaded_complaints(&l->profile, path, &text);
    if (text.n)
        fputs(text.s, stderr);
    buf_free(&text);
}

/* -- info */

static int run_info(const Options *o) {
    Loaded l;
    Error err = {0};
    if (!loaded_open(&l, o->path[0], (ReadHow){o->threads, o->inlined}, &err))
        return fail_at(o->path[0], &err);
    Buf text = {0};
    if (o->json)
        info_json(&l, o->findings, &text);
    else
        info_text(&l, o->path[0], o->findings, &text);
    say_complaints(&l, o->path[0]);
    int code = write_out(o, &text);
    buf_free(&text);
    loaded_close(&l);
    return code;
}

/* -- replay */

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
    app->session.inlined = o->inlined;
    int code = EXIT_DONE;
    if (!look_apply(app, o, &err))
        code = complain_and(EXIT_USAGE, &err);
    else if (o->paths > 1 && !look_open(app, o, o->path[1], &err))
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

static int write_json(App *app, const char *path, void (*dump)(App *, Buf *)) {
    Buf text = {0};
    Error err = {0};
    dump(app, &text);
    int code = EXIT_DONE;
    if (!file_write_all(path, buf_str(&text), &err))
        code = complain_and(EXIT_INPUT, &err);
    buf_free(&text);
    return code;
}

/* path NULL: the browser. */
static int show_window(App *app, const Options *o, const CliHost *host, const Fonts *fonts,
                       const char *path) {
    Error err = {0};
    int code = EXIT_DONE;
    Options remembered = *o;
    settings_begin(app);
    look_settings(&app->settings, &remembered);
    if (!look_apply(app, &remembered, &err)) {
        code = complain_and(EXIT_USAGE, &err);
    } else if (o->demo) {
        if (!tour_begin(app, &err))
            code = fail_at(TOUR_PROFILE, &err);
    } else if (!path) {
        app_browse(app);
    } else if (!look_open(app, &remembered, path, &err)) {
        code = fail_at(path, &err);
    }
    if (code == EXIT_DONE) {
        code = host->window(app, fonts, o->w, o->h, o->software, o->gpu, &err);
        if (err.kind)
            complain_and(code, &err);
    }
    bool shown = code == EXIT_DONE;
    if (o->stats && shown)
        code = write_json(app, o->stats, stats_since_start);
    int dumped = o->dump && shown ? write_json(app, o->dump, dump_state) : EXIT_DONE;
    return code ? code : dumped;
}

static App *new_app(const Options *o, const Fonts *fonts) {
    return app_new(
        &(AppOptions){.fonts = fonts, .workers = o->threads ? o->threads : thread_cpu_count()});
}

static int run_window(const Options *o, const CliHost *host) {
    Error err = {0};
    const Fonts *fonts = host->fonts(false, &err);
    if (!fonts)
        return complain_and(EXIT_INPUT, &err);
    App *app = new_app(o, fonts);
    app->session.use_cache = !o->no_cache;
    app->session.inlined = o->inlined;
    app->session.follow_next = o->follow;
    int code = show_window(app, o, host, fonts, o->paths ? o->path[0] : NULL);
    app_free(app);
    return code;
}

/* -- record */

/* What was recorded after the last look at it is written before we go. */
static int end_recording(Process *p, const char *path) {
    enum { PATIENCE_MS = 10000 };
    process_interrupt(p);
    Buf words = {0};
    bool ended = process_wait(p, PATIENCE_MS), well = false;
    if (ended)
        well = record_ended_well(process_status(p), process_words(p), path, &words);
    else
        buf_printf(&words, "perf, or what it ran, did not end within %d s; what came is in %s",
                   PATIENCE_MS / 1000, path);
    fprintf(stderr, "flamescope: %s\n", words.s);
    buf_free(&words);
    return well ? EXIT_DONE : EXIT_INPUT;
}

static int run_record(const Options *o, const CliHost *host) {
    RecordWish wish = o->record;
    Error err = {0};
    Buf notes = {0};
    char path[RECORD_PATH];
    wish.out = o->out;
    wish.all_cpus |= !wish.pid && !wish.command;
    bool can = record_check(&wish, &notes, &err);
    if (notes.n)
        fputs(notes.s, stderr);
    buf_free(&notes);
    if (!can)
        return complain_and(exit_for(&err), &err);
    const Fonts *fonts =
        host->display(&err) ? host->fonts(false, &err) : NULL; /* before there is a file */
    Process *p = fonts ? record_start(&wish, path, &err) : NULL;
    if (!p)
        return complain_and(EXIT_INPUT, &err);
    App *app = new_app(o, fonts);
    app->session.inlined = o->inlined;
    app->session.follow_next = true;
    app->live.recorder = p;
    app->live.recording = path;
    int code = show_window(app, o, host, fonts, path);
    int ended = end_recording(p, path);
    app_free(app);
    process_free(p);
    return code ? code : ended;
}

static int run_collapse(const Options *o) {
    CollapseOptions c = {.pid = o->pid || o->tid,
                         .tid = o->tid,
                         .kernel = o->kernel || o->all,
                         .jit = o->jit || o->all};
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
    PackVerb verb = {.path = o->path[0], .out = o->out, .how = {o->threads, o->inlined}};
    Error err = {0};
    Buf notes = {0};
    if (!o->out || !strcmp(o->out, "-"))
        return wrong_usage("pack needs -o FILE.fscope, the file to write");
    bool ok = pack_verb(&verb, &notes, &err);
    if (notes.n)
        fputs(notes.s, stderr);
    buf_free(&notes);
    return ok ? EXIT_DONE : fail_at(err.file[0] ? err.file : o->path[0], &err);
}

/* What tells about the program itself; false: the command line wants something done. */
static bool tells(const Options *o, Buf *out) {
    if (o->help)
        options_help(o->verb, out);
    else if (o->keys)
        commands_table(out);
    else if (o->man)
        manual_page(out);
    else if (o->completion)
        completion_script(o->shell, out);
    else if (o->version)
        buf_puts(out, "flamescope " FLAMESCOPE_VERSION "\n");
    return out->n > 0;
}

/* An option that tells; -1 when there was none. */
static int run_telling(const Options *o) {
    Buf text = {0};
    Error err = {0};
    int code = -1;
    if (tells(o, &text))
        code =
            file_write_all("-", buf_str(&text), &err) ? EXIT_DONE : complain_and(EXIT_INPUT, &err);
    buf_free(&text);
    return code;
}

int cli_main(int argc, char **argv, const CliHost *host) {
    Options *o = &(Options){0};
    Error err = {0};
    if (!options_parse(argc, argv, o, &err))
        return wrong_usage(err.message);
    int told = run_telling(o);
    if (told >= 0)
        return told;
    if (o->verb != VERB_WINDOW && o->verb != VERB_RECORD && o->paths == 0)
        return wrong_usage(o->verb == VERB_REPLAY ? "replay needs a script"
                                                  : "a profile is needed");
    uint32_t most = o->verb == VERB_REPLAY ? 2 : 1;
    if (o->paths > most && o->verb == VERB_WINDOW && access(o->path[0], F_OK) != 0) {
        char words[300];
        snprintf(words, sizeof words, "%.200s is neither a verb, which stands first, nor a file",
                 o->path[0]);
        return wrong_usage(words);
    }
    if (o->paths > most)
        return wrong_usage(o->verb == VERB_WINDOW ? "one profile at a time" : "too many files");
    if (!options_keep_inputs(o, &err))
        return wrong_usage(err.message);
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
    case VERB_RECORD:
        return run_record(o, host);
    default:
        return run_window(o, host);
    }
}

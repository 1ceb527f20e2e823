/* Actions on the program as a whole. */
#include <stdio.h>
#include <string.h>

#include "app/actions.h"
#include "app/export.h"

bool can_always(const App *app) {
    (void)app;
    return true;
}

bool can_cancel_load(const App *app) {
    return session_loading(&app->session);
}

bool can_complain(const App *app) {
    return app->session.slot[0].open && app->session.slot[0].view.complaints > 0;
}

bool can_back(const App *app) {
    return history_can_back(&app->history);
}

bool can_forward(const App *app) {
    return history_can_forward(&app->history);
}

bool do_help(App *app, Str args, Error *err) {
    (void)args, (void)err;
    app->overlay = app->overlay == OVERLAY_HELP ? OVERLAY_NONE : OVERLAY_HELP;
    return true;
}

bool do_complaints(App *app, Str args, Error *err) {
    (void)args, (void)err;
    app->overlay = app->overlay == OVERLAY_COMPLAINTS ? OVERLAY_NONE : OVERLAY_COMPLAINTS;
    return true;
}

bool do_open(App *app, Str args, Error *err) {
    if (!args.n) {
        bool to_browser = app->state.mode != MODE_BROWSER || !app->session.slot[0].open;
        if (to_browser)
            app_browse(app);
        else
            app->state.mode = MODE_NORMAL;
        return true;
    }
    char path[STATE_PATH];
    if (args.n >= sizeof path)
        return error_set(err, ERROR_LIMIT, "this path is too long");
    snprintf(path, sizeof path, "%.*s", (int)args.n, args.s);
    Error why = {0};
    if (app_open(app, 0, path, &why))
        return app->fit_column = true;
    return error_set(err, why.kind, "%s: %s", path_name(path), why.message);
}

bool do_quit(App *app, Str args, Error *err) {
    (void)args, (void)err;
    app->quit = true;
    return true;
}

/* One level at a time, the most recent thing first. */
bool do_escape(App *app, Str args, Error *err) {
    (void)args;
    if (app->reel.on) {
        reel_stop(app);
        return true;
    }
    if (app->present.on && !app->overlay)
        return present_escape(app, err);
    if (app->overlay) {
        app->overlay = OVERLAY_NONE;
    } else if (app->panels.asking_filter) {
        app->panels.asking_filter = false;
    } else if (app_shows_browser(app) && app->browser.filter[0]) {
        browser_filter(&app->browser, STR(""));
    } else if (app->state.mode == MODE_BROWSER && app->session.slot[0].open) {
        app->state.mode = MODE_NORMAL;
    } else if (app->playback.on) {
        playback_end(app);
    } else if (app->state.search[0]) {
        return app_run(app, CMD_SEARCH_SET, STR(""), err);
    } else if (app->state.zoom[0]) {
        return app_run(app, CMD_ZOOM_RESET, STR(""), err);
    } else if (app->state.selection.on && !can_time(app)) {
        app->state.selection = (Range){0}; /* of a state that was set: there is no command for it */
    } else if (app->state.selection.on) {
        return app_run(app, CMD_SELECT_CLEAR, STR(""), err);
    } else if (app->fullscreen) {
        app->fullscreen = false;
    }
    return true;
}

bool do_cancel_load(App *app, Str args, Error *err) {
    (void)args, (void)err;
    if (session_live(&app->session)) {
        live_stop(app);
        app_notice(app, "Stopped: what has come so far is shown");
        return true;
    }
    if (app->session.slot[0].waiting) { /* what it waits for is what somebody still wants */
        session_cancel_load(&app->session, 0);
        memset(app->state.file[0], 0, STATE_PATH);
        app_browse(app);
        app_notice(app, "Loading stopped: nothing of it was read yet");
        return true;
    }
    if (app->session.slot[1].waiting && !do_compare_close(app, STR(""), err))
        return false;
    for (uint32_t i = 0; i < ENGINE_SLOTS; i++)
        if (app->session.slot[i].open && !app->session.slot[i].settled)
            session_cancel_load(&app->session, i);
    app_notice(app, "Loading stopped: what was read so far is shown");
    return true;
}

bool can_live(const App *app) {
    return session_live(&app->session) || app->session.paused;
}

bool do_live_pause(App *app, Str args, Error *err) {
    (void)args, (void)err;
    session_pause(&app->session, !app->session.paused);
    return true;
}

bool do_live_edge(App *app, Str args, Error *err) {
    (void)args, (void)err;
    live_follow_edge(app);
    return true;
}

/* -- exports from the window */

/* The file named, or one with the profile's name in the current folder. */
static void target(const App *app, Str args, const char *ending, char *out, size_t cap) {
    if (args.n) {
        snprintf(out, cap, "%.*s", (int)args.n, args.s);
        return;
    }
    Str name = str_of(path_name(app->state.file[0]));
    if (!name.n || str_eq_c(name, "-"))
        name = STR("flamescope");
    for (int i = 1; i < 1000; i++) { /* nothing is overwritten unasked */
        if (i == 1)
            snprintf(out, cap, "%.*s%s", (int)name.n, name.s, ending);
        else
            snprintf(out, cap, "%.*s-%d%s", (int)name.n, name.s, i, ending);
        if (!file_exists(out))
            return;
    }
}

static bool export_to(App *app, Str args, ExportFormat format, const char *ending, Error *err) {
    char path[STATE_PATH + 32];
    target(app, args, ending, path, sizeof path);
    return save_as(app, format, path, err);
}

bool do_export_png(App *app, Str args, Error *err) {
    return export_to(app, args, EXPORT_PNG, ".png", err);
}

bool do_export_svg(App *app, Str args, Error *err) {
    return export_to(app, args, EXPORT_SVG, ".svg", err);
}

bool do_export_html(App *app, Str args, Error *err) {
    return export_to(app, args, EXPORT_HTML, ".html", err);
}

bool do_export_folded(App *app, Str args, Error *err) {
    return export_to(app, args, EXPORT_FOLDED, ".folded", err);
}

bool do_export_speedscope(App *app, Str args, Error *err) {
    return export_to(app, args, EXPORT_SPEEDSCOPE, ".speedscope.json", err);
}

bool do_export_pprof(App *app, Str args, Error *err) {
    return export_to(app, args, EXPORT_PPROF, ".pb.gz", err);
}

bool do_scene_html(App *app, Str args, Error *err) {
    char path[STATE_PATH + 32];
    target(app, args, ".scenes.html", path, sizeof path);
    return reel_scenes(app, REEL_HTML, path, err);
}

bool do_scene_pdf(App *app, Str args, Error *err) {
    char path[STATE_PATH + 32];
    target(app, args, ".scenes.pdf", path, sizeof path);
    return reel_scenes(app, REEL_PDF, path, err);
}

static void copied(App *app, uint32_t frames) {
    app_notice(app, frames == 1 ? "Copied one frame" : "Copied a stack of %u frames", frames);
}

static bool copy_function(App *app, Error *err) {
    uint64_t number;
    const Functions *f = table_functions(app->session.engine, &number);
    FrameId frame = table_pane_pointed(&app->table, f);
    if (!frame)
        return error_set(err, ERROR_USAGE, "point at a function to copy its name");
    buf_put(&app->clipboard, functions_symbol(f, &app->session.dict, frame));
    app_notice(app, "Copied the function's name");
    return true;
}

bool do_copy(App *app, Str args, Error *err) {
    (void)args;
    const Answer *a;
    const Chart *c = app_chart_hovered(app);
    const FlameBox *b = app_flame_box(app, &a);
    buf_clear(&app->clipboard);
    if (c) {
        chart_stack_text(c, &app->session.dict, &app->chart.hover.box, &app->clipboard);
        copied(app, app->chart.hover.box.depth + 1u);
    } else if (b && b->depth) {
        flame_stack_text(a, &app->session.dict, b->node, &app->clipboard);
        copied(app, b->depth);
    } else if (app->state.view_kind == VIEW_TABLE) {
        return copy_function(app, err);
    } else {
        return error_set(err, ERROR_USAGE, "point at a frame to copy its stack");
    }
    return true;
}

/* A command line that shows the same again. */
bool do_state_copy(App *app, Str args, Error *err) {
    (void)args;
    char path[STATE_PATH + 16];
    if (!strcmp(app->state.file[0], "-"))
        return error_set(err, ERROR_USAGE, "what came from a pipe has no name to link to");
    path_absolute(path, sizeof path, app->state.file[0]);
    State shown = app->state;
    memset(shown.file[0], 0, sizeof shown.file[0]);
    const char *second = app->state.file[1];
    if (second[0] && strcmp(second, "-") != 0 && !file_is_provided(second))
        path_absolute(shown.file[1], sizeof shown.file[1], second);
    Buf text = {0};
    state_format(&shown, &text);
    buf_clear(&app->clipboard);
    buf_puts(&app->clipboard, "flamescope ");
    buf_shell(&app->clipboard, str_of(path));
    if (app->session.slot[0].inlined)
        buf_puts(&app->clipboard, " --inlined");
    if (text.n) {
        buf_puts(&app->clipboard, " --state ");
        buf_shell(&app->clipboard, buf_str(&text));
    }
    buf_free(&text);
    app_notice(app, "Copied a command that shows this again");
    return true;
}

/* -- look */

bool do_fullscreen(App *app, Str args, Error *err) {
    (void)args, (void)err;
    app->fullscreen = !app->fullscreen;
    return true;
}

bool do_stats(App *app, Str args, Error *err) {
    (void)args, (void)err;
    app->show_stats = !app->show_stats;
    return true;
}

bool do_theme(App *app, Str args, Error *err) {
    ThemeKind theme = (ThemeKind)((app->state.theme + 1) % THEME_COUNT);
    if (args.n && !theme_named(args, &theme))
        return error_set(err, ERROR_USAGE, "there is no theme \"%.*s\"", (int)args.n, args.s);
    app->state.theme = (uint8_t)theme;
    return true;
}

static bool text_size(App *app, int percent) {
    app->state.text_percent = (uint32_t)(percent < 80 ? 80 : percent > 200 ? 200 : percent);
    return true;
}

bool do_text_bigger(App *app, Str args, Error *err) {
    (void)args, (void)err;
    return text_size(app, (int)app->state.text_percent + 10);
}

bool do_text_smaller(App *app, Str args, Error *err) {
    (void)args, (void)err;
    return text_size(app, (int)app->state.text_percent - 10);
}

bool do_text_reset(App *app, Str args, Error *err) {
    int64_t percent = 100;
    if (args.n && (!str_to_i64(args, &percent) || percent < 80 || percent > 200))
        return error_set(err, ERROR_USAGE, "text size is 80 to 200 percent");
    return text_size(app, (int)percent);
}

bool do_split(App *app, Str args, Error *err) {
    int64_t permille;
    if (!str_to_i64(args, &permille))
        return error_set(err, ERROR_USAGE, "the split is 100 to 900 permille");
    app->state.split_permille = (uint32_t)(permille < 100 ? 100 : permille > 900 ? 900 : permille);
    return true;
}

bool do_focus_next(App *app, Str args, Error *err) {
    (void)args, (void)err;
    ui_focus_next(&app->ui, 1);
    return true;
}

bool do_focus_previous(App *app, Str args, Error *err) {
    (void)args, (void)err;
    ui_focus_next(&app->ui, -1);
    return true;
}

/* -- state */

/* Files are opened and closed by no step: what it says of another second file means nothing now. */
static void keep_files_open(App *app, const State *now) {
    State *s = &app->state;
    bool same = strcmp(s->file[1], now->file[1]) == 0;
    memcpy(s->file, now->file, sizeof s->file);
    s->mode = now->mode;
    if (same)
        return;
    s->view_b = (Range){0};
    if (s->baseline_kind != BASELINE_FILE)
        return;
    s->baseline = (Range){0};
    if (!s->file[1][0])
        compare_set_kind(app, BASELINE_NONE);
}

bool do_back(App *app, Str args, Error *err) {
    (void)args, (void)err;
    State now = app->state;
    bool ok = history_back(&app->history, &app->state);
    keep_files_open(app, &now);
    return ok;
}

bool do_forward(App *app, Str args, Error *err) {
    (void)args, (void)err;
    State now = app->state;
    bool ok = history_forward(&app->history, &app->state);
    keep_files_open(app, &now);
    return ok;
}

bool do_state(App *app, Str args, Error *err) {
    State wanted = app->state, opened;
    Error why = {0};
    if (!state_parse(args, &wanted, err))
        return false;
    if (wanted.file[0][0] && strcmp(wanted.file[0], app->state.file[0]) != 0) {
        if (!app_open(app, 0, wanted.file[0], err))
            return false;
        opened = app->state; /* nothing that belonged to the file before */
        if (!state_parse(args, &opened, err))
            return false;
        memcpy(wanted.file[1], opened.file[1], sizeof wanted.file[1]);
        opened.mode = app->state.mode;
    } else {
        opened = wanted;
    }
    const char *second = wanted.file[1];
    bool other = strcmp(second, app->state.file[1]) != 0;
    if (other && second[0] && !app_open(app, 1, second, &why))
        return error_set(err, why.kind, "%s: %s", second, why.message);
    if (other && !second[0] && !do_compare_close(app, STR(""), err))
        return false;
    memcpy(opened.file, app->state.file, sizeof opened.file);
    app->state = opened;
    return true;
}

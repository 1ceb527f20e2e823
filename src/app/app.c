/* The program. A frame runs in this order: take in what the background found, views draw and
 * wish, keys that no widget used become wishes, wishes become state, state becomes questions, and
 * out goes the picture. */
#include "app/app.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "app/program.h"
#include "app/question.h"
#include "app/window_draw.h"
#include "ingest/perf_folder.h"

#define NOTICE_NS INT64_C(4000000000)

/* -- life */

const Chart *app_chart_hovered(const App *app) {
    const ChartHover *h = &app->chart.hover;
    return h->on && !h->box.merged ? chart_pane_shown(&app->chart, app->session.engine) : NULL;
}

const LinkGrid *app_link(const App *app) {
    return app->session.slot[0].open ? engine_aside(app->session.engine, ASIDE_LINK) : NULL;
}

/* From the program's folder: the installed ones, else the checkout's. */
static void find_examples(const AppOptions *options, char *out, size_t cap) {
    static const char *const places[] = {"../share/flamescope/examples", "../../examples",
                                         "../examples", "examples"};
    char program[1024];
    if (options->examples) {
        snprintf(out, cap, "%s", options->examples);
        return;
    }
    file_program_folder(program, sizeof program);
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        path_join(out, cap, program, places[i]);
        if (file_is_folder(out))
            return;
    }
    snprintf(out, cap, ".");
}

App *app_new(const AppOptions *options) {
    App *app = mem_resize(NULL, 0, sizeof *app);
    state_init(&app->state);
    app->fonts = options->fonts;
    app->headless = options->headless;
    find_examples(options, app->examples, sizeof app->examples);
    arena_init(&app->frame_arena, 256 * 1024);
    session_init(&app->session, options->workers, options->readers);
    ui_init(&app->ui);
    flame_pane_init(&app->flame);
    flame_pane_init(&app->callers);
    table_pane_init(&app->table);
    chart_pane_init(&app->chart);
    browser_init(&app->browser);
    present_init(&app->present);
    settings_init(&app->settings);
    app->unsafe = app->settings;
    return app;
}

void app_free(App *app) {
    reel_free(app);
    save_wait(&app->saver, app->session.jobs);
    save_free(&app->saver);
    scene_file_flush(&app->scene_file, app->session.jobs, &app->scenes, NULL);
    scene_file_free(&app->scene_file);
    kept_file_close(&app->settings_file, app->session.jobs);
    recent_close(&app->recent, app->session.jobs);
    scenes_free(&app->scenes);
    present_free(&app->present);
    browser_free(&app->browser, app->session.jobs);
    session_free(&app->session);
    flame_pane_free(&app->flame);
    flame_pane_free(&app->callers);
    table_pane_free(&app->table);
    chart_pane_free(&app->chart);
    heat_pane_free(&app->heat);
    heat_pane_free(&app->heat_b);
    history_free(&app->history);
    ui_free(&app->ui);
    draw_free(&app->draw);
    arena_free(&app->frame_arena);
    buf_free(&app->clipboard);
    mem_resize(app, sizeof *app, 0);
}

void app_notice(App *app, const char *format, ...) {
    va_list args;
    va_start(args, format);
    vsnprintf(app->notice, sizeof app->notice, format, args);
    va_end(args);
    app->notice_until_ns = app->last_input.now_ns + NOTICE_NS;
}

void app_notice_error(App *app, const char *what, const Error *err) {
    const char *name = err->file[0] ? path_name(err->file) : "";
    app_notice(app, "%s%s%s: %s", what, name[0] ? ": " : "", name, err->message);
}

/* -- files */

/* Frames are other ones now: ids and what was made of them mean nothing any more. */
static void forget_names(App *app) {
    app->dicts = app->session.dicts;
    app->pinned = (PinnedFrame){0};
    flame_pane_forget(&app->flame);
    flame_pane_forget(&app->callers);
    table_pane_forget(&app->table);
    chart_pane_forget(&app->chart);
}

/* What belongs to the file before must not meet the new one. */
static void forget_file(App *app) {
    State *s = &app->state;
    s->selection = s->baseline = s->view = s->cell = (Range){0};
    memset(s->cell_row, 0, sizeof s->cell_row);
    s->chart_chosen = false;
    s->chart_pid = s->chart_tid = 0;
    if (app->fitted_column)
        s->column_ns = STATE_COLUMN_NS;
    app->fit_column = app->fitted_column = false;
    memset(s->zoom, 0, sizeof s->zoom);
    memset(s->saved, 0, sizeof s->saved);
    memset(s->event, 0, sizeof s->event);
    app->findings.chosen = false;
    playback_end(app);
    forget_names(app);
    app->load_error = (Error){0};
    history_free(&app->history);
}

bool app_shows_browser(const App *app) {
    return app->state.mode == MODE_BROWSER || !app->session.slot[0].open;
}

void app_browse(App *app) {
    app->state.mode = MODE_BROWSER;
    Error unheard = {0};
    if (app->browser.folder[0])
        return;
    if (app->recent.list.n && !app->headless)
        app_run(app, CMD_RECENT, STR(""), &unheard);
    else
        browser_go(&app->browser, app->session.jobs, app->examples);
}

/* What is plainly no profile must not cost the one that is shown. A pipe's bytes cannot be looked
 * at. */
static bool may_be_opened(const App *app, uint32_t slot, const char *path, Error *err) {
    bool looked_at = (slot || app->session.slot[0].open) && strcmp(path, "-") != 0 &&
                     !file_is_provided(path) &&
                     (file_is_plain(path) || !file_exists(path) || file_is_folder(path));
    return !looked_at || loader_guess(path, err) != NULL;
}

bool app_open(App *app, uint32_t slot, const char *path, Error *err) {
    if (app->reel.on && !app->showing) /* it is of what is open now */
        reel_stop(app);
    char inside[STATE_PATH]; /* a recording may be a folder */
    if (slot == 0 && file_is_folder(path) && !perf_folder(path, inside, sizeof inside)) {
        app->state.mode = MODE_BROWSER;
        browser_go(&app->browser, app->session.jobs, path);
        return true;
    }
    if (slot == 0 && str_ends(str_of(path), STR(".scenes")))
        return scenes_open(app, path, err); /* its first scene opens what it is about */
    Error why = {.offset = -1};
    if (!may_be_opened(app, slot, path, &why)) {
        if (err)
            *err = why;
        return false;
    }
    if (slot == 0)
        forget_file(app);
    if (slot == 0 && strcmp(path, TOUR_PROFILE) != 0)
        tour_end(app);
    save_wait(&app->saver, app->session.jobs); /* it may read the profile that closes now */
    bool ok = session_open(&app->session, slot, path, &why);
    if (app->dicts != app->session.dicts)
        forget_names(app);
    state_put(app->state.file[slot], STATE_PATH, str_of(ok ? path : ""));
    if (slot == 0 && ok) {
        app->state.mode = MODE_NORMAL;
        recent_add(&app->recent, path);
        scenes_of_profile(app, path);
    }
    if (ok)
        return true;
    if (slot == 0) {
        app->load_error = why;
        app_browse(app);
    }
    if (err)
        *err = why;
    return false;
}

/* Of a load that failed after it began. */
static bool has_failed(App *app, uint32_t index) {
    const SessionSlot *slot = &app->session.slot[index];
    if (!slot->open || !slot->settled || slot->load.state != LOAD_FAILED)
        return false;
    app->load_error = slot->load.error;
    snprintf(app->load_error.file, sizeof app->load_error.file, "%.*s",
             (int)sizeof app->load_error.file - 1, app->state.file[index]);
    return true;
}

/* Back to the browser, with the reason; or there is nothing to compare with. */
static void notice_failure(App *app) {
    Error unheard = {0};
    if (has_failed(app, 1)) {
        app_notice(app, "%s: %s", path_name(app->state.file[1]), app->load_error.message);
        app_run(app, CMD_COMPARE_CLOSE, STR(""), &unheard);
    }
    if (!has_failed(app, 0))
        return;
    save_wait(&app->saver, app->session.jobs);
    session_close(&app->session, 0);
    recent_drop(&app->recent, app->state.file[0]);
    memset(app->state.file[0], 0, STATE_PATH);
    app_browse(app);
}

bool app_loading(const App *app, Error *failed) {
    if (failed && app->load_error.kind)
        *failed = app->load_error;
    return session_loading(&app->session);
}

bool app_work(App *app) {
    return session_work(&app->session);
}

static bool kept_settled(const App *app) {
    return kept_file_settled(&app->settings_file) && kept_file_settled(&app->recent.file);
}

bool app_settled(const App *app) {
    if (session_loading(&app->session) || !browser_settled(&app->browser) || app->saver.busy ||
        app->palette.chosen || !scene_file_settled(&app->scene_file) || !kept_settled(app))
        return false;
    return !app->session.slot[0].open || engine_settled(app->session.engine);
}

/* -- questions */

EventId app_event(const App *app) {
    const SessionSlot *slot = &app->session.slot[0];
    return state_event(&app->state, &slot->profile, &slot->view);
}

int64_t app_origin(const App *app) {
    return profile_origin(&app->session.slot[0].view);
}

bool app_weighted(const App *app) {
    const SessionSlot *slot = &app->session.slot[0];
    return state_weighted(&app->state, &slot->profile, &slot->view);
}

ReadFile app_file(const App *app, int slot) {
    const SessionSlot *s = &app->session.slot[slot];
    return (ReadFile){s->open || !slot ? &s->profile : NULL, &s->view};
}

void app_query(const App *app, Query *q) {
    state_query(&app->state, app_file(app, 0), app_file(app, 1), q);
}

void app_heat_spec(App *app, HeatSpec *spec) {
    const SessionSlot *slot = &app->session.slot[0];
    state_heat_spec(&app->state, &slot->profile, &slot->view, &app->pinned, spec);
}

const Answer *app_answer(const App *app) {
    const Answer *a =
        app->session.slot[0].open ? engine_answer(app->session.engine, ANSWER_MAIN) : NULL;
    return a && a->profile == &app->session.slot[0].profile ? a : NULL;
}

const Answer *app_callers(const App *app) {
    const SessionSlot *slot = &app->session.slot[0];
    const Answer *a = slot->open ? engine_answer(app->session.engine, ANSWER_SECOND) : NULL;
    return a && a->profile == &slot->profile ? a : NULL;
}

const FlameBox *app_flame_box(const App *app, const Answer **of) {
    const FlameHover *h = &app->flame.hover;
    bool caller = h->on && h->caller;
    const FlamePane *pane = caller ? &app->callers : &app->flame;
    const Answer *a = caller ? app_callers(app) : app_answer(app);
    bool drawn = app->state.view_kind != VIEW_TABLE && app->state.view_kind != VIEW_CHART;
    if (!drawn || !flame_pane_is_of(pane, a))
        return NULL;
    *of = a;
    const FlameBox *b = h->on ? &h->box : flame_pane_box(pane, pane->cursor);
    return b && !b->merged ? b : NULL;
}

const HeatGrid *app_grid(const App *app) {
    return app->session.slot[0].open ? engine_heat(app->session.engine, 0) : NULL;
}

View app_view(App *app, Wishes *wishes, int64_t *next_wake_ns) {
    return (View){
        .ui = &app->ui,
        .state = &app->state,
        .select = CMD_SELECT_NS,
        .frame_time = CMD_TIME_VIEW,
        .dict = &app->session.dict,
        .slot = &app->session.slot[0],
        .engine = app->session.engine,
        .answer = app_answer(app),
        .heat = app_grid(app),
        .link = app_link(app),
        .event = app_event(app),
        .weighted = app_weighted(app),
        .paused = app->session.paused,
        .origin_ns = app_origin(app),
        .arena = &app->frame_arena,
        .wishes = wishes,
        .now_ns = app->last_input.now_ns,
        .next_wake_ns = next_wake_ns,
        .staged = app->present.on,
        .still = app->headless || app->reduced_motion,
    };
}

/* -- input */

static KeyContext pane_context(const App *app) {
    if (app_shows_browser(app))
        return CONTEXT_BROWSER;
    if (ui_has_focus(&app->ui, ui_id("flame")))
        return CONTEXT_FLAME;
    if (ui_has_focus(&app->ui, ui_id("table")))
        return CONTEXT_TABLE;
    if (ui_has_focus(&app->ui, ui_id("chart")))
        return CONTEXT_CHART;
    return CONTEXT_HEAT; /* the heat map listens unless something else was chosen */
}

static void key_to_wish(App *app, const View *v, const InputEvent *e) {
    if (app->present.on)
        present_key(&app->present, v, e);
    if (app_shows_browser(app) && browser_key(&app->browser, v, app->session.jobs, e))
        return;
    /* a letter over a frame is about that frame, wherever the focus is; arrows follow the focus */
    bool letter = e->key > KEY_SPACE && e->key < KEY_ENTER;
    bool over = app->flame.hover.on || app_chart_hovered(app);
    CommandId id = app->present.on ? command_for_key(CONTEXT_PRESENT, e) : CMD_COUNT;
    if (app->present.on && present_digit(&app->present, e))
        return;
    if (id != CMD_STAGE_GO && e->key != KEY_ESC)
        app->present.typed = 0;
    if (id == CMD_COUNT && letter && over)
        id = command_for_key(CONTEXT_FLAME, e);
    if (id == CMD_COUNT)
        id = command_for_key(pane_context(app), e);
    if (id == CMD_COUNT)
        id = command_for_key(CONTEXT_GLOBAL, e);
    if (id != CMD_COUNT)
        wish(v->wishes, id, "%s", "");
}

static void take_input(App *app, const View *v, const FrameInput *in) {
    for (uint32_t i = 0; i < in->events; i++) {
        const InputEvent *e = &in->event[i];
        if (e->kind == INPUT_KEY && !ui_event_used(&app->ui, i))
            key_to_wish(app, v, e);
        else if (e->kind == INPUT_DROP)
            wish(v->wishes, CMD_OPEN, "%.*s", (int)e->text.n, e->text.s);
        else if (e->kind == INPUT_CLOSE && e->window) /* the presenter's: the talk ends */
            wish(v->wishes, CMD_PRESENT, "%s", "");
        else if (e->kind == INPUT_CLOSE)
            app->quit = true;
    }
}

static void apply_wishes(App *app, const Wishes *wishes) {
    for (uint32_t i = 0; i < wishes->count; i++) {
        Error err = {0};
        const Wish *w = &wishes->wish[i];
        if (commands[w->id].available(app) && !app_run(app, w->id, w->args, &err))
            app_notice(app, "%s", err.message);
    }
}

/* -- output */

static void note_drawn(App *app) {
    const SessionSlot *slot = &app->session.slot[0];
    const HeatGrid *grid = app_grid(app);
    app->heat_drawn |= app->heat.t1_ns > app->heat.t0_ns;
    app->whole_drawn |= app->heat_drawn && slot->settled && grid && grid->exact &&
                        grid->samples >= slot->view.samples;
}

static void put_out(App *app, FrameOutput *out, int64_t next_wake_ns, bool acted) {
    const Ui *ui = &app->ui;
    memset(out, 0, sizeof *out);
    out->windows = 1;
    WindowOutput *w = &out->window[0];
    w->open = true;
    w->fullscreen = app->fullscreen;
    w->draw = &app->draw;
    const char *name = app->session.slot[0].open ? path_name(app->state.file[0]) : "";
    snprintf(w->title, sizeof w->title, "%.200s%sFlameScope", name, name[0] ? " - " : "");
    int64_t now = app->last_input.now_ns;
    note_drawn(app);
    bool noting =
        app->heat_drawn && !app->first_pixels_ns; /* the next frame knows when it was seen */
    noting |= app->whole_drawn && !app->whole_pixels_ns;
    if (acted || ui->animating || noting)
        next_wake_ns = now;
    if (ui->wake_ns < next_wake_ns)
        next_wake_ns = ui->wake_ns;
    if (app->notice[0] && app->notice_until_ns < next_wake_ns)
        next_wake_ns = app->notice_until_ns;
    bool looking = app_shows_browser(app) && !browser_settled(&app->browser);
    bool waiting = looking || session_loading(&app->session) || app->saver.busy ||
                   !scene_file_settled(&app->scene_file) || !kept_settled(app) || app->show.check;
    if (waiting && now + 100000000 < next_wake_ns)
        next_wake_ns = now + 100000000; /* the progress line; a save that ends after its wake */
    WindowOutput *second = &out->window[1];
    second->open = app->present.on && app->last_input.displays > 1 && !app->reel.on;
    second->draw = app->last_input.window[1].w ? &app->present.draw : NULL;
    snprintf(second->title, sizeof second->title, "FlameScope: presenter");
    out->windows = 2;
    out->next_wake_ns = next_wake_ns;
    out->changed = true;
    out->clipboard = app->clipboard.n ? buf_str(&app->clipboard) : str_of(ui->clipboard);
    out->wants_paste = ui->wants_paste;
    out->wants_text = ui->wants_text;
    out->cursor = ui->cursor;
    out->quit = app->quit;
}

static void use_pending(App *app, CommandId id, char *args) {
    Error err = {0};
    if (!args[0])
        return;
    bool timed = app->session.slot[0].view.has_time;
    if (timed ? !app_run(app, id, str_of(args), &err)
              : !error_set(&err, ERROR_USAGE, "a range needs times, and this profile has none")) {
        app_notice(app, "%s", err.message);
        app->pending_error = err;
    }
    args[0] = 0;
}

/* A profile that is shorter than a column would be a hairline. Scenes, and who says how long
 * columns are, are left alone. */
static void fit_column(App *app, const ProfileView *view) {
    static const int64_t shorter_ms[] = {100, 50, 20, 10};
    enum { FEW = 8, MS = 1000000 };
    int64_t length = view->last_ns - view->first_ns;
    bool wanted = app->fit_column && view->has_time && app->state.column_ns == STATE_COLUMN_NS &&
                  app->state.row_kind == HEAT_BY_OFFSET && length < STATE_COLUMN_NS;
    app->fit_column = false;
    if (!wanted)
        return;
    int64_t column = 0;
    for (size_t i = 0;
         i < sizeof shorter_ms / sizeof *shorter_ms && (!column || length / column < FEW); i++)
        column = shorter_ms[i] * MS;
    app->state.column_ns = column;
    app->fitted_column = true;
    /* columns begin with a whole second, and what is before the first sample is empty */
    int64_t origin = app_origin(app), t0 = origin + (view->first_ns - origin) / column * column;
    if (!app->state.view.on && t0 > origin)
        app->state.view =
            (Range){true, t0, origin + ((view->last_ns - origin) / column + 1) * column};
}

/* Ranges from the command line wait until the origin is known. */
static void pending_range(App *app) {
    const SessionSlot *slot = &app->session.slot[0];
    if (!slot->open || !slot->settled)
        return;
    fit_column(app, &slot->view);
    use_pending(app, CMD_SELECT, app->pending_range);
    bool range = strstr(app->pending_baseline, "..") != NULL;
    use_pending(app, range ? CMD_BASELINE : CMD_COMPARE, app->pending_baseline);
}

static void saved(App *app) {
    if (!save_poll(&app->saver))
        return;
    if (app->saver.error.kind) {
        app_notice(app, "%s: %s", path_name(app->saver.path), app->saver.error.message);
        return;
    }
    char whole[STATE_PATH + 16];
    path_absolute(whole, sizeof whole, app->saver.path);
    app_notice(app, "Saved %s", whole);
}

/* What was chosen or opened is written, behind the frame. */
static void keep_files(App *app) {
    Error err = {0};
    if (kept_file_poll(&app->settings_file, app->session.jobs, &err))
        app_notice_error(app, "Settings were not saved", &err);
    if (kept_file_poll(&app->recent.file, app->session.jobs, &err))
        app_notice_error(app, "Recent files were not saved", &err);
}

/* For the overlay and --stats: what the host measured of the frame before, and new answers. */
static void note_times(App *app, const FrameInput *in) {
    app->stats.draw_calls = in->last_draw_calls;
    if (in->last_frame_ns)
        frame_stats_add(&app->stats, in->last_frame_ns);
    const Answer *a = app_answer(app);
    if (a && a->generation != app->timed_generation) {
        app->timed_generation = a->generation;
        frame_stats_add(&app->answer_stats, a->took_ns);
    }
    if (app->heat_drawn && !app->first_pixels_ns)
        app->first_pixels_ns = in->now_ns; /* the frame before has been painted by now */
    if (app->whole_drawn && !app->whole_pixels_ns)
        app->whole_pixels_ns = in->now_ns;
}

void app_frame(App *app, const FrameInput *input, FrameOutput *out) {
    int64_t next_wake_ns = INT64_MAX;
    FrameInput calm;
    arena_reset(&app->frame_arena);
    const FrameInput *in = reel_input(app, input, &calm);
    buf_clear(&app->clipboard);
    app->last_input = *in;
    app->last_input.event = NULL;
    app->last_input.events = 0;
    note_times(app, in);
    session_poll(&app->session, in->now_ns);
    if (app->dicts != app->session.dicts) /* a load that waited has begun */
        forget_names(app);
    bool slides = scene_show_step(app);
    next_wake_ns = playback_step(app);
    live_update(app);
    saved(app);
    keep_files(app);
    notice_failure(app); /* which shows the browser */
    browser_poll(&app->browser, app->session.jobs,
                 app_shows_browser(app) && !session_loading(&app->session), app->session.use_cache,
                 in->now_ns);
    pending_range(app);
    if (app->notice[0] && in->now_ns >= app->notice_until_ns)
        app->notice[0] = 0;

    Wishes wishes = {.arena = &app->frame_arena};
    const Theme *theme =
        theme_get((ThemeKind)(app->present.on ? app->present.theme : app->state.theme));
    draw_reset(&app->draw, (float)in->window[0].w, (float)in->window[0].h, theme->background);
    ui_begin(&app->ui, &app->draw, app->fonts, theme, (float)app->state.text_percent / 100, in, 0);
    app->ui.still = app->reduced_motion;
    View v = app_view(app, &wishes, &next_wake_ns);
    bool staged = app->present.on && !app_shows_browser(app);
    staged ? window_draw_stage(app, &v) : window_draw(app, &v);
    take_input(app, &v, in); /* what no widget used */
    uint32_t stage_commands = app->draw.commands;
    ui_end(&app->ui);
    if (staged && in->displays > 1)
        window_draw_presenter(app, &v, in, stage_commands);
    app->stats.commands = app->draw.commands;
    apply_wishes(app, &wishes);
    command_palette_run(&app->palette, app);
    bool walks = reel_step(app, slides || wishes.count > 0 || next_wake_ns <= in->now_ns);
    app_ask(app);
    tour_watch(app, in->now_ns);
    put_out(app, out, slides ? in->now_ns : next_wake_ns,
            walks || wishes.count > 0 || app->palette.chosen);
}

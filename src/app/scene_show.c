#include "app/scene_show.h"

#include <stdio.h>
#include <string.h>

#include "app/program.h"
#include "app/question.h"
#include "base/file.h"

enum { SLIDE_NS = 900000000 };

/* -- files: named as they lie beside the file of scenes */

static Str folder_of(const char *path) {
    Str whole = str_of(path);
    size_t slash = str_rfind_char(whole, '/');
    return slash < whole.n ? str_slice(whole, 0, slash + 1) : STR("");
}

static void own_path(const char *profile, char *out, size_t cap) {
    bool named = profile[0] && strcmp(profile, "-") != 0 && !file_is_provided(profile);
    snprintf(out, cap, "%s%s", named ? profile : "", named ? ".scenes" : "");
}

/* "PROFILE.scenes" names slot A's file without a word. */
static bool is_own(const App *app, const char *profile) {
    char own[STATE_PATH + 16];
    own_path(profile, own, sizeof own);
    return own[0] && !strcmp(app->scene_file.path, own);
}

static void relative(const App *app, const char *path, char *out) {
    char deck[STATE_PATH + 16], whole[STATE_PATH];
    if (file_is_provided(path)) {
        state_put(out, STATE_PATH, str_of(path));
        return;
    }
    path_absolute(deck, sizeof deck, app->scene_file.path);
    path_absolute(whole, sizeof whole, path);
    Str folder = folder_of(deck);
    bool below = str_starts(str_of(whole), folder);
    state_put(out, STATE_PATH,
              below ? str_slice(str_of(whole), folder.n, STATE_PATH) : str_of(whole));
}

static void resolved(const App *app, const char *name, char *out) {
    Str folder = folder_of(app->scene_file.path);
    if (name[0] == '/' || file_is_provided(name))
        snprintf(out, STATE_PATH, "%s", name);
    else
        snprintf(out, STATE_PATH, "%.*s%s", (int)folder.n, folder.s, name);
}

static void strip_files(const App *app, State *s) {
    char path[STATE_PATH];
    memcpy(path, s->file[0], sizeof path);
    if (is_own(app, path))
        memset(s->file[0], 0, STATE_PATH);
    else
        relative(app, path, s->file[0]);
    if (s->file[1][0]) {
        memcpy(path, s->file[1], sizeof path);
        relative(app, path, s->file[1]);
    }
}

static bool change_file(App *app, const char *path, Error *err) {
    bool ok = scene_file_flush(&app->scene_file, app->session.jobs, &app->scenes, err);
    scenes_free(&app->scenes);
    scene_file_open(&app->scene_file, app->session.jobs, path);
    return ok;
}

void scenes_of_profile(App *app, const char *profile) {
    char path[STATE_PATH + 16];
    Error err = {0};
    if (app->own_scenes || app->showing)
        return;
    own_path(profile, path, sizeof path);
    if (!change_file(app, path, &err))
        app_notice_error(app, "Scenes", &err);
}

bool scenes_open(App *app, const char *path, Error *err) {
    app->own_scenes = true;
    if (file_is_folder(path))
        return error_set(err, ERROR_USAGE, "this is a folder");
    return change_file(app, path, err);
}

/* -- saving */

static void capture(App *app, Scene *scene) {
    const SessionSlot *slot = &app->session.slot[0];
    scene->state = app->state;
    scene->state.mode = MODE_NORMAL;
    strip_files(app, &scene->state);
    if (slot->view.has_time && !app->scenes.has_origin) {
        app->scenes.has_origin = true;
        app->scenes.origin_ns = app_origin(app);
    }
    app->scenes.version++;
}

/* What is selected, or what is zoomed into, or the file's name. */
static void usual_title(const App *app, char *out) {
    const Range *r = &app->state.selection;
    double origin = (double)app_origin(app);
    if (r->on)
        snprintf(out, SCENE_TITLE, "%.3f s to %.3f s", ((double)r->t0_ns - origin) / 1e9,
                 ((double)r->t1_ns - origin) / 1e9);
    else
        state_put(out, SCENE_TITLE,
                  str_fit(str_of(path_name(app->state.file[0])), SCENE_TITLE - 1));
}

bool scene_save(App *app, Str title, Error *err) {
    if (title.n >= SCENE_TITLE)
        return error_set(err, ERROR_LIMIT, "this title is too long");
    if (app->scene_file.refused)
        return error_set(err, ERROR_USAGE,
                         "%s cannot be read, and is not written over: mend or move it first",
                         path_name(app->scene_file.path));
    if (app->scene_file.reading) /* what is there comes first, or it would be written over */
        return error_set(err, ERROR_USAGE, "the scenes beside this profile are still being read");
    Scene *scene = scenes_add(&app->scenes);
    if (!scene)
        return error_set(err, ERROR_LIMIT, "there may be at most %d scenes", SCENES);
    if (title.n)
        state_put(scene->title, SCENE_TITLE, title);
    else
        usual_title(app, scene->title);
    capture(app, scene);
    return true;
}

bool scene_update(App *app, Error *err) {
    Scene *scene = scenes_now(&app->scenes);
    if (!scene)
        return error_set(err, ERROR_USAGE, "no scene was shown yet");
    capture(app, scene);
    return true;
}

/* -- showing */

static Range *range_of(State *s, int which) {
    Range *all[SHOW_RANGES] = {&s->selection, &s->baseline, &s->view, &s->view_b};
    return all[which];
}

static bool same_file(const char *a, const char *b) {
    char whole_a[STATE_PATH], whole_b[STATE_PATH];
    path_absolute(whole_a, sizeof whole_a, a);
    path_absolute(whole_b, sizeof whole_b, b);
    return !strcmp(whole_a, whole_b);
}

/* One that is gone leaves what is open: most of a scene can be shown of a moved or renamed profile.
 */
static bool open_file(App *app, uint32_t slot, const char *name, Error *err) {
    char path[STATE_PATH];
    resolved(app, name, path);
    if (same_file(path, app->state.file[slot]))
        return true;
    if (file_exists(path) || file_is_provided(path))
        return app_open(app, slot, path, err);
    app->show.lost[slot] = true;
    return slot || app->session.slot[0].open ||
           error_set(err, ERROR_IO, "%s is not there", path_name(path));
}

/* Files that are not the ones open now. */
static bool open_files(App *app, const State *wanted, Error *err) {
    app->show.lost[0] = app->show.lost[1] = false;
    if (wanted->file[0][0] && !open_file(app, 0, wanted->file[0], err))
        return false;
    if (!wanted->file[1][0] && app->state.file[1][0])
        return app_run(app, CMD_COMPARE_CLOSE, STR(""), err);
    return !wanted->file[1][0] || open_file(app, 1, wanted->file[1], err);
}

/* What belongs to the window and the talk stays. */
static void keep_window(const State *now, State *to) {
    memcpy(to->file, now->file, sizeof to->file);
    to->mode = MODE_NORMAL;
    to->theme = now->theme;
    to->text_percent = now->text_percent;
    to->split_permille = now->split_permille;
}

/* Where there is none yet, it comes from all that can be seen. */
static Range whole_of(const App *app, int which, const Range *now, const Range *to) {
    const ProfileView *view = &app->session.slot[which == 3].view;
    if (now->on || !to->on)
        return *now;
    return view->has_time ? (Range){true, view->first_ns, view->last_ns + 1} : *to;
}

static void begin_slide(App *app) {
    SceneShow *show = &app->show;
    show->moving = true;
    show->start_ns = app->last_input.now_ns;
    for (int i = 0; i < SHOW_RANGES; i++) {
        Range now = *range_of(&app->state, i), *to = range_of(&show->to, i);
        show->from[i] = whole_of(app, i, &now, to);
        show->set[i] = *to;
    }
}

static Range between(const Range *from, const Range *to, double part) {
    if (!from->on || !to->on)
        return *to;
    return (Range){true, from->t0_ns + (int64_t)((double)(to->t0_ns - from->t0_ns) * part),
                   from->t1_ns + (int64_t)((double)(to->t1_ns - from->t1_ns) * part)};
}

static double eased(double x) {
    return x >= 1 ? 1 : x <= 0 ? 0 : x * x * (3 - 2 * x);
}

static void place_ranges(App *app, double part) {
    for (int i = 0; i < SHOW_RANGES; i++) {
        Range r = between(&app->show.from[i], range_of(&app->show.to, i), part);
        if (r.on && r.t1_ns <= r.t0_ns)
            r.t1_ns = r.t0_ns + 1;
        *range_of(&app->state, i) = app->show.set[i] = r;
    }
}

bool scene_show(App *app, uint32_t at, bool moving, Error *err) {
    if (at >= app->scenes.count)
        return error_set(err, ERROR_USAGE, "there is no scene %u", at + 1);
    const State *wanted = &app->scenes.scene[at]->state;
    State before = app->state;
    app->showing = true; /* what it opens is not another talk */
    bool ok = open_files(app, wanted, err);
    app->showing = false;
    if (!ok)
        return false;
    SceneShow *show = &app->show;
    playback_end(app);
    show->to = *wanted;
    keep_window(&app->state, &show->to);
    begin_slide(app);
    app->state = show->to;
    app->scenes.at = at;
    show->check = true;
    bool opened = strcmp(before.file[0], app->state.file[0]) != 0;
    bool jump = !moving || app->headless || opened;
    show->moving = !jump;
    place_ranges(app, jump ? 1 : 0);
    if (!app->reel.on && !opened) /* no step leads back to another file */
        history_push(&app->history, &before, CMD_SCENE_SHOW, false, app->last_input.now_ns);
    return true;
}

/* Another recording of the same: its times are counted from its own beginning. */
static void fit_origin(App *app) {
    Scenes *s = &app->scenes;
    const SessionSlot *slot = &app->session.slot[0];
    if (!s->has_origin || !s->count || app->own_scenes || !slot->open || !slot->settled ||
        !slot->view.has_time)
        return;
    int64_t by;
    if (__builtin_sub_overflow(app_origin(app), s->origin_ns, &by) || !by)
        return;
    for (uint32_t i = 0; i < s->count; i++) {
        state_shift(&s->scene[i]->state, by);
        for (uint32_t k = 0; k < s->scene[i]->callouts; k++)
            callout_shift(&s->scene[i]->callout[k], by);
    }
    s->origin_ns += by;
    app_notice(app,
               "These scenes are of another recording: their times are counted from its beginning");
}

static void take_file(App *app) {
    Error err = {0};
    SceneNews news = scene_file_poll(&app->scene_file, app->session.jobs, &app->scenes, &err);
    if (news == SCENES_FAILED)
        app_notice_error(app, "Scenes", &err);
    if (news != SCENES_READ)
        return;
    if (!app->scenes.count && !app->session.slot[0].open)
        app_notice(app, "Scenes: there is none in this file");
    else if (!app->session.slot[0].open && !scene_show(app, 0, false, &err))
        app_notice_error(app, "Scenes", &err);
    else if (app->scenes.count && !app->headless)
        app_notice(app,
                   app->scenes.count == 1 ? "One scene: F5 presents it"
                                          : "%u scenes: F5 presents them",
                   app->scenes.count);
}

static bool slide(App *app) {
    SceneShow *show = &app->show;
    if (!show->moving)
        return false;
    for (int i = 0; i < SHOW_RANGES; i++)
        show->moving &= range_same(&show->set[i], range_of(&app->state, i));
    if (!show->moving)
        return false;
    double part = eased((double)(app->last_input.now_ns - show->start_ns) / SLIDE_NS);
    place_ranges(app, part);
    show->moving = part < 1;
    return show->moving;
}

bool scene_show_step(App *app) {
    take_file(app);
    fit_origin(app);
    bool moves = slide(app);
    if (app->show.check && !moves && app_settled(app)) {
        Buf words = {0};
        app->show.check = false;
        scene_misfits(app, &app->state, &words);
        if (words.n)
            app_notice(app, "No longer here: %s", words.s);
        buf_free(&words);
    }
    return moves;
}

/* -- what no longer fits */

static void misfit(Buf *words, const char *what) {
    buf_puts(words, words->n ? ", " : "");
    buf_puts(words, what);
}

static bool outside(const Range *r, const ProfileView *view) {
    return r->on && (!view->has_time || r->t1_ns <= view->first_ns || r->t0_ns > view->last_ns);
}

/* Frames of a path that the tree has, against those that it names. */
static bool path_fits(const App *app, const State *s) {
    const Answer *a = app_answer(app);
    if (!s->zoom[0] || !a)
        return true;
    uint32_t lines = 0;
    for (const char *c = s->zoom; *c; c++)
        lines += *c == '\n';
    Arena scratch;
    arena_init(&scratch, 0);
    uint32_t node = flame_zoom_node(s, a, &app->session.dict, &scratch);
    arena_free(&scratch);
    return tree_depth(a->tree, node) == lines;
}

void scene_misfits(const App *app, const State *s, Buf *words) {
    const SessionSlot *slot = &app->session.slot[0];
    if (app->show.lost[0])
        misfit(words, "its profile");
    if (app->show.lost[1])
        misfit(words, "the profile it compares with");
    if (outside(&s->selection, &slot->view))
        misfit(words, "its range");
    if (s->baseline_kind == BASELINE_RANGE && outside(&s->baseline, &slot->view))
        misfit(words, "its baseline");
    if (outside(&s->view, &slot->view))
        misfit(words, "the time in view");
    EventId event;
    if (s->event[0] && !query_event_named(&slot->profile, &slot->view, str_of(s->event), &event))
        misfit(words, "its event");
    if (!path_fits(app, s))
        misfit(words, "the frame it zooms into");
}

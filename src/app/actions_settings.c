/* Actions on what is remembered: settings and recent files; and the command palette. */
#include <string.h>

#include "app/actions.h"
#include "base/file.h"

bool do_commands(App *app, Str args, Error *err) {
    (void)args, (void)err;
    if (app->palette.open)
        app->palette.open = false;
    else
        command_palette_open(&app->palette);
    return true;
}

bool do_settings(App *app, Str args, Error *err) {
    (void)args, (void)err;
    app->overlay = app->overlay == OVERLAY_SETTINGS ? OVERLAY_NONE : OVERLAY_SETTINGS;
    return true;
}

/* "on", "off", or the other of the two. */
static bool switched(Str args, bool now, bool *out, Error *err) {
    *out = args.n ? str_eq_c(args, "on") : !now;
    if (args.n && !*out && !str_eq_c(args, "off"))
        return error_set(err, ERROR_USAGE, "this is on or off, not %.*s", (int)args.n, args.s);
    return true;
}

bool do_reduced_motion(App *app, Str args, Error *err) {
    if (!switched(args, app->reduced_motion, &app->reduced_motion, err))
        return false;
    app_notice(app, app->reduced_motion ? "Reduced motion: nothing slides" : "Motion as usual");
    return true;
}

/* Off: the palettes that there were before, unless those were the same. */
bool do_safe_colors(App *app, Str args, Error *err) {
    bool was = settings_safe(&app->state), on;
    if (!switched(args, was, &on, err))
        return false;
    State *s = &app->state, usual;
    if (on && !was) {
        app->unsafe = settings_of(s);
        settings_make_safe(s);
    } else if (!on && was) {
        state_init(&usual);
        settings_show(&app->unsafe, &usual, false);
        if (settings_safe(&usual))
            state_init(&usual);
        s->heat_palette = usual.heat_palette;
        s->flame_palette = usual.flame_palette;
        s->diff_palette = usual.diff_palette;
    }
    app_notice(app, on ? "Palettes for every colour vision" : "The usual palettes");
    return true;
}

/* -- what is remembered */

void settings_keep(App *app, CommandId id, const State *before, bool was_still) {
    Settings was = settings_of(before), now = settings_of(&app->state);
    was.value[SETTING_STILL] = was_still;
    now.value[SETTING_STILL] = app->reduced_motion;
    for (int i = 0; i < SETTINGS; i++) {
        bool by_switch =
            id == CMD_SAFE_COLORS && i != SETTING_SAFE; /* the palettes before stay remembered */
        if (was.value[i] == now.value[i] || by_switch)
            continue;
        app->settings.value[i] = now.value[i];
        Buf line = {0};
        settings_line((Setting)i, now.value[i], &line);
        kept_file_change(&app->settings_file, buf_str(&line));
        buf_free(&line);
    }
}

void settings_begin(App *app) {
    Error err = {0};
    Buf text = {0};
    bool ok =
        kept_file_open(&app->settings_file, KEPT_CONFIG, "settings", settings_merge, &text, &err) &&
        settings_parse(buf_str(&text), &app->settings, &err);
    buf_free(&text);
    if (!ok)
        app_notice_error(app, "Settings", &err);
    app->unsafe = app->settings;
    app->unsafe.value[SETTING_SAFE] = 0;
    app->reduced_motion = app->settings.value[SETTING_STILL];
    if (!recent_open(&app->recent, &err))
        app_notice_error(app, "Recent files", &err);
}

/* -- files opened last */

bool do_recent(App *app, Str args, Error *err) {
    (void)args, (void)err;
    app->state.mode = MODE_BROWSER;
    if (!app->browser.folder[0]) /* where its other tab goes */
        path_absolute(app->browser.folder, sizeof app->browser.folder, app->examples);
    browser_go_recent(&app->browser, app->session.jobs, buf_str(&app->recent.list));
    return true;
}

bool can_forget(const App *app) {
    return app_shows_browser(app) && app->browser.recent && app->browser.items > 0;
}

bool do_folder_forget(App *app, Str args, Error *err) {
    Browser *b = &app->browser;
    if (args.n && !str_eq_c(args, "all"))
        return error_set(err, ERROR_USAGE, "the marked file is forgotten, or all");
    if (args.n)
        recent_clear(&app->recent);
    else if (b->listed)
        recent_drop(&app->recent, b->item[b->selected].file.name);
    return do_recent(app, STR(""), err);
}

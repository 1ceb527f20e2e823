#include "app/look.h"

#include <stdio.h>
#include <string.h>

#include "app/question.h"

void look_settings(const Settings *settings, Options *o) {
    Settings mine = *settings, said = settings_of(&o->shown);
    const bool given[SETTINGS] = {
        [SETTING_THEME] = options_given(o, "theme"),
        [SETTING_HEAT_PALETTE] = o->heat_palette_said,
        [SETTING_FLAME_PALETTE] = o->flame_palette_said,
        [SETTING_SCALE] = options_given(o, "scale"),
        [SETTING_ROWS] = options_given(o, "rows"),
    };
    for (int i = 0; i < SETTINGS; i++)
        if (given[i])
            mine.value[i] = said.value[i];
    settings_show(&mine, &o->shown, o->state != NULL);
    if (o->heat_palette_said)
        o->shown.heat_palette = (uint8_t)said.value[SETTING_HEAT_PALETTE];
    if (o->flame_palette_said)
        o->shown.flame_palette = (uint8_t)said.value[SETTING_FLAME_PALETTE];
}

/* A sandwich that the options ask for is of the function that they pin. */
bool look_state(const Options *o, State *out, Error *err) {
    *out = o->shown;
    if (o->state && !state_parse(str_of(o->state), out, err))
        return false;
    if (out->view_kind == VIEW_SANDWICH && !out->function[0] && out->pin[0])
        memcpy(out->function, out->pin, sizeof out->function);
    if (out->view_kind == VIEW_SANDWICH && !out->function[0])
        return error_set(err, ERROR_USAGE, "a sandwich needs a function: --pin FUNCTION");
    return true;
}

bool look_apply(App *app, const Options *o, Error *err) {
    if (!look_state(o, &app->state, err))
        return false;
    if (o->range)
        snprintf(app->pending_range, sizeof app->pending_range, "%s", o->range);
    return true;
}

uint8_t look_baseline_kind(const char *baseline) {
    if (!strcmp(baseline, "all") || !strcmp(baseline, "whole"))
        return BASELINE_WHOLE;
    if (!strcmp(baseline, "rest"))
        return BASELINE_REST;
    return strstr(baseline, "..") && !file_exists(baseline) ? BASELINE_RANGE : BASELINE_FILE;
}

/* A range or a word waits as the range does; anything else is a second file. */
static bool apply_baseline(App *app, const char *baseline, Error *err) {
    uint8_t kind = look_baseline_kind(baseline);
    if (kind == BASELINE_FILE)
        return app_run(app, CMD_COMPARE_OPEN, str_of(baseline), err);
    snprintf(app->pending_baseline, sizeof app->pending_baseline, "%s",
             kind == BASELINE_WHOLE ? "whole" : baseline);
    return true;
}

bool look_weight(const Options *o, const State *state, const Profile *profile, Error *err) {
    ProfileView view = profile_view(profile);
    return weight_fits(profile->dict, &view, state_event(state, profile, &view), o->weight, err);
}

bool look_open(App *app, const Options *o, const char *path, Error *err) {
    if (!app_open(app, 0, path, err))
        return false;
    app->fit_column = !options_given(o, "column") && !o->state;
    /* opening forgets what belonged to another file; here it was meant for this one */
    State opened = app->state;
    if (!look_apply(app, o, err))
        return false;
    char second[STATE_PATH];
    memcpy(second, app->state.file[1], sizeof second);
    memcpy(app->state.file, opened.file, sizeof opened.file);
    app->state.mode = opened.mode;
    if (o->baseline)
        return apply_baseline(app, o->baseline, err);
    return !second[0] || app_open(app, 1, second, err); /* that the state is compared with */
}

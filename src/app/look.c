#include "app/look.h"

#include <stdio.h>
#include <string.h>

bool look_state(const Options *o, State *out, Error *err) {
    *out = o->shown;
    return !o->state || state_parse(str_of(o->state), out, err);
}

bool look_apply(App *app, const Options *o, Error *err) {
    if (!look_state(o, &app->state, err))
        return false;
    if (o->range)
        snprintf(app->pending_range, sizeof app->pending_range, "%s", o->range);
    return true;
}

bool look_open(App *app, const Options *o, const char *path, Error *err) {
    if (!app_open(app, 0, path, err))
        return false;
    /* opening forgets what belonged to another file; here it was meant for this one */
    State opened = app->state;
    if (!look_apply(app, o, err))
        return false;
    memcpy(app->state.file, opened.file, sizeof opened.file);
    app->state.mode = opened.mode;
    return true;
}

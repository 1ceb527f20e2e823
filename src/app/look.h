/* What the command line says about the picture, as a State or applied to an App.
 * Thread: main. Failure: false with words. */
#pragma once

#include "app/options.h"
#include "app/program.h"

/* What is remembered, where no option says otherwise. A --state is a picture: of what is remembered
 * it takes only what belongs to whoever looks. */
void look_settings(const Settings *settings, Options *o);
/* Options, and over them --state; the range waits for the profile's origin. */
bool look_state(const Options *o, State *out, Error *err);
bool look_apply(App *app, const Options *o, Error *err);
/* BASELINE_RANGE, REST, WHOLE or FILE: what --baseline's text is. */
uint8_t look_baseline_kind(const char *baseline);
/* Whether the weight that the options name is one of the event that the state shows: false with
 * *err in words. To be asked once the profile is there. */
bool look_weight(const Options *o, const State *state, const Profile *profile, Error *err);
bool look_open(App *app, const Options *o, const char *path, Error *err);

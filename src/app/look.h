/* What the command line says about the picture, as a State or applied to an App.
 * Thread: main. Failure: false with words. */
#pragma once

#include "app/options.h"
#include "app/program.h"

/* Options, and over them --state; the range waits for the profile's origin. */
bool look_state(const Options *o, State *out, Error *err);
bool look_apply(App *app, const Options *o, Error *err);
/* BASELINE_RANGE, REST, WHOLE or FILE: what --baseline's text is. */
uint8_t look_baseline_kind(const char *baseline);
bool look_open(App *app, const Options *o, const char *path, Error *err);

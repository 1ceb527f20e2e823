/* App: the program. One frame is a function: FrameInput in, FrameOutput out; no SDL, no clock and
 * no globals inside. A window host, a replay script and a headless export all drive the same one.
 * Owner: the creator. Thread: all calls from one (main); workers and loaders run behind it. */
#pragma once

#include "base/error.h"
#include "ui/font.h"
#include "ui/frame.h"

typedef struct App App;

typedef struct AppOptions {
    const Fonts *fonts;
    uint32_t workers;     /* 0: everything inline, between frames (app_work) */
    uint32_t readers;     /* of files, if more than one, though nothing else has workers */
    const char *examples; /* folder the browser starts at; NULL: looked for */
    bool headless;        /* no motion, no browser */
} AppOptions;

App *app_new(const AppOptions *options);
void app_free(App *app);
void app_frame(App *app, const FrameInput *in, FrameOutput *out);

/* Opens into slot 0 or 1; false with words. */
bool app_open(App *app, uint32_t slot, const char *path, Error *err);
/* Runs "name args" of the command table, as keys and menus do. */
bool app_do(App *app, Str command, Error *err);
/* Inline mode: one piece of pending work; false when there is none left. */
bool app_work(App *app);
/* Nothing is loading and every number shown is the final one. */
bool app_settled(const App *app);
/* True while the load runs; *failed with words when slot A could not be used. */
bool app_loading(const App *app, Error *failed);

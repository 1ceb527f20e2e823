/* Replay: a script of one command a line, run through the same app_frame as the window, without a
 * display, worker threads, settings or a real clock. Same script, same output, every time.
 * Coordinates are physical pixels of the scripted window; mods are joined by + ("Ctrl+Shift").
 *   open FILE · size 1600x900[@SCALE] · wait load · at SECONDS · move X Y · down BUTTON X Y [mods]
 *   up BUTTON X Y [mods] · wheel X Y DY [mods] · key CHORD · text "…" · drop FILE
 *   do COMMAND ARGS · drag-cells C0,R0 C1,R1 [mods] · dump state|layout|draw|clipboard · png FILE
 *   print "…" · # comment
 * `at` draws frames at 60 a second until the script's clock shows that time; input draws one.
 * Rows of drag-cells count from the bottom of a column, as time does. Thread: main. */
#pragma once

#include "app/app.h"
#include "base/buf.h"

typedef struct ReplayOptions {
    const char *file; /* the script, "-" standard input */
    Str script;
    const Fonts *fonts;
} ReplayOptions;

/* True when the script asks for pictures, which need real fonts. */
bool replay_wants_pictures(Str script);
/* Dumps go to *out. False with *err naming the line that could not be done. */
bool replay_run(App *app, const ReplayOptions *options, Buf *out, Error *err);

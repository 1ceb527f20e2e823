/* Live: what goes on while a pipe, a file that grows or a recording is open: the view that stays at
 * the newest column, pausing, and the recorder, when it is ours.
 * Owner: the App. Thread: main. Failure: words in a notice. */
#pragma once

#include "app/app.h"
#include "app/state.h"
#include "base/process.h"

typedef struct Live {
    Range edge; /* on: the view, which ends where time does; another one was chosen by hand */
    Process *recorder;     /* the caller's; NULL: none, or it ended */
    const char *recording; /* the file that it writes, whatever slot A shows by now */
} Live;

/* Once a frame, before anything is drawn. */
void live_update(App *app);
/* Begins, or ends, to keep the view at the newest column. */
void live_follow_edge(App *app);
/* No more samples are wanted: a recorder is told to end, what it wrote by then is read. */
void live_stop(App *app);

/* Live: what goes on while a pipe, a file that grows or a recording is open: the view that stays at
 * the newest column, pausing, and the recorder, when it is ours.
 * Owner: the App. Thread: main. Failure: words in a notice. */
#pragma once

#include "app/app.h"
#include "base/process.h"

typedef struct Live {
    bool edge;             /* the view ends where time does */
    int64_t t0_ns, t1_ns;  /* of that view; another one was chosen by hand */
    Process *recorder;     /* the caller's, writes the file in slot A; NULL: none, or it ended */
} Live;

/* Once a frame, before anything is drawn. */
void live_update(App *app);
/* Begins, or ends, to keep the view at the newest column. */
void live_follow_edge(App *app);
/* No more samples are wanted: a recorder is told to end, what it wrote by then is read. */
void live_stop(App *app);

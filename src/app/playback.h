/* Playback: a window that slides over the recording. Where it is follows from the time of the frame
 * alone, so that a script plays as a window does; the App shows it as its selection.
 * Units: ns of the profile's clock; `now` is FrameInput time. Speed is recorded time for time that
 * passes, in millionths: 1000000 is as fast as it was recorded.
 * Owner: the App. Thread: main. Failure: none; what lies outside is cut to the recording. */
#pragma once

#include "app/app.h"
#include "app/state.h"

#define PLAY_SPEED_ONE INT64_C(1000000)

enum { PLAY_SPEEDS = 10 };
extern const int64_t play_speeds[PLAY_SPEEDS]; /* 0.1 to 100 times */

typedef struct Playback {
    bool on; /* playing, or paused with its bar in the window */
    bool playing;
    bool loop;  /* from the end back to the beginning */
    bool steps; /* reduced motion: once a second instead of sliding */
    bool held;  /* a hand holds the window: it goes on from where it is let go */
    int64_t speed;
    int64_t window_ns;
    Range bounds;     /* the recording … */
    bool part;        /* … or a part of it, which stays */
    int64_t at_ns;    /* where the window began … */
    int64_t start_ns; /* … at this time */
    Range set;        /* selection as it was set last: another one was chosen by hand */
} Playback;

/* Of a selection that is part of the recording, else of a column at its beginning; paused, at the
 * usual speed: all of it in about half a minute. */
void playback_begin(Playback *p, Range bounds, const Range *selection, int64_t column_ns,
                    int64_t now_ns);
/* The window at that time. *ended: it has come to the end and stays there. */
Range playback_range(const Playback *p, int64_t now_ns, bool *ended);
/* What changes from now on; the window stays where it is. */
void playback_rebase(Playback *p, int64_t now_ns);
void playback_set_bounds(Playback *p, Range bounds, int64_t now_ns);
void playback_set_speed(Playback *p, int64_t speed, int64_t now_ns);
/* False when the recording is not longer than that. */
bool playback_set_window(Playback *p, int64_t window_ns, int64_t now_ns);
/* Lets the window begin there. */
void playback_seek(Playback *p, int64_t t0_ns, int64_t now_ns);
/* From the end it plays from the beginning. */
void playback_play(Playback *p, bool playing, int64_t now_ns);
/* How long all of it takes. */
int64_t playback_lasts_ns(const Playback *p);

/* -- in the App (actions_playback.c) */

/* Once a frame, before anything is drawn: the selection slides. When the next frame is due. */
int64_t playback_step(App *app);
/* Selects the window where it is now. */
void playback_show(App *app);
void playback_end(App *app);
/* While it is on: moves the window by cells or columns, whether it plays or not. */
bool playback_nudge(App *app, int64_t cells, int64_t columns);

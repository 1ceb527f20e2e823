/* Reel: a walk through the scenes or along a playback, a picture of each, as the stage shows it.
 * The window itself walks: each state is shown, and once nothing changes any more it is painted,
 * and a job writes it; afterwards the window is as it was. Input waits meanwhile, but for Esc,
 * which stops it. Owner: the App. Thread: main; jobs have the file. Failure: words in `error`. */
#pragma once

#include "app/playback.h"
#include "app/reel_file.h"
#include "base/jobs.h"
#include "ui/frame.h"

typedef struct ReelWish {
    ReelFormat format;
    bool scenes;   /* else `play`, in so many pictures a second: */
    Playback play; /* as playback_begin made it, speed and bounds as wished */
    uint32_t fps, pictures;
    double seconds; /* APNG of scenes: each is shown so long */
    uint8_t theme;  /* ThemeKind, of the stage */
} ReelWish;

/* The stage as it was. */
typedef struct ReelBefore {
    State state;
    Playback play;
    bool on, black, show_keys;
    uint8_t theme, pointing;
    uint32_t points, scene;
    float x, y; /* the pointer */
} ReelBefore;

typedef struct Reel {
    bool on;
    ReelWish wish;
    ReelBefore before;
    uint32_t at, still; /* frames in which nothing changed */
    ReelFile file;
    Buf lacks;       /* what no longer fits, scene by scene */
    Error error;     /* of the last one that ended; kind 0: it is written */
    char path[1100]; /* likewise */
    /* -- the job's, while it runs */
    JobTicket ticket;
    bool busy, last;
    Image image;
    Buf state;
    Error trouble;
} Reel;

bool reel_begin(App *app, const ReelWish *wish, const char *path, Error *err);
/* The scenes, from the window. */
bool reel_scenes(App *app, ReelFormat format, const char *path, Error *err);
void reel_stop(App *app);
/* What of the input is for the frame: all, or while it walks Esc alone. */
const FrameInput *reel_input(App *app, const FrameInput *in, FrameInput *calm);
/* Once a frame, when it is drawn; moves: something on it is still on its way. True while it walks:
 * another frame is needed at once. */
bool reel_step(App *app, bool moves);
void reel_free(App *app);

/* Scene show: from the window to a scene and back. Showing one sets its state, opens its files and
 * lets its ranges slide from where they are; what of it no longer fits is told in words.
 * Owner: the App. Thread: main. Failure: false with words. */
#pragma once

#include "app/app.h"
#include "app/scenes.h"

enum { SHOW_RANGES = 4 }; /* selection, baseline, and what both heat maps show */

typedef struct SceneShow {
    bool moving;
    int64_t start_ns;
    Range from[SHOW_RANGES];
    Range set[SHOW_RANGES]; /* as of the frame before; others were chosen by hand, and it ends */
    State to;
    bool lost[STATE_SLOTS]; /* its file is not there: what is open is shown instead */
    bool check;             /* once everything is there: whether it fits */
} SceneShow;

/* The window's state as a scene behind the one shown last. The title may be empty. */
bool scene_save(App *app, Str title, Error *err);
/* Its state and ranges are replaced by the window's. */
bool scene_update(App *app, Error *err);
/* moving: ranges slide there. */
bool scene_show(App *app, uint32_t at, bool moving, Error *err);
/* Once a frame, before anything is drawn: files of scenes, sliding, words. True while it slides. */
bool scene_show_step(App *app);
/* Scenes of slot A's profile, unless some were opened by their own name … */
void scenes_of_profile(App *app, const char *profile);
/* … as these are: they stay whatever profile is open, and name theirs themselves. */
bool scenes_open(App *app, const char *path, Error *err);
/* What the scene wants that the profile does not have; empty: it fits. */
void scene_misfits(const App *app, const State *state, Buf *words);

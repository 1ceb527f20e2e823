/* Presenter: the second window of a presentation, for the one who talks: what the stage shows, what
 * comes next, the notes large, the clock and how long it has been. Owner: the App. Thread: main. */
#pragma once

#include "app/present.h"

typedef struct PresenterView {
    const View *v; /* with the presenter's own ui */
    const Present *present;
    const Scenes *scenes;
    const DrawList *stage;   /* the other window's … */
    uint32_t stage_commands; /* … without what lies over it */
    Rect stage_window;
    Range whole;          /* of the recording; off: it has no times */
    int32_t clock_minute; /* since midnight, -1 unknown */
} PresenterView;

void presenter_draw(const PresenterView *p);
/* A bar for the recording, and on it what a scene selects and compares with. */
void scene_bar_draw(const View *v, const Scene *scene, Range whole, Rect r);

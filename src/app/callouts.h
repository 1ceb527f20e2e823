/* Callouts: arrows and boxes with words, on a time of the heat map or on a frame. They are placed
 * anew in each frame from what they point at, so they follow it.
 * Owner: the App's scenes. Thread: main. Lifetime: a frame. Failure: one whose target is not in
 * view is told at the edge of the picture where it would lie, or, a frame that is not there, left
 * out. */
#pragma once

#include "app/flame_pane.h"
#include "app/heat_pane.h"
#include "app/scenes.h"

typedef struct CalloutPanes {
    const HeatPane *heat;   /* NULL: there is none */
    const FlamePane *flame; /* likewise */
} CalloutPanes;

/* Over the panes, which have been drawn. */
void callouts_draw(const View *v, const CalloutPanes *panes, const Scene *scene);
/* About what is under the pointer, or the selected range. False with words when neither is. */
bool callout_make(const View *v, const CalloutPanes *panes, Str text, Callout *out, Error *err);

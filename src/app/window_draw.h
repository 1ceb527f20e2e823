/* Window draw: what the program's windows show: the usual one, the stage of a presentation, and the
 * presenter's. Each draws and takes in what its widgets were told; wishes come out.
 * Owner: the App. Thread: main. Lifetime: a frame. */
#pragma once

#include "app/view.h"

void window_draw(App *app, const View *v);
void window_draw_stage(App *app, const View *v);
/* Of the stage's draw list the first `shown` commands are what the audience sees, without what lies
 * over it. */
void window_draw_presenter(App *app, const View *stage, const FrameInput *in, uint32_t shown);

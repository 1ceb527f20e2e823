/* The program without a window, driven frame by frame by tests; all work is done between frames. */
#pragma once

#include "app/app.h"

typedef struct Run {
    App *app;
    FrameInput in;
    FrameOutput out;
} Run;

void start(Run *r); /* 1280 × 720, the examples at hand; app_free(r->app) ends it */
void frame(Run *r, InputEvent *event);
void settle(Run *r); /* frames until nothing is left to be done */
/* Each of these settles; a command that fails fails the test. */
void run(Run *r, const char *command);
void key(Run *r, const char *name);
void type(Run *r, const char *words);

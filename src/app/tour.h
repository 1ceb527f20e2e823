/* Tour: six short lessons on the bundled profile, each told in a band below the panes and waiting
 * for the viewer's own gesture. What a lesson needs of those before is set up for whoever skips.
 * Owner: the App. Thread: main. Failure: none. */
#pragma once

#include "app/app.h"
#include "app/view.h"

#define TOUR_PROFILE "demo:/shop.perf.gz"

typedef struct Tour {
    bool on;
    uint32_t lesson;
    bool done;         /* the gesture has been made */
    int64_t since_ns;  /* when the lesson began, and what it waits for … */
    int64_t held_ns;   /* … how long the pointer has been there; 0: it is not */
    bool saved_before; /* as of its beginning: something was saved */
} Tour;

/* Opens the bundled profile and begins. */
bool tour_begin(App *app, Error *err);
void tour_end(App *app);
/* Goes on to the next lesson (+1), back (-1), or on from the last: the end. */
void tour_step(App *app, int by);
/* Once a frame: whether the gesture was made. */
void tour_watch(App *app, int64_t now_ns);

float tour_height(const Tour *t, const View *v);
void tour_draw(const Tour *t, const View *v, Rect area);
/* A frame around what the lesson is about: the heat map's plot, the flame graph's body, … */
typedef struct TourPlaces {
    Rect heat, flame, search;
} TourPlaces;
void tour_point(const Tour *t, const View *v, const TourPlaces *places);

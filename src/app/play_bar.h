/* Play bar: the slim bar of a playback: play and pause, single steps, speed, length of the window,
 * loop, and a track along which the window can be dragged. On the stage the track alone.
 * Owner: the App. Thread: main. It draws itself and wishes for commands. */
#pragma once

#include "app/playback.h"
#include "app/view.h"

typedef struct PlayBar {
    bool scrubs; /* the window is being dragged along the track */
    double grab; /* pointer minus where the window begins, as a share of the track */
} PlayBar;

/* 0 while nothing is played. */
float play_bar_height(const View *v, const Playback *p);
void play_bar_draw(PlayBar *bar, const View *v, const Playback *p, Rect area);

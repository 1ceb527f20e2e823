/* Frame menu: what can be done with a frame of the flame graph or of the chart, opened by a right
 * click on it; every entry is a command that a key can do as well. Owner: the App. Thread: main.
 * Lifetime: until something is chosen. Failure: none; what is not possible is not offered. */
#pragma once

#include "app/chart_pane.h"
#include "app/flame_pane.h"

enum { MENU_NAME = 1000 };

typedef struct FrameMenu {
    bool open;
    /* what it is about, as it was when it was opened */
    char frame[MENU_NAME]; /* "symbol\tmodule\n"; empty: too long to be named */
    char path[STATE_ZOOM]; /* likewise from below the root; empty: it has none that can be named */
    uint32_t kind;         /* FrameKind */
    bool synthetic;
    bool zooms;           /* it is of the flame graph, or the lower half of a sandwich */
    uint64_t key;         /* of the box that zooms */
    int64_t t0_ns, t1_ns; /* of the chart's */
    float x, y;           /* where it hangs from */
} FrameMenu;

/* Where frames can be clicked; callers, and their answer: of a sandwich's upper half. */
typedef struct FramePanes {
    FlamePane *flame;
    const FlamePane *callers;
    const Answer *callers_answer;
    const ChartPane *chart;
} FramePanes;

/* Behind the panes: opens where a pane was clicked with the right button, and answers. */
void frame_menu_draw(FrameMenu *menu, const FramePanes *panes, const View *v);

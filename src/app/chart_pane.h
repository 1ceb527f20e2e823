/* Chart pane: the flame chart of one thread: what it did over time, root on top. Time is zoomed
 * and panned within the selected range; only what is seen is laid out.
 * Whose chart it is is in the State; the part of the time in view and the scroll are its own.
 * Owner: the App. Thread: main. Failure: none; what cannot be drawn is said in words. */
#pragma once

#include "app/chart_marks.h"

typedef struct ChartHover {
    bool on;
    ChartBox box;
} ChartHover;

/* A box of the chart `of`: the first sample in it, and its depth, 1 above the root. */
typedef struct ChartSpot {
    bool on;
    uint64_t of;
    uint32_t sample, depth;
} ChartSpot;

typedef struct ChartPane {
    Arena arena;
    ChartLayout layout;
    ChartMarks marks;
    const uint8_t *match; /* by box, in the arena; NULL: nothing is searched */
    /* what the layout was made for */
    uint64_t made_of;
    int64_t made_v0_ns, made_v1_ns;
    float made_width;
    int64_t t0_ns, t1_ns;         /* of the chart: the view lies within */
    int64_t v0_ns, v1_ns;         /* in view */
    bool whole;                   /* all of it is in view, and stays so while it grows */
    int64_t pan_v0_ns, pan_v1_ns; /* where a drag began */
    float pan_scroll;
    float scroll, row; /* px */
    ChartHover hover;
    ChartHover menu; /* a box that was clicked with the right button in this frame */
    ChartSpot found; /* what F3 went to */
    Rect body;       /* of the boxes */
} ChartPane;

void chart_pane_init(ChartPane *pane);
void chart_pane_free(ChartPane *pane);
/* Another file. */
void chart_pane_forget(ChartPane *pane);
void chart_pane_draw(ChartPane *pane, const View *v, Rect area);
/* The newest chart, or NULL; *number grows with each. */
const Chart *chart_newest(const Engine *engine, uint64_t *number);
/* The one that was laid out last, of which hover and menu are; NULL: it is gone. */
const Chart *chart_pane_shown(const ChartPane *pane, const Engine *engine);
/* The frames down to a box's as "symbol\tmodule\n", root first; false when it does not fit. */
bool chart_path_text(const Chart *chart, const Dict *dict, const ChartBox *box, char *out,
                     size_t cap);
/* … and as "comm;frame;frame". */
void chart_stack_text(const Chart *chart, const Dict *dict, const ChartBox *box, Buf *out);
/* The view zoomed by factor around a share (0 … 1) of its width, then moved by a share of it. */
void chart_pane_change(ChartPane *pane, double factor, double around, double move);
void chart_pane_fit(ChartPane *pane);
/* Moves the view so that the box is seen; one that is less than the share `least` of its width is
 * zoomed to `share` of it. */
void chart_pane_bring(ChartPane *pane, const ChartBox *box, double least, double share);
void chart_pane_scroll(ChartPane *pane, float rows);
float chart_pane_page(const ChartPane *pane); /* rows that fit */
/* What the status line says of the box under the pointer. False: nothing. */
bool chart_pane_told(const ChartPane *pane, const View *v, Str *name, Str *facts);

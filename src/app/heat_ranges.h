/* Heat ranges: the two ranges of time on the heat map, A (selected) and B (its baseline): their
 * shapes, and the handles that move and resize them. Parts of heat_pane.c's frame.
 * Owner: the App's HeatPane. Thread: main. Lifetime: a frame. Failure: none. */
#pragma once

#include "app/heat_place.h"

/* A slice of time: up its first column, on from the bottom of the next. */
typedef struct SliceShape {
    float x0, x0_right, x1, x1_right; /* first and last column */
    float y0, y1;                     /* where the first begins and the last ends */
    float start, end;                 /* y of a column's start and end */
    bool one;                         /* a single column */
} SliceShape;

SliceShape heat_slice_shape(const HeatPane *pane, const View *v, const Range *r);
void heat_slice_outline(DrawList *d, const SliceShape *s, float width, uint32_t color);
void heat_ranges_draw(HeatPane *pane, const View *v);
/* Asked behind the plot's own zone, so that they lie on top of it. */
void heat_ranges_handles(HeatPane *pane, const View *v);
/* The cell under a point, cut to the plot; without snapping the instant, as 1 ns. */
bool heat_range_at(const HeatPane *pane, const View *v, float x, float y, bool snap, Range *out);

/* Heat pane: the heat map with its axes, legend, selection and crosshair, and the overview strip.
 * Owner: the App; keeps its picture between frames and redraws it only when grid, view, palette or
 * scale changed. Thread: main. */
#pragma once

#include "app/view.h"
#include "picture/heat_pixels.h"

typedef enum HeatDrag { HEAT_DRAG_NONE, HEAT_DRAG_SELECT, HEAT_DRAG_PAN, HEAT_DRAG_OVERVIEW, HEAT_DRAG_FRAME } HeatDrag;

typedef struct HeatPicture {
    uint32_t *rgba;
    size_t cap;      /* texels */
    uint32_t w, h, step, first; /* step columns a texel from column `first` */
    uint64_t generation; /* of the picture; grows when texels change */
    uint64_t grid_generation;
    uint64_t id;
    uint32_t dirty_x, dirty_w;
    uint8_t scale, palette, dark, downwards;
    bool maximum;    /* a texel stands for several cells */
} HeatPicture;

typedef struct HeatPane {
    Rect plot, overview; /* of the last frame, for replay scripts */
    int64_t t0_ns, t1_ns; /* what the plot shows, as drawn last */
    HeatPicture picture;
    HeatMapper mapper;
    HeatRamp ramp;
    uint32_t legend_rgba[256];
    uint64_t legend_generation;
    HeatDrag drag;
    Range anchor;        /* cell (or instant) where a drag began */
    int64_t pan_t0_ns, pan_t1_ns;
    double grab;         /* on the overview: pointer minus the view's middle, or where a frame began */
} HeatPane;

void heat_pane_free(HeatPane *pane);
void heat_pane_draw(HeatPane *pane, const View *v, Rect area);
/* Centre of a cell as it was drawn last; false when it is outside the view. */
bool heat_pane_cell_center(const HeatPane *pane, const HeatGrid *grid, bool downwards,
                           uint32_t column, uint32_t row, float *x, float *y);
/* The time range in view, from state and grid, inside the recording; also used by the commands that zoom and pan. */
Range heat_view_range(const State *state, const HeatGrid *grid);
/* The same zoomed by factor around the share (0 … 1) of its width, then moved by share. */
Range heat_view_change(const State *state, const HeatGrid *grid, double factor, double around,
                       double move);
/* Selection moved (or, extend, its end moved) by cells; the first cell in view when there is none. */
bool heat_select_move(const State *state, const HeatGrid *grid, int64_t cells, bool extend,
                      Range *out);

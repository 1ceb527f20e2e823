/* Heat place: what the heat pane keeps between frames, and where times and cells lie on it. The
 * arithmetic of view and selection, without any drawing.
 * Owner: the App has one HeatPane. Thread: main. Failure: none; times are cut to the recording. */
#pragma once

#include "app/view.h"
#include "picture/heat_pixels.h"

typedef enum HeatDrag {
    HEAT_DRAG_NONE,
    HEAT_DRAG_SELECT,
    HEAT_DRAG_BASELINE,
    HEAT_DRAG_RANGE,
    HEAT_DRAG_PAN,
    HEAT_DRAG_OVERVIEW,
    HEAT_DRAG_FRAME
} HeatDrag;

typedef struct HeatPicture {
    uint32_t *rgba;
    size_t cap;                 /* texels */
    uint32_t w, h, step, first; /* step columns a texel from column `first` */
    uint64_t generation;        /* of the picture; grows when texels change */
    uint64_t grid_generation;
    const LinkGrid *link; /* what is lit in it; compared, never read */
    uint64_t id;
    uint32_t dirty_x, dirty_w;
    uint8_t scale, palette, dark, downwards;
    bool maximum; /* a texel stands for several cells */
} HeatPicture;

typedef struct HeatPane {
    UiId id;              /* of its zones; set before drawing */
    Rect plot, overview;  /* of the last frame, for replay scripts */
    int64_t t0_ns, t1_ns; /* what the plot shows, as drawn last */
    HeatPicture picture;
    HeatMapper mapper;
    HeatRamp ramp;
    HeatMapper link_mapper;
    HeatRamp link_ramp;
    uint32_t legend_rgba[256];
    uint64_t legend_generation;
    /* -- rows that are threads and the like: the first in view and how many are; 0: other rows */
    float lane_at, lanes;
    HeatDrag drag;
    Range anchor;  /* cell (or instant) where a drag began */
    Range grabbed; /* a range as it was when a handle of it was taken */
    Range hover;   /* the cell under the pointer */
    uint32_t hover_row;
    int64_t pan_t0_ns, pan_t1_ns;
    double grab; /* on the overview: pointer minus the view's middle, or where a frame began */
} HeatPane;

float heat_pane_x(const HeatPane *pane, int64_t t_ns);
/* 0 is the start of a column. */
float heat_pane_y(const HeatPane *pane, bool downwards, double share_of_column);
/* Where a row's lane begins, where rows are threads and the like. */
float heat_pane_lane_y(const HeatPane *pane, uint32_t row);
/* Centre of a cell as it was drawn last; false when it is outside the view. */
bool heat_pane_cell_center(const HeatPane *pane, const HeatGrid *grid, bool downwards,
                           uint32_t column, uint32_t row, float *x, float *y);
/* The time range in view, from state and grid, inside the recording; also used by the commands that
 * zoom and pan. */
Range heat_view_range(const State *state, const HeatGrid *grid);
/* The same zoomed by factor around the share (0 … 1) of its width, then moved by share. */
Range heat_view_change(const State *state, const HeatGrid *grid, double factor, double around,
                       double move);
/* Selection moved (or, extend, its end moved) by cells; the first cell in view when there is none.
 */
bool heat_select_move(const State *state, const HeatGrid *grid, int64_t cells, bool extend,
                      Range *out);

/* HeatFrame: columns of cells that follow a profile's time. They are appended at the end as
 * time goes on and shifted when a sample turns up before the first one; what a cell holds lies
 * in planes, which the owner of the frame fills. The origin is always the view's, the first
 * whole second: where a shift is not a whole number of columns, everything starts over, so that
 * a grid depends on the samples alone and not on the order in which they came. Owner: whoever
 * calls heat_frame_init. Thread: one at a time. Memory: its own, freed by heat_frame_free;
 * planes move when columns are added. Failure: none; OOM aborts. */
#pragma once

#include "query/heat.h"

typedef struct HeatPlane {
    void *at;
    uint32_t item;  /* bytes of an entry */
    bool by_column; /* one entry a column; else one a cell */
} HeatPlane;

enum { HEAT_PLANES = 4 };

typedef struct HeatFrame {
    HeatSpec asked; /* as the caller wants it */
    HeatSpec spec;  /* as it is made: coarser when the grid would be too large */
    uint64_t max_cells;
    uint32_t stride;     /* cells of a column */
    uint32_t own_stride; /* 0: heat_stride's */
    bool started, has_time;
    int64_t origin_ns, first_ns, last_ns;
    uint32_t columns;
    uint64_t cap; /* columns that there is memory for */
    HeatPlane plane[HEAT_PLANES];
    uint32_t planes;
    uint64_t moved; /* grows when columns shifted or were thrown away: copies start over */
    uint32_t dirty_from, dirty_to; /* columns that changed since heat_frame_clean */
} HeatFrame;

/* Where a time's cell is; neighbours in a file mostly share it. Zero-initialise. */
typedef struct HeatCursor {
    int64_t t0, t1;
    uint32_t column;
    size_t cell;
    uint64_t run; /* samples of the cell before, as a guess */
} HeatCursor;

void heat_frame_init(HeatFrame *frame);
void heat_frame_free(HeatFrame *frame);
/* Starts over for this wish. Planes are added afterwards, before the first heat_frame_follow.
 */
void heat_frame_ask(HeatFrame *frame, const HeatSpec *spec, uint64_t max_cells);
/* Where rows are not offsets: another number of cells a column than heat_stride says. */
void heat_frame_set_stride(HeatFrame *frame, uint32_t stride);
void heat_frame_add_plane(HeatFrame *frame, uint32_t item, bool by_column);
/* Throws the cells away; the next heat_frame_follow says so. */
void heat_frame_restart(HeatFrame *frame);
/* Makes room for the view's columns. True when it started over: all cells are zero again. */
bool heat_frame_follow(HeatFrame *frame, const ProfileView *view);
/* Finds the cell of a time (row 0 of its column where rows are not offsets) and marks its
 * column as changed; the time lies in the frame. */
void heat_frame_seek(HeatFrame *frame, HeatCursor *at, int64_t t_ns);
/* The end of the first samples of time[0, n) that lie in the cursor's cell, as time[0] does. In
 * order there is no need to look at each: those of a cell are a thousand in a large profile. */
uint64_t heat_cursor_end(HeatCursor *at, const int64_t *time, uint64_t n, bool in_order);
void heat_frame_clean(HeatFrame *frame);
size_t heat_frame_bytes(const HeatFrame *frame);

/* Heat cell: a cell of the heat map in words, as its tooltip says them: when, how many samples, its
 * hottest stacks. And the one whose tooltip stays, the pinned one, named by the state.
 * Owner: the App's HeatPane. Thread: main. Lifetime: texts live for the frame. Failure: none. */
#pragma once

#include "app/heat_ranges.h"
#include "query/hottest.h"

enum { HEAT_CELL_LINES = 6 };

/* hottest may be NULL: not known yet. At most HEAT_CELL_LINES; returns how many. */
uint32_t heat_cell_lines(const View *v, uint32_t column, uint32_t row, const Hottest *hottest,
                         Str *lines);
/* The state's pinned cell on this grid; false when there is none, or none of its row. */
bool heat_cell_find(const HeatGrid *grid, const Dict *dict, const State *state, uint32_t *column,
                    uint32_t *row);
/* "34 s + 660 ms" of it. */
Str heat_cell_name(const View *v);
/* Where a cell lies on the plot, in its lane where rows are lanes. */
SliceShape heat_cell_shape(const HeatPane *pane, const View *v, uint32_t row, const Range *cell);
/* Outlines it and shows its tooltip, where it is in view. */
void heat_cell_pinned(const HeatPane *pane, const View *v);

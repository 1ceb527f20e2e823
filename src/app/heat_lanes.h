/* Heat lanes: the heat map's rows where they are threads, processes or cpus over plain time: a
 * lane each, labels on the left, scrolled when there are more than fit. And cells in words, which
 * may count distinct ones or shares. Parts of heat_pane.c's frame.
 * Owner: the App's HeatPane. Thread: main. Lifetime: a frame. Failure: none. */
#pragma once

#include "app/heat_place.h"

/* How many lanes fit, and where scrolling is; before anything that asks where a lane lies. */
void heat_lanes_layout(HeatPane *pane, const View *v);
/* Labels, the scroll bar, and the wheel with Ctrl. */
void heat_lanes_draw(HeatPane *pane, const View *v, float left);
/* The lane under y, cut to those that there are. */
uint32_t heat_lane_at(const HeatPane *pane, const View *v, float y);
void heat_lanes_scroll(HeatPane *pane, const View *v, float lanes);
/* "pid=7 tid=9", "cpu=3": chips that leave the row's samples alone; empty where rows are no lanes.
 * False when that cannot be said: the row of all others. */
bool heat_lane_name(const HeatGrid *grid, const Dict *dict, uint32_t row, char *out, size_t cap);
/* Adds terms that leave the row's samples alone; false when that cannot be said: the row of all
 * others, or no room. */
bool heat_lane_filter(const HeatGrid *grid, const Dict *dict, uint32_t row, Filter *filter);
/* "thread worker-3 (4711)" */
Str heat_lane_text(const View *v, uint32_t row);
/* "9 samples", "3 cpus", "37 % match" */
Str heat_value_text(const View *v, uint32_t cell);
/* Its number alone, for the legend: "9", "37 %". */
Str heat_value_short(const View *v, uint32_t cell);
/* "samples", "cpus", "share lit": what the legend is of. */
const char *heat_unit_text(const View *v);

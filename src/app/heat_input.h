/* The heat pane's hands: selection, pointer, overview strip. Parts of heat_pane.c's frame. */
#pragma once

#include "app/heat_pane.h"

float heat_pane_x(const HeatPane *pane, int64_t t_ns);
/* 0 is the start of a column. */
float heat_pane_y(const HeatPane *pane, bool downwards, double share_of_column);

void heat_selection_draw(const HeatPane *pane, const View *v);
/* Hover readout, dragging a selection, panning, wheel zoom. */
void heat_pointer(HeatPane *pane, const View *v);
/* Draws the strip and handles its dragging. */
void heat_overview(HeatPane *pane, const View *v);

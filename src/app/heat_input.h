/* The heat pane's hands: selection, pointer, overview strip. Parts of heat_pane.c's frame. */
#pragma once

#include "app/heat_place.h"

/* Hover readout, dragging a selection, panning, wheel zoom. */
void heat_pointer(HeatPane *pane, const View *v);
/* Draws the strip and handles its dragging. */
void heat_overview(HeatPane *pane, const View *v);

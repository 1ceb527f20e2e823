/* Heat pane: the heat map with its axes, legend, selection and crosshair, and the overview strip.
 * Owner: the App; keeps its picture between frames and redraws it only when grid, view, palette or
 * scale changed. Thread: main. */
#pragma once

#include "app/heat_place.h"

void heat_pane_free(HeatPane *pane);
void heat_pane_draw(HeatPane *pane, const View *v, Rect area);

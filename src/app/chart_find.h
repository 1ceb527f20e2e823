/* The next box of a flame chart that the search matches, in the order of time.
 * Thread: main. Failure: none. */
#pragma once

#include "app/chart_pane.h"

/* Marks the one behind (step 1) or before (-1) that which was marked last, or from what is in view
 * on, around the ends of the chart, and brings it into view. False: none matches. */
bool chart_find_next(ChartPane *pane, const Chart *chart, const Dict *dict, int step);
/* Where the marked box lies on screen. False: none is marked, or it is in a chart that is gone. */
bool chart_find_box(const ChartPane *pane, const Chart *chart, ChartBox *out);

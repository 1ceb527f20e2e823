/* Dumps: what the program knows and shows, as JSON or text, for replay scripts and tests.
 * Thread: main. Deterministic: no clock, no address, no path but the file's name. */
#pragma once

#include "app/app.h"
#include "base/buf.h"

void dump_state(App *app, Buf *out);
void dump_layout(App *app, Buf *out);
void dump_draw_list(App *app, Buf *out);
/* --stats: times and memory as JSON. start_ns: process start on the frames' clock, 0 unknown. */
void dump_stats(App *app, int64_t start_ns, Buf *out);
/* As "down X Y" needs it: centre of a heat map cell in physical pixels. */
bool dump_cell_center(App *app, uint32_t column, uint32_t row, float *x, float *y);

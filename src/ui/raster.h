/* raster: the software painter, a draw list to RGBA pixels, without SDL. Used for headless
 * pictures and wherever there is no GPU. Owner: the caller's pixels. Thread: one at a time.
 * Anti-aliased where draw.h says so; rectangles and band spans with fractional edges are covered
 * proportionally on the left and right, snapped to whole pixels above and below. */
#pragma once

#include "ui/font.h"

typedef struct RasterTarget {
    uint32_t *pixel; /* memory order by `bgra` */
    uint32_t w, h;
    uint32_t stride; /* pixels */
    bool bgra;       /* B,G,R,A instead of R,G,B,A in memory (window surfaces) */
} RasterTarget;

void raster_draw(const RasterTarget *target, const DrawList *list, const Fonts *fonts);

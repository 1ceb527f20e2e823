/* raster_shapes: the anti-aliased shapes and images of the software painter. The GPU painter
 * takes the coverage of rounded boxes from here, so that both show the same corners.
 * Owner: raster_draw, for the length of one call. Thread: its caller's. Failure: none. */
#pragma once

#include "ui/draw.h"
#include "ui/raster_kernels.h"

typedef struct Run {
    int32_t x0, x1;
    bool opaque;
} Run;

typedef struct Raster {
    uint32_t *pixel; /* the target's, rows of `stride` pixels */
    uint32_t w, h, stride;
    bool bgra;
    const RasterKernels *k;
    int32_t strip_y0, strip_y1; /* rows that are made now */
    int32_t x0, y0, x1, y1;     /* clip, whole pixels inside the target and the strip */
    /* -- scratch, as wide as the target */
    uint32_t *row;           /* premultiplied or plain pixels of a composed row */
    uint32_t *texel;         /* column map of an image … */
    const DrawImage *mapped; /* … this one, drawn here, */
    float mapped_x, mapped_w;
    int32_t mapped_x0, mapped_x1; /* of these columns */
    uint8_t *cover;               /* twice as wide */
    Run *run;
} Raster;

static inline uint32_t *raster_at(const Raster *r, int32_t x, int32_t y) {
    return r->pixel + (size_t)y * r->stride + x;
}

/* Opaque pixel in the target's order; the alpha of the colour goes apart. */
static inline uint32_t raster_pixel(const Raster *r, uint32_t color) {
    uint32_t red = color >> 24, green = color >> 16 & 0xff, blue = color >> 8 & 0xff;
    return 0xff000000u | (r->bgra ? red << 16 | green << 8 | blue : blue << 16 | green << 8 | red);
}

/* A box with round corners on whole pixels. */
typedef struct RoundBox {
    int32_t x0, y0, x1, y1;
    float cx, cy, hw, hh; /* centre, half size */
    float radius, width;  /* width 0: filled, else an outline inside the edge */
    int32_t edge;         /* that far from the sides, coverage no longer changes along them */
} RoundBox;

/* False when nothing is left of it. */
bool round_box(Rect box, float radius, float width, RoundBox *out);
uint8_t round_cover(const RoundBox *b, int32_t x, int32_t y); /* of pixel x, y: 0 … 255 */

int32_t raster_snap(float v); /* nearest whole pixel, halves upwards, clamped to a sane range */
void raster_span(const Raster *r, int32_t x0, int32_t x1, int32_t y, uint32_t pixel,
                 uint32_t alpha); /* clipped */
void raster_rect(const Raster *r, Rect box, uint32_t color);
/* Horizontal edges in 1/256 pixel, cut at the clip; false when nothing is left. */
bool raster_edges(const Raster *r, float x0, float x1, int32_t *from, int32_t *to);
void raster_rows(const Raster *r, float y, float h, int32_t *from, int32_t *to);
/* Filled when width is 0. */
void raster_round(const Raster *r, Rect box, float radius, float width, uint32_t color);
void raster_line(const Raster *r, const DrawCommand *c);
void raster_triangle(const Raster *r, const DrawCommand *c);
void raster_image(Raster *r, Rect box, const DrawImage *image);

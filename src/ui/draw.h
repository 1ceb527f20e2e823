/* DrawList: what a window shows, as commands in painting order, in physical pixels, colours
 * 0xRRGGBBAA not premultiplied. Two painters turn it into pixels: ui/raster.c and the host's GPU
 * painter; draw_dump writes it as text for goldens.
 * Owner: the App, one list a window, reset each frame; memory is kept. Text is copied in; image
 * pixels are borrowed and must live until the frame was painted. Not thread-safe. */
#pragma once

#include "base/buf.h"

typedef struct Rect {
    float x, y, w, h;
} Rect;

static inline Rect rect(float x, float y, float w, float h) {
    return (Rect){x, y, w, h};
}
bool rect_has(Rect r, float x, float y);
Rect rect_cut(Rect a, Rect b); /* intersection; w, h ≥ 0 */
Rect rect_inset(Rect r, float d);

typedef enum Face { FACE_REGULAR, FACE_SEMIBOLD, FACE_MONO, FACE_COUNT } Face;

typedef enum DrawKind {
    DRAW_RECT,     /* rect, color */
    DRAW_ROUND,    /* rect, color, radius: filled, anti-aliased corners */
    DRAW_OUTLINE,  /* rect, color, radius, width: inside the rect's edge */
    DRAW_LINE,     /* from (rect.x, rect.y) by (rect.w, rect.h), width: anti-aliased */
    DRAW_TRIANGLE, /* three points: (x,y), (w,h) and (radius, width) read as coordinates */
    DRAW_BAND,     /* spans that share rect.y and rect.h: span_first, span_count; sorted by x */
    DRAW_TEXT,     /* rect.x, rect.y = left end of the baseline; face, size, text */
    DRAW_IMAGE,    /* image drawn into rect */
    DRAW_CLIP,     /* later commands are cut at rect (replaces the clip before) */
} DrawKind;

typedef struct DrawSpan {
    float x0, x1;
    uint32_t color;
} DrawSpan;

typedef struct DrawImage {
    uint64_t id;          /* identity of the texture; the painter keeps one for each id */
    uint64_t generation;  /* changed: upload the dirty rectangle again */
    uint32_t w, h;        /* texels */
    const uint32_t *rgba; /* w × h, bytes in memory R,G,B,A */
    uint32_t dirty_x, dirty_y, dirty_w, dirty_h; /* all of it when 0 × 0 */
    Rect source; /* part of it that is shown, in texels, may be fractional */
    bool smooth; /* linear instead of nearest-neighbour */
} DrawImage;

typedef struct DrawCommand {
    uint8_t kind; /* DrawKind */
    uint8_t face;
    uint32_t color;
    Rect rect;
    float radius, width, size;
    uint32_t first, count; /* text: bytes; band: spans; image: index */
} DrawCommand;

typedef struct DrawList {
    DrawCommand *command;
    DrawSpan *span;
    DrawImage *image;
    char *text;
    uint32_t commands, command_cap, spans, span_cap, images, image_cap, text_n, text_cap;
    Rect clip; /* in force for what is added next */
    uint32_t background;
} DrawList;

void draw_reset(DrawList *d, float w, float h, uint32_t background);
void draw_free(DrawList *d);
void draw_rect(DrawList *d, Rect r, uint32_t color);
void draw_round(DrawList *d, Rect r, float radius, uint32_t color);
void draw_outline(DrawList *d, Rect r, float radius, float width, uint32_t color);
void draw_line(DrawList *d, float x0, float y0, float x1, float y1, float width, uint32_t color);
void draw_triangle(DrawList *d, const float xy[6], uint32_t color);
/* Begins a band; spans follow with draw_span until another command. */
void draw_band(DrawList *d, float y, float h);
void draw_span(DrawList *d, float x0, float x1, uint32_t color);
void draw_text(DrawList *d, float x, float baseline, Face face, float size, uint32_t color, Str s);
void draw_image(DrawList *d, Rect r, const DrawImage *image);
/* Clips later commands; returns the clip before, for restoring with draw_clip. */
Rect draw_clip(DrawList *d, Rect r);    /* replaces */
Rect draw_clip_to(DrawList *d, Rect r); /* intersects with the clip in force */
/* Appends all commands of `over` (its own clip included), for overlays. */
void draw_append(DrawList *d, const DrawList *over);
/* The first `commands` of another list as a picture: (x, y) there is (x · scale + dx, y · scale +
 * dy) here, cut at the clip in force. For thumbnails and magnifiers; text is text of another size.
 */
void draw_scaled(DrawList *d, const DrawList *of, uint32_t commands, float scale, float dx,
                 float dy);
void draw_dump(const DrawList *d, Buf *out); /* "rect 12.00 40.00 300.50 18.00 #e67828ff" */

/* Colour helpers. */
uint32_t color_mix(uint32_t a, uint32_t b, float t);
uint32_t color_alpha(uint32_t color, float alpha); /* multiplies the alpha */

#include "ui/raster.h"

#include <math.h>
#include <string.h>

#include "ui/raster_shapes.h"

/* ---- bands ------------------------------------------------------------------------------- */

/* A band is composed once, as premultiplied pixels in r->row, and remembered as runs: opaque
 * ones are copied to every row of the band, the others are laid over what is there. */
typedef struct Compose {
    const Raster *r;
    uint32_t runs;
    int32_t at;       /* pixel whose parts are being summed, -1 none */
    uint32_t weight;  /* its coverage so far: 256 · 255 is all of it */
    uint32_t part[3]; /* weighted channels, lowest byte first */
} Compose;

/* Laying over costs a little for each pixel, a run costs something for itself: short opaque
 * pieces and small gaps therefore join a run that is laid over. A gap is transparent black. */
enum { JOIN_OPAQUE = 48, JOIN_GAP = 8 };

static void add_run(Compose *c, int32_t x0, int32_t x1, bool opaque) {
    Run *run = c->r->run;
    /* Spans should not overlap; where they do, the later one wins. */
    while (c->runs && run[c->runs - 1].x0 >= x0)
        c->runs--;
    Run *last = c->runs ? &run[c->runs - 1] : NULL;
    if (last && last->x1 > x0)
        last->x1 = x0;
    int32_t gap = last ? x0 - last->x1 : INT32_MAX;
    bool both = last && last->opaque && opaque;
    bool join = last && (!last->opaque || last->x1 - last->x0 < JOIN_OPAQUE) &&
                (!opaque || x1 - x0 < JOIN_OPAQUE) && gap <= JOIN_GAP;
    if (both && gap == 0) {
        last->x1 = x1;
    } else if (join) {
        memset(c->r->row + last->x1, 0, (size_t)gap * sizeof *c->r->row);
        last->x1 = x1;
        last->opaque = false;
    } else {
        run[c->runs++] = (Run){x0, x1, opaque};
    }
}

static void flush_pixel(Compose *c) {
    if (c->at < 0)
        return;
    const uint32_t full = 256 * 255;
    uint32_t alpha = ((c->weight < full ? c->weight : full) + 128) >> 8;
    uint32_t pixel = alpha << 24;
    for (int i = 0; i < 3; i++) {
        uint32_t v = (c->part[i] + full / 2) / full;
        pixel |= (v < alpha ? v : alpha) << (8 * i);
    }
    c->r->row[c->at] = pixel;
    if (alpha)
        add_run(c, c->at, c->at + 1, alpha == 255);
    c->at = -1;
}

static void add_part(Compose *c, int32_t at, int32_t share, uint32_t pixel, uint32_t alpha) {
    if (at != c->at) {
        flush_pixel(c);
        c->at = at;
        c->weight = 0;
        memset(c->part, 0, sizeof c->part);
    }
    uint32_t w = (uint32_t)share * alpha;
    c->weight += w;
    for (int i = 0; i < 3; i++)
        c->part[i] += w * (pixel >> (8 * i) & 0xff);
}

static void compose_span(Compose *c, const DrawSpan *s) {
    int32_t from, to;
    if (!raster_edges(c->r, s->x0, s->x1, &from, &to))
        return;
    uint32_t pixel = raster_pixel(c->r, s->color), alpha = s->color & 0xff;
    int32_t x0 = from >> 8, x1 = to >> 8;
    if (x0 == x1) {
        add_part(c, x0, to - from, pixel, alpha);
        return;
    }
    if (from & 255) {
        add_part(c, x0, 256 - (from & 255), pixel, alpha);
        x0++;
    }
    if (x1 > x0) {
        flush_pixel(c);
        uint32_t value = pixel;
        if (alpha != 255) {
            value = alpha << 24;
            for (int i = 0; i < 24; i += 8)
                value |= div255((pixel >> i & 0xff) * alpha) << i;
        }
        c->r->k->fill(c->r->row + x0, (uint32_t)(x1 - x0), value);
        add_run(c, x0, x1, alpha == 255);
    }
    if (to & 255)
        add_part(c, x1, to & 255, pixel, alpha);
}

static void band(const Raster *r, const DrawList *d, const DrawCommand *cmd) {
    int32_t y0, y1;
    raster_rows(r, cmd->rect.y, cmd->rect.h, &y0, &y1);
    if (y0 >= y1)
        return;
    Compose c = {.r = r, .at = -1};
    for (uint32_t i = 0; i < cmd->count; i++)
        compose_span(&c, &d->span[cmd->first + i]);
    flush_pixel(&c);
    for (int32_t y = y0; y < y1; y++) {
        for (uint32_t i = 0; i < c.runs; i++) {
            const Run *run = &r->run[i];
            uint32_t n = (uint32_t)(run->x1 - run->x0);
            if (run->opaque)
                memcpy(raster_at(r, run->x0, y), r->row + run->x0, n * sizeof *r->row);
            else
                r->k->over(raster_at(r, run->x0, y), r->row + run->x0, n);
        }
    }
}

/* ---- text -------------------------------------------------------------------------------- */

static void glyph(const Raster *r, const Glyph *g, int32_t x, int32_t y, uint32_t pixel,
                  uint32_t alpha) {
    int32_t x0 = x < r->x0 ? r->x0 : x, y0 = y < r->y0 ? r->y0 : y;
    int32_t x1 = x + g->w > r->x1 ? r->x1 : x + g->w;
    int32_t y1 = y + g->h > r->y1 ? r->y1 : y + g->h;
    if (x0 >= x1 || y0 >= y1)
        return;
    r->k->cover(raster_at(r, x0, y0), r->stride, g->cover + (size_t)(y0 - y) * g->w + (x0 - x),
                g->w, (uint32_t)(x1 - x0), (uint32_t)(y1 - y0), pixel, alpha);
}

static void text(const Raster *r, const DrawList *d, const DrawCommand *c, const Fonts *fonts) {
    Str s = {d->text + c->first, c->count};
    int32_t baseline = raster_snap(c->rect.y);
    uint32_t pixel = raster_pixel(r, c->color), alpha = c->color & 0xff;
    float pen = c->rect.x;
    for (size_t i = 0; i < s.n && pen < (float)r->x1 + c->size;) {
        const Glyph *g = fonts->glyph(fonts->host, (Face)c->face, c->size, utf8_next(s, &i));
        if (g->w && g->cover)
            glyph(r, g, raster_snap(pen) + g->left, baseline - g->top, pixel, alpha);
        pen += g->advance;
    }
}

/* ---- the list ---------------------------------------------------------------------------- */

static int32_t at_least(int32_t a, int32_t b) {
    return a > b ? a : b;
}

static int32_t at_most(int32_t a, int32_t b) {
    return a < b ? a : b;
}

static void set_clip(Raster *r, Rect c) {
    float w = (float)r->w, h = (float)r->h;
    r->x0 = raster_snap(fminf(fmaxf(c.x, 0), w));
    r->y0 = at_least(raster_snap(fminf(fmaxf(c.y, 0), h)), r->strip_y0);
    r->x1 = raster_snap(fminf(fmaxf(c.x + c.w, 0), w));
    r->y1 = at_most(raster_snap(fminf(fmaxf(c.y + c.h, 0), h)), r->strip_y1);
}

static void command(Raster *r, const DrawList *d, const DrawCommand *c, const Fonts *fonts) {
    switch ((DrawKind)c->kind) {
    case DRAW_RECT:
        raster_rect(r, c->rect, c->color);
        break;
    case DRAW_ROUND:
        raster_round(r, c->rect, c->radius, 0, c->color);
        break;
    case DRAW_OUTLINE:
        raster_round(r, c->rect, c->radius, c->width, c->color);
        break;
    case DRAW_LINE:
        raster_line(r, c);
        break;
    case DRAW_TRIANGLE:
        raster_triangle(r, c);
        break;
    case DRAW_BAND:
        band(r, d, c);
        break;
    case DRAW_TEXT:
        text(r, d, c, fonts);
        break;
    case DRAW_IMAGE:
        raster_image(r, c->rect, &d->image[c->first]);
        break;
    case DRAW_CLIP:
        set_clip(r, c->rect);
        break;
    }
}

/* ---- strips ------------------------------------------------------------------------------- */

/* The picture is made strip by strip, all commands of one before those of the next: a strip's
 * pixels stay in the second-level cache while background, panes, frames and text are laid on one
 * another, and each pixel goes to memory once. (A whole frame took a third longer.) */
enum { STRIP_ROWS = 40 };

typedef struct Reach {
    int32_t y0, y1; /* rows a command may touch, generously */
} Reach;

static Reach reach_of(const DrawCommand *c) {
    float top = c->rect.y, bottom = top + c->rect.h, more = 1;
    switch ((DrawKind)c->kind) {
    case DRAW_CLIP: /* it matters to whatever follows */
        return (Reach){INT32_MIN, INT32_MAX};
    case DRAW_LINE:
        more = c->width + 3;
        bottom = fmaxf(c->rect.y, c->rect.y + c->rect.h);
        top = fminf(c->rect.y, c->rect.y + c->rect.h);
        break;
    case DRAW_TRIANGLE:
        more = 2;
        bottom = fmaxf(c->rect.y, fmaxf(c->rect.h, c->width));
        top = fminf(c->rect.y, fminf(c->rect.h, c->width));
        break;
    case DRAW_TEXT: /* glyphs of any script, marks stacked above and below */
        more = 3 * c->size + 2;
        bottom = top;
        break;
    case DRAW_RECT:
    case DRAW_ROUND:
    case DRAW_OUTLINE:
    case DRAW_BAND:
    case DRAW_IMAGE:
        break;
    }
    return (Reach){raster_snap(top - more), raster_snap(bottom + more)};
}

/* A strip ends where a band begins rather than within it: a band cut in two is composed twice. */
static int32_t strip_end(const DrawList *list, const Reach *reach, int32_t from, int32_t h) {
    int32_t end = at_most(from + STRIP_ROWS, h), cut = end;
    for (uint32_t i = 0; i < list->commands && end < h; i++)
        if (list->command[i].kind == DRAW_BAND && reach[i].y0 < end && reach[i].y1 > end) {
            int32_t top = raster_snap(list->command[i].rect.y);
            if (top > from && top < cut)
                cut = top;
        }
    return cut;
}

static void strip(Raster *r, const DrawList *list, const Reach *reach, const Fonts *fonts) {
    uint32_t background = raster_pixel(r, list->background);
    for (int32_t y = r->strip_y0; y < r->strip_y1; y++)
        r->k->fill(raster_at(r, 0, y), r->w, background);
    set_clip(r, rect(0, 0, (float)r->w, (float)r->h));
    for (uint32_t i = 0; i < list->commands; i++)
        if (reach[i].y1 > r->strip_y0 && reach[i].y0 < r->strip_y1)
            command(r, list, &list->command[i], fonts);
}

void raster_draw(const RasterTarget *target, const DrawList *list, const Fonts *fonts) {
    if (!target->w || !target->h)
        return;
    size_t w = target->w;
    size_t bytes = w * (2 * sizeof(uint32_t) + sizeof(Run) + 2);
    Reach *reach = mem_resize(NULL, 0, (list->commands + 1) * sizeof *reach);
    for (uint32_t i = 0; i < list->commands; i++)
        reach[i] = reach_of(&list->command[i]);
    char *scratch = mem_resize(NULL, 0, bytes);
    Raster r = {.pixel = target->pixel,
                .w = target->w,
                .h = target->h,
                .stride = target->stride,
                .bgra = target->bgra,
                .k = raster_kernels_best()};
    r.run = (Run *)(void *)scratch;
    r.row = (uint32_t *)(void *)(scratch + w * sizeof(Run));
    r.texel = r.row + w;
    r.cover = (uint8_t *)(r.texel + w);
    for (int32_t h = (int32_t)target->h; r.strip_y0 < h; r.strip_y0 = r.strip_y1) {
        r.strip_y1 = strip_end(list, reach, r.strip_y0, h);
        strip(&r, list, reach, fonts);
    }
    mem_resize(scratch, bytes, 0);
    mem_resize(reach, (list->commands + 1) * sizeof *reach, 0);
}

#include "ui/raster_shapes.h"

#include <math.h>
#include <string.h>

static float clamp01(float v) {
    return fminf(fmaxf(v, 0), 1);
}

static uint8_t cover_of(float share) {
    return (uint8_t)(clamp01(share) * 255 + 0.5f);
}

int32_t raster_snap(float v) {
    return (int32_t)floorf(fminf(fmaxf(v, -1e6f), 1e6f) + 0.5f);
}

void raster_span(const Raster *r, int32_t x0, int32_t x1, int32_t y, uint32_t pixel,
                 uint32_t alpha) {
    x0 = x0 < r->x0 ? r->x0 : x0;
    x1 = x1 > r->x1 ? r->x1 : x1;
    if (x0 >= x1 || y < r->y0 || y >= r->y1)
        return;
    if (alpha == 255)
        r->k->fill(raster_at(r, x0, y), (uint32_t)(x1 - x0), pixel);
    else
        r->k->blend(raster_at(r, x0, y), (uint32_t)(x1 - x0), pixel, alpha);
}

/* ---- rectangles -------------------------------------------------------------------------- */

/* By comparisons: each fmaxf is a call, and this runs for every box of a flame graph. */
bool raster_edges(const Raster *r, float x0, float x1, int32_t *from, int32_t *to) {
    x0 = x0 > (float)r->x0 ? x0 : (float)r->x0;
    x1 = x1 < (float)r->x1 ? x1 : (float)r->x1;
    if (!(x1 > x0))
        return false;
    *from = (int32_t)(x0 * 256 + 0.5f);
    *to = (int32_t)(x1 * 256 + 0.5f);
    return *to > *from;
}

void raster_rows(const Raster *r, float y, float h, int32_t *from, int32_t *to) {
    *from = raster_snap(fmaxf(y, (float)r->y0));
    *to = raster_snap(fminf(y + h, (float)r->y1));
}

void raster_rect(const Raster *r, Rect box, uint32_t color) {
    int32_t from, to, y0, y1;
    if (!raster_edges(r, box.x, box.x + box.w, &from, &to))
        return;
    raster_rows(r, box.y, box.h, &y0, &y1);
    uint32_t pixel = raster_pixel(r, color), alpha = color & 0xff;
    int32_t x0 = (from + 255) >> 8, x1 = to >> 8;
    uint32_t left = (uint32_t)(x0 * 256 - from), right = (uint32_t)(to - x1 * 256);
    if (x1 < x0) { /* inside one pixel */
        left = (uint32_t)(to - from);
        right = 0;
        x1 = x0;
    }
    uint32_t left_a = div255(((left * 255 + 128) >> 8) * alpha);
    uint32_t right_a = div255(((right * 255 + 128) >> 8) * alpha);
    for (int32_t y = y0; y < y1; y++) {
        if (left_a)
            raster_span(r, x0 - 1, x0, y, pixel, left_a);
        raster_span(r, x0, x1, y, pixel, alpha);
        if (right_a)
            raster_span(r, x1, x1 + 1, y, pixel, right_a);
    }
}

/* Coverage bytes for pixels x … x+n of row y, clipped. */
static void cover_row(const Raster *r, int32_t x, int32_t y, const uint8_t *cover, int32_t n,
                      uint32_t pixel, uint32_t alpha) {
    int32_t from = x < r->x0 ? r->x0 : x, to = x + n > r->x1 ? r->x1 : x + n;
    if (y < r->y0 || y >= r->y1 || from >= to)
        return;
    uint32_t count = (uint32_t)(to - from);
    r->k->cover(raster_at(r, from, y), 0, cover + (from - x), 0, count, 1, pixel, alpha);
}

/* ---- rounded boxes ----------------------------------------------------------------------- */

/* Coverage from the signed distance to the edge: one pixel wide ramp across it. */
uint8_t round_cover(const RoundBox *b, int32_t x, int32_t y) {
    float qx = fabsf((float)x + 0.5f - b->cx) - (b->hw - b->radius);
    float qy = fabsf((float)y + 0.5f - b->cy) - (b->hh - b->radius);
    float ox = fmaxf(qx, 0), oy = fmaxf(qy, 0);
    float d = fminf(fmaxf(qx, qy), 0) + sqrtf(ox * ox + oy * oy) - b->radius;
    float share = clamp01(0.5f - d);
    if (b->width > 0)
        share -= clamp01(0.5f - d - b->width);
    return cover_of(share);
}

/* Between the corners a box's sides look alike in every row. */
static bool beside_corners(const RoundBox *b, int32_t y) {
    return y >= b->y0 + b->edge && y < b->y1 - b->edge;
}

/* Pixels x … x+n of row y, at `known` among those whose coverage was worked out for the rows
 * between the corners, once. */
static void round_ends(const Raster *r, const RoundBox *b, int32_t x, int32_t y, int32_t n,
                       uint8_t *known, bool *is_known, uint32_t pixel, uint32_t alpha) {
    int32_t from = x < r->x0 ? r->x0 : x, to = x + n > r->x1 ? r->x1 : x + n;
    bool alike = beside_corners(b, y);
    if (!alike || !*is_known)
        for (int32_t i = from; i < to; i++)
            known[i - from] = round_cover(b, i, y);
    *is_known = alike;
    if (to > from)
        cover_row(r, from, y, known, to - from, pixel, alpha);
}

bool round_box(Rect box, float radius, float width, RoundBox *out) {
    RoundBox b = {.x0 = raster_snap(box.x),
                  .x1 = raster_snap(box.x + box.w),
                  .y0 = raster_snap(box.y),
                  .y1 = raster_snap(box.y + box.h),
                  .width = width};
    if (b.x0 >= b.x1 || b.y0 >= b.y1)
        return false;
    b.cx = (float)(b.x0 + b.x1) / 2;
    b.cy = (float)(b.y0 + b.y1) / 2;
    b.hw = (float)(b.x1 - b.x0) / 2;
    b.hh = (float)(b.y1 - b.y0) / 2;
    b.radius = fminf(fmaxf(radius, 0), fminf(b.hw, b.hh));
    b.edge = (int32_t)ceilf(fmaxf(b.radius, width)) + 1;
    *out = b;
    return true;
}

void raster_round(const Raster *r, Rect box, float radius, float width, uint32_t color) {
    RoundBox b;
    if (!round_box(box, radius, width, &b))
        return;
    uint32_t pixel = raster_pixel(r, color), alpha = color & 0xff;
    int32_t from = b.y0 > r->y0 ? b.y0 : r->y0, to = b.y1 < r->y1 ? b.y1 : r->y1;
    bool left = false, right = false; /* known */
    for (int32_t y = from; y < to; y++) {
        if (b.x1 - b.x0 <= 2 * b.edge) {
            round_ends(r, &b, b.x0, y, b.x1 - b.x0, r->cover, &left, pixel, alpha);
            continue;
        }
        uint8_t *right_cover = r->cover + r->w;
        round_ends(r, &b, b.x0, y, b.edge, r->cover, &left, pixel, alpha);
        round_ends(r, &b, b.x1 - b.edge, y, b.edge, right_cover, &right, pixel, alpha);
        uint32_t inner = div255(round_cover(&b, b.x0 + b.edge, y) * alpha);
        if (inner)
            raster_span(r, b.x0 + b.edge, b.x1 - b.edge, y, pixel, inner);
    }
}

/* ---- lines and triangles ----------------------------------------------------------------- */

/* Upright and level lines lie on whole pixels: a hairline is one row or column, never two grey.
 */
static bool straight_line(const Raster *r, const DrawCommand *c) {
    float w = fmaxf(1, floorf(c->width + 0.5f));
    Rect p = c->rect;
    if (p.h == 0) {
        float y = floorf(p.y - w / 2 + 0.5f);
        raster_rect(r, rect(fminf(p.x, p.x + p.w), y, fabsf(p.w), w), c->color);
    } else if (p.w == 0) {
        float x = floorf(p.x - w / 2 + 0.5f);
        raster_rect(r, rect(x, fminf(p.y, p.y + p.h), w, fabsf(p.h)), c->color);
    } else {
        return false;
    }
    return true;
}

void raster_line(const Raster *r, const DrawCommand *c) {
    if (straight_line(r, c))
        return;
    Rect p = c->rect;
    float length = sqrtf(p.w * p.w + p.h * p.h);
    float ux = p.w / length, uy = p.h / length, reach = c->width / 2 + 1;
    uint32_t pixel = raster_pixel(r, c->color), alpha = c->color & 0xff;
    int32_t from = raster_snap(fminf(p.y, p.y + p.h) - reach - 1);
    int32_t to = raster_snap(fmaxf(p.y, p.y + p.h) + reach + 1);
    from = from < r->y0 ? r->y0 : from;
    to = to > r->y1 ? r->y1 : to;
    for (int32_t y = from; y < to; y++) {
        /* Where this row is within reach of the endless line. */
        float dy = (float)y + 0.5f - p.y;
        float mid = p.x + dy * ux / uy, half = fabsf(reach / uy) + 1;
        float left = fmaxf(mid - half, fminf(p.x, p.x + p.w) - reach);
        float right = fminf(mid + half, fmaxf(p.x, p.x + p.w) + reach);
        int32_t x0 = raster_snap(fmaxf(left, (float)r->x0));
        int32_t x1 = raster_snap(fminf(right, (float)r->x1));
        for (int32_t x = x0; x < x1; x++) {
            float dx = (float)x + 0.5f - p.x;
            float along = dx * ux + dy * uy, across = fabsf(dx * uy - dy * ux);
            float share = fminf(clamp01(0.5f + c->width / 2 - across), c->width);
            share *= clamp01(0.5f + fminf(along, length - along));
            r->cover[x - x0] = cover_of(share);
        }
        if (x1 > x0)
            cover_row(r, x0, y, r->cover, x1 - x0, pixel, alpha);
    }
}

void raster_triangle(const Raster *r, const DrawCommand *c) {
    float px[3] = {c->rect.x, c->rect.w, c->radius}, py[3] = {c->rect.y, c->rect.h, c->width};
    float area = (px[1] - px[0]) * (py[2] - py[0]) - (px[2] - px[0]) * (py[1] - py[0]);
    if (area == 0)
        return;
    float sign = area > 0 ? 1 : -1, nx[3], ny[3], off[3];
    for (int i = 0; i < 3; i++) {
        int j = (i + 1) % 3;
        float dx = px[j] - px[i], dy = py[j] - py[i], l = sqrtf(dx * dx + dy * dy);
        nx[i] = -dy / l * sign;
        ny[i] = dx / l * sign;
        off[i] = -(nx[i] * px[i] + ny[i] * py[i]);
    }
    int32_t x0 = raster_snap(fminf(px[0], fminf(px[1], px[2])) - 1);
    int32_t x1 = raster_snap(fmaxf(px[0], fmaxf(px[1], px[2])) + 1);
    int32_t y0 = raster_snap(fminf(py[0], fminf(py[1], py[2])) - 1);
    int32_t y1 = raster_snap(fmaxf(py[0], fmaxf(py[1], py[2])) + 1);
    x0 = x0 < r->x0 ? r->x0 : x0;
    x1 = x1 > r->x1 ? r->x1 : x1;
    uint32_t pixel = raster_pixel(r, c->color), alpha = c->color & 0xff;
    for (int32_t y = y0 < r->y0 ? r->y0 : y0; y < y1 && y < r->y1 && x0 < x1; y++) {
        for (int32_t x = x0; x < x1; x++) {
            float share = 1;
            for (int i = 0; i < 3; i++)
                share = fminf(share, nx[i] * ((float)x + 0.5f) + ny[i] * ((float)y + 0.5f) +
                                         off[i] + 0.5f);
            r->cover[x - x0] = cover_of(share);
        }
        cover_row(r, x0, y, r->cover, x1 - x0, pixel, alpha);
    }
}

/* ---- images ------------------------------------------------------------------------------ */

static uint32_t target_order(const Raster *r, uint32_t rgba) {
    if (!r->bgra)
        return rgba;
    return (rgba & 0xff00ff00u) | (rgba >> 16 & 0xff) | (rgba & 0xff) << 16;
}

static uint32_t premultiplied(uint32_t p) {
    uint32_t a = p >> 24;
    if (a == 255)
        return p;
    return a << 24 | div255((p >> 16 & 0xff) * a) << 16 | div255((p >> 8 & 0xff) * a) << 8 |
           div255((p & 0xff) * a);
}

/* Texel under the centre of target pixel `at`: exact edges, however large a texel is. */
static double texel_at(int32_t at, float first, float size, float source, float source_size) {
    return (double)source + ((double)at + 0.5 - (double)first) / (double)size * (double)source_size;
}

static uint32_t clamp_texel(double t, uint32_t n) {
    return t <= 0 ? 0 : t >= (double)n ? n - 1 : (uint32_t)t;
}

/* Composes one row into r->row; true when all of it is opaque. */
static bool nearest_row(const Raster *r, const DrawImage *m, uint32_t v, int32_t n) {
    const uint32_t *line = m->rgba + (size_t)v * m->w;
    uint32_t all = 0xff000000u;
    for (int32_t i = 0; i < n; i++) {
        uint32_t p = line[r->texel[i]];
        all &= p;
        r->row[i] = premultiplied(target_order(r, p));
    }
    return all == 0xff000000u;
}

static uint32_t mix_texel(uint32_t a, uint32_t b, uint32_t t) { /* t of 256 */
    uint32_t out = 0;
    for (int s = 0; s < 32; s += 8)
        out |= (((a >> s & 0xff) * (256 - t) + (b >> s & 0xff) * t + 128) >> 8) << s;
    return out;
}

/* Linear: r->texel holds 24.8 positions of texel centres. */
static bool smooth_row(const Raster *r, const DrawImage *m, double v, int32_t n) {
    double top = fmin(fmax(v - 0.5, 0), (double)m->h - 1);
    uint32_t y0 = (uint32_t)top, y1 = y0 + 1 < m->h ? y0 + 1 : y0;
    uint32_t ty = (uint32_t)((top - (double)y0) * 256), all = 0xff000000u;
    const uint32_t *a = m->rgba + (size_t)y0 * m->w, *b = m->rgba + (size_t)y1 * m->w;
    for (int32_t i = 0; i < n; i++) {
        uint32_t x0 = r->texel[i] >> 8, tx = r->texel[i] & 255;
        uint32_t x1 = x0 + 1 < m->w ? x0 + 1 : x0;
        uint32_t p = mix_texel(mix_texel(premultiplied(a[x0]), premultiplied(a[x1]), tx),
                               mix_texel(premultiplied(b[x0]), premultiplied(b[x1]), tx), ty);
        all &= p;
        r->row[i] = target_order(r, p);
    }
    return all == 0xff000000u;
}

/* The strips of an image share their columns. */
static void map_columns(Raster *r, Rect box, const DrawImage *m, int32_t x0, int32_t x1) {
    if (r->mapped == m && r->mapped_x == box.x && r->mapped_w == box.w && r->mapped_x0 == x0 &&
        r->mapped_x1 == x1)
        return;
    r->mapped = m;
    r->mapped_x = box.x;
    r->mapped_w = box.w;
    r->mapped_x0 = x0;
    r->mapped_x1 = x1;
    for (int32_t x = x0; x < x1; x++) {
        double u = texel_at(x, box.x, box.w, m->source.x, m->source.w);
        if (m->smooth) {
            double c = fmin(fmax(u - 0.5, 0), (double)m->w - 1);
            r->texel[x - x0] = (uint32_t)(c * 256);
        } else {
            r->texel[x - x0] = clamp_texel(u, m->w);
        }
    }
}

void raster_image(Raster *r, Rect box, const DrawImage *m) {
    /* A pixel is painted when its centre lies in the box. */
    int32_t x0 = raster_snap(fmaxf(box.x, (float)r->x0));
    int32_t x1 = raster_snap(fminf(box.x + box.w, (float)r->x1));
    int32_t y0 = raster_snap(fmaxf(box.y, (float)r->y0));
    int32_t y1 = raster_snap(fminf(box.y + box.h, (float)r->y1));
    if (x0 >= x1 || y0 >= y1)
        return;
    map_columns(r, box, m, x0, x1);
    uint32_t n = (uint32_t)(x1 - x0), last = UINT32_MAX;
    bool opaque = false;
    for (int32_t y = y0; y < y1; y++) {
        double v = texel_at(y, box.y, box.h, m->source.y, m->source.h);
        if (m->smooth) {
            opaque = smooth_row(r, m, v, (int32_t)n);
        } else if (clamp_texel(v, m->h) != last) {
            last = clamp_texel(v, m->h);
            opaque = nearest_row(r, m, last, (int32_t)n);
        }
        if (opaque)
            memcpy(raster_at(r, x0, y), r->row, n * sizeof *r->row);
        else
            r->k->over(raster_at(r, x0, y), r->row, n);
    }
}

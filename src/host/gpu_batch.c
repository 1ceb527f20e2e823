#include "host/gpu_batch.h"

#include <math.h>
#include <string.h>

#include "base/hash.h"

enum { ATLAS_SIDE = 2048, QUADS_MAX = 1 << 14, WHITE = 4 };

/* ---- the atlas --------------------------------------------------------------------------- */

static void upload(Batch *b, const AtlasSpot *s, const uint8_t *cover) {
    size_t n = (size_t)s->w * s->h;
    uint32_t *pixel = mem_resize(NULL, 0, n * sizeof *pixel);
    uint8_t *bytes = (uint8_t *)pixel;
    for (size_t i = 0; i < n; i++) {
        memset(bytes + 4 * i, 0xff, 3);
        bytes[4 * i + 3] = cover[i];
    }
    SDL_Rect r = {s->x, s->y, s->w, s->h};
    SDL_UpdateTexture(b->atlas, &r, pixel, s->w * 4);
    mem_resize(pixel, n * sizeof *pixel, 0);
}

/* A place on the shelves; one texel stays free between neighbours. */
static bool find_room(Batch *b, uint32_t w, uint32_t h, AtlasSpot *out) {
    if (w + 1 > b->side || h + 1 > b->side)
        return false;
    if (b->shelf_x + w + 1 > b->side) {
        b->shelf_y += b->shelf_h;
        b->shelf_x = b->shelf_h = 0;
    }
    if (b->shelf_y + h + 1 > b->side)
        return false;
    *out = (AtlasSpot){(uint16_t)b->shelf_x, (uint16_t)b->shelf_y, (uint16_t)w, (uint16_t)h, true};
    b->shelf_x += w + 1;
    b->shelf_h = b->shelf_h > h + 1 ? b->shelf_h : h + 1;
    return true;
}

bool batch_room(Batch *b, uint32_t w, uint32_t h, AtlasSpot *out) {
    *out = (AtlasSpot){0};
    if (find_room(b, w, h, out))
        return true;
    batch_flush(b); /* what is drawn so far still needs the old texels */
    batch_forget(b);
    return find_room(b, w, h, out);
}

static AtlasSpot put(Batch *b, uint32_t w, uint32_t h, const uint8_t *cover) {
    AtlasSpot spot;
    if (batch_room(b, w, h, &spot))
        upload(b, &spot, cover);
    return spot;
}

void batch_texels(Batch *b, const AtlasSpot *spot, SDL_Rect part, const uint32_t *rgba,
                  uint32_t stride) {
    SDL_Rect to = {spot->x + part.x, spot->y + part.y, part.w, part.h};
    SDL_UpdateTexture(b->atlas, &to, rgba + (size_t)part.y * stride + part.x, (int)stride * 4);
}

void batch_forget(Batch *b) {
    static const uint8_t white[WHITE * WHITE] = {255, 255, 255, 255, 255, 255, 255, 255,
                                                 255, 255, 255, 255, 255, 255, 255, 255};
    b->shelf_x = b->shelf_y = b->shelf_h = 0;
    b->era++;
    b->shapes = 0;
    if (b->glyph_cap)
        memset(b->glyph, 0, b->glyph_cap * sizeof *b->glyph);
    AtlasSpot spot;
    if (find_room(b, WHITE, WHITE, &spot))
        upload(b, &spot, white);
}

bool batch_open(Batch *b, SDL_Renderer *renderer) {
    SDL_RendererInfo info;
    *b = (Batch){.renderer = renderer, .side = ATLAS_SIDE};
    if (SDL_GetRendererInfo(renderer, &info) == 0 && info.max_texture_width > 0 &&
        (uint32_t)info.max_texture_width < b->side)
        b->side = (uint32_t)info.max_texture_width;
    b->atlas = SDL_CreateTexture(renderer, SDL_PIXELFORMAT_RGBA32, SDL_TEXTUREACCESS_STATIC,
                                 (int)b->side, (int)b->side);
    if (!b->atlas)
        return false;
    SDL_SetTextureBlendMode(b->atlas, SDL_BLENDMODE_BLEND);
    SDL_SetTextureScaleMode(b->atlas, SDL_ScaleModeNearest);
    batch_forget(b);
    return true;
}

void batch_close(Batch *b) {
    if (b->atlas)
        SDL_DestroyTexture(b->atlas);
    mem_resize(b->glyph, b->glyph_cap * sizeof *b->glyph, 0);
    mem_resize(b->vertex, b->quad_cap * 4 * sizeof *b->vertex, 0);
    mem_resize(b->index, b->quad_cap * 6 * sizeof *b->index, 0);
    *b = (Batch){0};
}

/* ---- quads ------------------------------------------------------------------------------- */

void batch_flush(Batch *b) {
    if (!b->quads)
        return;
    SDL_RenderGeometry(b->renderer, b->atlas, b->vertex, (int)(b->quads * 4), b->index,
                       (int)(b->quads * 6));
    b->quads = 0;
    b->draw_calls++;
}

static SDL_Vertex *next_quad(Batch *b) {
    if (b->quads >= QUADS_MAX)
        batch_flush(b);
    if (b->quads == b->quad_cap) {
        uint32_t cap = b->quad_cap ? b->quad_cap * 2 : 256;
        b->vertex =
            mem_resize(b->vertex, b->quad_cap * 4 * sizeof *b->vertex, cap * 4 * sizeof *b->vertex);
        b->index =
            mem_resize(b->index, b->quad_cap * 6 * sizeof *b->index, cap * 6 * sizeof *b->index);
        for (uint32_t q = b->quad_cap; q < cap; q++) {
            static const int order[6] = {0, 1, 2, 0, 2, 3};
            for (uint32_t k = 0; k < 6; k++)
                b->index[q * 6 + k] = (int)(q * 4) + order[k];
        }
        b->quad_cap = cap;
    }
    return b->vertex + 4 * b->quads++;
}

static SDL_Color sdl_color(uint32_t c) {
    return (SDL_Color){(uint8_t)(c >> 24), (uint8_t)(c >> 16), (uint8_t)(c >> 8), (uint8_t)c};
}

void batch_quad(Batch *b, Rect r, float u0, float v0, float u1, float v1, uint32_t color) {
    float x0 = fmaxf(r.x, b->x0), x1 = fminf(r.x + r.w, b->x1);
    float y0 = fmaxf(r.y, b->y0), y1 = fminf(r.y + r.h, b->y1);
    if (!(x1 > x0) || !(y1 > y0) || !(color & 0xff))
        return;
    float texel = 1 / (float)b->side, ku = (u1 - u0) / r.w, kv = (v1 - v0) / r.h;
    float s0 = (u0 + (x0 - r.x) * ku) * texel, s1 = (u0 + (x1 - r.x) * ku) * texel;
    float t0 = (v0 + (y0 - r.y) * kv) * texel, t1 = (v0 + (y1 - r.y) * kv) * texel;
    SDL_Color c = sdl_color(color);
    SDL_Vertex *v = next_quad(b);
    v[0] = (SDL_Vertex){{x0, y0}, c, {s0, t0}};
    v[1] = (SDL_Vertex){{x1, y0}, c, {s1, t0}};
    v[2] = (SDL_Vertex){{x1, y1}, c, {s1, t1}};
    v[3] = (SDL_Vertex){{x0, y1}, c, {s0, t1}};
}

void batch_fill(Batch *b, float x0, float y0, float x1, float y1, uint32_t color) {
    const float mid = (float)WHITE / 2.0f;
    batch_quad(b, rect(x0, y0, x1 - x0, y1 - y0), mid, mid, mid, mid, color);
}

void batch_corners(Batch *b, const SDL_FPoint p[4], const uint32_t color[4]) {
    const float mid = (float)WHITE / 2.0f / (float)b->side;
    SDL_Vertex *v = next_quad(b);
    for (int i = 0; i < 4; i++)
        v[i] = (SDL_Vertex){p[i], sdl_color(color[i]), {mid, mid}};
}

/* ---- glyphs ------------------------------------------------------------------------------ */

void batch_glyph(Batch *b, const Glyph *g, int32_t x, int32_t y, uint32_t color) {
    if (g->id >= b->glyph_cap) {
        uint32_t cap = b->glyph_cap ? b->glyph_cap : 256;
        while (cap <= g->id)
            cap *= 2;
        b->glyph = mem_resize(b->glyph, b->glyph_cap * sizeof *b->glyph, cap * sizeof *b->glyph);
        b->glyph_cap = cap;
    }
    if (!b->glyph[g->id].there) {
        AtlasSpot spot = put(b, g->w, g->h, g->cover); /* may forget all others */
        b->glyph[g->id] = spot;
    }
    AtlasSpot s = b->glyph[g->id];
    if (s.there)
        batch_quad(b, rect((float)x, (float)y, s.w, s.h), s.x, s.y, (float)(s.x + s.w),
                   (float)(s.y + s.h), color);
}

/* ---- rounded boxes ----------------------------------------------------------------------- */

/* The upper left part of a box, w × h pixels of it, as a bitmap in the atlas. */
static AtlasSpot corner(Batch *b, const RoundBox *box, uint32_t w, uint32_t h) {
    /* With both sides long the corner does not depend on them. */
    uint32_t bw = (uint32_t)(box->x1 - box->x0), bh = (uint32_t)(box->y1 - box->y0);
    struct {
        float radius, width;
        uint32_t w, h, bw, bh;
    } shape = {box->radius, box->width, w, h, w < bw ? 0 : bw, h < bh ? 0 : bh};
    uint64_t key = hash_bytes(&shape, sizeof shape);
    for (uint32_t i = 0; i < b->shapes; i++)
        if (b->shape[i].key == key)
            return b->shape[i].spot;
    if (b->shapes == ATLAS_SHAPES) { /* boxes that change size all the time */
        batch_flush(b);
        batch_forget(b);
    }
    size_t n = (size_t)w * h;
    uint8_t *cover = mem_resize(NULL, 0, n);
    for (uint32_t y = 0; y < h; y++)
        for (uint32_t x = 0; x < w; x++)
            cover[y * w + x] = round_cover(box, box->x0 + (int32_t)x, box->y0 + (int32_t)y);
    AtlasSpot spot = put(b, w, h, cover);
    mem_resize(cover, n, 0);
    if (spot.there)
        b->shape[b->shapes++] = (AtlasShape){key, spot};
    return spot;
}

/* Between the corners coverage is the same all along: runs of equal rows (or columns). */
static void edge_runs(Batch *b, const RoundBox *box, bool level, int32_t n, uint32_t color) {
    int32_t x0 = box->x0, y0 = box->y0, x1 = box->x1, y1 = box->y1, e = box->edge;
    for (int32_t i = 0; i < n;) {
        uint8_t c = level ? round_cover(box, x0 + e, y0 + i) : round_cover(box, x0 + i, y0 + e);
        int32_t to = i + 1;
        while (to < n &&
               c == (level ? round_cover(box, x0 + e, y0 + to) : round_cover(box, x0 + to, y0 + e)))
            to++;
        uint32_t tint = color_cover(color, c);
        float a = (float)i, z = (float)to;
        if (level) {
            batch_fill(b, (float)(x0 + e), (float)y0 + a, (float)(x1 - e), (float)y0 + z, tint);
            if (n == e)
                batch_fill(b, (float)(x0 + e), (float)y1 - z, (float)(x1 - e), (float)y1 - a, tint);
        } else {
            batch_fill(b, (float)x0 + a, (float)(y0 + e), (float)x0 + z, (float)(y1 - e), tint);
            if (n == e)
                batch_fill(b, (float)x1 - z, (float)(y0 + e), (float)x1 - a, (float)(y1 - e), tint);
        }
        i = to;
    }
}

void batch_round(Batch *b, Rect r, float radius, float width, uint32_t color) {
    RoundBox box;
    if (!round_box(r, radius, width, &box))
        return;
    int32_t w = box.x1 - box.x0, h = box.y1 - box.y0, e = box.edge;
    bool split_x = w > 2 * e, split_y = h > 2 * e;
    int32_t cw = split_x ? e : w, ch = split_y ? e : h;
    AtlasSpot s = corner(b, &box, (uint32_t)cw, (uint32_t)ch);
    if (!s.there)
        return;
    float u0 = s.x, v0 = s.y, u1 = (float)(s.x + s.w), v1 = (float)(s.y + s.h);
    float fw = (float)cw, fh = (float)ch, x0 = (float)box.x0, y0 = (float)box.y0;
    float xr = (float)(box.x1 - cw), yb = (float)(box.y1 - ch);
    batch_quad(b, rect(x0, y0, fw, fh), u0, v0, u1, v1, color);
    if (split_x)
        batch_quad(b, rect(xr, y0, fw, fh), u1, v0, u0, v1, color);
    if (split_y)
        batch_quad(b, rect(x0, yb, fw, fh), u0, v1, u1, v0, color);
    if (split_x && split_y)
        batch_quad(b, rect(xr, yb, fw, fh), u1, v1, u0, v0, color);
    if (split_x)
        edge_runs(b, &box, true, ch, color);
    if (split_y)
        edge_runs(b, &box, false, cw, color);
    if (split_x && split_y) {
        uint32_t middle = color_cover(color, round_cover(&box, box.x0 + e, box.y0 + e));
        batch_fill(b, x0 + fw, y0 + fh, xr, yb, middle);
    }
}

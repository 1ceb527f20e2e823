/* The GPU painter: SDL_Renderer, everything batched over one atlas texture (gpu_batch.c), small
 * images among it, large ones as textures of their own. It shows what ui/raster.c shows, to a
 * rounding. */
#include <math.h>
#include <string.h>

#include "base/file.h"
#include "host/gpu_batch.h"
#include "host/parts.h"

enum { IMAGES = 128, TILES = 64, IN_ATLAS = 1 << 18, IN_ATLAS_SIDE = 2000 };

/* An image's copy on the card, in tiles that no card is too small for. */
typedef struct CardImage {
    uint64_t id, generation;
    uint32_t w, h, tile, tiles_x, tiles_y;
    SDL_Texture *texture[TILES];
    bool smooth;    /* set when a texture is made: SDL 2.26 binds a texture to set its mode and
                       forgets to say so, and what is queued would be drawn with that one */
    AtlasSpot spot; /* of a small one: in the atlas, and … */
    uint64_t era;   /* … of which era of it */
    uint64_t used;  /* frame in which it was drawn last */
} CardImage;

typedef struct Gpu {
    SDL_Renderer *renderer;
    Batch batch;
    CardImage image[IMAGES];
    uint32_t max_tile;
    uint64_t frame;
} Gpu;

/* ---- images ------------------------------------------------------------------------------ */

static void drop_image(CardImage *m) {
    for (uint32_t i = 0; i < TILES; i++)
        if (m->texture[i])
            SDL_DestroyTexture(m->texture[i]);
    *m = (CardImage){0};
}

static CardImage *image_slot(Gpu *g, const DrawImage *image) {
    CardImage *oldest = &g->image[0];
    for (uint32_t i = 0; i < IMAGES; i++) {
        CardImage *m = &g->image[i];
        if (m->w && m->id == image->id) {
            if (m->w == image->w && m->h == image->h && m->smooth == image->smooth)
                return m;
            oldest = m;
            break;
        }
        if (m->used < oldest->used)
            oldest = m;
    }
    drop_image(oldest);
    CardImage m = {.id = image->id,
                   .w = image->w,
                   .h = image->h,
                   .smooth = image->smooth,
                   .tile = g->max_tile,
                   .generation = image->generation - 1};
    m.tiles_x = (m.w + m.tile - 1) / m.tile;
    m.tiles_y = (m.h + m.tile - 1) / m.tile;
    if (m.tiles_x * m.tiles_y > TILES)
        return NULL; /* half a gigapixel: nobody draws that */
    *oldest = m;
    return oldest;
}

static SDL_Rect tile_rect(const CardImage *m, uint32_t i) {
    uint32_t x = i % m->tiles_x * m->tile, y = i / m->tiles_x * m->tile;
    uint32_t w = m->w - x < m->tile ? m->w - x : m->tile;
    uint32_t h = m->h - y < m->tile ? m->h - y : m->tile;
    return (SDL_Rect){(int)x, (int)y, (int)w, (int)h};
}

/* What must be uploaded: the dirty rectangle is what changed since the generation before;
 * whoever missed one, or starts, needs all of it. */
static SDL_Rect stale_part(const CardImage *m, const DrawImage *image, bool fresh) {
    if (!fresh && m->generation == image->generation)
        return (SDL_Rect){0};
    if (!fresh && m->generation + 1 == image->generation && image->dirty_w && image->dirty_h)
        return (SDL_Rect){(int)image->dirty_x, (int)image->dirty_y, (int)image->dirty_w,
                          (int)image->dirty_h};
    return (SDL_Rect){0, 0, (int)m->w, (int)m->h};
}

static bool upload_image(Gpu *g, CardImage *m, const DrawImage *image) {
    SDL_Rect dirty = stale_part(m, image, !m->texture[0]);
    if (!dirty.w)
        return true;
    for (uint32_t i = 0; i < m->tiles_x * m->tiles_y; i++) {
        SDL_Rect tile = tile_rect(m, i), part;
        if (!m->texture[i]) {
            m->texture[i] = SDL_CreateTexture(g->renderer, SDL_PIXELFORMAT_RGBA32,
                                              SDL_TEXTUREACCESS_STREAMING, tile.w, tile.h);
            if (!m->texture[i])
                return false;
            SDL_SetTextureBlendMode(m->texture[i], SDL_BLENDMODE_BLEND);
            SDL_SetTextureScaleMode(m->texture[i],
                                    m->smooth ? SDL_ScaleModeLinear : SDL_ScaleModeNearest);
        }
        if (!SDL_IntersectRect(&tile, &dirty, &part))
            continue;
        SDL_Rect inside = {part.x - tile.x, part.y - tile.y, part.w, part.h};
        SDL_UpdateTexture(m->texture[i], &inside, image->rgba + (size_t)part.y * image->w + part.x,
                          (int)image->w * 4);
    }
    m->generation = image->generation;
    return true;
}

/* The part of one tile that the source shows, cut at the clip. */
static void draw_tile(Gpu *g, Rect box, const DrawImage *image, SDL_Texture *texture,
                      SDL_Rect tile) {
    Batch *b = &g->batch;
    Rect t = rect((float)tile.x, (float)tile.y, (float)tile.w, (float)tile.h);
    Rect part = rect_cut(image->source, t);
    if (!(part.w > 0) || !(part.h > 0))
        return;
    float kx = box.w / image->source.w, ky = box.h / image->source.h;
    float ox = box.x - image->source.x * kx, oy = box.y - image->source.y * ky;
    float x0 = fmaxf(ox + part.x * kx, b->x0), x1 = fminf(ox + (part.x + part.w) * kx, b->x1);
    float y0 = fmaxf(oy + part.y * ky, b->y0), y1 = fminf(oy + (part.y + part.h) * ky, b->y1);
    if (!(x1 > x0) || !(y1 > y0))
        return;
    float s0 = ((x0 - ox) / kx - t.x) / t.w, s1 = ((x1 - ox) / kx - t.x) / t.w;
    float t0 = ((y0 - oy) / ky - t.y) / t.h, t1 = ((y1 - oy) / ky - t.y) / t.h;
    SDL_Color white = {255, 255, 255, 255};
    SDL_Vertex v[4] = {{{x0, y0}, white, {s0, t0}},
                       {{x1, y0}, white, {s1, t0}},
                       {{x1, y1}, white, {s1, t1}},
                       {{x0, y1}, white, {s0, t1}}};
    static const int order[6] = {0, 1, 2, 0, 2, 3};
    SDL_RenderGeometry(g->renderer, texture, v, 4, order, 6);
    b->draw_calls++;
}

/* An image that lies in the atlas, between the glyphs: no draw call of its own. */
static bool atlas_image(Gpu *g, CardImage *m, Rect box, const DrawImage *image) {
    Batch *b = &g->batch;
    bool fresh = !m->spot.there || m->era != b->era;
    if (fresh) {
        if (!batch_room(b, m->w, m->h, &m->spot))
            return false;
        m->era = b->era;
    }
    SDL_Rect part = stale_part(m, image, fresh);
    if (part.w)
        batch_texels(b, &m->spot, part, image->rgba, image->w);
    m->generation = image->generation;
    Rect from = image->source;
    float x = (float)m->spot.x + from.x, y = (float)m->spot.y + from.y;
    batch_quad(b, box, x, y, x + from.w, y + from.h, 0xffffffff);
    return true;
}

static void image(Gpu *g, Rect box, const DrawImage *image) {
    if (!(image->source.w > 0) || !(image->source.h > 0) || !image->w || !image->h)
        return;
    CardImage *m = image_slot(g, image);
    if (!m)
        return;
    m->used = g->frame;
    bool small = m->w <= IN_ATLAS_SIDE && m->h <= IN_ATLAS_SIDE && m->w * m->h <= IN_ATLAS;
    if (small && !m->smooth && atlas_image(g, m, box, image))
        return;
    if (!upload_image(g, m, image))
        return;
    batch_flush(&g->batch); /* painting order */
    for (uint32_t i = 0; i < m->tiles_x * m->tiles_y; i++)
        draw_tile(g, box, image, m->texture[i], tile_rect(m, i));
}

/* ---- fills: the same edges as ui/raster.c's ---------------------------------------------- */

static void fill_rows(const Batch *b, float y, float h, float *y0, float *y1) {
    *y0 = (float)raster_snap(fmaxf(y, b->y0));
    *y1 = (float)raster_snap(fminf(y + h, b->y1));
}

static bool fill_edges(const Batch *b, float x0, float x1, int32_t *from, int32_t *to) {
    x0 = fmaxf(x0, b->x0);
    x1 = fminf(x1, b->x1);
    *from = (int32_t)(x0 * 256 + 0.5f);
    *to = (int32_t)(x1 * 256 + 0.5f);
    return x1 > x0 && *to > *from;
}

/* Parts of one pixel, summed, so that many slivers in a pixel do not thin each other out. */
typedef struct Sliver {
    int32_t at; /* pixel, -1 none */
    float share, part[3];
} Sliver;

static void sliver_flush(Batch *b, Sliver *s, float y0, float y1) {
    if (s->at >= 0 && s->share > 0) {
        uint32_t color = 0;
        for (int i = 0; i < 3; i++)
            color = color << 8 | (uint32_t)fminf(s->part[i] / s->share + 0.5f, 255);
        uint32_t alpha = (uint32_t)(fminf(s->share, 1) * 255 + 0.5f);
        batch_fill(b, (float)s->at, y0, (float)(s->at + 1), y1, color << 8 | alpha);
    }
    *s = (Sliver){.at = -1};
}

static void sliver_add(Batch *b, Sliver *s, int32_t at, int32_t part, uint32_t color, float y0,
                       float y1) {
    if (s->at != at) {
        sliver_flush(b, s, y0, y1);
        s->at = at;
    }
    float share = (float)part / 256 * (float)(color & 0xff) / 255;
    s->share += share;
    for (int i = 0; i < 3; i++)
        s->part[i] += share * (float)(color >> (24 - 8 * i) & 0xff);
}

static void span(Batch *b, Sliver *s, float left, float right, float y0, float y1, uint32_t color) {
    int32_t from, to;
    if (!fill_edges(b, left, right, &from, &to))
        return;
    int32_t x0 = from >> 8, x1 = to >> 8;
    if (x0 == x1) {
        sliver_add(b, s, x0, to - from, color, y0, y1);
        return;
    }
    if (from & 255)
        sliver_add(b, s, x0++, 256 - (from & 255), color, y0, y1);
    if (x1 > x0)
        batch_fill(b, (float)x0, y0, (float)x1, y1, color);
    if (to & 255)
        sliver_add(b, s, x1, to & 255, color, y0, y1);
}

static void band(Gpu *g, const DrawList *d, const DrawCommand *c) {
    float y0, y1;
    Sliver s = {.at = -1};
    fill_rows(&g->batch, c->rect.y, c->rect.h, &y0, &y1);
    if (!(y1 > y0))
        return;
    for (uint32_t i = 0; i < c->count; i++) {
        const DrawSpan *p = &d->span[c->first + i];
        span(&g->batch, &s, p->x0, p->x1, y0, y1, p->color);
    }
    sliver_flush(&g->batch, &s, y0, y1);
}

static void fill(Gpu *g, Rect r, uint32_t color) {
    float y0, y1;
    Sliver s = {.at = -1};
    fill_rows(&g->batch, r.y, r.h, &y0, &y1);
    if (!(y1 > y0))
        return;
    span(&g->batch, &s, r.x, r.x + r.w, y0, y1, color);
    sliver_flush(&g->batch, &s, y0, y1);
}

/* ---- lines and triangles: feathered edges ------------------------------------------------ */

/* These are not cut by us: where they cross the clip, the card cuts. */
static void begin_free(Gpu *g, Rect box, bool *clipped) {
    Batch *b = &g->batch;
    *clipped = box.x < b->x0 || box.y < b->y0 || box.x + box.w > b->x1 || box.y + box.h > b->y1;
    if (!*clipped)
        return;
    batch_flush(b);
    SDL_Rect r = {(int)b->x0, (int)b->y0, (int)(b->x1 - b->x0), (int)(b->y1 - b->y0)};
    SDL_RenderSetClipRect(g->renderer, &r);
}

static void end_free(Gpu *g, bool clipped) {
    if (!clipped)
        return;
    batch_flush(&g->batch);
    SDL_RenderSetClipRect(g->renderer, NULL);
}

static void line(Gpu *g, const DrawCommand *c) {
    Rect p = c->rect;
    float w = fmaxf(1, floorf(c->width + 0.5f));
    if (p.h == 0) {
        fill(g, rect(fminf(p.x, p.x + p.w), floorf(p.y - w / 2 + 0.5f), fabsf(p.w), w), c->color);
        return;
    }
    if (p.w == 0) {
        fill(g, rect(floorf(p.x - w / 2 + 0.5f), fminf(p.y, p.y + p.h), w, fabsf(p.h)), c->color);
        return;
    }
    float length = sqrtf(p.w * p.w + p.h * p.h), nx = -p.h / length, ny = p.w / length;
    float inner = fmaxf(0, (c->width - 1) / 2), outer = (c->width + 1) / 2;
    uint32_t full = color_cover(c->color, (uint32_t)(fminf(c->width, 1) * 255));
    uint32_t none = c->color & ~0xffu;
    const float at[4] = {-outer, -inner, inner, outer};
    const uint32_t tint[4] = {none, full, full, none};
    bool clipped;
    begin_free(g,
               rect(fminf(p.x, p.x + p.w) - outer, fminf(p.y, p.y + p.h) - outer,
                    fabsf(p.w) + 2 * outer, fabsf(p.h) + 2 * outer),
               &clipped);
    for (int i = 0; i < 3; i++) {
        SDL_FPoint q[4] = {{p.x + nx * at[i], p.y + ny * at[i]},
                           {p.x + p.w + nx * at[i], p.y + p.h + ny * at[i]},
                           {p.x + p.w + nx * at[i + 1], p.y + p.h + ny * at[i + 1]},
                           {p.x + nx * at[i + 1], p.y + ny * at[i + 1]}};
        uint32_t color[4] = {tint[i], tint[i], tint[i + 1], tint[i + 1]};
        batch_corners(&g->batch, q, color);
    }
    end_free(g, clipped);
}

/* Moves the triangle's sides by `by` pixels outwards; corners are where the moved sides meet.
 */
static void grow_triangle(const SDL_FPoint p[3], float by, SDL_FPoint out[3]) {
    float area = (p[1].x - p[0].x) * (p[2].y - p[0].y) - (p[2].x - p[0].x) * (p[1].y - p[0].y);
    float sign = area > 0 ? 1 : -1, nx[3], ny[3], off[3];
    for (int i = 0; i < 3; i++) { /* side i joins corner i and the next; its normal points out */
        float dx = p[(i + 1) % 3].x - p[i].x, dy = p[(i + 1) % 3].y - p[i].y;
        float l = sqrtf(dx * dx + dy * dy);
        nx[i] = dy / l * sign;
        ny[i] = -dx / l * sign;
        off[i] = nx[i] * p[i].x + ny[i] * p[i].y + by;
    }
    for (int i = 0; i < 3; i++) { /* corner i: side before and side i */
        int j = (i + 2) % 3;
        float det = nx[j] * ny[i] - nx[i] * ny[j];
        out[i].x = (off[j] * ny[i] - off[i] * ny[j]) / det;
        out[i].y = (nx[j] * off[i] - nx[i] * off[j]) / det;
    }
}

static void triangle(Gpu *g, const DrawCommand *c) {
    SDL_FPoint p[3] = {{c->rect.x, c->rect.y}, {c->rect.w, c->rect.h}, {c->radius, c->width}};
    SDL_FPoint in[3], out[3];
    if ((p[1].x - p[0].x) * (p[2].y - p[0].y) == (p[2].x - p[0].x) * (p[1].y - p[0].y))
        return; /* no area */
    grow_triangle(p, -0.5f, in);
    grow_triangle(p, 0.5f, out);
    float x0 = fminf(out[0].x, fminf(out[1].x, out[2].x));
    float x1 = fmaxf(out[0].x, fmaxf(out[1].x, out[2].x));
    float y0 = fminf(out[0].y, fminf(out[1].y, out[2].y));
    float y1 = fmaxf(out[0].y, fmaxf(out[1].y, out[2].y));
    uint32_t full = c->color, none = c->color & ~0xffu;
    bool clipped;
    begin_free(g, rect(x0, y0, x1 - x0, y1 - y0), &clipped);
    const SDL_FPoint core[4] = {in[0], in[1], in[2], in[2]};
    batch_corners(&g->batch, core, (const uint32_t[4]){full, full, full, full});
    for (int i = 0; i < 3; i++) {
        int j = (i + 1) % 3;
        const SDL_FPoint edge[4] = {in[i], in[j], out[j], out[i]};
        batch_corners(&g->batch, edge, (const uint32_t[4]){full, full, none, none});
    }
    end_free(g, clipped);
}

/* ---- text and the list ------------------------------------------------------------------- */

static void text(Gpu *g, const DrawList *d, const DrawCommand *c, const Fonts *fonts) {
    Str s = {d->text + c->first, c->count};
    int32_t baseline = raster_snap(c->rect.y);
    float pen = c->rect.x;
    for (size_t i = 0; i < s.n && pen < g->batch.x1 + c->size;) {
        const Glyph *glyph = fonts->glyph(fonts->host, (Face)c->face, c->size, utf8_next(s, &i));
        if (glyph->w && glyph->cover)
            batch_glyph(&g->batch, glyph, raster_snap(pen) + glyph->left, baseline - glyph->top,
                        c->color);
        pen += glyph->advance;
    }
}

static void set_clip(Gpu *g, Rect c) {
    int w = 0, h = 0;
    SDL_GetRendererOutputSize(g->renderer, &w, &h);
    Batch *b = &g->batch;
    b->x0 = (float)raster_snap(fminf(fmaxf(c.x, 0), (float)w));
    b->y0 = (float)raster_snap(fminf(fmaxf(c.y, 0), (float)h));
    b->x1 = (float)raster_snap(fminf(fmaxf(c.x + c.w, 0), (float)w));
    b->y1 = (float)raster_snap(fminf(fmaxf(c.y + c.h, 0), (float)h));
}

static void command(Gpu *g, const DrawList *d, const DrawCommand *c, const Fonts *fonts) {
    switch ((DrawKind)c->kind) {
    case DRAW_RECT:
        fill(g, c->rect, c->color);
        break;
    case DRAW_ROUND:
        batch_round(&g->batch, c->rect, c->radius, 0, c->color);
        break;
    case DRAW_OUTLINE:
        batch_round(&g->batch, c->rect, c->radius, c->width, c->color);
        break;
    case DRAW_LINE:
        line(g, c);
        break;
    case DRAW_TRIANGLE:
        triangle(g, c);
        break;
    case DRAW_BAND:
        band(g, d, c);
        break;
    case DRAW_TEXT:
        text(g, d, c, fonts);
        break;
    case DRAW_IMAGE:
        image(g, c->rect, &d->image[c->first]);
        break;
    case DRAW_CLIP:
        set_clip(g, c->rect);
        break;
    }
}

/* ---- the painter ------------------------------------------------------------------------- */

static void gpu_size(void *self, uint32_t *w, uint32_t *h) {
    Gpu *g = self;
    int width = 0, height = 0;
    SDL_GetRendererOutputSize(g->renderer, &width, &height);
    *w = (uint32_t)width;
    *h = (uint32_t)height;
}

static bool gpu_draw(void *self, const DrawList *list, const Fonts *fonts, uint32_t *draw_calls) {
    Gpu *g = self;
    g->frame++;
    g->batch.draw_calls = 0;
    uint32_t c = list->background;
    SDL_SetRenderDrawColor(g->renderer, (uint8_t)(c >> 24), (uint8_t)(c >> 16), (uint8_t)(c >> 8),
                           255);
    if (SDL_RenderClear(g->renderer) != 0)
        return false;
    set_clip(g, rect(0, 0, 1e6f, 1e6f));
    for (uint32_t i = 0; i < list->commands; i++)
        command(g, list, &list->command[i], fonts);
    batch_flush(&g->batch);
    *draw_calls = g->batch.draw_calls;
    return true;
}

static void gpu_present(void *self) {
    SDL_RenderPresent(((Gpu *)self)->renderer);
}

static void gpu_reset(void *self) {
    Gpu *g = self;
    for (uint32_t i = 0; i < IMAGES; i++)
        drop_image(&g->image[i]);
    batch_close(&g->batch);
    batch_open(&g->batch, g->renderer);
}

static void gpu_close(void *self) {
    Gpu *g = self;
    for (uint32_t i = 0; i < IMAGES; i++)
        drop_image(&g->image[i]);
    batch_close(&g->batch);
    SDL_DestroyRenderer(g->renderer);
    mem_resize(g, sizeof *g, 0);
}

/* A GPU has a render node, or the driver's own device; asking a GL library takes 100 ms. */
bool painter_gpu_likely(void) {
#if defined(__linux__)
    for (int i = 128; i < 136; i++) {
        char path[32];
        SDL_snprintf(path, sizeof path, "/dev/dri/renderD%d", i);
        if (file_exists(path))
            return true;
    }
    return file_exists("/dev/nvidiactl") || file_exists("/dev/dxg");
#else
    return true;
#endif
}

/* GL made by the CPU is several times slower than our own raster. */
static bool made_by_cpu(void) {
    const unsigned renderer_name = 0x1f01; /* GL_RENDERER */
    typedef const unsigned char *GetString(unsigned);
    GetString *get = NULL;
    *(void **)&get = SDL_GL_GetProcAddress("glGetString");
    const char *name = get ? (const char *)get(renderer_name) : NULL;
    static const char *const slow[] = {"llvmpipe", "softpipe", "swrast", "Software Rasterizer",
                                       "SwiftShader"};
    for (size_t i = 0; name && i < sizeof slow / sizeof *slow; i++)
        if (strstr(name, slow[i]))
            return true;
    return false;
}

bool painter_gpu_open(SDL_Window *window, bool any_driver, Painter *out, Error *err) {
    SDL_Renderer *r =
        SDL_CreateRenderer(window, -1, SDL_RENDERER_ACCELERATED | SDL_RENDERER_PRESENTVSYNC);
    SDL_RendererInfo info;
    if (!r || SDL_GetRendererInfo(r, &info) != 0)
        return error_set(err, ERROR_IO, "no accelerated renderer: %s", SDL_GetError());
    bool gl = strncmp(info.name, "opengl", 6) == 0;
    if (!any_driver && gl && made_by_cpu()) {
        SDL_DestroyRenderer(r);
        return error_set(err, ERROR_IO, "OpenGL runs on the CPU here");
    }
    Gpu *g = mem_resize(NULL, 0, sizeof *g);
    g->renderer = r;
    uint32_t most = info.max_texture_width > 0 ? (uint32_t)info.max_texture_width : 2048;
    g->max_tile = most < 8192 ? most : 8192;
    if (!batch_open(&g->batch, r)) {
        gpu_close(g);
        return error_set(err, ERROR_IO, "no texture for glyphs: %s", SDL_GetError());
    }
    *out = (Painter){.name = gl ? "gpu (opengl)" : "gpu",
                     .self = g,
                     .vsync = info.flags & SDL_RENDERER_PRESENTVSYNC,
                     .size = gpu_size,
                     .draw = gpu_draw,
                     .present = gpu_present,
                     .reset = gpu_reset,
                     .close = gpu_close};
    return true;
}

/* gpu_batch: quads for SDL_RenderGeometry over one texture, and that texture: white, with
 * coverage as alpha, holding glyphs, corners and a white spot for plain fills, and small images
 * (the heat map, mostly) as they are. Everything lies on the frame's order, so one draw call
 * paints all of it until a large image or a foreign clip comes. Owner: the GPU painter. Thread:
 * main. Lifetime: the renderer's. Failure: a texture that cannot be made fails batch_open; later
 * losses draw nothing. */
#pragma once

#include <SDL.h>

#include "ui/draw.h"
#include "ui/font.h"
#include "ui/raster_shapes.h"

typedef struct AtlasSpot {
    uint16_t x, y, w, h;
    bool there;
} AtlasSpot;

typedef struct AtlasShape {
    uint64_t key;
    AtlasSpot spot;
} AtlasShape;

enum { ATLAS_SHAPES = 256 };

typedef struct Batch {
    SDL_Renderer *renderer;
    SDL_Texture *atlas;
    uint32_t side;                      /* texels */
    uint32_t shelf_x, shelf_y, shelf_h; /* where the next bitmap goes */
    uint64_t era;                       /* grows when the atlas is emptied: spots are void */
    AtlasSpot *glyph;                   /* by Glyph.id */
    uint32_t glyph_cap;
    AtlasShape shape[ATLAS_SHAPES];
    uint32_t shapes;
    SDL_Vertex *vertex;
    int *index;
    uint32_t quads, quad_cap;
    float x0, y0, x1, y1; /* clip, whole pixels: quads are cut by us */
    uint32_t draw_calls;
} Batch;

bool batch_open(Batch *b, SDL_Renderer *renderer);
void batch_close(Batch *b);
void batch_forget(Batch *b); /* the atlas is empty again */
void batch_flush(Batch *b);
/* Room for an image in the atlas; false when it is too large. May empty the atlas. */
bool batch_room(Batch *b, uint32_t w, uint32_t h, AtlasSpot *out);
/* Texels of such a spot; stride in texels. What is queued must not show them yet. */
void batch_texels(Batch *b, const AtlasSpot *spot, SDL_Rect part, const uint32_t *rgba,
                  uint32_t stride);
/* Texels u0, v0 … u1, v1 of the atlas into a rectangle; flipped when u1 < u0. */
void batch_quad(Batch *b, Rect r, float u0, float v0, float u1, float v1, uint32_t color);
void batch_fill(Batch *b, float x0, float y0, float x1, float y1, uint32_t color);
/* Four corners with colours of their own, not cut. */
void batch_corners(Batch *b, const SDL_FPoint p[4], const uint32_t color[4]);
void batch_glyph(Batch *b, const Glyph *g, int32_t x, int32_t y, uint32_t color);
void batch_round(Batch *b, Rect box, float radius, float width, uint32_t color);

static inline uint32_t color_cover(uint32_t color, uint32_t cover) {
    return (color & ~0xffu) | div255((color & 0xff) * cover);
}

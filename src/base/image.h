/* PNG in and out by libpng. Pixels are RGBA, 8 bits each, rows of `stride` bytes, top first.
 * Thread: any. Failure: false with *err filled. */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"

typedef struct Image {
    uint32_t w, h;
    size_t stride; /* bytes */
    uint8_t *rgba;
} Image;

/* key_values: pairs of zero-terminated texts ending with NULL, stored as tEXt (iTXt
 * where beyond ASCII); may be NULL. */
bool image_write_png(const char *path, const Image *image, const char *const *key_values,
                     Error *err);
/* The same bytes, behind what *out holds. */
bool image_encode_png(const Image *image, const char *const *key_values, Buf *out, Error *err);
bool image_read_png(const char *path, Arena *arena, Image *out, Error *err);

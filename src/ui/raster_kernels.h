/* raster_kernels: the inner loops of the software painter, in a plain form and with SIMD.
 * All forms give the same bits. Pixels are 32 bits, channel order does not matter as long as
 * the top byte is alpha; targets are opaque and stay so. Owner: static tables. Thread: any.
 * Lifetime: for ever. Failure: none. */
#pragma once

#include <stdint.h>

typedef struct RasterKernels {
    const char *name;
    void (*fill)(uint32_t *d, uint32_t n, uint32_t pixel);
    /* Lays the opaque `pixel` over d with alpha 0 … 255. */
    void (*blend)(uint32_t *d, uint32_t n, uint32_t pixel, uint32_t alpha);
    /* The same through a coverage bitmap: glyphs and anti-aliased edges. Strides in items. */
    void (*cover)(uint32_t *d, uint32_t d_stride, const uint8_t *cover, uint32_t c_stride,
                  uint32_t w, uint32_t h, uint32_t pixel, uint32_t alpha);
    /* Lays premultiplied pixels over d. */
    void (*over)(uint32_t *d, const uint32_t *premultiplied, uint32_t n);
} RasterKernels;

typedef enum RasterLevel { RASTER_SCALAR, RASTER_SSE2, RASTER_AVX2, RASTER_LEVELS } RasterLevel;

/* NULL when this build or this processor lacks the level. */
const RasterKernels *raster_kernels(RasterLevel level);
const RasterKernels *raster_kernels_best(void);

/* Rounded x / 255 for x up to 255 · 255, without a division. */
static inline uint32_t div255(uint32_t x) {
    x += 128;
    return (x + (x >> 8)) >> 8;
}

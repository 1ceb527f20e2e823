/* APNG: an animated PNG, written picture by picture into a file that takes its place once it is
 * whole. Viewers that know no animation show the first picture. All pictures have one size; of
 * each but the first only the rectangle that differs from the one before is stored, without
 * alpha. The same pictures give the same bytes.
 * Facts: the PNG specification, third edition (acTL, fcTL, fdAT).
 * Owner: the caller's variable; apng_begin, if it succeeded, ends in apng_end or apng_abandon.
 * Thread: one at a time. Failure: false with *err filled; then it is abandoned already. */
#pragma once

#include "base/buf.h"
#include "base/image.h"
#include "base/outfile.h"

typedef struct Apng {
    OutFile file;
    uint32_t w, h;
    uint32_t frames, done; /* as many as apng_begin was told */
    uint32_t sequence;     /* number of the next fcTL or fdAT */
    uint8_t *before;       /* w × h × 3 bytes */
    Buf raw, packed, chunk;
} Apng;

/* plays 0: for ever. key_values as image_write_png has them, in ASCII. */
bool apng_begin(Apng *a, const char *path, uint32_t w, uint32_t h, uint32_t frames, uint32_t plays,
                const char *const *key_values, Error *err);
/* Shown for numerator / denominator seconds. */
bool apng_frame(Apng *a, const Image *image, uint16_t numerator, uint16_t denominator, Error *err);
bool apng_end(Apng *a, Error *err);
void apng_abandon(Apng *a);

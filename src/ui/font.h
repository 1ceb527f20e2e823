/* Fonts: what layout and painters need of a font; a host supplies it, so that ui knows no library.
 * Sizes are physical pixels (em). Text is laid out code point by code point: no ligatures, no
 * kerning, since symbols must be read as they are.
 * Glyph memory is the host's and lives as long as the Fonts. Thread: main only. */
#pragma once

#include "ui/draw.h"

typedef struct Glyph {
    uint16_t w, h;     /* coverage bitmap; 0 for a space */
    int16_t left, top; /* of the bitmap, from the pen and up from the baseline */
    float advance;
    const uint8_t *cover; /* w × h, 0 … 255, rows of w bytes */
    uint32_t id;          /* dense, for atlas tables: 0, 1, 2, … */
} Glyph;

typedef struct FontMetrics {
    float ascent, descent, line; /* px; descent positive */
} FontMetrics;

typedef struct Fonts {
    void *host;
    FontMetrics (*metrics)(void *host, Face face, float size);
    /* Never NULL: a code point without a glyph gives the font's box. */
    const Glyph *(*glyph)(void *host, Face face, float size, uint32_t code_point);
} Fonts;

/* A fixed font without bitmaps: every advance is 0.6 em, for deterministic layout. */
const Fonts *fonts_fixed(void);

float font_width(const Fonts *fonts, Face face, float size, Str s);
/* Longest prefix, ended with "…" if it was cut, that fits in width; empty if not even two
 * characters and "…" fit. Copied into scratch (cap bytes). */
Str font_fit(const Fonts *fonts, Face face, float size, Str s, float width, char *scratch,
             size_t cap);
/* Byte index of the character boundary nearest to x, for text fields. */
size_t font_index_at(const Fonts *fonts, Face face, float size, Str s, float x);
/* Baseline that centres the face's capitals in the rectangle. */
float font_baseline(const Fonts *fonts, Face face, float size, Rect r);

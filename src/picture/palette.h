/* Palettes and scales: from numbers to colours. Colours are 0xRRGGBBAA. Pure functions.
 * Sources: the heat ramps' stops are those of DESIGN.md's look and FlameScope's published stops;
 * viridis-like ramps are computed from perceptually even stops of our own. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"
#include "store/frames.h"

typedef enum HeatScale { SCALE_SQRT, SCALE_LINEAR, SCALE_LOG, SCALE_PERCENTILE, SCALE_COUNT } HeatScale;

typedef enum HeatPalette {
    HEAT_PALETTE_EMBER,    /* the look's ramp, of the theme */
    HEAT_PALETTE_RED,      /* FlameScope's */
    HEAT_PALETTE_ENHANCED, /* FlameScope's, counts 1 to 3 in blue and pink */
    HEAT_PALETTE_VIRIDIS,  /* perceptually even, colour-vision safe */
    HEAT_PALETTE_INFERNO,
    HEAT_PALETTE_GREY,
    HEAT_PALETTE_COUNT,
} HeatPalette;

typedef enum FlamePalette {
    FLAME_BY_KIND, /* kernel, user, jit, inlined each a hue; a name is a shade of it */
    FLAME_BY_NAME,
    FLAME_BY_MODULE,
    FLAME_HOT,
    FLAME_JAVA,
    FLAME_PALETTE_COUNT,
} FlamePalette;

const char *heat_scale_name(HeatScale scale);       /* "sqrt", "linear", "log", "percentile" */
const char *heat_palette_name(HeatPalette palette);
const char *flame_palette_name(FlamePalette palette);
bool heat_scale_named(Str name, HeatScale *out);
bool heat_palette_named(Str name, HeatPalette *out);
bool flame_palette_named(Str name, FlamePalette *out);

/* A table of 256 colours; entry 0 is the empty cell, 1 to 255 the ramp from one sample up. */
typedef struct HeatRamp {
    uint32_t color[256];
    uint32_t outside; /* before the first or after the last sample */
    uint32_t filtered; /* had samples, all filtered out */
} HeatRamp;
void heat_ramp(HeatPalette palette, bool dark, HeatRamp *out);

/* Frame colours; text colour that is readable on a fill (contrast ≥ 4.5 against dark or light). */
uint32_t flame_color(FlamePalette palette, bool dark, Frame frame, Str symbol, Str module);
uint32_t text_on(uint32_t fill);

/* Palettes and scales: from numbers to colours. Colours are 0xRRGGBBAA. Pure functions.
 * Sources: the heat ramps' stops are those of DESIGN.md's look and FlameScope's published stops;
 * viridis-like ramps are computed from perceptually even stops of our own. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"
#include "store/frames.h"

typedef enum HeatScale {
    SCALE_SQRT,
    SCALE_LINEAR,
    SCALE_LOG,
    SCALE_PERCENTILE,
    SCALE_COUNT
} HeatScale;

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
    FLAME_BY_PACKAGE, /* as symbol_package() tells; pale where there is none */
    FLAME_HOT,        /* red to yellow, by name */
    FLAME_MEM,        /* green to aqua, by name */
    FLAME_IO,         /* blue to violet, by name */
    FLAME_JAVA,       /* Java, what was inlined into it, C++, kernel, other native code */
    FLAME_JS,         /* JavaScript, its engine's own code (builtins), C++, kernel, other */
    FLAME_SAFE,       /* by kind, in hues and lightnesses that every colour vision tells apart */
    FLAME_PALETTE_COUNT,
} FlamePalette;

const char *heat_scale_name(HeatScale scale); /* "sqrt", "linear", "log", "percentile" */
const char *heat_palette_name(HeatPalette palette);
const char *flame_palette_name(FlamePalette palette);
bool heat_scale_named(Str name, HeatScale *out);
bool heat_palette_named(Str name, HeatPalette *out);
bool flame_palette_named(Str name, FlamePalette *out);

/* A table of 256 colours; entry 0 is the empty cell, 1 to 255 the ramp from one sample up. */
typedef struct HeatRamp {
    uint32_t color[256];
    uint32_t outside;  /* before the first or after the last sample */
    uint32_t filtered; /* had samples, all filtered out */
} HeatRamp;
void heat_ramp(HeatPalette palette, bool dark, HeatRamp *out);

/* Frame colours, by what the frame is called and by its kind alone, never by an id: a name has its
 * colour in every selection, file and run of the program. And the text colour that is readable on a
 * fill (contrast ≥ 4.5 against dark or light). */
uint32_t flame_color(FlamePalette palette, bool dark, Frame frame, Str symbol, Str module);
uint32_t text_on(uint32_t fill);
uint32_t flame_match_color(bool dark); /* of what a search matches */

/* -- differential: A's share against B's, each 0 to 1 */

typedef enum DiffPalette { DIFF_RED_BLUE, DIFF_SAFE, DIFF_PALETTE_COUNT } DiffPalette;
const char *diff_palette_name(DiffPalette palette); /* "red-blue", "safe" */
bool diff_palette_named(Str name, DiffPalette *out);

/* How strongly a change is coloured, from -1 to 1, positive where A's share is larger:
 *   sign · √(relative · absolute),  relative = |a - b| / max(a, b),
 *                                   absolute = |a - b| / (|a - b| + 1 %)
 * so that neither the doubling of next to nothing nor a thousandth more of nearly everything
 * shouts. 0 exactly where the shares are equal. */
double flame_diff_intensity(double share_a, double share_b);
/* Neutral grey of the theme at intensity 0, red (orange when safe) for more, blue for less. What
 * only one side has gets a colour of its own, a step beyond the end of its family, whatever its
 * size; it has to be marked by shape or text as well. */
uint32_t flame_diff_color(double share_a, double share_b, bool safe, bool dark);
/* What a legend shows: the ramp from intensity -1 to 1, and the two ends beyond it. */
enum { DIFF_LEGEND_STEPS = 33 };
typedef struct DiffLegend {
    uint32_t ramp[DIFF_LEGEND_STEPS]; /* the middle one is neutral */
    uint32_t only_b, only_a;          /* gone, new */
} DiffLegend;
void flame_diff_legend(bool safe, bool dark, DiffLegend *out);

/* A cell in which one thread or cpu alone was active, among those with more, which are in the
 * ramp: far from it and from the link ramp. */
uint32_t heat_single(HeatPalette palette, bool dark);

/* -- linking: cells that hold the hovered frame, and the rest */

/* A ramp in a hue that the heat palette does not use. Empty, outside and filtered stay what they
 * are in heat_ramp(). */
void heat_link_ramp(HeatPalette palette, bool dark, HeatRamp *out);
uint32_t heat_dim(uint32_t rgba, bool dark); /* a heat colour, stepped back */

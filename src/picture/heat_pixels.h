/* heat_pixels: a grid to an image of one texel a cell (or the maximum of several when the view is
 * smaller than the grid). Pure functions; memory is the caller's. */
#pragma once

#include "picture/palette.h"
#include "query/heat.h"
#include "query/link.h"

/* Maps a cell value (1 … max) to a ramp entry 1 … 255. Percentile needs the value histogram.
 * Shares are linear from 0 to 100 %, whatever the scale. Distinct cpus and threads come in steps:
 * one, two, three, … or, when there are many, one, two, up to four, up to eight, …; one has ramp
 * entry 1 to itself, to which heat_ramp_of gives a colour that is not of the ramp. */
typedef struct HeatMapper {
    HeatScale scale;
    uint32_t max;
    bool stepped;
    uint32_t steps;          /* percentile and stepped: thresholds in use */
    uint32_t threshold[255]; /* stepped: the least value of each step */
} HeatMapper;
enum { HEAT_STEPS_EACH = 12 }; /* so many values have a step each */
uint8_t heat_step_level(const HeatMapper *mapper, uint32_t step);
/* heat_ramp for what the grid counts. */
void heat_ramp_of(const HeatGrid *grid, HeatPalette palette, bool dark, HeatRamp *out);
void heat_mapper(const HeatGrid *grid, HeatScale scale, HeatMapper *out);
uint8_t heat_level(const HeatMapper *mapper, uint32_t value); /* 0 for 0; ≥ 1 for any other */
/* Smallest value that reaches this share (0 to 1) of the ramp: for the legend's labels. */
uint32_t heat_value_at(const HeatMapper *mapper, double share);

/* Texels w × h of 0xAABBGGRR words in memory order R,G,B,A: texel (x, y) covers columns
 * [first + x·step, …) and rows likewise, taking the MAXIMUM of the cells it covers. w and h are
 * at most grid columns and rows; the caller stretches the image with nearest-neighbour. */
void heat_pixels(const HeatGrid *grid, const HeatMapper *mapper, const HeatRamp *ramp,
                 uint32_t first_column, uint32_t columns, uint32_t w, uint32_t h, bool downwards,
                 uint32_t *rgba);

/* Linking: cells with matching samples in the link ramp, by how many; the others in `ramp`, which
 * heat_ramp_dim has stepped back. The grids may differ in their origin and columns while one of
 * them is behind; what the link grid does not know is not lit. */
typedef struct HeatLight {
    const LinkGrid *grid;
    const HeatMapper *mapper; /* heat_link_mapper's */
    const HeatRamp *ramp;     /* heat_link_ramp's */
} HeatLight;
void heat_link_mapper(const LinkGrid *grid, HeatScale scale, HeatMapper *out);
void heat_ramp_dim(HeatRamp *ramp, bool dark);
void heat_pixels_linked(const HeatGrid *grid, const HeatMapper *mapper, const HeatRamp *ramp,
                        const HeatLight *light, uint32_t first_column, uint32_t columns, uint32_t w,
                        uint32_t h, bool downwards, uint32_t *rgba);

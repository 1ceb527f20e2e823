#include "picture/heat_pixels.h"

#include <math.h>
#include <string.h>

#include "base/arena.h"

enum { BINS = 1 << 16, TABLE = 4096, MAX_ROWS = 1000 };

/* ---- scales ------------------------------------------------------------------------------ */

/* Values at even steps of the ranking of all cells that have something. */
static void find_percentiles(const uint32_t *cell, size_t cells, HeatMapper *m) {
    uint32_t shift = 0;
    while (m->max >> shift >= BINS)
        shift++;
    uint32_t *bin = mem_resize(NULL, 0, BINS * sizeof(*bin));
    uint64_t filled = 0, below = 0;
    for (size_t i = 0; i < cells; i++) {
        if (cell[i]) {
            bin[cell[i] >> shift]++;
            filled++;
        }
    }
    for (uint32_t v = 0; v < BINS && filled; v++) {
        if (!bin[v])
            continue;
        uint64_t next = below + bin[v];
        uint32_t value = v << shift ? v << shift : 1;
        while (m->steps < 255 && m->steps * filled < next * 255)
            m->threshold[m->steps++] = value;
        below = next;
    }
    mem_resize(bin, BINS * sizeof(*bin), 0);
}

static void map_cells(const uint32_t *cell, size_t cells, uint32_t max, HeatScale scale,
                      HeatMapper *out) {
    memset(out, 0, sizeof(*out));
    out->scale = scale;
    out->max = max;
    if (scale == SCALE_PERCENTILE)
        find_percentiles(cell, cells, out);
}

static bool counts_distinct(const HeatGrid *grid) {
    return grid->unit == HEAT_UNIT_CPUS || grid->unit == HEAT_UNIT_THREADS;
}

static void map_steps(uint32_t max, HeatMapper *out) {
    out->stepped = true;
    out->max = max;
    for (uint64_t least = 1; least <= max; out->steps++) {
        out->threshold[out->steps] = (uint32_t)least;
        least = max <= HEAT_STEPS_EACH || least < 2 ? least + 1 : 2 * least - 1;
    }
}

void heat_mapper(const HeatGrid *grid, HeatScale scale, HeatMapper *out) {
    memset(out, 0, sizeof(*out));
    if (counts_distinct(grid))
        map_steps(grid->max, out);
    else if (grid->unit == HEAT_UNIT_PERMILLE)
        *out = (HeatMapper){.scale = SCALE_LINEAR, .max = HEAT_SHARE_MAX};
    else
        map_cells(grid->cell, (size_t)grid->columns * grid->rows, grid->max, scale, out);
}

void heat_link_mapper(const LinkGrid *grid, HeatScale scale, HeatMapper *out) {
    map_cells(grid->cell, (size_t)grid->columns * grid->rows, grid->max, scale, out);
}

/* How many thresholds lie below: cells that are colder. */
static uint32_t thresholds_below(const HeatMapper *m, uint32_t value) {
    uint32_t lo = 0, hi = m->steps;
    while (lo < hi) {
        uint32_t mid = (lo + hi) / 2;
        if (m->threshold[mid] < value)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

static uint8_t percentile_level(const HeatMapper *m, uint32_t value) {
    uint32_t level = thresholds_below(m, value) + 1;
    return (uint8_t)(level > 255 ? 255 : level);
}

/* Two and more begin where the ramp can be told from an empty cell. */
uint8_t heat_step_level(const HeatMapper *m, uint32_t step) {
    if (step == 0)
        return 1;
    return m->steps < 3 ? 160 : (uint8_t)(40 + 215 * (step - 1) / (m->steps - 2));
}

uint8_t heat_level(const HeatMapper *m, uint32_t value) {
    if (value == 0)
        return 0;
    if (m->stepped)
        return heat_step_level(m, thresholds_below(m, value + 1) - 1);
    if (value >= m->max)
        return 255;
    double share, v = value, max = m->max; /* 1 ≤ v < max */
    switch (m->scale) {
    case SCALE_LINEAR:
        share = (v - 1) / (max - 1);
        break;
    case SCALE_LOG:
        share = log(v) / log(max);
        break;
    case SCALE_PERCENTILE:
        return percentile_level(m, value);
    default:
        share = (sqrt(v) - 1) / (sqrt(max) - 1);
        break;
    }
    return (uint8_t)(1 + (int)(share * 254));
}

uint32_t heat_value_at(const HeatMapper *m, double share) {
    int wanted = 1 + (int)(share * 254);
    uint32_t lo = 1, hi = m->max ? m->max : 1; /* the level never falls as the value grows */
    while (lo < hi) {
        uint32_t mid = lo + (hi - lo) / 2;
        if (heat_level(m, mid) < wanted)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

/* ---- texels ------------------------------------------------------------------------------ */

/* Values below `small` are in the table; a color is a word in memory order. */
typedef struct Colors {
    const HeatMapper *mapper;
    uint32_t small;
    uint32_t table[TABLE];
    uint32_t ramp[256];
} Colors;

typedef struct Painter {
    const HeatGrid *grid;
    uint64_t inside_from, inside_to; /* cells in time order between first and last sample */
    Colors heat, lit;
    uint32_t outside, filtered;
    const LinkGrid *link;        /* NULL: nothing is lit */
    int64_t link_column;         /* of the link grid, where the heat grid's first one is */
    uint16_t link_row[MAX_ROWS]; /* of the link grid, by row */
} Painter;

static uint32_t texel_word(uint32_t color) {
    uint8_t bytes[4] = {(uint8_t)(color >> 24), (uint8_t)(color >> 16), (uint8_t)(color >> 8),
                        (uint8_t)color};
    uint32_t word;
    memcpy(&word, bytes, sizeof(word));
    return word;
}

static void prepare_colors(Colors *c, const HeatMapper *mapper, const HeatRamp *ramp) {
    c->mapper = mapper;
    for (int i = 0; i < 256; i++)
        c->ramp[i] = texel_word(ramp->color[i]);
    c->small = mapper->max < TABLE ? mapper->max + 1 : TABLE;
    for (uint32_t v = 0; v < c->small; v++)
        c->table[v] = c->ramp[heat_level(mapper, v)];
}

static inline uint32_t color_of(const Colors *c, uint32_t value) {
    return value < c->small ? c->table[value] : c->ramp[heat_level(c->mapper, value)];
}

static void prepare(Painter *p, const HeatGrid *grid, const HeatMapper *mapper,
                    const HeatRamp *ramp) {
    uint32_t c0, r0, c1, r1;
    p->grid = grid;
    p->link = NULL;
    p->inside_from = UINT64_MAX; /* nothing is inside of no recording */
    p->inside_to = 0;
    if (heat_cell_of(grid, grid->first_ns, &c0, &r0) &&
        heat_cell_of(grid, grid->last_ns, &c1, &r1) && grid->first_ns <= grid->last_ns) {
        if (heat_slices(grid) == 1) { /* a moment is of every row */
            r0 = 0;
            r1 = grid->rows - 1;
        }
        p->inside_from = (uint64_t)c0 * grid->rows + r0;
        p->inside_to = (uint64_t)c1 * grid->rows + r1;
    }
    prepare_colors(&p->heat, mapper, ramp);
    p->outside = texel_word(ramp->outside);
    p->filtered = texel_word(ramp->filtered);
}

static void prepare_light(Painter *p, const HeatLight *light) {
    const LinkGrid *link = light->grid;
    if (!link_fits(link, p->grid))
        return;
    p->link = link;
    for (uint32_t r = 0; r < p->grid->rows && r < MAX_ROWS; r++)
        p->link_row[r] = (uint16_t)link_row_of(link, p->grid, r);
    p->link_column = (p->grid->origin_ns - link->origin_ns) / link->spec.column_ns;
    prepare_colors(&p->lit, light->mapper, light->ramp);
}

static uint32_t most_lit(const Painter *p, uint32_t c0, uint32_t c1, uint32_t r0, uint32_t r1) {
    const LinkGrid *g = p->link;
    uint32_t max = 0;
    for (uint32_t i = c0; i < c1; i++) {
        int64_t c = p->link_column + i;
        if (c < 0 || c >= g->columns)
            continue;
        const uint32_t *cell = g->cell + (size_t)c * g->rows;
        for (uint32_t r = r0; r < r1; r++)
            if (p->link_row[r] < g->rows)
                max = cell[p->link_row[r]] > max ? cell[p->link_row[r]] : max;
    }
    return max;
}

/* Columns [c0, c1) and rows [r0, r1) of the grid. */
static uint32_t texel(const Painter *p, uint32_t c0, uint32_t c1, uint32_t r0, uint32_t r1) {
    const HeatGrid *g = p->grid;
    uint32_t max = 0;
    bool hidden = false, inside = false;
    if (c1 > g->columns)
        c1 = g->columns;
    for (uint32_t c = c0; c < c1; c++) {
        uint64_t at = (uint64_t)c * g->rows;
        for (uint32_t r = r0; r < r1; r++)
            max = g->cell[at + r] > max ? g->cell[at + r] : max;
        for (uint32_t r = r0; r < r1 && g->hidden && !hidden; r++)
            hidden = g->hidden[at + r];
        inside = inside || (at + r1 > p->inside_from && at + r0 <= p->inside_to);
    }
    uint32_t lit = max && p->link ? most_lit(p, c0, c1, r0, r1) : 0;
    if (lit)
        return color_of(&p->lit, lit);
    if (max)
        return color_of(&p->heat, max);
    if (hidden)
        return p->filtered;
    return inside ? p->heat.ramp[0] : p->outside;
}

static void paint(const Painter *p, uint32_t first_column, uint32_t columns, uint32_t w, uint32_t h,
                  bool downwards, uint32_t *rgba) {
    const HeatGrid *grid = p->grid;
    for (uint32_t x = 0; x < w; x++) {
        uint32_t c0 = first_column + (uint32_t)((uint64_t)x * columns / w);
        uint32_t c1 = first_column + (uint32_t)((uint64_t)(x + 1) * columns / w);
        for (uint32_t y = 0; y < h; y++) {
            uint32_t from_start = downwards ? y : h - 1 - y;
            uint32_t r0 = (uint32_t)((uint64_t)from_start * grid->rows / h);
            uint32_t r1 = (uint32_t)((uint64_t)(from_start + 1) * grid->rows / h);
            rgba[(size_t)y * w + x] =
                texel(p, c0, c1 > c0 ? c1 : c0 + 1, r0, r1 > r0 ? r1 : r0 + 1);
        }
    }
}

void heat_pixels(const HeatGrid *grid, const HeatMapper *mapper, const HeatRamp *ramp,
                 uint32_t first_column, uint32_t columns, uint32_t w, uint32_t h, bool downwards,
                 uint32_t *rgba) {
    Painter p;
    prepare(&p, grid, mapper, ramp);
    paint(&p, first_column, columns, w, h, downwards, rgba);
}

void heat_pixels_linked(const HeatGrid *grid, const HeatMapper *mapper, const HeatRamp *ramp,
                        const HeatLight *light, uint32_t first_column, uint32_t columns, uint32_t w,
                        uint32_t h, bool downwards, uint32_t *rgba) {
    Painter p;
    prepare(&p, grid, mapper, ramp);
    prepare_light(&p, light);
    paint(&p, first_column, columns, w, h, downwards, rgba);
}

void heat_ramp_of(const HeatGrid *grid, HeatPalette palette, bool dark, HeatRamp *out) {
    heat_ramp(palette, dark, out);
    if (counts_distinct(grid))
        out->color[1] = heat_single(palette, dark);
}

void heat_ramp_dim(HeatRamp *ramp, bool dark) {
    for (int i = 1; i < 256; i++)
        ramp->color[i] = heat_dim(ramp->color[i], dark);
}

#include "picture/heat_pixels.h"

#include <math.h>
#include <string.h>

#include "base/arena.h"

enum { BINS = 1 << 16, TABLE = 4096 };

/* ---- scales ------------------------------------------------------------------------------ */

/* Values at even steps of the ranking of all cells that have something. */
static void find_percentiles(const HeatGrid *grid, HeatMapper *m) {
    size_t cells = (size_t)grid->columns * grid->rows;
    uint32_t shift = 0;
    while (grid->max >> shift >= BINS)
        shift++;
    uint32_t *bin = mem_resize(NULL, 0, BINS * sizeof(*bin));
    uint64_t filled = 0, below = 0;
    for (size_t i = 0; i < cells; i++) {
        if (grid->cell[i]) {
            bin[grid->cell[i] >> shift]++;
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

void heat_mapper(const HeatGrid *grid, HeatScale scale, HeatMapper *out) {
    memset(out, 0, sizeof(*out));
    out->scale = scale;
    out->max = grid->max;
    if (scale == SCALE_PERCENTILE)
        find_percentiles(grid, out);
}

/* How many thresholds lie below: cells that are colder. */
static uint8_t percentile_level(const HeatMapper *m, uint32_t value) {
    uint32_t lo = 0, hi = m->steps;
    while (lo < hi) {
        uint32_t mid = (lo + hi) / 2;
        if (m->threshold[mid] < value)
            lo = mid + 1;
        else
            hi = mid;
    }
    return (uint8_t)(lo + 1 > 255 ? 255 : lo + 1);
}

uint8_t heat_level(const HeatMapper *m, uint32_t value) {
    if (value == 0)
        return 0;
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

typedef struct Painter {
    const HeatGrid *grid;
    const HeatMapper *mapper;
    uint64_t inside_from, inside_to; /* cells in time order between first and last sample */
    uint32_t small;                  /* values below this are in the table */
    uint32_t table[TABLE];           /* by value, as a word in memory order */
    uint32_t ramp[256];
    uint32_t outside, filtered;
} Painter;

static uint32_t memory_order(uint32_t color) {
    uint8_t bytes[4] = {(uint8_t)(color >> 24), (uint8_t)(color >> 16), (uint8_t)(color >> 8),
                        (uint8_t)color};
    uint32_t word;
    memcpy(&word, bytes, sizeof(word));
    return word;
}

static void prepare(Painter *p, const HeatGrid *grid, const HeatMapper *mapper,
                    const HeatRamp *ramp) {
    uint32_t c0, r0, c1, r1;
    p->grid = grid;
    p->mapper = mapper;
    p->inside_from = UINT64_MAX; /* nothing is inside of no recording */
    p->inside_to = 0;
    if (heat_cell_of(grid, grid->first_ns, &c0, &r0) &&
        heat_cell_of(grid, grid->last_ns, &c1, &r1) && grid->first_ns <= grid->last_ns) {
        p->inside_from = (uint64_t)c0 * grid->rows + r0;
        p->inside_to = (uint64_t)c1 * grid->rows + r1;
    }
    for (int i = 0; i < 256; i++)
        p->ramp[i] = memory_order(ramp->color[i]);
    p->outside = memory_order(ramp->outside);
    p->filtered = memory_order(ramp->filtered);
    p->small = grid->max < TABLE ? grid->max + 1 : TABLE;
    for (uint32_t v = 0; v < p->small; v++)
        p->table[v] = p->ramp[heat_level(mapper, v)];
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
    if (max)
        return max < p->small ? p->table[max] : p->ramp[heat_level(p->mapper, max)];
    if (hidden)
        return p->filtered;
    return inside ? p->ramp[0] : p->outside;
}

void heat_pixels(const HeatGrid *grid, const HeatMapper *mapper, const HeatRamp *ramp,
                 uint32_t first_column, uint32_t columns, uint32_t w, uint32_t h,
                 bool downwards, uint32_t *rgba) {
    Painter p;
    prepare(&p, grid, mapper, ramp);
    for (uint32_t x = 0; x < w; x++) {
        uint32_t c0 = first_column + (uint32_t)((uint64_t)x * columns / w);
        uint32_t c1 = first_column + (uint32_t)((uint64_t)(x + 1) * columns / w);
        for (uint32_t y = 0; y < h; y++) {
            uint32_t from_start = downwards ? y : h - 1 - y;
            uint32_t r0 = (uint32_t)((uint64_t)from_start * grid->rows / h);
            uint32_t r1 = (uint32_t)((uint64_t)(from_start + 1) * grid->rows / h);
            rgba[(size_t)y * w + x] =
                texel(&p, c0, c1 > c0 ? c1 : c0 + 1, r0, r1 > r0 ? r1 : r0 + 1);
        }
    }
}

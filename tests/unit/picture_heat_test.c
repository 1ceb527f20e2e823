/* Texels of a linked heat map, cell by cell and by maximum, against a walk over both grids. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "picture/heat_pixels.h"
#include "query_helper.h"

static uint32_t word(uint32_t color) {
    uint8_t b[4] = {(uint8_t)(color >> 24), (uint8_t)(color >> 16), (uint8_t)(color >> 8),
                    (uint8_t)color};
    uint32_t w;
    memcpy(&w, b, 4);
    return w;
}

enum { COLUMNS = 12, ROWS = 6 };

typedef struct Both {
    HeatGrid heat;
    LinkGrid link;
    uint32_t cell[COLUMNS * ROWS], lit[COLUMNS * ROWS];
} Both;

/* The link grid begins `behind` columns before the heat grid, or after it. */
static void make(Both *b, uint64_t *random, int behind, uint32_t link_columns) {
    memset(b, 0, sizeof(*b));
    for (int i = 0; i < COLUMNS * ROWS; i++) {
        b->cell[i] = random_below(random, 3) ? (uint32_t)random_below(random, 9000) : 0;
        b->lit[i] = random_below(random, 3) ? 0 : 1 + (uint32_t)random_below(random, 6000);
        b->heat.max = b->cell[i] > b->heat.max ? b->cell[i] : b->heat.max;
        b->link.max = b->lit[i] > b->link.max ? b->lit[i] : b->link.max;
    }
    b->heat.spec.column_ns = b->link.spec.column_ns = 100;
    b->heat.origin_ns = 5000;
    b->link.origin_ns = 5000 - 100 * behind;
    b->heat.columns = COLUMNS;
    b->link.columns = link_columns;
    b->heat.rows = b->link.rows = ROWS;
    b->heat.cell = b->cell;
    b->link.cell = b->lit;
    b->heat.first_ns = 5000;
    b->heat.last_ns = 5000 + 100 * COLUMNS - 1;
}

static uint32_t wanted(const Both *b, const HeatMapper *m, const HeatRamp *dim,
                       const HeatLight *light, const uint32_t c[2], const uint32_t r[2]) {
    uint32_t max = 0, lit = 0;
    for (uint32_t x = c[0]; x < c[1]; x++) {
        for (uint32_t y = r[0]; y < r[1]; y++) {
            uint32_t v = b->cell[x * ROWS + y], l = link_at(&b->link, &b->heat, x, y);
            max = v > max ? v : max;
            lit = l > lit ? l : lit;
        }
    }
    return word(!max  ? dim->color[0]
                : lit ? light->ramp->color[heat_level(light->mapper, lit)]
                      : dim->color[heat_level(m, max)]);
}

static void linked_texels(void **state) {
    static const int behind[] = {0, 0, 3, -4, 20};
    uint64_t random = 1;
    (void)state;
    for (size_t i = 0; i < sizeof(behind) / sizeof(*behind); i++) {
        static Both b;
        uint32_t link_columns = i == 1 ? COLUMNS - 3 : COLUMNS;
        make(&b, &random, behind[i], link_columns);
        for (uint32_t x = 0; x < COLUMNS; x++) {
            int at = (int)x + behind[i];
            bool has = at >= 0 && at < (int)link_columns;
            assert_int_equal(link_at(&b.link, &b.heat, x, 2), has ? b.lit[at * ROWS + 2] : 0);
        }
        HeatMapper m, lit;
        HeatRamp ramp, dim, link;
        heat_mapper(&b.heat, SCALE_SQRT, &m);
        heat_link_mapper(&b.link, i % 2 ? SCALE_SQRT : SCALE_PERCENTILE, &lit);
        heat_ramp(HEAT_PALETTE_EMBER, i % 2, &ramp);
        dim = ramp;
        heat_ramp_dim(&dim, i % 2);
        assert_int_equal(dim.color[0], ramp.color[0]);
        assert_int_equal(dim.color[200], heat_dim(ramp.color[200], i % 2));
        heat_link_ramp(HEAT_PALETTE_EMBER, i % 2, &link);
        HeatLight light = {&b.link, &lit, &link};
        uint32_t out[COLUMNS * ROWS];
        for (uint32_t by = 1; by < 4; by++) { /* cells of a texel, across and down */
            uint32_t w = COLUMNS / by, h = ROWS / by;
            heat_pixels_linked(&b.heat, &m, &dim, &light, 0, w * by, w, h, true, out);
            for (uint32_t x = 0; x < w; x++)
                for (uint32_t y = 0; y < h; y++)
                    assert_int_equal(out[y * w + x],
                                     wanted(&b, &m, &dim, &light,
                                            (uint32_t[2]){x * by, x * by + by},
                                            (uint32_t[2]){y * ROWS / h, (y + 1) * ROWS / h}));
        }
        /* a grid of another shape lights nothing */
        uint32_t plain[COLUMNS * ROWS];
        b.link.rows = ROWS - 1;
        heat_pixels_linked(&b.heat, &m, &dim, &light, 0, COLUMNS, COLUMNS, ROWS, true, out);
        heat_pixels(&b.heat, &m, &dim, 0, COLUMNS, COLUMNS, ROWS, true, plain);
        assert_memory_equal(out, plain, sizeof(out));
    }
}

/* Rows that are threads: the last column has each of them, not only those up to the last sample. */
static void the_end_is_of_every_row(void **state) {
    static Both b;
    uint32_t out[COLUMNS * ROWS];
    HeatMapper m;
    HeatRamp ramp;
    uint64_t random = 3;
    (void)state;
    make(&b, &random, 0, COLUMNS);
    memset(b.cell, 0, sizeof b.cell);
    b.cell[(COLUMNS - 1) * ROWS] = b.heat.max = 5;
    b.heat.spec.row_kind = HEAT_BY_THREAD;
    b.heat.last_ns -= 100;
    b.heat.columns = COLUMNS;
    heat_mapper(&b.heat, SCALE_SQRT, &m);
    heat_ramp(HEAT_PALETTE_EMBER, true, &ramp);
    heat_pixels(&b.heat, &m, &ramp, 0, COLUMNS, COLUMNS, ROWS, true, out);
    for (uint32_t y = 0; y < ROWS; y++) {
        assert_int_equal(out[y * COLUMNS + COLUMNS - 2], word(ramp.color[0]));
        if (y)
            assert_int_equal(out[y * COLUMNS + COLUMNS - 1], word(ramp.outside));
    }
}

static void distinct_steps(void **state) {
    static const uint32_t wide[] = {1, 2, 3, 5, 9, 17, 33}; /* the least of each step */
    (void)state;
    for (uint32_t max = 0; max < 60; max++) {
        HeatGrid g = {.unit = max % 2 ? HEAT_UNIT_CPUS : HEAT_UNIT_THREADS, .max = max};
        HeatMapper m;
        heat_mapper(&g, SCALE_SQRT, &m);
        assert_int_equal(heat_level(&m, 0), 0);
        uint32_t steps = 0;
        for (uint32_t v = 1; v <= max; v++) {
            bool begins = max <= HEAT_STEPS_EACH;
            for (size_t i = 0; i < sizeof(wide) / sizeof(*wide); i++)
                begins |= wide[i] == v;
            if (begins)
                assert_int_equal(m.threshold[steps++], v);
            assert_int_equal(heat_level(&m, v), heat_step_level(&m, steps - 1));
            assert_true(v == 1 ? heat_level(&m, v) == 1
                        : begins
                            ? heat_level(&m, v) > heat_level(&m, v - 1) && heat_level(&m, v) >= 40
                            : heat_level(&m, v) == heat_level(&m, v - 1));
        }
        assert_int_equal(m.steps, steps);
        if (max > 2)
            assert_int_equal(heat_level(&m, max), 255);
    }
}

static double distance(uint32_t a, uint32_t b) {
    double sum = 0;
    for (int shift = 8; shift < 32; shift += 8) {
        double d = (double)(a >> shift & 255) - (double)(b >> shift & 255);
        sum += d * d;
    }
    return sum;
}

static void one_alone_stands_out(void **state) {
    (void)state;
    for (int palette = 0; palette < HEAT_PALETTE_COUNT; palette++) {
        for (int dark = 0; dark < 2; dark++) {
            HeatGrid g = {.unit = HEAT_UNIT_THREADS, .max = 40}, samples = {.max = 40};
            HeatRamp r, plain, link;
            heat_ramp_of(&g, (HeatPalette)palette, dark, &r);
            heat_ramp(HEAT_PALETTE_EMBER, dark, &plain);
            heat_ramp_of(&samples, HEAT_PALETTE_EMBER, dark, &link);
            assert_memory_equal(&plain, &link, sizeof(plain)); /* only for distinct ones */
            heat_link_ramp((HeatPalette)palette, dark, &link);
            for (int i = 0; i < 256; i++) {
                if (i == 0 || i >= 40)
                    assert_true(distance(r.color[1], r.color[i]) > 60 * 60);
                if (i)
                    assert_true(distance(r.color[1], link.color[i]) > 60 * 60);
            }
        }
    }
}

static void shares_are_linear(void **state) {
    HeatGrid g = {.unit = HEAT_UNIT_PERMILLE, .max = 300};
    HeatMapper m;
    (void)state;
    heat_mapper(&g, SCALE_LOG, &m);
    assert_int_equal(heat_level(&m, 0), 0);
    for (uint32_t permille = 0; permille <= 1000; permille++)
        assert_int_equal(heat_level(&m, permille + 1), 1 + permille * 254 / 1000);
    assert_int_equal(heat_permille(heat_value_at(&m, 0.5)), 500);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(linked_texels),     cmocka_unit_test(the_end_is_of_every_row),
        cmocka_unit_test(distinct_steps),    cmocka_unit_test(one_alone_stands_out),
        cmocka_unit_test(shares_are_linear),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

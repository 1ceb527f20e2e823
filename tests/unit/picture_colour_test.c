/* Ramps, scales and texels: one sample shows, hotter is hotter, empty, outside and filtered
 * differ, text is readable on every frame colour. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "picture/heat_pixels.h"

static double channel(uint32_t byte) {
    double v = byte / 255.0;
    return v <= 0.04045 ? v / 12.92 : pow((v + 0.055) / 1.055, 2.4);
}

static double luminance(uint32_t c) {
    return 0.2126 * channel(c >> 24) + 0.7152 * channel(c >> 16 & 255) +
           0.0722 * channel(c >> 8 & 255);
}

static double contrast(uint32_t a, uint32_t b) {
    double x = luminance(a) + 0.05, y = luminance(b) + 0.05;
    return x > y ? x / y : y / x;
}

static void ramps(void **state) {
    (void)state;
    for (int p = 0; p < HEAT_PALETTE_COUNT; p++) {
        for (int dark = 0; dark < 2; dark++) {
            HeatRamp r;
            heat_ramp((HeatPalette)p, dark, &r);
            for (int i = 0; i < 256; i++)
                assert_int_equal(r.color[i] & 0xff, 0xff);
            if (contrast(r.color[0], r.color[1]) < 1.3)
                fail_msg("%s %d: one sample is hard to see: %f",
                         heat_palette_name((HeatPalette)p), dark,
                         contrast(r.color[0], r.color[1]));
            double first = luminance(r.color[1]), last = luminance(r.color[255]);
            if (p != HEAT_PALETTE_ENHANCED) /* which is not meant to be even */
                assert_true(dark ? last > first : last < first);
            assert_true(contrast(r.color[0], r.color[255]) > contrast(r.color[0], r.color[1]));
            assert_true(r.outside != r.color[0] && r.filtered != r.color[0] &&
                        r.outside != r.filtered);
            for (int i = 1; i < 256; i++)
                assert_true(r.color[i] != r.outside && r.color[i] != r.filtered);
            for (int i = 2; i < 256 && p != HEAT_PALETTE_ENHANCED; i++) { /* no step back */
                double step = luminance(r.color[i]) - luminance(r.color[i - 1]);
                assert_true(dark ? step > -0.004 : step < 0.004);
            }
        }
    }
}

static void text_is_readable(void **state) {
    static const char *const symbols[] = {
        "main",        "[unknown]", "std::vector<int>::push_back", "java/lang/Thread::run",
        "tcp_sendmsg", ""};
    static const char *const modules[] = {"", "libc.so.6", "[kernel.kallsyms]", "app"};
    (void)state;
    for (int p = 0; p < FLAME_PALETTE_COUNT; p++)
        for (int dark = 0; dark < 2; dark++)
            for (uint32_t kind = 0; kind <= FRAME_KIND_FIRST_OWN; kind++)
                for (size_t i = 0; i < 24; i++) {
                    uint32_t c = flame_color((FlamePalette)p, dark, (Frame){.kind = kind},
                                             str_of(symbols[i % 6]), str_of(modules[i / 6]));
                    assert_int_equal(c & 0xff, 0xff);
                    assert_true(contrast(c, text_on(c)) >= 4.5);
                    assert_int_equal(
                        c, flame_color((FlamePalette)p, dark, (Frame){.kind = kind},
                                       str_of(symbols[i % 6]), str_of(modules[i / 6])));
                }
    for (uint32_t c = 0; c < 1 << 24; c += 77777) /* any colour at all */
        assert_true(contrast(c << 8 | 255, text_on(c << 8 | 255)) >= 4.5);
}

static void kinds_differ(void **state) {
    static const uint32_t kinds[] = {FRAME_USER, FRAME_KERNEL, FRAME_JIT, FRAME_INLINED,
                                     FRAME_PROCESS};
    (void)state;
    for (int i = 0; i < 5; i++)
        for (int k = 0; k < i; k++)
            assert_int_not_equal(
                flame_color(FLAME_BY_KIND, true, (Frame){.kind = kinds[i]}, STR("f"), STR("m")),
                flame_color(FLAME_BY_KIND, true, (Frame){.kind = kinds[k]}, STR("f"),
                            STR("m")));
    Frame user = {.kind = FRAME_USER};
    assert_int_equal(flame_color(FLAME_BY_NAME, true, user, STR("f"), STR("a")),
                     flame_color(FLAME_BY_NAME, true, user, STR("f"), STR("b")));
    assert_int_not_equal(flame_color(FLAME_BY_MODULE, true, user, STR("f"), STR("a")),
                         flame_color(FLAME_BY_MODULE, true, user, STR("f"), STR("b")));
}

static void names_lead_back(void **state) {
    HeatScale scale;
    HeatPalette heat;
    FlamePalette flame;
    (void)state;
    for (int i = 0; i < SCALE_COUNT; i++) {
        assert_true(heat_scale_named(str_of(heat_scale_name((HeatScale)i)), &scale));
        assert_int_equal(scale, i);
    }
    for (int i = 0; i < HEAT_PALETTE_COUNT; i++) {
        assert_true(heat_palette_named(str_of(heat_palette_name((HeatPalette)i)), &heat));
        assert_int_equal(heat, i);
    }
    for (int i = 0; i < FLAME_PALETTE_COUNT; i++) {
        assert_true(flame_palette_named(str_of(flame_palette_name((FlamePalette)i)), &flame));
        assert_int_equal(flame, i);
    }
    assert_false(heat_scale_named(STR("cubic"), &scale));
    assert_false(heat_palette_named(STR(""), &heat));
    assert_false(flame_palette_named(STR("Kind"), &flame));
}

/* ---- scales ------------------------------------------------------------------------------ */

static void scales(void **state) {
    static uint32_t cell[1000];
    static const uint32_t tops[] = {1, 2, 3, 17, 300, 70000, 4000000000u};
    (void)state;
    for (size_t t = 0; t < sizeof(tops) / sizeof(*tops); t++) {
        HeatGrid g = {.columns = 100, .rows = 10, .cell = cell, .max = tops[t]};
        for (int i = 0; i < 1000; i++)
            cell[i] = i % 3 ? 1 + (uint32_t)((uint64_t)(tops[t] - 1) * (uint64_t)i / 999) : 0;
        for (int s = 0; s < SCALE_COUNT; s++) {
            HeatMapper m;
            heat_mapper(&g, (HeatScale)s, &m);
            assert_int_equal(heat_level(&m, 0), 0);
            assert_int_equal(heat_level(&m, tops[t]), 255);
            uint8_t before = 1;
            for (int i = 0; i <= 500; i++) {
                uint32_t v = 1 + (uint32_t)((uint64_t)(tops[t] - 1) * (uint64_t)i / 500);
                uint8_t level = heat_level(&m, v);
                assert_true(level >= before);
                before = level;
            }
            assert_int_equal(heat_value_at(&m, 0), 1);
            for (int i = 1; i <= 10; i++) {
                uint32_t v = heat_value_at(&m, i / 10.0);
                assert_true(v >= 1 && v <= tops[t]);
                assert_true(heat_level(&m, v) >= 1 + (int)(i / 10.0 * 254));
                assert_true(v == 1 || heat_level(&m, v - 1) < 1 + (int)(i / 10.0 * 254));
            }
        }
    }
    HeatGrid g = {.columns = 10, .rows = 10, .cell = cell, .max = 100};
    for (uint32_t i = 0; i < 100; i++)
        cell[i] = i < 90 ? 1 : 100;
    HeatMapper linear, root, log10, percent;
    heat_mapper(&g, SCALE_LINEAR, &linear);
    heat_mapper(&g, SCALE_SQRT, &root);
    heat_mapper(&g, SCALE_LOG, &log10);
    heat_mapper(&g, SCALE_PERCENTILE, &percent);
    assert_true(heat_level(&linear, 25) < heat_level(&root, 25));
    assert_true(heat_level(&root, 25) < heat_level(&log10, 25));
    assert_int_equal(heat_level(&percent, 1), 1);
    assert_true(heat_level(&percent, 50) > 220); /* nine tenths of the cells are colder */
}

/* ---- texels ------------------------------------------------------------------------------ */

static uint32_t word(uint32_t color) {
    uint8_t b[4] = {(uint8_t)(color >> 24), (uint8_t)(color >> 16), (uint8_t)(color >> 8),
                    (uint8_t)color};
    uint32_t w;
    memcpy(&w, b, 4);
    return w;
}

static void texels(void **state) {
    /* 3 columns of 4 rows, from 0.5 s to 2.3 s. */
    static const uint32_t cell[12] = {0, 0, 7, 0, 1, 2, 3, 0, 0, 5, 0, 0};
    static const uint8_t hidden[12] = {0, 0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0};
    HeatGrid g = {.spec = {.column_ns = 1000000000},
                  .columns = 3,
                  .rows = 4,
                  .cell = cell,
                  .hidden = hidden,
                  .max = 7,
                  .first_ns = 500000000,
                  .last_ns = 2300000000};
    HeatMapper m;
    HeatRamp r;
    uint32_t out[64];
    (void)state;
    heat_mapper(&g, SCALE_LINEAR, &m);
    heat_ramp(HEAT_PALETTE_EMBER, true, &r);
    heat_pixels(&g, &m, &r, 0, 4, 4, 4, false, out);
    for (uint32_t x = 0; x < 4; x++) {
        for (uint32_t row = 0; row < 4; row++) {
            uint32_t i = x * 4 + row, at = (3 - row) * 4 + x; /* time runs upwards */
            uint32_t want = x > 2 || i < 2 || i > 9 ? r.outside
                            : cell[i]               ? r.color[heat_level(&m, cell[i])]
                            : hidden[i]             ? r.filtered
                                                    : r.color[0];
            assert_int_equal(out[at], word(want));
        }
    }
    uint32_t down[16];
    heat_pixels(&g, &m, &r, 0, 4, 4, 4, true, down);
    for (uint32_t y = 0; y < 4; y++)
        assert_memory_equal(down + y * 4, out + (3 - y) * 4, 16);
    /* Smaller than the grid: the maximum of what a texel covers. */
    heat_pixels(&g, &m, &r, 0, 3, 1, 1, false, out);
    assert_int_equal(out[0], word(r.color[255]));
    heat_pixels(&g, &m, &r, 1, 2, 1, 2, false, out);
    assert_int_equal(out[0], word(r.color[heat_level(&m, 3)]));
    assert_int_equal(out[1], word(r.color[heat_level(&m, 5)]));
    /* Part of the grid. */
    heat_pixels(&g, &m, &r, 1, 1, 1, 4, true, out);
    assert_int_equal(out[0], word(r.color[heat_level(&m, 1)]));
    /* No recording: nothing is inside. */
    HeatGrid none = {.spec = g.spec, .rows = 4, .last_ns = -1};
    heat_mapper(&none, SCALE_SQRT, &m);
    heat_pixels(&none, &m, &r, 0, 2, 2, 4, false, out);
    for (int i = 0; i < 8; i++)
        assert_int_equal(out[i], word(r.outside));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ramps),        cmocka_unit_test(text_is_readable),
        cmocka_unit_test(kinds_differ), cmocka_unit_test(names_lead_back),
        cmocka_unit_test(scales),       cmocka_unit_test(texels),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

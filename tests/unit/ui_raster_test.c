#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "ui/raster.h"
#include "ui/raster_kernels.h"

enum { W = 64, H = 48 };

static uint32_t pixel[W * H];

static void paint(const DrawList *d, const Fonts *fonts) {
    memset(pixel, 0x55, sizeof pixel);
    raster_draw(&(RasterTarget){.pixel = pixel, .w = W, .h = H, .stride = W}, d, fonts);
}

/* Sum of white over black in units of a whole pixel: the area that was covered. */
static double area(void) {
    double sum = 0;
    for (int i = 0; i < W * H; i++) {
        assert_int_equal(pixel[i] >> 24, 255);
        assert_int_equal(pixel[i] & 0xff, pixel[i] >> 8 & 0xff);
        sum += (pixel[i] & 0xff) / 255.0;
    }
    return sum;
}

static int at(int x, int y) {
    return (int)(pixel[y * W + x] & 0xff);
}

static DrawList black(void) {
    DrawList d = {0};
    draw_reset(&d, W, H, 0x000000ff);
    return d;
}

static void test_areas(void **state) {
    (void)state;
    static const struct {
        int kind;
        Rect r;
        float radius, width;
        double area, slack;
    } rows[] = {
        {DRAW_RECT, {3, 4, 10, 5}, 0, 0, 50, 0.001},
        {DRAW_RECT, {3.25f, 4, 10, 5}, 0, 0, 50, 0.05},
        {DRAW_RECT, {3.25f, 4, 0.5f, 5}, 0, 0, 2.5, 0.05},
        {DRAW_RECT, {3.75f, 4, 0.5f, 8}, 0, 0, 4, 0.05},
        {DRAW_RECT, {-20, -20, 200, 200}, 0, 0, W * H, 0.001},
        {DRAW_RECT, {60.5f, 40, 100, 100}, 0, 0, 3.5 * 8, 0.05},
        {DRAW_RECT, {3, 4.4f, 10, 5}, 0, 0, 50, 0.001}, /* whole rows */
        {DRAW_ROUND, {5, 5, 40, 30}, 0, 0, 1200, 0.001},
        {DRAW_ROUND, {5, 5, 40, 30}, 10, 0, 1200 - (4 - 3.14159) * 100, 4},
        {DRAW_ROUND, {5, 5, 30, 30}, 99, 0, 3.14159 * 225, 4},
        {DRAW_OUTLINE, {5, 5, 40, 30}, 0, 1, 136, 0.001},
        {DRAW_OUTLINE, {5, 5, 40, 30}, 0, 2, 264, 0.001},
        {DRAW_OUTLINE, {5, 5, 40, 40}, 20, 2, 3.14159 * (400 - 324), 4},
        {DRAW_LINE, {5, 5, 40, 0}, 0, 1, 40, 0.001},
        {DRAW_LINE, {5.3f, 5, 0, 30}, 0, 1, 30, 0.001},
        {DRAW_LINE, {5, 5, 30, 40}, 0, 2, 100, 3},
        {DRAW_LINE, {35, 5, -30, 40}, 0, 1, 50, 2},
        {DRAW_TRIANGLE, {5, 5, 45, 5}, 5, 45, 800, 8},
        {DRAW_TRIANGLE, {5, 5, 5, 45}, 45, 5, 800, 8}, /* the other way round */
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        DrawList d = black();
        Rect r = rows[i].r;
        float xy[6] = {r.x, r.y, r.w, r.h, rows[i].radius, rows[i].width};
        if (rows[i].kind == DRAW_RECT)
            draw_rect(&d, r, 0xffffffff);
        else if (rows[i].kind == DRAW_ROUND)
            draw_round(&d, r, rows[i].radius, 0xffffffff);
        else if (rows[i].kind == DRAW_OUTLINE)
            draw_outline(&d, r, rows[i].radius, rows[i].width, 0xffffffff);
        else if (rows[i].kind == DRAW_LINE)
            draw_line(&d, r.x, r.y, r.x + r.w, r.y + r.h, rows[i].width, 0xffffffff);
        else
            draw_triangle(&d, xy, 0xffffffff);
        paint(&d, fonts_fixed());
        double got = area();
        if (fabs(got - rows[i].area) > rows[i].slack)
            fail_msg("row %zu covers %.3f, not %.3f", i, got, rows[i].area);
        draw_free(&d);
    }
}

/* A hairline is one full row or column wherever it is asked for, never two grey ones. */
static void test_hairlines(void **state) {
    (void)state;
    for (float y = 10; y < 12; y += 0.13f) {
        DrawList d = black();
        draw_line(&d, 4, y, 60, y, 1, 0xffffffff);
        draw_line(&d, y, 20, y, 40, 1, 0xffffffff);
        paint(&d, fonts_fixed());
        for (int i = 0; i < W * H; i++)
            assert_true((pixel[i] & 0xff) == 0 || (pixel[i] & 0xff) == 255);
        assert_true(fabs(area() - 76) < 0.01);
        draw_free(&d);
    }
}

static void test_band(void **state) {
    (void)state;
    DrawList d = black();
    draw_band(&d, 10.2f, 6);
    draw_span(&d, 2.5f, 10.25f, 0xffffffff);
    draw_span(&d, 10.25f, 10.5f, 0xffffffff); /* three spans make one whole pixel */
    draw_span(&d, 10.5f, 11, 0xffffffff);
    draw_span(&d, 20, 30, 0xffffff80);
    draw_span(&d, 60, 90, 0xffffffff);
    paint(&d, fonts_fixed());
    assert_true(fabs(area() - 6 * (8.5 + 10 * 128 / 255.0 + 4)) < 0.2);
    for (int y = 10; y < 16; y++) {
        assert_int_equal(at(2, y), 128);
        assert_int_equal(at(3, y), 255);
        assert_int_equal(at(10, y), 255);
        assert_int_equal(at(11, y), 0);
        assert_int_equal(at(25, y), 128);
    }
    assert_int_equal(at(5, 9), 0);
    assert_int_equal(at(5, 16), 0);
    draw_free(&d);
}

/* Many slivers in one pixel add up as areas do, and a partly covered pixel shows what was
 * below, row by row. */
static void test_band_slivers(void **state) {
    (void)state;
    DrawList d = black();
    draw_rect(&d, rect(0, 12, W, 2), 0xffffffff);
    draw_band(&d, 10, 4);
    for (int i = 0; i < 10; i++)
        draw_span(&d, 5 + (float)i * 0.1f, 5 + (float)i * 0.1f + 0.05f, 0xff0000ff);
    paint(&d, fonts_fixed());
    int red = (int)(pixel[11 * W + 5] & 0xff), green = (int)(pixel[11 * W + 5] >> 8 & 0xff);
    assert_true(abs(red - 128) <= 6 && green == 0);
    red = (int)(pixel[13 * W + 5] & 0xff);
    green = (int)(pixel[13 * W + 5] >> 8 & 0xff);
    assert_true(red >= 253 && abs(green - 127) <= 6);
    draw_free(&d);
}

static void test_clip(void **state) {
    (void)state;
    DrawList d = black();
    draw_clip(&d, rect(10, 10, 20, 10));
    draw_rect(&d, rect(0, 0, 15, 48), 0xffffffff);
    draw_round(&d, rect(5, 5, 50, 40), 8, 0xffffffff);
    draw_outline(&d, rect(5, 5, 50, 40), 8, 2, 0xffffffff);
    draw_line(&d, 0, 0, 60, 40, 3, 0xffffffff);
    draw_triangle(&d, (float[]){0, 0, 60, 10, 20, 44}, 0xffffffff);
    draw_band(&d, 5, 30);
    draw_span(&d, -3, 90, 0xffffffff);
    static const uint32_t white = 0xffffffff;
    draw_image(&d, rect(0, 0, 64, 48),
               &(DrawImage){.id = 1, .w = 1, .h = 1, .rgba = &white, .source = {0, 0, 1, 1}});
    paint(&d, fonts_fixed());
    for (int y = 0; y < H; y++)
        for (int x = 0; x < W; x++)
            assert_int_equal(at(x, y), x >= 10 && x < 30 && y >= 10 && y < 20 ? 255 : 0);
    draw_free(&d);
}

/* Each texel covers exactly the pixels whose centres lie in it. */
static void test_image_edges(void **state) {
    (void)state;
    uint32_t texel[5 * 3];
    for (uint32_t i = 0; i < 15; i++)
        texel[i] = 0xff000000u | i * 0x0b0b0b;
    static const Rect boxes[] = {{0, 0, 50, 30}, {3.3f, 2.7f, 41.9f, 33.1f}, {-20, -9, 100, 60}};
    for (size_t b = 0; b < 3; b++) {
        Rect r = boxes[b];
        DrawList d = {0};
        draw_reset(&d, W, H, 0xffffffff);
        draw_image(&d, r,
                   &(DrawImage){.id = 1, .w = 5, .h = 3, .rgba = texel, .source = {0, 0, 5, 3}});
        paint(&d, fonts_fixed());
        for (int y = 0; y < H; y++) {
            for (int x = 0; x < W; x++) {
                double u = (x + 0.5 - (double)r.x) / (double)r.w * 5;
                double v = (y + 0.5 - (double)r.y) / (double)r.h * 3;
                bool in = u >= 0 && v >= 0 && u < 5 && v < 3;
                uint32_t want = in ? texel[(int)v * 5 + (int)u] : 0xffffffff;
                assert_int_equal(pixel[y * W + x], want);
            }
        }
        draw_free(&d);
    }
}

static void test_image_source_and_alpha(void **state) {
    (void)state;
    static const uint32_t texel[4] = {0xff0000ff, 0x8000ff00, 0x00ffffff, 0xffff0000};
    DrawList d = black();
    DrawImage m = {.id = 1, .w = 4, .h = 1, .rgba = texel, .source = {1, 0, 2, 1}};
    draw_image(&d, rect(0, 0, 20, 10), &m);
    m.smooth = true;
    m.source = rect(0, 0, 4, 1);
    draw_image(&d, rect(0, 20, 40, 10), &m);
    paint(&d, fonts_fixed());
    assert_int_equal(pixel[5], 0xff008000);      /* half of green over black */
    assert_int_equal(pixel[15], 0xff000000);     /* nothing at all */
    assert_int_equal(pixel[20 * W], 0xff0000ff); /* the outer half texel is flat */
    uint32_t between = pixel[20 * W + 10];
    assert_true((between & 0xff) > 100 && (between & 0xff) < 160 && (between >> 8 & 0xff) > 30);
    draw_free(&d);
}

/* ---- glyphs ------------------------------------------------------------------------------ */

static const Glyph *square(void *host, Face face, float size, uint32_t code_point) {
    static const uint8_t cover[9] = {255, 255, 255, 255, 128, 255, 255, 255, 255};
    static const Glyph box = {3, 3, 1, 3, 5, cover, 0}, space = {.advance = 5, .id = 1};
    (void)host;
    (void)face;
    (void)size;
    return code_point == ' ' ? &space : &box;
}

static FontMetrics no_metrics(void *host, Face face, float size) {
    (void)host;
    (void)face;
    (void)size;
    return (FontMetrics){8, 2, 10};
}

static void test_text(void **state) {
    (void)state;
    const Fonts fonts = {NULL, no_metrics, square};
    DrawList d = black();
    draw_text(&d, 10.4f, 20.4f, FACE_REGULAR, 10, 0xffffffff, STR("a b"));
    draw_text(&d, -7, 40, FACE_REGULAR, 10, 0xffffff80, STR("abcdefghijklmnopqrst"));
    paint(&d, &fonts);
    assert_int_equal(at(11, 17), 255);
    assert_int_equal(at(12, 18), 128);
    assert_int_equal(at(10, 17), 0);
    assert_int_equal(at(16, 18), 0); /* the space */
    assert_int_equal(at(21, 19), 255);
    assert_int_equal(at(11, 20), 0);
    assert_int_equal(at(0, 37), 128); /* cut at the left edge */
    assert_int_equal(at(62, 37), 0);
    assert_int_equal(at(63, 37), 0);
    draw_free(&d);
}

static void test_bgra_and_stride(void **state) {
    (void)state;
    DrawList d = {0};
    static const uint32_t texel = 0xff112233; /* R 33, G 22, B 11 */
    draw_reset(&d, 8, 8, 0x102030ff);
    draw_rect(&d, rect(2, 2, 2, 2), 0xaabbccff);
    draw_image(&d, rect(5, 5, 1, 1),
               &(DrawImage){.id = 1, .w = 1, .h = 1, .rgba = &texel, .source = {0, 0, 1, 1}});
    uint32_t out[8 * 10];
    memset(out, 0x77, sizeof out);
    raster_draw(&(RasterTarget){.pixel = out, .w = 8, .h = 8, .stride = 10, .bgra = true}, &d,
                fonts_fixed());
    assert_int_equal(out[0], 0xff102030);
    assert_int_equal(out[22], 0xffaabbcc);
    assert_int_equal(out[55], 0xff332211);
    for (int y = 0; y < 8; y++) /* what lies between the rows is not ours */
        assert_true(out[y * 10 + 8] == 0x77777777 && out[y * 10 + 9] == 0x77777777);
    draw_free(&d);
}

/* ---- kernels ----------------------------------------------------------------------------- */

static uint32_t next(uint32_t *seed) {
    *seed = *seed * 1664525u + 1013904223u;
    return *seed ^ *seed >> 15;
}

static void test_simd_equals_plain(void **state) {
    (void)state;
    const RasterKernels *plain = raster_kernels(RASTER_SCALAR);
    uint32_t seed = 1, a[80], b[80], over[80];
    uint8_t cover[80];
    for (int level = 1; level < RASTER_LEVELS; level++) {
        const RasterKernels *k = raster_kernels((RasterLevel)level);
        if (!k) {
            print_message("level %d is not there: skipped\n", level);
            continue;
        }
        for (uint32_t round = 0; round < 4000; round++) {
            uint32_t n = round % 40, from = next(&seed) % 3, color = next(&seed) | 0xff000000u;
            uint32_t alpha = round % 7 ? next(&seed) % 256 : 255;
            for (int i = 0; i < 80; i++) {
                a[i] = b[i] = next(&seed) | 0xff000000u;
                uint32_t c = next(&seed) % 4;
                cover[i] = c == 0 ? 0 : c == 1 ? 255 : (uint8_t)next(&seed);
                uint32_t oa = c == 2 ? 255 : next(&seed) % 256;
                over[i] = oa << 24;
                for (int s = 0; s < 24; s += 8)
                    over[i] |= next(&seed) % (oa + 1) << s;
            }
            uint32_t rows = 1 + round % 2, wide = n / rows;
            plain->cover(a + from, wide + 2, cover, wide, wide, rows, color, alpha);
            k->cover(b + from, wide + 2, cover, wide, wide, rows, color, alpha);
            plain->blend(a + from + 20, n, color, alpha);
            k->blend(b + from + 20, n, color, alpha);
            plain->over(a + from, over, n);
            k->over(b + from, over, n);
            plain->fill(a + from + 30, n / 3, color);
            k->fill(b + from + 30, n / 3, color);
            assert_memory_equal(a, b, sizeof a);
            for (int i = 0; i < 80; i++)
                assert_int_equal(a[i] >> 24, 255); /* opaque stays opaque */
        }
    }
}

static void test_div255(void **state) {
    (void)state;
    for (uint32_t x = 0; x <= 255 * 255; x++)
        assert_int_equal(div255(x), (x + 127) / 255);
}

static void test_repeats_to_the_bit(void **state) {
    (void)state;
    DrawList d = black();
    draw_round(&d, rect(3, 3, 41, 33), 9, 0x7aa8ffcc);
    draw_outline(&d, rect(3, 3, 41, 33), 9, 1.5f, 0xffb454ff);
    draw_line(&d, 1, 1, 60, 33, 1.7f, 0xe7eaf0ff);
    paint(&d, fonts_fixed());
    uint64_t h = 1469598103934665603ull;
    for (int i = 0; i < W * H; i++)
        h = (h ^ pixel[i]) * 1099511628211ull;
    uint32_t first[W * H];
    memcpy(first, pixel, sizeof first);
    paint(&d, fonts_fixed());
    assert_memory_equal(first, pixel, sizeof first);
#if defined(__x86_64__) && !defined(__FMA__) /* fused multiplications round otherwise */
    assert_true(h == 0xde8f473aae66ab3du);
#else
    (void)h;
#endif
    draw_free(&d);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_areas),
        cmocka_unit_test(test_hairlines),
        cmocka_unit_test(test_band),
        cmocka_unit_test(test_band_slivers),
        cmocka_unit_test(test_clip),
        cmocka_unit_test(test_image_edges),
        cmocka_unit_test(test_image_source_and_alpha),
        cmocka_unit_test(test_text),
        cmocka_unit_test(test_bgra_and_stride),
        cmocka_unit_test(test_simd_equals_plain),
        cmocka_unit_test(test_div255),
        cmocka_unit_test(test_repeats_to_the_bit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

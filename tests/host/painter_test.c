/* The GPU painter shows what the raster shows. Needs a display: starts itself again under
 * xvfb-run when there is none; skipped (77) where that is missing too. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <SDL.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/parts.h"
#include "scene_helper.h"
#include "ui/raster.h"

enum { W = 560, H = 440 };

/* GL drivers and D-Bus keep memory to the end; under AddressSanitizer that is not our business.
 * What we leak ourselves window_test sees. */
int __lsan_is_turned_off(void);
int __lsan_is_turned_off(void) {
    return 1;
}

static const Fonts *fonts;

static uint32_t *raster_scene(const DrawList *d) {
    uint32_t *pixel = mem_resize(NULL, 0, W * H * 4);
    raster_draw(&(RasterTarget){.pixel = pixel, .w = W, .h = H, .stride = W}, d, fonts);
    return pixel;
}

static int channel_gap(uint32_t a, uint32_t b) {
    int most = 0;
    for (int s = 0; s < 24; s += 8) {
        int gap = abs((int)(a >> s & 0xff) - (int)(b >> s & 0xff));
        most = gap > most ? gap : most;
    }
    return most;
}

/* Feathered lines and linear filtering may differ a little; nearly all pixels must not. */
static void compare(const uint32_t *a, const uint32_t *b) {
    uint64_t sum = 0;
    uint32_t off = 0, far_off = 0;
    for (uint32_t i = 0; i < W * H; i++) {
        int gap = channel_gap(a[i], b[i]);
        sum += (uint64_t)gap;
        off += gap > 3;
        far_off += gap > 48;
    }
    print_message("pixels off by more than 3: %u, by more than 48: %u, mean gap %.4f\n", off,
                  far_off, (double)sum / (W * H));
    assert_true(off < W * H / 100);
    assert_true(far_off < 300);
}

static void test_gpu_equals_raster(void **state) {
    (void)state;
    SDL_Window *window = SDL_CreateWindow("painter test", 0, 0, W, H, 0);
    assert_non_null(window);
    Painter p = {0};
    Error err = {0};
    if (!painter_gpu_open(window, true, &p, &err)) {
        print_message("%s\n", err.message);
        SDL_DestroyWindow(window);
        skip();
    }
    DrawList d = {0};
    uint32_t *shot = mem_resize(NULL, 0, W * H * 4), calls = 0;
    for (uint64_t generation = 1; generation <= 3; generation++) {
        scene_build(&d, W, H, generation);
        if (generation == 3)
            p.reset(p.self);
        for (int again = 0; again < 3; again++) { /* nothing new to upload, then */
            assert_true(p.draw(p.self, &d, fonts, &calls));
            assert_true(calls > 0 && calls < 16);
            if (again < 2)
                p.present(p.self);
        }
        assert_int_equal(SDL_RenderReadPixels(SDL_GetRenderer(window), NULL, SDL_PIXELFORMAT_RGBA32,
                                              shot, W * 4),
                         0);
        p.present(p.self);
        uint32_t *want = raster_scene(&d);
        compare(shot, want);
        mem_resize(want, W * H * 4, 0);
    }
    mem_resize(shot, W * H * 4, 0);
    draw_free(&d);
    p.close(p.self);
    SDL_DestroyWindow(window);
}

/* The usual window: text, one image that stays, text. With SDL 2.26 the scale mode of a texture,
 * set while drawing, left that texture bound for what was queued before it. */
static void test_image_between_texts(void **state) {
    (void)state;
    SDL_Window *window = SDL_CreateWindow("painter test", 0, 0, W, H, 0);
    assert_non_null(window);
    Painter p = {0};
    Error err = {0};
    if (!painter_gpu_open(window, true, &p, &err)) {
        print_message("%s\n", err.message);
        SDL_DestroyWindow(window);
        skip();
    }
    DrawList d = {0};
    uint32_t *shot = mem_resize(NULL, 0, W * H * 4), calls = 0;
    for (int i = 0; i < 8; i++) {
        scene_build_plain(&d, W, H, i % 4 < 2 ? 1 : (uint64_t)i, i < 4 ? 64 : 2100);
        assert_true(p.draw(p.self, &d, fonts, &calls));
        assert_int_equal(calls, i < 4 ? 1 : 3);
        assert_int_equal(SDL_RenderReadPixels(SDL_GetRenderer(window), NULL, SDL_PIXELFORMAT_RGBA32,
                                              shot, W * 4),
                         0);
        p.present(p.self);
        uint32_t *want = raster_scene(&d);
        compare(shot, want);
        mem_resize(want, W * H * 4, 0);
    }
    mem_resize(shot, W * H * 4, 0);
    draw_free(&d);
    p.close(p.self);
    SDL_DestroyWindow(window);
}

static void test_soft_equals_raster(void **state) {
    (void)state;
    SDL_Window *window = SDL_CreateWindow("painter test", 0, 0, W, H, 0);
    assert_non_null(window);
    Painter p = {0};
    Error err = {0};
    assert_true(painter_soft_open(window, &p, &err));
    DrawList d = {0};
    uint32_t calls = 0;
    scene_build(&d, W, H, 1);
    assert_true(p.draw(p.self, &d, fonts, &calls));
    p.present(p.self);
    SDL_Surface *s = SDL_GetWindowSurface(window);
    SDL_Surface *rgba = SDL_ConvertSurfaceFormat(s, SDL_PIXELFORMAT_RGBA32, 0);
    uint32_t *want = raster_scene(&d);
    for (int y = 0; y < H; y++) {
        const uint8_t *row = (const uint8_t *)rgba->pixels + (size_t)y * (size_t)rgba->pitch;
        for (int x = 0; x < W; x++) {
            uint32_t got;
            memcpy(&got, row + 4 * x, 4);
            assert_int_equal(got & 0xffffff, want[y * W + x] & 0xffffff);
        }
    }
    mem_resize(want, W * H * 4, 0);
    SDL_FreeSurface(rgba);
    draw_free(&d);
    p.close(p.self);
    SDL_DestroyWindow(window);
}

int main(int argc, char **argv) {
    (void)argc;
    if (!getenv("DISPLAY") && !getenv("WAYLAND_DISPLAY")) {
        if (!getenv("FLAMESCOPE_NO_XVFB")) {
            setenv("FLAMESCOPE_NO_XVFB", "1", 1);
            execlp("xvfb-run", "xvfb-run", "-a", argv[0], (char *)NULL);
        }
        fprintf(stderr, "no display and no xvfb-run: skipped\n");
        return 77;
    }
    SDL_SetHint("SDL_FRAMEBUFFER_ACCELERATION", "0");
    if (SDL_Init(SDL_INIT_VIDEO) != 0) {
        fprintf(stderr, "%s: skipped\n", SDL_GetError());
        return 77;
    }
    fonts = fonts_open(FONTS_DEJAVU, NULL);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_gpu_equals_raster),
        cmocka_unit_test(test_image_between_texts),
        cmocka_unit_test(test_soft_equals_raster),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    fonts_close();
    SDL_Quit();
    return failed;
}

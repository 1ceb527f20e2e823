/* Animated PNGs: the chunks of a file, and that a file that is not whole takes no place.
 * (tests/cli/apng.py reads whole animations, pixel by pixel.) */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/apng.h"
#include "base/codec.h"
#include "base/file.h"

enum { W = 40, H = 30 };

static char folder[] = "/tmp/base-apng-XXXXXX", path[300];
static uint8_t pixel[H * W * 4];
static const Image image = {W, H, W * 4, pixel};

static uint32_t number(const char *s) {
    const uint8_t *p = (const uint8_t *)s;
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static void paint(uint32_t x, uint32_t y, uint8_t value) {
    memset(pixel + ((size_t)y * W + x) * 4, value, 4);
}

/* Three pictures: one, the same, and one that differs in a rectangle of 5 × 3. */
static void make(const char *where) {
    static const char *const facts[] = {"Software", "a test", NULL};
    Apng a;
    Error err = {0};
    memset(pixel, 0x20, sizeof pixel);
    remove(where);
    assert_true(apng_begin(&a, where, W, H, 3, 0, facts, &err));
    assert_true(apng_frame(&a, &image, 1, 20, &err) && apng_frame(&a, &image, 1, 20, &err));
    paint(7, 11, 0xff);
    paint(11, 13, 0x01);
    assert_true(apng_frame(&a, &image, 3, 2, &err));
    assert_false(file_exists(where)); /* not before it is whole */
    assert_true(apng_end(&a, &err));
}

static void chunks_are_in_order(void **state) {
    Buf kinds = {0}, bytes = {0};
    Error err = {0};
    (void)state;
    make(path);
    assert_true(file_read_all(path, &bytes, 1 << 20, &err));
    for (size_t i = 8; i < bytes.n;) {
        uint32_t n = number(bytes.s + i);
        assert_true(i + 12 + n <= bytes.n);
        assert_int_equal(number(bytes.s + i + 8 + n), codec_crc(0, bytes.s + i + 4, n + 4));
        buf_printf(&kinds, "%.4s", bytes.s + i + 4);
        const char *body = bytes.s + i + 8;
        if (!memcmp(bytes.s + i + 4, "acTL", 4))
            buf_printf(&kinds, ":%u,%u", number(body), number(body + 4));
        if (!memcmp(bytes.s + i + 4, "fcTL", 4))
            buf_printf(&kinds, ":%u,%ux%u+%u+%u,%u/%u", number(body), number(body + 4),
                       number(body + 8), number(body + 12), number(body + 16),
                       number(body + 20) >> 16, number(body + 20) & 0xffff);
        if (!memcmp(bytes.s + i + 4, "fdAT", 4))
            buf_printf(&kinds, ":%u", number(body));
        buf_putc(&kinds, ' ');
        i += 12 + n;
    }
    assert_string_equal(kinds.s,
                        "IHDR acTL:3,0 tEXt fcTL:0,40x30+0+0,1/20 IDAT fcTL:1,1x1+0+0,1/20 fdAT:2 "
                        "fcTL:3,5x3+7+11,3/2 fdAT:4 IEND ");
    Arena arena;
    Image first;
    arena_init(&arena, 0);
    assert_true(image_read_png(path, &arena, &first, &err)); /* one who knows no animation */
    assert_int_equal(first.w, W);
    assert_int_equal(first.rgba[0], 0x20);
    arena_free(&arena);
    buf_free(&kinds);
    buf_free(&bytes);
}

static void same_pictures_same_bytes(void **state) {
    Buf a = {0}, b = {0};
    Error err = {0};
    (void)state;
    make(path);
    assert_true(file_read_all(path, &a, 1 << 20, &err));
    remove(path);
    make(path);
    assert_true(file_read_all(path, &b, 1 << 20, &err));
    assert_int_equal(a.n, b.n);
    assert_memory_equal(a.s, b.s, a.n);
    buf_free(&a);
    buf_free(&b);
}

static void what_is_wrong_is_said(void **state) {
    Apng a;
    Error err = {0};
    Image small = {W - 1, H, W * 4, pixel};
    (void)state;
    remove(path);
    assert_false(apng_begin(&a, path, 0, H, 1, 0, NULL, &err));
    assert_true(apng_begin(&a, path, W, H, 2, 0, NULL, &err));
    assert_false(apng_frame(&a, &small, 1, 1, &err));
    assert_false(file_exists(path));
    assert_true(apng_begin(&a, path, W, H, 2, 0, NULL, &err));
    assert_true(apng_frame(&a, &image, 1, 1, &err));
    err = (Error){0};
    assert_false(apng_end(&a, &err)); /* one of two */
    assert_non_null(strstr(err.message, "1 pictures instead of 2"));
    assert_false(file_exists(path));
    assert_true(apng_begin(&a, path, W, H, 1, 0, NULL, &err));
    assert_true(apng_frame(&a, &image, 1, 1, &err));
    assert_false(apng_frame(&a, &image, 1, 1, &err)); /* and one too many */
    assert_false(file_exists(path));
    assert_true(apng_begin(&a, path, W, H, 1, 0, NULL, &err));
    apng_abandon(&a);
    apng_abandon(&a);
    assert_false(file_exists(path));
    assert_false(apng_begin(&a, "/nowhere/at/all.png", W, H, 1, 0, NULL, &err));
}

static int set_up(void **state) {
    (void)state;
    bool made = mkdtemp(folder) != NULL;
    snprintf(path, sizeof path, "%s/a.png", folder);
    return made ? 0 : -1;
}

static int tear_down(void **state) {
    (void)state;
    remove(path);
    return rmdir(folder);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(chunks_are_in_order),
        cmocka_unit_test(same_pictures_same_bytes),
        cmocka_unit_test(what_is_wrong_is_said),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}

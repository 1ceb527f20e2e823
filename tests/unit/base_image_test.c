#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"
#include "base/image.h"

static char path[512];

static int make_path(void **state) {
    (void)state;
    const char *base = getenv("TMPDIR");
    snprintf(path, sizeof path, "%s/base-image-XXXXXX", base && *base ? base : P_tmpdir);
    int fd = mkstemp(path);
    return fd < 0 ? -1 : close(fd);
}

static int remove_path(void **state) {
    (void)state;
    return remove(path);
}

static void pixels_survive(void **state) {
    (void)state;
    static const struct {
        uint32_t w, h, extra; /* extra: bytes behind each row */
    } rows[] = {{1, 1, 0}, {7, 3, 12}, {300, 200, 0}, {2, 500, 1000}};
    for (size_t r = 0; r < sizeof rows / sizeof rows[0]; r++) {
        Arena arena;
        arena_init(&arena, 0);
        Image in = {.w = rows[r].w, .h = rows[r].h, .stride = rows[r].w * 4 + rows[r].extra};
        size_t n = in.stride * (in.h - 1) + in.w * 4; /* the last row ends with its pixels */
        in.rgba = arena_push(&arena, n, 4);
        for (size_t i = 0; i < n; i++)
            in.rgba[i] = (uint8_t)(i * 2654435761u >> 11);
        Error err = {0};
        Image out = {0};
        assert_true(image_write_png(path, &in, NULL, &err));
        assert_true(image_read_png(path, &arena, &out, &err));
        assert_int_equal(out.w, in.w);
        assert_int_equal(out.h, in.h);
        for (uint32_t y = 0; y < in.h; y++)
            assert_memory_equal(out.rgba + y * out.stride, in.rgba + y * in.stride, in.w * 4);
        arena_free(&arena);
    }
}

static void texts_are_stored(void **state) {
    (void)state;
    uint8_t pixel[4] = {1, 2, 3, 255};
    Image image = {1, 1, 4, pixel};
    const char *const texts[] = {"Software", "FlameScope", "State", "t0=\u2009 1", NULL};
    Error err = {0};
    Buf bytes = {0};
    assert_true(image_write_png(path, &image, texts, &err));
    assert_true(file_read_all(path, &bytes, 1 << 20, &err));
    Str all = buf_str(&bytes);
    assert_true(str_find(all, (Str){"tEXtSoftware\0FlameScope", 23}) < all.n);
    assert_true(str_find(all, STR("iTXtState\0")) < all.n);
    assert_true(str_find(all, STR("t0=\u2009 1")) < all.n);
    buf_free(&bytes);
}

static void failures_name_the_file(void **state) {
    (void)state;
    static const struct {
        Str bytes;
        const char *word;
    } rows[] = {{{"", 0}, "PNG"},
                {{"not a picture at all", 20}, "PNG"},
                {{"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", 16}, "PNG"}};
    Arena arena;
    arena_init(&arena, 0);
    Image out;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        Error err = {0};
        assert_true(file_write_all(path, rows[i].bytes, &err));
        assert_false(image_read_png(path, &arena, &out, &err));
        assert_int_equal(err.kind, ERROR_FORMAT);
        assert_non_null(strstr(err.message, rows[i].word));
        assert_string_equal(err.file, path);
        assert_false(image_read_png(path, &arena, &out, NULL));
    }
    uint8_t pixel[4] = {0};
    Error err = {0};
    assert_false(image_write_png(path, &(Image){0, 1, 4, pixel}, NULL, &err));
    assert_int_equal(err.kind, ERROR_USAGE);
    err = (Error){0};
    assert_false(image_write_png("/no/such/folder/x.png", &(Image){1, 1, 4, pixel}, NULL, &err));
    assert_int_equal(err.kind, ERROR_IO);
    arena_free(&arena);
}

/* Cut anywhere, a picture is refused and nothing leaks. */
static void cut_pictures_are_refused(void **state) {
    (void)state;
    Arena arena;
    arena_init(&arena, 0);
    Error err = {0};
    Image in = {20, 20, 80, arena_push(&arena, 1600, 4)}, out;
    for (size_t i = 0; i < 1600; i++)
        in.rgba[i] = (uint8_t)(i * i);
    Buf bytes = {0};
    assert_true(image_write_png(path, &in, NULL, &err));
    assert_true(file_read_all(path, &bytes, 1 << 20, &err));
    for (size_t cut = 0; cut + 20 < bytes.n; cut += 1 + bytes.n / 40) {
        assert_true(file_write_all(path, (Str){bytes.s, cut}, NULL));
        assert_false(image_read_png(path, &arena, &out, NULL));
    }
    buf_free(&bytes);
    arena_free(&arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pixels_survive),
        cmocka_unit_test(texts_are_stored),
        cmocka_unit_test(failures_name_the_file),
        cmocka_unit_test(cut_pictures_are_refused),
    };
    return cmocka_run_group_tests_name("base/image", tests, make_path, remove_path);
}

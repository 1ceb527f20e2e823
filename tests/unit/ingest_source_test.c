#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "unit/ingest_helper.h"

static Buf sample_bytes(size_t n) {
    Buf b = {0};
    for (uint32_t i = 0; b.n < n; i++)
        buf_printf(&b, "line %u of many, %u\n", i, i * 2654435761u);
    return b;
}

static Buf read_out(Source *source, size_t step) {
    Buf out = {0};
    static char piece[100000];
    Error err = {0};
    int64_t n;
    while ((n = source_read(source, piece, 1, step, &err)) > 0)
        buf_put(&out, (Str){piece, (size_t)n});
    assert_int_equal(n, 0);
    return out;
}

static void expect_reads(const char *path, CodecEngine engine, Str want, SourceEnding ending) {
    static const size_t steps[] = {1000, 100000};
    for (size_t i = 0; i < 2; i++) {
        Error err = {0};
        Source *source = source_open(path, engine, &err);
        assert_non_null(source);
        Str head;
        bool whole;
        assert_true(source_peek(source, 50, &head, &whole, &err));
        assert_true(head.n >= 50 || whole);
        assert_memory_equal(head.s, want.s, head.n);
        Buf got = read_out(source, steps[i]);
        assert_int_equal(got.n, want.n);
        assert_true(str_eq(buf_str(&got), want));
        assert_int_equal(source_ending(source), ending);
        assert_true((ending == SOURCE_WHOLE) == (source_trouble(source)[0] == 0));
        if (ending == SOURCE_WHOLE)
            assert_int_equal(source_consumed(source), source_size(source));
        assert_false(source_is_pipe(source));
        assert_true(source_wait(source, 0));
        buf_free(&got);
        source_close(source);
    }
}

static void plain_files_are_read_as_they_are(void **state) {
    (void)state;
    static const size_t sizes[] = {0, 1, 7, 8, 1000, 262144, 700001};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        Buf b = sample_bytes(sizes[i]);
        expect_reads(temp_file(buf_str(&b)), CODEC_AUTO, buf_str(&b), SOURCE_WHOLE);
        temp_remove();
        buf_free(&b);
    }
}

static void gzip_is_decoded_by_each_engine(void **state) {
    (void)state;
    Buf b = sample_bytes(900000);
    for (size_t members = 1; members <= 4; members += 3) {
        Buf packed = gzip_of(buf_str(&b), members);
        const char *path = temp_file(buf_str(&packed));
        for (int engine = CODEC_AUTO; engine <= CODEC_ISAL; engine++) {
            if (codec_available(CODEC_GZIP, (CodecEngine)engine))
                expect_reads(path, (CodecEngine)engine, buf_str(&b), SOURCE_WHOLE);
        }
        temp_remove();
        buf_free(&packed);
    }
    buf_free(&b);
}

static void a_cut_gzip_gives_what_is_there_and_says_so(void **state) {
    (void)state;
    Buf b = sample_bytes(300000);
    Buf packed = gzip_of(buf_str(&b), 1);
    for (int engine = CODEC_ZLIB; engine <= CODEC_ISAL; engine++) {
        if (!codec_available(CODEC_GZIP, (CodecEngine)engine))
            continue;
        for (int quarter = 1; quarter <= 3; quarter++) {
            Str cut = str_slice(buf_str(&packed), 0, packed.n * (size_t)quarter / 4);
            Error err = {0};
            Source *source = source_open(temp_file(cut), (CodecEngine)engine, &err);
            assert_non_null(source);
            Buf got = read_out(source, 5000);
            assert_true(got.n > 1000 && got.n < b.n);
            assert_memory_equal(got.s, b.s, got.n);
            assert_int_equal(source_ending(source), SOURCE_TRUNCATED);
            assert_true(strlen(source_trouble(source)) > 0);
            source_close(source);
            temp_remove();
            buf_free(&got);
        }
    }
    buf_free(&b);
    buf_free(&packed);
}

static void a_damaged_gzip_is_found_out(void **state) {
    (void)state;
    Buf b = sample_bytes(300000);
    Buf packed = gzip_of(buf_str(&b), 1);
    packed.s[packed.n - 6] ^= 0x40; /* of the checksum */
    Error err = {0};
    Source *source = source_open(temp_file(buf_str(&packed)), CODEC_AUTO, &err);
    Buf got = read_out(source, 70000);
    assert_true(got.n <= b.n && got.n > 0);
    assert_int_equal(source_ending(source), SOURCE_DAMAGED);
    source_close(source);
    temp_remove();
    buf_free(&got);
    buf_free(&b);
    buf_free(&packed);
}

static void a_pipe_gives_what_came(void **state) {
    (void)state;
    int end[2];
    char path[64];
    assert_int_equal(pipe(end), 0);
    snprintf(path, sizeof path, "/dev/fd/%d", end[0]);
    Error err = {0};
    Source *source = source_open(path, CODEC_AUTO, &err); /* must not wait for bytes */
    assert_non_null(source);
    assert_true(source_is_pipe(source));
    assert_int_equal(source_size(source), -1);
    assert_false(source_wait(source, 0));
    assert_int_equal(write(end[1], "0123456789", 10), 10);
    assert_true(source_wait(source, 1000));
    char out[100];
    Str head;
    bool whole;
    assert_true(source_peek(source, 9, &head, &whole, &err));
    assert_int_equal(head.n, 10);
    assert_false(whole);
    assert_int_equal(source_read(source, out, 1, sizeof out, &err), 10);
    assert_memory_equal(out, "0123456789", 10);
    assert_false(source_wait(source, 0));
    assert_int_equal(write(end[1], "abc", 3), 3);
    assert_int_equal(source_read(source, out, 1, sizeof out, &err), 3);
    close(end[1]);
    assert_true(source_wait(source, 1000));
    assert_int_equal(source_read(source, out, 1, sizeof out, &err), 0);
    assert_int_equal(source_ending(source), SOURCE_WHOLE);
    source_close(source);
    close(end[0]);
}

static void utf16_comes_out_as_utf8(void **state) {
    (void)state;
    static const char want[] = "a;\xc3\xa9;\xe2\x82\xac;\xf0\x9f\x94\xa5 1\n\xef\xbf\xbd";
    static const uint16_t unit[] = {0xfeff, 'a',    ';', 0xe9, ';',  0x20ac, ';',
                                    0xd83d, 0xdd25, ' ', '1',  '\n', 0xd83d};
    for (int big = 0; big < 2; big++) {
        char bytes[sizeof unit];
        for (size_t i = 0; i < sizeof unit / 2; i++) {
            bytes[2 * i + (size_t)big] = (char)(unit[i] & 0xff);
            bytes[2 * i + (size_t)!big] = (char)(unit[i] >> 8);
        }
        const char *path = temp_file((Str){bytes, sizeof bytes});
        for (size_t step = 1; step <= 20; step++) {
            Error err = {0};
            Source *source = source_open(path, CODEC_AUTO, &err);
            Buf got = read_out(source, step);
            assert_string_equal(got.s, want);
            assert_int_equal(source_ending(source), SOURCE_WHOLE);
            source_close(source);
            buf_free(&got);
        }
        temp_remove();
    }
}

static void the_mark_of_utf8_is_left_out(void **state) {
    (void)state;
    static const char *const text[] = {"\xef\xbb\xbf{\"a\":1}", "\xef\xbb\xbf", "\xef\xbb"};
    static const char *const want[] = {"{\"a\":1}", "", "\xef\xbb"};
    for (size_t i = 0; i < 3; i++) {
        const char *path = temp_file(str_of(text[i]));
        for (size_t step = 1; step <= 9; step += 4) {
            Error err = {0};
            Source *source = source_open(path, CODEC_AUTO, &err);
            Buf got = read_out(source, step);
            assert_true(str_eq(buf_str(&got), str_of(want[i])));
            source_close(source);
            buf_free(&got);
        }
        temp_remove();
    }
}

static void a_missing_file_is_an_error(void **state) {
    (void)state;
    Error err = {0};
    assert_null(source_open("/nowhere/at all", CODEC_AUTO, &err));
    assert_int_equal(err.kind, ERROR_IO);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_files_are_read_as_they_are),
        cmocka_unit_test(gzip_is_decoded_by_each_engine),
        cmocka_unit_test(a_cut_gzip_gives_what_is_there_and_says_so),
        cmocka_unit_test(a_damaged_gzip_is_found_out),
        cmocka_unit_test(a_pipe_gives_what_came),
        cmocka_unit_test(utf16_comes_out_as_utf8),
        cmocka_unit_test(the_mark_of_utf8_is_left_out),
        cmocka_unit_test(a_missing_file_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Every engine that is built in must give the same answer on whole, joined, cut and damaged
 * streams, however the input and the output are cut into pieces. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <zlib.h>
#ifdef HAVE_LZMA
#include <lzma.h>
#endif
#ifdef HAVE_ZSTD
#include <zstd.h>
#endif

#include "base/buf.h"
#include "base/codec.h"

static const struct {
    CodecKind kind;
    CodecEngine engine;
    const char *name;
} engines[] = {{CODEC_GZIP, CODEC_ZLIB, "zlib"},
               {CODEC_GZIP, CODEC_ISAL, "isal"},
               {CODEC_ZSTD, CODEC_AUTO, "zstd"},
               {CODEC_XZ, CODEC_AUTO, "xz"}};
enum { ENGINES = sizeof engines / sizeof engines[0] };

/* ---- making streams ---------------------------------------------------------------------- */

/* Text that deflate finds matches and literals in. */
static void make_text(Buf *out, size_t n, uint32_t seed) {
    while (out->n < n) {
        seed = seed * 1664525u + 1013904223u;
        buf_printf(out, "frame_%u+0x%x;", seed >> 24, seed >> 8 & 0xfff);
    }
    out->n = n;
}

typedef struct Gz {
    int level, strategy;
    bool header; /* name, comment, extra field and header checksum */
} Gz;

static void put_gzip(Buf *out, Str text, Gz how) {
    z_stream z = {0};
    assert_int_equal(deflateInit2(&z, how.level, Z_DEFLATED, 15 + 16, 8, how.strategy), Z_OK);
    unsigned char extra[] = "extra";
    gz_header header = {.name = (unsigned char *)"profile.txt",
                        .comment = (unsigned char *)"made by a test",
                        .extra = extra,
                        .extra_len = sizeof extra,
                        .hcrc = 1};
    if (how.header)
        deflateSetHeader(&z, &header);
    size_t room = deflateBound(&z, (uLong)text.n) + 200;
    z.next_out = (unsigned char *)buf_reserve(out, room);
    z.avail_out = (unsigned)room;
    z.next_in = (z_const unsigned char *)text.s;
    z.avail_in = (unsigned)text.n;
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    out->n += room - z.avail_out;
    deflateEnd(&z);
}

#ifdef HAVE_LZMA
static void put_xz(Buf *out, Str text) {
    size_t room = lzma_stream_buffer_bound(text.n), n = 0;
    uint8_t *to = (uint8_t *)buf_reserve(out, room);
    assert_int_equal(lzma_easy_buffer_encode(1, LZMA_CHECK_CRC64, NULL, (const uint8_t *)text.s,
                                             text.n, to, &n, room),
                     LZMA_OK);
    out->n += n;
}
#endif

/* One member of any kind, zstd with its optional checksum. */
static void put_member(Buf *out, CodecKind kind, Str text) {
    if (kind == CODEC_GZIP) {
        put_gzip(out, text, (Gz){6, Z_DEFAULT_STRATEGY, false});
        return;
    }
#ifdef HAVE_LZMA
    if (kind == CODEC_XZ) {
        put_xz(out, text);
        return;
    }
#endif
#ifdef HAVE_ZSTD
    ZSTD_CCtx *c = ZSTD_createCCtx();
    ZSTD_CCtx_setParameter(c, ZSTD_c_checksumFlag, 1);
    size_t room = ZSTD_compressBound(text.n);
    size_t n = ZSTD_compress2(c, buf_reserve(out, room), room, text.s, text.n);
    assert_false(ZSTD_isError(n));
    out->n += n;
    ZSTD_freeCCtx(c);
#endif
}

/* ---- decoding ---------------------------------------------------------------------------- */

typedef struct Decoded {
    Buf text;
    bool ok, complete;
    Error err;
} Decoded;

static Decoded decode(size_t engine, Str in, size_t in_piece, size_t out_piece) {
    Decoded d = {.ok = true};
    Codec *c = codec_new(engines[engine].kind, engines[engine].engine, &d.err);
    assert_non_null(c);
    CodecIo io = {.in = (const uint8_t *)in.s};
    size_t left = in.n;
    for (;;) {
        if (io.in_n == 0) {
            io.in_n = left < in_piece ? left : in_piece;
            left -= io.in_n;
        }
        uint8_t *start = (uint8_t *)buf_reserve(&d.text, out_piece);
        io.out = start;
        io.out_n = out_piece;
        d.ok = codec_run(c, &io, &d.err);
        d.text.n += (size_t)(io.out - start);
        if (!d.ok || (left == 0 && io.in_n == 0 && io.out_n > 0))
            break;
    }
    if (!d.ok)
        assert_false(codec_run(c, &io, NULL)); /* and stays so */
    d.complete = codec_complete(c);
    codec_free(c);
    return d;
}

static const struct {
    size_t in, out;
} pieces[] = {{1, 1}, {1, 4096}, {3, 7}, {1000, 1}, {64, 100000}, {1 << 20, 1 << 20}};
enum { PIECES = sizeof pieces / sizeof pieces[0] };

static void expect_text(size_t engine, Str stream, Str text, const char *what) {
    for (size_t p = 0; p < PIECES; p++) {
        Decoded d = decode(engine, stream, pieces[p].in, pieces[p].out);
        if (!d.ok || !d.complete || !str_eq(buf_str(&d.text), text))
            fail_msg("%s, %s, pieces %zu/%zu: ok %d complete %d, %zu bytes of %zu: %s",
                     engines[engine].name, what, pieces[p].in, pieces[p].out, d.ok, d.complete,
                     d.text.n, text.n, d.err.message);
        buf_free(&d.text);
    }
}

static bool usable(size_t engine) {
    return codec_available(engines[engine].kind, engines[engine].engine);
}

/* ---- tests ------------------------------------------------------------------------------- */

static void sniffs(void **state) {
    (void)state;
    static const struct {
        Str head;
        CodecKind kind;
    } rows[] = {{{"\x1f\x8b\x08\0", 4}, CODEC_GZIP},
                {{"\x1f\x8b\x08", 3}, CODEC_GZIP},
                {{"\x1f\x8b", 2}, CODEC_NONE},
                {{"\x1f\x8b\x07\0", 4}, CODEC_NONE},
                {{"\x28\xb5\x2f\xfd", 4}, CODEC_ZSTD},
                {{"\x28\xb5\x2f", 3}, CODEC_NONE},
                {{"\x53\x2a\x4d\x18\0", 5}, CODEC_ZSTD},
                {{"\xfd\x37zXZ\0\0\4", 8}, CODEC_XZ},
                {{"\xfd\x37zXZ\0", 6}, CODEC_XZ},
                {{"\xfd\x37zXZ", 5}, CODEC_NONE},
                {{"java 1", 6}, CODEC_NONE},
                {{"", 0}, CODEC_NONE}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_int_equal(codec_sniff((const uint8_t *)rows[i].head.s, rows[i].head.n),
                         rows[i].kind);
}

static void missing_engines_are_named(void **state) {
    (void)state;
    for (size_t e = 0; e < ENGINES; e++) {
        if (usable(e))
            continue;
        Error err = {0};
        assert_null(codec_new(engines[e].kind, engines[e].engine, &err));
        assert_non_null(strstr(err.message, e == 1 ? "ISA-L" : engines[e].name));
    }
    Error err = {0};
    assert_true(codec_available(CODEC_GZIP, CODEC_AUTO));
    assert_true(codec_available(CODEC_GZIP, CODEC_ZLIB));
    assert_false(codec_available(CODEC_NONE, CODEC_AUTO));
    assert_null(codec_new(CODEC_NONE, CODEC_AUTO, &err));
    assert_int_equal(err.kind, ERROR_USAGE);
    Codec *c = codec_new(CODEC_GZIP, CODEC_AUTO, NULL);
    assert_non_null(c);
    assert_false(codec_complete(c)); /* nothing is not a whole stream */
    codec_free(c);
    codec_free(NULL);
}

static void gzip_of_all_kinds(void **state) {
    (void)state;
    static const struct {
        const char *name;
        size_t n;
        Gz how;
    } rows[] = {{"empty", 0, {6, Z_DEFAULT_STRATEGY, false}},
                {"one byte", 1, {6, Z_DEFAULT_STRATEGY, false}},
                {"stored", 150000, {0, Z_DEFAULT_STRATEGY, false}},
                {"fixed codes", 20000, {6, Z_FIXED, false}},
                {"best", 200000, {9, Z_DEFAULT_STRATEGY, false}},
                {"literals only", 30000, {6, Z_HUFFMAN_ONLY, false}},
                {"long header", 5000, {6, Z_DEFAULT_STRATEGY, true}}};
    for (size_t r = 0; r < sizeof rows / sizeof rows[0]; r++) {
        Buf text = {0}, gz = {0};
        make_text(&text, rows[r].n, 1);
        put_gzip(&gz, buf_str(&text), rows[r].how);
        for (size_t e = 0; e < ENGINES; e++) {
            if (engines[e].kind == CODEC_GZIP && usable(e))
                expect_text(e, buf_str(&gz), buf_str(&text), rows[r].name);
        }
        buf_free(&text);
        buf_free(&gz);
    }
}

static void members_are_one_stream(void **state) {
    (void)state;
    static const struct {
        const char *name;
        size_t members[5]; /* sizes, ended by SIZE_MAX */
        size_t padding;
    } rows[] = {{"two", {1000, 2000, SIZE_MAX}, 0},
                {"empty ones between", {0, 500, 0, 70000, SIZE_MAX}, 0},
                {"padded", {3000, SIZE_MAX}, 1},
                {"padded to a block", {3000, 10, SIZE_MAX}, 5000}};
    for (size_t r = 0; r < sizeof rows / sizeof rows[0]; r++) {
        for (size_t e = 0; e < ENGINES; e++) {
            if (!usable(e))
                continue;
            Buf text = {0}, stream = {0};
            for (size_t m = 0; rows[r].members[m] != SIZE_MAX; m++) {
                Buf one = {0};
                make_text(&one, rows[r].members[m], (uint32_t)m);
                put_member(&stream, engines[e].kind, buf_str(&one));
                buf_put(&text, buf_str(&one));
                buf_free(&one);
            }
            for (size_t i = 0; i < rows[r].padding; i++)
                buf_putc(&stream, 0);
            expect_text(e, buf_str(&stream), buf_str(&text), rows[r].name);
            buf_free(&text);
            buf_free(&stream);
        }
    }
}

/* Two members, cut at every byte: never an error, complete only where a member ends. */
static void every_cut_is_noticed(void **state) {
    (void)state;
    for (size_t e = 0; e < ENGINES; e++) {
        if (!usable(e))
            continue;
        Buf text = {0}, stream = {0};
        make_text(&text, 600, 1);
        put_member(&stream, engines[e].kind, buf_str(&text));
        size_t first = stream.n;
        put_member(&stream, engines[e].kind, buf_str(&text));
        for (size_t i = 0; i < 600; i++)
            buf_putc(&text, text.s[i]);
        for (size_t cut = 0; cut <= stream.n; cut++) {
            for (size_t piece = 1; piece <= 1 << 20; piece <<= 20) {
                Decoded d = decode(e, (Str){stream.s, cut}, piece, 64);
                assert_true(d.ok);
                assert_int_equal(d.complete, cut == first || cut == stream.n);
                assert_true(str_starts(buf_str(&text), buf_str(&d.text)));
                buf_free(&d.text);
            }
        }
        buf_free(&text);
        buf_free(&stream);
    }
}

/* Any flipped bit is found, or did no harm: time, extra flags, system and the text flag in a
 * gzip header (49 bits), and up to 7 bits that fill the last byte. */
static void every_flip_is_noticed(void **state) {
    (void)state;
    for (size_t e = 0; e < ENGINES; e++) {
        if (!usable(e))
            continue;
        Buf text = {0}, stream = {0};
        make_text(&text, 300, 5);
        put_member(&stream, engines[e].kind, buf_str(&text));
        int found = 0, harmless = 0;
        for (size_t bit = 0; bit < stream.n * 8; bit++) {
            stream.s[bit / 8] ^= (char)(1 << bit % 8);
            Decoded d = decode(e, buf_str(&stream), 1 << 20, 1 << 12);
            if (d.ok && d.complete) {
                assert_true(str_eq(buf_str(&d.text), buf_str(&text)));
                harmless++;
            } else {
                assert_int_equal(d.ok, d.err.kind == ERROR_NONE);
                found++;
            }
            buf_free(&d.text);
            stream.s[bit / 8] ^= (char)(1 << bit % 8);
        }
        if (found <= harmless || harmless > 49 + 7)
            fail_msg("%s: %d flips found, %d harmless", engines[e].name, found, harmless);
        buf_free(&text);
        buf_free(&stream);
    }
}

static void damage_has_words_and_a_place(void **state) {
    (void)state;
    static const struct {
        const char *name;
        size_t from_end; /* of the byte that is changed; 0: none */
        const char *behind;
        size_t behind_n;
    } rows[] = {{"checksum", 8, "", 0},
                {"length", 1, "", 0},
                {"rubbish behind", 0, "rubbish", 7},
                {"rubbish behind padding", 0, "\0\0\0rubbish", 10}};
    for (size_t r = 0; r < sizeof rows / sizeof rows[0]; r++) {
        for (size_t e = 0; e < ENGINES; e++) {
            if (!usable(e) || (rows[r].from_end && engines[e].kind != CODEC_GZIP))
                continue;
            for (size_t p = 0; p < PIECES; p++) {
                Buf text = {0}, stream = {0};
                make_text(&text, 2000, 9);
                put_member(&stream, engines[e].kind, buf_str(&text));
                if (rows[r].from_end)
                    stream.s[stream.n - rows[r].from_end] ^= 0x10;
                buf_put(&stream, (Str){rows[r].behind, rows[r].behind_n});
                Decoded d = decode(e, buf_str(&stream), pieces[p].in, pieces[p].out);
                if (d.ok || d.complete)
                    fail_msg("%s: %s not found", engines[e].name, rows[r].name);
                assert_int_equal(d.err.kind, ERROR_FORMAT);
                assert_non_null(strstr(d.err.message, "damaged: "));
                assert_in_range(d.err.offset, 1, stream.n);
                assert_true(str_eq(buf_str(&d.text), buf_str(&text))); /* what was good stays */
                buf_free(&d.text);
                buf_free(&text);
                buf_free(&stream);
            }
        }
    }
}

/* What we compress, a decoder reads again; behind what the Buf held, and the same every time. */
static void compresses(void **state) {
    static const size_t sizes[] = {0, 1, 1000, 65536, 300001};
    (void)state;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        Buf text = {0}, packed = {0}, again = {0}, back = {0};
        make_text(&text, sizes[i], (uint32_t)i);
        buf_puts(&packed, "x");
        codec_gzip(buf_str(&text), &packed);
        codec_gzip(buf_str(&text), &again);
        assert_int_equal(packed.n, again.n + 1);
        assert_memory_equal(packed.s + 1, again.s, again.n);
        Codec *c = codec_new(CODEC_GZIP, CODEC_ZLIB, NULL);
        CodecIo io = {.in = (const uint8_t *)again.s, .in_n = again.n};
        io.out = (uint8_t *)buf_reserve(&back, sizes[i] + 64);
        io.out_n = sizes[i] + 64;
        assert_true(codec_run(c, &io, NULL));
        assert_true(codec_complete(c));
        assert_int_equal(io.out_n, 64);
        assert_memory_equal(back.s, text.n ? text.s : "", sizes[i]);
        codec_free(c);
        buf_free(&text);
        buf_free(&packed);
        buf_free(&again);
        buf_free(&back);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sniffs),
        cmocka_unit_test(missing_engines_are_named),
        cmocka_unit_test(gzip_of_all_kinds),
        cmocka_unit_test(members_are_one_stream),
        cmocka_unit_test(every_cut_is_noticed),
        cmocka_unit_test(every_flip_is_noticed),
        cmocka_unit_test(compresses),
        cmocka_unit_test(damage_has_words_and_a_place),
    };
    return cmocka_run_group_tests_name("base/codec", tests, NULL, NULL);
}

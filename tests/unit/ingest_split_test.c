/* What a split .gz or .zst gives is what the sequential decoder gives: text, ending and words. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#ifdef HAVE_ZSTD
#include <zstd.h>
#endif
#include "ingest/split.h"
#include "ingest/zstd_frame.h"
#include "unit/ingest_helper.h"
#include "unit/split_helper.h"

enum { BLOCK = 128 * 1024 };

static Jobs *jobs;

static Buf text_of(size_t n) {
    Buf b = {0};
    uint32_t x = 1;
    for (uint32_t i = 0; b.n < n; i++) {
        x = x * 1664525u + 1013904223u;
        buf_printf(&b, "\tffff%08x symbol_%u+0x%x (/usr/lib/lib%u.so)\n", x, x >> 22, i, x >> 28);
    }
    b.n = n;
    return b;
}

/* Forms of one text. */
typedef enum Form {
    BGZF,
    INDEPENDENT,   /* as pigz -i writes it */
    DEPENDENT,     /* as pigz writes it: marked, but referring back */
    MEMBERS,       /* of 50,000 bytes */
    MEMBERS_FALSE, /* stored, and the text is full of what members begin with */
    MARKERS_FALSE, /* the same of markers, in blocks */
    TWO_INDEPENDENT,
    BGZF_THEN_PLAIN,
    SINGLE,
    PADDED,
    RUBBISH_BEHIND,
    EMPTY_ONES,
#ifdef HAVE_ZSTD
    ZST_UNKNOWN, /* as pzstd writes it: a skippable frame, then one that does not say its size */
    ZST_KNOWN,   /* of 50,000 bytes, without checksums */
    ZST_MIXED,   /* from nothing to 400,000 bytes, some of one byte repeated; a table behind */
    ZST_SINGLE,
    ZST_PADDED,
    ZST_RUBBISH,
#endif
    FORMS
} Form;

#ifdef HAVE_ZSTD
static void put_frames(Buf *out, Form form, Str text) {
    static const size_t sizes[] = {1, 0, 400000, 3, 77, 131072, 131073, 20000, 50000, 262144};
    size_t n = 0;
    for (size_t at = 0, i = 0; at < text.n || i == 0; at += n, i++) {
        n = form == ZST_MIXED ? sizes[i % 10] : form == ZST_SINGLE ? text.n : 50000;
        if (n > text.n - at)
            n = text.n - at;
        if (form == ZST_UNKNOWN || (form == ZST_MIXED && i % 3 == 0))
            split_put_skipped(out, i % 3 * 4);
        if (form == ZST_MIXED && i % 10 == 5)
            memset((char *)(uintptr_t)text.s + at, 'x', n);
        split_put_frame(out, str_slice(text, at, at + n),
                        form == ZST_UNKNOWN || form == ZST_SINGLE ? false : i % 2 == 0,
                        form != ZST_KNOWN);
    }
    if (form == ZST_MIXED)
        split_put_skipped(out, 1000);
    if (form == ZST_PADDED || form == ZST_RUBBISH)
        split_put_word(out, 0, 1000);
    if (form == ZST_RUBBISH)
        split_put_word(out, 0x12345678, 4);
}
#endif

static void salt(Buf *text, Str with, size_t each) {
    for (size_t at = each; at + with.n < text->n; at += each)
        memcpy(text->s + at, with.s, with.n);
}

static Buf packed_as(Form form, Buf *text) {
    static const char member[] = "\x1f\x8b\x08\0\0\0\0\0\0\x03", marker[] = "\0\0\xff\xff";
    Buf out = {0};
    if (form == MEMBERS_FALSE)
        salt(text, (Str){member, 10}, 90001);
    if (form == MARKERS_FALSE)
        salt(text, (Str){marker, 4}, 90001);
    Str all = buf_str(text), half = str_slice(all, 0, all.n / 2), rest = all;
    switch (form) {
    case BGZF:
    case BGZF_THEN_PLAIN:
        if (form == BGZF_THEN_PLAIN)
            rest = half;
        for (size_t at = 0; at < rest.n; at += 65280)
            split_put_bgzf(&out, str_slice(rest, at, at + 65280 < rest.n ? at + 65280 : rest.n));
        split_put_bgzf(&out, (Str){"", 0});
        if (form == BGZF_THEN_PLAIN)
            split_put_member(&out, str_slice(all, all.n / 2, all.n), 0, 0, 6);
        break;
    case INDEPENDENT:
    case DEPENDENT:
        split_put_member(&out, all, BLOCK, form == DEPENDENT ? Z_SYNC_FLUSH : Z_FULL_FLUSH, 6);
        break;
    case MARKERS_FALSE:
        split_put_member(&out, all, BLOCK, Z_FULL_FLUSH, 0);
        break;
    case TWO_INDEPENDENT:
        split_put_member(&out, half, BLOCK, Z_FULL_FLUSH, 6);
        split_put_member(&out, str_slice(all, all.n / 2, all.n), BLOCK, Z_FULL_FLUSH, 1);
        break;
    case SINGLE:
        split_put_member(&out, all, 0, 0, 6);
        break;
#ifdef HAVE_ZSTD
    case ZST_UNKNOWN:
    case ZST_KNOWN:
    case ZST_MIXED:
    case ZST_SINGLE:
    case ZST_PADDED:
    case ZST_RUBBISH:
        put_frames(&out, form, all);
        break;
#endif
    default:
        for (size_t at = 0; at < all.n; at += 50000) {
            split_put_member(&out, str_slice(all, at, at + 50000 < all.n ? at + 50000 : all.n), 0,
                             0, form == MEMBERS_FALSE ? 0 : 6);
            if (form == EMPTY_ONES)
                split_put_member(&out, (Str){"", 0}, 0, 0, 6);
        }
        if (form == PADDED || form == RUBBISH_BEHIND)
            split_put_word(&out, 0, 1000);
        if (form == RUBBISH_BEHIND)
            split_put_word(&out, 0x12345678, 4);
    }
    return out;
}

typedef struct Result {
    Buf text;
    SourceEnding ending;
    char trouble[320];
    int64_t consumed;
} Result;

static Result result_of(const char *path, CodecEngine engine, Jobs *with, size_t step) {
    static char piece[200000];
    Result r = {0};
    Error err = {0};
    Source *source = source_open(path, engine, &err);
    assert_non_null(source);
    if (with)
        source_use_workers(source, with);
    for (int64_t n; (n = source_read(source, piece, step, step, &err)) != 0;) {
        assert_true(n > 0);
        buf_put(&r.text, (Str){piece, (size_t)n});
    }
    r.ending = source_ending(source);
    r.consumed = source_consumed(source);
    snprintf(r.trouble, sizeof r.trouble, "%s", source_trouble(source));
    source_close(source);
    return r;
}

/* What ISA-L gives of a damaged block depends on the sizes of the reads before, so that it does
 * not even agree with itself: a reader's room and what ISA-L holds back are the tolerance. */
static bool same_text(const Result *got, const Result *want, CodecEngine engine) {
    enum { ROOM = 300000 };
    size_t n = got->text.n < want->text.n ? got->text.n : want->text.n;
    if (n == 0)
        return got->text.n == want->text.n;
    if (engine == CODEC_ISAL && want->ending == SOURCE_DAMAGED)
        return got->text.n + want->text.n - 2 * n <= ROOM &&
               memcmp(got->text.s, want->text.s, n > ROOM ? n - ROOM : 0) == 0;
    return got->text.n == want->text.n && memcmp(got->text.s, want->text.s, n) == 0;
}

/* Of zstd there is one, whatever is asked for. */
static bool has_engine(Str packed, int engine) {
    CodecKind kind = codec_sniff((const uint8_t *)packed.s, packed.n);
    return kind == CODEC_ZSTD ? engine == CODEC_ZLIB
                              : codec_available(CODEC_GZIP, (CodecEngine)engine);
}

static void expect_as_sequential(Str packed, const char *what, size_t n) {
    const char *path = temp_file(packed);
    for (int engine = CODEC_ZLIB; engine <= CODEC_ISAL; engine++) {
        if (!has_engine(packed, engine))
            continue;
        Result want = result_of(path, (CodecEngine)engine, NULL, 65536);
        Result got = result_of(path, (CodecEngine)engine, jobs, n % 2 ? 200000 : 10007);
        if (got.ending != want.ending || strcmp(got.trouble, want.trouble) != 0 ||
            !same_text(&got, &want, (CodecEngine)engine))
            fail_msg("%s %zu, engine %d: %zu bytes \"%s\" instead of %zu \"%s\"", what, n, engine,
                     got.text.n, got.trouble, want.text.n, want.trouble);
        if (want.ending == SOURCE_WHOLE)
            assert_int_equal(got.consumed, want.consumed);
        buf_free(&want.text);
        buf_free(&got.text);
    }
    temp_remove();
}

static void every_form_gives_the_same(void **state) {
    (void)state;
    static const size_t sizes[] = {0, 1, 50000, 131072, 300000, 4000000};
    for (int form = 0; form < FORMS; form++) {
        for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
            Buf text = text_of(sizes[i]);
            Buf packed = packed_as((Form)form, &text);
            if (packed.n)
                expect_as_sequential(buf_str(&packed), "form", (size_t)form);
            buf_free(&text);
            buf_free(&packed);
        }
    }
}

/* How much of a file's text came by the split: nothing above is worth much if none did. */
static int64_t split_share(Str packed, CodecEngine engine, bool *to_the_end) {
    static char piece[100000];
    Error err = {0};
    File file;
    assert_true(file_open(&file, temp_file(packed), &err));
    CodecKind kind = codec_sniff((const uint8_t *)packed.s, packed.n);
    Split *split = split_new(&file, 0, kind, kind == CODEC_ZSTD ? CODEC_AUTO : engine, jobs);
    int64_t n;
    while ((n = split_read(split, piece, sizeof piece)) > 0)
        ;
    *to_the_end = n == 0;
    int64_t text = split_text(split);
    split_free(split);
    file_close(&file);
    temp_remove();
    return text;
}

static void expect_share(Form form, int engine, bool all) {
    Buf text = text_of(4000000), packed = packed_as(form, &text);
    bool to_the_end;
    if (has_engine(buf_str(&packed), engine)) {
        int64_t share = split_share(buf_str(&packed), (CodecEngine)engine, &to_the_end);
        if (share != (all ? (int64_t)text.n : 0) || to_the_end != all)
            fail_msg("form %d, engine %d: %d bytes were split", (int)form, engine, (int)share);
    }
    buf_free(&text);
    buf_free(&packed);
}

static void what_can_be_split_is(void **state) {
    (void)state;
    static const Form whole[] = {BGZF,        INDEPENDENT, MEMBERS,  MEMBERS_FALSE, TWO_INDEPENDENT,
                                 EMPTY_ONES,
#ifdef HAVE_ZSTD
                                 ZST_UNKNOWN, ZST_KNOWN,   ZST_MIXED
#endif
    };
    static const Form alone[] = {
        SINGLE,
#ifdef HAVE_ZSTD
        ZST_SINGLE,
#endif
    };
    for (int engine = CODEC_ZLIB; engine <= CODEC_ISAL; engine++) {
        for (size_t i = 0; i < sizeof whole / sizeof *whole; i++)
            expect_share(whole[i], engine, true);
        for (size_t i = 0; i < sizeof alone / sizeof *alone; i++)
            expect_share(alone[i], engine, false);
    }
}

static void cut_anywhere_it_ends_the_same_way(void **state) {
    (void)state;
    for (int form = 0; form < FORMS; form++) {
        Buf text = text_of(700000), packed = packed_as((Form)form, &text);
        size_t step = packed.n / 23 + 1;
        for (size_t n = 3; n < packed.n; n += n < 40 || n + 30 > packed.n ? 1 : step)
            expect_as_sequential(str_slice(buf_str(&packed), 0, n), "cut", n);
        buf_free(&text);
        buf_free(&packed);
    }
}

static void damaged_anywhere_it_says_the_same(void **state) {
    (void)state;
    uint32_t x = 7;
    for (int form = 0; form < FORMS; form++) {
        Buf text = text_of(700000), packed = packed_as((Form)form, &text);
        for (int i = 0; i < 60; i++) {
            x = x * 1664525u + 1013904223u;
            size_t at = i < 10 ? packed.n - 1 - (size_t)i : i < 25 ? (size_t)i - 7 : x % packed.n;
            if (at < 3)
                continue;
            char was = packed.s[at];
            packed.s[at] = (char)(was ^ (1 << (x >> 29)));
            expect_as_sequential(buf_str(&packed), "damage at", at);
            packed.s[at] = was;
        }
        buf_free(&text);
        buf_free(&packed);
    }
}

/* A line of a million: far more text than a piece may have. */
static void text_packed_a_thousand_to_one_is_the_same(void **state) {
    (void)state;
    Buf text = {0};
    for (int i = 0; i < 300000; i++)
        buf_put(&text, str_of("the same sixty bytes once again, and then again and again...\n"));
    for (int form = BGZF; form <= MEMBERS; form++) {
        Buf packed = packed_as((Form)form, &text);
        expect_as_sequential(buf_str(&packed), "dense", (size_t)form);
        buf_free(&packed);
    }
    buf_free(&text);
}

static void closing_in_the_middle_waits_for_the_jobs(void **state) {
    (void)state;
    Buf text = text_of(3000000), packed = packed_as(BGZF, &text);
    const char *path = temp_file(buf_str(&packed));
    for (int i = 0; i < 20; i++) {
        char piece[1000];
        Error err = {0};
        Source *source = source_open(path, CODEC_AUTO, &err);
        source_use_workers(source, jobs);
        if (i)
            assert_int_equal(source_read(source, piece, 1, sizeof piece, &err), sizeof piece);
        source_close(source);
    }
    temp_remove();
    buf_free(&text);
    buf_free(&packed);
}

#ifdef HAVE_ZSTD
/* Frames of any size behind each other: what is too large is decoded in sequence, and so is all
 * behind it; what is large fills what may be decoded ahead. */
static void large_frames_are_the_same(void **state) {
    (void)state;
    static const size_t mega[] = {9, 20, 31, 2, 1, 33, 1};
    Buf text = text_of(33 << 20), packed = {0};
    size_t sum = 0, before = 0;
    for (size_t i = 0; i < sizeof mega / sizeof *mega; i++) {
        split_put_frame(&packed, (Str){text.s, mega[i] << 20}, i % 2 == 0, true);
        before += sum <= before && mega[i] <= 32 ? mega[i] << 20 : 0;
        sum += mega[i] << 20;
    }
    bool to_the_end;
    assert_int_equal(split_share(buf_str(&packed), CODEC_AUTO, &to_the_end), before);
    assert_false(to_the_end);
    expect_as_sequential(buf_str(&packed), "large", 0);
    buf_free(&text);
    buf_free(&packed);
}

/* A frame's end, found without decoding, against the library; of less than all of it, none. */
static void a_frame_ends_where_the_library_says(void **state) {
    (void)state;
    static const Form forms[] = {ZST_UNKNOWN, ZST_KNOWN, ZST_MIXED, ZST_SINGLE};
    for (size_t f = 0; f < sizeof forms / sizeof *forms; f++) {
        Buf text = text_of(1000000), packed = packed_as(forms[f], &text);
        const uint8_t *p = (const uint8_t *)packed.s;
        for (size_t at = 0, size = 0; at < packed.n; at += size) {
            static char room[1000000];
            uint64_t most, less;
            size = zstd_frame_size(p + at, packed.n - at, &most);
            assert_int_equal(size, ZSTD_findFrameCompressedSize(p + at, packed.n - at));
            size_t got = ZSTD_decompress(room, sizeof room, p + at, size);
            assert_false(ZSTD_isError(got));
            assert_true(got <= most && most <= got + 131072);
            for (size_t n = 0; n < size; n += n < 50 || n + 50 > size ? 1 : size / 97 + 1) {
                assert_int_equal(zstd_frame_size(p + at, n, &less), 0);
                assert_true(less <= most);
            }
        }
        buf_free(&text);
        buf_free(&packed);
    }
    uint64_t most;
    assert_int_equal(zstd_frame_size((const uint8_t *)"no frame at all", 15, &most), 0);
    assert_true(most == UINT64_MAX);
}
#endif

static int start(void **state) {
    (void)state;
    jobs = jobs_new(8);
    return 0;
}

static int stop(void **state) {
    (void)state;
    jobs_free(jobs);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_form_gives_the_same),
        cmocka_unit_test(what_can_be_split_is),
        cmocka_unit_test(cut_anywhere_it_ends_the_same_way),
        cmocka_unit_test(damaged_anywhere_it_says_the_same),
        cmocka_unit_test(text_packed_a_thousand_to_one_is_the_same),
        cmocka_unit_test(closing_in_the_middle_waits_for_the_jobs),
#ifdef HAVE_ZSTD
        cmocka_unit_test(large_frames_are_the_same),
        cmocka_unit_test(a_frame_ends_where_the_library_says),
#endif
    };
    return cmocka_run_group_tests(tests, start, stop);
}

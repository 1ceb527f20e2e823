/* A .gz or .zst of many pieces, built and then damaged as the input says: decoded on workers it is
 * what it is in order, in its text, its ending and the words for that. Damage at random would be
 * met by a checksum nearly each time, so the pieces are made here. */
#include "fuzz/run_format.h"
#include "unit/split_helper.h"

enum {
    WORKERS = 3, /* fewer are not worth it, and nothing is split */
    PIECES_MOST = 24,
    FILE_MOST = 1 << 19,
    TEXT_MOST = 1 << 20, /* a few bytes may stand for very much */
};

/* What is left of the input. */
typedef struct Wish {
    const uint8_t *at, *end;
} Wish;

static uint32_t byte_of(Wish *w) {
    return w->at < w->end ? *w->at++ : 0;
}

static uint32_t word_of(Wish *w) {
    uint32_t high = byte_of(w);
    return high << 8 | byte_of(w);
}

/* Text that packs well, badly, or looks like the beginning of pieces. */
static Str text_of(Wish *w, Buf *room) {
    static const char member[] = "\x1f\x8b\x08\0\0\0\0\0\0\x03", marker[] = "\0\0\xff\xff";
    uint32_t kind = byte_of(w), length = byte_of(w), x = kind;
    size_t n = (size_t)length * length / (kind >= 0xf0 ? 1 : 16);
    buf_clear(room);
    while (room->n < n) {
        x = x * 1664525u + 1013904223u;
        switch (kind & 7) {
        case 0:
            buf_put(room, (Str){member, 10});
            break;
        case 1:
            buf_put(room, (Str){marker, 4});
            break;
        case 2:
            buf_put(room, (Str){"xxxxxxxxxxxxxxxx", 16});
            break;
        case 3:
            buf_put(room, (Str){(char *)&x, 4});
            break;
        default:
            buf_printf(room, "\t%x symbol_%u (/lib%u)\n", x, x >> 24, x >> 30);
        }
    }
    return str_slice(buf_str(room), 0, n);
}

static void put_gzip(Buf *out, Wish *w, Buf *room) {
    static const int flush[] = {Z_FULL_FLUSH, Z_SYNC_FLUSH, Z_FULL_FLUSH, Z_PARTIAL_FLUSH};
    uint32_t how = byte_of(w);
    Str text = text_of(w, room);
    if (how & 1 && text.n < 60000)
        split_put_bgzf(out, text);
    else
        split_put_member(out, text, how & 2 ? 1 + word_of(w) % 4096 : 0, flush[how >> 2 & 3],
                         (int)(how >> 4) % 10);
}

static void put_zstd(Buf *out, Wish *w, Buf *room) {
#ifdef HAVE_ZSTD
    uint32_t how = byte_of(w);
    if (how % 8 == 7)
        split_put_skipped(out, how >> 3);
    else
        split_put_frame(out, text_of(w, room), how & 8, how & 16);
#else
    put_gzip(out, w, room);
#endif
}

/* Pieces one behind the other, some bytes of the input's own, padding. */
static void build(Buf *out, Wish *w, bool gzip) {
    Buf room = {0};
    for (int i = 0; i < PIECES_MOST && w->at < w->end && out->n < FILE_MOST; i++) {
        uint32_t what = byte_of(w) % 16, n = what < 2 ? byte_of(w) : 0;
        if (what == 0)
            for (; n > 0; n--)
                buf_put(out, (Str){"", 1});
        else if (what == 1)
            for (; n > 0 && w->at < w->end; n--)
                buf_put(out, (Str){(const char *)w->at++, 1});
        else if (gzip)
            put_gzip(out, w, &room);
        else
            put_zstd(out, w, &room);
    }
    buf_free(&room);
}

static void damage(Buf *file, Wish *w, uint32_t times, bool cut) {
    for (; times > 0 && file->n; times--) {
        size_t at = (size_t)word_of(w) * 37 % file->n;
        file->s[at] = (char)(file->s[at] ^ (int)byte_of(w));
    }
    if (cut && file->n)
        file->n = (size_t)word_of(w) * 37 % file->n;
}

/* Its text, then how it ended. False: it does not even begin as such a file, or is too much. */
static bool read_all(const char *path, CodecEngine engine, Jobs *jobs, size_t helping, Buf *out) {
    Error err = {.offset = -1};
    Source *source = source_open(path, engine, &err);
    if (!source)
        return false;
    if (jobs)
        source_use_workers(source, jobs);
    int64_t got = 0;
    do {
        got = source_read(source, buf_reserve(out, helping), 1, helping, &err);
        out->n += got > 0 ? (size_t)got : 0;
    } while (got > 0 && out->n < TEXT_MOST);
    SourceEnding ending = source_ending(source);
    bool zstd = source_codec(source) == CODEC_ZSTD, damaged = ending == SOURCE_DAMAGED;
    if (damaged && !zstd && engine != CODEC_ZLIB)
        buf_clear(out); /* how much ISA-L gives of a damaged block depends on the reads before */
    if (got == 0)
        buf_printf(out, "%d", (int)ending);
    if (got == 0 && !(damaged && zstd)) /* whose library has several words for one damage */
        buf_puts(out, source_trouble(source));
    if (ending == SOURCE_WHOLE)
        buf_printf(out, " %lld", (long long)source_consumed(source));
    source_close(source);
    return got == 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n) {
    static Jobs *jobs;
    char path[64];
    Buf file = {0}, in_order = {0}, split = {0};
    Wish w = {data, data + n};
    if (!jobs)
        jobs = jobs_new(WORKERS);
    uint32_t how = byte_of(&w);
    uint32_t patches = how >> 3 & 3;
    Wish patch = {w.at, w.at}; /* stand in front, so that pieces may be added behind */
    for (uint32_t i = 0; i < patches * 3 + (how & 4 ? 2 : 0); i++, patch.end = w.at)
        byte_of(&w);
    build(&file, &w, how & 1);
    damage(&file, &patch, patches, how & 4);
    snprintf(path, sizeof path, "/proc/self/fd/%d", fuzz_file((uint8_t *)file.s, file.n));
    CodecEngine engine = how & 2 ? CODEC_ZLIB : CODEC_AUTO;
    size_t helping = 64 + (how >> 5) * 999;
    if (read_all(path, engine, NULL, 5000, &in_order) &&
        (!read_all(path, engine, jobs, helping, &split) ||
         !str_eq(buf_str(&in_order), buf_str(&split))))
        panic("on workers it is another text");
    buf_free(&file);
    buf_free(&in_order);
    buf_free(&split);
    return 0;
}

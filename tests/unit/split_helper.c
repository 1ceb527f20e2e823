#include "unit/split_helper.h"

#ifdef HAVE_ZSTD
#include <zstd.h>
#endif

#include "base/error.h"

enum { HEADER = 10 };

static void must(bool ok) {
    if (!ok)
        panic("it cannot be compressed");
}

/* Raw deflate of `text`, appended; `flush` at its end. */
static void put_deflate(Buf *out, Str text, z_stream *z, int flush) {
    static char piece[70000];
    z->next_in = (z_const Bytef *)(uintptr_t)text.s;
    z->avail_in = (uInt)text.n;
    do {
        z->next_out = (Bytef *)piece;
        z->avail_out = sizeof piece;
        must(deflate(z, flush) >= 0);
        buf_put(out, (Str){piece, sizeof piece - z->avail_out});
    } while (z->avail_out == 0);
}

void split_put_word(Buf *out, uint32_t word, size_t n) {
    for (size_t i = 0; i < n; i++, word >>= 8)
        buf_put(out, (Str){&(char){(char)(word & 0xff)}, 1});
}

static void put_trailer(Buf *out, Str text) {
    split_put_word(out, (uint32_t)crc32(0, (const Bytef *)text.s, (uInt)text.n), 4);
    split_put_word(out, (uint32_t)text.n, 4);
}

void split_put_member(Buf *out, Str text, size_t block, int flush, int level) {
    z_stream z = {0};
    must(deflateInit2(&z, level, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY) == Z_OK);
    buf_put(out, (Str){"\x1f\x8b\x08\x08\0\0\0\0\0\x03name", HEADER + 5});
    size_t at = 0;
    for (; block && at + block < text.n; at += block)
        put_deflate(out, str_slice(text, at, at + block), &z, flush);
    put_deflate(out, str_slice(text, at, text.n), &z, Z_FINISH);
    deflateEnd(&z);
    put_trailer(out, text);
}

void split_put_bgzf(Buf *out, Str text) {
    Buf data = {0};
    z_stream z = {0};
    must(deflateInit2(&z, 6, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY) == Z_OK);
    put_deflate(&data, text, &z, Z_FINISH);
    deflateEnd(&z);
    buf_put(out, (Str){"\x1f\x8b\x08\x04\0\0\0\0\0\xff\x06\0BC\x02", 16});
    split_put_word(out, (uint32_t)(18 + data.n + 8 - 1), 2);
    buf_put(out, buf_str(&data));
    put_trailer(out, text);
    buf_free(&data);
}

#ifdef HAVE_ZSTD
void split_put_frame(Buf *out, Str text, bool size, bool checksum) {
    ZSTD_CCtx *c = ZSTD_createCCtx();
    ZSTD_CCtx_setParameter(c, ZSTD_c_contentSizeFlag, size);
    ZSTD_CCtx_setParameter(c, ZSTD_c_checksumFlag, checksum);
    size_t most = ZSTD_compressBound(text.n);
    ZSTD_inBuffer in = {text.s, text.n, 0};
    ZSTD_outBuffer to = {buf_reserve(out, most), most, 0};
    if (size)
        ZSTD_CCtx_setPledgedSrcSize(c, text.n);
    else /* else the first call would be the last, which knows the size */
        while (in.pos < in.size)
            must(!ZSTD_isError(ZSTD_compressStream2(c, &to, &in, ZSTD_e_continue)));
    must(ZSTD_compressStream2(c, &to, &in, ZSTD_e_end) == 0);
    out->n += to.pos;
    ZSTD_freeCCtx(c);
}

void split_put_skipped(Buf *out, size_t n) {
    buf_put(out, (Str){"\x5e\x2a\x4d\x18", 4});
    split_put_word(out, (uint32_t)n, 4);
    for (; n > 0; n--)
        split_put_word(out, 0x28, 1);
}
#endif

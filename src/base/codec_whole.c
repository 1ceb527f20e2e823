/* Whole streams at once, unpacked and packed. */
#include "base/codec.h"

#include <zlib.h>

bool codec_unpack(CodecKind kind, Str packed, size_t most, Buf *out, Error *err) {
    enum { ROOM = 1 << 16 };
    CodecIo io = {.in = (const uint8_t *)packed.s, .in_n = packed.n};
    Codec *c = codec_new(kind, CODEC_AUTO, err);
    size_t before = out->n;
    bool ok = c != NULL;
    while (ok && io.out_n == 0) {
        io.out = (uint8_t *)buf_reserve(out, ROOM);
        io.out_n = ROOM;
        ok = codec_run(c, &io, err);
        out->n += ROOM - io.out_n;
        out->s[out->n] = 0;
        if (ok && out->n - before > most)
            ok = error_set(err, ERROR_LIMIT, "it unpacks to more than %zu bytes", most);
    }
    if (ok && !codec_complete(c))
        ok = error_set(err, ERROR_FORMAT, "the compressed data ends in the middle");
    codec_free(c);
    return ok;
}

/* ---- compressing -------------------------------------------------------------------------- */

enum { PIECE = 1 << 30 }; /* zlib counts bytes in 32 bits */
enum { GZIP = 16, WINDOW = 15, MEMORY = 9 };

static void compress_all(Str bytes, int window_bits, Buf *out) {
    z_stream z = {0};
    if (deflateInit2(&z, 6, Z_DEFLATED, window_bits, MEMORY, Z_DEFAULT_STRATEGY) != Z_OK)
        panic("out of memory for a compressor");
    z.next_in = (z_const Bytef *)bytes.s;
    int rc;
    do {
        size_t in_n = bytes.n < PIECE ? bytes.n : PIECE;
        if (z.avail_in == 0) {
            z.avail_in = (uInt)in_n;
            bytes.n -= in_n;
        }
        z.next_out = (Bytef *)buf_reserve(out, 1 << 16);
        z.avail_out = 1 << 16;
        rc = deflate(&z, bytes.n ? Z_NO_FLUSH : Z_FINISH);
        out->n += (1 << 16) - z.avail_out;
    } while (rc != Z_STREAM_END);
    deflateEnd(&z);
    out->s[out->n] = 0;
}

void codec_gzip(Str bytes, Buf *out) {
    compress_all(bytes, WINDOW + GZIP, out);
}

void codec_zlib(Str bytes, Buf *out) {
    compress_all(bytes, WINDOW, out);
}

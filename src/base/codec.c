/* The engines decode one member (gzip member, zstd frame); codec_run strings members together,
 * so that multi-member files, padding and truncation mean the same with every engine. */
#include "base/codec.h"

#include <string.h>
#include <zlib.h>
#ifdef HAVE_ISAL
#include <isa-l/crc.h>
#include <isa-l/igzip_lib.h>
#endif
#ifdef HAVE_ZSTD
#include <zstd.h>
#endif

#include "base/arena.h"
#include "base/codec_xz.h"

enum { PIECE = 1 << 30 }; /* zlib and ISA-L count bytes in 32 bits */

typedef enum CodecState {
    CODEC_BETWEEN, /* a member may start here, or the stream may end once there was one */
    CODEC_INSIDE,
    CODEC_PADDING, /* zeros were seen behind a member; nothing else may follow */
    CODEC_DAMAGED,
} CodecState;

typedef enum Step { STEP_MORE, STEP_MEMBER_END, STEP_DAMAGED } Step;

#ifdef HAVE_ISAL
/* Where in a gzip header (RFC 1952, 2.3) the input stands. */
typedef enum GzPart {
    GZ_FIXED,
    GZ_EXTRA_SIZE,
    GZ_EXTRA,
    GZ_NAME,
    GZ_COMMENT,
    GZ_CRC,
    GZ_DONE
} GzPart;

typedef struct GzHeader {
    GzPart part;
    uint32_t n;     /* bytes of this part so far */
    uint32_t extra; /* bytes of the extra field */
    uint32_t crc, crc_read;
    uint8_t flags;
} GzHeader;
#endif

struct Codec {
    CodecKind kind;
    CodecEngine engine;
    CodecState state;
    uint64_t members; /* decoded to their end */
    int64_t taken;    /* input bytes, for error messages */
    const char *why;  /* what the engine says is wrong */
    z_stream z;
#ifdef HAVE_ISAL
    struct inflate_state isal;
    GzHeader header;
#endif
#ifdef HAVE_ZSTD
    ZSTD_DCtx *zstd;
    size_t zstd_next;    /* bytes of input that it wants next */
    bool zstd_unflushed; /* it may have output for which there was no room */
#endif
#ifdef HAVE_LZMA
    XzDecoder *xz;
#endif
};

static bool is_deflate(CodecKind kind) {
    return kind == CODEC_GZIP || kind == CODEC_DEFLATE;
}

static const char *codec_name(CodecKind kind) {
    return kind == CODEC_ZSTD ? "zstd" : kind == CODEC_XZ ? "xz" : "gzip";
}

CodecKind codec_sniff(const uint8_t *head, size_t n) {
    if (n >= 3 && head[0] == 0x1f && head[1] == 0x8b && head[2] == 8)
        return CODEC_GZIP;
    if (n >= 6 && memcmp(head, "\xfd\x37zXZ", 6) == 0)
        return CODEC_XZ;
    if (n < 4)
        return CODEC_NONE;
    uint32_t magic = (uint32_t)head[0] | (uint32_t)head[1] << 8 | (uint32_t)head[2] << 16 |
                     (uint32_t)head[3] << 24;
    /* a frame, or a skippable frame in front of the first one */
    return magic == 0xfd2fb528u || (magic & ~0xfu) == 0x184d2a50u ? CODEC_ZSTD : CODEC_NONE;
}

bool codec_available(CodecKind kind, CodecEngine engine) {
    if (is_deflate(kind)) {
#ifndef HAVE_ISAL
        return engine != CODEC_ISAL;
#else
        return true;
#endif
    }
#ifdef HAVE_ZSTD
    if (kind == CODEC_ZSTD)
        return engine == CODEC_AUTO;
#endif
#ifdef HAVE_LZMA
    if (kind == CODEC_XZ)
        return engine == CODEC_AUTO;
#endif
    return false;
}

static uint32_t piece(size_t n) {
    return n < PIECE ? (uint32_t)n : (uint32_t)PIECE;
}

/* ---- zlib -------------------------------------------------------------------------------- */

static bool zlib_start(Codec *c) {
    enum { GZIP_ONLY = 16 };
    int bits = c->kind == CODEC_DEFLATE ? -MAX_WBITS : MAX_WBITS + GZIP_ONLY;
    return inflateInit2(&c->z, bits) == Z_OK;
}

static Step zlib_step(Codec *c, CodecIo *io) {
    uint32_t in_n = piece(io->in_n), out_n = piece(io->out_n);
    c->z.next_in = (z_const Bytef *)io->in;
    c->z.avail_in = in_n;
    c->z.next_out = io->out;
    c->z.avail_out = out_n;
    int rc = inflate(&c->z, Z_NO_FLUSH);
    io->in += in_n - c->z.avail_in;
    io->in_n -= in_n - c->z.avail_in;
    io->out += out_n - c->z.avail_out;
    io->out_n -= out_n - c->z.avail_out;
    if (rc == Z_STREAM_END) {
        inflateReset(&c->z);
        return STEP_MEMBER_END;
    }
    if (rc == Z_OK || rc == Z_BUF_ERROR)
        return STEP_MORE;
    c->why = c->z.msg ? c->z.msg : rc == Z_MEM_ERROR ? "out of memory" : "damaged data";
    return STEP_DAMAGED;
}

/* ---- ISA-L ------------------------------------------------------------------------------- */

#ifdef HAVE_ISAL
/* ISA-L 2.30 loses its place in a header that comes in pieces, so headers are read here; the
 * checksum and length behind the data are its affair. */
static void isal_start(Codec *c) {
    isal_inflate_init(&c->isal);
    c->isal.crc_flag = c->kind == CODEC_DEFLATE ? ISAL_DEFLATE : ISAL_GZIP_NO_HDR_VER;
    c->header = (GzHeader){0};
}

/* Goes to the first part from `part` on that the flags say is there. */
static void header_enter(GzHeader *h, GzPart part) {
    enum { HAS_CRC = 2, HAS_EXTRA = 4, HAS_NAME = 8, HAS_COMMENT = 16 };
    if (part == GZ_EXTRA_SIZE && !(h->flags & HAS_EXTRA))
        part = GZ_NAME;
    if (part == GZ_EXTRA && h->extra == 0)
        part = GZ_NAME;
    if (part == GZ_NAME && !(h->flags & HAS_NAME))
        part = GZ_COMMENT;
    if (part == GZ_COMMENT && !(h->flags & HAS_COMMENT))
        part = GZ_CRC;
    if (part == GZ_CRC && !(h->flags & HAS_CRC))
        part = GZ_DONE;
    h->part = part;
    h->n = 0;
}

/* Takes one byte of a header; what is wrong with it, or NULL. */
static const char *header_byte(GzHeader *h, uint8_t byte) {
    static const uint8_t magic[3] = {0x1f, 0x8b, 8};
    enum { FIXED_BYTES = 10, FLAGS_AT = 3, RESERVED = 0xe0 };
    uint32_t i = h->n++;
    if (h->part != GZ_CRC)
        h->crc = (uint32_t)crc32(h->crc, &byte, 1);
    switch (h->part) {
    case GZ_FIXED:
        if (i < 3 && byte != magic[i])
            return i == 2 ? "unknown compression method" : "incorrect header check";
        if (i == FLAGS_AT)
            h->flags = byte;
        if (i == FLAGS_AT && byte & RESERVED)
            return "unknown header flags set";
        if (h->n == FIXED_BYTES)
            header_enter(h, GZ_EXTRA_SIZE);
        break;
    case GZ_EXTRA_SIZE:
        h->extra |= (uint32_t)byte << (8 * i);
        if (h->n == 2)
            header_enter(h, GZ_EXTRA);
        break;
    case GZ_EXTRA:
        if (h->n == h->extra)
            header_enter(h, GZ_NAME);
        break;
    case GZ_NAME:
    case GZ_COMMENT:
        if (byte == 0)
            header_enter(h, h->part == GZ_NAME ? GZ_COMMENT : GZ_CRC);
        break;
    case GZ_CRC:
        h->crc_read |= (uint32_t)byte << (8 * i);
        if (h->n == 2 && h->crc_read != (h->crc & 0xffff))
            return "header crc mismatch";
        if (h->n == 2)
            h->part = GZ_DONE;
        break;
    case GZ_DONE:
        break;
    }
    return NULL;
}

static const char *isal_words(int rc) {
    switch (rc) {
    case ISAL_INCORRECT_CHECKSUM:
        return "incorrect data check";
    case ISAL_INVALID_BLOCK:
        return "invalid block";
    case ISAL_INVALID_SYMBOL:
        return "invalid code";
    case ISAL_INVALID_LOOKBACK:
        return "invalid distance too far back";
    default:
        return "damaged data";
    }
}

static Step isal_step(Codec *c, CodecIo *io) {
    while (c->header.part != GZ_DONE && io->in_n && !c->why) {
        c->why = header_byte(&c->header, *io->in++);
        io->in_n--;
    }
    if (c->why || c->header.part != GZ_DONE)
        return c->why ? STEP_DAMAGED : STEP_MORE;
    uint32_t in_n = piece(io->in_n), out_n = piece(io->out_n);
    c->isal.next_in = (uint8_t *)(uintptr_t)io->in; /* it only reads */
    c->isal.avail_in = in_n;
    c->isal.next_out = io->out;
    c->isal.avail_out = out_n;
    int rc = isal_inflate(&c->isal);
    io->in += in_n - c->isal.avail_in;
    io->in_n -= in_n - c->isal.avail_in;
    io->out += out_n - c->isal.avail_out;
    io->out_n -= out_n - c->isal.avail_out;
    if (rc < 0) {
        c->why = isal_words(rc);
        return STEP_DAMAGED;
    }
    if (c->isal.block_state != ISAL_BLOCK_FINISH)
        return STEP_MORE;
    isal_inflate_reset(&c->isal);
    c->isal.crc_flag = ISAL_GZIP_NO_HDR_VER;
    c->header = (GzHeader){0};
    return STEP_MEMBER_END;
}
#endif

/* ---- zstd -------------------------------------------------------------------------------- */

#ifdef HAVE_ZSTD
static void zstd_restart(Codec *c) {
    enum { FRAME_START = 5 };
    ZSTD_DCtx_reset(c->zstd, ZSTD_reset_session_only);
    c->zstd_next = FRAME_START;
    c->zstd_unflushed = false;
}

static bool zstd_start(Codec *c) {
    c->zstd = ZSTD_createDCtx();
    if (!c->zstd)
        return false;
    zstd_restart(c);
    /* windows as large as `zstd --long=31` writes; memory is touched only as far as used */
    return !ZSTD_isError(ZSTD_DCtx_setParameter(c->zstd, ZSTD_d_windowLogMax, 31));
}

/* A call that meets damage does not say what it gave before, so each gets no more than a header
 * or a block, and only when there is room for what came of the one before: with damage, all
 * whole blocks are kept, in whatever portions input and room come. What it wants next has the
 * header of the block behind in it. */
static Step zstd_step(Codec *c, CodecIo *io) {
    enum { BLOCK_HEADER = 3 };
    size_t want = c->zstd_next > BLOCK_HEADER ? c->zstd_next - BLOCK_HEADER : c->zstd_next;
    for (;;) {
        size_t room = c->zstd_unflushed ? 0 : want;
        ZSTD_inBuffer in = {io->in, io->in_n < room ? io->in_n : room, 0};
        ZSTD_outBuffer out = {io->out, io->out_n, 0};
        size_t rc = ZSTD_decompressStream(c->zstd, &out, &in);
        io->in += in.pos;
        io->in_n -= in.pos;
        io->out += out.pos;
        io->out_n -= out.pos;
        if (ZSTD_isError(rc)) {
            c->why = ZSTD_getErrorName(rc);
            return STEP_DAMAGED;
        }
        bool flushing = c->zstd_unflushed;
        c->zstd_unflushed = io->out_n == 0;
        if (rc == 0) {
            zstd_restart(c);
            return STEP_MEMBER_END;
        }
        if (flushing && io->out_n)
            continue;
        if (!flushing)
            c->zstd_next = rc;
        return STEP_MORE;
    }
}

static bool zstd_frames(Codec *c, CodecIo *io) {
    size_t n = ZSTD_decompressDCtx(c->zstd, io->out, io->out_n, io->in, io->in_n);
    if (ZSTD_isError(n))
        return false;
    io->in += io->in_n;
    io->in_n = 0;
    io->out += n;
    io->out_n -= n;
    return true;
}
#endif

/* ---- xz ---------------------------------------------------------------------------------- */

#ifdef HAVE_LZMA
static Step xz_step(Codec *c, CodecIo *io) {
    bool end;
    if (!xz_decoder_step(c->xz, io, &end, &c->why))
        return STEP_DAMAGED;
    return end ? STEP_MEMBER_END : STEP_MORE;
}
#endif

/* ---- all --------------------------------------------------------------------------------- */

Codec *codec_new(CodecKind kind, CodecEngine engine, Error *err) {
    if (kind == CODEC_NONE) {
        error_set(err, ERROR_USAGE, "there is no decoder for plain data");
        return NULL;
    }
    if (!codec_available(kind, engine)) {
        error_set(err, ERROR_USAGE, "this program was built without %s",
                  is_deflate(kind) ? "ISA-L" : codec_name(kind));
        return NULL;
    }
    if (engine == CODEC_AUTO && is_deflate(kind))
        engine = codec_available(kind, CODEC_ISAL) ? CODEC_ISAL : CODEC_ZLIB;
    Codec *c = mem_resize(NULL, 0, sizeof *c);
    c->kind = kind;
    c->engine = engine;
    bool ok = true;
#ifdef HAVE_ZSTD
    if (kind == CODEC_ZSTD)
        ok = zstd_start(c);
#endif
#ifdef HAVE_LZMA
    if (kind == CODEC_XZ)
        c->xz = xz_decoder_new();
#endif
#ifdef HAVE_ISAL
    if (engine == CODEC_ISAL)
        isal_start(c);
#endif
    if (engine == CODEC_ZLIB)
        ok = zlib_start(c);
    if (!ok)
        panic("out of memory for a decoder");
    return c;
}

void codec_free(Codec *c) {
    if (!c)
        return;
    if (c->engine == CODEC_ZLIB)
        inflateEnd(&c->z);
#ifdef HAVE_ZSTD
    ZSTD_freeDCtx(c->zstd);
#endif
#ifdef HAVE_LZMA
    xz_decoder_free(c->xz);
#endif
    mem_resize(c, sizeof *c, 0);
}

static Step engine_step(Codec *c, CodecIo *io) {
#ifdef HAVE_ZSTD
    if (c->kind == CODEC_ZSTD)
        return zstd_step(c, io);
#endif
#ifdef HAVE_LZMA
    if (c->kind == CODEC_XZ)
        return xz_step(c, io);
#endif
#ifdef HAVE_ISAL
    if (c->engine == CODEC_ISAL)
        return isal_step(c, io);
#endif
    return zlib_step(c, io);
}

static bool damaged(Codec *c, Error *err) {
    c->state = CODEC_DAMAGED;
    error_set(err, ERROR_FORMAT, "the %s data is damaged: %s", codec_name(c->kind), c->why);
    if (err && err->offset < 0)
        err->offset = c->taken;
    return false;
}

static bool skip_padding(Codec *c, CodecIo *io) {
    while (io->in_n && *io->in == 0) {
        io->in++;
        io->in_n--;
        c->taken++;
    }
    return io->in_n == 0;
}

bool codec_run(Codec *c, CodecIo *io, Error *err) {
    while (c->state != CODEC_DAMAGED) {
        if (c->state == CODEC_BETWEEN) {
            if (io->in_n == 0)
                return true;
            c->state = c->members && *io->in == 0 ? CODEC_PADDING : CODEC_INSIDE;
        }
        if (c->state == CODEC_PADDING) {
            if (skip_padding(c, io))
                return true;
            c->why = "something follows the padding behind it";
            break;
        }
        size_t in_n = io->in_n, out_n = io->out_n;
        Step step = engine_step(c, io);
        c->taken += (int64_t)(in_n - io->in_n);
        if (step == STEP_DAMAGED)
            break;
        if (step == STEP_MEMBER_END) {
            c->members++;
            c->state = CODEC_BETWEEN;
            continue;
        }
        if (io->in_n == 0 || io->out_n == 0)
            return true;
        if (io->in_n == in_n && io->out_n == out_n) {
            c->why = "it leads nowhere";
            break;
        }
    }
    return damaged(c, err);
}

bool codec_complete(const Codec *c) {
    return c->members && (c->state == CODEC_BETWEEN || c->state == CODEC_PADDING);
}

/* ---- pieces ------------------------------------------------------------------------------ */

void codec_restart(Codec *c, int64_t taken) {
    c->state = CODEC_BETWEEN;
    c->members = taken > 0;
    c->taken = taken;
    c->why = NULL;
#ifdef HAVE_ISAL
    if (c->engine == CODEC_ISAL)
        isal_start(c);
#endif
    if (c->engine == CODEC_ZLIB)
        inflateReset(&c->z);
#ifdef HAVE_ZSTD
    if (c->kind == CODEC_ZSTD)
        zstd_restart(c);
#endif
#ifdef HAVE_LZMA
    if (c->kind == CODEC_XZ)
        xz_decoder_restart(c->xz);
#endif
}

bool codec_between(const Codec *c) {
    return c->members && c->state == CODEC_BETWEEN;
}

/* Z_BLOCK stops at every block's end, where zlib tells how many bits are left over. */
static CodecStop zlib_piece(Codec *c, CodecIo *io) {
    enum { UNUSED_BITS = 63, AT_BLOCK = 128 };
    for (;;) {
        uint32_t in_n = piece(io->in_n), out_n = piece(io->out_n);
        c->z.next_in = (z_const Bytef *)io->in;
        c->z.avail_in = in_n;
        c->z.next_out = io->out;
        c->z.avail_out = out_n;
        int rc = inflate(&c->z, Z_BLOCK);
        io->in += in_n - c->z.avail_in;
        io->in_n -= in_n - c->z.avail_in;
        io->out += out_n - c->z.avail_out;
        io->out_n -= out_n - c->z.avail_out;
        if (rc == Z_STREAM_END)
            return CODEC_STOP_LAST;
        if (rc != Z_OK && rc != Z_BUF_ERROR)
            return CODEC_STOP_DAMAGED;
        if (io->out_n == 0)
            return CODEC_STOP_FULL;
        if (io->in_n)
            continue;
        bool block = c->z.data_type & AT_BLOCK && !(c->z.data_type & UNUSED_BITS);
        return block ? CODEC_STOP_BLOCK : CODEC_STOP_INSIDE;
    }
}

#ifdef HAVE_ISAL
/* Without input behind a block, ISA-L stands in front of the next one's header, none read. */
static CodecStop isal_piece(Codec *c, CodecIo *io) {
    struct inflate_state *s = &c->isal;
    for (;;) {
        uint32_t in_n = piece(io->in_n), out_n = piece(io->out_n);
        s->next_in = (uint8_t *)(uintptr_t)io->in; /* it only reads */
        s->avail_in = in_n;
        s->next_out = io->out;
        s->avail_out = out_n;
        int rc = isal_inflate(s);
        io->in += in_n - s->avail_in;
        io->in_n -= in_n - s->avail_in;
        io->out += out_n - s->avail_out;
        io->out_n -= out_n - s->avail_out;
        if (rc < 0)
            return CODEC_STOP_DAMAGED;
        if (s->block_state == ISAL_BLOCK_FINISH) {
            /* of a bare stream it keeps the bytes that it took too far */
            io->in -= s->read_in_length / 8;
            io->in_n += (size_t)s->read_in_length / 8;
            return CODEC_STOP_LAST;
        }
        if (io->out_n == 0)
            return CODEC_STOP_FULL;
        if (io->in_n && s->avail_in == in_n && s->avail_out == out_n)
            return CODEC_STOP_DAMAGED; /* leads nowhere */
        if (io->in_n)
            continue;
        bool header = s->block_state == ISAL_BLOCK_NEW_HDR || s->block_state == ISAL_BLOCK_HDR;
        bool block = header && s->tmp_in_size == 0 && s->read_in_length == 0;
        return block ? CODEC_STOP_BLOCK : CODEC_STOP_INSIDE;
    }
}
#endif

CodecStop codec_run_deflate(Codec *c, CodecIo *io) {
#ifdef HAVE_ISAL
    if (c->engine == CODEC_ISAL)
        return isal_piece(c, io);
#endif
    return zlib_piece(c, io);
}

bool codec_run_frames(Codec *c, CodecIo *io) {
#ifdef HAVE_ZSTD
    return zstd_frames(c, io);
#else
    (void)c;
    (void)io;
    return false;
#endif
}

uint32_t codec_crc(uint32_t crc, const void *bytes, size_t n) {
#ifdef HAVE_ISAL
    return crc32_gzip_refl(crc, bytes, n);
#else
    return (uint32_t)crc32_z(crc, bytes, n);
#endif
}

uint32_t codec_crc_join(uint32_t first, uint32_t second, int64_t second_n) {
    return (uint32_t)crc32_combine(first, second, (z_off_t)second_n);
}

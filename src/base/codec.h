/* Codec: streaming decompression, gzip by zlib or (when built in) ISA-L, zstd and xz when built in.
 * Several gzip members, zstd frames or xz streams one behind the other are one stream; zero padding
 * behind the last is accepted. Owner: the creator. Thread: one at a time. Every checksum is
 * verified. Facts: RFC 1951, 1952, 8878; the .xz file format, version 1.2.1. */
#pragma once

#include "base/buf.h"
#include "base/error.h"

/* CODEC_DEFLATE is a bare deflate stream or a piece of one; see codec_run_deflate. */
typedef enum CodecKind { CODEC_NONE, CODEC_GZIP, CODEC_ZSTD, CODEC_XZ, CODEC_DEFLATE } CodecKind;
typedef enum CodecEngine { CODEC_AUTO, CODEC_ZLIB, CODEC_ISAL } CodecEngine;
typedef struct Codec Codec;

typedef struct CodecIo {
    const uint8_t *in;
    size_t in_n; /* both moved on by codec_run */
    uint8_t *out;
    size_t out_n;
} CodecIo;

CodecKind codec_sniff(const uint8_t *head, size_t n);
bool codec_available(CodecKind kind, CodecEngine engine);
/* NULL with *err filled when that kind or engine is not built in (the message says so). */
Codec *codec_new(CodecKind kind, CodecEngine engine, Error *err);
void codec_free(Codec *c);
/* Decodes until the input is used up or the output is full. False: the data is damaged. */
bool codec_run(Codec *c, CodecIo *io, Error *err);
/* True when the input may end here: between members. False: ending here is a truncation. */
bool codec_complete(const Codec *c);
/* All of it at once, behind what *out holds. False: it is damaged, ends in the middle, comes to
 * more than `most` bytes, or is of a kind that is not built in. */
bool codec_unpack(CodecKind kind, Str packed, size_t most, Buf *out, Error *err);

/* ---- for decoding piece by piece ---------------------------------------------------------- */

/* As new. `taken` bytes of input were decoded before: when there are any,
 * the input goes on behind a whole member. */
void codec_restart(Codec *c, int64_t taken);
/* Members were decoded and the input so far ends exactly behind one, without padding. */
bool codec_between(const Codec *c);

typedef enum CodecStop {
    CODEC_STOP_DAMAGED, /* refers to what lies before the piece, too */
    CODEC_STOP_FULL,    /* the output is full: give more */
    CODEC_STOP_INSIDE,  /* the input ends within a block */
    CODEC_STOP_BLOCK,   /* the input ends with a block, and that with a byte */
    CODEC_STOP_LAST,    /* the stream ends; io->in is the byte behind it */
} CodecStop;
/* Of CODEC_DEFLATE: decodes a piece that begins at a block, on a byte. */
CodecStop codec_run_deflate(Codec *c, CodecIo *io);
/* Of CODEC_ZSTD: decodes whole frames, for all of whose text there is room. False: something is
 * wrong, and nothing was given. Faster than codec_run, which copies each block once more. */
bool codec_run_frames(Codec *c, CodecIo *io);
/* gzip's checksum of bytes behind others, and of two runs of bytes in a row. */
uint32_t codec_crc(uint32_t crc, const void *bytes, size_t n);
uint32_t codec_crc_join(uint32_t first, uint32_t second, int64_t second_n);

/* ---- compressing -------------------------------------------------------------------------- */

/* One gzip member of these bytes, behind what *out holds; the same bytes give the same member. */
void codec_gzip(Str bytes, Buf *out);
/* Likewise one zlib stream, as PNG has them. */
void codec_zlib(Str bytes, Buf *out);

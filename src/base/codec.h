/* Codec: streaming decompression, gzip by zlib or (when built in) ISA-L, zstd when built in.
 * Several gzip members or zstd frames one behind the other are one stream; zero padding behind
 * the last is accepted. Owner: the creator. Thread: one at a time. Every checksum is verified.
 * Facts: RFC 1951, 1952, 8878. */
#pragma once

#include "base/error.h"
#include "base/str.h"

typedef enum CodecKind { CODEC_NONE, CODEC_GZIP, CODEC_ZSTD } CodecKind;
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

/* The codec's engine for xz: one stream at a time, by liblzma. Codec strings streams together.
 * Owner: the creator. Thread: one at a time. Only where liblzma is built in (HAVE_LZMA). */
#pragma once

#include "base/codec.h"

typedef struct XzDecoder XzDecoder;

XzDecoder *xz_decoder_new(void);
void xz_decoder_free(XzDecoder *d); /* NULL is fine */
void xz_decoder_restart(XzDecoder *d);
/* *end: the stream ended with this. False: the data is damaged, and *why says how. */
bool xz_decoder_step(XzDecoder *d, CodecIo *io, bool *end, const char **why);

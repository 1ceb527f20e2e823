/* Pieces of compressed files as their writers make them, appended to *out: members of gzip, BGZF
 * and `pigz`, frames of zstd. Owner: the caller of *out. Thread: any. Panics where a library does
 * not do what it is asked. */
#pragma once

#include <zlib.h> /* flushes by name */

#include "base/buf.h"

/* The n lowest bytes of a word, the lowest first. */
void split_put_word(Buf *out, uint32_t word, size_t n);
/* A gzip member with a name, flushed behind every `block` bytes (0: never). Level 0 stores. */
void split_put_member(Buf *out, Str text, size_t block, int flush, int level);
void split_put_bgzf(Buf *out, Str text); /* of less than 64 KiB when packed */
#ifdef HAVE_ZSTD
/* A frame that says how much text it has, or does not. */
void split_put_frame(Buf *out, Str text, bool size, bool checksum);
/* A skippable one of n bytes. */
void split_put_skipped(Buf *out, size_t n);
#endif

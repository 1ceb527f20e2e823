/* Source: bytes of an input in order, decompressed on the way: a file, a pipe, .gz, .zst, .xz;
 * text in UTF-16 comes out as UTF-8, and none with a byte order mark. Owner: the creator. Thread:
 * one at a time (the loader). A truncated or damaged compressed stream gives what could be decoded,
 * then the end, and says so in source_ending. */
#pragma once

#include "base/codec.h"
#include "base/file.h"
#include "base/jobs.h"

typedef enum SourceEnding {
    SOURCE_OPEN,
    SOURCE_WHOLE,
    SOURCE_TRUNCATED,
    SOURCE_DAMAGED
} SourceEnding;

typedef struct Source Source;

/* NULL with *err filled when it cannot be opened or nothing here can decompress it. */
Source *source_open(const char *path, CodecEngine engine, Error *err);
/* Bytes that are made of those of another, which must outlive it: up to n, 0 at the end. */
typedef int64_t SourceMake(void *context, char *out, size_t n);
Source *source_made(const Source *of, SourceMake *make, void *context);
void source_close(Source *source);
/* Before the first read: a .gz or .zst file that can be decoded piece by piece is, on jobs'
 * workers; what comes out is the same. With other inputs, or few workers, nothing changes.
 * Reading then waits for jobs, so no job may. */
void source_use_workers(Source *source, Jobs *jobs);
/* What is compressed and read in order by one thread is decompressed on another from now on; else
 * nothing changes. Then only reading, what was consumed and given, and closing may be asked for;
 * how it ended, behind the end or after source_read_enough, when no more is read. */
void source_read_ahead(Source *source);
void source_read_enough(Source *source);
/* Before the first read: the file is still being written. Its end is then not the end: reading
 * waits for more, as on a pipe, until `stop`, any thread's to cancel, is cancelled; then what is
 * there is all. A pipe ends likewise once it is. The token must outlive the source. */
void source_follow(Source *source, const CancelToken *stop, bool grows);
/* Before the first read: its reader is to look for functions that compilers inlined. */
void source_want_inlined(Source *source);
bool source_wants_inlined(const Source *source);
/* Up to n bytes of decompressed data; 0 at the end; -1 on a read error (*err). On a pipe it
 * returns what is there as soon as something is (at least min_n bytes unless the end comes). */
int64_t source_read(Source *source, void *out, size_t min_n, size_t n, Error *err);
/* The first bytes (at least n, unless the input is shorter: then *whole) without taking them;
 * source_read gives them again. *head is good until the next call. False on a read error. */
bool source_peek(Source *source, size_t n, Str *head, bool *whole, Error *err);
/* Whether source_pread works: a plain file, of which something was read or peeked at; of one that
 * is followed, what there is so far. */
bool source_can_pread(const Source *source);
/* n bytes at a position, without moving on; fewer only at the end; -1 on an error (*err). */
int64_t source_pread(Source *source, void *out, size_t n, int64_t offset, Error *err);
/* False when nothing came within timeout_ms: a read would block. Only pipes, and files that are
 * followed, can be slow. */
bool source_wait(Source *source, int timeout_ms);
bool source_is_pipe(const Source *source); /* or a file that is followed */
bool source_grows(const Source *source);   /* a file that is followed, and nobody said the end */
SourceEnding source_ending(const Source *source);
const char *source_trouble(const Source *source); /* words for TRUNCATED and DAMAGED */
const char *source_path(const Source *source);    /* as it was given */
CodecKind source_codec(const Source *source);
/* `part` is read beside `whole`, and counts as some of it from now on: what it has and what is
 * read of it. It must be closed first. */
void source_is_part(Source *part, Source *whole);
/* Raw bytes consumed, and how many there are (-1 for a pipe or a file that grows): for progress. */
int64_t source_consumed(const Source *source);
/* How much of the decompressed data was read; of a plain file, which may be read at any place,
 * as much as was consumed. */
int64_t source_given(const Source *source);
int64_t source_size(const Source *source);

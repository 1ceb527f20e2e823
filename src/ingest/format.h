/* THE contract between a profile format and the loader. To add a format: one .c file that
 * defines a `const Format`, one line in formats.c, a sample and a golden in tests.
 *
 * Three kinds of parser:
 *  FORMAT_SPLIT       text cut at record boundaries; chunks are parsed on any worker in any
 *                     order (perf script, folded).
 *  FORMAT_PREPARED    as SPLIT, after one sequential pass (`prepare`) over the input that makes
 *                     a read-only context for the workers (none yet).
 *  FORMAT_SEQUENTIAL  one parser reads everything in order and emits batches (JSON, JFR; perf.data,
 *                     which must also be read from a pipe while it is being recorded).
 *
 * Threads: probe, boundary, prepare: the loader. parser_new, parse, parser_free: one worker at
 * a time for one parser; a parser keeps caches between chunks, but never facts: chunk k must give
 * the same rows whatever this parser saw before (ids may differ, they are private to its Part).
 * The rows may not depend on where the input was cut, either.
 * Errors: a bad record is a complaint in the batch, never a failure. */
#pragma once

#include "ingest/source.h"
#include "store/batch.h"

typedef enum FormatKind { FORMAT_SPLIT, FORMAT_PREPARED, FORMAT_SEQUENTIAL } FormatKind;
typedef enum FormatGuess { GUESS_NO, GUESS_MAYBE, GUESS_YES } FormatGuess;

typedef struct FormatParser FormatParser; /* each format's own */

typedef struct FormatChunk {
    Str bytes;      /* whole records; FORMAT_CHUNK_PAD readable bytes lie behind them */
    int64_t offset; /* of bytes in the decompressed input */
    bool last;      /* nothing follows */
} FormatChunk;

enum {
    FORMAT_CHUNK_PAD = 64,
    FORMAT_PROBE_BYTES = 64 * 1024,
    FORMAT_PROBE_MOST = 4 * 1024 * 1024, /* where that many tell too little: format_seen_enough */
};

/* What a sequential parser calls for each batch it filled; false means stop (cancelled). What is in
 * the batch is taken, and may be absorbed while the parser goes on, so the parser clears it and
 * fills it anew; before it throws ids of its part away, format_settle. NULL: only asks, as a parser
 * should while it waits for a pipe (source_wait). */
typedef bool FormatEmit(void *loader, Batch *batch);

/* All that was emitted is absorbed when this returns. The batch is an empty one. */
static inline void format_settle(FormatEmit *emit, void *loader, Batch *batch) {
    batch->settle = true;
    emit(loader, batch);
    batch->settle = false;
}

/* One more whenever a parser tells something else of the same file: what was remembered of files
 * (packs, looks of folders) is then made anew. */
enum { FORMATS_EDITION = 4 };

typedef struct Format {
    const char *name; /* "perf script", as info prints it */
    FormatKind kind;
    bool has_time;           /* false: flame graph only, and the window says so */
    bool binary;             /* no text: recognised by its first 16 bytes alone */
    bool looks_around;       /* what it tells depends on other files, too: where symbols are */
    const char *not_shown;   /* what such files hold that is left out, for info; or NULL */
    const char *not_inlined; /* and what unless inlined functions are asked for; or NULL */
    /* head: the first bytes, as many as format_seen_enough wants; whole: there are no more. */
    FormatGuess (*probe)(Str head, bool whole);
    /* SPLIT, PREPARED: bytes of `text` up to the last place where a record ends, 0 if none. */
    size_t (*boundary)(const void *context, Str text);
    /* PREPARED: *context lives in the arena until the load is over. */
    bool (*prepare)(Source *source, Arena *arena, void **context, Error *err);
    /* The parser has a Part of its own, from which its batches draw their ids. */
    FormatParser *(*parser_new)(const void *context);
    void (*parser_free)(FormatParser *parser);
    void (*parse)(FormatParser *parser, const FormatChunk *chunk, Batch *out);
    /* SEQUENTIAL: reads source to its end. */
    bool (*run)(Source *source, FormatEmit *emit, void *loader, Error *err);
} Format;

/* In probe order, ended by NULL. */
extern const Format *const formats[];
/* Whether more bytes than these would not help who is not sure yet: of text a line has ended, of
 * JSON, whose keys stand in any order, as much was seen as ever is. */
bool format_seen_enough(Str head);
/* The first that is sure to be it, or NULL. */
const Format *format_sure(Str head, bool whole);
/* The best guess, NULL with *err in words ("this looks like X, which …") when there is none. */
const Format *format_of(Str head, bool whole, Error *err);
/* Whether such bytes are no text of samples in any format, binary ones aside; *err: what they are.
 */
bool format_is_none(Str head, bool whole, Error *err);
const Format *format_named(const char *name);
/* All that is left out of its files, unless inlined functions were asked for. */
void format_left_out(const Format *format, bool inlined, Buf *out);
/* The binary one of these first bytes, or NULL. */
const Format *format_binary(Str head);

/* Parser pool: the parsers of a load, no more than workers. A parser lives through many chunks,
 * so that its caches stay warm, and the first that is free is taken, whoever asks: every parser
 * learns the profile's lines and stacks anew, so where the reader or the absorber is what there
 * is to wait for, few parsers do all the work (measured, two threads on one busy processor: 5 to
 * 15 % less processor time than with a parser for each worker). When its Part has grown too
 * large a parser is retired: a new one is made, and the old one is freed once its last batch was
 * absorbed. Owner: the loader. Thread: parser_take and parser_note from the worker that parses,
 * at most as many at a time as the pool was made for; parser_drop from the absorber; the remap
 * of a lease belongs to the absorber. */
#pragma once

#include "ingest/format.h"
#include "store/profile.h"

typedef struct ParserPool ParserPool;

/* A parser, and where its ids went. */
typedef struct ParserLease {
    FormatParser *parser;
    Remap remap;
    /* -- the pool's */
    size_t bytes;     /* of its Part */
    uint32_t pending; /* batches not yet absorbed */
    bool retired, busy;
} ParserLease;

/* context: of a FORMAT_PREPARED format; it and the format must outlive the pool. */
ParserPool *parser_pool_new(const Format *format, const void *context, uint32_t workers);
/* Every batch must have been dropped, or never be absorbed. */
void parser_pool_free(ParserPool *pool);
/* A parser, for one chunk. */
ParserLease *parser_take(ParserPool *pool);
/* After the chunk was parsed: how large the Part is now. */
void parser_note(ParserPool *pool, ParserLease *lease, size_t part_bytes);
/* The batch of one parser_take was absorbed, or never will be. */
void parser_drop(ParserPool *pool, ParserLease *lease);

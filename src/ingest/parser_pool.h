/* Parser pool: the parsers of a load, one at a time for each worker. A parser lives through
 * many chunks, so that its caches stay warm. When its Part has grown too large it is retired:
 * the worker gets a new one, and the old one is freed once its last batch was absorbed. Owner:
 * the loader. Thread: parser_take and parser_note from the worker that is named, parser_drop
 * from the absorber; the remap of a lease belongs to the absorber. */
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
    bool retired;
} ParserLease;

/* context: of a FORMAT_PREPARED format; it and the format must outlive the pool. */
ParserPool *parser_pool_new(const Format *format, const void *context, uint32_t workers);
/* Every batch must have been dropped, or never be absorbed. */
void parser_pool_free(ParserPool *pool);
/* The worker's parser, for one chunk. */
ParserLease *parser_take(ParserPool *pool, uint32_t worker);
/* After the chunk was parsed: how large the Part is now. */
void parser_note(ParserPool *pool, ParserLease *lease, size_t part_bytes);
/* The batch of one parser_take was absorbed, or never will be. */
void parser_drop(ParserPool *pool, ParserLease *lease);

/* How a parser of "perf script" may be made and asked by tests; the loader makes them as they
 * are by default. Whatever the options, the rows are the same: they say how text is remembered.
 * Owner: who made the parser. Thread: its own. Failure: none. */
#pragma once

#include "ingest/format.h"

/* The context that parser_new is given; NULL: all false. */
typedef struct PerfScriptOptions {
    bool portable; /* no special instructions for keys */
    bool by_line;  /* never know a record by its callers */
    bool small;    /* caches of a few slots */
} PerfScriptOptions;

/* Records whose callers were known, so that only their leaf was read. */
uint64_t perf_script_known(const FormatParser *parser);

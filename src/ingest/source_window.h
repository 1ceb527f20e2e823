/* SourceWindow: the part of a source that a parser looks at: what it has not used yet stays, more
 * is read behind it. Under the readers of lines and of protobuf fields. Owner: the caller, who
 * closes it; places in buf move when more is read. Thread: one. */
#pragma once

#include "ingest/rows.h"

typedef struct SourceWindow {
    Source *source;
    Rows *rows; /* breathes at each read */
    Error *err;
    char *buf;           /* FORMAT_CHUNK_PAD readable bytes lie behind it */
    size_t cap, at, end; /* not used yet: [at, end) */
    int64_t offset;      /* of buf in the source */
    bool failed;         /* reading failed: *err says why */
} SourceWindow;

void source_window_open(SourceWindow *w, Source *source, Rows *rows, Error *err);
void source_window_close(SourceWindow *w);
/* Reads on behind what is there. False: there is no more, or nobody wants it. */
bool source_window_more(SourceWindow *w);

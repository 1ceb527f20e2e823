/* LineRead: the lines of a source one by one, for formats that are text and read in order.
 * Owner: the caller, who calls line_read_close; a line is good until the next call, and
 * FORMAT_CHUNK_PAD readable bytes lie behind it. Thread: one. A line over LINE_READ_MOST is left
 * out, with a complaint. */
#pragma once

#include "base/sizes.h"
#include "ingest/source_window.h"

enum { LINE_READ_MOST = SIZED(64 << 20, 2000) };

typedef struct LineRead {
    int64_t offset;      /* of the line given last */
    SourceWindow window; /* .failed: reading failed */
    /* -- own */
    bool ended;
} LineRead;

void line_read_open(LineRead *l, Source *source, Rows *rows, Error *err);
void line_read_close(LineRead *l);
/* The first bytes, at least n unless there are fewer; before any line was asked for. */
Str line_read_look(LineRead *l, size_t n);
/* Without its newline or carriage return. False: there are no more. */
bool line_read_next(LineRead *l, Str *line);

/* "name+0x1f", "name+31": without what is behind the plus. */
Str line_without_offset(Str symbol);
/* Leading blanks, counted and taken off. */
size_t line_indent(Str *line);

/* LineRead: the lines of a source one by one, for formats that are text and read in order.
 * Owner: the caller, who calls line_read_close; a line is good until the next call.
 * Thread: one. A line over LINE_READ_MOST is cut into pieces of about that size. */
#pragma once

#include "ingest/source_window.h"

enum { LINE_READ_MOST = 64 << 20 };

typedef struct LineRead {
    int64_t offset;      /* of the line given last */
    SourceWindow window; /* .failed: reading failed */
    /* -- own */
    bool ended;
} LineRead;

void line_read_open(LineRead *l, Source *source, Rows *rows, Error *err);
void line_read_close(LineRead *l);
/* Without its newline or carriage return. False: there are no more. */
bool line_read_next(LineRead *l, Str *line);

/* "name+0x1f", "name+31": without what is behind the plus. */
Str line_without_offset(Str symbol);
/* Leading blanks, counted and taken off. */
size_t line_indent(Str *line);

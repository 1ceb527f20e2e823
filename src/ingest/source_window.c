#include "ingest/source_window.h"

#include <string.h>

#include "base/sizes.h"

enum { READ_BYTES = READ_SIZE(256 * 1024) };

void source_window_open(SourceWindow *w, Source *source, Rows *rows, Error *err) {
    *w = (SourceWindow){.source = source, .rows = rows, .err = err, .cap = 2 * READ_BYTES};
    w->buf = mem_resize(NULL, 0, w->cap + FORMAT_CHUNK_PAD);
}

void source_window_close(SourceWindow *w) {
    mem_resize(w->buf, w->cap + FORMAT_CHUNK_PAD, 0);
    *w = (SourceWindow){0};
}

bool source_window_more(SourceWindow *w) {
    size_t kept = w->end - w->at;
    memmove(w->buf, w->buf + w->at, kept);
    w->offset += (int64_t)w->at;
    w->at = 0;
    w->end = kept;
    if (w->cap - kept < READ_BYTES) {
        w->buf = mem_resize(w->buf, w->cap + FORMAT_CHUNK_PAD, w->cap * 2 + FORMAT_CHUNK_PAD);
        w->cap *= 2;
    }
    if (source_is_pipe(w->source) && !source_wait(w->source, 0))
        rows_breathe(w->rows); /* what there is, before waiting */
    int64_t got = source_read(w->source, w->buf + kept, 1, w->cap - kept, w->err);
    w->failed = got < 0;
    rows_breathe(w->rows);
    if (got <= 0 || w->rows->stopped)
        return false;
    w->end += (size_t)got;
    return true;
}

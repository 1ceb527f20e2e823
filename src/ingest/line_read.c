#include "ingest/line_read.h"

#include <string.h>

void line_read_open(LineRead *l, Source *source, Rows *rows, Error *err) {
    *l = (LineRead){0};
    source_window_open(&l->window, source, rows, err);
}

void line_read_close(LineRead *l) {
    source_window_close(&l->window);
    *l = (LineRead){0};
}

Str line_read_look(LineRead *l, size_t n) {
    SourceWindow *w = &l->window;
    while (w->end - w->at < n && !l->ended)
        l->ended = !source_window_more(w);
    return (Str){w->buf + w->at, w->end - w->at};
}

/* Where the line at hand ends; NULL: at the end of all, or it is longer than a line may be. */
static const char *find_newline(LineRead *l) {
    SourceWindow *w = &l->window;
    size_t looked = 0; /* bytes from at on without a newline */
    for (bool more = true; more;) {
        size_t from = w->at + looked;
        const char *newline = w->end > from ? memchr(w->buf + from, '\n', w->end - from) : NULL;
        looked = w->end - w->at;
        if (newline || looked > LINE_READ_MOST)
            return newline;
        more = !l->ended && source_window_more(w);
        l->ended = l->ended || !more;
    }
    return NULL;
}

bool line_read_next(LineRead *l, Str *line) {
    SourceWindow *w = &l->window;
    for (bool left_out = false;;) {
        const char *newline = find_newline(l);
        if (w->at == w->end || w->rows->stopped)
            return false;
        size_t end = newline ? (size_t)(newline - w->buf) : w->end;
        *line = (Str){w->buf + w->at, end - w->at};
        l->offset = w->offset + (int64_t)w->at;
        w->at = end + (newline != NULL);
        if (!left_out && line->n <= LINE_READ_MOST)
            break;
        if (!left_out)
            rows_complain(w->rows, COMPLAINT_TOO_LONG, l->offset, *line);
        left_out = !newline;
    }
    if (line->n && line->s[line->n - 1] == '\r')
        line->n--;
    return true;
}

Str line_without_offset(Str symbol) {
    size_t plus = str_rfind_char(symbol, '+');
    if (plus == symbol.n || plus == 0 || plus + 1 == symbol.n)
        return symbol;
    size_t i = plus + 1;
    bool hex = symbol.n - i > 2 && symbol.s[i] == '0' && symbol.s[i + 1] == 'x';
    for (i += hex ? 2 : 0; i < symbol.n; i++) {
        unsigned c = (unsigned char)symbol.s[i];
        if (c - '0' > 9u && !(hex && (c | 32) - 'a' < 6u))
            return symbol;
    }
    return str_slice(symbol, 0, plus);
}

size_t line_indent(Str *line) {
    size_t n = 0;
    while (n < line->n && (line->s[n] == ' ' || line->s[n] == '\t'))
        n++;
    *line = str_slice(*line, n, line->n);
    return n;
}

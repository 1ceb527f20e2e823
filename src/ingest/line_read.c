#include "ingest/line_read.h"

#include <string.h>

enum { READ_BYTES = 256 * 1024 };

void line_read_open(LineRead *l, Source *source, Rows *rows, Error *err) {
    *l = (LineRead){.source = source, .rows = rows, .err = err, .cap = 2 * READ_BYTES};
    l->buf = mem_resize(NULL, 0, l->cap);
}

void line_read_close(LineRead *l) {
    mem_resize(l->buf, l->cap, 0);
    *l = (LineRead){0};
}

static bool refill(LineRead *l) {
    size_t kept = l->end - l->at;
    memmove(l->buf, l->buf + l->at, kept);
    l->base += (int64_t)l->at;
    l->at = 0;
    l->end = kept;
    if (l->cap - kept < READ_BYTES) {
        l->buf = mem_resize(l->buf, l->cap, l->cap * 2);
        l->cap *= 2;
    }
    int64_t got = source_read(l->source, l->buf + kept, 1, l->cap - kept, l->err);
    l->failed = got < 0;
    rows_breathe(l->rows);
    if (got <= 0 || l->rows->stopped)
        return false;
    l->end += (size_t)got;
    return true;
}

bool line_read_next(LineRead *l, Str *line) {
    const char *newline = NULL;
    l->looked = 0;
    while (!l->ended) {
        size_t from = l->at + l->looked;
        newline = l->end > from ? memchr(l->buf + from, '\n', l->end - from) : NULL;
        l->looked = l->end - l->at;
        if (newline || l->looked > LINE_READ_MOST)
            break;
        l->ended = !refill(l);
    }
    if (l->at == l->end || l->rows->stopped)
        return false;
    size_t end = newline ? (size_t)(newline - l->buf) : l->end;
    *line = (Str){l->buf + l->at, end - l->at};
    if (line->n && line->s[line->n - 1] == '\r')
        line->n--;
    l->offset = l->base + (int64_t)l->at;
    l->at = end + (newline != NULL);
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

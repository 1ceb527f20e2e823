/* Buf: growing text or bytes. Owner: the caller, who frees it with buf_free; zero-initialise it.
 * b->s is always zero-terminated once anything was put. Not thread-safe. OOM aborts. */
#pragma once

#include "base/str.h"

typedef struct Buf {
    char *s;
    size_t n, cap;
} Buf;

/* Room for `extra` bytes and a zero behind them; returns where they go. For reading straight in. */
char *buf_reserve(Buf *b, size_t extra);
void buf_put(Buf *b, Str s);
void buf_puts(Buf *b, const char *zero_terminated);
void buf_putc(Buf *b, char c);
void buf_printf(Buf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));
void buf_u64(Buf *b, uint64_t value);
void buf_i64(Buf *b, int64_t value);
/* 1234567 as "1 234 567" with thin spaces (U+2009), as the window shows numbers. */
void buf_grouped(Buf *b, uint64_t value);
/* A JSON string with its quotes; bytes that are not UTF-8 become U+FFFD. */
void buf_json(Buf *b, Str s);
/* One word of a POSIX shell, in single quotes, whatever it holds. */
void buf_shell(Buf *b, Str s);
void buf_base64(Buf *b, Str bytes);
Str buf_str(const Buf *b);
void buf_clear(Buf *b);
void buf_free(Buf *b);

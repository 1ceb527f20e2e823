#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"

char *buf_reserve(Buf *b, size_t extra) {
    if (extra >= b->cap - b->n) { /* one byte more for the zero behind */
        size_t cap = b->cap < 64 ? 64 : b->cap * 2;
        if (extra > PTRDIFF_MAX / 2)
            panic("out of memory: %zu bytes wanted", extra);
        if (cap < b->n + extra + 1)
            cap = b->n + extra + 1;
        b->s = mem_resize(b->s, b->cap, cap);
        b->cap = cap;
    }
    return b->s + b->n;
}

void buf_put(Buf *b, Str s) {
    char *p = buf_reserve(b, s.n);
    if (s.n)
        memcpy(p, s.s, s.n);
    p[s.n] = 0;
    b->n += s.n;
}

void buf_puts(Buf *b, const char *zero_terminated) {
    buf_put(b, str_of(zero_terminated));
}

void buf_putc(Buf *b, char c) {
    buf_put(b, (Str){&c, 1});
}

void buf_printf(Buf *b, const char *format, ...) {
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    char *p = buf_reserve(b, 0);
    int n = vsnprintf(p, b->cap - b->n, format, args);
    va_end(args);
    if (n < 0)
        panic("buf_printf: bad format \"%s\"", format);
    if ((size_t)n >= b->cap - b->n) {
        p = buf_reserve(b, (size_t)n);
        vsnprintf(p, b->cap - b->n, format, again);
    }
    va_end(again);
    b->n += (size_t)n;
}

/* The digits of value, written backwards so that they end at `end`; returns where they start.
 */
static char *digits_before(char *end, uint64_t value) {
    do {
        *--end = (char)('0' + value % 10);
        value /= 10;
    } while (value);
    return end;
}

void buf_u64(Buf *b, uint64_t value) {
    char room[24], *end = room + sizeof room;
    char *p = digits_before(end, value);
    buf_put(b, (Str){p, (size_t)(end - p)});
}

void buf_i64(Buf *b, int64_t value) {
    if (value < 0)
        buf_putc(b, '-');
    buf_u64(b, value < 0 ? 0 - (uint64_t)value : (uint64_t)value);
}

void buf_grouped(Buf *b, uint64_t value) {
    char room[24], *end = room + sizeof room;
    char *p = digits_before(end, value);
    size_t n = (size_t)(end - p), head = n % 3 ? n % 3 : 3;
    buf_put(b, (Str){p, head});
    for (p += head; p < end; p += 3) {
        buf_puts(b, "\u2009");
        buf_put(b, (Str){p, 3});
    }
}

static void put_escaped(Buf *b, uint32_t c) {
    switch (c) {
    case '"':
        buf_puts(b, "\\\"");
        break;
    case '\\':
        buf_puts(b, "\\\\");
        break;
    case '\n':
        buf_puts(b, "\\n");
        break;
    case '\r':
        buf_puts(b, "\\r");
        break;
    case '\t':
        buf_puts(b, "\\t");
        break;
    default:
        buf_printf(b, "\\u%04x", (unsigned)c);
    }
}

void buf_json(Buf *b, Str s) {
    buf_putc(b, '"');
    size_t plain = 0; /* start of what can be copied as it is */
    for (size_t i = 0; i < s.n;) {
        uint8_t byte = (uint8_t)s.s[i];
        if (byte >= 0x20 && byte < 0x7f && byte != '"' && byte != '\\') {
            i++;
            continue;
        }
        size_t at = i;
        uint32_t c = utf8_next(s, &i);
        bool bad = c == 0xfffd && i - at == 1;
        if (c >= 0x7f && !bad)
            continue;
        buf_put(b, str_slice(s, plain, at));
        if (bad)
            buf_puts(b, "\ufffd");
        else
            put_escaped(b, c);
        plain = i;
    }
    buf_put(b, str_slice(s, plain, s.n));
    buf_putc(b, '"');
}

void buf_shell(Buf *b, Str s) {
    buf_putc(b, '\'');
    for (size_t i = 0; i < s.n; i++) {
        if (s.s[i] == '\'')
            buf_puts(b, "'\\''");
        else
            buf_putc(b, s.s[i]);
    }
    buf_putc(b, '\'');
}

void buf_base64(Buf *out, Str bytes) {
    static const char digit[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const uint8_t *p = (const uint8_t *)bytes.s;
    char *to = buf_reserve(out, (bytes.n + 2) / 3 * 4);
    for (size_t i = 0; i < bytes.n; i += 3) {
        size_t left = bytes.n - i;
        uint32_t three = (uint32_t)p[i] << 16 | (left > 1 ? (uint32_t)p[i + 1] << 8 : 0) |
                         (left > 2 ? p[i + 2] : 0);
        *to++ = digit[three >> 18];
        *to++ = digit[three >> 12 & 63];
        *to++ = left > 1 ? digit[three >> 6 & 63] : '=';
        *to++ = left > 2 ? digit[three & 63] : '=';
    }
    *to = 0;
    out->n += (bytes.n + 2) / 3 * 4;
}

Str buf_str(const Buf *b) {
    return (Str){b->s ? b->s : "", b->n};
}

void buf_clear(Buf *b) {
    b->n = 0;
    if (b->s)
        b->s[0] = 0;
}

void buf_free(Buf *b) {
    mem_resize(b->s, b->cap, 0);
    *b = (Buf){0};
}

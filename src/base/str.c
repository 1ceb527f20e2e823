#define _GNU_SOURCE 1

#include "base/str.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"

Str str_of(const char *zero_terminated) {
    return zero_terminated ? (Str){zero_terminated, strlen(zero_terminated)} : (Str){"", 0};
}

Str str_slice(Str s, size_t from, size_t to) {
    if (to > s.n)
        to = s.n;
    if (from > to)
        from = to;
    return (Str){s.s ? s.s + from : "", to - from};
}

Str str_fit(Str s, size_t n) {
    if (n >= s.n)
        return s;
    while (n > 0 && ((unsigned char)s.s[n] & 0xc0) == 0x80)
        n--;
    return (Str){s.s, n};
}

bool str_eq(Str a, Str b) {
    return a.n == b.n && (a.n == 0 || memcmp(a.s, b.s, a.n) == 0);
}

bool str_eq_c(Str a, const char *b) {
    return str_eq(a, str_of(b));
}

int str_cmp(Str a, Str b) {
    size_t n = a.n < b.n ? a.n : b.n;
    int order = n ? memcmp(a.s, b.s, n) : 0;
    return order ? order : (a.n > b.n) - (a.n < b.n);
}

bool str_starts(Str s, Str prefix) {
    return prefix.n <= s.n && str_eq((Str){s.s, prefix.n}, prefix);
}

bool str_ends(Str s, Str suffix) {
    return suffix.n <= s.n && str_eq(str_slice(s, s.n - suffix.n, s.n), suffix);
}

size_t str_find(Str s, Str needle) {
    if (needle.n == 0)
        return 0;
    const char *at = s.n < needle.n ? NULL : memmem(s.s, s.n, needle.s, needle.n);
    return at ? (size_t)(at - s.s) : s.n;
}

size_t str_find_char(Str s, char c) {
    const char *at = s.n ? memchr(s.s, c, s.n) : NULL;
    return at ? (size_t)(at - s.s) : s.n;
}

size_t str_rfind_char(Str s, char c) {
    const char *at = s.n ? memrchr(s.s, c, s.n) : NULL;
    return at ? (size_t)(at - s.s) : s.n;
}

static bool is_space(char c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
}

Str str_trim(Str s) {
    size_t from = 0, to = s.n;
    while (from < to && is_space(s.s[from]))
        from++;
    while (to > from && is_space(s.s[to - 1]))
        to--;
    return str_slice(s, from, to);
}

Str str_cut(Str *rest, char sep) {
    size_t at = str_find_char(*rest, sep);
    Str head = str_slice(*rest, 0, at);
    *rest = str_slice(*rest, at < rest->n ? at + 1 : at, rest->n);
    return head;
}

bool str_to_i64(Str s, int64_t *out) {
    bool negative = s.n && s.s[0] == '-';
    size_t i = s.n && (s.s[0] == '-' || s.s[0] == '+');
    if (i == s.n)
        return false;
    int64_t value = 0; /* kept negative, so that INT64_MIN needs no special case */
    for (; i < s.n; i++) {
        if (s.s[i] < '0' || s.s[i] > '9' || __builtin_mul_overflow(value, 10, &value) ||
            __builtin_sub_overflow(value, s.s[i] - '0', &value))
            return false;
    }
    if (!negative && value == INT64_MIN)
        return false;
    *out = negative ? value : -value;
    return true;
}

bool str_to_u64(Str s, uint64_t *out) {
    uint64_t value = 0;
    for (size_t i = 0; i < s.n; i++) {
        if (s.s[i] < '0' || s.s[i] > '9' || __builtin_mul_overflow(value, 10, &value) ||
            __builtin_add_overflow(value, (uint64_t)(s.s[i] - '0'), &value))
            return false;
    }
    *out = value;
    return s.n > 0;
}

/* strtod knows more than decimal numbers (hex, nan, leading space), so the letters are checked
 * first. Nobody in this program calls setlocale, so the point is a point. */
bool str_to_double(Str s, double *out) {
    char text[128];
    if (s.n == 0 || s.n >= sizeof text)
        return false;
    for (size_t i = 0; i < s.n; i++) {
        if (!memchr("0123456789+-.eE", s.s[i], 15))
            return false;
        text[i] = s.s[i];
    }
    text[s.n] = 0;
    char *end;
    double value = strtod(text, &end);
    if (end != text + s.n || !isfinite(value))
        return false;
    *out = value;
    return true;
}

Str str_copy(Arena *arena, Str s) {
    char *p = arena_push(arena, s.n + 1, 1);
    if (s.n)
        memcpy(p, s.s, s.n);
    return (Str){p, s.n};
}

Str str_format(Arena *arena, const char *format, ...) {
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (n < 0)
        panic("str_format: bad format \"%s\"", format);
    char *p = arena_push(arena, (size_t)n + 1, 1);
    vsnprintf(p, (size_t)n + 1, format, again);
    va_end(again);
    return (Str){p, (size_t)n};
}

enum { UTF8_BAD = 0xfffd };

uint32_t utf8_next(Str s, size_t *i) {
    const uint8_t *p = (const uint8_t *)s.s + *i;
    size_t left = s.n - *i;
    if (left == 0)
        return 0;
    *i += 1;
    if (p[0] < 0x80)
        return p[0];
    /* 80–c1 never start a sequence: stray continuations and overlong forms of ASCII */
    size_t n = p[0] < 0xc2 ? 0 : p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : p[0] < 0xf5 ? 4 : 0;
    if (n == 0 || n > left)
        return UTF8_BAD;
    uint32_t c = p[0] & (0xffu >> (n + 1));
    for (size_t k = 1; k < n; k++) {
        if ((p[k] & 0xc0) != 0x80)
            return UTF8_BAD;
        c = c << 6 | (p[k] & 0x3f);
    }
    static const uint32_t least[5] = {0, 0, 0x80, 0x800, 0x10000};
    if (c < least[n] || c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
        return UTF8_BAD;
    *i += n - 1;
    return c;
}

size_t utf8_put(char out[4], uint32_t code_point) {
    uint32_t c = code_point;
    if (c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
        c = UTF8_BAD;
    if (c < 0x80) {
        out[0] = (char)c;
        return 1;
    }
    size_t n = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    for (size_t k = n - 1; k > 0; k--, c >>= 6)
        out[k] = (char)(0x80 | (c & 0x3f));
    out[0] = (char)((0xf00u >> n & 0xf0) | c);
    return n;
}

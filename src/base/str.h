/* Str: a view of bytes that somebody else owns; not zero-terminated, not necessarily UTF-8.
 * Thread: pure functions. Failure: none; out-of-range slices are clamped. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

typedef struct Str {
    const char *s;
    size_t n;
} Str;

#define STR(literal) ((Str){(literal), sizeof(literal) - 1})

Str str_of(const char *zero_terminated); /* NULL gives the empty Str */
Str str_slice(Str s, size_t from, size_t to);
bool str_eq(Str a, Str b);
bool str_eq_c(Str a, const char *b);
int str_cmp(Str a, Str b); /* bytes as unsigned, shorter first */
bool str_starts(Str s, Str prefix);
bool str_ends(Str s, Str suffix);
/* Index of the first or last occurrence, or s.n when there is none. */
size_t str_find(Str s, Str needle);
size_t str_find_char(Str s, char c);
size_t str_rfind_char(Str s, char c);
Str str_trim(Str s);
Str str_fit(Str s, size_t n); /* its first n bytes at most, not cut in the midst of UTF-8 */
/* Cuts the text before the first `sep` off *rest and returns it; all of it when there is none. */
Str str_cut(Str *rest, char sep);
bool str_to_i64(Str s, int64_t *out);  /* the whole text must be a decimal number */
bool str_to_u64(Str s, uint64_t *out); /* likewise, of digits alone */
bool str_to_double(Str s, double *out);
/* Copies into the arena with a zero behind it. */
Str str_copy(Arena *arena, Str s);
Str str_format(Arena *arena, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* UTF-8: decodes one code point at s[*i] and moves *i on; a bad byte gives U+FFFD and moves by 1.
 */
uint32_t utf8_next(Str s, size_t *i);
/* Writes 1 to 4 bytes, returns how many. */
size_t utf8_put(char out[4], uint32_t code_point);

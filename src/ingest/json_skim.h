/* JsonSkim: members of an object that lies in memory, the way of the many: nothing is copied,
 * nothing is kept between two of them, and keys are told apart by one word. What is unusual, such
 * as an escape, a key that is long, or two blanks, is not read at all: NULL, and the caller goes
 * the slow way from the start (json_pull_member), which alone knows what is wrong. Pure.
 * JSON_SKIM_AHEAD bytes must be readable behind what each of these is given. Only where the first
 * byte of a word is its lowest; elsewhere json_skim_key always gives NULL. */
#pragma once

#include <string.h>

#include "ingest/json_number.h"
#include "ingest/json_walk.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

enum { JSON_SKIM_AHEAD = 64, JSON_SKIM_SLOTS = 256 };

/* A key of up to seven letters, as it lies in memory. */
#define JSON_WORD2(a, b) ((uint64_t)(a) | (uint64_t)(b) << 8)
#define JSON_WORD4(a, b, c, d) (JSON_WORD2(a, b) | JSON_WORD2(c, d) << 16)
#define JSON_WORD6(a, b, c, d, e, f) (JSON_WORD4(a, b, c, d) | JSON_WORD2(e, f) << 32)
/* Where the key stands in a table of those that matter: by first letter and length. */
#define JSON_SLOT(letter, length) (((letter)&31) << 3 | (length))

typedef struct JsonSkimKey {
    uint64_t word; /* 0: of more than seven letters, or of none */
    uint32_t slot; /* of word */
} JsonSkimKey;

/* Bit i: byte i is a quote or a backslash. */
static inline uint32_t json_skim_quotes(const char *s) {
#if defined(__SSE2__)
    const __m128i quote = _mm_set1_epi8('"'), slash = _mm_set1_epi8('\\');
    __m128i a = _mm_loadu_si128((const __m128i *)(const void *)s);
    __m128i b = _mm_loadu_si128((const __m128i *)(const void *)(s + 16));
    a = _mm_or_si128(_mm_cmpeq_epi8(a, quote), _mm_cmpeq_epi8(a, slash));
    b = _mm_or_si128(_mm_cmpeq_epi8(b, quote), _mm_cmpeq_epi8(b, slash));
    return (uint32_t)_mm_movemask_epi8(a) | (uint32_t)_mm_movemask_epi8(b) << 16;
#else
    uint32_t hits = 0;
    for (int i = 0; i < 32; i++)
        hits |= (uint32_t)(s[i] == '"' || s[i] == '\\') << i;
    return hits;
#endif
}

/* Bit 7 of each byte that is this one; above the lowest of them others may be set, too. */
static inline uint64_t json_skim_byte(uint64_t word, unsigned char c) {
    uint64_t x = word ^ c * 0x0101010101010101u;
    return (x - 0x0101010101010101u) & ~x & 0x8080808080808080u;
}

/* A key of more than seven letters: it is none that matters. */
static inline const char *json_skim_long_key(const char *s, JsonSkimKey *key) {
    uint32_t hits = json_skim_quotes(s);
    uint32_t n = hits ? (uint32_t)__builtin_ctz(hits) : 32;
    *key = (JsonSkimKey){0};
    if (n == 32 || s[n] != '"' || s[n + 1] != ':')
        return NULL;
    return s + n + 2 + (s[n + 2] == ' ');
}

/* At the quote of a key: its value. A key with a backslash is none that matters, as it lies there;
 * what it means may be, so who passes over it asks json_skim_escaped. */
static inline const char *json_skim_key(const char *s, JsonSkimKey *key) {
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    uint64_t word;
    if (*s++ != '"')
        return NULL;
    memcpy(&word, s, sizeof word);
    uint64_t quote = json_skim_byte(word, '"');
    if (!quote)
        return json_skim_long_key(s, key);
    uint32_t n = (uint32_t)__builtin_ctzll(quote) / 8;
    key->word = word & (quote ^ (quote - 1)) >> 8;
    key->slot = JSON_SLOT((uint32_t)word, n);
    s += n + 1;
    return *s == ':' ? s + 1 + (s[1] == ' ') : NULL;
#else
    (void)s;
    (void)key;
    return NULL;
#endif
}

static inline bool json_skim_escaped(const JsonSkimKey *key) {
    return json_skim_byte(key->word, '\\') != 0;
}

/* At a string; behind it. */
static inline const char *json_skim_string(const char *s, const char *end, Str *text) {
    const char *first = s + 1;
    if (*s++ != '"')
        return NULL;
    for (; end - s >= JSON_SKIM_AHEAD; s += 32) {
        uint32_t hits = json_skim_quotes(s);
        if (!hits)
            continue;
        s += __builtin_ctz(hits);
        *text = (Str){first, (size_t)(s - first)};
        return *s == '"' ? s + 1 : NULL;
    }
    return NULL;
}

/* At an object or array; behind it. */
static inline const char *json_skim_brackets(const char *s, const char *end) {
    JsonWalk w = {.level = 1};
    s++;
    s += json_walk(&w, s, (size_t)(end - s));
    return w.level ? NULL : s;
}

/* At any value; behind it. */
static inline const char *json_skim_over(const char *s, const char *end) {
    Str text;
    int64_t number;
    switch (*s) {
    case '"':
        return json_skim_string(s, end, &text);
    case '{':
    case '[':
        return json_skim_brackets(s, end);
    case 't':
        return memcmp(s, "true", 4) == 0 ? s + 4 : NULL;
    case 'f':
        return memcmp(s, "false", 5) == 0 ? s + 5 : NULL;
    case 'n':
        return memcmp(s, "null", 4) == 0 ? s + 4 : NULL;
    default:
        return json_number(s, 0, &number);
    }
}

/* Behind a value: at the next key's quote; *over: that was all, and the object ends there. */
static inline const char *json_skim_next(const char *s, bool *over) {
    *over = *s == '}';
    if (*s == ',')
        return s + 1 + (s[1] == ' ');
    return *over ? s + 1 : NULL;
}

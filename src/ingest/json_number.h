/* Numbers of a JSON text that lie in memory, eight digits at a time: no branch depends on how many
 * there are, for that is what cannot be foreseen in lists of ids and times (digit by digit took
 * three times as long). Whatever is unusual, json_pull's slow way reads.
 * Pure. JSON_NUMBER_AHEAD bytes must be readable. */
#pragma once

#include <string.h>

#include "ingest/decimal.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

enum {
    JSON_NUMBER_AHEAD = 48,  /* a sign, 16 digits, a point, 16 more, what follows */
    JSON_NUMBER_BLANKS = 16, /* between two numbers */
    JSON_NUMBER_SCALE = 9,
};

/* The number of eight digits that lie in the bytes of `w`, each 0 to 9, the first the lowest. */
static inline uint64_t json_eight(uint64_t w) {
    w = w * 10 + (w >> 8);
    return (((w & 0x000000ff000000ff) * 0x000f424000000064) +
            ((w >> 16 & 0x000000ff000000ff) * 0x0000271000000001)) >>
           32;
}

/* Eight bytes less '0', and how many of them are digits before one that is none. */
static inline uint64_t json_digits(const char *s, unsigned *n) {
    uint64_t w;
    memcpy(&w, s, sizeof w);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    w = __builtin_bswap64(w);
#endif
    w ^= 0x3030303030303030;
    uint64_t other = (((w & 0x7f7f7f7f7f7f7f7f) + 0x7676767676767676) | w) & 0x8080808080808080;
    *n = other ? (unsigned)__builtin_ctzll(other) / 8 : 8;
    return w;
}

/* Up to 16 digits; their end, or NULL when there is none, or more. */
static inline const char *json_natural(const char *s, uint64_t *out) {
    unsigned n, more;
    uint64_t w = json_digits(s, &n);
    if (n == 0)
        return NULL;
    *out = json_eight(w << (64 - 8 * n));
    if (n < 8)
        return s + n;
    w = json_digits(s + 8, &more);
    static const uint32_t power[] = {1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000};
    if (more)
        *out = *out * power[more] + json_eight(w << (64 - 8 * more));
    return more == 8 && (unsigned char)(s[16] - '0') < 10 ? NULL : s + 8 + more;
}

/* A whole number; what follows may still make it another. */
static inline const char *json_whole(const char *s, int64_t *out) {
    uint64_t value;
    bool negative = *s == '-';
    s = json_natural(s + negative, &value);
    *out = s && negative ? -(int64_t)value : s ? (int64_t)value : 0;
    return s;
}

/* Behind the point: the fraction times 10^scale, rounded. NULL: more digits than are looked at. */
static inline const char *json_fraction(const char *s, int scale, uint64_t *out) {
    static const uint32_t unit[] = {100000000, 10000000, 1000000, 100000, 10000, 1000, 100, 10, 1};
    unsigned n, more = 0;
    uint64_t w = json_digits(s, &n);
    if (n == 0)
        return NULL;
    w = json_eight(n == 8 ? w : w & ((1ull << 8 * n) - 1));
    if (n == 8)
        json_digits(s + 8, &more);
    if (more == 8 || (scale >= 8 && more))
        return NULL;
    *out = scale > 8 ? w * 10 : (w + unit[scale] / 2) / unit[scale];
    return s + n + more;
}

/* Of up to eight digits, a point, up to eight more (and not more than the scale has), all within 16
 * bytes with what follows. Where they end is seen at once, and nothing is divided: three
 * quarters of the instructions of what json_number does else. */
static inline const char *json_short(const char *s, int scale, int64_t *out) {
#if defined(__SSE2__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    static const uint32_t power[] = {1,      10,      100,      1000,      10000,
                                     100000, 1000000, 10000000, 100000000, 1000000000};
    const __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)s);
    const __m128i v = _mm_sub_epi8(bytes, _mm_set1_epi8('0'));
    const __m128i digit = _mm_cmpeq_epi8(_mm_min_epu8(v, _mm_set1_epi8(9)), v);
    uint32_t other = (uint32_t)_mm_movemask_epi8(digit) ^ 0xffff;
    unsigned n = other ? (unsigned)__builtin_ctz(other) : 16;
    uint64_t word;
    if (n - 1 > 7)
        return NULL;
    memcpy(&word, s, sizeof word);
    uint64_t value = json_eight((word ^ 0x3030303030303030) << (64 - 8 * n)) * power[scale];
    if (s[n] == '.') {
        other >>= n + 1;
        unsigned more = other ? (unsigned)__builtin_ctz(other) : 16;
        if (more - 1 > 7 || more > (unsigned)scale)
            return NULL;
        memcpy(&word, s + n + 1, sizeof word);
        value +=
            json_eight((word ^ 0x3030303030303030) << (64 - 8 * more)) * power[scale - (int)more];
        n += 1 + more;
    }
    *out = (int64_t)value;
    return s + n;
#else
    (void)s;
    (void)scale;
    (void)out;
    return NULL;
#endif
}

/* A number times 10^scale (JSON_NUMBER_SCALE at most), as decimal_scaled gives it; NULL when it is
 * not that simple. *digit: behind a point, where there were digits to round, else NULL. */
static inline const char *json_number_parts(const char *s, int scale, int64_t *out,
                                            const char **digit) {
#define MOST(power)                                                                                \
    { power, DECIMAL_MOST / (power)-1 }
    static const struct {
        uint64_t power, most;
    } of[] = {MOST(1),      MOST(10),      MOST(100),      MOST(1000),      MOST(10000),
              MOST(100000), MOST(1000000), MOST(10000000), MOST(100000000), MOST(1000000000)};
#undef MOST
    uint64_t value, part = 0;
    const char *end = json_short(s, scale, out);
    *digit = NULL;
    if (end)
        return end;
    bool negative = *s == '-';
    s = json_natural(s + negative, &value);
    if (!s || value > of[scale].most)
        return NULL;
    if (*s == '.')
        s = json_fraction(*digit = s + 1, scale, &part);
    value = value * of[scale].power + part;
    *out = negative ? -(int64_t)value : (int64_t)value;
    return s;
}

static inline const char *json_number(const char *s, int scale, int64_t *out) {
    const char *digit;
    return json_number_parts(s, scale, out, &digit);
}

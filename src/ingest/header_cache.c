#include "ingest/header_cache.h"

#include "ingest/text_same.h"

enum { NS_PER_S = 1000000000, FRACTION_LEAST = 8 };

static inline bool is_blank(char c) {
    return c == ' ' || c == '\t';
}

static inline bool is_digit(char c) {
    return (unsigned char)(c - '0') < 10;
}

/* A bit for each ':' among 16 bytes. */
static inline uint32_t colons(const char *p) {
#if defined(__SSE2__)
    __m128i hit = _mm_cmpeq_epi8(_mm_loadu_si128((const __m128i *)p), _mm_set1_epi8(':'));
    return (uint32_t)_mm_movemask_epi8(hit);
#else
    uint32_t mask = 0;
    for (uint32_t i = 0; i < 16; i++)
        mask |= (uint32_t)(p[i] == ':') << i;
    return mask;
#endif
}

/* The first colon that ends a token, or n. */
static size_t token_colon(const char *p, size_t n) {
    for (size_t block = 0; block < n; block += 16) {
        for (uint32_t mask = colons(p + block); mask; mask &= mask - 1) {
            size_t at = block + (size_t)__builtin_ctz(mask);
            if (at + 1 >= n)
                return n;
            if (is_blank(p[at + 1]))
                return at;
        }
    }
    return n;
}

/* The microseconds of ".123456" that ends before p, or -1. */
static inline int64_t micros_before(const char *p) {
    if (p[-7] != '.')
        return -1;
    int64_t value = 0;
    for (int i = -6; i < 0; i++) {
        if (!is_digit(p[i]))
            return -1;
        value = value * 10 + (p[i] - '0');
    }
    return value;
}

/* The nanoseconds of ".123456789" that ends before p, or -1. */
static int64_t nanos_before(const char *p) {
    if (p[-10] != '.')
        return -1;
    int64_t value = 0;
    for (int i = -9; i < 0; i++) {
        if (!is_digit(p[i]))
            return -1;
        value = value * 10 + (p[i] - '0');
    }
    return value;
}

#define EACH_BYTE(b) (0x0101010101010101u * (b))

/* Numbers as perf prints them nearly always, eight digits at a time: lines of other forms are
 * read digit by digit (half the instructions of a line went there). */
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__

/* The top bit of each byte that is no digit. */
static inline uint64_t no_digits(uint64_t word) {
    uint64_t x = word ^ EACH_BYTE('0');
    return (((x & EACH_BYTE(0x7f)) + EACH_BYTE(0x76)) | x) & EACH_BYTE(0x80);
}

/* Of eight digits, the first in the lowest byte. */
static inline uint64_t number_of(uint64_t word) {
    uint64_t x = word - EACH_BYTE('0');
    x = x * 10 + (x >> 8);
    uint64_t even = x & 0x000000ff000000ffu, odd = (x >> 16) & 0x000000ff000000ffu;
    return (even * (100 + (1000000ull << 32)) + odd * (1 + (10000ull << 32))) >> 32;
}

/* Behind a blank 1 to 7 digits of seconds, a dot and 6 more. */
static inline bool usual_time(const char *line, size_t colon, size_t *start, int64_t *time_ns) {
    if (colon < 16)
        return false;
    uint64_t fraction = text_word(line + colon - 8), seconds = text_word(line + colon - 15);
    uint64_t odd = no_digits(seconds);
    uint32_t digits = odd ? (uint32_t)__builtin_clzll(odd) / 8 : 8;
    if ((fraction >> 8 & 0xff) != '.' || no_digits(fraction) >> 16 || digits - 1 > 6 ||
        !is_blank(line[colon - 8 - digits]))
        return false;
    uint32_t other = 64 - 8 * digits; /* bits before the digits */
    seconds = number_of((seconds >> other << other) | EACH_BYTE('0') >> (64 - other));
    fraction = number_of((fraction & ~(uint64_t)0xffff) | 0x3030);
    *start = colon - 7 - digits;
    *time_ns = (int64_t)(seconds * NS_PER_S + fraction * 1000);
    return true;
}

#if defined(__SSE2__)

/* Behind blanks 1 to 8 digits and then blanks again, all within 16 bytes: how many bytes these are,
 * 0 if it is something else. What they are is seen at once, which took a third of the instructions.
 */
static inline uint32_t usual_period(const char *p, uint64_t *value) {
    __m128i x = _mm_loadu_si128((const __m128i *)p), n = _mm_sub_epi8(x, _mm_set1_epi8('0'));
    __m128i blanks =
        _mm_or_si128(_mm_cmpeq_epi8(x, _mm_set1_epi8(' ')), _mm_cmpeq_epi8(x, _mm_set1_epi8('\t')));
    uint32_t other = ~(uint32_t)_mm_movemask_epi8(blanks);
    uint32_t odd =
        ~(uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(_mm_min_epu8(n, _mm_set1_epi8(9)), n));
    uint32_t from = (uint32_t)__builtin_ctz(other); /* bits above the 16 are set */
    if (from >= 16)
        return 0;
    uint32_t digits = (uint32_t)__builtin_ctz(odd >> from), to = from + digits;
    if (digits - 1 > 7 || to >= 16 || (other >> to & 1))
        return 0;
    uint32_t end = to + (uint32_t)__builtin_ctz(other >> to);
    if (end >= 16)
        return 0;
    uint32_t before = 64 - 8 * digits;
    uint64_t word = text_word(p + from);
    *value = number_of(before ? word << before | EACH_BYTE('0') >> (64 - before) : word);
    return end;
}

#else

static inline uint32_t usual_period(const char *p, uint64_t *value) {
    (void)p, (void)value;
    return 0;
}

#endif

/* 1 to 8 digits and a blank at p: how many digits, 0 if it is something else. */
static inline uint32_t usual_number(const char *p, uint64_t *value) {
    uint64_t word = text_word(p), odd = no_digits(word);
    uint32_t digits = odd ? (uint32_t)__builtin_ctzll(odd) / 8 : 8;
    if (digits == 0 || !is_blank(p[digits]))
        return 0;
    uint32_t other = 64 - 8 * digits;
    *value = number_of(other ? word << other | EACH_BYTE('0') >> (64 - other) : word);
    return digits;
}

#else

static inline uint32_t usual_period(const char *p, uint64_t *value) {
    (void)p, (void)value;
    return 0;
}

static inline bool usual_time(const char *line, size_t colon, size_t *start, int64_t *time_ns) {
    (void)line, (void)colon, (void)start, (void)time_ns;
    return false;
}

static inline uint32_t usual_number(const char *p, uint64_t *value) {
    (void)p, (void)value;
    return 0;
}

#endif

/* The time that ends before line[colon]; *start is where it begins. */
static bool time_before(const char *line, size_t colon, size_t *start, int64_t *time_ns) {
    if (usual_time(line, colon, start, time_ns))
        return true;
    if (colon < 12)
        return false;
    int64_t fraction = micros_before(line + colon) * 1000;
    size_t dot = colon - 7;
    if (fraction < 0) {
        fraction = nanos_before(line + colon);
        dot = colon - 10;
        if (fraction < 0)
            return false;
    }
    size_t at = dot;
    int64_t seconds = 0, unit = 1;
    for (; at > 0 && dot - at < 9 && is_digit(line[at - 1]); unit *= 10)
        seconds += unit * (line[--at] - '0');
    if (at == dot || at == 0 || !is_blank(line[at - 1]))
        return false;
    *start = at;
    *time_ns = seconds * NS_PER_S + fraction;
    return true;
}

/* What stands behind the time, at line.s[at]: digit by digit, or no digits at all. */
static bool odd_period(Str line, size_t at, HeaderParts *out) {
    while (at < line.n && is_blank(line.s[at]))
        at++;
    size_t digits = at;
    uint64_t period = 0;
    at += usual_number(line.s + at, &period);
    for (; at < line.n && at - digits < 18 && is_digit(line.s[at]); at++)
        period = period * 10 + (uint64_t)(line.s[at] - '0');
    if (at > digits) {
        if (at == line.n || !is_blank(line.s[at]) || period == 0)
            return false;
        while (at < line.n && is_blank(line.s[at]))
            at++;
    }
    out->period = period;
    out->behind = (Str){line.s + at, line.n - at};
    return true;
}

bool header_parts(Str line, HeaderParts *out) {
    size_t start, colon = token_colon(line.s, line.n);
    if (colon == line.n || !time_before(line.s, colon, &start, &out->time_ns))
        return false;
    out->before = (Str){line.s, start};
    out->who = NULL;
    uint32_t n = usual_period(line.s + colon + 1, &out->period);
    if (n == 0 || out->period == 0 || colon + 1 + n > line.n)
        return odd_period(line, colon + 1, out);
    out->behind = (Str){line.s + colon + 1 + n, line.n - colon - 1 - n};
    return true;
}

/* The ids and the processor stand at the end, so that is what is hashed. */
HeaderSlot *header_slot(HeaderCache *cache, Str before) {
    const char *end = before.s + before.n;
    uint64_t a = before.n, b = 0;
    if (before.n >= 16) {
        a ^= text_word(end - 16);
        b = text_word(end - 8);
    } else if (before.n >= 8) {
        a ^= text_word(before.s);
        b = text_word(end - 8);
    }
    uint64_t h = (a ^ (b << 29 | b >> 35)) * 0x9e3779b97f4a7c15u;
    return &cache->slot[(h ^ h >> 32) * 0xd6e8feb86659fd93u >> 54];
}

HeaderSlot *header_fetch(HeaderCache *cache, Str before) {
    HeaderSlot *slot = header_slot(cache, before);
    __builtin_prefetch(slot);
    __builtin_prefetch((const char *)slot + sizeof *slot - 1);
    return slot;
}

HeaderEvent *header_event(HeaderCache *cache, Str behind) {
    uint64_t h = behind.n;
    if (behind.n >= 8)
        h ^= text_word(behind.s);
    return &cache->event[h * 0x9e3779b97f4a7c15u >> 61];
}

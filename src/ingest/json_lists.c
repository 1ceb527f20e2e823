/* Lists of plain numbers in a JSON text, many at a time; part of json_pull.h. */
#include "ingest/json_number.h"
#include "ingest/json_pull.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

/* Over the comma and what is blank behind it; NULL: there is none, or too much of it. */
static inline const char *to_item(const char *s) {
    if (*s++ != ',')
        return NULL;
    if ((unsigned char)*s > ' ')
        return s;
    for (int blanks = 0; blanks < JSON_NUMBER_BLANKS; blanks++, s++)
        if (*s != ' ' && *s != '\n' && *s != '\r' && *s != '\t')
            return s;
    return NULL;
}

static inline uint32_t numbers(JsonPull *p, bool whole, int scale, int64_t *out, uint32_t most) {
    const char *s = p->at, *t = s;
    uint32_t n = 0;
    if (p->broken || (p->expect != JSON_EXPECT_COMMA && p->expect != JSON_EXPECT_VALUE) ||
        !json_pull_ahead(p, s, JSON_NUMBER_BLANKS + JSON_NUMBER_AHEAD))
        return 0;
    if (p->expect == JSON_EXPECT_COMMA && !(t = to_item(s)))
        return 0;
    for (; n < most; n++) {
        int64_t value;
        const char *end = whole ? json_whole(t, &value) : json_number(t, scale, &value);
        if (!end || end >= p->end || (*end != ',' && *end != ']'))
            break;
        out[n] = value;
        s = end;
        if (!json_pull_ahead(p, s, JSON_NUMBER_BLANKS + JSON_NUMBER_AHEAD) || !(t = to_item(s))) {
            n++;
            break;
        }
    }
    if (n) {
        p->at = s;
        p->expect = JSON_EXPECT_COMMA;
    }
    return n;
}

#if defined(__SSE2__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
/* Where numbers end is found for 64 bytes at a time, so that one number need not wait for the one
 * before it: twice as fast as one by one. Up to a number of more than eight digits, or a byte that
 * is neither digit nor comma. */
static uint32_t integers(JsonPull *p, int64_t *out, uint32_t most) {
    const char *s = p->at + 1;
    uint32_t n = 0;
    if (p->broken || p->expect != JSON_EXPECT_COMMA || p->at - p->base < 8 || p->at == p->end ||
        *p->at != ',')
        return 0;
    while (s < p->end && json_pull_ahead(p, s, 64) && most - n >= 32) {
        uint64_t comma = 0, digit = 0;
        for (int i = 0; i < 4; i++) {
            __m128i v = _mm_loadu_si128((const __m128i *)(const void *)(s + 16 * i));
            __m128i less = _mm_sub_epi8(v, _mm_set1_epi8('0'));
            __m128i is = _mm_cmpeq_epi8(_mm_min_epu8(less, _mm_set1_epi8(9)), less);
            __m128i ends = _mm_cmpeq_epi8(v, _mm_set1_epi8(','));
            digit |= (uint64_t)(unsigned)_mm_movemask_epi8(is) << 16 * i;
            comma |= (uint64_t)(unsigned)_mm_movemask_epi8(ends) << 16 * i;
        }
        uint64_t other = ~(comma | digit);
        if (p->end - s < 64)
            other |= UINT64_MAX << (p->end - s);
        if (other)
            comma &= (other & (~other + 1)) - 1;
        unsigned first = 0;
        for (; comma; comma &= comma - 1) {
            unsigned end = (unsigned)__builtin_ctzll(comma), digits = end - first;
            if (digits - 1 > 7)
                break;
            uint64_t w;
            memcpy(&w, s + end - 8, sizeof w);
            w = (w ^ 0x3030303030303030) & UINT64_MAX << (64 - 8 * digits);
            out[n++] = (int64_t)json_eight(w);
            first = end + 1;
        }
        s += first;
        if (other || comma || !first)
            break;
    }
    if (n)
        p->at = s - 1;
    return n;
}
#endif

uint32_t json_pull_integers(JsonPull *p, int64_t *out, uint32_t most) {
#if defined(__SSE2__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    uint32_t n = integers(p, out, most);
    if (n)
        return n;
#endif
    return numbers(p, true, 0, out, most);
}

uint32_t json_pull_decimals(JsonPull *p, int scale, int64_t *out, uint32_t most) {
    return numbers(p, false, scale, out, most);
}

/* Lists of plain numbers in a JSON text, many at a time; part of json_pull.h. */
#include "ingest/json_number.h"
#include "ingest/json_pull.h"

#if defined(__x86_64__)
#include <immintrin.h>
#elif defined(__SSE2__)
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

/* ---- many at a time ------------------------------------------------------------------------
 * Where numbers end is found for 64 bytes at a time, and the digits of a number are put into a word
 * of eight; what they come to is asked of all words together. No number waits for the one before
 * it, and with AVX2 eight become numbers in a dozen instructions: by callgrind 18 a number, one by
 * one 40. Up to a number of more than eight digits, or a byte that is neither digit nor comma (nor
 * point). */

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__

/* A block that is nothing but commas is written, too, before it is seen that there are no numbers.
 */
enum { WORDS = 256, WORDS_A_BLOCK = 32, ROOM = WORDS - WORDS_A_BLOCK + 64, BLOCK_AHEAD = 64 + 16 };

typedef struct Marks {
    uint64_t comma, point, digit;
} Marks;

/* Digits of numbers as they are written, the first in the lowest byte and the last in the highest.
 */
typedef struct Words {
    uint64_t whole[ROOM], part[ROOM]; /* part: behind the point, the first digit lowest */
    uint32_t n;
} Words;

/* What a digit comes to, and the nothing around them. */
#define DIGITS 0x0f0f0f0f0f0f0f0fu

#define LISTS_INLINE __attribute__((always_inline)) static inline

/* Of the numbers of a block whose ends are marked; returns where the first begins that is none of
 * up to eight digits. Nearly always all are: that is asked once, of all lengths together. */
LISTS_INLINE unsigned whole_words(const char *s, uint64_t comma, Words *w) {
    uint64_t *to = w->whole + w->n;
    unsigned first = 0, lengths = UINT32_MAX;
    for (uint64_t rest = comma; rest; rest &= rest - 1) {
        unsigned end = (unsigned)__builtin_ctzll(rest), length = first - end; /* less than 0 */
        uint64_t word;
        memcpy(&word, s + first, sizeof word);
        *to++ = word << (length * 8 & 63);
        lengths &= length;
        first = end + 1;
    }
    if (lengths >= (unsigned)-8) {
        w->n = (uint32_t)(to - w->whole);
        return first;
    }
    for (first = 0; comma; comma &= comma - 1) {
        unsigned end = (unsigned)__builtin_ctzll(comma);
        if (end - first - 1 > 7)
            break;
        w->n++;
        first = end + 1;
    }
    return first;
}

/* As many bytes as `length`, below 0, tells: the first in the lowest byte. */
LISTS_INLINE uint64_t first_bytes(const char *s, unsigned length) {
    uint64_t word;
    memcpy(&word, s, sizeof word);
    return word << (length * 8 & 63) >> (length * 8 & 63);
}

/* The same where each has a point, and up to eight digits behind it; 0: some do not, and nothing
 * has happened. */
LISTS_INLINE unsigned pointed_words(const char *s, uint64_t comma, uint64_t point, Words *w) {
    uint32_t n = w->n;
    unsigned first = 0, lengths = UINT32_MAX;
    for (; comma; comma &= comma - 1, point &= point - 1) {
        unsigned end = (unsigned)__builtin_ctzll(comma);
        unsigned at = point ? (unsigned)__builtin_ctzll(point) : 64;
        unsigned whole = first - at, part = at + 1 - end; /* less than 0 */
        uint64_t word;
        memcpy(&word, s + first, sizeof word);
        w->whole[n] = word << (whole * 8 & 63);
        w->part[n++] = first_bytes(s + at + 1, part);
        lengths &= whole & part;
        first = end + 1;
    }
    if (lengths < (unsigned)-8)
        return 0;
    w->n = n;
    return first;
}

/* The same with or without one. */
LISTS_INLINE unsigned decimal_words(const char *s, uint64_t comma, uint64_t point, Words *w) {
    uint32_t n = w->n;
    unsigned first = pointed_words(s, comma, point, w);
    if (first)
        return first;
    for (; comma; comma &= comma - 1) {
        unsigned end = (unsigned)__builtin_ctzll(comma);
        unsigned at = point ? (unsigned)__builtin_ctzll(point) : 64;
        bool has = at < end;
        at = has ? at : end;
        unsigned digits = end - at - has;
        uint64_t rest = has ? point & (point - 1) : point; /* a second one is not a number's */
        if (at - first - 1 > 7 || digits > 8 || (has && !digits) ||
            (rest && (unsigned)__builtin_ctzll(rest) < end))
            break;
        uint64_t whole, part;
        memcpy(&whole, s + first, sizeof whole);
        memcpy(&part, s + at + 1, sizeof part);
        w->whole[n] = whole << ((first - at) * 8 & 63);
        w->part[n++] = digits ? part << ((8 - digits) * 8) >> ((8 - digits) * 8) : 0;
        point = rest;
        first = end + 1;
    }
    w->n = n;
    return first;
}

typedef Marks MarksOf(const char *s);

/* Where the words end; p->at stays. The end of the list ends a number, too. */
LISTS_INLINE const char *collect(const JsonPull *p, MarksOf *marks_of, bool points, uint32_t most,
                                 Words *w) {
    const char *s = p->at;
    w->n = 0;
    if (p->broken || p->at == p->end)
        return s;
    if (p->expect == JSON_EXPECT_COMMA && *s == ',')
        s++;
    else if (p->expect != JSON_EXPECT_VALUE)
        return s;
    while (s < p->end && json_pull_ahead(p, s, BLOCK_AHEAD) && most - w->n >= WORDS_A_BLOCK) {
        Marks m = marks_of(s);
        uint64_t other = ~(m.comma | m.digit | (points ? m.point : 0));
        if (p->end - s < 64)
            other |= UINT64_MAX << (p->end - s);
        if (other) {
            uint64_t bit = other & (~other + 1);
            m.comma &= bit - 1;
            if (s + __builtin_ctzll(other) < p->end && s[__builtin_ctzll(other)] == ']')
                m.comma |= bit;
        }
        uint64_t last = m.comma ? 63 - (unsigned)__builtin_clzll(m.comma) : 0;
        unsigned first =
            points ? decimal_words(s, m.comma, m.point, w) : whole_words(s, m.comma, w);
        s += first;
        if (other || !first || first <= last)
            break;
    }
    return s;
}

LISTS_INLINE uint32_t took(JsonPull *p, const Words *w, const char *s) {
    if (w->n) {
        p->at = s - 1;
        p->expect = JSON_EXPECT_COMMA;
    }
    return w->n;
}

LISTS_INLINE Marks marks_of_bytes(const char *s) {
    Marks m = {0};
#if defined(__SSE2__)
    for (int i = 0; i < 4; i++) {
        __m128i v = _mm_loadu_si128((const __m128i *)(const void *)(s + 16 * i));
        __m128i less = _mm_sub_epi8(v, _mm_set1_epi8('0'));
        __m128i digit = _mm_cmpeq_epi8(_mm_min_epu8(less, _mm_set1_epi8(9)), less);
        __m128i comma = _mm_cmpeq_epi8(v, _mm_set1_epi8(','));
        __m128i point = _mm_cmpeq_epi8(v, _mm_set1_epi8('.'));
        m.digit |= (uint64_t)(unsigned)_mm_movemask_epi8(digit) << 16 * i;
        m.comma |= (uint64_t)(unsigned)_mm_movemask_epi8(comma) << 16 * i;
        m.point |= (uint64_t)(unsigned)_mm_movemask_epi8(point) << 16 * i;
    }
#else
    for (int i = 0; i < 64; i++) {
        m.digit |= (uint64_t)((unsigned char)(s[i] - '0') < 10) << i;
        m.comma |= (uint64_t)(s[i] == ',') << i;
        m.point |= (uint64_t)(s[i] == '.') << i;
    }
#endif
    return m;
}

static uint32_t small_portable(JsonPull *p, uint32_t *out, uint32_t most) {
    Words w;
    const char *end = collect(p, marks_of_bytes, false, most < WORDS ? most : WORDS, &w);
    for (uint32_t i = 0; i < w.n; i++)
        out[i] = (uint32_t)json_eight(w.whole[i] & DIGITS);
    return took(p, &w, end);
}

/* Whole numbers and hundred millionths, made one number; parts are less than 10^8. */
LISTS_INLINE void join(const uint32_t *whole, const uint32_t *part, uint32_t n, int scale,
                       int64_t *out) {
    if (scale == 6) { /* by a constant, which needs no division */
        for (uint32_t i = 0; i < n; i++)
            out[i] = (int64_t)((uint64_t)whole[i] * 1000000 + (part[i] + 50) / 100);
        return;
    }
    static const uint32_t power[] = {1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000};
    for (uint32_t i = 0; i < n; i++) {
        uint32_t unit = scale > 8 ? 1 : power[8 - scale];
        uint64_t by = scale > 8 ? 10 : 1;
        out[i] = (int64_t)((uint64_t)whole[i] * power[scale > 8 ? 8 : scale] * by +
                           (part[i] + unit / 2) / unit * by);
    }
}

static uint32_t points_portable(JsonPull *p, int scale, int64_t *out, uint32_t most) {
    Words w;
    uint32_t whole[WORDS], part[WORDS];
    const char *end = collect(p, marks_of_bytes, true, most < WORDS ? most : WORDS, &w);
    for (uint32_t i = 0; i < w.n; i++) {
        whole[i] = (uint32_t)json_eight(w.whole[i] & DIGITS);
        part[i] = (uint32_t)json_eight(w.part[i] & DIGITS);
    }
    join(whole, part, w.n, scale, out);
    return took(p, &w, end);
}

#if defined(__x86_64__)

#define WITH_AVX2 __attribute__((target("avx2,bmi,bmi2")))
#define WITH_AVX2_INLINE WITH_AVX2 __attribute__((always_inline)) static inline

WITH_AVX2_INLINE Marks marks_avx2(const char *s) {
    Marks m = {0};
    for (int i = 0; i < 2; i++) {
        __m256i v = _mm256_loadu_si256((const __m256i *)(const void *)(s + 32 * i));
        __m256i less = _mm256_sub_epi8(v, _mm256_set1_epi8('0'));
        __m256i digit = _mm256_cmpeq_epi8(_mm256_min_epu8(less, _mm256_set1_epi8(9)), less);
        __m256i comma = _mm256_cmpeq_epi8(v, _mm256_set1_epi8(','));
        __m256i point = _mm256_cmpeq_epi8(v, _mm256_set1_epi8('.'));
        m.digit |= (uint64_t)(uint32_t)_mm256_movemask_epi8(digit) << 32 * i;
        m.comma |= (uint64_t)(uint32_t)_mm256_movemask_epi8(comma) << 32 * i;
        m.point |= (uint64_t)(uint32_t)_mm256_movemask_epi8(point) << 32 * i;
    }
    return m;
}

/* Two words beside two others, four behind. */
WITH_AVX2_INLINE __m256i four_words(const uint64_t *w) {
    __m256i v = _mm256_castsi128_si256(_mm_loadu_si128((const __m128i *)(const void *)w));
    v = _mm256_inserti128_si256(v, _mm_loadu_si128((const __m128i *)(const void *)(w + 4)), 1);
    return _mm256_and_si256(v, _mm256_set1_epi8(0x0f));
}

/* Digits to pairs, pairs to fours, fours to eights. What lies behind the n words is of no interest.
 */
WITH_AVX2_INLINE void eights(const uint64_t *w, uint32_t n, uint32_t *out) {
    const __m256i ten = _mm256_set1_epi16(0x010a), hundred = _mm256_set1_epi32(0x00010064);
    const __m256i myriad = _mm256_set1_epi32(0x00012710);
    for (uint32_t i = 0; i < n; i += 8) {
        __m256i a = _mm256_madd_epi16(_mm256_maddubs_epi16(four_words(w + i), ten), hundred);
        __m256i b = _mm256_madd_epi16(_mm256_maddubs_epi16(four_words(w + i + 2), ten), hundred);
        a = _mm256_madd_epi16(_mm256_packus_epi32(a, b), myriad);
        _mm256_storeu_si256((__m256i *)(void *)(out + i), a);
    }
}

WITH_AVX2 static uint32_t small_avx2(JsonPull *p, uint32_t *out, uint32_t most) {
    Words w;
    uint32_t value[WORDS];
    const char *end = collect(p, marks_avx2, false, most < WORDS ? most : WORDS, &w);
    for (uint32_t i = w.n; i % 8; i++)
        w.whole[i] = 0;
    eights(w.whole, w.n, value);
    memcpy(out, value, w.n * sizeof *out);
    return took(p, &w, end);
}

WITH_AVX2 static uint32_t points_avx2(JsonPull *p, int scale, int64_t *out, uint32_t most) {
    Words w;
    uint32_t whole[WORDS], part[WORDS];
    const char *end = collect(p, marks_avx2, true, most < WORDS ? most : WORDS, &w);
    for (uint32_t i = w.n; i % 8; i++)
        w.whole[i] = w.part[i] = 0;
    eights(w.whole, w.n, whole);
    eights(w.part, w.n, part);
    join(whole, part, w.n, scale, out);
    return took(p, &w, end);
}

static inline bool has_avx2(void) {
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") &&
           __builtin_cpu_supports("bmi2");
}

#endif
#endif

/* After so many it is tried again whether the next ones are simple. */
enum { ONE_BY_ONE = 32 };

uint32_t json_pull_small(JsonPull *p, uint32_t *out, uint32_t most) {
#if defined(__x86_64__)
    return has_avx2() ? small_avx2(p, out, most) : small_portable(p, out, most);
#elif __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    return small_portable(p, out, most);
#else
    (void)p;
    (void)out;
    (void)most;
    return 0;
#endif
}

uint32_t json_pull_integers(JsonPull *p, int64_t *out, uint32_t most) {
    uint32_t small[JSON_SMALL_MOST];
    uint32_t n = json_pull_small(p, small, most < JSON_SMALL_MOST ? most : JSON_SMALL_MOST);
    for (uint32_t i = 0; i < n; i++)
        out[i] = small[i];
    return n ? n : numbers(p, true, 0, out, most < ONE_BY_ONE ? most : ONE_BY_ONE);
}

uint32_t json_pull_decimals(JsonPull *p, int scale, int64_t *out, uint32_t most) {
    uint32_t n = 0;
#if defined(__x86_64__)
    n = has_avx2() ? points_avx2(p, scale, out, most) : points_portable(p, scale, out, most);
#elif __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    n = points_portable(p, scale, out, most);
#endif
    return n ? n : numbers(p, false, scale, out, most < ONE_BY_ONE ? most : ONE_BY_ONE);
}

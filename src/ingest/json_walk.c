#include "ingest/json_walk.h"

#include <stdbool.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

typedef struct Masks {
    uint64_t quote, slash, open, close;
} Masks;

typedef Masks MasksOf(const char *s);
typedef uint64_t Prefix(uint64_t bits);

#define WALK_INLINE __attribute__((always_inline)) static inline

/* Those bytes that a backslash stands before which is not escaped itself. */
WALK_INLINE uint64_t escaped_by(uint64_t slash, uint64_t *carry) {
    uint64_t escaped = *carry;
    *carry = 0;
    for (slash &= ~escaped; slash;) {
        int i = __builtin_ctzll(slash);
        slash &= slash - 1;
        if (i == 63) {
            *carry = 1;
        } else {
            escaped |= 2ull << i;
            slash &= ~(2ull << i);
        }
    }
    return escaped;
}

/* Where fewer brackets close than are open, one by one they need not be looked at. */
WALK_INLINE size_t walk_block(JsonWalk *w, Masks m, Prefix *prefix) {
    uint64_t escaped = m.slash | w->escaped ? escaped_by(m.slash, &w->escaped) : 0;
    uint64_t inside = prefix(m.quote & ~escaped) ^ w->string;
    w->string = (uint64_t)((int64_t)inside >> 63);
    uint64_t open = m.open & ~inside, close = m.close & ~inside;
    if ((uint64_t)__builtin_popcountll(close) < w->level) {
        w->level += (uint64_t)__builtin_popcountll(open) - (uint64_t)__builtin_popcountll(close);
        return 0;
    }
    for (uint64_t both = open | close; both; both &= both - 1) {
        uint64_t bit = both & (~both + 1);
        w->level += open & bit ? 1 : UINT64_MAX;
        if (w->level == 0)
            return (size_t)__builtin_ctzll(bit) + 1;
    }
    return 0;
}

WALK_INLINE size_t walk(JsonWalk *w, const char *s, size_t n, MasksOf *masks_of, Prefix *prefix) {
    for (size_t at = 0;; at += JSON_WALK_BLOCK) {
        if (n - at < JSON_WALK_BLOCK)
            return at;
        size_t found = walk_block(w, masks_of(s + at), prefix);
        if (found)
            return at + found;
    }
}

WALK_INLINE Masks masks_portable(const char *s) {
    Masks m = {0};
    for (int i = 0; i < 64; i++) {
        char c = s[i], low = (char)(c | 0x20);
        m.quote |= (uint64_t)(c == '"') << i;
        m.slash |= (uint64_t)(c == '\\') << i;
        m.open |= (uint64_t)(low == '{') << i;
        m.close |= (uint64_t)(low == '}') << i;
    }
    return m;
}

/* Each bit is the parity of those up to itself. */
WALK_INLINE uint64_t prefix_portable(uint64_t bits) {
    for (int by = 1; by < 64; by *= 2)
        bits ^= bits << by;
    return bits;
}

size_t json_walk_portable(JsonWalk *w, const char *s, size_t n) {
    return walk(w, s, n, masks_portable, prefix_portable);
}

#if defined(__x86_64__)

/* '[' and '{', ']' and '}' differ in one bit that nothing else between them has. */
WALK_INLINE Masks masks_sse2(const char *s) {
    Masks m = {0};
    const __m128i bit = _mm_set1_epi8(0x20);
    for (int i = 0; i < 4; i++) {
        __m128i v = _mm_loadu_si128((const __m128i *)(const void *)(s + 16 * i));
        __m128i low = _mm_or_si128(v, bit);
        __m128i quote = _mm_cmpeq_epi8(v, _mm_set1_epi8('"'));
        __m128i slash = _mm_cmpeq_epi8(v, _mm_set1_epi8('\\'));
        __m128i open = _mm_cmpeq_epi8(low, _mm_set1_epi8('{'));
        __m128i close = _mm_cmpeq_epi8(low, _mm_set1_epi8('}'));
        m.quote |= (uint64_t)(unsigned)_mm_movemask_epi8(quote) << 16 * i;
        m.slash |= (uint64_t)(unsigned)_mm_movemask_epi8(slash) << 16 * i;
        m.open |= (uint64_t)(unsigned)_mm_movemask_epi8(open) << 16 * i;
        m.close |= (uint64_t)(unsigned)_mm_movemask_epi8(close) << 16 * i;
    }
    return m;
}

static size_t walk_sse2(JsonWalk *w, const char *s, size_t n) {
    return walk(w, s, n, masks_sse2, prefix_portable);
}

/* A multiplication without carries by all ones is that prefix: with it, and with 32 bytes a vector,
 * a block takes a third of the instructions. */
#define WITH_AVX2 __attribute__((target("avx2,bmi,popcnt,pclmul")))

WITH_AVX2 WALK_INLINE Masks masks_avx2(const char *s) {
    Masks m = {0};
    const __m256i bit = _mm256_set1_epi8(0x20);
    for (int i = 0; i < 2; i++) {
        __m256i v = _mm256_loadu_si256((const __m256i *)(const void *)(s + 32 * i));
        __m256i low = _mm256_or_si256(v, bit);
        __m256i quote = _mm256_cmpeq_epi8(v, _mm256_set1_epi8('"'));
        __m256i slash = _mm256_cmpeq_epi8(v, _mm256_set1_epi8('\\'));
        __m256i open = _mm256_cmpeq_epi8(low, _mm256_set1_epi8('{'));
        __m256i close = _mm256_cmpeq_epi8(low, _mm256_set1_epi8('}'));
        m.quote |= (uint64_t)(uint32_t)_mm256_movemask_epi8(quote) << 32 * i;
        m.slash |= (uint64_t)(uint32_t)_mm256_movemask_epi8(slash) << 32 * i;
        m.open |= (uint64_t)(uint32_t)_mm256_movemask_epi8(open) << 32 * i;
        m.close |= (uint64_t)(uint32_t)_mm256_movemask_epi8(close) << 32 * i;
    }
    return m;
}

WITH_AVX2 WALK_INLINE uint64_t prefix_clmul(uint64_t bits) {
    __m128i product = _mm_clmulepi64_si128(_mm_set_epi64x(0, (int64_t)bits), _mm_set1_epi8(-1), 0);
    return (uint64_t)_mm_cvtsi128_si64(product);
}

WITH_AVX2 static size_t walk_avx2(JsonWalk *w, const char *s, size_t n) {
    return walk(w, s, n, masks_avx2, prefix_clmul);
}

size_t json_walk(JsonWalk *w, const char *s, size_t n) {
    bool has = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") &&
               __builtin_cpu_supports("popcnt") && __builtin_cpu_supports("pclmul");
    return has ? walk_avx2(w, s, n) : walk_sse2(w, s, n);
}

#else

size_t json_walk(JsonWalk *w, const char *s, size_t n) {
    return json_walk_portable(w, s, n);
}

#endif

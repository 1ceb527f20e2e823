#include "ingest/line_scan.h"

#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

/* Most blocks of 64 bytes hold one newline or none: two are written without asking. */
static inline uint32_t emit(uint64_t mask, uint32_t base, uint32_t *ends, uint32_t count) {
    uint64_t rest = mask & (mask - 1);
    ends[count] = base + (mask ? (uint32_t)__builtin_ctzll(mask) : 0);
    ends[count + 1] = base + (rest ? (uint32_t)__builtin_ctzll(rest) : 0);
    if (!rest)
        return count + (mask != 0);
    count += 2;
    while (rest &= rest - 1)
        ends[count++] = base + (uint32_t)__builtin_ctzll(rest);
    return count;
}

static inline uint64_t below(uint32_t n) {
    return n >= 64 ? UINT64_MAX : (1ull << n) - 1;
}

/* A byte of x ^ '\n' repeated is zero where the newline was; the sum carries into bit 7 of
 * every byte that is not zero, without carrying on into the next. */
static inline uint64_t mask_of_word(const char *p) {
    uint64_t x, low = 0x7f7f7f7f7f7f7f7fu;
    memcpy(&x, p, 8);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    x = __builtin_bswap64(x);
#endif
    x ^= 0x0a0a0a0a0a0a0a0au;
    uint64_t zero = ~(((x & low) + low) | x | low); /* bit 7 of the bytes that are zero */
    return ((zero >> 7) * 0x0102040810204080u) >> 56;
}

/* What a scan of a record knows behind each block. */
typedef struct RecordScan {
    uint64_t carry; /* 1: the last byte was a newline */
    uint32_t lines; /* how many ends it has noted, at most two */
} RecordScan;

/* One block; true: it has the empty line. Once two lines have ended, newlines themselves are of no
 * interest, only those behind another. */
__attribute__((always_inline)) static inline bool scan_block(uint64_t mask, uint32_t base,
                                                             RecordScan *s, RecordEnds *out) {
    uint64_t pair = mask & (mask << 1 | s->carry);
    s->carry = mask >> 63;
    if (s->lines < 2 && mask) {
        if (s->lines == 0) {
            out->first = base + (uint32_t)__builtin_ctzll(mask);
            mask &= mask - 1;
        }
        out->second = base + (mask ? (uint32_t)__builtin_ctzll(mask) : 0);
        s->lines = mask ? 2 : 1;
    }
    if (!pair)
        return false;
    out->blank = base + (uint32_t)__builtin_ctzll(pair);
    return true;
}

__attribute__((always_inline)) static inline bool
scan_record(uint64_t (*mask_of)(const char *), const char *p, uint32_t n, RecordEnds *out) {
    RecordScan s = {0, 0};
    uint32_t base = 0;
    for (; base + 64 <= n; base += 64)
        if (scan_block(mask_of(p + base), base, &s, out))
            return true;
    return base < n && scan_block(mask_of(p + base) & below(n - base), base, &s, out);
}

static inline uint64_t mask_of_words(const char *p) {
    uint64_t mask = 0;
    for (uint32_t i = 0; i < 64; i += 8)
        mask |= mask_of_word(p + i) << i;
    return mask;
}

bool record_scan_portable(const char *p, uint32_t n, RecordEnds *out) {
    return scan_record(mask_of_words, p, n, out);
}

uint32_t line_scan_portable(const char *p, uint32_t n, uint32_t *ends) {
    uint32_t count = 0;
    for (uint32_t base = 0; base < n; base += 64) {
        uint64_t mask = mask_of_words(p + base);
        count = emit(mask & below(n - base), base, ends, count);
    }
    return count;
}

#if defined(__x86_64__)

static inline uint64_t mask16(const char *p) {
    __m128i hit = _mm_cmpeq_epi8(_mm_loadu_si128((const __m128i *)p), _mm_set1_epi8('\n'));
    return (uint32_t)_mm_movemask_epi8(hit);
}

static inline uint64_t mask_sse2(const char *p) {
    return mask16(p) | mask16(p + 16) << 16 | mask16(p + 32) << 32 | mask16(p + 48) << 48;
}

static uint32_t line_scan_sse2(const char *p, uint32_t n, uint32_t *ends) {
    uint32_t count = 0;
    for (uint32_t base = 0; base < n; base += 64)
        count = emit(mask_sse2(p + base) & below(n - base), base, ends, count);
    return count;
}

static bool record_scan_sse2(const char *p, uint32_t n, RecordEnds *out) {
    return scan_record(mask_sse2, p, n, out);
}

#define WITH_AVX2 __attribute__((target("avx2,bmi")))

WITH_AVX2 static inline uint64_t mask_avx2(const char *p) {
    const __m256i newline = _mm256_set1_epi8('\n');
    __m256i low = _mm256_loadu_si256((const __m256i *)p);
    __m256i high = _mm256_loadu_si256((const __m256i *)(p + 32));
    uint64_t mask = (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(low, newline));
    return mask | (uint64_t)(uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(high, newline)) << 32;
}

WITH_AVX2 static uint32_t line_scan_avx2(const char *p, uint32_t n, uint32_t *ends) {
    uint32_t count = 0;
    for (uint32_t base = 0; base < n; base += 64)
        count = emit(mask_avx2(p + base) & below(n - base), base, ends, count);
    return count;
}

WITH_AVX2 static bool record_scan_avx2(const char *p, uint32_t n, RecordEnds *out) {
    return scan_record(mask_avx2, p, n, out);
}

/* __builtin_cpu_supports reads a table that was filled at program start: no state of ours. */
static inline bool has_avx2(void) {
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi");
}

uint32_t line_scan(const char *p, uint32_t n, uint32_t *ends) {
    return has_avx2() ? line_scan_avx2(p, n, ends) : line_scan_sse2(p, n, ends);
}

bool record_scan(const char *p, uint32_t n, RecordEnds *out) {
    return has_avx2() ? record_scan_avx2(p, n, out) : record_scan_sse2(p, n, out);
}

#else

uint32_t line_scan(const char *p, uint32_t n, uint32_t *ends) {
    return line_scan_portable(p, n, ends);
}

bool record_scan(const char *p, uint32_t n, RecordEnds *out) {
    return record_scan_portable(p, n, out);
}

#endif

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

uint32_t line_scan_portable(const char *p, uint32_t n, uint32_t *ends) {
    uint32_t count = 0;
    for (uint32_t base = 0; base < n; base += 64) {
        uint64_t mask = 0;
        for (uint32_t i = 0; i < 64; i += 8)
            mask |= mask_of_word(p + base + i) << i;
        count = emit(mask & below(n - base), base, ends, count);
    }
    return count;
}

#if defined(__x86_64__)

static inline uint64_t mask16(const char *p) {
    __m128i hit = _mm_cmpeq_epi8(_mm_loadu_si128((const __m128i *)p), _mm_set1_epi8('\n'));
    return (uint32_t)_mm_movemask_epi8(hit);
}

static uint32_t line_scan_sse2(const char *p, uint32_t n, uint32_t *ends) {
    uint32_t count = 0;
    for (uint32_t base = 0; base < n; base += 64) {
        const char *at = p + base;
        uint64_t mask =
            mask16(at) | mask16(at + 16) << 16 | mask16(at + 32) << 32 | mask16(at + 48) << 48;
        count = emit(mask & below(n - base), base, ends, count);
    }
    return count;
}

__attribute__((target("avx2,bmi"))) static uint32_t line_scan_avx2(const char *p, uint32_t n,
                                                                   uint32_t *ends) {
    uint32_t count = 0;
    const __m256i newline = _mm256_set1_epi8('\n');
    for (uint32_t base = 0; base < n; base += 64) {
        __m256i low = _mm256_loadu_si256((const __m256i *)(p + base));
        __m256i high = _mm256_loadu_si256((const __m256i *)(p + base + 32));
        uint64_t mask = (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(low, newline));
        mask |= (uint64_t)(uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(high, newline))
                << 32;
        count = emit(mask & below(n - base), base, ends, count);
    }
    return count;
}

/* __builtin_cpu_supports reads a table that was filled at program start: no state of ours. */
uint32_t line_scan(const char *p, uint32_t n, uint32_t *ends) {
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi"))
        return line_scan_avx2(p, n, ends);
    return line_scan_sse2(p, n, ends);
}

#else

uint32_t line_scan(const char *p, uint32_t n, uint32_t *ends) {
    return line_scan_portable(p, n, ends);
}

#endif

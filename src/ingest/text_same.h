/* Short texts, inline: whether two of one length are equal, for caches (a call of memcmp costs
 * more than the comparison), and how far they are.
 * Pure. Thread: any. Failure: none. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

static inline uint64_t text_word(const char *p) {
    uint64_t word;
    memcpy(&word, p, 8);
    return word;
}

/* n is at least 16. */
static inline bool text_same_16(const char *a, const char *b, size_t n) {
#if defined(__SSE2__)
    __m128i same = _mm_cmpeq_epi8(_mm_loadu_si128((const __m128i *)(a + n - 16)),
                                  _mm_loadu_si128((const __m128i *)(b + n - 16)));
    for (size_t i = 0; i + 16 < n; i += 16)
        same = _mm_and_si128(same, _mm_cmpeq_epi8(_mm_loadu_si128((const __m128i *)(a + i)),
                                                  _mm_loadu_si128((const __m128i *)(b + i))));
    return _mm_movemask_epi8(same) == 0xffff;
#else
    return memcmp(a, b, n) == 0;
#endif
}

static inline bool text_same(const char *a, const char *b, size_t n) {
    if (n >= 16)
        return text_same_16(a, b, n);
    if (n >= 8)
        return text_word(a) == text_word(b) && text_word(a + n - 8) == text_word(b + n - 8);
    return memcmp(a, b, n) == 0;
}

/* The bytes that two texts of n bytes begin with alike. */
static inline size_t text_common(const char *a, const char *b, size_t n) {
    size_t i = 0;
#if defined(__SSE2__)
    for (; i + 16 <= n; i += 16) {
        __m128i same = _mm_cmpeq_epi8(_mm_loadu_si128((const __m128i *)(a + i)),
                                      _mm_loadu_si128((const __m128i *)(b + i)));
        int other = ~_mm_movemask_epi8(same) & 0xffff;
        if (other)
            return i + (size_t)__builtin_ctz((unsigned)other);
    }
#endif
    while (i < n && a[i] == b[i])
        i++;
    return i;
}

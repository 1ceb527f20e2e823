#include "ui/raster_kernels.h"

#include <stddef.h>
#include <string.h>

/* ---- plain form -------------------------------------------------------------------------- */

/* Two channels at a time, each in 16 bits of its own. */
enum { PAIR = 0x00ff00ff, PAIR_HALF = 0x00800080 };

static inline uint32_t div255_pair(uint32_t x) {
    x += PAIR_HALF;
    return (x + (x >> 8 & PAIR)) >> 8 & PAIR;
}

static inline uint32_t mix_pixel(uint32_t d, uint32_t s, uint32_t a) {
    uint32_t low = div255_pair((s & PAIR) * a + (d & PAIR) * (255 - a));
    uint32_t high = div255_pair((s >> 8 & PAIR) * a + (d >> 8 & PAIR) * (255 - a));
    return low | high << 8;
}

static inline uint32_t over_pixel(uint32_t d, uint32_t s) {
    uint32_t rest = 255 - (s >> 24);
    return s + (div255_pair((d & PAIR) * rest) | div255_pair((d >> 8 & PAIR) * rest) << 8);
}

static void fill_plain(uint32_t *d, uint32_t n, uint32_t pixel) {
    for (uint32_t i = 0; i < n; i++)
        d[i] = pixel;
}

static void blend_plain(uint32_t *d, uint32_t n, uint32_t pixel, uint32_t alpha) {
    for (uint32_t i = 0; i < n; i++)
        d[i] = mix_pixel(d[i], pixel, alpha);
}

static inline void cover_row_plain(uint32_t *d, const uint8_t *cover, uint32_t n, uint32_t pixel,
                                   uint32_t alpha) {
    for (uint32_t i = 0; i < n; i++)
        if (cover[i])
            d[i] = mix_pixel(d[i], pixel, div255(cover[i] * alpha));
}

static void cover_plain(uint32_t *d, uint32_t d_stride, const uint8_t *cover, uint32_t c_stride,
                        uint32_t w, uint32_t h, uint32_t pixel, uint32_t alpha) {
    for (uint32_t y = 0; y < h; y++)
        cover_row_plain(d + (size_t)y * d_stride, cover + (size_t)y * c_stride, w, pixel, alpha);
}

static void over_plain(uint32_t *d, const uint32_t *s, uint32_t n) {
    for (uint32_t i = 0; i < n; i++)
        d[i] = over_pixel(d[i], s[i]);
}

static const RasterKernels plain = {"scalar", fill_plain, blend_plain, cover_plain, over_plain};

#if defined(__x86_64__)
#include <immintrin.h>

/* ---- SSE2: 4 pixels a step --------------------------------------------------------------- */

static inline __m128i div255_4(__m128i x) {
    x = _mm_add_epi16(x, _mm_set1_epi16(128));
    return _mm_srli_epi16(_mm_add_epi16(x, _mm_srli_epi16(x, 8)), 8);
}

/* d·(255 − a) + s·a for eight channels; s and a as 16-bit lanes. */
static inline __m128i mix_half(__m128i d, __m128i s, __m128i a) {
    __m128i rest = _mm_sub_epi16(_mm_set1_epi16(255), a);
    return div255_4(_mm_add_epi16(_mm_mullo_epi16(s, a), _mm_mullo_epi16(d, rest)));
}

static void fill_sse2(uint32_t *d, uint32_t n, uint32_t pixel) {
    __m128i p = _mm_set1_epi32((int)pixel);
    uint32_t i = 0;
    for (; i + 4 <= n; i += 4)
        _mm_storeu_si128((__m128i *)(void *)(d + i), p);
    for (; i < n; i++)
        d[i] = pixel;
}

static void blend_sse2(uint32_t *d, uint32_t n, uint32_t pixel, uint32_t alpha) {
    const __m128i zero = _mm_setzero_si128();
    __m128i s = _mm_unpacklo_epi8(_mm_set1_epi32((int)pixel), zero);
    __m128i a = _mm_set1_epi16((short)alpha);
    uint32_t i = 0;
    for (; i + 4 <= n; i += 4) {
        __m128i *at = (__m128i *)(void *)(d + i), v = _mm_loadu_si128(at);
        _mm_storeu_si128(at, _mm_packus_epi16(mix_half(_mm_unpacklo_epi8(v, zero), s, a),
                                              mix_half(_mm_unpackhi_epi8(v, zero), s, a)));
    }
    blend_plain(d + i, n - i, pixel, alpha);
}

static void cover_sse2(uint32_t *d, uint32_t d_stride, const uint8_t *cover, uint32_t c_stride,
                       uint32_t w, uint32_t h, uint32_t pixel, uint32_t alpha) {
    const __m128i zero = _mm_setzero_si128();
    __m128i s = _mm_unpacklo_epi8(_mm_set1_epi32((int)pixel), zero);
    __m128i color_a = _mm_set1_epi16((short)alpha);
    for (uint32_t y = 0; y < h; y++, d += d_stride, cover += c_stride) {
        uint32_t i = 0;
        for (; i + 4 <= w; i += 4) {
            uint32_t four;
            memcpy(&four, cover + i, 4);
            if (!four)
                continue;
            __m128i c = _mm_unpacklo_epi8(_mm_cvtsi32_si128((int)four), zero);
            __m128i a = div255_4(_mm_mullo_epi16(c, color_a));
            a = _mm_unpacklo_epi16(a, a);
            __m128i lo = _mm_shuffle_epi32(a, 0x50), hi = _mm_shuffle_epi32(a, 0xfa);
            __m128i *at = (__m128i *)(void *)(d + i), v = _mm_loadu_si128(at);
            _mm_storeu_si128(at, _mm_packus_epi16(mix_half(_mm_unpacklo_epi8(v, zero), s, lo),
                                                  mix_half(_mm_unpackhi_epi8(v, zero), s, hi)));
        }
        cover_row_plain(d + i, cover + i, w - i, pixel, alpha);
    }
}

static inline __m128i over_half(__m128i d, __m128i s) {
    __m128i a = _mm_shufflehi_epi16(_mm_shufflelo_epi16(s, 0xff), 0xff);
    __m128i rest = _mm_sub_epi16(_mm_set1_epi16(255), a);
    return _mm_add_epi16(s, div255_4(_mm_mullo_epi16(d, rest)));
}

static void over_sse2(uint32_t *d, const uint32_t *premultiplied, uint32_t n) {
    const __m128i zero = _mm_setzero_si128();
    uint32_t i = 0;
    for (; i + 4 <= n; i += 4) {
        __m128i *at = (__m128i *)(void *)(d + i), v = _mm_loadu_si128(at);
        __m128i s = _mm_loadu_si128((const __m128i *)(const void *)(premultiplied + i));
        __m128i lo = over_half(_mm_unpacklo_epi8(v, zero), _mm_unpacklo_epi8(s, zero));
        __m128i hi = over_half(_mm_unpackhi_epi8(v, zero), _mm_unpackhi_epi8(s, zero));
        _mm_storeu_si128(at, _mm_packus_epi16(lo, hi));
    }
    over_plain(d + i, premultiplied + i, n - i);
}

static const RasterKernels sse2 = {"sse2", fill_sse2, blend_sse2, cover_sse2, over_sse2};

/* ---- AVX2: 8 pixels a step, row ends by masks -------------------------------------------- */

#define AVX2 __attribute__((target("avx2")))

AVX2 static inline __m256i div255_8(__m256i x) {
    x = _mm256_add_epi16(x, _mm256_set1_epi16(128));
    return _mm256_srli_epi16(_mm256_add_epi16(x, _mm256_srli_epi16(x, 8)), 8);
}

AVX2 static inline __m256i mix_half8(__m256i d, __m256i s, __m256i a) {
    __m256i rest = _mm256_sub_epi16(_mm256_set1_epi16(255), a);
    return div255_8(_mm256_add_epi16(_mm256_mullo_epi16(s, a), _mm256_mullo_epi16(d, rest)));
}

AVX2 static inline __m256i mix8(__m256i v, __m256i s, __m256i lo, __m256i hi) {
    const __m256i zero = _mm256_setzero_si256();
    return _mm256_packus_epi16(mix_half8(_mm256_unpacklo_epi8(v, zero), s, lo),
                               mix_half8(_mm256_unpackhi_epi8(v, zero), s, hi));
}

AVX2 static void fill_avx2(uint32_t *d, uint32_t n, uint32_t pixel) {
    __m256i p = _mm256_set1_epi32((int)pixel);
    uint32_t i = 0;
    for (; i + 8 <= n; i += 8)
        _mm256_storeu_si256((__m256i *)(void *)(d + i), p);
    for (; i < n; i++)
        d[i] = pixel;
}

AVX2 static void blend_avx2(uint32_t *d, uint32_t n, uint32_t pixel, uint32_t alpha) {
    __m256i s = _mm256_unpacklo_epi8(_mm256_set1_epi32((int)pixel), _mm256_setzero_si256());
    __m256i a = _mm256_set1_epi16((short)alpha);
    uint32_t i = 0;
    for (; i + 8 <= n; i += 8) {
        __m256i *at = (__m256i *)(void *)(d + i);
        _mm256_storeu_si256(at, mix8(_mm256_loadu_si256(at), s, a, a));
    }
    blend_plain(d + i, n - i, pixel, alpha);
}

/* The first n < 8 bytes, zeros behind; never reads past them. */
static inline uint64_t load_tail(const uint8_t *p, uint32_t n) {
    uint64_t v = 0;
    if (n & 4) {
        uint32_t four;
        memcpy(&four, p, 4);
        v = four;
        p += 4;
    }
    if (n & 2) {
        uint16_t two;
        memcpy(&two, p, 2);
        v |= (uint64_t)two << (8 * (n & 4));
        p += 2;
    }
    if (n & 1)
        v |= (uint64_t)*p << (8 * (n & 6));
    return v;
}

AVX2 static inline void cover8(int *d, uint64_t eight, __m256i mask, __m256i s, __m256i color_a) {
    const __m256i spread_lo =
        _mm256_setr_epi8(0, -1, 0, -1, 0, -1, 0, -1, 4, -1, 4, -1, 4, -1, 4, -1, 0, -1, 0, -1, 0,
                         -1, 0, -1, 4, -1, 4, -1, 4, -1, 4, -1);
    const __m256i spread_hi =
        _mm256_setr_epi8(8, -1, 8, -1, 8, -1, 8, -1, 12, -1, 12, -1, 12, -1, 12, -1, 8, -1, 8, -1,
                         8, -1, 8, -1, 12, -1, 12, -1, 12, -1, 12, -1);
    __m256i c = _mm256_cvtepu8_epi32(_mm_cvtsi64_si128((long long)eight));
    __m256i a = div255_8(_mm256_mullo_epi16(c, color_a));
    __m256i v = _mm256_maskload_epi32(d, mask);
    v = mix8(v, s, _mm256_shuffle_epi8(a, spread_lo), _mm256_shuffle_epi8(a, spread_hi));
    _mm256_maskstore_epi32(d, mask, v);
}

AVX2 static void cover_avx2(uint32_t *d, uint32_t d_stride, const uint8_t *cover, uint32_t c_stride,
                            uint32_t w, uint32_t h, uint32_t pixel, uint32_t alpha) {
    __m256i s = _mm256_unpacklo_epi8(_mm256_set1_epi32((int)pixel), _mm256_setzero_si256());
    __m256i color_a = _mm256_set1_epi16((short)alpha), all = _mm256_set1_epi32(-1);
    uint32_t tail = w & 7, whole = w - tail;
    __m256i order = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
    __m256i mask = _mm256_cmpgt_epi32(_mm256_set1_epi32((int)tail), order);
    for (uint32_t y = 0; y < h; y++, d += d_stride, cover += c_stride) {
        for (uint32_t i = 0; i < whole; i += 8) {
            uint64_t eight;
            memcpy(&eight, cover + i, 8);
            if (eight)
                cover8((int *)(void *)(d + i), eight, all, s, color_a);
        }
        if (tail) {
            uint64_t some = load_tail(cover + whole, tail);
            if (some)
                cover8((int *)(void *)(d + whole), some, mask, s, color_a);
        }
    }
}

AVX2 static inline __m256i over_half8(__m256i d, __m256i s) {
    __m256i a = _mm256_shufflehi_epi16(_mm256_shufflelo_epi16(s, 0xff), 0xff);
    __m256i rest = _mm256_sub_epi16(_mm256_set1_epi16(255), a);
    return _mm256_add_epi16(s, div255_8(_mm256_mullo_epi16(d, rest)));
}

AVX2 static inline __m256i over8(__m256i v, __m256i s) {
    const __m256i zero = _mm256_setzero_si256();
    return _mm256_packus_epi16(
        over_half8(_mm256_unpacklo_epi8(v, zero), _mm256_unpacklo_epi8(s, zero)),
        over_half8(_mm256_unpackhi_epi8(v, zero), _mm256_unpackhi_epi8(s, zero)));
}

AVX2 static void over_avx2(uint32_t *d, const uint32_t *premultiplied, uint32_t n) {
    uint32_t i = 0;
    for (; i + 8 <= n; i += 8) {
        __m256i *at = (__m256i *)(void *)(d + i), v = _mm256_loadu_si256(at);
        __m256i s = _mm256_loadu_si256((const __m256i *)(const void *)(premultiplied + i));
        _mm256_storeu_si256(at, over8(v, s));
    }
    if (n - i < 3) { /* a frame's soft edge is one pixel */
        over_plain(d + i, premultiplied + i, n - i);
        return;
    }
    __m256i mask = _mm256_cmpgt_epi32(_mm256_set1_epi32((int)(n - i)),
                                      _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
    int *at = (int *)(void *)(d + i);
    __m256i s = _mm256_maskload_epi32((const int *)(const void *)(premultiplied + i), mask);
    _mm256_maskstore_epi32(at, mask, over8(_mm256_maskload_epi32(at, mask), s));
}

static const RasterKernels avx2 = {"avx2", fill_avx2, blend_avx2, cover_avx2, over_avx2};
#endif

const RasterKernels *raster_kernels(RasterLevel level) {
    if (level == RASTER_SCALAR)
        return &plain;
#if defined(__x86_64__)
    if (level == RASTER_SSE2)
        return &sse2;
    if (level == RASTER_AVX2 && __builtin_cpu_supports("avx2"))
        return &avx2;
#endif
    return NULL;
}

const RasterKernels *raster_kernels_best(void) {
    for (int level = RASTER_LEVELS - 1; level > 0; level--) {
        const RasterKernels *k = raster_kernels((RasterLevel)level);
        if (k)
            return k;
    }
    return &plain;
}

#include "query/prefix.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#if defined(__SSE2__)
/* Four counts and their mask bytes to four sums that start at carry; returns the new carry in
 * every lane. */
static inline __m128i sum4(__m128i x, __m128i carry, uint32_t *out) {
    __m128i s = _mm_add_epi32(x, _mm_slli_si128(x, 4));
    s = _mm_add_epi32(s, _mm_slli_si128(s, 8));
    s = _mm_add_epi32(s, carry);
    _mm_storeu_si128((__m128i *)(void *)out, s);
    return _mm_shuffle_epi32(s, 0xff);
}

/* A multiple of 16 entries in rank order; out[0] is given, the rest is written behind it. */
static uint32_t sum_blocks(const uint32_t *count, const uint8_t *shown, uint32_t n, uint32_t *out) {
    __m128i carry = _mm_set1_epi32((int)out[0]);
    for (uint32_t i = 0; i < n; i += 16) {
        const __m128i *c = (const __m128i *)(const void *)(count + i);
        __m128i x0 = _mm_loadu_si128(c), x1 = _mm_loadu_si128(c + 1);
        __m128i x2 = _mm_loadu_si128(c + 2), x3 = _mm_loadu_si128(c + 3);
        if (shown) {
            __m128i m = _mm_loadu_si128((const __m128i *)(const void *)(shown + i));
            __m128i lo = _mm_unpacklo_epi8(m, m), hi = _mm_unpackhi_epi8(m, m);
            x0 = _mm_and_si128(x0, _mm_unpacklo_epi16(lo, lo));
            x1 = _mm_and_si128(x1, _mm_unpackhi_epi16(lo, lo));
            x2 = _mm_and_si128(x2, _mm_unpacklo_epi16(hi, hi));
            x3 = _mm_and_si128(x3, _mm_unpackhi_epi16(hi, hi));
        }
        carry = sum4(x0, carry, out + i + 1);
        carry = sum4(x1, carry, out + i + 5);
        carry = sum4(x2, carry, out + i + 9);
        carry = sum4(x3, carry, out + i + 13);
    }
    return n;
}
#endif

/* Of a tree whose ranks lie in another order than the counts: each is fetched ahead, for it is
 * rarely where the one before was. */
enum { GATHER_AHEAD = 24 };

static void sum_gathered(const PrefixInput *in, const uint32_t *count, uint32_t *out) {
    const uint32_t *slot = in->slot_of_rank;
    const uint8_t *shown = in->shown;
    uint32_t sum = 0, near = in->ranks > GATHER_AHEAD ? in->ranks - GATHER_AHEAD : 0, r = 0;
    for (; r < near; r++) {
        __builtin_prefetch(&count[slot[r + GATHER_AHEAD]]);
        sum += !shown || shown[slot[r]] ? count[slot[r]] : 0;
        out[r + 1] = sum;
    }
    for (; r < in->ranks; r++) {
        sum += !shown || shown[slot[r]] ? count[slot[r]] : 0;
        out[r + 1] = sum;
    }
}

void prefix_u32(const PrefixInput *in, const uint32_t *count, uint32_t *out) {
    uint32_t r = 0;
    out[0] = 0;
#if defined(__SSE2__)
    if (!in->slot_of_rank)
        r = sum_blocks(count, in->shown, in->ranks & ~15u, out);
#endif
    if (in->slot_of_rank) {
        sum_gathered(in, count, out);
        return;
    }
    uint32_t sum = out[r];
    for (; r < in->ranks; r++) {
        if (!in->shown || in->shown[r])
            sum += count[r];
        out[r + 1] = sum;
    }
}

void prefix_wide(const PrefixInput *in, const uint32_t *count, uint64_t *out) {
    uint64_t sum = out[0] = 0;
    for (uint32_t r = 0; r < in->ranks; r++) {
        uint32_t slot = in->slot_of_rank ? in->slot_of_rank[r] : r;
        if (!in->shown || in->shown[slot])
            sum += count[slot];
        out[r + 1] = sum;
    }
}

void prefix_u64(const PrefixInput *in, const uint64_t *weight, uint64_t *out) {
    uint64_t sum = out[0] = 0;
    for (uint32_t r = 0; r < in->ranks; r++) {
        uint32_t slot = in->slot_of_rank ? in->slot_of_rank[r] : r;
        if (!in->shown || in->shown[slot])
            sum += weight[slot];
        out[r + 1] = sum;
    }
}

uint64_t prefix_sum(const uint8_t *shown, const uint32_t *count, uint32_t from, uint32_t to) {
    uint64_t sum = 0;
    for (uint32_t i = from; i < to; i++)
        sum += !shown || shown[i] ? count[i] : 0;
    return sum;
}

uint64_t prefix_sum_u64(const uint8_t *shown, const uint64_t *weight, uint32_t from, uint32_t to) {
    uint64_t sum = 0;
    for (uint32_t i = from; i < to; i++)
        sum += !shown || shown[i] ? weight[i] : 0;
    return sum;
}

/* JsonWalk: over an object or array of a JSON text by bit masks, 64 bytes at a time, without
 * looking at what is in it: only strings and brackets count. Thread: any; no state but the
 * caller's. Failure: none. */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

enum { JSON_WALK_BLOCK = 64 };

typedef struct JsonWalk {
    uint64_t level;   /* open brackets; 0: it is over */
    uint64_t string;  /* all ones: inside one */
    uint64_t escaped; /* 1: the next byte is */
} JsonWalk;

/* Behind an opening bracket, at its start with level 1: as many whole blocks of [s, s + n) as there
 * are, up to behind the bracket that closes level 1. Returns how many bytes that were; all have
 * been seen to when level is not 0. */
size_t json_walk(JsonWalk *w, const char *s, size_t n);
/* The variant that needs no special instructions; the same result. For tests. */
size_t json_walk_portable(JsonWalk *w, const char *s, size_t n);

/* The next byte that is this one, or NULL: not in whole blocks before `end`. */
static inline const char *json_walk_to(const char *s, const char *end, char c) {
    for (; end - s >= JSON_WALK_BLOCK; s += 32) {
#if defined(__SSE2__)
        const __m128i want = _mm_set1_epi8(c);
        __m128i a = _mm_cmpeq_epi8(_mm_loadu_si128((const __m128i *)(const void *)s), want);
        __m128i b = _mm_cmpeq_epi8(_mm_loadu_si128((const __m128i *)(const void *)(s + 16)), want);
        uint32_t hits = (uint32_t)_mm_movemask_epi8(a) | (uint32_t)_mm_movemask_epi8(b) << 16;
        if (hits)
            return s + __builtin_ctz(hits);
#else
        const char *hit = memchr(s, c, 32);
        if (hit)
            return hit;
#endif
    }
    return NULL;
}

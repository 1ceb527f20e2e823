/* Perf bytes: reading numbers of either byte order from memory that may end too soon.
 * A cursor never reads behind its end: it gives zeros from there on, and `bad` says so once and
 * for all, so a layout is read as a whole and asked about once.
 * Thread: a plain value. Failure: `bad`. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/str.h"

typedef struct PerfBytes {
    const uint8_t *at, *end;
    bool swapped; /* the other byte order than this machine's */
    bool bad;     /* something was asked for that is not there */
} PerfBytes;

static inline PerfBytes perf_bytes(const uint8_t *at, size_t n, bool swapped) {
    return (PerfBytes){at, n ? at + n : at, swapped, false};
}

static inline uint64_t perf_get64(const uint8_t *p, bool swapped) {
    uint64_t v;
    memcpy(&v, p, sizeof v);
    return swapped ? __builtin_bswap64(v) : v;
}

static inline uint32_t perf_get32(const uint8_t *p, bool swapped) {
    uint32_t v;
    memcpy(&v, p, sizeof v);
    return swapped ? __builtin_bswap32(v) : v;
}

static inline uint16_t perf_get16(const uint8_t *p, bool swapped) {
    uint16_t v;
    memcpy(&v, p, sizeof v);
    return swapped ? __builtin_bswap16(v) : v;
}

static inline size_t perf_left(const PerfBytes *b) {
    return (size_t)(b->end - b->at);
}

/* n bytes, or NULL when they are not there. */
static inline const uint8_t *perf_take(PerfBytes *b, uint64_t n) {
    if (n > perf_left(b)) {
        b->bad = true;
        b->at = b->end;
        return NULL;
    }
    const uint8_t *p = b->at;
    b->at += n;
    return p;
}

static inline uint64_t perf_u64(PerfBytes *b) {
    const uint8_t *p = perf_take(b, 8);
    return p ? perf_get64(p, b->swapped) : 0;
}

static inline uint32_t perf_u32(PerfBytes *b) {
    const uint8_t *p = perf_take(b, 4);
    return p ? perf_get32(p, b->swapped) : 0;
}

static inline uint16_t perf_u16(PerfBytes *b) {
    const uint8_t *p = perf_take(b, 2);
    return p ? perf_get16(p, b->swapped) : 0;
}

/* Text that fills n bytes or ends with a zero before. */
static inline Str perf_text(const uint8_t *p, size_t n) {
    return (Str){(const char *)p, strnlen((const char *)p, n)};
}

/* All that is left, as text. */
static inline Str perf_rest_text(PerfBytes *b) {
    size_t n = perf_left(b);
    const uint8_t *p = perf_take(b, n);
    return perf_text(p, n);
}

/* A length, and so many bytes with a text in them. */
static inline Str perf_long_text(PerfBytes *b) {
    uint32_t n = perf_u32(b);
    const uint8_t *p = perf_take(b, n);
    return p ? perf_text(p, n) : (Str){"", 0};
}

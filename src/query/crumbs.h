/* Crumbs: two bits for each pair, four pairs to a byte, for tables that are read at a random place
 * for each sample of a profile: a million pairs take 250 KB and stay in the second-level cache,
 * where a byte for each does not (a scan of 10 M samples took half as long again). Made in order,
 * from the first pair on. Pure functions over the caller's memory. */
#pragma once

#include <stddef.h>
#include <stdint.h>

static inline size_t crumbs_bytes(uint64_t pairs) {
    return (size_t)(pairs + 3) / 4;
}

static inline uint32_t crumb_at(const uint8_t *crumbs, uint32_t pair) {
    return crumbs[pair >> 2] >> (pair & 3) * 2 & 3;
}

/* The next pair's, value below 4; those behind it in its byte are zero until they come. */
static inline void crumb_add(uint8_t *crumbs, uint64_t pair, uint32_t value) {
    uint8_t before = pair & 3 ? crumbs[pair >> 2] : 0;
    crumbs[pair >> 2] = (uint8_t)(before | value << (pair & 3) * 2);
}

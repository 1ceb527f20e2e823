/* gz_places: where a .gz file seems to be made of pieces: what begins as a gzip member does, what
 * BGZF says about its members, and the empty stored blocks that `pigz -i` leaves as markers.
 * All of it is a guess that decoding must prove. Facts: RFC 1951, RFC 1952, and the SAM
 * specification's section on BGZF. Owner: none. Thread: any. */
#pragma once

#include <stddef.h>
#include <stdint.h>

enum { GZ_TRAILER = 8 };

static inline uint32_t gz_read16(const uint8_t *p) {
    return (uint32_t)p[0] | (uint32_t)p[1] << 8;
}

static inline uint32_t gz_read32(const uint8_t *p) {
    return gz_read16(p) | gz_read16(p + 2) << 16;
}

/* The length that a BGZF member has by its own words, and of its text; 0: it is none. */
size_t gz_bgzf_size(const uint8_t *p, size_t n, size_t *text);
/* Length of a member's header, 0: not all there or nothing that is split. */
size_t gz_header_size(const uint8_t *p, size_t n);
/* The first place in [from, n) where a member seems to begin, n if there is none. */
size_t gz_find_member(const uint8_t *p, size_t from, size_t n);
/* The same behind an empty stored block, bytes 00 00 FF FF. */
size_t gz_find_marker(const uint8_t *p, size_t from, size_t n);

#include "ingest/gz_places.h"

#include <stdbool.h>
#include <string.h>

enum { FIXED_HEADER = 10 };

/* What a member may begin with. What writers never put there is ruled out, so that hits within
 * compressed data are rare: three flags and more for the speed, a system that was never given. */
static bool member_like(const uint8_t *p, size_t n) {
    return n >= FIXED_HEADER && p[0] == 0x1f && p[1] == 0x8b && p[2] == 8 && p[3] < 0x20 &&
           (p[8] == 0 || p[8] == 2 || p[8] == 4) && (p[9] < 14 || p[9] == 255);
}

size_t gz_bgzf_size(const uint8_t *p, size_t n, size_t *text) {
    enum { HAS_EXTRA = 4, EXTRA_AT = 12 };
    if (!member_like(p, n) || p[3] != HAS_EXTRA || n < EXTRA_AT)
        return 0;
    size_t end = EXTRA_AT + gz_read16(p + 10);
    for (size_t at = EXTRA_AT; at + 6 <= end && end <= n; at += 4 + gz_read16(p + at + 2)) {
        if (p[at] != 'B' || p[at + 1] != 'C' || gz_read16(p + at + 2) != 2)
            continue;
        size_t size = (size_t)gz_read16(p + at + 4) + 1;
        if (size < end + GZ_TRAILER || size > n)
            return 0;
        *text = gz_read32(p + size - 4);
        return size;
    }
    return 0;
}

size_t gz_header_size(const uint8_t *p, size_t n) {
    enum { HAS_CRC = 2, HAS_EXTRA = 4, HAS_NAME = 8, HAS_COMMENT = 16 };
    if (!member_like(p, n) || p[3] & HAS_CRC)
        return 0;
    size_t at = FIXED_HEADER;
    if (p[3] & HAS_EXTRA)
        at += at + 2 <= n ? 2 + gz_read16(p + at) : n;
    for (int strings = !!(p[3] & HAS_NAME) + !!(p[3] & HAS_COMMENT); strings > 0; strings--) {
        const uint8_t *zero = at < n ? memchr(p + at, 0, n - at) : NULL;
        at = zero ? (size_t)(zero - p) + 1 : n;
    }
    return at < n ? at : 0;
}

size_t gz_find_member(const uint8_t *p, size_t from, size_t n) {
    while (from < n) {
        const uint8_t *hit = memchr(p + from, 0x1f, n - from);
        if (!hit)
            return n;
        from = (size_t)(hit - p);
        if (member_like(hit, n - from))
            return from;
        from++;
    }
    return n;
}

size_t gz_find_marker(const uint8_t *p, size_t from, size_t n) {
    for (from += 2; from + 1 < n; from++) {
        const uint8_t *hit = memchr(p + from, 0xff, n - 1 - from);
        if (!hit)
            return n;
        from = (size_t)(hit - p);
        if (hit[1] == 0xff && hit[-1] == 0 && hit[-2] == 0)
            return from + 2;
    }
    return n;
}

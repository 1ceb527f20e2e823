#include "ingest/zstd_frame.h"

#include <stdbool.h>

enum {
    MAGIC_BYTES = 4,
    BLOCK_HEADER = 3,
    BLOCK_TEXT = 128 * 1024, /* no block gives more, but one that repeats a byte */
    CHECKSUM = 4,
};

static uint64_t little(const uint8_t *p, size_t n) {
    uint64_t x = 0;
    while (n-- > 0)
        x = x << 8 | p[n];
    return x;
}

static size_t none(uint64_t *text) {
    *text = UINT64_MAX;
    return 0;
}

/* Length of the header; 0 and *text as above. *known: it says how much text there is. */
static size_t header_size(const uint8_t *p, size_t n, uint64_t *text, bool *known) {
    static const uint8_t id_bytes[4] = {0, 1, 2, 4}, content_bytes[4] = {0, 2, 4, 8};
    enum { SINGLE = 0x20, RESERVED = 8, LARGEST = 21 << 3 /* 2 GiB, as the decoder has it */ };
    if (n <= MAGIC_BYTES + 1)
        return 0;
    uint8_t flags = p[MAGIC_BYTES];
    size_t content = content_bytes[flags >> 6];
    if (flags & SINGLE && content == 0)
        content = 1;
    if (flags & RESERVED || (!(flags & SINGLE) && p[MAGIC_BYTES + 1] > LARGEST))
        return none(text);
    size_t window = flags & SINGLE ? 0 : 1;
    size_t size = MAGIC_BYTES + 1 + window + id_bytes[flags & 3] + content;
    if (size > n)
        return 0;
    *known = content > 0;
    *text = little(p + size - content, content) + (content == 2 ? 256 : 0);
    return size;
}

size_t zstd_frame_size(const uint8_t *p, size_t n, uint64_t *text) {
    enum { FRAME = 0xfd2fb528, SKIPPED = 0x184d2a50, SKIPPED_HEADER = 8, HAS_CHECKSUM = 4 };
    enum { BLOCK_REPEATED = 1, BLOCK_PACKED = 2, BLOCK_RESERVED = 3 };
    bool known = false;
    *text = 0;
    if (n < SKIPPED_HEADER)
        return 0;
    uint32_t magic = (uint32_t)little(p, MAGIC_BYTES);
    if ((magic & ~0xfu) == SKIPPED) {
        uint64_t size = SKIPPED_HEADER + little(p + MAGIC_BYTES, 4);
        return size <= n ? (size_t)size : 0;
    }
    if (magic != (uint32_t)FRAME)
        return none(text);
    size_t at = header_size(p, n, text, &known);
    for (bool last = at == 0; !last;) {
        if (n - at < BLOCK_HEADER)
            return 0;
        uint32_t head = (uint32_t)little(p + at, BLOCK_HEADER), type = head >> 1 & 3;
        if (type == BLOCK_RESERVED)
            return none(text);
        if (!known)
            *text += type == BLOCK_PACKED ? BLOCK_TEXT : head >> 3;
        at += BLOCK_HEADER + (type == BLOCK_REPEATED ? 1 : head >> 3);
        if (at > n)
            return 0;
        last = head & 1;
    }
    if (at && p[MAGIC_BYTES] & HAS_CHECKSUM)
        at += CHECKSUM;
    return at <= n ? at : 0;
}

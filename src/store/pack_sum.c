#include <string.h>

#include "store/pack_format.h"

/* Odd, with bits spread evenly: digits of the square roots of 7, 11, 13 and 17. */
static const uint64_t K[4] = {0xa54ff53a5f1d36f1u, 0x510e527fade682d1u, 0x9b05688c2b3e6c1fu,
                              0x1f83d9abfb41bd6bu};

static inline uint64_t step(uint64_t lane, uint64_t word, uint64_t k) {
    uint64_t x = lane ^ word;
    return (x << 29 | x >> 35) * k;
}

void pack_sum_begin(PackSum *s) {
    *s = (PackSum){.lane = {K[3], K[2], K[1], K[0]}};
}

void pack_sum_add(PackSum *s, const void *data, size_t n) {
    const char *p = (const char *)data;
    uint64_t a = s->lane[0], b = s->lane[1], c = s->lane[2], d = s->lane[3], w[4];
    s->bytes += n;
    for (; n >= sizeof w; n -= sizeof w, p += sizeof w) {
        memcpy(w, p, sizeof w);
        a = step(a, w[0], K[0]);
        b = step(b, w[1], K[1]);
        c = step(c, w[2], K[2]);
        d = step(d, w[3], K[3]);
    }
    if (n) {
        memset(w, 0, sizeof w);
        memcpy(w, p, n);
        a = step(a, w[0], K[0]);
        b = step(b, w[1], K[1]);
        c = step(c, w[2], K[2]);
        d = step(d, w[3], K[3]);
    }
    *s = (PackSum){{a, b, c, d}, s->bytes};
}

uint64_t pack_sum_end(const PackSum *s) {
    uint64_t h = s->bytes;
    for (int i = 0; i < 4; i++) {
        h = step(h, s->lane[i], K[i]);
        h ^= h >> 32;
    }
    h = step(h, 0, K[0]);
    return h ^ h >> 29;
}

uint64_t pack_sum(const void *data, size_t n) {
    PackSum s;
    pack_sum_begin(&s);
    pack_sum_add(&s, data, n);
    return pack_sum_end(&s);
}

#include "query/crumbs.h"

#include "base/arena.h"

enum { EACH = 8 }; /* pairs to a byte of `one` */

#define EACH_BYTE(b) (0x0101010101010101u * (b))

void crumbs_free(Crumbs *c) {
    mem_resize(c->two, c->cap / 4, 0);
    mem_resize(c->one, c->cap / EACH, 0);
    *c = (Crumbs){0};
}

void crumbs_forget(Crumbs *c) {
    c->count = c->lows = c->highs = 0;
}

size_t crumbs_bytes(const Crumbs *c) {
    return c->cap / 4 + c->cap / EACH;
}

static void reserve(Crumbs *c, uint64_t count) {
    if (count <= c->cap)
        return;
    uint64_t cap = (count + count / 2 + EACH) / EACH * EACH;
    c->two = mem_resize(c->two, c->cap / 4, cap / 4);
    c->one = mem_resize(c->one, c->cap / EACH, cap / EACH);
    c->cap = cap;
}

/* The lowest bits of eight bytes, the first byte's lowest. */
static inline uint8_t gathered(uint64_t bytes) {
    return (uint8_t)(((bytes & EACH_BYTE(1)) * 0x0102040810204080u) >> 56);
}

/* Eight pairs, the first of them at a byte of `one`. */
static inline void add_eight(Crumbs *c, uint64_t first, const uint8_t *value) {
    uint64_t x = 0, y;
    for (uint32_t k = 0; k < EACH; k++) /* the same on every machine; it is one load */
        x |= (uint64_t)value[k] << 8 * k;
    y = (x | x >> 6) & 0x000f000f000f000fu;
    y = (y | y >> 12) & 0x000000ff000000ffu;
    c->two[first / 4] = (uint8_t)y;
    c->two[first / 4 + 1] = (uint8_t)(y >> 32);
    c->one[first / EACH] = gathered(x >> 1);
    c->lows += (uint64_t)__builtin_popcountll(x & EACH_BYTE(CRUMB_LOW));
    c->highs += (uint64_t)__builtin_popcountll(x & EACH_BYTE(CRUMB_HIGH));
}

/* Those behind it in its bytes are zero until they come. */
static void add_one(Crumbs *c, uint64_t at, uint8_t value) {
    uint8_t two = at % 4 ? c->two[at / 4] : 0, one = at % EACH ? c->one[at / EACH] : 0;
    c->two[at / 4] = (uint8_t)(two | value << at % 4 * 2);
    c->one[at / EACH] = (uint8_t)(one | value >> 1 << at % EACH);
    c->lows += value & CRUMB_LOW;
    c->highs += value >> 1;
}

void crumbs_add(Crumbs *c, const uint8_t *value, uint64_t n) {
    uint64_t at = c->count, end = at + n;
    reserve(c, end);
    while (at < end)
        if (at == 0) {
            add_one(c, at++, CRUMB_LOW | CRUMB_HIGH);
            value++;
        } else if (at % EACH == 0 && end - at >= EACH) {
            add_eight(c, at, value);
            at += EACH;
            value += EACH;
        } else {
            add_one(c, at++, *value++);
        }
    c->count = end;
}

CrumbSum crumbs_sum(const Crumbs *c, const uint32_t *pair, uint64_t n) {
    if (c->lows == c->count && c->highs == c->count)
        return (CrumbSum){n, n};
    uint64_t sum = 0;
    if (c->lows == c->count) {
        const uint8_t *one = c->one;
        for (uint64_t k = 0; k < n; k++)
            sum += one[pair[k] >> 3] >> (pair[k] & 7) & 1;
        return (CrumbSum){n, sum};
    }
    /* both bits are spread over one word, and summed there */
    for (uint64_t k = 0; k < n; k++) {
        uint64_t crumb = crumb_at(c, pair[k]);
        sum += (crumb | crumb << 31) & 0x100000001u;
    }
    return (CrumbSum){(uint32_t)sum, sum >> 32};
}

/* Crumbs: two bits for each pair, a low and a high one, in tables that are read at a random place
 * for each sample of a profile: four pairs to a byte, so that a million take 250 KB and stay in the
 * second-level cache, where a byte for each does not (a scan of 10 M samples took half as long
 * again). The low bit is nearly always set: as long as it is so for all pairs only the high ones
 * are looked at, eight to a byte (two thirds of the time), and where those are all set, too,
 * nothing is. Owner: whoever has the variable, zeroed. Thread: one at a time. Memory: its own,
 * freed by crumbs_free. Failure: none; OOM aborts. */
#pragma once

#include <stddef.h>
#include <stdint.h>

enum { CRUMB_LOW = 1, CRUMB_HIGH = 2 };

typedef struct Crumbs {
    uint8_t *two;         /* 2 bits a pair */
    uint8_t *one;         /* its high bit */
    uint64_t count, cap;  /* pairs */
    uint64_t lows, highs; /* how many have the bit */
} Crumbs;

/* How many of some samples' pairs have each bit. */
typedef struct CrumbSum {
    uint64_t low, high;
} CrumbSum;

void crumbs_free(Crumbs *crumbs);
/* Forgets the pairs, keeps the memory. */
void crumbs_forget(Crumbs *crumbs);
/* The next n pairs', values below 4. The first of all is the empty pair, which no sample has: it
 * counts as having both bits, so that it does not stand against what all others have. */
void crumbs_add(Crumbs *crumbs, const uint8_t *value, uint64_t n);
/* Of samples of these pairs, which were all added; n below 2^32. */
CrumbSum crumbs_sum(const Crumbs *crumbs, const uint32_t *pair, uint64_t n);
size_t crumbs_bytes(const Crumbs *crumbs);

static inline uint32_t crumb_at(const Crumbs *crumbs, uint32_t pair) {
    return crumbs->two[pair >> 2] >> (pair & 3) * 2 & 3;
}

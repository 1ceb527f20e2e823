/* Prefix: exclusive prefix sums of counts in the order of a tree's ranks, masked: the one dense
 * pass of a query. Pure functions; `out` has ranks + 1 entries. */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* What to sum: entries `slot_of_rank[r]` (NULL: r itself) where shown is 0xFF (NULL: all). */
typedef struct PrefixInput {
    const uint8_t *shown;
    const uint32_t *slot_of_rank;
    uint32_t ranks;
} PrefixInput;

void prefix_u32(const PrefixInput *in, const uint32_t *count, uint32_t *out);
void prefix_wide(const PrefixInput *in, const uint32_t *count, uint64_t *out);
void prefix_u64(const PrefixInput *in, const uint64_t *weight, uint64_t *out);
/* Σ count over [from, to) where shown. */
uint64_t prefix_sum(const uint8_t *shown, const uint32_t *count, uint32_t from, uint32_t to);
uint64_t prefix_sum_u64(const uint8_t *shown, const uint64_t *weight, uint32_t from, uint32_t to);

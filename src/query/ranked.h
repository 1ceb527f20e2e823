/* Ranked: counts once more, in the order of a tree whose ranks are not slots, for as long as a
 * selection moves in small steps: then what enters and leaves is counted here as well, and the
 * prefix sums are a straight pass. (To gather a million counts for each step of a drag took half of
 * its time.) Owner: the answer lane, beside the Counts that it follows. Thread: one at a time.
 * Memory: its own, freed by ranked_free: 4 B a rank, and 1 with a mask. Failure: none; OOM aborts.
 */
#pragma once

#include "query/counts.h"

typedef struct Ranked {
    uint64_t tree_id, index_id; /* what was asked about last … */
    uint64_t from, to;          /* … positions, and … */
    bool made;                  /* … whether `count` has them */
    uint32_t *count, cap;       /* by rank */
    uint64_t mask_version;      /* of `shown`; 0: of none */
    uint8_t *shown;             /* by rank, 0xFF or 0 */
    uint32_t shown_cap;
} Ranked;

typedef struct RankedWish {
    const Counts *counts; /* as they are now */
    const Index *index;
    const Tree *tree;
    uint32_t side;
    const uint8_t *shown; /* by slot; NULL: all are */
    uint64_t mask_version;
} RankedWish;

void ranked_free(Ranked *ranked);
size_t ranked_bytes(const Ranked *ranked);
/* The prefix sums into out, tree->ranks + 1 of them. False: they are to be made of the counts; it
 * is no small step, or the ranks are slots, or not by pair, or some samples are behind the
 * positions. */
bool ranked_prefix(Ranked *ranked, const RankedWish *wish, uint32_t *out);

/* HeatBuilder: a heat grid that grows as samples arrive. It scans in arrival order, a limited
 * number at a time, so that a publisher can show what is there; its cells are 64 bits wide, and
 * a HeatCopy holds them as a HeatGrid publishes them.
 * Owner: whoever calls heat_builder_init. Thread: one at a time. Failure: none; an expression
 * that does not compile is not applied. */
#pragma once

#include "query/heat_frame.h"
#include "query/mask.h"

typedef struct HeatBuilder {
    const Profile *profile;
    HeatFrame frame;
    Mask mask;
    bool any_hidden;
    uint64_t max, scanned, shown;
    uint64_t published; /* frame.moved of the newest copy */
} HeatBuilder;

/* One published grid and the memory it stands in. */
typedef struct HeatCopy {
    HeatGrid grid;
    uint32_t *cell, *column_sum;
    uint8_t *hidden;
    uint64_t cap; /* columns */
    uint32_t cap_rows;
    uint64_t moved;
    uint32_t stale_from, stale_to; /* columns that changed since this copy was made */
} HeatCopy;

/* The frame's planes. */
static inline uint64_t *heat_builder_cells(const HeatBuilder *b) {
    return b->frame.plane[0].at;
}

static inline uint64_t *heat_builder_sums(const HeatBuilder *b) { /* by column */
    return b->frame.plane[1].at;
}

static inline uint8_t *
heat_builder_hidden(const HeatBuilder *b) { /* 1 where samples were filtered out */
    return b->frame.plane[2].at;
}

void heat_builder_init(HeatBuilder *b);
void heat_builder_free(HeatBuilder *b);
/* Starts over for this wish; the same wish on the same profile goes on where it was. */
void heat_builder_ask(HeatBuilder *b, const Profile *profile, const HeatSpec *spec);
/* Scans up to `limit` more samples below the view's; true when all of them were scanned. */
bool heat_builder_extend(HeatBuilder *b, const ProfileView *view, uint64_t limit);
/* Makes room for the view's columns and pairs; false when nothing is left to scan. */
bool heat_builder_follow(HeatBuilder *b, const ProfileView *view);
/* Brings into[0] up to date. The others of a ring of `ring` copies are told what became stale.
 */
void heat_builder_publish(HeatBuilder *b, HeatCopy *copies, uint32_t ring, uint32_t into,
                          bool exact);
void heat_copy_free(HeatCopy *copy);
size_t heat_builder_bytes(const HeatBuilder *b);

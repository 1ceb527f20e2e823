/* HeatBuilder: a heat grid that grows as samples arrive. It scans in arrival order, a limited
 * number at a time, so that a publisher can show what is there; its cells are 64 bits wide, and
 * a HeatCopy (heat_copy.h) holds them as a HeatGrid publishes them.
 * Rows by thread and the like: heat_rows.h says which there are. Values: samples and weights
 * are sums, distinct cpus and threads are counted as heat_distinct.h says, a share is made of
 * two sums when it is published. Owner: whoever calls heat_builder_init. Thread: one at a time.
 * Failure: none; an expression that does not compile is not applied. */
#pragma once

#include "query/heat_distinct.h"
#include "query/heat_frame.h"
#include "query/heat_rows.h"
#include "query/mask.h"
#include "query/matcher.h"

typedef struct HeatBuilder {
    const Profile *profile;
    HeatSpec asked;
    HeatFrame frame;
    Mask mask;
    Matcher matcher; /* HEAT_SHARE */
    HeatRows rows;
    HeatTop top; /* rows other than offsets: those that are shown */
    HeatDistinct distinct;
    bool any_hidden, weighted, in_order;
    uint64_t max; /* largest cell of those that only grow */
    uint64_t scanned, shown;
    uint64_t published; /* frame.moved of the newest copy */
} HeatBuilder;

/* The frame's planes. */
static inline uint64_t *heat_builder_cells(const HeatBuilder *b) {
    return b->frame.plane[0].at;
}

static inline uint64_t *heat_builder_sums(const HeatBuilder *b) { /* by column */
    return b->frame.plane[1].at;
}

/* 1 where samples were filtered out */
static inline uint8_t *heat_builder_hidden(const HeatBuilder *b) {
    return b->frame.plane[2].at;
}

/* HEAT_SHARE: matching samples, uint64_t; sets of cpus or threads: see heat_distinct.h */
static inline uint64_t *heat_builder_more(const HeatBuilder *b) {
    return b->frame.plane[3].at;
}

void heat_builder_init(HeatBuilder *b);
void heat_builder_free(HeatBuilder *b);
/* Starts over for this wish; the same wish on the same profile goes on where it was. */
void heat_builder_ask(HeatBuilder *b, const Profile *profile, const HeatSpec *spec);
/* Scans up to `limit` more samples below the view's; true when all of them were scanned. */
bool heat_builder_extend(HeatBuilder *b, const ProfileView *view, uint64_t limit);
/* Makes room for the view's columns and pairs; false when nothing is left to scan. */
bool heat_builder_follow(HeatBuilder *b, const ProfileView *view);
size_t heat_builder_bytes(const HeatBuilder *b);

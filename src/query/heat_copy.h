/* HeatCopy: a heat grid as it is published, and the memory it stands in. A ring of them is
 * kept, so that a reader may hold the newest and the one before while the next is written; a
 * copy that was made before is brought up to date where columns changed since. Owner: whoever
 * publishes. Thread: one at a time; a published grid is read by any. */
#pragma once

#include "query/heat_builder.h"

typedef struct HeatCopy {
    HeatGrid grid;
    uint32_t *cell, *column_sum;
    uint8_t *hidden;
    HeatRow row[HEAT_TOP_ROWS + 1];
    uint32_t entity[HEAT_TOP_ROWS]; /* whose rows the cells are */
    size_t cap;                     /* cells */
    uint32_t cap_columns;
    uint64_t moved;
    uint32_t stale_from, stale_to; /* columns that changed since this copy was made */
} HeatCopy;

/* Brings copies[into] up to date. The others of a ring of `ring` copies are told what became
 * stale. */
void heat_builder_publish(HeatBuilder *b, HeatCopy *copies, uint32_t ring, uint32_t into,
                          bool exact);
void heat_copy_free(HeatCopy *copy);

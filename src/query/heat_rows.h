/* HeatRows: which threads, processes or cpus have rows of their own while a heat grid is made.
 * There are HEAT_KEPT_ROWS such rows and one for all others; who comes first gets them. What is
 * shown in the end are the HEAT_TOP_ROWS with most samples: when one of those turns out to have
 * no row of its own, heat_rows_choose gives the rows to those that have most so far, and all
 * samples are put into rows again. Keeping more rows than are shown makes that rare.
 * Owner: a HeatBuilder. Thread: one at a time. Memory: its own, bounded by the entities. */
#pragma once

#include "query/entities.h"
#include "query/heat.h"

typedef struct HeatRows {
    Entities of;
    uint16_t *row;   /* by entity: kept row plus one; 0: none yet */
    uint64_t *tally; /* by entity: shown samples among the first `tallied` */
    uint32_t cap;
    uint64_t tallied;
    uint32_t kept[HEAT_KEPT_ROWS]; /* entity by row */
    uint32_t kept_count;
} HeatRows;

/* What is shown: rows from the top, then maybe one of all others. */
typedef struct HeatTop {
    uint32_t entity[HEAT_TOP_ROWS];
    uint32_t count, others;
    uint64_t other_samples;
} HeatTop;

void heat_rows_init(HeatRows *r);
void heat_rows_free(HeatRows *r);
void heat_rows_set(HeatRows *r, const Profile *profile, uint8_t row_kind);
/* Makes room for the entities that are numbered by now. */
void heat_rows_extend(HeatRows *r);
/* Most samples first, equal ones by pid, tid, cpu; entities without any are not listed. */
void heat_rows_top(const HeatRows *r, HeatTop *top);
/* False when one of them has no row: rows were given anew, the cells must be made again. */
bool heat_rows_choose(HeatRows *r, const HeatTop *top);
void heat_rows_info(const HeatRows *r, const HeatTop *top, HeatRow *out);

static inline uint32_t heat_rows_of(HeatRows *r, uint32_t entity) {
    if (!r->row[entity]) {
        bool room = r->kept_count < HEAT_KEPT_ROWS;
        if (room)
            r->kept[r->kept_count++] = entity;
        r->row[entity] = (uint16_t)(room ? r->kept_count : HEAT_KEPT_ROWS + 1);
    }
    return r->row[entity] - 1u;
}

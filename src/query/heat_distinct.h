/* HeatDistinct: how many different cpus or threads a heat grid's cells have, exactly.
 * While samples come in order of time, whatever is counted is new in a cell unless it was seen
 * last in the same one: that takes a word a thread, however long the profile. It works where a
 * row says nothing about who is in it, or all (rows are time; threads by thread or process).
 * Else every cell has a set, a bit for each that there is: then the sets are held to
 * DISTINCT_BYTES, and the grid's columns become longer where they would take more (64 threads
 * and fewer: never in practice; 10 000 threads: 209 k cells, an hour by seconds and 50 rows).
 * Owner: a HeatBuilder. Thread: one at a time. Memory: its own, and a plane of the frame. */
#pragma once

#include "query/entities.h"
#include "query/heat_frame.h"

enum { DISTINCT_BYTES = 256 << 20 };

typedef struct HeatDistinct {
    bool on;
    Entities of;
    bool in_sets;
    uint32_t words; /* uint64_t of a cell's set */
    uint32_t *seen; /* by entity: the cell it was seen in last, plus one */
    uint32_t cap;
} HeatDistinct;

void heat_distinct_init(HeatDistinct *d);
void heat_distinct_free(HeatDistinct *d);
void heat_distinct_set(HeatDistinct *d, const Profile *profile, const HeatSpec *spec);
/* Makes room for the entities that are numbered by now. False: sets are needed, or larger ones:
 * the frame is to be made anew and everything counted again. */
bool heat_distinct_extend(HeatDistinct *d, const HeatSpec *spec, const ProfileView *view);
void heat_distinct_restart(HeatDistinct *d);
/* Cells that a grid may have. */
uint64_t heat_distinct_cells(const HeatDistinct *d);

/* True when it is new in the cell; sets: the frame's plane, or NULL. */
static inline bool heat_distinct_add(HeatDistinct *d, uint64_t *sets, size_t cell,
                                     uint32_t entity) {
    if (!d->in_sets) {
        bool is_new = d->seen[entity] != cell + 1;
        d->seen[entity] = (uint32_t)cell + 1;
        return is_new;
    }
    uint64_t *word = sets + cell * d->words + (entity >> 6), bit = 1ull << (entity & 63);
    bool is_new = !(*word & bit);
    *word |= bit;
    return is_new;
}

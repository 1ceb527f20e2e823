/* Link: the moments of a frame, of a stack or of a search, as a grid in the shape of the heat
 * map's. An aside (aside.h); its wish is a heat map's with a LinkMatch.
 * Samples in view are counted first, about a million a run, which is a frame's work (3 to 5
 * ms); the rest in larger runs. Each run's result is a grid of its own; while samples arrive,
 * the next one goes on where the last one ended. Owner: the engine. Thread: run on a worker;
 * link_next any. Failure: none; what does not compile and what is not in the profile matches
 * nothing. */
#pragma once

#include "query/aside.h"
#include "query/heat.h"

/* Whose rows there are beside the one of all others, where rows are not offsets: those of the
 * heat map that is shown, in an order of their own. */
typedef struct LinkRow {
    int32_t pid, tid, cpu;
    NameId named; /* as entity_named says */
} LinkRow;

typedef struct LinkWish {
    HeatSpec spec;        /* of the heat map, with match filled; the value kind does not matter */
    int64_t t0_ns, t1_ns; /* in view: an order to count in, not a part of the question */
    LinkRow row[HEAT_TOP_ROWS];
    uint32_t rows;
} LinkWish;

typedef struct LinkGrid {
    HeatSpec spec; /* as it was made; columns and rows as a HeatGrid of the same samples has */
    int64_t origin_ns;
    uint32_t columns, rows;
    LinkRow row[HEAT_TOP_ROWS]; /* rows - 1 of them; the last row is of all others */
    const uint32_t *cell;       /* matching samples, cell[c * rows + r]; saturating */
    uint32_t max;
    uint64_t scanned;         /* samples looked at so far */
    uint64_t shown, matching; /* of them, that pass the chips; that match as well */
    bool view_exact;          /* every sample in view was looked at */
    bool exact;               /* every sample that was published when the run began */
    size_t cells;             /* memory of cell */
} LinkGrid;

extern const AsideKind link_aside;

/* What of this heat map matches; its own spec as it was made, and its rows. */
void link_wish_of(const HeatGrid *grid, const LinkMatch *match, LinkWish *out);
bool link_wish_same(const LinkWish *a, const LinkWish *b);
/* Whether cells correspond: the same span and kind of rows, and as many slices. */
bool link_fits(const LinkGrid *link, const HeatGrid *of);
/* The row that stands for another grid's, or link->rows. */
uint32_t link_row_of(const LinkGrid *link, const HeatGrid *of, uint32_t row);
/* Number of matching samples in a cell of another grid of the same spec: their origins differ
 * while one of them is behind. */
uint32_t link_at(const LinkGrid *grid, const HeatGrid *of, uint32_t column, uint32_t row);
/* An occurrence is a run of lit cells in time order, as long as it goes. step > 0: the first
 * one that begins at after_ns or later, else the last one that ends at after_ns or earlier.
 * False when there is none. Where rows are not offsets, a column is lit when one of its cells
 * is. */
bool link_next(const LinkGrid *grid, int64_t after_ns, int step, int64_t *t0, int64_t *t1);

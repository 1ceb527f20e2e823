/* HeatGrid: values by (column, row), built by scanning samples in arrival order, extended as more
 * arrive, kept exact under out-of-order times (an earlier sample shifts it by whole columns).
 * Row 0 is the earliest slice of its column. A cell holds a uint32_t (saturating; weights are
 * scaled: see unit_shift). Owner: the engine; a published grid is immutable and valid until two
 * newer ones were taken. */
#pragma once

#include "query/query.h"
#include "store/profile.h"

enum { HEAT_MAX_CELLS = 1 << 26, HEAT_KEPT_ROWS = 256 };

typedef struct HeatGrid {
    HeatSpec spec;
    uint64_t generation;   /* grows with each published grid */
    int64_t origin_ns;     /* time of column 0's start */
    uint32_t columns, rows;
    const uint32_t *cell;  /* columns × rows, cell[c * rows + r] */
    const uint32_t *column_sum; /* per column, for the overview; saturating */
    const uint8_t *hidden; /* as cell: 1 where samples of the event were all or partly filtered
                              out; NULL where none were */
    uint32_t max;          /* largest cell */
    uint32_t unit_shift;   /* cell value × 2^unit_shift is the weight */
    uint32_t changed_from, changed_to; /* columns that differ from the grid before (same spec) */
    uint64_t samples;      /* samples scanned so far */
    uint64_t shown;        /* of them, counted in cells */
    bool exact;            /* every published sample was scanned */
    int64_t first_ns, last_ns; /* of the recording: cells outside are "outside", not empty */
} HeatGrid;

/* Exact integer cell of a time: false when it lies before the origin. */
bool heat_cell_of(const HeatGrid *grid, int64_t t_ns, uint32_t *column, uint32_t *row);
/* Half-open time of a cell: [t0, t1). */
void heat_cell_range(const HeatGrid *grid, uint32_t column, uint32_t row, int64_t *t0, int64_t *t1);
/* First ns of row r of R in a column of W ns: r·W/R rounded up so that cells tile exactly and a
 * sample's cell agrees with its range. */
int64_t heat_row_start(int64_t column_ns, uint32_t rows, uint32_t row);
/* Columns that a profile takes at this span; may exceed what HEAT_MAX_CELLS allows: then the
 * spec must be coarsened by the caller (heat_spec_fit). */
uint64_t heat_columns(const ProfileView *view, int64_t column_ns);
/* Doubles column_ns (through the usual spans) until the grid fits; true when it had to. */
bool heat_spec_fit(HeatSpec *spec, const ProfileView *view);
/* The same for another bound; some columns are allowed however small it is. */
bool heat_spec_fit_within(HeatSpec *spec, const ProfileView *view, uint64_t max_cells);
/* Cells of a column while a grid is made: `rows`, or a row each for so many threads and the like
 * and one for all others. */
uint32_t heat_stride(const HeatSpec *spec);
/* One whole grid at once into an arena, for headless use and tests. */
const HeatGrid *heat_build(const Profile *profile, const ProfileView *view, const HeatSpec *spec,
                           Arena *arena);

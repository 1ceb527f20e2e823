/* HeatGrid: values by (column, row), built by scanning samples in arrival order, extended as more
 * arrive, kept exact under out-of-order times (an earlier sample shifts it by whole columns).
 * Rows are slices of a column, row 0 the earliest; or threads, processes or cpus, row 0 the one
 * with most samples. A cell holds a uint32_t (saturating; weights are scaled: see unit_shift; what
 * it counts says `unit`). Owner: the engine; a published grid is immutable and valid until two
 * newer ones were taken. */
#pragma once

#include "query/query.h"
#include "store/profile.h"

enum { HEAT_MAX_CELLS = 1 << 26, HEAT_KEPT_ROWS = 256, HEAT_TOP_ROWS = 100 };

/* What a cell counts; 0 is a cell without shown samples. */
typedef enum HeatUnit {
    HEAT_UNIT_SAMPLES,
    HEAT_UNIT_WEIGHT, /* times 2^unit_shift */
    HEAT_UNIT_CPUS,   /* distinct ones; all unknown ones together are one */
    HEAT_UNIT_THREADS,
    HEAT_UNIT_PERMILLE, /* one more than the share in permille: heat_permille */
} HeatUnit;

enum { HEAT_SHARE_MAX = 1001 };

/* Whose row it is. */
typedef struct HeatRow {
    int32_t pid, tid, cpu; /* -1: not known, or not what rows are by */
    NameId comm;
    uint64_t samples; /* shown, of the whole recording */
    uint32_t others;  /* so many threads and the like share this row, the last; else 0 */
} HeatRow;

typedef struct HeatGrid {
    HeatSpec spec;
    uint64_t generation; /* grows with each published grid */
    int64_t origin_ns;   /* time of column 0's start */
    uint32_t columns, rows;
    uint8_t unit;         /* HeatUnit */
    const HeatRow *row;   /* NULL where rows are offsets; else `rows`, at least one: when nothing is
                             shown, one of nobody */
    const uint32_t *cell; /* columns × rows, cell[c * rows + r] */
    const uint32_t *column_sum; /* samples or weight per column, for the overview; saturating */
    const uint8_t *hidden;      /* as cell: 1 where samples of the event were all or partly filtered
                                   out; NULL where none were */
    uint32_t max;               /* largest cell */
    uint32_t unit_shift;        /* cell value × 2^unit_shift is the weight */
    uint32_t changed_from, changed_to; /* columns that differ from the grid before (same spec) */
    uint64_t samples;                  /* samples scanned so far */
    uint64_t shown;                    /* of them, counted in cells */
    bool exact;                        /* every published sample was scanned */
    int64_t first_ns, last_ns; /* of the recording: cells outside are "outside", not empty */
} HeatGrid;

/* The share of a HEAT_UNIT_PERMILLE cell that has samples. 0 only where none match, 1000 only
 * where all do. */
static inline uint32_t heat_permille(uint32_t cell) {
    return cell - 1;
}

/* Exact integer cell of a time: false when it lies before the origin. Where rows are not offsets
 * a time is in row 0, and every row's cell has the time of its column. */
bool heat_cell_of(const HeatGrid *grid, int64_t t_ns, uint32_t *column, uint32_t *row);
/* Cells of a column that have times of their own: `rows` where they are offsets, else one. */
uint32_t heat_slices(const HeatGrid *grid);
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

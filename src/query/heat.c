#include "query/heat.h"

static const int64_t MS = 1000000;

/* Spans a column is usually given, smallest first. */
static const int64_t SPANS_MS[] = {10,     20,     50,      100,     200,    500,   1000,
                                   2000,   5000,   10000,   20000,   30000,  60000, 120000,
                                   300000, 600000, 1200000, 1800000, 3600000};
enum { SPAN_COUNT = sizeof(SPANS_MS) / sizeof(SPANS_MS[0]), LEAST_COLUMNS = 16 };

int64_t heat_row_start(int64_t column_ns, uint32_t rows, uint32_t row) {
    /* Rounding up here is what makes t·R/W, rounded down, agree: t ≥ r·W/R just when t is at
     * least its ceiling. An hour times 1000 rows is far below 2^63. */
    return (int64_t)(((uint64_t)row * (uint64_t)column_ns + rows - 1) / rows);
}

uint32_t heat_slices(const HeatGrid *grid) {
    return grid->spec.row_kind == HEAT_BY_OFFSET ? grid->rows : 1;
}

bool heat_cell_of(const HeatGrid *grid, int64_t t_ns, uint32_t *column, uint32_t *row) {
    if (t_ns < grid->origin_ns)
        return false;
    uint64_t since = (uint64_t)t_ns - (uint64_t)grid->origin_ns;
    uint64_t span = (uint64_t)grid->spec.column_ns;
    uint64_t c = since / span;
    *column = c > UINT32_MAX ? UINT32_MAX : (uint32_t)c;
    *row = (uint32_t)(since % span * heat_slices(grid) / span);
    return true;
}

void heat_cell_range(const HeatGrid *grid, uint32_t column, uint32_t row, int64_t *t0,
                     int64_t *t1) {
    /* the span may be more than an int64_t holds, no moment of it is */
    uint64_t since = (uint64_t)column * (uint64_t)grid->spec.column_ns;
    int64_t start = (int64_t)((uint64_t)grid->origin_ns + since);
    uint32_t n = heat_slices(grid);
    row = n > 1 ? row : 0;
    *t0 = start + heat_row_start(grid->spec.column_ns, n, row);
    /* A wild time stamp can lie within the last column that there is. */
    if (__builtin_add_overflow(start, heat_row_start(grid->spec.column_ns, n, row + 1), t1))
        *t1 = INT64_MAX;
}

uint64_t heat_columns(const ProfileView *view, int64_t column_ns) {
    if (view->samples == 0 || column_ns <= 0)
        return 0;
    uint64_t since = (uint64_t)view->last_ns - (uint64_t)profile_origin(view);
    return since / (uint64_t)column_ns + 1;
}

uint32_t heat_stride(const HeatSpec *spec) {
    return spec->row_kind == HEAT_BY_OFFSET ? spec->rows : HEAT_KEPT_ROWS + 1;
}

static bool fits(const HeatSpec *spec, const ProfileView *view, uint64_t max_cells) {
    uint64_t columns = max_cells / heat_stride(spec);
    return heat_columns(view, spec->column_ns) <=
           (columns < LEAST_COLUMNS ? LEAST_COLUMNS : columns);
}

bool heat_spec_fit_within(HeatSpec *spec, const ProfileView *view, uint64_t max_cells) {
    HeatSpec asked = *spec;
    if (spec->rows < 1)
        spec->rows = 1;
    if (spec->rows > 1000)
        spec->rows = 1000;
    if (spec->column_ns < SPANS_MS[0] * MS)
        spec->column_ns = SPANS_MS[0] * MS;
    for (int i = 0; i < SPAN_COUNT && !fits(spec, view, max_cells); i++)
        if (SPANS_MS[i] * MS > spec->column_ns)
            spec->column_ns = SPANS_MS[i] * MS;
    /* One wild time stamp can span centuries: then even hours are too many. */
    while (spec->row_kind == HEAT_BY_OFFSET && spec->rows > 1 && !fits(spec, view, max_cells))
        spec->rows /= 2;
    while (!fits(spec, view, max_cells))
        spec->column_ns *= 2;
    return spec->column_ns != asked.column_ns || spec->rows != asked.rows;
}

bool heat_spec_fit(HeatSpec *spec, const ProfileView *view) {
    return heat_spec_fit_within(spec, view, HEAT_MAX_CELLS);
}

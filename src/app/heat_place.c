/* Time and cells: the arithmetic of view and selection, without any drawing. */
#include "app/heat_place.h"

float heat_pane_x(const HeatPane *pane, int64_t t_ns) {
    double share = (double)(t_ns - pane->t0_ns) / (double)(pane->t1_ns - pane->t0_ns);
    share = share < -1000 ? -1000 : share > 1000 ? 1000 : share; /* far outside is far enough */
    return pane->plot.x + (float)(share * (double)pane->plot.w);
}

float heat_pane_y(const HeatPane *pane, bool downwards, double share_of_column) {
    double s = downwards ? share_of_column : 1 - share_of_column;
    return pane->plot.y + (float)(s * (double)pane->plot.h);
}

float heat_pane_lane_y(const HeatPane *pane, uint32_t row) {
    return pane->plot.y + ((float)row - pane->lane_at) * pane->plot.h / pane->lanes;
}

bool heat_pane_cell_center(const HeatPane *pane, const HeatGrid *grid, bool downwards,
                           uint32_t column, uint32_t row, float *x, float *y) {
    if (!grid || column >= grid->columns || row >= grid->rows || pane->t1_ns <= pane->t0_ns)
        return false;
    int64_t start = grid->origin_ns + (int64_t)column * grid->spec.column_ns;
    *x = (heat_pane_x(pane, start) + heat_pane_x(pane, start + grid->spec.column_ns)) / 2;
    *y = grid->row ? (heat_pane_lane_y(pane, row) + heat_pane_lane_y(pane, row + 1)) / 2
                   : heat_pane_y(pane, downwards, (row + 0.5) / grid->rows);
    return rect_has(pane->plot, *x, *y);
}

Range heat_view_range(const State *state, const HeatGrid *grid) {
    int64_t columns = grid->columns ? (int64_t)grid->columns : 1;
    Range all = {true, grid->origin_ns, grid->origin_ns + columns * grid->spec.column_ns};
    Range v = state->view;
    if (!v.on || v.t1_ns <= all.t0_ns || v.t0_ns >= all.t1_ns)
        return all;
    v.t0_ns = v.t0_ns < all.t0_ns ? all.t0_ns : v.t0_ns;
    v.t1_ns = v.t1_ns > all.t1_ns ? all.t1_ns : v.t1_ns;
    return v;
}

Range heat_view_change(const State *state, const HeatGrid *grid, double factor, double around,
                       double move) {
    State whole = {0};
    Range all = heat_view_range(&whole, grid), v = heat_view_range(state, grid);
    int64_t full = all.t1_ns - all.t0_ns, span = v.t1_ns - v.t0_ns;
    double wanted = (double)span * factor;
    int64_t least = grid->spec.column_ns < full ? grid->spec.column_ns : full;
    int64_t changed = wanted > (double)full ? full : (int64_t)wanted;
    if (changed < least)
        changed = least;
    double shift = (double)(span - changed) * around + move * (double)span;
    int64_t t0 = v.t0_ns + (int64_t)(shift < 0 ? shift - 0.5 : shift + 0.5);
    if (t0 + changed > all.t1_ns)
        t0 = all.t1_ns - changed;
    if (t0 < all.t0_ns)
        t0 = all.t0_ns;
    Range r = {changed < full, t0, t0 + changed};
    return r;
}

/* Number of the cell that holds t, counting up the columns from the origin. */
static int64_t cell_index(const HeatGrid *grid, int64_t t_ns) {
    uint32_t column, row;
    if (!heat_cell_of(grid, t_ns, &column, &row))
        return 0;
    return (int64_t)column * heat_slices(grid) + row;
}

static Range cells_range(const HeatGrid *grid, int64_t from, int64_t to) {
    Range r = {.on = true};
    int64_t unused;
    heat_cell_range(grid, (uint32_t)(from / heat_slices(grid)),
                    (uint32_t)(from % heat_slices(grid)), &r.t0_ns, &unused);
    heat_cell_range(grid, (uint32_t)(to / heat_slices(grid)), (uint32_t)(to % heat_slices(grid)),
                    &unused, &r.t1_ns);
    return r;
}

bool heat_select_move(const State *state, const HeatGrid *grid, int64_t cells, bool extend,
                      Range *out) {
    if (!grid || !grid->columns)
        return false;
    int64_t last = (int64_t)grid->columns * heat_slices(grid) - 1;
    if (!state->selection.on) {
        Range view = heat_view_range(state, grid); /* what is seen of the recording */
        int64_t at = cell_index(grid, view.t0_ns > grid->first_ns ? view.t0_ns : grid->first_ns);
        *out = cells_range(grid, at, at);
        return true;
    }
    int64_t from = cell_index(grid, state->selection.t0_ns);
    int64_t to = cell_index(grid, state->selection.t1_ns - 1);
    if (extend) {
        to += cells;
        if (to < from)
            to = from;
        if (to > last)
            to = last;
    } else {
        if (from + cells < 0)
            cells = -from;
        if (to + cells > last)
            cells = last - to;
        from += cells;
        to += cells;
    }
    if (from < 0 || to < from)
        return false;
    *out = cells_range(grid, from, to);
    return true;
}

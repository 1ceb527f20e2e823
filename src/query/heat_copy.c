#include "query/heat_copy.h"

#include <string.h>

void heat_copy_free(HeatCopy *copy) {
    mem_resize(copy->cell, copy->cap * sizeof(*copy->cell), 0);
    mem_resize(copy->hidden, copy->cap, 0);
    mem_resize(copy->column_sum, copy->cap_columns * sizeof(*copy->column_sum), 0);
    memset(copy, 0, sizeof(*copy));
}

/* ---- rows -------------------------------------------------------------------------------- */

static bool by_slices(const HeatBuilder *b) {
    return b->asked.row_kind == HEAT_BY_OFFSET;
}

/* A row of nobody when there is none. */
static uint32_t rows_of(const HeatBuilder *b) {
    if (by_slices(b))
        return b->frame.spec.rows;
    uint32_t rows = b->top.count + (b->top.others > 0);
    return rows ? rows : 1;
}

/* The builder's rows that a published one is made of: one, or all that are nobody else's. */
typedef struct RowMap {
    uint16_t of[HEAT_TOP_ROWS]; /* HEAT_KEPT_ROWS: it has none so far */
    uint16_t other[HEAT_KEPT_ROWS + 1];
    uint32_t others;
} RowMap;

static void map_rows(const HeatBuilder *b, RowMap *m) {
    bool taken[HEAT_KEPT_ROWS + 1] = {false};
    m->others = 0;
    for (uint32_t i = 0; i < b->top.count; i++) {
        uint16_t row = b->rows.row[b->top.entity[i]];
        m->of[i] = row && row <= HEAT_KEPT_ROWS ? row - 1 : HEAT_KEPT_ROWS;
        taken[m->of[i]] = true;
    }
    taken[HEAT_KEPT_ROWS] = false;
    for (uint32_t r = 0; r <= HEAT_KEPT_ROWS; r++)
        if (!taken[r])
            m->other[m->others++] = (uint16_t)r;
}

/* ---- values ------------------------------------------------------------------------------ */

/* Scaling never makes a cell that has something into one that has nothing. */
static uint32_t scaled(uint64_t value, uint32_t shift) {
    uint64_t v = value >> shift;
    if (v > UINT32_MAX)
        return UINT32_MAX;
    return v || !value ? (uint32_t)v : 1;
}

static uint32_t share(uint64_t part, uint64_t whole) {
    if (!whole)
        return 0;
    uint64_t permille = (uint64_t)((unsigned __int128)part * 1000 / whole);
    if (part && !permille)
        permille = 1;
    return (uint32_t)permille + 1;
}

typedef struct Cells {
    const HeatBuilder *b;
    const uint64_t *cell, *more;
    const uint8_t *hidden;
    uint32_t shift;
} Cells;

static uint32_t value_of(const Cells *c, size_t at) {
    return c->b->asked.value_kind == HEAT_SHARE ? share(c->more[at], c->cell[at])
                                                : scaled(c->cell[at], c->shift);
}

static uint32_t members_of_all(const Cells *c, size_t column, const RowMap *m) {
    uint32_t words = c->b->distinct.words, n = 0;
    for (uint32_t w = 0; w < words; w++) {
        uint64_t all = 0;
        for (uint32_t i = 0; i < m->others; i++)
            all |= c->more[(column + m->other[i]) * words + w];
        n += (uint32_t)__builtin_popcountll(all);
    }
    return n;
}

/* One cell for all others. */
static uint32_t value_of_others(const Cells *c, size_t column, const RowMap *m) {
    uint64_t sum = 0, part = 0;
    bool is_share = c->b->asked.value_kind == HEAT_SHARE;
    if (c->b->distinct.in_sets)
        return members_of_all(c, column, m);
    for (uint32_t i = 0; i < m->others; i++) {
        sum += c->cell[column + m->other[i]];
        part += is_share ? c->more[column + m->other[i]] : 0;
    }
    return is_share ? share(part, sum) : scaled(sum, c->shift);
}

/* ---- copying ----------------------------------------------------------------------------- */

static void copy_slices(HeatCopy *copy, const Cells *c) {
    size_t rows = c->b->frame.stride;
    size_t from = copy->stale_from * rows, to = copy->stale_to * rows;
    for (size_t i = from; i < to; i++)
        copy->cell[i] = value_of(c, i);
    if (from < to)
        memcpy(copy->hidden + from, c->hidden + from, to - from);
}

static void copy_rows(HeatCopy *copy, const Cells *c) {
    const HeatBuilder *b = c->b;
    uint32_t rows = rows_of(b);
    RowMap m;
    map_rows(b, &m);
    for (uint32_t x = copy->stale_from; x < copy->stale_to; x++) {
        size_t column = (size_t)x * b->frame.stride, to = (size_t)x * rows;
        for (uint32_t r = 0; r < b->top.count; r++) {
            bool has = m.of[r] < HEAT_KEPT_ROWS;
            copy->cell[to + r] = has ? value_of(c, column + m.of[r]) : 0;
            copy->hidden[to + r] = has && c->hidden[column + m.of[r]];
        }
        for (uint32_t r = b->top.count; r < rows; r++) {
            copy->cell[to + r] = value_of_others(c, column, &m);
            copy->hidden[to + r] = 0;
            for (uint32_t i = 0; i < m.others; i++)
                copy->hidden[to + r] |= c->hidden[column + m.other[i]];
        }
    }
}

static void copy_columns(HeatCopy *copy, const HeatBuilder *b, uint32_t shift) {
    if (copy->stale_from >= copy->stale_to)
        return;
    const uint64_t *column_sum = heat_builder_sums(b);
    Cells c = {b, heat_builder_cells(b), heat_builder_more(b), heat_builder_hidden(b), shift};
    if (by_slices(b))
        copy_slices(copy, &c);
    else
        copy_rows(copy, &c);
    for (uint32_t x = copy->stale_from; x < copy->stale_to; x++)
        copy->column_sum[x] = scaled(column_sum[x], shift);
}

static void reserve(HeatCopy *copy, const HeatBuilder *b) {
    const HeatFrame *f = &b->frame;
    size_t wanted = (size_t)f->columns * rows_of(b);
    bool same = copy->grid.rows == rows_of(b) && copy->moved == f->moved &&
                (by_slices(b) ||
                 !memcmp(copy->entity, b->top.entity, b->top.count * sizeof(*copy->entity)));
    if (copy->cap < wanted || copy->cap_columns < f->columns) {
        heat_copy_free(copy);
        copy->cap_columns = f->cap ? (uint32_t)f->cap : 1;
        copy->cap = (size_t)copy->cap_columns * rows_of(b);
        copy->cell = mem_resize(NULL, 0, copy->cap * sizeof(*copy->cell));
        copy->hidden = mem_resize(NULL, 0, copy->cap);
        copy->column_sum = mem_resize(NULL, 0, copy->cap_columns * sizeof(*copy->column_sum));
        same = false;
    }
    if (!same) {
        copy->stale_from = 0;
        copy->stale_to = f->columns;
    }
}

static void widen(HeatCopy *copy, uint32_t from, uint32_t to) {
    if (from >= to)
        return;
    if (copy->stale_from >= copy->stale_to) {
        copy->stale_from = from;
        copy->stale_to = to;
        return;
    }
    if (from < copy->stale_from)
        copy->stale_from = from;
    if (to > copy->stale_to)
        copy->stale_to = to;
}

/* ---- publishing -------------------------------------------------------------------------- */

static uint8_t unit_of(const HeatSpec *spec) {
    static const uint8_t units[] = {[HEAT_SAMPLES] = HEAT_UNIT_SAMPLES,
                                    [HEAT_WEIGHT] = HEAT_UNIT_WEIGHT,
                                    [HEAT_CPUS] = HEAT_UNIT_CPUS,
                                    [HEAT_THREADS] = HEAT_UNIT_THREADS,
                                    [HEAT_SHARE] = HEAT_UNIT_PERMILLE};
    return units[spec->value_kind <= HEAT_SHARE ? spec->value_kind : HEAT_SAMPLES];
}

/* The row of all others can have more than any cell before: then no cell has more than its
 * column. */
static uint64_t largest_sum(const HeatBuilder *b) {
    uint64_t max = b->max;
    for (uint32_t x = 0; !by_slices(b) && x < b->frame.columns; x++)
        max = heat_builder_sums(b)[x] > max ? heat_builder_sums(b)[x] : max;
    return max;
}

static uint32_t largest_cell(const HeatCopy *copy, const HeatBuilder *b, uint32_t shift) {
    if (by_slices(b) && b->asked.value_kind != HEAT_SHARE)
        return scaled(b->max, shift);
    uint32_t max = 0;
    size_t cells = (size_t)b->frame.columns * rows_of(b);
    for (size_t i = 0; i < cells; i++)
        max = copy->cell[i] > max ? copy->cell[i] : max;
    return max;
}

static bool rows_differ(const HeatGrid *before, const HeatCopy *copy, const HeatBuilder *b) {
    return !by_slices(b) &&
           (before->rows != rows_of(b) ||
            memcmp(copy->entity, b->top.entity, b->top.count * sizeof(*copy->entity)) != 0);
}

static void fill_grid(HeatCopy *copy, const HeatBuilder *b, uint32_t shift, bool all) {
    const HeatFrame *f = &b->frame;
    HeatGrid *g = &copy->grid;
    uint32_t from = all ? 0 : f->dirty_from, to = all ? f->columns : f->dirty_to;
    *g = (HeatGrid){
        .spec = f->spec,
        .origin_ns = f->origin_ns,
        .columns = f->columns,
        .rows = rows_of(b),
        .unit = unit_of(&f->spec),
        .row = by_slices(b) ? NULL : copy->row,
        .cell = copy->cell,
        .column_sum = copy->column_sum,
        .hidden = b->any_hidden ? copy->hidden : NULL,
        .max = largest_cell(copy, b, shift),
        .unit_shift = shift,
        .changed_from = from < to ? from : to,
        .changed_to = to,
        .samples = b->scanned,
        .shown = b->shown,
        .first_ns = f->first_ns,
        .last_ns = f->last_ns,
    };
}

void heat_builder_publish(HeatBuilder *b, HeatCopy *copies, uint32_t ring, uint32_t into,
                          bool exact) {
    HeatFrame *f = &b->frame;
    HeatCopy *copy = &copies[into];
    const HeatCopy *before = &copies[(into + ring - 1) % ring];
    uint64_t most = largest_sum(b);
    uint32_t shift = 0;
    bool all = b->published != f->moved || rows_differ(&before->grid, before, b);
    while (most >> shift > UINT32_MAX)
        shift++;
    for (uint32_t i = 0; i < ring; i++)
        widen(&copies[i], f->dirty_from, f->dirty_to);
    reserve(copy, b);
    if (copy->grid.unit_shift != shift)
        widen(copy, 0, f->columns);
    if (copy->stale_to > f->columns)
        copy->stale_to = f->columns;
    copy_columns(copy, b, shift);
    memcpy(copy->entity, b->top.entity, sizeof(copy->entity));
    if (!by_slices(b))
        heat_rows_info(&b->rows, &b->top, copy->row);
    fill_grid(copy, b, shift, all);
    copy->grid.exact = exact;
    copy->moved = b->published = f->moved;
    copy->stale_from = copy->stale_to = 0;
    heat_frame_clean(f);
}

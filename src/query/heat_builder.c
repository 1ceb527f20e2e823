#include "query/heat_builder.h"

#include <string.h>

void heat_builder_init(HeatBuilder *b) {
    memset(b, 0, sizeof(*b));
    heat_frame_init(&b->frame);
    mask_init(&b->mask);
}

void heat_builder_free(HeatBuilder *b) {
    heat_frame_free(&b->frame);
    mask_free(&b->mask);
    b->profile = NULL;
}

size_t heat_builder_bytes(const HeatBuilder *b) {
    return heat_frame_bytes(&b->frame) + mask_bytes(&b->mask);
}

static void forget(HeatBuilder *b) {
    b->max = b->scanned = b->shown = 0;
    b->any_hidden = false;
}

void heat_builder_ask(HeatBuilder *b, const Profile *profile, const HeatSpec *spec) {
    if (b->profile == profile && heat_spec_same(&b->frame.asked, spec))
        return;
    b->profile = profile;
    heat_frame_ask(&b->frame, spec, HEAT_MAX_CELLS);
    heat_frame_add_plane(&b->frame, sizeof(uint64_t), false);
    heat_frame_add_plane(&b->frame, sizeof(uint64_t), true);
    heat_frame_add_plane(&b->frame, sizeof(uint8_t), false);
    /* Rows other than offsets and values other than these two are not built yet: the grid's own
     * spec says what it shows. */
    b->frame.spec.row_kind = HEAT_BY_OFFSET;
    b->frame.stride = b->frame.spec.rows;
    if (b->frame.spec.value_kind != HEAT_WEIGHT)
        b->frame.spec.value_kind = HEAT_SAMPLES;
    mask_set(&b->mask, profile, spec->event, spec->idle, &spec->filter, NULL);
    forget(b);
}

/* ---- scanning ---------------------------------------------------------------------------- */

/* Samples [first, first + n); times and pairs lie side by side. */
static void scan_run(HeatBuilder *b, uint64_t first, uint64_t n, const int64_t *time,
                     const PairId *pair, HeatCursor *at, bool weighted) {
    const uint8_t *bits = mask_bits(&b->mask);
    uint64_t *cell = heat_builder_cells(b), *column_sum = heat_builder_sums(b);
    uint8_t *hidden = heat_builder_hidden(b);
    for (uint64_t k = 0; k < n; k++) {
        int64_t t = time[k];
        uint8_t is = bits[pair[k]];
        if (!(is & MASK_EVENT))
            continue;
        if (t < at->t0 || t >= at->t1)
            heat_frame_seek(&b->frame, at, t);
        bool shown = (is & MASK_SHOWN) != 0;
        if (shown && b->mask.by_cpu)
            shown = mask_cpu_passes(&b->mask, COLUMN_AT(&b->profile->cpu, uint16_t, first + k));
        if (!shown) {
            hidden[at->cell] = 1;
            b->any_hidden = true;
            continue;
        }
        uint64_t add = weighted ? COLUMN_AT(&b->profile->weight, uint64_t, first + k) : 1;
        uint64_t sum = cell[at->cell] += add;
        column_sum[at->column] += add;
        if (sum > b->max)
            b->max = sum;
        b->shown++;
    }
}

bool heat_builder_follow(HeatBuilder *b, const ProfileView *view) {
    if (view->samples == 0 || !b->profile)
        return false;
    if (heat_frame_follow(&b->frame, view))
        forget(b);
    mask_extend(&b->mask, view);
    return b->scanned < view->samples;
}

bool heat_builder_extend(HeatBuilder *b, const ProfileView *view, uint64_t limit) {
    if (!heat_builder_follow(b, view))
        return true;
    bool weighted = b->frame.spec.value_kind == HEAT_WEIGHT && view->has_weight;
    uint64_t left = view->samples - b->scanned;
    uint64_t end = b->scanned + (left < limit ? left : limit), n;
    HeatCursor at = {0};
    for (uint64_t i = b->scanned; i < end; i += n) {
        const int64_t *time = column_span(&b->profile->time_ns, i, end, &n);
        const PairId *pair = column_span(&b->profile->pair, i, i + n, &n);
        scan_run(b, i, n, time, pair, &at, weighted);
    }
    b->scanned = end;
    return end == view->samples;
}

/* ---- publishing -------------------------------------------------------------------------- */

void heat_copy_free(HeatCopy *copy) {
    size_t cells = (size_t)copy->cap * copy->cap_rows;
    mem_resize(copy->cell, cells * sizeof(*copy->cell), 0);
    mem_resize(copy->hidden, cells, 0);
    mem_resize(copy->column_sum, (size_t)copy->cap * sizeof(*copy->column_sum), 0);
    memset(copy, 0, sizeof(*copy));
}

static void copy_reserve(HeatCopy *copy, const HeatFrame *f) {
    if (copy->cap >= f->columns && copy->cap_rows == f->spec.rows && copy->moved == f->moved)
        return;
    if (copy->cap < f->columns || copy->cap_rows != f->spec.rows) {
        heat_copy_free(copy);
        copy->cap = f->cap ? f->cap : 1;
        copy->cap_rows = f->spec.rows;
        size_t cells = (size_t)copy->cap * copy->cap_rows;
        copy->cell = mem_resize(NULL, 0, cells * sizeof(*copy->cell));
        copy->hidden = mem_resize(NULL, 0, cells);
        copy->column_sum = mem_resize(NULL, 0, (size_t)copy->cap * sizeof(*copy->column_sum));
    }
    copy->stale_from = 0;
    copy->stale_to = f->columns;
}

/* Scaling never makes a cell that has something into one that has nothing. */
static uint32_t scaled(uint64_t value, uint32_t shift) {
    uint64_t v = value >> shift;
    if (v > UINT32_MAX)
        return UINT32_MAX;
    return v || !value ? (uint32_t)v : 1;
}

static void copy_columns(HeatCopy *copy, const HeatBuilder *b, uint32_t shift) {
    const HeatFrame *f = &b->frame;
    const uint64_t *cell = heat_builder_cells(b), *column_sum = heat_builder_sums(b);
    size_t from = (size_t)copy->stale_from * f->spec.rows;
    size_t to = (size_t)copy->stale_to * f->spec.rows;
    if (from >= to)
        return;
    for (size_t i = from; i < to; i++)
        copy->cell[i] = scaled(cell[i], shift);
    memcpy(copy->hidden + from, heat_builder_hidden(b) + from, to - from);
    for (uint32_t c = copy->stale_from; c < copy->stale_to; c++)
        copy->column_sum[c] = scaled(column_sum[c], shift);
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

void heat_builder_publish(HeatBuilder *b, HeatCopy *copies, uint32_t ring, uint32_t into,
                          bool exact) {
    HeatFrame *f = &b->frame;
    HeatCopy *copy = &copies[into];
    uint32_t shift = 0;
    bool all = b->published != f->moved;
    while (b->max >> shift > UINT32_MAX)
        shift++;
    for (uint32_t i = 0; i < ring; i++)
        widen(&copies[i], f->dirty_from, f->dirty_to);
    copy_reserve(copy, f);
    if (copy->grid.unit_shift != shift)
        widen(copy, 0, f->columns);
    if (copy->stale_to > f->columns)
        copy->stale_to = f->columns;
    copy_columns(copy, b, shift);
    copy->grid = (HeatGrid){
        .spec = f->spec,
        .origin_ns = f->origin_ns,
        .columns = f->columns,
        .rows = f->spec.rows,
        .cell = copy->cell,
        .column_sum = copy->column_sum,
        .hidden = b->any_hidden ? copy->hidden : NULL,
        .max = scaled(b->max, shift),
        .unit_shift = shift,
        .changed_from = all ? 0 : f->dirty_from,
        .changed_to = all ? f->columns : f->dirty_to,
        .samples = b->scanned,
        .shown = b->shown,
        .exact = exact,
        .first_ns = f->first_ns,
        .last_ns = f->last_ns,
    };
    if (copy->grid.changed_from > copy->grid.changed_to)
        copy->grid.changed_from = copy->grid.changed_to;
    copy->moved = b->published = f->moved;
    copy->stale_from = copy->stale_to = 0;
    heat_frame_clean(f);
}

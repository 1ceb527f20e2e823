/* The cells are kept for whole columns, appended at the end as time goes on and shifted when a
 * sample turns up before the first one. The origin is always the view's, the first whole
 * second: where a shift is not a whole number of columns, everything is scanned again, so that
 * the grid depends on the samples alone and not on the order in which they came. */

#include "query/heat_builder.h"

#include <string.h>

void heat_builder_init(HeatBuilder *b) {
    memset(b, 0, sizeof(*b));
    mask_init(&b->mask);
}

static void free_cells(HeatBuilder *b) {
    size_t cells = (size_t)b->cap * b->spec.rows;
    b->cell = mem_resize(b->cell, cells * sizeof(*b->cell), 0);
    b->hidden = mem_resize(b->hidden, cells, 0);
    b->column_sum = mem_resize(b->column_sum, (size_t)b->cap * sizeof(*b->column_sum), 0);
    b->cap = 0;
}

void heat_builder_free(HeatBuilder *b) {
    free_cells(b);
    mask_free(&b->mask);
    b->profile = NULL;
}

size_t heat_builder_bytes(const HeatBuilder *b) {
    return (size_t)b->cap * (b->spec.rows * 9u + 8u) + mask_bytes(&b->mask);
}

/* ---- starting over ----------------------------------------------------------------------- */

static void restart(HeatBuilder *b) {
    b->started = false;
    b->columns = 0;
    b->max = b->scanned = b->shown = 0;
    b->any_hidden = false;
    b->moved++;
    b->dirty_from = UINT32_MAX;
    b->dirty_to = 0;
}

void heat_builder_ask(HeatBuilder *b, const Profile *profile, const HeatSpec *spec) {
    if (b->profile == profile && heat_spec_same(&b->asked, spec))
        return;
    ProfileView none = {.last_ns = -1};
    free_cells(b);
    b->profile = profile;
    b->asked = b->spec = *spec;
    heat_spec_fit(&b->spec, &none); /* sane rows and span, whatever the profile is */
    /* Rows other than offsets and values other than these two are not built yet: the grid's own
     * spec says what it shows. */
    b->spec.row_kind = HEAT_BY_OFFSET;
    if (b->spec.value_kind != HEAT_WEIGHT)
        b->spec.value_kind = HEAT_SAMPLES;
    mask_set(&b->mask, profile, spec->event, spec->idle, &spec->filter, NULL);
    restart(b);
}

/* Row count and span for this much time; the origin; false when all must be scanned again. */
static bool frame_fits(HeatBuilder *b, const ProfileView *view) {
    HeatSpec spec = b->asked;
    heat_spec_fit(&spec, view);
    bool same = spec.rows == b->spec.rows && spec.column_ns == b->spec.column_ns;
    if (!same) {
        free_cells(b);
        b->spec.rows = spec.rows;
        b->spec.column_ns = spec.column_ns;
    }
    return same && b->has_time == view->has_time &&
           (b->origin_ns - profile_origin(view)) % b->spec.column_ns == 0;
}

/* ---- columns ----------------------------------------------------------------------------- */

static void make_columns(HeatBuilder *b, uint64_t columns) {
    uint32_t rows = b->spec.rows;
    if (columns > b->cap) {
        uint64_t cap = columns + columns / 2 + 16;
        size_t old = (size_t)b->cap * rows, now = (size_t)cap * rows;
        b->cell = mem_resize(b->cell, old * sizeof(*b->cell), now * sizeof(*b->cell));
        b->hidden = mem_resize(b->hidden, old, now);
        b->column_sum = mem_resize(b->column_sum, (size_t)b->cap * sizeof(*b->column_sum),
                                   (size_t)cap * sizeof(*b->column_sum));
        b->cap = cap;
    }
    size_t from = (size_t)b->columns * rows, n = (size_t)(columns - b->columns) * rows;
    memset(b->cell + from, 0, n * sizeof(*b->cell));
    memset(b->hidden + from, 0, n);
    memset(b->column_sum + b->columns, 0,
           (size_t)(columns - b->columns) * sizeof(*b->column_sum));
    if (b->columns < b->dirty_from)
        b->dirty_from = b->columns;
    b->dirty_to = (uint32_t)columns;
    b->columns = (uint32_t)columns;
}

static void shift_columns(HeatBuilder *b, uint64_t by) {
    uint32_t rows = b->spec.rows, had = b->columns;
    size_t cells = (size_t)had * rows, gap = (size_t)by * rows;
    make_columns(b, had + by);
    memmove(b->cell + gap, b->cell, cells * sizeof(*b->cell));
    memmove(b->hidden + gap, b->hidden, cells);
    memmove(b->column_sum + by, b->column_sum, had * sizeof(*b->column_sum));
    memset(b->cell, 0, gap * sizeof(*b->cell));
    memset(b->hidden, 0, gap);
    memset(b->column_sum, 0, (size_t)by * sizeof(*b->column_sum));
    b->moved++;
}

static void follow_view(HeatBuilder *b, const ProfileView *view) {
    int64_t origin = profile_origin(view);
    bool same_frame = frame_fits(b, view);
    if (!b->started || !same_frame || origin > b->origin_ns) {
        restart(b);
        b->started = true;
        b->has_time = view->has_time;
        b->origin_ns = origin;
    } else if (origin < b->origin_ns) {
        shift_columns(b, (uint64_t)(b->origin_ns - origin) / (uint64_t)b->spec.column_ns);
        b->origin_ns = origin;
    }
    uint64_t columns = heat_columns(view, b->spec.column_ns);
    if (columns > b->columns)
        make_columns(b, columns);
    b->first_ns = view->first_ns;
    b->last_ns = view->last_ns;
}

/* ---- scanning ---------------------------------------------------------------------------- */

typedef struct Cursor {
    int64_t t0, t1; /* of the cell found last: neighbours in a file mostly share it */
    uint32_t column;
    size_t cell;
} Cursor;

static void seek(const HeatBuilder *b, Cursor *at, int64_t t) {
    uint64_t span = (uint64_t)b->spec.column_ns;
    uint32_t rows = b->spec.rows;
    uint64_t since = (uint64_t)t - (uint64_t)b->origin_ns;
    uint64_t column = since / span;
    uint32_t row = (uint32_t)((since - column * span) * rows / span);
    int64_t start = b->origin_ns + (int64_t)(column * span);
    at->t0 = start + heat_row_start((int64_t)span, rows, row);
    if (__builtin_add_overflow(start, heat_row_start((int64_t)span, rows, row + 1), &at->t1))
        at->t1 = INT64_MAX;
    at->column = (uint32_t)column;
    at->cell = (size_t)column * rows + row;
}

/* Samples [first, first + n); times and pairs lie side by side. */
static void scan_run(HeatBuilder *b, uint64_t first, uint64_t n, const int64_t *time,
                     const PairId *pair, Cursor *at, bool weighted) {
    const uint8_t *bits = mask_bits(&b->mask);
    for (uint64_t k = 0; k < n; k++) {
        int64_t t = time[k];
        uint8_t is = bits[pair[k]];
        if (!(is & MASK_EVENT))
            continue;
        if (t < at->t0 || t >= at->t1) {
            seek(b, at, t);
            if (at->column < b->dirty_from)
                b->dirty_from = at->column;
            if (at->column >= b->dirty_to)
                b->dirty_to = at->column + 1;
        }
        bool shown = (is & MASK_SHOWN) != 0;
        if (shown && b->mask.by_cpu)
            shown = mask_cpu_passes(&b->mask, COLUMN_AT(&b->profile->cpu, uint16_t, first + k));
        if (!shown) {
            b->hidden[at->cell] = 1;
            b->any_hidden = true;
            continue;
        }
        uint64_t add = weighted ? COLUMN_AT(&b->profile->weight, uint64_t, first + k) : 1;
        uint64_t sum = b->cell[at->cell] += add;
        b->column_sum[at->column] += add;
        if (sum > b->max)
            b->max = sum;
        b->shown++;
    }
}

bool heat_builder_follow(HeatBuilder *b, const ProfileView *view) {
    if (view->samples == 0 || !b->profile)
        return false;
    follow_view(b, view);
    mask_extend(&b->mask, view);
    return b->scanned < view->samples;
}

bool heat_builder_extend(HeatBuilder *b, const ProfileView *view, uint64_t limit) {
    if (!heat_builder_follow(b, view))
        return true;
    bool weighted = b->spec.value_kind == HEAT_WEIGHT && view->has_weight;
    uint64_t left = view->samples - b->scanned;
    uint64_t end = b->scanned + (left < limit ? left : limit), n;
    Cursor at = {.t0 = 0, .t1 = 0};
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

static void copy_reserve(HeatCopy *copy, const HeatBuilder *b) {
    if (copy->cap >= b->columns && copy->cap_rows == b->spec.rows && copy->moved == b->moved)
        return;
    if (copy->cap < b->columns || copy->cap_rows != b->spec.rows) {
        heat_copy_free(copy);
        copy->cap = b->cap ? b->cap : 1;
        copy->cap_rows = b->spec.rows;
        size_t cells = (size_t)copy->cap * copy->cap_rows;
        copy->cell = mem_resize(NULL, 0, cells * sizeof(*copy->cell));
        copy->hidden = mem_resize(NULL, 0, cells);
        copy->column_sum = mem_resize(NULL, 0, (size_t)copy->cap * sizeof(*copy->column_sum));
    }
    copy->stale_from = 0;
    copy->stale_to = b->columns;
}

/* Scaling never makes a cell that has something into one that has nothing. */
static uint32_t scaled(uint64_t value, uint32_t shift) {
    uint64_t v = value >> shift;
    if (v > UINT32_MAX)
        return UINT32_MAX;
    return v || !value ? (uint32_t)v : 1;
}

static void copy_columns(HeatCopy *copy, const HeatBuilder *b, uint32_t shift) {
    size_t from = (size_t)copy->stale_from * b->spec.rows;
    size_t to = (size_t)copy->stale_to * b->spec.rows;
    if (from >= to)
        return;
    for (size_t i = from; i < to; i++)
        copy->cell[i] = scaled(b->cell[i], shift);
    memcpy(copy->hidden + from, b->hidden + from, to - from);
    for (uint32_t c = copy->stale_from; c < copy->stale_to; c++)
        copy->column_sum[c] = scaled(b->column_sum[c], shift);
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
    HeatCopy *copy = &copies[into];
    uint32_t shift = 0;
    bool all = b->published != b->moved;
    while (b->max >> shift > UINT32_MAX)
        shift++;
    for (uint32_t i = 0; i < ring; i++)
        widen(&copies[i], b->dirty_from, b->dirty_to);
    copy_reserve(copy, b);
    if (copy->grid.unit_shift != shift)
        widen(copy, 0, b->columns);
    if (copy->stale_to > b->columns)
        copy->stale_to = b->columns;
    copy_columns(copy, b, shift);
    copy->grid = (HeatGrid){
        .spec = b->spec,
        .origin_ns = b->origin_ns,
        .columns = b->columns,
        .rows = b->spec.rows,
        .cell = copy->cell,
        .column_sum = copy->column_sum,
        .hidden = b->any_hidden ? copy->hidden : NULL,
        .max = scaled(b->max, shift),
        .unit_shift = shift,
        .changed_from = all ? 0 : b->dirty_from,
        .changed_to = all ? b->columns : b->dirty_to,
        .samples = b->scanned,
        .shown = b->shown,
        .exact = exact,
        .first_ns = b->first_ns,
        .last_ns = b->last_ns,
    };
    if (copy->grid.changed_from > copy->grid.changed_to)
        copy->grid.changed_from = copy->grid.changed_to;
    copy->moved = b->published = b->moved;
    copy->stale_from = copy->stale_to = 0;
    b->dirty_from = UINT32_MAX;
    b->dirty_to = 0;
}

#include "query/heat_frame.h"

#include <string.h>

void heat_frame_init(HeatFrame *f) {
    memset(f, 0, sizeof(*f));
}

static size_t entries(const HeatFrame *f, const HeatPlane *p, uint64_t columns) {
    return (size_t)columns * (p->by_column ? 1 : f->stride) * p->item;
}

static void free_cells(HeatFrame *f) {
    for (uint32_t i = 0; i < f->planes; i++)
        f->plane[i].at = mem_resize(f->plane[i].at, entries(f, &f->plane[i], f->cap), 0);
    f->cap = 0;
    f->columns = 0;
}

void heat_frame_free(HeatFrame *f) {
    free_cells(f);
    f->planes = 0;
}

size_t heat_frame_bytes(const HeatFrame *f) {
    size_t bytes = 0;
    for (uint32_t i = 0; i < f->planes; i++)
        bytes += entries(f, &f->plane[i], f->cap);
    return bytes;
}

void heat_frame_clean(HeatFrame *f) {
    f->dirty_from = UINT32_MAX;
    f->dirty_to = 0;
}

void heat_frame_restart(HeatFrame *f) {
    f->started = false;
    f->columns = 0;
    f->moved++;
    heat_frame_clean(f);
}

void heat_frame_ask(HeatFrame *f, const HeatSpec *spec, uint64_t max_cells) {
    ProfileView none = {.last_ns = -1};
    heat_frame_free(f);
    f->asked = f->spec = *spec;
    f->max_cells = max_cells;
    heat_spec_fit_within(&f->spec, &none,
                         max_cells); /* sane rows and span, whatever the profile is */
    f->own_stride = 0;
    f->stride = heat_stride(&f->spec);
    heat_frame_restart(f);
}

void heat_frame_set_stride(HeatFrame *f, uint32_t stride) {
    free_cells(f);
    f->own_stride = f->stride = stride;
}

void heat_frame_add_plane(HeatFrame *f, uint32_t item, bool by_column) {
    f->plane[f->planes++] = (HeatPlane){NULL, item, by_column};
}

/* Row count and span for this much time; the origin; false when all must be scanned again. */
static bool fits(HeatFrame *f, const ProfileView *view) {
    HeatSpec spec = f->asked;
    heat_spec_fit_within(&spec, view, f->max_cells);
    bool same = spec.rows == f->spec.rows && spec.column_ns == f->spec.column_ns;
    if (!same) {
        free_cells(f);
        f->spec.rows = spec.rows;
        f->spec.column_ns = spec.column_ns;
        f->stride = f->own_stride ? f->own_stride : heat_stride(&f->spec);
    }
    return same && f->has_time == view->has_time &&
           (f->origin_ns - profile_origin(view)) % f->spec.column_ns == 0;
}

static void make_columns(HeatFrame *f, uint64_t columns) {
    uint64_t cap = columns > f->cap ? columns + columns / 2 + 16 : f->cap;
    for (uint32_t i = 0; i < f->planes; i++) {
        HeatPlane *p = &f->plane[i];
        size_t had = entries(f, p, f->columns);
        p->at = mem_resize(p->at, entries(f, p, f->cap), entries(f, p, cap));
        memset((char *)p->at + had, 0, entries(f, p, columns) - had);
    }
    f->cap = cap;
    if (f->columns < f->dirty_from)
        f->dirty_from = f->columns;
    f->dirty_to = (uint32_t)columns;
    f->columns = (uint32_t)columns;
}

static void shift_columns(HeatFrame *f, uint64_t by) {
    uint32_t had = f->columns;
    make_columns(f, had + by);
    for (uint32_t i = 0; i < f->planes; i++) {
        HeatPlane *p = &f->plane[i];
        size_t gap = entries(f, p, by);
        memmove((char *)p->at + gap, p->at, entries(f, p, had));
        memset(p->at, 0, gap);
    }
    f->moved++;
}

bool heat_frame_follow(HeatFrame *f, const ProfileView *view) {
    int64_t origin = profile_origin(view);
    bool same = fits(f, view), anew = !f->started || !same || origin > f->origin_ns;
    if (anew) {
        heat_frame_restart(f);
        f->started = true;
        f->has_time = view->has_time;
        f->origin_ns = origin;
    } else if (origin < f->origin_ns) {
        shift_columns(f, (uint64_t)(f->origin_ns - origin) / (uint64_t)f->spec.column_ns);
        f->origin_ns = origin;
    }
    uint64_t columns = heat_columns(view, f->spec.column_ns);
    if (columns > f->columns)
        make_columns(f, columns);
    f->first_ns = view->first_ns;
    f->last_ns = view->last_ns;
    return anew;
}

void heat_frame_seek(HeatFrame *f, HeatCursor *at, int64_t t) {
    bool slices = f->spec.row_kind == HEAT_BY_OFFSET;
    uint64_t span = (uint64_t)f->spec.column_ns;
    uint32_t rows = slices ? f->stride : 1;
    uint64_t since = (uint64_t)t - (uint64_t)f->origin_ns;
    uint64_t column = since / span;
    if (column >= f->columns) { /* of a pack that was cut short while it was mapped */
        *at = (HeatCursor){.column = f->columns - 1, .cell = (size_t)(f->columns - 1) * f->stride};
        return;
    }
    uint32_t row = (uint32_t)((since - column * span) * rows / span);
    int64_t start = (int64_t)((uint64_t)f->origin_ns + column * span);
    at->t0 = start + heat_row_start((int64_t)span, rows, row);
    if (__builtin_add_overflow(start, heat_row_start((int64_t)span, rows, row + 1), &at->t1))
        at->t1 = INT64_MAX;
    at->column = (uint32_t)column;
    at->cell = (size_t)column * f->stride + row;
    if (at->column < f->dirty_from)
        f->dirty_from = at->column;
    if (at->column >= f->dirty_to)
        f->dirty_to = at->column + 1;
}

/* Neighbouring cells have about as many samples: from there on it is looked for in steps that
 * double, back or forth, and then halve. (From the first sample on it cost as much as to look at
 * each: no look is near the one before, and all wait for memory.) */
static uint64_t end_in_order(const HeatCursor *at, const int64_t *time, uint64_t n) {
    uint64_t low = 0, high = n,
             step = 8; /* time[low] is in the cell, time[high] behind it or not there */
    uint64_t guess = at->run < n ? at->run : n - 1;
    if (time[guess] < at->t1) {
        low = guess;
        while (low + step < n && time[low + step] < at->t1) {
            low += step;
            step *= 2;
        }
        high = low + step < n ? low + step : n;
    } else {
        high = guess;
        while (high > step && time[high - step] >= at->t1) {
            high -= step;
            step *= 2;
        }
        low = high > step ? high - step : 0;
    }
    while (high - low > 1) {
        uint64_t mid = low + (high - low) / 2;
        if (time[mid] < at->t1)
            low = mid;
        else
            high = mid;
    }
    return high ? high
                : 1; /* not even the first, in a pack that was cut short while it was mapped */
}

uint64_t heat_cursor_end(HeatCursor *at, const int64_t *time, uint64_t n, bool in_order) {
    uint64_t end = 0;
    if (in_order)
        return at->run = end_in_order(at, time, n);
    while (++end < n && time[end] >= at->t0 && time[end] < at->t1)
        ;
    return end;
}

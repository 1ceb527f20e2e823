#include "picture/page_data.h"

#include <stdlib.h>
#include <string.h>

#include "picture/proto.h"

/* More (cell, stack) counts than this cannot be in a page of 8 MB: each takes a byte at least.
 */
enum { MOST_CELLS = 6 << 20 };

/* ---- counting ---------------------------------------------------------------------------- */

static int by_key(const void *a, const void *b) {
    const CellEntry *x = a, *y = b;
    return x->key < y->key ? -1 : x->key > y->key;
}

static void settle_cells(PageData *d) {
    uint64_t n = 0;
    if (d->cells)
        qsort(d->cell, d->cells, sizeof *d->cell, by_key);
    for (uint64_t i = 0; i < d->cells; i++) {
        if (n && d->cell[n - 1].key == d->cell[i].key)
            d->cell[n - 1].count += d->cell[i].count;
        else
            d->cell[n++] = d->cell[i];
    }
    d->cells = n;
}

void page_data_drop_cells(PageData *d) {
    mem_resize(d->cell, d->cap * sizeof *d->cell, 0);
    d->cell = NULL;
    d->cells = d->cap = 0;
    d->complete = false;
}

static void add_cell(PageData *d, uint64_t key, uint64_t count) {
    if (d->cells && d->cell[d->cells - 1].key == key) {
        d->cell[d->cells - 1].count += count;
        return;
    }
    if (d->cells == d->cap) {
        settle_cells(d);
        if (d->cells > MOST_CELLS) {
            page_data_drop_cells(d);
            return;
        }
        if (d->cells * 2 >= d->cap) {
            uint64_t cap = d->cap ? d->cap * 2 : 4096;
            d->cell = mem_resize(d->cell, d->cap * sizeof *d->cell, cap * sizeof *d->cell);
            d->cap = cap;
        }
    }
    d->cell[d->cells++] = (CellEntry){key, count};
}

/* The node of a sample of a side; false: a transform dropped it. */
static bool node_of(const PageData *d, ExportSide side, const SliceSample *sample, uint32_t *node) {
    uint32_t which = sides_which(d->sides, side);
    *node = d->places.node[places_unit(&d->places, which, sample->pair, sample->cpu)];
    return *node != PLACE_DROPPED;
}

static void add_sample(void *context, const SliceSample *sample) {
    PageData *d = context;
    const Query *q = d->sides->query;
    uint64_t count = sides_count(d->sides, sample);
    uint32_t column, row, node;
    if (!node_of(d, OF_SELECTION, sample, &node)) {
        d->dropped = true;
        return;
    }
    if (q->whole || (sample->time_ns >= q->t0_ns && sample->time_ns < q->t1_ns)) {
        d->range[node] += count;
        d->range_total += count;
    }
    if (d->complete && heat_cell_of(d->grid, sample->time_ns, &column, &row))
        add_cell(d, ((uint64_t)column * d->grid->rows + row) << 32 | node, count);
}

static void add_base(void *context, const SliceSample *sample) {
    PageData *d = context;
    uint32_t node;
    if (!node_of(d, OF_BASELINE, sample, &node))
        return;
    uint64_t count = sides_count(d->sides, sample);
    d->base[node] += count;
    d->base_total += count;
}

bool page_data_count(PageData *d, const ExportSides *sides, const HeatGrid *grid, Error *err) {
    memset(d, 0, sizeof *d);
    arena_init(&d->arena, 1 << 16);
    d->sides = sides;
    d->grid = grid;
    sides_places(sides, &d->places);
    d->range = ARENA_ARRAY(&d->arena, uint64_t, d->places.nodes);
    d->complete = grid != NULL;
    Query *all = ARENA_NEW(&d->arena, Query);
    *all = *sides->query;
    all->whole = true;
    if (!slice_visit(sides->profile[0], &sides->view[0], all, add_sample, d, err))
        return false;
    settle_cells(d);
    if (!sides_compared(sides))
        return true;
    d->base = ARENA_ARRAY(&d->arena, uint64_t, d->places.nodes);
    return sides_visit(sides, OF_BASELINE, add_base, d, err);
}

void page_data_free(PageData *d) {
    page_data_drop_cells(d);
    places_free(&d->places);
    arena_free(&d->arena);
    memset(d, 0, sizeof *d);
}

/* ---- numbering --------------------------------------------------------------------------- */

/* What lies below both goes to the caller; ids of callers are smaller. */
static void fold_narrow(PageData *d, uint64_t least, uint64_t least_b) {
    uint32_t nodes = d->places.nodes;
    uint64_t *total = mem_resize(NULL, 0, nodes * sizeof *total);
    uint64_t *total_b = mem_resize(NULL, 0, nodes * sizeof *total_b);
    for (uint32_t v = nodes; --v > 0;) {
        uint32_t parent = d->places.parent[v];
        total[v] += d->range[v];
        total_b[v] += d->base ? d->base[v] : 0;
        if (total[v] < least && total_b[v] < least_b && parent) {
            d->range[parent] += d->range[v];
            d->range[v] = 0;
            if (d->base) {
                d->base[parent] += d->base[v];
                d->base[v] = 0;
            }
            continue; /* its totals, counted there, are those of what was given */
        }
        total[parent] += total[v];
        total_b[parent] += total_b[v];
    }
    mem_resize(total, nodes * sizeof *total, 0);
    mem_resize(total_b, nodes * sizeof *total_b, 0);
}

static void number_frame(PageData *d, uint32_t frame) {
    if (d->frame_place[frame])
        return;
    d->frame[d->frames] = frame;
    d->frame_place[frame] = ++d->frames;
}

static uint64_t part_of(uint64_t total, uint64_t parts) {
    return total / parts > 1 ? total / parts : 1;
}

void page_data_number(PageData *d, uint64_t parts) {
    const Places *p = &d->places;
    if (parts && !d->complete)
        fold_narrow(d, part_of(d->range_total, parts), part_of(d->base_total, parts));
    d->number = ARENA_ARRAY(&d->arena, uint32_t, p->nodes);
    d->frame_place = ARENA_ARRAY(&d->arena, uint32_t, p->frames);
    d->frame = ARENA_ARRAY(&d->arena, uint32_t, p->frames);
    d->nodes = d->frames = 0;
    for (uint64_t i = 0; i < d->cells; i++)
        d->number[(uint32_t)d->cell[i].key] = 1;
    for (uint32_t v = p->nodes; --v > 0;)
        if (d->number[v] || d->range[v] || (d->base && d->base[v]))
            d->number[v] = d->number[p->parent[v]] = 1;
    d->number[0] = 0;
    for (uint32_t v = 1; v < p->nodes; v++) {
        if (!d->number[v])
            continue;
        d->number[v] = ++d->nodes;
        number_frame(d, p->frame[v]);
    }
}

/* ---- writing ----------------------------------------------------------------------------- */

static void put_nodes(const PageData *d, Buf *out) {
    const Places *p = &d->places;
    proto_varint(out, d->nodes);
    for (uint32_t v = 1; v < p->nodes; v++) {
        if (!d->number[v])
            continue;
        proto_varint(out, d->number[v] - d->number[p->parent[v]]);
        proto_varint(out, d->frame_place[p->frame[v]] - 1);
    }
}

static void put_counts(const PageData *d, const uint64_t *count, Buf *out) {
    uint32_t n = 0, before = 0;
    for (uint32_t v = 0; v < d->places.nodes; v++)
        n += count[v] != 0;
    proto_varint(out, n);
    for (uint32_t v = 0; v < d->places.nodes; v++) {
        if (!count[v])
            continue;
        proto_varint(out, d->number[v] - before);
        proto_varint(out, count[v]);
        before = d->number[v];
    }
}

static void put_heat(const HeatGrid *grid, Buf *out) {
    size_t cells = (size_t)grid->columns * grid->rows;
    for (size_t i = 0; i < cells; i++) {
        uint64_t hidden = grid->hidden && grid->hidden[i];
        proto_varint(out, (uint64_t)grid->cell[i] << 1 | hidden);
    }
}

static void put_cells(const PageData *d, Buf *out) {
    uint64_t filled = 0, cell_before = 0;
    for (uint64_t i = 0; i < d->cells; i++)
        filled += i == 0 || d->cell[i].key >> 32 != d->cell[i - 1].key >> 32;
    proto_varint(out, filled);
    for (uint64_t i = 0, end; i < d->cells; i = end) {
        uint64_t cell = d->cell[i].key >> 32;
        uint32_t before = 0;
        for (end = i; end < d->cells && d->cell[end].key >> 32 == cell;)
            end++;
        proto_varint(out, cell - cell_before);
        proto_varint(out, end - i);
        cell_before = cell;
        for (uint64_t k = i; k < end; k++) {
            uint32_t number = d->number[(uint32_t)d->cell[k].key];
            proto_varint(out, number - before);
            proto_varint(out, d->cell[k].count);
            before = number;
        }
    }
}

void page_data_put(const PageData *d, Str head, Buf *out) {
    proto_varint(out, head.n);
    buf_put(out, head);
    put_nodes(d, out);
    put_counts(d, d->range, out);
    if (d->base)
        put_counts(d, d->base, out);
    if (d->grid)
        put_heat(d->grid, out);
    proto_varint(out, d->complete);
    if (d->complete)
        put_cells(d, out);
}

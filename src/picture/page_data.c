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

static void add_sample(void *context, int64_t time_ns, PairId pair, uint64_t weight) {
    PageData *d = context;
    const Query *q = d->query;
    StackId stack = pairs_get(&d->profile->pairs, pair).stack;
    uint64_t count = q->weighted ? weight : 1;
    uint32_t column, row;
    if (q->whole || (time_ns >= q->t0_ns && time_ns < q->t1_ns)) {
        d->range[stack] += count;
        d->range_total += count;
    }
    if (d->complete && heat_cell_of(d->grid, time_ns, &column, &row))
        add_cell(d, ((uint64_t)column * d->grid->rows + row) << 32 | stack, count);
}

bool page_data_count(PageData *d, const Profile *profile, const ProfileView *view,
                     const Query *query, const HeatGrid *grid, Error *err) {
    memset(d, 0, sizeof *d);
    arena_init(&d->arena, 1 << 16);
    d->profile = profile;
    d->query = query;
    d->grid = grid;
    d->stacks = view->stacks > 0 ? view->stacks : 1;
    d->range = ARENA_ARRAY(&d->arena, uint64_t, d->stacks);
    d->complete = grid != NULL;
    Query all = *query;
    all.whole = true;
    bool ok = slice_visit(profile, view, &all, add_sample, d, err);
    settle_cells(d);
    return ok;
}

void page_data_free(PageData *d) {
    page_data_drop_cells(d);
    arena_free(&d->arena);
    memset(d, 0, sizeof *d);
}

/* ---- numbering --------------------------------------------------------------------------- */

/* What lies below `least` goes to the caller; ids of callers are smaller. */
static void fold_narrow(PageData *d, uint64_t least) {
    const Stacks *stacks = &d->profile->dict->stacks;
    uint64_t *total = mem_resize(NULL, 0, d->stacks * sizeof *total);
    for (StackId s = d->stacks; --s > 0;) {
        total[s] += d->range[s];
        StackId parent = stacks_get(stacks, s).parent;
        if (total[s] < least && parent) {
            d->range[parent] += d->range[s];
            d->range[s] = 0;
            continue; /* its total, counted there, is that of what was given */
        }
        total[parent] += total[s];
    }
    mem_resize(total, d->stacks * sizeof *total, 0);
}

static void number_frame(PageData *d, FrameId id) {
    if (d->frame_place[id])
        return;
    d->frame[d->frames] = id;
    d->frame_place[id] = ++d->frames;
}

void page_data_number(PageData *d, const ProfileView *view, uint64_t least) {
    const Stacks *stacks = &d->profile->dict->stacks;
    if (least > 1 && !d->complete)
        fold_narrow(d, least);
    d->number = ARENA_ARRAY(&d->arena, uint32_t, d->stacks);
    d->frame_place = ARENA_ARRAY(&d->arena, uint32_t, view->frames + 1);
    d->frame = ARENA_ARRAY(&d->arena, FrameId, view->frames + 1);
    d->nodes = d->frames = 0;
    for (uint64_t i = 0; i < d->cells; i++)
        d->number[(uint32_t)d->cell[i].key] = 1;
    for (StackId s = d->stacks; --s > 0;)
        if (d->number[s] || d->range[s])
            d->number[s] = d->number[stacks_get(stacks, s).parent] = 1;
    d->number[0] = 0;
    for (StackId s = 1; s < d->stacks; s++) {
        if (!d->number[s])
            continue;
        d->number[s] = ++d->nodes;
        number_frame(d, stacks_get(stacks, s).frame);
    }
}

/* ---- writing ----------------------------------------------------------------------------- */

static void put_nodes(const PageData *d, Buf *out) {
    const Stacks *stacks = &d->profile->dict->stacks;
    proto_varint(out, d->nodes);
    for (StackId s = 1; s < d->stacks; s++) {
        if (!d->number[s])
            continue;
        StackNode node = stacks_get(stacks, s);
        proto_varint(out, d->number[s] - d->number[node.parent]);
        proto_varint(out, d->frame_place[node.frame] - 1);
    }
}

static void put_range(const PageData *d, Buf *out) {
    uint32_t n = 0, before = 0;
    for (StackId s = 0; s < d->stacks; s++)
        n += d->range[s] != 0;
    proto_varint(out, n);
    for (StackId s = 0; s < d->stacks; s++) {
        if (!d->range[s])
            continue;
        proto_varint(out, d->number[s] - before);
        proto_varint(out, d->range[s]);
        before = d->number[s];
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
    put_range(d, out);
    if (d->grid)
        put_heat(d->grid, out);
    proto_varint(out, d->complete);
    if (d->complete)
        put_cells(d, out);
}

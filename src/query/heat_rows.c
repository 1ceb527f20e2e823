#include "query/heat_rows.h"

#include <stdlib.h>
#include <string.h>

void heat_rows_init(HeatRows *r) {
    memset(r, 0, sizeof(*r));
    entities_init(&r->of);
}

void heat_rows_free(HeatRows *r) {
    entities_free(&r->of);
    mem_resize(r->row, r->cap * sizeof(*r->row), 0);
    mem_resize(r->tally, r->cap * sizeof(*r->tally), 0);
    heat_rows_init(r);
}

void heat_rows_set(HeatRows *r, const Profile *profile, uint8_t row_kind) {
    heat_rows_free(r);
    if (row_kind != HEAT_BY_OFFSET)
        entities_set(&r->of, profile, row_entities(row_kind));
}

void heat_rows_extend(HeatRows *r) {
    if (r->of.count <= r->cap)
        return;
    uint32_t cap = r->of.count + r->of.count / 2 + 64;
    r->row = mem_resize(r->row, r->cap * sizeof(*r->row), cap * sizeof(*r->row));
    r->tally = mem_resize(r->tally, r->cap * sizeof(*r->tally), cap * sizeof(*r->tally));
    r->cap = cap;
}

/* ---- the most ---------------------------------------------------------------------------- */

static int order_of(int64_t a, int64_t b) {
    return (a > b) - (a < b);
}

/* Negative when a comes first. */
static int compare(const HeatRows *r, uint32_t a, uint32_t b) {
    if (r->tally[a] != r->tally[b])
        return r->tally[a] > r->tally[b] ? -1 : 1;
    const Entity *x = &r->of.entity[a], *y = &r->of.entity[b];
    int by = order_of(x->pid, y->pid);
    by = by ? by : order_of(x->tid, y->tid);
    by = by ? by : order_of(x->cpu, y->cpu);
    const Names *names = &r->of.profile->dict->names; /* ids may differ from load to load */
    return by ? by : str_cmp(names_get(names, x->comm), names_get(names, y->comm));
}

/* A heap with the last one on top, so that most entities are done with after one comparison. */
static void sift_down(const HeatRows *r, uint32_t *heap, uint32_t count, uint32_t at) {
    for (uint32_t child; (child = 2 * at + 1) < count; at = child) {
        if (child + 1 < count && compare(r, heap[child + 1], heap[child]) > 0)
            child++;
        if (compare(r, heap[at], heap[child]) >= 0)
            return;
        uint32_t held = heap[at];
        heap[at] = heap[child];
        heap[child] = held;
    }
}

/* The first `most` in order; how many there are at all goes to *with_samples. */
static uint32_t find_most(const HeatRows *r, uint32_t *out, uint32_t most, uint32_t *with_samples,
                          uint64_t *samples) {
    uint32_t n = 0;
    *with_samples = 0;
    *samples = 0;
    for (uint32_t e = 1; e < r->of.count; e++) {
        if (!r->tally[e])
            continue;
        ++*with_samples;
        *samples += r->tally[e];
        if (n < most) {
            out[n++] = e;
            for (uint32_t i = n == most ? n / 2 : 0; i-- > 0;)
                sift_down(r, out, n, i);
        } else if (compare(r, e, out[0]) < 0) {
            out[0] = e;
            sift_down(r, out, n, 0);
        }
    }
    for (uint32_t i = n < most ? n / 2 : 0; i-- > 0;)
        sift_down(r, out, n, i);
    for (uint32_t end = n; end > 1;) { /* the last one goes to the end, and so on */
        uint32_t held = out[0];
        out[0] = out[--end];
        out[end] = held;
        sift_down(r, out, end, 0);
    }
    return n;
}

void heat_rows_top(const HeatRows *r, HeatTop *top) {
    uint32_t all;
    uint64_t samples;
    top->count = find_most(r, top->entity, HEAT_TOP_ROWS, &all, &samples);
    top->others = all - top->count;
    for (uint32_t i = 0; i < top->count; i++)
        samples -= r->tally[top->entity[i]];
    top->other_samples = samples;
}

bool heat_rows_choose(HeatRows *r, const HeatTop *top) {
    bool all = true;
    for (uint32_t i = 0; i < top->count; i++)
        all = all && r->row[top->entity[i]] - 1u < HEAT_KEPT_ROWS;
    if (all)
        return true;
    uint32_t with_samples;
    uint64_t samples;
    memset(r->row, 0, r->cap * sizeof(*r->row));
    r->kept_count = find_most(r, r->kept, HEAT_KEPT_ROWS, &with_samples, &samples);
    for (uint32_t i = 0; i < r->kept_count; i++)
        r->row[r->kept[i]] = (uint16_t)(i + 1);
    return false;
}

void heat_rows_info(const HeatRows *r, const HeatTop *top, HeatRow *out) {
    for (uint32_t i = 0; i < top->count; i++) {
        const Entity *e = &r->of.entity[top->entity[i]];
        out[i] = (HeatRow){e->pid, e->tid, e->cpu, e->comm, r->tally[top->entity[i]], 0};
    }
    if (top->others)
        out[top->count] = (HeatRow){-1, -1, -1, 0, top->other_samples, top->others};
    else if (!top->count)
        out[0] = (HeatRow){-1, -1, -1, 0, 0, 0};
}

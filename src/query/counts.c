#include "query/counts.h"

#include <string.h>

void counts_free(Counts *c) {
    mem_resize(c->count, c->cap * sizeof(*c->count), 0);
    mem_resize(c->weight, c->weight ? c->cap * sizeof(*c->weight) : 0, 0);
    mem_resize(c->tail, c->tail_cap * sizeof(*c->tail), 0);
    memset(c, 0, sizeof(*c));
}

size_t counts_bytes(const Counts *c) {
    return c->cap * (c->weight ? 12u : 4u) + c->tail_cap * sizeof(*c->tail);
}

static void reserve(Counts *c, uint32_t slots, bool weighted) {
    if (slots > c->cap) {
        uint32_t cap = slots + slots / 4 + 64;
        c->count = mem_resize(c->count, c->cap * sizeof(*c->count), cap * sizeof(*c->count));
        if (c->weight)
            c->weight =
                mem_resize(c->weight, c->cap * sizeof(*c->weight), cap * sizeof(*c->weight));
        c->cap = cap;
    }
    if (weighted && !c->weight)
        c->weight = mem_resize(NULL, 0, c->cap * sizeof(*c->weight));
}

static void clear(Counts *c) {
    if (c->cap)
        memset(c->count, 0, c->cap * sizeof(*c->count));
    if (c->weight)
        memset(c->weight, 0, c->cap * sizeof(*c->weight));
    c->from = c->to = c->tail_to = c->tails = 0;
}

/* ---- adding and taking away -------------------------------------------------------------- */

/* One sample; sign is 1 or -1 in two's complement, so that adding it does both. */
static void count_sample(Counts *c, const CountWish *w, uint64_t sample, uint32_t slot,
                         uint32_t sign) {
    const Profile *p = w->index->profile;
    if (w->cpus && !mask_cpu_passes(w->cpus, COLUMN_AT(&p->cpu, uint16_t, sample)))
        return;
    c->count[slot] += sign;
    if (w->weighted) {
        uint64_t weight = w->view->has_weight ? COLUMN_AT(&p->weight, uint64_t, sample) : 1;
        c->weight[slot] += sign == 1 ? weight : 0 - weight;
    }
}

static void count_pair_of(Counts *c, const CountWish *w, uint64_t sample, uint32_t sign) {
    PairId pair = COLUMN_AT(&w->index->profile->pair, PairId, sample);
    count_sample(c, w, sample, index_slot_of_sample(w->index, pair, sample), sign);
}

/* Counts are fetched that many samples ahead: stores in flight are few, and each waits for its
 * line. (A jump took a seventh longer to answer.) */
enum { AHEAD = 32 };

static void count_range(Counts *c, const CountWish *w, uint64_t from, uint64_t to, uint32_t sign) {
    const Index *x = w->index;
    uint64_t indexed = to < x->samples ? to : x->samples, i = from;
    if (!w->weighted && !w->cpus) {
        uint32_t *count = c->count;
        const uint32_t *slot = x->slot;
        for (; i + AHEAD < indexed; i++) {
            __builtin_prefetch(&count[slot[i + AHEAD]], 1);
            count[slot[i]] += sign;
        }
        for (; i < indexed; i++)
            count[slot[i]] += sign;
    }
    for (; i < indexed; i++)
        count_sample(c, w, index_sample(x, i), x->slot[i], sign);
    for (; i < to; i++)
        count_pair_of(c, w, i, sign);
}

/* Snapshots are not made of weights or of some cpus. */
static bool has_snapshots(const CountWish *w) {
    return w->index->snapshots && !w->weighted && !w->cpus;
}

static uint32_t nearest(const Index *x, uint64_t position) {
    uint64_t k = (position + x->stride / 2) / x->stride;
    return k < x->snapshots ? (uint32_t)k : x->snapshots;
}

static void edge(Counts *c, const CountWish *w, uint64_t have, uint64_t want, uint32_t sign) {
    if (have < want)
        count_range(c, w, have, want, sign);
    else
        count_range(c, w, want, have, 0 - sign);
}

static void from_snapshots(Counts *c, const CountWish *w, uint64_t from, uint64_t to) {
    const Index *x = w->index;
    uint32_t ka = nearest(x, from), kb = nearest(x, to);
    index_snapshot_between(x, ka, kb, c->count);
    memset(c->count + x->slots, 0, (c->cap - x->slots) * sizeof(*c->count));
    c->tail_to = c->tails = 0;
    edge(c, w, ka * x->stride, from, (uint32_t)-1);
    edge(c, w, kb * x->stride, to, 1);
}

/* In units of one scattered increment, a few of which cost as much as 16 entries in a row. */
static void move_to(Counts *c, const CountWish *w, uint64_t from, uint64_t to) {
    const Index *x = w->index;
    uint64_t dense = x->slots / 8;
    uint64_t step = counts_distance(c->from, from) + counts_distance(c->to, to);
    uint64_t over = to - from + dense / 2;
    /* what is counted goes, what is wanted comes: from one short slice to another nothing is
     * cleared (a third of the time of its answer) */
    uint64_t anew = c->to - c->from + to - from;
    uint64_t jump = UINT64_MAX;
    if (has_snapshots(w))
        jump = counts_distance(nearest(x, from) * x->stride, from) +
               counts_distance(nearest(x, to) * x->stride, to) + dense * 2;
    if (step <= over && step <= jump) {
        edge(c, w, c->to, to, 1);
        edge(c, w, c->from, from, (uint32_t)-1);
    } else if (anew <= over && anew <= jump) {
        count_range(c, w, c->from, c->to, (uint32_t)-1);
        count_range(c, w, from, to, 1);
    } else if (jump < over) {
        from_snapshots(c, w, from, to);
    } else {
        clear(c);
        count_range(c, w, from, to, 1);
    }
    c->from = from;
    c->to = to;
}

/* ---- the tail that is not in time order ---------------------------------------------------
 */

static void drop_tail(Counts *c, const CountWish *w) {
    for (uint64_t i = w->index->samples; i < c->tail_to; i++)
        count_pair_of(c, w, i, (uint32_t)-1);
    for (uint64_t i = 0; i < c->tails; i++)
        count_pair_of(c, w, c->tail[i], (uint32_t)-1);
    c->tail_to = c->tails = 0;
}

static void keep_tail(Counts *c, uint64_t sample) {
    if (c->tails == c->tail_cap) {
        uint64_t cap = c->tail_cap ? c->tail_cap * 2 : 256;
        c->tail = mem_resize(c->tail, c->tail_cap * sizeof(*c->tail), cap * sizeof(*c->tail));
        c->tail_cap = cap;
    }
    c->tail[c->tails++] = sample;
}

static void add_tail(Counts *c, const CountWish *w, uint64_t first) {
    if (w->whole) {
        for (uint64_t i = c->tail_to ? c->tail_to : first; i < w->view->samples; i++)
            count_pair_of(c, w, i, 1);
        c->tail_to = w->view->samples;
        return;
    }
    uint64_t n;
    for (uint64_t i = first; i < w->view->samples; i += n) {
        const int64_t *time = column_span(&w->index->profile->time_ns, i, w->view->samples, &n);
        for (uint64_t k = 0; k < n; k++) {
            if (time[k] < w->t0_ns || time[k] >= w->t1_ns)
                continue;
            keep_tail(c, i + k);
            count_pair_of(c, w, i + k, 1);
        }
    }
}

void counts_set(Counts *c, const CountWish *w) {
    const Index *x = w->index;
    uint64_t end = index_positions(x, w->view);
    uint32_t slots = index_slot_end(x, w->view->pairs);
    uint64_t version = w->cpus ? w->cpus->version : 0;
    if (c->index_id != x->id || c->weighted != w->weighted || c->by_cpu != (w->cpus != NULL) ||
        c->cpus_version != version || c->to > end) {
        clear(c);
        c->index_id = x->id;
        c->weighted = w->weighted;
        c->by_cpu = w->cpus != NULL;
        c->cpus_version = version;
    }
    reserve(c, slots, w->weighted);
    uint64_t from = 0, to = end;
    if (!w->whole) {
        from = index_lower(x, end, w->t0_ns);
        to = w->t1_ns > w->t0_ns ? index_lower(x, end, w->t1_ns) : from;
        to = to < from ? from : to; /* in a pack that was cut short while it was mapped */
    }
    if (c->tails || (c->tail_to && !w->whole))
        drop_tail(c, w);
    move_to(c, w, from, to); /* where that starts over, the tail is forgotten, too */
    if (end < w->view->samples)
        add_tail(c, w, end);
}

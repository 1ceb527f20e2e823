#include "query/index.h"

#include <string.h>

#include "query/packed.h"

enum { BLOCK = 64, MAX_SNAPSHOTS = 256 };

/* ---- time order -------------------------------------------------------------------------- */

static int64_t time_of(const Profile *p, uint32_t sample) {
    return COLUMN_AT(&p->time_ns, int64_t, sample);
}

static void sort_block(const Profile *p, uint32_t *order, uint64_t n) {
    for (uint64_t i = 1; i < n; i++) {
        uint32_t sample = order[i];
        int64_t t = time_of(p, sample);
        uint64_t k = i;
        for (; k && time_of(p, order[k - 1]) > t; k--)
            order[k] = order[k - 1];
        order[k] = sample;
    }
}

/* First of order[0 … n) whose time is above (or, with `or_same`, at or above) t. */
static uint64_t bound(const Profile *p, const uint32_t *order, uint64_t n, int64_t t,
                      bool or_same) {
    uint64_t lo = 0, hi = n;
    while (lo < hi) {
        uint64_t mid = lo + (hi - lo) / 2;
        int64_t at = time_of(p, order[mid]);
        if (at < t || (at == t && !or_same))
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

/* Merges two sorted neighbours. Only the part where they overlap is moved: recorders are out of
 * order by little, so that this is mostly nothing. */
static void merge(const Profile *p, uint32_t *order, uint64_t middle, uint64_t n,
                  uint32_t *spare) {
    if (time_of(p, order[middle - 1]) <= time_of(p, order[middle]))
        return;
    uint64_t from = bound(p, order, middle, time_of(p, order[middle]), false);
    uint64_t to =
        middle + bound(p, order + middle, n - middle, time_of(p, order[middle - 1]), true);
    uint64_t left = middle - from, i = 0, k = middle, out = from;
    memcpy(spare, order + from, left * sizeof(*spare));
    while (i < left && k < to) {
        if (time_of(p, order[k]) < time_of(p, spare[i]))
            order[out++] = order[k++];
        else
            order[out++] = spare[i++];
    }
    memcpy(order + out, spare + i, (left - i) * sizeof(*spare));
}

static uint32_t *sort_by_time(const Profile *p, uint64_t n) {
    uint32_t *order = mem_resize(NULL, 0, n * sizeof(*order));
    uint32_t *spare = mem_resize(NULL, 0, n * sizeof(*spare));
    for (uint64_t i = 0; i < n; i++)
        order[i] = (uint32_t)i;
    for (uint64_t i = 0; i < n; i += BLOCK)
        sort_block(p, order + i, n - i < BLOCK ? n - i : BLOCK);
    for (uint64_t width = BLOCK; width < n; width *= 2)
        for (uint64_t i = 0; i + width < n; i += width * 2)
            merge(p, order + i, width, n - i < width * 2 ? n - i : width * 2, spare);
    mem_resize(spare, n * sizeof(*spare), 0);
    return order;
}

/* ---- slots and snapshots ----------------------------------------------------------------- */

static void fill_slots(Index *x) {
    const uint32_t *rank = x->tree[TREE_FORWARD]->rank_of_pair;
    const Column *pair = &x->profile->pair;
    uint64_t n;
    x->slot = mem_resize(NULL, 0, x->samples * sizeof(*x->slot));
    if (x->order) {
        for (uint64_t i = 0; i < x->samples; i++)
            x->slot[i] = rank[COLUMN_AT(pair, PairId, x->order[i])];
        return;
    }
    for (uint64_t i = 0; i < x->samples; i += n) {
        const PairId *id = column_span(pair, i, x->samples, &n);
        for (uint64_t k = 0; k < n; k++)
            x->slot[i + k] = rank[id[k]];
    }
}

/* Slots that 16 bits cannot count: at most one for each 65536 samples. */
static void find_bigs(Index *x) {
    uint32_t *total = mem_resize(NULL, 0, (size_t)x->slots * sizeof(*total));
    for (uint64_t i = 0; i < x->samples; i++)
        x->bigs += ++total[x->slot[i]] == UINT16_MAX + 1;
    if (x->bigs) {
        x->big_slot = mem_resize(NULL, 0, x->bigs * sizeof(*x->big_slot));
        x->big_count = mem_resize(NULL, 0, (size_t)x->bigs * x->snapshots * sizeof(uint32_t));
    }
    for (uint32_t slot = 0, n = 0; slot < x->slots; slot++)
        if (total[slot] > UINT16_MAX)
            x->big_slot[n++] = slot;
    mem_resize(total, (size_t)x->slots * sizeof(*total), 0);
}

static void take_snapshots(Index *x) {
    uint64_t count = x->slots ? x->samples * 2 / x->slots : 0; /* 4 B a sample at most */
    if (count > MAX_SNAPSHOTS)
        count = MAX_SNAPSHOTS;
    if (count > x->samples)
        count = x->samples;
    if (count == 0)
        return;
    x->snapshots = (uint32_t)count;
    x->stride = x->samples / count;
    find_bigs(x);
    uint32_t *now = mem_resize(NULL, 0, (size_t)x->slots * sizeof(*now));
    x->snapshot = mem_resize(NULL, 0, (size_t)x->slots * count * sizeof(*x->snapshot));
    for (uint32_t k = 0; k < count; k++) {
        uint16_t *into = x->snapshot + (size_t)k * x->slots;
        for (uint64_t i = k * x->stride; i < (k + 1) * x->stride; i++)
            now[x->slot[i]]++;
        for (uint32_t slot = 0; slot < x->slots; slot++)
            into[slot] = (uint16_t)now[slot];
        for (uint32_t i = 0; i < x->bigs; i++)
            x->big_count[(size_t)k * x->bigs + i] = now[x->big_slot[i]];
    }
    mem_resize(now, (size_t)x->slots * sizeof(*now), 0);
}

void index_snapshot_between(const Index *x, uint32_t from, uint32_t to, uint32_t *count) {
    const uint16_t *b = to ? x->snapshot + (size_t)(to - 1) * x->slots : NULL;
    const uint16_t *a = from ? x->snapshot + (size_t)(from - 1) * x->slots : NULL;
    if (a && b)
        for (uint32_t i = 0; i < x->slots; i++)
            count[i] = (uint16_t)(b[i] - a[i]);
    else
        for (uint32_t i = 0; i < x->slots; i++)
            count[i] = b ? b[i] : 0;
    for (uint32_t i = 0; i < x->bigs; i++) {
        uint32_t up = to ? x->big_count[(size_t)(to - 1) * x->bigs + i] : 0;
        uint32_t low = from ? x->big_count[(size_t)(from - 1) * x->bigs + i] : 0;
        count[x->big_slot[i]] = up - low;
    }
}

static void add_tree(Index *x, uint8_t kind) {
    Tree *tree = x->tree[kind] = packed_or_built_tree(x->profile, &x->view, kind);
    if (kind == TREE_FORWARD)
        return;
    uint32_t *map = mem_resize(NULL, 0, (size_t)x->slots * sizeof(*map));
    for (PairId p = 0; p < x->slots; p++)
        map[tree->rank_of_pair[p]] = x->tree[TREE_FORWARD]->rank_of_pair[p];
    x->slot_of_rank[kind] = map;
}

Index *index_build(const Profile *profile, const ProfileView *view, uint32_t trees,
                   uint64_t id) {
    Index *x = mem_resize(NULL, 0, sizeof(*x));
    x->profile = profile;
    x->mutex = mutex_new();
    x->holders = 1;
    x->id = id;
    x->view = *view;
    x->samples = view->samples < UINT32_MAX ? view->samples : UINT32_MAX;
    add_tree(x, TREE_FORWARD);
    x->slots = x->tree[TREE_FORWARD]->ranks;
    for (uint8_t kind = TREE_FORWARD + 1; kind < TREE_KINDS; kind++)
        if (trees >> kind & 1)
            add_tree(x, kind);
    if (x->samples) {
        if (!view->in_order)
            x->order = sort_by_time(profile, x->samples);
        fill_slots(x);
        take_snapshots(x);
    }
    return x;
}

void index_hold(Index *x) {
    mutex_lock(x->mutex);
    x->holders++;
    mutex_unlock(x->mutex);
}

void index_drop(Index *x) {
    if (!x)
        return;
    mutex_lock(x->mutex);
    bool last = --x->holders == 0;
    mutex_unlock(x->mutex);
    if (!last)
        return;
    mutex_free(x->mutex);
    for (int kind = 0; kind < TREE_KINDS; kind++) {
        tree_drop(x->tree[kind]);
        mem_resize(x->slot_of_rank[kind], (size_t)x->slots * sizeof(uint32_t), 0);
    }
    mem_resize(x->slot, x->samples * sizeof(*x->slot), 0);
    mem_resize(x->order, x->samples * sizeof(*x->order), 0);
    mem_resize(x->snapshot, (size_t)x->snapshots * x->slots * sizeof(*x->snapshot), 0);
    mem_resize(x->big_slot, x->bigs * sizeof(*x->big_slot), 0);
    mem_resize(x->big_count, (size_t)x->bigs * x->snapshots * sizeof(*x->big_count), 0);
    mem_resize(x, sizeof(*x), 0);
}

size_t index_snapshot_bytes(const Index *x) {
    return (size_t)x->snapshots * (x->slots * sizeof(uint16_t) + x->bigs * sizeof(uint32_t));
}

size_t index_bytes(const Index *x) {
    size_t maps = 0;
    for (int kind = 0; kind < TREE_KINDS; kind++)
        maps += x->slot_of_rank[kind] ? x->slots * sizeof(uint32_t) : 0;
    return sizeof(*x) + maps + x->samples * (x->order ? 8u : 4u);
}

/* ---- looking up -------------------------------------------------------------------------- */

uint64_t index_positions(const Index *x, const ProfileView *view) {
    return view->in_order && !x->order ? view->samples : x->samples;
}

uint64_t index_lower(const Index *x, uint64_t end, int64_t t_ns) {
    uint64_t lo = 0, hi = end;
    while (lo < hi) {
        uint64_t mid = lo + (hi - lo) / 2;
        if (COLUMN_AT(&x->profile->time_ns, int64_t, index_sample(x, mid)) < t_ns)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

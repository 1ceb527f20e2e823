#include "query/index.h"

#include <string.h>

#include "query/packed.h"

enum { BLOCK = 64, MAX_SNAPSHOTS = 256, BYTES_A_SAMPLE = 4 /* of snapshots, at most */ };

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
static void merge(const Profile *p, uint32_t *order, uint64_t middle, uint64_t n, uint32_t *spare) {
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
    const uint32_t *rank = x->tree->rank_of_pair;
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

static uint32_t *totals_of(const Index *x) {
    uint32_t *total = mem_resize(NULL, 0, (size_t)x->slots * sizeof(*total));
    for (uint64_t i = 0; i < x->samples; i++)
        total[x->slot[i]]++;
    return total;
}

static uint32_t above(const Index *x, const uint32_t *total, uint32_t most) {
    uint32_t n = 0;
    for (uint32_t slot = 0; slot < x->slots; slot++)
        n += total[slot] > most;
    return n;
}

static void find_bigs(Index *x, const uint32_t *total, uint32_t most) {
    if (x->bigs) {
        x->big_slot = mem_resize(NULL, 0, x->bigs * sizeof(*x->big_slot));
        x->big_count = mem_resize(NULL, 0, (size_t)x->bigs * x->snapshots * sizeof(uint32_t));
    }
    for (uint32_t slot = 0, n = 0; slot < x->slots; slot++)
        if (total[slot] > most)
            x->big_slot[n++] = slot;
}

static size_t snapshot_bytes(const Index *x) {
    return (size_t)x->slots * (x->snapshot16 ? sizeof(uint16_t) : sizeof(uint8_t)) +
           x->bigs * sizeof(uint32_t);
}

/* The smaller of the two forms, so that there are more of them: the edges of a range to count are
 * half as long. (A jump over 10 M samples was answered a quarter sooner than with 16 bits only.) */
static uint64_t plan_snapshots(Index *x, const uint32_t *total, bool *wide) {
    uint32_t bigs8 = above(x, total, UINT8_MAX), bigs16 = above(x, total, UINT16_MAX);
    size_t bytes8 = x->slots + bigs8 * sizeof(uint32_t);
    size_t bytes16 = (size_t)x->slots * sizeof(uint16_t) + bigs16 * sizeof(uint32_t);
    *wide = bytes16 < bytes8;
    x->bigs = *wide ? bigs16 : bigs8;
    uint64_t count = x->samples * BYTES_A_SAMPLE / (*wide ? bytes16 : bytes8);
    count = count < MAX_SNAPSHOTS ? count : MAX_SNAPSHOTS;
    return count < x->samples ? count : x->samples;
}

static void write_snapshot(Index *x, uint32_t k, const uint32_t *now) {
    size_t at = (size_t)k * x->slots;
    if (x->snapshot16)
        for (uint32_t slot = 0; slot < x->slots; slot++)
            x->snapshot16[at + slot] = (uint16_t)now[slot];
    else
        for (uint32_t slot = 0; slot < x->slots; slot++)
            x->snapshot8[at + slot] = (uint8_t)now[slot];
    for (uint32_t i = 0; i < x->bigs; i++)
        x->big_count[(size_t)k * x->bigs + i] = now[x->big_slot[i]];
}

static void take_snapshots(Index *x) {
    if (!x->slots)
        return;
    bool wide;
    uint32_t *now = totals_of(x);
    uint64_t count = plan_snapshots(x, now, &wide);
    if (count) {
        size_t size = (size_t)x->slots * count;
        x->snapshots = (uint32_t)count;
        x->stride = x->samples / count;
        find_bigs(x, now, wide ? UINT16_MAX : UINT8_MAX);
        if (wide)
            x->snapshot16 = mem_resize(NULL, 0, size * sizeof(*x->snapshot16));
        else
            x->snapshot8 = mem_resize(NULL, 0, size);
        memset(now, 0, (size_t)x->slots * sizeof(*now));
    } else {
        x->bigs = 0;
    }
    for (uint32_t k = 0; k < count; k++) {
        for (uint64_t i = k * x->stride; i < (k + 1) * x->stride; i++)
            now[x->slot[i]]++;
        write_snapshot(x, k, now);
    }
    mem_resize(now, (size_t)x->slots * sizeof(*now), 0);
}

static void between8(const Index *x, uint32_t from, uint32_t to, uint32_t *count) {
    const uint8_t *b = x->snapshot8 + (size_t)(to - 1) * x->slots;
    const uint8_t *a = from ? x->snapshot8 + (size_t)(from - 1) * x->slots : NULL;
    if (a)
        for (uint32_t i = 0; i < x->slots; i++)
            count[i] = (uint8_t)(b[i] - a[i]);
    else
        for (uint32_t i = 0; i < x->slots; i++)
            count[i] = b[i];
}

static void between16(const Index *x, uint32_t from, uint32_t to, uint32_t *count) {
    const uint16_t *b = x->snapshot16 + (size_t)(to - 1) * x->slots;
    const uint16_t *a = from ? x->snapshot16 + (size_t)(from - 1) * x->slots : NULL;
    if (a)
        for (uint32_t i = 0; i < x->slots; i++)
            count[i] = (uint16_t)(b[i] - a[i]);
    else
        for (uint32_t i = 0; i < x->slots; i++)
            count[i] = b[i];
}

void index_snapshot_between(const Index *x, uint32_t from, uint32_t to, uint32_t *count) {
    if (from == to) {
        memset(count, 0, (size_t)x->slots * sizeof(*count));
        return;
    }
    if (x->snapshot16)
        between16(x, from, to, count);
    else
        between8(x, from, to, count);
    for (uint32_t i = 0; i < x->bigs; i++) {
        uint32_t up = x->big_count[(size_t)(to - 1) * x->bigs + i];
        uint32_t low = from ? x->big_count[(size_t)(from - 1) * x->bigs + i] : 0;
        count[x->big_slot[i]] = up - low;
    }
}

static Index *new_index(const Profile *profile, const ProfileView *view, uint64_t id) {
    Index *x = mem_resize(NULL, 0, sizeof(*x));
    x->profile = profile;
    x->mutex = mutex_new();
    x->holders = 1;
    x->id = id;
    x->view = *view;
    x->samples = view->samples < UINT32_MAX ? view->samples : UINT32_MAX;
    return x;
}

Index *index_build(const Profile *profile, const ProfileView *view, uint64_t id) {
    Index *x = new_index(profile, view, id);
    x->tree = packed_or_built_tree(profile, view);
    x->tree->id = id;
    x->slots = x->tree->ranks;
    if (x->samples) {
        if (!view->in_order)
            x->order = sort_by_time(profile, x->samples);
        fill_slots(x);
        take_snapshots(x);
    }
    return x;
}

/* ---- by cpu ------------------------------------------------------------------------------ */

static uint32_t slot_hash(PairId pair, uint16_t cpu) {
    return (uint32_t)hash_mix((uint64_t)pair << 16 | cpu);
}

static uint32_t hash_of_slot(const void *owner, uint32_t slot) {
    const Index *x = owner;
    return slot_hash(x->pair_of_slot[slot], x->cpu_of_slot[slot]);
}

/* 0 when there is none. */
static uint32_t find_slot(const Index *x, PairId pair, uint16_t cpu, uint32_t hash) {
    const HashIndex *t = &x->slot_index;
    uint32_t slot;
    for (uint32_t i = hash_first(t, hash); (slot = hash_candidate(t, hash, &i)) != 0;
         i = hash_next(t, i))
        if (x->pair_of_slot[slot] == pair && x->cpu_of_slot[slot] == cpu)
            return slot;
    return 0;
}

static uint32_t add_slot(Index *x, PairId pair, uint16_t cpu, uint32_t hash) {
    if (x->slots == x->slot_cap) {
        uint32_t cap = x->slot_cap ? x->slot_cap * 2 : 1024;
        x->pair_of_slot = mem_resize(x->pair_of_slot, x->slot_cap * sizeof(*x->pair_of_slot),
                                     cap * sizeof(*x->pair_of_slot));
        x->cpu_of_slot = mem_resize(x->cpu_of_slot, x->slot_cap * sizeof(*x->cpu_of_slot),
                                    cap * sizeof(*x->cpu_of_slot));
        x->slot_cap = cap;
    }
    uint32_t slot = x->slots++;
    x->pair_of_slot[slot] = pair;
    x->cpu_of_slot[slot] = cpu;
    if (slot)
        hash_insert(&x->slot_index, hash, slot);
    return slot;
}

uint32_t index_slot_by_cpu(const Index *x, PairId pair, uint64_t sample) {
    uint16_t cpu = COLUMN_AT(&x->profile->cpu, uint16_t, sample);
    uint32_t slot = find_slot(x, pair, cpu, slot_hash(pair, cpu));
    return slot ? slot : x->slots + pair;
}

/* In order of arrival, so that slots are those of first appearance; then in order of time. */
static void number_slots(Index *x, const CancelToken *cancel) {
    const Profile *p = x->profile;
    uint32_t *by_sample = mem_resize(NULL, 0, x->samples * sizeof(*by_sample));
    add_slot(x, 0, CPU_NONE, 0);
    for (uint64_t i = 0, n; i < x->samples && !cancelled(cancel); i += n) {
        const PairId *pair = column_span(&p->pair, i, x->samples, &n);
        const uint16_t *cpu = column_span(&p->cpu, i, i + n, &n);
        for (uint64_t k = 0; k < n; k++) {
            uint32_t hash = slot_hash(pair[k], cpu[k]);
            uint32_t slot = find_slot(x, pair[k], cpu[k], hash);
            by_sample[i + k] = slot ? slot : add_slot(x, pair[k], cpu[k], hash);
        }
    }
    x->slot = by_sample;
    if (!x->order)
        return;
    x->slot = mem_resize(NULL, 0, x->samples * sizeof(*x->slot));
    for (uint64_t i = 0; i < x->samples; i++)
        x->slot[i] = by_sample[x->order[i]];
    mem_resize(by_sample, x->samples * sizeof(*by_sample), 0);
}

Index *index_build_by_cpu(Index *base, uint64_t id, const CancelToken *cancel) {
    Index *x = new_index(base->profile, &base->view, id);
    index_hold(base);
    x->base = base;
    x->tree = base->tree;
    x->order = base->order;
    hash_init(&x->slot_index);
    number_slots(x, cancel);
    return x;
}

void index_renumber(Index *x, const uint32_t *place) {
    PairId *pair = mem_resize(NULL, 0, x->slot_cap * sizeof(*pair));
    uint16_t *cpu = mem_resize(NULL, 0, x->slot_cap * sizeof(*cpu));
    for (uint32_t slot = 0; slot < x->slots; slot++) {
        pair[place[slot]] = x->pair_of_slot[slot];
        cpu[place[slot]] = x->cpu_of_slot[slot];
    }
    mem_resize(x->pair_of_slot, x->slot_cap * sizeof(*pair), 0);
    mem_resize(x->cpu_of_slot, x->slot_cap * sizeof(*cpu), 0);
    x->pair_of_slot = pair;
    x->cpu_of_slot = cpu;
    for (uint64_t i = 0; i < x->samples; i++)
        x->slot[i] = place[x->slot[i]];
    hash_refill(&x->slot_index, x->slots, hash_of_slot, x);
    if (x->samples)
        take_snapshots(x);
}

/* ---- sharing ----------------------------------------------------------------------------- */

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
    if (x->base) {
        hash_free(&x->slot_index);
        mem_resize(x->pair_of_slot, x->slot_cap * sizeof(*x->pair_of_slot), 0);
        mem_resize(x->cpu_of_slot, x->slot_cap * sizeof(*x->cpu_of_slot), 0);
        index_drop(x->base);
    } else {
        tree_drop(x->tree);
        mem_resize(x->order, x->samples * sizeof(*x->order), 0);
    }
    mem_resize(x->slot, x->samples * sizeof(*x->slot), 0);
    mem_resize(x->snapshot8, x->snapshot8 ? (size_t)x->snapshots * x->slots : 0, 0);
    mem_resize(x->snapshot16,
               x->snapshot16 ? (size_t)x->snapshots * x->slots * sizeof(uint16_t) : 0, 0);
    mem_resize(x->big_slot, x->bigs * sizeof(*x->big_slot), 0);
    mem_resize(x->big_count, (size_t)x->bigs * x->snapshots * sizeof(*x->big_count), 0);
    mem_resize(x, sizeof(*x), 0);
}

size_t index_snapshot_bytes(const Index *x) {
    return x->snapshots * snapshot_bytes(x);
}

size_t index_bytes(const Index *x) {
    size_t by_cpu =
        x->slot_cap * (sizeof(PairId) + sizeof(uint16_t)) + hash_index_bytes(&x->slot_index);
    return sizeof(*x) + by_cpu + x->samples * (x->order && !x->base ? 8u : 4u);
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

#include "ingest/perf_data_maps.h"

#include <string.h>

#include "base/sizes.h"

enum { LEAF_FIRST = SIZED(16, 2), LEAF_MOST = SIZED(256, 6), LEAVES_FIRST = SIZED(4, 1) };

/* Where a mapping is, or where one could be put. */
typedef struct Place {
    uint32_t leaf, at;
} Place;

/* ---- leaves -------------------------------------------------------------------------------
 */

static void leaf_room(MappingLeaf *leaf, uint32_t cap) {
    leaf->map = mem_resize(leaf->map, leaf->cap * sizeof *leaf->map, cap * sizeof *leaf->map);
    leaf->cap = cap;
}

static void leaf_changed(MappingLeaf *leaf) {
    leaf->end = leaf->map[leaf->n - 1].end;
}

/* An empty leaf, which the caller fills. */
static MappingLeaf *add_leaf(MappingList *l, uint32_t at) {
    if (l->leaves == l->leaf_cap) {
        uint32_t cap = l->leaf_cap ? l->leaf_cap * 2 : LEAVES_FIRST;
        l->leaf = mem_resize(l->leaf, l->leaf_cap * sizeof *l->leaf, cap * sizeof *l->leaf);
        l->leaf_cap = cap;
    }
    memmove(l->leaf + at + 1, l->leaf + at, (l->leaves - at) * sizeof *l->leaf);
    l->leaves++;
    l->leaf[at] = (MappingLeaf){0};
    return &l->leaf[at];
}

static void remove_leaf(MappingList *l, uint32_t at) {
    leaf_room(&l->leaf[at], 0);
    l->leaves--;
    memmove(l->leaf + at, l->leaf + at + 1, (l->leaves - at) * sizeof *l->leaf);
}

/* ---- lists --------------------------------------------------------------------------------
 */

MappingList *mappings_new(uint64_t *all) {
    MappingList *l = mem_resize(NULL, 0, sizeof *l);
    *l = (MappingList){.users = 1, .all = all};
    return l;
}

MappingList *mappings_copy(const MappingList *from) {
    MappingList *l = mappings_new(from->all);
    for (uint32_t i = 0; i < from->leaves; i++) {
        const MappingLeaf *old = &from->leaf[i];
        MappingLeaf *leaf = add_leaf(l, i);
        leaf_room(leaf, old->n + LEAF_FIRST < LEAF_MOST ? old->n + LEAF_FIRST : LEAF_MOST);
        memcpy(leaf->map, old->map, old->n * sizeof *leaf->map);
        leaf->n = old->n;
        leaf->end = old->end;
    }
    l->n = from->n;
    *l->all += l->n;
    return l;
}

void mappings_drop(MappingList *l) {
    if (!l || --l->users)
        return;
    *l->all -= l->n;
    for (uint32_t i = 0; i < l->leaves; i++)
        leaf_room(&l->leaf[i], 0);
    mem_resize(l->leaf, l->leaf_cap * sizeof *l->leaf, 0);
    mem_resize(l, sizeof *l, 0);
}

/* The first that ends behind the address; their number: none does. Most have one or two. */
static inline uint32_t find_leaf(const MappingList *l, uint64_t address) {
    uint32_t low = 0, high = l->leaves;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (l->leaf[middle].end <= address)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* The first that ends behind the address; there is one. */
static inline uint32_t find_in_leaf(const MappingLeaf *leaf, uint64_t address) {
    const Mapping *map = leaf->map;
    uint32_t low = 0, high = leaf->n - 1;
    while (low < high) {
        uint32_t middle = (low + high) / 2;
        if (map[middle].end <= address)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Of the first that ends behind the address; behind all leaves: there is none. */
static Place find_place(const MappingList *l, uint64_t address) {
    Place p = {.leaf = find_leaf(l, address)};
    if (p.leaf < l->leaves)
        p.at = find_in_leaf(&l->leaf[p.leaf], address);
    return p;
}

const Mapping *mappings_behind(const MappingList *l, uint64_t address) {
    uint32_t leaf = l ? find_leaf(l, address) : 0;
    return l && leaf < l->leaves ? &l->leaf[leaf].map[find_in_leaf(&l->leaf[leaf], address)] : NULL;
}

/* A full leaf gives its upper half to a new one. */
static void split(MappingList *l, uint32_t at) {
    MappingLeaf *upper = add_leaf(l, at + 1), *lower = &l->leaf[at];
    uint32_t kept = lower->n / 2;
    leaf_room(upper, LEAF_MOST);
    upper->n = lower->n - kept;
    memcpy(upper->map, lower->map + kept, upper->n * sizeof *upper->map);
    lower->n = kept;
    leaf_changed(upper);
    leaf_changed(lower);
}

/* There is room at the place afterwards, which may be another. */
static Place make_room(MappingList *l, Place p) {
    if (p.leaf == l->leaves) { /* behind all: a list that grows upwards has full leaves */
        bool has_room = l->leaves && l->leaf[l->leaves - 1].n < LEAF_MOST;
        p.leaf = has_room ? l->leaves - 1 : l->leaves;
        if (!has_room)
            add_leaf(l, p.leaf);
        p.at = l->leaf[p.leaf].n;
    } else if (l->leaf[p.leaf].n == LEAF_MOST) {
        split(l, p.leaf);
        uint32_t lower = l->leaf[p.leaf].n;
        if (p.at > lower)
            p = (Place){p.leaf + 1, p.at - lower};
    }
    MappingLeaf *leaf = &l->leaf[p.leaf];
    if (leaf->n == leaf->cap)
        leaf_room(leaf, leaf->cap < LEAF_FIRST      ? LEAF_FIRST
                        : leaf->cap < LEAF_MOST / 2 ? leaf->cap * 2
                                                    : LEAF_MOST);
    return p;
}

static void insert(MappingList *l, const Mapping *m) {
    Place p = make_room(l, find_place(l, m->start));
    MappingLeaf *leaf = &l->leaf[p.leaf];
    memmove(leaf->map + p.at + 1, leaf->map + p.at, (leaf->n - p.at) * sizeof *leaf->map);
    leaf->map[p.at] = *m;
    leaf->n++;
    leaf_changed(leaf);
    l->n++;
    ++*l->all;
}

static void remove_at(MappingList *l, Place p) {
    MappingLeaf *leaf = &l->leaf[p.leaf];
    leaf->n--;
    memmove(leaf->map + p.at, leaf->map + p.at + 1, (leaf->n - p.at) * sizeof *leaf->map);
    l->n--;
    --*l->all;
    if (leaf->n)
        leaf_changed(leaf);
    else
        remove_leaf(l, p.leaf);
}

/* Nothing lies between the addresses then. */
static void cut_out(MappingList *l, uint64_t start, uint64_t end) {
    for (;;) {
        Place p = find_place(l, start);
        if (p.leaf == l->leaves)
            return;
        MappingLeaf *leaf = &l->leaf[p.leaf];
        Mapping *old = &leaf->map[p.at], upper = *old;
        if (old->start >= end)
            return;
        if (old->start < start) { /* its lower part stays */
            old->end = start;
            leaf_changed(leaf);
            if (upper.end > end) {
                upper.start = end;
                insert(l, &upper);
            }
        } else if (old->end > end) {
            old->start = end;
        } else {
            remove_at(l, p);
        }
    }
}

void mappings_put(MappingList *l, const Mapping *m) {
    cut_out(l, m->start, m->end);
    insert(l, m);
}

void mappings_remove(MappingList *l, uint64_t start) {
    remove_at(l, find_place(l, start));
}

#include "query/places.h"

#include <string.h>

/* ---- units by cpu ------------------------------------------------------------------------ */

static uint32_t unit_hash(uint32_t which, PairId pair, uint16_t cpu) {
    return (uint32_t)hash_mix((uint64_t)pair << 17 | (uint64_t)cpu << 1 | which);
}

static uint32_t find_unit(const Places *p, uint32_t which, PairId pair, uint16_t cpu) {
    uint32_t id, hash = unit_hash(which, pair, cpu);
    const HashIndex *t = &p->index;
    for (uint32_t i = hash_first(t, hash); (id = hash_candidate(t, hash, &i)) != 0;
         i = hash_next(t, i))
        if (p->pair[id] == pair && p->cpu[id] == cpu && (id >= p->of.first_b) == which)
            return id;
    return 0;
}

static void add_unit(Places *p, PairId pair, uint16_t cpu) {
    if (p->of.count == p->cap) {
        uint32_t cap = p->cap ? p->cap * 2 : 1024;
        p->pair = mem_resize(p->pair, p->cap * sizeof *p->pair, cap * sizeof *p->pair);
        p->cpu = mem_resize(p->cpu, p->cap * sizeof *p->cpu, cap * sizeof *p->cpu);
        p->cap = cap;
    }
    p->pair[p->of.count] = pair;
    p->cpu[p->of.count++] = cpu;
}

/* Every pair on every cpu that it has samples on, in the order of the first of them. */
static void take_units(Places *p, uint32_t which, const Profile *profile, const ProfileView *view) {
    for (uint64_t i = 0, n; i < view->samples; i += n) {
        const PairId *pair = column_span(&profile->pair, i, view->samples, &n);
        const uint16_t *cpu = column_span(&profile->cpu, i, i + n, &n);
        for (uint64_t k = 0; k < n; k++) {
            if (find_unit(p, which, pair[k], cpu[k]))
                continue;
            hash_insert(&p->index, unit_hash(which, pair[k], cpu[k]), p->of.count);
            add_unit(p, pair[k], cpu[k]);
        }
    }
}

static void make_units(Places *p, const Profile *const profile[TREE_SIDES],
                       const ProfileView view[TREE_SIDES]) {
    p->of = (Units){.profile = {profile[0], profile[1]}};
    if (!p->by_cpu) {
        p->of.first_b = view[0].pairs;
        p->of.count = view[0].pairs + (profile[1] ? view[1].pairs : 0);
        return;
    }
    hash_init(&p->index);
    add_unit(p, 0, 0);          /* the empty pair: ids of an index begin at 1 */
    p->of.first_b = UINT32_MAX; /* as long as all are the first one's */
    take_units(p, 0, profile[0], &view[0]);
    p->of.first_b = p->of.count;
    if (profile[1])
        take_units(p, 1, profile[1], &view[1]);
    p->of.pair = p->pair;
    p->of.cpu = p->cpu;
}

/* ---- making ------------------------------------------------------------------------------ */

static uint32_t larger(uint32_t a, uint32_t b) {
    return a > b ? a : b;
}

void places_make(Places *p, const Transforms *transforms, const Profile *const profile[TREE_SIDES],
                 const ProfileView view[TREE_SIDES]) {
    const Dict *dict = profile[0]->dict;
    ProfileView none = {0}, b = profile[1] ? view[1] : none;
    memset(p, 0, sizeof *p);
    p->by_cpu = transforms_by_cpu(transforms);
    synthetics_init(&p->synthetics);
    p->names = (FrameNames){dict, larger(view[0].frames, b.frames), &p->synthetics, NULL};
    make_units(p, profile, view);
    trie_of_stacks(&p->trie, dict, larger(view[0].stacks, b.stacks), &p->of);
    trie_apply(&p->trie, &p->names, &p->of, transforms, larger(view[0].contexts, b.contexts));
    for (uint32_t v = 0; v < p->trie.count; v++)
        p->trie.frame[v] = frame_dense(&p->names, p->trie.frame[v]);
    p->nodes = p->trie.count;
    p->frames = larger(frame_dense_count(&p->names), 1);
    p->units = p->of.count;
    p->parent = p->trie.parent;
    p->frame = p->trie.frame;
    p->node = p->trie.unit_node;
}

void places_free(Places *p) {
    trie_free(&p->trie);
    synthetics_free(&p->synthetics);
    mem_resize(p->pair, p->cap * sizeof *p->pair, 0);
    mem_resize(p->cpu, p->cap * sizeof *p->cpu, 0);
    if (p->by_cpu)
        hash_free(&p->index);
    memset(p, 0, sizeof *p);
}

/* ---- looking up -------------------------------------------------------------------------- */

uint32_t places_unit(const Places *p, uint32_t which, PairId pair, uint16_t cpu) {
    if (p->by_cpu)
        return find_unit(p, which, pair, cpu);
    return which ? p->of.first_b + pair : pair;
}

Pair places_pair(const Places *p, uint32_t unit) {
    return units_get(&p->of, unit);
}

Str places_symbol(const Places *p, uint32_t frame) {
    return frame_symbol(&p->names, frame_of_dense(&p->names, frame));
}

Str places_module(const Places *p, uint32_t frame) {
    return frame_module(&p->names, frame_of_dense(&p->names, frame));
}

uint32_t places_kind(const Places *p, uint32_t frame) {
    return frame_kind(&p->names, frame_of_dense(&p->names, frame));
}

bool places_is_group(const Places *p, uint32_t frame) {
    return frame_is_group(&p->names, frame_of_dense(&p->names, frame));
}

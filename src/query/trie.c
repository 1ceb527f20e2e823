#include "query/trie.h"

static void reserve(Trie *t, uint32_t cap) {
    t->parent = mem_resize(t->parent, t->cap * sizeof(uint32_t), cap * sizeof(uint32_t));
    t->frame = mem_resize(t->frame, t->cap * sizeof(FrameId), cap * sizeof(FrameId));
    if (t->last_child)
        t->last_child =
            mem_resize(t->last_child, t->cap * sizeof(uint32_t), cap * sizeof(uint32_t));
    t->cap = cap;
}

void trie_init(Trie *t, uint32_t nodes, uint32_t units) {
    *t = (Trie){.count = 1, .units = units};
    reserve(t, nodes > 16 ? nodes : 16);
    hash_init(&t->index);
    t->unit_node = mem_resize(NULL, 0, units * sizeof(uint32_t));
    for (uint32_t u = 0; u < units; u++)
        t->unit_node[u] = UNIT_DROPPED;
}

void trie_free(Trie *t) {
    mem_resize(t->parent, t->cap * sizeof(uint32_t), 0);
    mem_resize(t->frame, t->cap * sizeof(FrameId), 0);
    mem_resize(t->last_child, t->last_child ? t->cap * sizeof(uint32_t) : 0, 0);
    mem_resize(t->unit_node, t->units * sizeof(uint32_t), 0);
    hash_free(&t->index);
    *t = (Trie){0};
}

static uint32_t node_hash(uint32_t parent, FrameId frame) {
    return (uint32_t)hash_mix((uint64_t)parent << 32 | frame);
}

uint32_t trie_append(Trie *t, uint32_t parent, FrameId frame) {
    if (t->count == t->cap)
        reserve(t, t->cap * 2);
    t->parent[t->count] = parent;
    t->frame[t->count] = frame;
    return t->count++;
}

static uint32_t grow_among_many(Trie *t, uint32_t parent, FrameId frame) {
    uint32_t hash = node_hash(parent, frame), id;
    for (uint32_t i = hash_first(&t->index, hash); (id = hash_candidate(&t->index, hash, &i)) != 0;
         i = hash_next(&t->index, i))
        if (t->parent[id] == parent && t->frame[id] == frame)
            return id;
    id = trie_append(t, parent, frame);
    hash_insert(&t->index, hash, id);
    return id;
}

uint32_t trie_grow(Trie *t, uint32_t parent, FrameId frame) {
    if (!t->last_child)
        t->last_child = mem_resize(NULL, 0, t->cap * sizeof(uint32_t));
    uint32_t last = t->last_child[parent], child = last & ~TRIE_MANY;
    if (last && t->frame[child] == frame)
        return child;
    if (!last) {
        child = trie_append(t, parent, frame);
        t->last_child[parent] = child;
        return child;
    }
    if (!(last & TRIE_MANY))
        hash_insert(&t->index, node_hash(parent, t->frame[child]), child);
    child = grow_among_many(t, parent, frame);
    t->last_child[parent] = child | TRIE_MANY;
    return child;
}

void trie_of_stacks(Trie *t, const Dict *dict, uint32_t stacks, const Units *units) {
    uint64_t run;
    trie_init(t, 0, units->count);
    reserve(t, stacks > 16 ? stacks : 16);
    t->count = stacks ? stacks : 1; /* the root is there before any publishing */
    for (uint64_t i = 0; i < stacks; i += run) {
        const StackNode *node = column_span(&dict->stacks.node, i, stacks, &run);
        for (uint64_t k = 0; k < run; k++) {
            t->parent[i + k] = node[k].parent;
            t->frame[i + k] = node[k].frame;
        }
    }
    for (uint32_t u = 0; u < units->count; u++)
        t->unit_node[u] = units_get(units, u).stack;
}

void trie_apply(Trie *t, const FrameNames *names, const Units *units, const Transforms *transforms,
                uint32_t contexts) {
    for (uint32_t i = 0; i < transforms->count && !cancelled(names->cancel); i++) {
        const Transform *item = &transforms->item[i];
        if (item->off)
            continue;
        if (item->kind == TRANSFORM_GROUP)
            trie_group(t, names, units, (GroupKey)item->group, contexts);
        else
            trie_transform(t, names, transforms, i);
    }
}

uint8_t *trie_groups(const Trie *t, const FrameNames *names) {
    if (!names->synthetics->count)
        return NULL;
    uint8_t *group = mem_resize(NULL, 0, t->count);
    group[0] = 1;
    for (uint32_t v = 1; v < t->count; v++)
        group[v] = group[t->parent[v]] && frame_is_group(names, t->frame[v]);
    group[0] = 0;
    return group;
}

/* ---- leaf first -------------------------------------------------------------------------- */

typedef struct Inverter {
    const Trie *from;
    Trie to;
    const uint8_t *group;
    FrameId *above; /* groups of one path */
    uint32_t above_cap;
} Inverter;

static uint32_t invert_path(Inverter *v, uint32_t leaf) {
    const Trie *from = v->from;
    uint32_t at = 0, n = leaf, groups = 0;
    for (; v->group && n && !v->group[n]; n = from->parent[n])
        ;
    for (; v->group && n; n = from->parent[n]) {
        if (groups == v->above_cap) {
            uint32_t cap = groups ? groups * 2 : 16;
            v->above = mem_resize(v->above, groups * sizeof(FrameId), cap * sizeof(FrameId));
            v->above_cap = cap;
        }
        v->above[groups++] = from->frame[n];
    }
    while (groups)
        at = trie_grow(&v->to, at, v->above[--groups]);
    for (n = leaf; n && !(v->group && v->group[n]); n = from->parent[n])
        at = trie_grow(&v->to, at, from->frame[n]);
    return at;
}

/* Unit by unit, so that ids are those of first appearance; a path once. */
void trie_invert(Trie *trie, const FrameNames *names) {
    Inverter v = {.from = trie, .group = trie_groups(trie, names)};
    uint32_t *done = mem_resize(NULL, 0, trie->count * sizeof(*done));
    trie_init(&v.to, trie->count, trie->units);
    for (uint32_t u = 0; u < trie->units && !cancelled(names->cancel); u++) {
        uint32_t leaf = trie->unit_node[u];
        if (leaf == UNIT_DROPPED)
            continue;
        if (!done[leaf] && leaf)
            done[leaf] = invert_path(&v, leaf);
        v.to.unit_node[u] = done[leaf];
    }
    mem_resize(done, trie->count * sizeof(*done), 0);
    mem_resize((void *)(uintptr_t)v.group, v.group ? trie->count : 0, 0);
    mem_resize(v.above, v.above_cap * sizeof(FrameId), 0);
    trie_free(trie);
    *trie = v.to;
}

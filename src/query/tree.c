/* DESIGN
 * A trie (trie.h) is brought into display order with counting sorts alone, so that 5 M nodes
 * cost no comparison of names:
 *   names used by frames are sorted once, frames get an integer order from that;
 *   trie nodes are put in frame order, then dealt out to their parents, which keeps that order;
 *   a breadth-first walk numbers them; units are summed up from the leaves; lo and hi follow.
 * Nothing recurses: a stack may be 65 k frames deep and a root may have a million children. */
#define _GNU_SOURCE 1
#include "query/tree_arrange.h"

#include <stdlib.h>
#include <string.h>

#include "base/thread.h"
#include "store/pack.h"

typedef struct OwnedTree {
    Tree tree; /* first, so that a Tree * is an OwnedTree * */
    Arena arena;
    Synthetics synthetics;
    Pack *pack; /* whose arrays these are, or NULL */
    Mutex *mutex;
    uint32_t holders; /* -- protected by mutex */
} OwnedTree;

/* ---- order of frames --------------------------------------------------------------------- */

typedef struct NameKey {
    uint64_t prefix; /* the first 8 bytes, big end first: decides most comparisons */
    NameId id;
} NameKey;

static int name_cmp(const void *a, const void *b, void *names) {
    const NameKey *x = a, *y = b;
    if (x->prefix != y->prefix)
        return x->prefix < y->prefix ? -1 : 1;
    return str_cmp(names_get(names, x->id), names_get(names, y->id));
}

static uint64_t name_prefix(Str name) {
    uint64_t prefix = 0;
    for (size_t i = 0; i < 8; i++)
        prefix = prefix << 8 | (i < name.n ? (uint8_t)name.s[i] : 0);
    return prefix;
}

/* By name id: its place among the names of all frames. */
static uint32_t *rank_names(const Dict *dict, uint32_t frames, Arena *arena) {
    uint32_t names = 0, count = 0;
    for (FrameId f = 0; f < frames; f++) {
        Frame frame = frames_get(&dict->frames, f);
        NameId larger = frame.symbol > frame.module ? frame.symbol : frame.module;
        names = larger >= names ? larger + 1 : names;
    }
    uint32_t *rank = ARENA_ARRAY(arena, uint32_t, names);
    for (FrameId f = 0; f < frames; f++) {
        Frame frame = frames_get(&dict->frames, f);
        rank[frame.symbol] = rank[frame.module] = 1;
    }
    for (NameId n = 0; n < names; n++)
        count += rank[n];
    NameKey *key = ARENA_ARRAY(arena, NameKey, count);
    count = 0;
    for (NameId n = 0; n < names; n++)
        if (rank[n])
            key[count++] = (NameKey){name_prefix(names_get(&dict->names, n)), n};
    if (count)
        qsort_r(key, count, sizeof(*key), name_cmp, (void *)(uintptr_t)&dict->names);
    for (uint32_t i = 0; i < count; i++)
        rank[key[i].id] = i;
    return rank;
}

typedef struct FrameKey {
    uint64_t names; /* rank of the symbol, then of the module */
    uint32_t kind;
    FrameId id;
} FrameKey;

static int frame_cmp(const void *a, const void *b) {
    const FrameKey *x = a, *y = b;
    if (x->names != y->names)
        return x->names < y->names ? -1 : 1;
    return (x->kind > y->kind) - (x->kind < y->kind);
}

/* Frames of the Dict by symbol, module, kind. */
static FrameKey *sort_frames(const Dict *dict, uint32_t frames, Arena *arena) {
    const uint32_t *name = rank_names(dict, frames, arena);
    FrameKey *key = ARENA_ARRAY(arena, FrameKey, frames);
    for (FrameId f = 0; f < frames; f++) {
        Frame frame = frames_get(&dict->frames, f);
        key[f] = (FrameKey){(uint64_t)name[frame.symbol] << 32 | name[frame.module], frame.kind, f};
    }
    if (frames)
        qsort(key, frames, sizeof(*key), frame_cmp);
    return key;
}

static int cmp_frames(const FrameNames *n, FrameId a, FrameId b) {
    int order = str_cmp(frame_symbol(n, a), frame_symbol(n, b));
    if (!order)
        order = str_cmp(frame_module(n, a), frame_module(n, b));
    uint32_t x = frame_kind(n, a), y = frame_kind(n, b);
    return order ? order : (x > y) - (x < y);
}

static int synthetic_cmp(const void *a, const void *b, void *names) {
    return cmp_frames(names, *(const FrameId *)a, *(const FrameId *)b);
}

/* By dense frame: its place. Synthetic ones, sorted as well, are merged in. */
static uint32_t *rank_frames(const FrameNames *n, Arena *arena) {
    uint32_t extra = n->synthetics->count, place = 0, k = 0;
    uint32_t *rank = ARENA_ARRAY(arena, uint32_t, n->frames + extra);
    FrameId *synthetic = ARENA_ARRAY(arena, FrameId, extra);
    const FrameKey *key = sort_frames(n->dict, n->frames, arena);
    for (uint32_t i = 0; i < extra; i++)
        synthetic[i] = SYNTHETIC_FRAME | i;
    if (extra)
        qsort_r(synthetic, extra, sizeof(*synthetic), synthetic_cmp, (void *)(uintptr_t)n);
    for (uint32_t i = 0; i <= n->frames; i++) {
        while (k < extra && (i == n->frames || cmp_frames(n, synthetic[k], key[i].id) < 0))
            rank[frame_dense(n, synthetic[k++])] = place++;
        if (i < n->frames)
            rank[key[i].id] = place++;
    }
    return rank;
}

/* ---- arranging --------------------------------------------------------------------------- */

typedef struct Arranger {
    const Trie *trie;
    const FrameNames *names;
    const Units *units;
    const uint32_t *frame_rank; /* by dense frame */
    uint32_t frames;            /* dense */
    uint32_t contexts;
    Arena *scratch;
    uint32_t *own;   /* units that end in this trie node; later the next rank to give */
    uint8_t *used;   /* trie node has units at or below it */
    uint32_t *start; /* by trie node: its children's place in child, count + 1 */
    uint32_t *child; /* trie nodes, grouped by parent, in display order */
    uint32_t nodes;  /* used ones */
    uint32_t ranks;
} Arranger;

static uint32_t rank_of_node(const Arranger *a, uint32_t node) {
    return a->frame_rank[frame_dense(a->names, a->trie->frame[node])];
}

static void mark_used(Arranger *a) {
    const Trie *t = a->trie;
    a->own = ARENA_ARRAY(a->scratch, uint32_t, t->count);
    a->used = ARENA_ARRAY(a->scratch, uint8_t, t->count);
    a->used[0] = 1;
    for (uint32_t u = 0; u < t->units; u++) {
        if (t->unit_node[u] == UNIT_DROPPED)
            continue;
        a->own[t->unit_node[u]]++;
        a->used[t->unit_node[u]] = 1;
        a->ranks++;
    }
    a->nodes = 1;
    for (uint32_t i = t->count; i-- > 1;) {
        a->nodes += a->used[i];
        a->used[t->parent[i]] |= a->used[i];
    }
}

static void sort_children(Arranger *a) {
    const Trie *t = a->trie;
    uint32_t *place = ARENA_ARRAY(a->scratch, uint32_t, (size_t)a->frames + 1);
    uint32_t *in_order = ARENA_ARRAY(a->scratch, uint32_t, a->nodes);
    a->start = ARENA_ARRAY(a->scratch, uint32_t, (size_t)t->count + 2);
    a->child = ARENA_ARRAY(a->scratch, uint32_t, a->nodes);
    for (uint32_t i = 1; i < t->count; i++) {
        if (!a->used[i])
            continue;
        place[rank_of_node(a, i) + 1]++;
        a->start[t->parent[i] + 2]++;
    }
    for (uint32_t f = 0; f < a->frames; f++)
        place[f + 1] += place[f];
    for (uint32_t i = 1; i < t->count; i++)
        if (a->used[i])
            in_order[place[rank_of_node(a, i)]++] = i;
    /* start[p + 1] is where the next child of p goes; when all are placed, where p's end. */
    for (uint32_t i = 1; i <= t->count; i++)
        a->start[i + 1] += a->start[i];
    for (uint32_t i = 0; i + 1 < a->nodes; i++)
        a->child[a->start[t->parent[in_order[i]] + 1]++] = in_order[i];
}

static void number_nodes(const Arranger *a, Tree *tree) {
    uint32_t n = 1, level_end = 1, depth = 0;
    tree->node[0].key = 0;
    for (uint32_t v = 0; v < n; v++) {
        if (v == level_end) {
            level_end = n;
            depth++;
        }
        uint32_t t = tree->node[v].key;
        tree->node[v].frame = a->trie->frame[t];
        tree->node[v].first_child = n;
        for (uint32_t i = a->start[t]; i < a->start[t + 1]; i++)
            tree->node[n++].key = a->child[i];
    }
    tree->node[n].first_child = n;
    tree->max_depth = depth;
}

static void place_intervals(const Arranger *a, Tree *tree) {
    TreeNode *node = tree->node; /* hi is the size, pairs at or below, until its turn comes */
    for (uint32_t v = tree->nodes; v-- > 0;) {
        uint32_t size = a->own[node[v].key];
        for (uint32_t c = node[v].first_child; c < node[v + 1].first_child; c++)
            size += node[c].hi;
        node[v].hi = size;
    }
    node[0].lo = 0;
    for (uint32_t v = 0; v < tree->nodes; v++) {
        uint32_t *own = &a->own[node[v].key], at = node[v].lo + *own;
        for (uint32_t c = node[v].first_child; c < node[v + 1].first_child; c++) {
            node[c].lo = at;
            at += node[c].hi;
        }
        node[v].hi = at;
        *own = node[v].lo;
    }
}

/* By unit. Ranks within a node go by context, then by unit. */
static uint32_t *rank_units(const Arranger *a) {
    const Trie *t = a->trie;
    uint32_t *place = ARENA_ARRAY(a->scratch, uint32_t, (size_t)a->contexts + 1);
    uint32_t *in_order = ARENA_ARRAY(a->scratch, uint32_t, t->units);
    uint32_t *rank = ARENA_ARRAY(a->scratch, uint32_t, t->units);
    for (uint32_t u = 0; u < t->units; u++)
        place[units_get(a->units, u).context + 1]++;
    for (uint32_t c = 0; c < a->contexts; c++)
        place[c + 1] += place[c];
    for (uint32_t u = 0; u < t->units; u++)
        in_order[place[units_get(a->units, u).context]++] = u;
    for (uint32_t i = 0; i < t->units; i++) {
        uint32_t u = in_order[i], node = t->unit_node[u];
        rank[u] = node == UNIT_DROPPED ? RANK_NONE : a->own[node]++;
    }
    return rank;
}

static uint32_t *slice_of(Arena *arena, const uint32_t *from, uint32_t n) {
    uint32_t *to = ARENA_ARRAY(arena, uint32_t, n);
    if (n)
        memcpy(to, from, n * sizeof(*to));
    return to;
}

/* Ranks to slots; what is not this side's leads to the empty pair, which has no samples. */
static void map_slots(Tree *tree, Arena *arena, const Arranging *in, const uint32_t *rank,
                      uint32_t side) {
    const Units *units = in->units;
    uint32_t from = side ? units->first_b : 0, to = side ? units->count : units->first_b;
    uint32_t *slot = tree->slot_of_rank[side] = ARENA_ARRAY(arena, uint32_t, tree->ranks);
    PairId *pair = units->pair ? ARENA_ARRAY(arena, PairId, tree->ranks) : NULL;
    for (uint32_t r = 0; r < tree->ranks; r++)
        slot[r] = in->slot[side][0];
    for (uint32_t u = from; u < to; u++) {
        if (rank[u] == RANK_NONE)
            continue;
        slot[rank[u]] = in->slot[side][u - from];
        if (pair)
            pair[rank[u]] = units->pair[u];
    }
    tree->pair_of_rank[side] = pair;
}

static void map_ranks(Tree *tree, Arena *arena, const Arranging *in, const uint32_t *rank) {
    const Units *units = in->units;
    tree->pairs = in->pairs[0];
    tree->pairs_b = in->pairs[1];
    if (!units->pair) {
        tree->rank_of_pair = slice_of(arena, rank, units->first_b);
        if (units->profile[1])
            tree->rank_of_pair_b =
                slice_of(arena, rank + units->first_b, units->count - units->first_b);
    }
    for (uint32_t side = 0; side < TREE_SIDES; side++)
        if (in->slot[side])
            map_slots(tree, arena, in, rank, side);
}

static void seal_frames(Synthetics *s, Tree *tree) {
    synthetics_seal(s);
    for (uint32_t v = 0; s->count && v < tree->nodes; v++)
        if (frame_is_synthetic(tree->node[v].frame))
            tree->node[v].frame = s->at[tree->node[v].frame & ~SYNTHETIC_FRAME].id;
}

Tree *tree_arrange(const Trie *trie, const Arranging *in) {
    Arena scratch;
    arena_init(&scratch, 1 << 20);
    Arranger a = {.trie = trie,
                  .names = in->names,
                  .units = in->units,
                  .frames = frame_dense_count(in->names),
                  .contexts = in->contexts,
                  .scratch = &scratch};
    a.frame_rank = rank_frames(in->names, &scratch);
    mark_used(&a);
    sort_children(&a);

    OwnedTree *owned = mem_resize(NULL, 0, sizeof(*owned));
    Tree *tree = &owned->tree;
    Arena *arena = &owned->arena;
    arena_init(arena, 0);
    owned->mutex = mutex_new();
    owned->holders = 1;
    owned->synthetics = *in->names->synthetics;
    *in->names->synthetics = (Synthetics){0};
    tree->synthetics = owned->synthetics.count ? &owned->synthetics : NULL;
    tree->frames = in->names->frames;
    tree->contexts = in->contexts;
    tree->nodes = a.nodes;
    tree->ranks = a.ranks;
    tree->dropped = trie->units - a.ranks;
    tree->node = ARENA_ARRAY(arena, TreeNode, (size_t)a.nodes + 1);
    number_nodes(&a, tree);
    seal_frames(&owned->synthetics, tree);
    place_intervals(&a, tree);
    map_ranks(tree, arena, in, rank_units(&a));
    arena_free(&scratch);
    return tree;
}

Tree *tree_build(const Profile *profile, const ProfileView *view) {
    Trie trie;
    Synthetics none = {0};
    FrameNames names = {profile->dict, view->frames, &none, NULL};
    Units units = {.count = view->pairs, .profile = {profile, NULL}, .first_b = view->pairs};
    Arranging in = {
        .names = &names, .units = &units, .contexts = view->contexts, .pairs = {view->pairs, 0}};
    trie_of_stacks(&trie, profile->dict, view->stacks, &units);
    Tree *tree = tree_arrange(&trie, &in);
    trie_free(&trie);
    return tree;
}

/* ---- sharing ----------------------------------------------------------------------------- */

Tree *tree_borrow(const Tree *arrays, Pack *pack) {
    OwnedTree *owned = mem_resize(NULL, 0, sizeof(*owned));
    owned->tree = *arrays;
    owned->mutex = mutex_new();
    owned->holders = 1;
    owned->pack = pack;
    pack_hold(pack);
    return &owned->tree;
}

void tree_hold(Tree *tree) {
    OwnedTree *owned = (OwnedTree *)tree;
    mutex_lock(owned->mutex);
    owned->holders++;
    mutex_unlock(owned->mutex);
}

void tree_drop(Tree *tree) {
    OwnedTree *owned = (OwnedTree *)tree;
    if (!tree)
        return;
    mutex_lock(owned->mutex);
    bool last = --owned->holders == 0;
    mutex_unlock(owned->mutex);
    if (!last)
        return;
    mutex_free(owned->mutex);
    arena_free(&owned->arena);
    synthetics_free(&owned->synthetics);
    pack_drop(owned->pack);
    mem_resize(owned, sizeof(*owned), 0);
}

size_t tree_bytes(const Tree *tree) {
    const OwnedTree *owned = (const OwnedTree *)tree;
    return owned->arena.bytes + synthetics_bytes(&owned->synthetics) + sizeof(*owned);
}

/* ---- frames ------------------------------------------------------------------------------ */

Str tree_symbol(const Tree *tree, const Dict *dict, FrameId frame) {
    const SyntheticFrame *f = synthetics_find(tree ? tree->synthetics : NULL, frame);
    return f ? f->symbol : frame_is_synthetic(frame) ? STR("") : dict_symbol(dict, frame);
}

Str tree_module(const Tree *tree, const Dict *dict, FrameId frame) {
    const SyntheticFrame *f = synthetics_find(tree ? tree->synthetics : NULL, frame);
    return f ? f->module : frame_is_synthetic(frame) ? STR("") : dict_module(dict, frame);
}

uint32_t tree_frame_kind(const Tree *tree, const Dict *dict, FrameId frame) {
    const SyntheticFrame *f = synthetics_find(tree ? tree->synthetics : NULL, frame);
    return f                           ? f->kind
           : frame_is_synthetic(frame) ? (uint32_t)FRAME_USER
                                       : frames_get(&dict->frames, frame).kind;
}

/* ---- pairs ------------------------------------------------------------------------------- */

void tree_mark_pairs(const Tree *tree, uint32_t side, uint32_t node, uint8_t *of) {
    uint32_t lo = tree->node[node].lo, hi = tree->node[node].hi;
    const PairId *pair = tree->pair_of_rank[side];
    const uint32_t *rank = side ? tree->rank_of_pair_b : tree->rank_of_pair;
    uint32_t pairs = side ? tree->pairs_b : tree->pairs;
    for (uint32_t r = lo; pair && r < hi; r++)
        of[pair[r]] = pair[r] != 0;
    for (PairId p = 0; rank && p < pairs; p++)
        if (rank[p] >= lo && rank[p] < hi)
            of[p] = 1;
}

int32_t tree_cpu(const Tree *tree, uint32_t node) {
    for (; node && tree->synthetics; node = tree_parent(tree, node)) {
        const SyntheticFrame *f = synthetics_find(tree->synthetics, tree->node[node].frame);
        if (f && f->cpu >= 0)
            return f->cpu;
    }
    return -1;
}

/* ---- finding ----------------------------------------------------------------------------- */

uint32_t tree_parent(const Tree *tree, uint32_t node) {
    if (node == 0 || node >= tree->nodes)
        return 0;
    /* first_child never decreases, so the parent is the last node whose children start at or
     * before this one. */
    uint32_t lo = 0, hi = node;
    while (hi - lo > 1) {
        uint32_t mid = lo + (hi - lo) / 2;
        if (tree->node[mid].first_child <= node)
            lo = mid;
        else
            hi = mid;
    }
    return lo;
}

uint32_t tree_depth(const Tree *tree, uint32_t node) {
    uint32_t depth = 0;
    for (; node; node = tree_parent(tree, node))
        depth++;
    return depth;
}

/* First child whose (symbol, module, kind) is not below the wanted one. */
static uint32_t lower_child(const Tree *tree, const Dict *dict, uint32_t node, Str symbol,
                            Str module, uint32_t kind) {
    uint32_t lo = tree->node[node].first_child, hi = tree->node[node + 1].first_child;
    while (lo < hi) {
        uint32_t mid = lo + (hi - lo) / 2;
        int order = str_cmp(tree_symbol(tree, dict, tree->node[mid].frame), symbol);
        if (order == 0)
            order = str_cmp(tree_module(tree, dict, tree->node[mid].frame), module);
        if (order < 0 || (order == 0 && tree_frame_kind(tree, dict, tree->node[mid].frame) < kind))
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

uint32_t tree_find(const Tree *tree, const Dict *dict, const PathFrame *path, uint32_t n,
                   uint32_t *matched) {
    uint32_t node = 0, i = 0;
    for (; i < n; i++) {
        uint32_t c = lower_child(tree, dict, node, path[i].symbol, path[i].module, 0);
        if (c >= tree->node[node + 1].first_child ||
            !str_eq(tree_symbol(tree, dict, tree->node[c].frame), path[i].symbol) ||
            (path[i].module.n &&
             !str_eq(tree_module(tree, dict, tree->node[c].frame), path[i].module)))
            break;
        node = c;
    }
    if (matched)
        *matched = i;
    return node;
}

static uint32_t child_with_key(const Tree *tree, const Dict *dict, uint32_t node, StackId key) {
    FrameId frame = stacks_get(&dict->stacks, key).frame;
    uint32_t kind = frames_get(&dict->frames, frame).kind;
    uint32_t c =
        lower_child(tree, dict, node, dict_symbol(dict, frame), dict_module(dict, frame), kind);
    return c < tree->node[node + 1].first_child && tree->node[c].key == key ? c : 0;
}

static uint32_t scan_for_key(const Tree *tree, StackId key) {
    for (uint32_t v = 1; v < tree->nodes; v++)
        if (tree->node[v].key == key)
            return v;
    return 0;
}

uint32_t tree_find_key(const Tree *tree, const Dict *dict, StackId key) {
    if (tree->spec || key == 0)
        return key ? scan_for_key(tree, key) : 0;
    uint32_t depth = stacks_depth(&dict->stacks, key), i = depth, node = 0;
    StackId *path = mem_resize(NULL, 0, depth * sizeof(*path));
    for (StackId s = key; s; s = stacks_get(&dict->stacks, s).parent)
        path[--i] = s;
    for (i = 0; i < depth; i++) {
        node = child_with_key(tree, dict, node, path[i]);
        if (!node)
            break;
    }
    mem_resize(path, depth * sizeof(*path), 0);
    return node;
}

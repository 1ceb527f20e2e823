/* DESIGN
 * A trie (the profile's own stacks, or one made of them leaf first) is brought into display
 * order with counting sorts alone, so that 5 M nodes cost no comparison of names:
 *   names used by frames are sorted once, frames get an integer order from that;
 *   trie nodes are put in frame order, then dealt out to their parents, which keeps that order;
 *   a breadth-first walk numbers them; pairs are summed up from the leaves; lo and hi follow.
 * Nothing recurses: a stack may be 65 k frames deep and a root may have a million children.
 * The inverted trie is grown pair by pair in pair order, so its ids, the keys, are those of
 * first appearance and stay when pairs are added. */
#define _GNU_SOURCE 1
#include "query/tree.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/thread.h"
#include "query/query.h"
#include "store/pack.h"

typedef struct OwnedTree {
    Tree tree; /* first, so that a Tree * is an OwnedTree * */
    Arena arena;
    Pack *pack; /* whose arrays these are, or NULL */
    Mutex *mutex;
    uint32_t holders; /* -- protected by mutex */
} OwnedTree;

typedef struct Trie {
    uint32_t count; /* nodes; 0 is the root; parents have smaller ids */
    uint32_t *parent;
    FrameId *frame;
    uint32_t *pair_node; /* by pair: the node it ends in */
} Trie;

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
static uint32_t *rank_names(const Dict *dict, const ProfileView *view, Arena *arena) {
    uint32_t *rank = ARENA_ARRAY(arena, uint32_t, view->names);
    uint32_t count = 0;
    for (FrameId f = 0; f < view->frames; f++) {
        Frame frame = frames_get(&dict->frames, f);
        rank[frame.symbol] = rank[frame.module] = 1;
    }
    for (NameId n = 0; n < view->names; n++)
        count += rank[n];
    NameKey *key = ARENA_ARRAY(arena, NameKey, count);
    count = 0;
    for (NameId n = 0; n < view->names; n++)
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

/* By frame id: its place by symbol, module, kind. */
static uint32_t *rank_frames(const Dict *dict, const ProfileView *view, Arena *arena) {
    const uint32_t *name = rank_names(dict, view, arena);
    FrameKey *key = ARENA_ARRAY(arena, FrameKey, view->frames);
    uint32_t *rank = ARENA_ARRAY(arena, uint32_t, view->frames);
    for (FrameId f = 0; f < view->frames; f++) {
        Frame frame = frames_get(&dict->frames, f);
        key[f] =
            (FrameKey){(uint64_t)name[frame.symbol] << 32 | name[frame.module], frame.kind, f};
    }
    if (view->frames)
        qsort(key, view->frames, sizeof(*key), frame_cmp);
    for (uint32_t i = 0; i < view->frames; i++)
        rank[key[i].id] = i;
    return rank;
}

/* ---- the tries --------------------------------------------------------------------------- */

static void forward_trie(const Profile *profile, const ProfileView *view, Arena *arena,
                         Trie *out) {
    uint64_t run;
    out->count = view->stacks ? view->stacks : 1; /* the root is there before any publishing */
    out->parent = ARENA_ARRAY(arena, uint32_t, out->count);
    out->frame = ARENA_ARRAY(arena, FrameId, out->count);
    for (uint64_t i = 0; i < view->stacks; i += run) {
        const StackNode *node = column_span(&profile->dict->stacks.node, i, view->stacks, &run);
        for (uint64_t k = 0; k < run; k++) {
            out->parent[i + k] = node[k].parent;
            out->frame[i + k] = node[k].frame;
        }
    }
    out->pair_node = ARENA_ARRAY(arena, uint32_t, view->pairs);
    for (uint64_t i = 0; i < view->pairs; i += run) {
        const Pair *pair = column_span(&profile->pairs.entry, i, view->pairs, &run);
        for (uint64_t k = 0; k < run; k++)
            out->pair_node[i + k] = pair[k].stack;
    }
}

typedef struct TrieGrower {
    Column node; /* StackNode */
    HashIndex index;
} TrieGrower;

static uint32_t node_hash(StackNode n) {
    return (uint32_t)hash_mix((uint64_t)n.parent << 32 | n.frame);
}

static uint32_t hash_of_node(const void *owner, uint32_t id) {
    return node_hash(COLUMN_AT(&((const TrieGrower *)owner)->node, StackNode, id));
}

static uint32_t grow(TrieGrower *g, StackNode wanted) {
    const HashIndex *t = &g->index;
    uint32_t hash = node_hash(wanted), id;
    for (uint32_t i = hash_first(t, hash); (id = t->slot[i]) != 0; i = hash_next(t, i)) {
        StackNode n = COLUMN_AT(&g->node, StackNode, id);
        if (n.parent == wanted.parent && n.frame == wanted.frame)
            return id;
    }
    id = (uint32_t)g->node.count;
    COLUMN_PUSH(&g->node, StackNode) = wanted;
    hash_insert(&g->index, hash, id, hash_of_node, g);
    return id;
}

static void inverted_trie(const Profile *profile, const ProfileView *view, Arena *arena,
                          Trie *out) {
    TrieGrower g;
    const Stacks *stacks = &profile->dict->stacks;
    column_init(&g.node, sizeof(StackNode), 12);
    hash_init(&g.index);
    column_push(&g.node);
    out->pair_node = ARENA_ARRAY(arena, uint32_t, view->pairs);
    for (PairId p = 0; p < view->pairs; p++) {
        uint32_t at = 0;
        for (StackId s = pairs_get(&profile->pairs, p).stack; s;) {
            StackNode n = stacks_get(stacks, s);
            at = grow(&g, (StackNode){at, n.frame});
            s = n.parent;
        }
        out->pair_node[p] = at;
    }
    out->count = (uint32_t)g.node.count;
    out->parent = ARENA_ARRAY(arena, uint32_t, out->count);
    out->frame = ARENA_ARRAY(arena, FrameId, out->count);
    for (uint32_t i = 0; i < out->count; i++) {
        StackNode n = COLUMN_AT(&g.node, StackNode, i);
        out->parent[i] = n.parent;
        out->frame[i] = n.frame;
    }
    column_free(&g.node);
    hash_free(&g.index);
}

/* ---- arranging --------------------------------------------------------------------------- */

typedef struct Arranger {
    const Trie *trie;
    const uint32_t *frame_rank;
    uint32_t frames, pairs, contexts;
    Arena *scratch;
    uint32_t *own;   /* pairs that end in this trie node; later the next rank to give */
    uint8_t *used;   /* trie node has pairs at or below it */
    uint32_t *start; /* by trie node: its children's place in child, count + 1 */
    uint32_t *child; /* trie nodes, grouped by parent, in display order */
    uint32_t nodes;  /* used ones */
} Arranger;

static void mark_used(Arranger *a) {
    const Trie *t = a->trie;
    a->own = ARENA_ARRAY(a->scratch, uint32_t, t->count);
    a->used = ARENA_ARRAY(a->scratch, uint8_t, t->count);
    a->used[0] = 1;
    for (uint32_t p = 0; p < a->pairs; p++) {
        a->own[t->pair_node[p]]++;
        a->used[t->pair_node[p]] = 1;
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
        place[a->frame_rank[t->frame[i]] + 1]++;
        a->start[t->parent[i] + 2]++;
    }
    for (uint32_t f = 0; f < a->frames; f++)
        place[f + 1] += place[f];
    for (uint32_t i = 1; i < t->count; i++)
        if (a->used[i])
            in_order[place[a->frame_rank[t->frame[i]]]++] = i;
    /* start[p + 1] is where the next child of p goes; when all are placed, where p's end. */
    for (uint32_t i = 1; i <= t->count; i++)
        a->start[i + 1] += a->start[i];
    for (uint32_t i = 0; i + 1 < a->nodes; i++)
        a->child[a->start[t->parent[in_order[i]] + 1]++] = in_order[i];
}

static void number_nodes(const Arranger *a, Tree *tree) {
    uint32_t n = 1, level_end = 1, depth = 0;
    tree->key[0] = 0;
    for (uint32_t v = 0; v < n; v++) {
        if (v == level_end) {
            level_end = n;
            depth++;
        }
        uint32_t t = tree->key[v];
        tree->frame[v] = a->trie->frame[t];
        tree->first_child[v] = n;
        for (uint32_t i = a->start[t]; i < a->start[t + 1]; i++)
            tree->key[n++] = a->child[i];
    }
    tree->first_child[n] = n;
    tree->max_depth = depth;
}

static void place_intervals(const Arranger *a, Tree *tree) {
    uint32_t *size = tree->hi; /* pairs at or below, until hi takes its place */
    for (uint32_t v = tree->nodes; v-- > 0;) {
        size[v] = a->own[tree->key[v]];
        for (uint32_t c = tree->first_child[v]; c < tree->first_child[v + 1]; c++)
            size[v] += size[c];
    }
    tree->lo[0] = 0;
    for (uint32_t v = 0; v < tree->nodes; v++) {
        uint32_t at = tree->lo[v] + a->own[tree->key[v]];
        for (uint32_t c = tree->first_child[v]; c < tree->first_child[v + 1]; c++) {
            tree->lo[c] = at;
            at += size[c];
        }
        tree->hi[v] = at;
        a->own[tree->key[v]] = tree->lo[v];
    }
}

/* Ranks within a node go by context, then by pair. */
static void rank_pairs(const Arranger *a, const Profile *profile, Tree *tree) {
    uint32_t *place = ARENA_ARRAY(a->scratch, uint32_t, (size_t)a->contexts + 1);
    uint32_t *in_order = ARENA_ARRAY(a->scratch, uint32_t, a->pairs);
    for (uint32_t p = 0; p < a->pairs; p++)
        place[pairs_get(&profile->pairs, p).context + 1]++;
    for (uint32_t c = 0; c < a->contexts; c++)
        place[c + 1] += place[c];
    for (uint32_t p = 0; p < a->pairs; p++)
        in_order[place[pairs_get(&profile->pairs, p).context]++] = p;
    for (uint32_t i = 0; i < a->pairs; i++)
        tree->rank_of_pair[in_order[i]] = a->own[a->trie->pair_node[in_order[i]]]++;
}

Tree *tree_build(const Profile *profile, const ProfileView *view, uint8_t kind) {
    Arena scratch;
    Trie trie;
    arena_init(&scratch, 1 << 20);
    if (kind == TREE_INVERTED)
        inverted_trie(profile, view, &scratch, &trie);
    else
        forward_trie(profile, view, &scratch, &trie);
    Arranger a = {.trie = &trie,
                  .frames = view->frames,
                  .pairs = view->pairs,
                  .contexts = view->contexts,
                  .scratch = &scratch};
    a.frame_rank = rank_frames(profile->dict, view, &scratch);
    mark_used(&a);
    sort_children(&a);

    OwnedTree *owned = mem_resize(NULL, 0, sizeof(*owned));
    Tree *tree = &owned->tree;
    Arena *arena = &owned->arena;
    arena_init(arena, 0);
    owned->mutex = mutex_new();
    owned->holders = 1;
    tree->kind = kind;
    tree->nodes = a.nodes;
    tree->ranks = tree->pairs = view->pairs;
    tree->lo = ARENA_ARRAY(arena, uint32_t, a.nodes);
    tree->hi = ARENA_ARRAY(arena, uint32_t, a.nodes);
    tree->first_child = ARENA_ARRAY(arena, uint32_t, (size_t)a.nodes + 1);
    tree->key = ARENA_ARRAY(arena, StackId, a.nodes);
    tree->frame = ARENA_ARRAY(arena, FrameId, a.nodes);
    tree->rank_of_pair = ARENA_ARRAY(arena, uint32_t, view->pairs);
    number_nodes(&a, tree);
    place_intervals(&a, tree);
    rank_pairs(&a, profile, tree);
    arena_free(&scratch);
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
    pack_drop(owned->pack);
    mem_resize(owned, sizeof(*owned), 0);
}

size_t tree_bytes(const Tree *tree) {
    return ((const OwnedTree *)tree)->arena.bytes + sizeof(OwnedTree);
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
        if (tree->first_child[mid] <= node)
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
    uint32_t lo = tree->first_child[node], hi = tree->first_child[node + 1];
    while (lo < hi) {
        uint32_t mid = lo + (hi - lo) / 2;
        int order = str_cmp(dict_symbol(dict, tree->frame[mid]), symbol);
        if (order == 0)
            order = str_cmp(dict_module(dict, tree->frame[mid]), module);
        if (order < 0 ||
            (order == 0 && frames_get(&dict->frames, tree->frame[mid]).kind < kind))
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
        if (c >= tree->first_child[node + 1] ||
            !str_eq(dict_symbol(dict, tree->frame[c]), path[i].symbol) ||
            (path[i].module.n && !str_eq(dict_module(dict, tree->frame[c]), path[i].module)))
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
    return c < tree->first_child[node + 1] && tree->key[c] == key ? c : 0;
}

static uint32_t scan_for_key(const Tree *tree, StackId key) {
    for (uint32_t v = 1; v < tree->nodes; v++)
        if (tree->key[v] == key)
            return v;
    return 0;
}

uint32_t tree_find_key(const Tree *tree, const Dict *dict, StackId key) {
    if (tree->kind != TREE_FORWARD || key == 0)
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

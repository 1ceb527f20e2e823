/* Tree: nodes over ranks, plus the map from pair to rank.
 * Pairs are numbered by stack in depth-first order (siblings by name), then context: the rank.
 * A node is an interval [lo, hi) of ranks that contains its descendants', so with P the exclusive
 * prefix sum of counts by rank its total is P[hi]-P[lo] and its left edge P[lo]. A node's own
 * ranks come first: its self count is P[own]-P[lo], own = first child's lo, or hi.
 * The forward tree is one instance; inverted and others are more over the same pairs.
 * Nodes lie in breadth-first order, so children are adjacent and first_child never decreases:
 * node v's children are first_child[v] … first_child[v+1]-1.
 * Owner: the engine's index, shared by reference counting (tree_hold, tree_drop, any thread).
 * Immutable once built. */
#pragma once

#include "base/arena.h"
#include "store/profile.h"

typedef struct Tree {
    uint8_t kind;          /* TreeKind */
    uint32_t nodes;        /* node 0 is the virtual root "all" */
    uint32_t *lo, *hi;     /* nodes each */
    uint32_t *first_child; /* nodes + 1 */
    StackId *key;          /* identity that survives rebuilding: the forward tree's stack id;
                              other trees make their own, stable for the same path */
    FrameId *frame;
    uint32_t ranks;        /* pairs that have a rank */
    uint32_t *rank_of_pair; /* `pairs` entries; UINT32_MAX: none yet */
    uint32_t pairs;
    uint32_t max_depth;    /* of any node; root is 0 */
} Tree;

/* Builds over the pairs below view->pairs. */
Tree *tree_build(const Profile *profile, const ProfileView *view, uint8_t kind);
/* A tree whose arrays lie in a pack, which it holds. */
Tree *tree_borrow(const Tree *arrays, Pack *pack);
void tree_hold(Tree *tree);
void tree_drop(Tree *tree);
size_t tree_bytes(const Tree *tree);

uint32_t tree_parent(const Tree *tree, uint32_t node); /* 0 for the root itself */
uint32_t tree_depth(const Tree *tree, uint32_t node);
/* The node of a path of (symbol, module) frames below the root, as far as it exists; *matched
 * is how many frames fit. Module may be empty: any. */
typedef struct PathFrame {
    Str symbol, module;
} PathFrame;
uint32_t tree_find(const Tree *tree, const Dict *dict, const PathFrame *path, uint32_t n,
                   uint32_t *matched);
/* The node with this key, or 0; searches along key's own path. */
uint32_t tree_find_key(const Tree *tree, const Dict *dict, StackId key);

static inline uint32_t tree_own_end(const Tree *tree, uint32_t node) {
    uint32_t child = tree->first_child[node];
    return child < tree->first_child[node + 1] ? tree->lo[child] : tree->hi[node];
}

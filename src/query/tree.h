/* Tree: nodes over ranks, plus the maps between ranks and pairs.
 * What is counted apart (a pair; by cpu: a pair on one cpu) is numbered by where it ends in
 * depth-first order (siblings by name), then by context: the rank. A node is an interval
 * [lo, hi) of ranks that contains its descendants', so with P the exclusive prefix sum of counts
 * by rank its total is P[hi]-P[lo] and its left edge P[lo]. A node's own ranks come first: its
 * self count is P[own]-P[lo], own = first child's lo, or hi.
 * The forward tree is one instance; inverted, transformed, grouped and joint ones are more over
 * the same pairs (grown.h). Some transforms drop pairs: these have no rank.
 * Nodes lie in breadth-first order, so children are adjacent and first_child never decreases:
 * node v's children are node[v].first_child … node[v+1].first_child-1.
 * Owner: the engine's index or whoever grew it, shared by reference counting (tree_hold,
 * tree_drop, any thread). Immutable once built. */
#pragma once

#include "base/arena.h"
#include "query/synthetic.h"
#include "store/profile.h"

enum { TREE_SIDES = 2, RANK_NONE = UINT32_MAX };

/* 20 bytes, side by side: a query visits few nodes, at places far apart, and wants all of each.
 * (As an array for each member a layout waited for memory nearly twice as long.) */
typedef struct TreeNode {
    uint32_t lo, hi;
    uint32_t first_child;
    StackId key;   /* identity that survives rebuilding: the forward tree's stack id; other trees
                      make their own, stable for the same path */
    FrameId frame; /* of the Dict, or synthetic: read with tree_symbol and so on */
} TreeNode;

typedef struct Tree {
    uint64_t id;             /* no two trees of an engine have the same */
    uint64_t spec;           /* tree_spec_hash; 0: the forward tree alone */
    uint32_t nodes;          /* node 0 is the virtual root "all" */
    TreeNode *node;          /* nodes, and one more that has only a first_child */
    uint32_t ranks, dropped; /* what is counted apart and has a rank, and what has none */
    uint32_t *rank_of_pair;  /* `pairs` entries, or RANK_NONE; NULL: by cpu */
    uint32_t pairs;
    uint32_t *rank_of_pair_b, pairs_b;  /* a joint tree: the other profile's */
    uint32_t *slot_of_rank[TREE_SIDES]; /* each profile's (index.h); NULL: slots are ranks.
                                           What is the other one's leads to the empty pair */
    PairId *pair_of_rank[TREE_SIDES];   /* by cpu only; likewise */
    uint32_t max_depth;                 /* of any node; root is 0 */
    uint32_t frames, contexts;          /* ids of the Dict below these may occur */
    Synthetics *synthetics;             /* NULL: none; sealed */
} Tree;

/* The forward tree over the pairs below view->pairs. */
Tree *tree_build(const Profile *profile, const ProfileView *view);
/* A tree whose arrays lie in a pack, which it holds. */
Tree *tree_borrow(const Tree *arrays, Pack *pack);
void tree_hold(Tree *tree);
void tree_drop(Tree *tree);
size_t tree_bytes(const Tree *tree);

/* Of any frame; empty, or user code, where a synthetic one is another tree's. The tree may be
 * NULL where the frame is the Dict's. */
Str tree_symbol(const Tree *tree, const Dict *dict, FrameId frame);
Str tree_module(const Tree *tree, const Dict *dict, FrameId frame);
uint32_t tree_frame_kind(const Tree *tree, const Dict *dict, FrameId frame);

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

/* Sets of[pair] to 1 for the pairs (of side 0 or 1) that the node has, at or below it. By cpu,
 * that is so for their samples on tree_cpu alone. */
void tree_mark_pairs(const Tree *tree, uint32_t side, uint32_t node, uint8_t *of);
/* The cpu that a node above or this one groups by; -1: all. */
int32_t tree_cpu(const Tree *tree, uint32_t node);

/* The node's children, [first, *end). Of a tree in a pack that was cut short while it was mapped
 * (base/mapped.h), numbers become 0: then a node has none rather than what leads round. */
static inline uint32_t tree_children(const Tree *tree, uint32_t node, uint32_t *end) {
    uint32_t first = tree->node[node].first_child, after = tree->node[node + 1].first_child;
    *end = first > node && after > first ? after : first;
    return first;
}

static inline uint32_t tree_own_end(const Tree *tree, uint32_t node) {
    uint32_t child = tree->node[node].first_child;
    return child < tree->node[node + 1].first_child ? tree->node[child].lo : tree->node[node].hi;
}

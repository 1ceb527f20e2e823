/* Trie: nodes in order of creation, a parent's id smaller than its children's, and where each
 * unit ends in it. A unit is what is counted apart: a pair, or a pair on one cpu, of one profile
 * or of two. Steps (trie_step.c, trie_group.c) make one trie of another, top down; the last one
 * is arranged for display by tree.c. Ids depend on what came first alone: when pairs are added,
 * the nodes that were there keep theirs.
 * Owner: whoever calls trie_init. Thread: one. Memory: its own, freed by trie_free. */
#pragma once

#include "query/query.h"
#include "query/synthetic.h"
#include "store/profile.h"

enum { UNIT_DROPPED = UINT32_MAX };

typedef struct Units {
    uint32_t count;
    const Profile *profile[2]; /* the second may be NULL */
    uint32_t first_b;          /* units from here on are of the second */
    const PairId *pair;        /* by unit; NULL: its number within its profile */
    const uint16_t *cpu;       /* by unit; NULL: cpus are not told apart */
} Units;

static inline Pair units_get(const Units *u, uint32_t unit) {
    bool b = unit >= u->first_b;
    PairId pair = u->pair ? u->pair[unit] : b ? unit - u->first_b : unit;
    return pairs_get(&u->profile[b]->pairs, pair);
}

/* The empty pair, which no sample has. */
static inline bool units_is_empty(const Units *u, uint32_t unit) {
    return u->pair ? u->pair[unit] == 0 : unit == 0 || unit == u->first_b;
}

typedef struct Trie {
    uint32_t count, cap; /* nodes; 0 is the root */
    uint32_t *parent;
    FrameId *frame;
    uint32_t *unit_node; /* by unit: the node it ends in, or UNIT_DROPPED */
    uint32_t units;
    /* While it grows. Most nodes have one child, which last_child alone finds; where there are
     * several, it is the one found last, TRIE_MANY is set, and all are in the index. */
    uint32_t *last_child;
    HashIndex index; /* by (parent, frame) */
} Trie;

#define TRIE_MANY 0x80000000u

/* Room for `nodes` of them from the start; all units dropped. */
void trie_init(Trie *trie, uint32_t nodes, uint32_t units);
void trie_free(Trie *trie);
/* The node of `frame` below `parent`, new or not. */
uint32_t trie_grow(Trie *trie, uint32_t parent, FrameId frame);
/* A node that is known to be new, in a trie that nothing calls trie_grow for. */
uint32_t trie_append(Trie *trie, uint32_t parent, FrameId frame);

/* The stacks of the dict below `stacks`, as they are. */
void trie_of_stacks(Trie *trie, const Dict *dict, uint32_t stacks, const Units *units);
/* Each of these replaces *trie. Leaf first, below its groups. */
void trie_invert(Trie *trie, const FrameNames *names);
/* Every transform but groups. */
void trie_transform(Trie *trie, const FrameNames *names, const Transforms *transforms, uint32_t i);
/* contexts: ids below may be read. */
void trie_group(Trie *trie, const FrameNames *names, const Units *units, GroupKey key,
                uint32_t contexts);
/* All that are in force, in order; stops half done when cancelled. */
void trie_apply(Trie *trie, const FrameNames *names, const Units *units,
                const Transforms *transforms, uint32_t contexts);

/* By node: a group with nothing but groups above it. NULL without synthetic frames; freed by the
 * caller, of `count` bytes. */
uint8_t *trie_groups(const Trie *trie, const FrameNames *names);

/* Places: at which stack each sample ends in what an export writes: as recorded, or as transforms
 * leave it. It is the trie that the window's trees are arranged from, before it is arranged:
 * samples that an export walks through in the order of time need neither ranks nor an index, only
 * where they end; the counts are those of every tree of the same transforms, since it is the same
 * trie. Without transforms a node is a StackId.
 * Nodes: 0 is the root, a parent's number is smaller than its children's. Frames are numbered
 * densely, those of the Dict by their id, so that tables by frame are possible.
 * Owner: the caller's variable, freed by places_free; the profiles must outlive it. Thread: one
 * that may read the profiles below the views. Failure: none. */
#pragma once

#include "query/query.h"
#include "query/tree.h"
#include "query/trie.h"

enum { PLACE_DROPPED = UNIT_DROPPED }; /* by a transform: in no node */

typedef struct Places {
    uint32_t nodes, frames, units;
    const uint32_t *parent, *frame; /* by node */
    const uint32_t *node;           /* by unit: what is counted apart; or PLACE_DROPPED */
    /* -- its own */
    Trie trie;
    Synthetics synthetics;
    FrameNames names;
    Units of;
    bool by_cpu;   /* a unit is a pair on one cpu: */
    PairId *pair;  /* by unit */
    uint16_t *cpu; /* by unit */
    uint32_t cap;
    HashIndex index; /* of units from 1 on, by profile, pair and cpu */
} Places;

/* The second profile, which shares the first one's Dict, may be NULL. */
void places_make(Places *places, const Transforms *transforms,
                 const Profile *const profile[TREE_SIDES], const ProfileView view[TREE_SIDES]);
void places_free(Places *places);
/* which: 0 or 1, the profile that the sample is of. */
uint32_t places_unit(const Places *places, uint32_t which, PairId pair, uint16_t cpu);
Pair places_pair(const Places *places, uint32_t unit);

Str places_symbol(const Places *places, uint32_t frame);
Str places_module(const Places *places, uint32_t frame);
uint32_t places_kind(const Places *places, uint32_t frame);
/* A frame that groups: it stays above all others when stacks are turned over. */
bool places_is_group(const Places *places, uint32_t frame);

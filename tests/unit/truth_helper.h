/* Truth about trees, the slow way: the stack of every sample is rewritten as a list of frames, one
 * transform after the other, and the lists are folded into sums by path. Shares no code with the
 * tries. */
#pragma once

#include "query/answer.h"
#include "query_helper.h"

typedef struct TruthFrame {
    Str symbol, module;
    uint32_t kind;
    bool synthetic; /* a group, a collapsed module */
} TruthFrame;

/* The stack that the transforms leave of a sample's of this pair on this cpu; false: they drop it.
 * Contexts and frames below the view may be named. */
bool truth_stack(const Profile *profile, const ProfileView *view, const TreeSpec *spec, PairId pair,
                 uint32_t cpu, Arena *arena, TruthFrame **out, uint32_t *n);

/* Holds every node of the answer's tree, its totals and self counts of selection and baseline,
 * what a search finds and the counts about the tree, against that. settled: the tree knows all
 * samples that the answer knows (by cpu, what it does not know cannot be told from outside). */
void truth_check(const Answer *answer, bool settled);
/* Up to `most` random transforms, whose frames and paths mostly occur, and a direction. */
void random_tree(uint64_t *random, const Profile *profile, const ProfileView *view, uint32_t most,
                 TreeSpec *out);

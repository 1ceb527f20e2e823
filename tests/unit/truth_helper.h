/* Truth about trees, the slow way: the stack of every sample is rewritten as a list of frames, one
 * transform after the other, and the lists are folded into sums by path. Shares no code with the
 * tries. */
#pragma once

#include "query/answer.h"
#include "query_helper.h"

/* Holds every node of the answer's tree, its totals and self counts of selection and baseline,
 * what a search finds and the counts about the tree, against that. settled: the tree knows all
 * samples that the answer knows (by cpu, what it does not know cannot be told from outside). */
void truth_check(const Answer *answer, bool settled);
/* Up to `most` random transforms, whose frames and paths mostly occur, and a direction. */
void random_tree(uint64_t *random, const Profile *profile, const ProfileView *view, uint32_t most,
                 TreeSpec *out);

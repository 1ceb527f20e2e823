/* Elided: what the baseline has and the selection lacks, in place of the selection: an answer's
 * A becomes the baseline's samples in nodes that have none of A's, and B goes.
 * Owner: the answer lane. Thread: one at a time. Memory: scratch of its own, a byte a node and a
 * rank. Failure: none. */
#pragma once

#include "query/answer.h"

/* a and b: the arrays that answer->a and answer->b lie in; what A was is overwritten. */
void elided_make(Answer *answer, uint32_t *a32, uint64_t *a64);

/* Grown: a tree, and the indexes by whose slots its ranks are counted: what an answer is made of.
 * The forward tree is its index's own; every other one is made here by a TreeSpec, on a worker,
 * in some 0.2 s for each million nodes.
 * Owner: whoever has the value holds all that is in it. Thread: any; the parts are immutable. */
#pragma once

#include "query/index.h"

typedef struct Grown {
    Tree *tree;
    Index *index[TREE_SIDES]; /* the second: a joint tree's other profile; else NULL */
} Grown;

/* a, b: of the two profiles; b is looked at by a joint tree only and may be NULL. The ids from
 * `id` up to id + GROWN_IDS are given to what is made. Cancelled (NULL: never), it has nothing. */
enum { GROWN_IDS = 3 };
Grown grown_make(const TreeSpec *spec, Index *a, Index *b, uint64_t id, const CancelToken *cancel);
void grown_hold(const Grown *grown);
void grown_drop(Grown *grown);

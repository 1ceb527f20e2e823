/* What tree.c needs to make a tree of a trie; private to what makes trees. */
#pragma once

#include "query/tree.h"
#include "query/trie.h"

typedef struct Arranging {
    const FrameNames *names; /* its synthetic frames become the tree's */
    const Units *units;
    uint32_t contexts; /* ids below occur */
    uint32_t pairs[TREE_SIDES];
    const uint32_t *slot[TREE_SIDES]; /* by unit of that side; [0] is the empty pair's. NULL:
                                         no map from ranks to slots is made */
} Arranging;

Tree *tree_arrange(const Trie *trie, const Arranging *in);

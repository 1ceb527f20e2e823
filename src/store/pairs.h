/* Pairs: the distinct (stack, context) of a profile; what a sample stores. Id 0 is the empty
 * pair and stays unused. Ids in order of first appearance. Owner: the Profile. Thread: as
 * Names. */
#pragma once

#include "store/contexts.h"
#include "store/stacks.h"

typedef uint32_t PairId;

typedef struct Pair {
    StackId stack;
    ContextId context;
} Pair;

typedef struct Pairs {
    Column entry;    /* Pair by id */
    HashIndex index; /* -- writer only */
} Pairs;

void pairs_init(Pairs *pairs);
void pairs_free(Pairs *pairs);
PairId pairs_intern(Pairs *pairs, Pair pair);
/* Asks memory for what pairs_intern will read. */
void pairs_fetch(const Pairs *pairs, Pair pair);
/* A pair that the caller knows to be new: as stacks_append. */
PairId pairs_append(Pairs *pairs, Pair pair);

static inline Pair pairs_get(const Pairs *pairs, PairId id) {
    return COLUMN_AT(&pairs->entry, Pair, id);
}

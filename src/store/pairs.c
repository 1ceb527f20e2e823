#include "store/pairs.h"

#include "base/error.h"

static uint32_t pair_hash(Pair p) {
    return (uint32_t)hash_mix((uint64_t)p.context << 32 | p.stack);
}

void pairs_init(Pairs *pairs) {
    column_init(&pairs->entry, sizeof(Pair), 10);
    hash_init(&pairs->index);
    column_push(&pairs->entry); /* id 0 stays unused */
}

void pairs_free(Pairs *pairs) {
    column_free(&pairs->entry);
    hash_free(&pairs->index);
}

void pairs_fetch(const Pairs *pairs, Pair pair) {
    __builtin_prefetch(&pairs->index.slot[hash_first(&pairs->index, pair_hash(pair))]);
}

PairId pairs_append(Pairs *pairs, Pair pair) {
    if (pairs->entry.count >= UINT32_MAX)
        panic("more than 4 billion pairs");
    COLUMN_PUSH(&pairs->entry, Pair) = pair;
    return (PairId)pairs->entry.count - 1;
}

PairId pairs_intern(Pairs *pairs, Pair pair) {
    const HashIndex *t = &pairs->index;
    uint32_t hash = pair_hash(pair);
    uint32_t id;
    for (uint32_t i = hash_first(t, hash); (id = hash_candidate(t, hash, &i)) != 0;
         i = hash_next(t, i)) {
        Pair p = pairs_get(pairs, id);
        if (p.stack == pair.stack && p.context == pair.context)
            return id;
    }
    id = pairs_append(pairs, pair);
    hash_insert(&pairs->index, hash, id);
    return id;
}

/* Matcher: which pairs' stacks have what is to be lit (LinkMatch), as a byte by pair. Symbols
 * are looked at once for each distinct frame, and the trie of stacks is gone down once, 5
 * million nodes in about 10 ms; both are extended as stacks arrive. With an index, what is asked of
 * it again and again is answered by its tree instead, in a tenth of that. Owner: whoever calls
 * matcher_init. Thread: one at a time. Memory: its own, freed by matcher_free. Failure: an
 * expression that does not compile matches nothing. */
#pragma once

#include "base/jobs.h"
#include "base/regex.h"
#include "query/frame_nodes.h"
#include "query/query.h"
#include "store/profile.h"

typedef struct Matcher {
    const Profile *profile;
    LinkMatch match;
    Regex *regex;
    uint8_t *frame;                 /* by frame id, for LINK_SEARCH: its symbol matches */
    uint64_t *stack;                /* a bit by stack id: it or one below it on its path matches */
    uint8_t *pair;                  /* 0 or 1 */
    uint32_t frames, stacks, pairs; /* that are decided */
    uint32_t frame_cap, stack_cap, pair_cap;
    /* -- by the tree of an index */
    uint64_t asked_index; /* for which one wish was answered without it */
    FrameNodes nodes;
    uint64_t *rank; /* a bit by rank */
    uint32_t rank_cap;
} Matcher;

void matcher_init(Matcher *m);
void matcher_free(Matcher *m);
/* A new wish; the same again is free and keeps what was made. */
void matcher_set(Matcher *m, const Profile *profile, const LinkMatch *match);
/* Decides all pairs below view->pairs. False when cancelled: it goes on there the next time. */
bool matcher_extend(Matcher *m, const ProfileView *view, const CancelToken *token);
/* The same; pairs that the index has are decided by its tree where that is less work. */
bool matcher_extend_by(Matcher *m, const Index *index, const ProfileView *view,
                       const CancelToken *token);
size_t matcher_bytes(const Matcher *m);

/* Answer: the numbers for one Query. Immutable once it can be seen; owned by the engine; valid
 * until two newer answers were taken (engine.h). Prefix arrays have tree->ranks + 1 entries. */
#pragma once

#include "query/query.h"
#include "query/tree.h"

/* Prefix sums by rank; exactly one of the two arrays is set. */
typedef struct Prefix {
    const uint32_t *u32;
    const uint64_t *u64;
} Prefix;

static inline uint64_t prefix_at(const Prefix *p, uint32_t rank) {
    return p->u32 ? p->u32[rank] : p->u64[rank];
}

static inline uint64_t prefix_total(const Prefix *p, const Tree *tree, uint32_t node) {
    return prefix_at(p, tree->node[node].hi) - prefix_at(p, tree->node[node].lo);
}

static inline uint64_t prefix_self(const Prefix *p, const Tree *tree, uint32_t node) {
    return prefix_at(p, tree_own_end(tree, node)) - prefix_at(p, tree->node[node].lo);
}

typedef struct Answer {
    Query query;
    uint64_t generation; /* grows with each answer */
    uint64_t samples;    /* of the profile, all events, that this answer knows of */
    const Profile *profile;
    const Profile *profile_b; /* of a joint tree, the other one; else NULL */
    uint64_t samples_b;       /* … and as `samples` */
    const Tree *tree;
    Prefix a;              /* the selection, after chips */
    Prefix b;              /* the baseline, after chips; unset without one */
    bool elided;           /* a is what the baseline has beyond the selection; b is unset … */
    uint64_t elided_of;    /* … of this many in the baseline */
    uint64_t in_tree;      /* selected, shown samples (weights if weighted) that the tree keeps: the
                              sum of a */
    uint64_t not_arranged; /* those (weights if weighted) whose pair the tree does not know yet:
                              in no node, not in the prefix sums */
    uint64_t not_arranged_b; /* … of the baseline */
    /* samples (never weights) of the query's event(s) */
    uint64_t in_profile;        /* all */
    uint64_t weight_in_profile; /* weights of all of them; 0 unless the query sums weights */
    uint64_t shown_in_profile;  /* that pass all chips and the idle mode */
    uint64_t idle_in_profile;   /* idle ones, whatever the mode */
    uint64_t in_selection;
    uint64_t shown_in_selection;
    uint64_t in_baseline;       /* of whatever baseline; 0 without one */
    uint64_t shown_in_baseline; /* that pass all chips and the idle mode */
    const uint64_t *of_event;   /* samples of each event, whatever the query's; `events` of them, or
                                   none where the profile names one alone */
    uint32_t events;
    uint64_t term_passes[FILTER_TERMS]; /* samples in profile that pass this chip alone */
    /* search: samples of the selection (weights if weighted) with a matching frame, each counted
     * once; match[node] is 1 where the node's own frame matches. NULL without a search. */
    uint64_t search_total;
    uint32_t search_nodes; /* matching nodes with samples in the selection */
    const uint8_t *match;
    char search_error[160]; /* words of the regex compiler, or empty */
    int64_t took_ns;        /* thread cpu time of this answer */
} Answer;

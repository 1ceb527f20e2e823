/* Mask: what an event choice, an idle mode and the chips say about every pair, as bytes by
 * pair. Made once for a wish and extended as pairs arrive. Terms on frames look at each
 * distinct frame once and go down the trie of stacks once; terms on contexts look at each
 * context once. A term on cpus cannot be decided by pair: such a mask passes the pair and sets
 * by_cpu. Owner: whoever calls mask_init. Thread: one at a time. Memory: its own, freed by
 * mask_free. Failure: mask_set says when an expression does not compile; that term is then not
 * applied. */
#pragma once

#include "base/regex.h"
#include "query/crumbs.h"
#include "query/query.h"
#include "store/profile.h"

enum {
    MASK_EVENT = 1, /* is of the event that is asked for */
    MASK_IDLE = 2,  /* … and idle: by FlameScope's rule in that mode, else by ours */
    MASK_SHOWN = 4, /* … and passes the idle mode and every term in force */
};

typedef struct MaskTable {
    void *at;
    uint64_t count, cap;
    uint32_t item;
} MaskTable;

typedef struct Mask {
    const Profile *profile;
    EventId event;
    uint8_t idle; /* IdleMode */
    Filter filter;
    uint64_t version;  /* grows with each new wish; extending leaves it */
    bool by_cpu;       /* a cpu term is in force: ask mask_cpu_passes for each sample as well */
    uint32_t in_force; /* bit i: term i is applied */
    uint32_t negated, of_stack, of_context;
    /* What frames and stacks say is kept as bytes where there are eight facts or fewer, as there
       nearly always are: a tree of stacks is larger than any cache. */
    bool narrow;
    uint32_t fact[8];       /* narrow: which term's bit, or other, is bit k of a byte */
    uint32_t facts[256];    /* narrow: all that a byte says */
    MaskTable frame, stack; /* uint8_t or uint32_t */
    MaskTable routine;      /* uint8_t by frame, IdleLeaf; lasts as long as the profile */
    bool idle_alone;        /* some frame is IDLE_LEAF_ALONE: every pair's leaf is looked at */
    MaskTable context;      /* uint32_t */
    MaskTable bits;         /* uint8_t of MASK_… by pair */
    Crumbs crumbs;   /* low: as MASK_EVENT, high: as MASK_SHOWN; for who looks at every sample */
    MaskTable terms; /* uint16_t by pair, bit i: passes term i alone */
    Regex *regex[FILTER_TERMS];
    uint64_t cpu[65536 / 64]; /* bit set: passes every cpu term in force */
} Mask;

void mask_init(Mask *mask);
void mask_free(Mask *mask);
/* A new wish; the same again is free and keeps what was made. */
bool mask_set(Mask *mask, const Profile *profile, EventId event, uint8_t idle, const Filter *filter,
              Error *err);
/* Makes the bytes of all pairs below view->pairs. */
void mask_extend(Mask *mask, const ProfileView *view);
/* Throws away what was made, keeps the wish. */
void mask_forget(Mask *mask);
bool mask_term_has_cpu(const Mask *mask, uint32_t term, uint16_t cpu);
size_t mask_bytes(const Mask *mask);

static inline const uint8_t *mask_bits(const Mask *mask) {
    return (const uint8_t *)mask->bits.at;
}

static inline bool mask_cpu_passes(const Mask *mask, uint16_t cpu) {
    return mask->cpu[cpu >> 6] >> (cpu & 63) & 1;
}

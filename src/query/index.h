/* Index: what is sorted about the first `samples` samples of a profile: the forward tree and its
 * ranks, the samples in time order, and dense snapshots of counts along that order.
 * Slots: the numbers that counts are kept by. A pair that the forward tree has arranged has its
 * rank as slot, a later one its own id; so the forward prefix is one straight pass, and other
 * trees gather through their slot_of_rank.
 * A tree grouped by cpu needs another index, over an ordinary one: each (pair, cpu) that occurs
 * is a slot, and a later one counts under the pair, at slots + pair. It takes as much memory
 * again, but for the order.
 * Memory: 4 B a sample (8 when the profile is out of order), snapshots up to 4 B a sample.
 * At most 2^32 - 1 samples are indexed; those behind are found by scanning.
 * Owner: the engine. Immutable once built; any thread
 * may read. Whoever keeps it for a job holds it: the last one to let go frees it. OOM aborts. */
#pragma once

#include "base/jobs.h"
#include "base/thread.h"
#include "query/query.h"
#include "query/tree.h"

typedef struct Index {
    const Profile *profile;
    Mutex *mutex;
    uint32_t holders; /* -- protected by mutex */
    uint64_t id;      /* never the same for two indexes */
    ProfileView view;
    uint64_t samples;
    Tree *tree; /* the forward one */
    uint32_t slots;
    uint32_t *slot;  /* by position in time order */
    uint32_t *order; /* position to sample; NULL: they are the same */
    uint64_t stride; /* positions between snapshots */
    uint32_t snapshots;
    /* Number k: counts of positions [0, (k + 1) · stride), a byte for every slot; slots that come
     * to more than that in the end (at most one for each 256 samples) have their own rows of 32
     * bits. Where most slots do, each has 16 bits instead: one of the two arrays is NULL. */
    uint8_t *snapshot8;
    uint16_t *snapshot16;
    uint32_t *big_slot, *big_count, bigs;
    /* by cpu */
    struct Index *base; /* held; its tree and order are this one's. NULL: by pair */
    PairId *pair_of_slot;
    uint16_t *cpu_of_slot;
    uint32_t slot_cap;
    HashIndex slot_index; /* by (pair, cpu); slot 0 is the empty pair's */
} Index;

Index *index_build(const Profile *profile, const ProfileView *view, uint64_t id);
/* By cpu, in two steps, for its slots should lie as the tree's ranks do: numbered as met, for a
 * tree to be made of; then in the order that `place` gives by slot, [0] staying 0, and whole. */
Index *index_build_by_cpu(Index *base, uint64_t id, const CancelToken *cancel);
void index_renumber(Index *index, const uint32_t *place);
void index_hold(Index *index);
void index_drop(Index *index); /* NULL allowed; freeing some hundred megabytes takes a while */
size_t index_bytes(const Index *index); /* without trees and snapshots */
size_t index_snapshot_bytes(const Index *index);
/* Counts of positions between two snapshots (0: the start) into slots entries; from <= to. */
void index_snapshot_between(const Index *index, uint32_t from, uint32_t to, uint32_t *count);
/* Positions that exist below this view: those behind `samples` too, if still in order. */
uint64_t index_positions(const Index *index, const ProfileView *view);
/* First position below `end` whose time is t_ns or later. */
uint64_t index_lower(const Index *index, uint64_t end, int64_t t_ns);

static inline uint64_t index_sample(const Index *index, uint64_t position) {
    return index->order && position < index->samples ? index->order[position] : position;
}

/* Of an index by pair. */
static inline uint32_t index_slot_of_pair(const Index *index, PairId pair) {
    return pair < index->slots ? index->tree->rank_of_pair[pair] : pair;
}

uint32_t index_slot_by_cpu(const Index *index, PairId pair, uint64_t sample);

static inline uint32_t index_slot_of_sample(const Index *index, PairId pair, uint64_t sample) {
    return index->base ? index_slot_by_cpu(index, pair, sample) : index_slot_of_pair(index, pair);
}

/* Every slot and its pair: entries i below index_entries, which grow at the end as pairs come.
 * Slots are below index_slot_end. */
static inline uint32_t index_entries(const Index *index, uint32_t pairs) {
    return index->base ? index->slots + pairs : pairs;
}
static inline PairId index_entry(const Index *index, uint32_t i, uint32_t *slot) {
    *slot = index->base ? i : index_slot_of_pair(index, i);
    return !index->base ? i : i < index->slots ? index->pair_of_slot[i] : i - index->slots;
}
static inline uint32_t index_slot_end(const Index *index, uint32_t pairs) {
    uint32_t end = index->base || pairs < index->slots ? index->slots : pairs;
    end += index->base ? pairs : 0;
    return end ? end : 1;
}

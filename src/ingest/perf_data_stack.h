/* Perf data stack: from the addresses of a sample to its pair. Callchains repeat: the bytes of
 * one but for its first address (the callers) are looked up as a whole, for the thread's name
 * and the versions of its memory and the kernel's; of one that is new each address is looked
 * up, and only what that does not know either is asked of the dsos. Owner: a load. Thread: one
 * at a time. Memory: caches of fixed size (7 MB), and the Part's, which perf_stacks_forget
 * empties when it has grown too large. */
#pragma once

#include "base/sizes.h"
#include "ingest/key_cache.h"
#include "ingest/pair_cache.h"
#include "ingest/perf_data_space.h"
#include "ingest/stack_walk.h"

enum {
    ADDRESS_LOG2 = CACHE_LOG2(16),
    PLACE_LOG2 = CACHE_LOG2(16),
    CHAIN_LOG2 = CACHE_LOG2(18),
    CHAIN_SMALL_LOG2 = CACHE_LOG2(14),
};

typedef struct AddressSlot {
    uint64_t address;
    uint32_t where; /* the space's version, or the dso; 0: empty */
    FrameValue value;
} AddressSlot;

typedef struct PerfStackTables {
    AddressSlot address[1 << ADDRESS_LOG2]; /* in memory */
    AddressSlot place[1 << PLACE_LOG2];     /* in dsos */
    PairSlot pair[1 << PAIR_CACHE_LOG2];
    KeySlot chain[]; /* fewer of a small file, for which clearing them took longer than reading */
} PerfStackTables;

typedef struct PerfStacks {
    Part part;
    FrameTable frames;
    Dsos dsos;
    PerfSpaces spaces;
    StackWalk walk;
    TextKeys keys;
    PerfStackTables *tables;
    size_t tables_n; /* bytes */
    bool huge;       /* they lie on huge pages, which are worth their while in larger files */
    KeyCache chains;
    PairCache pairs;
    IdMap seeds; /* of what a key must tell apart */
    uint32_t seed_count;
    uint64_t epoch; /* of the Part's ids */
    bool swapped;
    Column frame; /* FrameId, of the sample at hand, leaf first */
} PerfStacks;

/* Entries [from, to) of a chain, none of them a mark; mode is what they are of (MODE_USER …). */
typedef struct ChainPart {
    uint64_t from, to;
    uint32_t mode;
} ChainPart;

enum { CHAIN_PARTS = 8 };

/* A sample to be placed: mode is what its own address is of. */
typedef struct PerfPlaced {
    PerfThread *thread;
    Context context; /* comm is filled in here */
    const PerfSample *sample;
    uint32_t mode;
    bool whole; /* out: the stack was not cut */
    /* -- from perf_stacks_begin on */
    uint64_t epoch; /* of the ids below */
    StackId root;
    ContextId of; /* context */
    uint32_t seed;
    uint64_t leaf_at; /* in the chain; its length: there is no address in it */
    uint32_t leaf_mode;
    uint32_t parts;              /* 0: the chain is damaged, or there is none */
    ChainPart part[CHAIN_PARTS]; /* of the callers; what is behind was called first */
    TextKey key;                 /* of the last part */
    bool has_key;
} PerfPlaced;

/* What was found of samples: the pairs of several are looked up together, since each look-up
 * waits for memory. */
typedef struct PerfPlaces {
    PairWish wish[STACK_WALKS]; /* pair: the answer of perf_stacks_pairs */
    PairSlot *slot[STACK_WALKS];
    uint32_t n;
} PerfPlaces;

/* bytes: of the input, -1: nobody knows. */
void perf_stacks_init(PerfStacks *s, const PerfHeader *header, int64_t bytes);
void perf_stacks_free(PerfStacks *s);
/* All batches made so far were absorbed. */
void perf_stacks_forget(PerfStacks *s);
/* Asks memory for what placing it will read. What is known of threads and memory must not change
 * until it is placed; after perf_stacks_forget (another epoch) it has to begin again. */
void perf_stacks_begin(PerfStacks *s, PerfPlaced *placed);
/* Where the sample that was begun belongs, but for its pair. */
PairWish perf_stacks_place(PerfStacks *s, PerfPlaced *placed);
/* There is room for it. */
void perf_places_add(PerfPlaces *places, const PerfStacks *s, PairWish wish);
void perf_stacks_pairs(PerfStacks *s, PerfPlaces *places);
size_t perf_stacks_bytes(const PerfStacks *s);

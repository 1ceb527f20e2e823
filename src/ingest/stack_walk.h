/* Stack walk: from the frames of samples to their pairs in a worker's Part, for several samples
 * at a time. The trie is larger than the caches, so a step down waits for memory; the steps of
 * samples that have nothing to do with each other wait together.
 * It keeps a trie of its own beside the Part's, with what a step needs in eight bytes, and is
 * the only one to add stacks and pairs to that Part.
 * Owner: a parser. Thread: one at a time. Memory: 8 to 20 bytes a stack and about 24 a pair,
 * which stack_walk_bytes counts. OOM aborts. */
#pragma once

#include "ingest/id_map.h"
#include "store/batch.h"

enum { STACK_WALKS = 64 }; /* samples at a time, at most */

/* A node of the trie. */
typedef struct Twig {
    FrameId frame;
    StackId child; /* the only one, or 0; TWIG_MANY: they are in the map */
} Twig;

#define TWIG_MANY UINT32_MAX

typedef struct StackWalk {
    Twig *twig; /* by StackId of the Part */
    uint32_t twig_cap;
    IdMap child; /* (parent, frame) of those with siblings */
    IdMap pair;  /* (stack, context) */
} StackWalk;

/* A stack that is asked for. */
typedef struct Walker {
    StackId stack;        /* where to start, then the answer */
    const FrameId *frame; /* leaf first */
    uint32_t left;        /* frames still to go, from the end */
} Walker;

/* A pair that is asked for: of the stack with `leaf` on top, or without when that is 0. */
typedef struct PairWish {
    StackId stack;
    FrameId leaf;
    ContextId context;
    PairId pair; /* the answer */
} PairWish;

void stack_walk_init(StackWalk *walk);
void stack_walk_free(StackWalk *walk);
size_t stack_walk_bytes(const StackWalk *walk);
StackId stack_walk_push(StackWalk *walk, Part *part, StackId parent, FrameId frame);
/* n is at most STACK_WALKS. */
void stack_walk(StackWalk *walk, Part *part, Walker *walker, uint32_t n);
void stack_walk_pairs(StackWalk *walk, Part *part, PairWish *wish, uint32_t n);

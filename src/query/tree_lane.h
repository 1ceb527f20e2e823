/* TreeLane: the engine's trees other than the forward one. One is grown at a time, on a worker;
 * the latest few of each slot are kept, with the indexes they were made of, so that an answer may
 * be asked of the one there is while one of newer indexes is grown.
 * Owner: the engine. Thread: main, but for the job's own part. */
#pragma once

#include "query/grown.h"
#include "query/retired.h"

enum { TREES_KEPT = 4 };              /* for each slot */
#define TREES_BYTES ((size_t)1 << 30) /* beyond that, none that nobody asks for */

typedef struct TreeWish {
    TreeSpec spec; /* joint only where there is another profile */
    uint32_t slot;
    Index *index[TREE_SIDES]; /* the second NULL unless joint */
} TreeWish;

typedef struct KeptTree {
    TreeSpec spec;
    Grown grown;                   /* tree NULL: free */
    uint64_t index_id[TREE_SIDES]; /* that it was asked of */
    uint64_t used;
} KeptTree;

typedef struct TreeLane {
    Lane lane;
    /* -- the job's, while it runs; its wish's indexes are held */
    TreeWish wish;
    uint64_t id;
    CancelToken cancel;
    Grown made; /* nothing when cancelled */
    int64_t took_ns;
    /* -- */
    KeptTree kept[TREE_SIDES][TREES_KEPT]; /* by slot */
    uint64_t clock, mark;
} TreeLane;

/* NULL: there is none of this spec, of whatever indexes. */
KeptTree *tree_lane_find(TreeLane *lane, uint32_t slot, const TreeSpec *spec);
/* There is one, and of these indexes. */
bool tree_lane_current(TreeLane *lane, const TreeWish *wish);
/* Of a wish that is not current. Makes it, unless another is being made; where nobody waits for
 * it, because one of older indexes is there, with the lesser priority. The ids behind *ids are
 * its. False: another one is made. */
bool tree_lane_serve(TreeLane *lane, Jobs *jobs, JobPriority lesser, const TreeWish *wish,
                     uint64_t *ids);
/* True once for each tree that was made. Lets go of what is too old or too much to be kept. */
bool tree_lane_take(TreeLane *lane, Retired *retired);
/* What is being made is of no more use to anyone: it soon ends. */
void tree_lane_cancel(TreeLane *lane);
/* Once a poll, before the trees that are asked for are looked up. */
void tree_lane_mark(TreeLane *lane);
/* An index has a successor: what was made of it and was not looked up since the mark goes. */
void tree_lane_prune(TreeLane *lane, uint64_t index_id, Retired *retired);
/* Whether somebody here holds this tree. */
bool tree_lane_holds(const TreeLane *lane, const Tree *tree);
/* Everything about a slot's profile, of either side. No job may run. */
void tree_lane_forget(TreeLane *lane, uint32_t slot);
size_t tree_lane_bytes(const TreeLane *lane);

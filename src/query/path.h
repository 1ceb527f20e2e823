/* Path: the frames from the root of a tree to where a sample's stack ends in it, sample after
 * sample. The path to the next one begins with what both share; only what differs is walked, by
 * the intervals of ranks (tree.h), so no table by node is needed: one sample costs the frames
 * that differ from the one before, each a search among siblings.
 * Owner: the caller's variable, between path_begin and path_end; the Grown must outlive it.
 * Thread: one. Failure: none; a sample that is in no node is told. */
#pragma once

#include "query/grown.h"

typedef enum PathEnd {
    PATH_FOUND,
    PATH_DROPPED,      /* by a transform */
    PATH_NOT_ARRANGED, /* the tree does not know its pair yet */
} PathEnd;

typedef struct Path {
    const Tree *tree;
    const Index *index;     /* by cpu only; else NULL */
    uint32_t *rank_of_slot; /* likewise */
    uint32_t *node;         /* [0] is the root, [depth] where the sample last asked for ends */
    uint32_t depth;         /* 0 too where it is in no node */
} Path;

/* Of side A; grown must have a tree. */
void path_begin(Path *path, const Grown *grown);
void path_end(Path *path);
/* *shared: how many frames it has in common with the sample before, from below the root. */
PathEnd path_next(Path *path, PairId pair, uint64_t sample, uint32_t *shared);
/* Frame `depth` of the path, 1 … path->depth. */
static inline FrameId path_frame(const Path *path, uint32_t depth) {
    return path->tree->node[path->node[depth]].frame;
}

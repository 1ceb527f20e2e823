/* FrameNodes: of an index's forward tree, the nodes of each frame. What is below some frames is
 * then a few intervals of ranks, and neither all stacks nor all nodes have to be looked at (5
 * million of them: 10 ms; the intervals of a usual function: less than 1). Made when asked for, in
 * about the time of five such looks. Owner: whoever has the variable, zeroed. Thread: one at a
 * time. Memory: its own, 4 B a node and a frame, freed by frame_nodes_free. Failure: none; OOM
 * aborts. */
#pragma once

#include "query/index.h"

typedef struct FrameNodes {
    uint64_t index_id; /* what it is about; 0: nothing */
    uint32_t frames, nodes;
    uint32_t *first; /* by frame, and one more: where its nodes start in … */
    uint32_t *node;
} FrameNodes;

void frame_nodes_free(FrameNodes *f);
/* False when cancelled. */
bool frame_nodes_make(FrameNodes *f, const Index *index, const CancelToken *token);

static inline uint32_t frame_nodes_of(const FrameNodes *f, uint32_t frame, const uint32_t **node) {
    *node = f->node + (frame < f->frames ? f->first[frame] : 0);
    return frame < f->frames ? f->first[frame + 1] - f->first[frame] : 0;
}

#include "query/frame_nodes.h"

enum { CHECK_EVERY = 1 << 18 };

void frame_nodes_free(FrameNodes *f) {
    mem_resize(f->first, f->first ? (f->frames + 1) * sizeof(*f->first) : 0, 0);
    mem_resize(f->node, f->nodes * sizeof(*f->node), 0);
    *f = (FrameNodes){0};
}

/* Of a tree in a pack that was cut short meanwhile a frame can be any number. */
static inline uint32_t frame_of(const FrameNodes *f, const Tree *tree, uint32_t node) {
    uint32_t frame = tree->node[node].frame;
    return frame < f->frames ? frame : 0;
}

bool frame_nodes_make(FrameNodes *f, const Index *index, const CancelToken *token) {
    const Tree *tree = index->tree;
    if (f->index_id == index->id)
        return true;
    frame_nodes_free(f);
    f->frames = index->view.frames ? index->view.frames : 1;
    f->nodes = tree->nodes;
    f->first = mem_resize(NULL, 0, (f->frames + 1) * sizeof(*f->first));
    f->node = mem_resize(NULL, 0, f->nodes * sizeof(*f->node));
    uint32_t *end = mem_resize(NULL, 0, (f->frames + 1) * sizeof(*end)), at = 0;
    for (uint32_t v = 0; v < f->nodes; v++)
        end[frame_of(f, tree, v)]++;
    for (uint32_t i = 0; i < f->frames; i++) {
        f->first[i] = at;
        at += end[i];
        end[i] = f->first[i];
    }
    f->first[f->frames] = at;
    bool whole = true;
    for (uint32_t v = 0; v < f->nodes && whole; v++) {
        /* a tree that reads as zeros now had other frames when they were counted */
        uint32_t frame = frame_of(f, tree, v), to = end[frame];
        if (to < f->first[frame + 1]) {
            f->node[to] = v;
            end[frame]++;
        }
        whole = v % CHECK_EVERY || !cancelled(token);
    }
    mem_resize(end, (f->frames + 1) * sizeof(*end), 0);
    if (whole)
        f->index_id = index->id;
    else
        frame_nodes_free(f);
    return whole;
}

/* flame_layout: an answer to boxes, in fractions of the width, visiting visible frames only.
 * Thread: pure; memory is the caller's arena. A box narrower than half a pixel is not made; its
 * run of narrow siblings becomes one merged box with a count. */
#pragma once

#include "query/answer.h"

typedef struct FlameBox {
    uint64_t key;     /* identity across answers: the node's key; merged: derived from the first */
    uint32_t node;    /* of answer->tree; merged: the first of the run */
    uint32_t parent;  /* index of the box below; the first box is its own */
    FrameId frame;    /* 0 for merged and for the root */
    uint16_t depth;   /* 0 is the root "all" */
    uint8_t merged;   /* a run of narrow siblings */
    uint8_t match;    /* 1: matches the search; merged: some of them does */
    uint8_t ancestor; /* of the zoomed node: drawn full width, faded */
    uint32_t merged_count;    /* frames of the run that have samples */
    float x0, x1;             /* 0 … 1 of the width */
    uint64_t total, self;     /* selection; merged: sums */
    uint64_t total_b, self_b; /* baseline, when there is one */
} FlameBox;

typedef struct FlameLayout {
    const FlameBox *box; /* breadth-first: sorted by depth, then x */
    uint32_t count;
    uint32_t max_depth;
    uint32_t zoom;         /* node whose box spans the width */
    uint64_t total;        /* of the zoomed node */
    uint64_t total_b;      /* likewise, in the baseline */
    uint64_t all_a, all_b; /* of each side: what shares are of */
    bool differential; /* the answer has a baseline: a box is as wide as the mean of its shares */
    uint64_t not_arranged; /* drawn as one block at the right of depth 1, where the boxes leave
                              room for it: [total / (total + not_arranged), 1). 0 when zoomed */
} FlameLayout;

/* Shares of a box: of A's total, and of the baseline's. 0 where a side is empty. */
static inline double flame_share_a(const FlameLayout *l, const FlameBox *b) {
    return l->all_a ? (double)b->total / (double)l->all_a : 0;
}
static inline double flame_share_b(const FlameLayout *l, const FlameBox *b) {
    return l->all_b ? (double)b->total_b / (double)l->all_b : 0;
}

/* zoom: node of answer->tree (0: all). width_px: physical pixels. heaviest_first: order children
 * by total instead of by name. min_share: smaller boxes (share of shown total) go into merged. */
void flame_layout(const Answer *answer, uint32_t zoom, float width_px, bool heaviest_first,
                  double min_share, Arena *arena, FlameLayout *out);

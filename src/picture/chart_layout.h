/* chart_layout: a chart's samples to boxes, for a part of its time, visiting what is seen.
 * A box is a run of samples that share a frame and all below it. A box narrower than half a
 * pixel is not made; a run of such neighbours becomes one merged box with counts, and nothing
 * is laid out above it. Each sample is looked at once at most, beside the boxes that are made.
 * Thread: pure; memory is the caller's arena. */
#pragma once

#include "query/chart.h"

typedef struct ChartBox {
    uint32_t first;   /* its first sample; with depth: its identity within one chart */
    uint32_t samples; /* in all of it, seen or not; merged: of the run */
    uint32_t boxes;   /* merged: how many it stands for; else 1 */
    uint32_t parent;  /* index of the box below; the lowest are their own */
    FrameId frame;    /* 0 for merged */
    uint16_t depth;   /* 0: the first frame above the root */
    uint8_t merged;
    int64_t t0_ns, t1_ns; /* [t0, t1), of all of it */
    float x0, x1;         /* 0 … 1 of the width, cut at the view */
} ChartBox;

typedef struct ChartLayout {
    const ChartBox *box; /* sorted by depth, then x */
    uint32_t count, depths;
} ChartLayout;

/* [v0, v1): the time that the width shows. */
void chart_layout(const Chart *chart, int64_t v0_ns, int64_t v1_ns, float width_px, Arena *arena,
                  ChartLayout *out);

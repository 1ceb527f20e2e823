/* A breadth-first walk: the boxes of one depth are the parents of the next; the list made so far
 * is the queue. */
#include "picture/chart_layout.h"

#include <string.h>

typedef struct Builder {
    const Chart *chart;
    int64_t v0, v1;
    uint32_t first, end; /* samples that may be seen */
    double scale;        /* of one ns, as a share of the width */
    double half;         /* half a pixel, likewise */
    ChartBox *box;
    uint32_t count, cap;
    ChartBox run; /* narrow neighbours that are not yet put; boxes 0: none */
} Builder;

static ChartBox *push(Builder *b) {
    if (b->count == b->cap) {
        uint32_t cap = b->cap ? b->cap * 2 : 256;
        b->box = mem_resize(b->box, b->cap * sizeof(*b->box), cap * sizeof(*b->box));
        b->cap = cap;
    }
    return &b->box[b->count++];
}

static float place(const Builder *b, int64_t t) {
    if (t <= b->v0)
        return 0;
    return t >= b->v1 ? 1 : (float)((double)(t - b->v0) * b->scale);
}

static void put(Builder *b, ChartBox box) {
    if (!box.depth)
        box.parent = b->count;
    box.x0 = place(b, box.t0_ns);
    box.x1 = place(b, box.t1_ns);
    *push(b) = box;
}

static void put_run(Builder *b) {
    if (b->run.boxes)
        put(b, b->run);
    b->run.boxes = 0;
}

/* What lies half a pixel or more beyond the run stands apart from it. */
static void add_narrow(Builder *b, const ChartBox *box) {
    ChartBox *run = &b->run;
    if (run->boxes && (double)(box->t0_ns - run->t1_ns) * b->scale >= b->half)
        put_run(b);
    if (!run->boxes) {
        *run = *box;
        run->merged = 1;
        run->frame = 0;
        run->boxes = run->samples = 0;
    }
    run->boxes++;
    run->samples += box->samples;
    run->t1_ns = box->t1_ns;
}

/* Boxes of `depth` (1: the first frame) among the samples [from, to) that share one below. */
static void lay(Builder *b, uint32_t parent, uint32_t depth, uint32_t from, uint32_t to) {
    const Chart *c = b->chart;
    uint32_t i = from, last = to < b->end ? to : b->end;
    if (i < b->first)
        i = chart_last_break(c, b->first, depth);
    while (i < last) {
        if (c->sample[i].depth < depth) { /* it ends below: nothing here */
            i++;
            continue;
        }
        uint32_t next = chart_next_break(c, i + 1, depth);
        next = next < to ? next : to;
        ChartBox box = {.first = i,
                        .samples = next - i,
                        .boxes = 1,
                        .parent = parent,
                        .frame = chart_frame(c, i, depth),
                        .depth = (uint16_t)(depth - 1),
                        .t0_ns = c->sample[i].time_ns,
                        .t1_ns = chart_end(c, next - 1)};
        i = next;
        if (box.t1_ns <= b->v0 && box.t0_ns < b->v0)
            continue; /* a gap lies between it and the view */
        if ((double)(box.t1_ns - box.t0_ns) * b->scale < b->half) {
            add_narrow(b, &box);
            continue;
        }
        put_run(b);
        put(b, box);
    }
    put_run(b);
}

void chart_layout(const Chart *chart, int64_t v0_ns, int64_t v1_ns, float width_px, Arena *arena,
                  ChartLayout *out) {
    memset(out, 0, sizeof(*out));
    if (!chart->count || v1_ns <= v0_ns)
        return;
    uint32_t first = chart_from(chart, v0_ns);
    Builder b = {.chart = chart,
                 .v0 = v0_ns,
                 .v1 = v1_ns,
                 .first = first ? first - 1 : 0, /* it may last until then */
                 .end = chart_from(chart, v1_ns),
                 .scale = 1.0 / (double)(v1_ns - v0_ns),
                 .half = 0.5 / (width_px > 1 ? (double)width_px : 1.0)};
    lay(&b, 0, 1, 0, chart->count);
    for (uint32_t i = 0; i < b.count; i++) {
        ChartBox box = b.box[i];
        if (!box.merged && box.depth < UINT16_MAX)
            lay(&b, i, box.depth + 2u, box.first, box.first + box.samples);
    }
    ChartBox *box = ARENA_ARRAY(arena, ChartBox, b.count);
    if (b.count)
        memcpy(box, b.box, b.count * sizeof(*box));
    *out = (ChartLayout){
        .box = box, .count = b.count, .depths = b.count ? box[b.count - 1].depth + 1u : 0};
    mem_resize(b.box, b.cap * sizeof(*b.box), 0);
}

#include "app/chart_find.h"

#include <math.h>

/* A found box is at least this share of the width, or else zoomed to that other one. */
static const double LEAST_SHARE = 1.0 / 400, ZOOMED_SHARE = 1.0 / 20;

/* Boxes begin with the frames that a sample does not share with the one before it. This moves on to
 * the next beginning, by time, then from the root. */
static void step_on(const Chart *c, ChartSpot *at, int step) {
    const ChartSample *s = &c->sample[at->sample];
    if (step > 0 ? at->depth < s->depth : at->depth > s->shared + 1) {
        at->depth = (uint32_t)((int)at->depth + step);
        return;
    }
    do {
        at->sample =
            step > 0 ? (at->sample + 1) % c->count : (at->sample + c->count - 1) % c->count;
        s = &c->sample[at->sample];
    } while (s->depth <= s->shared);
    at->depth = step > 0 ? s->shared + 1 : s->depth;
}

/* Where a look around the whole chart begins: what is there itself is looked at last. */
static ChartSpot begin(const ChartPane *pane, const Chart *c, int step) {
    if (pane->found.on && pane->found.of == pane->made_of)
        return pane->found;
    uint32_t sample = chart_from(c, pane->v0_ns);
    sample = sample < c->count ? sample : 0;
    ChartSpot at = {
        .on = true, .of = pane->made_of, .sample = sample, .depth = c->sample[sample].shared};
    if (step > 0) /* one before the first of its own */
        return at;
    at.depth++;
    return at;
}

bool chart_find_next(ChartPane *pane, const Chart *c, const Dict *dict, int step) {
    ChartBox box;
    if (!c->frames)
        return false;
    ChartSpot at = begin(pane, c, step);
    bool match = false;
    for (uint32_t left = c->frames + 1; left && !match; left--) {
        step_on(c, &at, step);
        match = chart_marks_has(&pane->marks, c, dict, at.sample, at.depth);
    }
    pane->found = at;
    pane->found.on = match;
    if (!chart_find_box(pane, c, &box))
        return false;
    chart_pane_bring(pane, &box, LEAST_SHARE, ZOOMED_SHARE);
    return true;
}

bool chart_find_box(const ChartPane *pane, const Chart *c, ChartBox *out) {
    const ChartSpot *at = &pane->found;
    double span = (double)(pane->v1_ns - pane->v0_ns);
    if (!at->on || at->of != pane->made_of || at->sample >= c->count || !(span > 0))
        return false;
    uint32_t end = chart_next_break(c, at->sample + 1, at->depth);
    int64_t t0 = c->sample[at->sample].time_ns, t1 = chart_end(c, end - 1);
    *out = (ChartBox){.first = at->sample,
                      .samples = end - at->sample,
                      .boxes = 1,
                      .frame = chart_frame(c, at->sample, at->depth),
                      .depth = (uint16_t)(at->depth - 1),
                      .t0_ns = t0,
                      .t1_ns = t1,
                      .x0 = (float)((double)(t0 - pane->v0_ns) / span),
                      .x1 = (float)((double)(t1 - pane->v0_ns) / span)};
    return true;
}

/* A breadth-first walk from the zoomed node over those boxes that can be seen: the list of
 * boxes made so far is the queue. Places are sums of counts until the very end, so that a
 * child's edges are rounded by the same function as its parent's and never stick out. */
#include "picture/flame_layout.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct Run {
    uint32_t first, count; /* first narrow sibling; how many of them have samples */
    uint64_t total, self, total_b, self_b;
    bool match;
} Run;

typedef struct Heavy {
    uint64_t total;
    uint32_t node;
} Heavy;

typedef struct Builder {
    const Answer *answer;
    const Tree *tree;
    bool has_b;
    uint64_t least;  /* totals below this are narrow */
    double scale;    /* of one count, as a share of the width */
    uint64_t origin; /* the count at the left edge */
    FlameBox *box;
    uint64_t *start; /* by box: its left edge in counts */
    uint32_t count, cap;
    Heavy *heavy;
    uint32_t heavy_count, heavy_cap;
} Builder;

enum { MAX_DEPTH = UINT16_MAX };

static float place(const Builder *b, uint64_t at) {
    double x = (double)(at - b->origin) * b->scale;
    return (float)(x > 1.0 ? 1.0 : x);
}

static FlameBox *push(Builder *b, uint64_t start) {
    if (b->count == b->cap) {
        uint32_t cap = b->cap ? b->cap * 2 : 256;
        b->box = mem_resize(b->box, b->cap * sizeof(*b->box), cap * sizeof(*b->box));
        b->start = mem_resize(b->start, b->cap * sizeof(*b->start), cap * sizeof(*b->start));
        b->cap = cap;
    }
    b->start[b->count] = start;
    memset(&b->box[b->count], 0, sizeof(*b->box));
    return &b->box[b->count++];
}

/* The kind of tree is part of the identity: an inverted node is never a forward one. */
static uint64_t key_of(const Builder *b, uint32_t node) {
    return (uint64_t)b->tree->kind << 40 | b->tree->key[node];
}

static void fill(const Builder *b, FlameBox *box, uint32_t node, uint64_t start,
                 uint64_t total) {
    const Answer *a = b->answer;
    box->key = key_of(b, node);
    box->node = node;
    box->frame = b->tree->frame[node];
    box->total = total;
    box->self = prefix_self(&a->a, b->tree, node);
    box->x0 = place(b, start);
    box->x1 = place(b, start + total);
    box->match = a->match && a->match[node];
    if (b->has_b) {
        box->total_b = prefix_total(&a->b, b->tree, node);
        box->self_b = prefix_self(&a->b, b->tree, node);
    }
}

static void push_child(Builder *b, uint32_t parent, uint32_t node, uint64_t start,
                       uint64_t total) {
    uint16_t depth = (uint16_t)(b->box[parent].depth + 1);
    FlameBox *box = push(b, start);
    fill(b, box, node, start, total);
    box->parent = parent;
    box->depth = depth;
}

static void push_run(Builder *b, uint32_t parent, const Run *run, uint64_t start) {
    if (run->count == 0)
        return;
    uint16_t depth = (uint16_t)(b->box[parent].depth + 1);
    FlameBox *box = push(b, start);
    *box = (FlameBox){.key = 1ull << 32 | key_of(b, run->first),
                      .node = run->first,
                      .parent = parent,
                      .depth = depth,
                      .merged = 1,
                      .match = run->match,
                      .merged_count = run->count,
                      .x0 = place(b, start),
                      .x1 = place(b, start + run->total),
                      .total = run->total,
                      .self = run->self,
                      .total_b = run->total_b,
                      .self_b = run->self_b};
}

static void add_to_run(const Builder *b, Run *run, uint32_t node, uint64_t total) {
    const Answer *a = b->answer;
    if (run->count++ == 0)
        run->first = node;
    run->total += total;
    run->self += prefix_self(&a->a, b->tree, node);
    run->match = run->match || (a->match && a->match[node]);
    if (b->has_b) {
        run->total_b += prefix_total(&a->b, b->tree, node);
        run->self_b += prefix_self(&a->b, b->tree, node);
    }
}

/* The next sibling from c on that has samples. In a selection most have none: their right edges
 * do not move, so the search doubles its steps, then halves them. */
static uint32_t next_filled(const Builder *b, uint32_t c, uint32_t end) {
    const Prefix *p = &b->answer->a;
    const uint32_t *hi = b->tree->hi;
    if (c == end)
        return end;
    uint64_t at = prefix_at(p, b->tree->lo[c]);
    if (prefix_at(p, hi[c]) > at)
        return c;
    uint32_t step = 1, low = c; /* low has none */
    while (low + step < end && prefix_at(p, hi[low + step]) == at) {
        low += step;
        step *= 2;
    }
    uint32_t high = low + step < end ? low + step : end;
    while (high - low > 1) {
        uint32_t mid = low + (high - low) / 2;
        if (prefix_at(p, hi[mid]) == at)
            low = mid;
        else
            high = mid;
    }
    return high;
}

static void by_name(Builder *b, uint32_t parent) {
    const Prefix *p = &b->answer->a;
    uint32_t node = b->box[parent].node, end = b->tree->first_child[node + 1];
    uint32_t c = next_filled(b, b->tree->first_child[node], end);
    Run run = {0};
    uint64_t run_start = 0;
    for (; c < end; c = next_filled(b, c + 1, end)) {
        uint64_t start = prefix_at(p, b->tree->lo[c]);
        uint64_t total = prefix_at(p, b->tree->hi[c]) - start;
        if (total < b->least) {
            if (run.count == 0)
                run_start = start;
            add_to_run(b, &run, c, total);
            continue;
        }
        push_run(b, parent, &run, run_start);
        run = (Run){0};
        push_child(b, parent, c, start, total);
    }
    push_run(b, parent, &run, run_start);
}

static int heavier(const void *a, const void *b) {
    const Heavy *x = a, *y = b;
    if (x->total != y->total)
        return x->total > y->total ? -1 : 1;
    return x->node < y->node ? -1 : 1;
}

static void by_weight(Builder *b, uint32_t parent) {
    const Prefix *p = &b->answer->a;
    uint32_t node = b->box[parent].node, end = b->tree->first_child[node + 1];
    uint32_t c = next_filled(b, b->tree->first_child[node], end);
    uint64_t at = b->start[parent];
    Run run = {0};
    b->heavy_count = 0;
    for (; c < end; c = next_filled(b, c + 1, end)) {
        uint64_t total = prefix_total(p, b->tree, c);
        if (total < b->least) {
            add_to_run(b, &run, c, total);
            continue;
        }
        if (b->heavy_count == b->heavy_cap) {
            uint32_t cap = b->heavy_cap ? b->heavy_cap * 2 : 64;
            b->heavy =
                mem_resize(b->heavy, b->heavy_cap * sizeof(*b->heavy), cap * sizeof(*b->heavy));
            b->heavy_cap = cap;
        }
        b->heavy[b->heavy_count++] = (Heavy){total, c};
    }
    if (b->heavy_count)
        qsort(b->heavy, b->heavy_count, sizeof(*b->heavy), heavier);
    for (uint32_t i = 0; i < b->heavy_count; i++) {
        push_child(b, parent, b->heavy[i].node, at, b->heavy[i].total);
        at += b->heavy[i].total;
    }
    push_run(b, parent, &run, at);
}

/* Root, then every node down to the zoomed one, each as wide as the window. */
static void push_path(Builder *b, uint32_t zoom, uint64_t start) {
    uint32_t depth = tree_depth(b->tree, zoom);
    uint32_t *path = mem_resize(NULL, 0, (depth + 1) * sizeof(*path));
    for (uint32_t i = depth, v = zoom; i > 0; v = tree_parent(b->tree, v))
        path[i--] = v;
    path[0] = 0;
    for (uint32_t i = 0; i <= depth; i++) {
        FlameBox *box = push(b, start);
        fill(b, box, path[i], start, prefix_total(&b->answer->a, b->tree, path[i]));
        box->parent = i ? i - 1 : 0;
        box->depth = (uint16_t)(i < MAX_DEPTH ? i : MAX_DEPTH);
        box->ancestor = i < depth;
        box->x0 = 0;
        box->x1 = 1;
    }
    mem_resize(path, (depth + 1) * sizeof(*path), 0);
}

static uint64_t least_total(uint64_t whole, double width_px, double share, uint64_t shown) {
    double half_pixel = ceil(0.5 * (double)whole / (width_px > 1 ? width_px : 1));
    double least = ceil(share * (double)shown);
    double larger = half_pixel > least ? half_pixel : least;
    return larger < 1 ? 1 : (uint64_t)larger;
}

void flame_layout(const Answer *answer, uint32_t zoom, float width_px, bool heaviest_first,
                  double min_share, Arena *arena, FlameLayout *out) {
    const Tree *tree = answer->tree;
    memset(out, 0, sizeof(*out));
    if (zoom >= tree->nodes)
        zoom = 0;
    uint64_t total = prefix_total(&answer->a, tree, zoom);
    uint64_t elsewhere = zoom ? 0 : answer->not_arranged, whole = total + elsewhere;
    uint64_t shown = prefix_at(&answer->a, tree->ranks) + answer->not_arranged;
    Builder b = {.answer = answer,
                 .tree = tree,
                 .has_b = answer->b.u32 || answer->b.u64,
                 .least = least_total(whole, width_px, min_share, shown),
                 .scale = whole ? 1.0 / (double)whole : 0,
                 .origin = prefix_at(&answer->a, tree->lo[zoom])};
    push_path(&b, zoom, b.origin);
    for (uint32_t i = b.count - 1; i < b.count; i++) {
        if (b.box[i].merged || b.box[i].depth >= MAX_DEPTH)
            continue;
        if (heaviest_first)
            by_weight(&b, i);
        else
            by_name(&b, i);
    }
    FlameBox *box = ARENA_ARRAY(arena, FlameBox, b.count);
    memcpy(box, b.box, b.count * sizeof(*box));
    *out = (FlameLayout){.box = box,
                         .count = b.count,
                         .max_depth = box[b.count - 1].depth,
                         .zoom = zoom,
                         .total = total,
                         .not_arranged = elsewhere};
    mem_resize(b.box, b.cap * sizeof(*b.box), 0);
    mem_resize(b.start, b.cap * sizeof(*b.start), 0);
    mem_resize(b.heavy, b.heavy_cap * sizeof(*b.heavy), 0);
}

/* A breadth-first walk from the zoomed node over those boxes that can be seen: the list of
 * boxes made so far is the queue. Places are sums of counts until the very end, so that a
 * child's edges are rounded by the same function as its parent's and never stick out.
 * Of a differential a place has two sums, A's and B's; a box is as wide as the mean of its two
 * shares, which is the sum of both counts, each by its own factor. */
#include "picture/flame_layout.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A place or a width: counts of A and, in a differential, of B. */
typedef struct Sums {
    uint64_t a, b;
} Sums;

/* What the walk needs of a box until its turn has come, by when its node is far away again. */
typedef struct Place {
    Sums start; /* its left edge */
    uint32_t child, child_end;
    uint32_t lo, hi; /* ranks */
} Place;

typedef struct Run {
    uint32_t first, count; /* first narrow sibling; how many of them have samples */
    Sums total;
    bool match;
} Run;

typedef struct Heavy {
    Sums total;
    double width;
    uint32_t node;
} Heavy;

typedef struct Builder {
    const Answer *answer;
    const Tree *tree;
    bool has_b;
    uint64_t least;        /* totals below this are narrow; in a differential … */
    double least_width;    /* … widths */
    double scale, scale_b; /* of one count, as a share of the width */
    Sums origin;           /* at the left edge */
    Arena *arena;
    FlameBox *box; /* the last that was pushed, so that it grows in place */
    uint32_t count, cap;
    Place *places; /* a ring, for those boxes whose turn is to come … */
    uint32_t ring; /* … of so many places, a power of two */
    uint32_t turn; /* the first of them */
    Heavy *heavy;
    uint32_t heavy_count, heavy_cap;
} Builder;

enum { MAX_DEPTH = UINT16_MAX, FIRST_BOXES = 4096 };

/* Whether there is a baseline, `two`, is a constant wherever these are called: each walk is
 * compiled once for each, since the plain one is what a drag waits for. (Asking b->has_b at each
 * place took half as many instructions again.) */
#define INLINE static inline __attribute__((always_inline))

INLINE double width(const Builder *b, Sums s, bool two) {
    return two ? (double)s.a * b->scale + (double)s.b * b->scale_b : (double)s.a * b->scale;
}

INLINE float place(const Builder *b, Sums at, bool two) {
    double x = width(b, (Sums){at.a - b->origin.a, at.b - b->origin.b}, two);
    return (float)(x > 1.0 ? 1.0 : x);
}

INLINE Sums plus(Sums x, Sums y) {
    return (Sums){x.a + y.a, x.b + y.b};
}

INLINE Sums sums_at(const Builder *b, uint32_t rank, bool two) {
    const Answer *a = b->answer;
    return (Sums){prefix_at(&a->a, rank), two ? prefix_at(&a->b, rank) : 0};
}

INLINE Sums sums_between(const Builder *b, uint32_t lo, uint32_t hi, bool two) {
    Sums from = sums_at(b, lo, two), to = sums_at(b, hi, two);
    return (Sums){to.a - from.a, to.b - from.b};
}

INLINE bool is_narrow(const Builder *b, Sums total, bool two) {
    return two ? width(b, total, two) < b->least_width : total.a < b->least;
}

INLINE Place *place_of(const Builder *b, uint32_t box) {
    return &b->places[box & (b->ring - 1)];
}

/* Nothing is zeroed, moved or given back to the system from one frame to the next. (Arrays on the
 * heap, and a copy at the end, made a layout of 25 000 boxes a fifth slower.) */
static void grow(Builder *b) {
    uint32_t cap = b->cap ? b->cap * 2 : FIRST_BOXES;
    b->box = arena_resize(b->arena, b->box, b->cap * sizeof(*b->box), cap * sizeof(*b->box),
                          _Alignof(FlameBox));
    b->cap = cap;
}

static void grow_ring(Builder *b) {
    uint32_t ring = b->ring ? b->ring * 2 : FIRST_BOXES;
    Place *wider = arena_resize(b->arena, NULL, 0, ring * sizeof(*wider), _Alignof(Place));
    for (uint32_t i = b->turn; i < b->count; i++)
        wider[i & (ring - 1)] = *place_of(b, i);
    b->places = wider;
    b->ring = ring;
}

/* The caller sets the new box. */
INLINE FlameBox *push(Builder *b, Sums start) {
    if (b->count - b->turn == b->ring)
        grow_ring(b);
    if (b->count == b->cap)
        grow(b);
    *place_of(b, b->count) = (Place){.start = start};
    return &b->box[b->count++];
}

/* The tree's spec is part of the identity: an inverted node is never a forward one. */
static uint64_t key_of(const Builder *b, uint32_t node) {
    return b->tree->spec << 40 | b->tree->node[node].key;
}

INLINE FlameBox *push_node(Builder *b, uint32_t parent, uint32_t node, Sums start, Sums total,
                           bool two) {
    const Answer *a = b->answer;
    FlameBox *box = push(b, start);
    Place *at = place_of(b, b->count - 1);
    at->child = tree_children(b->tree, node, &at->child_end);
    at->lo = b->tree->node[node].lo;
    at->hi = b->tree->node[node].hi;
    *box = (FlameBox){.key = key_of(b, node),
                      .node = node,
                      .parent = parent,
                      .frame = b->tree->node[node].frame,
                      .depth = (uint16_t)(b->box[parent].depth + 1),
                      .match = a->match && a->match[node],
                      .x0 = place(b, start, two),
                      .x1 = place(b, plus(start, total), two),
                      .total = total.a,
                      .total_b = total.b};
    return box;
}

/* When the box's children are looked at: before that, their places would be one more wait for
 * memory. */
INLINE void fill_self(const Builder *b, uint32_t i, bool two) {
    FlameBox *box = &b->box[i];
    const Place *at = place_of(b, i);
    uint32_t own_end = at->child < at->child_end ? b->tree->node[at->child].lo : at->hi;
    Sums self = sums_between(b, at->lo, own_end, two);
    box->self = self.a;
    box->self_b = self.b;
}

INLINE void push_run(Builder *b, uint32_t parent, const Run *run, Sums start, bool two) {
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
                      .x0 = place(b, start, two),
                      .x1 = place(b, plus(start, run->total), two),
                      .total = run->total.a,
                      .total_b = run->total.b};
}

INLINE void add_to_run(const Builder *b, Run *run, uint32_t node, Sums total) {
    const Answer *a = b->answer;
    if (run->count++ == 0)
        run->first = node;
    run->total = plus(run->total, total);
    run->match = run->match || (a->match && a->match[node]);
}

/* Whether nothing lies between the place `at` and rank. */
INLINE bool same_place(const Builder *b, uint32_t rank, Sums at, bool two) {
    const Answer *a = b->answer;
    return prefix_at(&a->a, rank) == at.a && (!two || prefix_at(&a->b, rank) == at.b);
}

/* The walk goes from place to place in arrays larger than any cache: a box's children, then the
 * sums of their ranks, each known only when the one before has arrived. The queue says early which
 * boxes come, so each step is fetched some boxes ahead. (A drag's layout took up to twice as long.)
 */
enum { NODES_AHEAD = 16, SUMS_AHEAD = 8, SIBLINGS_AHEAD = 8 };

INLINE void fetch_sum(const Prefix *p, uint32_t rank) {
    if (p->u32)
        __builtin_prefetch(p->u32 + rank);
    else if (p->u64)
        __builtin_prefetch(p->u64 + rank);
}

INLINE void fetch_sums(const Builder *b, uint32_t rank) {
    fetch_sum(&b->answer->a, rank);
    fetch_sum(&b->answer->b, rank);
}

/* The next sibling from c on that has samples. In a selection most have none: their right edges
 * do not move, so the search doubles its steps, then halves them. */
INLINE uint32_t next_filled(const Builder *b, uint32_t c, uint32_t end, bool two) {
    const TreeNode *node = b->tree->node;
    if (c == end)
        return end;
    Sums at = sums_at(b, b->tree->node[c].lo, two);
    if (!same_place(b, node[c].hi, at, two))
        return c;
    uint32_t step = 1, low = c; /* low has none */
    while (low + step < end && same_place(b, node[low + step].hi, at, two)) {
        low += step;
        step *= 2;
    }
    uint32_t high = low + step < end ? low + step : end;
    while (high - low > 1) {
        uint32_t mid = low + (high - low) / 2;
        if (same_place(b, node[mid].hi, at, two))
            low = mid;
        else
            high = mid;
    }
    return high;
}

INLINE void by_name(Builder *b, uint32_t parent, bool two) {
    fill_self(b, parent, two);
    const Place *of = place_of(b, parent);
    uint32_t end = of->child_end;
    uint32_t c = next_filled(b, of->child, end, two);
    Run run = {0};
    Sums run_start = {0};
    for (; c < end; c = next_filled(b, c + 1, end, two)) {
        if (c + SIBLINGS_AHEAD < end)
            fetch_sums(b, b->tree->node[c + SIBLINGS_AHEAD].hi);
        Sums start = sums_at(b, b->tree->node[c].lo, two);
        Sums total = sums_between(b, b->tree->node[c].lo, b->tree->node[c].hi, two);
        if (is_narrow(b, total, two)) {
            if (run.count == 0)
                run_start = start;
            add_to_run(b, &run, c, total);
            continue;
        }
        push_run(b, parent, &run, run_start, two);
        run = (Run){0};
        push_node(b, parent, c, start, total, two);
    }
    push_run(b, parent, &run, run_start, two);
}

static int heavier(const void *a, const void *b) {
    const Heavy *x = a, *y = b;
    if (x->width != y->width)
        return x->width > y->width ? -1 : 1;
    return x->node < y->node ? -1 : 1;
}

INLINE void keep_heavy(Builder *b, uint32_t node, Sums total, bool two) {
    if (b->heavy_count == b->heavy_cap) {
        uint32_t cap = b->heavy_cap ? b->heavy_cap * 2 : 64;
        b->heavy = mem_resize(b->heavy, b->heavy_cap * sizeof(*b->heavy), cap * sizeof(*b->heavy));
        b->heavy_cap = cap;
    }
    /* by counts as long as they alone decide: those are exact */
    double by = two ? width(b, total, two) : (double)total.a;
    b->heavy[b->heavy_count++] = (Heavy){total, by, node};
}

INLINE void by_weight(Builder *b, uint32_t parent, bool two) {
    fill_self(b, parent, two);
    const Place *of = place_of(b, parent);
    uint32_t end = of->child_end;
    uint32_t c = next_filled(b, of->child, end, two);
    Sums at = of->start;
    Run run = {0};
    b->heavy_count = 0;
    for (; c < end; c = next_filled(b, c + 1, end, two)) {
        if (c + SIBLINGS_AHEAD < end)
            fetch_sums(b, b->tree->node[c + SIBLINGS_AHEAD].hi);
        Sums total = sums_between(b, b->tree->node[c].lo, b->tree->node[c].hi, two);
        if (is_narrow(b, total, two))
            add_to_run(b, &run, c, total);
        else
            keep_heavy(b, c, total, two);
    }
    if (b->heavy_count)
        qsort(b->heavy, b->heavy_count, sizeof(*b->heavy), heavier);
    for (uint32_t i = 0; i < b->heavy_count; i++) {
        push_node(b, parent, b->heavy[i].node, at, b->heavy[i].total, two);
        at = plus(at, b->heavy[i].total);
    }
    push_run(b, parent, &run, at, two);
}

INLINE void look_ahead(const Builder *b, uint32_t i) {
    const Tree *t = b->tree;
    if (i + NODES_AHEAD < b->count) {
        const Place *at = place_of(b, i + NODES_AHEAD);
        for (uint32_t c = at->child; c < at->child_end && c < at->child + SIBLINGS_AHEAD; c += 3)
            __builtin_prefetch(&t->node[c]); /* three to a cache line */
        __builtin_prefetch(
            &t->node[at->child_end < at->child + SIBLINGS_AHEAD ? at->child_end
                                                                : at->child + SIBLINGS_AHEAD]);
    }
    if (i + SUMS_AHEAD < b->count) {
        const Place *at = place_of(b, i + SUMS_AHEAD);
        if (at->child < at->child_end)
            fetch_sums(b, t->node[at->child].lo);
        for (uint32_t c = at->child; c < at->child_end && c < at->child + SIBLINGS_AHEAD; c++)
            fetch_sums(b, t->node[c].hi);
    }
}

static void walk(Builder *b, uint32_t parent, bool heaviest_first) {
    if (b->has_b && heaviest_first)
        by_weight(b, parent, true);
    else if (b->has_b)
        by_name(b, parent, true);
    else if (heaviest_first)
        by_weight(b, parent, false);
    else
        by_name(b, parent, false);
}

/* Root, then every node down to the zoomed one, each as wide as the window. */
static void push_path(Builder *b, uint32_t zoom, Sums start) {
    uint32_t depth = tree_depth(b->tree, zoom);
    uint32_t *path = mem_resize(NULL, 0, (depth + 1) * sizeof(*path));
    for (uint32_t i = depth, v = zoom; i > 0; v = tree_parent(b->tree, v))
        path[i--] = v;
    path[0] = 0;
    for (uint32_t i = 0; i <= depth; i++) {
        const TreeNode *node = &b->tree->node[path[i]];
        Sums total = sums_between(b, node->lo, node->hi, b->has_b);
        FlameBox *box = push_node(b, i ? i - 1 : 0, path[i], start, total, b->has_b);
        box->depth = (uint16_t)(i < MAX_DEPTH ? i : MAX_DEPTH);
        box->ancestor = i < depth;
        fill_self(b, i, b->has_b);
        box->x0 = 0;
        box->x1 = 1;
    }
    mem_resize(path, (depth + 1) * sizeof(*path), 0);
}

/* Half a pixel, or the smallest share that is wanted. */
static double least_share(double width_px, double share) {
    double half_pixel = 0.5 / (width_px > 1 ? width_px : 1);
    return half_pixel > share ? half_pixel : share;
}

static uint64_t least_total(uint64_t whole, double width_px, double share, uint64_t shown) {
    double half_pixel = ceil(0.5 * (double)whole / (width_px > 1 ? width_px : 1));
    double least = ceil(share * (double)shown);
    double larger = half_pixel > least ? half_pixel : least;
    return larger < 1 ? 1 : (uint64_t)larger;
}

/* A count of A as a share of A's total, and B's likewise, both halved; an empty side counts for
 * nothing. Then as shares of the zoomed node's width. */
static void scale_both(Builder *b, Sums zoomed, Sums all, double width_px, double min_share) {
    double sides = (all.a != 0) + (all.b != 0);
    b->scale = all.a ? 1 / (sides * (double)all.a) : 0;
    b->scale_b = all.b ? 1 / (sides * (double)all.b) : 0;
    double share = width(b, zoomed, true);
    if (share > 0) {
        b->scale /= share;
        b->scale_b /= share;
        min_share /= share;
    }
    b->least_width = least_share(width_px, min_share);
}

void flame_layout(const Answer *answer, uint32_t zoom, float width_px, bool heaviest_first,
                  double min_share, Arena *arena, FlameLayout *out) {
    const Tree *tree = answer->tree;
    memset(out, 0, sizeof(*out));
    if (zoom >= tree->nodes)
        zoom = 0;
    Builder b = {
        .answer = answer, .tree = tree, .has_b = answer->b.u32 || answer->b.u64, .arena = arena};
    Sums total = sums_between(&b, tree->node[zoom].lo, tree->node[zoom].hi, b.has_b);
    Sums all = sums_between(&b, 0, tree->ranks, b.has_b);
    uint64_t elsewhere = zoom || b.has_b ? 0 : answer->not_arranged;
    uint64_t whole = total.a + elsewhere;
    b.origin = sums_at(&b, tree->node[zoom].lo, b.has_b);
    if (b.has_b) {
        scale_both(&b, total, all, width_px, min_share);
    } else {
        b.least = least_total(whole, width_px, min_share, all.a + answer->not_arranged);
        b.scale = whole ? 1.0 / (double)whole : 0;
    }
    push_path(&b, zoom, b.origin);
    for (uint32_t i = b.count - 1; i < b.count; i++) {
        b.turn = i;
        look_ahead(&b, i);
        if (!b.box[i].merged && b.box[i].depth < MAX_DEPTH)
            walk(&b, i, heaviest_first);
    }
    *out = (FlameLayout){.box = arena_resize(arena, b.box, b.cap * sizeof(*b.box),
                                             b.count * sizeof(*b.box), _Alignof(FlameBox)),
                         .count = b.count,
                         .max_depth = b.box[b.count - 1].depth,
                         .zoom = zoom,
                         .total = total.a,
                         .total_b = total.b,
                         .all_a = all.a,
                         .all_b = all.b,
                         .differential = b.has_b,
                         .not_arranged = elsewhere};
    mem_resize(b.heavy, b.heavy_cap * sizeof(*b.heavy), 0);
}

/* DESIGN
 * The counts come from an AnswerMaker of its own, so they are those of the flame graph. A pass
 * over the ranks adds each one's count to the self of the frame it ends in; a pass over the
 * nodes adds each one's total to its frame, unless that is on the stack already (nested). What
 * is nested is found once for each tree, going down in depth first order: a node is nested if it
 * begins before the frame's latest outermost node ends. In that order each level of the tree is
 * read from left to right, which caches like. */
#include "query/functions.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "query/answer_maker.h"

typedef struct Level {
    uint32_t next, end; /* siblings that are still to be visited */
} Level;

enum { SELF_A, TOTAL_A, SELF_B, TOTAL_B, SUMS };

/* What is known about one tree. Its frames are numbered without holes here: those of the Dict by
 * their ids, synthetic ones behind them. */
typedef struct Known {
    Tree *tree; /* held; NULL: none */
    uint32_t frames;
    uint32_t *by_name; /* the tree's frames */
    uint32_t named;
    uint32_t *outer; /* by node: its frame, or 0 where that is nested */
    uint32_t *leaf;  /* by rank: the frame that its stacks end in */
    /* -- the walk that finds that, which goes on where it was cut short */
    bool done;
    Level *level;
    uint32_t depth, *until; /* by frame: where its latest outermost node ends */
} Known;

typedef struct Keeper {
    AnswerMaker maker[TREE_SIDES];
    AnswerCopy copy;
    Known known;
    uint64_t *sum[SUMS]; /* by frame, zero between runs; frame 0 takes what counts for none */
    uint32_t sums;
} Keeper;

Str functions_symbol(const Functions *f, const Dict *dict, FrameId frame) {
    return tree_symbol(f->tree, dict, frame);
}

Str functions_module(const Functions *f, const Dict *dict, FrameId frame) {
    return tree_module(f->tree, dict, frame);
}

Frame functions_frame(const Functions *f, const Dict *dict, FrameId frame) {
    if (frame_is_synthetic(frame))
        return (Frame){.kind = tree_frame_kind(f->tree, dict, frame)};
    return frames_get(&dict->frames, frame);
}

/* ---- what is known about a tree ---------------------------------------------------------- */

static void walk_free(Known *k) {
    mem_resize(k->level, k->tree ? (k->tree->max_depth + 1) * sizeof(*k->level) : 0, 0);
    mem_resize(k->until, k->frames * sizeof(*k->until), 0);
    k->level = NULL;
    k->until = NULL;
}

static void known_free(Known *k) {
    if (!k->tree)
        return;
    if (!k->done)
        walk_free(k);
    mem_resize(k->outer, k->tree->nodes * sizeof(*k->outer), 0);
    mem_resize(k->leaf, k->tree->ranks * sizeof(*k->leaf), 0);
    mem_resize(k->by_name, k->named * sizeof(*k->by_name), 0);
    tree_drop(k->tree);
    memset(k, 0, sizeof(*k));
}

static uint32_t dense(const Tree *t, FrameId frame) {
    if (!frame_is_synthetic(frame))
        return frame;
    return t->frames + (uint32_t)(synthetics_find(t->synthetics, frame) - t->synthetics->at);
}

static FrameId frame_of(const Tree *t, uint32_t number) {
    return number < t->frames ? number : t->synthetics->at[number - t->frames].id;
}

typedef struct NameKey {
    uint64_t prefix; /* the first 8 bytes, big end first: decides most comparisons */
    Str symbol, module;
    uint32_t number;
} NameKey;

static int by_name(const void *a, const void *b) {
    const NameKey *x = a, *y = b;
    if (x->prefix != y->prefix)
        return x->prefix < y->prefix ? -1 : 1;
    int order = str_cmp(x->symbol, y->symbol);
    if (order == 0)
        order = str_cmp(x->module, y->module);
    return order ? order : (x->number > y->number) - (x->number < y->number);
}

static NameKey name_key(const Tree *t, const Dict *dict, uint32_t number) {
    FrameId frame = frame_of(t, number);
    NameKey k = {0, tree_symbol(t, dict, frame), tree_module(t, dict, frame), number};
    for (size_t i = 0; i < 8; i++)
        k.prefix = k.prefix << 8 | (i < k.symbol.n ? (uint8_t)k.symbol.s[i] : 0);
    return k;
}

static void sort_names(Known *k, const Dict *dict) {
    uint8_t *used = mem_resize(NULL, 0, k->frames);
    for (uint32_t v = 1; v < k->tree->nodes; v++)
        used[dense(k->tree, k->tree->node[v].frame)] = 1;
    for (uint32_t f = 0; f < k->frames; f++)
        k->named += used[f];
    NameKey *key = mem_resize(NULL, 0, k->named * sizeof(*key));
    uint32_t n = 0;
    for (uint32_t f = 0; f < k->frames; f++)
        if (used[f])
            key[n++] = name_key(k->tree, dict, f);
    if (n)
        qsort(key, n, sizeof(*key), by_name);
    k->by_name = mem_resize(NULL, 0, n * sizeof(*k->by_name));
    for (uint32_t i = 0; i < n; i++)
        k->by_name[i] = key[i].number;
    mem_resize(key, n * sizeof(*key), 0);
    mem_resize(used, k->frames, 0);
}

static void find_leaves(Known *k) {
    const Tree *t = k->tree;
    k->leaf = mem_resize(NULL, 0, t->ranks * sizeof(*k->leaf));
    for (uint32_t v = 1; v < t->nodes; v++) {
        uint32_t end = tree_own_end(t, v), number = dense(t, t->node[v].frame);
        for (uint32_t r = t->node[v].lo; r < end; r++)
            k->leaf[r] = number;
    }
}

static void known_set(Known *k, Tree *tree, const Dict *dict) {
    known_free(k);
    tree_hold(tree);
    k->tree = tree;
    k->frames = tree->frames + (tree->synthetics ? tree->synthetics->count : 0);
    k->frames += !k->frames; /* the root is there before any publishing */
    sort_names(k, dict);
    find_leaves(k);
    k->outer = mem_resize(NULL, 0, tree->nodes * sizeof(*k->outer));
    k->level = mem_resize(NULL, 0, (tree->max_depth + 1) * sizeof(*k->level));
    k->until = mem_resize(NULL, 0, k->frames * sizeof(*k->until));
    k->level[0] = (Level){tree->node[0].first_child, tree->node[1].first_child};
    k->depth = 1;
}

/* False when it was cut short. */
static bool find_nested(Known *k, const CancelToken *token) {
    enum { CHECK_EVERY = 1 << 16 };
    const Tree *t = k->tree;
    uint32_t visited = 0;
    while (!k->done && k->depth) {
        Level *l = &k->level[k->depth - 1];
        if (l->next == l->end) {
            k->depth--;
            continue;
        }
        uint32_t v = l->next++;
        uint32_t number = dense(t, t->node[v].frame), *until = &k->until[number];
        if (t->node[v].lo >= *until) {
            *until = t->node[v].hi;
            k->outer[v] = number;
        }
        if (t->node[v].first_child < t->node[v + 1].first_child)
            k->level[k->depth++] = (Level){t->node[v].first_child, t->node[v + 1].first_child};
        if (++visited % CHECK_EVERY == 0 && cancelled(token))
            return false;
    }
    if (!k->done)
        walk_free(k);
    k->done = true;
    return true;
}

/* ---- sums -------------------------------------------------------------------------------- */

/* Adding zeros costs less than guessing wrong about every other one. */
static void add_self(uint64_t *sum, const Known *k, const Prefix *p) {
    uint64_t before = 0;
    for (uint32_t r = 0; r < k->tree->ranks; r++) {
        uint64_t at = prefix_at(p, r + 1);
        sum[k->leaf[r]] += at - before;
        before = at;
    }
}

static void add_total(uint64_t *sum, const Known *k, const Prefix *p) {
    const TreeNode *node = k->tree->node;
    const uint32_t *outer = k->outer, nodes = k->tree->nodes;
    for (uint32_t v = 1; v < nodes; v++)
        sum[outer[v]] += prefix_at(p, node[v].hi) - prefix_at(p, node[v].lo);
}

/* Takes the sums out, in order of names, and leaves zeros. */
static void collect(Keeper *keeper, Functions *f) {
    const Known *k = &keeper->known;
    Function *row = mem_resize(NULL, 0, k->named * sizeof(*row));
    for (uint32_t i = 0; i < k->named; i++) {
        uint32_t id = k->by_name[i];
        Function r = {frame_of(k->tree, id), keeper->sum[SELF_A][id], keeper->sum[TOTAL_A][id],
                      keeper->sum[SELF_B][id], keeper->sum[TOTAL_B][id]};
        if (r.total_a || r.total_b)
            row[f->count++] = r;
    }
    for (int i = 0; i < SUMS; i++)
        memset(keeper->sum[i], 0, k->frames * sizeof(*keeper->sum[i]));
    f->row = mem_resize(row, k->named * sizeof(*row), f->count * sizeof(*row));
}

static Functions *sum_up(Keeper *keeper, const Answer *a, int64_t began) {
    const Known *k = &keeper->known;
    if (keeper->sums < k->frames) {
        for (int i = 0; i < SUMS; i++)
            keeper->sum[i] = mem_resize(keeper->sum[i], keeper->sums * sizeof(uint64_t),
                                        k->frames * sizeof(uint64_t));
        keeper->sums = k->frames;
    }
    Functions *f = mem_resize(NULL, 0, sizeof(*f));
    f->query = a->query;
    f->tree = k->tree;
    tree_hold(f->tree);
    f->has_b = a->b.u32 || a->b.u64;
    f->whole_a = prefix_total(&a->a, k->tree, 0);
    f->not_arranged = a->not_arranged;
    add_self(keeper->sum[SELF_A], k, &a->a);
    add_total(keeper->sum[TOTAL_A], k, &a->a);
    if (f->has_b) {
        f->whole_b = prefix_total(&a->b, k->tree, 0);
        add_self(keeper->sum[SELF_B], k, &a->b);
        add_total(keeper->sum[TOTAL_B], k, &a->b);
    }
    collect(keeper, f);
    f->took_ns = clock_thread_cpu_ns() - began;
    return f;
}

/* ---- the aside --------------------------------------------------------------------------- */

Query functions_wish(const Query *query) {
    Query wish = *query;
    wish.tree.direction = TREE_FORWARD;
    memset(wish.search, 0, sizeof(wish.search));
    return wish;
}

static bool same(const void *a, const void *b) {
    return query_same(a, b);
}

static const Query *tree_of(const void *wish) {
    return wish;
}

static void *state_new(void) {
    Keeper *k = mem_resize(NULL, 0, sizeof(*k));
    for (int side = 0; side < TREE_SIDES; side++)
        answer_maker_init(&k->maker[side]);
    return k;
}

static void state_free(void *state) {
    Keeper *k = state;
    answer_copy_free(&k->copy);
    for (int side = 0; side < TREE_SIDES; side++)
        answer_maker_free(&k->maker[side]);
    known_free(&k->known);
    for (int i = 0; i < SUMS; i++)
        mem_resize(k->sum[i], k->sums * sizeof(uint64_t), 0);
    mem_resize(k, sizeof(*k), 0);
}

static void *run(void *state, const AsideSource *source, const void *wish, const void *before,
                 const CancelToken *token) {
    Keeper *k = state;
    int64_t began = clock_thread_cpu_ns();
    (void)before;
    if (k->known.tree != source->grown.tree)
        known_set(&k->known, source->grown.tree, source->profile->dict);
    if (!find_nested(&k->known, token))
        return NULL;
    AnswerSource of = {.grown = source->grown,
                       .maker = {&k->maker[0], &k->maker[1]},
                       .view = {&source->view, &source->view_b}};
    answer_make(&of, wish, &k->copy);
    Functions *f = sum_up(k, &k->copy.answer, began);
    answer_copy_clear(&k->copy);
    return f;
}

static void result_free(void *result) {
    Functions *f = result;
    tree_drop(f->tree);
    mem_resize((void *)(uintptr_t)f->row, f->count * sizeof(*f->row), 0);
    mem_resize(f, sizeof(*f), 0);
}

const AsideKind functions_aside = {
    .wish_bytes = sizeof(Query),
    .needs_index = true,
    .follows = true,
    .arranged = true,
    .priority = JOB_QUERY,
    .same = same,
    .tree_of = tree_of,
    .state_new = state_new,
    .state_free = state_free,
    .run = run,
    .free = result_free,
};

/* What is not kept, for it is made anew too fast to be worth bytes in every pack: the order of
 * time of profiles out of order (15 ms for 6 M samples, 4 B each), slots and snapshots. A heat
 * map is: the scan of 23 M samples took 0.5 s, its bins are there in 1 ms. The tree is: 7.7 M
 * nodes are checked in 0.1 s and made in 2. */
#include "query/packed.h"

#include <string.h>

#include "base/hash.h"
#include "query/slice.h"
#include "store/spill.h"

static const int64_t MS = 1000000;

/* ---- the tree --------------------------------------------------------------------------- */

/* Raised when siblings or ranks are ordered in another way: lookups rely on it. */
enum { TREE_ORDER = 1 };

enum { HEAD_ORDER, HEAD_NODES, HEAD_RANKS, HEAD_PAIRS, HEAD_WORDS = 8 };

static const char NODE_TAG[] = "tree.node", RANK_TAG[] = "tree.rank";

static void add(PackedExtras *x, const char *tag, uint32_t size, const void *items,
                uint64_t count) {
    x->extra[x->count++] = (PackExtra){tag, size, items, count};
}

static void make_tree(const Profile *profile, const ProfileView *view, PackedExtras *x) {
    Tree *t = x->tree = tree_build(profile, view);
    x->tree_head[HEAD_ORDER] = TREE_ORDER;
    x->tree_head[HEAD_NODES] = t->nodes;
    x->tree_head[HEAD_RANKS] = t->ranks;
    x->tree_head[HEAD_PAIRS] = t->pairs;
    add(x, NODE_TAG, sizeof *t->node, t->node, t->nodes + 1ull);
    add(x, RANK_TAG, sizeof *t->rank_of_pair, t->rank_of_pair, t->pairs);
    add(x, "tree", sizeof *x->tree_head, x->tree_head, HEAD_WORDS);
}

typedef struct TreeCheck {
    Tree tree;
    const ProfileView *view;
} TreeCheck;

/* Children lie behind their parents, one after the other, and share out what their parent has
 * beside its own, which comes first. */
static bool check_nodes(const Tree *t) {
    if (t->node[0].first_child != 1 || t->node[t->nodes].first_child != t->nodes ||
        t->node[0].lo != 0 || t->node[0].hi != t->ranks)
        return false;
    for (uint32_t v = 0, c = 1; v < t->nodes; v++) {
        uint32_t end = t->node[v + 1].first_child, at = t->node[v].lo;
        if (end < c || end > t->nodes || (v + 1 < t->nodes && end <= v + 1) || at > t->node[v].hi)
            return false;
        if (c == end)
            continue;
        if (t->node[c].lo < at)
            return false;
        for (at = t->node[c].lo; c < end; c++) {
            if (t->node[c].lo != at || t->node[c].hi < at)
                return false;
            at = t->node[c].hi;
        }
        if (at != t->node[v].hi)
            return false;
    }
    return true;
}

static bool check_tree(const void *items, uint64_t count, const void *context) {
    const TreeCheck *check = context;
    const Tree *t = &check->tree;
    bool bad = false;
    (void)items;
    (void)count;
    for (uint32_t v = 0; v < t->nodes; v++)
        bad |= (t->node[v].key >= check->view->stacks) | (t->node[v].frame >= check->view->frames);
    for (uint32_t p = 0; p < t->pairs; p++)
        bad |= t->rank_of_pair[p] >= t->ranks;
    return !bad && check_nodes(t);
}

static uint32_t depth_of(const Tree *t) {
    uint32_t depth = 0;
    for (uint32_t first = 1; first < t->nodes; depth++)
        first = t->node[first].first_child;
    return depth;
}

static const void *array_of(Pack *pack, const char *tag, uint32_t size, uint64_t count) {
    uint64_t n;
    const void *items = pack_section(pack, tag, size, &n, NULL, NULL);
    return n == count ? items : NULL;
}

Tree *packed_tree(const Profile *profile, const ProfileView *view) {
    uint64_t n;
    if (!profile->pack)
        return NULL;
    const uint32_t *head = pack_section(profile->pack, "tree", sizeof *head, &n, NULL, NULL);
    if (!head || n != HEAD_WORDS || head[HEAD_ORDER] != TREE_ORDER || head[HEAD_NODES] == 0 ||
        head[HEAD_PAIRS] != view->pairs || head[HEAD_RANKS] != view->pairs)
        return NULL;
    TreeCheck check = {.view = view};
    Tree *t = &check.tree;
    *t = (Tree){.frames = view->frames,
                .contexts = view->contexts,
                .nodes = head[HEAD_NODES],
                .ranks = head[HEAD_RANKS],
                .pairs = head[HEAD_PAIRS]};
    /* immutable, as every tree */
    t->node =
        (TreeNode *)(uintptr_t)array_of(profile->pack, NODE_TAG, sizeof *t->node, t->nodes + 1ull);
    t->rank_of_pair =
        (uint32_t *)(uintptr_t)array_of(profile->pack, RANK_TAG, sizeof *t->rank_of_pair, t->pairs);
    if (!t->node || !t->rank_of_pair)
        return NULL;
    if (!pack_section(profile->pack, "tree", sizeof *head, &n, check_tree, &check))
        return NULL;
    t->max_depth = depth_of(t);
    return tree_borrow(t, profile->pack);
}

/* ---- the heat map ----------------------------------------------------------------------- */

/* The map's samples by bins so fine that the usual rows are made of whole ones: a bin's count,
 * and whether samples of the event were filtered out in it. Which samples passed is told by a
 * hash of the mask over all pairs: it fits whoever asks for the same, in whatever words, and no
 * longer fits when a later version decides otherwise about a pair. */
enum { BINS_MAX = 4500000, HIDDEN = 31 };

typedef struct HeatHead {
    int64_t bin_ns, origin_ns;
    uint64_t mask_hash, unused;
} HeatHead;

enum { HEAT_WORDS = sizeof(HeatHead) / sizeof(uint32_t) };

/* The finest bins that are fewer than samples and not too many; 0: none. */
static int64_t choose_bin(const ProfileView *view) {
    static const int64_t ms[] = {10, 20, 100, 200, 1000};
    for (size_t i = 0; view->has_time && i < sizeof ms / sizeof ms[0]; i++) {
        uint64_t bins = heat_columns(view, ms[i] * MS);
        if (bins <= BINS_MAX && bins <= view->samples)
            return ms[i] * MS;
    }
    return 0;
}

static uint64_t hash_of_mask(const Mask *mask, const ProfileView *view) {
    return hash_bytes(mask_bits(mask), view->pairs);
}

/* False when a bin is too full for its word. */
static bool count_run(const HeatHead *head, const uint8_t *bits, const int64_t *time,
                      const PairId *pair, uint64_t n, uint32_t *bin) {
    uint32_t most = 0;
    for (uint64_t k = 0; k < n; k++) {
        uint8_t is = bits[pair[k]];
        if (!(is & MASK_EVENT))
            continue;
        uint64_t since = (uint64_t)time[k] - (uint64_t)head->origin_ns;
        uint32_t *b = &bin[since / (uint64_t)head->bin_ns];
        if (is & MASK_SHOWN)
            (*b)++;
        else
            *b |= 1u << HIDDEN;
        uint32_t count = *b & ~(1u << HIDDEN);
        most = count > most ? count : most;
    }
    return most < (1u << HIDDEN) - n;
}

static void make_heat(Profile *profile, const ProfileView *view, PackedExtras *x) {
    HeatHead head = {.bin_ns = choose_bin(view), .origin_ns = profile_origin(view)};
    if (!head.bin_ns || view->samples == 0)
        return;
    Mask mask;
    mask_init(&mask);
    mask_set(&mask, profile, query_default_event(profile, view), IDLE_HIDE, &(Filter){0}, NULL);
    mask_extend(&mask, view);
    uint64_t bins = heat_columns(view, head.bin_ns), n, n_pair;
    x->heat_words = HEAT_WORDS + bins;
    x->heat = mem_resize(NULL, 0, x->heat_words * sizeof *x->heat);
    bool fine = true;
    for (uint64_t i = 0; i < view->samples && fine; i += n) {
        uint64_t end = view->samples - i < 1 << 20 ? view->samples : i + (1 << 20);
        const int64_t *time = column_span(&profile->time_ns, i, end, &n);
        const PairId *pair = column_span(&profile->pair, i, i + n, &n_pair);
        n = n_pair;
        fine = count_run(&head, mask_bits(&mask), time, pair, n, x->heat + HEAT_WORDS);
        spill_let_go(profile);
    }
    head.mask_hash = hash_of_mask(&mask, view);
    memcpy(x->heat, &head, sizeof head);
    mask_free(&mask);
    if (fine)
        add(x, "heat", sizeof *x->heat, x->heat, x->heat_words);
}

static bool heat_fits(const HeatBuilder *b, const HeatHead *head, uint64_t bins,
                      const ProfileView *view) {
    const HeatFrame *f = &b->frame;
    const HeatSpec *s = &f->spec;
    return s->row_kind == HEAT_BY_OFFSET && s->value_kind == HEAT_SAMPLES && !b->mask.by_cpu &&
           view->has_time && bins > 0 && head->bin_ns > 0 && head->origin_ns == f->origin_ns &&
           s->column_ns % s->rows == 0 && s->column_ns / s->rows % head->bin_ns == 0 &&
           (bins - 1) / (uint64_t)(s->column_ns / head->bin_ns) < f->columns &&
           head->mask_hash == hash_of_mask(&b->mask, view);
}

static bool packed_heat(HeatBuilder *b, const ProfileView *view) {
    uint64_t words;
    HeatHead head;
    Pack *pack = b->profile->pack;
    if (!pack || b->scanned)
        return false;
    const uint32_t *heat = pack_section(pack, "heat", sizeof *heat, &words, NULL, NULL);
    if (!heat || words < HEAT_WORDS)
        return false;
    memcpy(&head, heat, sizeof head);
    uint64_t bins = words - HEAT_WORDS;
    if (!heat_fits(b, &head, bins, view))
        return false;
    HeatFrame *f = &b->frame;
    uint64_t *cell = heat_builder_cells(b), *column_sum = heat_builder_sums(b), at = 0;
    uint64_t per_cell = (uint64_t)(f->spec.column_ns / f->spec.rows / head.bin_ns);
    uint8_t *hides = heat_builder_hidden(b);
    const uint32_t *bin = heat + HEAT_WORDS;
    for (uint64_t i = 0; i < bins; i += per_cell, at++) {
        uint64_t sum = 0, hidden = 0;
        for (uint64_t k = i; k < i + per_cell && k < bins; k++) {
            sum += bin[k] & ~(1u << HIDDEN);
            hidden |= bin[k] >> HIDDEN;
        }
        cell[at] = sum;
        hides[at] = (uint8_t)hidden;
        b->any_hidden |= hidden != 0;
        column_sum[at / f->spec.rows] += sum;
        b->shown += sum;
        b->max = sum > b->max ? sum : b->max;
    }
    b->scanned = pack_facts(pack)->samples;
    f->dirty_from = 0;
    f->dirty_to = f->columns;
    return true;
}

/* ---- all of it -------------------------------------------------------------------------- */

void packed_make(Profile *profile, const ProfileView *view, PackedExtras *out) {
    *out = (PackedExtras){0};
    make_heat(profile, view, out);
    make_tree(profile, view, out);
}

void packed_free(PackedExtras *x) {
    tree_drop(x->tree);
    mem_resize(x->heat, x->heat_words * sizeof *x->heat, 0);
    *x = (PackedExtras){0};
}

bool packed_extend(HeatBuilder *b, const ProfileView *view, uint64_t limit) {
    if (!heat_builder_follow(b, view) || packed_heat(b, view))
        return true;
    return heat_builder_extend(b, view, limit);
}

Tree *packed_or_built_tree(const Profile *profile, const ProfileView *view) {
    Tree *tree = packed_tree(profile, view);
    return tree ? tree : tree_build(profile, view);
}

/* Trees: order, intervals, keys that outlive rebuilding, look-ups. Indexes: time order,
 * snapshots of counts beyond 16 bits. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "query/counts.h"
#include "query/grown.h"
#include "query_helper.h"

static Tree *build(const Profile *profile, const ProfileView *view, uint8_t direction) {
    Index *x = index_build(profile, view, 1);
    Grown g = grown_make(&(TreeSpec){.direction = direction}, x, NULL, 2, NULL);
    Tree *tree = g.tree;
    tree_hold(tree);
    grown_drop(&g);
    index_drop(x);
    return tree;
}

static int frame_order(const Dict *dict, FrameId a, FrameId b) {
    int order = str_cmp(dict_symbol(dict, a), dict_symbol(dict, b));
    if (!order)
        order = str_cmp(dict_module(dict, a), dict_module(dict, b));
    if (!order)
        order = (int)frames_get(&dict->frames, a).kind - (int)frames_get(&dict->frames, b).kind;
    return order;
}

static void check_shape(const Tree *t, const Dict *dict) {
    uint32_t deepest = 0;
    assert_int_equal(t->node[0].lo, 0);
    assert_int_equal(t->node[0].hi, t->ranks);
    assert_int_equal(t->node[t->nodes].first_child, t->nodes);
    for (uint32_t v = 0; v < t->nodes; v++) {
        uint32_t at = tree_own_end(t, v);
        assert_true(t->node[v].lo < t->node[v].hi && at >= t->node[v].lo);
        assert_true(t->node[v].first_child <= t->node[v + 1].first_child);
        for (uint32_t c = t->node[v].first_child; c < t->node[v + 1].first_child; c++) {
            assert_int_equal(t->node[c].lo, at);
            at = t->node[c].hi;
            assert_int_equal(tree_parent(t, c), v);
            if (c > t->node[v].first_child)
                assert_true(frame_order(dict, t->node[c - 1].frame, t->node[c].frame) < 0);
        }
        assert_int_equal(at, t->node[v].hi);
        uint32_t depth = tree_depth(t, v);
        deepest = depth > deepest ? depth : deepest;
    }
    assert_int_equal(deepest, t->max_depth);
}

/* The path of a pair, as this kind of tree walks it, must end in the node that owns its rank.
 */
static void check_pairs(const Tree *t, const Profile *p, bool inverted) {
    uint8_t *given = calloc(t->ranks, 1);
    for (PairId id = 0; id < t->pairs; id++) {
        Arena arena;
        uint32_t n, node = 0, rank = t->rank_of_pair[id];
        arena_init(&arena, 0);
        FrameId *path = dict_frames_of(p->dict, pairs_get(&p->pairs, id).stack, &arena, &n);
        for (uint32_t i = 0; i < n; i++) {
            FrameId wanted = path[inverted ? n - 1 - i : i];
            uint32_t c = t->node[node].first_child;
            while (c < t->node[node + 1].first_child && t->node[c].frame != wanted)
                c++;
            assert_true(c < t->node[node + 1].first_child);
            node = c;
        }
        assert_true(rank >= t->node[node].lo && rank < tree_own_end(t, node));
        assert_int_equal(given[rank]++, 0);
        arena_free(&arena);
    }
    free(given);
}

static void any_profile_makes_a_tree(void **state) {
    static const MakeOptions profiles[] = {
        {.seed = 1, .symbols = 3, .depth = 2, .contexts = 5, .step_ns = 10},
        {.seed = 2, .symbols = 50, .depth = 20, .contexts = 9, .step_ns = 10},
        {.seed = 3, .symbols = 500, .depth = 1, .contexts = 1, .step_ns = 10},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(profiles) / sizeof(*profiles); i++) {
        Maker m;
        maker_init(&m, &profiles[i]);
        for (int round = 0; round < 3; round++) {
            ProfileView view = profile_view(&m.profile);
            for (uint8_t way = TREE_FORWARD; way <= TREE_INVERTED; way++) {
                Tree *t = build(&m.profile, &view, way);
                if (view.pairs) {
                    check_shape(t, &m.dict);
                    check_pairs(t, &m.profile, way == TREE_INVERTED);
                } else {
                    assert_int_equal(t->nodes, 1);
                }
                tree_drop(t);
            }
            maker_add(&m, 400);
        }
        maker_free(&m);
    }
}

/* A node keeps its key when pairs are added and the tree is built again. */
static void keys_stay(void **state) {
    MakeOptions o = {.seed = 8, .symbols = 20, .depth = 6, .contexts = 4, .step_ns = 10};
    Maker m;
    (void)state;
    maker_init(&m, &o);
    maker_add(&m, 300);
    ProfileView before = profile_view(&m.profile);
    maker_add(&m, 900);
    ProfileView after = profile_view(&m.profile);
    for (uint8_t way = TREE_FORWARD; way <= TREE_INVERTED; way++) {
        Tree *a = build(&m.profile, &before, way);
        Tree *b = build(&m.profile, &after, way);
        assert_true(a->nodes < b->nodes);
        for (uint32_t v = 1; v < a->nodes; v++) {
            uint32_t w = tree_find_key(b, &m.dict, a->node[v].key);
            assert_true(w != 0);
            assert_int_equal(b->node[w].key, a->node[v].key);
            for (uint32_t x = v, y = w; x || y; x = tree_parent(a, x), y = tree_parent(b, y))
                assert_int_equal(a->node[x].frame, b->node[y].frame);
        }
        assert_int_equal(tree_find_key(a, &m.dict, 0), 0);
        assert_int_equal(tree_find_key(a, &m.dict, b->node[b->nodes - 1].key + 1000), 0);
        tree_drop(a);
        tree_hold(b);
        tree_drop(b);
        assert_true(b->nodes > 1); /* still held */
        tree_drop(b);
    }
    maker_free(&m);
}

static void paths_are_found(void **state) {
    static const char *const ab[] = {"a", "b"}, *const ac[] = {"a", "c"};
    MakeOptions o = {.seed = 1};
    Maker m;
    uint32_t matched;
    (void)state;
    maker_init(&m, &o);
    maker_put(&m, 1, "p", 1, "e", 0, 0, ab, 2, FRAME_USER);
    maker_put(&m, 2, "p", 1, "e", 0, 0, ac, 2, FRAME_USER);
    ProfileView view = profile_view(&m.profile);
    Tree *t = tree_build(&m.profile, &view);
    PathFrame path[] = {{STR("p"), STR("")}, {STR("a"), STR("m")}, {STR("c"), STR("")}};
    uint32_t node = tree_find(t, &m.dict, path, 3, &matched);
    assert_int_equal(matched, 3);
    assert_true(str_eq(dict_symbol(&m.dict, t->node[node].frame), STR("c")));
    path[2].symbol = STR("d");
    node = tree_find(t, &m.dict, path, 3, &matched);
    assert_int_equal(matched, 2);
    assert_true(str_eq(dict_symbol(&m.dict, t->node[node].frame), STR("a")));
    path[1].module = STR("other");
    tree_find(t, &m.dict, path, 3, &matched);
    assert_int_equal(matched, 1);
    assert_int_equal(tree_find(t, &m.dict, path, 0, &matched), 0);
    tree_drop(t);
    maker_free(&m);
}

/* ---- index ------------------------------------------------------------------------------- */

static void samples_in_time_order(void **state) {
    static const uint32_t disorder[] = {0, 1, 30, 100};
    (void)state;
    for (size_t i = 0; i < 4; i++) {
        MakeOptions o = {.seed = i + 1,
                         .symbols = 4,
                         .depth = 2,
                         .contexts = 2,
                         .step_ns = 1000,
                         .disorder = disorder[i]};
        Maker m;
        maker_init(&m, &o);
        maker_add(&m, 5000);
        ProfileView view = profile_view(&m.profile);
        Index *x = index_build(&m.profile, &view, 1);
        uint8_t *seen = calloc(view.samples, 1);
        int64_t last = INT64_MIN;
        uint64_t last_sample = 0;
        assert_true((x->order == NULL) == view.in_order);
        for (uint64_t p = 0; p < view.samples; p++) {
            uint64_t s = index_sample(x, p);
            int64_t t = COLUMN_AT(&m.profile.time_ns, int64_t, s);
            assert_true(t > last || (t == last && s > last_sample)); /* stable */
            last = t;
            last_sample = s;
            assert_int_equal(seen[s]++, 0);
            assert_int_equal(x->slot[p],
                             index_slot_of_pair(x, COLUMN_AT(&m.profile.pair, PairId, s)));
            assert_true(index_lower(x, view.samples, t) <= p);
            assert_true(index_lower(x, view.samples, t + 1) > p);
        }
        free(seen);
        index_drop(x);
        maker_free(&m);
    }
}

/* Few stacks, one of which has far more samples than 16 bits count: 16 bits a slot. Many, one of
 * which has more than 8 bits count: 8 bits. */
static void counts_in_snapshots(uint32_t stacks, bool wide) {
    enum { SAMPLES = 300000 };
    MakeOptions o = {.seed = 1};
    uint64_t random = 4;
    Maker m;
    Batch batch;
    maker_init(&m, &o);
    for (uint32_t i = 0; i < stacks; i++) {
        char text[16];
        const char *name = text;
        snprintf(text, sizeof(text), "f%05u", i);
        maker_put(&m, i, "p", 1, "e", 0, 0, &name, 1, FRAME_USER);
    }
    batch_init(&batch);
    batch_clear(&batch, &m.part);
    for (uint32_t i = 0; i < SAMPLES; i++) {
        uint32_t other = i % 10 == 2 && i < 9000 ? 3 : 1 + i % stacks;
        batch_add(&batch, stacks + i, i % 2 ? 1 : other, 0, 0);
    }
    profile_absorb(&m.profile, &batch, &m.remap);
    profile_publish(&m.profile);
    batch_free(&batch);
    ProfileView view = profile_view(&m.profile);
    Index *x = index_build(&m.profile, &view, 1);
    Counts c = {0};
    assert_int_equal(x->snapshot16 != NULL, wide);
    assert_int_equal(x->snapshot8 != NULL, !wide);
    assert_in_range(x->bigs, 1, stacks - 1);
    assert_true(x->snapshots > 10);
    assert_true(index_snapshot_bytes(x) <= 4 * x->samples);
    uint32_t *want = calloc(x->slots, sizeof(*want));
    for (int i = 0; i < 200; i++) {
        int64_t a = (int64_t)random_below(&random, SAMPLES);
        int64_t b = a + (int64_t)random_below(&random, SAMPLES);
        CountWish wish = {.index = x, .view = &view, .t0_ns = a, .t1_ns = b};
        memset(want, 0, x->slots * sizeof(*want));
        counts_set(&c, &wish);
        for (uint64_t s = 0; s < view.samples; s++) {
            int64_t t = COLUMN_AT(&m.profile.time_ns, int64_t, s);
            if (t >= a && t < b)
                want[index_slot_of_pair(x, COLUMN_AT(&m.profile.pair, PairId, s))]++;
        }
        assert_memory_equal(c.count, want, x->slots * sizeof(*want));
    }
    free(want);
    counts_free(&c);
    index_drop(x);
    maker_free(&m);
}

static void big_counts_in_snapshots(void **state) {
    (void)state;
    counts_in_snapshots(3, true);
    counts_in_snapshots(2000, false);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_profile_makes_a_tree), cmocka_unit_test(keys_stay),
        cmocka_unit_test(paths_are_found),          cmocka_unit_test(samples_in_time_order),
        cmocka_unit_test(big_counts_in_snapshots),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

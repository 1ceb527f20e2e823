/* Transforms: their language, and trees against the slow way (truth_helper.h): random profiles,
 * random chains, filters, ranges, weights, groups, inverted, joint. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "query/answer_maker.h"
#include "truth_helper.h"

/* ---- a profile and what answers about it ------------------------------------------------- */

typedef struct Rig {
    Maker maker[2]; /* both in the dict of the first */
    AnswerMaker answers[2];
    ProfileView view[2];
    Index *index[2];
    AnswerCopy copy;
    Grown grown;
    uint64_t ids;
} Rig;

static void rig_index(Rig *r, uint32_t side) {
    index_drop(r->index[side]);
    r->view[side] = profile_view(&r->maker[side].profile);
    r->index[side] = index_build(&r->maker[side].profile, &r->view[side], ++r->ids);
}

static void rig_init(Rig *r, const MakeOptions *options, uint64_t samples) {
    memset(r, 0, sizeof(*r));
    maker_init(&r->maker[0], options);
    maker_add(&r->maker[0], samples);
    answer_maker_init(&r->answers[0]);
    answer_maker_init(&r->answers[1]);
    rig_index(r, 0);
}

static void rig_second(Rig *r, const MakeOptions *options, uint64_t samples) {
    maker_init_beside(&r->maker[1], options, &r->maker[0]);
    maker_add(&r->maker[1], samples);
    rig_index(r, 1);
}

static void rig_free(Rig *r) {
    grown_drop(&r->grown);
    answer_copy_free(&r->copy);
    for (int side = 1; side >= 0; side--) {
        answer_maker_free(&r->answers[side]);
        index_drop(r->index[side]);
        if (r->index[side])
            maker_free(&r->maker[side]);
    }
}

static void grow(Rig *r, const TreeSpec *spec) {
    grown_drop(&r->grown);
    r->grown = grown_make(spec, r->index[0], r->index[1], r->ids + 1, NULL);
    r->ids += GROWN_IDS;
}

static const Answer *ask(Rig *r, const Query *q) {
    AnswerSource source = {.grown = r->grown,
                           .maker = {&r->answers[0], &r->answers[1]},
                           .view = {&r->view[0], &r->view[1]}};
    answer_make(&source, q, &r->copy);
    return &r->copy.answer;
}

static const Answer *ask_whole(Rig *r, const char *transforms, bool inverted) {
    static Query q;
    q = (Query){.whole = true, .event = EVENT_ALL, .idle = IDLE_KEEP};
    q.tree.direction = inverted ? TREE_INVERTED : TREE_FORWARD;
    assert_true(transforms_parse(str_of(transforms), &q.tree.transforms, NULL));
    grow(r, &q.tree);
    return ask(r, &q);
}

/* ---- the language ------------------------------------------------------------------------ */

static void says(const char *text, const char *expected, const char *described) {
    Transforms t = {0}, again = {0};
    Buf out = {0}, words = {0};
    Error err = {0};
    assert_true(transforms_parse(str_of(text), &t, &err));
    transforms_format(&t, &out);
    assert_string_equal(out.s, expected);
    assert_true(transforms_parse(buf_str(&out), &again, &err));
    assert_true(transforms_same(&t, &again));
    assert_memory_equal(&t, &again, sizeof(t));
    transform_describe(&t, t.count - 1, &words);
    assert_string_equal(words.s, described);
    buf_free(&out);
    buf_free(&words);
}

static void transforms_are_text(void **state) {
    (void)state;
    says("focus-function=parse|libx.so", "focus-function=parse|libx.so", "focus on parse");
    says("focus-subtree=java;main|a;parse|libx.so", "focus-subtree=java;main|a;parse|libx.so",
         "focus on this parse");
    says("drop-function=f\\|g\\;h\\\\", "drop-function=f\\|g\\;h\\\\", "without f|g;h\\");
    says("merge-node=a;b", "merge-node=a;b", "merge this b");
    says("merge-function= b c ", "merge-function= b c ", "merge  b c ");
    says("collapse-module=/usr/lib/libx.so", "collapse-module=/usr/lib/libx.so",
         "collapse libx.so");
    says("collapse-recursion", "collapse-recursion", "collapse all recursion");
    says("collapse-recursion=f", "collapse-recursion=f", "collapse recursion of f");
    says("collapse-direct=f|m", "collapse-direct=f|m", "collapse f calling itself");
    says("hide-kernel||off:group=thread", "hide-kernel||off:group=thread", "by thread");
    says("hide-kernel || group=cpu", "hide-kernel||group=cpu", "by cpu");
    says("callers-of=f", "callers-of=f", "callers of f");
}

static void wrong_transforms_are_refused(void **state) {
    static const char *const wrong[] = {
        "nonsense",           "focus-function",         "focus-function=",
        "focus-function=a;b", "hide-kernel=x",          "group=",
        "group=colour",       "collapse-module=",       "collapse-module=a;b",
        "merge-node",         "collapse-recursion=a;b", "focus-function=a||x",
    };
    (void)state;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
        Transforms t = {0}, none = {0};
        Error err = {0};
        assert_false(transforms_parse(str_of(wrong[i]), &t, &err));
        assert_true(err.message[0] != 0);
        assert_memory_equal(&t, &none, sizeof(t));
    }
    Transforms t = {0};
    assert_false(transforms_add(&t, TRANSFORM_FOCUS_FUNCTION, 0, STR("a\tb\tc\n"), NULL));
    assert_false(transforms_add(&t, TRANSFORM_FOCUS_FUNCTION, 0, STR("ab\n"), NULL));
    assert_false(transforms_add(&t, TRANSFORM_FOCUS_FUNCTION, 0, STR("a\tb"), NULL));
    assert_false(transforms_add(&t, TRANSFORM_COLLAPSE_MODULE, 0, STR("a\t\n"), NULL));
    for (int i = 0; i < TRANSFORMS; i++)
        assert_true(transforms_add(&t, TRANSFORM_HIDE_KERNEL, 0, STR(""), NULL));
    assert_false(transforms_add(&t, TRANSFORM_HIDE_KERNEL, 0, STR(""), NULL));
}

static void removing_leaves_the_rest(void **state) {
    uint64_t random = 5;
    (void)state;
    for (int round = 0; round < 300; round++) {
        Transforms t = {0}, made = {0};
        uint32_t count = 1 + (uint32_t)random_below(&random, TRANSFORMS);
        uint32_t gone = (uint32_t)random_below(&random, count);
        for (uint32_t i = 0; i < count; i++) {
            char frame[64];
            snprintf(frame, sizeof(frame), "f%u\tm%u\n", (unsigned)random_below(&random, 99999), i);
            transforms_add(&t, TRANSFORM_MERGE_FUNCTION, 0, str_of(frame), NULL);
            if (i != gone)
                transforms_add(&made, TRANSFORM_MERGE_FUNCTION, 0, str_of(frame), NULL);
        }
        Transforms off = t;
        off.item[gone].off = true;
        assert_false(transforms_same(&t, &off));
        assert_true(transforms_same(&made, &off));
        assert_true(transforms_hash(&made) == transforms_hash(&off));
        assert_true(transforms_hash(&made) != transforms_hash(&t));
        transforms_remove(&t, gone);
        assert_memory_equal(&t, &made, sizeof(t));
    }
}

/* ---- trees ------------------------------------------------------------------------------- */

static const MakeOptions PROFILES[] = {
    {.seed = 1, .symbols = 6, .depth = 8, .contexts = 9, .events = 2, .cpus = 3, .step_ns = 90000},
    {.seed = 2,
     .symbols = 30,
     .depth = 14,
     .contexts = 6,
     .events = 1,
     .cpus = 2,
     .step_ns = 9000,
     .disorder = 30,
     .weights = true},
    {.seed = 3,
     .symbols = 3,
     .depth = 25,
     .contexts = 2,
     .events = 3,
     .cpus = 5,
     .step_ns = 90000,
     .disorder = 3},
    {.seed = 4,
     .symbols = 12,
     .depth = 4,
     .contexts = 30,
     .events = 1,
     .cpus = 1,
     .step_ns = 900000,
     .weights = true},
};
enum { PROFILE_COUNT = sizeof(PROFILES) / sizeof(*PROFILES) };

static void each_kind_alone(void **state) {
    static const char *const chains[] = {
        "focus-subtree=proc0;fn_a0",
        "focus-function=fn_b1",
        "drop-function=fn_a0|[kernel]",
        "merge-node=proc0;fn_a0",
        "merge-function=fn_b1",
        "collapse-module=libone.so",
        "collapse-module=[kernel]",
        "collapse-recursion",
        "collapse-recursion=fn_a0",
        "collapse-direct",
        "collapse-direct=fn_b1",
        "hide-kernel",
        "group=process",
        "group=thread",
        "group=cpu",
        "group=event",
        "group=module",
        "group=package",
        "callers-of=fn_b1",
        "group=process||group=thread||focus-function=fn_a0",
    };
    (void)state;
    for (uint32_t i = 0; i < PROFILE_COUNT; i++) {
        Rig r;
        rig_init(&r, &PROFILES[i], 400);
        for (size_t k = 0; k < sizeof(chains) / sizeof(*chains); k++)
            for (int inverted = 0; inverted < 2; inverted++) {
                const Answer *a = ask_whole(&r, chains[k], inverted);
                truth_check(a, true);
                assert_true(a->in_tree > 0);
            }
        rig_free(&r);
    }
}

static void any_chain(void **state) {
    (void)state;
    for (uint32_t i = 0; i < PROFILE_COUNT; i++) {
        Rig r;
        uint64_t random = 40 + i;
        rig_init(&r, &PROFILES[i], 500);
        for (int round = 0; round < 120; round++) {
            TreeSpec spec;
            random_tree(&random, &r.maker[0].profile, &r.view[0], 4, &spec);
            grow(&r, &spec);
            for (int ask_again = 0; ask_again < 3; ask_again++) {
                Query q = random_query(&random, &r.view[0]);
                q.tree = spec;
                const Answer *a = ask(&r, &q);
                truth_check(a, true);
                assert_int_equal(a->not_arranged, 0);
            }
        }
        rig_free(&r);
    }
}

/* Small steps, as a hand makes them, with chips that come and go, and jumps between: counts by rank
 * follow those by slot. */
static void drags_in_another_order(void **state) {
    static const char *const chains[] = {"", "group=thread", "hide-kernel", "drop-function=fn_a0",
                                         "group=cpu"};
    (void)state;
    for (uint32_t i = 0; i < PROFILE_COUNT; i++) {
        Rig r;
        uint64_t random = 90 + i, followed = 0;
        rig_init(&r, &PROFILES[i], 900);
        int64_t span = r.view[0].last_ns - r.view[0].first_ns;
        for (size_t k = 0; k < 2 * sizeof(chains) / sizeof(*chains); k++) {
            TreeSpec spec = {.direction = k % 2 ? TREE_INVERTED : TREE_FORWARD};
            assert_true(transforms_parse(str_of(chains[k / 2]), &spec.transforms, NULL));
            grow(&r, &spec);
            Query q = random_query(&random, &r.view[0]);
            q.whole = q.weighted = false;
            q.tree = spec;
            for (int step = 0; step < 14; step++) {
                int64_t by = (int64_t)random_below(&random, (uint64_t)span / 50) - span / 100;
                q.t0_ns = step % 7 ? q.t0_ns + by : r.view[0].first_ns + span / 3;
                q.t1_ns = q.t0_ns + span / 5 + (step % 3 ? 0 : by);
                if (step % 5 == 4)
                    q.filter = random_query(&random, &r.view[0]).filter;
                truth_check(ask(&r, &q), true);
                followed += r.answers[0].selection.ranked.made;
            }
        }
        assert_true(followed > 50);
        rig_free(&r);
    }
}

/* Samples behind the index: of known pairs they count in the tree, of others beside it. */
static void samples_behind_the_index(void **state) {
    (void)state;
    for (uint32_t i = 0; i < PROFILE_COUNT; i++) {
        Rig r;
        uint64_t random = 70 + i, beside = 0;
        rig_init(&r, &PROFILES[i], 150);
        maker_add(&r.maker[0], 400);
        r.view[0] = profile_view(&r.maker[0].profile);
        for (int round = 0; round < 60; round++) {
            TreeSpec spec;
            random_tree(&random, &r.maker[0].profile, &r.index[0]->view, 3, &spec);
            grow(&r, &spec);
            Query q = random_query(&random, &r.view[0]);
            q.tree = spec;
            truth_check(ask(&r, &q), false);
            beside += r.copy.answer.not_arranged;
        }
        assert_true(beside > 0);
        rig_free(&r);
    }
}

/* Both halves of a sandwich count each sample with the function once. */
static void halves_of_a_sandwich_agree(void **state) {
    (void)state;
    for (uint32_t i = 0; i < PROFILE_COUNT; i++) {
        static const char *const names[] = {"fn_a0", "fn_b1", "fn_c2", "proc0"};
        Rig r;
        rig_init(&r, &PROFILES[i], 500);
        for (size_t k = 0; k < 4; k++) {
            char up[64], down[64];
            snprintf(up, sizeof(up), "callers-of=%s", names[k]);
            snprintf(down, sizeof(down), "focus-function=%s", names[k]);
            const Answer *a = ask_whole(&r, up, true);
            uint64_t upper = a->in_tree;
            const Dict *dict = a->profile->dict;
            for (uint32_t c = a->tree->node[0].first_child; c < a->tree->node[1].first_child; c++)
                assert_true(
                    str_eq(tree_symbol(a->tree, dict, a->tree->node[c].frame), str_of(names[k])));
            assert_true(upper > 0);
            assert_int_equal(upper, ask_whole(&r, down, false)->in_tree);
        }
        rig_free(&r);
    }
}

/* ---- keys -------------------------------------------------------------------------------- */

static void keys_stay(void **state) {
    (void)state;
    for (uint32_t i = 0; i < PROFILE_COUNT; i++) {
        Rig r;
        uint64_t random = 90 + i;
        rig_init(&r, &PROFILES[i], 300);
        for (int round = 0; round < 40; round++) {
            TreeSpec spec;
            random_tree(&random, &r.maker[0].profile, &r.view[0], 4, &spec);
            grow(&r, &spec);
            Tree *before = r.grown.tree;
            tree_hold(before);
            maker_add(&r.maker[0], 40);
            rig_index(&r, 0);
            grow(&r, &spec);
            const Tree *after = r.grown.tree;
            assert_true(before->spec == after->spec && before->nodes <= after->nodes);
            for (uint32_t v = 1; v < before->nodes; v++) {
                uint32_t w = tree_find_key(after, &r.maker[0].dict, before->node[v].key), x = v;
                assert_true(w != 0);
                for (; x && w; x = tree_parent(before, x), w = tree_parent(after, w)) {
                    /* a process may be named anew when its first thread is seen */
                    bool group = frame_is_synthetic(before->node[x].frame);
                    assert_true(group || before->node[x].frame == after->node[w].frame);
                }
                assert_true(x == 0 && w == 0);
            }
            tree_drop(before);
        }
        rig_free(&r);
    }
}

/* ---- which pairs a node has -------------------------------------------------------------- */

static void pairs_of_nodes(void **state) {
    Rig r;
    uint64_t random = 8;
    (void)state;
    rig_init(&r, &PROFILES[0], 500);
    uint8_t *mark = mem_resize(NULL, 0, r.view[0].pairs);
    for (int round = 0; round < 60; round++) {
        TreeSpec spec;
        random_tree(&random, &r.maker[0].profile, &r.view[0], 3, &spec);
        grow(&r, &spec);
        Query q = {.whole = true, .event = EVENT_ALL, .idle = IDLE_KEEP, .tree = spec};
        const Answer *a = ask(&r, &q);
        for (int k = 0; k < 10; k++) {
            uint32_t node = (uint32_t)random_below(&random, a->tree->nodes);
            uint64_t sum = 0;
            int32_t cpu = tree_cpu(a->tree, node);
            memset(mark, 0, r.view[0].pairs);
            tree_mark_pairs(a->tree, 0, node, mark);
            for (uint64_t s = 0; s < r.view[0].samples; s++)
                sum += mark[COLUMN_AT(&r.maker[0].profile.pair, PairId, s)] &&
                       (cpu < 0 || COLUMN_AT(&r.maker[0].profile.cpu, uint16_t, s) == cpu);
            /* merged into its parent, a cpu's group no longer says which one */
            if (cpu >= 0 || !a->tree->pair_of_rank[0])
                assert_int_equal(sum, prefix_total(&a->a, a->tree, node));
        }
    }
    mem_resize(mark, r.view[0].pairs, 0);
    rig_free(&r);
}

/* ---- two profiles ------------------------------------------------------------------------ */

static void two_profiles_over_one_tree(void **state) {
    (void)state;
    for (uint32_t i = 0; i < PROFILE_COUNT; i++) {
        Rig r;
        uint64_t random = 20 + i;
        rig_init(&r, &PROFILES[i], 400);
        rig_second(&r, &PROFILES[(i + 1) % PROFILE_COUNT], 300);
        for (int round = 0; round < 80; round++) {
            Query q = random_query(&random, &r.view[0]);
            random_tree(&random, &r.maker[random & 1].profile, &r.view[random & 1], 3, &q.tree);
            q.tree.joint = true;
            if (round % 5)
                q.baseline = BASELINE_FILE;
            q.baseline_whole_file = round % 2;
            int64_t span = r.view[1].last_ns - r.view[1].first_ns;
            q.b0_ns = r.view[1].first_ns + (int64_t)random_below(&random, (uint64_t)span);
            q.b1_ns = q.b0_ns + span / 3;
            grow(&r, &q.tree);
            truth_check(ask(&r, &q), true);
            if (q.baseline == BASELINE_FILE)
                assert_true(r.copy.answer.b.u32 || r.copy.answer.b.u64);
        }
        rig_free(&r);
    }
}

static void deep_and_wide(void **state) {
    static const char *const chains[] = {"collapse-recursion", "collapse-direct",  "group=thread",
                                         "hide-kernel",        "focus-function=a", "callers-of=a"};
    enum { DEEP = 60000, WIDE = 3000 };
    static const char *path[DEEP];
    static char names[WIDE][12];
    Rig r;
    (void)state;
    memset(&r, 0, sizeof(r));
    maker_init(&r.maker[0], &(MakeOptions){.seed = 1});
    for (uint32_t i = 0; i < WIDE; i++)
        snprintf(names[i], sizeof(names[i]), "f%u", i);
    for (uint32_t i = 0; i < DEEP; i++)
        path[i] = i == 7 ? "a" : names[i * 7 % WIDE];
    maker_put(&r.maker[0], 1, "deep", 1, "e", 0, 0, path, DEEP, FRAME_USER);
    for (uint32_t i = 0; i < WIDE; i++)
        maker_put(&r.maker[0], 2 + i, "wide", 2, "e", 0, 0, &path[i], 1, FRAME_USER);
    answer_maker_init(&r.answers[0]);
    rig_index(&r, 0);
    for (size_t k = 0; k < sizeof(chains) / sizeof(*chains); k++)
        for (int inverted = 0; inverted < 2; inverted++) {
            const Answer *a = ask_whole(&r, chains[k], inverted);
            assert_int_equal(a->in_tree, strchr(chains[k], '=') && k > 3 ? 2 : WIDE + 1);
            assert_true(a->tree->max_depth <= DEEP + 2);
        }
    rig_free(&r);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(transforms_are_text),
        cmocka_unit_test(wrong_transforms_are_refused),
        cmocka_unit_test(removing_leaves_the_rest),
        cmocka_unit_test(each_kind_alone),
        cmocka_unit_test(any_chain),
        cmocka_unit_test(drags_in_another_order),
        cmocka_unit_test(samples_behind_the_index),
        cmocka_unit_test(halves_of_a_sandwich_agree),
        cmocka_unit_test(keys_stay),
        cmocka_unit_test(pairs_of_nodes),
        cmocka_unit_test(two_profiles_over_one_tree),
        cmocka_unit_test(deep_and_wide),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* The engine's trees against the slow way (truth_helper.h): any spec, two answers at a time,
 * one file or two, on any number of workers, at rest and while samples come. Which trees are
 * kept. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/thread.h"
#include "query/engine.h"
#include "truth_helper.h"

static const MakeOptions PROFILES[] = {
    {.seed = 1,
     .symbols = 8,
     .depth = 6,
     .contexts = 6,
     .events = 2,
     .cpus = 4,
     .step_ns = 1000000},
    {.seed = 2,
     .symbols = 20,
     .depth = 9,
     .contexts = 9,
     .events = 2,
     .cpus = 2,
     .step_ns = 100000,
     .disorder = 40,
     .weights = true},
};
enum { PROFILE_COUNT = sizeof(PROFILES) / sizeof(*PROFILES) };

typedef struct Rig {
    Maker maker[2];
    Jobs *jobs;
    Engine *engine;
    int64_t now;
    uint64_t random;
    Mutex *mutex;
    Cond *cond;
} Rig;

static void rig_init(Rig *r, uint32_t which, uint32_t workers, bool second) {
    memset(r, 0, sizeof(*r));
    r->jobs = jobs_new(workers);
    r->engine = engine_new(r->jobs);
    r->random = 100 + which;
    r->mutex = mutex_new();
    r->cond = cond_new();
    maker_init(&r->maker[0], &PROFILES[which]);
    maker_add(&r->maker[0], 400);
    engine_set_profile(r->engine, 0, &r->maker[0].profile);
    if (!second)
        return;
    maker_init_beside(&r->maker[1], &PROFILES[(which + 1) % PROFILE_COUNT], &r->maker[0]);
    maker_add(&r->maker[1], 300);
    engine_set_profile(r->engine, 1, &r->maker[1].profile);
}

static void rig_free(Rig *r) {
    engine_free(r->engine);
    jobs_free(r->jobs);
    mutex_free(r->mutex);
    cond_free(r->cond);
    if (r->maker[1].profile.dict)
        maker_free(&r->maker[1]);
    maker_free(&r->maker[0]);
}

static void pause_a_little(Rig *r) {
    mutex_lock(r->mutex);
    cond_wait_for(r->cond, r->mutex, 200000);
    mutex_unlock(r->mutex);
}

static void settle(Rig *r) {
    for (int i = 0; i < 200000; i++) {
        engine_poll(r->engine, r->now += 1000000, false);
        if (!engine_busy(r->engine)) {
            assert_true(engine_settled(r->engine));
            return;
        }
        if (!jobs_run_one(r->jobs))
            pause_a_little(r);
    }
    fail_msg("the engine never settles");
}

static Query random_wish(Rig *r, bool file) {
    ProfileView view = profile_view(&r->maker[0].profile);
    Query q = random_query(&r->random, &view);
    random_tree(&r->random, &r->maker[0].profile, &view, 3, &q.tree);
    if (!file)
        return q;
    ProfileView other = profile_view(&r->maker[1].profile);
    q.baseline = random_below(&r->random, 4) ? BASELINE_FILE : q.baseline;
    q.baseline_whole_file = random_below(&r->random, 2);
    q.tree.joint = random_below(&r->random, 2);
    q.slot = (uint8_t)random_below(&r->random, 2);
    q.b0_ns = other.first_ns;
    q.b1_ns = (other.first_ns + other.last_ns) / 2;
    return q;
}

static void check(Rig *r, AnswerId which, const Query *asked, bool settled) {
    const Answer *a = engine_answer(r->engine, which);
    assert_non_null(a);
    assert_true(!settled || query_same(&a->query, asked));
    truth_check(a, settled);
    bool joint = a->query.tree.joint || a->query.baseline == BASELINE_FILE;
    if (settled)
        assert_true((a->profile_b != NULL) == (joint && r->maker[1].profile.dict));
}

static void at_rest(uint32_t workers, bool file, int rounds) {
    for (uint32_t i = 0; i < PROFILE_COUNT; i++) {
        Rig r;
        rig_init(&r, i, workers, file);
        for (int round = 0; round < rounds; round++) {
            Query q = random_wish(&r, file), second = random_wish(&r, file);
            if (round % 7 == 6)
                maker_add(&r.maker[file && round % 2], 60);
            engine_ask(r.engine, ANSWER_MAIN, &q);
            engine_ask(r.engine, ANSWER_SECOND, round % 3 ? &second : NULL);
            settle(&r);
            check(&r, ANSWER_MAIN, &q, true);
            assert_int_equal(engine_answer(r.engine, ANSWER_MAIN)->not_arranged, 0);
            if (round % 3)
                check(&r, ANSWER_SECOND, &second, true);
        }
        rig_free(&r);
    }
}

static void any_tree_inline(void **state) {
    (void)state;
    at_rest(0, false, 24);
}

static void any_tree_on_eight_workers(void **state) {
    (void)state;
    at_rest(8, false, 24);
}

static void two_files_inline(void **state) {
    (void)state;
    at_rest(0, true, 20);
}

static void two_files_on_eight_workers(void **state) {
    (void)state;
    at_rest(8, true, 20);
}

/* ---- while samples come ------------------------------------------------------------------ */

typedef struct Writing {
    Maker *maker;
    uint32_t batches;
} Writing;

static void write_on(void *arg) {
    Writing *w = arg;
    for (uint32_t i = 0; i < w->batches; i++)
        maker_add(w->maker, 20 + i % 40);
}

static void while_loading(uint32_t which, uint32_t workers, bool file) {
    Rig r;
    rig_init(&r, which, workers, file);
    Writing writing = {&r.maker[0], 40};
    uint32_t answers = 0;
    uint64_t generation = 0;
    Query q = {0};
    /* one dict has one writer: the second file is there already, as files queue */
    Thread *writer = thread_start("writer", write_on, &writing);
    for (int i = 0; i < 20000 && answers < 12; i++) {
        if (i % 40 == 0) {
            q = random_wish(&r, file);
            engine_ask(r.engine, ANSWER_MAIN, &q);
        }
        if (engine_poll(r.engine, r.now += 20000000, true)) {
            const Answer *a = engine_answer(r.engine, ANSWER_MAIN);
            if (a && a->generation != generation) {
                check(&r, ANSWER_MAIN, &q, false);
                generation = a->generation;
                answers++;
            }
        }
        if (!jobs_run_one(r.jobs))
            pause_a_little(&r);
    }
    thread_join(writer);
    settle(&r);
    check(&r, ANSWER_MAIN, &q, true);
    assert_int_equal(engine_answer(r.engine, ANSWER_MAIN)->not_arranged, 0);
    rig_free(&r);
}

static void agrees_while_loading(void **state) {
    (void)state;
    for (uint32_t i = 0; i < PROFILE_COUNT; i++) {
        while_loading(i, 0, false);
        while_loading(i, 8, false);
        while_loading(i, 4, true);
    }
}

/* ---- which trees there are --------------------------------------------------------------- */

static void ask_tree(Rig *r, const char *transforms) {
    Query q = {.whole = true, .event = EVENT_ALL, .idle = IDLE_KEEP};
    transforms_parse(str_of(transforms), &q.tree.transforms, NULL);
    engine_ask(r->engine, ANSWER_MAIN, &q);
}

static uint64_t trees(const Rig *r) {
    EngineStats stats;
    engine_stats(r->engine, &stats);
    return stats.trees;
}

static void the_latest_trees_are_kept(void **state) {
    static const char *const specs[] = {"hide-kernel", "group=thread", "group=cpu",
                                        "collapse-direct", "collapse-recursion"};
    Rig r;
    (void)state;
    rig_init(&r, 0, 0, false);
    for (int i = 0; i < 4; i++) {
        ask_tree(&r, specs[i]);
        settle(&r);
    }
    assert_int_equal(trees(&r), 4);
    for (int i = 0; i < 8; i++) { /* all four are still there, and so is the forward one */
        ask_tree(&r, i % 4 == 3 ? "" : specs[i % 4]);
        settle(&r);
    }
    assert_int_equal(trees(&r), 4);
    ask_tree(&r, specs[4]); /* takes the place of the one longest unused, the fourth */
    settle(&r);
    ask_tree(&r, specs[0]);
    settle(&r);
    assert_int_equal(trees(&r), 5);
    ask_tree(&r, specs[3]);
    settle(&r);
    assert_int_equal(trees(&r), 6);
    ask_tree(&r, "off:hide-kernel"); /* the forward one */
    settle(&r);
    assert_int_equal(trees(&r), 6);
    EngineStats stats;
    engine_stats(r.engine, &stats);
    assert_true(stats.tree_bytes > 0);
    rig_free(&r);
}

/* The answer before stays until the new tree is there; then it is that tree's. */
static void the_answer_before_stays(void **state) {
    Rig r;
    (void)state;
    rig_init(&r, 0, 0, false);
    ask_tree(&r, "");
    settle(&r);
    const Answer *before = engine_answer(r.engine, ANSWER_MAIN);
    ask_tree(&r, "hide-kernel");
    assert_false(engine_poll(r.engine, r.now += 1000000, false));
    assert_true(engine_busy(r.engine) && !engine_settled(r.engine));
    assert_ptr_equal(engine_answer(r.engine, ANSWER_MAIN), before);
    truth_check(before, true);
    settle(&r);
    assert_true(engine_answer(r.engine, ANSWER_MAIN)->tree->spec != 0);
    rig_free(&r);
}

/* What nobody wants any more is not made to the end; the same wish is, though its index is old.
 */
static void the_newest_tree_wins(void **state) {
    Rig r;
    (void)state;
    rig_init(&r, 0, 0, false);
    ask_tree(&r, "");
    settle(&r);
    ask_tree(&r, "hide-kernel");
    engine_poll(r.engine, r.now += 1000000, false);
    ask_tree(&r, "group=thread");
    engine_poll(r.engine, r.now += 1000000, false);
    settle(&r);
    assert_int_equal(trees(&r), 1);
    truth_check(engine_answer(r.engine, ANSWER_MAIN), true);
    ask_tree(&r, "hide-kernel");
    engine_poll(r.engine, r.now += 1000000, false);
    maker_add(&r.maker[0], 100);
    settle(&r);
    assert_int_equal(trees(&r), 3);
    truth_check(engine_answer(r.engine, ANSWER_MAIN), true);
    rig_free(&r);
}

static void the_other_file_goes(void **state) {
    Rig r;
    (void)state;
    rig_init(&r, 0, 2, true);
    Query q = {.whole = true, .event = EVENT_ALL, .baseline = BASELINE_FILE};
    q.baseline_whole_file = true;
    engine_ask(r.engine, ANSWER_MAIN, &q);
    settle(&r);
    check(&r, ANSWER_MAIN, &q, true);
    engine_set_profile(r.engine, 1, NULL);
    assert_null(engine_answer(r.engine, ANSWER_MAIN)); /* it shows what is gone */
    settle(&r);
    const Answer *a = engine_answer(r.engine, ANSWER_MAIN);
    assert_true(!a->profile_b && !a->b.u32 && !a->b.u64 && a->tree->spec == 0);
    engine_set_profile(r.engine, 1, &r.maker[1].profile);
    settle(&r);
    check(&r, ANSWER_MAIN, &q, true);
    assert_true(engine_answer(r.engine, ANSWER_MAIN)->in_baseline > 0);
    rig_free(&r);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_tree_inline),         cmocka_unit_test(any_tree_on_eight_workers),
        cmocka_unit_test(two_files_inline),        cmocka_unit_test(two_files_on_eight_workers),
        cmocka_unit_test(agrees_while_loading),    cmocka_unit_test(the_latest_trees_are_kept),
        cmocka_unit_test(the_answer_before_stays), cmocka_unit_test(the_newest_tree_wins),
        cmocka_unit_test(the_other_file_goes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

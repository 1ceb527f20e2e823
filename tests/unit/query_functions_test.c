/* The table of functions against a walk over every stack: for any profile, range, filter, weight
 * and baseline, at rest and while samples arrive; its orders and filters against plain ones. */
#define _GNU_SOURCE 1
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/thread.h"
#include "query/engine.h"
#include "query/functions.h"
#include "query/slice.h"
#include "query_helper.h"

static const MakeOptions PROFILES[] = {
    {.seed = 11,
     .symbols = 4,
     .depth = 9,
     .contexts = 6,
     .events = 1,
     .cpus = 4,
     .step_ns = 1000000},
    {.seed = 12,
     .symbols = 40,
     .depth = 12,
     .contexts = 20,
     .events = 3,
     .cpus = 3,
     .step_ns = 3000000,
     .disorder = 20},
    {.seed = 13,
     .symbols = 20,
     .depth = 9,
     .contexts = 9,
     .events = 2,
     .cpus = 2,
     .step_ns = 100000,
     .weights = true},
    {.seed = 14,
     .symbols = 9,
     .depth = 30,
     .contexts = 9,
     .events = 2,
     .cpus = 2,
     .step_ns = 100000,
     .weights = true,
     .disorder = 60},
    {.seed = 15, .symbols = 3, .depth = 2, .contexts = 2, .events = 1, .cpus = 1, .step_ns = 50000},
    {.seed = 16,
     .symbols = 10,
     .depth = 4,
     .contexts = 3,
     .events = 1,
     .cpus = 1,
     .step_ns = 50000,
     .untimed = true},
};
enum { PROFILE_COUNT = sizeof(PROFILES) / sizeof(*PROFILES) };

static void wait_a_little(void) {
    static Mutex *m;
    static Cond *c;
    if (!m) {
        m = mutex_new();
        c = cond_new();
    }
    mutex_lock(m);
    cond_wait_for(c, m, 200000);
    mutex_unlock(m);
}

static void settle(Engine *e, Jobs *jobs, int64_t *now) {
    for (int i = 0; i < 100000; i++) {
        engine_poll(e, *now += 1000000, false);
        if (!engine_busy(e))
            return;
        if (!jobs_run_one(jobs))
            wait_a_little();
    }
    fail_msg("the engine never settles");
}

/* ---- truth ------------------------------------------------------------------------------- */

typedef struct Truth {
    uint64_t *self, *total, whole; /* by frame */
} Truth;

static Truth walk_stacks(const Profile *p, const Slice *slice, uint32_t frames, Arena *arena) {
    Truth t = {ARENA_ARRAY(arena, uint64_t, frames), ARENA_ARRAY(arena, uint64_t, frames), 0};
    uint32_t *seen = ARENA_ARRAY(arena, uint32_t, frames);
    for (PairId id = 1; id < slice->pairs; id++) {
        StackId s = pairs_get(&p->pairs, id).stack;
        if (!slice->count[id])
            continue;
        t.whole += slice->count[id];
        t.self[stacks_get(&p->dict->stacks, s).frame] += slice->count[id];
        for (; s; s = stacks_get(&p->dict->stacks, s).parent) {
            FrameId f = stacks_get(&p->dict->stacks, s).frame;
            if (seen[f] != id)
                t.total[f] += slice->count[id];
            seen[f] = id;
        }
    }
    return t;
}

static Truth truth_of(const Profile *p, const ProfileView *view, const Query *q, Arena *arena,
                      Slice *slice) {
    assert_true(slice_scan(p, view, q, arena, slice, NULL));
    return walk_stacks(p, slice, view->frames, arena);
}

static Truth truth_of_baseline(const Profile *p, const ProfileView *view, const Query *q,
                               const Slice *selection, Arena *arena) {
    Query b = *q;
    Slice slice;
    b.whole = q->baseline != BASELINE_RANGE;
    b.t0_ns = q->b0_ns;
    b.t1_ns = q->b1_ns;
    assert_true(slice_scan(p, view, &b, arena, &slice, NULL));
    if (q->baseline == BASELINE_REST)
        for (PairId id = 0; id < slice.pairs; id++)
            slice.count[id] -= selection->count[id];
    return walk_stacks(p, &slice, view->frames, arena);
}

static int frame_order(const Dict *dict, FrameId x, FrameId y) {
    int order = str_cmp(dict_symbol(dict, x), dict_symbol(dict, y));
    return order ? order : str_cmp(dict_module(dict, x), dict_module(dict, y));
}

static void check(const Profile *p, const ProfileView *view, const Functions *f, bool at_rest) {
    Arena arena;
    Slice slice;
    arena_init(&arena, 0);
    Truth a = truth_of(p, view, &f->query, &arena, &slice), b = {0};
    assert_int_equal(f->has_b, f->query.baseline != BASELINE_NONE);
    assert_int_equal(f->whole_a + f->not_arranged, a.whole);
    if (at_rest)
        assert_int_equal(f->not_arranged, 0);
    if (f->has_b)
        b = truth_of_baseline(p, view, &f->query, &slice, &arena);
    uint32_t wanted = 0, *row_of = ARENA_ARRAY(&arena, uint32_t, view->frames);
    for (uint32_t i = 0; i < f->count; i++) {
        const Function *r = &f->row[i];
        row_of[r->frame] = i + 1;
        assert_true(r->total_a || r->total_b);
        assert_true(!i || frame_order(p->dict, f->row[i - 1].frame, r->frame) <= 0);
    }
    for (FrameId id = 0; id < view->frames; id++) {
        const Function none = {0}, *r = row_of[id] ? &f->row[row_of[id] - 1] : &none;
        if (!at_rest) {
            assert_true(r->total_a <= a.total[id] && r->self_a <= a.self[id]);
            continue;
        }
        wanted += a.total[id] || (f->has_b && b.total[id]);
        assert_int_equal(r->self_a, a.self[id]);
        assert_int_equal(r->total_a, a.total[id]);
        assert_int_equal(r->self_b, f->has_b ? b.self[id] : 0);
        assert_int_equal(r->total_b, f->has_b ? b.total[id] : 0);
    }
    if (at_rest) {
        assert_int_equal(f->count, wanted);
        assert_int_equal(f->whole_b, f->has_b ? b.whole : 0);
    }
    arena_free(&arena);
}

/* ---- at rest and while loading ----------------------------------------------------------- */

static void at_rest(uint32_t workers) {
    for (uint32_t i = 0; i < PROFILE_COUNT; i++) {
        Maker maker;
        Jobs *jobs = jobs_new(workers);
        Engine *e = engine_new(jobs);
        int64_t now = 0;
        uint64_t random = 5 + i;
        maker_init(&maker, &PROFILES[i]);
        maker_add(&maker, 1200);
        engine_set_profile(e, 0, &maker.profile);
        for (int round = 0; round < 30; round++) {
            if (round % 7 == 6)
                maker_add(&maker, 500);
            ProfileView view = profile_view(&maker.profile);
            Query q = random_query(&random, &view);
            Query wish = functions_wish(&q);
            engine_ask_aside(e, ASIDE_FUNCTIONS, 0, &wish);
            if (round % 3 == 0)
                engine_poll(e, ++now, true);
            settle(e, jobs, &now);
            const Functions *f = engine_aside(e, ASIDE_FUNCTIONS);
            assert_non_null(f);
            assert_true(query_same(&f->query, &wish));
            check(&maker.profile, &view, f, true);
        }
        engine_free(e);
        jobs_free(jobs);
        maker_free(&maker);
    }
}

static void agrees_inline(void **state) {
    (void)state;
    at_rest(0);
}

static void agrees_on_workers(void **state) {
    (void)state;
    at_rest(4);
}

typedef struct Writing {
    Maker *maker;
    uint32_t batches;
} Writing;

static void write_on(void *arg) {
    Writing *w = arg;
    for (uint32_t i = 0; i < w->batches; i++)
        maker_add(w->maker, 40 + i % 90);
}

static void while_loading(uint32_t which, uint32_t workers) {
    Maker maker;
    Jobs *jobs = jobs_new(workers);
    Engine *e = engine_new(jobs);
    Writing writing = {&maker, 80};
    uint64_t random = which;
    int64_t now = 0;
    maker_init(&maker, &PROFILES[which]);
    maker_add(&maker, 3);
    engine_set_profile(e, 0, &maker.profile);
    Thread *writer = thread_start("writer", write_on, &writing);
    const void *seen = NULL;
    for (int i = 0, results = 0; i < 20000 && results < 25; i++) {
        ProfileView view = profile_view(&maker.profile);
        if (i % 5 == 0) {
            Query q = random_query(&random, &view);
            q = functions_wish(&q);
            engine_ask_aside(e, ASIDE_FUNCTIONS, 0, &q);
        }
        engine_poll(e, now += 20000000, true);
        const Aside *aside = engine_aside_state(e, ASIDE_FUNCTIONS);
        if (aside->newest.result && aside->newest.result != seen) {
            seen = aside->newest.result;
            view = profile_view(&maker.profile);
            view.samples = aside->newest.samples; /* as many as it knows of */
            check(&maker.profile, &view, seen, false);
            results++;
        }
        jobs_run_one(jobs);
    }
    thread_join(writer);
    settle(e, jobs, &now);
    ProfileView view = profile_view(&maker.profile);
    check(&maker.profile, &view, engine_aside(e, ASIDE_FUNCTIONS), true);
    engine_free(e);
    jobs_free(jobs);
    maker_free(&maker);
}

static void agrees_while_loading(void **state) {
    (void)state;
    for (uint32_t i = 0; i < 5; i++) {
        while_loading(i, 4);
        while_loading(i, 0);
    }
}

/* A stack may call itself to any depth: nothing recurses, and it counts once. */
static void deep_recursion(void **state) {
    enum { DEPTH = 60000 };
    static const char *symbols[DEPTH];
    Maker maker;
    Jobs *jobs = jobs_new(0);
    Engine *e = engine_new(jobs);
    int64_t now = 0;
    (void)state;
    for (int i = 0; i < DEPTH; i++)
        symbols[i] = i % 2 ? "even" : "odd";
    maker_init(&maker, &PROFILES[0]);
    maker_put(&maker, 1000, "deep", 7, "e", 0, 0, symbols, DEPTH, FRAME_USER);
    maker_put(&maker, 2000, "deep", 7, "e", 0, 0, symbols, 3, FRAME_USER);
    engine_set_profile(e, 0, &maker.profile);
    engine_ask_aside(e, ASIDE_FUNCTIONS, 0, &(Query){.whole = true, .event = EVENT_ALL});
    settle(e, jobs, &now);
    const Functions *f = engine_aside(e, ASIDE_FUNCTIONS);
    assert_int_equal(f->count, 3); /* deep, even, odd: in order of names */
    for (uint32_t i = 0; i < 3; i++) {
        assert_int_equal(f->row[i].total_a, 2);
        assert_int_equal(f->row[i].self_a, i ? 1 : 0);
        assert_int_equal(functions_row_of(f, f->row[i].frame), i);
    }
    assert_int_equal(functions_row_of(f, 0), UINT32_MAX);
    engine_free(e);
    jobs_free(jobs);
    maker_free(&maker);
}

/* ---- transformed and joint trees --------------------------------------------------------- */

/* By the answer's own nodes, each looked at with all that are above it. */
static void check_against_answer(const Functions *f, const Answer *a) {
    const Tree *t = a->tree;
    assert_ptr_equal(f->tree, t);
    assert_int_equal(f->whole_a, prefix_total(&a->a, t, 0));
    assert_int_equal(f->has_b, a->b.u32 || a->b.u64);
    Function *sum = calloc(f->count + 1, sizeof(*sum)), all = {0}, seen = {0};
    for (uint32_t v = 1; v < t->nodes; v++) {
        uint32_t row = functions_row_of(f, t->node[v].frame);
        uint64_t total_a = prefix_total(&a->a, t, v);
        uint64_t total_b = f->has_b ? prefix_total(&a->b, t, v) : 0;
        if (!total_a && !total_b)
            continue;
        assert_true(row != UINT32_MAX);
        bool nested = false;
        for (uint32_t p = tree_parent(t, v); p && !nested; p = tree_parent(t, p))
            nested = t->node[p].frame == t->node[v].frame;
        sum[row].self_a += prefix_self(&a->a, t, v);
        sum[row].self_b += f->has_b ? prefix_self(&a->b, t, v) : 0;
        sum[row].total_a += nested ? 0 : total_a;
        sum[row].total_b += nested ? 0 : total_b;
    }
    for (uint32_t i = 0; i < f->count; i++) {
        assert_int_equal(f->row[i].self_a, sum[i].self_a);
        assert_int_equal(f->row[i].total_a, sum[i].total_a);
        assert_int_equal(f->row[i].self_b, sum[i].self_b);
        assert_int_equal(f->row[i].total_b, sum[i].total_b);
        all.self_a += sum[i].self_a;
        seen.self_a += f->row[i].self_a;
    }
    assert_int_equal(all.self_a, seen.self_a);
    free(sum);
}

static void of_transformed_trees(uint32_t workers) {
    static const char *const texts[] = {"",
                                        "focus-function=fn_a1",
                                        "drop-function=fn_b1",
                                        "collapse-recursion",
                                        "hide-kernel",
                                        "merge-function=fn_c2",
                                        "collapse-module=/lib/libone.so",
                                        "group=thread",
                                        "group=cpu",
                                        "group=module||collapse-recursion"};
    Maker maker, other;
    Jobs *jobs = jobs_new(workers);
    Engine *e = engine_new(jobs);
    int64_t now = 0;
    uint64_t random = 3;
    maker_init(&maker, &PROFILES[1]);
    maker_init_beside(&other, &PROFILES[0], &maker);
    maker_add(&maker, 1500);
    maker_add(&other, 900);
    engine_set_profile(e, 0, &maker.profile);
    engine_set_profile(e, 1, &other.profile);
    for (size_t i = 0; i < 3 * sizeof(texts) / sizeof(*texts); i++) {
        ProfileView view = profile_view(&maker.profile);
        Query q = random_query(&random, &view);
        Error err = {0};
        if (!transforms_parse(str_of(texts[i / 3]), &q.tree.transforms, &err))
            fail_msg("%s", err.message);
        if (i % 3 == 1) {
            q.baseline = BASELINE_FILE;
            q.baseline_whole_file = true;
        }
        q = functions_wish(&q);
        engine_ask(e, ANSWER_MAIN, i % 2 ? NULL : &q); /* alone, it has its tree made, too */
        engine_ask_aside(e, ASIDE_FUNCTIONS, 0, &q);
        if (i % 4 == 3)
            maker_add(&other, 100);
        settle(e, jobs, &now);
        engine_ask(e, ANSWER_MAIN, &q);
        settle(e, jobs, &now);
        const Functions *f = engine_aside(e, ASIDE_FUNCTIONS);
        assert_non_null(f);
        check_against_answer(f, engine_answer(e, ANSWER_MAIN));
    }
    /* a file that goes takes nothing along that is still looked at */
    engine_set_profile(e, 1, NULL);
    settle(e, jobs, &now);
    engine_set_profile(e, 0, NULL);
    assert_null(engine_aside(e, ASIDE_FUNCTIONS));
    engine_free(e);
    jobs_free(jobs);
    maker_free(&other);
    maker_free(&maker);
}

static void follows_transforms(void **state) {
    (void)state;
    of_transformed_trees(0);
    of_transformed_trees(3);
}

/* ---- order and filter -------------------------------------------------------------------- */

static double plain_key(const Functions *f, uint32_t row, FunctionOrder order) {
    const Function *r = &f->row[row];
    switch (order) {
    case FUNCTIONS_BY_SELF:
        return (double)r->self_a;
    case FUNCTIONS_BY_DELTA:
        return functions_delta(f, r);
    case FUNCTIONS_BY_NAME:
        return row;
    default:
        return (double)r->total_a;
    }
}

static bool plain_match(const Dict *dict, FrameId frame, const char *wanted) {
    char text[200];
    Str s = dict_symbol(dict, frame), m = dict_module(dict, frame);
    snprintf(text, sizeof(text), "%.*s\n%.*s", (int)s.n, s.s, (int)m.n, m.s);
    return strcasestr(text, wanted) != NULL;
}

static void check_order(const Functions *f, const Dict *dict, FunctionOrder order, bool descending,
                        FunctionFilter *filter, const char *wanted) {
    Arena arena;
    const uint32_t *rows;
    uint32_t count, passing = 0;
    arena_init(&arena, 0);
    function_filter_set(filter, wanted);
    functions_sort(f, dict, order, descending, filter, &arena, &rows, &count);
    bool *seen = ARENA_ARRAY(&arena, bool, f->count);
    for (uint32_t i = 0; i < f->count; i++)
        passing += plain_match(dict, f->row[i].frame, wanted);
    assert_int_equal(count, passing);
    for (uint32_t i = 0; i < count; i++) {
        assert_false(seen[rows[i]]);
        seen[rows[i]] = true;
        assert_true(plain_match(dict, f->row[rows[i]].frame, wanted));
        if (!i)
            continue;
        double x = plain_key(f, rows[i - 1], order), y = plain_key(f, rows[i], order);
        assert_true(descending ? x >= y : x <= y);
        assert_true(x != y || rows[i - 1] < rows[i]);
    }
    arena_free(&arena);
}

static void sorts_and_filters(void **state) {
    static const char *const texts[] = {"", "fn", "FN_B", "libone.so", "b1", "KERNEL", "nothing"};
    Maker maker;
    Jobs *jobs = jobs_new(0);
    Engine *e = engine_new(jobs);
    FunctionFilter filter = {0};
    int64_t now = 0;
    (void)state;
    maker_init(&maker, &PROFILES[1]);
    maker_add(&maker, 3000);
    engine_set_profile(e, 0, &maker.profile);
    ProfileView view = profile_view(&maker.profile);
    for (int round = 0; round < 4; round++) {
        Query q = {.t0_ns = view.first_ns,
                   .t1_ns = view.first_ns + (view.last_ns - view.first_ns) / (round + 2),
                   .baseline = (uint8_t)round,
                   .b0_ns = view.first_ns + (view.last_ns - view.first_ns) / 2,
                   .b1_ns = view.last_ns,
                   .event = EVENT_ALL};
        engine_ask_aside(e, ASIDE_FUNCTIONS, 0, &q);
        settle(e, jobs, &now);
        const Functions *f = engine_aside(e, ASIDE_FUNCTIONS);
        for (uint32_t order = 0; order < FUNCTION_ORDERS; order++) {
            if (order == FUNCTIONS_BY_DELTA && !f->has_b)
                continue; /* then it is by total */
            for (size_t t = 0; t < sizeof(texts) / sizeof(*texts); t++) {
                check_order(f, &maker.dict, (FunctionOrder)order, false, &filter, texts[t]);
                check_order(f, &maker.dict, (FunctionOrder)order, true, &filter, texts[t]);
            }
        }
    }
    function_filter_free(&filter);
    engine_free(e);
    jobs_free(jobs);
    maker_free(&maker);
}

static void filter_expressions(void **state) {
    static const char *symbols[] = {"operator()(int)", "Parse", "parser", "main.loop"};
    static const struct {
        const char *text;
        uint32_t passes; /* of these four, the process beside them */
    } cases[] = {{"operator()", 1}, {"operator(", 1}, {"pars", 2}, {"Pars", 2},  {"^pars", 2},
                 {"^Pars", 1},      {"r$", 1},        {"e|o", 4},  {".loop", 1}, {"^x", 0},
                 {"[", 0},          {"^m$", 4},       {"m", 4}};
    Maker maker;
    Jobs *jobs = jobs_new(0);
    Engine *e = engine_new(jobs);
    FunctionFilter filter = {0};
    Arena arena;
    int64_t now = 0;
    (void)state;
    arena_init(&arena, 0);
    maker_init(&maker, &PROFILES[0]);
    maker_put(&maker, 1000, "1", 7, "e", 0, 0, symbols, 4, FRAME_USER);
    engine_set_profile(e, 0, &maker.profile);
    engine_ask_aside(e, ASIDE_FUNCTIONS, 0, &(Query){.whole = true, .event = EVENT_ALL});
    settle(e, jobs, &now);
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        const uint32_t *rows;
        uint32_t count;
        function_filter_set(&filter, cases[i].text);
        functions_sort(engine_aside(e, ASIDE_FUNCTIONS), &maker.dict, FUNCTIONS_BY_NAME, false,
                       &filter, &arena, &rows, &count);
        if (count != cases[i].passes)
            fail_msg("%s: %u", cases[i].text, count);
    }
    function_filter_free(&filter);
    arena_free(&arena);
    engine_free(e);
    jobs_free(jobs);
    maker_free(&maker);
}

static void order_names(void **state) {
    (void)state;
    for (uint32_t i = 0; i < FUNCTION_ORDERS; i++) {
        uint8_t order;
        assert_true(function_order_named(str_of(function_order_name(i)), &order));
        assert_int_equal(order, i);
    }
    assert_false(function_order_named(STR("colour"), &(uint8_t){0}));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(agrees_inline),        cmocka_unit_test(agrees_on_workers),
        cmocka_unit_test(agrees_while_loading), cmocka_unit_test(deep_recursion),
        cmocka_unit_test(follows_transforms),   cmocka_unit_test(sorts_and_filters),
        cmocka_unit_test(filter_expressions),   cmocka_unit_test(order_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* The engine against a plain scan: same numbers for any profile, range, filter, worker count,
 * at rest and while another thread goes on adding samples. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/regex.h"
#include "base/thread.h"
#include "query/engine.h"
#include "query/hottest.h"
#include "query/idle.h"
#include "query/slice.h"
#include "query_helper.h"

/* ---- truth ------------------------------------------------------------------------------- */

/* Σ of slice counts by the keys of a forward tree: a stack has its own and its descendants'. */
static uint64_t *sum_stacks(const Profile *p, const Slice *slice, uint32_t stacks, Arena *arena) {
    uint64_t *sum = ARENA_ARRAY(arena, uint64_t, stacks);
    for (PairId id = 0; id < slice->pairs; id++)
        sum[pairs_get(&p->pairs, id).stack] += slice->count[id];
    for (StackId s = stacks; s-- > 1;)
        sum[stacks_get(&p->dict->stacks, s).parent] += sum[s];
    return sum;
}

static void check_node_sums(const Answer *a, const Prefix *prefix, const Slice *slice,
                            uint32_t stacks, Arena *arena) {
    const Tree *t = a->tree;
    uint64_t *sum = sum_stacks(a->profile, slice, stacks, arena);
    bool arranged = t->pairs >= slice->pairs;
    for (uint32_t v = 0; v < t->nodes && !t->spec; v++) {
        uint64_t have = prefix_total(prefix, t, v);
        uint64_t self = prefix_self(prefix, t, v);
        assert_true(arranged ? have == sum[t->node[v].key] : have <= sum[t->node[v].key]);
        for (uint32_t c = t->node[v].first_child; c < t->node[v + 1].first_child; c++)
            self += prefix_total(prefix, t, c);
        assert_true(self == have);
    }
    /* Ranks are a permutation of pairs, whatever the tree. */
    for (PairId id = 0; !t->dropped && t->rank_of_pair && id < t->pairs && id < slice->pairs;
         id++) {
        uint32_t rank = t->rank_of_pair[id];
        assert_true(prefix_at(prefix, rank + 1) - prefix_at(prefix, rank) == slice->count[id]);
    }
}

static uint64_t count_matching(const Answer *a, const Slice *slice) {
    uint64_t total = 0;
    Error err = {0};
    Regex *re = regex_new(str_of(a->query.search), REGEX_SMART_CASE, &err);
    if (!re)
        return 0;
    for (PairId id = 0; id < slice->pairs && id < a->tree->pairs; id++) {
        const Dict *dict = a->profile->dict;
        bool hit = false;
        for (StackId s = pairs_get(&a->profile->pairs, id).stack; s && !hit;) {
            StackNode n = stacks_get(&dict->stacks, s);
            hit = regex_match(re, dict_symbol(dict, n.frame));
            s = n.parent;
        }
        total += hit ? slice->count[id] : 0;
    }
    regex_free(re);
    return total;
}

static void check_search(const Answer *a, const Slice *slice) {
    if (!a->query.search[0]) {
        assert_null(a->match);
        assert_int_equal(a->search_total, 0);
        return;
    }
    if (strcmp(a->query.search, "fn_[") == 0) {
        assert_null(a->match);
        assert_true(strlen(a->search_error) > 0);
        return;
    }
    assert_non_null(a->match);
    assert_int_equal(a->search_total, count_matching(a, slice));
    uint32_t nodes = 0;
    for (uint32_t v = 0; v < a->tree->nodes; v++)
        nodes += a->match[v] && prefix_total(&a->a, a->tree, v);
    assert_int_equal(a->search_nodes, nodes);
}

static void check_totals(const Answer *a, const ProfileView *view, Arena *arena) {
    Query q = a->query;
    Slice slice;
    q.whole = true;
    q.weighted = false;
    assert_true(slice_scan(a->profile, view, &q, arena, &slice, NULL));
    assert_int_equal(a->in_profile, slice.samples);
    assert_int_equal(a->shown_in_profile, slice.shown);
    q.idle = q.idle == IDLE_KEEP ? IDLE_HIDE : q.idle;
    memset(&q.filter, 0, sizeof(q.filter));
    assert_true(slice_scan(a->profile, view, &q, arena, &slice, NULL));
    assert_int_equal(a->idle_in_profile, slice.samples - slice.shown);
    q.idle = IDLE_KEEP;
    q.weighted = a->query.weighted && view->has_weight;
    assert_true(slice_scan(a->profile, view, &q, arena, &slice, NULL));
    assert_true(a->weight_in_profile == (q.weighted ? slice.total : 0));
    q.weighted = false;
    for (uint32_t i = 0; i < a->query.filter.count; i++) {
        q.filter.count = 1;
        q.filter.term[0] = a->query.filter.term[i];
        q.filter.term[0].off = false;
        assert_true(slice_scan(a->profile, view, &q, arena, &slice, NULL));
        assert_int_equal(a->term_passes[i], slice.shown);
    }
    assert_true(a->events <= view->events); /* that view may be newer */
    q.filter.count = 0;
    for (q.event = 0; q.event < a->events; q.event++) {
        assert_true(slice_scan(a->profile, view, &q, arena, &slice, NULL));
        assert_int_equal(a->of_event[q.event], slice.samples);
    }
}

static void check_baseline(const Answer *a, const ProfileView *view, const Slice *selection,
                           Arena *arena) {
    Query q = a->query;
    Slice slice;
    if (q.baseline == BASELINE_NONE) {
        assert_true(!a->b.u32 && !a->b.u64);
        return;
    }
    q.whole = q.baseline != BASELINE_RANGE;
    q.t0_ns = q.b0_ns;
    q.t1_ns = q.b1_ns;
    assert_true(slice_scan(a->profile, view, &q, arena, &slice, NULL));
    if (q.baseline == BASELINE_REST)
        for (PairId id = 0; id < slice.pairs; id++)
            slice.count[id] -= selection->count[id];
    check_node_sums(a, &a->b, &slice, view->stacks, arena);
}

static void check_answer(const Answer *a) {
    Arena arena;
    arena_init(&arena, 0);
    ProfileView view = profile_view(a->profile);
    Slice slice;
    view.samples = a->samples; /* as many as the answer knows of */
    assert_true(slice_scan(a->profile, &view, &a->query, &arena, &slice, NULL));
    assert_int_equal(a->in_selection, slice.samples);
    assert_int_equal(a->shown_in_selection, slice.shown);
    assert_true((a->a.u32 != NULL) != (a->a.u64 != NULL));
    assert_int_equal(prefix_at(&a->a, a->tree->ranks) + a->not_arranged, slice.total);
    check_node_sums(a, &a->a, &slice, view.stacks, &arena);
    check_baseline(a, &view, &slice, &arena);
    check_search(a, &slice);
    check_totals(a, &view, &arena);
    arena_free(&arena);
}

static void check_grid(const Profile *profile, const HeatGrid *g) {
    Arena arena;
    arena_init(&arena, 0);
    ProfileView view = profile_view(profile);
    view.samples = g->samples;
    Query q = {
        .whole = true, .event = g->spec.event, .idle = g->spec.idle, .filter = g->spec.filter};
    Slice slice;
    uint64_t sum = 0;
    assert_true(slice_scan(profile, &view, &q, &arena, &slice, NULL));
    assert_int_equal(g->shown, slice.shown);
    for (uint64_t i = 0; i < (uint64_t)g->columns * g->rows; i++) {
        sum += g->cell[i];
        assert_true(g->cell[i] <= g->max);
    }
    assert_int_equal(sum, slice.shown);
    arena_free(&arena);
}

/* ---- driving ----------------------------------------------------------------------------- */

static void settle(Engine *e, Jobs *jobs, int64_t *now) {
    for (int i = 0; i < 100000; i++) {
        engine_poll(e, *now += 1000000, false);
        if (!engine_busy(e)) {
            assert_true(engine_settled(e));
            return;
        }
        if (!jobs_run_one(jobs)) {
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
    }
    fail_msg("the engine never settles");
}

static const MakeOptions PROFILES[] = {
    {.seed = 1,
     .symbols = 8,
     .depth = 5,
     .contexts = 6,
     .events = 1,
     .cpus = 4,
     .step_ns = 1000000},
    {.seed = 2,
     .symbols = 40,
     .depth = 12,
     .contexts = 20,
     .events = 3,
     .cpus = 3,
     .step_ns = 3000000,
     .disorder = 20},
    {.seed = 3,
     .symbols = 20,
     .depth = 9,
     .contexts = 9,
     .events = 2,
     .cpus = 2,
     .step_ns = 100000,
     .weights = true},
    {.seed = 4,
     .symbols = 20,
     .depth = 9,
     .contexts = 9,
     .events = 2,
     .cpus = 2,
     .step_ns = 100000,
     .weights = true,
     .disorder = 60},
    {.seed = 5, .symbols = 3, .depth = 2, .contexts = 2, .events = 1, .cpus = 1, .step_ns = 50000},
    {.seed = 6,
     .symbols = 10,
     .depth = 4,
     .contexts = 3,
     .events = 1,
     .cpus = 1,
     .step_ns = 50000,
     .untimed = true},
};
enum { PROFILE_COUNT = sizeof(PROFILES) / sizeof(*PROFILES) };

static void at_rest(uint32_t workers) {
    for (uint32_t i = 0; i < PROFILE_COUNT; i++) {
        Maker maker;
        Jobs *jobs = jobs_new(workers);
        Engine *e = engine_new(jobs);
        int64_t now = 0;
        uint64_t random = 77 + i;
        maker_init(&maker, &PROFILES[i]);
        maker_add(&maker, 1500);
        engine_set_profile(e, 0, &maker.profile);
        for (int round = 0; round < 24; round++) {
            if (round % 10 == 9)
                maker_add(&maker, 700);
            ProfileView view = profile_view(&maker.profile);
            Query q = random_query(&random, &view);
            HeatSpec spec = {.rows = 1 + (uint32_t)random_below(&random, 60),
                             .column_ns = round % 3 ? 1000000000 : 20000000,
                             .event = q.event,
                             .idle = q.idle,
                             .filter = q.filter};
            engine_ask(e, ANSWER_MAIN, &q);
            engine_ask_heat(e, &spec);
            settle(e, jobs, &now);
            check_answer(engine_answer(e, ANSWER_MAIN));
            assert_int_equal(engine_answer(e, ANSWER_MAIN)->not_arranged, 0);
            assert_true(engine_heat(e, 0)->exact);
            assert_true(heat_spec_same(&engine_heat(e, 0)->spec, &spec));
            check_grid(&maker.profile, engine_heat(e, 0));
        }
        engine_free(e);
        jobs_free(jobs);
        maker_free(&maker);
    }
}

static void agrees_with_scan_inline(void **state) {
    (void)state;
    at_rest(0);
}

static void agrees_with_scan_on_workers(void **state) {
    (void)state;
    at_rest(4);
}

/* Drags and jumps that make use of snapshots, deltas and starting over in turn. */
static void long_drag(void **state) {
    Maker maker;
    Jobs *jobs = jobs_new(0);
    Engine *e = engine_new(jobs);
    int64_t now = 0;
    uint64_t random = 5;
    (void)state;
    maker_init(&maker, &PROFILES[4]);
    maker_add(&maker, 30000);
    engine_set_profile(e, 0, &maker.profile);
    ProfileView view = profile_view(&maker.profile);
    int64_t span = view.last_ns - view.first_ns;
    Query q = {
        .t0_ns = view.first_ns, .t1_ns = view.first_ns, .event = EVENT_ALL, .idle = IDLE_KEEP};
    for (int i = 0; i < 150; i++) {
        if (i % 20 == 0)
            q.t0_ns = view.first_ns + (int64_t)random_below(&random, (uint64_t)span);
        q.t1_ns = q.t0_ns + (int64_t)random_below(&random, (uint64_t)span) / (i % 3 ? 1 : 900);
        engine_ask(e, ANSWER_MAIN, &q);
        settle(e, jobs, &now);
        check_answer(engine_answer(e, ANSWER_MAIN));
    }
    EngineStats stats;
    engine_stats(e, &stats);
    assert_true(stats.checkpoint_bytes > 0);
    assert_true(stats.checkpoint_bytes <= 4 * view.samples);
    engine_free(e);
    jobs_free(jobs);
    maker_free(&maker);
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
    Writing writing = {&maker, 120};
    uint64_t random = which;
    int64_t now = 0;
    uint32_t answers = 0, generation = 0;
    maker_init(&maker, &PROFILES[which]);
    maker_add(&maker, 3);
    engine_set_profile(e, 0, &maker.profile);
    Thread *writer = thread_start("writer", write_on, &writing);
    for (int i = 0; i < 20000 && answers < 40; i++) {
        ProfileView view = profile_view(&maker.profile);
        if (i % 5 == 0) {
            Query q = random_query(&random, &view);
            HeatSpec spec = {.rows = 50, .column_ns = 1000000000, .event = EVENT_ALL};
            engine_ask(e, ANSWER_MAIN, &q);
            engine_ask_heat(e, &spec);
        }
        if (engine_poll(e, now += 20000000, true)) {
            const Answer *a = engine_answer(e, ANSWER_MAIN);
            const HeatGrid *g = engine_heat(e, 0);
            if (a && a->generation != generation) {
                check_answer(a);
                generation = (uint32_t)a->generation;
                answers++;
            }
            if (g)
                check_grid(&maker.profile, g);
        }
        jobs_run_one(jobs);
    }
    thread_join(writer);
    settle(e, jobs, &now);
    check_answer(engine_answer(e, ANSWER_MAIN));
    assert_int_equal(engine_answer(e, ANSWER_MAIN)->not_arranged, 0);
    assert_int_equal(engine_answer(e, ANSWER_MAIN)->samples, profile_view(&maker.profile).samples);
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

/* An answer stays as it was until two newer ones were taken. */
static void older_answers_stay(void **state) {
    Maker maker;
    Jobs *jobs = jobs_new(0);
    Engine *e = engine_new(jobs);
    int64_t now = 0;
    (void)state;
    maker_init(&maker, &PROFILES[1]);
    maker_add(&maker, 500);
    engine_set_profile(e, 0, &maker.profile);
    const Answer *before = NULL;
    for (int i = 0; i < 12; i++) {
        ProfileView view = profile_view(&maker.profile);
        Query q = {.t0_ns = view.first_ns,
                   .t1_ns = view.first_ns + (i + 1) * 10000000,
                   .event = EVENT_ALL};
        engine_ask(e, ANSWER_MAIN, &q);
        settle(e, jobs, &now);
        check_answer(engine_answer(e, ANSWER_MAIN));
        if (before) {
            assert_int_equal(before->query.t1_ns, view.first_ns + i * 10000000);
            check_answer(before);
        }
        before = engine_answer(e, ANSWER_MAIN);
    }
    engine_free(e);
    jobs_free(jobs);
    maker_free(&maker);
}

static void files_come_and_go(void **state) {
    Maker a, b;
    Jobs *jobs = jobs_new(2);
    Engine *e = engine_new(jobs);
    int64_t now = 0;
    (void)state;
    maker_init(&a, &PROFILES[0]);
    maker_init(&b, &PROFILES[1]);
    maker_add(&a, 800);
    maker_add(&b, 600);
    engine_set_profile(e, 0, &a.profile);
    engine_set_profile(e, 1, &b.profile);
    for (int i = 0; i < 6; i++) {
        Query q = {.slot = (uint8_t)(i & 1), .whole = true, .event = EVENT_ALL};
        HeatSpec spec = {.slot = q.slot, .rows = 50, .column_ns = 1000000000, .event = EVENT_ALL};
        engine_ask(e, ANSWER_MAIN, &q);
        engine_ask_heat(e, &spec);
        settle(e, jobs, &now);
        assert_ptr_equal(engine_answer(e, ANSWER_MAIN)->profile, i & 1 ? &b.profile : &a.profile);
        check_answer(engine_answer(e, ANSWER_MAIN));
        check_grid(engine_answer(e, ANSWER_MAIN)->profile, engine_heat(e, i & 1));
    }
    engine_ask(e, ANSWER_MAIN, &(Query){.slot = 1, .event = 0});
    engine_poll(e, now += 1, false);
    engine_set_profile(e, 1, NULL);
    assert_null(engine_answer(e, ANSWER_MAIN));
    assert_null(engine_heat(e, 1));
    maker_free(&b);
    engine_ask(e, ANSWER_MAIN, &(Query){.slot = 0, .whole = true, .event = EVENT_ALL});
    settle(e, jobs, &now);
    check_answer(engine_answer(e, ANSWER_MAIN));
    engine_free(e);
    jobs_free(jobs);
    maker_free(&a);
}

/* Two answers at a time, each for its own query. */
static void second_answer(void **state) {
    Maker maker;
    Jobs *jobs = jobs_new(2);
    Engine *e = engine_new(jobs);
    int64_t now = 0;
    uint64_t random = 7;
    (void)state;
    maker_init(&maker, &PROFILES[1]);
    maker_add(&maker, 500);
    engine_set_profile(e, 0, &maker.profile);
    for (int i = 0; i < 10; i++) {
        ProfileView view = profile_view(&maker.profile);
        Query q = random_query(&random, &view), second = random_query(&random, &view);
        engine_ask(e, ANSWER_MAIN, &q);
        engine_ask(e, ANSWER_SECOND, i % 3 ? &second : NULL);
        settle(e, jobs, &now);
        check_answer(engine_answer(e, ANSWER_MAIN));
        assert_true(query_same(&engine_answer(e, ANSWER_MAIN)->query, &q));
        if (i % 3) {
            check_answer(engine_answer(e, ANSWER_SECOND));
            assert_true(query_same(&engine_answer(e, ANSWER_SECOND)->query, &second));
        }
    }
    engine_free(e);
    jobs_free(jobs);
    maker_free(&maker);
}

/* Adds up the wish's samples stack by stack and returns how many there are in all. */
static uint64_t sum_samples(const Maker *m, const HottestWish *w, uint64_t *of_stack) {
    const Profile *p = &m->profile;
    uint64_t all = 0;
    for (uint64_t i = 0; i < p->building.samples; i++) {
        int64_t t = COLUMN_AT(&p->time_ns, int64_t, i);
        PairId pair = COLUMN_AT(&p->pair, PairId, i);
        Pair what = pairs_get(&p->pairs, pair);
        if (t < w->t0_ns || t >= w->t1_ns ||
            (w->idle != IDLE_KEEP && idle_pair(p, pair, (IdleMode)w->idle)))
            continue;
        if (w->event != EVENT_ALL &&
            contexts_get(&p->dict->contexts, what.context).event != w->event)
            continue;
        all++;
        of_stack[what.stack]++;
    }
    return all;
}

static void check_hottest(const Maker *m, const HottestWish *w, const Hottest *h) {
    Arena arena;
    arena_init(&arena, 0);
    uint64_t *of_stack = ARENA_ARRAY(&arena, uint64_t, m->dict.stacks.node.count);
    uint64_t last = UINT64_MAX;
    assert_int_equal(h->samples, sum_samples(m, w, of_stack));
    assert_true(h->count == (h->stacks < HOTTEST_STACKS ? h->stacks : HOTTEST_STACKS));
    for (uint32_t i = 0; i < h->count; i++) {
        assert_int_equal(h->stack[i].samples, of_stack[h->stack[i].stack]);
        assert_true(h->stack[i].samples && h->stack[i].samples <= last);
        last = h->stack[i].samples;
        of_stack[h->stack[i].stack] = 0; /* listed: nothing of it is left to list */
    }
    for (StackId s = 1; h->count && s < m->dict.stacks.node.count; s++)
        assert_true(of_stack[s] <= last);
    arena_free(&arena);
}

/* A side question: asked often, answered for the newest wish, followed as samples arrive. */
static void hottest_stacks(uint32_t which, uint32_t workers) {
    Maker maker;
    Jobs *jobs = jobs_new(workers);
    Engine *e = engine_new(jobs);
    int64_t now = 0;
    uint64_t random = which + 3;
    maker_init(&maker, &PROFILES[which]);
    maker_add(&maker, 700);
    engine_set_profile(e, 0, &maker.profile);
    engine_ask(e, ANSWER_MAIN, &(Query){.whole = true, .event = EVENT_ALL});
    for (int i = 0; i < 12; i++) {
        ProfileView view = profile_view(&maker.profile);
        Query q = random_query(&random, &view);
        HottestWish wish = {.t0_ns = q.t0_ns,
                            .t1_ns = q.t1_ns,
                            .event = q.event,
                            .idle = i % 2 ? IDLE_KEEP : IDLE_HIDE};
        engine_ask_aside(e, ASIDE_HOTTEST, 0, &wish);
        if (i % 3 == 0)
            engine_poll(e, ++now, true); /* the one before is cut short */
        if (i % 5 == 0)
            maker_add(&maker, 60);
        settle(e, jobs, &now);
        const Hottest *h = engine_aside(e, ASIDE_HOTTEST);
        assert_non_null(h);
        if (view.has_time)
            check_hottest(&maker, &wish, h);
    }
    engine_ask_aside(e, ASIDE_HOTTEST, 0, NULL);
    assert_null(engine_aside(e, ASIDE_HOTTEST));
    engine_free(e);
    jobs_free(jobs);
    maker_free(&maker);
}

static void answers_side_questions(void **state) {
    (void)state;
    for (uint32_t i = 0; i < 5; i++) {
        hottest_stacks(i, 0);
        hottest_stacks(i, 3);
    }
}

static void same_wish_is_free(void **state) {
    Maker maker;
    Jobs *jobs = jobs_new(0);
    Engine *e = engine_new(jobs);
    int64_t now = 0;
    EngineStats before, after;
    (void)state;
    maker_init(&maker, &PROFILES[0]);
    maker_add(&maker, 300);
    engine_set_profile(e, 0, &maker.profile);
    Query q = {.whole = true, .event = EVENT_ALL};
    engine_ask(e, ANSWER_MAIN, &q);
    settle(e, jobs, &now);
    engine_stats(e, &before);
    engine_ask(e, ANSWER_MAIN, &q);
    for (int i = 0; i < 5; i++) {
        assert_false(engine_poll(e, now += 1000000000, false));
        assert_false(jobs_run_one(jobs));
    }
    engine_stats(e, &after);
    assert_int_equal(before.answers, after.answers);
    assert_int_equal(before.indexes, after.indexes);
    engine_free(e);
    jobs_free(jobs);
    maker_free(&maker);
}

/* Of each event, where there are several, whichever is asked for. */
static void events_are_counted(void **state) {
    (void)state;
    for (uint32_t events = 1; events <= 3; events++) {
        Maker maker;
        Jobs *jobs = jobs_new(0);
        Engine *e = engine_new(jobs);
        int64_t now = 0;
        MakeOptions options = PROFILES[0];
        options.events = events;
        maker_init(&maker, &options);
        maker_add(&maker, 500);
        engine_set_profile(e, 0, &maker.profile);
        engine_ask(e, ANSWER_MAIN, &(Query){.whole = true, .event = 1});
        settle(e, jobs, &now);
        const Answer *a = engine_answer(e, ANSWER_MAIN);
        uint64_t sum = 0;
        assert_int_equal(a->events, events > 1 ? events + 1 : 0);
        for (EventId i = 0; i < a->events; i++)
            sum += a->of_event[i];
        assert_int_equal(sum, a->events ? 500 : 0);
        if (a->events)
            assert_int_equal(a->of_event[1], a->in_profile);
        engine_free(e);
        jobs_free(jobs);
        maker_free(&maker);
    }
}

static void empty_profile_has_an_answer(void **state) {
    Maker maker;
    Jobs *jobs = jobs_new(0);
    Engine *e = engine_new(jobs);
    int64_t now = 0;
    (void)state;
    maker_init(&maker, &PROFILES[0]);
    engine_set_profile(e, 0, &maker.profile);
    engine_ask(e, ANSWER_MAIN, &(Query){.whole = true, .event = EVENT_ALL, .search = "x"});
    engine_ask_heat(e, &(HeatSpec){.rows = 50, .column_ns = 1000000000, .event = EVENT_ALL});
    settle(e, jobs, &now);
    assert_int_equal(engine_answer(e, ANSWER_MAIN)->in_profile, 0);
    assert_int_equal(engine_answer(e, ANSWER_MAIN)->tree->nodes, 1);
    assert_int_equal(engine_heat(e, 0)->columns, 0);
    assert_true(engine_heat(e, 0)->exact);
    maker_add(&maker, 10);
    settle(e, jobs, &now);
    assert_int_equal(engine_answer(e, ANSWER_MAIN)->in_profile, 10);
    assert_true(engine_heat(e, 0)->columns > 0);
    engine_free(e);
    jobs_free(jobs);
    maker_free(&maker);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(agrees_with_scan_inline),
        cmocka_unit_test(agrees_with_scan_on_workers),
        cmocka_unit_test(long_drag),
        cmocka_unit_test(agrees_while_loading),
        cmocka_unit_test(older_answers_stay),
        cmocka_unit_test(files_come_and_go),
        cmocka_unit_test(second_answer),
        cmocka_unit_test(answers_side_questions),
        cmocka_unit_test(same_wish_is_free),
        cmocka_unit_test(events_are_counted),
        cmocka_unit_test(empty_profile_has_an_answer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

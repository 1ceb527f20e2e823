/* Linking against a plain scan: the same cells for every kind of match, filter and idle mode,
 * at rest and while samples arrive, in order or not; and occurrences against a walk over cells.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/regex.h"
#include "base/thread.h"
#include "query/engine.h"
#include "query/idle.h"
#include "query/link.h"
#include "query/mask.h"
#include "query/matcher.h"
#include "query_helper.h"

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
     .step_ns = 10000000,
     .weights = true},
    {.seed = 4,
     .symbols = 20,
     .depth = 9,
     .contexts = 9,
     .events = 2,
     .cpus = 2,
     .step_ns = 100000,
     .disorder = 60},
    {.seed = 5,
     .symbols = 10,
     .depth = 4,
     .contexts = 3,
     .events = 1,
     .cpus = 1,
     .step_ns = 50000,
     .untimed = true},
};
enum { PROFILE_COUNT = sizeof(PROFILES) / sizeof(*PROFILES) };

/* ---- truth ------------------------------------------------------------------------------- */

static bool stack_matches(const Profile *p, StackId stack, const LinkMatch *match, Regex *re) {
    for (StackId s = stack; s;) {
        StackNode n = stacks_get(&p->dict->stacks, s);
        if (match->kind == LINK_FUNCTION && n.frame == match->id)
            return true;
        if (match->kind == LINK_NODE && s == match->id)
            return true;
        if (match->kind == LINK_STACK)
            return s == match->id;
        if (match->kind == LINK_SEARCH && re && regex_match(re, dict_symbol(p->dict, n.frame)))
            return true;
        s = n.parent;
    }
    return false;
}

static uint32_t row_of(const Profile *p, const LinkWish *w, uint64_t sample) {
    Context c = contexts_get(&p->dict->contexts,
                             pairs_get(&p->pairs, COLUMN_AT(&p->pair, PairId, sample)).context);
    for (uint32_t r = 0; r < w->rows; r++)
        if (w->spec.row_kind == HEAT_BY_CPU
                ? w->row[r].cpu == COLUMN_AT(&p->cpu, uint16_t, sample)
                : w->row[r].pid == c.pid &&
                      (w->spec.row_kind == HEAT_BY_PROCESS || w->row[r].tid == c.tid))
            return r;
    return w->rows;
}

/* The pairs that pass are asked of a mask made anew; the mask has tests of its own. */
static void check_link(const Profile *p, uint64_t samples, const LinkWish *w, const LinkGrid *g) {
    ProfileView view = profile_view(p);
    Mask mask;
    Error err;
    Regex *re = w->spec.match.kind == LINK_SEARCH && w->spec.match.text[0]
                    ? regex_new(str_of(w->spec.match.text), REGEX_SMART_CASE, &err)
                    : NULL;
    uint32_t *cell = calloc((size_t)g->columns * g->rows + 1, sizeof(*cell)), max = 0;
    uint8_t *known = calloc(view.pairs + 1, 1);
    uint64_t shown = 0, matching = 0;
    HeatGrid shape = {.spec = g->spec, .origin_ns = g->origin_ns, .rows = g->rows};
    mask_init(&mask);
    mask_set(&mask, p, w->spec.event, w->spec.idle, &w->spec.filter, NULL);
    mask_extend(&mask, &view);
    for (uint64_t i = 0; i < samples; i++) {
        PairId pair = COLUMN_AT(&p->pair, PairId, i);
        uint32_t c, r;
        if (!(mask_bits(&mask)[pair] & MASK_SHOWN) ||
            (mask.by_cpu && !mask_cpu_passes(&mask, COLUMN_AT(&p->cpu, uint16_t, i))))
            continue;
        shown++;
        if (!known[pair])
            known[pair] =
                1 + stack_matches(p, pairs_get(&p->pairs, pair).stack, &w->spec.match, re);
        if (known[pair] == 1)
            continue;
        matching++;
        assert_true(heat_cell_of(&shape, COLUMN_AT(&p->time_ns, int64_t, i), &c, &r));
        assert_true(c < g->columns);
        if (w->spec.row_kind != HEAT_BY_OFFSET)
            r = row_of(p, w, i);
        uint32_t n = ++cell[(size_t)c * g->rows + r];
        max = n > max ? n : max;
    }
    assert_int_equal(g->scanned, samples);
    assert_int_equal(g->shown, shown);
    assert_int_equal(g->matching, matching);
    assert_int_equal(g->max, max);
    for (size_t i = 0; i < (size_t)g->columns * g->rows; i++)
        assert_int_equal(g->cell[i], cell[i]);
    mask_free(&mask);
    regex_free(re);
    free(known);
    free(cell);
}

/* ---- wishes ------------------------------------------------------------------------------ */

static LinkWish random_wish(uint64_t *random, const ProfileView *view) {
    static const char *const texts[] = {"fn_a", "idle|fn_c", "fn_[", "nothing", ""};
    Query q = random_query(random, view);
    LinkWish w = {.spec = {.rows = 1 + (uint32_t)random_below(random, 60),
                           .column_ns = random_below(random, 2) ? 1000000000 : 20000000,
                           .event = q.event,
                           .idle = q.idle,
                           .filter = q.filter},
                  .t0_ns = q.t0_ns,
                  .t1_ns = q.t1_ns};
    w.spec.match.kind = (uint8_t)random_below(random, LINK_SEARCH + 1);
    w.spec.match.id = (uint32_t)random_below(
        random, w.spec.match.kind == LINK_FUNCTION ? view->frames : view->stacks);
    strcpy(w.spec.match.text, texts[random_below(random, 5)]);
    return w;
}

/* The rows of a heat map, and one or the other of them missing. */
static void by_rows(uint64_t *random, const Maker *m, const ProfileView *view, LinkWish *w) {
    Arena arena;
    arena_init(&arena, 0);
    HeatSpec spec = w->spec;
    spec.row_kind = (uint8_t)random_below(random, HEAT_BY_CPU + 1);
    LinkMatch match = w->spec.match;
    const HeatGrid *g = heat_build(&m->profile, view, &spec, &arena);
    link_wish_of(g, &match, w);
    assert_true(link_match_same(&w->spec.match, &match));
    assert_int_equal(w->spec.row_kind, spec.row_kind);
    assert_true(w->spec.row_kind == HEAT_BY_OFFSET || w->rows + 1 >= g->rows);
    if (w->rows > 2 && random_below(random, 2))
        w->rows -= 2;
    arena_free(&arena);
}

/* Cell by cell through the eyes of the heat map; what matches is some of what there is. */
static void check_rows(const Maker *m, const ProfileView *view, const LinkWish *w,
                       const LinkGrid *g) {
    Arena arena;
    uint64_t sum = 0;
    arena_init(&arena, 0);
    const HeatGrid *heat = heat_build(&m->profile, view, &w->spec, &arena);
    assert_true(link_fits(g, heat));
    for (uint32_t c = 0; c < heat->columns; c++) {
        for (uint32_t r = 0; r < heat->rows; r++) {
            uint32_t lit = link_at(g, heat, c, r);
            assert_true(!lit || lit <= heat->cell[(size_t)c * heat->rows + r] ||
                        heat->row[r].others);
            sum += lit;
        }
    }
    if (w->rows == heat->rows - (heat->row && heat->row[heat->rows - 1].others) || !heat->row)
        assert_int_equal(sum, g->matching);
    arena_free(&arena);
}

static void nap(void) {
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
            nap();
    }
    fail_msg("the engine never settles");
}

static void agrees(uint32_t which, uint32_t workers) {
    Maker m;
    Jobs *jobs = jobs_new(workers);
    Engine *e = engine_new(jobs);
    int64_t now = 0;
    uint64_t random = which + 90;
    maker_init(&m, &PROFILES[which]);
    maker_add(&m, 1500);
    engine_set_profile(e, 0, &m.profile);
    for (int round = 0; round < 40; round++) {
        ProfileView view = profile_view(&m.profile);
        LinkWish w = random_wish(&random, &view);
        if (view.has_time && round % 2)
            by_rows(&random, &m, &view, &w);
        engine_ask_aside(e, ASIDE_LINK, 0, &w);
        if (round % 3 == 0)
            engine_poll(e, ++now, true); /* what runs is cut short */
        if (round % 5 == 0)
            maker_add(&m, 300);
        if (round % 7 == 6) { /* from before the start */
            int64_t at = m.now_ns;
            m.now_ns = view.has_time ? view.first_ns - 3000000000 : at;
            maker_add(&m, 20);
            m.now_ns = at;
        }
        settle(e, jobs, &now);
        const LinkGrid *g = engine_aside(e, ASIDE_LINK);
        assert_non_null(g);
        assert_true(g->exact && g->view_exact);
        view = profile_view(&m.profile);
        if (view.has_time) {
            check_link(&m.profile, view.samples, &w, g);
            check_rows(&m, &view, &w, g);
        } else {
            assert_int_equal(g->columns, 0);
        }
    }
    engine_ask_aside(e, ASIDE_LINK, 0, NULL);
    assert_null(engine_aside(e, ASIDE_LINK));
    engine_free(e);
    jobs_free(jobs);
    maker_free(&m);
}

static void agrees_with_scan(void **state) {
    (void)state;
    for (uint32_t i = 0; i < PROFILE_COUNT; i++) {
        agrees(i, 0);
        agrees(i, 4);
    }
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

/* Every grid that comes is right for the samples that it looked at, when it says that those are
 * all; in the end it knows everything. */
static void while_loading(uint32_t which, uint32_t workers) {
    Maker m;
    Jobs *jobs = jobs_new(workers);
    Engine *e = engine_new(jobs);
    Writing writing = {&m, 100};
    int64_t now = 0;
    uint64_t random = which, scanned = 0;
    LinkWish w = {0};
    maker_init(&m, &PROFILES[which]);
    maker_add(&m, 300);
    engine_set_profile(e, 0, &m.profile);
    Thread *writer = thread_start("writer", write_on, &writing);
    for (int i = 0; i < 400; i++) {
        ProfileView view = profile_view(&m.profile);
        if (i % 80 == 0) {
            w = random_wish(&random, &view);
            engine_ask_aside(e, ASIDE_LINK, 0, &w);
            scanned = 0;
        }
        engine_poll(e, now += 260000000, true);
        const LinkGrid *g = engine_aside(e, ASIDE_LINK);
        if (g && g->scanned != scanned) {
            assert_true(g->scanned > scanned); /* it goes on, it does not begin again */
            scanned = g->scanned;
            if (g->exact)
                check_link(&m.profile, g->scanned, &w, g);
        }
        if (!jobs_run_one(jobs))
            nap();
    }
    thread_join(writer);
    settle(e, jobs, &now);
    check_link(&m.profile, profile_view(&m.profile).samples, &w, engine_aside(e, ASIDE_LINK));
    engine_free(e);
    jobs_free(jobs);
    maker_free(&m);
}

static void agrees_while_loading(void **state) {
    (void)state;
    for (uint32_t i = 0; i + 1 < PROFILE_COUNT; i++) {
        while_loading(i, 4);
        while_loading(i, 0);
    }
}

/* ---- one run after the other ------------------------------------------------------------- */

static void view_comes_first(uint32_t which) {
    Maker m;
    MakeOptions o = PROFILES[which];
    maker_init(&m, &o);
    for (int i = 0; i < 7; i++)
        maker_add(&m, 200000);
    ProfileView view = profile_view(&m.profile);
    int64_t span = view.last_ns - view.first_ns;
    LinkWish w = {
        .spec = {.rows = 50, .column_ns = 1000000000, .event = EVENT_ALL, .idle = IDLE_KEEP},
        .t0_ns = view.first_ns + span / 2,
        .t1_ns = view.first_ns + span / 2 + span / 10};
    w.spec.match.kind = LINK_SEARCH;
    strcpy(w.spec.match.text, ".");
    Index *index = index_build(&m.profile, &view, 1);
    AsideSource source = {.profile = &m.profile, .view = view, .index = index};
    void *state = link_aside.state_new();
    CancelToken token = {0};
    cancel(&token);
    assert_null(link_aside.run(state, &source, &w, NULL, &token));
    cancel_reset(&token);
    LinkGrid *g = link_aside.run(state, &source, &w, NULL, &token);
    assert_false(g->exact);
    assert_true(g->view_exact);
    assert_true(g->scanned >= 1 << 19 && g->scanned < (1 << 20) + (1 << 17));
    HeatGrid shape = {.spec = g->spec, .origin_ns = g->origin_ns, .rows = g->rows};
    uint32_t *cell = calloc((size_t)g->columns * g->rows, sizeof(*cell));
    for (uint64_t i = 0; i < view.samples; i++) {
        int64_t t = COLUMN_AT(&m.profile.time_ns, int64_t, i);
        uint32_t c, r;
        assert_true(heat_cell_of(&shape, t, &c, &r));
        cell[(size_t)c * g->rows + r]++;
    }
    for (uint32_t c = 0; c < g->columns; c++) {
        for (uint32_t r = 0; r < g->rows; r++) {
            int64_t t0, t1;
            heat_cell_range(&shape, c, r, &t0, &t1);
            size_t at = (size_t)c * g->rows + r;
            assert_true(g->cell[at] <= cell[at]);
            if (t0 >= w.t0_ns && t1 <= w.t1_ns)
                assert_int_equal(g->cell[at], cell[at]);
        }
    }
    free(cell);
    uint32_t runs = 1;
    for (; !g->exact; runs++) {
        LinkGrid *next = link_aside.run(state, &source, &w, g, &token);
        assert_true(next->scanned > g->scanned);
        link_aside.free(g);
        g = next;
    }
    assert_int_equal(runs, 2);
    check_link(&m.profile, view.samples, &w, g);
    link_aside.free(g);
    /* all of it in view: a part first, and again each sample once */
    w.t0_ns = view.first_ns;
    w.t1_ns = view.last_ns + 1;
    w.spec.rows = 20;
    g = link_aside.run(state, &source, &w, NULL, &token);
    assert_false(g->view_exact);
    while (!g->exact) {
        LinkGrid *next = link_aside.run(state, &source, &w, g, &token);
        link_aside.free(g);
        g = next;
    }
    check_link(&m.profile, view.samples, &w, g);
    link_aside.free(g);
    link_aside.state_free(state);
    index_drop(index);
    maker_free(&m);
}

static void what_is_in_view_comes_first(void **state) {
    (void)state;
    view_comes_first(0);
    view_comes_first(3);
}

/* ---- occurrences ------------------------------------------------------------------------- */

static void steps_through_occurrences(void **state) {
    uint64_t random = 3;
    (void)state;
    for (int round = 0; round < 60; round++) {
        uint32_t columns = 1 + (uint32_t)random_below(&random, 6);
        bool slices = round % 3 != 0;
        uint32_t rows = 1 + (uint32_t)random_below(&random, 5), per = slices ? rows : 1;
        uint32_t cell[40] = {0}, many = 1 + (uint32_t)random_below(&random, 4);
        for (uint32_t i = 0; i < columns * rows; i++)
            cell[i] = random_below(&random, many + 1) ? 0 : 3;
        LinkGrid g = {
            .spec = {.column_ns = 7, .row_kind = slices ? HEAT_BY_OFFSET : HEAT_BY_THREAD},
            .origin_ns = -20,
            .columns = columns,
            .rows = rows,
            .cell = cell};
        int64_t start[40], t0, t1;
        bool lit[40] = {false};
        uint32_t n = columns * per;
        for (uint32_t i = 0; i <= n; i++)
            start[i] = -20 + 7 * (int64_t)(i / per) + heat_row_start(7, per, i % per);
        for (uint32_t i = 0; i < columns * rows; i++)
            lit[slices ? i : i / rows] |= cell[i] != 0;
        for (int64_t t = -25; t < start[n] + 5; t++) {
            int64_t next = INT64_MAX, next_end = 0, last = INT64_MIN, last_start = 0;
            for (uint32_t a = 0; a < n; a++) {
                if (!lit[a] || (a && lit[a - 1]))
                    continue;
                uint32_t b = a;
                while (b < n && lit[b])
                    b++;
                if (start[a] >= t && next == INT64_MAX) {
                    next = start[a];
                    next_end = start[b];
                }
                if (start[b] <= t) {
                    last = start[b];
                    last_start = start[a];
                }
            }
            bool found = link_next(&g, t, 1, &t0, &t1);
            assert_int_equal(found, next != INT64_MAX);
            if (found) {
                assert_int_equal(t0, next);
                assert_int_equal(t1, next_end);
            }
            found = link_next(&g, t, -1, &t0, &t1);
            assert_int_equal(found, last != INT64_MIN);
            if (found) {
                assert_int_equal(t0, last_start);
                assert_int_equal(t1, last);
            }
        }
    }
    LinkGrid empty = {.spec = {.column_ns = 7}};
    int64_t t0, t1;
    assert_false(link_next(&empty, 0, 1, &t0, &t1));
    assert_false(link_next(&empty, 0, -1, &t0, &t1));
}

/* By the tree of an index, with pairs that came after it, the same pairs match as by all stacks. */
static void trees_answer_as_stacks_do(void **state) {
    MakeOptions options = {.seed = 9,
                           .symbols = 60,
                           .depth = 12,
                           .contexts = 5,
                           .events = 2,
                           .cpus = 2,
                           .step_ns = 1000};
    static const char *const texts[] = {"fn_a", "fn_b1", "a|b", "nothing", "(", "proc"};
    uint32_t by_tree = 0;
    (void)state;
    for (int later = 0; later < 3; later++) {
        Maker m;
        Matcher plain, quick;
        maker_init(&m, &options);
        maker_add(&m, 3000);
        ProfileView view = profile_view(&m.profile);
        Index *index = index_build(&m.profile, &view, 7);
        if (later)
            maker_add(&m, later == 1 ? 20 : 2000);
        ProfileView all = profile_view(&m.profile);
        matcher_init(&plain);
        matcher_init(&quick);
        enum { TEXTS = sizeof(texts) / sizeof(*texts), NODES = 100 };
        for (uint32_t i = 0; i < view.frames + TEXTS + NODES; i++) {
            LinkMatch match = {.kind = LINK_FUNCTION, .id = i};
            if (i >= view.frames + TEXTS) {
                match = (LinkMatch){.kind = LINK_NODE, .id = 1 + i * 7 % (all.stacks - 1)};
            } else if (i >= view.frames) {
                match = (LinkMatch){.kind = LINK_SEARCH};
                strcpy(match.text, texts[i - view.frames]);
            }
            matcher_set(&plain, &m.profile, &match);
            matcher_set(&quick, &m.profile, &match);
            const ProfileView *now = i % 3 ? &all : &view; /* and more come while it is asked */
            assert_true(matcher_extend_by(&quick, index, now, NULL));
            by_tree += quick.pairs && !quick.stacks;
            assert_true(matcher_extend_by(&quick, index, &all, NULL));
            assert_true(matcher_extend(&plain, &all, NULL));
            assert_int_equal(quick.pairs, plain.pairs);
            assert_memory_equal(quick.pair, plain.pair, all.pairs);
        }
        matcher_free(&plain);
        matcher_free(&quick);
        index_drop(index);
        maker_free(&m);
    }
    assert_true(by_tree > 60);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(trees_answer_as_stacks_do), cmocka_unit_test(agrees_with_scan),
        cmocka_unit_test(agrees_while_loading),      cmocka_unit_test(what_is_in_view_comes_first),
        cmocka_unit_test(steps_through_occurrences),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

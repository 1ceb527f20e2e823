/* Heat grids by thread, process and cpu, and of distinct cpus, threads and shares, against a
 * scan that knows nothing of how they are made: in any order, grown in steps, with few and with
 * so many threads that not all have rows, while loading, on 0 and 4 workers. */
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
#include "query/heat_copy.h"
#include "query_helper.h"

static const int64_t S = 1000000000;

/* ---- truth ------------------------------------------------------------------------------- */

typedef struct Who {
    int32_t pid, tid, cpu;
    uint64_t samples;
} Who;

typedef struct Truth {
    const Profile *profile;
    const HeatSpec *spec;
    const HeatGrid *grid;
    Mask mask;
    Matcher matcher;
    Who *who;
    uint32_t count;
    uint32_t *of_sample; /* number in who; UINT32_MAX: not shown */
    uint64_t samples;
} Truth;

static Who who_of(const Profile *p, uint64_t sample, uint8_t row_kind) {
    Context c = contexts_get(&p->dict->contexts,
                             pairs_get(&p->pairs, COLUMN_AT(&p->pair, PairId, sample)).context);
    uint16_t cpu = COLUMN_AT(&p->cpu, uint16_t, sample);
    Who w = {-1, -1, -1, 0};
    if (row_kind == HEAT_BY_CPU)
        w.cpu = cpu == CPU_NONE ? -1 : cpu;
    else
        w.pid = c.pid;
    if (row_kind == HEAT_BY_THREAD)
        w.tid = c.tid;
    return w;
}

static uint32_t find(Truth *t, Who w) {
    for (uint32_t i = 0; i < t->count; i++)
        if (t->who[i].pid == w.pid && t->who[i].tid == w.tid && t->who[i].cpu == w.cpu)
            return i;
    t->who = realloc(t->who, (t->count + 1) * sizeof(*t->who));
    t->who[t->count] = w;
    return t->count++;
}

static int by_samples(const void *a, const void *b) {
    const Who *x = a, *y = b;
    if (x->samples != y->samples)
        return x->samples > y->samples ? -1 : 1;
    if (x->pid != y->pid)
        return x->pid < y->pid ? -1 : 1;
    if (x->tid != y->tid)
        return x->tid < y->tid ? -1 : 1;
    return (x->cpu > y->cpu) - (x->cpu < y->cpu);
}

static void truth_init(Truth *t, const Profile *p, const HeatSpec *spec, const HeatGrid *grid) {
    ProfileView view = profile_view(p);
    *t = (Truth){.profile = p, .spec = spec, .grid = grid, .samples = grid->samples};
    mask_init(&t->mask);
    mask_set(&t->mask, p, spec->event, spec->idle, &spec->filter, NULL);
    mask_extend(&t->mask, &view);
    matcher_init(&t->matcher);
    matcher_set(&t->matcher, p, &spec->match);
    matcher_extend(&t->matcher, &view, NULL);
    t->of_sample = malloc((t->samples + 1) * sizeof(*t->of_sample));
    for (uint64_t i = 0; i < t->samples; i++) {
        PairId pair = COLUMN_AT(&p->pair, PairId, i);
        t->of_sample[i] = UINT32_MAX;
        if (!(mask_bits(&t->mask)[pair] & MASK_SHOWN) ||
            (t->mask.by_cpu && !mask_cpu_passes(&t->mask, COLUMN_AT(&p->cpu, uint16_t, i))))
            continue;
        uint32_t number = find(t, who_of(p, i, spec->row_kind));
        t->who[number].samples++;
        t->of_sample[i] = 0;
    }
    if (t->count)
        qsort(t->who, t->count, sizeof(*t->who), by_samples);
    for (uint64_t i = 0; i < t->samples; i++)
        if (t->of_sample[i] != UINT32_MAX)
            t->of_sample[i] = find(t, who_of(p, i, spec->row_kind));
}

static void truth_free(Truth *t) {
    mask_free(&t->mask);
    matcher_free(&t->matcher);
    free(t->who);
    free(t->of_sample);
}

static void check_rows(const Truth *t) {
    const HeatGrid *g = t->grid;
    uint32_t own = t->count < HEAT_TOP_ROWS ? t->count : HEAT_TOP_ROWS;
    if (t->spec->row_kind == HEAT_BY_OFFSET) {
        assert_null(g->row);
        return;
    }
    assert_int_equal(g->rows, t->count == 0 ? 1 : own + (t->count > own));
    for (uint32_t r = 0; r < own; r++) {
        assert_int_equal(g->row[r].pid, t->who[r].pid);
        assert_int_equal(g->row[r].tid, t->who[r].tid);
        assert_int_equal(g->row[r].cpu, t->who[r].cpu);
        assert_int_equal(g->row[r].samples, t->who[r].samples);
        assert_int_equal(g->row[r].others, 0);
        char comm[32]; /* the maker's threads of a pid 2n and 2n + 1 have names of their own */
        if (t->spec->row_kind == HEAT_BY_THREAD && t->who[r].tid > 0) {
            Str name = names_get(&t->profile->dict->names, g->row[r].comm);
            snprintf(comm, sizeof(comm), "%s%u", t->who[r].tid % 4 == 1 ? "swapper" : "proc",
                     (unsigned)t->who[r].tid % 5);
            assert_true(str_eq_c(name, comm) || str_eq_c(name, "worker"));
        }
    }
    if (t->count > own) {
        uint64_t samples = 0;
        for (uint32_t i = own; i < t->count; i++)
            samples += t->who[i].samples;
        assert_int_equal(g->row[own].others, t->count - own);
        assert_int_equal(g->row[own].samples, samples);
    }
}

/* Number of what is counted where distinct ones are. */
static uint32_t member(const Profile *p, uint64_t sample, uint8_t value_kind) {
    if (value_kind == HEAT_CPUS)
        return COLUMN_AT(&p->cpu, uint16_t, sample);
    Context c = contexts_get(&p->dict->contexts,
                             pairs_get(&p->pairs, COLUMN_AT(&p->pair, PairId, sample)).context);
    return (uint32_t)c.pid * 100000u + (uint32_t)c.tid;
}

typedef struct CellTruth {
    uint64_t samples, weight, match;
    uint32_t *member, members;
} CellTruth;

static uint64_t value_of(const Truth *t, const CellTruth *c) {
    switch (t->spec->value_kind) {
    case HEAT_WEIGHT:
        return profile_view(t->profile).has_weight ? c->weight : c->samples;
    case HEAT_CPUS:
    case HEAT_THREADS:
        return c->members;
    case HEAT_SHARE:
        return !c->samples                    ? 0
               : !c->match                    ? 1
               : c->match * 1000 < c->samples ? 2
                                              : 1 + c->match * 1000 / c->samples;
    default:
        return c->samples;
    }
}

static void check_cells(const Truth *t) {
    const HeatGrid *g = t->grid;
    const Profile *p = t->profile;
    size_t cells = (size_t)g->columns * g->rows;
    CellTruth *cell = calloc(cells + 1, sizeof(*cell));
    uint64_t shown = 0, max = 0;
    bool weighted = t->spec->value_kind == HEAT_WEIGHT && profile_view(p).has_weight;
    for (uint64_t i = 0; i < t->samples; i++) {
        uint32_t column, row;
        if (t->of_sample[i] == UINT32_MAX)
            continue;
        assert_true(heat_cell_of(g, COLUMN_AT(&p->time_ns, int64_t, i), &column, &row));
        if (t->spec->row_kind != HEAT_BY_OFFSET)
            row = t->of_sample[i] < HEAT_TOP_ROWS ? t->of_sample[i] : HEAT_TOP_ROWS;
        CellTruth *c = &cell[(size_t)column * g->rows + row];
        uint32_t who = member(p, i, t->spec->value_kind), k = 0;
        c->samples++;
        c->weight += weighted ? COLUMN_AT(&p->weight, uint64_t, i) : 1;
        c->match += t->matcher.pair[COLUMN_AT(&p->pair, PairId, i)];
        while (k < c->members && c->member[k] != who)
            k++;
        if (k == c->members) {
            c->member = realloc(c->member, (c->members + 1) * sizeof(*c->member));
            c->member[c->members++] = who;
        }
        shown++;
    }
    for (uint32_t x = 0; x < g->columns; x++) {
        uint64_t sum = 0;
        for (uint32_t r = 0; r < g->rows; r++) {
            CellTruth *c = &cell[(size_t)x * g->rows + r];
            uint64_t value = value_of(t, c);
            assert_int_equal(g->cell[(size_t)x * g->rows + r], value);
            max = value > max ? value : max;
            sum += weighted ? c->weight : c->samples;
            free(c->member);
        }
        assert_int_equal(g->column_sum[x], sum);
    }
    assert_int_equal(g->shown, shown);
    assert_int_equal(g->max, max);
    free(cell);
}

static void check(const Profile *p, const HeatSpec *spec, const HeatGrid *g) {
    Truth t;
    truth_init(&t, p, spec, g);
    check_rows(&t);
    check_cells(&t);
    truth_free(&t);
}

/* ---- profiles and wishes ----------------------------------------------------------------- */

static const MakeOptions PROFILES[] = {
    {.seed = 1,
     .symbols = 8,
     .depth = 5,
     .contexts = 12,
     .events = 1,
     .cpus = 4,
     .step_ns = 3000000},
    {.seed = 2,
     .symbols = 20,
     .depth = 6,
     .contexts = 40,
     .events = 3,
     .cpus = 90,
     .step_ns = 3000000,
     .disorder = 20},
    {.seed = 3,
     .symbols = 20,
     .depth = 4,
     .contexts = 900,
     .events = 2,
     .cpus = 2,
     .step_ns = 2000000,
     .weights = true},
    {.seed = 4,
     .symbols = 20,
     .depth = 4,
     .contexts = 700,
     .events = 1,
     .cpus = 300,
     .step_ns = 1000000,
     .disorder = 60},
};
enum { PROFILE_COUNT = sizeof(PROFILES) / sizeof(*PROFILES) };

static HeatSpec random_spec(uint64_t *random, const ProfileView *view) {
    static const char *const texts[] = {"fn_a", "idle|fn_c", "nothing"};
    Query q = random_query(random, view);
    HeatSpec s = {.row_kind = (uint8_t)random_below(random, HEAT_BY_CPU + 1),
                  .value_kind = (uint8_t)random_below(random, HEAT_SHARE + 1),
                  .rows = 1 + (uint32_t)random_below(random, 20),
                  .column_ns = random_below(random, 2) ? S : S / 10,
                  .event = q.event,
                  .idle = q.idle,
                  .filter = q.filter};
    s.match.kind = (uint8_t)(LINK_FUNCTION + random_below(random, LINK_SEARCH));
    s.match.id =
        (uint32_t)random_below(random, s.match.kind == LINK_FUNCTION ? view->frames : view->stacks);
    strcpy(s.match.text, texts[random_below(random, 3)]);
    return s;
}

static void at_once(void **state) {
    uint64_t random = 8;
    (void)state;
    for (int p = 0; p < PROFILE_COUNT; p++) {
        Maker m;
        maker_init(&m, &PROFILES[p]);
        maker_add(&m, 4000);
        ProfileView view = profile_view(&m.profile);
        for (int round = 0; round < 80; round++) {
            Arena arena;
            arena_init(&arena, 0);
            HeatSpec spec = random_spec(&random, &view);
            if (round < 20) { /* each of them once, with everything shown */
                spec.row_kind = (uint8_t)(round % 4);
                spec.value_kind = (uint8_t)(round / 4);
                spec.event = EVENT_ALL;
                spec.idle = IDLE_KEEP;
                spec.filter.count = 0;
            }
            const HeatGrid *g = heat_build(&m.profile, &view, &spec, &arena);
            assert_int_equal(g->samples, view.samples);
            assert_true(g->exact);
            check(&m.profile, &spec, g);
            arena_free(&arena);
        }
        maker_free(&m);
    }
}

/* Small steps, earlier samples, threads that come up from behind; whole copies and unchanged
 * columns of every one of the ring. */
static void grows(void **state) {
    uint64_t random = 4;
    (void)state;
    for (int round = 0; round < 24; round++) {
        Maker m;
        HeatBuilder b;
        HeatCopy ring[3] = {0};
        uint32_t at = 0;
        MakeOptions o = PROFILES[round % PROFILE_COUNT];
        maker_init(&m, &o);
        heat_builder_init(&b);
        maker_add(&m, 100);
        ProfileView view = profile_view(&m.profile);
        HeatSpec spec = random_spec(&random, &view);
        for (int step = 0; step < 12; step++) {
            int64_t now = m.now_ns;
            if (step == 7 && o.disorder)
                m.now_ns = view.first_ns - 4 * S;
            maker_add(&m, 300);
            m.now_ns = step == 7 ? now : m.now_ns;
            view = profile_view(&m.profile);
            heat_builder_ask(&b, &m.profile, &spec);
            bool all = false;
            for (int n = 0; n < 200 && !all; n++) {
                const HeatGrid before = ring[at].grid;
                all = heat_builder_extend(&b, &view, 97);
                at = (at + 1) % 3;
                heat_builder_publish(&b, ring, 3, at, all);
                const HeatGrid *g = &ring[at].grid;
                for (uint32_t c = 0; c < before.columns && before.cell; c++)
                    if ((c < g->changed_from || c >= g->changed_to) && c < g->columns) {
                        assert_int_equal(before.rows, g->rows);
                        assert_memory_equal(before.cell + (size_t)c * g->rows,
                                            g->cell + (size_t)c * g->rows,
                                            g->rows * sizeof(uint32_t));
                    }
            }
            assert_true(all);
            check(&m.profile, &spec, &ring[at].grid);
        }
        for (int i = 0; i < 3; i++)
            heat_copy_free(&ring[i]);
        heat_builder_free(&b);
        maker_free(&m);
    }
}

/* ---- while loading ----------------------------------------------------------------------- */

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

static void write_on(void *arg) {
    for (uint32_t i = 0; i < 60; i++)
        maker_add(arg, 40 + i % 90);
}

static void while_loading(uint32_t which, uint32_t workers) {
    Maker m;
    Jobs *jobs = jobs_new(workers);
    Engine *e = engine_new(jobs);
    int64_t now = 0;
    uint64_t random = which * 3 + workers;
    maker_init(&m, &PROFILES[which]);
    maker_add(&m, 300);
    engine_set_profile(e, 0, &m.profile);
    ProfileView view = profile_view(&m.profile);
    HeatSpec spec = random_spec(&random, &view);
    Thread *writer = thread_start("writer", write_on, &m);
    engine_ask_heat(e, &spec);
    for (int i = 0; i < 300; i++) {
        engine_poll(e, now += 20000000, true);
        const HeatGrid *g = engine_heat(e, 0);
        if (g && i % 50 == 0 && g->samples <= profile_view(&m.profile).samples && g->exact)
            check(&m.profile, &spec, g);
        if (!jobs_run_one(jobs))
            nap();
    }
    thread_join(writer);
    for (int i = 0; i < 100000; i++) {
        engine_poll(e, now += 1000000, false);
        if (!engine_busy(e))
            break;
        if (!jobs_run_one(jobs))
            nap();
    }
    assert_true(engine_heat(e, 0)->exact);
    assert_int_equal(engine_heat(e, 0)->samples, profile_view(&m.profile).samples);
    check(&m.profile, &spec, engine_heat(e, 0));
    engine_free(e);
    jobs_free(jobs);
    maker_free(&m);
}

static void agrees_while_loading(void **state) {
    (void)state;
    for (uint32_t i = 0; i < PROFILE_COUNT * 3; i++) {
        while_loading(i % PROFILE_COUNT, 4);
        while_loading(i % PROFILE_COUNT, 0);
    }
}

/* ---- bounds ------------------------------------------------------------------------------ */

/* 10 000 threads over a day: in order exact as asked; out of order in longer columns, and still
 * exact. */
static void many_threads(void **state) {
    static const char *const path[] = {"f"};
    (void)state;
    for (int disorder = 0; disorder < 2; disorder++) {
        Maker m;
        MakeOptions o = {.seed = 1};
        Arena arena;
        maker_init(&m, &o);
        arena_init(&arena, 0);
        for (int i = 0; i < 10000; i++)
            maker_put(&m, (i * 8 + 5) * S, "worker", 1 + i, "e", 0, 0, path, 1, FRAME_USER);
        maker_put(&m, 79999 * S, "worker", 3, "e", 0, 0, path, 1, FRAME_USER);
        if (disorder)
            maker_put(&m, 9 * S, "worker", 3, "e", 0, 0, path, 1, FRAME_USER);
        ProfileView view = profile_view(&m.profile);
        HeatSpec spec = {
            .rows = 50, .column_ns = S, .event = EVENT_ALL, .value_kind = HEAT_THREADS};
        const HeatGrid *g = heat_build(&m.profile, &view, &spec, &arena);
        assert_true(disorder ? g->spec.column_ns > S : g->spec.column_ns == S);
        assert_true(!disorder || (uint64_t)g->columns * g->rows * 10000 / 8 <= DISTINCT_BYTES);
        check(&m.profile, &spec, g);
        spec =
            (HeatSpec){.rows = 50, .column_ns = S, .event = EVENT_ALL, .row_kind = HEAT_BY_THREAD};
        check(&m.profile, &spec, heat_build(&m.profile, &view, &spec, &arena));
        arena_free(&arena);
        maker_free(&m);
    }
}

/* The last threads have most samples, so rows are given to them after all. */
static void late_ones_win(void **state) {
    static const char *const path[] = {"f"};
    Maker m;
    MakeOptions o = {.seed = 1};
    Arena arena;
    (void)state;
    maker_init(&m, &o);
    arena_init(&arena, 0);
    int64_t t = 5 * S;
    for (int i = 0; i < 600; i++)
        for (int k = 0; k <= i / 60; k++, t += S / 100)
            maker_put(&m, t, "worker", 1 + i, "e", 0, 0, path, 1, FRAME_USER);
    ProfileView view = profile_view(&m.profile);
    HeatSpec spec = {.rows = 50, .column_ns = S, .event = EVENT_ALL, .row_kind = HEAT_BY_THREAD};
    const HeatGrid *g = heat_build(&m.profile, &view, &spec, &arena);
    assert_int_equal(g->row[0].tid, 541);
    assert_int_equal(g->row[0].samples, 10);
    assert_int_equal(g->row[99].tid, 520);
    assert_int_equal(g->row[100].others, 500);
    check(&m.profile, &spec, g);
    int64_t t0, t1;
    heat_cell_range(g, 3, 40, &t0, &t1);
    assert_int_equal(t0, 8 * S);
    assert_int_equal(t1, 9 * S);
    spec.filter = (Filter){0};
    assert_true(filter_parse(STR("tid=77000"), &spec.filter, NULL));
    g = heat_build(&m.profile, &view, &spec, &arena); /* nobody */
    assert_int_equal(g->rows, 1);
    assert_int_equal(g->row[0].samples, 0);
    assert_int_equal(g->max, 0);
    assert_int_equal(g->hidden[0], 1);
    arena_free(&arena);
    maker_free(&m);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(at_once),
        cmocka_unit_test(grows),
        cmocka_unit_test(many_threads),
        cmocka_unit_test(late_ones_win),
        cmocka_unit_test(agrees_while_loading),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* The flame chart's samples and threads against a scan, their stacks against lists of frames that
 * transforms rewrite (truth_helper.h), its breaks against a walk, and its layout against runs found
 * sample by sample. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/thread.h"
#include "picture/chart_layout.h"
#include "query/engine.h"
#include "query/mask.h"
#include "query_helper.h"
#include "truth_helper.h"

static const MakeOptions PROFILES[] = {
    {.seed = 21,
     .symbols = 4,
     .depth = 6,
     .contexts = 6,
     .events = 1,
     .cpus = 4,
     .step_ns = 1000000},
    {.seed = 22,
     .symbols = 6,
     .depth = 12,
     .contexts = 20,
     .events = 3,
     .cpus = 3,
     .step_ns = 3000000,
     .disorder = 20},
    {.seed = 23,
     .symbols = 3,
     .depth = 9,
     .contexts = 2,
     .events = 2,
     .cpus = 2,
     .step_ns = 100000},
    {.seed = 24,
     .symbols = 5,
     .depth = 30,
     .contexts = 3,
     .events = 1,
     .cpus = 2,
     .step_ns = 100000,
     .disorder = 60},
    {.seed = 25, .symbols = 2, .depth = 3, .contexts = 1, .events = 1, .cpus = 1, .step_ns = 20},
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

typedef struct Seen {
    int64_t time_ns;
    uint64_t sample;
    StackId stack;
    FrameId *frame;   /* as recorded */
    TruthFrame *left; /* … and what the transforms leave */
    uint32_t depth;   /* of that */
    bool dropped, not_arranged;
} Seen;

static int by_time(const void *a, const void *b) {
    const Seen *x = a, *y = b;
    if (x->time_ns != y->time_ns)
        return x->time_ns < y->time_ns ? -1 : 1;
    return (x->sample > y->sample) - (x->sample < y->sample);
}

typedef struct Truth {
    Seen *seen;
    uint64_t count, dropped, bare, not_arranged;
    ChartThread thread[64]; /* samples by (pid, tid) */
    uint32_t threads;
} Truth;

static void count_thread(Truth *t, const Context *c) {
    uint32_t i = 0;
    while (i < t->threads && (t->thread[i].pid != c->pid || t->thread[i].tid != c->tid))
        i++;
    if (i == t->threads)
        t->thread[t->threads++] = (ChartThread){.pid = c->pid, .tid = c->tid};
    t->thread[i].samples++;
}

/* The tree of the chart, or NULL, says what may be known. */
static void see_stack(const Profile *p, const ProfileView *view, const TreeSpec *spec,
                      const Tree *tree, Arena *arena, Seen *s) {
    uint32_t depth;
    PairId pair = COLUMN_AT(&p->pair, PairId, s->sample);
    uint16_t cpu = COLUMN_AT(&p->cpu, uint16_t, s->sample);
    ProfileView known = *view;
    if (tree) {
        known.contexts = tree->contexts;
        known.frames = tree->frames;
    }
    s->stack = pairs_get(&p->pairs, pair).stack;
    s->frame = dict_frames_of(p->dict, s->stack, arena, &depth);
    s->not_arranged = tree && tree->rank_of_pair && pair >= tree->pairs;
    if (!s->not_arranged)
        s->dropped = !truth_stack(p, &known, spec, pair, cpu, arena, &s->left, &s->depth);
}

static void scan(const Profile *p, const ProfileView *view, const Query *w, const Tree *tree,
                 const ChartThread *of, Arena *arena, Truth *t) {
    Mask mask;
    mask_init(&mask);
    mask_set(&mask, p, w->event, w->idle, &w->filter, NULL);
    mask_extend(&mask, view);
    t->seen = ARENA_ARRAY(arena, Seen, view->samples);
    for (uint64_t i = 0; i < view->samples; i++) {
        int64_t time = COLUMN_AT(&p->time_ns, int64_t, i);
        PairId pair = COLUMN_AT(&p->pair, PairId, i);
        if (time < w->t0_ns || time >= w->t1_ns || !(mask_bits(&mask)[pair] & MASK_SHOWN) ||
            (mask.by_cpu && !mask_cpu_passes(&mask, COLUMN_AT(&p->cpu, uint16_t, i))))
            continue;
        Context c = contexts_get(&p->dict->contexts, pairs_get(&p->pairs, pair).context);
        count_thread(t, &c);
        if (c.pid != of->pid || c.tid != of->tid)
            continue;
        Seen s = {.time_ns = time, .sample = i};
        see_stack(p, view, &w->tree, tree, arena, &s);
        t->dropped += s.dropped;
        t->not_arranged += s.not_arranged;
        t->bare += !s.dropped && !s.not_arranged && !s.depth;
        t->seen[t->count++] = s;
    }
    qsort(t->seen, t->count, sizeof(*t->seen), by_time);
    mask_free(&mask);
}

static void check_threads(const Chart *c, const Truth *t) {
    uint64_t most = 0, last = UINT64_MAX;
    assert_int_equal(c->threads, t->threads);
    assert_int_equal(c->tops, t->threads < CHART_THREADS ? t->threads : CHART_THREADS);
    for (uint32_t i = 0; i < t->threads; i++) {
        most = t->thread[i].samples > most ? t->thread[i].samples : most;
        bool listed = false;
        for (uint32_t k = 0; k < c->tops; k++)
            listed |= c->top[k].pid == t->thread[i].pid && c->top[k].tid == t->thread[i].tid &&
                      c->top[k].samples == t->thread[i].samples;
        assert_true(listed);
    }
    for (uint32_t k = 0; k < c->tops; k++) {
        assert_true(c->top[k].samples <= last);
        last = c->top[k].samples;
    }
    if (!c->wish.chosen && t->threads)
        assert_int_equal(c->thread.samples, most);
}

static bool same_frame(const TruthFrame *a, const TruthFrame *b) {
    return str_eq(a->symbol, b->symbol) && str_eq(a->module, b->module) && a->kind == b->kind &&
           a->synthetic == b->synthetic;
}

static uint32_t alike(const Seen *a, const Seen *b) {
    uint32_t n = 0;
    while (n < a->depth && n < b->depth && same_frame(&a->left[n], &b->left[n]))
        n++;
    return n;
}

static void check_frame(const Chart *c, const Dict *d, const Seen *x, uint32_t sample,
                        uint32_t depth) {
    FrameId id = chart_frame(c, sample, depth);
    TruthFrame is = {tree_symbol(c->tree, d, id), tree_module(c->tree, d, id),
                     tree_frame_kind(c->tree, d, id), frame_is_synthetic(id)};
    assert_true(same_frame(&is, &x->left[depth - 1]));
    assert_int_equal(chart_frame_at(c, sample, depth), id);
    if (!c->tree)
        assert_int_equal(id, x->frame[depth - 1]);
}

/* Samples that a tree by cpu does not know yet cannot be told from outside: they have no frames. */
static void take_unknown(const Chart *c, Truth *t) {
    uint64_t without = 0, expected = 0;
    for (uint32_t i = 0; i < c->count && i < t->count; i++) {
        without += !c->sample[i].depth;
        expected += !t->seen[i].depth;
        if (!c->sample[i].depth)
            t->seen[i].depth = 0;
    }
    assert_true(without - expected <= c->not_arranged);
    assert_int_equal(c->dropped + c->bare + c->not_arranged, without);
}

static void check_missing(const Chart *c, const Truth *t) {
    assert_int_equal(c->dropped, t->dropped);
    assert_int_equal(c->not_arranged, t->not_arranged);
    assert_int_equal(c->bare, t->bare);
}

static void check_samples(const Chart *c, const Dict *dict, const Truth *t) {
    assert_int_equal(c->thread.samples, t->count);
    assert_int_equal(c->count, t->count);
    assert_false(c->cut);
    assert_int_equal(c->until_ns, c->wish.query.t1_ns);
    for (uint32_t i = 0; i < c->count; i++) {
        const ChartSample *s = &c->sample[i];
        const Seen *x = &t->seen[i];
        assert_int_equal(s->time_ns, x->time_ns);
        assert_int_equal(s->stack, x->stack);
        assert_int_equal(s->depth, x->depth);
        bool gap = i && x->time_ns - x[-1].time_ns > CHART_GAP * c->interval_ns;
        assert_int_equal(s->shared, !i || gap ? 0 : alike(&x[-1], x));
        for (uint32_t d = s->shared + 1; d <= s->depth; d++)
            check_frame(c, dict, x, i, d);
        int64_t end = x->time_ns + c->interval_ns;
        if (i + 1 == c->count)
            end = end < c->until_ns ? end : c->until_ns;
        else if (x[1].time_ns - x->time_ns <= CHART_GAP * c->interval_ns)
            end = x[1].time_ns;
        assert_int_equal(chart_end(c, i), end);
    }
}

static int64_t median(const int64_t *time, uint64_t count) {
    int64_t gap[4096], n = 0;
    for (uint64_t i = 1; i < count; i++)
        if (time[i] > time[i - 1]) {
            int64_t g = time[i] - time[i - 1], k = n++;
            for (; k && gap[k - 1] > g; k--)
                gap[k] = gap[k - 1];
            gap[k] = g;
        }
    return n ? gap[n / 2] : 0;
}

static int64_t median_of(const Truth *t, Arena *arena) {
    int64_t *time = ARENA_ARRAY(arena, int64_t, t->count);
    for (uint64_t i = 0; i < t->count; i++)
        time[i] = t->seen[i].time_ns;
    return median(time, t->count);
}

/* The lesser of this thread's and the busiest one's. */
static void check_interval(const Profile *p, const ProfileView *view, const Chart *c,
                           const Truth *own, Arena *arena) {
    Truth busy = {0};
    if (c->tops)
        scan(p, view, &c->wish.query, c->tree, &c->top[0], arena, &busy);
    int64_t a = median_of(own, arena), b = median_of(&busy, arena);
    assert_int_equal(c->interval_ns, !a ? b : !b ? a : a < b ? a : b);
}

static void check_breaks(const Chart *c, uint64_t *random) {
    for (int k = 0; k < 200 && c->count; k++) {
        uint32_t from = (uint32_t)random_below(random, c->count);
        uint32_t depth = 1 + (uint32_t)random_below(random, c->max_depth + 2u), next, last;
        for (next = from; next < c->count && c->sample[next].shared >= depth; next++)
            ;
        for (last = from; c->sample[last].shared >= depth; last--)
            ;
        assert_int_equal(chart_next_break(c, from, depth), next);
        assert_int_equal(chart_last_break(c, from, depth), last);
    }
    assert_int_equal(chart_next_break(c, c->count, 1), c->count);
}

/* ---- layout ------------------------------------------------------------------------------ */

/* The box that begins at this sample, or a merged one that goes on to there. */
static uint32_t box_of(const ChartLayout *l, uint32_t depth, uint32_t sample, int64_t t1) {
    uint32_t at = UINT32_MAX;
    for (uint32_t k = 0; k < l->count; k++)
        if (l->box[k].depth == depth && l->box[k].first <= sample)
            at = k;
    if (at == UINT32_MAX || l->box[at].first == sample)
        return at;
    return l->box[at].merged && l->box[at].t1_ns >= t1 ? at : UINT32_MAX;
}

/* Every box of a depth, sample by sample, is a box of the layout or within a merged one; a
 * merged one holds nothing else. Under a merged box there is none. */
static void check_boxes(const Chart *c, const ChartLayout *l, int64_t v0, int64_t v1, float width) {
    double pixel = (double)(v1 - v0) / (double)width;
    uint32_t *claimed = calloc(l->count + 1, sizeof(*claimed));
    uint32_t *parts = calloc(l->count + 1, sizeof(*parts));
    uint8_t *hidden = calloc(c->count + 1, 1);
    for (uint32_t d = 1; d <= c->max_depth; d++) {
        for (uint32_t i = 0, end; i < c->count; i = end) {
            for (end = i + 1; end < c->count && c->sample[end].shared >= d; end++)
                ;
            int64_t t0 = c->sample[i].time_ns, t1 = chart_end(c, end - 1);
            if (c->sample[i].depth < d || t0 >= v1 || (t1 <= v0 && t0 < v0))
                continue;
            if (hidden[i])
                continue; /* a merged box lies below it */
            uint32_t at = box_of(l, d - 1, i, t1);
            assert_true(at != UINT32_MAX);
            const ChartBox *b = &l->box[at];
            bool wide = (double)(t1 - t0) >= pixel / 2;
            claimed[at] += end - i;
            parts[at]++;
            assert_int_equal(b->merged, !wide);
            memset(hidden + i, b->merged, end - i);
            if (wide) {
                assert_int_equal(b->first, i);
                assert_int_equal(b->t0_ns, t0);
                assert_int_equal(b->t1_ns, t1);
                assert_int_equal(b->frame, chart_frame(c, i, d));
            }
        }
    }
    for (uint32_t k = 0; k < l->count; k++) {
        const ChartBox *b = &l->box[k];
        bool cut = b->t0_ns < v0 || b->t1_ns > v1;
        assert_true(cut || (claimed[k] == b->samples && parts[k] == b->boxes));
    }
    free(claimed);
    free(parts);
    free(hidden);
}

static void check_places(const Chart *c, const ChartLayout *l) {
    for (uint32_t i = 0; i < l->count; i++) {
        const ChartBox *b = &l->box[i], *p = &l->box[b->parent];
        assert_true(b->x0 >= 0 && b->x0 <= b->x1 && b->x1 <= 1);
        assert_true(b->samples > 0 && b->boxes > 0 && (b->merged || b->boxes == 1));
        if (i && l->box[i - 1].depth == b->depth) { /* no two overlap */
            assert_true(l->box[i - 1].x1 <= b->x0);
            assert_true(l->box[i - 1].t1_ns <= b->t0_ns);
        } else {
            assert_true(!i || l->box[i - 1].depth + 1 == b->depth);
        }
        if (!b->depth) {
            assert_int_equal(b->parent, i);
            continue;
        }
        assert_false(p->merged);
        assert_int_equal(p->depth + 1, b->depth);
        assert_true(p->x0 <= b->x0 && b->x1 <= p->x1);
        assert_true(p->t0_ns <= b->t0_ns && b->t1_ns <= p->t1_ns);
        assert_true(p->first <= b->first && b->first + b->samples <= p->first + p->samples);
    }
    assert_true(l->depths <= c->max_depth);
}

static void check_layout(const Chart *c, uint64_t *random) {
    Arena arena;
    arena_init(&arena, 0);
    for (int k = 0; k < 8; k++) {
        ChartLayout l;
        int64_t v0 = c->wish.query.t0_ns, v1 = c->wish.query.t1_ns, span = v1 - v0;
        if (k > 1) {
            v0 += (int64_t)random_below(random, (uint64_t)span);
            v1 = v0 + 1 + (int64_t)random_below(random, (uint64_t)span / (k > 4 ? 50 : 2) + 1);
        }
        float width = k % 2 ? 60 : 2000;
        chart_layout(c, v0, v1, width, &arena, &l);
        check_places(c, &l);
        check_boxes(c, &l, v0, v1, width);
    }
    arena_free(&arena);
}

/* ---- driving ----------------------------------------------------------------------------- */

static ChartWish random_wish(uint64_t *random, const Profile *p, const ProfileView *view) {
    Query q = random_query(random, view);
    if (random_below(random, 4))
        random_tree(random, p, view, 4, &q.tree);
    if (random_below(random, 4) == 0)
        transforms_parse(STR("group=cpu"), &q.tree.transforms, NULL);
    ChartWish w = chart_wish(&q, view);
    if (random_below(random, 3) == 0) {
        w.chosen = true;
        w.tid = (int32_t)random_below(random, 22);
        w.pid = w.tid / 2;
    }
    if (w.query.t1_ns <= w.query.t0_ns)
        w.query.t1_ns = w.query.t0_ns + 1;
    return w;
}

static void check(const Profile *p, const ProfileView *view, const Chart *c, uint64_t *random,
                  bool rests) {
    Arena arena;
    Truth truth = {0};
    arena_init(&arena, 0);
    assert_int_equal(c->tree != NULL, transforms_hash(&c->wish.query.tree.transforms) != 0);
    scan(p, view, &c->wish.query, c->tree, &c->thread, &arena, &truth);
    check_threads(c, &truth);
    if (c->tree && !c->tree->rank_of_pair && !rests)
        take_unknown(c, &truth);
    else
        check_missing(c, &truth);
    check_samples(c, p->dict, &truth);
    if (rests)
        check_interval(p, view, c, &truth, &arena);
    check_breaks(c, random);
    check_layout(c, random);
    arena_free(&arena);
}

static void at_rest(uint32_t workers) {
    for (uint32_t i = 0; i < PROFILE_COUNT; i++) {
        Maker maker;
        Jobs *jobs = jobs_new(workers);
        Engine *e = engine_new(jobs);
        int64_t now = 0;
        uint64_t random = 9 + i;
        maker_init(&maker, &PROFILES[i]);
        maker_add(&maker, 900);
        engine_set_profile(e, 0, &maker.profile);
        for (int round = 0; round < 16; round++) {
            if (round % 5 == 4)
                maker_add(&maker, 300);
            ProfileView view = profile_view(&maker.profile);
            ChartWish w = random_wish(&random, &maker.profile, &view);
            engine_ask_aside(e, ASIDE_CHART, 0, &w);
            if (round % 3 == 0)
                engine_poll(e, ++now, true);
            settle(e, jobs, &now);
            const Chart *c = engine_aside(e, ASIDE_CHART);
            assert_non_null(c);
            check(&maker.profile, &view, c, &random, true);
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
} Writing;

static void write_on(void *arg) {
    Writing *w = arg;
    for (uint32_t i = 0; i < 60; i++)
        maker_add(w->maker, 10 + i % 20);
}

static void while_loading(uint32_t which, uint32_t workers) {
    Maker maker;
    Jobs *jobs = jobs_new(workers);
    Engine *e = engine_new(jobs);
    Writing writing = {&maker};
    uint64_t random = which, seen = 0;
    int64_t now = 0;
    maker_init(&maker, &PROFILES[which]);
    maker_add(&maker, 3);
    engine_set_profile(e, 0, &maker.profile);
    Thread *writer = thread_start("writer", write_on, &writing);
    for (int i = 0, results = 0; i < 20000 && results < 15; i++) {
        ProfileView view = profile_view(&maker.profile);
        if (i % 5 == 0) {
            ChartWish w = random_wish(&random, &maker.profile, &view);
            engine_ask_aside(e, ASIDE_CHART, 0, &w);
        }
        engine_poll(e, now += 20000000, true);
        const AsideResult *newest = &engine_aside_state(e, ASIDE_CHART)->newest;
        if (newest->result && newest->number != seen) {
            seen = newest->number;
            view = profile_view(&maker.profile);
            view.samples = newest->samples;
            check(&maker.profile, &view, newest->result, &random, false);
            results++;
        }
        jobs_run_one(jobs);
    }
    thread_join(writer);
    settle(e, jobs, &now);
    ProfileView view = profile_view(&maker.profile);
    check(&maker.profile, &view, engine_aside(e, ASIDE_CHART), &random, true);
    engine_free(e);
    jobs_free(jobs);
    maker_free(&maker);
}

static void agrees_while_loading(void **state) {
    (void)state;
    for (uint32_t i = 0; i < PROFILE_COUNT; i++) {
        while_loading(i, 4);
        while_loading(i, 0);
    }
}

static const Chart *ask(Engine *e, Jobs *jobs, int64_t t0, int64_t t1, const char *transforms) {
    int64_t now = 0;
    ChartWish w = {.query = {.t0_ns = t0, .t1_ns = t1, .event = EVENT_ALL, .idle = IDLE_KEEP}};
    if (transforms)
        assert_true(transforms_parse(str_of(transforms), &w.query.tree.transforms, NULL));
    engine_ask_aside(e, ASIDE_CHART, 0, &w);
    settle(e, jobs, &now);
    return engine_aside(e, ASIDE_CHART);
}

/* Long ranges are cut where the limit says, and say so. */
static void cuts_long_ranges(void **state) {
    Maker maker;
    Jobs *jobs = jobs_new(0);
    Engine *e = engine_new(jobs);
    (void)state;
    maker_init(&maker, &PROFILES[4]);
    maker_add(&maker, CHART_SAMPLES + 5000);
    engine_set_profile(e, 0, &maker.profile);
    ProfileView view = profile_view(&maker.profile);
    const Chart *c = ask(e, jobs, view.first_ns, view.last_ns + 1, NULL);
    assert_true(c->cut);
    assert_int_equal(c->count, CHART_SAMPLES);
    assert_int_equal(c->thread.samples, c->count + 5000);
    assert_true(c->until_ns >= c->sample[c->count - 1].time_ns && c->until_ns <= view.last_ns);
    Arena arena;
    ChartLayout l;
    arena_init(&arena, 0);
    chart_layout(c, view.first_ns, view.last_ns, 1000, &arena, &l);
    check_places(c, &l);
    assert_true(l.count <= (2 * 1000 + 2) * c->max_depth);
    c = ask(e, jobs, view.first_ns, c->until_ns, NULL);
    assert_false(c->cut && c->until_ns > view.last_ns);
    arena_free(&arena);
    engine_free(e);
    jobs_free(jobs);
    maker_free(&maker);
}

/* Durations are not drawn over missing samples: known by hand. */
static void leaves_gaps_empty(void **state) {
    static const char *ab[] = {"a", "b"}, *ac[] = {"a", "c"};
    Maker maker;
    Jobs *jobs = jobs_new(0);
    Engine *e = engine_new(jobs);
    Arena arena;
    ChartLayout l;
    (void)state;
    arena_init(&arena, 0);
    maker_init(&maker, &PROFILES[0]);
    /* at 0, 10, 20, 30 ms, then nothing until 90, 100 */
    const int times[] = {0, 10, 20, 30, 90, 100};
    for (int i = 0; i < 6; i++)
        maker_put(&maker, times[i] * 1000000, "app", 5, "e", 0, 0, i < 2 ? ab : ac, 2, FRAME_USER);
    maker_put(&maker, 50 * 1000000, "other", 6, "e", 0, 0, ab, 1, FRAME_USER);
    engine_set_profile(e, 0, &maker.profile);
    const Chart *c = ask(e, jobs, 0, 200000000, NULL);
    assert_int_equal(c->thread.tid, 5);
    assert_int_equal(c->interval_ns, 10000000);
    chart_layout(c, 0, 200000000, 2000, &arena, &l);
    static const struct {
        int depth, t0, t1, samples;
    } boxes[] = {{0, 0, 40, 4}, {0, 90, 110, 2}, {1, 0, 40, 4},  {1, 90, 110, 2},
                 {2, 0, 20, 2}, {2, 20, 40, 2},  {2, 90, 110, 2}};
    assert_int_equal(l.count, 7);
    for (uint32_t i = 0; i < l.count; i++) {
        assert_int_equal(l.box[i].depth, boxes[i].depth);
        assert_int_equal(l.box[i].t0_ns, boxes[i].t0 * 1000000);
        assert_int_equal(l.box[i].t1_ns, boxes[i].t1 * 1000000);
        assert_int_equal(l.box[i].samples, boxes[i].samples);
    }
    arena_free(&arena);
    engine_free(e);
    jobs_free(jobs);
    maker_free(&maker);
}

static void check_stack(const Chart *c, const Dict *dict, uint32_t sample, const char *expected) {
    Buf text = {0};
    for (uint32_t d = 1; d <= c->sample[sample].depth; d++) {
        Str symbol = tree_symbol(c->tree, dict, chart_frame_at(c, sample, d));
        buf_printf(&text, d > 1 ? ";%.*s" : "%.*s", (int)symbol.n, symbol.s);
    }
    assert_true(str_eq_c(buf_str(&text), expected));
    buf_free(&text);
}

/* What transforms do to a chart, known by hand; charts of other transforms stay what they were. */
static void transforms_by_hand(void **state) {
    static const char *ab[] = {"a", "b"}, *acb[] = {"a", "c", "b"}, *c_only[] = {"c"};
    Maker maker;
    Jobs *jobs = jobs_new(0);
    Engine *e = engine_new(jobs);
    (void)state;
    maker_init(&maker, &PROFILES[0]);
    for (int i = 0; i < 10; i++)
        maker_put(&maker, i * 10000000, "app", 5, "e", (uint16_t)(i / 5), 0,
                  i < 4   ? ab
                  : i < 6 ? c_only
                          : acb,
                  i < 4   ? 2
                  : i < 6 ? 1
                          : 3,
                  FRAME_USER);
    engine_set_profile(e, 0, &maker.profile);
    static const struct {
        const char *transforms;
        uint32_t dropped, bare, depth;
        const char *first, *last; /* all of the first and the last sample */
    } cases[] = {
        {"drop-function=a", 8, 0, 2, "", ""},
        {"focus-function=b", 2, 0, 1, "b", "b"},
        {"merge-function=c", 0, 0, 3, "app;a;b", "app;a;b"},
        {"merge-function=app||merge-function=c", 0, 2, 2, "a;b", "a;b"},
        {"group=cpu", 0, 0, 5, "cpu 0;app;a;b", "cpu 1;app;a;c;b"},
        {"callers-of=c||group=thread", 4, 0, 4, "", "app (5);app;a;c"},
        {"off:drop-function=a", 0, 0, 4, "app;a;b", "app;a;c;b"},
        {"focus-function=nowhere", 10, 0, 0, "", ""},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        const Chart *c = ask(e, jobs, 0, 200000000, cases[i].transforms);
        const Aside *aside = engine_aside_state(e, ASIDE_CHART);
        assert_int_equal(c->count, 10);
        assert_int_equal(c->thread.samples, 10);
        assert_int_equal(c->interval_ns, 10000000);
        assert_int_equal(c->dropped, cases[i].dropped);
        assert_int_equal(c->bare, cases[i].bare);
        assert_int_equal(c->max_depth, cases[i].depth);
        check_stack(c, &maker.dict, 0, cases[i].first);
        check_stack(c, &maker.dict, 9, cases[i].last);
        if (i)
            check_stack(aside->before.result, &maker.dict, 9, cases[i - 1].last);
    }
    /* what is dropped ends the box before it and stays empty */
    Arena arena;
    ChartLayout l;
    arena_init(&arena, 0);
    chart_layout(ask(e, jobs, 0, 200000000, "focus-function=b"), 0, 200000000, 2000, &arena, &l);
    assert_int_equal(l.count, 2);
    assert_true(l.box[0].t0_ns == 0 && l.box[0].t1_ns == 40000000 && l.box[0].samples == 4);
    assert_true(l.box[1].t0_ns == 60000000 && l.box[1].t1_ns == 100000000 && l.box[1].samples == 4);
    arena_free(&arena);
    engine_free(e);
    jobs_free(jobs);
    maker_free(&maker);
}

/* What came after the tree was made is told apart until the tree knows it. */
static void tells_what_is_not_arranged(void **state) {
    static const char *const transforms[] = {"merge-function=b", "group=cpu"};
    static const char *ab[] = {"a", "b"}, *ac[] = {"a", "c"};
    (void)state;
    for (int k = 0; k < 2; k++) {
        Maker maker;
        Jobs *jobs = jobs_new(0);
        Engine *e = engine_new(jobs);
        maker_init(&maker, &PROFILES[0]);
        for (int i = 0; i < 100; i++)
            maker_put(&maker, i * 1000000, "app", 5, "e", 0, 0, ab, 2, FRAME_USER);
        engine_set_profile(e, 0, &maker.profile);
        const Chart *c = ask(e, jobs, 0, 200000000, transforms[k]);
        assert_int_equal(c->count, 100);
        assert_int_equal(c->not_arranged, 0);
        for (int i = 100; i < 107; i++)
            maker_put(&maker, i * 1000000, "app", 5, "e", 0, 0, i % 2 ? ab : ac, 2, FRAME_USER);
        for (int i = 0; i < 3; i++) { /* too soon for another index */
            engine_poll(e, 400000000, true);
            jobs_run_one(jobs);
        }
        c = engine_aside(e, ASIDE_CHART);
        assert_int_equal(c->count, 107);
        assert_int_equal(c->not_arranged, 4);
        check_stack(c, &maker.dict, 105, k ? "cpu 0;app;a;b" : "app;a");
        check_stack(c, &maker.dict, 106, "");
        assert_int_equal(c->sample[105].shared, 0);
        c = ask(e, jobs, 0, 200000000, transforms[k]);
        assert_int_equal(c->count, 107);
        assert_int_equal(c->not_arranged, 0);
        check_stack(c, &maker.dict, 106, k ? "cpu 0;app;a;c" : "app;a;c");
        engine_free(e);
        jobs_free(jobs);
        maker_free(&maker);
    }
}

/* Stacks as deep as they come: what neighbours share costs what differs. */
static void deep_stacks(void **state) {
    enum { DEPTH = 60000 };
    static const char *symbols[DEPTH];
    Maker maker;
    Jobs *jobs = jobs_new(0);
    Engine *e = engine_new(jobs);
    (void)state;
    for (int i = 0; i < DEPTH; i++)
        symbols[i] = "deep";
    maker_init(&maker, &PROFILES[0]);
    for (int i = 0; i < 40; i++)
        maker_put(&maker, i * 1000000, "app", 5, "e", 0, 0, symbols, DEPTH - (uint32_t)(i % 3),
                  FRAME_USER);
    engine_set_profile(e, 0, &maker.profile);
    const Chart *c = ask(e, jobs, 0, 100000000, NULL);
    assert_int_equal(c->count, 40);
    assert_int_equal(c->max_depth, DEPTH + 1);
    assert_true(c->frames <= DEPTH + 1 + 40 * 3);
    engine_free(e);
    jobs_free(jobs);
    maker_free(&maker);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(agrees_inline),
        cmocka_unit_test(agrees_on_workers),
        cmocka_unit_test(agrees_while_loading),
        cmocka_unit_test(cuts_long_ranges),
        cmocka_unit_test(leaves_gaps_empty),
        cmocka_unit_test(transforms_by_hand),
        cmocka_unit_test(tells_what_is_not_arranged),
        cmocka_unit_test(deep_stacks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

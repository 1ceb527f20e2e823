/* Where to look: each kind of perturbation alone, noise, and profiles with nothing to look at.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "query/detect.h"
#include "query/detect_parts.h"
#include "query_helper.h"

static const int64_t MS = 1000000, S = 1000000000;

/* A profile in the making: what happens at each moment is decided by the test. */
typedef struct Made {
    Maker maker;
    Batch batch;
    uint64_t random;
    int64_t from_ns;
} Made;

static Made *made_new(uint64_t seed) {
    Made *m = calloc(1, sizeof(*m));
    maker_init(&m->maker, &(MakeOptions){.seed = seed});
    batch_init(&m->batch);
    batch_clear(&m->batch, &m->maker.part);
    m->random = seed;
    m->from_ns = 100 * S;
    return m;
}

static void made_free(Made *m) {
    batch_free(&m->batch);
    maker_free(&m->maker);
    free(m);
}

/* One sample of comm;…symbols by thread 100 + `thread` on that cpu. */
static void put(Made *m, int64_t time_ns, const char *comm, int32_t tid, uint16_t cpu,
                const char *outer, const char *leaf) {
    Dict *d = &m->maker.part.dict;
    NameId name = names_intern(&d->names, str_of(comm));
    StackId s =
        stacks_push(&d->stacks, 0, frames_intern(&d->frames, (Frame){name, 0, FRAME_PROCESS}));
    const char *symbol[] = {outer, leaf};
    for (int i = 0; i < 2; i++)
        s = stacks_push(
            &d->stacks, s,
            frames_intern(&d->frames,
                          (Frame){names_intern(&d->names, str_of(symbol[i])), 0, FRAME_USER}));
    EventId event =
        contexts_event(&d->contexts, names_intern(&d->names, STR("cycles")), WEIGHT_PERIOD);
    Pair pair = {s, contexts_intern(&d->contexts, (Context){name, 7, tid, event})};
    batch_add(&m->batch, time_ns, pairs_intern(&m->maker.part.pairs, pair), cpu,
              1 + random_below(&m->random, 1000000));
}

/* What usually happens: one of 4 threads in one of 40 functions. */
static void put_usual(Made *m, int64_t time_ns) {
    char leaf[16];
    uint32_t thread = (uint32_t)random_below(&m->random, 4);
    uint32_t pick = (uint32_t)(random_below(&m->random, 40) * random_below(&m->random, 40) / 40);
    snprintf(leaf, sizeof(leaf), "work_%u", pick);
    put(m, time_ns, "server", 100 + (int32_t)thread, (uint16_t)thread, "serve", leaf);
}

static DetectList *detect(Made *m, const DetectWish *like) {
    DetectWish wish = like ? *like : (DetectWish){.event = EVENT_ALL, .idle = IDLE_HIDE};
    if (batch_rows(&m->batch))
        profile_absorb(&m->maker.profile, &m->batch, &m->maker.remap);
    batch_clear(&m->batch, &m->maker.part);
    profile_publish(&m->maker.profile);
    wish.profile = &m->maker.profile;
    wish.view = profile_view(&m->maker.profile);
    return detect_run(&wish, NULL);
}

static Str frame_of(const Made *m, const Finding *f) {
    return dict_symbol(&m->maker.dict, f->frame);
}

static const Finding *only_finding(const Made *m, const DetectList *list, FindingKind kind) {
    Buf text = {0};
    for (uint32_t i = 0; i < list->count; i++) {
        finding_text(list, i, &m->maker.dict, &text);
        buf_putc(&text, '\n');
    }
    if (list->count != 1 || list->finding[0].kind != kind)
        print_error("wanted one %s:\n%s", finding_name(kind), text.n ? text.s : "nothing");
    buf_free(&text);
    assert_int_equal(list->count, 1);
    assert_int_equal(list->finding[0].kind, kind);
    assert_true(list->finding[0].score >= DETECT_GROUP_SCORE);
    return &list->finding[0];
}

static void assert_near(int64_t a, int64_t b, int64_t by) {
    if (a < b - by || a > b + by)
        print_error("%lld is not within %lld of %lld\n", (long long)a, (long long)by, (long long)b);
    assert_true(a >= b - by && a <= b + by);
}

/* ---- the kinds, each alone ------------------------------------------------------------- */

/* `rate` samples a second for `seconds`, each a little off its place. */
#define EACH_SAMPLE(m, t, rate, seconds)                                                           \
    for (int64_t t_##t = 0, t; t_##t < (int64_t)(rate) * (seconds); t_##t++)                       \
        if ((t = t_##t * (S / (rate)) +                                                            \
                 (int64_t)random_below(&(m)->random, (uint64_t)(S / (rate)))) >= 0)

static void finds_a_pause(void **state) {
    (void)state;
    for (uint64_t seed = 1; seed <= 3; seed++) {
        static const int64_t at_ms[] = {3170, 9400, 11230, 20900, 26410};
        Made *m = made_new(seed);
        EACH_SAMPLE(m, t, 500, 30) {
            bool pause = false;
            for (size_t i = 0; i < 5; i++)
                pause = pause || (t >= at_ms[i] * MS && t < (at_ms[i] + 80) * MS);
            if (pause)
                put(m, m->from_ns + t, "server", 100 + (int32_t)random_below(&m->random, 4), 0,
                    "serve", "collect");
            else
                put_usual(m, m->from_ns + t);
        }
        DetectList *list = detect(m, NULL);
        const Finding *f = only_finding(m, list, FINDING_PAUSE);
        assert_int_equal(f->count, 5);
        assert_int_equal(f->ranges, 5);
        assert_int_equal(f->period_ns, 0);
        assert_true(str_eq_c(frame_of(m, f), "collect"));
        for (uint32_t i = 0; i < 5; i++) {
            assert_near(f->range[i].t0_ns, m->from_ns + at_ms[i] * MS, 20 * MS);
            assert_near(f->range[i].t1_ns, m->from_ns + (at_ms[i] + 80) * MS, 20 * MS);
        }
        assert_near((int64_t)f->samples, 5 * 40, 40);
        assert_true(f->frame_samples * 100 >= f->samples * 75);
        assert_int_equal(list->samples, 15000);
        detect_drop(list);
        made_free(m);
    }
}

static void finds_a_timer(void **state) {
    (void)state;
    Made *m = made_new(4); /* the first 40 ms of each second */
    EACH_SAMPLE(m, t, 1000, 30) {
        if (t % S < 40 * MS && random_below(&m->random, 2))
            put(m, m->from_ns + t, "server", 104, 0, "on_timer", "flush_log");
        else
            put_usual(m, m->from_ns + t);
    }
    DetectList *list = detect(m, NULL);
    const Finding *f = only_finding(m, list, FINDING_PERIODIC);
    assert_near(f->period_ns, S, 2 * MS);
    assert_near(f->count, 30, 1);
    assert_near(f->typical_ns, 40 * MS, 10 * MS);
    assert_true(f->phase_ns <= 10 * MS || f->phase_ns >= 990 * MS);
    assert_true(str_eq_c(frame_of(m, f), "flush_log"));
    detect_drop(list);
    made_free(m);
}

static void finds_a_gap(void **state) {
    (void)state;
    Made *m = made_new(5);
    EACH_SAMPLE(m, t, 500, 40) {
        if (t < 12 * S || t >= 15 * S)
            put_usual(m, m->from_ns + t);
    }
    DetectList *list = detect(m, NULL);
    const Finding *f = only_finding(m, list, FINDING_GAP);
    assert_near(f->t0_ns, m->from_ns + 12 * S, 30 * MS);
    assert_near(f->t1_ns, m->from_ns + 15 * S, 30 * MS);
    assert_int_equal(f->samples, 0);
    assert_near((int64_t)f->expected, 1500, 100);
    detect_drop(list);
    made_free(m);
}

static void finds_a_phase(void **state) {
    (void)state;
    Made *m = made_new(6); /* from 20 to 26 s, half of what happens is something new */
    EACH_SAMPLE(m, t, 500, 60) {
        if (t >= 20 * S && t < 26 * S && random_below(&m->random, 2))
            put(m, m->from_ns + t, "server", 100 + (int32_t)random_below(&m->random, 4), 0, "serve",
                "rebuild");
        else
            put_usual(m, m->from_ns + t);
    }
    DetectList *list = detect(m, NULL);
    const Finding *f = only_finding(m, list, FINDING_PHASE);
    assert_near(f->t0_ns, m->from_ns + 20 * S, 50 * MS);
    assert_near(f->t1_ns, m->from_ns + 26 * S, 50 * MS);
    assert_near((int64_t)(f->frame_samples * 100 / f->samples), 50, 4);
    assert_true(str_eq_c(frame_of(m, f), "rebuild"));
    detect_drop(list);
    made_free(m);
}

static void finds_a_burst(void **state) {
    (void)state;
    Made *m = made_new(7); /* the usual, but four times as much of it */
    EACH_SAMPLE(m, t, 500, 30) {
        uint32_t n = t >= 8 * S && t < 8 * S + 400 * MS ? 4 : 1;
        for (uint32_t i = 0; i < n; i++)
            put_usual(m, m->from_ns + t);
    }
    DetectList *list = detect(m, NULL);
    const Finding *f = only_finding(m, list, FINDING_BURST);
    assert_near(f->t0_ns, m->from_ns + 8 * S, 20 * MS);
    assert_near(f->t1_ns, m->from_ns + 8 * S + 400 * MS, 20 * MS);
    assert_near((int64_t)f->samples, 800, 60);
    assert_near((int64_t)f->expected, 200, 30);
    detect_drop(list);
    made_free(m);
}

/* Threads where the input knows them, else cpus. */
static void finds_one_thread_alone(void **state) {
    (void)state;
    for (int by_cpu = 0; by_cpu < 2; by_cpu++) {
        Made *m = made_new(8);
        EACH_SAMPLE(m, t, 400, 40) {
            uint16_t cpu = (uint16_t)random_below(&m->random, 4);
            bool alone = t >= 10 * S && t < 17 * S;
            char leaf[16];
            snprintf(leaf, sizeof(leaf), "work_%u", (unsigned)random_below(&m->random, 12));
            if (alone && cpu)
                continue; /* the other three have nothing to do */
            put(m, m->from_ns + t, "server", by_cpu ? -1 : 100 + cpu, cpu, "serve", leaf);
        }
        DetectList *list = detect(m, NULL);
        const Finding *f = only_finding(m, list, FINDING_SINGLE);
        assert_near(f->t0_ns, m->from_ns + 10 * S, 150 * MS);
        assert_near(f->t1_ns, m->from_ns + 17 * S, 150 * MS);
        assert_int_equal(f->tid, by_cpu ? -1 : 100);
        assert_int_equal(f->cpu, by_cpu ? 0 : -1);
        detect_drop(list);
        made_free(m);
    }
}

/* What returns each minute is one finding, whatever it is. */
static void repeats_are_one_finding(void **state) {
    (void)state;
    Made *m = made_new(9);
    EACH_SAMPLE(m, t, 500, 240) {
        int64_t in_minute = t % (60 * S);
        if (in_minute >= 50 * S && in_minute < 55 * S)
            continue;
        if (in_minute >= 20 * S && in_minute < 22 * S)
            put(m, m->from_ns + t, "server", 100 + (int32_t)random_below(&m->random, 4), 1, "serve",
                "compact");
        else
            put_usual(m, m->from_ns + t);
    }
    DetectList *list = detect(m, NULL);
    assert_int_equal(list->count, 2);
    for (uint32_t i = 0; i < 2; i++) {
        const Finding *f = &list->finding[i];
        bool gap = f->kind == FINDING_GAP;
        assert_true(gap || f->kind == FINDING_PHASE);
        assert_int_equal(f->count, 4);
        assert_near(f->period_ns, 60 * S, 20 * MS);
        assert_near(f->phase_ns, (gap ? 50 : 20) * S, 30 * MS);
        for (uint32_t k = 0; k < 4; k++)
            assert_near(f->range[k].t0_ns, m->from_ns + (60 * k + (gap ? 50 : 20)) * S, 30 * MS);
    }
    assert_true(list->finding[0].score >= list->finding[1].score);
    detect_drop(list);
    made_free(m);
}

/* ---- nothing to look at ----------------------------------------------------------------- */

static void noise_has_little(void **state) {
    (void)state;
    static const int64_t rate[] = {50, 300, 2000};
    for (uint64_t seed = 10; seed < 22; seed++) {
        Made *m = made_new(seed);
        EACH_SAMPLE(m, t, rate[seed % 3], 40) {
            put_usual(m, m->from_ns + t);
        }
        DetectList *list = detect(m, NULL);
        assert_int_equal(list->count, 0);
        assert_int_not_equal(list->bin_ns, 0);
        detect_drop(list);
        made_free(m);
    }
}

/* Random stacks, contexts, weights and disorder: few findings, each of them sound. */
static void findings_are_sound(void **state) {
    (void)state;
    for (uint64_t seed = 1; seed <= 12; seed++) {
        Maker m;
        maker_init(&m, &(MakeOptions){.seed = seed,
                                      .symbols = 1 + (uint32_t)seed * 9,
                                      .depth = 20,
                                      .contexts = 9,
                                      .events = 2,
                                      .cpus = 4,
                                      .step_ns = 2 * MS,
                                      .disorder = seed % 3 * 10,
                                      .weights = seed % 2});
        maker_add(&m, 8000);
        DetectWish wish = {.profile = &m.profile,
                           .view = profile_view(&m.profile),
                           .event = seed % 4 ? EVENT_ALL : 1,
                           .idle = (uint8_t)(seed % 3)};
        DetectList *list = detect_run(&wish, NULL);
        assert_true(list->count <= 2);
        for (uint32_t i = 0; i < list->count; i++) {
            const Finding *f = &list->finding[i];
            assert_true(f->t0_ns < f->t1_ns && f->count >= f->ranges && f->ranges > 0);
            assert_true(f->frame_samples <= f->samples && f->samples <= list->samples);
            for (uint32_t k = 1; k < f->ranges; k++)
                assert_true(f->range[k].t0_ns >= f->range[k - 1].t1_ns);
        }
        detect_drop(list);
        maker_free(&m);
    }
}

static void odd_profiles(void **state) {
    (void)state;
    enum { EMPTY, ONE, ONE_TIME, UNTIMED, HUGE_SPAN, EXTREMES, ODD };
    for (int which = 0; which < ODD; which++) {
        Made *m = made_new(30);
        if (which == ONE)
            put_usual(m, -5);
        for (uint32_t i = 0; i < 1000 && which > ONE; i++) {
            int64_t t = which == ONE_TIME  ? 77 * S
                        : which == UNTIMED ? TIME_NONE
                                           : -400 * S + (int64_t)i * 3 * S / 1000;
            if (which == HUGE_SPAN && i % 100 == 0)
                t = (int64_t)(random_next(&m->random) >> 8) - (INT64_C(1) << 54);
            if (which == EXTREMES) /* further apart than an int64_t can say */
                t = ((int64_t)(i % 3) - 1) * ((INT64_C(1) << 62) + (int64_t)i);
            put_usual(m, t);
        }
        DetectList *list = detect(m, NULL);
        assert_true(list->count <= 2);
        if (which == EMPTY || which == UNTIMED) {
            assert_int_equal(list->count, 0);
            assert_int_equal(list->bin_ns, 0);
        }
        detect_drop(list);
        made_free(m);
    }
}

/* ---- what counts ------------------------------------------------------------------------ */

/* A pause among negative times, in any order of arrival: the same list. */
static void order_does_not_matter(void **state) {
    (void)state;
    enum { N = 20000 };
    DetectList *list[2];
    Made *m[2];
    for (int k = 0; k < 2; k++) {
        static int64_t time[N];
        m[k] = made_new(40);
        for (int i = 0; i < N; i++)
            time[i] = -100 * S + (int64_t)i * 2 * MS;
        uint64_t random = 1;
        for (int i = N - 1; i > 0 && k; i--) { /* shuffled */
            uint64_t j = random_below(&random, (uint64_t)i + 1);
            int64_t t = time[i];
            time[i] = time[j];
            time[j] = t;
        }
        for (int i = 0; i < N; i++) {
            char leaf[16];
            snprintf(leaf, sizeof(leaf), "work_%u",
                     (unsigned)((time[i] / (2 * MS) + 1000000) * 7 % 23));
            int64_t at = time[i] + 100 * S;
            bool pause = at % (7 * S) >= 3 * S && at % (7 * S) < 3 * S + 90 * MS && at > 7 * S;
            put(m[k], time[i], "a", 1 + (int32_t)(at / MS % 3), 0, "main", pause ? "stop" : leaf);
        }
        list[k] = detect(m[k], NULL);
        const Finding *f = only_finding(m[k], list[k], FINDING_PERIODIC);
        assert_near(f->period_ns, 7 * S, 10 * MS);
        assert_true(str_eq_c(frame_of(m[k], f), "stop"));
    }
    assert_int_equal(list[0]->finding[0].count, list[1]->finding[0].count);
    assert_int_equal(list[0]->finding[0].t0_ns, list[1]->finding[0].t0_ns);
    assert_int_equal(list[0]->finding[0].samples, list[1]->finding[0].samples);
    for (int k = 0; k < 2; k++) {
        detect_drop(list[k]);
        made_free(m[k]);
    }
}

/* A filter that leaves a pause out, one that keeps nothing else, and idle samples. */
static void only_what_is_shown(void **state) {
    (void)state;
    Made *m = made_new(50);
    EACH_SAMPLE(m, t, 1000, 30) {
        bool pause = t >= 9 * S && t < 9 * S + 200 * MS;
        bool quiet = t >= 20 * S && t < 23 * S; /* all four are idle */
        if (pause && t_t % 2)
            put(m, m->from_ns + t, "other", 200, 1, "main", "stop");
        else if (quiet || random_below(&m->random, 4) == 0)
            put(m, m->from_ns + t, "swapper", 0, 1, "do_idle", "intel_idle");
        else
            put_usual(m, m->from_ns + t);
    }
    DetectWish wish = {.event = EVENT_ALL, .idle = IDLE_HIDE};
    assert_true(filter_parse(STR("comm=server"), &wish.filter, NULL));
    DetectList *list = detect(m, &wish);
    const Finding *f = only_finding(m, list, FINDING_GAP); /* the pause is not shown */
    assert_near(f->t0_ns, m->from_ns + 20 * S, 20 * MS);
    assert_near(f->t1_ns, m->from_ns + 23 * S, 20 * MS);
    detect_drop(list);

    wish.idle = IDLE_KEEP;
    wish.filter.count = 0;
    list = detect(m, &wish);
    assert_int_equal(list->count, 2); /* the pause, and a phase of nothing but idling */
    for (uint32_t i = 0; i < 2; i++)
        assert_true(str_eq_c(frame_of(m, &list->finding[i]),
                             list->finding[i].kind == FINDING_PHASE ? "intel_idle" : "stop"));
    detect_drop(list);

    assert_true(filter_parse(STR("comm=nobody"), &wish.filter, NULL));
    list = detect(m, &wish);
    assert_int_equal(list->count, 0);
    assert_int_equal(list->bin_ns, 0);
    detect_drop(list);
    made_free(m);
}

static void may_be_cancelled(void **state) {
    (void)state;
    Made *m = made_new(60);
    EACH_SAMPLE(m, t, 1000, 10) {
        put_usual(m, m->from_ns + t);
    }
    detect_drop(detect(m, NULL));
    CancelToken token = {0};
    cancel(&token);
    DetectWish wish = {
        .profile = &m->maker.profile, .view = profile_view(&m->maker.profile), .event = EVENT_ALL};
    assert_null(detect_run(&wish, &token));
    detect_drop(NULL);
    DetectList *list = detect_run(&wish, NULL);
    detect_hold(list);
    detect_drop(list);
    assert_int_equal(list->samples, 10000);
    detect_drop(list);
    made_free(m);
}

/* ---- beats ------------------------------------------------------------------------------ */

static void beats(void **state) {
    (void)state;
    bool on[400];
    int64_t start[400];
    for (uint64_t seed = 1; seed <= 30; seed++) {
        uint64_t r = seed;
        int64_t period = (int64_t)(S / 10 + (int64_t)random_below(&r, 60) * S);
        uint32_t n = 0, strays = 0;
        for (uint32_t i = 0; i < 100; i++) { /* a fifth is missing, some are not on the beat */
            if (random_below(&r, 5) == 0)
                continue;
            start[n++] = 7 * S + i * period + (int64_t)random_below(&r, (uint64_t)period / 100);
            if (random_below(&r, 20) == 0) {
                start[n++] = 7 * S + i * period + period / 2;
                strays++;
            }
        }
        Beat beat = beat_of(start, n, 10 * MS, on);
        assert_near(beat.period_ns, period, period / 200);
        assert_near(beat.on, n - strays, 2);
    }
    uint32_t found = 0;
    for (uint64_t seed = 1; seed <= 200; seed++) { /* no beat at all */
        uint64_t r = seed;
        uint32_t n = 3 + (uint32_t)random_below(&r, 30);
        int64_t at = 0;
        for (uint32_t i = 0; i < n; i++)
            start[i] = at += 100 * MS + (int64_t)random_below(&r, 20 * (uint64_t)S);
        found += beat_of(start, n, 10 * MS, on).period_ns != 0;
    }
    assert_true(found <= 4);
    assert_int_equal(beat_of(start, 0, MS, on).period_ns, 0);
    assert_int_equal(beat_of(start, 2, MS, on).period_ns, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_a_pause),
        cmocka_unit_test(finds_a_timer),
        cmocka_unit_test(finds_a_gap),
        cmocka_unit_test(finds_a_phase),
        cmocka_unit_test(finds_a_burst),
        cmocka_unit_test(finds_one_thread_alone),
        cmocka_unit_test(repeats_are_one_finding),
        cmocka_unit_test(noise_has_little),
        cmocka_unit_test(findings_are_sound),
        cmocka_unit_test(odd_profiles),
        cmocka_unit_test(order_does_not_matter),
        cmocka_unit_test(only_what_is_shown),
        cmocka_unit_test(may_be_cancelled),
        cmocka_unit_test(beats),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

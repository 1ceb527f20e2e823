/* Amounts in words that fit what is weighed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "picture/amount.h"
#include "app/question.h"

typedef struct AmountCase {
    uint64_t n;
    uint32_t kind;
    const char *words, *bare;
} AmountCase;

static void amounts_read_as_what_they_are(void **state) {
    static const AmountCase cases[] = {
        {8213, WEIGHT_SAMPLES, "8\u2009213 samples", "8\u2009213"},
        {1, WEIGHT_SAMPLES, "1 sample", "1"},
        {0, WEIGHT_PERIOD, "0 periods", "0"},
        {1000001, WEIGHT_COUNT, "1\u2009000\u2009001 counts", "1\u2009000\u2009001"},
        {7, WEIGHT_MIXED, "7 units", "7"},
        {0, WEIGHT_TIME_NS, "0 s", "0 s"},
        {1596874651, WEIGHT_TIME_NS, "1.597 s", "1.597 s"},
        {999499, WEIGHT_TIME_NS, "999 µs", "999 µs"},
        {999500, WEIGHT_TIME_NS, "1 ms", "1 ms"},
        {2813000, WEIGHT_TIME_NS, "2.81 ms", "2.81 ms"},
        {150000000000, WEIGHT_TIME_NS, "2 min 30 s", "2 min 30 s"},
        {36000060000000000, WEIGHT_TIME_NS, "10000 h 1 min", "10000 h 1 min"},
        {1, WEIGHT_BYTES, "1 byte", "1 byte"},
        {999, WEIGHT_BYTES, "999 bytes", "999 bytes"},
        {999499, WEIGHT_BYTES, "999 kB", "999 kB"},
        {999500, WEIGHT_BYTES, "1 MB", "1 MB"},
        {12345678, WEIGHT_BYTES, "12.3 MB", "12.3 MB"},
        {UINT64_MAX, WEIGHT_BYTES, "18.4 EB", "18.4 EB"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Buf words = {0}, bare = {0};
        amount_put(&words, cases[i].n, cases[i].kind);
        amount_put_bare(&bare, cases[i].n, cases[i].kind);
        assert_string_equal(words.s, cases[i].words);
        assert_string_equal(bare.s, cases[i].bare);
        buf_free(&words);
        buf_free(&bare);
    }
}

typedef struct Weighed {
    Dict dict;
    Profile profile;
    ProfileView view;
    EventId wait, heap, tick;
} Weighed;

static EventId event(Weighed *w, const char *name, WeightKind kind) {
    return contexts_event(&w->dict.contexts, names_intern(&w->dict.names, str_of(name)), kind);
}

static void weighed_init(Weighed *w) {
    dict_init(&w->dict);
    profile_init(&w->profile, &w->dict);
    w->wait = event(w, "wait", WEIGHT_TIME_NS);
    w->heap = event(w, "heap", WEIGHT_BYTES);
    w->tick = event(w, "tick", WEIGHT_SAMPLES);
    w->view = (ProfileView){.events = w->tick + 1, .has_weight = true};
}

static void weighed_free(Weighed *w) {
    profile_free(&w->profile);
    dict_free(&w->dict);
}

/* An event has one kind of weight, and another is refused in words; "period" means whatever it has.
 */
static void weights_fit_their_event(void **state) {
    Weighed w;
    (void)state;
    weighed_init(&w);
    const EventId one[] = {w.wait, w.heap, w.tick};
    const uint32_t has[] = {WEIGHT_TIME_NS, WEIGHT_BYTES, WEIGHT_SAMPLES};
    for (int i = 0; i < 3; i++) {
        assert_int_equal(query_weight_kind(&w.dict, &w.view, one[i]), has[i]);
        for (uint32_t kind = 0; kind < WEIGHT_MIXED; kind++) {
            Error err = {0};
            bool fits = kind == WEIGHT_SAMPLES || kind == WEIGHT_PERIOD || kind == has[i];
            assert_int_equal(weight_fits(&w.dict, &w.view, one[i], kind, &err), fits);
            assert_int_equal(err.kind, fits ? ERROR_NONE : ERROR_USAGE);
        }
    }
    assert_int_equal(query_weight_kind(&w.dict, &w.view, EVENT_ALL), WEIGHT_MIXED);
    w.view.events = w.heap; /* those before it */
    assert_int_equal(query_weight_kind(&w.dict, &w.view, EVENT_ALL), WEIGHT_TIME_NS);
    assert_int_equal(query_weight_kind(&w.dict, &w.view, w.heap), WEIGHT_SAMPLES);
    weighed_free(&w);
}

/* Bytes are summed unless asked otherwise, where there are no times: of a heap. */
static void a_heap_is_weighed(void **state) {
    Weighed w;
    (void)state;
    weighed_init(&w);
    assert_true(query_by_weight(&w.profile, &w.view, w.heap, WEIGHING_USUAL));
    assert_false(query_by_weight(&w.profile, &w.view, w.heap, WEIGHING_SAMPLES));
    assert_true(query_by_weight(&w.profile, &w.view, w.heap, WEIGHING_WEIGHTS));
    assert_false(query_by_weight(&w.profile, &w.view, w.wait, WEIGHING_USUAL));
    assert_true(query_by_weight(&w.profile, &w.view, w.wait, WEIGHING_WEIGHTS));
    assert_false(query_by_weight(&w.profile, &w.view, EVENT_ALL, WEIGHING_USUAL));
    w.view.has_time = true;
    assert_false(query_by_weight(&w.profile, &w.view, w.heap, WEIGHING_USUAL));
    weighed_free(&w);
}

static void add_rows(Weighed *w, uint64_t n, uint64_t weight) {
    PairId pair =
        pairs_intern(&w->profile.pairs,
                     (Pair){0, contexts_intern(&w->dict.contexts, (Context){0, 1, 1, w->wait})});
    for (uint64_t i = 0; i < n; i++) {
        COLUMN_PUSH(&w->profile.pair, PairId) = pair;
        COLUMN_PUSH(&w->profile.weight, uint64_t) = weight;
    }
    w->view.samples += n;
}

/* Times are summed where they differ too much for a sample to be as good as another. */
static void waits_are_weighed(void **state) {
    Weighed w;
    (void)state;
    weighed_init(&w);
    add_rows(&w, 900, 1000000);
    add_rows(&w, 50, 1500000);
    assert_false(query_by_weight(&w.profile, &w.view, w.wait, WEIGHING_USUAL));
    add_rows(&w, 40, 10); /* few others are none */
    assert_false(query_by_weight(&w.profile, &w.view, w.wait, WEIGHING_USUAL));
    w.view.has_time = true;      /* no matter */
    add_rows(&w, 34, 100000000); /* few others, but most of the time */
    assert_true(query_by_weight(&w.profile, &w.view, w.wait, WEIGHING_USUAL));
    assert_false(query_by_weight(&w.profile, &w.view, w.wait, WEIGHING_SAMPLES));
    assert_false(query_by_weight(&w.profile, &w.view, w.heap, WEIGHING_USUAL));
    weighed_free(&w);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(amounts_read_as_what_they_are),
        cmocka_unit_test(weights_fit_their_event),
        cmocka_unit_test(a_heap_is_weighed),
        cmocka_unit_test(waits_are_weighed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

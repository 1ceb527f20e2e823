/* The chips' language, and which samples are idle. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "query/idle.h"
#include "query/slice.h"
#include "query_helper.h"

typedef struct TextCase {
    const char *text, *formatted; /* NULL: as the text */
    uint32_t terms;
} TextCase;

static void understood(void **state) {
    static const TextCase cases[] = {
        {"", NULL, 0},
        {"   ", "", 0},
        {"comm=java", NULL, 1},
        {"comm=java tid!=1234 pid=77,78 cpu=0-3 kind=kernel module=libjvm.so", NULL, 6},
        {"frame~^foo\\.bar$ frame!~b|c min=0.1%", NULL, 3},
        {"comm=\"Chrome IO\"", NULL, 1},
        {"comm=\"plain\"", "comm=plain", 1},
        {"frame~\"a \\d+ \\\"x\"", "frame~\"a \\\\d+ \\\"x\"", 1},
        {"off:comm=java off:frame!~x", NULL, 2},
        {"kind=kernel,user,inlined", NULL, 1},
        {" \t comm=a \n pid=1", "comm=a pid=1", 2},
        {"event=cycles:u comm=a=b", NULL, 2},
        {"min=0.02", NULL, 1},
        {"tid=5-5,7", NULL, 1},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        Filter f = {0}, again = {0};
        Error err = {0};
        Buf out = {0};
        if (!filter_parse(str_of(cases[i].text), &f, &err))
            fail_msg("%s: %s", cases[i].text, err.message);
        assert_int_equal(f.count, cases[i].terms);
        filter_format(&f, &out);
        assert_string_equal(out.s ? out.s : "",
                            cases[i].formatted ? cases[i].formatted : cases[i].text);
        assert_true(filter_parse(buf_str(&out), &again, &err));
        assert_true(filter_same(&f, &again));
        buf_free(&out);
    }
}

static void refused(void **state) {
    static const char *const texts[] = {
        "java",        "comm",     "comm=",     "comm~x",     "pid=abc",        "pid=1,",
        "pid=",        "cpu=3-1",  "cpu=1-",    "kind=green", "frame=main",     "frame~(",
        "frame~",      "min=lots", "min=200%",  "min!=1%",    "color=red",      "comm=\"x",
        "comm=\"x\"y", "=x",       "comm!java", "off:",       "off:off:comm=x", "pid=1-2-3",
    };
    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
        Filter f = {0}, before;
        Error err = {0};
        assert_true(filter_parse(STR("comm=kept"), &f, &err));
        before = f;
        if (strcmp(texts[i], "frame~") == 0)
            continue; /* the empty expression matches everything, and is one */
        if (filter_parse(str_of(texts[i]), &f, &err))
            fail_msg("%s was taken", texts[i]);
        assert_true(err.message[0] != 0 && err.kind != ERROR_NONE);
        assert_true(filter_same(&f, &before)); /* all or nothing */
    }
}

static void has_limits(void **state) {
    Filter f = {0};
    Error err = {0};
    char text[FILTER_VALUE + 40] = "comm=";
    (void)state;
    for (int i = 0; i < FILTER_TERMS; i++)
        assert_true(filter_parse(STR("pid=1"), &f, &err));
    assert_false(filter_parse(STR("pid=1"), &f, &err));
    assert_int_equal(err.kind, ERROR_LIMIT);
    f.count = 0;
    memset(text + 5, 'x', FILTER_VALUE - 1);
    assert_true(filter_parse(str_of(text), &f, &err));
    text[5 + FILTER_VALUE - 1] = 'x';
    assert_false(filter_parse(str_of(text), &f, &err));
}

static void numbers_and_shares(void **state) {
    Filter f = {0};
    (void)state;
    assert_true(filter_parse(STR("pid=1,5-7,-1 min=0.5% off:min=9% min=0.1%"), &f, NULL));
    static const int64_t in[] = {1, 5, 6, 7, -1}, out[] = {0, 2, 4, 8, 15};
    for (size_t i = 0; i < 5; i++) {
        assert_true(filter_has_number(&f.term[0], in[i]));
        assert_false(filter_has_number(&f.term[0], out[i]));
    }
    double share = filter_min_share(&f);
    assert_true(share > 0.00499 && share < 0.00501);
}

typedef struct ShownCase {
    const char *filter;
    const char *shown; /* of the samples a to f */
} ShownCase;

static void chips_choose_samples(void **state) {
    static const ShownCase cases[] = {
        {"", "abcdef"},
        {"comm=java", "abf"},
        {"comm!=java", "cde"},
        {"comm=jav", ""},
        {"pid=10 tid=10", "a"},
        {"tid=10-11", "ab"},
        {"cpu=0", "ac"},
        {"cpu!=0", "bdef"},
        {"cpu=1-2,65535", "bd"},
        {"kind=kernel", "ce"},
        {"kind!=kernel", "abdf"},
        {"kind=kernel,jit", "cef"},
        {"module=m", "abcdef"},
        {"module=other", ""},
        {"frame~^alpha$", "ad"},
        {"frame!~alpha", "bcef"},
        {"frame~ALPHA", ""},
        {"frame~java", "abf"}, /* the process is a frame, too */
        {"comm=java frame~alpha", "a"},
        {"off:comm=java", "abcdef"},
        {"event=second", "d"},
        {"min=50%", "abcdef"},
    };
    static const char *const alpha[] = {"main", "alpha"}, *const beta[] = {"main", "beta"};
    MakeOptions o = {.seed = 1};
    Maker m;
    (void)state;
    maker_init(&m, &o);
    maker_put(&m, 1, "java", 10, "first", 0, 0, alpha, 2, FRAME_USER);
    maker_put(&m, 2, "java", 11, "first", 1, 0, beta, 2, FRAME_USER);
    maker_put(&m, 3, "bash", 20, "first", 0, 0, beta, 2, FRAME_KERNEL);
    maker_put(&m, 4, "bash", 21, "second", 2, 0, alpha, 2, FRAME_USER);
    maker_put(&m, 5, "bash", 21, "first", 3, 0, beta, 2, FRAME_KERNEL);
    maker_put(&m, 6, "java", 12, "first", CPU_NONE, 0, beta, 2, FRAME_JIT);
    ProfileView view = profile_view(&m.profile);
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        Query q = {.event = EVENT_ALL};
        assert_true(filter_parse(str_of(cases[i].filter), &q.filter, NULL));
        for (int k = 0; k < 6; k++) {
            Arena arena;
            Slice slice;
            arena_init(&arena, 0);
            q.t0_ns = k + 1;
            q.t1_ns = k + 2;
            assert_true(slice_scan(&m.profile, &view, &q, &arena, &slice, NULL));
            bool wanted = strchr(cases[i].shown, "abcdef"[k]) != NULL;
            if (slice.shown != wanted)
                fail_msg("%s: sample %c", cases[i].filter, "abcdef"[k]);
            assert_int_equal(slice.samples, 1);
            arena_free(&arena);
        }
    }
    EventId event;
    assert_true(query_event_named(&m.profile, &view, STR("second"), &event));
    assert_int_not_equal(event, query_default_event(&m.profile, &view));
    assert_true(query_event_named(&m.profile, &view, STR("all"), &event));
    assert_int_equal(event, EVENT_ALL);
    assert_false(query_event_named(&m.profile, &view, STR("third"), &event));
    maker_free(&m);
}

static void put_events(Maker *m, const char *event, uint32_t n) {
    const char *const stack[] = {"main", event};
    for (uint32_t i = 0; i < n; i++)
        maker_put(m, m->now_ns++, "java", 1, event, 0, 0, stack, 2, FRAME_USER);
}

static void expect_default(const Maker *m, const ProfileView *view, const char *event) {
    EventId wanted;
    assert_true(query_event_named(&m->profile, view, str_of(event), &wanted));
    if (query_default_event(&m->profile, view) != wanted)
        fail_msg("not %s of %llu samples", event, (unsigned long long)view->samples);
}

/* The first in the file, unless that is rare. */
static void a_rare_first_event_is_not_the_default(void **state) {
    Maker m;
    (void)state;
    maker_init(&m, &(MakeOptions){.symbols = 1, .contexts = 1, .events = 1});
    put_events(&m, "faults", 2);
    for (int i = 0; i < 160; i++) {
        put_events(&m, "switches", 10);
        put_events(&m, "clock", 30);
    }
    ProfileView view = profile_view(&m.profile), early = view;
    assert_int_equal(view.samples, 6402);
    expect_default(&m, &view, "clock");
    for (early.samples = 1; early.samples < view.samples; early.samples++)
        expect_default(&m, &early, early.samples < 32 ? "faults" : "clock");
    put_events(&m, "faults", 2000);
    view = profile_view(&m.profile);
    expect_default(&m, &view, "faults");
    maker_free(&m);
}

/* A file's own choice stands. */
static void a_chosen_event_may_be_rare(void **state) {
    Maker m;
    EventId switches;
    (void)state;
    maker_init(&m, &(MakeOptions){.symbols = 1, .contexts = 1, .events = 1});
    put_events(&m, "faults", 1);
    put_events(&m, "switches", 1);
    put_events(&m, "clock", 1000);
    ProfileView view = profile_view(&m.profile);
    assert_true(query_event_named(&m.profile, &view, STR("switches"), &switches));
    expect_default(&m, &view, "clock");
    view.chosen = switches;
    expect_default(&m, &view, "switches");
    maker_free(&m);
}

/* Events that take turns are all met, however far apart the places are that are looked at. */
static void events_that_take_turns_are_all_met(void **state) {
    Maker m;
    (void)state;
    maker_init(&m, &(MakeOptions){.symbols = 1, .contexts = 1, .events = 1});
    put_events(&m, "faults", 1);
    for (int i = 0; i < 10000; i++) {
        put_events(&m, i % 4 ? "clock" : "switches", 1);
        put_events(&m, "clock", 1);
    }
    ProfileView view = profile_view(&m.profile);
    expect_default(&m, &view, "clock");
    maker_free(&m);
}

typedef struct IdleCase {
    const char *comm;
    int32_t tid;
    const char *frames[4]; /* root first */
    bool hide, flamescope;
} IdleCase;

static void idle_is_what_idles(void **state) {
    static const IdleCase cases[] = {
        {"swapper", 0, {"cpu_startup_entry", "do_idle", "intel_idle"}, true, false},
        {"swapper", 0, {"cpu_startup_entry", "cpuidle_enter", "intel_idle"}, true, true},
        {"swapper", 0, {"start_secondary", "native_safe_halt"}, true, true},
        /* an interrupt that hit an idle cpu is work */
        {"swapper", 0, {"arch_cpu_idle", "irq_exit", "xilinx_dma_do_tasklet"}, false, true},
        {"swapper/3", 0, {"default_idle_call"}, true, false},
        {"swapper", -1, {"mwait_idle_with_hints.constprop.0"}, true, false},
        {"renamed", 0, {"cpuidle_enter_state"}, true, false},
        {"java", 7, {"cpuidle_enter_state"}, false, false},
        {"java", 7, {"swapper_pg_dir", "cpuidle_enter"}, false, false},
        {"java", 7, {"cpuidle_enter", "swapper_pg_dir"}, false, true},
        {"swapper", 0, {"net_rx_action"}, false, false},
        {"swapper", 0, {NULL}, false, false},
        {"node", 7, {"(root)", "(idle)"}, true, false},
        {"node", 7, {"(idle)", "run"}, false, false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        MakeOptions o = {.seed = 1};
        Maker m;
        Arena arena;
        uint32_t n = 0;
        maker_init(&m, &o);
        arena_init(&arena, 0);
        while (n < 4 && cases[i].frames[n])
            n++;
        maker_put(&m, 1, cases[i].comm, cases[i].tid, "cycles", 0, 0, cases[i].frames, n,
                  FRAME_KERNEL);
        PairId pair = COLUMN_AT(&m.profile.pair, PairId, 0);
        bool hide = idle_pair(&m.profile, pair, IDLE_HIDE);
        bool flamescope = idle_pair(&m.profile, pair, IDLE_FLAMESCOPE);
        if (hide != cases[i].hide || flamescope != cases[i].flamescope)
            fail_msg("case %u: %d %d", (unsigned)i, hide, flamescope);
        /* The mask says the same, and keep keeps. */
        ProfileView view = profile_view(&m.profile);
        for (uint8_t mode = IDLE_HIDE; mode <= IDLE_FLAMESCOPE; mode++) {
            Query q = {.whole = true, .event = EVENT_ALL, .idle = mode};
            Slice slice;
            assert_true(slice_scan(&m.profile, &view, &q, &arena, &slice, NULL));
            bool gone = mode == IDLE_HIDE ? hide : mode == IDLE_FLAMESCOPE && flamescope;
            assert_int_equal(slice.shown, !gone);
        }
        arena_free(&arena);
        maker_free(&m);
    }
}

static void wishes_compare_by_content(void **state) {
    Query a = {.t0_ns = 1, .t1_ns = 2}, b = a;
    HeatSpec x = {.rows = 50, .column_ns = 1}, y = x;
    (void)state;
    memset(a.search, 0, sizeof(a.search));
    assert_true(query_same(&a, &b));
    b.t1_ns = 3;
    assert_false(query_same(&a, &b));
    a.whole = b.whole = true;
    assert_true(query_same(&a, &b)); /* the range is unused then */
    b.b0_ns = 9;
    assert_true(query_same(&a, &b));
    a.baseline = b.baseline = BASELINE_RANGE;
    assert_false(query_same(&a, &b));
    assert_true(heat_spec_same(&x, &y));
    y.idle = IDLE_KEEP;
    assert_false(heat_spec_same(&x, &y));
    y = x;
    filter_parse(STR("comm=a"), &y.filter, NULL);
    assert_false(heat_spec_same(&x, &y));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(understood),
        cmocka_unit_test(refused),
        cmocka_unit_test(has_limits),
        cmocka_unit_test(numbers_and_shares),
        cmocka_unit_test(chips_choose_samples),
        cmocka_unit_test(a_rare_first_event_is_not_the_default),
        cmocka_unit_test(a_chosen_event_may_be_rare),
        cmocka_unit_test(events_that_take_turns_are_all_met),
        cmocka_unit_test(idle_is_what_idles),
        cmocka_unit_test(wishes_compare_by_content),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

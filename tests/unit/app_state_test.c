/* The app floor's plain values: state as text, spans and ranges, history, keys, cells. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "app/commands.h"
#include "app/heat_place.h"
#include "app/history.h"
#include "app/state.h"

static void round_trip(const State *state) {
    Buf text = {0}, again = {0};
    State back;
    Error err = {0};
    state_format(state, &text);
    state_init(&back);
    assert_true(state_parse(buf_str(&text), &back, &err));
    state_format(&back, &again);
    assert_string_equal(text.s ? text.s : "", again.s ? again.s : "");
    assert_true(state_same(state, &back));
    buf_free(&text);
    buf_free(&again);
}

static void test_state_round_trip(void **unused) {
    (void)unused;
    State s;
    state_init(&s);
    round_trip(&s);
    strcpy(s.file[0], "a file & 100% = odd\n.txt");
    s.selection = (Range){true, 1308000000000, 1308020000000};
    s.view = (Range){true, -5, 17};
    strcpy(s.event, "cycles:u");
    s.weighted = true;
    s.idle = IDLE_FLAMESCOPE;
    assert_true(filter_parse(STR("comm=\"Web Content\" frame!~a&b tid=7,8"), &s.filter, NULL));
    s.filter.term[1].off = true;
    strcpy(s.search, "operator\\+|(x)");
    s.view_kind = VIEW_ICICLE;
    s.baseline = (Range){true, 5, 7};
    s.baseline_kind = BASELINE_REST;
    s.elided = true;
    s.saved[0] = (Range){true, 100, 200};
    s.saved[1] = (Range){true, -7, 9};
    s.diff_palette = DIFF_SAFE;
    assert_true(transforms_parse(STR("hide-kernel||off:focus-function=a\\;b|lib\\|x||group=thread"),
                                 &s.transforms, NULL));
    strcpy(s.pin, "std::map<int, int>\tlib x\n");
    strcpy(s.function, "f & g\t\n");
    s.heaviest_first = true;
    strcpy(s.zoom, "java\t\nstd::map<int, int>::operator[]\t/lib/x y.so\n");
    s.rows = 99;
    s.column_ns = 500000000;
    s.scale = SCALE_LOG;
    s.heat_palette = HEAT_PALETTE_VIRIDIS;
    s.flame_palette = FLAME_HOT;
    s.downwards = true;
    s.row_kind = HEAT_BY_PROCESS;
    s.value_kind = HEAT_SHARE;
    s.theme = THEME_PROJECTOR;
    s.text_percent = 150;
    s.split_permille = 300;
    round_trip(&s);
    State other = s;
    assert_true(state_same(&s, &other));
    other.selection.t1_ns++;
    assert_false(state_same(&s, &other));
    other = s;
    other.transforms.item[1].off = false;
    assert_false(state_same(&s, &other));
    other = s;
    other.baseline_kind = BASELINE_WHOLE;
    assert_false(state_same(&s, &other));
    other = s;
    other.saved[1].t1_ns++;
    assert_false(state_same(&s, &other));
    other = s;
    other.pin[0] = 'S';
    assert_false(state_same(&s, &other));
    other = s;
    other.zoom[0] = 'J';
    assert_false(state_same(&s, &other));
}

static void test_state_refuses(void **unused) {
    (void)unused;
    static const char *const bad[] = {
        "rows=0",   "rows=x", "column=1",       "scale=cubic", "theme=pink",
        "sel=5..4", "sel=5",  "idle=maybe",     "unknown=1",   "filter=colour%3Dred",
        "text=20",  "mode=9", "compare=always", "diff=green",  "transforms=turn",
        "elided=2"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        State s, before;
        Error err = {0};
        state_init(&s);
        before = s;
        assert_false(state_parse(str_of(bad[i]), &s, &err));
        assert_int_equal(err.kind, ERROR_USAGE);
        assert_true(state_same(&s, &before)); /* nothing half done */
    }
}

static void test_spans(void **unused) {
    (void)unused;
    static const struct {
        const char *text;
        int64_t ns; /* 0: refused */
    } cases[] = {{"1s", 1000000000},
                 {"1", 1000000000},
                 {"20ms", 20000000},
                 {"1.5 s", 1500000000},
                 {"2m", 120000000000},
                 {"1h", 3600000000000},
                 {"", 0},
                 {"s", 0},
                 {"1 day", 0},
                 {"-1s", 0}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int64_t ns = 0;
        assert_int_equal(span_parse(str_of(cases[i].text), &ns), cases[i].ns != 0);
        assert_int_equal(ns, cases[i].ns);
    }
}

static void test_ranges(void **unused) {
    (void)unused;
    const int64_t origin = 5076000000000, first = 5076100000000, last = 5117999999999;
    static const struct {
        const char *text;
        bool ok;
        int64_t t0, t1; /* from the origin */
    } cases[] = {
        {"2..3.25", true, 2000000000, 3250000000},
        {"2.3..2.300000001", true, 2300000000, 2300000001}, /* exact: no doubles */
        {"3.25 .. 2", true, 2000000000, 3250000000},
        {"1s..2s", true, 1000000000, 2000000000},
        {"0%..100%", true, 100000000, 42000000000},
        {"5", false, 0, 0},
        {"a..b", false, 0, 0},
        {"1..", false, 0, 0},
        {"0%..101%", false, 0, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Range r = {0};
        assert_int_equal(range_parse(str_of(cases[i].text), origin, first, last, &r, NULL),
                         cases[i].ok);
        if (!cases[i].ok)
            continue;
        assert_int_equal(r.t0_ns - origin, cases[i].t0);
        assert_int_equal(r.t1_ns - origin, cases[i].t1);
    }
}

static void test_history(void **unused) {
    (void)unused;
    History h = {0};
    State s;
    state_init(&s);
    for (uint32_t i = 1; i <= 3 * HISTORY_STEPS; i++) {
        history_push(&h, &s, i, false, (int64_t)i * HISTORY_GESTURE_NS * 2);
        s.rows = i;
    }
    uint32_t back = 0;
    while (history_back(&h, &s))
        assert_int_equal(s.rows, 3 * HISTORY_STEPS - ++back);
    assert_int_equal(back, HISTORY_STEPS);
    while (history_forward(&h, &s))
        back--;
    assert_int_equal(back, 0);
    assert_int_equal(s.rows, 3 * HISTORY_STEPS);
    history_free(&h);
}

static void test_a_drag_is_one_step(void **unused) {
    (void)unused;
    History h = {0};
    State s;
    state_init(&s);
    for (int i = 0; i < 60; i++) {
        history_push(&h, &s, 7, true, i * 16666667);
        s.rows++;
    }
    history_push(&h, &s, 7, true, 60 * 16666667 + 2 * (int64_t)HISTORY_GESTURE_NS);
    assert_true(history_back(&h, &s));
    assert_int_equal(s.rows, 110);
    assert_true(history_back(&h, &s));
    assert_int_equal(s.rows, 50);
    assert_false(history_back(&h, &s));
    history_free(&h);
}

/* No chord may mean two things in one context, nor hide a global one in a pane. */
static void test_no_key_clashes(void **unused) {
    (void)unused;
    for (int i = 0; i < CMD_COUNT; i++) {
        Str keys = str_of(commands[i].keys);
        while (keys.n) {
            Chord a;
            assert_true(chord_parse(str_cut(&keys, ' '), &a));
            for (int k = 0; k < CMD_COUNT; k++) {
                /* the stage comes before everything else: its few keys are a remote's */
                bool meet = commands[i].context == commands[k].context ||
                            (commands[k].context == CONTEXT_GLOBAL &&
                             commands[i].context != CONTEXT_PRESENT);
                Str others = str_of(commands[k].keys);
                while (k != i && meet && others.n) {
                    Chord b;
                    Str other = str_cut(&others, ' ');
                    assert_true(chord_parse(other, &b));
                    if (a.mods == b.mods && a.key == b.key)
                        fail_msg("%s and %s share a key", commands[i].name, commands[k].name);
                }
            }
        }
    }
}

static void test_every_command_is_whole(void **unused) {
    (void)unused;
    for (int i = 0; i < CMD_COUNT; i++) {
        assert_non_null(commands[i].action);
        assert_non_null(commands[i].available);
        assert_true(commands[i].help[0] && commands[i].group[0]);
        assert_true(commands[i].keys[0] || commands[i].args[0]); /* reachable by key or by menu */
        assert_int_equal(command_named(str_of(commands[i].name)), i);
    }
    assert_int_equal(command_named(STR("no.such")), CMD_COUNT);
}

static HeatGrid grid_of(uint32_t columns, uint32_t rows) {
    HeatGrid g = {.origin_ns = 1000000000, .columns = columns, .rows = rows};
    g.spec.column_ns = 1000000000;
    g.spec.rows = rows;
    g.first_ns = 1100000000;
    g.last_ns = g.origin_ns + (int64_t)columns * 1000000000 - 1;
    return g;
}

static void test_moving_a_selection(void **unused) {
    (void)unused;
    HeatGrid g = grid_of(10, 50);
    State s;
    state_init(&s);
    Range r;
    assert_true(heat_select_move(&s, &g, 1, false, &r)); /* none yet: the first sample's cell */
    assert_int_equal(r.t0_ns, 1100000000);
    assert_int_equal(r.t1_ns, 1120000000);
    s.selection = r;
    assert_true(heat_select_move(&s, &g, 50, false, &r));
    assert_int_equal(r.t0_ns, 2100000000);
    assert_true(heat_select_move(&s, &g, 2, true, &r));
    assert_int_equal(r.t0_ns, 1100000000);
    assert_int_equal(r.t1_ns, 1160000000);
    assert_true(
        heat_select_move(&s, &g, -1000, false, &r)); /* stops at the edges, keeps its length */
    assert_int_equal(r.t0_ns, 1000000000);
    assert_int_equal(r.t1_ns, 1020000000);
    assert_true(heat_select_move(&s, &g, 100000, false, &r));
    assert_int_equal(r.t1_ns, 11000000000);
    assert_true(heat_select_move(&s, &g, -5, true, &r)); /* never less than a cell */
    assert_int_equal(r.t1_ns - r.t0_ns, 20000000);
}

static void test_zooming_the_time_axis(void **unused) {
    (void)unused;
    HeatGrid g = grid_of(100, 50);
    State s;
    state_init(&s);
    Range all = heat_view_range(&s, &g);
    assert_int_equal(all.t1_ns - all.t0_ns, 100000000000);
    Range in = heat_view_change(&s, &g, 0.5, 0.25, 0);
    assert_true(in.on);
    assert_int_equal(in.t1_ns - in.t0_ns, 50000000000);
    assert_int_equal(in.t0_ns,
                     all.t0_ns + 12500000000); /* what is a quarter in stays a quarter in */
    s.view = in;
    Range out = heat_view_change(&s, &g, 8, 0.5, 0);
    assert_false(out.on); /* everything: no view of its own */
    Range left = heat_view_change(&s, &g, 1, 0.5, -10);
    assert_int_equal(left.t0_ns, all.t0_ns);
    assert_int_equal(left.t1_ns - left.t0_ns, 50000000000);
    Range right = heat_view_change(&s, &g, 1, 0.5, 10);
    assert_int_equal(right.t1_ns, all.t1_ns);
    Range least = heat_view_change(&s, &g, 1e-9, 0.5, 0);
    assert_int_equal(least.t1_ns - least.t0_ns, 1000000000); /* one column */
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_state_round_trip),
        cmocka_unit_test(test_state_refuses),
        cmocka_unit_test(test_spans),
        cmocka_unit_test(test_ranges),
        cmocka_unit_test(test_history),
        cmocka_unit_test(test_a_drag_is_one_step),
        cmocka_unit_test(test_no_key_clashes),
        cmocka_unit_test(test_every_command_is_whole),
        cmocka_unit_test(test_moving_a_selection),
        cmocka_unit_test(test_zooming_the_time_axis),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

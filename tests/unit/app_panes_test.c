/* The table of functions and the flame chart in the whole program: a table of 100 000 functions
 * lays out what is in view only, wherever it is scrolled; the chart's view stays in its range. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "app/app.h"
#include "app/chart_find.h"
#include "app/dump.h"
#include "app/heat_cell.h"
#include "app/program.h"

enum { FUNCTIONS = 100000, FRAME_NS = 16666667 };

typedef struct Run {
    App *app;
    FrameInput in;
    FrameOutput out;
} Run;

static void frame(Run *r, InputEvent *event) {
    r->in.now_ns += FRAME_NS;
    r->in.event = event;
    r->in.events = event ? 1 : 0;
    app_frame(r->app, &r->in, &r->out);
}

static void settle(Run *r) {
    for (int i = 0; i < 12; i++) {
        while (app_work(r->app))
            continue;
        frame(r, NULL);
    }
    assert_true(app_settled(r->app));
}

static void start(Run *r, const char *path) {
    *r = (Run){0};
    r->app = app_new(&(AppOptions){.fonts = fonts_fixed(), .headless = true});
    r->in.windows = 1;
    r->in.window[0] = (WindowInput){.w = 1280, .h = 720, .scale = 1, .focused = true};
    Error err = {0};
    if (!app_open(r->app, 0, path, &err))
        fail_msg("%s", err.message);
    settle(r);
}

static void run(Run *r, const char *command) {
    Error err = {0};
    if (!app_do(r->app, str_of(command), &err))
        fail_msg("%s: %s", command, err.message);
    settle(r);
}

/* ---- table ------------------------------------------------------------------------------- */

static void write_profile(char *path) {
    int fd = mkstemp(path);
    FILE *f = fdopen(fd, "w");
    assert_non_null(f);
    for (int i = 0; i < FUNCTIONS; i++) /* weights differ, so there is an order */
        fprintf(f, "app;main;function_%06d %d\n", i, 1 + i * 7919 % 1000);
    fclose(f);
}

static const Function *row_at(const Run *r, uint32_t place) {
    uint64_t number;
    const Functions *f = table_functions(r->app->session.engine, &number);
    return &f->row[r->app->table.rows[place]];
}

static void check_virtual(const Run *r, uint32_t *most_commands) {
    const TablePane *t = &r->app->table;
    double fit = (double)(t->body.h / t->row);
    double seen = fmin(t->count - floor(t->scroll), fit + 1);
    assert_true(t->drawn <= (uint32_t)fit + 2 && fabs(t->drawn - seen) <= 1);
    assert_true(t->scroll >= 0 && t->scroll + fit <= t->count + 0.01);
    uint32_t drawn = r->out.window[0].draw->commands;
    *most_commands = drawn > *most_commands ? drawn : *most_commands;
}

static void test_a_table_is_virtual(void **unused) {
    (void)unused;
    Run r;
    char path[] = "/tmp/flamescope-table-XXXXXX";
    uint32_t most = 0;
    write_profile(path);
    start(&r, path);
    run(&r, "flame.shape table");
    const TablePane *t = &r.app->table;
    assert_int_equal(t->count, FUNCTIONS + 2);
    check_virtual(&r, &most);
    uint32_t at_rest = most;
    ui_set_focus(&r.app->ui, ui_id("table"), true);
    float x = t->body.x + 300, y = t->body.y + 30;
    frame(&r, &(InputEvent){.kind = INPUT_MOVE, .x = x, .y = y});
    for (int i = 0; i < 300; i++) {
        frame(&r, &(InputEvent){.kind = INPUT_WHEEL, .x = x, .y = y, .dy = i % 50 ? -900 : 700});
        check_virtual(&r, &most);
        assert_true(t->hover.on);
        uint32_t place = (uint32_t)(t->scroll + (double)((y - t->body.y) / t->row));
        assert_int_equal(t->hover.row.frame, row_at(&r, place)->frame);
    }
    frame(&r, &(InputEvent){.kind = INPUT_KEY, .key = KEY_END});
    frame(&r, NULL);
    assert_int_equal(t->cursor, row_at(&r, t->count - 1)->frame);
    assert_true(t->scroll > FUNCTIONS - 100);
    check_virtual(&r, &most);
    frame(&r, &(InputEvent){.kind = INPUT_KEY, .key = KEY_PAGE_UP});
    frame(&r, &(InputEvent){.kind = INPUT_KEY, .key = KEY_UP});
    frame(&r, NULL);
    uint32_t page = (uint32_t)(t->body.h / t->row) - 1;
    assert_int_equal(t->cursor, row_at(&r, t->count - 2 - page)->frame);
    frame(&r, &(InputEvent){.kind = INPUT_KEY, .key = KEY_HOME});
    frame(&r, NULL);
    assert_int_equal(t->cursor, row_at(&r, 0)->frame);
    assert_true(t->scroll == 0);
    run(&r, "table.sort name up");
    assert_true(
        str_eq_c(dict_symbol(&r.app->session.dict, row_at(&r, 2)->frame), "function_000001") ||
        str_eq_c(dict_symbol(&r.app->session.dict, row_at(&r, 1)->frame), "function_000000"));
    run(&r, "table.filter FUNCTION_0999");
    assert_int_equal(t->count, 100);
    check_virtual(&r, &most);
    run(&r, "table.filter _00$");
    assert_int_equal(t->count, 0);
    run(&r, "table.filter 00$");
    assert_int_equal(t->count, 1000);
    assert_true(most < at_rest + 200); /* nothing grows with what is not in view */
    app_free(r.app);
    unlink(path);
}

/* What Enter searches for is the marked function alone. */
static void test_an_exact_search(void **unused) {
    (void)unused;
    static const char *const symbols[] = {
        "operator()(int) const", "a.b|c", "^x$", "\\path", "[unknown]", "Mixed", "lower"};
    for (size_t i = 0; i < sizeof symbols / sizeof *symbols; i++) {
        Buf text = {0};
        Error err = {0};
        table_exact(str_of(symbols[i]), &text);
        Regex *re = regex_new(buf_str(&text), REGEX_SMART_CASE, &err);
        assert_non_null(re);
        for (size_t k = 0; k < sizeof symbols / sizeof *symbols; k++)
            assert_int_equal(regex_match(re, str_of(symbols[k])), i == k);
        assert_false(regex_match(re, STR("LOWER")));
        assert_false(regex_match(re, STR("lower_case")));
        regex_free(re);
        buf_free(&text);
    }
}

/* ---- chart ------------------------------------------------------------------------------- */

static void check_chart(const Run *r) {
    const ChartPane *c = &r->app->chart;
    assert_true(c->t0_ns <= c->v0_ns && c->v0_ns < c->v1_ns && c->v1_ns <= c->t1_ns);
    assert_true(c->layout.count > 0);
    assert_true(c->scroll >= 0);
}

static void test_a_chart_in_its_range(void **unused) {
    (void)unused;
    Run r;
    char path[1024];
    const char *source = getenv("FLAMESCOPE_SOURCE");
    snprintf(path, sizeof path, "%s/examples/shop.perf.gz", source ? source : ".");
    start(&r, path);
    run(&r, "flame.shape chart");
    const ChartPane *c = &r.app->chart;
    uint64_t number;
    check_chart(&r);
    assert_true(c->whole);
    run(&r, "select.range 25..27");
    check_chart(&r);
    assert_int_equal(c->v1_ns - c->v0_ns, 2000000000);
    uint64_t random = 7;
    float x = c->body.x + c->body.w * 0.7f, y = c->body.y + 10;
    frame(&r, &(InputEvent){.kind = INPUT_MOVE, .x = x, .y = y});
    for (int i = 0; i < 400; i++) {
        random = random * 6364136223846793005u + 1442695040888963407u;
        static const char *const does[] = {"chart.zoom-in",   "chart.zoom-out",    "chart.pan-left",
                                           "chart.pan-right", "chart.scroll-down", "chart.page-up"};
        if (i % 2)
            frame(&r, &(InputEvent){.kind = INPUT_WHEEL,
                                    .x = x,
                                    .y = y,
                                    .dy = (float)(random >> 60) - 7,
                                    .mods = random >> 40 & 1 ? MOD_SHIFT : 0});
        else
            app_do(r.app, str_of(does[(random >> 33) % 6]), NULL);
        frame(&r, NULL);
        const ChartPane *now = &r.app->chart;
        assert_true(now->t0_ns <= now->v0_ns && now->v0_ns < now->v1_ns &&
                    now->v1_ns <= now->t1_ns);
    }
    run(&r, "chart.fit");
    check_chart(&r);
    assert_true(c->whole);
    /* every thread of the menu by key, back to the first */
    const Chart *first = chart_newest(r.app->session.engine, &number);
    uint32_t threads = first->tops;
    int32_t tid = first->thread.tid;
    assert_true(threads > 1);
    run(&r, "chart.next-thread");
    assert_true(chart_newest(r.app->session.engine, &number)->thread.tid != tid);
    for (uint32_t i = 1; i < threads; i++)
        run(&r, "chart.next-thread");
    assert_int_equal(chart_newest(r.app->session.engine, &number)->thread.tid, tid);
    /* a click on a box selects its time */
    frame(&r, &(InputEvent){.kind = INPUT_MOVE, .x = x, .y = y});
    frame(&r, NULL);
    assert_true(c->hover.on);
    ChartBox box = c->hover.box;
    frame(&r,
          &(InputEvent){.kind = INPUT_DOWN, .button = BUTTON_LEFT, .clicks = 1, .x = x, .y = y});
    frame(&r, &(InputEvent){.kind = INPUT_UP, .button = BUTTON_LEFT, .x = x, .y = y});
    settle(&r);
    assert_int_equal(r.app->state.selection.t0_ns, box.t0_ns);
    assert_int_equal(r.app->state.selection.t1_ns, box.t1_ns);
    check_chart(&r);
    app_free(r.app);
}

/* F3 in a chart: each match once, in the order of time, then again the first; backwards likewise.
 */
static void test_matches_of_a_chart(void **unused) {
    (void)unused;
    enum { MOST = 3000 };
    static ChartSpot seen[MOST];
    uint64_t number;
    uint32_t n = 0;
    char path[1024];
    Run r;
    const char *source = getenv("FLAMESCOPE_SOURCE");
    snprintf(path, sizeof path, "%s/examples/shop.perf.gz", source ? source : ".");
    start(&r, path);
    run(&r, "select.range 25..26");
    run(&r, "flame.shape chart");
    run(&r, "search.set ^do_");
    const ChartPane *pane = &r.app->chart;
    const Chart *c = chart_newest(r.app->session.engine, &number);
    for (run(&r, "search.next"); n < MOST; run(&r, "search.next")) {
        ChartBox box;
        assert_true(chart_find_box(pane, c, &box));
        assert_memory_equal(dict_symbol(&r.app->session.dict, box.frame).s, "do_", 3);
        assert_true(box.x1 > 0 && box.x0 < 1); /* in view */
        check_chart(&r);
        ChartSpot at = pane->found;
        if (n && at.sample == seen[0].sample && at.depth == seen[0].depth)
            break;
        if (n)
            assert_true(at.sample > seen[n - 1].sample ||
                        (at.sample == seen[n - 1].sample && at.depth > seen[n - 1].depth));
        seen[n++] = at;
    }
    assert_true(n > 2 && n < MOST);
    uint32_t matches = 0;
    for (uint32_t i = 0; i < c->count; i++)
        for (uint32_t depth = c->sample[i].shared + 1; depth <= c->sample[i].depth; depth++)
            matches +=
                !memcmp(dict_symbol(&r.app->session.dict, chart_frame(c, i, depth)).s, "do_", 3);
    assert_int_equal(n, matches);
    for (uint32_t i = 0; i < n; i++) {
        run(&r, "search.previous");
        assert_int_equal(pane->found.sample, seen[n - 1 - i].sample);
        assert_int_equal(pane->found.depth, seen[n - 1 - i].depth);
    }
    run(&r, "search.set nothing_has_this_name");
    run(&r, "search.next");
    assert_false(pane->found.on);
    app_free(r.app);
}

static void point_at(Run *r, float x, float y) {
    frame(r, &(InputEvent){.kind = INPUT_MOVE, .x = x, .y = y});
    frame(r, NULL);
    frame(r, NULL);
}

static bool says(Run *r, const char *words) {
    Buf text = {0};
    dump_draw_list(r->app, &text);
    buf_putc(&text, 0);
    bool found = strstr(text.s, words) != NULL;
    buf_free(&text);
    return found;
}

/* A chart of transformed stacks says what it lacks; its own frames light nothing, make transforms
 * and can be copied. */
static void test_a_chart_of_what_is_left(void **unused) {
    (void)unused;
    Run r;
    char path[1024];
    const char *source = getenv("FLAMESCOPE_SOURCE");
    snprintf(path, sizeof path, "%s/examples/shop.perf.gz", source ? source : ".");
    start(&r, path);
    run(&r, "flame.shape chart");
    run(&r, "select.range 25..27");
    assert_false(says(&r, "dropped by transforms"));
    run(&r, "tree.drop-function node::LoadEnvironment");
    assert_true(says(&r, "138 samples · 126 dropped by transforms · "));
    run(&r, "tree.reset");
    run(&r, "tree.transform group=thread");
    const ChartPane *c = &r.app->chart;
    float x = c->body.x + c->body.w * 0.7f, y = c->body.y + c->row / 2;
    point_at(&r, x, y);
    assert_true(c->hover.on && frame_is_synthetic(c->hover.box.frame));
    assert_int_equal(r.app->lit.kind, LINK_NONE);
    assert_true(says(&r, "node (9094)"));
    point_at(&r, x, y + c->row);
    assert_int_equal(r.app->lit.kind, LINK_FUNCTION);
    assert_int_equal(r.app->lit.id, c->hover.box.frame);
    assert_true(app_do(r.app, STR("edit.copy"), NULL));
    assert_true(str_eq_c(buf_str(&r.app->clipboard), "node (9094);node"));
    /* a letter over a box is about it: the next chart is of what it leaves */
    frame(&r, &(InputEvent){.kind = INPUT_KEY, .key = 'J'});
    settle(&r);
    assert_int_equal(r.app->state.transforms.count, 2);
    assert_int_equal(r.app->state.transforms.item[1].kind, TRANSFORM_MERGE_FUNCTION);
    /* … and nothing is known of a box that is of a chart before the last two */
    uint64_t number;
    chart_newest(r.app->session.engine, &number);
    assert_int_equal(c->made_of, number);
    assert_ptr_equal(chart_pane_shown(c, r.app->session.engine),
                     chart_newest(r.app->session.engine, &number));
    r.app->chart.made_of = number - 2;
    assert_null(chart_pane_shown(c, r.app->session.engine));
    app_free(r.app);
}

static bool searched_for(const Chart *c, const Dict *dict, const ChartBox *b, const char *word) {
    bool found = false;
    for (uint32_t i = b->first; i < b->first + b->samples; i++) {
        if (c->sample[i].depth <= b->depth)
            continue;
        Str symbol = tree_symbol(c->tree, dict, chart_frame_at(c, i, b->depth + 1u));
        char text[2000];
        snprintf(text, sizeof text, "%.*s", (int)symbol.n, symbol.s);
        found = found || strstr(text, word);
    }
    return found;
}

/* Boxes that the search matches are marked, of groups too, merged ones where one of theirs is. */
static void test_a_chart_is_searched(void **unused) {
    (void)unused;
    static const char *const words[] = {"Print", "cpu 1", "v8::"};
    Run r;
    char path[1024];
    const char *source = getenv("FLAMESCOPE_SOURCE");
    snprintf(path, sizeof path, "%s/examples/shop.perf.gz", source ? source : ".");
    start(&r, path);
    run(&r, "flame.shape chart");
    run(&r, "chart.thread 9094/9094");
    run(&r, "tree.group cpu");
    const ChartPane *pane = &r.app->chart;
    assert_null(pane->match);
    uint32_t merged = 0, marked = 0, plain = 0;
    for (int k = 0; k < 3; k++) {
        char command[64];
        snprintf(command, sizeof command, "search.set %s", words[k]);
        run(&r, command);
        const Chart *c = chart_pane_shown(pane, r.app->session.engine);
        assert_non_null(pane->match);
        for (uint32_t i = 0; i < pane->layout.count; i++) {
            const ChartBox *b = &pane->layout.box[i];
            assert_int_equal(pane->match[i], searched_for(c, &r.app->session.dict, b, words[k]));
            merged += b->merged && pane->match[i];
            marked += !b->merged && pane->match[i];
            plain += !pane->match[i];
        }
    }
    assert_true(merged && marked && plain);
    run(&r, "search.set (");
    assert_null(pane->match);
    run(&r, "search.set");
    assert_null(pane->match);
    app_free(r.app);
}

/* A pinned cell may lie beyond a map that is still being made. */
static void test_a_pinned_cell_beyond_the_map(void **unused) {
    (void)unused;
    Run r;
    char path[1024];
    uint32_t column, row;
    const char *source = getenv("FLAMESCOPE_SOURCE");
    snprintf(path, sizeof path, "%s/examples/shop.perf.gz", source ? source : ".");
    start(&r, path);
    HeatGrid g = *app_grid(r.app);
    State s = r.app->state;
    s.cell =
        (Range){true, g.origin_ns + 7 * g.spec.column_ns, g.origin_ns + 7 * g.spec.column_ns + 1};
    assert_true(heat_cell_find(&g, NULL, &s, &column, &row) && column == 7);
    g.columns = 7;
    assert_false(heat_cell_find(&g, NULL, &s, &column, &row));
    app_free(r.app);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_a_table_is_virtual),
                                       cmocka_unit_test(test_an_exact_search),
                                       cmocka_unit_test(test_a_chart_in_its_range),
                                       cmocka_unit_test(test_matches_of_a_chart),
                                       cmocka_unit_test(test_a_chart_of_what_is_left),
                                       cmocka_unit_test(test_a_chart_is_searched),
                                       cmocka_unit_test(test_a_pinned_cell_beyond_the_map)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

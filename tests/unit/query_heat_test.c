/* Heat grids: exact integer cells, every sample in the cell whose range holds it, growth in any
 * arrival order, and FlameScope's own numbers for real files. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/file.h"
#include "ingest/loader.h"
#include "picture/export_text.h"
#include "query/crumbs.h"
#include "query/heat_copy.h"
#include "query/heat_frame.h"
#include "query/idle.h"
#include "query_helper.h"

static const int64_t S = 1000000000, MS = 1000000;

static void rows_tile_columns(void **state) {
    static const int64_t spans[] = {10000000, 1000000000, 999999937, 3600000000000, 7, 1000};
    static const uint32_t rows[] = {1, 2, 3, 7, 50, 64, 999, 1000};
    uint64_t random = 1;
    (void)state;
    for (size_t i = 0; i < sizeof(spans) / sizeof(*spans); i++) {
        for (size_t k = 0; k < sizeof(rows) / sizeof(*rows); k++) {
            HeatGrid g = {.spec = {.column_ns = spans[i]}, .rows = rows[k], .origin_ns = -5 * S};
            assert_int_equal(heat_row_start(spans[i], rows[k], 0), 0);
            assert_int_equal(heat_row_start(spans[i], rows[k], rows[k]), spans[i]);
            for (int n = 0; n < 300; n++) {
                uint32_t c, r, want_c = (uint32_t)random_below(&random, 1000);
                int64_t t0, t1, at = (int64_t)random_below(&random, (uint64_t)spans[i]);
                if (n % 3 == 0) /* right at an edge, or 1 ns before one */
                    at = heat_row_start(spans[i], rows[k],
                                        (uint32_t)random_below(&random, rows[k])) -
                         (n % 2);
                if (at < 0 || at >= spans[i]) /* more rows than ns: the last ones are empty */
                    at = 0;
                int64_t t = g.origin_ns + want_c * spans[i] + at;
                assert_true(heat_cell_of(&g, t, &c, &r));
                assert_int_equal(c, want_c);
                assert_true(r < rows[k]);
                heat_cell_range(&g, c, r, &t0, &t1);
                assert_true(t0 <= t && t < t1);
                /* floor(at · R / W), in wider arithmetic than the code's */
                assert_int_equal(
                    r, (uint32_t)((unsigned __int128)at * rows[k] / (unsigned __int128)spans[i]));
            }
        }
    }
    HeatGrid g = {.spec = {.column_ns = S}, .rows = 50, .origin_ns = 10 * S};
    uint32_t c, r;
    assert_false(heat_cell_of(&g, 10 * S - 1, &c, &r));
    assert_true(heat_cell_of(&g, 12 * S, &c, &r)); /* a whole second starts its column */
    assert_int_equal(c, 2);
    assert_int_equal(r, 0);
    assert_true(heat_cell_of(&g, 12 * S - 1, &c, &r));
    assert_int_equal(c, 1);
    assert_int_equal(r, 49);
}

/* By the definition, one sample after the other. */
static void check_naive(Maker *m, const HeatGrid *g, const HeatSpec *spec) {
    ProfileView view = profile_view(&m->profile);
    size_t cells = (size_t)g->columns * g->rows;
    uint64_t *cell = calloc(cells + 1, sizeof(*cell)), shown = 0, max = 0;
    bool weighted = spec->value_kind == HEAT_WEIGHT && view.has_weight;
    assert_int_equal(g->origin_ns, profile_origin(&view));
    assert_int_equal(g->columns, heat_columns(&view, g->spec.column_ns));
    for (uint64_t i = 0; i < view.samples; i++) {
        PairId id = COLUMN_AT(&m->profile.pair, PairId, i);
        Pair pair = pairs_get(&m->profile.pairs, id);
        uint32_t c, r;
        if (spec->event != EVENT_ALL &&
            contexts_get(&m->dict.contexts, pair.context).event != spec->event)
            continue;
        if (spec->idle != IDLE_KEEP && idle_pair(&m->profile, id, (IdleMode)spec->idle))
            continue;
        assert_true(heat_cell_of(g, COLUMN_AT(&m->profile.time_ns, int64_t, i), &c, &r));
        uint64_t *at = &cell[(size_t)c * g->rows + r];
        *at += weighted ? COLUMN_AT(&m->profile.weight, uint64_t, i) : 1;
        max = *at > max ? *at : max;
        shown++;
    }
    for (size_t i = 0; i < cells; i++)
        assert_int_equal(g->cell[i], cell[i]);
    for (uint32_t c = 0; c < g->columns; c++) {
        uint64_t sum = 0;
        for (uint32_t r = 0; r < g->rows; r++)
            sum += cell[(size_t)c * g->rows + r];
        assert_int_equal(g->column_sum[c], sum);
    }
    assert_int_equal(g->shown, shown);
    assert_int_equal(g->max, max);
    assert_true(g->exact);
    free(cell);
}

static void agrees_with_definition(void **state) {
    static const MakeOptions profiles[] = {
        {.seed = 1, .symbols = 5, .depth = 3, .contexts = 8, .events = 2, .step_ns = 10000000},
        {.seed = 2,
         .symbols = 5,
         .depth = 3,
         .contexts = 8,
         .events = 1,
         .step_ns = 5000000,
         .disorder = 50,
         .weights = true},
    };
    static const HeatSpec specs[] = {
        {.rows = 50, .column_ns = 1000000000, .event = EVENT_ALL, .idle = IDLE_KEEP},
        {.rows = 50, .column_ns = 1000000000, .event = EVENT_ALL, .idle = IDLE_HIDE},
        {.rows = 7, .column_ns = 7000000000, .event = 1, .idle = IDLE_FLAMESCOPE},
        {.rows = 1000,
         .column_ns = 20000000,
         .event = EVENT_ALL,
         .idle = IDLE_KEEP,
         .value_kind = HEAT_WEIGHT},
        {.rows = 3, .column_ns = 2000000000, .event = EVENT_ALL, .value_kind = HEAT_WEIGHT},
    };
    (void)state;
    for (size_t p = 0; p < sizeof(profiles) / sizeof(*profiles); p++) {
        Maker m;
        maker_init(&m, &profiles[p]);
        for (int grown = 0; grown < 3; grown++) {
            maker_add(&m, 1200);
            ProfileView view = profile_view(&m.profile);
            for (size_t i = 0; i < sizeof(specs) / sizeof(*specs); i++) {
                Arena arena;
                arena_init(&arena, 0);
                check_naive(&m, heat_build(&m.profile, &view, &specs[i], &arena), &specs[i]);
                arena_free(&arena);
            }
        }
        maker_free(&m);
    }
}

/* The same builder through growth, small steps and earlier samples; every copy of the ring. */
static void grows(void **state) {
    static const int64_t spans[] = {1000000000, 3000000000, 100000000};
    (void)state;
    for (size_t s = 0; s < sizeof(spans) / sizeof(*spans); s++) {
        MakeOptions o = {.seed = 4 + s,
                         .symbols = 4,
                         .depth = 2,
                         .contexts = 3,
                         .step_ns = 20000000,
                         .disorder = 30};
        HeatSpec spec = {.rows = 20, .column_ns = spans[s], .event = EVENT_ALL, .idle = IDLE_KEEP};
        HeatBuilder b;
        HeatCopy ring[3] = {0};
        uint32_t at = 0;
        Maker m;
        maker_init(&m, &o);
        heat_builder_init(&b);
        for (int round = 0; round < 40; round++) {
            if (round % 10 == 7) /* a sample from before the start, by some seconds */
                m.now_ns -= 9 * S + 3 * S * round;
            maker_add(&m, 50);
            if (round % 10 == 7)
                m.now_ns += 9 * S + 3 * S * round + 60 * MS;
            ProfileView view = profile_view(&m.profile);
            heat_builder_ask(&b, &m.profile, &spec);
            bool all = false;
            for (int n = 0; n < 100 && !all; n++) {
                const HeatGrid before = ring[at].grid;
                all = heat_builder_extend(&b, &view, 37);
                at = (at + 1) % 3;
                heat_builder_publish(&b, ring, 3, at, all);
                const HeatGrid *g = &ring[at].grid;
                for (uint32_t c = 0; c < before.columns && before.cell; c++)
                    if ((c < g->changed_from || c >= g->changed_to) && c < g->columns)
                        assert_memory_equal(before.cell + (size_t)c * 20, g->cell + (size_t)c * 20,
                                            20 * sizeof(uint32_t));
            }
            assert_true(all);
            check_naive(&m, &ring[at].grid, &spec);
        }
        for (int i = 0; i < 3; i++)
            heat_copy_free(&ring[i]);
        heat_builder_free(&b);
        maker_free(&m);
    }
}

static void one_wild_time(void **state) {
    static const char *const path[] = {"f"};
    Maker m;
    MakeOptions o = {.seed = 1};
    Arena arena;
    (void)state;
    maker_init(&m, &o);
    arena_init(&arena, 0);
    maker_put(&m, 5 * S, "a", 1, "e", 0, 0, path, 1, FRAME_USER);
    maker_put(&m, 86400 * 365 * 200ll * S / 10, "a", 1, "e", 0, 0, path, 1, FRAME_USER);
    maker_put(&m, INT64_MAX - 1, "a", 1, "e", 0, 0, path, 1, FRAME_USER);
    ProfileView view = profile_view(&m.profile);
    HeatSpec spec = {.rows = 1000, .column_ns = 10 * MS, .event = EVENT_ALL};
    assert_true(heat_spec_fit(&spec, &view));
    const HeatGrid *g = heat_build(&m.profile, &view, &spec, &arena);
    assert_true((uint64_t)g->columns * g->rows <= HEAT_MAX_CELLS);
    assert_int_equal(g->shown, 3);
    HeatSpec fine = {.rows = 50, .column_ns = S, .event = EVENT_ALL};
    ProfileView small = {.samples = 1, .first_ns = 0, .last_ns = 3600 * S};
    assert_false(heat_spec_fit(&fine, &small));
    arena_free(&arena);
    maker_free(&m);
}

static void hidden_cells_are_marked(void **state) {
    static const char *const path[] = {"f"};
    static const char *const idle[] = {"do_idle", "intel_idle"};
    Maker m;
    MakeOptions o = {.seed = 1};
    Arena arena;
    (void)state;
    maker_init(&m, &o);
    arena_init(&arena, 0);
    maker_put(&m, 5 * S, "a", 1, "e", 0, 0, path, 1, FRAME_USER);
    maker_put(&m, 5 * S + 500 * MS, "swapper", 0, "e", 0, 0, idle, 2, FRAME_KERNEL);
    maker_put(&m, 5 * S + 990 * MS, "a", 1, "e", 0, 0, path, 1, FRAME_USER);
    ProfileView view = profile_view(&m.profile);
    HeatSpec spec = {.rows = 10, .column_ns = S, .event = EVENT_ALL, .idle = IDLE_KEEP};
    assert_null(heat_build(&m.profile, &view, &spec, &arena)->hidden);
    spec.idle = IDLE_HIDE;
    const HeatGrid *g = heat_build(&m.profile, &view, &spec, &arena);
    assert_non_null(g->hidden);
    for (uint32_t r = 0; r < 10; r++)
        assert_int_equal(g->hidden[r], r == 5);
    assert_int_equal(g->cell[5], 0);
    arena_free(&arena);
    maker_free(&m);
}

static void exports_as_flamescope_does(void **state) {
    static const char *const path[] = {"f"};
    Maker m;
    MakeOptions o = {.seed = 1};
    Arena arena;
    Buf out = {0};
    (void)state;
    maker_init(&m, &o);
    arena_init(&arena, 0);
    maker_put(&m, 5 * S + 10 * MS, "a", 1, "e", 0, 0, path, 1, FRAME_USER);
    maker_put(&m, 6 * S, "a", 1, "e", 0, 0, path, 1, FRAME_USER);
    maker_put(&m, 6 * S + 700 * MS, "a", 1, "e", 0, 0, path, 1, FRAME_USER);
    maker_put(&m, 6 * S + 701 * MS, "a", 1, "e", 0, 0, path, 1, FRAME_USER);
    ProfileView view = profile_view(&m.profile);
    HeatSpec spec = {.rows = 3, .column_ns = S, .event = EVENT_ALL};
    export_heatmap_json(heat_build(&m.profile, &view, &spec, &arena), &m.dict, &out);
    const char *text = out.s;
    assert_non_null(strstr(text, "\"maxvalue\""));
    char squeezed[400];
    size_t n = 0;
    for (const char *s = text; *s && n + 1 < sizeof(squeezed); s++)
        if (*s != ' ' && *s != '\n')
            squeezed[n++] = *s;
    squeezed[n] = 0;
    assert_string_equal(squeezed,
                        "{\"rows\":[666.666667,333.333334,0.0],\"columns\":[0,1],"
                        "\"values\":[[0,0,1],[2,0,1]],\"maxvalue\":2,\"unit\":\"samples\","
                        "\"column_ms\":1000.0}");
    buf_free(&out);
    arena_free(&arena);
    maker_free(&m);
}

/* ---- FlameScope's own numbers ------------------------------------------------------------ */

/* The next number behind *at; false at a `]` that closes the outer list. */
static bool next_number(const char **at, uint64_t *value, int *depth) {
    for (; **at; (*at)++) {
        if (**at == '[')
            (*depth)++;
        else if (**at == ']' && --*depth == 0)
            return false;
        else if (**at >= '0' && **at <= '9') {
            *value = strtoull(*at, (char **)(uintptr_t)at, 10);
            return true;
        }
    }
    return false;
}

static bool load(const char *path, Profile *profile) {
    Jobs *jobs = jobs_new(0);
    Error err = {0};
    LoadOptions options = {.path = path};
    LoadStatus status;
    Loader *loader = loader_start(jobs, profile, &options, &err);
    if (!loader) {
        print_message("%s: %s\n", path, err.message);
        jobs_free(jobs);
        return false;
    }
    while (loader_step(loader))
        ;
    loader_status(loader, &status);
    loader_free(loader);
    jobs_free(jobs);
    return status.state == LOAD_DONE;
}

typedef struct Oracle {
    const char *file, *json;
} Oracle;

/* A fault of FlameScope: it computes with binary fractions, in which 5086.2 s has not quite 200
 * ms and falls into the row below. Moves such samples to where FlameScope puts them; how many.
 */
static uint64_t move_as_doubles_do(const Profile *profile, const ProfileView *view,
                                   const HeatGrid *g, uint32_t *cell) {
    uint64_t moved = 0;
    for (uint64_t i = 0; i < view->samples; i++) {
        PairId id = COLUMN_AT(&profile->pair, PairId, i);
        int64_t t = COLUMN_AT(&profile->time_ns, int64_t, i);
        uint32_t c, r;
        if (idle_pair(profile, id, IDLE_FLAMESCOPE))
            continue;
        assert_true(heat_cell_of(g, t, &c, &r));
        double ts = (double)t / 1e9, whole = (double)(t / S);
        uint32_t theirs = (uint32_t)((ts - whole) * 50);
        moved += theirs != r;
        cell[(size_t)c * 50 + r]--;
        cell[(size_t)c * 50 + theirs]++;
    }
    return moved;
}

static void check_oracle(const char *data, const Oracle *o) {
    char path[1024];
    Dict dict;
    Profile profile;
    Arena arena;
    Buf json = {0};
    Error err = {0};
    snprintf(path, sizeof(path), "%s/oracles/flamescope/%s", data, o->json);
    assert_true(file_read_all(path, &json, 1 << 24, &err));
    dict_init(&dict);
    profile_init(&profile, &dict);
    arena_init(&arena, 0);
    snprintf(path, sizeof(path), "%s/perf-script/%s", data, o->file);
    assert_true(load(path, &profile));
    ProfileView view = profile_view(&profile);
    HeatSpec spec = {.rows = 50, .column_ns = S, .event = EVENT_ALL, .idle = IDLE_FLAMESCOPE};
    const HeatGrid *g = heat_build(&profile, &view, &spec, &arena);
    size_t cells = (size_t)g->columns * 50;
    uint32_t *cell = ARENA_ARRAY(&arena, uint32_t, cells);
    memcpy(cell, g->cell, cells * sizeof(*cell));
    uint64_t moved = move_as_doubles_do(&profile, &view, g, cell);
    const char *at = strstr(json.s, "\"values\":") + strlen("\"values\":");
    uint64_t value, n = 0, differ = 0;
    int depth = 0;
    for (; next_number(&at, &value, &depth); n++) {
        uint32_t c = (uint32_t)(n / 50), r = 49 - (uint32_t)(n % 50);
        assert_true(c < g->columns);
        assert_int_equal(cell[(size_t)c * 50 + r], value);
        differ += g->cell[(size_t)c * 50 + r] != value;
    }
    assert_int_equal(n, cells);
    assert_true(differ <= 2 * moved);
    if (moved)
        print_message("%s: %u samples on the edge of a row, which FlameScope misses\n", o->json,
                      (unsigned)moved);
    buf_free(&json);
    arena_free(&arena);
    profile_free(&profile);
    dict_free(&dict);
}

static void flamescope_agrees(void **state) {
    static const Oracle oracles[] = {
        {"flamegraph/example-perf-stacks.txt.gz", "example-perf-stacks.txt.gz.json"},
        {"flamegraph/perf-cycles-instructions-01.txt", "perf-cycles-instructions-01.txt.json"},
        {"flamegraph/perf-iperf-stacks-pidtid-01.txt", "perf-iperf-stacks-pidtid-01.txt.json"},
        {"flamegraph/perf-java-faults-01.txt", "perf-java-faults-01.txt.json"},
        {"flamegraph/perf-numa-stacks-01.txt", "perf-numa-stacks-01.txt.json"},
        {"flamegraph/perf-rust-Yamakaky-dcpu.txt", "perf-rust-Yamakaky-dcpu.txt.json"},
        {"flamescope/perf.test01", "perf.test01.json"},
        {"speedscope/forks.linux-perf.txt", "forks.linux-perf.txt.json"},
        {"speedscope/simple-with-pid.linux-perf.txt", "simple-with-pid.linux-perf.txt.json"},
        {"speedscope/system-wide.linux-perf.txt", "system-wide.linux-perf.txt.json"},
    };
    const char *data = getenv("FLAMESCOPE_DATA");
    (void)state;
    if (!data || !file_is_folder(data)) {
        print_message("no reference data: set FLAMESCOPE_DATA\n");
        skip();
    }
    for (size_t i = 0; i < sizeof(oracles) / sizeof(*oracles); i++)
        check_oracle(data, &oracles[i]);
}

/* Of sorted times, whatever the run before was like, the end is where it is found one by one. */
static void ends_of_cells(void **state) {
    enum { MOST = 3000 };
    static int64_t time[MOST];
    uint64_t random = 5;
    (void)state;
    for (int round = 0; round < 2000; round++) {
        uint64_t n = 1 + random_below(&random, round % 4 ? 60 : MOST);
        int64_t t = 0;
        for (uint64_t i = 0; i < n; i++)
            time[i] = t += (int64_t)random_below(&random, round % 3 ? 2 : 40);
        HeatCursor at = {.t0 = time[0],
                         .t1 = time[0] + 1 + (int64_t)random_below(&random, (uint64_t)t + 20),
                         .run = random_below(&random, 2 * n)};
        HeatCursor plain = at;
        assert_int_equal(heat_cursor_end(&at, time, n, true),
                         heat_cursor_end(&plain, time, n, false));
        /* what is not so, as in a pack that was cut short, still comes to an end */
        plain = (HeatCursor){.run = random_below(&random, 2 * n)};
        time[n / 2] = 0;
        uint64_t end = heat_cursor_end(&plain, time, n, true);
        assert_true(end >= 1 && end <= n);
    }
}

/* Added in pieces of any length; with low bits all set, high ones too, or neither. */
static void crumbs_are_counted(void **state) {
    enum { PAIRS = 700, SAMPLES = 300 };
    uint64_t random = 11;
    (void)state;
    for (int round = 0; round < 400; round++) {
        uint8_t value[PAIRS];
        uint32_t sample[SAMPLES];
        uint64_t low = 0, high = 0;
        Crumbs c = {0};
        for (uint32_t i = 0; i < PAIRS; i++)
            value[i] = (uint8_t)(random_below(&random, 4) | (round % 4) |
                                 (i == 9 && round % 8 == 1 ? 2u : 0));
        value[0] = CRUMB_LOW | CRUMB_HIGH; /* as the empty pair has, whatever is said of it */
        for (int again = 0; again < 2; again++) {
            crumbs_forget(&c);
            for (uint64_t n; c.count < PAIRS;) {
                n = 1 + random_below(&random, round % 2 ? 9 : 200);
                n = n < PAIRS - c.count ? n : PAIRS - c.count;
                if (c.count == 0)
                    value[0] = (uint8_t)random_below(&random, 4);
                crumbs_add(&c, value + c.count, n);
                value[0] = CRUMB_LOW | CRUMB_HIGH;
            }
        }
        for (uint32_t i = 0; i < SAMPLES; i++) {
            sample[i] = (uint32_t)random_below(&random, PAIRS);
            assert_int_equal(crumb_at(&c, sample[i]), value[sample[i]]);
            low += value[sample[i]] & CRUMB_LOW;
            high += value[sample[i]] / CRUMB_HIGH;
        }
        CrumbSum sum = crumbs_sum(&c, sample, SAMPLES);
        assert_int_equal(sum.low, low);
        assert_int_equal(sum.high, high);
        crumbs_free(&c);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ends_of_cells),
        cmocka_unit_test(crumbs_are_counted),
        cmocka_unit_test(rows_tile_columns),
        cmocka_unit_test(agrees_with_definition),
        cmocka_unit_test(grows),
        cmocka_unit_test(one_wild_time),
        cmocka_unit_test(hidden_cells_are_marked),
        cmocka_unit_test(exports_as_flamescope_does),
        cmocka_unit_test(flamescope_agrees),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

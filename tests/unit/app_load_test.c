/* A file that is drawn while it loads ends in the same picture as one drawn only afterwards: every
 * part that is updated piece by piece (heat grid, texels, ranks, answers) must come out the same.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "app/app.h"
#include "app/dump.h"
#include "app/program.h"
#include "base/file.h"

typedef struct Run {
    App *app;
    FrameInput in;
    FrameOutput out;
    uint32_t images; /* generations of the heat map's picture that were seen */
    uint64_t last;
} Run;

static void frame(Run *r) {
    r->in.now_ns += 16666667;
    app_frame(r->app, &r->in, &r->out);
    const DrawList *d = r->out.window[0].draw;
    for (uint32_t i = 0; i < d->images; i++) {
        if (d->image[i].w > 1 && d->image[i].generation != r->last) {
            r->last = d->image[i].generation;
            r->images++;
        }
    }
}

static void start(Run *r, const char *path) {
    *r = (Run){0};
    r->app = app_new(&(AppOptions){.fonts = fonts_fixed(), .headless = true});
    r->in.windows = 1;
    r->in.window[0] = (WindowInput){.w = 1600, .h = 900, .scale = 1, .focused = true};
    Error err = {0};
    if (!app_open(r->app, 0, path, &err))
        fail_msg("%s", err.message);
}

static void finish(Run *r) {
    for (int i = 0; i < 60; i++) { /* motions end */
        while (app_work(r->app))
            continue;
        frame(r);
    }
    assert_true(app_settled(r->app));
}

/* The heat map's texels, the largest image of the frame. */
static const DrawImage *picture(const Run *r) {
    const DrawList *d = r->out.window[0].draw;
    const DrawImage *best = NULL;
    for (uint32_t i = 0; i < d->images; i++)
        if (!best || d->image[i].w * d->image[i].h > best->w * best->h)
            best = &d->image[i];
    assert_non_null(best);
    return best;
}

static void same(const char *name) {
    char path[1024];
    const char *source = getenv("FLAMESCOPE_SOURCE");
    snprintf(path, sizeof path, "%s/examples/%s", source ? source : ".", name);
    Run stepwise, whole;
    start(&stepwise, path);
    for (int i = 0; i < 100000 && !app_settled(stepwise.app); i++) {
        frame(&stepwise);
        app_work(stepwise.app);
    }
    finish(&stepwise);
    start(&whole, path);
    while (app_work(whole.app))
        continue;
    finish(&whole);
    const DrawImage *a = picture(&stepwise), *b = picture(&whole);
    assert_int_equal(a->w, b->w);
    assert_int_equal(a->h, b->h);
    assert_memory_equal(a->rgba, b->rgba, (size_t)a->w * a->h * 4);
    assert_true(stepwise.images > whole.images);
    Buf one = {0}, two = {0};
    dump_state(stepwise.app, &one);
    dump_layout(stepwise.app, &one);
    dump_state(whole.app, &two);
    dump_layout(whole.app, &two);
    assert_string_equal(one.s, two.s);
    buf_free(&one);
    buf_free(&two);
    app_free(stepwise.app);
    app_free(whole.app);
}

static void test_shop(void **unused) {
    (void)unused;
    same("shop.perf.gz");
}

static void test_report(void **unused) {
    (void)unused;
    same("report.perf.gz");
}

/* What is no profile is refused in words, and what is shown stays. */
static void test_a_wrong_file_costs_nothing(void **state) {
    (void)state;
    char path[1024], bad[1024], other[1024];
    const char *source = getenv("FLAMESCOPE_SOURCE");
    Error err = {0};
    Run r;
    snprintf(path, sizeof path, "%s/examples/shop.perf.gz", source ? source : ".");
    snprintf(bad, sizeof bad, "%s/CMakeLists.txt", source ? source : ".");
    snprintf(other, sizeof other, "%s/examples/report.perf.gz", source ? source : ".");
    start(&r, path);
    finish(&r);
    uint64_t samples = r.app->session.slot[0].view.samples;
    assert_true(samples > 0);
    const char *wrong[] = {bad, "/nowhere/at/all"};
    for (size_t i = 0; i < 2; i++) {
        for (uint32_t slot = 0; slot < 2; slot++) {
            err = (Error){0};
            assert_false(app_open(r.app, slot, wrong[i], &err));
            assert_true(err.message[0]);
            finish(&r);
            assert_int_equal(r.app->state.mode, MODE_NORMAL);
            assert_string_equal(r.app->state.file[0], path);
            assert_int_equal(r.app->session.slot[0].view.samples, samples);
            assert_false(r.app->session.slot[1].open);
        }
    }
    assert_true(app_open(r.app, 0, other, &err)); /* and a right one takes its place */
    finish(&r);
    assert_string_equal(r.app->state.file[0], other);
    app_free(r.app);
}

/* A profile shorter than a column is drawn with shorter ones, where its samples are; the next file
 * has the usual ones again, and who said how long columns are is obeyed. */
static void test_a_short_profile(void **state) {
    (void)state;
    char path[1024], shop[1024];
    const char *source = getenv("FLAMESCOPE_SOURCE"), *tmp = getenv("TMPDIR");
    snprintf(shop, sizeof shop, "%s/examples/shop.perf.gz", source ? source : ".");
    snprintf(path, sizeof path, "%s/flamescope-short-%ld.txt", tmp ? tmp : "/tmp", (long)getpid());
    Buf text = {0};
    for (int i = 0; i < 130; i++)
        buf_printf(&text, "app 7 [000] 5.%06d: cycles: \n\t1 work (/bin/app)\n\n",
                   400000 + i * 1000);
    Error err = {0};
    assert_true(file_write_all(path, buf_str(&text), &err));
    Run r;
    start(&r, shop);
    finish(&r);
    assert_int_equal(r.app->state.column_ns, 1000000000);
    assert_true(app_run(r.app, CMD_OPEN, str_of(path), &err));
    finish(&r);
    assert_int_equal(r.app->state.column_ns, 10000000);
    assert_true(r.app->state.view.on);
    assert_int_equal(r.app->state.view.t0_ns, 5400000000);
    assert_int_equal(r.app->state.view.t1_ns, 5530000000);
    assert_true(app_run(r.app, CMD_OPEN, str_of(shop), &err));
    finish(&r);
    assert_int_equal(r.app->state.column_ns, 1000000000);
    assert_false(r.app->state.view.on);
    app_free(r.app);
    start(&r, path); /* as scenes open a file */
    finish(&r);
    assert_int_equal(r.app->state.column_ns, 1000000000);
    app_free(r.app);
    unlink(path);
    buf_free(&text);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_shop), cmocka_unit_test(test_report),
                                       cmocka_unit_test(test_a_wrong_file_costs_nothing),
                                       cmocka_unit_test(test_a_short_profile)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* What belongs to one file is not taken for another's, and what goes wrong with files is told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "app/program.h"
#include "base/file.h"
#include "unit/app_rig_helper.h"

static void open_example(Run *r, uint32_t slot, const char *name) {
    Error err = {0};
    char path[1200];
    path_join(path, sizeof path, r->app->examples, name);
    if (!app_open(r->app, slot, path, &err))
        fail_msg("%s", err.message);
    settle(r);
}

static Str lit(const Run *r) {
    const LinkMatch *m = &r->app->lit;
    return m->kind == LINK_FUNCTION ? dict_symbol(&r->app->session.dict, m->id) : STR("");
}

static void a_pinned_function_is_found_anew(void **state) {
    Run r;
    (void)state;
    start(&r);
    open_example(&r, 0, "shop.perf.gz");
    run(&r, "link.pin parse_json");
    assert_true(str_eq_c(lit(&r), "parse_json"));
    open_example(&r, 0, "report.perf.gz");
    assert_int_equal(lit(&r).n, 0);
    open_example(&r, 0, "shop.perf.gz");
    assert_true(str_eq_c(lit(&r), "parse_json"));
    app_free(r.app);
}

static void a_load_that_waited_finds_it_anew(void **state) {
    Run r;
    (void)state;
    start(&r);
    open_example(&r, 0, "shop.perf.gz");
    run(&r, "link.pin parse_json");
    open_example(&r, 1, "report.perf.gz");
    Error err = {0};
    char path[1200];
    path_join(path, sizeof path, r.app->examples, "report.perf.gz");
    assert_true(app_open(r.app, 1, path, &err)); /* not read yet when … */
    path_join(path, sizeof path, r.app->examples, "shop.perf.gz");
    assert_true(app_open(r.app, 0, path, &err)); /* … this one waits for it */
    assert_true(r.app->session.slot[0].waiting);
    settle(&r);
    assert_true(str_eq_c(lit(&r), "parse_json"));
    app_free(r.app);
}

/* Loading stops in both; one that waits is given up. */
static void stopping_stops_every_load(void **state) {
    Run r;
    Error err = {0};
    char path[1200];
    (void)state;
    start(&r);
    open_example(&r, 0, "report.perf.gz");
    path_join(path, sizeof path, r.app->examples, "shop.perf.gz");
    assert_true(app_open(r.app, 1, path, &err));
    assert_true(app_do(r.app, STR("load.cancel"), &err));
    settle(&r);
    assert_int_equal(r.app->session.slot[1].load.state, LOAD_CANCELLED);
    assert_true(app_open(r.app, 1, path, &err));
    assert_true(app_open(r.app, 0, path, &err));
    assert_true(app_do(r.app, STR("load.cancel"), &err));
    settle(&r);
    assert_true(!r.app->session.slot[0].open && !r.app->state.file[0][0]);
    assert_true(app_shows_browser(r.app) && r.app->browser.folder[0]);
    assert_int_equal(r.app->session.slot[1].load.state, LOAD_DONE); /* what it waited for */
    app_free(r.app);
}

static void a_failed_save_names_the_file(void **state) {
    Run r;
    (void)state;
    start(&r);
    open_example(&r, 0, "shop.perf.gz");
    run(&r, "export.png /nowhere/at/all/window.png");
    assert_non_null(strstr(r.app->notice, "window.png: "));
    app_free(r.app);
}

static void the_palette_is_gone_when_its_command_runs(void **state) {
    Run r;
    (void)state;
    start(&r);
    open_example(&r, 0, "shop.perf.gz");
    key(&r, "Ctrl+P");
    type(&r, "export.png");
    uint32_t without = 0;
    Chord c;
    assert_true(chord_parse(STR("Enter"), &c));
    frame(&r, &(InputEvent){.kind = INPUT_KEY, .key = c.key});
    assert_true(r.app->palette.chosen && !r.app->palette.open && !r.app->saver.busy);
    without = r.app->draw.commands;
    frame(&r, NULL);
    assert_true(r.app->saver.busy && r.app->draw.commands < without);
    settle(&r);
    remove(r.app->saver.path);
    app_free(r.app);
}

/* The presenter's window is not the program's. */
static void closing_the_presenters_window_ends_the_talk(void **state) {
    Run r;
    (void)state;
    start(&r);
    open_example(&r, 0, "shop.perf.gz");
    run(&r, "present.toggle");
    assert_true(r.app->present.on);
    frame(&r, &(InputEvent){.kind = INPUT_CLOSE, .window = 1});
    assert_true(!r.app->present.on && !r.app->quit);
    frame(&r, &(InputEvent){.kind = INPUT_CLOSE});
    assert_true(r.app->quit);
    app_free(r.app);
}

/* A state that names another file: nothing of the one before comes along, and no step leads back.
 */
static void a_state_of_another_file(void **state) {
    Run r;
    char command[1300];
    Error err = {0};
    (void)state;
    start(&r);
    open_example(&r, 0, "shop.perf.gz");
    run(&r, "select.range 10..20");
    snprintf(command, sizeof command, "state.set a=%s/report.perf.gz&rows=40", r.app->examples);
    run(&r, command);
    assert_non_null(strstr(r.app->state.file[0], "report"));
    assert_true(!r.app->state.selection.on && r.app->state.rows == 40);
    assert_false(history_can_back(&r.app->history));
    State before = r.app->state;
    assert_false(app_do(r.app, STR("state.set b=/nowhere.perf&rows=7&compare=file"), &err));
    assert_non_null(strstr(err.message, "nowhere.perf: "));
    assert_true(state_same(&before, &r.app->state));
    app_free(r.app);
}

/* Threads of a format without numbers: each can be shown. */
static void threads_without_numbers_are_chosen(void **state) {
    static const char profile[] =
        "{\"$schema\":\"https://www.speedscope.app/file-format-schema.json\",\"shared\":{"
        "\"frames\":[{\"name\":\"f\"}]},\"profiles\":["
        "{\"type\":\"sampled\",\"name\":\"one\",\"unit\":\"milliseconds\",\"startValue\":0,"
        "\"endValue\":30,\"samples\":[[0],[0],[0]],\"weights\":[10,10,10]},"
        "{\"type\":\"sampled\",\"name\":\"two\",\"unit\":\"milliseconds\",\"startValue\":0,"
        "\"endValue\":20,\"samples\":[[0],[0]],\"weights\":[10,10]},"
        "{\"type\":\"sampled\",\"name\":\"three\",\"unit\":\"milliseconds\",\"startValue\":0,"
        "\"endValue\":10,\"samples\":[[0]],\"weights\":[10]}]}";
    static const char *const want[] = {"one", "two", "three", "one"};
    char path[] = "/tmp/flamescope-threads-XXXXXX";
    int fd = mkstemp(path);
    Run r;
    Error err = {0};
    (void)state;
    assert_true(fd >= 0 && write(fd, profile, sizeof profile - 1) == sizeof profile - 1);
    close(fd);
    start(&r);
    assert_true(app_open(r.app, 0, path, &err));
    settle(&r);
    run(&r, "flame.shape chart");
    for (int i = 0; i < 4; i++) {
        const Chart *c = chart_pane_shown(&r.app->chart, r.app->session.engine);
        assert_non_null(c);
        assert_true(str_eq_c(names_get(&r.app->session.dict.names, c->thread.comm), want[i]));
        assert_int_equal(c->thread.samples, i % 3 == 0 ? 3 : 3 - i);
        run(&r, "chart.next-thread");
    }
    app_free(r.app);
    unlink(path);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_pinned_function_is_found_anew),
        cmocka_unit_test(a_state_of_another_file),
        cmocka_unit_test(threads_without_numbers_are_chosen),
        cmocka_unit_test(a_load_that_waited_finds_it_anew),
        cmocka_unit_test(stopping_stops_every_load),
        cmocka_unit_test(a_failed_save_names_the_file),
        cmocka_unit_test(the_palette_is_gone_when_its_command_runs),
        cmocka_unit_test(closing_the_presenters_window_ends_the_talk),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Playback: where its window is as a function of time, and what the program makes of it. */
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

#define SECOND INT64_C(1000000000)

static char folder[] = "/tmp/app-playback-XXXXXX";

static Playback of_minute(void) {
    Playback p = {0};
    playback_begin(&p, (Range){true, 100 * SECOND, 160 * SECOND}, &(Range){0}, SECOND, 0);
    return p;
}

static int64_t at(const Playback *p, int64_t now_ns) {
    bool ended;
    Range r = playback_range(p, now_ns, &ended);
    assert_true(r.on && r.t1_ns - r.t0_ns == p->window_ns);
    assert_true(r.t0_ns >= p->bounds.t0_ns && r.t1_ns <= p->bounds.t1_ns);
    return r.t0_ns - p->bounds.t0_ns;
}

static void begins_as_one_expects(void **state) {
    static const struct {
        int64_t span, selected, want_window, want_speed;
    } rows[] = {
        {60 * SECOND, 0, SECOND, 2000000},
        {60 * SECOND, 3 * SECOND, 3 * SECOND, 2000000},
        {60 * SECOND, 60 * SECOND, SECOND,
         2000000}, /* everything is selected: it could not slide */
        {SECOND, 0, SECOND / 10, 100000},
        {86400 * SECOND, 0, SECOND, 100000000},
        {1, 0, 1, 100000},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        Playback p = {0};
        Range s = {rows[i].selected > 0, 5, 5 + rows[i].selected};
        playback_begin(&p, (Range){true, 5, 5 + rows[i].span}, &s, SECOND, 77);
        assert_true(p.on && !p.playing);
        assert_int_equal(p.window_ns, rows[i].want_window);
        assert_int_equal(p.speed, rows[i].want_speed);
        assert_int_equal(at(&p, 77), 0);
    }
}

static void slides_with_time(void **state) {
    Playback p = of_minute();
    bool ended;
    (void)state;
    assert_int_equal(at(&p, 10 * SECOND), 0); /* paused */
    playback_play(&p, true, 10 * SECOND);
    assert_int_equal(at(&p, 10 * SECOND), 0);
    assert_int_equal(at(&p, 13 * SECOND + 1), 6 * SECOND + 2);
    assert_int_equal(at(&p, 13 * SECOND), 6 * SECOND); /* asked again, whatever was asked between */
    assert_int_equal(at(&p, 9 * SECOND), 0);
    playback_set_speed(&p, 500000, 13 * SECOND); /* from where it is */
    assert_int_equal(at(&p, 13 * SECOND), 6 * SECOND);
    assert_int_equal(at(&p, 15 * SECOND), 7 * SECOND);
    playback_play(&p, false, 15 * SECOND);
    assert_int_equal(at(&p, 99 * SECOND), 7 * SECOND);
    playback_play(&p, true, 100 * SECOND);
    assert_int_equal(at(&p, 102 * SECOND), 8 * SECOND);
    playback_seek(&p, 158 * SECOND, 102 * SECOND);
    assert_int_equal(at(&p, 104 * SECOND), 59 * SECOND);
    assert_int_equal(at(&p, 500 * SECOND), 59 * SECOND); /* the end */
    playback_range(&p, 103 * SECOND, &ended);
    assert_false(ended);
    playback_range(&p, 104 * SECOND, &ended);
    assert_true(ended);
    playback_play(&p, false, 104 * SECOND);
    playback_play(&p, true, 105 * SECOND); /* again from the beginning */
    assert_int_equal(at(&p, 107 * SECOND), SECOND);
}

static void loops_and_steps(void **state) {
    Playback p = of_minute();
    bool ended;
    (void)state;
    p.loop = true;
    playback_play(&p, true, 0);
    assert_int_equal(at(&p, 29 * SECOND), 58 * SECOND);
    assert_int_equal(at(&p, 30 * SECOND), SECOND); /* 59 s are the whole way */
    playback_range(&p, 1000 * SECOND, &ended);
    assert_false(ended);
    assert_int_equal(at(&p, INT64_MAX), (int64_t)((__int128)INT64_MAX * 2 % (59 * SECOND)));
    p.loop = false;
    p.steps = true;
    assert_int_equal(at(&p, SECOND - 1), 0);
    assert_int_equal(at(&p, SECOND), 2 * SECOND);
    assert_int_equal(at(&p, 2 * SECOND - 1), 2 * SECOND);
}

static void length_and_recording_change(void **state) {
    Playback p = of_minute();
    (void)state;
    playback_play(&p, true, 0);
    assert_false(playback_set_window(&p, 60 * SECOND, 5 * SECOND));
    assert_false(playback_set_window(&p, 0, 5 * SECOND));
    assert_true(
        playback_set_window(&p, 55 * SECOND, 20 * SECOND)); /* it does not reach over the end */
    assert_int_equal(at(&p, 20 * SECOND), 5 * SECOND);
    p = of_minute();
    playback_play(&p, true, 0);
    playback_set_bounds(&p, (Range){true, 100 * SECOND, 200 * SECOND},
                        10 * SECOND); /* more has come */
    assert_int_equal(at(&p, 10 * SECOND), 20 * SECOND);
    assert_int_equal(at(&p, 1000 * SECOND), 99 * SECOND);
    assert_int_equal(playback_lasts_ns(&p), 99 * SECOND / 2);
}

/* ---- in the program ---------------------------------------------------------------------- */

typedef struct World {
    App *app;
    int64_t now_ns, wake_ns;
    char profile[700];
} World;

static void frames(World *w, int64_t ns) {
    for (int64_t end = w->now_ns + ns; w->now_ns < end; w->now_ns += 20000000) {
        FrameInput in = {.now_ns = w->now_ns,
                         .windows = 1,
                         .window = {{1280, 720, 1, false, true}},
                         .clock_minute = -1};
        FrameOutput out;
        while (app_work(w->app)) {
        }
        app_frame(w->app, &in, &out);
        w->wake_ns = out.next_wake_ns;
    }
}

static void run(World *w, const char *command, int64_t ns) {
    Error err = {0};
    if (!app_do(w->app, str_of(command), &err))
        fail_msg("%s: %s", command, err.message);
    frames(w, ns);
}

static void world_open(World *w) {
    Error err = {0};
    Buf text = {0};
    char scenes[720];
    memset(w, 0, sizeof *w);
    snprintf(w->profile, sizeof w->profile, "%s/play.perf", folder);
    snprintf(scenes, sizeof scenes, "%s.scenes", w->profile);
    remove(scenes);
    for (int i = 0; i <= 60; i++)
        buf_printf(&text, "a 1 [000] %d.000000: 1 cycles:\n\t1 work%d (x)\n\t2 main (x)\n\n",
                   10 + i, i % 3);
    assert_true(file_write_all(w->profile, buf_str(&text), &err));
    buf_free(&text);
    w->app = app_new(&(AppOptions){.fonts = fonts_fixed(), .examples = folder});
    assert_true(app_open(w->app, 0, w->profile, &err));
    frames(w, 400000000);
}

static int64_t t0(const World *w) {
    return w->app->state.selection.t0_ns;
}

static int64_t length(const World *w) {
    return w->app->state.selection.t1_ns - t0(w);
}

static bool near(int64_t a, int64_t b) {
    return llabs(a - b) <= 60000000; /* frames stand 20 ms apart, at twice the speed */
}

static void a_playback(void **state) {
    World w;
    (void)state;
    world_open(&w);
    run(&w, "play.toggle", 2 * SECOND);
    assert_true(w.app->playback.playing && near(t0(&w), 14 * SECOND) && length(&w) == SECOND);
    assert_true(w.wake_ns <= w.now_ns); /* the next frame at once */
    run(&w, "select.ns 30000000000..33000000000",
        SECOND); /* by hand: it goes on from there, as long */
    assert_true(w.app->playback.playing && near(t0(&w), 32 * SECOND) && length(&w) == 3 * SECOND);
    run(&w, "select.ns 20000000000..20020000000",
        SECOND); /* a click on a cell is a place to go to */
    assert_true(near(t0(&w), 22 * SECOND) && length(&w) == 3 * SECOND);
    run(&w, "play.next", SECOND); /* pauses */
    int64_t paused = t0(&w);
    assert_true(!w.app->playback.playing && near(paused, 23 * SECOND));
    run(&w, "play.previous-cell", 5 * SECOND);
    assert_int_equal(t0(&w), paused - 20000000);
    assert_true(w.wake_ns == INT64_MAX); /* nothing moves, nothing is drawn */
    run(&w, "select.right", SECOND);     /* the arrows move the window, too */
    assert_int_equal(t0(&w), paused - 20000000 + SECOND);
    run(&w, "play.seek 69000000000", SECOND);
    assert_int_equal(t0(&w), 67 * SECOND + 1);
    run(&w, "play.toggle", SECOND);
    assert_true(near(t0(&w), 12 * SECOND));
    run(&w, "play.window 10s", SECOND);
    run(&w, "play.speed 100", SECOND);
    assert_true(t0(&w) == 60 * SECOND + 1 && !w.app->playback.playing); /* the end, and it pauses */
    run(&w, "app.escape", SECOND);
    assert_true(!w.app->playback.on && w.app->state.selection.on);
    run(&w, "app.escape", SECOND);
    assert_false(w.app->state.selection.on);
    run(&w, "play.toggle", SECOND);
    run(&w, "history.back", SECOND); /* to before it was played */
    assert_false(w.app->playback.on || w.app->state.selection.on);
    Error err = {0};
    run(&w, "play.toggle", SECOND);
    assert_false(app_do(w.app, STR("play.window 61s"), &err));
    assert_false(app_do(w.app, STR("play.speed 0"), &err));
    app_free(w.app);
}

/* A view of a part turns over with the window, but not when it was moved away from it. */
static void the_view_follows(void **state) {
    World w;
    (void)state;
    world_open(&w);
    run(&w, "time.view 10000000000..20000000000", 0);
    run(&w, "play.toggle", 6 * SECOND);
    Range view = w.app->state.view;
    assert_true(near(t0(&w), 22 * SECOND));
    assert_true(view.on && view.t0_ns <= t0(&w) && view.t1_ns > t0(&w) + SECOND &&
                view.t1_ns - view.t0_ns == 10 * SECOND);
    run(&w, "time.view 50000000000..60000000000", 2 * SECOND);
    assert_int_equal(w.app->state.view.t0_ns, 50 * SECOND);
    app_free(w.app);
}

static void reduced_motion(void **state) {
    World w;
    (void)state;
    world_open(&w);
    w.app->reduced_motion = true;
    run(&w, "play.toggle", SECOND / 2);
    assert_int_equal(t0(&w), 10 * SECOND);
    assert_true(w.wake_ns > w.now_ns + 400000000 && w.wake_ns < w.now_ns + 600000000);
    frames(&w, SECOND);
    assert_int_equal(t0(&w), 12 * SECOND);
    app_free(w.app);
}

/* A profile that closes, or a scene that is shown, ends it. */
static void it_ends(void **state) {
    World w;
    Error err = {0};
    (void)state;
    world_open(&w);
    run(&w, "select.ns 40000000000..41000000000", 0);
    run(&w, "scene.save Here", SECOND);
    run(&w, "play.toggle", SECOND);
    run(&w, "scene.show 1", 2 * SECOND);
    assert_true(!w.app->playback.on && t0(&w) == 40 * SECOND);
    run(&w, "play.toggle", SECOND);
    assert_true(app_open(w.app, 0, w.profile, &err));
    frames(&w, SECOND);
    assert_false(w.app->playback.on);
    app_free(w.app);
}

/* The scenes as a page, from the window, which is afterwards as it was. */
static void scenes_are_saved(void **state) {
    World w;
    Error err = {0};
    Buf page = {0};
    char path[800], command[900];
    (void)state;
    world_open(&w);
    snprintf(path, sizeof path, "%s/talk.html", folder);
    snprintf(command, sizeof command, "scene.html %s", path);
    assert_false(app_do(w.app, str_of(command), &err)); /* there is none */
    run(&w, "select.ns 40000000000..41000000000", 0);
    run(&w, "scene.save <One> & only", SECOND);
    run(&w, "scene.note first line|second", 0);
    run(&w, "select.ns 20000000000..25000000000", 0);
    run(&w, "scene.save Two", SECOND);
    run(&w, "select.ns 50000000000..52000000000", SECOND);
    State before = w.app->state;
    run(&w, command, SECOND);
    for (int i = 0; i < 100 && w.app->reel.on; i++)
        frames(&w, SECOND / 10);
    assert_true(!w.app->reel.on && !w.app->present.on && state_same(&before, &w.app->state));
    assert_non_null(strstr(w.app->notice, "Saved"));
    assert_true(file_read_all(path, &page, 1 << 26, &err));
    assert_non_null(strstr(page.s, "<h2>&lt;One&gt; &amp; only</h2>"));
    assert_non_null(strstr(page.s, "<p>first line\nsecond</p>"));
    assert_non_null(strstr(page.s, "id=\"scene-2\""));
    assert_null(strstr(page.s, "id=\"scene-3\""));
    remove(path);
    run(&w, command, 0); /* stopped on its way: no file, and all as it was */
    assert_true(w.app->reel.on);
    run(&w, "app.escape", SECOND);
    assert_true(!w.app->reel.on && !file_exists(path) && state_same(&before, &w.app->state));
    buf_free(&page);
    app_free(w.app);
}

static int set_up(void **state) {
    (void)state;
    return mkdtemp(folder) ? 0 : -1;
}

static int tear_down(void **state) {
    char path[800];
    (void)state;
    snprintf(path, sizeof path, "%s/play.perf", folder);
    remove(path);
    snprintf(path, sizeof path, "%s/play.perf.scenes", folder);
    remove(path);
    return rmdir(folder);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(begins_as_one_expects),
        cmocka_unit_test(slides_with_time),
        cmocka_unit_test(loops_and_steps),
        cmocka_unit_test(length_and_recording_change),
        cmocka_unit_test(a_playback),
        cmocka_unit_test(the_view_follows),
        cmocka_unit_test(reduced_motion),
        cmocka_unit_test(it_ends),
        cmocka_unit_test(scenes_are_saved),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}

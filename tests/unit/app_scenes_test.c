/* Scenes: the file they live in, another recording's times, sliding, and what no longer fits. */
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

static char folder[] = "/tmp/app-scenes-XXXXXX";

static void fill(Scenes *s) {
    Scene *a = scenes_add(s), *b;
    snprintf(a->title, SCENE_TITLE, "The burst: 50 %% of all & more");
    snprintf(a->note, SCENE_NOTE, "First line\nsecond line");
    a->state.selection = (Range){true, 1000, 2000};
    snprintf(a->state.zoom, STATE_ZOOM, "main\tapp\nwork = 1\t/lib/a b.so\n");
    a->callout[0] =
        (Callout){.kind = CALLOUT_BOX, .range = {true, 1100, 1200}, .text = "Here, twice"};
    a->callout[1].kind = CALLOUT_ARROW;
    snprintf(a->callout[1].frame, STATE_ZOOM, "main\tapp\n");
    a->callouts = 2;
    b = scenes_add(s);
    snprintf(b->state.file[1], STATE_PATH, "other profile.gz");
    s->has_origin = true;
    s->origin_ns = 500;
}

static void the_longest_note_goes_round(void **state) {
    Scenes s = {0}, t = {0};
    Buf text = {0};
    Error err = {0};
    (void)state;
    memset(scenes_add(&s)->note, 'x', SCENE_NOTE - 1);
    scenes_format(&s, &text);
    assert_true(scenes_parse(buf_str(&text), &t, &err));
    assert_string_equal(t.scene[0]->note, s.scene[0]->note);
    buf_clear(&text);
    s.scene[0]->note[500] = '\n';
    scenes_format(&s, &text);
    scenes_free(&t);
    t = (Scenes){0};
    assert_true(scenes_parse(buf_str(&text), &t, &err));
    assert_string_equal(t.scene[0]->note, s.scene[0]->note);
    scenes_free(&s);
    scenes_free(&t);
    buf_free(&text);
}

static void file_goes_round(void **state) {
    Scenes s = {0}, t = {0};
    Buf text = {0}, again = {0};
    (void)state;
    fill(&s);
    scenes_format(&s, &text);
    Error err = {0};
    assert_true(scenes_parse(buf_str(&text), &t, &err));
    assert_int_equal(t.count, 2);
    assert_true(t.has_origin && t.origin_ns == 500);
    assert_string_equal(t.scene[0]->note, "First line\nsecond line");
    assert_string_equal(t.scene[0]->title, s.scene[0]->title);
    assert_string_equal(t.scene[0]->callout[1].frame, "main\tapp\n");
    assert_string_equal(t.scene[0]->callout[0].text, "Here, twice");
    assert_true(state_same(&t.scene[0]->state, &s.scene[0]->state));
    assert_string_equal(t.scene[1]->state.file[1], "other profile.gz");
    scenes_format(&t, &again);
    assert_string_equal(text.s, again.s);
    buf_free(&text);
    buf_free(&again);
    scenes_free(&s);
    scenes_free(&t);
}

static void bad_files_say_where(void **state) {
    static const struct {
        const char *text, *words;
    } cases[] = {
        {"", "no file of scenes"},
        {"FlameScope scenes 2\n", "newer FlameScope"},
        {"FlameScope scenes 1\nnote early\n", "line 2"},
        {"FlameScope scenes 1\n\nscene a\nstatus b\n", "line 4"},
        {"FlameScope scenes 1\nscene a\nstate sel=5..1\n", "line 3"},
        {"FlameScope scenes 1\nscene a\ncallout ring 1..2 x\n", "box or an arrow"},
        {"FlameScope scenes 1\nscene a\ncallout box 2..1 x\n", "T0..T1"},
        {"FlameScope scenes 1\norigin soon\n", "nanoseconds"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        Scenes s = {0};
        Error err = {0};
        assert_false(scenes_parse(str_of(cases[i].text), &s, &err));
        if (!strstr(err.message, cases[i].words))
            fail_msg("%s: %s", cases[i].text, err.message);
        assert_int_equal(s.count, 0);
    }
}

/* Any beginning of a file is read or refused, never half believed. */
static void cut_files(void **state) {
    Scenes s = {0};
    Buf text = {0};
    (void)state;
    fill(&s);
    scenes_format(&s, &text);
    for (size_t n = 0; n <= text.n; n++) {
        Scenes t = {0};
        Error err = {0};
        if (!scenes_parse((Str){text.s, n}, &t, &err))
            assert_true(err.kind != ERROR_NONE && t.count == 0);
        scenes_free(&t);
    }
    buf_free(&text);
    scenes_free(&s);
}

static void order(const Scenes *s, const char *want) {
    char got[16] = {0};
    for (uint32_t i = 0; i < s->count; i++)
        got[i] = s->scene[i]->title[0];
    assert_string_equal(got, want);
}

static void scenes_are_moved(void **state) {
    Scenes s = {0};
    (void)state;
    for (const char *c = "abcd"; *c; c++)
        scenes_add(&s)->title[0] = *c;
    order(&s, "abcd");
    assert_int_equal(s.at, 3);
    scenes_move(&s, 0, 2);
    order(&s, "bcad");
    assert_int_equal(s.at, 3);
    scenes_move(&s, 3, 0);
    order(&s, "dbca");
    assert_int_equal(s.at, 0);
    scenes_add(&s)->title[0] = 'x'; /* behind the one shown last */
    order(&s, "dxbca");
    scenes_remove(&s, 0);
    order(&s, "xbca");
    assert_int_equal(s.at, 0);
    scenes_move(&s, 7, 0);
    scenes_remove(&s, 9);
    order(&s, "xbca");
    scenes_free(&s);
    for (int i = 0; i < SCENES; i++)
        assert_non_null(scenes_add(&s));
    assert_null(scenes_add(&s));
    scenes_free(&s);
}

static void other_recordings(void **state) {
    State s;
    (void)state;
    state_init(&s);
    s.selection = (Range){true, 1000, 2000};
    s.baseline = (Range){true, 10, 20};
    s.baseline_kind = BASELINE_RANGE;
    state_shift(&s, -500);
    assert_true(s.selection.on && s.selection.t0_ns == 500 && s.selection.t1_ns == 1500);
    assert_true(s.baseline.t0_ns == -490);
    s.baseline_kind = BASELINE_FILE; /* of the other file's clock */
    state_shift(&s, 100);
    assert_true(s.baseline.t0_ns == -490);
    state_shift(&s, INT64_MAX);
    assert_false(s.selection.on);
}

/* ---- in the program ---------------------------------------------------------------------- */

typedef struct World {
    App *app;
    int64_t now_ns;
    char profile[700], scenes[720];
} World;

static void frames(World *w, int64_t ns) {
    for (int64_t end = w->now_ns + ns; w->now_ns < end; w->now_ns += 16000000) {
        FrameInput in = {.now_ns = w->now_ns,
                         .windows = 1,
                         .window = {{1280, 720, 1, false, true}},
                         .clock_minute = -1};
        FrameOutput out;
        while (app_work(w->app)) {
        }
        app_frame(w->app, &in, &out);
    }
}

static void world_open(World *w, const char *text) {
    Error err = {0};
    memset(w, 0, sizeof(*w));
    snprintf(w->profile, sizeof(w->profile), "%s/talk.perf", folder);
    snprintf(w->scenes, sizeof(w->scenes), "%s.scenes", w->profile);
    if (text)
        assert_true(file_write_all(w->profile, str_of(text), &err));
    w->app = app_new(&(AppOptions){.fonts = fonts_fixed(), .examples = folder});
    assert_true(app_open(w->app, 0, w->profile, &err));
    frames(w, 400000000);
}

static void run(World *w, const char *command) {
    Error err = {0};
    if (!app_do(w->app, str_of(command), &err))
        fail_msg("%s: %s", command, err.message);
    frames(w, 100000000);
}

static const char profile_text[] = "a 1 [000] 10.000000: 1 cycles:\n\t1 work (x)\n\t2 main (x)\n\n"
                                   "a 1 [000] 12.000000: 1 cycles:\n\t1 rest (x)\n\t2 main (x)\n\n"
                                   "a 1 [000] 19.000000: 1 cycles:\n\t1 work (x)\n\t2 main (x)\n\n";

static void a_talk(void **state) {
    World w;
    Error err = {0};
    (void)state;
    world_open(&w, profile_text);
    remove(w.scenes);
    run(&w, "select.ns 10000000000..11000000000");
    run(&w, "scene.save First");
    run(&w, "select.ns 18000000000..19000000000");
    run(&w, "scene.save Second");
    frames(&w, 200000000);
    assert_true(file_exists(w.scenes));
    run(&w, "present.toggle");
    frames(&w, 2000000000);
    assert_true(w.app->present.on && w.app->scenes.at == 1);
    run(&w, "present.previous"); /* on the way */
    assert_true(w.app->show.moving);
    int64_t t0 = w.app->state.selection.t0_ns;
    assert_true(t0 > 10000000000 && t0 < 18000000000);
    frames(&w, 2000000000);
    assert_false(w.app->show.moving);
    assert_true(w.app->state.selection.t0_ns == 10000000000 &&
                w.app->state.selection.t1_ns == 11000000000);
    run(&w, "select.ns 12000000000..13000000000"); /* a drag during the talk … */
    run(&w, "app.escape");                         /* … and back */
    frames(&w, 2000000000);
    assert_true(w.app->present.on && w.app->state.selection.t0_ns == 10000000000);
    run(&w, "app.escape");
    assert_false(w.app->present.on);
    run(&w, "scene.next");
    run(&w, "select.ns 12000000000..12500000000"); /* a hand on the range ends the sliding */
    frames(&w, 2000000000);
    assert_true(w.app->state.selection.t0_ns == 12000000000);
    app_free(w.app);

    world_open(&w, NULL); /* they are there again */
    assert_int_equal(w.app->scenes.count, 2);
    assert_string_equal(w.app->scenes.scene[1]->title, "Second");
    app_free(w.app);

    Buf text = {0};
    assert_true(file_read_all(w.scenes, &text, 1 << 20, &err));
    buf_puts(&text, "nonsense\n");
    assert_true(file_write_all(w.scenes, buf_str(&text), &err));
    world_open(&w, NULL); /* one that was broken is told, and left as it is */
    assert_int_equal(w.app->scenes.count, 0);
    assert_non_null(strstr(w.app->notice, "line"));
    assert_false(app_do(w.app, STR("scene.save x"), &err));
    app_free(w.app);
    Buf after = {0};
    assert_true(file_read_all(w.scenes, &after, 1 << 20, &err));
    assert_string_equal(after.s, text.s);
    buf_free(&text);
    buf_free(&after);
    remove(w.scenes);
}

/* Ctrl+B before the scenes that are there have been read must not cost them. */
static void saved_too_early(void **state) {
    World w;
    Error err = {0};
    (void)state;
    world_open(&w, profile_text);
    run(&w, "scene.save kept");
    frames(&w, 200000000);
    app_free(w.app);
    w.app = app_new(&(AppOptions){.fonts = fonts_fixed(), .examples = folder});
    assert_true(app_open(w.app, 0, w.profile, &err));
    assert_false(app_do(w.app, STR("scene.save early"), &err));
    assert_non_null(strstr(err.message, "still being read"));
    frames(&w, 400000000);
    run(&w, "scene.save later");
    assert_int_equal(w.app->scenes.count, 2);
    assert_string_equal(w.app->scenes.scene[0]->title, "kept");
    app_free(w.app);
    remove(w.scenes);
}

/* Two windows on one profile: what the other one saved is not written over. */
static void another_window(void **state) {
    World w;
    Error err = {0};
    Buf text = {0};
    (void)state;
    world_open(&w, profile_text);
    run(&w, "scene.save ours");
    frames(&w, 400000000);
    assert_true(file_write_all(w.scenes, STR("FlameScope scenes 1\nscene Theirs\n"), &err));
    run(&w, "scene.save lost");
    frames(&w, 400000000);
    assert_non_null(strstr(w.app->notice, "another window"));
    app_free(w.app);
    assert_true(file_read_all(w.scenes, &text, 1000, &err));
    assert_non_null(strstr(text.s, "Theirs"));
    buf_free(&text);
    remove(w.scenes);
}

/* The same program recorded again: its clock shows other times, and a function is gone. */
static void another_recording(void **state) {
    World w;
    (void)state;
    world_open(&w, profile_text);
    remove(w.scenes);
    run(&w, "select.ns 18500000000..19500000000");
    run(&w, "flame.zoom a;main;work");
    run(&w, "scene.save");
    app_free(w.app);
    world_open(&w, "a 1 [000] 110.000000: 1 cycles:\n\t1 rest (x)\n\t2 main (x)\n\n"
                   "a 1 [000] 119.000000: 1 cycles:\n\t1 rest (x)\n\t2 main (x)\n\n");
    assert_int_equal(w.app->scenes.count, 1);
    assert_true(w.app->scenes.scene[0]->state.selection.t0_ns == 118500000000);
    run(&w, "scene.show 1");
    frames(&w, 2000000000);
    assert_true(w.app->state.selection.t0_ns == 118500000000);
    assert_string_equal(w.app->notice, "No longer here: the frame it zooms into");
    app_free(w.app);
    remove(w.scenes);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_longest_note_goes_round),
        cmocka_unit_test(file_goes_round),
        cmocka_unit_test(bad_files_say_where),
        cmocka_unit_test(cut_files),
        cmocka_unit_test(scenes_are_moved),
        cmocka_unit_test(other_recordings),
        cmocka_unit_test(a_talk),
        cmocka_unit_test(another_recording),
        cmocka_unit_test(saved_too_early),
        cmocka_unit_test(another_window),
    };
    if (!mkdtemp(folder))
        return 1;
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    char path[64];
    snprintf(path, sizeof(path), "%s/talk.perf", folder);
    remove(path);
    rmdir(folder);
    return failed;
}

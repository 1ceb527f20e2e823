/* What the program remembers from day to day (settings, recent files), the command palette, and
 * that every control is reached by Tab and says what it is for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "app/command_search.h"
#include "app/look.h"
#include "app/program.h"
#include "base/file.h"
#include "unit/app_rig_helper.h"

static char folder[64];

/* A copy: scenes are written beside it. */
static void open_shop(Run *r) {
    Error err = {0};
    Buf bytes = {0};
    char from[1200], path[128];
    path_join(from, sizeof from, r->app->examples, "shop.perf.gz");
    snprintf(path, sizeof path, "%s/shop.perf.gz", folder);
    assert_true(file_read_all(from, &bytes, 1 << 24, &err) &&
                file_write_all(path, buf_str(&bytes), &err));
    buf_free(&bytes);
    if (!app_open(r->app, 0, path, &err))
        fail_msg("%s", err.message);
    settle(r);
}

/* -- places */

static void below(const char *name, char *out, size_t cap) {
    path_join(out, cap, folder, name);
}

/* Its own places for each test, so that nothing of the tester's own is read or written. */
static int fresh_places(void **state) {
    (void)state;
    char path[128];
    snprintf(folder, sizeof folder, "/tmp/flamescope-daily-XXXXXX");
    assert_non_null(mkdtemp(folder));
    below("config", path, sizeof path);
    setenv("XDG_CONFIG_HOME", path, 1);
    below("state", path, sizeof path);
    setenv("XDG_STATE_HOME", path, 1);
    setenv("FLAMESCOPE_CACHE", "0", 1);
    return 0;
}

static void remove_folder(const char *path) {
    Arena arena;
    FileEntry *entry;
    size_t n;
    char inner[1024];
    arena_init(&arena, 0);
    if (folder_list(path, &arena, &entry, &n, NULL))
        for (size_t i = 0; i < n; i++) {
            path_join(inner, sizeof inner, path, entry[i].name);
            if (!strcmp(entry[i].name, ".."))
                continue;
            if (entry[i].is_folder)
                remove_folder(inner);
            else
                unlink(inner);
        }
    arena_free(&arena);
    rmdir(path);
}

static int places_gone(void **state) {
    (void)state;
    remove_folder(folder);
    return 0;
}

static void write_text(const char *place, const char *text) {
    char path[256], parent[256];
    Error err = {0};
    below(place, path, sizeof path);
    snprintf(parent, sizeof parent, "%s", path);
    *strrchr(parent, '/') = 0;
    char above[256];
    snprintf(above, sizeof above, "%s", parent);
    *strrchr(above, '/') = 0;
    mkdir(above, 0700);
    mkdir(parent, 0700);
    assert_true(file_write_all(path, str_of(text), &err));
}

static void expect_text(const char *place, const char *want) {
    char path[256];
    Buf text = {0};
    below(place, path, sizeof path);
    Error err = {0};
    if (!file_read_all(path, &text, KEPT_BYTES, &err))
        fail_msg("%s: %s", path, err.message);
    assert_string_equal(text.s, want);
    buf_free(&text);
}

static void places_as_xdg_says(void **state) {
    char path[KEPT_PATH], want[128];
    (void)state;
    below("config/flamescope/settings", want, sizeof want);
    assert_true(kept_path(KEPT_CONFIG, "settings", path, sizeof path));
    assert_string_equal(path, want);
    setenv("HOME", "/home/somebody", 1);
    setenv("XDG_STATE_HOME", "relative", 1); /* does not count */
    assert_true(kept_path(KEPT_STATE, "recent", path, sizeof path));
    assert_string_equal(path, "/home/somebody/.local/state/flamescope/recent");
    unsetenv("HOME");
    unsetenv("XDG_CONFIG_HOME");
    assert_false(kept_path(KEPT_CONFIG, "settings", path, sizeof path));
    assert_string_equal(path, "");
}

/* -- settings */

#define HEAD "# FlameScope: what was chosen in the window. Lines here may be changed or deleted.\n"

static void settings_go_round(void **state) {
    (void)state;
    for (int which = 0; which < SETTINGS; which++)
        for (uint32_t value = 0; value <= 1000; value += which == SETTING_ROWS ? 37 : 1) {
            Settings s, t;
            Buf line = {0};
            Error err = {0};
            settings_init(&s);
            t = s;
            s.value[which] = value;
            bool number = which == SETTING_ROWS || which == SETTING_TEXT_SIZE;
            if (!number && value > 1)
                break;
            if ((which == SETTING_TEXT_SIZE && (value < 80 || value > 200)) ||
                (which == SETTING_ROWS && !value))
                continue;
            settings_line((Setting)which, value, &line);
            if (!settings_parse(buf_str(&line), &t, &err))
                fail_msg("%s: %s", line.s, err.message);
            assert_memory_equal(&s, &t, sizeof s);
            buf_free(&line);
        }
}

static void bad_lines_are_told_and_passed(void **state) {
    static const struct {
        const char *text, *words;
    } cases[] = {
        {"theme = pink\nrows = 40\n", "line 1: theme cannot be \"pink\""},
        {"# x\n\nrows = 0\nrows = 40\n", "line 3: rows cannot be \"0\""},
        {"rows = 40\ntext-size = 300", "line 2: text-size"},
        {"rows = 40\nreduced-motion\n", "line 2: reduced-motion cannot be \"\""},
        {"rows=40\ntheme==dark\n", "line 2: theme"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Settings s;
        Error err = {0};
        settings_init(&s);
        assert_false(settings_parse(str_of(cases[i].text), &s, &err));
        if (!strstr(err.message, cases[i].words))
            fail_msg("%s: %s", cases[i].text, err.message);
        assert_int_equal(s.value[SETTING_ROWS], 40); /* the others were taken */
        assert_int_equal(s.value[SETTING_THEME], THEME_DARK);
    }
    Settings s;
    Error err = {0};
    settings_init(&s);
    assert_true(
        settings_parse(STR("colour = 7\nfuture = yes\n\xff\xfe=\n = \n"), &s, &err)); /* not ours */
}

static void changes_leave_the_rest(void **state) {
    Buf out = {0}, again = {0};
    (void)state;
    settings_merge(STR("# mine\ntheme = dark\nunknown=1\ntheme= light"),
                   STR("rows = 20\ntheme = projector\nrows = 25\n"), &out);
    assert_string_equal(out.s,
                        "# mine\ntheme = projector\nunknown=1\ntheme = projector\nrows = 25\n");
    settings_merge(buf_str(&out), STR(""), &again);
    assert_string_equal(again.s, out.s);
    buf_free(&out);
    buf_free(&again);
}

/* What a command chose is there the next day; what a state showed is not. */
static void choices_are_remembered(void **state) {
    Run r;
    (void)state;
    start(&r);
    settings_begin(r.app);
    open_shop(&r);
    run(&r, "theme.set light");
    run(&r, "heat.rows 20");
    run(&r, "look.reduced-motion on");
    run(&r, "state.set scale=log&text=150");
    app_free(r.app);
    expect_text("config/flamescope/settings",
                HEAD "theme = light\nrows = 20\nreduced-motion = on\n");
    start(&r);
    settings_begin(r.app);
    assert_true(r.app->reduced_motion);
    assert_int_equal(r.app->settings.value[SETTING_THEME], THEME_LIGHT);
    assert_int_equal(r.app->settings.value[SETTING_TEXT_SIZE], 100);
    app_free(r.app);
}

static void unusable_places_do_no_harm(void **state) {
    Run r;
    char path[256];
    (void)state;
    write_text("config/flamescope/settings", "theme = nowhere\nmine = kept\n");
    below("state/flamescope/recent", path, sizeof path);
    write_text("state/flamescope/x", "");
    mkdir(path, 0700); /* a folder where the file should be */
    start(&r);
    settings_begin(r.app);
    assert_non_null(strstr(r.app->notice, "Recent files"));
    run(&r, "text.bigger");
    open_shop(&r);
    app_free(r.app);
    expect_text("config/flamescope/settings", "theme = nowhere\nmine = kept\ntext-size = 110\n");
    assert_true(file_is_folder(path));
    unsetenv("XDG_CONFIG_HOME");
    unsetenv("XDG_STATE_HOME");
    unsetenv("HOME");
    start(&r);
    settings_begin(r.app);
    run(&r, "theme.set projector");
    open_shop(&r);
    assert_string_equal(r.app->notice, ""); /* nowhere to write is no error */
    app_free(r.app);
}

static void safe_colours_come_and_go(void **state) {
    Run r;
    (void)state;
    start(&r);
    settings_begin(r.app);
    run(&r, "heat.palette red");
    run(&r, "look.safe-colors on");
    assert_true(settings_safe(&r.app->state));
    run(&r, "look.safe-colors off");
    assert_int_equal(r.app->state.heat_palette, HEAT_PALETTE_RED);
    assert_int_equal(r.app->state.flame_palette, FLAME_BY_KIND);
    run(&r, "look.safe-colors");
    app_free(r.app);
    expect_text("config/flamescope/settings", HEAD "heat-palette = red\nsafe-colours = on\n");
    start(&r);
    settings_begin(r.app);
    State shown;
    state_init(&shown);
    settings_show(&r.app->settings, &shown, true);
    assert_true(settings_safe(&shown));
    r.app->state = shown;
    run(&r, "look.safe-colors off"); /* those of the day before */
    assert_int_equal(r.app->state.heat_palette, HEAT_PALETTE_RED);
    app_free(r.app);
}

static void parse_options(Options *o, int argc, const char *const *argv) {
    char *copy[8];
    Error err = {0};
    for (int i = 0; i < argc; i++)
        copy[i] = (char *)(uintptr_t)argv[i];
    if (!options_parse(argc, copy, o, &err))
        fail_msg("%s", err.message);
}

static void options_win(void **state) {
    Settings s;
    Error err = {0};
    Options o;
    (void)state;
    settings_init(&s);
    assert_true(settings_parse(
        STR("theme = light\nheat-palette = red\nflame-palette = hot\nrows = 20\ntext-size = 150\n"
            "time-runs = down\ncolour-scale = log\n"),
        &s, &err));
    parse_options(&o, 2, (const char *[]){"flamescope", "x"});
    look_settings(&s, &o);
    assert_true(o.shown.theme == THEME_LIGHT && o.shown.rows == 20 && o.shown.downwards &&
                o.shown.text_percent == 150);
    assert_true(o.shown.heat_palette == HEAT_PALETTE_RED && o.shown.flame_palette == FLAME_HOT &&
                o.shown.scale == SCALE_LOG);
    parse_options(&o, 6,
                  (const char *[]){"flamescope", "x", "--palette=ember", "--theme=dark",
                                   "--rows=50", "--scale=sqrt"});
    look_settings(&s, &o); /* even where the option says what is usual anyway */
    assert_true(o.shown.theme == THEME_DARK && o.shown.rows == 50 && o.shown.scale == SCALE_SQRT);
    assert_true(o.shown.heat_palette == HEAT_PALETTE_EMBER && o.shown.flame_palette == FLAME_HOT);
    parse_options(&o, 4, (const char *[]){"flamescope", "x", "--state", "rows=30"});
    look_settings(&s, &o); /* a picture by itself, in the viewer's theme and size */
    State shown;
    assert_true(look_state(&o, &shown, &err));
    assert_true(shown.rows == 30 && shown.heat_palette == HEAT_PALETTE_EMBER && !shown.downwards);
    assert_true(shown.theme == THEME_LIGHT && shown.text_percent == 150);
}

static void still_means_still(void **state) {
    Run r;
    (void)state;
    start(&r);
    open_shop(&r);
    for (int still = 0; still < 2; still++) {
        Error err = {0};
        run(&r, still ? "look.reduced-motion on" : "look.reduced-motion off");
        assert_true(
            app_do(r.app, still ? STR("select.range 10..12") : STR("select.range 13..14"), &err));
        bool moved = false;
        for (int i = 0; i < 6; i++) {
            frame(&r, NULL);
            while (app_work(r.app))
                continue;
            moved |= flame_motion_phase(&r.app->flame.motion, r.in.now_ns) < 1;
        }
        assert_int_equal(moved, !still);
        settle(&r);
        run(&r, "scene.save one");
        run(&r, "select.range 40..50");
        assert_true(app_do(r.app, STR("scene.show 1"), &err));
        assert_int_equal(r.app->show.moving, !still);
        settle(&r);
    }
    app_free(r.app);
}

/* -- recent files */

static void recent_files_are_merged(void **state) {
    Buf out = {0}, many = {0}, cut = {0};
    (void)state;
    recent_merge(STR("/a\n/b\nnot a path\n/a\n/c\n"), STR("+/c\n+/d\n-/b\n"), &out);
    assert_string_equal(out.s, "/d\n/c\n/a\n");
    buf_clear(&out);
    recent_merge(STR("/a\n"), STR("!\n+/z\n"), &out);
    assert_string_equal(out.s, "/z\n");
    for (int i = 0; i < 40; i++)
        buf_printf(&many, "+/f%d\n", i);
    recent_merge(STR(""), buf_str(&many), &cut);
    uint32_t lines = 0;
    for (size_t i = 0; i < cut.n; i++)
        lines += cut.s[i] == '\n';
    assert_int_equal(lines, RECENT_FILES);
    assert_true(str_starts(buf_str(&cut), STR("/f39\n/f38\n")));
    buf_free(&out);
    buf_free(&many);
    buf_free(&cut);
}

static void opened_files_are_listed(void **state) {
    Run r;
    char a[256], b[256], no[256], want[600];
    (void)state;
    write_text("profiles/a.folded", "main;work 3\n");
    write_text("profiles/b.folded", "main;rest 4\n");
    write_text("profiles/no.txt", "this is no profile at all\n");
    below("profiles/a.folded", a, sizeof a);
    below("profiles/b.folded", b, sizeof b);
    below("profiles/no.txt", no, sizeof no);
    start(&r);
    settings_begin(r.app);
    const char *const paths[] = {a, b, no, a};
    for (int i = 0; i < 4; i++) {
        app_open(r.app, 0, paths[i], NULL);
        settle(&r);
    }
    app_free(r.app);
    snprintf(want, sizeof want, "%s\n%s\n", a,
             b); /* newest first, once each, none that could not be read */
    expect_text("state/flamescope/recent", want);
    unlink(b);
    start(&r);
    settings_begin(r.app);
    app_browse(r.app);
    settle(&r);
    const Browser *browser = &r.app->browser;
    assert_true(browser->recent && browser->listed == 2);
    assert_string_equal(browser->item[browser->rows[0]].file.name, a);
    assert_int_equal(browser->item[browser->rows[0]].look->kind, LOOK_PROFILE);
    assert_non_null(strstr(browser->item[browser->rows[1]].look->why, "gone"));
    key(&r, "Down");
    key(&r, "D");
    assert_int_equal(browser->listed, 1);
    key(&r, "Enter");
    assert_true(r.app->session.slot[0].open && !app_shows_browser(r.app));
    key(&r, "Ctrl+H");
    assert_true(app_shows_browser(r.app) && browser->recent);
    key(&r, "Backspace"); /* the folder */
    assert_true(!browser->recent && browser->listed > 2);
    run(&r, "file.recent");
    run(&r, "folder.forget all");
    assert_int_equal(browser->listed, 0);
    app_free(r.app);
    expect_text("state/flamescope/recent", "");
}

/* -- the command palette */

static void words_find_commands(void **state) {
    static const struct {
        const char *words;
        CommandId first;
    } cases[] = {
        {"theme next", CMD_THEME},       {"NEXT THEME", CMD_THEME},
        {"f11", CMD_FULLSCREEN},         {"flamegraph", CMD_COUNT},
        {"save svg", CMD_EXPORT_SVG},    {"swap", CMD_COMPARE_SWAP},
        {"ctrl+p", CMD_COMMANDS},        {"zoom fl out level", CMD_ZOOM_OUT},
        {"reduced", CMD_REDUCED_MOTION}, {"export.pprof", CMD_EXPORT_PPROF},
        {"theme xyzzy", CMD_COUNT},      {"sett", CMD_SETTINGS},
    };
    CommandId found[CMD_COUNT];
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint32_t n = command_search(str_of(cases[i].words), found);
        CommandId first = n ? found[0] : CMD_COUNT;
        if (first != cases[i].first)
            fail_msg("%s: %s first", cases[i].words, n ? commands[first].name : "nothing");
    }
    assert_int_equal(command_search(STR("  "), found), CMD_COUNT);
    assert_int_equal(found[5], 5);        /* in the table's order */
    for (int i = 0; i < CMD_COUNT; i++) { /* each by its own help, name and key */
        char words[400];
        snprintf(words, sizeof words, "%s %s", commands[i].name, commands[i].help);
        uint32_t n = command_search(str_of(words), found), at = 0;
        while (at < n && found[at] != (CommandId)i)
            at++;
        if (at == n)
            fail_msg("%s is not found", words);
    }
}

/* What begins a word comes before what lies inside of one. */
static void best_come_first(void **state) {
    CommandId found[CMD_COUNT];
    (void)state;
    uint32_t n = command_search(STR("pan"), found);
    assert_true(n > 4);
    for (uint32_t i = 0; i < 4; i++)
        assert_true(!strncmp(commands[found[i]].help, "Pan", 3));
}

static void the_keyboard_runs_commands(void **state) {
    Run r;
    (void)state;
    start(&r);
    open_shop(&r);
    key(&r, "Ctrl+P");
    assert_true(r.app->palette.open);
    type(&r, "rows column 1 1000");
    key(&r, "Enter"); /* it needs a number */
    assert_int_equal(r.app->palette.asking, CMD_ROWS);
    type(&r, "5000");
    key(&r, "Enter");
    assert_true(r.app->palette.open && r.app->palette.error.kind);
    key(&r, "Ctrl+A");
    type(&r, "20");
    key(&r, "Enter");
    assert_false(r.app->palette.open);
    assert_int_equal(r.app->state.rows, 20);
    ui_set_focus(&r.app->ui, ui_id("flame"), false);
    key(&r, "Ctrl+P");
    type(&r, "stop loading"); /* not possible now: nothing happens */
    assert_int_equal(r.app->palette.at, CMD_CANCEL_LOAD);
    key(&r, "Enter");
    assert_true(r.app->palette.open);
    key(&r, "Esc");
    assert_false(r.app->palette.open);
    assert_true(ui_has_focus(&r.app->ui, ui_id("flame"))); /* the keyboard is where it was */
    key(&r, "Ctrl+P");
    CommandId first = r.app->palette.at;
    key(&r, "PageDown");
    key(&r, "Down");
    assert_true(r.app->palette.at > first + 5 && r.app->palette.scroll > 0);
    key(&r, "PageUp");
    key(&r, "Up");
    assert_int_equal(r.app->palette.at, first);
    key(&r, "T"); /* no chord of the program meanwhile */
    assert_int_equal(r.app->state.theme, THEME_DARK);
    key(&r, "Ctrl+P");
    assert_false(r.app->palette.open);
    key(&r, "Ctrl+P");
    type(&r, "search.focus");
    key(&r, "Enter"); /* where a command puts the keyboard it stays */
    assert_true(ui_has_focus(&r.app->ui, ui_id("search")));
    app_free(r.app);
}

static void the_pointer_runs_commands(void **state) {
    Run r;
    (void)state;
    start(&r);
    open_shop(&r);
    key(&r, "Ctrl+P");
    type(&r, "next theme");
    const Ui *ui = &r.app->ui;
    Rect row = {0};
    for (uint32_t i = 0; i < ui->places; i++)
        if (ui->place[i].id == ui_id_at(ui_id("palette row"), CMD_THEME))
            row = ui->place[i].rect;
    assert_true(row.w > 0);
    InputEvent e = {
        .kind = INPUT_DOWN, .button = BUTTON_LEFT, .clicks = 1, .x = row.x + 20, .y = row.y + 8};
    frame(&r, &e);
    e.kind = INPUT_UP;
    frame(&r, &e);
    settle(&r);
    assert_false(r.app->palette.open);
    assert_int_equal(r.app->state.theme, THEME_LIGHT);
    app_free(r.app);
}

/* -- every control */

static uint32_t rings(const Run *r) {
    const DrawList *d = r->out.window[0].draw;
    uint32_t accent = r->app->ui.theme->accent, n = 0;
    for (uint32_t i = 0; i < d->commands; i++)
        n += d->command[i].kind == DRAW_OUTLINE && d->command[i].color == accent;
    return n;
}

/* All that Tab reaches has a help text. */
static uint32_t all_tell(Run *r, const char *where, uint32_t least) {
    const Ui *ui = &r->app->ui;
    settle(r);
    uint32_t n = ui->focus_count;
    if (n < least)
        fail_msg("%s: Tab reaches %u controls, not %u", where, n, least);
    for (uint32_t i = 0; i < n; i++)
        if (!ui->focus_tipped[i])
            fail_msg("%s: control %u of %u says nothing of itself", where, i, n);
    return n;
}

/* The focus is seen on each, and Tab goes round in both ways. */
static void walk(Run *r, const char *where, uint32_t least) {
    Ui *ui = &r->app->ui;
    UiId order[256];
    uint32_t n = all_tell(r, where, least);
    memcpy(order, ui->focus_order, sizeof order);
    for (uint32_t i = 0; i < n; i++) {
        ui_set_focus(ui, order[i], false);
        frame(r, NULL);
        uint32_t unseen = rings(r);
        bool field = ui->focus_kind[i] == 3; /* a field is framed whenever it has the focus */
        ui_set_focus(ui, order[i], true);
        frame(r, NULL);
        bool in_view = false;
        for (uint32_t k = 0; k < ui->places; k++)
            in_view |= ui->place[k].id == order[i];
        if (in_view && !field && rings(r) <= unseen)
            fail_msg("%s: the focus is not seen on control %u of %u (%s)", where, i, n,
                     ui->focus_tip);
        if (!ui->focus_tip[0])
            fail_msg("%s: control %u of %u is not told of", where, i, n);
    }
    ui_set_focus(ui, order[0], true);
    frame(r, NULL);
    for (uint32_t i = 1; i <= n; i++) {
        frame(r, &(InputEvent){.kind = INPUT_KEY, .key = KEY_TAB});
        assert_true(ui->focus_visible && ui_has_focus(ui, order[i % n]));
    }
    frame(r, &(InputEvent){.kind = INPUT_KEY, .key = KEY_TAB, .mods = MOD_SHIFT});
    assert_true(ui_has_focus(ui, order[n - 1]));
}

static void every_control_tells(void **state) {
    Run r;
    (void)state;
    start(&r);
    app_browse(r.app);
    walk(&r, "browser", 8);
    open_shop(&r);
    walk(&r, "profile", 14);
    run(&r, "select.range 12..14");
    run(&r, "compare.set rest");
    run(&r, "filter.add comm=shop");
    run(&r, "link.pin frame=main");
    run(&r, "tree.hide-kernel");
    run(&r, "scene.save one");
    run(&r, "findings.show");
    run(&r, "findings.next");
    walk(&r, "everything at once", 24);
    static const char *const shapes[] = {"icicle", "inverted", "table", "chart"};
    for (int i = 0; i < 4; i++) {
        char command[64];
        snprintf(command, sizeof command, "flame.shape %s", shapes[i]);
        run(&r, command);
        walk(&r, shapes[i], 14);
    }
    run(&r, "play.toggle");
    run(&r, "play.toggle"); /* it pauses: its bar stays */
    walk(&r, "playback", 18);
    run(&r, "play.end");
    run(&r, "filter.ask");
    all_tell(&r, "a filter is asked for", 14); /* its field goes when the focus does */
    ui_set_focus(&r.app->ui, ui_id("flame"), false);
    run(&r, "scene.edit");
    walk(&r, "words of a scene", 4);
    key(&r, "Esc");
    run(&r, "settings.show");
    walk(&r, "settings", 10);
    key(&r, "Esc");
    run(&r, "commands.show");
    walk(&r, "palette", 1);
    key(&r, "Esc");
    run(&r, "file.recent");
    walk(&r, "recent files", 8);
    Buf demo = {0};
    Error err = {0};
    assert_true(file_read_all(r.app->state.file[0], &demo, 1 << 24, &err));
    file_provide(TOUR_PROFILE, demo.s, demo.n);
    run(&r, "tour.begin");
    walk(&r, "tour", 14);
    assert_null(strstr(r.app->recent.list.s, "demo")); /* it is in no folder */
    app_free(r.app);
    buf_free(&demo);
}

int main(void) {
#define FRESH(test) cmocka_unit_test_setup_teardown(test, fresh_places, places_gone)
    const struct CMUnitTest tests[] = {
        FRESH(places_as_xdg_says),
        FRESH(settings_go_round),
        FRESH(bad_lines_are_told_and_passed),
        FRESH(changes_leave_the_rest),
        FRESH(choices_are_remembered),
        FRESH(unusable_places_do_no_harm),
        FRESH(safe_colours_come_and_go),
        FRESH(options_win),
        FRESH(still_means_still),
        FRESH(recent_files_are_merged),
        FRESH(opened_files_are_listed),
        FRESH(words_find_commands),
        FRESH(best_come_first),
        FRESH(the_keyboard_runs_commands),
        FRESH(the_pointer_runs_commands),
        FRESH(every_control_tells),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

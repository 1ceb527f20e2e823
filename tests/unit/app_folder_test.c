/* What the browser finds out about a folder: a folder made here has profiles, a pack, a broken
 * file, an empty one, a pipe, folders and 200 small profiles. Whatever order they are looked at
 * in, with workers or without, from the cache or not, each says the same. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "app/folder_cache.h"
#include "app/program.h"
#include "unit/pack_helper.h"

enum { MANY = 200, FRAME_NS = 16666667, FRAMES = 100000 };

static char folder[256], cache[256];

/* ---- the folder ---------------------------------------------------------------------------
 */

static void path_of(const char *name, char out[1024]) {
    snprintf(out, 1024, "%s/%s", folder, name);
}

static void put(const char *name, Str bytes) {
    char path[1024];
    Error err = {0};
    path_of(name, path);
    if (!file_write_all(path, bytes, &err))
        fail_msg("%s", err.message);
}

/* `seconds` of 20 samples each; those of the idle task do not show on the map. */
static Buf perf_text(int seconds, bool idle) {
    Buf b = {0};
    for (int i = 0; i < seconds * 20; i++) {
        int us = i % 20 * 50000;
        if (idle && i % 2)
            buf_printf(&b,
                       "swapper 0 [000] %d.%06d: 1 cycles:\n\tffff0 native_safe_halt+0x1 "
                       "([kernel.kallsyms])\n\n",
                       100 + i / 20, us);
        else
            buf_printf(&b, "app 7/7 [001] %d.%06d: 1 cycles:\n\t1000 f%d+0x1 (/bin/app)\n\n",
                       100 + i / 20, us, i % 5);
    }
    return b;
}

static void put_perf(const char *name, int seconds, bool idle) {
    Buf b = perf_text(seconds, idle);
    put(name, buf_str(&b));
    buf_free(&b);
}

static void put_pack(const char *name, const char *of) {
    char path[1024];
    Loaded loaded;
    path_of(of, path);
    assert_true(loaded_open(&loaded, path, (ReadHow){.threads = 1}, NULL));
    Buf bytes = packed_bytes(&loaded.profile, 1 << 20);
    loaded_close(&loaded);
    put(name, buf_str(&bytes));
    buf_free(&bytes);
}

static int make_folder(void **unused) {
    (void)unused;
    char path[1024];
    snprintf(folder, sizeof folder, "/tmp/flamescope-folder-XXXXXX");
    snprintf(cache, sizeof cache, "/tmp/flamescope-looks-XXXXXX");
    assert_non_null(mkdtemp(folder));
    assert_non_null(mkdtemp(cache));
    setenv("XDG_CACHE_HOME", cache, 1);
    unsetenv("FLAMESCOPE_CACHE");
    put_perf("minute.perf", 60, true);
    put_perf("short.perf", 2, false);
    put_perf("hour.perf", 3600, false);
    put_pack("packed.fscope", "minute.perf");
    put("counts.folded", STR("main;a 10\nmain;b 32\n"));
    put("broken.gz", STR("\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03garbage"));
    put("empty.perf", STR(""));
    put("notes.txt", STR("Remember the milk.\n"));
    path_of("pipe", path);
    assert_int_equal(mkfifo(path, 0600), 0);
    path_of("Zsub", path);
    assert_int_equal(mkdir(path, 0700), 0);
    path_of("many", path);
    assert_int_equal(mkdir(path, 0700), 0);
    for (int i = 0; i < MANY; i++) {
        char name[64], text[64];
        snprintf(name, sizeof name, "many/p%03d.folded", i);
        snprintf(text, sizeof text, "main;f %d\n", i * 7919 % 1000 + 1);
        put(name, str_of(text));
    }
    return 0;
}

static void remove_tree(const char *path) {
    Arena arena;
    FileEntry *entry;
    size_t n = 0;
    char inner[1024];
    arena_init(&arena, 0);
    if (folder_list(path, &arena, &entry, &n, NULL)) {
        for (size_t i = 0; i < n; i++) {
            path_join(inner, sizeof inner, path, entry[i].name);
            if (strcmp(entry[i].name, "..") == 0)
                continue;
            if (entry[i].is_folder)
                remove_tree(inner);
            else
                unlink(inner);
        }
    }
    arena_free(&arena);
    rmdir(path);
}

static int remove_folder(void **unused) {
    (void)unused;
    remove_tree(folder);
    remove_tree(cache);
    return 0;
}

/* ---- one file -----------------------------------------------------------------------------
 */

static FolderLook look_at(const char *name, uint32_t workers, bool use_cache) {
    char path[1024];
    FolderScan scan;
    Jobs *jobs = jobs_new(workers);
    path_of(name, path);
    folder_scan_init(&scan);
    folder_scan_start(&scan, jobs, path, use_cache, 0);
    while (!folder_scan_poll(&scan, 0)) {
        assert_true(scan.busy);
        if (workers)
            usleep(500);
        else
            jobs_run_one(jobs);
    }
    FolderLook look = scan.look;
    folder_scan_free(&scan);
    jobs_free(jobs);
    return look;
}

static void same(const FolderLook *a, const FolderLook *b) {
    assert_memory_equal(a, b, sizeof *a);
}

static uint64_t cells_of(const FolderLook *look) {
    uint64_t n = 0;
    for (int i = 0; i < look->columns * look->rows; i++)
        n += look->cell[i] > 0;
    return n;
}

static void test_what_files_are(void **unused) {
    (void)unused;
    static const struct {
        const char *name, *format;
        uint8_t kind;
        uint64_t samples;
        int64_t duration_ns;
        uint32_t columns;
        const char *why; /* part of it */
    } all[] = {
        {"minute.perf", "perf script", LOOK_PROFILE, 1200, INT64_C(59950000000), 60, ""},
        {"short.perf", "perf script", LOOK_PROFILE, 40, INT64_C(1950000000), 40, ""},
        {"hour.perf", "perf script", LOOK_PROFILE, 72000, INT64_C(3599950000000), 120, ""},
        {"counts.folded", "folded stacks", LOOK_PROFILE, 42, 0, 0, ""},
        {"empty.perf", "", LOOK_REFUSED, 0, 0, 0, "empty"},
        {"notes.txt", "", LOOK_REFUSED, 0, 0, 0, "no profile"},
        {"pipe", "", LOOK_REFUSED, 0, 0, 0, "no ordinary file"},
        {"nowhere", "", LOOK_REFUSED, 0, 0, 0, "not there"},
    };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        FolderLook inlined = look_at(all[i].name, 0, false),
                   threaded = look_at(all[i].name, 2, false);
        same(&inlined, &threaded);
        assert_true(look_sound(&inlined));
        assert_string_equal(inlined.format, all[i].format);
        assert_int_equal(inlined.kind, all[i].kind);
        assert_int_equal(inlined.samples, all[i].samples);
        assert_int_equal(inlined.duration_ns, all[i].duration_ns);
        assert_int_equal(inlined.columns, all[i].columns);
        assert_non_null(strstr(inlined.why, all[i].why));
    }
    FolderLook broken = look_at("broken.gz", 0, false);
    assert_int_equal(broken.kind, LOOK_REFUSED);
    assert_true(broken.why[0] != 0);
}

/* Ten samples a second are shown, each in a cell of its own; the idle ones are not. */
static void test_the_map_is_the_windows(void **unused) {
    (void)unused;
    FolderLook look = look_at("minute.perf", 0, false), packed = look_at("packed.fscope", 0, false);
    assert_int_equal(cells_of(&look), 600);
    assert_int_equal(look.events, 1);
    assert_int_equal(packed.samples, 1200);
    assert_memory_equal(packed.cell, look.cell, sizeof look.cell);
}

static void test_a_large_file_is_left_alone(void **unused) {
    (void)unused;
    char path[1024];
    put_perf("large.perf", 120, false); /* enough to know it by */
    path_of("large.perf", path);
    assert_int_equal(truncate(path, (off_t)LOOK_TEXT_MOST + 1), 0); /* a hole: no disk is used */
    FolderLook look = look_at("large.perf", 2, false);
    unlink(path);
    assert_int_equal(look.kind, LOOK_LARGE);
    assert_string_equal(look.format, "perf script");
    assert_string_equal(look.why, "large: open it");
}

static void test_a_slow_load_is_left_alone(void **unused) {
    (void)unused;
    char path[1024];
    FolderScan scan;
    Jobs *jobs = jobs_new(1);
    put_perf("slow.perf", 20000, false);
    path_of("slow.perf", path);
    folder_scan_init(&scan);
    folder_scan_start(&scan, jobs, path, false, 0);
    while (!folder_scan_poll(&scan, INT64_C(60000000000))) /* a minute later, it says */
        usleep(500);
    assert_int_equal(scan.look.kind, LOOK_LARGE);
    assert_string_equal(scan.look.format, "perf script");
    folder_scan_free(&scan);
    jobs_free(jobs);
    unlink(path);
}

/* Given up in the middle: no look comes of it, and nothing is left (the sanitizers see to
 * that). */
static void test_a_scan_can_be_given_up(void **unused) {
    (void)unused;
    for (uint32_t workers = 0; workers < 3; workers++) {
        char path[1024];
        FolderScan scan;
        Jobs *jobs = jobs_new(workers);
        path_of("hour.perf", path);
        folder_scan_init(&scan);
        folder_scan_start(&scan, jobs, path, false, 0);
        for (int i = 0; i < 2; i++)
            if (workers)
                usleep(1000);
            else
                jobs_run_one(jobs);
        folder_scan_stop(&scan);
        while (scan.busy) {
            assert_false(folder_scan_poll(&scan, 0));
            jobs_run_one(jobs);
        }
        folder_scan_start(&scan, jobs, path, false, 0);
        folder_scan_free(&scan); /* while it runs */
        jobs_free(jobs);
    }
}

/* ---- cache --------------------------------------------------------------------------------
 */

static void entry_of(const char *name, char out[1100]) {
    char path[1024];
    CacheKey key;
    path_of(name, path);
    cache_key_any(path, &key);
    assert_true(folder_cache_entry(&key, out, 1100));
}

/* Puts a lie with a right checksum, or a byte of damage, where the entry is. */
static void test_the_cache_gives_the_same(void **unused) {
    (void)unused;
    char entry[1100], path[1024];
    CacheKey key;
    FolderLook first = look_at("minute.perf", 0, true), kept;
    path_of("minute.perf", path);
    cache_key_any(path, &key);
    assert_true(folder_cache_find(&key, &kept));
    same(&first, &kept);
    FolderLook lie = first;
    lie.samples = 99; /* so that it is seen where an answer comes from */
    folder_cache_keep(&key, &lie);
    FolderLook cached = look_at("minute.perf", 2, true),
               not_asked = look_at("minute.perf", 0, false);
    same(&cached, &lie);
    same(&not_asked, &first);
    setenv("FLAMESCOPE_CACHE", "0", 1);
    FolderLook without = look_at("minute.perf", 0, true);
    unsetenv("FLAMESCOPE_CACHE");
    same(&without, &first);
    entry_of("minute.perf", entry);
    Buf bytes = {0};
    assert_true(file_read_all(entry, &bytes, 1 << 20, NULL));
    for (size_t at = 0; at < bytes.n; at += 97) { /* damage anywhere, or an end too soon */
        char was = bytes.s[at];
        bytes.s[at] = (char)(was ^ 4);
        assert_true(file_write_all(entry, buf_str(&bytes), NULL));
        assert_false(folder_cache_find(&key, &kept));
        bytes.s[at] = was;
        assert_true(file_write_all(entry, (Str){bytes.s, at}, NULL));
        assert_false(folder_cache_find(&key, &kept));
    }
    FolderLook again = look_at("minute.perf", 0, true); /* and it is mended */
    same(&again, &first);
    assert_true(folder_cache_find(&key, &kept));
    same(&kept, &first);
    buf_free(&bytes);
}

static void test_a_changed_file_is_looked_at_again(void **unused) {
    (void)unused;
    put_perf("changing.perf", 2, false);
    FolderLook before = look_at("changing.perf", 0, true);
    put_perf("changing.perf", 3, false);
    FolderLook after = look_at("changing.perf", 0, true);
    assert_int_equal(before.samples, 40);
    assert_int_equal(after.samples, 60);
    char path[1024];
    path_of("changing.perf", path);
    unlink(path);
}

static size_t entries_kept(void) {
    Arena arena;
    FileEntry *entry;
    size_t n = 0;
    char looks[1024];
    arena_init(&arena, 0);
    assert_true(cache_folder("looks", looks, sizeof looks));
    if (!folder_list(looks, &arena, &entry, &n, NULL))
        n = 1;
    arena_free(&arena);
    return n - 1; /* ".." */
}

static void test_the_cache_is_bounded(void **unused) {
    (void)unused;
    for (int i = 0; i < 20; i++) {
        char name[64];
        snprintf(name, sizeof name, "many/p%03d.folded", i);
        look_at(name, 0, true);
    }
    assert_true(entries_kept() >= 20);
    folder_cache_trim(5);
    assert_int_equal(entries_kept(), 5);
    FolderLook last = look_at("many/p019.folded", 0, true);
    assert_int_equal(last.samples, 19 * 7919 % 1000 + 1);
    look_at("notes.txt", 0, true); /* what is no profile is not kept */
    assert_int_equal(entries_kept(), 5);
}

/* ---- order and filter ---------------------------------------------------------------------
 */

static FolderLook looks[5];
static const FolderItem items[] = {
    {{"..", true, 0, 50}, NULL},
    {{"b.perf", false, 30, 40}, &looks[0]},
    {{"A dir", true, 0, 10}, NULL},
    {{"a.folded", false, 10, 70}, &looks[1]},
    {{"notes.txt", false, 20, 60}, &looks[2]},
    {{"c.perf", false, 40, 30}, NULL},
    {{"z dir", true, 0, 20}, NULL},
    {{"d.perf.gz", false, 5, 90}, &looks[3]},
};

static void make_looks(void) {
    looks[0] = (FolderLook){.samples = 7, .duration_ns = 5, .has_time = 1, .format = "perf script"};
    looks[1] = (FolderLook){.samples = 9, .format = "folded stacks"};
    looks[2] = (FolderLook){.kind = LOOK_REFUSED, .why = "no"};
    looks[3] = (FolderLook){.samples = 3, .duration_ns = 8, .has_time = 1, .format = "perf script"};
}

static void expect_rows(FolderOrder order, bool ascending, const char *filter, const char *want) {
    uint32_t rows[8];
    char got[128] = "";
    size_t n = folder_rows(items, 8, str_of(filter), order, ascending, rows);
    for (size_t i = 0; i < n; i++) {
        strcat(got, items[rows[i]].file.name);
        strcat(got, i + 1 < n ? "|" : "");
    }
    assert_string_equal(got, want);
}

static void test_orders(void **unused) {
    (void)unused;
    make_looks();
    expect_rows(FOLDER_BY_NAME, true, "",
                "..|A dir|z dir|a.folded|b.perf|c.perf|d.perf.gz|notes.txt");
    expect_rows(FOLDER_BY_NAME, false, "",
                "..|z dir|A dir|notes.txt|d.perf.gz|c.perf|b.perf|a.folded");
    expect_rows(FOLDER_BY_FORMAT, true, "",
                "..|A dir|z dir|a.folded|b.perf|d.perf.gz|c.perf|notes.txt");
    expect_rows(FOLDER_BY_DURATION, false, "",
                "..|A dir|z dir|d.perf.gz|b.perf|a.folded|c.perf|notes.txt");
    expect_rows(FOLDER_BY_DURATION, true, "",
                "..|A dir|z dir|b.perf|d.perf.gz|a.folded|c.perf|notes.txt");
    expect_rows(FOLDER_BY_SAMPLES, false, "",
                "..|A dir|z dir|a.folded|b.perf|d.perf.gz|c.perf|notes.txt");
    expect_rows(FOLDER_BY_SAMPLES, true, "",
                "..|A dir|z dir|d.perf.gz|b.perf|a.folded|c.perf|notes.txt");
    expect_rows(FOLDER_BY_SIZE, false, "",
                "..|A dir|z dir|c.perf|b.perf|notes.txt|a.folded|d.perf.gz");
    expect_rows(FOLDER_BY_MODIFIED, false, "",
                "..|z dir|A dir|d.perf.gz|a.folded|notes.txt|b.perf|c.perf");
}

/* As people count, not letter by letter. */
static void test_numbers_in_names(void **unused) {
    (void)unused;
    static const char *const names[] = {"p10", "p9", "p1.gz", "p2"};
    FolderItem numbered[4] = {0};
    uint32_t rows[4];
    for (int i = 0; i < 4; i++)
        numbered[i].file.name = names[i];
    assert_int_equal(folder_rows(numbered, 4, STR(""), FOLDER_BY_NAME, true, rows), 4);
    static const uint32_t want[] = {2, 3, 1, 0};
    assert_memory_equal(rows, want, sizeof want);
}

static void test_filters(void **unused) {
    (void)unused;
    make_looks();
    expect_rows(FOLDER_BY_NAME, true, "PERF", "..|b.perf|c.perf|d.perf.gz");
    expect_rows(FOLDER_BY_NAME, true, " perf  gz ", "..|d.perf.gz");
    expect_rows(FOLDER_BY_NAME, true, "script", "..|b.perf|d.perf.gz"); /* by format */
    expect_rows(FOLDER_BY_NAME, true, "dir", "..|A dir|z dir");
    expect_rows(FOLDER_BY_NAME, true, "nothing like it", "..");
    for (uint8_t i = 0, order; i < FOLDER_ORDERS; i++)
        assert_true(folder_order_named(str_of(folder_order_name(i)), &order) && order == i);
}

/* ---- the page -----------------------------------------------------------------------------
 */

typedef struct Run {
    App *app;
    FrameInput in;
    FrameOutput out;
} Run;

static void frame(Run *r, const InputEvent *event) {
    r->in.now_ns += FRAME_NS;
    r->in.event = event;
    r->in.events = event ? 1 : 0;
    app_frame(r->app, &r->in, &r->out);
}

static void settle(Run *r) {
    for (int i = 0; i < FRAMES; i++) {
        bool worked = false;
        while (app_work(r->app))
            worked = true;
        if (!worked && app_settled(r->app) && i > 2)
            return;
        usleep(worked ? 0 : 200);
        frame(r, NULL);
    }
    fail_msg("the browser does not come to rest");
}

static void start(Run *r, const char *name, uint32_t workers) {
    char path[1024];
    *r = (Run){0};
    r->app = app_new(&(AppOptions){.fonts = fonts_fixed(), .headless = true, .workers = workers});
    r->in.windows = 1;
    r->in.window[0] = (WindowInput){.w = 1280, .h = 720, .scale = 1, .focused = true};
    path_of(name, path);
    assert_true(app_open(r->app, 0, path, NULL));
    frame(r, NULL);
}

static void key(Run *r, uint32_t code) {
    frame(r, &(InputEvent){.kind = INPUT_KEY, .key = code});
    settle(r);
}

static const char *marked(const Run *r) {
    return r->app->browser.item[r->app->browser.selected].file.name;
}

static void test_a_folder_of_200(void **unused) {
    (void)unused;
    for (uint32_t workers = 0; workers < 3; workers += 2) {
        Run r;
        start(&r, "many", workers);
        settle(&r);
        const Browser *b = &r.app->browser;
        assert_int_equal(b->files, MANY);
        assert_int_equal(b->looked, MANY);
        assert_true(b->drawn > 5 && b->drawn < 25);
        assert_true(r.out.window[0].draw->commands < 600);
        assert_true(app_do(r.app, STR("folder.sort samples"), NULL));
        frame(&r, NULL);
        uint64_t last = UINT64_MAX;
        for (size_t i = 1; i < b->listed; i++) {
            const FolderLook *look = b->item[b->rows[i]].look;
            assert_true(look && look->samples <= last);
            last = look->samples;
        }
        key(&r, KEY_END);
        assert_int_equal(b->selected, b->rows[b->listed - 1]);
        assert_int_equal(b->first_row + b->drawn, b->listed); /* it came into view */
        key(&r, KEY_HOME);
        assert_string_equal(marked(&r), "..");
        app_free(r.app);
    }
}

static void set_age(const char *name, int seconds_younger) {
    char path[1024];
    FileEntry file;
    path_of(name, path);
    assert_true(file_stat(path, &file));
    struct timespec t[2] = {{.tv_sec = file.modified_ns / 1000000000 + seconds_younger}};
    t[1] = t[0];
    assert_int_equal(utimensat(AT_FDCWD, path, t, 0), 0);
}

static void look_once(Run *r) {
    size_t before = r->app->browser.looked;
    for (int i = 0; i < 100 && r->app->browser.looked == before; i++) {
        while (app_work(r->app))
            continue;
        frame(r, NULL);
    }
    assert_int_equal(r->app->browser.looked, before + 1);
}

static bool is_looked_at(const Run *r, const char *name) {
    const Browser *b = &r->app->browser;
    for (size_t i = 0; i < b->items; i++)
        if (strcmp(b->item[i].file.name, name) == 0)
            return b->item[i].look != NULL;
    return false;
}

/* The newest in view, then the others there, then the newest of the rest. */
static void test_what_is_in_view_comes_first(void **unused) {
    (void)unused;
    Run r;
    set_age("many/p150.folded", 2000);
    set_age("many/p005.folded", 1000);
    start(&r, "many", 0);
    look_once(&r);
    assert_true(is_looked_at(&r, "p005.folded"));
    size_t in_view = r.app->browser.drawn - 1; /* ".." is no file */
    while (r.app->browser.looked < in_view)
        look_once(&r);
    assert_false(is_looked_at(&r, "p150.folded"));
    look_once(&r);
    assert_true(is_looked_at(&r, "p150.folded"));
    app_free(r.app);
}

/* Only the keyboard: filter, choose, come back, sort, clear. */
static void test_keys(void **unused) {
    (void)unused;
    Run r;
    start(&r, "", 0);
    settle(&r);
    const Browser *b = &r.app->browser;
    key(&r, '/');
    frame(&r, &(InputEvent){.kind = INPUT_TEXT, .text = STR("short")});
    settle(&r);
    assert_string_equal(b->filter, "short");
    assert_int_equal(b->matching, 1);
    assert_string_equal(marked(&r), "short.perf");
    key(&r, KEY_ENTER); /* in the field */
    assert_int_equal(r.app->state.mode, MODE_NORMAL);
    assert_int_equal(r.app->session.slot[0].view.samples, 40);
    assert_true(app_do(r.app, STR("file.open"), NULL));
    settle(&r);
    key(&r, KEY_ESC); /* first the filter, then the page */
    assert_string_equal(b->filter, "");
    assert_int_equal(r.app->state.mode, MODE_BROWSER);
    key(&r, 'S');
    assert_int_equal(b->order, FOLDER_BY_FORMAT);
    key(&r, 'R');
    assert_false(b->ascending);
    key(&r, KEY_ESC);
    assert_int_equal(r.app->state.mode, MODE_NORMAL);
    app_free(r.app);
}

/* Opening a file, or leaving the folder, ends what is looked at. */
static void test_leaving_gives_up(void **unused) {
    (void)unused;
    Run r;
    char path[1024];
    start(&r, "many", 2);
    for (int i = 0; i < 5; i++)
        frame(&r, NULL);
    path_of("short.perf", path);
    assert_true(app_open(r.app, 0, path, NULL));
    settle(&r);
    size_t looked = r.app->browser.looked;
    for (int i = 0; i < 20; i++)
        frame(&r, NULL);
    assert_int_equal(r.app->browser.looked, looked);
    assert_true(app_open(r.app, 0, folder, NULL));
    settle(&r);
    assert_int_equal(r.app->browser.looked, r.app->browser.files);
    app_free(r.app);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_files_are),
        cmocka_unit_test(test_the_map_is_the_windows),
        cmocka_unit_test(test_a_large_file_is_left_alone),
        cmocka_unit_test(test_a_slow_load_is_left_alone),
        cmocka_unit_test(test_a_scan_can_be_given_up),
        cmocka_unit_test(test_the_cache_gives_the_same),
        cmocka_unit_test(test_a_changed_file_is_looked_at_again),
        cmocka_unit_test(test_the_cache_is_bounded),
        cmocka_unit_test(test_orders),
        cmocka_unit_test(test_numbers_in_names),
        cmocka_unit_test(test_filters),
        cmocka_unit_test(test_a_folder_of_200),
        cmocka_unit_test(test_what_is_in_view_comes_first),
        cmocka_unit_test(test_keys),
        cmocka_unit_test(test_leaving_gives_up),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}

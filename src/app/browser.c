/* What the browser knows, and its keys. */
#include "app/browser.h"

#include <stdio.h>
#include <string.h>

#include "base/wake.h"
#include "ingest/perf_folder.h"

void browser_init(Browser *b) {
    memset(b, 0, sizeof *b);
    b->ascending = folder_order_ascends(b->order);
    arena_init(&b->arena[0], 0);
    arena_init(&b->arena[1], 0);
    folder_scan_init(&b->scan);
}

void browser_free(Browser *b, Jobs *jobs) {
    folder_scan_free(&b->scan);
    if (b->listing)
        jobs_wait(jobs, &b->ticket);
    buf_free(&b->wanted_files);
    arena_free(&b->arena[0]);
    arena_free(&b->arena[1]);
}

/* ---- listing ------------------------------------------------------------------------------
 */

/* A folder that is a recording is shown as the file it stands for. */
static void see_recording(const char *path, FileEntry *e) {
    char data[STATE_PATH];
    if (!perf_folder(path, data, sizeof data))
        return;
    e->is_folder = false;
    e->size = perf_folder_bytes(data);
}

static void list_folder(Browser *b, Arena *arena) {
    char path[STATE_PATH];
    folder_list(b->wanted, arena, &b->listed_entry, &b->listed_entries, &b->listed_error);
    for (size_t i = 0; i < b->listed_entries && b->listed_entry[i].is_folder; i++) {
        if (strcmp(b->listed_entry[i].name, "..") == 0)
            continue;
        path_join(path, sizeof path, b->wanted, b->listed_entry[i].name);
        see_recording(path, &b->listed_entry[i]);
    }
}

/* Those that are gone have no size. */
static void list_files(Browser *b, Arena *arena) {
    Str rest = buf_str(&b->wanted_files);
    size_t most = 1;
    for (size_t i = 0; i < rest.n; i++)
        most += rest.s[i] == '\n';
    b->listed_entry = ARENA_ARRAY(arena, FileEntry, most);
    while (rest.n) {
        FileEntry *e = &b->listed_entry[b->listed_entries++];
        const char *path = str_copy(arena, str_cut(&rest, '\n')).s;
        bool there = file_stat(path, e);
        if (there && e->is_folder)
            see_recording(path, e);
        if (!there || e->is_folder)
            *e = (FileEntry){.size = -1};
        e->name = path;
    }
}

static void list_job(void *context, uint32_t worker) {
    Browser *b = context;
    (void)worker;
    Arena *arena = &b->arena[b->filling];
    arena_reset(arena);
    b->listed_entries = 0;
    b->listed_error = (Error){0};
    if (b->wanted[0])
        list_folder(b, arena);
    else
        list_files(b, arena);
    wake();
}

/* Where the cursor begins: the first file that is named like a profile, else behind "..". */
static size_t likely_profile(const Browser *b) {
    static const char *const endings[] = {".gz",     ".zst",    ".xz",   ".perf",
                                          ".folded", ".fscope", ".data", ".jfr"};
    for (size_t i = 0; i < b->items; i++)
        for (size_t k = 0; k < sizeof endings / sizeof *endings && !b->item[i].file.is_folder; k++)
            if (str_ends(str_of(b->item[i].file.name), str_of(endings[k])))
                return i;
    return b->items > 1 ? 1 : 0;
}

static void say_gone(Browser *b, Arena *arena, size_t i) {
    Error gone = {0};
    FolderLook *look = ARENA_NEW(arena, FolderLook);
    error_set(&gone, ERROR_IO, "gone: D takes it off this list");
    look_refused(look, &gone);
    b->item[i].look = look;
    b->looked++;
}

static void show_listing(Browser *b) {
    Arena *arena = &b->arena[b->filling];
    bool recent = !b->wanted[0];
    b->items = b->listed_entries;
    b->item = ARENA_ARRAY(arena, FolderItem, b->items);
    b->rows = ARENA_ARRAY(arena, uint32_t, b->items);
    b->files = b->looked = b->listed = 0;
    for (size_t i = 0; i < b->items; i++) {
        b->item[i].file = b->listed_entry[i];
        b->files += !b->listed_entry[i].is_folder;
        if (b->listed_entry[i].size < 0)
            say_gone(b, arena, i);
    }
    if (!recent)
        snprintf(b->folder, sizeof b->folder, "%s", b->wanted);
    if (recent != b->recent) { /* the newest first; another folder is sorted by name again */
        b->order = recent ? FOLDER_AS_LISTED : FOLDER_BY_NAME;
        b->ascending = true;
    }
    b->recent = recent;
    b->filter[0] = 0;
    b->selected = recent ? 0 : likely_profile(b);
    b->scroll = 0;
    b->first_row = b->drawn = 0;
    b->reveal = b->rows_stale = b->undrawn = true;
    b->scan_left = true; /* if one runs, its item is gone */
    folder_scan_stop(&b->scan);
}

static void take_listing(Browser *b) {
    if (!b->listing || !jobs_done(&b->ticket))
        return;
    b->listing = false;
    b->error = b->listed_error;
    if (b->error.kind)
        b->filling ^= 1; /* keep showing the folder before */
    else
        show_listing(b);
}

/* A listing is short; the next wish waits for its end. */
static void end_listing(Browser *b, Jobs *jobs) {
    if (!b->listing)
        return;
    jobs_wait(jobs, &b->ticket);
    take_listing(b);
}

static void begin_listing(Browser *b, Jobs *jobs) {
    b->filling ^= 1;
    b->listing = true;
    jobs_submit(jobs, JOB_QUERY, list_job, b, &b->ticket);
}

void browser_go(Browser *b, Jobs *jobs, const char *folder) {
    char target[STATE_PATH];
    end_listing(b, jobs);
    path_absolute(target, sizeof target, folder);
    snprintf(b->wanted, sizeof b->wanted, "%s", target);
    begin_listing(b, jobs);
}

void browser_go_recent(Browser *b, Jobs *jobs, Str files) {
    end_listing(b, jobs);
    b->wanted[0] = 0;
    buf_clear(&b->wanted_files);
    buf_put(&b->wanted_files, files);
    begin_listing(b, jobs);
}

/* ---- looking at files ---------------------------------------------------------------------
 */

static void consider(const Browser *b, size_t i, size_t *best) {
    if (!b->item[i].file.is_folder && !b->item[i].look &&
        (*best == SIZE_MAX || b->item[i].file.modified_ns > b->item[*best].file.modified_ns))
        *best = i;
}

/* The newest in view, else the newest of all; false when there is none. */
static bool next_file(const Browser *b, size_t *out) {
    *out = SIZE_MAX;
    if (b->looked >= BROWSER_LOOKS)
        return false;
    for (size_t r = b->first_row; r < b->listed && r < b->first_row + b->drawn; r++)
        consider(b, b->rows[r], out);
    bool in_view = *out != SIZE_MAX;
    for (size_t i = 0; !in_view && i < b->items; i++)
        consider(b, i, out);
    return *out != SIZE_MAX;
}

static void take_look(Browser *b, int64_t now_ns) {
    if (!folder_scan_poll(&b->scan, now_ns) || b->scan_left)
        return;
    Arena *arena = &b->arena[b->filling ^ (b->listing ? 1 : 0)];
    b->item[b->scanned].look =
        arena_copy(arena, &b->scan.look, sizeof b->scan.look, _Alignof(FolderLook));
    b->looked++;
    bool by_look = b->order == FOLDER_BY_FORMAT || b->order == FOLDER_BY_DURATION ||
                   b->order == FOLDER_BY_SAMPLES;
    if (by_look || b->filter[0]) /* else it stands where it stood */
        b->rows_stale = true;
}

static void look_at_next(Browser *b, Jobs *jobs, bool use_cache, int64_t now_ns) {
    char path[STATE_PATH];
    size_t next;
    b->looking = !b->listing && next_file(b, &next);
    if (b->undrawn && b->looking) { /* what is in view is known in the next frame */
        b->undrawn = false;
        wake();
        return;
    }
    if (!b->looking || b->scan.busy)
        return;
    path_join(path, sizeof path, b->folder, b->item[next].file.name);
    b->scanned = next;
    b->scan_left = false;
    folder_scan_start(&b->scan, jobs, path, use_cache, now_ns);
}

/* Of the selected item; `listed` when the filter hides it. */
static size_t selected_row(const Browser *b) {
    size_t r = 0;
    while (r < b->listed && b->rows[r] != b->selected)
        r++;
    return r;
}

static void make_rows(Browser *b) {
    b->rows_stale = false;
    b->listed = folder_rows(b->item, b->items, str_of(b->filter), (FolderOrder)b->order,
                            b->ascending, b->rows);
    b->matching = 0;
    for (size_t r = 0; r < b->listed; r++)
        b->matching += !b->item[b->rows[r]].file.is_folder;
    if (b->listed && selected_row(b) == b->listed) /* filtered out: the first that is not ".." */
        b->selected = b->rows[b->listed > 1];
}

void browser_poll(Browser *b, Jobs *jobs, bool shown, bool use_cache, int64_t now_ns) {
    take_look(b, now_ns);
    take_listing(b);
    b->looking = false;
    if (shown)
        look_at_next(b, jobs, use_cache, now_ns);
    else if (b->scan.busy)
        folder_scan_stop(&b->scan);
    if (b->rows_stale)
        make_rows(b);
}

bool browser_settled(const Browser *b) {
    return !b->listing && !b->looking && !b->scan.busy;
}

Str browser_progress(const Browser *b, const View *v) {
    size_t most = b->files < BROWSER_LOOKS ? b->files : BROWSER_LOOKS;
    if (b->listing && !b->items)
        return STR("reading the folder");
    if (b->looked < most)
        return view_text(v, "%zu of %zu looked at", b->looked, most);
    if (b->filter[0])
        return view_text(v, "%zu of %zu files", b->matching, b->files);
    return view_text(v, "%zu file%s", b->files, b->files == 1 ? "" : "s");
}

/* ---- order, filter, keys ------------------------------------------------------------------
 */

void browser_sort(Browser *b, FolderOrder order, bool ascending) {
    b->order = (uint8_t)order;
    b->ascending = ascending;
    b->rows_stale = b->reveal = true;
}

void browser_filter(Browser *b, Str text) {
    snprintf(b->filter, sizeof b->filter, "%.*s", (int)text.n, text.s);
    b->rows_stale = b->reveal = true;
}

void browser_choose(Browser *b, const View *v, Jobs *jobs, size_t i) {
    char path[STATE_PATH];
    path_join(path, sizeof path, b->folder, b->item[i].file.name);
    if (b->item[i].file.is_folder)
        browser_go(b, jobs, path);
    else
        wish(v->wishes, CMD_OPEN, "%s", path);
}

static void select_row(Browser *b, int64_t row) {
    int64_t last = (int64_t)b->listed - 1;
    row = row > last ? last : row < 0 ? 0 : row;
    b->selected = b->rows[row];
    b->reveal = true;
}

bool browser_key(Browser *b, const View *v, Jobs *jobs, const InputEvent *event) {
    if (event->mods || (!b->listed && !(b->recent && event->key == KEY_BACKSPACE)))
        return false;
    int64_t row = (int64_t)selected_row(b), page = b->drawn > 2 ? (int64_t)b->drawn - 1 : 1;
    if (event->key == KEY_DOWN)
        select_row(b, row + 1);
    else if (event->key == KEY_UP)
        select_row(b, row - 1);
    else if (event->key == KEY_PAGE_DOWN)
        select_row(b, row + page);
    else if (event->key == KEY_PAGE_UP)
        select_row(b, row - page);
    else if (event->key == KEY_HOME)
        select_row(b, 0);
    else if (event->key == KEY_END)
        select_row(b, (int64_t)b->listed);
    else if (event->key == KEY_BACKSPACE && b->recent)
        browser_go(b, jobs, b->folder);
    else if (event->key == KEY_BACKSPACE)
        browser_choose(b, v, jobs, 0); /* ".." is the first item */
    else
        return false;
    return true;
}

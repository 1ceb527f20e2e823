#include "app/browser.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/wake.h"

void browser_init(Browser *b) {
    memset(b, 0, sizeof *b);
    arena_init(&b->arena[0], 0);
    arena_init(&b->arena[1], 0);
}

void browser_free(Browser *b, Jobs *jobs) {
    if (b->listing)
        jobs_wait(jobs, &b->ticket);
    arena_free(&b->arena[0]);
    arena_free(&b->arena[1]);
}

static void list_job(void *context, uint32_t worker) {
    Browser *b = context;
    (void)worker;
    Arena *arena = &b->arena[b->filling];
    arena_reset(arena);
    b->listed_entries = 0;
    b->listed_error = (Error){0};
    folder_list(b->wanted, arena, &b->listed_entry, &b->listed_entries, &b->listed_error);
    wake();
}

void browser_go(Browser *b, Jobs *jobs, const char *folder) {
    if (b->listing) { /* a listing is short; the next wish waits for its end */
        jobs_wait(jobs, &b->ticket);
        browser_poll(b);
    }
    char target[STATE_PATH];
    path_absolute(target, sizeof target, folder);
    snprintf(b->wanted, sizeof b->wanted, "%s", target);
    b->filling ^= 1;
    b->listing = true;
    jobs_submit(jobs, JOB_QUERY, list_job, b, &b->ticket);
}

/* Where the cursor begins: the first file that is named like a profile, else behind "..". */
static size_t likely_profile(const Browser *b) {
    static const char *const endings[] = {".gz", ".zst", ".perf", ".folded", ".fscope", ".data", ".jfr"};
    for (size_t i = 0; i < b->entries; i++)
        for (size_t k = 0; k < sizeof endings / sizeof *endings && !b->entry[i].is_folder; k++)
            if (str_ends(str_of(b->entry[i].name), str_of(endings[k])))
                return i;
    return b->entries > 1 ? 1 : 0;
}

void browser_poll(Browser *b) {
    if (!b->listing || !jobs_done(&b->ticket))
        return;
    b->listing = false;
    b->error = b->listed_error;
    if (b->error.kind) {
        b->filling ^= 1; /* keep showing the folder before */
        return;
    }
    b->entry = b->listed_entry;
    b->entries = b->listed_entries;
    snprintf(b->folder, sizeof b->folder, "%s", b->wanted);
    b->selected = likely_profile(b);
    b->scroll = 0;
    b->reveal = true;
}

static void choose(Browser *b, const View *v, Jobs *jobs, size_t i) {
    char path[STATE_PATH];
    path_join(path, sizeof path, b->folder, b->entry[i].name);
    if (b->entry[i].is_folder)
        browser_go(b, jobs, path);
    else
        wish(v->wishes, CMD_OPEN, "%s", path);
}

bool browser_key(Browser *b, const View *v, Jobs *jobs, const InputEvent *event) {
    if (!b->entries)
        return false;
    size_t last = b->entries - 1;
    if (event->key == KEY_DOWN)
        b->selected = b->selected < last ? b->selected + 1 : last;
    else if (event->key == KEY_UP)
        b->selected = b->selected ? b->selected - 1 : 0;
    else if (event->key == KEY_PAGE_DOWN)
        b->selected = b->selected + 10 < last ? b->selected + 10 : last;
    else if (event->key == KEY_PAGE_UP)
        b->selected = b->selected > 10 ? b->selected - 10 : 0;
    else if (event->key == KEY_ENTER)
        choose(b, v, jobs, b->selected);
    else if (event->key == KEY_BACKSPACE)
        choose(b, v, jobs, 0); /* ".." is the first entry */
    else
        return false;
    b->reveal = true;
    return true;
}

static Str size_text(const View *v, int64_t bytes) {
    if (bytes < 1000)
        return view_text(v, "%lld B", (long long)bytes);
    if (bytes < 1000000)
        return view_text(v, "%.0f kB", (double)bytes / 1e3);
    if (bytes < 1000000000)
        return view_text(v, "%.1f MB", (double)bytes / 1e6);
    return view_text(v, "%.1f GB", (double)bytes / 1e9);
}

/* True when it was chosen. */
static bool draw_entry(Browser *b, const View *v, size_t i, Rect r) {
    Ui *ui = v->ui;
    const Theme *t = ui->theme;
    const FileEntry *e = &b->entry[i];
    bool up = str_eq_c(str_of(e->name), "..");
    bool chosen = ui_row(ui, ui_id_at(ui_id("browser"), i), r, i == b->selected);
    float icon = ui_px(ui, 16);
    ui_icon(ui, (Rect){r.x + ui_px(ui, 12), r.y + (r.h - icon) / 2, icon, icon},
            e->is_folder ? "folder" : "file", e->is_folder ? t->accent : t->muted);
    Rect name = {r.x + ui_px(ui, 40), r.y, r.w - ui_px(ui, 160), r.h};
    char cut[512];
    Str text = up ? STR(".. (folder above)")
                  : font_fit(ui->fonts, FACE_REGULAR, t->font * ui->scale, str_of(e->name), name.w, cut, sizeof cut);
    ui_label(ui, name, text, up ? t->muted : t->text, FACE_REGULAR, t->font, -1);
    if (!e->is_folder)
        ui_label(ui, (Rect){r.x + r.w - ui_px(ui, 120), r.y, ui_px(ui, 108), r.h}, size_text(v, e->size),
                 t->muted, FACE_REGULAR, t->font, 1);
    return chosen;
}

static float draw_head(Browser *b, const View *v, Rect panel, const Error *failed) {
    Ui *ui = v->ui;
    const Theme *t = ui->theme;
    float y = panel.y;
    ui_label(ui, (Rect){panel.x, y, panel.w, ui_px(ui, 34)}, STR("Open a profile"), t->text,
             FACE_SEMIBOLD, 22, -1);
    y += ui_px(ui, 36);
    ui_label(ui, (Rect){panel.x, y, panel.w, ui_px(ui, 22)},
             STR("Choose a file below, drop one on this window, or start with: flamescope FILE"),
             t->muted, FACE_REGULAR, t->font, -1);
    y += ui_px(ui, 22);
    ui_label(ui, (Rect){panel.x, y, panel.w, ui_px(ui, 22)},
             STR("Record one: perf record -F 99 -a -g -- sleep 60, then perf script --no-inline > FILE"),
             t->muted, FACE_REGULAR, t->font, -1);
    y += ui_px(ui, 34);
    const Error *e = b->error.kind ? &b->error : failed;
    if (e && e->kind) {
        Rect r = {panel.x, y, panel.w, ui_px(ui, 34)};
        draw_round(ui->draw, r, ui_px(ui, 6), color_alpha(t->danger, 0.14f));
        ui_icon(ui, (Rect){r.x + ui_px(ui, 10), r.y + ui_px(ui, 9), ui_px(ui, 16), ui_px(ui, 16)}, "warning", t->danger);
        char cut[512];
        Str words = view_text(v, "%s%s%s", path_name(e->file), e->file[0] ? ": " : "", e->message);
        words = font_fit(ui->fonts, FACE_REGULAR, t->font * ui->scale, words, r.w - ui_px(ui, 50), cut, sizeof cut);
        ui_label(ui, (Rect){r.x + ui_px(ui, 36), r.y, r.w - ui_px(ui, 46), r.h}, words, t->danger, FACE_REGULAR, t->font, -1);
        y += ui_px(ui, 44);
    }
    ui_label(ui, (Rect){panel.x, y, panel.w, ui_px(ui, 22)}, str_of(b->folder), t->text,
             FACE_SEMIBOLD, t->font, -1);
    return y + ui_px(ui, 28);
}

void browser_draw(Browser *b, const View *v, Jobs *jobs, Rect area, const Error *failed) {
    Ui *ui = v->ui;
    float w = fminf(area.w - ui_px(ui, 48), ui_px(ui, 820));
    Rect panel = {floorf(area.x + (area.w - w) / 2), area.y + ui_px(ui, 40), w, area.h - ui_px(ui, 60)};
    float y = draw_head(b, v, panel, failed), row = ui_px(ui, 32);
    Rect list = {panel.x, y, panel.w, panel.y + panel.h - y};
    draw_round(ui->draw, list, ui_px(ui, 6), ui->theme->panel);
    draw_outline(ui->draw, list, ui_px(ui, 6), ui_px(ui, 1), ui->theme->line);
    list = rect_inset(list, ui_px(ui, 4));
    UiZone z = ui_zone(ui, ui_id("browser list"), list, 0);
    float most = fmaxf((float)b->entries * row - list.h, 0);
    b->scroll = fminf(fmaxf(b->scroll - z.wheel_y * 3 * row, 0), most);
    float at = (float)b->selected * row; /* the keyboard's row stays in view */
    if (b->reveal) {
        b->reveal = false;
        if (at < b->scroll)
            b->scroll = at;
        if (at + row > b->scroll + list.h)
            b->scroll = at + row - list.h;
    }
    Rect was = draw_clip_to(ui->draw, list);
    size_t chosen = SIZE_MAX;
    for (size_t i = (size_t)(b->scroll / row); i < b->entries; i++) {
        float top = list.y + (float)i * row - b->scroll;
        if (top > list.y + list.h)
            break;
        if (draw_entry(b, v, i, (Rect){list.x, top, list.w - (most > 0 ? ui_px(ui, 12) : 0), row}))
            chosen = i;
    }
    if (chosen < b->entries) { /* only now: it may replace the entries */
        b->selected = chosen;
        choose(b, v, jobs, chosen);
    }
    draw_clip(ui->draw, was);
    if (most > 0)
        ui_scrollbar(ui, ui_id("browser scroll"),
                     (Rect){list.x + list.w - ui_px(ui, 10), list.y, ui_px(ui, 8), list.h},
                     (float)b->entries * row, list.h, &b->scroll);
}

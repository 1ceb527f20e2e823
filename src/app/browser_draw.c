/* How the browser looks: words on top, the folder's name beside the filter, headings that sort,
 * and rows, of which only those in view are made. */
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "app/browser.h"
#include "base/hash.h"
#include "picture/heat_pixels.h"

enum { ROW = 40, MAP_W = 176, HEAD = 28 };

/* ---- columns ------------------------------------------------------------------------------
 */

typedef enum CellKind {
    CELL_MAP,
    CELL_NAME,
    CELL_FORMAT,
    CELL_DURATION,
    CELL_SAMPLES,
    CELL_SIZE,
    CELL_MODIFIED,
    CELLS
} CellKind;

typedef struct Columns {
    float x[CELLS], w[CELLS]; /* w 0: left out */
} Columns;

/* Logical widths. The name has what is left. */
static const float widths[CELLS] = {MAP_W, 0, 120, 104, 104, 84, 156};
static const char *const titles[CELLS] = {"",        "Name", "Format",  "Duration",
                                          "Samples", "Size", "Modified"};
static const uint8_t orders[CELLS] = {FOLDER_ORDERS,      FOLDER_BY_NAME,    FOLDER_BY_FORMAT,
                                      FOLDER_BY_DURATION, FOLDER_BY_SAMPLES, FOLDER_BY_SIZE,
                                      FOLDER_BY_MODIFIED};

/* What a narrow window has no room for is left out, the least telling first. */
static Columns columns(const Ui *ui, float x, float w) {
    static const uint8_t expendable[] = {CELL_MODIFIED, CELL_FORMAT, CELL_SIZE,
                                         CELL_DURATION, CELL_MAP,    CELL_SAMPLES};
    Columns c = {{0}, {0}};
    float used = 0, name = ui_px(ui, 150);
    for (int i = 0; i < CELLS; i++)
        used += (c.w[i] = ui_px(ui, widths[i]));
    for (size_t i = 0; i < sizeof expendable && used + name > w; i++) {
        used -= c.w[expendable[i]];
        c.w[expendable[i]] = 0;
    }
    c.w[CELL_NAME] = fmaxf(w - used, 0);
    for (int i = 0; i < CELLS; i++) {
        c.x[i] = x;
        x += c.w[i];
    }
    return c;
}

static bool is_left(int cell) {
    return cell == CELL_NAME || cell == CELL_FORMAT;
}

static Rect cell_rect(const Ui *ui, const Columns *c, int cell, Rect row) {
    float inset = ui_px(ui, 10);
    return (Rect){c->x[cell] + inset, row.y, fmaxf(c->w[cell] - 2 * inset, 0), row.h};
}

static void draw_fitted(const View *v, Rect r, Str text, uint32_t color, int align) {
    char cut[512];
    Ui *ui = v->ui;
    Str fits =
        font_fit(ui->fonts, FACE_REGULAR, ui->theme->font * ui->scale, text, r.w, cut, sizeof cut);
    ui_label(ui, r, fits, color, FACE_REGULAR, ui->theme->font, align);
}

/* ---- headings -----------------------------------------------------------------------------
 */

static void draw_title(const Browser *b, const View *v, const Columns *c, int cell, Rect head) {
    Ui *ui = v->ui;
    uint8_t order = orders[cell];
    bool on = b->order == order;
    Rect r = {c->x[cell], head.y, c->w[cell], head.h};
    UiId id = ui_id_at(ui_id("browser head"), order);
    UiZone z = ui_zone(ui, id, r, ZONE_BUTTON);
    if (z.hover)
        ui->cursor = CURSOR_HAND;
    bool up = on ? !b->ascending : folder_order_ascends(order);
    if (z.clicked && z.button == BUTTON_LEFT)
        wish(v->wishes, CMD_FOLDER_SORT, "%s %s", folder_order_name(order), up ? "up" : "down");
    Str key = command_key(on ? CMD_FOLDER_REVERSE : CMD_FOLDER_SORT, v->arena);
    ui_tip(ui, id, r,
           view_text(v, "Sort by %s%s\t%.*s", folder_order_name(order),
                     on ? ", the other way round" : "", (int)key.n, key.s)
               .s);
    ui_focus_ring(ui, id, rect_inset(r, ui_px(ui, 1)), ui_px(ui, 4));
    const char *arrow = b->ascending ? "\xe2\x86\x91" : "\xe2\x86\x93";
    Str words = str_of(titles[cell]);
    if (on) /* the arrow stands where the title does not begin or end */
        words = is_left(cell) ? view_text(v, "%s %s", titles[cell], arrow)
                              : view_text(v, "%s %s", arrow, titles[cell]);
    ui_label(ui, cell_rect(ui, c, cell, head), words,
             on || z.hover ? ui->theme->text : ui->theme->muted, on ? FACE_SEMIBOLD : FACE_REGULAR,
             ui->theme->font, is_left(cell) ? -1 : 1);
}

static void draw_titles(const Browser *b, const View *v, const Columns *c, Rect head) {
    Ui *ui = v->ui;
    for (int i = CELL_NAME; i < CELLS; i++)
        if (c->w[i] > 0)
            draw_title(b, v, c, i, head);
    float line = ui_px(ui, 1);
    draw_rect(ui->draw, (Rect){head.x, head.y + head.h - line, head.w, line}, ui->theme->line);
}

/* ---- the small map ------------------------------------------------------------------------
 */

static void map_pixels(const View *v, const FolderLook *look, uint32_t *rgba) {
    HeatMapper mapper;
    HeatRamp ramp;
    uint32_t cells = (uint32_t)look->columns * look->rows;
    uint32_t *cell = ARENA_ARRAY(v->arena, uint32_t, cells);
    HeatGrid grid = {.columns = look->columns, .rows = look->rows, .cell = cell};
    for (uint32_t i = 0; i < cells; i++) {
        cell[i] = look->cell[i];
        grid.max = cell[i] > grid.max ? cell[i] : grid.max;
    }
    grid.spec.rows = look->rows;
    grid.spec.column_ns = look->column_ns;
    grid.first_ns = look->first_ns;
    grid.last_ns = look->last_ns;
    heat_mapper(&grid, (HeatScale)v->state->scale, &mapper);
    heat_ramp_of(&grid, (HeatPalette)v->state->heat_palette, v->ui->theme->dark, &ramp);
    heat_pixels(&grid, &mapper, &ramp, 0, grid.columns, grid.columns, grid.rows,
                v->state->downwards, rgba);
}

static void draw_map(const View *v, const FolderItem *item, Rect r) {
    const FolderLook *look = item->look;
    const State *s = v->state;
    if (!look || !look->columns)
        return;
    uint32_t w = look->columns, h = look->rows;
    uint32_t *rgba = ARENA_ARRAY(v->arena, uint32_t, (size_t)w * h);
    map_pixels(v, look, rgba);
    uint64_t content = hash_bytes(look, sizeof *look);
    DrawImage image = {
        .id = ui_id_at(ui_id("browser map"), hash_bytes(item->file.name, strlen(item->file.name))),
        .w = w,
        .h = h,
        .rgba = rgba,
        .source = {0, 0, (float)w, (float)h}};
    image.generation = content ^ (1 + s->scale + 16u * s->heat_palette + 256u * v->ui->theme->dark +
                                  512u * s->downwards);
    draw_image(v->ui->draw, r, &image);
}

/* ---- rows ---------------------------------------------------------------------------------
 */

static Str size_text(const View *v, int64_t bytes) {
    if (bytes < 1000)
        return view_text(v, "%lld B", (long long)bytes);
    if (bytes < 1000000)
        return view_text(v, "%.0f kB", (double)bytes / 1e3);
    if (bytes < 1000000000)
        return view_text(v, "%.1f MB", (double)bytes / 1e6);
    return view_text(v, "%.1f GB", (double)bytes / 1e9);
}

static Str modified_text(const View *v, int64_t ns) {
    char text[32];
    struct tm local;
    time_t seconds = (time_t)(ns / 1000000000);
    if (!localtime_r(&seconds, &local) || !strftime(text, sizeof text, "%Y-%m-%d %H:%M", &local))
        return STR("");
    return view_text(v, "%s", text);
}

static Str fact_text(const View *v, const FolderItem *item, int cell) {
    const FolderLook *look = item->look;
    if (item->file.size < 0)
        return STR(""); /* it is gone */
    if (cell == CELL_MODIFIED)
        return modified_text(v, item->file.modified_ns);
    if (cell == CELL_SIZE)
        return item->file.is_folder ? STR("") : size_text(v, item->file.size);
    if (!look)
        return item->file.is_folder || cell != CELL_FORMAT ? STR("") : STR("\xe2\x80\xa6");
    if (cell == CELL_FORMAT)
        return str_of(look->format);
    if (look->kind != LOOK_PROFILE)
        return STR("");
    if (cell == CELL_SAMPLES)
        return view_short(v, look->samples);
    return look->has_time ? view_span(v, look->duration_ns) : STR("no times");
}

/* Why there are no facts, over the columns that would hold them. */
static void draw_why(const View *v, const Columns *c, const FolderItem *item, Rect row) {
    const FolderLook *look = item->look;
    int from = look->kind == LOOK_LARGE ? CELL_DURATION : CELL_FORMAT;
    float x = c->x[from], right = c->x[CELL_SIZE];
    Rect r = {x + ui_px(v->ui, 10), row.y, right - x - ui_px(v->ui, 20), row.h};
    if (r.w > ui_px(v->ui, 60))
        draw_fitted(v, r, str_of(look->why), v->ui->theme->muted, -1);
}

static void draw_facts(const View *v, const Columns *c, const FolderItem *item, Rect row) {
    Ui *ui = v->ui;
    bool why = item->look && item->look->kind != LOOK_PROFILE;
    for (int i = CELL_FORMAT; i < CELLS; i++) {
        bool plain = i == CELL_SAMPLES || i == CELL_DURATION;
        if (c->w[i] > 0)
            draw_fitted(v, cell_rect(ui, c, i, row), fact_text(v, item, i),
                        plain ? ui->theme->text : ui->theme->muted, is_left(i) ? -1 : 1);
    }
    if (why)
        draw_why(v, c, item, row);
}

/* Of a file that was opened last: its name, and where it is. */
static void draw_name(const View *v, const FolderItem *item, Rect r, uint32_t color) {
    Ui *ui = v->ui;
    const char *path = item->file.name, *name = path_name(path);
    if (name == path) {
        draw_fitted(v, r, folder_is_up(item) ? STR(".. (folder above)") : str_of(path), color, -1);
        return;
    }
    draw_fitted(v, r, str_of(name), color, -1);
    float used = ui_text_width(ui, str_of(name), FACE_REGULAR, ui->theme->font) + ui_px(ui, 12);
    Rect rest = {r.x + used, r.y, r.w - used, r.h};
    if (rest.w > ui_px(ui, 60))
        draw_fitted(v, rest, (Str){path, (size_t)(name - path)}, ui->theme->muted, -1);
}

/* True when it was chosen. */
static bool draw_row(const Browser *b, const View *v, const Columns *c, size_t i, Rect r) {
    Ui *ui = v->ui;
    const Theme *t = ui->theme;
    const FolderItem *item = &b->item[i];
    bool up = folder_is_up(item), refused = item->look && item->look->kind == LOOK_REFUSED;
    bool chosen = ui_row(ui, ui_id_at(ui_id("browser"), i), r, i == b->selected);
    Rect name = cell_rect(ui, c, CELL_NAME, r);
    float icon = ui_px(ui, 16);
    ui_icon(ui, (Rect){name.x, r.y + (r.h - icon) / 2, icon, icon},
            item->file.is_folder ? "folder" : "file", item->file.is_folder ? t->accent : t->muted);
    name.x += icon + ui_px(ui, 8);
    name.w -= icon + ui_px(ui, 8);
    Str key = command_key(CMD_FOLDER_CHOOSE, v->arena);
    ui_tip(ui, ui_id_at(ui_id("browser"), i), r,
           view_text(v, "%s\t%.*s", item->file.is_folder ? "List this folder" : "Open this file",
                     (int)key.n, key.s)
               .s);
    draw_name(v, item, name, up || refused ? t->muted : t->text);
    Rect map = {c->x[CELL_MAP] + ui_px(ui, 6), r.y + ui_px(ui, 4), c->w[CELL_MAP] - ui_px(ui, 12),
                r.h - ui_px(ui, 8)};
    if (c->w[CELL_MAP] > 0)
        draw_map(v, item, map);
    if (!up)
        draw_facts(v, c, item, r);
    return chosen;
}

static void draw_rows(Browser *b, const View *v, Jobs *jobs, const Columns *c, Rect list,
                      float row) {
    Rect was = draw_clip_to(v->ui->draw, list);
    size_t chosen = SIZE_MAX;
    b->first_row = (size_t)(b->scroll / row);
    b->drawn = 0;
    for (size_t r = b->first_row; r < b->listed; r++) {
        float top = list.y + roundf((float)r * row - b->scroll);
        if (top >= list.y + list.h)
            break;
        if (draw_row(b, v, c, b->rows[r], (Rect){list.x, top, list.w, row}))
            chosen = b->rows[r];
        b->drawn++;
    }
    draw_clip(v->ui->draw, was);
    if (chosen < b->items) { /* only now: it may replace the items */
        b->selected = chosen;
        browser_choose(b, v, jobs, chosen);
    }
}

static void scroll_to_selected(Browser *b, Rect list, float row) {
    size_t r = 0;
    while (r < b->listed && b->rows[r] != b->selected)
        r++;
    float at = (float)r * row;
    b->reveal = false;
    if (r == b->listed)
        return;
    if (at < b->scroll)
        b->scroll = at;
    if (at + row > b->scroll + list.h)
        b->scroll = at + row - list.h;
}

static void draw_empty(const Browser *b, const View *v, Rect list) {
    const char *words = NULL;
    if (b->listing && !b->items)
        words = "Reading the folder\xe2\x80\xa6";
    else if (b->filter[0] && b->listed <= !b->recent)
        words = "Nothing here matches the filter. Esc clears it.";
    else if (b->recent && !b->items && !b->listing)
        words = "No file was opened yet. Backspace goes to the folder.";
    else if (!b->recent && b->items <= 1 && !b->listing)
        words = "This folder is empty.";
    if (words)
        ui_label(v->ui, list, str_of(words), v->ui->theme->muted, FACE_REGULAR, v->ui->theme->font,
                 0);
}

static void draw_list(Browser *b, const View *v, Jobs *jobs, Rect area) {
    Ui *ui = v->ui;
    float row = ui_px(ui, ROW), head = ui_px(ui, HEAD);
    draw_round(ui->draw, area, ui_px(ui, 6), ui->theme->panel);
    draw_outline(ui->draw, area, ui_px(ui, 6), ui_px(ui, 1), ui->theme->line);
    area = rect_inset(area, ui_px(ui, 4));
    Rect list = {area.x, area.y + head, area.w, area.h - head};
    if (list.h < row / 2)
        return;
    UiZone z = ui_zone(ui, ui_id("browser list"), list, 0);
    float most = fmaxf((float)b->listed * row - list.h, 0);
    b->scroll = fminf(fmaxf(b->scroll - z.wheel_y * 2 * row, 0), most);
    if (b->reveal)
        scroll_to_selected(b, list, row);
    float bar = most > 0 ? ui_px(ui, 12) : 0;
    Columns c = columns(ui, list.x, list.w - bar);
    draw_titles(b, v, &c, (Rect){area.x, area.y, area.w, head});
    draw_empty(b, v, list);
    draw_rows(b, v, jobs, &c, (Rect){list.x, list.y, list.w - bar, list.h}, row);
    if (most > 0)
        ui_scrollbar(ui, ui_id("browser scroll"),
                     (Rect){list.x + list.w - ui_px(ui, 10), list.y, ui_px(ui, 8), list.h},
                     (float)b->listed * row, list.h, &b->scroll);
}

/* ---- above the list -----------------------------------------------------------------------
 */

static float draw_words(const View *v, Rect panel, bool roomy) {
    Ui *ui = v->ui;
    const Theme *t = ui->theme;
    float y = panel.y, line = ui_px(ui, 22);
    ui_label(ui, (Rect){panel.x, y, panel.w, ui_px(ui, 34)}, STR("Open a profile"), t->text,
             FACE_SEMIBOLD, 22, -1);
    y += ui_px(ui, 36);
    if (!roomy)
        return y;
    Str key = command_key(CMD_OPEN, v->arena), tour = command_key(CMD_TOUR, v->arena);
    Str words[] = {
        view_text(
            v,
            "Choose a file below, or drop one on this window. %.*s comes back here. From a shell: flamescope FILE",
            (int)key.n, key.s),
        STR("Record this machine and watch it come in: flamescope record -a. Or: perf record -g COMMAND, and open perf.data"),
        view_text(v, "New here? A tour of three minutes: %.*s, or flamescope --demo", (int)tour.n,
                  tour.s),
    };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++, y += line)
        draw_fitted(v, (Rect){panel.x, y, panel.w, line}, words[i], t->muted, -1);
    return y + ui_px(ui, 10);
}

static float draw_error(const View *v, Rect panel, float y, const Error *e) {
    Ui *ui = v->ui;
    const Theme *t = ui->theme;
    if (!e || !e->kind)
        return y;
    Rect r = {panel.x, y, panel.w, ui_px(ui, 34)};
    draw_round(ui->draw, r, ui_px(ui, 6), color_alpha(t->danger, 0.14f));
    ui_icon(ui, (Rect){r.x + ui_px(ui, 10), r.y + ui_px(ui, 9), ui_px(ui, 16), ui_px(ui, 16)},
            "warning", t->danger);
    Str words = view_text(v, "%s%s%s", path_name(e->file), e->file[0] ? ": " : "", e->message);
    draw_fitted(v, (Rect){r.x + ui_px(ui, 36), r.y, r.w - ui_px(ui, 46), r.h}, words, t->danger,
                -1);
    return y + ui_px(ui, 44);
}

/* What is listed: files opened last, or a folder. Returns where the next may begin. */
static float draw_tabs(Browser *b, const View *v, Jobs *jobs, float x, float y, float h) {
    Ui *ui = v->ui;
    static const char *const labels[] = {"Recent files", "Folder"};
    const char *const tips[] = {command_tip(CMD_RECENT, v->arena),
                                "The folder that was shown last\tBackspace"};
    for (int i = 0; i < 2; i++) {
        float w =
            ui_text_width(ui, str_of(labels[i]), FACE_SEMIBOLD, ui->theme->font) + ui_px(ui, 22);
        bool on = b->recent == (i == 0);
        if (ui_tab(ui, ui_id(labels[i]), (Rect){x, y, w, h}, str_of(labels[i]), on, tips[i]) &&
            !on) {
            if (i == 0)
                wish(v->wishes, CMD_RECENT, "%s", "");
            else
                browser_go(b, jobs, b->folder);
        }
        x += w + ui_px(ui, 4);
    }
    return x + ui_px(ui, 12);
}

/* Recent files or a folder, its name, and the filter. */
static float draw_filter_line(Browser *b, const View *v, Jobs *jobs, Rect panel, float y) {
    Ui *ui = v->ui;
    UiId id = ui_id("folder filter");
    float h = ui_px(ui, ui->theme->control_h), w = fminf(ui_px(ui, 260), panel.w * 0.5f);
    float left = draw_tabs(b, v, jobs, panel.x, y, h);
    w = fminf(w, panel.x + panel.w - left);
    char text[BROWSER_FILTER];
    snprintf(text, sizeof text, "%s", b->filter);
    Rect field = {panel.x + panel.w - w, y, w, h};
    FieldResult did = ui_field(ui, id, field, text, sizeof text, STR("Filter names and formats"),
                               command_key(CMD_SEARCH, v->arena), false);
    ui_tip(ui, id, field, command_tip(CMD_FOLDER_FILTER, v->arena));
    if (did == FIELD_CHANGED)
        browser_filter(b, str_of(text));
    if (did == FIELD_ESC)
        browser_filter(b, STR(""));
    if (did == FIELD_ENTER && b->listed)
        wish(v->wishes, CMD_FOLDER_CHOOSE, "%s", "");
    if (did == FIELD_ESC || did == FIELD_ENTER)
        ui_set_focus(ui, 0, false);
    char cut[512];
    Rect name = {left, y, panel.x + panel.w - w - ui_px(ui, 14) - left, h};
    Str fits = font_fit(ui->fonts, FACE_SEMIBOLD, ui->theme->font * ui->scale,
                        str_of(b->recent ? "" : b->folder), fmaxf(name.w, 0), cut, sizeof cut);
    ui_label(ui, name, fits, ui->theme->text, FACE_SEMIBOLD, ui->theme->font, -1);
    return y + h + ui_px(ui, 8);
}

void browser_draw(Browser *b, const View *v, Jobs *jobs, Rect area, const Error *failed) {
    Ui *ui = v->ui;
    bool roomy = area.h > ui_px(ui, 420);
    float w = floorf(fminf(area.w - ui_px(ui, 48), ui_px(ui, 1240))),
          top = ui_px(ui, roomy ? 28 : 8);
    Rect panel = {floorf(area.x + (area.w - w) / 2), area.y + top, w,
                  area.h - top - ui_px(ui, roomy ? 20 : 8)};
    float y = draw_words(v, panel, roomy);
    y = draw_error(v, panel, y, b->error.kind ? &b->error : failed);
    y = draw_filter_line(b, v, jobs, panel, y);
    draw_list(b, v, jobs, (Rect){panel.x, y, panel.w, panel.y + panel.h - y});
}

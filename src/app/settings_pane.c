#include "app/settings_pane.h"

#include <math.h>

enum { ROW = 36, LABEL = 190, WIDE = 620, ITEMS = 16 };

typedef struct Form {
    const View *v;
    Rect row; /* the next one */
    Rect body;
    float show; /* how far what has the focus is out of view */
} Form;

/* Of a list; the command takes what the item is called, or args[i]. */
typedef struct Choice {
    const char *label;
    CommandId id;
    uint32_t n, now;
    const char *item[ITEMS], *args[ITEMS];
} Choice;

static void add(Choice *c, const char *item, const char *args) {
    if (c->n < ITEMS) {
        c->item[c->n] = item;
        c->args[c->n++] = args;
    }
}

static void draw_choice(Form *f, const Choice *c) {
    const View *v = f->v;
    Ui *ui = v->ui;
    Rect r = f->row, label = {r.x, r.y, fminf(ui_px(ui, LABEL), r.w * 0.5f), r.h};
    Str items[ITEMS];
    uint32_t chosen = c->now;
    UiId id = ui_id_at(ui_id("setting"), c->id);
    f->row.y += ui_px(ui, ROW);
    if (ui_has_focus(ui, id) && ui->focus_visible)
        f->show =
            fmaxf(f->row.y - f->body.y - f->body.h, 0) + fminf(r.y - ui_px(ui, 4) - f->body.y, 0);
    ui_label(ui, label, str_of(c->label), ui->theme->text, FACE_REGULAR, ui->theme->font, -1);
    for (uint32_t i = 0; i < c->n; i++)
        items[i] = str_of(c->item[i]);
    Rect box = {label.x + label.w, r.y, r.w - label.w, ui_px(ui, ui->theme->control_h)};
    if (ui_select(ui, id, box, STR(""), items, c->n, &chosen, command_tip(c->id, v->arena)))
        wish(v->wishes, c->id, "%s", c->args[chosen]);
}

/* -- each of them */

static void theme_row(Form *f) {
    Choice c = {.label = "Theme", .id = CMD_THEME, .now = f->v->state->theme};
    for (int i = 0; i < THEME_COUNT; i++)
        add(&c, theme_name((ThemeKind)i), theme_name((ThemeKind)i));
    draw_choice(f, &c);
}

/* The usual steps, and what it is now. */
static void number_row(Form *f, const char *label, CommandId id, const uint32_t *steps, uint32_t n,
                       uint32_t now, const char *unit) {
    const View *v = f->v;
    Choice c = {.label = label, .id = id, .now = UINT32_MAX};
    for (uint32_t i = 0; i <= n; i++) {
        uint32_t value = i < n ? steps[i] : now;
        if (i == n && c.now != UINT32_MAX)
            break;
        if (value == now)
            c.now = c.n;
        add(&c, view_text(v, "%u%s", value, unit).s, view_text(v, "%u", value).s);
    }
    draw_choice(f, &c);
}

static void heat_rows(Form *f) {
    const State *s = f->v->state;
    static const char *const scales[] = {"square root", "linear", "logarithmic", "percentile"};
    Choice heat = {.label = "Heat map palette", .id = CMD_PALETTE, .now = s->heat_palette};
    Choice scale = {.label = "Colour scale", .id = CMD_SCALE, .now = s->scale};
    Choice time = {.label = "Time runs", .id = CMD_DOWNWARDS, .now = s->downwards};
    for (int i = 0; i < HEAT_PALETTE_COUNT; i++)
        add(&heat, heat_palette_name((HeatPalette)i), heat_palette_name((HeatPalette)i));
    for (int i = 0; i < SCALE_COUNT; i++)
        add(&scale, scales[i], heat_scale_name((HeatScale)i));
    add(&time, "up a column", ""); /* either item is the other one: the command turns it round */
    add(&time, "down a column", "");
    draw_choice(f, &heat);
    draw_choice(f, &scale);
    draw_choice(f, &time);
}

static void flame_rows(Form *f) {
    const State *s = f->v->state;
    Choice flame = {.label = "Flame graph palette", .id = CMD_COLORS, .now = s->flame_palette};
    Choice diff = {.label = "Differences", .id = CMD_COMPARE_COLORS, .now = s->diff_palette};
    for (int i = 0; i < FLAME_PALETTE_COUNT; i++)
        add(&flame, flame_palette_name((FlamePalette)i), flame_palette_name((FlamePalette)i));
    for (int i = 0; i < DIFF_PALETTE_COUNT; i++)
        add(&diff, diff_palette_name((DiffPalette)i), diff_palette_name((DiffPalette)i));
    draw_choice(f, &flame);
    draw_choice(f, &diff);
}

static void switch_row(Form *f, const char *label, CommandId id, bool on) {
    Choice c = {.label = label, .id = id, .now = on};
    add(&c, "off", "off");
    add(&c, "on", "on");
    draw_choice(f, &c);
}

enum { ROWS = 10 };

static void all_rows(Form *f, bool still) {
    static const uint32_t sizes[] = {80, 90, 100, 110, 125, 150, 175, 200};
    static const uint32_t rows[] = {10, 20, 25, 40, 50, 99, 100, 200, 500, 1000};
    const State *s = f->v->state;
    theme_row(f);
    number_row(f, "Size of text", CMD_TEXT_RESET, sizes, sizeof sizes / sizeof *sizes,
               s->text_percent, " %");
    switch_row(f, "Colours for every vision", CMD_SAFE_COLORS, settings_safe(s));
    switch_row(f, "Reduced motion", CMD_REDUCED_MOTION, still);
    number_row(f, "Rows of the heat map", CMD_ROWS, rows, sizeof rows / sizeof *rows, s->rows, "");
    heat_rows(f);
    flame_rows(f);
}

bool settings_draw(SettingsPane *pane, const View *v, bool still, const KeptFile *kept) {
    Ui *ui = v->ui;
    const Theme *t = ui->theme;
    Rect panel;
    float head = ui_px(ui, 56), foot = ui_px(ui, 44), pad = ui_px(ui, 28),
          total = ROWS * ui_px(ui, ROW) + ui_px(ui, 4);
    float w = fminf(ui->window.w - ui_px(ui, 24), ui_px(ui, WIDE)), h = head + foot + total;
    if (!ui_modal_begin(ui, ui_id("settings"), w, fminf(h, ui->window.h - ui_px(ui, 16)), &panel))
        return false;
    Rect line = {panel.x + pad, panel.y + ui_px(ui, 18), panel.w - 2 * pad, ui_px(ui, 28)};
    ui_label(ui, line, STR("Settings"), t->text, FACE_SEMIBOLD, 18, -1);
    ui_label(ui, line, STR("Esc closes"), t->muted, FACE_REGULAR, t->font_axis, 1);
    Rect body = {panel.x + pad / 2, panel.y + head, panel.w - pad, panel.h - head - foot};
    float most = fmaxf(total - body.h, 0);
    UiZone z = ui_zone(ui, ui_id("settings body"), body, 0);
    pane->scroll = fminf(fmaxf(pane->scroll - z.wheel_y * ui_px(ui, ROW), 0), most);
    Rect was = draw_clip_to(ui->draw, body);
    Form f = {.v = v,
              .body = body,
              .row = {line.x, body.y + ui_px(ui, 4) - pane->scroll, line.w, ui_px(ui, 28)}};
    all_rows(&f, still);
    draw_clip(ui->draw, was);
    float before = pane->scroll;
    pane->scroll = fminf(fmaxf(before + f.show, 0), most);
    if (fabsf(pane->scroll - before) >= 1 &&
        body.h > ui_px(ui, ROW)) /* a window without room for a row never shows it */
        view_wake(v, v->now_ns);
    if (most > 0)
        ui_scrollbar(ui, ui_id("settings scroll"),
                     (Rect){panel.x + panel.w - ui_px(ui, 14), body.y, ui_px(ui, 8), body.h}, total,
                     body.h, &pane->scroll);
    Str where = kept->path[0]      ? view_text(v, "Remembered in %s", kept->path)
                : kept->unreadable ? STR("Not remembered: what was remembered cannot be read")
                                   : STR("Not remembered: there is no home folder");
    ui_label(ui, (Rect){line.x, panel.y + panel.h - foot + ui_px(ui, 6), line.w, ui_px(ui, 28)},
             where, t->muted, FACE_REGULAR, t->font_axis, -1);
    ui_modal_end(ui);
    return true;
}

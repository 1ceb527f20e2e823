#include "app/command_palette.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "app/command_search.h"
#include "app/program.h"

enum { ROW = 30, WIDE = 720, HIGH = 560, HEAD = 66 };

static bool needs_value(CommandId id) {
    return commands[id].args[0] && commands[id].args[0] != '[';
}

static void ask_words(CommandPalette *p) {
    p->asking = CMD_COUNT;
    p->text[0] = 0;
    p->error = (Error){0};
    p->at = CMD_COUNT;
    p->scroll = 0;
}

void command_palette_open(CommandPalette *p) {
    if (p->chosen && !p->open)
        return; /* what was chosen runs first */
    ask_words(p);
    p->open = true;
    p->chosen = false;
}

static void choose(CommandPalette *p, const View *v, const App *app, CommandId id,
                   bool with_value) {
    if (id == CMD_COUNT || !commands[id].available(app))
        return;
    if (needs_value(id) || (with_value && commands[id].args[0])) {
        ask_words(p);
        p->asking = id;
        ui_set_focus(v->ui, ui_id("palette value"), true);
        return;
    }
    p->run = id;
    p->chosen = true;
    p->text[0] = 0;
}

void command_palette_run(CommandPalette *p, App *app) {
    if (!p->chosen)
        return;
    bool shown = p->open;
    p->open = false; /* before it runs: it may open this again, or save what the window shows … */
    if (shown)
        return; /* … as which this must not be drawn any more */
    Error err = {0};
    bool asked = p->asking == p->run;
    p->chosen = false;
    if (app_run(app, p->run, str_trim(str_of(p->text)), &err))
        return;
    p->open = asked;
    p->error = err;
    if (!asked)
        app_notice(app, "%s", err.message);
}

/* -- the list */

typedef struct Found {
    CommandId id[CMD_COUNT];
    uint32_t n, at; /* at: row of the mark */
} Found;

/* What cannot be done now comes last. */
static void find(CommandPalette *p, const App *app, Found *f) {
    CommandId later[CMD_COUNT];
    uint32_t all = command_search(str_of(p->text), f->id), n = 0;
    f->n = 0;
    for (uint32_t i = 0; i < all; i++) {
        if (commands[f->id[i]].available(app))
            f->id[f->n++] = f->id[i];
        else
            later[n++] = f->id[i];
    }
    memcpy(&f->id[f->n], later, n * sizeof *later);
    f->n = all;
    f->at = 0;
    while (f->at < f->n && f->id[f->at] != p->at)
        f->at++;
    if (f->at == f->n) /* not there any more: the best */
        f->at = 0;
    p->at = f->n ? f->id[f->at] : CMD_COUNT;
}

static void mark(CommandPalette *p, Found *f, int64_t row) {
    int64_t last = (int64_t)f->n - 1;
    if (last < 0)
        return;
    f->at = (uint32_t)(row < 0 ? 0 : row > last ? last : row);
    p->at = f->id[f->at];
    p->reveal = true;
}

/* Everything that the field leaves is for the list, or for nobody while this lies over the window.
 */
static void list_keys(CommandPalette *p, const View *v, Found *f, int64_t page) {
    for (uint32_t i = 0; i < v->ui->events; i++) {
        const InputEvent *e = &v->ui->event[i];
        bool mine =
            e->kind == INPUT_KEY && e->window == v->ui->window_index && !ui_event_used(v->ui, i);
        if (!mine || command_for_key(CONTEXT_GLOBAL, e) == CMD_COMMANDS)
            continue;
        ui_use_event(v->ui, i);
        int64_t by = e->key == KEY_DOWN        ? 1
                     : e->key == KEY_UP        ? -1
                     : e->key == KEY_PAGE_DOWN ? page
                     : e->key == KEY_PAGE_UP   ? -page
                                               : 0;
        if (by)
            mark(p, f, (int64_t)f->at + by);
    }
}

/* True when it was clicked. */
static bool draw_row(const View *v, CommandId id, bool marked, bool usable, Rect r) {
    Ui *ui = v->ui;
    const Theme *t = ui->theme;
    UiZone z = ui_zone(ui, ui_id_at(ui_id("palette row"), id), r, 0);
    if (marked || (z.hover && usable))
        draw_round(ui->draw, r, ui_px(ui, 4), marked ? t->chip_tint : t->control);
    if (marked)
        draw_outline(ui->draw, r, ui_px(ui, 4), fmaxf(1, ui_px(ui, 1.5f)), t->accent);
    const Command *c = &commands[id];
    Rect in = {r.x + ui_px(ui, 10), r.y, r.w - ui_px(ui, 20), r.h};
    Str key = command_key(id, v->arena);
    float key_w = ceilf(ui_text_width(ui, key, FACE_SEMIBOLD, t->font_axis));
    ui_label(ui, in, key, usable ? t->text : t->muted, FACE_SEMIBOLD, t->font_axis, 1);
    in.w -= key_w + ui_px(ui, key.n ? 14 : 0);
    Str name = view_text(v, "%s%s%s", c->name, c->args[0] ? " " : "", c->args);
    float name_w = ceilf(ui_text_width(ui, name, FACE_REGULAR, t->font_axis));
    if (in.w > 2.2f * name_w) {
        ui_label(ui, in, name, t->muted, FACE_REGULAR, t->font_axis, 1);
        in.w -= name_w + ui_px(ui, 14);
    }
    Str help = usable ? str_of(c->help) : view_text(v, "%s (not now)", c->help);
    ui_label(ui, in, help, usable ? t->text : t->muted, FACE_REGULAR, t->font, -1);
    return z.clicked && z.button == BUTTON_LEFT;
}

static void draw_list(CommandPalette *p, const View *v, const App *app, Found *f, Rect list) {
    Ui *ui = v->ui;
    float row = ui_px(ui, ROW), total = (float)f->n * row, at = (float)f->at * row;
    UiZone z = ui_zone(ui, ui_id("palette list"), list, 0);
    p->scroll -= z.wheel_y * 2 * row;
    if (p->reveal)
        p->scroll = fminf(fmaxf(p->scroll, at + row - list.h), at);
    p->reveal = false;
    p->scroll = fminf(fmaxf(p->scroll, 0), fmaxf(total - list.h, 0));
    float bar = total > list.h ? ui_px(ui, 12) : 0;
    Rect was = draw_clip_to(ui->draw, list);
    CommandId clicked = CMD_COUNT;
    for (uint32_t i = (uint32_t)(p->scroll / row); i < f->n; i++) {
        Rect r = {list.x, floorf(list.y + (float)i * row - p->scroll), list.w - bar, row};
        if (r.y >= list.y + list.h)
            break;
        if (draw_row(v, f->id[i], i == f->at, commands[f->id[i]].available(app), r))
            clicked = f->id[i];
    }
    draw_clip(ui->draw, was);
    if (bar > 0)
        ui_scrollbar(ui, ui_id("palette scroll"),
                     (Rect){list.x + list.w - ui_px(ui, 8), list.y, ui_px(ui, 8), list.h}, total,
                     list.h, &p->scroll);
    if (!f->n)
        ui_label(ui, list, STR("No command has all of these words."), ui->theme->muted,
                 FACE_REGULAR, ui->theme->font, 0);
    choose(p, v, app, clicked, false);
}

static void take_words(CommandPalette *p, const View *v, const App *app, Rect field, Rect list) {
    Ui *ui = v->ui;
    UiId id = ui_id("palette words");
    if (!ui_has_focus(ui, id))
        ui_set_focus(ui, id, true);
    FieldResult did = ui_field(ui, id, field, p->text, sizeof(p->text),
                               STR("What to do, in a few words"), STR("Enter runs"), false);
    ui_tip(ui, id, field, "Words of what a command does, its name or its key, in any order");
    if (did == FIELD_CHANGED) {
        p->at = CMD_COUNT;
        p->scroll = 0;
    }
    Found f;
    find(p, app, &f);
    list_keys(p, v, &f, (int64_t)(list.h / ui_px(ui, ROW)) - 1);
    if (did == FIELD_ENTER || did == FIELD_SHIFT_ENTER)
        choose(p, v, app, p->at, did == FIELD_SHIFT_ENTER);
    else
        draw_list(p, v, app, &f, list);
}

static void take_value(CommandPalette *p, const View *v, Rect field, Rect below) {
    Ui *ui = v->ui;
    const Theme *t = ui->theme;
    const Command *c = &commands[p->asking];
    UiId id = ui_id("palette value");
    if (!ui_has_focus(ui, id))
        ui_set_focus(ui, id, true);
    bool bad = p->error.kind != ERROR_NONE;
    FieldResult did =
        ui_field(ui, id, field, p->text, sizeof(p->text), str_of(c->args), STR("Enter runs"), bad);
    ui_tip(ui, id, field, c->help);
    if (did == FIELD_CHANGED)
        p->error = (Error){0};
    if (did == FIELD_ENTER || did == FIELD_SHIFT_ENTER) {
        p->run = p->asking;
        p->chosen = true;
    }
    float line = ui_px(ui, ROW);
    Rect r = {below.x, below.y, below.w, line};
    ui_label(ui, r, str_of(c->help), t->text, FACE_REGULAR, t->font, -1);
    r.y += line;
    ui_label(ui, r, bad ? str_of(p->error.message) : view_text(v, "%s %s", c->name, c->args),
             bad ? t->danger : t->muted, FACE_REGULAR, t->font, -1);
}

void command_palette_draw(CommandPalette *p, const View *v, const App *app) {
    Ui *ui = v->ui;
    Rect panel;
    float w = fminf(ui->window.w - ui_px(ui, 40), ui_px(ui, WIDE));
    float h = fminf(ui->window.h - ui_px(ui, 40),
                    ui_px(ui, p->asking == CMD_COUNT ? HIGH : HEAD + 2 * ROW + 12));
    if (!p->open)
        return;
    if (!ui_modal_begin(ui, ui_id("command palette"), w, h, &panel)) {
        p->open = false;
        return;
    }
    float pad = ui_px(ui, 16);
    Rect field = {panel.x + pad, panel.y + pad, panel.w - 2 * pad, ui_px(ui, 34)};
    Rect list = {panel.x + pad, panel.y + ui_px(ui, HEAD), panel.w - 2 * pad,
                 panel.h - ui_px(ui, HEAD + 10)};
    if (p->asking == CMD_COUNT)
        take_words(p, v, app, field, list);
    else
        take_value(p, v, field, list);
    ui_modal_end(ui);
}

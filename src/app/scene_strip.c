#include "app/scene_strip.h"

#include <math.h>
#include <string.h>

#include "app/presenter.h"

enum { CARD_W = 184, CARD_H = 48, STRIP_H = 62 };

float scene_strip_height(const SceneStrip *s, const View *v, const Scenes *scenes) {
    return s->hidden || !scenes->count ? 0 : ui_px(v->ui, STRIP_H);
}

/* -- cards */

typedef struct Cards {
    SceneStrip *s;
    const View *v;
    const Scenes *scenes;
    Range whole;
    Rect area; /* of the cards alone */
} Cards;

static float card_step(const Cards *c) {
    return ui_px(c->v->ui, CARD_W + 8);
}

static Rect card_rect(const Cards *c, uint32_t i) {
    const Ui *ui = c->v->ui;
    return (Rect){c->area.x + (float)i * card_step(c) - c->s->scroll, c->area.y + ui_px(ui, 7),
                  ui_px(ui, CARD_W), ui_px(ui, CARD_H)};
}

static uint32_t card_at(const Cards *c, float x) {
    float at = floorf((x - c->area.x + c->s->scroll) / card_step(c));
    float last = (float)(c->scenes->count - 1);
    return (uint32_t)fminf(fmaxf(at, 0), last);
}

static void draw_card(const Cards *c, uint32_t i, Rect r, bool hover) {
    Ui *ui = c->v->ui;
    const Theme *t = ui->theme;
    const Scene *scene = c->scenes->scene[i];
    bool now = c->scenes->at == i;
    draw_round(ui->draw, r, ui_px(ui, t->radius), hover ? t->control_hover : t->control);
    if (now)
        draw_outline(ui->draw, r, ui_px(ui, t->radius), ui_px(ui, 2), t->accent);
    Rect line = {r.x + ui_px(ui, 9), r.y + ui_px(ui, 5), r.w - ui_px(ui, 18), ui_px(ui, 22)};
    bool changed = now && !scene_is_shown(scene, c->v->state);
    Str title = c->v->arena ? view_text(c->v, "%u. %s%s", i + 1, scene->title, changed ? " *" : "")
                            : STR("");
    ui_label(ui, line, title, t->text, now ? FACE_SEMIBOLD : FACE_REGULAR, t->font, -1);
    scene_bar_draw(c->v, scene, c->whole,
                   (Rect){line.x, r.y + r.h - ui_px(ui, 13), line.w, ui_px(ui, 5)});
}

static void card_tooltip(const Cards *c, uint32_t i, Rect r) {
    const View *v = c->v;
    const Scene *scene = c->scenes->scene[i];
    Str line[4];
    uint32_t n = 0;
    Str take = command_key(CMD_SCENE_UPDATE, v->arena),
        edit = command_key(CMD_SCENE_EDIT, v->arena);
    Str present = command_key(CMD_PRESENT, v->arena);
    line[n++] = view_text(v, "%u. %s", i + 1, scene->title);
    if (scene->note[0])
        line[n++] = str_of(scene->note);
    if (c->scenes->at == i && !scene_is_shown(scene, v->state))
        line[n++] = view_text(v, "* the window shows something else\t%.*s takes that over",
                              (int)take.n, take.s);
    line[n++] = view_text(v, "Click shows it, a drag moves it\t%.*s words, %.*s presents",
                          (int)edit.n, edit.s, (int)present.n, present.s);
    ui_tooltip(v->ui, r, line, n);
}

static void one_card(const Cards *c, uint32_t i) {
    Ui *ui = c->v->ui;
    Rect r = card_rect(c, i);
    UiId id = ui_id_at(ui_id("scene card"), i);
    Rect seen = rect_cut(r, c->area);
    if (seen.w <= 0)
        return;
    UiZone z = ui_zone(ui, id, seen, ZONE_FOCUSABLE | ZONE_BUTTON);
    if (z.pressed)
        c->s->grabbed = i + 1;
    bool dragged = c->s->grabbed == i + 1 && z.held && fabsf(z.x - z.press_x) > ui_px(ui, 6);
    if (z.released && c->s->grabbed == i + 1 && !z.clicked && card_at(c, z.x) != i)
        wish(c->v->wishes, CMD_SCENE_MOVE, "%u %u", i + 1, card_at(c, z.x) + 1);
    if (z.clicked && z.clicks >= 2)
        wish(c->v->wishes, CMD_SCENE_EDIT, "%s", "");
    else if (z.clicked)
        wish(c->v->wishes, CMD_SCENE_SHOW, "%u", i + 1);
    if (dragged) { /* where it would go */
        Rect to = card_rect(c, card_at(c, z.x));
        float x = card_at(c, z.x) > i ? to.x + to.w + ui_px(ui, 2) : to.x - ui_px(ui, 6);
        draw_rect(ui->draw, (Rect){x, to.y, ui_px(ui, 4), to.h}, ui->theme->accent);
        r.x += z.x - z.press_x;
        ui->cursor = CURSOR_MOVE;
    }
    draw_card(c, i, r, z.hover || dragged);
    ui_told(ui, id, view_text(c->v, "Show scene %u, %s", i + 1, c->scenes->scene[i]->title).s);
    ui_focus_ring(ui, id, r, ui_px(ui, ui->theme->radius));
    if (z.hover && !dragged)
        card_tooltip(c, i, r);
}

void scene_strip_draw(SceneStrip *s, const View *v, const Scenes *scenes, Range whole, Rect area) {
    Ui *ui = v->ui;
    if (area.h <= 0)
        return;
    draw_rect(ui->draw, area, ui->theme->panel);
    draw_rect(ui->draw, (Rect){area.x, area.y, area.w, ui_px(ui, 1)}, ui->theme->line);
    float button = ui_px(ui, 92), pad = ui_px(ui, 10);
    Rect right = {area.x + area.w - button - pad, area.y + ui_px(ui, 17), button,
                  ui_px(ui, ui->theme->control_h)};
    if (ui_button(ui, ui_id("present"), right, STR("Present"), command_tip(CMD_PRESENT, v->arena)))
        wish(v->wishes, CMD_PRESENT, "%s", "");
    Cards c = {s, v, scenes, whole, {area.x + pad, area.y, area.w - button - 3 * pad, area.h}};
    float total = (float)scenes->count * card_step(&c);
    UiZone z = ui_zone(ui, ui_id("scene strip"), c.area, 0);
    s->scroll -= (z.wheel_y + z.wheel_x) * card_step(&c);
    s->scroll = fmaxf(fminf(s->scroll, total - c.area.w), 0);
    Rect was = draw_clip_to(ui->draw, c.area);
    for (uint32_t i = 0; i < scenes->count; i++)
        if (s->grabbed != i + 1)
            one_card(&c, i);
    if (s->grabbed && s->grabbed <= scenes->count) /* lies over the others */
        one_card(&c, s->grabbed - 1);
    if (!ui->held)
        s->grabbed = 0;
    draw_clip(ui->draw, was);
}

/* -- the panel for words. A field is one line, a note several: they are parted by " | " there. */

static void note_to_field(const char *note, char *field) {
    Buf b = {0};
    for (const char *c = note; *c; c++)
        *c == '\n' ? buf_puts(&b, " | ") : buf_putc(&b, *c);
    state_put(field, SCENE_NOTE, buf_str(&b));
    buf_free(&b);
}

static void take_words(SceneStrip *s, const Scene *scene) {
    if (s->edited == scene)
        return;
    s->edited = scene;
    memcpy(s->title, scene->title, sizeof s->title);
    note_to_field(scene->note, s->note);
}

static void named_field(const View *v, Rect panel, float y, const char *name, char *text,
                        uint32_t cap, const char *hint, CommandId set) {
    Ui *ui = v->ui;
    float pad = ui_px(ui, 28), label = ui_px(ui, 76), h = ui_px(ui, ui->theme->control_h);
    ui_label(ui, (Rect){panel.x + pad, y, label, h}, str_of(name), ui->theme->muted, FACE_REGULAR,
             ui->theme->font, -1);
    Rect r = {panel.x + pad + label, y, panel.w - 2 * pad - label, h};
    if (ui_field(ui, ui_id(name), r, text, cap, str_of(hint), STR(""), false) != FIELD_NONE)
        wish(v->wishes, set, "%s", text);
    ui_tip(ui, ui_id(name), r, command_tip(set, v->arena));
}

static void callout_lines(const View *v, const Scene *scene, Rect panel, float y) {
    Ui *ui = v->ui;
    float pad = ui_px(ui, 28), h = ui_px(ui, 26);
    for (uint32_t i = 0; i < scene->callouts; i++, y += h + ui_px(ui, 4)) {
        const Callout *c = &scene->callout[i];
        Str text = view_text(v, "%s: %s", c->range.on ? "On the heat map" : "On a frame", c->text);
        ui_label(ui, (Rect){panel.x + pad, y, panel.w - 2 * pad - ui_px(ui, 90), h}, text,
                 ui->theme->text, FACE_REGULAR, ui->theme->font, -1);
        Rect r = {panel.x + panel.w - pad - ui_px(ui, 80), y, ui_px(ui, 80), h};
        if (ui_button(ui, ui_id_at(ui_id("callout remove"), i), r, STR("Remove"),
                      command_tip(CMD_CALLOUT_REMOVE, v->arena)))
            wish(v->wishes, CMD_CALLOUT_REMOVE, "%u", i + 1);
    }
    if (!scene->callouts)
        ui_label(ui, (Rect){panel.x + pad, y, panel.w - 2 * pad, h},
                 STR("Callouts: point at a frame or a cell and press Ctrl+E"), ui->theme->muted,
                 FACE_REGULAR, ui->theme->font, -1);
}

static void edit_panel(SceneStrip *s, const View *v, const Scenes *scenes) {
    Ui *ui = v->ui;
    const Scene *scene = scenes_now(scenes);
    Rect panel;
    float rows = scene ? (float)(scene->callouts ? scene->callouts : 1) : 0;
    if (!scene || !ui_modal_begin(ui, ui_id("scene"), ui_px(ui, 640),
                                  ui_px(ui, 210) + rows * ui_px(ui, 30), &panel)) {
        s->editing = false;
        s->edited = NULL;
        return;
    }
    bool opened = s->edited != scene;
    take_words(s, scene);
    float pad = ui_px(ui, 28), y = panel.y + ui_px(ui, 20), h = ui_px(ui, ui->theme->control_h);
    ui_label(ui, (Rect){panel.x + pad, y, panel.w - 2 * pad, h},
             view_text(v, "Scene %u of %u", scenes->at + 1, scenes->count), ui->theme->text,
             FACE_SEMIBOLD, 18, -1);
    named_field(v, panel, y + ui_px(ui, 40), "Title", s->title, sizeof s->title,
                "What there is to see", CMD_SCENE_TITLE);
    named_field(v, panel, y + ui_px(ui, 76), "Note", s->note, sizeof s->note,
                "What to say; | begins a new line", CMD_SCENE_NOTE);
    callout_lines(v, scene, panel, y + ui_px(ui, 116));
    float by = panel.y + panel.h - h - ui_px(ui, 18);
    Rect button = {panel.x + pad, by, ui_px(ui, 150), h};
    if (ui_button(ui, ui_id("scene update"), button, STR("Take the window"),
                  command_tip(CMD_SCENE_UPDATE, v->arena)))
        wish(v->wishes, CMD_SCENE_UPDATE, "%s", "");
    button.x += button.w + ui_px(ui, 10);
    button.w = ui_px(ui, 90);
    if (ui_button(ui, ui_id("scene delete"), button, STR("Delete"),
                  command_tip(CMD_SCENE_DELETE, v->arena)))
        wish(v->wishes, CMD_SCENE_DELETE, "%s", "");
    button.x = panel.x + panel.w - pad - button.w;
    if (ui_button(ui, ui_id("scene done"), button, STR("Done"), "Close\tEsc"))
        s->editing = false;
    if (opened)
        ui_set_focus(ui, ui_id("Title"), true);
    ui_modal_end(ui);
    if (!s->editing)
        s->edited = NULL;
}

static void ask_callout(SceneStrip *s, const View *v) {
    Ui *ui = v->ui;
    Rect panel;
    if (!ui_modal_begin(ui, ui_id("callout"), ui_px(ui, 560), ui_px(ui, 110), &panel)) {
        s->asking = false;
        return;
    }
    float pad = ui_px(ui, 28), h = ui_px(ui, v->ui->theme->control_h);
    ui_label(ui, (Rect){panel.x + pad, panel.y + ui_px(ui, 14), panel.w - 2 * pad, h},
             s->about.range.on ? STR("Callout on the heat map") : STR("Callout on this frame"),
             ui->theme->text, FACE_SEMIBOLD, 16, -1);
    Rect r = {panel.x + pad, panel.y + ui_px(ui, 54), panel.w - 2 * pad, h};
    FieldResult f = ui_field(ui, ui_id("callout text"), r, s->callout, sizeof s->callout,
                             STR("What there is to see"), STR("Enter"), false);
    ui_tip(ui, ui_id("callout text"), r, command_tip(CMD_CALLOUT_PUT, v->arena));
    if (!ui_has_focus(ui, ui_id("callout text")))
        ui_set_focus(ui, ui_id("callout text"), true);
    if (f == FIELD_ENTER) {
        s->asking = false;
        wish(v->wishes, CMD_CALLOUT_PUT, "%s", s->callout);
    } else if (f == FIELD_ESC) {
        s->asking = false;
    }
    ui_modal_end(ui);
}

void scene_panels_draw(SceneStrip *s, const View *v, const Scenes *scenes) {
    if (s->asking)
        ask_callout(s, v);
    else if (s->editing)
        edit_panel(s, v, scenes);
}

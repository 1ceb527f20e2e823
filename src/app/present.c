#include "app/present.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "app/words.h"

#define KEY_NS INT64_C(1600000000)

enum { NOTE_LINES = 4, TITLE_SIZE = 22, NOTE_SIZE = 15, TYPED_MOST = 100000 };

void present_init(Present *p) {
    memset(p, 0, sizeof *p);
    p->theme = THEME_PROJECTOR;
    ui_init(&p->ui);
}

void present_free(Present *p) {
    ui_free(&p->ui);
    draw_free(&p->draw);
    mem_resize(p->ink, p->ink ? PEN_POINTS * sizeof *p->ink : 0, 0);
    memset(p, 0, sizeof *p);
}

/* -- title and note: the lower third */

static float band_width(const View *v) {
    return v->ui->window.w - 2 * ui_px(v->ui, 28);
}

float present_band_height(const View *v, const Scene *scene) {
    Ui *ui = v->ui;
    if (!scene || (!scene->title[0] && !scene->note[0]))
        return 0;
    Str line[NOTE_LINES];
    uint32_t n = words_wrap(ui, str_of(scene->note), FACE_REGULAR, NOTE_SIZE, band_width(v), line,
                            NOTE_LINES);
    return ui_px(ui, 20) + (scene->title[0] ? ui_px(ui, TITLE_SIZE + 10) : 0) +
           (float)n * ui_px(ui, NOTE_SIZE + 6);
}

void present_band_draw(const View *v, const Scenes *scenes, Rect area) {
    Ui *ui = v->ui;
    const Scene *scene = scenes_now(scenes);
    float x = area.x + ui_px(ui, 28), y = area.y + ui_px(ui, 8);
    if (!scene || area.h <= 0)
        return;
    draw_rect(ui->draw, area, ui->theme->panel);
    draw_rect(ui->draw, (Rect){area.x, area.y, ui_px(ui, 8), area.h}, ui->theme->accent);
    if (scene->title[0]) {
        Str number = view_text(v, "%u / %u", scenes->at + 1, scenes->count);
        ui_label(ui, (Rect){x, y, band_width(v), ui_px(ui, TITLE_SIZE + 8)}, number,
                 ui->theme->muted, FACE_REGULAR, NOTE_SIZE, 1);
        float room =
            band_width(v) - ui_text_width(ui, number, FACE_REGULAR, NOTE_SIZE) - ui_px(ui, 16);
        ui_label(ui, (Rect){x, y, room, ui_px(ui, TITLE_SIZE + 8)}, str_of(scene->title),
                 ui->theme->text, FACE_SEMIBOLD, TITLE_SIZE, -1);
        y += ui_px(ui, TITLE_SIZE + 10);
    }
    Str line[NOTE_LINES];
    uint32_t n = words_wrap(ui, str_of(scene->note), FACE_REGULAR, NOTE_SIZE, band_width(v), line,
                            NOTE_LINES);
    for (uint32_t i = 0; i < n; i++, y += ui_px(ui, NOTE_SIZE + 6))
        ui_label(ui, (Rect){x, y, band_width(v), ui_px(ui, NOTE_SIZE + 6)}, line[i],
                 ui->theme->text, FACE_REGULAR, NOTE_SIZE, -1);
}

/* -- pointing */

/* All but a disc goes dark, a pixel row at a time: painters have no shape with a hole. */
static void spotlight(const View *v) {
    Ui *ui = v->ui;
    Rect w = ui->window;
    float r = ui_px(ui, 120), x = ui->x, y = ui->y;
    uint32_t dark = color_alpha(0x000000ff, 0.66f);
    float top = fmaxf(roundf(y - r), w.y), bottom = fminf(roundf(y + r), w.y + w.h);
    draw_rect(&ui->top, (Rect){w.x, w.y, w.w, fmaxf(top, w.y) - w.y}, dark);
    draw_rect(&ui->top, (Rect){w.x, fmaxf(bottom, w.y), w.w, w.y + w.h - fmaxf(bottom, w.y)}, dark);
    for (float row = top; row < bottom; row++) {
        float half = sqrtf(fmaxf(r * r - (row + 0.5f - y) * (row + 0.5f - y), 0));
        draw_band(&ui->top, row, 1);
        draw_span(&ui->top, w.x, fmaxf(x - half, w.x), dark);
        draw_span(&ui->top, fminf(x + half, w.x + w.w), w.x + w.w, dark);
    }
}

static void magnifier(const View *v) {
    enum { TIMES = 2 };
    Ui *ui = v->ui;
    Rect lens = {roundf(ui->x - ui_px(ui, 210)), roundf(ui->y - ui_px(ui, 120)), ui_px(ui, 420),
                 ui_px(ui, 240)};
    Rect was = draw_clip_to(&ui->top, lens);
    draw_rect(&ui->top, lens, ui->theme->background);
    draw_scaled(&ui->top, ui->under, ui->under->commands, TIMES, ui->x * (1 - TIMES),
                ui->y * (1 - TIMES));
    draw_clip(&ui->top, was);
    draw_outline(&ui->top, lens, 0, ui_px(ui, 3), ui->theme->accent);
}

static void ink(const Present *p, const View *v) {
    Ui *ui = v->ui;
    Rect w = ui->window;
    for (uint32_t i = 1; i < p->points; i++) {
        const PenPoint *a = &p->ink[i - 1], *b = &p->ink[i];
        if (!b->begins)
            draw_line(&ui->top, w.x + a->x * w.w, w.y + a->y * w.h, w.x + b->x * w.w,
                      w.y + b->y * w.h, ui_px(ui, 4), ui->theme->danger);
    }
}

void present_pen(Present *p, const View *v) {
    Ui *ui = v->ui;
    Rect w = ui->window;
    if (p->pointing != POINT_PEN || w.w < 1 || w.h < 1)
        return;
    UiZone z = ui_zone(ui, ui_id("pen"), w, 0);
    ui->cursor = CURSOR_CROSS;
    if ((!z.held && !z.pressed) || p->points == PEN_POINTS)
        return;
    if (!p->ink)
        p->ink = mem_resize(NULL, 0, PEN_POINTS * sizeof *p->ink);
    PenPoint at = {(ui->x - w.x) / w.w, (ui->y - w.y) / w.h, z.pressed || !p->points};
    const PenPoint *last = p->points ? &p->ink[p->points - 1] : NULL;
    if (at.begins || last->x != at.x || last->y != at.y)
        p->ink[p->points++] = at;
}

/* -- keys as they are pressed */

void present_key(Present *p, const View *v, const InputEvent *e) {
    Buf text = {0};
    chord_format((Chord){.mods = e->mods, .key = e->key}, &text);
    if (text.n && !e->repeat) {
        snprintf(p->key, sizeof p->key, "%s", text.s);
        p->key_ns = v->now_ns;
    }
    buf_free(&text);
}

static void pressed_key(const Present *p, const View *v) {
    Ui *ui = v->ui;
    if (!p->show_keys || !p->key[0] || v->now_ns - p->key_ns >= KEY_NS)
        return;
    view_wake(v, p->key_ns + KEY_NS);
    float w = ui_text_width(ui, str_of(p->key), FACE_SEMIBOLD, 24) + ui_px(ui, 32),
          h = ui_px(ui, 48);
    Rect r = {ui->window.x + ui->window.w - w - ui_px(ui, 24), ui->window.y + ui_px(ui, 24), w, h};
    Rect was = draw_clip(&ui->top, ui->window);
    DrawList *under = ui->draw;
    ui->draw = &ui->top;
    draw_round(ui->draw, r, ui_px(ui, 10), ui->theme->text);
    ui_label(ui, r, str_of(p->key), ui->theme->background, FACE_SEMIBOLD, 24, 0);
    ui->draw = under;
    draw_clip(&ui->top, was);
}

static void typed_number(const Present *p, const View *v) {
    Ui *ui = v->ui;
    if (!p->typed)
        return;
    Rect r = {ui->window.x + ui_px(ui, 24), ui->window.y + ui_px(ui, 24), ui_px(ui, 150),
              ui_px(ui, 48)};
    DrawList *under = ui->draw;
    ui->draw = &ui->top;
    draw_round(ui->draw, r, ui_px(ui, 10), ui->theme->accent);
    ui_label(ui, r, view_text(v, "%u ↵", p->typed), ui->theme->on_accent, FACE_SEMIBOLD, 24, 0);
    ui->draw = under;
}

void present_over(Present *p, const View *v) {
    Ui *ui = v->ui;
    draw_clip(&ui->top, ui->window);
    bool inside = rect_has(ui->window, ui->x, ui->y);
    if (p->pointing == POINT_SPOTLIGHT && inside)
        spotlight(v);
    if (p->pointing == POINT_MAGNIFIER && inside)
        magnifier(v);
    ink(p, v);
    if (p->black)
        draw_rect(&ui->top, ui->window, 0x000000ff);
    pressed_key(p, v);
    typed_number(p, v);
}

bool present_digit(Present *p, const InputEvent *e) {
    uint32_t digit = e->key - '0';
    if (digit > 9 || (e->mods & ~(uint32_t)MOD_SHIFT) || (!digit && !p->typed))
        return false;
    if (p->typed < TYPED_MOST / 10)
        p->typed = p->typed * 10 + digit;
    return true;
}

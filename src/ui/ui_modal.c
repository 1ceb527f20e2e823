#include <math.h>

#include "ui/ui_parts.h"

static bool modal_dismissed(Ui *ui, UiId id, Rect panel) {
    if (ui->modal != id)
        return false; /* its first frame: the click or key that opened it is not for it */
    bool outside = ui->active == id && ui->pressed && !rect_has(panel, ui->press_x, ui->press_y);
    if (outside && !ui->popup)
        return true;
    if (ui->popup)
        return false; /* Esc is the menu's */
    uint32_t i = 0;
    const InputEvent *e;
    while ((e = ui_key_any(ui, &i))) {
        if (e->key != KEY_ESC || e->mods)
            continue;
        ui_use_event(ui, i - 1);
        return true;
    }
    return false;
}

bool ui_modal_begin(Ui *ui, UiId id, float w, float h, Rect *panel) {
    w = fminf(w, ui->window.w);
    h = fminf(h, ui->window.h);
    *panel = rect(floorf((ui->window.w - w) / 2), floorf((ui->window.h - h) / 2), w, h);
    if (modal_dismissed(ui, id, *panel))
        return false;
    if (!ui->modal && !ui->modal_now) {
        ui->focus_before = ui->focus;
        ui->before_visible = ui->focus_visible;
    }
    ui->modal_now = id;
    ui->focus_count = 0; /* Tab stays inside */
    ui->draw = &ui->overlay;
    ui->layer = LAYER_MODAL;
    ui_place(ui, id, ui->window); /* nothing below can be reached */
    float radius = ui_px(ui, 10);
    draw_rect(ui->draw, ui->window, ui->theme->dim);
    ui_float_box(ui, ui->draw, *panel, radius, ui->theme->panel);
    return true;
}

void ui_modal_end(Ui *ui) {
    ui->draw = ui->under;
    ui->layer = LAYER_WINDOW;
}

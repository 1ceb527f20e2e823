#include <math.h>

#include "ui/ui_parts.h"

/* ---- buttons, tabs, rows ----------------------------------------------------------------- */

static uint32_t press_fill(const Theme *t, UiPress p) {
    return p.down ? t->control_active : p.hover ? t->control_hover : t->control;
}

bool ui_button(Ui *ui, UiId id, Rect r, Str label, const char *tip) {
    const Theme *t = ui->theme;
    UiPress p = ui_press(ui, id, r, FOCUS_PLAIN);
    float radius = ui_px(ui, t->radius);
    draw_round(ui->draw, r, radius, press_fill(t, p));
    ui_label(ui, rect_inset(r, ui_px(ui, 4)), label, t->text, FACE_REGULAR, t->font, 0);
    ui_focus_ring(ui, id, r, radius);
    ui_tip(ui, id, r, tip);
    return p.chosen;
}

bool ui_tab(Ui *ui, UiId id, Rect r, Str label, bool on, const char *tip) {
    const Theme *t = ui->theme;
    UiPress p = ui_press(ui, id, r, FOCUS_TAB);
    float radius = ui_px(ui, t->radius);
    if (on || p.down)
        draw_round(ui->draw, r, radius, t->control);
    else if (p.hover)
        draw_round(ui->draw, r, radius, color_alpha(t->control, 0.6f));
    ui_label(ui, r, label, on || p.hover ? t->text : t->muted, on ? FACE_SEMIBOLD : FACE_REGULAR,
             t->font, 0);
    ui_focus_ring(ui, id, r, radius);
    ui_tip(ui, id, r, tip);
    return p.chosen;
}

bool ui_row(Ui *ui, UiId id, Rect r, bool selected) {
    const Theme *t = ui->theme;
    UiPress p = ui_press(ui, id, r, FOCUS_ROW);
    float radius = ui_px(ui, 4);
    bool focused = ui->focus == id && ui->focus_visible;
    if (selected) { /* the bar is seen where the tint is too faint */
        float bar = ui_px(ui, 3), inset = floorf(r.h / 5);
        draw_round(ui->draw, r, radius, t->chip_tint);
        draw_round(ui->draw, rect(r.x, r.y + inset, bar, r.h - 2 * inset), bar / 2, t->accent);
    } else if (p.hover || p.down)
        draw_round(ui->draw, r, radius, p.down ? t->control_hover : t->control);
    if (focused)
        draw_outline(ui->draw, r, radius, fmaxf(1, ui_px(ui, 2)), t->accent);
    return p.chosen;
}

/* ---- chips ------------------------------------------------------------------------------- */

static float chip_end(const Ui *ui) {
    return ui_px(ui, 24);
}

float ui_chip_width(const Ui *ui, Str text, bool removable) {
    float w = ui_text_width(ui, text, FACE_REGULAR, ui->theme->font) + 2 * ui_px(ui, 13);
    return ceilf(removable ? w - ui_px(ui, 13) + ui_px(ui, 4) + chip_end(ui) : w);
}

static ChipAction chip_keys(Ui *ui, UiId id) {
    uint32_t i = 0;
    const InputEvent *e;
    ChipAction did = CHIP_NONE;
    while ((e = ui_key_for(ui, id, &i)) && did == CHIP_NONE) {
        if (e->key == KEY_DELETE || e->key == KEY_BACKSPACE)
            did = CHIP_REMOVED;
        else if (e->key == 'I' && !e->mods)
            did = CHIP_INVERTED;
        else
            continue;
        ui_use_event(ui, i - 1);
    }
    return did;
}

static bool chip_cross(Ui *ui, UiId id, Rect r, uint32_t color) {
    Rect end = {r.x + r.w - chip_end(ui) - ui_px(ui, 3), r.y, chip_end(ui), r.h};
    UiZone z = ui_zone(ui, ui_id_at(id, 0), end, 0);
    float side = ui_px(ui, 18);
    Rect spot = {end.x + floorf((end.w - side) / 2), end.y + floorf((end.h - side) / 2), side,
                 side};
    if (z.hover)
        draw_round(ui->draw, spot, side / 2, ui->theme->control_active);
    ui_icon(ui, rect_inset(spot, ui_px(ui, 3)), "close", z.hover ? ui->theme->text : color);
    return z.released && z.button == BUTTON_LEFT && rect_has(end, z.x, z.y);
}

ChipAction ui_chip(Ui *ui, UiId id, Rect r, Str text, bool on, bool removable, const char *tip) {
    const Theme *t = ui->theme;
    UiPress p = ui_press(ui, id, r, FOCUS_PLAIN);
    float radius = floorf(r.h / 2);
    draw_round(ui->draw, r, radius, on && !p.hover ? t->panel : press_fill(t, p));
    if (on) {
        draw_round(ui->draw, r, radius, t->chip_tint);
        draw_outline(ui->draw, r, radius, ui_hairline(ui), t->accent);
    }
    uint32_t color = on ? t->text : t->muted;
    Rect words = {r.x + ui_px(ui, 13), r.y, r.w - 2 * ui_px(ui, 13), r.h};
    ChipAction did = p.chosen ? CHIP_TOGGLED : CHIP_NONE;
    if (removable) {
        words.w = r.x + r.w - chip_end(ui) - ui_px(ui, 4) - words.x;
        ChipAction key = chip_keys(ui, id);
        did = key != CHIP_NONE ? key : did;
        if (p.hover && (ui->released & 1u << BUTTON_RIGHT))
            did = CHIP_INVERTED;
        if (chip_cross(ui, id, r, t->muted))
            did = CHIP_REMOVED;
    }
    words.w += 1; /* measured widths are whole pixels, rectangles may not be */
    ui_label(ui, words, text, color, FACE_REGULAR, t->font, -1);
    ui_focus_ring(ui, id, r, radius);
    ui_tip(ui, id, r, tip);
    return did;
}

/* ---- what is dragged --------------------------------------------------------------------- */

static float splitter_keys(Ui *ui, UiId id, bool level) {
    float step = 0;
    uint32_t i = 0;
    const InputEvent *e;
    while ((e = ui_key_for(ui, id, &i))) {
        int by = e->key == (level ? KEY_DOWN : KEY_RIGHT) ? 1
                 : e->key == (level ? KEY_UP : KEY_LEFT)  ? -1
                                                          : 0;
        if (!by || e->mods)
            continue;
        ui_use_event(ui, i - 1);
        step += (float)by * ui_px(ui, 16);
    }
    return step;
}

bool ui_splitter(Ui *ui, UiId id, Rect r, float *position) {
    const Theme *t = ui->theme;
    bool level = r.w >= r.h; /* a level bar moves up and down */
    UiZone z = ui_zone(ui, id, r, ZONE_KEEP_CURSOR);
    ui_focusable(ui, id, FOCUS_PLAIN);
    float at = level ? z.y : z.x;
    if (z.pressed)
        ui->drag_from = *position - (level ? z.press_y : z.press_x);
    bool dragged = z.held || z.released;
    if (dragged)
        *position = at + ui->drag_from;
    float step = splitter_keys(ui, id, level);
    *position += step;
    bool strong = z.hover || z.held;
    if (strong)
        ui->cursor = level ? CURSOR_RESIZE_V : CURSOR_RESIZE_H;
    float thin = ui_hairline(ui), mid_x = floorf(r.x + r.w / 2), mid_y = floorf(r.y + r.h / 2);
    float grip_long = ui_px(ui, 44), grip = fmaxf(3, ui_px(ui, 4));
    if (level)
        draw_rect(ui->draw, rect(r.x, mid_y - floorf(thin / 2), r.w, thin), t->line);
    else
        draw_rect(ui->draw, rect(mid_x - floorf(thin / 2), r.y, thin, r.h), t->line);
    Rect pill =
        level ? rect(mid_x - floorf(grip_long / 2), mid_y - floorf(grip / 2), grip_long, grip)
              : rect(mid_x - floorf(grip / 2), mid_y - floorf(grip_long / 2), grip, grip_long);
    draw_round(ui->draw, pill, grip / 2, strong ? t->accent : t->control_active);
    ui_focus_ring(ui, id, pill, grip / 2);
    return dragged || step != 0;
}

bool ui_scrollbar(Ui *ui, UiId id, Rect r, float total, float page, float *at) {
    const Theme *t = ui->theme;
    float most = total - page, before = *at;
    if (!(most > 0) || !(r.h > 0))
        return false;
    UiZone z = ui_zone(ui, id, r, 0);
    float thumb = fminf(fmaxf(r.h * page / total, ui_px(ui, 24)), r.h);
    float room = fmaxf(r.h - thumb, 1);
    float top = r.y + room * fminf(fmaxf(*at / most, 0), 1);
    if (z.pressed) {
        if (z.press_y < top || z.press_y >= top + thumb) /* beside it: the thumb jumps there */
            top = z.press_y - thumb / 2;
        ui->drag_from = top - z.press_y;
    }
    if (z.held || z.released)
        *at = (z.y + ui->drag_from - r.y) / room * most;
    *at = fminf(fmaxf(*at, 0), most);
    top = r.y + room * (*at / most);
    Rect box = {r.x, floorf(top + 0.5f), r.w, floorf(thumb + 0.5f)};
    bool strong = z.hover || z.held;
    draw_round(ui->draw, box, floorf(r.w / 2),
               strong ? t->muted : color_alpha(t->muted, t->dark ? 0.4f : 0.5f));
    return *at != before;
}

void ui_progress(Ui *ui, Rect r, float share) {
    const Theme *t = ui->theme;
    float radius = r.h / 2;
    draw_round(ui->draw, r, radius, t->control);
    if (share >= 0) {
        Rect done = {r.x, r.y, floorf(r.w * fminf(share, 1) + 0.5f), r.h};
        if (done.w > 0)
            draw_round(ui->draw, done, radius, t->accent);
        return;
    }
    if (ui->still) {
        draw_round(ui->draw, r, radius, color_alpha(t->accent, 0.5f));
        return;
    }
    /* Nobody knows how much there is: a stripe runs along, once in 1.6 s. */
    const int64_t period = 1600000000;
    float phase = (float)(ui->now_ns % period) / (float)period, w = r.w * 0.3f;
    Rect was = draw_clip_to(ui->draw, r);
    draw_round(ui->draw, rect(r.x - w + (r.w + w) * phase, r.y, w, r.h), radius, t->accent);
    draw_clip(ui->draw, was);
    ui->animating = true;
}

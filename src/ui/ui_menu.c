/* Menus: of a select, and by themselves. The open menu is drawn above everything; while it is
 * open it has the keyboard, and a press outside closes it (ui_begin). */
#include <math.h>

#include "ui/ui_parts.h"

typedef struct MenuShape {
    Rect box;
    float row, pad, check; /* row height, padding above and below, room for the tick */
    float rows_h;          /* of all items */
    bool scrolls;
} MenuShape;

static MenuShape menu_shape(const Ui *ui, Rect anchor, const Str *items, uint32_t n, bool ticks) {
    const Theme *t = ui->theme;
    MenuShape m = {.row = ui_px(ui, 28), .pad = ui_px(ui, 5), .check = ui_px(ui, ticks ? 30 : 14)};
    float w = anchor.w;
    for (uint32_t i = 0; i < n; i++) {
        Str right, left = ui_halves(items[i], &right);
        float item = m.check + ui_text_width(ui, left, FACE_REGULAR, t->font) + ui_px(ui, 16);
        if (right.n)
            item += ui_px(ui, 28) + ui_text_width(ui, right, FACE_REGULAR, t->font);
        w = fmaxf(w, item);
    }
    float edge = ui_px(ui, 6), gap = ui_px(ui, 4);
    m.rows_h = (float)n * m.row;
    float want = m.rows_h + 2 * m.pad, win_w = ui->window.w, win_h = ui->window.h;
    float below = win_h - edge - (anchor.y + anchor.h + gap), above = anchor.y - gap - edge;
    bool up = want > below && above > below;
    float h = fminf(want, fmaxf(up ? above : below, m.row + 2 * m.pad));
    m.scrolls = h < want;
    w = ceilf(fminf(w + (m.scrolls ? ui_px(ui, 10) : 0), win_w - 2 * edge));
    float x = fmaxf(fminf(anchor.x, win_w - w - edge), edge);
    float y = up ? anchor.y - gap - h : anchor.y + anchor.h + gap;
    m.box = rect(floorf(x), floorf(y), w, floorf(h));
    return m;
}

void ui_menu_open(Ui *ui, UiId id) {
    ui->popup = id;
    ui->popup_item = -1;
    ui->popup_scroll = 0;
    ui->popup_moved = false;
    ui->popup_missed = 0;
    ui->popup_rect = rect(0, 0, 0, 0);
}

/* First letter of an item, as a key. */
static uint32_t item_key(Str s) {
    size_t i = 0;
    uint32_t c = s.n ? utf8_next(s, &i) : 0;
    return c >= 'a' && c <= 'z' ? c - 32 : c;
}

static int32_t item_by_letter(const Str *items, uint32_t n, int32_t from, uint32_t key) {
    for (uint32_t step = 1; step <= n; step++) {
        uint32_t i = (uint32_t)(from + (int32_t)n + (int32_t)step) % n;
        if (item_key(items[i]) == key)
            return (int32_t)i;
    }
    return from;
}

/* -1: Esc; 1: the highlighted item was chosen; 0: goes on. */
static int menu_keys(Ui *ui, const MenuShape *m, const Str *items, uint32_t n) {
    uint32_t i = 0;
    const InputEvent *e;
    int32_t last = (int32_t)n - 1, page = (int32_t)(m->box.h / m->row), before = ui->popup_item;
    int result = 0;
    while (!result && (e = ui_key_any(ui, &i))) {
        int32_t *at = &ui->popup_item;
        ui_use_event(ui, i - 1);
        if (e->key == KEY_ESC)
            result = -1;
        else if ((e->key == KEY_ENTER || e->key == KEY_SPACE) && *at >= 0)
            result = 1;
        else if (e->key == KEY_DOWN)
            *at = *at < last ? *at + 1 : 0;
        else if (e->key == KEY_UP)
            *at = *at > 0 ? *at - 1 : last;
        else if (e->key == KEY_HOME)
            *at = 0;
        else if (e->key == KEY_END)
            *at = last;
        else if (e->key == KEY_PAGE_DOWN)
            *at = *at + page < last ? *at + page : last;
        else if (e->key == KEY_PAGE_UP)
            *at = *at - page > 0 ? *at - page : 0;
        else if (e->key > KEY_SPACE && e->key < KEY_ENTER && !(e->mods & ~(uint32_t)MOD_SHIFT))
            *at = item_by_letter(items, n, *at, e->key);
    }
    if (ui->popup_item != before && ui->popup_item >= 0) { /* keep it in view */
        float top = (float)ui->popup_item * m->row, seen = m->box.h - 2 * m->pad;
        ui->popup_scroll = fminf(fmaxf(ui->popup_scroll, top + m->row - seen), top);
    }
    return result;
}

/* True when a release on an item chooses it. */
static bool menu_pointer(Ui *ui, UiId id, const MenuShape *m, uint32_t n) {
    bool over = rect_has(m->box, ui->x, ui->y);
    if (over && ui->wheel_y != 0)
        ui->popup_scroll -= ui->wheel_y * 2 * m->row;
    float most = fmaxf(m->rows_h + 2 * m->pad - m->box.h, 0);
    ui->popup_scroll = fminf(fmaxf(ui->popup_scroll, 0), most);
    float inner = ui->y - m->box.y - m->pad + ui->popup_scroll;
    int32_t item = inner < 0 ? -1 : (int32_t)(inner / m->row);
    bool on_item = over && item >= 0 && item < (int32_t)n;
    /* Pressed in the menu, or on its button and dragged here: not merely lying below it. */
    bool meant = on_item && (ui->active == id || ui->popup_moved);
    if (meant)
        ui->popup_item = item;
    return meant && (ui->released & 1u << BUTTON_LEFT);
}

static void menu_item(Ui *ui, const MenuShape *m, Rect r, Str item, bool lit, bool ticked) {
    const Theme *t = ui->theme;
    if (lit)
        draw_round(&ui->top, rect(r.x + m->pad, r.y, r.w - 2 * m->pad, r.h), ui_px(ui, 4),
                   t->control_hover);
    Str right, left = ui_halves(item, &right);
    DrawList *was = ui->draw;
    ui->draw = &ui->top; /* labels and icons go where the menu is */
    if (ticked)
        ui_icon(ui, rect(r.x + ui_px(ui, 10), r.y, ui_px(ui, 13), r.h), "check", t->accent);
    float inset = ui_px(ui, 14);
    Rect words = {r.x + m->check, r.y, r.w - m->check - inset, r.h};
    if (right.n) {
        ui_label(ui, words, right, t->muted, FACE_REGULAR, t->font, 1);
        words.w -= ui_text_width(ui, right, FACE_REGULAR, t->font) + ui_px(ui, 16);
    }
    ui_label(ui, words, left, t->text, ticked ? FACE_SEMIBOLD : FACE_REGULAR, t->font, -1);
    ui->draw = was;
}

static void menu_draw(Ui *ui, const MenuShape *m, const Str *items, uint32_t n, uint32_t ticked) {
    const Theme *t = ui->theme;
    DrawList *d = &ui->top;
    ui_float_box(ui, d, m->box, ui_px(ui, t->radius), t->tooltip);
    Rect was = draw_clip_to(d, rect_inset(m->box, ui_hairline(ui)));
    float y = m->box.y + m->pad - ui->popup_scroll, w = m->box.w - (m->scrolls ? ui_px(ui, 8) : 0);
    for (uint32_t i = 0; i < n; i++, y += m->row) {
        if (y + m->row < m->box.y || y > m->box.y + m->box.h)
            continue;
        menu_item(ui, m, rect(m->box.x, y, w, m->row), items[i], (int32_t)i == ui->popup_item,
                  i == ticked);
    }
    if (m->scrolls) {
        float all = m->rows_h + 2 * m->pad, h = m->box.h * m->box.h / all;
        Rect bar = {m->box.x + m->box.w - ui_px(ui, 8),
                    m->box.y + floorf(ui->popup_scroll / all * m->box.h) + ui_px(ui, 3),
                    ui_px(ui, 4), floorf(h) - ui_px(ui, 6)};
        draw_round(d, bar, bar.w / 2, color_alpha(t->muted, 0.6f));
    }
    draw_clip(d, was);
}

/* ticked: item with a tick, n for none. Returns the chosen item, or -1. */
static int32_t menu_run(Ui *ui, UiId id, Rect anchor, const Str *items, uint32_t n,
                        uint32_t ticked) {
    MenuShape m = menu_shape(ui, anchor, items, n, ticked < n);
    uint8_t layer = ui->layer;
    ui->layer = LAYER_POPUP;
    ui_place(ui, id, m.box);
    ui->layer = layer;
    ui->popup_rect = m.box;
    ui->popup_missed = 0;
    bool pointed = menu_pointer(ui, id, &m, n);
    int by_key = menu_keys(ui, &m, items, n);
    if (pointed || by_key) {
        ui->popup = 0;
        return by_key >= 0 ? ui->popup_item : -1;
    }
    menu_draw(ui, &m, items, n, ticked);
    return -1;
}

bool ui_menu(Ui *ui, UiId id, Rect anchor, const Str *items, uint32_t n, uint32_t *chosen) {
    if (ui->popup != id || !n)
        return false;
    int32_t item = menu_run(ui, id, anchor, items, n, n);
    if (item < 0)
        return false;
    *chosen = (uint32_t)item;
    return true;
}

/* ---- select ------------------------------------------------------------------------------ */

float ui_select_width(const Ui *ui, Str name, Str value) {
    const Theme *t = ui->theme;
    float w = ui_text_width(ui, value, FACE_REGULAR, t->font);
    if (name.n)
        w += ui_text_width(ui, name, FACE_REGULAR, t->font) + ui_px(ui, 6);
    return ceilf(w + 2 * ui_px(ui, t->pad) + ui_px(ui, 17));
}

static void select_draw(Ui *ui, UiId id, Rect r, Str name, Str value, const UiZone *z) {
    const Theme *t = ui->theme;
    float radius = ui_px(ui, t->radius), pad = ui_px(ui, t->pad);
    bool open = ui->popup == ui_id_at(id, 1);
    draw_round(ui->draw, r, radius,
               open || z->held ? t->control_active
               : z->hover      ? t->control_hover
                               : t->control);
    Rect words = {r.x + pad, r.y, r.w - 2 * pad - ui_px(ui, 16), r.h};
    if (name.n) {
        ui_label(ui, words, name, t->muted, FACE_REGULAR, t->font, -1);
        float w = ui_text_width(ui, name, FACE_REGULAR, t->font) + ui_px(ui, 6);
        words.x += w;
        words.w -= w;
    }
    ui_label(ui, words, value, t->text, FACE_REGULAR, t->font, -1);
    ui_caret(ui->draw, r.x + r.w - pad - ui_px(ui, 4), r.y + r.h / 2, ui_px(ui, 8),
             open || z->hover ? t->text : t->muted);
    ui_focus_ring(ui, id, r, radius);
}

static bool select_opens(Ui *ui, UiId id, const UiZone *z) {
    if (z->pressed && z->button == BUTTON_LEFT)
        return true;
    uint32_t i = 0;
    const InputEvent *e;
    while ((e = ui_key_for(ui, id, &i))) {
        if (e->mods || (e->key != KEY_ENTER && e->key != KEY_SPACE && e->key != KEY_DOWN))
            continue;
        ui_use_event(ui, i - 1);
        return true;
    }
    return false;
}

bool ui_select(Ui *ui, UiId id, Rect r, Str name, const Str *items, uint32_t n, uint32_t *chosen,
               const char *tip) {
    UiZone z = ui_zone(ui, id, r, 0);
    ui_focusable(ui, id, FOCUS_PLAIN);
    Str unused, none = {0};
    UiId menu = ui_id_at(id, 1);
    bool was_open = ui->popup == menu;
    if (!was_open && n && select_opens(ui, id, &z)) {
        ui_menu_open(ui, menu);
        ui->popup_item = *chosen < n ? (int32_t)*chosen : -1;
        if (ui->popup_item >= 0)
            ui->popup_scroll = fmaxf(0, ((float)ui->popup_item - 3) * ui_px(ui, 28));
    }
    select_draw(ui, id, r, name, *chosen < n ? ui_halves(items[*chosen], &unused) : none, &z);
    ui_tip(ui, id, r, tip);
    if (ui->popup != menu)
        return false;
    int32_t item = menu_run(ui, menu, r, items, n, *chosen);
    if (item < 0 || (uint32_t)item == *chosen)
        return false;
    *chosen = (uint32_t)item;
    return true;
}

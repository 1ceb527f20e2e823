/* The text field: one line of UTF-8, edited in the caller's memory. The toolkit keeps one
 * cursor, that of the field with the focus. */
#include <math.h>
#include <string.h>

#include "ui/ui_parts.h"

typedef struct Edit {
    Ui *ui;
    char *text;
    uint32_t cap;
    bool changed;
} Edit;

static Str whole(const Edit *e) {
    return str_of(e->text);
}

/* ---- moving ------------------------------------------------------------------------------ */

static bool continues(char c) {
    return ((unsigned char)c & 0xc0) == 0x80;
}

static uint32_t before(const char *text, uint32_t at) {
    while (at > 0 && continues(text[--at])) {
    }
    return at;
}

static uint32_t after(const char *text, uint32_t n, uint32_t at) {
    if (at < n)
        at++;
    while (at < n && continues(text[at]))
        at++;
    return at;
}

static bool in_word(char c) {
    return (unsigned char)c >= 0x80 || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
           (c >= 'A' && c <= 'Z') || c == '_';
}

static uint32_t word_before(const char *text, uint32_t at) {
    while (at > 0 && !in_word(text[at - 1]))
        at--;
    while (at > 0 && in_word(text[at - 1]))
        at--;
    return at;
}

static uint32_t word_after(const char *text, uint32_t n, uint32_t at) {
    while (at < n && !in_word(text[at]))
        at++;
    while (at < n && in_word(text[at]))
        at++;
    return at;
}

static void selection(const Ui *ui, uint32_t *from, uint32_t *to) {
    *from = ui->text_cursor < ui->text_mark ? ui->text_cursor : ui->text_mark;
    *to = ui->text_cursor < ui->text_mark ? ui->text_mark : ui->text_cursor;
}

/* The caller may have replaced the text since: the cursor stays inside and between characters.
 */
static void settle_cursor(Edit *e) {
    uint32_t n = (uint32_t)whole(e).n;
    uint32_t *both[2] = {&e->ui->text_cursor, &e->ui->text_mark};
    for (int i = 0; i < 2; i++) {
        if (*both[i] > n)
            *both[i] = n;
        while (*both[i] > 0 && *both[i] < n && continues(e->text[*both[i]]))
            --*both[i];
    }
}

/* ---- editing ----------------------------------------------------------------------------- */

static void delete_range(Edit *e, uint32_t from, uint32_t to) {
    uint32_t n = (uint32_t)whole(e).n;
    if (from < to) {
        memmove(e->text + from, e->text + to, n - to + 1);
        e->changed = true;
    }
    e->ui->text_cursor = e->ui->text_mark = from;
}

/* Typed or pasted text in place of the selection: one line, clean UTF-8, as much as fits. */
static void insert(Edit *e, Str s) {
    uint32_t from, to;
    selection(e->ui, &from, &to);
    delete_range(e, from, to);
    uint32_t n = (uint32_t)whole(e).n, at = from;
    for (size_t i = 0; i < s.n;) {
        uint32_t c = utf8_next(s, &i);
        if (c == '\n' || c == '\t')
            c = ' ';
        if (c < ' ' || c == 0x7f)
            continue;
        char bytes[4];
        uint32_t k = (uint32_t)utf8_put(bytes, c);
        if (n + k + 1 > e->cap)
            break;
        memmove(e->text + at + k, e->text + at, n - at + 1);
        memcpy(e->text + at, bytes, k);
        n += k;
        at += k;
        e->changed = true;
    }
    e->ui->text_cursor = e->ui->text_mark = at;
}

static void copy_selection(Edit *e) {
    uint32_t from, to;
    selection(e->ui, &from, &to);
    uint32_t n = to - from, most = sizeof e->ui->clipboard - 1;
    n = n < most ? n : most;
    memcpy(e->ui->clipboard, e->text + from, n);
    e->ui->clipboard[n] = 0;
}

static bool control_key(Edit *e, uint32_t key) {
    Ui *ui = e->ui;
    uint32_t from, to;
    selection(ui, &from, &to);
    switch (key) {
    case 'A':
        ui->text_mark = 0;
        ui->text_cursor = (uint32_t)whole(e).n;
        return true;
    case 'C':
        copy_selection(e);
        return from < to; /* with nothing selected it is the program's */
    case 'X':
        copy_selection(e);
        delete_range(e, from, to);
        return true;
    case 'V':
        ui->wants_paste = true;
        return true;
    default:
        return false;
    }
}

static bool move_key(Edit *e, const InputEvent *k) {
    Ui *ui = e->ui;
    uint32_t n = (uint32_t)whole(e).n, at = ui->text_cursor, from, to;
    bool word = k->mods & MOD_CTRL, extend = k->mods & MOD_SHIFT;
    selection(ui, &from, &to);
    bool leaves = from < to && !extend && !word; /* an arrow goes to the selection's end */
    switch (k->key) {
    case KEY_LEFT:
        at = leaves ? from : word ? word_before(e->text, at) : before(e->text, at);
        break;
    case KEY_RIGHT:
        at = leaves ? to : word ? word_after(e->text, n, at) : after(e->text, n, at);
        break;
    case KEY_HOME:
        at = 0;
        break;
    case KEY_END:
        at = n;
        break;
    default:
        return false;
    }
    ui->text_cursor = at;
    if (!extend)
        ui->text_mark = at;
    return true;
}

static bool delete_key(Edit *e, const InputEvent *k) {
    if (k->key != KEY_BACKSPACE && k->key != KEY_DELETE)
        return false;
    uint32_t n = (uint32_t)whole(e).n, from, to;
    bool word = k->mods & MOD_CTRL;
    selection(e->ui, &from, &to);
    if (from == to && k->key == KEY_BACKSPACE)
        from = word ? word_before(e->text, to) : before(e->text, to);
    else if (from == to)
        to = word ? word_after(e->text, n, from) : after(e->text, n, from);
    delete_range(e, from, to);
    return true;
}

/* True when the key was the field's; *result is set by Enter and Esc. */
static bool field_key(Edit *e, const InputEvent *k, FieldResult *result) {
    if (k->mods & (MOD_ALT | MOD_SUPER))
        return false;
    if (k->key == KEY_ENTER && !(k->mods & MOD_CTRL)) {
        *result = k->mods & MOD_SHIFT ? FIELD_SHIFT_ENTER : FIELD_ENTER;
        return true;
    }
    if (k->key == KEY_ESC && !k->mods) {
        *result = FIELD_ESC;
        return true;
    }
    if (move_key(e, k) || delete_key(e, k))
        return true;
    if (k->mods & MOD_CTRL)
        return control_key(e, k->key);
    return k->key >= KEY_SPACE && k->key < KEY_ENTER; /* its text follows, or came */
}

static FieldResult field_events(Edit *e, UiId id) {
    Ui *ui = e->ui;
    FieldResult result = FIELD_NONE;
    bool mine = ui->focus == id && !ui->popup && (!ui->modal || ui->layer == LAYER_MODAL);
    for (uint32_t i = 0; mine && i < ui->events; i++) {
        const InputEvent *v = &ui->event[i];
        if (v->window != ui->window_index || ui_event_used(ui, i))
            continue;
        if (v->kind == INPUT_TEXT || v->kind == INPUT_PASTE) {
            insert(e, v->text);
            ui_use_event(ui, i);
        } else if (v->kind == INPUT_KEY && field_key(e, v, &result)) {
            ui_use_event(ui, i);
        }
    }
    return result == FIELD_NONE && e->changed ? FIELD_CHANGED : result;
}

/* ---- pointer ----------------------------------------------------------------------------- */

static void field_pointer(Edit *e, UiId id, const UiZone *z, Rect text) {
    Ui *ui = e->ui;
    float size = ui->theme->font * ui->scale;
    Str s = whole(e);
    if (z->pressed && z->button == BUTTON_LEFT) {
        bool had = ui->focus == id && ui->field == id;
        ui_set_focus(ui, id, false);
        if (!had)
            ui->text_scroll = 0;
        ui->field = id;
        ui->text_cursor = (uint32_t)font_index_at(ui->fonts, FACE_REGULAR, size, s,
                                                  z->press_x - text.x + ui->text_scroll);
        if (!(z->mods & MOD_SHIFT) || !had)
            ui->text_mark = ui->text_cursor;
        if (z->clicks == 2) {
            ui->text_mark = word_before(e->text, after(e->text, (uint32_t)s.n, ui->text_cursor));
            ui->text_cursor = word_after(e->text, (uint32_t)s.n, ui->text_mark);
        } else if (z->clicks >= 3) {
            ui->text_mark = 0;
            ui->text_cursor = (uint32_t)s.n;
        }
    }
    /* Merely holding still must not undo a double click's word. */
    bool dragged = fabsf(z->x - z->press_x) > 3 * ui->scale;
    if ((z->held || z->released) && z->button == BUTTON_LEFT && ui->field == id && dragged)
        ui->text_cursor = (uint32_t)font_index_at(ui->fonts, FACE_REGULAR, size, s,
                                                  z->x - text.x + ui->text_scroll);
}

/* ---- drawing ----------------------------------------------------------------------------- */

static float width_to(const Edit *e, uint32_t n) {
    return ui_text_width(e->ui, (Str){e->text, n}, FACE_REGULAR, e->ui->theme->font);
}

static void draw_content(Edit *e, Rect text, bool focused, Str placeholder) {
    Ui *ui = e->ui;
    const Theme *t = ui->theme;
    Rect clip = {text.x - ui_px(ui, 1), text.y, text.w + 2 * ui_px(ui, 1), text.h};
    Rect was = draw_clip_to(ui->draw, clip);
    float x = text.x;
    if (focused) {
        float at = width_to(e, ui->text_cursor), all = width_to(e, (uint32_t)whole(e).n);
        float bar = fmaxf(1, ui_px(ui, 1));
        float room = text.w - bar;
        ui->text_scroll = fminf(fmaxf(ui->text_scroll, at - room), at);
        ui->text_scroll = fminf(fmaxf(ui->text_scroll, 0), fmaxf(all - room, 0));
        x -= ui->text_scroll;
        uint32_t from, to;
        selection(ui, &from, &to);
        float line = ui_px(ui, t->font * 1.45f), top = floorf(text.y + (text.h - line) / 2);
        if (from < to) {
            float a = width_to(e, from), b = width_to(e, to);
            draw_rect(ui->draw, rect(x + a, top, b - a, line), color_alpha(t->accent, 0.35f));
        }
        draw_rect(ui->draw, rect(floorf(x + at), top, bar, line), t->accent);
    }
    if (e->text[0])
        ui_text_at(ui, ui->draw, text, x, whole(e), t->text, FACE_REGULAR, t->font);
    draw_clip(ui->draw, was);
    if (!e->text[0])
        ui_label(ui, text, placeholder, t->muted, FACE_REGULAR, t->font, -1);
}

FieldResult ui_field(Ui *ui, UiId id, Rect r, char *text, uint32_t cap, Str placeholder,
                     Str hint_right, bool bad) {
    const Theme *t = ui->theme;
    Edit e = {.ui = ui, .text = text, .cap = cap};
    UiZone z = ui_zone(ui, id, r, ZONE_KEEP_CURSOR);
    ui_focusable(ui, id, FOCUS_FIELD);
    float pad = ui_px(ui, t->pad), hint = 0;
    if (hint_right.n)
        hint = ui_text_width(ui, hint_right, FACE_REGULAR, t->font_axis) + ui_px(ui, 8);
    Rect inner = {r.x + pad, r.y, r.w - 2 * pad - hint, r.h};
    if (z.hover || z.held)
        ui->cursor = CURSOR_TEXT;
    field_pointer(&e, id, &z, inner);
    bool focused = ui->focus == id;
    if (focused && ui->field != id) { /* reached by keyboard or command: all is selected */
        ui->field = id;
        ui->text_mark = 0;
        ui->text_cursor = (uint32_t)whole(&e).n;
        ui->text_scroll = 0;
    }
    FieldResult result = FIELD_NONE;
    if (focused) {
        settle_cursor(&e);
        result = field_events(&e, id);
        ui->wants_text = true;
    }
    float radius = ui_px(ui, t->radius), line = ui_hairline(ui);
    draw_round(ui->draw, r, radius, t->background);
    draw_outline(ui->draw, r, radius, focused ? fmaxf(line, ui_px(ui, 1.5f)) : line,
                 bad       ? t->danger
                 : focused ? t->accent
                 : z.hover ? t->muted
                           : t->line);
    draw_content(&e, inner, focused, placeholder);
    if (hint_right.n)
        ui_label(ui, rect(inner.x, r.y, r.w - 2 * pad, r.h), hint_right, t->muted, FACE_REGULAR,
                 t->font_axis, 1);
    return result;
}

#include <math.h>
#include <string.h>

#include "base/hash.h"
#include "ui/ui_parts.h"

static const float FAR = -1e6f;

UiId ui_id(const char *name) {
    return hash_bytes(name, strlen(name)) | 1;
}

UiId ui_id_at(UiId parent, uint64_t index) {
    return hash_mix(parent + 0x9e3779b97f4a7c15u * (index + 1)) | 1;
}

void ui_init(Ui *ui) {
    *ui = (Ui){.x = FAR, .y = FAR, .wake_ns = INT64_MAX};
}

void ui_free(Ui *ui) {
    draw_free(&ui->overlay);
    draw_free(&ui->top);
    mem_resize(ui->place, ui->place_cap * sizeof *ui->place, 0);
    *ui = (Ui){0};
}

/* ---- places ------------------------------------------------------------------------------ */

void ui_place(Ui *ui, UiId id, Rect r) {
    Rect cut = ui->layer == LAYER_POPUP ? r : rect_cut(r, ui->draw->clip);
    if (!(cut.w > 0) || !(cut.h > 0))
        return;
    if (ui->places == ui->place_cap) {
        uint32_t cap = ui->place_cap ? ui->place_cap * 2 : 64;
        ui->place =
            mem_resize(ui->place, ui->place_cap * sizeof *ui->place, cap * sizeof *ui->place);
        ui->place_cap = cap;
    }
    ui->place[ui->places++] = (UiPlace){id, cut, ui->layer};
}

static UiId place_at(const Ui *ui, float x, float y, uint8_t *layer) {
    UiId found = 0;
    *layer = 0;
    for (uint32_t i = 0; i < ui->places; i++) {
        const UiPlace *p = &ui->place[i];
        if (p->layer >= *layer && rect_has(p->rect, x, y)) {
            found = p->id;
            *layer = p->layer;
        }
    }
    return found;
}

/* ---- begin ------------------------------------------------------------------------------- */

/* Who goes on with the keyboard looks elsewhere: the tooltip waits until the pointer moves. */
#define KEYS_SINCE (INT64_MAX / 4)

static void take_event(Ui *ui, const InputEvent *e) {
    ui->mods = e->mods;
    switch ((InputKind)e->kind) {
    case INPUT_KEY:
        ui->hot_since_ns = KEYS_SINCE;
        break;
    case INPUT_MOVE:
        if (ui->hot_since_ns == KEYS_SINCE && (e->x != ui->x || e->y != ui->y))
            ui->hot_since_ns = ui->now_ns;
        ui->popup_moved |= ui->popup && (e->x != ui->x || e->y != ui->y);
        ui->x = e->x;
        ui->y = e->y;
        break;
    case INPUT_DOWN:
        ui->x = ui->press_x = e->x;
        ui->y = ui->press_y = e->y;
        ui->pressed |= (uint8_t)(1u << e->button);
        ui->held |= (uint8_t)(1u << e->button);
        ui->clicks = e->clicks;
        break;
    case INPUT_UP:
        ui->x = ui->release_x = e->x;
        ui->y = ui->release_y = e->y;
        ui->released |= (uint8_t)(1u << e->button);
        ui->held &= (uint8_t) ~(1u << e->button);
        break;
    case INPUT_WHEEL:
        ui->x = e->x;
        ui->y = e->y;
        ui->wheel_x += e->dx;
        ui->wheel_y += e->dy;
        break;
    case INPUT_LEAVE:
        if (!ui->held)
            ui->x = ui->y = FAR;
        break;
    default:
        break;
    }
}

static void take_press(Ui *ui) {
    uint8_t layer;
    if (ui->popup && !rect_has(ui->popup_rect, ui->press_x, ui->press_y)) {
        ui->popup = 0; /* the press closes the menu and does nothing else */
        ui->pressed = 0;
        return;
    }
    uint8_t button = BUTTON_LEFT;
    while (button <= BUTTON_RIGHT && !(ui->pressed & 1u << button))
        button++;
    if (ui->active || button > BUTTON_RIGHT)
        return;
    ui->active = place_at(ui, ui->press_x, ui->press_y, &layer);
    ui->active_button = button;
    if (!ui->active && !ui->modal)
        ui->focus = 0;
    ui->focus_visible = false;
    ui->hot_since_ns = INT64_MAX / 2; /* no tooltip for what is being used */
}

/* Decides from the zones of the frame before what the pointer is on. */
static void resolve_pointer(Ui *ui) {
    ui->hot = place_at(ui, ui->x, ui->y, &ui->hot_layer);
    if (ui->active && ui->hot != ui->active)
        ui->hot = 0;
    if (ui->hot != ui->hot_before) {
        ui->hot_before = ui->hot;
        ui->hot_since_ns = ui->now_ns;
    }
    if (ui->pressed)
        take_press(ui);
}

static uint32_t focus_place(const Ui *ui) {
    for (uint32_t i = 0; i < ui->focus_count; i++)
        if (ui->focus_order[i] == ui->focus)
            return i;
    return UINT32_MAX;
}

/* Arrows walk along rows and tabs as long as the neighbour is one too. */
static bool walk(Ui *ui, uint32_t key) {
    uint32_t at = focus_place(ui);
    if (at == UINT32_MAX || ui->popup)
        return false;
    int kind = ui->focus_kind[at];
    int step = 0;
    if (kind == FOCUS_ROW)
        step = key == KEY_DOWN ? 1 : key == KEY_UP ? -1 : 0;
    else if (kind == FOCUS_TAB)
        step = key == KEY_RIGHT ? 1 : key == KEY_LEFT ? -1 : 0;
    if (!step)
        return false;
    if ((step < 0 && at == 0) || (step > 0 && at + 1 >= ui->focus_count))
        return true;
    uint32_t to = step > 0 ? at + 1 : at - 1;
    if (ui->focus_kind[to] == kind)
        ui_set_focus(ui, ui->focus_order[to], true);
    return true;
}

/* Focus moves by the order of the frame before, so that this frame draws it already. */
static void move_focus(Ui *ui) {
    uint32_t i = 0;
    const InputEvent *e;
    while ((e = ui_key_any(ui, &i))) {
        bool tab = e->key == KEY_TAB && !(e->mods & ~(uint32_t)MOD_SHIFT);
        if (tab) {
            ui->popup = 0;
            ui_focus_next(ui, e->mods & MOD_SHIFT ? -1 : 1);
        }
        if (tab || (!e->mods && walk(ui, e->key)))
            ui_use_event(ui, i - 1);
    }
    ui->focus_count = 0;
}

void ui_begin(Ui *ui, DrawList *draw, const Fonts *fonts, const Theme *theme, float text_scale,
              const FrameInput *in, uint32_t window) {
    const WindowInput *w = &in->window[window];
    ui->draw = ui->under = draw;
    ui->fonts = fonts;
    ui->theme = theme;
    ui->scale = (w->scale > 0 ? w->scale : 1) * theme->text_scale * text_scale;
    ui->window = rect(0, 0, (float)w->w, (float)w->h);
    ui->window_index = window;
    ui->now_ns = in->now_ns;
    ui->event = in->event;
    ui->events = in->events;
    ui->pressed = ui->released = 0;
    ui->wheel_x = ui->wheel_y = 0;
    memset(ui->used, 0, sizeof ui->used);
    ui->cursor = CURSOR_ARROW;
    ui->wants_paste = ui->wants_text = ui->animating = false;
    ui->clipboard[0] = 0;
    ui->wake_ns = INT64_MAX;
    ui->tooltip = 0;
    ui->pinned_tip = (Rect){0};
    ui->focus_tip[0] = 0;
    ui->layer = LAYER_WINDOW;
    ui->modal_now = 0;
    draw_reset(&ui->overlay, ui->window.w, ui->window.h, 0);
    draw_reset(&ui->top, ui->window.w, ui->window.h, 0);
    for (uint32_t i = 0; i < in->events; i++)
        if (in->event[i].window == window)
            take_event(ui, &in->event[i]);
    resolve_pointer(ui);
    ui->places = 0;
    move_focus(ui);
}

void ui_end(Ui *ui) {
    if (ui->active && (ui->released & 1u << ui->active_button))
        ui->active = 0;
    if (ui->active && !ui->held) /* a release that never came, e.g. in another window */
        ui->active = 0;
    if (ui->modal && !ui->modal_now && focus_place(ui) == UINT32_MAX) {
        ui->focus = ui->focus_before;
        ui->focus_visible = ui->before_visible;
    }
    if (ui->focus && focus_place(ui) == UINT32_MAX) {
        /* What was focused by a command may appear in the next frame only. */
        if (++ui->focus_missed > 2)
            ui->focus = 0;
    } else {
        ui->focus_missed = 0;
    }
    if (ui->popup && ++ui->popup_missed > 2)
        ui->popup = 0;
    if (ui->field != ui->focus)
        ui->field = 0;
    ui->modal = ui->modal_now;
    uint8_t layer;
    UiId under = place_at(ui, ui->x, ui->y, &layer);
    if (!ui->active && under != ui->hot)
        ui->animating = true; /* something moved under the pointer: settle in one more frame */
    draw_append(ui->under, &ui->overlay);
    draw_append(ui->under, &ui->top);
}

/* ---- events ------------------------------------------------------------------------------ */

bool ui_event_used(const Ui *ui, uint32_t i) {
    return i < sizeof ui->used * 8 && (ui->used[i / 64] >> (i % 64) & 1);
}

void ui_use_event(Ui *ui, uint32_t i) {
    if (i < sizeof ui->used * 8)
        ui->used[i / 64] |= 1ull << (i % 64);
}

const InputEvent *ui_key_any(Ui *ui, uint32_t *i) {
    while (*i < ui->events) {
        const InputEvent *e = &ui->event[(*i)++];
        if (e->kind == INPUT_KEY && e->window == ui->window_index && !ui_event_used(ui, *i - 1))
            return e;
    }
    return NULL;
}

static bool has_keyboard(const Ui *ui, UiId id) {
    return ui->focus == id && !ui->popup && (!ui->modal || ui->layer == LAYER_MODAL);
}

const InputEvent *ui_key_for(Ui *ui, UiId id, uint32_t *i) {
    return has_keyboard(ui, id) ? ui_key_any(ui, i) : NULL;
}

bool ui_activated(Ui *ui, UiId id) {
    uint32_t i = 0;
    const InputEvent *e;
    while ((e = ui_key_for(ui, id, &i))) {
        if (e->mods || e->repeat || (e->key != KEY_ENTER && e->key != KEY_SPACE))
            continue;
        ui_use_event(ui, i - 1);
        return true;
    }
    return false;
}

/* ---- focus ------------------------------------------------------------------------------- */

void ui_focusable(Ui *ui, UiId id, int kind) {
    if (ui->focus_count == 256 || (ui->modal_now && ui->layer != LAYER_MODAL))
        return;
    ui->focus_kind[ui->focus_count] = (uint8_t)kind;
    ui->focus_tipped[ui->focus_count] = false;
    ui->focus_order[ui->focus_count++] = id;
}

void ui_set_focus(Ui *ui, UiId id, bool by_keyboard) {
    ui->focus = id;
    ui->focus_visible = by_keyboard;
    ui->focus_missed = 0;
    ui->field = 0;
}

bool ui_has_focus(const Ui *ui, UiId id) {
    return ui->focus == id;
}

void ui_focus_next(Ui *ui, int step) {
    uint32_t n = ui->focus_count, at = focus_place(ui);
    if (!n)
        return;
    if (at == UINT32_MAX)
        at = step > 0 ? 0 : n - 1;
    else
        at = (uint32_t)(((int64_t)at + step % (int)n + n) % n);
    ui_set_focus(ui, ui->focus_order[at], true);
}

/* ---- zones ------------------------------------------------------------------------------- */

UiZone ui_zone(Ui *ui, UiId id, Rect r, unsigned flags) {
    ui_place(ui, id, r);
    UiZone z = {.x = ui->x,
                .y = ui->y,
                .press_x = ui->press_x,
                .press_y = ui->press_y,
                .mods = ui->mods,
                .clicks = ui->clicks,
                .button = ui->active_button};
    z.hover = ui->hot == id;
    if (ui->active == id) {
        uint8_t bit = (uint8_t)(1u << ui->active_button);
        z.pressed = ui->pressed & bit;
        z.released = ui->released & bit;
        z.held = !z.released;
        if (z.released) {
            z.x = ui->release_x;
            z.y = ui->release_y;
            float reach = 4 * ui->scale;
            z.clicked = fabsf(z.x - z.press_x) <= reach && fabsf(z.y - z.press_y) <= reach;
        }
    }
    bool over = rect_has(rect_cut(r, ui->draw->clip), ui->x, ui->y);
    if (over && ui->layer == ui->hot_layer && (!ui->active || ui->active == id)) {
        z.wheel_x = ui->wheel_x;
        z.wheel_y = ui->wheel_y;
    }
    if (flags & (ZONE_FOCUSABLE | ZONE_BUTTON)) {
        ui_focusable(ui, id, FOCUS_PLAIN);
        if (z.pressed && flags & ZONE_FOCUSABLE)
            ui_set_focus(ui, id, false);
    }
    if (flags & ZONE_BUTTON && ui_activated(ui, id)) {
        z.clicked = true;
        z.button = BUTTON_LEFT;
    }
    if (z.hover && !(flags & ZONE_KEEP_CURSOR))
        ui->cursor = CURSOR_ARROW;
    z.focused = ui->focus == id;
    return z;
}

UiPress ui_press(Ui *ui, UiId id, Rect r, int kind) {
    UiZone z = ui_zone(ui, id, r, 0);
    ui_focusable(ui, id, kind);
    bool left = z.button == BUTTON_LEFT;
    UiPress p = {.hover = z.hover, .down = z.held && left && z.hover};
    p.chosen = (z.released && left && rect_has(r, z.x, z.y)) || ui_activated(ui, id);
    return p;
}

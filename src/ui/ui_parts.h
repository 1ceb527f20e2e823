/* ui_parts: what the toolkit's files share among themselves; nothing else includes this.
 * Owner and thread: as ui.h. Lifetime: none of its own. Failure: none. */
#pragma once

#include "ui/ui.h"

enum { LAYER_WINDOW, LAYER_MODAL, LAYER_POPUP };
enum { FOCUS_PLAIN, FOCUS_ROW, FOCUS_TAB, FOCUS_FIELD };

/* Registers the zone of a widget without asking for it. */
void ui_place(Ui *ui, UiId id, Rect r);
/* Puts a widget into the focus order; inside a modal or not as the call comes. */
void ui_focusable(Ui *ui, UiId id, int kind);
/* The next key that nobody used and that `id`, having the focus, may take; NULL at the end.
 * Start with *i = 0; mark what is taken with ui_use_event(ui, *i - 1). */
const InputEvent *ui_key_for(Ui *ui, UiId id, uint32_t *i);
/* The same without a focus: for menus and modals. */
const InputEvent *ui_key_any(Ui *ui, uint32_t *i);
/* Space or Enter on the focused widget. */
bool ui_activated(Ui *ui, UiId id);
/* A button's behaviour: clicked or activated; fill says how it should look. */
typedef struct UiPress {
    bool hover, down, chosen;
} UiPress;
UiPress ui_press(Ui *ui, UiId id, Rect r, int kind);

/* -- drawing */
float ui_hairline(const Ui *ui);
void ui_shadow(const Ui *ui, DrawList *d, Rect r, float radius);
/* Shadow, fill and outline of what floats: menus, tooltips, panels. */
void ui_float_box(const Ui *ui, DrawList *d, Rect r, float radius, uint32_t fill);
/* Text with its left end at x, centred in the height of r; logical size; returns its width. */
float ui_text_at(const Ui *ui, DrawList *d, Rect r, float x, Str s, uint32_t color, Face face,
                 float size);
/* "left\tright": the part before the tab is returned, the other one put into *right. */
Str ui_halves(Str s, Str *right);
void ui_caret(DrawList *d, float cx, float cy, float w, uint32_t color);

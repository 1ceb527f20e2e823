/* Ui: a small immediate-mode toolkit. Each frame: ui_begin, then widgets in focus order, then
 * ui_end. Widgets draw into ui->draw and answer what the user did to them in this frame.
 * State that outlives a frame (hot, active, focus, open popup, text cursor) lives here, keyed by
 * UiId; nothing else is kept. Rectangles are physical pixels; type sizes and theme measures are
 * logical and scaled by ui->scale or ui_px.
 * What the pointer is over is decided once, in ui_begin, by the zones of the frame before: of
 * those that overlap the one asked last lies on top, popups lie above modals above the rest. A
 * widget therefore answers from its second frame on.
 * Owner: the App, one for each window. Thread: main. Failure: none. */
#pragma once

#include "ui/font.h"
#include "ui/frame.h"
#include "ui/theme.h"

typedef uint64_t UiId;
typedef struct UiPlace {
    UiId id;
    Rect rect;     /* clipped */
    uint8_t layer; /* 0 window, 1 modal, 2 popup */
} UiPlace;

typedef struct Ui {
    DrawList *draw;        /* the window's, or the overlay inside a modal */
    DrawList *under;       /* the window's */
    DrawList overlay, top; /* modal; menus and tooltips: appended by ui_end */
    const Fonts *fonts;
    const Theme *theme;
    float scale; /* physical per logical pixel, text scale included */
    Rect window;
    uint32_t window_index;
    int64_t now_ns;
    /* -- input of this frame */
    const InputEvent *event;
    uint32_t events;
    float x, y; /* pointer; far outside when it left */
    float press_x, press_y, release_x, release_y;
    uint32_t mods;
    uint8_t held, pressed, released; /* bit n: button n */
    uint8_t clicks;
    float wheel_x, wheel_y;
    uint64_t used[8]; /* bit i: event i was for a widget, see ui_event_used */
    /* -- kept between frames */
    UiId hot, active, focus;
    uint8_t active_button, hot_layer;
    UiPlace *place; /* zones as they are asked; those of the frame before until ui_begin */
    uint32_t places, place_cap;
    uint8_t layer;              /* of what is asked now */
    UiId modal, modal_now;      /* shown in the frame before: nothing else has the keyboard */
    float drag_from;            /* splitter and scroll bar: value minus pointer at the press */
    uint8_t focus_missed;       /* frames in which the focused widget was not there */
    bool focus_visible;         /* the focus came by keyboard: draw its ring */
    UiId focus_before;          /* of the modal, which gives it back */
    bool before_visible, still; /* still: nothing slides or pulses */
    UiId popup;                 /* open menu, 0 none */
    Rect popup_rect;            /* where it was drawn last frame: shields what lies under it */
    int32_t popup_item;         /* highlighted by keyboard or pointer */
    float popup_scroll, text_scroll;
    bool popup_moved;     /* the pointer moved since the menu opened: a release chooses */
    uint8_t popup_missed; /* frames in which the open menu was not asked */
    UiId field;           /* whose cursor this is: */
    uint32_t text_cursor, text_mark; /* bytes; selection between them */
    int64_t hot_since_ns;            /* for tooltips */
    UiId focus_order[256];
    uint8_t focus_kind[256]; /* rows and tabs are walked with the arrows */
    bool focus_tipped[256];  /* it has a help text */
    char focus_tip[192];     /* that of what the keyboard focused; "" */
    uint32_t focus_count;
    Cursor cursor;
    bool wants_paste, wants_text, animating; /* animating: a widget needs another frame soon */
    char clipboard[4096];                    /* copied text, empty if none */
    int64_t wake_ns;          /* … or at this time (a tooltip is due); INT64_MAX: none */
    UiId hot_before, tooltip; /* in the last frame; who asked for one in this */
    Rect pinned_tip;          /* which those of the pointer avoid */
} Ui;

UiId ui_id(const char *name); /* stable hash */
UiId ui_id_at(UiId parent, uint64_t index);
void ui_init(Ui *ui);
void ui_free(Ui *ui);
/* text_scale: user's factor (1 … 2). */
void ui_begin(Ui *ui, DrawList *draw, const Fonts *fonts, const Theme *theme, float text_scale,
              const FrameInput *in, uint32_t window);
void ui_end(Ui *ui);
static inline float ui_px(const Ui *ui, float logical) {
    return (float)(int)(logical * ui->scale + 0.5f);
}
/* -- zones: for views that handle the pointer themselves; BUTTON: Enter, Space are clicks too */
enum { ZONE_FOCUSABLE = 1, ZONE_KEEP_CURSOR = 2, ZONE_BUTTON = 4 };
typedef struct UiZone {
    bool hover;                   /* pointer over it and nothing above, no other zone held */
    bool pressed, released, held; /* button went down on it now / went up now / is down since */
    bool clicked;                 /* released within 4 logical px of the press */
    uint8_t button, clicks;
    float x, y; /* pointer */
    float press_x, press_y;
    float wheel_x, wheel_y; /* while the pointer is over it, small widgets on it included */
    uint32_t mods;
    bool focused;
} UiZone;
UiZone ui_zone(Ui *ui, UiId id, Rect r, unsigned flags);
/* Event i was for a widget: no chord of the program. Known once all were asked. */
bool ui_event_used(const Ui *ui, uint32_t i);
void ui_use_event(Ui *ui, uint32_t i);
/* -- drawing with the theme; type sizes logical */
void ui_label(Ui *ui, Rect r, Str s, uint32_t color, Face face, float size, int align /* -1 0 1 */);
float ui_text_width(const Ui *ui, Str s, Face face, float size);
/* search close caret check plus folder file back warning play pause step "step back" sliders */
void ui_icon(Ui *ui, Rect r, const char *name, uint32_t color);
void ui_focus_ring(Ui *ui, UiId id, Rect r, float radius);
/* -- widgets; `tip` ("help\tkey") is shown after 500 ms of hovering. ui_tip gives one to what was
 * asked for without: zones, fields, rows, splitters; to a pane with tooltips of its own ui_told. */
void ui_tip(Ui *ui, UiId id, Rect r, const char *tip);
void ui_told(Ui *ui, UiId id, const char *tip);
bool ui_button(Ui *ui, UiId id, Rect r, Str label, const char *tip);
bool ui_tab(Ui *ui, UiId id, Rect r, Str label, bool on, const char *tip);
/* "name value ▾" that opens a menu; true when the user chose another item. */
bool ui_select(Ui *ui, UiId id, Rect r, Str name, const Str *items, uint32_t n, uint32_t *chosen,
               const char *tip);
float ui_select_width(const Ui *ui, Str name, Str value);
/* A menu by itself ("left\tright" items): opened by ui_menu_open, then asked each frame with the
 * rectangle that it hangs from; true once, when an item was chosen. */
void ui_menu_open(Ui *ui, UiId id);
bool ui_menu(Ui *ui, UiId id, Rect anchor, const Str *items, uint32_t n, uint32_t *chosen);
typedef enum ChipAction { CHIP_NONE, CHIP_TOGGLED, CHIP_REMOVED, CHIP_INVERTED } ChipAction;
ChipAction ui_chip(Ui *ui, UiId id, Rect r, Str text, bool on, bool removable, const char *tip);
float ui_chip_width(const Ui *ui, Str text, bool removable);
enum FieldResult { FIELD_NONE, FIELD_CHANGED, FIELD_ENTER, FIELD_SHIFT_ENTER, FIELD_ESC };
typedef enum FieldResult FieldResult;
/* text: cap bytes, edited in place. hint_right: e.g. "Ctrl+F". Enter and Esc before a change. */
FieldResult ui_field(Ui *ui, UiId id, Rect r, char *text, uint32_t cap, Str placeholder,
                     Str hint_right, bool bad);
/* Returns the new position of the dragged edge; *position is in pixels. True while dragged. */
bool ui_splitter(Ui *ui, UiId id, Rect r, float *position);
/* Vertical scroll bar: shown part [*at, *at + page) of total; true when moved. */
bool ui_scrollbar(Ui *ui, UiId id, Rect r, float total, float page, float *at);
void ui_progress(Ui *ui, Rect r, float share); /* share < 0: a moving stripe */
/* One clickable row of a list; true when clicked or Enter pressed on it while focused. */
bool ui_row(Ui *ui, UiId id, Rect r, bool selected);
/* Lines of "left\tright" at the pointer, at most ten, not over `avoid`; the pinned one first. */
void ui_tooltip(Ui *ui, Rect avoid, const Str *lines, uint32_t n);
void ui_pinned_tooltip(Ui *ui, Rect beside, const Str *lines, uint32_t n);
/* Dims the window and gives the panel's rectangle (w × h physical, cut at the window), centred;
 * the caller draws into ui->overlay through ui->draw swapped by ui_modal_begin / ui_modal_end.
 * False, with nothing to end, when the user clicked outside or pressed Esc: it is closed. */
bool ui_modal_begin(Ui *ui, UiId id, float w, float h, Rect *panel);
void ui_modal_end(Ui *ui);
void ui_set_focus(Ui *ui, UiId id, bool by_keyboard);
bool ui_has_focus(const Ui *ui, UiId id);
void ui_focus_next(Ui *ui, int step); /* Tab: +1, Shift+Tab: -1 */

/* Ui: a small immediate-mode toolkit. Each frame: ui_begin, then widgets in focus order, then
 * ui_end. Widgets draw into ui->draw and answer what the user did to them in this frame.
 * State that outlives a frame (hot, active, focus, open popup, text cursor) lives here, keyed by
 * UiId; nothing else is kept. Measures are logical and scaled by ui_px.
 * Owner: the App, one for each window. Thread: main. Failure: none. */
#pragma once

#include "ui/font.h"
#include "ui/frame.h"
#include "ui/theme.h"

typedef uint64_t UiId;

typedef struct Ui {
    DrawList *draw;     /* the window's */
    DrawList overlay;   /* popups and tooltips, appended by ui_end */
    const Fonts *fonts;
    const Theme *theme;
    float scale;        /* physical per logical pixel, text scale included */
    Rect window;
    int64_t now_ns;
    /* -- input of this frame */
    const InputEvent *event;
    uint32_t events;
    float x, y;         /* pointer; far outside when it left */
    float press_x, press_y;
    uint32_t mods;
    uint8_t held, pressed, released; /* bit n: button n */
    uint8_t clicks;
    float wheel_x, wheel_y;
    /* -- kept between frames */
    UiId hot, active, focus;
    uint8_t active_button;
    bool focus_visible; /* the focus came by keyboard: draw its ring */
    UiId popup;         /* open menu, 0 none */
    Rect popup_rect;    /* where it was drawn last frame: shields what lies under it */
    int32_t popup_item; /* highlighted by keyboard or pointer */
    float popup_scroll;
    uint32_t text_cursor, text_mark; /* bytes; selection between them */
    int64_t hot_since_ns; /* for tooltips */
    UiId hot_before;
    UiId focus_order[256];
    uint32_t focus_count;
    Cursor cursor;
    bool wants_paste, wants_text;
    char clipboard[4096]; /* copied text, empty if none */
    bool animating;       /* a widget needs another frame soon */
    UiId tooltip;         /* who asked for one this frame */
} Ui;

UiId ui_id(const char *name);              /* stable hash */
UiId ui_id_at(UiId parent, uint64_t index);

void ui_init(Ui *ui);
void ui_free(Ui *ui);
/* text_scale: user's factor (1 … 2) on top of the theme's and the display's. */
void ui_begin(Ui *ui, DrawList *draw, const Fonts *fonts, const Theme *theme, float text_scale,
              const FrameInput *in, uint32_t window);
void ui_end(Ui *ui);
static inline float ui_px(const Ui *ui, float logical) {
    return (float)(int)(logical * ui->scale + 0.5f);
}

/* -- zones: for views that handle the pointer themselves */
enum { ZONE_FOCUSABLE = 1, ZONE_KEEP_CURSOR = 2 };
typedef struct UiZone {
    bool hover;        /* pointer over it and nothing above, no other zone held */
    bool pressed, released, held; /* button went down on it now / went up now / is down since */
    bool clicked;      /* released within 4 logical px of the press */
    uint8_t button, clicks;
    float x, y;        /* pointer */
    float press_x, press_y;
    float wheel_x, wheel_y; /* only while hovered */
    uint32_t mods;
    bool focused;
} UiZone;
UiZone ui_zone(Ui *ui, UiId id, Rect r, unsigned flags);

/* -- drawing with the theme */
void ui_label(Ui *ui, Rect r, Str s, uint32_t color, Face face, float size, int align /* -1 0 1 */);
float ui_text_width(const Ui *ui, Str s, Face face, float size); /* size logical */
void ui_icon(Ui *ui, Rect r, const char *name, uint32_t color); /* search close caret check plus
                                                    folder file back warning play */
void ui_focus_ring(Ui *ui, UiId id, Rect r, float radius);

/* -- widgets; `tip` may be NULL and is shown after 500 ms of hovering */
bool ui_button(Ui *ui, UiId id, Rect r, Str label, const char *tip);
bool ui_tab(Ui *ui, UiId id, Rect r, Str label, bool on, const char *tip);
/* "name value ▾" that opens a menu; true when the user chose another item. */
bool ui_select(Ui *ui, UiId id, Rect r, Str name, const Str *items, uint32_t n, uint32_t *chosen,
               const char *tip);
float ui_select_width(const Ui *ui, Str name, Str value);
typedef enum ChipAction { CHIP_NONE, CHIP_TOGGLED, CHIP_REMOVED } ChipAction;
ChipAction ui_chip(Ui *ui, UiId id, Rect r, Str text, bool on, bool removable, const char *tip);
float ui_chip_width(const Ui *ui, Str text, bool removable);
typedef enum FieldResult { FIELD_NONE, FIELD_CHANGED, FIELD_ENTER, FIELD_SHIFT_ENTER, FIELD_ESC } FieldResult;
/* text: zero-terminated, cap bytes, edited in place. hint_right: e.g. "Ctrl+F", drawn muted. */
FieldResult ui_field(Ui *ui, UiId id, Rect r, char *text, uint32_t cap, Str placeholder,
                     Str hint_right, bool bad);
/* Returns the new position of the dragged edge; *position is in pixels. True while dragged. */
bool ui_splitter(Ui *ui, UiId id, Rect r, float *position);
/* Vertical scroll bar: shown part [*at, *at + page) of total; true when moved. */
bool ui_scrollbar(Ui *ui, UiId id, Rect r, float total, float page, float *at);
void ui_progress(Ui *ui, Rect r, float share); /* share < 0: a moving stripe */
/* One clickable row of a list; true when clicked or Enter pressed on it while focused. */
bool ui_row(Ui *ui, UiId id, Rect r, bool selected);
/* Lines of "left\tright" at the pointer, at most four, never over `avoid`. */
void ui_tooltip(Ui *ui, Rect avoid, const Str *lines, uint32_t n);
/* Dims the window and gives the panel's rectangle, centred; the caller draws into ui->overlay
 * through ui->draw swapped by ui_modal_begin / ui_modal_end; clicking outside returns false. */
bool ui_modal_begin(Ui *ui, UiId id, float w, float h, Rect *panel);
void ui_modal_end(Ui *ui);
void ui_set_focus(Ui *ui, UiId id, bool by_keyboard);
bool ui_has_focus(const Ui *ui, UiId id);
void ui_focus_next(Ui *ui, int step); /* Tab: +1, Shift+Tab: -1 */

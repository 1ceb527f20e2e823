/* Input events and chords, as plain values that a script can write down and a host can fill in.
 * Positions are physical pixels of the window. Text is the host's memory, valid for the frame. */
#pragma once

#include "base/buf.h"

typedef enum InputKind {
    INPUT_MOVE,
    INPUT_DOWN,
    INPUT_UP,
    INPUT_WHEEL, /* dx, dy in notches; dy > 0 is away from the user */
    INPUT_KEY,   /* key went down, or repeats */
    INPUT_TEXT,  /* typed text, after the keyboard layout */
    INPUT_DROP,  /* text: path of one dropped file */
    INPUT_PASTE, /* text: the clipboard, asked for with FrameOutput.wants_paste */
    INPUT_LEAVE, /* the pointer left the window */
    INPUT_CLOSE,
} InputKind;

enum { MOD_SHIFT = 1, MOD_CTRL = 2, MOD_ALT = 4, MOD_SUPER = 8 };
enum { BUTTON_LEFT = 1, BUTTON_MIDDLE = 2, BUTTON_RIGHT = 3, BUTTON_BACK = 4, BUTTON_FORWARD = 5 };

/* A printable key is its character, letters as capitals ('A', '1', '/', '?'); others are below.
 * A shifted character is its own key ('?' not Shift+'/'), with MOD_SHIFT still set in mods. */
typedef enum Key {
    KEY_NONE = 0,
    KEY_SPACE = ' ',
    KEY_ENTER = 256,
    KEY_ESC,
    KEY_TAB,
    KEY_BACKSPACE,
    KEY_DELETE,
    KEY_INSERT,
    KEY_LEFT,
    KEY_RIGHT,
    KEY_UP,
    KEY_DOWN,
    KEY_HOME,
    KEY_END,
    KEY_PAGE_UP,
    KEY_PAGE_DOWN,
    KEY_MENU,
    KEY_F1,
    KEY_F2,
    KEY_F3,
    KEY_F4,
    KEY_F5,
    KEY_F6,
    KEY_F7,
    KEY_F8,
    KEY_F9,
    KEY_F10,
    KEY_F11,
    KEY_F12,
    KEY_MOUSE_BACK,
    KEY_MOUSE_FORWARD, /* side buttons, so that commands can bind them */
} Key;

typedef struct InputEvent {
    uint8_t kind;   /* InputKind */
    uint8_t button; /* DOWN, UP */
    uint8_t clicks; /* DOWN: 1, 2 for a double click, … */
    uint8_t repeat; /* KEY */
    uint32_t window;
    uint32_t mods;
    uint32_t key;      /* KEY: Key in the user's layout */
    uint32_t physical; /* KEY: the key's letter on a US keyboard, 0 if it is no letter */
    float x, y;        /* MOVE, DOWN, UP, WHEEL, DROP */
    float dx, dy;      /* WHEEL */
    Str text;          /* TEXT, DROP, PASTE */
} InputEvent;

/* "Ctrl+Shift+F", "Esc", "?", "phys:W" (by place, not by letter), "MouseBack". */
typedef struct Chord {
    uint32_t mods, key;
    bool physical;
} Chord;

bool chord_parse(Str text, Chord *out);
void chord_format(Chord chord, Buf *out);
/* Shift is ignored for a printable key that is no letter: '?' is '?' on every layout. */
bool chord_matches(Chord chord, const InputEvent *event);
bool chord_same(Chord a, Chord b);
bool key_parse(Str text, uint32_t *key);
const char *key_name(uint32_t key, char scratch[8]);

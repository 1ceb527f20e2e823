#include "ui/input.h"

#include <string.h>

typedef struct KeyName {
    const char *name;
    uint32_t key;
} KeyName;

/* The first name of a key is the one that is written. */
static const KeyName key_names[] = {
    {"Space", KEY_SPACE},
    {"Enter", KEY_ENTER},
    {"Return", KEY_ENTER},
    {"Esc", KEY_ESC},
    {"Escape", KEY_ESC},
    {"Tab", KEY_TAB},
    {"Backspace", KEY_BACKSPACE},
    {"Delete", KEY_DELETE},
    {"Insert", KEY_INSERT},
    {"Left", KEY_LEFT},
    {"Right", KEY_RIGHT},
    {"Up", KEY_UP},
    {"Down", KEY_DOWN},
    {"Home", KEY_HOME},
    {"End", KEY_END},
    {"PageUp", KEY_PAGE_UP},
    {"PageDown", KEY_PAGE_DOWN},
    {"Menu", KEY_MENU},
    {"F1", KEY_F1},
    {"F2", KEY_F2},
    {"F3", KEY_F3},
    {"F4", KEY_F4},
    {"F5", KEY_F5},
    {"F6", KEY_F6},
    {"F7", KEY_F7},
    {"F8", KEY_F8},
    {"F9", KEY_F9},
    {"F10", KEY_F10},
    {"F11", KEY_F11},
    {"F12", KEY_F12},
    {"MouseBack", KEY_MOUSE_BACK},
    {"MouseForward", KEY_MOUSE_FORWARD},
};

/* In the order in which they are written. */
static const KeyName mod_names[] = {
    {"Ctrl", MOD_CTRL}, {"Alt", MOD_ALT}, {"Shift", MOD_SHIFT}, {"Super", MOD_SUPER}};

enum {
    KEY_NAMES = sizeof key_names / sizeof *key_names,
    MOD_NAMES = sizeof mod_names / sizeof *mod_names
};

static char lower(char c) {
    return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

static bool same_word(Str a, const char *b) {
    size_t n = strlen(b);
    if (a.n != n)
        return false;
    for (size_t i = 0; i < n; i++)
        if (lower(a.s[i]) != lower(b[i]))
            return false;
    return true;
}

static bool is_letter(uint32_t key) {
    return key >= 'A' && key <= 'Z';
}

bool key_parse(Str text, uint32_t *key) {
    for (size_t i = 0; i < KEY_NAMES; i++) {
        if (same_word(text, key_names[i].name)) {
            *key = key_names[i].key;
            return true;
        }
    }
    size_t at = 0;
    if (!text.n)
        return false;
    uint32_t c = utf8_next(text, &at);
    if (at != text.n || c <= ' ' || c >= 256 || (c >= 0x7f && c < 0xa0))
        return false;
    *key = c >= 'a' && c <= 'z' ? c - 32 : c;
    return true;
}

const char *key_name(uint32_t key, char scratch[8]) {
    for (size_t i = 0; i < KEY_NAMES; i++)
        if (key_names[i].key == key)
            return key_names[i].name;
    scratch[key > ' ' && key < 256 ? utf8_put(scratch, key) : 0] = 0;
    return scratch;
}

bool chord_parse(Str text, Chord *out) {
    Chord c = {0};
    text = str_trim(text);
    for (;;) {
        if (str_starts(text, STR("phys:")) && text.n > 5) {
            c.physical = true;
            text = str_slice(text, 5, text.n);
        }
        size_t plus = str_find_char(text, '+');
        if (plus == 0 || plus + 1 >= text.n) /* the key itself, which may be '+' */
            break;
        Str word = str_slice(text, 0, plus);
        uint32_t mod = 0;
        for (size_t i = 0; i < MOD_NAMES; i++)
            if (same_word(word, mod_names[i].name))
                mod = mod_names[i].key;
        if (!mod || (c.mods & mod))
            return false;
        c.mods |= mod;
        text = str_slice(text, plus + 1, text.n);
    }
    if (!key_parse(text, &c.key) || (c.physical && !is_letter(c.key)))
        return false;
    *out = c;
    return true;
}

void chord_format(Chord chord, Buf *out) {
    char scratch[8];
    for (size_t i = 0; i < MOD_NAMES; i++) {
        if (chord.mods & mod_names[i].key) {
            buf_puts(out, mod_names[i].name);
            buf_putc(out, '+');
        }
    }
    if (chord.physical)
        buf_puts(out, "phys:");
    buf_puts(out, key_name(chord.key, scratch));
}

/* Shift chose the character already; asking for it again would bind to one layout. */
static uint32_t mods_that_count(uint32_t key, uint32_t mods) {
    bool shift_spent = key > ' ' && key < 256 && !is_letter(key);
    return shift_spent ? mods & ~(uint32_t)MOD_SHIFT : mods;
}

bool chord_matches(Chord chord, const InputEvent *event) {
    if (event->kind != INPUT_KEY)
        return false;
    if (chord.physical)
        return event->physical == chord.key && event->mods == chord.mods;
    return event->key == chord.key &&
           mods_that_count(chord.key, event->mods) == mods_that_count(chord.key, chord.mods);
}

bool chord_same(Chord a, Chord b) {
    return a.key == b.key && a.physical == b.physical &&
           mods_that_count(a.key, a.mods) == mods_that_count(b.key, b.mods);
}

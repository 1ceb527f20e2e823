/* Settings: how the user likes the window to look, remembered as "key = value" lines in
 * $XDG_CONFIG_HOME/flamescope/settings. A choice made by its command is remembered, that alone:
 * what a scene, a link or an option of the command line shows is not. Lines that mean nothing here
 * stay in the file. The command line wins over the file. Headless verbs do not read it: pictures
 * are the same everywhere. Owner: the App. Thread: main. Failure: words; what could not be used has
 * its default. */
#pragma once

#include "app/kept_file.h"
#include "app/state.h"

typedef enum Setting {
    SETTING_THEME,
    SETTING_TEXT_SIZE, /* percent */
    SETTING_HEAT_PALETTE,
    SETTING_FLAME_PALETTE,
    SETTING_DIFF_PALETTE,
    SETTING_SCALE,
    SETTING_ROWS,
    SETTING_DOWNWARDS, /* time runs down a column */
    SETTING_SAFE,      /* palettes for every colour vision, instead of the three above */
    SETTING_STILL,     /* reduced motion */
    SETTINGS
} Setting;

/* Each one's value is a small number: of a list, percent, rows. */
typedef struct Settings {
    uint32_t value[SETTINGS];
} Settings;

void settings_init(Settings *s);
/* False when a line could not be used: *err has the first of them; the others were taken. */
bool settings_parse(Str text, Settings *s, Error *err);
/* "key = value" */
void settings_line(Setting which, uint32_t value, Buf *out);
/* A KeptMerge. Lines of `changes` take the place of those with the same key, or come behind all. */
void settings_merge(Str there, Str changes, Buf *out);

/* What a state shows, reduced motion aside. */
Settings settings_of(const State *state);
/* Changes the state so. `viewer`: only what belongs to whoever looks (theme, size of text, colour
 * vision), not what makes it another picture. */
void settings_show(const Settings *s, State *state, bool viewer);
/* The three palettes that are told apart with any colour vision, in the state or not. */
bool settings_safe(const State *state);
void settings_make_safe(State *state);

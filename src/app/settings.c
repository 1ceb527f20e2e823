#include "app/settings.h"

#include <string.h>

static const char *on_off(uint32_t i) {
    return i ? "on" : "off";
}

static const char *up_down(uint32_t i) {
    return i ? "down" : "up";
}

static const char *theme(uint32_t i) {
    return theme_name((ThemeKind)i);
}

static const char *heat_palette(uint32_t i) {
    return heat_palette_name((HeatPalette)i);
}

static const char *flame_palette(uint32_t i) {
    return flame_palette_name((FlamePalette)i);
}

static const char *diff_palette(uint32_t i) {
    return diff_palette_name((DiffPalette)i);
}

static const char *scale(uint32_t i) {
    return heat_scale_name((HeatScale)i);
}

/* A word of a list, or without one a number. */
static const struct {
    const char *key;
    const char *(*word)(uint32_t i);
    uint32_t least, most;
} kinds[SETTINGS] = {
    [SETTING_THEME] = {"theme", theme, 0, THEME_COUNT - 1},
    [SETTING_TEXT_SIZE] = {"text-size", NULL, 80, 200},
    [SETTING_HEAT_PALETTE] = {"heat-palette", heat_palette, 0, HEAT_PALETTE_COUNT - 1},
    [SETTING_FLAME_PALETTE] = {"flame-palette", flame_palette, 0, FLAME_PALETTE_COUNT - 1},
    [SETTING_DIFF_PALETTE] = {"difference-colours", diff_palette, 0, DIFF_PALETTE_COUNT - 1},
    [SETTING_SCALE] = {"colour-scale", scale, 0, SCALE_COUNT - 1},
    [SETTING_ROWS] = {"rows", NULL, 1, 1000},
    [SETTING_DOWNWARDS] = {"time-runs", up_down, 0, 1},
    [SETTING_SAFE] = {"safe-colours", on_off, 0, 1},
    [SETTING_STILL] = {"reduced-motion", on_off, 0, 1},
};

void settings_init(Settings *s) {
    State usual;
    state_init(&usual);
    *s = settings_of(&usual);
}

/* -- text */

static bool value_of(Setting which, Str word, uint32_t *out) {
    int64_t n = -1;
    if (!kinds[which].word)
        str_to_i64(word, &n);
    for (uint32_t i = 0; kinds[which].word && i <= kinds[which].most; i++)
        if (str_eq_c(word, kinds[which].word(i)))
            n = i;
    if (n < kinds[which].least || n > kinds[which].most)
        return false;
    *out = (uint32_t)n;
    return true;
}

/* The key of "key = value", and what stands behind it. Empty: a blank line or a remark. */
static Str key_of(Str line, Str *value) {
    Str rest = str_trim(line);
    if (str_starts(rest, STR("#")))
        rest = STR("");
    Str key = str_trim(str_cut(&rest, '='));
    *value = str_trim(rest);
    return key;
}

static Setting setting_named(Str key) {
    int i = 0;
    while (i < SETTINGS && !str_eq_c(key, kinds[i].key))
        i++;
    return (Setting)i;
}

bool settings_parse(Str text, Settings *s, Error *err) {
    bool ok = true;
    for (int number = 1; text.n; number++) {
        Str value, key = key_of(str_cut(&text, '\n'), &value);
        Setting which = setting_named(key);
        if (which == SETTINGS || value_of(which, value, &s->value[which]))
            continue;
        if (ok)
            error_set(err, ERROR_FORMAT, "line %d: %s cannot be \"%.*s\"", number, kinds[which].key,
                      (int)(value.n < 60 ? value.n : 60), value.s);
        ok = false;
    }
    return ok;
}

void settings_line(Setting which, uint32_t value, Buf *out) {
    buf_printf(out, "%s = ", kinds[which].key);
    if (kinds[which].word)
        buf_puts(out, kinds[which].word(value));
    else
        buf_u64(out, value);
}

/* The last line of `changes` with this key, as a whole. */
static bool find_change(Str changes, Str key, Str *found) {
    bool any = false;
    while (changes.n) {
        Str value, line = str_cut(&changes, '\n');
        if (str_eq(key_of(line, &value), key)) {
            *found = line;
            any = true;
        }
    }
    return any;
}

static bool has_key(Str text, Str key) {
    Str unused;
    return key.n && find_change(text, key, &unused);
}

static void put_line(Buf *out, Str line) {
    buf_put(out, line);
    buf_putc(out, '\n');
}

void settings_merge(Str there, Str changes, Buf *out) {
    if (!str_trim(there).n)
        buf_puts(
            out,
            "# FlameScope: what was chosen in the window. Lines here may be changed or deleted.\n");
    for (Str rest = there; rest.n;) {
        Str value, line = str_cut(&rest, '\n'), change, key = key_of(line, &value);
        put_line(out, key.n && find_change(changes, key, &change) ? change : line);
    }
    for (Str rest = changes; rest.n;) {
        Str value, line = str_cut(&rest, '\n'), last, key = key_of(line, &value);
        if (!has_key(there, key) && find_change(changes, key, &last) && last.s == line.s)
            put_line(out, line);
    }
}

/* -- states */

Settings settings_of(const State *state) {
    return (Settings){{
        [SETTING_THEME] = state->theme,
        [SETTING_TEXT_SIZE] = state->text_percent,
        [SETTING_HEAT_PALETTE] = state->heat_palette,
        [SETTING_FLAME_PALETTE] = state->flame_palette,
        [SETTING_DIFF_PALETTE] = state->diff_palette,
        [SETTING_SCALE] = state->scale,
        [SETTING_ROWS] = state->rows,
        [SETTING_DOWNWARDS] = state->downwards,
        [SETTING_SAFE] = settings_safe(state),
    }};
}

void settings_show(const Settings *s, State *state, bool viewer) {
    const uint32_t *value = s->value;
    state->theme = (uint8_t)value[SETTING_THEME];
    state->text_percent = value[SETTING_TEXT_SIZE];
    if (!viewer) {
        state->heat_palette = (uint8_t)value[SETTING_HEAT_PALETTE];
        state->flame_palette = (uint8_t)value[SETTING_FLAME_PALETTE];
        state->diff_palette = (uint8_t)value[SETTING_DIFF_PALETTE];
        state->scale = (uint8_t)value[SETTING_SCALE];
        state->rows = value[SETTING_ROWS];
        state->downwards = value[SETTING_DOWNWARDS];
    }
    if (value[SETTING_SAFE])
        settings_make_safe(state);
}

bool settings_safe(const State *state) {
    return state->heat_palette == HEAT_PALETTE_VIRIDIS && state->flame_palette == FLAME_SAFE &&
           state->diff_palette == DIFF_SAFE;
}

void settings_make_safe(State *state) {
    state->heat_palette = HEAT_PALETTE_VIRIDIS;
    state->flame_palette = FLAME_SAFE;
    state->diff_palette = DIFF_SAFE;
}

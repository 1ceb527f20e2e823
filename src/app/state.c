#include "app/state.h"

#include <stdio.h>
#include <string.h>

static const char *const view_names[VIEW_COUNT] = {"flame",    "icicle", "inverted",
                                                   "sandwich", "table",  "chart"};
static const char *const baseline_names[] = {"none", "range", "rest", "whole", "file"};
static const char *const idle_names[] = {"hide", "keep", "flamescope"};

static const char *const row_names[ROW_KINDS] = {"offset", "thread", "process", "cpu"};
static const char *const value_names[VALUE_KINDS] = {"samples", "weight", "cpus", "threads",
                                                     "share"};

void state_init(State *state) {
    memset(state, 0, sizeof *state);
    state->rows = 50;
    state->column_ns = STATE_COLUMN_NS;
    state->text_percent = 100;
    state->split_permille = 480;
}

bool state_put(char *out, size_t cap, Str text) {
    bool fits = text.n < cap;
    size_t n = fits ? text.n : cap - 1;
    memcpy(out, text.s, n);
    memset(out + n, 0, cap - n);
    return fits;
}

bool state_put_frame(char *out, size_t cap, size_t *at, Str symbol, Str module) {
    if (*at + symbol.n + module.n + 3 > cap)
        return false;
    memcpy(out + *at, symbol.s, symbol.n);
    *at += symbol.n;
    out[(*at)++] = '\t';
    memcpy(out + *at, module.s, module.n);
    *at += module.n;
    out[(*at)++] = '\n';
    return true;
}

bool range_same(const Range *a, const Range *b) {
    return a->on == b->on && (!a->on || (a->t0_ns == b->t0_ns && a->t1_ns == b->t1_ns));
}

static bool texts_same(const State *a, const State *b) {
    for (int i = 0; i < STATE_SLOTS; i++)
        if (strcmp(a->file[i], b->file[i]) != 0)
            return false;
    return !strcmp(a->event, b->event) && !strcmp(a->search, b->search) &&
           !strcmp(a->zoom, b->zoom) && !strcmp(a->pin, b->pin) && range_same(&a->cell, &b->cell) &&
           !strcmp(a->cell_row, b->cell_row) && !strcmp(a->function, b->function);
}

static bool look_same(const State *a, const State *b) {
    return a->scale == b->scale && a->heat_palette == b->heat_palette &&
           a->flame_palette == b->flame_palette && a->downwards == b->downwards &&
           a->theme == b->theme && a->text_percent == b->text_percent &&
           a->split_permille == b->split_permille;
}

static bool panes_same(const State *a, const State *b) {
    return a->table_order == b->table_order && a->table_ascending == b->table_ascending &&
           !strcmp(a->table_filter, b->table_filter) && a->chart_chosen == b->chart_chosen &&
           (!a->chart_chosen || (a->chart_pid == b->chart_pid && a->chart_tid == b->chart_tid));
}

/* Transforms that are off differ, too: they are part of what is seen. */
static bool transforms_equal(const Transforms *a, const Transforms *b) {
    return a->count == b->count && a->used == b->used && !memcmp(a->text, b->text, a->used) &&
           !memcmp(a->item, b->item, a->count * sizeof *a->item);
}

static bool comparison_same(const State *a, const State *b) {
    return range_same(&a->baseline, &b->baseline) && a->baseline_kind == b->baseline_kind &&
           a->elided == b->elided && a->diff_palette == b->diff_palette;
}

static bool saved_same(const State *a, const State *b) {
    for (int i = 0; i < STATE_RANGES; i++)
        if (!range_same(&a->saved[i], &b->saved[i]))
            return false;
    return true;
}

bool state_can_compare(const State *s, uint8_t kind) {
    switch (kind) {
    case BASELINE_RANGE: /* a range of the second file is none of this one */
        return s->baseline.on && s->baseline_kind != BASELINE_FILE;
    case BASELINE_REST:
    case BASELINE_WHOLE:
        return s->selection.on;
    case BASELINE_FILE:
        return s->file[1][0] != 0;
    default:
        return kind == BASELINE_NONE;
    }
}

bool state_compares(const State *s) {
    return s->baseline_kind != BASELINE_NONE && state_can_compare(s, s->baseline_kind);
}

bool state_same(const State *a, const State *b) {
    return range_same(&a->selection, &b->selection) && comparison_same(a, b) &&
           transforms_equal(&a->transforms, &b->transforms) && saved_same(a, b) &&
           range_same(&a->view, &b->view) && range_same(&a->view_b, &b->view_b) &&
           texts_same(a, b) && look_same(a, b) && panes_same(a, b) && a->weighted == b->weighted &&
           a->idle == b->idle && filter_same(&a->filter, &b->filter) &&
           a->view_kind == b->view_kind && a->mode == b->mode &&
           a->heaviest_first == b->heaviest_first && a->rows == b->rows &&
           a->row_kind == b->row_kind && a->value_kind == b->value_kind &&
           a->column_ns == b->column_ns;
}

const char *view_kind_name(uint32_t kind) {
    return kind < VIEW_COUNT ? view_names[kind] : "flame";
}

static bool named(Str name, const char *const *names, uint32_t n, uint8_t *out) {
    for (uint32_t i = 0; i < n; i++) {
        if (str_eq_c(name, names[i])) {
            *out = (uint8_t)i;
            return true;
        }
    }
    return false;
}

bool view_kind_named(Str name, uint8_t *out) {
    return named(name, view_names, VIEW_COUNT, out);
}

const char *baseline_kind_name(uint32_t kind) {
    return kind <= BASELINE_FILE ? baseline_names[kind] : "none";
}

bool baseline_kind_named(Str name, uint8_t *out) {
    return named(name, baseline_names, BASELINE_FILE + 1, out);
}

const char *row_kind_name(uint32_t kind) {
    return row_names[kind < ROW_KINDS ? kind : 0];
}

bool row_kind_named(Str name, uint8_t *out) {
    return named(name, row_names, ROW_KINDS, out);
}

const char *value_kind_name(uint32_t kind) {
    return value_names[kind < VALUE_KINDS ? kind : 0];
}

bool value_kind_named(Str name, uint8_t *out) {
    return named(name, value_names, VALUE_KINDS, out);
}

void state_set_row_kind(State *s, uint8_t kind) {
    const int64_t second = 1000000000, tenth = second / 10;
    bool by_offset = kind == HEAT_BY_OFFSET;
    if ((s->row_kind == HEAT_BY_OFFSET) != by_offset &&
        s->column_ns == (by_offset ? tenth : second))
        s->column_ns = by_offset ? second : tenth;
    s->row_kind = kind;
}

/* -- the text form */

void state_escape(Buf *out, Str value) {
    for (size_t i = 0; i < value.n; i++) {
        unsigned char c = (unsigned char)value.s[i];
        if (c <= ' ' || c == '%' || c == '&' || c == '=' || c == 127)
            buf_printf(out, "%%%02X", c);
        else
            buf_putc(out, (char)c);
    }
}

static void put_key(Buf *out, const char *key) {
    if (out->n)
        buf_putc(out, '&');
    buf_puts(out, key);
    buf_putc(out, '=');
}

static void put_text(Buf *out, const char *key, const char *value) {
    if (!value[0])
        return;
    put_key(out, key);
    state_escape(out, str_of(value));
}

static void put_range(Buf *out, const char *key, const Range *r) {
    if (!r->on)
        return;
    put_key(out, key);
    buf_printf(out, "%lld..%lld", (long long)r->t0_ns, (long long)r->t1_ns);
}

static void put_number(Buf *out, const char *key, int64_t value, int64_t usual) {
    if (value == usual)
        return;
    put_key(out, key);
    buf_i64(out, value);
}

void state_format(const State *state, Buf *out) {
    State usual;
    state_init(&usual);
    put_text(out, "a", state->file[0]);
    put_text(out, "b", state->file[1]);
    put_range(out, "sel", &state->selection);
    put_range(out, "base", &state->baseline);
    if (state->baseline_kind != (state->baseline.on ? BASELINE_RANGE : BASELINE_NONE))
        put_text(out, "compare", baseline_kind_name(state->baseline_kind));
    put_number(out, "elided", state->elided, 0);
    if (state->diff_palette != usual.diff_palette)
        put_text(out, "diff", diff_palette_name((DiffPalette)state->diff_palette));
    for (int i = 0; i < STATE_RANGES; i++)
        put_range(out, "saved", &state->saved[i]);
    put_range(out, "view", &state->view);
    put_range(out, "viewb", &state->view_b);
    put_text(out, "event", state->event);
    put_number(out, "weighted", state->weighted, 0);
    if (state->idle != usual.idle)
        put_text(out, "idle", idle_names[state->idle]);
    Buf filter = {0};
    filter_format(&state->filter, &filter);
    if (filter.n)
        put_text(out, "filter", filter.s);
    buf_free(&filter);
    put_text(out, "search", state->search);
    Buf transforms = {0};
    transforms_format(&state->transforms, &transforms);
    if (transforms.n)
        put_text(out, "transforms", transforms.s);
    buf_free(&transforms);
    put_text(out, "pin", state->pin);
    put_range(out, "cell", &state->cell);
    put_text(out, "cellrow", state->cell_row);
    put_text(out, "function", state->function);
    if (state->view_kind != usual.view_kind)
        put_text(out, "shape", view_kind_name(state->view_kind));
    put_number(out, "mode", state->mode, 0);
    put_number(out, "heaviest", state->heaviest_first, 0);
    put_text(out, "zoom", state->zoom);
    if (state->table_order != usual.table_order)
        put_text(out, "order", function_order_name(state->table_order));
    put_number(out, "ascending", state->table_ascending, 0);
    put_text(out, "functions", state->table_filter);
    if (state->chart_chosen) {
        put_key(out, "thread");
        buf_printf(out, "%d/%d", state->chart_pid, state->chart_tid);
    }
    if (state->row_kind != usual.row_kind)
        put_text(out, "by", row_kind_name(state->row_kind));
    if (state->value_kind != usual.value_kind)
        put_text(out, "value", value_kind_name(state->value_kind));
    put_number(out, "rows", state->rows, usual.rows);
    put_number(out, "column", state->column_ns, usual.column_ns);
    if (state->scale != usual.scale)
        put_text(out, "scale", heat_scale_name((HeatScale)state->scale));
    if (state->heat_palette != usual.heat_palette)
        put_text(out, "palette", heat_palette_name((HeatPalette)state->heat_palette));
    if (state->flame_palette != usual.flame_palette)
        put_text(out, "colors", flame_palette_name((FlamePalette)state->flame_palette));
    put_number(out, "down", state->downwards, 0);
    if (state->theme != usual.theme)
        put_text(out, "theme", theme_name((ThemeKind)state->theme));
    put_number(out, "text", state->text_percent, usual.text_percent);
    put_number(out, "split", state->split_permille, usual.split_permille);
}

static int hex_digit(char c) {
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return -1;
}

bool state_unescape(Str value, char *out, size_t cap) {
    size_t n = 0;
    for (size_t i = 0; i < value.n; i++) {
        char c = value.s[i];
        if (c == '%' && i + 2 < value.n + 0 && hex_digit(value.s[i + 1]) >= 0 &&
            hex_digit(value.s[i + 2]) >= 0) {
            c = (char)(hex_digit(value.s[i + 1]) * 16 + hex_digit(value.s[i + 2]));
            i += 2;
        }
        if (n + 1 >= cap || !c)
            return false;
        out[n++] = c;
    }
    memset(out + n, 0, cap - n);
    return true;
}

bool range_parse_ns(Str value, Range *out) {
    size_t dots = str_find(value, STR(".."));
    int64_t t0, t1;
    if (dots >= value.n || !str_to_i64(str_slice(value, 0, dots), &t0) ||
        !str_to_i64(str_slice(value, dots + 2, value.n), &t1) || t1 <= t0 || t0 < -RANGE_LIMIT_NS ||
        t1 > RANGE_LIMIT_NS)
        return false;
    *out = (Range){true, t0, t1};
    return true;
}

static bool parse_number(Str value, int64_t least, int64_t most, int64_t *out) {
    return str_to_i64(value, out) && *out >= least && *out <= most;
}

static bool parse_filter(Str value, Filter *filter) {
    char text[FILTER_TERMS * (FILTER_VALUE + 24)];
    Filter parsed = {0};
    if (!state_unescape(value, text, sizeof text) || !filter_parse(str_of(text), &parsed, NULL))
        return false;
    *filter = parsed;
    return true;
}

static bool parse_transforms(Str value, Transforms *transforms) {
    char text[2 * TRANSFORM_TEXT + TRANSFORMS * 32]; /* a name may be all backslashes */
    Transforms parsed = {0};
    if (!state_unescape(value, text, sizeof text) || !transforms_parse(str_of(text), &parsed, NULL))
        return false;
    *transforms = parsed;
    return true;
}

bool thread_parse(Str text, State *state) {
    int64_t pid, tid;
    Str rest = text;
    Str first = str_cut(&rest, '/');
    if (!parse_number(first, INT32_MIN, INT32_MAX, &pid) ||
        !parse_number(rest, INT32_MIN, INT32_MAX, &tid))
        return false;
    state->chart_chosen = true;
    state->chart_pid = (int32_t)pid;
    state->chart_tid = (int32_t)tid;
    return true;
}

static bool set_enum(Str key, Str value, State *state, bool *known) {
    HeatScale scale;
    HeatPalette palette;
    FlamePalette colors;
    ThemeKind theme;
    DiffPalette diff;
    *known = true;
    if (str_eq_c(key, "compare"))
        return baseline_kind_named(value, &state->baseline_kind);
    if (str_eq_c(key, "diff"))
        return diff_palette_named(value, &diff) && ((state->diff_palette = (uint8_t)diff), true);
    if (str_eq_c(key, "by"))
        return row_kind_named(value, &state->row_kind);
    if (str_eq_c(key, "value"))
        return value_kind_named(value, &state->value_kind);
    if (str_eq_c(key, "idle"))
        return named(value, idle_names, 3, &state->idle);
    if (str_eq_c(key, "shape"))
        return view_kind_named(value, &state->view_kind);
    if (str_eq_c(key, "order"))
        return function_order_named(value, &state->table_order);
    if (str_eq_c(key, "scale"))
        return heat_scale_named(value, &scale) && ((state->scale = (uint8_t)scale), true);
    if (str_eq_c(key, "palette"))
        return heat_palette_named(value, &palette) &&
               ((state->heat_palette = (uint8_t)palette), true);
    if (str_eq_c(key, "colors"))
        return flame_palette_named(value, &colors) &&
               ((state->flame_palette = (uint8_t)colors), true);
    if (str_eq_c(key, "theme"))
        return theme_named(value, &theme) && ((state->theme = (uint8_t)theme), true);
    *known = false;
    return false;
}

static bool set_number(Str key, Str value, State *state, bool *known) {
    int64_t n = 0;
    bool ok = true;
    *known = true;
    if (str_eq_c(key, "weighted") && (ok = parse_number(value, 0, WEIGHING_SAMPLES, &n)))
        state->weighted = (uint8_t)n;
    else if (str_eq_c(key, "elided") && (ok = parse_number(value, 0, 1, &n)))
        state->elided = n;
    else if (str_eq_c(key, "mode") && (ok = parse_number(value, 0, MODE_BROWSER, &n)))
        state->mode = (uint8_t)n;
    else if (str_eq_c(key, "heaviest") && (ok = parse_number(value, 0, 1, &n)))
        state->heaviest_first = n;
    else if (str_eq_c(key, "ascending") && (ok = parse_number(value, 0, 1, &n)))
        state->table_ascending = n;
    else if (str_eq_c(key, "rows") && (ok = parse_number(value, 1, 1000, &n)))
        state->rows = (uint32_t)n;
    else if (str_eq_c(key, "column") && (ok = parse_number(value, 10000000, 3600000000000, &n)))
        state->column_ns = n;
    else if (str_eq_c(key, "down") && (ok = parse_number(value, 0, 1, &n)))
        state->downwards = n;
    else if (str_eq_c(key, "text") && (ok = parse_number(value, 80, 200, &n)))
        state->text_percent = (uint32_t)n;
    else if (str_eq_c(key, "split") && (ok = parse_number(value, 100, 900, &n)))
        state->split_permille = (uint32_t)n;
    else
        *known = !ok;
    return ok;
}

/* Each "saved" of a text is one more. */
static bool state_save_range(State *state, Str value) {
    for (int i = 0; i < STATE_RANGES; i++)
        if (!state->saved[i].on)
            return range_parse_ns(value, &state->saved[i]);
    return false;
}

static bool set_part(Str key, Str value, State *state) {
    bool known;
    bool ok = set_enum(key, value, state, &known);
    if (known)
        return ok;
    ok = set_number(key, value, state, &known);
    if (known)
        return ok;
    if (str_eq_c(key, "a"))
        return state_unescape(value, state->file[0], STATE_PATH);
    if (str_eq_c(key, "b"))
        return state_unescape(value, state->file[1], STATE_PATH);
    if (str_eq_c(key, "sel"))
        return range_parse_ns(value, &state->selection);
    if (str_eq_c(key, "base")) {
        state->baseline_kind = BASELINE_RANGE;
        return range_parse_ns(value, &state->baseline);
    }
    if (str_eq_c(key, "transforms"))
        return parse_transforms(value, &state->transforms);
    if (str_eq_c(key, "pin"))
        return state_unescape(value, state->pin, STATE_FRAME);
    if (str_eq_c(key, "cell"))
        return range_parse_ns(value, &state->cell);
    if (str_eq_c(key, "cellrow"))
        return state_unescape(value, state->cell_row, STATE_ROW);
    if (str_eq_c(key, "function"))
        return state_unescape(value, state->function, STATE_FRAME);
    if (str_eq_c(key, "saved"))
        return state_save_range(state, value);
    if (str_eq_c(key, "viewb"))
        return range_parse_ns(value, &state->view_b);
    if (str_eq_c(key, "view"))
        return range_parse_ns(value, &state->view);
    if (str_eq_c(key, "event"))
        return state_unescape(value, state->event, STATE_EVENT);
    if (str_eq_c(key, "search"))
        return state_unescape(value, state->search, SEARCH_TEXT);
    if (str_eq_c(key, "functions"))
        return state_unescape(value, state->table_filter, SEARCH_TEXT);
    if (str_eq_c(key, "thread"))
        return thread_parse(value, state);
    if (str_eq_c(key, "zoom"))
        return state_unescape(value, state->zoom, STATE_ZOOM);
    if (str_eq_c(key, "filter"))
        return parse_filter(value, &state->filter);
    return false;
}

bool state_parse(Str text, State *state, Error *err) {
    State parsed = *state;
    while (text.n) {
        Str value = str_cut(&text, '&');
        Str key = str_cut(&value, '=');
        if (!key.n)
            continue;
        if (!set_part(key, value, &parsed))
            return error_set(err, ERROR_USAGE, "state: cannot use %.*s=%.*s", (int)key.n, key.s,
                             (int)value.n, value.s);
    }
    *state = parsed;
    return true;
}

/* -- spans and ranges as people write them */

typedef struct Unit {
    const char *name;
    int64_t ns;
} Unit;

static const Unit units[] = {
    {"ms", 1000000},      {"us", 1000},         {"ns", 1}, {"s", 1000000000}, {"m", 60000000000},
    {"min", 60000000000}, {"h", 3600000000000},
};

bool span_parse(Str text, int64_t *ns) {
    text = str_trim(text);
    size_t digits = 0;
    while (digits < text.n &&
           ((text.s[digits] >= '0' && text.s[digits] <= '9') || text.s[digits] == '.'))
        digits++;
    double number;
    if (!str_to_double(str_slice(text, 0, digits), &number))
        return false;
    Str unit = str_trim(str_slice(text, digits, text.n));
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        if (str_eq_c(unit, units[i].name) || (!unit.n && units[i].ns == 1000000000)) {
            double value = number * (double)units[i].ns;
            if (value < 1 || value > 9e18)
                return false;
            *ns = (int64_t)(value + 0.5);
            return true;
        }
    }
    return false;
}

void span_format(int64_t ns, Buf *out) {
    if (ns % 3600000000000 == 0)
        buf_printf(out, "%lld h", (long long)(ns / 3600000000000));
    else if (ns % 60000000000 == 0)
        buf_printf(out, "%lld min", (long long)(ns / 60000000000));
    else if (ns % 1000000000 == 0)
        buf_printf(out, "%lld s", (long long)(ns / 1000000000));
    else if (ns % 1000000 == 0)
        buf_printf(out, "%lld ms", (long long)(ns / 1000000));
    else
        buf_printf(out, "%.3f ms", (double)ns / 1e6);
}

/* Seconds with up to nine decimals to ns, in integers: 2.3 must not become 2.299999999. */
static bool seconds_parse(Str text, int64_t *ns) {
    text = str_trim(text);
    bool negative = text.n && text.s[0] == '-';
    if (negative)
        text = str_slice(text, 1, text.n);
    Str fraction = text;
    Str whole = str_cut(&fraction, '.');
    if (whole.n + fraction.n == 0 || whole.n > 9)
        return false;
    int64_t value = 0, scale = 100000000;
    for (size_t i = 0; i < whole.n; i++) {
        if (whole.s[i] < '0' || whole.s[i] > '9')
            return false;
        value = value * 10 + (whole.s[i] - '0');
    }
    value *= 1000000000;
    for (size_t i = 0; i < fraction.n; i++, scale /= 10) {
        if (fraction.s[i] < '0' || fraction.s[i] > '9')
            return false;
        value += (fraction.s[i] - '0') * scale;
    }
    *ns = negative ? -value : value;
    return true;
}

static bool edge_parse(Str text, int64_t origin_ns, int64_t first_ns, int64_t last_ns,
                       int64_t *ns) {
    text = str_trim(text);
    if (text.n && text.s[text.n - 1] == '%') {
        double percent;
        if (!str_to_double(str_slice(text, 0, text.n - 1), &percent) || percent < 0 ||
            percent > 100)
            return false;
        /* the end of the profile is just behind its last sample */
        *ns = first_ns + (int64_t)((double)(last_ns + 1 - first_ns) * percent / 100);
        return true;
    }
    if (text.n && text.s[text.n - 1] == 's')
        text = str_slice(text, 0, text.n - 1);
    if (!seconds_parse(text, ns))
        return false;
    *ns += origin_ns;
    return true;
}

bool range_parse(Str text, int64_t origin_ns, int64_t first_ns, int64_t last_ns, Range *out,
                 Error *err) {
    size_t dots = str_find(text, STR(".."));
    Range r = {.on = true};
    if (dots >= text.n ||
        !edge_parse(str_slice(text, 0, dots), origin_ns, first_ns, last_ns, &r.t0_ns) ||
        !edge_parse(str_slice(text, dots + 2, text.n), origin_ns, first_ns, last_ns, &r.t1_ns))
        return error_set(err, ERROR_USAGE,
                         "range \"%.*s\" is not like 34.2..36.1 (seconds) or 10%%..20%%",
                         (int)text.n, text.s);
    if (r.t1_ns < r.t0_ns) {
        int64_t t = r.t0_ns;
        r.t0_ns = r.t1_ns;
        r.t1_ns = t;
    }
    *out = r;
    return true;
}

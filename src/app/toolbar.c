/* The bar of controls: file, event, weight, rows, column, scale, palette, chips, search, help. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "app/heat_cell.h"
#include "app/panels.h"
#include "app/question.h"
#include "base/pdf.h"

typedef struct Bar {
    const View *v;
    float x, y, h, gap;      /* where the next control goes */
    float left, right, wide; /* ends of the line; of the first one, where the search field begins */
    uint32_t line, lines;    /* this one, counting from 1; as many as may be */
    float keep;              /* room to leave in the last line */
    uint32_t missing;        /* chips that found none there */
    bool measure;            /* nothing is drawn, x and y alone move */
} Bar;

/* The next line is begun where this one has no room for w; false when it was the last. */
static bool make_room(Bar *b, float w) {
    bool last = b->line == b->lines;
    if (b->x + w <= b->right - (last ? b->keep : 0) || (b->line > 1 && b->x <= b->left))
        return true;
    if (last)
        return false;
    b->line++;
    b->x = b->left;
    b->y += b->h + b->gap;
    b->right = b->wide;
    return true;
}

static Rect place(Bar *b, float w) {
    w = fminf(w, b->right - b->x);
    Rect r = {b->x, b->y, w, b->h};
    b->x += w + b->gap;
    return r;
}

/* A menu of the choices a command takes; wishes for `command choice`. */
/* The number of another item, when the user chose one; else n. */
static uint32_t choose(Bar *b, const char *name, const char *tip, const char *const *labels,
                       uint32_t n, uint32_t now) {
    const View *v = b->v;
    Str *items = ARENA_ARRAY(v->arena, Str, n);
    for (uint32_t i = 0; i < n; i++)
        items[i] = str_of(labels[i]);
    Str more = items[now],
        shown = str_cut(&more, '\t'); /* what stands right in the menu is left out */
    float w = fminf(ui_select_width(v->ui, str_of(name), shown), ui_px(v->ui, 240));
    uint32_t chosen = now;
    if (!make_room(b, w))
        return n;
    Rect r = place(b, w);
    if (b->measure)
        return n;
    return ui_select(v->ui, ui_id(name), r, str_of(name), items, n, &chosen, tip) ? chosen : n;
}

/* Where steps have keys and the command has none: those. */
static const char *choice_tip(const View *v, CommandId id) {
    static const CommandId steps[][3] = {{CMD_ROWS, CMD_ROWS_FEWER, CMD_ROWS_MORE},
                                         {CMD_COLUMN, CMD_COLUMN_SHORTER, CMD_COLUMN_LONGER}};
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        if (steps[i][0] != id)
            continue;
        Str less = command_key(steps[i][1], v->arena), more = command_key(steps[i][2], v->arena);
        return view_text(v, "%s\t%.*s %.*s", commands[id].help, (int)less.n, less.s, (int)more.n,
                         more.s)
            .s;
    }
    return command_tip(id, v->arena);
}

static void choice(Bar *b, const char *name, CommandId id, const char *const *labels,
                   const char *const *args, uint32_t n, uint32_t now) {
    uint32_t chosen = choose(b, name, choice_tip(b->v, id), labels, n, now);
    if (chosen < n)
        wish(b->v->wishes, id, "%s", args[chosen]);
}

static void file_control(Bar *b) {
    const View *v = b->v;
    Ui *ui = v->ui;
    Str name = v->slot->open ? str_of(path_name(v->state->file[0])) : STR("flamescope");
    if (str_eq_c(name, "-"))
        name = STR("standard input");
    float size = ui->theme->font_file, most = ui_px(ui, 220);
    char cut[256];
    name = font_fit(ui->fonts, FACE_SEMIBOLD, size * ui->scale, name, most, cut, sizeof cut);
    float w = ui_text_width(ui, name, FACE_SEMIBOLD, size) + ui_px(ui, 26);
    Rect r = place(b, w);
    b->x += ui_px(ui, 8);
    if (b->measure)
        return;
    UiZone z = ui_zone(ui, ui_id("file"), r, ZONE_BUTTON);
    if (z.hover) {
        draw_round(ui->draw, rect_inset(r, -ui_px(ui, 3)), ui_px(ui, ui->theme->radius),
                   ui->theme->control);
        ui->cursor = CURSOR_HAND;
    }
    ui_label(ui, r, name, ui->theme->text, FACE_SEMIBOLD, size, -1);
    float caret = ui_px(ui, 12);
    ui_icon(ui, (Rect){r.x + r.w - caret - ui_px(ui, 2), r.y + (r.h - caret) / 2, caret, caret},
            "caret", ui->theme->muted);
    ui_tip(ui, ui_id("file"), r, command_tip(CMD_OPEN, v->arena));
    ui_focus_ring(ui, ui_id("file"), rect_inset(r, -ui_px(ui, 3)), ui_px(ui, ui->theme->radius));
    if (z.clicked)
        wish(v->wishes, CMD_OPEN, "%s", "");
}

/* The event's name and, right of it, its samples as far as they are known. */
static const char *event_label(const View *v, const char *name, uint64_t samples) {
    Str n = view_grouped(v, samples);
    return v->answer && v->answer->events ? view_text(v, "%s\t%.*s", name, (int)n.n, n.s).s : name;
}

static void event_control(Bar *b) {
    const View *v = b->v;
    const Answer *a = v->answer;
    uint32_t n = v->slot->view.events, named = 0, now = 0;
    const char **labels = ARENA_ARRAY(v->arena, const char *, n + 1);
    const char **names = ARENA_ARRAY(v->arena, const char *, n + 1);
    for (uint32_t i = 1; i < n; i++) {
        Str name = names_get(&v->dict->names, contexts_get_event(&v->dict->contexts, i).name);
        if (i == v->event)
            now = named;
        names[named] = view_text(v, "%.*s", (int)name.n, name.s).s;
        labels[named] = event_label(v, names[named], a && i < a->events ? a->of_event[i] : 0);
        named++;
    }
    if (!named)
        return;
    if (named > 1) {
        if (v->event == EVENT_ALL)
            now = named;
        names[named] = "all";
        labels[named++] = event_label(v, "all", a ? a->samples : 0);
    }
    choice(b, "event", CMD_EVENT, labels, names, named, now);
}

/* Called what the shown event's weights count. Where only they say how many samples there are,
 * there is no choice. */
static void weight_control(Bar *b) {
    const View *v = b->v;
    uint32_t kind = query_weight_kind(v->dict, &v->slot->view, v->event);
    if (kind == WEIGHT_SAMPLES)
        return;
    const char *const labels[] = {"samples", weight_name(kind)}, *const args[] = {"samples",
                                                                                  "period"};
    uint32_t first = kind == WEIGHT_COUNT;
    choice(b, "weight", CMD_WEIGHT, labels + first, args + first, 2 - first,
           first ? 0 : v->weighted);
}

/* So many slices of a column, or a row for each thread, process or cpu. */
static void rows_control(Bar *b) {
    static const char *const labels[] = {"10", "20",  "25",  "40",  "50",
                                         "99", "100", "200", "500", "1000"};
    static const char *const kinds[] = {"by thread", "by process", "by cpu"};
    enum { NUMBERS = 10, KINDS = 3 };
    const State *s = b->v->state;
    const char *now_label = view_text(b->v, "%u", s->rows).s;
    const char *items[NUMBERS + KINDS + 1];
    uint32_t n = 0, now = UINT32_MAX;
    for (uint32_t i = 0; i < NUMBERS; i++) {
        if (!strcmp(labels[i], now_label))
            now = n;
        items[n++] = labels[i];
    }
    if (now == UINT32_MAX) {
        now = n;
        items[n++] = now_label;
    }
    uint32_t first_kind = n;
    for (uint32_t i = 0; i < KINDS; i++)
        items[n++] = kinds[i];
    if (s->row_kind != HEAT_BY_OFFSET)
        now = first_kind + s->row_kind - HEAT_BY_THREAD;
    uint32_t chosen = choose(b, "rows", choice_tip(b->v, CMD_ROWS), items, n, now);
    if (chosen >= n)
        return;
    bool kind = chosen >= first_kind;
    wish(b->v->wishes, CMD_HEAT_BY, "%s",
         row_kind_name(kind ? HEAT_BY_THREAD + chosen - first_kind : HEAT_BY_OFFSET));
    if (!kind)
        wish(b->v->wishes, CMD_ROWS, "%s", items[chosen]);
}

/* Only where cells show something else than what is counted. */
static void value_control(Bar *b) {
    const char *names[VALUE_KINDS];
    if (b->v->state->value_kind == HEAT_SAMPLES)
        return;
    for (uint32_t i = 0; i < VALUE_KINDS; i++)
        names[i] = value_kind_name(i);
    choice(b, "cells", CMD_HEAT_VALUE, names, names, VALUE_KINDS, b->v->state->value_kind);
}

static void column_control(Bar *b) {
    static const char *const labels[] = {"10 ms", "100 ms", "500 ms", "1 s",   "2 s",    "5 s",
                                         "10 s",  "30 s",   "1 min",  "5 min", "15 min", "1 h"};
    static const char *const args[] = {"10ms", "100ms", "500ms", "1s", "2s",  "5s",
                                       "10s",  "30s",   "1m",    "5m", "15m", "1h"};
    const char *items[13], *wishes[13];
    uint32_t n = 0, now = UINT32_MAX;
    int64_t span =
        b->v->state->column_ns; /* what is drawn: a map that is too large has longer ones */
    if (b->v->heat && b->v->heat->columns && b->v->heat->spec.column_ns > span)
        span = b->v->heat->spec.column_ns;
    for (uint32_t i = 0; i < 12; i++) {
        int64_t ns = 0;
        span_parse(str_of(args[i]), &ns);
        if (ns == span)
            now = n;
        items[n] = labels[i];
        wishes[n++] = args[i];
    }
    if (now == UINT32_MAX) {
        Buf text = {0};
        span_format(span, &text);
        now = n;
        items[n] = str_copy(b->v->arena, buf_str(&text)).s;
        wishes[n] = items[n];
        n++;
        buf_free(&text);
    }
    choice(b, "column", CMD_COLUMN, items, wishes, n, now);
}

static void scale_controls(Bar *b) {
    static const char *const scales[] = {"√", "linear", "log", "percentile"};
    const char *scale_args[SCALE_COUNT], *palettes[HEAT_PALETTE_COUNT];
    for (uint32_t i = 0; i < SCALE_COUNT; i++)
        scale_args[i] = heat_scale_name((HeatScale)i);
    for (uint32_t i = 0; i < HEAT_PALETTE_COUNT; i++)
        palettes[i] = heat_palette_name((HeatPalette)i);
    choice(b, "scale", CMD_SCALE, scales, scale_args, SCALE_COUNT, b->v->state->scale);
    choice(b, "palette", CMD_PALETTE, palettes, palettes, HEAT_PALETTE_COUNT,
           b->v->state->heat_palette);
}

/* -- chips: what is counted, each with its own figures */

typedef struct Chip {
    Str label;
    const char *tip;
    bool on, removable;
} Chip;

/* Draws it where there is room; else it is counted as missing. Nothing happens while measuring. */
static ChipAction chip(Bar *b, UiId id, Chip c) {
    Ui *ui = b->v->ui;
    float w = ui_chip_width(ui, c.label, c.removable);
    if (!make_room(b, w)) {
        b->missing++;
        return CHIP_NONE;
    }
    Rect r = place(b, w);
    return b->measure ? CHIP_NONE : ui_chip(ui, id, r, c.label, c.on, c.removable, c.tip);
}

static void idle_chip(Bar *b) {
    const View *v = b->v;
    const Answer *a = v->answer;
    if (!a || !a->idle_in_profile)
        return;
    bool hidden = v->state->idle != IDLE_KEEP;
    Str n = view_grouped(v, a->idle_in_profile), all = view_grouped(v, a->in_profile);
    Str text = view_text(v, "%s · %.*s of %.*s", hidden ? "idle hidden" : "idle shown", (int)n.n,
                         n.s, (int)all.n, all.s);
    if (chip(b, ui_id("idle chip"), (Chip){text, command_tip(CMD_IDLE, v->arena), hidden, false}))
        wish(v->wishes, CMD_IDLE, "%s", "");
}

/* The keys are the widget's own. */
#define CHIP_TIP "Click: switch off or on · right click: its opposite\tSpace · I · Delete removes"

static void filter_chip(Bar *b, uint32_t i) {
    const View *v = b->v;
    const FilterTerm *term = &v->state->filter.term[i];
    Buf text = {0};
    FilterTerm shown = *term;
    shown.off = false;
    filter_format_term(&shown, &text);
    char cut[160];
    Str words = font_fit(v->ui->fonts, FACE_REGULAR, v->ui->theme->font * v->ui->scale,
                         buf_str(&text), ui_px(v->ui, 320), cut, sizeof cut);
    words = str_copy(v->arena, words);
    buf_clear(&text);
    if (term->off) /* said, not only drawn otherwise */
        buf_puts(&text, "off: ");
    buf_put(&text, words);
    if (v->answer && filter_same(&v->answer->query.filter, &v->state->filter)) {
        buf_puts(&text, " · ");
        buf_grouped(&text, v->answer->term_passes[i]);
        buf_puts(&text, " of ");
        buf_grouped(&text, v->answer->in_profile);
    }
    Str label = str_copy(v->arena, buf_str(&text));
    buf_free(&text);
    ChipAction did = chip(b, ui_id_at(ui_id("chip"), i), (Chip){label, CHIP_TIP, !term->off, true});
    if (did == CHIP_TOGGLED)
        wish(v->wishes, CMD_FILTER_TOGGLE, "%u", i);
    if (did == CHIP_REMOVED)
        wish(v->wishes, CMD_FILTER_REMOVE, "%u", i);
    if (did == CHIP_INVERTED)
        wish(v->wishes, CMD_FILTER_INVERT, "%u", i);
}

static const char *pin_tip(const View *v) {
    Str next = command_key(CMD_LINK_NEXT, v->arena),
        before = command_key(CMD_LINK_PREVIOUS, v->arena);
    Str off = command_key(CMD_UNPIN, v->arena);
    return view_text(v, "Next moments, moments before, let go\t%.*s %.*s %.*s", (int)next.n, next.s,
                     (int)before.n, before.s, (int)off.n, off.s)
        .s;
}

static void pin_chip(Bar *b) {
    const View *v = b->v;
    Str symbol = str_of(v->state->pin);
    symbol = str_cut(&symbol, '\t');
    if (!symbol.n)
        return;
    char cut[160];
    Str words = font_fit(v->ui->fonts, FACE_REGULAR, v->ui->theme->font * v->ui->scale, symbol,
                         ui_px(v->ui, 220), cut, sizeof cut);
    Str label = view_text(v, "pinned %.*s", (int)words.n, words.s);
    ChipAction did = chip(b, ui_id("pin chip"), (Chip){label, pin_tip(v), true, true});
    if (did == CHIP_TOGGLED)
        wish(v->wishes, CMD_LINK_NEXT, "%s", "");
    if (did == CHIP_REMOVED)
        wish(v->wishes, CMD_UNPIN, "%s", "");
}

static const char *cell_tip(const View *v) {
    Str off = command_key(CMD_UNPIN, v->arena);
    return view_text(v, "Click: select this cell · let go of it\t%.*s", (int)off.n, off.s).s;
}

static void cell_chip(Bar *b) {
    const View *v = b->v;
    if (!v->state->cell.on)
        return;
    Str words = heat_cell_name(v), label = view_text(v, "pinned %.*s", (int)words.n, words.s);
    const Range *cell = &v->state->cell;
    ChipAction did = chip(b, ui_id("cell chip"), (Chip){label, cell_tip(v), true, true});
    if (did == CHIP_TOGGLED)
        wish(v->wishes, v->select, "%lld..%lld", (long long)cell->t0_ns, (long long)cell->t1_ns);
    if (did == CHIP_REMOVED)
        wish(v->wishes, CMD_PIN_CELL, "%s", "");
}

static void filter_field(Bar *b, Panels *p, float w) {
    const View *v = b->v;
    bool room = make_room(b, w) && b->right - b->x >= fminf(w, ui_px(v->ui, 120));
    bool left = !ui_has_focus(v->ui, ui_id("filter field")) && !p->filter[0];
    p->asking_filter &= room && !(left && !b->measure);
    if (!room)
        return;
    Rect r = place(b, w);
    if (b->measure)
        return;
    if (!p->asking_filter) {
        r.w = b->h;
        if (ui_button(v->ui, ui_id("add filter"), r, STR("+"),
                      command_tip(CMD_FILTER_ASK, v->arena)))
            wish(v->wishes, CMD_FILTER_ASK, "%s", "");
        return;
    }
    FieldResult did = ui_field(v->ui, ui_id("filter field"), r, p->filter, sizeof p->filter,
                               STR("comm=java  frame~parse  tid!=7"), STR("Enter"),
                               p->filter_error.kind != ERROR_NONE);
    ui_tip(v->ui, ui_id("filter field"), r, command_tip(CMD_FILTER_ADD, v->arena));
    if (did == FIELD_ENTER)
        wish(v->wishes, CMD_FILTER_ADD, "%s", p->filter);
    if (did == FIELD_ESC)
        p->asking_filter = false;
    if (did == FIELD_CHANGED)
        p->filter_error = (Error){0};
}

static void search_control(Panels *p, const View *v, Rect r) {
    bool focused = ui_has_focus(v->ui, ui_id("search"));
    if (!focused)
        snprintf(p->search, sizeof p->search, "%s", v->state->search);
    bool bad = v->answer && v->answer->search_error[0] &&
               !strcmp(v->answer->query.search, v->state->search);
    p->search_rect = r;
    FieldResult did =
        ui_field(v->ui, ui_id("search"), r, p->search, sizeof p->search,
                 r.w < ui_px(v->ui, 230) ? STR("Search") : STR("Search frames (regex)"),
                 p->search[0] ? STR("") : command_key(CMD_SEARCH, v->arena), bad);
    ui_tip(v->ui, ui_id("search"), r, command_tip(CMD_SEARCH, v->arena));
    if (did == FIELD_CHANGED)
        wish(v->wishes, CMD_SEARCH_SET, "%s", p->search);
    else if (did == FIELD_ENTER)
        wish(v->wishes, CMD_SEARCH_NEXT, "%s", "");
    else if (did == FIELD_SHIFT_ENTER)
        wish(v->wishes, CMD_SEARCH_PREVIOUS, "%s", "");
    else if (did == FIELD_ESC) {
        wish(v->wishes, CMD_SEARCH_SET, "%s", "");
        ui_set_focus(v->ui, ui_id("flame"), false);
    }
}

/* -- the bar: as many lines as the controls need, up to a third of the window */

static void choices(Bar *b) {
    const View *v = b->v;
    file_control(b);
    if (!v->slot->open || v->state->mode != MODE_NORMAL)
        return;
    event_control(b);
    weight_control(b);
    if (v->slot->view.has_time || !v->slot->settled) {
        rows_control(b);
        column_control(b);
        value_control(b);
        scale_controls(b);
    }
}

static void chips(Bar *b, Panels *p) {
    const View *v = b->v;
    p->asking_filter &= v->slot->open && v->state->mode == MODE_NORMAL;
    if (!v->slot->open || v->state->mode != MODE_NORMAL)
        return;
    float field = p->asking_filter ? ui_px(v->ui, 280) : b->h;
    b->keep = field + ui_px(v->ui, 110);
    idle_chip(b);
    for (uint32_t i = 0; i < v->state->filter.count; i++)
        filter_chip(b, i);
    pin_chip(b);
    cell_chip(b);
    b->keep = 0;
    if (b->missing) {
        Str words = view_text(v, "+ %u chip%s", b->missing, b->missing == 1 ? "" : "s");
        Rect r = place(b, ui_text_width(v->ui, words, FACE_REGULAR, v->ui->theme->font) + 1);
        if (!b->measure)
            ui_label(v->ui, r, words, v->ui->theme->warning, FACE_REGULAR, v->ui->theme->font, -1);
    }
    filter_field(b, p, field);
}

static void save_control(const View *v, Rect r) {
    Ui *ui = v->ui;
    static const CommandId what[] = {CMD_EXPORT_PNG,    CMD_EXPORT_SVG,        CMD_EXPORT_HTML,
                                     CMD_EXPORT_FOLDED, CMD_EXPORT_SPEEDSCOPE, CMD_EXPORT_PPROF,
                                     CMD_SCENE_HTML,    CMD_SCENE_PDF};
    enum { ITEMS = sizeof what / sizeof *what };
    uint32_t n = pdf_available() ? ITEMS : ITEMS - 1;
    Str items[ITEMS];
    for (int i = 0; i < ITEMS; i++) {
        Str key = command_key(what[i], v->arena);
        items[i] = view_text(v, "%s\t%.*s", commands[what[i]].help, (int)key.n, key.s);
    }
    uint32_t chosen = 0;
    UiId menu = ui_id("save menu");
    Str png = command_key(CMD_EXPORT_PNG, v->arena);
    if (ui_button(ui, ui_id("save"), r, STR("Save"),
                  view_text(v, "Save what is shown\t%.*s", (int)png.n, png.s).s))
        ui_menu_open(ui, menu);
    if (ui_menu(ui, menu, r, items, n, &chosen))
        wish(v->wishes, what[chosen], "%s", "");
}

static void settings_control(const View *v, Rect r) {
    Ui *ui = v->ui;
    if (ui_button(ui, ui_id("settings button"), r, STR(""), command_tip(CMD_SETTINGS, v->arena)))
        wish(v->wishes, CMD_SETTINGS, "%s", "");
    float side = ui_px(ui, 16);
    ui_icon(ui, (Rect){r.x + (r.w - side) / 2, r.y + (r.h - side) / 2, side, side}, "sliders",
            ui->theme->text);
}

/* What stands at the first line's end. */
typedef struct BarEnd {
    Rect search, save, settings, help; /* settings: without width where it has no room */
} BarEnd;

static Bar bar_begin(const View *v, Rect area, float search_w, bool settings, BarEnd *end) {
    Ui *ui = v->ui;
    float margin = ui_px(ui, 20), h = ui_px(ui, ui->theme->control_h),
          gap = ui_px(ui, ui->theme->gap);
    float y = floorf(area.y + (ui_px(ui, ui->theme->bar_h) - h) / 2),
          wide = area.x + area.w - margin;
    float save_w = ui_text_width(ui, STR("Save"), FACE_REGULAR, ui->theme->font) + ui_px(ui, 24);
    end->help = (Rect){wide - ui_px(ui, 36), y, ui_px(ui, 36), h};
    end->settings = (Rect){end->help.x - (settings ? gap + ui_px(ui, 36) : 0), y,
                           settings ? ui_px(ui, 36) : 0, h};
    end->save = (Rect){end->settings.x - gap - save_w, y, save_w, h};
    end->search = (Rect){end->save.x - gap - search_w, y, search_w, h};
    uint32_t lines = (uint32_t)(ui->window.h * 0.3f / (h + gap));
    return (Bar){.v = v,
                 .x = area.x + margin,
                 .y = y,
                 .h = h,
                 .gap = gap,
                 .left = area.x + margin,
                 .right = end->search.x - gap,
                 .wide = wide,
                 .line = 1,
                 .lines = lines > 2 ? lines : 2};
}

float toolbar_height(Panels *p, const View *v) {
    Ui *ui = v->ui;
    BarEnd end;
    Bar bar = {0};
    uint32_t lines = UINT32_MAX;
    float wide = fminf(ui_px(ui, 260), ui->window.w * 0.2f), narrow = fminf(wide, ui_px(ui, 170));
    for (int i = 0; i < 4;
         i++) { /* a narrow search field, no button for settings, where that saves a line */
        bar = bar_begin(v, ui->window, i & 1 ? narrow : wide, i < 2, &end);
        bar.measure = true;
        choices(&bar);
        chips(&bar, p);
        if (bar.line + (bar.missing > 0) < lines) {
            lines = bar.line + (bar.missing > 0);
            p->search_w = i & 1 ? narrow : wide;
            p->settings_button = i < 2;
            p->bar_lines = bar.line;
        }
    }
    return ui_px(ui, ui->theme->bar_h) + (float)(p->bar_lines - 1) * (bar.h + bar.gap);
}

void toolbar_draw(Panels *p, const View *v, Rect area) {
    Ui *ui = v->ui;
    draw_rect(ui->draw, area, ui->theme->panel);
    draw_rect(ui->draw, (Rect){area.x, area.y + area.h - ui_px(ui, 1), area.w, ui_px(ui, 1)},
              ui->theme->line);
    BarEnd end;
    Bar bar = bar_begin(v, area, p->search_w, p->settings_button, &end);
    choices(&bar);
    chips(&bar, p);
    if (v->slot->open && v->state->mode == MODE_NORMAL) {
        search_control(p, v, end.search);
        save_control(v, end.save);
    }
    if (p->settings_button)
        settings_control(v, end.settings);
    if (ui_button(ui, ui_id("help"), end.help, STR("?"), command_tip(CMD_HELP, v->arena)))
        wish(v->wishes, CMD_HELP, "%s", "");
}

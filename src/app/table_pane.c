/* The table of functions on screen. Rows come sorted from functions_sort, made again only when
 * the numbers, the order or the filter changed; columns are places of one line. */
#include "app/table_pane.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "app/flame_pane.h"

void table_pane_init(TablePane *pane) {
    memset(pane, 0, sizeof *pane);
    arena_init(&pane->arena, 256 * 1024);
}

void table_pane_free(TablePane *pane) {
    function_filter_free(&pane->filter);
    arena_free(&pane->arena);
    memset(pane, 0, sizeof *pane);
}

void table_pane_forget(TablePane *pane) {
    table_pane_free(pane);
    table_pane_init(pane);
}

const Functions *table_functions(const Engine *engine, uint64_t *number) {
    const Aside *aside = engine_aside_state(engine, ASIDE_FUNCTIONS);
    *number = aside->newest.number;
    return aside->newest.result;
}

static void rows_ready(TablePane *pane, const View *v, const Functions *f, uint64_t number) {
    const State *s = v->state;
    bool filtered = strcmp(pane->filter.text, s->table_filter) == 0;
    if (pane->made_of == number && pane->made_order == s->table_order &&
        pane->made_ascending == s->table_ascending && filtered)
        return;
    bool kept = pane->made_order == s->table_order && filtered &&
                pane->made_ascending == s->table_ascending;
    if (!kept && !pane->show_cursor)
        pane->scroll = 0;
    function_filter_set(&pane->filter, s->table_filter);
    arena_reset(&pane->arena);
    functions_sort(f, v->dict, (FunctionOrder)s->table_order, !s->table_ascending, &pane->filter,
                   &pane->arena, &pane->rows, &pane->count);
    pane->made_of = number;
    pane->made_order = s->table_order;
    pane->made_ascending = s->table_ascending;
}

/* -- columns */

typedef enum CellKind { CELL_PERCENT, CELL_COUNT, CELL_DELTA, CELL_MODULE, CELL_NAME } CellKind;

typedef struct Cell {
    CellKind kind;
    FunctionOrder order; /* whose column it is; MODULE sorts nothing */
    float x, w;
} Cell;

enum { CELLS = 7 };

typedef struct Columns {
    Cell cell[CELLS];
    uint32_t count;
} Columns;

static void add_cell(Columns *c, CellKind kind, FunctionOrder order, float *x, float w) {
    c->cell[c->count++] = (Cell){kind, order, *x, w};
    *x += w;
}

/* What a narrow window has no room for is left out: the module, then the counts. */
static Columns columns(const View *v, const Functions *f, Rect body) {
    Ui *ui = v->ui;
    Columns c = {.count = 0};
    float x = body.x, percent = ui_px(ui, 128), count = ui_px(ui, 100);
    bool roomy = body.w > 2 * (percent + count) + ui_px(ui, 260);
    add_cell(&c, CELL_PERCENT, FUNCTIONS_BY_SELF, &x, percent);
    if (roomy)
        add_cell(&c, CELL_COUNT, FUNCTIONS_BY_SELF, &x, count);
    add_cell(&c, CELL_PERCENT, FUNCTIONS_BY_TOTAL, &x, percent);
    if (roomy)
        add_cell(&c, CELL_COUNT, FUNCTIONS_BY_TOTAL, &x, count);
    if (f && f->has_b)
        add_cell(&c, CELL_DELTA, FUNCTIONS_BY_DELTA, &x, ui_px(ui, 116));
    float left = body.x + body.w - x, module = fminf(left * 0.3f, ui_px(ui, 240));
    if (module < ui_px(ui, 100))
        module = 0;
    if (module > 0)
        add_cell(&c, CELL_MODULE, FUNCTION_ORDERS, &x, module);
    add_cell(&c, CELL_NAME, FUNCTIONS_BY_NAME, &x, left - module);
    return c;
}

static bool is_left(const Cell *c) {
    return c->kind == CELL_NAME || c->kind == CELL_MODULE;
}

static Rect cell_text(const View *v, const Cell *c, float y, float h) {
    float inset = ui_px(v->ui, is_left(c) ? 14 : 10);
    return (Rect){c->x + inset, y, c->w - inset - (is_left(c) ? 0 : inset), h};
}

/* -- the header: what each column is, and of what its shares are */

static Str sub_title(const View *v, const Cell *c) {
    if (c->kind == CELL_PERCENT)
        return v->state->selection.on ? STR("% of A") : STR("% of what is shown");
    if (c->kind == CELL_COUNT)
        return str_of(view_unit(v));
    if (c->kind == CELL_DELTA)
        return STR("points of total");
    return c->kind == CELL_MODULE ? STR("or kind") : STR("symbol");
}

static const char *title(const Cell *c) {
    static const char *const of_order[] = {"total", "self", "A \xe2\x88\x92 B", "function",
                                           "module"};
    return of_order[c->order];
}

static void sort_by(const View *v, FunctionOrder order) {
    bool again = v->state->table_order == order;
    bool ascending = again ? !v->state->table_ascending : order == FUNCTIONS_BY_NAME;
    wish(v->wishes, CMD_TABLE_SORT, "%s %s", function_order_name(order), ascending ? "up" : "down");
}

/* From the first of a group's cells: its title and the sorting by it. */
static void draw_title(const View *v, const Columns *c, uint32_t first, Rect head) {
    Ui *ui = v->ui;
    const Cell *cell = &c->cell[first];
    uint32_t last = first;
    while (last + 1 < c->count && c->cell[last + 1].order == cell->order)
        last++;
    Rect r = {cell->x, head.y, c->cell[last].x + c->cell[last].w - cell->x, head.h};
    bool sorts = cell->order != FUNCTION_ORDERS, on = v->state->table_order == cell->order;
    bool hot = false;
    if (sorts) {
        UiId id = ui_id_at(ui_id("table head"), cell->order);
        UiZone z = ui_zone(ui, id, r, ZONE_BUTTON);
        hot = z.hover;
        if (hot)
            ui->cursor = CURSOR_HAND;
        if (z.clicked && z.button == BUTTON_LEFT)
            sort_by(v, cell->order);
        Str key = command_key(on ? CMD_TABLE_REVERSE : CMD_TABLE_SORT, v->arena);
        ui_tip(ui, id, r,
               view_text(v, "Sort by %s%s\t%.*s", function_order_name(cell->order),
                         on ? ", the other way round" : "", (int)key.n, key.s)
                   .s);
        ui_focus_ring(ui, id, rect_inset(r, ui_px(ui, 1)), ui_px(ui, 4));
    }
    const char *arrow = v->state->table_ascending ? "\xe2\x86\x91" : "\xe2\x86\x93";
    Str words = str_of(title(cell));
    if (on) /* the arrow stands where the title does not begin or end */
        words = is_left(cell) ? view_text(v, "%s %s", title(cell), arrow)
                              : view_text(v, "%s %s", arrow, title(cell));
    for (uint32_t i = first; i <= last; i++) {
        Rect text = cell_text(v, &c->cell[i], head.y + ui_px(ui, 2), head.h / 2);
        ui_label(ui, text, i == first ? words : str_of(title(cell)),
                 on || hot ? ui->theme->text : ui->theme->muted, on ? FACE_SEMIBOLD : FACE_REGULAR,
                 ui->theme->font, is_left(cell) ? -1 : 1);
    }
}

static void draw_head(const View *v, const Columns *c, Rect head) {
    Ui *ui = v->ui;
    for (uint32_t i = 0; i < c->count; i++) {
        const Cell *cell = &c->cell[i];
        if (!i || c->cell[i - 1].order != cell->order)
            draw_title(v, c, i, head);
        float top = head.y + head.h / 2 - ui_px(ui, 1);
        ui_label(ui, cell_text(v, cell, top, head.h / 2), sub_title(v, cell), ui->theme->muted,
                 FACE_REGULAR, ui->theme->font_axis, is_left(cell) ? -1 : 1);
    }
    float line = ui_px(ui, 1);
    draw_rect(ui->draw, (Rect){head.x, head.y + head.h - line, head.w, line}, ui->theme->line);
}

/* -- rows */

static void draw_percent(const View *v, const Cell *c, Rect r, uint64_t part, uint64_t whole) {
    Ui *ui = v->ui;
    float share = whole ? (float)((double)part / (double)whole) : 0;
    Rect bar = {c->x + ui_px(ui, 4), r.y + ui_px(ui, 2), (c->w - ui_px(ui, 8)) * fminf(share, 1),
                r.h - ui_px(ui, 4)};
    if (bar.w >= 0.5f)
        draw_rect(ui->draw, bar, color_alpha(ui->theme->a, ui->theme->dark ? 0.26f : 0.2f));
    ui_label(ui, cell_text(v, c, r.y, r.h), view_percent(v, part, whole),
             part ? ui->theme->text : ui->theme->muted, FACE_REGULAR, ui->theme->font, 1);
}

static Str delta_text(const View *v, double points) {
    if (fabs(points) < 0.005)
        return STR("0");
    if (fabs(points) < 0.05)
        return points < 0 ? STR("> \xe2\x88\x92"
                                "0.1")
                          : STR("< +0.1");
    return view_text(v, "%s%.1f", points < 0 ? "\xe2\x88\x92" : "+", fabs(points));
}

static void draw_delta(const View *v, const Functions *f, const Cell *c, Rect r,
                       const Function *row) {
    Ui *ui = v->ui;
    double points = functions_delta(f, row);
    uint32_t color = points > 0 ? ui->theme->danger : ui->theme->accent;
    if (fabs(points) < 0.05)
        color = ui->theme->muted;
    Str text = delta_text(v, points);
    if (!row->total_b)
        text = view_text(v, "new  %.*s", (int)text.n, text.s);
    else if (!row->total_a)
        text = view_text(v, "gone  %.*s", (int)text.n, text.s);
    ui_label(ui, cell_text(v, c, r.y, r.h), text, color, FACE_REGULAR, ui->theme->font, 1);
}

static Str function_label(const Functions *f, const View *v, FrameId frame) {
    Str symbol = functions_symbol(f, v->dict, frame);
    return symbol.n ? symbol : flame_label(f->tree, v->dict, frame);
}

static void draw_fitted(const View *v, Rect r, Str text, uint32_t color) {
    char cut[512];
    Ui *ui = v->ui;
    Str fits =
        font_fit(ui->fonts, FACE_REGULAR, ui->theme->font * ui->scale, text, r.w, cut, sizeof cut);
    ui_label(ui, r, fits, color, FACE_REGULAR, ui->theme->font, -1);
}

static void draw_name(const View *v, const Functions *f, const Cell *c, Rect r, FrameId frame) {
    Ui *ui = v->ui;
    float side = ui_px(ui, 9);
    Rect swatch = {c->x + ui_px(ui, 12), floorf(r.y + (r.h - side) / 2), side, side};
    draw_round(ui->draw, swatch, ui_px(ui, 2),
               flame_color((FlamePalette)v->state->flame_palette, ui->theme->dark,
                           functions_frame(f, v->dict, frame), functions_symbol(f, v->dict, frame),
                           functions_module(f, v->dict, frame)));
    float from = swatch.x + side + ui_px(ui, 8);
    draw_fitted(v, (Rect){from, r.y, c->x + c->w - from, r.h}, function_label(f, v, frame),
                ui->theme->text);
}

static Str module_label(const View *v, const Functions *f, FrameId frame) {
    Str module = functions_module(f, v->dict, frame);
    size_t slash = str_rfind_char(module, '/');
    if (slash < module.n && slash + 1 < module.n && module.s[0] == '/')
        module = str_slice(module, slash + 1, module.n);
    return module.n ? module : str_of(frame_kind_name(functions_frame(f, v->dict, frame).kind));
}

static void draw_row(const View *v, const Functions *f, const Columns *c, Rect r,
                     const Function *row) {
    Ui *ui = v->ui;
    for (uint32_t i = 0; i < c->count; i++) {
        const Cell *cell = &c->cell[i];
        bool self = cell->order == FUNCTIONS_BY_SELF;
        uint64_t n = self ? row->self_a : row->total_a;
        switch (cell->kind) {
        case CELL_PERCENT:
            draw_percent(v, cell, r, n, f->whole_a);
            break;
        case CELL_COUNT:
            ui_label(ui, cell_text(v, cell, r.y, r.h), view_amount_short(v, n, view_kind(v)),
                     ui->theme->muted, FACE_REGULAR, ui->theme->font, 1);
            break;
        case CELL_DELTA:
            draw_delta(v, f, cell, r, row);
            break;
        case CELL_MODULE:
            draw_fitted(v, cell_text(v, cell, r.y, r.h), module_label(v, f, row->frame),
                        ui->theme->muted);
            break;
        case CELL_NAME:
            draw_name(v, f, cell, r, row->frame);
            break;
        }
    }
}

static void draw_rows(TablePane *pane, const View *v, const Functions *f, const Columns *c) {
    Ui *ui = v->ui;
    Rect was = draw_clip_to(ui->draw, pane->body);
    uint32_t first = (uint32_t)pane->scroll;
    pane->drawn = 0;
    for (uint32_t i = first; i < pane->count; i++) {
        const Function *row = &f->row[pane->rows[i]];
        Rect r = {pane->body.x,
                  pane->body.y + roundf((float)((double)i - pane->scroll) * pane->row),
                  pane->body.w, pane->row};
        if (r.y >= pane->body.y + pane->body.h)
            break;
        if (pane->cursor == row->frame)
            draw_round(ui->draw, r, ui_px(ui, 4), ui->theme->chip_tint);
        else if (pane->hover.on && pane->hover.row.frame == row->frame)
            draw_round(ui->draw, r, ui_px(ui, 4), ui->theme->control);
        draw_row(v, f, c, r, row);
        pane->drawn++;
    }
    draw_clip(ui->draw, was);
}

/* -- cursor and scroll */

static double page_of(const TablePane *pane) {
    return pane->row > 0 ? (double)(pane->body.h / pane->row) : 1;
}

static void clamp_scroll(TablePane *pane) {
    double most = (double)pane->count - page_of(pane);
    pane->scroll = fmin(pane->scroll, fmax(most, 0));
    pane->scroll = fmax(pane->scroll, 0);
}

/* Where the marked function stands among the sorted rows; count when it does not. */
static uint32_t cursor_place(const TablePane *pane, const Functions *f) {
    uint32_t i = 0;
    while (i < pane->count && f->row[pane->rows[i]].frame != pane->cursor)
        i++;
    return i;
}

void table_pane_move(TablePane *pane, const Functions *f, int64_t rows) {
    if (!f || !pane->count)
        return;
    int64_t at = cursor_place(pane, f), last = (int64_t)pane->count - 1;
    if (at > last) /* nothing marked: what is in view begins it */
        at = (int64_t)ceil(pane->scroll) - (rows > 0 ? 1 : 0);
    at = rows > last - at ? last : rows < -at ? 0 : at + rows;
    pane->cursor = f->row[pane->rows[at]].frame;
    pane->show_cursor = true;
}

void table_pane_move_page(TablePane *pane, const Functions *f, int pages) {
    int64_t page = (int64_t)page_of(pane) - 1;
    table_pane_move(pane, f, pages * (page > 1 ? page : 1));
}

static void scroll_to_cursor(TablePane *pane, const Functions *f) {
    uint32_t at = cursor_place(pane, f);
    pane->show_cursor = false;
    if (at == pane->count)
        return;
    if ((double)at < pane->scroll)
        pane->scroll = at;
    if ((double)at + 1 > pane->scroll + page_of(pane))
        pane->scroll = (double)at + 1 - page_of(pane);
}

/* Home and End belong to whoever has the keyboard, as in a text field. */
static void take_keys(TablePane *pane, const View *v, const Functions *f) {
    Ui *ui = v->ui;
    for (uint32_t i = 0; i < ui->events; i++) {
        const InputEvent *e = &ui->event[i];
        bool end = e->key == KEY_END;
        if (e->kind != INPUT_KEY || e->mods || ui_event_used(ui, i) || (!end && e->key != KEY_HOME))
            continue;
        ui_use_event(ui, i);
        table_pane_move(pane, f, end ? (int64_t)pane->count : -(int64_t)pane->count);
    }
}

static void pointer(TablePane *pane, const View *v, const Functions *f) {
    UiZone z = ui_zone(v->ui, ui_id("table"), pane->body, ZONE_FOCUSABLE);
    if (z.wheel_y != 0) {
        pane->scroll -= 3 * (double)z.wheel_y;
        clamp_scroll(pane);
        view_wake(v, v->now_ns);
    }
    double place = pane->scroll + (double)((z.y - pane->body.y) / pane->row);
    if ((z.hover || z.clicked) && place >= 0 && place < pane->count &&
        rect_has(pane->body, z.x, z.y))
        pane->hover = (TableHover){true, f->row[pane->rows[(uint32_t)place]]};
    if (pane->hover.on && z.clicked && z.button == BUTTON_LEFT) {
        pane->cursor = pane->hover.row.frame;
        if (z.clicks == 2)
            wish(v->wishes, CMD_TABLE_CHOOSE, "%s", "");
    }
    ui_told(v->ui, ui_id("table"), command_tip(CMD_TABLE_CHOOSE, v->arena));
    if (z.focused && !v->ui->modal)
        take_keys(pane, v, f);
}

static void scrollbar(TablePane *pane, const View *v, Rect area) {
    Rect r = {area.x + area.w - ui_px(v->ui, 10), pane->body.y, ui_px(v->ui, 8), pane->body.h};
    float at = (float)pane->scroll;
    if (ui_scrollbar(v->ui, ui_id("table scroll"), r, (float)pane->count, (float)page_of(pane),
                     &at))
        pane->scroll = (double)at;
    clamp_scroll(pane);
}

/* -- the filter's line */

static void filter_line(TablePane *pane, const View *v, const Functions *f, Rect line) {
    Ui *ui = v->ui;
    UiId id = ui_id("table filter");
    if (!ui_has_focus(ui, id))
        snprintf(pane->field, sizeof pane->field, "%s", v->state->table_filter);
    Rect field = {line.x, line.y, fminf(line.w, ui_px(ui, 300)), line.h};
    FieldResult did =
        ui_field(ui, id, field, pane->field, sizeof pane->field, STR("Filter functions"),
                 command_key(CMD_TABLE_FILTER_ASK, v->arena), false);
    Str key = command_key(CMD_TABLE_FILTER_ASK, v->arena);
    ui_tip(ui, id, field,
           view_text(v, "%s\t%.*s", commands[CMD_TABLE_FILTER].help, (int)key.n, key.s).s);
    if (did == FIELD_CHANGED)
        wish(v->wishes, CMD_TABLE_FILTER, "%s", pane->field);
    if (did == FIELD_ESC)
        wish(v->wishes, CMD_TABLE_FILTER, "%s", "");
    if (did == FIELD_ESC || did == FIELD_ENTER)
        ui_set_focus(ui, ui_id("table"), true);
    Rect words = {field.x + field.w + ui_px(ui, 14), line.y, line.w - field.w - ui_px(ui, 14),
                  line.h};
    if (!f)
        return;
    Str all = view_grouped(v, f->count), some = view_grouped(v, pane->count);
    const char *functions = f->count == 1 ? "function" : "functions";
    Str text = v->state->table_filter[0] ? view_text(v, "%.*s of %.*s %s", (int)some.n, some.s,
                                                     (int)all.n, all.s, functions)
                                         : view_text(v, "%.*s %s", (int)all.n, all.s, functions);
    if (f->not_arranged) {
        Str n = view_amount(v, f->not_arranged);
        text = view_text(v, "%.*s · not yet arranged: %.*s", (int)text.n, text.s, (int)n.n, n.s);
    }
    draw_fitted(v, words, text, ui->theme->muted);
}

void table_pane_draw(TablePane *pane, const View *v, Rect area) {
    Ui *ui = v->ui;
    float margin = ui_px(ui, 20), line = ui_px(ui, ui->theme->control_h), head = ui_px(ui, 36);
    uint64_t number;
    const Functions *f = table_functions(v->engine, &number);
    Rect inner = {area.x + margin, area.y, area.w - 2 * margin, area.h};
    float top = line + ui_px(ui, 4) + head;
    pane->hover.on = false;
    pane->drawn = 0;
    pane->row = ui_px(ui, ui->theme->row + 3);
    pane->body = (Rect){inner.x, inner.y + top, inner.w, inner.h - top};
    if (pane->body.h < pane->row)
        return;
    if (f)
        rows_ready(pane, v, f, number);
    filter_line(pane, v, f, (Rect){inner.x, inner.y, inner.w, line});
    Columns c = columns(v, f, pane->body);
    draw_head(v, &c, (Rect){inner.x, inner.y + line + ui_px(ui, 4), inner.w, head});
    if (!f)
        return;
    clamp_scroll(pane);
    pointer(pane, v, f);
    if (pane->show_cursor)
        scroll_to_cursor(pane, f);
    draw_rows(pane, v, f, &c);
    scrollbar(pane, v, area);
    ui_focus_ring(ui, ui_id("table"), pane->body, 0);
    if (pane->count)
        return;
    Str why = f->count ? STR("No function matches the filter.") : flame_why_empty(v);
    ui_label(ui, pane->body, why, ui->theme->muted, FACE_REGULAR, ui->theme->font, 0);
}

/* -- for the status line, and for commands */

static const Function *told_row(const TablePane *pane, const View *v, const Functions *f) {
    if (pane->hover.on)
        return &pane->hover.row;
    uint32_t row = UINT32_MAX;
    if (pane->cursor && ui_has_focus(v->ui, ui_id("table")))
        row = functions_row_of(f, pane->cursor);
    return row == UINT32_MAX ? NULL : &f->row[row];
}

FrameId table_pane_pointed(const TablePane *pane, const Functions *f) {
    FrameId frame = pane->hover.on ? pane->hover.row.frame : pane->cursor;
    return f && functions_row_of(f, frame) != UINT32_MAX ? frame : 0;
}

bool table_pane_told(const TablePane *pane, const View *v, Str *name, Str *facts) {
    uint64_t number;
    const Functions *f = table_functions(v->engine, &number);
    const Function *row = f ? told_row(pane, v, f) : NULL;
    if (!row)
        return false;
    *name = function_label(f, v, row->frame);
    Str module = functions_module(f, v->dict, row->frame);
    Str self = view_number(v, row->self_a), total = view_amount(v, row->total_a);
    Str self_share = view_percent(v, row->self_a, f->whole_a);
    Str share = view_percent(v, row->total_a, f->whole_a);
    *facts = view_text(v, "%.*s%sself %.*s (%.*s) · total %.*s (%.*s of %s)",
                       (int)(module.n < 200 ? module.n : 200), module.s, module.n ? " · " : "",
                       (int)self.n, self.s, (int)self_share.n, self_share.s, (int)total.n, total.s,
                       (int)share.n, share.s, v->state->selection.on ? "A" : "what is shown");
    if (f->has_b) {
        Str total_b = view_number(v, row->total_b), delta = delta_text(v, functions_delta(f, row));
        Str share_b = view_percent(v, row->total_b, f->whole_b);
        *facts =
            view_text(v, "%.*s · B %.*s (%.*s of B) · %.*s points", (int)facts->n, facts->s,
                      (int)total_b.n, total_b.s, (int)share_b.n, share_b.s, (int)delta.n, delta.s);
    }
    return true;
}

void table_exact(Str symbol, Buf *out) {
    bool small = true; /* a search without capitals would ignore case */
    for (size_t i = 0; i < symbol.n; i++)
        small = small && !(symbol.s[i] >= 'A' && symbol.s[i] <= 'Z');
    buf_puts(out, small ? "(?-i)^" : "^");
    for (size_t i = 0; i < symbol.n; i++) {
        if (symbol.s[i] && strchr("\\^$.|?*+()[]{}", symbol.s[i]))
            buf_putc(out, '\\');
        buf_putc(out, symbol.s[i]);
    }
    buf_putc(out, '$');
}

#include "app/heat_cell.h"
#include "app/flame_pane.h"
#include "app/heat_lanes.h"

#include <math.h>
#include <string.h>

/* -- words */

static Str column_text(const View *v, int64_t offset_ns) {
    int64_t column_ns = v->heat->spec.column_ns, min = offset_ns / 60000000000;
    if (column_ns % 60000000000 == 0)
        return min % 60 == 0 ? view_text(v, "%lld h", (long long)(min / 60))
               : min < 60
                   ? view_text(v, "%lld min", (long long)min)
                   : view_text(v, "%lld h %lld min", (long long)(min / 60), (long long)(min % 60));
    Str at = view_offset(v, v->heat->origin_ns + offset_ns,
                         column_ns >= 1000000000 ? 1000000000 : 10000000);
    return view_text(v, "%.*s s", (int)at.n, at.s);
}

/* "34 s + 660 ms", or "thread worker (4711) · 12.3 s"; and how many samples, or why there are
 * none. */
static Str cell_text(const View *v, uint32_t column, uint32_t row) {
    const HeatGrid *g = v->heat;
    Range cell;
    size_t i = (size_t)column * g->rows + row;
    heat_cell_range(g, column, row, &cell.t0_ns, &cell.t1_ns);
    int64_t start = (int64_t)column * g->spec.column_ns;
    Str at = column_text(v, start), within = view_span(v, cell.t0_ns - g->origin_ns - start);
    Str n = heat_value_text(v, g->cell[i]);
    if (cell.t1_ns <= g->first_ns || cell.t0_ns > g->last_ns)
        n = STR("outside the recording");
    else if (g->hidden && g->hidden[i])
        n = g->cell[i] ? view_text(v, "%.*s, others hidden", (int)n.n, n.s) : STR("all hidden");
    if (g->row) {
        Str lane = heat_lane_text(v, row);
        return view_text(v, "%.*s · %.*s\t%.*s", (int)lane.n, lane.s, (int)at.n, at.s, (int)n.n,
                         n.s);
    }
    return view_text(v, "%.*s + %.*s\t%.*s", (int)at.n, at.s, (int)within.n, within.s, (int)n.n,
                     n.s);
}

/* At most n bytes of it, and … for the rest. */
static Str cut(const View *v, Str s, size_t n) {
    Str fits = str_fit(s, n);
    return fits.n == s.n ? s : view_text(v, "%.*s…", (int)fits.n, fits.s);
}

/* "leaf ← caller" of a stack. */
static Str stack_text(const View *v, StackId stack) {
    StackNode leaf = stacks_get(&v->dict->stacks, stack);
    StackNode caller = stacks_get(&v->dict->stacks, leaf.parent);
    Str name = cut(v, flame_label(NULL, v->dict, leaf.frame), 48), from = {0};
    if (!caller.parent && !leaf.parent)
        return name;
    from = cut(v, flame_label(NULL, v->dict, caller.frame), 32);
    return from.n ? view_text(v, "%.*s ← %.*s", (int)name.n, name.s, (int)from.n, from.s) : name;
}

/* Those of the hottest stacks, with their samples; stacks that begin alike share a line. */
static uint32_t hottest_lines(const View *v, const Hottest *h, Str *lines) {
    enum { MOST = 3 };
    uint64_t samples[MOST];
    uint32_t n = 0, told = 0;
    for (; h && told < h->count && told < MOST; told++) {
        Str text = stack_text(v, h->stack[told].stack);
        uint32_t same = 0;
        while (same < n && !str_eq(lines[same], text))
            same++;
        if (same == n)
            samples[n++] = 0;
        lines[same] = text;
        samples[same] += h->stack[told].samples;
    }
    for (uint32_t i = 0; i < n; i++) {
        Str count = view_grouped(v, samples[i]);
        lines[i] = view_text(v, "%.*s\t%.*s", (int)lines[i].n, lines[i].s, (int)count.n, count.s);
    }
    if (h && h->stacks > told)
        lines[n++] =
            view_text(v, "%u more stack%s", h->stacks - told, h->stacks - told == 1 ? "" : "s");
    return n;
}

uint32_t heat_cell_lines(const View *v, uint32_t column, uint32_t row, const Hottest *hottest,
                         Str *lines) {
    lines[0] = cell_text(v, column, row);
    return 1 + hottest_lines(v, hottest, lines + 1);
}

SliceShape heat_cell_shape(const HeatPane *pane, const View *v, uint32_t row, const Range *cell) {
    SliceShape s = heat_slice_shape(pane, v, cell);
    if (v->heat->row) {
        s.y0 = heat_pane_lane_y(pane, row);
        s.y1 = heat_pane_lane_y(pane, row + 1);
    }
    return s;
}

/* -- the pinned one */

bool heat_cell_find(const HeatGrid *g, const Dict *dict, const State *s, uint32_t *column,
                    uint32_t *row) {
    if (!s->cell.on || !g || !heat_cell_of(g, s->cell.t0_ns, column, row) || *column >= g->columns)
        return false; /* the map may not reach that far: of another file, or one that is being read
                       */
    if (!g->row)
        return !s->cell_row[0];
    for (*row = 0; *row < g->rows; (*row)++) {
        char name[STATE_ROW];
        if (heat_lane_name(g, dict, *row, name, sizeof name) && strcmp(name, s->cell_row) == 0)
            return true;
    }
    return false;
}

Str heat_cell_name(const View *v) {
    uint32_t column, row;
    if (!heat_cell_find(v->heat, v->dict, v->state, &column, &row))
        return STR("cell");
    Str words = cell_text(v, column, row);
    return str_cut(&words, '\t');
}

void heat_cell_pinned(const HeatPane *pane, const View *v) {
    uint32_t column, row;
    Range cell;
    if (v->side != SIDE_A || !heat_cell_find(v->heat, v->dict, v->state, &column, &row))
        return;
    heat_cell_range(v->heat, column, row, &cell.t0_ns, &cell.t1_ns);
    SliceShape s = heat_cell_shape(pane, v, row, &cell);
    Rect box = {s.x0, fminf(s.y0, s.y1), s.x1_right - s.x0, fabsf(s.y1 - s.y0)};
    Rect seen = rect_cut(box, pane->plot);
    if (seen.w <= 0 || seen.h <= 0)
        return;
    Ui *ui = v->ui;
    Rect before = draw_clip_to(ui->draw, rect_inset(pane->plot, -ui_px(ui, 2)));
    heat_slice_outline(ui->draw, &s, ui_px(ui, 2), ui->theme->text);
    draw_clip(ui->draw, before);
    Str lines[HEAT_CELL_LINES];
    uint32_t n = heat_cell_lines(v, column, row, engine_aside(v->engine, ASIDE_PINNED), lines);
    ui_pinned_tooltip(ui, seen, lines, n);
}

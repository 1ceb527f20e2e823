#include "app/heat_input.h"

#include <math.h>

/* -- the selection's true shape: up its first column, down to the bottom of the next */

typedef struct SliceShape {
    float x0, x0_right, x1, x1_right; /* first and last column */
    float y0, y1;                     /* where the first begins and the last ends */
    float start, end;                 /* y of a column's start and end */
    bool one;                         /* a single column */
} SliceShape;

static SliceShape slice_shape(const HeatPane *pane, const View *v, const Range *r) {
    const HeatGrid *g = v->heat;
    int64_t w = g->spec.column_ns;
    int64_t a = (r->t0_ns - g->origin_ns) / w, b = (r->t1_ns - 1 - g->origin_ns) / w;
    int64_t a_start = g->origin_ns + a * w, b_start = g->origin_ns + b * w;
    bool down = v->state->downwards;
    SliceShape s = {
        .x0 = heat_pane_x(pane, a_start), .x0_right = heat_pane_x(pane, a_start + w),
        .x1 = heat_pane_x(pane, b_start), .x1_right = heat_pane_x(pane, b_start + w),
        .y0 = heat_pane_y(pane, down, (double)(r->t0_ns - a_start) / (double)w),
        .y1 = heat_pane_y(pane, down, (double)(r->t1_ns - b_start) / (double)w),
        .start = heat_pane_y(pane, down, 0), .end = heat_pane_y(pane, down, 1), .one = a == b,
    };
    return s;
}

static void fill_box(DrawList *d, float x0, float x1, float ya, float yb, uint32_t color) {
    float y = ya < yb ? ya : yb;
    draw_rect(d, (Rect){x0, y, x1 - x0, fabsf(yb - ya)}, color);
}

static void outline(DrawList *d, const SliceShape *s, float width, uint32_t color) {
    float xy[][2] = {{s->x0, s->y0},       {s->x0, s->end},   {s->x1, s->end},
                     {s->x1, s->y1},       {s->x1_right, s->y1}, {s->x1_right, s->start},
                     {s->x0_right, s->start}, {s->x0_right, s->y0}, {s->x0, s->y0}};
    float box[][2] = {{s->x0, s->y0}, {s->x0, s->y1}, {s->x1_right, s->y1},
                      {s->x1_right, s->y0}, {s->x0, s->y0}};
    float(*p)[2] = s->one ? box : xy;
    int n = s->one ? 5 : 9;
    for (int i = 0; i + 1 < n; i++) { /* horizontal or vertical: exact rectangles, no blur */
        float x = fminf(p[i][0], p[i + 1][0]), y = fminf(p[i][1], p[i + 1][1]);
        float w = fabsf(p[i + 1][0] - p[i][0]), h = fabsf(p[i + 1][1] - p[i][1]);
        draw_rect(d, (Rect){roundf(x), roundf(y), (w > 0 ? roundf(x + w) - roundf(x) : 0) + width,
                            (h > 0 ? roundf(y + h) - roundf(y) : 0) + width}, color);
    }
}

static void badge(const HeatPane *pane, const View *v, float x, const char *letter) {
    Ui *ui = v->ui;
    float size = ui_px(ui, 16);
    if (x < pane->plot.x - size || x > pane->plot.x + pane->plot.w + size)
        return;
    Rect r = {roundf(x - size / 2), pane->plot.y - size - ui_px(ui, 3), size, size};
    draw_round(ui->draw, r, ui_px(ui, 4), ui->theme->a);
    ui_label(ui, r, str_of(letter), text_on(ui->theme->a), FACE_SEMIBOLD, 11, 0);
}

void heat_selection_draw(const HeatPane *pane, const View *v) {
    const Range *r = &v->state->selection;
    if (!r->on || r->t1_ns <= r->t0_ns)
        return;
    Ui *ui = v->ui;
    SliceShape s = slice_shape(pane, v, r);
    Rect room = rect_inset(pane->plot, -ui_px(ui, 2));
    Rect before = draw_clip_to(ui->draw, room);
    uint32_t fill = ui->theme->selection_fill;
    if (s.one) {
        fill_box(ui->draw, s.x0, s.x1_right, s.y0, s.y1, fill);
    } else {
        fill_box(ui->draw, s.x0, s.x0_right, s.y0, s.end, fill);
        fill_box(ui->draw, s.x0_right, s.x1, s.start, s.end, fill);
        fill_box(ui->draw, s.x1, s.x1_right, s.start, s.y1, fill);
    }
    outline(ui->draw, &s, ui_px(ui, ui->theme->outline * 1.5f), ui->theme->a);
    draw_clip(ui->draw, before);
    float left = fmaxf(s.x0, pane->plot.x), right = fminf(s.x1_right, pane->plot.x + pane->plot.w);
    if (right > left)
        badge(pane, v, (left + right) / 2, "A");
}

/* -- pointer */

static int64_t time_at(const HeatPane *pane, float x) {
    double share = (double)(x - pane->plot.x) / (double)pane->plot.w;
    return pane->t0_ns + (int64_t)(share * (double)(pane->t1_ns - pane->t0_ns));
}

/* The cell under a point, cut to the plot; exact instants without snapping. */
static bool range_at(const HeatPane *pane, const View *v, float x, float y, bool snap, Range *out) {
    const HeatGrid *g = v->heat;
    Rect p = pane->plot;
    x = fminf(fmaxf(x, p.x), p.x + p.w - 0.01f);
    y = fminf(fmaxf(y, p.y), p.y + p.h - 0.01f);
    int64_t column = (time_at(pane, x) - g->origin_ns) / g->spec.column_ns;
    if (column < 0 || column >= g->columns)
        column = column < 0 ? 0 : g->columns - 1;
    double share = (double)((y - p.y) / p.h);
    share = v->state->downwards ? share : 1 - share;
    out->on = true;
    if (!snap) {
        int64_t t = g->origin_ns + column * g->spec.column_ns +
                    (int64_t)(share * (double)g->spec.column_ns);
        out->t0_ns = t;
        out->t1_ns = t + 1;
        return true;
    }
    uint32_t row = (uint32_t)(share * g->rows);
    row = row >= g->rows ? g->rows - 1 : row;
    heat_cell_range(g, (uint32_t)column, row, &out->t0_ns, &out->t1_ns);
    return true;
}

/* A texel that stands for several cells shows their maximum: the readout tells of that cell. */
static void hottest_of_texel(const HeatPane *pane, const HeatGrid *g, uint32_t *column, uint32_t *row) {
    const HeatPicture *p = &pane->picture;
    if (!p->maximum || *column < p->first || !p->h)
        return;
    uint64_t y = ((uint64_t)(*row + 1) * p->h - 1) / g->rows; /* as heat_pixels divides them */
    uint32_t r0 = (uint32_t)(y * g->rows / p->h), r1 = (uint32_t)((y + 1) * g->rows / p->h);
    uint32_t c0 = p->first + (*column - p->first) / p->step * p->step;
    const uint32_t *best = &g->cell[(size_t)*column * g->rows + *row];
    for (uint32_t c = c0; c < c0 + p->step && c < g->columns; c++) {
        for (uint32_t r = r0; r < r1 && r < g->rows; r++) {
            const uint32_t *cell = &g->cell[(size_t)c * g->rows + r];
            if (*cell > *best) {
                best = cell;
                *column = c;
                *row = r;
            }
        }
    }
}

static Str column_text(const View *v, int64_t offset_ns) {
    int64_t column_ns = v->heat->spec.column_ns, min = offset_ns / 60000000000;
    if (column_ns % 60000000000 == 0)
        return min % 60 == 0 ? view_text(v, "%lld h", (long long)(min / 60))
               : min < 60    ? view_text(v, "%lld min", (long long)min)
                             : view_text(v, "%lld h %lld min", (long long)(min / 60), (long long)(min % 60));
    Str at = view_offset(v, v->heat->origin_ns + offset_ns, column_ns >= 1000000000 ? 1000000000 : 10000000);
    return view_text(v, "%.*s s", (int)at.n, at.s);
}

/* "34 s + 660 ms", and how many samples, or why there are none. */
static Str cell_text(const View *v, uint32_t column, uint32_t row) {
    const HeatGrid *g = v->heat;
    Range cell;
    size_t i = (size_t)column * g->rows + row;
    heat_cell_range(g, column, row, &cell.t0_ns, &cell.t1_ns);
    int64_t start = (int64_t)column * g->spec.column_ns;
    Str at = column_text(v, start), within = view_span(v, cell.t0_ns - g->origin_ns - start);
    Str n = view_count(v, (uint64_t)g->cell[i] << g->unit_shift, view_unit(v));
    if (cell.t1_ns <= g->first_ns || cell.t0_ns > g->last_ns)
        n = STR("outside the recording");
    else if (g->hidden && g->hidden[i])
        n = g->cell[i] ? view_text(v, "%.*s, others hidden", (int)n.n, n.s) : STR("all hidden");
    return view_text(v, "%.*s + %.*s\t%.*s", (int)at.n, at.s, (int)within.n, within.s, (int)n.n, n.s);
}

static void hover(const HeatPane *pane, const View *v, float x, float y) {
    const HeatGrid *g = v->heat;
    Range cell;
    uint32_t column, row;
    range_at(pane, v, x, y, true, &cell);
    if (!heat_cell_of(g, cell.t0_ns, &column, &row))
        return;
    hottest_of_texel(pane, g, &column, &row);
    Ui *ui = v->ui;
    SliceShape s = slice_shape(pane, v, &cell);
    Rect before = draw_clip_to(ui->draw, rect_inset(pane->plot, -ui_px(ui, 1)));
    uint32_t hair = color_alpha(ui->theme->text, 0.35f);
    float cx = roundf((s.x0 + s.x1_right) / 2), cy = roundf((s.y0 + s.y1) / 2);
    draw_rect(ui->draw, (Rect){cx, pane->plot.y, ui_px(ui, 1), pane->plot.h}, hair);
    draw_rect(ui->draw, (Rect){pane->plot.x, cy, pane->plot.w, ui_px(ui, 1)}, hair);
    outline(ui->draw, &s, ui_px(ui, 1), ui->theme->text);
    draw_clip(ui->draw, before);
    Str line = cell_text(v, column, row);
    Rect avoid = {s.x0, fminf(s.y0, s.y1), s.x1_right - s.x0, fabsf(s.y1 - s.y0)};
    ui_tooltip(ui, avoid, &line, 1);
}

static void wish_range(const View *v, CommandId id, const Range *r) {
    wish(v->wishes, id, "%lld..%lld", (long long)r->t0_ns, (long long)r->t1_ns);
}

/* Only when it changes something: a button held still must not keep the window awake. */
static void wish_view(const HeatPane *pane, const View *v, const Range *r) {
    if (r->t0_ns != pane->t0_ns || r->t1_ns != pane->t1_ns)
        wish_range(v, CMD_TIME_VIEW, r);
}

static void drag_select(HeatPane *pane, const View *v, const UiZone *z) {
    Range at;
    range_at(pane, v, z->x, z->y, !(z->mods & MOD_ALT), &at);
    Range r = {true, at.t0_ns < pane->anchor.t0_ns ? at.t0_ns : pane->anchor.t0_ns,
               at.t1_ns > pane->anchor.t1_ns ? at.t1_ns : pane->anchor.t1_ns};
    const Range *s = &v->state->selection;
    if (!s->on || s->t0_ns != r.t0_ns || s->t1_ns != r.t1_ns)
        wish_range(v, CMD_SELECT_NS, &r);
}

static void drag_pan(HeatPane *pane, const View *v, const UiZone *z) {
    double move = (double)((z->press_x - z->x) / pane->plot.w);
    State start = *v->state;
    start.view = (Range){true, pane->pan_t0_ns, pane->pan_t1_ns};
    Range r = heat_view_change(&start, v->heat, 1, 0.5, move);
    wish_view(pane, v, &r);
}

static void press(HeatPane *pane, const View *v, const UiZone *z) {
    pane->drag = z->button == BUTTON_LEFT ? HEAT_DRAG_SELECT : HEAT_DRAG_PAN;
    pane->pan_t0_ns = pane->t0_ns;
    pane->pan_t1_ns = pane->t1_ns;
    bool extend = (z->mods & MOD_SHIFT) && v->state->selection.on;
    if (extend) /* the end that lies farther away stays */
        pane->anchor = v->state->selection;
    else
        range_at(pane, v, z->press_x, z->press_y, !(z->mods & MOD_ALT), &pane->anchor);
}

void heat_pointer(HeatPane *pane, const View *v) {
    UiZone z = ui_zone(v->ui, ui_id("heat"), pane->plot, ZONE_FOCUSABLE);
    if (z.hover)
        v->ui->cursor = CURSOR_CROSS;
    if (z.wheel_y != 0 || z.wheel_x != 0) {
        double around = (double)((z.x - pane->plot.x) / pane->plot.w);
        bool pan = (z.mods & MOD_SHIFT) || z.wheel_x != 0;
        double by = (double)(z.wheel_x != 0 ? z.wheel_x : -z.wheel_y);
        Range r = pan ? heat_view_change(v->state, v->heat, 1, 0.5, by * 0.1)
                      : heat_view_change(v->state, v->heat, pow(0.8, (double)z.wheel_y), around, 0);
        wish_view(pane, v, &r);
    }
    if (z.pressed)
        press(pane, v, &z);
    if (z.held || z.released) {
        if (pane->drag == HEAT_DRAG_SELECT)
            drag_select(pane, v, &z);
        else if (pane->drag == HEAT_DRAG_PAN)
            drag_pan(pane, v, &z);
    }
    if (!v->ui->held)
        pane->drag = HEAT_DRAG_NONE;
    if (z.hover || pane->drag == HEAT_DRAG_SELECT)
        hover(pane, v, z.x, z.y);
    ui_focus_ring(v->ui, ui_id("heat"), rect_inset(pane->plot, -ui_px(v->ui, 2)), 0);
}

/* -- overview strip */

static void draw_bars(const View *v, Rect r) {
    const HeatGrid *g = v->heat;
    uint32_t across = (uint32_t)r.w, most = 1;
    for (uint32_t c = 0; c < g->columns; c++)
        most = g->column_sum[c] > most ? g->column_sum[c] : most;
    uint32_t color = color_mix(v->ui->theme->muted, v->ui->theme->background, 0.45f);
    uint32_t bars = g->columns < across ? g->columns : across;
    for (uint32_t i = 0; i < bars; i++) { /* a bar of several columns shows their maximum */
        uint32_t c0 = (uint32_t)((uint64_t)i * g->columns / bars);
        uint32_t c1 = (uint32_t)((uint64_t)(i + 1) * g->columns / bars), sum = 0;
        for (uint32_t c = c0; c < c1; c++)
            sum = g->column_sum[c] > sum ? g->column_sum[c] : sum;
        if (!sum)
            continue;
        float h = ceilf(r.h * (float)sum / (float)most);
        float x0 = r.x + r.w * (float)i / (float)bars, x1 = r.x + r.w * (float)(i + 1) / (float)bars;
        float gap = x1 - x0 > ui_px(v->ui, 4) ? ui_px(v->ui, 1) : 0;
        draw_rect(v->ui->draw, (Rect){x0, r.y + r.h - h, x1 - x0 - gap, h}, color);
    }
}

/* A press in the view's box moves it, one beside it brings it there; with everything in view a
 * drag frames what shall be seen. */
static void overview_press(HeatPane *pane, const View *v, double at, double middle, double span) {
    pane->drag = v->state->view.on ? HEAT_DRAG_OVERVIEW : HEAT_DRAG_FRAME;
    pane->grab = fabs(at - middle) <= span / 2 ? at - middle : 0;
    pane->grab = v->state->view.on ? pane->grab : at;
}

static void overview_pointer(HeatPane *pane, const View *v, Range all) {
    Ui *ui = v->ui;
    Rect r = pane->overview;
    UiZone z = ui_zone(ui, ui_id("overview"), r, 0);
    double full = (double)(all.t1_ns - all.t0_ns), span = (double)(pane->t1_ns - pane->t0_ns) / full;
    double middle = (double)(pane->t0_ns - all.t0_ns) / full + span / 2;
    double at = fmin(fmax((double)((z.x - r.x) / r.w), 0), 1);
    Range to = {0};
    if (z.hover || z.held)
        ui->cursor = v->state->view.on && pane->drag != HEAT_DRAG_FRAME ? CURSOR_MOVE : CURSOR_CROSS;
    if (z.pressed)
        overview_press(pane, v, at, middle, span);
    if ((z.held || z.released) && pane->drag == HEAT_DRAG_OVERVIEW) {
        to = heat_view_change(v->state, v->heat, 1, 0.5, (at - pane->grab - middle) / span);
        wish_view(pane, v, &to);
    } else if ((z.held || z.released) && pane->drag == HEAT_DRAG_FRAME && fabsf(z.x - z.press_x) > ui_px(ui, 4)) {
        State asked = *v->state;
        asked.view = (Range){true, all.t0_ns + (int64_t)(fmin(at, pane->grab) * full),
                             all.t0_ns + (int64_t)(fmax(at, pane->grab) * full)};
        to = heat_view_change(&asked, v->heat, 1, 0.5, 0);
        wish_view(pane, v, &to);
    }
    if (z.wheel_y != 0) {
        to = heat_view_change(v->state, v->heat, pow(0.8, (double)z.wheel_y), 0.5, 0);
        wish_view(pane, v, &to);
    }
}

void heat_overview(HeatPane *pane, const View *v) {
    Ui *ui = v->ui;
    Rect r = pane->overview;
    State everything = {0};
    Range all = heat_view_range(&everything, v->heat);
    double full = (double)(all.t1_ns - all.t0_ns);
    draw_rect(ui->draw, r, ui->theme->panel);
    draw_bars(v, r);
    const Range *s = &v->state->selection;
    if (s->on) {
        float x0 = r.x + r.w * (float)((double)(s->t0_ns - all.t0_ns) / full);
        float x1 = r.x + r.w * (float)((double)(s->t1_ns - all.t0_ns) / full);
        draw_rect(ui->draw, rect_cut((Rect){x0, r.y, fmaxf(x1 - x0, ui_px(ui, 2)), r.h}, r),
                  color_alpha(ui->theme->a, 0.6f));
    }
    draw_outline(ui->draw, rect_inset(r, -ui_px(ui, 1)), 0, ui_px(ui, 1), ui->theme->line);
    if (v->state->view.on) {
        float x0 = r.x + r.w * (float)((double)(pane->t0_ns - all.t0_ns) / full);
        float x1 = r.x + r.w * (float)((double)(pane->t1_ns - all.t0_ns) / full);
        Rect box = {x0 - ui_px(ui, 1), r.y - ui_px(ui, 2), fmaxf(x1 - x0, ui_px(ui, 4)) + ui_px(ui, 2),
                    r.h + ui_px(ui, 4)};
        draw_rect(ui->draw, box, color_alpha(ui->theme->text, 0.08f));
        draw_outline(ui->draw, box, ui_px(ui, 2), ui_px(ui, 1), ui->theme->text);
    }
    overview_pointer(pane, v, all);
}

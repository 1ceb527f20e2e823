#include "app/heat_cell.h"
#include "app/heat_input.h"
#include "app/heat_lanes.h"
#include "app/heat_ranges.h"

#include <math.h>

/* -- pointer */

static int64_t time_at(const HeatPane *pane, float x) {
    double share = (double)(x - pane->plot.x) / (double)pane->plot.w;
    return pane->t0_ns + (int64_t)(share * (double)(pane->t1_ns - pane->t0_ns));
}

/* The cell under a point, cut to the plot; exact instants without snapping. */
bool heat_range_at(const HeatPane *pane, const View *v, float x, float y, bool snap, Range *out) {
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
    if (!snap && g->row) {
        out->t0_ns = time_at(pane, x);
        out->t1_ns = out->t0_ns + 1;
        return true;
    }
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
static void hottest_of_texel(const HeatPane *pane, const HeatGrid *g, uint32_t *column,
                             uint32_t *row) {
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

static void hover(HeatPane *pane, const View *v, float x, float y) {
    const HeatGrid *g = v->heat;
    Range cell;
    uint32_t column, row;
    heat_range_at(pane, v, x, y, true, &cell);
    if (!heat_cell_of(g, cell.t0_ns, &column, &row))
        return;
    if (g->row)
        row = heat_lane_at(pane, v, y);
    hottest_of_texel(pane, g, &column, &row);
    Ui *ui = v->ui;
    SliceShape s = heat_cell_shape(pane, v, row, &cell);
    Rect before = draw_clip_to(ui->draw, rect_inset(pane->plot, -ui_px(ui, 1)));
    uint32_t hair = color_alpha(ui->theme->text, 0.35f);
    float cx = roundf((s.x0 + s.x1_right) / 2), cy = roundf((s.y0 + s.y1) / 2);
    draw_rect(ui->draw, (Rect){cx, pane->plot.y, ui_px(ui, 1), pane->plot.h}, hair);
    draw_rect(ui->draw, (Rect){pane->plot.x, cy, pane->plot.w, ui_px(ui, 1)}, hair);
    heat_slice_outline(ui->draw, &s, ui_px(ui, 1), ui->theme->text);
    draw_clip(ui->draw, before);
    heat_cell_range(g, column, row, &pane->hover.t0_ns, &pane->hover.t1_ns);
    pane->hover.on = true;
    pane->hover_row = row;
    Str lines[HEAT_CELL_LINES];
    const Hottest *hottest =
        pane->drag == HEAT_DRAG_NONE ? engine_aside(v->engine, ASIDE_HOTTEST) : NULL;
    uint32_t n = heat_cell_lines(v, column, row, hottest, lines);
    Rect avoid = {s.x0, fminf(s.y0, s.y1), s.x1_right - s.x0, fabsf(s.y1 - s.y0)};
    ui_tooltip(ui, avoid, lines, n);
}

static void wish_range(const View *v, CommandId id, const Range *r) {
    wish(v->wishes, id, "%lld..%lld", (long long)r->t0_ns, (long long)r->t1_ns);
}

/* Only when it changes something: a button held still must not keep the window awake. */
static void wish_view(const HeatPane *pane, const View *v, const Range *r) {
    if (r->t0_ns != pane->t0_ns || r->t1_ns != pane->t1_ns)
        wish_range(v, v->frame_time, r);
}

static void drag_select(HeatPane *pane, const View *v, const UiZone *z) {
    Range at;
    heat_range_at(pane, v, z->x, z->y, !(z->mods & MOD_ALT), &at);
    Range r = {true, at.t0_ns < pane->anchor.t0_ns ? at.t0_ns : pane->anchor.t0_ns,
               at.t1_ns > pane->anchor.t1_ns ? at.t1_ns : pane->anchor.t1_ns};
    const Range *s = &v->state->selection;
    if (!s->on || s->t0_ns != r.t0_ns || s->t1_ns != r.t1_ns)
        wish_range(v, v->select, &r);
}

/* The second range: as long as the first, from where the pointer is on; with Shift, or without a
 * first, from where the drag began to where it is. */
static void drag_baseline(HeatPane *pane, const View *v, const UiZone *z) {
    const Range *a = &v->state->selection, *b = &v->state->baseline;
    Range at;
    heat_range_at(pane, v, z->x, z->y, !(z->mods & MOD_ALT), &at);
    Range r = {true, at.t0_ns < pane->anchor.t0_ns ? at.t0_ns : pane->anchor.t0_ns,
               at.t1_ns > pane->anchor.t1_ns ? at.t1_ns : pane->anchor.t1_ns};
    if (a->on && !(z->mods & MOD_SHIFT))
        r = (Range){true, at.t0_ns, at.t0_ns + (a->t1_ns - a->t0_ns)};
    if (!b->on || v->state->baseline_kind != BASELINE_RANGE || b->t0_ns != r.t0_ns ||
        b->t1_ns != r.t1_ns)
        wish_range(v, CMD_BASELINE_NS, &r);
}

static void drag_pan(HeatPane *pane, const View *v, const UiZone *z) {
    double move = (double)((z->press_x - z->x) / pane->plot.w);
    State start = *v->state;
    start.view = (Range){true, pane->pan_t0_ns, pane->pan_t1_ns};
    Range r = heat_view_change(&start, v->heat, 1, 0.5, move);
    wish_view(pane, v, &r);
}

static void press(HeatPane *pane, const View *v, const UiZone *z) {
    pane->drag = z->button != BUTTON_LEFT                    ? HEAT_DRAG_PAN
                 : (z->mods & MOD_CTRL) && v->side == SIDE_A ? HEAT_DRAG_BASELINE
                                                             : HEAT_DRAG_SELECT;
    pane->pan_t0_ns = pane->t0_ns;
    pane->pan_t1_ns = pane->t1_ns;
    bool extend = (z->mods & MOD_SHIFT) && v->state->selection.on && pane->drag == HEAT_DRAG_SELECT;
    if (extend) /* the end that lies farther away stays */
        pane->anchor = v->state->selection;
    else
        heat_range_at(pane, v, z->press_x, z->press_y, !(z->mods & MOD_ALT), &pane->anchor);
}

static const char *pane_tip(const View *v) {
    Str in = command_key(CMD_TIME_IN, v->arena), out = command_key(CMD_TIME_OUT, v->arena);
    Str all = command_key(CMD_TIME_ALL, v->arena);
    return view_text(
               v,
               "Heat map: arrows move the selection, with Shift its end · zoom in, out, all\t%.*s %.*s %.*s",
               (int)in.n, in.s, (int)out.n, out.s, (int)all.n, all.s)
        .s;
}

void heat_pointer(HeatPane *pane, const View *v) {
    UiZone z = ui_zone(v->ui, pane->id, pane->plot, ZONE_FOCUSABLE);
    ui_told(v->ui, pane->id, pane_tip(v));
    if (z.hover)
        v->ui->cursor = CURSOR_CROSS;
    if (v->heat->row && (z.mods & MOD_CTRL) && z.wheel_y != 0) {
        heat_lanes_scroll(pane, v, -3 * z.wheel_y);
    } else if (z.wheel_y != 0 || z.wheel_x != 0) {
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
        else if (pane->drag == HEAT_DRAG_BASELINE)
            drag_baseline(pane, v, &z);
        else if (pane->drag == HEAT_DRAG_PAN)
            drag_pan(pane, v, &z);
    }
    heat_ranges_handles(pane, v);
    if (!v->ui->held)
        pane->drag = HEAT_DRAG_NONE;
    pane->hover.on = false;
    heat_cell_pinned(pane, v);
    if (z.hover || pane->drag == HEAT_DRAG_SELECT || pane->drag == HEAT_DRAG_BASELINE)
        hover(pane, v, z.x, z.y);
    ui_focus_ring(v->ui, pane->id, rect_inset(pane->plot, -ui_px(v->ui, 2)), 0);
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
        float x0 = r.x + r.w * (float)i / (float)bars,
              x1 = r.x + r.w * (float)(i + 1) / (float)bars;
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
    UiZone z = ui_zone(ui, ui_id_at(pane->id, 2), r, 0);
    double full = (double)(all.t1_ns - all.t0_ns),
           span = (double)(pane->t1_ns - pane->t0_ns) / full;
    double middle = (double)(pane->t0_ns - all.t0_ns) / full + span / 2;
    double at = fmin(fmax((double)((z.x - r.x) / r.w), 0), 1);
    Range to = {0};
    if (z.hover || z.held)
        ui->cursor =
            v->state->view.on && pane->drag != HEAT_DRAG_FRAME ? CURSOR_MOVE : CURSOR_CROSS;
    if (z.pressed)
        overview_press(pane, v, at, middle, span);
    if ((z.held || z.released) && pane->drag == HEAT_DRAG_OVERVIEW) {
        to = heat_view_change(v->state, v->heat, 1, 0.5, (at - pane->grab - middle) / span);
        wish_view(pane, v, &to);
    } else if ((z.held || z.released) && pane->drag == HEAT_DRAG_FRAME &&
               fabsf(z.x - z.press_x) > ui_px(ui, 4)) {
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

static void overview_range(const View *v, Rect r, Range all, const Range *s, uint32_t color) {
    double full = (double)(all.t1_ns - all.t0_ns);
    if (!s->on)
        return;
    float x0 = r.x + r.w * (float)((double)(s->t0_ns - all.t0_ns) / full);
    float x1 = r.x + r.w * (float)((double)(s->t1_ns - all.t0_ns) / full);
    draw_rect(v->ui->draw, rect_cut((Rect){x0, r.y, fmaxf(x1 - x0, ui_px(v->ui, 2)), r.h}, r),
              color_alpha(color, 0.6f));
}

void heat_overview(HeatPane *pane, const View *v) {
    Ui *ui = v->ui;
    Rect r = pane->overview;
    State everything = {0};
    Range all = heat_view_range(&everything, v->heat);
    double full = (double)(all.t1_ns - all.t0_ns);
    draw_rect(ui->draw, r, ui->theme->panel);
    draw_bars(v, r);
    for (int i = 0; i < STATE_RANGES && v->side == SIDE_A; i++)
        overview_range(v, (Rect){r.x, r.y + r.h - ui_px(ui, 4), r.w, ui_px(ui, 4)}, all,
                       &v->state->saved[i], ui->theme->warning);
    if (v->state->baseline_kind == BASELINE_RANGE)
        overview_range(v, r, all, &v->state->baseline, ui->theme->b);
    overview_range(v, r, all, &v->state->selection, ui->theme->a);
    draw_outline(ui->draw, rect_inset(r, -ui_px(ui, 1)), 0, ui_px(ui, 1), ui->theme->line);
    if (v->state->view.on) {
        float x0 = r.x + r.w * (float)((double)(pane->t0_ns - all.t0_ns) / full);
        float x1 = r.x + r.w * (float)((double)(pane->t1_ns - all.t0_ns) / full);
        Rect box = {x0 - ui_px(ui, 1), r.y - ui_px(ui, 2),
                    fmaxf(x1 - x0, ui_px(ui, 4)) + ui_px(ui, 2), r.h + ui_px(ui, 4)};
        draw_rect(ui->draw, box, color_alpha(ui->theme->text, 0.08f));
        draw_outline(ui->draw, box, ui_px(ui, 2), ui_px(ui, 1), ui->theme->text);
    }
    overview_pointer(pane, v, all);
}

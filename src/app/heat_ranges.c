#include "app/heat_ranges.h"

#include <math.h>

#include "picture/palette.h"

/* -- the selection's true shape: up its first column, down to the bottom of the next */

/* Over plain time a range is a box as high as the plot. */
static SliceShape box_shape(const HeatPane *pane, const Range *r) {
    float x0 = heat_pane_x(pane, r->t0_ns), x1 = heat_pane_x(pane, r->t1_ns);
    float top = pane->plot.y, bottom = top + pane->plot.h;
    return (SliceShape){x0, x1, x0, x1, top, bottom, top, bottom, true};
}

SliceShape heat_slice_shape(const HeatPane *pane, const View *v, const Range *r) {
    const HeatGrid *g = v->heat;
    if (g->row)
        return box_shape(pane, r);
    int64_t w = g->spec.column_ns;
    int64_t a = (r->t0_ns - g->origin_ns) / w, b = (r->t1_ns - 1 - g->origin_ns) / w;
    int64_t a_start = g->origin_ns + a * w, b_start = g->origin_ns + b * w;
    bool down = v->state->downwards;
    SliceShape s = {
        .x0 = heat_pane_x(pane, a_start),
        .x0_right = heat_pane_x(pane, a_start + w),
        .x1 = heat_pane_x(pane, b_start),
        .x1_right = heat_pane_x(pane, b_start + w),
        .y0 = heat_pane_y(pane, down, (double)(r->t0_ns - a_start) / (double)w),
        .y1 = heat_pane_y(pane, down, (double)(r->t1_ns - b_start) / (double)w),
        .start = heat_pane_y(pane, down, 0),
        .end = heat_pane_y(pane, down, 1),
        .one = a == b,
    };
    return s;
}

static void fill_box(DrawList *d, float x0, float x1, float ya, float yb, uint32_t color) {
    float y = ya < yb ? ya : yb;
    draw_rect(d, (Rect){x0, y, x1 - x0, fabsf(yb - ya)}, color);
}

void heat_slice_outline(DrawList *d, const SliceShape *s, float width, uint32_t color) {
    float xy[][2] = {{s->x0, s->y0},          {s->x0, s->end},      {s->x1, s->end},
                     {s->x1, s->y1},          {s->x1_right, s->y1}, {s->x1_right, s->start},
                     {s->x0_right, s->start}, {s->x0_right, s->y0}, {s->x0, s->y0}};
    float box[][2] = {
        {s->x0, s->y0}, {s->x0, s->y1}, {s->x1_right, s->y1}, {s->x1_right, s->y0}, {s->x0, s->y0}};
    float(*p)[2] = s->one ? box : xy;
    int n = s->one ? 5 : 9;
    for (int i = 0; i + 1 < n; i++) { /* horizontal or vertical: exact rectangles, no blur */
        float x = fminf(p[i][0], p[i + 1][0]), y = fminf(p[i][1], p[i + 1][1]);
        float w = fabsf(p[i + 1][0] - p[i][0]), h = fabsf(p[i + 1][1] - p[i][1]);
        draw_rect(d,
                  (Rect){roundf(x), roundf(y), (w > 0 ? roundf(x + w) - roundf(x) : 0) + width,
                         (h > 0 ? roundf(y + h) - roundf(y) : 0) + width},
                  color);
    }
}

/* -- drawing */

typedef struct Marked {
    const Range *range;
    const char *letter;
    uint32_t color;
    CommandId command; /* that sets it */
    bool filled;
} Marked;

enum { MARKED = 2 };

/* B first, so that A lies on top. Returns how many there are. */
static int marked(const View *v, Marked out[MARKED]) {
    const State *s = v->state;
    const Theme *t = v->ui->theme;
    int n = 0;
    if (v->side == SIDE_A && s->baseline_kind == BASELINE_RANGE && s->baseline.on)
        out[n++] = (Marked){&s->baseline, "B", t->b, CMD_BASELINE_NS, false};
    if (s->selection.on && s->selection.t1_ns > s->selection.t0_ns)
        out[n++] = (Marked){&s->selection, v->side == SIDE_B ? "B" : "A",
                            v->side == SIDE_B ? t->b : t->a, v->select, true};
    return n;
}

static bool badge_rect(const HeatPane *pane, const View *v, const SliceShape *s, bool raised,
                       Rect *out) {
    float size = ui_px(v->ui, 16);
    float left = fmaxf(s->x0, pane->plot.x),
          right = fminf(s->x1_right, pane->plot.x + pane->plot.w);
    float x = (left + right) / 2;
    *out = (Rect){roundf(x - size / 2) + (raised ? size + ui_px(v->ui, 2) : 0),
                  pane->plot.y - size - ui_px(v->ui, 3), size, size};
    return right > left;
}

static void draw_side(HeatPane *pane, const View *v, const Marked *side, Rect badge, bool seen) {
    Ui *ui = v->ui;
    SliceShape s = heat_slice_shape(pane, v, side->range);
    uint32_t fill = v->side == SIDE_A ? ui->theme->selection_fill : color_alpha(side->color, 0.2f);
    Rect before = draw_clip_to(ui->draw, rect_inset(pane->plot, -ui_px(ui, 2)));
    if (side->filled && s.one) {
        fill_box(ui->draw, s.x0, s.x1_right, s.y0, s.y1, fill);
    } else if (side->filled) {
        fill_box(ui->draw, s.x0, s.x0_right, s.y0, s.end, fill);
        fill_box(ui->draw, s.x0_right, s.x1, s.start, s.end, fill);
        fill_box(ui->draw, s.x1, s.x1_right, s.start, s.y1, fill);
    }
    heat_slice_outline(ui->draw, &s, ui_px(ui, ui->theme->outline * 1.5f), side->color);
    draw_clip(ui->draw, before);
    if (!seen)
        return;
    draw_round(ui->draw, badge, ui_px(ui, 4), side->color);
    ui_label(ui, badge, str_of(side->letter), text_on(side->color), FACE_SEMIBOLD, 11, 0);
}

/* Two badges at one place stand side by side. */
static void badges(const HeatPane *pane, const View *v, const Marked *side, int n,
                   Rect rect[MARKED], bool seen[MARKED]) {
    for (int i = n; i-- > 0;) {
        SliceShape s = heat_slice_shape(pane, v, side[i].range);
        seen[i] = badge_rect(pane, v, &s, false, &rect[i]);
        if (i == 0 && n == 2 && seen[1] && fabsf(rect[0].x - rect[1].x) < rect[0].w + 1)
            badge_rect(pane, v, &s, true, &rect[0]);
    }
}

void heat_ranges_draw(HeatPane *pane, const View *v) {
    Marked side[MARKED] = {0};
    Rect rect[MARKED] = {0};
    bool seen[MARKED] = {0};
    int n = marked(v, side);
    badges(pane, v, side, n, rect, seen);
    for (int i = 0; i < n; i++)
        draw_side(pane, v, &side[i], rect[i], seen[i]);
}

/* -- handles */

static void set_range(const View *v, const Marked *side, Range r) {
    if (r.t1_ns > r.t0_ns && (r.t0_ns != side->range->t0_ns || r.t1_ns != side->range->t1_ns))
        wish(v->wishes, side->command, "%lld..%lld", (long long)r.t0_ns, (long long)r.t1_ns);
}

/* The badge moves its range, a corner changes an end. */
static void move_handle(HeatPane *pane, const View *v, const Marked *side, Rect badge, UiId id) {
    UiZone z = ui_zone(v->ui, id, badge, 0);
    if (z.hover || z.held)
        v->ui->cursor = CURSOR_MOVE;
    if (z.pressed) {
        pane->drag = HEAT_DRAG_RANGE;
        pane->grabbed = *side->range;
        heat_range_at(pane, v, z.press_x, pane->plot.y + pane->plot.h / 2, true, &pane->anchor);
    }
    if (!(z.held || z.released) || pane->drag != HEAT_DRAG_RANGE)
        return;
    Range at; /* sideways by whole columns, so that the shape stays */
    heat_range_at(pane, v, z.x, pane->plot.y + pane->plot.h / 2, true, &at);
    int64_t by = at.t0_ns - pane->anchor.t0_ns, w = v->heat->spec.column_ns;
    by = by / w * w;
    set_range(v, side, (Range){true, pane->grabbed.t0_ns + by, pane->grabbed.t1_ns + by});
}

static void corner_handle(HeatPane *pane, const View *v, const Marked *side, float x, float y,
                          bool start, UiId id) {
    Ui *ui = v->ui;
    float size = ui_px(ui, 8), grip = ui_px(ui, 14);
    if (x < pane->plot.x - 2 || x > pane->plot.x + pane->plot.w + 2)
        return;
    Rect r = {roundf(x - grip / 2), roundf(y - grip / 2), grip, grip};
    UiZone z = ui_zone(ui, id, r, 0);
    bool lit = z.hover || z.held;
    if (lit)
        ui->cursor = CURSOR_RESIZE_V;
    Rect dot = {roundf(x - size / 2), roundf(y - size / 2), size, size};
    draw_round(ui->draw, lit ? rect_inset(dot, -ui_px(ui, 1)) : dot, ui_px(ui, 2), side->color);
    draw_outline(ui->draw, lit ? rect_inset(dot, -ui_px(ui, 1)) : dot, ui_px(ui, 2), ui_px(ui, 1),
                 ui->theme->background);
    if (z.pressed) {
        pane->drag = HEAT_DRAG_RANGE;
        pane->grabbed = *side->range;
    }
    if (!(z.held || z.released) || pane->drag != HEAT_DRAG_RANGE)
        return;
    Range at;
    heat_range_at(pane, v, z.x, z.y, !(z.mods & MOD_ALT), &at);
    Range to = pane->grabbed;
    if (start)
        to.t0_ns = at.t0_ns < to.t1_ns ? at.t0_ns : to.t0_ns;
    else
        to.t1_ns = at.t1_ns > to.t0_ns ? at.t1_ns : to.t1_ns;
    set_range(v, side, to);
}

void heat_ranges_handles(HeatPane *pane, const View *v) {
    Marked side[MARKED] = {0};
    Rect rect[MARKED] = {0};
    bool seen[MARKED] = {0};
    int n = marked(v, side);
    badges(pane, v, side, n, rect, seen);
    for (int i = 0; i < n; i++) {
        UiId id = ui_id_at(ui_id_at(pane->id, 5), (uint64_t)i);
        SliceShape s = heat_slice_shape(pane, v, side[i].range);
        if (seen[i])
            move_handle(pane, v, &side[i], rect[i], ui_id_at(id, 0));
        corner_handle(pane, v, &side[i], s.x0, s.y0, true, ui_id_at(id, 1));
        corner_handle(pane, v, &side[i], s.x1_right, s.y1, false, ui_id_at(id, 2));
    }
}

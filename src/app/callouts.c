#include "app/callouts.h"

#include <math.h>
#include <string.h>

#include "app/heat_ranges.h"
#include "app/words.h"

/* -- where the targets are */

typedef struct Target {
    Rect rect; /* of what it points at, cut to the pane */
    Rect pane;
    bool seen;
    SliceShape slice; /* of a time that is longer than a column */
    bool is_time;
} Target;

static Target time_target(const View *v, const HeatPane *heat, const Callout *c) {
    Target t = {.pane = heat->plot, .is_time = true};
    if (!v->heat || heat->t1_ns <= heat->t0_ns || c->range.t1_ns <= heat->t0_ns ||
        c->range.t0_ns >= heat->t1_ns)
        return t;
    t.slice = heat_slice_shape(heat, v, &c->range);
    float top = fminf(t.slice.start, t.slice.end), bottom = fmaxf(t.slice.start, t.slice.end);
    if (t.slice.one) {
        top = fminf(t.slice.y0, t.slice.y1);
        bottom = fmaxf(t.slice.y0, t.slice.y1);
    }
    t.rect =
        rect_cut((Rect){t.slice.x0, top, t.slice.x1_right - t.slice.x0, bottom - top}, heat->plot);
    t.seen = t.rect.w > 0 && t.rect.h > 0;
    return t;
}

static Target frame_target(const View *v, const FlamePane *flame, const Callout *c) {
    Target t = {.pane = flame->body};
    if (!v->answer || !flame->layout.count)
        return t;
    State named = {0};
    memcpy(named.zoom, c->frame, sizeof(named.zoom));
    uint32_t node = flame_zoom_node(&named, v->answer, v->dict, v->arena);
    Rect r;
    if (!node || !flame_pane_rect(flame, node, v->now_ns, &r))
        return t;
    t.rect = rect_cut(r, flame->body);
    t.seen = t.rect.w > 0 && t.rect.h > 0;
    return t;
}

/* -- the words */

enum { LABEL_LINES = 4, LABEL_W = 300 };

typedef struct Label {
    Str line[LABEL_LINES];
    uint32_t lines;
    float w, h;
} Label;

static Label label_of(const View *v, Str text) {
    const Ui *ui = v->ui;
    float size = ui->theme->font, wide = ui_px(ui, LABEL_W);
    Label l = {.h = ui_px(ui, 10)};
    l.lines = words_wrap(ui, text, FACE_SEMIBOLD, size, wide, l.line, LABEL_LINES);
    for (uint32_t i = 0; i < l.lines; i++)
        l.w = fmaxf(l.w, fminf(ui_text_width(ui, l.line[i], FACE_SEMIBOLD, size), wide));
    l.h += (float)l.lines * ui_px(ui, size + 5);
    l.w += ui_px(ui, 18);
    return l;
}

/* Where there is room: above the target, below it, on its right, on its left. */
static Rect place_label(const View *v, const Label *l, const Target *t) {
    const Ui *ui = v->ui;
    float gap = ui_px(ui, 26), x = t->rect.x + t->rect.w / 2 - l->w / 2;
    float y = t->rect.y - gap - l->h;
    if (y < t->pane.y)
        y = t->rect.y + t->rect.h + gap;
    if (y + l->h > t->pane.y + t->pane.h) {
        y = t->rect.y + t->rect.h / 2 - l->h / 2;
        x = t->rect.x + t->rect.w + gap;
        if (x + l->w > t->pane.x + t->pane.w)
            x = t->rect.x - gap - l->w;
    }
    Rect w = ui->window;
    x = fminf(fmaxf(x, t->pane.x + ui_px(ui, 4)), t->pane.x + t->pane.w - l->w - ui_px(ui, 4));
    return (Rect){roundf(fmaxf(x, w.x)), roundf(fminf(fmaxf(y, w.y), w.y + w.h - l->h)), l->w,
                  l->h};
}

static void draw_label(const View *v, const Label *l, Rect r, uint32_t color) {
    Ui *ui = v->ui;
    float step = ui_px(ui, ui->theme->font + 5);
    draw_round(ui->draw, r, ui_px(ui, 6), ui->theme->tooltip);
    draw_outline(ui->draw, r, ui_px(ui, 6), ui_px(ui, 2), color);
    for (uint32_t i = 0; i < l->lines; i++)
        ui_label(ui,
                 (Rect){r.x + ui_px(ui, 9), r.y + ui_px(ui, 5) + (float)i * step,
                        r.w - ui_px(ui, 18), step},
                 l->line[i], ui->theme->text, FACE_SEMIBOLD, ui->theme->font, -1);
}

/* -- what points */

static void draw_arrow(const View *v, Rect from, Rect to, uint32_t color) {
    Ui *ui = v->ui;
    bool above = from.y + from.h <= to.y, below = from.y >= to.y + to.h, beside = !above && !below;
    float x1 = !beside ? to.x + to.w / 2 : from.x > to.x ? to.x + to.w : to.x;
    float x0 = fminf(fmaxf(x1, from.x + ui_px(ui, 10)), from.x + from.w - ui_px(ui, 10));
    if (beside)
        x0 = from.x > to.x ? from.x : from.x + from.w;
    float y0 = above ? from.y + from.h : below ? from.y : from.y + from.h / 2;
    float y1 = above ? to.y : below ? to.y + to.h : to.y + to.h / 2;
    float dx = x1 - x0, dy = y1 - y0, length = sqrtf(dx * dx + dy * dy), head = ui_px(ui, 9);
    if (length < head)
        return;
    dx /= length, dy /= length;
    draw_line(ui->draw, x0, y0, x1 - dx * head, y1 - dy * head, ui_px(ui, 3), color);
    float bx = x1 - dx * head, by = y1 - dy * head, half = head * 0.6f;
    draw_triangle(
        ui->draw,
        (float[6]){x1, y1, bx - dy * half, by + dx * half, bx + dy * half, by - dx * half}, color);
}

static void draw_box(const View *v, const Target *t, uint32_t color) {
    Ui *ui = v->ui;
    float width = ui_px(ui, 3);
    Rect was = draw_clip_to(ui->draw, rect_inset(t->pane, -width));
    if (t->is_time)
        heat_slice_outline(ui->draw, &t->slice, width, color);
    else
        draw_outline(ui->draw, rect_inset(t->rect, -width), ui_px(ui, 3), width, color);
    draw_clip(ui->draw, was);
}

/* The target is outside of what the heat map shows: the words stand where it would come in. */
static void draw_beyond(const View *v, const HeatPane *heat, const Callout *c, const Label *l,
                        uint32_t color) {
    bool before = c->range.t1_ns <= heat->t0_ns;
    Label words = *l;
    float x = before ? heat->plot.x + ui_px(v->ui, 4)
                     : heat->plot.x + heat->plot.w - l->w - ui_px(v->ui, 4);
    draw_label(v, &words, (Rect){roundf(x), heat->plot.y + ui_px(v->ui, 4), l->w, l->h},
               color_alpha(color, 0.5f));
}

static void draw_one(const View *v, const CalloutPanes *panes, const Callout *c) {
    uint32_t color = v->ui->theme->text; /* neither A's nor B's */
    bool time = c->range.on;
    if (time ? !panes->heat : !panes->flame)
        return;
    Target t = time ? time_target(v, panes->heat, c) : frame_target(v, panes->flame, c);
    Label l = label_of(v, str_of(c->text));
    if (!t.seen) {
        if (time && panes->heat->t1_ns > panes->heat->t0_ns)
            draw_beyond(v, panes->heat, c, &l, color);
        return;
    }
    Rect at = place_label(v, &l, &t);
    if (c->kind == CALLOUT_BOX)
        draw_box(v, &t, color);
    if (l.lines)
        draw_arrow(v, at, t.rect, color);
    if (l.lines)
        draw_label(v, &l, at, color);
}

void callouts_draw(const View *v, const CalloutPanes *panes, const Scene *scene) {
    for (uint32_t i = 0; i < scene->callouts; i++)
        draw_one(v, panes, &scene->callout[i]);
}

/* -- making one */

bool callout_make(const View *v, const CalloutPanes *panes, Str text, Callout *out, Error *err) {
    memset(out, 0, sizeof(*out));
    if (text.n >= CALLOUT_TEXT)
        return error_set(err, ERROR_LIMIT, "this text is too long for a callout");
    state_put(out->text, CALLOUT_TEXT, text);
    const FlamePane *flame = panes->flame;
    bool drawn = flame && flame_pane_is_of(flame, v->answer);
    bool hovered = drawn && flame->hover.on && !flame->hover.box.merged;
    if (hovered && flame->hover.caller)
        return error_set(err, ERROR_USAGE, "a callout cannot point at a caller in a sandwich");
    uint32_t node = hovered ? flame->hover.box.node : 0;
    const FlameBox *marked = drawn && flame->cursor ? flame_pane_box(flame, flame->cursor) : NULL;
    if (!node && marked)
        node = marked->node;
    if (node) {
        out->kind = CALLOUT_ARROW;
        return flame_zoom_text(v->answer, v->dict, node, out->frame, sizeof(out->frame)) ||
               error_set(err, ERROR_LIMIT, "the path of this frame is too long");
    }
    out->kind = CALLOUT_BOX;
    if (panes->heat && panes->heat->hover.on)
        out->range = panes->heat->hover;
    else if (v->state->selection.on)
        out->range = v->state->selection;
    return out->range.on ||
           error_set(err, ERROR_USAGE,
                     "point at a frame or a cell, or select a range, for the callout to be about");
}

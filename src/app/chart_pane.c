/* The flame chart on screen. Durations are told with "≈": a sample says what ran at one instant,
 * and what lies between two samples is taken to be like the first. */
#include "app/chart_pane.h"

#include <math.h>
#include <string.h>

#include "app/chart_find.h"
#include "app/flame_pane.h"

enum { LEAST_VIEW_NS = 1000 };

void chart_pane_init(ChartPane *pane) {
    memset(pane, 0, sizeof *pane);
    arena_init(&pane->arena, 256 * 1024);
    pane->whole = true;
}

void chart_pane_free(ChartPane *pane) {
    chart_marks_free(&pane->marks);
    arena_free(&pane->arena);
    memset(pane, 0, sizeof *pane);
}

void chart_pane_forget(ChartPane *pane) {
    chart_pane_free(pane);
    chart_pane_init(pane);
}

const Chart *chart_newest(const Engine *engine, uint64_t *number) {
    const Aside *aside = engine_aside_state(engine, ASIDE_CHART);
    *number = aside->newest.number;
    return aside->newest.result;
}

const Chart *chart_pane_shown(const ChartPane *pane, const Engine *engine) {
    const Aside *aside = engine_aside_state(engine, ASIDE_CHART);
    if (aside->newest.result && aside->newest.number == pane->made_of)
        return aside->newest.result;
    return aside->before.result && aside->before.number == pane->made_of ? aside->before.result
                                                                         : NULL;
}

bool chart_path_text(const Chart *c, const Dict *dict, const ChartBox *b, char *out, size_t cap) {
    size_t at = 0;
    for (uint32_t depth = 1; depth <= b->depth + 1u; depth++) {
        FrameId frame = chart_frame_at(c, b->first, depth);
        Str symbol = tree_symbol(c->tree, dict, frame), module = tree_module(c->tree, dict, frame);
        if (!state_put_frame(out, cap, &at, symbol, module))
            return false;
    }
    out[at] = 0;
    return true;
}

void chart_stack_text(const Chart *c, const Dict *dict, const ChartBox *b, Buf *out) {
    for (uint32_t depth = 1; depth <= b->depth + 1u; depth++) {
        if (depth > 1)
            buf_putc(out, ';');
        buf_put(out, tree_symbol(c->tree, dict, chart_frame_at(c, b->first, depth)));
    }
}

/* -- what is in view */

void chart_pane_fit(ChartPane *pane) {
    pane->whole = true;
    pane->v0_ns = pane->t0_ns;
    pane->v1_ns = pane->t1_ns;
}

void chart_pane_change(ChartPane *pane, double factor, double around, double move) {
    double span = (double)(pane->v1_ns - pane->v0_ns), full = (double)(pane->t1_ns - pane->t0_ns);
    if (!(span > 0))
        return;
    double wanted = fmin(fmax(span * factor, LEAST_VIEW_NS), full);
    double from = (double)(pane->v0_ns - pane->t0_ns) + (span - wanted) * around + move * wanted;
    from = fmax(fmin(from, full - wanted), 0);
    pane->whole = wanted >= full;
    pane->v0_ns = pane->t0_ns + (int64_t)from;
    pane->v1_ns = pane->v0_ns + (int64_t)wanted;
    if (pane->whole)
        chart_pane_fit(pane);
}

/* Another range begins as a whole; one that grew keeps what is in view. */
static void follow(ChartPane *pane, const View *v, const Chart *c) {
    bool same = pane->t0_ns == c->wish.query.t0_ns &&
                (pane->t1_ns == c->until_ns || !v->state->selection.on);
    pane->t0_ns = c->wish.query.t0_ns;
    pane->t1_ns = c->until_ns;
    if (pane->whole || !same || pane->v1_ns > pane->t1_ns)
        chart_pane_fit(pane);
}

static void relayout(ChartPane *pane, const View *v, const Chart *c, uint64_t number) {
    if (pane->made_of != number)
        follow(pane, v, c);
    bool searched = chart_marks_set(&pane->marks, v->state->search);
    if (searched)
        pane->found.on = false;
    if (!searched && pane->made_of == number && pane->made_v0_ns == pane->v0_ns &&
        pane->made_v1_ns == pane->v1_ns && pane->made_width == pane->body.w)
        return;
    arena_reset(&pane->arena);
    chart_layout(c, pane->v0_ns, pane->v1_ns, pane->body.w, &pane->arena, &pane->layout);
    pane->match = chart_marks_of(&pane->marks, c, v->dict, &pane->layout, &pane->arena);
    pane->made_of = number;
    pane->made_v0_ns = pane->v0_ns;
    pane->made_v1_ns = pane->v1_ns;
    pane->made_width = pane->body.w;
}

float chart_pane_page(const ChartPane *pane) {
    return pane->row > 0 ? floorf(pane->body.h / pane->row) : 1;
}

static float content_height(const ChartPane *pane) {
    return (float)pane->layout.depths * pane->row;
}

static void clamp_scroll(ChartPane *pane) {
    float most = content_height(pane) - pane->body.h;
    pane->scroll = fminf(fmaxf(pane->scroll, 0), fmaxf(most, 0));
}

void chart_pane_scroll(ChartPane *pane, float rows) {
    pane->scroll += rows * pane->row;
    clamp_scroll(pane);
}

void chart_pane_bring(ChartPane *pane, const ChartBox *b, double least, double share) {
    double span = (double)(pane->v1_ns - pane->v0_ns), length = (double)(b->t1_ns - b->t0_ns);
    bool narrow = length < span * least,
         in_view = b->t0_ns >= pane->v0_ns && b->t0_ns < pane->v1_ns;
    if (narrow)
        chart_pane_change(pane, fmax(length, 1) / share / span, 0.5, 0);
    span = (double)(pane->v1_ns - pane->v0_ns);
    if (narrow || !in_view) /* in the middle, or from a tenth on */
        chart_pane_change(pane, 1, 0,
                          fmin((double)(b->t0_ns - pane->v0_ns) + length / 2 - span / 2,
                               (double)(b->t0_ns - pane->v0_ns) - span / 10) /
                              span);
    float y = (float)b->depth * pane->row;
    pane->scroll =
        fminf(fmaxf(pane->scroll, y + 2 * pane->row - pane->body.h), fmaxf(y - pane->row, 0));
}

/* -- boxes */

static Rect box_rect(const ChartPane *pane, const View *v, const ChartBox *b) {
    float x0 = pane->body.x + b->x0 * pane->body.w, x1 = pane->body.x + b->x1 * pane->body.w;
    float y = pane->body.y + (float)b->depth * pane->row - pane->scroll;
    return (Rect){x0, y, x1 - x0, pane->row - ui_px(v->ui, 1)};
}

static uint32_t frame_color(const View *v, const Chart *c, const ChartBox *b) {
    const Theme *t = v->ui->theme;
    if (b->merged)
        return color_mix(t->muted, t->background, 0.5f);
    bool synthetic = frame_is_synthetic(b->frame);
    Frame frame = synthetic ? (Frame){.kind = tree_frame_kind(c->tree, v->dict, b->frame)}
                            : frames_get(&v->dict->frames, b->frame);
    return flame_color((FlamePalette)v->state->flame_palette, t->dark, frame,
                       tree_symbol(c->tree, v->dict, b->frame),
                       tree_module(c->tree, v->dict, b->frame));
}

/* What the search does not match steps back, as in the flame graph. */
static uint32_t box_color(const ChartPane *pane, const View *v, const Chart *c, uint32_t i) {
    const Theme *t = v->ui->theme;
    if (pane->match && pane->match[i])
        return flame_match_color(t->dark);
    uint32_t color = frame_color(v, c, &pane->layout.box[i]);
    return pane->match ? color_mix(color, t->background, 0.55f) : color;
}

static void draw_label(const View *v, const Chart *c, const ChartBox *b, Rect r, uint32_t fill) {
    Ui *ui = v->ui;
    float inset = ui_px(ui, 5), size = ui->theme->font_frame * ui->scale;
    char cut[512];
    if (b->merged || r.w < ui_px(ui, 24))
        return;
    Str text = font_fit(ui->fonts, FACE_REGULAR, size, flame_label(c->tree, v->dict, b->frame),
                        r.w - 2 * inset, cut, sizeof cut);
    if (text.n)
        draw_text(ui->draw, roundf(r.x + inset), font_baseline(ui->fonts, FACE_REGULAR, size, r),
                  FACE_REGULAR, size, text_on(fill), text);
}

/* Boxes [from, to) of one depth. A block of narrow ones is a pixel wide at least, where the next
 * one leaves room. */
static void draw_depth(const ChartPane *pane, const View *v, const Chart *c, uint32_t from,
                       uint32_t to) {
    Ui *ui = v->ui;
    float gap = ui_px(ui, 1), edge = pane->body.x;
    uint32_t *color = ARENA_ARRAY(v->arena, uint32_t, to - from);
    Rect first = box_rect(pane, v, &pane->layout.box[from]);
    if (first.y + pane->row < pane->body.y || first.y > pane->body.y + pane->body.h)
        return;
    draw_band(ui->draw, first.y, first.h);
    for (uint32_t i = from; i < to; i++) {
        Rect r = box_rect(pane, v, &pane->layout.box[i]);
        float x1 = r.x + (r.w > 2 * gap ? r.w - gap : fmaxf(r.w, gap)), x0 = fmaxf(r.x, edge);
        color[i - from] = box_color(pane, v, c, i);
        if (x1 > x0)
            draw_span(ui->draw, x0, x1, color[i - from]);
        edge = fmaxf(x1, edge);
    }
    for (uint32_t i = from; i < to; i++)
        draw_label(v, c, &pane->layout.box[i], box_rect(pane, v, &pane->layout.box[i]),
                   color[i - from]);
}

static void draw_boxes(const ChartPane *pane, const View *v, const Chart *c) {
    const ChartLayout *l = &pane->layout;
    Rect was = draw_clip_to(v->ui->draw, pane->body);
    for (uint32_t i = 0, end; i < l->count; i = end) {
        for (end = i + 1; end < l->count && l->box[end].depth == l->box[i].depth; end++)
            ;
        draw_depth(pane, v, c, i, end);
    }
    ChartBox found;
    if (chart_find_box(pane, c, &found))
        draw_outline(v->ui->draw, box_rect(pane, v, &found), 0, ui_px(v->ui, 2),
                     v->ui->theme->text);
    if (pane->hover.on)
        draw_outline(v->ui->draw, box_rect(pane, v, &pane->hover.box), 0, ui_px(v->ui, 1),
                     v->ui->theme->text);
    draw_clip(v->ui->draw, was);
}

/* -- the axis */

/* 1, 2 or 5 times a power of ten, at least `least`. */
static int64_t axis_step(double least) {
    int64_t step = 1;
    while ((double)step * 10 < least && step < INT64_MAX / 100)
        step *= 10;
    return (double)step >= least       ? step
           : (double)step * 2 >= least ? step * 2
           : (double)step * 5 >= least ? step * 5
                                       : step * 10;
}

static void draw_axis(const ChartPane *pane, const View *v, Rect axis) {
    Ui *ui = v->ui;
    const Theme *t = ui->theme;
    double span = (double)(pane->v1_ns - pane->v0_ns);
    if (!(span > 0) || axis.w < ui_px(ui, 20)) /* no room for a single label, no end of labels */
        return;
    int64_t step = axis_step(span / (double)axis.w * (double)ui_px(ui, 100));
    int64_t from = (pane->v0_ns - v->origin_ns + step - 1) / step;
    for (int64_t k = from;; k++) {
        int64_t at = v->origin_ns + k * step;
        if (at > pane->v1_ns)
            break;
        float x = roundf(axis.x + axis.w * (float)((double)(at - pane->v0_ns) / span));
        draw_rect(ui->draw, (Rect){x, axis.y + axis.h - ui_px(ui, 4), ui_px(ui, 1), ui_px(ui, 4)},
                  t->line);
        draw_rect(ui->draw, (Rect){x, pane->body.y, ui_px(ui, 1), pane->body.h},
                  color_alpha(t->line, 0.5f));
        Str label = view_offset(v, at, step);
        float w = ui_text_width(ui, label, FACE_REGULAR, t->font_axis);
        if (x - w / 2 >= axis.x && x + w / 2 < axis.x + axis.w - ui_px(ui, 14))
            ui_label(ui, (Rect){x - w / 2, axis.y, w + 1, axis.h - ui_px(ui, 4)}, label, t->muted,
                     FACE_REGULAR, t->font_axis, 0);
    }
    ui_label(ui, (Rect){axis.x, axis.y, axis.w, axis.h - ui_px(ui, 4)}, STR("s"), t->muted,
             FACE_REGULAR, t->font_axis, 1);
}

/* -- pointer */

static bool find_hover(ChartPane *pane, const View *v, float x, float y) {
    for (uint32_t i = 0; i < pane->layout.count; i++) {
        Rect r = box_rect(pane, v, &pane->layout.box[i]);
        if (y < r.y || y >= r.y + pane->row || x < r.x || x >= r.x + fmaxf(r.w, 1))
            continue;
        pane->hover = (ChartHover){true, pane->layout.box[i]};
        return true;
    }
    return false;
}

/* "≈ 12.3 ms"; of one sample alone nothing is known. */
static Str duration(const View *v, const ChartBox *b) {
    if (b->t1_ns <= b->t0_ns)
        return STR("at one instant");
    Str span = view_span(v, b->t1_ns - b->t0_ns);
    return view_text(v, "≈ %.*s", (int)span.n, span.s);
}

static void tooltip(const ChartPane *pane, const View *v, const Chart *c) {
    const ChartBox *b = &pane->hover.box;
    Str lines[4], span = duration(v, b), n = view_count(v, b->samples, "samples");
    uint32_t count = 0;
    if (b->merged) {
        lines[count++] = view_text(v, "%u frame%s, narrower than half a pixel", b->boxes,
                                   b->boxes == 1 ? "" : "s");
    } else {
        Str module = tree_module(c->tree, v->dict, b->frame);
        lines[count++] = flame_label(c->tree, v->dict, b->frame);
        if (module.n)
            lines[count++] =
                view_text(v, "%.*s · %s", (int)(module.n < 200 ? module.n : 200), module.s,
                          frame_kind_name(tree_frame_kind(c->tree, v->dict, b->frame)));
    }
    Str from = view_offset(v, b->t0_ns, 1000);
    lines[count++] = view_text(v, "%.*s\t%.*s", (int)span.n, span.s, (int)n.n, n.s);
    lines[count++] = view_text(v, "from\t%.*s s", (int)from.n, from.s);
    ui_tooltip(v->ui, (Rect){v->ui->x, v->ui->y, 0, pane->row}, lines, count);
}

static void drag(ChartPane *pane, const View *v, const UiZone *z) {
    float dx = z->press_x - z->x, dy = z->press_y - z->y, reach = 4 * v->ui->scale;
    if (z->pressed) {
        pane->pan_v0_ns = pane->v0_ns;
        pane->pan_v1_ns = pane->v1_ns;
        pane->pan_scroll = pane->scroll;
    }
    if (!z->held || (fabsf(dx) <= reach && fabsf(dy) <= reach))
        return;
    v->ui->cursor = CURSOR_MOVE;
    pane->v0_ns = pane->pan_v0_ns;
    pane->v1_ns = pane->pan_v1_ns;
    chart_pane_change(pane, 1, 0.5, (double)(dx / pane->body.w));
    pane->scroll = pane->pan_scroll + dy;
    clamp_scroll(pane);
}

static const char *pane_tip(const View *v) {
    Str in = command_key(CMD_CHART_IN, v->arena), out = command_key(CMD_CHART_OUT, v->arena);
    Str fit = command_key(CMD_CHART_FIT, v->arena);
    return view_text(v,
                     "Flame chart: arrows pan and scroll · zoom in, out, all of it\t%.*s %.*s %.*s",
                     (int)in.n, in.s, (int)out.n, out.s, (int)fit.n, fit.s)
        .s;
}

static void pointer(ChartPane *pane, const View *v, const Chart *c) {
    UiZone z = ui_zone(v->ui, ui_id("chart"), pane->body, ZONE_FOCUSABLE);
    ui_told(v->ui, ui_id("chart"), pane_tip(v));
    if (z.wheel_y != 0 || z.wheel_x != 0) {
        double around = (double)((z.x - pane->body.x) / pane->body.w);
        bool pan = (z.mods & MOD_SHIFT) || z.wheel_x != 0;
        double by = (double)(z.wheel_x != 0 ? z.wheel_x : -z.wheel_y);
        if (pan)
            chart_pane_change(pane, 1, 0.5, by * 0.1);
        else
            chart_pane_change(pane, pow(0.8, (double)z.wheel_y), around, 0);
        view_wake(v, v->now_ns);
    }
    drag(pane, v, &z);
    bool on =
        (z.hover || z.clicked) && rect_has(pane->body, z.x, z.y) && find_hover(pane, v, z.x, z.y);
    if (!on)
        return;
    const ChartBox *b = &pane->hover.box;
    if (!z.held)
        v->ui->cursor = CURSOR_HAND;
    if (z.clicked && z.button == BUTTON_LEFT && b->t1_ns > b->t0_ns)
        wish(v->wishes, CMD_SELECT_NS, "%lld..%lld", (long long)b->t0_ns, (long long)b->t1_ns);
    if (z.clicked && z.button == BUTTON_RIGHT && !b->merged)
        pane->menu = pane->hover;
    if (z.hover && !z.held)
        tooltip(pane, v, c);
}

/* -- the line above: whose chart it is */

static Str thread_words(const View *v, const ChartThread *t) {
    Str comm = names_get(&v->dict->names, t->comm), n = view_grouped(v, t->samples);
    if (!comm.n && t->tid < 0)
        comm = STR("?");
    int length = (int)(comm.n < 60 ? comm.n : 60);
    if (t->tid < 0)
        return view_text(v, "%.*s · %.*s", length, comm.s, (int)n.n, n.s);
    return view_text(v, "%.*s %d · %.*s", length, comm.s, t->tid, (int)n.n, n.s);
}

static const char *thread_tip(const View *v) {
    Str next = command_key(CMD_CHART_NEXT, v->arena),
        before = command_key(CMD_CHART_PREVIOUS, v->arena);
    return view_text(v, "%s\t%.*s %.*s", commands[CMD_CHART_THREAD].help, (int)before.n, before.s,
                     (int)next.n, next.s)
        .s;
}

/* Returns its right end. */
static float thread_choice(const View *v, const Chart *c, Rect line) {
    Ui *ui = v->ui;
    Str items[CHART_THREADS + 1];
    ChartThread thread[CHART_THREADS + 1];
    uint32_t n = 0, now = UINT32_MAX;
    for (uint32_t i = 0; i < c->tops; i++) {
        if (c->top[i].pid == c->thread.pid && c->top[i].tid == c->thread.tid)
            now = n;
        thread[n++] = c->top[i];
    }
    if (now == UINT32_MAX) { /* a choice that is not among the first */
        now = n;
        thread[n++] = c->thread;
    }
    for (uint32_t i = 0; i < n; i++)
        items[i] = thread_words(v, &thread[i]);
    float w = fminf(ui_select_width(ui, STR("thread"), items[now]), line.w * 0.5f);
    uint32_t chosen = now;
    Rect r = {line.x, line.y, w, line.h};
    if (ui_select(ui, ui_id("chart thread"), r, STR("thread"), items, n, &chosen, thread_tip(v)))
        wish(v->wishes, CMD_CHART_THREAD, "%d/%d", thread[chosen].pid, thread[chosen].tid);
    return r.x + r.w + ui_px(ui, 14);
}

/* " · 3 dropped by transforms"; empty where there are none. */
static Str without_words(const View *v, uint32_t count, const char *why) {
    Str n = view_grouped(v, count);
    return count ? view_text(v, " · %.*s %s", (int)n.n, n.s, why) : STR("");
}

/* Samples that have no box, and why. */
static Str missing_words(const View *v, const Chart *c) {
    Str dropped = without_words(v, c->dropped, "dropped by transforms");
    Str bare = without_words(v, c->bare, "without a frame");
    Str late = without_words(v, c->not_arranged, "not arranged yet");
    return view_text(v, "%.*s%.*s%.*s", (int)dropped.n, dropped.s, (int)bare.n, bare.s, (int)late.n,
                     late.s);
}

static Str chart_facts(const View *v, const Chart *c) {
    Str n = view_count(v, c->count, "samples"), missing = missing_words(v, c);
    if (c->cut) {
        Str all = view_grouped(v, c->thread.samples);
        return view_text(v, "the first %.*s of %.*s: select a shorter range to see the others%.*s",
                         (int)n.n, n.s, (int)all.n, all.s, (int)missing.n, missing.s);
    }
    n = view_text(v, "%.*s%.*s", (int)n.n, n.s, (int)missing.n, missing.s);
    Str more = c->threads > c->tops ? view_text(v, " · %u threads in all", c->threads) : STR("");
    if (!c->interval_ns)
        return view_text(v, "%.*s%.*s", (int)n.n, n.s, (int)more.n, more.s);
    Str every = view_span(v, c->interval_ns);
    const char *hint = v->state->selection.on ? "" : " · select a short range to look closer";
    return view_text(v, "%.*s · sampled about every %.*s, gaps stay empty%.*s%s", (int)n.n, n.s,
                     (int)every.n, every.s, (int)more.n, more.s, hint);
}

static void head_line(const View *v, const Chart *c, Rect line) {
    char cut[400];
    Ui *ui = v->ui;
    float x = thread_choice(v, c, line);
    Rect r = {x, line.y, line.x + line.w - x, line.h};
    Str words = font_fit(ui->fonts, FACE_REGULAR, ui->theme->font * ui->scale, chart_facts(v, c),
                         r.w, cut, sizeof cut);
    ui_label(ui, r, words, c->cut ? ui->theme->warning : ui->theme->muted, FACE_REGULAR,
             ui->theme->font, -1);
}

static void scrollbar(ChartPane *pane, const View *v, Rect area) {
    Rect r = {area.x + area.w - ui_px(v->ui, 10), pane->body.y, ui_px(v->ui, 8), pane->body.h};
    ui_scrollbar(v->ui, ui_id("chart scroll"), r, content_height(pane), pane->body.h,
                 &pane->scroll);
}

/* Words for samples that have no frame at all. */
static Str why_bare(const Chart *c) {
    if (c->not_arranged)
        return STR("This thread's samples are not arranged yet.");
    if (c->dropped == c->count)
        return STR("The transforms drop every sample of this thread here.");
    return c->tree ? STR("The transforms leave no frame of this thread's samples here.")
                   : STR("No sample of this thread has a frame here.");
}

void chart_pane_draw(ChartPane *pane, const View *v, Rect area) {
    Ui *ui = v->ui;
    uint64_t number;
    const Chart *c = chart_newest(v->engine, &number);
    float margin = ui_px(ui, 20), line = ui_px(ui, ui->theme->control_h), axis = ui_px(ui, 24);
    Rect inner = {area.x + margin, area.y, area.w - 2 * margin, area.h};
    float top = line + ui_px(ui, 2) + axis;
    pane->hover.on = pane->menu.on = false;
    pane->row = ui_px(ui, ui->theme->row);
    pane->body = (Rect){inner.x, inner.y + top, inner.w, inner.h - top};
    if (pane->body.h < pane->row)
        return;
    Str why = STR("");
    if (view_why_no_samples(v).n)
        why = view_why_no_samples(v);
    else if (!view_has_time(v))
        why = v->slot->settled ? STR("This profile carries no times: there is no flame chart.")
                               : STR("");
    else if (c && !c->threads)
        why = flame_why_empty(v);
    else if (c && !c->count)
        why = STR("This thread has no samples here.");
    else if (c && !c->frames)
        why = why_bare(c);
    if (c && c->threads)
        head_line(v, c, (Rect){inner.x, inner.y, inner.w, line});
    if (why.n)
        ui_label(ui, pane->body, why, ui->theme->muted, FACE_REGULAR, ui->theme->font, 0);
    if (!c || !c->count)
        return;
    relayout(pane, v, c, number);
    pointer(pane, v, c);
    relayout(pane, v, c, number); /* as the hand left it */
    clamp_scroll(pane);
    if (c->frames)
        draw_axis(pane, v, (Rect){inner.x, inner.y + line + ui_px(ui, 2), inner.w, axis});
    draw_boxes(pane, v, c);
    scrollbar(pane, v, area);
    ui_focus_ring(ui, ui_id("chart"), pane->body, 0);
}

/* -- for the status line */

bool chart_pane_told(const ChartPane *pane, const View *v, Str *name, Str *facts) {
    const ChartBox *b = &pane->hover.box;
    ChartBox found;
    const Chart *c = chart_pane_shown(pane, v->engine);
    if (c && !pane->hover.on && chart_find_box(pane, c, &found))
        b = &found;
    else if (!pane->hover.on || b->merged || !c)
        return false;
    Str module = tree_module(c->tree, v->dict, b->frame), span = duration(v, b);
    Str n = view_count(v, b->samples, "samples"), from = view_offset(v, b->t0_ns, 1000);
    *name = flame_label(c->tree, v->dict, b->frame);
    *facts = view_text(v, "%.*s%s%.*s · %.*s · from %.*s s", (int)(module.n < 200 ? module.n : 200),
                       module.s, module.n ? " · " : "", (int)span.n, span.s, (int)n.n, n.s,
                       (int)from.n, from.s);
    return true;
}

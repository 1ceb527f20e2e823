/* The flame graph on screen. Boxes come from flame_layout, motion from flame_motion; here they
 * get colours, labels and a hand. */
#include "app/flame_pane.h"

#include <math.h>
#include <string.h>

enum { MOTION_NS = 110000000 };

void flame_pane_init(FlamePane *pane) {
    memset(pane, 0, sizeof *pane);
    arena_init(&pane->layout_arena, 256 * 1024);
    flame_motion_init(&pane->motion);
}

void flame_pane_free(FlamePane *pane) {
    flame_motion_free(&pane->motion);
    arena_free(&pane->layout_arena);
    mem_resize(pane->color, pane->color_cap * sizeof(uint32_t), 0);
    memset(pane, 0, sizeof *pane);
}

void flame_pane_forget(FlamePane *pane) {
    flame_pane_free(pane);
    flame_pane_init(pane);
}

/* -- layout */

static void relayout(FlamePane *pane, const View *v) {
    const Answer *a = v->answer;
    uint64_t zoom = hash_bytes(v->state->zoom, strlen(v->state->zoom));
    bool same = pane->answer_generation == a->generation && pane->zoom_hash == zoom &&
                pane->width == pane->body.w && pane->heaviest_first == v->state->heaviest_first;
    if (same)
        return;
    /* a resize jumps; everything else flows */
    bool jump = v->ui->still || pane->width != pane->body.w || !pane->motion.count;
    uint32_t node = v->zoom_off ? 0 : flame_zoom_node(v->state, a, v->dict, v->arena);
    arena_reset(&pane->layout_arena);
    flame_layout(a, node, pane->body.w, v->state->heaviest_first,
                 filter_min_share(&a->query.filter), &pane->layout_arena, &pane->layout);
    flame_motion_retarget(&pane->motion, &pane->layout, a->tree, v->now_ns, jump ? 0 : MOTION_NS);
    pane->answer_generation = a->generation;
    pane->zoom_hash = zoom;
    pane->width = pane->body.w;
    pane->heaviest_first = v->state->heaviest_first;
}

bool flame_pane_is_of(const FlamePane *pane, const Answer *answer) {
    return answer && pane->answer_generation == answer->generation;
}

const FlameBox *flame_pane_box(const FlamePane *pane, uint64_t key) {
    for (uint32_t i = 0; i < pane->layout.count; i++)
        if (pane->layout.box[i].key == key && !pane->layout.box[i].merged)
            return &pane->layout.box[i];
    return NULL;
}

/* -- geometry */

static float content_height(const FlamePane *pane) {
    uint32_t rows = pane->layout.max_depth + 1;
    return (float)(rows > pane->skip ? rows - pane->skip : 0) * pane->row;
}

static void clamp_scroll(FlamePane *pane) {
    float most = content_height(pane) - pane->body.h;
    pane->scroll = fminf(fmaxf(pane->scroll, 0), fmaxf(most, 0));
}

static float row_y(const FlamePane *pane, uint32_t depth) {
    float row = (float)depth - (float)pane->skip;
    if (pane->hanging)
        return pane->body.y + row * pane->row - pane->scroll;
    return pane->body.y + pane->body.h - (row + 1) * pane->row + pane->scroll;
}

static void box_x(const FlamePane *pane, const MovingBox *m, float phase, float *x0, float *x1) {
    *x0 = pane->body.x + motion_mix(m->from_x0, m->box.x0, phase) * pane->body.w;
    *x1 = pane->body.x + motion_mix(m->from_x1, m->box.x1, phase) * pane->body.w;
}

/* -- colours */

bool flame_pane_rect(const FlamePane *pane, uint32_t node, int64_t now_ns, Rect *out) {
    float phase = flame_motion_phase(&pane->motion, now_ns);
    for (uint32_t i = 0; i < pane->motion.staying; i++) {
        const MovingBox *m = &pane->motion.box[i];
        float x0, x1;
        if (m->box.node != node || m->box.merged)
            continue;
        box_x(pane, m, phase, &x0, &x1);
        *out = (Rect){x0, row_y(pane, m->box.depth), x1 - x0, pane->row};
        return true;
    }
    return false;
}

static void colors_ready(FlamePane *pane, const View *v) {
    uint32_t frames = v->slot->view.frames;
    uint32_t key = 1u + v->state->flame_palette * 2u + v->ui->theme->dark;
    if (pane->color_key != key) {
        if (pane->color_cap)
            memset(pane->color, 0, pane->color_cap * sizeof(uint32_t));
        pane->color_key = key;
    }
    if (pane->color_cap >= frames)
        return;
    uint32_t cap = frames + frames / 2 + 256;
    pane->color =
        mem_resize(pane->color, pane->color_cap * sizeof(uint32_t), cap * sizeof(uint32_t));
    pane->color_cap = cap;
}

static uint32_t frame_color(FlamePane *pane, const View *v, FrameId id) {
    const Tree *tree = v->answer->tree;
    if (frame_is_synthetic(id)) /* few, and not the same frame in another file */
        return flame_color((FlamePalette)v->state->flame_palette, v->ui->theme->dark,
                           (Frame){.kind = tree_frame_kind(tree, v->dict, id)},
                           tree_symbol(tree, v->dict, id), tree_module(tree, v->dict, id));
    if (id >= pane->color_cap)
        return v->ui->theme->root_box;
    if (!pane->color[id]) /* 0 is no colour: every colour is opaque */
        pane->color[id] = flame_color((FlamePalette)v->state->flame_palette, v->ui->theme->dark,
                                      frames_get(&v->dict->frames, id), dict_symbol(v->dict, id),
                                      dict_module(v->dict, id));
    return pane->color[id];
}

static uint32_t box_color(FlamePane *pane, const View *v, const FlameBox *b) {
    const Theme *t = v->ui->theme;
    uint32_t color;
    if (b->merged)
        color = color_mix(t->muted, t->background, 0.5f);
    else if (!b->depth)
        color = t->root_box;
    else if (pane->layout.differential)
        color = flame_diff_color(flame_share_a(&pane->layout, b), flame_share_b(&pane->layout, b),
                                 v->state->diff_palette == DIFF_SAFE, t->dark);
    else
        color = frame_color(pane, v, b->frame);
    bool searching = v->answer->match != NULL;
    if (b->match)
        return flame_match_color(t->dark);
    if (searching && b->depth) /* what does not match steps back, but keeps its hue */
        color = color_mix(color, t->background, 0.55f);
    if (b->ancestor && b->depth)
        color = color_mix(color, t->background, 0.5f);
    return color;
}

/* -- drawing */

static Str box_label(const FlamePane *pane, const View *v, const FlameBox *b) {
    if (b->merged) {
        Str n = view_grouped(v, b->merged_count);
        return view_text(v, "%.*s merged", (int)n.n, n.s);
    }
    if (!b->depth && pane->layout.differential) {
        Str na = view_number(v, b->total), nb = view_amount(v, b->total_b);
        return view_text(v, "all · A %.*s · B %.*s", (int)na.n, na.s, (int)nb.n, nb.s);
    }
    if (!b->depth && v->answer->elided) {
        Str n = view_number(v, b->total), of = view_amount(v, v->answer->elided_of);
        return view_text(v, "only in B · %.*s of %.*s", (int)n.n, n.s, (int)of.n, of.s);
    }
    if (!b->depth) {
        Str n = view_amount(v, b->total + pane->layout.not_arranged);
        return view_text(v, "all · %.*s", (int)n.n, n.s);
    }
    Str name = flame_label(v->answer->tree, v->dict, b->frame);
    if (!pane->layout.differential || (b->total && b->total_b))
        return name;
    return view_text(v, "%s %.*s", b->total ? "new" : "gone", (int)(name.n < 900 ? name.n : 900),
                     name.s);
}

static void draw_label(const FlamePane *pane, const View *v, const FlameBox *b, float x0, float x1,
                       float y, float row, uint32_t fill) {
    Ui *ui = v->ui;
    float inset = ui_px(ui, 5), size = ui->theme->font_frame * ui->scale;
    /* text starts where the box enters the pane and ends where it leaves it */
    float left = fmaxf(x0, ui->draw->clip.x),
          right = fminf(x1, ui->draw->clip.x + ui->draw->clip.w);
    if (right - left < ui_px(ui, 24))
        return;
    char cut[512];
    Face face = b->depth && !b->match ? FACE_REGULAR : FACE_SEMIBOLD;
    Str text = font_fit(ui->fonts, face, size, box_label(pane, v, b), right - left - 2 * inset, cut,
                        sizeof cut);
    if (!text.n)
        return;
    Rect r = {left, y, right - left, row};
    draw_text(ui->draw, roundf(left + inset), font_baseline(ui->fonts, face, size, r), face, size,
              text_on(fill), text);
}

typedef struct Row {
    uint32_t from, to; /* boxes of one depth */
} Row;

static void draw_row(FlamePane *pane, const View *v, Row row, float phase) {
    Ui *ui = v->ui;
    uint32_t depth = pane->motion.box[row.from].box.depth;
    float y = row_y(pane, depth), gap = ui_px(ui, 1);
    if (depth < pane->skip)
        return;
    if (y + pane->row < pane->body.y || y > pane->body.y + pane->body.h)
        return;
    draw_band(ui->draw, y, pane->row - gap);
    for (uint32_t i = row.from; i < row.to; i++) {
        const MovingBox *m = &pane->motion.box[i];
        float x0, x1;
        box_x(pane, m, phase, &x0, &x1);
        float cut = x1 - x0 > 2 * gap ? gap : (x1 - x0) * 0.25f;
        if (x1 - x0 > 0.05f)
            draw_span(ui->draw, x0, x1 - cut, box_color(pane, v, &m->box));
    }
    for (uint32_t i = row.from; i < row.to; i++) {
        const MovingBox *m = &pane->motion.box[i];
        float x0, x1;
        box_x(pane, m, phase, &x0, &x1);
        if (!m->leaving && x1 - x0 >= ui_px(ui, 24))
            draw_label(pane, v, &m->box, x0, x1, y, pane->row - gap, box_color(pane, v, &m->box));
    }
}

static void draw_outline_of(const FlamePane *pane, const View *v, const MovingBox *m, float phase,
                            uint32_t color, float width) {
    float x0, x1;
    box_x(pane, m, phase, &x0, &x1);
    Rect r = {x0, row_y(pane, m->box.depth), fmaxf(x1 - x0, width * 2), pane->row};
    draw_outline(v->ui->draw, r, 0, width, color);
}

/* What only one side has is marked beyond its colour: a bar over what is new, under what is gone.
 */
static void draw_only(const FlamePane *pane, const View *v, const MovingBox *m, float phase) {
    if (m->box.merged || !m->box.depth || (m->box.total && m->box.total_b))
        return;
    float x0, x1, bar = ui_px(v->ui, 2), y = row_y(pane, m->box.depth);
    box_x(pane, m, phase, &x0, &x1);
    if (x1 - x0 < ui_px(v->ui, 3))
        return;
    draw_rect(v->ui->draw,
              (Rect){x0, m->box.total ? y : y + pane->row - ui_px(v->ui, 1) - bar,
                     x1 - x0 - ui_px(v->ui, 1), bar},
              v->ui->theme->text);
}

/* What the search matches has a bar at its left end, beside its colour. */
static void draw_matched(const FlamePane *pane, const View *v, const MovingBox *m, float phase) {
    float x0, x1, bar = ui_px(v->ui, 3), gap = ui_px(v->ui, 1), y = row_y(pane, m->box.depth);
    box_x(pane, m, phase, &x0, &x1);
    if (x1 - x0 < 3 * bar)
        return;
    draw_rect(v->ui->draw, (Rect){x0, y, bar, pane->row - gap},
              text_on(flame_match_color(v->ui->theme->dark)));
}

static void draw_boxes(FlamePane *pane, const View *v, float phase) {
    uint32_t n = pane->motion.count;
    for (uint32_t i = 0; i < n;) {
        uint32_t end = i + 1, depth = pane->motion.box[i].box.depth;
        while (end < n && pane->motion.box[end].box.depth == depth)
            end++;
        draw_row(pane, v, (Row){i, end}, phase);
        i = end;
    }
    for (uint32_t i = 0; i < n; i++) {
        const MovingBox *m = &pane->motion.box[i];
        if (m->leaving)
            continue;
        if (pane->layout.differential)
            draw_only(pane, v, m, phase);
        if (m->box.match && !m->box.merged)
            draw_matched(pane, v, m, phase);
        if (pane->hover.on && m->box.key == pane->hover.box.key &&
            m->box.merged == pane->hover.box.merged)
            draw_outline_of(pane, v, m, phase, v->ui->theme->text, ui_px(v->ui, 1));
        if (pane->cursor && m->box.key == pane->cursor && !m->box.merged)
            draw_outline_of(pane, v, m, phase, v->ui->theme->accent, ui_px(v->ui, 2));
    }
}

static void draw_not_arranged(const FlamePane *pane, const View *v) {
    const FlameLayout *l = &pane->layout;
    if (!l->not_arranged || pane->body.w < 1)
        return;
    double all = (double)(l->total + l->not_arranged);
    float x = pane->body.x + pane->body.w * (float)((double)l->total / all);
    Rect r = {x, row_y(pane, 1), pane->body.x + pane->body.w - x, pane->row - ui_px(v->ui, 1)};
    draw_rect(v->ui->draw, r, color_mix(v->ui->theme->muted, v->ui->theme->background, 0.6f));
    Str n = view_count(v, l->not_arranged, "samples");
    ui_label(v->ui, rect_inset(r, ui_px(v->ui, 2)),
             view_text(v, "not yet arranged: %.*s", (int)n.n, n.s), v->ui->theme->text,
             FACE_REGULAR, v->ui->theme->font_axis, -1);
}

/* -- pointer */

static void find_hover(FlamePane *pane, float x, float y, float phase) {
    pane->hover.on = false;
    for (uint32_t i = 0; i < pane->motion.count; i++) {
        const MovingBox *m = &pane->motion.box[i];
        float x0, x1, top = row_y(pane, m->box.depth);
        if (m->leaving || m->box.depth < pane->skip || y < top || y >= top + pane->row)
            continue;
        box_x(pane, m, phase, &x0, &x1);
        if (x >= x0 && x < fmaxf(x1, x0 + 1)) {
            pane->hover = (FlameHover){.on = true, .box = m->box};
            return;
        }
    }
}

static uint32_t count_lines(const View *v, const FlameBox *b, Str *lines) {
    Str total = view_amount(v, b->total), self = view_number(v, b->self);
    uint64_t whole = view_whole(v);
    const char *of = view_whole_name(v);
    Str share = view_percent(v, b->total, whole);
    Str self_share = view_percent(v, b->self, whole);
    lines[0] =
        view_text(v, "total %.*s\t%.*s of %s", (int)total.n, total.s, (int)share.n, share.s, of);
    lines[1] = view_text(v, "self %.*s\t%.*s of %s", (int)self.n, self.s, (int)self_share.n,
                         self_share.s, of);
    return 2;
}

/* Both sides, and the difference in percentage points and in samples of A: what A has beyond B's
 * share of A's total. */
static uint32_t diff_lines(const FlamePane *pane, const View *v, const FlameBox *b, Str *lines) {
    const FlameLayout *l = &pane->layout;
    double a = flame_share_a(l, b), base = flame_share_b(l, b),
           samples = (a - base) * (double)l->all_a;
    Str na = view_amount(v, b->total), nb = view_amount(v, b->total_b);
    Str pa = view_percent(v, b->total, l->all_a), pb = view_percent(v, b->total_b, l->all_b);
    Str more = view_amount(v, (uint64_t)(fabs(samples) + 0.5));
    lines[0] = view_text(v, "A %.*s\t%.*s of A", (int)na.n, na.s, (int)pa.n, pa.s);
    lines[1] = view_text(v, "B %.*s\t%.*s of B", (int)nb.n, nb.s, (int)pb.n, pb.s);
    const char *sign = samples < 0 ? "−" : "+";
    lines[2] = view_text(v, "%s%.2f percentage points\t%s%.*s in A", sign, fabs(a - base) * 100,
                         sign, (int)more.n, more.s);
    if (!b->total || !b->total_b)
        lines[3] = b->total ? STR("new: only in A") : STR("gone: only in B");
    return b->total && b->total_b ? 3 : 4;
}

static void hover_tooltip(const FlamePane *pane, const View *v) {
    const FlameBox *b = &pane->hover.box;
    if (!b->depth)
        return;
    Str lines[8];
    uint32_t n = 0;
    if (b->merged) {
        lines[n++] = b->merged_count == 1
                         ? STR("one frame narrower than a pixel")
                         : view_text(v, "%u frames, each narrower than a pixel", b->merged_count);
    } else {
        lines[n++] = flame_label(v->answer->tree, v->dict, b->frame);
        Str module = tree_module(v->answer->tree, v->dict, b->frame);
        uint32_t kind = tree_frame_kind(v->answer->tree, v->dict, b->frame);
        if (module.n)
            lines[n++] = view_text(v, "%.*s · %s", (int)(module.n < 200 ? module.n : 200), module.s,
                                   frame_kind_name(kind));
    }
    n += pane->layout.differential ? diff_lines(pane, v, b, lines + n)
                                   : count_lines(v, b, lines + n);
    ui_tooltip(v->ui, (Rect){v->ui->x, v->ui->y, 0, pane->row}, lines, n);
}

static const char *pane_tip(const View *v) {
    Str zoom = command_key(CMD_ZOOM, v->arena), out = command_key(CMD_ZOOM_OUT, v->arena);
    return view_text(v, "Flame graph: arrows mark a frame · zoom in, out\t%.*s %.*s", (int)zoom.n,
                     zoom.s, (int)out.n, out.s)
        .s;
}

static void pointer(FlamePane *pane, const View *v, float phase) {
    UiZone z = ui_zone(v->ui, pane->id, pane->body, ZONE_FOCUSABLE);
    ui_told(v->ui, pane->id, pane_tip(v));
    if (z.wheel_y != 0) {
        float notch = 3 * pane->row * z.wheel_y;
        pane->scroll += pane->hanging ? -notch : notch;
        clamp_scroll(pane);
        view_wake(v, v->now_ns);
    }
    pane->hover.on = false;
    if (z.hover || z.clicked)
        find_hover(pane, z.x, z.y, phase);
    bool one = pane->hover.on && !pane->hover.box.merged;
    if (one && !v->zoom_off)
        v->ui->cursor = CURSOR_HAND;
    if (one && !v->zoom_off && z.clicked && z.button == BUTTON_LEFT) {
        pane->cursor = pane->hover.box.key;
        wish(v->wishes, CMD_ZOOM_KEY, "%llu", (unsigned long long)pane->hover.box.key);
    }
    pane->menu.on = false;
    if (z.clicked && z.button == BUTTON_RIGHT && one && pane->hover.box.depth)
        pane->menu = pane->hover;
    else if (z.clicked && z.button == BUTTON_RIGHT)
        wish(v->wishes, CMD_ZOOM_OUT, "%s", "");
    if (pane->hover.on && z.hover)
        hover_tooltip(pane, v);
}

/* -- cursor and scroll, for the keyboard */

static void scroll_to_cursor(FlamePane *pane) {
    const FlameBox *b = flame_pane_box(pane, pane->cursor);
    pane->show_cursor = false;
    if (!b)
        return;
    float y = row_y(pane, b->depth), top = pane->body.y;
    float bottom = top + pane->body.h - pane->row;
    float by = y < top ? top - y : y > bottom ? bottom - y : 0;
    pane->scroll += pane->hanging ? -by : by;
    clamp_scroll(pane);
}

static float overlap(const FlameBox *a, const FlameBox *b) {
    return fminf(a->x1, b->x1) - fmaxf(a->x0, b->x0);
}

void flame_pane_move_cursor(FlamePane *pane, int dx, int dy) {
    const FlameBox *at = flame_pane_box(pane, pane->cursor), *best = NULL;
    pane->show_cursor = true;
    if (!at) {
        pane->cursor = pane->layout.count ? pane->layout.box[0].key : 0;
        return;
    }
    for (uint32_t i = 0; i < pane->layout.count; i++) {
        const FlameBox *b = &pane->layout.box[i];
        if (b->merged || (int)b->depth != (int)at->depth + dy || b == at)
            continue;
        if (dy) { /* the widest that touches it */
            if (overlap(at, b) > 0 && (!best || overlap(at, b) > overlap(at, best)))
                best = b;
        } else if (dx > 0 ? b->x0 >= at->x1 - 1e-6f : b->x1 <= at->x0 + 1e-6f) {
            if (!best || (dx > 0 ? b->x0 < best->x0 : b->x1 > best->x1))
                best = b;
        }
    }
    if (best)
        pane->cursor = best->key;
}

static bool before(const FlameBox *a, const FlameBox *b) {
    return a->x0 != b->x0 ? a->x0 < b->x0 : a->depth < b->depth;
}

bool flame_pane_next_match(FlamePane *pane, int step) {
    const FlameBox *at = flame_pane_box(pane, pane->cursor), *next = NULL, *wrap = NULL;
    for (uint32_t i = 0; i < pane->layout.count; i++) {
        const FlameBox *b = &pane->layout.box[i];
        if (!b->match || b->merged || b == at)
            continue;
        bool first = step > 0 ? !wrap || before(b, wrap) : !wrap || before(wrap, b);
        if (first)
            wrap = b;
        bool beyond = at && (step > 0 ? before(at, b) : before(b, at));
        if (beyond && (!next || (step > 0 ? before(b, next) : before(next, b))))
            next = b;
    }
    const FlameBox *found = next ? next : wrap;
    if (found)
        pane->cursor = found->key;
    pane->show_cursor = found != NULL;
    return found != NULL;
}

void flame_pane_scroll(FlamePane *pane, float pages) {
    pane->scroll += pages * (pane->body.h - 2 * pane->row);
    clamp_scroll(pane);
}

/* -- the whole pane */

static void scrollbar(FlamePane *pane, const View *v, Rect area) {
    float total = content_height(pane), page = pane->body.h;
    if (total <= page)
        return;
    float at = pane->hanging ? pane->scroll : total - page - pane->scroll;
    Rect r = {area.x + area.w - ui_px(v->ui, 10), pane->body.y, ui_px(v->ui, 8), pane->body.h};
    if (ui_scrollbar(v->ui, ui_id_at(pane->id, 1), r, total, page, &at)) {
        pane->scroll = pane->hanging ? at : total - page - at;
        clamp_scroll(pane);
    }
}

Str flame_why_empty(const View *v) {
    const Answer *a = v->answer;
    Str none = view_why_no_samples(v);
    if (none.n)
        return none;
    if (!a)
        return STR("Nothing to draw yet.");
    if (!a->in_profile)
        return v->slot->settled ? STR("There are no samples of this event.")
                                : STR("Nothing to draw yet.");
    if (!a->in_selection)
        return STR("No samples in this selection.");
    if (a->shown_in_selection && v->state->view_kind == VIEW_SANDWICH) {
        Str rest = str_of(v->state->function), name = str_cut(&rest, '\t');
        return view_text(v, "No sample here has the function %.*s.", (int)name.n, name.s);
    }
    if (a->shown_in_selection && v->state->transforms.count)
        return STR("What the tree is changed by leaves no sample of it.");
    return v->state->selection.on ? STR("The chips above hide every sample of this selection.")
                                  : STR("The chips above hide every sample.");
}

void flame_pane_draw(FlamePane *pane, const View *v, Rect area) {
    Ui *ui = v->ui;
    float margin = ui_px(ui, 20);
    pane->row = ui_px(ui, ui->theme->row);
    pane->body = (Rect){area.x + margin, area.y, area.w - 2 * margin, area.h};
    pane->hover.on = false;
    if (!v->answer || pane->body.h < pane->row)
        return;
    relayout(pane, v);
    colors_ready(pane, v);
    clamp_scroll(pane);
    if (pane->show_cursor)
        scroll_to_cursor(pane);
    float phase = flame_motion_phase(&pane->motion, v->now_ns);
    if (phase < 1)
        view_wake(v, v->now_ns);
    pointer(pane, v, phase);
    Rect was = draw_clip_to(ui->draw, pane->body);
    draw_boxes(pane, v, phase);
    draw_not_arranged(pane, v);
    draw_clip(ui->draw, was);
    scrollbar(pane, v, area);
    ui_focus_ring(ui, pane->id, pane->body, 0);
    if (!pane->layout.total && !pane->layout.not_arranged &&
        !(pane->layout.differential && pane->layout.all_b))
        ui_label(ui, pane->body, flame_why_empty(v), ui->theme->muted, FACE_REGULAR,
                 ui->theme->font, 0);
}

/* The flame graph's header: what is selected, what it is compared with, what was done to the tree,
 * and how it is drawn. As many lines as there is to say. */
#include <math.h>
#include <string.h>

#include "app/panels.h"
#include "query/functions.h"

/* -- A */

static Str selection_facts(const View *v) {
    const Answer *a = v->answer;
    if (!a)
        return STR("");
    Str n = view_count(v, a->shown_in_selection, "samples");
    Str share = view_percent(v, a->shown_in_selection, a->shown_in_profile);
    const State *s = v->state;
    if (v->weighted) {
        Str w = view_amount(v, prefix_total(&a->a, a->tree, 0));
        if (!s->selection.on)
            return view_text(v, "%.*s · %.*s", (int)w.n, w.s, (int)n.n, n.s);
        n = view_text(v, "%.*s · %.*s", (int)w.n, w.s, (int)n.n, n.s);
    }
    if (!s->selection.on)
        return n;
    Str span = view_span(v, s->selection.t1_ns - s->selection.t0_ns);
    return view_text(v, "%.*s · %.*s · %.*s of what is shown", (int)span.n, span.s, (int)n.n, n.s,
                     (int)share.n, share.s);
}

static Str times_text(const View *v, const Range *r) {
    int64_t step = v->heat ? v->heat->spec.column_ns / heat_slices(v->heat) : 10000000;
    Str t0 = view_offset(v, r->t0_ns, step), t1 = view_offset(v, r->t1_ns, step);
    return view_text(v, "%.*s – %.*s s", (int)t0.n, t0.s, (int)t1.n, t1.s);
}

static Str range_text(const View *v) {
    const State *s = v->state;
    const ProfileView *p = &v->slot->view;
    if (!view_has_time(v))
        return v->slot->settled && p->samples ? STR("Whole profile, without times")
                                              : STR("Whole profile");
    if (s->selection.on)
        return times_text(v, &s->selection);
    if (p->last_ns <= p->first_ns)
        return STR("Whole profile");
    Str span = view_span(v, p->last_ns - p->first_ns);
    return view_text(v, "Whole profile · %.*s", (int)span.n, span.s);
}

static Str search_facts(const View *v) {
    const Answer *a = v->answer;
    if (!v->state->search[0] || !a || strcmp(a->query.search, v->state->search))
        return STR("");
    if (a->search_error[0])
        return view_text(v, "search: %s", a->search_error);
    Str n = view_grouped(v, a->search_nodes);
    Str share = view_percent(v, a->search_total, prefix_total(&a->a, a->tree, 0));
    return view_text(v, "%.*s matching frame%s · %.*s of %s", (int)n.n, n.s,
                     a->search_nodes == 1 ? "" : "s", (int)share.n, share.s,
                     v->state->selection.on ? "A" : "what is shown");
}

static float badge(const View *v, float x, Rect area, const char *letter, uint32_t color) {
    Ui *ui = v->ui;
    float size = ui_px(ui, 20);
    Rect r = {x, floorf(area.y + (area.h - size) / 2), size, size};
    draw_round(ui->draw, r, ui_px(ui, 4), color);
    ui_label(ui, r, str_of(letter), text_on(color), FACE_SEMIBOLD, 12, 0);
    return x + size + ui_px(ui, 10);
}

/* -- how it is drawn */

typedef struct Tab {
    const char *label;
    CommandId id;
    const char *arg;
    bool on, apart; /* apart: a line stands before it */
} Tab;

/* From the right end; returns where they begin. Asked from left to right: that is Tab's order. */
static float tabs(const View *v, Rect area) {
    Ui *ui = v->ui;
    uint8_t kind = v->state->view_kind;
    Tab tab[VIEW_COUNT + 2];
    int n = 0;
    for (uint8_t k = 0; k < VIEW_COUNT; k++)
        if (k != VIEW_SANDWICH || v->state->function[0])
            tab[n++] = (Tab){view_kind_name(k), CMD_SHAPE, view_kind_name(k), kind == k, false};
    tab[n++] = (Tab){"by name", CMD_ORDER, "name", !v->state->heaviest_first, true};
    tab[n++] = (Tab){"heaviest first", CMD_ORDER, "heaviest", v->state->heaviest_first, false};
    float w[VIEW_COUNT + 2], all = ui_px(ui, 13), h = ui_px(ui, 26),
                             y = floorf(area.y + (area.h - h) / 2);
    for (int i = 0; i < n; i++)
        all += w[i] =
            ui_text_width(ui, str_of(tab[i].label), FACE_REGULAR, ui->theme->font) + ui_px(ui, 20);
    if (area.w - all < ui_px(ui, 300)) { /* a narrow window: the order has a key, too */
        all -= w[n - 1] + w[n - 2] + ui_px(ui, 13);
        n -= 2;
    }
    float right = area.x + area.w - ui_px(ui, 20), x = right - all;
    if (x < area.x)
        return right;
    bool boxes = kind != VIEW_TABLE && kind != VIEW_CHART;
    for (int i = 0; i < n; x += w[i++]) {
        if (tab[i].id == CMD_ORDER && !boxes)
            continue; /* those have an order of their own; nothing moves */
        if (tab[i].apart) {
            draw_rect(ui->draw,
                      (Rect){x + ui_px(ui, 6), y + ui_px(ui, 5), ui_px(ui, 1), h - ui_px(ui, 10)},
                      ui->theme->line);
            x += ui_px(ui, 13);
        }
        UiId id = ui_id_at(ui_id("flame tab"), (uint64_t)i);
        if (ui_tab(ui, id, (Rect){x, y, w[i], h}, str_of(tab[i].label), tab[i].on,
                   command_tip(tab[i].id, v->arena)))
            wish(v->wishes, tab[i].id, "%s", tab[i].arg);
    }
    return right - all;
}

/* -- B */

static Str baseline_range_text(const View *v) {
    const State *s = v->state;
    switch (s->baseline_kind) {
    case BASELINE_RANGE:
        return times_text(v, &s->baseline);
    case BASELINE_REST:
        return STR("everything else");
    case BASELINE_WHOLE:
        return STR("the whole profile");
    default:
        return view_text(v, "%s", path_name(s->file[1]));
    }
}

/* What B adds up to, once its answer is there. */
static Str baseline_facts(const View *v) {
    const Answer *a = v->answer;
    if (!a || a->query.baseline != v->state->baseline_kind || !(a->b.u32 || a->b.u64 || a->elided))
        return STR("…");
    if (a->elided) {
        Str only = view_number(v, prefix_total(&a->a, a->tree, 0));
        Str all = view_amount(v, a->elided_of);
        return view_text(v, "%.*s of %.*s in frames that A lacks", (int)only.n, only.s, (int)all.n,
                         all.s);
    }
    Str n = view_amount(v, prefix_total(&a->b, a->tree, 0));
    if (v->state->baseline_kind != BASELINE_RANGE)
        return n;
    Str span = view_span(v, v->state->baseline.t1_ns - v->state->baseline.t0_ns);
    return view_text(v, "%.*s · %.*s", (int)span.n, span.s, (int)n.n, n.s);
}

static void diff_legend(const View *v, Rect area, float right) {
    Ui *ui = v->ui;
    DiffLegend l;
    flame_diff_legend(v->state->diff_palette == DIFF_SAFE, ui->theme->dark, &l);
    float h = ui_px(ui, 12), step = ui_px(ui, 3), y = floorf(area.y + (area.h - h) / 2),
          size = ui->theme->font_axis;
    static const char *const words[] = {"gone", "less in A", "more in A", "new"};
    float w[4];
    for (int i = 0; i < 4; i++)
        w[i] = ui_text_width(ui, str_of(words[i]), FACE_REGULAR, size) + ui_px(ui, 6);
    float gap = ui_px(ui, 10), bar = step * DIFF_LEGEND_STEPS;
    float x = right - (w[0] + w[1] + w[2] + w[3] + bar + 2 * h + 3 * gap);
    if (x < area.x)
        return;
    Rect row = {x, area.y, 0, area.h};
    for (int i = 0; i < 4; i++) {
        if (i == 0 || i == 3) {
            draw_rect(ui->draw, (Rect){row.x, y, h, h}, i ? l.only_a : l.only_b);
            row.x += h + ui_px(ui, 5);
        }
        row.w = w[i];
        ui_label(ui, row, str_of(words[i]), ui->theme->muted, FACE_REGULAR, size, -1);
        row.x += w[i] + (i == 1 ? 0 : gap);
        for (int k = 0; i == 1 && k < DIFF_LEGEND_STEPS; k++, row.x += step)
            draw_rect(ui->draw, (Rect){row.x, y, step, h}, l.ramp[k]);
        row.x += i == 1 ? ui_px(ui, 6) : 0;
    }
}

static float small_button(const View *v, float x, Rect area, const char *label, CommandId id,
                          bool on) {
    Ui *ui = v->ui;
    float w = ui_text_width(ui, str_of(label), FACE_REGULAR, ui->theme->font) + ui_px(ui, 20),
          h = ui_px(ui, 24);
    Rect r = {x, floorf(area.y + (area.h - h) / 2), w, h};
    const char *tip = command_tip(id, v->arena);
    bool did = on ? ui_tab(ui, ui_id(label), r, str_of(label), true, tip)
                  : ui_button(ui, ui_id(label), r, str_of(label), tip);
    if (did)
        wish(v->wishes, id, "%s", "");
    return x + w + ui_px(ui, 8);
}

static void compare_line(const View *v, Rect area) {
    Ui *ui = v->ui;
    const State *s = v->state;
    float x = badge(v, area.x + ui_px(ui, 20), area, "B", ui->theme->b),
          right = area.x + area.w - ui_px(ui, 20);
    x = panel_text(v, x, area, baseline_range_text(v), ui->theme->text, FACE_SEMIBOLD);
    x = panel_text(v, x, area, baseline_facts(v), ui->theme->muted, FACE_REGULAR);
    if (!v->staged && s->baseline_kind == BASELINE_RANGE && s->selection.on)
        x = small_button(v, x, area, "swap", CMD_COMPARE_SWAP, false);
    if (!v->staged)
        x = small_button(v, x, area, "only what A lacks", CMD_COMPARE_ELIDED, s->elided);
    else if (s->elided)
        x = panel_text(v, x, area, STR("only what A lacks"), ui->theme->muted, FACE_REGULAR);
    area.w = right - x;
    area.x = x;
    if (!s->elided)
        diff_legend(v, area, right);
}

/* The choice of a baseline, in the first line; returns its left end. */
static float compare_control(const View *v, Rect area, float right) {
    enum { SAVED = 16 };
    Ui *ui = v->ui;
    static const uint8_t kinds[] = {BASELINE_NONE, BASELINE_RANGE, BASELINE_REST, BASELINE_WHOLE,
                                    BASELINE_FILE};
    static const char *const words[] = {"nothing", "second range", "everything else",
                                        "whole profile", "second file"};
    Str items[5 + STATE_RANGES];
    uint8_t offered[5 + STATE_RANGES]; /* a kind, or behind those a remembered range */
    uint32_t n = 0, now = 0;
    const State *s = v->state;
    for (uint32_t i = 0; i < 5; i++) {
        if (!state_can_compare(s, kinds[i]))
            continue;
        now = kinds[i] == s->baseline_kind ? n : now;
        offered[n] = kinds[i];
        items[n++] = str_of(words[i]);
    }
    for (uint32_t i = 0; i < STATE_RANGES && s->saved[i].on; i++) {
        Str times = times_text(v, &s->saved[i]);
        items[n] = view_text(v, "%.*s", (int)times.n, times.s);
        offered[n++] = (uint8_t)(SAVED + i);
    }
    if (n < 2)
        return right;
    float w = ui_select_width(ui, STR("compare"), items[now]), h = ui_px(ui, 26);
    Rect r = {right - w - ui_px(ui, 10), floorf(area.y + (area.h - h) / 2), w, h};
    if (r.x < area.x + area.w * 0.35f)
        return right;
    uint32_t chosen = now;
    if (ui_select(ui, ui_id("compare"), r, STR("compare"), items, n, &chosen,
                  command_tip(CMD_COMPARE, v->arena)))
        offered[chosen] >= SAVED
            ? wish(v->wishes, CMD_COMPARE_SAVED, "%d", offered[chosen] - SAVED + 1)
            : wish(v->wishes, CMD_COMPARE, "%s", baseline_kind_name(offered[chosen]));
    return r.x;
}

/* -- breadcrumbs of transforms */

static void crumbs_line(const View *v, Rect area) {
    Ui *ui = v->ui;
    const Transforms *t = &v->state->transforms;
    float x = area.x + ui_px(ui, 20), right = area.x + area.w - ui_px(ui, 20), h = ui_px(ui, 24);
    float y = floorf(area.y + (area.h - h) / 2);
    x = panel_text(v, x, area, STR("tree"), ui->theme->muted, FACE_REGULAR);
    for (uint32_t i = 0; i < t->count; i++) {
        Buf text = {0};
        char cut[200];
        transform_describe(t, i, &text);
        Str words = font_fit(ui->fonts, FACE_REGULAR, ui->theme->font * ui->scale, buf_str(&text),
                             ui_px(ui, 300), cut, sizeof cut);
        words = view_text(v, "%s%.*s", t->item[i].off ? "off: " : "", (int)words.n, words.s);
        buf_free(&text);
        float w = ui_chip_width(ui, words, true);
        if (x + w > right) {
            panel_text(v, x, area, view_text(v, "+ %u more", t->count - i), ui->theme->warning,
                       FACE_REGULAR);
            return;
        }
        ChipAction did =
            ui_chip(ui, ui_id_at(ui_id("crumb"), i), (Rect){x, y, w, h}, words, !t->item[i].off,
                    true, "Click: switch off or on\tSpace · Delete removes");
        if (did == CHIP_TOGGLED)
            wish(v->wishes, CMD_TREE_TOGGLE, "%u", i);
        if (did == CHIP_REMOVED)
            wish(v->wishes, CMD_TREE_REMOVE, "%u", i);
        x += w + ui_px(ui, 8);
    }
    const Answer *a = v->answer; /* what dropping and focusing left of what passes the chips */
    if (!a || v->weighted || a->elided || !transforms_same(&a->query.tree.transforms, t))
        return;
    Str kept = view_grouped(v, a->in_tree), all = view_count(v, a->shown_in_selection, "samples");
    panel_text(v, x, area, view_text(v, "%.*s of %.*s", (int)kept.n, kept.s, (int)all.n, all.s),
               ui->theme->muted, FACE_REGULAR);
}

/* The function of a sandwich, with its own figures. */
static Str sandwich_facts(const View *v) {
    Str name = str_of(v->state->function);
    name = str_cut(&name, '\t');
    const Answer *a = v->answer;
    if (!a || v->state->view_kind != VIEW_SANDWICH)
        return STR("");
    /* its self time over all its places: also where it calls itself */
    const Functions *f = engine_aside(v->engine, ASIDE_FUNCTIONS);
    uint32_t node = a->tree->node[0].first_child;
    uint32_t row =
        f && node < a->tree->nodes ? functions_row_of(f, a->tree->node[node].frame) : UINT32_MAX;
    Str total = view_number(v, a->in_tree), own = row < UINT32_MAX
                                                      ? view_number(v, f->row[row].self_a)
                                                  : f && !a->in_tree ? total
                                                                     : STR("…");
    Str share = view_percent(v, a->in_tree, v->weighted ? a->in_tree : a->shown_in_selection);
    return view_text(v, "%.*s · total %.*s (%.*s) · self %.*s", (int)(name.n < 80 ? name.n : 80),
                     name.s, (int)total.n, total.s, (int)share.n, share.s, (int)own.n, own.s);
}

/* -- all lines */

float flame_header_height(const View *v) {
    Ui *ui = v->ui;
    int more = state_compares(v->state) + (v->state->transforms.count > 0);
    return ui_px(ui, 36) + (float)more * ui_px(ui, 30);
}

void flame_header_draw(const View *v, Rect area) {
    Ui *ui = v->ui;
    const Theme *t = ui->theme;
    Rect line = {area.x, area.y, area.w, ui_px(ui, 36)};
    float x = area.x + ui_px(ui, 20), right = area.x + area.w;
    if (!v->staged)
        right = compare_control(v, line, tabs(v, line));
    line.w = right - area.x - ui_px(ui, 10);
    if (v->state->selection.on)
        x = badge(v, x, line, "A", t->a);
    x = panel_text(v, x, line, range_text(v), t->text, FACE_SEMIBOLD);
    x = panel_text(v, x, line, selection_facts(v), t->muted, FACE_REGULAR);
    Str function = sandwich_facts(v);
    if (function.n)
        x = panel_text(v, x, line, function, t->accent, FACE_REGULAR);
    Str found = search_facts(v);
    if (found.n)
        panel_text(v, x, line, found, v->answer->search_error[0] ? t->danger : t->accent,
                   FACE_REGULAR);
    line = (Rect){area.x, line.y + line.h, area.w, ui_px(ui, 30)};
    if (state_compares(v->state)) {
        compare_line(v, line);
        line.y += line.h;
    }
    if (v->state->transforms.count)
        crumbs_line(v, line);
}

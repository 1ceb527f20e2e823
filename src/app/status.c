/* The flame graph's header and the status line. */
#include <math.h>
#include <string.h>

#include "app/panels.h"

/* -- header: what is selected, and how it is drawn */

static float head_text(const View *v, float x, Rect area, Str s, uint32_t color, Face face) {
    Ui *ui = v->ui;
    ui_label(ui, (Rect){x, area.y, area.x + area.w - x, area.h}, s, color, face, ui->theme->font, -1);
    return x + ui_text_width(ui, s, face, ui->theme->font) + ui_px(ui, 14);
}

static Str selection_facts(const View *v) {
    const Answer *a = v->answer;
    if (!a)
        return STR("");
    Str n = view_count(v, a->shown_in_selection, "samples");
    Str share = view_percent(v, a->shown_in_selection, a->shown_in_profile);
    const State *s = v->state;
    if (v->weighted) {
        Str w = view_count(v, prefix_total(&a->a, a->tree, 0), view_unit(v));
        if (!s->selection.on)
            return view_text(v, "%.*s · %.*s", (int)n.n, n.s, (int)w.n, w.s);
        n = view_text(v, "%.*s · %.*s", (int)w.n, w.s, (int)n.n, n.s);
    }
    if (!s->selection.on)
        return n;
    Str span = view_span(v, s->selection.t1_ns - s->selection.t0_ns);
    return view_text(v, "%.*s · %.*s · %.*s of what is shown", (int)span.n, span.s, (int)n.n, n.s, (int)share.n, share.s);
}

static Str range_text(const View *v) {
    const State *s = v->state;
    const ProfileView *p = &v->slot->view;
    if (!view_has_time(v))
        return STR("Whole profile, without times");
    if (!s->selection.on) {
        if (p->last_ns <= p->first_ns)
            return STR("Whole profile");
        Str span = view_span(v, p->last_ns - p->first_ns);
        return view_text(v, "Whole profile · %.*s", (int)span.n, span.s);
    }
    int64_t step = v->heat ? v->heat->spec.column_ns / v->heat->rows : 10000000;
    Str t0 = view_offset(v, s->selection.t0_ns, step), t1 = view_offset(v, s->selection.t1_ns, step);
    return view_text(v, "%.*s – %.*s s", (int)t0.n, t0.s, (int)t1.n, t1.s);
}

static Str search_facts(const View *v) {
    const Answer *a = v->answer;
    if (!v->state->search[0] || !a || strcmp(a->query.search, v->state->search))
        return STR("");
    if (a->search_error[0])
        return view_text(v, "search: %s", a->search_error);
    Str n = view_grouped(v, a->search_nodes);
    Str share = view_percent(v, a->search_total, prefix_total(&a->a, a->tree, 0));
    return view_text(v, "%.*s matching frame%s · %.*s of %s", (int)n.n, n.s, a->search_nodes == 1 ? "" : "s",
                     (int)share.n, share.s, v->state->selection.on ? "A" : "what is shown");
}

/* From the right end; returns where they begin. Asked from left to right: that is Tab's order. */
static float tabs(const View *v, Rect area) {
    Ui *ui = v->ui;
    struct {
        const char *label;
        CommandId id;
        const char *arg;
        bool on;
    } tab[] = {
        {"flame", CMD_SHAPE, "flame", v->state->view_kind == VIEW_FLAME},
        {"icicle", CMD_SHAPE, "icicle", v->state->view_kind == VIEW_ICICLE},
        {"by name", CMD_ORDER, "name", !v->state->heaviest_first},
        {"heaviest first", CMD_ORDER, "heaviest", v->state->heaviest_first},
    };
    enum { TABS = sizeof tab / sizeof *tab };
    float w[TABS], all = ui_px(ui, 13), h = ui_px(ui, 26), y = floorf(area.y + (area.h - h) / 2);
    for (int i = 0; i < TABS; i++)
        all += w[i] = ui_text_width(ui, str_of(tab[i].label), FACE_REGULAR, ui->theme->font) + ui_px(ui, 24);
    float right = area.x + area.w - ui_px(ui, 20), x = right - all;
    if (x < area.x)
        return right;
    for (int i = 0; i < TABS; x += w[i++]) {
        if (i == 2) {
            draw_rect(ui->draw, (Rect){x + ui_px(ui, 6), y + ui_px(ui, 5), ui_px(ui, 1), h - ui_px(ui, 10)}, ui->theme->line);
            x += ui_px(ui, 13);
        }
        UiId id = ui_id_at(ui_id("flame tab"), (uint64_t)i);
        if (ui_tab(ui, id, (Rect){x, y, w[i], h}, str_of(tab[i].label), tab[i].on, commands[tab[i].id].help))
            wish(v->wishes, tab[i].id, "%s", tab[i].arg);
    }
    return right - all;
}

void flame_header_draw(const View *v, Rect area) {
    Ui *ui = v->ui;
    const Theme *t = ui->theme;
    float right = tabs(v, area), x = area.x + ui_px(ui, 20);
    area.w = right - area.x - ui_px(ui, 10);
    if (v->state->selection.on) {
        float size = ui_px(ui, 20);
        Rect badge = {x, floorf(area.y + (area.h - size) / 2), size, size};
        draw_round(ui->draw, badge, ui_px(ui, 4), t->a);
        ui_label(ui, badge, STR("A"), text_on(t->a), FACE_SEMIBOLD, 12, 0);
        x += size + ui_px(ui, 10);
    }
    x = head_text(v, x, area, range_text(v), t->text, FACE_SEMIBOLD);
    x = head_text(v, x, area, selection_facts(v), t->muted, FACE_REGULAR);
    Str found = search_facts(v);
    if (found.n)
        head_text(v, x, area, found, v->answer->search_error[0] ? t->danger : t->accent, FACE_REGULAR);
}

/* -- status line */

static Str hover_facts(const View *v, const FlameBox *b) {
    const Answer *a = v->answer;
    Str module = dict_module(v->dict, b->frame);
    Str self = view_grouped(v, b->self), total = view_grouped(v, b->total);
    Str of_a = view_percent(v, b->total, prefix_total(&a->a, a->tree, 0));
    Str of_all = view_percent(v, b->total, v->weighted ? a->weight_in_profile : a->in_profile);
    return view_text(v, "%.*s%sself %.*s · total %.*s %s · %.*s of %s · %.*s of profile",
                     (int)(module.n < 200 ? module.n : 200), module.s, module.n ? " · " : "", (int)self.n, self.s,
                     (int)total.n, total.s, v->weighted ? view_unit(v) : "samples", (int)of_a.n, of_a.s,
                     v->state->selection.on ? "A" : "what is shown", (int)of_all.n, of_all.s);
}

/* Draws from the right end inwards; returns the left end of what it drew. */
static float right_text(const View *v, Rect area, float right, Str s, uint32_t color) {
    Ui *ui = v->ui;
    float w = ui_text_width(ui, s, FACE_REGULAR, ui->theme->font);
    ui_label(ui, (Rect){right - w, area.y, w + 1, area.h}, s, color, FACE_REGULAR, ui->theme->font, -1);
    return right - w - ui_px(ui, 20);
}

static Str left_words(const View *v, const LoadStatus *l) {
    double seconds = (double)l->elapsed_ns / 1e9;
    double speed = seconds > 0 ? (double)l->bytes_text / 1e6 / seconds : 0;
    if (l->progress < 0)
        return view_text(v, "%.1f MB read · %.0f MB/s", (double)l->bytes_text / 1e6, speed);
    double left = l->progress > 0.001 ? seconds * (1 - l->progress) / l->progress : 0;
    return view_text(v, "%.0f %% · %.0f MB/s · %.0f s left", l->progress * 100, speed, ceil(left));
}

static float load_progress(const View *v, Rect area, float right) {
    Ui *ui = v->ui;
    const LoadStatus *l = &v->slot->load;
    float h = ui_px(ui, 22), w = ui_px(ui, 70);
    Rect stop = {right - w, floorf(area.y + (area.h - h) / 2), w, h};
    if (ui_button(ui, ui_id("cancel load"), stop, STR("Cancel"), commands[CMD_CANCEL_LOAD].help))
        wish(v->wishes, CMD_CANCEL_LOAD, "%s", "");
    right = right_text(v, area, stop.x - ui_px(ui, 14), left_words(v, l), ui->theme->muted) + ui_px(ui, 6);
    Rect bar = {right - ui_px(ui, 150), area.y + area.h / 2 - ui_px(ui, 3), ui_px(ui, 150), ui_px(ui, 6)};
    ui_progress(ui, bar, (float)l->progress);
    if (l->progress < 0)
        view_wake(v, v->now_ns + 50000000);
    return bar.x - ui_px(ui, 20);
}

static float complaint_button(const View *v, Rect area, float right) {
    Ui *ui = v->ui;
    uint64_t n = v->slot->view.complaints;
    if (!n)
        return right;
    Str number = view_grouped(v, n);
    Str text = view_text(v, "%.*s complaint%s", (int)number.n, number.s, n == 1 ? "" : "s");
    float w = ui_text_width(ui, text, FACE_REGULAR, ui->theme->font);
    Rect r = {right - w, area.y, w, area.h};
    UiZone z = ui_zone(ui, ui_id("complaints"), r, ZONE_BUTTON);
    if (z.hover)
        ui->cursor = CURSOR_HAND;
    if (z.clicked)
        wish(v->wishes, CMD_COMPLAINTS, "%s", "");
    ui_focus_ring(ui, ui_id("complaints"), rect_inset(r, ui_px(ui, 3)), 0);
    return right_text(v, area, right, text, ui->theme->warning);
}

static Str idle_words(const View *v) {
    if (v->state->mode == MODE_BROWSER)
        return v->slot->open ? STR("Enter opens · Backspace goes to the folder above · Esc goes back")
                             : STR("Enter opens · Backspace goes to the folder above");
    if (!v->slot->open || !v->slot->settled)
        return STR("");
    const ProfileView *p = &v->slot->view;
    Str n = view_count(v, p->samples, "samples");
    if (!p->has_time)
        return view_text(v, "%s · %.*s · no times: flame graph only", v->slot->load.format, (int)n.n, n.s);
    const char *cancelled = v->slot->load.state == LOAD_CANCELLED ? " · loading was cancelled" : "";
    return view_text(v, "%s · %.*s%s", v->slot->load.format, (int)n.n, n.s, cancelled);
}

/* The frame under the pointer, else the one that the keyboard marked. */
static const FlameBox *told_box(const View *v, const FlamePane *flame) {
    if (flame->hover.on)
        return &flame->hover.box;
    bool marking = ui_has_focus(v->ui, ui_id("flame")) || v->state->search[0];
    return marking && flame->cursor ? flame_pane_box(flame, flame->cursor) : NULL;
}

void status_draw(Panels *p, const View *v, const FlamePane *flame, const char *notice, Rect area) {
    Ui *ui = v->ui;
    const Theme *t = ui->theme;
    p->status_rect = area;
    draw_rect(ui->draw, area, t->panel);
    draw_rect(ui->draw, (Rect){area.x, area.y, area.w, ui_px(ui, 1)}, t->line);
    float x = area.x + ui_px(ui, 20), right = area.x + area.w - ui_px(ui, 20);
    if (v->slot->open)
        right = complaint_button(v, area, right);
    if (v->slot->open && !v->slot->settled)
        right = load_progress(v, area, right);
    area.w = right - area.x;
    const FlameBox *b = told_box(v, flame);
    if (p->asking_filter && p->filter_error.kind) {
        head_text(v, x, area, str_of(p->filter_error.message), t->danger, FACE_REGULAR);
    } else if (notice[0]) {
        head_text(v, x, area, str_of(notice), t->accent, FACE_REGULAR);
    } else if (b && v->answer && b->depth && !b->merged) {
        char cut[400];
        Str symbol = font_fit(ui->fonts, FACE_SEMIBOLD, t->font * ui->scale, flame_label(v->dict, b->frame),
                              (right - x) * 0.5f, cut, sizeof cut);
        x = head_text(v, x, area, symbol, t->text, FACE_SEMIBOLD);
        head_text(v, x, area, hover_facts(v, b), t->muted, FACE_REGULAR);
    } else {
        head_text(v, x, area, idle_words(v), t->muted, FACE_REGULAR);
    }
}

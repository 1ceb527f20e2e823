/* The status line. */
#include <math.h>
#include <string.h>

#include "app/panels.h"
#include "ingest/format.h"

float panel_text(const View *v, float x, Rect area, Str s, uint32_t color, Face face) {
    Ui *ui = v->ui;
    ui_label(ui, (Rect){x, area.y, area.x + area.w - x, area.h}, s, color, face, ui->theme->font,
             -1);
    return x + ui_text_width(ui, s, face, ui->theme->font) + ui_px(ui, 14);
}

/* -- status line */

static Str diff_facts(const View *v, const FlameLayout *l, const FlameBox *b) {
    double points = (flame_share_a(l, b) - flame_share_b(l, b)) * 100;
    Str na = view_number(v, b->total), nb = view_number(v, b->total_b);
    Str pa = view_percent(v, b->total, l->all_a), pb = view_percent(v, b->total_b, l->all_b);
    return view_text(v, "A %.*s · %.*s of A   B %.*s · %.*s of B   %+.2f points%s", (int)na.n, na.s,
                     (int)pa.n, pa.s, (int)nb.n, nb.s, (int)pb.n, pb.s, points,
                     !b->total_b ? " · new: only in A"
                     : !b->total ? " · gone: only in B"
                                 : "");
}

static Str hover_facts(const View *v, const FlameBox *b) {
    const Answer *a = v->answer;
    Str module = tree_module(v->answer->tree, v->dict, b->frame);
    Str self = view_number(v, b->self), total = view_amount(v, b->total);
    Str of_a = view_percent(v, b->total, view_whole(v));
    Str of_all = view_percent(v, b->total, v->weighted ? a->weight_in_profile : a->in_profile);
    return view_text(v, "%.*s%sself %.*s · total %.*s · %.*s of %s · %.*s of profile",
                     (int)(module.n < 200 ? module.n : 200), module.s, module.n ? " · " : "",
                     (int)self.n, self.s, (int)total.n, total.s, (int)of_a.n, of_a.s,
                     view_whole_name(v), (int)of_all.n, of_all.s);
}

/* Draws from the right end inwards; returns the left end of what it drew. */
static float right_text(const View *v, Rect area, float right, Str s, uint32_t color) {
    Ui *ui = v->ui;
    float w = ui_text_width(ui, s, FACE_REGULAR, ui->theme->font);
    ui_label(ui, (Rect){right - w, area.y, w + 1, area.h}, s, color, FACE_REGULAR, ui->theme->font,
             -1);
    return right - w - ui_px(ui, 20);
}

static Str left_words(const View *v, const LoadStatus *l) {
    if (v->slot->waiting)
        return STR("waiting for the other file");
    double seconds = (double)l->elapsed_ns / 1e9;
    double speed = seconds > 0 ? (double)l->bytes_text / 1e6 / seconds : 0;
    if (v->paused) {
        uint64_t arrived = profile_view(&v->slot->profile).samples;
        uint64_t more = arrived - v->slot->view.samples;
        Str n = view_grouped(v, more);
        return view_text(v, "paused · %.*s more %s come", (int)n.n, n.s,
                         more == 1 ? "sample has" : "samples have");
    }
    Str bytes = view_amount_short(v, (uint64_t)l->bytes_text, WEIGHT_BYTES);
    if (l->progress < 0 && v->slot->follow)
        return view_text(v, "live · %.*s", (int)bytes.n, bytes.s);
    if (l->progress < 0 && speed < 1)
        return view_text(v, "%.*s read", (int)bytes.n, bytes.s);
    if (l->progress < 0)
        return view_text(v, "%.*s read · %.0f MB/s", (int)bytes.n, bytes.s, speed);
    double left = l->progress > 0.001 ? seconds * (1 - l->progress) / l->progress : 0;
    return view_text(v, "%.0f %% · %.0f MB/s · %.0f s left", l->progress * 100, speed, ceil(left));
}

static void pause_button(const View *v, Rect r) {
    if (ui_button(v->ui, ui_id("pause load"), r, v->paused ? STR("Go on") : STR("Pause"),
                  command_tip(CMD_LIVE_PAUSE, v->arena)))
        wish(v->wishes, CMD_LIVE_PAUSE, "%s", "");
}

/* A pause that outlived what was recorded: the last samples have not been shown, whatever else is
 * said. */
static float paused_at_end(const View *v, Rect area, float right) {
    float h = ui_px(v->ui, 22), w = ui_px(v->ui, 70);
    uint64_t more = profile_view(&v->slot->profile).samples - v->slot->view.samples;
    Rect r = {right - w, floorf(area.y + (area.h - h) / 2), w, h};
    pause_button(v, r);
    Str n = view_count(v, more, "samples");
    return right_text(v, area, r.x - ui_px(v->ui, 14),
                      view_text(v, "paused · %.*s not shown", (int)n.n, n.s),
                      v->ui->theme->warning);
}

static float load_progress(const View *v, Rect area, float right, bool may_pause) {
    Ui *ui = v->ui;
    const LoadStatus *l = &v->slot->load;
    float h = ui_px(ui, 22), w = ui_px(ui, 70);
    Rect stop = {right - w, floorf(area.y + (area.h - h) / 2), w, h};
    bool live = l->progress < 0 && may_pause;
    if (ui_button(ui, ui_id("cancel load"), stop, live ? STR("Stop") : STR("Cancel"),
                  command_tip(CMD_CANCEL_LOAD, v->arena)))
        wish(v->wishes, CMD_CANCEL_LOAD, "%s", "");
    if (live) {
        stop.x -= w + ui_px(ui, 8);
        pause_button(v, stop);
    }
    right = right_text(v, area, stop.x - ui_px(ui, 14), left_words(v, l), ui->theme->muted) +
            ui_px(ui, 6);
    Rect bar = {right - ui_px(ui, 150), area.y + area.h / 2 - ui_px(ui, 3), ui_px(ui, 150),
                ui_px(ui, 6)};
    ui_progress(ui, bar, v->paused ? 0 : (float)l->progress);
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
    ui_tip(ui, ui_id("complaints"), r, command_tip(CMD_COMPLAINTS, v->arena));
    ui_focus_ring(ui, ui_id("complaints"), rect_inset(r, ui_px(ui, 3)), 0);
    return right_text(v, area, right, text, ui->theme->warning);
}

static Str browser_words(const View *v, const Browser *b) {
    Str progress = browser_progress(b, v);
    const char *back = v->slot->open ? " · Esc goes back" : "";
    const char *above = b->recent ? "Backspace goes to the folder · D takes one off the list"
                                  : "Backspace goes to the folder above · S sorts";
    return view_text(v, "%.*s · Enter opens · %s · / filters%s", (int)progress.n, progress.s, above,
                     back);
}

/* Of --call-graph dwarf, where more than a few are concerned. */
static Str stack_words(const View *v) {
    enum { FEW = 100 }; /* one in so many */
    const Profile *profile = &v->slot->profile;
    uint64_t few = v->slot->view.samples / FEW;
    uint64_t raw = profile_complained(profile, COMPLAINT_NOT_UNWOUND);
    uint64_t cut = profile_complained(profile, COMPLAINT_STACK_CUT);
    Str n = view_grouped(v, raw > few ? raw : cut);
    if (raw > few)
        return view_text(
            v,
            " · %.*s user stack%s not unwound (--call-graph dwarf): record with -g, or open what perf script prints",
            (int)n.n, n.s, raw == 1 ? " is" : "s are");
    if (cut > few)
        return view_text(v, " · %.*s user stack%s on: --call-graph dwarf,65528 records more of %s",
                         (int)n.n, n.s, cut == 1 ? " goes" : "s go", cut == 1 ? "it" : "them");
    return STR("");
}

/* What the recording lacks, and how the next one would have it; or what this format leaves out. */
static Str missing_words(const View *v) {
    const SessionSlot *slot = v->slot;
    const Format *format = slot->load.format ? format_named(slot->load.format) : NULL;
    bool perf =
        format && (!strcmp(format->name, "perf.data") || !strcmp(format->name, "perf script"));
    enum { OF_LEAF = 2 }; /* behind its process */
    Str stacks = perf ? stack_words(v) : STR("");
    if (stacks.n)
        return stacks;
    bool flat = v->answer && v->answer->tree && v->answer->tree->max_depth <= OF_LEAF &&
                !v->state->transforms.count;
    if (perf && flat)
        return STR(" · recorded without call chains: perf record -g takes them");
    Buf left_out = {0};
    if (format)
        format_left_out(format, slot->inlined || slot->load.packed, &left_out);
    Str words = left_out.n ? view_text(v, " · not shown: %s", left_out.s) : STR("");
    buf_free(&left_out);
    return words;
}

/* All of them, or how many of them are of the event that is shown. */
static Str samples_words(const View *v) {
    const Answer *a = v->answer;
    Str n = view_count(v, v->slot->view.samples, "samples");
    if (!a || a->query.event == EVENT_ALL || a->query.event != v->event ||
        a->in_profile >= a->samples)
        return n;
    Str some = view_grouped(v, a->in_profile);
    return view_text(v, "%.*s of %.*s", (int)some.n, some.s, (int)n.n, n.s);
}

static Str idle_words(const View *v, const Told *told) {
    if (told->browser)
        return browser_words(v, told->browser);
    if (!v->slot->open || !v->slot->settled)
        return STR("");
    const ProfileView *p = &v->slot->view;
    Str n = samples_words(v);
    if (view_why_no_samples(v).n)
        return view_text(v, "%s · no samples", v->slot->load.format);
    if (!p->has_time)
        return view_text(v, "%s · %.*s · no times: flame graph only", v->slot->load.format,
                         (int)n.n, n.s);
    const char *cancelled = v->slot->load.state == LOAD_CANCELLED ? " · loading was cancelled" : "";
    Str missing = missing_words(v);
    return view_text(v, "%s · %.*s%s%.*s", v->slot->load.format, (int)n.n, n.s, cancelled,
                     (int)missing.n, missing.s);
}

/* The frame under the pointer, else the one that the keyboard marked. */
static const FlameBox *told_box(const View *v, const FlamePane *flame) {
    if (flame->hover.on)
        return &flame->hover.box;
    bool marking = ui_has_focus(v->ui, ui_id("flame")) || v->state->search[0];
    return marking && flame->cursor ? flame_pane_box(flame, flame->cursor) : NULL;
}

/* What the pane that is shown says of what is under the pointer, or marked. */
static bool pane_told(const View *v, const Told *told, Str *name, Str *facts) {
    if (v->state->view_kind == VIEW_TABLE)
        return table_pane_told(told->table, v, name, facts);
    if (v->state->view_kind == VIEW_CHART)
        return chart_pane_told(told->chart, v, name, facts);
    const FlameBox *b = told_box(v, told->flame);
    bool caller = told->flame->hover.on && told->flame->hover.caller;
    const Answer *of = caller ? told->callers : v->answer;
    if (!b || !v->answer || !of || !b->depth || b->merged)
        return false;
    *name = flame_label(of->tree, v->dict, b->frame);
    const FlameLayout *l = &told->flame->layout;
    *facts = l->differential ? diff_facts(v, l, b) : hover_facts(v, b);
    return true;
}

void status_draw(Panels *p, const View *v, const Told *told, const char *notice, Rect area) {
    Ui *ui = v->ui;
    const Theme *t = ui->theme;
    p->status_rect = area;
    draw_rect(ui->draw, area, t->panel);
    draw_rect(ui->draw, (Rect){area.x, area.y, area.w, ui_px(ui, 1)}, t->line);
    float x = area.x + ui_px(ui, 20), right = area.x + area.w - ui_px(ui, 20);
    if (v->slot->open)
        right = complaint_button(v, area, right);
    const SessionSlot *second = told->second;
    View of_second = *v;
    of_second.slot = second;
    if (v->slot->open && !v->slot->settled)
        right = load_progress(v, area, right, true);
    else if (v->slot->open && second->open && !second->settled)
        right = load_progress(&of_second, area, right, false);
    else if (v->slot->open && v->paused)
        right = paused_at_end(v, area, right);
    area.w = right - area.x;
    Str name, facts;
    if (p->asking_filter && p->filter_error.kind) {
        panel_text(v, x, area, str_of(p->filter_error.message), t->danger, FACE_REGULAR);
    } else if (notice[0]) {
        panel_text(v, x, area, str_of(notice), t->accent, FACE_REGULAR);
    } else if (!told->browser && pane_told(v, told, &name, &facts)) {
        char cut[400];
        Str symbol = font_fit(ui->fonts, FACE_SEMIBOLD, t->font * ui->scale, name,
                              (right - x) * 0.5f, cut, sizeof cut);
        x = panel_text(v, x, area, symbol, t->text, FACE_SEMIBOLD);
        panel_text(v, x, area, facts, t->muted, FACE_REGULAR);
    } else if (ui->focus_tip[0]) { /* what the keyboard has come to says of itself */
        Str key = str_of(ui->focus_tip), help = str_cut(&key, '\t');
        x = panel_text(v, x, area, help, t->text, FACE_REGULAR);
        panel_text(v, x, area, key, t->muted, FACE_SEMIBOLD);
    } else {
        panel_text(v, x, area, idle_words(v, told), t->muted, FACE_REGULAR);
    }
}

#include "app/findings_pane.h"

#include <math.h>

#include "app/flame_pane.h"
#include "query/functions.h"

const DetectList *findings_list(const Engine *engine) {
    return engine_aside(engine, ASIDE_FINDINGS);
}

float findings_width(const FindingsPane *pane, const View *v, float room) {
    return pane->open ? fminf(ui_px(v->ui, 430), room * 0.5f) : 0;
}

static bool has_choice(const FindingsPane *pane, const DetectList *list) {
    return list && pane->chosen && pane->at < list->count;
}

bool findings_range(const FindingsPane *pane, const DetectList *list, Range *out) {
    if (!has_choice(pane, list))
        return false;
    const Finding *f = &list->finding[pane->at];
    *out = (Range){true, f->t0_ns, f->t1_ns};
    if (pane->range < f->ranges)
        *out = (Range){true, f->range[pane->range].t0_ns, f->range[pane->range].t1_ns};
    return true;
}

/* The range that the finding itself names is the strongest. */
static uint32_t strongest(const Finding *f) {
    for (uint32_t i = 0; i < f->ranges; i++)
        if (f->range[i].t0_ns == f->t0_ns)
            return i;
    return 0;
}

bool findings_step(FindingsPane *pane, const DetectList *list, int step) {
    if (!list || !list->count)
        return false;
    if (!has_choice(pane, list))
        pane->at = step > 0 ? 0 : list->count - 1;
    else
        pane->at = (pane->at + list->count + (step > 0 ? 1 : list->count - 1)) % list->count;
    pane->chosen = pane->show = true;
    pane->range = strongest(&list->finding[pane->at]);
    return true;
}

void findings_ticks(const FindingsPane *pane, const View *v, Rect strip, Range all) {
    const DetectList *list = findings_list(v->engine);
    double full = (double)(all.t1_ns - all.t0_ns);
    if (!pane->open || !has_choice(pane, list))
        return;
    const Finding *f = &list->finding[pane->at];
    for (uint32_t i = 0; i < f->ranges; i++) {
        float x0 = strip.x + strip.w * (float)((double)(f->range[i].t0_ns - all.t0_ns) / full);
        float x1 = strip.x + strip.w * (float)((double)(f->range[i].t1_ns - all.t0_ns) / full);
        Rect tick = {x0, strip.y - ui_px(v->ui, 3), fmaxf(x1 - x0, ui_px(v->ui, 2)),
                     ui_px(v->ui, 3)};
        draw_rect(v->ui->draw, tick, v->ui->theme->accent);
    }
}

/* -- one finding */

static Str when(const View *v, const Finding *f) {
    Str span = view_span(v, f->typical_ns);
    if (f->period_ns) {
        Str period = view_span(v, f->period_ns);
        return view_text(v, "%u times for %.*s, every %.*s", f->count, (int)span.n, span.s,
                         (int)period.n, period.s);
    }
    if (f->count > 1)
        return view_text(v, "%u times for %.*s", f->count, (int)span.n, span.s);
    Str t0 = view_offset(v, f->t0_ns, 10000000), t1 = view_offset(v, f->t1_ns, 10000000);
    return view_text(v, "%.*s – %.*s s", (int)t0.n, t0.s, (int)t1.n, t1.s);
}

static Str what(const View *v, const Finding *f) {
    Str n = view_count(v, f->samples, "samples"), usual = view_grouped(v, f->expected);
    Str words = view_text(v, "%.*s, %.*s %s usual", (int)n.n, n.s, (int)usual.n, usual.s,
                          f->expected == 1 ? "is" : "are");
    if (!f->frame || !f->samples)
        return words;
    Str name = flame_label(v->answer ? v->answer->tree : NULL, v->dict, f->frame);
    Str share = view_percent(v, f->frame_samples, f->samples);
    return view_text(v, "%.*s of %.*s in %.*s", (int)share.n, share.s, (int)n.n, n.s,
                     (int)(name.n < 120 ? name.n : 120), name.s);
}

static float text_line(const View *v, float y, Rect area, Str s, uint32_t color, Face face,
                       float size) {
    Ui *ui = v->ui;
    char cut[300];
    s = font_fit(ui->fonts, face, size * ui->scale, s, area.w, cut, sizeof cut);
    ui_label(ui, (Rect){area.x, y, area.w, ui_px(ui, 20)}, s, color, face, size, -1);
    return y + ui_px(ui, 20);
}

/* Steps through its ranges, and columns that make what is periodic a line. */
static float finding_buttons(const View *v, const FindingsPane *pane, float y, Rect area,
                             const Finding *f) {
    Ui *ui = v->ui;
    float h = ui_px(ui, 24), x = area.x, w;
    if (f->ranges > 1) {
        for (int i = 0; i < 2; i++) {
            w = ui_px(ui, 28);
            uint32_t to =
                i ? (pane->range + 1) % f->ranges : (pane->range + f->ranges - 1) % f->ranges;
            if (ui_button(ui, ui_id_at(ui_id("finding range"), (uint64_t)i), (Rect){x, y, w, h},
                          i ? STR("›") : STR("‹"), i ? "The next one of them" : "The one before"))
                wish(v->wishes, CMD_FINDINGS_GO, "%u.%u", pane->at + 1, to + 1);
            x += w + ui_px(ui, 6);
        }
        Str of = view_text(v, "%u of %u", pane->range + 1, f->ranges);
        w = ui_text_width(ui, of, FACE_REGULAR, ui->theme->font) + ui_px(ui, 16);
        ui_label(ui, (Rect){x, y, w, h}, of, ui->theme->muted, FACE_REGULAR, ui->theme->font, -1);
        x += w;
    }
    if (f->period_ns >= 10000000 && f->period_ns <= 3600000000000) {
        Str period = view_span(v, f->period_ns);
        Str label = view_text(v, "columns of %.*s", (int)period.n, period.s);
        w = ui_text_width(ui, label, FACE_REGULAR, ui->theme->font) + ui_px(ui, 22);
        if (x + w <= area.x + area.w &&
            ui_button(ui, ui_id("finding column"), (Rect){x, y, w, h}, label,
                      command_tip(CMD_FINDINGS_COLUMN, v->arena)))
            wish(v->wishes, CMD_FINDINGS_COLUMN, "%s", "");
    }
    return y + h + ui_px(ui, 6);
}

enum { GROWN = 3 };

/* What grew most in it against everything else, once that was counted. */
static float grown_lines(const View *v, float y, Rect area) {
    const Functions *f = engine_aside(v->engine, ASIDE_FUNCTIONS);
    uint32_t rows[GROWN],
        n = f && f->query.baseline == BASELINE_REST ? functions_grown(f, GROWN, rows) : 0;
    for (uint32_t i = 0; i < GROWN; i++, y += ui_px(v->ui, 18)) {
        if (i >= n)
            continue;
        const Function *row = &f->row[rows[i]];
        Str name = functions_symbol(f, v->dict, row->frame);
        text_line(v, y, area,
                  view_text(v, "%+.1f points  %.*s", functions_self_delta(f, row),
                            (int)(name.n < 200 ? name.n : 200), name.s),
                  v->ui->theme->text, FACE_REGULAR, v->ui->theme->font_axis);
    }
    return y + ui_px(v->ui, 4);
}

static float finding_height(const View *v, const Finding *f, bool open) {
    bool buttons = f->ranges > 1 || f->period_ns;
    return ui_px(v->ui, 52) +
           (open ? ui_px(v->ui, 18 * GROWN + 4) + (buttons ? ui_px(v->ui, 30) : 0) : 0);
}

static void finding_row(FindingsPane *pane, const View *v, const DetectList *list, uint32_t i,
                        Rect r) {
    Ui *ui = v->ui;
    const Theme *t = ui->theme;
    const Finding *f = &list->finding[i];
    bool open = has_choice(pane, list) && pane->at == i;
    if (ui_row(ui, ui_id_at(ui_id("finding"), i), (Rect){r.x, r.y, r.w, ui_px(ui, 50)}, open))
        wish(v->wishes, CMD_FINDINGS_GO, "%u.%u", i + 1, strongest(f) + 1);
    Str next = command_key(CMD_FINDINGS_NEXT, v->arena),
        before = command_key(CMD_FINDINGS_PREVIOUS, v->arena);
    ui_tip(ui, ui_id_at(ui_id("finding"), i), (Rect){r.x, r.y, r.w, ui_px(ui, 50)},
           view_text(v, "Select it, against everything else · next, before\t%.*s %.*s", (int)next.n,
                     next.s, (int)before.n, before.s)
               .s);
    Rect inner = {r.x + ui_px(ui, 10), r.y, r.w - ui_px(ui, 20), r.h};
    float y = r.y + ui_px(ui, 5);
    Str times = when(v, f);
    text_line(v, y, inner,
              view_text(v, "%u  %s · %.*s", i + 1, finding_name(f->kind), (int)times.n, times.s),
              t->text, FACE_SEMIBOLD, t->font);
    y = text_line(v, y + ui_px(ui, 20), inner, what(v, f), t->muted, FACE_REGULAR, t->font);
    if (open)
        finding_buttons(v, pane, grown_lines(v, y + ui_px(ui, 2), inner), inner, f);
}

/* -- the list */

/* Where "unusual" begins, in the words of detect.h's constants. */
static void thresholds(const View *v, const DetectList *list, Rect r) {
    const Theme *t = v->ui->theme;
    Str bins = view_span(v, list->bin_ns);
    const Str lines[] = {
        view_text(v, "bins of %.*s · a finding needs %d nats of evidence", (int)bins.n, bins.s,
                  DETECT_GROUP_SCORE),
        view_text(v, "burst ≥ %d× its surroundings · gap ≤ 1/%d for %d ms", DETECT_BURST_RATIO,
                  DETECT_GAP_DIVISOR, DETECT_GAP_MS),
        view_text(v, "one frame's odds ≥ %d× and %d %% of the samples", DETECT_ODDS,
                  DETECT_SHARE_PERCENT),
        view_text(v, "single-threaded: %d %% of %d s or more", DETECT_SINGLE_PERCENT,
                  DETECT_SINGLE_MS / 1000),
    };
    float y = r.y;
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        y = text_line(v, y, r, lines[i], t->muted, FACE_REGULAR, t->font_axis) - ui_px(v->ui, 3);
}

static Str why_empty(const View *v, const DetectList *list) {
    if (!v->slot->settled)
        return STR("They are looked for when all is read.");
    if (!list)
        return STR("Looking …");
    return list->bin_ns ? STR("Nothing unusual was found.")
                        : STR("There are no samples with times.");
}

void findings_draw(FindingsPane *pane, const View *v, Rect area) {
    Ui *ui = v->ui;
    const Theme *t = ui->theme;
    const DetectList *list = findings_list(v->engine);
    float pad = ui_px(ui, 12),
          foot = area.h > ui_px(ui, 220) ? ui_px(ui, 76) : 0; /* a low pane has no room for them */
    draw_rect(ui->draw, area, t->panel);
    draw_rect(ui->draw, (Rect){area.x, area.y, ui_px(ui, 1), area.h}, t->line);
    Rect head = {area.x + pad, area.y + ui_px(ui, 6), area.w - 2 * pad, ui_px(ui, 28)};
    ui_label(ui, head, STR("Where to look"), t->text, FACE_SEMIBOLD, t->font, -1);
    float close = ui_px(ui, 26);
    Str key = command_key(CMD_FINDINGS, v->arena);
    if (ui_button(ui, ui_id("close findings"),
                  (Rect){head.x + head.w - close, head.y, close, close}, STR("×"),
                  view_text(v, "Close\t%.*s", (int)key.n, key.s).s))
        wish(v->wishes, CMD_FINDINGS, "%s", "");
    Rect body = {area.x + pad / 2, head.y + head.h + ui_px(ui, 4), area.w - pad,
                 area.h - head.h - foot - ui_px(ui, 16)};
    if (!list || !list->count) {
        ui_label(ui, body, why_empty(v, list), t->muted, FACE_REGULAR, t->font, 0);
        return;
    }
    float total = 0;
    for (uint32_t i = 0; i < list->count; i++) {
        float h = finding_height(v, &list->finding[i], has_choice(pane, list) && pane->at == i);
        if (pane->show && has_choice(pane, list) && pane->at == i) {
            pane->scroll = fminf(fmaxf(pane->scroll, total + h - body.h), total);
            pane->show = false;
        }
        total += h;
    }
    UiZone z = ui_zone(ui, ui_id("findings"), body, 0);
    pane->scroll -= z.wheel_y * ui_px(ui, 52);
    pane->scroll = fminf(fmaxf(pane->scroll, 0), fmaxf(total - body.h, 0));
    Rect was = draw_clip_to(ui->draw, body);
    float y = body.y - pane->scroll;
    for (uint32_t i = 0; i < list->count; i++) {
        float h = finding_height(v, &list->finding[i], has_choice(pane, list) && pane->at == i);
        if (y + h > body.y && y < body.y + body.h)
            finding_row(pane, v, list, i, (Rect){body.x, y, body.w - ui_px(ui, 10), h});
        y += h;
    }
    draw_clip(ui->draw, was);
    if (total > body.h)
        ui_scrollbar(ui, ui_id("findings scroll"),
                     (Rect){body.x + body.w - ui_px(ui, 8), body.y, ui_px(ui, 7), body.h}, total,
                     body.h, &pane->scroll);
    if (foot > 0)
        thresholds(v, list, (Rect){area.x + pad, area.y + area.h - foot, area.w - 2 * pad, foot});
}

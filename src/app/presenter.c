#include "app/presenter.h"

#include <math.h>

#include "app/words.h"

static void mark(const View *v, const Range *r, Range whole, Rect bar, uint32_t color) {
    double span = (double)(whole.t1_ns - whole.t0_ns);
    if (!r->on || span <= 0)
        return;
    double from = (double)(r->t0_ns - whole.t0_ns) / span,
           to = (double)(r->t1_ns - whole.t0_ns) / span;
    float x0 = bar.x + bar.w * (float)fmin(fmax(from, 0), 1),
          x1 = bar.x + bar.w * (float)fmin(fmax(to, 0), 1);
    draw_rect(v->ui->draw, (Rect){x0, bar.y, fmaxf(x1 - x0, ui_px(v->ui, 2)), bar.h}, color);
}

void scene_bar_draw(const View *v, const Scene *scene, Range whole, Rect r) {
    const Theme *t = v->ui->theme;
    draw_rect(v->ui->draw, r, t->control);
    if (!whole.on)
        return;
    if (scene->state.baseline_kind == BASELINE_RANGE)
        mark(v, &scene->state.baseline, whole, r, t->b);
    mark(v, &scene->state.selection, whole, r, t->a);
}

static void clocks(const PresenterView *p, Rect area) {
    const View *v = p->v;
    Ui *ui = v->ui;
    int64_t talk = (v->now_ns - p->present->began_ns) / 1000000000,
            here = (v->now_ns - p->present->arrived_ns) / 1000000000;
    ui_label(ui, area, view_text(v, "%lld:%02lld", (long long)(talk / 60), (long long)(talk % 60)),
             ui->theme->text, FACE_SEMIBOLD, 34, -1);
    ui_label(ui, area,
             view_text(v, "this scene %lld:%02lld", (long long)(here / 60), (long long)(here % 60)),
             ui->theme->muted, FACE_REGULAR, 15, 0);
    if (p->clock_minute >= 0)
        ui_label(ui, area, view_text(v, "%02d:%02d", p->clock_minute / 60, p->clock_minute % 60),
                 ui->theme->text, FACE_SEMIBOLD, 34, 1);
    view_wake(v, v->now_ns + 1000000000 - (v->now_ns - p->present->began_ns) % 1000000000);
}

/* The stage as it is, in a corner of this window. */
static void stage(const PresenterView *p, Rect area) {
    Ui *ui = p->v->ui;
    Rect from = p->stage_window;
    if (from.w < 1 || from.h < 1)
        return;
    float scale = fminf(area.w / from.w, area.h / from.h);
    Rect r = {area.x, area.y, from.w * scale, from.h * scale};
    Rect was = draw_clip_to(ui->draw, r);
    draw_rect(ui->draw, r, p->stage->background);
    draw_scaled(ui->draw, p->stage, p->stage_commands, scale, area.x - from.x * scale,
                area.y - from.y * scale);
    draw_clip(ui->draw, was);
    draw_outline(ui->draw, rect_inset(r, -ui_px(ui, 2)), 0, ui_px(ui, 2), ui->theme->line);
    if (p->present->black)
        ui_label(ui, (Rect){r.x, r.y, r.w - ui_px(ui, 12), ui_px(ui, 34)},
                 STR("The stage is black"), ui->theme->warning, FACE_SEMIBOLD, 16, 1);
}

static void lines(const PresenterView *p, Str text, Face face, float size, uint32_t color,
                  Rect area) {
    enum { MOST = 24 };
    Ui *ui = p->v->ui;
    Str line[MOST];
    float step = ui_px(ui, size * 1.4f);
    uint32_t room = step > 0 && area.h > step ? (uint32_t)(area.h / step) : 0;
    uint32_t n = words_wrap(ui, text, face, size, area.w, line, room < MOST ? room : MOST);
    for (uint32_t i = 0; i < n; i++)
        ui_label(ui, (Rect){area.x, area.y + (float)i * step, area.w, step}, line[i], color, face,
                 size, -1);
}

static void next(const PresenterView *p, Rect area) {
    const View *v = p->v;
    Ui *ui = v->ui;
    const Theme *t = ui->theme;
    uint32_t k = p->scenes->at < p->scenes->count ? p->scenes->at + 1 : 0;
    ui_label(ui, (Rect){area.x, area.y, area.w, ui_px(ui, 24)}, STR("Next"), t->muted,
             FACE_SEMIBOLD, 15, -1);
    float y = area.y + ui_px(ui, 30);
    if (k >= p->scenes->count) {
        ui_label(ui, (Rect){area.x, y, area.w, ui_px(ui, 28)}, STR("This is the last scene"),
                 t->muted, FACE_REGULAR, 18, -1);
        return;
    }
    const Scene *scene = p->scenes->scene[k];
    lines(p, view_text(v, "%u. %s", k + 1, scene->title), FACE_SEMIBOLD, 20, t->text,
          (Rect){area.x, y, area.w, ui_px(ui, 62)});
    scene_bar_draw(v, scene, p->whole, (Rect){area.x, y + ui_px(ui, 66), area.w, ui_px(ui, 8)});
    y += ui_px(ui, 86);
    lines(p, str_of(scene->note), FACE_REGULAR, 15, t->muted,
          (Rect){area.x, y, area.w, area.y + area.h - y});
}

void presenter_draw(const PresenterView *p) {
    const View *v = p->v;
    Ui *ui = v->ui;
    float pad = ui_px(ui, 24), head = ui_px(ui, 48);
    Rect w = rect_inset(ui->window, pad);
    const Scene *now = scenes_now(p->scenes);
    clocks(p, (Rect){w.x, w.y, w.w, head});
    float top = w.y + head + ui_px(ui, 12), upper = w.h * 0.58f, left = w.w * 0.64f;
    stage(p, (Rect){w.x, top, left, upper});
    next(p, (Rect){w.x + left + pad, top, w.w - left - pad, upper});
    float y = top + upper + ui_px(ui, 16);
    if (!now)
        return;
    ui_label(ui, (Rect){w.x, y, w.w, ui_px(ui, 34)},
             view_text(v, "%u / %u   %s", p->scenes->at + 1, p->scenes->count, now->title),
             ui->theme->accent, FACE_SEMIBOLD, 22, -1);
    y += ui_px(ui, 40);
    lines(p, str_of(now->note), FACE_REGULAR, 24, ui->theme->text,
          (Rect){w.x, y, w.w, w.y + w.h - y});
}

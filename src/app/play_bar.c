#include "app/play_bar.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { BAR_H = 38, STAGE_H = 12, WINDOWS = 12 };

float play_bar_height(const View *v, const Playback *p) {
    return !p->on ? 0 : ui_px(v->ui, v->staged ? STAGE_H : BAR_H);
}

/* -- the track */

static double share_of(const Playback *p, int64_t t_ns) {
    return (double)(t_ns - p->bounds.t0_ns) / (double)(p->bounds.t1_ns - p->bounds.t0_ns);
}

/* Where on the window it was taken stays under the pointer; beside it the window comes with its
 * middle. */
static void scrub(PlayBar *bar, const View *v, const Playback *p, Rect track, UiZone z) {
    const Range *s = &v->state->selection;
    double at = fmin(fmax((double)((z.x - track.x) / track.w), 0), 1);
    double t0 = share_of(p, s->t0_ns), t1 = share_of(p, s->t1_ns);
    if (z.pressed)
        bar->grab = at >= t0 && at <= t1 ? at - t0 : (t1 - t0) / 2;
    bar->scrubs = z.held;
    if (!z.held && !z.released)
        return;
    int64_t to =
        p->bounds.t0_ns + (int64_t)((at - bar->grab) * (double)(p->bounds.t1_ns - p->bounds.t0_ns));
    if (to != s->t0_ns)
        wish(v->wishes, CMD_PLAY_SEEK, "%lld", (long long)to);
}

static void draw_track(PlayBar *bar, const View *v, const Playback *p, Rect area) {
    Ui *ui = v->ui;
    UiId id = ui_id("play track");
    UiZone z = ui_zone(ui, id, area, v->staged ? 0 : ZONE_FOCUSABLE);
    if (z.hover || z.held)
        ui->cursor = CURSOR_HAND;
    scrub(bar, v, p, area, z);
    float h = ui_px(ui, v->staged ? 4 : 6), y = floorf(area.y + (area.h - h) / 2);
    const Range *s = &v->state->selection;
    float x0 = area.x + (float)fmin(fmax(share_of(p, s->t0_ns), 0), 1) * area.w;
    float x1 = area.x + (float)fmin(fmax(share_of(p, s->t1_ns), 0), 1) * area.w;
    float least = ui_px(ui, 10);
    if (x1 - x0 < least) {
        x0 = fmaxf(fminf((x0 + x1 - least) / 2, area.x + area.w - least), area.x);
        x1 = x0 + least;
    }
    draw_round(ui->draw, (Rect){area.x, y, area.w, h}, h / 2, ui->theme->control_active);
    draw_round(ui->draw, (Rect){area.x, y, x0 - area.x, h}, h / 2,
               color_alpha(ui->theme->accent, 0.45f));
    float thumb = h + ui_px(ui, v->staged ? 2 : 6);
    draw_round(ui->draw, (Rect){x0, floorf(y + (h - thumb) / 2), x1 - x0, thumb}, ui_px(ui, 3),
               ui->theme->accent);
    if (!v->staged) { /* while it has the focus the heat map's arrows are its own */
        ui_told(ui, id, "Where in the recording the window is: drag it, or press arrows");
        ui_focus_ring(ui, id, area, ui_px(ui, ui->theme->radius));
    }
    if (!z.hover || bar->scrubs || v->staged)
        return;
    int64_t at = p->bounds.t0_ns + (int64_t)((double)((z.x - area.x) / area.w) *
                                             (double)(p->bounds.t1_ns - p->bounds.t0_ns));
    Str offset = view_offset(v, at, p->window_ns),
        line = view_text(v, "%.*s s", (int)offset.n, offset.s);
    ui_tooltip(ui, area, &line, 1);
}

/* -- controls, each where the one before ends */

typedef struct Line {
    const View *v;
    const Playback *p;
    float x, y, h;
} Line;

static Rect next(Line *l, float w) {
    Rect r = {l->x, l->y, w, l->h};
    l->x += w + ui_px(l->v->ui, 6);
    return r;
}

static void icon_button(Line *l, const char *icon, CommandId id, const char *tip) {
    Ui *ui = l->v->ui;
    Rect r = next(l, ui_px(ui, 34));
    Str key = command_key(id, l->v->arena);
    Str text = view_text(l->v, key.n ? "%s\t%.*s" : "%s", tip, (int)key.n, key.s);
    if (ui_button(ui, ui_id(commands[id].name), r, STR(""), text.s))
        wish(l->v->wishes, id, "%s", "");
    float side = ui_px(ui, 14);
    ui_icon(ui, (Rect){r.x + (r.w - side) / 2, r.y + (r.h - side) / 2, side, side}, icon,
            ui->theme->text);
}

static Str times(const View *v, int64_t speed) {
    return view_text(v, "%g×", (double)speed / (double)PLAY_SPEED_ONE);
}

/* How long all of it takes; nobody reads tenths of half a minute. */
static Str lasts(const View *v, const Playback *p) {
    int64_t ns = playback_lasts_ns(p), second = 1000000000;
    return view_span(v, ns < 10 * second ? ns : ns / second * second);
}

static void speed_control(Line *l) {
    const View *v = l->v;
    Str items[PLAY_SPEEDS + 1];
    uint32_t n = 0, chosen = PLAY_SPEEDS;
    for (; n < PLAY_SPEEDS; n++) {
        items[n] = times(v, play_speeds[n]);
        chosen = play_speeds[n] == l->p->speed ? n : chosen;
    }
    if (chosen == PLAY_SPEEDS)
        items[n++] = times(v, l->p->speed);
    uint32_t was = chosen;
    Rect r = next(l, ui_select_width(v->ui, STR("speed"), STR("0.5×")) + ui_px(v->ui, 6));
    Str all = lasts(v, l->p);
    Str tip = view_text(v, "Recorded time for time that passes: all of it in %.*s\t{ }", (int)all.n,
                        all.s);
    if (ui_select(v->ui, ui_id("play speed"), r, STR("speed"), items, n, &chosen, tip.s) &&
        chosen != was)
        wish(v->wishes, CMD_PLAY_SPEED, "%g", (double)play_speeds[chosen] / (double)PLAY_SPEED_ONE);
}

/* A cell, and usual spans up to half of the recording. */
static uint32_t windows(const View *v, const Playback *p, int64_t out[WINDOWS]) {
    static const int64_t usual[] = {10000000,    50000000,    100000000,    500000000,
                                    1000000000,  2000000000,  5000000000,   10000000000,
                                    30000000000, 60000000000, 300000000000, 3600000000000};
    int64_t half = (p->bounds.t1_ns - p->bounds.t0_ns) / 2;
    int64_t cell = v->heat ? v->heat->spec.column_ns / heat_slices(v->heat) : 0;
    uint32_t n = 0;
    if (cell && cell <= half)
        out[n++] = cell;
    for (size_t i = 0; i < sizeof usual / sizeof *usual && n < WINDOWS; i++)
        if (usual[i] > cell && usual[i] <= half && usual[i] >= half / 2000)
            out[n++] = usual[i];
    return n;
}

static void window_control(Line *l) {
    const View *v = l->v;
    int64_t span[WINDOWS];
    uint32_t n = windows(v, l->p, span), chosen = n, shown = n;
    Str items[WINDOWS + 1];
    for (uint32_t i = 0; i < n; i++) {
        items[i] = view_span(v, span[i]);
        chosen = span[i] == l->p->window_ns ? i : chosen;
    }
    if (chosen == n)
        items[shown++] = view_span(v, l->p->window_ns);
    uint32_t was = chosen;
    Rect r = next(l, ui_select_width(v->ui, STR("window"), STR("00.00 ms")) + ui_px(v->ui, 4));
    if (ui_select(v->ui, ui_id("play window"), r, STR("window"), items, shown, &chosen,
                  commands[CMD_PLAY_WINDOW].help) &&
        chosen != was) {
        Buf text = {0};
        span_format(span[chosen], &text);
        wish(v->wishes, CMD_PLAY_WINDOW, "%s", text.s);
        buf_free(&text);
    }
}

static void loop_control(Line *l) {
    Ui *ui = l->v->ui;
    const char *tip = command_tip(CMD_PLAY_LOOP, l->v->arena);
    float w = ui_text_width(ui, STR("loop"), FACE_REGULAR, ui->theme->font) + ui_px(ui, 24);
    if (ui_tab(ui, ui_id("play loop"), next(l, w), STR("loop"), l->p->loop, tip))
        wish(l->v->wishes, CMD_PLAY_LOOP, "%s", "");
}

/* Where it is, and how long all of it takes; what does not fit is left out. */
static float words(Line *l, float right, float least) {
    const View *v = l->v;
    Ui *ui = v->ui;
    Str at = view_offset(v, v->state->selection.t0_ns, 10000000),
        all = view_span(v, l->p->bounds.t1_ns - l->p->bounds.t0_ns);
    Str in = lasts(v, l->p);
    Str text[2] = {view_text(v, "%.*s s of %.*s · all of it in %.*s", (int)at.n, at.s, (int)all.n,
                             all.s, (int)in.n, in.s),
                   view_text(v, "%.*s s", (int)at.n, at.s)};
    for (int i = 0; i < 2; i++) {
        float w = ui_text_width(ui, text[i], FACE_REGULAR, ui->theme->font);
        float room = ceilf(w / ui_px(ui, 12)) * ui_px(ui, 12) +
                     ui_px(ui, 12); /* so that the track's end rests while digits run */
        if (right - room - l->x < least)
            continue;
        ui_label(ui, (Rect){right - w, l->y, w + 1, l->h}, text[i], ui->theme->muted, FACE_REGULAR,
                 ui->theme->font, -1);
        return right - room;
    }
    return right;
}

void play_bar_draw(PlayBar *bar, const View *v, const Playback *p, Rect area) {
    Ui *ui = v->ui;
    if (area.h <= 0) {
        bar->scrubs = false;
        return;
    }
    draw_rect(ui->draw, area, ui->theme->panel);
    if (v->staged) {
        draw_track(bar, v, p, area);
        return;
    }
    draw_rect(ui->draw, (Rect){area.x, area.y, area.w, ui_px(ui, 1)}, ui->theme->line);
    float h = ui_px(ui, ui->theme->control_h), pad = ui_px(ui, 20);
    Line l = {v, p, area.x + pad, floorf(area.y + (area.h - h) / 2), h};
    icon_button(&l, p->playing ? "pause" : "play", CMD_PLAY, p->playing ? "Pause" : "Play");
    icon_button(&l, "step back", CMD_PLAY_PREVIOUS, commands[CMD_PLAY_PREVIOUS].help);
    icon_button(&l, "step", CMD_PLAY_NEXT, commands[CMD_PLAY_NEXT].help);
    speed_control(&l);
    window_control(&l);
    loop_control(&l);
    float close = ui_px(ui, 34), least = ui_px(ui, 160);
    float right = words(&l, area.x + area.w - pad - close - ui_px(ui, 12), least);
    l.x += ui_px(ui, 10);
    if (right - ui_px(ui, 12) - l.x > ui_px(ui, 30))
        draw_track(bar, v, p, (Rect){l.x, l.y, right - ui_px(ui, 12) - l.x, l.h});
    l.x = area.x + area.w - pad - close;
    icon_button(&l, "close", CMD_PLAY_END, commands[CMD_PLAY_END].help);
}

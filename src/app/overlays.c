/* What lies over everything: the keys, the complaints, the frame times. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "app/panels.h"

/* -- keys */

static float help_group(const View *v, const char *group, float x, float y, float w) {
    Ui *ui = v->ui;
    const Theme *t = ui->theme;
    float row = ui_px(ui, 23), key_w = ui_px(ui, 128);
    ui_label(ui, (Rect){x, y, w, row}, str_of(group), t->accent, FACE_SEMIBOLD, t->font, -1);
    y += row;
    for (uint32_t i = 0; i < CMD_COUNT; i++) {
        if (strcmp(commands[i].group, group) || !commands[i].keys[0])
            continue;
        char cut[256];
        ui_label(ui, (Rect){x, y, key_w, row}, command_key((CommandId)i, v->arena), t->text, FACE_SEMIBOLD, 12, -1);
        Str help = font_fit(ui->fonts, FACE_REGULAR, 12.5f * ui->scale, str_of(commands[i].help), w - key_w, cut, sizeof cut);
        ui_label(ui, (Rect){x + key_w, y, w - key_w, row}, help, t->muted, FACE_REGULAR, 12.5f, -1);
        y += row;
    }
    return y + ui_px(ui, 10);
}

static float help_mouse(const View *v, float x, float y, float w) {
    static const char *const lines[][2] = {
        {"Drag", "Select a slice of time (Alt: no snapping)"},
        {"Shift+drag", "Extend the selection"},
        {"Wheel", "Zoom the time axis; scroll the flame graph"},
        {"Shift+wheel", "Pan the time axis"},
        {"Right drag", "Pan the time axis"},
        {"Click", "Zoom into a frame; an ancestor: back to it"},
        {"Right click", "Zoom out one level"},
    };
    Ui *ui = v->ui;
    float row = ui_px(ui, 23), key_w = ui_px(ui, 128);
    ui_label(ui, (Rect){x, y, w, row}, STR("Mouse"), ui->theme->accent, FACE_SEMIBOLD, ui->theme->font, -1);
    y += row;
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++, y += row) {
        char cut[256];
        ui_label(ui, (Rect){x, y, key_w, row}, str_of(lines[i][0]), ui->theme->text, FACE_SEMIBOLD, 12, -1);
        Str words = font_fit(ui->fonts, FACE_REGULAR, 12.5f * ui->scale, str_of(lines[i][1]), w - key_w, cut, sizeof cut);
        ui_label(ui, (Rect){x + key_w, y, w - key_w, row}, words, ui->theme->muted, FACE_REGULAR, 12.5f, -1);
    }
    return y + ui_px(ui, 10);
}

bool help_draw(Panels *p, const View *v) {
    static const char *const columns[3][4] = {
        {"Program", "Look", NULL}, {"Time", "Heat map", NULL}, {"Counting", "Flame graph", "Search", NULL}};
    Ui *ui = v->ui;
    Rect panel;
    float w = fminf(ui->window.w - ui_px(ui, 40), ui_px(ui, 1240));
    float h = fminf(ui->window.h - ui_px(ui, 40), ui_px(ui, 690));
    if (!ui_modal_begin(ui, ui_id("keys"), w, h, &panel))
        return false;
    float pad = ui_px(ui, 28);
    ui_label(ui, (Rect){panel.x + pad, panel.y + ui_px(ui, 18), panel.w, ui_px(ui, 28)}, STR("Keys"), ui->theme->text,
             FACE_SEMIBOLD, 18, -1);
    ui_label(ui, (Rect){panel.x + pad, panel.y + ui_px(ui, 18), panel.w - 2 * pad, ui_px(ui, 28)},
             STR("Esc closes"), ui->theme->muted, FACE_REGULAR, 12, 1);
    Rect body = {panel.x + pad, panel.y + ui_px(ui, 58), panel.w - 2 * pad, panel.h - ui_px(ui, 72)};
    UiZone z = ui_zone(ui, ui_id("keys body"), body, 0);
    p->help_scroll -= z.wheel_y * ui_px(ui, 60);
    Rect was = draw_clip_to(ui->draw, body);
    float column = (body.w - 2 * pad) / 3, most = 0;
    for (int c = 0; c < 3; c++) {
        float x = body.x + (float)c * (column + pad), y = body.y - p->help_scroll;
        for (int g = 0; columns[c][g]; g++)
            y = help_group(v, columns[c][g], x, y, column);
        if (c == 2)
            y = help_mouse(v, x, y, column);
        most = fmaxf(most, y + p->help_scroll - body.y - body.h);
    }
    p->help_scroll = fminf(fmaxf(p->help_scroll, 0), fmaxf(most, 0));
    draw_clip(ui->draw, was);
    ui_modal_end(ui);
    return true;
}

/* -- complaints */

static float complaint_lines(const View *v, const Complaint *c, ComplaintKind kind, Rect r, float y) {
    Ui *ui = v->ui;
    const Theme *t = ui->theme;
    float row = ui_px(ui, 22);
    Str n = view_grouped(v, c->count);
    ui_label(ui, (Rect){r.x, y, r.w, row}, view_text(v, "%.*s  %s", (int)n.n, n.s, complaint_text(kind)), t->text,
             FACE_SEMIBOLD, t->font, -1);
    y += row;
    for (uint32_t i = 0; i < c->examples; i++, y += row) {
        Str at = c->example[i].offset < 0 ? STR("") : view_text(v, "byte %lld", (long long)c->example[i].offset);
        ui_label(ui, (Rect){r.x + ui_px(ui, 14), y, ui_px(ui, 130), row}, at, t->muted, FACE_REGULAR, 12, -1);
        char cut[256];
        Str text = font_fit(ui->fonts, FACE_MONO, 12 * ui->scale, str_of(c->example[i].excerpt), r.w - ui_px(ui, 150), cut, sizeof cut);
        ui_label(ui, (Rect){r.x + ui_px(ui, 144), y, r.w - ui_px(ui, 144), row}, text, t->muted, FACE_MONO, 12, -1);
    }
    return y + ui_px(ui, 8);
}

bool complaints_draw(const View *v) {
    Ui *ui = v->ui;
    Rect panel;
    float w = fminf(ui->window.w - ui_px(ui, 40), ui_px(ui, 900)), h = fminf(ui->window.h - ui_px(ui, 40), ui_px(ui, 520));
    if (!ui_modal_begin(ui, ui_id("complaints panel"), w, h, &panel))
        return false;
    Rect r = rect_inset(panel, ui_px(ui, 26));
    ui_label(ui, (Rect){r.x, r.y, r.w, ui_px(ui, 28)}, STR("What could not be read"), ui->theme->text, FACE_SEMIBOLD, 18, -1);
    ui_label(ui, (Rect){r.x, r.y + ui_px(ui, 28), r.w, ui_px(ui, 22)},
             STR("Everything else was loaded. Byte offsets count in the decompressed input."), ui->theme->muted,
             FACE_REGULAR, 12.5f, -1);
    Complaints *all = ARENA_NEW(v->arena, Complaints);
    profile_complaints(&v->slot->profile, all);
    Rect was = draw_clip_to(ui->draw, r);
    float y = r.y + ui_px(ui, 64);
    for (int k = 0; k < COMPLAINT_KINDS; k++)
        if (all->of[k].count)
            y = complaint_lines(v, &all->of[k], (ComplaintKind)k, r, y);
    draw_clip(ui->draw, was);
    ui_modal_end(ui);
    return true;
}

/* -- frame times */

void frame_stats_add(FrameStats *stats, int64_t ns) {
    stats->frame_ns[stats->next] = ns;
    stats->next = (stats->next + 1) % FRAME_TIMES;
    stats->count += stats->count < FRAME_TIMES;
    stats->frames++;
}

static int compare_ns(const void *a, const void *b) {
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return x < y ? -1 : x > y;
}

int64_t frame_stats_quantile(const FrameStats *stats, double p) {
    int64_t sorted[FRAME_TIMES];
    if (!stats->count)
        return 0;
    memcpy(sorted, stats->frame_ns, stats->count * sizeof *sorted);
    qsort(sorted, stats->count, sizeof *sorted, compare_ns);
    return sorted[(uint32_t)(p * (stats->count - 1) + 0.5)];
}

static void frame_graph(const View *v, const FrameStats *stats, Rect r) {
    const Theme *t = v->ui->theme;
    draw_rect(v->ui->draw, r, color_alpha(t->background, 0.6f));
    for (uint32_t i = 0; i < stats->count; i++) {
        uint32_t at = (stats->next + FRAME_TIMES - stats->count + i) % FRAME_TIMES;
        float ms = (float)stats->frame_ns[at] / 1e6f, h = fminf(ms / 20, 1) * r.h;
        float x = r.x + r.w * (float)i / (float)FRAME_TIMES;
        draw_rect(v->ui->draw, (Rect){x, r.y + r.h - h, fmaxf(r.w / (float)FRAME_TIMES - 0.5f, 1), h}, ms > 16 ? t->warning : t->accent);
    }
}

void stats_draw(const View *v, const FrameStats *stats, Rect area) {
    Ui *ui = v->ui;
    EngineStats e;
    engine_stats(v->engine, &e);
    const LoadStatus *load = &v->slot->load;
    double seconds = (double)load->elapsed_ns / 1e9;
    Rect r = {area.x + area.w - ui_px(ui, 340), area.y + ui_px(ui, 8), ui_px(ui, 320), ui_px(ui, 216)};
    DrawList *under = ui->draw;
    ui->draw = &ui->overlay;
    draw_clip(ui->draw, ui->window);
    draw_round(ui->draw, r, ui_px(ui, 6), color_alpha(ui->theme->tooltip, 0.95f));
    draw_outline(ui->draw, r, ui_px(ui, 6), ui_px(ui, 1), ui->theme->line);
    Str lines[] = {
        view_text(v, "frame  p50 %.2f ms · p99 %.2f ms", (double)frame_stats_quantile(stats, 0.5) / 1e6,
                  (double)frame_stats_quantile(stats, 0.99) / 1e6),
        view_text(v, "answer %.2f ms · heat map %.2f ms · index %.1f ms", (double)e.answer_ns / 1e6,
                  (double)e.heat_ns / 1e6, (double)e.index_ns / 1e6),
        view_text(v, "%llu answers · %llu indexes · %u nodes", (unsigned long long)e.answers,
                  (unsigned long long)e.indexes, e.nodes),
        view_text(v, "samples %.1f MB · names, stacks %.1f MB", (double)profile_bytes(&v->slot->profile) / 1e6,
                  (double)dict_bytes(v->dict) / 1e6),
        view_text(v, "index %.1f MB · checkpoints %.1f MB · answers %.1f MB", (double)e.index_bytes / 1e6,
                  (double)e.checkpoint_bytes / 1e6, (double)e.answer_bytes / 1e6),
        stats->draw_calls ? view_text(v, "%u commands in %u draw calls · %llu frames", stats->commands, stats->draw_calls,
                                      (unsigned long long)stats->frames)
                          : view_text(v, "%u commands painted in software · %llu frames", stats->commands,
                                      (unsigned long long)stats->frames),
        view_text(v, "loaded %.1f MB of text in %.2f s: %.0f MB/s", (double)load->bytes_text / 1e6, seconds,
                  seconds > 0 ? (double)load->bytes_text / 1e6 / seconds : 0),
    };
    float y = r.y + ui_px(ui, 10);
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++, y += ui_px(ui, 20))
        ui_label(ui, (Rect){r.x + ui_px(ui, 12), y, r.w - ui_px(ui, 24), ui_px(ui, 20)}, lines[i], ui->theme->text, FACE_REGULAR, 12, -1);
    frame_graph(v, stats, (Rect){r.x + ui_px(ui, 12), y + ui_px(ui, 4), r.w - ui_px(ui, 24), ui_px(ui, 44)});
    ui->draw = under;
}

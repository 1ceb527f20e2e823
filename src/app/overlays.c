/* What lies over everything: the keys, the complaints, the frame times. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "app/panels.h"

/* -- a column of lines behind its scroll bar */

typedef struct Sheet {
    Rect body;
    Rect was; /* clip */
    UiId id;
    float *scroll;
} Sheet;

static float sheet_keys(Ui *ui, float page) {
    float by = 0;
    for (uint32_t i = 0; i < ui->events; i++) {
        const InputEvent *e = &ui->event[i];
        float line = ui_px(ui, 44);
        if (e->kind != INPUT_KEY || e->mods || ui_event_used(ui, i))
            continue;
        float step = e->key == KEY_DOWN        ? line
                     : e->key == KEY_UP        ? -line
                     : e->key == KEY_PAGE_DOWN ? page
                     : e->key == KEY_PAGE_UP   ? -page
                     : e->key == KEY_HOME      ? -1e6f
                     : e->key == KEY_END       ? 1e6f
                                               : 0;
        by += step;
        if (step != 0)
            ui_use_event(ui, i);
    }
    return by;
}

static Sheet sheet_begin(const View *v, const char *name, Rect body, float *scroll) {
    Ui *ui = v->ui;
    UiZone z = ui_zone(ui, ui_id(name), body, 0);
    *scroll += sheet_keys(ui, body.h * 0.9f) - z.wheel_y * ui_px(ui, 60);
    return (Sheet){body, draw_clip_to(ui->draw, body), ui_id(name), scroll};
}

static void sheet_end(const View *v, const Sheet *s, float total) {
    Ui *ui = v->ui;
    draw_clip(ui->draw, s->was);
    float kept = *s->scroll;
    *s->scroll = fminf(fmaxf(*s->scroll, 0), fmaxf(total - s->body.h, 0));
    if (kept != *s->scroll)
        view_wake(v, v->now_ns); /* what was drawn had gone too far */
    Rect bar = {s->body.x + s->body.w + ui_px(ui, 8), s->body.y, ui_px(ui, 8), s->body.h};
    if (ui_scrollbar(ui, ui_id_at(s->id, 1), bar, total, s->body.h, s->scroll))
        view_wake(v, v->now_ns);
}

static void panel_head(const View *v, Rect panel, const char *title) {
    Ui *ui = v->ui;
    float pad = ui_px(ui, 28);
    Rect line = {panel.x + pad, panel.y + ui_px(ui, 18), panel.w - 2 * pad, ui_px(ui, 28)};
    ui_label(ui, line, str_of(title), ui->theme->text, FACE_SEMIBOLD, 18, -1);
    if (panel.w > ui_px(ui, 360))
        ui_label(ui, line, STR("Esc closes"), ui->theme->muted, FACE_REGULAR, 12, 1);
}

/* -- keys */

enum { HELP_ROW = 22, HELP_GAP = 10, HELP_KEY = 112 };

static void help_line(const View *v, Rect r, Str key, Str words) {
    Ui *ui = v->ui;
    float key_w = ui_px(ui, HELP_KEY);
    ui_label(ui, (Rect){r.x, r.y, key_w, r.h}, key, ui->theme->text, FACE_SEMIBOLD, 12, -1);
    ui_label(ui, (Rect){r.x + key_w, r.y, r.w - key_w, r.h}, words, ui->theme->muted, FACE_REGULAR,
             12.5f, -1);
}

static float help_title(const View *v, Rect r, const char *title) {
    ui_label(v->ui, r, str_of(title), v->ui->theme->accent, FACE_SEMIBOLD, v->ui->theme->font, -1);
    return r.y + r.h;
}

static float help_mouse(const View *v, Rect r) {
    static const char *const lines[][2] = {
        {"Drag", "Select a slice of time (Alt: no snapping)"},
        {"Shift+drag", "Extend the selection"},
        {"Wheel", "Zoom the time axis; scroll the flame graph"},
        {"Shift+wheel", "Pan the time axis, as a right drag does"},
        {"Strip below", "Drag: frame what is seen, or move it"},
        {"Click", "Zoom into a frame; an ancestor: back to it"},
        {"Right click", "Zoom out one level"},
    };
    r.y = help_title(v, r, "Mouse");
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++, r.y += r.h)
        help_line(v, r, str_of(lines[i][0]), str_of(lines[i][1]));
    return r.y + ui_px(v->ui, HELP_GAP);
}

/* r: its first line. Returns where the next group begins. */
static float help_group(const View *v, const char *group, Rect r) {
    if (!strcmp(group, "Mouse"))
        return help_mouse(v, r);
    r.y = help_title(v, r, group);
    for (uint32_t i = 0; i < CMD_COUNT; i++) {
        if (strcmp(commands[i].group, group) || !commands[i].keys[0])
            continue;
        help_line(v, r, command_key((CommandId)i, v->arena), str_of(commands[i].help));
        r.y += r.h;
    }
    return r.y + ui_px(v->ui, HELP_GAP);
}

/* Every group that has a key, in the table's order, and the mouse; with how many lines each. */
static uint32_t help_groups(const char **group, uint32_t *lines) {
    uint32_t n = 0;
    for (uint32_t i = 0; i < CMD_COUNT; i++) {
        uint32_t g = 0;
        if (!commands[i].keys[0])
            continue;
        while (g < n && strcmp(group[g], commands[i].group))
            g++;
        if (g == n) {
            group[n] = commands[i].group;
            lines[n++] = 1;
        }
        lines[g]++;
    }
    group[n] = "Mouse";
    lines[n++] = 8;
    return n;
}

bool help_draw(Panels *p, const View *v) {
    const char *group[CMD_COUNT + 1];
    uint32_t lines[CMD_COUNT + 1], groups = help_groups(group, lines), all = 0, before = 0;
    Ui *ui = v->ui;
    Rect panel;
    float w = fminf(ui->window.w - ui_px(ui, 40), ui_px(ui, 1720));
    float h = fminf(ui->window.h - ui_px(ui, 40), ui_px(ui, 1000));
    if (!ui_modal_begin(ui, ui_id("keys"), w, h, &panel))
        return false;
    panel_head(v, panel, "Keys");
    float pad = ui_px(ui, 28), most = 0;
    Rect body = {panel.x + pad, panel.y + ui_px(ui, 56), panel.w - 2 * pad,
                 panel.h - ui_px(ui, 68)};
    uint32_t columns = body.w > ui_px(ui, 1480) ? 3 : body.w > ui_px(ui, 900) ? 2 : 1;
    float column = (body.w - (float)(columns - 1) * pad) / (float)columns;
    Sheet sheet = sheet_begin(v, "keys body", body, &p->help_scroll);
    float y[3];
    for (int c = 0; c < 3; c++)
        y[c] = body.y - p->help_scroll;
    for (uint32_t g = 0; g < groups; g++)
        all += lines[g];
    for (uint32_t g = 0; g < groups;
         before += lines[g++]) { /* where its middle lies, in columns of equal height */
        uint32_t c = (2 * before + lines[g]) * columns / (2 * all);
        y[c] = help_group(
            v, group[g],
            (Rect){body.x + (float)c * (column + pad), y[c], column, ui_px(ui, HELP_ROW)});
        most = fmaxf(most, y[c] - body.y + p->help_scroll);
    }
    sheet_end(v, &sheet, most - ui_px(ui, HELP_GAP));
    ui_modal_end(ui);
    return true;
}

/* -- complaints */

static float complaint_lines(const View *v, const Complaint *c, ComplaintKind kind, Rect r,
                             float y) {
    Ui *ui = v->ui;
    const Theme *t = ui->theme;
    float row = ui_px(ui, 22);
    Str n = view_grouped(v, c->count), text = str_of(complaint_text(kind));
    if (c->count > 1 || complaint_is_counted(kind))
        text = view_text(v, "%.*s  %.*s", (int)n.n, n.s, (int)text.n, text.s);
    ui_label(ui, (Rect){r.x, y, r.w, row}, text, t->text, FACE_SEMIBOLD, t->font, -1);
    y += row;
    for (uint32_t i = 0; i < c->examples; i++, y += row) {
        Str at = c->example[i].offset < 0
                     ? STR("")
                     : view_text(v, "byte %lld", (long long)c->example[i].offset);
        ui_label(ui, (Rect){r.x + ui_px(ui, 14), y, ui_px(ui, 130), row}, at, t->muted,
                 FACE_REGULAR, 12, -1);
        char cut[256];
        Str excerpt = font_fit(ui->fonts, FACE_MONO, 12 * ui->scale, str_of(c->example[i].excerpt),
                               r.w - ui_px(ui, 150), cut, sizeof cut);
        ui_label(ui, (Rect){r.x + ui_px(ui, 144), y, r.w - ui_px(ui, 144), row}, excerpt, t->muted,
                 FACE_MONO, 12, -1);
    }
    return y + ui_px(ui, 8);
}

bool complaints_draw(Panels *p, const View *v) {
    Ui *ui = v->ui;
    Complaints *all = ARENA_NEW(v->arena, Complaints);
    profile_complaints(&v->slot->profile, all);
    uint32_t rows = 0, kinds = 0;
    for (int k = 0; k < COMPLAINT_KINDS; k++) {
        rows += all->of[k].count ? 1 + all->of[k].examples : 0;
        kinds += all->of[k].count > 0;
    }
    float total = (float)rows * ui_px(ui, 22) + (float)kinds * ui_px(ui, 8), head = ui_px(ui, 90);
    float w = fminf(ui->window.w - ui_px(ui, 40), ui_px(ui, 900));
    float h =
        fminf(ui->window.h - ui_px(ui, 40), fminf(head + total + ui_px(ui, 20), ui_px(ui, 620)));
    Rect panel;
    if (!ui_modal_begin(ui, ui_id("complaints panel"), w, h, &panel))
        return false;
    panel_head(v, panel, "What could not be read");
    float pad = ui_px(ui, 28);
    Rect r = {panel.x + pad, panel.y + head, panel.w - 2 * pad, panel.h - head - ui_px(ui, 14)};
    ui_label(ui, (Rect){r.x, panel.y + ui_px(ui, 48), r.w, ui_px(ui, 22)},
             STR("Everything else was loaded. Byte offsets count in the decompressed input."),
             ui->theme->muted, FACE_REGULAR, 12.5f, -1);
    Sheet sheet = sheet_begin(v, "complaints body", r, &p->complaint_scroll);
    float y = r.y - p->complaint_scroll;
    for (int k = 0; k < COMPLAINT_KINDS; k++)
        if (all->of[k].count)
            y = complaint_lines(v, &all->of[k], (ComplaintKind)k, r, y);
    sheet_end(v, &sheet, total);
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
        draw_rect(v->ui->draw,
                  (Rect){x, r.y + r.h - h, fmaxf(r.w / (float)FRAME_TIMES - 0.5f, 1), h},
                  ms > 16 ? t->warning : t->accent);
    }
}

void stats_draw(const View *v, const FrameStats *stats, Rect area) {
    Ui *ui = v->ui;
    EngineStats e;
    engine_stats(v->engine, &e);
    const LoadStatus *load = &v->slot->load;
    double seconds = (double)load->elapsed_ns / 1e9;
    Rect r = {area.x + area.w - ui_px(ui, 340), area.y + ui_px(ui, 8), ui_px(ui, 320),
              ui_px(ui, 216)};
    DrawList *under = ui->draw;
    ui->draw = &ui->overlay;
    draw_clip(ui->draw, ui->window);
    draw_round(ui->draw, r, ui_px(ui, 6), color_alpha(ui->theme->tooltip, 0.95f));
    draw_outline(ui->draw, r, ui_px(ui, 6), ui_px(ui, 1), ui->theme->line);
    Str lines[] = {
        view_text(v, "frame  p50 %.2f ms · p99 %.2f ms",
                  (double)frame_stats_quantile(stats, 0.5) / 1e6,
                  (double)frame_stats_quantile(stats, 0.99) / 1e6),
        view_text(v, "answer %.2f ms · heat map %.2f ms · index %.1f ms", (double)e.answer_ns / 1e6,
                  (double)e.heat_ns / 1e6, (double)e.index_ns / 1e6),
        view_text(v, "%llu answers · %llu indexes · %u nodes", (unsigned long long)e.answers,
                  (unsigned long long)e.indexes, e.nodes),
        !v->slot->settled /* the loader is at them */
            ? STR("samples, names, stacks: counted when all is read")
            : view_text(v, "samples %.1f MB · names, stacks %.1f MB",
                        (double)profile_bytes(&v->slot->profile) / 1e6,
                        (double)dict_bytes(v->dict) / 1e6),
        view_text(v, "index %.1f MB · checkpoints %.1f MB · answers %.1f MB",
                  (double)e.index_bytes / 1e6, (double)e.checkpoint_bytes / 1e6,
                  (double)e.answer_bytes / 1e6),
        stats->draw_calls
            ? view_text(v, "%u commands in %u draw calls · %llu frames", stats->commands,
                        stats->draw_calls, (unsigned long long)stats->frames)
            : view_text(v, "%u commands painted in software · %llu frames", stats->commands,
                        (unsigned long long)stats->frames),
        view_text(v, "loaded %.1f MB of text in %.2f s: %.0f MB/s", (double)load->bytes_text / 1e6,
                  seconds, seconds > 0 ? (double)load->bytes_text / 1e6 / seconds : 0),
    };
    float y = r.y + ui_px(ui, 10);
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++, y += ui_px(ui, 20))
        ui_label(ui, (Rect){r.x + ui_px(ui, 12), y, r.w - ui_px(ui, 24), ui_px(ui, 20)}, lines[i],
                 ui->theme->text, FACE_REGULAR, 12, -1);
    frame_graph(v, stats,
                (Rect){r.x + ui_px(ui, 12), y + ui_px(ui, 4), r.w - ui_px(ui, 24), ui_px(ui, 44)});
    ui->draw = under;
}

/* What the heat map shows. The picture has one texel a cell (several cells a texel, by maximum,
 * once they are smaller than a pixel) and is stretched by the painter, so zooming and panning
 * redraw nothing but its frame. */
#include "app/heat_pane.h"

#include <math.h>
#include <string.h>

#include "app/heat_input.h"
#include "app/heat_lanes.h"
#include "app/heat_ranges.h"
#include "app/linking.h"

void heat_pane_free(HeatPane *pane) {
    mem_resize(pane->picture.rgba, pane->picture.cap * sizeof(uint32_t), 0);
    memset(pane, 0, sizeof *pane);
}

/* -- the picture */

static void picture_room(HeatPicture *p, size_t texels) {
    if (texels <= p->cap)
        return;
    size_t cap = p->cap ? p->cap : 4096;
    while (cap < texels)
        cap *= 2;
    p->rgba = mem_resize(p->rgba, p->cap * sizeof(uint32_t), cap * sizeof(uint32_t));
    p->cap = cap;
}

/* What the picture should be: which columns a texel covers, and how it is coloured. */
static HeatPicture picture_wanted(const HeatPane *pane, const View *v) {
    const HeatGrid *grid = v->heat;
    int64_t w_ns = grid->spec.column_ns;
    int64_t c0 = (pane->t0_ns - grid->origin_ns) / w_ns;
    int64_t c1 = (pane->t1_ns - grid->origin_ns + w_ns - 1) / w_ns;
    c0 = c0 < 0 ? 0 : c0;
    c1 = c1 > grid->columns ? grid->columns : c1;
    if (c1 <= c0)
        c1 = c0 + 1;
    uint32_t across = (uint32_t)pane->plot.w, down = (uint32_t)pane->plot.h;
    /* aligned to multiples of step, so that blocks keep their cells while panning */
    uint32_t step = (uint32_t)((c1 - c0 + across - 1) / (across ? across : 1));
    step = step ? step : 1;
    HeatPicture p = {.step = step, .first = (uint32_t)(c0 / step) * step, .h = grid->rows};
    p.w = (uint32_t)((c1 - p.first + step - 1) / step);
    for (uint32_t n = 2; p.h > down && down && !grid->row; n++) /* lanes are scrolled instead */
        p.h = (grid->rows + n - 1) / n;
    p.maximum = step > 1 || p.h < grid->rows;
    p.scale = v->state->scale;
    p.palette = v->state->heat_palette;
    p.dark = v->ui->theme->dark;
    p.downwards = v->state->downwards || grid->row;
    p.link = v->link;
    return p;
}

static bool same_shape(const HeatPicture *a, const HeatPicture *b) {
    return a->w == b->w && a->h == b->h && a->first == b->first && a->step == b->step &&
           a->scale == b->scale && a->palette == b->palette && a->dark == b->dark &&
           a->downwards == b->downwards && a->link == b->link;
}

/* Draws texel columns [x0, x1) anew. */
static void picture_columns(HeatPane *pane, const View *v, uint32_t x0, uint32_t x1) {
    HeatPicture *p = &pane->picture;
    uint32_t n = x1 - x0;
    uint32_t *part = n == p->w ? p->rgba : ARENA_ARRAY(v->arena, uint32_t, (size_t)n * p->h);
    HeatLight light = {v->link, &pane->link_mapper, &pane->link_ramp};
    if (v->link)
        heat_pixels_linked(v->heat, &pane->mapper, &pane->ramp, &light, p->first + x0 * p->step,
                           n * p->step, n, p->h, p->downwards, part);
    else
        heat_pixels(v->heat, &pane->mapper, &pane->ramp, p->first + x0 * p->step, n * p->step, n,
                    p->h, p->downwards, part);
    for (uint32_t y = 0; n < p->w && y < p->h; y++)
        memcpy(p->rgba + (size_t)y * p->w + x0, part + (size_t)y * n, n * sizeof *part);
    p->dirty_x = n < p->w ? x0 : 0;
    p->dirty_w = n < p->w ? n : 0;
    p->generation++;
}

static void picture_update(HeatPane *pane, const View *v) {
    const HeatGrid *grid = v->heat;
    HeatPicture *p = &pane->picture, wanted = picture_wanted(pane, v);
    bool shaped = same_shape(p, &wanted);
    if (shaped && p->grid_generation == grid->generation)
        return;
    bool next = shaped && p->grid_generation + 1 == grid->generation;
    wanted.rgba = p->rgba;
    wanted.cap = p->cap;
    wanted.generation = p->generation;
    wanted.grid_generation = grid->generation;
    wanted.id = ui_id_at(pane->id, 3);
    *p = wanted;
    picture_room(p, (size_t)p->w * p->h);
    HeatMapper before = pane->mapper;
    heat_mapper(grid, (HeatScale)p->scale, &pane->mapper);
    heat_ramp_of(grid, (HeatPalette)p->palette, p->dark, &pane->ramp);
    if (v->link) {
        heat_link_mapper(v->link, (HeatScale)p->scale, &pane->link_mapper);
        heat_link_ramp((HeatPalette)p->palette, p->dark, &pane->link_ramp);
        heat_ramp_dim(&pane->ramp, p->dark);
    }
    /* only texels whose cells changed, unless the colours mean something else now */
    uint32_t x0 = 0, x1 = p->w;
    if (next && memcmp(&before, &pane->mapper, sizeof before) == 0) {
        uint32_t from = grid->changed_from, to = grid->changed_to;
        x0 = from <= p->first ? 0 : (from - p->first) / p->step;
        x1 = to <= p->first ? 0 : (to - p->first + p->step - 1) / p->step;
        x1 = x1 < p->w ? x1 : p->w;
    }
    if (x0 < x1)
        picture_columns(pane, v, x0, x1);
}

static void draw_picture(HeatPane *pane, const View *v) {
    const HeatPicture *p = &pane->picture;
    int64_t w_ns = v->heat->spec.column_ns;
    int64_t start = v->heat->origin_ns + (int64_t)p->first * w_ns;
    float x0 = heat_pane_x(pane, start);
    float x1 = heat_pane_x(pane, start + (int64_t)p->w * p->step * w_ns);
    Rect before = draw_clip_to(v->ui->draw, pane->plot);
    DrawImage image = {.id = p->id,
                       .generation = p->generation,
                       .w = p->w,
                       .h = p->h,
                       .rgba = p->rgba,
                       .source = {0, 0, (float)p->w, (float)p->h},
                       .dirty_x = p->dirty_x,
                       .dirty_w = p->dirty_w,
                       .dirty_h = p->dirty_w ? p->h : 0};
    if (v->heat->row) {
        image.source.y = pane->lane_at;
        image.source.h = pane->lanes;
    }
    draw_image(v->ui->draw, (Rect){x0, pane->plot.y, x1 - x0, pane->plot.h}, &image);
    draw_clip(v->ui->draw, before);
}

/* -- axes */

/* A step of 1, 2 or 5 times a power of ten (or usual parts of hours) of at least `least` ns. */
static int64_t nice_step(double least) {
    static const int64_t long_steps[] = {60,   120,  300,   600,   900,   1800,
                                         3600, 7200, 10800, 21600, 43200, 86400};
    for (int64_t power = 1; power <= 10000000000; power *= 10) {
        static const int factors[] = {1, 2, 5};
        for (int i = 0; i < 3; i++)
            if ((double)(power * factors[i]) >= least)
                return power * factors[i];
    }
    for (size_t i = 0; i < sizeof long_steps / sizeof *long_steps; i++)
        if ((double)long_steps[i] * 1e9 >= least)
            return long_steps[i] * 1000000000;
    return 604800000000000;
}

static Str time_label(const View *v, int64_t offset_ns, int64_t step_ns) {
    int64_t s = offset_ns / 1000000000;
    if (step_ns >= 3600000000000)
        return view_text(v, "%lld", (long long)(s / 3600));
    if (step_ns >= 60000000000)
        return view_text(v, "%lld:%02lld", (long long)(s / 3600), (long long)(s / 60 % 60));
    return view_offset(v, v->origin_ns + offset_ns, step_ns);
}

static void draw_time_axis(const HeatPane *pane, const View *v) {
    Ui *ui = v->ui;
    const Theme *t = ui->theme;
    double span = (double)(pane->t1_ns - pane->t0_ns);
    int64_t step = nice_step(span * (double)ui_px(ui, 70) / (double)pane->plot.w);
    int64_t from = pane->t0_ns - v->origin_ns;
    int64_t at = from >= 0 ? (from + step - 1) / step * step : from / step * step;
    float y = pane->plot.y + pane->plot.h, h = ui_px(ui, 20), half = ui_px(ui, 60);
    const char *unit = step >= 3600000000000 ? "h" : step >= 60000000000 ? "h:min" : "s";
    float right = 0, end = pane->plot.x + pane->plot.w;
    float unit_w = ui_text_width(ui, str_of(unit), FACE_REGULAR, t->font_axis);
    for (; at <= pane->t1_ns - v->origin_ns; at += step) {
        float x = heat_pane_x(pane, v->origin_ns + at);
        Str label = time_label(v, at, step);
        float w = ui_text_width(ui, label, FACE_REGULAR, t->font_axis);
        draw_rect(ui->draw, (Rect){floorf(x), y, ui_px(ui, 1), ui_px(ui, 4)}, t->line);
        if (x + w / 2 > end - unit_w - ui_px(ui, 10) || x - w / 2 < right)
            continue; /* the unit stands at the end */
        ui_label(ui, (Rect){x - half, y + ui_px(ui, 3), half * 2, h}, label, t->muted, FACE_REGULAR,
                 t->font_axis, 0);
        right = x + w / 2 + ui_px(ui, 6);
    }
    ui_label(ui, (Rect){end - half, y + ui_px(ui, 3), half, h}, str_of(unit), t->muted,
             FACE_REGULAR, t->font_axis, 1);
}

static void draw_row_axis(const HeatPane *pane, const View *v) {
    Ui *ui = v->ui;
    const Theme *t = ui->theme;
    int64_t w_ns = v->heat->spec.column_ns;
    double unit = w_ns <= 1000000000 ? 1e6 : w_ns <= 60000000000 ? 1e9 : 60e9;
    const char *name = w_ns <= 1000000000 ? "ms" : w_ns <= 60000000000 ? "s" : "min";
    float h = ui_px(ui, 18);
    int parts = pane->plot.h > ui_px(ui, 140) ? 4 : pane->plot.h > ui_px(ui, 46) ? 2 : 1;
    for (int i = 0; i <= parts; i++) {
        float y = heat_pane_y(pane, v->state->downwards, (double)i / parts);
        bool top = y <= pane->plot.y + 1;
        Str label = view_text(v, top ? "%g %s" : "%g", (double)w_ns * i / parts / unit, name);
        float ly = top                                   ? y - ui_px(ui, 3)
                   : y > pane->plot.y + pane->plot.h - 1 ? y - h + ui_px(ui, 3)
                                                         : y - h / 2;
        ui_label(ui, (Rect){pane->plot.x - ui_px(ui, 70), ly, ui_px(ui, 62), h}, label, t->muted,
                 FACE_REGULAR, t->font_axis, 1);
    }
}

/* -- legend */

static const char *scale_label(uint8_t scale) {
    static const char *const labels[SCALE_COUNT] = {"√ scale", "linear", "log", "percentile"};
    return labels[scale < SCALE_COUNT ? scale : 0];
}

static void legend_label(const View *v, float x, float y, float w, Str s) {
    ui_label(v->ui, (Rect){x, y, w, ui_px(v->ui, 16)}, s, v->ui->theme->muted, FACE_REGULAR,
             v->ui->theme->font_axis, -1);
}

static void legend_box(const View *v, float x, float y, uint32_t color, const char *text) {
    Ui *ui = v->ui;
    Rect box = {x, y + ui_px(ui, 2), ui_px(ui, 12), ui_px(ui, 12)};
    draw_rect(ui->draw, box, color);
    draw_outline(ui->draw, box, 0, ui_px(ui, 1), ui->theme->line);
    legend_label(v, x + ui_px(ui, 22), y, ui_px(ui, 80), str_of(text));
}

/* A cell's length: exact where rows divide the column, else to three digits. */
static Str cell_span(const View *v) {
    int64_t column = v->heat->spec.column_ns, cell = column / heat_slices(v->heat);
    if (column % heat_slices(v->heat))
        return view_span(v, cell);
    Buf exact = {0};
    span_format(cell, &exact);
    Str s = str_copy(v->arena, buf_str(&exact));
    buf_free(&exact);
    return s;
}

static Str legend_number(const View *v, uint32_t value) {
    return v->link ? view_short(v, value) : heat_value_short(v, value);
}

static void legend_notes(const HeatPane *pane, const View *v, float x, float y, float w,
                         bool room) {
    if (!room)
        return;
    float line = ui_px(v->ui, 18);
    legend_box(v, x, y, pane->ramp.color[0], "none");
    if (v->heat->hidden)
        legend_box(v, x, y += line, pane->ramp.filtered, "all hidden");
    legend_box(v, x, y += line, pane->ramp.outside, "outside");
    if (pane->picture.maximum)
        legend_label(v, x, y + line + ui_px(v->ui, 2), w, STR("block = maximum"));
}

/* What those take. */
static float legend_notes_height(const HeatPane *pane, const View *v) {
    int lines = 2 + (v->heat->hidden != NULL) + pane->picture.maximum;
    return ui_px(v->ui, 12 + 18 * (float)lines);
}

/* A box for each step of distinct cpus or threads, most on top, as far as there is room. */
static void legend_steps(const HeatPane *pane, const View *v, float x, float y, float room) {
    const HeatMapper *m = &pane->mapper;
    float h = ui_px(v->ui, 18);
    uint32_t shown = room > h ? (uint32_t)(room / h) : 1;
    for (uint32_t i = 0; i < m->steps && i < shown; i++) {
        uint32_t step = m->steps <= shown
                            ? m->steps - 1 - i
                            : (m->steps - 1) * (shown - 1 - i) / (shown > 1 ? shown - 1 : 1);
        uint32_t from = m->threshold[step],
                 to = step + 1 < m->steps ? m->threshold[step + 1] - 1 : m->max;
        Str text = from == to ? view_text(v, "%u", from) : view_text(v, "%u–%u", from, to);
        legend_box(v, x, y + (float)i * h, pane->ramp.color[heat_step_level(m, step)], text.s);
    }
}

static void draw_legend(HeatPane *pane, const View *v, Rect area) {
    Ui *ui = v->ui;
    const HeatRamp *ramp = v->link ? &pane->link_ramp : &pane->ramp;
    const HeatMapper *mapper = v->link ? &pane->link_mapper : &pane->mapper;
    if (pane->legend_generation != pane->picture.generation) {
        for (int i = 0; i < 255; i++) { /* top is the most */
            uint32_t c = ramp->color[255 - i];
            pane->legend_rgba[i] = c >> 24 | (c >> 8 & 0xff00) | (c << 8 & 0xff0000) | c << 24;
        }
        pane->legend_generation = pane->picture.generation;
    }
    Str per = cell_span(v);
    float x = area.x, y = pane->plot.y;
    legend_label(
        v, x, y - ui_px(ui, 4), area.w,
        view_text(v, "%s per %.*s", v->link ? "lit" : heat_unit_text(v), (int)per.n, per.s));
    float top = y + ui_px(ui, 18), notes = legend_notes_height(pane, v);
    float h = pane->plot.y + pane->plot.h - top - notes;
    bool with_notes = h >= ui_px(ui, 50);
    if (!with_notes)
        h += notes;
    if (h < ui_px(ui, 30))
        return;
    if (!v->link && mapper->stepped) {
        legend_steps(pane, v, x, top, h);
        legend_notes(pane, v, x, top + h + ui_px(ui, 8), area.w, with_notes);
        return;
    }
    Rect bar = {x, top, ui_px(ui, 12), h};
    DrawImage image = {.id = ui_id_at(pane->id, 4),
                       .generation = pane->legend_generation,
                       .w = 1,
                       .h = 255,
                       .rgba = pane->legend_rgba,
                       .source = {0, 0, 1, 255}};
    draw_image(ui->draw, bar, &image);
    float lx = x + ui_px(ui, 22), lw = area.w - ui_px(ui, 22);
    uint32_t least = heat_value_at(mapper, 0), most = mapper->max;
    bool share = !v->link && v->heat->unit == HEAT_UNIT_PERMILLE;
    if (most > 0)
        legend_label(v, lx, top - ui_px(ui, 3), lw, legend_number(v, most));
    if (most > least)
        legend_label(v, lx, top + h - ui_px(ui, 13), lw, legend_number(v, least));
    if (h > ui_px(ui, 50)) { /* the scale's name first; its middle where there is room for both */
        uint32_t half = heat_value_at(mapper, 0.5);
        bool both = h > ui_px(ui, 90);
        legend_label(v, lx, top + h / 2 - ui_px(ui, both ? 16 : 8), lw,
                     str_of(share ? "linear" : scale_label(v->state->scale)));
        if (both && half > 1 && half < most)
            legend_label(v, lx, top + h / 2, lw, legend_number(v, half));
    }
    legend_notes(pane, v, x, top + h + ui_px(ui, 8), area.w, with_notes);
}

/* -- what is lit */

/* "parse_json is lit: 206 of 4 999 samples", over the map's right end. */
static void draw_lit(const HeatPane *pane, const View *v) {
    Ui *ui = v->ui;
    if (!v->link)
        return;
    Str what = linking_words(&v->link->spec.match, v->dict, v->arena),
        n = view_grouped(v, v->link->matching);
    Str all = view_grouped(v, v->link->shown);
    char cut[200];
    what = font_fit(ui->fonts, FACE_REGULAR, ui->theme->font_axis * ui->scale, what,
                    pane->plot.w * 0.4f, cut, sizeof cut);
    Str line = view_text(v, "%.*s is lit: %.*s of %.*s samples%s", (int)what.n, what.s, (int)n.n,
                         n.s, (int)all.n, all.s, v->link->exact ? "" : " so far …");
    float h = ui_px(ui, 20);
    ui_label(ui, (Rect){pane->plot.x, pane->plot.y - h - ui_px(ui, 1), pane->plot.w, h}, line,
             ui->theme->text, FACE_REGULAR, ui->theme->font_axis, 1);
}

/* -- the whole pane */

static void draw_empty(const View *v, Rect plot) {
    const SessionSlot *slot = v->slot;
    Str line = STR("Reading …");
    if (slot->settled && slot->view.samples && !slot->view.has_time)
        line = STR("This profile carries no times: its flame graph is below, without a heat map.");
    else if (slot->settled && !slot->view.samples)
        line = STR("No samples in this file.");
    if (ui_text_width(v->ui, line, FACE_REGULAR, v->ui->theme->font) > plot.w)
        line = STR("No times: no heat map.");
    ui_label(v->ui, plot, line, v->ui->theme->muted, FACE_REGULAR, v->ui->theme->font, 0);
}

static void layout(HeatPane *pane, const View *v, Rect area, Rect *legend) {
    Ui *ui = v->ui;
    bool lanes = v->heat && v->heat->row && v->heat->columns;
    float left = ui_px(ui, lanes ? 170 : 76), right = ui_px(ui, 150), top = ui_px(ui, 22);
    float axis = ui_px(ui, 24), strip = ui_px(ui, 28), gap = ui_px(ui, 8);
    float h = area.h - top - axis - strip - gap;
    float w = area.w - left - right;
    pane->plot = (Rect){area.x + left, area.y + top, w > 1 ? w : 1, h > 1 ? h : 1};
    pane->overview = (Rect){area.x + left, area.y + area.h - strip - gap / 2, pane->plot.w, strip};
    *legend = (Rect){pane->plot.x + pane->plot.w + ui_px(ui, 20), pane->plot.y,
                     right - ui_px(ui, 24), pane->plot.h};
}

void heat_pane_draw(HeatPane *pane, const View *v, Rect area) {
    Ui *ui = v->ui;
    Rect legend;
    layout(pane, v, area, &legend);
    draw_rect(ui->draw, pane->plot, ui->theme->empty_cell);
    draw_outline(ui->draw, rect_inset(pane->plot, -ui_px(ui, 1)), 0, ui_px(ui, 1), ui->theme->line);
    if (!v->heat || !v->heat->columns || !view_has_time(v)) {
        draw_empty(v, pane->plot);
        pane->t0_ns = pane->t1_ns = 0;
        return;
    }
    Range view = heat_view_range(v->state, v->heat);
    pane->t0_ns = view.t0_ns;
    pane->t1_ns = view.t1_ns;
    heat_lanes_layout(pane, v);
    picture_update(pane, v);
    draw_picture(pane, v);
    draw_time_axis(pane, v);
    if (v->heat->row)
        heat_lanes_draw(pane, v, area.x + ui_px(ui, 8));
    else
        draw_row_axis(pane, v);
    draw_legend(pane, v, legend);
    draw_lit(pane, v);
    heat_ranges_draw(pane, v);
    heat_overview(pane, v);
    heat_pointer(pane, v);
}

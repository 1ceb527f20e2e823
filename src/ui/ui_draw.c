#include <math.h>
#include <stdio.h>
#include <string.h>

#include "ui/ui_parts.h"

float ui_hairline(const Ui *ui) {
    return fmaxf(1, ui_px(ui, ui->theme->outline));
}

float ui_text_width(const Ui *ui, Str s, Face face, float size) {
    return font_width(ui->fonts, face, size * ui->scale, s);
}

float ui_text_at(const Ui *ui, DrawList *d, Rect r, float x, Str s, uint32_t color, Face face,
                 float size) {
    size *= ui->scale;
    draw_text(d, floorf(x + 0.5f), font_baseline(ui->fonts, face, size, r), face, size, color, s);
    return font_width(ui->fonts, face, size, s);
}

static void label(const Ui *ui, DrawList *d, Rect r, Str s, uint32_t color, Face face, float size,
                  int align) {
    char cut[1024];
    s = font_fit(ui->fonts, face, size * ui->scale, s, r.w, cut, sizeof cut);
    float x = r.x;
    if (align >= 0) {
        float rest = r.w - ui_text_width(ui, s, face, size);
        x += align ? rest : rest / 2;
    }
    ui_text_at(ui, d, r, x, s, color, face, size);
}

void ui_label(Ui *ui, Rect r, Str s, uint32_t color, Face face, float size, int align) {
    label(ui, ui->draw, r, s, color, face, size, align);
}

Str ui_halves(Str s, Str *right) {
    size_t tab = str_find_char(s, '\t');
    *right = tab < s.n ? str_slice(s, tab + 1, s.n) : (Str){s.s, 0};
    return str_slice(s, 0, tab);
}

/* ---- boxes that float -------------------------------------------------------------------- */

/* Steps of a faint round box make a soft edge without a blur. */
void ui_shadow(const Ui *ui, DrawList *d, Rect r, float radius) {
    enum { STEPS = 8 };
    uint32_t color = color_alpha(ui->theme->shadow, 0.11f);
    float down = ui_px(ui, 4);
    for (int i = STEPS; i > 0; i--) {
        float out = roundf((float)i * 1.5f * ui->scale);
        Rect s = rect(r.x - out, r.y - out + down, r.w + 2 * out, r.h + 2 * out);
        draw_round(d, s, radius + out, color);
    }
}

void ui_float_box(const Ui *ui, DrawList *d, Rect r, float radius, uint32_t fill) {
    ui_shadow(ui, d, r, radius);
    draw_round(d, r, radius, fill);
    draw_outline(d, r, radius, ui_hairline(ui), ui->theme->line);
}

void ui_focus_ring(Ui *ui, UiId id, Rect r, float radius) {
    if (ui->focus != id || !ui->focus_visible)
        return;
    float w = fmaxf(1, ui_px(ui, 2));
    r = rect(r.x - w, r.y - w, r.w + 2 * w, r.h + 2 * w);
    draw_outline(ui->draw, r, radius > 0 ? radius + w : 0, w, ui->theme->accent);
}

/* ---- icons ------------------------------------------------------------------------------- */

void ui_caret(DrawList *d, float cx, float cy, float w, uint32_t color) {
    float h = w * 0.6f, x = floorf(cx) + 0.5f, y = floorf(cy) + 0.5f;
    const float xy[6] = {x - w / 2, y - h / 2, x + w / 2, y - h / 2, x, y + h / 2};
    draw_triangle(d, xy, color);
}

typedef struct Pen {
    DrawList *d;
    Rect r;
    float unit, width; /* of a 16 × 16 grid, and of strokes */
    uint32_t color, ground;
} Pen;

static void stroke(const Pen *p, float x0, float y0, float x1, float y1) {
    draw_line(p->d, p->r.x + x0 * p->unit, p->r.y + y0 * p->unit, p->r.x + x1 * p->unit,
              p->r.y + y1 * p->unit, p->width, p->color);
}

static Rect grid(const Pen *p, float x, float y, float w, float h) {
    return rect(p->r.x + x * p->unit, p->r.y + y * p->unit, w * p->unit, h * p->unit);
}

static void wedge(const Pen *p, float ax, float ay, float bx, float by, float cx, float cy) {
    float u = p->unit;
    const float xy[6] = {p->r.x + ax * u, p->r.y + ay * u, p->r.x + bx * u,
                         p->r.y + by * u, p->r.x + cx * u, p->r.y + cy * u};
    draw_triangle(p->d, xy, p->color);
}

static void icon_search(const Pen *p) {
    draw_outline(p->d, grid(p, 2, 2, 9.5f, 9.5f), 4.75f * p->unit, p->width, p->color);
    stroke(p, 10, 10, 14, 14);
}

static void icon_close(const Pen *p) {
    stroke(p, 4.5f, 4.5f, 11.5f, 11.5f);
    stroke(p, 11.5f, 4.5f, 4.5f, 11.5f);
}

static void icon_caret(const Pen *p) {
    ui_caret(p->d, p->r.x + 8 * p->unit, p->r.y + 8 * p->unit, 8 * p->unit, p->color);
}

static void icon_check(const Pen *p) {
    stroke(p, 3, 8.5f, 6.5f, 12);
    stroke(p, 6.2f, 12, 13, 4.5f);
}

static void icon_plus(const Pen *p) {
    stroke(p, 3, 8, 13, 8);
    stroke(p, 8, 3, 8, 13);
}

static void icon_folder(const Pen *p) {
    draw_round(p->d, grid(p, 1, 3, 7, 6), 1.5f * p->unit, p->color);
    draw_round(p->d, grid(p, 1, 5, 14, 9), 1.5f * p->unit, p->color);
}

static void icon_file(const Pen *p) {
    draw_outline(p->d, grid(p, 3, 1, 10, 14), 1.5f * p->unit, p->width, p->color);
    stroke(p, 5.5f, 5.5f, 10.5f, 5.5f);
    stroke(p, 5.5f, 8.5f, 10.5f, 8.5f);
    stroke(p, 5.5f, 11.5f, 9, 11.5f);
}

static void icon_back(const Pen *p) {
    stroke(p, 9.8f, 3.5f, 5.2f, 8.2f);
    stroke(p, 5.2f, 7.8f, 9.8f, 12.5f);
}

static void icon_warning(const Pen *p) {
    wedge(p, 8, 1.5f, 15, 14, 1, 14);
    draw_rect(p->d, grid(p, 7.3f, 6, 1.5f, 4), p->ground);
    draw_rect(p->d, grid(p, 7.3f, 11, 1.5f, 1.5f), p->ground);
}

static void icon_sliders(const Pen *p) {
    static const float knob[3] = {10, 4, 8.5f};
    for (int i = 0; i < 3; i++) {
        float y = 3.5f + 4.5f * (float)i;
        stroke(p, 1.5f, y, 14.5f, y);
        draw_round(p->d, grid(p, knob[i] - 1.75f, y - 1.75f, 3.5f, 3.5f), 1.75f * p->unit,
                   p->color);
    }
}

static void icon_play(const Pen *p) {
    wedge(p, 4, 2.5f, 13.5f, 8, 4, 13.5f);
}

static void icon_pause(const Pen *p) {
    draw_rect(p->d, grid(p, 3.5f, 2.5f, 3, 11), p->color);
    draw_rect(p->d, grid(p, 9.5f, 2.5f, 3, 11), p->color);
}

static void icon_step(const Pen *p) {
    wedge(p, 3, 2.5f, 10.5f, 8, 3, 13.5f);
    draw_rect(p->d, grid(p, 11, 2.5f, 2, 11), p->color);
}

static void icon_step_back(const Pen *p) {
    wedge(p, 13, 2.5f, 5.5f, 8, 13, 13.5f);
    draw_rect(p->d, grid(p, 3, 2.5f, 2, 11), p->color);
}

void ui_icon(Ui *ui, Rect r, const char *name, uint32_t color) {
    static const struct {
        const char *name;
        void (*draw)(const Pen *);
    } icons[] = {
        {"search", icon_search},       {"close", icon_close},     {"caret", icon_caret},
        {"check", icon_check},         {"plus", icon_plus},       {"folder", icon_folder},
        {"file", icon_file},           {"back", icon_back},       {"warning", icon_warning},
        {"play", icon_play},           {"pause", icon_pause},     {"step", icon_step},
        {"step back", icon_step_back}, {"sliders", icon_sliders},
    };
    float side = fminf(r.w, r.h);
    Pen p = {.d = ui->draw, .color = color, .ground = ui->theme->panel, .unit = side / 16};
    p.r = rect(floorf(r.x + (r.w - side) / 2), floorf(r.y + (r.h - side) / 2), side, side);
    p.width = fmaxf(1, side * 0.1f);
    for (size_t i = 0; i < sizeof icons / sizeof *icons; i++)
        if (strcmp(icons[i].name, name) == 0)
            icons[i].draw(&p);
}

/* ---- tooltips ---------------------------------------------------------------------------- */

static bool overlaps(Rect a, Rect b) {
    Rect c = rect_cut(a, b);
    return c.w > 0 && c.h > 0;
}

static Rect inside(const Ui *ui, Rect r) {
    float edge = ui_px(ui, 4);
    r.x = fmaxf(fminf(r.x, ui->window.w - r.w - edge), edge);
    r.y = fmaxf(fminf(r.y, ui->window.h - r.h - edge), edge);
    return r;
}

static bool first_free(const Ui *ui, const Rect *tries, size_t n, Rect avoid, Rect pointer,
                       Rect *out) {
    for (size_t i = 0; i < n; i++) {
        *out = inside(ui, tries[i]);
        if (!overlaps(*out, avoid) && !overlaps(*out, pointer) && !overlaps(*out, ui->pinned_tip))
            return true;
    }
    return false;
}

/* Beside the pointer if that leaves `avoid` free, else on the side of it that has the room. */
static Rect tooltip_place(const Ui *ui, Rect avoid, float w, float h) {
    float gap = ui_px(ui, 8), x = ui->x + ui_px(ui, 14), y = ui->y + ui_px(ui, 18);
    float left = ui->x - ui_px(ui, 14) - w, above = ui->y - ui_px(ui, 12) - h;
    const Rect tries[] = {
        {x, y, w, h},
        {left, y, w, h},
        {x, above, w, h},
        {left, above, w, h},
        {x, avoid.y + avoid.h + gap, w, h},
        {x, avoid.y - gap - h, w, h},
        {avoid.x + avoid.w + gap, y, w, h},
        {avoid.x - gap - w, y, w, h},
    };
    Rect pointer = {ui->x - gap / 2, ui->y - gap / 2, gap, gap}, r;
    if (first_free(ui, tries, sizeof tries / sizeof *tries, avoid, pointer, &r))
        return r;
    return inside(ui, tries[0]);
}

/* On a side of `beside` that has the room: right, left, below, above. */
static Rect pinned_place(const Ui *ui, Rect beside, float w, float h) {
    float gap = ui_px(ui, 8), right = beside.x + beside.w + gap, below = beside.y + beside.h + gap;
    const Rect tries[] = {
        {right, beside.y, w, h},
        {beside.x - gap - w, beside.y, w, h},
        {beside.x, below, w, h},
        {beside.x, beside.y - gap - h, w, h},
    };
    Rect r;
    first_free(ui, tries, sizeof tries / sizeof *tries, beside, (Rect){0}, &r);
    return r;
}

static Rect tooltip_size(const Ui *ui, const Str *lines, uint32_t n) {
    const Theme *t = ui->theme;
    float pad = ui_px(ui, 11), row = ui_px(ui, 19), between = ui_px(ui, 24), w = 0;
    for (uint32_t i = 0; i < n; i++) {
        Str right, left = ui_halves(lines[i], &right);
        float line = ui_text_width(ui, left, i || n == 1 ? FACE_REGULAR : FACE_SEMIBOLD, t->font);
        if (right.n)
            line += between + ui_text_width(ui, right, FACE_REGULAR, t->font);
        w = fmaxf(w, line);
    }
    float most = fminf(ui->window.w - 4 * pad, ui_px(ui, 560));
    w = ceilf(fminf(w, most));
    return (Rect){0, 0, w + 2 * pad, (float)n * row + 2 * ui_px(ui, 7)};
}

static void tooltip_draw(Ui *ui, Rect box, const Str *lines, uint32_t n) {
    const Theme *t = ui->theme;
    float pad = ui_px(ui, 11), row = ui_px(ui, 19), between = ui_px(ui, 24);
    ui_float_box(ui, &ui->top, box, ui_px(ui, t->radius), t->tooltip);
    for (uint32_t i = 0; i < n; i++) {
        Str right, left = ui_halves(lines[i], &right);
        Rect r = {box.x + pad, box.y + ui_px(ui, 7) + (float)i * row, box.w - 2 * pad, row};
        float right_w = right.n ? ui_text_width(ui, right, FACE_REGULAR, t->font) : 0;
        label(ui, &ui->top, r, right, t->muted, FACE_REGULAR, t->font, 1);
        r.w -= right.n ? right_w + between - 0.5f : 0; /* what is added and taken rounds apart */
        label(ui, &ui->top, r, left, t->text, i || n == 1 ? FACE_REGULAR : FACE_SEMIBOLD, t->font,
              -1);
    }
}

enum { TOOLTIP_LINES = 10 };

typedef Rect TooltipPlace(const Ui *ui, Rect at, float w, float h);

static Rect tooltip(Ui *ui, TooltipPlace *place, Rect at, const Str *lines, uint32_t n) {
    n = n < TOOLTIP_LINES ? n : TOOLTIP_LINES;
    if (!n || ui->popup)
        return (Rect){0};
    Rect box = tooltip_size(ui, lines, n);
    box = place(ui, at, box.w, box.h);
    box.x = floorf(box.x);
    box.y = floorf(box.y);
    tooltip_draw(ui, box, lines, n);
    return box;
}

void ui_tooltip(Ui *ui, Rect avoid, const Str *lines, uint32_t n) {
    tooltip(ui, tooltip_place, avoid, lines, n);
}

void ui_pinned_tooltip(Ui *ui, Rect beside, const Str *lines, uint32_t n) {
    ui->pinned_tip = tooltip(ui, pinned_place, beside, lines, n);
}

void ui_told(Ui *ui, UiId id, const char *tip) {
    for (uint32_t i = ui->focus_count; i > 0 && tip && tip[0]; i--) {
        if (ui->focus_order[i - 1] != id)
            continue;
        ui->focus_tipped[i - 1] = true;
        break;
    }
    if (ui->focus == id && ui->focus_visible && tip)
        snprintf(ui->focus_tip, sizeof ui->focus_tip, "%s", tip);
}

void ui_tip(Ui *ui, UiId id, Rect r, const char *tip) {
    const int64_t rest_ns = 500000000;
    ui_told(ui, id, tip);
    if (!tip || !tip[0] || ui->hot != id || ui->held || ui->popup)
        return;
    ui->tooltip = id;
    if (ui->hot_since_ns > ui->now_ns)
        return; /* used since the pointer came */
    if (ui->now_ns - ui->hot_since_ns < rest_ns) {
        int64_t due = ui->hot_since_ns + rest_ns;
        ui->wake_ns = due < ui->wake_ns ? due : ui->wake_ns;
        return;
    }
    Str line = str_of(tip);
    ui_tooltip(ui, r, &line, 1);
}

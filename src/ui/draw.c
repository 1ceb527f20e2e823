#include "ui/draw.h"

#include <math.h>
#include <string.h>

#include "base/error.h"

bool rect_has(Rect r, float x, float y) {
    return x >= r.x && y >= r.y && x < r.x + r.w && y < r.y + r.h;
}

Rect rect_cut(Rect a, Rect b) {
    float x0 = fmaxf(a.x, b.x), y0 = fmaxf(a.y, b.y);
    float x1 = fminf(a.x + a.w, b.x + b.w), y1 = fminf(a.y + a.h, b.y + b.h);
    return rect(x0, y0, fmaxf(x1 - x0, 0), fmaxf(y1 - y0, 0));
}

Rect rect_inset(Rect r, float d) {
    return rect(r.x + d, r.y + d, fmaxf(r.w - 2 * d, 0), fmaxf(r.h - 2 * d, 0));
}

/* Makes room for `extra` items more in an array of `n` and capacity *cap. */
static void *grown(void *items, uint32_t n, uint32_t extra, uint32_t *cap, size_t item) {
    uint64_t need = (uint64_t)n + extra;
    if (need <= *cap)
        return items;
    uint64_t want = *cap ? *cap : 64;
    while (want < need)
        want *= 2;
    if (want > UINT32_MAX)
        panic("draw: a list of %llu items", (unsigned long long)want);
    items = mem_resize(items, *cap * item, (size_t)want * item);
    *cap = (uint32_t)want;
    return items;
}

static DrawCommand *add(DrawList *d, DrawKind kind) {
    d->command = grown(d->command, d->commands, 1, &d->command_cap, sizeof *d->command);
    DrawCommand *c = &d->command[d->commands++];
    *c = (DrawCommand){.kind = (uint8_t)kind};
    return c;
}

/* The clip is part of the stream from its first command, so that lists can be appended. */
void draw_reset(DrawList *d, float w, float h, uint32_t background) {
    d->commands = d->spans = d->images = d->text_n = 0;
    d->background = background;
    d->clip = rect(0, 0, w, h);
    add(d, DRAW_CLIP)->rect = d->clip;
}

void draw_free(DrawList *d) {
    mem_resize(d->command, d->command_cap * sizeof *d->command, 0);
    mem_resize(d->span, d->span_cap * sizeof *d->span, 0);
    mem_resize(d->image, d->image_cap * sizeof *d->image, 0);
    mem_resize(d->text, d->text_cap, 0);
    *d = (DrawList){0};
}

/* Nothing to be seen: keeps lists and goldens short. Bands and clips are never asked. */
static bool unseen(const DrawList *d, Rect r, uint32_t color) {
    return !(color & 0xff) || !(r.w > 0) || !(r.h > 0) || r.x >= d->clip.x + d->clip.w ||
           r.y >= d->clip.y + d->clip.h || r.x + r.w <= d->clip.x || r.y + r.h <= d->clip.y;
}

void draw_rect(DrawList *d, Rect r, uint32_t color) {
    if (unseen(d, r, color))
        return;
    DrawCommand *c = add(d, DRAW_RECT);
    c->rect = r;
    c->color = color;
}

void draw_round(DrawList *d, Rect r, float radius, uint32_t color) {
    if (unseen(d, r, color))
        return;
    DrawCommand *c = add(d, DRAW_ROUND);
    c->rect = r;
    c->color = color;
    c->radius = radius;
}

void draw_outline(DrawList *d, Rect r, float radius, float width, uint32_t color) {
    if (unseen(d, r, color) || !(width > 0))
        return;
    DrawCommand *c = add(d, DRAW_OUTLINE);
    c->rect = r;
    c->color = color;
    c->radius = radius;
    c->width = width;
}

void draw_line(DrawList *d, float x0, float y0, float x1, float y1, float width, uint32_t color) {
    Rect box = rect(fminf(x0, x1) - width, fminf(y0, y1) - width, fabsf(x1 - x0) + 2 * width,
                    fabsf(y1 - y0) + 2 * width);
    if (unseen(d, box, color))
        return;
    DrawCommand *c = add(d, DRAW_LINE);
    c->rect = rect(x0, y0, x1 - x0, y1 - y0);
    c->color = color;
    c->width = width;
}

void draw_triangle(DrawList *d, const float xy[6], uint32_t color) {
    float x0 = fminf(xy[0], fminf(xy[2], xy[4])), x1 = fmaxf(xy[0], fmaxf(xy[2], xy[4]));
    float y0 = fminf(xy[1], fminf(xy[3], xy[5])), y1 = fmaxf(xy[1], fmaxf(xy[3], xy[5]));
    if (unseen(d, rect(x0, y0, x1 - x0, y1 - y0), color))
        return;
    DrawCommand *c = add(d, DRAW_TRIANGLE);
    c->rect = rect(xy[0], xy[1], xy[2], xy[3]);
    c->radius = xy[4];
    c->width = xy[5];
    c->color = color;
}

void draw_band(DrawList *d, float y, float h) {
    DrawCommand *c = add(d, DRAW_BAND);
    c->rect = rect(0, y, 0, h);
    c->first = d->spans;
}

void draw_span(DrawList *d, float x0, float x1, uint32_t color) {
    if (!d->commands || d->command[d->commands - 1].kind != DRAW_BAND)
        panic("draw: a span without its band");
    if (!(x1 > x0) || !(color & 0xff) || x1 <= d->clip.x || x0 >= d->clip.x + d->clip.w)
        return;
    d->span = grown(d->span, d->spans, 1, &d->span_cap, sizeof *d->span);
    d->span[d->spans++] = (DrawSpan){x0, x1, color};
    d->command[d->commands - 1].count++;
}

void draw_text(DrawList *d, float x, float baseline, Face face, float size, uint32_t color, Str s) {
    /* The width is not known here; above, below and to the right of the clip is. */
    if (!s.n || !(color & 0xff) || x >= d->clip.x + d->clip.w ||
        baseline - 2 * size > d->clip.y + d->clip.h || baseline + size < d->clip.y)
        return;
    if (s.n > UINT32_MAX / 4)
        s.n = UINT32_MAX / 4;
    uint32_t n = (uint32_t)s.n;
    d->text = grown(d->text, d->text_n, n, &d->text_cap, 1);
    memcpy(d->text + d->text_n, s.s, n);
    DrawCommand *c = add(d, DRAW_TEXT);
    c->rect = rect(x, baseline, 0, 0);
    c->face = (uint8_t)face;
    c->size = size;
    c->color = color;
    c->first = d->text_n;
    c->count = n;
    d->text_n += n;
}

void draw_image(DrawList *d, Rect r, const DrawImage *image) {
    if (unseen(d, r, 0xff) || !image->rgba || !image->w || !image->h)
        return;
    d->image = grown(d->image, d->images, 1, &d->image_cap, sizeof *d->image);
    d->image[d->images] = *image;
    DrawCommand *c = add(d, DRAW_IMAGE);
    c->rect = r;
    c->color = 0xffffffff;
    c->first = d->images++;
    c->count = 1;
}

Rect draw_clip(DrawList *d, Rect r) {
    Rect before = d->clip;
    if (memcmp(&before, &r, sizeof r) == 0)
        return before;
    d->clip = r;
    /* Of two clips in a row only the second counts. */
    if (d->commands > 1 && d->command[d->commands - 1].kind == DRAW_CLIP)
        d->command[d->commands - 1].rect = r;
    else
        add(d, DRAW_CLIP)->rect = r;
    return before;
}

Rect draw_clip_to(DrawList *d, Rect r) {
    return draw_clip(d, rect_cut(d->clip, r));
}

void draw_append(DrawList *d, const DrawList *over) {
    if (over->commands <= 1)
        return;
    Rect before = d->clip;
    d->command =
        grown(d->command, d->commands, over->commands, &d->command_cap, sizeof *d->command);
    d->span = grown(d->span, d->spans, over->spans, &d->span_cap, sizeof *d->span);
    d->image = grown(d->image, d->images, over->images, &d->image_cap, sizeof *d->image);
    d->text = grown(d->text, d->text_n, over->text_n, &d->text_cap, 1);
    for (uint32_t i = 0; i < over->commands; i++) {
        DrawCommand c = over->command[i];
        if (c.kind == DRAW_TEXT)
            c.first += d->text_n;
        else if (c.kind == DRAW_BAND)
            c.first += d->spans;
        else if (c.kind == DRAW_IMAGE)
            c.first += d->images;
        d->command[d->commands++] = c;
    }
    if (over->spans)
        memcpy(d->span + d->spans, over->span, over->spans * sizeof *d->span);
    if (over->images)
        memcpy(d->image + d->images, over->image, over->images * sizeof *d->image);
    if (over->text_n)
        memcpy(d->text + d->text_n, over->text, over->text_n);
    d->spans += over->spans;
    d->images += over->images;
    d->text_n += over->text_n;
    d->clip = over->clip;
    draw_clip(d, before);
}

/* ---- a list as a picture in another ------------------------------------------------------- */

typedef struct Placed {
    float scale, dx, dy;
} Placed;

static Rect placed(const Placed *p, Rect r) {
    return rect(r.x * p->scale + p->dx, r.y * p->scale + p->dy, r.w * p->scale, r.h * p->scale);
}

static void place_shape(DrawList *d, const Placed *p, const DrawCommand *c) {
    Rect r = placed(p, c->rect);
    if (c->kind == DRAW_RECT)
        draw_rect(d, r, c->color);
    else if (c->kind == DRAW_ROUND)
        draw_round(d, r, c->radius * p->scale, c->color);
    else if (c->kind == DRAW_OUTLINE)
        draw_outline(d, r, c->radius * p->scale, c->width * p->scale, c->color);
    else
        draw_line(d, r.x, r.y, r.x + r.w, r.y + r.h, c->width * p->scale, c->color);
}

static void place_triangle(DrawList *d, const Placed *p, const DrawCommand *c) {
    float xy[6] = {c->rect.x, c->rect.y, c->rect.w, c->rect.h, c->radius, c->width};
    for (int i = 0; i < 6; i++)
        xy[i] = xy[i] * p->scale + (i & 1 ? p->dy : p->dx);
    draw_triangle(d, xy, c->color);
}

static void place_band(DrawList *d, const Placed *p, const DrawList *of, const DrawCommand *c) {
    draw_band(d, c->rect.y * p->scale + p->dy, c->rect.h * p->scale);
    for (uint32_t i = c->first; i < c->first + c->count; i++)
        draw_span(d, of->span[i].x0 * p->scale + p->dx, of->span[i].x1 * p->scale + p->dx,
                  of->span[i].color);
}

void draw_scaled(DrawList *d, const DrawList *of, uint32_t commands, float scale, float dx,
                 float dy) {
    Placed p = {scale, dx, dy};
    Rect within = d->clip;
    for (uint32_t i = 0; i < commands && i < of->commands; i++) {
        const DrawCommand *c = &of->command[i];
        if (c->kind == DRAW_CLIP)
            draw_clip(d, rect_cut(within, placed(&p, c->rect)));
        else if (c->kind == DRAW_TRIANGLE)
            place_triangle(d, &p, c);
        else if (c->kind == DRAW_BAND)
            place_band(d, &p, of, c);
        else if (c->kind == DRAW_IMAGE)
            draw_image(d, placed(&p, c->rect), &of->image[c->first]);
        else if (c->kind == DRAW_TEXT)
            draw_text(d, c->rect.x * scale + dx, c->rect.y * scale + dy, (Face)c->face,
                      c->size * scale, c->color, (Str){of->text + c->first, c->count});
        else
            place_shape(d, &p, c);
    }
    draw_clip(d, within);
}

/* ---- colours ----------------------------------------------------------------------------- */

uint32_t color_mix(uint32_t a, uint32_t b, float t) {
    t = fminf(fmaxf(t, 0), 1);
    uint32_t out = 0;
    for (int shift = 0; shift < 32; shift += 8) {
        float x = (float)(a >> shift & 0xff), y = (float)(b >> shift & 0xff);
        out |= (uint32_t)(x + (y - x) * t + 0.5f) << shift;
    }
    return out;
}

uint32_t color_alpha(uint32_t color, float alpha) {
    alpha = fminf(fmaxf(alpha, 0), 1);
    return (color & ~0xffu) | (uint32_t)((float)(color & 0xff) * alpha + 0.5f);
}

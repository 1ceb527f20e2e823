/* draw_dump: a draw list as text, one command a line, for goldens. */
#include "ui/draw.h"

static void put_rect(Buf *out, const char *name, Rect r) {
    buf_printf(out, "%s %.2f %.2f %.2f %.2f", name, (double)r.x, (double)r.y, (double)r.w,
               (double)r.h);
}

static void dump_band(const DrawList *d, const DrawCommand *c, Buf *out) {
    buf_printf(out, "band %.2f %.2f %u\n", (double)c->rect.y, (double)c->rect.h, c->count);
    for (uint32_t i = 0; i < c->count; i++) {
        const DrawSpan *s = &d->span[c->first + i];
        buf_printf(out, "  span %.2f %.2f #%08x\n", (double)s->x0, (double)s->x1, s->color);
    }
}

static void dump_image(const DrawImage *m, Rect r, Buf *out) {
    put_rect(out, "image", r);
    buf_printf(out, " id %llx %ux%u", (unsigned long long)m->id, m->w, m->h);
    put_rect(out, " source", m->source);
    buf_puts(out, m->smooth ? " smooth\n" : "\n");
}

static void dump_text(const DrawList *d, const DrawCommand *c, Buf *out) {
    static const char *const faces[FACE_COUNT] = {"regular", "semibold", "mono"};
    buf_printf(out, "text %.2f %.2f %s %.2f #%08x ", (double)c->rect.x, (double)c->rect.y,
               faces[c->face < FACE_COUNT ? c->face : 0], (double)c->size, c->color);
    buf_json(out, (Str){d->text + c->first, c->count});
    buf_putc(out, '\n');
}

static void dump_command(const DrawList *d, const DrawCommand *c, Buf *out) {
    Rect r = c->rect;
    switch ((DrawKind)c->kind) {
    case DRAW_RECT:
        put_rect(out, "rect", r);
        buf_printf(out, " #%08x\n", c->color);
        break;
    case DRAW_ROUND:
        put_rect(out, "round", r);
        buf_printf(out, " radius %.2f #%08x\n", (double)c->radius, c->color);
        break;
    case DRAW_OUTLINE:
        put_rect(out, "outline", r);
        buf_printf(out, " radius %.2f width %.2f #%08x\n", (double)c->radius, (double)c->width,
                   c->color);
        break;
    case DRAW_LINE:
        put_rect(out, "line", rect(r.x, r.y, r.x + r.w, r.y + r.h));
        buf_printf(out, " width %.2f #%08x\n", (double)c->width, c->color);
        break;
    case DRAW_TRIANGLE:
        put_rect(out, "triangle", r);
        buf_printf(out, " %.2f %.2f #%08x\n", (double)c->radius, (double)c->width, c->color);
        break;
    case DRAW_BAND:
        dump_band(d, c, out);
        break;
    case DRAW_TEXT:
        dump_text(d, c, out);
        break;
    case DRAW_IMAGE:
        dump_image(&d->image[c->first], r, out);
        break;
    case DRAW_CLIP:
        put_rect(out, "clip", r);
        buf_putc(out, '\n');
        break;
    }
}

void draw_dump(const DrawList *d, Buf *out) {
    buf_printf(out, "background #%08x\n", d->background);
    for (uint32_t i = 0; i < d->commands; i++)
        dump_command(d, &d->command[i], out);
}

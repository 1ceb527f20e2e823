#include "ui/font.h"

#include <math.h>
#include <string.h>

/* ---- the fixed font ---------------------------------------------------------------------- */

static FontMetrics fixed_metrics(void *host, Face face, float size) {
    (void)host;
    (void)face;
    return (FontMetrics){.ascent = 0.9f * size, .descent = 0.25f * size, .line = 1.2f * size};
}

/* A glyph has to outlive the call, so each size gets its own; a program uses a handful. */
static const Glyph *fixed_glyph(void *host, Face face, float size, uint32_t code_point) {
    static Glyph glyph[64];
    static float size_of[64];
    (void)host;
    (void)face;
    (void)code_point;
    uint32_t bits;
    memcpy(&bits, &size, sizeof bits);
    uint32_t i = (bits * 2654435761u) >> 26;
    for (uint32_t tried = 0; tried < 64; tried++, i = (i + 1) & 63)
        if (size_of[i] == size || size_of[i] == 0)
            break;
    size_of[i] = size;
    glyph[i].advance = 0.6f * size;
    return &glyph[i];
}

const Fonts *fonts_fixed(void) {
    static const Fonts fonts = {NULL, fixed_metrics, fixed_glyph};
    return &fonts;
}

/* ---- measuring --------------------------------------------------------------------------- */

static float advance(const Fonts *f, Face face, float size, uint32_t code_point) {
    return f->glyph(f->host, face, size, code_point)->advance;
}

float font_width(const Fonts *fonts, Face face, float size, Str s) {
    float w = 0;
    for (size_t i = 0; i < s.n;)
        w += advance(fonts, face, size, utf8_next(s, &i));
    return w;
}

Str font_fit(const Fonts *fonts, Face face, float size, Str s, float width, char *scratch,
             size_t cap) {
    static const char ellipsis[] = "\xe2\x80\xa6";
    const size_t ellipsis_n = sizeof ellipsis - 1;
    if (cap <= ellipsis_n)
        return (Str){scratch, 0};
    float dots = advance(fonts, face, size, 0x2026);
    float w = 0;
    size_t i = 0, keep = 0, chars = 0;
    bool room = true; /* the prefix so far, with its dots, still fits */
    while (i < s.n) {
        size_t next = i;
        w += advance(fonts, face, size, utf8_next(s, &next));
        if (w > width || next > cap)
            break;
        room = room && w + dots <= width && next + ellipsis_n <= cap;
        if (room) {
            keep = next;
            chars++;
        }
        i = next;
    }
    if (i >= s.n) {
        if (s.n)
            memcpy(scratch, s.s, s.n);
        return (Str){scratch, s.n};
    }
    if (chars < 2)
        return (Str){scratch, 0};
    memcpy(scratch, s.s, keep);
    memcpy(scratch + keep, ellipsis, ellipsis_n);
    return (Str){scratch, keep + ellipsis_n};
}

size_t font_index_at(const Fonts *fonts, Face face, float size, Str s, float x) {
    float pen = 0;
    for (size_t i = 0; i < s.n;) {
        size_t next = i;
        float a = advance(fonts, face, size, utf8_next(s, &next));
        if (x < pen + a / 2)
            return i;
        pen += a;
        i = next;
    }
    return s.n;
}

/* Capitals are about 0.72 em in the faces we use; where bitmaps exist, an H says it exactly. */
float font_baseline(const Fonts *fonts, Face face, float size, Rect r) {
    const Glyph *h = fonts->glyph(fonts->host, face, size, 'H');
    float capital = h->h ? (float)h->top : roundf(0.72f * size);
    return floorf(r.y + (r.h + capital) / 2 + 0.5f);
}

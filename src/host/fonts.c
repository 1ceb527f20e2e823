#include <SDL.h>
#include <SDL_ttf.h>

#include <math.h>
#include <string.h>

#include "base/hash.h"
#include "host/fonts_embedded.h"
#include "host/host.h"

/* Sizes are kept in quarters of a pixel: SDL_ttf takes whole points, so a font is opened at
 * four times the size for a quarter of the resolution of 72 dots an inch. */
enum { QUARTERS = 4, QUARTER_DPI = 18, LARGE = 1024, FALLBACKS = 4 };

typedef struct Source {
    const unsigned char *bytes;
    const unsigned *size;
} Source;

/* One face at one size: its own font, then the fonts asked for what it lacks. */
typedef struct Sized {
    Face face;
    int quarters;
    TTF_Font *font[FALLBACKS];
    uint32_t fonts;
    FontMetrics metrics;
    int digit_advance; /* all digits get it, so that counting numbers stand still; 0: as is */
    const Glyph *ascii[128];
} Sized;

typedef struct Entry {
    uint64_t key; /* index of the Sized and code point */
    const Glyph *glyph;
} Entry;

static struct {
    bool open;
    FontFamily family;
    Arena arena;
    Sized **sized;
    uint32_t sizes, sized_cap;
    Sized *last[FACE_COUNT];
    TTF_Font *large[FACE_COUNT][FALLBACKS]; /* for widths that do not depend on hinting */
    HashIndex index;
    Entry *entry;
    uint32_t entries, entry_cap, glyphs;
    Fonts fonts;
} host;

/* ---- opening ----------------------------------------------------------------------------- */

static uint32_t sources(FontFamily family, Face face, Source out[FALLBACKS]) {
    const Source inter = {font_inter_regular, &font_inter_regular_size};
    const Source inter_bold = {font_inter_semibold, &font_inter_semibold_size};
    const Source sans = {font_dejavu_sans, &font_dejavu_sans_size};
    const Source bold = {font_dejavu_bold, &font_dejavu_bold_size};
    const Source mono = {font_dejavu_mono, &font_dejavu_mono_size};
    uint32_t n = 0;
    if (face == FACE_MONO) {
        out[n++] = mono;
    } else if (family == FONTS_INTER) {
        out[n++] = face == FACE_SEMIBOLD ? inter_bold : inter;
    }
    if (face == FACE_SEMIBOLD)
        out[n++] = bold;
    out[n++] = sans;
    if (face != FACE_MONO)
        out[n++] = mono; /* it has signs that the others lack */
    return n;
}

static TTF_Font *open_source(Source s, int points, unsigned dpi, int hinting) {
    SDL_RWops *bytes = SDL_RWFromConstMem(s.bytes, (int)*s.size);
    TTF_Font *font = bytes ? TTF_OpenFontDPIRW(bytes, 1, points, dpi, dpi) : NULL;
    if (!font)
        return NULL;
    TTF_SetFontHinting(font, hinting);
    TTF_SetFontKerning(font, 0);
    return font;
}

/* Width of a glyph in pixels, not rounded: read from a large, unhinted copy of the face. */
static float linear_advance(Face face, uint32_t which, int quarters, uint32_t code_point) {
    TTF_Font **large = &host.large[face][which];
    if (!*large) {
        Source source[FALLBACKS];
        sources(host.family, face, source);
        *large = open_source(source[which], LARGE, 72, TTF_HINTING_NONE);
    }
    int advance = 0;
    if (!*large || TTF_GlyphMetrics32(*large, code_point, NULL, NULL, NULL, NULL, &advance))
        return 0;
    return (float)advance * (float)quarters / (float)(QUARTERS * LARGE);
}

static Sized *sized_new(Face face, int quarters) {
    Sized *s = ARENA_NEW(&host.arena, Sized);
    s->face = face;
    s->quarters = quarters;
    Source source[FALLBACKS];
    uint32_t n = sources(host.family, face, source);
    for (uint32_t i = 0; i < n; i++) {
        s->font[i] = open_source(source[i], quarters, QUARTER_DPI, TTF_HINTING_LIGHT);
        if (!s->font[i])
            panic("fonts: %s", TTF_GetError());
        s->fonts = i + 1;
    }
    s->metrics.ascent = (float)TTF_FontAscent(s->font[0]);
    s->metrics.descent = (float)-TTF_FontDescent(s->font[0]);
    s->metrics.line = (float)TTF_FontLineSkip(s->font[0]);
    float widest = 0;
    for (uint32_t c = '0'; c <= '9'; c++)
        widest = fmaxf(widest, linear_advance(face, 0, quarters, c));
    s->digit_advance = (int)floorf(widest + 0.5f);
    if (host.sizes == host.sized_cap) {
        uint32_t cap = host.sized_cap ? host.sized_cap * 2 : 16;
        host.sized =
            mem_resize(host.sized, host.sized_cap * sizeof *host.sized, cap * sizeof *host.sized);
        host.sized_cap = cap;
    }
    host.sized[host.sizes++] = s;
    return s;
}

static Sized *sized_get(Face face, float size) {
    int quarters = (int)(size * (float)QUARTERS + 0.5f);
    quarters = quarters < 8 ? 8 : quarters > 4096 ? 4096 : quarters;
    if ((unsigned)face >= FACE_COUNT)
        face = FACE_REGULAR;
    Sized *s = host.last[face];
    if (s && s->quarters == quarters)
        return s;
    for (uint32_t i = 0; i < host.sizes; i++) {
        s = host.sized[i];
        if (s->face == face && s->quarters == quarters)
            return host.last[face] = s;
    }
    return host.last[face] = sized_new(face, quarters);
}

/* ---- glyphs ------------------------------------------------------------------------------ */

typedef struct Box {
    int x0, y0, x1, y1;
} Box;

static uint8_t surface_alpha(const SDL_Surface *s, int x, int y) {
    const uint8_t *row = (const uint8_t *)s->pixels + (size_t)y * (size_t)s->pitch;
    uint32_t pixel;
    memcpy(&pixel, row + 4 * x, 4);
    return (uint8_t)((pixel & s->format->Amask) >> s->format->Ashift);
}

static Box ink_box(const SDL_Surface *s) {
    Box b = {s->w, s->h, 0, 0};
    for (int y = 0; y < s->h; y++) {
        for (int x = 0; x < s->w; x++) {
            if (!surface_alpha(s, x, y))
                continue;
            b.x0 = x < b.x0 ? x : b.x0;
            b.x1 = x + 1 > b.x1 ? x + 1 : b.x1;
            b.y0 = y < b.y0 ? y : b.y0;
            b.y1 = y + 1 > b.y1 ? y + 1 : b.y1;
        }
    }
    return b;
}

/* Takes the ink out of SDL_ttf's picture of one character. Its pen starts at the left edge, or
 * as far right as the glyph reaches left of the pen; its baseline is the font's ascent down. */
static void render(TTF_Font *font, uint32_t code_point, Glyph *g) {
    int reach = 0;
    TTF_GlyphMetrics32(font, code_point, &reach, NULL, NULL, NULL, NULL);
    SDL_Surface *s = TTF_RenderGlyph32_Blended(font, code_point, (SDL_Color){255, 255, 255, 255});
    if (!s)
        return; /* SDL_ttf makes no picture of a character without width */
    Box b = ink_box(s);
    if (b.x1 > b.x0) {
        g->w = (uint16_t)(b.x1 - b.x0);
        g->h = (uint16_t)(b.y1 - b.y0);
        g->left = (int16_t)(b.x0 + (reach < 0 ? reach : 0));
        g->top = (int16_t)(TTF_FontAscent(font) - b.y0);
        uint8_t *cover = arena_push(&host.arena, (size_t)g->w * g->h, 1);
        for (int y = 0; y < g->h; y++)
            for (int x = 0; x < g->w; x++)
                cover[y * g->w + x] = surface_alpha(s, b.x0 + x, b.y0 + y);
        g->cover = cover;
    }
    SDL_FreeSurface(s);
}

static const Glyph *glyph_new(Sized *s, uint32_t code_point) {
    Glyph *g = ARENA_NEW(&host.arena, Glyph);
    g->id = host.glyphs++;
    uint32_t shown = code_point == '\t' || code_point == 0xa0 ? ' ' : code_point;
    uint32_t which = 0;
    while (which < s->fonts && !TTF_GlyphIsProvided32(s->font[which], shown))
        which++;
    if (which == s->fonts)
        which = 0; /* nobody has it: the first font's box */
    render(s->font[which], shown, g);
    /* Whole pixels: every letter of a kind then looks the same wherever it stands. */
    g->advance = floorf(linear_advance(s->face, which, s->quarters, shown) + 0.5f);
    if (shown >= '0' && shown <= '9' && which == 0) {
        g->left = (int16_t)(g->left + (s->digit_advance - (int)g->advance) / 2);
        g->advance = (float)s->digit_advance;
    }
    return g;
}

static const Glyph *glyph_beyond_ascii(Sized *s, uint32_t code_point) {
    uint64_t key = (uint64_t)s->quarters << 40 | (uint64_t)s->face << 32 | code_point;
    uint32_t hash = (uint32_t)hash_mix(key), id;
    for (uint32_t i = hash_first(&host.index, hash); (id = hash_candidate(&host.index, hash, &i));
         i = hash_next(&host.index, i))
        if (host.entry[id].key == key)
            return host.entry[id].glyph;
    if (host.entries + 1 >= host.entry_cap) {
        uint32_t cap = host.entry_cap ? host.entry_cap * 2 : 256;
        host.entry =
            mem_resize(host.entry, host.entry_cap * sizeof *host.entry, cap * sizeof *host.entry);
        host.entry_cap = cap;
    }
    id = ++host.entries; /* entry 0 stays unused: id 0 is an empty slot */
    host.entry[id] = (Entry){key, glyph_new(s, code_point)};
    hash_insert(&host.index, hash, id);
    return host.entry[id].glyph;
}

static const Glyph *fonts_glyph(void *unused, Face face, float size, uint32_t code_point) {
    (void)unused;
    Sized *s = sized_get(face, size);
    if (code_point >= 128)
        return glyph_beyond_ascii(s, code_point);
    if (!s->ascii[code_point])
        s->ascii[code_point] = glyph_new(s, code_point);
    return s->ascii[code_point];
}

static FontMetrics fonts_metrics(void *unused, Face face, float size) {
    (void)unused;
    return sized_get(face, size)->metrics;
}

/* ---- door -------------------------------------------------------------------------------- */

const Fonts *fonts_open(FontFamily family, Error *err) {
    if (host.open && host.family == family)
        return &host.fonts;
    fonts_close();
    if (TTF_Init() != 0) {
        error_set(err, ERROR_IO, "cannot start the font library: %s", TTF_GetError());
        return NULL;
    }
    host.open = true;
    host.family = family;
    arena_init(&host.arena, 0);
    hash_init(&host.index);
    host.fonts = (Fonts){NULL, fonts_metrics, fonts_glyph};
    return &host.fonts;
}

void fonts_close(void) {
    if (!host.open)
        return;
    for (uint32_t i = 0; i < host.sizes; i++)
        for (uint32_t k = 0; k < host.sized[i]->fonts; k++)
            TTF_CloseFont(host.sized[i]->font[k]);
    for (int face = 0; face < FACE_COUNT; face++)
        for (int k = 0; k < FALLBACKS; k++)
            if (host.large[face][k])
                TTF_CloseFont(host.large[face][k]);
    mem_resize(host.sized, host.sized_cap * sizeof *host.sized, 0);
    mem_resize(host.entry, host.entry_cap * sizeof *host.entry, 0);
    hash_free(&host.index);
    arena_free(&host.arena);
    TTF_Quit();
    memset(&host, 0, sizeof host);
}

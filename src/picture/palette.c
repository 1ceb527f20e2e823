/* Colours are made in OKLCH (lightness, chroma, hue of the OKLab space, which its author placed
 * in the public domain): steps of equal size there look equal, so ramps are even and shades of
 * one hue stay equally readable. */
#include "picture/palette.h"

#include <math.h>

#include "base/hash.h"
#include "store/package.h"

/* ---- names ------------------------------------------------------------------------------- */

static const char *const SCALE_NAMES[] = {"sqrt", "linear", "log", "percentile"};
static const char *const HEAT_NAMES[] = {"ember", "red", "enhanced", "viridis", "inferno", "grey"};
static const char *const FLAME_NAMES[] = {"kind", "name", "module", "package", "hot",
                                          "mem",  "io",   "java",   "js",      "safe"};
static const char *const DIFF_NAMES[] = {"red-blue", "safe"};

static bool named(Str name, const char *const *names, int count, int *out) {
    for (int i = 0; i < count; i++) {
        if (str_eq_c(name, names[i])) {
            *out = i;
            return true;
        }
    }
    return false;
}

const char *heat_scale_name(HeatScale scale) {
    return SCALE_NAMES[scale < SCALE_COUNT ? scale : 0];
}

const char *heat_palette_name(HeatPalette palette) {
    return HEAT_NAMES[palette < HEAT_PALETTE_COUNT ? palette : 0];
}

const char *flame_palette_name(FlamePalette palette) {
    return FLAME_NAMES[palette < FLAME_PALETTE_COUNT ? palette : 0];
}

bool heat_scale_named(Str name, HeatScale *out) {
    int i;
    if (!named(name, SCALE_NAMES, SCALE_COUNT, &i))
        return false;
    *out = (HeatScale)i;
    return true;
}

bool heat_palette_named(Str name, HeatPalette *out) {
    int i;
    if (!named(name, HEAT_NAMES, HEAT_PALETTE_COUNT, &i))
        return false;
    *out = (HeatPalette)i;
    return true;
}

bool flame_palette_named(Str name, FlamePalette *out) {
    int i;
    if (!named(name, FLAME_NAMES, FLAME_PALETTE_COUNT, &i))
        return false;
    *out = (FlamePalette)i;
    return true;
}

const char *diff_palette_name(DiffPalette palette) {
    return DIFF_NAMES[palette < DIFF_PALETTE_COUNT ? palette : 0];
}

bool diff_palette_named(Str name, DiffPalette *out) {
    int i;
    if (!named(name, DIFF_NAMES, DIFF_PALETTE_COUNT, &i))
        return false;
    *out = (DiffPalette)i;
    return true;
}

/* ---- colour spaces ----------------------------------------------------------------------- */

typedef struct Lch {
    float l, c, h; /* h in degrees */
} Lch;

static uint32_t rgb(uint32_t hex) {
    return hex << 8 | 0xff;
}

static uint32_t encode(float linear) {
    float v = linear <= 0.0031308f ? 12.92f * linear : 1.055f * powf(linear, 1 / 2.4f) - 0.055f;
    v = v < 0 ? 0 : v > 1 ? 1 : v;
    return (uint32_t)(v * 255 + 0.5f);
}

static uint32_t lch_color(Lch x) {
    float a = x.c * cosf(x.h * 0.017453293f), b = x.c * sinf(x.h * 0.017453293f);
    float l = x.l + 0.3963377774f * a + 0.2158037573f * b;
    float m = x.l - 0.1055613458f * a - 0.0638541728f * b;
    float s = x.l - 0.0894841775f * a - 1.2914855480f * b;
    l = l * l * l;
    m = m * m * m;
    s = s * s * s;
    uint32_t red = encode(4.0767416621f * l - 3.3077115913f * m + 0.2309699292f * s);
    uint32_t green = encode(-1.2684380046f * l + 2.6097574011f * m - 0.3413193965f * s);
    uint32_t blue = encode(-0.0041960863f * l - 0.7034186147f * m + 1.7076147010f * s);
    return red << 24 | green << 16 | blue << 8 | 0xff;
}

static uint32_t mix(uint32_t a, uint32_t b, float t) {
    uint32_t out = 0xff;
    for (int shift = 8; shift < 32; shift += 8) {
        float x = (float)(a >> shift & 0xff), y = (float)(b >> shift & 0xff);
        out |= (uint32_t)(x + (y - x) * t + 0.5f) << shift;
    }
    return out;
}

/* ---- heat ramps -------------------------------------------------------------------------- */

enum { MAX_STOPS = 6 };

/* A ramp from one sample to the hottest cell, by stops at shares of its length. */
typedef struct HexRamp {
    int count;
    float at[MAX_STOPS];
    uint32_t hex[MAX_STOPS];
} HexRamp;

typedef struct LchRamp {
    int count;
    Lch stop[MAX_STOPS]; /* evenly spaced, darkest first */
} LchRamp;

/* By palette, then light and dark. The first stop is what one sample looks like: it has to
 * stand out from the empty cell, so these ramps begin some way up from it. */
static const HexRamp HEX_RAMPS[3][2] = {
    {{4, {0, 0.30f, 0.68f, 1}, {0xFFC2AE, 0xFF9678, 0xE50914, 0x780014}},
     {4, {0, 0.30f, 0.68f, 1}, {0x641F42, 0x962848, 0xF0623C, 0xFFD678}}},
    {{3, {0, 0.5f, 1}, {0xFFC8BD, 0xFF5032, 0xE50914}},
     {4, {0, 0.45f, 0.75f, 1}, {0x5C1410, 0xE50914, 0xFF5032, 0xFFC4B2}}},
    {{4, {0, 0.12f, 0.5f, 1}, {0x6AAAFF, 0xFAA0B5, 0xFF5032, 0xE50914}},
     {5, {0, 0.12f, 0.45f, 0.75f, 1}, {0x3D6FB8, 0xB0607A, 0xE50914, 0xFF5032, 0xFFC4B2}}},
};

static const LchRamp VIRIDIS = {6,
                                {{0.34f, 0.13f, 305},
                                 {0.45f, 0.11f, 265},
                                 {0.56f, 0.09f, 225},
                                 {0.67f, 0.11f, 175},
                                 {0.79f, 0.16f, 140},
                                 {0.91f, 0.18f, 108}}};
static const LchRamp INFERNO = {6,
                                {{0.32f, 0.13f, 305},
                                 {0.43f, 0.17f, 345},
                                 {0.55f, 0.20f, 22},
                                 {0.68f, 0.18f, 45},
                                 {0.80f, 0.16f, 75},
                                 {0.93f, 0.12f, 105}}};
static const LchRamp GREY = {2, {{0.36f, 0, 0}, {0.97f, 0, 0}}};

static uint32_t hex_ramp_at(const HexRamp *r, float t) {
    int i = 0;
    while (i + 2 < r->count && t > r->at[i + 1])
        i++;
    float part = (t - r->at[i]) / (r->at[i + 1] - r->at[i]);
    return mix(rgb(r->hex[i]), rgb(r->hex[i + 1]), part < 0 ? 0 : part > 1 ? 1 : part);
}

static uint32_t lch_ramp_at(const LchRamp *r, bool dark, float t) {
    /* On a light ground the hottest cell is the darkest, and one sample not quite white. */
    float place = (dark ? t : (1 - t) * 0.86f) * (float)(r->count - 1);
    int i = (int)place;
    if (i > r->count - 2)
        i = r->count - 2;
    float part = place - (float)i;
    Lch a = r->stop[i], b = r->stop[i + 1];
    float turn = b.h - a.h;
    turn = turn > 180 ? turn - 360 : turn < -180 ? turn + 360 : turn;
    return lch_color((Lch){a.l + (b.l - a.l) * part, a.c + (b.c - a.c) * part, a.h + turn * part});
}

static uint32_t empty_cell(bool dark) {
    return rgb(dark ? 0x14171D : 0xF7F8FA);
}

static void not_of_a_ramp(bool dark, HeatRamp *out) {
    out->color[0] = empty_cell(dark);
    out->outside = rgb(dark ? 0x0A0B0E : 0xDADEE5);
    out->filtered = rgb(dark ? 0x1C212B : 0xEAEDF2);
}

void heat_ramp(HeatPalette palette, bool dark, HeatRamp *out) {
    const LchRamp *even = palette == HEAT_PALETTE_VIRIDIS   ? &VIRIDIS
                          : palette == HEAT_PALETTE_INFERNO ? &INFERNO
                                                            : &GREY;
    not_of_a_ramp(dark, out);
    for (int i = 1; i < 256; i++) {
        float t = (float)(i - 1) / 254.0f;
        out->color[i] = palette <= HEAT_PALETTE_ENHANCED ? hex_ramp_at(&HEX_RAMPS[palette][dark], t)
                                                         : lch_ramp_at(even, dark, t);
    }
}

/* Teal is far from every ramp but viridis, which gets the pink that it never reaches. The first
 * stop outshines what heat_dim leaves of the hottest cell. */
void heat_link_ramp(HeatPalette palette, bool dark, HeatRamp *out) {
    bool pink = palette == HEAT_PALETTE_VIRIDIS;
    Lch first = pink ? (Lch){0.66f, 0.20f, 358} : (Lch){0.66f, 0.11f, 192};
    Lch last = pink ? (Lch){0.96f, 0.03f, 358} : (Lch){0.97f, 0.04f, 192};
    if (!dark) {
        first = pink ? (Lch){0.70f, 0.19f, 358} : (Lch){0.69f, 0.12f, 190};
        last = pink ? (Lch){0.36f, 0.14f, 358} : (Lch){0.34f, 0.06f, 205};
    }
    not_of_a_ramp(dark, out);
    for (int i = 1; i < 256; i++) {
        float t = (float)(i - 1) / 254.0f;
        out->color[i] =
            lch_color((Lch){first.l + (last.l - first.l) * t, first.c + (last.c - first.c) * t,
                            first.h + (last.h - first.h) * t});
    }
}

uint32_t heat_single(HeatPalette palette, bool dark) {
    if (palette == HEAT_PALETTE_VIRIDIS)
        return lch_color(dark ? (Lch){0.68f, 0.19f, 42} : (Lch){0.62f, 0.20f, 38});
    return lch_color(dark ? (Lch){0.66f, 0.17f, 262} : (Lch){0.58f, 0.19f, 262});
}

/* Half its colour gone, then most of the way back to the empty cell. */
uint32_t heat_dim(uint32_t rgba, bool dark) {
    float grey = 0.30f * (float)(rgba >> 24) + 0.59f * (float)(rgba >> 16 & 0xff) +
                 0.11f * (float)(rgba >> 8 & 0xff);
    uint32_t level = (uint32_t)(grey + 0.5f);
    uint32_t pale = mix(rgba, level << 24 | level << 16 | level << 8 | 0xff, 0.5f);
    return mix(pale, empty_cell(dark), 0.68f);
}

/* ---- frames ------------------------------------------------------------------------------ */

enum { HUE_USER = 20, HUE_KERNEL = 58, HUE_CPP = 86, HUE_JIT = 163, HUE_INLINED = 205 };

/* A shade of a hue, always the same for the same name. */
static uint32_t shade(Lch base, bool dark, uint64_t hash) {
    float a = (float)(hash & 0xffff) / 65535.0f - 0.5f;
    float b = (float)(hash >> 16 & 0xffff) / 65535.0f - 0.5f;
    base.l += a * 0.055f + (dark ? 0 : 0.075f);
    base.c -= dark ? 0 : 0.010f;
    base.h += b * 14.0f;
    return lch_color(base);
}

static Lch base_of(int hue) {
    switch (hue) {
    case HUE_KERNEL:
        return (Lch){0.735f, 0.125f, 60};
    case HUE_CPP:
        return (Lch){0.790f, 0.120f, 88};
    case HUE_JIT:
        return (Lch){0.715f, 0.110f, 162};
    case HUE_INLINED:
        return (Lch){0.735f, 0.085f, 205};
    default:
        return (Lch){0.655f, 0.150f, 21};
    }
}

/* Chosen so that the two of them that come nearest, seen with any kind of cones missing and
 * whatever the shade, stay as far apart as can be: a test measures it. */
static Lch safe_base_of(int hue) {
    switch (hue) {
    case HUE_KERNEL:
        return (Lch){0.640f, 0.160f, 57};
    case HUE_CPP:
        return (Lch){0.450f, 0.040f, 290};
    case HUE_JIT:
        return (Lch){0.866f, 0.150f, 96};
    case HUE_INLINED:
        return (Lch){0.860f, 0.067f, 330};
    default:
        return (Lch){0.633f, 0.140f, 262};
    }
}

static int hue_of_kind(uint32_t kind) {
    switch (kind) {
    case FRAME_KERNEL:
        return HUE_KERNEL;
    case FRAME_JIT:
    case FRAME_INTERPRETED:
        return HUE_JIT;
    case FRAME_INLINED:
        return HUE_INLINED;
    case FRAME_CPP:
        return HUE_CPP;
    default:
        return HUE_USER;
    }
}

static bool starts_with_any(Str s, const char *const *words, size_t n) {
    for (size_t i = 0; i < n; i++)
        if (str_starts(s, str_of(words[i])))
            return true;
    return false;
}
#define STARTS_WITH_ANY(s, words) starts_with_any(s, words, sizeof words / sizeof *words)

static int hue_of_native(Frame frame, Str symbol) {
    int hue = hue_of_kind(frame.kind);
    return hue == HUE_USER && str_find(symbol, STR("::")) < symbol.n ? HUE_CPP : hue;
}

/* By kind, and by name where nothing could say what was compiled at run time: folded stacks,
 * and profilers that write Java's names themselves. */
static int hue_of_java(Frame frame, Str symbol) {
    static const char *const roots[] = {"java.", "javax.", "jdk.", "sun.",
                                        "com.",  "org.",   "io.",  "net."};
    int hue = hue_of_native(frame, symbol);
    if (hue != HUE_USER && hue != HUE_CPP)
        return hue;
    Str package = symbol_package(symbol);
    bool java = str_find_char(package, '/') < package.n || STARTS_WITH_ANY(symbol, roots);
    return java ? HUE_JIT : hue;
}

/* V8 puts a tag before what it compiles; without one, a file tells. */
static int hue_of_js(Frame frame, Str symbol) {
    static const char *const code[] = {"LazyCompile:", "Function:", "JS:", "Script:", "Eval:"};
    static const char *const engine[] = {
        "Builtin", "BytecodeHandler:", "Stub:", "Handler:", "RegExp:", "WasmFunction:"};
    if (frame.kind == FRAME_KERNEL)
        return HUE_KERNEL;
    if (STARTS_WITH_ANY(symbol, code))
        return HUE_JIT;
    if (STARTS_WITH_ANY(symbol, engine))
        return HUE_INLINED;
    if (str_find(symbol, STR(".js:")) < symbol.n || str_ends(symbol, STR(".js")))
        return HUE_JIT;
    int hue = hue_of_native(frame, symbol);
    return hue == HUE_JIT && str_find_char(symbol, ':') < symbol.n ? HUE_INLINED : hue;
}

/* A package is the same however a tool separates its parts: "java/util", "java.util". */
static uint64_t package_hash(Str package) {
    uint64_t hash = 0;
    bool separated = false;
    for (size_t i = 0; i < package.n; i++) {
        char c = package.s[i];
        if (c == '.' || c == '/' || c == ':') {
            separated = true;
            continue;
        }
        if (separated)
            hash = hash_mix(hash + '.');
        separated = false;
        hash = hash_mix(hash + (unsigned char)c);
    }
    return hash_mix(hash);
}

static Lch any_hue(uint64_t hash, float from, float degrees) {
    float share = (float)(hash >> 32 & 0xffff) / 65535.0f;
    return (Lch){0.715f, 0.105f, from + share * degrees};
}

static Lch base_by_package(Frame frame, Str symbol) {
    Str package = symbol_package(symbol);
    if (package.n)
        return any_hue(package_hash(package), 0, 360);
    Lch base = base_of(hue_of_kind(frame.kind));
    base.c *= 0.25f;
    return base;
}

static Lch base_by_palette(FlamePalette palette, Frame frame, Str symbol, Str module,
                           uint64_t by_name) {
    Lch base;
    switch (palette) {
    case FLAME_BY_NAME:
        return any_hue(by_name, 0, 360);
    case FLAME_BY_MODULE:
        return any_hue(hash_bytes(module.s, module.n), 0, 360);
    case FLAME_BY_PACKAGE:
        return base_by_package(frame, symbol);
    case FLAME_HOT:
        base = any_hue(by_name, 18, 66);
        base.l = 0.67f + (base.h - 18) * 0.0018f; /* a dark yellow would be olive */
        base.c = 0.14f;
        return base;
    case FLAME_MEM:
        base = any_hue(by_name, 140, 62);
        base.c = 0.105f;
        return base;
    case FLAME_IO:
        base = any_hue(by_name, 240, 58);
        base.l = 0.68f;
        base.c = 0.12f;
        return base;
    case FLAME_SAFE:
        return safe_base_of(hue_of_kind(frame.kind));
    case FLAME_JAVA:
        return base_of(hue_of_java(frame, symbol));
    case FLAME_JS:
        return base_of(hue_of_js(frame, symbol));
    default:
        return base_of(hue_of_kind(frame.kind));
    }
}

uint32_t flame_color(FlamePalette palette, bool dark, Frame frame, Str symbol, Str module) {
    if (frame.kind == FRAME_ROOT)
        return rgb(dark ? 0x2B303B : 0xD9DDE5);
    if (frame.kind == FRAME_PROCESS)
        return rgb(dark ? 0x343A47 : 0xE3E6EC);
    uint64_t by_name = hash_bytes(symbol.s, symbol.n);
    Lch base = base_by_palette(palette, frame, symbol, module, by_name);
    if (str_eq_c(symbol, "[unknown]"))
        base.c *= 0.45f; /* known to nobody: it should not shout */
    return shade(base, dark, by_name);
}

/* ---- differential ------------------------------------------------------------------------ */

typedef struct DiffColors {
    uint32_t only_b, less, same, more, only_a;
} DiffColors;

/* Red and blue, then the safe pair, each light and dark. The safe one's sides differ in
 * lightness too; all ends lie a step further from the ground than the ramp does. */
static const DiffColors DIFF_COLORS[2][2] = {
    {{0x1E3FA8, 0x4A84E8, 0xECEEF3, 0xE5533C, 0xA8101C},
     {0x7CC8FF, 0x4A84E8, 0x2C313C, 0xE5533C, 0xFF8A63}},
    {{0x123A78, 0x2F6DB8, 0xECEEF3, 0xF0A030, 0xC25E00},
     {0x66B2FF, 0x3A6FC4, 0x2C313C, 0xE89A2C, 0xFFD45E}},
};

double flame_diff_intensity(double share_a, double share_b) {
    double a = share_a > 0 ? share_a : 0, b = share_b > 0 ? share_b : 0;
    double change = fabs(a - b), larger = a > b ? a : b;
    if (!(change > 0))
        return 0;
    double strength = sqrt(change / larger * (change / (change + 0.01)));
    return a > b ? strength : -strength;
}

static uint32_t diff_ramp_at(const DiffColors *c, double intensity) {
    return mix(rgb(c->same), rgb(intensity < 0 ? c->less : c->more), (float)fabs(intensity));
}

uint32_t flame_diff_color(double share_a, double share_b, bool safe, bool dark) {
    const DiffColors *c = &DIFF_COLORS[safe][dark];
    bool in_a = share_a > 0, in_b = share_b > 0;
    if (in_a != in_b)
        return rgb(in_a ? c->only_a : c->only_b);
    return diff_ramp_at(c, flame_diff_intensity(share_a, share_b));
}

void flame_diff_legend(bool safe, bool dark, DiffLegend *out) {
    const DiffColors *c = &DIFF_COLORS[safe][dark];
    for (int i = 0; i < DIFF_LEGEND_STEPS; i++)
        out->ramp[i] = diff_ramp_at(c, 2.0 * i / (DIFF_LEGEND_STEPS - 1) - 1);
    out->only_b = rgb(c->only_b);
    out->only_a = rgb(c->only_a);
}

/* ---- text -------------------------------------------------------------------------------- */

static float decode(uint32_t byte) {
    float v = (float)byte / 255.0f;
    return v <= 0.04045f ? v / 12.92f : powf((v + 0.055f) / 1.055f, 2.4f);
}

/* WCAG's relative luminance. */
static float luminance(uint32_t color) {
    return 0.2126f * decode(color >> 24) + 0.7152f * decode(color >> 16 & 0xff) +
           0.0722f * decode(color >> 8 & 0xff);
}

static float contrast(float a, float b) {
    return a > b ? (a + 0.05f) / (b + 0.05f) : (b + 0.05f) / (a + 0.05f);
}

uint32_t flame_match_color(bool dark) {
    return dark ? 0xf03cf0ff : 0xe600e6ff;
}

uint32_t text_on(uint32_t fill) {
    static const float least = 4.5f;
    float l = luminance(fill), dark = contrast(l, luminance(rgb(0x14171D)));
    float light = contrast(l, 1.0f);
    if (dark >= least && dark >= light)
        return rgb(0x14171D);
    if (light >= least)
        return rgb(0xFFFFFF);
    return rgb(0x050506); /* in the middle of the scale only near black has 4.5 */
}

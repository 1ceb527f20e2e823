/* Ramps, scales and texels: one sample shows, hotter is hotter, empty, outside and filtered
 * differ, text is readable on every fill, a name keeps its colour, a differential can be told
 * apart by everyone, linked cells stand out. Contrast, lightness and hue are computed here. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "picture/heat_pixels.h"
#include "store/dict.h"
#include "ui/theme.h"

static double channel(uint32_t byte) {
    double v = byte / 255.0;
    return v <= 0.04045 ? v / 12.92 : pow((v + 0.055) / 1.055, 2.4);
}

static double luminance(uint32_t c) {
    return 0.2126 * channel(c >> 24) + 0.7152 * channel(c >> 16 & 255) +
           0.0722 * channel(c >> 8 & 255);
}

static double contrast(uint32_t a, uint32_t b) {
    double x = luminance(a) + 0.05, y = luminance(b) + 0.05;
    return x > y ? x / y : y / x;
}

/* OKLab, from linear light. */
typedef struct Lab {
    double l, a, b;
} Lab;

static Lab lab_of_linear(double r, double g, double b) {
    double l = cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
    double m = cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
    double s = cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
    return (Lab){0.2104542553 * l + 0.7936177850 * m - 0.0040720468 * s,
                 1.9779984951 * l - 2.4285922050 * m + 0.4505937099 * s,
                 0.0259040371 * l + 0.7827717662 * m - 0.8086757660 * s};
}

static Lab lab(uint32_t c) {
    return lab_of_linear(channel(c >> 24), channel(c >> 16 & 255), channel(c >> 8 & 255));
}

static double chroma(uint32_t c) {
    return hypot(lab(c).a, lab(c).b);
}

static double hue(uint32_t c) { /* degrees, 0 to 360 */
    double h = atan2(lab(c).b, lab(c).a) * 57.29577951308232;
    return h < 0 ? h + 360 : h;
}

static double hue_apart(uint32_t a, uint32_t b) {
    double d = fabs(hue(a) - hue(b));
    return d > 180 ? 360 - d : d;
}

static double apart_lab(Lab a, Lab b) {
    return sqrt((a.l - b.l) * (a.l - b.l) + (a.a - b.a) * (a.a - b.a) + (a.b - b.b) * (a.b - b.b));
}

static double apart(uint32_t a, uint32_t b) {
    return apart_lab(lab(a), lab(b));
}

/* As seen without the cones for red (0), green (1): Machado, Oliveira and Fernandes, 2009. */
static Lab lab_seen(uint32_t c, int missing) {
    static const double m[2][9] = {{0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216,
                                    -0.003882, -0.048116, 1.051998},
                                   {0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413,
                                    -0.011820, 0.042940, 0.968881}};
    double in[3] = {channel(c >> 24), channel(c >> 16 & 255), channel(c >> 8 & 255)}, out[3];
    for (int i = 0; i < 3; i++)
        out[i] = fmax(0, m[missing][i * 3] * in[0] + m[missing][i * 3 + 1] * in[1] +
                             m[missing][i * 3 + 2] * in[2]);
    return lab_of_linear(out[0], out[1], out[2]);
}

static void ramps(void **state) {
    (void)state;
    for (int p = 0; p < HEAT_PALETTE_COUNT; p++) {
        for (int dark = 0; dark < 2; dark++) {
            HeatRamp r;
            heat_ramp((HeatPalette)p, dark, &r);
            for (int i = 0; i < 256; i++)
                assert_int_equal(r.color[i] & 0xff, 0xff);
            if (contrast(r.color[0], r.color[1]) < 1.3)
                fail_msg("%s %d: one sample is hard to see: %f", heat_palette_name((HeatPalette)p),
                         dark, contrast(r.color[0], r.color[1]));
            double first = luminance(r.color[1]), last = luminance(r.color[255]);
            if (p != HEAT_PALETTE_ENHANCED) /* which is not meant to be even */
                assert_true(dark ? last > first : last < first);
            assert_true(contrast(r.color[0], r.color[255]) > contrast(r.color[0], r.color[1]));
            assert_true(r.outside != r.color[0] && r.filtered != r.color[0] &&
                        r.outside != r.filtered);
            for (int i = 1; i < 256; i++)
                assert_true(r.color[i] != r.outside && r.color[i] != r.filtered);
            for (int i = 2; i < 256 && p != HEAT_PALETTE_ENHANCED; i++) { /* no step back */
                double step = luminance(r.color[i]) - luminance(r.color[i - 1]);
                assert_true(dark ? step > -0.004 : step < 0.004);
            }
        }
    }
}

static void check_text(const char *what, uint32_t fill) {
    assert_int_equal(fill & 0xff, 0xff);
    if (contrast(fill, text_on(fill)) < 4.5)
        fail_msg("%s: text on #%06x has only %f", what, fill >> 8, contrast(fill, text_on(fill)));
}

static const char *const SYMBOLS[] = {"main",
                                      "[unknown]",
                                      "std::vector<int>::push_back",
                                      "java/lang/Thread::run",
                                      "tcp_sendmsg",
                                      "",
                                      "LazyCompile:*parse /srv/a.js:3:7",
                                      "Builtin:A",
                                      "net/http.(*conn).serve",
                                      "a::b::f"};
static const char *const MODULES[] = {"", "libc.so.6", "[kernel.kallsyms]", "app"};

/* Every palette, theme and kind, with symbols of every sort and some thousands that only differ
 * in their hash, which reach all corners of each palette. */
static void text_is_readable_on_frames(void **state) {
    enum { MANY = 1500 };
    (void)state;
    for (int i = 0; i < MANY; i++) {
        char symbol[64], module[32];
        snprintf(symbol, sizeof symbol, i % 3 ? "f_%d" : "pkg%d::sub::f", i);
        snprintf(module, sizeof module, "lib%d.so", i);
        Str s = i < 10 ? str_of(SYMBOLS[i]) : str_of(symbol);
        Str m = i < 10 ? str_of(MODULES[i % 4]) : str_of(module);
        for (int p = 0; p < FLAME_PALETTE_COUNT; p++)
            for (int dark = 0; dark < 2; dark++)
                for (uint32_t kind = 0; kind <= FRAME_KIND_FIRST_OWN; kind++)
                    check_text(flame_palette_name((FlamePalette)p),
                               flame_color((FlamePalette)p, dark, (Frame){.kind = kind}, s, m));
    }
}

static void text_is_readable_on_changes(void **state) {
    (void)state;
    for (int safe = 0; safe < 2; safe++)
        for (int dark = 0; dark < 2; dark++) {
            const char *name = diff_palette_name((DiffPalette)safe);
            DiffLegend legend;
            flame_diff_legend(safe, dark, &legend);
            check_text(name, legend.only_a);
            check_text(name, legend.only_b);
            for (int i = 0; i < DIFF_LEGEND_STEPS; i++)
                check_text(name, legend.ramp[i]);
            for (int a = 0; a <= 100; a++)
                for (int b = 0; b <= 100; b++) {
                    check_text(name, flame_diff_color(a / 100.0, b / 100.0, safe, dark));
                    check_text(name, flame_diff_color(a / 5000.0, b / 5000.0, safe, dark));
                }
        }
}

/* Whatever a view does with a fill before it writes on it: the fills of the three themes, what
 * a search or an ancestor's step back makes of them, and any colour at all. */
static void text_is_readable_on_anything(void **state) {
    (void)state;
    for (int t = 0; t < THEME_COUNT; t++) {
        const Theme *theme = theme_get((ThemeKind)t);
        const uint32_t fills[] = {theme->root_box, theme->control, theme->a,
                                  theme->b,        theme->accent,  theme->empty_cell};
        for (size_t i = 0; i < sizeof fills / sizeof *fills; i++)
            check_text(theme_name((ThemeKind)t), fills[i]);
    }
    for (uint32_t c = 0; c < 1 << 24; c += 61)
        check_text("any", c << 8 | 255);
}

static void kinds_differ(void **state) {
    static const uint32_t kinds[] = {FRAME_USER, FRAME_KERNEL, FRAME_JIT, FRAME_INLINED,
                                     FRAME_PROCESS};
    (void)state;
    for (int i = 0; i < 5; i++)
        for (int k = 0; k < i; k++)
            assert_int_not_equal(
                flame_color(FLAME_BY_KIND, true, (Frame){.kind = kinds[i]}, STR("f"), STR("m")),
                flame_color(FLAME_BY_KIND, true, (Frame){.kind = kinds[k]}, STR("f"), STR("m")));
    Frame user = {.kind = FRAME_USER};
    assert_int_equal(flame_color(FLAME_BY_NAME, true, user, STR("f"), STR("a")),
                     flame_color(FLAME_BY_NAME, true, user, STR("f"), STR("b")));
    assert_int_not_equal(flame_color(FLAME_BY_MODULE, true, user, STR("f"), STR("a")),
                         flame_color(FLAME_BY_MODULE, true, user, STR("f"), STR("b")));
}

/* By package, the package decides; Java's and JavaScript's palettes tell their own code from
 * the engine's, C++ and the kernel. */
static void what_runs_has_its_hue(void **state) {
    static const struct {
        FlamePalette palette;
        uint32_t kind;
        const char *symbol, *like; /* one of the same hue in FLAME_BY_KIND or FLAME_JAVA */
        uint32_t like_kind;
    } rows[] = {
        {FLAME_JAVA, FRAME_JIT, "Interpreter", "x", FRAME_JIT},
        {FLAME_JAVA, FRAME_USER, "java/lang/Thread::run", "x", FRAME_JIT},
        {FLAME_JAVA, FRAME_USER, "Lio/netty/Channel;::read", "x", FRAME_JIT},
        {FLAME_JAVA, FRAME_USER, "com.shop.Till.open", "x", FRAME_JIT},
        {FLAME_JAVA, FRAME_INLINED, "java/lang/Thread::run", "x", FRAME_INLINED},
        {FLAME_JAVA, FRAME_KERNEL, "tcp_sendmsg", "x", FRAME_KERNEL},
        {FLAME_JAVA, FRAME_USER, "start_thread", "x", FRAME_USER},
        {FLAME_JS, FRAME_JIT, "LazyCompile:*f /a.js:1:2", "x", FRAME_JIT},
        {FLAME_JS, FRAME_USER, "JS:~f /a.js:1:2", "x", FRAME_JIT},
        {FLAME_JS, FRAME_USER, "Builtins_JSEntry", "x", FRAME_INLINED},
        {FLAME_JS, FRAME_JIT, "Builtin:A", "x", FRAME_INLINED},
        {FLAME_JS, FRAME_JIT, "Stub:JSEntryStub", "x", FRAME_INLINED},
        {FLAME_JS, FRAME_JIT, "SomeTag:x", "x", FRAME_INLINED},
        {FLAME_JS, FRAME_KERNEL, "tcp_sendmsg", "x", FRAME_KERNEL},
        {FLAME_JS, FRAME_USER, "uv_run", "x", FRAME_USER},
    };
    Frame user = {.kind = FRAME_USER};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        uint32_t c = flame_color(rows[i].palette, true, (Frame){.kind = rows[i].kind},
                                 str_of(rows[i].symbol), STR(""));
        uint32_t like = flame_color(FLAME_BY_KIND, true, (Frame){.kind = rows[i].like_kind},
                                    str_of(rows[i].like), STR(""));
        if (hue_apart(c, like) > 15) /* a name's shade turns a hue by up to 7 degrees */
            fail_msg("%s: hue %f, not %f", rows[i].symbol, hue(c), hue(like));
    }
    for (int p = FLAME_JAVA; p <= FLAME_JS; p++) {
        uint32_t cpp = flame_color((FlamePalette)p, true, user, STR("a::f"), STR(""));
        for (uint32_t kind = FRAME_USER; kind <= FRAME_INLINED; kind++)
            assert_true(hue_apart(cpp, flame_color(FLAME_BY_KIND, true, (Frame){.kind = kind},
                                                   STR("a::f"), STR(""))) > 15);
    }
    uint32_t get = flame_color(FLAME_BY_PACKAGE, true, user, STR("java/util/Map.get"), STR("a"));
    uint32_t put = flame_color(FLAME_BY_PACKAGE, true, user, STR("java.util.Map.put"), STR("b"));
    uint32_t run = flame_color(FLAME_BY_PACKAGE, true, user, STR("java/lang/Thread.run"), STR("a"));
    uint32_t none = flame_color(FLAME_BY_PACKAGE, true, user, STR("start_thread"), STR("a"));
    assert_true(hue_apart(get, put) <= 15);
    assert_true(hue_apart(get, run) > 15);
    assert_true(chroma(none) < 0.05 && chroma(get) > 0.07);
    for (int i = 0; i < 300; i++) { /* warm, green, blue */
        char symbol[16];
        Str s = {symbol, (size_t)snprintf(symbol, sizeof symbol, "f%d", i)};
        for (int dark = 0; dark < 2; dark++) {
            double hot = hue(flame_color(FLAME_HOT, dark, user, s, STR("")));
            double mem = hue(flame_color(FLAME_MEM, dark, user, s, STR("")));
            double io = hue(flame_color(FLAME_IO, dark, user, s, STR("")));
            assert_true(hot > 5 && hot < 100 && mem > 125 && mem < 215 && io > 225 && io < 310);
        }
    }
}

/* Two dictionaries that learned the same names in another order, so that every id differs. */
static void a_name_keeps_its_colour(void **state) {
    enum { MANY = 200 };
    Dict forth, back;
    FrameId in_forth[MANY], in_back[MANY];
    (void)state;
    dict_init(&forth);
    dict_init(&back);
    names_intern(&back.names, STR("something else comes first"));
    for (int i = 0; i < MANY; i++) {
        for (int side = 0; side < 2; side++) {
            int k = side ? MANY - 1 - i : i;
            Dict *d = side ? &back : &forth;
            char symbol[48], module[32];
            snprintf(symbol, sizeof symbol, k % 2 ? "shop::till%d::f" : "com/shop/p%d/C.f", k);
            snprintf(module, sizeof module, "lib%d.so", k % 7);
            Frame f = {.kind = FRAME_USER + (uint32_t)k % 4};
            f.symbol = names_intern(&d->names, str_of(symbol));
            f.module = names_intern(&d->names, str_of(module));
            (side ? in_back : in_forth)[k] = frames_intern(&d->frames, f);
        }
    }
    int same = 0;
    for (int i = 0; i < MANY; i++) {
        FrameId x = in_forth[i], y = in_back[i];
        Frame f = frames_get(&forth.frames, x), g = frames_get(&back.frames, y);
        same += f.symbol == g.symbol;
        for (int p = 0; p < FLAME_PALETTE_COUNT; p++)
            for (int dark = 0; dark < 2; dark++)
                assert_int_equal(flame_color((FlamePalette)p, dark, f, dict_symbol(&forth, x),
                                             dict_module(&forth, x)),
                                 flame_color((FlamePalette)p, dark, g, dict_symbol(&back, y),
                                             dict_module(&back, y)));
    }
    assert_true(same < 3); /* the ids that meet in the middle */
    dict_free(&forth);
    dict_free(&back);
    /* And in every run and build: colours that were looked at once. */
    Frame user = {.kind = FRAME_USER};
    assert_true(apart(flame_color(FLAME_BY_KIND, true, user, STR("main"), STR("app")), 0xd45e5dff) <
                0.01); /* a build may round otherwise */
    assert_true(apart(flame_color(FLAME_BY_PACKAGE, false, user, STR("java/util/Map.get"), STR("")),
                      0x6acbbbff) < 0.01);
}

/* ---- differential and linking ------------------------------------------------------------ */

static void changes(void **state) {
    (void)state;
    for (int a = 0; a <= 60; a++)
        for (int b = 0; b <= 60; b++) {
            double x = a * a / 3600.0, y = b * b / 3600.0, i = flame_diff_intensity(x, y);
            assert_true(i >= -1 && i <= 1);
            assert_true(a > b ? i > 0 : a < b ? i < 0 : i == 0);
            assert_true(fabs(i + flame_diff_intensity(y, x)) < 1e-12);
            if (a != b) { /* the formula, another way round */
                double d = fabs(x - y);
                double square = d * d / (fmax(x, y) * (d + 0.01));
                assert_true(fabs(i * i - square) < 1e-9);
            }
            if (b && a >= b) /* more of a share is more of its colour */
                assert_true(flame_diff_intensity((a + 1) * (a + 1) / 3600.0, y) > i);
        }
    /* Twice of nearly nothing stays pale, and so does a little more of nearly all. */
    assert_true(flame_diff_intensity(0.0002, 0.0001) < 0.1);
    assert_true(flame_diff_intensity(0.901, 0.9) < 0.1);
    assert_true(flame_diff_intensity(0.02, 0.01) > 0.4);
    for (int safe = 0; safe < 2; safe++)
        for (int dark = 0; dark < 2; dark++) {
            DiffLegend l;
            flame_diff_legend(safe, dark, &l);
            uint32_t same = l.ramp[DIFF_LEGEND_STEPS / 2];
            const Theme *theme = theme_get(dark ? THEME_DARK : THEME_LIGHT);
            assert_true(chroma(same) < 0.025);
            assert_true(apart(same, theme->background) < 0.2); /* fits the ground it lies on */
            assert_int_equal(flame_diff_color(0.3, 0.3, safe, dark), same);
            assert_int_equal(flame_diff_color(0, 0, safe, dark), same);
            assert_int_equal(flame_diff_color(0.0001, 0, safe, dark), l.only_a);
            assert_int_equal(flame_diff_color(0.9, 0, safe, dark), l.only_a);
            assert_int_equal(flame_diff_color(0, 0.0001, safe, dark), l.only_b);
            double more = hue(flame_diff_color(0.5, 0.1, safe, dark));
            double less = hue(flame_diff_color(0.1, 0.5, safe, dark));
            assert_true(safe ? more > 50 && more < 100 : more > 10 && more < 50);
            assert_true(less > 240 && less < 280);
            for (int i = 0; i < DIFF_LEGEND_STEPS; i++) { /* new and gone: of the family, apart */
                assert_true(apart(l.only_a, l.ramp[i]) > 0.08);
                assert_true(apart(l.only_b, l.ramp[i]) > 0.08);
            }
            assert_true(hue_apart(l.only_a, l.ramp[DIFF_LEGEND_STEPS - 1]) < 40);
            assert_true(hue_apart(l.only_b, l.ramp[0]) < 40);
            for (int i = 1; i <= DIFF_LEGEND_STEPS / 2; i++) { /* evenly away from the middle */
                uint32_t up = l.ramp[DIFF_LEGEND_STEPS / 2 + i];
                uint32_t down = l.ramp[DIFF_LEGEND_STEPS / 2 - i];
                assert_true(apart(same, up) > apart(same, l.ramp[DIFF_LEGEND_STEPS / 2 + i - 1]));
                assert_true(apart(same, down) > apart(same, l.ramp[DIFF_LEGEND_STEPS / 2 - i + 1]));
            }
        }
}

/* More and less of the same strength, seen without red or green cones. */
static void safe_pair_is_safe(void **state) {
    (void)state;
    for (int dark = 0; dark < 2; dark++) {
        DiffLegend l;
        flame_diff_legend(true, dark, &l);
        for (int missing = 0; missing < 2; missing++) {
            for (int i = 4; i <= DIFF_LEGEND_STEPS / 2; i++) {
                Lab up = lab_seen(l.ramp[DIFF_LEGEND_STEPS / 2 + i], missing);
                Lab down = lab_seen(l.ramp[DIFF_LEGEND_STEPS / 2 - i], missing);
                if (apart_lab(up, down) < 0.3 * i / (DIFF_LEGEND_STEPS / 2))
                    fail_msg("dark %d, without %d: step %d is %f apart", dark, missing, i,
                             apart_lab(up, down));
            }
            assert_true(apart_lab(lab_seen(l.only_a, missing), lab_seen(l.only_b, missing)) > 0.25);
        }
        double up = lab(l.ramp[DIFF_LEGEND_STEPS - 1]).l, down = lab(l.ramp[0]).l;
        assert_true(fabs(up - down) > 0.12); /* without any colour, too */
    }
}

/* How near two kinds of frames come, over many names, seen without red or green cones. */
static double nearest_kinds(FlamePalette palette, bool dark, int missing) {
    enum { NAMES = 24, KINDS = 5 };
    static const uint32_t kinds[KINDS] = {FRAME_USER, FRAME_KERNEL, FRAME_JIT, FRAME_INLINED,
                                          FRAME_CPP};
    Lab seen[KINDS][NAMES];
    double least = 9;
    for (int k = 0; k < KINDS; k++)
        for (int i = 0; i < NAMES; i++) {
            char name[16];
            snprintf(name, sizeof name, "f%d", i * 7919);
            seen[k][i] = lab_seen(
                flame_color(palette, dark, (Frame){.kind = kinds[k]}, str_of(name), STR("m")),
                missing);
        }
    for (int a = 0; a < KINDS; a++)
        for (int b = a + 1; b < KINDS; b++)
            for (int i = 0; i < NAMES; i++)
                for (int j = 0; j < NAMES; j++)
                    least = fmin(least, apart_lab(seen[a][i], seen[b][j]));
    return least;
}

static void safe_kinds_are_safe(void **state) {
    (void)state;
    for (int dark = 0; dark < 2; dark++)
        for (int missing = 0; missing < 2; missing++) {
            double safe = nearest_kinds(FLAME_SAFE, dark, missing),
                   usual = nearest_kinds(FLAME_BY_KIND, dark, missing);
            if (safe < 0.12 || usual > safe / 2)
                fail_msg("dark %d, without %d: kinds are %f apart, the usual ones %f", dark,
                         missing, safe, usual);
        }
}

static void linked_cells_stand_out(void **state) {
    (void)state;
    for (int p = 0; p < HEAT_PALETTE_COUNT; p++)
        for (int dark = 0; dark < 2; dark++) {
            const char *name = heat_palette_name((HeatPalette)p);
            const Theme *theme = theme_get(dark ? THEME_DARK : THEME_LIGHT);
            HeatRamp heat, lit;
            heat_ramp((HeatPalette)p, dark, &heat);
            heat_link_ramp((HeatPalette)p, dark, &lit);
            assert_true(lit.color[0] == heat.color[0] && lit.outside == heat.outside &&
                        lit.filtered == heat.filtered);
            assert_true(contrast(lit.color[0], lit.color[1]) > 1.8);
            for (int i = 2; i < 256; i++)
                assert_true(dark ? lab(lit.color[i]).l > lab(lit.color[i - 1]).l - 0.002
                                 : lab(lit.color[i]).l < lab(lit.color[i - 1]).l + 0.002);
            assert_true(apart(lit.color[1], lit.color[255]) > 0.25);
            for (int i = 1; i < 256; i += 2) {
                uint32_t dim = heat_dim(heat.color[i], dark);
                if (apart(dim, heat.color[0]) < 0.03)
                    fail_msg("%s %d: dimmed entry %d is lost", name, dark, i);
                assert_true(contrast(dim, heat.color[0]) < contrast(heat.color[i], heat.color[0]));
                for (int k = 1; k < 256; k += 2) {
                    uint32_t c = lit.color[k];
                    if (apart(c, dim) < 0.15)
                        fail_msg("%s %d: lit %d and dimmed %d are %f apart", name, dark, k, i,
                                 apart(c, dim));
                    if (chroma(c) > 0.04 && chroma(heat.color[i]) > 0.04 &&
                        hue_apart(c, heat.color[i]) < 40)
                        fail_msg("%s %d: lit %d and hot %d are of one hue", name, dark, k, i);
                }
            }
            for (int k = 1; k < 256; k++) /* nor is it taken for a range's outline */
                assert_true(apart(lit.color[k], theme->a) > 0.1 &&
                            apart(lit.color[k], theme->b) > 0.1);
            assert_true(hue_apart(lit.color[1], theme->a) > 40);
            assert_true(hue_apart(lit.color[1], theme->b) > 40);
        }
}

static void names_lead_back(void **state) {
    HeatScale scale;
    HeatPalette heat;
    FlamePalette flame;
    DiffPalette diff;
    (void)state;
    for (int i = 0; i < DIFF_PALETTE_COUNT; i++) {
        assert_true(diff_palette_named(str_of(diff_palette_name((DiffPalette)i)), &diff));
        assert_int_equal(diff, i);
    }
    assert_false(diff_palette_named(STR("green"), &diff));
    for (int i = 0; i < SCALE_COUNT; i++) {
        assert_true(heat_scale_named(str_of(heat_scale_name((HeatScale)i)), &scale));
        assert_int_equal(scale, i);
    }
    for (int i = 0; i < HEAT_PALETTE_COUNT; i++) {
        assert_true(heat_palette_named(str_of(heat_palette_name((HeatPalette)i)), &heat));
        assert_int_equal(heat, i);
    }
    for (int i = 0; i < FLAME_PALETTE_COUNT; i++) {
        assert_true(flame_palette_named(str_of(flame_palette_name((FlamePalette)i)), &flame));
        assert_int_equal(flame, i);
    }
    assert_false(heat_scale_named(STR("cubic"), &scale));
    assert_false(heat_palette_named(STR(""), &heat));
    assert_false(flame_palette_named(STR("Kind"), &flame));
}

/* ---- scales ------------------------------------------------------------------------------ */

static void scales(void **state) {
    static uint32_t cell[1000];
    static const uint32_t tops[] = {1, 2, 3, 17, 300, 70000, 4000000000u};
    (void)state;
    for (size_t t = 0; t < sizeof(tops) / sizeof(*tops); t++) {
        HeatGrid g = {.columns = 100, .rows = 10, .cell = cell, .max = tops[t]};
        for (int i = 0; i < 1000; i++)
            cell[i] = i % 3 ? 1 + (uint32_t)((uint64_t)(tops[t] - 1) * (uint64_t)i / 999) : 0;
        for (int s = 0; s < SCALE_COUNT; s++) {
            HeatMapper m;
            heat_mapper(&g, (HeatScale)s, &m);
            assert_int_equal(heat_level(&m, 0), 0);
            assert_int_equal(heat_level(&m, tops[t]), 255);
            uint8_t before = 1;
            for (int i = 0; i <= 500; i++) {
                uint32_t v = 1 + (uint32_t)((uint64_t)(tops[t] - 1) * (uint64_t)i / 500);
                uint8_t level = heat_level(&m, v);
                assert_true(level >= before);
                before = level;
            }
            assert_int_equal(heat_value_at(&m, 0), 1);
            for (int i = 1; i <= 10; i++) {
                uint32_t v = heat_value_at(&m, i / 10.0);
                assert_true(v >= 1 && v <= tops[t]);
                assert_true(heat_level(&m, v) >= 1 + (int)(i / 10.0 * 254));
                assert_true(v == 1 || heat_level(&m, v - 1) < 1 + (int)(i / 10.0 * 254));
            }
        }
    }
    HeatGrid g = {.columns = 10, .rows = 10, .cell = cell, .max = 100};
    for (uint32_t i = 0; i < 100; i++)
        cell[i] = i < 90 ? 1 : 100;
    HeatMapper linear, root, log10, percent;
    heat_mapper(&g, SCALE_LINEAR, &linear);
    heat_mapper(&g, SCALE_SQRT, &root);
    heat_mapper(&g, SCALE_LOG, &log10);
    heat_mapper(&g, SCALE_PERCENTILE, &percent);
    assert_true(heat_level(&linear, 25) < heat_level(&root, 25));
    assert_true(heat_level(&root, 25) < heat_level(&log10, 25));
    assert_int_equal(heat_level(&percent, 1), 1);
    assert_true(heat_level(&percent, 50) > 220); /* nine tenths of the cells are colder */
}

/* ---- texels ------------------------------------------------------------------------------ */

static uint32_t word(uint32_t color) {
    uint8_t b[4] = {(uint8_t)(color >> 24), (uint8_t)(color >> 16), (uint8_t)(color >> 8),
                    (uint8_t)color};
    uint32_t w;
    memcpy(&w, b, 4);
    return w;
}

static void texels(void **state) {
    /* 3 columns of 4 rows, from 0.5 s to 2.3 s. */
    static const uint32_t cell[12] = {0, 0, 7, 0, 1, 2, 3, 0, 0, 5, 0, 0};
    static const uint8_t hidden[12] = {0, 0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0};
    HeatGrid g = {.spec = {.column_ns = 1000000000},
                  .columns = 3,
                  .rows = 4,
                  .cell = cell,
                  .hidden = hidden,
                  .max = 7,
                  .first_ns = 500000000,
                  .last_ns = 2300000000};
    HeatMapper m;
    HeatRamp r;
    uint32_t out[64];
    (void)state;
    heat_mapper(&g, SCALE_LINEAR, &m);
    heat_ramp(HEAT_PALETTE_EMBER, true, &r);
    heat_pixels(&g, &m, &r, 0, 4, 4, 4, false, out);
    for (uint32_t x = 0; x < 4; x++) {
        for (uint32_t row = 0; row < 4; row++) {
            uint32_t i = x * 4 + row, at = (3 - row) * 4 + x; /* time runs upwards */
            uint32_t want = x > 2 || i < 2 || i > 9 ? r.outside
                            : cell[i]               ? r.color[heat_level(&m, cell[i])]
                            : hidden[i]             ? r.filtered
                                                    : r.color[0];
            assert_int_equal(out[at], word(want));
        }
    }
    uint32_t down[16];
    heat_pixels(&g, &m, &r, 0, 4, 4, 4, true, down);
    for (uint32_t y = 0; y < 4; y++)
        assert_memory_equal(down + y * 4, out + (3 - y) * 4, 16);
    /* Smaller than the grid: the maximum of what a texel covers. */
    heat_pixels(&g, &m, &r, 0, 3, 1, 1, false, out);
    assert_int_equal(out[0], word(r.color[255]));
    heat_pixels(&g, &m, &r, 1, 2, 1, 2, false, out);
    assert_int_equal(out[0], word(r.color[heat_level(&m, 3)]));
    assert_int_equal(out[1], word(r.color[heat_level(&m, 5)]));
    /* Part of the grid. */
    heat_pixels(&g, &m, &r, 1, 1, 1, 4, true, out);
    assert_int_equal(out[0], word(r.color[heat_level(&m, 1)]));
    /* No recording: nothing is inside. */
    HeatGrid none = {.spec = g.spec, .rows = 4, .last_ns = -1};
    heat_mapper(&none, SCALE_SQRT, &m);
    heat_pixels(&none, &m, &r, 0, 2, 2, 4, false, out);
    for (int i = 0; i < 8; i++)
        assert_int_equal(out[i], word(r.outside));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ramps),
        cmocka_unit_test(text_is_readable_on_frames),
        cmocka_unit_test(text_is_readable_on_changes),
        cmocka_unit_test(text_is_readable_on_anything),
        cmocka_unit_test(kinds_differ),
        cmocka_unit_test(what_runs_has_its_hue),
        cmocka_unit_test(a_name_keeps_its_colour),
        cmocka_unit_test(changes),
        cmocka_unit_test(safe_pair_is_safe),
        cmocka_unit_test(safe_kinds_are_safe),
        cmocka_unit_test(linked_cells_stand_out),
        cmocka_unit_test(names_lead_back),
        cmocka_unit_test(scales),
        cmocka_unit_test(texels),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Every theme's colours can be told apart where they meet: WCAG's 4.5 for text, 3 for what is
 * large, an edge or a mark. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

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

/* What is seen of a colour that lets the ground through. */
static uint32_t over(uint32_t ground, uint32_t c) {
    return color_mix(ground, c | 0xff, (float)(c & 255) / 255);
}

typedef struct Pair {
    const char *name;
    uint32_t color, ground;
} Pair;

static void check(const Theme *t, const Pair *pair, size_t n, double least) {
    for (size_t i = 0; i < n; i++) {
        double c = contrast(pair[i].color, pair[i].ground);
        if (c < least)
            fail_msg("%s: %s has a contrast of %.2f, not %.1f", theme_name(t->kind), pair[i].name,
                     c, least);
    }
}

#define CHECK(t, pairs, least) check(t, pairs, sizeof(pairs) / sizeof(*(pairs)), least)

/* Labels, values, headings; on buttons and menus also while the pointer is on them or they are
 * held. */
static void text(const Theme *t) {
    const uint32_t chip = over(t->panel, t->chip_tint), row = over(t->panel, t->chip_tint);
    const Pair pairs[] = {
        {"text on the window", t->text, t->background},
        {"text on a panel", t->text, t->panel},
        {"text on a control", t->text, t->control},
        {"text on a control with the pointer on it", t->text, t->control_hover},
        {"text on a held control", t->text, t->control_active},
        {"text on a tooltip", t->text, t->tooltip},
        {"text on a chip", t->text, chip},
        {"text on the root", t->text, t->root_box},
        {"muted on the window", t->muted, t->background},
        {"muted on a panel", t->muted, t->panel},
        {"muted on a tooltip", t->muted, t->tooltip},
        {"muted on a control", t->muted, t->control},
        {"muted on a control with the pointer on it", t->muted, t->control_hover},
        {"muted on a marked row", t->muted, row},
        {"accent on the window", t->accent, t->background},
        {"accent on a panel", t->accent, t->panel},
        {"words on the accent", t->on_accent, t->accent},
        {"warning on the window", t->warning, t->background},
        {"warning on a panel", t->warning, t->panel},
        {"danger on the window", t->danger, t->background},
        {"danger on a panel", t->danger, t->panel},
        {"danger on its own tint", t->danger, over(t->background, (t->danger & ~0xffu) | 36)},
    };
    CHECK(t, pairs, 4.5);
}

/* Rings of the focus, outlines of ranges, badges, bars. */
static void marks(const Theme *t) {
    const Pair pairs[] = {
        {"the focus ring on the window", t->accent, t->background},
        {"the focus ring on a panel", t->accent, t->panel},
        {"the focus ring on a marked row", t->accent, over(t->panel, t->chip_tint)},
        {"the focus ring against its control", t->accent, t->control},
        {"range A", t->a, t->background},
        {"range A on the empty map", t->a, t->empty_cell},
        {"range B", t->b, t->background},
        {"range B on the empty map", t->b, t->empty_cell},
        {"a remembered range", t->warning, t->panel},
        {"a lit scroll bar", t->muted, t->panel},
    };
    CHECK(t, pairs, 3);
}

static void every_theme(void **state) {
    (void)state;
    for (int i = 0; i < THEME_COUNT; i++) {
        text(theme_get((ThemeKind)i));
        marks(theme_get((ThemeKind)i));
    }
}

static void the_formula(void **state) {
    (void)state;
    assert_true(fabs(contrast(0xffffffff, 0x000000ff) - 21) < 0.01);
    assert_true(fabs(contrast(0x777777ff, 0xffffffff) - 4.48) < 0.01); /* WCAG's own example */
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(the_formula),
                                       cmocka_unit_test(every_theme)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

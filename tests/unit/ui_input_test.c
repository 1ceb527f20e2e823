#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "ui/font.h"
#include "ui/input.h"

static void test_chord_texts(void **state) {
    (void)state;
    static const struct {
        const char *text;
        uint32_t mods, key;
        bool physical;
        const char *written; /* NULL: as text */
    } rows[] = {
        {"Ctrl+Shift+F", MOD_CTRL | MOD_SHIFT, 'F', false, NULL},
        {"shift+CTRL+f", MOD_CTRL | MOD_SHIFT, 'F', false, "Ctrl+Shift+F"},
        {"Esc", 0, KEY_ESC, false, NULL},
        {"escape", 0, KEY_ESC, false, "Esc"},
        {"?", 0, '?', false, NULL},
        {"/", 0, '/', false, NULL},
        {"+", 0, '+', false, NULL},
        {"Ctrl++", MOD_CTRL, '+', false, NULL},
        {"0", 0, '0', false, NULL},
        {"phys:W", 0, 'W', true, NULL},
        {"Shift+phys:w", MOD_SHIFT, 'W', true, "Shift+phys:W"},
        {"phys:Shift+W", MOD_SHIFT, 'W', true, "Shift+phys:W"},
        {"MouseBack", 0, KEY_MOUSE_BACK, false, NULL},
        {"Alt+Left", MOD_ALT, KEY_LEFT, false, NULL},
        {"PageDown", 0, KEY_PAGE_DOWN, false, NULL},
        {"F12", 0, KEY_F12, false, NULL},
        {"Space", 0, KEY_SPACE, false, NULL},
        {" Super+Tab ", MOD_SUPER, KEY_TAB, false, "Super+Tab"},
        {"\xc3\xa9", 0, 0xe9, false, NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        Chord c, again;
        assert_true(chord_parse(str_of(rows[i].text), &c));
        assert_int_equal(c.mods, rows[i].mods);
        assert_int_equal(c.key, rows[i].key);
        assert_int_equal(c.physical, rows[i].physical);
        Buf b = {0};
        chord_format(c, &b);
        assert_string_equal(b.s, rows[i].written ? rows[i].written : rows[i].text);
        assert_true(chord_parse(buf_str(&b), &again));
        assert_true(chord_same(c, again));
        buf_free(&b);
    }
    static const char *const bad[] = {"",     "Ctrl",     "Ctrl+", "Foo+F",   "Ctrl+Ctrl+F",
                                      "FF",   "phys:1",   "F13",   "phys:",   "Ctrl+Shift",
                                      "+F+G", "phys:Esc", "\x01",  "\xff\xff"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        Chord c;
        if (chord_parse(str_of(bad[i]), &c))
            fail_msg("accepted %s", bad[i]);
    }
}

static bool matches(const char *chord, uint32_t key, uint32_t mods, uint32_t physical) {
    Chord c;
    assert_true(chord_parse(str_of(chord), &c));
    return chord_matches(
        c, &(InputEvent){.kind = INPUT_KEY, .key = key, .mods = mods, .physical = physical});
}

static void test_chord_matching(void **state) {
    (void)state;
    assert_true(matches("?", '?', MOD_SHIFT, 0)); /* US: Shift+/ gives it */
    assert_true(matches("?", '?', 0, 0));
    assert_false(matches("?", '/', MOD_SHIFT, 0));
    assert_false(matches("?", '?', MOD_CTRL, 0));
    assert_true(matches("F", 'F', 0, 'F'));
    assert_false(matches("F", 'F', MOD_SHIFT, 'F'));
    assert_true(matches("Shift+F", 'F', MOD_SHIFT, 'F'));
    assert_true(matches("phys:W", 'Z', 0, 'W')); /* a French keyboard */
    assert_false(matches("phys:W", 'W', 0, 'Z'));
    assert_false(matches("phys:W", 'Z', MOD_SHIFT, 'W'));
    assert_false(matches("Left", KEY_LEFT, MOD_SHIFT, 0));
    assert_false(matches("Space", KEY_SPACE, MOD_SHIFT, 0));
    Chord c = {0, 'A', false};
    assert_false(chord_matches(c, &(InputEvent){.kind = INPUT_TEXT, .key = 'A'}));
    assert_false(chord_same(c, (Chord){0, 'A', true}));
    assert_false(chord_same(c, (Chord){MOD_SHIFT, 'A', false}));
    assert_true(chord_same((Chord){0, '?', false}, (Chord){MOD_SHIFT, '?', false}));
}

static void test_key_names(void **state) {
    (void)state;
    for (uint32_t key = ' '; key <= KEY_MOUSE_FORWARD; key++) {
        if ((key >= 'a' && key <= 'z') || (key >= 0x7f && key < 0xa1))
            continue;
        char scratch[8];
        uint32_t again = 0;
        const char *name = key_name(key, scratch);
        assert_true(name[0] != 0);
        if (!key_parse(str_of(name), &again) || again != key)
            fail_msg("key %u is called \"%s\", which is key %u", key, name, again);
    }
}

/* ---- fonts ------------------------------------------------------------------------------- */

static void test_fit_never_exceeds(void **state) {
    (void)state;
    static const char *const texts[] = {
        "",
        "a",
        "ab",
        "abc",
        "io/netty/handler/codec/ByteToMessageDecoder",
        "\xc3\xa4\xc3\xb6\xc3\xbc\xe2\x82\xac\xf0\x9f\x94\xa5 flame",
        "bad \xff\xfe bytes \xc3"};
    const Fonts *f = fonts_fixed();
    for (size_t t = 0; t < sizeof texts / sizeof *texts; t++) {
        Str s = str_of(texts[t]);
        float whole = font_width(f, FACE_REGULAR, 10, s);
        for (float w = 0; w < whole + 20; w += 0.7f) {
            char scratch[64];
            for (size_t cap = 1; cap <= sizeof scratch; cap += 7) {
                Str cut = font_fit(f, FACE_REGULAR, 10, s, w, scratch, cap);
                assert_true(cut.n <= cap);
                assert_true(font_width(f, FACE_REGULAR, 10, cut) <= w || cut.n == 0);
                if (w >= whole && cap == sizeof scratch)
                    assert_true(str_eq(cut, s));
                if (cut.n && !str_eq(cut, s)) {
                    assert_true(str_ends(cut, STR("\xe2\x80\xa6")));
                    size_t kept = cut.n - 3;
                    assert_memory_equal(cut.s, s.s, kept);
                    assert_true(((unsigned char)s.s[kept] & 0xc0) != 0x80 ||
                                (unsigned char)texts[t][0] == 'b');
                }
            }
        }
    }
    char scratch[16];
    Str two = font_fit(f, FACE_REGULAR, 10, STR("abcdef"), 18, scratch, sizeof scratch);
    assert_true(str_eq(two, STR("ab\xe2\x80\xa6")));
    assert_int_equal(font_fit(f, FACE_REGULAR, 10, STR("abcdef"), 17.9f, scratch, 16).n, 0);
}

static void test_index_at(void **state) {
    (void)state;
    const Fonts *f = fonts_fixed(); /* 6 px a character at 10 px */
    Str s = STR("a\xc3\xa4\xe2\x82\xac"
                "b");
    static const struct {
        float x;
        size_t index;
    } rows[] = {{-5, 0},   {2.9f, 0},  {3.1f, 1},  {8.9f, 1},
                {9.1f, 3}, {15.1f, 6}, {21.1f, 7}, {99, 7}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_int_equal(font_index_at(f, FACE_REGULAR, 10, s, rows[i].x), rows[i].index);
    float base = font_baseline(f, FACE_REGULAR, 10, rect(0, 100, 50, 20));
    assert_true(base > 110 && base < 118 && base == (float)(int)base);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_chord_texts), cmocka_unit_test(test_chord_matching),
        cmocka_unit_test(test_key_names),   cmocka_unit_test(test_fit_never_exceeds),
        cmocka_unit_test(test_index_at),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

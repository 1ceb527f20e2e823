#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "ui/anim.h"
#include "ui/draw.h"
#include "ui/theme.h"

static void expect_dump(const DrawList *d, const char *want) {
    Buf out = {0};
    draw_dump(d, &out);
    assert_string_equal(out.s, want);
    buf_free(&out);
}

static void test_dump(void **state) {
    (void)state;
    static const uint32_t pixel[2] = {1, 2};
    DrawList d = {0};
    draw_reset(&d, 400, 300, 0x111318ff);
    draw_rect(&d, rect(12, 40, 300.5f, 18), 0xe67828ff);
    draw_round(&d, rect(1, 2, 3, 4), 6, 0x01020304);
    draw_outline(&d, rect(1, 2, 3, 4), 6, 1.5f, 0x010203ff);
    draw_line(&d, 1, 2, 11, 22, 1, 0xff);
    draw_triangle(&d, (float[]){1, 2, 3, 4, 5, 7}, 0xff);
    draw_band(&d, 20, 18);
    draw_span(&d, 1, 2.25f, 0xaabbccff);
    draw_span(&d, 3, 4, 0xaabbcc80);
    draw_text(&d, 5, 30, FACE_MONO, 12.5f, 0xff, STR("a \"b\"\n"));
    draw_image(&d, rect(0, 0, 10, 10),
               &(DrawImage){
                   .id = 9, .w = 2, .h = 1, .rgba = pixel, .source = {0, 0, 2, 1}, .smooth = true});
    draw_clip(&d, rect(0, 0, 50, 50));
    expect_dump(&d, "background #111318ff\n"
                    "clip 0.00 0.00 400.00 300.00\n"
                    "rect 12.00 40.00 300.50 18.00 #e67828ff\n"
                    "round 1.00 2.00 3.00 4.00 radius 6.00 #01020304\n"
                    "outline 1.00 2.00 3.00 4.00 radius 6.00 width 1.50 #010203ff\n"
                    "line 1.00 2.00 11.00 22.00 width 1.00 #000000ff\n"
                    "triangle 1.00 2.00 3.00 4.00 5.00 7.00 #000000ff\n"
                    "band 20.00 18.00 2\n"
                    "  span 1.00 2.25 #aabbccff\n"
                    "  span 3.00 4.00 #aabbcc80\n"
                    "text 5.00 30.00 mono 12.50 #000000ff \"a \\\"b\\\"\\n\"\n"
                    "image 0.00 0.00 10.00 10.00 id 9 2x1 source 0.00 0.00 2.00 1.00 smooth\n"
                    "clip 0.00 0.00 50.00 50.00\n");
    draw_free(&d);
}

static void test_unseen_is_dropped(void **state) {
    (void)state;
    DrawList d = {0};
    draw_reset(&d, 100, 100, 0xff);
    draw_clip(&d, rect(20, 20, 40, 40));
    uint32_t before = d.commands;
    draw_rect(&d, rect(30, 30, 10, 10), 0xffffff00); /* no alpha */
    draw_rect(&d, rect(30, 30, 0, 10), 0xffffffff);
    draw_rect(&d, rect(30, 30, -5, 10), 0xffffffff);
    draw_rect(&d, rect(60, 30, 10, 10), 0xffffffff); /* touches the clip only */
    draw_rect(&d, rect(0, 0, 20, 20), 0xffffffff);
    draw_outline(&d, rect(30, 30, 10, 10), 2, 0, 0xffffffff);
    draw_line(&d, 0, 0, 10, 5, 1, 0xffffffff);
    draw_text(&d, 60, 30, FACE_REGULAR, 12, 0xff, STR("right of it"));
    draw_text(&d, 30, 30, FACE_REGULAR, 12, 0xff, (Str){0});
    draw_image(&d, rect(30, 30, 9, 9), &(DrawImage){.id = 1});
    assert_int_equal(d.commands, before);
    draw_rect(&d, rect(59, 59, 10, 10), 0xffffffff);
    assert_int_equal(d.commands, before + 1);
    draw_free(&d);
}

static void test_clip_stack(void **state) {
    (void)state;
    DrawList d = {0};
    draw_reset(&d, 100, 100, 0xff);
    Rect all = draw_clip_to(&d, rect(10, 10, 50, 200));
    assert_true(all.w == 100 && all.h == 100);
    assert_true(d.clip.x == 10 && d.clip.w == 50 && d.clip.h == 90);
    Rect outer = draw_clip_to(&d, rect(70, 0, 10, 10)); /* nothing in common */
    assert_true(d.clip.w == 0);
    draw_clip(&d, outer);
    uint32_t n = d.commands;
    draw_clip(&d, outer); /* the same again is no command */
    assert_int_equal(d.commands, n);
    draw_free(&d);
}

static void test_append_keeps_indices(void **state) {
    (void)state;
    static const uint32_t pixel = 1;
    DrawImage image = {.id = 1, .w = 1, .h = 1, .rgba = &pixel, .source = {0, 0, 1, 1}};
    DrawList a = {0}, b = {0}, both = {0};
    DrawList *lists[2] = {&a, &b};
    draw_reset(&both, 50, 50, 0);
    for (int i = 0; i < 2; i++) {
        draw_reset(lists[i], 50, 50, 0);
        for (int k = 0; k < 2; k++) { /* once alone, once into the list that shall be equal */
            DrawList *d = k ? &both : lists[i];
            if (k && i)
                draw_clip(d, rect(0, 0, 50, 50));
            draw_band(d, 1, 2);
            draw_span(d, 1, 2 + (float)i, 0xff);
            draw_text(d, 1, 9, FACE_REGULAR, 9, 0xff, i ? STR("two") : STR("one"));
            image.id = (uint64_t)i + 1;
            draw_image(d, rect(1, 1, 5, 5), &image);
        }
    }
    draw_append(&a, &b);
    Buf x = {0}, y = {0};
    draw_dump(&a, &x);
    draw_dump(&both, &y);
    /* The appended list brings its own clip along. */
    assert_non_null(strstr(x.s, "\"two\""));
    assert_non_null(strstr(x.s, "id 2"));
    assert_non_null(strstr(x.s, "span 1.00 3.00"));
    assert_int_equal(a.commands, both.commands + 1);
    assert_true(a.clip.w == 50);
    DrawList none = {0};
    draw_reset(&none, 50, 50, 0);
    uint32_t n = a.commands;
    draw_append(&a, &none);
    assert_int_equal(a.commands, n);
    buf_free(&x);
    buf_free(&y);
    draw_free(&a);
    draw_free(&b);
    draw_free(&both);
    draw_free(&none);
}

static void test_rects_and_colors(void **state) {
    (void)state;
    assert_true(rect_has(rect(0, 0, 10, 10), 0, 9.9f));
    assert_false(rect_has(rect(0, 0, 10, 10), 10, 5));
    Rect in = rect_inset(rect(0, 0, 10, 4), 3);
    assert_true(in.x == 3 && in.w == 4 && in.h == 0);
    assert_int_equal(color_mix(0x00000000, 0xff80ffff, 0.5f), 0x80408080);
    assert_int_equal(color_mix(0x12345678, 0xffffffff, -1), 0x12345678);
    assert_int_equal(color_alpha(0x123456ff, 0.5f), 0x12345680);
    ThemeKind kind;
    for (int i = 0; i < THEME_COUNT; i++) {
        assert_true(theme_named(str_of(theme_name((ThemeKind)i)), &kind));
        assert_int_equal(kind, i);
        assert_int_equal(theme_get(kind)->kind, i);
    }
    assert_false(theme_named(STR("Dark"), &kind));
}

static void test_animation(void **state) {
    (void)state;
    assert_true(anim_ease_out(0, 0, 100) == 0);
    assert_true(anim_ease_out(100, 0, 100) == 1);
    assert_true(anim_ease_out(5, 10, 100) == 0);
    assert_true(anim_ease_out(5, 5, 0) == 1);
    float last = 0;
    for (int64_t t = 1; t <= 100; t++) { /* always forwards, fast at first */
        float now = anim_ease_out(t, 0, 100);
        assert_true(now > last);
        last = now;
    }
    assert_true(anim_ease_out(50, 0, 100) > 0.8f);
    AnimValue v = {0};
    assert_true(anim_at(&v, 99) == 0);
    anim_jump(&v, 10);
    assert_true(anim_at(&v, 0) == 10 && !anim_moving(&v, 0));
    anim_to(&v, 20, 1000, 100);
    assert_true(anim_moving(&v, 1000) && anim_at(&v, 1000) == 10);
    double half = anim_at(&v, 1050);
    anim_to(&v, 20, 1050, 100); /* the same wish again does not start over */
    assert_true(anim_at(&v, 1050) == half && anim_at(&v, 1100) == 20);
    anim_to(&v, 0, 1050, 100); /* turns round where it is */
    assert_true(anim_at(&v, 1050) == half);
    assert_true(anim_at(&v, 1150) == 0 && !anim_moving(&v, 1150));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_dump),
        cmocka_unit_test(test_unseen_is_dropped),
        cmocka_unit_test(test_clip_stack),
        cmocka_unit_test(test_append_keeps_indices),
        cmocka_unit_test(test_rects_and_colors),
        cmocka_unit_test(test_animation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

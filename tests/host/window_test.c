/* The loop and the translation of events, on SDL's display that shows nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <SDL.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/thread.h"
#include "host/host.h"
#include "host/parts.h"

static const Fonts *fonts;
static DrawList list;

typedef struct Seen {
    InputEvent event[64];
    char text[64][32];
    uint32_t count, frames;
    uint32_t frame_of[64]; /* frame in which an event came */
    WindowInput window;
    void (*act)(struct Seen *, FrameOutput *); /* once each frame */
    bool second_open;
} Seen;

static void frame(void *app, const FrameInput *in, FrameOutput *out) {
    Seen *s = app;
    s->frames++;
    s->window = in->window[0];
    for (uint32_t i = 0; i < in->events && s->count < 64; i++) {
        const InputEvent *e = &in->event[i];
        uint32_t n = (uint32_t)(e->text.n < 31 ? e->text.n : 31);
        if (n)
            memcpy(s->text[s->count], e->text.s, n);
        s->frame_of[s->count] = s->frames;
        s->event[s->count++] = *e;
    }
    draw_reset(&list, (float)in->window[0].w, (float)in->window[0].h, 0x112233ff);
    draw_text(&list, 10, 30, FACE_REGULAR, 13, 0xffffffff, STR("hello"));
    out->windows = 2;
    out->window[0] = (WindowOutput){.open = true, .title = "window test", .draw = &list};
    out->window[1] = (WindowOutput){.open = s->second_open, .title = "second", .draw = &list};
    out->changed = true;
    s->act(s, out);
}

static void push_key(SDL_Keycode sym, SDL_Scancode code, uint16_t mod) {
    SDL_Event e = {
        .key = {.type = SDL_KEYDOWN, .keysym = {.sym = sym, .scancode = code, .mod = mod}}};
    SDL_PushEvent(&e);
}

static void push_text(const char *text) {
    SDL_Event e = {.text = {.type = SDL_TEXTINPUT}};
    strcpy(e.text.text, text);
    SDL_PushEvent(&e);
}

static void push_button(uint32_t type, uint8_t button, int x, int y) {
    SDL_Event e = {.button = {.type = type, .button = button, .clicks = 1, .x = x, .y = y}};
    SDL_PushEvent(&e);
}

static void push_move(int x, int y) {
    SDL_Event e = {.motion = {.type = SDL_MOUSEMOTION, .x = x, .y = y}};
    SDL_PushEvent(&e);
}

static int run(Seen *s, void (*act)(Seen *, FrameOutput *)) {
    s->act = act;
    return host_run(&(HostApp){s, frame});
}

/* ---- keys -------------------------------------------------------------------------------- */

static void act_keys(Seen *s, FrameOutput *out) {
    if (s->frames == 1) {
        push_key(SDLK_w, SDL_SCANCODE_W, 0);
        push_text("w");
        push_key(SDLK_w, SDL_SCANCODE_W, KMOD_LSHIFT);
        push_text("W");
        push_key(SDLK_SLASH, SDL_SCANCODE_SLASH, KMOD_LSHIFT); /* US */
        push_text("?");
        push_key(SDLK_7, SDL_SCANCODE_7, KMOD_LSHIFT); /* German: Shift+7 is a slash */
        push_text("/");
        push_key(SDLK_z, SDL_SCANCODE_Y, 0); /* German: Z where Americans have Y */
        push_text("z");
        push_key(SDLK_SLASH, SDL_SCANCODE_SLASH, KMOD_LCTRL | KMOD_LSHIFT); /* no text comes */
        push_key(SDLK_F11, SDL_SCANCODE_F11, 0);
        push_key(SDLK_KP_5, SDL_SCANCODE_KP_5, KMOD_NUM);
        push_key(SDLK_KP_0, SDL_SCANCODE_KP_0, KMOD_NUM);
        push_key(SDLK_KP_4, SDL_SCANCODE_KP_4, 0);
        push_key(SDLK_VOLUMEUP, SDL_SCANCODE_VOLUMEUP, 0); /* nothing of ours */
        push_button(SDL_MOUSEBUTTONDOWN, SDL_BUTTON_X1, 5, 5);
        push_button(SDL_MOUSEBUTTONUP, SDL_BUTTON_X1, 5, 5);
    }
    out->quit = s->frames == 3;
    out->exit_code = 7;
    out->next_wake_ns = 0;
}

static void test_keys(void **state) {
    (void)state;
    static const struct {
        uint8_t kind;
        uint32_t key, mods, physical;
        const char *text;
    } want[] = {
        {INPUT_KEY, 'W', 0, 'W', ""},
        {INPUT_TEXT, 0, 0, 0, "w"},
        {INPUT_KEY, 'W', MOD_SHIFT, 'W', ""},
        {INPUT_TEXT, 0, 0, 0, "W"},
        {INPUT_KEY, '?', MOD_SHIFT, 0, ""},
        {INPUT_TEXT, 0, 0, 0, "?"},
        {INPUT_KEY, '/', MOD_SHIFT, 0, ""},
        {INPUT_TEXT, 0, 0, 0, "/"},
        {INPUT_KEY, 'Z', 0, 'Y', ""},
        {INPUT_TEXT, 0, 0, 0, "z"},
        {INPUT_KEY, '?', MOD_CTRL | MOD_SHIFT, 0, ""},
        {INPUT_KEY, KEY_F11, 0, 0, ""},
        {INPUT_KEY, '5', 0, 0, ""},
        {INPUT_KEY, '0', 0, 0, ""},
        {INPUT_KEY, KEY_LEFT, 0, 0, ""},
        {INPUT_KEY, KEY_MOUSE_BACK, 0, 0, ""},
    };
    Seen s = {0};
    assert_int_equal(run(&s, act_keys), 7);
    assert_int_equal(s.count, sizeof want / sizeof *want);
    for (uint32_t i = 0; i < s.count; i++) {
        assert_int_equal(s.event[i].kind, want[i].kind);
        assert_int_equal(s.event[i].key, want[i].key);
        assert_int_equal(s.event[i].physical, want[i].physical);
        if (s.event[i].kind == INPUT_KEY)
            assert_int_equal(s.event[i].mods, want[i].mods);
        assert_string_equal(s.text[i], want[i].text);
    }
}

/* ---- pointer ----------------------------------------------------------------------------- */

static void act_pointer(Seen *s, FrameOutput *out) {
    if (s->frames == 1) {
        for (int i = 1; i <= 20; i++)
            push_move(i, i);
        push_button(SDL_MOUSEBUTTONDOWN, SDL_BUTTON_LEFT, 20, 20);
        push_move(25, 20);
        push_move(30, 20);
        push_button(SDL_MOUSEBUTTONUP, SDL_BUTTON_LEFT, 30, 20);
        push_button(SDL_MOUSEBUTTONDOWN, SDL_BUTTON_LEFT, 31, 20);
        push_button(SDL_MOUSEBUTTONUP, SDL_BUTTON_LEFT, 31, 20);
        SDL_Event wheel = {.wheel = {.type = SDL_MOUSEWHEEL, .preciseX = 0.5f, .preciseY = -1.5f}};
        SDL_PushEvent(&wheel);
        SDL_Event drop = {.drop = {.type = SDL_DROPFILE, .file = SDL_strdup("some file")}};
        SDL_PushEvent(&drop);
        SDL_Event quit = {.type = SDL_QUIT};
        SDL_PushEvent(&quit);
        SDL_PushEvent(&quit);
    }
    out->next_wake_ns = INT64_MAX;
    out->quit = s->count >= 9;
}

static void test_pointer(void **state) {
    (void)state;
    static const struct {
        uint8_t kind;
        float x, y;
        uint32_t frame;
    } want[] = {
        {INPUT_MOVE, 20, 20, 2},  {INPUT_DOWN, 20, 20, 2}, {INPUT_MOVE, 30, 20, 2},
        {INPUT_UP, 30, 20, 2},    {INPUT_DOWN, 31, 20, 3}, {INPUT_UP, 31, 20, 3},
        {INPUT_WHEEL, 31, 20, 3}, {INPUT_DROP, 31, 20, 3}, {INPUT_CLOSE, 31, 20, 3},
    };
    Seen s = {0};
    assert_int_equal(run(&s, act_pointer), 0);
    assert_int_equal(s.count, 9);
    for (uint32_t i = 0; i < s.count; i++) {
        assert_int_equal(s.event[i].kind, want[i].kind);
        assert_true(s.event[i].x == want[i].x && s.event[i].y == want[i].y);
        assert_int_equal(s.frame_of[i], want[i].frame);
    }
    assert_true(s.event[6].dx == 0.5f && s.event[6].dy == -1.5f);
    assert_string_equal(s.text[7], "some file");
}

/* ---- wishes ------------------------------------------------------------------------------ */

static void act_paste(Seen *s, FrameOutput *out) {
    out->clipboard = s->frames == 1 ? STR("from us") : (Str){0};
    out->wants_paste = s->frames == 1;
    out->next_wake_ns = INT64_MAX;
    out->cursor = (Cursor)(s->frames % (CURSOR_MOVE + 1));
    out->quit = s->count > 0;
}

static void test_clipboard(void **state) {
    (void)state;
    Seen s = {0};
    run(&s, act_paste);
    assert_int_equal(s.event[0].kind, INPUT_PASTE);
    assert_string_equal(s.text[0], "from us");
}

static void act_second(Seen *s, FrameOutput *out) {
    s->second_open = s->frames < 3;
    out->next_wake_ns = 0;
    out->quit = s->frames == 5;
}

static void test_second_window(void **state) {
    (void)state;
    Seen s = {.second_open = true};
    assert_int_equal(run(&s, act_second), 0);
    assert_true(s.window.w == 700 && s.window.h == 500 && !s.window.hidden);
    HostStats stats;
    host_stats(&stats);
    assert_string_equal(stats.painter, "software");
    assert_true(stats.frames > 0);
}

static void waker_body(void *unused) {
    (void)unused;
    for (int i = 0; i < 1000; i++)
        host_wake(NULL);
}

static void act_wake(Seen *s, FrameOutput *out) {
    out->next_wake_ns = INT64_MAX; /* sleeps until it is woken */
    if (s->frames == 1)
        host_wake(NULL);
    if (s->frames == 2)
        thread_join(thread_start("test:waker", waker_body, NULL));
    out->quit = s->frames == 3;
}

static void test_wake(void **state) {
    (void)state;
    Seen s = {0};
    run(&s, act_wake);
    assert_int_equal(s.frames, 3);
    assert_int_equal(SDL_PeepEvents(NULL, 0, SDL_PEEKEVENT, SDL_USEREVENT, SDL_LASTEVENT), 0);
}

static int64_t asked_ns, answered_ns;

static void act_timer(Seen *s, FrameOutput *out) {
    if (s->frames == 1) {
        asked_ns = clock_now_ns();
        out->next_wake_ns = asked_ns + 50000000;
    } else {
        answered_ns = clock_now_ns();
        out->quit = true;
    }
}

static void test_timer(void **state) {
    (void)state;
    Seen s = {0};
    run(&s, act_timer);
    assert_int_equal(s.frames, 2);
    assert_true(answered_ns - asked_ns >= 50000000); /* never too early */
}

/* ---- fonts ------------------------------------------------------------------------------- */

static void test_fonts(void **state) {
    (void)state;
    const float sizes[] = {12, 12.5f, 13, 20, 26};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        for (int face = 0; face < FACE_COUNT; face++) {
            float digit = fonts->glyph(NULL, (Face)face, sizes[i], '0')->advance;
            for (uint32_t c = '1'; c <= '9'; c++) /* counting numbers stand still */
                assert_true(fonts->glyph(NULL, (Face)face, sizes[i], c)->advance == digit);
            const Glyph *x = fonts->glyph(NULL, (Face)face, sizes[i], 'x');
            assert_ptr_equal(x, fonts->glyph(NULL, (Face)face, sizes[i], 'x'));
            assert_true(x->w > 3 && x->h > 3 && x->top == x->h && x->cover);
            const Glyph *g = fonts->glyph(NULL, (Face)face, sizes[i], 'g');
            assert_true(g->top < g->h); /* below the baseline */
            assert_int_equal(fonts->glyph(NULL, (Face)face, sizes[i], ' ')->w, 0);
            FontMetrics m = fonts->metrics(NULL, (Face)face, sizes[i]);
            assert_true(m.ascent >= (float)g->top && m.descent > 0 && m.line > sizes[i]);
            /* Signs that Inter lacks come from a font that has them, not as a box. */
            const Glyph *box = fonts->glyph(NULL, (Face)face, sizes[i], 0x10fffd);
            static const uint32_t signs[] = {0x221a, 0x25be, 0x2026, 0x2315, 0x2192};
            for (size_t k = 0; k < sizeof signs / sizeof *signs; k++) {
                const Glyph *s = fonts->glyph(NULL, (Face)face, sizes[i], signs[k]);
                assert_true(s->w > 0);
                assert_true(s->w != box->w || s->h != box->h ||
                            memcmp(s->cover, box->cover, (size_t)s->w * s->h) != 0);
            }
        }
    }
}

int main(void) {
    setenv("SDL_VIDEODRIVER", "dummy", 1);
    Error err = {0};
    fonts = fonts_open(FONTS_INTER, &err);
    HostOptions options = {.title = "window test", .w = 700, .h = 500};
    if (host_open(&options, fonts, &err) || !strstr(err.message, "export")) {
        fprintf(stderr, "an unseen display must be refused, with words\n");
        return 1;
    }
    setenv("FLAMESCOPE_DUMMY_DISPLAY", "1", 1);
    err = (Error){0};
    if (!fonts || !host_open(&options, fonts, &err)) {
        fprintf(stderr, "%s\n", err.message);
        return 1;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_keys),      cmocka_unit_test(test_pointer),
        cmocka_unit_test(test_clipboard), cmocka_unit_test(test_second_window),
        cmocka_unit_test(test_wake),      cmocka_unit_test(test_timer),
        cmocka_unit_test(test_fonts),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    host_close();
    host_close(); /* twice does no harm */
    fonts_close();
    draw_free(&list);
    return failed;
}

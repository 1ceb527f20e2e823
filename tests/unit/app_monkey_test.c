/* A seeded monkey at the whole program: random FrameInputs and commands, then what must hold
 * for any of them: no crash, a drawable list, sane ranges, a state that survives its text form,
 * Esc leading home, and a window that goes to sleep. FLAMESCOPE_MONKEY=SEED,STEPS runs one by
 * hand. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "app/app.h"
#include "app/dump.h"
#include "app/program.h"
#include "base/file.h"
#include "ui/raster.h"

enum { FRAME_NS = 16666667, EVENTS = 6, FILES = 12, PIXELS_W = 640, PIXELS_H = 400 };

typedef struct Monkey {
    App *app;
    uint64_t random;
    uint32_t workers;
    FrameInput in;
    FrameOutput out;
    InputEvent event[EVENTS];
    char text[EVENTS][64];
    float x, y;
    bool held;
    uint32_t pixels[PIXELS_W * PIXELS_H];
    char did[320]; /* the last step, for the message of a failure */
} Monkey;

static char folder[512];
static char files[FILES][640];

/* -- chance */

static uint32_t chance(Monkey *m, uint32_t n) {
    m->random ^= m->random << 13;
    m->random ^= m->random >> 7;
    m->random ^= m->random << 17;
    return (uint32_t)(m->random >> 33) % n;
}

static float chance_to(Monkey *m, float most) {
    return (float)chance(m, 100000) / 100000 * most;
}

#define PICK(m, array) ((array)[chance(m, (uint32_t)(sizeof(array) / sizeof *(array)))])

/* -- what must hold after every frame */

static void check(Monkey *m, bool ok, const char *what) {
    if (!ok)
        fail_msg("%s (after: %s)", what, m->did);
}

static bool sane(float v) {
    return isfinite(v) && fabsf(v) < 1e8f;
}

static void check_command(Monkey *m, const DrawList *d, const DrawCommand *c) {
    Rect r = c->rect;
    check(m, c->kind <= DRAW_CLIP, "a command of no kind");
    check(m, sane(r.x) && sane(r.y) && sane(r.w) && sane(r.h), "a wild rectangle");
    check(m, sane(c->radius) && sane(c->width) && sane(c->size), "a wild measure");
    if (c->kind != DRAW_LINE && c->kind != DRAW_TRIANGLE)
        check(m, r.w >= 0 && r.h >= 0, "a negative rectangle");
    if (c->kind == DRAW_TEXT) {
        check(m, c->first + c->count <= d->text_n, "text outside the list");
        check(m, c->size > 1 && c->size < 400, "text of no size");
    } else if (c->kind == DRAW_BAND) {
        check(m, c->first + c->count <= d->spans, "spans outside the list");
        for (uint32_t i = c->first; i < c->first + c->count; i++)
            check(m, sane(d->span[i].x0) && sane(d->span[i].x1) && d->span[i].x1 >= d->span[i].x0,
                  "a wild span");
    } else if (c->kind == DRAW_IMAGE) {
        check(m, c->first < d->images, "an image outside the list");
        const DrawImage *image = &d->image[c->first];
        Rect s = image->source;
        check(m, image->w && image->h && image->rgba, "an empty image");
        check(m,
              sane(s.x) && sane(s.y) && s.w >= 0 && s.h >= 0 && s.x + s.w <= (float)image->w &&
                  s.y + s.h <= (float)image->h,
              "a wild source");
    }
}

static void check_range(Monkey *m, const Range *r) {
    if (!r->on)
        return;
    check(m, r->t1_ns > r->t0_ns, "an empty range");
    check(m, r->t0_ns >= -INT64_MAX / 2 && r->t1_ns <= INT64_MAX / 2, "a range beyond all bounds");
}

static void check_state(Monkey *m) {
    const State *s = &m->app->state;
    State back;
    Buf text = {0};
    Error err = {0};
    check_range(m, &s->selection);
    check_range(m, &s->view);
    check(m, s->rows >= 1 && s->rows <= 1000, "rows out of bounds");
    check(m, s->column_ns >= 10000000 && s->column_ns <= 3600000000000, "a column out of bounds");
    check(m, s->text_percent >= 80 && s->text_percent <= 200, "text out of bounds");
    state_format(s, &text);
    state_init(&back);
    if (!state_parse(buf_str(&text), &back, &err))
        fail_msg("%s does not parse: %s (after: %s)", text.s, err.message, m->did);
    if (!state_same(&back, s))
        fail_msg("%s does not come back (after: %s)", text.s, m->did);
    buf_free(&text);
}

static void check_frame(Monkey *m) {
    const FrameOutput *out = &m->out;
    check(m, out->windows >= 1 && out->window[0].open && out->window[0].draw, "no window");
    check(m, out->cursor <= CURSOR_MOVE, "no such cursor");
    for (uint32_t w = 0; w < out->windows; w++) {
        const DrawList *d = out->window[w].draw;
        check(m, memchr(out->window[w].title, 0, sizeof out->window[w].title) != NULL,
              "an endless title");
        for (uint32_t i = 0; d && i < d->commands; i++)
            check_command(m, d, &d->command[i]);
    }
}

/* -- frames */

static void frame(Monkey *m, uint32_t events) {
    m->in.event = m->event;
    m->in.events = events;
    m->in.displays = chance(m, 50) ? m->in.displays : 1 + chance(m, 2);
    m->in.window[1] = (WindowInput){0};
    if (m->out.windows > 1 && m->out.window[1].open) /* the presenter's */
        m->in.window[1] = (WindowInput){.w = 1024, .h = 768, .scale = 1};
    app_frame(m->app, &m->in, &m->out);
    check_frame(m);
    m->in.events = 0;
}

static void step_time(Monkey *m) {
    m->in.now_ns += chance(m, 40) ? FRAME_NS : 1500000000;
}

/* Small pieces, so that input also meets half-loaded files and questions without an answer. */
static void work(Monkey *m) {
    for (uint32_t n = chance(m, 12); n && app_work(m->app); n--)
        continue;
}

/* Until the program has nothing left to do; then it must say so and sleep. */
static void settle(Monkey *m) {
    snprintf(m->did + strlen(m->did), sizeof m->did - strlen(m->did), ", settling");
    for (uint32_t i = 0; !app_settled(m->app) || m->app->reel.on || i < 2; i++) {
        check(m, i < 60000, "it never settles");
        app_do(m->app, STR("play.end"),
               NULL); /* it would go on, also after what was being saved of it */
        while (app_work(m->app))
            continue;
        if (m->workers)
            usleep(500);
        m->in.now_ns += FRAME_NS;
        frame(m, 0);
    }
    app_do(m->app, STR("play.end"), NULL);
    frame(m, 0);
    for (uint32_t i = 0; m->out.next_wake_ns <= m->in.now_ns + FRAME_NS; i++) {
        check(m, i < 200, "an idle window keeps drawing");
        m->in.now_ns += FRAME_NS;
        frame(m, 0);
    }
    bool clock = m->out.window[1].open; /* the presenter has one, which goes on */
    for (uint32_t i = 0; m->out.next_wake_ns != INT64_MAX && !clock; i += app_settled(m->app)) {
        check(m, i < 60, "an idle window keeps waking up");
        while (
            app_work(m->app)) /* a file that is being written is looked after: that is no idling */
            continue;
        if (m->workers && !app_settled(m->app))
            usleep(500);
        m->in.now_ns =
            m->out.next_wake_ns > m->in.now_ns ? m->out.next_wake_ns : m->in.now_ns + FRAME_NS;
        frame(m, 0);
    }
}

/* -- hands */

static InputEvent *add(Monkey *m, uint32_t *n, InputKind kind) {
    InputEvent *e = &m->event[(*n)++];
    static const uint32_t mods[] = {0, 0, 0, 0, MOD_SHIFT, MOD_CTRL, MOD_ALT, MOD_SHIFT | MOD_CTRL};
    *e = (InputEvent){.kind = (uint8_t)kind, .mods = PICK(m, mods), .x = m->x, .y = m->y};
    return e;
}

/* Anywhere, or where something is likely: bars, the panes' rectangles, borders, far outside. */
static void aim(Monkey *m) {
    float w = (float)m->in.window[0].w, h = (float)m->in.window[0].h, scale = m->in.window[0].scale;
    Rect r = {0, 0, w, h};
    switch (chance(m, 8)) {
    case 0:
        r.h = 60 * scale;
        break;
    case 1:
        r.y = h - 30 * scale, r.h = 30 * scale;
        break;
    case 2:
        r = m->app->heat.plot;
        break;
    case 3:
        r = m->app->heat.overview;
        break;
    case 4:
        r = m->app->flame.body;
        break;
    case 5:
        r = (Rect){-100, -100, w + 200, h + 200};
        break;
    default:
        break;
    }
    m->x = r.x + chance_to(m, r.w);
    m->y = r.y + chance_to(m, r.h);
}

static void pointer(Monkey *m) {
    uint32_t n = 0;
    static const uint8_t buttons[] = {BUTTON_LEFT, BUTTON_LEFT, BUTTON_LEFT, BUTTON_MIDDLE,
                                      BUTTON_RIGHT};
    uint8_t button = PICK(m, buttons);
    aim(m);
    if (chance(m, 2))
        add(m, &n, INPUT_MOVE);
    InputEvent *down = add(m, &n, INPUT_DOWN);
    down->button = button;
    down->clicks = (uint8_t)(1 + chance(m, 3));
    frame(m, n);
    uint32_t steps = chance(m, 3) ? 0 : 1 + chance(m, 12);
    for (uint32_t i = 0; i < steps; i++) {
        n = 0;
        aim(m);
        add(m, &n, INPUT_MOVE);
        step_time(m);
        frame(m, n);
        work(m);
    }
    n = 0;
    if (!chance(m, 30))
        add(m, &n, INPUT_LEAVE); /* the release is lost or comes from elsewhere */
    if (chance(m, 30))
        add(m, &n, INPUT_UP)->button = button;
    frame(m, n);
    snprintf(m->did, sizeof m->did, "button %u at %.0f %.0f", button, (double)m->x, (double)m->y);
}

static void wheel(Monkey *m) {
    uint32_t n = 0;
    static const float notches[] = {1, -1, 3, -3, 0.1f, 50, -50};
    aim(m);
    InputEvent *e = add(m, &n, INPUT_WHEEL);
    *(chance(m, 4) ? &e->dy : &e->dx) = PICK(m, notches);
    frame(m, n);
    snprintf(m->did, sizeof m->did, "wheel %.1f %.1f at %.0f %.0f", (double)e->dx, (double)e->dy,
             (double)m->x, (double)m->y);
}

static void add_key(Monkey *m, uint32_t *n, Chord chord) {
    InputEvent *e = add(m, n, INPUT_KEY);
    e->mods = chord.mods;
    e->key = chord.key;
    if (chord.key >= 'A' && chord.key <= 'Z')
        e->physical = chord.key;
    if (chord.key < KEY_SPACE || chord.key >= KEY_ENTER || chord.mods & ~(uint32_t)MOD_SHIFT)
        return;
    InputEvent *typed = add(m, n, INPUT_TEXT);
    snprintf(m->text[*n - 1], sizeof m->text[0], "%c", (char)chord.key);
    typed->text = str_of(m->text[*n - 1]);
}

static void chord(Monkey *m) {
    uint32_t n = 0;
    const Command *c = &commands[chance(m, CMD_COUNT)];
    Str keys = str_of(c->keys);
    Chord pressed;
    while (keys.n && n < EVENTS - 1 && chord_parse(str_cut(&keys, ' '), &pressed))
        add_key(m, &n, pressed);
    snprintf(m->did, sizeof m->did, "key %s", c->keys);
    frame(m, n);
}

static void other_key(Monkey *m) {
    static const uint32_t keys[] = {KEY_TAB,    KEY_TAB,  KEY_TAB,     KEY_ENTER,     KEY_SPACE,
                                    KEY_ESC,    KEY_UP,   KEY_DOWN,    KEY_LEFT,      KEY_RIGHT,
                                    KEY_HOME,   KEY_END,  KEY_PAGE_UP, KEY_PAGE_DOWN, KEY_BACKSPACE,
                                    KEY_DELETE, KEY_MENU, 'X',         '(',           '\\'};
    uint32_t n = 0;
    Chord c = {.key = PICK(m, keys), .mods = chance(m, 4) ? 0 : MOD_SHIFT};
    add_key(m, &n, c);
    snprintf(m->did, sizeof m->did, "key %u", c.key);
    frame(m, n);
}

static void typing(Monkey *m) {
    static const char *const words[] = {
        "a",        "memcpy", "(((",    "[a-",    "(a+)+$", "comm=shop", "frame~", " ", "\\",
        "\xff\xfe", "é€😀",    "min=1%", "tid!=1", "\"",     "%s%n",      "idle=",  "|"};
    uint32_t n = 0;
    InputEvent *e = add(m, &n, chance(m, 4) ? INPUT_TEXT : INPUT_PASTE);
    e->text = str_of(PICK(m, words));
    snprintf(m->did, sizeof m->did, "typing %s", e->text.s);
    frame(m, n);
}

static void resize(Monkey *m) {
    static const uint32_t sizes[][2] = {{320, 200},   {640, 400},   {1280, 720}, {1920, 1080},
                                        {2560, 1440}, {3840, 2160}, {1, 1},      {20, 3000},
                                        {3000, 20},   {0, 0}};
    static const float scales[] = {1, 1, 1.25f, 1.5f, 2, 3};
    uint32_t i = chance(m, 10);
    WindowInput *w = &m->in.window[0];
    *w = (WindowInput){
        .w = sizes[i][0], .h = sizes[i][1], .scale = PICK(m, scales), .focused = true};
    w->hidden = !w->w || !chance(m, 6);
    snprintf(m->did, sizeof m->did, "size %ux%u@%g", w->w, w->h, (double)w->scale);
    frame(m, 0);
}

static void drop(Monkey *m) {
    uint32_t n = 0;
    const char *path = files[chance(m, FILES)];
    snprintf(m->did, sizeof m->did, "drop %s", path_name(path));
    for (uint32_t i = 0; i <= chance(m, 2); i++)
        add(m, &n, INPUT_DROP)->text = str_of(path);
    frame(m, n);
}

/* -- commands */

static void command_text(Monkey *m, char *out, size_t cap) {
    static const char *const garbage[] = {"",
                                          "x",
                                          "-1",
                                          "0",
                                          "1",
                                          "7",
                                          "99999999999999999999",
                                          "0..0",
                                          "5..1",
                                          "1..2",
                                          "0..1e9",
                                          "nan",
                                          "inf",
                                          "-9223372036854775808..9223372036854775807",
                                          "0%..100%",
                                          "50%..50%",
                                          "a;b;c",
                                          ";",
                                          "\xff",
                                          "%",
                                          "((",
                                          "10ms",
                                          "1h",
                                          "0.001ms",
                                          "1000",
                                          "50",
                                          "log",
                                          "linear",
                                          "percentile",
                                          "icicle",
                                          "heaviest",
                                          "hot",
                                          "gray",
                                          "light",
                                          "dark",
                                          "projector",
                                          "keep",
                                          "flamescope",
                                          "period",
                                          "all",
                                          "cycles",
                                          "200",
                                          "comm=shop",
                                          "comm=\"",
                                          "frame~(",
                                          "frame~.",
                                          "cpu=0-",
                                          "cpu=0-3",
                                          "tid!=7 pid=8",
                                          "min=0.1%",
                                          "sel=1..9223372036854775807",
                                          "sel=-5..5&rows=7",
                                          "view=-9223372036854775808..9223372036854775807",
                                          "zoom=a%09b%0A",
                                          "mode=1",
                                          "rows=1000&column=10000000",
                                          "theme=light&text=200&split=900"};
    uint32_t id = chance(m, CMD_COUNT);
    while (id == CMD_EXPORT_PNG || id == CMD_EXPORT_FOLDED) /* they would fill the folder */
        id = chance(m, CMD_COUNT);
    int64_t origin = app_origin(m->app), span = 100000000000;
    if (chance(m, 4)) {
        snprintf(out, cap, "%s %s", commands[id].name, PICK(m, garbage));
    } else if (id == CMD_SELECT_NS || id == CMD_TIME_VIEW || id == CMD_STATE) {
        int64_t t0 = origin + (int64_t)chance_to(m, (float)span),
                t1 = t0 + 1 + (int64_t)chance_to(m, (float)span);
        snprintf(out, cap, "%s %s%lld..%lld", commands[id].name, id == CMD_STATE ? "view=" : "",
                 (long long)t0, (long long)t1);
    } else {
        snprintf(out, cap, "%s %u", commands[id].name, chance(m, 1100));
    }
}

static void command(Monkey *m) {
    char text[256];
    Error err = {0};
    command_text(m, text, sizeof text);
    snprintf(m->did, sizeof m->did, "do %s", text);
    if (!app_do(m->app, str_of(text), &err))
        check(m, err.message[0], "a refusal without a word");
    frame(m, 0);
}

/* -- files to open, good and bad */

static void write_file(uint32_t i, const char *name, const char *text) {
    path_join(files[i], sizeof files[i], folder, name);
    assert_true(file_write_all(files[i], str_of(text), NULL));
}

static void write_samples(uint32_t i, const char *name, uint32_t samples, uint64_t step_us,
                          bool damaged) {
    Buf text = {0};
    for (uint32_t k = 0; k < samples; k++) {
        uint64_t us = 5000000 + k * step_us;
        buf_printf(&text, "%s %u/%u [%03u] %llu.%06llu: %u %s:\n",
                   k % 5 ? "Web Content" : "swapper", k % 5 ? 70 : 0, k % 5 ? 70 + k % 3 : 0, k % 4,
                   (unsigned long long)(us / 1000000), (unsigned long long)(us % 1000000), 1000 + k,
                   k % 7 ? "cycles:u" : "page-faults");
        for (uint32_t d = 0; d <= k % 60; d++)
            buf_printf(&text, "\tffff%04x f%u+0x1 (/usr/lib/lib%u.so)\n", d * 16,
                       (d * 7 + k / 60) % 31, d % 3);
        buf_puts(&text, damaged && k % 9 == 0 ? "\tnot a frame\nnonsense: [\n\n" : "\n");
    }
    path_join(files[i], sizeof files[i], folder, name);
    assert_true(file_write_all(files[i], buf_str(&text), NULL));
    buf_free(&text);
}

static void copy_example(uint32_t i, const char *source, const char *name) {
    char path[700];
    Buf bytes = {0};
    snprintf(path, sizeof path, "%s/examples/%s", source, name);
    assert_true(file_read_all(path, &bytes, 1 << 20, NULL));
    path_join(files[i], sizeof files[i], folder, name);
    assert_true(file_write_all(files[i], buf_str(&bytes), NULL));
    buf_free(&bytes);
}

static int make_files(void **state) {
    (void)state;
    const char *base = getenv("TMPDIR"), *source = getenv("FLAMESCOPE_SOURCE");
    snprintf(folder, sizeof folder, "%s/app-monkey-XXXXXX", base && *base ? base : P_tmpdir);
    if (!mkdtemp(folder) || chdir(folder) != 0) /* Ctrl+S writes here */
        return -1;
    copy_example(0, source ? source : ".", "shop.perf.gz"); /* scenes are saved beside them */
    copy_example(1, source ? source : ".", "report.perf.gz");
    path_join(files[2], sizeof files[2], folder, "not there");
    snprintf(files[3], sizeof files[3], "%s", folder);
    write_file(4, "letter.txt", "Dear profile,\nthere is nothing here.\n");
    write_file(5, "empty", "");
    write_file(6, "a folded file with quite a long name, 100 % of it, and &=.txt",
               "main;a;b 7\nmain;c 2\nmain 1\n");
    write_samples(7, "one.perf", 1, 1, false);
    write_samples(8, "millisecond.perf", 40, 25, false);
    write_samples(9, "hours.perf", 400, 61000000, false);
    write_samples(10, "damaged.perf", 300, 3333, true);
    write_file(11, "no times.perf",
               "a 7 cycles:\n\t1 f (x)\n\t2 g (y)\n\na 8 cycles:\n\t1 h (x)\n\n");
    return 0;
}

static int remove_files(void **state) {
    (void)state;
    Arena arena;
    FileEntry *entry;
    size_t entries = 0;
    arena_init(&arena, 0);
    if (folder_list(folder, &arena, &entry, &entries, NULL))
        for (size_t i = 0; i < entries; i++)
            remove(entry[i].name);
    arena_free(&arena);
    return rmdir(folder);
}

/* -- the monkey */

static void one_step(Monkey *m) {
    step_time(m);
    static void (*const hands[])(Monkey *) = {pointer,   pointer, pointer, wheel,   wheel,
                                              chord,     chord,   chord,   command, command,
                                              other_key, typing,  command, resize,  drop};
    PICK(m, hands)(m);
    work(m);
    check_state(m);
}

static void escape_home(Monkey *m) {
    for (uint32_t i = 0; i < 12; i++) {
        uint32_t n = 0;
        add_key(m, &n, (Chord){.key = KEY_ESC});
        m->in.now_ns += FRAME_NS;
        frame(m, n);
    }
    snprintf(m->did + strlen(m->did), sizeof m->did - strlen(m->did), ", twelve times Esc");
    const App *app = m->app;
    bool home = !app->state.selection.on && !app->state.zoom[0] && !app->state.search[0];
    check(m, home || !app->session.slot[0].open, "Esc does not lead home");
    check(m, !app->overlay && !app->ui.popup && !app->panels.asking_filter, "something stays open");
}

static void look(Monkey *m) {
    Buf text = {0};
    dump_state(m->app, &text);
    dump_layout(m->app, &text);
    assert_true(text.n > 2);
    buf_free(&text);
    RasterTarget target = {.pixel = m->pixels, .w = PIXELS_W, .h = PIXELS_H, .stride = PIXELS_W};
    raster_draw(&target, m->out.window[0].draw, fonts_fixed());
}

static void open_good(Monkey *m) {
    Error err = {0};
    if (!app_open(m->app, 0, files[PICK(m, ((const uint32_t[]){0, 1, 8, 9, 10}))], &err))
        fail_msg("%s: %s", err.file, err.message);
}

static void run_monkey(uint64_t seed, uint32_t workers, uint32_t steps) {
    Monkey *m = test_calloc(1, sizeof *m);
    AppOptions options = {.fonts = fonts_fixed(), .workers = workers, .examples = folder};
    m->app = app_new(&options);
    m->random = seed * 0x9e3779b97f4a7c15u | 1;
    m->workers = workers;
    m->in = (FrameInput){.now_ns = 1000000000, .windows = 1};
    m->in.window[0] = (WindowInput){.w = 1280, .h = 720, .scale = 1, .focused = true};
    frame(m, 0);
    for (uint32_t i = 1; i <= steps; i++) {
        one_step(m);
        if (i % 50 == 0)
            settle(m);
        if (i % 100 == 0) {
            look(m);
            escape_home(m);
            settle(m);
        }
        if (i % 100 == 0) /* half of the time something good is open */
            open_good(m);
    }
    app_free(m->app);
    test_free(m);
}

static void test_inline(void **state) {
    (void)state;
    for (uint64_t seed = 1; seed <= 3; seed++)
        run_monkey(seed, 0, 1200);
}

static void test_workers(void **state) {
    (void)state;
    for (uint64_t seed = 11; seed <= 13; seed++)
        run_monkey(seed, 2, 1200);
}

static void test_by_hand(void **state) {
    (void)state;
    const char *words = getenv("FLAMESCOPE_MONKEY");
    unsigned seed = 0, steps = 0;
    if (!words || sscanf(words, "%u,%u", &seed, &steps) != 2)
        skip();
    run_monkey(seed, 0, steps);
    run_monkey(seed, 2, steps);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_inline),
        cmocka_unit_test(test_workers),
        cmocka_unit_test(test_by_hand),
    };
    return cmocka_run_group_tests(tests, make_files, remove_files);
}

/* Widgets under synthetic input. Each frame asks the same widgets; as in the program, what the
 * pointer is on is known from the second frame on. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "ui/ui.h"

typedef struct Bench {
    Ui ui;
    DrawList draw;
    int64_t now_ns;
    void (*scene)(struct Bench *);
    /* -- what the scenes' widgets answered, counted */
    int a, b, c, chosen_changes;
    uint32_t chosen;
    float position, scroll;
    char text[32];
    FieldResult field;
    ChipAction chip;
    UiZone under, over;
    bool modal, modal_open;
} Bench;

static Bench *bench;

static void frame_of(const InputEvent *events, uint32_t n) {
    FrameInput in = {.now_ns = bench->now_ns, .windows = 1, .events = n, .event = events};
    in.window[0] = (WindowInput){.w = 800, .h = 600, .scale = 1, .focused = true};
    const Theme *theme = theme_get(THEME_DARK);
    draw_reset(&bench->draw, 800, 600, theme->background);
    ui_begin(&bench->ui, &bench->draw, fonts_fixed(), theme, 1, &in, 0);
    bench->scene(bench);
    ui_end(&bench->ui);
    bench->now_ns += 16000000;
}

static void idle(void) {
    frame_of(NULL, 0);
}

static void send(InputEvent e) {
    frame_of(&e, 1);
}

static void pointer(InputKind kind, float x, float y) {
    send((InputEvent){.kind = (uint8_t)kind, .button = BUTTON_LEFT, .clicks = 1, .x = x, .y = y});
}

static void click(float x, float y) {
    pointer(INPUT_MOVE, x, y);
    pointer(INPUT_DOWN, x, y);
    pointer(INPUT_UP, x, y);
}

static void key(uint32_t k, uint32_t mods) {
    send((InputEvent){.kind = INPUT_KEY, .key = k, .mods = mods});
}

static void type(const char *s) {
    send((InputEvent){.kind = INPUT_TEXT, .text = str_of(s)});
}

static void start(void (*scene)(Bench *)) {
    bench->scene = scene;
    idle();
}

static int setup(void **state) {
    static Bench b;
    b = (Bench){.now_ns = 1000000000};
    bench = &b;
    *state = &b;
    ui_init(&b.ui);
    return 0;
}

static int teardown(void **state) {
    Bench *b = *state;
    ui_free(&b->ui);
    draw_free(&b->draw);
    return 0;
}

static bool drawn(const char *what) {
    Buf b = {0};
    draw_dump(&bench->draw, &b);
    bool found = strstr(b.s, what) != NULL;
    buf_free(&b);
    return found;
}

/* ---- buttons and zones ------------------------------------------------------------------- */

static void buttons(Bench *b) {
    b->a += ui_button(&b->ui, ui_id("a"), rect(10, 10, 100, 28), STR("A"), "help for A");
    b->b += ui_button(&b->ui, ui_id("b"), rect(10, 50, 100, 28), STR("B"), NULL);
    b->c += ui_tab(&b->ui, ui_id("c"), rect(10, 90, 100, 28), STR("C"), false, NULL);
}

static void test_click(void **state) {
    (void)state;
    start(buttons);
    click(20, 20);
    assert_true(bench->a == 1 && bench->b == 0);
    click(20, 60);
    click(20, 100);
    assert_true(bench->b == 1 && bench->c == 1);
    click(300, 300);
    send((InputEvent){.kind = INPUT_DOWN, .button = BUTTON_RIGHT, .x = 20, .y = 20});
    send((InputEvent){.kind = INPUT_UP, .button = BUTTON_RIGHT, .x = 20, .y = 20});
    assert_true(bench->a == 1 && bench->b == 1 && bench->c == 1);
    /* A whole click within one frame, as a slow frame sees it. */
    InputEvent all[3] = {{.kind = INPUT_MOVE, .x = 20, .y = 20},
                         {.kind = INPUT_DOWN, .button = BUTTON_LEFT, .x = 20, .y = 20},
                         {.kind = INPUT_UP, .button = BUTTON_LEFT, .x = 20, .y = 20}};
    frame_of(all, 3);
    assert_int_equal(bench->a, 2);
}

static void test_drag_out_cancels(void **state) {
    (void)state;
    start(buttons);
    pointer(INPUT_MOVE, 20, 20);
    pointer(INPUT_DOWN, 20, 20);
    pointer(INPUT_MOVE, 20, 60); /* over B, but A holds the pointer */
    assert_true(bench->ui.hot == 0);
    pointer(INPUT_UP, 20, 60);
    assert_true(bench->a == 0 && bench->b == 0);
    pointer(INPUT_DOWN, 300, 300);
    pointer(INPUT_MOVE, 20, 20);
    pointer(INPUT_UP, 20, 20); /* dragged in: no click either */
    assert_int_equal(bench->a, 0);
    pointer(INPUT_DOWN, 20, 20);
    pointer(INPUT_MOVE, 300, 300);
    pointer(INPUT_MOVE, 25, 22);
    pointer(INPUT_UP, 25, 22); /* out and back again is a click */
    assert_int_equal(bench->a, 1);
}

static void test_focus_order(void **state) {
    (void)state;
    start(buttons);
    key(KEY_TAB, 0);
    assert_true(ui_has_focus(&bench->ui, ui_id("a")));
    assert_true(bench->ui.focus_visible && ui_event_used(&bench->ui, 0));
    assert_true(drawn("outline 8.00 8.00 104.00 32.00"));
    key(KEY_SPACE, 0);
    assert_true(bench->a == 1 && ui_event_used(&bench->ui, 0));
    key(KEY_TAB, 0);
    key(KEY_ENTER, 0);
    assert_int_equal(bench->b, 1);
    key(KEY_TAB, MOD_SHIFT);
    key(KEY_TAB, MOD_SHIFT); /* around the start */
    assert_true(ui_has_focus(&bench->ui, ui_id("c")));
    key('Q', 0);
    assert_false(ui_event_used(&bench->ui, 0)); /* the program's */
    key(KEY_SPACE, MOD_CTRL);
    assert_int_equal(bench->c, 0);
    click(300, 300); /* a click beside everything takes the focus away */
    assert_true(bench->ui.focus == 0);
    key(KEY_SPACE, 0);
    assert_true(bench->a == 1 && !ui_event_used(&bench->ui, 0));
}

static void test_tip(void **state) {
    (void)state;
    start(buttons);
    pointer(INPUT_MOVE, 20, 20);
    assert_true(bench->ui.wake_ns < bench->now_ns + 500000000);
    assert_false(drawn("help for A"));
    bench->now_ns += 500000000;
    idle();
    assert_true(drawn("help for A"));
    pointer(INPUT_MOVE, 20, 60);
    assert_false(drawn("help for A"));
    assert_true(bench->ui.wake_ns == INT64_MAX); /* nothing to wait for: no wake */
    pointer(INPUT_MOVE, 20, 20);
    click(20, 20);
    bench->now_ns += 900000000;
    idle();
    assert_false(drawn("help for A")); /* it was used: no more advice */
}

static void zones(Bench *b) {
    b->under = ui_zone(&b->ui, ui_id("under"), rect(0, 0, 400, 400), ZONE_FOCUSABLE);
    Rect was = draw_clip_to(b->ui.draw, rect(100, 100, 50, 50));
    b->over = ui_zone(&b->ui, ui_id("over"), rect(100, 100, 200, 50), 0);
    draw_clip(b->ui.draw, was);
}

static void test_zones(void **state) {
    (void)state;
    start(zones);
    pointer(INPUT_MOVE, 120, 120);
    assert_true(bench->over.hover && !bench->under.hover);
    pointer(INPUT_MOVE, 200, 120); /* clipped away there */
    assert_true(!bench->over.hover && bench->under.hover);
    send((InputEvent){.kind = INPUT_WHEEL, .x = 120, .y = 120, .dy = 2, .mods = MOD_SHIFT});
    assert_true(bench->over.wheel_y == 2 && bench->under.wheel_y == 2);
    assert_int_equal(bench->under.mods, MOD_SHIFT);
    pointer(INPUT_DOWN, 50, 50);
    assert_true(bench->under.pressed && bench->under.held && bench->under.focused);
    pointer(INPUT_MOVE, 500, 50);
    assert_true(bench->under.held && !bench->under.hover && !bench->under.pressed);
    InputEvent both[2] = {{.kind = INPUT_UP, .button = BUTTON_LEFT, .x = 500, .y = 50},
                          {.kind = INPUT_MOVE, .x = 10, .y = 10}};
    frame_of(both, 2);
    assert_true(bench->under.released && !bench->under.clicked && !bench->under.held);
    assert_true(bench->under.x == 500); /* where it was let go, not where it went then */
    pointer(INPUT_DOWN, 50, 50);
    pointer(INPUT_UP, 53, 48);
    assert_true(bench->under.clicked);
    pointer(INPUT_LEAVE, 0, 0);
    idle();
    assert_true(!bench->under.hover && !bench->under.released);
}

/* ---- select and menu --------------------------------------------------------------------- */

static const Str items[4] = {{"alpha", 5}, {"beta\t12", 7}, {"gamma", 5}, {"glow", 4}};

static void selects(Bench *b) {
    b->chosen_changes += ui_select(&b->ui, ui_id("s"), rect(10, 10, 140, 28), STR("name"), items, 4,
                                   &b->chosen, NULL);
    b->a += ui_button(&b->ui, ui_id("a"), rect(10, 45, 200, 150), STR("under the menu"), NULL);
    b->b += ui_button(&b->ui, ui_id("b"), rect(400, 10, 100, 28), STR("B"), NULL);
}

static void test_select_by_pointer(void **state) {
    (void)state;
    start(selects);
    click(20, 20);
    assert_true(bench->ui.popup != 0 && drawn("\"gamma\""));
    Rect menu = bench->ui.popup_rect;
    click(menu.x + 30, menu.y + 5 + 28 * 2 + 10);
    assert_true(bench->chosen == 2 && bench->chosen_changes == 1 && bench->ui.popup == 0);
    assert_int_equal(bench->a, 0); /* the menu lay above it */
    pointer(INPUT_MOVE, 20, 20);
    pointer(INPUT_DOWN, 20, 20);
    pointer(INPUT_MOVE, menu.x + 30, menu.y + 10); /* press, drag, let go */
    pointer(INPUT_UP, menu.x + 30, menu.y + 10);
    assert_true(bench->chosen == 0 && bench->chosen_changes == 2 && bench->ui.popup == 0);
}

static void test_press_outside_only_closes(void **state) {
    (void)state;
    start(selects);
    click(20, 20);
    click(420, 20); /* on B */
    assert_true(bench->ui.popup == 0 && bench->b == 0 && bench->chosen_changes == 0);
    click(420, 20);
    assert_int_equal(bench->b, 1);
    click(20, 20);
    click(20, 20); /* its own button closes it as well */
    assert_true(bench->ui.popup == 0);
}

static void test_select_by_keyboard(void **state) {
    (void)state;
    start(selects);
    key(KEY_TAB, 0);
    key(KEY_DOWN, 0);
    assert_true(bench->ui.popup != 0 && bench->ui.popup_item == 0);
    key(KEY_DOWN, 0);
    key('X', 0);
    assert_true(ui_event_used(&bench->ui, 0)); /* all keys are the menu's */
    key(KEY_ENTER, 0);
    assert_true(bench->chosen == 1 && bench->ui.popup == 0);
    key(KEY_SPACE, 0);
    key('G', 0);
    assert_int_equal(bench->ui.popup_item, 2);
    key('G', 0); /* the next one with that letter */
    assert_int_equal(bench->ui.popup_item, 3);
    key(KEY_ESC, 0);
    assert_true(bench->ui.popup == 0 && bench->chosen == 1);
    key(KEY_SPACE, 0);
    key(KEY_UP, 0);
    key(KEY_UP, 0); /* around the start */
    assert_int_equal(bench->ui.popup_item, 3);
    key(KEY_ENTER, 0);
    assert_true(bench->chosen == 3 && bench->chosen_changes == 2);
}

static void test_vanished_menu_lets_go(void **state) {
    (void)state;
    start(selects);
    click(20, 20);
    bench->scene = buttons;
    for (int i = 0; i < 4; i++)
        idle();
    assert_true(bench->ui.popup == 0);
}

static void long_menu(Bench *b) {
    Str many[60];
    for (int i = 0; i < 60; i++)
        many[i] = items[i % 4];
    b->a += ui_menu(&b->ui, ui_id("m"), rect(700, 560, 90, 28), many, 60, &b->chosen);
}

static void test_long_menu(void **state) {
    (void)state;
    start(long_menu);
    ui_menu_open(&bench->ui, ui_id("m"));
    idle();
    Rect r = bench->ui.popup_rect;
    assert_true(r.y >= 0 && r.y + r.h <= 560 && r.x + r.w <= 800); /* upwards, inside */
    key(KEY_END, 0);
    assert_true(bench->ui.popup_scroll > 0);
    pointer(INPUT_MOVE, r.x + 20, r.y + r.h - 12);
    assert_int_equal(bench->ui.popup_item, 59);
    send((InputEvent){.kind = INPUT_WHEEL, .x = r.x + 20, .y = r.y + 10, .dy = 100});
    assert_true(bench->ui.popup_scroll == 0);
    key(KEY_HOME, 0);
    key(KEY_ENTER, 0);
    assert_true(bench->a == 1 && bench->chosen == 0);
}

/* ---- text field -------------------------------------------------------------------------- */

static void fields(Bench *b) {
    FieldResult r = ui_field(&b->ui, ui_id("f"), rect(10, 10, 200, 28), b->text, sizeof b->text,
                             STR("hint"), (Str){0}, false);
    b->field = r ? r : b->field;
    b->a += ui_button(&b->ui, ui_id("a"), rect(10, 60, 100, 28), STR("A"), NULL);
}

static void focus_field(const char *text) {
    strcpy(bench->text, text);
    start(fields);
    ui_set_focus(&bench->ui, ui_id("f"), true);
    idle();
    assert_true(bench->ui.wants_text);
    key(KEY_END, 0);
}

static void test_field_typing(void **state) {
    (void)state;
    start(fields);
    type("lost"); /* nobody listens */
    assert_string_equal(bench->text, "");
    assert_false(bench->ui.wants_text);
    focus_field("");
    type("h\xc3\xa9");
    assert_int_equal(bench->field, FIELD_CHANGED);
    InputEvent both[2] = {{.kind = INPUT_KEY, .key = 'W'}, {.kind = INPUT_TEXT, .text = STR("w")}};
    frame_of(both, 2);
    assert_true(ui_event_used(&bench->ui, 0) && ui_event_used(&bench->ui, 1));
    type("\xf0\x9f\x94\xa5");
    assert_string_equal(bench->text, "h\xc3\xa9w\xf0\x9f\x94\xa5");
    key(KEY_BACKSPACE, 0);
    key(KEY_LEFT, 0);
    key(KEY_BACKSPACE, 0);
    assert_string_equal(bench->text, "hw");
    key(KEY_HOME, 0);
    key(KEY_DELETE, 0);
    key(KEY_DELETE, 0);
    key(KEY_DELETE, 0);
    assert_string_equal(bench->text, "");
    send((InputEvent){.kind = INPUT_PASTE, .text = STR("two\nlines\x01\xff")});
    assert_string_equal(bench->text, "two lines\xef\xbf\xbd");
    bench->field = FIELD_NONE;
    key(KEY_ENTER, 0);
    assert_int_equal(bench->field, FIELD_ENTER);
    key(KEY_ENTER, MOD_SHIFT);
    assert_int_equal(bench->field, FIELD_SHIFT_ENTER);
    key(KEY_ESC, 0);
    assert_int_equal(bench->field, FIELD_ESC);
    key(KEY_F5, 0);
    assert_false(ui_event_used(&bench->ui, 0)); /* a command, even while typing */
    key('F', MOD_CTRL);
    assert_false(ui_event_used(&bench->ui, 0));
}

static void test_field_never_overflows(void **state) {
    (void)state;
    focus_field("");
    for (int i = 0; i < 20; i++)
        type("\xe2\x82\xac"); /* three bytes each: 30 of 31 fit */
    assert_int_equal(strlen(bench->text), 30);
    type("xy");
    assert_int_equal(strlen(bench->text), 31);
    assert_int_equal(bench->text[30], 'x');
    strcpy(bench->text, "ab"); /* the program writes into it: the cursor follows */
    idle();
    type("c");
    assert_string_equal(bench->text, "abc");
    strcpy(bench->text, "\xe2\x82\xac\xe2\x82\xac"); /* cursor 3 is between characters, 2 not */
    idle();
    key(KEY_BACKSPACE, 0);
    assert_string_equal(bench->text, "\xe2\x82\xac");
}

static void test_field_selection(void **state) {
    (void)state;
    focus_field("one two.three");
    key(KEY_LEFT, MOD_CTRL | MOD_SHIFT);
    key('C', MOD_CTRL);
    assert_string_equal(bench->ui.clipboard, "three");
    type("x");
    assert_string_equal(bench->text, "one two.x");
    key('A', MOD_CTRL);
    key('X', MOD_CTRL);
    assert_string_equal(bench->ui.clipboard, "one two.x");
    assert_string_equal(bench->text, "");
    key('C', MOD_CTRL);
    assert_false(ui_event_used(&bench->ui, 0)); /* nothing selected: the program's copy */
    key('V', MOD_CTRL);
    assert_true(bench->ui.wants_paste);
    focus_field("one two");
    key(KEY_BACKSPACE, MOD_CTRL);
    assert_string_equal(bench->text, "one ");
    key(KEY_LEFT, MOD_SHIFT);
    key(KEY_LEFT, MOD_SHIFT);
    key(KEY_LEFT, 0); /* leaves the selection at its start */
    type("!");
    assert_string_equal(bench->text, "on!e ");
    ui_set_focus(&bench->ui, ui_id("f"), true); /* by command: all is selected */
    idle();
    type("new");
    assert_string_equal(bench->text, "new");
}

static void test_field_pointer(void **state) {
    (void)state;
    strcpy(bench->text, "alpha beta"); /* 7.8 px a character from x = 20 on */
    start(fields);
    pointer(INPUT_MOVE, 20 + 7.8f * 3, 20);
    assert_int_equal(bench->ui.cursor, CURSOR_TEXT);
    click(20 + 7.8f * 3, 20);
    assert_true(bench->ui.text_cursor == 3 && bench->ui.text_mark == 3);
    assert_false(bench->ui.focus_visible);
    pointer(INPUT_DOWN, 20 + 7.8f, 20);
    pointer(INPUT_MOVE, 20 + 7.8f * 4, 25);
    pointer(INPUT_UP, 20 + 7.8f * 4, 25);
    assert_true(bench->ui.text_mark == 1 && bench->ui.text_cursor == 4);
    send((InputEvent){
        .kind = INPUT_DOWN, .button = BUTTON_LEFT, .clicks = 2, .x = 20 + 7.8f * 7, .y = 20});
    pointer(INPUT_UP, 20 + 7.8f * 7, 20);
    assert_true(bench->ui.text_mark == 6 && bench->ui.text_cursor == 10);
    click(20, 75); /* a button does not take the focus */
    assert_true(bench->a == 1 && ui_has_focus(&bench->ui, ui_id("f")));
    click(500, 500);
    assert_false(ui_has_focus(&bench->ui, ui_id("f")));
    idle();
    assert_false(bench->ui.wants_text);
}

/* ---- chips, rows, things that are dragged ------------------------------------------------ */

static void chips(Bench *b) {
    float w = ui_chip_width(&b->ui, STR("comm = java"), true);
    ChipAction did =
        ui_chip(&b->ui, ui_id("chip"), rect(10, 10, w, 28), STR("comm = java"), true, true, NULL);
    b->chip = did ? did : b->chip;
    b->position = 10 + w;
}

static void test_chip(void **state) {
    (void)state;
    start(chips);
    assert_true(drawn("\"comm = java\"")); /* its own width is enough for its text */
    click(30, 20);
    assert_int_equal(bench->chip, CHIP_TOGGLED);
    click(bench->position - 14, 20);
    assert_int_equal(bench->chip, CHIP_REMOVED);
    key(KEY_TAB, 0);
    key(KEY_SPACE, 0);
    assert_int_equal(bench->chip, CHIP_TOGGLED);
    key(KEY_DELETE, 0);
    assert_int_equal(bench->chip, CHIP_REMOVED);
}

static void rows(Bench *b) {
    for (int i = 0; i < 3; i++)
        if (ui_row(&b->ui, ui_id_at(ui_id("row"), (uint64_t)i), rect(0, (float)i * 30, 300, 30),
                   false))
            b->a = i + 1;
    b->b += ui_button(&b->ui, ui_id("b"), rect(10, 200, 100, 28), STR("B"), NULL);
}

static void test_rows(void **state) {
    (void)state;
    start(rows);
    click(20, 40);
    assert_int_equal(bench->a, 2);
    key(KEY_TAB, 0);
    for (int i = 0; i < 5; i++)
        key(KEY_DOWN, 0); /* stops at the last row, the button is none */
    key(KEY_ENTER, 0);
    assert_int_equal(bench->a, 3);
    key(KEY_UP, 0);
    key(KEY_UP, 0);
    key(KEY_UP, 0);
    key(KEY_ENTER, 0);
    assert_int_equal(bench->a, 1);
}

static void dragged(Bench *b) {
    b->a += ui_splitter(&b->ui, ui_id("split"), rect(0, b->position, 800, 9), &b->position);
    b->b += ui_scrollbar(&b->ui, ui_id("bar"), rect(780, 0, 10, 200), 1000, 100, &b->scroll);
}

static void test_splitter(void **state) {
    (void)state;
    bench->position = 300;
    start(dragged);
    pointer(INPUT_MOVE, 100, 304);
    assert_int_equal(bench->ui.cursor, CURSOR_RESIZE_V);
    pointer(INPUT_DOWN, 100, 304);
    assert_true(bench->position == 300); /* a press alone moves nothing */
    pointer(INPUT_MOVE, 400, 354);
    assert_true(bench->position == 350);
    pointer(INPUT_UP, 400, 250);
    assert_true(bench->position == 246);
    int before = bench->a;
    pointer(INPUT_MOVE, 400, 100);
    assert_true(bench->position == 246 && bench->a == before);
    key(KEY_TAB, 0);
    key(KEY_DOWN, 0);
    assert_true(bench->position == 262 && bench->a == before + 1);
}

static void test_scrollbar(void **state) {
    (void)state;
    start(dragged);
    click(785, 150); /* beside the thumb: it jumps there */
    assert_true(bench->scroll > 500 && bench->b > 0);
    pointer(INPUT_DOWN, 785, 150);
    pointer(INPUT_MOVE, 785, 900);
    assert_true(bench->scroll == 900);
    pointer(INPUT_MOVE, 785, -900);
    assert_true(bench->scroll == 0);
    pointer(INPUT_UP, 785, -900);
    bench->scroll = 5000;
    idle();
    assert_true(bench->scroll == 900); /* the list got shorter */
}

/* ---- modal, tooltip, progress ------------------------------------------------------------ */

static void modals(Bench *b) {
    buttons(b);
    if (!b->modal_open)
        return;
    Rect panel;
    if (!ui_modal_begin(&b->ui, ui_id("modal"), 300, 200, &panel)) {
        b->modal_open = false;
        return;
    }
    assert_true(panel.x == 250 && panel.y == 200);
    b->chosen += ui_button(&b->ui, ui_id("inside"), rect(panel.x + 10, panel.y + 10, 100, 28),
                           STR("inside"), NULL);
    ui_modal_end(&b->ui);
}

static void test_modal(void **state) {
    (void)state;
    bench->modal_open = true;
    start(modals);
    click(270, 220);
    assert_int_equal(bench->chosen, 1);
    key(KEY_TAB, 0);
    key(KEY_TAB, 0); /* stays inside */
    assert_true(ui_has_focus(&bench->ui, ui_id("inside")));
    key(KEY_ENTER, 0);
    assert_int_equal(bench->chosen, 2);
    pointer(INPUT_MOVE, 20, 20);
    pointer(INPUT_DOWN, 20, 20); /* on button A, behind it */
    assert_false(bench->modal_open);
    pointer(INPUT_UP, 20, 20);
    idle();
    assert_int_equal(bench->a, 0);
    bench->modal_open = true;
    idle();
    idle();
    key(KEY_ESC, 0);
    assert_true(!bench->modal_open && ui_event_used(&bench->ui, 0));
    idle();
    click(20, 20);
    assert_int_equal(bench->a, 1);
}

static Rect avoided;

static void tooltips(Bench *b) {
    static const Str lines[12] = {{"first\t1", 7}, {"second\t2", 8}, {"third", 5},
                                  {"fourth", 6},   {"fifth", 5},     {"sixth", 5},
                                  {"seventh", 7},  {"eighth", 6},    {"ninth", 5},
                                  {"tenth", 5},    {"eleventh", 8},  {"twelfth", 7}};
    ui_tooltip(&b->ui, avoided, lines, 12);
}

static void test_tooltip_place(void **state) {
    (void)state;
    start(tooltips);
    for (float y = 5; y < 600; y += 85) {
        for (float x = 5; x < 800; x += 113) {
            avoided = rect(x - 60, y - 9, 120, 18);
            pointer(INPUT_MOVE, x, y);
            bool found = false;
            for (uint32_t i = 0; i < bench->draw.commands; i++) {
                const DrawCommand *c = &bench->draw.command[i];
                if (c->kind != DRAW_OUTLINE)
                    continue;
                found = true;
                assert_true(c->rect.x >= 0 && c->rect.y >= 0);
                assert_true(c->rect.x + c->rect.w <= 800 && c->rect.y + c->rect.h <= 600);
                Rect cut = rect_cut(c->rect, avoided);
                assert_true(cut.w == 0 || cut.h == 0);
            }
            assert_true(found && drawn("\"tenth\"") && !drawn("\"eleventh\""));
        }
    }
}

static void tipped(Bench *b) {
    ui_button(&b->ui, ui_id("tipped"), rect(10, 10, 100, 30), STR("button"), "what it does\tKey");
}

/* It comes after half a second of rest, goes with the first key, and comes again when the pointer
 * has moved. */
static void test_tooltip_makes_room_for_the_keyboard(void **state) {
    (void)state;
    start(tipped);
    pointer(INPUT_MOVE, 20, 20);
    idle();
    assert_false(drawn("\"what it does\""));
    bench->now_ns += 600000000;
    idle();
    assert_true(drawn("\"what it does\""));
    key(KEY_DOWN, 0);
    bench->now_ns += 600000000;
    idle();
    assert_false(drawn("\"what it does\""));
    pointer(INPUT_MOVE, 22, 20);
    bench->now_ns += 600000000;
    idle();
    assert_true(drawn("\"what it does\""));
}

static void progress(Bench *b) {
    ui_progress(&b->ui, rect(10, 10, 100, 6), b->position);
    ui_icon(&b->ui, rect(200, 10, 16, 16), "search", 0xffffffff);
    ui_icon(&b->ui, rect(200, 10, 16, 16), "no such icon", 0xffffffff);
}

static void test_progress_wakes_only_when_it_moves(void **state) {
    (void)state;
    bench->position = 0.5f;
    start(progress);
    assert_false(bench->ui.animating);
    assert_true(drawn("round 10.00 10.00 50.00 6.00"));
    bench->position = -1;
    idle();
    assert_true(bench->ui.animating);
}

int main(void) {
#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        CASE(test_click),
        CASE(test_drag_out_cancels),
        CASE(test_focus_order),
        CASE(test_tip),
        CASE(test_zones),
        CASE(test_select_by_pointer),
        CASE(test_press_outside_only_closes),
        CASE(test_select_by_keyboard),
        CASE(test_vanished_menu_lets_go),
        CASE(test_long_menu),
        CASE(test_field_typing),
        CASE(test_field_never_overflows),
        CASE(test_field_selection),
        CASE(test_field_pointer),
        CASE(test_chip),
        CASE(test_rows),
        CASE(test_splitter),
        CASE(test_scrollbar),
        CASE(test_modal),
        CASE(test_tooltip_place),
        CASE(test_tooltip_makes_room_for_the_keyboard),
        CASE(test_progress_wakes_only_when_it_moves),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

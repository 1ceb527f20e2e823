#include "app/tour.h"

#include <math.h>
#include <string.h>

#include "app/program.h"
#include "app/words.h"

enum { LESSONS = 6, TITLE_SIZE = 16, HOVER_NS = 700000000 };

typedef enum Place { PLACE_HEAT, PLACE_FLAME, PLACE_SEARCH, PLACE_NONE } Place;

typedef struct Lesson {
    const char *title, *task, *seen;
    Place place;
    bool (*made)(const App *app); /* the gesture */
} Lesson;

/* -- gestures */

static bool points_at_cell(const App *app) {
    const Tour *t = &app->tour;
    return t->held_ns && app->last_input.now_ns - t->held_ns >= HOVER_NS;
}

static bool selected(const App *app) {
    const Range *r = &app->state.selection;
    int64_t origin = app_origin(app), from = r->t0_ns - origin, to = r->t1_ns - origin;
    const int64_t second = 1000000000;
    return r->on && from >= 22 * second && to <= 34 * second && to - from >= 3 * second &&
           !app->heat.drag;
}

static bool pinned(const App *app) {
    return app->state.pin[0] != 0;
}

static bool compared(const App *app) {
    return state_compares(&app->state);
}

static bool searched(const App *app) {
    const Answer *a = app_answer(app);
    return app->state.search[0] && a && a->search_nodes &&
           !strcmp(a->query.search, app->state.search);
}

static bool saved_or_copied(const App *app) {
    return app->clipboard.n || (!app->tour.saved_before && app->saver.path[0] && !app->saver.busy &&
                                !app->saver.error.kind);
}

static const Lesson lessons[LESSONS] = {
    {"A minute and a half at a glance",
     "Each column is one second, read upwards, each cell 20 ms: the brighter, the busier. "
     "Point at a bright cell and wait a moment.",
     "The tooltip names the stacks that ran in this cell. Blocks are bursts, lines across are periodic, dark is idle.",
     PLACE_HEAT, points_at_cell},
    {"Select what looks odd",
     "Something goes on between second 25 and 31. Press the button there, drag to the other end of it, "
     "and watch the flame graph follow.",
     "Below are exactly those samples, drawn anew on every frame of your drag. The arrow keys move the range by a cell or a column.",
     PLACE_HEAT, selected},
    {"Where else does it run?", "Point at any wide frame of the flame graph and press L to pin it.",
     "All moments of this function stay lit on the heat map, the rest is dimmed. The keys . and , step through them, Shift+L lets go.",
     PLACE_FLAME, pinned},
    {"What is different here?", "Press B: the selected range is compared with everything else.",
     "Red has a larger share here than elsewhere, blue a smaller one; frames that occur on one side only are marked new and gone.",
     PLACE_FLAME, compared},
    {"Find it by name", "Press / and type a part of a name, say node or sort.",
     "Frames that match are lit in both pictures, and their share is counted once for each sample. F3 walks through them.",
     PLACE_SEARCH, searched},
    {"Take it along",
     "Press Ctrl+S to save this window as a picture, or Ctrl+L to copy a command that shows the same again.",
     "There are also SVG, HTML, folded, speedscope and pprof; Ctrl+B keeps a scene, and F5 presents all scenes.",
     PLACE_NONE, saved_or_copied},
};

/* -- going on */

static void begin_lesson(App *app, uint32_t lesson) {
    Tour *t = &app->tour;
    Error unused = {0};
    *t = (Tour){.on = true,
                .lesson = lesson,
                .since_ns = app->last_input.now_ns,
                .saved_before = app->saver.path[0] != 0};
    if (lesson < 2)
        app->state.selection = (Range){0};
    if (lesson == 2)
        app_run(app, CMD_UNPIN, STR(""), &unused);
    if (lesson < 4 && state_compares(&app->state))
        app_run(app, CMD_COMPARE, STR("none"), &unused);
    if (lesson >= 2 && !app->state.selection.on) /* skipped */
        app_run(app, CMD_SELECT, STR("25..31"), &unused);
}

bool tour_begin(App *app, Error *err) {
    if (!app_open(app, 0, TOUR_PROFILE, err))
        return false;
    begin_lesson(app, 0);
    return true;
}

void tour_end(App *app) {
    app->tour = (Tour){0};
}

void tour_step(App *app, int by) {
    Tour *t = &app->tour;
    if (by > 0 && t->lesson + 1 == LESSONS) {
        tour_end(app);
        app_notice(app, "That was the tour. Ctrl+O opens your own profile, ? shows every key");
    } else if (by > 0 || t->lesson) {
        begin_lesson(app, t->lesson + (uint32_t)by);
    }
}

void tour_watch(App *app, int64_t now_ns) {
    Tour *t = &app->tour;
    if (!t->on || t->done || session_loading(&app->session))
        return;
    if (!app->heat.hover.on)
        t->held_ns = 0;
    else if (!t->held_ns)
        t->held_ns = now_ns;
    t->done = lessons[t->lesson].made(app);
}

/* -- the band */

enum { TASK_LINES = 3 };

static float task_width(const View *v) {
    return v->ui->window.w - ui_px(v->ui, 320);
}

float tour_height(const Tour *t, const View *v) {
    return t->on ? ui_px(v->ui, 42) + TASK_LINES * ui_px(v->ui, v->ui->theme->font + 6) : 0;
}

static void buttons(const Tour *t, const View *v, Rect area) {
    Ui *ui = v->ui;
    float h = ui_px(ui, ui->theme->control_h), w = ui_px(ui, 84), gap = ui_px(ui, 8);
    float y = floorf(area.y + (area.h - h) / 2), x = area.x + area.w - ui_px(ui, 20) - w;
    bool last = t->lesson + 1 == LESSONS;
    Rect r = {x, y, w, h};
    if (t->done)
        draw_outline(ui->draw, rect_inset(r, -ui_px(ui, 3)), ui_px(ui, ui->theme->radius + 3),
                     ui_px(ui, 2), ui->theme->accent);
    if (ui_button(ui, ui_id("tour next"), r,
                  last      ? STR("Finish")
                  : t->done ? STR("Next")
                            : STR("Skip"),
                  command_tip(CMD_TOUR_NEXT, v->arena)))
        wish(v->wishes, CMD_TOUR_NEXT, "%s", "");
    r.x -= w + gap;
    if (t->lesson) {
        if (ui_button(ui, ui_id("tour back"), r, STR("Back"), command_tip(CMD_TOUR_BACK, v->arena)))
            wish(v->wishes, CMD_TOUR_BACK, "%s", "");
        r.x -= w + gap;
    }
    if (ui_button(ui, ui_id("tour end"), r, STR("End"), command_tip(CMD_TOUR_END, v->arena)))
        wish(v->wishes, CMD_TOUR_END, "%s", "");
}

void tour_draw(const Tour *t, const View *v, Rect area) {
    Ui *ui = v->ui;
    const Theme *theme = ui->theme;
    if (!t->on || area.h <= 0)
        return;
    const Lesson *l = &lessons[t->lesson];
    uint32_t color = t->done ? theme->b : theme->accent;
    draw_rect(ui->draw, area, theme->panel);
    draw_rect(ui->draw, (Rect){area.x, area.y, ui_px(ui, 6), area.h}, color);
    float x = area.x + ui_px(ui, 24), y = area.y + ui_px(ui, 8), step = ui_px(ui, theme->font + 6);
    ui_label(
        ui, (Rect){x, y, task_width(v), ui_px(ui, 24)},
        view_text(v, "%u of %u   %s%s", t->lesson + 1, LESSONS, l->title, t->done ? "   ✓" : ""),
        t->done ? color : theme->text, FACE_SEMIBOLD, TITLE_SIZE, -1);
    Str line[TASK_LINES];
    uint32_t n = words_wrap(ui, str_of(t->done ? l->seen : l->task), FACE_REGULAR, theme->font + 1,
                            task_width(v), line, TASK_LINES);
    for (uint32_t i = 0; i < n; i++)
        ui_label(ui, (Rect){x, y + ui_px(ui, 26) + (float)i * step, task_width(v), step}, line[i],
                 theme->text, FACE_REGULAR, theme->font + 1, -1);
    buttons(t, v, area);
}

/* It breathes for some seconds, then stays: a window that nobody touches does no work. */
void tour_point(const Tour *t, const View *v, const TourPlaces *places) {
    Ui *ui = v->ui;
    if (!t->on || t->done)
        return;
    Place place = lessons[t->lesson].place;
    Rect r = place == PLACE_HEAT    ? places->heat
             : place == PLACE_FLAME ? places->flame
                                    : places->search;
    if (place == PLACE_NONE || r.w <= 0)
        return;
    double age = (double)(v->now_ns - t->since_ns) / 1e9, breath = 0.75;
    if (age < 3 && !v->still) {
        breath = 0.55 + 0.35 * cos(age * 2 * 3.14159265);
        view_wake(v, v->now_ns);
    }
    draw_outline(ui->draw, rect_inset(r, -ui_px(ui, 4)), ui_px(ui, 6), ui_px(ui, 3),
                 color_alpha(ui->theme->accent, (float)breath));
}

#include "app/frame_menu.h"

#include <stdio.h>
#include <string.h>

enum { ITEMS = 20 };

typedef struct Item {
    CommandId id;
    const char *label;
    Str args;
} Item;

typedef struct Menu {
    const View *v;
    Item item[ITEMS];
    uint32_t n;
} Menu;

static void offer(Menu *m, CommandId id, const char *label, Str args) {
    if (m->n < ITEMS)
        m->item[m->n++] = (Item){id, label, args};
}

/* How a command's argument names these frames: the language of transforms, less its first word. */
static Str argument(const View *v, TransformKind kind, Str frames) {
    Transforms one = {0};
    Buf text = {0};
    Str name = STR("");
    if (transforms_add(&one, kind, GROUP_PROCESS, frames, NULL)) {
        transforms_format(&one, &text);
        name = buf_str(&text);
        str_cut(&name, '=');
    }
    Str kept = str_copy(v->arena, name);
    buf_free(&text);
    return kept;
}

static Str quoted_chip(const View *v, const char *key, Str value) {
    if (value.n >= FILTER_VALUE || str_find_char(value, '"') < value.n ||
        str_find_char(value, '\\') < value.n)
        return STR("");
    return view_text(v, "%s\"%.*s\"", key, (int)value.n, value.s);
}

static void chips_of(Menu *m, const FrameMenu *of, Str frame) {
    const View *v = m->v;
    if (of->synthetic) /* no sample has it */
        return;
    Str line = str_of(of->frame);
    Str module = str_cut(&line, '\n');
    Str symbol = str_cut(&module, '\t');
    if (of->kind == FRAME_PROCESS) {
        Str only = quoted_chip(v, "comm=", symbol), without = quoted_chip(v, "comm!=", symbol);
        if (only.n) {
            offer(m, CMD_FILTER_ADD, "Count only this process", only);
            offer(m, CMD_FILTER_ADD, "Count all but this process", without);
        }
        return;
    }
    offer(m, CMD_FILTER_KEEP, "Count only samples with this function", frame);
    offer(m, CMD_FILTER_DROP, "Count only samples without it", frame);
    Str only = quoted_chip(v, "module=", module);
    if (module.n && only.n)
        offer(m, CMD_FILTER_ADD, "Count only samples in this module", only);
}

static void transforms_of(Menu *m, const FrameMenu *of, Str frame) {
    const View *v = m->v;
    Str frames = str_of(of->frame), path = str_of(of->path);
    offer(m, CMD_FOCUS_FUNCTION, "Focus on this function", frame);
    if (path.n) {
        offer(m, CMD_FOCUS_SUBTREE, "Focus on this very frame",
              argument(v, TRANSFORM_FOCUS_SUBTREE, path));
        offer(m, CMD_MERGE_NODE, "Merge this very frame into its caller",
              argument(v, TRANSFORM_MERGE_NODE, path));
    }
    offer(m, CMD_MERGE_FUNCTION, "Merge this function into its callers", frame);
    offer(m, CMD_DROP_FUNCTION, "Leave out samples with this function", frame);
    offer(m, CMD_COLLAPSE_RECURSION, "Fold its recursion", frame);
    if (str_find_char(frames, '\t') + 2 < frames.n)
        offer(m, CMD_COLLAPSE_MODULE, "Show its module as one frame",
              argument(v, TRANSFORM_COLLAPSE_MODULE, frames));
}

static void items_of(Menu *m, const FrameMenu *of) {
    const View *v = m->v;
    Str frame = argument(v, TRANSFORM_FOCUS_FUNCTION, str_of(of->frame));
    if (of->zooms)
        offer(m, CMD_ZOOM_KEY, "Zoom in", view_text(v, "%llu", (unsigned long long)of->key));
    else if (of->t1_ns > of->t0_ns)
        offer(m, CMD_SELECT_NS, "Select its time",
              view_text(v, "%lld..%lld", (long long)of->t0_ns, (long long)of->t1_ns));
    if (of->zooms && v->state->zoom[0])
        offer(m, CMD_ZOOM_OUT, "Zoom out", STR(""));
    if (of->frame[0]) { /* else no argument could name it */
        if (view_has_time(v))
            offer(m, CMD_PIN, "Pin: light its moments", frame);
        offer(m, CMD_SANDWICH, "Callers and callees", frame);
        chips_of(m, of, frame);
        transforms_of(m, of, frame);
    }
    if (of->zooms) /* copies what is under the pointer or marked, which it stays */
        offer(m, CMD_COPY, "Copy the stack", STR(""));
}

/* -- opening */

static void take_frame(FrameMenu *menu, const View *v, const Tree *tree, FrameId frame) {
    Str symbol = tree_symbol(tree, v->dict, frame), module = tree_module(tree, v->dict, frame);
    *menu = (FrameMenu){.open = true,
                        .kind = tree_frame_kind(tree, v->dict, frame),
                        .synthetic = frame_is_synthetic(frame),
                        .x = v->ui->x,
                        .y = v->ui->y};
    if (symbol.n + module.n + 3 <= MENU_NAME)
        snprintf(menu->frame, sizeof menu->frame, "%.*s\t%.*s\n", (int)symbol.n, symbol.s,
                 (int)module.n, module.s);
}

static void take_flame_box(FrameMenu *menu, const View *v, const FlameBox *b) {
    bool forward = v->state->view_kind == VIEW_FLAME || v->state->view_kind == VIEW_ICICLE;
    take_frame(menu, v, v->answer->tree, b->frame);
    menu->zooms = true;
    menu->key = b->key;
    if (!forward || !flame_zoom_text(v->answer, v->dict, b->node, menu->path, sizeof menu->path))
        menu->path[0] = 0;
}

static void take_chart_box(FrameMenu *menu, const View *v, const Chart *c, const ChartBox *b) {
    take_frame(menu, v, c->tree, b->frame);
    menu->t0_ns = b->t0_ns;
    menu->t1_ns = b->t1_ns;
    if (!chart_path_text(c, v->dict, b, menu->path, sizeof menu->path))
        menu->path[0] = 0;
}

/* True when something was clicked in this frame. */
static bool opens(FrameMenu *menu, const FramePanes *panes, const View *v) {
    const Chart *c = chart_pane_shown(panes->chart, v->engine);
    const Answer *callers = panes->callers_answer;
    if (panes->chart->menu.on && c)
        take_chart_box(menu, v, c, &panes->chart->menu.box);
    else if (panes->callers->menu.on && callers)
        take_frame(menu, v, callers->tree, panes->callers->menu.box.frame);
    else if (panes->flame->menu.on && v->answer)
        take_flame_box(menu, v, &panes->flame->menu.box);
    else
        return false;
    if (menu->zooms)
        panes->flame->cursor = menu->key; /* what the menu is about stays marked */
    return true;
}

void frame_menu_draw(FrameMenu *menu, const FramePanes *panes, const View *v) {
    Ui *ui = v->ui;
    UiId id = ui_id("frame menu");
    if (opens(menu, panes, v))
        ui_menu_open(ui, id);
    if (!menu->open)
        return;
    if (ui->popup != id) {
        menu->open = false;
        return;
    }
    Menu m = {.v = v};
    Str text[ITEMS];
    items_of(&m, menu);
    for (uint32_t i = 0; i < m.n; i++) {
        CommandId named = m.item[i].id == CMD_ZOOM_KEY ? CMD_ZOOM : m.item[i].id;
        Str key = command_key(named, v->arena);
        text[i] = view_text(v, "%s\t%.*s", m.item[i].label, (int)key.n, key.s);
    }
    uint32_t chosen = 0;
    if (!ui_menu(ui, id, (Rect){menu->x, menu->y, 0, 0}, text, m.n, &chosen))
        return;
    menu->open = false;
    wish(v->wishes, m.item[chosen].id, "%.*s", (int)m.item[chosen].args.n, m.item[chosen].args.s);
}

#include "app/frame_menu.h"

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
    if (value.n >= FILTER_VALUE || str_find_char(value, '"') < value.n || str_find_char(value, '\\') < value.n)
        return STR("");
    return view_text(v, "%s\"%.*s\"", key, (int)value.n, value.s);
}

static void chips_of(Menu *m, const FlameBox *b, Str frame) {
    const View *v = m->v;
    Str symbol = tree_symbol(v->answer->tree, v->dict, b->frame),
        module = tree_module(v->answer->tree, v->dict, b->frame);
    if (frame_is_synthetic(b->frame)) /* no sample has it */
        return;
    if (tree_frame_kind(v->answer->tree, v->dict, b->frame) == FRAME_PROCESS) {
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

static void transforms_of(Menu *m, const FlameBox *b, Str frame, Str frames) {
    const View *v = m->v;
    char path[STATE_ZOOM];
    bool forward = v->state->view_kind == VIEW_FLAME || v->state->view_kind == VIEW_ICICLE;
    offer(m, CMD_FOCUS_FUNCTION, "Focus on this function", frame);
    if (forward && flame_zoom_text(v->answer, v->dict, b->node, path, sizeof path)) {
        offer(m, CMD_FOCUS_SUBTREE, "Focus on this very frame", argument(v, TRANSFORM_FOCUS_SUBTREE, str_of(path)));
        offer(m, CMD_MERGE_NODE, "Merge this very frame into its caller", argument(v, TRANSFORM_MERGE_NODE, str_of(path)));
    }
    offer(m, CMD_MERGE_FUNCTION, "Merge this function into its callers", frame);
    offer(m, CMD_DROP_FUNCTION, "Leave out samples with this function", frame);
    offer(m, CMD_COLLAPSE_RECURSION, "Fold its recursion", frame);
    if (tree_module(v->answer->tree, v->dict, b->frame).n)
        offer(m, CMD_COLLAPSE_MODULE, "Show its module as one frame", argument(v, TRANSFORM_COLLAPSE_MODULE, frames));
}

static void items_of(Menu *m, const FlameBox *b) {
    const View *v = m->v;
    Str symbol = tree_symbol(v->answer->tree, v->dict, b->frame),
        module = tree_module(v->answer->tree, v->dict, b->frame);
    Str frames = view_text(v, "%.*s\t%.*s\n", (int)(symbol.n < 500 ? symbol.n : 500), symbol.s,
                           (int)(module.n < 500 ? module.n : 500), module.s);
    Str frame = argument(v, TRANSFORM_FOCUS_FUNCTION, frames);
    offer(m, CMD_ZOOM_KEY, "Zoom in", view_text(v, "%llu", (unsigned long long)b->key));
    if (v->state->zoom[0])
        offer(m, CMD_ZOOM_OUT, "Zoom out", STR(""));
    if (symbol.n + module.n <= 900) { /* else no argument could name it */
        if (view_has_time(v))
            offer(m, CMD_PIN, "Pin: light its moments", frame);
        offer(m, CMD_SANDWICH, "Callers and callees", frame);
        chips_of(m, b, frame);
        transforms_of(m, b, frame, frames);
    }
    offer(m, CMD_COPY, "Copy the stack", STR(""));
}

void frame_menu_draw(FrameMenu *menu, FlamePane *pane, const View *v) {
    Ui *ui = v->ui;
    UiId id = ui_id("frame menu");
    if (pane->menu.on) {
        *menu = (FrameMenu){true, pane->menu.box, ui->x, ui->y};
        pane->cursor = menu->box.key; /* what the menu is about stays marked */
        ui_menu_open(ui, id);
    }
    if (!menu->open || !v->answer)
        return;
    if (ui->popup != id) {
        menu->open = false;
        return;
    }
    Menu m = {.v = v};
    Str text[ITEMS];
    items_of(&m, &menu->box);
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

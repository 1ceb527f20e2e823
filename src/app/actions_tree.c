/* Actions on the tree that is drawn, and on frames as such: transforms, chips made of a frame, the
 * function of a sandwich, the pinned one. A frame is named by the command's argument or is the
 * one under the pointer, else the marked one. */
#include <stdio.h>
#include <string.h>

#include "app/actions.h"
#include "app/heat_lanes.h"

bool can_transformed(const App *app) {
    return can_file(app) && app->state.transforms.count > 0;
}

bool can_linked(const App *app) {
    return can_time(app) && (app->state.pin[0] || app->state.search[0]);
}

/* -- which frame */

static const FlameBox *pointed(const App *app, const Answer **of) {
    const FlameBox *b = app_flame_box(app, of);
    return b && b->depth ? b : NULL;
}

static bool pointed_function(const App *app, const Tree **tree, FrameId *frame) {
    uint64_t number;
    const Functions *f = table_functions(app->session.engine, &number);
    *frame = table_pane_pointed(&app->table, f);
    *tree = f ? f->tree : NULL;
    return *frame != 0;
}

/* A frame and the tree whose it is, if it is synthetic. The flame graph's mark is not seen while
 * the chart is. */
static bool pointed_frame(const App *app, const Tree **tree, FrameId *frame) {
    if (app->state.view_kind == VIEW_CHART) {
        const Chart *c = app_chart_hovered(app);
        *tree = c ? c->tree : NULL;
        *frame = app->chart.hover.box.frame;
        return c != NULL;
    }
    if (app->state.view_kind == VIEW_TABLE)
        return pointed_function(app, tree, frame);
    const Answer *a;
    const FlameBox *b = pointed(app, &a);
    if (!b)
        return false;
    *tree = a->tree;
    *frame = b->frame;
    return true;
}

/* "symbol\tmodule\n" of the frame that the argument or the pointer names, in the frame's arena. */
static bool frame_text(App *app, Str args, Str *out, Error *err) {
    if (args.n) {
        Transforms one = {0};
        Buf text = {0};
        buf_printf(&text, "focus-function=%.*s", (int)args.n, args.s);
        bool ok = transforms_parse(buf_str(&text), &one, err);
        buf_free(&text);
        if (ok && (one.count != 1 || transform_frames(&one, 0).n <= 2))
            return error_set(err, ERROR_USAGE, "name one function, as SYMBOL or SYMBOL|MODULE");
        if (ok)
            *out = str_copy(&app->frame_arena, transform_frames(&one, 0));
        return ok;
    }
    const Tree *tree;
    FrameId id;
    if (!pointed_frame(app, &tree, &id))
        return error_set(err, ERROR_USAGE, "point at a frame, or mark one");
    Str symbol = tree_symbol(tree, &app->session.dict, id),
        module = tree_module(tree, &app->session.dict, id);
    char *text = ARENA_ARRAY(&app->frame_arena, char, symbol.n + module.n + 3);
    memcpy(text, symbol.s, symbol.n);
    text[symbol.n] = '\t';
    memcpy(text + symbol.n + 1, module.s, module.n);
    text[symbol.n + 1 + module.n] = '\n';
    *out = (Str){text, symbol.n + module.n + 2};
    return true;
}

/* The path to the frame under the pointer. */
static bool path_text(App *app, Str *out, Error *err) {
    const Answer *a;
    const FlameBox *b = pointed(app, &a);
    const Chart *c = app_chart_hovered(app);
    bool chart = app->state.view_kind == VIEW_CHART;
    char *text = ARENA_ARRAY(&app->frame_arena, char, STATE_ZOOM);
    if (chart ? !c : !b)
        return error_set(err, ERROR_USAGE, "point at a frame, or mark one");
    if (app->state.view_kind == VIEW_INVERTED || app->state.view_kind == VIEW_SANDWICH)
        return error_set(
            err, ERROR_USAGE,
            "a single frame can be taken from the flame graph only, not from the inverted one");
    if (chart ? !chart_path_text(c, &app->session.dict, &app->chart.hover.box, text, STATE_ZOOM)
              : !flame_zoom_text(a, &app->session.dict, b->node, text, STATE_ZOOM))
        return error_set(err, ERROR_LIMIT, "the path to this frame is too long");
    *out = str_of(text);
    return true;
}

/* -- transforms */

/* A zoom into what is arranged anew means nothing. */
static bool add(App *app, TransformKind kind, GroupKey group, Str frames, Error *err) {
    Transforms next = app->state.transforms;
    if (!transforms_add(&next, kind, group, frames, err))
        return false;
    app->state.transforms = next;
    memset(app->state.zoom, 0, STATE_ZOOM);
    return true;
}

static bool add_text(App *app, const char *name, Str args, Error *err) {
    Transforms next = app->state.transforms;
    Buf text = {0};
    buf_printf(&text, args.n ? "%s=%.*s" : "%s", name, (int)args.n, args.s);
    bool ok = transforms_parse(buf_str(&text), &next, err);
    buf_free(&text);
    if (!ok)
        return false;
    app->state.transforms = next;
    memset(app->state.zoom, 0, STATE_ZOOM);
    return true;
}

#define OF_FUNCTION(name, kind)                                                                    \
    bool name(App *app, Str args, Error *err) {                                                    \
        Str frame;                                                                                 \
        return frame_text(app, args, &frame, err) && add(app, kind, GROUP_PROCESS, frame, err);    \
    }
OF_FUNCTION(do_focus_function, TRANSFORM_FOCUS_FUNCTION)
OF_FUNCTION(do_drop_function, TRANSFORM_DROP_FUNCTION)
OF_FUNCTION(do_merge_function, TRANSFORM_MERGE_FUNCTION)
OF_FUNCTION(do_collapse_recursion, TRANSFORM_COLLAPSE_RECURSION)
OF_FUNCTION(do_collapse_direct, TRANSFORM_COLLAPSE_DIRECT)

#define OF_PATH(name, kind, word)                                                                  \
    bool name(App *app, Str args, Error *err) {                                                    \
        Str path;                                                                                  \
        if (args.n)                                                                                \
            return add_text(app, word, args, err);                                                 \
        return path_text(app, &path, err) && add(app, kind, GROUP_PROCESS, path, err);             \
    }
OF_PATH(do_focus_subtree, TRANSFORM_FOCUS_SUBTREE, "focus-subtree")
OF_PATH(do_merge_node, TRANSFORM_MERGE_NODE, "merge-node")

bool do_collapse_module(App *app, Str args, Error *err) {
    Str frame;
    if (args.n)
        return add_text(app, "collapse-module", args, err);
    if (!frame_text(app, args, &frame, err))
        return false;
    Str module = frame;
    str_cut(&module, '\t');
    if (module.n <= 1)
        return error_set(err, ERROR_USAGE, "this frame has no module");
    return add(app, TRANSFORM_COLLAPSE_MODULE, GROUP_PROCESS, frame, err);
}

/* Place of the last transform of this kind, or count. */
static uint32_t last_of(const Transforms *t, TransformKind kind) {
    for (uint32_t i = t->count; i-- > 0;)
        if (t->item[i].kind == kind)
            return i;
    return t->count;
}

bool do_hide_kernel(App *app, Str args, Error *err) {
    (void)args;
    uint32_t at = last_of(&app->state.transforms, TRANSFORM_HIDE_KERNEL);
    if (at == app->state.transforms.count)
        return add(app, TRANSFORM_HIDE_KERNEL, GROUP_PROCESS, STR(""), err);
    transforms_remove(&app->state.transforms, at);
    return true;
}

/* Without a key the next one takes the place of the one before; behind the last comes none. */
bool do_group(App *app, Str args, Error *err) {
    Transforms *t = &app->state.transforms;
    GroupKey key = GROUP_PROCESS;
    if (args.n) {
        while (key < GROUP_KEYS && !str_eq_c(args, group_key_name(key)))
            key++;
        if (key == GROUP_KEYS)
            return error_set(err, ERROR_USAGE,
                             "group by process, thread, cpu, event, module or package");
        return add(app, TRANSFORM_GROUP, key, STR(""), err);
    }
    uint32_t at = last_of(t, TRANSFORM_GROUP);
    if (at < t->count) {
        key = (GroupKey)(t->item[at].group + 1);
        transforms_remove(t, at);
    }
    if (key == GROUP_KEYS) {
        memset(app->state.zoom, 0, STATE_ZOOM);
        app_notice(app, "No grouping");
        return true;
    }
    if (!add(app, TRANSFORM_GROUP, key, STR(""), err))
        return false;
    app_notice(app, "Grouped by %s", group_key_name(key));
    return true;
}

bool do_tree_add(App *app, Str args, Error *err) {
    Transforms next = app->state.transforms;
    if (!transforms_parse(args, &next, err))
        return false;
    app->state.transforms = next;
    memset(app->state.zoom, 0, STATE_ZOOM);
    return true;
}

static bool transform_index(const App *app, Str args, uint32_t *out, Error *err) {
    int64_t n;
    if (!str_to_i64(args, &n) || n < 0 || n >= app->state.transforms.count)
        return error_set(err, ERROR_USAGE, "there is no transform %.*s", (int)args.n, args.s);
    *out = (uint32_t)n;
    return true;
}

bool do_tree_toggle(App *app, Str args, Error *err) {
    uint32_t i = 0;
    if (!transform_index(app, args, &i, err))
        return false;
    app->state.transforms.item[i].off = !app->state.transforms.item[i].off;
    return true;
}

bool do_tree_remove(App *app, Str args, Error *err) {
    uint32_t i = 0;
    if (!transform_index(app, args, &i, err))
        return false;
    transforms_remove(&app->state.transforms, i);
    return true;
}

bool do_tree_reset(App *app, Str args, Error *err) {
    (void)args, (void)err;
    memset(&app->state.transforms, 0, sizeof app->state.transforms);
    return true;
}

/* -- chips, sandwich, pin */

/* A chip that matches exactly this symbol. */
static bool frame_chip(App *app, Str args, const char *op, Error *err) {
    Str frame;
    if (!frame_text(app, args, &frame, err))
        return false;
    Str symbol = str_cut(&frame, '\t');
    Filter next = app->state.filter;
    Buf text = {0};
    buf_printf(&text, "frame%s\"(?-i)^", op);
    for (size_t i = 0; i < symbol.n; i++) {
        bool quoted = symbol.s[i] == '"' || symbol.s[i] == '\\'; /* for the language of chips */
        if (strchr("\\^$.|?*+()[]{}", symbol.s[i]) && symbol.s[i])
            buf_puts(&text, "\\\\");
        if (quoted)
            buf_putc(&text, '\\');
        buf_putc(&text, symbol.s[i]);
    }
    buf_puts(&text, "$\"");
    bool ok = filter_parse(buf_str(&text), &next, err);
    buf_free(&text);
    if (ok)
        app->state.filter = next;
    return ok;
}

bool do_filter_keep(App *app, Str args, Error *err) {
    return frame_chip(app, args, "~", err);
}

bool do_filter_drop(App *app, Str args, Error *err) {
    return frame_chip(app, args, "!~", err);
}

bool do_sandwich(App *app, Str args, Error *err) {
    Str frame;
    if (!frame_text(app, args, &frame, err))
        return false;
    if (!state_put(app->state.function, STATE_FRAME, frame))
        return error_set(err, ERROR_LIMIT, "this function's name is too long");
    app->state.view_kind = VIEW_SANDWICH;
    memset(app->state.zoom, 0, STATE_ZOOM);
    return true;
}

bool can_pinned(const App *app) {
    return can_file(app) && (app->state.pin[0] || app->state.cell.on);
}

static void unpin_cell(App *app) {
    app->state.cell = (Range){0};
    memset(app->state.cell_row, 0, STATE_ROW);
}

bool do_unpin(App *app, Str args, Error *err) {
    (void)args, (void)err;
    memset(app->state.pin, 0, STATE_FRAME);
    unpin_cell(app);
    return true;
}

/* The cell under the pointer, or the same again: let go. */
static bool pin_hovered_cell(App *app, Error *err) {
    const Range *cell = &app->heat.hover;
    char row[STATE_ROW];
    if (!heat_lane_name(app_grid(app), &app->session.dict, app->heat.hover_row, row, sizeof row))
        return error_set(err, ERROR_USAGE, "this row stands for many");
    State *s = &app->state;
    bool same = range_same(&s->cell, cell) && !strcmp(s->cell_row, row);
    unpin_cell(app);
    if (!same) {
        s->cell = *cell;
        memcpy(s->cell_row, row, sizeof row);
    }
    return true;
}

bool do_pin_cell(App *app, Str args, Error *err) {
    Str range = str_cut(&args, ' ');
    Range cell;
    Filter row = {0};
    if (!range.n) {
        unpin_cell(app);
        return true;
    }
    if (!range_parse_ns(range, &cell))
        return error_set(err, ERROR_USAGE, "name a range, as T0..T1 in ns");
    if (args.n && !filter_parse(args, &row, err))
        return false;
    if (args.n >= STATE_ROW)
        return error_set(err, ERROR_LIMIT, "this row's name is too long");
    app->state.cell = cell;
    return state_put(app->state.cell_row, STATE_ROW, args);
}

bool do_pin(App *app, Str args, Error *err) {
    Str frame;
    if (!args.n && app->heat.hover.on && !app->flame.hover.on && !app->chart.hover.on)
        return pin_hovered_cell(app, err);
    bool named = frame_text(app, args, &frame, err);
    if (named && !str_eq_c(frame, app->state.pin)) {
        if (!state_put(app->state.pin, STATE_FRAME, frame))
            return error_set(err, ERROR_LIMIT, "this function's name is too long");
        return true;
    }
    if (!app->state.pin[0])
        return false;
    memset(app->state.pin, 0, STATE_FRAME); /* again, or at nothing: let go */
    return true;
}

/* The selection becomes the next run of lit cells in time order, or the one before. */
static bool step_link(App *app, int step, Error *err) {
    const LinkGrid *link = app_link(app);
    const Range *s = &app->state.selection;
    int64_t t0, t1;
    if (!link || !link->exact)
        return error_set(err, ERROR_USAGE,
                         link ? "its moments are still being looked for"
                              : "pin a function or search first");
    int64_t from = step > 0 ? (s->on ? s->t1_ns : INT64_MIN) : (s->on ? s->t0_ns : INT64_MAX);
    if (!link_next(link, from, step, &t0, &t1))
        return error_set(err, ERROR_USAGE,
                         step > 0 ? "no later moments of it" : "no earlier moments of it");
    app->state.selection = (Range){true, t0, t1};
    return true;
}

bool do_link_next(App *app, Str args, Error *err) {
    (void)args;
    return step_link(app, 1, err);
}

bool do_link_previous(App *app, Str args, Error *err) {
    (void)args;
    return step_link(app, -1, err);
}

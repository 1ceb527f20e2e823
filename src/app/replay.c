#include "app/replay.h"

#include <stdio.h>
#include <string.h>

#include "app/dump.h"
#include "app/export.h"

enum {
    FRAME_NS = 16666667,
    REPLAY_EVENTS = 4,
    DRAG_STEPS = 20,
    WAIT_FRAMES = 1000000,
    PATH_BYTES = 2048
};

typedef struct Replay {
    App *app;
    Buf *out;
    FrameInput in;
    FrameOutput last;
    int64_t now_ns;
    uint32_t mods; /* held during a drag */
    Buf clipboard; /* what was copied last */
} Replay;

/* -- frames */

static void frame(Replay *r, const InputEvent *event) {
    r->in.now_ns = r->now_ns;
    r->in.event = event;
    r->in.events = event ? 1 : 0;
    app_frame(r->app, &r->in, &r->last);
    if (r->last.clipboard.n) {
        buf_clear(&r->clipboard);
        buf_put(&r->clipboard, r->last.clipboard);
    }
    r->in.event = NULL;
    r->in.events = 0;
}

/* Jobs run between frames; a frame takes their results in and may start more. */
static void settle(Replay *r) {
    for (uint32_t i = 0; i < WAIT_FRAMES; i++) {
        bool worked = false;
        while (app_work(r->app))
            worked = true;
        frame(r, NULL);
        if (!worked && app_settled(r->app))
            break;
    }
}

static void input(Replay *r, InputEvent event) {
    r->now_ns += FRAME_NS;
    frame(r, &event);
    while (app_work(r->app))
        continue;
    frame(r, NULL);
}

static void run_until(Replay *r, int64_t t_ns) {
    do {
        r->now_ns = r->now_ns + FRAME_NS < t_ns ? r->now_ns + FRAME_NS
                    : t_ns > r->now_ns          ? t_ns
                                                : r->now_ns;
        while (app_work(r->app))
            continue;
        frame(r, NULL);
    } while (r->now_ns < t_ns);
}

/* -- words of a line */

static Str word(Str *rest) {
    *rest = str_trim(*rest);
    return str_cut(rest, ' ');
}

static bool number(Str *rest, float *out) {
    double v;
    if (!str_to_double(word(rest), &v))
        return false;
    *out = (float)v;
    return true;
}

static bool mods_parse(Str text, uint32_t *mods) {
    static const struct {
        const char *name;
        uint32_t mod;
    } names[] = {{"Ctrl", MOD_CTRL}, {"Shift", MOD_SHIFT}, {"Alt", MOD_ALT}, {"Super", MOD_SUPER}};
    *mods = 0;
    text = str_trim(text);
    while (text.n) {
        Str name = str_cut(&text, '+');
        size_t i = 0;
        while (i < 4 && !str_eq_c(name, names[i].name))
            i++;
        if (i == 4)
            return false;
        *mods |= names[i].mod;
    }
    return true;
}

static bool button_parse(Str text, uint8_t *button) {
    static const char *const names[] = {"left", "middle", "right"};
    for (uint8_t i = 0; i < 3; i++) {
        if (str_eq_c(text, names[i]) || (text.n == 1 && text.s[0] == '1' + i)) {
            *button = (uint8_t)(i + 1);
            return true;
        }
    }
    return false;
}

static Str unquote(Str text) {
    text = str_trim(text);
    if (text.n >= 2 && text.s[0] == '"' && text.s[text.n - 1] == '"')
        return str_slice(text, 1, text.n - 1);
    return text;
}

static bool usage(Error *err, const char *words) {
    return error_set(err, ERROR_USAGE, "expected: %s", words);
}

/* -- commands */

static bool run_size(Replay *r, Str args, Error *err) {
    Str scale = args, h;
    Str wh = str_cut(&scale, '@');
    h = wh;
    Str w = str_cut(&h, 'x');
    int64_t width, height;
    double factor = 1;
    if (!str_to_i64(w, &width) || !str_to_i64(h, &height) || width < 16 || height < 16 ||
        width > 16384 || height > 16384 || (scale.n && !str_to_double(scale, &factor)) ||
        factor < 0.5 || factor > 8)
        return usage(err, "size 1600x900 or 3200x1800@2");
    r->in.window[0].w = (uint32_t)width;
    r->in.window[0].h = (uint32_t)height;
    r->in.window[0].scale = (float)factor;
    frame(r, NULL);
    return true;
}

/* The file a command names, zero-terminated; false with how the command is written. */
static bool file_word(Str args, char path[PATH_BYTES], const char *words, Error *err) {
    Str name = unquote(args);
    if (!name.n || name.n >= PATH_BYTES)
        return usage(err, words);
    snprintf(path, PATH_BYTES, "%.*s", (int)name.n, name.s);
    return true;
}

static bool run_open(Replay *r, Str args, Error *err) {
    char path[PATH_BYTES];
    if (!file_word(args, path, "open FILE", err))
        return false;
    if (!app_open(r->app, 0, path, err))
        return false;
    frame(r, NULL);
    return true;
}

static bool run_wait(Replay *r, Str args, Error *err) {
    if (!str_eq_c(str_trim(args), "load"))
        return usage(err, "wait load");
    settle(r);
    Error failed = {0};
    app_loading(r->app, &failed);
    if (failed.kind)
        return error_set(err, failed.kind, "%s", failed.message);
    return true;
}

static bool run_at(Replay *r, Str args, Error *err) {
    double seconds;
    if (!str_to_double(str_trim(args), &seconds) || seconds < 0 || seconds > 1e6)
        return usage(err, "at SECONDS");
    run_until(r, (int64_t)(seconds * 1e9));
    return true;
}

static bool run_pointer(Replay *r, uint8_t kind, Str args, Error *err) {
    InputEvent e = {.kind = kind, .clicks = 1};
    if (kind != INPUT_MOVE && kind != INPUT_WHEEL && !button_parse(word(&args), &e.button))
        return usage(err, "down|up left|middle|right X Y [mods]");
    if (!number(&args, &e.x) || !number(&args, &e.y) ||
        (kind == INPUT_WHEEL && !number(&args, &e.dy)) || !mods_parse(args, &e.mods))
        return usage(err, "move X Y, down|up BUTTON X Y [mods], wheel X Y DY [mods]");
    if (kind == INPUT_MOVE)
        e.mods = r->mods;
    r->mods = kind == INPUT_DOWN ? e.mods : kind == INPUT_UP ? 0 : r->mods;
    input(r, e);
    return true;
}

static bool run_key(Replay *r, Str args, Error *err) {
    Chord chord;
    if (!chord_parse(str_trim(args), &chord))
        return usage(err, "key CHORD, like Ctrl+F, Esc, Shift+Right, phys:W");
    uint32_t letter = chord.key >= 'A' && chord.key <= 'Z' ? chord.key : 0;
    input(r, (InputEvent){
                 .kind = INPUT_KEY, .mods = chord.mods, .key = chord.key, .physical = letter});
    return true;
}

static bool run_text(Replay *r, uint8_t kind, Str args) {
    input(r, (InputEvent){.kind = kind, .text = unquote(args)});
    return true;
}

static bool cell_parse(Str text, uint32_t *column, uint32_t *row) {
    int64_t c, w;
    Str rest = text;
    Str first = str_cut(&rest, ',');
    if (!str_to_i64(first, &c) || !str_to_i64(rest, &w) || c < 0 || w < 0 || c > UINT32_MAX ||
        w > UINT32_MAX)
        return false;
    *column = (uint32_t)c;
    *row = (uint32_t)w;
    return true;
}

static bool run_drag_cells(Replay *r, Str args, Error *err) {
    uint32_t c0, r0, c1, r1, mods;
    float x0, y0, x1, y1;
    if (!cell_parse(word(&args), &c0, &r0) || !cell_parse(word(&args), &c1, &r1) ||
        !mods_parse(args, &mods))
        return usage(err, "drag-cells COLUMN,ROW COLUMN,ROW [mods]");
    settle(r); /* cells must be where they are drawn */
    if (!dump_cell_center(r->app, c0, r0, &x0, &y0) || !dump_cell_center(r->app, c1, r1, &x1, &y1))
        return error_set(err, ERROR_USAGE, "a cell of drag-cells is not in view");
    input(r, (InputEvent){.kind = INPUT_MOVE, .x = x0, .y = y0, .mods = mods});
    input(r, (InputEvent){.kind = INPUT_DOWN,
                          .button = BUTTON_LEFT,
                          .clicks = 1,
                          .x = x0,
                          .y = y0,
                          .mods = mods});
    for (int i = 1; i <= DRAG_STEPS; i++) {
        float t = (float)i / (float)DRAG_STEPS;
        input(r, (InputEvent){.kind = INPUT_MOVE,
                              .x = x0 + (x1 - x0) * t,
                              .y = y0 + (y1 - y0) * t,
                              .mods = mods});
    }
    input(
        r,
        (InputEvent){
            .kind = INPUT_UP, .button = BUTTON_LEFT, .clicks = 1, .x = x1, .y = y1, .mods = mods});
    settle(r);
    return true;
}

static bool run_dump(Replay *r, Str args, Error *err) {
    Str what = str_trim(args);
    settle(r);
    if (str_eq_c(what, "state"))
        dump_state(r->app, r->out);
    else if (str_eq_c(what, "layout"))
        dump_layout(r->app, r->out);
    else if (str_eq_c(what, "draw"))
        dump_draw_list(r->app, r->out);
    else if (str_eq_c(what, "clipboard"))
        buf_printf(r->out, "%s\n", r->clipboard.s ? r->clipboard.s : "");
    else
        return usage(err, "dump state, dump layout, dump draw or dump clipboard");
    return true;
}

static bool run_png(Replay *r, Str args, Error *err) {
    char path[PATH_BYTES];
    if (!file_word(args, path, "png FILE", err))
        return false;
    settle(r);
    return export_window_png(r->app, path, err);
}

static bool run_line(Replay *r, Str line, Error *err) {
    Str args = line;
    Str verb = word(&args);
    static const struct {
        const char *name;
        uint8_t kind;
    } pointers[] = {
        {"move", INPUT_MOVE}, {"down", INPUT_DOWN}, {"up", INPUT_UP}, {"wheel", INPUT_WHEEL}};
    for (int i = 0; i < 4; i++)
        if (str_eq_c(verb, pointers[i].name))
            return run_pointer(r, pointers[i].kind, args, err);
    static const struct {
        const char *name;
        bool (*run)(Replay *, Str, Error *);
    } verbs[] = {{"open", run_open}, {"size", run_size}, {"wait", run_wait},
                 {"at", run_at},     {"key", run_key},   {"drag-cells", run_drag_cells},
                 {"dump", run_dump}, {"png", run_png}};
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
        if (str_eq_c(verb, verbs[i].name))
            return verbs[i].run(r, args, err);
    if (str_eq_c(verb, "text"))
        return run_text(r, INPUT_TEXT, args);
    if (str_eq_c(verb, "drop"))
        return run_text(r, INPUT_DROP, args);
    if (str_eq_c(verb, "print")) {
        buf_put(r->out, unquote(args));
        buf_putc(r->out, '\n');
        return true;
    }
    if (!str_eq_c(verb, "do"))
        return error_set(err, ERROR_USAGE, "there is no script command \"%.*s\"", (int)verb.n,
                         verb.s);
    if (!app_do(r->app, args, err))
        return false;
    settle(r);
    return true;
}

bool replay_wants_pictures(Str script) {
    while (script.n) {
        Str line = str_cut(&script, '\n');
        Str verb = word(&line);
        if (str_eq_c(verb, "png"))
            return true;
    }
    return false;
}

bool replay_run(App *app, const ReplayOptions *options, Buf *out, Error *err) {
    Replay r = {.app = app, .out = out};
    r.in.windows = 1;
    r.in.window[0] = (WindowInput){.w = 1600, .h = 900, .scale = 1, .focused = true};
    frame(&r, NULL);
    uint32_t n = 0;
    bool ok = true;
    for (Str rest = options->script; rest.n && ok && !r.last.quit;) {
        Str line = str_trim(str_cut(&rest, '\n'));
        n++;
        Error why = {0};
        if (!line.n || line.s[0] == '#')
            continue;
        ok = run_line(&r, line, &why) ||
             error_set(err, why.kind, "%s, line %u: %s", options->file, n, why.message);
    }
    buf_free(&r.clipboard);
    return ok;
}

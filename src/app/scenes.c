#include "app/scenes.h"

#include <stdio.h>
#include <string.h>

#define HEAD "FlameScope scenes "
#define VERSION "1"

void scenes_free(Scenes *s) {
    for (uint32_t i = 0; i < s->count; i++)
        mem_resize(s->scene[i], sizeof(Scene), 0);
    *s = (Scenes){0};
}

Scene *scenes_add(Scenes *s) {
    if (s->count == SCENES)
        return NULL;
    uint32_t at = s->at < s->count ? s->at + 1 : s->count;
    memmove(s->scene + at + 1, s->scene + at, (s->count - at) * sizeof(*s->scene));
    s->scene[at] = mem_resize(NULL, 0, sizeof(Scene));
    state_init(&s->scene[at]->state);
    s->count++;
    s->at = at;
    s->version++;
    return s->scene[at];
}

void scenes_remove(Scenes *s, uint32_t at) {
    if (at >= s->count)
        return;
    mem_resize(s->scene[at], sizeof(Scene), 0);
    s->count--;
    memmove(s->scene + at, s->scene + at + 1, (s->count - at) * sizeof(*s->scene));
    s->scene[s->count] = NULL;
    if (s->at > at || s->at >= s->count)
        s->at = s->at ? s->at - 1 : 0;
    s->version++;
}

void scenes_move(Scenes *s, uint32_t from, uint32_t to) {
    if (from >= s->count || to >= s->count || from == to)
        return;
    Scene *moved = s->scene[from], *now = scenes_now(s);
    if (from < to)
        memmove(s->scene + from, s->scene + from + 1, (to - from) * sizeof(*s->scene));
    else
        memmove(s->scene + to + 1, s->scene + to, (from - to) * sizeof(*s->scene));
    s->scene[to] = moved;
    for (uint32_t i = 0; i < s->count && now; i++)
        if (s->scene[i] == now)
            s->at = i;
    s->version++;
}

Scene *scenes_now(const Scenes *s) {
    return s->at < s->count ? s->scene[s->at] : NULL;
}

/* Files are compared where they are opened; theme, type size and the like are the viewer's. */
static void forget_window(State *s) {
    memset(s->file, 0, sizeof(s->file));
    State usual;
    state_init(&usual);
    s->mode = usual.mode;
    s->theme = usual.theme;
    s->text_percent = usual.text_percent;
    s->split_permille = usual.split_permille;
}

bool scene_is_shown(const Scene *scene, const State *state) {
    State a = scene->state, b = *state;
    forget_window(&a);
    forget_window(&b);
    return state_same(&a, &b);
}

/* -- other recordings of the same */

static void shift(Range *r, int64_t ns) {
    if (!r->on)
        return;
    int64_t t0, t1;
    if (__builtin_add_overflow(r->t0_ns, ns, &t0) || __builtin_add_overflow(r->t1_ns, ns, &t1) ||
        t0 < -RANGE_LIMIT_NS || t1 > RANGE_LIMIT_NS)
        *r = (Range){0};
    else
        *r = (Range){true, t0, t1};
}

void state_shift(State *s, int64_t ns) {
    shift(&s->selection, ns);
    if (s->baseline_kind != BASELINE_FILE) /* else it is of the other profile's clock */
        shift(&s->baseline, ns);
    shift(&s->view, ns);
    shift(&s->cell, ns);
    for (int i = 0; i < STATE_RANGES; i++)
        shift(&s->saved[i], ns);
}

void callout_shift(Callout *c, int64_t ns) {
    shift(&c->range, ns);
}

/* -- the file */

static void put_line(Buf *out, const char *key, Str value) {
    buf_puts(out, key);
    buf_putc(out, ' ');
    for (size_t i = 0; i < value.n; i++) /* a line is one line whatever it holds */
        buf_putc(out, (unsigned char)value.s[i] < ' ' ? ' ' : value.s[i]);
    buf_putc(out, '\n');
}

static void put_callout(Buf *out, const Callout *c) {
    buf_printf(out, "callout %s ", c->kind == CALLOUT_BOX ? "box" : "arrow");
    if (c->range.on) {
        buf_printf(out, "%lld..%lld", (long long)c->range.t0_ns, (long long)c->range.t1_ns);
    } else {
        buf_puts(out, "frame:");
        state_escape(out, str_of(c->frame));
    }
    put_line(out, "", str_of(c->text));
}

void scenes_format(const Scenes *s, Buf *out) {
    buf_puts(out, HEAD VERSION "\n");
    if (s->has_origin)
        buf_printf(out, "origin %lld\n", (long long)s->origin_ns);
    for (uint32_t i = 0; i < s->count; i++) {
        const Scene *scene = s->scene[i];
        buf_putc(out, '\n');
        put_line(out, "scene", str_of(scene->title));
        for (Str rest = str_of(scene->note); rest.n;)
            put_line(out, "note", str_cut(&rest, '\n'));
        Buf state = {0};
        state_format(&scene->state, &state);
        put_line(out, "state", buf_str(&state));
        buf_free(&state);
        for (uint32_t k = 0; k < scene->callouts; k++)
            put_callout(out, &scene->callout[k]);
    }
}

typedef struct Reading {
    Scenes *out;
    Scene *scene; /* the last that began */
    uint32_t line;
    Error *err;
} Reading;

static bool bad(const Reading *r, const char *what) {
    return error_set(r->err, ERROR_FORMAT, "line %u of the scenes: %s", r->line, what);
}

static bool fits(char *out, size_t cap, Str value) {
    if (value.n >= cap)
        return false;
    memset(out, 0, cap);
    memcpy(out, value.s, value.n);
    return !memchr(out, 0, value.n);
}

static bool read_note(Reading *r, Str value) {
    size_t n = strlen(r->scene->note);
    if (n + (n > 0) + value.n >= SCENE_NOTE || memchr(value.s, 0, value.n))
        return bad(r, "the note is too long");
    if (n)
        r->scene->note[n++] = '\n';
    memcpy(r->scene->note + n, value.s, value.n);
    return true;
}

static bool read_callout(Reading *r, Str value) {
    static const char frame[] = "frame:";
    if (r->scene->callouts == SCENE_CALLOUTS)
        return bad(r, "a scene has at most 8 callouts");
    Callout *c = &r->scene->callout[r->scene->callouts];
    Str kind = str_cut(&value, ' '), target = str_cut(&value, ' ');
    if (!str_eq_c(kind, "box") && !str_eq_c(kind, "arrow"))
        return bad(r, "a callout is a box or an arrow");
    c->kind = str_eq_c(kind, "box") ? CALLOUT_BOX : CALLOUT_ARROW;
    if (str_starts(target, str_of(frame))
            ? !state_unescape(str_slice(target, sizeof(frame) - 1, target.n), c->frame, STATE_ZOOM)
            : !range_parse_ns(target, &c->range))
        return bad(r, "a callout points at T0..T1 or at frame:PATH");
    if (!fits(c->text, CALLOUT_TEXT, value))
        return bad(r, "the text of a callout is too long");
    r->scene->callouts++;
    return true;
}

static bool read_state(Reading *r, Str value) {
    Error why = {0};
    if (state_parse(value, &r->scene->state, &why))
        return true;
    return bad(r, why.message);
}

static bool read_scene(Reading *r, Str value) {
    r->out->at = r->out->count;
    r->scene = scenes_add(r->out);
    if (!r->scene)
        return bad(r, "there may be at most 99 scenes");
    return fits(r->scene->title, SCENE_TITLE, value) || bad(r, "the title is too long");
}

static bool read_line(Reading *r, Str line) {
    Str value = line, key = str_cut(&value, ' ');
    if (str_eq_c(key, "origin")) {
        r->out->has_origin = str_to_i64(value, &r->out->origin_ns);
        return r->out->has_origin || bad(r, "origin is a number of nanoseconds");
    }
    if (str_eq_c(key, "scene"))
        return read_scene(r, value);
    bool part = str_eq_c(key, "note") || str_eq_c(key, "state") || str_eq_c(key, "callout");
    if (part && !r->scene)
        return bad(r, "this belongs behind a line that begins with \"scene\"");
    if (str_eq_c(key, "note"))
        return read_note(r, value);
    if (str_eq_c(key, "state"))
        return read_state(r, value);
    if (str_eq_c(key, "callout"))
        return read_callout(r, value);
    return bad(r, "it begins with none of scene, note, state, callout, origin");
}

bool scenes_parse(Str text, Scenes *out, Error *err) {
    Reading r = {.out = out, .err = err, .line = 1};
    Str first = str_trim(str_cut(&text, '\n'));
    if (!str_starts(first, STR(HEAD)))
        return error_set(err, ERROR_FORMAT,
                         "this is no file of scenes: it does not begin with \"%s\"", HEAD VERSION);
    if (!str_eq_c(first, HEAD VERSION))
        return error_set(err, ERROR_FORMAT, "these scenes were written by a newer FlameScope");
    while (text.n) {
        Str line = str_cut(&text, '\n');
        r.line++;
        if (line.n && line.s[line.n - 1] == '\r')
            line.n--;
        Str seen = str_trim(line);
        if (seen.n && seen.s[0] != '#' && !read_line(&r, line)) {
            scenes_free(out);
            return false;
        }
    }
    out->at = out->count;
    return true;
}

#include <string.h>

#include "host/parts.h"

void events_begin(Events *e) {
    e->count = 0;
    e->repaint = e->reset = e->woken = false;
    arena_reset(&e->text);
}

static uint32_t window_of(const Events *e, uint32_t id) {
    for (uint32_t i = 0; i < FRAME_WINDOWS; i++)
        if (id && e->window_id[i] == id)
            return i;
    return 0;
}

static InputEvent *add(Events *e, InputKind kind, uint32_t window) {
    InputEvent *v = &e->event[e->count++];
    *v = (InputEvent){.kind = (uint8_t)kind, .window = window};
    v->x = e->x[window];
    v->y = e->y[window];
    v->mods = events_mods(SDL_GetModState());
    return v;
}

void events_paste(Events *e, uint32_t window, Str text) {
    if (e->count < EVENTS_MAX)
        add(e, INPUT_PASTE, window)->text = str_copy(&e->text, text);
}

/* ---- keys -------------------------------------------------------------------------------- */

uint32_t events_mods(SDL_Keymod mod) {
    return (mod & KMOD_SHIFT ? MOD_SHIFT : 0u) | (mod & KMOD_CTRL ? MOD_CTRL : 0u) |
           (mod & KMOD_ALT ? MOD_ALT : 0u) | (mod & KMOD_GUI ? MOD_SUPER : 0u);
}

static const struct {
    SDL_Keycode sym;
    uint32_t key;
} named_keys[] = {
    {SDLK_RETURN, KEY_ENTER},
    {SDLK_KP_ENTER, KEY_ENTER},
    {SDLK_ESCAPE, KEY_ESC},
    {SDLK_TAB, KEY_TAB},
    {SDLK_BACKSPACE, KEY_BACKSPACE},
    {SDLK_DELETE, KEY_DELETE},
    {SDLK_INSERT, KEY_INSERT},
    {SDLK_LEFT, KEY_LEFT},
    {SDLK_RIGHT, KEY_RIGHT},
    {SDLK_UP, KEY_UP},
    {SDLK_DOWN, KEY_DOWN},
    {SDLK_HOME, KEY_HOME},
    {SDLK_END, KEY_END},
    {SDLK_PAGEUP, KEY_PAGE_UP},
    {SDLK_PAGEDOWN, KEY_PAGE_DOWN},
    {SDLK_APPLICATION, KEY_MENU},
    {SDLK_KP_DIVIDE, '/'},
    {SDLK_KP_MULTIPLY, '*'},
    {SDLK_KP_MINUS, '-'},
    {SDLK_KP_PLUS, '+'},
    {SDLK_KP_EQUALS, '='},
    {SDLK_AC_BACK, KEY_MOUSE_BACK},
    {SDLK_AC_FORWARD, KEY_MOUSE_FORWARD},
};

/* The number pad's keys are digits or arrows, as Num Lock says. */
static uint32_t keypad(const SDL_Keysym *sym) {
    static const uint32_t arrows[10] = {KEY_END,     KEY_DOWN,  KEY_PAGE_DOWN, KEY_LEFT,
                                        KEY_NONE,    KEY_RIGHT, KEY_HOME,      KEY_UP,
                                        KEY_PAGE_UP, KEY_INSERT};
    bool digits = sym->mod & KMOD_NUM;
    if (sym->sym == SDLK_KP_PERIOD)
        return digits ? '.' : KEY_DELETE;
    if (sym->sym < SDLK_KP_1 || sym->sym > SDLK_KP_0)
        return KEY_NONE;
    uint32_t i = (uint32_t)(sym->sym - SDLK_KP_1); /* 1 … 9, then 0 */
    return digits ? '0' + (i + 1) % 10 : arrows[i];
}

/* Shifted characters of the US layout: a first guess, put right by the text that follows. */
static uint32_t shifted(uint32_t key) {
    static const char plain[] = "`1234567890-=[]\\;',./";
    static const char shift[] = "~!@#$%^&*()_+{}|:\"<>?";
    const char *at = key > ' ' && key < 0x7f ? strchr(plain, (int)key) : NULL;
    return at ? (uint32_t)shift[at - plain] : key;
}

uint32_t events_key(const SDL_Keysym *sym) {
    for (size_t i = 0; i < sizeof named_keys / sizeof *named_keys; i++)
        if (named_keys[i].sym == sym->sym)
            return named_keys[i].key;
    if (sym->sym >= SDLK_F1 && sym->sym <= SDLK_F12)
        return KEY_F1 + (uint32_t)(sym->sym - SDLK_F1);
    if (sym->sym >= 'a' && sym->sym <= 'z')
        return (uint32_t)sym->sym - 32;
    if (sym->sym >= ' ' && sym->sym < KEY_ENTER)
        return sym->mod & KMOD_SHIFT ? shifted((uint32_t)sym->sym) : (uint32_t)sym->sym;
    return keypad(sym);
}

static void key_down(Events *e, const SDL_KeyboardEvent *k) {
    uint32_t key = events_key(&k->keysym);
    SDL_Scancode place = k->keysym.scancode;
    uint32_t letter = 0;
    if (place >= SDL_SCANCODE_A && place <= SDL_SCANCODE_Z)
        letter = 'A' + (uint32_t)(place - SDL_SCANCODE_A);
    if (!key && !letter)
        return;
    if (!key) /* of another alphabet: shortcuts lie where they do on a Latin keyboard */
        key = letter;
    InputEvent *v = add(e, INPUT_KEY, window_of(e, k->windowID));
    v->key = key;
    v->physical = letter;
    v->repeat = k->repeat != 0;
    v->mods = events_mods(k->keysym.mod);
}

static bool is_letter(uint32_t c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/* The character that a key typed names it better than any table: '?' or '/' are elsewhere on
 * other layouts. Text comes right behind its key; it corrects that key, so nothing fires twice.
 * What AltGr types is no chord with Alt. */
static void correct_key(Events *e, Str typed) {
    size_t at = 0;
    uint32_t c = utf8_next(typed, &at);
    InputEvent *v = e->count ? &e->event[e->count - 1] : NULL;
    if (at != typed.n || !v || v->kind != INPUT_KEY || v->key <= ' ' || v->key >= KEY_ENTER ||
        c <= ' ' || c >= KEY_ENTER || is_letter(c) || (v->mods & MOD_SUPER))
        return;
    bool alt_graph = (SDL_GetModState() & (KMOD_RALT | KMOD_MODE)) && v->key != c;
    if (alt_graph)
        v->mods &= ~(uint32_t)(MOD_ALT | MOD_CTRL);
    if (!(v->mods & MOD_CTRL))
        v->key = c;
}

static void text(Events *e, const SDL_TextInputEvent *t) {
    Str typed = str_of(t->text);
    if (!typed.n)
        return;
    correct_key(e, typed);
    bool chord = events_mods(SDL_GetModState()) & (MOD_CTRL | MOD_SUPER);
    bool alt_graph = SDL_GetModState() & (KMOD_RALT | KMOD_MODE);
    if (chord && !alt_graph)
        return;
    add(e, INPUT_TEXT, window_of(e, t->windowID))->text = str_copy(&e->text, typed);
}

/* ---- pointer ----------------------------------------------------------------------------- */

static void move(Events *e, const SDL_MouseMotionEvent *m) {
    uint32_t w = window_of(e, m->windowID);
    e->x[w] = (float)m->x * e->ratio[w];
    e->y[w] = (float)m->y * e->ratio[w];
    InputEvent *last = e->count ? &e->event[e->count - 1] : NULL;
    if (last && last->kind == INPUT_MOVE && last->window == w) {
        last->x = e->x[w];
        last->y = e->y[w];
    } else {
        add(e, INPUT_MOVE, w);
    }
}

static void button(Events *e, const SDL_MouseButtonEvent *b) {
    uint32_t w = window_of(e, b->windowID);
    e->x[w] = (float)b->x * e->ratio[w];
    e->y[w] = (float)b->y * e->ratio[w];
    if (b->button == SDL_BUTTON_X1 || b->button == SDL_BUTTON_X2) {
        if (b->type == SDL_MOUSEBUTTONDOWN)
            add(e, INPUT_KEY, w)->key =
                b->button == SDL_BUTTON_X1 ? KEY_MOUSE_BACK : KEY_MOUSE_FORWARD;
        return;
    }
    if (b->button > SDL_BUTTON_RIGHT)
        return;
    InputEvent *v = add(e, b->type == SDL_MOUSEBUTTONDOWN ? INPUT_DOWN : INPUT_UP, w);
    v->button = b->button; /* SDL counts left, middle, right as we do */
    v->clicks = b->clicks;
}

static void wheel(Events *e, const SDL_MouseWheelEvent *m) {
    InputEvent *v = add(e, INPUT_WHEEL, window_of(e, m->windowID));
    v->dx = m->preciseX;
    v->dy = m->preciseY;
}

/* ---- windows ----------------------------------------------------------------------------- */

static void close_wish(Events *e, uint32_t window) {
    for (uint32_t i = 0; i < e->count; i++)
        if (e->event[i].kind == INPUT_CLOSE && e->event[i].window == window)
            return; /* SDL tells of the last window twice */
    add(e, INPUT_CLOSE, window);
}

static void window_event(Events *e, const SDL_WindowEvent *v) {
    uint32_t w = window_of(e, v->windowID);
    switch (v->event) {
    case SDL_WINDOWEVENT_CLOSE:
        close_wish(e, w);
        break;
    case SDL_WINDOWEVENT_LEAVE:
        add(e, INPUT_LEAVE, w);
        break;
    default:
        e->repaint = true; /* shown, exposed, resized, focus: the picture may differ */
        break;
    }
}

static void drop(Events *e, const SDL_DropEvent *d) {
    if (d->file)
        add(e, INPUT_DROP, window_of(e, d->windowID))->text = str_copy(&e->text, str_of(d->file));
    SDL_free(d->file);
}

/* ---- the queue --------------------------------------------------------------------------- */

static void take(Events *e, const SDL_Event *v) {
    switch (v->type) {
    case SDL_KEYDOWN:
        key_down(e, &v->key);
        break;
    case SDL_TEXTINPUT:
        text(e, &v->text);
        break;
    case SDL_MOUSEMOTION:
        move(e, &v->motion);
        break;
    case SDL_MOUSEBUTTONDOWN:
    case SDL_MOUSEBUTTONUP:
        button(e, &v->button);
        break;
    case SDL_MOUSEWHEEL:
        wheel(e, &v->wheel);
        break;
    case SDL_DROPFILE:
        drop(e, &v->drop);
        break;
    case SDL_WINDOWEVENT:
        window_event(e, &v->window);
        break;
    case SDL_QUIT:
        close_wish(e, 0);
        break;
    case SDL_RENDER_TARGETS_RESET:
    case SDL_RENDER_DEVICE_RESET:
        e->reset = e->repaint = true;
        break;
    default:
        e->woken |= v->type == e->wake_type;
        break;
    }
}

/* A frame sees at most one press and one release, in this order: a second click waits. */
static bool belongs_to_next(const Events *e, const SDL_Event *v) {
    if (e->count + 2 >= EVENTS_MAX)
        return true;
    if (v->type != SDL_MOUSEBUTTONDOWN)
        return false;
    for (uint32_t i = 0; i < e->count; i++)
        if (e->event[i].kind == INPUT_UP)
            return true;
    return false;
}

void events_take(Events *e) {
    SDL_Event v;
    if (e->has_kept) {
        e->has_kept = false;
        take(e, &e->kept);
    }
    SDL_PumpEvents();
    while (SDL_PeepEvents(&v, 1, SDL_GETEVENT, SDL_FIRSTEVENT, SDL_LASTEVENT) > 0) {
        if (belongs_to_next(e, &v)) {
            e->kept = v;
            e->has_kept = true;
            return;
        }
        take(e, &v);
    }
}

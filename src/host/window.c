/* The window host: opens windows, runs the loop, sleeps when there is nothing to do. */
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/log.h"
#include "host/parts.h"

typedef struct HostWindow {
    SDL_Window *window;
    Painter painter;
    bool fullscreen;
    char title[256];
} HostWindow;

enum { CURSORS = CURSOR_MOVE + 1 };

static struct {
    bool open, wayland;
    HostOptions options;
    const Fonts *fonts;
    HostWindow window[FRAME_WINDOWS];
    Events events;
    SDL_Cursor *cursor[CURSORS];
    Cursor cursor_now;
    bool paste;             /* the app asked for the clipboard */
    int64_t frame_start_ns; /* of the frame before */
    int64_t interval_ns;    /* between frames that follow one another */
    bool painted;
    HostStats stats;
} host;

/* host_wake may come from any thread, and many times before one frame answers. */
static atomic_bool wake_pending;
static atomic_uint wake_type;

void host_wake(void *unused) {
    (void)unused;
    uint32_t type = atomic_load(&wake_type);
    if (!type || atomic_exchange(&wake_pending, true))
        return;
    SDL_Event e = {.type = type};
    if (SDL_PushEvent(&e) <= 0)
        atomic_store(&wake_pending, false);
}

/* ---- windows ----------------------------------------------------------------------------- */

/* Units are physical pixels where the display server knows no scale (X11), else logical ones.
 */
static void wished_size(int display, int *w, int *h) {
    float scale = host.wayland ? 1 : display_scale(NULL);
    *w = (int)((float)(host.options.w ? host.options.w : 1600) * scale);
    *h = (int)((float)(host.options.h ? host.options.h : 900) * scale);
    SDL_Rect room;
    if (!host.options.w && SDL_GetDisplayUsableBounds(display, &room) == 0) {
        *w = *w > room.w ? room.w : *w;
        *h = *h > room.h ? room.h : *h;
    }
}

static SDL_Window *new_window(uint32_t index, const char *title) {
    int displays = SDL_GetNumVideoDisplays(), display = 0, w, h;
    if (index > 0 && displays > 1) { /* a second window goes to a second display */
        int first = SDL_GetWindowDisplayIndex(host.window[0].window);
        display = ((first < 0 ? 0 : first) + (int)index) % displays;
    }
    wished_size(display, &w, &h);
    int at = (int)(SDL_WINDOWPOS_CENTERED_MASK | (unsigned)display);
    SDL_Window *window =
        SDL_CreateWindow(title, at, at, w, h, SDL_WINDOW_RESIZABLE | SDL_WINDOW_ALLOW_HIGHDPI);
    if (window) {
        float scale = host.wayland ? 1 : display_scale(NULL);
        int least_w = (int)(640 * scale), least_h = (int)(400 * scale);
        SDL_SetWindowMinimumSize(window, least_w < w ? least_w : w, least_h < h ? least_h : h);
    }
    return window;
}

static bool try_gpu(HostWindow *w, Error *err) {
    if (host.options.software || (!host.options.gpu && !painter_gpu_likely()))
        return false;
    return painter_gpu_open(w->window, host.options.gpu, &w->painter, err);
}

static bool open_window(uint32_t index, const char *title, Error *err) {
    HostWindow *w = &host.window[index];
    w->window = new_window(index, title);
    if (!w->window)
        return error_set(err, ERROR_IO, "cannot open a window: %s", SDL_GetError());
    Error gpu = {0};
    if (!try_gpu(w, &gpu)) {
        if (gpu.kind) {
            log_line(LOG_INFO, "host", "no GPU painter: %s", gpu.message);
            if (host.options.gpu)
                return error_set(err, ERROR_IO, "%s", gpu.message);
            /* The failed try may have made it a GL window, whose surface is slow. */
            SDL_DestroyWindow(w->window);
            w->window = new_window(index, title);
            if (!w->window)
                return error_set(err, ERROR_IO, "cannot open a window: %s", SDL_GetError());
        }
        if (!painter_soft_open(w->window, &w->painter, err))
            return false;
    }
    host.events.window_id[index] = SDL_GetWindowID(w->window);
    host.events.repaint = true;
    if (index == 0) {
        host.stats.painter = w->painter.name;
        host.interval_ns = display_frame_ns(w->window);
    }
    return true;
}

static void close_window(uint32_t index) {
    HostWindow *w = &host.window[index];
    if (w->painter.close)
        w->painter.close(w->painter.self);
    if (w->window)
        SDL_DestroyWindow(w->window);
    *w = (HostWindow){0};
    host.events.window_id[index] = 0;
}

/* ---- open and close ---------------------------------------------------------------------- */

static void set_hints(void) {
    SDL_SetHint("SDL_APP_NAME", "FlameScope");
    SDL_SetHint("SDL_VIDEO_X11_WMCLASS", "flamescope");
    SDL_SetHint("SDL_VIDEO_WAYLAND_WMCLASS", "flamescope");
    SDL_SetHint("SDL_VIDEO_ALLOW_SCREENSAVER", "1");
    SDL_SetHint("SDL_VIDEO_X11_NET_WM_BYPASS_COMPOSITOR", "0");
    SDL_SetHint("SDL_QUIT_ON_LAST_WINDOW_CLOSE", "0");
    SDL_SetHint("SDL_MOUSE_FOCUS_CLICKTHROUGH", "1");
}

static bool begin_video(Error *err) {
    set_hints();
    display_survive_errors();
    if (SDL_Init(SDL_INIT_VIDEO) != 0)
        return error_set(err, ERROR_IO,
                         "no display found (%s); use `flamescope export PROFILE --to png` for a "
                         "picture",
                         SDL_GetError());
    host.open = true;
    if (!display_usable(err)) {
        host_close();
        return false;
    }
    return true;
}

bool host_display(Error *err) {
    bool there = begin_video(err);
    host_close();
    return there;
}

bool host_open(const HostOptions *options, const Fonts *fonts, Error *err) {
    if (!begin_video(err))
        return false;
    host.options = *options;
    host.fonts = fonts;
    host.stats.driver = SDL_GetCurrentVideoDriver();
    host.wayland = strcmp(host.stats.driver, "wayland") == 0;
    if (!host.wayland) /* else the surface would become a GL texture, slow without a GPU */
        SDL_SetHint("SDL_FRAMEBUFFER_ACCELERATION", "0");
    arena_init(&host.events.text, 0);
    host.events.wake_type = SDL_RegisterEvents(1);
    atomic_store(&wake_type, host.events.wake_type);
    for (uint32_t i = 0; i < FRAME_WINDOWS; i++)
        host.events.ratio[i] = 1;
    if (!open_window(0, options->title ? options->title : "FlameScope", err)) {
        host_close();
        return false;
    }
    SDL_StartTextInput();
    log_line(LOG_INFO, "host", "%s, %s", host.stats.driver, host.stats.painter);
    return true;
}

void host_close(void) {
    if (!host.open)
        return;
    atomic_store(&wake_type, 0);
    for (uint32_t i = FRAME_WINDOWS; i-- > 0;)
        close_window(i);
    for (int i = 0; i < CURSORS; i++)
        if (host.cursor[i])
            SDL_FreeCursor(host.cursor[i]);
    arena_free(&host.events.text);
    SDL_Quit();
    memset(&host, 0, sizeof host);
}

void host_stats(HostStats *out) {
    *out = host.stats;
}

/* ---- one frame --------------------------------------------------------------------------- */

static bool is_hidden(const HostWindow *w) {
    return SDL_GetWindowFlags(w->window) & (SDL_WINDOW_HIDDEN | SDL_WINDOW_MINIMIZED);
}

static void fill_windows(FrameInput *in) {
    in->windows = FRAME_WINDOWS;
    for (uint32_t i = 0; i < FRAME_WINDOWS; i++) {
        HostWindow *w = &host.window[i];
        WindowInput *out = &in->window[i];
        *out = (WindowInput){.scale = 1};
        if (!w->window)
            continue;
        int units = 0, unused;
        SDL_GetWindowSize(w->window, &units, &unused);
        w->painter.size(w->painter.self, &out->w, &out->h);
        host.events.ratio[i] = units > 0 ? (float)out->w / (float)units : 1;
        out->scale = display_scale(w->window);
        out->hidden = is_hidden(w);
        out->focused = SDL_GetWindowFlags(w->window) & SDL_WINDOW_INPUT_FOCUS;
    }
}

static void set_cursor(Cursor wanted) {
    static const SDL_SystemCursor systems[CURSORS] = {
        [CURSOR_ARROW] = SDL_SYSTEM_CURSOR_ARROW,     [CURSOR_HAND] = SDL_SYSTEM_CURSOR_HAND,
        [CURSOR_TEXT] = SDL_SYSTEM_CURSOR_IBEAM,      [CURSOR_CROSS] = SDL_SYSTEM_CURSOR_CROSSHAIR,
        [CURSOR_RESIZE_V] = SDL_SYSTEM_CURSOR_SIZENS, [CURSOR_RESIZE_H] = SDL_SYSTEM_CURSOR_SIZEWE,
        [CURSOR_MOVE] = SDL_SYSTEM_CURSOR_SIZEALL,
    };
    if (wanted == host.cursor_now || (unsigned)wanted >= CURSORS)
        return;
    if (!host.cursor[wanted])
        host.cursor[wanted] = SDL_CreateSystemCursor(systems[wanted]);
    if (host.cursor[wanted])
        SDL_SetCursor(host.cursor[wanted]);
    host.cursor_now = wanted;
}

static void set_clipboard(Str text) {
    Buf b = {0};
    buf_put(&b, text);
    SDL_SetClipboardText(b.s);
    buf_free(&b);
}

static void apply_window(uint32_t i, const WindowOutput *o) {
    HostWindow *w = &host.window[i];
    if (i > 0 && !o->open && w->window)
        close_window(i);
    if (i > 0 && o->open && !w->window) {
        Error err = {0};
        if (!open_window(i, o->title, &err)) {
            log_line(LOG_WARNING, "host", "%s", err.message);
            close_window(i);
        }
    }
    if (!w->window)
        return;
    if (strncmp(w->title, o->title, sizeof w->title) != 0) {
        memcpy(w->title, o->title, sizeof w->title);
        w->title[sizeof w->title - 1] = 0;
        SDL_SetWindowTitle(w->window, w->title);
    }
    if (w->fullscreen != o->fullscreen) {
        w->fullscreen = o->fullscreen;
        SDL_SetWindowFullscreen(w->window, o->fullscreen ? SDL_WINDOW_FULLSCREEN_DESKTOP : 0);
    }
}

static void paint(const FrameOutput *out) {
    host.painted = false;
    for (uint32_t i = 0; i < out->windows && i < FRAME_WINDOWS; i++) {
        HostWindow *w = &host.window[i];
        if (!w->window || !out->window[i].draw || is_hidden(w))
            continue;
        Painter *p = &w->painter;
        if (host.events.reset)
            p->reset(p->self);
        uint32_t calls = 0;
        if (!p->draw(p->self, out->window[i].draw, host.fonts, &calls)) {
            log_line(LOG_WARNING, "host", "cannot paint: %s", SDL_GetError());
            continue;
        }
        p->present(p->self);
        host.painted = true;
        if (i == 0)
            host.stats.draw_calls = calls;
    }
    host.stats.frames += host.painted;
}

static void apply(const FrameOutput *out) {
    for (uint32_t i = 0; i < out->windows && i < FRAME_WINDOWS; i++)
        apply_window(i, &out->window[i]);
    set_cursor(out->cursor);
    if (out->clipboard.n)
        set_clipboard(out->clipboard);
    host.paste = out->wants_paste;
}

/* The clipboard goes to the window with the keyboard. */
static void add_paste(void) {
    uint32_t to = 0;
    for (uint32_t i = 0; i < FRAME_WINDOWS; i++)
        if (host.window[i].window &&
            (SDL_GetWindowFlags(host.window[i].window) & SDL_WINDOW_INPUT_FOCUS))
            to = i;
    char *text = SDL_GetClipboardText();
    if (text && text[0])
        events_paste(&host.events, to, str_of(text));
    SDL_free(text);
    host.paste = false;
}

/* ---- the loop ---------------------------------------------------------------------------- */

static bool all_hidden(void) {
    for (uint32_t i = 0; i < FRAME_WINDOWS; i++)
        if (host.window[i].window && !is_hidden(&host.window[i]))
            return false;
    return true;
}

/* Frames come no faster than the display shows them. A painter that waits for the display gets
 * a shorter pause, so that its own waiting sets the beat; where that waiting does not work, the
 * pause still keeps the loop from spinning. */
static void pace(void) {
    int64_t pause = host.interval_ns;
    if (all_hidden())
        pause = 100000000;
    else if (host.painted && host.window[0].painter.vsync)
        pause -= pause / 4;
    int64_t left = host.frame_start_ns + pause - clock_now_ns();
    if (left >= 1000000)
        SDL_Delay((uint32_t)(left / 1000000));
}

static void wait_for_work(int64_t next_wake_ns) {
    if (!host.events.has_kept && !host.paste) {
        int64_t left = next_wake_ns - clock_now_ns();
        if (next_wake_ns == INT64_MAX)
            SDL_WaitEvent(NULL);
        else if (left > 0)
            SDL_WaitEventTimeout(NULL,
                                 left > 3600000000000 ? 3600000 : (int)((left + 999999) / 1000000));
    }
    pace();
}

static int32_t clock_minute(void) {
    time_t now = time(NULL);
    struct tm local;
    return localtime_r(&now, &local) ? local.tm_hour * 60 + local.tm_min : -1;
}

int host_run(const HostApp *app) {
    Events *e = &host.events;
    int64_t next_wake_ns = 0, last_frame_ns = 0;
    for (;;) {
        wait_for_work(next_wake_ns);
        bool uncovered = e->repaint; /* a window was just opened */
        events_begin(e);
        e->repaint = uncovered;
        FrameInput in = {0};
        fill_windows(&in);
        if (host.paste)
            add_paste();
        atomic_store(&wake_pending, false);
        events_take(e);
        in.now_ns = clock_now_ns();
        if (!e->count && !e->woken && !e->repaint && in.now_ns < next_wake_ns)
            continue; /* an event that means nothing to us */
        if (e->repaint)
            fill_windows(&in); /* the size may have changed with the events */
        host.frame_start_ns = in.now_ns;
        in.clock_minute = clock_minute();
        int displays = SDL_GetNumVideoDisplays();
        in.displays = displays > 0 ? (uint32_t)displays : 0;
        in.event = e->event;
        in.events = e->count;
        in.last_frame_ns = last_frame_ns;
        in.last_draw_calls = host.stats.draw_calls;
        FrameOutput out = {.next_wake_ns = INT64_MAX};
        int64_t began_ns = clock_thread_cpu_ns();
        app->frame(app->app, &in, &out);
        bool repaint = e->repaint;
        e->repaint = false;
        if (out.quit)
            return out.exit_code;
        apply(&out);
        if (out.changed || repaint)
            paint(&out);
        last_frame_ns = clock_thread_cpu_ns() - began_ns;
        next_wake_ns = out.next_wake_ns;
        if (e->repaint) /* a window was opened by this frame */
            next_wake_ns = 0;
    }
}

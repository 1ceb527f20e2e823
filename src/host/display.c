#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "host/parts.h"

/* Without a display SDL takes a driver that shows nothing, and the program would run unseen. */
bool display_usable(Error *err) {
    const char *driver = SDL_GetCurrentVideoDriver();
    bool unseen = !driver || strcmp(driver, "dummy") == 0 || strcmp(driver, "offscreen") == 0;
    const char *wanted = getenv("FLAMESCOPE_DUMMY_DISPLAY"); /* tests run without one */
    if (!unseen || (driver && wanted && wanted[0] && strcmp(wanted, "0") != 0))
        return true;
    return error_set(err, ERROR_IO,
                     "no display found; use `flamescope export PROFILE --to png` for a picture");
}

static float scale_from_text(const char *text) {
    double v = 0;
    if (!text || !str_to_double(str_trim(str_of(text)), &v) || v < 0.5 || v > 8)
        return 0;
    return (float)v;
}

/* Xft.dpi is where X11 desktops keep the user's choice; the panel's own size is not asked,
 * because desktops do not follow it either. libX11 is loaded already, by SDL. */
static float scale_from_x11(void) {
    void *lib = SDL_LoadObject("libX11.so.6");
    if (!lib)
        return 0;
    void *(*open)(const char *) = NULL;
    int (*close)(void *) = NULL;
    char *(*resources)(void *) = NULL;
    *(void **)&open = SDL_LoadFunction(lib, "XOpenDisplay");
    *(void **)&close = SDL_LoadFunction(lib, "XCloseDisplay");
    *(void **)&resources = SDL_LoadFunction(lib, "XResourceManagerString");
    float scale = 0;
    void *display = open && close && resources ? open(NULL) : NULL;
    if (display) {
        Str rest = str_of(resources(display));
        while (rest.n) {
            Str line = str_cut(&rest, '\n');
            double dpi = 0;
            if (str_starts(line, STR("Xft.dpi:")) &&
                str_to_double(str_trim(str_slice(line, 8, line.n)), &dpi) && dpi >= 48)
                scale = (float)(dpi / 96);
        }
        close(display);
    }
    SDL_UnloadObject(lib);
    return scale;
}

static float desktop_scale(void) {
    static const char *const names[] = {"FLAMESCOPE_SCALE", "GDK_SCALE", "QT_SCALE_FACTOR"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        float v = scale_from_text(getenv(names[i]));
        if (v > 0)
            return v;
    }
    const char *driver = SDL_GetCurrentVideoDriver();
    return driver && strcmp(driver, "x11") == 0 ? scale_from_x11() : 0;
}

float display_scale(SDL_Window *window) {
    static float desktop = -1; /* asked once: it takes a connection of its own */
    if (desktop < 0)
        desktop = desktop_scale();
    int logical = 0, physical = 0, unused;
    if (window) {
        SDL_GetWindowSize(window, &logical, &unused);
        SDL_GL_GetDrawableSize(window, &physical, &unused);
    }
    float scale = logical > 0 && physical > logical ? (float)physical / (float)logical : 1;
    if (scale == 1 && desktop > 0)
        scale = desktop;
    return fminf(fmaxf(roundf(scale * 4) / 4, 0.5f), 8);
}

int64_t display_frame_ns(SDL_Window *window) {
    SDL_DisplayMode mode;
    int at = SDL_GetWindowDisplayIndex(window), rate = 60;
    if (at >= 0 && SDL_GetCurrentDisplayMode(at, &mode) == 0 && mode.refresh_rate >= 24)
        rate = mode.refresh_rate;
    return 1000000000 / rate;
}

static int survive_error(void *display, void *event) {
    (void)display;
    (void)event;
    log_line(LOG_WARNING, "host", "the X server refused a request; going on");
    return 0;
}

/* Seen with SDL 2.26: an event that SDL still has queued for a window of ours is sent while it
 * closes, after the window is gone, and Xlib's own handler then ends the program with status 1.
 * SDL keeps the handler that it found and puts it back before closing, so ours must come first. */
void display_survive_errors(void) {
    void *lib = SDL_LoadObject("libX11.so.6");
    void *(*set)(int (*)(void *, void *)) = NULL;
    if (lib)
        *(void **)&set = SDL_LoadFunction(lib, "XSetErrorHandler");
    if (set)
        set(survive_error); /* the library stays loaded, as its handler is needed to the end */
}

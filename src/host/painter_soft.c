/* The software painter: ui/raster.c straight into the window's surface. */
#include "host/parts.h"
#include "ui/raster.h"

typedef struct Soft {
    SDL_Window *window;
    SDL_Surface *between; /* only where the window's pixels are not 32 bits of a known order */
} Soft;

static void soft_size(void *self, uint32_t *w, uint32_t *h) {
    Soft *s = self;
    const SDL_Surface *surface = SDL_GetWindowSurface(s->window);
    int width = 0, height = 0;
    if (!surface)
        SDL_GetWindowSize(s->window, &width, &height);
    /* in pixels, which may be more than the window's size is in */
    *w = (uint32_t)(surface ? surface->w : width);
    *h = (uint32_t)(surface ? surface->h : height);
}

static bool known_order(const SDL_PixelFormat *f, bool *bgra) {
    if (f->BytesPerPixel != 4 || f->Gmask != 0xff00)
        return false;
    *bgra = f->Bmask == 0xff;
    return (f->Bmask == 0xff && f->Rmask == 0xff0000) || (f->Rmask == 0xff && f->Bmask == 0xff0000);
}

static void raster_surface(SDL_Surface *s, bool bgra, const DrawList *list, const Fonts *fonts) {
    SDL_LockSurface(s);
    raster_draw(&(RasterTarget){.pixel = s->pixels,
                                .w = (uint32_t)s->w,
                                .h = (uint32_t)s->h,
                                .stride = (uint32_t)s->pitch / 4,
                                .bgra = bgra},
                list, fonts);
    SDL_UnlockSurface(s);
}

static bool soft_draw(void *self, const DrawList *list, const Fonts *fonts, uint32_t *draw_calls) {
    Soft *s = self;
    *draw_calls = 0;
    SDL_Surface *target = SDL_GetWindowSurface(s->window); /* made anew by SDL after a resize */
    if (!target)
        return false;
    bool bgra;
    if (known_order(target->format, &bgra)) {
        raster_surface(target, bgra, list, fonts);
        return true;
    }
    if (s->between && (s->between->w != target->w || s->between->h != target->h)) {
        SDL_FreeSurface(s->between);
        s->between = NULL;
    }
    if (!s->between)
        s->between =
            SDL_CreateRGBSurfaceWithFormat(0, target->w, target->h, 32, SDL_PIXELFORMAT_ARGB8888);
    if (!s->between)
        return false;
    SDL_SetSurfaceBlendMode(s->between, SDL_BLENDMODE_NONE);
    raster_surface(s->between, true, list, fonts);
    return SDL_BlitSurface(s->between, NULL, target, NULL) == 0;
}

static void soft_present(void *self) {
    Soft *s = self;
    SDL_UpdateWindowSurface(s->window);
}

static void soft_reset(void *self) {
    (void)self;
}

static void soft_close(void *self) {
    Soft *s = self;
    if (s->between)
        SDL_FreeSurface(s->between);
    mem_resize(s, sizeof *s, 0);
}

bool painter_soft_open(SDL_Window *window, Painter *out, Error *err) {
    if (!SDL_GetWindowSurface(window))
        return error_set(err, ERROR_IO, "cannot draw into the window: %s", SDL_GetError());
    Soft *s = mem_resize(NULL, 0, sizeof *s);
    s->window = window;
    *out = (Painter){.name = "software",
                     .self = s,
                     .size = soft_size,
                     .draw = soft_draw,
                     .present = soft_present,
                     .reset = soft_reset,
                     .close = soft_close};
    return true;
}

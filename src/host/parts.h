/* parts: what the window host's files share: windows, painters, event translation.
 * Owner: window.c. Thread: main. Lifetime: host_open to host_close. Failure: as each says. */
#pragma once

#include <SDL.h>

#include "base/buf.h"
#include "host/host.h"

/* Turns draw lists into a window's pixels. */
typedef struct Painter {
    const char *name;
    bool vsync; /* present waits for the display */
    void *self;
    void (*size)(void *self, uint32_t *w, uint32_t *h); /* physical pixels of the window */
    bool (*draw)(void *self, const DrawList *list, const Fonts *fonts, uint32_t *draw_calls);
    void (*present)(void *self);
    void (*reset)(void *self); /* the device lost its textures */
    void (*close)(void *self);
} Painter;

/* False when this painter cannot serve the window. `any_driver` also takes GL made by the CPU.
 */
bool painter_gpu_open(SDL_Window *window, bool any_driver, Painter *out, Error *err);
bool painter_soft_open(SDL_Window *window, Painter *out, Error *err);
/* True when this machine has something that may be a GPU; cheap, no driver is loaded. */
bool painter_gpu_likely(void);

/* -- events.c: SDL's events of one frame as InputEvents */
enum { EVENTS_MAX = 512 };

typedef struct Events {
    InputEvent event[EVENTS_MAX];
    uint32_t count;
    Arena text;         /* texts of this frame */
    bool repaint;       /* something was uncovered, resized or reset */
    bool reset;         /* textures are lost */
    uint32_t wake_type; /* SDL event type of host_wake */
    bool woken;         /* one of them came */
    /* -- kept between frames */
    SDL_Event kept; /* taken from the queue, but for the next frame */
    bool has_kept;
    float x[FRAME_WINDOWS], y[FRAME_WINDOWS];
    float ratio[FRAME_WINDOWS];        /* physical pixels per window unit */
    uint32_t window_id[FRAME_WINDOWS]; /* 0: none */
} Events;

void events_begin(Events *e);
/* Takes everything that waits, but never a press behind a release: each gets its frame. */
void events_take(Events *e);
void events_paste(Events *e, uint32_t window, Str text);
uint32_t events_mods(SDL_Keymod mod);
/* Key of the keyboard layout, KEY_NONE if we have no name for it. */
uint32_t events_key(const SDL_Keysym *sym);

/* -- display.c */
bool display_usable(Error *err);
/* Physical pixels per logical pixel; without a window what the desktop wishes. */
float display_scale(SDL_Window *window);
int64_t display_frame_ns(SDL_Window *window);
/* Before SDL starts: X11 errors do not end the program. */
void display_survive_errors(void);

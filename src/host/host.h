/* Host: the outside world of the program; SDL lives here alone.
 * The window host runs the loop: events in, app frame, pixels out, sleep until an event, a wake or
 * the wished time. The fonts host needs no display and serves headless pictures too.
 * Thread: all calls from the main thread; host_wake from any. */
#pragma once

#include "base/error.h"
#include "ui/font.h"
#include "ui/frame.h"

/* -- fonts: SDL2_ttf over the embedded faces, or files */
typedef enum FontFamily { FONTS_INTER, FONTS_DEJAVU } FontFamily;
/* Owner: the caller, fonts_close. Sizes are opened on demand and kept. */
const Fonts *fonts_open(FontFamily family, Error *err);
void fonts_close(void);

/* -- window */
typedef struct HostOptions {
    const char *title;
    uint32_t w, h; /* logical; 0 × 0: 1600 × 900 or what the display has room for */
    bool software; /* force the software painter */
    bool gpu;      /* force the GPU painter, whatever the driver */
} HostOptions;

/* The program as the host sees it. */
typedef struct HostApp {
    void *app;
    void (*frame)(void *app, const FrameInput *in, FrameOutput *out);
} HostApp;

/* Whether a window can be opened; false with *err (the words say how to export instead). For what
 * must not be begun in vain. */
bool host_display(Error *err);
/* False with *err when there is no usable display, as host_display. */
bool host_open(const HostOptions *options, const Fonts *fonts, Error *err);
/* Runs until the app quits; returns its exit code. */
int host_run(const HostApp *app);
void host_close(void);
/* Any thread: makes host_run draw a frame soon. Fits wake_set_hook. */
void host_wake(void *unused);

/* What the painter in use is and did, for the frame overlay. */
typedef struct HostStats {
    const char *driver;  /* "x11", "wayland" */
    const char *painter; /* "gpu (opengl)", "software" */
    uint32_t draw_calls;
    uint64_t frames;
} HostStats;
void host_stats(HostStats *out);

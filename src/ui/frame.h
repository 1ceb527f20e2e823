/* FrameInput and FrameOutput: everything that goes into one frame of the program and everything
 * that comes out. No clock, no display: a script can write the one and read the other. */
#pragma once

#include "ui/draw.h"
#include "ui/input.h"

enum { FRAME_WINDOWS = 4 };

typedef struct WindowInput {
    uint32_t w, h; /* physical pixels; 0 × 0: not there */
    float scale;   /* physical pixels per logical pixel of the display: 1, 1.5, 2 … */
    bool hidden;   /* minimised or covered: nothing needs to be drawn */
    bool focused;
} WindowInput;

typedef struct FrameInput {
    int64_t now_ns;           /* any origin, never goes back */
    int64_t last_frame_ns;    /* cpu time of the frame before, painting included; 0 unknown */
    uint32_t last_draw_calls; /* of the GPU painter in the frame before; 0 painted in software */
    int32_t clock_minute;     /* local time, minutes since midnight; -1 unknown */
    uint32_t displays;        /* that windows may lie on; 0 and 1 are alike */
    uint32_t windows;
    WindowInput window[FRAME_WINDOWS];
    uint32_t events;
    const InputEvent *event;
} FrameInput;

typedef enum Cursor {
    CURSOR_ARROW,
    CURSOR_HAND,
    CURSOR_TEXT,
    CURSOR_CROSS,
    CURSOR_RESIZE_V,
    CURSOR_RESIZE_H,
    CURSOR_MOVE,
} Cursor;

typedef struct WindowOutput {
    bool open; /* this window should exist */
    bool fullscreen;
    char title[256];
    const DrawList *draw;
} WindowOutput;

/* Pointers are the App's and valid until the next frame. */
typedef struct FrameOutput {
    uint32_t windows;
    WindowOutput window[FRAME_WINDOWS];
    bool changed;         /* the picture may differ from the last frame's */
    int64_t next_wake_ns; /* draw again at the latest then; INT64_MAX: not before an event */
    Str clipboard;        /* new text for the clipboard; empty: leave it */
    bool wants_paste;     /* send INPUT_PASTE next frame */
    bool wants_text;      /* a text field has the focus */
    Cursor cursor;
    bool quit;
    int exit_code;
} FrameOutput;

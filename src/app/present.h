/* Presentation: the window as a stage. Full screen, no controls, large type; one scene after the
 * other with its title and note below, the pictures moving from one to the next; and what a talk
 * needs besides: a black screen, a spotlight, a magnifier, a pen, keys shown as they are pressed,
 * and the presenter's own window on a second display.
 * Everything stays live. Owner: the App. Thread: main. Failure: none. */
#pragma once

#include "app/scenes.h"
#include "app/view.h"

enum { PEN_POINTS = 8192, KEY_TEXT = 48 };

typedef enum Pointing { POINT_NONE, POINT_SPOTLIGHT, POINT_MAGNIFIER, POINT_PEN } Pointing;

typedef struct PenPoint {
    float x, y;  /* shares of the window, so that ink stays where it is when that changes */
    bool begins; /* a stroke */
} PenPoint;

typedef struct Present {
    bool on;
    bool was_fullscreen;
    bool black;
    bool show_keys;
    bool wordless;                /* title and note are told elsewhere */
    uint8_t theme;                /* ThemeKind, of the stage */
    uint8_t pointing;             /* Pointing */
    uint32_t typed;               /* a scene's number, digit by digit; 0: none */
    int64_t began_ns, arrived_ns; /* the talk, and the scene */
    char key[KEY_TEXT];
    int64_t key_ns;
    PenPoint *ink;
    uint32_t points;
    /* -- the presenter's window */
    Ui ui;
    DrawList draw;
} Present;

void present_init(Present *p);
void present_free(Present *p);
/* Height of the band for title and note; 0: the scene has neither. */
float present_band_height(const View *v, const Scene *scene);
void present_band_draw(const View *v, const Scenes *scenes, Rect area);
/* Spotlight, magnifier, ink, keys, black: over everything that was drawn into the window's list. */
void present_over(Present *p, const View *v);
/* A zone over the window while the pen is out; strokes are the pointer's way. */
void present_pen(Present *p, const View *v);
void present_key(Present *p, const View *v, const InputEvent *e);
/* A digit of a scene's number; false: no digit, or no number begins with it. */
bool present_digit(Present *p, const InputEvent *e);

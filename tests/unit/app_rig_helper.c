#include "unit/app_rig_helper.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "app/commands.h"
#include "app/program.h"

enum { FRAME_NS = 16666667 };

void frame(Run *r, InputEvent *event) {
    r->in.now_ns += FRAME_NS;
    r->in.event = event;
    r->in.events = event ? 1 : 0;
    app_frame(r->app, &r->in, &r->out);
}

void settle(Run *r) {
    for (int i = 0; i < 400 && (i < 6 || !app_settled(r->app)); i++) {
        while (app_work(r->app))
            continue;
        frame(r, NULL);
    }
    assert_true(app_settled(r->app));
}

void start(Run *r) {
    char examples[1024];
    *r = (Run){0};
    snprintf(examples, sizeof examples, "%s/examples", getenv("FLAMESCOPE_SOURCE"));
    r->app = app_new(&(AppOptions){.fonts = fonts_fixed(), .examples = examples});
    r->in.windows = 1;
    r->in.window[0] = (WindowInput){.w = 1280, .h = 720, .scale = 1, .focused = true};
    frame(r, NULL);
}

void run(Run *r, const char *command) {
    Error err = {0};
    if (!app_do(r->app, str_of(command), &err))
        fail_msg("%s: %s", command, err.message);
    settle(r);
}

void key(Run *r, const char *name) {
    Chord c;
    assert_true(chord_parse(str_of(name), &c));
    uint32_t letter = c.key >= 'A' && c.key <= 'Z' ? c.key : 0;
    frame(r, &(InputEvent){.kind = INPUT_KEY, .key = c.key, .mods = c.mods, .physical = letter});
    settle(r);
}

void type(Run *r, const char *words) {
    frame(r, &(InputEvent){.kind = INPUT_TEXT, .text = str_of(words)});
    settle(r);
}

/* Frame menu: what can be done with a frame, opened by a right click on it; every entry is a
 * command that a key can do as well. Owner: the App. Thread: main. Lifetime: until something is
 * chosen. Failure: none; what is not possible is not offered. */
#pragma once

#include "app/flame_pane.h"

typedef struct FrameMenu {
    bool open;
    FlameBox box;
    float x, y; /* where it hangs from */
} FrameMenu;

/* Behind the panes: opens where a pane was clicked with the right button, and answers. */
void frame_menu_draw(FrameMenu *menu, FlamePane *pane, const View *v);

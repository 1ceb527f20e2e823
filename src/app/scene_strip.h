/* Scene strip: the scenes as cards along the window's lower edge: a click shows one, a drag moves
 * it among the others; and the panel in which one gets its words.
 * Owner: the App. Thread: main. Lifetime: the App's. Failure: none. */
#pragma once

#include "app/scenes.h"
#include "app/view.h"

typedef struct SceneStrip {
    bool hidden; /* by the user; without scenes there is none anyway */
    float scroll;
    bool editing; /* the panel is open */
    bool asking;  /* for the words of a callout */
    char title[SCENE_TITLE], note[SCENE_NOTE], callout[CALLOUT_TEXT];
    Callout about;       /* that is asked for */
    const Scene *edited; /* whose words the fields hold */
    uint32_t grabbed;    /* card that is being dragged, + 1 */
} SceneStrip;

float scene_strip_height(const SceneStrip *s, const View *v, const Scenes *scenes);
void scene_strip_draw(SceneStrip *s, const View *v, const Scenes *scenes, Range whole, Rect area);
/* The panels over everything. */
void scene_panels_draw(SceneStrip *s, const View *v, const Scenes *scenes);

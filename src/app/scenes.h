/* Scenes: saved states with titles and notes, in the order in which they are presented, and the
 * readable text file beside the profile that holds them (PROFILE.scenes).
 * The file: "FlameScope scenes 1", "origin NS" (where the recording began, ns of the profile's
 * clock), then for each scene a line "scene TITLE", "note" lines, one "state" line as state_format
 * writes it without file A, whose "b" is relative to the file's folder, and "callout" lines
 * "callout box|arrow T0..T1|frame:PATH TEXT". Empty lines and those with # are skipped.
 * Owner: the App. Thread: main; the file is written and read as bytes by a job (scene_file.h).
 * Failure: false with words that name the line. */
#pragma once

#include "app/state.h"

enum {
    SCENES = 99,
    SCENE_TITLE = 128,
    SCENE_NOTE = 1024,
    SCENE_CALLOUTS = 8,
    CALLOUT_TEXT = 160,
    SCENES_BYTES = 4 << 20 /* of a file, at most */
};

typedef enum CalloutKind { CALLOUT_BOX, CALLOUT_ARROW, CALLOUT_KINDS } CalloutKind;

/* Points at something by what it is, so that it follows when the layout changes. */
typedef struct Callout {
    uint8_t kind;           /* CalloutKind */
    Range range;            /* a time on the heat map; off: it is about a frame */
    char frame[STATE_ZOOM]; /* path below the root, as State.zoom */
    char text[CALLOUT_TEXT];
} Callout;

typedef struct Scene {
    char title[SCENE_TITLE];
    char note[SCENE_NOTE]; /* lines end with \n, the last without */
    State state;           /* file[0] is empty: the profile beside */
    Callout callout[SCENE_CALLOUTS];
    uint32_t callouts;
} Scene;

typedef struct Scenes {
    Scene *scene[SCENES];
    uint32_t count;
    uint32_t at; /* shown or saved last; `count` when none was */
    bool has_origin;
    int64_t origin_ns; /* of the recording that the times are about */
    uint64_t version;  /* grows with each change; what is in the file is … */
    uint64_t saved;    /* … this one */
} Scenes;

void scenes_free(Scenes *s);
/* A new one behind `at`, which it becomes; NULL when there is no room. */
Scene *scenes_add(Scenes *s);
void scenes_remove(Scenes *s, uint32_t at);
/* Moves the one at `from` so that it becomes number `to`. */
void scenes_move(Scenes *s, uint32_t from, uint32_t to);
/* The one shown last, or NULL. */
Scene *scenes_now(const Scenes *s);
/* Whether nothing is shown that the scene does not show: what belongs to a window is left out. */
bool scene_is_shown(const Scene *scene, const State *state);

void scenes_format(const Scenes *s, Buf *out);
/* Into an empty one. */
bool scenes_parse(Str text, Scenes *out, Error *err);

/* Adds ns to every instant of a state or a callout: the same places of a recording that began so
 * much later. */
void state_shift(State *state, int64_t ns);
void callout_shift(Callout *callout, int64_t ns);

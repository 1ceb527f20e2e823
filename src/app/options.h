/* Options: the command line as a plain value, common to all verbs. */
#pragma once

#include "app/record.h"
#include "app/state.h"

typedef enum Verb {
#define VERB(id, ...) VERB_##id,
#include "app/verbs.def"
#undef VERB
    VERB_COUNT
} Verb;

typedef enum Shell { SHELL_BASH, SHELL_ZSH, SHELL_FISH, SHELLS } Shell;

enum { OPTION_PATHS = 8 };

typedef struct Options {
    Verb verb;
    const char *path[OPTION_PATHS];
    uint32_t paths;
    const char *to, *out, *range, *baseline, *state, *stats, *dump;
    uint32_t weight; /* a WeightKind; WEIGHT_SAMPLES: none was asked for */
    State shown; /* what options say about the picture: rows, column, scale, palette, theme, … */
    double pixel_ratio;
    uint32_t threads; /* 0: as many as there are processors */
    bool no_cache, inlined, follow;
    const char *play, *scenes_file; /* export of a playback, or of scenes */
    bool scenes;
    uint32_t fps; /* 0, as all of these: the usual */
    double speed, seconds;
    int64_t window_ns;
    RecordWish record; /* but for its file, which is out */
    bool json, findings, demo, dejavu, software, gpu, idle_said, heat_palette_said,
        flame_palette_said, help, version, keys, man, completion;
    Shell shell;                     /* completion */
    bool pid, tid, kernel, jit, all; /* collapse */
    uint32_t w, h;
    uint64_t given; /* bit i: option i of the table was there */
} Options;

/* False with *err in words for wrong usage. */
bool options_parse(int argc, char **argv, Options *out, Error *err);
bool options_given(const Options *o, const char *name);
/* False, with words: what is written would replace what is read. */
bool options_keep_inputs(const Options *o, Error *err);

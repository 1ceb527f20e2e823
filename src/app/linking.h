/* Linking: what is lit on the heat map: the pinned function, else the frame under the pointer,
 * else what the search matches. Owner: the App. Thread: main. Failure: what is not in the profile
 * lights nothing. */
#pragma once

#include "app/state.h"
#include "query/link.h"

/* A function's frame id, found once by its name and kept. */
typedef struct PinnedFrame {
    char name[STATE_FRAME];
    uint32_t looked; /* frames that were looked at */
    FrameId frame;   /* 0: none of them */
} PinnedFrame;

/* hovered: frame under the pointer, 0 none. True when something is to be lit. */
bool linking_match(PinnedFrame *pin, const State *state, const Dict *dict, uint32_t frames,
                   FrameId hovered, LinkMatch *out);
/* What is lit, in words: "parse_json", "search /json/". */
Str linking_words(const LinkMatch *match, const Dict *dict, Arena *arena);

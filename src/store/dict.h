/* Dict: all that profiles of one session share: names, frames, stacks, contexts.
 * Sharing them is what lets two files be compared without translation. A worker that parses
 * has a Dict of its own, whose ids the absorber translates (store/profile.h).
 * Owner: the session (or the worker's Part). Thread: one writer. */
#pragma once

#include "store/contexts.h"
#include "store/stacks.h"

typedef struct Dict {
    Names names;
    Frames frames;
    Stacks stacks;
    Contexts contexts;
    struct Pack *pack; /* whose memory the columns lie in, held; NULL: their own */
    bool unindexed;    /* lent by a pack: dict_index comes before more is interned */
} Dict;

void dict_init(Dict *dict);
void dict_free(Dict *dict);
/* Makes what finding needs of entries that came from elsewhere; writer only. */
void dict_index(Dict *dict);
size_t dict_bytes(const Dict *dict);
Str dict_symbol(const Dict *dict, FrameId frame);
Str dict_module(const Dict *dict, FrameId frame);
/* Frames of the stack, root first, into the arena; *depth is how many. */
FrameId *dict_frames_of(const Dict *dict, StackId stack, Arena *arena, uint32_t *depth);

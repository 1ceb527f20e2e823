/* Frames: interned (symbol, module, kind). Id 0 is the virtual root "all".
 * Owner: the Dict. Thread: as Names. Kinds are open-ended: a format may add its own above
 * FRAME_KIND_FIRST_OWN; what has no colour of its own is drawn as user code. */
#pragma once

#include "store/names.h"

typedef uint32_t FrameId;

typedef enum FrameKind {
    FRAME_ROOT,
    FRAME_PROCESS, /* the first frame of every stack: the process name, no module */
    FRAME_USER,
    FRAME_KERNEL,
    FRAME_JIT,
    FRAME_INLINED,
    FRAME_INTERPRETED, /* of a language whose other frames are compiled at run time */
    FRAME_CPP,         /* C++, where the input tells it from C */
    FRAME_CLASS,       /* no code: the class of what was allocated or waited for */
    FRAME_WAITING,     /* a leaf in which the thread did not run but slept or waited */
    FRAME_KIND_FIRST_OWN = 16,
} FrameKind;

typedef struct Frame {
    NameId symbol, module;
    uint32_t kind;
} Frame;

typedef struct Frames {
    Column entry;    /* Frame by id */
    HashIndex index; /* -- writer only */
} Frames;

void frames_init(Frames *frames);
void frames_free(Frames *frames);
/* Makes the index of entries that came from elsewhere (a mapped file). */
void frames_reindex(Frames *frames);
FrameId frames_intern(Frames *frames, Frame frame);
const char *frame_kind_name(uint32_t kind); /* "kernel", "user", "jit", …, "other" */

static inline Frame frames_get(const Frames *frames, FrameId id) {
    return COLUMN_AT(&frames->entry, Frame, id);
}

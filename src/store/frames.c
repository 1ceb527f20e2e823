#include "store/frames.h"

#include "base/error.h"

static uint32_t frame_hash(Frame f) {
    return (uint32_t)hash_mix(((uint64_t)f.symbol << 32 | f.module) ^
                              ((uint64_t)f.kind * 0x9e3779b97f4a7c15u));
}

static uint32_t hash_of_frame(const void *owner, uint32_t id) {
    return frame_hash(frames_get((const Frames *)owner, id));
}

void frames_init(Frames *frames) {
    column_init(&frames->entry, sizeof(Frame), 8);
    hash_init(&frames->index);
    column_push(&frames->entry); /* id 0, the virtual root: no symbol, FRAME_ROOT */
}

void frames_free(Frames *frames) {
    column_free(&frames->entry);
    hash_free(&frames->index);
}

void frames_reindex(Frames *frames) {
    hash_refill(&frames->index, frames->entry.count, hash_of_frame, frames);
}

FrameId frames_intern(Frames *frames, Frame frame) {
    const HashIndex *t = &frames->index;
    uint32_t hash = frame_hash(frame);
    uint32_t id;
    for (uint32_t i = hash_first(t, hash); (id = hash_candidate(t, hash, &i)) != 0;
         i = hash_next(t, i)) {
        Frame f = frames_get(frames, id);
        if (f.symbol == frame.symbol && f.module == frame.module && f.kind == frame.kind)
            return id;
    }
    if (frames->entry.count >= UINT32_MAX)
        panic("more than 4 billion frames");
    id = (FrameId)frames->entry.count;
    COLUMN_PUSH(&frames->entry, Frame) = frame;
    hash_insert(&frames->index, hash, id);
    return id;
}

const char *frame_kind_name(uint32_t kind) {
    static const char *const name[] = {
        [FRAME_ROOT] = "root",       [FRAME_PROCESS] = "process",
        [FRAME_USER] = "user",       [FRAME_KERNEL] = "kernel",
        [FRAME_JIT] = "jit",         [FRAME_INLINED] = "inlined",
        [FRAME_CPP] = "cpp",         [FRAME_CLASS] = "class",
        [FRAME_WAITING] = "waiting", [FRAME_INTERPRETED] = "interpreted",
    };
    return kind < sizeof name / sizeof *name ? name[kind] : "other";
}

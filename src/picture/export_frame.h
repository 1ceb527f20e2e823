/* The text of a frame, for everything that writes names into a file: the one place that says
 * where it comes from. Pure; the views live as long as the Dict. */
#pragma once

#include "store/dict.h"

typedef struct FrameText {
    Frame frame;
    Str symbol, module;
} FrameText;

static inline FrameText export_frame(const Dict *dict, FrameId id) {
    return (FrameText){frames_get(&dict->frames, id), dict_symbol(dict, id),
                       dict_module(dict, id)};
}

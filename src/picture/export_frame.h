/* The text of a frame, for everything that writes names into a file: the one place that says
 * where it comes from. Pure; the views live as long as the Places and their Dict. */
#pragma once

#include "query/places.h"

typedef struct FrameText {
    Frame frame; /* its kind alone */
    Str symbol, module;
} FrameText;

static inline FrameText export_frame(const Places *places, uint32_t frame) {
    return (FrameText){{.kind = places_kind(places, frame)},
                       places_symbol(places, frame),
                       places_module(places, frame)};
}

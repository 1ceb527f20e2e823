/* A scene with every kind of draw command, for comparing painters. The image's pixels live in
 * static memory. Thread: one. Failure: none. */
#pragma once

#include "ui/draw.h"

void scene_build(DrawList *d, float w, float h, uint64_t generation);
/* Text, one image `across` texels wide (at most 2100), text. */
void scene_build_plain(DrawList *d, float w, float h, uint64_t generation, uint32_t across);

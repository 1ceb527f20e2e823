/* ExportSides: the samples that an export for another tool is of: A, the selection, and the
 * baseline it is compared with, if it is. Of an elided query only the baseline's samples in stacks
 * that A has none in (query/elided.h).
 * Pure; any thread that may read the profiles. Failure: a filter that does not compile. */
#pragma once

#include "query/places.h"
#include "query/slice.h"

typedef enum ExportSide { OF_SELECTION, OF_BASELINE } ExportSide;

typedef struct ExportSides {
    const Profile *profile[TREE_SIDES]; /* the second one's: of BASELINE_FILE, else NULL */
    ProfileView view[TREE_SIDES];
    const Query *query; /* its direction does not count: stacks are root first */
} ExportSides;

static inline bool sides_compared(const ExportSides *s) {
    return s->query->baseline != BASELINE_NONE;
}
/* Which profile a side's samples are of: 0 or 1. */
static inline uint32_t sides_which(const ExportSides *s, ExportSide side) {
    return side == OF_BASELINE && s->query->baseline == BASELINE_FILE && s->profile[1];
}
static inline const ProfileView *sides_view(const ExportSides *s, ExportSide side) {
    return &s->view[sides_which(s, side)];
}
/* What a sample counts for. */
static inline uint64_t sides_count(const ExportSides *s, const SliceSample *sample) {
    return s->query->weighted ? sample->weight : 1;
}

void sides_places(const ExportSides *sides, Places *out);
/* Every sample of a side, in arrival order. */
bool sides_visit(const ExportSides *sides, ExportSide side, SliceVisit *visit, void *context,
                 Error *err);
/* By node: 1 where A has samples at or below it, which is what an elided view leaves out, and at
 * the root. NULL unless the query is elided, or with *err. */
bool sides_had(const ExportSides *sides, const Places *places, Arena *arena, const uint8_t **out,
               Error *err);

#include "picture/export_sides.h"

void sides_places(const ExportSides *s, Places *out) {
    const Profile *const profile[TREE_SIDES] = {
        s->profile[0], s->query->baseline == BASELINE_FILE ? s->profile[1] : NULL};
    places_make(out, &s->query->tree.transforms, profile, s->view);
}

bool sides_visit(const ExportSides *s, ExportSide side, SliceVisit *visit, void *context,
                 Error *err) {
    uint32_t which = sides_which(s, side);
    if (side == OF_SELECTION)
        return slice_visit(s->profile[0], &s->view[0], s->query, visit, context, err);
    return slice_visit_baseline(s->profile[which], &s->view[which], s->query, visit, context, err);
}

typedef struct Had {
    const ExportSides *sides;
    const Places *places;
    uint8_t *node;
} Had;

static void had_sample(void *context, const SliceSample *sample) {
    Had *had = context;
    uint32_t unit = places_unit(had->places, 0, sample->pair, sample->cpu);
    if (had->places->node[unit] != PLACE_DROPPED && sides_count(had->sides, sample))
        had->node[had->places->node[unit]] = 1;
}

bool sides_had(const ExportSides *s, const Places *places, Arena *arena, const uint8_t **out,
               Error *err) {
    *out = NULL;
    if (!s->query->elided || !sides_compared(s))
        return true;
    Had had = {s, places, ARENA_ARRAY(arena, uint8_t, places->nodes)};
    if (!sides_visit(s, OF_SELECTION, had_sample, &had, err))
        return false;
    for (uint32_t v = places->nodes; --v > 0;)
        had.node[places->parent[v]] |= had.node[v];
    had.node[0] = 1;
    *out = had.node;
    return true;
}

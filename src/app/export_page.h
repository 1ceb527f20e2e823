/* The words around an exported picture: what it is of, what its percentages are shares of, what
 * is filtered. Pure; texts go into the caller's arena. */
#pragma once

#include "app/state.h"
#include "picture/export_svg.h"

typedef struct PageFacts {
    const State *state;
    const Dict *dict;
    ProfileView view, view_b; /* view_b: of a second file, which a range of it is told by */
    EventId event;
    bool weighted, inverted;
    /* samples, as in Answer */
    uint64_t in_profile, shown_in_profile, idle_in_profile, shown_in_selection;
    uint64_t total; /* samples or weights of the selection */
    bool compared, elided;
    bool callers;     /* of a sandwich, both halves are drawn */
    uint64_t total_b; /* likewise, of the baseline */
} PageFacts;

/* The notes say how the counts came about; the picture's maker adds his own with page_note. */
void export_page(const PageFacts *facts, Arena *arena, ExportPage *out);
/* The profile's name, without its folder. */
Str page_name(const State *state, Arena *arena);
/* What the state's baseline is: "60.00 – 70.00 s", "everything else". */
Str page_baseline(const PageFacts *facts, Arena *arena);
void page_note(ExportPage *page, Arena *arena, Str line);

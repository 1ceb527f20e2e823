/* export_svg: a flame graph as one interactive, self-contained SVG, in the conventions of
 * flamegraph.pl: hover names a frame, click zooms, Ctrl+F searches. Every frame that the layout
 * has is in it, with its count and the share of the whole; runs of narrower ones are grey blocks
 * that say how many they are.
 * A differential layout is coloured by its two shares, which stand in the text of each frame;
 * what only one side has is marked.
 * A sandwich has the callers of a function above it and its callees below, as in the window: two
 * layouts of which each fills the width, with the rows in which both begin left out.
 * The script in it (assets/export_svg.js) reads the elements only; no name becomes markup.
 * Pure; output goes into the caller's Buf; any thread. */
#pragma once

#include "picture/flame_layout.h"
#include "picture/palette.h"

/* Colours of the page, 0xRRGGBBAA, and what stands above and below the picture. Texts are UTF-8
 * or not; they are made plain here. */
typedef struct ExportPage {
    Str title, subtitle;
    Str notes;     /* lines */
    Str whole;     /* what percentages are of: "the selection" */
    Str search;    /* searched for when the page opens; empty: nothing */
    uint32_t kind; /* of what is counted: a WeightKind */
    bool dark;
    uint32_t background, panel, text, muted, line, accent, root_box;
} ExportPage;

typedef struct SvgFlame {
    const ExportPage *page;
    const Dict *dict;
    const Tree *tree;          /* whose frames the layout names */
    const FlameLayout *layout; /* made for flame_layout's half pixel being 0.1 of ours */
    const Tree *callers_tree;  /* of a sandwich, whose callees `layout` has; else NULL */
    const FlameLayout *callers;
    FlamePalette palette;
    bool diff_safe; /* of a differential layout: colours for every colour vision */
    uint64_t whole; /* what 100 % is; 0: what the layout adds up to */
    bool icicle;    /* the root on top */
    uint32_t width, least_height;
} SvgFlame;

/* What flame_layout needs as width so that frames of a tenth of a pixel are kept. */
float svg_layout_width(uint32_t width);
void export_svg(const SvgFlame *flame, Buf *out);

/* page_data: the block of numbers in an exported page. Varints (7 bits a byte, low ones first):
 *   bytes of the JSON head, and that: words, colours, frames
 *   nodes: how many; each: how far its parent's number lies below its own, its frame
 *   range: stacks in it; each: step from the number before, count
 *   base:  likewise, of the baseline; only where the query has one
 *   heat:  a value for each cell, column by column: twice the count, plus 1 where some samples
 *          of the cell are filtered out; nothing without times
 *   cells: 1 and how many have samples, or 0; each: step from the cell before, its stacks; each
 *          of these: step from the number before, count
 * Nodes are stacks that some count needs, as the query's transforms leave them, numbered from 1 in
 * the order of their ids, so that a parent comes first; 0 is the root. What a transform drops is
 * in no count but the heat map's.
 * Owner: the caller's variable, freed by page_data_free. Thread: one. */
#pragma once

#include "picture/export_sides.h"
#include "query/heat.h"

typedef struct CellEntry {
    uint64_t key; /* cell << 32 | node */
    uint64_t count;
} CellEntry;

typedef struct PageData {
    const ExportSides *sides;
    const HeatGrid *grid; /* NULL without times */
    Places places;
    Arena arena;
    uint64_t *range; /* by node of the places */
    uint64_t *base;  /* likewise, the baseline's; NULL: none */
    uint64_t range_total, base_total;
    bool dropped;    /* transforms leave out some of the first profile's samples */
    CellEntry *cell; /* sorted by key once made */
    uint64_t cells, cap;
    bool complete;    /* cell holds every sample */
    uint32_t *number; /* by node of the places: its number in the page, 0: none */
    uint32_t nodes;
    uint32_t *frame_place; /* by frame, one more than its place; 0: not in the page */
    uint32_t *frame;       /* by place */
    uint32_t frames;
} PageData;

/* Counts all samples of the query's event and chips; false with *err as slice_visit. */
bool page_data_count(PageData *data, const ExportSides *sides, const HeatGrid *grid, Error *err);
void page_data_drop_cells(PageData *data);
/* Numbers what is needed. Nodes that have less than one part in `parts` of the range, and of the
 * baseline, give their counts to their callers (0: none does); only without cells. */
void page_data_number(PageData *data, uint64_t parts);
void page_data_put(const PageData *data, Str head, Buf *out);
void page_data_free(PageData *data);

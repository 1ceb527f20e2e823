/* Text exports: folded stacks and heat map JSON. Output goes into the caller's Buf; pure. */
#pragma once

#include "query/answer.h"
#include "query/heat.h"
#include "query/slice.h"

/* One line a distinct stack: "comm;frame;frame 12\n", sorted by bytes; `;` inside a name is
 * written `:`; the virtual root is left out. */
void export_folded(const Profile *profile, const Slice *slice, Buf *out);
/* The same of a tree: each node's self count on the path that it has there. */
void export_folded_tree(const Answer *answer, Buf *out);
/* FlameScope's shape: rows (lower edges in ms, top row first), columns, values[column][row] with
 * row 0 on top (the latest offset), maxvalue; plus unit and column_ms. Where rows are threads and
 * the like, rows are their labels, most samples first, and row_info has an object for each.
 * Shares are permille, and null where a cell has no samples. */
void export_heatmap_json(const HeatGrid *grid, const Dict *dict, Buf *out);
/* "worker (4711)", "cpu 3", "others (12)". */
void heat_row_label(const HeatGrid *grid, const Dict *dict, uint32_t row, Buf *out);

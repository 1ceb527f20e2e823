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
 * row 0 on top (the latest offset), maxvalue; plus unit and column_ms. */
void export_heatmap_json(const HeatGrid *grid, Buf *out);

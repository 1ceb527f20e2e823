#include "query/elided.h"

#include "base/arena.h"

/* Down from the root through nodes that A has; where one has none of A, all of it is elided. Nodes
 * lie breadth first, so a parent is decided before its children. */
static void mark(const Answer *a, uint8_t *keep) {
    const Tree *t = a->tree;
    uint8_t *open = mem_resize(NULL, 0, t->nodes);
    open[0] = 1;
    for (uint32_t v = 0; v < t->nodes; v++) {
        for (uint32_t c = t->node[v].first_child; open[v] && c < t->node[v + 1].first_child; c++) {
            if (prefix_total(&a->a, t, c)) {
                open[c] = 1;
                continue;
            }
            for (uint32_t rank = t->node[c].lo; rank < t->node[c].hi; rank++)
                keep[rank] = 1;
        }
    }
    mem_resize(open, t->nodes, 0);
}

void elided_make(Answer *a, uint32_t *a32, uint64_t *a64) {
    uint32_t ranks = a->tree->ranks;
    uint8_t *keep = mem_resize(NULL, 0, (size_t)ranks + 1);
    uint64_t sum = 0;
    mark(a, keep);
    a->elided_of = prefix_at(&a->b, ranks);
    for (uint32_t rank = 0; rank <= ranks; rank++) {
        if (a64)
            a64[rank] = sum;
        else
            a32[rank] = (uint32_t)sum;
        if (rank < ranks && keep[rank])
            sum += prefix_at(&a->b, rank + 1) - prefix_at(&a->b, rank);
    }
    mem_resize(keep, (size_t)ranks + 1, 0);
    a->a = (Prefix){.u32 = a64 ? NULL : a32, .u64 = a64};
    a->b = (Prefix){0};
    a->elided = true;
}

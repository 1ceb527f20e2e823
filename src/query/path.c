#include "query/path.h"

/* Slots by cpu are this index's own numbers, so that what leads back from them is made here. */
static void find_ranks(Path *p) {
    const uint32_t *slot = p->tree->slot_of_rank[0];
    p->rank_of_slot = mem_resize(NULL, 0, p->index->slots * sizeof(*p->rank_of_slot));
    for (uint32_t s = 0; s < p->index->slots; s++)
        p->rank_of_slot[s] = RANK_NONE;
    for (uint32_t r = 0; r < p->tree->ranks; r++)
        p->rank_of_slot[slot[r]] = r;
}

void path_begin(Path *p, const Grown *grown) {
    *p = (Path){.tree = grown->tree};
    p->node = mem_resize(NULL, 0, (p->tree->max_depth + (size_t)1) * sizeof(*p->node));
    if (p->tree->rank_of_pair)
        return;
    p->index = grown->index[0];
    find_ranks(p);
}

void path_end(Path *p) {
    mem_resize(p->node, (p->tree->max_depth + (size_t)1) * sizeof(*p->node), 0);
    if (p->index)
        mem_resize(p->rank_of_slot, p->index->slots * sizeof(*p->rank_of_slot), 0);
    *p = (Path){0};
}

static PathEnd find_rank(const Path *p, PairId pair, uint64_t sample, uint32_t *rank) {
    uint32_t at = p->index ? index_slot_by_cpu(p->index, pair, sample) : pair;
    if (at >= (p->index ? p->index->slots : p->tree->pairs))
        return PATH_NOT_ARRANGED;
    *rank = p->index ? p->rank_of_slot[at] : p->tree->rank_of_pair[at];
    return *rank == RANK_NONE ? PATH_DROPPED : PATH_FOUND;
}

static bool holds(const Path *p, uint32_t node, uint32_t rank) {
    return p->tree->node[node].lo <= rank && rank < p->tree->node[node].hi;
}

/* Children lie in the order of their ranks; one of them has this one. */
static uint32_t child_with(const Path *p, uint32_t node, uint32_t rank) {
    uint32_t hi, lo = tree_children(p->tree, node, &hi);
    while (hi - lo > 1) {
        uint32_t mid = lo + (hi - lo) / 2;
        if (p->tree->node[mid].lo <= rank)
            lo = mid;
        else
            hi = mid;
    }
    return lo;
}

PathEnd path_next(Path *p, PairId pair, uint64_t sample, uint32_t *shared) {
    uint32_t rank = 0;
    PathEnd end = find_rank(p, pair, sample, &rank);
    if (end != PATH_FOUND)
        p->depth = 0;
    while (p->depth && !holds(p, p->node[p->depth], rank))
        p->depth--;
    *shared = p->depth;
    while (end == PATH_FOUND && rank >= tree_own_end(p->tree, p->node[p->depth])) {
        uint32_t child = child_with(p, p->node[p->depth], rank);
        p->node[++p->depth] = child;
    }
    return end;
}

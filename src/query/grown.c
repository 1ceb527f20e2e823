#include "query/grown.h"

#include "query/tree_arrange.h"

/* What is counted apart, and where it is counted. */
typedef struct Sides {
    Units units;
    PairId *pair;
    uint16_t *cpu;
    uint32_t *slot[TREE_SIDES], slots[TREE_SIDES];
    uint32_t stacks, frames, contexts;
} Sides;

static uint32_t larger(uint32_t a, uint32_t b) {
    return a > b ? a : b;
}

static uint32_t units_of(const Index *x) {
    return x->base ? x->slots : x->tree->pairs;
}

static void take_side(Sides *s, uint32_t side, const Index *x) {
    uint32_t n = units_of(x), from = side ? s->units.first_b : 0;
    s->units.profile[side] = x->profile;
    s->stacks = larger(s->stacks, x->view.stacks);
    s->frames = larger(s->frames, x->view.frames);
    s->contexts = larger(s->contexts, x->view.contexts);
    s->slots[side] = n + 1; /* the empty pair's is there even before any publishing */
    s->slot[side] = mem_resize(NULL, 0, s->slots[side] * sizeof(uint32_t));
    for (uint32_t i = 0; i < n; i++) {
        s->slot[side][i] = x->base ? i : index_slot_of_pair(x, i);
        if (x->base) {
            s->pair[from + i] = x->pair_of_slot[i];
            s->cpu[from + i] = x->cpu_of_slot[i];
        }
    }
}

static void take_sides(Sides *s, const Index *const index[TREE_SIDES]) {
    uint32_t a = units_of(index[0]), b = index[1] ? units_of(index[1]) : 0;
    s->units.count = a + b;
    s->units.first_b = a;
    if (index[0]->base) {
        s->pair = mem_resize(NULL, 0, s->units.count * sizeof(*s->pair));
        s->cpu = mem_resize(NULL, 0, s->units.count * sizeof(*s->cpu));
    }
    for (uint32_t side = 0; side < TREE_SIDES; side++)
        if (index[side])
            take_side(s, side, index[side]);
    s->units.pair = s->pair;
    s->units.cpu = s->cpu;
}

static void free_sides(Sides *s) {
    mem_resize(s->pair, s->pair ? s->units.count * sizeof(*s->pair) : 0, 0);
    mem_resize(s->cpu, s->cpu ? s->units.count * sizeof(*s->cpu) : 0, 0);
    for (uint32_t side = 0; side < TREE_SIDES; side++)
        mem_resize(s->slot[side], s->slots[side] * sizeof(uint32_t), 0);
}

/* NULL when cancelled. */
static Tree *grow_tree(const TreeSpec *spec, const Index *const index[TREE_SIDES],
                       const CancelToken *cancel) {
    Sides sides = {0};
    Synthetics synthetics;
    Trie trie;
    const Dict *dict = index[0]->profile->dict;
    synthetics_init(&synthetics);
    take_sides(&sides, index);
    FrameNames names = {dict, sides.frames, &synthetics, cancel};
    trie_of_stacks(&trie, dict, sides.stacks, &sides.units);
    trie_apply(&trie, &names, &sides.units, &spec->transforms, sides.contexts);
    if (spec->direction == TREE_INVERTED && !cancelled(cancel))
        trie_invert(&trie, &names);
    Arranging in = {.names = &names,
                    .units = &sides.units,
                    .contexts = sides.contexts,
                    .pairs = {index[0]->tree->pairs, index[1] ? index[1]->tree->pairs : 0},
                    .slot = {sides.slot[0], sides.slot[1]}};
    Tree *tree = cancelled(cancel) ? NULL : tree_arrange(&trie, &in);
    synthetics_free(&synthetics);
    trie_free(&trie);
    free_sides(&sides);
    return tree;
}

/* Drags then sum up what lies side by side. What the tree drops goes to the end. */
static void order_slots(Tree *tree, uint32_t side, Index *x) {
    uint32_t *place = mem_resize(NULL, 0, x->slots * sizeof(*place)), next = 1;
    uint32_t *slot = tree->slot_of_rank[side];
    for (uint32_t r = 0; r < tree->ranks; r++)
        if (slot[r])
            place[slot[r]] = next++;
    for (uint32_t s = 1; s < x->slots; s++)
        if (!place[s])
            place[s] = next++;
    for (uint32_t r = 0; r < tree->ranks; r++)
        slot[r] = place[slot[r]];
    index_renumber(x, place);
    mem_resize(place, x->slots * sizeof(*place), 0);
}

Grown grown_make(const TreeSpec *spec, Index *a, Index *b, uint64_t id, const CancelToken *cancel) {
    Grown g = {.index = {a, spec->joint ? b : NULL}};
    uint64_t hash = tree_spec_hash(spec);
    bool by_cpu = transforms_by_cpu(&spec->transforms);
    for (uint32_t side = 0; side < TREE_SIDES; side++) {
        if (g.index[side] && by_cpu)
            g.index[side] = index_build_by_cpu(g.index[side], id + 1 + side, cancel);
        else if (g.index[side])
            index_hold(g.index[side]);
    }
    if (!hash) {
        g.tree = a->tree;
        tree_hold(g.tree);
        return g;
    }
    g.tree = grow_tree(spec, (const Index *const *)g.index, cancel);
    if (!g.tree) {
        grown_drop(&g);
        return g;
    }
    for (uint32_t side = 0; side < TREE_SIDES; side++)
        if (g.index[side] && by_cpu)
            order_slots(g.tree, side, g.index[side]);
    g.tree->id = id;
    g.tree->spec = hash;
    return g;
}

void grown_hold(const Grown *g) {
    tree_hold(g->tree);
    for (uint32_t side = 0; side < TREE_SIDES; side++)
        if (g->index[side])
            index_hold(g->index[side]);
}

void grown_drop(Grown *g) {
    tree_drop(g->tree);
    for (uint32_t side = 0; side < TREE_SIDES; side++)
        index_drop(g->index[side]);
    *g = (Grown){0};
}

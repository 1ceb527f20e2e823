#include "ingest/stack_walk.h"

void stack_walk_init(StackWalk *walk) {
    *walk = (StackWalk){.twig_cap = 1024};
    walk->twig = mem_resize(NULL, 0, walk->twig_cap * sizeof(Twig));
    id_map_init(&walk->child);
    id_map_init(&walk->pair);
}

void stack_walk_free(StackWalk *walk) {
    mem_resize(walk->twig, walk->twig_cap * sizeof(Twig), 0);
    id_map_free(&walk->child);
    id_map_free(&walk->pair);
    *walk = (StackWalk){0};
}

size_t stack_walk_bytes(const StackWalk *walk) {
    return walk->twig_cap * sizeof(Twig) +
           ((size_t)walk->child.cap + walk->pair.cap) * sizeof(IdSlot);
}

static StackId add_child(StackWalk *walk, Part *part, StackId parent, FrameId frame) {
    StackId id = stacks_append(&part->dict.stacks, parent, frame);
    if (id >= walk->twig_cap) {
        size_t bytes = walk->twig_cap * sizeof(Twig);
        walk->twig = mem_resize(walk->twig, bytes, 2 * bytes);
        walk->twig_cap *= 2;
    }
    walk->twig[id].frame = frame;
    Twig *above = &walk->twig[parent];
    if (above->child && above->child != TWIG_MANY)
        id_map_add(&walk->child, parent, walk->twig[above->child].frame, above->child);
    if (above->child)
        id_map_add(&walk->child, parent, frame, id);
    above->child = above->child ? TWIG_MANY : id;
    return id;
}

StackId stack_walk_push(StackWalk *walk, Part *part, StackId parent, FrameId frame) {
    StackId child = walk->twig[parent].child;
    if (child == TWIG_MANY)
        child = id_map_find(&walk->child, parent, frame);
    else if (child && walk->twig[child].frame != frame)
        child = 0;
    return child ? child : add_child(walk, part, parent, frame);
}

/* Asks memory for what the step below will read. */
static inline void fetch_step(const StackWalk *walk, StackId parent, FrameId frame) {
    StackId child = walk->twig[parent].child;
    if (child == TWIG_MANY)
        id_map_fetch(&walk->child, parent, frame);
    else
        __builtin_prefetch(&walk->twig[child]);
}

void stack_walk(StackWalk *walk, Part *part, Walker *walker, uint32_t n) {
    Walker *going[STACK_WALKS];
    uint32_t count = 0;
    for (uint32_t i = 0; i < n; i++) {
        if (walker[i].left)
            going[count++] = &walker[i];
    }
    while (count) {
        for (uint32_t i = 0; i < count; i++)
            fetch_step(walk, going[i]->stack, going[i]->frame[going[i]->left - 1]);
        uint32_t still = 0;
        for (uint32_t i = 0; i < count; i++) {
            Walker *w = going[i];
            w->stack = stack_walk_push(walk, part, w->stack, w->frame[--w->left]);
            __builtin_prefetch(&walk->twig[w->stack]);
            going[still] = w;
            still += w->left != 0;
        }
        count = still;
    }
}

void stack_walk_pairs(StackWalk *walk, Part *part, PairWish *wish, uint32_t n) {
    for (uint32_t i = 0; i < n; i++)
        __builtin_prefetch(&walk->twig[wish[i].stack]);
    for (uint32_t i = 0; i < n; i++)
        fetch_step(walk, wish[i].stack, wish[i].leaf);
    for (uint32_t i = 0; i < n; i++) {
        PairWish *w = &wish[i];
        if (w->leaf)
            w->stack = stack_walk_push(walk, part, w->stack, w->leaf);
        id_map_fetch(&walk->pair, w->stack, w->context);
    }
    for (uint32_t i = 0; i < n; i++) {
        PairWish *w = &wish[i];
        w->pair = id_map_find(&walk->pair, w->stack, w->context);
        if (!w->pair) {
            w->pair = pairs_append(&part->pairs, (Pair){w->stack, w->context});
            id_map_add(&walk->pair, w->stack, w->context, w->pair);
        }
    }
}

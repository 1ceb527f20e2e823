#include "query/ranked.h"

#include "query/prefix.h"

enum { AHEAD = 24 };

void ranked_free(Ranked *r) {
    mem_resize(r->count, r->cap * sizeof(*r->count), 0);
    mem_resize(r->shown, r->shown_cap, 0);
    *r = (Ranked){0};
}

size_t ranked_bytes(const Ranked *r) {
    return r->cap * sizeof(*r->count) + r->shown_cap;
}

/* By pair; NULL: the tree has none. */
static const uint32_t *ranks_of(const RankedWish *w, uint32_t *pairs) {
    const Tree *t = w->tree;
    *pairs = w->side ? t->pairs_b : t->pairs;
    return w->index->base ? NULL : w->side ? t->rank_of_pair_b : t->rank_of_pair;
}

/* Positions [from, to), of which sign is 1 or -1 in two's complement. What a tree drops, or does
 * not know yet, has no rank. */
static void count_pairs(Ranked *r, const RankedWish *w, uint64_t from, uint64_t to, uint32_t sign) {
    const Index *x = w->index;
    const Column *column = &x->profile->pair;
    uint32_t pairs, ranks = w->tree->ranks;
    const uint32_t *rank = ranks_of(w, &pairs);
    uintptr_t base = (uintptr_t)r->count;
    uint64_t n;
    for (uint64_t i = from; i < to; i += n) {
        uint64_t sample = index_sample(x, i);
        const PairId *pair = column_span(column, sample, sample + (to - i), &n);
        if (x->order)
            n = 1;
        for (uint64_t k = 0; k < n; k++) {
            if (k + 2 * AHEAD < n && pair[k + 2 * AHEAD] < pairs)
                __builtin_prefetch(&rank[pair[k + 2 * AHEAD]]);
            if (k + AHEAD < n && pair[k + AHEAD] < pairs) /* of no rank it fetches nothing */
                __builtin_prefetch((void *)(base + rank[pair[k + AHEAD]] * sizeof(*r->count)), 1);
            uint32_t at = pair[k] < pairs ? rank[pair[k]] : RANK_NONE;
            if (at < ranks)
                r->count[at] += sign;
        }
    }
}

static void move_edge(Ranked *r, const RankedWish *w, uint64_t have, uint64_t want, uint32_t sign) {
    if (have < want)
        count_pairs(r, w, have, want, sign);
    else
        count_pairs(r, w, want, have, 0 - sign);
}

static void gather(Ranked *r, const RankedWish *w) {
    const uint32_t *slot = w->tree->slot_of_rank[w->side], *count = w->counts->count;
    uint32_t ranks = w->tree->ranks;
    if (ranks > r->cap) {
        mem_resize(r->count, r->cap * sizeof(*r->count), 0);
        r->count = mem_resize(NULL, 0, ranks * sizeof(*r->count));
        r->cap = ranks;
    }
    for (uint32_t i = 0; i < ranks; i++) {
        __builtin_prefetch(&count[slot[i + AHEAD < ranks ? i + AHEAD : i]]);
        r->count[i] = count[slot[i]];
    }
    r->mask_version = 0;
    r->made = true;
}

static const uint8_t *mask_by_rank(Ranked *r, const RankedWish *w) {
    const uint32_t *slot = w->tree->slot_of_rank[w->side];
    uint32_t ranks = w->tree->ranks;
    if (!w->shown)
        return NULL;
    if (r->mask_version == w->mask_version)
        return r->shown;
    if (ranks > r->shown_cap) {
        r->shown = mem_resize(r->shown, r->shown_cap, ranks);
        r->shown_cap = ranks;
    }
    for (uint32_t i = 0; i < ranks; i++)
        r->shown[i] = w->shown[slot[i]];
    r->mask_version = w->mask_version;
    return r->shown;
}

/* What is near enough is so for a drag over columns; a jump would gather anyway. */
bool ranked_prefix(Ranked *r, const RankedWish *w, uint32_t *out) {
    const Counts *c = w->counts;
    uint32_t pairs;
    if (!w->tree->slot_of_rank[w->side] || !ranks_of(w, &pairs) || !w->tree->ranks || c->tails ||
        c->tail_to || c->by_cpu)
        return false;
    bool same = r->tree_id == w->tree->id && r->index_id == w->index->id;
    uint64_t step = counts_distance(r->from, c->from) + counts_distance(r->to, c->to);
    bool near = same && step <= w->tree->ranks / 4;
    r->made = r->made && near;
    if (r->made) {
        move_edge(r, w, r->to, c->to, 1);
        move_edge(r, w, r->from, c->from, (uint32_t)-1);
    } else if (near) {
        gather(r, w);
    }
    r->tree_id = w->tree->id;
    r->index_id = w->index->id;
    r->from = c->from;
    r->to = c->to;
    if (r->made)
        prefix_u32(&(PrefixInput){mask_by_rank(r, w), NULL, w->tree->ranks}, r->count, out);
    return r->made;
}

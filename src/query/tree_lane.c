#include "query/tree_lane.h"

#include "base/clock.h"

KeptTree *tree_lane_find(TreeLane *l, uint32_t slot, const TreeSpec *spec) {
    for (uint32_t i = 0; i < TREES_KEPT; i++) {
        KeptTree *k = &l->kept[slot][i];
        if (k->grown.tree && tree_spec_same(&k->spec, spec)) {
            k->used = ++l->clock;
            return k;
        }
    }
    return NULL;
}

static uint64_t id_of(const Index *index) {
    return index ? index->id : 0;
}

static bool made_of(const KeptTree *k, const TreeWish *w) {
    return k->index_id[0] == id_of(w->index[0]) && k->index_id[1] == id_of(w->index[1]);
}

/* Of whatever indexes: older ones will do for a while. */
static bool makes(const TreeLane *l, const TreeWish *w) {
    return l->lane.running && !cancelled(&l->cancel) && l->wish.slot == w->slot &&
           tree_spec_same(&l->wish.spec, &w->spec);
}

void tree_lane_cancel(TreeLane *l) {
    if (l->lane.running)
        cancel(&l->cancel);
}

bool tree_lane_current(TreeLane *l, const TreeWish *wish) {
    const KeptTree *k = tree_lane_find(l, wish->slot, &wish->spec);
    return k && made_of(k, wish);
}

static void grow(void *arg, uint32_t worker) {
    TreeLane *l = arg;
    int64_t began = clock_thread_cpu_ns();
    (void)worker;
    l->made = grown_make(&l->wish.spec, l->wish.index[0], l->wish.index[1], l->id, &l->cancel);
    l->took_ns = clock_thread_cpu_ns() - began;
    lane_finish(&l->lane);
}

bool tree_lane_serve(TreeLane *l, Jobs *jobs, JobPriority lesser, const TreeWish *wish,
                     uint64_t *ids) {
    if (l->lane.running)
        return makes(l, wish);
    bool awaited = !tree_lane_find(l, wish->slot, &wish->spec);
    l->wish = *wish;
    l->id = *ids + 1;
    *ids += GROWN_IDS;
    cancel_reset(&l->cancel);
    for (uint32_t side = 0; side < TREE_SIDES; side++)
        if (wish->index[side])
            index_hold(wish->index[side]);
    lane_start(&l->lane, jobs, awaited ? JOB_QUERY : lesser, grow, l);
    return true;
}

/* Where a tree of this spec goes: in place of the one there is, or of the one longest unused.
 */
static KeptTree *place_for(TreeLane *l, uint32_t slot, const TreeSpec *spec) {
    KeptTree *oldest = tree_lane_find(l, slot, spec);
    if (oldest)
        return oldest;
    oldest = &l->kept[slot][0];
    for (uint32_t i = 1; i < TREES_KEPT; i++)
        if (l->kept[slot][i].used < oldest->used)
            oldest = &l->kept[slot][i];
    return oldest;
}

static size_t bytes_of(const Grown *g) {
    size_t bytes = g->tree ? tree_bytes(g->tree) : 0;
    for (uint32_t side = 0; side < TREE_SIDES; side++)
        if (g->index[side] && g->index[side]->base)
            bytes += index_bytes(g->index[side]) + index_snapshot_bytes(g->index[side]);
    return bytes;
}

size_t tree_lane_bytes(const TreeLane *l) {
    size_t bytes = 0;
    for (uint32_t slot = 0; slot < TREE_SIDES; slot++)
        for (uint32_t i = 0; i < TREES_KEPT; i++)
            bytes += bytes_of(&l->kept[slot][i].grown);
    return bytes;
}

static void trim(TreeLane *l, Retired *retired) {
    for (size_t bytes = tree_lane_bytes(l); bytes > TREES_BYTES;) {
        KeptTree *oldest = NULL;
        for (uint32_t i = 0; i < TREE_SIDES * TREES_KEPT; i++) {
            KeptTree *k = &l->kept[i / TREES_KEPT][i % TREES_KEPT];
            if (k->grown.tree && k->used <= l->mark && (!oldest || k->used < oldest->used))
                oldest = k;
        }
        if (!oldest)
            return;
        bytes -= bytes_of(&oldest->grown);
        retired_add(retired, oldest->grown);
        *oldest = (KeptTree){0};
    }
}

bool tree_lane_take(TreeLane *l, Retired *retired) {
    if (!lane_take(&l->lane))
        return false;
    const TreeWish *w = &l->wish;
    retired_add(retired, (Grown){.index = {w->index[0], w->index[1]}});
    if (!l->made.tree)
        return false;
    KeptTree *k = place_for(l, w->slot, &w->spec);
    retired_add(retired, k->grown);
    *k = (KeptTree){.spec = w->spec, .grown = l->made, .used = ++l->clock};
    for (uint32_t side = 0; side < TREE_SIDES; side++)
        k->index_id[side] = id_of(w->index[side]);
    l->made = (Grown){0};
    trim(l, retired);
    return true;
}

void tree_lane_mark(TreeLane *l) {
    l->mark = l->clock;
}

void tree_lane_prune(TreeLane *l, uint64_t index_id, Retired *retired) {
    for (uint32_t slot = 0; slot < TREE_SIDES; slot++)
        for (uint32_t i = 0; i < TREES_KEPT; i++) {
            KeptTree *k = &l->kept[slot][i];
            if (k->used > l->mark || (k->index_id[0] != index_id && k->index_id[1] != index_id))
                continue;
            retired_add(retired, k->grown);
            *k = (KeptTree){0};
        }
}

bool tree_lane_holds(const TreeLane *l, const Tree *tree) {
    for (uint32_t slot = 0; slot < TREE_SIDES; slot++)
        for (uint32_t i = 0; i < TREES_KEPT; i++)
            if (l->kept[slot][i].grown.tree == tree)
                return true;
    return false;
}

void tree_lane_forget(TreeLane *l, uint32_t slot) {
    for (uint32_t s = 0; s < TREE_SIDES; s++)
        for (uint32_t i = 0; i < TREES_KEPT; i++) {
            KeptTree *k = &l->kept[s][i];
            if (s != slot && !k->grown.index[1])
                continue;
            grown_drop(&k->grown);
            *k = (KeptTree){0};
        }
}

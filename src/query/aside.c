/* DESIGN
 * A run gets copies of the wish and of the source and holds the index, so that nothing it reads
 * goes away; its result replaces the newest, which is kept one step for whoever still draws it,
 * and for the run that goes on from it. Only the lane's flag and the cancel token are shared. */
#include "query/aside.h"

#include <string.h>

static const int64_t AGAIN_NS = 250000000; /* while loading, for one unchanged wish */

static void *copy_of(const void *bytes, size_t n) {
    void *to = mem_resize(NULL, 0, n);
    memcpy(to, bytes, n);
    return to;
}

static void drop(const Aside *a, AsideResult *r) {
    if (r->result)
        a->kind->free(r->result);
    mem_resize(r->wish, r->wish ? a->kind->wish_bytes : 0, 0);
    *r = (AsideResult){0};
}

void aside_init(Aside *a, const AsideKind *kind, Jobs *jobs) {
    memset(a, 0, sizeof(*a));
    a->kind = kind;
    a->jobs = jobs;
    a->wish = mem_resize(NULL, 0, kind->wish_bytes);
    a->running_wish = mem_resize(NULL, 0, kind->wish_bytes);
    if (kind->state_new)
        a->state = kind->state_new();
}

static uint64_t source_id(const AsideSource *s) {
    return s->grown.tree ? s->grown.tree->id : s->index ? s->index->id : 0;
}

static void let_go(Aside *a) {
    if (a->source.index)
        index_drop((Index *)(uintptr_t)a->source.index);
    a->source.index = NULL;
    grown_drop(&a->source.grown);
}

static void settle(Aside *a) {
    cancel(&a->cancel);
    lane_wait(&a->lane, a->jobs);
    a->lane.running = false;
    let_go(a);
    if (a->made)
        a->kind->free(a->made);
    a->made = NULL;
    a->went_on_from = NULL;
}

void aside_free(Aside *a) {
    settle(a);
    drop(a, &a->newest);
    drop(a, &a->before);
    if (a->state)
        a->kind->state_free(a->state);
    mem_resize(a->wish, a->kind->wish_bytes, 0);
    mem_resize(a->running_wish, a->kind->wish_bytes, 0);
}

void aside_forget(Aside *a, uint32_t slot) {
    bool runs = a->lane.running && (a->running_slot == slot || a->source.grown.index[1]);
    if (runs)
        settle(a);
    if (a->newest.slot == slot)
        drop(a, &a->newest);
    if (a->before.slot == slot)
        drop(a, &a->before);
    if (a->slot == slot)
        a->asked = false;
    if (a->state && !a->lane.running) { /* another profile may come to live at the same address */
        a->kind->state_free(a->state);
        a->state = a->kind->state_new();
    }
}

void aside_ask(Aside *a, uint32_t slot, const void *wish) {
    if (!wish) {
        if (a->asked)
            cancel(&a->cancel);
        a->asked = false;
        return;
    }
    memcpy(a->wish, wish, a->kind->wish_bytes);
    a->slot = slot;
    a->asked = true;
    if (a->lane.running && (a->running_slot != slot || !a->kind->same(a->running_wish, a->wish)))
        cancel(&a->cancel);
}

static void run_aside(void *arg, uint32_t worker) {
    Aside *a = arg;
    (void)worker;
    a->made = a->kind->run(a->state, &a->source, a->running_wish, a->went_on_from, &a->cancel);
    lane_finish(&a->lane);
}

static bool take(Aside *a) {
    if (!lane_take(&a->lane))
        return false;
    uint64_t made_of = source_id(&a->source);
    let_go(a);
    a->went_on_from = NULL;
    if (!a->made)
        return false;
    drop(a, &a->before);
    a->before = a->newest;
    a->newest = (AsideResult){.result = a->made,
                              .wish = copy_of(a->running_wish, a->kind->wish_bytes),
                              .slot = a->running_slot,
                              .samples = a->source.view.samples,
                              .samples_b = a->source.view_b.samples,
                              .made_of = made_of,
                              .number = ++a->results};
    a->made = NULL;
    return true;
}

static bool answers(const Aside *a) {
    return a->newest.result && a->newest.slot == a->slot && a->kind->same(a->newest.wish, a->wish);
}

static bool whole(const Aside *a) {
    return !a->kind->finished || a->kind->finished(a->newest.result);
}

static bool needs_tree(const Aside *a) {
    return a->kind->tree_of && a->kind->tree_of(a->wish);
}

static bool due(const Aside *a, const AsideSource *source, int64_t now_ns, bool loading) {
    if (!a->asked || !source->profile || (a->kind->needs_index && !source->index) ||
        (needs_tree(a) && !source->grown.tree))
        return false;
    if (!answers(a) || !whole(a))
        return true;
    bool news = a->kind->follows && (a->newest.samples != source->view.samples ||
                                     a->newest.samples_b != source->view_b.samples);
    news = news || (a->kind->arranged && a->newest.made_of != source_id(source));
    return news && (!loading || now_ns - a->started_ns >= AGAIN_NS);
}

bool aside_poll(Aside *a, const AsideSource *source, int64_t now_ns, bool loading) {
    bool news = take(a);
    if (a->lane.running || !due(a, source, now_ns, loading))
        return news;
    a->went_on_from = answers(a) && !whole(a) ? a->newest.result : NULL;
    memcpy(a->running_wish, a->wish, a->kind->wish_bytes);
    a->running_slot = a->slot;
    a->source = *source;
    a->started_ns = now_ns;
    if (source->index)
        index_hold((Index *)(uintptr_t)source->index);
    if (source->grown.tree)
        grown_hold(&source->grown);
    cancel_reset(&a->cancel);
    lane_start(&a->lane, a->jobs, a->kind->priority, run_aside, a);
    return news;
}

const void *aside_result(const Aside *a) {
    return a->asked && answers(a) ? a->newest.result : NULL;
}

const void *aside_latest(const Aside *a, const void **wish) {
    *wish = a->newest.wish;
    return a->newest.result;
}

bool aside_busy(const Aside *a, const AsideSource *source) {
    return a->lane.running || due(a, source, INT64_MAX, false);
}

/* The samples of the range are found in time order by bisection, those behind the index by
 * looking at each. Their stacks are sorted, which counts them. */
#include "query/hottest.h"

#include <stdlib.h>
#include <string.h>

#include "query/mask.h"

typedef struct Found {
    StackId *stack;
    uint64_t count, cap;
    bool cut;
} Found;

static bool same(const void *a, const void *b) {
    const HottestWish *x = a, *y = b;
    return x->t0_ns == y->t0_ns && x->t1_ns == y->t1_ns && x->event == y->event &&
           x->idle == y->idle && filter_same(&x->filter, &y->filter);
}

static void *state_new(void) {
    Mask *mask = mem_resize(NULL, 0, sizeof(*mask));
    mask_init(mask);
    return mask;
}

static void state_free(void *state) {
    mask_free(state);
    mem_resize(state, sizeof(Mask), 0);
}

static void add(Found *f, const Mask *mask, const Profile *p, uint64_t sample) {
    PairId pair = COLUMN_AT(&p->pair, PairId, sample);
    if (!(mask_bits(mask)[pair] & MASK_SHOWN))
        return;
    if (mask->by_cpu && !mask_cpu_passes(mask, COLUMN_AT(&p->cpu, uint16_t, sample)))
        return;
    if (f->count == HOTTEST_SAMPLES) {
        f->cut = true;
        return;
    }
    if (f->count == f->cap) {
        uint64_t cap = f->cap ? f->cap * 2 : 256;
        f->stack = mem_resize(f->stack, f->cap * sizeof(*f->stack), cap * sizeof(*f->stack));
        f->cap = cap;
    }
    f->stack[f->count++] = pairs_get(&p->pairs, pair).stack;
}

static void find(Found *f, const Mask *mask, const AsideSource *s, const HottestWish *w,
                 const CancelToken *token) {
    const Index *x = s->index;
    uint64_t end = index_positions(x, &s->view);
    uint64_t from = index_lower(x, end, w->t0_ns), to = index_lower(x, end, w->t1_ns);
    for (uint64_t i = from; i < to && !f->cut && !cancelled(token); i++)
        add(f, mask, s->profile, index_sample(x, i));
    for (uint64_t i = end; i < s->view.samples && !f->cut && !cancelled(token); i++) {
        int64_t t = COLUMN_AT(&s->profile->time_ns, int64_t, i);
        if (t >= w->t0_ns && t < w->t1_ns)
            add(f, mask, s->profile, i);
    }
}

static int by_id(const void *a, const void *b) {
    StackId x = *(const StackId *)a, y = *(const StackId *)b;
    return (x > y) - (x < y);
}

/* Keeps the list sorted; an equal count stays behind the one that was first. */
static void offer(Hottest *h, HottestStack s) {
    uint32_t at = h->count;
    while (at > 0 && h->stack[at - 1].samples < s.samples)
        at--;
    if (at == HOTTEST_STACKS)
        return;
    uint32_t kept = h->count < HOTTEST_STACKS ? h->count : HOTTEST_STACKS - 1;
    memmove(h->stack + at + 1, h->stack + at, (kept - at) * sizeof(s));
    h->stack[at] = s;
    h->count = kept + 1;
}

static void *run(void *state, const AsideSource *source, const void *wish, const void *before,
                 const CancelToken *token) {
    const HottestWish *w = wish;
    Mask *mask = state;
    Found f = {0};
    (void)before;
    mask_set(mask, source->profile, w->event, w->idle, &w->filter, NULL);
    mask_extend(mask, &source->view);
    if (source->view.has_time)
        find(&f, mask, source, w, token);
    Hottest *h = NULL;
    if (!cancelled(token)) {
        h = mem_resize(NULL, 0, sizeof(*h));
        h->samples = f.count;
        h->cut = f.cut;
        if (f.count)
            qsort(f.stack, f.count, sizeof(*f.stack), by_id);
        for (uint64_t i = 0, n; i < f.count; i += n) {
            for (n = 1; i + n < f.count && f.stack[i + n] == f.stack[i]; n++)
                ;
            h->stacks++;
            offer(h, (HottestStack){f.stack[i], n});
        }
    }
    mem_resize(f.stack, f.cap * sizeof(*f.stack), 0);
    return h;
}

static void result_free(void *result) {
    mem_resize(result, sizeof(Hottest), 0);
}

const AsideKind hottest_aside = {
    .wish_bytes = sizeof(HottestWish),
    .needs_index = true,
    .follows = true,
    .priority = JOB_QUERY,
    .same = same,
    .state_new = state_new,
    .state_free = state_free,
    .run = run,
    .free = result_free,
};

/* DESIGN
 * Counts by slot say which threads have samples, whatever the range: no sample is looked at for
 * that. The chosen thread's samples are then picked out in time order by a byte for each slot.
 * How many frames two neighbours share is found by going up the trie from whichever has the
 * larger id, for a parent's is always smaller; so it costs what differs, not how deep they are.
 * Over a tree, a path (path.h) does the same by ranks.
 * A tree of minima over those numbers finds the ends of a box in logarithmic time. */
#include "query/chart.h"

#include <stdlib.h>
#include <string.h>

#include "query/counts.h"
#include "query/path.h"

enum { OF_CHOSEN = 1, OF_BUSIEST = 2 };

typedef struct Keeper {
    Mask mask;
    Counts counts;
    uint8_t *wanted; /* by slot, where the chips let it through: OF_CHOSEN, OF_BUSIEST */
    uint32_t cap;
} Keeper;

typedef struct Found {
    uint64_t *sample; /* by time */
    uint64_t count, cap;
} Found;

/* ---- which threads there are ------------------------------------------------------------- */

static void count_contexts(Keeper *k, const AsideSource *s, const ChartWish *w, uint64_t *sum) {
    CountWish wish = {.index = s->index,
                      .view = &s->view,
                      .t0_ns = w->query.t0_ns,
                      .t1_ns = w->query.t1_ns,
                      .cpus = k->mask.by_cpu ? &k->mask : NULL};
    counts_set(&k->counts, &wish);
    const uint8_t *bits = mask_bits(&k->mask);
    for (PairId p = 1; p < s->view.pairs; p++) {
        uint32_t n = k->counts.count[index_slot_of_pair(s->index, p)];
        if (n && (bits[p] & MASK_SHOWN))
            sum[pairs_get(&s->profile->pairs, p).context] += n;
    }
}

static int by_thread(const void *a, const void *b) {
    const ChartThread *x = a, *y = b;
    if (x->pid != y->pid)
        return x->pid < y->pid ? -1 : 1;
    if (x->tid != y->tid)
        return x->tid < y->tid ? -1 : 1;
    return (x->samples < y->samples) - (x->samples > y->samples);
}

static int by_samples(const void *a, const void *b) {
    const ChartThread *x = a, *y = b;
    if (x->samples != y->samples)
        return x->samples > y->samples ? -1 : 1;
    return by_thread(a, b);
}

/* Of one whose number is not said, one made of its name: the same in every load. */
static int32_t tid_of(const Profile *p, const Context *x) {
    if (x->tid >= 0)
        return x->tid;
    Str comm = names_get(&p->dict->names, x->comm);
    return CHART_UNNUMBERED - (int32_t)(hash_bytes(comm.s, comm.n) & 0x3fffffff);
}

static bool is_of(const Profile *p, const Context *x, const ChartThread *t) {
    return x->pid == t->pid && tid_of(p, x) == t->tid;
}

/* A thread that has several contexts is called by the one with the most samples. */
static void list_threads(Keeper *k, const AsideSource *s, Chart *c) {
    const Contexts *contexts = &s->profile->dict->contexts;
    uint32_t n = 0, threads = 0, size = s->view.contexts;
    uint64_t *sum = mem_resize(NULL, 0, size * sizeof(*sum));
    ChartThread *list = mem_resize(NULL, 0, size * sizeof(*list));
    count_contexts(k, s, &c->wish, sum);
    for (ContextId id = 0; id < size; id++) {
        Context x = contexts_get(contexts, id);
        if (sum[id])
            list[n++] = (ChartThread){x.pid, tid_of(s->profile, &x), x.comm, sum[id]};
    }
    if (n)
        qsort(list, n, sizeof(*list), by_thread);
    for (uint32_t i = 0; i < n; i++) {
        ChartThread *last = threads ? &list[threads - 1] : NULL;
        if (last && last->pid == list[i].pid && last->tid == list[i].tid)
            last->samples += list[i].samples;
        else
            list[threads++] = list[i];
    }
    c->thread = (ChartThread){.pid = c->wish.pid, .tid = c->wish.tid};
    for (uint32_t i = 0; i < threads && c->wish.chosen; i++)
        if (list[i].pid == c->wish.pid && list[i].tid == c->wish.tid)
            c->thread = list[i];
    if (threads)
        qsort(list, threads, sizeof(*list), by_samples);
    if (threads && !c->wish.chosen)
        c->thread = list[0];
    c->threads = threads;
    c->tops = threads < CHART_THREADS ? threads : CHART_THREADS;
    memcpy(c->top, list, c->tops * sizeof(*list));
    mem_resize(list, size * sizeof(*list), 0);
    mem_resize(sum, size * sizeof(*sum), 0);
}

/* ---- its samples in time order ----------------------------------------------------------- */

static void mark_wanted(Keeper *k, const AsideSource *s, const Chart *c) {
    const Contexts *contexts = &s->profile->dict->contexts;
    uint32_t slots = s->view.pairs > s->index->slots ? s->view.pairs : s->index->slots;
    if (slots > k->cap) {
        uint32_t cap = slots + slots / 4 + 64;
        k->wanted = mem_resize(k->wanted, k->cap, cap);
        k->cap = cap;
    }
    const uint8_t *bits = mask_bits(&k->mask);
    for (PairId p = 0; p < s->view.pairs; p++) {
        Context x = contexts_get(contexts, pairs_get(&s->profile->pairs, p).context);
        uint8_t of = is_of(s->profile, &x, &c->thread) ? OF_CHOSEN : 0;
        if (c->tops && is_of(s->profile, &x, &c->top[0]))
            of |= OF_BUSIEST;
        k->wanted[index_slot_of_pair(s->index, p)] = p && (bits[p] & MASK_SHOWN) ? of : 0;
    }
}

static void found_free(Found *f) {
    mem_resize(f->sample, f->cap * sizeof(*f->sample), 0);
}

static void add(Found *f, const Keeper *k, const Profile *p, uint64_t sample) {
    if (k->mask.by_cpu && !mask_cpu_passes(&k->mask, COLUMN_AT(&p->cpu, uint16_t, sample)))
        return;
    if (f->count == f->cap) {
        uint64_t cap = f->cap ? f->cap * 2 : 1024;
        f->sample = mem_resize(f->sample, f->cap * sizeof(*f->sample), cap * sizeof(*f->sample));
        f->cap = cap;
    }
    f->sample[f->count++] = sample;
}

/* False when it was cut short. */
static bool find_in_order(Found *f, Found *busy, const Keeper *k, const AsideSource *s,
                          const ChartWish *w, const CancelToken *token) {
    enum { CHECK_EVERY = 1 << 20 };
    const Index *x = s->index;
    uint64_t end = index_positions(x, &s->view);
    uint64_t from = index_lower(x, end, w->query.t0_ns);
    uint64_t to = index_lower(x, end, w->query.t1_ns);
    for (uint64_t i = from; i < to && f->count <= CHART_SAMPLES; i++) {
        uint32_t slot = i < x->samples
                            ? x->slot[i]
                            : index_slot_of_pair(x, COLUMN_AT(&s->profile->pair, PairId, i));
        if (k->wanted[slot] & OF_CHOSEN)
            add(f, k, s->profile, index_sample(x, i));
        if (k->wanted[slot] & OF_BUSIEST && busy->count < CHART_BUSY)
            add(busy, k, s->profile, index_sample(x, i));
        if (i % CHECK_EVERY == 0 && cancelled(token))
            return false;
    }
    return true;
}

/* Those that came late, and are not in the index yet; true when there are some. */
static bool find_late(Found *f, const Keeper *k, const AsideSource *s, const ChartWish *w) {
    uint64_t found = f->count;
    for (uint64_t i = index_positions(s->index, &s->view); i < s->view.samples; i++) {
        int64_t t = COLUMN_AT(&s->profile->time_ns, int64_t, i);
        PairId pair = COLUMN_AT(&s->profile->pair, PairId, i);
        if (t >= w->query.t0_ns && t < w->query.t1_ns &&
            k->wanted[index_slot_of_pair(s->index, pair)] & OF_CHOSEN)
            add(f, k, s->profile, i);
    }
    return f->count > found;
}

static int by_time(const void *a, const void *b) {
    const ChartSample *x = a, *y = b;
    if (x->time_ns != y->time_ns)
        return x->time_ns < y->time_ns ? -1 : 1;
    return (x->own > y->own) - (x->own < y->own);
}

/* Sorted where late ones were found; until then `own` is the order of finding, which is that of
 * arrival among samples of one time. */
static ChartSample *samples_of(const Found *f, const Profile *p, bool late) {
    ChartSample *sample = mem_resize(NULL, 0, f->count * sizeof(*sample));
    for (uint64_t i = 0; i < f->count; i++) {
        PairId pair = COLUMN_AT(&p->pair, PairId, f->sample[i]);
        sample[i] = (ChartSample){.time_ns = COLUMN_AT(&p->time_ns, int64_t, f->sample[i]),
                                  .own = (uint32_t)i,
                                  .stack = pairs_get(&p->pairs, pair).stack};
    }
    if (late && f->count)
        qsort(sample, f->count, sizeof(*sample), by_time);
    return sample;
}

/* ---- what neighbours share --------------------------------------------------------------- */

static int ascending(const void *a, const void *b) {
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static int64_t median_interval(const ChartSample *s, uint32_t count) {
    int64_t *gap = mem_resize(NULL, 0, count * sizeof(*gap)), median = 0;
    uint32_t n = 0;
    for (uint32_t i = 1; i < count; i++)
        if (s[i].time_ns > s[i - 1].time_ns)
            gap[n++] = s[i].time_ns - s[i - 1].time_ns;
    if (n) {
        qsort(gap, n, sizeof(*gap), ascending);
        median = gap[n / 2];
    }
    mem_resize(gap, count * sizeof(*gap), 0);
    return median;
}

static int64_t interval_of(const ChartSample *sample, uint32_t count, const Found *busy,
                           const Profile *profile) {
    ChartSample *busiest = samples_of(busy, profile, false);
    int64_t own = median_interval(sample, count);
    int64_t other = median_interval(busiest, (uint32_t)busy->count);
    mem_resize(busiest, busy->count * sizeof(*busiest), 0);
    return own && (!other || own < other) ? own : other;
}

/* to - from > CHART_GAP × interval, without overflow. */
static bool is_gap(int64_t interval_ns, int64_t from, int64_t to) {
    return to > from && (to - from - 1) / CHART_GAP >= interval_ns;
}

/* Where the frames of samples come from: the trie of the Dict, or a path through a tree. */
typedef struct Walk {
    Chart *chart;
    const Profile *profile;
    const Found *found;
    Path path; /* its tree NULL: there is none */
    FrameId *frame;
    uint32_t cap;
} Walk;

/* Depth of s and what it shares with the sample before it, whose depth is known. */
static void compare(const Stacks *stacks, const ChartSample *before, ChartSample *s) {
    StackId a = before ? before->stack : 0, b = s->stack;
    uint32_t up_a = 0, up_b = 0;
    while (a != b) {
        if (a > b) {
            a = stacks_get(stacks, a).parent;
            up_a++;
        } else {
            b = stacks_get(stacks, b).parent;
            up_b++;
        }
    }
    s->shared = before ? before->depth - up_a : 0;
    s->depth = s->shared + up_b;
}

/* Likewise in the tree. */
static PathEnd compare_paths(Walk *w, ChartSample *s) {
    uint64_t sample = w->found->sample[s->own];
    PairId pair = COLUMN_AT(&w->profile->pair, PairId, sample);
    PathEnd end = path_next(&w->path, pair, sample, &s->shared);
    s->depth = w->path.depth;
    return end;
}

/* Fills in frames from the leaf down to what is shared; false when there are too many. */
static bool put_frames(Walk *w, ChartSample *s) {
    const Stacks *stacks = &w->profile->dict->stacks;
    Chart *c = w->chart;
    uint32_t own = s->depth - s->shared;
    s->own = c->frames;
    if (!own)
        return true;
    if (own > CHART_FRAMES - c->frames)
        return false;
    if (c->frames + own > w->cap) {
        uint32_t wider = (c->frames + own) * 2;
        w->frame = mem_resize(w->frame, w->cap * sizeof(*w->frame), wider * sizeof(*w->frame));
        w->cap = wider;
    }
    FrameId *to = w->frame + c->frames;
    for (uint32_t i = own; i-- > 0 && w->path.tree;)
        to[i] = path_frame(&w->path, s->shared + 1 + i);
    StackId at = s->stack;
    for (uint32_t i = own; i-- > 0 && !w->path.tree; at = stacks_get(stacks, at).parent)
        to[i] = stacks_get(stacks, at).frame;
    c->frames += own;
    return true;
}

static void share_frames(Walk *w, ChartSample *sample) {
    const Stacks *stacks = &w->profile->dict->stacks;
    Chart *c = w->chart;
    uint32_t i = 0;
    for (; i < c->count; i++) {
        ChartSample *s = &sample[i];
        PathEnd end = PATH_FOUND;
        if (w->path.tree)
            end = compare_paths(w, s);
        else
            compare(stacks, i ? s - 1 : NULL, s);
        if (i && is_gap(c->interval_ns, s[-1].time_ns, s->time_ns))
            s->shared = 0;
        if (!put_frames(w, s))
            break;
        c->dropped += end == PATH_DROPPED;
        c->not_arranged += end == PATH_NOT_ARRANGED;
        c->bare += end == PATH_FOUND && !s->depth;
        c->max_depth = s->depth > c->max_depth ? s->depth : c->max_depth;
    }
    c->cut = c->cut || i < c->count;
    c->count = i;
    c->frame = mem_resize(w->frame, w->cap * sizeof(*w->frame), c->frames * sizeof(*w->frame));
}

static void grow_minima(Chart *c) {
    c->leaves = 1;
    while (c->leaves < c->count)
        c->leaves *= 2;
    uint32_t *least = mem_resize(NULL, 0, 2 * (size_t)c->leaves * sizeof(*least));
    for (uint32_t i = 0; i < c->leaves; i++)
        least[c->leaves + i] = i < c->count ? c->sample[i].shared : UINT32_MAX;
    for (uint32_t i = c->leaves; i-- > 1;)
        least[i] = least[2 * i] < least[2 * i + 1] ? least[2 * i] : least[2 * i + 1];
    c->least = least;
}

uint32_t chart_next_break(const Chart *c, uint32_t from, uint32_t depth) {
    uint32_t i = c->leaves + from;
    if (from >= c->count)
        return c->count;
    while (c->least[i] >= depth) { /* up, to the next that lies behind */
        while (i & 1)
            i /= 2;
        if (i == 0) /* was the last of its level */
            return c->count;
        i++;
    }
    while (i < c->leaves)
        i = c->least[2 * i] < depth ? 2 * i : 2 * i + 1;
    return i - c->leaves;
}

uint32_t chart_last_break(const Chart *c, uint32_t to, uint32_t depth) {
    uint32_t i = c->leaves + to;
    while (c->least[i] >= depth) {
        while (!(i & 1)) /* sample 0 shares nothing, so this ends before the root */
            i /= 2;
        if (i == 1)
            return 0;
        i--;
    }
    while (i < c->leaves)
        i = c->least[2 * i + 1] < depth ? 2 * i + 1 : 2 * i;
    return i - c->leaves;
}

FrameId chart_frame_at(const Chart *c, uint32_t sample, uint32_t depth) {
    return chart_frame(c, chart_last_break(c, sample, depth), depth);
}

uint32_t chart_from(const Chart *c, int64_t t) {
    uint32_t lo = 0, hi = c->count;
    while (lo < hi) {
        uint32_t mid = lo + (hi - lo) / 2;
        if (c->sample[mid].time_ns < t)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

int64_t chart_end(const Chart *c, uint32_t sample) {
    int64_t from = c->sample[sample].time_ns, end = from + c->interval_ns;
    if (sample + 1 == c->count)
        return end < c->until_ns ? end : c->until_ns;
    int64_t next = c->sample[sample + 1].time_ns;
    return is_gap(c->interval_ns, from, next) ? end : next;
}

/* ---- the aside --------------------------------------------------------------------------- */

ChartWish chart_wish(const Query *query, const ProfileView *view) {
    return (ChartWish){.query = {.slot = query->slot,
                                 .t0_ns = query->whole ? view->first_ns : query->t0_ns,
                                 .t1_ns = query->whole ? view->last_ns + 1 : query->t1_ns,
                                 .event = query->event,
                                 .idle = query->idle,
                                 .tree.transforms = query->tree.transforms,
                                 .filter = query->filter}};
}

static bool same(const void *a, const void *b) {
    const ChartWish *x = a, *y = b;
    return x->chosen == y->chosen && (!x->chosen || (x->pid == y->pid && x->tid == y->tid)) &&
           query_same(&x->query, &y->query);
}

/* Stacks as they were recorded need no tree. */
static const Query *tree_of(const void *wish) {
    const Query *q = &((const ChartWish *)wish)->query;
    return tree_spec_hash(&q->tree) ? q : NULL;
}

static void *state_new(void) {
    Keeper *k = mem_resize(NULL, 0, sizeof(*k));
    mask_init(&k->mask);
    return k;
}

static void state_free(void *state) {
    Keeper *k = state;
    mask_free(&k->mask);
    counts_free(&k->counts);
    mem_resize(k->wanted, k->cap, 0);
    mem_resize(k, sizeof(*k), 0);
}

static void result_free(void *result) {
    Chart *c = result;
    tree_drop(c->tree);
    mem_resize((void *)(uintptr_t)c->sample, c->count * sizeof(*c->sample), 0);
    mem_resize((void *)(uintptr_t)c->frame, c->frames * sizeof(*c->frame), 0);
    mem_resize((void *)(uintptr_t)c->least, 2 * (size_t)c->leaves * sizeof(*c->least), 0);
    mem_resize(c, sizeof(*c), 0);
}

static void draw_out(Chart *c, const AsideSource *s, const Found *f, ChartSample *sample) {
    Walk walk = {.chart = c, .profile = s->profile, .found = f};
    c->tree = s->grown.tree;
    if (!c->tree) {
        share_frames(&walk, sample);
        return;
    }
    tree_hold(c->tree);
    path_begin(&walk.path, &s->grown);
    share_frames(&walk, sample);
    path_end(&walk.path);
}

/* Only a long look for samples gives way to a newer wish: the chart follows a drag. */
static bool make_chart(Keeper *k, const AsideSource *s, Chart *c, const CancelToken *token) {
    Found f = {0}, busy = {0};
    list_threads(k, s, c);
    mark_wanted(k, s, c);
    if (!find_in_order(&f, &busy, k, s, &c->wish, token)) {
        found_free(&f);
        found_free(&busy);
        return false;
    }
    bool late = find_late(&f, k, s, &c->wish);
    ChartSample *sample = samples_of(&f, s->profile, late);
    c->cut = f.count > CHART_SAMPLES;
    c->count = c->cut ? CHART_SAMPLES : (uint32_t)f.count;
    c->until_ns = c->cut ? sample[CHART_SAMPLES].time_ns : c->wish.query.t1_ns;
    c->interval_ns = interval_of(sample, c->count, &busy, s->profile);
    draw_out(c, s, &f, sample);
    if (c->cut && c->count < f.count)
        c->until_ns = sample[c->count].time_ns;
    c->sample = mem_resize(sample, f.count * sizeof(*sample), c->count * sizeof(*sample));
    grow_minima(c);
    found_free(&f);
    found_free(&busy);
    return true;
}

static void *run(void *state, const AsideSource *source, const void *wish, const void *before,
                 const CancelToken *token) {
    Keeper *k = state;
    (void)before;
    Chart *c = mem_resize(NULL, 0, sizeof(*c));
    c->wish = *(const ChartWish *)wish;
    const Query *q = &c->wish.query;
    c->until_ns = q->t1_ns;
    mask_set(&k->mask, source->profile, q->event, q->idle, &q->filter, NULL);
    mask_extend(&k->mask, &source->view);
    if (!source->view.has_time || q->t1_ns <= q->t0_ns)
        return c;
    if (make_chart(k, source, c, token))
        return c;
    result_free(c);
    return NULL;
}

const AsideKind chart_aside = {
    .wish_bytes = sizeof(ChartWish),
    .needs_index = true,
    .follows = true,
    .arranged = true, /* the busiest thread is looked at in its order only */
    .priority = JOB_QUERY,
    .same = same,
    .tree_of = tree_of,
    .state_new = state_new,
    .state_free = state_free,
    .run = run,
    .free = result_free,
};

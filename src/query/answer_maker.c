#include "query/answer_maker.h"

#include <string.h>

#include "base/clock.h"
#include "query/elided.h"
#include "query/prefix.h"

void answer_maker_init(AnswerMaker *m) {
    memset(m, 0, sizeof(*m));
    mask_init(&m->mask);
}

static void counting_free(Counting *c) {
    counts_free(&c->all);
    counts_free(&c->by_cpu);
    ranked_free(&c->ranked);
}

static size_t counting_bytes(const Counting *c) {
    return counts_bytes(&c->all) + counts_bytes(&c->by_cpu) + ranked_bytes(&c->ranked);
}

void answer_maker_free(AnswerMaker *m) {
    counting_free(&m->selection);
    counting_free(&m->baseline);
    counting_free(&m->whole);
    mask_free(&m->mask);
    search_free(&m->search);
    mem_resize(m->shown, m->cap, 0);
    mem_resize(m->event, m->cap, 0);
    mem_resize(m->totals.of_event, m->totals.cap_events * sizeof(uint64_t), 0);
    mem_resize(m->cpus.of_cpu, m->cpus.of_cpu ? 65536 * sizeof(uint64_t) : 0, 0);
    answer_maker_init(m);
}

size_t answer_maker_bytes(const AnswerMaker *m) {
    return mask_bytes(&m->mask) + m->cap * 2u + counting_bytes(&m->selection) +
           counting_bytes(&m->baseline) + counting_bytes(&m->whole) + m->search.cap;
}

void answer_copy_clear(AnswerCopy *copy) {
    tree_drop(copy->tree);
    search_hits_drop(copy->hits);
    copy->tree = NULL;
    copy->hits = NULL;
}

void answer_copy_free(AnswerCopy *copy) {
    answer_copy_clear(copy);
    mem_resize(copy->a32, copy->cap_a32 * sizeof(uint32_t), 0);
    mem_resize(copy->b32, copy->cap_b32 * sizeof(uint32_t), 0);
    mem_resize(copy->a64, copy->cap_a64 * sizeof(uint64_t), 0);
    mem_resize(copy->b64, copy->cap_b64 * sizeof(uint64_t), 0);
    mem_resize(copy->of_event, copy->cap_events * sizeof(uint64_t), 0);
    memset(copy, 0, sizeof(*copy));
}

static uint32_t *room32(uint32_t **at, uint32_t *cap, uint32_t count) {
    if (count > *cap) {
        mem_resize(*at, *cap * sizeof(uint32_t), 0);
        *cap = count + count / 4;
        *at = mem_resize(NULL, 0, *cap * sizeof(uint32_t));
    }
    return *at;
}

static uint64_t *room64(uint64_t **at, uint32_t *cap, uint32_t count) {
    if (count > *cap) {
        mem_resize(*at, *cap * sizeof(uint64_t), 0);
        *cap = count + count / 4;
        *at = mem_resize(NULL, 0, *cap * sizeof(uint64_t));
    }
    return *at;
}

/* ---- the mask by slot -------------------------------------------------------------------- */

static void slot_mask(AnswerMaker *m, const Index *x, uint32_t pairs) {
    if (m->index_id != x->id || m->mask_version != m->mask.version) {
        m->index_id = x->id;
        m->mask_version = m->mask.version;
        m->entries = 0;
        m->all_shown = m->all_event = true;
    }
    uint32_t slots = index_slot_end(x, pairs);
    if (slots > m->cap) {
        uint32_t cap = slots + slots / 4 + 64;
        m->shown = mem_resize(m->shown, m->cap, cap);
        m->event = mem_resize(m->event, m->cap, cap);
        m->cap = cap;
    }
    const uint8_t *bits = mask_bits(&m->mask);
    for (uint32_t i = m->entries; i < index_entries(x, pairs); i++) {
        uint32_t slot;
        PairId p = index_entry(x, i, &slot);
        bool shown = bits[p] & MASK_SHOWN, event = bits[p] & MASK_EVENT;
        m->shown[slot] = shown ? 0xff : 0;
        m->event[slot] = event ? 0xff : 0;
        if (p) { /* the empty pair has no samples that could be hidden */
            m->all_shown = m->all_shown && shown;
            m->all_event = m->all_event && event;
        }
    }
    m->entries = index_entries(x, pairs);
}

/* ---- numbers about the whole profile ----------------------------------------------------- */

static void total_cpus(AnswerMaker *m, const Index *x, const ProfileView *view) {
    CpuTotals *t = &m->cpus;
    bool wanted = false;
    for (uint32_t i = 0; i < m->mask.filter.count; i++)
        wanted = wanted || m->mask.filter.term[i].kind == FILTER_CPU;
    if (!wanted)
        return;
    if (!t->of_cpu)
        t->of_cpu = mem_resize(NULL, 0, 65536 * sizeof(*t->of_cpu));
    if (t->mask_version != m->mask.version) {
        memset(t->of_cpu, 0, 65536 * sizeof(*t->of_cpu));
        t->scanned = 0;
        t->mask_version = m->mask.version;
    }
    const uint8_t *bits = mask_bits(&m->mask);
    uint64_t n;
    for (uint64_t i = t->scanned; i < view->samples; i += n) {
        const PairId *pair = column_span(&x->profile->pair, i, view->samples, &n);
        const uint16_t *cpu = column_span(&x->profile->cpu, i, i + n, &n);
        for (uint64_t k = 0; k < n; k++)
            t->of_cpu[cpu[k]] += bits[pair[k]] & MASK_EVENT;
    }
    t->scanned = view->samples;
}

static uint64_t total_of_cpu_term(const AnswerMaker *m, uint32_t term) {
    uint64_t sum = 0;
    for (uint32_t cpu = 0; cpu < 65536; cpu++)
        if (m->cpus.of_cpu[cpu] && mask_term_has_cpu(&m->mask, term, (uint16_t)cpu))
            sum += m->cpus.of_cpu[cpu];
    return sum;
}

static void total_pairs(AnswerMaker *m, const Index *x, const ProfileView *view) {
    AnswerTotals *t = &m->totals;
    const uint8_t *bits = mask_bits(&m->mask);
    const uint16_t *terms = m->mask.terms.at;
    const uint32_t *all = m->whole.all.count;
    const uint32_t *shown = m->mask.by_cpu ? m->whole.by_cpu.count : all;
    for (uint32_t e = 0; e < index_entries(x, view->pairs); e++) {
        uint32_t slot;
        PairId p = index_entry(x, e, &slot);
        uint64_t n = all[slot];
        if (!n || !(bits[p] & MASK_EVENT))
            continue;
        t->in_profile += n;
        if (bits[p] & MASK_IDLE)
            t->idle += n;
        if (bits[p] & MASK_SHOWN)
            t->shown += shown[slot];
        for (uint32_t i = 0; i < m->mask.filter.count; i++)
            if (terms[p] >> i & 1)
                t->term[i] += n;
    }
}

/* Event 0 is the one without a name. */
static void total_events(AnswerMaker *m, const Index *x, const ProfileView *view) {
    AnswerTotals *t = &m->totals;
    const Profile *p = x->profile;
    t->events = view->events > 2 ? view->events : 0;
    if (!t->events)
        return;
    room64(&t->of_event, &t->cap_events, t->events);
    memset(t->of_event, 0, t->events * sizeof *t->of_event);
    for (uint32_t e = 0; e < index_entries(x, view->pairs); e++) {
        uint32_t slot;
        PairId pair = index_entry(x, e, &slot);
        uint64_t n = m->whole.all.count[slot];
        if (n)
            t->of_event[contexts_get(&p->dict->contexts, pairs_get(&p->pairs, pair).context)
                            .event] += n;
    }
}

static void make_totals(AnswerMaker *m, const Index *x, const ProfileView *view) {
    AnswerTotals *t = &m->totals;
    if (t->mask_version == m->mask.version && t->index_id == x->id && t->samples == view->samples)
        return;
    CountWish wish = {.index = x, .view = view, .whole = true, .weighted = m->whole.all.weighted};
    counts_set(&m->whole.all, &wish);
    if (m->mask.by_cpu) {
        wish.weighted = m->whole.by_cpu.weighted;
        wish.cpus = &m->mask;
        counts_set(&m->whole.by_cpu, &wish);
    }
    total_cpus(m, x, view);
    *t = (AnswerTotals){.mask_version = m->mask.version,
                        .index_id = x->id,
                        .samples = view->samples,
                        .of_event = t->of_event,
                        .cap_events = t->cap_events};
    total_pairs(m, x, view);
    total_events(m, x, view);
    for (uint32_t i = 0; i < m->mask.filter.count; i++)
        if (m->mask.filter.term[i].kind == FILTER_CPU)
            t->term[i] = total_of_cpu_term(m, i);
}

/* ---- one side of an answer --------------------------------------------------------------- */

/* One profile's part in the making. */
typedef struct Side {
    AnswerMaker *m;
    const Index *index;
    const ProfileView *view;
    uint32_t which;
    PrefixInput input;
    uint32_t slot_end;
} Side;

typedef struct Making {
    Side side[TREE_SIDES];
    const Query *query;
    bool weighted, wide; /* wide: sums may pass 2^32 */
    AnswerCopy *out;
} Making;

typedef struct Span {
    bool whole;
    int64_t t0, t1;
} Span;

/* Counts the samples of a span; returned are those that pass the cpu terms, if there are any, else
 * all. */
static const Counts *count(const Making *k, const Side *s, Counting *of, Span span) {
    CountWish wish = {s->index, s->view, span.whole, span.t0, span.t1, k->weighted, NULL};
    counts_set(&of->all, &wish);
    if (!s->m->mask.by_cpu)
        return &of->all;
    wish.cpus = &s->m->mask;
    counts_set(&of->by_cpu, &wish);
    return &of->by_cpu;
}

static Prefix sum_up(const Making *k, const Side *s, Counting *of, const Counts *c, bool baseline) {
    AnswerCopy *out = k->out;
    uint32_t entries = s->input.ranks + 1;
    Prefix p = {0};
    if (k->weighted || k->wide) {
        uint64_t *to = baseline ? room64(&out->b64, &out->cap_b64, entries)
                                : room64(&out->a64, &out->cap_a64, entries);
        if (k->weighted)
            prefix_u64(&s->input, c->weight, to);
        else
            prefix_wide(&s->input, c->count, to);
        p.u64 = to;
    } else {
        uint32_t *to = baseline ? room32(&out->b32, &out->cap_b32, entries)
                                : room32(&out->a32, &out->cap_a32, entries);
        RankedWish wish = {c, s->index, out->tree, s->which, s->input.shown, s->m->mask.version};
        if (c != &of->all || !ranked_prefix(&of->ranked, &wish, to))
            prefix_u32(&s->input, c->count, to);
        p.u32 = to;
    }
    return p;
}

/* What one side comes to: before chips, after them, and what the tree does not know. */
typedef struct Sum {
    Prefix prefix;
    uint64_t in, shown, not_arranged;
} Sum;

static Sum sum_side(const Making *k, const Side *s, Counting *of, Span span, bool baseline) {
    const Counts *c = count(k, s, of, span), *plain = &of->all;
    AnswerMaker *m = s->m;
    const uint8_t *shown = m->all_shown ? NULL : m->shown;
    const Tree *tree = k->out->tree;
    uint32_t slots = s->index->slots;
    Sum sum = {.prefix = sum_up(k, s, of, c, baseline)};
    sum.in = m->all_event ? counts_samples(plain, s->index)
                          : prefix_sum(m->event, plain->count, 0, s->slot_end);
    uint64_t behind = prefix_sum(shown, c->count, slots, s->slot_end);
    sum.not_arranged = k->weighted ? prefix_sum_u64(shown, c->weight, slots, s->slot_end) : behind;
    /* The tree's sum is that of all shown, unless it drops some or sums weights. */
    if (k->weighted || tree->dropped)
        sum.shown = prefix_sum(shown, c->count, 0, slots) + behind;
    else
        sum.shown = prefix_at(&sum.prefix, s->input.ranks) + behind;
    return sum;
}

static void make_selection(const Making *k) {
    const Query *q = k->query;
    const Side *s = &k->side[0];
    AnswerMaker *m = s->m;
    Answer *a = &k->out->answer;
    Counting *of = q->whole ? &m->whole : &m->selection;
    Sum sum = sum_side(k, s, of, (Span){q->whole, q->t0_ns, q->t1_ns}, false);
    a->a = sum.prefix;
    a->in_selection = sum.in;
    a->shown_in_selection = sum.shown;
    a->not_arranged = sum.not_arranged;
    a->in_tree = prefix_at(&a->a, s->input.ranks);
}

/* b = whole - a, in place of whole: prefix sums of a difference are the difference. */
static void take_selection_away(const Making *k) {
    Answer *a = &k->out->answer;
    uint32_t entries = k->side[0].input.ranks + 1;
    if (a->b.u32)
        for (uint32_t i = 0; i < entries; i++)
            k->out->b32[i] -= a->a.u32[i];
    else
        for (uint32_t i = 0; i < entries; i++)
            k->out->b64[i] -= a->a.u64[i];
    a->in_baseline -= a->in_selection;
    a->shown_in_baseline -= a->shown_in_selection;
    a->not_arranged_b -= a->not_arranged;
}

static void make_baseline(const Making *k) {
    const Query *q = k->query;
    Answer *a = &k->out->answer;
    const Side *s = &k->side[q->baseline == BASELINE_FILE];
    if (q->baseline == BASELINE_NONE || !s->m)
        return;
    bool part =
        q->baseline == BASELINE_RANGE || (q->baseline == BASELINE_FILE && !q->baseline_whole_file);
    Counting *of = part ? &s->m->baseline : &s->m->whole;
    Sum sum = sum_side(k, s, of, (Span){!part, q->b0_ns, q->b1_ns}, true);
    a->b = sum.prefix;
    a->in_baseline = sum.in;
    a->shown_in_baseline = sum.shown;
    a->not_arranged_b = sum.not_arranged;
    if (q->baseline == BASELINE_REST)
        take_selection_away(k);
}

static void make_search(const Making *k) {
    Answer *a = &k->out->answer;
    Search *s = &k->side[0].m->search;
    SearchHits *hits = search_run(s, k->query->search, a->profile->dict, a->tree);
    k->out->hits = hits;
    if (!hits) {
        if (k->query->search[0])
            memcpy(a->search_error, s->error.message, sizeof(a->search_error) - 1);
        return;
    }
    a->match = hits->match;
    a->search_total = search_total(hits, &a->a);
    a->search_nodes = search_nodes(hits, &a->a, a->tree);
}

/* Only samples that came since the last answer are looked at. */
static uint64_t weigh(AnswerMaker *m, const Profile *profile, const ProfileView *view,
                      EventId event) {
    if (m->weighed_profile != profile || m->weighed_event != event || m->weighed > view->samples) {
        m->weighed_profile = profile;
        m->weighed_event = event;
        m->weighed = m->weight_sum = 0;
    }
    for (uint64_t i = m->weighed, n; i < view->samples; i += n) {
        const uint64_t *weight = column_span(&profile->weight, i, view->samples, &n);
        const PairId *pair = column_span(&profile->pair, i, i + n, &n);
        for (uint64_t k = 0; k < n; k++) {
            ContextId c = pairs_get(&profile->pairs, pair[k]).context;
            if (event == EVENT_ALL || contexts_get(&profile->dict->contexts, c).event == event)
                m->weight_sum += weight[k];
        }
    }
    m->weighed = view->samples;
    return m->weight_sum;
}

static Side make_side(const AnswerSource *source, uint32_t which, const Query *query) {
    const Index *x = source->grown.index[which];
    const Tree *tree = source->grown.tree;
    if (!x)
        return (Side){0};
    Side s = {.m = source->maker[which], .index = x, .view = source->view[which], .which = which};
    mask_set(&s.m->mask, x->profile, query->event, query->idle, &query->filter, NULL);
    mask_extend(&s.m->mask, s.view);
    slot_mask(s.m, x, s.view->pairs);
    s.slot_end = index_slot_end(x, s.view->pairs);
    s.input =
        (PrefixInput){s.m->all_shown ? NULL : s.m->shown, tree->slot_of_rank[which], tree->ranks};
    return s;
}

void answer_make(const AnswerSource *source, const Query *query, AnswerCopy *out) {
    int64_t began = clock_thread_cpu_ns();
    answer_copy_clear(out);
    Tree *tree = source->grown.tree;
    tree_hold(tree);
    out->tree = tree;
    Making k = {.query = query, .out = out};
    for (uint32_t side = 0; side < TREE_SIDES; side++) {
        k.side[side] = make_side(source, side, query);
        k.wide = k.wide || (k.side[side].view && k.side[side].view->samples >= UINT32_MAX);
    }
    const Side *a = &k.side[0], *b = &k.side[1];
    k.weighted = query->weighted && (a->view->has_weight || (b->view && b->view->has_weight));
    make_totals(a->m, a->index, a->view);
    const AnswerTotals *totals = &a->m->totals;
    out->answer = (Answer){.query = *query,
                           .profile = a->index->profile,
                           .profile_b = b->index ? b->index->profile : NULL,
                           .samples_b = b->view ? b->view->samples : 0,
                           .tree = tree,
                           .samples = a->view->samples,
                           .in_profile = totals->in_profile,
                           .shown_in_profile = totals->shown,
                           .idle_in_profile = totals->idle};
    memcpy(out->answer.term_passes, totals->term, sizeof(totals->term));
    if (totals->events) {
        room64(&out->of_event, &out->cap_events, totals->events);
        memcpy(out->of_event, totals->of_event, totals->events * sizeof *out->of_event);
        out->answer.of_event = out->of_event;
        out->answer.events = totals->events;
    }
    if (k.weighted)
        out->answer.weight_in_profile = totals->in_profile; /* each is one, unless it says more */
    if (k.weighted && a->view->has_weight)
        out->answer.weight_in_profile = weigh(a->m, a->index->profile, a->view, query->event);
    make_selection(&k);
    make_baseline(&k);
    if (query->elided && (out->answer.b.u32 || out->answer.b.u64))
        elided_make(&out->answer, out->answer.a.u32 ? out->a32 : NULL,
                    out->answer.a.u64 ? out->a64 : NULL);
    make_search(&k);
    out->answer.took_ns = clock_thread_cpu_ns() - began;
}

void answer_make_alone(const Profile *profile, const ProfileView *view, const Query *query,
                       AnswerCopy *out) {
    AnswerMaker maker;
    Index *index = index_build(profile, view, 1);
    AnswerSource source = {
        .grown = grown_make(&query->tree, index, NULL, 2, NULL), .maker = {&maker}, .view = {view}};
    index_drop(index);
    answer_maker_init(&maker);
    answer_make(&source, query, out);
    grown_drop(&source.grown);
    answer_maker_free(&maker);
}

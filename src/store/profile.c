/* DESIGN
 * The absorber (one thread) translates a batch's ids through the Remap of its Part and appends
 * rows to append-only columns. Everything it knows about the whole is in `building`; publishing
 * copies that under the lock, which also orders the column writes before the counts for
 * readers. A Remap is filled lazily, from the rows: a Part may hold entries that no row
 * absorbed so far refers to, and giving those an id would make ids depend on how the input was
 * cut. */
#include "store/profile.h"

#include <string.h>

#include "base/thread.h"
#include "store/pack.h"
#include "store/spill.h"

enum {
    NS_PER_S = 1000000000,
    ROWS_TOGETHER = 256,
    NEW_PAIRS = 32, /* translated together */
};

struct ProfileLock {
    Mutex *mutex;
};

void profile_init(Profile *profile, Dict *dict) {
    *profile = (Profile){.dict = dict};
    pairs_init(&profile->pairs);
    column_init(&profile->time_ns, sizeof(int64_t), 12);
    column_init(&profile->pair, sizeof(PairId), 12);
    column_init(&profile->cpu, sizeof(uint16_t), 12);
    column_init(&profile->weight, sizeof(uint64_t), 12);
    profile->building = (ProfileView){.last_ns = -1, .in_order = true};
    profile->published = profile->building;
    profile->lock = mem_resize(NULL, 0, sizeof *profile->lock);
    profile->lock->mutex = mutex_new();
}

void profile_free(Profile *profile) {
    pairs_free(&profile->pairs);
    column_free(&profile->time_ns);
    column_free(&profile->pair);
    column_free(&profile->cpu);
    column_free(&profile->weight);
    spill_free(profile->spill);
    pack_drop(profile->pack);
    mutex_free(profile->lock->mutex);
    mem_resize(profile->lock, sizeof *profile->lock, 0);
    *profile = (Profile){0};
}

/* ---- translation of ids -------------------------------------------------------------------
 */

/* The place where the translation of `id` is kept; 0 there means not yet met. */
static uint32_t *place(uint32_t **map, uint32_t *cap, uint32_t id) {
    if (id >= *cap) {
        uint64_t want = *cap ? (uint64_t)*cap * 2 : 256;
        while (want <= id)
            want *= 2;
        if (want > UINT32_MAX)
            want = UINT32_MAX;
        *map = mem_resize(*map, *cap * sizeof **map, (size_t)want * sizeof **map);
        *cap = (uint32_t)want;
    }
    return &(*map)[id];
}

static void release(uint32_t **map, uint32_t *cap) {
    mem_resize(*map, *cap * sizeof **map, 0);
    *map = NULL;
    *cap = 0;
}

void remap_free(Remap *r) {
    release(&r->name, &r->name_cap);
    release(&r->frame, &r->frame_cap);
    release(&r->stack, &r->stack_cap);
    release(&r->context, &r->context_cap);
    release(&r->event, &r->event_cap);
    release(&r->pair, &r->pair_cap);
    release(&r->path, &r->path_cap);
    r->epoch = 0;
}

static NameId name_of(Profile *p, const Part *part, Remap *r, NameId id) {
    uint32_t *to = place(&r->name, &r->name_cap, id);
    if (!*to)
        *to = names_intern(&p->dict->names, names_get(&part->dict.names, id));
    return *to;
}

static FrameId frame_of(Profile *p, const Part *part, Remap *r, FrameId id) {
    uint32_t *to = place(&r->frame, &r->frame_cap, id);
    if (!*to && id) {
        Frame f = frames_get(&part->dict.frames, id);
        f.symbol = name_of(p, part, r, f.symbol);
        f.module = name_of(p, part, r, f.module);
        *to = frames_intern(&p->dict->frames, f);
    }
    return *to;
}

/* Down to the first ancestor that is known, then up again, so that parents come first. */
static StackId stack_of(Profile *p, const Part *part, Remap *r, StackId id) {
    uint32_t depth = 0;
    StackId at = id;
    while (at && !*place(&r->stack, &r->stack_cap, at)) {
        *place(&r->path, &r->path_cap, depth++) = at;
        at = stacks_get(&part->dict.stacks, at).parent;
    }
    StackId to = at ? r->stack[at] : 0;
    while (depth-- > 0) {
        at = r->path[depth];
        FrameId frame = frame_of(p, part, r, stacks_get(&part->dict.stacks, at).frame);
        to = r->stack[at] = stacks_push(&p->dict->stacks, to, frame);
    }
    return to;
}

static EventId event_of(Profile *p, const Part *part, Remap *r, EventId id) {
    uint32_t *to = place(&r->event, &r->event_cap, id);
    if (!*to && id) {
        Event e = contexts_get_event(&part->dict.contexts, id);
        NameId name = name_of(p, part, r, e.name);
        *to = contexts_event(&p->dict->contexts, name, (WeightKind)e.weight);
    }
    return *to;
}

static ContextId context_of(Profile *p, const Part *part, Remap *r, ContextId id) {
    uint32_t *to = place(&r->context, &r->context_cap, id);
    if (!*to && id) {
        Context c = contexts_get(&part->dict.contexts, id);
        c.comm = name_of(p, part, r, c.comm);
        c.event = event_of(p, part, r, c.event);
        *to = contexts_intern(&p->dict->contexts, c);
    }
    return *to;
}

/* ---- rows ---------------------------------------------------------------------------------
 */

static void append(Column *to, const Column *from) {
    uint64_t n, room;
    for (uint64_t i = 0; i < from->count; i += n) {
        char *source = (char *)column_span(from, i, from->count, &n);
        for (uint64_t done = 0; done < n; done += room) {
            column_reserve(to, to->count);
            char *target = (char *)column_span(to, to->count, to->count + n - done, &room);
            memcpy(target, source + done * from->item, room * from->item);
            to->count += room;
        }
    }
}

/* Pairs met for the first time: what their translation will read lies all over the memory, so
 * it is asked for together, in the order in which one leads to another (a sixth of the time of
 * a load of shallow stacks was spent waiting for it). The order of ids is that of the rows. */
static void new_pairs(Profile *p, const Part *part, Remap *r, const PairId *id, PairId *to,
                      const uint32_t *at, uint32_t n) {
    Pair pair[NEW_PAIRS];
    for (uint32_t i = 0; i < n; i++) {
        pair[i] = pairs_get(&part->pairs, id[at[i]]);
        __builtin_prefetch(column_at(&part->dict.stacks.node, pair[i].stack));
        __builtin_prefetch(place(&r->stack, &r->stack_cap, pair[i].stack));
    }
    for (uint32_t i = 0; i < n; i++) {
        StackId parent = stacks_get(&part->dict.stacks, pair[i].stack).parent;
        stacks_fetch(&p->dict->stacks, *place(&r->stack, &r->stack_cap, parent));
    }
    for (uint32_t i = 0; i < n; i++) {
        pair[i].context = context_of(p, part, r, pair[i].context);
        pair[i].stack = stack_of(p, part, r, pair[i].stack);
        pairs_fetch(&p->pairs, pair[i]);
    }
    for (uint32_t i = 0; i < n; i++) {
        PairId *known = place(&r->pair, &r->pair_cap, id[at[i]]);
        if (!*known)
            *known = pairs_intern(&p->pairs, pair[i]);
        to[at[i]] = *known;
    }
}

/* Nothing but loads that do not wait for one another: which are in flight the processor sees to (a
 * block in which all are known costs a third of what it cost with fetching ahead by hand). */
static bool known_pairs(const Remap *r, const PairId *id, PairId *to, uint32_t n) {
    const PairId *known = r->pair;
    uint32_t cap = r->pair_cap;
    bool all = true;
#pragma GCC unroll 4
    for (uint32_t k = 0; k < n; k++) {
        to[k] = id[k] < cap ? known[id[k]] : 0;
        all &= to[k] != 0;
    }
    return all;
}

static void translate_pairs(Profile *p, const Part *part, Remap *r, const PairId *id, PairId *to,
                            uint32_t n) {
    uint32_t at[ROWS_TOGETHER], unknown = 0;
    for (uint32_t k = 0; k < n; k++) {
        at[unknown] = k;
        unknown += to[k] == 0;
    }
    for (uint32_t k = 0; k < unknown; k += NEW_PAIRS)
        new_pairs(p, part, r, id, to, at + k, unknown - k < NEW_PAIRS ? unknown - k : NEW_PAIRS);
}

/* A block of rows is translated where it will lie, so that a known pair costs one load. */
static void append_pairs(Profile *p, const Batch *batch, Remap *r) {
    uint64_t n, room;
    for (uint64_t i = 0; i < batch->pair.count; i += n) {
        const PairId *id = (const PairId *)column_span(&batch->pair, i, batch->pair.count, &n);
        column_reserve(&p->pair, p->pair.count);
        PairId *to = (PairId *)column_span(&p->pair, p->pair.count, p->pair.count + n, &room);
        n = room < ROWS_TOGETHER ? room : ROWS_TOGETHER;
        if (!known_pairs(r, id, to, (uint32_t)n))
            translate_pairs(p, batch->part, r, id, to, (uint32_t)n);
        p->pair.count += n;
    }
}

/* The first sample with a time gives it to all before it. */
static void first_time(Profile *p, int64_t t) {
    uint64_t earlier = p->time_ns.count;
    for (uint64_t i = 0; i < earlier; i++)
        COLUMN_AT(&p->time_ns, int64_t, i) = t;
    if (earlier)
        complain(&p->complaints, COMPLAINT_TIME, earlier, -1, STR(""));
    p->building.has_time = true;
    p->building.first_ns = p->building.last_ns = p->last_time_ns = t;
}

/* What the row's time is, noting what is out of the ordinary about it. */
static int64_t odd_time(Profile *p, int64_t t) {
    ProfileView *v = &p->building;
    if (t == TIME_NONE) {
        if (v->has_time)
            complain(&p->complaints, COMPLAINT_TIME, 1, -1, STR(""));
        t = p->last_time_ns;
    } else if (!v->has_time) {
        first_time(p, t);
    }
    if (t < p->last_time_ns)
        v->in_order = false;
    if (t < v->first_ns)
        v->first_ns = t;
    return t;
}

/* Times that go on from the last one, as most do; false: they do not, and nothing has happened. */
static bool append_ordered(Profile *p, const int64_t *time, int64_t *to, uint32_t n) {
    int64_t before = p->last_time_ns;
    bool back = !p->building.has_time;
#pragma GCC unroll 4
    for (uint32_t k = 0; k < n; k++) {
        back |= time[k] < before; /* TIME_NONE is less than any */
        before = to[k] = time[k];
    }
    if (back)
        return false;
    p->time_ns.count += n;
    p->last_time_ns = before;
    if (before > p->building.last_ns)
        p->building.last_ns = before;
    return true;
}

static void append_times(Profile *p, const Batch *batch) {
    ProfileView *v = &p->building;
    uint64_t n, room;
    for (uint64_t i = 0; i < batch->time_ns.count; i += n) {
        const int64_t *time =
            (const int64_t *)column_span(&batch->time_ns, i, batch->time_ns.count, &n);
        column_reserve(&p->time_ns, p->time_ns.count);
        int64_t *to =
            (int64_t *)column_span(&p->time_ns, p->time_ns.count, p->time_ns.count + n, &room);
        n = room < ROWS_TOGETHER ? room : ROWS_TOGETHER;
        if (append_ordered(p, time, to, (uint32_t)n))
            continue;
        for (uint64_t k = 0; k < n; k++) {
            int64_t t = time[k];
            if (t < p->last_time_ns || !v->has_time) /* TIME_NONE is less than any */
                t = odd_time(p, t);
            if (t > v->last_ns)
                v->last_ns = t;
            p->last_time_ns = t;
            to[k] = t;
            p->time_ns.count++; /* first_time counts the rows before */
        }
    }
}

/* Of what is added from `first` on: all together may be as much as an int64_t holds. */
static void bound_weights(Profile *p, uint64_t first) {
    uint64_t room = (uint64_t)INT64_MAX - p->weight_sum, cut = 0, n;
    for (uint64_t i = first; i < p->weight.count; i += n) {
        uint64_t *weight = (uint64_t *)column_span(&p->weight, i, p->weight.count, &n);
        for (uint64_t k = 0; k < n; k++) {
            if (weight[k] > room) {
                weight[k] = room;
                cut++;
            }
            room -= weight[k];
        }
    }
    p->weight_sum = (uint64_t)INT64_MAX - room;
    if (cut)
        profile_complain(p, COMPLAINT_COUNT, cut, -1,
                         STR("weights of more than 2^63 together: what is over is left out"));
}

static void append_weights(Profile *p, const Batch *batch) {
    uint64_t rows = p->pair.count; /* with this batch */
    if (!batch->has_weight && !p->building.has_weight)
        return;
    p->building.has_weight = true;
    uint64_t first = p->weight.count;
    uint64_t plain = batch->has_weight ? rows - batch_rows(batch) : rows;
    while (p->weight.count < plain)
        COLUMN_PUSH(&p->weight, uint64_t) = 1;
    if (batch->has_weight)
        append(&p->weight, &batch->weight);
    bound_weights(p, first);
}

void profile_absorb(Profile *profile, const Batch *batch, Remap *remap) {
    if (batch_rows(batch)) {
        if (remap->epoch != batch->part->epoch) {
            remap_free(remap);
            remap->epoch = batch->part->epoch;
        }
        dict_index(profile->dict);
        if (batch->chosen && !profile->building.chosen)
            profile->building.chosen = event_of(profile, batch->part, remap, batch->chosen);
        append_pairs(profile, batch, remap);
        append_times(profile, batch);
        append(&profile->cpu, &batch->cpu);
        append_weights(profile, batch);
        profile->building.samples = profile->pair.count;
        if (profile->spill)
            spill_more(profile);
    }
    complaints_merge(&profile->complaints, &batch->complaints);
}

void profile_complain(Profile *profile, ComplaintKind kind, uint64_t count, int64_t offset,
                      Str excerpt) {
    complain(&profile->complaints, kind, count, offset, excerpt);
}

/* ---- what others see ----------------------------------------------------------------------
 */

void profile_publish(Profile *profile) {
    const Dict *dict = profile->dict;
    ProfileView *v = &profile->building;
    v->pairs = (uint32_t)profile->pairs.entry.count;
    v->stacks = (uint32_t)dict->stacks.node.count;
    v->frames = (uint32_t)dict->frames.entry.count;
    v->names = (uint32_t)dict->names.entry.count;
    v->contexts = (uint32_t)dict->contexts.entry.count;
    v->events = (uint32_t)dict->contexts.event.count;
    v->complaints = complaints_amiss(&profile->complaints);
    v->lost = profile->complaints.of[COMPLAINT_LOST].count;
    mutex_lock(profile->lock->mutex);
    bool news =
        complaints_total(&profile->published_complaints) != complaints_total(&profile->complaints);
    profile->published = *v;
    if (news)
        profile->published_complaints = profile->complaints;
    mutex_unlock(profile->lock->mutex);
}

ProfileView profile_view(const Profile *profile) {
    mutex_lock(profile->lock->mutex);
    ProfileView view = profile->published;
    mutex_unlock(profile->lock->mutex);
    return view;
}

void profile_complaints(const Profile *profile, Complaints *out) {
    mutex_lock(profile->lock->mutex);
    *out = profile->published_complaints;
    mutex_unlock(profile->lock->mutex);
}

uint64_t profile_complained(const Profile *profile, ComplaintKind kind) {
    mutex_lock(profile->lock->mutex);
    uint64_t n = profile->published_complaints.of[kind].count;
    mutex_unlock(profile->lock->mutex);
    return n;
}

size_t profile_bytes(const Profile *profile) {
    return column_bytes(&profile->time_ns) + column_bytes(&profile->pair) +
           column_bytes(&profile->cpu) + column_bytes(&profile->weight) +
           column_bytes(&profile->pairs.entry) + hash_index_bytes(&profile->pairs.index);
}

int64_t profile_origin(const ProfileView *view) {
    int64_t second = view->first_ns / NS_PER_S;
    if (view->first_ns % NS_PER_S < 0)
        second--; /* towards the past for times before 0, too */
    return second * NS_PER_S;
}

/* ---- as text ------------------------------------------------------------------------------
 */

static void dump_dict(const Dict *dict, Buf *out) {
    for (uint64_t i = 1; i < dict->names.entry.count; i++) {
        buf_printf(out, "name %llu ", (unsigned long long)i);
        buf_json(out, names_get(&dict->names, (NameId)i));
        buf_putc(out, '\n');
    }
    for (uint64_t i = 1; i < dict->frames.entry.count; i++) {
        Frame f = frames_get(&dict->frames, (FrameId)i);
        buf_printf(out, "frame %llu %u %u %u\n", (unsigned long long)i, f.symbol, f.module, f.kind);
    }
    for (uint64_t i = 1; i < dict->stacks.node.count; i++) {
        StackNode n = stacks_get(&dict->stacks, (StackId)i);
        buf_printf(out, "stack %llu %u %u\n", (unsigned long long)i, n.parent, n.frame);
    }
    for (uint64_t i = 0; i < dict->contexts.event.count; i++) {
        Event e = contexts_get_event(&dict->contexts, (EventId)i);
        buf_printf(out, "event %llu %u %u\n", (unsigned long long)i, e.name, e.weight);
    }
    for (uint64_t i = 1; i < dict->contexts.entry.count; i++) {
        Context c = contexts_get(&dict->contexts, (ContextId)i);
        buf_printf(out, "context %llu %u %d %d %u\n", (unsigned long long)i, c.comm, c.pid, c.tid,
                   c.event);
    }
}

static void dump_complaints(const Complaints *complaints, Buf *out) {
    for (int kind = 0; kind < COMPLAINT_KINDS; kind++) {
        const Complaint *of = &complaints->of[kind];
        if (!of->count)
            continue;
        buf_printf(out, "complaint %s %llu\n", complaint_name((ComplaintKind)kind),
                   (unsigned long long)of->count);
        for (uint32_t i = 0; i < of->examples; i++) {
            buf_printf(out, "  at %lld ", (long long)of->example[i].offset);
            buf_json(out, str_of(of->example[i].excerpt));
            buf_putc(out, '\n');
        }
    }
}

void profile_dump(const Profile *profile, Buf *out) {
    const ProfileView *v = &profile->building;
    dump_dict(profile->dict, out);
    for (uint64_t i = 1; i < profile->pairs.entry.count; i++) {
        Pair p = pairs_get(&profile->pairs, (PairId)i);
        buf_printf(out, "pair %llu %u %u\n", (unsigned long long)i, p.stack, p.context);
    }
    for (uint64_t i = 0; i < v->samples; i++) {
        buf_printf(out, "sample %lld %u %u", (long long)COLUMN_AT(&profile->time_ns, int64_t, i),
                   COLUMN_AT(&profile->pair, PairId, i), COLUMN_AT(&profile->cpu, uint16_t, i));
        if (v->has_weight)
            buf_printf(out, " %llu", (unsigned long long)COLUMN_AT(&profile->weight, uint64_t, i));
        buf_putc(out, '\n');
    }
    buf_printf(out, "samples %llu from %lld to %lld%s%s%s\n", (unsigned long long)v->samples,
               (long long)v->first_ns, (long long)v->last_ns, v->has_time ? " timed" : "",
               v->has_weight ? " weighed" : "", v->in_order ? " in order" : "");
    if (v->chosen)
        buf_printf(out, "chosen %u\n", v->chosen);
    dump_complaints(&profile->complaints, out);
}

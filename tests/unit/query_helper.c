#include "query_helper.h"

#include <stdio.h>
#include <string.h>

uint64_t random_next(uint64_t *state) {
    uint64_t z = *state += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

uint64_t random_below(uint64_t *state, uint64_t n) {
    return n ? random_next(state) % n : 0;
}

static void init(Maker *m, const MakeOptions *options, Dict *dict) {
    memset(m, 0, sizeof(*m));
    m->options = *options;
    m->random = options->seed;
    m->now_ns = 5000000000 + (int64_t)random_below(&m->random, 2000000000);
    dict_init(&m->dict);
    profile_init(&m->profile, dict);
    part_init(&m->part);
}

void maker_init(Maker *m, const MakeOptions *options) {
    init(m, options, &m->dict);
}

void maker_init_beside(Maker *m, const MakeOptions *options, Maker *first) {
    init(m, options, &first->dict);
}

void maker_free(Maker *m) {
    remap_free(&m->remap);
    part_free(&m->part);
    profile_free(&m->profile);
    dict_free(&m->dict);
}

static NameId name(Maker *m, const char *text) {
    return names_intern(&m->part.dict.names, str_of(text));
}

static FrameId frame(Maker *m, const char *symbol, const char *module, uint32_t kind) {
    return frames_intern(&m->part.dict.frames, (Frame){name(m, symbol), name(m, module), kind});
}

static StackId random_stack(Maker *m, const char *comm, bool swapper) {
    uint64_t *r = &m->random;
    uint32_t depth = 1 + (uint32_t)random_below(r, m->options.depth);
    StackId s = stacks_push(&m->part.dict.stacks, 0, frame(m, comm, "", FRAME_PROCESS));
    for (uint32_t i = 0; i < depth; i++) {
        char symbol[32];
        /* Few symbols near the root, so that stacks share ancestors. */
        uint64_t pick = random_below(r, 1 + m->options.symbols * (i + 1) / (depth + 1));
        snprintf(symbol, sizeof(symbol), "fn_%c%u", (char)('a' + pick % 26), (unsigned)pick);
        s = stacks_push(&m->part.dict.stacks, s,
                        frame(m, symbol, pick % 3 ? "/lib/libone.so" : "[kernel]",
                              pick % 3 ? FRAME_USER : FRAME_KERNEL));
    }
    if (swapper && random_below(r, 3))
        s = stacks_push(&m->part.dict.stacks, s,
                        frame(m, random_below(r, 2) ? "intel_idle" : "cpuidle_enter", "[kernel]",
                              FRAME_KERNEL));
    return s;
}

static int64_t next_time(Maker *m) {
    uint64_t *r = &m->random;
    if (m->options.untimed)
        return TIME_NONE;
    m->now_ns += (int64_t)random_below(r, (uint64_t)m->options.step_ns * 2);
    int64_t t = m->now_ns;
    if (random_below(r, 100) < m->options.disorder)
        t -= (int64_t)random_below(r, (uint64_t)m->options.step_ns * 500);
    /* Some samples lie exactly on a whole second. */
    return random_below(r, 50) ? t : t / 1000000000 * 1000000000;
}

void maker_add(Maker *m, uint64_t samples) {
    const MakeOptions *o = &m->options;
    uint64_t *r = &m->random;
    Batch batch;
    batch_init(&batch);
    batch_clear(&batch, &m->part);
    int64_t last = INT64_MIN;
    for (uint64_t i = 0; i < samples; i++) {
        uint32_t which = (uint32_t)random_below(r, o->contexts);
        char comm[16], event[16];
        snprintf(comm, sizeof(comm), "%s%u", which % 4 == 1 ? "swapper" : "proc", which % 5);
        snprintf(event, sizeof(event), "event%u",
                 (unsigned)random_below(r, o->events ? o->events : 1));
        EventId e = contexts_event(&m->part.dict.contexts, name(m, event),
                                   o->weights ? WEIGHT_PERIOD : WEIGHT_SAMPLES);
        Context c = {name(m, comm), (int32_t)(which / 2), which % 7 ? (int32_t)which : 0, e};
        Pair pair = {random_stack(m, comm, which % 4 == 1),
                     contexts_intern(&m->part.dict.contexts, c)};
        int64_t t = next_time(m);
        if (!o->disorder && !o->untimed && t < last)
            t = last; /* the whole second may lie before the sample before it */
        last = t;
        batch_add(&batch, t, pairs_intern(&m->part.pairs, pair),
                  (uint16_t)random_below(r, o->cpus ? o->cpus : 1),
                  o->weights ? 1 + random_below(r, 1000) : 0);
    }
    profile_absorb(&m->profile, &batch, &m->remap);
    profile_publish(&m->profile);
    batch_free(&batch);
    if (last != INT64_MIN && !o->disorder && last > m->now_ns)
        m->now_ns = last;
}

void maker_put(Maker *m, int64_t time_ns, const char *comm, int32_t tid, const char *event,
               uint16_t cpu, uint64_t weight, const char *const *symbols, uint32_t n,
               uint32_t kind) {
    Batch batch;
    batch_init(&batch);
    batch_clear(&batch, &m->part);
    EventId e = contexts_event(&m->part.dict.contexts, name(m, event),
                               weight ? WEIGHT_PERIOD : WEIGHT_SAMPLES);
    Context c = {name(m, comm), tid, tid, e};
    StackId s = stacks_push(&m->part.dict.stacks, 0, frame(m, comm, "", FRAME_PROCESS));
    for (uint32_t i = 0; i < n; i++)
        s = stacks_push(&m->part.dict.stacks, s, frame(m, symbols[i], "m", kind));
    Pair pair = {s, contexts_intern(&m->part.dict.contexts, c)};
    batch_add(&batch, time_ns, pairs_intern(&m->part.pairs, pair), cpu, weight);
    profile_absorb(&m->profile, &batch, &m->remap);
    profile_publish(&m->profile);
    batch_free(&batch);
}

Query random_query(uint64_t *r, const ProfileView *view) {
    static const char *const filters[] = {
        "",
        "",
        "comm=proc1",
        "tid!=3",
        "pid=1,2-3",
        "cpu=0-1",
        "cpu!=2",
        "kind=kernel",
        "frame~fn_a",
        "frame!~fn_b1",
        "module=libone.so frame~fn_c",
        "off:comm=proc2",
        "event=event0 cpu=1",
        "min=1%",
    };
    static const char *const searches[] = {"", "", "fn_a", "idle|fn_c", "fn_[", "nothing"};
    uint64_t span = (uint64_t)(view->last_ns - view->first_ns) + 1;
    Query q = {0};
    q.whole = random_below(r, 6) == 0;
    int64_t a = view->first_ns + (int64_t)random_below(r, span);
    int64_t b = view->first_ns + (int64_t)random_below(r, span + 1000);
    q.t0_ns = a < b ? a : b;
    q.t1_ns = a < b ? b : a;
    if (random_below(r, 2)) /* a short range */
        q.t1_ns = q.t0_ns + (int64_t)(random_below(r, span) / 50);
    q.baseline = (uint8_t)random_below(r, BASELINE_WHOLE + 1);
    q.b0_ns = view->first_ns;
    q.b1_ns = view->first_ns + (int64_t)random_below(r, span);
    q.event = random_below(r, 2) ? EVENT_ALL : (EventId)random_below(r, 3);
    q.weighted = random_below(r, 3) == 0;
    q.idle = (uint8_t)random_below(r, 3);
    q.tree.direction = random_below(r, 4) ? TREE_FORWARD : TREE_INVERTED;
    filter_parse(str_of(filters[random_below(r, sizeof(filters) / sizeof(*filters))]), &q.filter,
                 NULL);
    strcpy(q.search, searches[random_below(r, sizeof(searches) / sizeof(*searches))]);
    return q;
}

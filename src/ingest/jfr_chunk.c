#include "ingest/jfr_chunk.h"

#include "base/sizes.h"

#include <stdio.h>
#include <string.h>

enum {
    NS_PER_S = 1000000000,
    BATCH_ROWS = SIZED(64 * 1024, 50),
    BLOCK_BYTES = READ_SIZE(64 * 1024),
    PART_BYTES_MAX = SIZED(512 << 20, 4 << 10), /* then names and stacks are learnt anew */
    SAMPLES_MAX = 4096, /* that an event may stand for; async-profiler ends at 1000 */
    DEFAULT_WALL_NS = 50000000,
    INTERVAL_MOST_S = 3600,        /* a setting that says more is none */
    OLD_WALL = JFR_EVENTS_MAX - 1, /* place of an event that is none of the rules' */
};

/* What is known of a type that has no rule. */
#define PASSED (UINT32_MAX - 1)
#define STACKED UINT32_MAX /* it has a stack */

/* ---- what is held -------------------------------------------------------------------------
 */

static void hold_init(JfrHold *h) {
    *h = (JfrHold){0};
    arena_init(&h->arena, 0);
    column_init(&h->run, sizeof(JfrRun), 6);
}

static void hold_free(JfrHold *h) {
    arena_free(&h->arena);
    column_free(&h->run);
}

static void hold_clear(JfrHold *h) {
    arena_reset(&h->arena);
    column_clear(&h->run);
    h->room = NULL;
    h->left = h->bytes = 0;
}

static void hold_add(JfrHold *h, Str event, int64_t offset) {
    JfrRun *last = h->run.count ? (JfrRun *)column_at(&h->run, h->run.count - 1) : NULL;
    bool joins = last && last->offset + (int64_t)last->n == offset;
    if (event.n > h->left) {
        h->left = event.n > BLOCK_BYTES ? event.n : BLOCK_BYTES;
        h->room = arena_push(&h->arena, h->left, 1);
        joins = false;
    }
    memcpy(h->room, event.s, event.n);
    if (joins)
        last->n += event.n;
    else
        COLUMN_PUSH(&h->run, JfrRun) = (JfrRun){h->room, event.n, offset};
    h->room += event.n;
    h->left -= event.n;
    h->bytes += event.n;
}

typedef struct Held {
    uint64_t type;
    JfrBytes payload;
    JfrRun event;
} Held;

typedef void Visit(JfrChunk *c, Held *held);

static void each(JfrChunk *c, const JfrHold *h, Visit *visit) {
    for (uint64_t i = 0; i < h->run.count && !c->stopped; i++) {
        JfrRun run = COLUMN_AT(&h->run, JfrRun, i);
        for (size_t at = 0, n; at < run.n && !c->stopped; at += n) {
            JfrBytes b = {run.bytes + at, run.bytes + run.n, c->head.compressed, false};
            n = jfr_int(&b);
            Held held = {.type = jfr_long(&b)};
            held.event = (JfrRun){run.bytes + at, n, run.offset + (int64_t)at};
            b.end = run.bytes + at + n;
            held.payload = b;
            visit(c, &held);
        }
    }
}

/* ---- from begin to end --------------------------------------------------------------------
 */

void jfr_chunk_init(JfrChunk *c, FormatEmit *emit, void *loader) {
    *c = (JfrChunk){.emit = emit, .loader = loader};
    memcpy(c->wish, jfr_pool_wish, sizeof jfr_pool_wish);
    for (uint32_t i = 0; i < jfr_rule_count; i++)
        c->wish[JFR_POOLS + i] = jfr_rules[i].wish;
    part_init(&c->part);
    batch_init(&c->batch);
    batch_clear(&c->batch, &c->part);
    jfr_types_init(&c->types, c->wish, JFR_POOLS + jfr_rule_count);
    jfr_pools_init(&c->pools, &c->types);
    jfr_resolve_init(&c->resolve, &c->pools, &c->part, &c->batch.complaints);
    c->known.pid = -1;
    id_map_init(&c->rule);
    hold_init(&c->events);
    hold_init(&c->checkpoints);
}

void jfr_chunk_free(JfrChunk *c) {
    format_settle(c->emit, c->loader, &c->batch);
    hold_free(&c->events);
    hold_free(&c->checkpoints);
    id_map_free(&c->rule);
    jfr_resolve_free(&c->resolve);
    jfr_pools_free(&c->pools);
    jfr_types_free(&c->types);
    buf_free(&c->metadata);
    batch_free(&c->batch);
    part_free(&c->part);
}

void jfr_chunk_begin(JfrChunk *c, const JfrHead *head) {
    c->head = *head;
    c->has_types = false;
    hold_clear(&c->events);
    hold_clear(&c->checkpoints);
}

void jfr_chunk_emit(JfrChunk *c) {
    c->emitted = c->emitted || batch_rows(&c->batch);
    if (!c->emit(c->loader, &c->batch))
        c->stopped = true;
    batch_clear(&c->batch, &c->part);
}

/* A rule plus 1, PASSED, STACKED, or 0: not declared. */
static uint32_t known_of(const JfrChunk *c, uint64_t type) {
    return id_map_find(&c->rule, (uint32_t)(type >> 32), (uint32_t)type);
}

static uint32_t rule_of(const JfrChunk *c, uint64_t type) {
    uint32_t known = known_of(c, type);
    return known < PASSED ? known : 0;
}

/* An event with a stack that no rule knows. */
static void pass(JfrChunk *c, uint64_t type, int64_t offset) {
    if (c->passed++)
        return;
    Str name = jfr_type_name(&c->types, type);
    snprintf(c->passed_type, sizeof c->passed_type, "%.*s", (int)name.n, name.s);
    c->passed_at = offset;
}

/* What no metadata has declared so far, later metadata of the chunk may. */
bool jfr_chunk_wants(JfrChunk *c, uint64_t type, int64_t offset) {
    if (type <= 1 || !c->has_types)
        return true;
    uint32_t known = known_of(c, type);
    if (known == STACKED)
        pass(c, type, offset);
    return known < PASSED;
}

size_t jfr_chunk_held(const JfrChunk *c) {
    return c->events.bytes + c->checkpoints.bytes;
}

static void broken(JfrChunk *c, const char *what, int64_t offset) {
    complain(&c->batch.complaints, COMPLAINT_RECORD, 1, offset, str_of(what));
}

static bool has_stack(const JfrChunk *c, const JfrType *type) {
    for (uint32_t i = 0; i < type->fields; i++)
        if (str_eq_c(COLUMN_AT(&c->types.field, JfrField, type->field + i).name, "stackTrace"))
            return true;
    return false;
}

static void find_rules(JfrChunk *c) {
    id_map_clear(&c->rule);
    for (uint64_t i = 0; i < c->types.type.count; i++) {
        JfrType type = COLUMN_AT(&c->types.type, JfrType, i);
        uint32_t known = has_stack(c, &type) ? STACKED : PASSED;
        if (known_of(c, type.id))
            continue;
        for (uint32_t k = 0; k < jfr_rule_count && known >= PASSED; k++)
            if (str_eq_c(type.name, jfr_rules[k].wish.type))
                known = k + 1;
        id_map_add(&c->rule, (uint32_t)(type.id >> 32), (uint32_t)type.id, known);
        if (known < PASSED)
            c->layout[known - 1] = jfr_layout(&c->types, type.id);
    }
}

static void read_metadata(JfrChunk *c, Str event, size_t header, int64_t offset) {
    buf_clear(&c->metadata);
    buf_put(&c->metadata, event);
    const uint8_t *bytes = (const uint8_t *)c->metadata.s;
    JfrBytes b = {bytes + header, bytes + c->metadata.n, c->head.compressed, false};
    if (!jfr_types_read(&c->types, b))
        broken(c, "metadata that makes no sense", offset);
    c->has_types = true;
    find_rules(c);
}

void jfr_chunk_add(JfrChunk *c, uint64_t type, Str event, size_t header, int64_t offset) {
    if (type == 0)
        read_metadata(c, event, header, offset);
    else
        hold_add(type == 1 ? &c->checkpoints : &c->events, event, offset);
}

/* ---- time ---------------------------------------------------------------------------------
 */

static bool fits(__int128 ns) {
    return ns >= 0 && ns <= INT64_MAX / 2; /* 1970 to 2116 */
}

static __int128 ticks_to_ns(const JfrChunk *c, __int128 ticks) {
    __int128 ns = ticks * NS_PER_S, per_s = c->head.ticks_per_s;
    return ns >= 0 ? ns / per_s : -((per_s - 1 - ns) / per_s);
}

/* Down to the nanosecond before. */
static int64_t time_of(const JfrChunk *c, uint64_t ticks) {
    if (c->head.ticks_per_s <= 0)
        return TIME_NONE;
    __int128 since = (__int128)(int64_t)ticks - c->head.start_ticks;
    __int128 ns = c->head.start_ns + ticks_to_ns(c, since);
    return fits(ns) ? (int64_t)ns : TIME_NONE;
}

/* A length of time as the metadata says that it is written; none if that makes no sense. */
static int64_t span_of(const JfrChunk *c, uint32_t rule, uint32_t slot, uint64_t value) {
    static const int64_t ns_each[] = {
        [JFR_UNIT_NS] = 1, [JFR_UNIT_US] = 1000, [JFR_UNIT_MS] = 1000000, [JFR_UNIT_S] = NS_PER_S};
    JfrUnit unit = jfr_unit(&c->types, c->layout[rule], slot);
    __int128 ns = (int64_t)value;
    if (unit > JFR_UNIT_TICKS && unit <= JFR_UNIT_S)
        ns *= ns_each[unit];
    else
        ns = c->head.ticks_per_s > 0 ? ticks_to_ns(c, ns) : 0;
    return fits(ns) ? (int64_t)ns : 0;
}

/* ---- facts that stand beside the samples --------------------------------------------------
 */

/* "wall" stands there where the wall clock was sampled, and is 0 where nobody said how often. */
static void note_setting(JfrChunk *c, const JfrValue slot[JFR_SLOTS]) {
    Buf text = {0};
    jfr_text(&c->pools, &slot[JFR_AT_SETTING], &text);
    bool wall = str_eq_c(buf_str(&text), "wall");
    int64_t *to = wall                                   ? &c->told.wall_ns
                  : str_eq_c(buf_str(&text), "interval") ? &c->told.interval_ns
                                                         : NULL;
    int64_t value;
    buf_clear(&text);
    jfr_text(&c->pools, &slot[JFR_AT_SETTING_VALUE], &text);
    if (to && str_to_i64(buf_str(&text), &value) && value >= 0 &&
        value <= INTERVAL_MOST_S * (int64_t)NS_PER_S)
        *to = value || !wall ? value : DEFAULT_WALL_NS;
    buf_free(&text);
}

/* async-profiler tells its process and settings in the first chunk of a file only, and where the
 * JDK records as well, its process in none: what was told stays true until there is another. */
static void settle_facts(JfrChunk *c) {
    JfrFacts *known = &c->known, told = c->told;
    bool other = told.pid >= 0 && told.pid != known->pid;
    if (other || told.wall_ns || told.interval_ns) { /* settings are told together */
        known->wall_ns = told.wall_ns;
        known->interval_ns = told.interval_ns;
    }
    if (other)
        known->pid = told.pid;
    c->resolve.pid = known->pid;
}

/* What must be known before the first sample is made. */
static void note_facts(JfrChunk *c, Held *held) {
    uint32_t rule = known_of(c, held->type);
    if (rule == STACKED)
        pass(c, held->type, held->event.offset);
    if (!rule)
        broken(c, "an event of a type that its chunk does not declare", held->event.offset);
    if (!rule || rule >= PASSED)
        return;
    JfrRuleKind kind = jfr_rules[--rule].kind;
    if (kind <= JFR_WAIT) {
        if (rule < c->first_rule) {
            c->first_rule = rule;
            c->first_event = held->event;
        }
        return;
    }
    JfrValue slot[JFR_SLOTS] = {0};
    if (kind == JFR_ASIDE)
        return;
    jfr_read(&c->types, c->layout[rule], &held->payload, slot);
    if (held->payload.bad)
        return; /* it is no sample that is lost */
    if (kind == JFR_PROCESS && slot[JFR_AT_PID].number <= INT32_MAX)
        c->told.pid = (int32_t)slot[JFR_AT_PID].number;
    else if (kind == JFR_SETTING)
        note_setting(c, slot);
    else if (kind == JFR_LOST)
        complain(&c->batch.complaints, COMPLAINT_LOST,
                 slot[JFR_AT_LOST].number ? slot[JFR_AT_LOST].number : 1, held->event.offset,
                 str_of(jfr_rules[rule].wish.type));
}

static void add_checkpoint(JfrChunk *c, Held *held) {
    if (!jfr_pools_add(&c->pools, held->payload))
        broken(c, "a checkpoint that makes no sense", held->event.offset);
}

/* ---- samples ------------------------------------------------------------------------------
 */

/* Before it had an event of its own, async-profiler wrote samples of the wall clock as samples
 * of the processor, in any state but the default one. */
static uint32_t event_place(const JfrChunk *c, uint32_t rule, JfrState state) {
    bool old = rule == 0 && c->resolve.has_default_state && state > JFR_STATE_DEFAULT;
    return old ? OLD_WALL : rule;
}

static EventId event_at(JfrChunk *c, uint32_t place) {
    Dict *dict = &c->part.dict;
    if (!c->event[place]) {
        const char *name =
            place == OLD_WALL ? "jdk.ExecutionSample (wall clock)" : jfr_rules[place].wish.type;
        WeightKind weight = place == OLD_WALL ? WEIGHT_SAMPLES : jfr_rules[place].weight;
        NameId id = names_intern(&dict->names, str_of(name));
        c->event[place] = contexts_event_weighed(&dict->contexts, id, weight);
    }
    return c->event[place];
}

static void add_row(JfrChunk *c, int64_t time_ns, PairId pair, uint64_t weight) {
    batch_add(&c->batch, time_ns, pair, CPU_NONE, weight);
    if (batch_rows(&c->batch) >= BATCH_ROWS)
        jfr_chunk_emit(c);
}

/* The samples that one event stands for, as far apart as the event or else the profiler's
 * settings say. */
static void add_samples(JfrChunk *c, uint32_t rule, const JfrValue slot[JFR_SLOTS], int64_t t,
                        PairId pair) {
    uint64_t n = slot[JFR_AT_SAMPLES].number;
    int64_t span = span_of(c, rule, JFR_AT_SPAN, slot[JFR_AT_SPAN].number); /* first to last */
    if (n > SAMPLES_MAX) {
        complain(&c->batch.complaints, COMPLAINT_COUNT, 1, c->resolve.offset,
                 STR("one event cannot be so many samples"));
        n = 1;
    }
    int64_t steps = (int64_t)n - 1;
    if (!span)
        span = steps * (c->known.wall_ns       ? c->known.wall_ns
                        : c->known.interval_ns ? c->known.interval_ns
                                               : DEFAULT_WALL_NS);
    add_row(c, t, pair, 0);
    for (uint64_t i = 1; i < n && !c->stopped; i++) {
        __int128 at = t + (__int128)span * (int64_t)i / steps;
        add_row(c, t == TIME_NONE || !fits(at) ? TIME_NONE : (int64_t)at, pair, 0);
    }
}

/* scale: the bits of a float, where there is one. */
static uint64_t scaled(uint64_t weight, uint64_t scale) {
    float factor;
    uint32_t bits = (uint32_t)scale;
    memcpy(&factor, &bits, sizeof factor);
    double product = (double)weight * (double)factor;
    return factor > 1 && product < (double)(INT64_MAX / 2) ? (uint64_t)(product + 0.5) : weight;
}

static void add_sample(JfrChunk *c, Held *held) {
    uint32_t rule = rule_of(c, held->type);
    if (!rule-- || jfr_rules[rule].kind > JFR_WAIT)
        return;
    JfrValue slot[JFR_SLOTS] = {0};
    jfr_read(&c->types, c->layout[rule], &held->payload, slot);
    c->resolve.offset = held->event.offset;
    if (held->payload.bad) {
        broken(c, jfr_rules[rule].wish.type, held->event.offset);
        return;
    }
    JfrState state = jfr_resolve_state(&c->resolve, slot[JFR_AT_STATE].number);
    uint32_t place = event_place(c, rule, state);
    JfrSample sample = {.thread = slot[JFR_AT_THREAD].number,
                        .stack = slot[JFR_AT_STACK].number,
                        .class_key = slot[JFR_AT_CLASS].number,
                        .event = event_at(c, place),
                        .event_place = place,
                        .waiting = state == JFR_STATE_WAITING};
    if (jfr_rules[rule].kind == JFR_WAIT)
        sample.method = slot[JFR_AT_METHOD].number;
    PairId pair = jfr_resolve_pair(&c->resolve, &sample);
    int64_t t = time_of(c, slot[JFR_AT_TIME].number);
    uint64_t weight = slot[JFR_AT_WEIGHT].number;
    if (jfr_rules[rule].kind == JFR_SCALED)
        weight = scaled(weight, slot[JFR_AT_SCALE].number);
    if (jfr_rules[rule].weight == WEIGHT_TIME_NS)
        weight = (uint64_t)span_of(c, rule, JFR_AT_WEIGHT, weight);
    if (jfr_rules[rule].kind == JFR_WAIT && t != TIME_NONE) {
        t += (int64_t)weight; /* both are at most half of what fits */
        t = fits(t) ? t : TIME_NONE;
    }
    if (jfr_rules[rule].kind == JFR_SAMPLE && slot[JFR_AT_SAMPLES].number > 1)
        add_samples(c, rule, slot, t, pair);
    else
        add_row(c, t, pair, weight);
}

/* The first event of a profile is the one that is shown, unless somebody asks: a sample of the
 * kind that shows most goes before the others, once. */
static void add_first(JfrChunk *c, Held *held) {
    if (held->event.bytes == c->first_event.bytes)
        add_sample(c, held);
}

static void add_rest(JfrChunk *c, Held *held) {
    if (held->event.bytes != c->first_event.bytes)
        add_sample(c, held);
}

void jfr_chunk_end(JfrChunk *c) {
    if (!c->has_types) {
        if (c->events.run.count)
            broken(c, "a chunk without metadata, so no event in it can be read",
                   COLUMN_AT(&c->events.run, JfrRun, 0).offset);
        return;
    }
    memset(c->event, 0, sizeof c->event);
    jfr_pools_begin(&c->pools);
    each(c, &c->checkpoints, add_checkpoint);
    jfr_resolve_begin(&c->resolve);
    c->first_rule = jfr_rule_count;
    c->first_event = (JfrRun){0};
    c->told = (JfrFacts){.pid = -1};
    each(c, &c->events, note_facts);
    settle_facts(c);
    if (c->emitted || c->first_rule == jfr_rule_count)
        c->first_event = (JfrRun){0};
    else
        each(c, &c->events, add_first);
    each(c, &c->events, add_rest);
    jfr_chunk_emit(c);
    if (part_bytes(&c->part) > PART_BYTES_MAX) {
        format_settle(c->emit, c->loader, &c->batch);
        part_reset(&c->part);
        jfr_resolve_reset(&c->resolve);
    }
}

void jfr_chunk_last(JfrChunk *c) {
    char words[128];
    if (c->passed && !c->emitted) {
        snprintf(words, sizeof words, "a stack of an event that is not known here: %s",
                 c->passed_type);
        complain(&c->batch.complaints, COMPLAINT_RECORD, c->passed, c->passed_at, str_of(words));
    }
    jfr_chunk_emit(c);
}

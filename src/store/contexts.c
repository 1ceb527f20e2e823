#include "store/contexts.h"

#include "base/error.h"

static uint32_t context_hash(Context c) {
    uint64_t who = (uint64_t)(uint32_t)c.pid << 32 | (uint32_t)c.tid;
    uint64_t what = (uint64_t)c.comm << 32 | c.event;
    return (uint32_t)hash_mix(hash_mix(who) ^ what);
}

static uint32_t hash_of_context(const void *owner, uint32_t id) {
    return context_hash(contexts_get((const Contexts *)owner, id));
}

void contexts_init(Contexts *contexts) {
    column_init(&contexts->entry, sizeof(Context), 6);
    column_init(&contexts->event, sizeof(Event), 3);
    hash_init(&contexts->index);
    COLUMN_PUSH(&contexts->entry, Context) = (Context){0, -1, -1, 0};
    column_push(&contexts->event); /* event 0: none named */
}

void contexts_free(Contexts *contexts) {
    column_free(&contexts->entry);
    column_free(&contexts->event);
    hash_free(&contexts->index);
}

void contexts_reindex(Contexts *contexts) {
    hash_refill(&contexts->index, contexts->entry.count, hash_of_context, contexts);
}

ContextId contexts_intern(Contexts *contexts, Context context) {
    const HashIndex *t = &contexts->index;
    uint32_t hash = context_hash(context);
    uint32_t id;
    for (uint32_t i = hash_first(t, hash); (id = hash_candidate(t, hash, &i)) != 0;
         i = hash_next(t, i)) {
        Context c = contexts_get(contexts, id);
        if (c.comm == context.comm && c.pid == context.pid && c.tid == context.tid &&
            c.event == context.event)
            return id;
    }
    if (contexts->entry.count >= UINT32_MAX)
        panic("more than 4 billion contexts");
    id = (ContextId)contexts->entry.count;
    COLUMN_PUSH(&contexts->entry, Context) = context;
    hash_insert(&contexts->index, hash, id);
    return id;
}

/* Events are few: they are searched one by one. */
EventId contexts_event(Contexts *contexts, NameId name, WeightKind weight) {
    uint32_t count = (uint32_t)contexts->event.count;
    for (EventId id = 0; id < count; id++) {
        Event *e = (Event *)column_at(&contexts->event, id);
        if (e->name != name)
            continue;
        if (e->weight == WEIGHT_SAMPLES && weight != WEIGHT_SAMPLES)
            e->weight = weight;
        return id;
    }
    COLUMN_PUSH(&contexts->event, Event) = (Event){name, weight};
    return count;
}

EventId contexts_event_weighed(Contexts *contexts, NameId name, WeightKind weight) {
    uint32_t count = (uint32_t)contexts->event.count;
    for (EventId id = 0; id < count; id++) {
        Event e = contexts_get_event(contexts, id);
        if (e.name == name && e.weight == (uint32_t)weight)
            return id;
    }
    COLUMN_PUSH(&contexts->event, Event) = (Event){name, weight};
    return count;
}

const char *weight_unit(uint32_t weight_kind) {
    static const char *const unit[] = {
        [WEIGHT_SAMPLES] = "samples", [WEIGHT_PERIOD] = "periods", [WEIGHT_TIME_NS] = "ns",
        [WEIGHT_BYTES] = "bytes",     [WEIGHT_COUNT] = "counts",
    };
    return weight_kind < sizeof unit / sizeof *unit ? unit[weight_kind] : "units";
}

const char *weight_name(uint32_t weight_kind) {
    static const char *const name[] = {
        [WEIGHT_SAMPLES] = "samples", [WEIGHT_PERIOD] = "period", [WEIGHT_TIME_NS] = "time",
        [WEIGHT_BYTES] = "bytes",     [WEIGHT_COUNT] = "counts",
    };
    return weight_kind < sizeof name / sizeof *name ? name[weight_kind] : "weight";
}

bool weight_named(Str name, uint32_t *weight_kind) {
    for (uint32_t kind = 0; kind < WEIGHT_MIXED; kind++) {
        if (str_eq_c(name, weight_name(kind))) {
            *weight_kind = kind;
            return true;
        }
    }
    return false;
}

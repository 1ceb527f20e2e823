/* Contexts: interned (process name, pid, tid, event), and the events themselves.
 * Id 0 is the empty context; event 0 is "no event named". Owner: the Dict. Thread: as Names. */
#pragma once

#include "store/names.h"

typedef uint32_t ContextId;
typedef uint32_t EventId;

enum { EVENT_ALL = UINT32_MAX }; /* a query's wish for every event together */

/* What the weight column of an event counts. */
typedef enum WeightKind {
    WEIGHT_SAMPLES,
    WEIGHT_PERIOD,
    WEIGHT_TIME_NS,
    WEIGHT_BYTES,
    WEIGHT_COUNT, /* of what, only the writer of the file knows: a sum should start from these
                   */
    WEIGHT_MIXED, /* of no event by itself: of several whose weights count different things */
} WeightKind;

typedef struct Event {
    NameId name;
    uint32_t weight; /* WeightKind; WEIGHT_SAMPLES: this event carries no weights */
} Event;

typedef struct Context {
    NameId comm;
    int32_t pid, tid; /* -1 when the input does not say */
    EventId event;
} Context;

typedef struct Contexts {
    Column entry;    /* Context by id */
    Column event;    /* Event by id */
    HashIndex index; /* -- writer only */
} Contexts;

void contexts_init(Contexts *contexts);
void contexts_free(Contexts *contexts);
/* Makes the index of entries that came from elsewhere (a mapped file). */
void contexts_reindex(Contexts *contexts);
ContextId contexts_intern(Contexts *contexts, Context context);
/* The weight kind given first stays, unless it was WEIGHT_SAMPLES. */
EventId contexts_event(Contexts *contexts, NameId name, WeightKind weight);
/* For a Part: one event for each (name, weight), which never changes, so that the absorber may
 * read it while the worker goes on and what it reads does not depend on how far that is. */
EventId contexts_event_weighed(Contexts *contexts, NameId name, WeightKind weight);
const char *
weight_unit(uint32_t weight_kind); /* "samples", "periods", "ns", "bytes", "counts", "units" */
/* What is counted: "samples", "period", "time", "bytes", "counts"; of mixed ones "weight". */
const char *weight_name(uint32_t weight_kind);
bool weight_named(Str name, uint32_t *weight_kind); /* false: no kind is called so */

static inline Context contexts_get(const Contexts *contexts, ContextId id) {
    return COLUMN_AT(&contexts->entry, Context, id);
}
static inline Event contexts_get_event(const Contexts *contexts, EventId id) {
    return COLUMN_AT(&contexts->event, Event, id);
}

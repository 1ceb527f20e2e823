/* JFR chunk: the events of one chunk on their way to rows. A chunk's constants may come behind
 * the samples that name them, and its metadata behind everything, so what a chunk has to say is
 * known at its end only. Until then the events that are samples are held as they are written, a
 * dozen bytes each; all others are dropped as soon as the metadata tells which is which.
 * Owner: the format (jfr.c). Thread: one at a time. OOM aborts. */
#pragma once

#include "ingest/format.h"
#include "ingest/jfr_events.h"
#include "ingest/jfr_resolve.h"

typedef struct JfrHead {
    int64_t size;     /* of the whole chunk, in bytes; not to be relied on */
    int64_t start_ns; /* since 1970, when the clock showed start_ticks */
    int64_t start_ticks, ticks_per_s;
    bool compressed; /* its integers */
} JfrHead;

/* Events that lay side by side in the input. */
typedef struct JfrRun {
    uint8_t *bytes;
    size_t n;
    int64_t offset;
} JfrRun;

typedef struct JfrHold {
    Arena arena;
    Column run;    /* JfrRun */
    uint8_t *room; /* behind the last run's block */
    size_t left, bytes;
} JfrHold;

/* What events say that are no samples. */
typedef struct JfrFacts {
    int32_t pid;                  /* -1 unknown */
    int64_t wall_ns, interval_ns; /* async-profiler's settings, 0 unknown */
} JfrFacts;

typedef struct JfrChunk {
    FormatEmit *emit;
    void *loader;
    bool stopped; /* the loader wants no more */
    JfrHead head;
    Part part;
    Batch batch;
    JfrWish wish[JFR_POOLS + JFR_EVENTS_MAX];
    JfrTypes types;
    JfrPools pools;
    JfrResolve resolve;
    bool has_types, emitted;
    Buf metadata;
    IdMap rule; /* type id to its rule, plus 1, or what else is known of it */
    uint32_t layout[JFR_EVENTS_MAX];
    EventId event[JFR_EVENTS_MAX];
    JfrHold events, checkpoints;
    JfrFacts known; /* of the file so far: not every chunk repeats them */
    /* -- of the file: events with stacks that are passed over as no rule knows them */
    uint64_t passed;
    int64_t passed_at; /* the first one */
    char passed_type[64];
    /* -- of the chunk */
    JfrFacts told;
    uint32_t first_rule; /* of the event that is to be the first row */
    JfrRun first_event;
} JfrChunk;

void jfr_chunk_init(JfrChunk *c, FormatEmit *emit, void *loader);
void jfr_chunk_free(JfrChunk *c);
void jfr_chunk_begin(JfrChunk *c, const JfrHead *head);
/* Whether the event of this type at this offset must be given to jfr_chunk_add. */
bool jfr_chunk_wants(JfrChunk *c, uint64_t type, int64_t offset);
/* An event with its size and type before it; they take `header` bytes. */
void jfr_chunk_add(JfrChunk *c, uint64_t type, Str event, size_t header, int64_t offset);
size_t jfr_chunk_held(const JfrChunk *c); /* bytes */
/* No more events come: rows are emitted. */
void jfr_chunk_end(JfrChunk *c);
/* No more chunks come. Where no event was a sample, those with stacks are a complaint. */
void jfr_chunk_last(JfrChunk *c);
/* What there is of a batch goes to the loader, complaints as well. */
void jfr_chunk_emit(JfrChunk *c);

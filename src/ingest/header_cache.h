/* Header cache: event lines whose parts were seen before. An event line repeats but for its
 * time and its period: what stands before the time (process, ids, processor) and what stands
 * behind the period (the event) are each looked up as a whole text and verified by comparing
 * it. It only ever answers what event_line_split would have answered: both parts are functions
 * of their texts alone, and a line that is not of the usual form is a miss. (Measured:
 * splitting a line anew took 900 instructions, this takes about 150.) Owner: a parser. Thread:
 * one at a time. Failure: a miss. */
#pragma once

#include "ingest/perf_line.h"

enum {
    HEADER_SLOTS = 1024, /* threads times processors that stay known */
    HEADER_TEXT = 64,    /* longer texts are read anew each time */
    HEADER_EVENTS = 8,
};

/* What a thread on a processor means in the Part's ids. */
typedef struct HeaderSlot {
    uint32_t n; /* bytes of text; 0: empty */
    uint16_t cpu;
    char text[HEADER_TEXT];
    NameId comm;
    int32_t pid, tid;
    StackId root;      /* the process frame alone */
    EventId event;     /* UINT32_MAX: none yet */
    ContextId context; /* of this thread with `event` */
} HeaderSlot;

typedef struct HeaderEvent {
    uint32_t n;
    bool weighed; /* a period stood before it */
    char text[HEADER_TEXT];
    EventId event;
} HeaderEvent;

typedef struct HeaderCache {
    HeaderSlot slot[HEADER_SLOTS];
    HeaderEvent event[HEADER_EVENTS];
} HeaderCache;

/* An event line, cut where the caches are asked. */
typedef struct HeaderParts {
    Str before; /* the time: process, ids, processor, with the blanks behind */
    Str behind; /* the period: event, colon and blanks */
    int64_t time_ns;
    uint64_t period; /* 0: there is none, and `behind` is all behind the time */
    HeaderSlot *who; /* where `before` belongs; NULL: not asked yet */
} HeaderParts;

/* Cuts a line of the usual form; FORMAT_CHUNK_PAD bytes behind it may be read. False: some
 * other form or no event line at all, ask event_line_split. */
bool header_parts(Str line, HeaderParts *out);
/* The slots where such texts belong; the caller compares, and fills them. */
HeaderSlot *header_slot(HeaderCache *cache, Str before);
HeaderEvent *header_event(HeaderCache *cache, Str behind);
/* The same, and memory is asked for it. */
HeaderSlot *header_fetch(HeaderCache *cache, Str before);

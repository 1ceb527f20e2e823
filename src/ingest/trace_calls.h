/* TraceCalls: calls of many threads as a trace tells them, in any order: begins and ends apart
 * (matched by name within their thread), or whole ones with a length. At the end they are
 * nested and cut into rows, thread by thread: no earlier, for a whole call is told when it is over,
 * so that what is around a call may come behind it, however far.
 *  - A begin without an end lasts until the call around it ends, else as long as the thread has
 *    events. An end without a begin is a complaint.
 *  - A call that lasts no time has no row; all together they are a complaint.
 *  - Calls of one thread that overlap without nesting stand within one another as long as both
 *    last, in the order in which they began; beyond OVERLAPS_DEEP the inner one is cut, which
 *    is a complaint.
 * Owner: the parser. Thread: one. Memory: 16 B an event while it waits, 24 to 48 more for those of
 * the one thread whose rows are made. */
#pragma once

#include "base/fifo.h"
#include "ingest/rows.h"

typedef enum TraceKind { TRACE_BEGIN, TRACE_END, TRACE_WHOLE } TraceKind;

typedef struct TraceEvent {
    int64_t begin_ns, end_ns; /* end: of whole ones */
    FrameId frame;            /* of ends: none */
    uint32_t name;            /* NameId, by which ends are matched; 0: an end of the innermost */
    TraceKind kind;
} TraceEvent;

/* Those of a thread, in the order in which they were told. */
typedef struct TraceWaiting {
    Fifo event;                /* Waiting, see trace_calls.c */
    Fifo far;                  /* int64_t: what does not fit there */
    int64_t begin_ns;          /* of the latest */
    int64_t first_ns, last_ns; /* when the first of them begins, and the last one ends */
} TraceWaiting;

typedef struct TraceCalls {
    TraceWaiting *thread;
    uint32_t threads;
    bool some;
} TraceCalls;

void trace_calls_add(TraceCalls *c, uint32_t thread, const TraceEvent *event);
void trace_calls_free(TraceCalls *c);
/* Rows of all threads 0 … threads-1, each with its context. They wait no longer. */
void trace_calls_emit(TraceCalls *c, Rows *rows, const Context *context, uint32_t threads);

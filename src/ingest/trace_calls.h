/* TraceCalls: calls of many threads as a trace tells them, in any order: begins and ends apart
 * (matched by name within their thread), or whole ones with a length. At the end they are
 * nested and cut into rows, thread by thread.
 *  - A begin without an end lasts until the call around it ends, else as long as the thread has
 *    events. An end without a begin is a complaint.
 *  - Calls of one thread that overlap without nesting stand within one another as long as both
 *    last, in the order in which they began; beyond OVERLAPS_DEEP the inner one is cut, which
 * is a complaint. Owner: the parser. Thread: one. Memory: 32 B an event, twice that while they
 * are sorted. */
#pragma once

#include "ingest/rows.h"

typedef enum TraceKind { TRACE_BEGIN, TRACE_END, TRACE_WHOLE } TraceKind;

typedef struct TraceEvent {
    int64_t begin_ns, end_ns; /* end: of whole ones, else INT64_MAX until it is known */
    FrameId frame;
    uint32_t thread;
    uint32_t name; /* NameId, by which ends are matched; 0: an end of the innermost */
    uint8_t kind;  /* TraceKind */
} TraceEvent;

typedef struct TraceCalls {
    TraceEvent *at;
    size_t count, cap;
} TraceCalls;

void trace_calls_add(TraceCalls *c, TraceEvent event);
void trace_calls_free(TraceCalls *c);
/* Rows of all threads 0 … threads-1, each with its context. */
void trace_calls_emit(TraceCalls *c, Rows *rows, const Context *context, uint32_t threads);

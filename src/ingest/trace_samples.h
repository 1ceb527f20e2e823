/* TraceSamples: samples of a trace that name their stacks, and the frames that these consist of:
 * "stackFrames" {id: {"name","category","parent"}}, an event's "sf", which is such an id, or its
 * "stack", a list of names or addresses, root first. Frames may come behind the samples, so rows
 * are made at the end, thread by thread.
 * Owner: the parser, whose Rows must live as long. Thread: one. Failure: a frame that is not there
 * counts as the root; what is too deep is cut, which is a complaint. */
#pragma once

#include "ingest/call_tree.h"
#include "ingest/id_map.h"
#include "ingest/json_pull.h"

typedef struct TraceSample {
    int64_t time_ns;
    uint64_t weight;
    uint32_t thread, node; /* node: as trace_samples_… tells it, or CALL_ROOT */
    NameId event;          /* 0: "samples" */
} TraceSample;

typedef struct TraceSamples {
    Rows *rows;
    CallTree frames; /* frames are those of the Part */
    IdMap frame_of;  /* (NameId of its id, 0): number + 1 */
    IdMap step_of;   /* (number + 1 of the caller, NameId): number + 1, of listed stacks */
    Column taken;    /* TraceSample */
    bool weights;    /* some of them weigh more than 1 */
} TraceSamples;

void trace_samples_init(TraceSamples *s, Rows *rows);
void trace_samples_free(TraceSamples *s);
/* The value of "stackFrames", which comes next. */
void trace_samples_frames(TraceSamples *s, JsonPull *p);
/* The node of an id. */
uint32_t trace_samples_named(TraceSamples *s, NameId id);
/* The node of a list, of which p is at the beginning. */
uint32_t trace_samples_listed(TraceSamples *s, JsonPull *p);
void trace_samples_add(TraceSamples *s, const TraceSample *sample);
/* Rows of all threads 0 … threads-1, each with its context, whose event is not looked at. */
void trace_samples_emit(TraceSamples *s, const Context *context, uint32_t threads);

/* A text or a number, as text; another value is skipped, and 0. */
NameId trace_text(Rows *rows, JsonPull *p, const JsonMember *m);

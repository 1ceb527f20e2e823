/* JFR resolve: what the constants of a chunk come to in a Part: threads to contexts, stack
 * traces to stacks, all of it to pairs, each worked out when a sample first needs it. Names are
 * written as async-profiler's collapsed stacks have them: pkg/Class.method, a native frame's
 * symbol alone, a class that was allocated or waited for dotted, as a frame on top. A method that
 * was traced is on top where the stack is that of its caller, as the JDK's is. The first
 * frame of a stack is the process, "java": what threads share is one subtree, however many they are
 * (a hundred of a pool made a tree as many times larger); grouping by thread parts them. A stack or
 * method that the chunk lacks is one frame [unknown] and a complaint. Owner: a reader of one file.
 * Thread: one at a time. OOM aborts. */
#pragma once

#include "ingest/jfr_pools.h"
#include "store/batch.h"

enum { JFR_EVENTS_MAX = 48, JFR_FRAME_TYPES_MAX = 16 };

typedef struct JfrResolve {
    const JfrPools *pools;
    Part *part;
    Complaints *complaints;
    int64_t offset; /* of the event at hand, for complaints */
    int32_t pid;
    /* -- as long as the Part's ids: what was met in one chunk is known in the next */
    IdMap pair; /* (context, stack) */
    /* -- of the chunk */
    bool async_profiler; /* its frame types; else those of the JDK */
    bool has_default_state;
    uint32_t frame_types;
    uint64_t frame_type[JFR_FRAME_TYPES_MAX];
    uint32_t frame_kind[JFR_FRAME_TYPES_MAX];
    uint32_t frame_layout; /* of a frame of a stack; JFR_LAYOUT_NONE: there are none */
    uint32_t frame_numbers, method_place, type_place; /* as jfr_numbers says; or 0 */
    Column method_frame; /* FrameId of (method, frame type); 0: not yet known */
    Column stack;        /* StackId, plus 1; 0: not yet known */
    Column context;      /* ContextId of (thread, event) */
    Column class_frame;  /* FrameId */
    Column state;        /* what a state is, plus 1 */
    Buf name, other;     /* scratch */
    Column path;         /* scratch: FrameId, leaf first */
} JfrResolve;

/* One sample's references. */
typedef struct JfrSample {
    uint64_t thread, stack, class_key, method; /* keys; 0: none */
    EventId event;                             /* of the Part */
    uint32_t event_place; /* below JFR_EVENTS_MAX; each stands for one EventId */
    bool waiting;
} JfrSample;

typedef enum JfrState {
    JFR_STATE_NONE,
    JFR_STATE_DEFAULT,
    JFR_STATE_RUNNING,
    JFR_STATE_WAITING
} JfrState;

void jfr_resolve_init(JfrResolve *r, const JfrPools *pools, Part *part, Complaints *complaints);
void jfr_resolve_free(JfrResolve *r);
/* All constants of a chunk are there. */
void jfr_resolve_begin(JfrResolve *r);
/* The Part was reset. */
void jfr_resolve_reset(JfrResolve *r);
JfrState jfr_resolve_state(JfrResolve *r, uint64_t key);
PairId jfr_resolve_pair(JfrResolve *r, const JfrSample *sample);

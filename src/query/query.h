/* What is asked: plain values, compared by content, copied to the worker that answers.
 * All times are ns, ranges half-open. */
#pragma once

#include "query/filter.h"
#include "query/transforms.h"
#include "store/contexts.h"

typedef enum IdleMode { IDLE_HIDE, IDLE_KEEP, IDLE_FLAMESCOPE } IdleMode;
typedef enum TreeDirection { TREE_FORWARD, TREE_INVERTED } TreeDirection; /* inverted: leaf first */
typedef enum BaselineKind {
    BASELINE_NONE,
    BASELINE_RANGE, /* b0_ns … b1_ns of the same file */
    BASELINE_REST,  /* everything shown that is not selected */
    BASELINE_WHOLE,
    BASELINE_FILE, /* the profile in the other slot, all of it or b0_ns … b1_ns of its clock */
} BaselineKind;

enum { SEARCH_TEXT = 256 };

/* Which tree over the pairs of a profile. All zero: the forward one. */
typedef struct TreeSpec {
    uint8_t direction; /* TreeDirection; inverted after all transforms */
    bool joint;        /* over the pairs of both slots' profiles, for BASELINE_FILE */
    Transforms transforms;
} TreeSpec;

/* What the user wants summed. */
typedef enum Weighing { WEIGHING_USUAL, WEIGHING_WEIGHTS, WEIGHING_SAMPLES } Weighing;

typedef struct Query {
    uint8_t slot; /* 0 A, 1 B: whose samples */
    bool whole;   /* the whole profile; t0, t1 unused */
    int64_t t0_ns, t1_ns;
    uint8_t baseline; /* BaselineKind */
    int64_t b0_ns, b1_ns;
    bool baseline_whole_file; /* BASELINE_FILE: b0, b1 unused */
    bool elided;   /* with a baseline: only what it has and the selection lacks (elided.h) */
    EventId event; /* EVENT_ALL for all together */
    bool weighted; /* by the event's weight instead of by sample */
    uint8_t idle;  /* IdleMode */
    TreeSpec tree; /* BASELINE_FILE makes it joint, whatever it says */
    Filter filter;
    char search[SEARCH_TEXT]; /* regular expression over symbols; empty: none */
} Query;

typedef enum HeatRowKind {
    HEAT_BY_OFFSET,
    HEAT_BY_THREAD,
    HEAT_BY_PROCESS,
    HEAT_BY_CPU
} HeatRowKind;
typedef enum HeatValueKind {
    HEAT_SAMPLES,
    HEAT_WEIGHT,
    HEAT_CPUS,    /* distinct cpus in a cell */
    HEAT_THREADS, /* distinct threads in a cell */
    HEAT_SHARE,   /* share of a cell's samples that match */
} HeatValueKind;

/* Which samples are lit among those that are shown. */
typedef enum LinkKind {
    LINK_NONE,
    LINK_FUNCTION, /* this frame is somewhere in the stack; id: FrameId */
    LINK_NODE,     /* the stack is this one or goes through it; id: StackId */
    LINK_STACK,    /* the stack is this one; id: StackId */
    LINK_SEARCH,   /* a regular expression matches the symbol of some frame */
} LinkKind;

typedef struct LinkMatch {
    uint8_t kind; /* LinkKind */
    uint32_t id;
    char text[SEARCH_TEXT];
} LinkMatch;

typedef struct HeatSpec {
    uint8_t slot;
    uint8_t row_kind;   /* HeatRowKind; HEAT_BY_OFFSET: `rows` slices of a column */
    uint8_t value_kind; /* HeatValueKind */
    uint32_t rows;      /* 1 to 1000 */
    int64_t column_ns;  /* 10 ms to 1 h; column c covers [origin + c·W, origin + (c+1)·W) */
    EventId event;
    uint8_t idle;
    Filter filter;
    LinkMatch match; /* HEAT_SHARE: of what; else it does not count */
} HeatSpec;

bool tree_spec_same(const TreeSpec *a, const TreeSpec *b);
/* 0 for the forward tree alone; never the same for two specs but by ill luck. */
uint64_t tree_spec_hash(const TreeSpec *spec);
bool query_same(const Query *a, const Query *b);
bool link_match_same(const LinkMatch *a, const LinkMatch *b);
bool heat_spec_same(const HeatSpec *a, const HeatSpec *b);

/* Aside: a question beside the flame graph's and the heat map's own: the hottest stacks of a
 * cell, the moments of a frame, the table of functions, what stands out in a profile. Each kind
 * is one file with a const AsideKind; the engine asks it for whoever wants to know. The newest
 * wish wins: another one cancels what runs. A result is immutable once it can be seen.
 * Owner: the engine. Thread: all calls from one thread (main), except what a kind's functions
 * say. Lifetime: a result stays valid until two newer ones were taken, or aside_forget. */
#pragma once

#include "query/grown.h"
#include "query/lane.h"

/* What a run may read. The index is NULL while there is none and covers a part of the view. */
typedef struct AsideSource {
    const Profile *profile;
    ProfileView view;
    const Index *index;
    Grown grown;        /* for kinds with tree_of: made of the index, or of one before it */
    ProfileView view_b; /* … of the other profile, where the tree is joint */
} AsideSource;

/* run, state_new, state_free, free: on whichever thread; one at a time for one state. */
typedef struct AsideKind {
    size_t wish_bytes; /* a wish is a plain value, copied */
    bool needs_index;  /* it waits until there is one */
    bool follows;      /* it is asked again as samples arrive */
    bool arranged;     /* … and for a newer index or tree: it tells of what that has arranged */
    JobPriority priority;
    bool (*same)(const void *a, const void *b);
    /* The question whose tree this wish needs, and waits for; NULL, or of no function: none. */
    const Query *(*tree_of)(const void *wish);
    /* What is kept from run to run (masks, counts); NULL functions: nothing. */
    void *(*state_new)(void);
    void (*state_free)(void *state);
    /* `before`: the newest result, of the same wish, that was not finished; NULL: from the start.
     * NULL when cancelled. */
    void *(*run)(void *state, const AsideSource *source, const void *wish, const void *before,
                 const CancelToken *cancel);
    bool (*finished)(const void *result); /* NULL: always; else it runs again to go on */
    void (*free)(void *result);
} AsideKind;

typedef struct AsideResult {
    void *result;
    void *wish;
    uint32_t slot;
    uint64_t samples; /* of the view it was made of */
    uint64_t samples_b;
    uint64_t made_of; /* id of the tree, else of the index, else 0 */
    uint64_t number;  /* grows with each result */
} AsideResult;

typedef struct Aside {
    const AsideKind *kind;
    Jobs *jobs;
    Lane lane;
    CancelToken cancel;
    bool asked;
    uint32_t slot;
    void *wish, *running_wish, *state, *made;
    AsideSource source; /* of the run in flight; its index is held */
    uint32_t running_slot;
    int64_t started_ns;
    AsideResult newest, before; /* result NULL: none */
    uint64_t results;           /* so far */
    const void *went_on_from;   /* result that the run in flight reads */
} Aside;

void aside_init(Aside *a, const AsideKind *kind, Jobs *jobs);
void aside_free(Aside *a);
/* wish NULL: nobody wants to know any more; what runs is cancelled, the result goes. */
void aside_ask(Aside *a, uint32_t slot, const void *wish);
/* source: of the asked slot; profile NULL: it is empty. True when there is a newer result. */
bool aside_poll(Aside *a, const AsideSource *source, int64_t now_ns, bool loading);
/* Waits for what runs and drops everything about this slot. */
void aside_forget(Aside *a, uint32_t slot);
/* The newest result for the wish asked last, or NULL. */
const void *aside_result(const Aside *a);
/* The newest result, whatever it was asked for; *wish is what. For showing something meanwhile. */
const void *aside_latest(const Aside *a, const void **wish);
bool aside_busy(const Aside *a, const AsideSource *source);

/* TraceThreads: who the threads of a trace are: what its events say of them by pid and tid, which
 * may be numbers of any size, or texts. A thread is called by its own name, else what its id says,
 * else its process's name, or id, else its number. Those that the store's tid has no room for are
 * told apart by their names alone, so that the second of one name is "name (2)".
 * Owner: the parser, whose Rows must live as long. Thread: one. Failure: none. */
#pragma once

#include "ingest/id_map.h"
#include "ingest/rows.h"

typedef struct TraceThread {
    int64_t pid, tid;
    NameId name;          /* 0: unsaid */
    bool whole;           /* it stands for the process, whose name this is */
    NameId called, shown; /* its name when it was last asked for, and what it is told apart by */
    uint32_t alike;       /* how many are called as this one, the first of them, is */
} TraceThread;

typedef struct TraceThreads {
    Rows *rows;
    Column thread;    /* TraceThread */
    HashIndex number; /* + 1 */
    IdMap first;      /* (name, pid): the number of who is shown so, + 1 */
    uint32_t latest;  /* the one that was asked for last, UINT32_MAX none */
    TraceThread last; /* which it was, less its name */
} TraceThreads;

void trace_threads_init(TraceThreads *t, Rows *rows);
void trace_threads_free(TraceThreads *t);
uint32_t trace_threads_find(TraceThreads *t, int64_t pid, int64_t tid, bool whole);
void trace_threads_name(TraceThreads *t, uint32_t number, NameId name);
bool trace_threads_named(const TraceThreads *t, uint32_t number);
/* Its event is 0. */
Context trace_threads_context(TraceThreads *t, uint32_t number);
/* An id that is a text. */
int64_t trace_threads_id(NameId name);

/* The number of a thread; a new one where it was not met before. */
static inline uint32_t trace_threads_of(TraceThreads *t, int64_t pid, int64_t tid, bool whole) {
    if (t->last.pid == pid && t->last.tid == tid && t->last.whole == whole &&
        t->latest != UINT32_MAX)
        return t->latest;
    return trace_threads_find(t, pid, tid, whole);
}

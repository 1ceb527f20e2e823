/* Perf data space: threads, what they are called, and what lies where in their memory, as of
 * the record that was taken last; records are taken in the order of time. Threads of a process
 * share one space. A fork's copy costs nothing until one of the two changes. An answer for an
 * address stays right as long as the space's version is the same: it changes when something
 * that may have been asked for lies elsewhere now. Threads that ended are seen for a while on
 * their way out; the memory of the last thousand of them is remembered. Owner: a load. Thread:
 * one at a time. Memory: 80 bytes a thread ever seen, 32 to 64 a mapping, of which there is a
 * limit. Facts: what `perf script` does (tools/perf/util/machine.c, map.c), so that both agree. */
#pragma once

#include "base/sizes.h"
#include "ingest/perf_data_maps.h"
#include "ingest/perf_data_record.h"

enum {
    SPACES_ENDED = 1024,
    THREADS_RECENT = 64,
    SPACE_MAPPINGS_MOST = SIZED(1 << 20, 30), /* a process; */
    MAPPINGS_MOST = SIZED(1 << 24, 60),       /* and of all, as forks copy them */
};

typedef struct Space {
    uint32_t users;   /* threads */
    uint32_t version; /* never that of another space, but for copies that are still the same */
    bool shared;      /* the version is that of a copy, too */
    MappingList *list;
    uint64_t asked_low, asked_high; /* where addresses were asked for in vain; high excluded */
} Space;

typedef struct PerfThread {
    int32_t pid, tid;
    bool named, ended;
    NameId comm; /* of `names` in PerfSpaces */
    Space *space;
    /* -- for who makes stacks; all 0 when the name has changed */
    uint64_t epoch;
    StackId root;
    uint32_t seed, seed_version;
    EventId event;
    int32_t sample_pid; /* that of the samples may be another: an id that came again */
    ContextId context;  /* of the event and that pid */
} PerfThread;

typedef struct PerfSpaces {
    Column thread;                      /* PerfThread */
    IdMap by_tid;                       /* to its place in thread + 1 */
    PerfThread *recent[THREADS_RECENT]; /* by tid */
    Names names;
    Space *kernel;
    Dsos *dsos;
    uint32_t versions;
    uint64_t mappings;           /* of all lists */
    int32_t ended[SPACES_ENDED]; /* threads, as a ring */
    uint64_t ends;
} PerfSpaces;

void perf_spaces_init(PerfSpaces *s, Dsos *dsos);
void perf_spaces_free(PerfSpaces *s);
PerfThread *perf_thread(PerfSpaces *s, int32_t pid, int32_t tid);
void perf_spaces_comm(PerfSpaces *s, const PerfTask *task);
void perf_spaces_fork(PerfSpaces *s, const PerfTask *task, bool ran_already);
void perf_spaces_exit(PerfSpaces *s, const PerfTask *task);
/* False: there are too many mappings. */
bool perf_spaces_mmap(PerfSpaces *s, const PerfMmap *map, bool kernel);
bool perf_spaces_ksymbol(PerfSpaces *s, const PerfKsymbol *symbol);
/* NULL: nothing is known to lie there. */
const Mapping *perf_space_find(Space *space, uint64_t address);

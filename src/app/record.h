/* Record: `flamescope record`: whether perf can record here, and if not exactly what to change; its
 * argument vector; the file it writes, which the window follows while it grows.
 * Thread: main. Failure: false or NULL with words that say what to do.
 * Facts: perf_event_open(2), capabilities(7), the kernel's sysctl/kernel documentation
 * (perf_event_paranoid, kptr_restrict), perf-record(1). */
#pragma once

#include "base/process.h"

typedef struct RecordWish {
    uint32_t hertz; /* samples a second on each processor */
    bool all_cpus;
    const char *pid;     /* digits, or lists of them; NULL: none */
    const char *callers; /* how perf finds them, as --call-graph has it; NULL: frame pointers */
    const char *out;     /* NULL: perf-DATE-TIME.data in the current folder */
    const char *const *command; /* NULL, or ended by NULL */
    double seconds;             /* 0: until it is stopped */
    bool builds;                /* which build of a file was mapped is recorded, too */
} RecordWish;

enum { RECORD_PATH = 1024, RECORD_HERTZ = 99, RECORD_HERTZ_MOST = 50000 };

/* Words for standard error about what will be missing: kernel names, say. */
bool record_check(const RecordWish *wish, Buf *notes, Error *err);
/* The same from these numbers, as a test gives them. paranoid INT_MIN: this kernel has none. */
typedef struct RecordRights {
    int paranoid, kptr_restrict;
    bool may_all; /* root, or CAP_PERFMON or CAP_SYS_ADMIN */
} RecordRights;
bool record_allowed(const RecordWish *wish, const RecordRights *rights, Buf *notes, Error *err);
/* Whether perf, by what `perf version` says, and the kernel can record which build of a file is
 * mapped. Without that the libraries of a container would be taken for those of this system. */
bool record_knows_builds(Str perf_version, Str kernel_release);
/* Starts perf; *path is the file that it writes. Builds are recorded where they can be. */
Process *record_start(const RecordWish *wish, char path[RECORD_PATH], Error *err);
/* Whether perf ended of itself or because it was asked to, by its exit status and its last words,
 * and where the recording is, in words. */
bool record_ended_well(int status, Str said, const char *path, Buf *words);
/* What record_start runs, without the program's name: for a test. Ends with NULL; texts live in the
 * arena. */
const char *const *record_arguments(const RecordWish *wish, Arena *arena);

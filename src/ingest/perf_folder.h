/* Perf folder: what `perf record --threads` and `--kcore` write instead of a file: a folder with
 * the file "data", which has the header and some records, and, by threads, "data.0", "data.1" and
 * so on, which have nothing but records, a thread's each; the other has a copy of the kernel and of
 * the list of its symbols beside it. The folder is opened as a profile. Owner: who calls
 * perf_parts_open. Thread: one at a time. Failure: a part that cannot be opened is left out, and
 * *err says which. */
#pragma once

#include "ingest/perf_data_input.h"

/* The file in it that is to be opened; false: it is no such folder. */
bool perf_folder(const char *path, char *out, size_t cap);

/* The kernel's list beside it; false: there is none. */
bool perf_folder_list(const char *data, char *out, size_t cap);

/* Of that file and all beside it. */
int64_t perf_folder_bytes(const char *data);

typedef struct PerfPart {
    PerfInput input;
    Source *source;
} PerfPart;

typedef struct PerfParts {
    PerfPart *part;
    uint32_t n;
} PerfParts;

/* Those beside a folder's "data", in the same byte order; they count as parts of its source. */
void perf_parts_open(PerfParts *parts, const PerfInput *data, Error *err);
void perf_parts_free(PerfParts *parts);

/* One of the files that are read side by side. */
typedef struct PerfLane {
    PerfInput *input;
    uint64_t seen;    /* time of its newest record so far */
    bool ended, read; /* in this round */
} PerfLane;

/* "data" and those beside it, *n in all; the caller's, by mem_resize. */
PerfLane *perf_lanes_new(const PerfParts *parts, PerfInput *data, uint32_t *n);
/* The one that has got least far; NULL: all have ended. */
PerfLane *perf_lane_last(PerfLane *lane, uint32_t n);
/* … in this round, but for those that have ended. */
bool perf_lanes_are_read(const PerfLane *lane, uint32_t n);

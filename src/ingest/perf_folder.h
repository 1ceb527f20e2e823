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

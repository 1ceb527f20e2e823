/* Perf data header: what a perf.data file says about itself: events and their ids, their names,
 * build ids, the machine. In a file it stands before and behind the records; in a pipe it comes
 * as records of its own (perf_header_record).
 * Owner: a load. Thread: one at a time. Failure: false with *err, its offset and what was
 * expected there; what is missing behind the records of a file is missing, no more.
 * Facts: tools/perf/Documentation/perf.data-file-format.txt of the kernel's sources. */
#pragma once

#include "base/column.h"
#include "ingest/build_id.h"
#include "ingest/id_map.h"
#include "ingest/perf_data_attr.h"
#include "ingest/perf_data_input.h"

enum { /* records that perf writes itself */
       PERF_HEADER_ATTR = 64,
       PERF_TRACING_DATA = 66,
       PERF_BUILD_ID = 67,
       PERF_FINISHED_ROUND = 68,
       PERF_AUXTRACE = 71,
       PERF_EVENT_UPDATE = 78,
       PERF_HEADER_FEATURE = 80,
       PERF_COMPRESSED = 81, /* and PERF_COMPRESSED2 */
};

typedef struct PerfBuildId {
    Str file;
    bool kernel;
    BuildId id;
} PerfBuildId;

typedef struct PerfHeader {
    bool pipe, swapped, big;
    bool folder;  /* there are files with more records beside this one */
    bool goes_on; /* perf is still recording: what stands behind the records is not there yet */
    int64_t data_at;
    uint64_t data_bytes;   /* UINT64_MAX: to the end */
    Column attr;           /* PerfAttr */
    const PerfAttr *only;  /* the one event, while there is one */
    IdMap ids;             /* of an event's counter, to its place in attr + 1 */
    uint64_t id;           /* the one asked for last, */
    const PerfAttr *of_id; /* and what was answered */
    Column build_id;       /* PerfBuildId */
    Str host, release;     /* of the machine and its kernel */
    Str arch;              /* its kind, as uname tells it; empty: not said */
    Arena arena;
} PerfHeader;

void perf_header_init(PerfHeader *h);
void perf_header_free(PerfHeader *h);
/* Whether a file with these first bytes is one. */
bool perf_header_probe(Str head);
/* Reads what stands before the records, and behind them where that can be reached. */
bool perf_header_read(PerfHeader *h, PerfInput *in, Error *err);
/* Takes a record that belongs to the header; false: it is none, or damaged. */
bool perf_header_record(PerfHeader *h, const PerfRecord *r);
/* Bytes that follow a record and are none. */
uint64_t perf_header_tail(const PerfRecord *r, bool swapped);
/* The event of a sample or other record; NULL: it names one that is not known. */
const PerfAttr *perf_header_attr(PerfHeader *h, const PerfRecord *r);
/* That of an id; NULL: none. */
const PerfAttr *perf_header_by_id(PerfHeader *h, uint64_t id);

/* Perf data attr: what was recorded of one event: its settings as the kernel takes them
 * (perf_event_attr), how its samples are laid out, and its name as perf prints it.
 * Owner: the header that they were read from. Thread: read-only once made; any.
 * Failure: attr_read says false for fewer bytes than the oldest kernel's 64.
 * Facts: include/uapi/linux/perf_event.h, the comments on its structures. */
#pragma once

#include "ingest/perf_bytes.h"

enum { /* bits of sample_type */
       SAMPLE_IP = 1 << 0,
       SAMPLE_TID = 1 << 1,
       SAMPLE_TIME = 1 << 2,
       SAMPLE_ADDR = 1 << 3,
       SAMPLE_READ = 1 << 4,
       SAMPLE_CALLCHAIN = 1 << 5,
       SAMPLE_ID = 1 << 6,
       SAMPLE_CPU = 1 << 7,
       SAMPLE_PERIOD = 1 << 8,
       SAMPLE_STREAM_ID = 1 << 9,
       SAMPLE_RAW = 1 << 10,
       SAMPLE_BRANCH_STACK = 1 << 11,
       SAMPLE_REGS_USER = 1 << 12,
       SAMPLE_STACK_USER = 1 << 13,
       SAMPLE_IDENTIFIER = 1 << 16,
};

enum { /* bits of read_format */
       READ_TIME_ENABLED = 1,
       READ_TIME_RUNNING = 2,
       READ_ID = 4,
       READ_GROUP = 8,
       READ_LOST = 16,
};

enum {                              /* bits of branch_type */
       BRANCH_CALL_STACK = 1 << 11, /* calls that have not returned: --call-graph lbr */
       BRANCH_HW_INDEX = 1 << 17,
       BRANCH_COUNTERS = 1 << 19,
};

enum { PERF_TYPE_TRACEPOINT = 2, ATTR_BYTES_LEAST = 64 };

typedef struct PerfAttr {
    uint32_t type, bp_type;
    uint64_t config, bp_addr, period, sample_type, read_format;
    uint64_t branch_type, user_regs; /* which branches, and which registers, a bit each */
    bool sample_id_all, freq;
    bool inherit; /* threads that begin later have counters of their own, under the same id */
    bool exclude_user, exclude_kernel, exclude_hv, exclude_host, exclude_guest;
    uint32_t precise_ip;
    uint32_t index; /* among the file's */
    Str name;       /* empty until attr_name or the file gave one */
    /* -- where things are, in bytes from a record's start; 0: they are not */
    uint32_t id_at, ip_at, thread_at, time_at, cpu_at, period_at;
    uint32_t rest_at; /* of what has no fixed place in a sample */
    /* -- and in other records, from their end */
    uint32_t time_back, id_back;
    uint32_t id_bytes; /* of all that stands there */
} PerfAttr;

/* big: the file is of a big-endian machine, on which bit fields start from the other side. */
bool attr_read(PerfAttr *out, const uint8_t *bytes, size_t n, bool swapped, bool big);
/* What perf would call it, of the settings alone. */
Str attr_name(const PerfAttr *attr, Arena *arena);

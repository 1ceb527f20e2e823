/* Perf data record: what the kernel's records say, taken apart. Pure functions of a record's
 * bytes; texts and lists given back lie in them.
 * Thread: any. Failure: false, the record ends before what it should hold.
 * Facts: include/uapi/linux/perf_event.h, the comments on enum perf_event_type. */
#pragma once

#include "ingest/build_id.h"
#include "ingest/perf_data_attr.h"
#include "ingest/perf_data_input.h"

enum { /* records of the kernel */
       RECORD_MMAP = 1,
       RECORD_LOST = 2,
       RECORD_COMM = 3,
       RECORD_EXIT = 4,
       RECORD_FORK = 7,
       RECORD_SAMPLE = 9,
       RECORD_MMAP2 = 10,
       RECORD_LOST_SAMPLES = 13,
       RECORD_SWITCH = 14,
       RECORD_SWITCH_CPU_WIDE = 15,
       RECORD_KSYMBOL = 17,
       RECORD_CALLCHAIN_DEFERRED = 22,
       RECORD_OWN = 64, /* from here on they are perf's, not the kernel's */
};

enum { /* in misc */
       MISC_MODE = 7,
       MODE_KERNEL = 1,
       MODE_USER = 2,
       MODE_HYPERVISOR = 3,
       MODE_GUEST_KERNEL = 4,
       MODE_GUEST_USER = 5,
       MISC_MMAP_DATA = 1 << 13,
       MISC_COMM_EXEC = 1 << 13,
       MISC_FORK_EXEC = 1 << 13, /* perf made it of a process that ran already */
       MISC_SWITCH_OUT = 1 << 13,
       MISC_MMAP_BUILD_ID = 1 << 14,
       MISC_LOST_BY_FILTER = 1 << 15, /* perf record --filter left the samples out, as wished */
};

/* Entries of a callchain from here on are no addresses but say where those behind them lie. */
#define CHAIN_MARKS ((uint64_t)-4095)
#define CHAIN_HYPERVISOR ((uint64_t)-32)
#define CHAIN_KERNEL ((uint64_t)-128)
#define CHAIN_USER ((uint64_t)-512)
#define CHAIN_USER_DEFERRED ((uint64_t)-640)
#define CHAIN_GUEST ((uint64_t)-2048)
#define CHAIN_GUEST_KERNEL ((uint64_t)-2176)
#define CHAIN_GUEST_USER ((uint64_t)-2560)

enum { /* what a sample's chain has of the user's part */
       LACKS_NOTHING,
       LACKS_MEMORY,    /* it is raw memory */
       LACKS_CALLERS,   /* … of which not enough was recorded */
       LACKS_FOLLOWING, /* it was to follow, and did not in time */
};

typedef struct PerfSample {
    int32_t pid, tid;  /* -1: not recorded */
    uint64_t ip, time; /* time UINT64_MAX: not recorded */
    uint64_t period;
    uint32_t cpu; /* UINT32_MAX: not recorded */
    bool has_chain;
    const uint8_t *chain; /* as recorded, 8 bytes each */
    uint64_t chain_n;
    const uint8_t *read; /* counters, up to read_end; NULL: none */
    const uint8_t *read_end;
    const uint8_t *calls; /* that the processor remembered, 24 bytes each, the newest first */
    uint64_t calls_n;
    Str raw;            /* of a tracepoint */
    bool memory_wanted; /* raw memory was to be recorded instead of the user's stack */
    bool places;        /* the user's part has places of calls, not where they return to */
    uint8_t lacks;      /* LACKS_… */
    /* -- only where memory_wanted */
    Str memory;          /* from where the stack ended when it was copied */
    const uint8_t *regs; /* the thread's registers in the user's part, 8 bytes each; NULL: none */
    uint64_t lacks_at;   /* the address whose caller is not known */
    uint64_t regs_abi;   /* of how many bits its code is: REGS_64, or 1 for 32 */
} PerfSample;

enum { REGS_64 = 2 };

/* A record of the kernel that says something about samples, or is one. */
bool perf_record_is_used(uint32_t type);

bool perf_sample_read(const PerfRecord *r, const PerfAttr *attr, bool swapped, PerfSample *out);

/* The time of any record, or UINT64_MAX. attr: perf_header_attr of it, may be NULL. */
uint64_t perf_record_time(const PerfRecord *r, const PerfAttr *attr, bool swapped);
/* The thread that any record but a sample is about by what follows it, or -1. */
int32_t perf_record_thread(const PerfRecord *r, const PerfAttr *attr, bool swapped);

typedef struct PerfMmap {
    int32_t pid, tid;
    uint64_t start, length, offset;
    bool executable;
    bool huge; /* on large pages, of a file that is none (MAP_HUGETLB) */
    BuildId build_id;
    Str file;
} PerfMmap;

typedef struct PerfTask { /* COMM, FORK, EXIT */
    int32_t pid, parent_pid, tid, parent_tid;
    Str comm;
} PerfTask;

typedef struct PerfKsymbol {
    uint64_t start;
    uint32_t length;
    bool gone;
    Str name;
} PerfKsymbol;

bool perf_mmap_read(const PerfRecord *r, const PerfAttr *attr, bool swapped, PerfMmap *out);
bool perf_task_read(const PerfRecord *r, bool swapped, PerfTask *out);
bool perf_ksymbol_read(const PerfRecord *r, bool swapped, PerfKsymbol *out);
/* How many samples a LOST or LOST_SAMPLES record says were lost; those left out on purpose are
 * not. */
bool perf_lost_read(const PerfRecord *r, bool swapped, uint64_t *out);

/* A counter of a sample's READ part and its value. */
typedef struct PerfCount {
    uint64_t value, id;
} PerfCount;

/* How many there are, and the i-th. */
uint64_t perf_counts(const PerfSample *s, const PerfAttr *attr, bool swapped);
PerfCount perf_count_at(const PerfSample *s, const PerfAttr *attr, bool swapped, uint64_t i);

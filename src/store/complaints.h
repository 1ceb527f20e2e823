/* Complaints: what could not be read or was cut, counted by kind, the first five of each with
 * byte offset (in the decompressed input) and excerpt. A plain value; copy it freely.
 * Thread: a value belongs to one thread. Merging in chunk order keeps "first" true. */
#pragma once

#include "base/str.h"

enum { COMPLAINT_EXAMPLES = 5, COMPLAINT_EXCERPT = 120 };

typedef enum ComplaintKind {
    COMPLAINT_HEADER,      /* a line that starts no sample and belongs to none */
    COMPLAINT_FRAME,       /* a frame line that cannot be read */
    COMPLAINT_TIME,        /* a sample without a time among samples with one */
    COMPLAINT_COUNT,       /* a count that is no number */
    COMPLAINT_TOO_LONG,    /* a line or record over the format's limit */
    COMPLAINT_TOO_DEEP,    /* a stack over STACKS_MAX_DEPTH, cut at its root end */
    COMPLAINT_TRUNCATED,   /* the input ends in the middle */
    COMPLAINT_DAMAGED,     /* decompression or checksum failed; the rest is lost */
    COMPLAINT_LOST,        /* the recorder itself says that it lost samples */
    COMPLAINT_RECORD,      /* a binary record that does not hold what it should */
    COMPLAINT_NOT_UNWOUND, /* a user stack recorded as raw memory, which is not understood */
    COMPLAINT_STACK_CUT,   /* … of which not enough was recorded to find all callers */
    COMPLAINT_DEFERRED,    /* a sample whose user stack was to follow, and did not in time */
    COMPLAINT_SYMBOLS,     /* names of code that are there but cannot be trusted or read */
    COMPLAINT_NOT_DECODED, /* a processor's trace, which only its decoder can read */
    COMPLAINT_LIMIT,       /* a good record that there was no room for, or no time to wait for */
    COMPLAINT_EMPTY,       /* a call that lasts no time, so that no sample is of it */
    COMPLAINT_KINDS,
} ComplaintKind;

typedef struct ComplaintExample {
    int64_t offset;                  /* byte offset, -1 unknown */
    char excerpt[COMPLAINT_EXCERPT]; /* zero-terminated, control bytes as spaces */
} ComplaintExample;

typedef struct Complaint {
    uint64_t count;
    uint32_t examples;
    ComplaintExample example[COMPLAINT_EXAMPLES];
} Complaint;

typedef struct Complaints {
    Complaint of[COMPLAINT_KINDS];
} Complaints;

/* count: how many at once; of 0 nothing is said. */
void complain(Complaints *c, ComplaintKind kind, uint64_t count, int64_t offset, Str excerpt);
/* Its two halves, for those who read them from where they were kept. */
void complaint_count(Complaints *c, ComplaintKind kind, uint64_t more);
void complaint_example(Complaints *c, ComplaintKind kind, int64_t offset, Str excerpt);
void complaints_merge(Complaints *into, const Complaints *later);
uint64_t complaints_total(const Complaints *c);
/* … without COMPLAINT_EMPTY: nothing is wrong with a trace whose times are rounded. */
uint64_t complaints_amiss(const Complaints *c);
const char *complaint_name(ComplaintKind kind); /* "header", "frame", … as in info --json */
const char *complaint_text(ComplaintKind kind); /* "lines that belong to no sample" */
/* False: one of them is said without a number ("the input ends in the middle"). */
bool complaint_is_counted(ComplaintKind kind);

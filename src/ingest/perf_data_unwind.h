/* Perf data unwind: the callers of a sample whose user stack was recorded as raw memory and
 * registers (perf record --call-graph dwarf). From the address at hand on, the rules of the program
 * that it lies in lead to its caller (call_frame.h); where there are none, as in code made at run
 * time, the frame pointer does, if what it leads to is code. Rules are remembered by address.
 * Recordings of x86-64 only. Owner: a load. Thread: one at a time. Memory: 200 kB, and the rules.
 * Facts: the registers' numbers are those of arch/x86/include/uapi/asm/perf_regs.h. */
#pragma once

#include "base/sizes.h"
#include "ingest/perf_data_chain.h"
#include "ingest/perf_data_space.h"

enum {
    UNWIND_LOG2 = CACHE_LOG2(13),
    UNWIND_MOST = 4096, /* frames; as many as the largest piece of memory can hold */
};

typedef struct UnwindSlot {
    uint64_t at;          /* in the dso */
    const CallRule *rule; /* NULL: there is none */
    DsoId dso;            /* 0: empty */
} UnwindSlot;

typedef struct PerfUnwinder {
    PerfSpaces *spaces;
    UnwindSlot *slot; /* NULL until it is needed */
    uint64_t frame[UNWIND_MOST];
    uint32_t n;
} PerfUnwinder;

void perf_unwinder_init(PerfUnwinder *u, PerfSpaces *spaces);
void perf_unwinder_free(PerfUnwinder *u);
/* Puts the user's part into the sample's chain, which lies in the room then. What it lacks still is
 * told by `lacks`, and lacks_at is the address whose caller is not known. */
void perf_unwind(PerfUnwinder *u, PerfSample *s, const PerfAttr *attr, Buf *room);

/* Call frames: how to get from a function to its caller, by the call frame information that
 * compilers leave in a program (.eh_frame, .debug_frame). What it says at an address becomes a
 * rule; applied to the registers there and a piece of the thread's memory, a rule gives those of
 * the caller. libdw reads it; without that there is none. Of x86-64 only. It trusts the programs of
 * this machine: what libdw does with sections that were made to harm it is not guarded here.
 * Owner: CallFrames owns its files and rules. Thread: one at a time. Memory: the section (of
 * .debug_frame all that is for debuggers), and 300 bytes for each rule that differs from all others
 * that were asked for.
 * Facts: DWARF 5, 6.4; the registers' numbers: System V ABI, AMD64 supplement, 3.6.2. */
#pragma once

#include "ingest/symbols.h"

enum { CALL_BX = 3, CALL_BP = 6, CALL_SP = 7, CALL_PC = 16, CALL_REGISTERS };

/* Registers in a function. */
typedef struct CallState {
    uint64_t reg[CALL_REGISTERS];
    uint32_t known; /* a bit each */
} CallState;

/* What was recorded of the thread's memory. */
typedef struct CallMemory {
    const uint8_t *bytes;
    uint64_t n, at; /* its first byte's address */
} CallMemory;

typedef enum CallEnd {
    CALL_GOES_ON,
    CALL_OUTERMOST, /* nobody called it */
    CALL_NO_MEMORY, /* who did lies in memory that was not recorded */
    CALL_UNKNOWN,   /* nothing tells, or what does makes no sense */
} CallEnd;

typedef struct CallFrames CallFrames;
typedef struct CallRule CallRule;

/* Of a program as it was mapped, and its debug file, maybe the same; both are its own from now
 * on. NULL: there is nothing in them. */
CallFrames *call_frames_new(SymbolFile *mapped, SymbolFile *debug);
void call_frames_free(CallFrames *f); /* NULL is fine */
/* The rule at a place in the mapped file; NULL: none. It lives as long as `f`. */
const CallRule *call_frames_find(CallFrames *f, uint64_t at);
/* It is not called: the kernel lets it run when a signal's handler returns, and what it returns
 * to did not call. */
bool call_rule_is_of_signal(const CallRule *rule);
/* The caller's registers take the place of the function's, unless it ends here. */
CallEnd call_rule_apply(const CallRule *rule, const CallMemory *m, CallState *state);
/* 8 bytes of a thread's memory; false: they were not recorded. */
bool call_memory_read(const CallMemory *m, uint64_t address, uint64_t *out);

/* Inlined: which functions the compiler put into which, and where, by a program's debugging
 * information (DWARF). What it says of a unit (a source file, as a rule) is read when an address in
 * it is first asked for. libdw reads it; without that there is none.
 * Owner: the creator. Thread: one at a time. Memory: 16 bytes for each inlined call of the units
 * that were asked for, 48 for each piece of code of one; and all debugging information of the
 * program. Failure: 0, nothing was inlined there, or nothing tells, as of what -gsplit-dwarf puts
 * elsewhere. Facts: DWARF 5, 3.3.8. */
#pragma once

#include "ingest/symbols.h"

typedef struct InlinedFunctions InlinedFunctions;

enum { INLINED_DEPTH_MOST = 128 }; /* calls within each other at one address */

/* Of the program that was mapped, by the file with its debugging information, maybe the same; both
 * are its own from now on. NULL: there is none in it. */
InlinedFunctions *inlined_new(SymbolFile *mapped, SymbolFile *debug);
void inlined_free(InlinedFunctions *f); /* NULL is fine */
/* The innermost inlined call at a place in the mapped file. */
uint32_t inlined_find(InlinedFunctions *f, uint64_t offset);
/* The call that it was inlined into; 0: the function that the linker knows. */
uint32_t inlined_into(const InlinedFunctions *f, uint32_t call);
/* The function that was inlined, as in the file: maybe mangled; zero-terminated. */
const char *inlined_name(InlinedFunctions *f, uint32_t call);

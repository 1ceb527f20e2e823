/* Perf data find: where the symbols of a dso are looked up: in the file that was mapped, its
 * separate debug file, perf's build-id cache, the kernel's list, a kernel with symbols (vmlinux) at
 * its usual places, the list of a runtime compiler. A build id that differs from the recorded one
 * is another program, whose symbols are not taken; nor are those of whatever has the same name
 * here, when the recording is of another machine (host and kernel differ) and says no build id.
 * Owner: the dsos. Thread: one at a time. Failure: false, and a complaint where something is there
 * that is not used. */
#pragma once

#include "ingest/perf_data_dso.h"

/* Fills the dso's table, which is empty; false: what it holds then is not to be used. */
bool dso_find_symbols(Dsos *d, Dso *dso);
/* Where its functions are, names or not; the caller's. */
void dso_find_functions(Dsos *d, const Dso *dso, FunctionPlaces *out);
/* What was inlined in it, by its debugging information; the caller's. NULL: nothing tells. */
InlinedFunctions *dso_find_inlined(Dsos *d, const Dso *dso);
/* What tells callers in it; the caller's. NULL: nothing does. */
CallFrames *dso_find_calls(Dsos *d, const Dso *dso);
/* Code of the kernel is met, and the recording does not say where that lay. */
void dso_say_no_kernel(Dsos *d);
/* Code of a module is met, and the kernel's list is of another run, or a vmlinux. */
void dso_say_no_modules(Dsos *d);

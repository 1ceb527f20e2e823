/* Collapse: what FlameGraph's stackcollapse-perf.pl prints for the same `perf script` text,
 * byte for byte, so that it can be replaced where it stands in people's pipelines. It reads the
 * text by that script's rules, not by ours: only the first event counts, periods are weights, a
 * last sample without a blank line behind it is lost, arguments are cut off, and so on. Thread:
 * any, one call at a time for one *out. Owner of *out and *notes: the caller. Failure: false
 * with *err filled when the input cannot be read at all, is known to be something else, or has no
 * line that begins a sample. Other lines that are no `perf script` are left out, as the script
 * does. */
#pragma once

#include "base/buf.h"
#include "base/error.h"

typedef struct CollapseOptions {
    bool pid, tid;     /* process names with -PID, or with -PID/TID */
    bool kernel, jit;  /* annotate frames with _[k], _[j] */
    bool addrs;        /* addresses where there is no symbol */
    const char *event; /* only this event; NULL: the first one met */
} CollapseOptions;

/* out: sorted lines "process;frame;frame count". notes: a line for each of the script's habits
 * that changed the result, for stderr; empty when none did. path "-" is standard input. */
bool collapse_run(const char *path, const CollapseOptions *options, Buf *out, Buf *notes,
                  Error *err);

/* export_profile: the samples of a selection in other tools' formats, at the stacks that the
 * query's transforms leave them.
 *   speedscope  its published JSON: a sampled profile, frames shared, samples in time order
 *               (equal neighbours as one with the sum of their weights), or by stack where there
 *               are no times; the baseline is a second profile in the same file
 *   pprof       the public profile.proto, to be gzipped: a sample for each distinct (stack,
 *               context) with pid, tid and comm as labels; samples, and weights where there are.
 *               The baseline's samples are negative and have the label pprof::base=true: what
 *               `pprof -diff_base` makes of two files, so that pprof shows the difference, as
 *               shares of the baseline, and a reader may take the two apart again
 * Stacks are root first whatever the direction of the query's tree: these tools turn them over
 * themselves. An elided query is one profile, of what the baseline has beyond the selection.
 * Pure; output goes into the caller's Buf; any thread that may read the profiles. Failure: a
 * filter that does not compile. */
#pragma once

#include "picture/export_sides.h"

typedef struct ProfileExport {
    const ExportSides *sides;
    Str name, name_b; /* of the selection and the baseline, for people */
} ProfileExport;

bool export_speedscope(const ProfileExport *what, Buf *out, Error *err);
bool export_pprof(const ProfileExport *what, Buf *out, Error *err);

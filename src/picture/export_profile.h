/* export_profile: the samples of a selection in other tools' formats.
 *   speedscope  its published JSON: one sampled profile, frames shared, samples in time order
 *               (equal neighbours as one with the sum of their weights), or by stack where there
 *               are no times
 *   pprof       the public profile.proto, to be gzipped: a sample for each distinct (stack,
 *               context) with pid, tid and comm as labels; samples, and weights where there are
 * Pure; output goes into the caller's Buf; any thread that may read the profile. Failure: a
 * filter that does not compile. */
#pragma once

#include "query/slice.h"

typedef struct ProfileExport {
    const Profile *profile;
    const ProfileView *view;
    const Query *query;
    Str name; /* of the profile, for people */
} ProfileExport;

bool export_speedscope(const ProfileExport *what, Buf *out, Error *err);
bool export_pprof(const ProfileExport *what, Buf *out, Error *err);

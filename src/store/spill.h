/* Spill: keeps the samples of a profile that is only packed, not looked at, in nameless files
 * beside the output. What was written there stays readable in memory as a mapping, whose pages
 * the system takes back at will, so that a pipe of any length loads in bounded memory.
 * Owner: the Profile. Thread: the absorber, except spill_trouble (any).
 * Failure: noted; the samples then stay in memory. */
#pragma once

#include "base/error.h"
#include "store/profile.h"

/* Before the load begins. `path`: where the output will be. */
bool spill_start(Profile *profile, const char *path, Error *err);
void spill_free(Spill *spill);
/* Writes out what has come together; called by profile_absorb. */
void spill_more(Profile *profile);
/* False with *err once something could not be written. */
bool spill_trouble(const Profile *profile, Error *err);
/* Forgets the pages of what was written; they come back when read. */
void spill_let_go(const Profile *profile);

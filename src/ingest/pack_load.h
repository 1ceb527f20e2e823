/* PackLoad: a pack (store/pack.h) as the input of a load. Over a fresh dictionary the profile
 * becomes the pack's, without a copy; over one that has names already, its rows are absorbed
 * like any other's. Owner: the Loader. Thread: open on main, step on the loader's. */
#pragma once

#include "store/pack.h"

typedef struct PackLoad PackLoad;

/* True when that is an ordinary file that begins as a pack does. */
bool pack_load_wanted(const char *path);
PackLoad *pack_load_open(const char *path, Profile *profile, bool dict_in_use, Error *err);
/* One block of samples more, not yet published. False at the end, or with *err set. */
bool pack_load_step(PackLoad *load, Error *err);
const PackFacts *pack_load_facts(const PackLoad *load);
uint64_t pack_load_rows(const PackLoad *load); /* so far */
void pack_load_free(PackLoad *load);

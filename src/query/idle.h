/* Which samples are idle. IDLE_HIDE: tid 0 or a process named swapper*, and the LEAF frame is an
 * idle routine. IDLE_FLAMESCOPE: FlameScope's expression over the whole stack text, for parity
 * (it also drops interrupt work that hit an idle cpu).
 * Thread: pure functions over published ids. */
#pragma once

#include "query/query.h"
#include "store/profile.h"

bool idle_pair(const Profile *profile, PairId pair, IdleMode mode);
bool idle_routine(Str symbol);

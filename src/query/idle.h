/* Which samples are idle. IDLE_HIDE: tid 0 or a process named swapper*, and the LEAF frame is an
 * idle routine. IDLE_FLAMESCOPE: FlameScope's expression over the whole stack text, for parity
 * (it also drops interrupt work that hit an idle cpu).
 * Thread: pure functions over published ids. */
#pragma once

#include "query/query.h"
#include "store/profile.h"

bool idle_pair(const Profile *profile, PairId pair, IdleMode mode);
bool idle_routine(Str symbol);
/* The parts of both rules, for callers that look at each frame and context once only. */
bool idle_task(Str comm, int32_t tid);
bool idle_flamescope_swapper(Str text);
bool idle_flamescope_word(Str text);

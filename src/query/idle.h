/* Which samples are idle. IDLE_HIDE: tid 0 or a process named swapper*, and the LEAF frame is an
 * idle routine; or the leaf is V8's own mark for a thread with nothing to do, "(idle)".
 * IDLE_FLAMESCOPE: FlameScope's expression over the whole stack text, for parity (it also drops
 * interrupt work that hit an idle cpu).
 * Thread: pure functions over published ids. */
#pragma once

#include "query/query.h"
#include "store/profile.h"

typedef enum IdleLeaf {
    IDLE_LEAF_NOT,
    IDLE_LEAF_OF_TASK, /* an idle routine: in an idle task the sample is idle */
    IDLE_LEAF_ALONE,   /* it is, whatever the task */
} IdleLeaf;

bool idle_pair(const Profile *profile, PairId pair, IdleMode mode);
/* The parts of both rules, for callers that look at each frame and context once only. */
IdleLeaf idle_leaf(Str symbol);
bool idle_task(Str comm, int32_t tid);
bool idle_flamescope_swapper(Str text);
bool idle_flamescope_word(Str text);

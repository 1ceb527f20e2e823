/* Retired: trees and indexes that nobody on main needs any more, let go of by a job, for giving
 * back some hundred megabytes takes longer than a frame.
 * Owner: the engine. Thread: main, but for the job's own part. */
#pragma once

#include "query/grown.h"
#include "query/lane.h"

enum { RETIRED = 8 };

typedef struct Retired {
    Lane lane;
    Grown freeing; /* -- the job's, while it runs */
    Grown waiting[RETIRED];
    uint32_t count;
} Retired;

/* Takes over the caller's hold on all in it. Where too many wait, some are dropped at once. */
void retired_add(Retired *retired, Grown what);
void retired_poll(Retired *retired, Jobs *jobs);
/* Waits for the job and drops all the rest. */
void retired_finish(Retired *retired, Jobs *jobs);

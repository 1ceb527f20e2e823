/* Lane: one job in flight, its end noticed by polling. What asks in the background (engine.c,
 * aside.c) has a lane for each question it may have running: the job's last acts are a flag and
 * wake(); lane_take reads the flag and says once that it ended.
 * Owner: the asker. Thread: lane_finish by the job, everything else from one thread (main),
 * which never waits but in lane_wait. */
#pragma once

#include "base/jobs.h"

typedef struct Lane {
    JobTicket ticket[2]; /* a ticket ends a little after the flag: two, in turn */
    uint32_t turn;
    bool running; /* -- main only */
    atomic_bool finished;
} Lane;

void lane_start(Lane *lane, Jobs *jobs, JobPriority priority,
                void (*run)(void *arg, uint32_t worker), void *arg);
void lane_finish(Lane *lane);
/* True once for each job, when it has ended. */
bool lane_take(Lane *lane);
void lane_wait(Lane *lane, Jobs *jobs);

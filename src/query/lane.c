#include "query/lane.h"

#include "base/wake.h"

void lane_start(Lane *lane, Jobs *jobs, JobPriority priority,
                void (*run)(void *arg, uint32_t worker), void *arg) {
    JobTicket *ticket = &lane->ticket[lane->turn ^= 1];
    jobs_wait(jobs, ticket); /* of the job before the one that just finished: long done */
    atomic_store_explicit(&lane->finished, false, memory_order_relaxed);
    lane->running = true;
    jobs_submit(jobs, priority, run, arg, ticket);
}

void lane_finish(Lane *lane) {
    atomic_store_explicit(&lane->finished, true, memory_order_release);
    wake();
}

bool lane_take(Lane *lane) {
    if (!lane->running || !atomic_load_explicit(&lane->finished, memory_order_acquire))
        return false;
    lane->running = false;
    return true;
}

void lane_wait(Lane *lane, Jobs *jobs) {
    for (int i = 0; i < 2; i++)
        jobs_wait(jobs, &lane->ticket[i]);
}

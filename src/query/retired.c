#include "query/retired.h"

static void run_free(void *arg, uint32_t worker) {
    Retired *r = arg;
    (void)worker;
    grown_drop(&r->freeing);
    lane_finish(&r->lane);
}

void retired_add(Retired *r, Grown what) {
    if (!what.tree && !what.index[0])
        return;
    if (r->count == RETIRED)
        grown_drop(&r->waiting[--r->count]);
    r->waiting[r->count++] = what;
}

void retired_poll(Retired *r, Jobs *jobs) {
    lane_take(&r->lane);
    if (r->lane.running || !r->count)
        return;
    r->freeing = r->waiting[--r->count];
    lane_start(&r->lane, jobs, JOB_BACKGROUND, run_free, r);
}

void retired_finish(Retired *r, Jobs *jobs) {
    lane_wait(&r->lane, jobs);
    lane_take(&r->lane);
    while (r->count)
        grown_drop(&r->waiting[--r->count]);
}

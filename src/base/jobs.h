/* Jobs: a pool of worker threads with priorities, or none at all.
 * With 0 workers nothing runs by itself: jobs_run_one and jobs_wait run jobs on the caller, in
 * submission order within a priority, so that a replay is deterministic.
 * Owner: the creator; jobs and tickets must outlive their run. Thread: submit, wait and cancel
 * from any thread. Higher priorities are always taken first; a running job is never interrupted,
 * it polls its own CancelToken. A job may submit jobs but not wait for one (it would hold the
 * worker that the other needs): jobs_wait on a worker aborts unless that job is done. */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct Jobs Jobs;

typedef enum JobPriority { JOB_QUERY, JOB_PARSE, JOB_BACKGROUND, JOB_PRIORITIES } JobPriority;

/* Zero-initialise; one ticket for one submitted job at a time. */
typedef struct JobTicket {
    atomic_int state; /* 0 unused or done, 1 queued, 2 running */
} JobTicket;

typedef struct CancelToken {
    atomic_bool cancelled;
} CancelToken;

Jobs *jobs_new(uint32_t workers);
/* Finishes what runs, runs what is queued, ends the threads. */
void jobs_free(Jobs *jobs);
uint32_t jobs_workers(const Jobs *jobs);
/* At most so many jobs of this priority run at once; 0 lifts the limit. The workers beyond stay
 * free for the others. */
void jobs_limit(Jobs *jobs, JobPriority priority, uint32_t most);
/* `worker` is 0 … workers-1 (0 inline): an index for worker-owned state. ticket may be NULL. */
void jobs_submit(Jobs *jobs, JobPriority priority, void (*run)(void *arg, uint32_t worker),
                 void *arg, JobTicket *ticket);
bool jobs_done(const JobTicket *ticket);
/* Blocks until done; inline, runs jobs until it is. */
void jobs_wait(Jobs *jobs, JobTicket *ticket);
/* Inline mode: runs the next job, if any. With workers: false, nothing done. */
bool jobs_run_one(Jobs *jobs);

static inline void cancel(CancelToken *token) {
    atomic_store_explicit(&token->cancelled, true, memory_order_relaxed);
}

static inline bool cancelled(const CancelToken *token) {
    return token && atomic_load_explicit(&token->cancelled, memory_order_relaxed);
}

/* For another use of it; nothing may still look at it. */
static inline void cancel_reset(CancelToken *token) {
    atomic_store_explicit(&token->cancelled, false, memory_order_relaxed);
}

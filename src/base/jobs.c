/* One mutex guards the queues and the counters; a ticket's state is atomic so that jobs_done
 * needs no lock. A worker sleeps on `work`, a waiter on `done`.
 * A finished ticket is set to 0 while the mutex is held and never touched again, so its owner
 * may free it as soon as jobs_done says so. */
#include "base/jobs.h"

#include <stdio.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/thread.h"

enum { TICKET_DONE, TICKET_QUEUED, TICKET_RUNNING };

typedef struct Job {
    void (*run)(void *arg, uint32_t worker);
    void *arg;
    JobTicket *ticket;
    JobPriority priority;
} Job;

typedef struct JobQueue {
    Job *ring;
    uint32_t cap, first, count; /* cap is 0 or a power of two */
} JobQueue;

typedef struct Worker {
    Jobs *jobs;
    Thread *thread;
    uint32_t index;
} Worker;

struct Jobs {
    Mutex *mutex;
    Cond *work, *done;
    Worker *worker;
    uint32_t workers;
    /* -- protected by mutex */
    JobQueue queue[JOB_PRIORITIES];
    uint32_t running[JOB_PRIORITIES];
    uint32_t most[JOB_PRIORITIES]; /* at once; 0: as many as there are workers */
    uint32_t idle, waiting;        /* workers asleep on work, callers asleep on done */
    bool stopping;
};

static _Thread_local const Jobs *worker_of; /* the pool whose worker this thread is */

static void queue_push(JobQueue *q, Job job) {
    if (q->count == q->cap) {
        uint32_t cap = q->cap ? q->cap * 2 : 16;
        Job *ring = mem_resize(NULL, 0, cap * sizeof *ring);
        for (uint32_t i = 0; i < q->count; i++)
            ring[i] = q->ring[(q->first + i) & (q->cap - 1)];
        mem_resize(q->ring, q->cap * sizeof *ring, 0);
        *q = (JobQueue){ring, cap, 0, q->count};
    }
    q->ring[(q->first + q->count++) & (q->cap - 1)] = job;
}

static bool take(Jobs *jobs, Job *job) {
    for (int p = 0; p < JOB_PRIORITIES; p++) {
        JobQueue *q = &jobs->queue[p];
        bool full = jobs->most[p] && jobs->running[p] >= jobs->most[p];
        if (q->count == 0 || full)
            continue;
        *job = q->ring[q->first];
        job->priority = (JobPriority)p;
        jobs->running[p]++;
        q->first = (q->first + 1) & (q->cap - 1);
        q->count--;
        if (job->ticket)
            atomic_store_explicit(&job->ticket->state, TICKET_RUNNING, memory_order_relaxed);
        return true;
    }
    return false;
}

static bool any_before(const Jobs *jobs, JobPriority priority) {
    uint32_t count = 0;
    for (uint32_t p = 0; p < (uint32_t)priority; p++)
        count += jobs->queue[p].count;
    return count != 0;
}

/* Called and left with the mutex held; not held while the job runs. */
static void run_job(Jobs *jobs, const Job *job, uint32_t worker) {
    mutex_unlock(jobs->mutex);
    job->run(job->arg, worker);
    mutex_lock(jobs->mutex);
    jobs->running[job->priority]--;
    if (jobs->most[job->priority] && jobs->queue[job->priority].count && jobs->idle &&
        any_before(jobs, job->priority))
        cond_broadcast(jobs->work); /* this worker takes something else next */
    if (job->ticket)
        atomic_store_explicit(&job->ticket->state, TICKET_DONE, memory_order_release);
    if (jobs->waiting)
        cond_broadcast(jobs->done);
}

static void worker_main(void *arg) {
    const Worker *worker = arg;
    Jobs *jobs = worker->jobs;
    worker_of = jobs;
    mutex_lock(jobs->mutex);
    for (;;) {
        Job job;
        if (take(jobs, &job)) {
            run_job(jobs, &job, worker->index);
        } else if (jobs->stopping) {
            break;
        } else {
            jobs->idle++;
            cond_wait(jobs->work, jobs->mutex);
            jobs->idle--;
        }
    }
    mutex_unlock(jobs->mutex);
}

Jobs *jobs_new(uint32_t workers) {
    Jobs *jobs = mem_resize(NULL, 0, sizeof *jobs);
    jobs->mutex = mutex_new();
    jobs->work = cond_new();
    jobs->done = cond_new();
    jobs->workers = workers;
    jobs->worker = workers ? mem_resize(NULL, 0, workers * sizeof(Worker)) : NULL;
    for (uint32_t i = 0; i < workers; i++) {
        char name[24];
        snprintf(name, sizeof name, "worker %u", i);
        jobs->worker[i].jobs = jobs;
        jobs->worker[i].index = i;
        jobs->worker[i].thread = thread_start(name, worker_main, &jobs->worker[i]);
    }
    return jobs;
}

void jobs_free(Jobs *jobs) {
    if (!jobs)
        return;
    while (jobs_run_one(jobs))
        ;
    mutex_lock(jobs->mutex);
    jobs->stopping = true;
    cond_broadcast(jobs->work);
    mutex_unlock(jobs->mutex);
    for (uint32_t i = 0; i < jobs->workers; i++)
        thread_join(jobs->worker[i].thread);
    for (int p = 0; p < JOB_PRIORITIES; p++)
        mem_resize(jobs->queue[p].ring, jobs->queue[p].cap * sizeof(Job), 0);
    mem_resize(jobs->worker, jobs->workers * sizeof(Worker), 0);
    cond_free(jobs->work);
    cond_free(jobs->done);
    mutex_free(jobs->mutex);
    mem_resize(jobs, sizeof *jobs, 0);
}

void jobs_limit(Jobs *jobs, JobPriority priority, uint32_t most) {
    mutex_lock(jobs->mutex);
    jobs->most[priority] = most;
    cond_broadcast(jobs->work);
    mutex_unlock(jobs->mutex);
}

uint32_t jobs_workers(const Jobs *jobs) {
    return jobs->workers;
}

void jobs_submit(Jobs *jobs, JobPriority priority, void (*run)(void *arg, uint32_t worker),
                 void *arg, JobTicket *ticket) {
    if (ticket && !jobs_done(ticket))
        panic("jobs_submit: the ticket's last job is not done");
    mutex_lock(jobs->mutex);
    if (ticket)
        atomic_store_explicit(&ticket->state, TICKET_QUEUED, memory_order_relaxed);
    queue_push(&jobs->queue[priority], (Job){run, arg, ticket, priority});
    /* beyond the limit nobody could take it: who finishes one will (waking one for nothing with
     * each job cost 8 % of the processor time of a load on two threads) */
    if (jobs->idle && (!jobs->most[priority] || jobs->running[priority] < jobs->most[priority]))
        cond_signal(jobs->work);
    mutex_unlock(jobs->mutex);
}

bool jobs_done(const JobTicket *ticket) {
    return atomic_load_explicit(&ticket->state, memory_order_acquire) == TICKET_DONE;
}

void jobs_wait(Jobs *jobs, JobTicket *ticket) {
    while (!jobs_done(ticket) && jobs_run_one(jobs))
        ;
    if (jobs_done(ticket))
        return;
    if (worker_of == jobs)
        panic("jobs_wait: called by a job; with every worker waiting nothing would ever run");
    mutex_lock(jobs->mutex);
    jobs->waiting++;
    while (!jobs_done(ticket))
        cond_wait(jobs->done, jobs->mutex);
    jobs->waiting--;
    mutex_unlock(jobs->mutex);
}

bool jobs_run_one(Jobs *jobs) {
    Job job;
    if (jobs->workers)
        return false;
    mutex_lock(jobs->mutex);
    bool any = take(jobs, &job);
    if (any)
        run_job(jobs, &job, 0);
    mutex_unlock(jobs->mutex);
    return any;
}

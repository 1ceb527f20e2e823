/* jobs, thread, wake */
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/jobs.h"
#include "base/thread.h"
#include "base/wake.h"

enum { MANY = 500, MAX_WORKERS = 8 };

static const uint32_t worker_counts[] = {0, 1, 4};
enum { COUNTS = sizeof worker_counts / sizeof worker_counts[0] };

typedef struct Task {
    JobTicket ticket;
    uint64_t result; /* plain: the ticket must hand it over */
    uint64_t input;
    uint64_t *per_worker; /* owned by the worker, so plain too */
} Task;

static void square(void *arg, uint32_t worker) {
    Task *task = arg;
    task->result = task->input * task->input;
    task->per_worker[worker]++;
}

static void every_job_runs_once(void **state) {
    (void)state;
    for (int r = 0; r < COUNTS; r++) {
        static Task tasks[MANY];
        uint64_t per_worker[MAX_WORKERS] = {0}, total = 0;
        memset(tasks, 0, sizeof tasks);
        Jobs *jobs = jobs_new(worker_counts[r]);
        assert_int_equal(jobs_workers(jobs), worker_counts[r]);
        for (uint64_t i = 0; i < MANY; i++) {
            tasks[i].input = i;
            tasks[i].per_worker = per_worker;
            jobs_submit(jobs, (JobPriority)(i % JOB_PRIORITIES), square, &tasks[i],
                        &tasks[i].ticket);
        }
        for (uint64_t i = 0; i < MANY; i++) {
            jobs_wait(jobs, &tasks[i].ticket);
            assert_true(jobs_done(&tasks[i].ticket));
            assert_true(tasks[i].result == i * i);
        }
        jobs_free(jobs);
        for (int w = 0; w < MAX_WORKERS; w++) {
            total += per_worker[w];
            assert_true(w < (worker_counts[r] ? (int)worker_counts[r] : 1) || !per_worker[w]);
        }
        assert_true(total == MANY);
    }
}

static void one_ticket_serves_many_times(void **state) {
    (void)state;
    for (int r = 0; r < COUNTS; r++) {
        Jobs *jobs = jobs_new(worker_counts[r]);
        uint64_t per_worker[MAX_WORKERS] = {0};
        Task task = {.per_worker = per_worker};
        for (uint64_t i = 0; i < MANY; i++) {
            task.input = i;
            jobs_submit(jobs, JOB_QUERY, square, &task, &task.ticket);
            assert_true(worker_counts[r] || !jobs_done(&task.ticket)); /* not by itself */
            jobs_wait(jobs, &task.ticket);
            assert_true(task.result == i * i);
        }
        jobs_free(jobs);
    }
}

static void free_runs_what_is_queued(void **state) {
    (void)state;
    for (int r = 0; r < COUNTS; r++) {
        static Task tasks[MANY];
        uint64_t per_worker[MAX_WORKERS] = {0};
        memset(tasks, 0, sizeof tasks);
        Jobs *jobs = jobs_new(worker_counts[r]);
        for (int i = 0; i < MANY; i++) {
            tasks[i] = (Task){.input = 3, .per_worker = per_worker};
            jobs_submit(jobs, JOB_PARSE, square, &tasks[i], NULL);
        }
        jobs_free(jobs);
        for (int i = 0; i < MANY; i++)
            assert_true(tasks[i].result == 9);
    }
}

/* -- order: one worker is held in a job while the others are queued, or there is none */

typedef struct Order {
    atomic_bool hold, held;
    char seen[16];
    int n;
} Order;

typedef struct OrderStep {
    Order *order;
    char name;
} OrderStep;

static void hold_worker(void *arg, uint32_t worker) {
    (void)worker;
    Order *order = arg;
    atomic_store(&order->held, true);
    while (atomic_load(&order->hold))
        ;
}

static void note(void *arg, uint32_t worker) {
    (void)worker;
    const OrderStep *step = arg;
    step->order->seen[step->order->n++] = step->name;
}

static void priorities_then_submission_order(void **state) {
    (void)state;
    static const struct {
        char name;
        JobPriority priority;
    } rows[] = {{'e', JOB_BACKGROUND}, {'c', JOB_PARSE}, {'a', JOB_QUERY},
                {'d', JOB_PARSE},      {'b', JOB_QUERY}, {'f', JOB_BACKGROUND}};
    for (uint32_t workers = 0; workers < 2; workers++) {
        Order order = {0};
        OrderStep steps[6];
        JobTicket tickets[6] = {0}, first = {0};
        Jobs *jobs = jobs_new(workers);
        if (workers) {
            atomic_store(&order.hold, true);
            jobs_submit(jobs, JOB_BACKGROUND, hold_worker, &order, &first);
            while (!atomic_load(&order.held))
                ;
        }
        for (int i = 0; i < 6; i++) {
            steps[i] = (OrderStep){&order, rows[i].name};
            jobs_submit(jobs, rows[i].priority, note, &steps[i], &tickets[i]);
        }
        atomic_store(&order.hold, false);
        jobs_wait(jobs, &tickets[5]);
        assert_string_equal(order.seen, "abcdef");
        assert_false(jobs_run_one(jobs));
        jobs_free(jobs);
    }
}

/* -- a job that submits the next one */

typedef struct Chain {
    Jobs *jobs;
    atomic_int left;
} Chain;

static void link_of_chain(void *arg, uint32_t worker) {
    (void)worker;
    Chain *chain = arg;
    if (atomic_fetch_sub(&chain->left, 1) > 1)
        jobs_submit(chain->jobs, JOB_PARSE, link_of_chain, chain, NULL);
}

static void jobs_submit_jobs(void **state) {
    (void)state;
    for (int r = 0; r < COUNTS; r++) {
        Chain chain = {.jobs = jobs_new(worker_counts[r])};
        atomic_store(&chain.left, MANY);
        jobs_submit(chain.jobs, JOB_PARSE, link_of_chain, &chain, NULL);
        jobs_free(chain.jobs); /* runs what is queued, and what that queues */
        assert_int_equal(atomic_load(&chain.left), 0);
    }
}

static void inline_runs_one_at_a_time(void **state) {
    (void)state;
    Jobs *jobs = jobs_new(0);
    uint64_t per_worker[1] = {0};
    Task tasks[3] = {
        {.per_worker = per_worker}, {.per_worker = per_worker}, {.per_worker = per_worker}};
    for (int i = 0; i < 3; i++)
        jobs_submit(jobs, JOB_QUERY, square, &tasks[i], &tasks[i].ticket);
    assert_true(jobs_run_one(jobs));
    assert_true(jobs_done(&tasks[0].ticket));
    assert_false(jobs_done(&tasks[1].ticket));
    jobs_wait(jobs, &tasks[1].ticket);
    assert_false(jobs_done(&tasks[2].ticket));
    assert_true(jobs_run_one(jobs));
    assert_false(jobs_run_one(jobs));
    assert_int_equal(per_worker[0], 3);
    jobs_free(jobs);
}

/* -- submitting and waiting from several threads at once */

static void submitter(void *arg) {
    Jobs *jobs = arg;
    uint64_t per_worker[MAX_WORKERS] = {0};
    for (uint64_t i = 0; i < 100; i++) {
        Task task = {.input = i, .per_worker = per_worker};
        jobs_submit(jobs, JOB_QUERY, square, &task, &task.ticket);
        jobs_wait(jobs, &task.ticket); /* task is gone from the stack right behind this */
        if (task.result != i * i)
            wake(); /* counted as a failure below */
    }
}

static void count_wake(void *context) {
    atomic_fetch_add((atomic_int *)context, 1);
}

static void many_threads_submit(void **state) {
    (void)state;
    static const uint32_t counts[] = {1, 4};
    for (int r = 0; r < 2; r++) {
        atomic_int failures = 0;
        Thread *threads[3];
        wake_set_hook(count_wake, &failures);
        Jobs *jobs = jobs_new(counts[r]);
        for (int i = 0; i < 3; i++)
            threads[i] = thread_start("submitter with a long name", submitter, jobs);
        for (int i = 0; i < 3; i++)
            thread_join(threads[i]);
        jobs_free(jobs);
        wake_set_hook(NULL, NULL);
        wake();
        assert_int_equal(atomic_load(&failures), 0);
    }
}

static void spin_until_cancelled(void *arg, uint32_t worker) {
    (void)worker;
    while (!cancelled(arg))
        ;
}

static void cancel_ends_a_running_job(void **state) {
    (void)state;
    Jobs *jobs = jobs_new(1);
    CancelToken token = {0};
    JobTicket ticket = {0};
    assert_false(cancelled(NULL));
    jobs_submit(jobs, JOB_QUERY, spin_until_cancelled, &token, &ticket);
    assert_false(jobs_done(&ticket));
    cancel(&token);
    jobs_wait(jobs, &ticket);
    jobs_free(jobs);
}

typedef struct Gate {
    Mutex *m;
    Cond *c;
    bool open;
} Gate;

static void open_gate(void *arg) {
    Gate *gate = arg;
    mutex_lock(gate->m);
    gate->open = true;
    cond_broadcast(gate->c);
    mutex_unlock(gate->m);
}

static void conditions_wake_and_time_out(void **state) {
    (void)state;
    Gate gate = {mutex_new(), cond_new(), false};
    assert_true(thread_cpu_count() >= 1);
    mutex_lock(gate.m);
    int64_t before = clock_now_ns();
    while (cond_wait_for(gate.c, gate.m, 2000000)) /* nobody signals; it may wake for nothing */
        ;
    assert_true(clock_now_ns() - before >= 2000000);
    Thread *t = thread_start("gate", open_gate, &gate);
    while (!gate.open)
        cond_wait(gate.c, gate.m);
    mutex_unlock(gate.m);
    thread_join(t);
    mutex_lock(gate.m);
    assert_false(cond_wait_for(gate.c, gate.m, -5));
    mutex_unlock(gate.m);
    cond_free(gate.c);
    mutex_free(gate.m);
}

typedef struct Crowd {
    atomic_int now, most, done;
    atomic_bool hold;
} Crowd;

static void join_crowd(void *arg, uint32_t worker) {
    Crowd *c = arg;
    (void)worker;
    int now = atomic_fetch_add(&c->now, 1) + 1, most = atomic_load(&c->most);
    while (now > most && !atomic_compare_exchange_weak(&c->most, &most, now))
        ;
    while (atomic_load(&c->hold))
        ;
    atomic_fetch_sub(&c->now, 1);
    atomic_fetch_add(&c->done, 1);
}

static void a_limit_holds_and_leaves_workers_free(void **state) {
    (void)state;
    Crowd parse = {0}, other = {0};
    static JobTicket tickets[MANY];
    JobTicket query = {0}, background = {0};
    memset(tickets, 0, sizeof tickets);
    Jobs *jobs = jobs_new(4);
    jobs_limit(jobs, JOB_PARSE, 2);
    atomic_store(&parse.hold, true);
    for (int i = 0; i < MANY; i++)
        jobs_submit(jobs, JOB_PARSE, join_crowd, &parse, &tickets[i]);
    while (atomic_load(&parse.now) < 2)
        ;
    jobs_submit(jobs, JOB_BACKGROUND, join_crowd, &other, &background);
    jobs_submit(jobs, JOB_QUERY, join_crowd, &other, &query);
    jobs_wait(jobs, &background); /* although hundreds of a higher priority wait */
    jobs_wait(jobs, &query);
    atomic_store(&parse.hold, false);
    for (int i = 0; i < MANY; i++)
        jobs_wait(jobs, &tickets[i]);
    assert_int_equal(atomic_load(&parse.done), MANY);
    assert_int_equal(atomic_load(&parse.most), 2);
    jobs_free(jobs);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_job_runs_once),
        cmocka_unit_test(one_ticket_serves_many_times),
        cmocka_unit_test(free_runs_what_is_queued),
        cmocka_unit_test(priorities_then_submission_order),
        cmocka_unit_test(jobs_submit_jobs),
        cmocka_unit_test(a_limit_holds_and_leaves_workers_free),
        cmocka_unit_test(inline_runs_one_at_a_time),
        cmocka_unit_test(many_threads_submit),
        cmocka_unit_test(cancel_ends_a_running_job),
        cmocka_unit_test(conditions_wake_and_time_out),
    };
    return cmocka_run_group_tests_name("base/jobs", tests, NULL, NULL);
}

/* Threads, mutexes and conditions (pthread lives in thread.c alone).
 * Failure: anything the system refuses here aborts. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

typedef struct Thread Thread;
typedef struct Mutex Mutex;
typedef struct Cond Cond;

/* name: at most 15 bytes, shown by top and perf; "role" form: "loader", "worker 3". */
Thread *thread_start(const char *name, void (*run)(void *arg), void *arg);
void thread_join(Thread *t);     /* waits and frees */
uint32_t thread_cpu_count(void); /* processors this process may run on, at least 1 */

Mutex *mutex_new(void);
void mutex_free(Mutex *m);
void mutex_lock(Mutex *m);
void mutex_unlock(Mutex *m);
Cond *cond_new(void);
void cond_free(Cond *c);
void cond_wait(Cond *c, Mutex *m);
/* false when timeout_ns passed first */
bool cond_wait_for(Cond *c, Mutex *m, int64_t timeout_ns);
void cond_signal(Cond *c); /* wakes one waiter */
void cond_broadcast(Cond *c);

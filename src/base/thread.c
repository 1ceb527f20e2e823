#define _GNU_SOURCE 1

#include "base/thread.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/error.h"

struct Thread {
    pthread_t id;
    char name[16];
    void (*run)(void *arg);
    void *arg;
};

struct Mutex {
    pthread_mutex_t m;
};

struct Cond {
    pthread_cond_t c;
};

static void check(int rc, const char *doing) {
    if (rc)
        panic("%s: %s", doing, strerror(rc));
}

static void *thread_main(void *arg) {
    Thread *t = arg;
    /* the kernel refuses only longer names, and these are cut */
    pthread_setname_np(pthread_self(), t->name);
    t->run(t->arg);
    return NULL;
}

Thread *thread_start(const char *name, void (*run)(void *arg), void *arg) {
    Thread *t = mem_resize(NULL, 0, sizeof *t);
    snprintf(t->name, sizeof t->name, "%s", name);
    t->run = run;
    t->arg = arg;
    check(pthread_create(&t->id, NULL, thread_main, t), "cannot start a thread");
    return t;
}

void thread_join(Thread *t) {
    check(pthread_join(t->id, NULL), "cannot join a thread");
    mem_resize(t, sizeof *t, 0);
}

uint32_t thread_cpu_count(void) {
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) == 0 && CPU_COUNT(&set) > 0)
        return (uint32_t)CPU_COUNT(&set);
    long online = sysconf(_SC_NPROCESSORS_ONLN); /* more processors than a cpu_set_t holds */
    return online > 0 ? (uint32_t)online : 1;
}

Mutex *mutex_new(void) {
    Mutex *m = mem_resize(NULL, 0, sizeof *m);
    check(pthread_mutex_init(&m->m, NULL), "cannot make a mutex");
    return m;
}

void mutex_free(Mutex *m) {
    if (!m)
        return;
    check(pthread_mutex_destroy(&m->m), "cannot free a mutex");
    mem_resize(m, sizeof *m, 0);
}

void mutex_lock(Mutex *m) {
    check(pthread_mutex_lock(&m->m), "cannot lock a mutex");
}

void mutex_unlock(Mutex *m) {
    check(pthread_mutex_unlock(&m->m), "cannot unlock a mutex");
}

Cond *cond_new(void) {
    Cond *c = mem_resize(NULL, 0, sizeof *c);
    pthread_condattr_t attr;
    check(pthread_condattr_init(&attr), "cannot make a condition");
    check(pthread_condattr_setclock(&attr, CLOCK_MONOTONIC), "cannot make a condition");
    check(pthread_cond_init(&c->c, &attr), "cannot make a condition");
    pthread_condattr_destroy(&attr);
    return c;
}

void cond_free(Cond *c) {
    if (!c)
        return;
    check(pthread_cond_destroy(&c->c), "cannot free a condition");
    mem_resize(c, sizeof *c, 0);
}

void cond_wait(Cond *c, Mutex *m) {
    check(pthread_cond_wait(&c->c, &m->m), "cannot wait");
}

bool cond_wait_for(Cond *c, Mutex *m, int64_t timeout_ns) {
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    int64_t ns = until.tv_nsec + (timeout_ns > 0 ? timeout_ns % 1000000000 : 0);
    until.tv_sec += (timeout_ns > 0 ? timeout_ns / 1000000000 : 0) + ns / 1000000000;
    until.tv_nsec = ns % 1000000000;
    int rc = pthread_cond_timedwait(&c->c, &m->m, &until);
    if (rc == ETIMEDOUT)
        return false;
    check(rc, "cannot wait");
    return true;
}

void cond_signal(Cond *c) {
    check(pthread_cond_signal(&c->c), "cannot signal");
}

void cond_broadcast(Cond *c) {
    check(pthread_cond_broadcast(&c->c), "cannot signal");
}

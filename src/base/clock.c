#include "base/clock.h"

#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

static int64_t read_clock(clockid_t id) {
    struct timespec t;
    clock_gettime(id, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

int64_t clock_now_ns(void) {
    return read_clock(CLOCK_MONOTONIC);
}

int64_t clock_thread_cpu_ns(void) {
    return read_clock(CLOCK_THREAD_CPUTIME_ID);
}

int64_t clock_process_cpu_ns(void) {
    return read_clock(CLOCK_PROCESS_CPUTIME_ID);
}

/* /proc/self/stat has the start in ticks since boot, so it may be early by a tick (10 ms). */
int64_t clock_process_start_ns(void) {
    int64_t now = clock_now_ns();
    FILE *f = fopen("/proc/self/stat", "r");
    if (!f)
        return now;
    char text[1024];
    size_t n = fread(text, 1, sizeof text - 1, f);
    fclose(f);
    text[n] = 0;
    const char *p = strrchr(text, ')'); /* the program's name may hold spaces */
    unsigned long long ticks = 0;
    if (!p || sscanf(p + 1,
                     " %*c %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s"
                     " %*s %*s %llu",
                     &ticks) != 1)
        return now;
    long hz = sysconf(_SC_CLK_TCK);
    if (hz <= 0)
        return now;
    int64_t age = read_clock(CLOCK_BOOTTIME) - (int64_t)(ticks * (1000000000ull / (uint64_t)hz));
    return age < 0 ? now : now - age;
}

uint64_t clock_peak_rss_bytes(void) {
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (uint64_t)usage.ru_maxrss * 1024;
}

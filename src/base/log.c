#include "base/log.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>

#include "base/clock.h"

static LogLevel least_level = LOG_WARNING;
/* -- protected by ring_busy, which is held for a copy of one entry only */
static LogEntry ring[LOG_RING];
static uint64_t ring_count; /* lines ever written; line i lies at i % LOG_RING */
static atomic_flag ring_busy = ATOMIC_FLAG_INIT;

static void ring_lock(void) {
    while (atomic_flag_test_and_set_explicit(&ring_busy, memory_order_acquire))
        ;
}

static void ring_unlock(void) {
    atomic_flag_clear_explicit(&ring_busy, memory_order_release);
}

void log_set_level(LogLevel least) {
    least_level = least;
}

void log_line(LogLevel level, const char *module, const char *format, ...) {
    static const char *const names[] = {"debug", "info", "warning", "error"};
    LogEntry entry = {.time_ns = clock_now_ns(), .level = level};
    int n = snprintf(entry.text, sizeof entry.text, "%s: ", module);
    if (n >= 0 && n < LOG_LINE_MAX) {
        va_list args;
        va_start(args, format);
        vsnprintf(entry.text + n, sizeof entry.text - (size_t)n, format, args);
        va_end(args);
    }
    if (level >= least_level)
        fprintf(stderr, "%s: %s\n", names[level], entry.text);
    ring_lock();
    ring[ring_count++ % LOG_RING] = entry;
    ring_unlock();
}

uint32_t log_read(uint64_t *seen, LogEntry *out, uint32_t cap) {
    uint32_t n = 0;
    for (; n < cap; n++) {
        ring_lock();
        bool more = *seen < ring_count;
        if (more) {
            if (ring_count - *seen > LOG_RING)
                *seen = ring_count - LOG_RING;
            out[n] = ring[(*seen)++ % LOG_RING];
        }
        ring_unlock();
        if (!more)
            break;
    }
    return n;
}

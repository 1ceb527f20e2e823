/* Log: lines for developers, to stderr at or above a level, and into a ring for the log panel.
 * Thread: any thread may log and read. Failure: never fails; long lines are cut at 240 bytes.
 * The ring keeps the last LOG_RING lines of every level. */
#pragma once

#include <stdint.h>

typedef enum LogLevel { LOG_DEBUG, LOG_INFO, LOG_WARNING, LOG_ERROR } LogLevel;

enum { LOG_RING = 256, LOG_LINE_MAX = 240 };

typedef struct LogEntry {
    int64_t time_ns; /* clock_now_ns */
    LogLevel level;
    char text[LOG_LINE_MAX]; /* "module: what", zero-terminated */
} LogEntry;

void log_set_level(LogLevel least); /* WARNING by default; set before threads start */
void log_line(LogLevel level, const char *module, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Copies the lines behind number *seen, oldest first, at most cap; moves *seen behind the last.
 * Start with *seen = 0; lines that the ring has lost are stepped over. Returns how many. */
uint32_t log_read(uint64_t *seen, LogEntry *out, uint32_t cap);

/* FolderScan: looks at files for the browser, one at a time: from the cache, else by loading
 * the file with names of its own, in short background jobs, so that nothing waits for them. It
 * is bounded: plain text above LOOK_TEXT_MOST bytes, a binary recording above LOOK_BINARY_MOST,
 * more than LOOK_MEMORY_MOST bytes of profile or three seconds of processor time are too much.
 * Owner: the browser. Thread: main; the jobs need nothing from it. With a pool without workers
 * there is no limit of time, so that a replay gives the same on any machine. */
#pragma once

#include "app/cache.h"
#include "app/folder_look.h"
#include "base/thread.h"

enum { LOOK_TEXT_MOST = 256000000, LOOK_BINARY_MOST = 64000000, LOOK_MEMORY_MOST = 512000000 };

typedef struct FolderScan {
    Jobs *jobs;
    bool busy; /* a file is being looked at; main's */
    int64_t begun_ns;
    CancelToken stop;
    Mutex *mutex;
    Cond *cond;
    /* -- protected by mutex */
    bool over, late; /* the chain of jobs has ended; it took too long */
    Loader *loader;
    /* -- the jobs', while not over */
    char path[1024];
    bool use_cache, begun;
    CacheKey key;
    Jobs *inner; /* without workers: the load runs inside of the job */
    Dict dict;
    Profile profile;
    int64_t cpu_ns;
    uint32_t kept; /* entries written since the cache was last trimmed */
    FolderLook look;
} FolderScan;

void folder_scan_init(FolderScan *scan);
void folder_scan_free(FolderScan *scan);
/* Only while it is not busy. */
void folder_scan_start(FolderScan *scan, Jobs *jobs, const char *path, bool use_cache,
                       int64_t now_ns);
/* True once when the file has been looked at: scan->look is good until the next start. */
bool folder_scan_poll(FolderScan *scan, int64_t now_ns);
/* Gives the file up: soon it is not busy any more, and no poll tells of it. */
void folder_scan_stop(FolderScan *scan);

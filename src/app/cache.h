/* Cache: packs of large text files that were opened before, so that the second opening is as
 * fast as a pack's. In $XDG_CACHE_HOME/flamescope, at most FLAMESCOPE_CACHE megabytes (default
 * 2000; 0: no cache), those used longest ago go first. An entry belongs to a file by its
 * absolute path, size, time of change and a hash of blocks of its content; one that is stale or
 * damaged is deleted. Thread: main; writing runs as a chain of short background jobs. Failure:
 * never one of the program: without an entry the file is read as ever. */
#pragma once

#include "app/info.h"

typedef struct CacheKey {
    bool known; /* the file can have an entry */
    int64_t size, modified_ns;
    uint64_t probe;
    char path[1024];
} CacheKey;

/* Of files that are large enough for a pack to be worth it. */
void cache_key(const char *path, CacheKey *out);
/* Of any ordinary file, for what else is kept of one. Thread: any. */
void cache_key_any(const char *path, CacheKey *out);
/* A folder for that below the cache's; false when there is no cache. Thread: any. */
bool cache_folder(const char *part, char *out, size_t cap);
/* And those above it; whether that worked, writing into it will tell. */
void cache_make_folder(const char *folder);
/* Where the file's entry would be. */
bool cache_entry(const CacheKey *key, char *entry, size_t cap);
/* The pack to open instead, zero-terminated. */
bool cache_find(const CacheKey *key, char *entry, size_t cap);
void cache_forget(const char *entry);

typedef struct CacheWrite CacheWrite;

/* Begins to keep what was loaded; `key` is from before the load. NULL when it is not worth it,
 * was a pack or the file changed meanwhile. The profile must live until cache_write_free. */
CacheWrite *cache_write(Jobs *jobs, Profile *profile, const LoadStatus *status,
                        const CacheKey *key);
void cache_write_wait(CacheWrite *write);
/* Gives up what is not done yet. NULL allowed. */
void cache_write_free(CacheWrite *write);

/* loaded_open from the cache where that has it; *key is for cache_keep, which waits. */
bool cache_loaded_open(Loaded *loaded, const char *path, ReadHow how, CacheKey *key, Error *err);
void cache_keep(Loaded *loaded, const CacheKey *key);

/* Mapped: the bytes of a whole file, read-only in memory. Pages come from the disk when
 * touched. A file that is replaced (renamed over) stays readable here. One that another program
 * cuts short in place, or that the disk no longer gives, reads as zeros from there on; map_lost
 * is to be asked again and again, since what was made of it must be given up soon: zeros may
 * contradict what was checked before. (At most MAP_WATCHED at a time are guarded so; reading the
 * lost part of another ends the process, as the system will have it.)
 * Owner: the caller's variable. Thread: any may read and ask; free when nobody does. */
#pragma once

#include "base/error.h"
#include "base/str.h"

enum { MAP_WATCHED = 16 };

typedef struct Mapped {
    Str bytes;
    bool is_file; /* else bytes of somebody else's */
    int fd;
    uint32_t watch; /* what guards it, less 1; 0: nothing */
} Mapped;

/* False with *err for what is no ordinary file. An empty file gives no bytes. */
bool map_open(Mapped *m, const char *path, Error *err);
void map_close(Mapped *m);
/* The file is shorter than it was, or some of it was read as zeros. A system call. */
bool map_lost(const Mapped *m);
/* Asks the system to read these bytes ahead. */
void map_prefetch(const Mapped *m, uint64_t from, uint64_t n);
/* The first n bytes of an ordinary file into out; false when it is not one or is shorter. */
bool file_head(const char *path, void *out, size_t n);

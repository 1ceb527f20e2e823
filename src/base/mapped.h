/* Mapped: the bytes of a whole file, read-only in memory. Pages come from the disk when
 * touched. A file that is replaced (renamed over) stays readable here; one that is cut short by
 * somebody while it is mapped ends the process when the lost part is read, as the system will
 * have it. Owner: the caller's variable. Thread: any may read; free when nobody does. */
#pragma once

#include "base/error.h"
#include "base/str.h"

typedef struct Mapped {
    Str bytes;
    bool is_file; /* else bytes of somebody else's */
} Mapped;

/* False with *err for what is no ordinary file. An empty file gives no bytes. */
bool map_open(Mapped *m, const char *path, Error *err);
void map_close(Mapped *m);
/* Asks the system to read these bytes ahead. */
void map_prefetch(const Mapped *m, uint64_t from, uint64_t n);
/* The first n bytes of an ordinary file into out; false when it is not one or is shorter. */
bool file_head(const char *path, void *out, size_t n);

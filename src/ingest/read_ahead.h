/* ReadAhead: what a reader gives, made on a thread of its own some blocks ahead of who takes it, so
 * that decompressing goes on while what came out is parsed. Owner and thread: new, take, stop and
 * free are one thread's; `read` is called on the other until stop or free has returned, or take has
 * given the end. Memory: a few blocks. Failure: take gives what read gave. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* Up to n bytes; 0 at the end; -1 with *err. *mark is whatever is to be told with them. */
typedef int64_t ReadAheadFrom(void *context, char *out, size_t n, int64_t *mark, Error *err);

typedef struct ReadAhead ReadAhead;

ReadAhead *read_ahead_new(ReadAheadFrom *read, void *context);
/* Waits until there is something. *mark: of the block that the bytes are of. */
int64_t read_ahead_take(ReadAhead *ahead, char *out, size_t n, int64_t *mark, Error *err);
/* Its thread has ended when this returns; nothing is to be taken any more. */
void read_ahead_stop(ReadAhead *ahead);
void read_ahead_free(ReadAhead *ahead); /* NULL is fine */

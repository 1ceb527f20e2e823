/* Relay: batches on their way from a parser that reads in order to the thread that absorbs them, so
 * that one is parsed while the one before is absorbed. They arrive in the order in which they were
 * given. Thread: give, settle and free are the parser's; `take` is called on a thread of the
 * relay's own, which is the profile's absorber meanwhile. Memory: a few batches. Failure: none. */
#pragma once

#include "store/batch.h"

/* Where the input was read up to when a batch was given. */
typedef struct RelayMark {
    int64_t given;    /* source_given */
    int64_t consumed; /* source_consumed */
    int64_t size;     /* source_size */
} RelayMark;

typedef struct Relay Relay;
/* batch NULL: nothing came for some time. */
typedef void RelayTake(void *context, const Batch *batch, const RelayMark *mark);

Relay *relay_new(RelayTake *take, void *context);
/* Takes what is in the batch, which is an empty one of the same part then; waits when several are
 * on their way. */
void relay_give(Relay *relay, Batch *batch, RelayMark mark);
/* Until all that were given are absorbed. */
void relay_settle(Relay *relay);
void relay_free(Relay *relay); /* settles first; NULL is fine */

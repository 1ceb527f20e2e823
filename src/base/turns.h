/* Turns: whose each slot of a ring is, between one thread that fills them and one that empties them
 * in that order. A filler that found all of them full goes on when half of them are empty again:
 * waking it for each one costs more than what is in it. What a thread wrote into a slot the other
 * sees when it is that one's turn. Owner: whoever has the slots. Failure: none. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/thread.h"

enum { TURNS_OVER = UINT16_MAX, TURNS_LATE };

typedef struct Turns {
    uint32_t slots;
    Mutex *mutex;
    Cond *filled, *emptied;
    /* -- behind the mutex; slots [head, head + full) are the emptier's, the others the filler's */
    uint32_t head, full;
    bool over;
} Turns;

void turns_init(Turns *t, uint32_t slots);
void turns_free(Turns *t); /* no thread takes turns any more */
/* The filler's. Which slot is its own now, or TURNS_OVER. */
uint32_t turns_to_fill(Turns *t);
void turns_filled(Turns *t);
void turns_settle(Turns *t); /* until all are empty */
/* The emptier's. Which slot is its own now; TURNS_LATE when none was for so long; TURNS_OVER when
 * none will be. timeout_ns 0: it waits as long as it takes. */
uint32_t turns_to_empty(Turns *t, int64_t timeout_ns);
void turns_emptied(Turns *t);
/* Either's. No slot is filled any more; full ones may still be emptied. */
void turns_over(Turns *t);

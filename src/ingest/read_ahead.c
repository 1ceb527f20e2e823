#include "ingest/read_ahead.h"

#include <string.h>

#include "base/arena.h"
#include "base/turns.h"
#include "base/sizes.h"

/* Few and small, so that what was made is still in the cache when it is parsed. */
enum { BLOCKS = 6, BLOCK_BYTES = READ_SIZE(64 * 1024) };

typedef struct ReadBlock {
    int64_t n; /* as read gave it: 0 or less is the last */
    int64_t mark;
    Error error;
    char bytes[BLOCK_BYTES];
} ReadBlock;

struct ReadAhead {
    ReadAheadFrom *read;
    void *context;
    Thread *thread; /* NULL: it has ended */
    Turns turns;
    ReadBlock block[BLOCKS];
    size_t at; /* the taker's, in its block */
};

static void make(void *arg) {
    ReadAhead *a = (ReadAhead *)arg;
    uint32_t i;
    bool more = true;
    while (more && (i = turns_to_fill(&a->turns)) != TURNS_OVER) {
        ReadBlock *b = &a->block[i];
        b->error = (Error){.offset = -1};
        b->n = a->read(a->context, b->bytes, BLOCK_BYTES, &b->mark, &b->error);
        more = b->n > 0;
        turns_filled(&a->turns);
    }
}

ReadAhead *read_ahead_new(ReadAheadFrom *read, void *context) {
    ReadAhead *a = mem_resize(NULL, 0, sizeof *a);
    a->read = read;
    a->context = context;
    turns_init(&a->turns, BLOCKS);
    a->thread = thread_start("reader", make, a);
    return a;
}

void read_ahead_stop(ReadAhead *a) {
    if (!a->thread)
        return;
    turns_over(&a->turns);
    thread_join(a->thread);
    a->thread = NULL;
}

int64_t read_ahead_take(ReadAhead *a, char *out, size_t n, int64_t *mark, Error *err) {
    ReadBlock *b = &a->block[turns_to_empty(&a->turns, 0)];
    *mark = b->mark;
    if (b->n <= 0) { /* it stays, so that the end may be asked for again */
        read_ahead_stop(a);
        if (b->n < 0 && err)
            *err = b->error;
        return b->n;
    }
    size_t left = (size_t)b->n - a->at, taken = left < n ? left : n;
    memcpy(out, b->bytes + a->at, taken);
    a->at += taken;
    if (taken == left) {
        a->at = 0;
        turns_emptied(&a->turns);
    }
    return (int64_t)taken;
}

void read_ahead_free(ReadAhead *a) {
    if (!a)
        return;
    read_ahead_stop(a);
    turns_free(&a->turns);
    mem_resize(a, sizeof *a, 0);
}

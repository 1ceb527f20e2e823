#include "ingest/read_ahead.h"

#include <string.h>

#include "base/arena.h"
#include "base/thread.h"

/* Few and small, so that what was made is still in the cache when it is parsed; of a full ring half
 * must be free before the maker goes on, since waking it for each block costs more. */
enum { BLOCKS = 6, BLOCK_BYTES = 64 * 1024 };

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
    ReadBlock block[BLOCKS];
    size_t at; /* the taker's, in the block at head */
    Mutex *mutex;
    Cond *came, *left;
    /* -- behind the mutex; blocks [head, head + full) are the taker's, the others the maker's */
    uint32_t head, full;
    bool stop;
};

static void make(void *arg) {
    ReadAhead *a = (ReadAhead *)arg;
    bool more = true;
    mutex_lock(a->mutex);
    for (uint32_t next = 0; more && !a->stop; next = (next + 1) % BLOCKS) {
        ReadBlock *b = &a->block[next];
        mutex_unlock(a->mutex);
        b->error = (Error){.offset = -1};
        b->n = a->read(a->context, b->bytes, BLOCK_BYTES, &b->mark, &b->error);
        more = b->n > 0;
        mutex_lock(a->mutex);
        if (a->full++ == 0)
            cond_signal(a->came);
        for (bool wait = a->full == BLOCKS; wait && !a->stop; wait = a->full > BLOCKS / 2)
            cond_wait(a->left, a->mutex);
    }
    mutex_unlock(a->mutex);
}

ReadAhead *read_ahead_new(ReadAheadFrom *read, void *context) {
    ReadAhead *a = mem_resize(NULL, 0, sizeof *a);
    a->read = read;
    a->context = context;
    a->mutex = mutex_new();
    a->came = cond_new();
    a->left = cond_new();
    a->thread = thread_start("reader", make, a);
    return a;
}

void read_ahead_stop(ReadAhead *a) {
    if (!a->thread)
        return;
    mutex_lock(a->mutex);
    a->stop = true;
    cond_signal(a->left);
    mutex_unlock(a->mutex);
    thread_join(a->thread);
    a->thread = NULL;
}

/* The last block stays, so that the end may be asked for again. */
static void pass_block(ReadAhead *a) {
    a->at = 0;
    mutex_lock(a->mutex);
    a->head = (a->head + 1) % BLOCKS;
    if (--a->full == BLOCKS / 2)
        cond_signal(a->left);
    mutex_unlock(a->mutex);
}

int64_t read_ahead_take(ReadAhead *a, char *out, size_t n, int64_t *mark, Error *err) {
    mutex_lock(a->mutex);
    while (!a->full)
        cond_wait(a->came, a->mutex);
    ReadBlock *b = &a->block[a->head];
    mutex_unlock(a->mutex);
    *mark = b->mark;
    if (b->n <= 0) {
        read_ahead_stop(a);
        if (b->n < 0 && err)
            *err = b->error;
        return b->n;
    }
    size_t left = (size_t)b->n - a->at, taken = left < n ? left : n;
    memcpy(out, b->bytes + a->at, taken);
    a->at += taken;
    if (taken == left)
        pass_block(a);
    return (int64_t)taken;
}

void read_ahead_free(ReadAhead *a) {
    if (!a)
        return;
    read_ahead_stop(a);
    cond_free(a->came);
    cond_free(a->left);
    mutex_free(a->mutex);
    mem_resize(a, sizeof *a, 0);
}

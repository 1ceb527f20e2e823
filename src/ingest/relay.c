#include "ingest/relay.h"

#include "base/arena.h"
#include "base/thread.h"

/* A parser that has to wait goes on when half of them are free again: waking it for each one costs
 * more than a batch. */
enum { SLOTS = 6 };

static const int64_t PAUSE_NS = 5000000; /* nothing came for so long: the parser waits for a pipe */

typedef struct RelaySlot {
    Batch batch;
    RelayMark mark;
} RelaySlot;

struct Relay {
    RelayTake *take;
    void *context;
    Thread *thread;
    RelaySlot slot[SLOTS];
    Mutex *mutex;
    Cond *came, *left;
    /* -- behind the mutex; slots [head, head + used) are the absorber's, the others the parser's */
    uint32_t head, used;
    bool over;
};

static void absorb(void *arg) {
    Relay *r = (Relay *)arg;
    bool told = false;
    mutex_lock(r->mutex);
    while (r->used || !r->over) {
        if (!r->used && told) {
            cond_wait(r->came, r->mutex);
            continue;
        }
        if (!r->used && cond_wait_for(r->came, r->mutex, PAUSE_NS))
            continue;
        told = !r->used;
        if (told) {
            mutex_unlock(r->mutex);
            r->take(r->context, NULL, NULL);
            mutex_lock(r->mutex);
            continue;
        }
        RelaySlot *s = &r->slot[r->head];
        mutex_unlock(r->mutex);
        r->take(r->context, &s->batch, &s->mark);
        batch_clear(&s->batch, s->batch.part);
        mutex_lock(r->mutex);
        r->head = (r->head + 1) % SLOTS;
        r->used--;
        if (r->used == SLOTS / 2 || r->used == 0)
            cond_signal(r->left);
    }
    mutex_unlock(r->mutex);
}

Relay *relay_new(RelayTake *take, void *context) {
    Relay *r = mem_resize(NULL, 0, sizeof *r);
    *r = (Relay){.take = take, .context = context, .mutex = mutex_new(), .came = cond_new(), .left = cond_new()};
    for (uint32_t i = 0; i < SLOTS; i++)
        batch_init(&r->slot[i].batch);
    r->thread = thread_start("absorber", absorb, r);
    return r;
}

/* Until no more than so many are on their way. */
static void wait_until(Relay *r, uint32_t used) {
    while (r->used > used)
        cond_wait(r->left, r->mutex);
}

void relay_give(Relay *r, Batch *batch, RelayMark mark) {
    const Part *part = batch->part;
    mutex_lock(r->mutex);
    if (r->used == SLOTS)
        wait_until(r, SLOTS / 2);
    RelaySlot *s = &r->slot[(r->head + r->used) % SLOTS];
    Batch empty = s->batch;
    s->batch = *batch;
    s->mark = mark;
    if (r->used++ == 0)
        cond_signal(r->came);
    mutex_unlock(r->mutex);
    *batch = empty;
    batch->part = part;
}

void relay_settle(Relay *r) {
    mutex_lock(r->mutex);
    wait_until(r, 0);
    mutex_unlock(r->mutex);
}

void relay_free(Relay *r) {
    if (!r)
        return;
    mutex_lock(r->mutex);
    r->over = true;
    cond_signal(r->came);
    mutex_unlock(r->mutex);
    thread_join(r->thread);
    for (uint32_t i = 0; i < SLOTS; i++)
        batch_free(&r->slot[i].batch);
    cond_free(r->came);
    cond_free(r->left);
    mutex_free(r->mutex);
    mem_resize(r, sizeof *r, 0);
}

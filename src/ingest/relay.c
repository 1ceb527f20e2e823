#include "ingest/relay.h"

#include "base/arena.h"
#include "base/turns.h"

enum { SLOTS = 6 };

static const int64_t PAUSE_NS = 5000000; /* nothing came for so long: the parser waits for a pipe */

typedef struct RelaySlot {
    Batch batch; /* empty when it is to be filled */
    RelayMark mark;
} RelaySlot;

struct Relay {
    RelayTake *take;
    void *context;
    Thread *thread;
    Turns turns;
    RelaySlot slot[SLOTS];
};

static void absorb(void *arg) {
    Relay *r = (Relay *)arg;
    uint32_t i;
    bool told = false; /* that nothing came, which is said once */
    while ((i = turns_to_empty(&r->turns, told ? 0 : PAUSE_NS)) != TURNS_OVER) {
        told = i == TURNS_LATE;
        if (told) {
            r->take(r->context, NULL, NULL);
            continue;
        }
        RelaySlot *s = &r->slot[i];
        r->take(r->context, &s->batch, &s->mark);
        batch_clear(&s->batch, s->batch.part);
        turns_emptied(&r->turns);
    }
}

Relay *relay_new(RelayTake *take, void *context) {
    Relay *r = mem_resize(NULL, 0, sizeof *r);
    r->take = take;
    r->context = context;
    turns_init(&r->turns, SLOTS);
    for (uint32_t i = 0; i < SLOTS; i++)
        batch_init(&r->slot[i].batch);
    r->thread = thread_start("absorber", absorb, r);
    return r;
}

void relay_give(Relay *r, Batch *batch, RelayMark mark) {
    const Part *part = batch->part;
    RelaySlot *s = &r->slot[turns_to_fill(&r->turns)];
    Batch empty = s->batch;
    s->batch = *batch;
    s->mark = mark;
    turns_filled(&r->turns);
    *batch = empty;
    batch->part = part;
}

void relay_settle(Relay *r) {
    turns_settle(&r->turns);
}

void relay_free(Relay *r) {
    if (!r)
        return;
    turns_over(&r->turns);
    thread_join(r->thread);
    for (uint32_t i = 0; i < SLOTS; i++)
        batch_free(&r->slot[i].batch);
    turns_free(&r->turns);
    mem_resize(r, sizeof *r, 0);
}

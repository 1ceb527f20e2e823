/* Fifo: items that wait for their turn, in order. They lie in blocks that grow, and a block goes
 * back to the system once its last item was taken, so that what was made of the items can take its
 * place. Owner: whoever calls fifo_init. Thread: one. OOM aborts. */
#pragma once

#include <stdint.h>

typedef struct FifoBlock FifoBlock;

typedef struct Fifo {
    FifoBlock *first, *last;
    uint64_t count; /* items that wait */
    uint32_t item;  /* bytes of one */
} Fifo;

void fifo_init(Fifo *f, uint32_t item_bytes);
void fifo_free(Fifo *f); /* and empty: as after fifo_init */
/* Where the next items go, side by side: *n is how many, 1 to `most`; then how many went. */
void *fifo_room(Fifo *f, uint32_t most, uint32_t *n);
void fifo_pushed(Fifo *f, uint32_t n);
/* The items whose turn it is, side by side: *n is how many, up to `most`, 0 when none waits. They
 * are good until fifo_took says how many of them were taken. */
const void *fifo_head(const Fifo *f, uint32_t most, uint32_t *n);
void fifo_took(Fifo *f, uint32_t n);

#include "base/fifo.h"

#include "base/arena.h"

/* Small at first, for there may be as many of them as a file has threads; the largest are a huge
 * page each. */
enum { FIRST_BYTES = 128, TABLE_BYTES = 64 << 10, MOST_BYTES = 2 << 20 };

struct FifoBlock {
    FifoBlock *next;
    size_t bytes;
    uint32_t cap, from, to; /* items [from, to) wait */
    _Alignas(16) char data[];
};

void fifo_init(Fifo *f, uint32_t item_bytes) {
    *f = (Fifo){.item = item_bytes};
}

static void block_free(FifoBlock *block) {
    if (block->bytes >= TABLE_BYTES)
        mem_table_free(block, block->bytes);
    else
        mem_resize(block, block->bytes, 0);
}

void fifo_free(Fifo *f) {
    while (f->first) {
        FifoBlock *block = f->first;
        f->first = block->next;
        block_free(block);
    }
    fifo_init(f, f->item);
}

static void add_block(Fifo *f) {
    size_t bytes = f->last ? f->last->bytes * 2 : FIRST_BYTES;
    if (bytes > MOST_BYTES)
        bytes = MOST_BYTES;
    FifoBlock *block = bytes >= TABLE_BYTES ? mem_table(bytes) : mem_resize(NULL, 0, bytes);
    block->bytes = bytes;
    block->cap = (uint32_t)((bytes - sizeof *block) / f->item);
    if (f->last)
        f->last->next = block;
    else
        f->first = block;
    f->last = block;
}

void *fifo_room(Fifo *f, uint32_t most, uint32_t *n) {
    if (!f->last || f->last->to == f->last->cap)
        add_block(f);
    uint32_t room = f->last->cap - f->last->to;
    *n = room < most ? room : most;
    return f->last->data + (size_t)f->last->to * f->item;
}

void fifo_pushed(Fifo *f, uint32_t n) {
    f->last->to += n;
    f->count += n;
}

const void *fifo_head(const Fifo *f, uint32_t most, uint32_t *n) {
    const FifoBlock *block = f->first;
    uint32_t wait = f->count ? block->to - block->from : 0;
    *n = wait < most ? wait : most;
    return wait ? block->data + (size_t)block->from * f->item : NULL;
}

/* The only block stays for what comes next. */
void fifo_took(Fifo *f, uint32_t n) {
    FifoBlock *block = f->first;
    if (!n)
        return;
    block->from += n;
    f->count -= n;
    if (block->from < block->to)
        return;
    if (block == f->last) {
        block->from = block->to = 0;
        return;
    }
    f->first = block->next;
    block_free(block);
}

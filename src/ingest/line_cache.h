/* Line cache: what the lines read before meant, keyed by the address column and verified by
 * comparing the whole line. Direct-mapped and of fixed size, so that a text in which every
 * address is new costs time but no memory.
 * Owner: a parser. Thread: one at a time. Failure: a miss. OOM aborts. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "ingest/text_same.h"

enum {
    LINE_CACHE_SLOTS = 1 << 16,
    LINE_CACHE_MIN = 25, /* "\t" + 16 digits + " x (y)": shorter lines have no address column */
    LINE_CACHE_MAX = 4096, /* longer lines are read anew each time */
    LINE_SLOT_TEXT = 112,
};

/* Two cache lines side by side. A line over LINE_SLOT_TEXT bytes is kept at `far`. */
typedef struct LineSlot {
    uint16_t n;
    uint16_t room; /* bytes at `far` */
    uint32_t value;
    char *far;
    char text[LINE_SLOT_TEXT];
} LineSlot;

typedef struct LineCache {
    LineSlot *slot;
    size_t far_bytes; /* of all texts kept elsewhere; bounded */
    /* -- where lines hardly repeat, asking costs more than reading: then it rests for a while
     */
    uint32_t asked, hits;
    uint32_t rest; /* lines still to be read without it */
} LineCache;

enum { LINE_CACHE_WINDOW = 4096, LINE_CACHE_REST = 32 * LINE_CACHE_WINDOW };

void line_cache_init(LineCache *cache);
void line_cache_free(LineCache *cache);
/* Puts the line into its slot, over what was there. */
void line_cache_put(LineCache *cache, LineSlot *slot, const char *line, size_t n,
                    uint32_t value);

/* The slot of a line of at least LINE_CACHE_MIN bytes. */
static inline LineSlot *line_cache_slot(const LineCache *cache, const char *line, size_t n) {
    uint64_t a, b;
    memcpy(&a, line + 1, 8);
    memcpy(&b, line + 9, 8);
    uint64_t h = (a ^ (b << 23 | b >> 41) ^ n) * 0x9e3779b97f4a7c15u;
    return &cache->slot[h >> 48];
}

static inline void line_cache_fetch(const LineSlot *slot) {
    __builtin_prefetch(slot);
}

/* After each look-up. */
static inline void line_cache_note(LineCache *cache, bool hit) {
    cache->hits += hit;
    if (++cache->asked < LINE_CACHE_WINDOW)
        return;
    if (cache->hits < LINE_CACHE_WINDOW / 8)
        cache->rest = LINE_CACHE_REST;
    cache->asked = cache->hits = 0;
}

static inline bool line_cache_hit(const LineSlot *slot, const char *line, size_t n) {
    return slot->n == n && text_same_16(line, n > LINE_SLOT_TEXT ? slot->far : slot->text, n);
}

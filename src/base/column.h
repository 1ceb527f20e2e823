/* Column: an append-only array whose items never move.
 * Segment k holds 2^(base_log2+k) items, so 40 directory entries reach any size and an index
 * finds its segment with one count-leading-zeros. Memory of a segment is touched only as it fills.
 * Owner: whoever calls column_init. One writer; readers on any thread may read items below a
 * count that the writer published to them (see store/profile.h); they never read col->count.
 * A pushed item reads as zero, always: untouched memory is zero and column_clear wipes what was
 * used. Items that a run skipped exist and are zero.
 * A segment may be borrowed (a mapped file): column_free leaves it alone, column_clear lets it
 * go; only a writable one may be pushed into. OOM aborts. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { COLUMN_SEGMENTS = 40 };

typedef struct Column {
    char *segment[COLUMN_SEGMENTS];
    uint64_t count;    /* items; writer only */
    uint64_t borrowed; /* bit k: segment k is not ours */
    uint32_t item;     /* bytes of an item */
    uint32_t base_log2;
} Column;

void column_init(Column *c, uint32_t item_bytes, uint32_t base_log2);
void column_free(Column *c);
void column_clear(Column *c); /* count to 0, own segments kept; costs a memset of the items */
/* Makes sure that the segment of item `index` exists, and those before it. */
void column_reserve(Column *c, uint64_t index);
/* An empty column takes on n items that lie side by side elsewhere and outlive it, to be read. */
void column_borrow(Column *c, const void *items, uint64_t n);
/* Makes the segment of the next item ours, with its items, so that more may be pushed. */
void column_own_tail(Column *c);
/* The file has the items [0, to) at `base`, and those from `from` on are not mapped yet: large
 * segments become a shared mapping of it, as far as pages allow, so that their memory is the
 * system's to write out. False: the system would not; then nothing has changed. */
bool column_map_over(Column *c, uint64_t from, uint64_t to, int fd, int64_t base);
/* Lets go of the pages of what column_map_over mapped below `to`; they come back when read. */
void column_let_go(const Column *c, uint64_t to, int64_t base);
/* n items side by side (skips to a segment that can hold them); *index is the first's. */
void *column_push_run(Column *c, uint64_t n, uint64_t *index);
/* Bytes of memory in the items below count (not of untouched segment tails). */
size_t column_bytes(const Column *c);

static inline uint32_t column_segment(const Column *c, uint64_t index) {
    return 63u - (uint32_t)__builtin_clzll(index + (1ull << c->base_log2)) - c->base_log2;
}

static inline void *column_at(const Column *c, uint64_t index) {
    uint32_t k = column_segment(c, index);
    uint64_t first = (1ull << (c->base_log2 + k)) - (1ull << c->base_log2);
    return c->segment[k] + (index - first) * c->item;
}

/* The items from `index` on that lie side by side; *n is how many, cut at `end`. For scans. */
static inline void *column_span(const Column *c, uint64_t index, uint64_t end, uint64_t *n) {
    uint32_t k = column_segment(c, index);
    uint64_t next = (1ull << (c->base_log2 + k + 1)) - (1ull << c->base_log2);
    *n = (next < end ? next : end) - index;
    return column_at(c, index);
}

static inline void *column_push(Column *c) {
    uint32_t k = column_segment(c, c->count);
    if (!c->segment[k])
        column_reserve(c, c->count);
    return column_at(c, c->count++);
}

#define COLUMN_AT(c, T, i) (*(T *)column_at((c), (i)))
#define COLUMN_PUSH(c, T) (*(T *)column_push(c))

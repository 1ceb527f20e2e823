#include "base/column.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/error.h"

/* Large segments are mapped, so that a page costs memory only once something is written to it
 * (calloc may hand out, and clear, memory that was freed before); the largest on huge pages, which
 * cost a fault each 2 MiB instead of each 4 KiB (a .cpuprofile loads in 0.75 of the time, nearly
 * all of it the kernel's): those before it are as large together, so one that is hardly used costs
 * little. Under AddressSanitizer all come from calloc, which guards their ends. */
#if defined(__SANITIZE_ADDRESS__)
#define MAP_FROM SIZE_MAX
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define MAP_FROM SIZE_MAX
#endif
#endif
#ifndef MAP_FROM
#define MAP_FROM ((size_t)128 << 10)
#endif
#define HUGE_FROM ((size_t)4 << 20)

static uint64_t segment_items(const Column *c, uint32_t k) {
    return 1ull << (c->base_log2 + k);
}

static uint64_t segment_first(const Column *c, uint32_t k) {
    return segment_items(c, k) - (1ull << c->base_log2);
}

static size_t segment_bytes(const Column *c, uint32_t k) {
    return (size_t)segment_items(c, k) * c->item;
}

static void segment_new(Column *c, uint32_t k) {
    size_t bytes;
    void *p = NULL;
    if (!__builtin_mul_overflow(segment_items(c, k), c->item, &bytes)) {
        if (bytes < MAP_FROM) {
            p = calloc(1, bytes);
        } else if (bytes >= HUGE_FROM) {
            p = mem_table(bytes);
        } else {
            p = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
            if (p == MAP_FAILED)
                p = NULL;
        }
    }
    if (!p)
        panic("out of memory for %llu items of %u bytes", (unsigned long long)segment_items(c, k),
              c->item);
    c->segment[k] = p;
}

static bool segment_is_borrowed(const Column *c, uint32_t k) {
    return c->borrowed >> k & 1;
}

static void segment_free(Column *c, uint32_t k) {
    if (c->segment[k] && !segment_is_borrowed(c, k)) {
        if (segment_bytes(c, k) < MAP_FROM)
            free(c->segment[k]);
        else if (segment_bytes(c, k) >= HUGE_FROM)
            mem_table_free(c->segment[k], segment_bytes(c, k));
        else
            munmap(c->segment[k], segment_bytes(c, k));
    }
    c->segment[k] = NULL;
}

void column_init(Column *c, uint32_t item_bytes, uint32_t base_log2) {
    if (item_bytes == 0 || base_log2 + COLUMN_SEGMENTS > 63)
        panic("column_init: items of %u bytes, base 2^%u", item_bytes, base_log2);
    *c = (Column){.item = item_bytes, .base_log2 = base_log2};
}

void column_free(Column *c) {
    for (uint32_t k = 0; k < COLUMN_SEGMENTS; k++)
        segment_free(c, k);
    column_init(c, c->item, c->base_log2);
}

void column_clear(Column *c) {
    for (uint32_t k = 0; k < COLUMN_SEGMENTS && segment_first(c, k) < c->count; k++) {
        uint64_t n = c->count - segment_first(c, k);
        if (n > segment_items(c, k))
            n = segment_items(c, k);
        if (segment_is_borrowed(c, k))
            segment_free(c, k);
        else
            memset(c->segment[k], 0, (size_t)n * c->item);
    }
    c->borrowed = 0;
    c->count = 0;
}

void column_reserve(Column *c, uint64_t index) {
    uint32_t last = column_segment(c, index);
    if (last >= COLUMN_SEGMENTS)
        panic("column full: item %llu", (unsigned long long)index);
    /* the ones before as well: items that a run skipped are read as zero by scans */
    for (uint32_t k = 0; k <= last; k++) {
        if (!c->segment[k])
            segment_new(c, k);
    }
}

void *column_push_run(Column *c, uint64_t n, uint64_t *index) {
    uint32_t k = column_segment(c, c->count);
    uint64_t first = c->count;
    while (k < COLUMN_SEGMENTS && n > segment_first(c, k) + segment_items(c, k) - first)
        first = segment_first(c, ++k);
    if (k >= COLUMN_SEGMENTS)
        panic("column full: a run of %llu items", (unsigned long long)n);
    column_reserve(c, first);
    c->count = first + n;
    *index = first;
    return column_at(c, first);
}

/* ---- segments that live in files -------------------------------------------------------- */

void column_borrow(Column *c, const void *items, uint64_t n) {
    if (c->count)
        panic("column_borrow: the column has items");
    column_free(c);
    for (uint32_t k = 0; k < COLUMN_SEGMENTS && segment_first(c, k) < n; k++) {
        c->segment[k] = (char *)(uintptr_t)items + segment_first(c, k) * c->item;
        c->borrowed |= 1ull << k;
    }
    c->count = n;
}

void column_own_tail(Column *c) {
    uint32_t k = column_segment(c, c->count);
    if (!segment_is_borrowed(c, k))
        return;
    const char *items = c->segment[k];
    segment_new(c, k);
    c->borrowed &= ~(1ull << k);
    memcpy(c->segment[k], items, (size_t)(c->count - segment_first(c, k)) * c->item);
}

/* The part of segment k that holds items of [from, to), in whole pages: rounded down, for the
 * bytes before it are in the file as well. */
static bool segment_pages(const Column *c, uint32_t k, uint64_t from, uint64_t to, int64_t base,
                          size_t *at, size_t *n) {
    uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE), first = segment_first(c, k);
    uint64_t end = first + segment_items(c, k);
    if (segment_bytes(c, k) < MAP_FROM || segment_is_borrowed(c, k) || to <= first || from >= end ||
        ((uint64_t)base + first * c->item) % page != 0)
        return false;
    uint64_t a = from > first ? (from - first) * c->item / page * page : 0;
    uint64_t b = ((to < end ? to : end) - first) * c->item / page * page;
    *at = (size_t)a;
    *n = b > a ? (size_t)(b - a) : 0;
    return *n > 0;
}

bool column_map_over(Column *c, uint64_t from, uint64_t to, int fd, int64_t base) {
    size_t at, n;
    for (uint32_t k = 0; k < COLUMN_SEGMENTS && c->segment[k]; k++) {
        if (!segment_pages(c, k, from, to, base, &at, &n))
            continue;
        off_t offset = (off_t)(base + (int64_t)(segment_first(c, k) * c->item + at));
        if (mmap(c->segment[k] + at, n, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, fd,
                 offset) == MAP_FAILED)
            return false;
    }
    return true;
}

void column_let_go(const Column *c, uint64_t to, int64_t base) {
    size_t at, n;
    for (uint32_t k = 0; k < COLUMN_SEGMENTS && c->segment[k]; k++) {
        if (segment_pages(c, k, 0, to, base, &at, &n))
            madvise(c->segment[k] + at, n, MADV_DONTNEED);
    }
}

size_t column_bytes(const Column *c) {
    return (size_t)c->count * c->item;
}

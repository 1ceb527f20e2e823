#include "base/arena.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/error.h"

#if defined(__SANITIZE_ADDRESS__)
#define POISON 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define POISON 1
#endif
#endif

#ifdef POISON
#include <sanitizer/asan_interface.h>
enum { ARENA_GAP = 16 }; /* poisoned bytes behind every push, to catch overruns */
#else
#define ASAN_POISON_MEMORY_REGION(p, n) ((void)(p), (void)(n))
#define ASAN_UNPOISON_MEMORY_REGION(p, n) ((void)(p), (void)(n))
enum { ARENA_GAP = 0 };
#endif

enum { ARENA_BLOCK = 64 << 10, ARENA_GROWTH_CAP = 16 << 20 };

struct ArenaBlock {
    ArenaBlock *prev;
    size_t size;  /* bytes of data */
    size_t used;  /* bytes pushed */
    size_t dirty; /* bytes ever pushed: what lies behind is still zero from calloc */
    char data[];
};

static void block_free(Arena *arena, ArenaBlock *block) {
    arena->bytes -= sizeof *block + block->size;
    ASAN_UNPOISON_MEMORY_REGION(block->data, block->size);
    free(block);
}

/* Blocks grow with the arena: a large one is few blocks, and a reset one soon is a single one.
 */
static ArenaBlock *block_new(Arena *arena, size_t need) {
    size_t size = arena->bytes / 2;
    if (size > ARENA_GROWTH_CAP)
        size = ARENA_GROWTH_CAP;
    if (size < arena->block_size)
        size = arena->block_size;
    if (size < need)
        size = need;
    if (size > PTRDIFF_MAX - sizeof(ArenaBlock))
        panic("out of memory: %zu bytes wanted", size);
    ArenaBlock *block = calloc(1, sizeof *block + size);
    if (!block)
        panic("out of memory: %zu bytes wanted", size);
    block->prev = arena->block;
    block->size = size;
    arena->block = block;
    arena->bytes += sizeof *block + size;
    ASAN_POISON_MEMORY_REGION(block->data, size);
    return block;
}

void arena_init(Arena *arena, size_t block_size) {
    *arena = (Arena){.block_size = block_size ? block_size : ARENA_BLOCK};
}

/* Where in the block a push aligned to `align` starts. */
static size_t block_start(const ArenaBlock *block, size_t align) {
    uintptr_t base = (uintptr_t)block->data;
    return (size_t)(((base + block->used + align - 1) & ~(uintptr_t)(align - 1)) - base);
}

/* Not zeroed; *dirty: so many bytes of it may not be zero. */
static char *push(Arena *arena, size_t size, size_t align, size_t *dirty) {
    if (align == 0 || align > 64 || (align & (align - 1)))
        panic("arena_push: alignment %zu", align);
    if (size > PTRDIFF_MAX / 2)
        panic("out of memory: %zu bytes wanted", size);
    ArenaBlock *block = arena->block;
    size_t start = block ? block_start(block, align) : 0;
    if (!block || start + size + ARENA_GAP > block->size) {
        block = block_new(arena, size + align + ARENA_GAP);
        start = block_start(block, align);
    }
    size_t end = start + size;
    char *p = block->data + start;
    ASAN_UNPOISON_MEMORY_REGION(p, size);
    *dirty = start < block->dirty ? (end < block->dirty ? end : block->dirty) - start : 0;
    if (block->dirty < end)
        block->dirty = end;
    block->used = end + ARENA_GAP;
    return p;
}

void *arena_push(Arena *arena, size_t size, size_t align) {
    size_t dirty;
    char *p = push(arena, size, align, &dirty);
    return dirty ? memset(p, 0, dirty) : p;
}

void *arena_copy(Arena *arena, const void *from, size_t size, size_t align) {
    size_t dirty;
    char *p = push(arena, size, align, &dirty);
    return size ? memcpy(p, from, size) : p;
}

void *arena_resize(Arena *arena, void *p, size_t old_size, size_t new_size, size_t align) {
    ArenaBlock *block = arena->block;
    char *from = p;
    if (from && new_size <= PTRDIFF_MAX / 2 &&
        from + old_size + ARENA_GAP == block->data + block->used &&
        (size_t)(from - block->data) + new_size + ARENA_GAP <= block->size) {
        size_t end = (size_t)(from - block->data) + new_size;
        ASAN_UNPOISON_MEMORY_REGION(from, new_size);
        if (new_size < old_size)
            ASAN_POISON_MEMORY_REGION(from + new_size, old_size - new_size);
        if (block->dirty < end)
            block->dirty = end;
        block->used = end + ARENA_GAP;
        return p;
    }
    size_t dirty;
    char *to = push(arena, new_size, align, &dirty);
    size_t kept = old_size < new_size ? old_size : new_size;
    return kept ? memcpy(to, from, kept) : to;
}

/* Several blocks become one of their size, so that the next round needs no further one. */
void arena_reset(Arena *arena) {
    ArenaBlock *block = arena->block;
    if (block && block->prev) {
        size_t bytes = arena->bytes;
        arena_free(arena);
        block = block_new(arena, bytes);
    }
    if (block) {
        block->used = 0;
        ASAN_POISON_MEMORY_REGION(block->data, block->size);
    }
}

void arena_free(Arena *arena) {
    for (ArenaBlock *b = arena->block, *prev; b; b = prev) {
        prev = b->prev;
        block_free(arena, b);
    }
    arena->block = NULL;
}

ArenaMark arena_mark(const Arena *arena) {
    return (ArenaMark){arena->block, arena->block ? arena->block->used : 0};
}

void arena_pop(Arena *arena, ArenaMark mark) {
    if (!mark.block) {
        arena_reset(arena);
        return;
    }
    while (arena->block && arena->block != mark.block) {
        ArenaBlock *prev = arena->block->prev;
        block_free(arena, arena->block);
        arena->block = prev;
    }
    if (!arena->block)
        panic("arena_pop: the mark is not of this arena");
    arena->block->used = mark.used;
    ASAN_POISON_MEMORY_REGION(arena->block->data + mark.used, arena->block->size - mark.used);
}

void *mem_resize(void *p, size_t old_size, size_t new_size) {
    if (new_size == 0) {
        free(p);
        return NULL;
    }
    char *q = p ? realloc(p, new_size) : calloc(1, new_size);
    if (!q)
        panic("out of memory: %zu bytes wanted", new_size);
    if (p && new_size > old_size)
        memset(q + old_size, 0, new_size - old_size);
    return q;
}

#if defined(POISON)

enum { LINE = 128 };

/* From calloc, for which fresh pages are not cleared once more, and begun at a line of it: the byte
 * before tells how far in. What is behind the table's last byte is poisoned. */
void *mem_table(size_t size) {
    if (size > PTRDIFF_MAX - LINE)
        panic("out of memory: %zu bytes wanted", size);
    char *from = calloc(1, size + LINE);
    if (!from)
        panic("out of memory: %zu bytes wanted", size);
    size_t in = LINE - (uintptr_t)from % LINE;
    from[in - 1] = (char)in;
    ASAN_POISON_MEMORY_REGION(from + in + size, LINE - in);
    return from + in;
}

void mem_table_free(void *p, size_t size) {
    if (!p)
        return;
    char *table = p;
    size_t in = (unsigned char)table[-1];
    ASAN_UNPOISON_MEMORY_REGION(table + size, LINE - in);
    free(table - in);
}

#else

enum { HUGE_PAGE = 2 << 20, PAGE = 4096 };

/* Whole pages; huge ones where a table fills most of one. */
static inline size_t table_bytes(size_t size) {
    size_t page = size >= HUGE_PAGE / 2 ? HUGE_PAGE : PAGE;
    return (size + page - 1) / page * page;
}

/* The system gives huge pages at multiples of 2 MiB only, and of those only to whole ones that
 * lie within a mapping: a mapping that large is made larger by one and cut to begin at one. */
void *mem_table(size_t size) {
    size_t bytes = table_bytes(size), spare = bytes >= HUGE_PAGE ? HUGE_PAGE : 0;
    char *p = mmap(NULL, bytes + spare, PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (p == MAP_FAILED)
        panic("out of memory: %zu bytes wanted", size);
    size_t before = spare ? (HUGE_PAGE - (uintptr_t)p % HUGE_PAGE) % HUGE_PAGE : 0;
    if (before)
        munmap(p, before);
    if (spare > before)
        munmap(p + before + bytes, spare - before);
    p += before;
#ifdef MADV_HUGEPAGE
    if (spare)
        madvise(p, bytes, MADV_HUGEPAGE);
#endif
    return p;
}

void mem_table_free(void *p, size_t size) {
    if (p)
        munmap(p, table_bytes(size));
}

#endif

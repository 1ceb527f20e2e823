/* Arena: memory that is pushed and freed as a whole.
 * Owner: whoever calls arena_init; pushed memory lives until arena_reset, arena_pop or arena_free.
 * Thread: none of this is thread-safe; an arena belongs to one thread at a time.
 * Failure: out of memory aborts with a message; nothing here returns NULL.
 * Unused bytes of a block are poisoned under AddressSanitizer. */
#pragma once

#include <stddef.h>
#include <stdint.h>

typedef struct ArenaBlock ArenaBlock;

typedef struct Arena {
    ArenaBlock *block; /* newest block; older ones are linked from it */
    size_t block_size; /* bytes of an ordinary block */
    size_t bytes;      /* taken from the system, for the memory overlay */
} Arena;

typedef struct ArenaMark {
    ArenaBlock *block;
    size_t used;
} ArenaMark;

/* block_size 0 means 64 KiB. Takes no memory until the first push. */
void arena_init(Arena *arena, size_t block_size);
/* Zeroed memory; align is a power of two up to 64; size 0 gives a valid pointer. */
void *arena_push(Arena *arena, size_t size, size_t align);
/* Forgets everything pushed but keeps one block for the next use. */
void arena_reset(Arena *arena);
void arena_free(Arena *arena);
ArenaMark arena_mark(const Arena *arena);
void arena_pop(Arena *arena, ArenaMark mark);

/* A copy of size bytes at from; cheaper than a push and memcpy, for nothing is zeroed first. */
void *arena_copy(Arena *arena, const void *from, size_t size, size_t align);
/* Another size for what was pushed last: in place as far as the block goes, else a copy. Of what
 * was not pushed last, or is NULL, a copy, too. What it adds is not zeroed. */
void *arena_resize(Arena *arena, void *p, size_t old_size, size_t new_size, size_t align);

#define ARENA_NEW(arena, T) ((T *)arena_push((arena), sizeof(T), _Alignof(T)))
#define ARENA_ARRAY(arena, T, n) ((T *)arena_push((arena), sizeof(T) * (size_t)(n), _Alignof(T)))

/* The only door to the heap for things that must grow in place (hash tables, text buffers).
 * mem_resize zero-fills what it adds; new_size 0 frees and returns NULL; p may be NULL. */
void *mem_resize(void *p, size_t old_size, size_t new_size);

/* Zeroed memory for a large table that is read at random places: aligned to cache lines, and on
 * huge pages where the system has them, for they cost a fault each 2 MiB instead of each 4 KiB
 * and nearly no address translation. The size is given again to free it; p may be NULL. */
void *mem_table(size_t size);
void mem_table_free(void *p, size_t size);

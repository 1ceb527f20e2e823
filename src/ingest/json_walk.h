/* JsonWalk: over an object or array of a JSON text by bit masks, 64 bytes at a time, without looking
 * at what is in it: only strings and brackets count.
 * Thread: any; no state but the caller's. Failure: none. */
#pragma once

#include <stddef.h>
#include <stdint.h>

enum { JSON_WALK_BLOCK = 64 };

typedef struct JsonWalk {
    uint64_t level;   /* open brackets; 0: it is over */
    uint64_t string;  /* all ones: inside one */
    uint64_t escaped; /* 1: the next byte is */
} JsonWalk;

/* Behind an opening bracket, at its start with level 1: as many whole blocks of [s, s + n) as there
 * are, up to behind the bracket that closes level 1. Returns how many bytes that were; all have been
 * seen to when level is not 0. */
size_t json_walk(JsonWalk *w, const char *s, size_t n);
/* The variant that needs no special instructions; the same result. For tests. */
size_t json_walk_portable(JsonWalk *w, const char *s, size_t n);

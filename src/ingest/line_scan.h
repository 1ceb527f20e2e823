/* Line scan: where the lines of a text end, found 64 bytes at a time.
 * Thread: any; no state but the choice of instructions, made once and the same for all.
 * Failure: none. Reads, but never believes, up to FORMAT_CHUNK_PAD bytes behind the text. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Offsets of the newlines in p[0, n) into ends, which has room for n + 2; returns how many. */
uint32_t line_scan(const char *p, uint32_t n, uint32_t *ends);
/* The variant that needs no special instructions; the same result. For tests. */
uint32_t line_scan_portable(const char *p, uint32_t n, uint32_t *ends);

/* Where the lines of a record end that is closed by an empty line. */
typedef struct RecordEnds {
    uint32_t first, second;
    uint32_t blank; /* the empty line; it may be the second */
} RecordEnds;

/* The record that starts at p; false: no empty line follows in p[0, n). */
bool record_scan(const char *p, uint32_t n, RecordEnds *out);
bool record_scan_portable(const char *p, uint32_t n, RecordEnds *out);

/* The pack on disk (.fscope), version 1. Private to pack_*.c and their tests.
 *   header · sections, each at a multiple of PACK_ALIGN · table of sections
 * All numbers are little-endian and lie as the store's own structs do, so that a mapped section
 * is a column. Sections are found by tag: a reader skips tags that it does not know, unless
 * they are PACK_NEEDED; structs may grow at their end, which `item` tells. What cannot be read
 * like that raises PACK_VERSION. The columns of samples are checksummed in blocks of PACK_BLOCK
 * items, so that they can be used while the rest is still being read; everything else as a
 * whole. Sections: facts, names, text, frames, stacks, contexts, events, pairs, complaints,
 * examples, time, pair, cpu, weight, blocks (checksums of the four before it, in their order),
 * chosen (an EventId, where the file chose one), and what others hand in: heat and tree
 * (query/packed.c), source (app/cache.c). */
#pragma once

#include "store/complaints.h"
#include "store/pack.h"

enum {
    PACK_VERSION = 1,
    PACK_ALIGN = 64,
    PACK_BLOCK = 1 << 17, /* samples: 1 MiB of times */
    PACK_BYTE_ORDER = 0x01020304,
    PACK_NEEDED = 1, /* flag: a reader that does not know this section must refuse the file */
    PACK_BLOCKS = 2, /* flag: checksummed in blocks */
    PACK_NAME_BYTES = 16,
};

/* A high byte, both kinds of line end and Ctrl-Z: no text, and text transfers break it. */
#define PACK_MAGIC                                                                                 \
    "\x8f"                                                                                         \
    "FSC\r\n\x1a\n"

typedef struct PackHeader {
    char magic[8];
    uint32_t version, byte_order; /* the first 16 bytes are the same in every version */
    uint64_t file_bytes;
    uint64_t table_at;
    uint32_t sections, section_bytes; /* of one entry */
    uint64_t table_sum;
    uint64_t unused[9];
    uint64_t sum; /* of the bytes before it */
} PackHeader;

typedef struct PackSection {
    char tag[12]; /* zeros behind the name */
    uint32_t flags;
    uint32_t item, base_log2; /* bytes of an item; of a column, the size of its segments */
    uint64_t count;           /* items */
    uint64_t at;              /* offset in the file */
    uint64_t sum;             /* of all bytes; unused with PACK_BLOCKS */
} PackSection;

typedef struct PackComplaint {
    char name[PACK_NAME_BYTES]; /* complaint_name; an unknown one counts as damage */
    uint64_t count;
    uint32_t examples, unused; /* as many items of the section "examples", in order */
} PackComplaint;

typedef struct PackExample {
    int64_t offset;
    char excerpt[COMPLAINT_EXCERPT];
} PackExample;

/* The checksum: four lanes of 64 bits that take eight bytes each in turn; every step can be
 * undone, so that a change within eight bytes is always seen, any other but once in 2^64.
 * (Measured in cache: 13 to 16 GB/s, 3 to 5 by zlib's CRC-32; memory gave 4.4.) */
typedef struct PackSum {
    uint64_t lane[4], bytes;
} PackSum;

void pack_sum_begin(PackSum *s);
void pack_sum_add(PackSum *s, const void *data, size_t n); /* a multiple of 32, but the last */
uint64_t pack_sum_end(const PackSum *s);
uint64_t pack_sum(const void *data, size_t n);

_Static_assert(sizeof(PackHeader) == 128 && sizeof(PackSection) == 48, "as on disk");
_Static_assert(sizeof(PackComplaint) == 32 && sizeof(PackExample) == 128, "as on disk");

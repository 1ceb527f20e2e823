/* JsonSlabs: a JSON text whose lists of numbers lie beside it as they are in memory, in "slabs";
 * {"$s":3} stands for the third of them, which may be JSON, too. Here it becomes plain text again,
 * piece by piece, so that a format of JSON is read by its own reader.
 *   magic DC DF 4A 53 4C 42 01 00, version 1, number of slabs, the root's number,
 *   {kind, place, bytes} of each slab, slabs; all numbers are little-endian and of 32 bits
 * Owner: the reader of a file, whose bytes must stay. Thread: one. Failure: what is not whole is
 * left out and counted; nothing is read out of bounds, and all slabs that are put in have at most
 * JSON_SLABS_USES times the bytes of the file. Facts: FORMAT.md of json-slabs' repository. */
#pragma once

#include "base/buf.h"
#include "base/error.h"

enum {
    JSON_SLABS_MAGIC = 8,
    JSON_SLABS_DEEP = 16, /* slabs within slabs */
    JSON_SLABS_USES = 4,  /* of one slab */
    JSON_SLABS_MOST = 1 << 20,
};

typedef struct JsonSlab {
    uint32_t kind, uses;
    size_t at, n; /* within the bytes */
} JsonSlab;

typedef struct JsonSlabs {
    uint64_t refused; /* slabs that are not there, are none, or more than are put in */
    uint64_t cut;     /* … that end behind the end of the bytes */
    /* -- own */
    Str bytes;
    JsonSlab *slab;
    uint32_t slabs;
    struct {
        uint32_t slab;
        size_t at;
    } text[JSON_SLABS_DEEP]; /* where its reading stands; the root first */
    uint32_t deep;
    uint64_t referred; /* bytes of slabs that were put in */
    bool in_string, escaped;
    uint32_t list; /* being written, if it is less than `slabs` */
    size_t next;
    char word[40]; /* does not fit yet: [word_at, word_n) */
    uint32_t word_at, word_n;
} JsonSlabs;

bool json_slabs_is(Str head);
/* How many bytes of a file that begins so are to be read, as far as they tell; 4 GiB at most, as
 * places have 32 bits. */
uint64_t json_slabs_length(Str bytes);
/* False with *err: there is no root to begin with. */
bool json_slabs_open(JsonSlabs *j, Str bytes, Error *err);
void json_slabs_close(JsonSlabs *j);
/* The next bytes of the text, up to n; 0: that was all. */
size_t json_slabs_read(JsonSlabs *j, char *out, size_t n);

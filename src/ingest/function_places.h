/* Function places: where functions begin and end in a program that was stripped of their names. The
 * index of its call frame information (.eh_frame_hdr) lists where each begins, and what it points
 * to in .eh_frame says how long it is. So all samples of a function can be told to be of one.
 * Owner: who calls function_places_read frees them. Thread: any, one at a time. Memory: 16 bytes a
 * function. Failure: what is not as linkers write it is left out.
 * Facts: Linux Standard Base, core, 10.6. */
#pragma once

#include "base/str.h"

typedef struct FunctionPlace {
    uint64_t start, end; /* offsets in the file that is mapped */
} FunctionPlace;

typedef struct FunctionPlaces {
    FunctionPlace *place; /* by start */
    size_t n, cap;
} FunctionPlaces;

/* A section, and the address that linkers gave it. */
typedef struct PlacedBytes {
    Str bytes;
    uint64_t at;
} PlacedBytes;

/* As addresses, not yet as offsets. */
void function_places_read(FunctionPlaces *out, PlacedBytes index, PlacedBytes frames);
void function_places_free(FunctionPlaces *p);
/* The function there; NULL: none is known. */
const FunctionPlace *function_places_find(const FunctionPlaces *p, uint64_t offset);

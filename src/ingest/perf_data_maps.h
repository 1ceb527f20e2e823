/* Perf data maps: what lies where in one memory, by address; nothing overlaps. Runtime compilers
 * map each function they make, in any order, so mappings lie in leaves of some hundreds: to add one
 * moves no more than its leaf's. Owner: spaces, several of which may use one list as long as none
 * changes it. Thread: one at a time. Memory: 32 bytes a mapping, 64 at worst; all lists of a load
 * count into one number. Pointers to mappings hold until the list changes. Failure: none. */
#pragma once

#include "ingest/perf_data_dso.h"

typedef struct Mapping {
    uint64_t start, end;
    uint64_t shift; /* to be added to an address for its place in the dso */
    DsoId dso;
    uint32_t zero; /* so that mappings compare as bytes */
} Mapping;

typedef struct MappingLeaf {
    uint64_t end; /* of its last mapping; there is one, always */
    Mapping *map;
    uint32_t n, cap;
} MappingLeaf;

typedef struct MappingList {
    uint32_t users; /* spaces; whoever lets go of it as the last frees it */
    uint32_t leaves, leaf_cap;
    MappingLeaf *leaf;
    uint64_t n;
    uint64_t *all; /* mappings of all lists that count there */
} MappingList;

MappingList *mappings_new(uint64_t *all);
MappingList *mappings_copy(const MappingList *from);
void mappings_drop(MappingList *l); /* NULL is fine */
/* The first mapping that ends behind the address; NULL: there is none. */
const Mapping *mappings_behind(const MappingList *l, uint64_t address);
/* What it covers of older ones is gone. */
void mappings_put(MappingList *l, const Mapping *m);
/* The one that begins there goes; there is one. */
void mappings_remove(MappingList *l, uint64_t start);

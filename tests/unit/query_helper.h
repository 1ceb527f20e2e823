/* Random profiles for the tests of query and picture: deep and shallow stacks over few symbols,
 * several contexts and events, some of them idle, cpus, weights, times in or out of order.
 * Thread: maker_add may run on a thread of its own while others read the profile. */
#pragma once

#include "query/query.h"
#include "store/profile.h"

typedef struct MakeOptions {
    uint64_t seed;
    uint32_t symbols, depth, contexts, events, cpus;
    int64_t step_ns;   /* mean time between samples */
    uint32_t disorder; /* percent of samples that come late */
    bool weights, untimed;
} MakeOptions;

typedef struct Maker {
    MakeOptions options;
    uint64_t random;
    int64_t now_ns;
    Dict dict;
    Profile profile;
    Part part;
    Remap remap;
} Maker;

void maker_init(Maker *m, const MakeOptions *options);
/* In the dict of `first`, as two files of one session are; freed before it. */
void maker_init_beside(Maker *m, const MakeOptions *options, Maker *first);
void maker_free(Maker *m);
void maker_add(Maker *m, uint64_t samples); /* absorbs one batch and publishes it */
uint64_t random_next(uint64_t *state);
uint64_t random_below(uint64_t *state, uint64_t n);
/* A random question about the time that the view covers. */
Query random_query(uint64_t *state, const ProfileView *view);

/* One sample with a stack of the given symbols, root first, in the module "m". */
void maker_put(Maker *m, int64_t time_ns, const char *comm, int32_t tid, const char *event,
               uint16_t cpu, uint64_t weight, const char *const *symbols, uint32_t n,
               uint32_t kind);

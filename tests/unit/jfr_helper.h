/* Writes Java Flight Recorder files, for tests and as seeds of the fuzzer: types, constants and
 * events with values by name, put down in any of the ways that writers may choose. */
#pragma once

#include "base/buf.h"

typedef struct JfrGenWays {
    bool raw;               /* integers are not compressed */
    bool reversed;          /* the fields of every type in the opposite order */
    bool metadata_last;     /* behind all events */
    bool checkpoints_first; /* all constants before the first event */
    bool scattered;         /* a checkpoint for every constant, among the events */
    bool large_keys;        /* keys of constants that need nine bytes */
    bool other_strings;     /* not UTF-8: UTF-16, Latin-1, by key, in turn */
    bool noise;             /* events that are none of ours between the others */
    bool unsized;           /* the header does not know the chunk's size */
} JfrGenWays;

/* The value of a field: a number (or a constant's key), else a text, else frames. */
typedef struct JfrGenFrame {
    uint64_t method, type;
} JfrGenFrame;

typedef struct JfrGenValue {
    const char *field;
    uint64_t number;
    const char *text;
    const JfrGenFrame *frame;
    uint32_t frames;
} JfrGenValue;

enum { JFR_GEN_TYPES = 64 };

typedef struct JfrGenPool {
    Buf bytes;
    uint32_t count;
} JfrGenPool;

typedef struct JfrGen {
    Buf out; /* the file */
    JfrGenWays ways;
    int64_t start_ns, start_ticks, ticks_per_s;
    size_t chunk; /* where it begins in out */
    /* -- of the chunk */
    Buf events, checkpoints;
    JfrGenPool pool[JFR_GEN_TYPES];
    uint32_t strings;     /* written so far, which chooses how the next is */
    uint64_t string_keys; /* of those in the pool of strings */
} JfrGen;

void jfr_gen_free(JfrGen *g);
void jfr_gen_begin(JfrGen *g, JfrGenWays ways, int64_t start_ns, int64_t start_ticks,
                   int64_t ticks_per_s);
/* The values end with one whose field is NULL; what is not given is 0 or no string. */
void jfr_gen_constant(JfrGen *g, const char *type, uint64_t key, const JfrGenValue *values);
void jfr_gen_event(JfrGen *g, const char *type, const JfrGenValue *values);
/* Puts the chunk together. */
void jfr_gen_end(JfrGen *g);

/* Appends a whole chunk: threads, methods, stacks and events of each kind, told apart by
 * `seed`, written in these ways. The samples are the same whatever the ways are. */
void jfr_gen_world(JfrGen *g, JfrGenWays ways, uint32_t seed);
enum { JFR_GEN_WORLD_ROWS = 26 };
/* Ways number i of some that differ much; any number is one. */
JfrGenWays jfr_gen_ways(uint32_t i);
enum { JFR_GEN_WAYS = 512 };

/* Loader: bytes to profile. A thread (or, inline, loader_step) reads chunks of at most 1 MiB
 * cut at record boundaries, gives them to workers as jobs, absorbs their batches in chunk
 * order, publishes and calls wake(). Owner: the creator. Thread: start, cancel, status, step,
 * free from one thread (main); the loader's own thread is the profile's absorber, or, while a
 * format is read that one parser reads in order, a thread beside it (relay.h). The profile
 * and jobs must outlive the loader. Failure: an input that cannot be used at all ends in
 * LOAD_FAILED with the error; anything less is a complaint on the profile. */
#pragma once

#include "base/jobs.h"
#include "ingest/format.h"
#include "store/profile.h"

typedef enum LoadState { LOAD_RUNNING, LOAD_DONE, LOAD_FAILED, LOAD_CANCELLED } LoadState;

typedef struct LoadOptions {
    const char *path;      /* "-" is standard input */
    const char *format;    /* NULL: recognise by content */
    uint32_t chunk_bytes;  /* 0: 1 MiB; tests use 100. A longer record grows its chunk */
    uint32_t record_limit; /* 0: 64 MiB; a longer record is a complaint and skipped */
    CodecEngine engine;
    bool follow;      /* the file is still being written: until loader_end */
    bool quiet;       /* nobody watches it grow: no wake() for what is published */
    bool inlined;     /* of a perf.data: what compilers inlined is looked for */
    bool dict_in_use; /* others fill the dictionary, too: a pack is absorbed, not lent */
} LoadOptions;

typedef struct LoadStatus {
    LoadState state;
    const char *format; /* NULL until recognised */
    bool format_has_time;
    bool packed;        /* a pack: what was left out when it was made is not known */
    double progress;    /* 0 to 1; -1 for a pipe or a file that grows: nobody knows how long */
    int64_t bytes_read; /* raw */
    int64_t bytes_text; /* after decompression, absorbed */
    int64_t size;       /* raw, -1 likewise */
    int64_t elapsed_ns; /* frozen when the load ends */
    Error error;
} LoadStatus;

typedef struct Loader Loader;

/* As what the file at this path would be loaded, by its first bytes; NULL with *err when they are
 * of no profile. Not for pipes, whose first bytes would be lost. */
const char *loader_guess(const char *path, Error *err);
/* Opens the source at once; NULL with *err when that fails. */
Loader *loader_start(Jobs *jobs, Profile *profile, const LoadOptions *options, Error *err);
void loader_status(const Loader *loader, LoadStatus *out);
void loader_cancel(Loader *loader);
/* Of a pipe or a file that is followed: what is there by now is all, and the load ends as done. */
void loader_end(Loader *loader);
/* With 0 workers: reads, parses and absorbs one chunk; false when the load is over. With
 * workers: nothing to do, returns whether the load still runs. */
bool loader_step(Loader *loader);
void loader_wait(Loader *loader); /* until the load is over */
void loader_free(Loader *loader); /* cancels and waits first */

/* What fuzzers of sequential formats share: the bytes as a file, read by the format, absorbed;
 * and, of some inputs, as a pipe, which gives less at a time: the rows must be the same. */
#pragma once

#define _GNU_SOURCE /* memfd_create */
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/error.h"
#include "ingest/format.h"
#include "store/profile.h"

enum {
    FUZZ_ROWS_MOST = 1 << 14, /* a few bytes may stand for very many rows */
    FUZZ_PIPE_BYTES = 60000,  /* what a pipe holds with nobody reading */
    FUZZ_PIPE_ONE_OF = 4,
};

typedef struct Absorber {
    Profile profile;
    Remap remap;
    const Part *part; /* the last batch's; ids of another one mean something else */
    bool full;
} Absorber;

static inline bool fuzz_absorb(void *loader, Batch *batch) {
    Absorber *a = (Absorber *)loader;
    if (batch && a->part != batch->part) {
        remap_free(&a->remap);
        a->part = batch->part;
    }
    if (batch)
        profile_absorb(&a->profile, batch, &a->remap);
    a->full = a->profile.building.samples >= FUZZ_ROWS_MOST;
    return !a->full;
}

/* The bytes as a file. The descriptor is the same one each time. */
static inline int fuzz_file(const uint8_t *data, size_t n) {
    static int fd = -1;
    if (fd < 0)
        fd = memfd_create("fuzz", 0);
    if (fd < 0 || ftruncate(fd, 0) != 0 || pwrite(fd, data, n, 0) != (ssize_t)n)
        panic("the input cannot be written");
    return fd;
}

/* Reads what the descriptor gives; out, unless NULL: all that came of it. False: it was stopped
 * before the end, or is not even what its first bytes say. */
static inline bool fuzz_read(const Format *format, int fd, Buf *out) {
    char path[64];
    Error err = {.offset = -1};
    Dict dict;
    Absorber a = {0};
    bool end;
    Str head;
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    Source *source = source_open(path, CODEC_AUTO, &err);
    if (!source)
        return false; /* it says that it is compressed, and is not */
    if (!source_peek(source, FORMAT_PROBE_BYTES, &head, &end, &err))
        panic("%s", err.message);
    dict_init(&dict);
    profile_init(&a.profile, &dict);
    bool ok = format->run(source, fuzz_absorb, &a, &err);
    if (!ok && !a.full && !err.kind)
        panic("it failed and does not say why");
    if (out && !ok)
        buf_puts(out, err.message);
    if (out)
        profile_dump(&a.profile, out);
    source_close(source);
    remap_free(&a.remap);
    profile_free(&a.profile);
    dict_free(&dict);
    return !a.full;
}

/* What came of it without what is complained of. */
static inline Str fuzz_rows(const Buf *dump) {
    return str_slice(buf_str(dump), 0, str_find(buf_str(dump), STR("complaint ")));
}

/* From a file and from a pipe. in_order: both ways all is read in order, so that even what is
 * complained of is the same. */
static inline void fuzz_both_ways(const Format *format, const uint8_t *data, size_t n,
                                  bool in_order) {
    int end[2];
    Buf from_file = {0}, from_pipe = {0};
    bool whole = fuzz_read(format, fuzz_file(data, n), &from_file);
    if (pipe(end) != 0 || write(end[1], data, n) != (ssize_t)n)
        panic("no pipe");
    close(end[1]);
    if (fuzz_read(format, end[0], &from_pipe) && whole &&
        !str_eq(in_order ? buf_str(&from_file) : fuzz_rows(&from_file),
                in_order ? buf_str(&from_pipe) : fuzz_rows(&from_pipe)))
        panic("a pipe gives other rows");
    close(end[0]);
    buf_free(&from_file);
    buf_free(&from_pipe);
}

static inline void fuzz_format(const char *name, const uint8_t *data, size_t n) {
    const Format *format = format_named(name);
    uint32_t sum = 0;
    for (size_t i = 0; i < n; i++)
        sum = sum * 31 + data[i];
    if (n <= FUZZ_PIPE_BYTES && sum % FUZZ_PIPE_ONE_OF == 0)
        fuzz_both_ways(format, data, n, true);
    else
        fuzz_read(format, fuzz_file(data, n), NULL);
    format->probe((Str){(const char *)data, n}, true);
    format->probe((Str){(const char *)data, n}, false);
}

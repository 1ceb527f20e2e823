/* What fuzzers of sequential formats share: the bytes as a file, read by the format, absorbed.
 */
#pragma once

#define _GNU_SOURCE
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "ingest/format.h"
#include "store/profile.h"

enum { FUZZ_ROWS_MOST = 1 << 20 }; /* a few bytes may stand for very many rows */

typedef struct Absorber {
    Profile profile;
    Remap remap;
} Absorber;

static bool fuzz_absorb(void *loader, Batch *batch) {
    Absorber *a = loader;
    profile_absorb(&a->profile, batch, &a->remap);
    return a->profile.building.samples < FUZZ_ROWS_MOST;
}

static void fuzz_format(const char *name, const uint8_t *data, size_t n) {
    static int fd = -1;
    static char path[64];
    if (fd < 0) {
        fd = memfd_create("fuzz", 0);
        snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    }
    if (fd < 0 || ftruncate(fd, 0) != 0 || pwrite(fd, data, n, 0) != (ssize_t)n)
        panic("the input cannot be written");
    const Format *format = format_named(name);
    Error err = {0};
    Source *source = source_open(path, CODEC_AUTO, &err);
    if (!source)
        return; /* it says that it is compressed, and is not */
    Dict dict;
    Absorber a = {0};
    dict_init(&dict);
    profile_init(&a.profile, &dict);
    format->run(source, fuzz_absorb, &a, &err);
    source_close(source);
    remap_free(&a.remap);
    profile_free(&a.profile);
    dict_free(&dict);
    format->probe((Str){(const char *)data, n}, true);
    format->probe((Str){(const char *)data, n}, false);
}

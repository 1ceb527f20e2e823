/* Any bytes as perf.data: no crash, no endless loop, no memory without bound. The loader's own
 * thread is left out: the bytes come from a file in memory, are read as the format reads them,
 * and every batch is absorbed. Names of programs in them may be any path, but only what is an
 * ELF file there is opened. */
#define _GNU_SOURCE /* memfd_create */
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "ingest/format.h"
#include "store/profile.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

typedef struct Target {
    Profile profile;
    Remap remap;
    const Part *part;
} Target;

static bool absorb(void *loader, Batch *batch) {
    Target *t = (Target *)loader;
    if (!batch)
        return true;
    if (t->part != batch->part) {
        remap_free(&t->remap);
        t->part = batch->part;
    }
    profile_absorb(&t->profile, batch, &t->remap);
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n) {
    char path[64];
    Dict dict;
    Target target = {0};
    Error err = {.offset = -1};
    Str head = {(const char *)data, n};
    const Format *format = format_named("perf.data");
    if (format->probe(head, true) != GUESS_YES)
        return -1;
    int fd = memfd_create("fuzz", 0);
    if (fd < 0 || write(fd, data, n) != (ssize_t)n)
        panic("cannot make a file in memory");
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    Source *source = source_open(path, CODEC_AUTO, &err);
    bool whole;
    if (!source || !source_peek(source, n, &head, &whole, &err))
        panic("%s", err.message);
    dict_init(&dict);
    profile_init(&target.profile, &dict);
    bool ok = format->run(source, absorb, &target, &err);
    if (!ok && !err.kind)
        panic("it failed and does not say why");
    remap_free(&target.remap);
    profile_free(&target.profile);
    dict_free(&dict);
    source_close(source);
    close(fd);
    return 0;
}

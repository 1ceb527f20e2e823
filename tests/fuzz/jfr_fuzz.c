/* Any bytes as a Java Flight Recorder file: no crash, and the same rows from a file and from a
 * pipe, which gives less at a time. */
#define _GNU_SOURCE /* memfd_create */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/error.h"
#include "ingest/format.h"
#include "store/profile.h"

enum { PIPE_BYTES = 60000 }; /* what a pipe holds with nobody reading */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

typedef struct Sink {
    Profile profile;
    Remap remap;
} Sink;

static bool absorb(void *loader, Batch *batch) {
    Sink *sink = (Sink *)loader;
    profile_absorb(&sink->profile, batch, &sink->remap);
    return true;
}

static void dump(const Format *format, int fd, Buf *out) {
    char path[32];
    Error err = {0};
    Dict dict;
    Sink sink = {0};
    snprintf(path, sizeof path, "/dev/fd/%d", fd);
    Source *source = source_open(path, CODEC_AUTO, &err);
    if (!source)
        panic("%s", err.message);
    dict_init(&dict);
    profile_init(&sink.profile, &dict);
    if (!format->run(source, absorb, &sink, &err))
        buf_puts(out, err.message);
    profile_dump(&sink.profile, out);
    source_close(source);
    remap_free(&sink.remap);
    profile_free(&sink.profile);
    dict_free(&dict);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n) {
    const Format *format = format_named("Java Flight Recorder");
    int file = memfd_create("jfr", 0), end[2];
    Buf from_file = {0}, from_pipe = {0};
    if (file < 0 || pipe(end) != 0)
        panic("no descriptors");
    if (n > PIPE_BYTES)
        n = PIPE_BYTES;
    if (write(file, data, n) != (ssize_t)n || write(end[1], data, n) != (ssize_t)n)
        panic("nothing can be written");
    close(end[1]);
    dump(format, file, &from_file);
    dump(format, end[0], &from_pipe);
    if (!str_eq(buf_str(&from_file), buf_str(&from_pipe)))
        panic("a pipe gives other rows");
    buf_free(&from_file);
    buf_free(&from_pipe);
    close(file);
    close(end[0]);
    format->probe((Str){(const char *)data, n}, true);
    return 0;
}

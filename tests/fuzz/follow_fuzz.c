/* Any bytes as a file that is still being written while it is read: piece by piece it gives the
 * rows that it gives whole. Readers wait for more by poll(), which here writes the next piece. */
#include "fuzz/run_format.h"

#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>

#include "ingest/loader.h"

enum { CHUNK_BYTES = 300, PIECES_MOST = 8, CUT_BYTES = 2 };

/* The file as it is written: piece i ends at end[i]. */
typedef struct Writer {
    const uint8_t *data;
    size_t end[PIECES_MOST], written;
    uint32_t pieces, next;
    int fd;
    Loader *loader;
} Writer;

static Writer writer;

static void write_more(void) {
    Writer *w = &writer;
    if (!w->loader)
        return;
    if (w->next == w->pieces) {
        loader_end(w->loader);
        return;
    }
    size_t end = w->end[w->next++];
    if (end > w->written) {
        ssize_t n = (ssize_t)(end - w->written);
        if (pwrite(w->fd, w->data + w->written, (size_t)n, (off_t)w->written) != n)
            panic("the input cannot be written");
        w->written = end;
    }
}

int poll(struct pollfd *fds, nfds_t n, int timeout_ms) {
    if (n == 0) {
        write_more();
        return 0;
    }
    struct timespec t = {timeout_ms / 1000, timeout_ms % 1000 * 1000000L};
    return (int)syscall(SYS_ppoll, fds, n, timeout_ms < 0 ? NULL : &t, NULL, 0);
}

static bool is_gzip(const Writer *w) {
    return w->end[w->pieces - 1] > 1 && w->data[0] == 0x1f && w->data[1] == 0x8b;
}

/* What came of the file; the format in *format, NULL if it was refused. False: it is too much, or
 * gzip and damaged, of which ISA-L gives more or less as it is read. */
static bool load(int fd, bool follow, const char **format, Buf *out) {
    static Jobs *jobs;
    char path[64];
    Error err = {.offset = -1};
    LoadStatus status = {.state = LOAD_FAILED};
    Dict dict;
    Profile profile;
    if (!jobs)
        jobs = jobs_new(0);
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    dict_init(&dict);
    profile_init(&profile, &dict);
    LoadOptions options = {.path = path, .chunk_bytes = CHUNK_BYTES, .follow = follow};
    Loader *loader = loader_start(jobs, &profile, &options, &err);
    writer.loader = follow ? loader : NULL;
    if (loader) {
        while (profile.building.samples < FUZZ_ROWS_MOST && loader_step(loader))
            write_more();
        loader_status(loader, &status);
        writer.loader = NULL;
        loader_free(loader);
    }
    bool whole = profile.building.samples < FUZZ_ROWS_MOST &&
                 !(is_gzip(&writer) && profile.complaints.of[COMPLAINT_DAMAGED].count);
    *format = status.state == LOAD_DONE ? status.format : NULL;
    if (whole && *format)
        profile_dump(&profile, out);
    profile_free(&profile);
    dict_free(&dict);
    return whole;
}

/* Its first bytes are the places where the pieces end. */
static void plan(Writer *w, const uint8_t *data, size_t n) {
    w->pieces = 1 + data[0] % PIECES_MOST;
    size_t head = 1 + (w->pieces - 1) * CUT_BYTES;
    if (head > n) {
        head = 1;
        w->pieces = 1;
    }
    w->data = data + head;
    n -= head;
    for (uint32_t i = 0; i < w->pieces - 1; i++) {
        const uint8_t *at = data + 1 + CUT_BYTES * i;
        w->end[i] = (size_t)(at[0] << 8 | at[1]) % (n + 1);
    }
    w->end[w->pieces - 1] = n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n) {
    Buf whole = {0}, grown = {0};
    const char *format, *grown_format;
    if (n == 0)
        return 0;
    writer = (Writer){0};
    plan(&writer, data, n);
    writer.fd = fuzz_file(writer.data, writer.end[writer.pieces - 1]);
    bool fits = load(writer.fd, false, &format, &whole);
    fuzz_file(writer.data, 0);
    fits = load(writer.fd, true, &grown_format, &grown) && fits;
    /* Of the beginning alone another format may be sure. What a perf.data says of itself lies at
     * its end, where a reader who follows it comes too late. */
    if (fits && format && format == grown_format && strcmp(format, "perf.data") != 0 &&
        !str_eq(fuzz_rows(&whole), fuzz_rows(&grown)))
        panic("a file that grows gives other rows: %s", format);
    buf_free(&whole);
    buf_free(&grown);
    return 0;
}

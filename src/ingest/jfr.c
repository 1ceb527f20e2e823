/* The format "Java Flight Recorder": .jfr files of the JDK (11 and later) and of async-profiler.
 *
 * A file is chunks one behind the other, each with a header of 68 bytes (big-endian: magic,
 * version, size, where the last checkpoint and the metadata lie, start in ns and ticks, ticks a
 * second, flags), then events: size, type, payload. Type 0 is the metadata, 1 a checkpoint.
 * Facts: the JDK's jdk.jfr.internal.consumer.ChunkHeader, async-profiler's flightRecorder.cpp.
 *
 * DESIGN
 * One parser reads everything in order. It never goes where a header points: it comes past
 * every event anyway, a pipe and a .gz cannot go back, and a file that broke off has no such
 * pointers. Chunks know nothing of each other, so that each could be parsed on a worker of its
 * own, but only as a whole, for constants stand at its end: async-profiler's are 100 MB, and a
 * load would hold that for each worker. Instead what is no sample is stepped over, and what is
 * one costs three look-ups. (Measured, one thread of a busy core: 8 M samples in a chunk of 102
 * MB, 2.0 s of processor time and 250 MB at most, 112 of them the samples; 300 chunks whose
 * stacks have 40 M frames, 96 MB, 1.0 s. Nine tenths of that is parsing, so for many cores
 * chunks in parallel would be the next step.) */
#include "ingest/jfr_chunk.h"

#include <stdio.h>
#include <string.h>

enum {
    HEADER_BYTES = 68,
    EVENT_HEADER_MAX = 20, /* size and type, however written */
    WINDOW_BYTES = 256 * 1024,
    BEAT_BYTES = 4 << 20, /* the loader is asked that often whether to go on */
    EVENT_MAX = 1 << 30,  /* of those that are kept */
};
#define HELD_MAX (2ull << 30) /* of one chunk, in bytes */

static const char magic[4] = {'F', 'L', 'R', 0};

typedef struct Jfr {
    Source *source;
    Error *err;
    char *window;
    size_t cap, from, to; /* of the window; what is not used yet */
    int64_t offset;       /* of window[from] */
    int64_t beat;
    bool ended, failed;
    JfrChunk chunk;
} Jfr;

/* ---- bytes --------------------------------------------------------------------------------
 */

/* Reads until n bytes are there, or the end comes; how many there are. */
static size_t have(Jfr *j, size_t n) {
    while (j->to - j->from < n && !j->ended) {
        if (j->from) {
            memmove(j->window, j->window + j->from, j->to - j->from);
            j->to -= j->from;
            j->from = 0;
        }
        if (j->to == j->cap) { /* doubled, not made n: whoever wrote n may be wrong */
            size_t cap = j->cap ? j->cap * 2 : WINDOW_BYTES;
            j->window = mem_resize(j->window, j->cap, cap);
            j->cap = cap;
        }
        int64_t got = source_read(j->source, j->window + j->to, 1, j->cap - j->to, j->err);
        j->failed = got < 0;
        j->ended = got <= 0;
        j->to += got > 0 ? (size_t)got : 0;
    }
    return j->to - j->from;
}

static const uint8_t *here(const Jfr *j) {
    return (const uint8_t *)j->window + j->from;
}

static void use(Jfr *j, size_t n) {
    j->from += n;
    j->offset += (int64_t)n;
    if (j->offset - j->beat >= BEAT_BYTES) {
        j->beat = j->offset;
        jfr_chunk_emit(&j->chunk);
    }
}

/* False: the input ends before. */
static bool skip_to(Jfr *j, int64_t offset) {
    while (j->offset < offset && !j->chunk.stopped) {
        size_t n = have(j, 1);
        if (n == 0)
            return false;
        int64_t left = offset - j->offset;
        use(j, (int64_t)n < left ? n : (size_t)left);
    }
    return true;
}

static void complain_here(Jfr *j, ComplaintKind kind, const char *words) {
    complain(&j->chunk.batch.complaints, kind, 1, j->offset, str_of(words));
}

/* ---- chunks -------------------------------------------------------------------------------
 */

static bool is_magic(const uint8_t *p) {
    return memcmp(p, magic, sizeof magic) == 0;
}

static JfrHead read_head(const uint8_t *p) {
    JfrBytes b = {p + 8, p + HEADER_BYTES, false, false};
    JfrHead head = {.size = (int64_t)jfr_fixed(&b, 8)};
    jfr_fixed(&b, 8); /* where the last checkpoint and the metadata are */
    jfr_fixed(&b, 8);
    head.start_ns = (int64_t)jfr_fixed(&b, 8);
    jfr_fixed(&b, 8); /* duration */
    head.start_ticks = (int64_t)jfr_fixed(&b, 8);
    head.ticks_per_s = (int64_t)jfr_fixed(&b, 8);
    head.compressed = jfr_fixed(&b, 4) & 1;
    return head;
}

static void read_kept(Jfr *j, uint64_t type, uint32_t size, size_t header) {
    if (size > EVENT_MAX || jfr_chunk_held(&j->chunk) + size > HELD_MAX) {
        complain_here(j, COMPLAINT_TOO_LONG, "more than is held of one chunk");
        skip_to(j, j->offset + size);
        return;
    }
    if (have(j, size) < size) {
        complain_here(j, COMPLAINT_TRUNCATED, "the input ends within an event");
        use(j, have(j, size));
        return;
    }
    jfr_chunk_add(&j->chunk, type, (Str){j->window + j->from, size}, header, j->offset);
    use(j, size);
}

/* False: the chunk ends here, for whatever reason. end: where it should, INT64_MAX unknown. */
static bool read_event(Jfr *j, int64_t end, bool compressed) {
    int64_t left = end - j->offset;
    if (left <= 0)
        return false;
    size_t there = have(j, left < EVENT_HEADER_MAX ? (size_t)left : EVENT_HEADER_MAX);
    if (there == 0) {
        complain_here(j, COMPLAINT_TRUNCATED, "the input ends within a chunk");
        return false;
    }
    const uint8_t *at = here(j);
    if (there >= sizeof magic + 4 && is_magic(at) && at[4] == 0 && at[5] <= 2) {
        complain_here(j, COMPLAINT_TRUNCATED, "a chunk ends before it should");
        return false; /* it was never finished, and another one follows */
    }
    size_t readable = (int64_t)there < left ? there : (size_t)left;
    JfrBytes b = {at, at + readable, compressed, false};
    uint32_t size = jfr_int(&b);
    uint64_t type = jfr_long(&b);
    size_t header = (size_t)(b.at - at);
    if (b.bad || size < header || (int64_t)size > left) {
        bool cut = b.bad && j->ended && (int64_t)there < left;
        complain_here(j, cut ? COMPLAINT_TRUNCATED : COMPLAINT_RECORD,
                      cut ? "the input ends within an event"
                          : "an event of impossible size; the rest of its chunk is skipped");
        if (end == INT64_MAX || !skip_to(j, end))
            skip_to(j, INT64_MAX);
        return false;
    }
    if (jfr_chunk_wants(&j->chunk, type, j->offset)) {
        read_kept(j, type, size, header);
    } else if (!skip_to(j, j->offset + size)) {
        complain_here(j, COMPLAINT_TRUNCATED, "the input ends within an event");
        return false;
    }
    return !j->chunk.stopped;
}

/* Steps on to where a chunk may begin. */
static void find_chunk(Jfr *j, const char *why) {
    complain_here(j, COMPLAINT_RECORD, why);
    use(j, 1);
    while (have(j, sizeof magic) >= sizeof magic && !j->chunk.stopped) {
        Str rest = {(const char *)here(j), have(j, sizeof magic)};
        size_t at = str_find(rest, (Str){magic, sizeof magic});
        use(j, at < rest.n ? at : rest.n - (sizeof magic - 1));
        if (at < rest.n)
            return;
    }
    use(j, have(j, 1));
}

/* False: that was the last one. */
static bool read_chunk(Jfr *j) {
    size_t there = have(j, HEADER_BYTES);
    if (there == 0)
        return false;
    if (there >= sizeof magic && !is_magic(here(j))) {
        find_chunk(j, "no chunk begins where one should");
        return true;
    }
    if (there < HEADER_BYTES) {
        complain_here(j, COMPLAINT_TRUNCATED, "the input ends within a chunk's header");
        use(j, there);
        return false;
    }
    uint32_t major = here(j)[4] * 256u + here(j)[5], minor = here(j)[6] * 256u + here(j)[7];
    if (major != 2) {
        char words[80];
        snprintf(words, sizeof words,
                 "a chunk of version %u.%u; only 2, JDK 11 and later, is known here", major, minor);
        if (j->offset == 0)
            j->failed = !error_set(j->err, ERROR_FORMAT, "%s", words);
        else
            find_chunk(j, words);
        return !j->failed;
    }
    JfrHead head = read_head(here(j));
    bool sized = head.size >= HEADER_BYTES && head.size < INT64_MAX - j->offset;
    int64_t end = sized ? j->offset + head.size : INT64_MAX;
    jfr_chunk_begin(&j->chunk, &head);
    use(j, HEADER_BYTES);
    while (read_event(j, end, head.compressed))
        ;
    jfr_chunk_end(&j->chunk);
    return !j->chunk.stopped;
}

/* ---- the format ---------------------------------------------------------------------------
 */

static FormatGuess probe(Str head, bool whole) {
    (void)whole;
    return str_starts(head, (Str){magic, sizeof magic}) ? GUESS_YES : GUESS_NO;
}

static bool run(Source *source, FormatEmit *emit, void *loader, Error *err) {
    Jfr j = {.source = source, .err = err};
    jfr_chunk_init(&j.chunk, emit, loader);
    while (read_chunk(&j))
        ;
    jfr_chunk_last(&j.chunk);
    jfr_chunk_free(&j.chunk);
    mem_resize(j.window, j.cap, 0);
    return !j.failed;
}

const Format format_jfr = {
    .name = "Java Flight Recorder",
    .kind = FORMAT_SEQUENTIAL,
    .has_time = true,
    .probe = probe,
    .run = run,
};

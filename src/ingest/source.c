/* What kind of compression there is, if any, is told from the first bytes when something is
 * first asked for: opening a pipe must not wait for its writer.
 * Text that begins with the byte order mark of UTF-16, as some shells' redirections write it,
 * comes out as UTF-8; that of UTF-8 is left out, which no format expects. */
#include "ingest/source.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/sizes.h"
#include "ingest/read_ahead.h"
#include "ingest/split.h"

enum { RAW_BYTES = READ_SIZE(256 * 1024), SNIFF_BYTES = 8, LOOK_AGAIN_MS = 20 };

struct Source {
    File file;
    CodecEngine engine;
    Codec *codec;     /* NULL: plain */
    Split *split;     /* NULL: decoded here */
    ReadAhead *ahead; /* whose thread decodes; NULL: the reader's own */
    SourceMake *make; /* no file is read: bytes are made; NULL as a rule */
    void *making;
    int64_t consumed; /* for what was taken from it */
    int64_t base;     /* in the file, of raw byte 0 */
    int64_t again;    /* bytes of text that the split has given and the codec will give again */
    CodecKind kind;
    bool sniffed, raw_end;
    bool cut_short;
    bool inlined;
    bool grows;   /* a file that is still being written */
    bool stopped; /* a pipe, of which `held` bytes are still to be read */
    int held;
    const CancelToken *stop; /* nothing more will come, or is wanted; NULL: never */
    bool utf16, big_endian;
    char rest[4]; /* of a character that did not fit into the reader's buffer */
    size_t rest_n;
    uint8_t raw[RAW_BYTES]; /* read, not yet decoded or handed out: [raw_at, raw_n) */
    size_t raw_at, raw_n;
    int64_t raw_total; /* read from the file so far */
    int64_t given;     /* by source_read */
    Source *whole;     /* this one is a part of it, or NULL */
    int64_t parts_size, parts_read;
    Buf head; /* decoded ahead by source_peek: [head_at, head.n) */
    size_t head_at;
    SourceEnding ending;
    Error trouble;
};

/* Another file has its name: logs are rotated so. One that only was removed may still grow. */
static bool is_replaced(const Source *s) {
    struct stat here, there;
    return fstat(s->file.fd, &here) == 0 && stat(s->file.path, &there) == 0 &&
           (here.st_ino != there.st_ino || here.st_dev != there.st_dev);
}

/* A file that is followed is not what it was: what comes next is not what followed. */
static bool is_another(Source *s, bool replaced) {
    struct stat st;
    off_t here = lseek(s->file.fd, 0, SEEK_CUR);
    bool shrunk = fstat(s->file.fd, &st) == 0 && here >= 0 && st.st_size < here;
    if (!shrunk && !replaced)
        return false;
    error_set(&s->trouble, ERROR_FORMAT, "the file %s while it was followed",
              shrunk ? "became shorter" : "was replaced by another");
    s->cut_short = true;
    return true;
}

/* A pipe whose writer is silent must not keep a reader who is to stop. Up to how many bytes may be
 * read now; once it is to stop, what the pipe held then. */
static size_t wait_for_pipe(Source *s, size_t n) {
    while (!cancelled(s->stop))
        if (file_wait(&s->file, LOOK_AGAIN_MS))
            return n;
    if (!s->stopped && ioctl(s->file.fd, FIONREAD, &s->held) != 0)
        s->held = 0;
    s->stopped = true;
    size_t held = s->held > 0 ? (size_t)s->held : 0;
    return held < n ? held : n;
}

/* What is there, unlike file_read, which waits until all of n came. */
static int64_t read_raw(Source *s, void *out, size_t n, Error *err) {
    for (;;) {
        /* asked before: what was written by then is read */
        bool last = cancelled(s->stop), other = s->grows && is_replaced(s);
        bool pipe = !s->file.seekable && s->stop;
        size_t most = pipe ? wait_for_pipe(s, n) : n;
        int64_t got = most ? file_read_some(&s->file, out, most, err) : 0;
        s->held -= s->stopped && got > 0 ? (int)got : 0;
        if (got != 0 || !s->grows || last || is_another(s, other))
            return got;
        poll(NULL, 0, LOOK_AGAIN_MS);
    }
}

static int64_t raw_consumed(const Source *s) {
    return s->raw_total - (int64_t)(s->raw_n - s->raw_at) + s->parts_read;
}

static void count_read(Source *s, int64_t n) {
    s->raw_total += n;
    if (s->whole)
        s->whole->parts_read += n;
}

/* Reads more raw bytes behind those that are left; false on an error. */
static bool refill(Source *s, Error *err) {
    if (s->raw_at > 0) {
        memmove(s->raw, s->raw + s->raw_at, s->raw_n - s->raw_at);
        s->raw_n -= s->raw_at;
        s->raw_at = 0;
    }
    if (s->raw_end || s->raw_n == RAW_BYTES)
        return true;
    int64_t got = read_raw(s, s->raw + s->raw_n, RAW_BYTES - s->raw_n, err);
    if (got < 0)
        return false;
    s->raw_end = got == 0;
    s->raw_n += (size_t)got;
    count_read(s, got);
    return true;
}

static bool sniff(Source *s, Error *err) {
    while (s->raw_n < SNIFF_BYTES && !s->raw_end) {
        if (!refill(s, err))
            return false;
    }
    s->kind = codec_sniff(s->raw, s->raw_n);
    if (s->kind != CODEC_NONE) {
        CodecEngine engine = s->kind == CODEC_GZIP ? s->engine : CODEC_AUTO;
        s->codec = codec_new(s->kind, engine, err);
        if (!s->codec)
            return false;
    } else if (s->raw_n >= 2 && (s->raw[0] ^ s->raw[1]) == 1 && s->raw[0] >= 0xfe) {
        s->utf16 = true;
        s->big_endian = s->raw[0] == 0xfe;
        s->raw_at = 2;
    } else if (s->raw_n >= 3 && memcmp(s->raw, "\xef\xbb\xbf", 3) == 0) {
        s->raw_at = 3;
    }
    s->sniffed = true;
    return true;
}

Source *source_open(const char *path, CodecEngine engine, Error *err) {
    Source *s = mem_resize(NULL, 0, sizeof *s);
    s->engine = engine;
    s->trouble.offset = -1;
    if (!file_open(&s->file, path, err)) {
        if (err && err->kind == ERROR_USAGE && file_is_folder(path))
            snprintf(err->message, sizeof err->message,
                     "this is a folder: `flamescope FOLDER` lists what is in it");
        mem_resize(s, sizeof *s, 0);
        return NULL;
    }
    if (s->file.seekable && !sniff(s, err)) {
        source_close(s);
        return NULL;
    }
    return s;
}

Source *source_made(const Source *of, SourceMake *make, void *context) {
    Source *s = mem_resize(NULL, 0, sizeof *s);
    s->trouble.offset = -1;
    s->file = of->file;
    s->file.fd = -1;
    s->file.seekable = true;
    s->sniffed = true;
    s->make = make;
    s->making = context;
    return s;
}

/* ISA-L alone keeps up with two workers that parse: split, `pigz -i` took 1.09 times as long with
 * two hyper-threads of one core and BGZF as long as before; with zlib, 0.75 times both. zstd is as
 * fast: on two processors a file of pzstd's took as long split, so it is where there are more. */
void source_use_workers(Source *source, Jobs *jobs) {
    if (source->kind == CODEC_NONE || source->kind == CODEC_XZ)
        return;
    CodecEngine engine = source->kind == CODEC_GZIP ? source->engine : CODEC_AUTO;
    bool fast = source->kind == CODEC_ZSTD ||
                (engine != CODEC_ZLIB && codec_available(CODEC_GZIP, CODEC_ISAL));
    if (fast && jobs_workers(jobs) < 3)
        return;
    if (source_is_pipe(source) || jobs_workers(jobs) == 0 || source->raw_at > 0 || source->head.n)
        return;
    off_t here = lseek(source->file.fd, 0, SEEK_CUR);
    if (here < 0)
        return;
    source->base = (int64_t)here - source->raw_total;
    source->split = split_new(&source->file, source->base, source->kind, engine, jobs);
    source->raw_total = 0;
    source->raw_n = 0;
}

void source_close(Source *source) {
    if (!source)
        return;
    read_ahead_free(source->ahead);
    split_free(source->split);
    if (source->codec)
        codec_free(source->codec);
    file_close(&source->file);
    buf_free(&source->head);
    mem_resize(source, sizeof *source, 0);
}

static int64_t read_plain(Source *s, char *out, size_t n, Error *err) {
    if (s->raw_at < s->raw_n) {
        size_t take = s->raw_n - s->raw_at < n ? s->raw_n - s->raw_at : n;
        memcpy(out, s->raw + s->raw_at, take);
        s->raw_at += take;
        return (int64_t)take;
    }
    int64_t got = s->raw_end ? 0 : read_raw(s, out, n, err);
    if (got > 0)
        count_read(s, got);
    if (got == 0)
        s->ending = s->cut_short ? SOURCE_TRUNCATED : SOURCE_WHOLE;
    return got;
}

/* What was decoded before damage is met is still given. */
static int64_t read_packed(Source *s, char *out, size_t n, Error *err) {
    CodecIo io = {.out = (uint8_t *)out, .out_n = n};
    while (io.out_n == n) {
        io.in = s->raw + s->raw_at;
        io.in_n = s->raw_n - s->raw_at;
        if (!codec_run(s->codec, &io, &s->trouble)) {
            s->ending = SOURCE_DAMAGED;
            break;
        }
        bool moved = io.in_n < s->raw_n - s->raw_at;
        s->raw_at = s->raw_n - io.in_n;
        if (io.out_n < n || moved)
            continue;
        if (s->raw_end) {
            bool complete = codec_complete(s->codec) && !s->cut_short;
            s->ending = complete ? SOURCE_WHOLE : SOURCE_TRUNCATED;
            if (!complete && !s->cut_short)
                error_set(&s->trouble, ERROR_FORMAT, "the compressed data ends in the middle");
            break;
        }
        if (!refill(s, err))
            return -1;
    }
    return (int64_t)(n - io.out_n);
}

/* From what the split is sure of on, the codec decodes alone. */
static bool leave_split(Source *s, Error *err) {
    int64_t at;
    split_doubt(s->split, &at, &s->again);
    split_free(s->split);
    s->split = NULL;
    if (lseek(s->file.fd, s->base + at, SEEK_SET) < 0)
        return error_errno(err, s->file.path, "cannot read");
    codec_restart(s->codec, at);
    s->raw_at = s->raw_n = 0;
    s->raw_total = at;
    s->raw_end = false;
    return true;
}

static int64_t read_coded(Source *s, char *out, size_t n, Error *err) {
    if (s->split) {
        int64_t got = split_read(s->split, out, n);
        s->raw_total = split_consumed(s->split);
        if (got == 0)
            s->ending = SOURCE_WHOLE;
        if (got >= 0)
            return got;
        if (!leave_split(s, err))
            return -1;
    }
    while (s->again > 0) {
        size_t most = (uint64_t)s->again < n ? (size_t)s->again : n;
        int64_t got = read_packed(s, out, most, err);
        if (got <= 0)
            return got;
        s->again -= got;
    }
    return s->ending == SOURCE_OPEN ? read_packed(s, out, n, err) : 0;
}

/* One character off the raw bytes, which hold at least two; half a pair is U+FFFD. */
static uint32_t take_utf16(Source *s) {
    uint32_t unit[2] = {0, 0};
    size_t have = (s->raw_n - s->raw_at) / 2;
    for (size_t i = 0; i < 2 && i < have; i++) {
        const uint8_t *p = s->raw + s->raw_at + 2 * i;
        unit[i] = (uint32_t)p[!s->big_endian] << 8 | p[s->big_endian];
    }
    s->raw_at += 2;
    if ((unit[0] & 0xf800) != 0xd800)
        return unit[0];
    if ((unit[0] & 0xfc00) != 0xd800 || (unit[1] & 0xfc00) != 0xdc00)
        return 0xfffd;
    s->raw_at += 2;
    return 0x10000 + ((unit[0] & 0x3ff) << 10) + (unit[1] & 0x3ff);
}

static int64_t read_utf16(Source *s, char *out, size_t n, Error *err) {
    size_t done = 0;
    for (;;) {
        for (; s->rest_n && done < n; s->rest_n--) {
            out[done++] = s->rest[0];
            memmove(s->rest, s->rest + 1, 3);
        }
        /* four bytes, so that a pair is never torn */
        if (done < n && s->raw_n - s->raw_at < 4 && !s->raw_end) {
            if (done)
                break;
            if (!refill(s, err))
                return -1;
            continue;
        }
        if (done == n || s->raw_n - s->raw_at < 2)
            break;
        s->rest_n = utf8_put(s->rest, take_utf16(s));
    }
    if (done == 0)
        s->ending = s->cut_short ? SOURCE_TRUNCATED : SOURCE_WHOLE;
    return (int64_t)done;
}

static int64_t read_made(Source *s, char *out, size_t n) {
    int64_t got = s->make(s->making, out, n);
    if (got == 0)
        s->ending = SOURCE_WHOLE;
    return got;
}

/* One helping; 0 only at the end. */
static int64_t read_some(Source *s, char *out, size_t n, Error *err) {
    if (!s->sniffed && !sniff(s, err))
        return -1;
    if (s->ending != SOURCE_OPEN)
        return 0;
    if (s->make)
        return read_made(s, out, n);
    if (s->utf16)
        return read_utf16(s, out, n, err);
    return s->codec ? read_coded(s, out, n, err) : read_plain(s, out, n, err);
}

static int64_t read_for_ahead(void *context, char *out, size_t n, int64_t *consumed, Error *err) {
    Source *s = (Source *)context;
    int64_t got = read_some(s, out, n, err);
    *consumed = raw_consumed(s);
    return got;
}

void source_read_ahead(Source *source) {
    if (!source->codec || source->split || source->ahead || source_is_pipe(source))
        return;
    source->consumed = raw_consumed(source);
    source->ahead = read_ahead_new(read_for_ahead, source);
}

void source_read_enough(Source *source) {
    if (source->ahead)
        read_ahead_stop(source->ahead);
}

static int64_t take_some(Source *s, char *out, size_t n, Error *err) {
    return s->ahead ? read_ahead_take(s->ahead, out, n, &s->consumed, err)
                    : read_some(s, out, n, err);
}

int64_t source_read(Source *source, void *out, size_t min_n, size_t n, Error *err) {
    size_t done = source->head.n - source->head_at;
    if (done > n)
        done = n;
    if (done) {
        memcpy(out, source->head.s + source->head_at, done);
        source->head_at += done;
        if (source->head_at == source->head.n) {
            buf_free(&source->head);
            source->head = (Buf){0};
            source->head_at = 0;
        }
    }
    while (done < n && (done == 0 || done < min_n)) {
        int64_t got = take_some(source, (char *)out + done, n - done, err);
        if (got < 0)
            return -1;
        if (got == 0)
            break;
        done += (size_t)got;
    }
    source->given += (int64_t)done;
    return (int64_t)done;
}

bool source_peek(Source *source, size_t n, Str *head, bool *whole, Error *err) {
    static const char room[16384];
    *whole = false;
    while (source->head.n - source->head_at < n) {
        size_t have = source->head.n;
        buf_put(&source->head, (Str){room, sizeof room});
        int64_t got = read_some(source, source->head.s + have, sizeof room, err);
        source->head.n = have + (size_t)(got > 0 ? got : 0);
        if (got < 0)
            return false;
        if (got == 0) {
            *whole = true;
            break;
        }
    }
    *head = str_slice(buf_str(&source->head), source->head_at, source->head.n);
    return true;
}

void source_follow(Source *source, const CancelToken *stop, bool grows) {
    source->stop = stop;
    source->grows = grows && source->file.seekable;
    if (!source->grows)
        return;
    source->raw_end = false; /* what there is may be all for now */
    source->sniffed = source->raw_n >= SNIFF_BYTES;
}

static bool has_grown(const Source *s) {
    struct stat st;
    off_t here = lseek(s->file.fd, 0, SEEK_CUR);
    return here < 0 || fstat(s->file.fd, &st) != 0 || st.st_size != here || is_replaced(s);
}

bool source_can_pread(const Source *source) {
    return source->file.seekable && source->sniffed && !source->codec && !source->split &&
           !source->utf16 && !source->make;
}

int64_t source_pread(Source *source, void *out, size_t n, int64_t offset, Error *err) {
    return file_pread(&source->file, out, n, offset, err);
}

bool source_wait(Source *source, int timeout_ms) {
    if (!source_is_pipe(source) || source->head.n > source->head_at ||
        source->raw_n > source->raw_at || source->raw_end || source->ending != SOURCE_OPEN ||
        cancelled(source->stop))
        return true;
    if (!source->grows)
        return file_wait(&source->file, timeout_ms);
    for (; !has_grown(source); timeout_ms -= LOOK_AGAIN_MS) {
        if (timeout_ms <= 0)
            return false;
        poll(NULL, 0, timeout_ms < LOOK_AGAIN_MS ? timeout_ms : LOOK_AGAIN_MS);
    }
    return true;
}

bool source_is_pipe(const Source *source) {
    return !source->file.seekable || source->grows;
}

bool source_grows(const Source *source) {
    return source->grows && !cancelled(source->stop);
}

SourceEnding source_ending(const Source *source) {
    return source->ending;
}

const char *source_trouble(const Source *source) {
    return source->trouble.message;
}

const char *source_path(const Source *source) {
    return source->file.path;
}

void source_want_inlined(Source *source) {
    source->inlined = true;
}

bool source_wants_inlined(const Source *source) {
    return source->inlined;
}

CodecKind source_codec(const Source *source) {
    return source->kind;
}

void source_is_part(Source *part, Source *whole) {
    part->whole = whole;
    whole->parts_size += part->file.size;
    whole->parts_read += part->raw_total;
}

int64_t source_consumed(const Source *source) {
    return source->ahead ? source->consumed : raw_consumed(source);
}

int64_t source_given(const Source *source) {
    return source->codec || source->utf16 ? source->given : source_consumed(source);
}

int64_t source_size(const Source *source) {
    return source_is_pipe(source) ? -1 : source->file.size + source->parts_size;
}

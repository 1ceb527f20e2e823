#include "ingest/perf_data_input.h"

#include <poll.h>
#include <stdlib.h>

#include "base/outfile.h"

enum { WAIT_MS = 20, SPOOL_STEP = 256 * 1024 };

void perf_input_init(PerfInput *in, Source *source) {
    *in = (PerfInput){.source = source, .spool = {.fd = -1}, .error = {.offset = -1}};
}

/* ---- blocks -------------------------------------------------------------------------------
 */

static PerfBlock *block_new(PerfInput *in, int64_t offset, bool unpacked) {
    PerfBlock *b = in->free;
    if (b)
        in->free = b->next;
    else
        b = mem_table(sizeof *b);
    b->next = NULL;
    b->of = in;
    b->held = 1;
    b->n = 0;
    b->offset = offset;
    b->unpacked = unpacked;
    in->bytes += sizeof *b;
    return b;
}

void perf_input_release(PerfBlock *b) {
    PerfInput *in = b->of;
    if (--b->held)
        return;
    b->next = in->free;
    in->free = b;
    in->bytes -= sizeof *b;
}

void perf_input_free(PerfInput *in) {
    PerfStream *const stream[] = {&in->plain, &in->packed};
    for (int i = 0; i < 2; i++) {
        if (stream[i]->block)
            perf_input_release(stream[i]->block);
    }
    while (in->free) {
        PerfBlock *b = in->free;
        in->free = b->next;
        mem_table_free(b, sizeof *b);
    }
    codec_free(in->codec);
    if (in->spooled)
        scratch_close(in->spool.fd);
}

/* The stream goes on in a new block, which begins with the bytes that are left of the old. */
static void stream_turn(PerfInput *in, PerfStream *s, int64_t offset, bool unpacked) {
    PerfBlock *old = s->block, *fresh;
    size_t rest = old ? old->n - s->at : 0;
    fresh = block_new(in, unpacked ? offset : offset - (int64_t)rest, unpacked);
    if (old) {
        memcpy(fresh->bytes, old->bytes + s->at, rest);
        perf_input_release(old);
    }
    fresh->n = rest;
    s->block = fresh;
    s->at = 0;
}

/* ---- bytes --------------------------------------------------------------------------------
 */

/* The recording has ended: what was read behind its records is none of them. */
static void end_records(PerfInput *in, uint64_t bytes) {
    PerfStream *s = &in->plain;
    int64_t end = in->begin + (int64_t)bytes;
    if (in->next > end) {
        size_t over = (size_t)(in->next - end), have = s->block ? s->block->n - s->at : 0;
        if (have)
            s->block->n -= over < have ? over : have;
        in->next = end;
    }
    in->left = (uint64_t)(end - in->next);
    in->size_at = 0;
}

/* Looks whether a recording that went on says its size now. */
static bool find_end(PerfInput *in) {
    uint8_t said[8];
    if (!in->size_at || !perf_input_at(in, in->size_at, said, sizeof said))
        return false;
    uint64_t bytes = perf_get64(said, in->swapped);
    if (bytes == 0 || bytes > (uint64_t)(INT64_MAX - in->begin))
        return false;
    end_records(in, bytes);
    return true;
}

static bool go_on(PerfInput *in) {
    in->stopped = in->stopped || (in->idle && !in->idle(in->owner));
    return !in->stopped;
}

/* Until a recording says its size; false: it never will. */
static bool wait_for_end(PerfInput *in) {
    while (!find_end(in)) {
        if (!in->size_at || !go_on(in) || !source_grows(in->source))
            return false;
        poll(NULL, 0, WAIT_MS);
    }
    return true;
}

/* What there is, at least a byte; 0 at the end or when idle gave up; -1 on an error. */
static int64_t read_some(PerfInput *in, void *out, size_t n) {
    if (in->spooled)
        return file_pread(&in->spool, out, n, in->next, &in->error);
    for (bool there = false; !there;) {
        there = source_wait(in->source, WAIT_MS);
        if (find_end(in) && in->left < n)
            n = (size_t)in->left;
        if (n == 0 || (!there && !go_on(in)))
            return 0;
    }
    return source_read(in->source, out, 1, n, &in->error);
}

static bool spool_all(PerfInput *in, uint8_t *room) {
    int64_t got;
    while ((got = read_some(in, room, SPOOL_STEP)) > 0) {
        if (!scratch_write_at(in->spool.fd, in->spool.size, (Str){(char *)room, (size_t)got},
                              &in->error))
            return false;
        in->spool.size += got;
    }
    return got == 0 && !in->stopped;
}

bool perf_input_position(PerfInput *in) {
    char path[1024];
    if (source_can_pread(in->source)) {
        in->positional = true;
        return true;
    }
    const char *folder = getenv("TMPDIR");
    path_join(path, sizeof path, folder && *folder ? folder : "/tmp", "flamescope");
    in->spool = (File){.fd = scratch_open(path, &in->error), .seekable = true};
    if (in->spool.fd < 0)
        return false;
    uint8_t *room = mem_resize(NULL, 0, SPOOL_STEP);
    bool ok = spool_all(in, room);
    mem_resize(room, SPOOL_STEP, 0);
    if (!ok)
        scratch_close(in->spool.fd);
    else
        in->positional = in->spooled = true;
    return ok;
}

bool perf_input_at(PerfInput *in, int64_t offset, void *out, size_t n) {
    if (!in->positional || offset < 0)
        return false;
    int64_t got = in->spooled ? file_pread(&in->spool, out, n, offset, NULL)
                              : source_pread(in->source, out, n, offset, NULL);
    return got == (int64_t)n;
}

/* ---- records ------------------------------------------------------------------------------
 */

bool perf_input_follow(PerfInput *in, int64_t size_at) {
    in->size_at = source_grows(in->source) && !in->spooled ? size_at : 0;
    return in->size_at != 0;
}

bool perf_input_begin(PerfInput *in, int64_t offset, uint64_t bytes) {
    in->begin = offset;
    in->left = bytes;
    if (in->spooled) {
        in->next = offset;
        in->cut = offset > in->spool.size ? (uint64_t)(offset - in->spool.size) : 0;
        return in->cut == 0;
    }
    if (bytes != UINT64_MAX)
        in->left += (uint64_t)offset; /* read from the start, to be passed over */
    return perf_input_skip(in, (uint64_t)offset);
}

/* Reads behind what the block has; false: nothing more comes. */
static bool fill(PerfInput *in) {
    PerfStream *s = &in->plain;
    if (!s->block || PERF_BLOCK_BYTES - s->block->n < UINT16_MAX + 1)
        stream_turn(in, s, in->next, false);
    size_t room = PERF_BLOCK_BYTES - s->block->n;
    if (room > in->left)
        room = (size_t)in->left;
    int64_t got = room ? read_some(in, s->block->bytes + s->block->n, room) : 0;
    if (got <= 0)
        return false;
    s->block->n += (size_t)got;
    in->next += got;
    if (in->left != UINT64_MAX)
        in->left -= (uint64_t)got;
    return true;
}

/* Of a compressed record that says how long its data is (16 bytes of it are there): its own size
 * unless that is too long for it. One record alone has no size then. Several were written as one,
 * the first as long as can be; the others say their own size. */
static uint32_t packed_size(PerfStream *s, uint32_t size, uint64_t data) {
    enum { HEAD = 16, LONGEST = UINT16_MAX - HEAD };
    uint64_t all = HEAD + data;
    if (s->overlong) {
        s->overlong -= size < s->overlong ? size : s->overlong;
        return size;
    }
    if (data > UINT32_MAX || ((all + 7) & ~7ull) <= UINT16_MAX ||
        (((all + 7) & ~7ull) & UINT16_MAX) != size)
        return size;
    if (data <= LONGEST)
        return (uint32_t)all;
    s->overlong = all - UINT16_MAX;
    return UINT16_MAX;
}

/* The stream's next record if all of it is there. *want: how many bytes it takes. */
static bool stream_next(PerfInput *in, PerfStream *s, PerfRecord *out, size_t *want) {
    size_t have = s->block ? s->block->n - s->at : 0;
    *want = PERF_RECORD_HEAD;
    if (have < PERF_RECORD_HEAD)
        return false;
    const uint8_t *at = s->block->bytes + s->at;
    uint32_t size = perf_get16(at + 6, in->swapped);
    uint32_t type = perf_get32(at, in->swapped);
    uint64_t overlong = s->overlong;
    if (type == PERF_COMPRESSED2) {
        *want = 2 * PERF_RECORD_HEAD;
        if (have < *want)
            return false;
        size = packed_size(s, size, perf_get64(at + 8, in->swapped));
    }
    if (size < PERF_RECORD_HEAD) {
        in->bad_size = true;
        return false;
    }
    *want = size;
    if (have < size) {
        s->overlong = overlong; /* it will be asked for again */
        return false;
    }
    *out = (PerfRecord){.at = at,
                        .block = s->block,
                        .type = type,
                        .misc = perf_get16(at + 4, in->swapped),
                        .size = (uint16_t)size};
    s->at += size;
    s->block->held++;
    return true;
}

bool perf_input_next(PerfInput *in, PerfRecord *out) {
    size_t want;
    while (!stream_next(in, &in->plain, out, &want)) {
        if (in->bad_size) {
            bool again = wait_for_end(in);
            in->bad_size = !again && !in->stopped; /* if it was no record, it is gone */
            if (again)
                continue;
            return false;
        }
        if (!fill(in)) {
            size_t have = in->plain.block ? in->plain.block->n - in->plain.at : 0;
            in->cut = have ? want - have : 0;
            return false;
        }
    }
    return true;
}

bool perf_input_skip(PerfInput *in, uint64_t n) {
    PerfStream *s = &in->plain;
    while (n) {
        size_t have = s->block ? s->block->n - s->at : 0;
        if (have == 0 && !fill(in)) {
            in->cut = n;
            return false;
        }
        have = s->block->n - s->at;
        size_t take = have < n ? have : (size_t)n;
        s->at += take;
        n -= take;
    }
    return true;
}

bool perf_input_unpack(PerfInput *in, const PerfRecord *record, Str data, Error *err) {
    if (!in->codec)
        in->codec = codec_new(CODEC_ZSTD, CODEC_AUTO, err);
    if (!in->codec)
        return false;
    in->io = (CodecIo){.in = (const uint8_t *)data.s, .in_n = data.n};
    in->io_offset = perf_record_offset(record);
    return true;
}

/* Unpacks more into a block that has room for the longest record; false: there is no more. */
static bool unpack_some(PerfInput *in, Error *err) {
    PerfStream *s = &in->packed;
    if (in->io.in_n == 0 && in->io.out_n)
        return false;
    if (!s->block || PERF_BLOCK_BYTES - s->block->n < UINT16_MAX + 1)
        stream_turn(in, s, in->io_offset, true);
    in->io.out = s->block->bytes + s->block->n;
    in->io.out_n = PERF_BLOCK_BYTES - s->block->n;
    bool ok = codec_run(in->codec, &in->io, err);
    s->block->n = PERF_BLOCK_BYTES - in->io.out_n;
    if (!ok)
        in->io = (CodecIo){.out_n = 1}; /* what it gave before the damage is good */
    return true;
}

bool perf_input_unpacked(PerfInput *in, PerfRecord *out, Error *err) {
    size_t want;
    while (!stream_next(in, &in->packed, out, &want)) {
        if (in->bad_size || !unpack_some(in, err))
            return false;
    }
    return true;
}

void perf_input_drop_packed(PerfInput *in) {
    PerfStream *s = &in->packed;
    Error err = {0};
    do /* what comes next refers to what this says, so it is unpacked all the same */
        s->at = s->block->n;
    while (unpack_some(in, &err));
    s->overlong = 0;
    in->bad_size = false;
}

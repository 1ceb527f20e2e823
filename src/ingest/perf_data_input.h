/* Perf data input: the bytes of a perf.data file as records, one behind the other, and by
 * position for what stands around them. Records lie in blocks and stay where they are until
 * they are let go, so that they can wait for those recorded before them without a copy.
 * Some releases of perf (from 6.16) write compressed records that are longer than their size can
 * say (it is 16 bits, and what is left of it remains): those are recognised by the length of
 * their data, which they tell as well.
 * An input that cannot be read by position (compressed, a pipe) but must be, since names and
 * build ids stand at its end, is first kept in a nameless temporary file.
 * A recording that goes on is read as it grows. perf writes names and build ids behind the records
 * and only then, into the header, how long those are; so what cannot be a record waits for that.
 * Owner: a load. Thread: one at a time. Memory: PERF_BLOCK_BYTES for each block held.
 * Failure: reading ends, and `err` or `cut` says why. */
#pragma once

#include "ingest/perf_bytes.h"
#include "ingest/source.h"

enum {
    PERF_BLOCK_BYTES = 512 * 1024,
    PERF_BLOCK_PAD = 64, /* readable behind a record, but never believed */
    PERF_RECORD_HEAD = 8,
    PERF_COMPRESSED2 = 83,
};

typedef struct PerfBlock {
    struct PerfBlock *next; /* when it is free */
    struct PerfInput *of;
    uint32_t held; /* records that somebody holds, and one more while it fills */
    bool unpacked; /* its bytes were compressed: offset is of the record they came in */
    size_t n;
    int64_t offset; /* of its first byte, in the input */
    uint8_t bytes[PERF_BLOCK_BYTES + PERF_BLOCK_PAD];
} PerfBlock;

/* A record in a block. */
typedef struct PerfRecord {
    const uint8_t *at;
    PerfBlock *block;
    const struct PerfAttr *attr; /* its event, once somebody has looked */
    uint32_t type;
    uint16_t misc, size;
} PerfRecord;

/* Records in a row: those of the input, or those that were compressed in others. */
typedef struct PerfStream {
    PerfBlock *block;
    size_t at;         /* in block, of the next record */
    uint64_t overlong; /* bytes that are left of compressed records whose size was too long */
} PerfStream;

typedef struct PerfInput {
    Source *source;
    File spool; /* fd -1: the source is read by position, or not at all */
    bool positional, spooled;
    bool swapped;
    int64_t begin; /* in the input, of the first record */
    int64_t next;  /* of the next byte to be read */
    uint64_t left; /* bytes of records not yet read; UINT64_MAX: to the end */
    int64_t
        size_at; /* where a recording that goes on will say its bytes of records; 0: it is known */
    PerfStream plain, packed;
    PerfBlock *free;
    size_t bytes; /* of blocks in use */
    Codec *codec;
    CodecIo io;        /* of the compressed record at hand */
    int64_t io_offset; /* in the input, of that */
    /* Called while nothing comes; false: give up. */
    bool (*idle)(void *owner);
    void *owner;
    /* -- why it ended */
    bool stopped;  /* idle said so */
    uint64_t cut;  /* bytes that a last record lacks */
    bool bad_size; /* a record claims to be smaller than its head */
    Error error;   /* reading failed */
} PerfInput;

void perf_input_init(PerfInput *in, Source *source);
void perf_input_free(PerfInput *in);
/* Makes reading by position possible; false with in->error. */
bool perf_input_position(PerfInput *in);
/* n bytes at a position; false when they are not there. */
bool perf_input_at(PerfInput *in, int64_t offset, void *out, size_t n);
/* The recording does not say yet how many bytes of records it has; it will there. False: nobody
 * writes it any more. */
bool perf_input_follow(PerfInput *in, int64_t size_at);
/* Records begin there. */
bool perf_input_begin(PerfInput *in, int64_t offset, uint64_t bytes);
/* The next record, held; false at the end. */
bool perf_input_next(PerfInput *in, PerfRecord *out);
/* Passes over bytes that are no records. */
bool perf_input_skip(PerfInput *in, uint64_t n);
/* What a compressed record holds goes on the records that perf_input_unpacked then gives, until
 * it says false; the record must be held as long. */
bool perf_input_unpack(PerfInput *in, const PerfRecord *record, Str data, Error *err);
bool perf_input_unpacked(PerfInput *in, PerfRecord *out, Error *err);
/* One of them is no record (bad_size): the rest is passed over, and the input itself goes on. */
void perf_input_drop_packed(PerfInput *in);
void perf_input_release(PerfBlock *block);

/* In the input, of a record. */
static inline int64_t perf_record_offset(const PerfRecord *r) {
    return r->block->offset + (r->block->unpacked ? 0 : r->at - r->block->bytes);
}

/* Writes perf.data files record by record, of either byte order and any layout of samples, for
 * tests and as seeds of the fuzzer. */
#pragma once

#include "base/buf.h"

typedef enum PerfForm { PERF_FORM_FILE, PERF_FORM_PIPE, PERF_FORM_OLD } PerfForm;

enum { PERF_EVENTS = 4 };

typedef struct PerfEvent {
    uint32_t type;
    uint64_t config, sample_type, read_format, period, id;
    uint64_t branch_type, user_regs;
    const char *name; /* NULL: the file does not say */
} PerfEvent;

typedef struct PerfGen {
    PerfForm form;
    bool big, no_id_all, inherit;
    uint32_t events; /* all of the same layout */
    PerfEvent event[PERF_EVENTS];
    Buf data;         /* the records */
    size_t record;    /* where the open one begins */
    uint32_t count;   /* of `values` in a READ part with a group, 0: one */
    size_t pack_from; /* of what gen_pack will put into a compressed record */
} PerfGen;

/* A sample's facts; which of them are written depends on the event. */
typedef struct PerfGenSample {
    uint32_t event; /* which */
    uint16_t misc;
    int32_t pid, tid;
    uint64_t ip, time, period, values[2];
    uint32_t cpu;
    const uint64_t *chain;
    uint32_t chain_n;
    const void *raw;
    uint32_t raw_n;
    uint64_t (*branch)[3]; /* from, to, flags */
    uint32_t branch_n;
    uint64_t abi;                 /* 0: no registers */
    const uint64_t *regs;         /* those of the event, in the kernel's order; NULL: some */
    uint32_t stack_n, stack_used; /* bytes of raw memory */
    const void *stack;            /* NULL: some */
} PerfGenSample;

void gen_init(PerfGen *g, PerfForm form, bool big, uint64_t sample_type);
void gen_free(PerfGen *g);
void gen_u16(PerfGen *g, Buf *out, uint16_t v);
void gen_u32(PerfGen *g, Buf *out, uint32_t v);
void gen_u64(PerfGen *g, Buf *out, uint64_t v);
/* What a record holds is put into g->data between the two; the second adds what follows it. */
void gen_begin(PerfGen *g, uint32_t type, uint16_t misc);
void gen_end(PerfGen *g, int32_t pid, int32_t tid, uint64_t time);
void gen_plain_end(PerfGen *g);              /* of perf's own records: nothing follows them */
void gen_text(PerfGen *g, const char *text); /* padded to 8 bytes */
void gen_sample(PerfGen *g, const PerfGenSample *s);
void gen_comm(PerfGen *g, int32_t pid, int32_t tid, const char *comm, uint64_t time);
void gen_fork(PerfGen *g, int32_t pid, int32_t tid, int32_t parent, uint64_t time);
void gen_thread(PerfGen *g, int32_t pid, int32_t tid, int32_t parent, uint64_t time);
void gen_exit(PerfGen *g, int32_t pid, int32_t tid, uint64_t time);
void gen_mmap(PerfGen *g, int32_t pid, uint64_t start, uint64_t length, uint64_t offset,
              const char *file, uint64_t time);
/* Code with these flags of mmap and, unless that is NULL, this build id of 20 bytes. */
void gen_mmap2(PerfGen *g, int32_t pid, uint64_t start, uint64_t length, uint64_t offset,
               uint32_t flags, const uint8_t *id, const char *file, uint64_t time);
/* A build id in the file's own list, of 20 bytes; said: it says that there are so many. */
void gen_build_id(PerfGen *g, uint16_t misc, const uint8_t *id, bool said, const char *file);
/* The host's name (3) or its kernel's (4), as a pipe tells them. */
void gen_feature(PerfGen *g, uint64_t feature, const char *text);
void gen_ksymbol(PerfGen *g, uint64_t start, uint32_t length, const char *name, uint64_t time);
void gen_lost(PerfGen *g, uint64_t lost, uint64_t time);
void gen_round(PerfGen *g);
/* The records from gen_pack_from on become compressed ones of at most `most` bytes each. */
void gen_pack_from(PerfGen *g);
void gen_pack(PerfGen *g, size_t most);
/* As newer perfs do: with the length of the data, and padded. overlong: as those do that write
 * several records as one, and have no room for its size then. How many bytes they pack. */
size_t gen_pack2(PerfGen *g, size_t most, bool overlong);
/* The whole file. */
Buf gen_file(PerfGen *g);

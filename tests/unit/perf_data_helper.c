#include "unit/perf_data_helper.h"

#include <string.h>

enum { HEAD = 104, ATTR = 112, OLD_ATTR = 72, SECTION = 16, INHERIT = 1, SAMPLE_ID_ALL = 18 };

void gen_init(PerfGen *g, PerfForm form, bool big, uint64_t sample_type) {
    *g = (PerfGen){.form = form, .big = big, .events = 1};
    for (uint32_t i = 0; i < PERF_EVENTS; i++)
        g->event[i] = (PerfEvent){
            .type = 1, .config = i, .sample_type = sample_type, .period = 1000, .id = 70 + i};
}

void gen_free(PerfGen *g) {
    buf_free(&g->data);
}

/* ---- numbers ------------------------------------------------------------------------------
 */

static void put(PerfGen *g, Buf *out, uint64_t v, int n) {
    for (int i = 0; i < n; i++)
        buf_putc(out, (char)(v >> 8 * (g->big ? n - 1 - i : i)));
}

void gen_u16(PerfGen *g, Buf *out, uint16_t v) {
    put(g, out, v, 2);
}

void gen_u32(PerfGen *g, Buf *out, uint32_t v) {
    put(g, out, v, 4);
}

void gen_u64(PerfGen *g, Buf *out, uint64_t v) {
    put(g, out, v, 8);
}

static void set(PerfGen *g, Buf *out, size_t at, uint64_t v, int n) {
    Buf number = {0};
    put(g, &number, v, n);
    memcpy(out->s + at, number.s, (size_t)n);
    buf_free(&number);
}

/* ---- records ------------------------------------------------------------------------------
 */

void gen_begin(PerfGen *g, uint32_t type, uint16_t misc) {
    g->record = g->data.n;
    gen_u32(g, &g->data, type);
    gen_u16(g, &g->data, misc);
    gen_u16(g, &g->data, 0);
}

void gen_plain_end(PerfGen *g) {
    set(g, &g->data, g->record + 6, g->data.n - g->record, 2);
}

void gen_end(PerfGen *g, int32_t pid, int32_t tid, uint64_t time) {
    const PerfEvent *e = &g->event[0];
    if (!g->no_id_all) {
        if (e->sample_type & 1 << 1) {
            gen_u32(g, &g->data, (uint32_t)pid);
            gen_u32(g, &g->data, (uint32_t)tid);
        }
        if (e->sample_type & 1 << 2)
            gen_u64(g, &g->data, time);
        if (e->sample_type & 1 << 6)
            gen_u64(g, &g->data, e->id);
        if (e->sample_type & 1 << 9)
            gen_u64(g, &g->data, 5);
        if (e->sample_type & 1 << 7)
            gen_u64(g, &g->data, 0);
        if (e->sample_type & 1 << 16)
            gen_u64(g, &g->data, e->id);
    }
    gen_plain_end(g);
}

void gen_text(PerfGen *g, const char *text) {
    buf_puts(&g->data, text);
    do {
        buf_putc(&g->data, 0);
    } while ((g->data.n - g->record) % 8);
}

static void put_read(PerfGen *g, const PerfGenSample *s) {
    const PerfEvent *e = &g->event[s->event];
    bool group = (e->read_format & 8) != 0;
    if (group)
        gen_u64(g, &g->data, g->count);
    else
        gen_u64(g, &g->data, s->values[0]);
    if (e->read_format & 1)
        gen_u64(g, &g->data, 11);
    if (e->read_format & 2)
        gen_u64(g, &g->data, 12);
    for (uint32_t i = 0; i < (group ? g->count : 1); i++) {
        if (group)
            gen_u64(g, &g->data, s->values[i]);
        if (e->read_format & 4)
            gen_u64(g, &g->data, g->event[group ? i : s->event].id);
        if (e->read_format & 16)
            gen_u64(g, &g->data, 0);
    }
}

static void put_tail(PerfGen *g, const PerfGenSample *s) {
    const PerfEvent *e = &g->event[s->event];
    Buf *out = &g->data;
    if (e->sample_type & 1 << 11) {
        gen_u64(g, out, s->branch_n);
        if (s->branch_n && e->branch_type & 1 << 17)
            gen_u64(g, out, 3);
        for (uint32_t i = 0; i < s->branch_n * 3; i++)
            gen_u64(g, out, s->branch[i / 3][i % 3]);
        for (uint32_t i = 0; e->branch_type & 1 << 19 && i < s->branch_n; i++)
            gen_u64(g, out, 7);
    }
    if (e->sample_type & 1 << 12) {
        gen_u64(g, out, s->abi);
        uint32_t n = s->abi ? (uint32_t)__builtin_popcountll(e->user_regs) : 0;
        for (uint32_t i = 0; i < n; i++)
            gen_u64(g, out, s->regs ? s->regs[i] : 0x4e9);
    }
    if (e->sample_type & 1 << 13) {
        gen_u64(g, out, s->stack_n);
        for (uint32_t i = 0; i < s->stack_n; i++)
            buf_putc(out, s->stack ? ((const char *)s->stack)[i] : (char)i);
        if (s->stack_n)
            gen_u64(g, out, s->stack_used);
    }
}

void gen_sample(PerfGen *g, const PerfGenSample *s) {
    const PerfEvent *e = &g->event[s->event];
    uint64_t type = e->sample_type;
    Buf *out = &g->data;
    gen_begin(g, 9, s->misc);
    if (type & 1 << 16)
        gen_u64(g, out, e->id);
    if (type & 1 << 0)
        gen_u64(g, out, s->ip);
    if (type & 1 << 1) {
        gen_u32(g, out, (uint32_t)s->pid);
        gen_u32(g, out, (uint32_t)s->tid);
    }
    if (type & 1 << 2)
        gen_u64(g, out, s->time);
    if (type & 1 << 3)
        gen_u64(g, out, 0xadd4e55);
    if (type & 1 << 6)
        gen_u64(g, out, e->id);
    if (type & 1 << 9)
        gen_u64(g, out, 5);
    if (type & 1 << 7) {
        gen_u32(g, out, s->cpu);
        gen_u32(g, out, 0);
    }
    if (type & 1 << 8)
        gen_u64(g, out, s->period);
    if (type & 1 << 4)
        put_read(g, s);
    if (type & 1 << 5) {
        gen_u64(g, out, s->chain_n);
        for (uint32_t i = 0; i < s->chain_n; i++)
            gen_u64(g, out, s->chain[i]);
    }
    if (type & 1 << 10) {
        gen_u32(g, out, s->raw_n);
        buf_put(out, (Str){s->raw, s->raw_n});
        while ((out->n - g->record) % 8)
            buf_putc(out, 0);
    }
    put_tail(g, s);
    gen_plain_end(g);
}

static void put_task(PerfGen *g, uint32_t type, int32_t pid, int32_t parent, int32_t tid,
                     int32_t parent_tid, uint64_t time) {
    gen_begin(g, type, 0);
    gen_u32(g, &g->data, (uint32_t)pid);
    gen_u32(g, &g->data, (uint32_t)parent);
    gen_u32(g, &g->data, (uint32_t)tid);
    gen_u32(g, &g->data, (uint32_t)parent_tid);
    gen_u64(g, &g->data, time);
    gen_end(g, parent, parent_tid, time);
}

void gen_fork(PerfGen *g, int32_t pid, int32_t tid, int32_t parent, uint64_t time) {
    put_task(g, 7, pid, parent, tid, parent, time);
}

void gen_thread(PerfGen *g, int32_t pid, int32_t tid, int32_t parent, uint64_t time) {
    put_task(g, 7, pid, pid, tid, parent, time);
}

void gen_exit(PerfGen *g, int32_t pid, int32_t tid, uint64_t time) {
    put_task(g, 4, pid, 1, tid, 1, time);
}

void gen_comm(PerfGen *g, int32_t pid, int32_t tid, const char *comm, uint64_t time) {
    gen_begin(g, 3, 0);
    gen_u32(g, &g->data, (uint32_t)pid);
    gen_u32(g, &g->data, (uint32_t)tid);
    gen_text(g, comm);
    gen_end(g, pid, tid, time);
}

void gen_mmap(PerfGen *g, int32_t pid, uint64_t start, uint64_t length, uint64_t offset,
              const char *file, uint64_t time) {
    gen_begin(g, 1, pid < 0 ? 1 : 2);
    gen_u32(g, &g->data, (uint32_t)pid);
    gen_u32(g, &g->data, pid < 0 ? 0 : (uint32_t)pid);
    gen_u64(g, &g->data, start);
    gen_u64(g, &g->data, length);
    gen_u64(g, &g->data, offset);
    gen_text(g, file);
    gen_end(g, pid, pid, time);
}

void gen_mmap2(PerfGen *g, int32_t pid, uint64_t start, uint64_t length, uint64_t offset,
               uint32_t flags, const uint8_t *id, const char *file, uint64_t time) {
    enum { USER = 2, HAS_ID = 1 << 14, READ_EXECUTE = 5, ID_BYTES = 20 };
    static const uint8_t none[ID_BYTES];
    gen_begin(g, 10, USER | (id ? HAS_ID : 0));
    gen_u32(g, &g->data, (uint32_t)pid);
    gen_u32(g, &g->data, (uint32_t)pid);
    gen_u64(g, &g->data, start);
    gen_u64(g, &g->data, length);
    gen_u64(g, &g->data, offset);
    buf_putc(&g->data, id ? ID_BYTES : 0);
    for (int i = 0; i < 3; i++)
        buf_putc(&g->data, 0);
    buf_put(&g->data, (Str){(const char *)(id ? id : none), ID_BYTES});
    gen_u32(g, &g->data, READ_EXECUTE);
    gen_u32(g, &g->data, flags);
    gen_text(g, file);
    gen_end(g, pid, pid, time);
}

void gen_build_id(PerfGen *g, uint16_t misc, const uint8_t *id, bool said, const char *file) {
    enum { HAS_SIZE = 1 << 15, ID_BYTES = 20 };
    gen_begin(g, 67, (uint16_t)(misc | (said ? HAS_SIZE : 0)));
    gen_u32(g, &g->data, UINT32_MAX);
    buf_put(&g->data, (Str){(const char *)id, ID_BYTES});
    buf_putc(&g->data, said ? ID_BYTES : 0);
    for (int i = 0; i < 3; i++)
        buf_putc(&g->data, 0);
    gen_text(g, file);
    gen_plain_end(g);
}

void gen_feature(PerfGen *g, uint64_t feature, const char *text) {
    gen_begin(g, 80, 0);
    gen_u64(g, &g->data, feature);
    gen_u32(g, &g->data, (uint32_t)strlen(text) + 1);
    gen_text(g, text);
    gen_plain_end(g);
}

void gen_ksymbol(PerfGen *g, uint64_t start, uint32_t length, const char *name, uint64_t time) {
    gen_begin(g, 17, 0);
    gen_u64(g, &g->data, start);
    gen_u32(g, &g->data, length);
    gen_u16(g, &g->data, 1);
    gen_u16(g, &g->data, 0);
    gen_text(g, name);
    gen_end(g, 0, 0, time);
}

void gen_lost(PerfGen *g, uint64_t lost, uint64_t time) {
    gen_begin(g, 2, 0);
    gen_u64(g, &g->data, g->event[0].id);
    gen_u64(g, &g->data, lost);
    gen_end(g, 0, 0, time);
}

void gen_round(PerfGen *g) {
    gen_begin(g, 68, 0);
    gen_plain_end(g);
}

/* ---- compressed ---------------------------------------------------------------------------
 */

void gen_pack_from(PerfGen *g) {
    g->pack_from = g->data.n;
}

/* What is to be packed as one zstd frame of blocks that are not compressed: magic, a window of
 * 1 MiB, blocks. */
static void zstd_frame(PerfGen *g, Buf *frame, size_t most) {
    Buf records = {0};
    buf_put(&records, str_slice(buf_str(&g->data), g->pack_from, g->data.n));
    g->data.n = g->pack_from;
    buf_put(frame, (Str){"\x28\xb5\x2f\xfd\x00\x50", 6});
    for (size_t at = 0; at < records.n; at += most) {
        size_t n = records.n - at < most ? records.n - at : most;
        uint32_t head = (uint32_t)n << 3 | (at + n == records.n);
        for (int i = 0; i < 3; i++)
            buf_putc(frame, (char)(head >> 8 * i));
        buf_put(frame, str_slice(buf_str(&records), at, at + n));
    }
    buf_free(&records);
}

static void pad(PerfGen *g) {
    while ((g->data.n - g->record) % 8)
        buf_putc(&g->data, 0);
}

size_t gen_pack2(PerfGen *g, size_t most, bool overlong) {
    enum { LONGEST = UINT16_MAX - 16, GARBAGE = 12345 };
    Buf frame = {0};
    zstd_frame(g, &frame, most);
    size_t n = frame.n, piece = overlong ? LONGEST : most, pieces = (n + piece - 1) / piece;
    uint64_t all = n + pieces * 16;
    size_t first = g->data.n;
    for (size_t at = 0; at < n; at += piece) {
        size_t here = n - at < piece ? n - at : piece;
        gen_begin(g, 83, 0);
        gen_u64(g, &g->data, overlong && at ? GARBAGE : here);
        buf_put(&g->data, str_slice(buf_str(&frame), at, at + here));
        if (pieces == 1 ? n + 16 <= UINT16_MAX - 7 : !overlong)
            pad(g);
        gen_plain_end(g);
    }
    if (overlong) { /* written over the first, as if it were all */
        set(g, &g->data, first + 6, ((all + 7) & ~(uint64_t)7) & UINT16_MAX, 2);
        set(g, &g->data, first + 8, all - 16, 8);
    }
    buf_free(&frame);
    return n;
}

void gen_pack(PerfGen *g, size_t most) {
    Buf frame = {0};
    zstd_frame(g, &frame, most);
    for (size_t at = 0; at < frame.n; at += most) {
        gen_begin(g, 81, 0);
        buf_put(&g->data, str_slice(buf_str(&frame), at, at + most));
        gen_plain_end(g);
    }
    buf_free(&frame);
}

/* ---- the file -----------------------------------------------------------------------------
 */

static void put_attr(PerfGen *g, Buf *out, const PerfEvent *e, size_t size) {
    size_t begin = out->n;
    uint64_t flag = g->big ? (uint64_t)1 << (63 - SAMPLE_ID_ALL) : 1 << SAMPLE_ID_ALL;
    if (g->inherit)
        flag |= g->big ? (uint64_t)1 << (63 - INHERIT) : 1 << INHERIT;
    gen_u32(g, out, e->type);
    gen_u32(g, out, (uint32_t)size);
    gen_u64(g, out, e->config);
    gen_u64(g, out, e->period);
    gen_u64(g, out, e->sample_type);
    gen_u64(g, out, e->read_format);
    gen_u64(g, out, g->no_id_all ? 0 : flag);
    for (int i = 0; i < 3; i++)
        gen_u64(g, out, 0);
    if (size > out->n - begin) {
        gen_u64(g, out, e->branch_type);
        gen_u64(g, out, e->user_regs);
    }
    while (out->n < begin + size)
        buf_putc(out, 0);
}

static void put_name(PerfGen *g, Buf *out, const char *name) {
    size_t n = strlen(name) + 1;
    gen_u32(g, out, (uint32_t)n);
    buf_put(out, (Str){name, n});
}

static Buf pipe_file(PerfGen *g) {
    Buf records = g->data, out = {0};
    g->data = (Buf){0};
    buf_puts(&out, g->big ? "2ELIFREP" : "PERFILE2");
    gen_u64(g, &out, 16);
    for (uint32_t i = 0; i < g->events; i++) {
        gen_begin(g, 64, 0);
        put_attr(g, &g->data, &g->event[i], ATTR);
        gen_u64(g, &g->data, g->event[i].id);
        gen_plain_end(g);
        if (!g->event[i].name)
            continue;
        gen_begin(g, 78, 0);
        gen_u64(g, &g->data, 2);
        gen_u64(g, &g->data, g->event[i].id);
        gen_text(g, g->event[i].name);
        gen_plain_end(g);
    }
    buf_put(&out, buf_str(&g->data));
    buf_put(&out, buf_str(&records));
    buf_free(&g->data);
    g->data = records;
    return out;
}

static void put_features(PerfGen *g, Buf *out) {
    size_t place = out->n;
    gen_u64(g, out, 0);
    gen_u64(g, out, 0);
    size_t from = out->n;
    gen_u32(g, out, g->events);
    gen_u32(g, out, ATTR);
    for (uint32_t i = 0; i < g->events; i++) {
        put_attr(g, out, &g->event[i], ATTR);
        gen_u32(g, out, 1);
        put_name(g, out, g->event[i].name ? g->event[i].name : "");
        gen_u64(g, out, g->event[i].id);
    }
    set(g, out, place, from, 8);
    set(g, out, place + 8, out->n - from, 8);
}

Buf gen_file(PerfGen *g) {
    enum { EVENT_DESC = 12 };
    if (g->form == PERF_FORM_PIPE)
        return pipe_file(g);
    bool old = g->form == PERF_FORM_OLD;
    size_t attr = old ? OLD_ATTR : ATTR, ids = HEAD + g->events * (attr + SECTION);
    Buf out = {0};
    buf_puts(&out, old ? "PERFFILE" : g->big ? "2ELIFREP" : "PERFILE2");
    gen_u64(g, &out, HEAD);
    gen_u64(g, &out, attr + SECTION);
    gen_u64(g, &out, HEAD);
    gen_u64(g, &out, g->events * (attr + SECTION));
    gen_u64(g, &out, ids + g->events * 8);
    gen_u64(g, &out, g->data.n);
    gen_u64(g, &out, 0);
    gen_u64(g, &out, 0);
    gen_u64(g, &out, old ? 0 : 1 << EVENT_DESC);
    for (int i = 0; i < 3; i++)
        gen_u64(g, &out, 0);
    for (uint32_t i = 0; i < g->events; i++) {
        put_attr(g, &out, &g->event[i], attr);
        gen_u64(g, &out, ids + i * 8);
        gen_u64(g, &out, 8);
    }
    for (uint32_t i = 0; i < g->events; i++)
        gen_u64(g, &out, g->event[i].id);
    buf_put(&out, buf_str(&g->data));
    if (!old)
        put_features(g, &out);
    return out;
}

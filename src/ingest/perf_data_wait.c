#include "ingest/perf_data_wait.h"

void perf_waits_init(PerfWaits *w) {
    *w = (PerfWaits){0};
    column_init(&w->wait, sizeof(PerfWait), 5);
    id_map_init(&w->by_tid);
}

void perf_waits_free(PerfWaits *w) {
    for (uint64_t i = 0; i < w->wait.count; i++)
        buf_free(&COLUMN_AT(&w->wait, PerfWait, i).chain);
    column_free(&w->wait);
    id_map_free(&w->by_tid);
}

bool perf_is_switch(const PerfAttr *attr) {
    return attr->type == PERF_TYPE_TRACEPOINT && str_eq_c(attr->name, "sched:sched_switch");
}

bool perf_off_cpu_read(PerfSample *sample, const PerfAttr *attr, bool swapped) {
    if (!(attr->sample_type & SAMPLE_RAW))
        return true;
    PerfBytes b = perf_bytes((const uint8_t *)sample->raw.s, sample->raw.n, swapped);
    sample->pid = (int32_t)perf_u32(&b);
    sample->tid = (int32_t)perf_u32(&b);
    sample->period = perf_u64(&b);
    uint64_t n = perf_u64(&b);
    if (b.bad || n > perf_left(&b) / 8)
        return false;
    sample->has_chain = true;
    sample->chain_n = n;
    sample->chain = b.at;
    return true;
}

/* Where the tracepoint's fields lie. */
enum { PREV_PID = 24, PREV_STATE = 32, NEXT_PID = 56, LEAST = 60 };

/* NULL: they are not as expected. */
static const uint8_t *fields_of(const PerfSample *sample, bool swapped) {
    const uint8_t *raw = (const uint8_t *)sample->raw.s;
    bool usual =
        sample->raw.n >= LEAST && (int32_t)perf_get32(raw + PREV_PID, swapped) == sample->tid;
    return usual ? raw : NULL;
}

int32_t perf_switch_next(const PerfSample *sample, bool swapped) {
    const uint8_t *raw = fields_of(sample, swapped);
    return raw ? (int32_t)perf_get32(raw + NEXT_PID, swapped) : -1;
}

bool perf_switch_is_last(const PerfSample *sample, bool ended, bool swapped) {
    enum { DEAD = 0x10, ZOMBIE = 0x20, DEAD_OR_PARKED = 0x40 };
    const uint8_t *raw = fields_of(sample, swapped);
    uint64_t state = raw ? perf_get64(raw + PREV_STATE, swapped) : 0;
    return (state & (DEAD | ZOMBIE)) || (ended && (state & DEAD_OR_PARKED));
}

PerfWait *perf_wait_of(PerfWaits *w, int32_t tid) {
    uint32_t at = id_map_find(&w->by_tid, (uint32_t)tid, 0);
    PerfWait *wait = at ? &COLUMN_AT(&w->wait, PerfWait, at - 1) : NULL;
    return wait && wait->waiting ? wait : NULL;
}

PerfWait *perf_wait_begin(PerfWaits *w, const PerfSample *sample, const PerfAttr *attr,
                          uint32_t mode, int64_t offset) {
    enum { PAD = 64 }; /* as behind a record */
    uint32_t at = id_map_find(&w->by_tid, (uint32_t)sample->tid, 0);
    if (!at) {
        column_push(&w->wait);
        at = (uint32_t)w->wait.count;
        id_map_add(&w->by_tid, (uint32_t)sample->tid, 0, at);
    }
    PerfWait *wait = &COLUMN_AT(&w->wait, PerfWait, at - 1);
    size_t n = (size_t)sample->chain_n * 8;
    buf_clear(&wait->chain);
    buf_reserve(&wait->chain, n + PAD);
    if (n)
        buf_put(&wait->chain, (Str){(const char *)sample->chain, n});
    wait->sample = *sample;
    wait->sample.chain = (const uint8_t *)wait->chain.s;
    wait->sample.raw = (Str){"", 0};
    wait->sample.calls = NULL;
    wait->sample.calls_n = 0;
    wait->sample.read = wait->sample.read_end = NULL;
    wait->attr = attr;
    wait->mode = mode;
    wait->offset = offset;
    wait->waiting = true;
    return wait;
}

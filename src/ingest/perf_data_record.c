#include "ingest/perf_data_record.h"

/* What the record holds, without what follows it in all but samples. */
static PerfBytes body_of(const PerfRecord *r, const PerfAttr *attr, bool swapped) {
    size_t n = r->size - PERF_RECORD_HEAD;
    if (attr && r->type != RECORD_SAMPLE && attr->id_bytes <= n)
        n -= attr->id_bytes;
    return perf_bytes(r->at + PERF_RECORD_HEAD, n, swapped);
}

/* ---- samples ------------------------------------------------------------------------------
 */

/* Bytes of one counter in a READ part. */
static uint32_t count_bytes(uint64_t format) {
    return 8u + (format & READ_ID ? 8u : 0) + (format & READ_LOST ? 8u : 0);
}

static uint32_t times_bytes(uint64_t format) {
    return (format & READ_TIME_ENABLED ? 8u : 0) + (format & READ_TIME_RUNNING ? 8u : 0);
}

static void read_counts(PerfBytes *b, const PerfAttr *attr, PerfSample *out) {
    uint64_t format = attr->read_format, counts = 1;
    out->read = b->at;
    if (format & READ_GROUP) {
        counts = perf_u64(b);
        perf_take(b, times_bytes(format));
        if (counts > perf_left(b))
            b->bad = true;
        else
            perf_take(b, counts * count_bytes(format));
    } else {
        perf_take(b, times_bytes(format) + count_bytes(format));
    }
    out->read_end = b->at;
}

static void read_chain(PerfBytes *b, PerfSample *out) {
    uint64_t n = perf_u64(b);
    out->has_chain = true;
    if (n > perf_left(b) / 8) {
        b->bad = true;
        return;
    }
    out->chain_n = n;
    out->chain = perf_take(b, n * 8);
}

static void read_branches(PerfBytes *b, const PerfAttr *attr, PerfSample *out) {
    enum { BRANCH = 24, COUNTERS = 8 };
    uint64_t n = perf_u64(b);
    if (n == 0 && perf_left(b) == 0)
        return; /* where none were taken, the kernel leaves out the index, too */
    if (attr->branch_type & BRANCH_HW_INDEX)
        perf_u64(b);
    uint64_t each = BRANCH + (attr->branch_type & BRANCH_COUNTERS ? COUNTERS : 0);
    const uint8_t *branches = perf_take(b, n <= perf_left(b) / each ? n * each : UINT64_MAX);
    if (branches && attr->branch_type & BRANCH_CALL_STACK) {
        out->calls = branches;
        out->calls_n = n;
    }
}

static void read_registers(PerfBytes *b, const PerfAttr *attr, PerfSample *out) {
    out->regs_abi = perf_u64(b);
    if (out->regs_abi) /* else the thread has no user's part */
        out->regs = perf_take(b, 8ull * (uint32_t)__builtin_popcountll(attr->user_regs));
}

static void read_memory(PerfBytes *b, PerfSample *out) {
    uint64_t room = perf_u64(b);
    if (room == 0)
        return;
    const uint8_t *bytes = perf_take(b, room);
    uint64_t filled = perf_u64(b);
    if (!b->bad && filled)
        out->memory = (Str){(const char *)bytes, filled < room ? filled : room};
}

/* What is behind the raw part. It only adds to a sample, so damage there takes nothing away.
 * Apart, for the usual sample has none of it, and would save registers for it. */
__attribute__((noinline)) static void read_tail(PerfBytes b, const PerfAttr *attr,
                                                PerfSample *out) {
    if (attr->sample_type & SAMPLE_BRANCH_STACK)
        read_branches(&b, attr, out);
    if (!out->memory_wanted)
        return;
    out->memory = (Str){"", 0};
    out->regs = NULL;
    if (attr->sample_type & SAMPLE_REGS_USER)
        read_registers(&b, attr, out);
    read_memory(&b, out);
    out->lacks = out->memory.n ? LACKS_MEMORY : LACKS_NOTHING;
}

bool perf_sample_read(const PerfRecord *r, const PerfAttr *attr, bool swapped, PerfSample *out) {
    uint64_t type = attr->sample_type;
    /* one by one: the compiler cleared the whole first, by an instruction that took a twentieth of
     * a load */
    out->pid = out->tid = -1;
    out->ip = 0;
    out->time = UINT64_MAX;
    out->period = attr->period;
    out->cpu = UINT32_MAX;
    out->has_chain = false;
    out->chain = out->read = out->read_end = NULL;
    out->chain_n = out->calls_n = 0;
    out->raw = (Str){"", 0};
    out->memory_wanted = (type & SAMPLE_STACK_USER) != 0;
    out->lacks = LACKS_NOTHING;
    out->places = false;
    if (attr->rest_at > r->size)
        return false;
    if (attr->ip_at)
        out->ip = perf_get64(r->at + attr->ip_at, swapped);
    if (attr->thread_at) {
        out->pid = (int32_t)perf_get32(r->at + attr->thread_at, swapped);
        out->tid = (int32_t)perf_get32(r->at + attr->thread_at + 4, swapped);
    }
    if (attr->time_at)
        out->time = perf_get64(r->at + attr->time_at, swapped);
    if (attr->cpu_at)
        out->cpu = perf_get32(r->at + attr->cpu_at, swapped);
    if (attr->period_at)
        out->period = perf_get64(r->at + attr->period_at, swapped);
    PerfBytes b = perf_bytes(r->at + attr->rest_at, r->size - attr->rest_at, swapped);
    if (type & SAMPLE_READ)
        read_counts(&b, attr, out);
    if (type & SAMPLE_CALLCHAIN)
        read_chain(&b, out);
    if (type & SAMPLE_RAW) {
        uint32_t n = perf_u32(&b);
        const uint8_t *raw = perf_take(&b, n);
        if (raw)
            out->raw = (Str){(const char *)raw, n};
    }
    if (b.bad)
        return false;
    if (type & (SAMPLE_BRANCH_STACK | SAMPLE_STACK_USER))
        read_tail(b, attr, out);
    return true;
}

uint64_t perf_counts(const PerfSample *s, const PerfAttr *attr, bool swapped) {
    if (!s->read)
        return 0;
    return attr->read_format & READ_GROUP ? perf_get64(s->read, swapped) : 1;
}

PerfCount perf_count_at(const PerfSample *s, const PerfAttr *attr, bool swapped, uint64_t i) {
    uint64_t format = attr->read_format;
    bool group = (format & READ_GROUP) != 0;
    const uint8_t *p = s->read;
    PerfCount out = {0};
    if (group) {
        p += 8 + times_bytes(format) + i * count_bytes(format);
        out.value = perf_get64(p, swapped);
        p += 8;
    } else {
        out.value = perf_get64(p, swapped);
        p += 8 + times_bytes(format);
    }
    if (format & READ_ID)
        out.id = perf_get64(p, swapped);
    return out;
}

/* ---- what any record has ------------------------------------------------------------------
 */

bool perf_record_is_used(uint32_t type) {
    switch (type) {
    case RECORD_MMAP:
    case RECORD_COMM:
    case RECORD_EXIT:
    case RECORD_FORK:
    case RECORD_SAMPLE:
    case RECORD_MMAP2:
    case RECORD_SWITCH:
    case RECORD_SWITCH_CPU_WIDE:
    case RECORD_KSYMBOL:
    case RECORD_CALLCHAIN_DEFERRED:
        return true;
    default:
        return false;
    }
}

uint64_t perf_record_time(const PerfRecord *r, const PerfAttr *attr, bool swapped) {
    if (!attr)
        return UINT64_MAX;
    uint32_t at = attr->time_at;
    if (r->type != RECORD_SAMPLE) {
        if (!attr->sample_id_all || !attr->time_back || attr->id_bytes + PERF_RECORD_HEAD > r->size)
            return UINT64_MAX;
        at = r->size - attr->time_back;
    }
    if (at == 0 || at + 8u > r->size)
        return UINT64_MAX;
    return perf_get64(r->at + at, swapped);
}

int32_t perf_record_thread(const PerfRecord *r, const PerfAttr *attr, bool swapped) {
    if (!attr || !attr->sample_id_all || !(attr->sample_type & SAMPLE_TID) ||
        attr->id_bytes + PERF_RECORD_HEAD > r->size)
        return -1;
    return (int32_t)perf_get32(r->at + r->size - attr->id_bytes + 4, swapped);
}

/* ---- records that are no samples ----------------------------------------------------------
 */

bool perf_mmap_read(const PerfRecord *r, const PerfAttr *attr, bool swapped, PerfMmap *out) {
    enum { PROT_EXECUTE = 4, FLAG_HUGE = 0x40000 };
    PerfBytes b = body_of(r, attr, swapped);
    *out = (PerfMmap){.file = {"", 0}};
    out->pid = (int32_t)perf_u32(&b);
    out->tid = (int32_t)perf_u32(&b);
    out->start = perf_u64(&b);
    out->length = perf_u64(&b);
    out->offset = perf_u64(&b);
    out->executable = !(r->misc & MISC_MMAP_DATA);
    if (r->type == RECORD_MMAP2) {
        const uint8_t *id = perf_take(&b, 24); /* or device and inode */
        if (id && (r->misc & MISC_MMAP_BUILD_ID))
            out->build_id = build_id_of(id + 4, id[0]);
        out->executable = (perf_u32(&b) & PROT_EXECUTE) != 0;
        out->huge = (perf_u32(&b) & FLAG_HUGE) != 0;
    }
    if (b.bad)
        return false;
    out->file = perf_rest_text(&b);
    return true;
}

bool perf_task_read(const PerfRecord *r, bool swapped, PerfTask *out) {
    PerfBytes b = body_of(r, NULL, swapped);
    *out = (PerfTask){.comm = {"", 0}};
    out->pid = (int32_t)perf_u32(&b);
    if (r->type == RECORD_COMM) {
        out->tid = (int32_t)perf_u32(&b);
        out->comm = perf_rest_text(&b);
        return !b.bad;
    }
    out->parent_pid = (int32_t)perf_u32(&b);
    out->tid = (int32_t)perf_u32(&b);
    out->parent_tid = (int32_t)perf_u32(&b);
    return !b.bad;
}

bool perf_ksymbol_read(const PerfRecord *r, bool swapped, PerfKsymbol *out) {
    PerfBytes b = body_of(r, NULL, swapped);
    out->start = perf_u64(&b);
    out->length = perf_u32(&b);
    perf_u16(&b); /* kind */
    out->gone = (perf_u16(&b) & 1) != 0;
    out->name = perf_rest_text(&b);
    return !b.bad;
}

bool perf_lost_read(const PerfRecord *r, bool swapped, uint64_t *out) {
    PerfBytes b = body_of(r, NULL, swapped);
    if (r->type == RECORD_LOST)
        perf_u64(&b); /* id */
    *out = perf_u64(&b);
    if (r->type == RECORD_LOST_SAMPLES && (r->misc & MISC_LOST_BY_FILTER))
        *out = 0;
    return !b.bad;
}

#include "ingest/perf_data_attr.h"

/* Bits of the word of flags that are of interest, by their place in the declaration. */
enum {
    FLAG_INHERIT = 1,
    FLAG_EXCLUDE_USER = 4,
    FLAG_EXCLUDE_KERNEL = 5,
    FLAG_EXCLUDE_HV = 6,
    FLAG_FREQ = 10,
    FLAG_PRECISE_IP = 15, /* two bits */
    FLAG_SAMPLE_ID_ALL = 18,
    FLAG_EXCLUDE_HOST = 19,
    FLAG_EXCLUDE_GUEST = 20,
};

static uint32_t field(uint64_t flags, bool big, uint32_t from, uint32_t bits) {
    uint32_t shift = big ? 64 - from - bits : from;
    return (uint32_t)(flags >> shift) & ((1u << bits) - 1);
}

static bool flag(uint64_t flags, bool big, uint32_t at) {
    return field(flags, big, at, 1) != 0;
}

/* A part of 8 bytes if the samples have it. */
static uint32_t place(uint64_t type, uint64_t part, uint32_t *at) {
    if (!(type & part))
        return 0;
    *at += 8;
    return *at - 8;
}

static void find_places(PerfAttr *a) {
    uint64_t type = a->sample_type;
    uint32_t at = 8, back = 0, id;
    a->id_at = place(type, SAMPLE_IDENTIFIER, &at);
    a->ip_at = place(type, SAMPLE_IP, &at);
    a->thread_at = place(type, SAMPLE_TID, &at);
    a->time_at = place(type, SAMPLE_TIME, &at);
    place(type, SAMPLE_ADDR, &at);
    id = place(type, SAMPLE_ID, &at);
    a->id_at = a->id_at ? a->id_at : id;
    place(type, SAMPLE_STREAM_ID, &at);
    a->cpu_at = place(type, SAMPLE_CPU, &at);
    a->period_at = place(type, SAMPLE_PERIOD, &at);
    a->rest_at = at;
    /* behind other records stands less, in nearly the same order */
    if (type & SAMPLE_IDENTIFIER)
        a->id_back = back += 8;
    back += type & SAMPLE_CPU ? 8 : 0;
    back += type & SAMPLE_STREAM_ID ? 8 : 0;
    back += type & SAMPLE_ID ? 8 : 0;
    if ((type & SAMPLE_ID) && !a->id_back)
        a->id_back = back;
    if (type & SAMPLE_TIME)
        a->time_back = back += 8;
    back += type & SAMPLE_TID ? 8 : 0;
    a->id_bytes = a->sample_id_all ? back : 0;
}

bool attr_read(PerfAttr *out, const uint8_t *bytes, size_t n, bool swapped, bool big) {
    *out = (PerfAttr){0};
    if (n < ATTR_BYTES_LEAST)
        return false;
    PerfBytes b = perf_bytes(bytes, n, swapped);
    out->type = perf_u32(&b);
    perf_u32(&b); /* its size */
    out->config = perf_u64(&b);
    out->period = perf_u64(&b);
    out->sample_type = perf_u64(&b);
    out->read_format = perf_u64(&b);
    uint64_t flags = perf_u64(&b);
    perf_u32(&b); /* when to wake up */
    out->bp_type = perf_u32(&b);
    out->bp_addr = perf_u64(&b);
    perf_u64(&b); /* of a breakpoint */
    out->branch_type = perf_u64(&b);
    out->user_regs = perf_u64(&b);
    out->inherit = flag(flags, big, FLAG_INHERIT);
    out->exclude_user = flag(flags, big, FLAG_EXCLUDE_USER);
    out->exclude_kernel = flag(flags, big, FLAG_EXCLUDE_KERNEL);
    out->exclude_hv = flag(flags, big, FLAG_EXCLUDE_HV);
    out->exclude_host = flag(flags, big, FLAG_EXCLUDE_HOST);
    out->exclude_guest = flag(flags, big, FLAG_EXCLUDE_GUEST);
    out->freq = flag(flags, big, FLAG_FREQ);
    out->sample_id_all = flag(flags, big, FLAG_SAMPLE_ID_ALL);
    out->precise_ip = field(flags, big, FLAG_PRECISE_IP, 2);
    find_places(out);
    return true;
}

/* ---- names --------------------------------------------------------------------------------
 */

static const char *const hardware[] = {
    "cycles",
    "instructions",
    "cache-references",
    "cache-misses",
    "branches",
    "branch-misses",
    "bus-cycles",
    "stalled-cycles-frontend",
    "stalled-cycles-backend",
    "ref-cycles",
};

static const char *const software[] = {
    "cpu-clock",        "task-clock",   "page-faults",  "context-switches",
    "cpu-migrations",   "minor-faults", "major-faults", "alignment-faults",
    "emulation-faults", "dummy",        "bpf-output",   "cgroup-switches",
};

static const char *const cache[] = {"L1-dcache", "L1-icache", "LLC", "dTLB",
                                    "iTLB",      "branch",    "node"};
static const char *const cache_op[] = {"load", "store", "prefetch"};

#define COUNT(a) (sizeof(a) / sizeof *(a))

static Str cache_name(uint64_t config, Arena *arena) {
    uint64_t unit = config & 0xff, op = config >> 8 & 0xff, miss = config >> 16 & 0xff;
    if (unit >= COUNT(cache) || op >= COUNT(cache_op) || miss > 1)
        return STR("invalid-cache");
    if (miss)
        return str_format(arena, "%s-%s-misses", cache[unit], cache_op[op]);
    return str_format(arena, "%s-%s%s", cache[unit], cache_op[op], op == 2 ? "es" : "s");
}

static Str base_name(const PerfAttr *a, Arena *arena) {
    enum { HARDWARE, SOFTWARE, TRACEPOINT, CACHE, RAW, BREAKPOINT };
    const char *name = NULL;
    switch (a->type) {
    case HARDWARE:
        name = a->config < COUNT(hardware) ? hardware[a->config] : "unknown-hardware";
        break;
    case SOFTWARE:
        name = a->config < COUNT(software) ? software[a->config] : "unknown-software";
        break;
    case TRACEPOINT:
        return str_format(arena, "tracepoint %llu", (unsigned long long)a->config);
    case CACHE:
        return cache_name(a->config, arena);
    case RAW:
        return str_format(arena, "raw 0x%llx", (unsigned long long)a->config);
    case BREAKPOINT:
        return str_format(arena, "mem:0x%llx:%s%s%s", (unsigned long long)a->bp_addr,
                          a->bp_type & 1 ? "r" : "", a->bp_type & 2 ? "w" : "",
                          a->bp_type & 4 ? "x" : "");
    default:
        return str_format(arena, "type %u config 0x%llx", a->type, (unsigned long long)a->config);
    }
    return str_of(name);
}

Str attr_name(const PerfAttr *a, Arena *arena) {
    char modifier[16];
    size_t n = 0;
    bool exclude_guest = false; /* what perf would have set by itself */
    if (a->type == PERF_TYPE_TRACEPOINT)
        return base_name(a, arena);
    if (a->exclude_kernel || a->exclude_user || a->exclude_hv) {
        if (!a->exclude_kernel)
            modifier[n++] = 'k';
        if (!a->exclude_user)
            modifier[n++] = 'u';
        if (!a->exclude_hv)
            modifier[n++] = 'h';
        exclude_guest = true;
    }
    for (uint32_t i = 0; i < a->precise_ip; i++) {
        modifier[n++] = 'p';
        exclude_guest = true;
    }
    if (a->exclude_host || a->exclude_guest == exclude_guest) {
        if (!a->exclude_host)
            modifier[n++] = 'H';
        if (!a->exclude_guest)
            modifier[n++] = 'G';
    }
    Str base = base_name(a, arena);
    return n ? str_format(arena, "%.*s:%.*s", (int)base.n, base.s, (int)n, modifier) : base;
}

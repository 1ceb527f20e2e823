#include "ingest/perf_data_defer.h"

#include "base/sizes.h"

enum { FIRST_CAP = SIZED(64, 4), PAD = 64 /* as behind a record */ };

void perf_deferrals_free(PerfDeferrals *d) {
    mem_resize(d->slot, d->cap * sizeof *d->slot, 0);
    *d = (PerfDeferrals){0};
}

static uint32_t home(const PerfDeferrals *d, int32_t tid, uint64_t cookie) {
    uint64_t h = (cookie ^ (uint64_t)(uint32_t)tid << 32) * 0x9e3779b97f4a7c15u;
    return (uint32_t)((h ^ h >> 29) * 0xbf58476d1ce4e5b9u >> 32) & (d->cap - 1);
}

/* Where it is, or the free slot where it would be. */
static uint32_t find(const PerfDeferrals *d, int32_t tid, uint64_t cookie) {
    uint32_t i = home(d, tid, cookie);
    while (d->slot[i].chain && (d->slot[i].cookie != cookie || d->slot[i].tid != tid))
        i = (i + 1) & (d->cap - 1);
    return i;
}

static void grow(PerfDeferrals *d) {
    PerfDeferrals old = *d;
    d->cap = old.cap ? old.cap * 2 : FIRST_CAP;
    d->slot = mem_resize(NULL, 0, d->cap * sizeof *d->slot);
    for (uint32_t i = 0; i < d->cap; i++)
        d->slot[i].chain = NULL;
    for (uint32_t i = 0; i < old.cap; i++) {
        if (old.slot[i].chain)
            d->slot[find(d, old.slot[i].tid, old.slot[i].cookie)] = old.slot[i];
    }
    mem_resize(old.slot, old.cap * sizeof *old.slot, 0);
}

/* What stands behind it may have been put there because its own place was taken. */
static void close_gap(PerfDeferrals *d, uint32_t gap) {
    uint32_t mask = d->cap - 1;
    for (uint32_t i = (gap + 1) & mask; d->slot[i].chain; i = (i + 1) & mask) {
        uint32_t own = home(d, d->slot[i].tid, d->slot[i].cookie);
        if (((i - own) & mask) < ((i - gap) & mask))
            continue;
        d->slot[gap] = d->slot[i];
        gap = i;
    }
    d->slot[gap].chain = NULL;
}

static bool read_record(const PerfRecord *r, const PerfAttr *attr, bool swapped,
                        PerfDeferral *out) {
    PerfBytes b = perf_bytes(r->at + PERF_RECORD_HEAD, r->size - PERF_RECORD_HEAD, swapped);
    out->cookie = perf_u64(&b);
    uint64_t n = perf_u64(&b);
    out->tid = perf_record_thread(r, attr, swapped);
    if (b.bad || n > perf_left(&b) / 8)
        return false;
    out->chain = b.at;
    out->chain_n = (uint32_t)n;
    return true;
}

void perf_deferrals_add(PerfDeferrals *d, const PerfRecord *r, const PerfAttr *attr, bool swapped) {
    PerfDeferral add;
    if (!read_record(r, attr, swapped, &add))
        return;
    if (d->count >= d->cap / 2)
        grow(d);
    PerfDeferral *slot = &d->slot[find(d, add.tid, add.cookie)];
    d->count += !slot->chain;
    *slot = add;
}

void perf_deferrals_drop(PerfDeferrals *d, const PerfRecord *r, const PerfAttr *attr,
                         bool swapped) {
    PerfDeferral drop;
    if (!d->cap || !read_record(r, attr, swapped, &drop))
        return;
    uint32_t i = find(d, drop.tid, drop.cookie);
    if (d->slot[i].chain != drop.chain)
        return; /* a later one has the same cookie, or this one never waited */
    close_gap(d, i);
    d->count--;
}

bool perf_deferrals_join(const PerfDeferrals *d, PerfSample *s, bool swapped, Buf *room) {
    uint64_t own = s->chain_n - 2; /* but for the mark and the cookie */
    uint64_t cookie = perf_get64(s->chain + (own + 1) * 8, swapped);
    const PerfDeferral *of = d->cap ? &d->slot[find(d, s->tid, cookie)] : NULL;
    s->chain_n = own;
    if (!of || !of->chain)
        return false;
    buf_clear(room);
    buf_reserve(room, (size_t)(own + of->chain_n) * 8 + PAD);
    buf_put(room, (Str){(const char *)s->chain, (size_t)own * 8});
    buf_put(room, (Str){(const char *)of->chain, (size_t)of->chain_n * 8});
    s->chain = (const uint8_t *)room->s;
    s->chain_n = own + of->chain_n;
    return true;
}

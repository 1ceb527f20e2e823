#include "ingest/perf_data_order.h"

#include "base/sizes.h"

enum { FIRST_CAP = SIZED(1024, 4) };

void perf_order_free(PerfOrder *o) {
    mem_resize(o->item, o->cap * sizeof *o->item, 0);
    mem_resize(o->scratch, o->cap * sizeof *o->item, 0);
    mem_resize(o->run, o->run_cap * sizeof *o->run, 0);
    *o = (PerfOrder){0};
}

static void grow(PerfOrder *o) {
    size_t cap = o->cap ? o->cap * 2 : FIRST_CAP;
    o->item = mem_resize(o->item, o->cap * sizeof *o->item, cap * sizeof *o->item);
    mem_resize(o->scratch, o->cap * sizeof *o->item, 0);
    o->scratch = mem_resize(NULL, 0, cap * sizeof *o->item);
    o->cap = cap;
}

static void begin_run(PerfOrder *o) {
    if (o->runs == o->run_cap) {
        size_t cap = o->run_cap ? o->run_cap * 2 : 64;
        o->run = mem_resize(o->run, o->run_cap * sizeof *o->run, cap * sizeof *o->run);
        o->run_cap = cap;
    }
    o->run[o->runs++] = o->n;
}

void perf_order_add(PerfOrder *o, uint64_t time, const PerfRecord *record) {
    if (o->n == o->cap)
        grow(o);
    if (o->n == 0 || time < o->item[o->n - 1].time)
        begin_run(o);
    o->item[o->n++] = (PerfWaiting){time, *record};
    if (time > o->newest)
        o->newest = time;
}

/* Of records of the same time, those that came first stay first. */
static void merge(const PerfWaiting *a, size_t a_n, const PerfWaiting *b, size_t b_n,
                  PerfWaiting *out) {
    while (a_n && b_n) {
        bool first = a->time <= b->time;
        *out++ = first ? *a : *b;
        a += first;
        a_n -= first;
        b += !first;
        b_n -= !first;
    }
    memcpy(out, a_n ? a : b, (a_n + b_n) * sizeof *out);
}

/* Merges neighbouring runs until there is one. */
static void sort(PerfOrder *o) {
    while (o->runs > 1) {
        size_t kept = 0;
        for (size_t i = 0; i < o->runs; i += 2) {
            size_t from = o->run[i], middle = i + 1 < o->runs ? o->run[i + 1] : o->n;
            size_t to = i + 2 < o->runs ? o->run[i + 2] : o->n;
            merge(o->item + from, middle - from, o->item + middle, to - middle, o->scratch + from);
            o->run[kept++] = from;
        }
        o->runs = kept;
        PerfWaiting *sorted = o->scratch;
        o->scratch = o->item;
        o->item = sorted;
    }
}

size_t perf_order_until(PerfOrder *o, uint64_t limit) {
    sort(o);
    size_t low = 0, high = o->n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (o->item[middle].time <= limit)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

size_t perf_order_round(PerfOrder *o) {
    size_t n = perf_order_until(o, o->limit);
    o->limit = o->newest;
    return n;
}

size_t perf_order_half(PerfOrder *o) {
    sort(o);
    return o->n - o->n / 2;
}

size_t perf_order_all(PerfOrder *o) {
    sort(o);
    return o->n;
}

void perf_order_drop(PerfOrder *o, size_t n) {
    if (n == 0)
        return;
    o->n -= n;
    memmove(o->item, o->item + n, o->n * sizeof *o->item);
    o->runs = o->n ? 1 : 0;
}

#include "picture/amount.h"

#include "store/contexts.h"

void amount_put_span(Buf *out, int64_t ns) {
    double t = (double)ns;
    if (ns < 1000)
        buf_printf(out, "%lld ns", (long long)ns);
    else if (t < 999.5e3)
        buf_printf(out, "%.3g µs", t / 1e3);
    else if (t < 999.5e6)
        buf_printf(out, "%.3g ms", t / 1e6);
    else if (t < 99.95e9)
        buf_printf(out, "%.4g s", t / 1e9);
    else if (t < 3600e9)
        buf_printf(out, "%d min %d s", (int)(t / 60e9), (int)(t / 1e9) % 60);
    else
        buf_printf(out, "%lld h %d min", (long long)(t / 3600e9),
                   (int)((long long)(t / 60e9) % 60));
}

static void put_bytes(Buf *out, uint64_t n) {
    static const char *const units[] = {"bytes", "kB", "MB", "GB", "TB", "PB", "EB"};
    double t = (double)n;
    int unit = 0;
    for (; t >= 999.5; unit++)
        t /= 1000;
    buf_printf(out, "%.3g %s", t, n == 1 ? "byte" : units[unit]);
}

static bool has_own_units(uint32_t kind) {
    return kind == WEIGHT_TIME_NS || kind == WEIGHT_BYTES;
}

const char *amount_heading(uint32_t kind) {
    return has_own_units(kind) ? weight_name(kind) : weight_unit(kind);
}

void amount_put_bare(Buf *out, uint64_t n, uint32_t kind) {
    if (kind == WEIGHT_TIME_NS && !n)
        buf_puts(out, "0 s");
    else if (kind == WEIGHT_TIME_NS)
        amount_put_span(out, n <= INT64_MAX ? (int64_t)n : INT64_MAX);
    else if (kind == WEIGHT_BYTES)
        put_bytes(out, n);
    else
        buf_grouped(out, n);
}

void amount_put(Buf *out, uint64_t n, uint32_t kind) {
    amount_put_bare(out, n, kind);
    if (has_own_units(kind))
        return;
    Str unit = str_of(weight_unit(kind));
    buf_putc(out, ' ');
    buf_put(out, n == 1 ? str_slice(unit, 0, unit.n - 1) : unit); /* "1 sample" */
}

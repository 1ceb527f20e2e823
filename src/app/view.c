#include "app/view.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "app/question.h"

Str view_text(const View *v, const char *format, ...) {
    char text[1024];
    va_list args;
    va_start(args, format);
    int n = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (n < 0)
        n = 0;
    if ((size_t)n >= sizeof text)
        n = (int)sizeof text - 1;
    return str_copy(v->arena, (Str){text, (size_t)n});
}

Str view_grouped(const View *v, uint64_t n) {
    Buf b = {0};
    buf_grouped(&b, n);
    Str s = str_copy(v->arena, buf_str(&b));
    buf_free(&b);
    return s;
}

Str view_count(const View *v, uint64_t n, const char *unit) {
    Str number = view_grouped(v, n);
    bool singular = n == 1 && unit[0] == 's'; /* "1 sample" */
    size_t length = str_of(unit).n - (singular ? 1 : 0);
    return view_text(v, "%.*s %.*s", (int)number.n, number.s, (int)length, unit);
}

Str view_short(const View *v, uint64_t n) {
    if (n < 10000000)
        return view_grouped(v, n);
    if (n < 10000000000u)
        return view_text(v, "%.4g M", (double)n / 1e6);
    return view_text(v, "%.4g G", (double)n / 1e9);
}

Str view_percent(const View *v, uint64_t part, uint64_t whole) {
    if (!whole || !part)
        return STR("0 %");
    double share = 100.0 * (double)part / (double)whole;
    if (share < 0.05)
        return STR("< 0.1 %");
    return view_text(v, share >= 99.95 ? "%.0f %%" : "%.1f %%", share);
}

Str view_offset(const View *v, int64_t t_ns, int64_t step_ns) {
    int decimals = 0;
    for (int64_t unit = 1000000000; unit > step_ns && decimals < 9; unit /= 10)
        decimals++;
    return view_text(v, "%.*f", decimals, (double)(t_ns - v->origin_ns) / 1e9);
}

Str view_span(const View *v, int64_t ns) {
    double t = (double)ns;
    if (ns < 1000)
        return view_text(v, "%lld ns", (long long)ns);
    if (t < 1e6)
        return view_text(v, "%.3g µs", t / 1e3);
    if (t < 999.5e6)
        return view_text(v, "%.3g ms", t / 1e6);
    if (t < 99.95e9)
        return view_text(v, "%.4g s", t / 1e9);
    if (t < 3600e9)
        return view_text(v, "%d min %d s", (int)(t / 60e9), (int)(t / 1e9) % 60);
    return view_text(v, "%d h %d min", (int)(t / 3600e9), (int)(t / 60e9) % 60);
}

void view_wake(const View *v, int64_t at_ns) {
    if (at_ns < *v->next_wake_ns)
        *v->next_wake_ns = at_ns;
}

const char *view_unit(const View *v) {
    return count_unit(v->dict, v->event, v->weighted);
}

bool view_has_time(const View *v) {
    return v->slot->open && v->slot->view.has_time;
}

Str view_why_no_samples(const View *v) {
    const SessionSlot *slot = v->slot;
    if (!slot->open || !slot->settled || slot->view.samples)
        return STR("");
    if (slot->load.format && !strcmp(slot->load.format, "perf.data"))
        return STR("perf recorded no samples: what ran was too short for its frequency (-F), slept, or failed.");
    return STR("There are no samples in this file.");
}

uint64_t view_whole(const View *v) {
    const Answer *a = v->answer;
    return a->elided ? a->elided_of : a->in_tree + a->not_arranged;
}

const char *view_whole_name(const View *v) {
    return v->answer->elided ? "B" : v->state->selection.on ? "A" : "what is shown";
}

#include "app/view.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "app/question.h"
#include "picture/amount.h"

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

static Str view_taken(const View *v, Buf *b) {
    Str s = str_copy(v->arena, buf_str(b));
    buf_free(b);
    return s;
}

Str view_grouped(const View *v, uint64_t n) {
    Buf b = {0};
    buf_grouped(&b, n);
    return view_taken(v, &b);
}

Str view_amount(const View *v, uint64_t n) {
    Buf b = {0};
    amount_put(&b, n, view_kind(v));
    return view_taken(v, &b);
}

Str view_number(const View *v, uint64_t n) {
    Buf b = {0};
    amount_put_bare(&b, n, view_kind(v));
    return view_taken(v, &b);
}

Str view_amount_short(const View *v, uint64_t n, uint32_t kind) {
    if (kind != WEIGHT_TIME_NS && kind != WEIGHT_BYTES)
        return view_short(v, n);
    Buf b = {0};
    amount_put_bare(&b, n, kind);
    return view_taken(v, &b);
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
    Buf b = {0};
    amount_put_span(&b, ns);
    return view_taken(v, &b);
}

void view_wake(const View *v, int64_t at_ns) {
    if (at_ns < *v->next_wake_ns)
        *v->next_wake_ns = at_ns;
}

uint32_t view_kind(const View *v) {
    return count_kind(v->dict, &v->slot->view, v->event, v->weighted);
}

const char *view_unit(const View *v) {
    return amount_heading(view_kind(v));
}

bool view_has_time(const View *v) {
    return v->slot->open && v->slot->view.has_time;
}

Str view_why_no_samples(const View *v) {
    const SessionSlot *slot = v->slot;
    bool loaded = slot->open && slot->settled && slot->load.state == LOAD_DONE && !v->paused;
    if (!loaded || slot->view.samples)
        return STR("");
    if (profile_complained(&slot->profile, COMPLAINT_TRUNCATED) ||
        profile_complained(&slot->profile, COMPLAINT_DAMAGED))
        return STR(
            "This file ends, or is damaged, before its first sample: the complaints say where.");
    if (profile_complained(&slot->profile, COMPLAINT_NOT_DECODED))
        return STR(
            "A processor's trace, which is not decoded here: open what `perf script --itrace=i1ms` prints.");
    if (slot->load.format && !strcmp(slot->load.format, "perf.data"))
        return STR(
            "perf recorded no samples: what ran was too short for its frequency (-F), slept, or failed.");
    if (profile_complained(&slot->profile, COMPLAINT_EMPTY))
        return STR("All calls in this file last no time: they have no `dur`, or it is 0.");
    return STR("There are no samples in this file.");
}

uint64_t view_whole(const View *v) {
    const Answer *a = v->answer;
    return a->elided ? a->elided_of : a->in_tree + a->not_arranged;
}

const char *view_whole_name(const View *v) {
    return v->answer->elided ? "B" : v->state->selection.on ? "A" : "what is shown";
}

/* TraceTime: a time in microseconds as a trace writes it, in whole ns, and what was rounded away.
 * Tools write the sum and the length as they come out of floating point: rounded apart, a call that
 * ends with the one around it ended 1 ns behind it every fourth time, and had a stack of its own.
 * Pure. */
#pragma once

#include "ingest/json_number.h"

enum { TRACE_TIME_US = 3, TRACE_TIME_PARTS = 1000000 };

typedef struct TraceTime {
    int64_t ns;
    int32_t part; /* what the number has beyond ns, in TRACE_TIME_PARTS of one: -half up to half */
} TraceTime;

/* What the digits behind the point say beyond whole ns. */
static inline int32_t trace_time_part(const char *digit, const char *end, bool negative) {
    int32_t part = 0;
    digit += TRACE_TIME_US;
    if (end - digit <= 0)
        return 0;
    for (int32_t unit = TRACE_TIME_PARTS / 10; unit && digit < end; unit /= 10, digit++) {
        if ((unsigned char)(*digit - '0') > 9) /* an exponent: digits are not where they seem */
            return 0;
        part += unit * (*digit - '0');
    }
    part -= part >= TRACE_TIME_PARTS / 2 ? TRACE_TIME_PARTS : 0;
    return negative ? -part : part;
}

/* As json_number: what it needs to be readable, and returns. */
static inline const char *trace_time_read(const char *s, TraceTime *out) {
    const char *digit, *end = json_number_parts(s, TRACE_TIME_US, &out->ns, &digit);
    out->part = digit && end ? trace_time_part(digit, end, *s == '-') : 0;
    return end;
}

/* Of a number's text whose ns are known. */
static inline TraceTime trace_time_of(int64_t ns, Str text) {
    size_t point = str_find_char(text, '.');
    bool exponent = str_find_char(text, 'e') < text.n || str_find_char(text, 'E') < text.n;
    if (point == text.n || exponent)
        return (TraceTime){ns, 0};
    return (TraceTime){ns, trace_time_part(text.s + point + 1, text.s + text.n, text.s[0] == '-')};
}

/* Where what begins at `at` and lasts `length` ends, rounded once. */
static inline int64_t trace_time_end(TraceTime at, TraceTime length) {
    int32_t part = at.part + length.part, half = TRACE_TIME_PARTS / 2;
    return at.ns + length.ns + (part >= half) - (part < -half);
}

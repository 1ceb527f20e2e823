/* The line that starts a sample. A process may call itself anything, with blanks, digits,
 * brackets and colons, so the line is never read from its start: the time is found first, then
 * the fields before it are taken off from the right, until only the name is left. */
#include "ingest/perf_line.h"

#include <string.h>

enum {
    NS_PER_S = 1000000000,
    ADDRESS_ENDS = 18, /* behind the colon of the time, where perf's columns are kept */
};

static inline bool is_digit(char c) {
    return (unsigned char)(c - '0') < 10;
}

static size_t skip_blanks(Str s, size_t i) {
    while (i < s.n && perf_line_blank(s.s[i]))
        i++;
    return i;
}

static size_t trim_back(Str s, size_t end) {
    while (end > 0 && perf_line_blank(s.s[end - 1]))
        end--;
    return end;
}

/* Start of the token that ends before `end`. */
static size_t token_start(Str s, size_t end) {
    while (end > 0 && !perf_line_blank(s.s[end - 1]))
        end--;
    return end;
}

/* Decimal digits that fill [from, to) and fit. */
static bool number(Str s, size_t from, size_t to, uint64_t *out) {
    if (from >= to || to - from > 20)
        return false;
    uint64_t value = 0;
    for (size_t i = from; i < to; i++) {
        uint64_t digit = (unsigned char)s.s[i] - (uint64_t)'0';
        if (digit > 9 || __builtin_mul_overflow(value, 10, &value) ||
            __builtin_add_overflow(value, digit, &value))
            return false;
    }
    *out = value;
    return true;
}

/* "12.345678" that ends before `colon`: 1 to 9 fraction digits, a whole token. */
static bool time_before(Str s, size_t colon, size_t *start, int64_t *time_ns) {
    static const int64_t scale[10] = {NS_PER_S, 100000000, 10000000, 1000000, 100000,
                                      10000,    1000,      100,      10,      1};
    size_t dot = colon;
    int64_t fraction = 0, unit = 1;
    while (dot > 0 && is_digit(s.s[dot - 1]) && colon - dot < 10) {
        fraction += unit * (s.s[--dot] - '0');
        unit *= 10;
    }
    size_t digits = colon - dot;
    if (digits == 0 || digits > 9 || dot < 2 || s.s[dot - 1] != '.')
        return false;
    size_t from = dot - 1;
    int64_t seconds = 0;
    unit = 1;
    while (from > 0 && is_digit(s.s[from - 1]) && dot - from <= 10) {
        seconds += unit * (s.s[--from] - '0');
        unit *= 10;
    }
    if (from == dot - 1 || (from > 0 && !perf_line_blank(s.s[from - 1])) ||
        seconds > INT64_MAX / NS_PER_S - 1)
        return false;
    *start = from;
    *time_ns = seconds * NS_PER_S + fraction * scale[digits];
    return true;
}

/* A colon at or behind `from` that ends a token, or s.n. */
static size_t token_colon(Str s, size_t from) {
    while (from < s.n) {
        size_t at = from + str_find_char(str_slice(s, from, s.n), ':');
        if (at >= s.n)
            break;
        if (at + 1 == s.n || perf_line_blank(s.s[at + 1]))
            return at;
        from = at + 1;
    }
    return s.n;
}

/* Takes "[002]" off the end of s[0, end); "[-01]" is none. */
static size_t take_cpu(Str s, size_t end, uint16_t *cpu) {
    end = trim_back(s, end);
    size_t start = token_start(s, end);
    uint64_t value;
    if (end - start < 3 || s.s[start] != '[' || s.s[end - 1] != ']')
        return end;
    bool none = s.s[start + 1] == '-';
    if (!number(s, start + 1 + none, end - 1, &value))
        return end;
    *cpu = !none && value < CPU_NONE ? (uint16_t)value : CPU_NONE;
    return trim_back(s, start);
}

/* Whether s[from, to) has a digit for each 0 of the pattern and its other characters as they are;
 * it may be longer by digits. */
static bool is_like(Str s, size_t from, size_t to, const char *pattern) {
    size_t n = strlen(pattern);
    for (size_t i = 0; i < n; i++) {
        if (from + i >= to ||
            (pattern[i] == '0' ? !is_digit(s.s[from + i]) : s.s[from + i] != pattern[i]))
            return false;
    }
    for (size_t i = from + n; i < to; i++)
        if (!is_digit(s.s[i]))
            return false;
    return true;
}

/* What perf script -F +tod puts before the time: "2024-05-01 12:34:56.620971". */
static size_t take_time_of_day(Str s, size_t end) {
    size_t clock_end = trim_back(s, end), clock = token_start(s, clock_end);
    size_t date_end = trim_back(s, clock), date = token_start(s, date_end);
    bool told = is_like(s, clock, clock_end, "00:00:00.0") && date_end - date == 10 &&
                is_like(s, date, date_end, "0000-00-00");
    return told ? trim_back(s, date) : end;
}

static bool ids_token(Str s, size_t from, size_t to, int32_t *pid, int32_t *tid);

/* What may stand between cpu and time (perf script -F +misc): one word of letters, behind the cpu
 * or the ids. */
static size_t take_misc(Str s, size_t end) {
    int32_t pid, tid;
    end = trim_back(s, end);
    size_t start = token_start(s, end);
    for (size_t i = start; i < end; i++) {
        bool letter = (s.s[i] >= 'A' && s.s[i] <= 'Z') || s.s[i] == 'g' || s.s[i] == 'p';
        if (!letter)
            return end;
    }
    size_t before = trim_back(s, start), word = token_start(s, before);
    bool behind = before > 0 &&
                  (s.s[before - 1] == ']' || (word > 0 && ids_token(s, word, before, &pid, &tid)));
    return behind ? before : end;
}

/* "   1001001 cycles:u:  rest", what stands behind the time. */
static void take_event(Str s, EventLine *out) {
    size_t at = skip_blanks(s, 0);
    size_t digits = at;
    while (digits < s.n && is_digit(s.s[digits]))
        digits++;
    /* all of an address may be decimal: its column ends farther right than a period's */
    bool address = digits == ADDRESS_ENDS && token_colon(s, digits) == s.n;
    if (digits > at && !address && (digits == s.n || perf_line_blank(s.s[digits])) &&
        number(s, at, digits, &out->period))
        at = skip_blanks(s, digits);
    size_t colon = token_colon(s, at);
    out->ended = colon < s.n;
    if (colon < s.n) {
        out->event = str_slice(s, at, colon);
        at = colon + 1;
    }
    size_t rest = skip_blanks(s, at);
    out->gap = (uint32_t)(rest - trim_back(s, rest));
    out->rest = str_slice(s, rest, s.n);
}

static bool split_timed(Str s, EventLine *out) {
    size_t start;
    for (size_t colon = token_colon(s, 0); colon < s.n; colon = token_colon(s, colon + 1)) {
        if (!time_before(s, colon, &start, &out->time_ns))
            continue;
        size_t end = start;
        if (start > 0) {
            end = take_time_of_day(s, trim_back(s, start));
            if (end > 0 && s.s[end - 1] != ']' && !is_digit(s.s[end - 1]))
                end = take_misc(s, end);
            end = take_cpu(s, end, &out->cpu);
        }
        out->thread = str_slice(s, skip_blanks(s, 0), end);
        take_event(str_slice(s, colon + 1, s.n), out);
        return true;
    }
    return false;
}

/* "27409/28744", "4711" or "-1" in s[from, to). */
static bool ids_token(Str s, size_t from, size_t to, int32_t *pid, int32_t *tid) {
    int64_t first, second = 0;
    Str token = str_slice(s, from, to);
    size_t slash = str_find_char(token, '/');
    if (token.n == 0 || (!is_digit(token.s[0]) && token.s[0] != '-') ||
        !str_to_i64(str_slice(token, 0, slash), &first))
        return false;
    if (slash < token.n && !str_to_i64(str_slice(token, slash + 1, token.n), &second))
        return false;
    if (first < -1 || first > INT32_MAX || second < -1 || second > INT32_MAX)
        return false;
    *pid = slash < token.n ? (int32_t)first : -1;
    *tid = slash < token.n ? (int32_t)second : (int32_t)first;
    return true;
}

/* Old perfs and `-F` without time: "java 4711 [002] 1001001 cycles:". Ids are required, as
 * nothing else tells such a line from any text with a colon. */
static bool untimed_before(Str s, size_t colon, EventLine *out) {
    int32_t pid, tid;
    size_t event = token_start(s, colon);
    if (event == colon)
        return false;
    size_t end = trim_back(s, event);
    size_t last = token_start(s, end);
    uint64_t period = 0;
    bool counted = number(s, last, end, &period);
    size_t before = counted ? trim_back(s, last) : end;
    uint16_t cpu = CPU_NONE;
    size_t ids_end = take_cpu(s, before, &cpu);
    size_t ids = token_start(s, ids_end);
    if (!ids_token(s, ids, ids_end, &pid, &tid)) {
        /* the number before the event was no period but the thread's */
        if (!counted || cpu != CPU_NONE)
            return false;
        period = 0;
        ids = last;
        ids_end = end;
    }
    if (trim_back(s, ids) == 0)
        return false;
    size_t rest = skip_blanks(s, colon + 1);
    *out = (EventLine){.thread = str_slice(s, skip_blanks(s, 0), ids_end),
                       .time_ns = TIME_NONE,
                       .period = period,
                       .cpu = cpu,
                       .event = str_slice(s, event, colon),
                       .rest = str_slice(s, rest, s.n),
                       .gap = (uint32_t)(rest - colon - 1),
                       .ended = true};
    return true;
}

bool event_line_split(Str line, EventLine *out) {
    while (line.n && (line.s[line.n - 1] == '\r' || perf_line_blank(line.s[line.n - 1])))
        line.n--;
    *out = (EventLine){.time_ns = TIME_NONE, .cpu = CPU_NONE, .event = {"", 0}};
    if (split_timed(line, out))
        return true;
    for (size_t colon = token_colon(line, 0); colon < line.n;
         colon = token_colon(line, colon + 1)) {
        if (untimed_before(line, colon, out))
            return true;
    }
    return false;
}

void event_line_thread(Str thread, Str *comm, int32_t *pid, int32_t *tid) {
    size_t end = trim_back(thread, thread.n);
    size_t start = token_start(thread, end);
    *pid = *tid = -1;
    if (ids_token(thread, start, end, pid, tid))
        end = trim_back(thread, start);
    *comm = str_slice(thread, skip_blanks(thread, 0), end);
}

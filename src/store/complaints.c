#include "store/complaints.h"

static void add_example(Complaint *of, const ComplaintExample *example) {
    if (of->examples < COMPLAINT_EXAMPLES)
        of->example[of->examples++] = *example;
}

/* Counts come from files: their sum stays at the most there is, in whatever order they come. */
static uint64_t sum(uint64_t a, uint64_t b) {
    return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

void complaint_count(Complaints *c, ComplaintKind kind, uint64_t more) {
    c->of[kind].count = sum(c->of[kind].count, more);
}

void complaint_example(Complaints *c, ComplaintKind kind, int64_t offset, Str excerpt) {
    ComplaintExample example = {.offset = offset};
    if (c->of[kind].examples >= COMPLAINT_EXAMPLES)
        return;
    excerpt = str_fit(excerpt, COMPLAINT_EXCERPT - 1);
    for (size_t i = 0; i < excerpt.n; i++) {
        unsigned char byte = (unsigned char)excerpt.s[i];
        example.excerpt[i] = byte < 0x20 || byte == 0x7f ? ' ' : (char)byte;
    }
    add_example(&c->of[kind], &example);
}

void complain(Complaints *c, ComplaintKind kind, uint64_t count, int64_t offset, Str excerpt) {
    complaint_count(c, kind, count);
    if (count)
        complaint_example(c, kind, offset, excerpt);
}

void complaints_merge(Complaints *into, const Complaints *later) {
    for (int kind = 0; kind < COMPLAINT_KINDS; kind++) {
        const Complaint *from = &later->of[kind];
        if (!from->count)
            continue;
        complaint_count(into, (ComplaintKind)kind, from->count);
        for (uint32_t i = 0; i < from->examples; i++)
            add_example(&into->of[kind], &from->example[i]);
    }
}

static uint64_t sum_without(const Complaints *c, int left_out) {
    uint64_t total = 0;
    for (int kind = 0; kind < COMPLAINT_KINDS; kind++)
        total = kind == left_out ? total : sum(total, c->of[kind].count);
    return total;
}

uint64_t complaints_total(const Complaints *c) {
    return sum_without(c, COMPLAINT_KINDS);
}

uint64_t complaints_amiss(const Complaints *c) {
    return sum_without(c, COMPLAINT_EMPTY);
}

const char *complaint_name(ComplaintKind kind) {
    static const char *const name[COMPLAINT_KINDS] = {
        [COMPLAINT_HEADER] = "header",
        [COMPLAINT_FRAME] = "frame",
        [COMPLAINT_TIME] = "time",
        [COMPLAINT_COUNT] = "count",
        [COMPLAINT_TOO_LONG] = "too-long",
        [COMPLAINT_TOO_DEEP] = "too-deep",
        [COMPLAINT_TRUNCATED] = "truncated",
        [COMPLAINT_DAMAGED] = "damaged",
        [COMPLAINT_LOST] = "lost",
        [COMPLAINT_RECORD] = "record",
        [COMPLAINT_NOT_UNWOUND] = "not-unwound",
        [COMPLAINT_STACK_CUT] = "stack-cut",
        [COMPLAINT_DEFERRED] = "deferred",
        [COMPLAINT_SYMBOLS] = "symbols",
        [COMPLAINT_NOT_DECODED] = "not-decoded",
        [COMPLAINT_LIMIT] = "limit",
        [COMPLAINT_EMPTY] = "empty",
    };
    return (unsigned)kind < COMPLAINT_KINDS ? name[kind] : "";
}

const char *complaint_text(ComplaintKind kind) {
    static const char *const text[COMPLAINT_KINDS] = {
        [COMPLAINT_HEADER] = "lines that belong to no sample",
        [COMPLAINT_FRAME] = "frames that cannot be read",
        [COMPLAINT_TIME] = "samples without a time",
        [COMPLAINT_COUNT] = "counts that cannot be right",
        [COMPLAINT_TOO_LONG] = "records that are too long",
        [COMPLAINT_TOO_DEEP] = "stacks that are too deep, cut at their root",
        [COMPLAINT_TRUNCATED] = "the input ends in the middle",
        [COMPLAINT_DAMAGED] = "the data is damaged, and what was behind is lost",
        [COMPLAINT_LOST] = "samples that the recorder lost",
        [COMPLAINT_RECORD] = "records that cannot be read",
        [COMPLAINT_NOT_UNWOUND] =
            "samples whose user stack is raw memory (--call-graph dwarf) and not unwound to its start",
        [COMPLAINT_STACK_CUT] =
            "samples whose user stack goes on behind what was recorded of it (--call-graph dwarf,SIZE)",
        [COMPLAINT_DEFERRED] = "samples whose user stack was to follow (defer) and did not in time",
        [COMPLAINT_SYMBOLS] = "sources of symbols that are not used",
        [COMPLAINT_NOT_DECODED] =
            "a processor's trace is not decoded here: `perf script --itrace=i1ms` prints it",
        [COMPLAINT_LIMIT] = "records over a limit of this program",
        [COMPLAINT_EMPTY] = "calls that last no time and have no sample",
    };
    return (unsigned)kind < COMPLAINT_KINDS ? text[kind] : "";
}

bool complaint_is_counted(ComplaintKind kind) {
    return kind != COMPLAINT_TRUNCATED && kind != COMPLAINT_DAMAGED &&
           kind != COMPLAINT_NOT_DECODED;
}

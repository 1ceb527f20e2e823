/* Filter: the chips, as a bounded plain list, and their language (DESIGN.md section 9):
 * space-separated terms that must all hold: comm=java tid!=1234 pid=77,78 cpu=0-3 kind=kernel
 * module=libjvm.so frame~REGEX frame!~REGEX min=0.1%; a value with spaces is quoted.
 * Owner: the caller's value, copied freely. Thread: pure functions. */
#pragma once

#include "base/buf.h"
#include "base/error.h"

enum { FILTER_TERMS = 16, FILTER_VALUE = 480 };

typedef enum FilterKind {
    FILTER_COMM,
    FILTER_PID,
    FILTER_TID,
    FILTER_CPU,
    FILTER_EVENT_NAME,
    FILTER_FRAME_KIND,
    FILTER_MODULE, /* some frame lies in the module */
    FILTER_FRAME,  /* some frame's symbol matches the regular expression */
    FILTER_MIN,    /* share of the shown total below which frames are not drawn */
} FilterKind;

typedef struct FilterTerm {
    uint8_t kind; /* FilterKind */
    bool negated;
    bool off;                 /* a chip that is switched off: kept, not applied */
    char value[FILTER_VALUE]; /* zero-terminated */
} FilterTerm;

typedef struct Filter {
    FilterTerm term[FILTER_TERMS];
    uint32_t count;
} Filter;

/* Adds the terms of `text` behind those in *filter. */
bool filter_parse(Str text, Filter *filter, Error *err);
void filter_format_term(const FilterTerm *term, Buf *out);
void filter_format(const Filter *filter, Buf *out); /* off terms as "off:comm=java" */
bool filter_same(const Filter *a, const Filter *b);
/* The largest share that a min term in force asks for; 0 without one. */
double filter_min_share(const Filter *filter);
/* Whether a number is in the list of a pid, tid or cpu term; a kind in that of a kind term.
 * Neither looks at `negated`. */
bool filter_has_number(const FilterTerm *term, int64_t number);
bool filter_has_kind(const FilterTerm *term, uint32_t kind);

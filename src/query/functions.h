/* Functions: self and total of every function for a question, and for its baseline when it has
 * one. An aside (aside.h). A function is a frame (symbol, module, kind), wherever it stands; its
 * total counts a sample once, however often the function is on the stack.
 * Cost: a pass over the nodes of the tree (transformed as asked, never inverted), about 20 ms for 5
 * M of them; more, once, for each tree. A run ends soon, so a newer wish does not cut it short: the
 * table follows a drag. Owner: the engine. Thread: a worker; sorting and filters: whoever owns the
 * filter (main). Failure: none; a filter that is no expression is looked for as it is written. */
#pragma once

#include "base/regex.h"
#include "query/aside.h"

typedef struct Function {
    FrameId frame;
    uint64_t self_a, total_a; /* of the selection, after chips */
    uint64_t self_b, total_b; /* of the baseline; 0 without one */
} Function;

typedef struct Functions {
    Query query;
    Tree *tree; /* held */
    bool has_b;
    const Function *row; /* by name; functions without any sample are left out */
    uint32_t count;
    uint64_t whole_a, whole_b; /* what shares are of: samples (weights if weighted) in the tree */
    uint64_t not_arranged;     /* of the selection, in no node yet */
    int64_t took_ns;           /* thread cpu time */
} Functions;

/* The wish is a Query as functions_wish makes it of any: one over the tree that grows forward,
 * with its transforms, and without a search. */
extern const AsideKind functions_aside;
Query functions_wish(const Query *query);

typedef enum FunctionOrder {
    FUNCTIONS_BY_TOTAL,
    FUNCTIONS_BY_SELF,
    FUNCTIONS_BY_DELTA, /* share of total in A less that in B; without a baseline: by total */
    FUNCTIONS_BY_NAME,
    FUNCTION_ORDERS,
} FunctionOrder;

const char *function_order_name(uint32_t order); /* "total", "self", "delta", "name" */
bool function_order_named(Str name, uint8_t *out);

/* Frames may be synthetic (synthetic.h): of the tree alone. */
Str functions_symbol(const Functions *f, const Dict *dict, FrameId frame);
Str functions_module(const Functions *f, const Dict *dict, FrameId frame);
Frame functions_frame(const Functions *f, const Dict *dict,
                      FrameId frame); /* its kind; names if the Dict's */
/* Percentage points of the totals' shares, A less B. */
double functions_delta(const Functions *f, const Function *row);
/* Rows whose own share of A is larger than of the baseline, the largest difference first, at most
 * `most` of them; how many. By self, for by total the callers of all would stand in front. */
uint32_t functions_grown(const Functions *f, uint32_t most, uint32_t *rows);
/* Percentage points of the shares of self, A less B. */
double functions_self_delta(const Functions *f, const Function *row);
/* Its row, or UINT32_MAX. */
uint32_t functions_row_of(const Functions *f, FrameId frame);

/* Which functions a text lets through: those whose symbol or module has it in it, whatever the
 * case; if it has signs of a regular expression, those where that matches. Remembers what it
 * found for each frame. Zero-initialise; its owner's. */
typedef struct FunctionFilter {
    char text[SEARCH_TEXT];
    Regex *regex;
    uint8_t *verdict; /* by frame: 0 not yet known, else FILTER_NO or FILTER_YES */
    uint32_t cap;
} FunctionFilter;

void function_filter_set(FunctionFilter *filter, const char *text); /* the same again is free */
void function_filter_free(FunctionFilter *filter);

/* Indexes of the rows that pass, in order; rows that are equal stand by name. */
void functions_sort(const Functions *f, const Dict *dict, FunctionOrder order, bool descending,
                    FunctionFilter *filter, Arena *arena, const uint32_t **rows, uint32_t *count);

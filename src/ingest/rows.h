/* Rows: what a sequential parser makes its rows with: a Part, a Batch that is handed over when
 * it is full, and the rules for counts without times and for spans of an unchanged stack.
 * Owner: the parser's run(), between rows_begin and rows_end. Thread: the loader's.
 * Failure: none; once the loader wants no more, `stopped` is set and rows are dropped. */
#pragma once

#include "base/sizes.h"
#include "ingest/format.h"

enum {
    ROWS_WAIT = 128,
    ROWS_COUNTED_MOST = SIZED(4 << 20, 2000),
    ROWS_SPAN_NS = 1000000,
    ROWS_SPAN_PIECES =
        SIZED(1 << 20, 500), /* of one span: after 17 minutes of one stack, longer pieces */
    ROWS_PIECES_MOST = SIZED(16 << 20, 2000), /* of all spans: after 4.6 hours, longer pieces */
    ROWS_PIECES_MORE = SIZED(1 << 20, 200),   /* behind those; then twice as long ones, and so on */
};

typedef struct Rows {
    Part part;
    Batch batch;
    bool stopped; /* nobody wants more: leave */
    /* -- own */
    FormatEmit *emit;
    void *loader;
    Column held;       /* counted stacks whose rows wait for it to be clear how many there are */
    uint64_t counted;  /* rows of counted stacks so far */
    bool weighed;      /* they were too many: a counted stack is one row that weighs its count */
    uint64_t piece_ns; /* of a span */
    uint64_t pieces, pieces_most; /* beyond the first of each span; how many may be as long */
    bool coarse;                  /* pieces of more than ROWS_SPAN_NS are a complaint already */
    uint32_t waiting;             /* rows in wait that are not in the batch yet */
    BatchRow wait[ROWS_WAIT];
} Rows;

void rows_begin(Rows *r, FormatEmit *emit, void *loader);
void rows_end(Rows *r); /* hands over the rest and frees */
/* Lets the loader note its progress and say that it is enough; for parsers that collect. */
void rows_breathe(Rows *r);

/* A frame by its texts. */
FrameId rows_frame(Rows *r, Str symbol, Str module, uint32_t kind);
/* The stack that holds the process's frame only. */
StackId rows_process(Rows *r, NameId comm);
NameId rows_name(Rows *r, Str text);
PairId rows_pair(Rows *r, StackId stack, Context context);
void rows_settle(Rows *r); /* what waits goes into the batch */
/* weight 0: none said. */
static inline void rows_add_on(Rows *r, int64_t time_ns, PairId pair, uint16_t cpu,
                               uint64_t weight) {
    r->wait[r->waiting++] = (BatchRow){time_ns, weight, pair, cpu};
    if (r->waiting == ROWS_WAIT)
        rows_settle(r);
}

static inline void rows_add(Rows *r, int64_t time_ns, PairId pair, uint64_t weight) {
    rows_add_on(r, time_ns, pair, CPU_NONE, weight);
}
/* Many rows of no processor and no weight: where their times and pairs go, then how many went. */
BatchSpace rows_space(Rows *r, uint32_t most);
void rows_fill(Rows *r, uint32_t n);
/* A row whose weight is known, be it 0. */
void rows_add_weighed(Rows *r, int64_t time_ns, PairId pair, uint64_t weight);
/* A stack that was counted `count` times, nobody knows when: a row each, up to
 * ROWS_COUNTED_MOST in all; beyond that every stack is one row that weighs its count
 * (WEIGHT_COUNT). */
void rows_count(Rows *r, StackId stack, Context context, uint64_t count);
/* Before the first of them: they are no numbers of samples, so each is one row in any case. */
static inline void rows_weigh_counts(Rows *r) {
    r->weighed = true;
}
/* A stack that did not change in [t0, t1): a row for each millisecond or part of one, which
 * weighs its ns. Where those are too many they are of longer pieces, which is a complaint. */
void rows_span(Rows *r, int64_t t0_ns, int64_t t1_ns, PairId pair);
/* All spans that will come are so long together: their pieces are as long as suits them all. Who
 * makes spans while he reads cannot know; then pieces grow with their number. */
void rows_span_sum(Rows *r, uint64_t ns);
void rows_complain(Rows *r, ComplaintKind kind, int64_t offset, Str excerpt);

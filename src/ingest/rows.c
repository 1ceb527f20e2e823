#include "ingest/rows.h"

#include <string.h>

#include "base/sizes.h"

/* What is copied stays in the processor's second cache. */
enum { BATCH_ROWS = SIZED(8 * 1024, 50) };

typedef struct Counted {
    StackId stack;
    ContextId context;
    uint64_t count;
} Counted;

void rows_begin(Rows *r, FormatEmit *emit, void *loader) {
    memset(r, 0, sizeof *r);
    r->emit = emit;
    r->loader = loader;
    part_init(&r->part);
    batch_init(&r->batch);
    batch_clear(&r->batch, &r->part);
    column_init(&r->held, sizeof(Counted), 10);
    r->piece_ns = ROWS_SPAN_NS;
    r->pieces_most = ROWS_PIECES_MOST;
}

static void hand_over(Rows *r) {
    r->stopped = !r->emit(r->loader, &r->batch) || r->stopped;
    batch_clear(&r->batch, &r->part);
}

void rows_breathe(Rows *r) {
    rows_settle(r);
    if (!r->stopped)
        hand_over(r);
}

FrameId rows_frame(Rows *r, Str symbol, Str module, uint32_t kind) {
    Names *names = &r->part.dict.names;
    NameId symbol_id = names_intern(names, symbol);
    NameId module_id = names_intern(names, module);
    return frames_intern(&r->part.dict.frames, (Frame){symbol_id, module_id, kind});
}

StackId rows_process(Rows *r, NameId comm) {
    Dict *dict = &r->part.dict;
    return stacks_push(&dict->stacks, 0,
                       frames_intern(&dict->frames, (Frame){comm, 0, FRAME_PROCESS}));
}

NameId rows_name(Rows *r, Str text) {
    return names_intern(&r->part.dict.names, text);
}

PairId rows_pair(Rows *r, StackId stack, Context context) {
    ContextId id = contexts_intern(&r->part.dict.contexts, context);
    return pairs_intern(&r->part.pairs, (Pair){stack, id});
}

void rows_settle(Rows *r) {
    if (!r->stopped)
        batch_add_run(&r->batch, r->wait, r->waiting);
    r->waiting = 0;
    if (batch_rows(&r->batch) >= BATCH_ROWS)
        hand_over(r);
}

BatchSpace rows_space(Rows *r, uint32_t most) {
    if (r->waiting)
        rows_settle(r);
    return batch_space(&r->batch, most);
}

void rows_fill(Rows *r, uint32_t n) {
    if (!r->stopped)
        batch_spaced(&r->batch, n);
    if (batch_rows(&r->batch) >= BATCH_ROWS)
        hand_over(r);
}

void rows_add_weighed(Rows *r, int64_t time_ns, PairId pair, uint64_t weight) {
    if (weight || r->stopped) {
        rows_add(r, time_ns, pair, weight);
        return;
    }
    rows_settle(r);
    batch_add(&r->batch, time_ns, pair, CPU_NONE, 1); /* 0 would mean that none was said */
    COLUMN_AT(&r->batch.weight, uint64_t, batch_rows(&r->batch) - 1) = 0;
}

/* ---- counted stacks -----------------------------------------------------------------------
 */

static void emit_counted(Rows *r, const Counted *c) {
    Context context = contexts_get(&r->part.dict.contexts, c->context);
    if (r->weighed) {
        NameId name = contexts_get_event(&r->part.dict.contexts, context.event).name;
        context.event = contexts_event_weighed(&r->part.dict.contexts, name, WEIGHT_COUNT);
        rows_add(r, TIME_NONE, rows_pair(r, c->stack, context), c->count);
        return;
    }
    PairId pair = rows_pair(r, c->stack, context);
    for (uint64_t i = 0; i < c->count && !r->stopped; i++)
        rows_add(r, TIME_NONE, pair, 0);
}

static void emit_held(Rows *r) {
    for (uint64_t i = 0; i < r->held.count && !r->stopped; i++)
        emit_counted(r, (const Counted *)column_at(&r->held, i));
    column_clear(&r->held);
}

void rows_count(Rows *r, StackId stack, Context context, uint64_t count) {
    if (count == 0)
        return;
    Counted counted = {stack, contexts_intern(&r->part.dict.contexts, context), count};
    if (!r->weighed && (count > ROWS_COUNTED_MOST || (r->counted += count) > ROWS_COUNTED_MOST)) {
        r->weighed = true;
        emit_held(r);
    }
    if (r->weighed)
        emit_counted(r, &counted);
    else
        COLUMN_PUSH(&r->held, Counted) = counted;
}

/* ---- spans --------------------------------------------------------------------------------
 */

void rows_span_sum(Rows *r, uint64_t ns) {
    if (ns / ROWS_PIECES_MOST >= ROWS_SPAN_NS)
        r->piece_ns = ns / ROWS_PIECES_MOST + 1;
}

static void complain_of_piece(Rows *r, uint64_t piece) {
    Buf words = {0};
    buf_printf(&words, "calls so long that a sample is of %.9g ms or more, not of 1",
               (double)piece / 1e6);
    rows_complain(r, COMPLAINT_LIMIT, -1, buf_str(&words));
    buf_free(&words);
    r->coarse = true;
}

/* How long the pieces of this span are. */
static uint64_t piece_of(Rows *r, uint64_t length) {
    if (r->pieces >= r->pieces_most) {
        r->piece_ns *= r->piece_ns <= UINT64_MAX / 4 ? 2 : 1;
        r->pieces_most = r->pieces + ROWS_PIECES_MORE;
    }
    uint64_t piece = r->piece_ns;
    if (length / ROWS_SPAN_PIECES >= piece)
        piece = length / ROWS_SPAN_PIECES + 1;
    if (piece > ROWS_SPAN_NS && !r->coarse)
        complain_of_piece(r, piece);
    return piece;
}

void rows_span(Rows *r, int64_t t0_ns, int64_t t1_ns, PairId pair) {
    uint64_t length = t1_ns > t0_ns ? (uint64_t)t1_ns - (uint64_t)t0_ns : 0;
    uint64_t piece = length > ROWS_SPAN_NS ? piece_of(r, length) : ROWS_SPAN_NS;
    r->pieces += length ? (length - 1) / piece : 0;
    while (length && !r->stopped) {
        uint64_t part = length < piece ? length : piece;
        rows_add(r, t0_ns, pair, part);
        t0_ns = (int64_t)((uint64_t)t0_ns + part);
        length -= part;
    }
}

void rows_complain(Rows *r, ComplaintKind kind, int64_t offset, Str excerpt) {
    complain(&r->batch.complaints, kind, 1, offset, excerpt);
}

void rows_end(Rows *r) {
    emit_held(r);
    rows_settle(r);
    if (batch_rows(&r->batch) || complaints_total(&r->batch.complaints))
        hand_over(r);
    format_settle(r->emit, r->loader, &r->batch);
    column_free(&r->held);
    batch_free(&r->batch);
    part_free(&r->part);
}

#include "ingest/trace_calls.h"

#include <string.h>

enum { SEATS_LOG2 = 13, OVERLAPS_DEEP = 256, CALLS_DEEP = STACKS_MAX_DEPTH - 2 };

void trace_calls_add(TraceCalls *c, TraceEvent event) {
    if (c->count == c->cap) {
        size_t cap = c->cap ? c->cap * 2 : 1024;
        c->at = mem_resize(c->at, c->cap * sizeof *c->at, cap * sizeof *c->at);
        c->cap = cap;
    }
    c->at[c->count++] = event;
}

void trace_calls_free(TraceCalls *c) {
    mem_resize(c->at, c->cap * sizeof *c->at, 0);
    *c = (TraceCalls){0};
}

/* ---- sorting: stable, and quick on what is nearly in order ---------------------------------
 */

/* Longer calls go before those that begin with them, as they are around them. */
static inline bool comes_after(const TraceEvent *a, const TraceEvent *b, bool ends) {
    if (a->begin_ns != b->begin_ns)
        return a->begin_ns > b->begin_ns;
    return ends && a->end_ns < b->end_ns;
}

static void merge(TraceEvent *at, size_t left, size_t n, TraceEvent *room, bool ends) {
    if (left == 0 || left == n || !comes_after(&at[left - 1], &at[left], ends))
        return;
    memcpy(room, at, left * sizeof *at);
    size_t l = 0, r = left, to = 0;
    while (l < left && r < n)
        at[to++] = comes_after(&room[l], &at[r], ends) ? at[r++] : room[l++];
    memcpy(at + to, room + l, (left - l) * sizeof *at);
}

static void sort(TraceEvent *at, size_t n, TraceEvent *room, bool ends) {
    enum { SHORT = 16 };
    for (size_t first = 0; first < n; first += SHORT) {
        size_t end = first + SHORT < n ? first + SHORT : n;
        for (size_t i = first + 1; i < end; i++) {
            TraceEvent event = at[i];
            size_t k = i;
            for (; k > first && comes_after(&at[k - 1], &event, ends); k--)
                at[k] = at[k - 1];
            at[k] = event;
        }
    }
    for (size_t width = SHORT; width < n; width *= 2)
        for (size_t i = 0; i + width < n; i += 2 * width)
            merge(at + i, width, n - i < 2 * width ? n - i : 2 * width, room, ends);
}

/* ---- begins and ends ----------------------------------------------------------------------
 */

typedef struct Open {
    uint32_t event; /* its place */
    uint32_t name;
} Open;

typedef struct Matcher {
    TraceEvent *at;
    Column open;  /* Open: begins without an end so far, innermost last */
    Column ended; /* NameId: of calls that ended at `now_ns` with the call around them */
    int64_t now_ns;
    Rows *rows;
} Matcher;

/* The end of one that has ended already, with a caller whose end was told first. */
static bool take_ended(Matcher *m, uint32_t name) {
    for (uint64_t i = 0; i < m->ended.count; i++) {
        uint32_t *ended = (uint32_t *)column_at(&m->ended, i);
        if (*ended == name && name) {
            *ended = 0;
            return true;
        }
    }
    return false;
}

static void complain_of(Rows *rows, const char *what, NameId name) {
    Str text = names_get(&rows->part.dict.names, name);
    Buf words = {0};
    buf_printf(&words, "%s: %.*s", what, (int)(text.n < 80 ? text.n : 80), text.s);
    rows_complain(rows, COMPLAINT_FRAME, -1, buf_str(&words));
    buf_free(&words);
}

static void end_call(Matcher *m, const TraceEvent *end) {
    uint64_t n = m->open.count;
    if (end->name)
        while (n && COLUMN_AT(&m->open, Open, n - 1).name != end->name)
            n--;
    if (n == 0) {
        if (!take_ended(m, end->name))
            complain_of(m->rows, "an end without its begin", end->name);
        return;
    }
    for (uint64_t i = n - 1; i < m->open.count; i++) {
        Open open = COLUMN_AT(&m->open, Open, i);
        m->at[open.event].end_ns = end->begin_ns;
        if (i >= n && m->ended.count < OVERLAPS_DEEP)
            COLUMN_PUSH(&m->ended, uint32_t) = open.name;
    }
    m->open.count = n - 1;
}

/* Sorted events of a thread become whole calls; returns how many. */
static size_t match(TraceEvent *at, size_t n, Rows *rows) {
    Matcher m = {.at = at, .rows = rows, .now_ns = INT64_MIN};
    column_init(&m.open, sizeof(Open), 6);
    column_init(&m.ended, sizeof(uint32_t), 4);
    int64_t last = INT64_MIN;
    for (size_t i = 0; i < n; i++) {
        const TraceEvent *e = &at[i];
        int64_t end = e->kind == TRACE_WHOLE ? e->end_ns : e->begin_ns;
        last = end > last ? end : last;
        if (e->begin_ns != m.now_ns)
            m.ended.count = 0;
        m.now_ns = e->begin_ns;
        if (e->kind == TRACE_BEGIN)
            COLUMN_PUSH(&m.open, Open) = (Open){(uint32_t)i, e->name};
        else if (e->kind == TRACE_END)
            end_call(&m, e);
    }
    for (uint64_t i = 0; i < m.open.count; i++)
        at[COLUMN_AT(&m.open, Open, i).event].end_ns = last;
    column_free(&m.open);
    column_free(&m.ended);
    size_t kept = 0;
    for (size_t i = 0; i < n; i++)
        if (at[i].kind != TRACE_END && at[i].end_ns > at[i].begin_ns)
            at[kept++] = at[i];
    return kept;
}

/* ---- nesting ------------------------------------------------------------------------------
 */

/* A stack by its caller's and its frame, and its pair in one thread: what was met lately. Most calls
 * are of a few thousand, whose ids else lie all over two large maps. */
typedef struct Seat {
    StackId parent, stack;
    FrameId frame;
    uint32_t thread; /* of pair; its number + 1 */
    PairId pair;
} Seat;

typedef struct Level {
    int64_t end_ns;
    FrameId frame;
    StackId stack;
    PairId pair; /* 0: not asked for yet */
} Level;

typedef struct Nest {
    Rows *rows;
    Context context;
    Seat *seat; /* SEATS of them */
    uint32_t thread;
    StackId base;
    Column level;      /* Level: calls that last, outermost first */
    uint32_t overlaps; /* how many of them outlast the one around them */
    int64_t now_ns;
} Nest;

static Level *level_at(const Nest *n, uint64_t i) {
    return (Level *)column_at(&n->level, i);
}

static Seat *seat_of(const Nest *n, StackId parent, FrameId frame) {
    uint64_t h = ((uint64_t)parent << 32 | frame) * 0x9e3779b97f4a7c15u;
    return &n->seat[(h ^ h >> 29) * 0xbf58476d1ce4e5b9u >> (64 - SEATS_LOG2)];
}

static void put_level(Nest *n, uint64_t i) {
    Level *level = level_at(n, i);
    StackId parent = i ? level_at(n, i - 1)->stack : n->base;
    Seat *seat = seat_of(n, parent, level->frame);
    if (!seat->stack || seat->parent != parent || seat->frame != level->frame) {
        StackId stack = stacks_push(&n->rows->part.dict.stacks, parent, level->frame);
        *seat = (Seat){.parent = parent, .stack = stack, .frame = level->frame};
    }
    level->stack = seat->stack;
    level->pair = seat->thread == n->thread ? seat->pair : 0;
}

static PairId pair_of(Nest *n, uint64_t i) {
    Level *level = level_at(n, i);
    if (!level->pair) {
        Seat *seat = seat_of(n, i ? level_at(n, i - 1)->stack : n->base, level->frame);
        level->pair = rows_pair(n->rows, level->stack, n->context);
        if (seat->stack == level->stack) {
            seat->thread = n->thread;
            seat->pair = level->pair;
        }
    }
    return level->pair;
}

static uint32_t outlasts(const Nest *n, uint64_t i) {
    return i > 0 && level_at(n, i)->end_ns > level_at(n, i - 1)->end_ns;
}

/* The stack did not change until then. */
static void stand_until(Nest *n, int64_t t) {
    if (t > n->now_ns && n->level.count)
        rows_span(n->rows, n->now_ns, t, pair_of(n, n->level.count - 1));
    if (t > n->now_ns)
        n->now_ns = t;
}

/* Which call ends next; the innermost, unless some overlap. */
static uint64_t next_end(const Nest *n) {
    uint64_t first = n->level.count - 1;
    for (uint64_t i = first; n->overlaps && i-- > 0;)
        if (level_at(n, i)->end_ns < level_at(n, first)->end_ns)
            first = i;
    return first;
}

static void remove_level(Nest *n, uint64_t at) {
    uint64_t last = n->level.count - 1;
    n->overlaps -= outlasts(n, at) + (at < last ? outlasts(n, at + 1) : 0);
    for (uint64_t i = at; i < last; i++) {
        *level_at(n, i) = *level_at(n, i + 1);
        put_level(n, i);
    }
    n->level.count = last;
    if (at < last)
        n->overlaps += outlasts(n, at);
}

static void end_until(Nest *n, int64_t t) {
    while (n->level.count && !n->rows->stopped) {
        uint64_t i = next_end(n);
        if (level_at(n, i)->end_ns > t)
            break;
        stand_until(n, level_at(n, i)->end_ns);
        remove_level(n, i);
    }
}

static void begin_call(Nest *n, const TraceEvent *e) {
    uint64_t depth = n->level.count;
    int64_t end = e->end_ns;
    if (depth && depth >= OVERLAPS_DEEP && end > level_at(n, depth - 1)->end_ns) {
        rows_complain(n->rows, COMPLAINT_FRAME, -1,
                      STR("a call that outlasts what is around it"));
        end = level_at(n, depth - 1)->end_ns;
    }
    if (depth >= CALLS_DEEP) {
        rows_complain(n->rows, COMPLAINT_TOO_DEEP, -1, (Str){0});
        return;
    }
    COLUMN_PUSH(&n->level, Level) = (Level){end, e->frame, 0, 0};
    put_level(n, depth);
    n->overlaps += outlasts(n, depth);
}

static void emit_thread(TraceEvent *at, size_t count, TraceEvent *room, Nest n) {
    Rows *rows = n.rows;
    sort(at, count, room, false);
    count = match(at, count, rows);
    sort(at, count, room, true);
    n.base = rows_process(rows, n.context.comm);
    column_init(&n.level, sizeof(Level), 6);
    for (size_t i = 0; i < count && !rows->stopped; i++) {
        end_until(&n, at[i].begin_ns);
        if (n.level.count == 0)
            n.now_ns = at[i].begin_ns;
        stand_until(&n, at[i].begin_ns);
        begin_call(&n, &at[i]);
    }
    end_until(&n, INT64_MAX);
    column_free(&n.level);
}

/* ---- all threads --------------------------------------------------------------------------
 */

void trace_calls_emit(TraceCalls *c, Rows *rows, const Context *context, uint32_t threads) {
    if (!c->count)
        return;
    size_t starts = ((size_t)threads + 1) * sizeof(size_t), bytes = c->count * sizeof *c->at;
    size_t *start = mem_resize(NULL, 0, starts);
    TraceEvent *sorted = mem_resize(NULL, 0, bytes);
    for (size_t i = 0; i < c->count; i++)
        start[c->at[i].thread + 1]++;
    for (uint32_t t = 0; t < threads; t++)
        start[t + 1] += start[t];
    for (size_t i = 0; i < c->count; i++)
        sorted[start[c->at[i].thread]++] = c->at[i];
    Seat *seat = mem_table(sizeof(Seat) << SEATS_LOG2);
    for (uint32_t t = 0; t < threads; t++) { /* start[t] is where t ends now */
        size_t first = t ? start[t - 1] : 0;
        Nest n = {.rows = rows, .context = context[t], .seat = seat, .thread = t + 1};
        emit_thread(sorted + first, start[t] - first, c->at, n);
    }
    mem_table_free(seat, sizeof(Seat) << SEATS_LOG2);
    mem_resize(sorted, bytes, 0);
    mem_resize(start, starts, 0);
}

#include "ingest/trace_calls.h"

#include <string.h>

enum { SEATS_LOG2 = 13, OVERLAPS_DEEP = 256, CALLS_DEEP = STACKS_MAX_DEPTH - 2 };

/* ---- waiting ------------------------------------------------------------------------------
 */

typedef struct Waiting {
    int32_t step; /* from the begin of the one before it; STEP_FAR: the next far one is it */
    uint32_t length;
    FrameId frame;
    uint32_t name;
} Waiting;

enum { STEP_FAR = INT32_MIN };
/* Lengths that are none. */
#define LENGTH_BEGIN UINT32_MAX
#define LENGTH_END (UINT32_MAX - 1)
#define LENGTH_FAR (UINT32_MAX - 2) /* the next far one is it */

static void push_far(TraceWaiting *t, int64_t value) {
    uint32_t room;
    *(int64_t *)fifo_room(&t->far, 1, &room) = value;
    fifo_pushed(&t->far, 1);
}

static int64_t take_far(TraceWaiting *t) {
    uint32_t n;
    int64_t value = *(const int64_t *)fifo_head(&t->far, 1, &n);
    fifo_took(&t->far, 1);
    return value;
}

static TraceWaiting *waiting_of(TraceCalls *c, uint32_t thread) {
    if (thread >= c->threads) {
        uint32_t threads = thread + 16;
        threads += thread / 2;
        c->thread =
            mem_resize(c->thread, c->threads * sizeof *c->thread, threads * sizeof *c->thread);
        for (; c->threads < threads; c->threads++) {
            fifo_init(&c->thread[c->threads].event, sizeof(Waiting));
            fifo_init(&c->thread[c->threads].far, sizeof(int64_t));
            c->thread[c->threads].begin_ns = 0;
            c->thread[c->threads].first_ns = INT64_MAX;
            c->thread[c->threads].last_ns = INT64_MIN;
        }
    }
    return &c->thread[thread];
}

void trace_calls_add(TraceCalls *c, uint32_t thread, const TraceEvent *e) {
    uint32_t room;
    int64_t step;
    TraceWaiting *t = waiting_of(c, thread);
    Waiting w = {.length = LENGTH_BEGIN, .frame = e->frame, .name = e->name};
    bool far = __builtin_sub_overflow(e->begin_ns, t->begin_ns, &step) || step <= INT32_MIN ||
               step > INT32_MAX;
    w.step = far ? STEP_FAR : (int32_t)step;
    if (far)
        push_far(t, e->begin_ns);
    t->begin_ns = e->begin_ns;
    int64_t end = e->kind == TRACE_WHOLE ? e->end_ns : e->begin_ns;
    t->first_ns = e->begin_ns < t->first_ns ? e->begin_ns : t->first_ns;
    t->last_ns = end > t->last_ns ? end : t->last_ns;
    if (e->kind == TRACE_END) {
        w.length = LENGTH_END;
    } else if (e->kind == TRACE_WHOLE) {
        uint64_t length = (uint64_t)e->end_ns - (uint64_t)e->begin_ns;
        w.length = length < LENGTH_FAR ? (uint32_t)length : LENGTH_FAR;
        if (length >= LENGTH_FAR)
            push_far(t, e->end_ns);
    }
    *(Waiting *)fifo_room(&t->event, 1, &room) = w;
    fifo_pushed(&t->event, 1);
    c->some = true;
}

void trace_calls_free(TraceCalls *c) {
    for (uint32_t i = 0; i < c->threads; i++) {
        fifo_free(&c->thread[i].event);
        fifo_free(&c->thread[i].far);
    }
    mem_resize(c->thread, c->threads * sizeof *c->thread, 0);
    *c = (TraceCalls){0};
}

/* An event as it is nested. */
typedef struct Call {
    int64_t begin_ns, end_ns; /* end: ENDLESS until it is known, ENDING of an end */
    FrameId frame;
    uint32_t name;
} Call;

#define ENDLESS INT64_MAX
#define ENDING INT64_MIN

/* All that wait, into `at`, which has room for them; whether begins and ends are among them. */
static bool take_waiting(TraceWaiting *t, Call *at) {
    uint32_t n;
    int64_t begin = 0;
    bool apart = false;
    const Waiting *w;
    while ((w = fifo_head(&t->event, UINT32_MAX, &n))) {
        for (uint32_t i = 0; i < n; i++, at++) {
            begin = w[i].step == STEP_FAR ? take_far(t) : begin + w[i].step;
            bool whole = w[i].length < LENGTH_FAR;
            apart |= w[i].length >= LENGTH_END;
            *at = (Call){begin, begin + w[i].length, w[i].frame, w[i].name};
            if (!whole)
                at->end_ns = w[i].length == LENGTH_FAR   ? take_far(t)
                             : w[i].length == LENGTH_END ? ENDING
                                                         : ENDLESS;
        }
        fifo_took(&t->event, n);
    }
    fifo_free(&t->event);
    fifo_free(&t->far);
    t->begin_ns = 0;
    return apart;
}

/* ---- sorting: stable, and quick on what is nearly in order ---------------------------------
 */

/* Longer calls go before those that begin with them, as they are around them. */
static inline bool comes_after(const Call *a, const Call *b, bool ends) {
    if (a->begin_ns != b->begin_ns)
        return a->begin_ns > b->begin_ns;
    return ends && a->end_ns < b->end_ns;
}

/* Where what lies before `left` and what lies behind it overlap; only that is moved. */
static void merge(Call *at, size_t left, size_t n, Call *room, bool ends) {
    if (left == 0 || left == n || !comes_after(&at[left - 1], &at[left], ends))
        return;
    size_t first = 0;
    for (size_t behind = left; first < behind;) { /* the first that comes after at[left] */
        size_t middle = first + (behind - first) / 2;
        if (comes_after(&at[middle], &at[left], ends))
            behind = middle;
        else
            first = middle + 1;
    }
    size_t moved = left - first, l = 0, r = left, to = first;
    memcpy(room, at + first, moved * sizeof *at);
    while (l < moved && r < n)
        at[to++] = comes_after(&room[l], &at[r], ends) ? at[r++] : room[l++];
    memcpy(at + to, room + l, (moved - l) * sizeof *at);
}

static void sort(Call *at, size_t n, Call *room, bool ends) {
    enum { SHORT = 16 };
    for (size_t first = 0; first < n; first += SHORT) {
        size_t end = first + SHORT < n ? first + SHORT : n;
        for (size_t i = first + 1; i < end; i++) {
            Call event = at[i];
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
    Call *at;
    Column open;  /* Open: begins without an end so far, innermost last */
    uint32_t *of; /* by NameId: how many of them; an end of none looks through none */
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

static void end_call(Matcher *m, const Call *end) {
    uint64_t n = m->open.count;
    if (end->name && !m->of[end->name])
        n = 0;
    else if (end->name)
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
        m->of[open.name]--;
        if (i >= n && m->ended.count < OVERLAPS_DEEP)
            COLUMN_PUSH(&m->ended, uint32_t) = open.name;
    }
    m->open.count = n - 1;
}

/* Keeps the calls that last some time; returns how many. Ends are none. */
static size_t keep_lasting(Call *at, size_t n, Rows *rows) {
    size_t kept = 0;
    uint64_t empty = 0;
    uint32_t first = 0;
    for (size_t i = 0; i < n; i++) {
        if (at[i].end_ns > at[i].begin_ns) {
            at[kept++] = at[i];
        } else if (at[i].end_ns != ENDING) {
            first = empty++ ? first : at[i].frame;
        }
    }
    if (empty)
        complain(&rows->batch.complaints, COMPLAINT_EMPTY, empty, -1,
                 dict_symbol(&rows->part.dict, first));
    return kept;
}

/* Sorted events of a thread become whole calls; returns how many. `of`: zeros, also afterwards. */
static size_t match(Call *at, size_t n, uint32_t *of, Rows *rows) {
    Matcher m = {.at = at, .of = of, .rows = rows, .now_ns = INT64_MIN};
    column_init(&m.open, sizeof(Open), 6);
    column_init(&m.ended, sizeof(uint32_t), 4);
    int64_t last = INT64_MIN;
    for (size_t i = 0; i < n; i++) {
        const Call *e = &at[i];
        int64_t end = e->end_ns == ENDLESS || e->end_ns == ENDING ? e->begin_ns : e->end_ns;
        last = end > last ? end : last;
        if (e->begin_ns != m.now_ns)
            m.ended.count = 0;
        m.now_ns = e->begin_ns;
        if (e->end_ns == ENDLESS) {
            COLUMN_PUSH(&m.open, Open) = (Open){(uint32_t)i, e->name};
            of[e->name]++;
        } else if (e->end_ns == ENDING) {
            end_call(&m, e);
        }
    }
    for (uint64_t i = 0; i < m.open.count; i++) {
        Open open = COLUMN_AT(&m.open, Open, i);
        at[open.event].end_ns = last;
        of[open.name]--;
    }
    column_free(&m.open);
    column_free(&m.ended);
    return keep_lasting(at, n, rows);
}

/* ---- nesting ------------------------------------------------------------------------------
 */

/* A stack by its caller's and its frame, and its pair in one thread: what was met lately. Most
 * calls are of a few thousand, whose ids else lie all over two large maps. */
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

static void begin_call(Nest *n, const Call *e) {
    uint64_t depth = n->level.count;
    int64_t end = e->end_ns;
    if (depth && depth >= OVERLAPS_DEEP && end > level_at(n, depth - 1)->end_ns) {
        rows_complain(n->rows, COMPLAINT_FRAME, -1, STR("a call that outlasts what is around it"));
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

static void emit_thread(Call *at, size_t count, Nest n) {
    Rows *rows = n.rows;
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

/* What the threads share, one after the other. */
typedef struct Work {
    TraceCalls *calls;
    Rows *rows;
    Call *at, *room;
    Seat *seat;
    uint32_t *named; /* a zero for each NameId, for match */
} Work;

/* Takes what waits of a thread into w->at, as whole calls in their order; returns how many. Where
 * begins and ends are among it they are matched in their order first. */
static size_t take_calls(Work *w, uint32_t thread) {
    size_t count = w->calls->thread[thread].event.count;
    if (take_waiting(&w->calls->thread[thread], w->at))
        sort(w->at, count, w->room, false);
    count = match(w->at, count, w->named, w->rows);
    sort(w->at, count, w->room, true);
    return count;
}

static void add_to(uint64_t *sum, int64_t from, int64_t to) {
    if (__builtin_add_overflow(*sum, (uint64_t)to - (uint64_t)from, sum))
        *sum = UINT64_MAX;
}

/* In how much time some call runs. */
static uint64_t busy_time(const Call *at, size_t count) {
    uint64_t sum = 0;
    int64_t until = INT64_MIN;
    for (size_t i = 0; i < count; i++) {
        int64_t from = at[i].begin_ns > until ? at[i].begin_ns : until;
        if (at[i].end_ns > from)
            add_to(&sum, from, until = at[i].end_ns);
    }
    return sum;
}

/* How long all spans will be together. Mostly it is enough that they cannot be too long; else the
 * calls are matched now, and wait once more as whole ones. */
static uint64_t sum_up(Work *w, uint32_t threads) {
    uint64_t sum = 0;
    for (uint32_t t = 0; t < threads; t++)
        if (w->calls->thread[t].event.count)
            add_to(&sum, w->calls->thread[t].first_ns, w->calls->thread[t].last_ns);
    if (sum / ROWS_PIECES_MOST < ROWS_SPAN_NS)
        return sum;
    sum = 0;
    for (uint32_t t = 0; t < threads; t++) {
        size_t count = take_calls(w, t);
        if (__builtin_add_overflow(sum, busy_time(w->at, count), &sum))
            sum = UINT64_MAX;
        for (size_t i = 0; i < count; i++)
            trace_calls_add(w->calls, t,
                            &(TraceEvent){.begin_ns = w->at[i].begin_ns,
                                          .end_ns = w->at[i].end_ns,
                                          .frame = w->at[i].frame,
                                          .name = w->at[i].name,
                                          .kind = TRACE_WHOLE});
    }
    return sum;
}

void trace_calls_emit(TraceCalls *c, Rows *rows, const Context *context, uint32_t threads) {
    size_t most = 0;
    threads = threads < c->threads ? threads : c->threads;
    for (uint32_t t = 0; t < threads; t++)
        most = c->thread[t].event.count > most ? c->thread[t].event.count : most;
    if (!most)
        return;
    size_t calls = most * sizeof(Call), seats = sizeof(Seat) << SEATS_LOG2;
    size_t names = rows->part.dict.names.entry.count * sizeof(uint32_t);
    Work w = {c, rows, mem_table(calls), mem_table(calls), mem_table(seats), mem_table(names)};
    rows_span_sum(rows, sum_up(&w, threads));
    for (uint32_t t = 0; t < threads; t++) {
        size_t count = c->thread[t].event.count ? take_calls(&w, t) : 0;
        if (count)
            emit_thread(
                w.at, count,
                (Nest){.rows = rows, .context = context[t], .seat = w.seat, .thread = t + 1});
    }
    mem_table_free(w.named, names);
    mem_table_free(w.seat, seats);
    mem_table_free(w.at, calls);
    mem_table_free(w.room, calls);
}

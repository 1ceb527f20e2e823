/* The format "perf.data": what `perf record` writes, to a file or a pipe.
 *
 * DESIGN
 * One parser reads it in order, so that a pipe is as good as a file and samples are seen while
 * they are being recorded. Records wait (perf_data_order.h) until all that happened before them
 * was read; then, oldest first, those about threads and memory change what is known
 * (perf_data_space.h), and a sample becomes a row by what is known at its time
 * (perf_data_stack.h). Rows therefore come in the order of time, as `perf script` prints them,
 * and symbols, modules, names and weights are the ones that its text would give, so that both
 * lead to the same store.
 * (Measured: 5 million samples of a Python program a second, 2.4 million of 90 new processes
 * a second; 11 and 15 times as fast as `perf script` alone. A second parser would have to know
 * all that happened before the piece it starts with, and the absorber is the same thread.)
 * Frames that the compiler inlined, which `perf script` looks for unless it is told not to, are
 * looked for here when that is asked for. */
#include "ingest/format.h"

#include <stdio.h>
#include <string.h>

#include "base/sizes.h"
#include "ingest/perf_data_chain.h"
#include "ingest/perf_data_count.h"
#include "ingest/perf_data_defer.h"
#include "ingest/perf_data_order.h"
#include "ingest/perf_data_stack.h"
#include "ingest/perf_data_unwind.h"
#include "ingest/perf_data_wait.h"
#include "ingest/perf_folder.h"

enum {
    BATCH_ROWS = SIZED(16 * 1024, 20),
    HELD_BYTES_MOST = SIZED(256 << 20, 16 << 10), /* of what waits: a longer round is cut */
    HELD_RECORDS_MOST = SIZED(1 << 21, 60),
    PART_BYTES_MOST = SIZED(32 << 20, 46000),
    ADDRESS_BYTES = 8,
    STEP_BYTES = 64 << 10, /* of one of several files */
    AHEAD_MOST = 8,
};

/* What the Part calls an event, by how it is weighed. */
typedef struct EventIds {
    uint64_t epoch;
    EventId plain, period, time;
    bool has_plain, has_period, has_time;
} EventIds;

/* A sample and what is to be said about it; time_ns may be later than its own. */
typedef struct Row {
    const PerfAttr *attr;
    const PerfSample *sample;
    uint32_t mode;
    int64_t offset, time_ns;
    uint64_t weight;
    WeightKind kind;
} Row;

/* A sample that waits for memory: what its place will read has been asked for. */
typedef struct Ahead {
    Row row;
    PerfSample sample;
    PerfPlaced placed;
    PerfBlock *block; /* that its bytes lie in, held */
} Ahead;

typedef struct PerfData {
    PerfHeader header;
    PerfInput input;
    PerfParts parts; /* of a folder: more files */
    PerfOrder order;
    PerfStacks stacks;
    PerfUnwinder unwinder;
    PerfWaits waits;
    PerfDeferrals deferrals;
    Batch batch;
    PerfPlaces places;         /* of samples that are not in the batch yet, */
    BatchRow row[STACK_WALKS]; /* and the rest of what their rows say */
    Ahead ahead[AHEAD_MOST];   /* a ring of samples that have no place yet, */
    Buf chain[AHEAD_MOST];     /* and their chains where a record does not hold them */
    uint32_t ahead_first, ahead_n;
    FormatEmit *emit;
    void *loader;
    bool ordered, looked; /* whether times tell in which order records happened */
    bool stopped;
    uint64_t seen; /* time of the newest record that waits, of the file at hand */
    Column events; /* EventIds, by PerfAttr.index */
    PerfCounters counters;
    PerfLost lost;
    uint64_t last;   /* time of the record that was taken last */
    uint64_t cut;    /* of the newest that could not wait for its round's end; 0: none */
    uint64_t taken;  /* bytes of records so far, */
    uint64_t calm;   /* and how many there must be before a round is cut for its bytes again */
    uint64_t traced; /* bytes that only a decoder of the processor's trace could read */
} PerfData;

static void grumble(PerfData *d, ComplaintKind kind, uint64_t count, int64_t offset,
                    const char *what, uint64_t a, uint64_t b) {
    char text[COMPLAINT_EXCERPT];
    int n = snprintf(text, sizeof text, what, (unsigned long long)a, (unsigned long long)b);
    complain(&d->batch.complaints, kind, count, offset, (Str){text, n > 0 ? (size_t)n : 0});
}

/* ---- handing over -------------------------------------------------------------------------
 */

/* Adds the rows of the samples whose pairs are not known yet. */
static void add_rows(PerfData *d) {
    perf_stacks_pairs(&d->stacks, &d->places);
    for (uint32_t i = 0; i < d->places.n; i++)
        d->row[i].pair = d->places.wish[i].pair;
    batch_add_run(&d->batch, d->row, d->places.n);
    d->places.n = 0;
}

static void hand_over(PerfData *d) {
    add_rows(d);
    if (batch_rows(&d->batch) || complaints_total(&d->batch.complaints))
        d->stopped = !d->emit(d->loader, &d->batch) || d->stopped;
    batch_clear(&d->batch, &d->stacks.part);
    if (perf_stacks_bytes(&d->stacks) > PART_BYTES_MOST) {
        format_settle(d->emit, d->loader, &d->batch);
        perf_stacks_forget(&d->stacks);
    }
}

/* While a pipe is slow, what has come is shown. */
static bool idle(void *owner) {
    PerfData *d = (PerfData *)owner;
    hand_over(d);
    d->stopped = d->stopped || !d->emit(d->loader, NULL);
    return !d->stopped;
}

/* ---- samples ------------------------------------------------------------------------------
 */

static EventId event_id(PerfData *d, const PerfAttr *attr, WeightKind weight) {
    while (d->events.count <= attr->index)
        column_push(&d->events);
    EventIds *e = &COLUMN_AT(&d->events, EventIds, attr->index);
    if (e->epoch != d->stacks.epoch)
        *e = (EventIds){.epoch = d->stacks.epoch};
    bool *has = weight == WEIGHT_PERIOD    ? &e->has_period
                : weight == WEIGHT_TIME_NS ? &e->has_time
                                           : &e->has_plain;
    EventId *id = weight == WEIGHT_PERIOD    ? &e->period
                  : weight == WEIGHT_TIME_NS ? &e->time
                                             : &e->plain;
    if (!*has) {
        Dict *dict = &d->stacks.part.dict;
        *id =
            contexts_event_weighed(&dict->contexts, names_intern(&dict->names, attr->name), weight);
        *has = true;
    }
    return *id;
}

static void begin_place(PerfData *d, const Row *row, PerfPlaced *placed) {
    const PerfSample *s = row->sample;
    /* all but the parts, of which none is there: to clear those, too, took a tenth of a load */
    memset(placed, 0, offsetof(PerfPlaced, part));
    placed->key = (TextKey){0, 0};
    placed->has_key = false;
    placed->thread = perf_thread(&d->stacks.spaces, s->pid, s->tid);
    placed->sample = s;
    placed->mode = row->mode;
    placed->context = (Context){.pid = s->pid, .tid = s->tid};
    placed->context.event = event_id(d, row->attr, row->kind);
    perf_stacks_begin(&d->stacks, placed);
}

static PairWish end_place(PerfData *d, const Row *row, PerfPlaced *placed) {
    PairWish place = perf_stacks_place(&d->stacks, placed);
    if (!placed->whole)
        grumble(d, COMPLAINT_TOO_DEEP, 1, row->offset, "a sample of %llu addresses",
                row->sample->chain_n, 0);
    return place;
}

static PairWish place_of(PerfData *d, const Row *row) {
    PerfPlaced placed;
    begin_place(d, row, &placed);
    return end_place(d, row, &placed);
}

__attribute__((noinline)) static void say_lacks(PerfData *d, const Row *row) {
    const PerfSample *s = row->sample;
    if (s->lacks == LACKS_FOLLOWING)
        grumble(d, COMPLAINT_DEFERRED, 1, row->offset, "", 0, 0);
    else
        grumble(d, s->lacks == LACKS_MEMORY ? COMPLAINT_NOT_UNWOUND : COMPLAINT_STACK_CUT, 1,
                row->offset, "the caller of 0x%llx, stack of %llu bytes", s->lacks_at, s->memory.n);
}

static void add_row(PerfData *d, const Row *row, PairWish place) {
    const PerfSample *s = row->sample;
    uint16_t cpu = s->cpu < CPU_NONE ? (uint16_t)s->cpu : CPU_NONE;
    d->row[d->places.n] = (BatchRow){row->time_ns, row->weight, 0, cpu};
    perf_places_add(&d->places, &d->stacks, place);
    if (s->lacks)
        say_lacks(d, row);
    if (d->places.n == STACK_WALKS)
        add_rows(d);
    if (batch_rows(&d->batch) >= BATCH_ROWS)
        hand_over(d);
}

static int64_t time_of(const PerfSample *s) {
    return s->time <= INT64_MAX ? (int64_t)s->time : TIME_NONE;
}

/* A thread runs again at `now`; known: it does so then, not at some time before. */
static void end_wait(PerfData *d, PerfWait *wait, uint64_t now, bool known) {
    Row row = {.attr = wait->attr,
               .sample = &wait->sample,
               .mode = wait->mode,
               .offset = wait->offset,
               .time_ns = time_of(&wait->sample),
               .kind = WEIGHT_TIME_NS};
    if (known && now > wait->sample.time && now <= INT64_MAX) {
        row.weight = now - wait->sample.time;
        row.time_ns = (int64_t)now;
    }
    wait->waiting = false;
    add_row(d, &row, wait->epoch == d->stacks.epoch ? wait->place : place_of(d, &row));
}

static void runs_again(PerfData *d, int32_t tid, uint64_t now) {
    PerfWait *wait = tid > 0 ? perf_wait_of(&d->waits, tid) : NULL;
    if (!wait)
        return;
    d->waits.ends_seen = true;
    end_wait(d, wait, now, true);
}

static void end_all_waits(PerfData *d) {
    for (uint64_t i = 0; i < d->waits.wait.count; i++) {
        PerfWait *wait = &COLUMN_AT(&d->waits.wait, PerfWait, i);
        if (wait->waiting)
            end_wait(d, wait, d->last, d->waits.ends_seen);
    }
}

static bool is_last_switch(PerfData *d, const PerfSample *s) {
    bool ended = perf_thread(&d->stacks.spaces, s->pid, s->tid)->ended;
    return perf_switch_is_last(s, ended, d->header.swapped);
}

/* False: the sample is an ordinary one. */
static bool take_switch(PerfData *d, Row *row) {
    const PerfSample *s = row->sample;
    bool swapped = d->header.swapped;
    if (!perf_is_switch(row->attr) || s->time > INT64_MAX)
        return false;
    runs_again(d, perf_switch_next(s, swapped), s->time);
    PerfWait *wait = s->tid > 0 ? perf_wait_of(&d->waits, s->tid) : NULL;
    if (wait)
        end_wait(d, wait, 0, false); /* when it ran again was not recorded */
    if (s->tid <= 0 || is_last_switch(d, s))
        return false; /* a processor's idle thread waits for work; an ended one for nothing */
    row->kind = WEIGHT_TIME_NS;
    wait = perf_wait_begin(&d->waits, s, row->attr, row->mode, row->offset);
    wait->place = place_of(d, row);
    wait->epoch = d->stacks.epoch;
    return true;
}

static void row_of(Row *row, const PerfRecord *r, const PerfAttr *attr, const PerfSample *s) {
    *row = (Row){.attr = attr,
                 .sample = s,
                 .mode = r->misc & MISC_MODE,
                 .offset = perf_record_offset(r),
                 .time_ns = time_of(s)};
    /* perf prints no period of tracepoints */
    row->weight = attr->type == PERF_TYPE_TRACEPOINT ? 0 : s->period;
    row->kind = perf_is_off_cpu(attr) ? WEIGHT_TIME_NS
                : row->weight         ? WEIGHT_PERIOD
                                      : WEIGHT_SAMPLES;
}

static void add_sample(PerfData *d, const PerfRecord *r, const PerfAttr *attr,
                       const PerfSample *s) {
    Row row;
    row_of(&row, r, attr, s);
    if (!take_switch(d, &row))
        add_row(d, &row, place_of(d, &row));
}

/* ---- some samples ahead -------------------------------------------------------------------
 */

static void end_first_ahead(PerfData *d) {
    Ahead *a = &d->ahead[d->ahead_first];
    d->ahead_first = (d->ahead_first + 1) % AHEAD_MOST;
    d->ahead_n--;
    if (a->placed.epoch != d->stacks.epoch)
        begin_place(d, &a->row, &a->placed);
    add_row(d, &a->row, end_place(d, &a->row, &a->placed));
    perf_input_release(a->block);
}

/* Before anything else happens than another sample. */
static void end_ahead(PerfData *d) {
    while (d->ahead_n)
        end_first_ahead(d);
}

/* Which the last of the ring has been filled with. */
static void add_ahead(PerfData *d, Ahead *a, const PerfRecord *r, const PerfAttr *attr) {
    row_of(&a->row, r, attr, &a->sample);
    begin_place(d, &a->row, &a->placed);
    a->block = r->block;
    a->block->held++;
    d->ahead_n++;
}

/* A sample that carries counters is one of each that has grown, weighed by that. */
static void add_counts(PerfData *d, const PerfRecord *r, const PerfAttr *attr, PerfSample *s) {
    uint64_t n = perf_counts(s, attr, d->header.swapped);
    for (uint64_t i = 0; i < n; i++) {
        PerfCount count = perf_count_at(s, attr, d->header.swapped, i);
        const PerfAttr *of = perf_header_by_id(&d->header, count.id);
        if (!of) {
            grumble(d, COMPLAINT_RECORD, 1, perf_record_offset(r),
                    "a sample of an event %llu that is not declared", count.id, 0);
            continue;
        }
        s->period = perf_counter_growth(&d->counters, &count, attr->inherit ? s->tid : 0);
        if (s->period)
            add_sample(d, r, of, s);
    }
}

/* Of a sample that does not hold it as a whole. */
__attribute__((noinline)) static void complete_chain(PerfData *d, Ahead *a, const PerfAttr *attr,
                                                     uint32_t mode) {
    PerfSample *s = &a->sample;
    Buf *room = &d->chain[a - d->ahead];
    bool swapped = d->header.swapped;
    if (s->lacks == LACKS_MEMORY)
        perf_unwind(&d->unwinder, s, attr, room);
    else if (!perf_sample_defers(s, swapped))
        perf_chain_of_calls(s, mode, swapped, room);
    else if (!perf_deferrals_join(&d->deferrals, s, swapped, room))
        s->lacks = LACKS_FOLLOWING;
}

static void take_sample(PerfData *d, const PerfRecord *r, const PerfAttr *attr) {
    if (!attr) {
        grumble(d, COMPLAINT_RECORD, 1, perf_record_offset(r),
                "a sample of %llu bytes of an event that is not declared", r->size, 0);
        return;
    }
    if (d->ahead_n == AHEAD_MOST)
        end_first_ahead(d);
    Ahead *a = &d->ahead[(d->ahead_first + d->ahead_n) % AHEAD_MOST];
    bool ok = perf_sample_read(r, attr, d->header.swapped, &a->sample);
    if (ok && perf_is_off_cpu(attr))
        ok = perf_off_cpu_read(&a->sample, attr, d->header.swapped);
    if (!ok) {
        grumble(d, COMPLAINT_RECORD, 1, perf_record_offset(r),
                "a sample of %llu bytes is shorter than its parts (sample_type 0x%llx)", r->size,
                attr->sample_type);
        return;
    }
    if (a->sample.calls_n || a->sample.lacks || perf_sample_defers(&a->sample, d->header.swapped))
        complete_chain(d, a, attr, r->misc & MISC_MODE);
    bool counts = (attr->sample_type & SAMPLE_READ) && (attr->read_format & READ_ID);
    if (!counts && !perf_is_switch(attr)) {
        add_ahead(d, a, r, attr);
        return;
    }
    end_ahead(d);
    if (counts)
        add_counts(d, r, attr, &a->sample);
    else
        add_sample(d, r, attr, &a->sample);
}

/* ---- what the samples are about -----------------------------------------------------------
 */

static bool take_task(PerfData *d, const PerfRecord *r, uint64_t time) {
    PerfTask task;
    PerfSpaces *spaces = &d->stacks.spaces;
    if (!perf_task_read(r, d->header.swapped, &task))
        return false;
    if (r->type == RECORD_COMM)
        perf_spaces_comm(spaces, &task);
    else if (r->type == RECORD_FORK)
        perf_spaces_fork(spaces, &task, (r->misc & MISC_FORK_EXEC) != 0);
    else {
        runs_again(d, task.tid, time); /* a thread ends itself: kernels drop a switch at times */
        perf_spaces_exit(spaces, &task);
    }
    return true;
}

static void say_full(PerfData *d, const PerfRecord *r) {
    grumble(d, COMPLAINT_LIMIT, 1, perf_record_offset(r), "a mapping while %llu are held",
            d->stacks.spaces.mappings, 0);
}

static bool take_mmap(PerfData *d, const PerfRecord *r, const PerfAttr *attr) {
    PerfMmap map;
    uint32_t mode = r->misc & MISC_MODE;
    if (!perf_mmap_read(r, attr, d->header.swapped, &map))
        return false;
    if (mode == MODE_GUEST_KERNEL || mode == MODE_GUEST_USER)
        return true; /* another machine's */
    if (!perf_spaces_mmap(&d->stacks.spaces, &map, mode == MODE_KERNEL))
        say_full(d, r);
    return true;
}

static bool take_ksymbol(PerfData *d, const PerfRecord *r) {
    PerfKsymbol symbol;
    if (!perf_ksymbol_read(r, d->header.swapped, &symbol))
        return false;
    if (!perf_spaces_ksymbol(&d->stacks.spaces, &symbol))
        say_full(d, r);
    return true;
}

/* Takes a record whose turn it is. */
static void take(PerfData *d, const PerfRecord *r, uint64_t time) {
    const PerfAttr *attr = r->attr;
    bool ok = true;
    if (r->type != RECORD_SAMPLE)
        end_ahead(d);
    if (time > d->last && time <= INT64_MAX)
        d->last = time;
    switch (r->type) {
    case RECORD_SAMPLE:
        take_sample(d, r, attr);
        break;
    case RECORD_COMM:
    case RECORD_FORK:
    case RECORD_EXIT:
        ok = take_task(d, r, time);
        break;
    case RECORD_MMAP:
    case RECORD_MMAP2:
        ok = take_mmap(d, r, attr);
        break;
    case RECORD_KSYMBOL:
        ok = take_ksymbol(d, r);
        break;
    case RECORD_SWITCH:
    case RECORD_SWITCH_CPU_WIDE:
        if (!(r->misc & MISC_SWITCH_OUT))
            runs_again(d, perf_record_thread(r, attr, d->header.swapped), time);
        break;
    case RECORD_CALLCHAIN_DEFERRED:
        perf_deferrals_drop(&d->deferrals, r, attr, d->header.swapped);
        break;
    default:
        break;
    }
    if (!ok)
        grumble(d, COMPLAINT_RECORD, 1, perf_record_offset(r),
                "a record of type %llu and %llu bytes cannot be used", r->type, r->size);
}

/* ---- in order -----------------------------------------------------------------------------
 */

/* Those that wait were read a while ago and have left the processor's first caches. */
static void fetch_record(const PerfRecord *r) {
    enum { LINE = 64, LINES = 3 };
    for (uint32_t i = 0; i < LINES; i++)
        __builtin_prefetch(r->at + i * LINE);
}

static void take_due(PerfData *d, size_t n) {
    enum { AHEAD = 3 };
    for (size_t i = 0; i < n; i++) {
        PerfWaiting *w = &d->order.item[i];
        if (i + AHEAD < n)
            fetch_record(&w[AHEAD].record);
        if (!d->stopped)
            take(d, &w->record, w->time);
        perf_input_release(w->record.block);
    }
    end_ahead(d);
    perf_order_drop(&d->order, n);
}

/* There is no memory to wait for the rest. What comes later, and is older, is told.
 * Apart, so that its caller stays small enough to become one with the loop that reads. */
__attribute__((noinline)) static void cut_round(PerfData *d) {
    size_t n = perf_order_half(&d->order);
    if (n)
        d->cut = d->order.item[n - 1].time;
    d->calm = d->taken + HELD_BYTES_MOST;
    take_due(d, n);
}

/* The younger half keeps most blocks from being free, as each holds some of it. To cut again for
 * that would let nearly all go, and leave in no order what the round still brings; but there is an
 * end to what is held. */
static bool holds_too_much(const PerfData *d) {
    size_t bytes = d->input.bytes;
    return d->order.n > HELD_RECORDS_MOST || bytes > 4ull * HELD_BYTES_MOST ||
           (bytes > HELD_BYTES_MOST && d->taken >= d->calm);
}

static void end_round(PerfData *d) {
    if (d->parts.n)
        return; /* those of a file end nothing in the others */
    take_due(d, perf_order_round(&d->order));
    if (source_is_pipe(d->input.source))
        hand_over(d); /* its writer may well be slow */
}

/* As perf: where records besides samples have no time, all are taken as they come. */
static bool is_ordered(PerfData *d) {
    if (!d->looked && d->header.attr.count) {
        d->ordered = COLUMN_AT(&d->header.attr, PerfAttr, 0).sample_id_all;
        d->looked = true;
    }
    return d->ordered;
}

static void take_lost(PerfData *d, const PerfRecord *r) {
    uint64_t lost, time;
    bool swapped = d->header.swapped;
    if (!perf_lost_read(r, swapped, &lost))
        return;
    time = perf_record_time(r, perf_header_attr(&d->header, r), swapped);
    lost = perf_lost_more(&d->lost, r->type, time, lost);
    if (lost)
        grumble(d, COMPLAINT_LOST, lost, perf_record_offset(r), "%llu lost", lost, 0);
}

/* A record of the kernel; true: it is held until its turn. */
static bool take_or_wait(PerfData *d, PerfRecord *r) {
    if (r->type == RECORD_LOST || r->type == RECORD_LOST_SAMPLES)
        take_lost(d, r);
    if (!perf_record_is_used(r->type))
        return false;
    r->attr = d->header.only ? d->header.only : perf_header_attr(&d->header, r);
    uint64_t time = perf_record_time(r, r->attr, d->header.swapped);
    if (!is_ordered(d) || time == 0 || time == UINT64_MAX) {
        take(d, r, time);
        end_ahead(d);
        return false;
    }
    if (time < d->cut)
        grumble(d, COMPLAINT_LIMIT, 1, perf_record_offset(r),
                "younger ones were taken before it: its round is longer than what is held", 0, 0);
    perf_order_add(&d->order, time, r);
    if (r->type == RECORD_CALLCHAIN_DEFERRED)
        perf_deferrals_add(&d->deferrals, r, r->attr, d->header.swapped);
    d->seen = time > d->seen ? time : d->seen;
    return true;
}

/* ---- records of perf itself ---------------------------------------------------------------
 */

static void take_header(PerfData *d, const PerfRecord *r) {
    if (!perf_header_record(&d->header, r))
        grumble(d, COMPLAINT_RECORD, 1, perf_record_offset(r),
                "a record of type %llu and %llu bytes cannot be used", r->type, r->size);
    column_clear(&d->events); /* names may have changed */
}

static void take_any(PerfData *d, PerfRecord *r);

static void take_packed(PerfData *d, const PerfRecord *r) {
    Error err = {.offset = -1};
    PerfRecord inner;
    Str data = {(const char *)r->at + PERF_RECORD_HEAD, r->size - PERF_RECORD_HEAD};
    if (r->type == PERF_COMPRESSED2) { /* it says how long it is, and is padded */
        enum { PADDING_MOST = 7 };
        uint64_t n = data.n >= 8 ? perf_get64(r->at + PERF_RECORD_HEAD, d->header.swapped) : 0;
        data = str_slice(data, 8, data.n);
        if (n <= data.n && data.n - n <= PADDING_MOST) /* else it is of several, or none */
            data = str_slice(data, 0, (size_t)n);
    }
    PerfInput *in = r->block->of;
    bool ok = perf_input_unpack(in, r, data, &err);
    while (ok && !d->stopped && perf_input_unpacked(in, &inner, &err)) {
        if (inner.type == PERF_COMPRESSED || inner.type == PERF_COMPRESSED2)
            perf_input_release(inner.block);
        else
            take_any(d, &inner);
    }
    if (in->bad_size) {
        error_set(&err, ERROR_FORMAT, "a record in compressed data has less than 8 bytes");
        perf_input_drop_packed(in);
    }
    if (err.kind)
        complain(&d->batch.complaints, COMPLAINT_DAMAGED, 1, perf_record_offset(r),
                 str_of(err.message));
}

/* Takes a record and lets it go, unless it has to wait. */
static void take_any(PerfData *d, PerfRecord *r) {
    bool waits = false;
    d->taken += r->size;
    switch (r->type) {
    case PERF_HEADER_ATTR:
    case PERF_EVENT_UPDATE:
    case PERF_BUILD_ID:
    case PERF_HEADER_FEATURE:
        take_header(d, r);
        break;
    case PERF_FINISHED_ROUND:
        end_round(d);
        break;
    case PERF_COMPRESSED:
    case PERF_COMPRESSED2:
        take_packed(d, r);
        break;
    default:
        waits = r->type < RECORD_OWN && take_or_wait(d, r);
        break;
    }
    if (!waits)
        perf_input_release(r->block);
    if (holds_too_much(d))
        cut_round(d);
}

/* ---- from start to end --------------------------------------------------------------------
 */

static void say_ending(PerfData *d, const PerfInput *in) {
    if (in->bad_size)
        grumble(d, COMPLAINT_RECORD, 1, in->next,
                "a record says that it has less than 8 bytes: what is behind it is not read", 0, 0);
    else if (in->cut)
        grumble(d, COMPLAINT_TRUNCATED, 1, in->next, "%llu more bytes were expected", in->cut, 0);
    else if (in->left && in->left != UINT64_MAX)
        grumble(d, COMPLAINT_TRUNCATED, 1, in->next, "%llu more bytes were expected", in->left, 0);
}

/* Up to so many bytes of records; false: there are no more. */
static bool read_some(PerfData *d, PerfInput *in, uint64_t bytes) {
    PerfRecord r;
    for (uint64_t n = 0; n < bytes; n += r.size) {
        if (d->stopped || in->bad_size || !perf_input_next(in, &r))
            return false;
        uint64_t tail = perf_header_tail(&r, d->header.swapped);
        if (r.type == PERF_AUXTRACE)
            d->traced += tail;
        take_any(d, &r);
        if (tail && !perf_input_skip(in, tail))
            return false;
    }
    return true;
}

/* All files of a folder, at the same pace. Within a file some records may be older than those
 * before them, as within a round; so what was the oldest end one round ago is due. */
static void read_lanes(PerfData *d) {
    uint32_t n;
    uint64_t due = 0;
    PerfLane *lane = perf_lanes_new(&d->parts, &d->input, &n), *last;
    while ((last = perf_lane_last(lane, n)) != NULL) {
        d->seen = last->seen;
        last->ended = !read_some(d, last->input, STEP_BYTES);
        last->seen = d->seen;
        last->read = true;
        if (!perf_lanes_are_read(lane, n))
            continue;
        take_due(d, perf_order_until(&d->order, due));
        last = perf_lane_last(lane, n);
        due = last ? last->seen : due;
        for (uint32_t i = 0; i < n; i++)
            lane[i].read = false;
    }
    for (uint32_t i = 1; i < n; i++)
        say_ending(d, lane[i].input);
    mem_resize(lane, n * sizeof *lane, 0);
}

static void read_records(PerfData *d) {
    Error err = {0};
    if (d->header.folder)
        perf_parts_open(&d->parts, &d->input, &err);
    if (err.kind)
        complain(&d->batch.complaints, COMPLAINT_DAMAGED, 1, -1, str_of(err.message));
    if (d->parts.n)
        read_lanes(d);
    else
        read_some(d, &d->input, UINT64_MAX);
    d->stopped = d->stopped || d->input.stopped;
    take_due(d, perf_order_all(&d->order));
    if (!d->stopped)
        end_all_waits(d);
    say_ending(d, &d->input);
    if (d->traced)
        grumble(d, COMPLAINT_NOT_DECODED, 1, -1, "%llu bytes", d->traced, 0);
    hand_over(d);
}

static bool read_all(PerfData *d, Error *err) {
    char list[1024];
    if (!perf_header_read(&d->header, &d->input, err))
        return false;
    perf_stacks_init(&d->stacks, &d->header, source_size(d->input.source));
    perf_unwinder_init(&d->unwinder, &d->stacks.spaces);
    d->stacks.dsos.inlines = source_wants_inlined(d->input.source);
    d->stacks.dsos.complaints = &d->batch.complaints;
    if (perf_folder_list(source_path(d->input.source), list, sizeof list))
        d->stacks.dsos.list = str_of(list);
    batch_clear(&d->batch, &d->stacks.part);
    if (perf_input_begin(&d->input, d->header.data_at, d->header.data_bytes))
        read_records(d);
    else
        say_ending(d, &d->input), hand_over(d);
    format_settle(d->emit, d->loader, &d->batch);
    perf_unwinder_free(&d->unwinder);
    perf_stacks_free(&d->stacks);
    if (d->input.error.kind && err)
        *err = d->input.error;
    return d->input.error.kind == ERROR_NONE;
}

static bool run(Source *source, FormatEmit *emit, void *loader, Error *err) {
    PerfData *d = mem_resize(NULL, 0, sizeof *d);
    *d = (PerfData){.emit = emit, .loader = loader};
    perf_header_init(&d->header);
    perf_input_init(&d->input, source);
    d->input.idle = idle;
    d->input.owner = d;
    perf_waits_init(&d->waits);
    batch_init(&d->batch);
    column_init(&d->events, sizeof(EventIds), 3);
    perf_counters_init(&d->counters);
    bool ok = read_all(d, err);
    perf_order_free(&d->order);
    perf_waits_free(&d->waits);
    perf_deferrals_free(&d->deferrals);
    for (int i = 0; i < AHEAD_MOST; i++)
        buf_free(&d->chain[i]);
    perf_parts_free(&d->parts);
    perf_input_free(&d->input);
    perf_header_free(&d->header);
    batch_free(&d->batch);
    column_free(&d->events);
    perf_counters_free(&d->counters);
    mem_resize(d, sizeof *d, 0);
    return ok;
}

static FormatGuess probe(Str head, bool whole) {
    (void)whole;
    return perf_header_probe(head) ? GUESS_YES : GUESS_NO;
}

const Format format_perf_data = {
    .name = "perf.data",
    .kind = FORMAT_SEQUENTIAL,
    .has_time = true,
    .binary = true,
    .looks_around = true,
#if !defined HAVE_ELF
    .not_shown = "symbols of programs (this was built without libelf), inlined functions",
#elif !defined HAVE_DW
    .not_shown =
        "functions that the compiler inlined, most user stacks of --call-graph dwarf (this "
        "was built without libdw)",
#else
    .not_inlined = "functions that the compiler inlined (--inlined shows them)",
#if !defined __x86_64__
    .not_shown = "most user stacks of --call-graph dwarf",
#endif
#endif
    .probe = probe,
    .run = run,
};

/* DESIGN
 * One thread (or loader_step) reads, cuts and absorbs; workers parse. The chunks in flight are
 * a ring: `head` is the oldest, which is absorbed next, so rows come out in the order of the
 * input whoever parsed them. What was read behind the last record boundary is carried over to
 * the next chunk. The first chunks are small, so that the first samples are seen at once.
 * A sequential format's parser has this thread for itself, and a relay absorbs beside it, which is
 * a quarter of the work or more: with two hyper-threads of one core, loads of JSON and perf.data
 * took 0.75 to 0.9 times as long. */
#include "ingest/loader.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/thread.h"
#include "base/wake.h"
#include "ingest/pack_load.h"
#include "ingest/parser_pool.h"
#include "ingest/perf_folder.h"
#include "ingest/relay.h"

enum {
    CHUNK_FIRST = 64 * 1024,
    CHUNK_FULL = 256 * 1024,      /* inline: text and tables share the second cache */
    CHUNK_THREADED = 1024 * 1024, /* handing one over costs as much as parsing 50 KiB */
    RECORD_LIMIT = 64 << 20,
    PUBLISH_NS = 5000000,
    PIPE_WAIT_MS = 20,
};

typedef struct Slot {
    struct Loader *loader;
    char *text;
    size_t cap; /* of text, less FORMAT_CHUNK_PAD */
    FormatChunk chunk;
    Batch batch;
    ParserLease *lease; /* NULL: cancelled before it was parsed */
    JobTicket ticket;
} Slot;

typedef enum Fill { FILL_MORE, FILL_CHUNK, FILL_END, FILL_FAILED } Fill;

struct Loader {
    Jobs *jobs;
    Profile *profile;
    LoadOptions options;
    char path[1024];
    char wanted[64]; /* options.format */
    CancelToken cancel;
    CancelToken stop; /* of the source */
    bool threaded;    /* false: inline */
    Thread *thread;   /* NULL inline and once joined; the starter's */
    /* -- loader thread only */
    Source *source;
    PackLoad *pack; /* NULL: the input is to be parsed */
    const Format *format;
    ParserPool *parsers;
    void *context; /* of FORMAT_PREPARED */
    Arena arena;
    Slot *ring;
    uint32_t ring_n, head, used;
    size_t filled;  /* bytes in the slot behind the used ones */
    size_t looked;  /* how many of them boundary has seen */
    size_t target;  /* bytes of the next chunk */
    size_t full;    /* which grow up to this */
    int64_t offset; /* of the filling slot's first byte */
    bool begun, ended, skipping, unpublished;
    Remap remap; /* of a sequential parser's Part */
    const Part *remap_part;
    int64_t absorbed, published_ns, start_ns;
    Relay *relay;   /* while a sequential parser runs, its thread does what is said of absorbing */
    RelayMark mark; /* up to where the input had been read for what was absorbed */
    /* -- protected by mutex */
    Mutex *mutex;
    LoadStatus status;
};

/* ---- status and publishing ----------------------------------------------------------------
 */

static RelayMark mark_of(const Loader *l) {
    return (RelayMark){source_given(l->source), source_consumed(l->source), source_size(l->source)};
}

static void note_progress(Loader *l) {
    mutex_lock(l->mutex);
    LoadStatus *s = &l->status;
    s->size = l->mark.size;
    s->bytes_read = l->mark.consumed;
    s->bytes_text = l->absorbed;
    if (l->pack && pack_load_facts(l->pack)->samples)
        s->bytes_read = (int64_t)((double)s->size * (double)pack_load_rows(l->pack) /
                                  (double)pack_load_facts(l->pack)->samples);
    s->progress = s->size > 0 ? (double)s->bytes_read / (double)s->size : s->size < 0 ? -1 : 0;
    if (s->progress > 1)
        s->progress = 1; /* a file that grew meanwhile */
    mutex_unlock(l->mutex);
}

static void publish(Loader *l, bool now) {
    int64_t t = clock_now_ns();
    if (!l->unpublished || (!now && t - l->published_ns < PUBLISH_NS))
        return;
    l->unpublished = false;
    l->published_ns = t;
    note_progress(l);
    profile_publish(l->profile);
    if (!l->options.quiet)
        wake();
}

static void finish(Loader *l, LoadState state, const Error *error) {
    if (state == LOAD_DONE && source_ending(l->source) != SOURCE_WHOLE &&
        source_ending(l->source) != SOURCE_OPEN)
        profile_complain(l->profile,
                         source_ending(l->source) == SOURCE_TRUNCATED ? COMPLAINT_TRUNCATED
                                                                      : COMPLAINT_DAMAGED,
                         1, l->absorbed, str_of(source_trouble(l->source)));
    l->unpublished = true;
    l->mark = mark_of(l);
    publish(l, true);
    mutex_lock(l->mutex);
    l->status.state = state;
    l->status.elapsed_ns = clock_now_ns() - l->start_ns;
    if (state == LOAD_DONE)
        l->status.progress = 1;
    if (error)
        l->status.error = *error;
    mutex_unlock(l->mutex);
    if (!l->options.quiet)
        wake();
}

/* What was read so far stays; without anything the load has failed. */
static void finish_broken(Loader *l, Error *error) {
    if (l->profile->building.samples == 0) {
        finish(l, LOAD_FAILED, error);
        return;
    }
    profile_complain(l->profile, COMPLAINT_DAMAGED, 1, l->absorbed, str_of(error->message));
    finish(l, LOAD_DONE, NULL);
}

/* ---- parsing ------------------------------------------------------------------------------
 */

static void parse_job(void *arg, uint32_t worker) {
    Slot *slot = (Slot *)arg;
    Loader *l = slot->loader;
    (void)worker;
    slot->lease = NULL;
    if (cancelled(&l->cancel))
        return;
    slot->lease = parser_take(l->parsers);
    l->format->parse(slot->lease->parser, &slot->chunk, &slot->batch);
    parser_note(l->parsers, slot->lease, part_bytes(slot->batch.part));
}

/* ---- cutting ------------------------------------------------------------------------------
 */

static Slot *filling(Loader *l) {
    return &l->ring[(l->head + l->used) % l->ring_n];
}

static void slot_grow(Slot *slot, size_t cap) {
    if (cap <= slot->cap)
        return;
    size_t old = slot->text ? slot->cap + FORMAT_CHUNK_PAD : 0;
    slot->text = mem_resize(slot->text, old, cap + FORMAT_CHUNK_PAD);
    slot->cap = cap;
}

/* The filling slot's first `take` bytes are a chunk; the rest goes to the slot behind it. */
static void cut(Loader *l, size_t take, bool last) {
    Slot *slot = filling(l);
    size_t rest = l->filled - take;
    slot->chunk = (FormatChunk){{slot->text, take}, l->offset, last};
    l->offset += (int64_t)take;
    l->used++;
    if (!l->options.chunk_bytes && l->target < l->full)
        l->target *= 2;
    Slot *next = filling(l);
    slot_grow(next, l->target > rest ? l->target : rest);
    memcpy(next->text, slot->text + take, rest);
    l->filled = rest;
    l->looked = 0;
}

static void drop_front(Loader *l, size_t n) {
    Slot *slot = filling(l);
    memmove(slot->text, slot->text + n, l->filled - n);
    l->filled -= n;
    l->looked = 0;
    l->offset += (int64_t)n;
}

/* In the middle of a record over the limit: throws away what belongs to it. A line that is not
 * whole yet is kept, and the newline before it, as a boundary may show once it is. */
static void skip_record(Loader *l) {
    Slot *slot = filling(l);
    size_t first = 0, at;
    for (Str s = {slot->text, l->filled}; (at = l->format->boundary(l->context, s)) > 0;
         s.n = at - 1)
        first = at;
    l->skipping = first == 0;
    if (first == 0) {
        Str line = {slot->text, l->filled};
        size_t newline = str_rfind_char(line, '\n');
        first = newline < line.n && newline > 0 ? newline - 1 : 0;
        if (l->filled - first > l->options.record_limit)
            first = l->filled - 1;
    }
    drop_front(l, first);
}

/* Reads once, and cuts if that completed a record. */
static Fill fill_step(Loader *l, Error *err) {
    Slot *slot = filling(l);
    if (l->filled >= l->target) {
        size_t want = l->filled * 2;
        size_t limit = (size_t)l->options.record_limit + 1;
        slot_grow(slot, want < limit || l->filled >= limit ? want : limit);
    }
    size_t room = (l->filled < l->target ? l->target : slot->cap) - l->filled;
    size_t min = source_is_pipe(l->source) ? 1 : room;
    int64_t got = source_read(l->source, slot->text + l->filled, min, room, err);
    if (got < 0)
        return FILL_FAILED;
    l->filled += (size_t)got;
    memset(slot->text + l->filled, 0, FORMAT_CHUNK_PAD);
    if (got == 0) {
        l->ended = true;
        if (l->skipping)
            drop_front(l, l->filled);
        if (l->filled == 0)
            return FILL_END;
        cut(l, l->filled, true);
        return FILL_CHUNK;
    }
    if (l->skipping) {
        skip_record(l);
        return FILL_MORE;
    }
    /* a record that comes in drops is not looked at again for each of them */
    if (l->filled > l->full && l->filled < l->looked * 2 && l->filled <= l->options.record_limit)
        return FILL_MORE;
    size_t at = l->format->boundary(l->context, (Str){slot->text, l->filled});
    l->looked = l->filled;
    if (at > 0) {
        cut(l, at, false);
        return FILL_CHUNK;
    }
    if (l->filled > l->options.record_limit) {
        profile_complain(l->profile, COMPLAINT_TOO_LONG, 1, l->offset,
                         (Str){slot->text, l->filled});
        skip_record(l);
    }
    return FILL_MORE;
}

/* ---- absorbing ----------------------------------------------------------------------------
 */

static void absorb_oldest(Loader *l) {
    Slot *slot = &l->ring[l->head];
    jobs_wait(l->jobs, &slot->ticket);
    l->head = (l->head + 1) % l->ring_n;
    l->used--;
    if (!slot->lease)
        return;
    if (!cancelled(&l->cancel)) /* else there may be gaps before it */
        profile_absorb(l->profile, &slot->batch, &slot->lease->remap);
    parser_drop(l->parsers, slot->lease);
    l->absorbed = slot->chunk.offset + (int64_t)slot->chunk.bytes.n;
    l->mark = mark_of(l);
    l->unpublished = true;
    publish(l, false);
}

/* All slots are parsed or wait for it: until half of them are done, so that the threads do not
 * wait for one another chunk by chunk. */
static void wait_for_some(Loader *l) {
    if (l->threaded)
        jobs_wait(l->jobs, &l->ring[(l->head + l->used / 2) % l->ring_n].ticket);
}

static void submit_newest(Loader *l) {
    Slot *slot = &l->ring[(l->head + l->used - 1) % l->ring_n];
    if (l->threaded)
        jobs_submit(l->jobs, JOB_PARSE, parse_job, slot, &slot->ticket);
    else
        parse_job(slot, 0);
}

static void take_batch(void *loader, const Batch *batch, const RelayMark *mark) {
    Loader *l = (Loader *)loader;
    if (!batch) {
        publish(l, true);
        return;
    }
    if (l->remap_part != batch->part) {
        remap_free(&l->remap);
        l->remap_part = batch->part;
    }
    profile_absorb(l->profile, batch, &l->remap);
    l->absorbed = mark->given;
    l->mark = *mark;
    l->unpublished = true;
    publish(l, false);
}

/* What a sequential parser calls. */
static bool emit(void *loader, Batch *batch) {
    Loader *l = (Loader *)loader;
    if (batch && l->relay) {
        bool settle = batch->settle;
        relay_give(l->relay, batch, mark_of(l));
        if (settle)
            relay_settle(l->relay);
    } else if (batch) {
        RelayMark mark = mark_of(l);
        take_batch(l, batch, &mark);
    }
    return !cancelled(&l->cancel);
}

/* What it makes is absorbed on a thread of its own, unless all is to be done here. */
static void run_sequential(Loader *l) {
    Error error = {.offset = -1};
    if (l->threaded) {
        source_read_ahead(l->source);
        l->relay = relay_new(take_batch, l);
    }
    bool ok = l->format->run(l->source, emit, l, &error);
    source_read_enough(l->source);
    relay_free(l->relay);
    l->relay = NULL;
    if (cancelled(&l->cancel))
        finish(l, LOAD_CANCELLED, NULL);
    else if (ok)
        finish(l, LOAD_DONE, NULL);
    else
        finish_broken(l, &error);
}

/* ---- from start to end --------------------------------------------------------------------
 */

/* A head that grows drop by drop is looked at again once it is an eighth longer, so that all the
 * looks together read nine times what the last one does. */
static size_t next_look(Str head) {
    return head.n < FORMAT_PROBE_BYTES ? head.n + 1 : head.n + head.n / 8;
}

/* Recognises the format from as few bytes as will do: a pipe may be slow. False: not yet. */
static bool recognise(Loader *l, Error *err) {
    Str head = {"", 0};
    bool whole = false;
    if (l->wanted[0]) {
        l->format = format_named(l->wanted);
        if (!l->format)
            error_set(err, ERROR_USAGE, "there is no format named \"%s\"", l->wanted);
        return true;
    }
    size_t want = source_is_pipe(l->source) ? 1 : FORMAT_PROBE_BYTES, look_at = 0;
    for (bool enough = false; !l->format && !enough;) {
        if (!source_wait(l->source, PIPE_WAIT_MS) && !cancelled(&l->cancel))
            return false;
        if (cancelled(&l->cancel) || !source_peek(l->source, want, &head, &whole, err))
            return true;
        enough = whole || format_seen_enough(head);
        if (enough || head.n >= look_at) {
            l->format = format_sure(head, whole);
            look_at = next_look(head);
        }
        want = source_is_pipe(l->source) ? head.n + 1 : head.n * 2;
    }
    if (!l->format)
        l->format = format_of(head, whole, err);
    SourceEnding ending = source_ending(l->source);
    if (!l->format && (ending == SOURCE_TRUNCATED || ending == SOURCE_DAMAGED)) {
        *err = (Error){.offset = -1};
        error_set(err, ERROR_FORMAT, "%s", source_trouble(l->source));
    }
    return true;
}

static bool prepare(Loader *l, Error *err) {
    if (l->format->kind != FORMAT_PREPARED)
        return true;
    if (source_is_pipe(l->source))
        return error_set(err, ERROR_USAGE,
                         "%s is read twice, which a pipe cannot be: save it to "
                         "a file first",
                         l->format->name);
    Source *first_pass = source_open(l->path, l->options.engine, err);
    if (!first_pass)
        return false;
    bool ok = l->format->prepare(first_pass, &l->arena, &l->context, err);
    source_close(first_pass);
    return ok;
}

static void make_ring(Loader *l) {
    uint32_t workers = l->threaded ? jobs_workers(l->jobs) : 1;
    l->parsers = parser_pool_new(l->format, l->context, workers);
    l->ring_n = l->threaded ? 2 * workers + 3 : 2; /* one of them is being filled */
    l->ring = mem_resize(NULL, 0, l->ring_n * sizeof *l->ring);
    for (uint32_t i = 0; i < l->ring_n; i++) {
        l->ring[i].loader = l;
        batch_init(&l->ring[i].batch);
    }
    slot_grow(filling(l), l->target);
}

/* False: the load is over. */
static bool begin(Loader *l) {
    Error error = {.offset = -1};
    if (!recognise(l, &error))
        return true;
    if (cancelled(&l->cancel)) {
        finish(l, LOAD_CANCELLED, NULL);
        return false;
    }
    if (!l->format || !prepare(l, &error)) {
        finish(l, LOAD_FAILED, &error);
        return false;
    }
    mutex_lock(l->mutex);
    l->status.format = l->format->name;
    l->status.format_has_time = l->format->has_time;
    mutex_unlock(l->mutex);
    make_ring(l);
    l->begun = true;
    return true;
}

/* Samples of a pack are there at once; what takes time is to see that they are sound. */
static bool step_pack(Loader *l) {
    Error error = {.offset = -1};
    if (cancelled(&l->cancel)) {
        finish(l, LOAD_CANCELLED, NULL);
        return false;
    }
    bool more = pack_load_step(l->pack, &error);
    const PackFacts *facts = pack_load_facts(l->pack);
    l->absorbed = (int64_t)facts->text_bytes;
    if (more)
        l->absorbed = (int64_t)((double)facts->text_bytes * (double)pack_load_rows(l->pack) /
                                (double)facts->samples);
    l->unpublished = true;
    if (more)
        publish(l, false);
    else if (error.kind)
        finish(l, LOAD_FAILED, &error);
    else
        finish(l, LOAD_DONE, NULL);
    return more;
}

/* A piece of work that is done soon; false when the load is over. */
static bool step(Loader *l) {
    Error error = {.offset = -1};
    if (l->pack)
        return step_pack(l);
    if (!l->begun)
        return begin(l);
    if (l->format->kind == FORMAT_SEQUENTIAL) {
        run_sequential(l);
        return false;
    }
    bool stop = cancelled(&l->cancel); /* asked once: with it every job must have been waited for */
    while (l->used && (stop || jobs_done(&l->ring[l->head].ticket)))
        absorb_oldest(l);
    if (stop) {
        finish(l, LOAD_CANCELLED, NULL);
        return false;
    }
    if (l->ended && !l->used) {
        finish(l, LOAD_DONE, NULL);
        return false;
    }
    if (l->ended || l->used == l->ring_n - 1) {
        wait_for_some(l);
        absorb_oldest(l);
        return true;
    }
    if (!source_wait(l->source, 0)) {
        if (l->used) {
            absorb_oldest(l);
        } else {
            publish(l, true);
            source_wait(l->source, PIPE_WAIT_MS);
        }
        return true;
    }
    switch (fill_step(l, &error)) {
    case FILL_CHUNK:
        submit_newest(l);
        break;
    case FILL_FAILED:
        while (l->used)
            absorb_oldest(l);
        finish_broken(l, &error);
        return false;
    case FILL_MORE:
    case FILL_END:
        break;
    }
    return true;
}

static void load_thread(void *arg) {
    Loader *l = (Loader *)arg;
    while (step(l))
        ;
}

static void note_pack(Loader *l) {
    const PackFacts *facts = pack_load_facts(l->pack);
    const Format *format = format_named(facts->format);
    l->status.format = format ? format->name : "FlameScope pack";
    l->status.format_has_time = facts->format_has_time != 0;
    l->status.packed = true;
}

/* One worker stays free for questions, since each parser learns lines and stacks anew and the
 * loader's own thread absorbs beside them. On two threads of one core this is also the fastest:
 * a third thread that parses cost 22 % more CPU for the same file. */
static void limit_parsing(Jobs *jobs) {
    uint32_t workers = jobs_workers(jobs);
    jobs_limit(jobs, JOB_PARSE, workers > 1 ? workers - 1 : workers);
}

const char *loader_guess(const char *path, Error *err) {
    char inside[sizeof((Loader *)NULL)->path];
    Str head;
    bool whole;
    const Format *format = NULL;
    if (perf_folder(path, inside, sizeof inside))
        path = inside;
    if (pack_load_wanted(path))
        return "FlameScope pack";
    Source *source = source_open(path, CODEC_AUTO, err);
    bool more = source != NULL;
    for (size_t want = FORMAT_PROBE_BYTES; more; want *= 8) {
        more = source_peek(source, want, &head, &whole, err);
        bool enough = more && (whole || format_seen_enough(head));
        format = !more ? NULL : enough ? format_of(head, whole, err) : format_sure(head, whole);
        more = more && !format && !enough;
    }
    source_close(source);
    return format ? format->name : NULL;
}

Loader *loader_start(Jobs *jobs, Profile *profile, const LoadOptions *options, Error *err) {
    PackLoad *pack = NULL;
    char inside[sizeof((Loader *)NULL)->path];
    const char *path = perf_folder(options->path, inside, sizeof inside) ? inside : options->path;
    Source *source = source_open(path, options->engine, err);
    if (!source)
        return NULL;
    if (!options->format && !options->follow && pack_load_wanted(path)) {
        pack = pack_load_open(path, profile, options->dict_in_use, err);
        if (!pack) {
            source_close(source);
            return NULL;
        }
    }
    Loader *l = mem_resize(NULL, 0, sizeof *l);
    l->jobs = jobs;
    l->profile = profile;
    l->source = source;
    source_follow(source, &l->stop, options->follow);
    if (options->inlined)
        source_want_inlined(source);
    l->pack = pack;
    l->options = *options;
    if (!l->options.record_limit)
        l->options.record_limit = RECORD_LIMIT;
    l->target = options->chunk_bytes ? options->chunk_bytes : CHUNK_FIRST;
    snprintf(l->path, sizeof l->path, "%s", path);
    if (options->format)
        strncpy(l->wanted, options->format, sizeof l->wanted - 1);
    arena_init(&l->arena, 0);
    l->mutex = mutex_new();
    l->start_ns = clock_now_ns();
    l->mark = mark_of(l);
    l->status.size = l->mark.size;
    l->status.progress = l->status.size < 0 ? -1 : 0;
    l->status.error.offset = -1;
    if (pack)
        note_pack(l);
    l->threaded = jobs_workers(jobs) > 0;
    l->full = l->threaded ? CHUNK_THREADED : CHUNK_FULL;
    if (l->threaded && !pack)
        source_use_workers(source, jobs);
    limit_parsing(jobs);
    if (l->threaded)
        l->thread = thread_start("loader", load_thread, l);
    return l;
}

void loader_status(const Loader *loader, LoadStatus *out) {
    mutex_lock(loader->mutex);
    *out = loader->status;
    mutex_unlock(loader->mutex);
    if (out->state == LOAD_RUNNING)
        out->elapsed_ns = clock_now_ns() - loader->start_ns;
}

void loader_cancel(Loader *loader) {
    cancel(&loader->cancel);
    cancel(&loader->stop); /* it may wait for bytes */
}

void loader_end(Loader *loader) {
    cancel(&loader->stop);
}

bool loader_step(Loader *loader) {
    LoadStatus status;
    loader_status(loader, &status);
    if (status.state != LOAD_RUNNING || loader->threaded)
        return status.state == LOAD_RUNNING;
    int64_t absorbed = loader->absorbed;
    while (step(loader)) {
        if (loader->absorbed != absorbed)
            return true;
        if (source_is_pipe(loader->source) && !source_wait(loader->source, 0))
            return true;
    }
    return false;
}

void loader_wait(Loader *loader) {
    if (loader->thread) {
        thread_join(loader->thread);
        loader->thread = NULL;
    } else {
        while (loader_step(loader))
            ;
    }
}

void loader_free(Loader *l) {
    if (!l)
        return;
    loader_cancel(l);
    if (l->thread)
        thread_join(l->thread);
    parser_pool_free(l->parsers);
    for (uint32_t i = 0; i < l->ring_n; i++) {
        if (l->ring[i].text)
            mem_resize(l->ring[i].text, l->ring[i].cap + FORMAT_CHUNK_PAD, 0);
        batch_free(&l->ring[i].batch);
    }
    mem_resize(l->ring, l->ring_n * sizeof *l->ring, 0);
    remap_free(&l->remap);
    pack_load_free(l->pack);
    source_close(l->source);
    arena_free(&l->arena);
    mutex_free(l->mutex);
    mem_resize(l, sizeof *l, 0);
}

/* The format "perf script": what that command prints.
 *
 * DESIGN
 * A sample is an event line and, until a blank line or the next event line, its frames, leaf
 * first. What a line is depends on its text alone (perf_line.h), so the text may be cut before
 * any event line and behind any blank line.
 * Nearly all records are an event line, frame lines and an empty line, and most have callers
 * (all frames but the leaf) that were seen before, byte for byte: the end of the record is
 * looked for, the callers' text is hashed as a whole and answers with their stack, and only the
 * leaf's line is read. Of other records each line is read, by its key from the line cache, or
 * by what a line is. Stacks are built root first, for several complete samples together. */
#include "ingest/perf_script.h"

#include <string.h>

#include "base/sizes.h"
#include "ingest/frame_table.h"
#include "ingest/header_cache.h"
#include "ingest/key_cache.h"
#include "ingest/line_scan.h"
#include "ingest/pair_cache.h"
#include "ingest/stack_walk.h"
#include "ingest/text_key.h"
#include "ingest/text_same.h"

enum {
    SCAN_BYTES = 32 * 1024,
    DEPTH_MAX = STACKS_MAX_DEPTH - 1, /* the process name is a frame, too */
    LINES = 64,                       /* whose keys are made together */
    RECORDS = 16,                     /* whose keys are made together */
    RECORD_LINES = 512,          /* whose keys are made together, of records that are not known */
    RECORD_BYTES = 8192,         /* longer ones are read on their own */
    WAITING_FRAMES = 4096,       /* of complete samples whose pairs are not known yet */
    LINES_LOG2 = CACHE_LOG2(15), /* slots of the line cache, and of those of stacks */
    CALLERS_LOG2 = CACHE_LOG2(18),
    PATHS_LOG2 = CACHE_LOG2(16),
    SMALL_LOG2 = 2,
};

typedef enum LineKind {
    LINE_BLANK,
    LINE_COMMENT,
    LINE_EVENT,
    LINE_FRAME,
    LINE_NOTE,
    LINE_RECORD, /* PERF_RECORD_…, no sample */
    LINE_OTHER,
} LineKind;

/* A complete sample, or the one that is open. */
typedef struct Sample {
    BatchRow row;
    ContextId context;
    StackId stack; /* of its process; if `known`, of its callers */
    bool known;
    FrameId leaf;         /* 0: it has no frames */
    const FrameId *frame; /* unless known: all frames, leaf first */
    uint32_t frames;
    TextKey callers; /* under which its callers will be known; none: they will not */
} Sample;

/* A record: an event line of the usual form, lines, and an empty one. */
typedef struct Record {
    Sample sample;
    Str header;
    HeaderParts parts;
    const char *leaf, *callers, *end; /* lines; the end is the empty one */
    TextKey leaf_key, callers_key;
    bool asked;           /* for its callers */
    bool known;           /* by them */
    uint32_t lines, keys; /* if it has keys: how many, and where in `key` and `record_ends` */
} Record;

/* The slots of all caches. */
typedef struct Tables {
    KeySlot callers[1 << CALLERS_LOG2], paths[1 << PATHS_LOG2], lines[1 << LINES_LOG2];
    PairSlot pairs[1 << PAIR_CACHE_LOG2];
} Tables;

struct FormatParser {
    Part part;
    Tables *tables; /* on huge pages */
    TextKeys keys;
    KeyCache lines;   /* FrameValue by a line's key */
    KeyCache callers; /* StackId by the text of the callers and their process */
    KeyCache paths;   /* StackId by the frames of the callers and their process */
    FrameTable frames;
    StackWalk stacks;
    HeaderCache headers;
    PairCache pairs;
    /* -- where callers hardly repeat, asking costs more than reading: then that rests */
    uint32_t asked, hits, rest, last_rest;
    uint64_t known;
    bool by_line;
    /* -- the chunk at hand */
    const FormatChunk *chunk;
    Batch *out;
    bool open;                  /* a sample is being read */
    bool skip;                  /* what follows belongs to a line that is no sample */
    bool cut;                   /* the sample's stack is too deep */
    bool lone;                  /* the sample's frame stands on its event line */
    bool plain;                 /* all lines read last were frames in perf's columns */
    Sample sample[STACK_WALKS]; /* complete samples, then the one that is open */
    uint32_t waiting;           /* how many are complete */
    uint32_t first, end;        /* the open sample's frames in `frame`, leaf first */
    Record record[RECORDS];
    TextKey key[RECORD_LINES]; /* of their lines */
    FrameId frame[WAITING_FRAMES + DEPTH_MAX];
    uint32_t record_ends[RECORD_LINES + RECORD_BYTES + 2];
    uint32_t ends[SCAN_BYTES + 2];
};

static inline bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\r';
}

/* ---- what a line is -----------------------------------------------------------------------
 */

static bool is_record(Str line) {
    return str_find(line, STR("PERF_RECORD_")) < line.n;
}

static LineKind kind_of_event(const EventLine *event) {
    if (str_starts(event->event, STR("PERF_RECORD_")) ||
        str_starts(event->rest, STR("PERF_RECORD_")))
        return LINE_RECORD;
    return LINE_EVENT;
}

static LineKind classify(Str line, EventLine *event, FrameLine *frame) {
    size_t i = 0;
    while (i < line.n && is_blank(line.s[i]))
        i++;
    if (i == line.n)
        return LINE_BLANK;
    if (line.s[0] == '#')
        return LINE_COMMENT;
    if (line.s[0] != '\t' && frame_line_is_field(line))
        return LINE_NOTE;
    if (i > 0 && frame_line_split(line, frame)) {
        /* one-line samples pad the process name with blanks, never with a tab */
        if (line.s[0] == ' ' && event_line_split(line, event) && event->time_ns != TIME_NONE)
            return kind_of_event(event);
        return LINE_FRAME;
    }
    if (event_line_split(line, event))
        return kind_of_event(event);
    if (i == 0 && frame_line_split(line, frame) && frame->ended)
        return LINE_FRAME;
    if (is_record(line))
        return LINE_RECORD;
    return i > 0 && frame_line_is_note(line) ? LINE_NOTE : LINE_OTHER;
}

static LineKind kind_of_line(Str line) {
    EventLine event;
    FrameLine frame;
    return classify(line, &event, &frame);
}

static FormatGuess probe(Str head, bool whole) {
    uint64_t events = 0, frames = 0, others = 0;
    if (str_starts(head, STR("# ========")) && str_find(head, STR("# captured on")) < head.n)
        return GUESS_YES;
    while (head.n) {
        if (!whole && str_find_char(head, '\n') == head.n)
            break;
        LineKind kind = kind_of_line(str_cut(&head, '\n'));
        events += kind == LINE_EVENT || kind == LINE_RECORD;
        frames += kind == LINE_FRAME && events;
        others += kind == LINE_OTHER;
    }
    if (!events || others > (events + frames) * 4)
        return GUESS_NO;
    return frames || events > 1 ? GUESS_YES : GUESS_MAYBE;
}

/* From the end backwards, so that it usually costs a record. */
static size_t boundary(const void *context, Str text) {
    (void)context;
    size_t next = text.n; /* the newline that ends the line behind `end`, if there is one */
    for (;;) {
        size_t end = str_rfind_char(str_slice(text, 0, next), '\n');
        if (end >= next)
            return 0;
        if (next < text.n && kind_of_line(str_slice(text, end + 1, next)) == LINE_EVENT)
            return end + 1;
        size_t before = str_rfind_char(str_slice(text, 0, end), '\n');
        size_t start = before < end ? before + 1 : 0;
        if (kind_of_line(str_slice(text, start, end)) == LINE_BLANK)
            return end + 1;
        next = end;
    }
}

/* ---- a sample -----------------------------------------------------------------------------
 */

static void grumble(FormatParser *p, ComplaintKind kind, uint64_t count, Str line) {
    int64_t offset = p->chunk->offset + (line.s - p->chunk->bytes.s);
    complain(&p->out->complaints, kind, count, offset, line);
}

/* Reads what stands before the time into the slot where it belongs. */
static void read_thread(FormatParser *p, HeaderSlot *slot, Str text, const EventLine *event) {
    Dict *dict = &p->part.dict;
    Str comm;
    event_line_thread(event->thread, &comm, &slot->pid, &slot->tid);
    slot->comm = names_intern(&dict->names, comm);
    NameId name = comm.n ? slot->comm : names_intern(&dict->names, STR("[unknown]"));
    FrameId process = frames_intern(&dict->frames, (Frame){name, 0, FRAME_PROCESS});
    slot->root = stack_walk_push(&p->stacks, &p->part, 0, process);
    slot->event = UINT32_MAX;
    slot->cpu = event->cpu;
    slot->n = text.n <= HEADER_TEXT ? (uint32_t)text.n : 0;
    memcpy(slot->text, text.s, slot->n);
}

static EventId event_id(FormatParser *p, Str name, bool weighed) {
    Dict *dict = &p->part.dict;
    return contexts_event_weighed(&dict->contexts, names_intern(&dict->names, name),
                                  weighed ? WEIGHT_PERIOD : WEIGHT_SAMPLES);
}

static void add_frame(FormatParser *p, Str line, FrameValue value) {
    const FrameId *frame = &value;
    uint32_t n = 1;
    if (value & FRAME_RUN)
        frame = frame_table_run(&p->frames, value, &n);
    for (uint32_t i = 0; i < n; i++) {
        if (p->end - p->first < DEPTH_MAX) {
            p->frame[p->end++] = frame[i];
        } else if (!p->cut) {
            p->cut = true;
            grumble(p, COMPLAINT_TOO_DEEP, 1, line);
        }
    }
}

/* Finds the callers' stacks of the samples that wait and do not have them. */
static void find_callers(FormatParser *p) {
    TextKey key[STACK_WALKS];
    Walker walker[STACK_WALKS];
    uint32_t at[STACK_WALKS], n = 0, unknown = 0;
    for (uint32_t i = 0; i < p->waiting; i++) {
        const Sample *s = &p->sample[i];
        if (s->known)
            continue;
        key[n] = text_key(&p->keys, (const char *)(s->frame + 1),
                          (s->frames - 1) * sizeof *s->frame, s->stack);
        key_cache_fetch(&p->paths, key[n]);
        at[n++] = i;
    }
    for (uint32_t i = 0; i < n; i++) {
        Sample *s = &p->sample[at[i]];
        StackId stack = key_cache_get(&p->paths, key[i]);
        s->known = stack != 0;
        if (stack) {
            s->stack = stack;
        } else {
            walker[unknown] = (Walker){s->stack, s->frame + 1, s->frames - 1};
            key[unknown] = key[i];
            at[unknown++] = at[i];
        }
    }
    stack_walk(&p->stacks, &p->part, walker, unknown);
    for (uint32_t i = 0; i < unknown; i++) {
        p->sample[at[i]].stack = walker[i].stack;
        key_cache_put(&p->paths, key[i], walker[i].stack);
    }
    for (uint32_t i = 0; i < p->waiting; i++) {
        const Sample *s = &p->sample[i];
        if (!text_key_none(s->callers))
            key_cache_put(&p->callers, s->callers, s->stack);
    }
}

/* Adds the rows of all that wait. */
static void add_rows(FormatParser *p) {
    PairSlot *slot[STACK_WALKS];
    PairWish wish[STACK_WALKS];
    BatchRow row[STACK_WALKS];
    uint32_t at[STACK_WALKS], n = 0;
    find_callers(p);
    for (uint32_t i = 0; i < p->waiting; i++) {
        const Sample *s = &p->sample[i];
        slot[i] = pair_cache_slot(&p->pairs, s->stack, s->leaf, s->context);
    }
    for (uint32_t i = 0; i < p->waiting; i++) {
        const Sample *s = &p->sample[i];
        row[i] = s->row;
        row[i].pair = pair_cache_get(slot[i], s->stack, s->leaf, s->context);
        if (row[i].pair)
            continue;
        wish[n] = (PairWish){s->stack, s->leaf, s->context, 0};
        at[n++] = i;
    }
    stack_walk_pairs(&p->stacks, &p->part, wish, n);
    for (uint32_t i = 0; i < n; i++) {
        const Sample *s = &p->sample[at[i]];
        row[at[i]].pair = wish[i].pair;
        *slot[at[i]] = (PairSlot){s->stack, s->leaf, s->context, wish[i].pair};
    }
    batch_add_run(p->out, row, p->waiting);
    p->waiting = p->end = 0;
}

static void close_sample(FormatParser *p) {
    p->skip = false;
    if (!p->open)
        return;
    p->open = false;
    Sample *s = &p->sample[p->waiting];
    s->frame = p->frame + p->first;
    s->frames = p->end - p->first;
    s->leaf = s->frames ? s->frame[0] : 0;
    s->known = s->frames <= 1;
    if (++p->waiting == STACK_WALKS || p->end >= WAITING_FRAMES)
        add_rows(p);
}

static Sample sample_of(FormatParser *p, HeaderSlot *thread, EventId event, int64_t time_ns,
                        uint64_t period) {
    if (thread->event != event) {
        thread->event = event;
        thread->context = contexts_intern(&p->part.dict.contexts,
                                          (Context){thread->comm, thread->pid, thread->tid, event});
    }
    return (Sample){.row = {.time_ns = time_ns, .weight = period, .cpu = thread->cpu},
                    .stack = thread->root,
                    .context = thread->context};
}

static void begin_sample(FormatParser *p, const Sample *sample) {
    close_sample(p);
    p->open = true;
    p->cut = p->lone = false;
    p->first = p->end;
    p->sample[p->waiting] = *sample;
}

/* frame: the one of its line, or NULL. */
static void open_sample(FormatParser *p, const EventLine *event, const FrameLine *frame) {
    HeaderSlot once;
    read_thread(p, &once, (Str){"", 0}, event);
    Sample sample = sample_of(p, &once, event_id(p, event->event, event->period != 0),
                              event->time_ns, event->period);
    begin_sample(p, &sample);
    if (frame)
        add_frame(p, event->rest, frame_table_get(&p->frames, &p->part.dict, frame));
    p->lone = frame != NULL;
}

/* Frames follow: what the event's line has is no frame, but what was accessed. */
static inline void drop_lone(FormatParser *p) {
    p->end = p->lone ? p->first : p->end;
    p->lone = false;
}

static bool usual_header(Str line, HeaderParts *out) {
    return line.n && line.s[0] != '\t' && line.s[0] != '#' && header_parts(line, out);
}

/* An event line of the usual form, of which `parts` are known; what the caches do not know yet
 * is read by event_line_split. False: it is none. */
static bool read_header(FormatParser *p, Str line, const HeaderParts *parts, Sample *out) {
    EventLine event = {.ended = false};
    bool weighed = parts->period != 0;
    HeaderEvent *what = header_event(&p->headers, parts->behind);
    if (what->n != parts->behind.n || what->weighed != weighed || !what->n ||
        !text_same(what->text, parts->behind.s, what->n)) {
        if (parts->behind.n > HEADER_TEXT || !event_line_split(line, &event) || !event.ended ||
            event.rest.n || kind_of_event(&event) != LINE_EVENT)
            return false;
        what->event = event_id(p, event.event, weighed);
        what->weighed = weighed;
        what->n = (uint32_t)parts->behind.n;
        memcpy(what->text, parts->behind.s, what->n);
    }
    HeaderSlot *who = parts->who ? parts->who : header_slot(&p->headers, parts->before);
    if (who->n != parts->before.n || !text_same(who->text, parts->before.s, who->n)) {
        if (!event.ended && !event_line_split(line, &event))
            return false;
        read_thread(p, who, parts->before, &event);
    }
    *out = sample_of(p, who, what->event, parts->time_ns, parts->period);
    return true;
}

/* ---- lines without a key ------------------------------------------------------------------
 */

static void read_record(FormatParser *p, Str line) {
    close_sample(p);
    p->skip = true;
    size_t at = str_find(line, STR("PERF_RECORD_LOST"));
    if (at == line.n)
        return;
    Str tail = str_slice(line, at, line.n);
    at = str_find(tail, STR(" lost")) + 5;
    while (at < tail.n && (tail.s[at] == ' ' || tail.s[at] == ':'))
        at++;
    tail = str_trim(str_slice(tail, at, tail.n));
    int64_t lost;
    if (!str_to_i64(str_cut(&tail, ' '), &lost) || lost < 0)
        lost = 1;
    grumble(p, COMPLAINT_LOST, (uint64_t)lost, line);
}

static void read_frame(FormatParser *p, Str line, const FrameLine *frame) {
    if (!p->open) {
        if (!p->skip)
            grumble(p, COMPLAINT_HEADER, 1, line);
        return;
    }
    drop_lone(p);
    add_frame(p, line, frame_table_get(&p->frames, &p->part.dict, frame));
}

/* Where a source line stands between them, " (inlined)" is behind that. */
static void read_note(FormatParser *p, Str line) {
    Dict *dict = &p->part.dict;
    if (!p->open && !p->skip)
        grumble(p, COMPLAINT_HEADER, 1, line);
    if (!p->open || p->end == p->first || !str_ends(str_trim(line), STR(" (inlined)")))
        return;
    Frame frame = frames_get(&dict->frames, p->frame[p->end - 1]);
    frame.kind = FRAME_INLINED;
    p->frame[p->end - 1] = frames_intern(&dict->frames, frame);
}

static void read_line(FormatParser *p, Str line) {
    EventLine event;
    FrameLine frame;
    HeaderParts parts;
    Sample sample;
    if (line.n == 0) {
        close_sample(p);
        return;
    }
    if (line.s[0] == '\t' && p->open && frame_line_split(line, &frame)) {
        read_frame(p, line, &frame);
        return;
    }
    if (usual_header(line, &parts) && read_header(p, line, &parts, &sample)) {
        begin_sample(p, &sample);
        return;
    }
    switch (classify(line, &event, &frame)) {
    case LINE_BLANK:
        close_sample(p);
        break;
    case LINE_COMMENT:
        break;
    case LINE_EVENT:
        open_sample(p, &event, event_line_frame(&event, &frame) ? &frame : NULL);
        break;
    case LINE_FRAME:
        read_frame(p, line, &frame);
        break;
    case LINE_RECORD:
        read_record(p, line);
        break;
    case LINE_NOTE:
        read_note(p, line);
        break;
    case LINE_OTHER:
        if (!p->skip)
            grumble(p, p->open && is_blank(line.s[0]) ? COMPLAINT_FRAME : COMPLAINT_HEADER, 1,
                    line);
        break;
    }
}

/* The input ends without a newline. A line that is not whole is left out; a sample is kept with
 * the frames that are. */
static void read_last_line(FormatParser *p, Str line) {
    EventLine event;
    FrameLine frame;
    LineKind kind = classify(line, &event, &frame);
    bool whole = true;
    if (kind == LINE_FRAME) {
        whole = frame.ended && (frame.module.n || frame.inlined);
    } else if (kind == LINE_EVENT) {
        whole = event_line_frame(&event, &frame) && frame.ended;
        if (!whole && event.event.n && (event.rest.n || is_blank(line.s[line.n - 1])))
            open_sample(p, &event, NULL);
    } else if (kind == LINE_OTHER) {
        whole = p->skip;
    }
    if (whole)
        read_line(p, line);
    else
        grumble(p, COMPLAINT_TRUNCATED, 1, line);
}

/* ---- lines --------------------------------------------------------------------------------
 */

static FrameValue value_of_line(FormatParser *p, const char *line, size_t n, TextKey key) {
    FrameLine frame;
    FrameValue value = key_cache_get(&p->lines, key);
    if (value)
        return value;
    frame_line_split((Str){line, n}, &frame); /* a line with a key is always one */
    value = frame_table_get(&p->frames, &p->part.dict, &frame);
    key_cache_put(&p->lines, key, value);
    return value;
}

static void take_lines(FormatParser *p, const LineRun *run, const TextKey *key) {
    const char *line = run->first;
    for (uint32_t i = 0; i < run->count; i++) {
        size_t n = (size_t)(run->block + run->ends[i] - line);
        if (p->open && !text_key_none(key[i])) {
            FrameValue value = value_of_line(p, line, n, key[i]);
            drop_lone(p);
            if (value < FRAME_RUN && p->end - p->first < DEPTH_MAX)
                p->frame[p->end++] = value;
            else
                add_frame(p, (Str){line, n}, value);
        } else {
            p->plain = false;
            read_line(p, (Str){line, n});
        }
        line += n + 1;
    }
}

/* The lines that end in a block; `line` is where the first starts, returned is where the next
 * does. */
static const char *read_lines(FormatParser *p, const char *block, const char *line,
                              uint32_t count) {
    TextKey key[LINES];
    for (uint32_t from = 0; from < count; from += LINES) {
        LineRun run = {p->chunk->bytes.s,
                       line,
                       block,
                       p->ends + from,
                       count - from < LINES ? count - from : LINES,
                       NULL};
        frame_keys(&p->keys, &run, key);
        for (uint32_t i = 0; i < run.count; i++)
            key_cache_fetch(&p->lines, key[i]);
        take_lines(p, &run, key);
        line = block + run.ends[run.count - 1] + 1;
    }
    return line;
}

/* All lines that end in [from, to); returned is where the next starts. */
static const char *read_text(FormatParser *p, const char *from, const char *to) {
    const char *line = from;
    for (const char *block = from; block < to; block += SCAN_BYTES) {
        uint32_t n = to - block < SCAN_BYTES ? (uint32_t)(to - block) : SCAN_BYTES;
        line = read_lines(p, block, line, line_scan(block, n, p->ends));
    }
    return line;
}

/* ---- records ------------------------------------------------------------------------------
 */

/* After each look-up of callers. Below one hit in five it costs more than it saves; the first
 * rest is short, for at the start of a file everything is new. */
static void note_callers(FormatParser *p, bool hit) {
    enum { WINDOW = SIZED(1024, 16), REST_LEAST = WINDOW, REST_MOST = 32 * WINDOW };
    p->hits += hit;
    if (++p->asked < WINDOW)
        return;
    if (p->hits < WINDOW / 5) {
        p->rest = p->last_rest ? p->last_rest * 2 : REST_LEAST;
        if (p->rest > REST_MOST)
            p->rest = REST_MOST;
        p->last_rest = p->rest;
    } else {
        p->last_rest = 0;
    }
    p->asked = p->hits = 0;
}

/* Without reading all of its lines; false: it must be read. */
static bool know_record(FormatParser *p, Record *r) {
    if (text_key_none(r->leaf_key))
        return false;
    Sample *s = &r->sample;
    StackId callers = s->stack;
    if (r->callers < r->end) {
        callers = key_cache_get(&p->callers, r->callers_key);
        note_callers(p, callers != 0);
        if (!callers)
            return false;
    }
    FrameValue leaf = value_of_line(p, r->leaf, (size_t)(r->callers - 1 - r->leaf), r->leaf_key);
    if (leaf >= FRAME_RUN)
        return false;
    s->stack = callers;
    s->leaf = leaf;
    s->known = true;
    return true;
}

/* The lines of record r; their keys are made before those of the one before are looked up. */
static LineRun lines_of(const FormatParser *p, const Record *r) {
    return (LineRun){p->chunk->bytes.s, r->leaf, r->leaf, p->record_ends + r->keys, r->lines, NULL};
}

/* Makes the keys of all lines of the records that are not known. */
static void key_records(FormatParser *p, uint32_t n) {
    uint32_t used = 0;
    for (uint32_t i = 0; i < n; i++) {
        Record *r = &p->record[i];
        uint32_t bytes = (uint32_t)(r->end - r->leaf);
        r->known = know_record(p, r);
        r->lines = 0;
        if (r->known || bytes > RECORD_BYTES)
            continue;
        r->keys = used;
        r->lines = line_scan(r->leaf, bytes, p->record_ends + used);
        if (used + r->lines > RECORD_LINES) {
            r->lines = 0;
            continue;
        }
        LineRun run = lines_of(p, r);
        frame_keys(&p->keys, &run, p->key + used);
        for (uint32_t k = 0; k < r->lines; k++)
            key_cache_fetch(&p->lines, p->key[used + k]);
        used += r->lines;
    }
}

/* Adds the samples of the records at hand. */
static void add_records(FormatParser *p, uint32_t n) {
    key_records(p, n);
    for (uint32_t i = 0; i < n; i++) {
        Record *r = &p->record[i];
        if (r->known) {
            p->known++;
            p->sample[p->waiting] = r->sample;
            if (++p->waiting == STACK_WALKS)
                add_rows(p);
            continue;
        }
        begin_sample(p, &r->sample);
        p->plain = true;
        LineRun run = lines_of(p, r);
        if (r->lines)
            take_lines(p, &run, p->key + r->keys);
        else
            read_text(p, r->leaf, r->end);
        if (!text_key_none(r->callers_key) && p->plain && !p->cut &&
            key_cache_get(&p->lines, r->leaf_key) - 1 < FRAME_RUN - 1)
            p->sample[p->waiting].callers = r->callers_key; /* and the leaf is one frame */
        close_sample(p);
    }
}

/* The keys of the leaves of n records, those that may be known, all at once: what lines are
 * compared with is then loaded once. */
static void key_leaves(FormatParser *p, uint32_t n) {
    const char *text = p->chunk->bytes.s;
    uint32_t starts[RECORDS], ends[RECORDS], at[RECORDS], count = 0;
    TextKey key[RECORDS];
    for (uint32_t i = 0; i < n; i++) {
        const Record *r = &p->record[i];
        starts[count] = (uint32_t)(r->leaf - text);
        ends[count] = (uint32_t)(r->callers - 1 - text);
        at[count] = i;
        count += r->asked && r->leaf < r->end;
    }
    frame_keys(&p->keys, &(LineRun){text, text, text, ends, count, starts}, key);
    for (uint32_t i = 0; i < count; i++) {
        p->record[at[i]].leaf_key = key[i];
        key_cache_fetch(&p->lines, key[i]);
    }
}

/* The key of all others of its lines. */
static void key_callers(FormatParser *p, Record *r) {
    if (r->callers >= r->end) /* an empty line may be the second */
        return;
    r->callers_key = text_key(&p->keys, r->callers, (size_t)(r->end - r->callers), r->sample.stack);
    key_cache_fetch(&p->callers, r->callers_key);
}

/* Finds records in [at, end) until there are enough. */
static uint32_t find_records(FormatParser *p, const char *at, const char *end) {
    RecordEnds ends;
    uint32_t n;
    for (n = 0; n < RECORDS && at < end; n++) {
        Record *r = &p->record[n];
        if (!record_scan(at, (uint32_t)(end - at), &ends))
            break;
        r->header = (Str){at, ends.first};
        if (!usual_header(r->header, &r->parts))
            break;
        r->parts.who = header_fetch(&p->headers, r->parts.before);
        r->leaf = at + ends.first + 1;
        r->callers = at + ends.second + 1;
        r->end = at + ends.blank;
        at = r->end + 1;
    }
    return n;
}

/* Reads the event lines of n records; returned is how many are what they seem. */
static uint32_t read_headers(FormatParser *p, uint32_t n) {
    uint32_t i;
    for (i = 0; i < n; i++) {
        Record *r = &p->record[i];
        if (!read_header(p, r->header, &r->parts, &r->sample))
            break;
        r->leaf_key = r->callers_key = (TextKey){0, 0};
        r->asked = !p->rest && !p->by_line;
        p->rest -= p->rest > 0;
        if (r->asked)
            key_callers(p, r);
    }
    key_leaves(p, i);
    return i;
}

/* Reads all lines up to and with the next empty one, or to the end. */
static const char *read_odd_record(FormatParser *p, const char *at, const char *end) {
    RecordEnds ends;
    if (record_scan(at, (uint32_t)(end - at), &ends))
        return read_text(p, at, at + ends.blank + 1);
    const char *line = read_text(p, at, end);
    if (line < end && p->chunk->last)
        read_last_line(p, (Str){line, (size_t)(end - line)});
    else if (line < end)
        read_line(p, (Str){line, (size_t)(end - line)});
    return end;
}

static void parse(FormatParser *p, const FormatChunk *chunk, Batch *out) {
    const char *at = chunk->bytes.s;
    const char *end = at + chunk->bytes.n;
    batch_clear(out, &p->part);
    p->chunk = chunk;
    p->out = out;
    p->open = p->skip = false;
    while (at < end) {
        uint32_t n = read_headers(p, find_records(p, at, end));
        add_records(p, n);
        if (n)
            at = p->record[n - 1].end + 1;
        if (n < RECORDS && at < end)
            at = read_odd_record(p, at, end);
    }
    close_sample(p);
    add_rows(p);
}

static FormatParser *parser_new(const void *context) {
    const PerfScriptOptions *options = (const PerfScriptOptions *)context;
    bool small = options && options->small;
    FormatParser *p = mem_resize(NULL, 0, sizeof *p);
    part_init(&p->part);
    text_keys_init(&p->keys, options && options->portable);
    p->by_line = options && options->by_line;
    p->tables = mem_table(sizeof *p->tables);
    p->lines = (KeyCache){p->tables->lines, small ? SMALL_LOG2 : LINES_LOG2};
    p->callers = (KeyCache){p->tables->callers, small ? SMALL_LOG2 : CALLERS_LOG2};
    p->paths = (KeyCache){p->tables->paths, small ? SMALL_LOG2 : PATHS_LOG2};
    p->pairs = (PairCache){p->tables->pairs};
    frame_table_init(&p->frames);
    stack_walk_init(&p->stacks);
    return p;
}

static void parser_free(FormatParser *p) {
    part_free(&p->part);
    mem_table_free(p->tables, sizeof *p->tables);
    frame_table_free(&p->frames);
    stack_walk_free(&p->stacks);
    mem_resize(p, sizeof *p, 0);
}

uint64_t perf_script_known(const FormatParser *parser) {
    return parser->known;
}

const Format format_perf_script = {
    .name = "perf script",
    .kind = FORMAT_SPLIT,
    .has_time = true,
    .probe = probe,
    .boundary = boundary,
    .parser_new = parser_new,
    .parser_free = parser_free,
    .parse = parse,
};

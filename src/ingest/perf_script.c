/* The format "perf script": what that command prints.
 *
 * DESIGN
 * A sample is an event line and, until a blank line or the next event line, its frames, leaf
 * first. What a line is depends on its text alone (perf_line.h), so the text may be cut before
 * any event line and behind any blank line.
 * Nearly all lines are frames, and nearly all of those were seen before: the line cache answers
 * them after one comparison. What it does not know goes to the frame table, what is no frame to
 * read_line. Stacks are built root first, for several complete samples together. */
#include "ingest/format.h"
#include "ingest/frame_table.h"
#include "ingest/header_cache.h"
#include "ingest/line_cache.h"
#include "ingest/line_scan.h"
#include "ingest/pair_cache.h"
#include "ingest/stack_walk.h"
#include "ingest/text_same.h"

#include <string.h>

enum {
    SCAN_BYTES = 32 * 1024,
    DEPTH_MAX = STACKS_MAX_DEPTH - 1, /* the process name is a frame, too */
    AHEAD = 16,            /* lines whose slots are fetched before they are read */
    WAITING_FRAMES = 4096, /* of complete samples whose pairs are not known yet */
    UNREAD = 64,           /* frame lines that the cache did not know */
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
    StackId root;
    const FrameId *frame; /* leaf first */
    uint32_t frames;
    PairSlot *slot; /* NULL: it has none */
} Sample;

/* A frame line whose frame is looked up together with others'. */
typedef struct Unread {
    Str line;
    FrameLine split;
    uint32_t hash;
    uint32_t at; /* in `frame` */
} Unread;

struct FormatParser {
    Part part;
    LineCache lines;
    FrameTable frames;
    StackWalk stacks;
    HeaderCache headers;
    PairCache pairs;
    /* -- the chunk at hand */
    const FormatChunk *chunk;
    Batch *out;
    bool open;                  /* a sample is being read */
    bool skip;                  /* what follows belongs to a line that is no sample */
    bool cut;                   /* the sample's stack is too deep */
    Sample sample[STACK_WALKS]; /* complete samples, then the one that is open */
    uint32_t waiting;           /* how many are complete */
    uint32_t first, end; /* the open sample's frames in `frame`, leaf first */
    uint32_t unread_n;
    Unread unread[UNREAD];
    FrameId frame[WAITING_FRAMES + DEPTH_MAX];
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

static void keep_line(FormatParser *p, Str line, FrameValue value) {
    if (line.n >= LINE_CACHE_MIN && is_blank(line.s[0]) && !p->lines.rest)
        line_cache_put(&p->lines, line_cache_slot(&p->lines, line.s, line.n), line.s, line.n,
                       value);
}

/* Finds the frames of the lines that were put off. */
static void read_unread(FormatParser *p) {
    for (uint32_t i = 0; i < p->unread_n; i++)
        frame_table_fetch(&p->frames, p->unread[i].hash);
    for (uint32_t i = 0; i < p->unread_n; i++) {
        const Unread *u = &p->unread[i];
        FrameValue value =
            frame_table_answer(&p->frames, &p->part.dict, &u->split, u->hash);
        p->frame[u->at] = value;
        keep_line(p, u->line, value);
    }
    p->unread_n = 0;
}

/* Asks the cache for all that wait, walks what it does not know, and adds the rows. */
static void add_rows(FormatParser *p) {
    read_unread(p);
    for (uint32_t i = 0; i < p->waiting; i++) {
        Sample *s = &p->sample[i];
        s->slot = pair_cache_slot(&p->pairs, s->frame, s->frames, s->context);
    }
    Walker walker[STACK_WALKS];
    Sample *unknown[STACK_WALKS];
    BatchRow row[STACK_WALKS];
    uint32_t n = 0;
    for (uint32_t i = 0; i < p->waiting; i++) {
        Sample *s = &p->sample[i];
        s->row.pair = s->slot ? pair_cache_get(s->slot, s->frame, s->frames, s->context) : 0;
        if (s->row.pair)
            continue;
        walker[n] = (Walker){s->root, s->context, s->frame, s->frames, 0};
        unknown[n++] = s;
    }
    stack_walk(&p->stacks, &p->part, walker, n);
    for (uint32_t i = 0; i < n; i++) {
        Sample *s = unknown[i];
        s->row.pair = walker[i].pair;
        if (s->slot)
            pair_cache_put(s->slot, s->frame, s->frames, s->context, s->row.pair);
    }
    for (uint32_t i = 0; i < p->waiting; i++)
        row[i] = p->sample[i].row;
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
    if (++p->waiting == STACK_WALKS || p->end >= WAITING_FRAMES)
        add_rows(p);
}

/* The only frame of a sample printed on one line: "7f01 main+0x1 (/bin/java)", maybe with the
 * address that was accessed before it. A tracepoint's text is no frame. */
static bool only_frame(Str rest, FrameLine *frame) {
    FrameLine inner;
    if (!frame_line_split(rest, frame) || !frame->ended ||
        (!frame->module.n && !frame->inlined))
        return false;
    size_t blank = str_find_char(frame->symbol, ' ');
    if (blank >= 4 && blank < frame->symbol.n &&
        frame_line_split(str_slice(rest, (size_t)(frame->symbol.s - rest.s), rest.n), &inner) &&
        inner.ended)
        *frame = inner;
    return true;
}

static void begin_sample(FormatParser *p, HeaderSlot *thread, EventId event, int64_t time_ns,
                         uint64_t period) {
    if (thread->event != event) {
        thread->event = event;
        thread->context = contexts_intern(
            &p->part.dict.contexts, (Context){thread->comm, thread->pid, thread->tid, event});
    }
    p->open = true;
    p->cut = false;
    p->first = p->end;
    Sample *s = &p->sample[p->waiting];
    s->row = (BatchRow){.time_ns = time_ns, .weight = period, .cpu = thread->cpu};
    s->root = thread->root;
    s->context = thread->context;
}

static void open_sample(FormatParser *p, const EventLine *event) {
    HeaderSlot once;
    close_sample(p);
    read_thread(p, &once, (Str){"", 0}, event);
    begin_sample(p, &once, event_id(p, event->event, event->period != 0), event->time_ns,
                 event->period);
    FrameLine frame;
    if (event->rest.n && only_frame(event->rest, &frame))
        add_frame(p, event->rest, frame_table_get(&p->frames, &p->part.dict, &frame));
}

/* An event line of the usual form; what the caches do not know yet is read by
 * event_line_split. False: it is none. */
static bool read_header(FormatParser *p, Str line) {
    HeaderParts parts;
    EventLine event = {.ended = false};
    if (line.s[0] == '\t' || line.s[0] == '#' || !header_parts(line, &parts))
        return false;
    bool weighed = parts.period != 0;
    HeaderEvent *what = header_event(&p->headers, parts.behind);
    if (what->n != parts.behind.n || what->weighed != weighed || !what->n ||
        !text_same(what->text, parts.behind.s, what->n)) {
        if (parts.behind.n > HEADER_TEXT || !event_line_split(line, &event) || !event.ended ||
            event.rest.n || kind_of_event(&event) != LINE_EVENT)
            return false;
        what->event = event_id(p, event.event, weighed);
        what->weighed = weighed;
        what->n = (uint32_t)parts.behind.n;
        memcpy(what->text, parts.behind.s, what->n);
    }
    HeaderSlot *who = header_slot(&p->headers, parts.before);
    if (who->n != parts.before.n || !text_same(who->text, parts.before.s, who->n)) {
        if (!event.ended && !event_line_split(line, &event))
            return false;
        read_thread(p, who, parts.before, &event);
    }
    close_sample(p);
    begin_sample(p, who, what->event, parts.time_ns, parts.period);
    return true;
}

/* ---- lines that the cache does not know ---------------------------------------------------
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
    /* only a symbol with an arrow may name several frames */
    if (p->end - p->first >= DEPTH_MAX || text_has_arrow(frame->symbol.s, frame->symbol.n)) {
        FrameValue value = frame_table_get(&p->frames, &p->part.dict, frame);
        keep_line(p, line, value);
        add_frame(p, line, value);
        return;
    }
    if (p->unread_n == UNREAD)
        read_unread(p);
    p->unread[p->unread_n++] =
        (Unread){line, *frame, frame_table_ask(&p->frames, frame), p->end++};
}

static void read_line(FormatParser *p, Str line) {
    EventLine event;
    FrameLine frame;
    if (line.n == 0) {
        close_sample(p);
        return;
    }
    if (line.s[0] == '\t' && p->open && frame_line_split(line, &frame)) {
        read_frame(p, line, &frame);
        return;
    }
    if (read_header(p, line))
        return;
    switch (classify(line, &event, &frame)) {
    case LINE_BLANK:
        close_sample(p);
        break;
    case LINE_COMMENT:
        break;
    case LINE_EVENT:
        open_sample(p, &event);
        break;
    case LINE_FRAME:
        read_frame(p, line, &frame);
        break;
    case LINE_RECORD:
        read_record(p, line);
        break;
    case LINE_NOTE:
        if (!p->open && !p->skip)
            grumble(p, COMPLAINT_HEADER, 1, line);
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
        whole = event.rest.n && only_frame(event.rest, &frame);
        if (!whole && event.event.n && (event.rest.n || is_blank(line.s[line.n - 1])))
            open_sample(p, &event);
    } else if (kind == LINE_OTHER) {
        whole = p->skip;
    }
    if (whole)
        read_line(p, line);
    else
        grumble(p, COMPLAINT_TRUNCATED, 1, line);
}

/* ---- a chunk ------------------------------------------------------------------------------
 */

/* Asks memory for the slot of line i of a block. */
static inline void fetch_line(const FormatParser *p, const char *block, uint32_t i) {
    const char *line = block + p->ends[i - 1] + 1;
    line_cache_fetch(line_cache_slot(&p->lines, line, (size_t)(block + p->ends[i] - line)));
}

/* The lines that end in a block; `line` is where the first starts, returned is where the next
 * does. */
static const char *read_lines(FormatParser *p, const char *block, const char *line,
                              uint32_t count) {
    for (uint32_t i = 1; i < AHEAD && i < count; i++)
        fetch_line(p, block, i);
    for (uint32_t i = 0; i < count; i++) {
        const char *end = block + p->ends[i];
        size_t n = (size_t)(end - line);
        if (i + AHEAD < count && !p->lines.rest)
            fetch_line(p, block, i + AHEAD);
        if (n >= LINE_CACHE_MIN && p->open && is_blank(line[0])) {
            const LineSlot *slot = line_cache_slot(&p->lines, line, n);
            if (p->lines.rest) {
                p->lines.rest--;
            } else if (line_cache_hit(slot, line, n)) {
                line_cache_note(&p->lines, true);
                if (slot->value < FRAME_RUN && p->end - p->first < DEPTH_MAX)
                    p->frame[p->end++] = slot->value;
                else
                    add_frame(p, (Str){line, n}, slot->value);
                line = end + 1;
                continue;
            } else {
                line_cache_note(&p->lines, false);
            }
        }
        read_line(p, (Str){line, n});
        line = end + 1;
    }
    return line;
}

static void parse(FormatParser *p, const FormatChunk *chunk, Batch *out) {
    const char *line = chunk->bytes.s;
    const char *end = line + chunk->bytes.n;
    batch_clear(out, &p->part);
    p->chunk = chunk;
    p->out = out;
    p->open = p->skip = false;
    for (const char *block = line; block < end; block += SCAN_BYTES) {
        uint32_t n = end - block < SCAN_BYTES ? (uint32_t)(end - block) : SCAN_BYTES;
        line = read_lines(p, block, line, line_scan(block, n, p->ends));
    }
    if (line < end && chunk->last)
        read_last_line(p, (Str){line, (size_t)(end - line)});
    else if (line < end)
        read_line(p, (Str){line, (size_t)(end - line)});
    close_sample(p);
    add_rows(p);
}

static FormatParser *parser_new(const void *context) {
    (void)context;
    FormatParser *p = mem_resize(NULL, 0, sizeof *p);
    part_init(&p->part);
    line_cache_init(&p->lines);
    frame_table_init(&p->frames);
    stack_walk_init(&p->stacks);
    pair_cache_init(&p->pairs);
    return p;
}

static void parser_free(FormatParser *p) {
    part_free(&p->part);
    line_cache_free(&p->lines);
    frame_table_free(&p->frames);
    stack_walk_free(&p->stacks);
    pair_cache_free(&p->pairs);
    mem_resize(p, sizeof *p, 0);
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

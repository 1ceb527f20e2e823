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
#include "ingest/line_cache.h"
#include "ingest/line_scan.h"
#include "ingest/perf_line.h"
#include "ingest/stack_walk.h"

#include <string.h>

enum {
    SCAN_BYTES = 32 * 1024,
    DEPTH_MAX = STACKS_MAX_DEPTH - 1, /* the process name is a frame, too */
    THREADS = 1024,                   /* slots of the thread cache */
    THREAD_TEXT = 64,
    AHEAD = 8,             /* lines whose slots are fetched before they are read */
    WAITING_FRAMES = 4096, /* of complete samples whose pairs are not known yet */
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

/* What "java 4711/4712" and an event mean in the Part's ids. */
typedef struct ThreadSlot {
    uint32_t n; /* bytes of text; 0: empty */
    char text[THREAD_TEXT];
    NameId comm;
    int32_t pid, tid;
    StackId root; /* the process frame alone */
    EventId event;
    ContextId context; /* of this thread with `event` */
} ThreadSlot;

/* What a row has beside its pair. */
typedef struct Row {
    int64_t time_ns;
    uint64_t period;
    uint16_t cpu;
} Row;

struct FormatParser {
    Part part;
    LineCache lines;
    FrameTable frames;
    StackWalk stacks;
    ThreadSlot thread[THREADS];
    char event_text[THREAD_TEXT]; /* the event named last, and whether it was weighed */
    size_t event_n;
    bool event_weighed;
    EventId event;
    /* -- the chunk at hand */
    const FormatChunk *chunk;
    Batch *out;
    bool open;                  /* a sample is being read */
    bool skip;                  /* what follows belongs to a line that is no sample */
    bool cut;                   /* the sample's stack is too deep */
    Walker walker[STACK_WALKS]; /* complete samples, then the one that is open */
    Row row[STACK_WALKS];
    uint32_t waiting;    /* how many are complete */
    uint32_t first, end; /* the open sample's frames in `frame`, leaf first */
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

static ThreadSlot *thread_slot(FormatParser *p, Str text) {
    uint64_t h = hash_bytes(text.s, text.n);
    ThreadSlot *slot = &p->thread[h % THREADS];
    if (text.n && slot->n == text.n && memcmp(slot->text, text.s, text.n) == 0)
        return slot;
    Dict *dict = &p->part.dict;
    Str comm;
    event_line_thread(text, &comm, &slot->pid, &slot->tid);
    slot->comm = names_intern(&dict->names, comm);
    NameId name = comm.n ? slot->comm : names_intern(&dict->names, STR("[unknown]"));
    FrameId process = frames_intern(&dict->frames, (Frame){name, 0, FRAME_PROCESS});
    slot->root = stack_walk_push(&p->stacks, &p->part, 0, process);
    slot->event = UINT32_MAX;
    slot->n = text.n <= THREAD_TEXT ? (uint32_t)text.n : 0;
    memcpy(slot->text, text.s, slot->n);
    return slot;
}

static EventId event_id(FormatParser *p, Str text, bool weighed) {
    if (p->event_n == text.n && p->event_weighed == weighed && text.n &&
        memcmp(p->event_text, text.s, text.n) == 0)
        return p->event;
    Dict *dict = &p->part.dict;
    NameId name = names_intern(&dict->names, text);
    p->event =
        contexts_event_weighed(&dict->contexts, name, weighed ? WEIGHT_PERIOD : WEIGHT_SAMPLES);
    p->event_n = text.n <= THREAD_TEXT ? text.n : 0;
    memcpy(p->event_text, text.s, p->event_n);
    p->event_weighed = weighed;
    return p->event;
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

static void add_rows(FormatParser *p) {
    stack_walk(&p->stacks, &p->part, p->walker, p->waiting);
    for (uint32_t i = 0; i < p->waiting; i++) {
        const Row *row = &p->row[i];
        batch_add(p->out, row->time_ns, p->walker[i].pair, row->cpu, row->period);
    }
    p->waiting = p->end = 0;
}

static void close_sample(FormatParser *p) {
    p->skip = false;
    if (!p->open)
        return;
    p->open = false;
    p->walker[p->waiting].frame = p->frame + p->first;
    p->walker[p->waiting].left = p->end - p->first;
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

static void open_sample(FormatParser *p, const EventLine *event) {
    close_sample(p);
    ThreadSlot *thread = thread_slot(p, event->thread);
    EventId id = event_id(p, event->event, event->period != 0);
    if (thread->event != id) {
        thread->event = id;
        thread->context = contexts_intern(
            &p->part.dict.contexts, (Context){thread->comm, thread->pid, thread->tid, id});
    }
    p->open = true;
    p->cut = false;
    p->first = p->end;
    p->row[p->waiting] = (Row){event->time_ns, event->period, event->cpu};
    p->walker[p->waiting] = (Walker){.stack = thread->root, .context = thread->context};
    FrameLine frame;
    if (event->rest.n && only_frame(event->rest, &frame))
        add_frame(p, event->rest, frame_table_get(&p->frames, &p->part.dict, &frame));
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
    FrameValue value = frame_table_get(&p->frames, &p->part.dict, frame);
    if (line.n >= LINE_CACHE_MIN && is_blank(line.s[0]) && !p->lines.rest)
        line_cache_put(&p->lines, line_cache_slot(&p->lines, line.s, line.n), line.s, line.n,
                       value);
    add_frame(p, line, value);
}

static void read_line(FormatParser *p, Str line) {
    EventLine event;
    FrameLine frame;
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
    return p;
}

static void parser_free(FormatParser *p) {
    part_free(&p->part);
    line_cache_free(&p->lines);
    frame_table_free(&p->frames);
    stack_walk_free(&p->stacks);
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

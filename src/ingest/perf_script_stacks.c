/* The format "perf script stacks": what `perf script` prints when neither times nor, with ids,
 * events are among its fields (-F comm,ip,sym or -F ip,sym): java \t    7f0145a1 main+0x1
 * (/bin/java) (a blank line) The line above the frames has what there is of process, ids, cpu and
 * event; with none of them it is blank. Nothing but the frames' columns tells such a text from
 * others, so it is the last thing that a text with them is taken for. Each is a sample, nobody
 * knows when. */
#include "ingest/frame_table.h"
#include "ingest/line_read.h"

typedef struct Bare {
    Rows rows;
    LineRead lines;
    FrameTable frames;
    Column frame; /* FrameId: of the sample at hand, leaf first */
    Buf title;    /* the line above them */
    bool cut;     /* the sample's stack is too deep */
    int64_t offset;
} Bare;

enum { DEPTH_MAX = STACKS_MAX_DEPTH - 1 }; /* the process is a frame, too */

/* "\t", 16 columns of address, and a symbol behind a blank. */
static bool is_frame(Str line) {
    enum { FROM = 1, TO = 17 };
    size_t i = FROM;
    if (line.n < TO + 2 || line.s[0] != '\t' || line.s[TO] != ' ')
        return false;
    while (i < TO && line.s[i] == ' ')
        i++;
    size_t digits = i;
    while (i < TO && str_find_char(STR("0123456789abcdef"), line.s[i]) < 16)
        i++;
    return i == TO && digits < TO;
}

/* The last word of *s, cut off. */
static Str last_word(Str *s) {
    size_t at = s->n;
    while (at > 0 && s->s[at - 1] != ' ')
        at--;
    Str word = str_slice(*s, at, s->n);
    *s = str_trim(str_slice(*s, 0, at));
    return word;
}

/* "java 4711/4712 [002] cycles:", or some of it. */
static Context take_title(Bare *b, Str title, uint16_t *cpu) {
    Context context = {.pid = -1, .tid = -1};
    Str left = str_trim(title), comm, event = {"", 0};
    int64_t number;
    *cpu = CPU_NONE;
    if (str_ends(left, STR(":"))) {
        event = last_word(&left);
        event.n--;
    }
    Str before = left, word = last_word(&before);
    if (word.n > 2 && word.s[0] == '[' && word.s[word.n - 1] == ']' &&
        str_to_i64(str_slice(word, 1, word.n - 1), &number)) { /* -1: none */
        *cpu = number >= 0 && number < CPU_NONE ? (uint16_t)number : CPU_NONE;
        left = before;
    }
    event_line_thread(left, &comm, &context.pid, &context.tid);
    context.comm = rows_name(&b->rows, comm.n ? comm : STR("[unknown]"));
    context.event = contexts_event_weighed(&b->rows.part.dict.contexts, rows_name(&b->rows, event),
                                           WEIGHT_SAMPLES);
    return context;
}

static void end_sample(Bare *b) {
    if (b->frame.count) {
        uint16_t cpu;
        Context context = take_title(b, buf_str(&b->title), &cpu);
        StackId stack = rows_process(&b->rows, context.comm);
        for (uint64_t i = b->frame.count; i-- > 0;)
            stack = stacks_push(&b->rows.part.dict.stacks, stack, COLUMN_AT(&b->frame, FrameId, i));
        rows_add_on(&b->rows, TIME_NONE, rows_pair(&b->rows, stack, context), cpu, 0);
    }
    b->frame.count = 0;
    buf_clear(&b->title);
    b->cut = false;
}

static void take_frame(Bare *b, Str line) {
    FrameLine frame;
    FrameId one;
    const FrameId *of = &one;
    uint32_t n = 1;
    if (!frame_line_split(line, &frame)) {
        rows_complain(&b->rows, COMPLAINT_FRAME, b->lines.offset, line);
        return;
    }
    FrameValue value = frame_table_get(&b->frames, &b->rows.part.dict, &frame);
    if (value & FRAME_RUN)
        of = frame_table_run(&b->frames, value, &n);
    else
        one = value;
    for (uint32_t i = 0; i < n && b->frame.count < DEPTH_MAX; i++)
        COLUMN_PUSH(&b->frame, FrameId) = of[i];
    if (b->frame.count == DEPTH_MAX && !b->cut) {
        b->cut = true;
        rows_complain(&b->rows, COMPLAINT_TOO_DEEP, b->lines.offset, line);
    }
}

static void take_line(Bare *b, Str line) {
    if (str_trim(line).n == 0) {
        end_sample(b);
    } else if (line.s[0] == '\t') {
        take_frame(b, line);
    } else if (line.s[0] != '#') {
        end_sample(b);
        if (b->title.n)
            rows_complain(&b->rows, COMPLAINT_HEADER, b->lines.offset, line);
        buf_clear(&b->title);
        buf_put(&b->title, line);
    }
}

static bool run(Source *source, FormatEmit *emit, void *loader, Error *err) {
    Bare b = {0};
    Str line;
    rows_begin(&b.rows, emit, loader);
    line_read_open(&b.lines, source, &b.rows, err);
    frame_table_init(&b.frames);
    column_init(&b.frame, sizeof(FrameId), 8);
    while (line_read_next(&b.lines, &line))
        take_line(&b, line);
    end_sample(&b);
    bool ok = !b.lines.window.failed;
    rows_end(&b.rows);
    line_read_close(&b.lines);
    frame_table_free(&b.frames);
    column_free(&b.frame);
    buf_free(&b.title);
    return ok;
}

typedef enum Above { ABOVE_BLANK, ABOVE_TITLE, ABOVE_FRAME } Above;

/* Titles stand below blank lines, frames below titles, frames or blank lines, and nothing else is
 * there. A line at the end that has not ended yet, or was cut, is not looked at. */
static FormatGuess probe(Str head, bool whole) {
    uint64_t frames = 0;
    Above above = ABOVE_BLANK;
    (void)whole;
    while (str_find_char(head, '\n') < head.n) {
        Str line = str_cut(&head, '\n');
        if (line.n && line.s[0] == '#')
            continue;
        if (str_trim(line).n == 0) {
            above = ABOVE_BLANK;
        } else if (is_frame(line)) {
            above = ABOVE_FRAME;
            frames++;
        } else if (above == ABOVE_BLANK && line.s[0] != '\t') {
            above = ABOVE_TITLE;
        } else {
            return GUESS_NO;
        }
    }
    return frames ? GUESS_MAYBE : GUESS_NO;
}

const Format format_perf_script_stacks = {
    .name = "perf script stacks",
    .kind = FORMAT_SEQUENTIAL,
    .has_time = false,
    .probe = probe,
    .run = run,
};

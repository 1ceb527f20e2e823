/* The format "macOS sample": what `sample` (and Activity Monitor) writes on macOS:
 *   Analysis of sampling rg (pid 64751) every 1 millisecond
 *   …
 *   Call graph:
 *       825 Thread_15758523   DispatchQueue_1: com.apple.main-thread  (serial)
 *       + 825 start  (in libdyld.dylib) + 1  [0x7fff737cf3d5]
 *       +   800 main  (in rg) + 41  [0x10384b549]
 *   (blank line)
 *   Total number in stack …
 * A line's number counts the samples in it and what it calls; how far it is indented says who
 * called it. What is left after its callees were taken off are samples that end there. A
 * thread's name, its queue's, or else the program's, is the first frame. There are no times.
 * Facts: sample(1), and its output. */
#include "ingest/line_read.h"

typedef struct Level {
    uint64_t column, count, below; /* below: counted in callees so far */
    StackId stack;
} Level;

typedef struct Mac {
    Rows rows;
    LineRead lines;
    Column level; /* Level: the lines that the one at hand lies within */
    bool in_graph;
    NameId program;
    Context context;
    bool cut; /* too deep */
} Mac;

static void pop(Mac *m) {
    Level last = COLUMN_AT(&m->level, Level, m->level.count - 1);
    m->level.count--;
    if (last.below > last.count)
        rows_complain(&m->rows, COMPLAINT_COUNT, m->lines.offset,
                      STR("a line whose callees count more than it does"));
    else
        rows_count(&m->rows, last.stack, m->context, last.count - last.below);
}

static void pop_to(Mac *m, uint64_t column) {
    while (m->level.count && COLUMN_AT(&m->level, Level, m->level.count - 1).column >= column)
        pop(m);
}

/* "Thread_123   DispatchQueue_1: com.apple.main-thread  (serial)", "Thread_123: name". */
static void begin_thread(Mac *m, Str text) {
    int64_t tid = -1;
    Str number = str_slice(text, sizeof "Thread_" - 1, text.n);
    size_t digits = 0;
    while (digits < number.n && (unsigned char)(number.s[digits] - '0') < 10)
        digits++;
    if (!str_to_i64(str_slice(number, 0, digits), &tid) || tid > INT32_MAX)
        tid = -1;
    size_t colon = str_find(text, STR(": "));
    Str name = str_trim(str_slice(text, colon + 2, text.n));
    size_t serial = str_find(name, STR("  ("));
    name = str_trim(str_slice(name, 0, serial));
    m->context.comm = name.n ? rows_name(&m->rows, name) : m->program;
    m->context.tid = (int32_t)tid;
}

/* "main  (in rg) + 41  [0x10384b549]", "???  (in rg) load address 0x1 + 0x2  [0x3]". */
static FrameId frame_of(Mac *m, Str text) {
    Str module = {0};
    size_t in = str_find(text, STR("  (in "));
    if (in < text.n) {
        module = str_slice(text, in + 6, text.n);
        module.n = str_find_char(module, ')');
        text.n = in;
    } else {
        size_t end = str_find(text, STR("  ["));
        text = str_slice(text, 0, end);
        size_t plus = str_find(text, STR(" + "));
        text = str_slice(text, 0, plus);
    }
    return rows_frame(&m->rows, str_trim(text), module, FRAME_USER);
}

static void take_graph_line(Mac *m, Str line) {
    size_t column = 0, end;
    int64_t count;
    while (column < line.n && (unsigned char)(line.s[column] - '0') > 9)
        column++;
    for (end = column; end < line.n && (unsigned char)(line.s[end] - '0') < 10;)
        end++;
    Str text = str_trim(str_slice(line, end, line.n));
    if (!str_to_i64(str_slice(line, column, end), &count) || !text.n) {
        rows_complain(&m->rows, COMPLAINT_FRAME, m->lines.offset, line);
        return;
    }
    pop_to(m, column);
    StackId stack;
    if (m->level.count == 0) {
        m->context.comm = m->program;
        m->context.tid = -1;
    } else {
        COLUMN_AT(&m->level, Level, m->level.count - 1).below += (uint64_t)count;
    }
    if (m->level.count == 0 && str_starts(text, STR("Thread_"))) {
        begin_thread(m, text);
        stack = rows_process(&m->rows, m->context.comm);
    } else {
        StackId parent = m->level.count ? COLUMN_AT(&m->level, Level, m->level.count - 1).stack
                                        : rows_process(&m->rows, m->program);
        bool deep = m->level.count >= STACKS_MAX_DEPTH - 2;
        m->cut = m->cut || deep;
        stack = deep ? parent : stacks_push(&m->rows.part.dict.stacks, parent, frame_of(m, text));
    }
    COLUMN_PUSH(&m->level, Level) = (Level){column, (uint64_t)count, 0, stack};
}

/* "Analysis of sampling NAME (pid 12) every 1 millisecond", "Process:   NAME [12]". */
static void take_heading(Mac *m, Str line) {
    int64_t pid;
    bool first = str_starts(line, STR("Analysis of sampling "));
    if (!first && !str_starts(line, STR("Process:")))
        return;
    Str rest = str_trim(str_slice(line, first ? 21 : 8, line.n));
    size_t open = first ? str_find(rest, STR(" (pid ")) : str_find(rest, STR(" ["));
    Str id = str_slice(rest, open + (first ? 6 : 2), rest.n);
    m->program = rows_name(&m->rows, str_trim(str_slice(rest, 0, open)));
    id.n = str_find_char(id, first ? ')' : ']');
    if (str_to_i64(id, &pid) && pid >= 0 && pid <= INT32_MAX)
        m->context.pid = (int32_t)pid;
}

static void take_line(Mac *m, Str line) {
    bool blank = str_trim(line).n == 0;
    if (!m->in_graph && str_starts(line, STR("Call graph:"))) {
        m->in_graph = true;
    } else if (!m->in_graph) {
        take_heading(m, line);
    } else if (blank || str_starts(line, STR("Total number in stack"))) {
        pop_to(m, 0);
        m->in_graph = false;
    } else {
        take_graph_line(m, line);
    }
}

static bool run(Source *source, FormatEmit *emit, void *loader, Error *err) {
    Mac m = {.context = {0, -1, -1, 0}};
    Str line;
    rows_begin(&m.rows, emit, loader);
    line_read_open(&m.lines, source, &m.rows, err);
    column_init(&m.level, sizeof(Level), 6);
    m.program = rows_name(&m.rows, STR("[unknown]"));
    while (line_read_next(&m.lines, &line))
        take_line(&m, line);
    bool ok = !m.lines.window.failed;
    if (m.in_graph && ok && !m.rows.stopped)
        rows_complain(&m.rows, COMPLAINT_TRUNCATED, m.lines.offset, (Str){0});
    pop_to(&m, 0);
    if (m.cut)
        rows_complain(&m.rows, COMPLAINT_TOO_DEEP, -1, (Str){0});
    rows_end(&m.rows);
    line_read_close(&m.lines);
    column_free(&m.level);
    return ok;
}

static FormatGuess probe(Str head, bool whole) {
    (void)whole;
    bool analysis = str_starts(head, STR("Analysis of sampling "));
    return analysis || str_find(head, STR("\nAnalysis Tool:   /usr/bin/sample")) < head.n ||
                   (str_find(head, STR("\nCall graph:\n")) < head.n &&
                    str_find(head, STR(" Thread_")) < head.n)
               ? GUESS_YES
               : GUESS_NO;
}

const Format format_mac_sample = {
    .name = "macOS sample",
    .kind = FORMAT_SEQUENTIAL,
    .has_time = false,
    .probe = probe,
    .run = run,
};

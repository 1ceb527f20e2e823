/* The format "bpftrace stacks": what bpftrace prints of maps whose keys hold stacks, leaf
 * first:
 *   @[
 *       vfs_read+142
 *       sys_read+85
 *   ,
 *       read+12
 *   , java, 4711]: 3
 * A map's name is the event, a word among the keys the process, a number its id, and a second
 * stack lies below the first, which is the kernel's then. There are no times.
 * Facts: the map printing of bpftrace, and docs of its kstack, ustack and comm builtins. */
#include "ingest/line_read.h"

typedef struct Bpf {
    Rows rows;
    LineRead lines;
    bool in_key;
    Column frame;    /* Frame: as they are printed */
    uint64_t second; /* where the second stack begins; 0: there is one */
    NameId event, comm;
    int32_t pid;
    int64_t offset;
} Bpf;

/* "java" or "4711" among the keys. */
static void take_word(Bpf *b, Str word) {
    int64_t number;
    word = str_trim(word);
    if (!word.n)
        return;
    if (str_to_i64(word, &number)) {
        if (b->pid < 0 && number >= 0 && number <= INT32_MAX)
            b->pid = (int32_t)number;
    } else if (!b->comm) {
        b->comm = rows_name(&b->rows, word);
    }
}

static void take_words(Bpf *b, Str words) {
    while (words.n)
        take_word(b, str_cut(&words, ','));
}

/* "vfs_read+142", or in perf's mode "ffffffff8 vfs_read+142 ([kernel])". */
static void take_frame(Bpf *b, Str text) {
    Str module = {0};
    size_t open = str_find(text, STR(" ("));
    if (str_ends(text, STR(")")) && open + 2 < text.n &&
        (text.s[open + 2] == '/' || text.s[open + 2] == '[')) {
        module = str_slice(text, open + 2, text.n - 1);
        text.n = open;
        size_t blank = str_find_char(text, ' ');
        if (blank < text.n)
            text = str_trim(str_slice(text, blank, text.n));
    }
    text = line_without_offset(text);
    uint32_t kind = str_starts(module, STR("[kernel")) ? FRAME_KERNEL : FRAME_USER;
    NameId symbol = rows_name(&b->rows, text), in = rows_name(&b->rows, module);
    COLUMN_PUSH(&b->frame, Frame) = (Frame){symbol, in, kind};
}

static void end_key(Bpf *b, uint64_t count) {
    if (!b->comm)
        b->comm = rows_name(&b->rows, STR("[unknown]"));
    StackId stack = rows_process(&b->rows, b->comm);
    uint64_t n = b->frame.count;
    if (n > STACKS_MAX_DEPTH - 1) {
        rows_complain(&b->rows, COMPLAINT_TOO_DEEP, b->offset, (Str){0});
        n = STACKS_MAX_DEPTH - 1;
    }
    for (uint64_t i = n; i-- > 0;) {
        Frame frame = COLUMN_AT(&b->frame, Frame, i);
        if (i < b->second)
            frame.kind = FRAME_KERNEL;
        stack = stacks_push(&b->rows.part.dict.stacks, stack,
                            frames_intern(&b->rows.part.dict.frames, frame));
    }
    EventId event = contexts_event_weighed(&b->rows.part.dict.contexts, b->event, WEIGHT_SAMPLES);
    rows_count(&b->rows, stack, (Context){b->comm, b->pid, -1, event}, count);
    b->in_key = false;
}

/* "…]: 3": what is before the bracket; false: the line ends no key. */
static bool cut_end(Str line, Str *before, Str *count) {
    size_t from = 0, found = line.n;
    for (size_t at; (at = str_find(str_slice(line, from, line.n), STR("]: "))) < line.n - from;
         from += at + 1)
        found = from + at;
    if (found == line.n)
        return false;
    *before = str_slice(line, 0, found);
    *count = str_slice(line, found + 3, line.n);
    return true;
}

static void finish_key(Bpf *b, Str before, Str count, Str line) {
    int64_t n;
    take_words(b, before);
    b->in_key = false;
    if (str_to_i64(str_trim(count), &n) && n >= 0)
        end_key(b, (uint64_t)n);
    else
        rows_complain(&b->rows, COMPLAINT_COUNT, b->lines.offset, line);
}

/* Of "", ", java" and "java, ": a stack without frames is printed so. */
static bool has_empty_key(Str keys) {
    for (size_t comma; (comma = str_find_char(keys, ',')) < keys.n;) {
        if (str_trim(str_slice(keys, 0, comma)).n == 0)
            return true;
        keys = str_slice(keys, comma + 1, keys.n);
    }
    return str_trim(keys).n == 0;
}

/* A line "@name[" begins a key; what stands behind the bracket is of it, too. One that ends there,
 * and has something for each key, has no stack: such maps keep what a program has to remember, and
 * are printed in the end. */
static void begin_key(Bpf *b, Str line) {
    Str before, count;
    size_t open = str_find_char(line, '[');
    if (open == line.n)
        return; /* a map without keys: no stack */
    b->frame.count = 0;
    b->second = 0;
    b->comm = 0;
    b->pid = -1;
    b->offset = b->lines.offset;
    b->event = rows_name(&b->rows, str_slice(line, 1, open));
    Str rest = str_slice(line, open + 1, line.n);
    b->in_key = !cut_end(rest, &before, &count);
    if (b->in_key)
        take_words(b, rest);
    else if (has_empty_key(before))
        finish_key(b, before, count, line);
    else
        rows_complain(&b->rows, COMPLAINT_COUNT, b->lines.offset, line);
}

static void take_line(Bpf *b, Str line) {
    Str text = line, before, count;
    size_t indent = line_indent(&text);
    text = str_trim(text);
    if (text.n == 0)
        return;
    if (indent == 0 && text.s[0] == '@') {
        if (b->in_key)
            rows_complain(&b->rows, COMPLAINT_COUNT, b->offset, STR("a key without its value"));
        begin_key(b, text);
    } else if (!b->in_key) {
        if (!str_starts(text, STR("Attach")))
            rows_complain(&b->rows, COMPLAINT_HEADER, b->lines.offset, line);
    } else if (indent == 0 && cut_end(text, &before, &count)) {
        finish_key(b, before, count, line);
    } else if (text.s[0] == ',') {
        take_words(b, text);
        if (b->frame.count && !b->second)
            b->second = b->frame.count;
    } else if (indent) {
        take_frame(b, text);
    } else {
        take_words(b, text);
    }
}

static bool run(Source *source, FormatEmit *emit, void *loader, Error *err) {
    Bpf b = {0};
    Str line;
    rows_begin(&b.rows, emit, loader);
    line_read_open(&b.lines, source, &b.rows, err);
    column_init(&b.frame, sizeof(Frame), 6);
    while (line_read_next(&b.lines, &line))
        take_line(&b, line);
    bool ok = !b.lines.window.failed;
    if (b.in_key && ok && !b.rows.stopped)
        rows_complain(&b.rows, COMPLAINT_TRUNCATED, b.offset, STR("a key without its value"));
    rows_end(&b.rows);
    line_read_close(&b.lines);
    column_free(&b.frame);
    return ok;
}

/* A line "@name[" whose key goes on in an indented line. */
static FormatGuess probe(Str head, bool whole) {
    bool open = false;
    (void)whole;
    while (head.n) {
        Str line = str_cut(&head, '\n'), text = line;
        size_t indent = line_indent(&text);
        text = str_trim(text);
        if (open && indent && text.n)
            return GUESS_YES;
        size_t bracket = str_find_char(text, '[');
        open = !indent && str_starts(text, STR("@")) && bracket < text.n &&
               str_find(text, STR("]:")) == text.n;
    }
    return GUESS_NO;
}

const Format format_bpftrace = {
    .name = "bpftrace stacks",
    .kind = FORMAT_SEQUENTIAL,
    .has_time = false,
    .probe = probe,
    .run = run,
};

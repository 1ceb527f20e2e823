/* The format "DTrace stacks": aggregations with stack() or ustack() as DTrace prints them, leaf
 * first, a count below each:
 *   CPU     ID                    FUNCTION:NAME
 *     0  75195                  :tick-60s
 *
 *                 genunix`fop_write+0x5d
 *                 unix`sys_syscall+0x17d
 *
 *                 libc.so.1`__write+0xa
 *                   12
 * A blank line within one parts the kernel's stack from the user's. A first line without a
 * module, where others have one, has the other keys of the aggregation, two blanks or more apart:
 * of these numbers are the pid and the tid, the rest is the execname. So has a last line, before
 * the count. There are no times.
 * Facts: the Dynamic Tracing Guide's chapters on aggregations and stack(). */
#include "ingest/line_read.h"

typedef struct Dtrace {
    Rows rows;
    LineRead lines;
    Column frame;    /* Frame: as they are printed */
    uint64_t kernel; /* how many of the first ones stood before a blank line */
    bool first_is_bare, others_have_modules;
    int64_t offset;
    uint64_t number; /* stood alone: a pid if a frame follows, else the count of no stack */
    int64_t number_offset;
    bool has_number, has_pid;
} Dtrace;

static bool is_count(Str text, uint64_t *count) {
    int64_t n;
    if (!text.n || (unsigned char)(text.s[0] - '0') > 9 || !str_to_i64(text, &n))
        return false;
    *count = (uint64_t)n;
    return true;
}

/* "CPU ID FUNCTION:NAME", "dtrace: …", " 0  75195   :tick-60s". */
static bool is_heading(Str text) {
    if (str_starts(text, STR("dtrace: ")) ||
        (str_starts(text, STR("CPU")) && str_find(text, STR("FUNCTION:NAME")) < text.n))
        return true;
    for (int numbers = 0; numbers < 2; numbers++) {
        size_t i = 0;
        while (i < text.n && (unsigned char)(text.s[i] - '0') < 10)
            i++;
        if (i == 0 || i == text.n || text.s[i] != ' ')
            return false;
        text = str_slice(text, i, text.n);
        line_indent(&text);
    }
    return str_find_char(text, ':') < text.n;
}

/* The keys before a stack, into its context; what is no number is the name. */
static void read_keys(Dtrace *d, Str text, Context *context) {
    Buf name = {0};
    int32_t *id[] = {&context->pid, &context->tid};
    size_t ids = d->has_pid;
    while (text.n) {
        size_t gap = str_find(text, STR("  "));
        Str key = str_slice(text, 0, gap);
        int64_t number;
        text = str_trim(str_slice(text, gap, text.n));
        if (ids < 2 && str_to_i64(key, &number) && number >= 0 && number <= INT32_MAX) {
            *id[ids++] = (int32_t)number;
        } else {
            buf_puts(&name, name.n ? " " : "");
            buf_put(&name, key);
        }
    }
    if (!name.n && context->pid >= 0)
        buf_printf(&name, "[pid=%d]", (int)context->pid);
    context->comm = rows_name(&d->rows, name.n ? buf_str(&name) : STR("[unknown]"));
    buf_free(&name);
}

static void settle_number(Dtrace *d) {
    Buf words = {0};
    if (d->has_number) {
        buf_printf(&words, "%llu: no stack is above it", (unsigned long long)d->number);
        rows_complain(&d->rows, COMPLAINT_COUNT, d->number_offset, buf_str(&words));
    }
    d->has_number = false;
    buf_free(&words);
}

static void take_frame(Dtrace *d, Str text) {
    Str module = {0};
    size_t tick = str_find_char(text, '`');
    if (d->frame.count == 0) {
        d->has_pid = d->has_number;
        d->has_number = false;
        d->first_is_bare = tick == text.n && !str_starts(text, STR("0x"));
        d->offset = d->lines.offset;
    } else {
        d->others_have_modules = d->others_have_modules || tick < text.n;
    }
    if (tick < text.n) {
        module = str_slice(text, 0, tick);
        text = str_slice(text, tick + 1, text.n);
    }
    NameId symbol = rows_name(&d->rows, line_without_offset(text));
    COLUMN_PUSH(&d->frame, Frame) = (Frame){symbol, rows_name(&d->rows, module), FRAME_USER};
}

/* "bash            12": the keys, and how often. */
static bool cut_count(Str *text, uint64_t *count) {
    size_t at = str_rfind_char(*text, ' ');
    Str keys = str_slice(*text, 0, at);
    if (at == text->n || !str_ends(keys, STR(" ")) || str_find_char(keys, '`') < keys.n ||
        !is_count(str_slice(*text, at + 1, text->n), count))
        return false;
    *text = str_trim(keys);
    return true;
}

/* keys: those behind the stack. */
static void end_stack(Dtrace *d, Str keys, uint64_t count) {
    uint64_t first = d->first_is_bare && d->others_have_modules, n = d->frame.count;
    Context context = {0, -1, -1, 0};
    if (d->has_pid && d->number <= INT32_MAX)
        context.pid = (int32_t)d->number;
    Buf all = {0}; /* before and behind */
    if (first)
        buf_put(&all, names_get(&d->rows.part.dict.names, COLUMN_AT(&d->frame, Frame, 0).symbol));
    buf_puts(&all, all.n && keys.n ? "  " : "");
    buf_put(&all, keys);
    read_keys(d, buf_str(&all), &context);
    buf_free(&all);
    StackId stack = rows_process(&d->rows, context.comm);
    if (n - first > STACKS_MAX_DEPTH - 1) {
        rows_complain(&d->rows, COMPLAINT_TOO_DEEP, d->offset, (Str){0});
        n = first + STACKS_MAX_DEPTH - 1;
    }
    for (uint64_t i = n; i-- > first;) {
        Frame frame = COLUMN_AT(&d->frame, Frame, i);
        if (i < d->kernel)
            frame.kind = FRAME_KERNEL;
        stack = stacks_push(&d->rows.part.dict.stacks, stack,
                            frames_intern(&d->rows.part.dict.frames, frame));
    }
    rows_count(&d->rows, stack, context, count);
}

static void take_line(Dtrace *d, Str line) {
    Str text = str_trim(line);
    uint64_t count;
    if (str_starts(text, STR("^C"))) /* as the terminal shows who ended it */
        text = str_trim(str_slice(text, 2, text.n));
    if (text.n == 0) {
        settle_number(d);
        if (d->frame.count && !d->kernel)
            d->kernel = d->frame.count;
        return;
    }
    if (is_heading(text))
        return;
    bool counted = is_count(text, &count);
    bool keyed = !counted && d->frame.count && cut_count(&text, &count);
    if (!counted && !keyed) {
        take_frame(d, text);
        return;
    }
    if (d->frame.count) {
        end_stack(d, keyed ? text : STR(""), count);
    } else {
        settle_number(d);
        d->number = count;
        d->number_offset = d->lines.offset;
        d->has_number = true;
    }
    d->frame.count = 0;
    d->kernel = 0;
    d->others_have_modules = false;
}

static bool run(Source *source, FormatEmit *emit, void *loader, Error *err) {
    Dtrace d = {0};
    Str line;
    rows_begin(&d.rows, emit, loader);
    line_read_open(&d.lines, source, &d.rows, err);
    column_init(&d.frame, sizeof(Frame), 6);
    while (line_read_next(&d.lines, &line))
        take_line(&d, line);
    bool ok = !d.lines.window.failed;
    settle_number(&d);
    if (d.frame.count && ok && !d.rows.stopped)
        rows_complain(&d.rows, COMPLAINT_TRUNCATED, d.offset, STR("a stack without its count"));
    rows_end(&d.rows);
    line_read_close(&d.lines);
    column_free(&d.frame);
    return ok;
}

/* DTrace's own heading, or counts below indented lines of which most are "module`function". */
static FormatGuess probe(Str head, bool whole) {
    uint64_t count, with = 0, without = 0, counts = 0;
    bool frame = false;
    while (head.n) {
        if (!whole && str_find_char(head, '\n') == head.n)
            break;
        Str line = str_cut(&head, '\n'), text = line;
        size_t indent = line_indent(&text);
        text = str_trim(text);
        if (str_starts(text, STR("CPU")) && str_find(text, STR("FUNCTION:NAME")) < text.n)
            return GUESS_YES;
        if (text.n == 0 || is_heading(text))
            continue;
        bool tick = str_find_char(text, '`') < text.n;
        bool counted = is_count(text, &count) || (frame && cut_count(&text, &count));
        counts += frame && counted;
        with += indent && tick;
        without += !tick && !counted;
        frame = indent && !counted;
    }
    return counts && with > without ? GUESS_YES : GUESS_NO;
}

const Format format_dtrace = {
    .name = "DTrace stacks",
    .kind = FORMAT_SEQUENTIAL,
    .has_time = false,
    .probe = probe,
    .run = run,
};

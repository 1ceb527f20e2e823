/* The format "simpleperf": what Android's `simpleperf report-sample --show-callchain` prints.
 *   sample:
 *     event_type: cpu-cycles
 *     time: 1234567          ns
 *     event_count: 100       the period
 *     thread_id: 31850
 *     thread_name: worker
 *     vaddr_in_file: 4c5e    the leaf …
 *     file: /system/lib64/libc.so
 *     symbol: read
 *     callchain:             … and its callers, each of the same three, deeper
 * Facts: cmd_report_sample.cpp of AOSP's system/extras. */
#include "ingest/line_read.h"

typedef struct Simple {
    Rows rows;
    LineRead lines;
    bool in_sample, in_frame;
    Column chain; /* FrameId: leaf first */
    NameId event, comm, symbol, file;
    int32_t tid;
    int64_t time_ns;
    uint64_t period;
    int64_t offset; /* of the sample */
} Simple;

static void end_frame(Simple *s) {
    if (!s->in_frame)
        return;
    Str file = names_get(&s->rows.part.dict.names, s->file);
    uint32_t kind = str_starts(file, STR("[kernel"))                ? FRAME_KERNEL
                    : str_find(file, STR("[JIT")) < file.n          ? FRAME_JIT
                    : str_find(file, STR("jit_app_cache")) < file.n ? FRAME_JIT
                                                                    : FRAME_USER;
    NameId symbol = s->symbol ? s->symbol : rows_name(&s->rows, STR("[unknown]"));
    COLUMN_PUSH(&s->chain, FrameId) =
        frames_intern(&s->rows.part.dict.frames, (Frame){symbol, s->file, kind});
    s->symbol = s->file = 0;
    s->in_frame = false;
}

static void end_sample(Simple *s) {
    end_frame(s);
    if (!s->in_sample)
        return;
    s->in_sample = false;
    if (!s->comm)
        s->comm = rows_name(&s->rows, STR("[unknown]"));
    EventId event = contexts_event_weighed(&s->rows.part.dict.contexts, s->event,
                                           s->period ? WEIGHT_PERIOD : WEIGHT_SAMPLES);
    StackId stack = rows_process(&s->rows, s->comm);
    uint64_t first = s->chain.count;
    if (first > STACKS_MAX_DEPTH - 1) {
        rows_complain(&s->rows, COMPLAINT_TOO_DEEP, s->offset, (Str){0});
        first = STACKS_MAX_DEPTH - 1; /* the root end is cut */
    }
    for (uint64_t i = first; i-- > 0;)
        stack = stacks_push(&s->rows.part.dict.stacks, stack, COLUMN_AT(&s->chain, FrameId, i));
    rows_add(&s->rows, s->time_ns,
             rows_pair(&s->rows, stack, (Context){s->comm, -1, s->tid, event}), s->period);
}

static void begin_sample(Simple *s) {
    s->in_sample = true;
    s->chain.count = 0;
    s->event = s->comm = 0;
    s->tid = -1;
    s->time_ns = TIME_NONE;
    s->period = 0;
    s->offset = s->lines.offset;
}

/* "key: value"; false: the line is something else. */
static bool cut_key(Str line, Str *key, Str *value) {
    size_t colon = str_find(line, STR(": "));
    if (colon == line.n) {
        if (!str_ends(line, STR(":")))
            return false;
        colon = line.n - 1;
    }
    *key = str_slice(line, 0, colon);
    *value = str_slice(line, colon + 2, line.n);
    return true;
}

static void take_member(Simple *s, Str key, Str value, Str line) {
    int64_t number = 0;
    bool is_number = str_to_i64(value, &number) && number >= 0;
    if (str_eq(key, STR("event_type"))) {
        s->event = rows_name(&s->rows, value);
    } else if (str_eq(key, STR("thread_name"))) {
        s->comm = rows_name(&s->rows, value);
    } else if (str_eq(key, STR("vaddr_in_file"))) {
        end_frame(s);
        s->in_frame = true;
    } else if (str_eq(key, STR("file"))) {
        s->file = rows_name(&s->rows, value);
    } else if (str_eq(key, STR("symbol"))) {
        s->in_frame = true; /* some tools leave the address out */
        s->symbol = rows_name(&s->rows, value);
    } else if (str_eq(key, STR("callchain"))) {
        end_frame(s);
    } else if (str_eq(key, STR("time")) && is_number) {
        s->time_ns = number;
    } else if (str_eq(key, STR("event_count")) && is_number) {
        s->period = (uint64_t)number;
    } else if (str_eq(key, STR("thread_id")) && is_number && number <= INT32_MAX) {
        s->tid = (int32_t)number;
    } else if (str_eq(key, STR("time")) || str_eq(key, STR("event_count"))) {
        rows_complain(&s->rows, COMPLAINT_COUNT, s->lines.offset, line);
    }
}

static void take_line(Simple *s, Str line) {
    Str key, value, text = line;
    int64_t lost;
    size_t indent = line_indent(&text);
    text = str_trim(text);
    if (text.n == 0)
        return;
    bool has_key = cut_key(text, &key, &value);
    if (indent == 0) {
        end_sample(s);
        if (has_key && str_eq(key, STR("sample")))
            begin_sample(s);
    } else if (!has_key) {
        rows_complain(&s->rows, COMPLAINT_HEADER, s->lines.offset, line);
    } else if (s->in_sample) {
        take_member(s, key, value, line);
    } else if (str_eq(key, STR("lost_count")) && str_to_i64(value, &lost) && lost > 0) {
        complain(&s->rows.batch.complaints, COMPLAINT_LOST, (uint64_t)lost, s->lines.offset, line);
    }
}

static bool run(Source *source, FormatEmit *emit, void *loader, Error *err) {
    Simple s = {0};
    Str line;
    rows_begin(&s.rows, emit, loader);
    line_read_open(&s.lines, source, &s.rows, err);
    column_init(&s.chain, sizeof(FrameId), 6);
    while (line_read_next(&s.lines, &line))
        take_line(&s, line);
    bool ok = !s.lines.window.failed;
    end_sample(&s);
    rows_end(&s.rows);
    line_read_close(&s.lines);
    column_free(&s.chain);
    return ok;
}

/* A line "sample:" with "  event_type: " or "  time: " below it. */
static FormatGuess probe(Str head, bool whole) {
    bool sample = false;
    (void)whole;
    while (head.n) {
        Str line = str_trim(str_cut(&head, '\n'));
        if (sample && (str_starts(line, STR("event_type: ")) || str_starts(line, STR("time: "))))
            return GUESS_YES;
        sample = str_eq(line, STR("sample:"));
    }
    return GUESS_NO;
}

const Format format_simpleperf = {
    .name = "simpleperf",
    .kind = FORMAT_SEQUENTIAL,
    .has_time = true,
    .probe = probe,
    .run = run,
};

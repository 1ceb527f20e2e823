/* The format "folded stacks": "frame;frame;frame count" a line, root first, no times.
 *
 * A count is a number of samples as a rule, and then a row each is what every other part of the
 * program understands best. But counts may be periods or bytes as well, in the billions. So
 * rows are held back until it is clear how many there would be: up to ROWS_MAX in all each
 * sample has its row; beyond that each line is one row that weighs its count (WEIGHT_COUNT).
 * That is why this format is read in order by one parser. The first frame is the process name,
 * as FlameGraph's and our own tools write it. Frames keep their text; FlameGraph's annotations
 * (_[k], _[j], _[i]) decide their kind. */
#include "ingest/format.h"

#include <string.h>

enum {
    ROWS_MAX = 4 << 20,
    BATCH_ROWS = 64 * 1024,
    READ_BYTES = 256 * 1024,
    LINE_MAX = 64 << 20,
};

typedef struct Line {
    StackId stack;
    ContextId context;
    uint64_t count;
} Line;

typedef struct Folded {
    FormatEmit *emit;
    void *loader;
    Part part;
    Batch batch;
    Column held; /* Line; those not emitted yet */
    uint64_t rows;
    bool weighed;
    EventId event;  /* nameless; weighs counts once weighed */
    int64_t offset; /* of the line at hand */
    bool stopped;
} Folded;

/* "a;b;c 12" with the count a whole number that fits. */
static bool split(Str line, Str *stack, uint64_t *count) {
    line = str_trim(line);
    size_t blank = line.n;
    while (blank > 0 && line.s[blank - 1] != ' ' && line.s[blank - 1] != '\t')
        blank--;
    int64_t value;
    Str number = str_slice(line, blank, line.n);
    if (blank == 0 || number.n == 0 || (unsigned char)(number.s[0] - '0') > 9 ||
        !str_to_i64(number, &value))
        return false;
    *stack = str_trim(str_slice(line, 0, blank));
    *count = (uint64_t)value;
    return stack->n > 0;
}

static FormatGuess probe(Str head, bool whole) {
    uint64_t good = 0, bad = 0, deep = 0, count;
    Str stack;
    while (head.n) {
        if (!whole && str_find_char(head, '\n') == head.n)
            break;
        Str line = str_cut(&head, '\n');
        if (str_trim(line).n == 0 || line.s[0] == '#')
            continue;
        bool ok = split(line, &stack, &count);
        good += ok;
        bad += !ok;
        deep += ok && str_find_char(stack, ';') < stack.n;
    }
    if (!deep || bad > good)
        return GUESS_NO;
    return bad == 0 ? GUESS_YES : GUESS_MAYBE;
}

static uint32_t kind_of(Str frame) {
    if (str_ends(frame, STR("_[k]")))
        return FRAME_KERNEL;
    if (str_ends(frame, STR("_[j]")))
        return FRAME_JIT;
    if (str_ends(frame, STR("_[i]")))
        return FRAME_INLINED;
    return FRAME_USER;
}

static void hand_over(Folded *f) {
    if (batch_rows(&f->batch) || complaints_total(&f->batch.complaints))
        f->stopped = !f->emit(f->loader, &f->batch) || f->stopped;
    batch_clear(&f->batch, &f->part);
}

static void emit_line(Folded *f, Line line) {
    Context context = contexts_get(&f->part.dict.contexts, line.context);
    context.event = f->event;
    Pair pair = {line.stack, contexts_intern(&f->part.dict.contexts, context)};
    PairId id = pairs_intern(&f->part.pairs, pair);
    uint64_t rows = f->weighed ? 1 : line.count;
    for (uint64_t i = 0; i < rows && !f->stopped; i++) {
        batch_add(&f->batch, TIME_NONE, id, CPU_NONE, f->weighed ? line.count : 0);
        if (batch_rows(&f->batch) >= BATCH_ROWS)
            hand_over(f);
    }
}

static void emit_held(Folded *f) {
    for (uint64_t i = 0; i < f->held.count && !f->stopped; i++)
        emit_line(f, COLUMN_AT(&f->held, Line, i));
    column_clear(&f->held);
}

static void add_line(Folded *f, Str text) {
    Str stack_text;
    uint64_t count;
    Dict *dict = &f->part.dict;
    if (str_trim(text).n == 0 || text.s[0] == '#')
        return;
    if (!split(text, &stack_text, &count)) {
        complain(&f->batch.complaints, COMPLAINT_COUNT, 1, f->offset, text);
        return;
    }
    if (count == 0)
        return;
    Str process = str_cut(&stack_text, ';');
    NameId name = names_intern(&dict->names, process);
    Line line = {.count = count};
    line.context = contexts_intern(&dict->contexts, (Context){name, -1, -1, 0});
    line.stack = stacks_push(&dict->stacks, 0,
                             frames_intern(&dict->frames, (Frame){name, 0, FRAME_PROCESS}));
    for (uint32_t depth = 1; stack_text.n; depth++) {
        Str frame = str_cut(&stack_text, ';');
        if (depth == STACKS_MAX_DEPTH) {
            complain(&f->batch.complaints, COMPLAINT_TOO_DEEP, 1, f->offset, text);
            break;
        }
        NameId symbol = names_intern(&dict->names, frame);
        line.stack =
            stacks_push(&dict->stacks, line.stack,
                        frames_intern(&dict->frames, (Frame){symbol, 0, kind_of(frame)}));
    }
    if (!f->weighed && (count > ROWS_MAX || (f->rows += count) > ROWS_MAX)) {
        f->weighed = true;
        f->event = contexts_event_weighed(&dict->contexts, 0, WEIGHT_COUNT);
        emit_held(f);
    }
    if (f->weighed)
        emit_line(f, line);
    else
        COLUMN_PUSH(&f->held, Line) = line;
}

static bool read_lines(Folded *f, Source *source, Error *err) {
    Buf text = {0};
    static const char room[READ_BYTES];
    bool ok = true;
    for (bool end = false; !end && !f->stopped;) {
        size_t have = text.n;
        buf_put(&text, (Str){room, sizeof room});
        int64_t got = source_read(source, text.s + have, 1, sizeof room, err);
        ok = got >= 0;
        end = got <= 0;
        text.n = have + (size_t)(got > 0 ? got : 0);
        Str rest = buf_str(&text);
        size_t newline;
        while ((newline = str_find_char(rest, '\n')) < rest.n || (end && rest.n)) {
            add_line(f, str_slice(rest, 0, newline));
            newline += newline < rest.n;
            f->offset += (int64_t)newline;
            rest = str_slice(rest, newline, rest.n);
        }
        if (rest.n > LINE_MAX) {
            complain(&f->batch.complaints, COMPLAINT_TOO_LONG, 1, f->offset, rest);
            break;
        }
        memmove(text.s, rest.s, rest.n);
        text.n = rest.n;
    }
    buf_free(&text);
    return ok;
}

static bool run(Source *source, FormatEmit *emit, void *loader, Error *err) {
    Folded f = {.emit = emit, .loader = loader};
    part_init(&f.part);
    batch_init(&f.batch);
    batch_clear(&f.batch, &f.part);
    column_init(&f.held, sizeof(Line), 10);
    bool ok = read_lines(&f, source, err);
    emit_held(&f);
    hand_over(&f);
    column_free(&f.held);
    batch_free(&f.batch);
    part_free(&f.part);
    return ok;
}

const Format format_folded = {
    .name = "folded stacks",
    .kind = FORMAT_SEQUENTIAL,
    .has_time = false,
    .probe = probe,
    .run = run,
};

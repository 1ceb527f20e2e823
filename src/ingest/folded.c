/* The format "folded stacks": "frame;frame;frame count" a line, root first, no times.
 *
 * A count is a number of samples as a rule, and then a row each is what every other part of the
 * program understands best. But counts may be periods or bytes as well, in the billions. So
 * rows are held back until it is clear how many there would be (rows_count), and that is why
 * this format is read in order by one parser. The first frame is the process name,
 * as FlameGraph's and our own tools write it. Frames keep their text; FlameGraph's annotations
 * (_[k], _[j], _[i]) decide their kind. */
#include "ingest/rows.h"

#include <string.h>

enum {
    READ_BYTES = 256 * 1024,
    LINE_MAX = 64 << 20,
};

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

static void add_line(Rows *r, Str text, int64_t offset) {
    Str stack_text;
    uint64_t count;
    Dict *dict = &r->part.dict;
    if (str_trim(text).n == 0 || text.s[0] == '#')
        return;
    if (!split(text, &stack_text, &count)) {
        rows_complain(r, COMPLAINT_COUNT, offset, text);
        return;
    }
    if (count == 0)
        return;
    NameId name = rows_name(r, str_cut(&stack_text, ';'));
    StackId stack = rows_process(r, name);
    for (uint32_t depth = 1; stack_text.n; depth++) {
        Str frame = str_cut(&stack_text, ';');
        if (depth == STACKS_MAX_DEPTH) {
            rows_complain(r, COMPLAINT_TOO_DEEP, offset, text);
            break;
        }
        stack =
            stacks_push(&dict->stacks, stack, rows_frame(r, frame, (Str){0}, kind_of(frame)));
    }
    rows_count(r, stack, (Context){name, -1, -1, 0}, count);
}

static bool read_lines(Rows *r, Source *source, Error *err) {
    Buf text = {0};
    int64_t offset = 0; /* of the line at hand */
    static const char room[READ_BYTES];
    bool ok = true;
    for (bool end = false; !end && !r->stopped;) {
        size_t have = text.n;
        buf_put(&text, (Str){room, sizeof room});
        int64_t got = source_read(source, text.s + have, 1, sizeof room, err);
        ok = got >= 0;
        end = got <= 0;
        text.n = have + (size_t)(got > 0 ? got : 0);
        Str rest = buf_str(&text);
        size_t newline;
        while ((newline = str_find_char(rest, '\n')) < rest.n || (end && rest.n)) {
            add_line(r, str_slice(rest, 0, newline), offset);
            newline += newline < rest.n;
            offset += (int64_t)newline;
            rest = str_slice(rest, newline, rest.n);
        }
        if (rest.n > LINE_MAX) {
            rows_complain(r, COMPLAINT_TOO_LONG, offset, rest);
            break;
        }
        memmove(text.s, rest.s, rest.n);
        text.n = rest.n;
    }
    buf_free(&text);
    return ok;
}

static bool run(Source *source, FormatEmit *emit, void *loader, Error *err) {
    Rows rows;
    rows_begin(&rows, emit, loader);
    bool ok = read_lines(&rows, source, err);
    rows_end(&rows);
    return ok;
}

const Format format_folded = {
    .name = "folded stacks",
    .kind = FORMAT_SEQUENTIAL,
    .has_time = false,
    .probe = probe,
    .run = run,
};

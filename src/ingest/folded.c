/* The format "folded stacks": "frame;frame;frame count" a line, root first, no times.
 *
 * A count is a number of samples as a rule, and then a row each is what every other part of the
 * program understands best. But counts may be periods or bytes as well, in the billions. So
 * rows are held back until it is clear how many there would be (rows_count), and that is why
 * this format is read in order by one parser. The first frame is the process name,
 * as FlameGraph's and our own tools write it. Frames keep their text; FlameGraph's annotations
 * (_[k], _[j], _[i]) decide their kind.
 * A count may have a fraction. What is rounded away goes to the next line that has one, so that the
 * whole is right to half a sample. Where most are less than one, seconds or shares, that would be
 * noise: millionths are counted then. A file all of whose lines end in two counts is of
 * difffolded.pl: before and after; what came after is read, as it is that tool's width of a frame.
 */
#include "ingest/rows.h"

#include <string.h>

#include "base/sizes.h"
#include "ingest/key_cache.h"
#include "ingest/line_read.h"
#include "ingest/text_same.h"

enum {
    LOOK_BYTES =
        SIZED(64 * 1024, 300), /* in which every line has two counts, or the file has not */
    PARTS = 1000000,
    FRAMES_LOG2 = CACHE_LOG2(14), /* 256 KiB */
};

typedef struct LastFrame {
    size_t end;    /* in the text, behind its ';' */
    StackId stack; /* up to it */
} LastFrame;

typedef struct Count {
    uint64_t whole;
    uint32_t parts; /* PARTS are one */
} Count;

typedef struct Folded {
    Rows rows;
    bool two;     /* counts a line, of which the first is passed over */
    bool small;   /* most counts are parts of one: they are counted in PARTS */
    int64_t owed; /* PARTS that were rounded away so far */
    TextKeys keys;
    KeyCache known; /* frames by their texts */
    /* the line before: lines are sorted as a rule, and then most of a stack is as it was there */
    Buf last;
    NameId name; /* of its process */
    uint32_t depth;
    LastFrame frame[STACKS_MAX_DEPTH];
} Folded;

/* "12.5", of which decimals that are less than a part are dropped. */
static bool fraction_of(Str number, Count *count) {
    size_t point = str_find_char(number, '.');
    int64_t whole;
    if (point == number.n || !str_to_i64(str_slice(number, 0, point), &whole))
        return false;
    *count = (Count){(uint64_t)whole, 0};
    uint32_t unit = PARTS / 10;
    for (size_t i = point + 1; i < number.n; i++, unit /= 10) {
        unsigned digit = (unsigned char)number.s[i] - (unsigned)'0';
        if (digit > 9)
            return false;
        count->parts += unit * digit;
    }
    return true;
}

/* "a;b;c 12" with the count a number that fits. */
static bool split(Str line, Str *stack, Count *count) {
    line = str_trim(line);
    size_t blank = line.n;
    while (blank > 0 && line.s[blank - 1] != ' ' && line.s[blank - 1] != '\t')
        blank--;
    int64_t value;
    Str number = str_slice(line, blank, line.n);
    if (blank == 0 || number.n == 0 || (unsigned char)(number.s[0] - '0') > 9)
        return false;
    if (str_to_i64(number, &value))
        *count = (Count){(uint64_t)value, 0};
    else if (!fraction_of(number, count))
        return false;
    *stack = str_trim(str_slice(line, 0, blank));
    return stack->n > 0;
}

static bool is_empty(Str line) {
    return str_trim(line).n == 0 || line.s[0] == '#';
}

/* All lines, and there are several: one may be of a name that ends in a number. */
static bool has_two_counts(Str head, bool whole) {
    Str stack;
    Count count;
    uint64_t lines = 0;
    while (head.n && (whole || str_find_char(head, '\n') < head.n)) {
        Str line = str_cut(&head, '\n');
        if (is_empty(line))
            continue;
        if (!split(line, &stack, &count) || !split(stack, &stack, &count))
            return false;
        lines++;
    }
    return lines > 1;
}

static bool most_are_parts(Str head, bool whole) {
    Str stack;
    Count count;
    uint64_t parts = 0, others = 0;
    while (head.n && (whole || str_find_char(head, '\n') < head.n)) {
        if (!split(str_cut(&head, '\n'), &stack, &count))
            continue;
        parts += count.whole == 0 && count.parts > 0;
        others += count.whole > 0;
    }
    return parts > others;
}

static FormatGuess probe(Str head, bool whole) {
    uint64_t good = 0, bad = 0, deep = 0;
    Count count;
    Str stack;
    while (head.n) {
        if (!whole && str_find_char(head, '\n') == head.n)
            break;
        Str line = str_cut(&head, '\n');
        if (is_empty(line))
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

static FrameId frame_of(Folded *f, Str text) {
    TextKey key = text_key(&f->keys, text.s, text.n, 0);
    FrameId frame = key_cache_get(&f->known, key);
    if (!frame) {
        frame = rows_frame(&f->rows, text, (Str){0}, kind_of(text));
        key_cache_put(&f->known, key, frame);
    }
    return frame;
}

/* The frames of the line before whose ';' lies within what it and the text begin with alike. */
static uint32_t alike(const Folded *f, Str text) {
    size_t n = text_common(f->last.s, text.s, text.n < f->last.n ? text.n : f->last.n);
    uint32_t lo = 0, hi = f->depth;
    while (lo < hi) {
        uint32_t mid = lo + (hi - lo) / 2;
        if (f->frame[mid].end <= n)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

/* *whole: it is not too deep. */
static StackId stack_of(Folded *f, Str text, bool *whole) {
    Rows *r = &f->rows;
    uint32_t depth = alike(f, text);
    StackId stack = depth ? f->frame[depth - 1].stack : 0;
    Str rest = str_slice(text, depth ? f->frame[depth - 1].end : 0, text.n);
    if (!depth)
        f->name = rows_name(r, str_slice(text, 0, str_find_char(text, ';')));
    for (; rest.n && depth < STACKS_MAX_DEPTH; depth++) {
        Str frame = str_cut(&rest, ';');
        stack = depth ? stacks_push(&r->part.dict.stacks, stack, frame_of(f, frame))
                      : rows_process(r, f->name);
        f->frame[depth] = (LastFrame){(size_t)(frame.s + frame.n + 1 - text.s), stack};
    }
    f->depth = depth;
    buf_clear(&f->last);
    buf_put(&f->last, text);
    *whole = rest.n == 0;
    return stack;
}

/* To the nearest whole number, with what is owed. */
static uint64_t rounded(Folded *f, Count count) {
    if (f->small) {
        uint64_t parts;
        bool over = __builtin_mul_overflow(count.whole, (uint64_t)PARTS, &parts);
        return over || __builtin_add_overflow(parts, count.parts, &parts) ? INT64_MAX : parts;
    }
    if (count.parts == 0)
        return count.whole;
    f->owed += count.parts;
    bool up = f->owed >= PARTS / 2;
    f->owed -= up ? PARTS : 0;
    return count.whole + up;
}

static void add_line(Folded *f, Str text, int64_t offset) {
    Str stack_text;
    Count counted, before;
    bool whole;
    if (is_empty(text))
        return;
    if (!split(text, &stack_text, &counted)) {
        rows_complain(&f->rows, COMPLAINT_COUNT, offset, text);
        return;
    }
    if (f->two)
        split(stack_text, &stack_text, &before);
    uint64_t count = rounded(f, counted);
    if (count == 0)
        return;
    StackId stack = stack_of(f, stack_text, &whole);
    if (!whole)
        rows_complain(&f->rows, COMPLAINT_TOO_DEEP, offset, text);
    rows_count(&f->rows, stack, (Context){f->name, -1, -1, 0}, count);
}

/* At as much of the beginning as is there however it is read. */
static void look(Folded *f, Str head) {
    Str seen = str_slice(head, 0, LOOK_BYTES);
    f->two = has_two_counts(seen, head.n < LOOK_BYTES);
    f->small = most_are_parts(seen, head.n < LOOK_BYTES);
    if (f->small) {
        rows_weigh_counts(&f->rows);
        rows_complain(&f->rows, COMPLAINT_COUNT, 0,
                      STR("most of them are less than one: millionths are counted"));
    }
    if (f->two)
        rows_complain(&f->rows, COMPLAINT_COUNT, 0,
                      STR("two of them a line, as difffolded.pl writes them: the second is read"));
}

static bool read_lines(Folded *f, Source *source, Error *err) {
    LineRead lines;
    Str line;
    line_read_open(&lines, source, &f->rows, err);
    look(f, line_read_look(&lines, LOOK_BYTES));
    while (line_read_next(&lines, &line))
        add_line(f, line, lines.offset);
    bool ok = !lines.window.failed;
    line_read_close(&lines);
    return ok;
}

static bool run(Source *source, FormatEmit *emit, void *loader, Error *err) {
    Folded *f = mem_resize(NULL, 0, sizeof *f);
    rows_begin(&f->rows, emit, loader);
    text_keys_init(&f->keys, false);
    f->known = (KeyCache){mem_table(sizeof(KeySlot) << FRAMES_LOG2), FRAMES_LOG2};
    bool ok = read_lines(f, source, err);
    rows_end(&f->rows);
    mem_table_free(f->known.slot, sizeof(KeySlot) << FRAMES_LOG2);
    buf_free(&f->last);
    mem_resize(f, sizeof *f, 0);
    return ok;
}

const Format format_folded = {
    .name = "folded stacks",
    .kind = FORMAT_SEQUENTIAL,
    .has_time = false,
    .probe = probe,
    .run = run,
};

/* The script is three regular expressions and a loop over lines; what they accept is spelled
 * out here by hand, backtracking included. Nearly all lines are frames that were seen before:
 * the line cache keeps what they become. Frames are kept as names, stacks as a trie of these (a
 * FrameId is a NameId here), and the text of a stack is made only once, at the end. */
#include "app/collapse.h"

#include <string.h>

#include "ingest/format.h"
#include "ingest/key_cache.h"
#include "ingest/pack_load.h"
#include "ingest/source.h"
#include "store/names.h"
#include "store/stacks.h"

enum {
    READ_BYTES = 1 << 20,
    LINE_LIMIT = 64 << 20,
    KEYED_MIN = 25, /* shorter lines have no address column */
    LINES_LOG2 = 17,
};

/* The frames of one line, innermost last; [first, first + n) in `func`. */
typedef struct Run {
    uint64_t first;
    uint32_t n;
} Run;

typedef struct Collapse {
    const CollapseOptions *options;
    Names names;
    Stacks stacks;
    Column count; /* uint64_t by StackId */
    Column used;  /* uint8_t by StackId: some sample ended here */
    TextKeys keys;
    KeyCache lines; /* index of a Run by the line, of java or of other processes */
    Column run;     /* Run; 0 is the empty one */
    Column func;    /* NameId */
    Column stack;   /* uint32_t: runs of the sample at hand, leaf first */
    bool named;     /* a sample is open */
    NameId process;
    bool java;
    uint64_t period;
    Buf event, text; /* the event that counts; scratch */
    bool event_known;
    /* -- habits that showed */
    uint64_t samples, other_events, strange_lines;
} Collapse;

/* Perl's \s and \w, for bytes. */
static bool is_space(char c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool is_digit(char c) {
    return (unsigned char)(c - '0') < 10;
}

static bool is_word(char c) {
    return is_digit(c) || (unsigned char)((c | 32) - 'a') < 26 || c == '_';
}

static size_t skip_digits(Str s, size_t i) {
    while (i < s.n && is_digit(s.s[i]))
        i++;
    return i;
}

static size_t skip_spaces(Str s, size_t i) {
    while (i < s.n && is_space(s.s[i]))
        i++;
    return i;
}

/* ---- event lines --------------------------------------------------------------------------
 */

/* A name of at least two bytes, then "PID" or "PID/TID" between spaces: the first such place.
 */
static bool split_event(Str line, Str *comm, Str *pid, Str *tid) {
    if (line.n == 0 || is_space(line.s[0]))
        return false;
    for (size_t end = 2; end < line.n; end++) {
        if (!is_space(line.s[end]))
            continue;
        size_t from = skip_spaces(line, end);
        size_t to = skip_digits(line, from), second = to;
        if (to == from)
            continue;
        while (second < line.n && line.s[second] == '/')
            second++;
        size_t second_end = skip_digits(line, second);
        if (second_end >= line.n || !is_space(line.s[second_end]))
            continue;
        if (second == to) /* digits do not go on without a slash */
            second_end = second;
        *comm = str_slice(line, 0, end);
        *pid = str_slice(line, from, to);
        *tid = str_slice(line, second, second_end);
        return true;
    }
    return false;
}

/* ": 1001001 cycles:u: " at the end; the number may be missing. */
static bool split_period(Str line, Str *period, Str *event) {
    size_t end = line.n;
    while (end > 0 && is_space(line.s[end - 1]))
        end--;
    if (end == 0 || line.s[end - 1] != ':')
        return false;
    size_t start = --end;
    while (start > 0 && !is_space(line.s[start - 1]))
        start--;
    size_t at = start;
    while (at > 0 && is_space(line.s[at - 1]))
        at--;
    if (start == end || at == start || at == 0)
        return false;
    size_t digits = at;
    while (digits > 0 && is_digit(line.s[digits - 1]))
        digits--;
    size_t before = digits;
    while (digits < at && before > 0 && is_space(line.s[before - 1]))
        before--;
    if (before == 0 || line.s[before - 1] != ':')
        return false;
    *event = str_slice(line, start, end);
    *period = str_slice(line, digits, at);
    return true;
}

static void put_underscored(Buf *out, Str s) {
    for (size_t i = 0; i < s.n; i++)
        buf_putc(out, s.s[i] == ' ' ? '_' : s.s[i]);
}

static void open_sample(Collapse *c, Str line, Str comm, Str pid, Str tid) {
    Str period = {"", 0}, event;
    c->samples++;
    if (tid.n == 0 || str_eq_c(tid, "0")) {
        tid = pid;
        pid = STR("?");
    }
    if (split_period(line, &period, &event)) {
        if (!c->event_known) {
            buf_put(&c->event, event);
            c->event_known = true;
        } else if (!str_eq(event, buf_str(&c->event))) {
            c->other_events++;
            return; /* the sample before, if still open, stays so */
        }
    }
    c->period = 0;
    for (size_t i = 0; i < period.n; i++)
        c->period = c->period * 10 + (uint64_t)(period.s[i] - '0');
    if (period.n <= 1 && c->period == 0)
        c->period = 1;
    buf_clear(&c->text);
    put_underscored(&c->text, comm);
    if (c->options->tid || c->options->pid) {
        buf_putc(&c->text, '-');
        buf_put(&c->text, pid);
    }
    if (c->options->tid) {
        buf_putc(&c->text, '/');
        buf_put(&c->text, tid);
    }
    c->process = names_intern(&c->names, buf_str(&c->text));
    c->java = str_starts(buf_str(&c->text), STR("java"));
    c->named = true;
}

static void close_sample(Collapse *c) {
    if (!c->named)
        return;
    StackId id = stacks_push(&c->stacks, 0, c->process);
    for (uint64_t i = c->stack.count; i-- > 0;) {
        Run run = COLUMN_AT(&c->run, Run, COLUMN_AT(&c->stack, uint32_t, i));
        for (uint64_t k = 0; k < run.n; k++)
            id = stacks_push(&c->stacks, id, COLUMN_AT(&c->func, NameId, run.first + k));
    }
    while (c->count.count <= id) {
        column_push(&c->count);
        column_push(&c->used);
    }
    COLUMN_AT(&c->count, uint64_t, id) += c->period;
    COLUMN_AT(&c->used, uint8_t, id) = 1;
    column_clear(&c->stack);
    c->named = false;
}

/* ---- frame lines --------------------------------------------------------------------------
 */

/* Address, function, then " (" for the last time before the last ")". */
static bool split_frame(Str line, Str *address, Str *func, Str *module) {
    size_t start = skip_spaces(line, 0), close = str_rfind_char(line, ')');
    if (close == line.n || close < 2)
        return false;
    size_t open = close - 1; /* of " (" the bracket; the blank is at open - 1 */
    while (open > 0 && !(line.s[open] == '(' && line.s[open - 1] == ' '))
        open--;
    size_t word = start;
    while (word < line.n && is_word(line.s[word]))
        word++;
    if (open == 0 || word == start)
        return false;
    /* as much space, then as much of the address is given back as lets a function be there */
    size_t from = skip_spaces(line, word);
    if (from >= open - 1 && from > word)
        from = open - 2 > word ? open - 2 : word;
    while (from >= open - 1 && word > start + 1)
        from = --word;
    if (from >= open - 1)
        return false;
    *address = str_slice(line, start, word);
    *func = str_slice(line, from, open - 1);
    *module = str_slice(line, open + 1, close);
    return true;
}

static Str less_offset(Str s) {
    size_t i = s.n;
    while (i > 0 && (is_digit(s.s[i - 1]) || (s.s[i - 1] >= 'a' && s.s[i - 1] <= 'f')))
        i--;
    return i < s.n && str_ends(str_slice(s, 0, i), STR("+0x")) ? str_slice(s, 0, i - 3) : s;
}

static bool is_perf_map(Str module) {
    for (size_t i = 0; i < module.n; i++) {
        Str rest = str_slice(module, i, module.n);
        if (!str_starts(rest, STR("/tmp/perf-")))
            continue;
        size_t digits = skip_digits(rest, 10);
        if (digits > 10 && str_starts(str_slice(rest, digits, rest.n), STR(".map")))
            return true;
    }
    return false;
}

static bool is_kernel(Str module) {
    return (str_starts(module, STR("[")) || str_ends(module, STR("vmlinux"))) &&
           str_find(module, STR("unknown")) == module.n;
}

/* Everything from the first bracket on, but for Go's methods and anonymous namespaces. */
static Str less_arguments(Str func) {
    size_t receiver = str_find(func, STR(".("));
    if (receiver < func.n) {
        Str tail = str_slice(func, receiver + 2, func.n);
        if (str_find(tail, STR(").")) < tail.n)
            return func;
    }
    for (size_t i = 0; i < func.n; i++) {
        if (func.s[i] == '(' &&
            !str_starts(str_slice(func, i + 1, func.n), STR("anonymous namespace)")))
            return str_slice(func, 0, i);
    }
    return func;
}

/* One function of a line as the script writes it, into c->text. */
static void tidy(Collapse *c, Str func, Str address, Str module, bool inlined) {
    Buf whole = {0};
    if (str_eq_c(func, "[unknown]")) {
        size_t slash = str_rfind_char(module, '/');
        Str name = str_slice(module, slash < module.n ? slash + 1 : 0, module.n);
        buf_putc(&whole, '[');
        buf_put(&whole, str_eq_c(module, "[unknown]") ? STR("unknown") : name);
        if (c->options->addrs) {
            buf_puts(&whole, " <");
            buf_put(&whole, address);
            buf_putc(&whole, '>');
        }
        buf_putc(&whole, ']');
        func = buf_str(&whole);
    }
    func = less_arguments(func);
    buf_clear(&c->text);
    for (size_t i = 0; i < func.n; i++) {
        if (func.s[i] != '"' && func.s[i] != '\'')
            buf_putc(&c->text, func.s[i] == ';' ? ':' : func.s[i]);
    }
    Str text = buf_str(&c->text);
    if (c->java && text.n && text.s[0] == 'L' && str_find_char(text, '/') < text.n) {
        memmove(c->text.s, c->text.s + 1, text.n - 1);
        c->text.n--;
        text = buf_str(&c->text);
    }
    if (inlined) {
        if (str_find(text, STR("_[i]")) == text.n)
            buf_puts(&c->text, "_[i]");
    } else if (c->options->kernel && is_kernel(module)) {
        buf_puts(&c->text, "_[k]");
    } else if (c->options->jit && is_perf_map(module) && str_find(text, STR("_[j]")) == text.n) {
        buf_puts(&c->text, "_[j]");
    }
    buf_free(&whole);
}

/* The run of a frame line; 0 for one that adds nothing. */
static uint32_t make_run(Collapse *c, Str func, Str address, Str module) {
    Run run = {.first = c->func.count};
    func = less_offset(func);
    if (func.n && func.s[0] == '(')
        return 0;
    /* empty pieces between arrows count, those at the end do not */
    while (str_ends(func, STR("->")))
        func.n -= 2;
    if (func.n == 0)
        return 0;
    for (bool more = true; more; run.n++) {
        size_t arrow = str_find(func, STR("->"));
        more = arrow < func.n;
        tidy(c, str_slice(func, 0, arrow), address, module, run.n > 0);
        COLUMN_PUSH(&c->func, NameId) = names_intern(&c->names, buf_str(&c->text));
        func = str_slice(func, arrow + 2, func.n);
    }
    COLUMN_PUSH(&c->run, Run) = run;
    return (uint32_t)c->run.count - 1;
}

/* ---- lines --------------------------------------------------------------------------------
 */

static void read_line(Collapse *c, Str line) {
    Str comm, pid, tid, address, func, module;
    if (line.n && line.s[0] == '#')
        return;
    if (line.n == 0) {
        close_sample(c);
    } else if (split_event(line, &comm, &pid, &tid)) {
        open_sample(c, line, comm, pid, tid);
    } else if (split_frame(line, &address, &func, &module)) {
        if (!c->named)
            return;
        uint32_t run = make_run(c, func, address, module);
        COLUMN_PUSH(&c->stack, uint32_t) = run;
        if (line.n >= KEYED_MIN && is_space(line.s[0]))
            key_cache_put(&c->lines, text_key(&c->keys, line.s, line.n, c->java), run);
    } else {
        c->strange_lines++;
    }
}

static void read_lines(Collapse *c, Str text) {
    while (text.n) {
        Str line = str_cut(&text, '\n');
        if (c->named && line.n >= KEYED_MIN && is_space(line.s[0])) {
            TextKey key = text_key(&c->keys, line.s, line.n, c->java);
            uint32_t run = key_cache_get(&c->lines, key);
            if (run) {
                COLUMN_PUSH(&c->stack, uint32_t) = run;
                continue;
            }
        }
        read_line(c, line);
    }
}

static bool read_all(Collapse *c, Source *source, Error *err) {
    Buf text = {0};
    bool ok = true;
    for (;;) {
        size_t have = text.n;
        char *to = buf_reserve(&text, READ_BYTES + FORMAT_CHUNK_PAD);
        int64_t got = source_read(source, to, 1, READ_BYTES, err);
        text.n = have + (size_t)(got > 0 ? got : 0);
        Str all = buf_str(&text);
        if (got <= 0) {
            ok = got == 0;
            read_lines(c, all);
            break;
        }
        size_t newline = str_rfind_char(all, '\n');
        if (newline == all.n) {
            if (all.n > LINE_LIMIT) {
                ok = error_set(err, ERROR_LIMIT, "a line is longer than %d MiB", LINE_LIMIT >> 20);
                break;
            }
            continue;
        }
        read_lines(c, str_slice(all, 0, newline + 1));
        text.n = all.n - newline - 1;
        memmove(text.s, text.s + newline + 1, text.n);
    }
    buf_free(&text);
    return ok;
}

/* ---- output -------------------------------------------------------------------------------
 */

typedef struct OutLine {
    Str text;
    uint64_t count;
} OutLine;

static Str stack_text(const Collapse *c, StackId id, Arena *arena) {
    size_t n = 0;
    for (StackId at = id; at; at = stacks_get(&c->stacks, at).parent)
        n += names_get(&c->names, stacks_get(&c->stacks, at).frame).n + 1;
    char *text = arena_push(arena, n, 1);
    char *end = text + n;
    for (StackId at = id; at; at = stacks_get(&c->stacks, at).parent) {
        Str name = names_get(&c->names, stacks_get(&c->stacks, at).frame);
        *--end = ';';
        end -= name.n;
        memcpy(end, name.s, name.n);
    }
    return (Str){text, n - 1};
}

/* Bottom-up merge sort: stable, and no order of input makes it slow. */
static OutLine *sort_lines(OutLine *line, OutLine *spare, size_t n) {
    for (size_t width = 1; width < n; width *= 2) {
        for (size_t from = 0; from < n; from += 2 * width) {
            size_t a = from, a_end = from + width < n ? from + width : n;
            size_t b = a_end, b_end = a_end + width < n ? a_end + width : n;
            for (size_t k = from; k < b_end; k++) {
                bool first = a < a_end && (b >= b_end || str_cmp(line[a].text, line[b].text) <= 0);
                spare[k] = first ? line[a++] : line[b++];
            }
        }
        OutLine *swap = line;
        line = spare;
        spare = swap;
    }
    return line;
}

static void print_all(const Collapse *c, Buf *out) {
    Arena arena;
    arena_init(&arena, 1 << 20);
    size_t n = 0;
    for (uint64_t id = 0; id < c->used.count; id++)
        n += COLUMN_AT(&c->used, uint8_t, id);
    OutLine *line = ARENA_ARRAY(&arena, OutLine, n);
    OutLine *spare = ARENA_ARRAY(&arena, OutLine, n);
    size_t k = 0;
    for (uint64_t id = 0; id < c->used.count; id++) {
        if (COLUMN_AT(&c->used, uint8_t, id))
            line[k++] =
                (OutLine){stack_text(c, (StackId)id, &arena), COLUMN_AT(&c->count, uint64_t, id)};
    }
    line = sort_lines(line, spare, n);
    for (size_t i = 0; i < n; i++) {
        /* a process name may hold ";": two stacks can read the same */
        if (i + 1 < n && str_eq(line[i].text, line[i + 1].text)) {
            line[i + 1].count += line[i].count;
            continue;
        }
        buf_put(out, line[i].text);
        buf_putc(out, ' ');
        buf_u64(out, line[i].count);
        buf_putc(out, '\n');
    }
    arena_free(&arena);
}

static void say(const Collapse *c, const Source *source, Buf *notes) {
    if (c->other_events)
        buf_printf(notes, "%llu samples of other events than %s left out\n",
                   (unsigned long long)c->other_events, c->event.s);
    if (c->strange_lines)
        buf_printf(notes, "%llu lines are neither event nor frame\n",
                   (unsigned long long)c->strange_lines);
    if (c->named)
        buf_puts(notes, "the last sample is lost: no blank line follows it\n");
    if (source_ending(source) == SOURCE_TRUNCATED || source_ending(source) == SOURCE_DAMAGED)
        buf_printf(notes, "%s\n", source_trouble(source));
}

/* What is known to be something else is refused; of other texts the script is the judge. */
static bool is_script(Source *source, Error *err) {
    Str head = {"", 0};
    bool whole = false;
    size_t want = FORMAT_PROBE_BYTES; /* more where the first line is longer, as of JSON */
    for (; !whole && head.n < FORMAT_PROBE_MOST && str_find_char(head, '\n') == head.n; want *= 2)
        if (!source_peek(source, want, &head, &whole, err))
            return false;
    const Format *format = format_sure(head, whole);
    if (format && !str_starts(str_of(format->name), STR("perf script")))
        return error_set(
            err, ERROR_FORMAT,
            "the format %s is no text of `perf script`, and collapse reads nothing else: "
            "export --to folded gives its stacks",
            format->name);
    if (!format && whole && head.n == 0 && *source_trouble(source))
        return error_set(err, ERROR_FORMAT, "%s", source_trouble(source));
    return format || !format_is_none(head, whole, err);
}

static bool found_samples(const Collapse *c, Error *err) {
    return c->samples || error_set(err, ERROR_FORMAT,
                                   "no line that begins a sample, with a process and its id, as "
                                   "`perf script` prints it, was found");
}

bool collapse_run(const char *path, const CollapseOptions *options, Buf *out, Buf *notes,
                  Error *err) {
    if (pack_load_wanted(path))
        return error_set(err, ERROR_FORMAT,
                         "a pack keeps no text, and collapse reads nothing else: export --to "
                         "folded gives its stacks");
    Source *source = source_open(path, CODEC_AUTO, err);
    if (!source)
        return false;
    if (!is_script(source, err)) {
        source_close(source);
        return false;
    }
    Collapse *c = mem_resize(NULL, 0, sizeof *c);
    c->options = options;
    names_init(&c->names);
    stacks_init(&c->stacks);
    column_init(&c->count, sizeof(uint64_t), 8);
    column_init(&c->used, 1, 10);
    column_init(&c->run, sizeof(Run), 8);
    column_init(&c->func, sizeof(NameId), 8);
    column_init(&c->stack, sizeof(uint32_t), 8);
    text_keys_init(&c->keys, false);
    c->lines = (KeyCache){mem_table(sizeof(KeySlot) << LINES_LOG2), LINES_LOG2};
    COLUMN_PUSH(&c->run, Run) = (Run){0, 0};
    if (options->event) {
        buf_puts(&c->event, options->event);
        c->event_known = true;
    }
    bool ok = read_all(c, source, err) && found_samples(c, err);
    if (ok) {
        print_all(c, out);
        say(c, source, notes);
    }
    source_close(source);
    names_free(&c->names);
    stacks_free(&c->stacks);
    Column *columns[] = {&c->count, &c->used, &c->run, &c->func, &c->stack};
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++)
        column_free(columns[i]);
    mem_table_free(c->lines.slot, sizeof(KeySlot) << LINES_LOG2);
    buf_free(&c->event);
    buf_free(&c->text);
    mem_resize(c, sizeof *c, 0);
    return ok;
}

/* The frame of a sample that perf prints on one line, for it has no callers: between the event
 * and the end of "… cycles:  ffffffff8104f45a native_write_msr+0xa ([kernel.kallsyms])". Before it
 * may stand what was accessed and how (perf mem: "68100142 |OP LOAD|…"), behind it where a branch
 * leads, the branches before, registers, instructions.
 * Facts: process_event and sample__fprintf_sym of perf's builtin-script.c and evsel_fprintf.c: the
 * address is right-aligned in 16 columns, behind one more blank. */
#include "ingest/perf_line.h"

enum { COLUMNS = 16 };

/* "sched:sched_switch" is one, "cycles:ppp" is none. */
static bool is_tracepoint(Str event) {
    size_t colon = str_rfind_char(event, ':');
    Str last = str_slice(event, colon + 1, event.n);
    for (size_t i = 0; i < last.n; i++) {
        if (str_find_char(STR("ukhpPGHSDWeIbR"), last.s[i]) == 14)
            return colon > 0;
    }
    return false;
}

/* Whether [from, to) of s is the address's column; `gap` blanks stand before s. */
static bool is_column(Str s, size_t from, size_t to, uint32_t gap) {
    size_t blanks = 0;
    while (blanks < from && s.s[from - 1 - blanks] == ' ')
        blanks++;
    if (blanks == from)
        blanks += gap;
    return to - from <= COLUMNS && blanks + (to - from) > COLUMNS;
}

/* The last address's column that a symbol follows; s.n: there is none. */
static size_t last_column(Str s, uint32_t gap) {
    size_t found = s.n, from = 0;
    bool hex = true;
    for (size_t i = 0; i < s.n; i++) {
        if (!perf_line_blank(s.s[i])) {
            hex = hex && perf_line_hex(s.s[i]);
            continue;
        }
        bool followed = i + 1 < s.n && !perf_line_blank(s.s[i + 1]) && s.s[i + 1] != '|';
        if (hex && i > from && followed && is_column(s, from, i, gap))
            found = from;
        from = i + 1;
        hex = true;
    }
    return found;
}

/* Less what is printed behind the frame. */
static Str less_tail(Str s) {
    static const char *const tails[] = {" IPC: ", " insn: ", " ilen: ", " ABI:"};
    for (size_t i = 0; i < sizeof tails / sizeof *tails; i++)
        s = str_trim(str_slice(s, 0, str_find(s, str_of(tails[i]))));
    if (str_ends(s, STR(")")))
        return s;
    for (size_t i = 0; i + 2 < s.n; i++) {
        bool module =
            s.s[i] == ' ' && s.s[i + 1] == '(' && (s.s[i + 2] == '/' || s.s[i + 2] == '[');
        size_t close = module ? i + str_find_char(str_slice(s, i, s.n), ')') : 0;
        if (close == s.n)
            break; /* nor is there another */
        if (module && perf_line_blank(s.s[close + 1]))
            return str_slice(s, 0, close + 1);
    }
    return str_slice(s, 0, str_find(s, STR(" 0x")));
}

/* Of texts that somebody else aligned: closed by a module, maybe with the address that was accessed
 * before it. */
static bool loose_frame(Str rest, FrameLine *frame) {
    FrameLine inner;
    if (!frame_line_split(rest, frame) || !frame->ended || (!frame->module.n && !frame->inlined))
        return false;
    size_t blank = str_find_char(frame->symbol, ' ');
    if (blank >= 4 && blank < frame->symbol.n &&
        frame_line_split(str_slice(rest, (size_t)(frame->symbol.s - rest.s), rest.n), &inner) &&
        inner.ended)
        *frame = inner;
    return true;
}

bool event_line_frame(const EventLine *event, FrameLine *out) {
    Str rest = str_slice(event->rest, 0, str_find(event->rest, STR(" => "))); /* a branch's end */
    size_t at = last_column(rest, event->gap);
    if (at == rest.n)
        return rest.n && loose_frame(rest, out);
    if (!frame_line_split(less_tail(str_slice(rest, at, rest.n)), out))
        return false;
    /* a tracepoint's text is no frame, whatever it looks like */
    return !is_tracepoint(event->event) || (out->ended && (out->module.n || out->inlined));
}

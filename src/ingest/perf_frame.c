/* A frame line: address, symbol and, in the last pair of brackets, the module. Symbols hold
 * blanks and brackets and so do modules, therefore the module is found from the end by matching
 * brackets. */
#include "ingest/perf_line.h"

#include <string.h>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

/* "+0x1f" off the end, if it is there and something is left. */
static Str less_offset(Str s) {
    size_t i = s.n;
    while (i > 0 && perf_line_hex(s.s[i - 1]))
        i--;
    bool offset = i < s.n && i > 3 && s.s[i - 1] == 'x' && s.s[i - 2] == '0' && s.s[i - 3] == '+';
    return offset ? (Str){s.s, i - 3} : s;
}

/* Where the bracket that s ends with was opened, behind a blank; s.n when nowhere. */
static size_t last_bracket(Str s) {
    int depth = 0;
    for (size_t i = s.n; i-- > 1;) {
        if (s.s[i] == ')')
            depth++;
        else if (s.s[i] == '(' && --depth == 0 && perf_line_blank(s.s[i - 1]))
            return i;
        if (depth == 0)
            break;
    }
    /* brackets that do not match may be part of a file's name */
    for (size_t i = s.n; i-- > 1;) {
        if (s.s[i] == '(' && perf_line_blank(s.s[i - 1]) &&
            (s.s[i + 1] == '/' || s.s[i + 1] == '['))
            return i;
    }
    return s.n;
}

static Str trim_back(Str s) {
    while (s.n && perf_line_blank(s.s[s.n - 1]))
        s.n--;
    return s;
}

/* Cuts "(module)" off the end of *s. */
static void take_module(Str *s, FrameLine *out) {
    if (s->n < 2 || s->s[s->n - 1] != ')')
        return;
    size_t open = last_bracket(*s);
    if (open == s->n)
        return;
    Str module = str_slice(*s, open + 1, s->n - 1);
    if (out->inlined && module.n && module.s[0] != '/' && module.s[0] != '[')
        return; /* an inlined frame has no module as a rule: this is the end of its symbol */
    out->module = less_offset(module);
    *s = trim_back(str_slice(*s, 0, open));
}

#if defined(__SSE2__)

/* Bits of the bytes of p[0, 16) that lie from `from` to `from` + span, as unsigned bytes. */
static inline uint32_t bytes_in(__m128i p, char from, char span) {
    __m128i over = _mm_sub_epi8(p, _mm_set1_epi8(from));
    return (uint32_t)_mm_movemask_epi8(
        _mm_cmpeq_epi8(_mm_min_epu8(over, _mm_set1_epi8(span)), over));
}

/* less_offset for a text with 16 readable bytes before its end. */
static inline Str less_usual_offset(Str s) {
    __m128i last = _mm_loadu_si128((const __m128i *)(s.s + s.n - 16));
    uint32_t hex = bytes_in(last, '0', 9) | bytes_in(last, 'a', 5);
    if (!(hex & 0x8000))
        return s;
    uint32_t digits = (uint32_t)__builtin_clz(~(hex << 16));
    if (digits > 12)
        return less_offset(s);
    const char *x = s.s + s.n - digits - 1;
    bool offset = s.n > digits + 3 && x[0] == 'x' && x[-1] == '0' && x[-2] == '+';
    return offset ? (Str){s.s, s.n - digits - 3} : s;
}

/* What bracket stands last in s[0, n), n at least 16; n when there is none. */
static inline size_t bracket_before(const char *s, size_t n) {
    for (size_t end = n;;) {
        size_t at = end >= 16 ? end - 16 : 0;
        uint32_t mask = bytes_in(_mm_loadu_si128((const __m128i *)(s + at)), '(', 1);
        if (mask)
            return at + 31u - (uint32_t)__builtin_clz(mask);
        if (at == 0)
            return n;
        end = at;
    }
}

/* The line as perf prints it by far most often, "\t", 16 columns of address, " symbol+0x1f
 * (module)": the same as below, five times faster. False: it is not of this form. */
static bool split_usual(Str line, FrameLine *out) {
    enum { SYMBOL = 18 };
    if (line.n < SYMBOL + 16 || line.s[0] != '\t' || line.s[17] != ' ' ||
        perf_line_blank(line.s[SYMBOL]) || line.s[line.n - 1] != ')')
        return false;
    __m128i address = _mm_loadu_si128((const __m128i *)(line.s + 1));
    uint32_t blank = (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(address, _mm_set1_epi8(' ')));
    uint32_t hex = bytes_in(address, '0', 9) | bytes_in(address, 'a', 5);
    if ((blank | hex) != 0xffff || (blank & (blank + 1)) || !hex)
        return false;
    size_t open = bracket_before(line.s, line.n - 1);
    if (open == line.n - 1 || line.s[open] != '(' || open <= SYMBOL + 1 ||
        !perf_line_blank(line.s[open - 1]) || line.s[line.n - 2] == 'd')
        return false; /* 'd': it may be "(inlined)" */
    Str symbol = {line.s + SYMBOL, open - SYMBOL};
    do {
        symbol.n--;
    } while (symbol.n && perf_line_blank(symbol.s[symbol.n - 1]));
    symbol = less_usual_offset(symbol);
    if (symbol.n == 0)
        return false;
    bool f = _mm_movemask_epi8(_mm_cmpeq_epi8(address, _mm_set1_epi8('f'))) == 0xffff;
    *out = (FrameLine){.symbol = symbol,
                       .module = less_usual_offset((Str){line.s + open + 1, line.n - open - 2}),
                       .kernel_half = !blank && line.s[1] >= '8' && !f,
                       .ended = true};
    return true;
}

#else

static bool split_usual(Str line, FrameLine *out) {
    (void)line, (void)out;
    return false;
}

#endif

bool frame_line_split(Str line, FrameLine *out) {
    if (split_usual(line, out))
        return true;
    while (line.n && (line.s[line.n - 1] == '\r' || perf_line_blank(line.s[line.n - 1])))
        line.n--;
    size_t i = 0;
    while (i < line.n && perf_line_blank(line.s[i]))
        i++;
    size_t address = i;
    while (i < line.n && perf_line_hex(line.s[i]))
        i++;
    size_t digits = i - address;
    if (digits == 0 || digits > 16 || (i < line.n && !perf_line_blank(line.s[i])))
        return false;
    *out = (FrameLine){.ended = line.s[line.n - 1] == ')', .module = {"", 0}};
    out->kernel_half = digits == 16 && line.s[address] >= '8' &&
                       memcmp(line.s + address, "ffffffffffffffff", 16) != 0;
    while (i < line.n && perf_line_blank(line.s[i]))
        i++;
    Str s = str_slice(line, i, line.n);
    if (str_ends(s, STR(" (inlined)"))) {
        out->inlined = true;
        s = trim_back(str_slice(s, 0, s.n - 10));
    }
    take_module(&s, out);
    out->symbol = less_offset(s);
    if (out->symbol.n == 0)
        out->symbol = STR("[unknown]");
    return true;
}

bool frame_line_is_note(Str line) {
    Str s = str_trim(line);
    if (s.n == 0 || !perf_line_blank(line.s[0]))
        return false;
    if (str_ends(s, STR(" (inlined)")))
        s = str_trim(str_slice(s, 0, s.n - 10));
    if (str_starts(s, STR("0x")) || str_starts(s, STR("ABI:")) || s.s[s.n - 1] == ']')
        return true;
    size_t digits = s.n;
    while (digits > 0 && (unsigned char)(s.s[digits - 1] - '0') < 10)
        digits--;
    if (digits < s.n && digits > 0 && (s.s[digits - 1] == ':' || s.s[digits - 1] == '+'))
        return true; /* "file.c:123", "main+26" */
    return str_eq_c(s, "??:?") || str_eq_c(s, "??:0");
}

/* "4K", as pages are. */
static bool is_page_size(Str word) {
    int64_t n;
    return str_eq_c(word, "N/A") ||
           (word.n > 1 && str_find_char(STR("KMG"), word.s[word.n - 1]) < 3 &&
            str_to_i64(str_slice(word, 0, word.n - 1), &n));
}

/* "       10e2f3a40 4K": the number ends in the 16th column, where no frame's ever does. */
static bool is_physical(Str line) {
    enum { COLUMNS = 16 };
    size_t i = 0;
    while (i < line.n && line.s[i] == ' ')
        i++;
    if (i >= COLUMNS || line.n < COLUMNS || (line.n > COLUMNS && perf_line_hex(line.s[COLUMNS])))
        return false;
    for (; i < COLUMNS; i++)
        if (!perf_line_hex(line.s[i]))
            return false;
    for (Str rest = str_trim(str_slice(line, COLUMNS, line.n)); rest.n; rest = str_trim(rest))
        if (!is_page_size(str_cut(&rest, ' ')))
            return false;
    return true;
}

/* "main+0x1/f+0x2/P/-/-/0", a branch: predicted, in a transaction, aborted, cycles. */
static bool is_branch(Str word) {
    for (size_t i = 1; i + 7 < word.n; i++) {
        const char *at = word.s + i;
        if (at[0] == '/' && at[2] == '/' && at[4] == '/' && at[6] == '/' &&
            str_find_char(STR("PM-"), at[1]) < 3 && str_find_char(STR("X-"), at[3]) < 2 &&
            str_find_char(STR("A-"), at[5]) < 2 && (unsigned char)(at[7] - '0') < 10)
            return true;
    }
    return false;
}

bool frame_line_is_field(Str line) {
    Str s = str_trim(line), rest = s, word = str_cut(&rest, ' ');
    if (s.n == 0)
        return false;
    if (perf_line_blank(line.s[0]) && (str_eq_c(word, "ilen:") || str_eq_c(word, "insn:") ||
                                       str_eq_c(word, "IPC:") || is_physical(line)))
        return true;
    return is_branch(word);
}

/* Names in brackets are kernel modules, but for those that the kernel gives to user memory. */
static bool is_kernel_name(Str m) {
    static const char *const user[] = {"[unknown]", "[vdso", "[vsyscall", "[vvar", "[heap",
                                       "[stack",    "[anon", "[uprobes]", "[perf"};
    if (m.n == 0 || m.s[0] != '[')
        return false;
    for (size_t i = 0; i < sizeof user / sizeof *user; i++) {
        if (str_starts(m, str_of(user[i])))
            return false;
    }
    return true;
}

static bool is_kernel_file(Str m) {
    Str name = str_slice(m, str_rfind_char(m, '/') < m.n ? str_rfind_char(m, '/') + 1 : 0, m.n);
    return str_find(name, STR("vmlinux")) < name.n || str_ends(m, STR(".ko")) ||
           str_ends(m, STR(".ko.xz")) || str_ends(m, STR(".ko.gz")) ||
           str_ends(m, STR(".ko.zst")) || str_starts(m, STR("bpf_prog_"));
}

static bool is_jit(Str m) {
    size_t slash = str_rfind_char(m, '/');
    Str name = str_slice(m, slash < m.n ? slash + 1 : 0, m.n);
    if (str_starts(m, STR("[perf")))
        return true;
    return (str_starts(name, STR("perf-")) && str_ends(name, STR(".map"))) ||
           (str_starts(name, STR("jitted-")) && str_ends(name, STR(".so")));
}

uint32_t frame_kind_of(const FrameLine *frame) {
    if (frame->inlined)
        return FRAME_INLINED;
    if (is_jit(frame->module))
        return FRAME_JIT;
    if (is_kernel_name(frame->module) || is_kernel_file(frame->module))
        return FRAME_KERNEL;
    bool nowhere = frame->module.n == 0 || str_eq(frame->module, STR("[unknown]"));
    return nowhere && frame->kernel_half ? FRAME_KERNEL : FRAME_USER;
}

/* Java's compilers write caller->callee. C++ has its own arrows: operator->, and those inside
 * brackets; neither is cut, and nor is one with nothing or a blank beside it. */
Str frame_inline_cut(Str *symbol) {
    Str s = *symbol;
    int depth = 0;
    for (size_t i = 1; i + 2 < s.n; i++) {
        if (s.s[i] == '(')
            depth++;
        else if (s.s[i] == ')')
            depth--;
        if (s.s[i] != '-' || s.s[i + 1] != '>' || depth > 0)
            continue;
        Str before = str_slice(s, 0, i);
        if (str_ends(before, STR("operator")) || perf_line_blank(s.s[i - 1]) ||
            perf_line_blank(s.s[i + 2]))
            continue;
        *symbol = str_slice(s, i + 2, s.n);
        return before;
    }
    symbol->n = 0;
    return s;
}

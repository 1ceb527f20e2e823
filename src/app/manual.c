#include "app/manual.h"

#include <string.h>

#include "app/commands.h"
#include "app/option_table.h"
#include "ingest/format.h"

/* -- roff */

/* Letters that roff would take for something else, or set as another letter. */
static const char *roff_letter(char c) {
    switch (c) {
    case '\\':
        return "\\e";
    case '-':
        return "\\-";
    case '\'':
        return "\\(aq";
    case '`':
        return "\\(ga";
    case '^':
        return "\\(ha";
    case '~':
        return "\\(ti";
    case '"':
        return "\\(dq";
    default:
        return NULL;
    }
}

static void put_text(Buf *out, Str s) {
    for (size_t i = 0; i < s.n;) {
        const char *letter = roff_letter(s.s[i]);
        if (letter)
            buf_puts(out, letter);
        else if ((unsigned char)s.s[i] < 128)
            buf_putc(out, s.s[i]);
        else {
            buf_printf(out, "\\[u%04X]", (unsigned)utf8_next(s, &i));
            continue;
        }
        i++;
    }
}

static void put(Buf *out, const char *text) {
    put_text(out, str_of(text));
}

enum { LINE = 80 }; /* of the page's source, as is its custom; roff fills lines anew */

/* Words on lines of their own. A line that begins with . or ' would be a request. */
static void put_lines(Buf *out, const char *text) {
    Buf word = {0};
    size_t column = 0;
    for (Str rest = str_of(text); rest.n;) {
        size_t n = 0;
        while (n < rest.n && rest.s[n] != ' ' && rest.s[n] != '\n')
            n++;
        buf_clear(&word);
        put_text(&word, str_slice(rest, 0, n));
        bool fits = column && column + 1 + word.n < LINE;
        if (column)
            buf_putc(out, fits ? ' ' : '\n');
        if (!fits && word.n && (word.s[0] == '.' || word.s[0] == '\''))
            buf_puts(out, "\\&");
        buf_put(out, buf_str(&word));
        column = (fits ? column + 1 : 0) + word.n;
        rest = str_slice(rest, n + (n < rest.n), rest.n);
    }
    buf_putc(out, '\n');
    buf_free(&word);
}

static bool is_capital(char c) {
    return c >= 'A' && c <= 'Z';
}

/* What stands for something (PROFILE, A..B) in italics, the rest as it is typed. */
static void put_operands(Buf *out, Str s) {
    for (size_t i = 0, n; i < s.n; i += n) {
        for (n = 1; is_capital(s.s[i]) && i + n < s.n && is_capital(s.s[i + n]);)
            n++;
        if (is_capital(s.s[i]))
            buf_puts(out, "\\fI");
        put_text(out, str_slice(s, i, i + n));
        if (is_capital(s.s[i]))
            buf_puts(out, "\\fR");
    }
}

static void section(Buf *out, const char *name) {
    buf_printf(out, ".SH %s\n", name);
}

/* -- sections */

static void put_synopsis(Buf *out) {
    section(out, "SYNOPSIS");
    for (int v = 0; v < VERB_COUNT; v++) {
        const VerbRow *row = &verb_table[v];
        buf_printf(out, "%s\\fBflamescope%s%s\\fR [\\fIOPTIONS\\fR] ", v ? ".br\n" : "",
                   row->name[0] ? " " : "", row->name);
        put_operands(out, str_of(row->operands));
        buf_putc(out, '\n');
    }
}

static void put_verbs(Buf *out) {
    section(out, "DESCRIPTION");
    put_lines(out, verb_table[VERB_WINDOW].text);
    buf_puts(out, ".PP\n");
    put_lines(
        out,
        "A column of the heat map is a second, and time runs up in it; the colour of a cell says how many\n"
        "samples fell into that slice of the second. A stripe is a burst, a gap a pause, a horizontal line\n"
        "what returns in step with the clock. Drag over cells, and the flame graph is of just that time.\n"
        "All else is done by the verbs below.\n");
    section(out, "VERBS");
    for (int v = 1; v < VERB_COUNT; v++) {
        buf_printf(out, ".TP\n\\fB%s\\fR ", verb_table[v].name);
        put_operands(out, str_of(verb_table[v].operands));
        buf_putc(out, '\n');
        put_lines(out, verb_table[v].text);
    }
}

/* "For: info, export"; nothing for what every verb takes. */
static void put_takers(Buf *out, unsigned verbs) {
    const char *between = "For ";
    if ((verbs & IN_ALL) == IN_ALL)
        return;
    for (int v = 0; v < VERB_COUNT; v++) {
        if (!(verbs & 1u << v))
            continue;
        buf_printf(out, "%s%s", between, v ? verb_table[v].name : "the window");
        between = ", ";
    }
    buf_puts(out, ".\n");
}

static void put_option(Buf *out, const Option *o) {
    Buf value = {0};
    buf_puts(out, ".TP\n");
    if (o->letter)
        buf_printf(out, "\\fB\\-%c\\fR, ", o->letter);
    buf_puts(out, "\\fB\\-\\-");
    put(out, o->name);
    buf_puts(out, o->value ? "\\fR " : "\\fR");
    option_value(o, &value);
    put_operands(out, buf_str(&value));
    buf_putc(out, '\n');
    buf_free(&value);
    Buf words = {0};
    buf_printf(&words, "%c%s.",
               o->help[0] >= 'a' && o->help[0] <= 'z' ? o->help[0] - 'a' + 'A' : o->help[0],
               o->help + 1);
    put_lines(out, words.s);
    buf_free(&words);
    put_takers(out, o->verbs);
}

static void put_options(Buf *out) {
    section(out, "OPTIONS");
    put_lines(
        out,
        "A value follows its option as the next word, or behind a =. What follows -- are files, or the\n"
        "command of a recording.\n");
    for (uint32_t i = 0; i < option_count; i++)
        put_option(out, &option_table[i]);
}

static void put_languages(Buf *out) {
    section(out, "FILTERS");
    put_lines(
        out,
        "Terms with blanks between them, all of which must hold: comm=java, pid=77,78, tid!=1234, cpu=0-3,\n"
        "event=cycles, kind=kernel, module=libjvm.so, frame~REGEX, frame!~REGEX, and min=0.1%, the share\n"
        "below which frames are not drawn. A value with blanks in it stands in double quotes.\n");
    section(out, "TRANSFORMS");
    put_lines(
        out,
        "Any number with || between them, each done to what the one before has left:\n"
        "focus-function, drop-function, merge-function, callers-of=FRAME; focus-subtree, merge-node=PATH;\n"
        "collapse-module=MODULE; collapse-recursion, collapse-direct[=FRAME]; hide-kernel;\n"
        "group=process, thread, cpu, event, module or package. A FRAME is a symbol, or SYMBOL|MODULE; a\n"
        "PATH is frames from the root, joined by ;.\n");
}

static void put_chord(Buf *out, Str keys) {
    const char *between = "";
    while (keys.n) {
        Str key = str_cut(&keys, ' ');
        if (str_starts(key, STR("phys:")))
            key = str_slice(key, 5, key.n);
        buf_printf(out, "%s\\fB", between);
        put_text(out, key);
        buf_puts(out, "\\fR");
        between = ", ";
    }
}

/* What has no key is done by a menu, by the mouse or in a replay script. */
static void put_group(Buf *out, int first) {
    buf_puts(out, ".SS ");
    buf_printf(out, "%s\n", commands[first].group);
    for (int i = first; i < CMD_COUNT; i++) {
        const Command *c = &commands[i];
        if (!c->keys[0] || strcmp(c->group, commands[first].group))
            continue;
        buf_puts(out, ".TP\n");
        put_chord(out, str_of(c->keys));
        buf_putc(out, '\n');
        put_lines(out, c->help);
    }
}

static void put_keys(Buf *out) {
    section(out, "KEYS");
    put_lines(
        out,
        "W, S, A and D are found by their place on the keyboard. Letters over a frame are about that frame.\n");
    for (int i = 0; i < CMD_COUNT; i++) {
        bool group_seen = false;
        for (int k = 0; k < i; k++)
            group_seen |= !strcmp(commands[k].group, commands[i].group);
        if (!group_seen)
            put_group(out, i);
    }
}

static void put_formats(Buf *out) {
    section(out, "FORMATS");
    put_lines(out, "A format is recognised by its content, never by a file's name:\n");
    for (int i = 0; formats[i]; i++) {
        put(out, formats[i]->name);
        buf_puts(out, ",\n");
    }
    put_lines(
        out,
        "and the .fscope files that flamescope pack writes.\n"
        "Each but the last may be gzip or, where built in, zstd or xz compressed, or come from a pipe.\n");
}

static void put_example(Buf *out, const char *words, const char *line) {
    buf_puts(out, ".TP\n");
    put_lines(out, words);
    buf_puts(out, ".nf\n");
    put(out, line);
    buf_puts(out, "\n.fi\n");
}

static void put_rest(Buf *out) {
    section(out, "EXIT STATUS");
    put_lines(
        out,
        "0 when all is done, 1 when the input cannot be used, 2 for wrong usage. Records that cannot be\n"
        "read are no failure: standard error says how many were skipped, and info why.\n");
    section(out, "ENVIRONMENT");
    buf_puts(out, ".TP\n\\fBFLAMESCOPE_CACHE\\fR\n");
    put_lines(out,
              "The size in MB, 2000 unless said, of the cache of large text files; 0 for none.\n");
    buf_puts(out, ".TP\n\\fBFLAMESCOPE_SCALE\\fR\n");
    put_lines(
        out,
        "How large everything is drawn, 0.5 to 8, if Wayland does not tell. Else GDK_SCALE or\n"
        "QT_SCALE_FACTOR says it, else X11's desktop.\n");
    buf_puts(out, ".TP\n\\fBTMPDIR\\fR\n");
    put_lines(
        out, "Where a perf.data file that is compressed or piped is unpacked; /tmp unless said.\n");
    section(out, "FILES");
    buf_puts(out, ".TP\n\\fI$XDG_CACHE_HOME/flamescope\\fR\n");
    put_lines(
        out,
        "The cache: text files of 100 MB and more in the form that opens at once, and the small pictures\n"
        "of files in folders. It may be deleted at any time. Below ~/.cache where that is not set.\n");
    buf_puts(out, ".TP\n\\fI$XDG_CONFIG_HOME/flamescope/settings\\fR\n");
    put_lines(out, "What was chosen in the settings; below ~/.config where that is not set.\n");
    buf_puts(out, ".TP\n\\fI$XDG_STATE_HOME/flamescope/recent\\fR\n");
    put_lines(out,
              "The files that were opened last; below ~/.local/state where that is not set.\n");
    buf_puts(out, ".TP\n\\fIPROFILE.scenes\\fR\n");
    put_lines(out, "The scenes of a profile, beside it.\n");
    section(out, "EXAMPLES");
    put_example(out, "Record all processors for a minute, and look at it:",
                "perf record -F 99 -a -g -- sleep 60; flamescope perf.data");
    put_example(out, "Where to look in a profile:", "flamescope info --findings my.perf.gz");
    put_example(out, "The flame graph of two seconds, for a browser:",
                "flamescope export my.perf.gz --to svg --range 34.2..36.2 -o flame.svg");
    section(out, "SEE ALSO");
    buf_puts(out, ".BR perf (1),\n.BR perf\\-record (1),\n.BR perf\\-script (1)\n");
}

void manual_page(Buf *out) {
    buf_puts(out, ".\\\" Written by flamescope \\-\\-man from the tables of the program.\n");
    buf_puts(out, ".TH FLAMESCOPE 1 " FLAMESCOPE_RELEASED " \"flamescope " FLAMESCOPE_VERSION
                  "\" \"User Commands\"\n");
    section(out, "NAME");
    buf_puts(out,
             "flamescope \\- subsecond-offset heat maps and live flame graphs of CPU profiles\n");
    put_synopsis(out);
    put_verbs(out);
    put_options(out);
    put_languages(out);
    put_keys(out);
    put_formats(out);
    put_rest(out);
}

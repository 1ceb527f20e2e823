#include "ingest/format.h"

#include <string.h>

#include "ingest/json_pull.h"

extern const Format format_perf_data;
extern const Format format_perf_script;
extern const Format format_perf_script_stacks;
extern const Format format_cpuprofile;
extern const Format format_speedscope;
extern const Format format_firefox;
extern const Format format_firefox_slabs;
extern const Format format_trace_events;
extern const Format format_pprof;
extern const Format format_nflxprofile;
extern const Format format_simpleperf;
extern const Format format_bpftrace;
extern const Format format_dtrace;
extern const Format format_mac_sample;
extern const Format format_folded;
extern const Format format_jfr;

const Format *const formats[] = {
    &format_perf_data,
    &format_perf_script,
    &format_perf_script_stacks,
    &format_cpuprofile,
    &format_speedscope,
    &format_firefox,
    &format_firefox_slabs,
    &format_trace_events,
    &format_pprof,
    &format_nflxprofile,
    &format_simpleperf,
    &format_bpftrace,
    &format_dtrace,
    &format_mac_sample,
    &format_folded,
    &format_jfr,
    NULL,
};

/* Inputs that people do try, and what to do about them. */
typedef struct Stranger {
    Str magic;
    size_t at; /* where it stands */
    const char *words;
} Stranger;

#define GPERFTOOLS                                                                                 \
    "this is a profile in gperftools' own form: `pprof -proto PROGRAM FILE` makes one of it that " \
    "can be read here"

static const Stranger strangers[] = {
    {{"\x8f"
      "FSC\r\n\x1a\n",
      8},
     0,
     "this is a FlameScope pack, which is mapped into memory: save it as it "
     "is, unpacked, to a file"},
    {{"\177ELF", 4}, 0, "this is an ELF program or library, not a profile"},
    {{"PK\3\4", 4}, 0, "this is a zip archive: unpack it first"},
    {{"\xfd"
      "7zXZ",
      5},
     0,
     "this is an xz file: unpack it first"},
    {{"BZh", 3}, 0, "this is a bzip2 file: unpack it first"},
    {{"ustar", 5}, 257, "this is a tar archive: unpack it first"},
    {{"\x1f\x8b", 2}, 0, "this is a gzip file within a gzip file: unpack it once more"},
    {{"\x28\xb5\x2f\xfd", 4}, 0, "this is compressed twice: unpack it once more"},
    {{"\x89PNG", 4}, 0, "this is a picture, not a profile"},
    {{"%PDF", 4}, 0, "this is a PDF document, not a profile"},
    {{"heap profile:", 13}, 0, GPERFTOOLS},
    {{"--- contention", 14}, 0, GPERFTOOLS},
    {{"--- mutex:", 10}, 0, GPERFTOOLS}, /* of Go, with debug=1 */
};

static bool is_binary(Str head) {
    size_t odd = 0, n = head.n < 4096 ? head.n : 4096;
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)head.s[i];
        odd += c == 0 || (c < 0x20 && c != '\t' && c != '\n' && c != '\r' && c != 0x1b);
    }
    return odd * 20 > n;
}

/* An ELF file says, in its own byte order, that it is one. */
static bool is_core(Str head) {
    enum { BIG_AT = 5, BIG = 2, TYPE_AT = 16, CORE = 4 };
    if (!str_starts(head, STR("\177ELF")) || head.n < TYPE_AT + 2)
        return false;
    bool big = head.s[BIG_AT] == BIG;
    return head.s[TYPE_AT + big] == CORE && head.s[TYPE_AT + !big] == 0;
}

static uint64_t word_at(Str head, size_t at, size_t bytes, bool big) {
    uint64_t word = 0;
    for (size_t i = 0; i < bytes; i++)
        word = word << 8 | (unsigned char)head.s[at * bytes + (big ? i : bytes - 1 - i)];
    return word;
}

/* A processor profile of gperftools: words of the machine, of which the first are 0, 3 more, the
 * version 0, the period, 0. */
static bool is_gperftools(Str head) {
    enum { WORDS = 5, PERIOD = 3 };
    static const uint64_t want[WORDS] = {0, 3, 0};
    for (int way = 0; way < 4; way++) {
        size_t bytes = way & 1 ? 4 : 8, i = 0;
        while (i < WORDS && head.n >= WORDS * bytes &&
               (i == PERIOD || word_at(head, i, bytes, way & 2) == want[i]))
            i++;
        if (i == WORDS && word_at(head, PERIOD, bytes, way & 2) != 0)
            return true;
    }
    return false;
}

/* NULL: none that is known. */
static const char *stranger_words(Str head) {
    if (is_core(head))
        return "this is a core dump, the memory of a program that crashed, not a profile";
    if (is_gperftools(head))
        return GPERFTOOLS;
    for (size_t i = 0; i < sizeof strangers / sizeof *strangers; i++)
        if (str_starts(str_slice(head, strangers[i].at, head.n), strangers[i].magic))
            return strangers[i].words;
    return NULL;
}

static bool json_is_cut(Str text) {
    JsonPull p;
    json_pull_open_text(&p, text);
    JsonToken token = json_pull_next(&p);
    if (token != JSON_BROKEN)
        json_pull_skip(&p, token);
    bool cut = p.ended;
    json_pull_close(&p);
    return cut;
}

static bool is_address(Str word) {
    enum { DIGITS_LEAST = 6 };
    size_t i = 0;
    while (i < word.n && str_find_char(STR("0123456789abcdef"), word.s[i]) < 16)
        i++;
    return i == word.n && i >= DIGITS_LEAST;
}

/* The first indented line has an address, behind a process at most: fields were left out. */
static bool is_perf_in_part(Str text) {
    while (text.n) {
        Str line = str_cut(&text, '\n');
        if (!line.n || (line.s[0] != ' ' && line.s[0] != '\t'))
            continue;
        line = str_trim(line);
        Str first = str_cut(&line, ' '), rest = str_trim(line);
        return is_address(first) || is_address(str_cut(&rest, ' '));
    }
    return false;
}

bool format_is_none(Str head, bool whole, Error *err) {
    const char *words = stranger_words(head);
    Str text = str_trim(head);
    if (!words && head.n == 0 && whole)
        words = "the input is empty";
    else if (!words && text.n == 0)
        words = "there are only blank lines in it";
    else if (!words && is_binary(head))
        words = "this is binary data of a kind that is not known here";
    else if (!words && (text.s[0] == '{' || text.s[0] == '[') && whole && json_is_cut(text))
        words = "this JSON ends in the middle, before what tells its kind: it was cut, or is "
                "still being written";
    if (words)
        error_set(err, ERROR_FORMAT, "%s", words);
    return words != NULL;
}

static void explain(Str head, bool whole, Error *err) {
    Str text = str_trim(head);
    if (format_is_none(head, whole, err))
        return;
    if (text.s[0] == '{' || text.s[0] == '[')
        error_set(err, ERROR_FORMAT,
                  "this looks like JSON, but is none of the profiles that can be read of it: "
                  "cpuprofile, trace events, Firefox, speedscope");
    else if (text.s[0] == '<')
        error_set(err, ERROR_FORMAT, "this looks like a web page or XML, not a profile");
    else if (is_perf_in_part(head))
        error_set(err, ERROR_FORMAT,
                  "this looks like `perf script` with too few fields: print it with "
                  "-F comm,tid,time,event,ip,sym,dso");
    else
        error_set(err, ERROR_FORMAT,
                  "this text is no profile: neither samples as `perf script` prints them nor "
                  "stacks of another tool were found in it");
}

/* An object with a key, or a list of objects: a stack of PHP's begins as "{main};". */
static bool begins_as_json(Str head) {
    Str text = str_trim(head), inner = str_trim(str_slice(text, 1, text.n));
    return inner.n &&
           ((text.s[0] == '{' && inner.s[0] == '"') || (text.s[0] == '[' && inner.s[0] == '{'));
}

bool format_seen_enough(Str head) {
    return head.n >= FORMAT_PROBE_MOST || (head.n >= FORMAT_PROBE_BYTES && !begins_as_json(head) &&
                                           str_find_char(head, '\n') < head.n);
}

const Format *format_sure(Str head, bool whole) {
    for (size_t i = 0; formats[i]; i++) {
        if (formats[i]->probe(head, whole) == GUESS_YES)
            return formats[i];
    }
    return NULL;
}

const Format *format_of(Str head, bool whole, Error *err) {
    const Format *maybe = NULL;
    bool binary = is_binary(head);
    for (size_t i = 0; formats[i]; i++) {
        FormatGuess guess = formats[i]->probe(head, whole);
        if (guess == GUESS_YES)
            return formats[i];
        if (guess == GUESS_MAYBE && !maybe && (!binary || formats[i]->binary))
            maybe = formats[i];
    }
    if (!maybe)
        explain(head, whole, err);
    return maybe;
}

const Format *format_named(const char *name) {
    for (size_t i = 0; formats[i]; i++) {
        if (strcmp(formats[i]->name, name) == 0)
            return formats[i];
    }
    return NULL;
}

void format_left_out(const Format *format, bool inlined, Buf *out) {
    const char *unless = inlined ? NULL : format->not_inlined;
    if (unless)
        buf_puts(out, unless);
    if (unless && format->not_shown)
        buf_puts(out, ", ");
    if (format->not_shown)
        buf_puts(out, format->not_shown);
}

const Format *format_binary(Str head) {
    for (size_t i = 0; formats[i]; i++) {
        if (formats[i]->binary && formats[i]->probe(head, true) == GUESS_YES)
            return formats[i];
    }
    return NULL;
}

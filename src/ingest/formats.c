#include "ingest/format.h"

#include <string.h>

extern const Format format_perf_data;
extern const Format format_perf_script;
extern const Format format_perf_script_stacks;
extern const Format format_cpuprofile;
extern const Format format_speedscope;
extern const Format format_firefox;
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
    const char *words;
} Stranger;

static const Stranger strangers[] = {
    {{"\x8f"
      "FSC\r\n\x1a\n",
      8},
     "this is a FlameScope pack, which is mapped into memory: save it as it "
     "is, unpacked, to a file"},
    {{"\177ELF", 4}, "this is an ELF program or library, not a profile"},
    {{"PK\3\4", 4}, "this is a zip archive: unpack it first"},
    {{"\xfd"
      "7zXZ",
      5},
     "this is an xz file: unpack it first"},
    {{"BZh", 3}, "this is a bzip2 file: unpack it first"},
    {{"\x1f\x8b", 2}, "this is a gzip file within a gzip file: unpack it once more"},
    {{"\x28\xb5\x2f\xfd", 4}, "this is compressed twice: unpack it once more"},
    {{"\x89PNG", 4}, "this is a picture, not a profile"},
    {{"%PDF", 4}, "this is a PDF document, not a profile"},
};

static bool is_binary(Str head) {
    size_t odd = 0, n = head.n < 4096 ? head.n : 4096;
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)head.s[i];
        odd += c == 0 || (c < 0x20 && c != '\t' && c != '\n' && c != '\r' && c != 0x1b);
    }
    return odd * 20 > n;
}

static void explain(Str head, bool whole, Error *err) {
    for (size_t i = 0; i < sizeof strangers / sizeof *strangers; i++) {
        if (str_starts(head, strangers[i].magic)) {
            error_set(err, ERROR_FORMAT, "%s", strangers[i].words);
            return;
        }
    }
    Str text = str_trim(head);
    if (head.n == 0 && whole)
        error_set(err, ERROR_FORMAT, "the input is empty");
    else if (text.n == 0)
        error_set(err, ERROR_FORMAT, "there are only blank lines in it");
    else if (is_binary(head))
        error_set(err, ERROR_FORMAT, "this is binary data of a kind that is not known here");
    else if (text.s[0] == '{' || text.s[0] == '[')
        error_set(
            err, ERROR_FORMAT,
            "this looks like JSON, but is none of the profiles that can be read of it: "
            "cpuprofile, trace events, Firefox, speedscope");
    else if (text.s[0] == '<')
        error_set(err, ERROR_FORMAT, "this looks like a web page or XML, not a profile");
    else
        error_set(err, ERROR_FORMAT,
                  "this text is no profile: neither samples as `perf script` prints them nor "
                  "stacks of another tool were found in it");
}

const Format *format_of(Str head, bool whole, Error *err) {
    const Format *maybe = NULL;
    bool binary = is_binary(head);
    for (size_t i = 0; formats[i]; i++) {
        if (binary && !formats[i]->binary)
            continue;
        FormatGuess guess = formats[i]->probe(head, whole);
        if (guess == GUESS_YES)
            return formats[i];
        if (guess == GUESS_MAYBE && !maybe)
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

const Format *format_binary(Str head) {
    for (size_t i = 0; formats[i]; i++) {
        if (formats[i]->binary && formats[i]->probe(head, true) == GUESS_YES)
            return formats[i];
    }
    return NULL;
}

/* Option table: the verbs and options of the command line as data (verbs.def, options.def), for
 * whoever lists them: --help, the manual page, the shells' completions.
 * Owner: constant. Thread: any. Failure: none; texts are appended to the caller's Buf. */
#pragma once

#include "app/options.h"
#include "base/buf.h"

typedef struct VerbRow {
    const char *name, *operands, *summary, *text;
} VerbRow;

/* Bit v of an option's verbs: verb v takes it. */
enum {
#define VERB(id, ...) IN_##id = 1u << VERB_##id,
#include "app/verbs.def"
#undef VERB
    IN_ALL = (1u << VERB_COUNT) - 1,
    IN_SHOW = IN_WINDOW | IN_EXPORT | IN_REPLAY | IN_RECORD, /* what has a state to be told */
    IN_LIVE = IN_WINDOW | IN_RECORD,
    IN_MORE = 1u << 30, /* listed last */
};

typedef struct Option {
    const char *name;
    char letter;                      /* 0: none */
    const char *value;                /* NULL: a flag; "": one of the words */
    const char *(*words)(uint32_t i); /* NULL behind the last, or no function */
    unsigned verbs;
    bool (*set)(Options *o, const char *value, Error *err);
    const char *help;
} Option;

extern const VerbRow verb_table[VERB_COUNT];
extern const Option option_table[];
extern const uint32_t option_count;

/* What stands for the value: FILE, N, dark|light|projector. */
void option_value(const Option *o, Buf *out);
/* The i-th word that the value can be; empty behind the last. */
Str option_word(const Option *o, uint32_t i);
/* Whether the value can be the name of a file. */
bool option_is_file(const Option *o);

/* The usage text of a verb. */
void options_help(Verb verb, Buf *out);

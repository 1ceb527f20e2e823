/* The usage text, and what an option's value can be. */
#include "app/option_table.h"

#include <string.h>

/* -- values */

void option_value(const Option *o, Buf *out) {
    if (!o->value || o->value[0]) {
        buf_puts(out, o->value ? o->value : "");
        return;
    }
    for (uint32_t i = 0; o->words(i); i++)
        buf_printf(out, "%s%s", i ? "|" : "", o->words(i));
}

static bool is_word(Str s) {
    for (size_t i = 0; i < s.n; i++)
        if (s.s[i] < 'a' || s.s[i] > 'z')
            return false;
    return s.n > 0;
}

Str option_word(const Option *o, uint32_t i) {
    if (o->words)
        return str_of(o->words(i));
    for (Str rest = str_of(o->value); rest.n;) {
        Str word = str_cut(&rest, '|');
        if (is_word(word) && i-- == 0)
            return word;
    }
    return (Str){0};
}

bool option_is_file(const Option *o) {
    for (Str rest = str_of(o->value); rest.n;) {
        Str part = str_cut(&rest, '|');
        if (str_eq_c(part, "FILE") || str_eq_c(part, "OUT"))
            return true;
    }
    return false;
}

/* -- the text */

enum { LEFT = 38, VERB_LEFT = 48 };

static void help_option(const Option *o, Buf *out) {
    Buf left = {0};
    if (o->letter)
        buf_printf(&left, "-%c, ", o->letter);
    buf_printf(&left, "--%s%s", o->name, o->value ? " " : "");
    option_value(o, &left);
    buf_printf(out, "  %-*s", LEFT, left.s);
    if (left.n > LEFT)
        buf_printf(out, "\n  %-*s", LEFT, "");
    buf_printf(out, " %s\n", o->help);
    buf_free(&left);
}

/* Those with, or without, the bit IN_MORE. */
static void help_options(Verb verb, bool more, Buf *out) {
    for (uint32_t i = 0; i < option_count; i++) {
        const Option *o = &option_table[i];
        if ((o->verbs & 1u << verb) && !(o->verbs & IN_MORE) == !more)
            help_option(o, out);
    }
}

static void help_verbs(Buf *out) {
    buf_putc(out, '\n');
    for (int v = 1; v < VERB_COUNT; v++) {
        Buf left = {0};
        buf_printf(&left, "flamescope %s %s", verb_table[v].name, verb_table[v].operands);
        buf_printf(out, "  %-*s %s\n", VERB_LEFT, left.s, verb_table[v].summary);
        buf_free(&left);
    }
}

void options_help(Verb verb, Buf *out) {
    const VerbRow *v = &verb_table[verb];
    buf_printf(out, "usage: flamescope %s%s[OPTIONS] %s\n\n%s", v->name, v->name[0] ? " " : "",
               v->operands, v->text);
    if (verb == VERB_WINDOW)
        help_verbs(out);
    buf_puts(out, "\noptions:\n");
    help_options(verb, false, out);
    if (verb != VERB_WINDOW)
        return;
    buf_puts(out, "\nmore:\n");
    help_options(verb, true, out);
}

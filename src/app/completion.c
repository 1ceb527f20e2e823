/* Each shell has a language of its own, the questions are the same: which verb is it, which options
 * has that verb, which words can the value of an option be, or is it a file. Of a value that is
 * none of these (a number, an expression) nothing is offered. */
#include "app/completion.h"

#include <string.h>

#include "app/option_table.h"

/* -- common */

static bool takes(const Option *o, int verb) {
    return (o->verbs & 1u << verb) != 0;
}

static void put_words(const Option *o, const char *between, Buf *out) {
    for (uint32_t i = 0; option_word(o, i).n; i++) {
        if (i)
            buf_puts(out, between);
        buf_put(out, option_word(o, i));
    }
}

/* In single quotes, for which every shell here has the same rules but for the quote itself;
 * letters of `special` get a backslash. */
static void put_quoted(Buf *out, const char *text, const char *special) {
    for (; *text; text++) {
        if (*text == '\'') {
            buf_puts(out, "'\\''");
            continue;
        }
        if (strchr(special, *text))
            buf_putc(out, '\\');
        buf_putc(out, *text);
    }
}

static void put_verb_names(const char *between, Buf *out) {
    for (int v = 1; v < VERB_COUNT; v++)
        buf_printf(out, "%s%s", v > 1 ? between : "", verb_table[v].name);
}

static void say_origin(Shell shell, Buf *out) {
    static const char *const names[SHELLS] = {"bash", "zsh", "fish"};
    buf_printf(out, "# Written by flamescope --completion %s from the tables of the program.\n",
               names[shell]);
}

/* -- bash */

static void bash_names(int verb, Buf *out) {
    const char *between = "";
    for (uint32_t i = 0; i < option_count; i++) {
        if (!takes(&option_table[i], verb))
            continue;
        buf_printf(out, "%s--%s", between, option_table[i].name);
        between = " ";
        if (option_table[i].letter)
            buf_printf(out, " -%c", option_table[i].letter);
    }
}

/* "verb:--option" as a pattern of case. */
static void bash_pattern(const Option *o, Buf *out) {
    const char *between = "";
    for (int v = 0; v < VERB_COUNT; v++) {
        if (!takes(o, v))
            continue;
        buf_printf(out, "%s%s:--%s", between, verb_table[v].name, o->name);
        between = "|";
        if (o->letter)
            buf_printf(out, "|%s:-%c", verb_table[v].name, o->letter);
    }
}

static void bash_values(Buf *out) {
    buf_puts(out, "    case $verb:$before in\n");
    for (uint32_t i = 0; i < option_count; i++) {
        const Option *o = &option_table[i];
        if (!o->value)
            continue;
        buf_puts(out, "    ");
        bash_pattern(o, out);
        buf_puts(out, ")\n");
        if (option_word(o, 0).n) {
            buf_puts(out, "        COMPREPLY=($(compgen -W '");
            put_words(o, " ", out);
            buf_puts(out, "' -- \"$word\"))\n");
        }
        buf_printf(out, "%s        return ;;\n",
                   option_is_file(o) ? "        _flamescope_files\n" : "");
    }
    buf_puts(out, "    esac\n");
}

static void bash_options(Buf *out) {
    buf_puts(out, "    if [[ $word == -* ]]; then\n        case $verb in\n");
    for (int v = 0; v < VERB_COUNT; v++) {
        buf_printf(out, "        '%s') names='", verb_table[v].name);
        bash_names(v, out);
        buf_puts(out, "' ;;\n");
    }
    buf_puts(
        out,
        "        esac\n        COMPREPLY=($(compgen -W \"$names\" -- \"$word\"))\n        return\n    fi\n");
}

static void bash_script(Buf *out) {
    buf_puts(
        out,
        "# shellcheck shell=bash disable=SC2207 # words of choice hold no blanks\n"
        "_flamescope_files() {\n"
        "    compopt -o filenames -o bashdefault -o default 2>/dev/null\n"
        "    local file\n"
        "    while IFS= read -r file; do\n"
        "        COMPREPLY+=(\"$file\")\n"
        "    done < <(compgen -f -- \"$word\")\n"
        "}\n\n"
        "_flamescope() {\n"
        "    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} verb='' names='' i\n"
        "    COMPREPLY=()\n"
        "    if [[ $word == = ]]; then # --option=, which the shell takes for two words\n"
        "        word=''\n"
        "    elif [[ $before == = && $COMP_CWORD -ge 2 ]]; then\n"
        "        before=${COMP_WORDS[COMP_CWORD - 2]}\n"
        "    fi\n"
        "    if [[ $COMP_CWORD -gt 1 ]]; then\n"
        "        case ${COMP_WORDS[1]} in\n"
        "        ");
    put_verb_names("|", out);
    buf_puts(out, ") verb=${COMP_WORDS[1]} ;;\n        esac\n    fi\n");
    buf_printf(
        out,
        "    for ((i = 2; i < COMP_CWORD; i++)); do\n"
        "        if [[ ${COMP_WORDS[i]} == -- ]]; then # files behind it, or a command to record\n"
        "            [[ $verb == %s && $i == $((COMP_CWORD - 1)) ]] && COMPREPLY=($(compgen -c -- \"$word\"))\n"
        "            _flamescope_files\n"
        "            return\n"
        "        fi\n"
        "    done\n",
        verb_table[VERB_RECORD].name);
    bash_values(out);
    bash_options(out);
    buf_puts(out, "    if [[ $COMP_CWORD == 1 ]]; then\n        COMPREPLY=($(compgen -W '");
    put_verb_names(" ", out);
    buf_puts(
        out,
        "' -- \"$word\"))\n    fi\n    _flamescope_files\n}\ncomplete -F _flamescope flamescope\n");
}

/* -- zsh */

/* '(-o --out)'{-o,--out}'[help]:value:action' */
static void zsh_option(const Option *o, Buf *out) {
    const char *again = strcmp(o->name, "transform") ? "" : "*"; /* may be repeated */
    if (o->letter)
        buf_printf(out, "            '(-%c --%s)'{-%c,--%s%s}'[", o->letter, o->name, o->letter,
                   o->name, o->value ? "=" : "");
    else
        buf_printf(out, "            '%s--%s%s[", again, o->name, o->value ? "=" : "");
    put_quoted(out, o->help, "[]:\\");
    buf_puts(out, "]");
    if (o->value) {
        Buf value = {0};
        option_value(o, &value);
        buf_puts(out, ":");
        put_quoted(out, o->words && !o->value[0] ? o->name : value.s, "[]:\\");
        buf_free(&value);
        buf_puts(out, ":");
        if (option_is_file(o) && option_word(o, 0).n) {
            buf_puts(out, "{ compadd -- ");
            put_words(o, " ", out);
            buf_puts(out, "; _files }");
        } else if (option_is_file(o)) {
            buf_puts(out, "_files");
        } else {
            buf_puts(out, "(");
            put_words(o, " ", out);
            buf_puts(out, ")");
        }
    }
    buf_puts(out, "' \\\n");
}

static void zsh_verb(int verb, Buf *out) {
    if (verb)
        buf_printf(out,
                   "    %s)\n        shift words\n        (( CURRENT-- ))\n        _arguments \\\n",
                   verb_table[verb].name);
    else
        buf_puts(out, "    *)\n        _arguments \\\n");
    for (uint32_t i = 0; i < option_count; i++)
        if (takes(&option_table[i], verb))
            zsh_option(&option_table[i], out);
    buf_puts(out, verb == VERB_RECORD ? "            '*::command:_normal'\n        ;;\n"
                  : verb == VERB_WINDOW
                      ? "            '1: :_flamescope_first' '*:profile:_files'\n        ;;\n"
                      : "            '*:profile:_files'\n        ;;\n");
}

static void zsh_script(Buf *out) {
    buf_puts(out, "_flamescope_first() {\n    local -a verbs=(\n");
    for (int v = 1; v < VERB_COUNT; v++) {
        buf_printf(out, "        '%s:", verb_table[v].name);
        put_quoted(out, verb_table[v].summary, ":\\");
        buf_puts(out, "'\n");
    }
    buf_puts(
        out,
        "    )\n    (( CURRENT == 2 )) && _describe -t verbs verb verbs # a verb is the first word only\n    _files\n}\n\n"
        "_flamescope() {\n    local verb=\n    (( CURRENT > 2 )) && verb=$words[2]\n    case $verb in\n");
    for (int v = 1; v < VERB_COUNT; v++)
        zsh_verb(v, out);
    zsh_verb(VERB_WINDOW, out);
    buf_puts(out, "    esac\n}\n\n_flamescope \"$@\"\n");
}

/* -- fish */

/* In fish a backslash works inside single quotes. */
static void fish_quoted(Buf *out, const char *text) {
    for (; *text; text++) {
        if (*text == '\'' || *text == '\\')
            buf_putc(out, '\\');
        buf_putc(out, *text);
    }
}

/* -n 'condition', unless every verb takes it. */
static void fish_condition(const Option *o, Buf *out) {
    if ((o->verbs & IN_ALL) == IN_ALL)
        return;
    buf_puts(out, " -n '__flamescope_verb");
    for (int v = 0; v < VERB_COUNT; v++)
        if (takes(o, v))
            buf_printf(out, " %s", v ? verb_table[v].name : "window");
    buf_putc(out, '\'');
}

static void fish_option(const Option *o, Buf *out) {
    buf_puts(out, "complete -c flamescope");
    fish_condition(o, out);
    buf_printf(out, " -l %s", o->name);
    if (o->letter)
        buf_printf(out, " -s %c", o->letter);
    if (o->value)
        buf_puts(out, option_is_file(o) ? " -r -F" : " -x");
    if (o->value && option_word(o, 0).n) {
        buf_puts(out, " -a '");
        put_words(o, " ", out);
        buf_putc(out, '\'');
    }
    buf_puts(out, " -d '");
    fish_quoted(out, o->help);
    buf_puts(out, "'\n");
}

static void fish_script(Buf *out) {
    buf_puts(out, "# Whether the command line is of one of these verbs; window: of none.\n"
                  "function __flamescope_verb\n"
                  "    set -l words (commandline -opc)\n"
                  "    set -l verb window\n"
                  "    if set -q words[2]; and contains -- $words[2] ");
    put_verb_names(" ", out);
    buf_puts(out, "\n        set verb $words[2]\n    end\n    contains -- $verb $argv\nend\n\n");
    for (int v = 1; v < VERB_COUNT; v++) {
        buf_printf(out, "complete -c flamescope -n __fish_is_first_arg -a %s -d '",
                   verb_table[v].name);
        fish_quoted(out, verb_table[v].summary);
        buf_puts(out, "'\n");
    }
    for (uint32_t i = 0; i < option_count; i++)
        fish_option(&option_table[i], out);
}

void completion_script(Shell shell, Buf *out) {
    static void (*const scripts[SHELLS])(Buf *) = {bash_script, zsh_script, fish_script};
    if (shell == SHELL_ZSH)
        buf_puts(out, "#compdef flamescope\n"); /* must be the first line */
    say_origin(shell, out);
    scripts[shell](out);
}

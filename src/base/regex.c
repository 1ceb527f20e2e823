#include "base/regex.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "base/arena.h"

/* A match that gets this far is a pattern that backtracks without end: a quarter of a
 * millisecond. */
enum { MATCH_LIMIT = 100000, GIVE_UP_AFTER = 64, STACK_FIRST = 32 << 10, STACK_MAX = 1 << 20 };

struct Regex {
    pcre2_code *code;
    pcre2_match_data *data;
    pcre2_match_context *context;
    pcre2_jit_stack *stack;
    uint32_t limited; /* texts that ran into a limit */
};

/* Escapes such as \S and \p{Lu} are not letters. */
static bool has_upper(Str p) {
    for (size_t i = 0; i < p.n; i++) {
        if (p.s[i] >= 'A' && p.s[i] <= 'Z')
            return true;
        if (p.s[i] != '\\' || ++i == p.n || i + 1 == p.n || p.s[i + 1] != '{')
            continue;
        i += str_find_char(str_slice(p, i, p.n), '}');
    }
    return false;
}

static uint32_t options_of(Str pattern, unsigned flags) {
    uint32_t options = PCRE2_UTF | PCRE2_MATCH_INVALID_UTF | PCRE2_NEVER_BACKSLASH_C;
    if (flags & REGEX_IGNORE_CASE || (flags & REGEX_SMART_CASE && !has_upper(pattern)))
        options |= PCRE2_CASELESS;
    return options;
}

/* PCRE2 counts bytes up to where it gave up; people count characters. */
static size_t character_at(Str pattern, size_t offset) {
    size_t count = 0;
    for (size_t i = 0; i < offset && i < pattern.n; count++)
        utf8_next(pattern, &i);
    return count ? count : 1;
}

Regex *regex_new(Str pattern, unsigned flags, Error *err) {
    int number = 0;
    size_t offset = 0;
    Str p = pattern.s ? pattern : STR("");
    pcre2_code *code =
        pcre2_compile((PCRE2_SPTR)p.s, p.n, options_of(p, flags), &number, &offset, NULL);
    if (!code) {
        char words[160];
        if (pcre2_get_error_message(number, (PCRE2_UCHAR *)words, sizeof words) < 0)
            words[0] = 0;
        error_set(err, ERROR_USAGE, "%s at character %zu", words[0] ? words : "bad pattern",
                  character_at(p, offset));
        return NULL;
    }
    Regex *re = mem_resize(NULL, 0, sizeof *re);
    re->code = code;
    re->data = pcre2_match_data_create(1, NULL);
    re->context = pcre2_match_context_create(NULL);
    if (!re->data || !re->context)
        panic("out of memory for a regular expression");
    pcre2_set_match_limit(re->context, MATCH_LIMIT);
    /* without just-in-time code (a locked-down machine, a rare pattern) it is only slower */
    if (pcre2_jit_compile(code, PCRE2_JIT_COMPLETE) == 0) {
        re->stack = pcre2_jit_stack_create(STACK_FIRST, STACK_MAX, NULL);
        if (re->stack)
            pcre2_jit_stack_assign(re->context, NULL, re->stack);
    }
    return re;
}

void regex_free(Regex *re) {
    if (!re)
        return;
    pcre2_jit_stack_free(re->stack);
    pcre2_match_context_free(re->context);
    pcre2_match_data_free(re->data);
    pcre2_code_free(re->code);
    mem_resize(re, sizeof *re, 0);
}

bool regex_match(Regex *re, Str text) {
    if (re->limited >= GIVE_UP_AFTER)
        return false;
    int rc = pcre2_match(re->code, (PCRE2_SPTR)(text.s ? text.s : ""), text.n, 0, 0, re->data,
                         re->context);
    if (rc < 0 && rc != PCRE2_ERROR_NOMATCH)
        re->limited++;
    return rc >= 0;
}

uint32_t regex_limited(const Regex *re) {
    return re->limited;
}

#include "query/filter.h"

#include <string.h>

#include "base/regex.h"
#include "store/frames.h"

typedef enum ValueRule {
    VALUE_TEXT,
    VALUE_NUMBERS,
    VALUE_KIND,
    VALUE_REGEX,
    VALUE_SHARE
} ValueRule;

typedef struct TermRule {
    const char *key;
    FilterKind kind;
    ValueRule rule;
} TermRule;

static const TermRule RULES[] = {
    {"comm", FILTER_COMM, VALUE_TEXT},        {"pid", FILTER_PID, VALUE_NUMBERS},
    {"tid", FILTER_TID, VALUE_NUMBERS},       {"cpu", FILTER_CPU, VALUE_NUMBERS},
    {"event", FILTER_EVENT_NAME, VALUE_TEXT}, {"kind", FILTER_FRAME_KIND, VALUE_KIND},
    {"module", FILTER_MODULE, VALUE_TEXT},    {"frame", FILTER_FRAME, VALUE_REGEX},
    {"min", FILTER_MIN, VALUE_SHARE},
};
enum { RULE_COUNT = sizeof(RULES) / sizeof(RULES[0]) };

static const TermRule *rule_of(uint8_t kind) {
    for (int i = 0; i < RULE_COUNT; i++)
        if (RULES[i].kind == kind)
            return &RULES[i];
    return &RULES[0];
}

static const TermRule *rule_named(Str key) {
    for (int i = 0; i < RULE_COUNT; i++)
        if (str_eq_c(key, RULES[i].key))
            return &RULES[i];
    return NULL;
}

/* ---- values ------------------------------------------------------------------------------ */

/* One item of "77,78-80"; false when it is neither a number nor a range. */
static bool number_range(Str item, int64_t *lo, int64_t *hi) {
    size_t dash = str_find_char(str_slice(item, 1, item.n), '-') + 1;
    if (item.n == 0)
        return false;
    if (dash >= item.n) {
        if (!str_to_i64(item, lo))
            return false;
        *hi = *lo;
        return true;
    }
    return str_to_i64(str_slice(item, 0, dash), lo) &&
           str_to_i64(str_slice(item, dash + 1, item.n), hi) && *lo <= *hi;
}

bool filter_has_number(const FilterTerm *term, int64_t number) {
    Str rest = str_of(term->value);
    while (rest.n) {
        int64_t lo, hi;
        if (number_range(str_cut(&rest, ','), &lo, &hi) && number >= lo && number <= hi)
            return true;
    }
    return false;
}

static bool numbers_valid(Str value) {
    if (value.n == 0 || value.s[value.n - 1] == ',')
        return false;
    while (value.n) {
        int64_t lo, hi;
        if (!number_range(str_cut(&value, ','), &lo, &hi))
            return false;
    }
    return true;
}

bool filter_has_kind(const FilterTerm *term, uint32_t kind) {
    Str rest = str_of(term->value);
    const char *name = frame_kind_name(kind);
    while (rest.n)
        if (str_eq_c(str_cut(&rest, ','), name))
            return true;
    return false;
}

static bool kinds_valid(Str value) {
    if (value.n == 0)
        return false;
    while (value.n) {
        Str item = str_cut(&value, ',');
        bool known = false;
        for (uint32_t kind = FRAME_ROOT; kind <= FRAME_KIND_FIRST_OWN; kind++)
            known = known || str_eq_c(item, frame_kind_name(kind));
        if (!known)
            return false;
    }
    return true;
}

/* "0.1%" is 0.001, and so is "0.001". */
static bool share_parse(Str value, double *out) {
    bool percent = value.n && value.s[value.n - 1] == '%';
    if (!str_to_double(percent ? str_slice(value, 0, value.n - 1) : value, out))
        return false;
    if (percent)
        *out /= 100.0;
    return *out >= 0.0 && *out <= 1.0;
}

double filter_min_share(const Filter *filter) {
    double least = 0.0;
    for (uint32_t i = 0; i < filter->count; i++) {
        const FilterTerm *t = &filter->term[i];
        double share;
        if (t->kind == FILTER_MIN && !t->off && share_parse(str_of(t->value), &share) &&
            share > least)
            least = share;
    }
    return least;
}

static bool value_valid(const TermRule *rule, Str value, Error *err) {
    double share;
    switch (rule->rule) {
    case VALUE_TEXT:
        return value.n > 0 || error_set(err, ERROR_USAGE, "%s= needs a value", rule->key);
    case VALUE_NUMBERS:
        return numbers_valid(value) ||
               error_set(err, ERROR_USAGE, "%s=%.*s is not a list of numbers such as 77,80-83",
                         rule->key, (int)value.n, value.s);
    case VALUE_KIND:
        return kinds_valid(value) ||
               error_set(err, ERROR_USAGE,
                         "kind=%.*s: kinds are user, kernel, jit, inlined, interpreted, cpp, class "
                         "and waiting",
                         (int)value.n, value.s);
    case VALUE_SHARE:
        return share_parse(value, &share) ||
               error_set(err, ERROR_USAGE, "min=%.*s is not a share such as 0.1%%", (int)value.n,
                         value.s);
    case VALUE_REGEX: {
        Error why = {0};
        Regex *re = regex_new(value, REGEX_SMART_CASE, &why);
        if (!re)
            return error_set(err, ERROR_USAGE, "frame~%.*s: %s", (int)value.n, value.s,
                             why.message);
        regex_free(re);
        return true;
    }
    }
    return false;
}

/* ---- text to terms ----------------------------------------------------------------------- */

static bool is_space(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Takes a value off *rest: up to white space, or between quotes, in which \" and \\ stand for
 * the bare character and any other backslash for itself, so that expressions survive. */
static bool take_value(Str *rest, FilterTerm *term, Error *err) {
    size_t n = 0, i = 0;
    bool quoted = rest->n && rest->s[0] == '"';
    if (quoted)
        i = 1;
    for (;; i++) {
        if (i >= rest->n) {
            if (quoted)
                return error_set(err, ERROR_USAGE, "a quoted value has no closing quote");
            break;
        }
        char c = rest->s[i];
        if (quoted ? c == '"' : is_space(c))
            break;
        if (quoted && c == '\\' && i + 1 < rest->n &&
            (rest->s[i + 1] == '"' || rest->s[i + 1] == '\\'))
            c = rest->s[++i];
        if (n + 1 >= FILTER_VALUE)
            return error_set(err, ERROR_LIMIT, "a value is longer than %d bytes", FILTER_VALUE - 1);
        if (c == '\0')
            return error_set(err, ERROR_USAGE, "a value holds a zero byte");
        term->value[n++] = c;
    }
    term->value[n] = '\0';
    *rest = str_slice(*rest, quoted ? i + 1 : i, rest->n);
    if (quoted && rest->n && !is_space(rest->s[0]))
        return error_set(err, ERROR_USAGE, "text follows a closing quote");
    return true;
}

/* Takes "=", "!=", "~" or "!~" off *rest. */
static bool take_operator(Str *rest, bool *negated, bool *tilde) {
    size_t i = 0;
    *negated = rest->n && rest->s[0] == '!';
    if (*negated)
        i = 1;
    if (i >= rest->n || (rest->s[i] != '=' && rest->s[i] != '~'))
        return false;
    *tilde = rest->s[i] == '~';
    *rest = str_slice(*rest, i + 1, rest->n);
    return true;
}

static bool take_term(Str *rest, FilterTerm *term, Error *err) {
    memset(term, 0, sizeof(*term));
    if (str_starts(*rest, STR("off:"))) {
        term->off = true;
        *rest = str_slice(*rest, 4, rest->n);
    }
    size_t n = 0;
    while (n < rest->n && rest->s[n] >= 'a' && rest->s[n] <= 'z')
        n++;
    Str key = str_slice(*rest, 0, n);
    const TermRule *rule = rule_named(key);
    if (!rule) {
        size_t end = 0;
        while (end < rest->n && !is_space(rest->s[end]) && end < 40)
            end++;
        return error_set(err, ERROR_USAGE,
                         "\"%.*s\" is no filter: comm, pid, tid, cpu, event, kind, module, "
                         "frame and min are",
                         (int)end, rest->s);
    }
    *rest = str_slice(*rest, n, rest->n);
    bool tilde;
    if (!take_operator(rest, &term->negated, &tilde))
        return error_set(err, ERROR_USAGE, "%s needs %s behind it", rule->key,
                         rule->rule == VALUE_REGEX ? "~ or !~" : "= or !=");
    if (tilde != (rule->rule == VALUE_REGEX))
        return error_set(err, ERROR_USAGE, "%s takes %s", rule->key,
                         tilde ? "= or !=, not ~" : "~ or !~ and a regular expression, not =");
    if (rule->rule == VALUE_SHARE && term->negated)
        return error_set(err, ERROR_USAGE, "min takes =, not !=");
    term->kind = (uint8_t)rule->kind;
    return take_value(rest, term, err) && value_valid(rule, str_of(term->value), err);
}

bool filter_parse(Str text, Filter *filter, Error *err) {
    Filter grown = *filter;
    Str rest = str_trim(text);
    while (rest.n) {
        FilterTerm term;
        if (!take_term(&rest, &term, err))
            return false;
        if (grown.count >= FILTER_TERMS)
            return error_set(err, ERROR_LIMIT, "a filter has at most %d terms", FILTER_TERMS);
        grown.term[grown.count++] = term;
        rest = str_trim(rest);
    }
    *filter = grown;
    return true;
}

/* ---- terms to text ----------------------------------------------------------------------- */

static bool needs_quotes(Str value) {
    if (value.n == 0 || value.s[0] == '"')
        return true;
    for (size_t i = 0; i < value.n; i++)
        if (is_space(value.s[i]))
            return true;
    return false;
}

void filter_format_term(const FilterTerm *term, Buf *out) {
    const TermRule *rule = rule_of(term->kind);
    Str value = str_of(term->value);
    if (term->off)
        buf_puts(out, "off:");
    buf_puts(out, rule->key);
    if (term->negated)
        buf_putc(out, '!');
    buf_putc(out, rule->rule == VALUE_REGEX ? '~' : '=');
    if (!needs_quotes(value)) {
        buf_put(out, value);
        return;
    }
    buf_putc(out, '"');
    for (size_t i = 0; i < value.n; i++) {
        if (value.s[i] == '"' || value.s[i] == '\\')
            buf_putc(out, '\\');
        buf_putc(out, value.s[i]);
    }
    buf_putc(out, '"');
}

void filter_format(const Filter *filter, Buf *out) {
    for (uint32_t i = 0; i < filter->count; i++) {
        if (i)
            buf_putc(out, ' ');
        filter_format_term(&filter->term[i], out);
    }
}

bool filter_same(const Filter *a, const Filter *b) {
    if (a->count != b->count)
        return false;
    for (uint32_t i = 0; i < a->count; i++) {
        const FilterTerm *x = &a->term[i], *y = &b->term[i];
        if (x->kind != y->kind || x->negated != y->negated || x->off != y->off ||
            strcmp(x->value, y->value) != 0)
            return false;
    }
    return true;
}

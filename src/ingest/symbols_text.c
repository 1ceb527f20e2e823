/* Lists of symbols as text. They may be large (the kernel's has 10 MB), so a line costs no more
 * than its copy. */
#include "ingest/symbols.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"

enum { LIST_MOST = 1 << 30 };

static bool hex(Str *line, uint64_t *out) {
    size_t i = 0;
    uint64_t v = 0;
    for (; i < line->n && i < 16; i++) {
        unsigned c = (unsigned char)line->s[i];
        unsigned digit = c - '0' < 10 ? c - '0' : (c | 0x20) - 'a' + 10;
        if (digit > 15)
            break;
        v = v << 4 | digit;
    }
    *line = str_slice(*line, i, line->n);
    *out = v;
    return i > 0;
}

static bool read_list(const char *path, Buf *out) {
    return file_exists(path) && file_read_all(path, out, LIST_MOST, NULL) && out->n;
}

/* ---- the kernel's -------------------------------------------------------------------------
 */

/* Kinds that perf takes: code, weak, data, and what is zero at the start. */
static bool is_kind(char c) {
    switch (c | 0x20) {
    case 't':
    case 'w':
    case 'd':
    case 'b':
        return true;
    default:
        return false;
    }
}

/* Neighbours are of one module mostly. */
static const char *keep_unit(SymbolTable *t, Str unit, const char *before) {
    return before && str_eq_c(unit, before) ? before : str_copy(&t->text, unit).s;
}

static void add_kernel(SymbolTable *t, uint64_t at, char kind, Str rest, const char **unit) {
    Str name = str_cut(&rest, '\t');
    Symbol s = {.start = at, .end = at, .plain = true};
    s.name = str_copy(&t->text, name).s;
    if (rest.n)
        s.unit = *unit = keep_unit(t, rest, *unit);
    /* capital letters are global ones */
    s.bind = kind == 'W' ? SYMBOL_WEAK : kind < 'a' ? SYMBOL_GLOBAL : SYMBOL_LOCAL;
    symbol_table_add(t, &s);
}

bool symbols_read_kallsyms(SymbolTable *t, const char *path, Str known, uint64_t *known_at) {
    Buf list = {0};
    const char *unit = NULL;
    uint64_t any = 0;
    *known_at = 0;
    if (!read_list(path, &list)) {
        buf_free(&list);
        return false;
    }
    t->kernel = true;
    for (Str rest = buf_str(&list); rest.n;) {
        Str line = str_cut(&rest, '\n');
        uint64_t at;
        if (!hex(&line, &at) || line.n < 4 || line.s[0] != ' ' || line.s[2] != ' ')
            continue;
        char kind = line.s[1];
        line = str_slice(line, 3, line.n);
        any |= at;
        if (!*known_at && str_eq(line, known))
            *known_at = at;
        if (is_kind(kind) && line.s[0] != '$')
            add_kernel(t, at, kind, line, &unit);
    }
    buf_free(&list);
    symbol_table_arrange(t);
    return any != 0;
}

/* ---- those of runtime compilers -----------------------------------------------------------
 */

/* Anybody can write a file of that name, so only its owner's word, or root's, is taken. */
static bool is_ours(const char *path) {
    struct stat st;
    return lstat(path, &st) == 0 && S_ISREG(st.st_mode) &&
           (st.st_uid == 0 || st.st_uid == geteuid());
}

bool symbols_read_map(SymbolTable *t, const char *path) {
    Buf list = {0};
    if (!is_ours(path) || !read_list(path, &list)) {
        buf_free(&list);
        return false;
    }
    for (Str rest = buf_str(&list); rest.n;) {
        Str line = str_cut(&rest, '\n');
        uint64_t start, size;
        if (!hex(&line, &start) || line.n == 0 || line.s[0] != ' ')
            continue;
        line = str_slice(line, 1, line.n);
        if (!hex(&line, &size) || line.n < 2 || line.s[0] != ' ')
            continue;
        Str name = str_slice(line, 1, line.n);
        uint64_t end = start + size < start ? UINT64_MAX : start + size;
        symbol_table_add(t, &(Symbol){.start = start,
                                      .end = end,
                                      .name = str_copy(&t->text, name).s,
                                      .bind = SYMBOL_GLOBAL,
                                      .plain = true});
    }
    buf_free(&list);
    symbol_table_arrange(t);
    return true;
}

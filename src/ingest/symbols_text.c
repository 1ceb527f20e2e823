/* Lists of symbols as text. They may be large (the kernel's has 10 MB), so a line costs no more
 * than its copy. */
#include "ingest/symbols.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"

enum { LIST_MOST = 1 << 30 };

#define EACH(byte) (0x0101010101010101u * (byte))

/* The value of eight hexadecimal digits, all at once; false: some are none. */
static bool hex8(const char *p, uint32_t *out) {
    uint64_t x;
    memcpy(&x, p, sizeof x);
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    x = __builtin_bswap64(x);
#endif
    uint64_t letter = x >> 6 & EACH(1);
    uint64_t value = (x & EACH(0x0f)) + letter * 9;
    uint64_t kind = x & ~(letter << 5) & EACH(0xf0); /* 0x30 of digits, 0x40 of letters */
    if (kind != EACH(0x30) + (letter << 4) || (value & EACH(0xf0)) ||
        ((value + EACH(6)) >> 4 & EACH(1)) != letter)
        return false;
    value = (value | value >> 4) & 0x00ff00ff00ff00ffu;
    value = (value | value >> 8) & 0x0000ffff0000ffffu;
    *out = (uint32_t)(value | value >> 16);
    return true;
}

static bool hex(Str *line, uint64_t *out) {
    size_t i = 0;
    uint64_t v = 0;
    uint32_t high, low;
    if (line->n >= 16 && hex8(line->s, &high) && hex8(line->s + 8, &low)) {
        v = (uint64_t)high << 32 | low;
        i = 16;
    }
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

/* Between the look at it and its opening somebody may have put something else there. */
static bool is_still_ordinary(const File *f, const struct stat *seen) {
    struct stat st;
    return fstat(f->fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_ino == seen->st_ino &&
           st.st_dev == seen->st_dev && st.st_uid == seen->st_uid;
}

/* The list becomes the table's, and its lines may be written to: names end with a zero there.
 * The system's own lists do not say how long they are. */
static bool read_list(SymbolTable *t, const char *path, const struct stat *believed, Str *out,
                      Error *err) {
    enum { UNKNOWN = 16 << 20 };
    File f;
    size_t n = 0;
    int64_t got = -1;
    if (!file_exists(path) || !file_open(&f, path, err))
        return false;
    if (believed && !is_still_ordinary(&f, believed)) {
        file_close(&f);
        return error_set(err, ERROR_FORMAT, "it is not the file any more that it was");
    }
    size_t room_n = f.size > 0 ? (size_t)f.size + 1 : UNKNOWN;
    char *room = room_n < LIST_MOST ? symbol_table_room(t, 0, room_n) : NULL;
    while (room && (got = file_read_some(&f, room + n, room_n - n, NULL)) > 0) {
        n += (size_t)got;
        if (n == room_n && room_n >= LIST_MOST / 2)
            got = -1;
        if (got < 0)
            break;
        if (n == room_n)
            room = symbol_table_room(t, n, room_n *= 2);
    }
    file_close(&f);
    *out = (Str){room, n}; /* there is room for a zero behind it */
    if (!room || (got < 0 && n))
        error_set(err, ERROR_LIMIT, "it is too long, or cannot be read");
    return got == 0 && n;
}

/* Ends it where the line or the name ends; what stands there is no longer needed. */
static const char *end_name(Str name) {
    char *text = (char *)(uintptr_t)name.s;
    text[name.n] = 0;
    return text;
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
static const char *keep_unit(Str unit, const char *before) {
    return before && str_eq_c(unit, before) ? before : end_name(unit);
}

static void add_kernel(SymbolTable *t, uint64_t at, char kind, Str name, const char **unit) {
    Symbol s = {.start = at, .end = at, .plain = true};
    size_t tab = name.s[name.n - 1] == ']' ? str_find_char(name, '\t') : name.n;
    if (tab < name.n)
        s.unit = *unit = keep_unit(str_slice(name, tab + 1, name.n), *unit);
    s.name = end_name(str_slice(name, 0, tab));
    /* capital letters are global ones */
    s.bind = kind == 'W' ? SYMBOL_WEAK : kind < 'a' ? SYMBOL_GLOBAL : SYMBOL_LOCAL;
    symbol_table_add(t, &s);
}

bool symbols_read_kallsyms(SymbolTable *t, const char *path, Str known, uint64_t *known_at) {
    enum { SHORTEST = 21 }; /* an address of 16 digits, a kind, a letter */
    const char *unit = NULL;
    uint64_t any = 0;
    Str rest;
    *known_at = 0;
    if (!read_list(t, path, NULL, &rest, NULL))
        return false;
    symbol_table_reserve(t, rest.n / SHORTEST);
    t->kernel = true;
    while (rest.n) {
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
    symbol_table_arrange(t);
    return any != 0;
}

/* ---- those of runtime compilers -----------------------------------------------------------
 */

/* Who runs the process may say what its code is called. */
static bool runs_process(int32_t pid, uid_t user) {
    char folder[32];
    struct stat st;
    if (pid <= 0)
        return false;
    snprintf(folder, sizeof folder, "/proc/%d", (int)pid);
    return stat(folder, &st) == 0 && st.st_uid == user;
}

/* Who became root by sudo trusts in what is his own. */
static bool is_before_sudo(uid_t user) {
    const char *before = geteuid() == 0 ? getenv("SUDO_UID") : NULL;
    char *end;
    unsigned long id = before ? strtoul(before, &end, 10) : 0;
    return before && end != before && !*end && id == user;
}

/* Anybody can write a file of that name, so it has to be of somebody whose word counts. False
 * without an error: there is none. */
static bool is_to_be_believed(const char *path, int32_t pid, struct stat *st, Error *err) {
    if (lstat(path, st) != 0)
        return false;
    if (!S_ISREG(st->st_mode))
        return error_set(err, ERROR_FORMAT, "it is no ordinary file");
    uid_t user = st->st_uid;
    if (user == 0 || user == geteuid() || is_before_sudo(user) || runs_process(pid, user))
        return true;
    return error_set(err, ERROR_IO, "it is of user %u, who does not run that process now",
                     (unsigned)user);
}

/* Runtimes may write 0x before it, as perf's reader allows. */
static bool hex_0x(Str *line, uint64_t *value) {
    if (str_starts(*line, STR("0x")))
        *line = str_slice(*line, 2, line->n);
    return hex(line, value);
}

bool symbols_read_map(SymbolTable *t, const char *path, int32_t pid, Error *err) {
    Str rest;
    struct stat st;
    if (!is_to_be_believed(path, pid, &st, err) || !read_list(t, path, &st, &rest, err))
        return false;
    while (rest.n) {
        Str line = str_cut(&rest, '\n');
        uint64_t start, size;
        if (!hex_0x(&line, &start) || line.n == 0 || line.s[0] != ' ')
            continue;
        line = str_slice(line, 1, line.n);
        if (!hex_0x(&line, &size) || line.n < 2 || line.s[0] != ' ')
            continue;
        uint64_t end = start + size < start ? UINT64_MAX : start + size;
        symbol_table_add(t, &(Symbol){.start = start,
                                      .end = end,
                                      .name = end_name(str_slice(line, 1, line.n)),
                                      .bind = SYMBOL_GLOBAL,
                                      .plain = true});
    }
    symbol_table_arrange(t);
    return true;
}

#include "app/recent.h"

#include <string.h>

#include "base/file.h"

bool recent_open(Recent *r, Error *err) {
    Buf text = {0};
    bool ok = kept_file_open(&r->file, KEPT_STATE, "recent", recent_merge, &text, err);
    buf_clear(&r->list);
    recent_merge(buf_str(&text), STR(""), &r->list); /* tidies what others wrote */
    buf_free(&text);
    return ok;
}

void recent_close(Recent *r, Jobs *jobs) {
    kept_file_close(&r->file, jobs);
    buf_free(&r->list);
}

static bool has_line(Str text, Str line) {
    while (text.n)
        if (str_eq(str_cut(&text, '\n'), line))
            return true;
    return false;
}

/* The list with `first` before the others, or without `gone`. */
static void rewrite(Str there, Str first, Str gone, Buf *out) {
    uint32_t n = 0;
    if (first.n) {
        buf_printf(out, "%.*s\n", (int)first.n, first.s);
        n++;
    }
    while (there.n && n < RECENT_FILES) {
        Str line = str_cut(&there, '\n');
        if (!str_starts(line, STR("/")) || str_eq(line, gone) || has_line(buf_str(out), line))
            continue;
        buf_printf(out, "%.*s\n", (int)line.n, line.s);
        n++;
    }
}

void recent_merge(Str there, Str changes, Buf *out) {
    Buf now = {0};
    rewrite(there, STR(""), STR(""), &now);
    while (changes.n) {
        Buf next = {0};
        Str path = str_cut(&changes, '\n'), none = STR("");
        char what = path.n ? path.s[0] : 0;
        path = str_slice(path, 1, path.n);
        if (what != '!')
            rewrite(buf_str(&now), what == '+' ? path : none, what == '-' ? path : none, &next);
        buf_free(&now);
        now = next;
    }
    buf_put(out, buf_str(&now));
    buf_free(&now);
}

static void change(Recent *r, char what, const char *path) {
    Buf line = {0}, list = {0};
    buf_putc(&line, what);
    buf_puts(&line, path);
    recent_merge(buf_str(&r->list), buf_str(&line), &list);
    kept_file_change(&r->file, buf_str(&line));
    buf_free(&line);
    buf_free(&r->list);
    r->list = list;
}

static bool keepable(const char *path) {
    return path[0] == '/' && !strchr(path, '\n');
}

void recent_add(Recent *r, const char *path) {
    char whole[KEPT_PATH];
    path_absolute(whole, sizeof(whole), path);
    if (strlen(whole) + 1 < sizeof(whole) && keepable(whole) && file_is_plain(whole))
        change(r, '+', whole);
}

void recent_drop(Recent *r, const char *path) {
    char whole[KEPT_PATH];
    path_absolute(whole, sizeof(whole), path);
    if (keepable(whole))
        change(r, '-', whole);
}

void recent_clear(Recent *r) {
    change(r, '!', "");
}

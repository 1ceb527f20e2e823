#define _GNU_SOURCE /* strverscmp: p2 before p10 */
#include "app/folder_rows.h"

#include <stdlib.h>
#include <string.h>

static const char *const order_names[FOLDER_ORDERS] = {"name",    "format", "duration",
                                                       "samples", "size",   "modified"};

const char *folder_order_name(uint32_t order) {
    return order_names[order < FOLDER_ORDERS ? order : 0];
}

bool folder_order_named(Str name, uint8_t *out) {
    for (uint8_t i = 0; i < FOLDER_ORDERS; i++) {
        if (str_eq_c(name, order_names[i])) {
            *out = i;
            return true;
        }
    }
    return false;
}

bool folder_order_ascends(uint32_t order) {
    return order == FOLDER_BY_NAME || order == FOLDER_BY_FORMAT;
}

bool folder_is_up(const FolderItem *item) {
    return strcmp(item->file.name, "..") == 0;
}

/* ---- filter -------------------------------------------------------------------------------
 */

static char lower(char c) {
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool begins_with(const char *text, Str word) {
    size_t i = 0;
    while (i < word.n && text[i] && lower(text[i]) == lower(word.s[i]))
        i++;
    return i == word.n;
}

static bool has_word(const char *text, Str word) {
    for (; *text; text++)
        if (begins_with(text, word))
            return true;
    return false;
}

bool folder_matches(const FolderItem *item, Str filter) {
    if (folder_is_up(item))
        return true;
    for (Str rest = str_trim(filter); rest.n; rest = str_trim(rest)) {
        Str word = str_cut(&rest, ' ');
        if (!has_word(item->file.name, word) && !(item->look && has_word(item->look->format, word)))
            return false;
    }
    return true;
}

/* ---- order --------------------------------------------------------------------------------
 */

typedef struct Key {
    const FolderItem *item;
    uint32_t index;
    uint8_t order;
    bool ascending;
} Key;

static int compare_i64(int64_t a, int64_t b) {
    return a < b ? -1 : a > b;
}

static bool is_known(const Key *k) {
    const FolderLook *look = k->item->look;
    switch (k->order) {
    case FOLDER_BY_FORMAT:
        return look && look->format[0];
    case FOLDER_BY_DURATION:
        return look && look->kind == LOOK_PROFILE && look->has_time;
    case FOLDER_BY_SAMPLES:
        return look && look->kind == LOOK_PROFILE;
    default:
        return true;
    }
}

static int compare_values(const Key *a, const Key *b) {
    const FolderItem *x = a->item, *y = b->item;
    switch (a->order) {
    case FOLDER_BY_FORMAT:
        return strcmp(x->look->format, y->look->format);
    case FOLDER_BY_DURATION:
        return compare_i64(x->look->duration_ns, y->look->duration_ns);
    case FOLDER_BY_SAMPLES:
        return x->look->samples < y->look->samples ? -1 : x->look->samples > y->look->samples;
    case FOLDER_BY_SIZE:
        return x->file.is_folder ? 0 : compare_i64(x->file.size, y->file.size);
    case FOLDER_BY_MODIFIED:
        return compare_i64(x->file.modified_ns, y->file.modified_ns);
    default:
        return strverscmp(x->file.name, y->file.name);
    }
}

static int compare(const void *pa, const void *pb) {
    const Key *a = pa, *b = pb;
    if (a->order == FOLDER_AS_LISTED)
        return compare_i64(a->index, b->index);
    bool a_up = folder_is_up(a->item), b_up = folder_is_up(b->item);
    if (a_up != b_up)
        return a_up ? -1 : 1;
    if (a->item->file.is_folder != b->item->file.is_folder)
        return a->item->file.is_folder ? -1 : 1;
    bool a_known = is_known(a), b_known = is_known(b);
    if (a_known != b_known)
        return a_known ? -1 : 1;
    int by = a_known ? compare_values(a, b) : 0;
    if (by)
        return a->ascending ? by : -by;
    by = strverscmp(a->item->file.name, b->item->file.name);
    return by ? by : compare_i64(a->index, b->index);
}

size_t folder_rows(const FolderItem *item, size_t count, Str filter, FolderOrder order,
                   bool ascending, uint32_t *rows) {
    Arena arena;
    arena_init(&arena, 0);
    Key *key = ARENA_ARRAY(&arena, Key, count);
    size_t n = 0;
    for (size_t i = 0; i < count; i++)
        if (folder_matches(&item[i], filter))
            key[n++] = (Key){&item[i], (uint32_t)i, (uint8_t)order, ascending};
    if (n)
        qsort(key, n, sizeof *key, compare);
    for (size_t i = 0; i < n; i++)
        rows[i] = key[i].index;
    arena_free(&arena);
    return n;
}

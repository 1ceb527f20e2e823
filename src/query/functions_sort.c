/* Order and choice of functions: done in a frame, for 100 k rows, at each key press: so sorting
 * is by digits of a number made of each row, and a verdict about a frame is remembered. */
#include <string.h>

#include "query/functions.h"

enum { FILTER_NO = 1, FILTER_YES = 2 };

static const char *const names[FUNCTION_ORDERS] = {"total", "self", "delta", "name"};

const char *function_order_name(uint32_t order) {
    return names[order < FUNCTION_ORDERS ? order : FUNCTIONS_BY_TOTAL];
}

bool function_order_named(Str name, uint8_t *out) {
    for (uint8_t i = 0; i < FUNCTION_ORDERS; i++) {
        if (str_eq_c(name, names[i])) {
            *out = i;
            return true;
        }
    }
    return false;
}

double functions_delta(const Functions *f, const Function *row) {
    double a = f->whole_a ? (double)row->total_a / (double)f->whole_a : 0;
    double b = f->whole_b ? (double)row->total_b / (double)f->whole_b : 0;
    return (a - b) * 100;
}

uint32_t functions_row_of(const Functions *f, FrameId frame) {
    for (uint32_t i = 0; i < f->count; i++)
        if (f->row[i].frame == frame)
            return i;
    return UINT32_MAX;
}

/* ---- filter ------------------------------------------------------------------------------ */

void function_filter_free(FunctionFilter *filter) {
    if (filter->regex)
        regex_free(filter->regex);
    mem_resize(filter->verdict, filter->cap, 0);
    memset(filter, 0, sizeof(*filter));
}

/* Only in lower case: others are met on the way. */
static char lower(char c) {
    return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

void function_filter_set(FunctionFilter *filter, const char *text) {
    if (strcmp(filter->text, text) == 0)
        return;
    if (filter->regex)
        regex_free(filter->regex);
    filter->regex = NULL;
    if (filter->cap)
        memset(filter->verdict, 0, filter->cap);
    memset(filter->text, 0, sizeof(filter->text));
    strncpy(filter->text, text, sizeof(filter->text) - 1);
    /* A dot alone means itself more often than anything: libc.so. */
    if (strpbrk(filter->text, "\\^$|?*+()[]{}"))
        filter->regex = regex_new(str_of(filter->text), REGEX_SMART_CASE, NULL);
}

static bool has(Str text, Str wanted) {
    char first = lower(wanted.s[0]);
    for (size_t i = 0; i + wanted.n <= text.n; i++) {
        if (lower(text.s[i]) != first)
            continue;
        size_t k = 1;
        while (k < wanted.n && lower(text.s[i + k]) == lower(wanted.s[k]))
            k++;
        if (k == wanted.n)
            return true;
    }
    return false;
}

static bool judge(const FunctionFilter *filter, Str symbol, Str module) {
    if (filter->regex)
        return regex_match(filter->regex, symbol) || regex_match(filter->regex, module);
    Str wanted = str_of(filter->text);
    return has(symbol, wanted) || has(module, wanted);
}

static bool passes(FunctionFilter *filter, const Functions *f, const Dict *dict, FrameId frame) {
    if (!filter || !filter->text[0])
        return true;
    Str symbol = functions_symbol(f, dict, frame), module = functions_module(f, dict, frame);
    if (frame_is_synthetic(frame)) /* few, and numbered without end */
        return judge(filter, symbol, module);
    if (frame >= filter->cap) {
        uint32_t cap = frame + frame / 2 + 256;
        filter->verdict = mem_resize(filter->verdict, filter->cap, cap);
        filter->cap = cap;
    }
    uint8_t *verdict = &filter->verdict[frame];
    if (!*verdict)
        *verdict = judge(filter, symbol, module) ? FILTER_YES : FILTER_NO;
    return *verdict == FILTER_YES;
}

/* ---- order ------------------------------------------------------------------------------- */

typedef struct Item {
    uint64_t key;
    uint32_t row;
} Item;

/* Grows with the number, whatever its sign. */
static uint64_t key_of_double(double value) {
    uint64_t bits;
    value += 0.0; /* no negative zero */
    memcpy(&bits, &value, sizeof(bits));
    return bits >> 63 ? ~bits : bits | 1ull << 63;
}

static uint64_t key_of(const Functions *f, uint32_t row, FunctionOrder order) {
    const Function *r = &f->row[row];
    if (order == FUNCTIONS_BY_NAME)
        return row;
    if (order == FUNCTIONS_BY_SELF)
        return r->self_a;
    if (order == FUNCTIONS_BY_DELTA && f->has_b)
        return key_of_double(functions_delta(f, r));
    return r->total_a;
}

/* Least byte first; a byte that all keys share needs no pass. Returns where the result lies. */
static Item *sort_by_bytes(Item *item, Item *other, uint32_t n) {
    uint32_t count[8][256] = {{0}};
    for (uint32_t i = 0; i < n; i++)
        for (int byte = 0; byte < 8; byte++)
            count[byte][item[i].key >> (byte * 8) & 255]++;
    for (int byte = 0; byte < 8 && n; byte++) {
        uint32_t *at = count[byte], sum = 0;
        if (at[item[0].key >> (byte * 8) & 255] == n)
            continue;
        for (int d = 0; d < 256; d++) {
            uint32_t here = at[d];
            at[d] = sum;
            sum += here;
        }
        for (uint32_t i = 0; i < n; i++)
            other[at[item[i].key >> (byte * 8) & 255]++] = item[i];
        Item *sorted = other;
        other = item;
        item = sorted;
    }
    return item;
}

void functions_sort(const Functions *f, const Dict *dict, FunctionOrder order, bool descending,
                    FunctionFilter *filter, Arena *arena, const uint32_t **rows, uint32_t *count) {
    uint32_t *out = ARENA_ARRAY(arena, uint32_t, f->count), n = 0;
    Item *item = mem_resize(NULL, 0, f->count * 2 * sizeof(*item));
    for (uint32_t i = 0; i < f->count; i++) {
        if (!passes(filter, f, dict, f->row[i].frame))
            continue;
        uint64_t key = key_of(f, i, order);
        item[n++] = (Item){descending ? ~key : key, i};
    }
    const Item *sorted = n ? sort_by_bytes(item, item + f->count, n) : NULL;
    for (uint32_t i = 0; i < n; i++)
        out[i] = sorted[i].row;
    mem_resize(item, f->count * 2 * sizeof(*item), 0);
    *rows = out;
    *count = n;
}

double functions_self_delta(const Functions *f, const Function *row) {
    double a = f->whole_a ? (double)row->self_a / (double)f->whole_a : 0;
    double b = f->whole_b ? (double)row->self_b / (double)f->whole_b : 0;
    return (a - b) * 100;
}

uint32_t functions_grown(const Functions *f, uint32_t most, uint32_t *rows) {
    uint32_t n = 0;
    for (uint32_t i = 0; i < f->count && f->has_b && most; i++) {
        double delta = functions_self_delta(f, &f->row[i]);
        uint32_t at = n;
        while (at > 0 && functions_self_delta(f, &f->row[rows[at - 1]]) < delta)
            at--;
        if (!(delta > 0) || at == most)
            continue;
        uint32_t kept = n < most ? n : most - 1;
        memmove(rows + at + 1, rows + at, (kept - at) * sizeof(*rows));
        rows[at] = i;
        n = kept + 1;
    }
    return n;
}

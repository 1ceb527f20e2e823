#include "ingest/symbol_table.h"

#include <string.h>

#include "ingest/symbols.h"

enum { PAGE = 4096, LOOK_BACK = 32 };

void symbol_table_init(SymbolTable *t) {
    *t = (SymbolTable){0};
    arena_init(&t->text, 0);
}

static void free_symbols(Symbol *symbol, size_t cap) {
    mem_table_free(symbol, cap * sizeof *symbol);
}

void symbol_table_free(SymbolTable *t) {
    free_symbols(t->symbol, t->cap);
    mem_table_free(t->room, t->room_n);
    arena_free(&t->text);
    symbols_close(t->file);
    *t = (SymbolTable){0};
}

/* On huge pages: clearing memory page by page took half the time of reading a table. */
void symbol_table_reserve(SymbolTable *t, size_t more) {
    if (t->n + more <= t->cap)
        return;
    size_t cap = t->cap * 2 > t->n + more ? t->cap * 2 : t->n + more;
    Symbol *symbol = mem_table(cap * sizeof *symbol);
    if (t->n)
        memcpy(symbol, t->symbol, t->n * sizeof *symbol);
    free_symbols(t->symbol, t->cap);
    t->symbol = symbol;
    t->cap = cap;
}

char *symbol_table_room(SymbolTable *t, size_t old, size_t bytes) {
    char *room = mem_table(bytes);
    if (old)
        memcpy(room, t->room, old);
    mem_table_free(t->room, t->room_n);
    t->room = room;
    t->room_n = bytes;
    return room;
}

void symbol_table_add(SymbolTable *t, const Symbol *symbol) {
    enum { FEW = 64 };
    if (t->n == t->cap)
        symbol_table_reserve(t, FEW);
    t->symbol[t->n++] = *symbol;
}

/* ---- order and ends -----------------------------------------------------------------------
 */

/* Where a symbol starts and which it is. */
typedef struct Place {
    uint64_t start;
    size_t at;
} Place;

enum { DIGIT_BITS = 11, DIGITS = 1 << DIGIT_BITS };

/* From one array to the other, by one digit; those with the same stay as they are. */
static void sort_digit(const Place *from, Place *to, size_t n, uint32_t shift) {
    size_t count[DIGITS] = {0};
    for (size_t i = 0; i < n; i++)
        count[from[i].start >> shift & (DIGITS - 1)]++;
    for (size_t d = 0, at = 0; d < DIGITS; d++) {
        size_t here = count[d];
        count[d] = at;
        at += here;
    }
    for (size_t i = 0; i < n; i++)
        to[count[from[i].start >> shift & (DIGITS - 1)]++] = from[i];
}

/* Symbol place[i].at goes to i, in cycles, so that no second table has to be cleared. */
static void move_symbols(Symbol *symbol, Place *place, size_t n) {
    for (size_t i = 0; i < n; i++) {
        Symbol first = symbol[i];
        size_t to = i;
        for (size_t from = place[i].at; from != i; from = place[to].at) {
            symbol[to] = symbol[from];
            place[to].at = to;
            to = from;
        }
        if (to != i)
            symbol[to] = first;
        place[to].at = to;
    }
}

/* Only digits in which some differ are looked at: offsets in a file have few. */
static void sort(SymbolTable *t) {
    uint64_t differ = 0;
    bool sorted = true;
    for (size_t i = 1; i < t->n; i++) {
        differ |= t->symbol[i].start ^ t->symbol[i - 1].start;
        sorted = sorted && t->symbol[i - 1].start <= t->symbol[i].start;
    }
    if (sorted)
        return;
    size_t bytes = t->n * sizeof(Place);
    Place *from = mem_resize(NULL, 0, bytes), *to = mem_resize(NULL, 0, bytes);
    for (size_t i = 0; i < t->n; i++)
        from[i] = (Place){t->symbol[i].start, i};
    for (uint32_t shift = 0; shift < 64; shift += DIGIT_BITS) {
        if (!(differ >> shift & (DIGITS - 1)))
            continue;
        sort_digit(from, to, t->n, shift);
        Place *swap = from;
        from = to;
        to = swap;
    }
    move_symbols(t->symbol, from, t->n);
    mem_resize(from, bytes, 0);
    mem_resize(to, bytes, 0);
}

static uint64_t page_behind(uint64_t address) {
    return (address + PAGE + PAGE - 1) & ~(uint64_t)(PAGE - 1);
}

static bool same_unit(const Symbol *a, const Symbol *b) {
    return a->unit == b->unit || (a->unit && b->unit && strcmp(a->unit, b->unit) == 0);
}

void symbol_table_arrange(SymbolTable *t) {
    if (t->n == 0)
        return;
    sort(t);
    for (size_t i = 0; i + 1 < t->n; i++) {
        Symbol *s = &t->symbol[i];
        const Symbol *next = s + 1;
        if (s->end == s->start)
            s->end = t->kernel && !same_unit(s, next) ? page_behind(s->start) : next->start;
    }
    Symbol *last = &t->symbol[t->n - 1];
    if (last->end == last->start)
        last->end = ((last->start + PAGE - 1) & ~(uint64_t)(PAGE - 1)) + PAGE;
}

/* ---- finding ------------------------------------------------------------------------------
 */

static size_t underscores(const char *name) {
    return strspn(name, "_");
}

static bool second_by_name(const char *a, const char *b) {
    size_t a_n = underscores(a), b_n = underscores(b);
    if (a_n != b_n)
        return b_n < a_n;
    a_n = strlen(a);
    b_n = strlen(b);
    if (a_n != b_n)
        return b_n > a_n;
    return strncmp(a, "SyS", 3) == 0 || strncmp(a, "compat_SyS", 10) == 0;
}

/* Whether b is the better name of one place. */
static bool second_is_better(const SymbolTable *t, size_t a, size_t b) {
    const Symbol *first = &t->symbol[a], *second = &t->symbol[b];
    bool a_long = first->end > first->start, b_long = second->end > second->start;
    if (a_long != b_long)
        return b_long;
    bool a_weak = first->bind == SYMBOL_WEAK, b_weak = second->bind == SYMBOL_WEAK;
    if (a_weak != b_weak)
        return a_weak;
    if (first->bind != second->bind)
        return second->bind == SYMBOL_GLOBAL;
    if (strcmp(first->name, second->name) == 0)
        return false;
    Buf a_text = {0}, b_text = {0};
    symbol_table_name(t, a + 1, &a_text);
    symbol_table_name(t, b + 1, &b_text);
    bool better = second_by_name(a_text.s, b_text.s);
    buf_free(&a_text);
    buf_free(&b_text);
    return better;
}

/* Of symbols [first, last], which are at one place, the one to print becomes the first, once
 * for all: it is asked for often, and names may have to be made readable to tell. */
static const Symbol *choose(SymbolTable *t, size_t first, size_t last) {
    Symbol *s = t->symbol;
    if (s[first].chosen)
        return &s[first];
    size_t best = first;
    for (size_t i = first + 1; i <= last; i++) {
        if (second_is_better(t, best, i))
            best = i;
    }
    Symbol other = s[first];
    s[first] = s[best];
    s[best] = other;
    s[first].chosen = true;
    return &s[first];
}

static bool holds(const Symbol *s, uint64_t address) {
    return address >= s->start && (address < s->end || address == s->start);
}

static bool of_unit(const Symbol *s, const char *unit) {
    return unit ? s->unit && strcmp(s->unit, unit) == 0 : !s->unit;
}

size_t symbol_table_find(SymbolTable *t, uint64_t address, const char *unit) {
    size_t low = 0, high = t->n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (t->symbol[middle].start <= address)
            low = middle + 1;
        else
            high = middle;
    }
    /* the last place before the address; an enclosing function may begin some places before */
    for (size_t places = 0; low > 0 && places < LOOK_BACK; places++) {
        size_t last = low - 1, first = last;
        while (first > 0 && t->symbol[first - 1].start == t->symbol[last].start)
            first--;
        const Symbol *best = choose(t, first, last);
        if (holds(best, address) && of_unit(best, unit))
            return first + 1;
        low = first;
    }
    return 0;
}

Str symbol_table_name(const SymbolTable *t, size_t found, Buf *text) {
    const Symbol *s = &t->symbol[found - 1];
    buf_clear(text);
    if (s->plain || !symbols_demangle(s->name, text))
        buf_puts(text, s->name);
    if (s->linkage)
        buf_puts(text, "@plt");
    return buf_str(text);
}

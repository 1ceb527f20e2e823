/* A unit's calls nest as its entries do, so a walk finds each call's pieces of code inside those of
 * the one it is within. Laid flat, every piece has one innermost call. */
#include "ingest/inlined.h"

#ifdef HAVE_DW
#include <dwarf.h>
#include <elfutils/libdw.h>
#include <gelf.h>
#include <stdlib.h>
#include <string.h>

#include "base/column.h"
#include "ingest/code_parts.h"

enum {
    DEPTH_MOST = 256,      /* of entries within each other */
    CALLS_MOST = 1 << 24,  /* of a program */
    PIECES_MOST = 1 << 24, /* of a unit */
    RANGES_MOST = 1 << 20, /* of an entry */
    UNITS_MOST = 1 << 20,
    ENTRIES_MOST = 1 << 26, /* of a unit */
};

typedef struct Call {
    Dwarf_Off entry;
    uint32_t into; /* 0: a function of its own */
} Call;

/* Addresses [from, to) in which `call` is the innermost; while a unit is read, in which it is. */
typedef struct Piece {
    uint64_t from, to;
    uint32_t call, depth;
} Piece;

typedef struct Unit {
    Dwarf_Off entry;
    bool read;
    Piece *piece; /* by address, none in another */
    size_t n, cap;
} Unit;

typedef struct UnitRange {
    uint64_t from, to;
    uint64_t unit;
} UnitRange;

struct InlinedFunctions {
    SymbolFile *debug;
    Dwarf *dwarf;
    CodeParts parts;
    Column call;  /* Call; the first is none */
    Column unit;  /* Unit */
    Column range; /* UnitRange, while they are found */
    UnitRange *by_address;
    size_t ranges;
};

/* ---- units -------------------------------------------------------------------------------- */

static int by_start(const void *a, const void *b) {
    const UnitRange *x = a, *y = b;
    return x->from < y->from ? -1 : x->from > y->from;
}

static void add_unit(InlinedFunctions *f, Dwarf_Die *die) {
    Dwarf_Addr base, from, to;
    ptrdiff_t at = 0;
    uint64_t unit = f->unit.count;
    COLUMN_PUSH(&f->unit, Unit) = (Unit){.entry = dwarf_dieoffset(die)};
    for (int i = 0; i < RANGES_MOST && (at = dwarf_ranges(die, at, &base, &from, &to)) > 0; i++) {
        if (from < to && code_parts_has_code(&f->parts, from))
            COLUMN_PUSH(&f->range, UnitRange) = (UnitRange){from, to, unit};
    }
}

static void find_units(InlinedFunctions *f) {
    Dwarf_CU *cu = NULL;
    Dwarf_Half version;
    uint8_t kind;
    Dwarf_Die die;
    while (f->unit.count < UNITS_MOST &&
           dwarf_get_units(f->dwarf, cu, &cu, &version, &kind, &die, NULL) == 0) {
        if (kind == DW_UT_compile)
            add_unit(f, &die);
    }
    f->ranges = f->range.count;
    f->by_address = f->ranges ? mem_resize(NULL, 0, f->ranges * sizeof *f->by_address) : NULL;
    for (size_t i = 0; i < f->ranges; i++)
        f->by_address[i] = COLUMN_AT(&f->range, UnitRange, i);
    if (f->ranges)
        qsort(f->by_address, f->ranges, sizeof *f->by_address, by_start);
}

/* NULL: no unit has code there. */
static Unit *unit_at(const InlinedFunctions *f, uint64_t address) {
    size_t low = 0, high = f->ranges;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (f->by_address[middle].from <= address)
            low = middle + 1;
        else
            high = middle;
    }
    const UnitRange *range = low ? &f->by_address[low - 1] : NULL;
    return range && address < range->to ? &COLUMN_AT(&f->unit, Unit, range->unit) : NULL;
}

/* ---- a unit's calls ----------------------------------------------------------------------- */

/* A walk over a unit's entries, within `into` at hand. */
typedef struct Walk {
    InlinedFunctions *f;
    Column piece;  /* Piece */
    uint64_t left; /* entries that may still be looked at: damaged ones may lead back */
} Walk;

static void add_call(Walk *w, Dwarf_Die *die, uint32_t into, uint32_t depth) {
    Dwarf_Addr base, from, to;
    ptrdiff_t at = 0;
    uint32_t call = (uint32_t)w->f->call.count;
    COLUMN_PUSH(&w->f->call, Call) = (Call){dwarf_dieoffset(die), into};
    for (int i = 0; i < RANGES_MOST && (at = dwarf_ranges(die, at, &base, &from, &to)) > 0; i++) {
        /* linkers leave those of code that they dropped, as if it lay at 0 */
        if (from < to && w->piece.count < PIECES_MOST && code_parts_has_code(&w->f->parts, from))
            COLUMN_PUSH(&w->piece, Piece) = (Piece){from, to, call, depth};
    }
}

/* What may have calls within it. */
static bool is_worth_entering(Dwarf_Die *die) {
    switch (dwarf_tag(die)) {
    case DW_TAG_subprogram:
    case DW_TAG_inlined_subroutine:
    case DW_TAG_lexical_block:
    case DW_TAG_try_block:
    case DW_TAG_catch_block:
    case DW_TAG_namespace:
    case DW_TAG_module:
    case DW_TAG_structure_type:
    case DW_TAG_class_type:
    case DW_TAG_union_type:
    case DW_TAG_enumeration_type: /* Rust's have functions */
        return dwarf_haschildren(die) > 0;
    default:
        return false;
    }
}

static void walk(Walk *w, Dwarf_Die *parent, uint32_t into, uint32_t depth, uint32_t level) {
    Dwarf_Die die;
    if (level > DEPTH_MOST || dwarf_child(parent, &die) != 0)
        return;
    do {
        bool inlined = dwarf_tag(&die) == DW_TAG_inlined_subroutine;
        bool room = w->f->call.count < CALLS_MOST && depth < INLINED_DEPTH_MOST;
        uint32_t within = into, deep = depth;
        if (inlined && room) {
            add_call(w, &die, into, ++deep);
            within = (uint32_t)w->f->call.count - 1;
        } else if (dwarf_tag(&die) == DW_TAG_subprogram) {
            within = deep = 0; /* a function of its own, wherever it was written */
        }
        if (is_worth_entering(&die))
            walk(w, &die, within, deep, level + 1);
    } while (w->left && w->left-- && dwarf_siblingof(&die, &die) == 0);
}

/* ---- laid flat ---------------------------------------------------------------------------- */

/* What is around others comes before them. */
static int by_nesting(const void *a, const void *b) {
    const Piece *x = a, *y = b;
    if (x->from != y->from)
        return x->from < y->from ? -1 : 1;
    return x->depth < y->depth ? -1 : x->depth > y->depth;
}

static void put_piece(Unit *unit, uint64_t from, uint64_t to, uint32_t call) {
    if (from < to)
        unit->piece[unit->n++] = (Piece){.from = from, .to = to, .call = call};
}

/* Each piece ends where one within it begins, and goes on behind that: with n pieces there are at
 * most 2n. Those that reach beyond what is around them are cut there. */
static void lay_flat(Unit *unit, const Piece *piece, size_t n) {
    Piece open[INLINED_DEPTH_MOST + 1];
    size_t opened = 0;
    uint64_t at = 0;
    for (size_t i = 0; i <= n; i++) {
        uint64_t next = i < n ? piece[i].from : UINT64_MAX;
        while (opened && (open[opened - 1].to <= next || opened > INLINED_DEPTH_MOST)) {
            put_piece(unit, at, open[opened - 1].to, open[opened - 1].call);
            at = open[opened - 1].to > at ? open[opened - 1].to : at;
            opened--;
        }
        if (i == n)
            return;
        if (opened)
            put_piece(unit, at, next, open[opened - 1].call);
        at = next > at ? next : at;
        Piece p = piece[i];
        if (opened && p.to > open[opened - 1].to)
            p.to = open[opened - 1].to;
        open[opened++] = p;
    }
}

static void read_unit(InlinedFunctions *f, Unit *unit) {
    Dwarf_Die die;
    Walk w = {.f = f, .left = ENTRIES_MOST};
    unit->read = true;
    column_init(&w.piece, sizeof(Piece), 6);
    if (dwarf_offdie(f->dwarf, unit->entry, &die))
        walk(&w, &die, 0, 0, 0);
    size_t n = (size_t)w.piece.count;
    if (n) {
        Piece *all = mem_resize(NULL, 0, n * sizeof *all);
        for (size_t i = 0; i < n; i++)
            all[i] = COLUMN_AT(&w.piece, Piece, i);
        qsort(all, n, sizeof *all, by_nesting);
        unit->cap = 2 * n + 1;
        unit->piece = mem_resize(NULL, 0, unit->cap * sizeof *unit->piece);
        lay_flat(unit, all, n);
        mem_resize(all, n * sizeof *all, 0);
    }
    column_free(&w.piece);
}

/* ---- opening and asking ------------------------------------------------------------------- */

InlinedFunctions *inlined_new(SymbolFile *mapped, SymbolFile *debug) {
    InlinedFunctions *f = mem_resize(NULL, 0, sizeof *f);
    column_init(&f->call, sizeof(Call), 8);
    column_init(&f->unit, sizeof(Unit), 5);
    column_init(&f->range, sizeof(UnitRange), 6);
    COLUMN_PUSH(&f->call, Call) = (Call){0};
    code_parts_read(&f->parts, mapped);
    if (debug != mapped)
        symbols_close(mapped);
    f->debug = debug;
    f->dwarf = dwarf_begin_elf(symbol_file_elf(debug), DWARF_C_READ, NULL);
    symbol_file_let_go(debug);
    if (f->dwarf)
        find_units(f);
    if (f->ranges)
        return f;
    inlined_free(f);
    return NULL;
}

void inlined_free(InlinedFunctions *f) {
    if (!f)
        return;
    for (uint64_t i = 0; i < f->unit.count; i++) {
        Unit *unit = &COLUMN_AT(&f->unit, Unit, i);
        mem_resize(unit->piece, unit->cap * sizeof *unit->piece, 0);
    }
    mem_resize(f->by_address, f->ranges * sizeof *f->by_address, 0);
    dwarf_end(f->dwarf);
    symbols_close(f->debug);
    code_parts_free(&f->parts);
    column_free(&f->call);
    column_free(&f->unit);
    column_free(&f->range);
    mem_resize(f, sizeof *f, 0);
}

uint32_t inlined_find(InlinedFunctions *f, uint64_t offset) {
    uint64_t address = code_parts_address(&f->parts, offset);
    Unit *unit = unit_at(f, address);
    if (!unit)
        return 0;
    if (!unit->read)
        read_unit(f, unit);
    size_t low = 0, high = unit->n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (unit->piece[middle].to <= address)
            low = middle + 1;
        else
            high = middle;
    }
    return low < unit->n && unit->piece[low].from <= address ? unit->piece[low].call : 0;
}

uint32_t inlined_into(const InlinedFunctions *f, uint32_t call) {
    return COLUMN_AT(&f->call, Call, call).into;
}

const char *inlined_name(InlinedFunctions *f, uint32_t call) {
    static const unsigned int kind[] = {DW_AT_linkage_name, DW_AT_MIPS_linkage_name, DW_AT_name};
    Dwarf_Die die;
    Dwarf_Attribute attribute;
    const char *name = NULL;
    if (!dwarf_offdie(f->dwarf, COLUMN_AT(&f->call, Call, call).entry, &die))
        return "[unknown]";
    for (size_t i = 0; i < sizeof kind / sizeof *kind && !name; i++) {
        if (dwarf_attr_integrate(&die, kind[i], &attribute))
            name = dwarf_formstring(&attribute);
    }
    return name && *name ? name : "[unknown]";
}

#else

InlinedFunctions *inlined_new(SymbolFile *mapped, SymbolFile *debug) {
    if (debug != mapped)
        symbols_close(debug);
    symbols_close(mapped);
    return NULL;
}

void inlined_free(InlinedFunctions *f) {
    (void)f;
}

uint32_t inlined_find(InlinedFunctions *f, uint64_t offset) {
    (void)f, (void)offset;
    return 0;
}

uint32_t inlined_into(const InlinedFunctions *f, uint32_t call) {
    (void)f, (void)call;
    return 0;
}

const char *inlined_name(InlinedFunctions *f, uint32_t call) {
    (void)f, (void)call;
    return "";
}
#endif

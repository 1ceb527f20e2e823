/* Symbol table: the functions of one program, library or kernel by their addresses, and which
 * of several names of one place is the one to print. Addresses are offsets in the file that is
 * mapped, or those of the running kernel.
 * Where names compete, perf's rule decides, so that both print the same: a size, not weak,
 * global, fewer leading underscores, the longer name, and a system call's shorter alias last.
 * Owner: who calls symbol_table_init. Thread: one at a time. Memory: 40 bytes a symbol; names
 * lie in the file they came from, in the list that was read (symbol_table_room), or in the
 * table's arena. Failure: none; 0 is no symbol. */
#pragma once

#include "base/buf.h"
#include "base/str.h"

typedef struct Symbol {
    uint64_t start, end; /* end == start: how long it is, nobody said */
    const char *name;    /* zero-terminated, as in the file */
    const char *unit;    /* the kernel module it belongs to; NULL: none */
    uint8_t bind;        /* of these, higher ones win */
    bool plain;          /* the name is not to be demangled */
    bool linkage;        /* an entry of a table of linkage: it is printed with "@plt" behind */
    bool chosen;         /* of the names of its place the one to print, which comes first */
} Symbol;

enum { SYMBOL_WEAK, SYMBOL_LOCAL, SYMBOL_GLOBAL };

typedef struct SymbolTable {
    Symbol *symbol; /* by start, those of one start in the order of the file */
    size_t n, cap;
    Arena text;
    char *room; /* a list's text */
    size_t room_n;
    bool kernel;
    struct SymbolFile *file; /* what the names lie in */
} SymbolTable;

void symbol_table_init(SymbolTable *t);
void symbol_table_free(SymbolTable *t);
/* As many more will be added. */
void symbol_table_reserve(SymbolTable *t, size_t more);
/* Memory for the text that names lie in, which the table frees; old: as many bytes are kept. */
char *symbol_table_room(SymbolTable *t, size_t old, size_t bytes);
void symbol_table_add(SymbolTable *t, const Symbol *symbol);
/* Arranges what was added, and gives an end to what has none. */
void symbol_table_arrange(SymbolTable *t);
/* The symbol at an address, as its number + 1. unit: only those of that kernel module, or none.
 */
size_t symbol_table_find(SymbolTable *t, uint64_t address, const char *unit);
/* Readable; in `text`, which it overwrites. */
Str symbol_table_name(const SymbolTable *t, size_t found, Buf *text);

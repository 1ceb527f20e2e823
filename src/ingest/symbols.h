/* Symbols: what functions lie where in a program, library or kernel, from ELF files, the
 * kernel's list (kallsyms) and the lists of runtime compilers (/tmp/perf-PID.map); and readable
 * names of C++ and Rust. libelf and libiberty live here; without them ELF files tell nothing
 * and names stay as they are in the file.
 * Owner: a SymbolTable keeps open what its names lie in. Thread: one a table.
 * Failure: false or NULL: there is no such file, it is none of that kind, or it is another
 * build than the one wanted. */
#pragma once

#include "base/error.h"
#include "ingest/build_id.h"
#include "ingest/function_places.h"
#include "ingest/symbol_table.h"

typedef struct SymbolFile SymbolFile; /* an open ELF file */

/* want: its build id must be that; NULL: any. A file is open until its symbols were read; *err,
 * which may be NULL, is set where the system lends no more files. */
SymbolFile *symbol_file_open(const char *path, const BuildId *want, Error *err);
/* The piece of code that the running kernel lends to every program. */
SymbolFile *symbol_file_of_vdso(void);
void symbols_close(SymbolFile *file); /* NULL is fine */
BuildId symbol_file_build_id(const SymbolFile *file);
bool symbol_file_has_symtab(const SymbolFile *file);
bool symbol_file_has_dynsym(const SymbolFile *file);
bool symbol_file_has_debug(const SymbolFile *file); /* what debuggers read */
/* False: only the symbols of its code are in it, and nothing tells where that is in a file. */
bool symbol_file_has_code(const SymbolFile *file);
/* The name of the file with its debug symbols (.gnu_debuglink); false: it names none. */
bool symbol_file_debug_link(const SymbolFile *file, char *out, size_t cap);
/* The library's handle, while the file is open; what was not read before symbol_file_let_go gives
 * the system its file back cannot be any more. Only where libelf is built in. */
struct Elf *symbol_file_elf(const SymbolFile *file);
void symbol_file_let_go(SymbolFile *file);
/* Fills the table with the symbols of `file` as offsets in `mapped`, the file that was run
 * (maybe the same), with the entries of that one's table of linkage; the table owns both. */
void symbols_read_elf(SymbolTable *t, SymbolFile *file, SymbolFile *mapped);

/* Where its functions are, names or not; none are of another byte order than this machine's. The
 * file is closed. */
void symbols_read_functions(FunctionPlaces *out, SymbolFile *file);

/* A kernel, of which symbols are where they were linked to be; *known_at is that of the symbol
 * `known`, or 0. The table owns the file. */
void symbols_read_vmlinux(SymbolTable *t, SymbolFile *file, Str known, uint64_t *known_at);

/* "ffffffff81000000 T _text", "… t name\t[module]"; *known_at is the address of the symbol
 * `known`, or 0. False: there is no list, or its addresses are hidden. */
bool symbols_read_kallsyms(SymbolTable *t, const char *path, Str known, uint64_t *known_at);
/* "START SIZE NAME", in hex, of a process. Believed where it is root's, the user's (before sudo,
 * too), or of who runs that process. False without an error: there is none, or nothing in it. */
bool symbols_read_map(SymbolTable *t, const char *path, int32_t pid, Error *err);

/* False: it is readable as it is. */
bool symbols_demangle(const char *name, Buf *out);
bool symbols_have_elf(void);

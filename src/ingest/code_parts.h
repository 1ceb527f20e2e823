/* Code parts: which bytes of a program lie at which of the addresses that its linker gave them, so
 * that a place in the file that is mapped can be found in what compilers say of addresses.
 * Owner: who calls code_parts_read frees them. Thread: read-only once read; any. */
#pragma once

#include "base/column.h"
#include "ingest/symbols.h"

typedef struct CodeParts {
    Column part;
} CodeParts;

void code_parts_read(CodeParts *p, const SymbolFile *mapped);
void code_parts_free(CodeParts *p);
bool code_parts_has_code(const CodeParts *p, uint64_t address);
/* A page of the file may lie in two parts; of those that of code is meant. */
uint64_t code_parts_address(const CodeParts *p, uint64_t offset);

/* Writes as little of a 64-bit ELF program as has code, symbols and a build id. */
#pragma once

#include "base/buf.h"

typedef struct ElfGen {
    const char *function; /* all of the code; NULL: there are no symbols */
    const char
        *called; /* by way of a table of linkage, in front of the code; NULL: there is none */
    const uint8_t *id;
    uint32_t id_n;      /* 0: none */
    bool bare;          /* its code is left out, as objcopy --only-keep-debug does */
    uint64_t plt_entry; /* what it says of the table of linkage */
    uint64_t plt_align;
    Str packed; /* the section .gnu_debugdata; empty: there is none */
} ElfGen;

enum {
    ELF_CODE_AT = 0x401000, /* where the program wants its code, and its length; the table of */
    ELF_CODE_BYTES = 0x200, /* linkage lies ELF_PLT_BYTES before it */
    ELF_PLT_BYTES = 0x40,
    ELF_CODE_OFFSET = 0x1000, /* in the file */
};

Buf elf_file(const ElfGen *g);

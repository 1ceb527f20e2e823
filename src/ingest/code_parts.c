#include "ingest/code_parts.h"

typedef struct Part {
    uint64_t offset, bytes, at;
    bool code;
} Part;

#ifdef HAVE_ELF
#include <gelf.h>

void code_parts_read(CodeParts *p, const SymbolFile *mapped) {
    size_t n;
    Elf *elf = symbol_file_elf(mapped);
    column_init(&p->part, sizeof(Part), 3);
    if (elf_getphdrnum(elf, &n) != 0)
        return;
    for (size_t i = 0; i < n && i <= UINT16_MAX; i++) {
        GElf_Phdr h;
        if (gelf_getphdr(elf, (int)i, &h) && h.p_type == PT_LOAD)
            COLUMN_PUSH(&p->part, Part) =
                (Part){h.p_offset, h.p_filesz, h.p_vaddr, (h.p_flags & PF_X) != 0};
    }
}
#else
void code_parts_read(CodeParts *p, const SymbolFile *mapped) {
    (void)mapped;
    column_init(&p->part, sizeof(Part), 3);
}
#endif

void code_parts_free(CodeParts *p) {
    column_free(&p->part);
}

uint64_t code_parts_address(const CodeParts *p, uint64_t offset) {
    uint64_t found = offset;
    for (uint64_t i = 0; i < p->part.count; i++) {
        const Part *part = &COLUMN_AT(&p->part, Part, i);
        if (offset < part->offset || offset - part->offset >= part->bytes)
            continue;
        found = offset - part->offset + part->at;
        if (part->code)
            break;
    }
    return found;
}

bool code_parts_has_code(const CodeParts *p, uint64_t address) {
    for (uint64_t i = 0; i < p->part.count; i++) {
        const Part *part = &COLUMN_AT(&p->part, Part, i);
        if (part->code && address >= part->at && address - part->at < part->bytes)
            return true;
    }
    return false;
}

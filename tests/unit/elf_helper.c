#include "unit/elf_helper.h"

#include <elf.h>
#include <string.h>

enum { SECTIONS = 11, ROOM = 0x3000, CODE_END = ELF_CODE_OFFSET + ELF_CODE_BYTES };

typedef struct ElfOut {
    char *at; /* of ROOM bytes */
    size_t n; /* where the next piece goes */
    Elf64_Shdr section[SECTIONS];
    uint16_t sections;
    char names[256];
    size_t names_n;
} ElfOut;

static uint32_t put_name(ElfOut *o, const char *name) {
    size_t at = o->names_n, n = strlen(name) + 1;
    memcpy(o->names + at, name, n);
    o->names_n += n;
    return (uint32_t)at;
}

static Elf64_Shdr *put_section(ElfOut *o, const char *name, uint32_t type, const void *bytes,
                               size_t n) {
    Elf64_Shdr *s = &o->section[o->sections++];
    o->n = (o->n + 7) & ~(size_t)7;
    *s = (Elf64_Shdr){
        .sh_name = put_name(o, name), .sh_type = type, .sh_offset = o->n, .sh_size = n};
    memcpy(o->at + o->n, bytes, n);
    o->n += n;
    return s;
}

static void put_code(ElfOut *o, const ElfGen *g) {
    static const char code[ELF_PLT_BYTES + ELF_CODE_BYTES];
    Elf64_Shdr *s = put_section(o, ".text", g->bare ? SHT_NOBITS : SHT_PROGBITS, code, 0);
    s->sh_addr = ELF_CODE_AT;
    s->sh_offset = ELF_CODE_OFFSET;
    s->sh_size = ELF_CODE_BYTES;
    s->sh_flags = SHF_ALLOC | SHF_EXECINSTR;
    if (!g->called)
        return;
    s = put_section(o, ".plt", SHT_PROGBITS, code, 0);
    s->sh_addr = ELF_CODE_AT - ELF_PLT_BYTES;
    s->sh_offset = ELF_CODE_OFFSET - ELF_PLT_BYTES;
    s->sh_size = ELF_PLT_BYTES;
    s->sh_entsize = g->plt_entry;
    s->sh_addralign = g->plt_align;
}

static void put_id(ElfOut *o, const ElfGen *g) {
    char note[64];
    Elf64_Nhdr head = {4, g->id_n, NT_GNU_BUILD_ID};
    memcpy(note, &head, sizeof head);
    memcpy(note + sizeof head, "GNU", 4);
    memcpy(note + sizeof head + 4, g->id, g->id_n);
    put_section(o, ".note.gnu.build-id", SHT_NOTE, note, sizeof head + 4 + g->id_n);
}

/* A table of one symbol, and its text behind it. */
static void put_symbols(ElfOut *o, bool dynamic, const char *name, uint64_t at, uint64_t size) {
    char text[128] = {0};
    Elf64_Sym symbol[2] = {{0}, {.st_name = 1, .st_value = at, .st_size = size}};
    symbol[1].st_info = ELF64_ST_INFO(STB_GLOBAL, STT_FUNC);
    symbol[1].st_shndx = at ? 1 : SHN_UNDEF;
    strncpy(text + 1, name, sizeof text - 2);
    Elf64_Shdr *s = put_section(o, dynamic ? ".dynsym" : ".symtab",
                                dynamic ? SHT_DYNSYM : SHT_SYMTAB, symbol, sizeof symbol);
    s->sh_entsize = sizeof *symbol;
    s->sh_link = o->sections;
    put_section(o, dynamic ? ".dynstr" : ".strtab", SHT_STRTAB, text, strlen(name) + 2);
}

static void put_linkage(ElfOut *o, const ElfGen *g) {
    Elf64_Rela fill = {.r_info = ELF64_R_INFO(1, R_X86_64_JUMP_SLOT)};
    uint32_t symbols = o->sections;
    put_symbols(o, true, g->called, 0, 0);
    Elf64_Shdr *s = put_section(o, ".rela.plt", SHT_RELA, &fill, sizeof fill);
    s->sh_entsize = sizeof fill;
    s->sh_link = symbols;
}

static void put_head(ElfOut *o, const ElfGen *g, size_t sections_at) {
    enum { PLACE = ELF_CODE_OFFSET - ELF_PLT_BYTES, BYTES = ELF_PLT_BYTES + ELF_CODE_BYTES };
    Elf64_Ehdr head = {.e_type = ET_EXEC,
                       .e_machine = EM_X86_64,
                       .e_version = EV_CURRENT,
                       .e_phoff = sizeof head,
                       .e_shoff = sections_at,
                       .e_ehsize = sizeof head,
                       .e_phentsize = sizeof(Elf64_Phdr),
                       .e_phnum = 1,
                       .e_shentsize = sizeof(Elf64_Shdr),
                       .e_shnum = o->sections,
                       .e_shstrndx = (uint16_t)(o->sections - 1)};
    Elf64_Phdr part = {.p_type = PT_LOAD,
                       .p_flags = PF_R | PF_X,
                       .p_offset = g->bare ? 0 : PLACE,
                       .p_vaddr = ELF_CODE_AT - ELF_PLT_BYTES,
                       .p_filesz = g->bare ? 0 : BYTES,
                       .p_memsz = BYTES};
    memcpy(head.e_ident, ELFMAG, SELFMAG);
    head.e_ident[EI_CLASS] = ELFCLASS64;
    head.e_ident[EI_DATA] = ELFDATA2LSB;
    head.e_ident[EI_VERSION] = EV_CURRENT;
    memcpy(o->at, &head, sizeof head);
    memcpy(o->at + sizeof head, &part, sizeof part);
}

Buf elf_file(const ElfGen *g) {
    static char room[ROOM];
    ElfOut o = {.at = room, .n = CODE_END, .sections = 1, .names_n = 1};
    Buf out = {0};
    memset(room, 0, sizeof room);
    put_code(&o, g);
    if (g->id_n)
        put_id(&o, g);
    if (g->function)
        put_symbols(&o, false, g->function, ELF_CODE_AT, ELF_CODE_BYTES);
    if (g->called)
        put_linkage(&o, g);
    if (g->packed.n)
        put_section(&o, ".gnu_debugdata", SHT_PROGBITS, g->packed.s, g->packed.n);
    put_section(&o, ".shstrtab", SHT_STRTAB, o.names, 0);
    Elf64_Shdr *names = &o.section[o.sections - 1];
    names->sh_size = o.names_n;
    memcpy(o.at + o.n, o.names, o.names_n);
    size_t sections_at = (o.n + o.names_n + 7) & ~(size_t)7;
    memcpy(o.at + sections_at, o.section, o.sections * sizeof *o.section);
    put_head(&o, g, sections_at);
    buf_put(&out, (Str){o.at, sections_at + o.sections * sizeof *o.section});
    return out;
}

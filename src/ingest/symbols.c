#include "ingest/symbols.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/stat.h>
#include <unistd.h>

#ifdef HAVE_ELF
#include <gelf.h>
#include <libelf.h>
#endif
#ifdef HAVE_DEMANGLE
#include <libiberty/demangle.h>
#endif

#include "base/codec.h"

/* ---- readable names -----------------------------------------------------------------------
 */

bool symbols_demangle(const char *name, Buf *out) {
#ifdef HAVE_DEMANGLE
    enum { LONGEST = 64 * 1024 }; /* what is longer was made to exhaust the demangler */
    if (name[0] != '_' || strnlen(name, LONGEST) == LONGEST)
        return false;
    char *text = cplus_demangle(name, DMGL_NO_OPTS); /* as perf: without parameters */
    if (!text)
        return false;
    buf_puts(out, text);
    (free)(text); /* libiberty's memory, not ours */
    return true;
#else
    (void)name, (void)out;
    return false;
#endif
}

bool symbols_have_elf(void) {
#ifdef HAVE_ELF
    return true;
#else
    return false;
#endif
}

#ifdef HAVE_ELF

/* ---- ELF files ----------------------------------------------------------------------------
 */

struct SymbolFile {
    int fd; /* -1: memory, or all that is wanted was read */
    Elf *elf;
    GElf_Ehdr head;
    size_t names; /* section with the sections' names */
    BuildId build_id;
    SymbolFile *other; /* closed with this one */
    Buf image;         /* all of it, where it was unpacked */
};

/* A section by its name and, unless that is SHT_NULL, kind; NULL when there is none. */
static Elf_Scn *section(const SymbolFile *f, const char *name, uint32_t kind, GElf_Shdr *head) {
    for (Elf_Scn *s = elf_nextscn(f->elf, NULL); s; s = elf_nextscn(f->elf, s)) {
        if (!gelf_getshdr(s, head) || (kind != SHT_NULL && head->sh_type != kind))
            continue;
        const char *its = elf_strptr(f->elf, f->names, head->sh_name);
        if (!name || (its && strcmp(its, name) == 0))
            return s;
    }
    return NULL;
}

static BuildId read_build_id(const SymbolFile *f) {
    for (Elf_Scn *s = elf_nextscn(f->elf, NULL); s; s = elf_nextscn(f->elf, s)) {
        GElf_Shdr head;
        Elf_Data *data = NULL;
        if (!gelf_getshdr(s, &head) || head.sh_type != SHT_NOTE || !(data = elf_getdata(s, NULL)))
            continue;
        GElf_Nhdr note;
        size_t name, desc, at = 0;
        while ((at = gelf_getnote(data, at, &note, &name, &desc)) > 0) {
            const char *bytes = (const char *)data->d_buf;
            if (note.n_type == NT_GNU_BUILD_ID && note.n_namesz == 4 &&
                memcmp(bytes + name, "GNU", 4) == 0)
                return build_id_of((const uint8_t *)bytes + desc, note.n_descsz);
        }
    }
    return (BuildId){0};
}

static SymbolFile *open_elf(int fd, Elf *elf) {
    SymbolFile *f = mem_resize(NULL, 0, sizeof *f);
    f->fd = fd;
    f->elf = elf;
    if (elf && elf_kind(elf) == ELF_K_ELF && gelf_getehdr(elf, &f->head) &&
        elf_getshdrstrndx(elf, &f->names) == 0) {
        f->build_id = read_build_id(f);
        return f;
    }
    symbols_close(f);
    return NULL;
}

SymbolFile *symbol_file_open(const char *path, const BuildId *want, Error *err) {
    struct stat st;
    elf_version(EV_CURRENT);
    if (stat(path, &st) != 0 || !S_ISREG(st.st_mode) || st.st_size == 0)
        return NULL; /* reading a device, a pipe or the system's own may do or wait for anything
                      */
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        if (errno == EMFILE || errno == ENFILE)
            error_set(err, ERROR_IO, "%s", strerror(errno));
        return NULL;
    }
    /* read, not mapped: a file that is cut meanwhile must not end the program */
    SymbolFile *f = open_elf(fd, elf_begin(fd, ELF_C_READ, NULL));
    if (f && want && want->n && !build_id_fits(want, &f->build_id)) {
        symbols_close(f);
        f = NULL;
    }
    return f;
}

SymbolFile *symbol_file_of_vdso(void) {
    unsigned long at = getauxval(AT_SYSINFO_EHDR);
    char *image = NULL;
    memcpy(&image, &at, sizeof at);
    if (!image)
        return NULL;
    elf_version(EV_CURRENT);
#ifdef __LP64__
    Elf64_Ehdr head;
#else
    Elf32_Ehdr head;
#endif
    memcpy(&head, image, sizeof head);
    return open_elf(-1, elf_memory(image, head.e_shoff + (size_t)head.e_shnum * head.e_shentsize));
}

void symbols_close(SymbolFile *f) {
    if (!f)
        return;
    symbols_close(f->other);
    elf_end(f->elf);
    buf_free(&f->image);
    if (f->fd >= 0)
        close(f->fd);
    mem_resize(f, sizeof *f, 0);
}

/* All that will be asked for is in memory. There may be a thousand programs, which runtime
 * compilers write a function each, and a process has fewer files than that. */
void symbol_file_let_go(SymbolFile *f) {
    if (f->fd < 0)
        return;
    elf_cntl(f->elf, ELF_C_FDDONE);
    close(f->fd);
    f->fd = -1;
}

struct Elf *symbol_file_elf(const SymbolFile *f) {
    return f->elf;
}

BuildId symbol_file_build_id(const SymbolFile *f) {
    return f->build_id;
}

bool symbol_file_has_symtab(const SymbolFile *f) {
    GElf_Shdr head;
    return section(f, ".symtab", SHT_SYMTAB, &head) != NULL;
}

bool symbol_file_has_dynsym(const SymbolFile *f) {
    GElf_Shdr head;
    return section(f, ".dynsym", SHT_DYNSYM, &head) != NULL;
}

bool symbol_file_has_debug(const SymbolFile *f) {
    GElf_Shdr head;
    return section(f, ".debug_info", SHT_PROGBITS, &head) ||
           section(f, ".zdebug_info", SHT_PROGBITS, &head);
}

/* objcopy --only-keep-debug leaves the segments, but none of their bytes, and their places in the
 * file are no longer those of the program. */
bool symbol_file_has_code(const SymbolFile *f) {
    size_t n;
    bool bare = false;
    if (elf_getphdrnum(f->elf, &n) != 0)
        return true;
    for (size_t i = 0; i < n && i <= UINT16_MAX; i++) {
        GElf_Phdr part;
        if (!gelf_getphdr(f->elf, (int)i, &part) || part.p_type != PT_LOAD ||
            !(part.p_flags & PF_X))
            continue;
        if (part.p_filesz)
            return true;
        bare = true;
    }
    return !bare;
}

bool symbol_file_debug_link(const SymbolFile *f, char *out, size_t cap) {
    GElf_Shdr head;
    Elf_Scn *s = section(f, ".gnu_debuglink", SHT_PROGBITS, &head);
    Elf_Data *data = s ? elf_getdata(s, NULL) : NULL;
    if (!data || !data->d_buf)
        return false;
    size_t n = strnlen((const char *)data->d_buf, data->d_size);
    if (n == 0 || n >= cap || n == data->d_size || memchr(data->d_buf, '/', n))
        return false;
    memcpy(out, data->d_buf, n + 1);
    return true;
}

/* ---- their symbols ------------------------------------------------------------------------
 */

enum { FACTS_BYTES = 4096 }; /* of the facts below about most files */

/* How addresses become offsets in the mapped file. */
typedef struct Places {
    GElf_Phdr *part;
    size_t n;
    bool adjust; /* false: they are offsets already */
} Places;

static Places places_of(const SymbolFile *f, Arena *arena) {
    Places p = {.adjust = f->head.e_type == ET_EXEC || f->head.e_type == ET_DYN ||
                          f->head.e_type == ET_REL};
    size_t n;
    if (elf_getphdrnum(f->elf, &n) != 0 || n > UINT16_MAX)
        return p;
    p.part = ARENA_ARRAY(arena, GElf_Phdr, n);
    for (size_t i = 0; i < n; i++) {
        if (gelf_getphdr(f->elf, (int)i, &p.part[p.n]) && p.part[p.n].p_type == PT_LOAD)
            p.n++;
    }
    return p;
}

static uint64_t place(const Places *p, uint64_t address, uint64_t section_at,
                      uint64_t section_offset) {
    if (!p->adjust)
        return address;
    for (size_t i = 0; i < p->n; i++) {
        const GElf_Phdr *h = &p->part[i];
        if (address >= h->p_vaddr && address - h->p_vaddr < h->p_memsz)
            return address - h->p_vaddr + h->p_offset;
    }
    return address - section_at + section_offset;
}

/* What symbols ask of the section they are in, which there are few of. */
typedef struct SectionFacts {
    uint64_t at, offset;
    bool known;
    bool usual; /* of code or data by its name, for symbols that do not say what they are */
} SectionFacts;

typedef struct Sections {
    SectionFacts *of;
    size_t n;
} Sections;

static Sections sections_of(const SymbolFile *f, Arena *arena) {
    Sections all = {0};
    if (elf_getshdrnum(f->elf, &all.n) != 0 || all.n > UINT16_MAX)
        return (Sections){0};
    all.of = ARENA_ARRAY(arena, SectionFacts, all.n);
    for (Elf_Scn *s = elf_nextscn(f->elf, NULL); s; s = elf_nextscn(f->elf, s)) {
        GElf_Shdr head;
        size_t i = elf_ndxscn(s);
        if (i >= all.n || !gelf_getshdr(s, &head))
            continue;
        const char *name = elf_strptr(f->elf, f->names, head.sh_name);
        all.of[i] = (SectionFacts){head.sh_addr, head.sh_offset, true,
                                   name && (strstr(name, "text") || strstr(name, "data"))};
    }
    return all;
}

static bool is_function_or_object(const GElf_Sym *sym) {
    int type = GELF_ST_TYPE(sym->st_info);
    return type == STT_FUNC || type == STT_GNU_IFUNC || type == STT_OBJECT;
}

static bool is_label(const GElf_Sym *sym) {
    int seen = GELF_ST_VISIBILITY(sym->st_other);
    return GELF_ST_TYPE(sym->st_info) == STT_NOTYPE && seen != STV_HIDDEN && seen != STV_INTERNAL;
}

/* Names of an address's kind that assemblers write for others ("$x", "$d"). */
static bool is_mark(const SymbolFile *f, const char *name) {
    int machine = f->head.e_machine;
    return name[0] == '$' && (machine == EM_ARM || machine == EM_AARCH64 || machine == EM_RISCV);
}

/* A table of symbols and the names they have. */
typedef struct SymbolSection {
    const SymbolFile *f;
    Sections sections;
    Places places;
    Elf_Data *data;
    const char *text;
    size_t text_n; /* a zero stands at its end */
} SymbolSection;

/* False: it is none of a function or a variable. */
static bool symbol_of(const SymbolSection *in, const GElf_Sym *sym, Symbol *out) {
    uint64_t value = sym->st_value;
    if (sym->st_name >= in->text_n || sym->st_shndx == SHN_UNDEF || sym->st_shndx >= in->sections.n)
        return false;
    const char *name = in->text + sym->st_name;
    const SectionFacts *section = &in->sections.of[sym->st_shndx];
    bool label = is_label(sym);
    if (!name[0] || is_mark(in->f, name) || !section->known)
        return false;
    if (label ? !section->usual : !is_function_or_object(sym))
        return false;
    if (in->f->head.e_machine == EM_ARM && GELF_ST_TYPE(sym->st_info) == STT_FUNC)
        value &= ~(uint64_t)1; /* says that it is Thumb code */
    int bind = GELF_ST_BIND(sym->st_info);
    uint64_t start = place(&in->places, value, section->at, section->offset);
    uint64_t end = start + sym->st_size < start ? UINT64_MAX : start + sym->st_size;
    *out = (Symbol){.start = start,
                    .end = end,
                    .name = name,
                    .bind = bind == STB_WEAK     ? SYMBOL_WEAK
                            : bind == STB_GLOBAL ? SYMBOL_GLOBAL
                                                 : SYMBOL_LOCAL};
    return true;
}

/* As many as there are bytes for, whatever the section's head says. */
static size_t entries_of(const SymbolFile *f, const Elf_Data *data, Elf_Type type) {
    size_t bytes = gelf_fsize(f->elf, type, 1, EV_CURRENT);
    return bytes ? data->d_size / bytes : 0;
}

/* Text that ends with a zero, so that every name in it does. */
static bool find_names(SymbolSection *in, size_t index) {
    GElf_Shdr head;
    Elf_Scn *scn = elf_getscn(in->f->elf, index);
    Elf_Data *data = scn && gelf_getshdr(scn, &head) && head.sh_type == SHT_STRTAB
                         ? elf_getdata(scn, NULL)
                         : NULL;
    if (!data || !data->d_buf || !data->d_size)
        return false;
    in->text = (const char *)data->d_buf;
    in->text_n = data->d_size;
    while (in->text_n && in->text[in->text_n - 1])
        in->text_n--;
    return true;
}

static void read_section(SymbolTable *t, SymbolSection *in, const char *name, uint32_t kind) {
    GElf_Shdr head;
    Elf_Scn *scn = section(in->f, name, kind, &head);
    in->data = scn ? elf_getdata(scn, NULL) : NULL;
    if (!in->data || !in->data->d_buf || !find_names(in, head.sh_link))
        return;
    size_t n = entries_of(in->f, in->data, ELF_T_SYM);
    symbol_table_reserve(t, n);
    for (size_t i = 0; i < n && i < INT32_MAX; i++) {
        GElf_Sym sym;
        Symbol symbol;
        if (gelf_getsym(in->data, (int)i, &sym) && symbol_of(in, &sym, &symbol))
            symbol_table_add(t, &symbol);
    }
}

/* ---- the table of linkage (PLT) -----------------------------------------------------------
 */

typedef struct Linkage {
    uint64_t at, head, entry; /* offset in the file; bytes before the first, and of each */
} Linkage;

/* Linkers say 4 of programs for 32-bit x86. */
static uint64_t entry_of_x86(const GElf_Shdr *plt) {
    enum { SHORT = 8, USUAL = 16 };
    if (plt->sh_entsize == SHORT || plt->sh_entsize == USUAL)
        return plt->sh_entsize;
    return plt->sh_addralign == SHORT ? SHORT : USUAL;
}

static bool find_linkage(const SymbolFile *f, const char *name, bool headless, Linkage *out) {
    GElf_Shdr plt;
    int machine = f->head.e_machine;
    if (!section(f, name, SHT_PROGBITS, &plt))
        return false;
    uint64_t entry =
        machine == EM_386 || machine == EM_X86_64 ? entry_of_x86(&plt) : plt.sh_entsize;
    *out = (Linkage){plt.sh_offset, entry, entry};
    if (machine == EM_ARM)
        *out = (Linkage){plt.sh_offset, 20, 12};
    else if (machine == EM_AARCH64)
        *out = (Linkage){plt.sh_offset, 32, 16};
    if (headless)
        out->head = 0;
    return out->entry > 0;
}

/* Its entries stand in the order of the relocations that fill them. */
static void read_linkage(SymbolTable *t, const SymbolFile *f) {
    GElf_Shdr rel, dyn;
    Linkage plt[2];
    size_t plts = find_linkage(f, ".plt", false, &plt[0]);
    plts += find_linkage(f, ".plt.sec", true, &plt[plts]);
    Elf_Scn *scn = section(f, ".rela.plt", SHT_RELA, &rel);
    bool addend = scn != NULL;
    if (!scn)
        scn = section(f, ".rel.plt", SHT_REL, &rel);
    Elf_Scn *names = section(f, ".dynsym", SHT_DYNSYM, &dyn);
    Elf_Data *data = scn ? elf_getdata(scn, NULL) : NULL;
    Elf_Data *syms = names ? elf_getdata(names, NULL) : NULL;
    if (!plts || !data || !syms || rel.sh_link != elf_ndxscn(names))
        return;
    size_t n = entries_of(f, data, addend ? ELF_T_RELA : ELF_T_REL);
    symbol_table_reserve(t, plts * n);
    for (size_t i = 0; i < n; i++) {
        GElf_Rela with;
        GElf_Rel without;
        GElf_Sym sym;
        bool ok = addend ? gelf_getrela(data, (int)i, &with) != NULL
                         : gelf_getrel(data, (int)i, &without) != NULL;
        uint64_t info = !ok ? 0 : addend ? with.r_info : without.r_info;
        const char *name = NULL;
        if (ok && gelf_getsym(syms, (int)GELF_R_SYM(info), &sym))
            name = elf_strptr(f->elf, dyn.sh_link, sym.st_name);
        for (size_t k = 0; k < plts; k++) {
            uint64_t at = plt[k].at + plt[k].head + i * plt[k].entry;
            symbol_table_add(t, &(Symbol){.start = at,
                                          .end = at + plt[k].entry,
                                          .name = name ? name : "",
                                          .bind = SYMBOL_GLOBAL,
                                          .linkage = true});
        }
    }
}

/* What Fedora's programs are left with when their debug file is taken off: a small ELF file within
 * them, packed by xz, with the symbols that are not in .dynsym. NULL: there is none. */
static SymbolFile *open_packed(const SymbolFile *f) {
    enum { MOST = 128 << 20 };
    GElf_Shdr head;
    Buf image = {0};
    Elf_Scn *s = section(f, ".gnu_debugdata", SHT_PROGBITS, &head);
    Elf_Data *data = s ? elf_getdata(s, NULL) : NULL;
    SymbolFile *packed = NULL;
    if (data && data->d_buf &&
        codec_unpack(CODEC_XZ, (Str){(const char *)data->d_buf, data->d_size}, MOST, &image, NULL))
        packed = open_elf(-1, elf_memory(image.s, image.n));
    if (packed)
        packed->image = image;
    else
        buf_free(&image);
    return packed;
}

static SymbolFile *read_packed(SymbolTable *t, const SymbolFile *of, const Places *places,
                               Arena *arena) {
    SymbolFile *packed = open_packed(of);
    if (!packed)
        return NULL;
    SymbolSection in = {.f = packed, .sections = sections_of(packed, arena), .places = *places};
    read_section(t, &in, ".symtab", SHT_SYMTAB);
    return packed;
}

void symbols_read_elf(SymbolTable *t, SymbolFile *file, SymbolFile *mapped) {
    Arena arena;
    SymbolFile *packed = NULL;
    arena_init(&arena, FACTS_BYTES);
    SymbolSection in = {
        .f = file, .sections = sections_of(file, &arena), .places = places_of(mapped, &arena)};
    if (symbol_file_has_symtab(file))
        read_section(t, &in, ".symtab", SHT_SYMTAB);
    else
        packed = read_packed(t, mapped, &in.places, &arena);
    read_section(t, &in, ".dynsym", SHT_DYNSYM);
    read_linkage(t, mapped);
    arena_free(&arena);
    symbol_file_let_go(file);
    symbol_file_let_go(mapped);
    symbol_table_arrange(t);
    t->file = file;
    if (mapped != file)
        file->other = mapped; /* the names of linkage lie in it */
    if (packed) {
        packed->other = file;
        t->file = packed;
    }
}

static PlacedBytes placed_bytes(const SymbolFile *f, const char *name) {
    GElf_Shdr head;
    Elf_Scn *s = section(f, name, SHT_NULL, &head);
    Elf_Data *data = s && head.sh_type != SHT_NOBITS ? elf_rawdata(s, NULL) : NULL;
    if (!data || !data->d_buf)
        return (PlacedBytes){{"", 0}, 0};
    return (PlacedBytes){{(const char *)data->d_buf, data->d_size}, head.sh_addr};
}

void symbols_read_functions(FunctionPlaces *out, SymbolFile *file) {
    enum { OWN_ORDER = __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? ELFDATA2LSB : ELFDATA2MSB };
    Arena arena;
    *out = (FunctionPlaces){0};
    arena_init(&arena, FACTS_BYTES);
    Places places = places_of(file, &arena);
    if (file->head.e_ident[EI_DATA] == OWN_ORDER)
        function_places_read(out, placed_bytes(file, ".eh_frame_hdr"),
                             placed_bytes(file, ".eh_frame"));
    for (size_t i = 0; i < out->n; i++) { /* in the same order: code lies in one part */
        FunctionPlace *p = &out->place[i];
        uint64_t bytes = p->end - p->start;
        p->start = place(&places, p->start, 0, 0);
        p->end = p->start + bytes;
    }
    arena_free(&arena);
    symbols_close(file);
}

/* What lies before the code counts from 0, for each processor, and is nowhere. */
static void drop_before(SymbolTable *t, uint64_t at) {
    size_t n = 0;
    for (size_t i = 0; i < t->n; i++) {
        if (t->symbol[i].start >= at)
            t->symbol[n++] = t->symbol[i];
    }
    t->n = n;
}

void symbols_read_vmlinux(SymbolTable *t, SymbolFile *file, Str known, uint64_t *known_at) {
    Arena arena;
    arena_init(&arena, FACTS_BYTES);
    SymbolSection in = {.f = file, .sections = sections_of(file, &arena)};
    read_section(t, &in, ".symtab", SHT_SYMTAB);
    symbol_file_let_go(file);
    arena_free(&arena);
    *known_at = 0;
    for (size_t i = 0; i < t->n && !*known_at; i++) {
        if (str_eq_c(known, t->symbol[i].name))
            *known_at = t->symbol[i].start;
    }
    drop_before(t, *known_at);
    t->kernel = true;
    t->file = file;
    symbol_table_arrange(t);
}

#else

SymbolFile *symbol_file_open(const char *path, const BuildId *want, Error *err) {
    (void)path, (void)want, (void)err;
    return NULL;
}

SymbolFile *symbol_file_of_vdso(void) {
    return NULL;
}

void symbols_close(SymbolFile *file) {
    (void)file;
}

BuildId symbol_file_build_id(const SymbolFile *file) {
    (void)file;
    return (BuildId){0};
}

bool symbol_file_has_symtab(const SymbolFile *file) {
    (void)file;
    return false;
}

bool symbol_file_has_dynsym(const SymbolFile *file) {
    (void)file;
    return false;
}

bool symbol_file_has_debug(const SymbolFile *file) {
    (void)file;
    return false;
}

bool symbol_file_has_code(const SymbolFile *file) {
    (void)file;
    return false;
}

bool symbol_file_debug_link(const SymbolFile *file, char *out, size_t cap) {
    (void)file, (void)out, (void)cap;
    return false;
}

void symbols_read_elf(SymbolTable *t, SymbolFile *file, SymbolFile *mapped) {
    (void)t, (void)file, (void)mapped;
}

void symbols_read_functions(FunctionPlaces *out, SymbolFile *file) {
    (void)file;
    *out = (FunctionPlaces){0};
}

void symbols_read_vmlinux(SymbolTable *t, SymbolFile *file, Str known, uint64_t *known_at) {
    (void)t, (void)file, (void)known;
    *known_at = 0;
}

#endif

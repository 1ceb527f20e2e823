#include "ingest/perf_data_dso.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

enum { PATH_ROOM = 4096 + 256 };

static Dso *dso_at(const Dsos *d, DsoId id) {
    return (Dso *)column_at(&d->entry, id);
}

void dsos_init(Dsos *d, const PerfHeader *header, FrameTable *frames, Dict *dict) {
    *d = (Dsos){.header = header, .frames = frames, .dict = dict, .text_name = {"", 0}};
    column_init(&d->entry, sizeof(Dso), 5);
    hash_init(&d->index);
    arena_init(&d->arena, 0);
    COLUMN_PUSH(&d->entry, Dso) = (Dso){.kind = DSO_NOTHING, .path = {"", 0}};
}

static void drop_frames(Dso *dso) {
    mem_resize(dso->frame, dso->table.n * sizeof *dso->frame, 0);
    dso->frame = NULL;
    dso->unknown = 0;
}

void dsos_forget(Dsos *d) {
    for (DsoId i = 0; i < d->entry.count; i++)
        drop_frames(dso_at(d, i));
    d->nowhere[0] = d->nowhere[1] = 0;
}

void dsos_free(Dsos *d) {
    dsos_forget(d);
    for (DsoId i = 1; i < d->entry.count; i++) {
        if (dso_at(d, i)->loaded)
            symbol_table_free(&dso_at(d, i)->table);
    }
    column_free(&d->entry);
    hash_free(&d->index);
    arena_free(&d->arena);
    buf_free(&d->text);
}

/* ---- which there are ----------------------------------------------------------------------
 */

/* "/lib/modules/6.1/kernel/fs/nf-nat.ko.xz" is "[nf_nat]". */
static Str module_name(Dsos *d, Str path) {
    if (path.n && path.s[0] == '[')
        return path;
    size_t slash = str_rfind_char(path, '/');
    Str name = str_slice(path, slash < path.n ? slash + 1 : 0, path.n);
    name = str_slice(name, 0, str_find(name, STR(".ko")));
    Str out = str_format(&d->arena, "[%.*s]", (int)name.n, name.s);
    for (char *c = (char *)(uintptr_t)out.s; *c; c++)
        *c = *c == '-' ? '_' : *c;
    return out;
}

/* What the file's header says about it. */
static BuildId recorded_id(const Dsos *d, Str path) {
    for (uint64_t i = 0; i < d->header->build_id.count; i++) {
        const PerfBuildId *b = &COLUMN_AT(&d->header->build_id, PerfBuildId, i);
        if (str_eq(b->file, path))
            return b->id;
    }
    return (BuildId){0};
}

DsoId dso_of(Dsos *d, DsoKind kind, Str path, const BuildId *id) {
    uint64_t h = hash_bytes(path.s, path.n) + kind;
    if (id)
        h = hash_mix(h) + hash_bytes(id->byte, id->n);
    uint32_t hash = (uint32_t)hash_mix(h), found;
    BuildId none = {0};
    id = id ? id : &none;
    for (uint32_t i = hash_first(&d->index, hash); (found = hash_candidate(&d->index, hash, &i));
         i = hash_next(&d->index, i)) {
        const Dso *dso = dso_at(d, found);
        if (dso->kind == kind && build_id_same(&dso->id, id) && str_eq(dso->path, path))
            return found;
    }
    DsoId made = (DsoId)d->entry.count;
    Dso dso = {.kind = kind, .path = str_copy(&d->arena, path), .id = *id};
    dso.module = kind == DSO_MODULE   ? module_name(d, dso.path)
                 : kind == DSO_KERNEL ? STR("[kernel.kallsyms]")
                                      : dso.path;
    COLUMN_PUSH(&d->entry, Dso) = dso;
    hash_insert(&d->index, hash, made);
    return made;
}

/* ---- where their symbols are --------------------------------------------------------------
 */

/* "HOME/.debug/.build-id/ab/cdef…/WHAT", perf's cache; false: no id, or no home. */
static bool cache_path(const BuildId *id, const char *what, char *out) {
    const char *home = getenv("HOME");
    if (id->n < 2 || !home)
        return false;
    int n = snprintf(out, PATH_ROOM, "%s/.debug/.build-id/%02x/", home, id->byte[0]);
    if (n < 0 || n > PATH_ROOM - 128)
        return false;
    for (int i = 1; i < id->n; i++)
        n += snprintf(out + n, (size_t)(PATH_ROOM - n), "%02x", id->byte[i]);
    snprintf(out + n, (size_t)(PATH_ROOM - n), "%s%s", *what ? "/" : "", what);
    return true;
}

/* The usual place of debug files by their build id. */
static bool debug_path(const BuildId *id, char *out) {
    if (id->n < 2)
        return false;
    int n = snprintf(out, PATH_ROOM, "/usr/lib/debug/.build-id/%02x/", id->byte[0]);
    for (int i = 1; i < id->n; i++)
        n += snprintf(out + n, (size_t)(PATH_ROOM - n), "%02x", id->byte[i]);
    snprintf(out + n, (size_t)(PATH_ROOM - n), ".debug");
    return true;
}

/* The file with the best symbols so far, and the one that is what was mapped. */
typedef struct Search {
    SymbolFile *symbols, *mapped;
    BuildId want;
} Search;

/* Takes the first with full symbols and the first that can be run; true: both are found. */
static bool try_path(Search *s, const char *path) {
    SymbolFile *f = symbol_file_open(path, &s->want);
    if (!f)
        return false;
    bool used = false;
    if (!s->symbols && symbol_file_has_symtab(f)) {
        s->symbols = f;
        used = true;
    }
    if (!s->mapped && symbol_file_has_dynsym(f)) {
        s->mapped = f;
        used = true;
    }
    if (!used)
        symbols_close(f);
    return s->symbols && s->mapped;
}

/* Beside the file, in .debug beside it, and below /usr/lib/debug. */
static bool try_link(Search *s, Str path, const char *link) {
    static const char *const form[] = {"%.*s%s", "%.*s.debug/%s", "/usr/lib/debug%.*s%s"};
    char name[PATH_ROOM];
    size_t folder = str_rfind_char(path, '/');
    folder = folder < path.n ? folder + 1 : 0;
    for (int i = 0; i < 3; i++) {
        int n = snprintf(name, sizeof name, form[i], (int)folder, path.s, link);
        if (n > 0 && n < PATH_ROOM && strcmp(name, path.s) != 0 && try_path(s, name))
            return true;
    }
    return false;
}

static void search(Search *s, const Dso *dso) {
    char name[PATH_ROOM], link[256];
    SymbolFile *file = symbol_file_open(dso->path.s, &s->want);
    bool linked = file && symbol_file_debug_link(file, link, sizeof link);
    if (file && !s->want.n)
        s->want = symbol_file_build_id(file); /* of files without one, what is there */
    symbols_close(file);
    if (linked && try_link(s, dso->path, link))
        return;
    if ((cache_path(&s->want, "elf", name) && try_path(s, name)) ||
        (cache_path(&s->want, "", name) && try_path(s, name)) ||
        (cache_path(&s->want, "debug", name) && try_path(s, name)))
        return;
    int n = snprintf(name, sizeof name, "/usr/lib/debug%s.debug", dso->path.s);
    if (n < PATH_ROOM && try_path(s, name))
        return;
    n = snprintf(name, sizeof name, "/usr/lib/debug%s", dso->path.s);
    if (n < PATH_ROOM && try_path(s, name))
        return;
    if (debug_path(&s->want, name) && try_path(s, name))
        return;
    try_path(s, dso->path.s);
}

static bool load_file(Dsos *d, Dso *dso) {
    Search s = {.want = dso->id};
    if (!s.want.n)
        s.want = recorded_id(d, dso->path);
    search(&s, dso);
    if (!s.symbols && !s.mapped)
        return false;
    if (!s.symbols)
        s.symbols = s.mapped;
    if (!s.mapped)
        s.mapped = s.symbols;
    symbols_read_elf(&dso->table, s.symbols, s.mapped);
    return true;
}

/* ---- the kernel ---------------------------------------------------------------------------
 */

/* Of the running kernel. */
static BuildId running_id(void) {
    enum { GNU_BUILD_ID = 3, MOST = 1 << 20 };
    BuildId id = {0};
    Buf notes = {0};
    if (file_read_all("/sys/kernel/notes", &notes, MOST, NULL)) {
        PerfBytes b = perf_bytes((const uint8_t *)notes.s, notes.n, false);
        while (!b.bad && !id.n && perf_left(&b)) {
            uint32_t name_n = perf_u32(&b), n = perf_u32(&b), type = perf_u32(&b);
            const uint8_t *name = perf_take(&b, ((uint64_t)name_n + 3) & ~3ull);
            const uint8_t *desc = perf_take(&b, ((uint64_t)n + 3) & ~3ull);
            if (name && desc && type == GNU_BUILD_ID && name_n == 4 && memcmp(name, "GNU", 4) == 0)
                id = build_id_of(desc, n);
        }
    }
    buf_free(&notes);
    return id;
}

/* Recorded on this machine, with a kernel of the same release. A recording that goes on says so at
 * its end only, but goes on here. */
static bool is_this_machine(const PerfHeader *h) {
    struct utsname name;
    if (h->goes_on)
        return true;
    return uname(&name) == 0 && str_eq_c(h->host, name.nodename) &&
           str_eq_c(h->release, name.release);
}

/* What the kernel lends to programs: perf's copy, or our own if it is the same. */
static bool load_vdso(Dsos *d, Dso *dso) {
    char name[PATH_ROOM];
    BuildId want = dso->id.n ? dso->id : recorded_id(d, dso->path);
    SymbolFile *f = NULL;
    if (cache_path(&want, "vdso", name))
        f = symbol_file_open(name, &want);
    if (!f && (f = symbol_file_of_vdso())) {
        BuildId own = symbol_file_build_id(f);
        if (want.n ? !build_id_same(&own, &want) : !is_this_machine(d->header)) {
            symbols_close(f);
            f = NULL;
        }
    }
    if (f)
        symbols_read_elf(&dso->table, f, f);
    return f != NULL;
}

/* A list of the recorded kernel, maybe of another run, in which all lay elsewhere. */
static bool load_list(Dsos *d, Dso *dso, const char *path, bool same_place) {
    uint64_t at;
    symbol_table_free(&dso->table);
    symbol_table_init(&dso->table);
    if (!symbols_read_kallsyms(&dso->table, path, d->text_name, &at))
        return false;
    d->kernel_delta = at && d->text_at ? at - d->text_at : 0;
    return !same_place || (at && at == d->text_at);
}

/* Where perf looks for the kernel with all its symbols. Its modules' are not in it. */
static SymbolFile *open_vmlinux(const Dsos *d, const BuildId *want) {
    static const char *const place[] = {"vmlinux",
                                        "/boot/vmlinux",
                                        "/boot/vmlinux-%s",
                                        "/usr/lib/debug/boot/vmlinux-%s",
                                        "/lib/modules/%s/build/vmlinux",
                                        "/usr/lib/debug/lib/modules/%s/vmlinux",
                                        "/usr/lib/debug/boot/vmlinux-%s.debug"};
    char name[PATH_ROOM];
    struct utsname own;
    SymbolFile *f = NULL;
    Str release = d->header->release;
    if (!release.n && uname(&own) == 0)
        release = str_of(own.release);
    for (size_t i = 0; i < sizeof place / sizeof *place && !f; i++) {
        Str form = str_of(place[i]);
        size_t at = str_find(form, STR("%s"));
        bool whole = at == form.n;
        int n = snprintf(name, sizeof name, "%.*s%.*s%s", (int)at, form.s,
                         whole ? 0 : (int)release.n, release.s, whole ? "" : form.s + at + 2);
        if (n > 0 && n < PATH_ROOM)
            f = symbol_file_open(name, want);
    }
    if (!f && cache_path(want, "elf", name))
        f = symbol_file_open(name, want);
    if (!f && cache_path(want, "vmlinux", name))
        f = symbol_file_open(name, want);
    return f;
}

static bool load_vmlinux(Dsos *d, Dso *dso, const BuildId *want) {
    uint64_t at;
    SymbolFile *f = open_vmlinux(d, want);
    if (!f)
        return false;
    symbol_table_free(&dso->table);
    symbol_table_init(&dso->table);
    symbols_read_vmlinux(&dso->table, f, d->text_name, &at);
    d->kernel_delta = at && d->text_at ? at - d->text_at : 0;
    return dso->table.n > 0;
}

/* With its build id in the file that decides; else (a pipe, perf record -z) it is this kernel
 * if host, release and the address of its code are the same. */
static bool load_kernel(Dsos *d, Dso *dso) {
    char name[PATH_ROOM];
    BuildId want = dso->id.n ? dso->id : recorded_id(d, dso->module);
    if (!want.n)
        return is_this_machine(d->header) && load_list(d, dso, "/proc/kallsyms", true);
    bool cached = cache_path(&want, "kallsyms", name);
    if (cached && load_list(d, dso, name, true))
        return true;
    BuildId own = running_id();
    if (build_id_same(&own, &want) && load_list(d, dso, "/proc/kallsyms", false))
        return true;
    return (cached && load_list(d, dso, name, false)) || load_vmlinux(d, dso, &want);
}

static void find_extent(Dsos *d, const SymbolTable *t) {
    size_t first = 0, last = t->n;
    while (first < last && t->symbol[first].unit)
        first++;
    while (last > first && t->symbol[last - 1].unit)
        last--;
    if (first < last) {
        d->kernel_from = t->symbol[first].start;
        d->kernel_to = t->symbol[last - 1].end;
    }
}

/* ---- frames -------------------------------------------------------------------------------
 */

static bool load_map(Dsos *d, Dso *dso) {
    Error err = {0};
    if (symbols_read_map(&dso->table, dso->path.s, &err))
        return true;
    if (err.kind && d->complaints) {
        buf_clear(&d->text);
        buf_printf(&d->text, "%s: %s", dso->path.s, err.message);
        complain(d->complaints, COMPLAINT_SYMBOLS, 1, -1, buf_str(&d->text));
    }
    return false;
}

static void load(Dsos *d, Dso *dso) {
    bool found = true;
    dso->loaded = true;
    symbol_table_init(&dso->table);
    switch (dso->kind) {
    case DSO_FILE:
        found = load_file(d, dso);
        break;
    case DSO_KERNEL:
        found = load_kernel(d, dso);
        if (found)
            find_extent(d, &dso->table);
        break;
    case DSO_VDSO:
        found = load_vdso(d, dso);
        break;
    case DSO_MAP:
        found = load_map(d, dso);
        break;
    case DSO_MODULE:
    case DSO_KSYMBOL:
    case DSO_NOTHING:
        break;
    }
    if (!found) { /* what was read may be another's */
        symbol_table_free(&dso->table);
        symbol_table_init(&dso->table);
    }
}

/* As the line of `perf script` would be read. */
static FrameValue make_frame(Dsos *d, Str symbol, Str module, uint64_t printed) {
    FrameLine line = {.symbol = symbol.n ? symbol : STR("[unknown]"),
                      .module = module,
                      .kernel_half = printed >> 63 && printed != UINT64_MAX,
                      .ended = true};
    return frame_table_get(d->frames, d->dict, &line);
}

static FrameValue frame_of_symbol(Dsos *d, Dso *dso, size_t found, uint64_t printed) {
    if (!dso->frame)
        dso->frame = mem_resize(NULL, 0, dso->table.n * sizeof *dso->frame);
    FrameValue *frame = &dso->frame[found - 1];
    if (!*frame)
        *frame =
            make_frame(d, symbol_table_name(&dso->table, found, &d->text), dso->module, printed);
    return *frame;
}

/* Symbols of modules stand in the kernel's list. */
static FrameValue module_frame(Dsos *d, Dso *dso, uint64_t address) {
    Str symbol = {"", 0};
    if (d->kernel) {
        Dso *kernel = dso_at(d, d->kernel);
        if (!kernel->loaded)
            load(d, kernel);
        size_t found = symbol_table_find(&kernel->table, address + d->kernel_delta, dso->module.s);
        if (found)
            symbol = symbol_table_name(&kernel->table, found, &d->text);
    }
    return make_frame(d, symbol, dso->module, address);
}

static void put_hex(Buf *out, uint64_t value) {
    char digit[16];
    size_t at = sizeof digit;
    do
        digit[--at] = "0123456789abcdef"[value & 15];
    while (value >>= 4);
    buf_put(out, (Str){digit + at, sizeof digit - at});
}

/* "libm.so.6+0x2b1f0": the place in the file, for other tools to name. perf prints [unknown]
 * for all. */
static FrameValue offset_frame(Dsos *d, const Dso *dso, uint64_t at) {
    size_t slash = str_rfind_char(dso->module, '/');
    buf_clear(&d->text);
    buf_put(&d->text, str_slice(dso->module, slash < dso->module.n ? slash + 1 : 0, dso->module.n));
    buf_puts(&d->text, "+0x");
    put_hex(&d->text, at);
    return make_frame(d, buf_str(&d->text), dso->module, at);
}

static FrameValue nowhere(Dsos *d, uint64_t address) {
    FrameValue *frame = &d->nowhere[address >> 63];
    if (!*frame)
        *frame = make_frame(d, STR("[unknown]"), STR("[unknown]"), address);
    return *frame;
}

DsoId dso_of_kernel(Dsos *d, uint64_t address) {
    if (!d->kernel)
        return 0;
    if (!dso_at(d, d->kernel)->loaded)
        load(d, dso_at(d, d->kernel));
    address += d->kernel_delta;
    return address >= d->kernel_from && address < d->kernel_to ? d->kernel : 0;
}

FrameValue dso_frame(Dsos *d, DsoId id, uint64_t at, uint64_t address) {
    if (id == 0)
        return nowhere(d, address);
    Dso *dso = dso_at(d, id);
    if (dso->kind == DSO_KSYMBOL)
        return make_frame(d, dso->module, dso->module, address);
    if (dso->kind == DSO_MODULE)
        return module_frame(d, dso, address);
    if (!dso->loaded)
        load(d, dso);
    bool kernel = dso->kind == DSO_KERNEL;
    size_t found = symbol_table_find(&dso->table, kernel ? address + d->kernel_delta : at, NULL);
    if (found)
        return frame_of_symbol(d, dso, found, kernel ? address : at);
    if (dso->kind == DSO_FILE && dso->path.n && dso->path.s[0] == '/' && dso->path.s[1] != '/')
        return offset_frame(d, dso, at);
    if (!dso->unknown)
        dso->unknown = make_frame(d, STR("[unknown]"), dso->module, kernel ? address : at);
    return dso->unknown;
}

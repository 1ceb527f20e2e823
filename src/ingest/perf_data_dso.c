#include "ingest/perf_data_dso.h"

#include "ingest/perf_data_find.h"

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
    if (dso->runs.slot)
        id_map_free(&dso->runs);
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
        call_frames_free(dso_at(d, i)->calls);
        function_places_free(&dso_at(d, i)->functions);
        inlined_free(dso_at(d, i)->inlined);
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

/* ---- frames -------------------------------------------------------------------------------
 */

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

static void load(Dsos *d, Dso *dso) {
    dso->loaded = true;
    symbol_table_init(&dso->table);
    if (!dso_find_symbols(d, dso)) { /* what was read may be another's */
        symbol_table_free(&dso->table);
        symbol_table_init(&dso->table);
    } else if (dso->kind == DSO_KERNEL) {
        find_extent(d, &dso->table);
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

/* Symbols of modules stand in the kernel's list. One of another run of the kernel says where they
 * were then, and each moves on its own. */
static FrameValue module_frame(Dsos *d, Dso *dso, uint64_t address) {
    Str symbol = {"", 0};
    if (d->kernel) {
        Dso *kernel = dso_at(d, d->kernel);
        if (!kernel->loaded)
            load(d, kernel);
        size_t found = 0;
        if (d->kernel_delta || d->no_modules)
            dso_say_no_modules(d);
        else
            found = symbol_table_find(&kernel->table, address, dso->module.s);
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

/* "libm.so.6+0x2b1f0": the place in the file where the function begins, or that of the address
 * where nothing tells, for other tools to name. perf prints [unknown] for all. */
static FrameValue offset_frame(Dsos *d, Dso *dso, uint64_t at) {
    if (!dso->functions_asked)
        dso_find_functions(d, dso, &dso->functions);
    dso->functions_asked = true;
    const FunctionPlace *function = function_places_find(&dso->functions, at);
    at = function ? function->start : at;
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
    if (!d->kernel) {
        dso_say_no_kernel(d);
        return 0;
    }
    if (!dso_at(d, d->kernel)->loaded)
        load(d, dso_at(d, d->kernel));
    address += d->kernel_delta;
    return address >= d->kernel_from && address < d->kernel_to ? d->kernel : 0;
}

/* The frames of what was inlined at a place, innermost first, within that of the function. */
static FrameValue join_inlined(Dsos *d, Dso *dso, uint32_t call, FrameValue function) {
    FrameId frame[INLINED_DEPTH_MOST + 1];
    uint32_t n = 0;
    for (; call && n < INLINED_DEPTH_MOST; call = inlined_into(dso->inlined, call)) {
        const char *name = inlined_name(dso->inlined, call);
        buf_clear(&d->text);
        if (!symbols_demangle(name, &d->text))
            buf_puts(&d->text, name);
        FrameLine line = {
            .symbol = buf_str(&d->text), .module = dso->module, .inlined = true, .ended = true};
        FrameValue value = frame_table_get(d->frames, d->dict, &line);
        if (!(value & FRAME_RUN))
            frame[n++] = value;
    }
    frame[n++] = function;
    return frame_table_join(d->frames, frame, n);
}

static FrameValue with_inlined(Dsos *d, Dso *dso, uint64_t at, FrameValue function) {
    if (!dso->inlined_asked)
        dso->inlined = dso_find_inlined(d, dso);
    dso->inlined_asked = true;
    uint32_t call = dso->inlined ? inlined_find(dso->inlined, at) : 0;
    if (!call || function & FRAME_RUN)
        return function;
    if (!dso->runs.slot)
        id_map_init(&dso->runs);
    FrameValue value = id_map_find(&dso->runs, call, function);
    if (!value)
        id_map_add(&dso->runs, call, function, value = join_inlined(d, dso, call, function));
    return value;
}

CallFrames *dso_call_frames(Dsos *d, DsoId id) {
    Dso *dso = dso_at(d, id);
    if (!dso->calls_asked)
        dso->calls = dso_find_calls(d, dso);
    dso->calls_asked = true;
    return dso->calls;
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
    if (found) {
        FrameValue frame = frame_of_symbol(d, dso, found, kernel ? address : at);
        return d->inlines && dso->kind == DSO_FILE ? with_inlined(d, dso, at, frame) : frame;
    }
    if (dso->kind == DSO_FILE && dso->path.n && dso->path.s[0] == '/' && dso->path.s[1] != '/')
        return offset_frame(d, dso, at);
    if (!dso->unknown)
        dso->unknown = make_frame(d, STR("[unknown]"), dso->module, kernel ? address : at);
    return dso->unknown;
}

/* Any bytes as what names functions: an ELF file (a program, its debug file, a kernel), the
 * kernel's list, a runtime compiler's list. The last byte says which. All that was read can be
 * looked up by its address, and has a readable name. */
#include "fuzz/run_format.h"
#include "ingest/call_frame.h"
#include "ingest/inlined.h"
#include "ingest/symbols.h"

enum { LOOKUPS_MOST = 64 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void use(SymbolTable *t) {
    Buf text = {0};
    for (size_t i = 0; i < t->n && i < LOOKUPS_MOST; i++) {
        const Symbol *s = &t->symbol[i * 7 % t->n];
        size_t found = symbol_table_find(t, s->start, s->unit);
        if (found)
            symbol_table_name(t, found, &text);
        symbol_table_find(t, s->end, NULL);
    }
    buf_free(&text);
}

static void find_functions(const SymbolTable *t, const char *path) {
    FunctionPlaces functions;
    SymbolFile *file = symbol_file_open(path, NULL, NULL);
    if (!file)
        return;
    symbols_read_functions(&functions, file);
    for (size_t i = 0; i < t->n && i < LOOKUPS_MOST; i++) {
        const FunctionPlace *p = function_places_find(&functions, t->symbol[i].start);
        if (p && (p->start > t->symbol[i].start || p->end <= t->symbol[i].start))
            panic("a function that is elsewhere");
    }
    function_places_free(&functions);
}

static void find_inlined(const SymbolTable *t, const char *path) {
    SymbolFile *file = symbol_file_open(path, NULL, NULL);
    InlinedFunctions *inlined = file ? inlined_new(file, file) : NULL;
    for (size_t i = 0; inlined && i < t->n && i < LOOKUPS_MOST; i++) {
        uint32_t call = inlined_find(inlined, t->symbol[i].start + i % 16), n = 0;
        for (; call; call = inlined_into(inlined, call), n++)
            (void)strlen(inlined_name(inlined, call));
        if (n > INLINED_DEPTH_MOST)
            panic("%u calls within each other", n);
    }
    inlined_free(inlined);
}

/* What leads to callers, at the start of each function, from registers and a stack of `data`. */
static void find_callers(const SymbolTable *t, const char *path, const uint8_t *data, size_t n) {
    SymbolFile *file = symbol_file_open(path, NULL, NULL);
    CallFrames *frames = file ? call_frames_new(file, file) : NULL;
    CallMemory memory = {data, n, 0x1000};
    for (size_t i = 0; frames && i < t->n && i < LOOKUPS_MOST; i++) {
        const CallRule *rule = call_frames_find(frames, t->symbol[i].start + i % 8);
        CallState state = {.known = UINT32_MAX};
        for (uint32_t r = 0; r < CALL_REGISTERS; r++)
            state.reg[r] = 0x1000 + r * 8 % (n + 1);
        if (rule && call_rule_apply(rule, &memory, &state) == CALL_GOES_ON &&
            !(state.known >> CALL_PC & 1))
            panic("it goes on, and nobody knows where");
    }
    call_frames_free(frames);
}

static void read_elf(SymbolTable *t, const char *path, bool kernel) {
    uint64_t at;
    char link[256];
    SymbolFile *file = symbol_file_open(path, NULL, NULL);
    if (!file)
        return;
    BuildId id = symbol_file_build_id(file);
    SymbolFile *again = symbol_file_open(path, &id, NULL);
    if (id.n && !again)
        panic("it is not the build that it is");
    symbols_close(again);
    symbol_file_has_symtab(file);
    symbol_file_has_dynsym(file);
    symbol_file_has_code(file);
    symbol_file_debug_link(file, link, sizeof link);
    if (kernel)
        symbols_read_vmlinux(t, file, STR("_text"), &at);
    else
        symbols_read_elf(t, file, symbol_file_open(path, NULL, NULL));
}

/* Only a file of one's own is believed, and a descriptor is none. */
static void read_map(SymbolTable *t, const uint8_t *data, size_t n) {
    static char path[64];
    if (!path[0])
        snprintf(path, sizeof path, "symbols_fuzz.%d.map", (int)getpid());
    FILE *file = fopen(path, "wb");
    if (!file || fwrite(data, 1, n, file) != n || fclose(file) != 0)
        panic("%s cannot be written", path);
    symbols_read_map(t, path, 0, NULL);
    unlink(path);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n) {
    char path[64];
    uint64_t at;
    SymbolTable t;
    unsigned way = n ? data[n - 1] % 4 : 0;
    snprintf(path, sizeof path, "/proc/self/fd/%d", fuzz_file(data, n));
    symbol_table_init(&t);
    if (way < 2)
        read_elf(&t, path, way == 1);
    else if (way == 2)
        symbols_read_kallsyms(&t, path, STR("_text"), &at);
    else
        read_map(&t, data, n);
    use(&t);
    if (way == 0) {
        find_functions(&t, path);
        find_inlined(&t, path);
        find_callers(&t, path, data, n);
    }
    symbol_table_free(&t);
    return 0;
}

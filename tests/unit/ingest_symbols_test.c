/* Tables of symbols: which of several names is printed, lists as text, ELF files, readable
 * names. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#ifdef HAVE_LZMA
#include <lzma.h>
#endif

#include "base/file.h"
#include "ingest/symbols.h"
#include "unit/elf_helper.h"
#include "unit/ingest_helper.h"

static void expect_at(SymbolTable *t, uint64_t address, const char *unit, const char *want) {
    Buf text = {0};
    size_t found = symbol_table_find(t, address, unit);
    Str name = found ? symbol_table_name(t, found, &text) : STR("nothing");
    if (!str_eq_c(name, want))
        fail_msg("at %llx is %.*s instead of %s", (unsigned long long)address, (int)name.n, name.s,
                 want);
    buf_free(&text);
}

typedef struct NamedPlace {
    uint64_t start, size;
    const char *name;
    uint8_t bind;
} NamedPlace;

static void fill(SymbolTable *t, const NamedPlace *place, size_t n) {
    symbol_table_init(t);
    for (size_t i = 0; i < n; i++)
        symbol_table_add(t, &(Symbol){.start = place[i].start,
                                      .end = place[i].start + place[i].size,
                                      .name = place[i].name,
                                      .bind = place[i].bind});
    symbol_table_arrange(t);
}

static void of_several_names_perfs_is_taken(void **state) {
    (void)state;
    static const NamedPlace place[] = {
        {0x900, 4, "last", SYMBOL_LOCAL},        {0x100, 16, "weak_but_long", SYMBOL_WEAK},
        {0x100, 16, "strong", SYMBOL_LOCAL},     {0x200, 0, "no_size", SYMBOL_GLOBAL},
        {0x200, 16, "sized", SYMBOL_WEAK},       {0x300, 16, "local_and_long", SYMBOL_LOCAL},
        {0x300, 16, "global", SYMBOL_GLOBAL},    {0x400, 16, "__two", SYMBOL_GLOBAL},
        {0x400, 16, "_one", SYMBOL_GLOBAL},      {0x500, 16, "short", SYMBOL_GLOBAL},
        {0x500, 16, "longer", SYMBOL_GLOBAL},    {0x600, 16, "SyS_x", SYMBOL_GLOBAL},
        {0x600, 16, "sys_x", SYMBOL_GLOBAL},     {0x700, 0x100, "outer", SYMBOL_LOCAL},
        {0x710, 0x10, "inner", SYMBOL_LOCAL},    {0x880, 0, "open_end", SYMBOL_LOCAL},
        {0x980, 0, "to_the_page", SYMBOL_LOCAL},
    };
    SymbolTable t;
    fill(&t, place, sizeof place / sizeof *place);
    expect_at(&t, 0xff, NULL, "nothing");
    expect_at(&t, 0x10f, NULL, "strong");
    expect_at(&t, 0x110, NULL, "nothing"); /* an end is no more part of it */
    expect_at(&t, 0x200, NULL, "sized");
    expect_at(&t, 0x301, NULL, "global");
    expect_at(&t, 0x401, NULL, "_one");
    expect_at(&t, 0x501, NULL, "longer");
    expect_at(&t, 0x601, NULL, "sys_x");
    expect_at(&t, 0x705, NULL, "outer");
    expect_at(&t, 0x715, NULL, "inner");
    expect_at(&t, 0x725, NULL, "outer"); /* behind a symbol within it */
    expect_at(&t, 0x8ff, NULL, "open_end");
    expect_at(&t, 0x903, NULL, "last");
    expect_at(&t, 0x1fff, NULL, "to_the_page");
    expect_at(&t, 0x2000, NULL, "nothing");
    symbol_table_free(&t);
}

static void the_kernels_list(void **state) {
    (void)state;
    static const char list[] = "0000000000000000 A fixed\n"
                               "ffffffff81000000 T _text\n"
                               "ffffffff81000000 T _stext\n"
                               "ffffffff81000100 t helper\n"
                               "ffffffff81000180 r constant\n"
                               "ffffffff81000200 W weak\n"
                               "ffffffff81000200 t strong\n"
                               "not a line\n"
                               "ffffffffa0000000 t first\t[mod]\n"
                               "ffffffffa0000080 t second\t[mod]\n"
                               "ffffffffa0001000 t other\t[more]\n";
    SymbolTable t;
    uint64_t at;
    symbol_table_init(&t);
    assert_true(symbols_read_kallsyms(&t, temp_file(str_of(list)), STR("_text"), &at));
    temp_remove();
    assert_int_equal(at, 0xffffffff81000000u);
    expect_at(&t, 0xffffffff81000004u, NULL, "_stext");
    expect_at(&t, 0xffffffff81000190u, NULL, "helper"); /* constants are left out */
    expect_at(&t, 0xffffffff81000210u, NULL, "strong");
    expect_at(&t, 0xffffffff81002fffu, NULL, "nothing"); /* the next is a module's */
    expect_at(&t, 0xffffffffa0000004u, "[mod]", "first");
    expect_at(&t, 0xffffffffa0000084u, "[mod]", "second");
    expect_at(&t, 0xffffffffa0000084u, "[more]", "nothing");
    expect_at(&t, 0xffffffffa0000084u, NULL, "nothing");
    expect_at(&t, 0xffffffffa0001004u, "[more]", "other");
    symbol_table_free(&t);
    /* what an unprivileged reader sees says nothing */
    symbol_table_init(&t);
    assert_false(symbols_read_kallsyms(
        &t, temp_file(STR("0000000000000000 T _text\n0000000000000000 t a\n")), STR("_text"), &at));
    temp_remove();
    symbol_table_free(&t);
    symbol_table_init(&t);
    assert_false(symbols_read_kallsyms(&t, "/nowhere/kallsyms", STR("_text"), &at));
    symbol_table_free(&t);
}

static void a_runtime_compilers_list(void **state) {
    (void)state;
    SymbolTable t;
    symbol_table_init(&t);
    assert_true(symbols_read_map(
        &t,
        temp_file(STR("7f0000001000 40 Lint;::run()\n7F0000001040 x10 bad\nrubbish\n"
                      "0x00007f0000001050 0x0000000000000010 Interpreter\n"
                      "7f0000002000 10 _Z3foov\n7f0000003000 ffffffffffffffff wide")),
        0, NULL));
    temp_remove();
    expect_at(&t, 0x7f000000103f, NULL, "Lint;::run()");
    expect_at(&t, 0x7f0000001040, NULL, "nothing");
    expect_at(&t, 0x7f0000001050, NULL, "Interpreter"); /* as the JDK and Wasmtime write it */
    expect_at(&t, 0x7f0000001060, NULL, "nothing");
    expect_at(&t, 0x7f0000002000, NULL, "_Z3foov"); /* as the compiler wrote it */
    expect_at(&t, 0x7f0000004000, NULL, "wide");
    symbol_table_free(&t);
}

/* A process of another user; only root can make one. */
static pid_t run_as(uid_t user) {
    char folder[32];
    struct stat st = {0};
    pid_t pid = fork();
    if (pid == 0) {
        if (setgid(user) == 0 && setuid(user) == 0)
            execlp("sleep", "sleep", "60", NULL);
        _exit(1);
    }
    assert_true(pid > 0);
    snprintf(folder, sizeof folder, "/proc/%d", (int)pid);
    for (int i = 0; i < 500 && (stat(folder, &st) != 0 || st.st_uid != user); i++)
        usleep(10000);
    return pid;
}

static bool is_read(const char *path, int32_t pid, Error *err) {
    SymbolTable t;
    *err = (Error){0};
    symbol_table_init(&t);
    bool ok = symbols_read_map(&t, path, pid, err);
    symbol_table_free(&t);
    return ok;
}

/* Root believes what a user wrote of the user's own process, or before he took sudo. */
static void whose_lists_are_believed(void **state) {
    (void)state;
    enum { USER = 54321, OTHER = 54322 };
    char path[64];
    Error err = {0};
    assert_false(is_read("/nowhere/perf-1.map", 1, &err));
    assert_int_equal(err.kind, ERROR_NONE);
    assert_false(is_read("/dev/null", 1, &err));
    assert_int_equal(err.kind, ERROR_FORMAT);
    if (geteuid() != 0)
        skip();
    unsetenv("SUDO_UID");
    pid_t pid = run_as(USER);
    snprintf(path, sizeof path, "/tmp/perf-%d.map", (int)pid);
    assert_true(file_write_all(path, STR("1000 10 f\n"), &err));
    assert_true(is_read(path, pid, &err)); /* root's */
    assert_int_equal(chown(path, USER, USER), 0);
    assert_true(is_read(path, pid, &err)); /* the process's */
    assert_int_equal(chown(path, OTHER, OTHER), 0);
    assert_false(is_read(path, pid, &err));
    assert_string_equal(err.message, "it is of user 54322, who does not run that process now");
    setenv("SUDO_UID", "54322", 1);
    assert_true(is_read(path, pid, &err));
    setenv("SUDO_UID", "54322x", 1);
    assert_false(is_read(path, pid, &err));
    unsetenv("SUDO_UID");
    assert_int_equal(chown(path, USER, USER), 0);
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    assert_false(is_read(path, pid, &err)); /* it has gone */
    unlink(path);
}

int symbol_to_be_found(int x);
int symbol_to_be_found(int x) {
    return x + 1;
}

static void this_program(void **state) {
    (void)state;
    SymbolTable t;
    assert_null(symbol_file_open("/nowhere", NULL, NULL));
    assert_null(symbol_file_open("/dev/null", NULL, NULL));
    assert_null(symbol_file_open(temp_file(STR("\177ELF\2\1\1")), NULL, NULL));
    temp_remove();
    if (!symbols_have_elf()) {
        assert_null(symbol_file_open("/proc/self/exe", NULL, NULL));
        return;
    }
    SymbolFile *f = symbol_file_open("/proc/self/exe", NULL, NULL);
    assert_non_null(f);
    assert_true(symbol_file_has_symtab(f));
    BuildId id = symbol_file_build_id(f);
    if (id.n) {
        SymbolFile *same = symbol_file_open("/proc/self/exe", &id, NULL);
        assert_non_null(same);
        symbols_close(same);
        id.byte[0] ^= 1;
        assert_null(symbol_file_open("/proc/self/exe", &id, NULL));
    }
    symbol_table_init(&t);
    symbols_read_elf(&t, f, f);
    bool found = false;
    for (size_t i = 0; i < t.n; i++)
        found |= strcmp(t.symbol[i].name, "symbol_to_be_found") == 0;
    assert_true(found);
    symbol_table_free(&t);
}

/* A process may have some hundreds of files open, and what it ran may be thousands. */
static void more_programs_than_files(void **state) {
    (void)state;
    enum { FILES = 32, PROGRAMS = 2 * FILES };
    struct rlimit before, few = {.rlim_cur = FILES};
    static SymbolTable t[PROGRAMS];
    Error err = {0};
    if (!symbols_have_elf())
        skip();
    Buf file = elf_file(&(ElfGen){.function = "work"});
    const char *path = temp_file(buf_str(&file));
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    few.rlim_max = before.rlim_max;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
    for (int i = 0; i < PROGRAMS; i++) {
        SymbolFile *f = symbol_file_open(path, NULL, &err);
        SymbolFile *mapped = i % 2 ? f : symbol_file_open(path, NULL, &err);
        assert_true(f && mapped);
        symbol_table_init(&t[i]);
        symbols_read_elf(&t[i], f, mapped);
    }
    few.rlim_cur = 1;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
    assert_null(symbol_file_open(path, NULL, &err));
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
    assert_string_equal(err.message, "Too many open files");
    for (int i = 0; i < PROGRAMS; i++) {
        expect_at(&t[i], ELF_CODE_OFFSET + 1, NULL, "work");
        symbol_table_free(&t[i]);
    }
    temp_remove();
    buf_free(&file);
}

/* What linkers say of how long an entry is may be wrong. */
static void tables_of_linkage(void **state) {
    (void)state;
    static const struct {
        uint64_t said, align, entry;
    } table[] = {{16, 16, 16}, {8, 8, 8}, {4, 16, 16}, {0, 4, 16}, {4, 8, 8}};
    if (!symbols_have_elf())
        skip();
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        SymbolTable t;
        uint64_t first = ELF_CODE_OFFSET - ELF_PLT_BYTES + table[i].entry;
        Buf file = elf_file(&(ElfGen){.function = "work",
                                      .called = "puts",
                                      .plt_entry = table[i].said,
                                      .plt_align = table[i].align});
        SymbolFile *f = symbol_file_open(temp_file(buf_str(&file)), NULL, NULL);
        temp_remove();
        assert_non_null(f);
        symbol_table_init(&t);
        symbols_read_elf(&t, f, f);
        expect_at(&t, first - 1, NULL, "nothing");
        expect_at(&t, first, NULL, "puts@plt");
        expect_at(&t, first + table[i].entry - 1, NULL, "puts@plt");
        expect_at(&t, first + table[i].entry, NULL, "nothing");
        symbol_table_free(&t);
        buf_free(&file);
    }
}

#ifdef HAVE_LZMA
/* Packs it as xz does by itself. */
static Buf packed_by_xz(Str bytes) {
    Buf out = {0};
    size_t room = lzma_stream_buffer_bound(bytes.n);
    uint8_t *to = (uint8_t *)buf_reserve(&out, room);
    assert_int_equal(lzma_easy_buffer_encode(6, LZMA_CHECK_CRC64, NULL, (const uint8_t *)bytes.s,
                                             bytes.n, to, &out.n, room),
                     LZMA_OK);
    return out;
}

/* As Fedora's are: a program without its symbols has those behind .dynsym packed within it. What is
 * damaged there tells nothing. */
static void symbols_packed_within_a_program(void **state) {
    enum { GOOD, DAMAGED, CUT, NO_ELF, WAYS };
    (void)state;
    if (!symbols_have_elf())
        skip();
    for (int way = 0; way < WAYS; way++) {
        SymbolTable t;
        uint64_t linkage = ELF_CODE_OFFSET - ELF_PLT_BYTES + 16;
        Buf within = elf_file(&(ElfGen){.function = "work", .bare = true});
        Buf packed = packed_by_xz(way == NO_ELF ? STR("no program") : buf_str(&within));
        if (way == DAMAGED)
            packed.s[packed.n / 2] ^= 0x55;
        Buf file = elf_file(&(ElfGen){.called = "puts",
                                      .plt_entry = 16,
                                      .plt_align = 16,
                                      .packed = {packed.s, packed.n - (way == CUT ? 20 : 0)}});
        SymbolFile *f = symbol_file_open(temp_file(buf_str(&file)), NULL, NULL);
        temp_remove();
        assert_non_null(f);
        symbol_table_init(&t);
        symbols_read_elf(&t, f, f);
        expect_at(&t, ELF_CODE_OFFSET + 1, NULL, way == GOOD ? "work" : "nothing");
        expect_at(&t, linkage, NULL, "puts@plt");
        symbol_table_free(&t);
        buf_free(&within);
        buf_free(&packed);
        buf_free(&file);
    }
}
#endif

/* Damage in any byte of the sections' table and of what it names. */
static void damaged_programs(void **state) {
    (void)state;
    Buf file = {0};
    Error err = {0};
    if (!symbols_have_elf())
        skip();
    assert_true(file_read_all("/proc/self/exe", &file, 1 << 28, &err));
    for (size_t i = 0; i < 400; i++) {
        size_t at = i < 64 ? i : file.n - 1 - (i - 64) * 13 % (file.n / 2);
        char was = file.s[at];
        file.s[at] = (char)(was ^ (i % 2 ? 0xff : 0x80));
        SymbolFile *f = symbol_file_open(temp_file(buf_str(&file)), NULL, NULL);
        temp_remove();
        if (f) {
            SymbolTable t;
            symbol_table_init(&t);
            symbols_read_elf(&t, f, f);
            symbol_table_find(&t, 0x1234, NULL);
            symbol_table_free(&t);
        }
        file.s[at] = was;
    }
    buf_free(&file);
}

static void readable_names(void **state) {
    (void)state;
    static const struct {
        const char *name, *want; /* NULL: it is readable as it is */
    } table[] = {
        {"main", NULL},
        {"_start", NULL},
        {"__libc_start_main", NULL},
        {"_ZN5space3BoxIiE4spinEiRKSs", "space::Box<int>::spin"},
        {"_ZN4core3fmt9Formatter9write_str17h0123456789abcdefE", "core::fmt::Formatter::write_str"},
        {"_RNvC5names4spin", "names::spin"},
        {"_Z", NULL},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        Buf out = {0};
#ifdef HAVE_DEMANGLE
        const char *want = table[i].want;
#else
        const char *want = NULL;
#endif
        bool done = symbols_demangle(table[i].name, &out);
        assert_int_equal(done, want != NULL);
        if (want)
            assert_string_equal(out.s, want);
        buf_free(&out);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(of_several_names_perfs_is_taken),
        cmocka_unit_test(the_kernels_list),
        cmocka_unit_test(a_runtime_compilers_list),
        cmocka_unit_test(whose_lists_are_believed),
        cmocka_unit_test(this_program),
        cmocka_unit_test(more_programs_than_files),
        cmocka_unit_test(tables_of_linkage),
#ifdef HAVE_LZMA
        cmocka_unit_test(symbols_packed_within_a_program),
#endif
        cmocka_unit_test(damaged_programs),
        cmocka_unit_test(readable_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* perf.data: where the names of code are looked up, and where they are not. */
#define _GNU_SOURCE /* unshare */
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "ingest/perf_data_record.h"
#include "ingest/symbols.h"
#include "unit/elf_helper.h"
#include "unit/ingest_helper.h"
#include "unit/perf_data_helper.h"

#define USUAL                                                                                      \
    (SAMPLE_IP | SAMPLE_TID | SAMPLE_TIME | SAMPLE_ID | SAMPLE_CPU | SAMPLE_PERIOD |               \
     SAMPLE_CALLCHAIN)
#define MARK_KERNEL ((uint64_t)-128)
#define MARK_USER ((uint64_t)-512)
#define SECOND 1000000000ull

enum { FEATURE_HOST = 3, FEATURE_RELEASE = 4, ID_BYTES = 20 };

/* A sample of a process at one address of its own, which `g` then holds. */
static void put_user(PerfGen *g, int32_t pid, uint64_t address) {
    uint64_t chain[] = {MARK_USER, address};
    gen_sample(g, &(PerfGenSample){.misc = MODE_USER,
                                   .pid = pid,
                                   .tid = pid,
                                   .time = SECOND,
                                   .chain = chain,
                                   .chain_n = 2});
}

/* What `g` holds is loaded as one sample, and `complaints` are made about symbols. */
static void expect_one(PerfGen *g, const char *want, uint64_t complaints, const char *words) {
    Loaded l;
    Buf file = gen_file(g);
    load_text(&l, 0, 0, buf_str(&file));
    expect_loaded(&l, &want, 1);
    const Complaint *c = &l.profile.complaints.of[COMPLAINT_SYMBOLS];
    assert_int_equal(c->count, complaints);
    assert_int_equal(complaints_total(&l.profile.complaints), complaints);
    if (words && !strstr(c->example[0].excerpt, words))
        fail_msg("\"%s\" does not say \"%s\"", c->example[0].excerpt, words);
    loaded_free(&l);
    buf_free(&file);
    gen_free(g);
}

/* As of this machine, now. */
static void put_here(PerfGen *g) {
    struct utsname own;
    assert_int_equal(uname(&own), 0);
    gen_feature(g, FEATURE_HOST, own.nodename);
    gen_feature(g, FEATURE_RELEASE, own.release);
}

/* ---- programs -----------------------------------------------------------------------------
 */

/* A program in a file, and a recording of a sample in it. */
static void program_begin(PerfGen *g, char path[512], const ElfGen *elf) {
    Buf program = elf_file(elf);
    snprintf(path, 512, "%s", temp_file(buf_str(&program)));
    buf_free(&program);
    gen_init(g, PERF_FORM_PIPE, false, USUAL);
}

static void put_program(PerfGen *g, const char *path) {
    gen_mmap(g, 8, ELF_CODE_AT, 0x1000, ELF_CODE_OFFSET, path, 1);
    put_user(g, 8, ELF_CODE_AT + 0x10);
}

static void named(char out[700], const char *path) {
    snprintf(out, 700, ":8|cpu-clock:HG|work@%s", path);
}

static void placed(char out[700], const char *path) {
    snprintf(out, 700, ":8|cpu-clock:HG|%s+0x1010@%s", strrchr(path, '/') + 1, path);
}

/* Old perfs fill a short id with zeros, and do not say how long it is. */
static void a_build_id_without_a_length(void **state) {
    (void)state;
    enum { SHORT = 16 };
    static const uint8_t id[ID_BYTES] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};
    static const struct {
        bool said;
        uint8_t last; /* byte, of the one that was recorded */
        bool same;
    } table[] = {{false, 0, true}, {true, 0, false}, {false, 1, false}};
    if (!symbols_have_elf())
        skip();
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        PerfGen g;
        char path[512], want[700];
        uint8_t recorded[ID_BYTES];
        program_begin(&g, path, &(ElfGen){.function = "work", .id = id, .id_n = SHORT});
        memcpy(recorded, id, sizeof id);
        recorded[ID_BYTES - 1] = table[i].last;
        gen_build_id(&g, MODE_USER, recorded, table[i].said, path);
        put_program(&g, path);
        (table[i].same ? named : placed)(want, path);
        expect_one(&g, want, 0, NULL);
        unlink(path);
    }
}

/* Without a build id nobody can tell whether another machine's program is the one of that name. */
static void programs_of_another_machine(void **state) {
    (void)state;
    static const uint8_t id[ID_BYTES] = {1, 2, 3};
    if (!symbols_have_elf())
        skip();
    for (int way = 0; way < 4; way++) {
        bool elsewhere = way & 1, has_id = way & 2, known = has_id || !elsewhere;
        PerfGen g;
        char path[512], want[700];
        program_begin(&g, path, &(ElfGen){.function = "work", .id = id, .id_n = ID_BYTES});
        if (elsewhere)
            gen_feature(&g, FEATURE_HOST, "no-such-host");
        else
            put_here(&g);
        if (has_id)
            gen_build_id(&g, MODE_USER, id, true, path);
        put_program(&g, path);
        (known ? named : placed)(want, path);
        expect_one(&g, want, !known, known ? NULL : "recorded on no-such-host: programs");
        unlink(path);
    }
}

/* A place of perf's cache of what has a build id of sevens, and HOME where that is. */
typedef struct Home {
    char path[512], cache[768], *before;
} Home;

static void home_begin(Home *h) {
    char command[900];
    const char *tmp = getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp";
    snprintf(h->path, sizeof h->path, "%s/flamescope-home-XXXXXX", tmp);
    assert_non_null(mkdtemp(h->path));
    snprintf(h->cache, sizeof h->cache,
             "%s/.debug/.build-id/07/07070707070707070707070707070707070707", h->path);
    snprintf(command, sizeof command, "mkdir -p '%s'", h->cache);
    assert_int_equal(system(command), 0);
    h->before = getenv("HOME") ? strdup(getenv("HOME")) : NULL;
    setenv("HOME", h->path, 1);
}

static void home_put(const Home *h, const char *name, Str bytes) {
    char path[900];
    Error err = {0};
    snprintf(path, sizeof path, "%s/%s", h->cache, name);
    assert_true(file_write_all(path, bytes, &err));
}

static void home_end(Home *h) {
    char command[900];
    if (h->before)
        setenv("HOME", h->before, 1);
    free(h->before);
    snprintf(command, sizeof command, "rm -r '%s'", h->path);
    assert_int_equal(system(command), 0);
}

/* The debug file has the program's segments, but not where they lie in it. */
static void a_debug_file_without_its_program(void **state) {
    (void)state;
    uint8_t id[ID_BYTES];
    memset(id, 7, sizeof id);
    if (!symbols_have_elf())
        skip();
    for (int whole = 0; whole < 2; whole++) { /* with the program, which has no symbols at all */
        PerfGen g;
        Home home;
        char want[700];
        Buf debug =
            elf_file(&(ElfGen){.function = "work", .id = id, .id_n = ID_BYTES, .bare = true});
        Buf program = elf_file(&(ElfGen){.id = id, .id_n = ID_BYTES});
        home_begin(&home);
        home_put(&home, "debug", buf_str(&debug));
        if (whole)
            home_put(&home, "elf", buf_str(&program));
        gen_init(&g, PERF_FORM_PIPE, false, USUAL);
        gen_build_id(&g, MODE_USER, id, true, "/nowhere/program");
        gen_mmap(&g, 8, ELF_CODE_AT, 0x1000, ELF_CODE_OFFSET, "/nowhere/program", 1);
        gen_mmap(&g, 8, 0x10000, 0x1000, 0, "/nowhere/program", 1);
        put_user(&g, 8, whole ? ELF_CODE_AT + 0x10 : 0x10110);
        if (whole)
            named(want, "/nowhere/program");
        else
            snprintf(want, sizeof want, ":8|cpu-clock:HG|program+0x110@/nowhere/program");
        expect_one(&g, want, 0, NULL);
        home_end(&home);
        buf_free(&debug);
        buf_free(&program);
    }
}

/* What debuginfod's client keeps, at the three places that it may be told. */
static void a_debug_file_that_was_fetched(void **state) {
    enum { OWN_PLACE, CACHE, HOME_FOLDER, PLACES };
    static const char *const inner[PLACES] = {"", "/debuginfod_client",
                                              "/.cache/debuginfod_client"};
    static const char *const variable[PLACES] = {"DEBUGINFOD_CACHE_PATH", "XDG_CACHE_HOME", "HOME"};
    (void)state;
    uint8_t id[ID_BYTES];
    memset(id, 9, sizeof id);
    if (!symbols_have_elf())
        skip();
    for (int place = 0; place < PLACES; place++) {
        PerfGen g;
        Home home;
        char want[700], file[1024];
        Error err = {0};
        Buf debug =
            elf_file(&(ElfGen){.function = "work", .id = id, .id_n = ID_BYTES, .bare = true});
        Buf program = elf_file(&(ElfGen){.id = id, .id_n = ID_BYTES});
        home_begin(&home); /* for what is in no cache of perf's */
        unsetenv("DEBUGINFOD_CACHE_PATH");
        unsetenv("XDG_CACHE_HOME");
        setenv(variable[place], home.path, 1);
        snprintf(file, sizeof file, "mkdir -p '%s%s/0909090909090909090909090909090909090909'",
                 home.path, inner[place]);
        assert_int_equal(system(file), 0);
        for (int i = 0; i < 2; i++) {
            snprintf(file, sizeof file, "%s%s/0909090909090909090909090909090909090909/%s",
                     home.path, inner[place], i ? "executable" : "debuginfo");
            assert_true(file_write_all(file, buf_str(i ? &program : &debug), &err));
        }
        gen_init(&g, PERF_FORM_PIPE, false, USUAL);
        gen_build_id(&g, MODE_USER, id, true, "/nowhere/program");
        gen_mmap(&g, 8, ELF_CODE_AT, 0x1000, ELF_CODE_OFFSET, "/nowhere/program", 1);
        put_user(&g, 8, ELF_CODE_AT + 0x10);
        named(want, "/nowhere/program");
        expect_one(&g, want, 0, NULL);
        home_end(&home);
        buf_free(&debug);
        buf_free(&program);
    }
}

/* Where this program's code lies: the first mapping that is code. */
static bool own_code(char path[512], uint64_t *start, uint64_t *length, uint64_t *offset) {
    char line[700], rights[8];
    unsigned long long from, to, at;
    uint64_t here = (uint64_t)(uintptr_t)&own_code;
    bool found = false;
    FILE *maps = fopen("/proc/self/maps", "r");
    while (maps && !found && fgets(line, sizeof line, maps))
        found =
            sscanf(line, "%llx-%llx %7s %llx %*s %*s %511s", &from, &to, rights, &at, path) == 5 &&
            from <= here && here < to;
    if (maps)
        fclose(maps);
    *start = from;
    *length = to - from;
    *offset = at;
    return found;
}

/* The file of that name is another build, as in a container: its symbols are not taken. */
static void a_file_of_another_build(void **state) {
    (void)state;
    char path[512], want[700];
    uint64_t start, length, offset, chain[] = {MARK_USER, (uint64_t)(uintptr_t)&own_code};
    SymbolFile *f = symbol_file_open("/proc/self/exe", NULL, NULL);
    BuildId id = f ? symbol_file_build_id(f) : (BuildId){0};
    symbols_close(f);
    if (!id.n || !own_code(path, &start, &length, &offset))
        skip();
    for (int other = 0; other < 2; other++) {
        PerfGen g;
        Loaded l;
        gen_init(&g, PERF_FORM_PIPE, false, USUAL);
        id.byte[0] = (uint8_t)(id.byte[0] + other);
        gen_mmap2(&g, 8, start, length, offset, 2, id.byte, path, 1);
        gen_sample(&g, &(PerfGenSample){.misc = MODE_USER,
                                        .pid = 8,
                                        .tid = 8,
                                        .time = SECOND,
                                        .chain = chain,
                                        .chain_n = 2});
        Buf file = gen_file(&g);
        load_text(&l, 0, 0, buf_str(&file));
        snprintf(want, sizeof want, ":8|cpu-clock:HG|own_code@%s", path);
        Buf text = sample_text(&l, 0);
        assert_int_equal(strcmp(text.s, want) == 0, !other);
        assert_int_equal(strstr(text.s, "own_code") != NULL, !other);
        buf_free(&text);
        loaded_free(&l);
        buf_free(&file);
        gen_free(&g);
    }
}

/* ---- runtime compilers -----------------------------------------------------------------
 */

/* Code made at run time, whose list of symbols the process itself wrote. */
static void a_runtime_compilers_list(void **state) {
    (void)state;
    static const uint64_t chain[] = {MARK_USER, 0x7000010, 0x7000030, 0x7000100, 0x7000208};
    PerfGen g;
    Loaded l;
    char path[64];
    int32_t pid = getpid();
    snprintf(path, sizeof path, "/tmp/perf-%d.map", pid);
    Error err = {0};
    assert_true(file_write_all(
        path, STR("7000000 20 first\n7000020 20 outer->inner\n7000200 10 third+0x1f\n"), &err));
    gen_init(&g, PERF_FORM_PIPE, true, USUAL);
    gen_comm(&g, pid, pid, "jit", 1);
    gen_mmap(&g, pid, 0x7000000, 0x1000, 0, "//anon", 2);
    gen_sample(&g, &(PerfGenSample){.misc = MODE_USER,
                                    .pid = pid,
                                    .tid = pid,
                                    .time = SECOND,
                                    .chain = chain,
                                    .chain_n = 5});
    Buf file = gen_file(&g);
    load_text(&l, 0, 0, buf_str(&file));
    unlink(path);
    char want[512];
    snprintf(want, sizeof want,
             "jit|cpu-clock:HG|third+0x1f@%s_[j];[unknown]@%s_[j];outer@%s_[j];inner@%s_[i];"
             "first@%s_[j]",
             path, path, path, path, path);
    expect_loaded(&l, (const char *[]){want}, 1);
    loaded_free(&l);
    buf_free(&file);
    gen_free(&g);
}

/* A list that another user could have written is not used, which is said. */
static void a_list_that_is_not_believed(void **state) {
    (void)state;
    enum { NOBODY = 54321 };
    static const uint64_t chain[] = {MARK_USER, 0x7000010};
    char path[64], want[128];
    PerfGen g;
    Loaded l;
    Error err = {0};
    int32_t pid = getpid();
    snprintf(path, sizeof path, "/tmp/perf-%d.map", pid);
    assert_true(file_write_all(path, STR("7000000 20 first\n"), &err));
    if (geteuid() != 0 || chown(path, NOBODY, NOBODY) != 0) {
        unlink(path);
        skip();
    }
    gen_init(&g, PERF_FORM_PIPE, false, USUAL);
    gen_mmap(&g, pid, 0x7000000, 0x1000, 0, "//anon", 2);
    for (int i = 0; i < 2; i++)
        gen_sample(&g, &(PerfGenSample){.misc = MODE_USER,
                                        .pid = pid,
                                        .tid = pid,
                                        .time = SECOND,
                                        .chain = chain,
                                        .chain_n = 2});
    Buf file = gen_file(&g);
    load_text(&l, 0, 0, buf_str(&file));
    unlink(path);
    snprintf(want, sizeof want, ":%d|cpu-clock:HG|[unknown]@%s_[j]", pid, path);
    expect_loaded(&l, (const char *[]){want, want}, 2);
    const Complaint *c = &l.profile.complaints.of[COMPLAINT_SYMBOLS];
    assert_int_equal(c->count, 1);
    snprintf(want, sizeof want, "%s: it is of user 54321, who does not run that process now", path);
    assert_string_equal(c->example[0].excerpt, want);
    loaded_free(&l);
    buf_free(&file);
    gen_free(&g);
}

/* Pages of 2 MB are of a file that is none, whatever it is called. */
static void code_on_huge_pages(void **state) {
    (void)state;
    enum { MAP_PRIVATE_FILE = 2, HUGE = 0x40000 };
    for (int huge = 0; huge < 2; huge++) {
        PerfGen g;
        char want[128];
        gen_init(&g, PERF_FORM_PIPE, huge, USUAL);
        gen_mmap2(&g, 8, 0x7000000, 0x200000, 0, MAP_PRIVATE_FILE | (huge ? HUGE : 0), NULL,
                  "/huge/pages", 1);
        put_user(&g, 8, 0x7000010);
        snprintf(want, sizeof want, ":8|cpu-clock:HG|%s",
                 huge ? "[unknown]@/tmp/perf-8.map_[j]" : "pages+0x10@/huge/pages");
        expect_one(&g, want, 0, NULL);
    }
}

static void write_list(char path[64], int32_t pid, const char *list) {
    Error err = {0};
    snprintf(path, 64, "/tmp/perf-%d.map", (int)pid);
    assert_true(file_write_all(path, str_of(list), &err));
}

/* A process of that number here is another than the one there. */
static void a_list_of_another_machine(void **state) {
    (void)state;
    for (int elsewhere = 0; elsewhere < 2; elsewhere++) {
        PerfGen g;
        char path[64], want[128];
        int32_t pid = getpid();
        write_list(path, pid, "7000000 20 first\n");
        gen_init(&g, PERF_FORM_PIPE, false, USUAL);
        if (elsewhere)
            gen_feature(&g, FEATURE_HOST, "no-such-host");
        else
            put_here(&g);
        gen_mmap(&g, pid, 0x7000000, 0x1000, 0, "//anon", 2);
        put_user(&g, pid, 0x7000010);
        snprintf(want, sizeof want, ":%d|cpu-clock:HG|%s@%s_[j]", (int)pid,
                 elsewhere ? "[unknown]" : "first", path);
        expect_one(&g, want, (uint64_t)elsewhere,
                   elsewhere ? "recorded on no-such-host: lists" : NULL);
        unlink(path);
    }
}

/* A process that is the first where it runs, as in a container; *outer waits for it. 0: only root
 * can make one. */
static pid_t run_inside(pid_t *outer) {
    int end[2];
    pid_t inner = 0;
    assert_int_equal(pipe(end), 0);
    *outer = fork();
    if (*outer == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL); /* a test that fails does not come back */
        inner = unshare(CLONE_NEWPID) == 0 ? fork() : 0;
        if (inner == 0 && getpid() == 1) {
            prctl(PR_SET_PDEATHSIG, SIGKILL);
            for (;;)
                pause();
        }
        if (write(end[1], &inner, sizeof inner) == sizeof inner && inner > 0)
            waitpid(inner, NULL, 0);
        _exit(0);
    }
    assert_int_equal(read(end[0], &inner, sizeof inner), sizeof inner);
    close(end[0]);
    close(end[1]);
    return inner;
}

/* It names its list by the number that it knows, and writes it into its own /tmp. */
static void a_list_in_a_container(void **state) {
    (void)state;
    pid_t outer, pid = run_inside(&outer);
    char path[64], want[128];
    bool can = pid > 0 && !file_exists("/tmp/perf-1.map");
    for (int way = 0; can && way < 2; way++) { /* as of here, and of nobody knows where */
        PerfGen g;
        write_list(path, 1, "7000000 20 first\n");
        gen_init(&g, PERF_FORM_PIPE, false, USUAL);
        if (way == 0)
            put_here(&g);
        gen_mmap(&g, pid, 0x7000000, 0x1000, 0, "//anon", 2);
        put_user(&g, pid, 0x7000010);
        snprintf(want, sizeof want, ":%d|cpu-clock:HG|%s@/tmp/perf-%d.map_[j]", (int)pid,
                 way == 0 ? "first" : "[unknown]", (int)pid);
        expect_one(&g, want, 0, NULL);
        unlink(path);
    }
    if (pid > 0)
        kill(pid, SIGKILL);
    waitpid(outer, NULL, 0);
    if (!can)
        skip();
}

/* ---- the kernel ------------------------------------------------------------------------
 */

/* A sample of a kernel whose code lies at 0xffffffff80000000, with a module, and a build id of
 * `id`s under that name. */
static void put_kernel(PerfGen *g, bool big, int id, const char *name) {
    static const uint64_t chain[] = {MARK_KERNEL,         0xffffffff80000110u, 0xffffffff80000210u,
                                     0xffffffffa0000010u, 0xffffffffa0001110u, 0xffffffff80000310u,
                                     0xffffffff70000000u};
    uint8_t bytes[ID_BYTES];
    memset(bytes, id, sizeof bytes);
    gen_init(g, PERF_FORM_PIPE, big, USUAL);
    static const uint8_t other[ID_BYTES] = {9};
    gen_build_id(g, MODE_KERNEL, other, false, "/lib/modules/9/kernel/net/other.ko.xz");
    gen_build_id(g, MODE_KERNEL, bytes, false, name);
    gen_mmap(g, -1, 0xffffffff80000000u, 0x300, 0xffffffff80000000u, "[kernel.kallsyms]_text", 0);
    gen_mmap(g, -1, 0xffffffffa0000000u, 0x2000, 0, "/lib/modules/9/kernel/net/nf-nat.ko.xz", 0);
    gen_sample(
        g,
        &(PerfGenSample){
            .misc = MODE_KERNEL, .pid = 4, .tid = 4, .time = SECOND, .chain = chain, .chain_n = 7});
}

static const char *const kernel_unknown =
    ":4|cpu-clock:HG|[unknown]@[unknown]_[k];[unknown]@[unknown]_[k];"
    "[unknown]@[nf_nat]_[k];[unknown]@[nf_nat]_[k];"
    "[unknown]@[kernel.kallsyms]_[k];[unknown]@[kernel.kallsyms]_[k]";

static const char *const kernel_known =
    ":4|cpu-clock:HG|[unknown]@[unknown]_[k];data_end@[kernel.kallsyms]_[k];"
    "[unknown]@[nf_nat]_[k];in_module@[nf_nat]_[k];second@[kernel.kallsyms]_[k];"
    "first@[kernel.kallsyms]_[k]";
static const char kernel_name[] = "[kernel.kallsyms]";

static void expect_kernel(bool big, int id, const char *name, const char *want) {
    PerfGen g;
    bool whole = want == kernel_known;
    put_kernel(&g, big, id, name);
    expect_one(&g, want, !whole,
               whole                    ? NULL
               : want == kernel_unknown ? "the kernel's: the recorded kernel, or"
                                        : "the kernel's modules: ");
}

/* perf's cache has the recorded kernel's list, but of a run in which all lay 0x1000000 higher; the
 * modules, each of which lies anywhere, are not where that says. */
static void the_kernels_list_by_build_id(void **state) {
    (void)state;
    static const char list[] = "ffffffff81000000 T _text\n"
                               "ffffffff81000100 T first\n"
                               "ffffffff81000200 t second\n"
                               "ffffffff81000300 D data_end\n"
                               "ffffffffa0000000 t in_module\t[nf_nat]\n"
                               "ffffffffa1000000 t in_module\t[nf_nat]\n"
                               "ffffffffa1001100 t no_module\t[other]\n";
    Home home;
    home_begin(&home);
    home_put(&home, "kallsyms", str_of(list));
    expect_kernel(false, 8, kernel_name,
                  kernel_unknown); /* another kernel's id: nothing is believed */
    expect_kernel(true, 7, kernel_name,
                  ":4|cpu-clock:HG|[unknown]@[unknown]_[k];data_end@[kernel.kallsyms]_[k];"
                  "[unknown]@[nf_nat]_[k];[unknown]@[nf_nat]_[k];second@[kernel.kallsyms]_[k];"
                  "first@[kernel.kallsyms]_[k]");
    home_end(&home);
}

static void put_section(PerfGen *g, Buf *out, uint32_t name, uint32_t type, uint64_t at,
                        uint64_t offset, uint64_t size, uint32_t link) {
    enum { SYMBOL_BYTES = 24, SHT_SYMTAB = 2 };
    gen_u32(g, out, name);
    gen_u32(g, out, type);
    gen_u64(g, out, 2); /* flags: it is in memory */
    gen_u64(g, out, at);
    gen_u64(g, out, offset);
    gen_u64(g, out, size);
    gen_u32(g, out, link);
    gen_u32(g, out, 0);
    gen_u64(g, out, 4);
    gen_u64(g, out, type == SHT_SYMTAB ? SYMBOL_BYTES : 0);
}

/* As little of a 64-bit ELF file as has symbols and a build id of sevens. */
static Buf make_vmlinux(PerfGen *g) {
    enum { HEAD = 64, NOTE = 36, SYMBOLS = 5 };
    static const char names[] = "\0.text\0.note\0.symtab\0.strtab\0_text\0first\0second\0per_cpu";
    static const struct {
        uint32_t name;
        uint8_t info;
        uint64_t at, size;
    } symbol[SYMBOLS] = {{0, 0, 0, 0},
                         {29, 0x10, 0xffffffff81000000u, 0},
                         {35, 0x12, 0xffffffff81000100u, 0x100},
                         {41, 0x02, 0xffffffff81000200u, 0x100},
                         {48, 0x11, 0x10, 8}};
    Buf out = {0};
    size_t symbols_at = HEAD + NOTE, names_at = symbols_at + SYMBOLS * 24;
    size_t sections_at = names_at + sizeof names;
    buf_put(&out, (Str){"\177ELF\2\1\1\0\0\0\0\0\0\0\0", 16});
    gen_u16(g, &out, 2), gen_u16(g, &out, 62), gen_u32(g, &out, 1); /* a program, x86-64 */
    gen_u64(g, &out, 0), gen_u64(g, &out, 0), gen_u64(g, &out, sections_at);
    gen_u32(g, &out, 0), gen_u16(g, &out, HEAD);
    gen_u16(g, &out, 0), gen_u16(g, &out, 0);                       /* no segments */
    gen_u16(g, &out, 64), gen_u16(g, &out, 5), gen_u16(g, &out, 4); /* names are in the fifth */
    gen_u32(g, &out, 4), gen_u32(g, &out, 20), gen_u32(g, &out, 3);
    buf_put(&out, (Str){"GNU", 4});
    for (int i = 0; i < 20; i++)
        buf_putc(&out, 7);
    for (int i = 0; i < SYMBOLS; i++) {
        gen_u32(g, &out, symbol[i].name);
        buf_putc(&out, (char)symbol[i].info);
        buf_putc(&out, 0);
        gen_u16(g, &out, i ? 1 : 0);
        gen_u64(g, &out, symbol[i].at);
        gen_u64(g, &out, symbol[i].size);
    }
    buf_put(&out, (Str){names, sizeof names});
    put_section(g, &out, 0, 0, 0, 0, 0, 0);
    put_section(g, &out, 1, 1, 0xffffffff81000000u, HEAD, 0, 0);
    put_section(g, &out, 7, 7, 0, HEAD, NOTE, 0);
    put_section(g, &out, 13, 2, 0, symbols_at, SYMBOLS * 24, 4);
    put_section(g, &out, 21, 3, 0, names_at, sizeof names, 0);
    return out;
}

/* A kernel file in perf's cache, of the recorded build; then of another one. */
static void a_kernel_with_symbols_by_build_id(void **state) {
    (void)state;
    if (!symbols_have_elf())
        skip();
    Home home;
    PerfGen g;
    gen_init(&g, PERF_FORM_PIPE, false, USUAL);
    Buf file = make_vmlinux(&g);
    home_begin(&home);
    home_put(&home, "elf", buf_str(&file));
    expect_kernel(false, 8, kernel_name, kernel_unknown);
    expect_kernel(false, 7, kernel_name,
                  ":4|cpu-clock:HG|[unknown]@[unknown]_[k];[unknown]@[unknown]_[k];"
                  "[unknown]@[nf_nat]_[k];[unknown]@[nf_nat]_[k];second@[kernel.kallsyms]_[k];"
                  "first@[kernel.kallsyms]_[k]");
    file.s[64 + 16] = 6; /* its build id */
    home_put(&home, "elf", buf_str(&file));
    expect_kernel(false, 7, kernel_name, kernel_unknown);
    home_end(&home);
    buf_free(&file);
    gen_free(&g);
}

/* A list in which all lies where it was recorded. */
static const char same_list[] = "ffffffff80000000 T _text\n"
                                "ffffffff80000100 T first\n"
                                "ffffffff80000200 t second\n"
                                "ffffffff80000300 D data_end\n"
                                "ffffffffa0000000 t in_module\t[nf_nat]\n";

/* Where perf had a kernel with symbols, its build id is recorded under that one's name. */
static void a_kernel_under_another_name(void **state) {
    (void)state;
    Home home;
    home_begin(&home);
    home_put(&home, "kallsyms", str_of(same_list));
    expect_kernel(false, 7, kernel_name, kernel_known);
    expect_kernel(false, 7, "/usr/lib/debug/boot/vmlinux-9", kernel_known);
    expect_kernel(false, 7, "[nf_nat]", kernel_unknown);
    home_end(&home);
}

/* perf record --kcore keeps the list of that very run. */
static void a_list_beside_the_recording(void **state) {
    (void)state;
    char folder[512], path[600], command[640];
    PerfGen g;
    Loaded l;
    Error err = {0};
    const char *tmp = getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp";
    snprintf(folder, sizeof folder, "%s/flamescope-kcore-XXXXXX", tmp);
    assert_non_null(mkdtemp(folder));
    put_kernel(&g, false, 8, kernel_name);
    Buf file = gen_file(&g);
    path_join(path, sizeof path, folder, "data");
    assert_true(file_write_all(path, buf_str(&file), &err));
    path_join(path, sizeof path, folder, "kcore_dir");
    assert_true(file_make_folder(path, &err));
    path_join(path, sizeof path, folder, "kcore_dir/kallsyms");
    assert_true(file_write_all(path, str_of(same_list), &err));
    load_path(&l, 0, 0, folder);
    expect_loaded(&l, &kernel_known, 1);
    assert_int_equal(complaints_total(&l.profile.complaints), 0);
    loaded_free(&l);
    snprintf(command, sizeof command, "rm -r '%s'", folder);
    assert_int_equal(system(command), 0);
    buf_free(&file);
    gen_free(&g);
}

/* perf was killed before it could say where it ran: if the code lies where it does here, it was
 * here. */
static void a_kernel_of_nobody_knows_where(void **state) {
    (void)state;
    SymbolTable t;
    uint64_t at = 0;
    symbol_table_init(&t);
    bool seen = symbols_read_kallsyms(&t, "/proc/kallsyms", STR("_text"), &at) && at;
    size_t found = seen ? symbol_table_find(&t, at, NULL) : 0;
    if (!found) {
        symbol_table_free(&t);
        skip();
    }
    for (int way = 0; way < 3; way++) {
        PerfGen g;
        Buf name = {0};
        char want[256];
        uint64_t elsewhere = way == 1 ? 0x1000 : 0, chain[] = {MARK_KERNEL, at};
        bool known = way == 0;
        symbol_table_name(&t, found, &name);
        gen_init(&g, PERF_FORM_PIPE, false, USUAL);
        if (way == 2)
            gen_feature(&g, FEATURE_HOST, "no-such-host");
        gen_mmap(&g, -1, at, 0x1000, at + elsewhere, "[kernel.kallsyms]_text", 0);
        gen_sample(&g, &(PerfGenSample){.misc = MODE_KERNEL,
                                        .pid = 4,
                                        .tid = 4,
                                        .time = SECOND,
                                        .chain = chain,
                                        .chain_n = 2});
        snprintf(want, sizeof want, ":4|cpu-clock:HG|%s@[kernel.kallsyms]_[k]",
                 known ? name.s : "[unknown]");
        expect_one(&g, want, !known, known ? NULL : "the kernel's: ");
        buf_free(&name);
    }
    symbol_table_free(&t);
}

/* Without the right to see addresses, perf does not record where the kernel lies. */
static void a_kernel_that_was_not_seen(void **state) {
    (void)state;
    static const uint64_t chain[] = {MARK_KERNEL, 0xffffffff80000110u, 0xffffffff80000210u};
    PerfGen g;
    gen_init(&g, PERF_FORM_PIPE, false, USUAL);
    gen_sample(
        &g,
        &(PerfGenSample){
            .misc = MODE_KERNEL, .pid = 4, .tid = 4, .time = SECOND, .chain = chain, .chain_n = 3});
    expect_one(&g, ":4|cpu-clock:HG|[unknown]@[unknown]_[k];[unknown]@[unknown]_[k]", 1,
               "where it lay was not recorded");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_build_id_without_a_length),
        cmocka_unit_test(programs_of_another_machine),
        cmocka_unit_test(a_debug_file_without_its_program),
        cmocka_unit_test(a_debug_file_that_was_fetched),
        cmocka_unit_test(a_file_of_another_build),
        cmocka_unit_test(a_runtime_compilers_list),
        cmocka_unit_test(a_list_that_is_not_believed),
        cmocka_unit_test(a_list_of_another_machine),
        cmocka_unit_test(a_list_in_a_container),
        cmocka_unit_test(code_on_huge_pages),
        cmocka_unit_test(the_kernels_list_by_build_id),
        cmocka_unit_test(a_kernel_with_symbols_by_build_id),
        cmocka_unit_test(a_kernel_under_another_name),
        cmocka_unit_test(a_list_beside_the_recording),
        cmocka_unit_test(a_kernel_of_nobody_knows_where),
        cmocka_unit_test(a_kernel_that_was_not_seen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

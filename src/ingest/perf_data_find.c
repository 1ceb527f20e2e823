#include "ingest/perf_data_find.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

enum { PATH_ROOM = 4096 + 256 };

static const char own_list[] = "/proc/kallsyms"; /* of the kernel that runs here */

enum { /* what is said but once */
       SAID_PROGRAMS = 1,
       SAID_LISTS = 2,
       SAID_KERNEL = 4,
       SAID_MODULES = 8,
       SAID_FILES = 16,
};

__attribute__((format(printf, 2, 3))) static void say(Dsos *d, const char *form, ...) {
    va_list args;
    char text[512];
    va_start(args, form);
    int n = vsnprintf(text, sizeof text, form, args);
    va_end(args);
    if (d->complaints && n > 0)
        complain(d->complaints, COMPLAINT_SYMBOLS, 1, -1, str_of(text));
}

static bool say_once(Dsos *d, uint32_t what) {
    bool again = d->said & what;
    d->said |= what;
    return !again;
}

/* ---- which machine ------------------------------------------------------------------------
 */

/* Recorded on this machine, with a kernel of the same release. A recording that goes on says so at
 * its end only, but goes on here. */
static bool is_this_machine(const PerfHeader *h) {
    struct utsname name;
    if (h->goes_on)
        return true;
    return uname(&name) == 0 && str_eq_c(h->host, name.nodename) &&
           str_eq_c(h->release, name.release);
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

/* As perf recorded it, or, where that had a kernel with symbols at hand, under that one's name. */
static BuildId recorded_kernel(const Dsos *d) {
    BuildId id = recorded_id(d, STR("[kernel.kallsyms]"));
    for (uint64_t i = 0; i < d->header->build_id.count && !id.n; i++) {
        const PerfBuildId *b = &COLUMN_AT(&d->header->build_id, PerfBuildId, i);
        size_t slash = str_rfind_char(b->file, '/');
        Str name = str_slice(b->file, slash < b->file.n ? slash + 1 : 0, b->file.n);
        bool module = str_starts(name, STR("[")) || str_find(name, STR(".ko")) < name.n;
        if (b->kernel && !module)
            id = b->id;
    }
    return id;
}

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

/* It says that it was recorded elsewhere: what has the same name here is something else. The name
 * of the host does not say it alone, as containers have their own, and new ones when they are made
 * anew: the kernel must differ, too. */
static bool is_another_machine(const Dsos *d) {
    struct utsname name;
    const PerfHeader *h = d->header;
    if (h->goes_on || !h->host.n || uname(&name) != 0 || str_eq_c(h->host, name.nodename))
        return false;
    BuildId want = recorded_kernel(d), own = {0};
    if (want.n)
        own = running_id();
    return !str_eq_c(h->release, name.release) || (want.n && !build_id_fits(&want, &own));
}

/* ---- programs -----------------------------------------------------------------------------
 */

/* The digits of an id from byte `from` on behind the n characters of a path, and `what` behind
 * those. False: there is no such path. */
static bool put_id(char *out, int n, const BuildId *id, int from, const char *what) {
    enum { DIGITS_MOST = 2 * sizeof id->byte, WHAT_MOST = 32 };
    if (id->n < 2 || n < 0 || n > PATH_ROOM - DIGITS_MOST - WHAT_MOST)
        return false;
    for (int i = from; i < id->n; i++)
        n += snprintf(out + n, (size_t)(PATH_ROOM - n), "%02x", id->byte[i]);
    snprintf(out + n, (size_t)(PATH_ROOM - n), "%s", what);
    return true;
}

/* "HOME/.debug/.build-id/ab/cdef…WHAT", perf's cache; false: no id, or no home. */
static bool cache_path(const BuildId *id, const char *what, char *out) {
    const char *home = getenv("HOME");
    return home &&
           put_id(out, snprintf(out, PATH_ROOM, "%s/.debug/.build-id/%02x/", home, id->byte[0]), id,
                  1, what);
}

/* The usual place of debug files by their build id. */
static bool debug_path(const BuildId *id, char *out) {
    return put_id(out, snprintf(out, PATH_ROOM, "/usr/lib/debug/.build-id/%02x/", id->byte[0]), id,
                  1, ".debug");
}

/* What debuginfod's client fetched before, for gdb or perf. Nothing is asked of the network here.
 */
static bool fetched_path(const BuildId *id, const char *what, char *out) {
    const char *own = getenv("DEBUGINFOD_CACHE_PATH"), *cache = getenv("XDG_CACHE_HOME");
    const char *home = getenv("HOME");
    int n = own && *own       ? snprintf(out, PATH_ROOM, "%s/", own)
            : cache && *cache ? snprintf(out, PATH_ROOM, "%s/debuginfod_client/", cache)
            : home            ? snprintf(out, PATH_ROOM, "%s/.cache/debuginfod_client/", home)
                              : -1;
    return put_id(out, n, id, 0, what);
}

/* The files with the best symbols so far, the one that is what was mapped, and one that has its
 * code at least. */
typedef struct Search {
    SymbolFile *symbols, *mapped, *code;
    bool debug; /* for `symbols` one with debugging information is wanted */
    BuildId want;
    Error error; /* there are more files than may be open */
} Search;

/* Takes the first of each; true: no better ones will be found. */
static bool try_path(Search *s, const char *path) {
    SymbolFile *f = symbol_file_open(path, &s->want, &s->error);
    if (!f)
        return false;
    bool best = s->debug ? symbol_file_has_debug(f) : symbol_file_has_symtab(f);
    bool symbols = !s->symbols && best;
    bool mapped = !s->mapped && symbol_file_has_dynsym(f);
    bool code = !s->code && symbol_file_has_code(f);
    if (symbols)
        s->symbols = f;
    if (mapped)
        s->mapped = f;
    if (code)
        s->code = f;
    if (!symbols && !mapped && !code)
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

/* The program itself says where its debug file is, and what its build id is where that was not
 * recorded, or not how long it is. */
static bool try_own_link(Search *s, const Dso *dso) {
    char link[256];
    SymbolFile *file = symbol_file_open(dso->path.s, &s->want, &s->error);
    bool linked = file && symbol_file_debug_link(file, link, sizeof link);
    if (file && (!s->want.n || s->want.padded))
        s->want = symbol_file_build_id(file);
    symbols_close(file);
    return linked && try_link(s, dso->path, link);
}

static void search(Search *s, const Dso *dso) {
    char name[PATH_ROOM];
    if (try_own_link(s, dso))
        return;
    if ((cache_path(&s->want, "/elf", name) && try_path(s, name)) ||
        (cache_path(&s->want, "", name) && try_path(s, name)) ||
        (cache_path(&s->want, "/debug", name) && try_path(s, name)))
        return;
    int n = snprintf(name, sizeof name, "/usr/lib/debug%s.debug", dso->path.s);
    if (n < PATH_ROOM && try_path(s, name))
        return;
    n = snprintf(name, sizeof name, "/usr/lib/debug%s", dso->path.s);
    if (n < PATH_ROOM && try_path(s, name))
        return;
    if (debug_path(&s->want, name) && try_path(s, name))
        return;
    if (try_path(s, dso->path.s))
        return;
    if (fetched_path(&s->want, "/debuginfo", name))
        try_path(s, name);
    if (fetched_path(&s->want, "/executable", name))
        try_path(s, name);
}

/* Without the program's code its symbols cannot be told from places in the file. */
static bool is_found(Search *s) {
    if (!s->mapped)
        s->mapped = s->code;
    else if (s->code != s->mapped && s->code != s->symbols)
        symbols_close(s->code);
    if (!s->mapped) {
        symbols_close(s->symbols);
        return false;
    }
    if (!s->symbols)
        s->symbols = s->mapped;
    return true;
}

/* False: neither `symbols` nor `mapped` is there; else both are, maybe the same. */
static bool find_file(Dsos *d, const Dso *dso, bool debug, Search *s) {
    *s = (Search){.want = dso->id, .debug = debug};
    if (!s->want.n)
        s->want = recorded_id(d, dso->path);
    if (!s->want.n && is_another_machine(d)) {
        if (say_once(d, SAID_PROGRAMS))
            say(d, "recorded on %.*s: programs without a build id are not looked up here",
                (int)d->header->host.n, d->header->host.s);
        return false;
    }
    search(s, dso);
    if (s->error.kind && say_once(d, SAID_FILES))
        say(d, "%s: %s", dso->path.s, s->error.message);
    return is_found(s);
}

static bool load_file(Dsos *d, Dso *dso) {
    Search s;
    if (!find_file(d, dso, false, &s))
        return false;
    symbols_read_elf(&dso->table, s.symbols, s.mapped);
    return true;
}

/* What the kernel lends to programs: perf's copy, or our own if it is the same. NULL: neither. */
static SymbolFile *find_vdso(Dsos *d, const Dso *dso) {
    char name[PATH_ROOM];
    BuildId want = dso->id.n ? dso->id : recorded_id(d, dso->path);
    SymbolFile *f = NULL;
    if (cache_path(&want, "/vdso", name))
        f = symbol_file_open(name, &want, NULL);
    if (!f && (f = symbol_file_of_vdso())) {
        BuildId own = symbol_file_build_id(f);
        if (want.n ? !build_id_fits(&want, &own) : !is_this_machine(d->header)) {
            symbols_close(f);
            f = NULL;
        }
    }
    return f;
}

static bool load_vdso(Dsos *d, Dso *dso) {
    SymbolFile *f = find_vdso(d, dso);
    if (f)
        symbols_read_elf(&dso->table, f, f);
    return f != NULL;
}

void dso_find_functions(Dsos *d, const Dso *dso, FunctionPlaces *out) {
    Search s;
    *out = (FunctionPlaces){0};
    if (!find_file(d, dso, false, &s))
        return;
    if (s.symbols != s.mapped)
        symbols_close(s.symbols);
    symbols_read_functions(out, s.mapped);
}

InlinedFunctions *dso_find_inlined(Dsos *d, const Dso *dso) {
    Search s;
    if (!find_file(d, dso, true, &s))
        return NULL;
    return inlined_new(s.mapped, s.symbols);
}

CallFrames *dso_find_calls(Dsos *d, const Dso *dso) {
    Search s = {0};
    if (dso->kind == DSO_VDSO)
        s.symbols = s.mapped = find_vdso(d, dso);
    else if (dso->kind == DSO_FILE)
        find_file(d, dso, false, &s);
    return s.mapped ? call_frames_new(s.mapped, s.symbols) : NULL;
}

/* ---- the kernel ---------------------------------------------------------------------------
 */

/* A list of the recorded kernel, maybe of another run, in which all lay elsewhere. */
static bool load_list(Dsos *d, Dso *dso, const char *path, bool same_place, bool *hidden) {
    uint64_t at;
    symbol_table_free(&dso->table);
    symbol_table_init(&dso->table);
    if (!symbols_read_kallsyms(&dso->table, path, d->text_name, &at)) {
        *hidden = *hidden || (path == own_list && dso->table.n);
        return false;
    }
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
            f = symbol_file_open(name, want, NULL);
    }
    if (!f && cache_path(want, "/elf", name))
        f = symbol_file_open(name, want, NULL);
    if (!f && cache_path(want, "/vmlinux", name))
        f = symbol_file_open(name, want, NULL);
    if (!f && fetched_path(want, "/debuginfo", name))
        f = symbol_file_open(name, want, NULL);
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
    d->no_modules = dso->table.n > 0;
    return d->no_modules;
}

/* What perf kept beside the recording is of that very run. With its build id in the file that
 * decides; else (a pipe, perf record -z) it is this kernel if host, release and the address of its
 * code are the same. A recorder that was killed said neither host nor release. */
static bool find_kernel(Dsos *d, Dso *dso, bool *hidden) {
    char name[PATH_ROOM];
    const PerfHeader *h = d->header;
    BuildId want = dso->id.n ? dso->id : recorded_kernel(d);
    if (d->list.n && load_list(d, dso, d->list.s, false, hidden))
        return true;
    if (!want.n) {
        bool may_be = is_this_machine(h) || (!h->host.n && !h->release.n);
        return may_be && load_list(d, dso, own_list, true, hidden);
    }
    bool cached = cache_path(&want, "/kallsyms", name);
    if (cached && load_list(d, dso, name, true, hidden))
        return true;
    BuildId own = running_id();
    if (build_id_fits(&want, &own) && load_list(d, dso, own_list, false, hidden))
        return true;
    return (cached && load_list(d, dso, name, false, hidden)) || load_vmlinux(d, dso, &want);
}

static bool load_kernel(Dsos *d, Dso *dso) {
    bool hidden = false, found = find_kernel(d, dso, &hidden);
    if (!found)
        d->kernel_delta = 0;
    if (!found && say_once(d, SAID_KERNEL))
        say(d, "the kernel's: %s",
            hidden ? "/proc/kallsyms hides its addresses from this user (kernel.kptr_restrict)"
                   : "the recorded kernel, or the run of it, is another than this machine's");
    return found;
}

void dso_say_no_kernel(Dsos *d) {
    if (say_once(d, SAID_KERNEL))
        say(d, "the kernel's: where it lay was not recorded (hidden by kernel.kptr_restrict?)");
}

void dso_say_no_modules(Dsos *d) {
    if (say_once(d, SAID_MODULES))
        say(d, "the kernel's modules: %s",
            d->no_modules ? "the kernel's names are those of a vmlinux, which has none of theirs"
                          : "what is here is of another run, in which they lay elsewhere");
}

/* ---- runtime compilers --------------------------------------------------------------------
 */

/* Its number where it runs itself, which is the last one; 0: it does not run. */
static int32_t inner_pid(int32_t pid) {
    enum { MOST = 64 << 10 };
    char path[64], *end;
    Buf text = {0};
    long last = 0;
    snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
    if (file_read_all(path, &text, MOST, NULL) && text.n) {
        const char *at = strstr(text.s, "\nNSpid:");
        for (at = at ? strchr(at, ':') + 1 : ""; strchr("\t ", *at) && *at; at = end)
            last = strtol(at, &end, 10);
    }
    buf_free(&text);
    return last > 0 && last <= INT32_MAX ? (int32_t)last : 0;
}

/* In a container the process has files of its own, and mostly another number, by which it names its
 * list. */
static bool load_inner_map(Dsos *d, Dso *dso, int32_t pid, Error *err) {
    char path[64];
    int32_t inner = is_this_machine(d->header) ? inner_pid(pid) : 0;
    if (inner <= 0)
        return false;
    snprintf(path, sizeof path, "/proc/%d/root/tmp/perf-%d.map", (int)pid, (int)inner);
    return symbols_read_map(&dso->table, path, pid, err);
}

/* What runs by now under its number may be another process: while the recording goes on its own
 * list is asked first, later the one of that name here. */
static bool load_map(Dsos *d, Dso *dso) {
    Error err = {0}, inner = {0};
    int pid = 0;
    if (is_another_machine(d)) {
        if (say_once(d, SAID_LISTS))
            say(d, "recorded on %.*s: lists of its runtime compilers are not looked up here",
                (int)d->header->host.n, d->header->host.s);
        return false;
    }
    bool numbered = sscanf(dso->path.s, "/tmp/perf-%d.map", &pid) == 1;
    bool now = d->header->goes_on;
    if ((now && numbered && load_inner_map(d, dso, pid, &inner)) ||
        symbols_read_map(&dso->table, dso->path.s, pid, &err) ||
        (!now && numbered && load_inner_map(d, dso, pid, &inner)))
        return true;
    if (err.kind)
        say(d, "%s: %s", dso->path.s, err.message);
    else if (inner.kind)
        say(d, "%s, in its container: %s", dso->path.s, inner.message);
    return false;
}

bool dso_find_symbols(Dsos *d, Dso *dso) {
    switch (dso->kind) {
    case DSO_FILE:
        return load_file(d, dso);
    case DSO_KERNEL:
        return load_kernel(d, dso);
    case DSO_VDSO:
        return load_vdso(d, dso);
    case DSO_MAP:
        return load_map(d, dso);
    case DSO_MODULE:
    case DSO_KSYMBOL:
    case DSO_NOTHING:
        break;
    }
    return true;
}

#include "app/record.h"

#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <sys/xattr.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/file.h"
#include "base/thread.h"

enum { CAP_SYS_ADMIN_BIT = 21, CAP_PERFMON_BIT = 38, RINGS_LEAST = 8, RINGS_MOST = 128 };

/* ---- rights ------------------------------------------------------------------------------ */

static int number_in(const char *path, int unless) {
    Buf text = {0};
    int64_t n = unless;
    if (file_read_all(path, &text, 64, NULL))
        str_to_i64(str_trim(buf_str(&text)), &n);
    buf_free(&text);
    return (int)n;
}

static bool has_capability(void) {
    Buf text = {0};
    uint64_t has = 0;
    if (file_read_all("/proc/self/status", &text, 1 << 16, NULL) && text.n) {
        const char *line = strstr(text.s, "\nCapEff:");
        has = line ? strtoull(line + sizeof "\nCapEff:" - 1, NULL, 16) : 0;
    }
    buf_free(&text);
    return (has >> CAP_PERFMON_BIT | has >> CAP_SYS_ADMIN_BIT) & 1;
}

/* Whether the file may do what its user may not, as setcap says it: VFS_CAP_… of
 * linux/capability.h, whose words are little-endian. */
static bool file_has_capability(const char *path) {
    enum { EFFECTIVE = 1, LOW = 1, HIGH = 3, WORDS = 6 };
    uint32_t word[WORDS] = {0};
    ssize_t n = getxattr(path, "security.capability", word, sizeof word);
    bool low = word[LOW] >> CAP_SYS_ADMIN_BIT & 1, high = word[HIGH] >> (CAP_PERFMON_BIT - 32) & 1;
    return n > 0 && (word[0] & EFFECTIVE) && (low || high);
}

bool record_allowed(const RecordWish *wish, const RecordRights *rights, Buf *notes, Error *err) {
    bool all = wish->all_cpus;
    int most = all ? 0 : 2, is = rights->paranoid;
    if (is == INT_MIN)
        return error_set(err, ERROR_IO,
                         "this kernel has no performance events (perf_event_paranoid is missing)");
    if (!rights->may_all && is > most)
        return error_set(
            err, ERROR_IO,
            "recording %s needs kernel.perf_event_paranoid at %d or lower, and it is %d. Either\n"
            "  sudo sysctl kernel.perf_event_paranoid=%d      until the next start of the system, or\n"
            "  sudo setcap cap_perfmon+ep \"$(command -v perf)\"  for perf%s",
            all ? "all processors" : "a program", most, is, most,
            all && is <= 2
                ? ", or\n  flamescope record -- COMMAND                  records one program"
                : "");
    if (!rights->may_all && is > 1)
        buf_printf(
            notes,
            "flamescope: kernel code is left out: kernel.perf_event_paranoid is %d (1 or lower shows it)\n",
            is);
    else if (rights->kptr_restrict > 1 || (rights->kptr_restrict == 1 && !rights->may_all))
        buf_printf(
            notes,
            "flamescope: kernel functions will have no names: kernel.kptr_restrict is %d (sudo sysctl kernel.kptr_restrict=0 gives them)\n",
            rights->kptr_restrict);
    return true;
}

static bool pid_is_there(const char *pid, Error *err) {
    for (Str rest = str_of(pid); rest.n;) {
        Str one = str_cut(&rest, ',');
        char path[64];
        int64_t n;
        if (!str_to_i64(one, &n) || n < 1)
            return error_set(err, ERROR_USAGE, "-p needs the number of a process, not %.*s",
                             (int)one.n, one.s);
        snprintf(path, sizeof path, "/proc/%lld", (long long)n);
        if (!file_is_folder(path))
            return error_set(err, ERROR_USAGE, "there is no process %lld", (long long)n);
    }
    return true;
}

bool record_check(const RecordWish *wish, Buf *notes, Error *err) {
    char perf[RECORD_PATH];
    RecordRights rights = {number_in("/proc/sys/kernel/perf_event_paranoid", INT_MIN),
                           number_in("/proc/sys/kernel/kptr_restrict", 0),
                           geteuid() == 0 || has_capability()};
    if (!process_find("perf", perf, sizeof perf))
        return error_set(
            err, ERROR_IO,
            "perf is not installed: it is in the package linux-perf (Debian), linux-tools-generic (Ubuntu), "
            "perf (Fedora, Arch)");
    rights.may_all = rights.may_all || file_has_capability(perf);
    if (wish->command && !process_find(wish->command[0], perf, sizeof perf) &&
        access(wish->command[0], X_OK) != 0)
        return error_set(err, ERROR_USAGE, "there is no program %s", wish->command[0]);
    return (!wish->pid || pid_is_there(wish->pid, err)) &&
           record_allowed(wish, &rights, notes, err);
}

/* ---- perf -------------------------------------------------------------------------------- */

/* Without a buffer perf writes each sample at once; with one, a program that works little would be
 * seen late. Few samples, or of few processors, cost next to nothing to write so. */
static bool unbuffered(const RecordWish *wish) {
    enum { WAKES_MOST = 4000 }; /* a second */
    return (uint64_t)wish->hertz * (wish->all_cpus ? thread_cpu_count() : 1) <= WAKES_MOST;
}

/* perf writes when half of a processor's ring is full: rings that are filled in half a second by
 * stacks of a kilobyte keep the window a quarter of a second behind. */
static uint32_t ring_pages(const RecordWish *wish) {
    uint32_t pages = RINGS_LEAST, hertz = wish->hertz;
    if (wish->callers && strncmp(wish->callers, "dwarf", 5) == 0)
        return RINGS_MOST; /* stacks of many kilobytes */
    while (pages < RINGS_MOST && pages * 4 < hertz / 2)
        pages *= 2;
    return pages;
}

static const char *text_of(Arena *arena, const char *format, double value) {
    char text[40];
    snprintf(text, sizeof text, format, value);
    return str_copy(arena, (Str){text, strlen(text) + 1}).s;
}

const char *const *record_arguments(const RecordWish *wish, Arena *arena) {
    uint32_t n = 0, extra = 0;
    while (wish->command && wish->command[extra])
        extra++;
    const char **argv = ARENA_ARRAY(arena, const char *, 24 + extra);
    argv[n++] = "perf";
    argv[n++] = "record";
    argv[n++] = wish->callers ? "--call-graph" : "-g";
    if (wish->callers)
        argv[n++] = wish->callers;
    argv[n++] = "-F";
    argv[n++] = text_of(arena, "%.0f", wish->hertz);
    argv[n++] = "-m";
    argv[n++] = text_of(arena, "%.0f", ring_pages(wish));
    if (unbuffered(wish))
        argv[n++] = "--no-buffering";
    argv[n++] = "-o";
    argv[n++] = "-";
    if (wish->builds)
        argv[n++] = "--buildid-mmap";
    if (wish->all_cpus)
        argv[n++] = "-a";
    if (wish->pid) {
        argv[n++] = "-p";
        argv[n++] = wish->pid;
    }
    if (wish->command || wish->seconds > 0)
        argv[n++] = "--";
    for (uint32_t i = 0; i < extra; i++)
        argv[n++] = wish->command[i];
    if (!wish->command && wish->seconds > 0) {
        argv[n++] = "sleep";
        argv[n++] = text_of(arena, "%.3f", wish->seconds);
    }
    return argv;
}

static void name_file(const RecordWish *wish, char path[RECORD_PATH]) {
    time_t now = time(NULL);
    struct tm local;
    if (wish->out)
        snprintf(path, RECORD_PATH, "%s", wish->out);
    else if (localtime_r(&now, &local))
        strftime(path, RECORD_PATH, "perf-%Y%m%d-%H%M%S.data", &local);
}

/* The number that stands there, of digits, and behind it. */
static uint64_t take_number(Str *text) {
    uint64_t n = 0;
    size_t i = 0;
    for (; i < text->n && i < 9 && text->s[i] >= '0' && text->s[i] <= '9'; i++)
        n = n * 10 + (uint64_t)(text->s[i] - '0');
    *text = str_slice(*text, i, text->n);
    return n;
}

/* Of "6.1.187" or "5.12-rc1"; nobody knows: false. */
static bool is_since(Str version, uint64_t major, uint64_t minor) {
    uint64_t is = take_number(&version);
    if (is != major || !str_starts(version, STR(".")))
        return is > major;
    version = str_slice(version, 1, version.n);
    return take_number(&version) >= minor;
}

bool record_knows_builds(Str perf_version, Str kernel_release) {
    Str before = STR("perf version ");
    return str_starts(perf_version, before) &&
           is_since(str_slice(perf_version, before.n, perf_version.n), 5, 12) &&
           is_since(kernel_release, 5, 12);
}

static bool knows_builds(void) {
    enum { PATIENCE_MS = 2000 };
    struct utsname kernel;
    Buf version = {0};
    bool knows =
        uname(&kernel) == 0 &&
        process_ask((const char *const[]){"perf", "version", NULL}, PATIENCE_MS, &version) &&
        record_knows_builds(buf_str(&version), str_of(kernel.release));
    buf_free(&version);
    return knows;
}

Process *record_start(const RecordWish *wish, char path[RECORD_PATH], Error *err) {
    Arena arena;
    RecordWish with = *wish;
    arena_init(&arena, 0);
    name_file(wish, path);
    with.builds = wish->builds || knows_builds();
    Process *p = process_start(record_arguments(&with, &arena), path,
                               wish->command ? KEEP_INPUT : KEEP_WORDS, err);
    arena_free(&arena);
    return p;
}

bool record_ended_well(int status, Str said, const char *path, Buf *words) {
    /* asked to stop, perf ends the command that it ran, and then as that did */
    bool well = status == 0 || status == 128 + SIGINT || status == 128 + SIGTERM;
    if (well) {
        buf_printf(words, "recorded into %s", path);
        return true;
    }
    buf_printf(words,
               said.n ? "perf ended with status %d" : "perf, or what it ran, ended with status %d",
               status);
    if (said.n)
        buf_printf(words, ": %.*s", (int)said.n, said.s);
    struct stat file;
    if (stat(path, &file) == 0 && file.st_size > 0)
        buf_printf(words, "; what came is in %s", path);
    return false;
}

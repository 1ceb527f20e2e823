#define _GNU_SOURCE 1 /* memfd_create, pipe2 */
#include "base/process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/str.h"

enum { WORDS = 4096, LOOK_AGAIN_MS = 5, PATIENCE_MS = 2000 };

struct Process {
    pid_t pid;
    int words_fd; /* a file without a name that holds its standard error; -1: not kept */
    bool ended;
    int status;
    char words[WORDS];
    Str last_line;
};

static int words_file(Error *err) {
    int fd = memfd_create("words", MFD_CLOEXEC);
    if (fd < 0)
        error_errno(err, "", "cannot keep what it says");
    return fd;
}

static int out_file(const char *out, Error *err) {
    int fd = open(out, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    if (fd < 0)
        error_errno(err, out, "cannot be written");
    return fd;
}

/* What its output and words become, -1: ours; its input is ours or nothing. */
typedef struct Ends {
    bool keeps_input;
    int out, words;
} Ends;

static void put_end(int fd, int as) {
    if (fd >= 0 && dup2(fd, as) < 0)
        _exit(127);
}

/* In the child: nothing but system calls, since other threads may have held any lock. It hears an
 * interrupt only from us: a terminal's Ctrl+C would reach both, and the window would close before
 * the last samples are written. And it is interrupted when we end, however that comes: else it
 * would record until the disk is full. */
static void become(const char *const argv[], const Ends *ends, pid_t parent, int report) {
    setpgid(0, 0);
#ifdef __linux__
    prctl(PR_SET_PDEATHSIG, SIGINT);
    if (getppid() != parent)
        _exit(127);
#else
    (void)parent;
#endif
    if (!ends->keeps_input)
        put_end(open("/dev/null", O_RDONLY | O_CLOEXEC), 0);
    put_end(ends->out, 1);
    put_end(ends->words, 2);
    execvp(argv[0], (char *const *)(uintptr_t)argv);
    int why = errno;
    ssize_t told = write(report, &why, sizeof why);
    _exit(told == sizeof why ? 127 : 126);
}

/* Why it could not be run, which it says before it is another program; 0: it is. */
static int failure_of(int report) {
    int why = 0;
    ssize_t n;
    do
        n = read(report, &why, sizeof why);
    while (n < 0 && errno == EINTR);
    return n == sizeof why ? why : 0;
}

static bool spawn(Process *p, const char *const argv[], const Ends *ends, Error *err) {
    int report[2];
    if (pipe2(report, O_CLOEXEC) != 0)
        return error_errno(err, argv[0], "cannot be run");
    pid_t self = getpid();
    p->pid = fork();
    if (p->pid == 0)
        become(argv, ends, self, report[1]);
    int failed = p->pid < 0 ? errno : 0;
    close(report[1]);
    if (!failed)
        failed = failure_of(report[0]);
    close(report[0]);
    if (failed && p->pid > 0)
        waitpid(p->pid, NULL, 0);
    if (!failed)
        return true;
    errno = failed;
    return error_errno(err, argv[0], "cannot be run");
}

static void close_fd(int fd) {
    if (fd >= 0)
        close(fd);
}

Process *process_start(const char *const argv[], const char *out, ProcessKeeps keeps, Error *err) {
    bool keep_words = keeps & KEEP_WORDS;
    int out_fd = -1, words_fd = keep_words ? words_file(err) : -1;
    if (keep_words && words_fd < 0)
        return NULL;
    if (out && (out_fd = out_file(out, err)) < 0) {
        close_fd(words_fd);
        return NULL;
    }
    Process *p = mem_resize(NULL, 0, sizeof *p);
    p->words_fd = words_fd;
    bool keeps_input = keeps & KEEP_INPUT && !isatty(0);
    bool ok = spawn(p, argv, &(Ends){keeps_input, out_fd, words_fd}, err);
    close_fd(out_fd);
    if (ok)
        return p;
    if (out)
        unlink(out);
    close_fd(words_fd);
    mem_resize(p, sizeof *p, 0);
    return NULL;
}

/* The end of what it said, without the line break. */
static void read_words(Process *p) {
    if (p->words_fd < 0)
        return;
    off_t size = lseek(p->words_fd, 0, SEEK_END);
    off_t from = size > WORDS ? size - WORDS : 0;
    ssize_t n = size > 0 ? pread(p->words_fd, p->words, WORDS, from) : 0;
    Str all = str_trim((Str){p->words, n > 0 ? (size_t)n : 0});
    size_t line = str_rfind_char(all, '\n');
    p->last_line = line < all.n ? str_slice(all, line + 1, all.n) : all;
}

static bool reap(Process *p, int flags) {
    int status;
    pid_t got;
    if (p->ended)
        return true;
    do
        got = waitpid(p->pid, &status, flags);
    while (got < 0 && errno == EINTR);
    if (got == 0)
        return false;
    p->ended = true;
    p->status = got < 0 ? 127 : WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
    read_words(p);
    return true;
}

bool process_running(Process *p) {
    return !reap(p, WNOHANG);
}

void process_interrupt(Process *p) {
    if (!reap(p, WNOHANG))
        kill(p->pid, SIGINT);
}

bool process_wait(Process *p, int timeout_ms) {
    for (; !reap(p, WNOHANG); timeout_ms -= LOOK_AGAIN_MS) {
        if (timeout_ms <= 0)
            return false;
        poll(NULL, 0, LOOK_AGAIN_MS);
    }
    return true;
}

int process_status(const Process *p) {
    return p->status;
}

Str process_words(const Process *p) {
    return p->last_line;
}

void process_free(Process *p) {
    if (!p)
        return;
    process_interrupt(p);
    if (!process_wait(p, PATIENCE_MS)) {
        kill(p->pid, SIGKILL);
        reap(p, 0);
    }
    close_fd(p->words_fd);
    mem_resize(p, sizeof *p, 0);
}

bool process_ask(const char *const argv[], int timeout_ms, Buf *line) {
    int fd = words_file(NULL);
    if (fd < 0)
        return false;
    Process *p = mem_resize(NULL, 0, sizeof *p);
    p->words_fd = fd;
    if (!spawn(p, argv, &(Ends){false, fd, fd}, NULL)) {
        close_fd(fd);
        mem_resize(p, sizeof *p, 0);
        return false;
    }
    bool ok = process_wait(p, timeout_ms) && process_status(p) == 0;
    if (ok)
        buf_put(line, process_words(p));
    process_free(p);
    return ok;
}

bool process_find(const char *name, char *out, size_t cap) {
    const char *path = getenv("PATH");
    Str rest = str_of(path && path[0] ? path : "/usr/bin:/bin");
    while (rest.n) {
        Str folder = str_cut(&rest, ':');
        snprintf(out, cap, "%.*s/%s", (int)folder.n, folder.s, name);
        if (folder.n && access(out, X_OK) == 0)
            return true;
    }
    return false;
}

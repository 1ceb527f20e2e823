#include "base/process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/str.h"

extern char **environ;

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
    FILE *f = tmpfile();
    int fd = f ? fcntl(fileno(f), F_DUPFD_CLOEXEC, 3) : -1;
    if (f)
        fclose(f);
    if (fd < 0)
        error_errno(err, "", "cannot make a temporary file");
    return fd;
}

static int out_file(const char *out, Error *err) {
    int fd = open(out, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    if (fd < 0)
        error_errno(err, out, "cannot be written");
    return fd;
}

/* The child hears an interrupt only from us: a terminal's Ctrl+C would reach both, and the window
 * would close before the last samples are written. */
static bool spawn(Process *p, const char *const argv[], int out_fd, Error *err) {
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attr;
    posix_spawn_file_actions_init(&files);
    posix_spawnattr_init(&attr);
    posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETPGROUP);
    posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
    if (out_fd >= 0)
        posix_spawn_file_actions_adddup2(&files, out_fd, 1);
    if (p->words_fd >= 0)
        posix_spawn_file_actions_adddup2(&files, p->words_fd, 2);
    int failed =
        posix_spawnp(&p->pid, argv[0], &files, &attr, (char *const *)(uintptr_t)argv, environ);
    posix_spawnattr_destroy(&attr);
    posix_spawn_file_actions_destroy(&files);
    if (!failed)
        return true;
    errno = failed;
    return error_errno(err, argv[0], "cannot be run");
}

static void close_fd(int fd) {
    if (fd >= 0)
        close(fd);
}

Process *process_start(const char *const argv[], const char *out, bool keep_words, Error *err) {
    int out_fd = -1, words_fd = keep_words ? words_file(err) : -1;
    if (keep_words && words_fd < 0)
        return NULL;
    if (out && (out_fd = out_file(out, err)) < 0) {
        close_fd(words_fd);
        return NULL;
    }
    Process *p = mem_resize(NULL, 0, sizeof *p);
    p->words_fd = words_fd;
    bool ok = spawn(p, argv, out_fd, err);
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
    if (!spawn(p, argv, fd, NULL)) {
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

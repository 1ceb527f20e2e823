/* For memfd_create. */
#define _GNU_SOURCE
#include "base/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"

/* An error of our own about a file; error_errno has the system's. */
static bool refuse(Error *err, ErrorKind kind, const char *path, const char *why) {
    if (err && err->kind == ERROR_NONE) {
        error_set(err, kind, "%s", why);
        snprintf(err->file, sizeof err->file, "%s", path);
    }
    return false;
}

static int64_t stat_modified_ns(const struct stat *st) {
    return (int64_t)st->st_mtim.tv_sec * 1000000000 + st->st_mtim.tv_nsec;
}

/* ---- what the program brings along ---- */

static struct {
    const char *name;
    const void *bytes;
    size_t n;
} provided;

void file_provide(const char *name, const void *bytes, size_t n) {
    provided.name = name;
    provided.bytes = bytes;
    provided.n = n;
}

bool file_is_provided(const char *path) {
    return provided.name && !strcmp(path, provided.name);
}

/* Readers want a file with a place in it: this one has no name and lies in memory. */
static int open_provided(void) {
    int fd = memfd_create("flamescope", MFD_CLOEXEC);
    size_t done = 0;
    while (fd >= 0 && done < provided.n) {
        ssize_t n = pwrite(fd, (const char *)provided.bytes + done, provided.n - done, (off_t)done);
        if (n <= 0 && errno != EINTR) {
            close(fd);
            return -1;
        }
        done += n > 0 ? (size_t)n : 0;
    }
    return fd;
}

/* Not blocking, for who opens a FIFO would wait for its writer, and then as any other is read. */
static int open_to_read(const char *path) {
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    int flags = fd < 0 ? -1 : fcntl(fd, F_GETFL);
    if (flags >= 0)
        fcntl(fd, F_SETFL, flags & ~O_NONBLOCK);
    return fd;
}

bool file_open(File *f, const char *path, Error *err) {
    *f = (File){.fd = -1, .size = -1};
    if (strlen(path) >= sizeof f->path)
        return refuse(err, ERROR_USAGE, path, "the path is too long");
    memcpy(f->path, path, strlen(path) + 1);
    int fd = STDIN_FILENO;
    if (strcmp(path, "-") != 0) {
        fd = file_is_provided(path) ? open_provided() : open_to_read(path);
        if (fd == STDIN_FILENO) { /* whoever started us closed stdin; keep 0 for "-" alone */
            fd = fcntl(fd, F_DUPFD_CLOEXEC, 3);
            close(STDIN_FILENO);
        }
        if (fd < 0)
            return error_errno(err, path, "cannot open");
    }
    struct stat st;
    if (fstat(fd, &st) != 0) {
        error_errno(err, path, "cannot open");
        f->fd = fd;
        file_close(f);
        return false;
    }
    f->fd = fd;
    if (S_ISDIR(st.st_mode)) {
        file_close(f);
        return refuse(err, ERROR_USAGE, path, "this is a folder");
    }
    f->unwritten = S_ISFIFO(st.st_mode) && fd != STDIN_FILENO;
    if (S_ISREG(st.st_mode)) {
        f->seekable = true;
        f->size = st.st_size;
        posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
    }
    return true;
}

void file_close(File *f) {
    if (f->fd > STDIN_FILENO)
        close(f->fd);
    f->fd = -1;
}

int64_t file_read_some(File *f, void *out, size_t n, Error *err) {
    if (n > SSIZE_MAX)
        n = SSIZE_MAX;
    if (f->unwritten)
        file_wait(f, -1);
    f->unwritten = false;
    for (;;) {
        ssize_t got = read(f->fd, out, n);
        if (got >= 0)
            return got;
        if (errno != EINTR) {
            error_errno(err, f->path, "cannot read");
            return -1;
        }
    }
}

int64_t file_read(File *f, void *out, size_t n, Error *err) {
    size_t have = 0;
    while (have < n) {
        int64_t got = file_read_some(f, (char *)out + have, n - have, err);
        if (got < 0)
            return -1;
        if (got == 0)
            break;
        have += (size_t)got;
    }
    return (int64_t)have;
}

int64_t file_pread(File *f, void *out, size_t n, int64_t offset, Error *err) {
    size_t have = 0;
    while (have < n) {
        ssize_t got = pread(f->fd, (char *)out + have, n - have, offset + (int64_t)have);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0) {
            error_errno(err, f->path, "cannot read");
            return -1;
        }
        if (got == 0)
            break;
        have += (size_t)got;
    }
    return (int64_t)have;
}

bool file_wait(File *f, int timeout_ms) {
    int64_t until = clock_now_ns() + (int64_t)timeout_ms * 1000000;
    struct pollfd p = {.fd = f->fd, .events = POLLIN};
    for (;;) {
        int n = poll(&p, 1, timeout_ms);
        if (n >= 0)
            return n > 0;
        if (errno != EINTR)
            return true; /* let the read say what is wrong */
        if (timeout_ms > 0) {
            int64_t left = (until - clock_now_ns()) / 1000000;
            timeout_ms = left > 0 ? (int)left : 0;
        }
    }
}

bool file_read_all(const char *path, Buf *out, size_t limit, Error *err) {
    File f;
    if (!file_open(&f, path, err))
        return false;
    size_t before = out->n;
    /* one byte beyond the expected size, so that the end is seen without growing */
    size_t step = f.size > 0 && (uint64_t)f.size < limit ? (size_t)f.size + 1 : 64 << 10;
    bool ok = true;
    for (;;) {
        int64_t got = file_read_some(&f, buf_reserve(out, step), step, err);
        if (got <= 0) {
            ok = got == 0;
            break;
        }
        out->n += (size_t)got;
        if (out->n - before > limit) {
            char why[64];
            snprintf(why, sizeof why, "larger than %zu bytes", limit);
            ok = refuse(err, ERROR_LIMIT, path, why);
            break;
        }
        if (step > 64 << 10)
            step = 64 << 10;
    }
    file_close(&f);
    if (!ok)
        out->n = before;
    if (out->s)
        out->s[out->n] = 0;
    return ok;
}

static bool write_fd(int fd, Str bytes) {
    for (size_t done = 0; done < bytes.n;) {
        ssize_t n = write(fd, bytes.s + done, bytes.n - done);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return false;
        done += (size_t)n;
    }
    return true;
}

/* Devices and pipes cannot be replaced, only written to. */
static bool write_into(const char *path, Str bytes, Error *err) {
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    bool ok = fd >= 0 && write_fd(fd, bytes);
    if (!ok)
        error_errno(err, path, "cannot write");
    if (fd >= 0 && close(fd) != 0 && ok)
        ok = error_errno(err, path, "cannot write");
    return ok;
}

static bool write_beside(const char *target, const char *path, mode_t mode, Str bytes, Error *err) {
    char beside[PATH_MAX + 32];
    int fd = -1;
    for (unsigned attempt = 0; fd < 0 && attempt < 100; attempt++) {
        snprintf(beside, sizeof beside, "%s.%ld-%u~", target, (long)getpid(), attempt);
        fd = open(beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (fd < 0 && errno != EEXIST)
            break;
    }
    if (fd < 0)
        return error_errno(err, path, "cannot write");
    bool ok = (mode == 0 || fchmod(fd, mode & 07777) == 0) && write_fd(fd, bytes) && fsync(fd) == 0;
    if (!ok)
        error_errno(err, path, "cannot write");
    if (close(fd) != 0 && ok)
        ok = error_errno(err, path, "cannot write");
    if (ok && rename(beside, target) != 0)
        ok = error_errno(err, path, "cannot write");
    if (!ok)
        unlink(beside);
    return ok;
}

bool file_write_all(const char *path, Str bytes, Error *err) {
    if (strcmp(path, "-") == 0)
        return write_fd(STDOUT_FILENO, bytes) || error_errno(err, path, "cannot write");
    struct stat st;
    if (stat(path, &st) != 0)
        return write_beside(path, path, 0, bytes, err);
    if (S_ISDIR(st.st_mode))
        return refuse(err, ERROR_USAGE, path, "this is a folder");
    if (!S_ISREG(st.st_mode))
        return write_into(path, bytes, err);
    char target[PATH_MAX]; /* behind a link, so that the link stays one */
    if (!realpath(path, target))
        return error_errno(err, path, "cannot write");
    return write_beside(target, path, st.st_mode, bytes, err);
}

bool file_make_folder(const char *path, Error *err) {
    if (mkdir(path, 0777) == 0 || file_is_folder(path))
        return true;
    return error_errno(err, path, "cannot make this folder");
}

bool file_exists(const char *path) {
    struct stat st;
    return stat(path, &st) == 0;
}

bool file_is_folder(const char *path) {
    struct stat st;
    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

bool file_is_plain(const char *path) {
    struct stat st;
    return stat(path, &st) == 0 && S_ISREG(st.st_mode);
}

bool file_same(const char *a, const char *b) {
    struct stat of_a, of_b;
    return strcmp(a, "-") != 0 && strcmp(b, "-") != 0 && stat(a, &of_a) == 0 &&
           stat(b, &of_b) == 0 && of_a.st_dev == of_b.st_dev && of_a.st_ino == of_b.st_ino &&
           S_ISREG(of_a.st_mode);
}

bool file_stat(const char *path, FileEntry *out) {
    struct stat st;
    if (stat(path, &st) != 0)
        return false;
    *out = (FileEntry){path, S_ISDIR(st.st_mode), st.st_size, stat_modified_ns(&st)};
    return true;
}

static int entry_cmp(const void *pa, const void *pb) {
    const FileEntry *a = pa, *b = pb;
    if (a->is_folder != b->is_folder)
        return a->is_folder ? -1 : 1;
    bool a_up = strcmp(a->name, "..") == 0, b_up = strcmp(b->name, "..") == 0;
    return a_up != b_up ? (a_up ? -1 : 1) : strcmp(a->name, b->name);
}

bool folder_list(const char *path, Arena *arena, FileEntry **entries, size_t *count, Error *err) {
    DIR *dir = opendir(path);
    if (!dir)
        return error_errno(err, path, "cannot open the folder");
    FileEntry *list = NULL;
    size_t n = 0, cap = 0;
    for (struct dirent *d; (d = readdir(dir));) {
        struct stat st;
        if (d->d_name[0] == '.' && strcmp(d->d_name, "..") != 0)
            continue;
        if (fstatat(dirfd(dir), d->d_name, &st, 0) != 0)
            continue; /* a link to nowhere, or gone meanwhile */
        if (n == cap) {
            size_t more = cap ? cap * 2 : 64;
            list = mem_resize(list, cap * sizeof *list, more * sizeof *list);
            cap = more;
        }
        list[n++] = (FileEntry){str_copy(arena, str_of(d->d_name)).s, S_ISDIR(st.st_mode),
                                st.st_size, stat_modified_ns(&st)};
    }
    closedir(dir);
    if (n)
        qsort(list, n, sizeof *list, entry_cmp);
    *entries = ARENA_ARRAY(arena, FileEntry, n);
    *count = n;
    if (n)
        memcpy(*entries, list, n * sizeof *list);
    mem_resize(list, cap * sizeof *list, 0);
    return true;
}

void file_program_folder(char *out, size_t cap) {
    char path[PATH_MAX];
    ssize_t n = readlink("/proc/self/exe", path, sizeof path - 1);
    path[n > 0 ? n : 0] = 0;
    char *slash = strrchr(path, '/');
    if (slash)
        slash[slash == path ? 1 : 0] = 0; /* "/" itself keeps its slash */
    snprintf(out, cap, "%s", slash ? path : "");
}

const char *path_name(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

void path_join(char *out, size_t cap, const char *folder, const char *name) {
    size_t n = strlen(folder);
    if (n == 0 || name[0] == '/')
        snprintf(out, cap, "%s", name);
    else
        snprintf(out, cap, "%s%s%s", folder, folder[n - 1] == '/' ? "" : "/", name);
}

void path_absolute(char *out, size_t cap, const char *path) {
    char whole[PATH_MAX], cwd[PATH_MAX];
    if (strcmp(path, "-") == 0)
        snprintf(out, cap, "-");
    else if (realpath(path, whole))
        snprintf(out, cap, "%s", whole);
    else
        path_join(out, cap, getcwd(cwd, sizeof cwd) ? cwd : "", path);
}

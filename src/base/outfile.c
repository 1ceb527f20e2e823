#define _GNU_SOURCE 1
#include "base/outfile.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool trouble(const OutFile *f, Error *err) {
    return error_errno(err, f->path, "cannot write");
}

static bool write_all_at(int fd, int64_t offset, Str bytes) {
    for (size_t done = 0; done < bytes.n;) {
        ssize_t n = pwrite(fd, bytes.s + done, bytes.n - done, (off_t)(offset + (int64_t)done));
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0) {
            errno = n ? errno : ENOSPC;
            return false;
        }
        done += (size_t)n;
    }
    return true;
}

static void folder_of(const char *path, char *out, size_t cap) {
    const char *slash = strrchr(path, '/');
    int n = slash ? (int)(slash - path) : 0;
    snprintf(out, cap, "%.*s", slash ? (n ? n : 1) : 1, slash ? path : ".");
}

/* A file that has no name yet, and can be given one. */
static int nameless(const char *path) {
#ifdef O_TMPFILE
    char folder[1024];
    folder_of(path, folder, sizeof folder);
    if (access("/proc/self/fd", X_OK) == 0)
        return open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0666);
#endif
    errno = ENOTSUP;
    return -1;
}

/* A name beside `target` that nothing has; made by `make`, which returns -1 with EEXIST if so.
 */
static int beside(const char *target, char *out, size_t cap, int (*make)(int fd, const char *),
                  int fd) {
    int made = -1;
    errno = EEXIST;
    for (unsigned i = 0; made < 0 && errno == EEXIST && i < 100; i++) {
        if ((size_t)snprintf(out, cap, "%s.%ld-%u~", target, (long)getpid(), i) >= cap) {
            errno = ENAMETOOLONG;
            return -1;
        }
        made = make(fd, out);
    }
    return made;
}

static int make_new(int fd, const char *name) {
    (void)fd;
    return open(name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
}

static int make_link(int fd, const char *name) {
    char self[64];
    snprintf(self, sizeof self, "/proc/self/fd/%d", fd);
    return linkat(AT_FDCWD, self, AT_FDCWD, name, AT_SYMLINK_FOLLOW);
}

bool out_open(OutFile *f, const char *path, Error *err) {
    struct stat st;
    char whole[PATH_MAX];
    *f = (OutFile){.fd = -1};
    snprintf(f->path, sizeof f->path, "%s", path);
    bool exists = stat(path, &st) == 0;
    if (exists && !S_ISREG(st.st_mode))
        return error_set(err, ERROR_USAGE, "cannot write %s: this is no ordinary file", path);
    const char *target = exists && realpath(path, whole) ? whole : path;
    if (strlen(target) >= sizeof f->target) {
        errno = ENAMETOOLONG;
        return trouble(f, err);
    }
    memcpy(f->target, target, strlen(target) + 1);
    f->fd = nameless(f->target);
    if (f->fd < 0) {
        f->fd = beside(f->target, f->beside, sizeof f->beside, make_new, -1);
        f->named = f->fd >= 0;
    }
    if (f->fd < 0)
        return trouble(f, err);
    if (exists && fchmod(f->fd, st.st_mode & 07777) != 0) {
        trouble(f, err);
        out_abandon(f);
        return false;
    }
    return true;
}

bool out_append(OutFile *f, Str bytes, Error *err) {
    if (!write_all_at(f->fd, f->size, bytes))
        return trouble(f, err);
    f->size += (int64_t)bytes.n;
    return true;
}

bool out_write_at(OutFile *f, int64_t offset, Str bytes, Error *err) {
    return write_all_at(f->fd, offset, bytes) || trouble(f, err);
}

bool out_commit(OutFile *f, bool durable, Error *err) {
    bool ok = !durable || fsync(f->fd) == 0;
    if (ok && !f->named) {
        ok = beside(f->target, f->beside, sizeof f->beside, make_link, f->fd) == 0;
        f->named = ok;
    }
    ok = ok && rename(f->beside, f->target) == 0;
    if (ok) {
        f->named = false;
        ok = close(f->fd) == 0; /* where a disk across the network tells that it is full */
        f->fd = -1;
    }
    if (!ok)
        trouble(f, err);
    out_abandon(f);
    return ok;
}

void out_abandon(OutFile *f) {
    if (f->named)
        unlink(f->beside);
    if (f->fd >= 0)
        close(f->fd);
    f->fd = -1;
    f->named = false;
}

int scratch_open(const char *path, Error *err) {
    char name[1100];
    int fd = nameless(path);
    if (fd < 0) {
        fd = beside(path, name, sizeof name, make_new, -1);
        if (fd >= 0)
            unlink(name);
    }
    if (fd < 0)
        error_errno(err, path, "cannot write beside it");
    return fd;
}

void scratch_close(int fd) {
    if (fd >= 0)
        close(fd);
}

bool scratch_write_at(int fd, int64_t offset, Str bytes, Error *err) {
    return write_all_at(fd, offset, bytes) ||
           error_errno(err, "", "cannot keep samples beside the output");
}

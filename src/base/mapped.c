#include "base/mapped.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

bool map_open(Mapped *m, const char *path, Error *err) {
    struct stat st;
    *m = (Mapped){.bytes = {"", 0}};
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &st) != 0) {
        error_errno(err, path, "cannot open");
        if (fd >= 0)
            close(fd);
        return false;
    }
    bool ok = S_ISREG(st.st_mode) && (uint64_t)st.st_size < SIZE_MAX / 2;
    if (!ok)
        error_set(err, ERROR_USAGE, "%s cannot be mapped into memory", path);
    if (ok && st.st_size > 0) {
        void *p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_SHARED, fd, 0);
        ok = p != MAP_FAILED;
        if (ok)
            *m = (Mapped){.bytes = {p, (size_t)st.st_size}, .is_file = true};
        else
            error_errno(err, path, "cannot map into memory");
    }
    close(fd);
    return ok;
}

void map_close(Mapped *m) {
    if (m->is_file)
        munmap((void *)(uintptr_t)m->bytes.s, m->bytes.n);
    *m = (Mapped){.bytes = {"", 0}};
}

void map_prefetch(const Mapped *m, uint64_t from, uint64_t n) {
    uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
    if (!m->is_file || from >= m->bytes.n)
        return;
    uint64_t start = from / page * page, end = from + n < m->bytes.n ? from + n : m->bytes.n;
    posix_madvise((void *)(uintptr_t)(m->bytes.s + start), (size_t)(end - start),
                  POSIX_MADV_WILLNEED);
}

bool file_head(const char *path, void *out, size_t n) {
    struct stat st;
    /* looked at first: to open a named pipe and close it again would end its writer */
    if (stat(path, &st) != 0 || !S_ISREG(st.st_mode))
        return false;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    bool ok = fd >= 0 && pread(fd, out, n, 0) == (ssize_t)n;
    if (fd >= 0)
        close(fd);
    return ok;
}

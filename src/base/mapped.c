/* DESIGN
 * Reading a page that its file no longer has is answered with SIGBUS, in whatever thread reads.
 * The handler finds the mapping among those that are watched, puts zero pages in the place of
 * all from there to its end (what is behind a lost page is lost, too, and one call does not use
 * up the mappings that a process may have), notes it, and the read goes on. A fault anywhere else
 * is left to whoever handled the signal before. Watches are plain atomics, as a handler must not
 * wait for a lock. */
#include "base/mapped.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

typedef struct Watch {
    atomic_bool taken, lost;
    atomic_uintptr_t from, end; /* end 0: not watched now */
} Watch;

static Watch watches[MAP_WATCHED];
static struct sigaction before;
static uintptr_t page_bytes;

/* By the bare system call where its form is the same everywhere: ThreadSanitizer takes mmap for a
 * write to what other threads may be reading, and readers do not mind this one. */
static bool put_zeros(uintptr_t at, size_t n) {
    enum { HOW = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED };
#ifdef __LP64__
    return syscall(SYS_mmap, at, n, PROT_READ, HOW, -1, 0) == (long)at;
#else
    return mmap((void *)at, n, PROT_READ, HOW, -1, 0) != MAP_FAILED;
#endif
}

static void page_gone(int sig, siginfo_t *info, void *context) {
    (void)context;
    int kept = errno;
    uintptr_t at = (uintptr_t)info->si_addr & ~(page_bytes - 1);
    for (int i = 0; i < MAP_WATCHED; i++) {
        uintptr_t from = atomic_load(&watches[i].from), end = atomic_load(&watches[i].end);
        if (at < from || at >= end)
            continue;
        if (!put_zeros(at, end - at))
            break;
        atomic_store(&watches[i].lost, true);
        errno = kept;
        return;
    }
    sigaction(sig, &before, NULL); /* the read is tried again, and fails there */
    errno = kept;
}

/* With each mapping anew, should somebody else have taken the signal meanwhile. */
static void handle_faults(void) {
    struct sigaction now;
    sigaction(SIGBUS, NULL, &now);
    if (now.sa_flags & SA_SIGINFO && now.sa_sigaction == page_gone)
        return;
    before = now;
    page_bytes = (uintptr_t)sysconf(_SC_PAGESIZE);
    struct sigaction action = {.sa_sigaction = page_gone, .sa_flags = SA_SIGINFO};
    sigemptyset(&action.sa_mask);
    sigaction(SIGBUS, &action, NULL);
}

static void watch(Mapped *m) {
    handle_faults();
    for (uint32_t i = 0; i < MAP_WATCHED; i++) {
        if (atomic_exchange(&watches[i].taken, true))
            continue;
        atomic_store(&watches[i].lost, false);
        atomic_store(&watches[i].from, (uintptr_t)m->bytes.s);
        atomic_store(&watches[i].end, (uintptr_t)m->bytes.s + m->bytes.n);
        m->watch = i + 1;
        return;
    }
}

static void unwatch(Mapped *m) {
    if (!m->watch)
        return;
    atomic_store(&watches[m->watch - 1].end, 0);
    atomic_store(&watches[m->watch - 1].taken, false);
}

/* The rest of a page in which a file now ends reads as zeros without a fault. */
bool map_lost(const Mapped *m) {
    struct stat st;
    if (m->watch && atomic_load(&watches[m->watch - 1].lost))
        return true;
    return m->is_file && fstat(m->fd, &st) == 0 && (uint64_t)st.st_size < m->bytes.n;
}

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
        if (ok) {
            *m = (Mapped){.bytes = {p, (size_t)st.st_size}, .is_file = true, .fd = fd};
            watch(m);
            return true;
        }
        error_errno(err, path, "cannot map into memory");
    }
    close(fd);
    return ok;
}

void map_close(Mapped *m) {
    if (m->is_file) {
        unwatch(m);
        munmap((void *)(uintptr_t)m->bytes.s, m->bytes.n);
        close(m->fd);
    }
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

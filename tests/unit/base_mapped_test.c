/* A file that is cut short while it is mapped reads on as zeros, and says so. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/jobs.h"
#include "base/mapped.h"

enum { PAGES = 64, KEPT = 5, READERS = 8 };

static size_t page;

static void make_file(char *path, size_t cap, size_t pages) {
    const char *folder = getenv("TMPDIR");
    snprintf(path, cap, "%s/flamescope-mapped-XXXXXX", folder ? folder : P_tmpdir);
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    char *bytes = malloc(page);
    for (size_t i = 0; i < pages; i++) {
        memset(bytes, (int)(i % 250 + 1), page);
        assert_true(write(fd, bytes, page) == (ssize_t)page);
    }
    free(bytes);
    close(fd);
}

/* Byte by byte, so that no page is passed over. */
static void expect_pages(Str bytes, size_t kept) {
    for (size_t i = 0; i < bytes.n; i += 61) {
        uint8_t want = i / page < kept ? (uint8_t)(i / page % 250 + 1) : 0;
        if ((uint8_t)bytes.s[i] != want)
            fail_msg("byte %zu is %u instead of %u", i, (uint8_t)bytes.s[i], want);
    }
}

static void what_was_cut_off_is_zeros(void **state) {
    (void)state;
    char path[512], other_path[512];
    Mapped m, other;
    make_file(path, sizeof path, PAGES);
    make_file(other_path, sizeof other_path, PAGES);
    assert_true(map_open(&m, path, NULL) && map_open(&other, other_path, NULL));
    expect_pages(m.bytes, PAGES);
    assert_false(map_lost(&m));
    assert_int_equal(truncate(path, (off_t)(KEPT * page)), 0);
    assert_true(map_lost(&m));                        /* before anybody has read it */
    assert_int_equal(m.bytes.s[page * PAGES - 1], 0); /* from the end: a second fault follows */
    assert_true(map_lost(&m));
    expect_pages(m.bytes, KEPT);
    expect_pages(other.bytes, PAGES);
    assert_false(map_lost(&other));
    map_close(&m);
    assert_false(map_lost(&m));
    map_close(&other);
    unlink(path);
    unlink(other_path);
}

/* Within its last page a file can shrink without a fault. */
static void a_byte_less_is_noticed(void **state) {
    (void)state;
    char path[512];
    Mapped m;
    make_file(path, sizeof path, 2);
    assert_true(map_open(&m, path, NULL));
    assert_int_equal(truncate(path, (off_t)(2 * page - 1)), 0);
    assert_true(map_lost(&m));
    map_close(&m);
    unlink(path);
}

typedef struct Reader {
    Str bytes;
    JobTicket ticket;
    uint64_t sum;
} Reader;

static void read_all(void *arg, uint32_t worker) {
    (void)worker;
    Reader *r = arg;
    for (size_t i = 0; i < r->bytes.n; i += 61)
        r->sum += (uint8_t)r->bytes.s[i];
}

static void many_may_meet_it_at_once(void **state) {
    (void)state;
    char path[512];
    Jobs *jobs = jobs_new(READERS);
    for (int round = 0; round < 20; round++) {
        Mapped m;
        make_file(path, sizeof path, PAGES);
        assert_true(map_open(&m, path, NULL));
        assert_int_equal(truncate(path, (off_t)(KEPT * page)), 0);
        Reader reader[READERS] = {0};
        for (int i = 0; i < READERS; i++) {
            reader[i].bytes = m.bytes;
            jobs_submit(jobs, JOB_PARSE, read_all, &reader[i], &reader[i].ticket);
        }
        for (int i = 0; i < READERS; i++) {
            jobs_wait(jobs, &reader[i].ticket);
            assert_true(reader[i].sum == reader[0].sum);
        }
        assert_true(map_lost(&m));
        map_close(&m);
        unlink(path);
    }
    jobs_free(jobs);
}

static void more_than_are_watched_can_be_open(void **state) {
    (void)state;
    char path[512];
    Mapped m[MAP_WATCHED + 2];
    make_file(path, sizeof path, 1);
    for (int round = 0; round < 3; round++) {
        for (size_t i = 0; i < sizeof m / sizeof *m; i++) {
            assert_true(map_open(&m[i], path, NULL));
            assert_int_equal(m[i].watch != 0, i < MAP_WATCHED);
        }
        for (size_t i = 0; i < sizeof m / sizeof *m; i++) {
            expect_pages(m[i].bytes, 1);
            assert_false(map_lost(&m[i]));
            map_close(&m[i]);
        }
    }
    unlink(path);
}

/* The handler leaves alone what is not its own. */
static void other_faults_still_end_the_process(void **state) {
    (void)state;
    char path[512];
    Mapped m;
    make_file(path, sizeof path, 2);
    signal(SIGBUS, SIG_DFL); /* neither cmocka's nor a sanitizer's */
    assert_true(map_open(&m, path, NULL));
    FILE *f = fopen(path, "r");
    volatile char *own = mmap(NULL, 2 * page, PROT_READ, MAP_SHARED, fileno(f), 0);
    assert_true(own != MAP_FAILED);
    assert_int_equal(truncate(path, 0), 0);
    pid_t child = fork();
    if (child == 0)
        _exit(own[page]);
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGBUS);
    assert_int_equal(m.bytes.s[0], 0);
    assert_true(map_lost(&m));
    munmap((void *)(uintptr_t)own, 2 * page);
    fclose(f);
    map_close(&m);
    unlink(path);
}

int main(void) {
    page = (size_t)sysconf(_SC_PAGESIZE);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_cut_off_is_zeros),
        cmocka_unit_test(a_byte_less_is_noticed),
        cmocka_unit_test(many_may_meet_it_at_once),
        cmocka_unit_test(more_than_are_watched_can_be_open),
        cmocka_unit_test(other_faults_still_end_the_process),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* file, error, log, clock */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"

static char folder[512];

static const char *in_folder(const char *name) {
    static char path[4][1024];
    static int next;
    char *p = path[next++ & 3];
    path_join(p, sizeof path[0], folder, name);
    return p;
}

static int make_folder(void **state) {
    (void)state;
    const char *base = getenv("TMPDIR");
    snprintf(folder, sizeof folder, "%s/base-file-XXXXXX", base && *base ? base : P_tmpdir);
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state) {
    (void)state;
    static const char *const names[] = {"a", "b", "link", "nowhere", "zsub", "fifo", ".hidden"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        remove(in_folder(names[i]));
    return rmdir(folder);
}

static void writes_and_reads_back(void **state) {
    (void)state;
    static const size_t sizes[] = {0, 1, 63, 64, 70000, 300000};
    for (size_t r = 0; r < sizeof sizes / sizeof sizes[0]; r++) {
        Buf in = {0}, out = {0};
        Error err = {0};
        for (size_t i = 0; i < sizes[r]; i++)
            buf_putc(&in, (char)(i * 31 >> 3));
        buf_puts(&out, "before");
        assert_true(file_write_all(in_folder("a"), buf_str(&in), &err));
        assert_true(file_read_all(in_folder("a"), &out, sizes[r], &err));
        assert_int_equal(out.n, sizes[r] + 6);
        assert_int_equal(out.s[out.n], 0);
        assert_true(str_eq(str_slice(buf_str(&out), 6, out.n), buf_str(&in)));
        if (sizes[r]) {
            assert_false(file_read_all(in_folder("a"), &out, sizes[r] - 1, &err));
            assert_int_equal(err.kind, ERROR_LIMIT);
            assert_int_equal(out.n, sizes[r] + 6); /* as it was */
        }
        buf_free(&in);
        buf_free(&out);
    }
}

static void replacing_keeps_mode_and_link(void **state) {
    (void)state;
    Error err = {0};
    struct stat st;
    assert_true(file_write_all(in_folder("a"), STR("one"), &err));
    assert_int_equal(chmod(in_folder("a"), 0640), 0);
    assert_int_equal(symlink("a", in_folder("link")), 0);
    assert_true(file_write_all(in_folder("link"), STR("two"), &err));
    assert_int_equal(lstat(in_folder("link"), &st), 0);
    assert_true(S_ISLNK(st.st_mode));
    assert_int_equal(stat(in_folder("a"), &st), 0);
    assert_int_equal(st.st_mode & 0777, 0640);
    assert_int_equal(st.st_size, 3);
    Arena arena;
    arena_init(&arena, 0);
    FileEntry *entries;
    size_t n;
    assert_true(folder_list(folder, &arena, &entries, &n, &err));
    assert_int_equal(n, 3); /* "..", "a", "link": nothing was left beside them */
    arena_free(&arena);
    remove(in_folder("link"));
}

static void reads_pieces(void **state) {
    (void)state;
    File f;
    Error err = {0};
    char room[16] = {0};
    assert_true(file_write_all(in_folder("a"), STR("0123456789"), &err));
    assert_true(file_open(&f, in_folder("a"), &err));
    assert_true(f.seekable);
    assert_int_equal(f.size, 10);
    assert_int_equal(file_read(&f, room, 4, &err), 4);
    assert_memory_equal(room, "0123", 4);
    assert_int_equal(file_pread(&f, room, 4, 8, &err), 2);
    assert_memory_equal(room, "89", 2);
    assert_int_equal(file_pread(&f, room, 4, 10, &err), 0);
    assert_int_equal(file_read(&f, room, 16, &err), 6); /* pread did not move it */
    assert_memory_equal(room, "456789", 6);
    assert_true(file_wait(&f, 0));
    file_close(&f);
    file_close(&f); /* harmless */
}

static void pipes_wait_and_end(void **state) {
    (void)state;
    File f;
    Error err = {0};
    char room[64];
    assert_int_equal(mkfifo(in_folder("fifo"), 0600), 0);
    int both = open(in_folder("fifo"), O_RDWR); /* so that neither open below blocks */
    int writer = open(in_folder("fifo"), O_WRONLY);
    assert_true(both >= 0 && writer >= 0);
    assert_true(file_open(&f, in_folder("fifo"), &err));
    close(both);
    assert_false(f.seekable);
    assert_int_equal(f.size, -1);
    assert_false(file_wait(&f, 1));
    assert_int_equal(write(writer, "abc", 3), 3);
    assert_true(file_wait(&f, 1000));
    assert_int_equal(file_read_some(&f, room, sizeof room, &err), 3); /* does not wait for 64 */
    assert_int_equal(write(writer, "defg", 4), 4);
    close(writer);
    assert_int_equal(file_read(&f, room, sizeof room, &err), 4);
    assert_true(file_wait(&f, 1000)); /* the end can be read */
    assert_int_equal(file_read_some(&f, room, sizeof room, &err), 0);
    file_close(&f);
    assert_int_equal(err.kind, ERROR_NONE);
}

/* Its writer is waited for by reading, not by opening; and one that came and went wrote nothing. */
static void a_pipe_without_a_writer_is_opened(void **state) {
    (void)state;
    File f;
    Error err = {0};
    char room[8];
    remove(in_folder("fifo"));
    assert_int_equal(mkfifo(in_folder("fifo"), 0600), 0);
    assert_true(file_open(&f, in_folder("fifo"), &err));
    assert_int_equal(fcntl(f.fd, F_GETFL) & O_NONBLOCK, 0);
    assert_false(file_wait(&f, 1));
    int writer = open(in_folder("fifo"), O_WRONLY);
    assert_true(writer >= 0);
    assert_false(file_wait(&f, 1));
    assert_int_equal(write(writer, "abc", 3), 3);
    assert_int_equal(file_read_some(&f, room, sizeof room, &err), 3);
    close(writer);
    assert_int_equal(file_read_some(&f, room, sizeof room, &err), 0);
    file_close(&f);
    assert_true(file_open(&f, in_folder("fifo"), &err));
    close(open(in_folder("fifo"), O_WRONLY));
    assert_true(file_wait(&f, 1000));
    assert_int_equal(file_read_some(&f, room, sizeof room, &err), 0);
    file_close(&f);
}

static void dash_is_standard_input(void **state) {
    (void)state;
    Error err = {0};
    assert_true(file_write_all(in_folder("b"), STR("from stdin"), &err));
    int saved = dup(STDIN_FILENO), fd = open(in_folder("b"), O_RDONLY);
    assert_true(saved >= 0 && fd >= 0);
    dup2(fd, STDIN_FILENO);
    close(fd);
    Buf out = {0};
    bool ok = file_read_all("-", &out, 100, &err);
    bool still_open = fcntl(STDIN_FILENO, F_GETFD) >= 0;
    dup2(saved, STDIN_FILENO);
    close(saved);
    assert_true(ok && still_open);
    assert_string_equal(out.s, "from stdin");
    buf_free(&out);
}

static void dash_is_standard_output(void **state) {
    (void)state;
    Error err = {0};
    fflush(stdout);
    int saved = dup(STDOUT_FILENO);
    int fd = open(in_folder("b"), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    assert_true(saved >= 0 && fd >= 0);
    dup2(fd, STDOUT_FILENO);
    close(fd);
    bool ok = file_write_all("-", STR("to stdout"), &err);
    dup2(saved, STDOUT_FILENO);
    close(saved);
    assert_true(ok);
    Buf out = {0};
    assert_true(file_read_all(in_folder("b"), &out, 100, &err));
    assert_string_equal(out.s, "to stdout");
    buf_free(&out);
}

static void refusals_say_why(void **state) {
    (void)state;
    static char long_path[2000];
    memset(long_path, 'x', sizeof long_path - 1);
    const struct {
        const char *path;
        ErrorKind kind;
        const char *word;
    } rows[] = {{in_folder("absent"), ERROR_IO, "No such file"},
                {folder, ERROR_USAGE, "folder"},
                {long_path, ERROR_USAGE, "too long"}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        File f;
        Error err = {0};
        assert_false(file_open(&f, rows[i].path, &err));
        assert_int_equal(err.kind, rows[i].kind);
        assert_non_null(strstr(err.message, rows[i].word));
        assert_memory_equal(err.file, rows[i].path, strnlen(err.file, sizeof err.file));
        assert_true(err.file[0] && err.offset == -1);
        file_close(&f);
        assert_false(file_open(&f, rows[i].path, NULL));
    }
    Error err = {0};
    assert_false(file_write_all(in_folder("absent/file"), STR("x"), &err));
    assert_int_equal(err.kind, ERROR_IO);
    err = (Error){0};
    assert_false(file_write_all(folder, STR("x"), &err));
    assert_int_equal(err.kind, ERROR_USAGE);
    assert_true(file_write_all("/dev/null", STR("x"), NULL));
    assert_true(file_exists("/dev/null"));
}

static void folders_are_listed_in_order(void **state) {
    (void)state;
    Error err = {0};
    assert_true(file_write_all(in_folder("a"), STR("123"), &err));
    assert_true(file_write_all(in_folder("b"), STR(""), &err));
    assert_true(file_write_all(in_folder(".hidden"), STR(""), &err));
    assert_int_equal(mkdir(in_folder("zsub"), 0700), 0);
    assert_int_equal(symlink("gone", in_folder("nowhere")), 0);
    remove(in_folder("fifo"));
    Arena arena;
    arena_init(&arena, 0);
    FileEntry *e;
    size_t n;
    static const char *const expected[] = {"..", "zsub", "a", "b"};
    assert_true(folder_list(folder, &arena, &e, &n, &err));
    assert_int_equal(n, 4);
    for (size_t i = 0; i < n; i++) {
        assert_string_equal(e[i].name, expected[i]);
        assert_int_equal(e[i].is_folder, i < 2);
        assert_true(e[i].modified_ns > 0);
    }
    assert_int_equal(e[2].size, 3);
    assert_false(folder_list(in_folder("absent"), &arena, &e, &n, &err));
    assert_int_equal(err.kind, ERROR_IO);
    FileEntry one;
    assert_true(file_stat(in_folder("zsub"), &one));
    assert_true(one.is_folder && file_is_folder(in_folder("zsub")));
    assert_false(file_stat(in_folder("absent"), &one));
    assert_false(file_exists(in_folder("nowhere")));
    arena_free(&arena);
}

static void paths(void **state) {
    (void)state;
    static const struct {
        const char *folder, *name, *expected;
    } rows[] = {
        {"a", "b", "a/b"}, {"a/", "b", "a/b"}, {"", "b", "b"}, {"/", "b", "/b"}, {"a", "/b", "/b"}};
    char out[4096];
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        path_join(out, sizeof out, rows[i].folder, rows[i].name);
        assert_string_equal(out, rows[i].expected);
    }
    assert_string_equal(path_name("/x/y.txt"), "y.txt");
    assert_string_equal(path_name("y.txt"), "y.txt");
    path_absolute(out, sizeof out, "not there");
    assert_int_equal(out[0], '/');
    assert_string_equal(path_name(out), "not there");
    path_absolute(out, sizeof out, "-");
    assert_string_equal(out, "-");
    file_program_folder(out, sizeof out);
    assert_true(file_is_folder(out));
    path_join(out, 4, "abc", "def"); /* cut, not overrun */
    assert_string_equal(out, "abc");
}

static void first_error_stays(void **state) {
    (void)state;
    Error err = {0};
    assert_false(error_set(&err, ERROR_FORMAT, "line %d", 3));
    assert_false(error_set(&err, ERROR_IO, "later"));
    assert_int_equal(err.kind, ERROR_FORMAT);
    assert_string_equal(err.message, "line 3");
    assert_false(error_set(NULL, ERROR_IO, "nobody listens"));
    Error io = {0};
    errno = ENOENT;
    assert_false(error_errno(&io, "some/file", "cannot open"));
    assert_string_equal(io.message, "cannot open: No such file or directory");
    assert_string_equal(io.file, "some/file");
}

static void log_ring_keeps_the_last(void **state) {
    (void)state;
    static LogEntry entries[LOG_RING + 10];
    uint64_t seen = 0;
    char text[400];
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = 0;
    assert_int_equal(log_read(&seen, entries, 4), 0);
    log_line(LOG_DEBUG, "test", "value %d", 1);
    log_line(LOG_INFO, "test", "%s", text);
    assert_int_equal(log_read(&seen, entries, 4), 2);
    assert_string_equal(entries[0].text, "test: value 1");
    assert_int_equal(entries[0].level, LOG_DEBUG);
    assert_true(entries[0].time_ns > 0 && entries[0].time_ns <= entries[1].time_ns);
    assert_int_equal(strlen(entries[1].text), LOG_LINE_MAX - 1);
    assert_int_equal(log_read(&seen, entries, 4), 0);
    for (int i = 0; i < LOG_RING + 50; i++)
        log_line(LOG_INFO, "test", "%d", i);
    assert_int_equal(log_read(&seen, entries, LOG_RING + 10), LOG_RING);
    assert_string_equal(entries[0].text, "test: 50");
    assert_int_equal(log_read(&seen, entries, 1), 0);
}

static void clocks_go_forward(void **state) {
    (void)state;
    int64_t start = clock_process_start_ns(), now = clock_now_ns();
    assert_true(start <= now);
    assert_true(now - start < 3600ll * 1000000000); /* this test was not started an hour ago */
    int64_t thread = clock_thread_cpu_ns(), process = clock_process_cpu_ns();
    volatile uint64_t sum = 0;
    for (uint64_t i = 0; i < 1000000; i++)
        sum += i;
    assert_true(clock_thread_cpu_ns() > thread);
    assert_true(sum > 0);
    assert_true(clock_process_cpu_ns() > process);
    assert_true(clock_now_ns() > now);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_and_reads_back),
        cmocka_unit_test(replacing_keeps_mode_and_link),
        cmocka_unit_test(reads_pieces),
        cmocka_unit_test(pipes_wait_and_end),
        cmocka_unit_test(a_pipe_without_a_writer_is_opened),
        cmocka_unit_test(dash_is_standard_input),
        cmocka_unit_test(dash_is_standard_output),
        cmocka_unit_test(refusals_say_why),
        cmocka_unit_test(folders_are_listed_in_order),
        cmocka_unit_test(paths),
        cmocka_unit_test(first_error_stays),
        cmocka_unit_test(log_ring_keeps_the_last),
        cmocka_unit_test(clocks_go_forward),
    };
    return cmocka_run_group_tests_name("base/file", tests, make_folder, remove_folder);
}

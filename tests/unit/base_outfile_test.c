#include <dirent.h>
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

#include "base/column.h"
#include "base/file.h"
#include "base/mapped.h"
#include "base/outfile.h"

static char folder[] = "base_outfile_test.XXXXXX";

static int enter(void **state) {
    (void)state;
    strcpy(folder + strlen(folder) - 6, "XXXXXX");
    return mkdtemp(folder) && chdir(folder) == 0 ? 0 : -1;
}

static uint32_t files_here(void) {
    uint32_t n = 0;
    DIR *dir = opendir(".");
    for (struct dirent *d; (d = readdir(dir));)
        n += d->d_name[0] != '.';
    closedir(dir);
    return n;
}

static int leave(void **state) {
    (void)state;
    unlink("out");
    unlink("link");
    return chdir("..") == 0 && rmdir(folder) == 0 ? 0 : -1;
}

static void assert_holds(const char *path, const char *text) {
    Buf got = {0};
    assert_true(file_read_all(path, &got, 1 << 20, NULL));
    assert_string_equal(got.s ? got.s : "", text);
    buf_free(&got);
}

static void it_is_there_when_whole_and_not_before(void **state) {
    (void)state;
    OutFile f;
    for (int durable = 0; durable < 2; durable++) {
        assert_true(out_open(&f, "out", NULL));
        assert_true(out_append(&f, STR("one, "), NULL));
        assert_true(out_append(&f, STR("two"), NULL));
        assert_true(out_write_at(&f, 0, STR("One"), NULL));
        assert_true(f.size == 8);
        if (durable)
            assert_holds("out", "One, two"); /* of the round before */
        else
            assert_false(file_exists("out"));
        assert_true(out_commit(&f, durable, NULL));
        assert_holds("out", "One, two");
        assert_int_equal(files_here(), 1);
    }
}

static void giving_up_leaves_what_was_there(void **state) {
    (void)state;
    OutFile f;
    assert_true(out_open(&f, "out", NULL));
    assert_true(out_append(&f, STR("new"), NULL));
    out_abandon(&f);
    assert_int_equal(files_here(), 0);
    assert_true(file_write_all("out", STR("old"), NULL));
    assert_true(out_open(&f, "out", NULL));
    assert_true(out_append(&f, STR("new"), NULL));
    out_abandon(&f);
    assert_holds("out", "old");
    assert_int_equal(files_here(), 1);
}

static void links_and_modes_stay(void **state) {
    (void)state;
    struct stat st;
    OutFile f;
    assert_true(file_write_all("out", STR("old"), NULL));
    assert_int_equal(chmod("out", 0640), 0);
    assert_int_equal(symlink("out", "link"), 0);
    assert_true(out_open(&f, "link", NULL));
    assert_true(out_append(&f, STR("new"), NULL));
    assert_true(out_commit(&f, false, NULL));
    assert_holds("out", "new");
    assert_true(lstat("link", &st) == 0 && S_ISLNK(st.st_mode));
    assert_true(stat("out", &st) == 0 && (st.st_mode & 07777) == 0640);
}

static void what_cannot_be_replaced_is_refused(void **state) {
    (void)state;
    static const char *const path[] = {".", "/dev/null", "nowhere/out"};
    for (size_t i = 0; i < sizeof path / sizeof path[0]; i++) {
        OutFile f;
        Error err = {0};
        assert_false(out_open(&f, path[i], &err));
        assert_true(err.message[0]);
    }
    assert_int_equal(files_here(), 0);
}

static void mapped_files_and_heads(void **state) {
    (void)state;
    Mapped m;
    char head[4];
    Error err = {0};
    assert_true(file_write_all("out", STR("abcdef"), NULL));
    assert_true(map_open(&m, "out", NULL));
    assert_true(str_eq_c(m.bytes, "abcdef"));
    map_prefetch(&m, 2, 100);
    map_prefetch(&m, 100, 2);
    map_close(&m);
    assert_true(file_head("out", head, 4));
    assert_memory_equal(head, "abcd", 4);
    assert_false(file_head(".", head, 4));
    assert_false(file_head("/dev/null", head, 4));
    assert_true(file_write_all("out", STR(""), NULL));
    assert_false(file_head("out", head, 4));
    assert_true(map_open(&m, "out", NULL));
    assert_true(m.bytes.n == 0);
    map_close(&m);
    assert_false(map_open(&m, "/dev/null", &err));
    assert_false(map_open(&m, "nothing", NULL));
}

/* ---- columns over such files ---------------------------------------------------------------
 */

static void a_borrowed_column_can_grow(void **state) {
    (void)state;
    static uint32_t item[1000];
    for (uint32_t i = 0; i < 1000; i++)
        item[i] = i * 3;
    for (uint64_t n = 0; n <= 1000; n += n < 70 ? 1 : 61) {
        Column c;
        column_init(&c, sizeof(uint32_t), 4);
        column_borrow(&c, item, n);
        column_own_tail(&c);
        for (uint64_t i = n; i < 1100; i++) {
            uint32_t *p = column_push(&c);
            assert_int_equal(*p, 0);
            *p = (uint32_t)i * 3;
        }
        for (uint64_t i = 0; i < 1100; i++)
            assert_int_equal(COLUMN_AT(&c, uint32_t, i), i * 3);
        column_free(&c);
    }
    for (uint32_t i = 0; i < 1000; i++)
        assert_int_equal(item[i], i * 3); /* nothing was written into it */
}

static void pages_that_were_let_go_come_back(void **state) {
    (void)state;
    enum { ITEMS = 300000, BASE = 4096 * 8 };
    Column c;
    int fd = scratch_open("out", NULL);
    assert_true(fd >= 0);
    assert_int_equal(files_here(), 0);
    column_init(&c, sizeof(uint64_t), 12);
    for (uint64_t i = 0, n, done = 0; i < ITEMS; i++) {
        COLUMN_PUSH(&c, uint64_t) = i * i;
        if (i % 65536 != 65535 - 4096)
            continue;
        for (; done <= i; done += n) {
            const char *p = column_span(&c, done, i + 1, &n);
            assert_true(scratch_write_at(fd, BASE + (int64_t)done * 8, (Str){p, n * 8}, NULL));
        }
        assert_true(column_map_over(&c, i + 1 < 65536 ? 0 : i + 1 - 65536, i + 1, fd, BASE));
        column_let_go(&c, i + 1, BASE);
    }
    scratch_close(fd);
    COLUMN_AT(&c, uint64_t, 77777) = 5; /* still ours to change */
    column_let_go(&c, 258048, BASE);
    for (uint64_t i = 0; i < ITEMS; i++)
        assert_true(COLUMN_AT(&c, uint64_t, i) == (i == 77777 ? 5 : i * i));
    column_free(&c);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(it_is_there_when_whole_and_not_before, enter, leave),
        cmocka_unit_test_setup_teardown(giving_up_leaves_what_was_there, enter, leave),
        cmocka_unit_test_setup_teardown(links_and_modes_stay, enter, leave),
        cmocka_unit_test_setup_teardown(what_cannot_be_replaced_is_refused, enter, leave),
        cmocka_unit_test_setup_teardown(mapped_files_and_heads, enter, leave),
        cmocka_unit_test(a_borrowed_column_can_grow),
        cmocka_unit_test_setup_teardown(pages_that_were_let_go_come_back, enter, leave),
    };
    return cmocka_run_group_tests_name("base_outfile", tests, NULL, NULL);
}

/* Programs run beside this one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"
#include "base/process.h"

static char folder[] = "/tmp/flamescope-process-XXXXXX";

static const char *in_folder(const char *name) {
    static char path[256];
    path_join(path, sizeof path, folder, name);
    return path;
}

static int make_folder(void **state) {
    (void)state;
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state) {
    (void)state;
    unlink(in_folder("out"));
    return rmdir(folder);
}

static Process *shell(const char *script, const char *out) {
    Error err = {0};
    Process *p = process_start((const char *const[]){"sh", "-c", script, NULL}, out, true, &err);
    assert_non_null(p);
    return p;
}

static void output_goes_to_a_new_file(void **state) {
    (void)state;
    Buf text = {0};
    Error err = {0};
    Process *p = shell("echo made; echo first >&2; echo last >&2; exit 3", in_folder("out"));
    assert_true(process_wait(p, 10000));
    assert_int_equal(process_status(p), 3);
    assert_true(str_eq(process_words(p), STR("last")));
    assert_true(file_read_all(in_folder("out"), &text, 100, NULL));
    assert_true(str_eq(buf_str(&text), STR("made\n")));
    process_free(p);
    /* what is there is not written over */
    assert_null(process_start((const char *const[]){"true", NULL}, in_folder("out"), true, &err));
    assert_non_null(strstr(err.message, "cannot be written"));
    buf_free(&text);
}

static void a_question_and_its_answer(void **state) {
    (void)state;
    Buf line = {0};
    assert_true(
        process_ask((const char *const[]){"sh", "-c", "echo a; echo b 1", NULL}, 10000, &line));
    assert_true(str_eq(buf_str(&line), STR("b 1")));
    buf_clear(&line);
    assert_false(
        process_ask((const char *const[]){"sh", "-c", "echo a; exit 1", NULL}, 10000, &line));
    assert_false(process_ask((const char *const[]){"sleep", "10", NULL}, 20, &line));
    assert_false(process_ask((const char *const[]){"no-such-program-at-all", NULL}, 10000, &line));
    assert_int_equal(line.n, 0);
    buf_free(&line);
}

static void an_argument_is_an_argument(void **state) {
    (void)state;
    Error err = {0};
    Buf text = {0};
    unlink(in_folder("out"));
    Process *p = process_start((const char *const[]){"echo", "a b; $HOME `true` *", NULL},
                               in_folder("out"), true, &err);
    assert_true(process_wait(p, 10000));
    assert_true(file_read_all(in_folder("out"), &text, 100, NULL));
    assert_true(str_eq(buf_str(&text), STR("a b; $HOME `true` *\n")));
    process_free(p);
    buf_free(&text);
}

static void an_interrupt_ends_it(void **state) {
    (void)state;
    Process *p = shell("exec sleep 100", NULL);
    assert_true(process_running(p));
    assert_false(process_wait(p, 20));
    process_interrupt(p);
    assert_true(process_wait(p, 10000));
    assert_int_equal(process_status(p), 128 + 2);
    process_interrupt(p); /* nobody is there any more: no matter */
    process_free(p);
}

static void what_does_not_listen_is_ended(void **state) {
    (void)state;
    Process *p = shell("trap '' INT; echo ready >&2; while :; do sleep 0.05; done", NULL);
    usleep(200000);
    process_free(p);
}

static void a_missing_program_is_told(void **state) {
    (void)state;
    char path[256];
    Error err = {0};
    unlink(in_folder("out"));
    assert_null(process_start((const char *const[]){"no-such-program-at-all", NULL},
                              in_folder("out"), true, &err));
    assert_non_null(strstr(err.message, "cannot be run"));
    assert_false(file_exists(in_folder("out")));
    assert_true(process_find("sh", path, sizeof path));
    assert_true(file_exists(path));
    assert_false(process_find("no-such-program-at-all", path, sizeof path));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(output_goes_to_a_new_file),
        cmocka_unit_test(a_question_and_its_answer),
        cmocka_unit_test(an_argument_is_an_argument),
        cmocka_unit_test(an_interrupt_ends_it),
        cmocka_unit_test(what_does_not_listen_is_ended),
        cmocka_unit_test(a_missing_program_is_told),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}

/* Programs run beside this one. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
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
    Process *p =
        process_start((const char *const[]){"sh", "-c", script, NULL}, out, KEEP_WORDS, &err);
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
    assert_null(
        process_start((const char *const[]){"true", NULL}, in_folder("out"), KEEP_WORDS, &err));
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
                               in_folder("out"), KEEP_WORDS, &err);
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
                              in_folder("out"), KEEP_WORDS, &err));
    assert_non_null(strstr(err.message, "cannot be run"));
    assert_false(file_exists(in_folder("out")));
    assert_true(process_find("sh", path, sizeof path));
    assert_true(file_exists(path));
    assert_false(process_find("no-such-program-at-all", path, sizeof path));
}

/* Whoever started it is killed, which nobody can prepare for: it is interrupted all the same. */
static void it_does_not_outlive_us(void **state) {
    (void)state;
    char text[200];
    int said[2];
    assert_int_equal(pipe(said), 0);
    pid_t starter = fork();
    if (starter == 0) {
        snprintf(text, sizeof text,
                 "trap 'echo interrupted >&%d; exit' INT; echo ready >&%d; "
                 "while :; do sleep 0.05; done",
                 said[1], said[1]);
        process_start((const char *const[]){"sh", "-c", text, NULL}, NULL, KEEP_NOTHING, NULL);
        pause();
    }
    close(said[1]);
    FILE *f = fdopen(said[0], "r");
    assert_non_null(fgets(text, sizeof text, f));
    assert_string_equal(text, "ready\n");
    kill(starter, SIGKILL);
    waitpid(starter, NULL, 0);
    assert_non_null(fgets(text, sizeof text, f)); /* its end of the pipe closes when it is gone */
    assert_string_equal(text, "interrupted\n");
    fclose(f);
}

static void its_input_may_be_ours(void **state) {
    (void)state;
    static const ProcessKeeps keeps[] = {KEEP_NOTHING, KEEP_INPUT};
    for (int i = 0; i < 2; i++) {
        Buf text = {0};
        Error err = {0};
        int in[2], was = dup(0);
        unlink(in_folder("out"));
        assert_int_equal(pipe(in), 0);
        assert_int_equal(write(in[1], "ours\n", 5), 5);
        close(in[1]);
        dup2(in[0], 0);
        close(in[0]);
        Process *p =
            process_start((const char *const[]){"cat", NULL}, in_folder("out"), keeps[i], &err);
        dup2(was, 0);
        close(was);
        assert_non_null(p);
        assert_true(process_wait(p, 10000));
        assert_true(file_read_all(in_folder("out"), &text, 100, NULL));
        assert_true(str_eq(buf_str(&text), i ? STR("ours\n") : STR("")));
        process_free(p);
        buf_free(&text);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(output_goes_to_a_new_file),
        cmocka_unit_test(a_question_and_its_answer),
        cmocka_unit_test(an_argument_is_an_argument),
        cmocka_unit_test(an_interrupt_ends_it),
        cmocka_unit_test(what_does_not_listen_is_ended),
        cmocka_unit_test(a_missing_program_is_told),
        cmocka_unit_test(its_input_may_be_ours),
        cmocka_unit_test(it_does_not_outlive_us),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}

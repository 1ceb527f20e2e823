/* Files that grow while they are read, and ends that are said rather than met. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "ingest/loader.h"
#include "unit/ingest_helper.h"

static const uint32_t workers[] = {0, 1, 3};

typedef struct Rig {
    Dict dict;
    Profile profile;
    Jobs *jobs;
    Loader *loader;
} Rig;

static void rig_open(Rig *r, uint32_t n, const LoadOptions *options) {
    Error err = {0};
    dict_init(&r->dict);
    profile_init(&r->profile, &r->dict);
    r->jobs = jobs_new(n);
    r->loader = loader_start(r->jobs, &r->profile, options, &err);
    assert_non_null(r->loader);
}

static void rig_free(Rig *r) {
    loader_free(r->loader);
    jobs_free(r->jobs);
    profile_free(&r->profile);
    dict_free(&r->dict);
}

/* What is written to ends[1] is what it reads. */
static void rig_open_pipe(Rig *r, uint32_t n, int ends[2]) {
    char path[64];
    assert_int_equal(pipe(ends), 0);
    snprintf(path, sizeof path, "/dev/fd/%d", ends[0]);
    rig_open(r, n, &(LoadOptions){.path = path});
}

static void append(const char *path, const char *text, size_t n) {
    int fd = open(path, O_WRONLY | O_APPEND);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, n), n);
    close(fd);
}

/* Until there are so many samples; a second is plenty for what takes milliseconds. */
static uint64_t wait_for(Rig *r, uint64_t samples) {
    for (int i = 0; i < 2000 && profile_view(&r->profile).samples < samples; i++) {
        loader_step(r->loader);
        usleep(1000);
    }
    return profile_view(&r->profile).samples;
}

static LoadState end(Rig *r) {
    LoadStatus status;
    loader_status(r->loader, &status);
    assert_int_equal(status.state, LOAD_RUNNING);
    assert_int_equal(status.size, -1);
    loader_end(r->loader);
    loader_wait(r->loader);
    loader_status(r->loader, &status);
    return status.state;
}

static const char one[] = "a 1 1.000000: cycles: \n\t  1 f (/bin/a)\n\n";
static const char two[] =
    "a 1 2.000000: cycles: \n\t  1 f (/bin/a)\n\na 1 3.000000: cycles: \n\t  1 g";
static const char three[] = " (/bin/a)\n\n";

static void a_file_is_followed_as_it_grows(void **state) {
    (void)state;
    for (size_t w = 0; w < sizeof workers / sizeof *workers; w++) {
        Rig r;
        const char *path = temp_file(STR(""));
        rig_open(&r, workers[w], &(LoadOptions){.path = path, .follow = true});
        assert_int_equal(wait_for(&r, 0), 0);
        append(path, one, 5); /* not even a line */
        append(path, one + 5, sizeof one - 6);
        append(path, two, sizeof two - 1);
        assert_int_equal(wait_for(&r, 2), 2);
        append(path, three, sizeof three - 1);
        append(path, one, sizeof one - 1);
        assert_true(wait_for(&r, 3) >= 3);
        assert_int_equal(end(&r), LOAD_DONE);
        assert_int_equal(profile_view(&r.profile).samples, 4);
        assert_int_equal(profile_view(&r.profile).complaints, 0);
        rig_free(&r);
        temp_remove();
    }
}

static void what_was_written_before_the_end_is_read(void **state) {
    (void)state;
    for (size_t w = 0; w < sizeof workers / sizeof *workers; w++) {
        Rig r;
        const char *path = temp_file((Str){one, sizeof one - 1});
        rig_open(&r, workers[w], &(LoadOptions){.path = path, .follow = true});
        for (int i = 0; i < 5000; i++)
            append(path, one, sizeof one - 1);
        assert_int_equal(end(&r), LOAD_DONE);
        assert_int_equal(profile_view(&r.profile).samples, 5001);
        rig_free(&r);
        temp_remove();
    }
}

static void a_file_that_shrinks_is_told(void **state) {
    (void)state;
    Rig r;
    const char *path = temp_file((Str){two, sizeof two - 1});
    append(path, three, sizeof three - 1);
    rig_open(&r, 1, &(LoadOptions){.path = path, .follow = true});
    assert_true(wait_for(&r, 1) >= 1);
    usleep(50000); /* it has met the end */
    assert_int_equal(truncate(path, 10), 0);
    loader_wait(r.loader);
    LoadStatus status;
    loader_status(r.loader, &status);
    assert_int_equal(status.state, LOAD_DONE);
    const Complaint *c = &r.profile.complaints.of[COMPLAINT_TRUNCATED];
    assert_int_equal(c->count, 1);
    assert_non_null(strstr(c->example[0].excerpt, "shorter"));
    rig_free(&r);
    temp_remove();
}

/* As logs are rotated: what the old file still got is read, and then it is said. */
static void a_file_that_is_replaced_is_told(void **state) {
    static const char utf16[] = "\xff\xfe"
                                "a\0;\0b\0 \0001\0\n\0";
    (void)state;
    for (int i = 0; i < 2; i++) {
        Rig r;
        char path[512], old[520];
        Str text = i ? (Str){utf16, sizeof utf16 - 1} : (Str){one, sizeof one - 1};
        snprintf(path, sizeof path, "%s", temp_file(text));
        snprintf(old, sizeof old, "%s.old", path);
        rig_open(&r, 1, &(LoadOptions){.path = path, .follow = true});
        usleep(50000);
        assert_int_equal(rename(path, old), 0);
        usleep(50000); /* its name is gone: it may still grow */
        append(old, i ? "" : one, i ? 0 : sizeof one - 1);
        int fd = open(path, O_WRONLY | O_CREAT, 0600);
        assert_true(fd >= 0);
        close(fd);
        loader_wait(r.loader);
        LoadStatus status;
        loader_status(r.loader, &status);
        assert_int_equal(status.state, LOAD_DONE);
        assert_int_equal(profile_view(&r.profile).samples, i ? 1 : 2);
        const Complaint *c = &r.profile.complaints.of[COMPLAINT_TRUNCATED];
        assert_int_equal(c->count, 1);
        assert_non_null(strstr(c->example[0].excerpt, "replaced"));
        rig_free(&r);
        remove(old);
        temp_remove();
    }
}

/* Also of what a pipe holds when it is stopped: it was written before. */
static void what_a_pipe_holds_is_read(void **state) {
    (void)state;
    for (int i = 0; i < 20; i++) {
        int ends[2];
        Rig r;
        rig_open_pipe(&r, 1, ends);
        for (int k = 0; k < 1000; k++)
            assert_int_equal(write(ends[1], one, sizeof one - 1), sizeof one - 1);
        assert_int_equal(end(&r), LOAD_DONE);
        assert_int_equal(profile_view(&r.profile).samples, 1000);
        rig_free(&r);
        close(ends[0]);
        close(ends[1]);
    }
}

/* A format of lines that one parser reads: what came is shown though nothing follows. */
static void what_came_is_shown_while_a_pipe_is_silent(void **state) {
    static const char drop[] = "a \n\t            7f01 f (/bin/a)\n\n";
    (void)state;
    int ends[2];
    Rig r;
    rig_open_pipe(&r, 1, ends);
    for (int k = 0; k < 5000; k++) /* enough to tell the format */
        assert_int_equal(write(ends[1], drop, sizeof drop - 1), sizeof drop - 1);
    assert_int_equal(wait_for(&r, 5000), 5000);
    assert_int_equal(end(&r), LOAD_DONE);
    assert_int_equal(profile_view(&r.profile).samples, 5000);
    rig_free(&r);
    close(ends[0]);
    close(ends[1]);
}

static void a_followed_file_can_be_cancelled(void **state) {
    (void)state;
    for (size_t w = 0; w < sizeof workers / sizeof *workers; w++) {
        Rig r;
        const char *path = temp_file(STR(""));
        rig_open(&r, workers[w], &(LoadOptions){.path = path, .follow = true});
        rig_free(&r);
        temp_remove();
    }
}

/* A parser that reads everything itself waits for bytes in the middle of a file. */
static void a_silent_pipe_can_be_cancelled_in_any_format(void **state) {
    static const char *const begins[] = {
        "{\"traceEvents\": [{\"ph\": \"B\", \"ts\": 1, \"pid\": 1, \"tid\": 1, \"name\": \"f\"},",
        "a;b 1\na;c 2\n",
        "{\"nodes\": [{\"id\": 1, \"callFrame\": {\"functionName\": \"f\"}}], \"startTime\": 1,",
    };
    (void)state;
    for (size_t i = 0; i < sizeof begins / sizeof *begins; i++) {
        int ends[2];
        Rig r;
        rig_open_pipe(&r, 2, ends);
        assert_int_equal(write(ends[1], begins[i], strlen(begins[i])), strlen(begins[i]));
        usleep(100000); /* it reads, and waits */
        rig_free(&r);
        close(ends[0]);
        close(ends[1]);
    }
}

/* A FIFO is opened before anybody writes to it, and nobody has to. */
static void a_pipe_waits_for_its_writer(void **state) {
    (void)state;
    for (size_t w = 0; w < sizeof workers / sizeof *workers; w++) {
        for (int i = 0; i < 3; i++) {
            Rig r;
            char path[512];
            snprintf(path, sizeof path, "%s", temp_file(STR("")));
            assert_int_equal(remove(path), 0);
            assert_int_equal(mkfifo(path, 0600), 0);
            rig_open(&r, workers[w], &(LoadOptions){.path = path});
            usleep(30000);
            LoadStatus status;
            loader_step(r.loader);
            loader_status(r.loader, &status);
            assert_int_equal(status.state, LOAD_RUNNING);
            if (i == 0) {
                append(path, one, sizeof one - 1);
                loader_wait(r.loader);
                assert_int_equal(profile_view(&r.profile).samples, 1);
            } else if (i == 1) {
                assert_int_equal(end(&r), LOAD_FAILED);
            }
            rig_free(&r);
            temp_remove();
        }
    }
}

static void a_silent_pipe_can_be_ended(void **state) {
    (void)state;
    int ends[2];
    Rig r;
    rig_open_pipe(&r, 2, ends);
    assert_int_equal(write(ends[1], one, sizeof one - 1), sizeof one - 1);
    assert_int_equal(write(ends[1], two, sizeof two - 1), sizeof two - 1);
    assert_true(wait_for(&r, 2) >= 2);
    assert_int_equal(end(&r), LOAD_DONE);
    rig_free(&r);
    close(ends[0]);
    close(ends[1]);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_is_followed_as_it_grows),
        cmocka_unit_test(what_was_written_before_the_end_is_read),
        cmocka_unit_test(a_file_that_shrinks_is_told),
        cmocka_unit_test(a_file_that_is_replaced_is_told),
        cmocka_unit_test(what_a_pipe_holds_is_read),
        cmocka_unit_test(what_came_is_shown_while_a_pipe_is_silent),
        cmocka_unit_test(a_followed_file_can_be_cancelled),
        cmocka_unit_test(a_pipe_waits_for_its_writer),
        cmocka_unit_test(a_silent_pipe_can_be_ended),
        cmocka_unit_test(a_silent_pipe_can_be_cancelled_in_any_format),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

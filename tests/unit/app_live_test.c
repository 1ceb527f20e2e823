/* What goes on while samples arrive: pausing, and what a recording needs and runs. */
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "app/record.h"
#include "app/session.h"

static const char sample[] = "a 1 %d.000000: cycles: \n\t  1 f (/bin/a)\n\n";

static void say(int fd, int from, int to) {
    for (int i = from; i < to; i++)
        dprintf(fd, sample, i);
}

static uint64_t wait_for(Session *s, uint64_t samples) {
    for (int i = 0; i < 2000 && s->slot[0].view.samples < samples; i++) {
        session_poll(s, i * 1000000);
        usleep(1000);
    }
    return s->slot[0].view.samples;
}

static void while_paused_samples_arrive_unseen(void **state) {
    (void)state;
    int end[2];
    char path[64];
    Session s;
    assert_int_equal(pipe(end), 0);
    snprintf(path, sizeof path, "/dev/fd/%d", end[0]);
    session_init(&s, 2, 0);
    assert_true(session_open(&s, 0, path, NULL));
    assert_true(session_live(&s));
    say(end[1], 1, 10);
    assert_true(wait_for(&s, 8) >= 8);
    session_pause(&s, true);
    uint64_t seen = s.slot[0].view.samples;
    say(end[1], 10, 50);
    for (int i = 0; i < 2000 && profile_view(&s.slot[0].profile).samples < 45; i++) {
        session_poll(&s, 0);
        usleep(1000);
    }
    assert_true(profile_view(&s.slot[0].profile).samples >= 45);
    assert_int_equal(s.slot[0].view.samples, seen);
    session_pause(&s, false);
    assert_true(wait_for(&s, 45) >= 45);
    session_pause(&s, true); /* the end comes while it is paused */
    close(end[1]);
    for (int i = 0; i < 2000 && !s.slot[0].settled; i++) {
        session_poll(&s, 0);
        usleep(1000);
    }
    assert_true(s.slot[0].settled);
    session_pause(&s, false);
    assert_int_equal(s.slot[0].view.samples, 49);
    session_free(&s);
    close(end[0]);
}

static bool allowed(bool all, int paranoid, int kptr, bool root, const char *told) {
    Error err = {0};
    Buf notes = {0};
    bool ok = record_allowed(&(RecordWish){.all_cpus = all}, &(RecordRights){paranoid, kptr, root},
                             &notes, &err);
    buf_putc(&notes, '\0');
    assert_true(!told || strstr(ok ? notes.s : err.message, told) != NULL);
    assert_true(told || notes.n == 1);
    buf_free(&notes);
    return ok;
}

static void rights_are_told_exactly(void **state) {
    (void)state;
    assert_true(allowed(true, 4, 0, true, NULL)); /* root may everything */
    assert_true(allowed(true, 0, 0, false, NULL));
    assert_false(allowed(true, 1, 0, false, "perf_event_paranoid=0"));
    assert_false(allowed(true, 2, 0, false, "flamescope record -- COMMAND"));
    assert_true(allowed(false, 1, 0, false, NULL));
    assert_true(allowed(false, 2, 0, false, "kernel code is left out"));
    assert_false(allowed(false, 3, 0, false, "perf_event_paranoid=2"));
    assert_true(allowed(false, 1, 1, false, "kptr_restrict"));
    assert_true(allowed(true, 1, 1, true, NULL));
    assert_true(allowed(true, 1, 2, true, "no names"));
    assert_false(allowed(false, INT_MIN, 0, true, "no performance events"));
}

static void assert_runs(const RecordWish *wish, const char *wanted) {
    Arena arena;
    char text[400] = "";
    arena_init(&arena, 0);
    for (const char *const *a = record_arguments(wish, &arena); *a; a++) {
        strcat(text, text[0] ? " " : "");
        strcat(text, *a);
    }
    assert_string_equal(text, wanted);
    arena_free(&arena);
}

static void perf_gets_its_arguments(void **state) {
    (void)state;
    const char *const command[] = {"make", "-j 2", NULL};
    assert_runs(&(RecordWish){.hertz = 1, .all_cpus = true},
                "perf record -g -F 1 -m 8 --no-buffering -o - -a");
    assert_runs(&(RecordWish){.hertz = 5000, .all_cpus = true},
                "perf record -g -F 5000 -m 128 -o - -a");
    assert_runs(&(RecordWish){.hertz = 999, .pid = "12,13", .seconds = 2.5},
                "perf record -g -F 999 -m 128 --no-buffering -o - -p 12,13 -- sleep 2.500");
    assert_runs(&(RecordWish){.hertz = 20000, .command = command},
                "perf record -g -F 20000 -m 128 -o - -- make -j 2");
    assert_runs(
        &(RecordWish){.hertz = 99, .callers = "dwarf,16384", .command = command},
        "perf record --call-graph dwarf,16384 -F 99 -m 128 --no-buffering -o - -- make -j 2");
    assert_runs(&(RecordWish){.hertz = 99, .callers = "lbr", .all_cpus = true},
                "perf record --call-graph lbr -F 99 -m 16 --no-buffering -o - -a");
    assert_runs(&(RecordWish){.hertz = 10000, .all_cpus = true, .builds = true},
                "perf record -g -F 10000 -m 128 -o - --buildid-mmap -a");
}

/* Linux 5.12 put builds into mappings; both perf and the kernel must know. */
static void builds_are_asked_for_where_they_are_known(void **state) {
    (void)state;
    static const struct {
        const char *perf, *kernel;
        bool known;
    } table[] = {
        {"perf version 6.1.187", "6.1.0-44-amd64", true},
        {"perf version 5.12", "5.12.0", true},
        {"perf version 5.12.rc3.g1a2b3c", "5.14.0-427.el9.x86_64", true},
        {"perf version 10.0", "10.0", true},
        {"perf version 5.11.22", "6.1.0", false},
        {"perf version 6.1.187", "5.11.0", false},
        {"perf version 6.1", "4.18.0-553.el8_10.x86_64", false},
        {"perf version 4.18.0-553.el8_10.x86_64", "6.1.0", false},
        {"perf version 5", "6.1.0", false},
        {"WARNING: perf not found for kernel 6.8.0-31", "6.8.0-31-generic", false},
        {"", "6.1.0", false},
        {"perf version 6.1", "", false},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        assert_int_equal(record_knows_builds(str_of(table[i].perf), str_of(table[i].kernel)),
                         table[i].known);
}

/* How a program that runs `script` ends, interrupted once it said so. */
static bool failed(const char *script, bool interrupt, const char *told) {
    Error err = {0};
    Buf words = {0};
    Process *p =
        process_start((const char *const[]){"sh", "-c", script, NULL}, NULL, KEEP_WORDS, &err);
    assert_non_null(p);
    if (interrupt)
        process_interrupt(p);
    assert_true(process_wait(p, 10000));
    bool bad = !record_ended_well(process_status(p), process_words(p), "/dev/null", &words);
    assert_non_null(strstr(words.s, told));
    buf_free(&words);
    process_free(p);
    return bad;
}

static void a_recorder_that_was_stopped_did_not_fail(void **state) {
    (void)state;
    assert_false(failed("exit 0", false, "recorded into /dev/null"));
    assert_false(failed("exec sleep 100", true, "recorded into /dev/null"));
    assert_false(
        failed("kill $$", false, "recorded into /dev/null")); /* as perf ends its command */
    assert_true(failed("echo no rights >&2; exit 3", false, "status 3: no rights"));
    assert_true(failed("exit 4", false, "perf, or what it ran, ended with status 4"));
}

/* --follow and a recording are about one file, not about those that are opened later. */
static void only_the_next_file_is_followed(void **state) {
    (void)state;
    Session s;
    char path[] = "/tmp/flamescope-live-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    say(fd, 1, 4);
    session_init(&s, 1, 0);
    s.follow_next = true;
    assert_true(session_open(&s, 0, path, NULL));
    assert_int_equal(wait_for(&s, 2) >= 2, true);
    assert_true(session_live(&s));
    assert_true(session_open(&s, 0, path, NULL));
    assert_int_equal(wait_for(&s, 3), 3);
    for (int i = 0; i < 2000 && !s.slot[0].settled; i++) {
        session_poll(&s, 0);
        usleep(1000);
    }
    assert_true(s.slot[0].settled);
    session_free(&s);
    close(fd);
    unlink(path);
}

static void what_is_not_there_is_told(void **state) {
    (void)state;
    char path[64];
    Error err = {0};
    Buf notes = {0};
    if (!process_find("perf", path, sizeof path)) {
        assert_false(record_check(&(RecordWish){.all_cpus = true}, &notes, &err));
        assert_non_null(strstr(err.message, "linux-perf"));
        return;
    }
    assert_false(record_check(&(RecordWish){.pid = "99999999"}, &notes, &err));
    assert_non_null(strstr(err.message, "no process 99999999"));
    err = (Error){0};
    assert_false(record_check(&(RecordWish){.pid = "1,x"}, &notes, &err));
    const char *const command[] = {"no-such-program-at-all", NULL};
    err = (Error){0};
    assert_false(record_check(&(RecordWish){.command = command}, &notes, &err));
    assert_non_null(strstr(err.message, "no program no-such-program-at-all"));
    buf_free(&notes);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(while_paused_samples_arrive_unseen),
        cmocka_unit_test(rights_are_told_exactly),
        cmocka_unit_test(perf_gets_its_arguments),
        cmocka_unit_test(builds_are_asked_for_where_they_are_known),
        cmocka_unit_test(a_recorder_that_was_stopped_did_not_fail),
        cmocka_unit_test(only_the_next_file_is_followed),
        cmocka_unit_test(what_is_not_there_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

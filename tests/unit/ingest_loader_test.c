#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/thread.h"
#include "base/wake.h"
#include "unit/ingest_helper.h"

/* Samples of `threads` processes, stacks from a small set, one record in 50 a bad one. */
static Buf make_text(uint32_t samples, uint32_t seed) {
    Buf b = {0};
    for (uint32_t i = 0; i < samples; i++) {
        seed = seed * 1664525 + 1013904223;
        buf_printf(&b, "proc %u 4%u/4%u [00%u] %u.%06u:  %u cycles:u: \n", seed >> 28, seed >> 28,
                   seed >> 27, seed >> 30, 100 + i / 1000, i % 1000 * 1000 + (seed >> 24),
                   1 + (seed >> 20));
        uint32_t depth = 1 + (seed >> 16) % 20;
        for (uint32_t k = 0; k < depth; k++)
            buf_printf(&b, "\t%16x function_%u+0x%x (/usr/lib/module_%u.so)\n",
                       0x400000 + (seed >> 12) % 7 * 4096 + k * 16, (seed >> 12) % 7 + k, k * 16,
                       k % 5);
        buf_puts(&b, i % 50 == 49 ? "\t  not a frame\n\n" : "\n");
    }
    return b;
}

static void many_workers_give_what_one_gives(void **state) {
    (void)state;
    Buf text = make_text(20000, 7);
    Loaded loaded;
    load_text(&loaded, 0, 0, buf_str(&text));
    assert_int_equal(loaded.profile.building.samples, 20000);
    assert_int_equal(loaded.profile.complaints.of[COMPLAINT_FRAME].count, 400);
    Buf want = loaded_dump(&loaded);
    loaded_free(&loaded);
    static const struct {
        uint32_t workers, chunk;
    } ways[] = {{1, 0}, {2, 10000}, {8, 0}, {8, 3001}, {8, 100}};
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        load_text(&loaded, ways[i].workers, ways[i].chunk, buf_str(&text));
        Buf got = loaded_dump(&loaded);
        if (!str_eq(buf_str(&got), buf_str(&want)))
            fail_msg("%u workers, chunks of %u bytes differ", ways[i].workers, ways[i].chunk);
        buf_free(&got);
        loaded_free(&loaded);
    }
    buf_free(&want);
    buf_free(&text);
}

/* What a user interface does meanwhile: looks at all that is published, all the time. */
static void readers_see_whole_rows_while_it_loads(void **state) {
    (void)state;
    Buf text = make_text(20000, 11);
    Dict dict;
    Profile profile;
    dict_init(&dict);
    profile_init(&profile, &dict);
    Jobs *jobs = jobs_new(4);
    Error err = {0};
    LoadOptions options = {.path = temp_file(buf_str(&text)), .chunk_bytes = 20000};
    Loader *loader = loader_start(jobs, &profile, &options, &err);
    assert_non_null(loader);
    uint64_t seen = 0, bytes = 0;
    for (bool running = true; running;) {
        LoadStatus status;
        loader_status(loader, &status);
        running = status.state == LOAD_RUNNING;
        assert_true(status.progress >= 0 && status.progress <= 1);
        ProfileView view = profile_view(&profile);
        assert_true(view.samples >= seen);
        for (uint64_t i = seen; i < view.samples; i++) {
            PairId id = COLUMN_AT(&profile.pair, PairId, i);
            int64_t t = COLUMN_AT(&profile.time_ns, int64_t, i);
            assert_true(id > 0 && id < view.pairs && t >= view.first_ns && t <= view.last_ns);
            assert_true(COLUMN_AT(&profile.weight, uint64_t, i) > 0);
            Pair pair = pairs_get(&profile.pairs, id);
            assert_true(pair.stack < view.stacks && pair.context < view.contexts);
            for (StackId s = pair.stack; s; s = stacks_get(&dict.stacks, s).parent) {
                Frame f = frames_get(&dict.frames, stacks_get(&dict.stacks, s).frame);
                assert_true(f.symbol < view.names);
                bytes += names_get(&dict.names, f.symbol).n;
            }
        }
        seen = view.samples;
    }
    assert_int_equal(profile_view(&profile).samples, 20000);
    assert_true(bytes > 0);
    loader_free(loader);
    temp_remove();
    jobs_free(jobs);
    profile_free(&profile);
    dict_free(&dict);
    buf_free(&text);
}

static void a_load_can_be_cancelled(void **state) {
    (void)state;
    Buf text = make_text(20000, 3);
    const char *path = temp_file(buf_str(&text));
    for (uint32_t workers = 0; workers <= 3; workers += 3) {
        Dict dict;
        Profile profile;
        dict_init(&dict);
        profile_init(&profile, &dict);
        Jobs *jobs = jobs_new(workers);
        Error err = {0};
        Loader *loader =
            loader_start(jobs, &profile, &(LoadOptions){.path = path, .chunk_bytes = 1000}, &err);
        for (int i = 0; i < 5; i++)
            loader_step(loader);
        loader_cancel(loader);
        loader_wait(loader);
        LoadStatus status;
        loader_status(loader, &status);
        assert_true(status.state == LOAD_CANCELLED || status.state == LOAD_DONE);
        if (!workers)
            assert_int_equal(status.state, LOAD_CANCELLED);
        assert_int_equal(profile_view(&profile).samples, profile.building.samples);
        assert_false(loader_step(loader));
        loader_free(loader);
        jobs_free(jobs);
        profile_free(&profile);
        dict_free(&dict);
    }
    temp_remove();
    buf_free(&text);
}

static void a_silent_pipe_can_be_cancelled(void **state) {
    (void)state;
    int end[2];
    char path[64];
    assert_int_equal(pipe(end), 0);
    snprintf(path, sizeof path, "/dev/fd/%d", end[0]);
    Dict dict;
    Profile profile;
    dict_init(&dict);
    profile_init(&profile, &dict);
    Jobs *jobs = jobs_new(1);
    Error err = {0};
    Loader *loader = loader_start(jobs, &profile, &(LoadOptions){.path = path}, &err);
    loader_free(loader);
    jobs_free(jobs);
    profile_free(&profile);
    dict_free(&dict);
    close(end[0]);
    close(end[1]);
}

static void count_wakes(void *context) {
    Mutex *mutex = *(Mutex **)context;
    mutex_lock(mutex);
    ((int *)context)[sizeof(Mutex *) / sizeof(int)]++;
    mutex_unlock(mutex);
}

/* What came through a pipe is there before the pipe ends, and wake() was called for it. */
static void a_pipe_shows_what_came(void **state) {
    (void)state;
    struct {
        Mutex *mutex;
        int wakes;
    } hook = {mutex_new(), 0};
    wake_set_hook(count_wakes, &hook);
    int end[2];
    char path[64];
    assert_int_equal(pipe(end), 0);
    snprintf(path, sizeof path, "/dev/fd/%d", end[0]);
    Dict dict;
    Profile profile;
    dict_init(&dict);
    profile_init(&profile, &dict);
    Jobs *jobs = jobs_new(2);
    Error err = {0};
    Loader *loader = loader_start(jobs, &profile, &(LoadOptions){.path = path}, &err);
    static const char text[] = "a 1 1.000000: cycles: \n\t  1 f (/bin/a)\n\n"
                               "a 1 2.000000: cycles: \n\t  1 f (/bin/a)\n\n"
                               "a 1 3.000000: cycles: \n\t  1 f";
    assert_int_equal(write(end[1], text, sizeof text - 1), sizeof text - 1);
    for (int i = 0; i < 2000 && profile_view(&profile).samples < 2; i++)
        usleep(5000);
    assert_int_equal(profile_view(&profile).samples, 2);
    LoadStatus status;
    loader_status(loader, &status);
    assert_int_equal(status.state, LOAD_RUNNING);
    assert_true(status.progress < 0 && status.size < 0);
    assert_int_equal(write(end[1], " (/bin/a)\n\n", 11), 11);
    close(end[1]);
    loader_wait(loader);
    assert_int_equal(profile_view(&profile).samples, 3);
    assert_true(hook.wakes >= 2);
    loader_free(loader);
    jobs_free(jobs);
    profile_free(&profile);
    dict_free(&dict);
    close(end[0]);
    wake_set_hook(NULL, NULL);
    mutex_free(hook.mutex);
}

static void records_over_the_limit_are_skipped(void **state) {
    (void)state;
    Buf text = {0};
    buf_puts(&text, "a 1 1.000000: cycles: \n\t  1 f (/bin/a)\n\n");
    int64_t start = (int64_t)text.n;
    buf_puts(&text, "b 1 2.000000: cycles: \n");
    for (int i = 0; i < 2000; i++)
        buf_printf(&text, "\t%16x g%d (/bin/a)\n", i, i);
    buf_puts(&text, "\na 1 3.000000: cycles: \n\t  1 f (/bin/a)\n\n"
                    "a 1 4.000000: cycles: \n\t  1 f (/bin/a)\n\n");
    const char *path = temp_file(buf_str(&text));
    for (uint32_t chunk = 100; chunk < 9000; chunk = chunk * 2 + 77) {
        Loaded loaded;
        load(&loaded, chunk & 1 ? 2 : 0,
             &(LoadOptions){.path = path, .chunk_bytes = chunk, .record_limit = 10000});
        assert_int_equal(loaded.status.state, LOAD_DONE);
        assert_int_equal(loaded.profile.building.samples, 3);
        const Complaint *c = &loaded.profile.complaints.of[COMPLAINT_TOO_LONG];
        assert_int_equal(c->count, 1);
        assert_int_equal(c->example[0].offset, start);
        loaded_free(&loaded);
    }
    temp_remove();
    buf_free(&text);
}

static void a_line_without_end_is_skipped(void **state) {
    (void)state;
    Buf text = {0};
    buf_puts(&text, "a 1 1.000000: cycles: \n\t  1 f (/bin/a)\n\n");
    for (int i = 0; i < 50000; i++)
        buf_puts(&text, "xyz ");
    Loaded loaded;
    load(&loaded, 0,
         &(LoadOptions){
             .path = temp_file(buf_str(&text)), .chunk_bytes = 1000, .record_limit = 5000});
    temp_remove();
    assert_int_equal(loaded.status.state, LOAD_DONE);
    assert_int_equal(loaded.profile.building.samples, 1);
    assert_int_equal(loaded.profile.complaints.of[COMPLAINT_TOO_LONG].count, 1);
    loaded_free(&loaded);
    buf_free(&text);
}

static void a_cut_gzip_is_a_complaint(void **state) {
    (void)state;
    Buf text = make_text(3000, 5);
    Buf packed = gzip_of(buf_str(&text), 1);
    for (int engine = CODEC_ZLIB; engine <= CODEC_ISAL; engine++) {
        if (!codec_available(CODEC_GZIP, (CodecEngine)engine))
            continue;
        Loaded loaded;
        load(&loaded, 2,
             &(LoadOptions){.path = temp_file(str_slice(buf_str(&packed), 0, packed.n / 2)),
                            .engine = (CodecEngine)engine});
        temp_remove();
        assert_int_equal(loaded.status.state, LOAD_DONE);
        assert_true(loaded.profile.building.samples > 500);
        assert_true(loaded.profile.building.samples < 3000);
        assert_true(loaded.profile.complaints.of[COMPLAINT_TRUNCATED].count >= 1);
        assert_int_equal(profile_view(&loaded.profile).complaints,
                         complaints_total(&loaded.profile.complaints));
        loaded_free(&loaded);
    }
    buf_free(&packed);
    buf_free(&text);
}

#define GPERFTOOLS "`pprof -proto PROGRAM FILE`"
#define CPU_64                                                                                     \
    "\0\0\0\0\0\0\0\0\3\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x10\x27\0\0\0\0\0\0\0\0\0\0\0\0\0\0"

static void what_is_no_profile_is_said_in_words(void **state) {
    (void)state;
    enum { TAR_MAGIC_AT = 257 };
    static char tar[512] = "one.txt";
    memcpy(tar + TAR_MAGIC_AT, "ustar", 5);
    static const struct {
        Str text;
        const char *words;
    } table[] = {
        {STR(""), "empty"},
        {{tar, sizeof tar}, "tar archive"},
        {STR("\177ELF\2\1\1\0\0\0\0\0\0\0\0\0\4\0\76\0"), "core dump"},
        {STR("\177ELF\2\2\1\0\0\0\0\0\0\0\0\0\0\4\0\26"), "core dump"},
        {STR("\177ELF\2\1\1\0\0\0\0\0\0\0\0\0\3\0\76\0"), "program or library"},
        {STR("{\"a\": [1, {\"b\": \"}]}"), "this JSON ends in the middle"},
        {STR("[1, 2,\n"), "this JSON ends in the middle"},
        {STR("{\"a\": [1, 2]} {"), "none of the profiles"},
        {STR("java \n\t    7f0b751af848\n\n"), "-F comm,tid,time,event,ip,sym"},
        {STR("    java  ffffffff81a3b1c0 read\n"), "-F comm,tid,time,event,ip,sym"},
        {STR("  decades of words\n  in verse\n"), "no profile"},
        {STR("\n\n  \n"), "blank lines"},
        {STR("\177ELF\2\1\1\0\0\0\0\0"), "ELF"},
        {STR("PERFILE2\0\0\0\0"), "the size of the header was expected at byte 12"},
        {STR("{\"a\": 1}\n"), "JSON"},
        {STR("PK\3\4xxxxxxxx"), "zip"},
        {STR("\0\1\2\3\4\5\6\7\0\1\2\3\4\5\6\7"), "binary"},
        {STR("<!DOCTYPE html>\n<html></html>\n"), "web page"},
        {STR("Dear all,\nthis is a letter.\n"), "no profile"},
        {STR("\x1f\x8b\x08\0\0\0"), "ends in the middle"},
        {STR(CPU_64 "\1\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0\x10\x20\x40\0\0\0\0\0"), GPERFTOOLS},
        {STR("\0\0\0\0\3\0\0\0\0\0\0\0\x10\x27\0\0\0\0\0\0"), GPERFTOOLS},
        {STR("\0\0\0\0\0\0\0\3\0\0\0\0\0\0\x27\x10\0\0\0\0"), GPERFTOOLS},
        {STR("\0\0\0\0\3\0\0\0\0\0\0\0\x10\x27\0\0\0\0\0"), "binary"},
        {STR("heap profile:      1:     4096 [     3:    12288] @ heapprofile\n"
             "     1:     4096 [     3:    12288] @ 0x55d0c8 0x55d0f1 0x7f12a0\n\n"
             "MAPPED_LIBRARIES:\n"
             "55d0c000-55d0d000 r-xp 00000000 08:01 1234 /usr/bin/prog\n"),
         GPERFTOOLS},
        {STR("--- contention:\ncycles/second=2400000000\nsampling period = 100\n"
             "59491 1 @ 0x55d0c8 0x55d0f1\n"),
         GPERFTOOLS},
        {STR("--- contentionz 1 ---\nformat = java\nresolution = microseconds\n"), GPERFTOOLS},
        {STR("--- mutex:\ncycles/second=2400000000\n59491 1 @ 0x55d0c8 0x55d0f1\n"), GPERFTOOLS},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        for (uint32_t workers = 0; workers < 2; workers++) {
            Loaded loaded;
            load_text(&loaded, workers, 0, table[i].text);
            assert_int_equal(loaded.status.state, LOAD_FAILED);
            if (!strstr(loaded.error.message, table[i].words))
                fail_msg("\"%s\" does not say \"%s\"", loaded.error.message, table[i].words);
            loaded_free(&loaded);
        }
    }
    Loaded loaded;
    load_path(&loaded, 0, 0, "/nowhere/at all");
    assert_false(loaded.opened);
    assert_int_equal(loaded.error.kind, ERROR_IO);
    loaded_free(&loaded);
    load_path(&loaded, 0, 0, "/");
    assert_false(loaded.opened);
    assert_non_null(strstr(loaded.error.message, "flamescope FOLDER"));
    loaded_free(&loaded);
    load(&loaded, 0, &(LoadOptions){.path = temp_file(STR("x")), .format = "nonsense"});
    temp_remove();
    assert_int_equal(loaded.status.state, LOAD_FAILED);
    assert_non_null(strstr(loaded.error.message, "nonsense"));
    loaded_free(&loaded);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(many_workers_give_what_one_gives),
        cmocka_unit_test(readers_see_whole_rows_while_it_loads),
        cmocka_unit_test(a_load_can_be_cancelled),
        cmocka_unit_test(a_silent_pipe_can_be_cancelled),
        cmocka_unit_test(a_pipe_shows_what_came),
        cmocka_unit_test(records_over_the_limit_are_skipped),
        cmocka_unit_test(a_line_without_end_is_skipped),
        cmocka_unit_test(a_cut_gzip_is_a_complaint),
        cmocka_unit_test(what_is_no_profile_is_said_in_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

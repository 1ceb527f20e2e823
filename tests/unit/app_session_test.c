/* Files queue: one loader at a time adds to the names that all slots share, whoever asks when.
 * Every profile must say of its samples what it says when it is opened alone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "app/session.h"
#include "base/file.h"
#include "unit/pack_helper.h"

enum { FILES = 4, SAMPLES = 3000 };

/* Two texts with names in common, and their packs. */
static char file[FILES][512];
static Buf alone[FILES]; /* what each holds */
static const uint32_t workers[] = {0, 1, 8, 0}, readers[] = {0, 0, 0, 3};

static Buf text_of(uint32_t which) {
    Buf b = {0};
    for (uint32_t i = 0; i < SAMPLES; i++) {
        uint32_t x = (i + which * 7919) * 2654435761u;
        buf_printf(&b, "proc%u %u [%03u] %u.%06u: 1 cycles:\n", x >> 28, x >> 26, x >> 29,
                   100 + i / 100, i % 100 * 10000);
        for (uint32_t k = 0; k < 5; k++)
            buf_printf(&b, "\t%x fun%u+0x1 (/lib/%u.so)\n", 0x1000 + k, (x >> (k * 4)) % 91,
                       which + k % 2);
        buf_putc(&b, '\n');
    }
    return b;
}

/* By names, as ids depend on what was open before. */
static Buf samples_of(const Profile *p, const ProfileView *view) {
    Buf out = {0};
    const Dict *d = p->dict;
    for (uint64_t row = 0; row < view->samples; row++) {
        Pair pair = pairs_get(&p->pairs, COLUMN_AT(&p->pair, PairId, row));
        Context c = contexts_get(&d->contexts, pair.context);
        buf_printf(&out, "%lld %d %d %u ", (long long)COLUMN_AT(&p->time_ns, int64_t, row), c.pid,
                   c.tid, COLUMN_AT(&p->cpu, uint16_t, row));
        buf_put(&out, names_get(&d->names, c.comm));
        buf_put(&out, names_get(&d->names, contexts_get_event(&d->contexts, c.event).name));
        for (StackId s = pair.stack; s; s = stacks_get(&d->stacks, s).parent) {
            FrameId f = stacks_get(&d->stacks, s).frame;
            buf_putc(&out, ';');
            buf_put(&out, dict_symbol(d, f));
            buf_put(&out, dict_module(d, f));
        }
        buf_putc(&out, '\n');
    }
    return out;
}

static void write_file(char *path, Str bytes) {
    const char *folder = getenv("TMPDIR");
    snprintf(path, sizeof file[0], "%s/flamescope-session-XXXXXX", folder ? folder : P_tmpdir);
    int fd = mkstemp(path);
    assert_true(fd >= 0 && write(fd, bytes.s, bytes.n) == (ssize_t)bytes.n);
    close(fd);
}

static int make_files(void **state) {
    (void)state;
    for (uint32_t i = 0; i < FILES; i++) {
        Buf bytes = text_of(i % 2);
        write_file(file[i], buf_str(&bytes));
        buf_free(&bytes);
        Loaded loaded;
        assert_true(loaded_open(&loaded, file[i], (ReadHow){.threads = 1}, NULL));
        ProfileView view = profile_view(&loaded.profile);
        assert_int_equal(view.samples, SAMPLES);
        alone[i] = samples_of(&loaded.profile, &view);
        if (i >= 2) {
            unlink(file[i]);
            bytes = packed_bytes(&loaded.profile, 1 << 20);
            write_file(file[i], buf_str(&bytes));
            buf_free(&bytes);
        }
        loaded_close(&loaded);
    }
    return 0;
}

static int remove_files(void **state) {
    (void)state;
    for (uint32_t i = 0; i < FILES; i++) {
        unlink(file[i]);
        buf_free(&alone[i]);
    }
    return 0;
}

static bool loads(const Session *s, uint32_t slot) {
    return s->slot[slot].open && !s->slot[slot].waiting && !s->slot[slot].settled;
}

/* As frames do; at no time do two slots load. */
static void run_to_end(Session *s) {
    for (int64_t now = 0; session_loading(s); now += 16000000) {
        session_poll(s, now);
        assert_false(loads(s, 0) && loads(s, 1));
        if (jobs_workers(s->jobs))
            usleep(200);
        else
            session_work(s);
    }
    session_poll(s, 0);
}

static void expect_holds(const Session *s, uint32_t slot, uint32_t which) {
    const SessionSlot *at = &s->slot[slot];
    assert_true(at->open && at->settled && !at->waiting);
    assert_int_equal(at->load.state, LOAD_DONE);
    Buf got = samples_of(&at->profile, &at->view);
    if (got.n != alone[which].n || memcmp(got.s, alone[which].s, got.n) != 0)
        fail_msg("slot %u does not hold file %u: %zu bytes instead of %zu", slot, which, got.n,
                 alone[which].n);
    buf_free(&got);
}

static void open_file(Session *s, uint32_t slot, const char *path) {
    Error err = {0};
    if (!session_open(s, slot, path, &err))
        fail_msg("%s", err.message);
}

static void any_two_files_hold_their_own(void **state) {
    (void)state;
    for (uint32_t w = 0; w < sizeof workers / sizeof *workers; w++) {
        for (uint32_t pair = 0; pair < FILES * FILES; pair++) {
            uint32_t a = pair / FILES, b = pair % FILES;
            Session s;
            session_init(&s, workers[w], readers[w]);
            open_file(&s, 0, file[a]);
            open_file(&s, 1, file[b]);
            assert_true(s.slot[1].waiting);
            assert_true(session_loading(&s));
            assert_int_equal(s.slot[1].load.state, LOAD_RUNNING);
            run_to_end(&s);
            expect_holds(&s, 0, a);
            expect_holds(&s, 1, b);
            /* one after the other, the first slot anew */
            open_file(&s, 0, file[b]);
            assert_false(s.slot[0].waiting);
            run_to_end(&s);
            expect_holds(&s, 0, b);
            expect_holds(&s, 1, b);
            session_free(&s);
        }
    }
}

static void the_first_may_be_closed_or_opened_anew(void **state) {
    (void)state;
    for (uint32_t w = 0; w < sizeof workers / sizeof *workers; w++) {
        for (uint32_t which = 0; which < FILES; which++) {
            Session s;
            session_init(&s, workers[w], readers[w]);
            open_file(&s, 0, file[0]);
            open_file(&s, 1, file[which]);
            session_close(&s, 0);
            run_to_end(&s);
            expect_holds(&s, 1, which);
            assert_true(s.slot[1].alone);
            session_free(&s);

            session_init(&s, workers[w], readers[w]);
            open_file(&s, 0, file[0]);
            open_file(&s, 1, file[which]);
            open_file(&s, 0, file[1]); /* the second waits on */
            assert_true(s.slot[1].waiting);
            run_to_end(&s);
            expect_holds(&s, 0, 1);
            expect_holds(&s, 1, which);
            session_free(&s);
        }
    }
}

static void one_that_waits_can_be_cancelled_closed_or_replaced(void **state) {
    (void)state;
    for (uint32_t w = 0; w < sizeof workers / sizeof *workers; w++) {
        Session s;
        session_init(&s, workers[w], readers[w]);
        open_file(&s, 0, file[0]);
        open_file(&s, 1, file[1]);
        session_cancel_load(&s, 1);
        assert_false(s.slot[1].open);
        open_file(&s, 1, file[2]);
        open_file(&s, 1, file[3]);
        run_to_end(&s);
        expect_holds(&s, 0, 0);
        expect_holds(&s, 1, 3);
        session_free(&s);

        session_init(&s, workers[w], readers[w]);
        open_file(&s, 0, file[0]);
        open_file(&s, 1, file[1]);
        session_free(&s); /* with one loading and one waiting */
    }
}

static void one_that_cannot_be_opened_later_says_why(void **state) {
    (void)state;
    for (uint32_t w = 0; w < sizeof workers / sizeof *workers; w++) {
        Session s;
        session_init(&s, workers[w], readers[w]);
        open_file(&s, 0, file[0]);
        open_file(&s, 1, "/nowhere/at all");
        run_to_end(&s);
        expect_holds(&s, 0, 0);
        assert_true(s.slot[1].open && s.slot[1].settled && !s.slot[1].waiting);
        assert_int_equal(s.slot[1].load.state, LOAD_FAILED);
        assert_non_null(strstr(s.slot[1].load.error.message, "cannot open"));
        assert_int_equal(s.slot[1].view.samples, 0);
        open_file(&s, 1, file[3]);
        run_to_end(&s);
        expect_holds(&s, 1, 3);
        session_free(&s);
    }
}

static void copy_file(char *to, const char *from) {
    Buf bytes = {0};
    assert_true(file_read_all(from, &bytes, SIZE_MAX, NULL));
    write_file(to, buf_str(&bytes));
    buf_free(&bytes);
}

/* Asks for all there is while the file shrinks, and goes on until the session noticed. */
static void use_while_it_is_cut(Session *s, const char *path, off_t n) {
    HeatSpec heat = {.column_ns = 1000000000, .rows = 50};
    for (int i = 0; s->slot[0].load.state != LOAD_FAILED; i++) {
        Query q = {.t0_ns = i % 7 * 1000000000ll + 100000000000ll, .t1_ns = 125000000000ll};
        engine_ask(s->engine, (AnswerId)0, &q);
        engine_ask_heat(s->engine, &heat);
        heat.rows = 10 + (uint32_t)i % 50;
        if (i == 3)
            assert_int_equal(truncate(path, n), 0);
        if (i < 4 || i > 20)
            session_poll(s, i * 16000000ll);
        else /* not noticed yet */
            engine_poll(s->engine, i * 16000000ll, false);
        while (jobs_workers(s->jobs) == 0 && session_work(s))
            continue;
        assert_true(i < 25);
        if (jobs_workers(s->jobs))
            usleep(500);
    }
}

static void a_pack_that_is_cut_short_is_given_up(void **state) {
    (void)state;
    for (uint32_t w = 0; w < sizeof workers / sizeof *workers; w++) {
        for (int part = 0; part < 8; part++) {
            char path[sizeof file[0]];
            copy_file(path, file[2]);
            Session s;
            session_init(&s, workers[w], readers[w]);
            open_file(&s, 0, path);
            run_to_end(&s);
            expect_holds(&s, 0, 2);
            FILE *f = fopen(path, "r");
            fseek(f, 0, SEEK_END);
            off_t size = ftell(f);
            fclose(f);
            use_while_it_is_cut(&s, path, size * part / 8);
            assert_true(s.slot[0].settled);
            assert_non_null(strstr(s.slot[0].load.error.message, "another program"));
            open_file(&s, 0, file[3]); /* and all is as before */
            run_to_end(&s);
            expect_holds(&s, 0, 3);
            session_free(&s);
            unlink(path);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_two_files_hold_their_own),
        cmocka_unit_test(the_first_may_be_closed_or_opened_anew),
        cmocka_unit_test(one_that_waits_can_be_cancelled_closed_or_replaced),
        cmocka_unit_test(one_that_cannot_be_opened_later_says_why),
        cmocka_unit_test(a_pack_that_is_cut_short_is_given_up),
    };
    return cmocka_run_group_tests(tests, make_files, remove_files);
}

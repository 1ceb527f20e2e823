/* What is read ahead is what would have been read, in any helpings, and may be left at any time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <time.h>

#include <cmocka.h>

#include "ingest/read_ahead.h"

typedef struct Maker {
    uint64_t made, bytes;
    bool broken, slow;
} Maker;

static char byte_at(uint64_t i) {
    return (char)(i * 2654435761u >> 13);
}

static int64_t produce(void *context, char *out, size_t n, int64_t *mark, Error *err) {
    Maker *m = (Maker *)context;
    uint64_t left = m->bytes - m->made, take = left < n ? left : n;
    if (take > 1000 && m->made % 3 == 1)
        take = 1000;
    if (m->slow)
        nanosleep(&(struct timespec){0, 1000000}, NULL);
    for (uint64_t i = 0; i < take; i++)
        out[i] = byte_at(m->made++);
    *mark = (int64_t)m->made;
    if (take == 0 && m->broken) {
        error_set(err, ERROR_IO, "it broke");
        return -1;
    }
    return (int64_t)take;
}

static void take_all(Maker *m, size_t helping) {
    static char out[200000];
    Error err = {.offset = -1};
    int64_t mark = 0, got;
    uint64_t taken = 0;
    ReadAhead *a = read_ahead_new(produce, m);
    while ((got = read_ahead_take(a, out, helping, &mark, &err)) > 0) {
        for (int64_t i = 0; i < got; i++)
            if (out[i] != byte_at(taken++))
                fail_msg("byte %llu is another", (unsigned long long)taken);
        assert_true(mark >= (int64_t)taken);
        helping = helping * 5 % 199999 + 1;
    }
    assert_int_equal(taken, m->bytes);
    assert_int_equal(mark, m->bytes);
    for (int again = 0; again < 2; again++)
        assert_int_equal(read_ahead_take(a, out, 10, &mark, &err), m->broken ? -1 : 0);
    assert_string_equal(err.message, m->broken ? "it broke" : "");
    read_ahead_free(a);
}

static void all_comes_in_order(void **state) {
    (void)state;
    static const uint64_t bytes[] = {0, 1, 65536, 65537, 3000000};
    for (size_t i = 0; i < sizeof bytes / sizeof *bytes; i++)
        for (int broken = 0; broken <= 1; broken++)
            take_all(&(Maker){.bytes = bytes[i], .broken = broken != 0, .slow = bytes[i] < 100000},
                     1 + i);
}

static void it_can_be_left(void **state) {
    (void)state;
    for (uint64_t takes = 0; takes < 40; takes++) {
        char out[30000];
        int64_t mark;
        Error err = {.offset = -1};
        Maker m = {.bytes = 100000000};
        ReadAhead *a = read_ahead_new(produce, &m);
        for (uint64_t i = 0; i < takes; i++)
            assert_true(read_ahead_take(a, out, sizeof out, &mark, &err) > 0);
        if (takes % 2)
            read_ahead_stop(a);
        read_ahead_free(a);
        assert_true(m.made < 3000000); /* it was not far ahead */
    }
    read_ahead_free(NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_comes_in_order),
        cmocka_unit_test(it_can_be_left),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

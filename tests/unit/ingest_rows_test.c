#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "ingest/rows.h"

typedef struct Taken {
    uint64_t rows, sum, longest, complaints;
} Taken;

static bool take(void *loader, Batch *batch) {
    Taken *t = loader;
    for (uint64_t i = 0; i < batch_rows(batch); i++) {
        uint64_t weight = COLUMN_AT(&batch->weight, uint64_t, i);
        t->longest = weight > t->longest ? weight : t->longest;
        t->sum += weight;
    }
    t->rows += batch_rows(batch);
    t->complaints += batch->complaints.of[COMPLAINT_LIMIT].count;
    return true;
}

/* What `n` spans come to that are so long each; sum: they are announced. */
static Taken spans(uint64_t n, int64_t each_ns, bool sum) {
    Rows r;
    Taken taken = {0};
    rows_begin(&r, take, &taken);
    PairId pair = rows_pair(&r, 0, (Context){0, -1, -1, 0});
    if (sum)
        rows_span_sum(&r, n * (uint64_t)each_ns);
    for (uint64_t i = 0; i < n; i++)
        rows_span(&r, 0, each_ns, pair);
    rows_end(&r);
    assert_int_equal(taken.sum, n * (uint64_t)each_ns);
    return taken;
}

static const int64_t MS = 1000000;

static void a_row_is_a_millisecond(void **state) {
    (void)state;
    for (int sum = 0; sum < 2; sum++) {
        Taken t = spans(3, 7 * MS + 1, sum);
        assert_int_equal(t.rows, 3 * 8);
        assert_int_equal(t.longest, MS);
        t = spans(2, 1, sum);
        assert_int_equal(t.rows, 2);
        assert_int_equal(t.complaints, 0);
    }
}

/* All alike where it is known how long they are together. */
static void long_spans_have_long_pieces(void **state) {
    (void)state;
    Taken t = spans(1000, 100000 * MS, true); /* 28 hours */
    assert_in_range(t.rows, ROWS_PIECES_MOST - 20000, ROWS_PIECES_MOST + 1000);
    assert_in_range(t.longest, 5 * MS, 6 * MS + MS / 2);
    assert_int_equal(t.complaints, 1);
    t = spans(1, (int64_t)ROWS_SPAN_PIECES * 3 * MS, true);
    assert_in_range(t.rows, ROWS_SPAN_PIECES - 10, ROWS_SPAN_PIECES);
    assert_int_equal(t.complaints, 1);
}

/* Else they grow, and nothing becomes one row only since it comes late. */
static void pieces_grow_with_their_number(void **state) {
    (void)state;
    Taken t = spans(1000, 100000 * MS, false);
    assert_in_range(t.rows, ROWS_PIECES_MOST, ROWS_PIECES_MOST + 8 * ROWS_PIECES_MORE);
    assert_in_range(t.longest, 2 * MS, 128 * MS);
    assert_int_equal(t.complaints, 1);
    t = spans(9, INT64_MAX / 16, false);
    assert_in_range(t.rows, 8 * ROWS_SPAN_PIECES, 9 * ROWS_SPAN_PIECES);
    assert_int_equal(t.complaints, 1);
}

/* Spans of a millisecond at most are a row each, however many. */
static void short_spans_do_not_count(void **state) {
    (void)state;
    Rows r;
    Taken taken = {0};
    rows_begin(&r, take, &taken);
    PairId pair = rows_pair(&r, 0, (Context){0, -1, -1, 0});
    for (uint64_t i = 0; i < ROWS_PIECES_MOST + 10; i++)
        rows_span(&r, 0, 5, pair);
    rows_span(&r, 0, 3 * MS, pair);
    rows_end(&r);
    assert_int_equal(taken.rows, ROWS_PIECES_MOST + 13);
    assert_int_equal(taken.complaints, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_row_is_a_millisecond),
        cmocka_unit_test(long_spans_have_long_pieces),
        cmocka_unit_test(pieces_grow_with_their_number),
        cmocka_unit_test(short_spans_do_not_count),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

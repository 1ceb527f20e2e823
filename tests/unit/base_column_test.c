#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/column.h"

static void items_keep_place_and_value(void **state) {
    (void)state;
    static const uint32_t base[] = {0, 1, 4, 10};
    for (size_t r = 0; r < sizeof base / sizeof base[0]; r++) {
        Column c;
        column_init(&c, sizeof(uint64_t), base[r]);
        uint64_t *seventh = NULL;
        for (uint64_t i = 0; i < 100000; i++) {
            uint64_t *p = column_push(&c);
            assert_true(*p == 0);
            *p = i * i;
            if (i == 7)
                seventh = p;
        }
        assert_true(c.count == 100000);
        assert_ptr_equal(column_at(&c, 7), seventh);
        for (uint64_t i = 0; i < c.count; i++)
            assert_true(COLUMN_AT(&c, uint64_t, i) == i * i);
        assert_int_equal(column_bytes(&c), 800000);
        column_free(&c);
        assert_true(c.count == 0);
        assert_null(c.segment[0]);
    }
}

static void spans_cover_all_items_once(void **state) {
    (void)state;
    static const uint64_t ends[] = {0, 1, 15, 16, 17, 47, 48, 49, 1000};
    Column c;
    column_init(&c, sizeof(uint32_t), 4);
    for (uint32_t i = 0; i < 1000; i++)
        COLUMN_PUSH(&c, uint32_t) = i;
    for (size_t r = 0; r < sizeof ends / sizeof ends[0]; r++) {
        uint64_t n, seen = 0;
        for (uint64_t i = 0; i < ends[r]; i += n) {
            const uint32_t *p = column_span(&c, i, ends[r], &n);
            assert_true(n > 0 && i + n <= ends[r]);
            for (uint64_t k = 0; k < n; k++)
                assert_int_equal(p[k], i + k);
            seen += n;
        }
        assert_true(seen == ends[r]);
    }
    column_free(&c);
}

static void runs_lie_side_by_side(void **state) {
    (void)state;
    static const struct {
        uint64_t n, index; /* base 2^2: segments are 4, 8, 16, 32 … from 0, 4, 12, 28, 60 … */
    } rows[] = {{3, 0},   {1, 3},   /* fills the first exactly */
                {2, 4},   {7, 12},  /* 6 left in the second: skipped */
                {9, 19},            /* fills the third exactly */
                {0, 28},  {33, 60}, /* larger than the fourth, which is empty: skipped whole */
                {31, 93}, {200, 252}};
    Column c;
    column_init(&c, 16, 2);
    uint64_t total = 0;
    for (size_t r = 0; r < sizeof rows / sizeof rows[0]; r++) {
        uint64_t index;
        unsigned char *p = column_push_run(&c, rows[r].n, &index);
        assert_int_equal(index, rows[r].index);
        assert_ptr_equal(p, column_at(&c, index));
        for (uint64_t k = 0; k < rows[r].n * 16; k++)
            assert_int_equal(p[k], 0);
        memset(p, 0xee, rows[r].n * 16);
        assert_true(c.count == index + rows[r].n);
        total += rows[r].n;
    }
    uint64_t used = 0, n;
    for (uint64_t i = 0; i < c.count; i += n) { /* holes can be scanned and are zero */
        const unsigned char *p = column_span(&c, i, c.count, &n);
        for (uint64_t k = 0; k < n; k++) {
            assert_true(p[k * 16] == 0 || p[k * 16] == 0xee);
            used += p[k * 16] == 0xee;
        }
    }
    assert_true(used == total);
    column_free(&c);
}

static void cleared_items_are_zero_again(void **state) {
    (void)state;
    Column c;
    column_init(&c, 4, 3);
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < 40000; i++) {
            uint32_t *p = column_push(&c);
            assert_int_equal(*p, 0);
            *p = UINT32_MAX;
        }
        uint64_t index;
        uint32_t *run = column_push_run(&c, 500, &index);
        assert_int_equal(run[0] | run[499], 0);
        memset(run, 1, 2000);
        char *first = c.segment[0];
        column_clear(&c);
        assert_true(c.count == 0);
        assert_ptr_equal(c.segment[0], first);
    }
    column_free(&c);
}

static void borrowed_segments_are_left_alone(void **state) {
    (void)state;
    static const uint32_t mapped[4] = {1, 2, 3, 4};
    uint32_t second[8] = {5, 6};
    Column c;
    column_init(&c, 4, 2);
    c.segment[0] = (char *)(uintptr_t)mapped;
    c.segment[1] = (char *)second;
    c.borrowed = 3;
    c.count = 6;
    for (uint32_t i = 6; i < 100; i++)
        COLUMN_PUSH(&c, uint32_t) = i + 1;
    for (uint32_t i = 0; i < 100; i++)
        assert_int_equal(COLUMN_AT(&c, uint32_t, i), i + 1);
    column_clear(&c);
    assert_true(c.borrowed == 0);
    assert_null(c.segment[0]);
    assert_non_null(c.segment[2]);
    assert_int_equal(second[0], 5);
    assert_int_equal(COLUMN_PUSH(&c, uint32_t), 0);
    column_free(&c);
}

static long resident_pages(void) {
    long all = 0, resident = 0;
    FILE *f = fopen("/proc/self/statm", "r");
    if (f) {
        if (fscanf(f, "%ld %ld", &all, &resident) != 2)
            resident = 0;
        fclose(f);
    }
    return resident;
}

/* A 1 GB segment that holds one item must not cost 1 GB. */
static void untouched_tails_cost_nothing(void **state) {
    (void)state;
    Column c;
    column_init(&c, 1024, 20);
    long before = resident_pages();
    if (!before)
        skip();
    memset(column_push(&c), 1, 1024);
    long grown = (resident_pages() - before) * sysconf(_SC_PAGESIZE);
    assert_true(grown < 64 << 20);
    column_free(&c);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(items_keep_place_and_value),
        cmocka_unit_test(spans_cover_all_items_once),
        cmocka_unit_test(runs_lie_side_by_side),
        cmocka_unit_test(cleared_items_are_zero_again),
        cmocka_unit_test(borrowed_segments_are_left_alone),
        cmocka_unit_test(untouched_tails_cost_nothing),
    };
    return cmocka_run_group_tests_name("base/column", tests, NULL, NULL);
}

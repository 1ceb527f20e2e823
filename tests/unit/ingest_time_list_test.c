#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/hash.h"
#include "ingest/time_list.h"

static int64_t value_at(uint64_t i) {
    static const int64_t odd[] = {INT64_MIN, INT64_MAX, 0, INT32_MIN, INT32_MAX, -1, INT64_MIN};
    uint64_t random = hash_mix(i);
    if (random % 50 == 0)
        return odd[random / 50 % (sizeof odd / sizeof *odd)];
    if (random % 70 == 1)
        return (int64_t)hash_mix(random);
    return (int64_t)(i * 1000 + random % 5000000) - (int64_t)(random % 3 ? 0 : 7000000);
}

/* Whatever is pushed comes back, in pieces of any size, in order. */
static void values_come_back(void **state) {
    (void)state;
    for (int sums = 0; sums < 2; sums++) {
        TimeList l;
        int64_t block[300];
        uint64_t in = 0, out = 0;
        time_list_init(&l);
        time_list_kind(&l, sums);
        for (uint64_t turn = 0; turn < 2000; turn++) {
            uint32_t n = (uint32_t)(hash_mix(turn) % 300);
            for (uint32_t i = 0; i < n; i++)
                block[i] = value_at(in + i);
            time_list_push(&l, block, n);
            in += n;
            assert_int_equal(time_list_left(&l), in - out);
            n = time_list_take(&l, block,
                               turn % 100 == 99 ? 300 : (uint32_t)(hash_mix(~turn) % 300));
            for (uint32_t i = 0; i < n; i++)
                assert_int_equal(block[i], value_at(out + i));
            out += n;
            while (turn % 500 == 499 && (n = time_list_take(&l, block, 300)) > 0)
                for (uint32_t i = 0; i < n; i++)
                    assert_int_equal(block[i], value_at(out++));
        }
        assert_in_range(in, 100000, UINT64_MAX);
        assert_int_equal(in, out);
        assert_int_equal(l.near.count, 0);
        time_list_free(&l);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(values_come_back)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

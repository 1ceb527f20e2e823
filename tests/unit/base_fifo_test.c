#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/fifo.h"
#include "base/hash.h"

static void push(Fifo *f, uint32_t n, uint64_t *in) {
    for (uint32_t room; n; n -= room) {
        uint64_t *to = fifo_room(f, n, &room);
        assert_in_range(room, 1, n);
        for (uint32_t i = 0; i < room; i++)
            to[i] = hash_mix((*in)++);
        fifo_pushed(f, room);
    }
}

static void take(Fifo *f, uint32_t n, uint64_t *out) {
    for (uint32_t got; n && f->count; n -= got) {
        const uint64_t *head = fifo_head(f, n, &got);
        assert_in_range(got, 1, n);
        for (uint32_t i = 0; i < got; i++)
            assert_int_equal(head[i], hash_mix((*out)++));
        fifo_took(f, got);
    }
}

/* In order, in pieces of any size, over blocks that grow and go; also once it was empty. */
static void items_come_back_in_order(void **state) {
    (void)state;
    Fifo f;
    uint64_t in = 0, out = 0;
    fifo_init(&f, sizeof(uint64_t));
    for (uint64_t turn = 0; turn < 3000; turn++) {
        uint64_t random = hash_mix(turn);
        uint32_t most = turn < 1500 ? 900 : 400; /* it grows, then shrinks */
        push(&f, (uint32_t)(random % most), &in);
        assert_int_equal(f.count, in - out);
        take(&f, (uint32_t)(random >> 32) % 650, &out);
    }
    take(&f, UINT32_MAX, &out);
    uint32_t n = 7;
    assert_null(fifo_head(&f, 5, &n));
    assert_int_equal(n, 0);
    assert_int_equal(in, out);
    push(&f, 500000, &in); /* blocks of all sizes at once */
    fifo_free(&f);
    assert_int_equal(f.count, 0);
    out = in;
    push(&f, 3, &in);
    take(&f, 3, &out);
    assert_int_equal(in, out);
    fifo_free(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(items_come_back_in_order)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

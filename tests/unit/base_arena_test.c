#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"

static int all_zero(const void *p, size_t n) {
    const unsigned char *b = p;
    for (size_t i = 0; i < n; i++) {
        if (b[i])
            return 0;
    }
    return 1;
}

static void pushes_are_aligned_zeroed_and_apart(void **state) {
    (void)state;
    static const struct {
        size_t size, align;
    } rows[] = {{1, 1},   {7, 8},    {64, 64}, {0, 1},        {3, 2},    {4000, 16},
                {100, 4}, {9000, 8}, {1, 64},  {1 << 20, 32}, {5000, 1}, {8, 8}};
    enum { ROWS = sizeof rows / sizeof rows[0] };
    Arena arena;
    arena_init(&arena, 4096);
    assert_int_equal(arena.bytes, 0);
    for (int round = 0; round < 4; round++) {
        unsigned char *p[ROWS];
        for (size_t i = 0; i < ROWS; i++) {
            p[i] = arena_push(&arena, rows[i].size, rows[i].align);
            assert_non_null(p[i]);
            assert_int_equal((uintptr_t)p[i] % rows[i].align, 0);
            assert_true(all_zero(p[i], rows[i].size));
            memset(p[i], (int)i + 1, rows[i].size);
        }
        for (size_t i = 0; i < ROWS; i++) {
            for (size_t k = 0; k < rows[i].size; k++)
                assert_int_equal(p[i][k], i + 1);
        }
        assert_true(arena.bytes > (1 << 20));
        arena_reset(&arena);
    }
    arena_free(&arena);
    assert_int_equal(arena.bytes, 0);
}

static void reset_settles_on_one_block(void **state) {
    (void)state;
    Arena arena;
    arena_init(&arena, 1024);
    size_t bytes = 0;
    for (int round = 0; round < 30; round++) {
        for (int i = 0; i < 500; i++)
            memset(arena_push(&arena, 100, 8), 0xff, 100);
        bytes = arena.bytes;
        arena_reset(&arena);
    }
    assert_int_equal(arena.bytes, bytes); /* the last round needed one block only */
    arena_free(&arena);
}

static void pop_goes_back_to_the_mark(void **state) {
    (void)state;
    Arena arena;
    arena_init(&arena, 1024);
    ArenaMark empty = arena_mark(&arena);
    char *kept = arena_push(&arena, 10, 1);
    memcpy(kept, "kept text", 10);
    ArenaMark mark = arena_mark(&arena);
    char *first = arena_push(&arena, 10, 1);
    memset(first, 1, 10);
    for (int i = 0; i < 100; i++)
        memset(arena_push(&arena, 300, 1), 1, 300);
    arena_pop(&arena, mark);
    assert_string_equal(kept, "kept text");
    char *again = arena_push(&arena, 10, 1);
    assert_ptr_equal(again, first);
    assert_true(all_zero(again, 10));
    arena_pop(&arena, empty);
    assert_ptr_equal(arena_push(&arena, 10, 1), kept);
    arena_free(&arena);
}

/* In place where it is the last push and the block has room; what it holds stays in any case.
 */
static void last_push_is_resized(void **state) {
    (void)state;
    Arena arena;
    arena_init(&arena, 4096);
    unsigned char *p = arena_resize(&arena, NULL, 0, 100, 8);
    memset(p, 1, 100);
    assert_ptr_equal(arena_resize(&arena, p, 100, 1000, 8), p);
    memset(p + 100, 2, 900);
    assert_ptr_equal(arena_resize(&arena, p, 1000, 500, 8), p);
    unsigned char *after = arena_push(&arena, 16, 1);
    for (int i = 0; i < 16; i++)
        assert_int_equal(after[i], 0);                       /* though it lies where the 2s were */
    unsigned char *q = arena_resize(&arena, p, 500, 600, 8); /* no longer the last */
    assert_ptr_not_equal(q, p);
    unsigned char *r = arena_resize(&arena, q, 600, 100000, 8); /* more than the block */
    assert_ptr_not_equal(r, q);
    for (int i = 0; i < 500; i++)
        assert_int_equal(r[i], i < 100 ? 1 : 2);
    arena_free(&arena);
}

static void resize_keeps_and_zeroes(void **state) {
    (void)state;
    unsigned char *p = mem_resize(NULL, 0, 100);
    assert_true(all_zero(p, 100));
    memset(p, 7, 100);
    p = mem_resize(p, 100, 5000);
    assert_int_equal(p[99], 7);
    assert_true(all_zero(p + 100, 4900));
    p = mem_resize(p, 5000, 10);
    assert_int_equal(p[9], 7);
    assert_null(mem_resize(p, 10, 0));
    assert_null(mem_resize(NULL, 0, 0));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pushes_are_aligned_zeroed_and_apart),
        cmocka_unit_test(reset_settles_on_one_block),
        cmocka_unit_test(pop_goes_back_to_the_mark),
        cmocka_unit_test(last_push_is_resized),
        cmocka_unit_test(resize_keeps_and_zeroes),
    };
    return cmocka_run_group_tests_name("base/arena", tests, NULL, NULL);
}

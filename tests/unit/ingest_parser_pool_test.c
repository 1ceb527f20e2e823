#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ingest/parser_pool.h"

struct FormatParser {
    int number;
};

static int made, freed;

static FormatParser *count_new(const void *context) {
    (void)context;
    FormatParser *p = mem_resize(NULL, 0, sizeof *p);
    p->number = ++made;
    return p;
}

static void count_free(FormatParser *p) {
    freed++;
    mem_resize(p, sizeof *p, 0);
}

static const Format counting = {
    .name = "counting", .parser_new = count_new, .parser_free = count_free};

enum { LARGE = 1 << 30 };

static void the_first_free_one_is_taken(void **state) {
    (void)state;
    made = freed = 0;
    ParserPool *pool = parser_pool_new(&counting, NULL, 2);
    ParserLease *a = parser_take(pool), *b = parser_take(pool);
    assert_ptr_not_equal(a, b);
    parser_note(pool, b, 1000);
    assert_ptr_equal(parser_take(pool), b);
    parser_note(pool, a, 1000);
    parser_note(pool, b, 1000);
    assert_ptr_equal(parser_take(pool), a);
    parser_drop(pool, a);
    parser_drop(pool, a);
    assert_int_equal(a->pending, 0);
    assert_int_equal(b->pending, 2);
    assert_int_equal(made, 2);
    assert_int_equal(freed, 0);
    parser_pool_free(pool);
    assert_int_equal(freed, 2);
}

static void a_large_one_is_freed_once_nothing_needs_it(void **state) {
    (void)state;
    made = freed = 0;
    ParserPool *pool = parser_pool_new(&counting, NULL, 1);
    ParserLease *a = parser_take(pool);
    parser_note(pool, a, LARGE);
    ParserLease *b = parser_take(pool); /* a's batch still waits to be absorbed */
    assert_ptr_not_equal(a, b);
    assert_int_equal(a->parser->number, 1);
    assert_int_equal(freed, 0);
    parser_drop(pool, a);
    assert_int_equal(freed, 1);
    parser_note(pool, b, LARGE);
    parser_drop(pool, b);
    assert_int_equal(freed, 1);
    ParserLease *c = parser_take(pool); /* nothing of b waits: it goes at once */
    assert_int_equal(freed, 2);
    assert_int_equal(c->parser->number, 3);
    assert_int_equal(c->pending, 1);
    parser_pool_free(pool);
    assert_int_equal(freed, 3);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_free_one_is_taken),
        cmocka_unit_test(a_large_one_is_freed_once_nothing_needs_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

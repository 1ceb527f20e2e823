/* Where functions are, by the index of call frame information: sound, cut at every byte, and told
 * in ways that are not understood. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ingest/function_places.h"
#include "base/buf.h"

enum { INDEX_AT = 0x2000, FRAMES_AT = 0x3000, FUNCTIONS = 3, ENTRY = 24 };

static const uint32_t starts[FUNCTIONS] = {0x1000, 0x1040, 0x1100};
static const uint32_t bytes[FUNCTIONS] = {0x40, 0x30, 0x10};

static void put32(Buf *out, uint32_t v) {
    buf_put(out, (Str){(const char *)&v, sizeof v});
}

/* An entry: what is behind its length, the way to what it shares, start, bytes, instructions. */
static void make_frames(Buf *out) {
    for (uint32_t i = 0; i < FUNCTIONS; i++) {
        uint32_t at = FRAMES_AT + i * ENTRY;
        put32(out, ENTRY - 4);
        put32(out, 4);
        put32(out, starts[i] - (at + 8));
        put32(out, bytes[i]);
        put32(out, 0);
        put32(out, 0);
    }
}

static void make_index(Buf *out) {
    buf_put(out, (Str){"\1\x1b\3\x3b", 4});
    put32(out, FRAMES_AT - (INDEX_AT + 4));
    put32(out, FUNCTIONS);
    for (uint32_t i = 0; i < FUNCTIONS; i++) {
        put32(out, starts[i] - INDEX_AT);
        put32(out, FRAMES_AT + i * ENTRY - INDEX_AT);
    }
}

static void read(FunctionPlaces *out, Str index, Str frames) {
    function_places_read(out, (PlacedBytes){index, INDEX_AT}, (PlacedBytes){frames, FRAMES_AT});
}

static void each_function_and_what_is_between(void **state) {
    Buf index = {0}, frames = {0};
    FunctionPlaces p;
    (void)state;
    make_index(&index);
    make_frames(&frames);
    read(&p, buf_str(&index), buf_str(&frames));
    assert_int_equal(p.n, FUNCTIONS);
    for (uint64_t at = 0xff0; at < 0x1120; at++) {
        const FunctionPlace *found = function_places_find(&p, at), *want = NULL;
        for (int i = 0; i < FUNCTIONS; i++)
            want = at >= starts[i] && at < starts[i] + bytes[i] ? &p.place[i] : want;
        assert_ptr_equal(found, want);
    }
    function_places_free(&p);
    assert_null(function_places_find(&p, 0x1000));
    buf_free(&index);
    buf_free(&frames);
}

static void cut_at_every_byte(void **state) {
    Buf index = {0}, frames = {0};
    (void)state;
    make_index(&index);
    make_frames(&frames);
    for (size_t n = 0; n <= index.n + frames.n; n++) {
        FunctionPlaces p;
        bool of_index = n <= index.n;
        size_t left = of_index ? n : n - index.n;
        char *copy = malloc(left + !left); /* exactly as long, for the sanitizer to see its end */
        memcpy(copy, of_index ? index.s : frames.s, left);
        Str cut = {copy, left};
        read(&p, of_index ? cut : buf_str(&index), of_index ? buf_str(&frames) : cut);
        assert_int_equal(p.n, of_index    ? left < 12 ? 0 : (left - 12) / 8
                              : left < 16 ? 0
                                          : (left - 16) / ENTRY + 1);
        function_places_free(&p);
        free(copy);
    }
    buf_free(&index);
    buf_free(&frames);
}

/* Nothing is made up of what is written otherwise, is of another function, or lies in one before.
 */
static void what_is_not_as_usual(void **state) {
    static const struct {
        bool in_frames;
        size_t at;
        char value;
        size_t left; /* functions */
    } table[] = {{false, 0, 2, 0}, {false, 1, 0x50, 0},  {false, 2, 4, 0}, {false, 3, 0x3c, 0},
                 {false, 8, 2, 2}, {false, 11, 0x7f, 3}, {true, 8, 0, 2},  {true, 32, 1, 2},
                 {true, 13, 1, 3}, {true, 12, 0, 2}};
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        Buf index = {0}, frames = {0};
        FunctionPlaces p;
        make_index(&index);
        make_frames(&frames);
        (table[i].in_frames ? &frames : &index)->s[table[i].at] = table[i].value;
        read(&p, buf_str(&index), buf_str(&frames));
        if (p.n != table[i].left)
            fail_msg("%zu functions of case %zu, not %zu", p.n, i, table[i].left);
        function_places_free(&p);
        buf_free(&index);
        buf_free(&frames);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_function_and_what_is_between),
        cmocka_unit_test(cut_at_every_byte),
        cmocka_unit_test(what_is_not_as_usual),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "store/batch.h"
#include "store/dict.h"

static Str numbered(char *buffer, size_t cap, const char *word, uint32_t i) {
    int n = snprintf(buffer, cap, "%s%u", word, i);
    return (Str){buffer, (size_t)n};
}

static void names_are_interned_once(void **state) {
    (void)state;
    enum { MANY = 50000 };
    Names names;
    names_init(&names);
    char text[32];
    assert_int_equal(names_intern(&names, STR("")), 0);
    assert_int_equal(names_get(&names, 0).n, 0);
    for (uint32_t i = 1; i <= MANY; i++)
        assert_int_equal(names_intern(&names, numbered(text, sizeof text, "symbol_", i)), i);
    for (uint32_t i = 1; i <= MANY; i++) {
        Str s = numbered(text, sizeof text, "symbol_", i);
        assert_int_equal(names_intern(&names, s), i);
        assert_int_equal(names_find(&names, s), i);
        assert_true(str_eq(names_get(&names, i), s));
    }
    assert_int_equal(names_find(&names, STR("symbol_")), 0);
    assert_int_equal(names.entry.count, MANY + 1);
    assert_true(names_bytes(&names) > MANY * 8);
    names_free(&names);
}

static void names_may_be_long_and_hold_any_byte(void **state) {
    (void)state;
    Names names;
    names_init(&names);
    static char big[200000];
    memset(big, 'x', sizeof big);
    NameId short_id = names_intern(&names, STR("a\0b"));
    NameId big_id = names_intern(&names, (Str){big, sizeof big});
    NameId after = names_intern(&names, STR("a\0c"));
    assert_int_not_equal(short_id, after);
    assert_true(str_eq(names_get(&names, short_id), STR("a\0b")));
    assert_true(str_eq(names_get(&names, after), STR("a\0c")));
    Str got = names_get(&names, big_id);
    assert_int_equal(got.n, sizeof big);
    assert_memory_equal(got.s, big, sizeof big);
    names_free(&names);
}

static void frames_differ_in_each_field(void **state) {
    (void)state;
    static const Frame rows[] = {
        {1, 2, FRAME_USER}, {2, 1, FRAME_USER}, {1, 2, FRAME_KERNEL},
        {1, 0, FRAME_USER}, {0, 2, FRAME_USER}, {1, 2, 17},
    };
    Frames frames;
    frames_init(&frames);
    for (uint32_t round = 0; round < 2; round++) {
        for (uint32_t i = 0; i < sizeof rows / sizeof *rows; i++)
            assert_int_equal(frames_intern(&frames, rows[i]), i + 1);
    }
    assert_int_equal(frames_get(&frames, 3).kind, FRAME_KERNEL);
    assert_int_equal(frames_get(&frames, 0).kind, FRAME_ROOT);
    assert_string_equal(frame_kind_name(FRAME_INLINED), "inlined");
    assert_string_equal(frame_kind_name(17), "other");
    frames_free(&frames);
}

static void stacks_are_a_trie(void **state) {
    (void)state;
    Stacks stacks;
    stacks_init(&stacks);
    StackId a = stacks_push(&stacks, 0, 7);
    StackId ab = stacks_push(&stacks, a, 8);
    StackId ac = stacks_push(&stacks, a, 9);
    StackId b = stacks_push(&stacks, 0, 8);
    assert_int_equal(a, 1);
    assert_int_equal(ab, 2);
    assert_int_equal(ac, 3);
    assert_int_equal(b, 4);
    /* in both orders, so that the hint is right once and wrong once */
    assert_int_equal(stacks_push(&stacks, a, 8), ab);
    assert_int_equal(stacks_push(&stacks, a, 9), ac);
    assert_int_equal(stacks_push(&stacks, a, 9), ac);
    assert_int_equal(stacks_push(&stacks, 0, 7), a);
    assert_int_equal(stacks_depth(&stacks, 0), 0);
    assert_int_equal(stacks_depth(&stacks, ac), 2);
    assert_int_equal(stacks_get(&stacks, ac).parent, a);
    assert_int_equal(stacks_get(&stacks, ac).frame, 9);
    stacks_reindex(&stacks);
    assert_int_equal(stacks_push(&stacks, a, 8), ab);
    assert_int_equal(stacks_push(&stacks, a, 9), ac);
    assert_int_equal(stacks_push(&stacks, 0, 8), b);
    assert_int_equal(stacks.node.count, 5);
    enum { WIDE = 20000 };
    for (uint32_t round = 0; round < 2; round++) {
        for (uint32_t i = 0; i < WIDE; i++) {
            StackId id = stacks_push(&stacks, ab, 100 + i);
            assert_int_equal(id, 5 + i);
            assert_true(stacks_get(&stacks, id).parent < id);
        }
    }
    stacks_free(&stacks);
}

static void contexts_differ_in_each_field(void **state) {
    (void)state;
    static const Context rows[] = {
        {1, 10, 11, 0}, {1, 10, 12, 0}, {1, 11, 11, 0},
        {2, 10, 11, 0}, {1, 10, 11, 1}, {1, -1, 11, 0},
    };
    Contexts contexts;
    contexts_init(&contexts);
    for (uint32_t round = 0; round < 2; round++) {
        for (uint32_t i = 0; i < sizeof rows / sizeof *rows; i++)
            assert_int_equal(contexts_intern(&contexts, rows[i]), i + 1);
    }
    assert_int_equal(contexts_get(&contexts, 0).tid, -1);
    contexts_free(&contexts);
}

static void events_keep_the_weight_they_had_first(void **state) {
    (void)state;
    Contexts contexts;
    contexts_init(&contexts);
    assert_int_equal(contexts_event(&contexts, 0, WEIGHT_SAMPLES), 0);
    EventId cycles = contexts_event(&contexts, 5, WEIGHT_SAMPLES);
    assert_int_equal(contexts_event(&contexts, 5, WEIGHT_PERIOD), cycles);
    assert_int_equal(contexts_get_event(&contexts, cycles).weight, WEIGHT_PERIOD);
    assert_int_equal(contexts_event(&contexts, 5, WEIGHT_BYTES), cycles);
    assert_int_equal(contexts_get_event(&contexts, cycles).weight, WEIGHT_PERIOD);
    EventId plain = contexts_event_weighed(&contexts, 6, WEIGHT_SAMPLES);
    EventId weighed = contexts_event_weighed(&contexts, 6, WEIGHT_PERIOD);
    assert_int_not_equal(plain, weighed);
    assert_int_equal(contexts_event_weighed(&contexts, 6, WEIGHT_SAMPLES), plain);
    assert_int_equal(contexts_get_event(&contexts, plain).weight, WEIGHT_SAMPLES);
    assert_string_equal(weight_unit(WEIGHT_PERIOD), "periods");
    assert_string_equal(weight_unit(WEIGHT_COUNT), "counts");
    assert_string_equal(weight_unit(WEIGHT_MIXED), "units");
    uint32_t kind = WEIGHT_SAMPLES;
    assert_true(weight_named(STR("bytes"), &kind));
    assert_int_equal(kind, WEIGHT_BYTES);
    assert_false(weight_named(STR("weight"), &kind));
    assert_string_equal(weight_name(WEIGHT_MIXED), "weight");
    contexts_free(&contexts);
}

static void a_dict_lists_the_frames_of_a_stack(void **state) {
    (void)state;
    Dict dict;
    dict_init(&dict);
    Arena arena;
    arena_init(&arena, 0);
    NameId module = names_intern(&dict.names, STR("libc.so"));
    StackId stack = 0;
    char text[16];
    for (uint32_t i = 0; i < 5; i++) {
        NameId symbol = names_intern(&dict.names, numbered(text, sizeof text, "f", i));
        FrameId frame = frames_intern(&dict.frames, (Frame){symbol, module, FRAME_USER});
        stack = stacks_push(&dict.stacks, stack, frame);
    }
    uint32_t depth;
    FrameId *frames = dict_frames_of(&dict, stack, &arena, &depth);
    assert_int_equal(depth, 5);
    for (uint32_t i = 0; i < depth; i++) {
        assert_true(str_eq(dict_symbol(&dict, frames[i]), numbered(text, sizeof text, "f", i)));
        assert_true(str_eq_c(dict_module(&dict, frames[i]), "libc.so"));
    }
    dict_frames_of(&dict, 0, &arena, &depth);
    assert_int_equal(depth, 0);
    assert_true(dict_bytes(&dict) > 0);
    arena_free(&arena);
    dict_free(&dict);
}

static void a_part_forgets_on_reset(void **state) {
    (void)state;
    Part part;
    part_init(&part);
    uint64_t epoch = part.epoch;
    names_intern(&part.dict.names, STR("gone"));
    pairs_intern(&part.pairs, (Pair){1, 1});
    size_t full = part_bytes(&part);
    part_reset(&part);
    assert_int_not_equal(part.epoch, epoch);
    assert_true(part_bytes(&part) < full);
    assert_int_equal(names_find(&part.dict.names, STR("gone")), 0);
    assert_int_equal(pairs_intern(&part.pairs, (Pair){9, 9}), 1);
    part_free(&part);
}

static void a_batch_has_weights_for_all_or_none(void **state) {
    (void)state;
    Part part;
    part_init(&part);
    Batch batch;
    batch_init(&batch);
    for (int round = 0; round < 2; round++) {
        batch_clear(&batch, &part);
        batch_add(&batch, 1, 1, 0, 0);
        batch_add(&batch, 2, 1, CPU_NONE, 0);
        assert_false(batch.has_weight);
        assert_int_equal(batch.weight.count, 0);
        batch_add(&batch, 3, 1, 3, 70);
        batch_add(&batch, 4, 1, 3, 0);
        assert_true(batch.has_weight);
        static const uint64_t weight[] = {1, 1, 70, 1};
        for (uint64_t i = 0; i < 4; i++)
            assert_int_equal(COLUMN_AT(&batch.weight, uint64_t, i), weight[i]);
        assert_int_equal(batch_rows(&batch), 4);
        complain(&batch.complaints, COMPLAINT_FRAME, 1, 0, STR("x"));
    }
    batch_clear(&batch, &part);
    assert_int_equal(complaints_total(&batch.complaints), 0);
    batch_free(&batch);
    part_free(&part);
}

static void complaints_keep_five_examples(void **state) {
    (void)state;
    Complaints one = {0}, two = {0};
    for (int i = 0; i < 3; i++)
        complain(&one, COMPLAINT_FRAME, 1, i, STR("a\tb\nc\x01"));
    for (int i = 3; i < 9; i++)
        complain(&two, COMPLAINT_FRAME, 2, i, STR("later"));
    complain(&two, COMPLAINT_LOST, 7, -1, STR(""));
    complaints_merge(&one, &two);
    assert_int_equal(one.of[COMPLAINT_FRAME].count, 3 + 12);
    assert_int_equal(one.of[COMPLAINT_FRAME].examples, COMPLAINT_EXAMPLES);
    for (int i = 0; i < COMPLAINT_EXAMPLES; i++)
        assert_int_equal(one.of[COMPLAINT_FRAME].example[i].offset, i);
    assert_string_equal(one.of[COMPLAINT_FRAME].example[0].excerpt, "a b c ");
    assert_int_equal(one.of[COMPLAINT_LOST].count, 7);
    assert_int_equal(complaints_total(&one), 22);
    for (int kind = 0; kind < COMPLAINT_KINDS; kind++) {
        assert_true(strlen(complaint_name((ComplaintKind)kind)) > 0);
        assert_true(strlen(complaint_text((ComplaintKind)kind)) > 0);
    }
}

static void excerpts_are_cut_between_characters(void **state) {
    (void)state;
    char text[COMPLAINT_EXCERPT + 8];
    memset(text, 'x', sizeof text);
    memcpy(text + COMPLAINT_EXCERPT - 3, "\xe2\x82\xac", 3); /* ends one byte too late */
    Complaints c = {0};
    complain(&c, COMPLAINT_HEADER, 1, 0, (Str){text, sizeof text});
    assert_int_equal(strlen(c.of[COMPLAINT_HEADER].example[0].excerpt), COMPLAINT_EXCERPT - 3);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_interned_once),
        cmocka_unit_test(names_may_be_long_and_hold_any_byte),
        cmocka_unit_test(frames_differ_in_each_field),
        cmocka_unit_test(stacks_are_a_trie),
        cmocka_unit_test(contexts_differ_in_each_field),
        cmocka_unit_test(events_keep_the_weight_they_had_first),
        cmocka_unit_test(a_dict_lists_the_frames_of_a_stack),
        cmocka_unit_test(a_part_forgets_on_reset),
        cmocka_unit_test(a_batch_has_weights_for_all_or_none),
        cmocka_unit_test(complaints_keep_five_examples),
        cmocka_unit_test(excerpts_are_cut_between_characters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "store/profile.h"

/* What a worker would make of "comm;frames" of an event. */
static PairId pair_of(Part *part, const char *path, const char *event, bool weighed) {
    Dict *dict = &part->dict;
    Str rest = str_of(path);
    StackId stack = 0;
    NameId comm = 0;
    while (rest.n) {
        NameId name = names_intern(&dict->names, str_cut(&rest, ';'));
        uint32_t kind = stack ? FRAME_USER : FRAME_PROCESS;
        comm = comm ? comm : name;
        stack =
            stacks_push(&dict->stacks, stack, frames_intern(&dict->frames, (Frame){name, 0, kind}));
    }
    NameId event_name = names_intern(&dict->names, str_of(event));
    EventId id = contexts_event_weighed(&dict->contexts, event_name,
                                        weighed ? WEIGHT_PERIOD : WEIGHT_SAMPLES);
    ContextId context = contexts_intern(&dict->contexts, (Context){comm, -1, 7, id});
    return pairs_intern(&part->pairs, (Pair){stack, context});
}

typedef struct Row {
    int64_t time;
    const char *path, *event;
    uint64_t weight;
} Row;

static const Row rows[] = {
    {5000000000, "a;b;c", "cycles", 0}, {5000000100, "a;b", "cycles", 0},
    {4900000000, "z;b;c", "cycles", 0}, {6000000000, "a;b;c;d;e", "faults", 3},
    {6000000000, "a;b;c", "cycles", 0}, {TIME_NONE, "q", "", 0},
    {7000000000, "a;b;c", "faults", 9},
};

enum { ROWS = sizeof rows / sizeof *rows };

/* Absorbs the rows cut into batches of `step`, parsed by `parts` workers in turn. A part that
 * saw other things before must not matter: each is filled with junk first. */
static void absorb_all(Profile *profile, const Row *row, size_t n, size_t step, size_t parts) {
    Part part[3];
    Remap remap[3] = {0};
    Batch batch;
    batch_init(&batch);
    for (size_t i = 0; i < parts; i++) {
        part_init(&part[i]);
        for (size_t k = 0; k < i * 5; k++) {
            char junk[32];
            snprintf(junk, sizeof junk, "junk%zu;b;x", k);
            pair_of(&part[i], junk, "other", k % 2);
        }
    }
    for (size_t first = 0, k = 0; first < n; first += step, k++) {
        Part *mine = &part[k % parts];
        batch_clear(&batch, mine);
        for (size_t i = first; i < n && i < first + step; i++) {
            PairId pair = pair_of(mine, row[i].path, row[i].event, row[i].weight != 0);
            batch_add(&batch, row[i].time, pair, (uint16_t)i, row[i].weight);
        }
        profile_absorb(profile, &batch, &remap[k % parts]);
    }
    batch_free(&batch);
    for (size_t i = 0; i < parts; i++) {
        part_free(&part[i]);
        remap_free(&remap[i]);
    }
}

static Buf dump_of(const Row *row, size_t n, size_t step, size_t parts) {
    Dict dict;
    Profile profile;
    dict_init(&dict);
    profile_init(&profile, &dict);
    absorb_all(&profile, row, n, step, parts);
    Buf out = {0};
    profile_dump(&profile, &out);
    profile_free(&profile);
    dict_free(&dict);
    return out;
}

static void ids_follow_first_appearance_however_cut(void **state) {
    (void)state;
    Buf want = dump_of(rows, ROWS, ROWS, 1);
    assert_non_null(strstr(want.s, "name 1 \"a\""));
    assert_non_null(strstr(want.s, "samples 7 from 4900000000 to 7000000000 timed weighed\n"));
    for (size_t step = 1; step <= ROWS; step++) {
        for (size_t parts = 1; parts <= 3; parts++) {
            Buf got = dump_of(rows, ROWS, step, parts);
            assert_string_equal(got.s, want.s);
            buf_free(&got);
        }
    }
    buf_free(&want);
}

static void a_view_says_what_there_is(void **state) {
    (void)state;
    Dict dict;
    Profile profile;
    dict_init(&dict);
    profile_init(&profile, &dict);
    ProfileView view = profile_view(&profile);
    assert_int_equal(view.samples, 0);
    assert_int_equal(view.first_ns, 0);
    assert_int_equal(view.last_ns, -1);
    absorb_all(&profile, rows, 2, 1, 1);
    assert_int_equal(profile_view(&profile).samples, 0);
    profile_publish(&profile);
    view = profile_view(&profile);
    assert_int_equal(view.samples, 2);
    assert_int_equal(view.pairs, 3);
    assert_int_equal(view.stacks, 4);
    assert_true(view.in_order && view.has_time && !view.has_weight);
    absorb_all(&profile, rows + 2, ROWS - 2, 2, 1);
    profile_complain(&profile, COMPLAINT_LOST, 4, 0, STR("lost"));
    profile_publish(&profile);
    view = profile_view(&profile);
    assert_int_equal(view.samples, ROWS);
    assert_true(!view.in_order && view.has_weight);
    assert_int_equal(view.complaints, 5); /* 4 lost, 1 without a time */
    assert_int_equal(view.lost, 4);
    assert_int_equal(profile_origin(&view), 4000000000);
    Complaints complaints;
    profile_complaints(&profile, &complaints);
    assert_int_equal(complaints.of[COMPLAINT_TIME].count, 1);
    static const uint64_t weight[ROWS] = {1, 1, 1, 3, 1, 1, 9};
    for (uint64_t i = 0; i < ROWS; i++)
        assert_int_equal(COLUMN_AT(&profile.weight, uint64_t, i), weight[i]);
    assert_true(profile_bytes(&profile) >= ROWS * 22);
    profile_free(&profile);
    dict_free(&dict);
}

/* So that nobody who sums them up overflows; however they come in batches. */
static void weights_together_fit_a_number(void **state) {
    static const Row wild[] = {
        {1, "a", "bytes", 5}, {2, "a", "bytes", INT64_MAX - 1}, {3, "a", "bytes", UINT64_MAX}};
    static const uint64_t want[] = {5, INT64_MAX - 5, 0};
    (void)state;
    for (size_t step = 1; step <= 3; step++) {
        Dict dict;
        Profile profile;
        dict_init(&dict);
        profile_init(&profile, &dict);
        absorb_all(&profile, wild, 3, step, 1);
        for (uint64_t i = 0; i < 3; i++)
            assert_int_equal(COLUMN_AT(&profile.weight, uint64_t, i), want[i]);
        assert_int_equal(profile.complaints.of[COMPLAINT_COUNT].count, 2);
        profile_free(&profile);
        dict_free(&dict);
    }
}

static void complaints_are_summed_in_any_order(void **state) {
    Complaints early = {0}, late = {0}, both = {0};
    (void)state;
    complain(&early, COMPLAINT_LOST, 0, 7, STR("lost 0"));
    assert_int_equal(complaints_total(&early), 0);
    assert_int_equal(early.of[COMPLAINT_LOST].examples, 0);
    complain(&early, COMPLAINT_LOST, UINT64_MAX - 1, 8, STR("lost many"));
    complain(&late, COMPLAINT_LOST, 2, 9, STR("lost 2"));
    complain(&late, COMPLAINT_EMPTY, 3, 10, STR("empty"));
    complaints_merge(&both, &early);
    complaints_merge(&both, &late);
    assert_true(both.of[COMPLAINT_LOST].count == UINT64_MAX);
    assert_true(complaints_total(&both) == UINT64_MAX && complaints_amiss(&both) == UINT64_MAX);
    assert_int_equal(both.of[COMPLAINT_LOST].examples, 2);
    assert_int_equal(complaints_total(&late), 5);
    assert_int_equal(complaints_amiss(&late), 2);
}

static void rows_without_time_take_that_of_the_one_before(void **state) {
    (void)state;
    static const Row untimed[] = {
        {TIME_NONE, "a", "", 0}, {TIME_NONE, "b", "", 0}, {1000, "c", "", 0},
        {TIME_NONE, "d", "", 0}, {900, "e", "", 0},       {TIME_NONE, "f", "", 0},
    };
    static const int64_t want[] = {1000, 1000, 1000, 1000, 900, 900};
    Buf whole = dump_of(untimed, 6, 6, 1);
    assert_non_null(strstr(whole.s, "complaint time 4\n"));
    for (size_t step = 1; step < 6; step++) {
        Dict dict;
        Profile profile;
        dict_init(&dict);
        profile_init(&profile, &dict);
        absorb_all(&profile, untimed, 6, step, 2);
        for (uint64_t i = 0; i < 6; i++)
            assert_int_equal(COLUMN_AT(&profile.time_ns, int64_t, i), want[i]);
        Buf got = {0};
        profile_dump(&profile, &got);
        assert_string_equal(got.s, whole.s);
        buf_free(&got);
        profile_free(&profile);
        dict_free(&dict);
    }
    buf_free(&whole);
}

static void a_file_without_times_is_no_complaint(void **state) {
    (void)state;
    static const Row untimed[] = {{TIME_NONE, "a", "", 0}, {TIME_NONE, "b", "", 0}};
    Buf out = dump_of(untimed, 2, 1, 1);
    assert_non_null(strstr(out.s, "samples 2 from 0 to 0 in order\n"));
    assert_null(strstr(out.s, "complaint"));
    buf_free(&out);
}

static void two_profiles_share_names_and_stacks(void **state) {
    (void)state;
    Dict dict;
    Profile one, two;
    dict_init(&dict);
    profile_init(&one, &dict);
    profile_init(&two, &dict);
    absorb_all(&one, rows, 2, 2, 1);
    absorb_all(&two, rows + 2, 3, 3, 1);
    profile_publish(&one);
    profile_publish(&two);
    /* row 4 of the second is row 0 of the first */
    Pair a = pairs_get(&one.pairs, COLUMN_AT(&one.pair, PairId, 0));
    Pair b = pairs_get(&two.pairs, COLUMN_AT(&two.pair, PairId, 2));
    assert_int_equal(a.stack, b.stack);
    assert_int_equal(a.context, b.context);
    assert_int_equal(profile_view(&two).pairs, 4);
    profile_free(&one);
    profile_free(&two);
    dict_free(&dict);
}

static void a_reset_part_is_translated_anew(void **state) {
    (void)state;
    Dict dict;
    Profile profile;
    Part part;
    Batch batch;
    Remap remap = {0};
    dict_init(&dict);
    profile_init(&profile, &dict);
    part_init(&part);
    batch_init(&batch);
    static const char *const path[] = {"one;x", "two;y"};
    for (int i = 0; i < 2; i++) {
        batch_clear(&batch, &part);
        batch_add(&batch, i, pair_of(&part, path[i], "", false), 0, 0);
        profile_absorb(&profile, &batch, &remap);
        part_reset(&part);
    }
    assert_int_equal(COLUMN_AT(&profile.pair, PairId, 0), 1);
    assert_int_equal(COLUMN_AT(&profile.pair, PairId, 1), 2);
    assert_int_not_equal(names_find(&dict.names, STR("two")), 0);
    batch_free(&batch);
    part_free(&part);
    remap_free(&remap);
    profile_free(&profile);
    dict_free(&dict);
}

static void deep_stacks_are_translated_without_recursion(void **state) {
    (void)state;
    Dict dict;
    Profile profile;
    Part part;
    Batch batch;
    Remap remap = {0};
    dict_init(&dict);
    profile_init(&profile, &dict);
    part_init(&part);
    batch_init(&batch);
    batch_clear(&batch, &part);
    FrameId frame = frames_intern(&part.dict.frames, (Frame){0, 0, FRAME_USER});
    StackId stack = 0;
    for (uint32_t i = 0; i < STACKS_MAX_DEPTH; i++)
        stack = stacks_push(&part.dict.stacks, stack, frame);
    batch_add(&batch, 0, pairs_intern(&part.pairs, (Pair){stack, 0}), 0, 0);
    profile_absorb(&profile, &batch, &remap);
    StackId got = pairs_get(&profile.pairs, 1).stack;
    assert_int_equal(stacks_depth(&dict.stacks, got), STACKS_MAX_DEPTH);
    batch_free(&batch);
    part_free(&part);
    remap_free(&remap);
    profile_free(&profile);
    dict_free(&dict);
}

static void the_origin_is_a_whole_second(void **state) {
    (void)state;
    static const struct {
        int64_t first, origin;
    } table[] = {
        {0, 0},
        {999999999, 0},
        {1000000000, 1000000000},
        {-1, -1000000000},
        {-1000000000, -1000000000},
        {5076100000000, 5076000000000},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        ProfileView view = {.first_ns = table[i].first};
        assert_int_equal(profile_origin(&view), table[i].origin);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ids_follow_first_appearance_however_cut),
        cmocka_unit_test(a_view_says_what_there_is),
        cmocka_unit_test(weights_together_fit_a_number),
        cmocka_unit_test(complaints_are_summed_in_any_order),
        cmocka_unit_test(rows_without_time_take_that_of_the_one_before),
        cmocka_unit_test(a_file_without_times_is_no_complaint),
        cmocka_unit_test(two_profiles_share_names_and_stacks),
        cmocka_unit_test(a_reset_part_is_translated_anew),
        cmocka_unit_test(deep_stacks_are_translated_without_recursion),
        cmocka_unit_test(the_origin_is_a_whole_second),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

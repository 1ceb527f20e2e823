#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "unit/ingest_helper.h"

static void a_row_a_sample(void **state) {
    (void)state;
    Loaded loaded;
    load_text(&loaded, 0, 0,
              STR("# comment\njava;main;leaf 2\r\njava;vfs_read_[k];La::b_[j];c_[i] 1\n\n"
                  "java 3\nzero;x 0\n"));
    assert_string_equal(loaded.status.format, "folded stacks");
    assert_false(loaded.status.format_has_time);
    assert_int_equal(loaded.profile.building.samples, 6);
    assert_false(loaded.profile.building.has_weight);
    assert_false(loaded.profile.building.has_time);
    static const char *const want[] = {"java||main;leaf", "java||main;leaf",
                                       "java||vfs_read_[k]_[k];La::b_[j]_[j];c_[i]_[i]", "java||"};
    for (uint64_t i = 0; i < 4; i++) {
        Buf got = sample_text(&loaded, i);
        assert_string_equal(got.s, want[i]);
        buf_free(&got);
    }
    assert_int_equal(complaints_total(&loaded.profile.complaints), 0);
    loaded_free(&loaded);
}

static void names_may_hold_blanks(void **state) {
    (void)state;
    Loaded loaded;
    load_text(&loaded, 0, 0, STR("my app 2;operator new [] (x 3);f\t1\r\nmy app 2;g 7 1"));
    static const char *const want[] = {"my app 2||operator new [] (x 3);f", "my app 2||g 7"};
    assert_int_equal(loaded.profile.building.samples, 2);
    for (uint64_t i = 0; i < 2; i++) {
        Buf got = sample_text(&loaded, i);
        assert_string_equal(got.s, want[i]);
        buf_free(&got);
    }
    loaded_free(&loaded);
}

static void large_counts_become_weights(void **state) {
    (void)state;
    Loaded loaded;
    load_text(&loaded, 1, 0, STR("java;a 5\njava;b 70000000000\njava;a 6\n"));
    const Profile *p = &loaded.profile;
    assert_int_equal(p->building.samples, 3);
    assert_true(p->building.has_weight);
    static const uint64_t weight[] = {5, 70000000000, 6};
    for (uint64_t i = 0; i < 3; i++)
        assert_int_equal(COLUMN_AT(&p->weight, uint64_t, i), weight[i]);
    assert_int_equal(contexts_get_event(&loaded.dict.contexts, 0).weight, WEIGHT_COUNT);
    loaded_free(&loaded);
}

static void counts_that_are_none_are_said(void **state) {
    (void)state;
    Loaded loaded;
    load_text(&loaded, 0, 0,
              STR("a;b 1\na;c x\na;d\na;e -1\na;f 99999999999999999999\na;g 2\n"
                  "a;h 1\na;i 1\n"));
    assert_int_equal(loaded.profile.building.samples, 5);
    assert_int_equal(loaded.profile.complaints.of[COMPLAINT_COUNT].count, 4);
    assert_int_equal(loaded.profile.complaints.of[COMPLAINT_COUNT].example[0].offset, 6);
    loaded_free(&loaded);
}

static void expect_counts(Str text, const char *const *stack, const uint64_t *count, size_t n,
                          uint64_t complaints) {
    Loaded loaded;
    load_text(&loaded, 0, 0, text);
    assert_string_equal(loaded.status.format, "folded stacks");
    assert_int_equal(complaints_total(&loaded.profile.complaints), complaints);
    uint64_t row = 0;
    for (size_t i = 0; i < n; i++)
        for (uint64_t k = 0; k < count[i]; k++) {
            Buf got = sample_text(&loaded, row++);
            assert_string_equal(got.s, stack[i]);
            buf_free(&got);
        }
    assert_int_equal(loaded.profile.building.samples, row);
    loaded_free(&loaded);
    expect_same_any_way(text);
}

/* 1.5, 1.25, 6.25 and 0.2 are 9.2, so nine samples. */
static void fractions_are_rounded_so_that_sums_stay(void **state) {
    (void)state;
    static const char *const stack[] = {"a||b", "a||c", "a||d"};
    static const uint64_t count[] = {2, 1, 6};
    expect_counts(STR("a;b 1.5\na;c 1.25\na;d 6.250000001\na;e 0.2\na;e 1.5x\na;f 1.2.3\n"), stack,
                  count, 3, 2);
}

/* Seconds, say: a whole one is rare, and yet 300 ms are three times 100. */
static void parts_of_one_are_counted_in_millionths(void **state) {
    (void)state;
    Loaded loaded;
    load_text(&loaded, 0, 0, STR("a;b 0.3\na;c 0.1\na;d 0.000002\na;e 1.5\na;f 0.0000001\n"));
    const Profile *p = &loaded.profile;
    static const uint64_t want[] = {300000, 100000, 2, 1500000};
    assert_true(p->building.has_weight);
    assert_int_equal(p->building.samples, 4);
    assert_int_equal(p->complaints.of[COMPLAINT_COUNT].count, 1);
    for (uint64_t i = 0; i < 4; i++)
        assert_int_equal(COLUMN_AT(&p->weight, uint64_t, i), want[i]);
    loaded_free(&loaded);
    expect_same_any_way(STR("a;b 0.3\na;c 0.1\na;e 1.5\n"));
}

static void of_two_counts_the_second_is_read(void **state) {
    (void)state;
    static const char *const stack[] = {"a||b;c", "a||b", "a||d"};
    static const uint64_t count[] = {2, 3, 1};
    expect_counts(STR("# of difffolded.pl\na;b;c 12 2\na;b 3 3.0\na;d 0 1\na;e 7 0\n"), stack,
                  count, 3, 1);
    static const char *const named[] = {"a||b;c 12", "a||b", "a||d 0"};
    expect_counts(STR("a;b;c 12 2\na;b 3\na;d 0 1\n"), named, count, 3, 0);
    expect_counts(STR("a;b;c 12 2\n"), named, count, 1, 0);
}

static void a_stack_may_not_be_too_deep(void **state) {
    (void)state;
    Buf text = {0};
    buf_puts(&text, "p;f 1\np");
    for (int i = 0; i < STACKS_MAX_DEPTH + 5; i++)
        buf_puts(&text, ";f");
    buf_puts(&text, " 1\n");
    Loaded loaded;
    load_text(&loaded, 0, 0, buf_str(&text));
    assert_int_equal(loaded.profile.building.samples, 2);
    assert_int_equal(loaded.profile.complaints.of[COMPLAINT_TOO_DEEP].count, 1);
    assert_int_equal(loaded.dict.stacks.node.count, STACKS_MAX_DEPTH + 1);
    loaded_free(&loaded);
    buf_free(&text);
}

/* A line may begin as the one before in the midst of a frame, be all of it, or more. */
static void lines_may_begin_alike(void **state) {
    (void)state;
    enum { LINES = 3000, LONGEST = 12 };
    static const char *const piece[] = {"a", "b", ";", ";", "a;b", "the frame of sixteen bytes;"};
    static char line[LINES][LONGEST * 32];
    Buf text = {0};
    uint32_t random = 1;
    for (uint32_t i = 0; i < LINES; i++) {
        size_t keep = i ? strlen(line[i - 1]) : 0;
        random = random * 1664525 + 1013904223;
        keep = keep ? (random >> 8) % (keep + 1) : 0;
        if (keep)
            memcpy(line[i], line[i - 1], keep);
        for (uint32_t k = keep ? 0 : 1; k < 3 && keep + 64 < sizeof line[i]; k++) {
            random = random * 1664525 + 1013904223;
            keep += (size_t)snprintf(line[i] + keep, 32, "%s", piece[(random >> 16) % 6]);
        }
        buf_printf(&text, "%s 1\n", line[i]);
    }
    Loaded loaded;
    load_text(&loaded, 0, 0, buf_str(&text));
    assert_int_equal(loaded.profile.building.samples, LINES);
    for (uint32_t i = 0; i < LINES; i++) {
        Str rest = str_of(line[i]);
        Str process = str_cut(&rest, ';');
        if (str_ends(rest, STR(";")))
            rest.n--; /* no frame follows it */
        Buf want = {0}, got = sample_text(&loaded, i);
        buf_printf(&want, "%.*s||%.*s", (int)process.n, process.s, (int)rest.n, rest.s);
        assert_string_equal(got.s, want.s);
        buf_free(&got);
        buf_free(&want);
    }
    loaded_free(&loaded);
    expect_same_any_way(buf_str(&text));
    buf_free(&text);
}

static void reference_files_load(void **state) {
    (void)state;
    static const struct {
        const char *name;
        uint64_t samples, complaints;
    } files[] = {
        {"folded/simple.txt", 14, 0},          {"folded/simple-crlf.txt", 14, 0},
        {"folded/recursion.txt", 10, 0},       {"folded/simple-with-invalids.txt", 14, 2},
        {"folded/alternating.txt", 182, 0},    {"folded/tall.txt", 1, 0},
        {"folded/simple-utf16-le.txt", 14, 0}, {"folded/simple-utf16-be.txt", 14, 0},
    };
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        Buf text = {0};
        if (!data_read(files[i].name, &text))
            skip();
        Loaded loaded;
        load_text(&loaded, 0, 0, buf_str(&text));
        if (loaded.profile.building.samples != files[i].samples ||
            complaints_total(&loaded.profile.complaints) != files[i].complaints)
            fail_msg("%s: %llu samples, %llu complaints", files[i].name,
                     (unsigned long long)loaded.profile.building.samples,
                     (unsigned long long)complaints_total(&loaded.profile.complaints));
        loaded_free(&loaded);
        expect_same_any_way(buf_str(&text));
        buf_free(&text);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_row_a_sample),
        cmocka_unit_test(names_may_hold_blanks),
        cmocka_unit_test(large_counts_become_weights),
        cmocka_unit_test(counts_that_are_none_are_said),
        cmocka_unit_test(fractions_are_rounded_so_that_sums_stay),
        cmocka_unit_test(parts_of_one_are_counted_in_millionths),
        cmocka_unit_test(of_two_counts_the_second_is_read),
        cmocka_unit_test(a_stack_may_not_be_too_deep),
        cmocka_unit_test(lines_may_begin_alike),
        cmocka_unit_test(reference_files_load),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

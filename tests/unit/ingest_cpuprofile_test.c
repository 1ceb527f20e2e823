#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "unit/ingest_helper.h"

static void expect_samples(Loaded *loaded, const char *const *text, const int64_t *time,
                           uint64_t n) {
    assert_int_equal(loaded->profile.building.samples, n);
    for (uint64_t i = 0; i < n; i++) {
        Buf got = sample_text(loaded, i);
        assert_string_equal(got.s, text[i]);
        buf_free(&got);
        if (time)
            assert_int_equal(COLUMN_AT(&loaded->profile.time_ns, int64_t, i), time[i]);
    }
}

/* The profile's parts in every order give the same. */
static void tables_may_come_last(void **state) {
    (void)state;
    static const char *const part[] = {
        "\"nodes\":[{\"id\":1,\"callFrame\":{\"functionName\":\"(root)\"},\"children\":[2,7]},"
        "{\"id\":7,\"callFrame\":{\"functionName\":\"(idle)\",\"url\":\"\"}},"
        "{\"id\":2,\"callFrame\":{\"functionName\":\"\",\"url\":\"a.js\",\"lineNumber\":4,"
        "\"columnNumber\":0},\"hitCount\":3}]",
        "\"startTime\":1000000",
        "\"samples\":[2,7,2,9]",
        "\"timeDeltas\":[0,1.5,-1]",
    };
    static const char *const want[] = {"(root)||(anonymous):5:1@a.js_[j]", "(root)||(idle)",
                                       "(root)||(anonymous):5:1@a.js_[j]"};
    static const int64_t time[] = {1000000000, 1000001500, 1000000500};
    for (int first = 0; first < 4; first++) {
        for (int step = 1; step < 4; step += 2) {
            Buf text = {0};
            for (int i = 0; i < 4; i++)
                buf_printf(&text, "%c%s", i ? ',' : '{', part[(first + i * step) % 4]);
            buf_putc(&text, '}');
            Loaded loaded;
            load_text(&loaded, 0, 0, buf_str(&text));
            assert_string_equal(loaded.status.format, "cpuprofile");
            expect_samples(&loaded, want, time, 3);
            assert_int_equal(loaded.profile.complaints.of[COMPLAINT_FRAME].count, 1);
            assert_int_equal(complaints_total(&loaded.profile.complaints), 1);
            loaded_free(&loaded);
            expect_same_any_way(buf_str(&text));
            buf_free(&text);
        }
    }
}

static void hits_stand_in_for_samples(void **state) {
    (void)state;
    Loaded loaded;
    load_text(
        &loaded, 0, 0,
        STR("{\"head\":{\"functionName\":\"(root)\",\"hitCount\":0,\"children\":["
            "{\"functionName\":\"f\",\"hitCount\":2,\"children\":["
            "{\"functionName\":\"g\",\"hitCount\":1,\"children\":[],\"id\":5}],\"id\":2}],"
            "\"id\":1}}"));
    static const char *const want[] = {"(root)||f;g", "(root)||f", "(root)||f"};
    expect_samples(&loaded, want, NULL, 3);
    assert_false(loaded.profile.building.has_time);
    loaded_free(&loaded);
}

/* Nodes that are their own parents, or have none, or come twice. */
static void circles_are_cut(void **state) {
    (void)state;
    Loaded loaded;
    load_text(&loaded, 0, 0,
              STR("{\"nodes\":[{\"id\":1,\"parent\":2,\"callFrame\":{\"functionName\":\"a\"}},"
                  "{\"id\":2,\"parent\":1,\"callFrame\":{\"functionName\":\"b\"}},"
                  "{\"id\":3,\"parent\":9,\"callFrame\":{\"functionName\":\"c\"}},4],"
                  "\"samples\":[1,3],\"timeDeltas\":[1,1]}"));
    assert_int_equal(loaded.profile.building.samples, 2);
    assert_int_equal(loaded.profile.complaints.of[COMPLAINT_TOO_DEEP].count, 1);
    Buf got = sample_text(&loaded, 1);
    assert_string_equal(got.s, "(root)||c");
    buf_free(&got);
    loaded_free(&loaded);
}

static void a_text_may_end_anywhere(void **state) {
    (void)state;
    Str text =
        STR("{\"nodes\":[{\"id\":1,\"callFrame\":{\"functionName\":\"(root)\"},\"children\":"
            "[2]},{\"id\":2,\"callFrame\":{\"functionName\":\"\\u00fc\\\"\",\"url\":\"a.js\","
            "\"lineNumber\":4,\"columnNumber\":0},\"hitCount\":3}],\"startTime\":10,"
            "\"samples\":[1,2,2,1],\"timeDeltas\":[0,1.5,-1,3]}");
    expect_cut_anywhere("cpuprofile", text);
}

static void what_is_no_json_is_said(void **state) {
    (void)state;
    Loaded loaded;
    load_text(&loaded, 0, 0,
              STR("{\"nodes\":[{\"id\":1,\"callFrame\":{\"functionName\":\"f\"}}],"
                  "\"samples\":[1,1],\"timeDeltas\":[1,1] oops}"));
    assert_int_equal(loaded.profile.building.samples, 2);
    const Complaint *damage = &loaded.profile.complaints.of[COMPLAINT_DAMAGED];
    assert_int_equal(damage->count, 1);
    assert_string_equal(damage->example[0].excerpt, "oops}");
    loaded_free(&loaded);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tables_may_come_last),    cmocka_unit_test(hits_stand_in_for_samples),
        cmocka_unit_test(circles_are_cut),         cmocka_unit_test(a_text_may_end_anywhere),
        cmocka_unit_test(what_is_no_json_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

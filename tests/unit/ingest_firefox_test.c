#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "unit/ingest_helper.h"

#define META "\"meta\":{\"interval\":1,\"startTime\":1000,\"version\":9}"
#define TABLES                                                                                     \
    "\"stackTable\":{\"frame\":[0,1,2],\"prefix\":[null,0,1]},"                                    \
    "\"frameTable\":{\"func\":[0,1,2],\"inlineDepth\":[0,1,0]},"                                   \
    "\"funcTable\":{\"name\":[0,1,2],\"isJS\":[false,false,true],\"resource\":[0,-1,-1],"          \
    "\"fileName\":[null,null,3]},\"resourceTable\":{\"name\":[4]},"                                \
    "\"stringArray\":[\"main\",\"inner\",\"run\",\"a.js\",\"[kernel.kallsyms]\"]"
#define SAMPLES                                                                                    \
    "\"samples\":{\"stack\":[2,null,0],\"time\":[1.5,2,3.25],\"weight\":[1,2,1],"                  \
    "\"weightType\":\"samples\"}"
#define THREAD "\"name\":\"t\",\"pid\":\"7.1\",\"tid\":8"

static const char *const texts[] = {"t|samples|main@[kernel.kallsyms]_[k];inner_[i];run@a.js_[j]",
                                    "t|samples|", "t|samples|main@[kernel.kallsyms]_[k]"};
static const int64_t times[] = {1500000, 2000000, 3250000};

static void expect_three(Str text) {
    Loaded loaded;
    load_text(&loaded, 0, 0, text);
    assert_string_equal(loaded.status.format, "Firefox profile");
    assert_int_equal(loaded.profile.building.samples, 3);
    assert_int_equal(complaints_total(&loaded.profile.complaints), 0);
    for (uint64_t i = 0; i < 3; i++) {
        Buf got = sample_text(&loaded, i);
        assert_string_equal(got.s, texts[i]);
        buf_free(&got);
        assert_int_equal(COLUMN_AT(&loaded.profile.time_ns, int64_t, i), times[i]);
        assert_int_equal(COLUMN_AT(&loaded.profile.weight, uint64_t, i), i == 1 ? 2 : 1);
    }
    Context context = contexts_get(
        &loaded.dict.contexts,
        pairs_get(&loaded.profile.pairs, COLUMN_AT(&loaded.profile.pair, PairId, 0)).context);
    assert_int_equal(context.pid, 7);
    assert_int_equal(context.tid, 8);
    loaded_free(&loaded);
    expect_same_any_way(text);
}

static void tables_may_lie_anywhere(void **state) {
    (void)state;
    expect_three(STR("{" META ",\"threads\":[{" THREAD "," SAMPLES "," TABLES "}]}"));
    expect_three(STR("{" META ",\"threads\":[{" TABLES "," SAMPLES "," THREAD "}]}"));
    expect_three(STR("{" META ",\"shared\":{" TABLES "},\"threads\":[{" THREAD "," SAMPLES "}]}"));
    expect_three(STR("{\"threads\":[{" THREAD "," SAMPLES "}],\"shared\":{" TABLES "}," META "}"));
}

/* Times of a process count from its own start; what lacks a cell has none. */
static void raw_processes_share_a_clock(void **state) {
    (void)state;
#define RAW(pid)                                                                                   \
    "\"threads\":[{\"name\":\"G\",\"pid\":" #pid ",\"samples\":{\"schema\":{\"time\":0,"           \
    "\"stack\":1},\"data\":[[0.5,1],[0.75]]},\"stackTable\":{\"schema\":{\"prefix\":0,"            \
    "\"frame\":1},\"data\":[[null,0],[0,1]]},\"frameTable\":{\"schema\":{\"location\":0,"          \
    "\"implementation\":1},\"data\":[[0],[1,2]]},\"stringTable\":[\"(root)\","                     \
    "\"f (https://x/a.js:1:2)\",\"ion\"]}]"
    Str text =
        STR("{" META "," RAW(1) ",\"processes\":[{\"meta\":{\"startTime\":1002.5}," RAW(2) "}]}");
    static const char *const want[] = {"G|samples|f@https://x/a.js_[j]", "G|samples|"};
    static const int64_t time[] = {500000, 750000, 3000000, 3250000};
    Loaded loaded;
    load_text(&loaded, 0, 0, text);
    assert_int_equal(loaded.profile.building.samples, 4);
    for (uint64_t i = 0; i < 4; i++) {
        Buf got = sample_text(&loaded, i);
        assert_string_equal(got.s, want[i % 2]);
        buf_free(&got);
        assert_int_equal(COLUMN_AT(&loaded.profile.time_ns, int64_t, i), time[i]);
    }
    assert_int_equal(loaded.dict.contexts.entry.count, 3); /* and the empty one */
    loaded_free(&loaded);
    expect_same_any_way(text);
}

/* Here the tables come between them, so that samples wait but allocations need not. */
static void samples_go_before_allocations(void **state) {
    (void)state;
    Loaded loaded;
    load_text(&loaded, 0, 0,
              STR("{" META ",\"threads\":[{" THREAD "," SAMPLES "," TABLES
                  ",\"nativeAllocations\":{\"time\":[1],\"weight\":[512],\"weightType\":\"bytes\","
                  "\"stack\":[0]}}]}"));
    assert_int_equal(loaded.profile.building.samples, 4);
    for (uint64_t i = 0; i < 3; i++) {
        Buf got = sample_text(&loaded, i);
        assert_string_equal(got.s, texts[i]);
        buf_free(&got);
    }
    loaded_free(&loaded);
}

static void allocations_are_events(void **state) {
    (void)state;
    Str text = STR("{" META ",\"threads\":[{" THREAD "," SAMPLES ",\"nativeAllocations\":{"
                   "\"time\":[1,2],\"stack\":[0,0],\"weight\":[512,-512],\"weightType\":"
                   "\"bytes\"}," TABLES "}]}");
    Loaded loaded;
    load_text(&loaded, 0, 0, text);
    assert_int_equal(loaded.profile.building.samples, 4);
    assert_int_equal(complaints_total(&loaded.profile.complaints), 0); /* the second is a free */
    Buf got = sample_text(&loaded, 3);
    assert_string_equal(got.s, "t|native allocations|main@[kernel.kallsyms]_[k]");
    assert_int_equal(COLUMN_AT(&loaded.profile.weight, uint64_t, 3), 512);
    buf_free(&got);
    loaded_free(&loaded);
    load_text(&loaded, 0, 0,
              STR("{" META ",\"threads\":[{" THREAD "," TABLES ",\"jsAllocations\":{\"time\":[1,2],"
                  "\"stack\":[0,0],\"weight\":[512,-512],\"weightType\":\"bytes\"}}]}"));
    assert_int_equal(loaded.profile.building.samples, 1);
    assert_int_equal(loaded.profile.complaints.of[COMPLAINT_COUNT].count, 1);
    loaded_free(&loaded);
}

static void a_text_may_end_anywhere(void **state) {
    (void)state;
    expect_cut_anywhere("Firefox profile",
                        STR("{" META ",\"threads\":[{" THREAD "," SAMPLES "," TABLES "}]}"));
    expect_cut_anywhere("Firefox profile", STR("{" META "," RAW(1) "}"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tables_may_lie_anywhere),
        cmocka_unit_test(raw_processes_share_a_clock),
        cmocka_unit_test(samples_go_before_allocations),
        cmocka_unit_test(allocations_are_events),
        cmocka_unit_test(a_text_may_end_anywhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
